"""Fit the engine's artefact: vectors, relation, prior, and the weights that blend them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from scipy import sparse
from torch import Tensor

from recsys.artefact import Artefact
from recsys.belief import Belief, fit_belief
from recsys.catalogue import Catalogue
from recsys.elicit import CARD, telling
from recsys.encoder import Encoder, VectorCache
from recsys.errors import DataError
from recsys.evaluation import metrics
from recsys.files import replacing
from recsys.index import top_k
from recsys.interactions import BEST, Interactions, Table, on_catalogue
from recsys.models.als import FoldIn, fit_als
from recsys.models.blend import Blend, Kernel, padded, signals
from recsys.models.choices import fit_choices
from recsys.models.content import fit_content
from recsys.models.fusion import Fusion, fit_fusion
from recsys.models.graph_filter import fit_graph_filter
from recsys.models.newcomer import fit_newcomer
from recsys.models.prior import fit_prior
from recsys.models.unrated import placed, with_text
from recsys.progress import Progress, silent

Matrix: TypeAlias = "sparse.csr_matrix[np.float32]"
Rows: TypeAlias = npt.NDArray[np.int64]

LIKED = 3.5
"""Ratings (of 5) from here on count as likes."""
LIKE = LIKED / BEST
"""The same as a strength."""
HELD_OUT = 0.1
"""Share of people on whom the product's blend is measured: they teach nothing."""
SPLITS = 3
"""The blend learns from everybody, each time with kernels that have never seen them: cross-fitting."""
KNOWN = (0, 1, 2, 3, 5, 10, 20, 50)
"""How many of a person's likes the blend gets to see when it learns; also four fifths of them, whatever that is."""
RIVALS = 3000
"""Of all items, this many of the best known compete when the blend learns: the others are hardly ever targets."""
CONTENDERS = 60
"""Only the best of each list compete when the blend learns: the rest is not in question."""
NEWCOMERS = (1, 3, 10, 40)
"""The numbers of known items that a kernel each is made for; the fusion runs from one to the next."""
SIDE_BY_SIDE = 2
"""Kernels fitted at once: each keeps one core busy and some ten square matrices of people in memory."""
CARDS = (1, 2, 3, 5)
"""Numbers of answered questions from which the blend learns."""
LEAST_HIDDEN = 5
"""After their answers, this much has to be left to find."""
RANK = 128
"""Directions that the product's kernels keep."""
LESSONS = 1500
"""Lists that teach the product's blend: enough for its few dozen parameters, and done in seconds."""
LEAST_PEOPLE = 30
"""Fewer people than this teach nothing that could be told from chance."""
UNTAUGHT = torch.tensor([1.0, 0.15])
"""The usual spread of the prior and of likeness, for catalogues without ratings."""
STRATIFIED = 0.5
"""Exponent of an item's popularity that discounts it as a target (Steck 2011): people are seen liking what everybody
sees, so fitting all likes alike would teach the blend to recommend blockbusters to those who named a favourite."""
SEED = 20


def read_ratings(path: Path, catalogue: Catalogue) -> Table:
    """The ratings (up to 5) of a Parquet file with columns user, item, rating; strength is their share of 5. Items
    that the catalogue lacks are left out; no file means nobody."""
    if not path.exists():
        return Table(sparse.csr_matrix(np.zeros((0, len(catalogue)), dtype=np.float32)), LIKE)
    try:
        table = pq.read_table(path, columns=["user", "item", "rating"])
    except (OSError, ValueError, KeyError) as error:
        raise DataError("The ratings can't be read; run `usher catalogue build`.") from error
    users, items = table["user"].to_numpy(), table["item"].to_pylist()
    strength = table["rating"].to_numpy() / BEST
    keep = np.array([i in catalogue for i in items], dtype=np.bool_)
    rows = np.array([catalogue.row(i) for i, k in zip(items, keep, strict=True) if k], dtype=np.int64)
    _, user = np.unique(users[keep], return_inverse=True)
    shape = (int(user.max()) + 1 if len(user) else 0, len(catalogue))
    return Table.of(sparse.csr_matrix((strength[keep].astype(np.float32), (user, rows)), shape=shape), LIKE)


def joined(ratings: Sequence[Interactions], catalogue: Catalogue) -> Table:
    """The people of several files in one table, as ``read_ratings`` gives it."""
    linked = [on_catalogue(data, catalogue) for data in ratings]
    tables = [Table.of(data.matrix(data.rating / BEST), LIKE) for data in linked]
    return reduce(Table.beside, tables)


class Heard(NamedTuple):
    """People of an installation, and the rows of those who judge rather than teach where there are no ratings whose
    people could."""

    table: Table
    judges: Rows


def hear(people: Mapping[str, Mapping[str, float]], catalogue: Catalogue) -> Heard:
    """People by id with their opinions, -1 to 1, by item. An opinion is as strong as the rating that stands as far
    between the worst and the best, so that none at all of what was seen is no like, but counts. What the catalogue
    lacks is left out, and so are people who like nothing.

    Who judges hangs on the id alone, so that it is the same people whoever else comes.
    """
    names = sorted(people)
    told = [{catalogue.row(i): _strength(w) for i, w in people[who].items() if i in catalogue} for who in names]
    user = np.repeat(np.arange(len(names)), [len(one) for one in told])
    rows = np.array([row for one in told for row in one], dtype=np.int64)
    strength = np.array([s for one in told for s in one.values()], dtype=np.float32)
    matrix = sparse.csr_matrix((strength, (user, rows)), shape=(len(names), len(catalogue)), dtype=np.float32)
    matrix.eliminate_zeros()
    everybody = Table(matrix, LIKE)
    liking = everybody.liking()
    return Heard(everybody.people(liking), np.flatnonzero([_judges(names[n]) for n in liking]))


def _strength(opinion: float) -> float:
    return (1 + max(-1.0, min(opinion, 1.0))) / 2


def _judges(who: str) -> bool:
    return int.from_bytes(hashlib.sha256(who.encode()).digest()[:4], "big") < HELD_OUT * 2**32


def save_ratings(table: Table, catalogue: Catalogue, path: Path) -> None:
    """A file that ``read_ratings`` reads."""
    cells = table.strength.tocoo()
    columns = {
        "user": cells.row.astype(np.int64),
        "item": [catalogue.items[n].id for n in cells.col],
        "rating": cells.data * BEST,
    }
    with replacing(path) as aside:
        pq.write_table(pa.table(columns), aside)


def encode(catalogue: Catalogue, encoder: Encoder, cache: Path, progress: Progress = silent) -> Tensor:
    """The items' texts as unit vectors (N, d); what ``cache`` has is not encoded again."""
    texts = [item.text() for item in catalogue.items]
    return torch.from_numpy(VectorCache(cache).encode(encoder, texts, progress))


def fit_kernels(table: Table, vectors: Tensor | None = None, *, rank: int | None = None) -> dict[str, Kernel]:
    """The item-to-item signals that ratings teach, and with texts ``vectors`` (N, d) the likeness of those.

    All that was rated teaches them, by its strength, except what answers mean: those are about liking.
    """
    x = table.strength
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        fitted = pool.map(lambda known: fit_newcomer(x, known, rank=rank), NEWCOMERS)
        kernels = dict(zip((f"newcomer-{known}" for known in NEWCOMERS), fitted, strict=True))
    if vectors is not None:
        kernels = {name: with_text(kernel, x, vectors) for name, kernel in kernels.items()}
    kernels["filter"] = fit_graph_filter(x, vectors)
    kernels["choices"] = fit_choices(x, vectors)
    factors, belief = fit_als(x), fit_belief(table.likes())
    if vectors is None:
        return {**kernels, "factors": factors, "belief": belief}
    counts = torch.from_numpy(x.getnnz(axis=0).astype(np.float32))
    factors = FoldIn(placed(factors.items, counts, vectors))
    belief = Belief(belief.mean, placed(belief.factors, counts, vectors))
    return {"likeness": fit_content(vectors), **kernels, "factors": factors, "belief": belief}


def fit_blend(
    table: Table,
    prior: Callable[[Matrix], Tensor],
    vectors: Tensor | None = None,
    *,
    rank: int | None = None,
    stratified: float = 0.0,
    lessons: int | None = None,
    progress: Progress = silent,
) -> Blend:
    """Kernels of everybody in ``table``, and weights learned on people whom the kernels had not seen: from some of
    their likes, and from their answers to the questions that those kernels would ask.

    ``prior`` makes the first signal (N,) from likes. ``stratified``: an item is worth popularity^-stratified as a
    target. ``lessons``: at most so many lists of either kind teach the weights, drawn at random; few parameters need no
    more. Raises ``DataError`` when there are too few people to learn from.
    """
    if len(table) < SPLITS:
        raise DataError("These ratings are of too few people to learn from: take a larger file.")
    rng = np.random.default_rng(SEED)
    likes = table.likes()
    worth = torch.from_numpy(np.maximum(likes.getnnz(axis=0), 1).astype(np.float32)) ** -stratified
    counts = torch.from_numpy(likes.getnnz(axis=0))
    rivals = counts.topk(min(RIVALS, int((counts > 0).sum()))).indices.sort().values
    parts = np.array_split(rng.permutation(len(table)), SPLITS)
    interviewed = None if lessons is None else -(-lessons // (SPLITS * len(CARDS)))
    told, asked = [], []
    for n, part in enumerate(parts):
        progress("Fitting the blend", n, SPLITS + 1)
        others = np.sort(np.concatenate([p for m, p in enumerate(parts) if m != n]))
        kernels = fit_kernels(table.people(others), vectors, rank=rank)
        arena = Arena(prior(likes[others]), kernels, rivals, worth)
        told.append(arena.contests([case for u in part for case in _shown_and_hidden(likes[u].indices, rng)]))
        belief = kernels["belief"]
        assert isinstance(belief, Belief)
        interviews = [_answered(likes[u].indices, belief) for u in part[:interviewed]]
        asked.append(arena.contests([case for interview in interviews for case in interview]))
    progress("Fitting the blend", SPLITS, SPLITS + 1)
    joined = [[torch.cat(columns) for columns in zip(*found, strict=True)] for found in (told, asked)]
    drawn = [torch.from_numpy(np.sort(rng.permutation(len(columns[0]))[:lessons])) for columns in joined]
    signal, count, gain, passed = (
        torch.cat([column[some] for column, some in zip(pair, drawn, strict=True)])
        for pair in zip(*joined, strict=True)
    )
    fusion = fit_fusion(signal, count, gain, passed)
    progress("Fitting the blend", SPLITS + 1, SPLITS + 1)
    return Blend(prior(likes), fit_kernels(table, vectors, rank=rank), fusion)


class Case(NamedTuple):
    """Rows of a person that are known, that they were asked about and did not say they like, and that are to be
    found."""

    known: Rows
    passed: Rows
    hidden: Rows


class Arena:
    """Where the signals compete for people whom the ``kernels`` have never seen. ``prior`` (N,); ``rivals`` (M,): the
    rows that compete; ``worth`` (N,): of each row as a target."""

    def __init__(self, prior: Tensor, kernels: Mapping[str, Kernel], rivals: Tensor, worth: Tensor) -> None:
        self._names = list(kernels)
        self._kernels = {name: kernel.towards(rivals) for name, kernel in kernels.items()}
        self._prior, self._rivals, self._worth = prior[rivals], rivals, worth
        self._place = torch.full((len(prior),), -1).index_copy(0, rivals, torch.arange(len(rivals)))

    def contests(self, cases: Sequence[Case]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What the fusion learns from: signals (Q, S, C) of the contenders, counts (Q,), gains (Q, C), passed (Q,)."""
        size = min(CONTENDERS, len(self._rivals))
        signal, gain = torch.zeros(len(cases), 1 + len(self._kernels), size), torch.zeros(len(cases), size)
        count = torch.tensor([float(len(case.known)) for case in cases])
        passed = torch.tensor([float(len(case.passed)) for case in cases])
        for some in torch.split(torch.arange(len(cases)), 256) if cases else ():
            batch = [cases[n] for n in some.tolist()]
            rows, weights = padded([case.known for case in batch])
            asked, there = padded([case.passed for case in batch])
            every = signals(self._prior, self._kernels, rows, weights, asked.masked_fill(there == 0, -1))
            gains = torch.zeros(len(batch), len(self._rivals))
            scores = every[torch.arange(len(batch)), _leader(count[some], self._names)]
            for n, case in enumerate(batch):
                targets, gone = self._places(case.hidden), self._places(np.concatenate([case.known, case.passed]))
                gains[n, targets] = self._worth[self._rivals[targets]]
                scores[n, gone] = -torch.inf
            best = scores.topk(size).indices
            signal[some] = every.gather(2, best.unsqueeze(1).expand(-1, every.shape[1], -1))
            gain[some] = gains.gather(1, best)
        return signal, count, gain, passed

    def _places(self, rows: Rows) -> Tensor:
        """Where those of some rows that compete are among the rivals."""
        place = self._place[torch.from_numpy(rows)]
        return place[place >= 0]


def _leader(counts: Tensor, names: Sequence[str]) -> Tensor:
    """The one signal (B,) that names the contenders: the kernel made for the number of known items, at first the
    prior."""
    steps = torch.tensor([(low + high) / 2 for low, high in pairwise((0, *NEWCOMERS))])
    place = torch.tensor([0, *(1 + names.index(f"newcomer-{known}") for known in NEWCOMERS)])
    return place[torch.bucketize(counts, steps)]


def _shown_and_hidden(liked: npt.NDArray[np.int32], rng: np.random.Generator) -> Iterator[Case]:
    """A person's items cut into known and hidden ones, once for each number of known ones that leaves enough."""
    for known in (*KNOWN, int(0.8 * len(liked))):
        if len(liked) - known >= min(5, max(1, len(liked) // 5)):
            order = rng.permutation(liked).astype(np.int64)
            yield Case(order[:known], order[:0], order[known:])


def _answered(liked: npt.NDArray[np.int32], belief: Belief) -> Iterator[Case]:
    """What a person tells who answers one question after the other truthfully, after each number of ``CARDS``."""
    asked = np.empty(0, dtype=np.int64)
    for card in range(1, CARDS[-1] + 1):
        answers = torch.from_numpy(np.isin(asked, liked).astype(np.float32))
        asked = np.array([*asked, *telling(belief, torch.from_numpy(asked), answers, CARD)], dtype=np.int64)
        named = np.isin(asked, liked)
        hidden = np.setdiff1d(liked, asked).astype(np.int64)
        if card in CARDS and len(hidden) >= LEAST_HIDDEN:
            yield Case(asked[named], asked[~named], hidden)


def fit_index(
    catalogue: Catalogue,
    ratings: Table,
    encoder: Encoder,
    cache: Path,
    progress: Progress = silent,
    *,
    heard: Heard | None = None,
) -> Artefact:
    """Encode, fit, measure. A catalogue without ratings gets an engine of texts and the prior alone.

    ``ratings``: people of a file; a tenth of them, always the same, is held out for the figures.
    ``heard``: people of this installation. Beside such a file they only teach, so that figures before and after
    learning from them are of the same people; without one a tenth of them judges.
    """
    vectors = encode(catalogue, encoder, cache, progress)
    prior = fit_prior(catalogue)
    everybody = ratings if heard is None else ratings.beside(heard.table)
    taught = len(everybody) >= LEAST_PEOPLE
    held: Rows = np.empty(0, dtype=np.int64)
    if taught:
        if len(ratings) >= LEAST_PEOPLE:
            order = np.random.default_rng(SEED).permutation(len(ratings))
            held = np.sort(order[: max(1, int(HELD_OUT * len(ratings)))])
        elif heard is not None:
            held = len(ratings) + heard.judges
        rest = np.setdiff1d(np.arange(len(everybody)), held)
        blend = fit_blend(
            everybody.people(rest),
            lambda _: prior,
            vectors,
            rank=RANK,
            stratified=STRATIFIED,
            lessons=LESSONS,
            progress=progress,
        )
        measured = _measure(blend, everybody.people(held).likes())
        kernels = fit_kernels(everybody, vectors, rank=RANK)
        fusion = blend.fusion
    else:
        kernels, fusion, measured = {"likeness": fit_content(vectors)}, Fusion(UNTAUGHT), {}
    known, rated = (
        (torch.from_numpy(x.getnnz(axis=0) / len(everybody)).float() for x in (everybody.likes(), everybody.strength))
        if taught
        else (torch.sigmoid(prior - 3), torch.zeros(len(catalogue)))
    )
    tensors = {
        "vectors": vectors,
        "prior": prior,
        "known": known,
        "rated": rated,
        **{f"fusion.{n}": t for n, t in fusion.state_dict().items()},
    }
    for name, kernel in kernels.items():
        if name != "likeness":  # made of the vectors
            tensors |= {f"{name}.{part}": tensor.half() for part, tensor in kernel.tensors().items()}
    version = hashlib.sha256(catalogue.version.encode())
    for tensor in tensors.values():
        version.update(tensor.numpy().tobytes())
    return Artefact(
        config={
            "version": version.hexdigest()[:12],
            "encoder": encoder.name,
            "catalogue": catalogue.version,
            "kernels": list(kernels),
            "seed": SEED,
            "people": len(everybody),
            "heard": 0 if heard is None else len(heard.table),
            "judges": len(held),
            "fitted": datetime.now(UTC).isoformat(),
        },
        tensors=tensors,
        vocabulary=tuple(item.id for item in catalogue.items),
        metrics=measured,
    )


def _measure(blend: Blend, likes: Matrix) -> dict[str, float]:
    """NDCG@10 after each number of likes of people (U, N) who taught nothing, beside the prior's."""
    rng = np.random.default_rng(SEED)
    out = {}
    for count in KNOWN:
        orders = [rng.permutation(likes[u].indices).astype(np.int64) for u in range(likes.shape[0])]
        orders = [order for order in orders if len(order) >= count + 5]
        if not orders:
            continue
        rows, weights = padded([order[:count] for order in orders])
        allowed = torch.ones(len(orders), likes.shape[1], dtype=torch.bool).scatter_(1, rows, weights == 0)
        hidden = [order[count:] for order in orders]
        with torch.inference_mode():
            for name, scores in (("", blend(rows, weights)), ("prior ", blend.prior.expand(len(orders), -1))):
                hit = metrics.hits(top_k(scores, allowed, 10)[1], hidden)
                value = metrics.ndcg(hit, [len(h) for h in hidden], 10).mean()
                out[f"{name}ndcg@10 after {count} likes"] = float(value)
    return out
