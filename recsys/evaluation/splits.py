"""Who is held out, what is known of them, and what is to be found: the splits of the ratings protocols."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from recsys.errors import DataError
from recsys.interactions import Codes, Interactions

FOLDS: Final = 5
SEED: Final = 98765
SHARE: Final = 0.2
"""Share of a person's items that are targets under strong generalisation."""
KNOWN: Final = (0, 1, 2, 3, 5, 10)
"""How many items of a newcomer are known, one after the other."""
LEAST: Final = 15
"""Newcomers need the items that become known, and some to be found."""


@dataclass(frozen=True, slots=True)
class Case:
    """One person to rank for. ``known`` rows are folded in, ``masked`` rows may not be recommended, ``targets`` are
    to be found; ``ratings`` are what the known rows were rated."""

    user: int
    known: Codes
    ratings: npt.NDArray[np.float32]
    masked: Codes
    targets: Codes


@dataclass(frozen=True, slots=True)
class Fold:
    """``train``: codes of the users whom models may learn from; ``cases``: people they have never seen."""

    train: Codes
    cases: tuple[Case, ...]


def folds(n: int) -> list[Codes]:
    """Positions of ``n`` users in five folds. Raises ``DataError`` when these are not even one each."""
    if n < FOLDS:
        raise DataError(f"These ratings are of fewer than {FOLDS} people who have enough of them: take a larger file.")
    return [np.sort(part) for part in np.array_split(np.random.RandomState(SEED).permutation(n), FOLDS)]


def strong(data: Interactions) -> Iterator[Fold]:
    """Strong generalisation (Marlin 2004): all ratings of four folds teach; of each person in the fifth the last
    fifth of their items, in an order drawn for each person, is to be found from the rest."""
    for train, test in _rounds(data):
        cases = []
        for user in test:
            items, ratings = shuffled(data, user)
            cut = len(items) - max(1, round(SHARE * len(items)))
            cases.append(Case(int(user), items[:cut], ratings[:cut], items[:cut], items[cut:]))
        yield Fold(train, tuple(cases))


def cold(data: Interactions, known: Sequence[int] = KNOWN) -> Iterator[dict[int, Fold]]:
    """Cold start: the same folds and orders; the first k items are known, what comes after the first ten is to be
    found, for each k the same. By k."""
    for train, test in _rounds(data):
        orders = [(int(user), *shuffled(data, user)) for user in test]
        last = max(KNOWN)
        yield {
            k: Fold(
                train,
                tuple(
                    Case(user, items[:k], ratings[:k], items[:last], items[last:])
                    for user, items, ratings in orders
                    if len(items) >= LEAST
                ),
            )
            for k in known
        }


def leave_last_out(data: Interactions) -> Iterator[Fold]:
    """Everybody's latest item is to be found from all earlier ones, which also teach: one fold. Ties in time go to
    the higher row, files without times to the last item of the drawn order."""
    cases = []
    starts = np.searchsorted(data.user, np.arange(len(data.users) + 1))
    for user in range(len(data.users)):
        rows = np.arange(starts[user], starts[user + 1])
        if len(rows) < 2:
            continue
        when = data.timestamp[rows]
        last = rows[len(rows) - 1 - int(np.argmax(when[::-1]))] if np.isfinite(when).all() else None
        if last is None:
            last = rows[int(np.argwhere(data.item[rows] == shuffled(data, user)[0][-1])[0, 0])]
        before = rows[rows != last]
        items = data.item[before]
        cases.append(Case(user, items, data.rating[before], items, data.item[[last]]))
    yield Fold(np.arange(len(data.users)), tuple(cases))


def shuffled(data: Interactions, user: int) -> tuple[Codes, npt.NDArray[np.float32]]:
    """A person's items and ratings in the order in which they become known: drawn from the person's id, so that it
    is the same in every protocol."""
    start, end = np.searchsorted(data.user, [user, user + 1])
    name = data.users[user]
    seed = int(name) if name.isdecimal() else user
    order = np.random.RandomState((1000 + seed) % (1 << 32)).permutation(end - start)
    return data.item[start:end][order], data.rating[start:end][order]


def _rounds(data: Interactions) -> Iterator[tuple[Codes, Codes]]:
    parts = folds(len(data.users))
    for n, test in enumerate(parts):
        yield np.sort(np.concatenate([part for m, part in enumerate(parts) if m != n])), test
