"""What comes next: a person's items read in order."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from recsys.models.scorer import ItemVectors, Scorer

Network: TypeAlias = Literal["gru", "transformer"]

LENGTH: Final = 100
"""How many of a person's latest items are read."""


class SequenceScorer(Scorer):
    """A recurrent network (Hidasi et al. 2016, GRU4Rec) or a causal transformer (Kang & McAuley 2018, SASRec) over
    item vectors; its state is matched with every item.

    What the network makes of the order is added to the plain sum of the items so far: alone it has too much to learn
    from few people, and without order there is nothing better than the sum.

    A start token comes before the first item, so that there is a state, and a ranking, when nothing is known. A
    disliked item is read as the opposite of its vector.
    """

    def __init__(
        self,
        items: ItemVectors,
        width: int,
        *,
        network: Network = "gru",
        layers: int = 1,
        heads: int = 2,
        dropout: float = 0.2,
        length: int = LENGTH,
    ) -> None:
        super().__init__()
        self.items = items
        self.length = length
        self.start = nn.Parameter(torch.zeros(width))
        self.share = nn.Parameter(torch.tensor(0.3))
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(width, width)
        self.gru: nn.GRU | None = None
        self.transformer: nn.TransformerEncoder | None = None
        if network == "gru":
            self.gru = nn.GRU(width, width, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0)
        else:
            self.position = nn.Parameter(torch.zeros(length + 1, width))
            layer = nn.TransformerEncoderLayer(
                width, heads, 2 * width, dropout, activation="gelu", batch_first=True, norm_first=True
            )
            self.transformer = nn.TransformerEncoder(layer, layers, nn.LayerNorm(width), enable_nested_tensor=False)

    def states(self, known: Tensor, rows: Tensor, weights: Tensor) -> Tensor:
        """The state before the first item and after each: (B, H + 1, w). ``H`` is ``length`` at most."""
        read = known[rows] * weights.unsqueeze(2)
        x = self.dropout(torch.cat([self.start.expand(len(rows), 1, -1), read], dim=1))
        states: Tensor = self.out(self._read(x))
        seen = weights.abs().cumsum(dim=1).clamp_min(1.0).sqrt().unsqueeze(2)
        sums = functional.pad(self.dropout(read).cumsum(dim=1) / seen, (0, 0, 1, 0))
        return self.share * states + sums

    def _read(self, x: Tensor) -> Tensor:
        if self.gru is not None:
            read: Tensor = self.gru(x)[0]
            return read
        assert self.transformer is not None
        steps = x.shape[1]
        later = torch.ones(steps, steps, dtype=torch.bool, device=x.device).triu(1)
        attended: Tensor = self.transformer(x + self.position[:steps], mask=later, is_causal=True)
        return attended

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """As of every scorer; of more than ``length`` items the latest are read."""
        place = (weights != 0).long()
        age = place.flip(1).cumsum(dim=1).flip(1)  # 1 is the latest
        recent = torch.where(age <= self.length, weights, 0.0)
        order = torch.argsort(recent == 0, dim=1, stable=True)[:, : self.length]
        return super().forward(rows.gather(1, order), recent.gather(1, order))
