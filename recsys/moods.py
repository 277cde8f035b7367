"""Moods as evidence: facets that speak for a mood or against it. They count in a score and rule nothing out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from recsys.catalogue import Catalogue, Facet
from recsys.taste import Clause, meets

OWN: Final = 0.5
"""What it is worth to carry a facet that names the mood itself, such as a keyword "feel-good"."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """Carrying any of ``facets`` speaks for a mood by ``weight``, or against it where that is negative."""

    facets: tuple[Facet, ...]
    weight: float


Moods: TypeAlias = Mapping[str, tuple[Leaning, ...]]
"""What a catalogue's domain knows of moods, by name. Facets that a catalogue lacks are ignored."""


class MoodFits:
    """How well the N items of one catalogue fit moods."""

    def __init__(self, catalogue: Catalogue, moods: Moods) -> None:
        self._catalogue, self._moods = catalogue, moods
        self._fits: dict[tuple[Clause, frozenset[Facet]], npt.NDArray[np.float32]] = {}

    def knows(self, clause: Clause) -> bool:
        """Whether a clause names a mood that anything is known of."""
        return clause.mood in self._moods

    def fit(self, clause: Clause, asked: Iterable[Facet] = ()) -> npt.NDArray[np.float32]:
        """From -1 to 1 for each item (N,); not to be written to. What was ``asked`` for outright is no evidence: all
        that may be shown has it."""
        key = (clause, frozenset(asked))
        found = self._fits.get(key)
        if found is None:
            found = np.zeros(len(self._catalogue), dtype=np.float32)
            for leaning in self._moods.get(clause.mood, ()):
                facets = tuple(f for f in leaning.facets if f not in key[1])
                found += np.float32(leaning.weight) * meets(self._catalogue, Clause("", facets))
            if self.knows(clause):
                found += np.float32(OWN) * meets(self._catalogue, Clause("", tuple(clause.core - key[1])))
            found = np.tanh(found)
            if len(self._fits) > 200:
                self._fits.clear()
            self._fits[key] = found
        return found
