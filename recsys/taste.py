"""What a person is known to like, what they wish for right now, and the query made of both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from recsys.catalogue import Catalogue, Facet


@dataclass(frozen=True, slots=True)
class Clause:
    """One wish or veto about facets: an item meets it when it carries any of ``facets``.

    ``label`` is how the person would recognise it ("funny", "Al Pacino", "gory"). ``beyond``: those of the facets
    that a veto covers only unless they are wanted: "nothing gory" rules out horror, but not for who asks for horror.
    ``mood``: the name of the mood that it asks for, if it asks for one; see ``recsys.moods``. ``whom``: those who watch
    along, for whose sake it is wanted or refused; the wish that names them is called like them. ``words``: a veto
    covers items whose text says one of them, too: themes are recorded for a part of the items only.
    """

    label: str
    facets: tuple[Facet, ...]
    beyond: tuple[Facet, ...] = ()
    mood: str = ""
    whom: str = ""
    words: tuple[str, ...] = ()

    @property
    def core(self) -> frozenset[Facet]:
        """The facets that the label names."""
        return frozenset(self.facets).difference(self.beyond)

    def without(self, wanted: Collection[Facet]) -> Clause:
        """This veto for somebody who wants these facets."""
        kept = tuple(f for f in self.facets if f not in self.beyond or f not in wanted)
        return Clause(self.label, kept, mood=self.mood, words=self.words)


@dataclass(frozen=True, slots=True)
class Range:
    """A numeric constraint, both ends inclusive; ``None`` leaves an end open. Items whose value is unknown fail.
    ``upto``: the quantity that items reach up to from that of ``name``; they have all that lies between ("2 to 4
    players"), and meet the constraint with any of it."""

    name: str
    low: float | None = None
    high: float | None = None
    label: str = ""
    upto: str = ""


def meets(catalogue: Catalogue, wish: Clause | Range) -> npt.NDArray[np.bool_]:
    """Which items of a catalogue (N,) meet a wish."""
    if isinstance(wish, Range):
        values = catalogue.number(wish.name)
        most = catalogue.number(wish.upto) if wish.upto else values
        low = -np.inf if wish.low is None else wish.low
        high = np.inf if wish.high is None else wish.high
        return (most >= low) & (values <= high)
    met = np.zeros(len(catalogue), dtype=np.bool_)
    for facet in wish.facets:
        met[catalogue.rows_with(facet)] = True
    for words in wish.words:
        met[catalogue.rows_saying(words)] = True
    return met


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted this evening. ``wanted``, then ``ranges``, run from the least to the most important; as few as
    possible give way when nothing fits. Vetoes (``unwanted``) never do. ``hoped`` counts but excludes nothing: it
    is for properties that are recorded for a part of the items only, such as themes.

    ``text`` is the free-text wish that the encoder reads, ``label`` how the person would recognise it; ``like`` holds
    ids of items to resemble ("like Alien"). ``vague``: the text names moods only, which very many items fit.
    """

    text: str = ""
    wanted: tuple[Clause, ...] = ()
    hoped: tuple[Clause, ...] = ()
    unwanted: tuple[Clause | Range, ...] = ()
    ranges: tuple[Range, ...] = ()
    like: tuple[str, ...] = ()
    label: str = ""
    vague: bool = False

    def __bool__(self) -> bool:
        return bool(self.text or self.wanted or self.hoped or self.unwanted or self.ranges or self.like)


@dataclass(frozen=True, slots=True)
class Taste:
    """What lasts: opinions on items and facets, each from -1 (hates) to +1 (loves), ``moods`` that are liked, and
    ``vetoes``; and the ids of items ``passed`` over: they were asked what they love, and did not name these. That is
    evidence, but no opinion.

    It is the evidence itself, not a vector made of it: a new reaction is one dictionary entry, takes effect in the
    next query, can be taken back exactly, and every score splits into what each reaction added to it.
    """

    items: Mapping[str, float] = field(default_factory=dict)
    facets: Mapping[Facet, float] = field(default_factory=dict)
    vetoes: tuple[Clause, ...] = ()
    moods: tuple[Clause, ...] = ()
    passed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether they have said anything that they like or don't."""
        return bool(self.items or self.facets or self.vetoes or self.moods)

    def tonight(self, wish: Wish) -> Taste:
        """This taste beside a wish: what is asked for by name is not ruled out by what was said for good."""
        asked = {facet for clause in (*wish.wanted, *wish.hoped) for facet in clause.core}
        return replace(self, vetoes=tuple(veto for veto in self.vetoes if asked.isdisjoint(veto.core)))


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said this evening, as it was said: what the signals learned from conversations read.

    ``transcript``: the words of both sides, the latest last; ``words``: the person's own, without the names of items;
    ``named``: ids of the items that were named, the latest last; ``echoed``: what a human recommender spoke of.
    """

    transcript: str = ""
    words: str = ""
    named: tuple[str, ...] = ()
    echoed: tuple[Clause, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.transcript or self.words or self.named)


@dataclass(frozen=True, slots=True)
class Query:
    """One request: ``k`` items for a taste and a wish, none of ``exclude`` (seen, disliked, just shown).

    ``surprise`` is the spread of the luck that is mixed into the scores, in points; ``seed`` decides it.
    """

    taste: Taste = field(default_factory=Taste)
    wish: Wish = field(default_factory=Wish)
    exclude: frozenset[str] = frozenset()
    k: int = 3
    surprise: float = 0.0
    seed: int = 0
    talk: Talk = field(default_factory=Talk)
