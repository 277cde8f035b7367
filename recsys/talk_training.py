"""Lessons from conversations: what came up, what was asked for how, and how much each signal should count.

Everything that the weights are learned on is taken from conversations that the other lessons have not seen
(cross-fitting over recommenders, since people repeat their favourites).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional

from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder
from recsys.engine import Engine, pick_device
from recsys.interplay import LIKELIEST, Interplay, features_of, fit_interplay
from recsys.lexical import words_of
from recsys.progress import Progress, silent
from recsys.talk import (
    CONTEXTS,
    MEMBERS,
    PLACE,
    SIGNALS,
    Array,
    Lessons,
    Matrix,
    Shelves,
    TalkModel,
    context,
    named,
    shelves_of,
    with_lessons,
)
from recsys.taste import Query

Codes: TypeAlias = npt.NDArray[np.int64]

PULL: Final = 1.0
"""Mentions that the rate expected of an item weighs against those counted (the shape of a gamma prior)."""
FADING: Final = 0.3
"""The oldest conversation counts exp(-FADING / share of time) of the latest: tastes of a season pass."""
SMOOTH: Final = 10.0
RIDGE: Final = 10.0
RIVALS: Final = 8000
"""Items that compete when the weights are learned: those that come up most; others are hardly ever targets."""
TOP: Final = 250
"""The likeliest competitors, which the weights learn from."""
REST: Final = 250
"""Competitors drawn from all others, for whom they stand."""
SHRINK: Final = 0.1
"""Weight decay. Without it the fit is no better on people of the same season and much worse on those of the next."""
STEPS: Final = 40
BATCH: Final = 512
SEED: Final = 20
NOBODY: Final = -50.0
"""The score of a competitor that stands for no item."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A point in a conversation where somebody recommended: what was asked by then, and the rows recommended next.

    ``group``: who recommended; ``when``: conversations in order of time have ascending numbers; ``vector`` (d,): the
    transcript's.
    """

    query: Query
    targets: tuple[int, ...]
    dialogue: str
    group: str
    when: int
    vector: Array = field(default_factory=lambda: np.empty(0, dtype=np.float32))


def fit_lessons(shelves: Shelves, turns: Sequence[Turn], now: float) -> Lessons:
    """All lessons but the weights. ``now``: the year, as 2018.3."""
    catalogue = shelves.catalogue
    rows, columns, when = _mentions(catalogue, turns)
    last = max(when, default=0) - min(when, default=0)
    weight = np.exp(FADING * (np.array(when) - max(when, default=0)) / max(last, 1)).astype(np.float32)
    counts = np.bincount(columns, weights=weight[rows], minlength=len(catalogue)).astype(np.float64)
    rate = _expected(catalogue, counts, now)
    heard = np.log((counts + PULL) / (1 + PULL / rate))
    worth, stands = _wordings(shelves, turns)
    requests = _requests(shelves, turns)
    answers = _weighed([dict.fromkeys(t.targets, 1 / len(set(t.targets))) for t in turns], len(catalogue))
    target = np.asarray(answers @ shelves.places)
    about = _weighed([named(t.query, catalogue) for t in turns], len(catalogue))
    before, some = np.asarray(about @ shelves.places), about.getnnz(axis=1) > 0
    return Lessons(
        heard=heard.astype(np.float32),
        expected=np.log(rate).astype(np.float32),
        head=_ridge(requests, target),
        onward=_ridge(before[some], target[some]),
        requests=requests,
        answers=answers,
        both=_both(rows, columns, len(when), len(catalogue)),
        worth=worth,
        genres=tuple(facet.value for facet in shelves.genres),
        stands=stands,
        now=now,
    )


def fit_talk(
    shelves: Shelves, turns: Sequence[Turn], rated: Sequence[Array], now: float, progress: Progress = silent
) -> Lessons:
    """Lessons with weights. ``rated``: what ratings say, a score (N,) for each turn."""
    lessons = fit_lessons(shelves, turns, now)
    part = _parts(turns)
    chosen, signals, scores = _contests(shelves, turns, part, rated, now, progress)
    spread = _spread(signals)
    signals /= spread.unsqueeze(1)
    at = torch.from_numpy(np.stack([context(t.query, shelves.catalogue) for t in turns]))
    weights, trust = _fit_weights(signals, scores, chosen, at)
    progress("Weighing signals together", 0, 1)
    interplay = _fit_interplay(signals, scores, chosen, at, weights, trust, torch.from_numpy(part))
    progress("Weighing signals together", 1, 1)
    return replace(lessons, weights=weights.numpy(), trust=trust.numpy(), spread=spread.numpy(), interplay=interplay)


def taught(
    catalogue: Catalogue,
    artefact: Artefact,
    turns: Sequence[Turn],
    encoder: Encoder,
    now: float,
    progress: Progress = silent,
) -> Artefact:
    """The artefact with the lessons of these turns in it, and the ids that were recommended in them."""
    engine = Engine(catalogue, artefact, encoder, pick_device("auto"))
    turns = _encoded(turns, encoder, progress)
    parts = (turns[n : n + 64] for n in range(0, len(turns), 64))
    rated = [scores for part in parts for scores in engine.rated([turn.query for turn in part])]
    lessons = fit_talk(shelves_of(catalogue, artefact), turns, rated, now, progress)
    recommended = sorted({catalogue.items[row].id for turn in turns for row in turn.targets})
    made = with_lessons(artefact, lessons)
    return replace(made, config={**made.config, "recommended": recommended})


def _encoded(turns: Sequence[Turn], encoder: Encoder, progress: Progress) -> list[Turn]:
    """The turns with their transcripts' vectors; texts of one length together, so that little is padding."""
    order = sorted(range(len(turns)), key=lambda n: len(turns[n].query.talk.transcript))
    out = list(turns)
    for start in range(0, len(order), 256):
        progress("Encoding dialogues", start, len(order))
        some = order[start : start + 256]
        vectors = encoder.encode([turns[n].query.talk.transcript for n in some])
        for n, vector in zip(some, vectors, strict=True):
            out[n] = replace(turns[n], vector=vector)
    progress("Encoding dialogues", len(order), len(order))
    return out


def _mentions(catalogue: Catalogue, turns: Sequence[Turn]) -> tuple[Codes, Codes, list[int]]:
    """Which conversation (its number here) names which row, and the time of each conversation."""
    found: dict[str, set[int]] = {}
    when: dict[str, int] = {}
    for turn in turns:
        said = (*turn.query.talk.named, *turn.query.taste.items)
        named = found.setdefault(turn.dialogue, set())
        named.update(turn.targets, (catalogue.row(i) for i in said if i in catalogue))
        when[turn.dialogue] = turn.when
    rows = np.repeat(np.arange(len(found)), [len(named) for named in found.values()])
    columns = np.array([row for named in found.values() for row in sorted(named)], dtype=np.int64)
    return rows, columns, list(when.values())


def _expected(catalogue: Catalogue, counts: npt.NDArray[np.float64], now: float) -> npt.NDArray[np.float64]:
    """The rate (N,) at which items like each one come up: Poisson regression on how well they are known and rated,
    how old they are, and how much the catalogue says of them."""
    popularity = np.log1p(np.nan_to_num(catalogue.number("popularity")))
    rating = catalogue.number("rating")
    rating = np.where(np.isnan(rating), np.nanmean(rating) if (~np.isnan(rating)).any() else 0.0, rating)
    age = now - np.nan_to_num(catalogue.number("year"), nan=now - 100)
    columns = [popularity, popularity**2, rating, *(age < limit for limit in (0, 2, 4, 8, 14, 28))]
    columns += [popularity * (age < 2), popularity * (age < 4)]
    columns += [np.array([bool(item.overview) for item in catalogue.items])]
    table = np.stack(columns, axis=1).astype(np.float64)
    table = (table - table.mean(axis=0)) / np.maximum(table.std(axis=0), 1e-6)
    x = torch.from_numpy(np.concatenate([table, np.ones((len(table), 1))], axis=1))
    y = torch.from_numpy(counts)
    w = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([w], max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimiser.zero_grad()
        rate = (x @ w).clamp(max=8)
        loss = (rate.exp() - y * rate).mean() + 1e-3 * w[:-1].square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach())

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return (x @ w.detach()).clamp(-8, 8).exp().numpy()


def _both(rows: Codes, columns: Codes, dialogues: int, n: int) -> Matrix:
    """How many conversations name two items (N, N); on the diagonal, one."""
    table = sparse.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=(dialogues, n))
    return (table.T @ table).tocsr()


def _weighed(held: Sequence[Mapping[int, float]], n: int) -> Matrix:
    """A row for each mapping from columns to values, (len(held), n)."""
    row = np.repeat(np.arange(len(held)), [len(h) for h in held])
    column = np.array([c for h in held for c in h], dtype=np.int64)
    values = np.array([v for h in held for v in h.values()], dtype=np.float32)
    return sparse.csr_matrix((values, (row, column)), shape=(len(held), n))


def _requests(shelves: Shelves, turns: Sequence[Turn]) -> Array:
    """The transcripts' vectors (T, d), as a model of talk sees them."""
    vectors = np.stack([t.vector for t in turns]) - shelves.centre
    unit: Array = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return unit


def _ridge(x: Array, y: Array) -> Array:
    """Ridge regression from what was said or named (T, a) to the places of what was recommended, (a, b)."""
    if not len(x):
        return np.zeros((x.shape[1], y.shape[1]), dtype=np.float32)
    found: Array = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ (y - y.mean(axis=0))).astype(np.float32)
    return found


def _wordings(shelves: Shelves, turns: Sequence[Turn]) -> tuple[dict[str, float], dict[str, Array]]:
    """What a word of a request counts (the rarer, the more), and how it shifts the genres of what is recommended."""
    genres = shelves.genre_table.sign()
    base = np.asarray(sum(genres[list(t.targets)].mean(axis=0) for t in turns)).ravel() / max(len(turns), 1)
    base = np.maximum(base, 1e-4)
    said: Counter[str] = Counter()
    shifted: dict[str, Array] = {}
    for turn in turns:
        given = np.asarray(genres[list(turn.targets)].mean(axis=0)).ravel()
        for word in set(words_of(turn.query.talk.words)):
            said[word] += 1
            shifted[word] = shifted.get(word, 0) + given
    most = np.log(len(turns) + 1)
    worth = {word: float(np.log((len(turns) + 1) / (n + 1)) / most) for word, n in said.items() if n > 1}
    stands = {}
    for word, n in said.items():
        if n > 1:
            lift = np.log((shifted[word] + SMOOTH * base) / ((n + SMOOTH) * base))
            stands[word] = (lift * n / (n + SMOOTH / 2)).astype(np.float32)
    return worth, stands


def _parts(turns: Sequence[Turn]) -> Codes:
    """The part of the people that each turn is from (Q,), 0..MEMBERS - 1."""
    groups = sorted({t.group for t in turns})
    part = dict(zip(groups, np.random.default_rng(SEED).permutation(len(groups)) % MEMBERS, strict=True))
    return np.array([part[t.group] for t in turns], dtype=np.int64)


def _contests(
    shelves: Shelves, turns: Sequence[Turn], part: Codes, rated: Sequence[Array], now: float, progress: Progress
) -> tuple[Tensor, Tensor, Tensor]:
    """For each turn its targets and competitors: which of them are targets and what each stands for, (Q, 2, C);
    signals (Q, S, C) by lessons from other people; what ratings say (Q, C)."""
    rng = np.random.default_rng(SEED)
    size = TOP + REST
    chosen = torch.zeros(len(turns), 2, size)
    signals = torch.zeros(len(turns), len(SIGNALS), size)
    scores = torch.zeros(len(turns), size)
    done = 0
    for n in range(MEMBERS):
        lessons = fit_lessons(shelves, [t for t, p in zip(turns, part, strict=True) if p != n], now)
        model = TalkModel(shelves, lessons, _no_encoder)
        for q in np.flatnonzero(part == n).tolist():
            turn = turns[q]
            found = model.signals([turn.query], turn.vector[None])[0]
            rows, target, stand = _competitors(shelves, turn, found, rng)
            chosen[q, 0, : len(rows)], chosen[q, 1, : len(rows)] = torch.from_numpy(target), torch.from_numpy(stand)
            signals[q, :, : len(rows)] = torch.from_numpy(found[:, rows])
            scores[q, : len(rows)] = torch.from_numpy(rated[q][rows])
            done += 1
            if done % 50 == 0 or done == len(turns):
                progress("Comparing what was recommended", done, len(turns))
    return chosen, signals, scores


def _competitors(shelves: Shelves, turn: Turn, signals: Array, rng: np.random.Generator) -> tuple[Codes, Array, Array]:
    """Rows, whether each is a target, and how many items each stands for (0: none)."""
    quick = signals[PLACE["heard"]].copy()
    for name in ("text", "head", "words", "likeness", "genre", "person", "similar", "together"):
        values = signals[PLACE[name]]
        quick += 0.4 * (values - values.mean()) / max(float(values.std()), 1e-6)
    said = (*turn.query.talk.named, *turn.query.taste.items)
    gone = [shelves.catalogue.row(i) for i in said if i in shelves.catalogue]
    quick[gone] = -np.inf
    expected = signals[PLACE["expected"]]
    rivals = expected >= np.sort(expected)[-min(RIVALS, len(expected))]
    quick[~rivals] = -np.inf
    targets = list(dict.fromkeys(turn.targets))[:8]
    quick[targets] = -np.inf
    best = np.argpartition(-quick, TOP)[: TOP - len(targets)] if len(quick) > TOP else np.argsort(-quick)
    best = best[np.isfinite(quick[best])]
    pool = np.setdiff1d(np.flatnonzero(rivals), [*best, *targets, *gone])
    others = rng.choice(pool, min(REST, len(pool)), replace=False)
    rows = np.array([*targets, *best, *others], dtype=np.int64)
    target = np.zeros(len(rows), dtype=np.float32)
    target[: len(targets)] = 1
    stand = np.ones(len(rows), dtype=np.float32)
    stand[len(targets) + len(best) :] = len(pool) / max(len(others), 1)
    return rows, target, stand


def _spread(signals: Tensor) -> Tensor:
    """The usual standard deviation of each signal within a turn, over the turns in which it says anything, (S,)."""
    within = signals.std(dim=2)
    some = within > 1e-4
    return torch.where(some.any(dim=0), (within * some).sum(dim=0) / some.sum(dim=0).clamp_min(1), torch.ones(()))


def _fit_weights(signals: Tensor, scores: Tensor, chosen: Tensor, at: Tensor) -> tuple[Tensor, Tensor]:
    """Listwise softmax (Cao et al. 2007) over targets and competitors, each competitor as often as it stands for.
    Deterministic."""
    weights = torch.zeros(CONTEXTS, signals.shape[1], requires_grad=True)
    trust = torch.zeros(CONTEXTS, requires_grad=True)
    target, stand = chosen[:, 0], torch.log(chosen[:, 1])
    optimiser = torch.optim.LBFGS([weights, trust], max_iter=STEPS, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimiser.zero_grad()
        value = 0.0
        for some in torch.split(torch.arange(len(signals)), BATCH):
            total = torch.einsum("bsc,bs->bc", signals[some], at[some] @ weights) + stand[some]
            total = total + functional.softplus(at[some] @ trust).unsqueeze(1) * scores[some]
            loss = -(torch.log_softmax(total, dim=1).nan_to_num(0.0, neginf=0.0) * target[some]).sum() / target.sum()
            loss.backward()  # type: ignore[no-untyped-call]
            value += float(loss.detach())
        pull = SHRINK * (weights.square().sum() + trust.square().sum())
        pull.backward()  # type: ignore[no-untyped-call]
        return value + float(pull.detach())

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach(), trust.detach()


def _fit_interplay(
    signals: Tensor, scores: Tensor, chosen: Tensor, at: Tensor, weights: Tensor, trust: Tensor, part: Tensor
) -> Interplay:
    """What signals mean together, from the likeliest items of each turn by the weighted sum."""
    total = torch.einsum("qsc,qs->qc", signals, at @ weights)
    total = total + functional.softplus(at @ trust).unsqueeze(1) * scores
    total = total.masked_fill(chosen[:, 1] == 0, NOBODY)
    best = total.topk(min(LIKELIEST, total.shape[1])).indices
    some = torch.stack([s[:, rows] for s, rows in zip(signals, best, strict=True)])
    total, rated, target, stand = (torch.gather(t, 1, best) for t in (total, scores, chosen[:, 0], chosen[:, 1]))
    features = features_of(some, rated, total, at)
    return fit_interplay(features, total, target, stand, part, SEED)


def _no_encoder(texts: Sequence[str]) -> Array:
    raise RuntimeError("the vectors of training transcripts are given")  # pragma: no cover
