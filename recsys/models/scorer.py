"""What all scorers that are trained by gradient share: what an item is to them, and how they are asked."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class ItemVectors(nn.Module):
    """What each item is to a model: its text vector projected, plus what training learned of the item itself.

    The text's part is a function, so an item that nobody has rated has a place from the start. The item's own part is
    dropped for whole items in training (Volkovs et al. 2017, DropoutNet), or the text would never have to do alone.
    """

    text: Tensor
    centre: Tensor

    def __init__(self, n: int, width: int, text: Tensor | None = None, *, dropout: float = 0.5) -> None:
        """``text`` (N, d) of unit length, or ``None``: then items are what training learned of them, nothing else.
        ``dropout``: the share of items whose own part is left out of a training step."""
        super().__init__()
        self.own = nn.Parameter(torch.randn(n, width) * width**-0.5)
        self.bias = nn.Parameter(torch.zeros(n))
        self.dropout = dropout if text is not None else 0.0
        self.project = None if text is None else nn.Linear(text.shape[1], width, bias=False)
        if text is not None:
            # All texts of one domain have a direction in common; without it they tell items apart.
            self.register_buffer("centre", text.mean(dim=0))
            self.register_buffer("text", functional.normalize(text - self.centre, dim=1))

    def forward(self) -> Tensor:
        """(N, width)."""
        if self.project is None:
            return self.own
        own = functional.dropout(torch.ones_like(self.bias), self.dropout, self.training).unsqueeze(1) * self.own
        # Unit vectors in d dimensions have entries of d^-1/2; the same scale as the item's own part.
        projected: Tensor = self.project(self.text)
        return own + projected

    def add(self, text: Tensor) -> None:
        """Items (M, d) that nobody has rated, after the ones there are. They need a model that knows texts."""
        if self.project is None:
            raise ValueError("a model without texts can't place an item that it was not trained with")
        own, bias = self.own.data, self.bias.data
        self.own = nn.Parameter(torch.cat([own, own.new_zeros(len(text), own.shape[1])]))
        self.bias = nn.Parameter(torch.cat([bias, bias.min().expand(len(text))]))
        centred = functional.normalize(text.to(self.text) - self.centre, dim=1)
        self.text = torch.cat([self.text, centred])


class Scorer(nn.Module):
    """A model of what people like, taught by gradient.

    A person is a number of *states* made of what is known of them: one, or one after each item for models that read
    in order. A state is matched with items. Training and ranking use the same two steps, so a newcomer is no special
    case: nothing of a person is learned, everything is computed from their items.
    """

    items: ItemVectors
    length = 1 << 31
    """How many of a person's items are read at most, the latest."""

    def table(self) -> tuple[Tensor, Tensor]:
        """What items are where they are known, and where they are ranked: (N, w) each. Computed once a step."""
        vectors = self.items()
        return vectors, vectors

    def states(self, known: Tensor, rows: Tensor, weights: Tensor) -> Tensor:
        """``known`` (N, w) of ``table``, ``rows`` (B, H) int64 oldest first, ``weights`` (B, H) with 0 for padding
        -> (B, 1, w), or (B, H + 1, w) when the state after the first h items is at position h."""
        raise NotImplementedError

    def last(self, states: Tensor, weights: Tensor) -> Tensor:
        """Each person's state now: (B, S, w), (B, H) -> (B, w)."""
        if states.shape[1] == 1:
            return states[:, 0]
        return states[torch.arange(len(states), device=states.device), (weights != 0).sum(dim=1)]

    def match(self, states: Tensor, vectors: Tensor) -> Tensor:
        """``states`` (M, w), ``vectors`` (C, w) for everybody or (M, C, w) -> logits (M, C), without the bias."""
        if vectors.dim() == 2:
            return states @ vectors.T
        return torch.einsum("mw,mcw->mc", states, vectors)

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """``rows`` (B, H) int64 oldest first, ``weights`` (B, H) float, 0 for padding, negative for a dislike ->
        scores (B, N)."""
        known, ranked = self.table()
        order = torch.argsort(weights == 0, dim=1, stable=True)  # padding last, wherever it was
        rows, weights = rows.gather(1, order), weights.gather(1, order)
        return self.match(self.last(self.states(known, rows, weights), weights), ranked) + self.items.bias


def pooled(known: Tensor, rows: Tensor, weights: Tensor) -> Tensor:
    """The sum of a person's items by weight, over the root of how many they are: (N, w), (B, H), (B, H) -> (B, w).

    The root keeps the length in bounds and still lets it grow with the evidence.
    """
    total = torch.einsum("bh,bhw->bw", weights, known[rows])
    return total / weights.abs().sum(dim=1, keepdim=True).clamp_min(1.0).sqrt()
