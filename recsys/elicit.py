"""Which items to ask a newcomer about: known to many, and telling of the rest of the catalogue."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor

CANDIDATES = 300
"""Only the best known items are asked about: an answer "never heard of it" is a wasted question."""
AUDIENCE = 2000
"""Items whose coverage counts."""


def representatives(similarity: Tensor, prior: Tensor, exclude: Collection[int], k: int, noise: Tensor) -> list[int]:
    """Greedy facility location (Krause & Golovin 2014): ``k`` rows whose neighbourhoods cover the popular catalogue.

    ``similarity``: target vectors (N, r) of unit length; ``prior`` (N,); ``exclude``: rows not to ask about;
    ``noise`` (N,): added to the prior, so that not everybody gets the same questions. What excluded rows cover
    counts as covered, so that follow-up questions go elsewhere. Deterministic for given arguments.
    """
    audience = prior.argsort(descending=True, stable=True)[:AUDIENCE]
    wanted = torch.softmax(prior[audience], dim=0)
    asked = torch.tensor(sorted(exclude), dtype=torch.int64, device=prior.device)
    candidates = (prior + noise).argsort(descending=True, stable=True)[: CANDIDATES + len(asked)]
    candidates = candidates[~torch.isin(candidates, asked)][:CANDIDATES]
    near = (similarity[candidates] @ similarity[audience].T).clamp_min(0)
    covered = (similarity[asked] @ similarity[audience].T).clamp_min(0).amax(dim=0) if len(asked) else 0 * wanted
    known = torch.sigmoid(prior[candidates] - prior[candidates].mean())
    picked: list[int] = []
    for _ in range(min(k, len(candidates))):
        gain = known * ((near - covered).clamp_min(0) * wanted).sum(dim=1)
        gain[picked] = float("-inf")
        best = int(gain.argmax())
        picked.append(best)
        covered = torch.maximum(covered, near[best])
    return candidates[picked].tolist()
