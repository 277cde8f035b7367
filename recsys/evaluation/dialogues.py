"""The dialogue protocol (He et al., CIKM 2023): targets ranked among candidates, beside peers that recommend from the
items named in a dialogue, or from its words alone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import nn

from recsys.catalogue import Catalogue
from recsys.engine import Engine
from recsys.evaluation import metrics
from recsys.evaluation.baselines import Fit, fit_popularity
from recsys.lexical import Lexical
from recsys.models.als import fit_als
from recsys.models.item_item import fit_ease, fit_knn
from recsys.taste import Query, Talk

CUTS: Final = (1, 5, 10, 20, 50)
LEAST: Final = 5
"""Items with fewer likes teach the peers nothing: their tables would not fit the memory otherwise."""
MODELS: Final[Mapping[str, Fit]] = {"popularity": fit_popularity, "ease": fit_ease, "als": fit_als, "knn": fit_knn}
Scores = npt.NDArray[np.float32]


class Fitted:
    """The peers over one catalogue of N items."""

    def __init__(self, catalogue: Catalogue, models: Mapping[str, nn.Module], rows: npt.NDArray[np.int64]) -> None:
        self._catalogue, self._models, self._rows = catalogue, models, rows
        self._place = {int(row): n for n, row in enumerate(rows)}
        self._lexical = Lexical([item.text() for item in catalogue.items])
        self.names = (*models, "bm25")

    def scores(self, query: Query) -> dict[str, Scores]:
        """Model -> the score (N,) of every item; popularity stands in where nothing is known."""
        said = (*(i for i, w in query.taste.items.items() if w >= 0), *query.wish.like, *query.talk.named)
        rows = (self._catalogue.row(i) for i in dict.fromkeys(said) if i in self._catalogue)
        known = [self._place[row] for row in rows if row in self._place]
        out: dict[str, Scores] = {}
        at = torch.tensor([known or [0]])
        weights = torch.full(at.shape, 1.0 if known else 0.0)
        with torch.inference_mode():
            for name, model in self._models.items():
                used = model if known else self._models["popularity"]
                out[name] = np.full(len(self._catalogue), -np.inf, dtype=np.float32)
                out[name][self._rows] = used(at, weights)[0].numpy()
        return {**out, "bm25": self._lexical.scores(query.talk.words)}


@dataclass(frozen=True, slots=True)
class Baselines:
    """``likes`` (U, M) of the items ``ids``: what the peers learn from."""

    likes: sparse.csr_matrix[np.float32]
    ids: tuple[str, ...]

    def over(self, catalogue: Catalogue) -> Fitted:
        """The peers, fitted on what enough people like."""
        enough = np.flatnonzero(self.likes.getnnz(axis=0) >= LEAST)
        rows = np.array([catalogue.row(self.ids[n]) for n in enough], dtype=np.int64)
        table = self.likes[:, enough].tocsr()
        models = {name: fit(table).eval() for name, fit in MODELS.items()} if len(enough) else {}
        return Fitted(catalogue, models, rows)


class Contest:
    """Usher and its peers over one list of candidates: ``ids``, of which some always come ``last``."""

    def __init__(self, engine: Engine, ids: Sequence[str], last: Sequence[bool], baselines: Baselines) -> None:
        self._engine = engine
        self._rows = np.array([engine.catalogue.row(i) for i in ids], dtype=np.int64)
        self._last = np.array(last, dtype=np.bool_)
        self._peers = baselines.over(engine.catalogue)
        self.names = ("usher", *self._peers.names)
        engine.scores([Query(talk=Talk("warm up", "warm up"))])  # what loads at first use is loaded

    def ranks(
        self, query: Query, gone: Sequence[int], targets: Sequence[int | None]
    ) -> tuple[list[dict[str, float]], float]:
        """Model -> the place of each target (``None``: no candidate, a miss), and the seconds that Usher took.

        ``gone``: positions of candidates that are taken out of the ranking.
        """
        started = time.perf_counter()
        ours = self._engine.scores([query])[0][self._rows]
        seconds = time.perf_counter() - started
        scores = {"usher": ours, **{name: s[self._rows] for name, s in self._peers.scores(query).items()}}
        for values in scores.values():
            values[self._last] = -np.inf
        return [{name: _rank(s, gone, at) for name, s in scores.items()} for at in targets], seconds


def _rank(scores: Scores, gone: Sequence[int], at: int | None) -> float:
    """The place of a target among the candidates; of equal scores half are taken to be ahead."""
    if at is None:
        return float("inf")
    left = np.ones(len(scores), dtype=np.bool_)
    left[list(gone)] = False
    ahead = int((left & (scores > scores[at])).sum())
    level = int((left & (scores == scores[at])).sum()) - int(left[at])
    return 1.0 + ahead + level / 2


def report(found: Sequence[Mapping[str, Any]], names: Sequence[str], times: Sequence[float]) -> dict[str, Any]:
    """The protocol's figures. ``found``: a row for each target with its dialogue, how many films were ``mentioned``,
    whether it is ``new`` and ``unlinked``, and its rank by each of ``names``; ``times``: milliseconds a turn."""
    groups = [row["dialogue"] for row in found]
    slices = {
        "recommended in training": [not row["new"] and not row["unlinked"] for row in found],
        "never recommended in training": [row["new"] and not row["unlinked"] for row in found],
        "unlinked": [row["unlinked"] for row in found],
        "0 mentioned": [row["mentioned"] == 0 for row in found],
        "1 mentioned": [row["mentioned"] == 1 for row in found],
        "2-3 mentioned": [2 <= row["mentioned"] <= 3 for row in found],
        "4+ mentioned": [row["mentioned"] >= 4 for row in found],
    }
    ranks = {name: np.array([row[name] for row in found]) for name in names}
    ours = _values(ranks["usher"])
    return {
        "protocol": "dialogues: new targets, mentioned films removed (He et al. 2023)",
        "n": len(found),
        "metrics": {name: float(values.mean()) for name, values in ours.items()},
        "ci95": {name: list(metrics.confidence(values, groups)[1:]) for name, values in ours.items()},
        "slices": {
            name: {"n": int(sum(some)), **_means(ranks["usher"][np.array(some)])}
            for name, some in slices.items()
            if any(some)
        },
        "baselines": {name: _means(ranks[name]) for name in names if name != "usher"},
        "ms_per_turn": {f"p{p}": round(float(np.percentile(times, p)), 2) for p in (50, 95)},
    }


def _means(ranks: npt.NDArray[np.float64]) -> dict[str, float]:
    return {name: float(values.mean()) for name, values in _values(ranks).items()}


def _values(ranks: npt.NDArray[np.float64]) -> dict[str, metrics.Values]:
    values = {f"recall@{k}": metrics.rank_recall(ranks, k) for k in CUTS}
    return values | {"ndcg@10": metrics.rank_ndcg(ranks, 10), "mrr@10": metrics.rank_reciprocal(ranks, 10)}
