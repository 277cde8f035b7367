"""Which records of different sources describe one film."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from rapidfuzz import fuzz, utils

from recsys.datasets.sources import Record
from recsys.datasets.titles import fold, name_key, title_key

Film = tuple[Record, ...]
"""The records of one film, at most one a source."""

Keys = Callable[[Record], set[str]]
Likeness = Callable[[Film, Record], float]
"""How sure it is that a record describes a film: above 0 when it does."""

INCOMPARABLE: Final = frozenset({"Biography", "History", "Music", "Sport"})
"""Genres that MovieLens has no word for: they say nothing for or against a match with it."""
_POSSESSIVE: Final = re.compile(r"^[\w.]+(?:\s[\w.]+){0,2}['’]s\s(?P<rest>.+)$")


def join(wikidata: Sequence[Record], tmdb: Sequence[Record], movielens: Sequence[Record]) -> list[Film]:
    """Puts the records of one film together; every record is in exactly one film."""
    films: list[Film] = [(record,) for record in wikidata]
    films, rest = _pair(films, tmdb, _titles, _same_title)
    films, rest = _pair(films, rest, _directors, _same_people)
    films += [(record,) for record in rest]
    films, rest = _pair(films, movielens, _titles, _same_listing)
    films, rest = _pair(films, rest, _segments, _same_subtitle)
    return films + [(record,) for record in rest]


def _pair(
    films: list[Film], records: Sequence[Record], keys: Keys, likeness: Likeness
) -> tuple[list[Film], list[Record]]:
    """Gives each record to the likest film that shares a key and lacks its source, best pairs first.

    Returns the films with their new records, and the records that found none.
    """
    sharing: dict[str, set[int]] = defaultdict(set)
    for row, film in enumerate(films):
        for record in film:
            for key in keys(record):
                sharing[key].add(row)
    pairs: list[tuple[float, int, int]] = []
    for number, record in enumerate(records):
        for row in {row for key in keys(record) for row in sharing.get(key, ())}:
            score = likeness(films[row], record)
            if score > 0 and all(known.source != record.source for known in films[row]):
                pairs.append((-score, row, number))
    joined = list(films)
    taken_rows: set[int] = set()
    taken_records: set[int] = set()
    for _, row, number in sorted(pairs):
        if row not in taken_rows and number not in taken_records:
            joined[row] = (*films[row], records[number])
            taken_rows.add(row)
            taken_records.add(number)
    return joined, [record for number, record in enumerate(records) if number not in taken_records]


def _same_title(film: Film, record: Record) -> float:
    """For two sources that know the people: one title, and a director, an actor or the exact year in common."""
    (known,) = film
    gap = abs(known.year - record.year)
    directors = len(_directors(known) & _directors(record))
    actors = len(_cast(known) & _cast(record))
    if directors:
        close = gap <= 3
    elif actors:
        close = gap <= 1
    else:
        close = gap == 0 and (_minutes_apart(known, record) <= 2 or _related(known, record))
    return 4 * directors + min(actors, 4) - gap + _closeness(known, record) if close else 0


def _same_people(film: Film, record: Record) -> float:
    """For titles that differ ("Se7en", "Seven"): a director and most of the cast in common, or a likely title."""
    known = film[0]
    gap = abs(known.year - record.year)
    if gap > 1:
        return 0
    apart = _minutes_apart(known, record)
    alike = max(_similarity(title, known.title) for title in (record.title, *record.aliases))
    actors = len(_cast(known) & _cast(record))
    fewest = min(len(known.cast), len(record.cast))
    by_cast = actors >= 4 and actors >= 0.4 * fewest and apart <= 20
    by_title = gap == 0 and alike >= 80 and apart <= 3
    return 100 + actors + alike / 10 - 10 * gap - apart if by_cast or by_title else 0


def _same_listing(film: Film, record: Record) -> float:
    """For a source without people: one title and year, or the year before or after and a genre in common."""
    gap = min(abs(known.year - record.year) for known in film)
    genres = {genre for known in film for genre in known.genres} - INCOMPARABLE
    common = len(genres & set(record.genres))
    if gap > 1 or (gap == 1 and genres and record.genres and not common):
        return 0
    likeness = max(_closeness(known, record) for known in film)
    # Of two listings of one title and year, the one that many rated is the film that other sources know.
    heard_of = min(record.votes, 5) / 5
    return 3 * (1 - gap) + likeness + heard_of + common / max(1, len(genres | set(record.genres)))


def _same_subtitle(film: Film, record: Record) -> float:
    """For one title with and one without its subtitle or possessor: a genre and the exact year in common.

    Two years apart is near enough for one and the same long title.
    """
    genres = {genre for known in film for genre in known.genres}
    gap = min(abs(known.year - record.year) for known in film)
    if gap > 2 or not genres & set(record.genres):
        return 0
    if gap:
        long = {title for title in _titles(record) if len(title) >= 12}
        return 1 if long & set().union(*(_titles(known) for known in film)) else 0
    titles = [title for known in film for title in (known.title, *known.aliases)]
    return max((_subtitled(record.title, title) for title in titles), default=0)


def _titles(record: Record) -> set[str]:
    return {title_key(title) for title in (record.title, *record.aliases)}


def _segments(record: Record) -> set[str]:
    """Keys of a title's parts: before and after a colon or dash, and without "Somebody's" in front."""
    keys = set()
    for title in (record.title, *record.aliases):
        parts = re.split(r":\s|\s[-–]\s|\sin\s(?=The )|\swith\s", title)
        keys |= {title_key(part) for part in (title, parts[0], parts[-1])}
        if match := _POSSESSIVE.match(title):
            keys.add(title_key(match["rest"]))
    return keys


def _directors(record: Record) -> set[str]:
    return {name_key(name) for name in record.directors}


def _cast(record: Record) -> set[str]:
    return {name_key(name) for name in record.cast}


def _related(first: Record, second: Record) -> bool:
    """Whether directors share a part of their names ("Mona Lerche", "Mona Fastvold"), or one list is empty."""
    words = [
        {word for name in record.directors for word in fold(name).split() if len(word) > 3}
        for record in (first, second)
    ]
    return bool(words[0] & words[1]) or not all(words)


def _minutes_apart(first: Record, second: Record) -> float:
    """The difference of the running times; 10 when one is unknown."""
    return abs(first.runtime - second.runtime) if first.runtime and second.runtime else 10


def _closeness(first: Record, second: Record) -> float:
    """From 0 to 2: how literally the main titles agree."""
    same_key = title_key(first.title) == title_key(second.title)
    return same_key + (fold(first.title) == fold(second.title))


def _similarity(first: str, second: str) -> float:
    """From 0 to 100; 100 when the words of one title are among those of the other."""
    return fuzz.token_set_ratio(fold(first), fold(second), processor=utils.default_process)


def _subtitled(first: str, second: str) -> float:
    """How alike two titles are of which one has more words, 1 to 101; 0 when they are another film's.

    A lone word must open the longer title ("Birdman"), lest "Blue" be taken for "Three Colours: Blue".
    """
    numbers = [set(re.findall(r"\d+", fold(title))) for title in (first, second)]
    short, long = sorted((utils.default_process(fold(title)).split() for title in (first, second)), key=len)
    lone = len(short) == 1 and long[:1] != short and not _POSSESSIVE.match(max(first, second, key=len))
    if lone or (all(numbers) and numbers[0] != numbers[1]) or _similarity(first, second) < 85:
        return 0
    return 1 + fuzz.ratio(" ".join(short), " ".join(long))
