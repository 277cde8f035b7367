"""Kinds of sentences by their nearest examples: a classifier that a few examples teach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

import numpy as np

from recsys.encoder import Encoder, Vectors

NEAREST: Final = 2
"""How many examples of a kind speak for it."""


class Nearest:
    """Nearest neighbours (Cover and Hart 1967) over sentence embeddings: cosines to the examples of each kind.

    ``examples``: texts by kind, at least two of each. They are encoded at their first use, or by ``load``.
    """

    def __init__(self, encoder: Encoder, examples: Mapping[str, Sequence[str]]) -> None:
        self._encoder = encoder
        self._texts = [text for said in examples.values() for text in said]
        self._kinds = np.array([kind for kind, said in examples.items() for _ in said])

    def load(self) -> None:
        """Encode the examples now. Raises ``ModelError`` when the encoder can't be read."""
        _ = self._vectors

    @cached_property
    def _vectors(self) -> Vectors:
        return self._encoder.encode(self._texts)

    @cached_property
    def apart(self) -> float:
        """The cosine that half of the examples reach to the nearest of another kind: encoders differ in what is near.
        Raises ``ModelError`` as ``load`` does."""
        alike = self._vectors @ self._vectors.T
        alike[self._kinds[:, None] == self._kinds[None, :]] = -1.0
        return float(np.median(alike.max(axis=1)))

    def near(self, text: str) -> dict[str, float]:
        """Kind -> the mean cosine to its two nearest examples, nearest kind first. Raises ``ModelError`` as ``load``
        does."""
        cosines = self._vectors @ self._encoder.encode([text])[0]
        kinds = dict.fromkeys(self._kinds.tolist())
        found = {kind: float(np.sort(cosines[self._kinds == kind])[-NEAREST:].mean()) for kind in kinds}
        return dict(sorted(found.items(), key=lambda kind: -kind[1]))
