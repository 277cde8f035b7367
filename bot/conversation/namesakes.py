"""Which item a title means when several are called so: by an ordinal, by its age, by its year, by who is known best."""

from __future__ import annotations

import re

from bot.conversation.title_case import Case
from bot.conversation.title_index import PART
from bot.conversation.tokens import ARTICLES

EQUAL_CLAIM = 0.75
"""Two films of one title are ambiguous when the lesser has this share of the other's popularity."""

_AGE_BEFORE = re.compile(
    r"\b(new|newer|newest|latest|recent|original|old|older|first)(?: the)?[\s\"“'‘]*$", re.IGNORECASE
)
_AGE_AFTER = re.compile(r"[\s,]*\(?(?:the )?(new|newer|original|old|older)(?: one| version|\))", re.IGNORECASE)
_NEWEST = frozenset(("new", "newer", "newest", "latest", "recent"))


def meant(case: Case) -> list[int]:
    """The likeliest row, or all of equal claim."""
    if (sequel := _sequel(case)) is not None:
        return [sequel]
    rows = sorted(case.rows, key=lambda row: (-_claim(case, row), -_year(case, row)))
    if len(rows) == 1:
        return rows
    if case.of.penalty >= PART:
        return [_first_of_series(case, rows)]
    if age := _age(case):
        popularity = case.said.index.popularity
        known = [row for row in rows if popularity[row] >= 0.4] or rows
        pick = max if age in _NEWEST else min
        return [pick(known, key=lambda row: _year(case, row))]
    return _rivals(case, rows)


def _year(case: Case, row: int) -> int:
    return case.said.index.items[row].year or 9999


def _claim(case: Case, row: int) -> float:
    """How much speaks for one of the items: its votes, people named beside it, its article and its year."""
    index = case.said.index
    bonus = 10.0 if case.said.people & index.people(row) else 1.0
    bonus *= 1.0 if bool(index.articles[row]) == (case.previous in ARTICLES) else 0.5  # "Heat" is rather no "The Heat"
    return (index.votes[row] + 1) * bonus * (3.0 if case.year is not None and _year(case, row) == case.year else 1.0)


def _sequel(case: Case) -> int | None:
    """The part that an ordinal names: "the second Godfather"."""
    index = case.said.index
    part = case.words.parts.get(case.previous, 0) if not case.said.gap(case.of.i).strip() else 0
    if part < 2 or case.year is not None:
        return None
    found = index.sequels([t.norm for t in case.tokens], part)
    return max(found, key=index.votes.__getitem__, default=None)


def _first_of_series(case: Case, rows: list[int]) -> int:
    """ "Lord of the Rings": the first part, if people know it."""
    votes = case.said.index.votes
    return min((row for row in rows if votes[row] >= 0.3 * votes[rows[0]]), key=lambda row: _year(case, row))


def _age(case: Case) -> str:
    """ "The new Ghostbusters", "Ghostbusters, the original one": what is said of its age."""
    age = _AGE_BEFORE.search(case.before) or _AGE_AFTER.match(case.said.text, case.last.end)
    return age.group(1).lower() if age else ""


def _rivals(case: Case, rows: list[int]) -> list[int]:
    """The first row, or all of equal claim where people know more than one and their years tell them apart."""
    rivals = [row for row in rows if _claim(case, row) >= EQUAL_CLAIM * _claim(case, rows[0])]
    well_known = case.said.index.popularity[rows[1]] > 0.55
    return rivals[:4] if well_known and len({_year(case, row) for row in rivals}) == len(rivals) else rows[:1]
