"""Which items to ask a newcomer about: those they may well know, and whose opinion would tell most about the rest."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from recsys.models.bilinear import Bilinear

CANDIDATES: Final = 300
"""Only the items that a person most likely knows are asked about: "haven't seen it" is a wasted question."""
AUDIENCE: Final = 2000
"""Items about which an answer should tell something: the most likely ones."""
REST: Final = 0.05
"""What is left of an answer's worth where others have told it already."""


def telling(
    kernel: Bilinear, chance: Tensor, asked: Tensor, k: int, noise: Tensor | None = None, candidates: int = CANDIDATES
) -> list[int]:
    """``k`` rows to ask about, the most telling first.

    An answer about item c moves the scores of all others by row c of the kernel. The gain of asking is the chance that
    the person knows c times the energy of that row over the items they are likely to know; what is told by the items
    ``asked`` (H,) before, or by those picked already, is projected out (a pivoted Gram-Schmidt: greedy maximum of the
    information that answers give together). ``chance`` (N,): the belief that the person knows each item; ``noise``
    (N,): multiplies gains by its exponential, so that not everybody gets the same questions. Deterministic.
    """
    chance = chance.clamp(1e-6, 1.0)
    order = chance.argsort(descending=True, stable=True)
    audience = order[:AUDIENCE]
    pool = order[~torch.isin(order, asked)][:candidates]
    rows = kernel.parts(torch.cat([pool, asked]), audience) * chance[audience].sqrt()
    rows, told = rows[: len(pool)], torch.linalg.qr(rows[len(pool) :].T).Q
    whole = rows.square().sum(dim=1)
    rows = rows - (rows @ told) @ told.T
    weight = chance[pool] if noise is None else chance[pool] * noise[pool].exp()
    picked: list[int] = []
    for _ in range(min(k, len(pool))):
        energy = (rows.square().sum(dim=1) + REST * whole) * weight
        energy[picked] = -1.0
        best = int(energy.argmax())
        picked.append(best)
        direction = rows[best] / rows[best].norm().clamp_min(1e-9)
        rows = rows - (rows @ direction).unsqueeze(1) * direction
    return pool[picked].tolist()
