"""The peers that Usher's own model is measured against, all behind the one interface of scorers.

``forward(rows (B, H) int64, weights (B, H) float32) -> scores (B, N)``: what is known of each person in, a score for
every item out; entries of weight 0 are padding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

from recsys.lexical import Lexical
from recsys.models.als import fit_als
from recsys.models.item_item import fit_ease, fit_knn, fit_rp3beta

Matrix: TypeAlias = "sparse.csr_matrix[np.float32]"
Fit: TypeAlias = Callable[[Matrix], nn.Module]


class Constant(nn.Module):
    """The same scores (N,) for everybody, whatever is known of them."""

    scores: Tensor

    def __init__(self, scores: Tensor) -> None:
        super().__init__()
        self.register_buffer("scores", scores)

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """``rows`` (B, H), ``weights`` (B, H) -> (B, N)."""
        return self.scores.expand(len(rows), -1)


def fit_popularity(x: Matrix) -> Constant:
    """How many people know each item of ``x`` (U, N)."""
    return Constant(torch.from_numpy(x.getnnz(axis=0).astype(np.float32)))


class SameWords(nn.Module):
    """BM25 with the texts of what a person knows as the request."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        self._lexical = Lexical(texts)
        self._requests = self._lexical.requests(texts)

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """``rows`` (B, H), ``weights`` (B, H) -> (B, N)."""
        person = np.arange(len(rows)).repeat(rows.shape[1])
        cells = (weights.numpy().ravel(), (person, rows.numpy().ravel()))
        known = sparse.csr_matrix(cells, shape=(len(rows), self._requests.shape[0]))
        return torch.from_numpy(self._lexical.answers((known @ self._requests).tocsr()))


BASELINES: Final[Mapping[str, Fit]] = {
    "popularity": fit_popularity,
    "knn-bm25": lambda x: fit_knn(x, neighbours=200, weighting="bm25", b=0.2),
    "knn-tfidf": lambda x: fit_knn(x, neighbours=200),
    "rp3beta": lambda x: fit_rp3beta(x, alpha=0.8, beta=0.6, neighbours=300),
    "rp3beta-cold": lambda x: fit_rp3beta(x, beta=0.3, neighbours=x.shape[1]),
    "als": fit_als,
    "edlae-cold": lambda x: fit_ease(x, l2=200.0, dropout=0.98),
    "edlae": lambda x: fit_ease(x, l2=100.0, dropout=0.5),
    "ease": fit_ease,
}
"""By name. Their settings were chosen on the validation fold, those of ``-cold`` for few known items."""
