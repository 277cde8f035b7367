"""What a conversation says for each item, learned from conversations that people had.

Every signal is linear in its evidence (a named item, a clause), so that a score still splits exactly; what they mean
together (``recsys.interplay``) is a signal of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from recsys.artefact import Artefact
from recsys.catalogue import PEOPLE, Catalogue, Facet, Item
from recsys.errors import ModelError
from recsys.interplay import LIKELIEST, Interplay, features_of
from recsys.lexical import Lexical, words_of
from recsys.taste import Clause, Query, Range, meets

Array: TypeAlias = npt.NDArray[np.float32]
Rows: TypeAlias = npt.NDArray[np.int64]
Matrix: TypeAlias = "sparse.csr_matrix[np.float32]"

SIGNALS: Final[Mapping[str, str]] = {
    "heard": "prior",  # how often it came up in conversations
    "expected": "prior",  # how often items like it do
    "known": "prior",  # by how many
    "rated": "prior",  # how well
    "this year": "prior",  # how old it is, in steps
    "these years": "prior",
    "this era": "prior",
    "text": "wish",  # the transcript against its text, by the encoder
    "head": "wish",  # the transcript mapped to what was recommended after such ones
    "similar": "wish",  # what was recommended after the training transcripts nearest to it
    "words": "wish",  # the person's words in its text
    "genres": "wish",  # what these words stand for
    "genre": "asked",
    "theme": "asked",
    "person": "asked",
    "range": "asked",
    "unwanted": "asked",
    "echoed genre": "asked",
    "echoed person": "asked",
    "likeness": "likeness",  # the texts of the items named
    "keywords": "likeness",
    "same genres": "likeness",
    "people": "likeness",
    "franchise": "likeness",
    "same years": "likeness",
    "near years": "likeness",
    "same fame": "likeness",
    "onward": "likeness",  # the items named mapped to what was recommended after such ones
    "together": "relation",  # what is named together in conversations, by how often each is
    "together, all": "relation",  # the same with all items named, however long ago
    "lift, all": "relation",  # how much more often than by chance
}
"""The signals of talk and what each of them is called in a score; those of one name side by side."""
PLACE: Final = {name: n for n, name in enumerate(SIGNALS)}
GROUPS: Final = {
    group: slice(list(SIGNALS.values()).index(group), len(SIGNALS) - list(SIGNALS.values())[::-1].index(group))
    for group in dict.fromkeys(SIGNALS.values())
}
"""Where the signals of one name are among all."""
CONTEXTS: Final = 6
"""Numbers that the weights depend on: see ``context``."""
FADE: Final = 0.5
"""Of two items named, the earlier one counts this much of the later one."""
LONGEST: Final = 6
"""Named items that count."""
AGES: Final = {"this year": 2, "these years": 5, "this era": 14}
"""Younger than this many years."""
DECADES: Final = range(1950, 2030, 10)
NEAR: Final = 4.0
"""Years over which two items come to be of another time."""
WARMTH: Final = 0.07
"""Cosine by which a training transcript has to be nearer to weigh e times as much."""
FLOOR: Final = 2e-4
"""Share of recommendations below which one item is as rare as another."""
FEW: Final = 5.0
"""Mentions that keep rarely named items from looking inseparable."""
CHANCE: Final = 20.0
"""Mentions together that chance is worth when a lift is counted."""
MEMBERS: Final = 5
"""Networks that take a second look, and parts into which the people are divided."""
READ: Final = 2 * (len(SIGNALS) + 2) + CONTEXTS
"""Numbers that they read of each item."""


class Part(NamedTuple):
    """What one piece of evidence added to one item's score. ``source`` is an item id, a ``Facet`` or a label."""

    signal: str
    source: str | Facet
    amount: float


@dataclass(frozen=True, slots=True)
class Lessons:
    """What conversations taught, by row of one catalogue of N items.

    ``heard``, ``expected`` (N,): log rates; ``head`` (d, D) and ``onward`` (D, D): from a transcript's vector and from
    an item named to the place of what is recommended; ``requests`` (T, d), ``answers`` (T, N): training transcripts
    and what was recommended after them, rows that sum to 1; ``both`` (N, N): conversations that name two items, on
    the diagonal those that name one;
    ``worth``: what a word of a request counts (0..1); ``stands`` : word -> how it shifts each genre (G,), in
    ``genres``' order; ``now``: the year, as 2018.3;
    ``weights`` (CONTEXTS, S), ``trust`` (CONTEXTS,): of the signals, and of what ratings taught; ``spread`` (S,): the
    usual spread of each signal; ``interplay``: what they mean together.
    """

    heard: Array
    expected: Array
    head: Array
    onward: Array
    requests: Array
    answers: Matrix
    both: Matrix
    worth: Mapping[str, float]
    genres: tuple[str, ...]
    stands: Mapping[str, Array]
    now: float
    weights: Array = field(default_factory=lambda: np.zeros((CONTEXTS, len(SIGNALS)), np.float32))
    trust: Array = field(default_factory=lambda: np.zeros(CONTEXTS, np.float32))
    spread: Array = field(default_factory=lambda: np.ones(len(SIGNALS), np.float32))
    interplay: Interplay = field(default_factory=lambda: Interplay(READ, MEMBERS))


class Shelves:
    """A catalogue's texts, facets and words as tables: all that signals of talk need to know of items.

    ``vectors`` (N, d): item texts; ``places`` (N, D): the same (``depth`` d) beside genres, decades and fame.
    """

    def __init__(self, catalogue: Catalogue, vectors: Array) -> None:
        self.catalogue = catalogue
        self.centre = vectors.mean(axis=0)
        self.depth = vectors.shape[1]
        self.keywords, _ = _table(catalogue, ("keyword",))
        self.genre_table, self.genres = _table(catalogue, ("genre",))
        self.people, _ = _table(catalogue, PEOPLE)
        self.franchise = _franchises(catalogue)
        self.years = _filled(catalogue.number("year"))
        self.known = np.log1p(np.nan_to_num(catalogue.number("popularity"))).astype(np.float32)
        self.rated = _filled(catalogue.number("rating"))
        self.lexical = Lexical([_document(item) for item in catalogue.items])
        many = [len(item.facets.get("genre", ())) for item in catalogue.items]
        self.share = (1 / np.sqrt(np.maximum(many, 1))).astype(np.float32)
        self.fame = (self.known - self.known.mean()) / max(float(self.known.std()), 1e-6)
        self.places = _places(self, _unit(vectors - self.centre))
        self._met: dict[Clause | Range, Array] = {}

    def met(self, wish: Clause | Range) -> Array:
        """Which items (N,) meet a wish, 1 or 0; an item of one genre more so than one of four."""
        found = self._met.get(wish)
        if found is None:
            found = meets(self.catalogue, wish).astype(np.float32)
            if isinstance(wish, Clause) and _kind(wish) == "genre":
                found *= self.share
            if len(self._met) > 500:
                self._met.clear()
            self._met[wish] = found
        return found


def named(query: Query, catalogue: Catalogue) -> dict[int, float]:
    """Row -> weight of the items that a conversation is about, the latest strongest; the weights sum to 1."""
    liked = [i for i, weight in query.taste.items.items() if weight > 0]
    refused = {i for i, weight in query.taste.items.items() if weight < 0}
    order = dict.fromkeys(reversed([*liked, *query.wish.like, *query.talk.named]))
    rows = [catalogue.row(i) for i in order if i in catalogue and i not in refused][:LONGEST]
    total = sum(FADE**n for n in range(len(rows)))
    return {row: FADE**n / total for n, row in enumerate(rows)}


def mentioned(query: Query, catalogue: Catalogue) -> dict[int, float]:
    """Row -> weight of all items that a conversation named, liked or not, all alike; the weights sum to 1."""
    rows = dict.fromkeys(catalogue.row(i) for i in (*query.talk.named, *query.taste.items) if i in catalogue)
    return dict.fromkeys(rows, 1 / max(len(rows), 1))


def clauses(query: Query) -> list[tuple[str, Clause | Range, float]]:
    """What was asked for in so many words: signal, wish, and 1, or the weight of a lasting taste."""
    wish, taste = query.wish, query.taste
    wanted = [(c, 1.0) for c in dict.fromkeys((*wish.wanted, *wish.hoped))]
    known = {facet for clause, _ in wanted for facet in clause.facets}
    wanted += [(Clause(f.value, (f,)), w) for f, w in taste.facets.items() if w > 0 and f not in known]
    refused = dict.fromkeys(c for c in (*wish.unwanted, *taste.vetoes) if isinstance(c, Clause))
    return [
        *((_kind(clause), clause, weight) for clause, weight in wanted),
        *(("range", limit, 1.0) for limit in wish.ranges),
        *(("unwanted", clause, 1.0) for clause in refused),
        *((f"echoed {_kind(c)}", c, 1.0) for c in query.talk.echoed if _kind(c) != "theme"),
    ]


def context(query: Query, catalogue: Catalogue) -> Array:
    """What the weights depend on (CONTEXTS,): how much was named, asked and said."""
    about = len(named(query, catalogue))
    asked = {kind for kind, _, _ in clauses(query)}
    words = len(set(words_of(query.talk.words)))
    some = (1, about == 0, np.log1p(about), bool(asked & {"genre", "theme"}), "person" in asked, np.log1p(words) / 3)
    return np.array(some, dtype=np.float32)


class TalkModel:
    """Scores a catalogue for what was said. ``encode`` gives the encoder's vector (d,) of a transcript."""

    def __init__(self, shelves: Shelves, lessons: Lessons, encode: Callable[[Sequence[str]], Array]) -> None:
        self.shelves, self.lessons = shelves, lessons
        self._encode = encode
        self._genres = {facet.value: n for facet, n in shelves.genres.items()}
        self._together, self._lift = _pairs(lessons.both)
        self._answers = lessons.answers.T.tocsr()
        given = np.asarray(lessons.answers.sum(axis=0), dtype=np.float32).ravel()
        self._usual = given / max(len(lessons.requests), 1) + FLOOR
        ages = [lessons.now - shelves.years < limit for limit in AGES.values()]
        rated = shelves.rated - shelves.rated.mean()
        # in the order of ``SIGNALS``
        self._prior = np.stack([lessons.heard, lessons.expected, shelves.known, rated, *ages]).astype(np.float32)

    def signals(self, queries: Sequence[Query], vectors: Array | None = None) -> Array:
        """Every signal as it comes, (B, S, N) float32. ``vectors`` (B, d): the transcripts', when they are known."""
        s, lessons = self.shelves, self.lessons
        if vectors is None:
            vectors = self._encode([q.talk.transcript for q in queries])
        out = np.zeros((len(queries), len(SIGNALS), len(s.catalogue)), dtype=np.float32)
        spoken = np.array([[1.0 if q.talk.transcript else 0.0] for q in queries], dtype=np.float32)
        requests = _unit(vectors - s.centre) * spoken
        out[:, : len(self._prior)] = self._prior
        heads = requests @ lessons.head
        aims: list[tuple[int, str, Array]] = []
        for b, query in enumerate(queries):
            about = named(query, s.catalogue)
            aims += [(b, "text", self._padded(requests[b])), (b, "head", heads[b])]
            aims += [(b, name, aim) for name, aim in self._aims(about)]
            for name, values in self._likenesses(about):
                out[b, PLACE[name]] = values
            for name, values in self._company(mentioned(query, s.catalogue)):
                out[b, PLACE[name]] = values
            if query.talk.transcript:
                out[b, PLACE["similar"]] = self._similar(requests[b])
            out[b, PLACE["words"]] = s.lexical.scores(query.talk.words, lessons.worth)
            out[b, PLACE["genres"]] = s.genre_table @ self._stands_for(query.talk.words)
            for name, wish, weight in clauses(query):
                out[b, PLACE[name]] += weight * s.met(wish)
        found = np.stack([aim for _, _, aim in aims]) @ s.places.T  # at once: reading the places is what costs
        for (b, name, _), values in zip(aims, found, strict=True):
            out[b, PLACE[name]] = values
        return out

    def weights(self, queries: Sequence[Query]) -> tuple[Array, Array]:
        """What each signal counts, (B, S), and what the ratings' part of the score counts, (B,)."""
        at = np.stack([context(q, self.shelves.catalogue) for q in queries])
        trust = np.log1p(np.exp(at @ self.lessons.trust))
        return at @ self.lessons.weights, trust.astype(np.float32)

    def points(
        self, queries: Sequence[Query], rated: Array, allowed: npt.NDArray[np.bool_]
    ) -> tuple[dict[str, Array], Array]:
        """What talk adds to each signal of a score, (B, N) each, and what the ratings' part counts, (B,).

        ``rated`` (B, N): that part; ``allowed`` (B, N): what can be recommended, among which the likeliest are looked
        at twice.
        """
        weights, trust = self.weights(queries)
        signals = self.signals(queries)
        scaled = weights / self.lessons.spread
        out: dict[str, Array] = {}
        for name, some in GROUPS.items():
            out[name] = np.einsum("bs,bsn->bn", scaled[:, some], signals[:, some]).astype(np.float32, copy=False)
        total: Array = sum(out.values(), trust[:, None] * rated)
        out["interplay"] = np.zeros_like(total)
        for b, query in enumerate(queries):
            rows = self._likeliest(query, np.where(allowed[b], total[b], -np.inf))
            out["interplay"][b, rows] = self._corrected(query, signals[b][:, rows], rated[b, rows], total[b, rows])
        return out, trust

    def _likeliest(self, query: Query, total: Array) -> Rows:
        """The rows to look at twice, at most LIKELIEST, none that was named."""
        said = (*query.talk.named, *query.taste.items)
        total[[self.shelves.catalogue.row(i) for i in said if i in self.shelves.catalogue]] = -np.inf
        rows = np.argpartition(-total, LIKELIEST)[:LIKELIEST] if len(total) > LIKELIEST else np.arange(len(total))
        return rows[np.isfinite(total[rows])]

    def _corrected(self, query: Query, signals: Array, rated: Array, total: Array) -> Array:
        """What is added to the sums of some items, (K,), of whom ``signals`` (S, K) are known."""
        if len(total) < 2:
            return np.zeros_like(total)
        scaled = signals / self.lessons.spread[:, None]
        at = context(query, self.shelves.catalogue)
        features = features_of(*(torch.from_numpy(part).unsqueeze(0) for part in (scaled, rated, total, at)))
        return self.lessons.interplay.corrections(features)[0].numpy()

    def parts(self, query: Query, rows: Sequence[int]) -> list[list[Part]]:
        """What talk adds to the scores of the items in ``rows``, by the item named or the clause that it comes from; a
        list for each row."""
        scale = dict(zip(SIGNALS, (self.weights([query])[0][0] / self.lessons.spread).tolist(), strict=True))
        items, at = self.shelves.catalogue.items, np.asarray(rows, dtype=np.int64)
        found: list[tuple[str, str | Facet, Array]] = []
        for about, signals in ((named, self._likenesses), (mentioned, self._company)):
            for item, weight in about(query, self.shelves.catalogue).items():
                found += [(name, items[item].id, values) for name, values in signals({item: weight}, at)]
        places = self.shelves.places[at]
        for item, weight in named(query, self.shelves.catalogue).items():
            found += [(name, items[item].id, places @ aim) for name, aim in self._aims({item: weight})]
        for name, wish, weight in clauses(query):
            found.append((name, wish.label, weight * self.shelves.met(wish)[at]))
        every = [
            [Part(SIGNALS[name], source, float(v[k]) * scale[name]) for name, source, v in found]
            for k in range(len(at))
        ]
        return [[part for part in some if part.amount] for some in every]

    def _padded(self, vector: Array) -> Array:
        """A text's vector (d,) as a place (D,)."""
        return np.pad(vector, (0, self.shelves.places.shape[1] - len(vector)))

    def _aims(self, about: Mapping[int, float]) -> Iterator[tuple[str, Array]]:
        """The signals of the items named that are products of places with one place, (D,) each."""
        if about:
            rows, strength = _split(about)
            around: Array = strength @ self.shelves.places[rows]
            onward: Array = around @ self.lessons.onward
            yield "likeness", self._padded(around[: self.shelves.depth])
            yield "onward", onward

    def _likenesses(self, about: Mapping[int, float], some: Rows | None = None) -> Iterator[tuple[str, Array]]:
        """The other signals of the items named, (N,) each, or (K,) for the items in the rows ``some`` (K,)."""
        s = self.shelves
        if not about:
            return
        rows, strength = _split(about)

        def at(table: Any) -> Any:  # not sliced where all is wanted: that would copy a sparse table
            return table if some is None else table[some]

        for name, table in (("keywords", s.keywords), ("same genres", s.genre_table), ("people", s.people)):
            yield name, at(table) @ np.asarray(table[rows].T @ strength)
        same = at(s.franchise)[:, None] == s.franchise[rows][None, :]
        yield "franchise", (same & (s.franchise[rows] >= 0)[None, :]).astype(np.float32) @ strength
        apart = np.abs(at(s.years)[:, None] - s.years[rows][None, :])
        yield "same years", -apart @ strength / 10
        yield "near years", np.exp(-apart / NEAR) @ strength
        yield "same fame", at(s.fame) * (s.fame[rows] @ strength)
        yield "together", _rows(self._together, rows, strength, some)

    def _company(self, about: Mapping[int, float], some: Rows | None = None) -> Iterator[tuple[str, Array]]:
        """The signals of all items named, liked or not, (N,) each, or (K,) for the items in the rows ``some`` (K,)."""
        if about:
            rows, strength = _split(about)
            yield "together, all", _rows(self._together, rows, strength, some)
            yield "lift, all", _rows(self._lift, rows, strength, some)

    def _similar(self, request: Array) -> Array:
        """How much more often an item (N,) was recommended after transcripts like this (d,) than after any (log)."""
        near = self.lessons.requests @ request
        weight = np.exp((near - near.max(initial=0.0)) / WARMTH)
        found = self._answers @ (weight / max(float(weight.sum()), 1e-9))
        times: Array = np.log((found + FLOOR) / self._usual)
        return times

    def _stands_for(self, text: str) -> Array:
        """How the words of a text shift each of the catalogue's genres, (G,)."""
        out = np.zeros(len(self._genres), dtype=np.float32)
        total = sum(self.lessons.stands[w] for w in dict.fromkeys(words_of(text)) if w in self.lessons.stands)
        for name, shift in zip(self.lessons.genres, np.broadcast_to(total, len(self.lessons.genres)), strict=True):
            if name in self._genres:
                out[self._genres[name]] = shift
        return out


def _split(about: Mapping[int, float]) -> tuple[Rows, Array]:
    return np.fromiter(about, dtype=np.int64), np.fromiter(about.values(), dtype=np.float32)


def _rows(table: Matrix, rows: Rows, strength: Array, some: Rows | None) -> Array:
    """The weighted sum of a sparse table's rows, (N,), or its entries in the columns ``some``, (K,)."""
    total: Array = np.asarray(table[rows].T @ strength)
    return total if some is None else total[some]


def _pairs(both: Matrix) -> tuple[Matrix, Matrix]:
    """How often two items are named in one conversation: by how often each is, rare ones shrunk; and against chance,
    log((n + k p) / (k p)) with p how often the other one is named (N, N)."""
    times = both.diagonal()
    pairs = both.tocoo()
    apart = pairs.row != pairs.col
    row, column, n = pairs.row[apart], pairs.col[apart], pairs.data[apart]
    scale = 1 / np.sqrt(times + FEW)
    share = (times + 0.5) / (times.sum() + 0.5 * len(times)) * CHANCE
    tables = (n * scale[row] * scale[column], np.log1p(n / share[column]))
    together, lift = (sparse.csr_matrix((v.astype(np.float32), (row, column)), shape=both.shape) for v in tables)
    return together, lift


def _kind(clause: Clause) -> str:
    kinds = {facet.kind for facet in clause.facets}
    return "person" if kinds & {*PEOPLE} else "genre" if "genre" in kinds else "theme"


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Array = (vectors / np.maximum(length, 1e-9)).astype(np.float32)
    return unit


def _filled(values: npt.NDArray[np.float64]) -> Array:
    """Numbers (N,) with the mean of those known where one is missing."""
    some = values[~np.isnan(values)]
    filled: Array = np.where(np.isnan(values), some.mean() if len(some) else 0.0, values).astype(np.float32)
    return filled


def _places(s: Shelves, vectors: Array) -> Array:
    """Where items are (N, D): text, genres, decades and fame, each block with a length of its own."""
    genres = s.genre_table.toarray()
    decades = np.clip(1 - np.abs(s.years[:, None] - np.array(DECADES)) / 10, 0, 1)
    quality = (s.rated - s.rated.mean()) / max(float(s.rated.std()), 1e-6)
    fame = np.stack([s.fame, quality], axis=1)
    places = np.concatenate([vectors, 0.7 * genres, 0.4 * decades, 0.15 * fame], axis=1).astype(np.float32)
    centred: Array = places - places.mean(axis=0)
    return centred


def _table(catalogue: Catalogue, kinds: Sequence[str]) -> tuple[Matrix, dict[Facet, int]]:
    """Items by facet values (N, F), rarer ones heavier, rows of unit length."""
    columns: dict[Facet, int] = {}
    held = [
        [columns.setdefault(Facet(kind, v), len(columns)) for kind in kinds for v in item.facets.get(kind, ())]
        for item in catalogue.items
    ]
    column = np.array([c for row in held for c in dict.fromkeys(row)], dtype=np.int64)
    row = np.repeat(np.arange(len(held)), [len(set(row)) for row in held])
    n = len(catalogue)
    rarity = np.log((n + 1) / (np.bincount(column, minlength=len(columns)) + 1))
    table = sparse.csr_matrix((rarity[column].astype(np.float32), (row, column)), shape=(n, len(columns)))
    length = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    return (sparse.diags((1 / np.maximum(length, 1e-9)).astype(np.float32)) @ table).tocsr(), columns


def _franchises(catalogue: Catalogue) -> npt.NDArray[np.int64]:
    """A number (N,) that films share whose titles open with the same two telling words; -1 for titles without any."""
    codes: dict[tuple[str, ...], int] = {}
    out = []
    for item in catalogue.items:
        said = [w for w in words_of(item.title.partition(":")[0]) if len(w) > 2 and w != "the" and not w.isdigit()]
        out.append(codes.setdefault(tuple(said[:2]), len(codes)) if said else -1)
    return np.array(out, dtype=np.int64)


def _document(item: Item) -> str:
    facets = [value for kind in ("genre", "keyword", *PEOPLE) for value in item.facets.get(kind, ())]
    return " ".join([*item.facets.get("genre", ()), item.overview, *facets])


def restored(catalogue: Catalogue, artefact: Artefact, encode: Callable[[Sequence[str]], Array]) -> TalkModel | None:
    """The model that an artefact holds, if conversations taught it anything. Raises ``ModelError`` when its lessons
    are those of another version."""
    if "talk" not in artefact.config:
        return None
    taught = {n.removeprefix("talk."): t for n, t in artefact.tensors.items() if n.startswith("talk.")}
    try:
        lessons = lessons_from_tensors(taught, artefact.config["talk"])
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError("The model's lessons from conversations are of another version; train it anew.") from error
    return TalkModel(shelves_of(catalogue, artefact), lessons, encode)


def shelves_of(catalogue: Catalogue, artefact: Artefact) -> Shelves:
    """A catalogue's tables with the vectors of an artefact."""
    return Shelves(catalogue, artefact.tensors["vectors"].numpy())


def with_lessons(artefact: Artefact, lessons: Lessons) -> Artefact:
    """The artefact with what conversations taught in it, under a version of its own."""
    tensors, config = lessons_to_tensors(lessons)
    digest = hashlib.sha256(artefact.version.encode())
    for tensor in tensors.values():
        digest.update(tensor.numpy().tobytes())
    return replace(
        artefact,
        config={**artefact.config, "version": digest.hexdigest()[:12], "talk": config},
        tensors={**artefact.tensors, **{f"talk.{name}": tensor for name, tensor in tensors.items()}},
    )


def lessons_to_tensors(lessons: Lessons) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What an artefact keeps: tensors and config."""
    pairs = sparse.triu(lessons.both).tocoo()
    answers = lessons.answers.tocoo()
    words = sorted(lessons.stands)
    tensors: dict[str, npt.NDArray[Any]] = {
        "heard": lessons.heard,
        "expected": lessons.expected,
        "head": lessons.head.astype(np.float16),
        "onward": lessons.onward.astype(np.float16),
        "requests": lessons.requests.astype(np.float16),
        "answers.rows": np.stack([answers.row, answers.col]).astype(np.int32),
        "answers.values": answers.data.astype(np.float16),
        "both.rows": np.stack([pairs.row, pairs.col]).astype(np.int32),
        "both.values": pairs.data.astype(np.float16),
        "stands": np.stack([lessons.stands[w] for w in words]).astype(np.float16),
        "weights": lessons.weights,
        "trust": lessons.trust,
        "spread": lessons.spread,
        **{f"interplay.{name}": tensor.numpy() for name, tensor in lessons.interplay.state_dict().items()},
    }
    config = {
        "signals": list(SIGNALS),
        "words": words,
        "worth": [round(lessons.worth[w], 3) for w in words],
        "genres": list(lessons.genres),
        "now": lessons.now,
    }
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in tensors.items()}, config


def lessons_from_tensors(tensors: Mapping[str, Tensor], config: Mapping[str, Any]) -> Lessons:
    """What ``lessons_to_tensors`` made. Raises ``KeyError`` or ``ValueError`` when it does not fit this version."""
    arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
    if tuple(config["signals"]) != tuple(SIGNALS):
        raise ValueError("signals")
    n = len(arrays["heard"])
    requests = arrays["requests"].astype(np.float32)
    half = _sparse(arrays, "both", (n, n))
    interplay = Interplay(READ, MEMBERS)
    interplay.load_state_dict(
        {name.removeprefix("interplay."): t for name, t in tensors.items() if name.startswith("interplay.")}
    )
    return Lessons(
        heard=arrays["heard"],
        expected=arrays["expected"],
        head=arrays["head"].astype(np.float32),
        onward=arrays["onward"].astype(np.float32),
        requests=requests,
        answers=_sparse(arrays, "answers", (len(requests), n)),
        both=(half + sparse.triu(half, 1).T).tocsr(),
        worth=dict(zip(config["words"], config["worth"], strict=True)),
        genres=tuple(config["genres"]),
        now=config["now"],
        stands=dict(zip(config["words"], arrays["stands"].astype(np.float32), strict=True)),
        weights=arrays["weights"],
        trust=arrays["trust"],
        spread=arrays["spread"],
        interplay=interplay,
    )


def _sparse(arrays: Mapping[str, npt.NDArray[Any]], name: str, shape: tuple[int, int]) -> Matrix:
    row, column = arrays[f"{name}.rows"]
    return sparse.csr_matrix((arrays[f"{name}.values"].astype(np.float32), (row, column)), shape=shape)
