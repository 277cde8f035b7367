"""The form that every item-to-item signal shares: how much liking item j says for item i."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Bilinear(nn.Module):
    """``score(u, i) = sum_j w_uj * source_j . target_i`` over the items j that a person reacted to.

    Being a sum over those items, each score splits exactly into what each of them added.
    ``source`` and ``target`` have shape (N, r), float32.
    """

    source: Tensor
    target: Tensor

    def __init__(self, source: Tensor, target: Tensor | None = None) -> None:
        super().__init__()
        self.register_buffer("source", source)
        self.register_buffer("target", source if target is None else target)

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """``rows`` (B, H) int64 and ``weights`` (B, H) float32, padded with weight 0 -> scores (B, N)."""
        return self.people(rows, weights) @ self.target.T

    def people(self, rows: Tensor, weights: Tensor) -> Tensor:
        """Where people are, (B, r): their scores are products with ``target``."""
        return torch.einsum("bh,bhr->br", weights, self.source[rows])

    def towards(self, items: Tensor) -> Bilinear:
        """The same as it speaks for ``items`` (M,) alone: scores (B, M)."""
        return Bilinear(self.source, self.target[items])

    def tensors(self) -> dict[str, Tensor]:
        """What an artefact keeps."""
        return {"source": self.source, "target": self.target}

    def shares(self, rows: Tensor, weights: Tensor, items: Tensor) -> Tensor:
        """``rows`` (H,), ``weights`` (H,), ``items`` (K,) -> (H, K): what each reaction adds to each score."""
        return weights.unsqueeze(1) * self.parts(rows, items)

    def parts(self, rows: Tensor, items: Tensor) -> Tensor:
        """``rows`` (H,), ``items`` (K,) -> (H, K): what each reaction of weight 1 adds to each item."""
        return self.source[rows] @ self.target[items].T
