"""Shared facets (people, genres, themes...) as a sparse TF-IDF space with an inverted index."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from recsys.catalogue import Catalogue, Facet

KIND_WEIGHT: Mapping[str, float] = {"director": 1.5, "keyword": 1.0, "genre": 1.0, "cast": 0.7}
"""How telling a shared facet of a kind is; kinds that are not named weigh ``OTHER``."""
OTHER = 0.3


class FacetSpace:
    """Every item as a unit vector over its facets, read facet by facet: a query touches only what it names."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._items = catalogue.items
        self._n = len(catalogue)
        self._rows = {f: catalogue.rows_with(f) for f in catalogue.facets()}
        self._value = {
            facet: KIND_WEIGHT.get(facet.kind, OTHER) * math.log(1 + self._n / len(rows))
            for facet, rows in self._rows.items()
        }
        squares = np.zeros(self._n)
        for facet, rows in self._rows.items():
            squares[rows] += self._value[facet] ** 2
        # Items with hardly a facet would otherwise be "identical" to anything that shares the one they have.
        self._norm = np.sqrt(squares + np.median(squares) if self._n else squares)

    def of(self, row: int) -> dict[Facet, float]:
        """An item's own vector: facet -> value."""
        facets = {Facet(kind, value) for kind, values in self._items[row].facets.items() for value in values}
        return {facet: self._value[facet] / self._norm[row] for facet in facets}

    def scores(self, weights: Mapping[Facet, float]) -> npt.NDArray[np.float32]:
        """``weights``: a person's facets -> (N,) float32, the inner product with every item."""
        total = np.zeros(self._n)
        for facet, weight in weights.items():
            if facet in self._rows:
                total[self._rows[facet]] += weight * self._value[facet]
        return (total / self._norm).astype(np.float32)

    def shared(self, weights: Mapping[Facet, float], row: int) -> dict[Facet, float]:
        """What each of a person's facets adds to one item's score; the values sum to that score."""
        own = self.of(row)
        return {f: weight * own[f] for f, weight in weights.items() if f in own}
