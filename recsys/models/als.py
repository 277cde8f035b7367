"""Matrix factorisation of implicit feedback by alternating least squares, with newcomers folded in."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

ALPHA: Final = 2.0
L2: Final = 10.0


class FoldIn(nn.Module):
    """``score(u, i) = x_u . y_i`` where ``x_u`` is solved from what is known of u: nobody needs training of their own.

    ``items`` (N, r) float32; ``alpha``: how much more a known item weighs than an unknown one; ``l2``. Weights count
    relative to a person's largest, so that their mean is as good as their sum.
    """

    items: Tensor
    target: Tensor
    gram: Tensor

    def __init__(self, items: Tensor, alpha: float = ALPHA, l2: float = L2) -> None:
        super().__init__()
        self.register_buffer("items", items)
        self.register_buffer("target", items)
        self.register_buffer("gram", items.T @ items + l2 * torch.eye(items.shape[1], device=items.device))
        self.alpha = alpha

    def towards(self, items: Tensor) -> FoldIn:
        """The same as it speaks for ``items`` (M,) alone: scores (B, M)."""
        other = FoldIn(self.items, self.alpha)
        other.target, other.gram = self.target[items], self.gram
        return other

    def tensors(self) -> dict[str, Tensor]:
        """What an artefact keeps."""
        return {"items": self.items}

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """``rows`` (B, H) int64 and ``weights`` (B, H) float32, padded with weight 0 -> scores (B, N)."""
        return self.people(rows, weights) @ self.target.T

    def people(self, rows: Tensor, weights: Tensor) -> Tensor:
        """Where people are, (B, r): their scores are products with ``target``."""
        left, right = self._equations(rows, weights)
        users: Tensor = torch.linalg.solve(left, right.sum(dim=1))
        return users

    def shares(self, rows: Tensor, weights: Tensor, items: Tensor) -> Tensor:
        """``rows`` (H,), ``weights`` (H,), ``items`` (K,) -> (H, K): what each known item adds to each score. They sum
        to the score: with the confidences given, the solution is linear in the targets."""
        left, right = self._equations(rows.unsqueeze(0), weights.unsqueeze(0))
        added: Tensor = torch.linalg.solve(left[0], right[0].T).T @ self.target[items].T
        return added

    def _equations(self, rows: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Normal equations (B, r, r) and the part (B, H, r) of each known item in their right side."""
        known = self.items[rows]
        weights = weights / weights.abs().amax(dim=1, keepdim=True).clamp_min(1e-9)
        trust = self.alpha * weights.abs()
        left = self.gram + torch.einsum("bh,bhr,bhs->brs", trust, known, known)
        # A known item's target is 1 and a disliked one's 0; its confidence is 1 + alpha.
        return left, ((trust + (weights != 0)) * (weights > 0)).unsqueeze(2) * known


def fit_als(
    x: sparse.csr_matrix[np.float32],
    *,
    rank: int = 32,
    alpha: float = ALPHA,
    l2: float = L2,
    rounds: int = 15,
    seed: int = 0,
) -> FoldIn:
    """Weighted ALS (Hu et al. 2008): a strength is its own target, with confidence ``1 + alpha * strength``; all else
    is 0 with confidence 1.

    ``x`` (U, N): strengths. One batched solve for all users, one for all items, ``rounds`` times.
    """
    generator = torch.Generator().manual_seed(seed)
    known = x.astype(np.float32)
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
    outer = (other.unsqueeze(2) * other.unsqueeze(1)).reshape(len(other), -1).numpy()
    found = torch.zeros(known.shape[0], rank)
    aims = known.copy()
    aims.data = known.data * (1 + alpha * known.data)
    some = np.flatnonzero(np.diff(known.indptr))  # of whom nothing is known, the solution is zero
    for start in range(0, len(some), 4096):
        rows = some[start : start + 4096]
        block = known[rows]
        left = gram + alpha * torch.from_numpy(block @ outer).reshape(-1, rank, rank)
        found[rows] = torch.linalg.solve(left, torch.from_numpy(aims[rows] @ other.numpy()))
    return found
