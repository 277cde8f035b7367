"""Exact masked top-k: the one place where scores become a ranking."""

from __future__ import annotations

import re

import torch
from torch import Tensor


def top_k(scores: Tensor, allowed: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The best ``k`` allowed items of each row.

    ``scores`` (B, N) float, ``allowed`` (B, N) bool. Returns values and rows, each (B, k'), k' = min(k, N), best
    first and on the CPU; a value of -inf marks places for which no allowed item was left. Ties go to the lower row,
    which is the better known item.
    """
    masked = scores.masked_fill(~allowed, float("-inf"))
    k = min(k, scores.shape[1])
    # The order in which torch.topk returns equal scores differs between devices, and so does which of them it returns;
    # the value of the last is the same everywhere. Sorting what reaches it is a tenth of sorting everything.
    last = torch.topk(masked, k, dim=1, sorted=False).values.amin(dim=1, keepdim=True) if k else masked[:, :0]
    values, rows = torch.empty((len(scores), k), dtype=scores.dtype), torch.empty((len(scores), k), dtype=torch.int64)
    reach = (masked >= last).nonzero() if k else torch.empty((0, 2), dtype=torch.int64)
    near, (people, reached) = masked[reach[:, 0], reach[:, 1]].cpu(), reach.cpu().T
    ends = torch.bincount(people, minlength=len(scores)).tolist()
    for b, (score, row) in enumerate(zip(torch.split(near, ends), torch.split(reached, ends), strict=True)):
        order = torch.sort(score, descending=True, stable=True)
        values[b], rows[b] = order.values[:k], row[order.indices[:k]]
    return values, rows


_PART = re.compile(
    r"(\s+(part|chapter|episode|vol|volume)\b.*|\s+(\d{1,2}|[ivx]{1,4})|\s*[:(].*|\s+-\s.*|\s+and the\s.*)$"
)


def series(title: str) -> str:
    """What the parts of one series have in common: "alien" of "Alien 3", "harry potter" of "Harry Potter and the
    Goblet of Fire". The whole title where nothing sets a part apart."""
    stem = title.casefold()
    while (shorter := _PART.sub("", stem)) != stem and shorter:
        stem = shorter
    return stem.removeprefix("the ")


def diversify(relevance: Tensor, similarity: Tensor, k: int, trade_off: float) -> list[int]:
    """Maximal marginal relevance (Carbonell & Goldstein 1998) over a short list.

    ``relevance`` (P,) descending, ``similarity`` (P, P). Picks k positions greedily by ``relevance - trade_off *
    (highest similarity to what is picked)``; ``trade_off`` 0 keeps the order. The first is always position 0.
    """
    picked: list[int] = []
    penalty = torch.zeros_like(relevance)
    left = torch.ones_like(relevance, dtype=torch.bool)
    for _ in range(min(k, len(relevance))):
        best = int((relevance - trade_off * penalty).masked_fill(~left, float("-inf")).argmax())
        picked.append(best)
        left[best] = False
        penalty = torch.maximum(penalty, similarity[best])
    return picked
