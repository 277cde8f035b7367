"""One list for several people: whose tastes, on what scale, and how they are weighed against each other."""

from __future__ import annotations

import torch
from torch import Tensor

MISERY = 0.5
"""The share of the worst-served member in the score of an item; the rest is everybody's average."""


def utilities(scores: Tensor, allowed: Tensor) -> Tensor:
    """How well each item serves each member: 1 is the best that there is for them alone, 0 the middle of what is
    allowed or worse, linear between.

    Scores themselves are no common scale: those of somebody who told much spread wider than a newcomer's and would
    drown them. Whoever has no preference is served fully by everything, and so decides nothing.

    Args:
        scores: Scores of the items, (members, items).
        allowed: Which items may be recommended, (items,), bool; those that may not get 0.

    Returns:
        (members, items), float32, from 0 to 1.
    """
    found = torch.zeros(scores.shape, dtype=torch.float32, device=scores.device)
    candidates = scores[:, allowed]
    if candidates.shape[1] == 0:
        return found
    middle = candidates.median(dim=1, keepdim=True).values
    spread = candidates.amax(dim=1, keepdim=True) - middle
    served = ((candidates - middle) / spread).clamp(0, 1)
    found[:, allowed] = torch.where(spread > 0, served, torch.ones_like(served)).float()
    return found


def consensus(served: Tensor, misery: float = MISERY) -> Tensor:
    """The score of each item for the group: ``(1 - misery) * average + misery * least``.

    Between the two rules that people find fair: the average alone lets a majority outvote somebody every time, the
    least alone (least misery; PolyLens, O'Connor et al. 2001) lets one lukewarm member veto what all others love. The
    blend is linear, as in Amer-Yahia et al., "Group Recommendation: Semantics and Efficiency" (2009).

    Args:
        served: ``utilities``, (members, items).
        misery: From 0 (average) to 1 (least misery).

    Returns:
        (items,), from 0 to 1.
    """
    return (1 - misery) * served.mean(dim=0) + misery * served.amin(dim=0)
