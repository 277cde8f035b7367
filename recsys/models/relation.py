"""The relation between items learned from interactions, with a predicted place for items nobody rated."""

from __future__ import annotations

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from recsys.models.bilinear import Bilinear


def fit_relation(
    likes: sparse.csr_matrix[np.float32], vectors: Tensor, *, l2: float = 400.0, rank: int = 384, trust: float = 2.0
) -> Bilinear:
    """EASE (Steck 2019) in factored form, extended to unrated items.

    ``likes`` (U, N): non-negative strengths; ``vectors`` (N, d): item texts. EASE's item-item matrix is
    ``B = I - P diag(1 / diag P)`` with ``P = (X'X + l2)^-1``. By Woodbury ``P = (I - V V') / l2`` where
    ``V = X' Q (S + l2)^-1/2`` from the eigenvectors of the small matrix ``X X' = Q S Q'``, so off the diagonal
    ``B_ij = v_i . v_j / (1 - |v_j|^2)``: exact at full rank, N x r instead of N x N numbers, and every item has a
    vector that can be predicted. A ridge regression from text predicts ``v`` for items with few ratings; ``trust``
    is the number of ratings at which observed and predicted weigh the same.
    """
    x = likes.tocsr().astype(np.float64)
    gram = (x @ x.T).toarray()
    values, basis = np.linalg.eigh(gram)
    keep = np.argsort(values)[::-1][: min(rank, len(values))]
    scale = basis[:, keep] / np.sqrt(np.maximum(values[keep], 0.0) + l2)
    observed = torch.from_numpy((x.T @ scale).astype(np.float32))
    counts = torch.from_numpy(x.getnnz(axis=0).astype(np.float32))
    predicted = predict_rows(observed, counts, vectors)
    share = (counts / (counts + trust)).unsqueeze(1)
    source = share * observed + (1 - share) * predicted
    return Bilinear(source, source / (1 - source.square().sum(dim=1, keepdim=True)).clamp_min(0.1))


def predict_rows(observed: Tensor, counts: Tensor, vectors: Tensor, *, ridge: float = 10.0) -> Tensor:
    """Ridge regression from text to relation vectors, each item weighted by its number of ratings.

    ``observed`` (N, r), ``counts`` (N,), ``vectors`` (N, d) -> (N, r).
    """
    weight = counts.sqrt().unsqueeze(1)
    a = vectors * weight
    normal = a.T @ a + ridge * torch.eye(vectors.shape[1])
    mapping: Tensor = torch.linalg.solve(normal, a.T @ (observed * weight))
    return vectors @ mapping
