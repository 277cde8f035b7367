"""Scorers taught by gradient beside their peers, by the ratings protocols; and what each adds to a blend.

``python -m benchmarks.scorers --ratings F [--catalogue F] [--likes] [--protocol strong|leave-last-out]
[--models graph mlp ...] [--folds 5] [--least N] [--out F.json]``

For each fold: popularity and EASE, then every scorer taught on the same people, with the CPU time of its training.
The weights of a blend (EASE + popularity, with and without the scorer) are chosen on people held out from the fold's
training people and measured on the fold's own.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from bot.settings import load_settings
from bot.stages import Home, encoder_of
from recsys import scorers
from recsys.catalogue_io import read_items
from recsys.encoder import VectorCache
from recsys.evaluation import metrics
from recsys.evaluation.baselines import fit_popularity
from recsys.evaluation.ratings import LEAST_LIKES, LIKED, rank
from recsys.evaluation.splits import Case, Fold, leave_last_out, strong
from recsys.interactions import Interactions, on_catalogue
from recsys.models.item_item import Matrix, fit_ease
from recsys.scorers import DEFAULTS, Taught
from recsys.training import Training

MEASURES = ("ndcg@10", "recall@20", "ndcg@100", "hr@10")
PRIOR = (0.0, 0.05, 0.1, 0.2)
ADDED = (0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0)


class Placed(nn.Module):
    """A scorer with rows of its own behind the rows of the ratings; items that it does not know come last."""

    def __init__(self, taught: Taught, items: Sequence[str]) -> None:
        super().__init__()
        self.scorer = taught.scorer
        place = {name: n for n, name in enumerate(taught.vocabulary)}
        self.rows = torch.tensor([place.get(name, -1) for name in items])

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """As of every scorer."""
        mine = self.rows[rows]
        scores = self.scorer(mine.clamp_min(0), weights * (mine >= 0))
        return scores[:, self.rows.clamp_min(0)].masked_fill(self.rows < 0, scores.min() - 1)


class Blend(nn.Module):
    """A weighted sum of signals, each person's brought to mean 0 and deviation 1 first."""

    def __init__(self, signals: Sequence[nn.Module], weights: Sequence[float]) -> None:
        super().__init__()
        self.signals = nn.ModuleList(signals)
        self.weights = weights

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """As of every scorer."""
        total = torch.zeros(())
        for signal, weight in zip(self.signals, self.weights, strict=True):
            scores = signal(rows, weights)
            total = total + weight * (scores - scores.mean(1, keepdim=True)) / scores.std(1, keepdim=True).clamp_min(
                1e-6
            )
        return total


class LogPopularity(nn.Module):
    """Popularity as it enters a blend."""

    def __init__(self, x: Matrix) -> None:
        super().__init__()
        self.counts = fit_popularity(x)

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """As of every scorer."""
        return torch.log1p(self.counts(rows, weights))


def values(model: nn.Module, cases: Sequence[Case]) -> dict[str, np.ndarray]:
    """Each metric, a value a person."""
    hit = metrics.hits(rank(model.eval(), cases), [case.targets for case in cases])
    totals = np.array([len(case.targets) for case in cases])
    return {
        "ndcg@10": metrics.ndcg(hit, totals, 10),
        "recall@20": metrics.recall(hit, totals, 20),
        "ndcg@100": metrics.ndcg(hit, totals, 100),
        "hr@10": metrics.hit_rate(hit, 10),
    }


def best_weights(signals: Sequence[nn.Module], grid: Sequence[Sequence[float]], cases: Sequence[Case]) -> list[float]:
    """The weights whose blend serves the people of ``cases`` best."""
    found = [(float(values(Blend(signals, w), cases)["ndcg@10"].mean()), list(w)) for w in itertools.product(*grid)]
    return max(found, key=lambda pair: pair[0])[1]


def measure_fold(
    data: Interactions, text: Tensor | None, fold: Fold, models: Sequence[str], report: Callable[[str, dict], None]
) -> None:
    """All models on one fold; ``report`` gets each one's values and facts."""
    left = set() if len(fold.train) < len(data.users) else {(c.user, int(i)) for c in fold.cases for i in c.targets}
    kept = np.isin(data.user, fold.train)
    if left:
        kept &= np.array([(u, i) not in left for u, i in zip(data.user.tolist(), data.item.tolist(), strict=True)])
    train = data.where(kept)
    cases = [scorers.in_order(case, data) for case in fold.cases]
    teaching, held = scorers.split(train, DEFAULTS["graph"][1].seed)
    own = [scorers.held_out(train, int(user), "next" if left else "subset") for user in held]
    x, half = train.matrix(), train.matrix()[teaching]
    report("popularity", {"values": values(fit_popularity(x), cases)})
    whole, part = [fit_ease(x), LogPopularity(x)], [fit_ease(half), LogPopularity(half)]
    report("ease", {"values": values(whole[0], cases)})
    report("ease + popularity", {"values": values(Blend(whole, best_weights(part, [(1.0,), PRIOR], own)), cases)})
    for name in models:
        design, training = variant(name)
        started = time.process_time()
        taught = scorers.fit(design, training, train, text, cpu=True)
        placed = Placed(taught, data.items)
        facts = {"cpu seconds": round(time.process_time() - started), "epochs": len(taught.course.losses)}
        facts["parameters"] = sum(p.numel() for p in taught.scorer.parameters())
        report(name, {"values": values(placed, cases), **facts})
        weights = best_weights([*part, placed], [(1.0,), PRIOR, (0.0, *ADDED)], own)
        report(
            f"ease + popularity + {name}",
            {"values": values(Blend([*whole, placed], weights), cases), "weights": weights},
        )


def variant(name: str) -> tuple[scorers.Design, Training]:
    """``mlp``, ``graph``, ``sequence`` (a GRU, drawn order), ``transformer``, ``next`` (a GRU, in time); with
    ``:loss`` at the end."""
    model, _, loss = name.partition(":")
    design, training = DEFAULTS["sequence" if model in ("next", "transformer") else model]
    if model == "transformer":
        design = replace(design, network="transformer")
    if model == "next":
        design = replace(design, examples="next")
    return design, replace(training, loss=loss or training.loss)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ratings", type=Path, required=True)
    parser.add_argument("--catalogue", type=Path)
    parser.add_argument("--likes", action="store_true")
    parser.add_argument("--protocol", choices=("strong", "leave-last-out"), default="strong")
    parser.add_argument("--models", nargs="*", default=["graph", "mlp", "sequence"])
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--least", type=int, default=1, help="only items with so many ratings")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    data = Interactions.read(options.ratings)
    data = data.where(data.rating >= LIKED, LEAST_LIKES) if options.likes else data
    data = data.where(np.bincount(data.item, minlength=len(data.items))[data.item] >= options.least, LEAST_LIKES)
    text = None
    if options.catalogue is not None:
        settings = load_settings()
        items = read_items(options.catalogue)
        data = on_catalogue(data, items)
        ids = [data.items[i] for i in np.unique(data.item)]  # what nobody rated can't be found: it need not compete
        data = data.relabelled({name: n for n, name in enumerate(ids)}, ids)
        cache = VectorCache(Home(settings.usher_home).cache)
        text = torch.from_numpy(cache.encode(encoder_of(settings), [items[name].text() for name in ids]))
    found: dict[str, list[dict]] = {}
    for fold in itertools.islice(strong(data) if options.protocol == "strong" else leave_last_out(data), options.folds):

        def report(name: str, facts: dict) -> None:
            found.setdefault(name, []).append(facts)
            row = " ".join(f"{m} {facts['values'][m].mean():.4f}" for m in MEASURES)
            more = ", ".join(f"{k} {v}" for k, v in facts.items() if k != "values")
            print(f"{name:40} {row} {more}", flush=True)

        measure_fold(data, text, fold, options.models, report)
        if options.out is not None:
            options.out.write_text(json.dumps(summary(found), indent=1), encoding="utf-8")
    print(json.dumps(summary(found), indent=1))


def summary(found: dict[str, list[dict]]) -> dict[str, dict]:
    """Means over all people, and paired differences of NDCG@10 to EASE and to the blend without the scorer."""

    def of(name: str, measure: str) -> np.ndarray:
        return np.concatenate([fold["values"][measure] for fold in found[name]])

    out: dict[str, dict] = {}
    for name, folds in found.items():
        peer = "ease + popularity" if name.startswith("ease + popularity +") else "ease"
        out[name] = {m: round(float(of(name, m).mean()), 4) for m in MEASURES}
        out[name][f"ndcg@10 less {peer}"] = [
            round(v, 4) for v in metrics.paired(of(name, "ndcg@10"), of(peer, "ndcg@10"))
        ]
        out[name] |= {k: [fold[k] for fold in folds] for k in folds[0] if k != "values"}
    return out


if __name__ == "__main__":
    main()
