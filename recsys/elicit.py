"""Which items to ask a newcomer about: those they may well know, and whose opinion would tell most about the rest."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from recsys.belief import Belief

CARD: Final = 8
"""Items that one question to a newcomer names: with so many, five questions are worth ten random ratings."""
CANDIDATES: Final = 60
"""Only the items that a person is likeliest to like are asked about: "haven't seen it" tells little."""


def telling(
    belief: Belief,
    rows: Tensor,
    answers: Tensor,
    k: int,
    *,
    asked: Tensor | None = None,
    noise: Tensor | None = None,
    candidates: int = CANDIDATES,
) -> list[int]:
    """``k`` rows to ask about together, the most telling first, after ``answers`` (H,) about ``rows`` (H,): 1 for what
    they like, 0 for what they don't or have not seen.

    Greedy A-optimal design (Chaloner and Verdinelli 1995): each pick is the one whose answer, on top of those of the
    picks before it, leaves least variance in what is believed of all items. It spreads the questions of one card by
    itself, since what one answer tells another need not. What was answered is not asked, nor is ``asked``; ``noise``
    (N,) multiplies gains by its exponential, so that not everybody gets the same questions. Deterministic.
    """
    mean, covariance = belief.posterior(rows, answers)
    order = (belief.mean + belief.factors @ mean).argsort(descending=True, stable=True)
    gone = rows if asked is None else torch.cat([rows, asked])
    pool = order[~torch.isin(order, gone)][:candidates]
    left = torch.ones(len(pool), dtype=torch.bool, device=pool.device)
    picked: list[int] = []
    for _ in range(min(k, len(pool))):
        gain = belief.gains(pool, covariance) * (1.0 if noise is None else noise[pool].exp())
        best = int(gain.masked_fill(~left, -1.0).argmax())
        left[best] = False
        picked.append(int(pool[best]))
        covariance = belief.narrowed(picked[-1], covariance)
    return picked
