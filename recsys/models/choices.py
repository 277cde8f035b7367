"""The relation between items as a choice: of all items, which ones do people take who took these?"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional

from recsys.models.bilinear import Bilinear
from recsys.models.unrated import placed

RANK: Final = 128
STEPS: Final = 80
"""Past these many steps people who taught nothing are served worse: stopping early is what keeps it general."""
RATE: Final = 3e-3
WARM: Final = 5
"""Steps until the full rate; for the last two fifths it is ``COOLED`` of it."""
COOLED: Final = 0.3
BUSY: Final = 0.5
"""A person counts as their number of items to this power: who has many says more, but not that much more."""
ITEMS: Final = 3000
"""This many of the best known items compete; of the others too few people speak."""
PEOPLE: Final = 4000
"""Of more people than these a sample teaches."""
BATCH: Final = 1024
"""People in one step; of more of them each step draws anew."""
NEVER: Final = -1e4
"""The logit of what is no choice any more."""
SPREAD: Final = (8.0, 6.0)
"""How far sources and targets reach at the start: about as far as they do in the end."""


def fit_choices(
    x: sparse.csr_matrix[np.float32],
    vectors: Tensor | None = None,
    *,
    rank: int = RANK,
    steps: int = STEPS,
    seed: int = 0,
) -> Bilinear:
    """A linear autoencoder with the multinomial likelihood (Liang et al. 2018), taught by gradient.

    ``x`` (U, N): strengths, zero for what is not known; ``vectors`` (N, d): item texts, which place the items that few
    rated. In each step a random part of everybody's items, from none to all, is known, and a softmax over all other
    items is to give its mass to the rest. EASE and ALS minimise squared errors, to which every item that is not known
    is a zero: being taught by another loss, this errs elsewhere. It starts from the singular vectors of ``x`` with
    popular items discounted, as random starts end lower.

    What everybody takes anyway is a bias in training and left out of the kernel: the blend has the prior for that.
    """
    generator = torch.Generator().manual_seed(seed)
    counts = torch.from_numpy(x.getnnz(axis=0).astype(np.float32))
    rows = counts.topk(min(ITEMS, int((counts > 0).sum()))).indices.sort().values
    people = np.flatnonzero(np.diff(x.indptr))
    if len(people) > PEOPLE:
        people = people[torch.randperm(len(people), generator=generator)[:PEOPLE].sort().values.numpy()]
    y = torch.from_numpy(x[people][:, rows.numpy()].toarray()).float()
    source, target = _taught(y, min(rank, BATCH, *y.shape), steps, generator)
    both = torch.zeros(x.shape[1], 2 * source.shape[1])
    both[rows] = torch.cat([source, target], dim=1)
    if vectors is not None:
        both = placed(both, torch.zeros_like(counts).index_copy(0, rows, counts[rows]), vectors)
    return Bilinear(*(half.contiguous() for half in both.chunk(2, dim=1)))


def _taught(y: Tensor, rank: int, steps: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Sources and targets (M, r) from what is known (U, M)."""
    counts = y.sum(dim=0).clamp_min(1.0)
    root = counts.sqrt().unsqueeze(1)
    directions = torch.linalg.svd(y[:BATCH] / root.T, full_matrices=False).Vh[:rank].T
    bias = torch.log((counts + 0.5) / (counts.sum() + 0.5 * len(counts)))
    source, target = SPREAD[0] * directions / root, SPREAD[1] * directions
    learned = [tensor.clone().requires_grad_() for tensor in (source, target, bias)]
    optimiser = torch.optim.AdamW(learned, weight_decay=0.0)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / WARM) * (1.0 if step < 0.6 * steps else COOLED)
        some = y if len(y) <= BATCH else y[torch.randperm(len(y), generator=generator)[:BATCH]]
        share, draws = torch.rand(len(some), 1, generator=generator), torch.rand(some.shape, generator=generator)
        optimiser.zero_grad()
        _loss(some * (draws < share), some, *learned).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return learned[0].detach(), learned[1].detach()


def _loss(known: Tensor, y: Tensor, source: Tensor, target: Tensor, bias: Tensor) -> Tensor:
    """How surprising it is what people (B, M) have besides what is known of them (B, M)."""
    state = (known @ source) / known.sum(dim=1, keepdim=True).clamp_min(1.0).sqrt()
    chosen = functional.log_softmax((state @ target.T + bias).masked_fill(known > 0, NEVER), dim=1)
    hidden = y - known
    total = hidden.sum(dim=1).clamp_min(1.0)
    worth = total**BUSY / (total**BUSY).sum()
    return -(worth * (hidden * chosen).sum(dim=1) / total).sum()
