"""Counts that a catalogue brings along, by the names of its columns: "under 200 pages", "for 2 players"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from recsys.catalogue import Catalogue, Item
from recsys.taste import Range

_KNOWN = frozenset(("runtime", "popularity", "rating"))
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_N = rf"(?P<n>\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|{'|'.join(_WORDS)})"
_MOST = r"under|below|less than|fewer than|at most|no more than|not more than|not over|up to|max(?:imum)?(?: of)?|<=?"
_LEAST = r"over|above|more than|at least|no less than|no fewer than|not under|min(?:imum)?(?: of)?|>=?"
_MORE = re.compile(_LEAST, re.IGNORECASE)
_PEOPLE = "people|persons?|of us|friends|guests"
_HEADS = frozenset(("player", "serving", "portion", "guest", "seat"))
"""What is counted by heads: as many servings as "six people" eat."""
PAGES = "pages"
"""What tells how long something is that takes no minutes."""
FEATURE, EPIC = 75, 150
"""Minutes within which films last on the whole."""
_ABOUT = 0.1
"""A large number alone means about so many: "a 300-page novel" may have 290."""
_LARGE = 20


@dataclass(frozen=True, slots=True)
class Count:
    """One count: ``name`` is its column, or the lower end where the column ``upto`` has the upper one; ``what`` is
    counted, in the singular."""

    name: str
    what: str
    upto: str = ""

    def rules(self) -> list[tuple[re.Pattern[str], Callable[[re.Match[str]], Range | None]]]:
        """What finds a limit of it, and reads it."""
        nouns = rf"{re.escape(self.what)}s?"
        if self.what in _HEADS:
            nouns += f"|{_PEOPLE}"
        span = rf"\b(?:between )?{_N}\s*(?:to|and|or|-|–)\s*{_N.replace('<n>', '<m>')}[\s-]*(?:{nouns})\b"
        some = (
            rf"(?:\b(?P<op>{_MOST}|{_LEAST})\s*)?(?<![\w.,])(?:about |around )?{_N}[\s-]*(?:{nouns})\b"
            rf"(?P<or>\s*(?:or (?:less|fewer|more)|max(?:imum)?|tops|at (?:most|least)|\+))?"
        )
        return [(re.compile(span, re.IGNORECASE), self._span), (re.compile(some, re.IGNORECASE), self._some)]

    def questions(self) -> list[str]:
        """What asks for it: "how many pages"."""
        return [f"how many {self.what}s", f"how many {self.what}", f"number of {self.what}s"]

    def told(self, low: float, high: float | None = None) -> str:
        """ "304 pages", "2-4 players"."""
        many = f"{low:g}" if high is None or high == low else f"{low:g}-{high:g}"
        return f"{many} {self.what}{'' if many == '1' else 's'}"

    def _span(self, match: re.Match[str]) -> Range:
        low, high = sorted((_number(match["n"]), _number(match["m"])))
        return Range(self.name, low, high, match[0].strip().lower(), self.upto)

    def _some(self, match: re.Match[str]) -> Range:
        number, label = _number(match["n"]), match[0].strip().lower()
        bound = " ".join(filter(None, (match["op"], (match["or"] or "").strip()))).lower()
        heads = self.what in _HEADS
        if bound == "up to" and self.upto:  # "for up to six players" is for six, too
            bound = ""
        if not bound:
            off = round(number * _ABOUT) if number >= _LARGE else 0
            enough = heads and not self.upto  # a dish for eight feeds six
            return Range(self.name, number - off, None if enough else number + off, label, self.upto)
        if _MORE.search(bound) or bound.endswith(("more", "+")):
            return Range(self.name, low=number, label=label, upto=self.upto)
        return Range(self.name, high=number, label=label, upto=self.upto)


def counts_of(catalogue: Catalogue) -> tuple[Count, ...]:
    """The counts of a catalogue: columns of whole numbers that are called by what they count, in the plural ("pages",
    or "min_players" beside "max_players")."""
    names = sorted({name for item in catalogue.items for name in item.numbers} - _KNOWN)
    found = []
    for name in names:
        bare = name.removeprefix("min_")
        what = bare.replace("_", " ")
        upto = f"max_{bare}" if name != bare else ""
        whole = all(value.is_integer() for item in catalogue.items if (value := item.numbers.get(name)) is not None)
        if what.endswith("s") and whole and not name.startswith("max_") and (not upto or upto in names):
            found.append(Count(name, what.removesuffix("s"), upto))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Length:
    """How long things are in a catalogue: the quantity ``name``, from where on they are ``long``, up to where they are
    ``short`` or ``not_long``, and the ``shortest`` length that a number without a limit can mean."""

    name: str
    short: float
    not_long: float
    long: float
    shortest: float

    @property
    def brief(self) -> bool:
        """Whether things take less time than films do: "in half an hour" is a limit of theirs."""
        return self.name == FILMS.name and self.shortest < FILMS.shortest


LENGTH = "length"
"""Stands for the quantity that tells how long things of a catalogue are."""
FILMS = Length("runtime", short=95, not_long=120, long=140, shortest=45)
"""How long films are."""


def length_of(catalogue: Catalogue) -> Length:
    """What "short" means in a catalogue, in minutes, else pages; of films what people mean by it."""
    quartiles = (0.25, 0.5, 0.75)
    short, middle, long = (catalogue.quantile(FILMS.name, share) for share in quartiles)
    name = FILMS.name
    if short is None:
        name = PAGES
        short, middle, long = (catalogue.quantile(name, share) for share in quartiles)
    if short is None or middle is None or long is None or (name == FILMS.name and FEATURE <= middle <= EPIC):
        return FILMS
    return Length(name, short, middle, long, catalogue.quantile(name, 0) or 0)


def measured_by(name: str, items: Iterable[Item]) -> str:
    """The quantity by which items are compared: how long they are by their pages, where none of them runs minutes."""
    minutes = name != FILMS.name or any(item.number(name) is not None for item in items)
    return name if minutes else PAGES


def of_heads(limit: Range) -> bool:
    """Whether a limit says for how many people it is."""
    return limit.name.removeprefix("min_").removesuffix("s") in _HEADS


def _number(said: str) -> float:
    word = said.lower()
    return float(_WORDS.index(word) + 1) if word in _WORDS else float(said.replace(",", ""))


def told_of(counts: Sequence[Count], numbers: Callable[[str], float | None]) -> list[str]:
    """An item's counts in words; ``numbers`` gives its quantities by name."""
    return [
        count.told(low, numbers(count.upto) if count.upto else None)
        for count in counts
        if (low := numbers(count.name)) is not None
    ]
