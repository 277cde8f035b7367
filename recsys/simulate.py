"""Simulated people who talk to the models: what questions are worth, before real people are asked them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recsys.belief import fit_belief
from recsys.elicit import CARD, telling
from recsys.errors import DataError
from recsys.evaluation import metrics
from recsys.evaluation.ratings import LEAST_LIKES, LIKED, table_of
from recsys.evaluation.splits import LEAST, folds, shuffled
from recsys.index import top_k
from recsys.interactions import Interactions
from recsys.models.blend import Blend, padded
from recsys.models.prior import log_popularity
from recsys.progress import Progress, silent
from recsys.train import fit_blend

QUESTIONS: Final = 5
RANDOM_RATINGS: Final = 10
"""What questions are measured against: this many random ratings of the same person, known to the same model."""
DISLIKED: Final = 2.0
"""Ratings up to here are answered "didn't like it"; above and below ``LIKED``, "it was all right"."""
DISLIKE_WEIGHT: Final = -0.5
ALL_RIGHT_WEIGHT: Final = 0.4
"""As a chat weighs "it was all right": who has seen something and minds it little tells something, too."""
BEST_KNOWN: Final = 300
"""Random questions are about these."""
COLUMNS: Final = ("ndcg@10", "answers", "ten random", "nothing")

Rows: TypeAlias = npt.NDArray[np.int64]


@dataclass(slots=True)
class Newcomer:
    """A person who answers truthfully from hidden ratings. ``weight``: row -> what an answer about it is worth;
    ``head``: ten random items of theirs, against which answers are measured."""

    ratings: Mapping[int, float]
    head: list[int]
    asked: list[int] = field(default_factory=list)
    weight: dict[int, float] = field(default_factory=dict)

    def answer(self, items: Sequence[int], likes: bool) -> int:
        """Answers about all ``items``; returns how many of them the person has seen."""
        seen = [i for i in items if i in self.ratings]
        self.asked += items
        for item in seen:
            rating = self.ratings[item]
            opinion = 1.0 if rating >= LIKED else DISLIKE_WEIGHT if rating <= DISLIKED else ALL_RIGHT_WEIGHT
            self.weight[item] = opinion if likes else 1.0
        return len(seen)

    def targets(self, likes: bool, gone: Collection[int]) -> Rows:
        """What is still to be found: the liked (or all rated) items that are not ``gone``."""
        left = [i for i, r in self.ratings.items() if (r >= LIKED or not likes) and i not in gone]
        return np.array(left, dtype=np.int64)


Ask: TypeAlias = Callable[[Newcomer], list[int]]


def onboarding(
    data: Interactions,
    *,
    likes: bool = False,
    films: int = CARD,
    questions: int = QUESTIONS,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Ask people of each fold, with models that learned from the other four; see ``docs/evaluation.md``.

    ``films``: how many items one question names; the newcomer answers about every one. ``likes``: liked items are
    positives and targets, as in the ratings protocols; otherwise everything rated.

    Returns ``random ratings``: NDCG@10 after ten random ratings, and by strategy ``ndcg@10`` on all that was not asked
    about, after 0, 1, ... questions; ``unseen``, the share of items asked about that were not seen; ``blank``, the
    share of questions with none that was. Asking about what a person loves takes it from the targets, so every question
    makes the rest harder to find; ``answers`` and ``ten random`` compare both kinds of evidence, and ``nothing`` none,
    on the same targets: those that were neither asked about nor among the ten. ``gap`` is the paired difference of the
    former two after the last question, with its 95 % interval. Raises ``DataError`` when nobody has enough ratings.
    """
    positive = data.where(data.rating >= LIKED, LEAST_LIKES) if likes else data
    if not (np.bincount(positive.user) >= LEAST).any():
        raise DataError("Nobody in these ratings has enough of them to be asked about: take a larger file.")
    table = table_of(data.of(positive.users), likes)
    values: dict[tuple[str, str], list[list[npt.NDArray[np.float64]]]] = {}
    seen: dict[str, list[int]] = {}
    reference: list[npt.NDArray[np.float64]] = []
    parts = folds(len(positive.users))
    code = {name: n for n, name in enumerate(data.users)}
    for n, test in enumerate(parts):
        progress("Asking newcomers", n, len(parts))
        train = np.sort(np.concatenate([part for m, part in enumerate(parts) if m != n]))
        taught = table.people(train)
        blend = fit_blend(taught, log_popularity)
        people = [int(u) for u in test if np.sum(positive.user == u) >= LEAST]
        hidden = [_ratings(data, code[positive.users[u]]) for u in people]
        heads = [shuffled(positive, u)[0][:RANDOM_RATINGS].tolist() for u in people]
        pairs = list(zip(hidden, heads, strict=True))
        reference.append(_quality(blend, [Newcomer(r, head, head) for r, head in pairs], likes, "ten random"))
        teachers = np.isin(data.user, [code[positive.users[u]] for u in train])
        for name, ask in _strategies(taught.likes(), data, teachers, films).items():
            crowd = [Newcomer(r, head) for r, head in pairs]
            for step in range(questions + 1):
                if step:
                    seen.setdefault(name, []).extend(person.answer(ask(person), likes) for person in crowd)
                for column in COLUMNS:
                    value = _quality(blend, crowd, likes, column)
                    values.setdefault((name, column), [[] for _ in range(questions + 1)])[step].append(value)
    progress("Asking newcomers", len(parts), len(parts))
    random = np.concatenate(reference)
    report: dict[str, Any] = {"people": len(random), "likes": likes, "films": films}
    report["random ratings"] = {"ndcg@10": metrics.confidence(random).mean}
    for name in seen:
        ours, theirs = (np.concatenate(values[name, column][-1]) for column in ("answers", "ten random"))
        means = {c: [float(np.concatenate(step).mean()) for step in values[name, c]] for c in COLUMNS}
        report[name] = {
            **means,
            "gap": list(metrics.paired(ours, theirs)),
            "unseen": 1 - float(np.mean(seen[name])) / films,
            "blank": float(np.mean(np.array(seen[name]) == 0)),
        }
    return report


def _ratings(data: Interactions, user: int) -> dict[int, float]:
    start, end = np.searchsorted(data.user, [user, user + 1])
    return dict(zip(data.item[start:end].tolist(), data.rating[start:end].tolist(), strict=True))


def _strategies(positive: Any, data: Interactions, teachers: npt.NDArray[np.bool_], films: int) -> dict[str, Ask]:
    """Usher's selection and the classic ones (Rashid et al. 2002), each a function from a person to items."""
    counts = positive.getnnz(axis=0)
    popular = np.argsort(-counts, kind="stable")
    table = np.zeros((len(data.items), 5))
    stars = np.clip(np.round(data.rating[teachers]), 1, 5).astype(np.int64) - 1
    np.add.at(table, (data.item[teachers], stars), 1.0)
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    entropy = -(share * np.log(np.maximum(share, 1e-12))).sum(axis=1)
    mixed = np.argsort(-np.log1p(counts) * entropy, kind="stable")
    rng = np.random.default_rng(0)
    belief = fit_belief(positive)

    def fixed(order: Rows) -> Ask:
        return lambda person: [int(i) for i in order if int(i) not in person.asked][:films]

    def at_random(person: Newcomer) -> list[int]:
        left = np.setdiff1d(popular[:BEST_KNOWN], person.asked)
        return [int(i) for i in rng.choice(left, films, replace=False)]

    def ours(person: Newcomer) -> list[int]:
        answers = torch.tensor([float(person.weight.get(i, 0.0) > 0) for i in person.asked])
        return telling(belief, torch.tensor(person.asked, dtype=torch.int64), answers, films)

    return {"random": at_random, "popular": fixed(popular), "popularity x entropy": fixed(mixed), "usher": ours}


def _evidence(
    known: Sequence[Mapping[int, float]], asked: Sequence[Sequence[int]] | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """What ``Blend`` reads: rows, weights, and what people were asked about without an opinion for an answer."""
    rows, weights = padded([np.array(list(k), dtype=np.int64) for k in known])
    for n, k in enumerate(known):
        weights[n, : len(k)] = torch.tensor(list(k.values()))
    no_opinion = [[i for i in a if not k.get(i)] for a, k in zip(asked or [[]] * len(known), known, strict=True)]
    passed, there = padded([np.array(some, dtype=np.int64) for some in no_opinion])
    return rows, weights, passed.masked_fill(there == 0, -1)


def _quality(blend: Blend, people: Sequence[Newcomer], likes: bool, column: str) -> npt.NDArray[np.float64]:
    """NDCG@10 of each person under one of ``COLUMNS``."""
    evidence = {
        "nothing": _evidence([{} for _ in people]),
        "ten random": _evidence([dict.fromkeys(p.head, 1.0) for p in people]),
    }
    with torch.inference_mode():
        scores = blend(*evidence.get(column, _evidence([p.weight for p in people], [p.asked for p in people])))
    allowed = torch.ones_like(scores, dtype=torch.bool)
    gone = [p.asked if column == "ndcg@10" else [*p.asked, *p.head] for p in people]
    for n, rows in enumerate(gone):
        allowed[n, rows] = False
    targets = [person.targets(likes, set(rows)) for person, rows in zip(people, gone, strict=True)]
    ranked = top_k(scores, allowed, 10)[1]
    return metrics.ndcg(metrics.hits(ranked, targets), [len(t) for t in targets], 10)
