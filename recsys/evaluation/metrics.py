"""Metrics of rankings: one value a query, means and confidence intervals apart from them.

Two forms of input, for two kinds of evaluation:

- ``hits`` (Q, K) bool, which of the K ranked places hold a target, and ``totals`` (Q,), how many targets there are;
- ``ranks`` (Q,), the place (from 1) of the only target, ``inf`` where it was not ranked.

Arrays may be NumPy's or tensors on the CPU. All values are float64, shape (Q,).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

SMOOTHING = 0.01
"""How much of the target distribution is mixed into a list's before they are compared (Steck 2018)."""


def hits(ranked: npt.ArrayLike, targets: Sequence[npt.ArrayLike]) -> npt.NDArray[np.bool_]:
    """``ranked`` (Q, K) rows, negative where a place is empty; ``targets``: Q sets of rows -> (Q, K) bool."""
    places = np.asarray(ranked)
    found = [np.isin(row, np.asarray(wanted)) for row, wanted in zip(places, targets, strict=True)]
    return np.stack(found) & (places >= 0) if found else np.zeros(places.shape, dtype=np.bool_)


def ndcg(hit: npt.ArrayLike, totals: npt.ArrayLike, k: int) -> Values:
    """Binary NDCG@k (Järvelin & Kekäläinen 2002): the ideal list has ``min(k, totals)`` hits on top."""
    gains = np.asarray(hit, dtype=np.float64)[:, :k]
    discount = 1 / np.log2(np.arange(k) + 2.0)
    ideal: Values = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(np.asarray(totals, dtype=np.int64), k)]
    found: Values = (gains * discount[: gains.shape[1]]).sum(axis=1)
    return _ratio(found, ideal)


def recall(hit: npt.ArrayLike, totals: npt.ArrayLike, k: int) -> Values:
    """Hits among the first k by ``min(k, totals)``, so that a perfect list has 1 (Liang et al. 2018)."""
    found = np.asarray(hit, dtype=np.float64)[:, :k].sum(axis=1)
    return _ratio(found, np.minimum(np.asarray(totals, dtype=np.float64), k))


def hit_rate(hit: npt.ArrayLike, k: int) -> Values:
    """1 where any of the first k is a hit."""
    found: Values = np.asarray(hit, dtype=np.float64)[:, :k].max(axis=1, initial=0.0)
    return found


def reciprocal_rank(hit: npt.ArrayLike, k: int) -> Values:
    """1 / place of the first hit, 0 where the first k have none. Its mean is MRR@k."""
    first = np.asarray(hit, dtype=np.bool_)[:, :k]
    return np.where(first.any(axis=1), 1 / (first.argmax(axis=1) + 1.0), 0.0)


def rank_recall(ranks: npt.ArrayLike, k: int) -> Values:
    """Recall@k, which is also HR@k, of one target a query."""
    return (np.asarray(ranks) <= k).astype(np.float64)


def rank_ndcg(ranks: npt.ArrayLike, k: int) -> Values:
    """NDCG@k of one target a query."""
    place = np.asarray(ranks, dtype=np.float64)
    return np.where(place <= k, 1 / np.log2(place + 1), 0.0)


def rank_reciprocal(ranks: npt.ArrayLike, k: int) -> Values:
    """1 / rank, 0 beyond k. Its mean is MRR@k."""
    place = np.asarray(ranks, dtype=np.float64)
    return np.where(place <= k, 1 / place, 0.0)


class Interval(NamedTuple):
    """A mean and the bounds of its 95 % confidence interval."""

    mean: float
    low: float
    high: float


def confidence(
    values: npt.ArrayLike, groups: npt.ArrayLike | None = None, *, rounds: int = 2000, seed: int = 0
) -> Interval:
    """The mean of ``values`` (Q,) with its percentile bootstrap interval (Efron & Tibshirani 1993).

    ``groups`` (Q,): queries of one dialogue or person are drawn together. Give the differences of two systems on the
    same queries and the interval is the paired one.
    """
    x = np.asarray(values, dtype=np.float64)
    if not len(x):
        return Interval(float("nan"), float("nan"), float("nan"))
    if groups is None:
        sums, sizes = x, np.ones(len(x), dtype=np.float64)
    else:
        _, member = np.unique(np.asarray(groups), return_inverse=True)
        sums = np.bincount(member, weights=x).astype(np.float64)
        sizes = np.bincount(member).astype(np.float64)
    rng = np.random.default_rng(seed)
    means = np.empty(rounds)
    for n in range(rounds):
        drawn = rng.integers(0, len(sums), len(sums))
        means[n] = sums[drawn].sum() / sizes[drawn].sum()
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(x.mean()), float(low), float(high))


def paired(ours: npt.ArrayLike, theirs: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> Interval:
    """The mean difference of two systems on the same queries, with its paired bootstrap interval."""
    return confidence(np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64), groups)


# -- beyond accuracy -----------------------------------------------------------------------------------------


def diversity(ranked: npt.ArrayLike, vectors: npt.ArrayLike) -> Values:
    """Intra-list diversity (Ziegler et al. 2005): the mean of ``1 - cosine`` over the pairs of a list.

    ``ranked`` (Q, K) without empty places, ``vectors`` (N, d) of unit length, zero where an item has none.
    """
    places, v = np.asarray(ranked), np.asarray(vectors)
    k = places.shape[1]
    sums = v[places].sum(axis=1, dtype=np.float64)
    own = np.square(v[places], dtype=np.float64).sum(axis=(1, 2))
    similar = np.asarray(np.square(sums).sum(axis=1) - own, dtype=np.float64)
    return 1 - similar / float(max(k * (k - 1), 1))


def novelty(ranked: npt.ArrayLike, counts: npt.ArrayLike, people: int) -> Values:
    """Mean self-information in bits (Vargas & Castells 2011): ``-log2`` of the share of ``people`` who know an item.

    ``counts`` (N,): how many know each; an item that nobody knows counts as known by one.
    """
    known = np.maximum(np.asarray(counts, dtype=np.float64), 1.0)
    information = -np.log2(known / people)
    return np.asarray(information[np.asarray(ranked)].mean(axis=1), dtype=np.float64)


def calibration(ranked: npt.ArrayLike, history: Sequence[npt.ArrayLike], genres: npt.ArrayLike) -> Values:
    """Kullback-Leibler divergence of a list's genres from those of a person's history (Steck 2018); 0 is best.

    ``ranked`` (Q, K), ``history``: Q sets of rows, ``genres`` (N, G) with a 1 for each genre that an item has. NaN
    where a history is empty or has no genre.
    """
    table = np.asarray(genres, dtype=np.float64)
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    out = np.full(len(history), np.nan)
    for q, (row, known) in enumerate(zip(np.asarray(ranked), history, strict=True)):
        wanted = share[np.asarray(known, dtype=np.int64)].sum(axis=0)
        given = share[row].sum(axis=0)
        if wanted.sum() and given.sum():
            p, shown = wanted / wanted.sum(), given / given.sum()
            mixed = (1 - SMOOTHING) * shown + SMOOTHING * p
            some = p > 0
            out[q] = float((p[some] * np.log(p[some] / mixed[some])).sum())
    return out


def coverage(ranked: npt.ArrayLike, n: int) -> float:
    """The share of ``n`` items that are on anybody's list."""
    places = np.asarray(ranked)
    return len(np.unique(places[places >= 0])) / n


def _ratio(values: Values, divisor: Values) -> Values:
    return np.where(divisor > 0, values / np.maximum(divisor, 1e-12), 0.0)
