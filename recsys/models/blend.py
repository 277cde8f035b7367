"""Prior and kernels as one scorer: the part of the engine's score that ratings teach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from recsys.belief import Belief
from recsys.models.als import FoldIn
from recsys.models.bilinear import Bilinear
from recsys.models.fusion import Fusion

Kernel: TypeAlias = Bilinear | FoldIn | Belief
"""Scorers of the relation between items: each score is a sum over what is known (``shares``), they can be restricted
to some items (``towards``) and kept (``tensors``)."""


class Blend(nn.Module):
    """``score(u, i) = w_0(n) * prior_i + sum_s w_s(n) * mean_j kernel_s(j, i)`` over the n items j known of u.

    ``prior`` (N,); ``kernels``: item-to-item scorers by name, in the order of the fusion's weights after the prior's.
    """

    prior: Tensor

    def __init__(self, prior: Tensor, kernels: Mapping[str, nn.Module], fusion: Fusion) -> None:
        super().__init__()
        self.register_buffer("prior", prior)
        self.kernels = nn.ModuleDict(kernels)
        self.fusion = fusion

    def forward(self, rows: Tensor, weights: Tensor, passed: Tensor | None = None) -> Tensor:
        """``rows`` (B, H) int64 and ``weights`` (B, H) float32, padded with weight 0; ``passed`` (B, P) as in
        ``signals`` -> scores (B, N)."""
        passed = nothing(len(rows)) if passed is None else passed
        share = self.fusion((weights > 0).sum(dim=1).float(), (passed >= 0).sum(dim=1).float())
        return torch.einsum("bs,bsn->bn", share, signals(self.prior, self.kernels, rows, weights, passed))


def signals(
    prior: Tensor, kernels: Mapping[str, nn.Module] | nn.ModuleDict, rows: Tensor, weights: Tensor, passed: Tensor
) -> Tensor:
    """Every signal of the blend, the prior first: (B, S, N).

    ``passed`` (B, P) int64, padded with -1: what people were asked about and did not say they like. It is no dislike;
    only the belief, which expects to be told so of most items, reads it.
    """
    mean = weights / weights.abs().sum(dim=1, keepdim=True).clamp_min(1e-9)
    asked = torch.cat([rows, passed.clamp_min(0)], dim=1), torch.cat([mean, -(passed >= 0).float()], dim=1)
    found = [kernel(*(asked if isinstance(kernel, Belief) else (rows, mean))) for kernel in kernels.values()]
    return torch.stack([prior.expand(len(rows), -1), *found], dim=1)


def nothing(people: int) -> Tensor:
    """That nobody was asked about anything, (B, 0)."""
    return torch.empty((people, 0), dtype=torch.int64)


def padded(known: Sequence[npt.NDArray[np.int64]]) -> tuple[Tensor, Tensor]:
    """Rows (B, H) int64 and weights (B, H) float32: 1 for what is known, 0 for padding."""
    width = max(1, max((len(k) for k in known), default=1))
    rows = torch.zeros((len(known), width), dtype=torch.int64)
    weights = torch.zeros((len(known), width))
    for n, k in enumerate(known):
        rows[n, : len(k)] = torch.from_numpy(k)
        weights[n, : len(k)] = 1.0
    return rows, weights
