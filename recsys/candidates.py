"""What may be shown: masks over the catalogue for what a query rules out and insists on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from recsys.catalogue import Catalogue
from recsys.taste import Clause, Query, Range, meets

Mask: TypeAlias = npt.NDArray[np.bool_]

ORIGIN: Final = "country"
"""The kind of facet that says where an item was made; many were made in several."""
MANY: Final = 8
"""Wishes whose combinations are tried when they don't all fit: 2^8 masks are quick, 2^20 would not be."""


def candidates(catalogue: Catalogue, query: Query) -> tuple[Mask, tuple[str, ...]]:
    """The mask (N,) of what may be shown, and the labels of the wishes dropped to have anything to show: as few as
    possible, and among as many the least important. Vetoes are never dropped."""
    allowed = np.ones(len(catalogue), dtype=np.bool_)
    allowed[[catalogue.row(i) for i in _named(query) if i in catalogue]] = False
    asked = {f for clause in (*query.wish.wanted, *query.wish.hoped) if not clause.whom for f in clause.facets}
    asked.update(facet for facet, weight in query.taste.facets.items() if weight > 0)
    for veto in (*query.wish.unwanted, *query.taste.vetoes):
        allowed &= ~meets(catalogue, veto.without(asked) if isinstance(veto, Clause) else veto)
    wishes: list[Clause | Range] = [*query.wish.wanted, *query.wish.ranges]
    fits = [meets(catalogue, w) for w in wishes]
    for kept in _subsets(len(wishes)):
        mask = allowed & _all([fits[n] for n in kept], len(allowed))
        if mask.any() or not kept:
            break
    mask = _made_there(_narrowed(mask, catalogue, query), catalogue, query)
    return mask, tuple(wish.label for n, wish in enumerate(wishes) if n not in kept)


def _narrowed(mask: Mask, catalogue: Catalogue, query: Query) -> Mask:
    """The mask without what no theme that is hoped for is recorded of, as long as that fills a list: what everybody
    knows would take the place of what was asked for. Moods are no matter of a theme or two."""
    for clause in query.wish.hoped:
        narrowed = mask & meets(catalogue, clause)
        if not clause.mood and narrowed.sum() >= query.k:
            mask = narrowed
    return mask


def _made_there(mask: Mask, catalogue: Catalogue, query: Query) -> Mask:
    """The mask without what was made elsewhere as well, where a country is asked for, as long as that fills a list:
    what an American studio filmed in Australia is hardly meant by "an Australian comedy". A story that is told of
    besides decides for itself: of the Irish Troubles the British made films with the Irish."""
    for clause in query.wish.wanted if query.wish.vague or not query.wish.text else ():
        if not clause.facets or any(facet.kind != ORIGIN for facet in clause.facets):
            continue
        asked = {facet.value for facet in clause.facets}
        alone = [asked.issuperset(catalogue.items[row].facets.get(ORIGIN, ())) for row in np.flatnonzero(mask)]
        if sum(alone) >= query.k:
            mask = mask.copy()
            mask[np.flatnonzero(mask)[~np.array(alone)]] = False
    return mask


def hidden(catalogue: Catalogue, query: Query) -> dict[str, int]:
    """How many items each thing that the query rules out hides: by the label of a veto or a wish, or ``"known"`` for
    what was named, reacted to or excluded. One item may be hidden by several."""
    counts = {"known": sum(i in catalogue for i in set(_named(query)))}
    vetoes: list[Clause | Range] = [*query.wish.unwanted, *query.taste.vetoes]
    wishes: list[Clause | Range] = [*query.wish.wanted, *query.wish.ranges]
    counts |= {f"no {veto.label}": int(meets(catalogue, veto).sum()) for veto in vetoes}
    counts |= {f"not {wish.label}": int((~meets(catalogue, wish)).sum()) for wish in wishes}
    return {label: count for label, count in counts.items() if count}


def _named(query: Query) -> list[str]:
    return [*query.exclude, *query.wish.like, *query.taste.items]


def _subsets(n: int) -> Iterator[tuple[int, ...]]:
    """Subsets of ``range(n)``, the largest first, and among equals those that lack the lowest numbers first. Beyond
    ``MANY`` wishes only the most important of them are combined."""
    for size in range(n, -1, -1):
        combined = range(max(0, n - MANY), n) if size < n else range(n)
        yield from sorted(combinations(combined, min(size, len(combined))), reverse=True)


def _all(masks: Sequence[Mask], n: int) -> Mask:
    return np.logical_and.reduce(masks) if masks else np.ones(n, dtype=np.bool_)
