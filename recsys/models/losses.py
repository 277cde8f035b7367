"""What a ranking may be taught by: each loss weighs what people liked against what they did not choose.

``positive`` (M, T): logits of items to be found; ``negative`` (M, C): logits of others, the same for all T;
``counts`` (M, C) bool: which of those are negatives at all. -> (M, T), a loss for each item to be found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

Loss: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]


def squared(positive: Tensor, negative: Tensor, counts: Tensor) -> Tensor:
    """1 is to come out for what was liked, 0 for the others (Hu et al. 2008); both sides weigh the same."""
    return (positive - 1).square() + _mean(negative.square(), counts).unsqueeze(1)


def log(positive: Tensor, negative: Tensor, counts: Tensor) -> Tensor:
    """Binary cross-entropy of the logits (Kang & McAuley 2018); both sides weigh the same."""
    return functional.softplus(-positive) + _mean(functional.softplus(negative), counts).unsqueeze(1)


def pairwise(positive: Tensor, negative: Tensor, counts: Tensor) -> Tensor:
    """What was liked comes before each of the others (Rendle et al. 2009, BPR)."""
    behind = functional.softplus(negative.unsqueeze(1) - positive.unsqueeze(2))
    return _mean(behind, counts.unsqueeze(1))


def softmax(positive: Tensor, negative: Tensor, counts: Tensor) -> Tensor:
    """Cross-entropy of choosing the one item among all negatives (Klenitskiy & Vasilev 2023)."""
    others = torch.logsumexp(negative.masked_fill(~counts, float("-inf")), dim=1, keepdim=True)
    return torch.logaddexp(positive, others) - positive


def _mean(values: Tensor, counts: Tensor) -> Tensor:
    return (values * counts).sum(dim=-1) / counts.sum(dim=-1).clamp_min(1)


LOSSES: Final[Mapping[str, Loss]] = {"squared": squared, "log": log, "pairwise": pairwise, "softmax": softmax}
