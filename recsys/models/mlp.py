"""A learned match of a person and an item, for what a product of vectors can't say."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from recsys.models.scorer import CELLS, ItemVectors, Scorer, pooled


class MlpScorer(Scorer):
    """``sigmoid(MLP(x_u, x_i))`` (He et al. 2017, NCF): ``x_u`` from the items that a person reacted to, ``x_i`` from
    the item's text. Scores are the logits.

    The network sees ``x_u``, ``x_i`` and their product by element: without it, it would first have to learn to
    multiply (Rendle et al. 2020).
    """

    def __init__(self, items: ItemVectors, width: int, *, hidden: int = 64, dropout: float = 0.1) -> None:
        super().__init__()
        self.items = items
        self.person = nn.Linear(width, hidden, bias=False)
        self.item = nn.Linear(width, hidden)
        self.both = nn.Linear(width, hidden, bias=False)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, 1)

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
        # The first layer over (x_u, x_i, x_u * x_i) as three: what depends on one side only is computed once for it.
        # (W x_u) * x_i instead of W (x_u * x_i) would not be the same; the person's weights go into the layer.
        person = self.person(states).unsqueeze(1)
        mixing = states.unsqueeze(1) * self.both.weight  # (M, hidden, w)
        both = torch.matmul(vectors, mixing.transpose(1, 2))
        hidden = functional.relu(person + self.item(vectors) + both)
        logits: Tensor = self.out(self.dropout(hidden))
        return logits.squeeze(-1)
