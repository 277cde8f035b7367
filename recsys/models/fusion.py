"""How much each signal counts, given how much is known of the person. One model for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

STATED: Mapping[str, float] = {"asked": 2.5, "mood": 3.5, "wish": 1.6, "facets": 1.0}
"""Weights of what was said in so many words. Ratings hold no wishes to learn them from; a dialogue model can."""

KNOTS: Final = (0, 1, 2, 3, 5, 10, 20, 50, 150)
"""Numbers of reactions at which weights are free; between them they run straight in ``log(1 + n)``, times scale."""
LEAST_WEIGHT: Final = 1e-3
"""What every signal counts at least, so that answers have something to multiply."""
FURTHEST: Final = 10.0
"""Answers multiply or divide a weight by at most e^10."""
SMOOTH: Final = 1e-4
"""Light: what a signal is worth may change much from knot to knot."""
TOP: Final = 10
"""The cut of the NDCG that the fit raises for people of whom little is known."""
DEEP: Final = 20
DEPTH: Final = 100
"""From ``DEEP`` reactions on, the cut is ``DEPTH``: long histories are measured so, and it steadies the fit."""
LEAST: Final = 2e-3
"""Pairs worth less than this are drawn with a chance that makes them worth it: a tenth of the work, the same aim."""

CAUTIOUS: Final = 1e-3
"""The same for what answers change: fewer lessons teach it."""
NIL: Final = 1e-9
LEAST_NEAR: Final = 1.0
"""Lessons that a knot needs for a scale of its own."""

Pairs: TypeAlias = tuple[Tensor, Tensor, Tensor]
"""Query, target, other: positions, each (P,)."""


class Fusion(nn.Module):
    """``w_s(n)`` for a person with ``n`` reactions: linear splines, non-negative. The first signal is the prior, whose
    weight never grows with ``n``: the more is known of a person, the less counts what everybody likes.

    Who answers questions about chosen items has told more than that number says: each weight is then multiplied by
    ``exp(g * shift_s)``, where g goes from 0 to 1 with the items passed over for each one liked.

    ``scale`` (knots, S), or (S,) for the same everywhere: the usual spread of each signal at each knot, by which it is
    divided. A mean over known items flattens as they become more, which is not for the weights to make up for.
    """

    scale: Tensor
    knots: Tensor

    def __init__(self, scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("scale", scale.expand(len(KNOTS), -1).clone())
        self.register_buffer("knots", torch.log1p(torch.tensor(KNOTS, dtype=torch.float32)))
        self.free = nn.Parameter(torch.full(self.scale.shape, -1.0))
        self.shift = nn.Parameter(torch.zeros(self.scale.shape[1]))

    def forward(self, counts: Tensor, passed: Tensor | None = None) -> Tensor:
        """``counts`` (B,): reactions known; ``passed`` (B,): items asked about that they did not say they like ->
        weights (B, S) of the signals as they come."""
        free = LEAST_WEIGHT + functional.softplus(self.free[:, 1:])
        prior = functional.softplus(self.free[:, :1] - 2.0).flip(0).cumsum(0).flip(0)
        hats = hats_of(counts, self.knots)
        mixed = hats @ torch.cat([prior, free], dim=1)
        weights: Tensor = mixed / torch.exp(hats @ self.scale.log())
        if passed is None:
            return weights
        answered = (passed / counts.clamp_min(1.0)).clamp_max(1.0)
        return weights * torch.exp(answered.unsqueeze(1) * self.shift.clamp(-FURTHEST, FURTHEST))

    def roughness(self) -> Tensor:
        """What it costs that the weights' parameters jump from knot to knot, and with questions."""
        return SMOOTH * self.free.diff(dim=0).square().sum() + CAUTIOUS * self.shift.square().sum()


def hats_of(counts: Tensor, knots: Tensor) -> Tensor:
    """The place of each of ``counts`` (B,) between its two of ``knots`` (K,), (B, K); rows sum to 1."""
    at = torch.log1p(counts).clamp(knots[0], knots[-1])
    right = torch.searchsorted(knots, at).clamp(1, len(knots) - 1)
    share = (at - knots[right - 1]) / (knots[right] - knots[right - 1])
    hats = torch.zeros(len(counts), len(knots), device=counts.device)
    hats.scatter_(1, right.unsqueeze(1), share.unsqueeze(1))
    return hats.scatter_(1, right.unsqueeze(1) - 1, 1 - share.unsqueeze(1))


class Lessons(NamedTuple):
    """What the weights are learned from: signals (Q, S, C), counts (Q,), passed (Q,), gains (Q, C)."""

    signals: Tensor
    counts: Tensor
    passed: Tensor
    gains: Tensor

    def scores(self, fusion: Fusion) -> Tensor:
        """The weighted sum for each contender, (Q, C)."""
        return torch.einsum("qs,qsc->qc", fusion(self.counts, self.passed), self.signals)


def fit_fusion(
    signals: Tensor, counts: Tensor, gains: Tensor, passed: Tensor | None = None, *, rounds: int = 5, steps: int = 40
) -> Fusion:
    """Raise the NDCG of the weighted sum: LambdaLoss (Wang et al. 2018).

    A softmax over the whole list is no substitute here: kernels speak in probabilities and it in their logarithms, so
    it gives up the head of the list for the order of its tail. Here every pair of a target and another contender
    counts by what swapping them would change; these weights are renewed ``rounds`` times.

    ``signals`` (Q, S, C): each query's C contenders, the prior first; ``counts`` (Q,): reactions known; ``gains``
    (Q, C): how much it is worth to find each, 0 for what is no target; only their ratios within a query matter.
    ``passed`` (Q,): items passed over; queries with any teach the shift, on top of what the others taught, so that
    these weigh as if there were no questions. Queries without a target among their contenders teach nothing.
    Deterministic.
    """
    passed = torch.zeros_like(counts) if passed is None else passed
    some = (gains > 0).any(dim=1)
    signals, counts, gains, passed = signals[some], counts[some], gains[some], passed[some]
    wanted = (gains > 0).float()
    gains = gains / (gains.sum(dim=1, keepdim=True) / wanted.sum(dim=1, keepdim=True))
    told, asked = (Lessons(signals[q], counts[q], passed[q], gains[q]) for q in (passed == 0, passed > 0))
    fusion = Fusion(_spread(told) if len(told.gains) else torch.ones(signals.shape[1]))
    for lessons, learned in ((told, fusion.free), (asked, fusion.shift)):
        generator = torch.Generator().manual_seed(0)
        for _ in range(rounds if len(lessons.gains) else 0):
            with torch.no_grad():
                scores = lessons.scores(fusion)
            cut = torch.where(lessons.counts < DEEP, TOP, DEPTH)
            pairs, weight = _pairs(scores, lessons.gains, cut, generator)
            _descend(fusion, learned, lessons, pairs, weight, steps)
    return fusion.requires_grad_(False)


def _spread(lessons: Lessons) -> Tensor:
    """The standard deviation of each signal among contenders by number of reactions, (knots, S); where no lesson is
    near a knot, that of the knot before. The prior's is the same for all, or its weight could grow."""
    knots = torch.log1p(torch.tensor(KNOTS, dtype=torch.float32))
    hats = hats_of(lessons.counts, knots)
    variance = lessons.signals.var(dim=2, correction=0)
    near = hats.sum(dim=0).unsqueeze(1)
    spread = ((hats.T @ variance) / near.clamp_min(1e-9)).sqrt()
    spread[:, 0] = lessons.signals[:, 0].std()
    for knot in range(1, len(KNOTS)):
        if near[knot] < LEAST_NEAR:
            spread[knot, 1:] = spread[knot - 1, 1:]
    # Of nobody known, signals that sum over what is known say nothing: any scale will do.
    spread[0] = torch.where(spread[0] < NIL, spread[1], spread[0])
    return spread.clamp_min(NIL)


def _pairs(scores: Tensor, gains: Tensor, cut: Tensor, generator: torch.Generator) -> tuple[Pairs, Tensor]:
    """Pairs of a target and another contender, and what each counts: the change of NDCG at ``cut`` (Q,) by a swap."""
    ideal = (1 / torch.log2(torch.arange(DEPTH) + 2.0)).cumsum(0)
    found = []
    for some in torch.split(torch.arange(len(scores)), 512):
        wanted = (gains[some] > 0).float()
        place = scores[some].argsort(dim=1, descending=True, stable=True).argsort(dim=1)
        worth = torch.where(place < cut[some].unsqueeze(1), 1 / torch.log2(place + 2.0), torch.zeros(()))
        best = ideal[torch.minimum(wanted.sum(dim=1).long(), cut[some]) - 1]
        swap = (worth.unsqueeze(2) - worth.unsqueeze(1)).abs() / best.view(-1, 1, 1)
        swap *= gains[some].unsqueeze(2) * (1 - wanted).unsqueeze(1)
        query, target, other = (torch.rand(swap.shape, generator=generator) < swap / LEAST).nonzero(as_tuple=True)
        found.append((some[query], target, other, swap[query, target, other].clamp_min(LEAST)))
    query, target, other, weight = (torch.cat(columns) for columns in zip(*found, strict=True))
    return (query, target, other), weight / len(scores)


def _descend(fusion: Fusion, learned: nn.Parameter, lessons: Lessons, pairs: Pairs, weight: Tensor, steps: int) -> None:
    query, target, other = pairs
    wide = lessons.gains.shape[1]
    # Indexing by pairs would add up its gradient with atomic operations, in any order: a fit would differ by the load.
    first, second = query * wide + target, query * wide + other
    optimiser = torch.optim.LBFGS([learned], max_iter=steps, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimiser.zero_grad()
        scores = lessons.scores(fusion).flatten()
        margin = scores.index_select(0, first) - scores.index_select(0, second)
        loss = (weight * functional.softplus(-margin)).sum() + fusion.roughness()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    before = learned.detach().clone()
    optimiser.step(closure)  # type: ignore[no-untyped-call]
    if not learned.isfinite().all():  # a line search that went too far, as few or separable lessons let it
        with torch.no_grad():
            learned.copy_(before)
