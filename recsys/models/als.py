"""Matrix factorisation of implicit feedback by alternating least squares, with newcomers folded in."""

from __future__ import annotations

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn


class FoldIn(nn.Module):
    """``score(u, i) = x_u . y_i`` where ``x_u`` is solved from what is known of u: nobody needs training of their own.

    ``items`` (N, r) float32; ``alpha``: how much more a known item weighs than an unknown one; ``l2``.
    """

    items: Tensor
    gram: Tensor

    def __init__(self, items: Tensor, alpha: float, l2: float) -> None:
        super().__init__()
        self.register_buffer("items", items)
        self.register_buffer("gram", items.T @ items + l2 * torch.eye(items.shape[1]))
        self.alpha = alpha

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """``rows`` (B, H) int64 and ``weights`` (B, H) float32, padded with weight 0 -> scores (B, N)."""
        known = self.items[rows]
        trust = self.alpha * weights.abs()
        left = self.gram + torch.einsum("bh,bhr,bhs->brs", trust, known, known)
        # A known item's target is 1 and a disliked one's 0; its confidence is 1 + alpha.
        right = torch.einsum("bh,bhr->br", (trust + (weights != 0)) * (weights > 0), known)
        users: Tensor = torch.linalg.solve(left, right)
        return users @ self.items.T


def fit_als(
    x: sparse.csr_matrix[np.float32],
    *,
    rank: int = 64,
    alpha: float = 5.0,
    l2: float = 20.0,
    rounds: int = 15,
    seed: int = 0,
) -> FoldIn:
    """Weighted ALS (Hu et al. 2008): target 1 with confidence ``1 + alpha`` where known, 0 with 1 elsewhere.

    ``x`` (U, N), what is not zero is known. One batched solve for all users, one for all items, ``rounds`` times.
    """
    generator = torch.Generator().manual_seed(seed)
    known = x.copy()
    known.data = (known.data != 0).astype(np.float32)
    items = 0.1 * torch.randn(x.shape[1], rank, generator=generator)
    users = torch.zeros(x.shape[0], rank)
    for _ in range(rounds):
        users = _solve(known, items, alpha, l2)
        items = _solve(known.T.tocsr(), users, alpha, l2)
    return FoldIn(items, alpha, l2)


def _solve(known: sparse.csr_matrix[np.float32], other: Tensor, alpha: float, l2: float) -> Tensor:
    """The least-squares factors (rows of ``known``, r) given the other side's, in batches of similar memory."""
    rank = other.shape[1]
    gram = other.T @ other + l2 * torch.eye(rank)
    out = []
    for start in range(0, known.shape[0], 512):
        block = known[start : start + 512]
        mask = torch.from_numpy(np.asarray(block.todense(), dtype=np.float32))
        outer = (other.unsqueeze(2) * other.unsqueeze(1)).reshape(len(other), -1)
        left = gram + alpha * (mask @ outer).reshape(-1, rank, rank)
        out.append(torch.linalg.solve(left, (1 + alpha) * (mask @ other)))
    return torch.cat(out)
