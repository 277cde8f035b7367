"""Who the simulated people are: what they have seen, what they would love, what they want tonight."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from bot.conversation.tokens import squash
from recsys.catalogue import Catalogue, Item

LIKED: Final = 4.0
DISLIKED: Final = 2.0
SEEN: Final = 0.5
"""The share of a person's rated films that they have seen before; the rest they would rate so once they saw them."""
MOST_LIMITS: Final = 4
GORE: Final = frozenset({"gore", "gory", "splatter", "blood", "bloody", "torture", "slasher", "body horror"})
TWO_HOURS: Final = 120


class Kind(StrEnum):
    """What a limit is about."""

    GENRE = "genre"
    DECADE = "decade"
    RUNTIME = "runtime"
    PERSON = "person"
    DIRECTOR = "director"
    NO_GENRE = "no genre"
    NO_GORE = "no gore"
    OLDER = "older"  # than a year
    NEWER = "newer"
    SHORTER = "shorter"  # than minutes
    LONGER = "longer"


VETOES: Final = (Kind.NO_GENRE, Kind.NO_GORE)
"""What is ruled out for the whole evening, whatever is wished for next."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One hard constraint, as the person means it: read off the item itself, not off what the bot understood."""

    kind: Kind
    value: str | int = ""

    def allows(self, item: Item) -> bool:
        """Whether an item keeps to it. What the catalogue does not know of an item, nobody can hold against it."""
        genres, minutes, value = item.facets.get("genre", ()), item.number("runtime"), self.value
        match self.kind:
            case Kind.GENRE:
                return value in genres
            case Kind.NO_GENRE:
                return value not in genres
            case Kind.NO_GORE:
                return not GORE & set(item.facets.get("keyword", ()))
            case Kind.PERSON:
                return squash(str(value)) in map(squash, item.facets.get("cast", ()))  # catalogues spell names two ways
            case Kind.DIRECTOR:
                return squash(str(value)) in map(squash, item.facets.get("director", ()))
        if isinstance(value, str):
            return True
        match self.kind:
            case Kind.DECADE:
                return item.year is None or value <= item.year < value + 10
            case Kind.OLDER:
                return item.year is None or item.year < value
            case Kind.NEWER:
                return item.year is None or item.year > value
            case Kind.RUNTIME:
                return minutes is None or minutes <= value
            case Kind.SHORTER:
                return minutes is None or minutes < value
            case _:
                return minutes is None or minutes > value


@dataclass(frozen=True, slots=True)
class Temper:
    """How somebody talks. ``patience``: lists without anything they like until they give up; ``typos``: the chance
    that a word is misspelt; ``presses``: the chance that they press a button where words would do; ``fickle``: the
    chance of a new wish after a list."""

    patience: int
    typos: float
    lower: bool
    slang: bool
    presses: float
    fickle: float

    @classmethod
    def drawn(cls, rng: Random) -> Temper:
        """One of many."""
        return cls(
            patience=rng.randint(2, 8),
            typos=rng.choice((0.0, 0.0, 0.03, 0.08)),
            lower=rng.random() < 0.6,
            slang=rng.random() < 0.2,
            presses=rng.choice((0.1, 0.4, 0.8)),
            fickle=rng.choice((0.0, 0.05, 0.15)),
        )


@dataclass(frozen=True, slots=True)
class Person:
    """``seen``: item -> rating of films that they know and can speak of; ``hidden``: of films that they have yet to
    see. Nothing of either was taught to the models that they talk to."""

    name: str
    seen: Mapping[str, float]
    hidden: Mapping[str, float]
    temper: Temper

    @property
    def favourites(self) -> list[str]:
        """What they can say they loved, best first."""
        return sorted((i for i, r in self.seen.items() if r >= LIKED), key=lambda i: (-self.seen[i], i))

    @property
    def wanted(self) -> list[str]:
        """What they would love and have not seen."""
        return sorted(i for i, r in self.hidden.items() if r >= LIKED)


def drawn_person(name: str, ratings: Mapping[str, float], fame: Mapping[str, int], rng: Random) -> Person:
    """Somebody with these ratings. What many people know (``fame``), they are likelier to have seen already: the
    chance goes with its square root, the exponent by which recommenders are usually corrected (Steck 2011)."""
    keyed = sorted(ratings, key=lambda i: (-(rng.random() ** (1 / (1 + fame.get(i, 0)) ** 0.5)), i))
    cut = max(1, round(SEEN * len(keyed)))
    seen, hidden = keyed[:cut], keyed[cut:]
    return Person(name, {i: ratings[i] for i in seen}, {i: ratings[i] for i in hidden}, Temper.drawn(rng))


def drawn_limits(target: Item, rng: Random, genres: Collection[str]) -> list[Limit]:
    """What somebody asks for who would love ``target`` tonight but does not know of it: limits that it keeps to."""
    minutes = target.number("runtime")
    cast, director = target.facets.get("cast", ()), target.facets.get("director", ())
    own = [g for g in target.facets.get("genre", ()) if g in genres]
    others = sorted(set(genres) - {*own, "Drama"})
    found: list[Limit] = []
    if own and rng.random() < 0.75:
        found.append(Limit(Kind.GENRE, rng.choice(own)))
    if target.year and rng.random() < 0.35:
        found.append(Limit(Kind.DECADE, target.year // 10 * 10))
    if minutes and rng.random() < 0.2:
        found.append(Limit(Kind.RUNTIME, TWO_HOURS if minutes < TWO_HOURS else int(minutes) // 10 * 10 + 20))
    if (cast or director) and rng.random() < 0.08:
        person = Limit(Kind.PERSON, cast[0]) if cast else Limit(Kind.DIRECTOR, director[0])
        found.append(person)
    if rng.random() < 0.12:
        found.append(Limit(Kind.NO_GENRE, rng.choice(others)))
    if rng.random() < 0.1:
        found.append(Limit(Kind.NO_GORE))
    return [limit for limit in found[:MOST_LIMITS] if limit.allows(target)]


def broken(limits: Iterable[Limit], item: Item) -> list[Limit]:
    """The limits that an item breaks."""
    return [limit for limit in limits if not limit.allows(item)]


def fitting(ids: Iterable[str], limits: Sequence[Limit], catalogue: Catalogue) -> list[str]:
    """The items that keep to all limits."""
    return [i for i in ids if not broken(limits, catalogue[i])]
