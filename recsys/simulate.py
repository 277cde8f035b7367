"""Simulated people who talk to the models: what questions are worth, before real people are asked them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recsys.elicit import CANDIDATES, telling
from recsys.evaluation import metrics
from recsys.evaluation.ratings import LEAST_LIKES, LIKED
from recsys.evaluation.splits import LEAST, folds, shuffled
from recsys.index import top_k
from recsys.interactions import Interactions
from recsys.models.blend import Blend, chances, padded
from recsys.models.prior import log_popularity
from recsys.progress import Progress, silent
from recsys.train import fit_blend

QUESTIONS: Final = 5
RANDOM_RATINGS: Final = 10
"""What questions are measured against: this many random ratings of the same person, known to the same model."""
DISLIKED: Final = 2.0
"""Ratings up to here are answered "didn't like it"; above and below ``LIKED``, "it was all right"."""
DISLIKE_WEIGHT: Final = -0.5

Rows: TypeAlias = npt.NDArray[np.int64]


@dataclass(slots=True)
class Newcomer:
    """A person who answers truthfully from hidden ratings. ``weight``: row -> what an answer about it is worth."""

    ratings: Mapping[int, float]
    asked: list[int]
    weight: dict[int, float]

    def answer(self, items: Sequence[int], likes: bool) -> int:
        """Answers about all ``items``; returns how many of them the person has seen."""
        seen = [i for i in items if i in self.ratings]
        self.asked += items
        for item in seen:
            rating = self.ratings[item]
            opinion = 1.0 if rating >= LIKED else DISLIKE_WEIGHT if rating <= DISLIKED else 0.0
            self.weight[item] = opinion if likes else 1.0
        return len(seen)

    def targets(self, likes: bool) -> Rows:
        """What is still to be found: the liked (or all rated) items that were not asked about."""
        left = [i for i, r in self.ratings.items() if (r >= LIKED or not likes) and i not in self.asked]
        return np.array(left, dtype=np.int64)


Ask: TypeAlias = Callable[[Newcomer], list[int]]


def onboarding(
    data: Interactions, *, likes: bool = False, films: int = 1, questions: int = QUESTIONS, progress: Progress = silent
) -> dict[str, Any]:
    """Ask people of each fold, with models that learned from the other four; see ``docs/evaluation.md``.

    ``films``: how many items one question names; the newcomer answers about every one. ``likes``: liked items are
    positives and targets, as in the ratings protocols; otherwise everything rated. Returns strategy -> ``ndcg@10``
    after 0, 1, ... questions, ``unseen`` (share of items asked about that were not seen), ``blank`` (share of
    questions of which nothing was), and ``random ratings``: NDCG@10 after ten random ratings.
    """
    positive = data.where(data.rating >= LIKED, LEAST_LIKES) if likes else data
    values: dict[str, list[list[npt.NDArray[np.float64]]]] = {}
    seen: dict[str, list[int]] = {}
    reference: list[npt.NDArray[np.float64]] = []
    parts = folds(len(positive.users))
    code = {name: n for n, name in enumerate(data.users)}
    for n, test in enumerate(parts):
        progress("Asking newcomers", n, len(parts))
        train = np.sort(np.concatenate([part for m, part in enumerate(parts) if m != n]))
        blend = fit_blend(positive.matrix()[train], log_popularity)
        people = [int(u) for u in test if np.sum(positive.user == u) >= LEAST]
        hidden = [_ratings(data, code[positive.users[u]]) for u in people]
        heads = [shuffled(positive, u)[0][:RANDOM_RATINGS].tolist() for u in people]
        known = [Newcomer(r, head, dict.fromkeys(head, 1.0)) for r, head in zip(hidden, heads, strict=True)]
        reference.append(_quality(blend, known, likes))
        teachers = np.isin(data.user, [code[positive.users[u]] for u in train])
        for name, ask in _strategies(blend, positive.matrix()[train], data, teachers, films).items():
            crowd = [Newcomer(r, [], {}) for r in hidden]
            steps = values.setdefault(name, [[] for _ in range(questions + 1)])
            steps[0].append(_quality(blend, crowd, likes))
            for step in range(1, questions + 1):
                seen.setdefault(name, []).extend(person.answer(ask(person), likes) for person in crowd)
                steps[step].append(_quality(blend, crowd, likes))
    progress("Asking newcomers", len(parts), len(parts))
    random = np.concatenate(reference)
    report: dict[str, Any] = {"people": len(random), "likes": likes, "films": films}
    report["random ratings"] = {"ndcg@10": metrics.confidence(random).mean}
    for name, steps in values.items():
        last = np.concatenate(steps[-1])
        report[name] = {
            "ndcg@10": [float(np.concatenate(step).mean()) for step in steps],
            "ci95": list(metrics.confidence(last)[1:]),
            "gap": list(metrics.paired(last, random)),
            "unseen": 1 - float(np.mean(seen[name])) / films,
            "blank": float(np.mean(np.array(seen[name]) == 0)),
        }
    return report


def _ratings(data: Interactions, user: int) -> dict[int, float]:
    start, end = np.searchsorted(data.user, [user, user + 1])
    return dict(zip(data.item[start:end].tolist(), data.rating[start:end].tolist(), strict=True))


def _strategies(
    blend: Blend, likes: Any, data: Interactions, teachers: npt.NDArray[np.bool_], films: int
) -> dict[str, Ask]:
    """Usher's selection and the classic ones (Rashid et al. 2002), each a function from a person to items."""
    counts = likes.getnnz(axis=0)
    popular = np.argsort(-counts, kind="stable")
    table = np.zeros((len(data.items), 5))
    stars = np.clip(np.round(data.rating[teachers]), 1, 5).astype(np.int64) - 1
    np.add.at(table, (data.item[teachers], stars), 1.0)
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    entropy = -(share * np.log(np.maximum(share, 1e-12))).sum(axis=1)
    mixed = np.argsort(-np.log1p(counts) * entropy, kind="stable")
    rng = np.random.default_rng(0)
    base = torch.from_numpy(counts / likes.shape[0]).float()

    def fixed(order: Rows) -> Ask:
        return lambda person: [int(i) for i in order if int(i) not in person.asked][:films]

    def at_random(person: Newcomer) -> list[int]:
        left = np.setdiff1d(popular[:CANDIDATES], person.asked)
        return [int(i) for i in rng.choice(left, films, replace=False)]

    def ours(person: Newcomer) -> list[int]:
        chance, kernel = chances(blend.kernels, base, *_evidence([person]))
        return telling(kernel, chance[0], torch.tensor(person.asked, dtype=torch.int64), films)

    return {"random": at_random, "popular": fixed(popular), "popularity x entropy": fixed(mixed), "usher": ours}


def _evidence(people: Sequence[Newcomer]) -> tuple[Tensor, Tensor]:
    rows, weights = padded([np.array(list(p.weight), dtype=np.int64) for p in people])
    for n, person in enumerate(people):
        weights[n, : len(person.weight)] = torch.tensor(list(person.weight.values()))
    return rows, weights


def _quality(blend: Blend, people: Sequence[Newcomer], likes: bool) -> npt.NDArray[np.float64]:
    with torch.inference_mode():
        scores = blend(*_evidence(people))
    allowed = torch.ones_like(scores, dtype=torch.bool)
    for n, person in enumerate(people):
        allowed[n, person.asked] = False
    targets = [person.targets(likes) for person in people]
    ranked = top_k(scores, allowed, 10)[1]
    return metrics.ndcg(metrics.hits(ranked, targets), [len(t) for t in targets], 10)
