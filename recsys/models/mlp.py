"""A learned match of a person and an item, for what a product of vectors can't say."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from recsys.models.scorer import ItemVectors, Scorer, pooled

CELLS = 1 << 24
"""Numbers that hidden layers may hold in memory at a time in ranking."""


class MlpScorer(Scorer):
    """``sigmoid(MLP(x_u, x_i))``: ``x_u`` from the items that a person reacted to, ``x_i`` what the item is to the
    model. Scores are the logits.

    Beside the hidden layer the output sees the product of ``x_u`` and ``x_i`` by element, as in NeuMF (He et al.
    2017): a network that first has to learn to multiply stays behind (Rendle et al. 2020).
    """

    def __init__(self, items: ItemVectors, width: int, *, hidden: int = 64, dropout: float = 0.1) -> None:
        super().__init__()
        self.items = items
        self.person = nn.Linear(width, hidden, bias=False)
        self.item = nn.Linear(width, hidden)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, 1)
        self.product = nn.Parameter(torch.ones(width))

    def states(self, known: Tensor, rows: Tensor, weights: Tensor) -> Tensor:
        """One state a person: (B, 1, w)."""
        return pooled(known, rows, weights).unsqueeze(1)

    def match(self, states: Tensor, vectors: Tensor) -> Tensor:
        """``states`` (M, w), ``vectors`` (C, w) or (M, C, w) -> logits (M, C), with the memory bounded in ranking."""
        step = max(1, CELLS // max(1, vectors.shape[-2] * self.out.in_features))
        if self.training or len(states) <= step:
            return self._match(states, vectors)
        parts = [
            self._match(states[n : n + step], vectors if vectors.dim() == 2 else vectors[n : n + step])
            for n in range(0, len(states), step)
        ]
        return torch.cat(parts)

    def _match(self, states: Tensor, vectors: Tensor) -> Tensor:
        # The first layer over (x_u, x_i) as two, so that each is computed once for a person and once for an item.
        hidden = functional.relu(self.person(states).unsqueeze(1) + self.item(vectors))
        logits: Tensor = self.out(self.dropout(hidden))
        return logits.squeeze(-1) + super().match(states * self.product, vectors)
