"""A second look at the likeliest items: what the signals of talk mean together.

A weighted sum can't say that a well-known film counts more beside a vague request than beside an exact one, or that two
weak hints are worth more together. Small networks read an item's signals, in themselves and beside those of the other
likely items, and correct the sum. Each is taught without a part of the people and their mean is taken (bagging, Breiman
1996), by a listwise softmax (Cao et al. 2007) over the likeliest items in which the sum takes part.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

LIKELIEST: Final = 150
"""Items that are looked at twice: further down hardly anything is found."""
WIDTH: Final = 32
DROPPED: Final = 0.1
EPOCHS: Final = 12
BATCH: Final = 64
RATE: Final = 2e-3
DECAY: Final = 0.01
MOST: Final = 5.0
"""Standard deviations beyond which a signal is as strong as it gets."""


class Interplay(nn.Module):
    """``members`` networks with ``inputs`` numbers for each item. Untaught, they correct nothing."""

    mean: Tensor
    spread: Tensor

    def __init__(self, inputs: int, members: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("spread", torch.ones(inputs))
        sizes = ((inputs, WIDTH), (WIDTH, WIDTH), (WIDTH, 1))
        self.weights = nn.ParameterList([torch.randn(members, a, b) / a**0.5 for a, b in sizes])
        self.biases = nn.ParameterList([torch.zeros(members, 1, b) for _, b in sizes])
        nn.init.zeros_(self.weights[-1])

    def forward(self, features: Tensor) -> Tensor:
        """What each member adds to the scores, (members, B, K), from ``features`` (B, K, inputs)."""
        x = ((features - self.mean) / self.spread).flatten(0, 1).unsqueeze(0)
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = functional.dropout(functional.gelu(x @ weight + bias), DROPPED, self.training)
        added: Tensor = x @ self.weights[-1] + self.biases[-1]
        return added.reshape(-1, *features.shape[:2])

    @torch.inference_mode()
    def corrections(self, features: Tensor) -> Tensor:
        """What is added to the score of each likely item, (B, K): the members' mean, around zero for each person."""
        added: Tensor = self.eval()(features).mean(dim=0)
        return added - added.mean(dim=1, keepdim=True)


def features_of(signals: Tensor, rated: Tensor, total: Tensor, context: Tensor) -> Tensor:
    """What the networks read (B, K, F): ``signals`` (B, S, K), what ratings say and the sum, (B, K) each, beside the
    other items' and in themselves; and ``context`` (B, C)."""
    known = torch.cat([signals, rated.unsqueeze(1), total.unsqueeze(1)], dim=1).transpose(1, 2)
    beside = (known - known.mean(dim=1, keepdim=True)) / known.std(dim=1, keepdim=True).clamp_min(0.1)
    both = torch.cat([beside, known / 3], dim=2).clamp(-MOST, MOST)
    return torch.cat([both, context.unsqueeze(1).expand(-1, known.shape[1], -1)], dim=2)


def fit_interplay(features: Tensor, total: Tensor, target: Tensor, stand: Tensor, part: Tensor, seed: int) -> Interplay:
    """``total`` (Q, K): the sums; ``target`` (Q, K): 1 for what was recommended; ``stand`` (Q, K): how many items each
    stands for; ``part`` (Q,): the part of the people each turn is from: the member of that number is not taught by it.

    Items are the likeliest of a turn, whether a target is among them or not; turns without one teach nothing. To put
    the target among them would teach that the least likely item is right. Deterministic.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Interplay(features.shape[2], int(part.max()) + 1)
        flat = features.flatten(0, 1)
        model.mean, model.spread = flat.mean(dim=0), flat.std(dim=0).clamp_min(1e-3)
        some = torch.nonzero(target.sum(dim=1) > 0)[:, 0]
        if not len(some):
            return model.eval()
        base = total + torch.log(stand)
        optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
        steps = EPOCHS * -(-len(some) // BATCH)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(steps, 1))
        for _ in range(EPOCHS):
            for turns in torch.split(some[torch.randperm(len(some), generator=generator)], BATCH):
                found = torch.log_softmax(base[turns] + model(features[turns]), dim=2).nan_to_num(0.0, neginf=0.0)
                apart = part[turns] != torch.arange(len(model.weights[0])).unsqueeze(1)
                loss = -((found * target[turns]).sum(dim=2) * apart).sum() / target[turns].sum()
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                schedule.step()
    return model.eval()
