"""Prior and kernels as one scorer: the part of the engine's score that ratings teach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from recsys.models.als import FoldIn
from recsys.models.bilinear import Bilinear
from recsys.models.fusion import Fusion

Kernel: TypeAlias = Bilinear | FoldIn
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

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """``rows`` (B, H) int64 and ``weights`` (B, H) float32, padded with weight 0 -> scores (B, N)."""
        share = self.fusion((weights != 0).sum(dim=1).float())
        return torch.einsum("bs,bsn->bn", share, signals(self.prior, self.kernels, rows, weights))


def signals(prior: Tensor, kernels: Mapping[str, nn.Module] | nn.ModuleDict, rows: Tensor, weights: Tensor) -> Tensor:
    """Every signal of the blend, the prior first: (B, S, N)."""
    mean = weights / weights.abs().sum(dim=1, keepdim=True).clamp_min(1e-9)
    return torch.stack([prior.expand(len(rows), -1), *(kernel(rows, mean) for kernel in kernels.values())], dim=1)


def padded(known: Sequence[npt.NDArray[np.int64]]) -> tuple[Tensor, Tensor]:
    """Rows (B, H) int64 and weights (B, H) float32: 1 for what is known, 0 for padding."""
    width = max(1, max((len(k) for k in known), default=1))
    rows = torch.zeros((len(known), width), dtype=torch.int64)
    weights = torch.zeros((len(known), width))
    for n, k in enumerate(known):
        rows[n, : len(k)] = torch.from_numpy(k)
        weights[n, : len(k)] = 1.0
    return rows, weights
