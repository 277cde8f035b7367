"""The place of items that few or nobody rated, predicted from their text."""

from __future__ import annotations

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from recsys.models.bilinear import Bilinear

TRUST = 2.0
"""The number of ratings at which an item's observed and predicted place weigh the same."""


def with_text(
    kernel: Bilinear, likes: sparse.csr_matrix[np.float32], vectors: Tensor, *, trust: float = TRUST
) -> Bilinear:
    """A kernel whose items with few ratings stand where their texts (N, d) put them."""
    counts = torch.from_numpy(likes.getnnz(axis=0).astype(np.float32))
    both = placed(torch.cat([kernel.source, kernel.target], dim=1), counts, vectors, trust)
    return Bilinear(*both.chunk(2, dim=1))


def placed(observed: Tensor, counts: Tensor, vectors: Tensor, trust: float = TRUST) -> Tensor:
    """Observed rows (N, r) mixed with those predicted from text, by the number of ratings ``counts`` (N,)."""
    share = (counts / (counts + trust)).unsqueeze(1)
    return share * observed + (1 - share) * (vectors @ text_map(observed, counts, vectors))


def text_map(observed: Tensor, counts: Tensor, vectors: Tensor, *, ridge: float = 10.0) -> Tensor:
    """Ridge regression from text to rows, each item weighted by its number of ratings.

    ``observed`` (N, r), ``counts`` (N,), ``vectors`` (N, d) -> (d, r): a text times it is a predicted row.
    """
    some = torch.nonzero(counts).ravel()  # the others weigh nothing, and are most of a catalogue
    observed, vectors = observed[some], vectors[some]
    weight = counts[some].sqrt().unsqueeze(1)
    a = vectors * weight
    normal = a.T @ a + ridge * torch.eye(vectors.shape[1])
    mapping: Tensor = torch.linalg.solve(normal, a.T @ (observed * weight))
    return mapping
