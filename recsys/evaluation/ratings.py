"""The ratings protocols: every model on the same people, the same known items, the same candidates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor, nn

from recsys.catalogue import Catalogue
from recsys.errors import DataError
from recsys.evaluation import metrics
from recsys.evaluation.baselines import BASELINES, Constant, SameWords
from recsys.evaluation.splits import KNOWN, SEED, Case, Fold, cold, folds, leave_last_out, strong
from recsys.index import top_k
from recsys.interactions import BEST, Interactions, Table, rows_on
from recsys.models.blend import padded
from recsys.models.content import fit_content
from recsys.models.item_item import fit_ease
from recsys.models.prior import log_popularity
from recsys.progress import Progress, silent
from recsys.train import RANK, fit_blend

Protocol: TypeAlias = Literal["strong", "cold", "leave-last-out"]
PROTOCOLS: Final[Mapping[str, Protocol]] = {"strong": "strong", "cold": "cold", "leave-last-out": "leave-last-out"}
Fit: TypeAlias = Callable[[Table], nn.Module]

LIKED: Final = 4.0
"""With ``likes``, ratings from here on are positives; others are neither known nor targets of anybody."""
LEAST_STRENGTH: Final = 0.5
"""Of a rating of zero where all ratings are positives: what people thought of an item says less there."""
LEAST_LIKES: Final = 5
DEPTH: Final = 100
LIST: Final = 10
"""Length of the lists whose diversity, novelty and calibration are measured."""
BATCH: Final = 256


@dataclass(frozen=True, slots=True)
class Extras:
    """What a catalogue adds, by item of the ratings: ``vectors`` (N, d) of unit length, ``genres`` (N, G), texts."""

    vectors: npt.NDArray[np.float32]
    genres: npt.NDArray[np.float32]
    texts: list[str]


def extras_of(data: Interactions, catalogue: Catalogue, vectors: npt.NDArray[np.float32]) -> Extras:
    """What a catalogue with texts ``vectors`` (M, d) adds to rated items; zeros for those that it lacks."""
    rows = rows_on(data, catalogue)
    genres = sorted(catalogue.values("genre"))
    extras = Extras(
        np.zeros((len(data.items), vectors.shape[1]), dtype=np.float32),
        np.zeros((len(data.items), len(genres)), dtype=np.float32),
        [""] * len(data.items),
    )
    for n, item_id in enumerate(data.items):
        if item_id in rows:
            item = catalogue.items[rows[item_id]]
            extras.vectors[n] = vectors[rows[item_id]]
            extras.texts[n] = item.text()
            extras.genres[n, [genres.index(g) for g in item.facets.get("genre", ())]] = 1
    return extras


@dataclass(slots=True)
class Outcome:
    """One model's values by metric, a value a person, in the order of the cases; ``shown`` are the first lists."""

    values: dict[str, list[npt.NDArray[np.float64]]] = field(default_factory=dict)
    shown: list[npt.NDArray[np.int64]] = field(default_factory=list)

    def add(self, ranked: npt.NDArray[np.int64], cases: Sequence[Case]) -> None:
        hit = metrics.hits(ranked, [case.targets for case in cases])
        totals = np.array([len(case.targets) for case in cases])
        for name, values in (
            ("ndcg@10", metrics.ndcg(hit, totals, 10)),
            ("recall@20", metrics.recall(hit, totals, 20)),
            ("ndcg@100", metrics.ndcg(hit, totals, 100)),
            ("hr@10", metrics.hit_rate(hit, 10)),
            ("mrr@10", metrics.reciprocal_rank(hit, 10)),
        ):
            self.values.setdefault(name, []).append(values)
        self.shown.append(ranked[:, :LIST])

    def of(self, metric: str) -> npt.NDArray[np.float64]:
        """All values (Q,) of a metric."""
        return np.concatenate(self.values[metric])


def evaluate(
    data: Interactions,
    protocol: Protocol,
    models: Mapping[str, Fit],
    *,
    likes: bool = False,
    extras: Extras | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Every model of ``models`` under a protocol. Models learn from each fold anew.

    ``likes``: ratings of 4 and more are positives, of people with at least five of them; otherwise all ratings are.
    The lower ones of those who are not tested are there to learn from: peers leave them out, Usher's model doesn't.
    Returns model -> metric -> value, with ``ci95`` (metric -> bounds), and for ``cold`` model -> k -> the same;
    ``against`` holds the paired differences of the last model to each other one. Raises ``DataError`` when nobody
    has enough ratings.
    """
    rated, data = data, data.where(data.rating >= LIKED, LEAST_LIKES) if likes else data
    rated = rated.of(data.users)
    found: dict[str, dict[str, Outcome]] = {}
    cases: dict[str, list[Case]] = {}
    counts = data.matrix().getnnz(axis=0)
    rounds = [by_k for by_k in _folds(data, protocol) if any(fold.cases for fold in by_k.values())]
    if not rounds:
        raise DataError("Nobody in these ratings has enough of them to be measured on: take a larger file.")
    for n, by_k in enumerate(rounds):
        train = _train_table(rated, next(iter(by_k.values())), likes)
        for m, (name, fit) in enumerate(models.items()):
            progress("Fitting and ranking", n * len(models) + m, len(rounds) * len(models))
            model = fit(train).eval()
            for k, fold in by_k.items():
                found.setdefault(name, {}).setdefault(k, Outcome()).add(rank(model, fold.cases), fold.cases)
        for k, fold in by_k.items():
            cases.setdefault(k, []).extend(fold.cases)
    progress("Fitting and ranking", len(rounds) * len(models), len(rounds) * len(models))
    report: dict[str, Any] = {"protocol": protocol, "likes": likes, "people": len(next(iter(cases.values())))}
    last = list(models)[-1]
    for name, by in found.items():
        summaries = {k: _summary(o, cases[k], counts, len(data.users), extras) for k, o in by.items()}
        for k, o in by.items():
            if name != last:
                difference = metrics.paired(found[last][k].of("ndcg@10"), o.of("ndcg@10"))
                summaries[k]["gap_ndcg@10"] = list(difference)
        report[name] = summaries if protocol == "cold" else summaries[""]
    return report


def new_items(data: Interactions, vectors: Tensor, *, progress: Progress = silent) -> dict[str, Any]:
    """Items that nobody has rated yet, ranked for those who turn out to like them.

    Five rounds, a fold of users and a tenth of the items each: models learn from the other users' likes of the other
    items (ratings of 4 and more), the fold's people show what they like of the other items, and only the new ones are
    ranked. ``vectors`` (N, d): the items' texts. Beside Usher's blend: the likeness of texts alone, and chance. Raises
    ``DataError`` when nobody likes any of the new items.
    """
    likes = data.where(data.rating >= LIKED, LEAST_LIKES)
    table = table_of(data.of(likes.users), likes=True)
    x = table.likes()
    rng = np.random.default_rng(SEED)
    tenths = np.array_split(rng.permutation(np.flatnonzero(x.getnnz(axis=0))), 10)
    found: dict[str, Outcome] = {name: Outcome() for name in ("random", "content", "usher")}
    parts, people = folds(len(likes.users)), 0
    for n, test in enumerate(parts):
        progress("Ranking new items", n, len(parts))
        new = np.sort(tenths[n])
        others = np.setdiff1d(np.arange(x.shape[1]), new)
        known = np.isin(np.arange(x.shape[1]), others).astype(np.float32)
        taught = table.where(known)
        old = taught.likes()
        cases = [
            Case(int(u), old[u].indices.astype(np.int64), old[u].data, others, np.intersect1d(x[u].indices, new))
            for u in test
            if len(np.intersect1d(x[u].indices, new)) and old[u].nnz
        ]
        people += len(cases)
        if not cases:
            continue
        train = np.setdiff1d(np.arange(len(likes.users)), test)
        models = {
            "random": Constant(torch.from_numpy(rng.random(x.shape[1]).astype(np.float32))),
            "content": fit_content(vectors),
            "usher": fit_blend(taught.people(train), log_popularity, vectors, rank=RANK),
        }
        for name, model in models.items():
            found[name].add(rank(model, cases), cases)
    progress("Ranking new items", len(parts), len(parts))
    if not people:
        raise DataError("Nobody in these ratings likes any of the new items: take a larger file.")
    report: dict[str, Any] = {"protocol": "new-items", "people": people, "new": len(tenths[0])}
    for name, outcome in found.items():
        report[name] = {metric: metrics.confidence(outcome.of(metric)).mean for metric in outcome.values}
        report[name]["ci95"] = {metric: list(metrics.confidence(outcome.of(metric))[1:]) for metric in outcome.values}
    return report


def rank(model: nn.Module, cases: Sequence[Case], depth: int = DEPTH) -> npt.NDArray[np.int64]:
    """The best ``depth`` rows for each case, (Q, depth), -1 where nothing was left; known items are never ranked."""
    out = []
    device = next(chain(model.parameters(), model.buffers()), torch.empty(0)).device
    with torch.inference_mode():
        for start in range(0, len(cases), BATCH):
            batch = cases[start : start + BATCH]
            rows, weights = padded([case.known for case in batch])
            scores = model(rows.to(device), weights.to(device))
            allowed = torch.ones_like(scores, dtype=torch.bool)
            for n, case in enumerate(batch):
                allowed[n, torch.from_numpy(case.masked)] = False
            values, rows = top_k(scores, allowed, depth)
            out.append(rows.masked_fill(~torch.isfinite(values), -1).cpu().numpy())
    return np.concatenate(out) if out else np.zeros((0, depth), dtype=np.int64)


def contestants(extras: Extras | None = None) -> dict[str, Fit]:
    """The baselines, with texts BM25 over those too, the strongest of them with what Usher learns from beyond the
    likes, then Usher's own blend: the same that the product's index is built with."""

    def of(fit: Callable[[sparse.csr_matrix[np.float32]], nn.Module]) -> Fit:
        return lambda table: fit(table.likes())

    baselines = {name: of(fit) for name, fit in BASELINES.items()}
    if extras is not None:
        words = SameWords(extras.texts)
        baselines["bm25 of texts"] = of(lambda _: words)
    graded = {"ease of all ratings": lambda table: fit_ease(table.strength)}
    return baselines | graded | {"usher": lambda table: fit_blend(table, log_popularity)}


def _folds(data: Interactions, protocol: Protocol) -> Iterable[dict[str, Fold]]:
    if protocol == "cold":
        return ({str(k): fold for k, fold in by_k.items()} for by_k in cold(data, KNOWN))
    return ({"": fold} for fold in (strong(data) if protocol == "strong" else leave_last_out(data)))


def table_of(rated: Interactions, likes: bool) -> Table:
    """Ratings as models learn from them: with ``likes`` those of 4 and more are likes, otherwise all of them."""
    if likes:
        return Table(rated.matrix(rated.rating / BEST), LIKED / BEST)
    return Table(rated.matrix(LEAST_STRENGTH + (1 - LEAST_STRENGTH) * rated.rating / BEST), 0.0)


def _train_table(rated: Interactions, fold: Fold, likes: bool) -> Table:
    """What models may learn from: the ratings of ``fold.train``, of those who are tested only what is known of them."""
    table = table_of(rated, likes)
    if fold.cases:
        cells = rated.user * len(rated.items) + rated.item
        known = np.concatenate([case.user * len(rated.items) + case.known for case in fold.cases])
        tested = np.isin(rated.user, [case.user for case in fold.cases])
        table = table.where(rated.matrix((~tested | np.isin(cells, known)).astype(np.float32)))
    return table.people(fold.train)


def _summary(
    outcome: Outcome,
    cases: Sequence[Case],
    counts: npt.NDArray[np.int64],
    people: int,
    extras: Extras | None,
) -> dict[str, Any]:
    intervals = {name: metrics.confidence(outcome.of(name)) for name in outcome.values}
    shown = np.concatenate(outcome.shown)
    full = shown[(shown >= 0).all(axis=1)]
    out: dict[str, Any] = {name: interval.mean for name, interval in intervals.items()}
    out["ci95"] = {name: [interval.low, interval.high] for name, interval in intervals.items()}
    out["novelty"] = float(metrics.novelty(full, counts, people).mean())
    out["coverage"] = metrics.coverage(shown, len(counts))
    if extras is not None:
        out["diversity"] = float(metrics.diversity(full, extras.vectors).mean())
        histories = [cases[n].known for n in np.flatnonzero((shown >= 0).all(axis=1)).tolist()]
        divergence = metrics.calibration(full, histories, extras.genres)
        if np.isfinite(divergence).any():
            out["calibration"] = float(np.nanmean(divergence))
    return out
