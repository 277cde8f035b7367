"""How much each signal counts, given how much is known of the person. One model for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

LEARNED = ("likeness", "relation", "prior")
"""Signals that ratings can teach, in the order of the model's parameters."""

STATED: Mapping[str, float] = {"asked": 2.5, "wish": 1.6, "facets": 1.0}
"""Weights of what was said in so many words. Ratings hold no wishes to learn them from; a dialogue model can."""

GROWTH = torch.tensor([1.0, 1.0, -1.0])
"""The sign of each learned signal's growth with evidence: the more is known of a person, the more their own likes
count and the less what everybody likes."""


class Fusion(nn.Module):
    """``w_s(n) = softplus(base_s + growth_s * log(1 + n))`` for a person with ``n`` reactions.

    The sign of ``growth_s`` is fixed by ``GROWTH``, so that the weights are monotone in the evidence.
    """

    def __init__(self) -> None:
        super().__init__()
        self.base = nn.Parameter(torch.zeros(len(LEARNED)))
        self.growth = nn.Parameter(torch.full((len(LEARNED),), -1.0))

    def forward(self, counts: Tensor) -> Tensor:
        """``counts`` (B,): reactions known -> non-negative weights (B, S) in the order of ``LEARNED``."""
        slope = GROWTH.to(self.growth) * functional.softplus(self.growth)
        return functional.softplus(self.base + torch.log1p(counts).unsqueeze(1) * slope)


def fit_fusion(
    signals: Tensor, counts: Tensor, targets: Sequence[Tensor], allowed: Tensor, importance: Tensor
) -> tuple[Fusion, float]:
    """Listwise softmax over all allowed items (Cao et al. 2007), the weighted mean over each query's targets.

    ``signals`` (Q, S, N) in the order of ``LEARNED``, ``counts`` (Q,), ``targets``: Q tensors of rows, ``allowed``
    (Q, N) bool, ``importance`` (N,): the weight of an item as a target. Returns the model and its loss in nats.
    """
    fusion = Fusion()
    optimiser = torch.optim.LBFGS(fusion.parameters(), max_iter=60, line_search_fn="strong_wolfe")
    query = torch.cat([torch.full_like(t, q) for q, t in enumerate(targets)])
    item = torch.cat(list(targets))
    share = torch.cat([importance[t] / importance[t].sum() for t in targets]) / len(targets)

    def loss() -> Tensor:
        scores = torch.einsum("qs,qsn->qn", fusion(counts), signals).masked_fill(~allowed, float("-inf"))
        return -(torch.log_softmax(scores, dim=1)[query, item] * share).sum()

    def closure() -> float:
        optimiser.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        return float(value.detach())

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return fusion, float(loss().detach())
