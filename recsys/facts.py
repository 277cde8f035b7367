"""What may be said about an item: the only material that explanations are made of and checked against."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from recsys.catalogue import Facet, Item
from recsys.moods import Moods

LINK = re.compile(r"https?:|www\.|://|\w@\w|@\w{3,}|[^\W\d_]{2,}\.[^\W\d_]{2,}", re.IGNORECASE)
LONGEST_VALUE = 6
"""Words of a facet's value that can be told: names and themes are shorter, sentences and hidden orders are longer."""
LONGEST_QUOTE = 12
"""Words of a person that can be quoted in a reason."""

_SIMPLE = re.compile(r"[\w\s'’.,&:!?()+/*·–-]+")


def tellable(value: str, longest: int = LONGEST_VALUE) -> bool:
    """Whether a text that anybody may have written is a plain, short phrase: no order, no link, no markup."""
    return len(value.split()) <= longest and _SIMPLE.fullmatch(value) is not None and not LINK.search(value)


@dataclass(frozen=True, slots=True)
class Facts:
    """True statements about one item and one person.

    ``fields`` maps a kind ("genre", "director", "runtime", ...) to values in display form. ``reasons`` are short
    true clauses worded by the caller ("you loved Heat", "people who liked Heat also liked it"); names in them keep
    their capitals. What the person wrote is no fact: of it,
    reasons hold what was understood. ``language`` is the language the words shall be in.
    """

    title: str
    year: int | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    language: str = "en"

    @classmethod
    def about(
        cls,
        item: Item,
        style: Style,
        rare: Collection[Facet] = frozenset(),
        *,
        reasons: tuple[str, ...] = (),
        language: str = "en",
    ) -> Self:
        """The facts of an item that ``style`` talks about, without ``rare`` ones and what
        is no plain phrase, numbers with units.

        Values that the reasons name come first: they are what the words will be about.
        """
        named = " ".join(reasons).casefold()
        fields = {}
        for kind, most in style.kinds.items():
            told = (v for v in item.facets.get(kind, ()) if v.casefold() not in style.unsaid)
            values = [v for v in told if Facet(kind, v) not in rare and tellable(v)]
            fields[kind] = tuple(sorted(values, key=lambda v: v.casefold() not in named)[:most])
        for name, unit in style.units.items():
            if (number := item.numbers.get(name)) is not None:
                fields[name] = (unit.format(number),)
        kept = {kind: values for kind, values in fields.items() if values}
        return cls(item.title, item.year, kept, reasons, language)


@dataclass(frozen=True, slots=True)
class Style:
    """How one kind of item is talked about, in one language.

    ``noun``: what an item is ("film"); ``words``: further words that are free to use. ``kinds``: the facet kinds
    worth telling, and how many values of each; ``unsaid``: values better left out; ``units``: quantities and their
    formats with the unit. ``prompted``: the kinds a prompt shows, with their labels. ``openings``: what words may
    begin with. ``roles``: for kinds whose values are people, the words
    that assign the role. ``subjects``: the kinds that say what an item is about.
    ``kin``: words that a facet value makes true ("Thriller" -> "tense"). ``examples``: facts and good words.
    ``moods``: what speaks for a mood and against it.
    """

    noun: str
    words: frozenset[str]
    kinds: Mapping[str, int]
    unsaid: frozenset[str]
    units: Mapping[str, str]
    prompted: Mapping[str, str]
    openings: tuple[str, ...]
    roles: Mapping[str, frozenset[str]]
    subjects: frozenset[str]
    kin: Mapping[str, frozenset[str]]
    examples: tuple[tuple[Facts, str], ...]
    moods: Moods = field(default_factory=dict)
    language: str = "en"

    def called(self, noun: str) -> Style:
        """The same style for items that are called otherwise ("book"); its own words for them are no longer free."""
        if noun == self.noun:
            return self
        openings = tuple(opening.replace(self.noun, noun) for opening in self.openings)
        return replace(self, noun=noun, words=frozenset((noun, f"{noun}s")), openings=openings)
