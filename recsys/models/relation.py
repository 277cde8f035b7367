"""The relation between items learned from interactions, with a predicted place for items nobody rated."""

from __future__ import annotations

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from recsys.models.bilinear import Bilinear

TRUST = 2.0
"""The number of ratings at which an item's observed and predicted place weigh the same."""


def fit_relation(
    likes: sparse.csr_matrix[np.float32],
    vectors: Tensor | None = None,
    *,
    l2: float = 400.0,
    rank: int = 384,
    trust: float = TRUST,
) -> Bilinear:
    """EASE (Steck 2019) in factored form, extended to unrated items.

    ``likes`` (U, N): non-negative strengths; ``vectors`` (N, d): item texts, if there are any. EASE's item-item
    matrix is ``B = I - P diag(1 / diag P)`` with ``P = (X'X + l2)^-1``. By Woodbury ``P = (I - V V') / l2`` where
    ``V = X' Q (S + l2)^-1/2`` from the eigenvectors of the small matrix ``X X' = Q S Q'``, so off the diagonal
    ``B_ij = v_i . v_j / (1 - |v_j|^2)``: exact at full rank, N x r instead of N x N numbers, and every item has a
    vector that can be predicted from its text.
    """
    x = likes.tocsr().astype(np.float64)
    gram = (x @ x.T).toarray()
    values, basis = np.linalg.eigh(gram)
    keep = np.argsort(values)[::-1][: min(rank, len(values))]
    scale = basis[:, keep] / np.sqrt(np.maximum(values[keep], 0.0) + l2)
    source = torch.from_numpy((x.T @ scale).astype(np.float32))
    if vectors is not None:
        counts = torch.from_numpy(x.getnnz(axis=0).astype(np.float32))
        source = placed(source, counts, vectors, trust)
    return Bilinear(source, source / (1 - source.square().sum(dim=1, keepdim=True)).clamp_min(0.1))


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
