"""What a conversation says for each item, learned from conversations that people had.

Every signal is linear in its evidence (a named item, a clause), so that a score still splits exactly.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from recsys.artefact import Artefact
from recsys.catalogue import Catalogue, Facet, Item
from recsys.errors import ModelError
from recsys.lexical import Lexical, words_of
from recsys.taste import Clause, Query, Range, meets

Array: TypeAlias = npt.NDArray[np.float32]
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
    "head": "wish",  # the same through a mapping learned from conversations
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
    "relation": "relation",  # what people who like the items named like, from ratings
    "together": "relation",  # what is named together in conversations
}
"""The signals of talk and what each of them is called in a score."""
CONTEXTS: Final = 6
"""Numbers that the weights depend on: see ``context``."""
FADE: Final = 0.5
"""Of two items named, the earlier one counts this much of the later one."""
LONGEST: Final = 6
"""Named items that count."""
AGES: Final = {"this year": 2, "these years": 5, "this era": 14}
"""Younger than this many years."""
PEOPLE: Final = frozenset(("director", "cast"))


class Part(NamedTuple):
    """What one piece of evidence added to one item's score. ``source`` is an item id, a ``Facet`` or a label."""

    signal: str
    source: str | Facet
    amount: float


@dataclass(frozen=True, slots=True)
class Lessons:
    """What conversations taught, by row of one catalogue of N items.

    ``heard``, ``expected`` (N,): log rates; ``head`` (d, d); ``together`` (N, N) sparse, symmetric; ``worth``: what a
    word of a request counts (0..1); ``stands`` : word -> how it shifts each genre (G,), in ``genres``' order; ``now``:
    the year, as 2018.3;
    ``weights`` (CONTEXTS, S), ``trust`` (CONTEXTS,): of the signals, and of what ratings taught; ``spread`` (S,): the
    usual spread of each signal.
    """

    heard: Array
    expected: Array
    head: Array
    together: Matrix
    worth: Mapping[str, float]
    genres: tuple[str, ...]
    stands: Mapping[str, Array]
    now: float
    weights: Array = field(default_factory=lambda: np.zeros((CONTEXTS, len(SIGNALS)), np.float32))
    trust: Array = field(default_factory=lambda: np.zeros(CONTEXTS, np.float32))
    spread: Array = field(default_factory=lambda: np.ones(len(SIGNALS), np.float32))


class Shelves:
    """A catalogue's facets, words and relations as tables: all that signals of talk need to know of items.

    ``vectors`` (N, d): item texts; ``relation``: source and target (N, r) of what ratings taught.
    """

    def __init__(self, catalogue: Catalogue, vectors: Array, relation: tuple[Array, Array]) -> None:
        self.catalogue = catalogue
        self.centre = vectors.mean(axis=0)
        self.vectors = _unit(vectors - self.centre)
        self.relation = relation
        self.keywords, _ = _table(catalogue, ("keyword",))
        self.genre_table, self.genres = _table(catalogue, ("genre",))
        self.people, _ = _table(catalogue, tuple(PEOPLE))
        self.franchise = _franchises(catalogue)
        self.years = _filled(catalogue.number("year"))
        self.known = np.log1p(np.nan_to_num(catalogue.number("popularity"))).astype(np.float32)
        self.rated = _filled(catalogue.number("rating"))
        self.lexical = Lexical([_document(item) for item in catalogue.items])
        many = [len(item.facets.get("genre", ())) for item in catalogue.items]
        self.share = (1 / np.sqrt(np.maximum(many, 1))).astype(np.float32)
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

    def signals(self, queries: Sequence[Query], vectors: Array | None = None) -> Array:
        """Every signal as it comes, (B, S, N) float32. ``vectors`` (B, d): the transcripts', when they are known."""
        s, lessons = self.shelves, self.lessons
        if vectors is None:
            vectors = self._encode([q.talk.transcript for q in queries])
        out = np.zeros((len(queries), len(SIGNALS), len(s.catalogue)), dtype=np.float32)
        place = {name: n for n, name in enumerate(SIGNALS)}
        spoken = np.array([[1.0 if q.talk.transcript else 0.0] for q in queries], dtype=np.float32)
        requests = _unit(vectors - s.centre) * spoken
        out[:, place["heard"]], out[:, place["expected"]] = lessons.heard, lessons.expected
        out[:, place["known"]], out[:, place["rated"]] = s.known, s.rated - s.rated.mean()
        for name, limit in AGES.items():
            out[:, place[name]] = lessons.now - s.years < limit
        out[:, place["text"]] = requests @ s.vectors.T
        out[:, place["head"]] = (requests @ lessons.head) @ s.vectors.T
        for b, query in enumerate(queries):
            about = named(query, s.catalogue)
            for name, values in self._likenesses(about):
                out[b, place[name]] = values
            out[b, place["words"]] = s.lexical.scores(query.talk.words, lessons.worth)
            out[b, place["genres"]] = s.genre_table @ self._stands_for(query.talk.words)
            for name, wish, weight in clauses(query):
                out[b, place[name]] += weight * s.met(wish)
        return out

    def weights(self, queries: Sequence[Query]) -> tuple[Array, Array]:
        """What each signal counts, (B, S), and what the ratings' part of the score counts, (B,)."""
        at = np.stack([context(q, self.shelves.catalogue) for q in queries])
        trust = np.log1p(np.exp(at @ self.lessons.trust))
        return at @ self.lessons.weights, trust.astype(np.float32)

    def points(self, queries: Sequence[Query]) -> tuple[dict[str, Array], Array]:
        """What talk adds to each signal of a score, (B, N) each, and what the ratings' part counts, (B,)."""
        weights, trust = self.weights(queries)
        weighted = self.signals(queries) * (weights / self.lessons.spread)[:, :, None]
        out: dict[str, Array] = {}
        for n, signal in enumerate(SIGNALS.values()):
            out[signal] = out[signal] + weighted[:, n] if signal in out else weighted[:, n]
        return out, trust

    def parts(self, query: Query, row: int) -> list[Part]:
        """What talk adds to the score of the item in ``row``, by the item named or the clause that it comes from."""
        scale = dict(zip(SIGNALS, (self.weights([query])[0][0] / self.lessons.spread).tolist(), strict=True))
        found = []
        for item, weight in named(query, self.shelves.catalogue).items():
            source = self.shelves.catalogue.items[item].id
            for name, values in self._likenesses({item: weight}, row):
                found.append(Part(SIGNALS[name], source, float(values[0]) * scale[name]))
        for name, wish, weight in clauses(query):
            found.append(Part(SIGNALS[name], wish.label, weight * float(self.shelves.met(wish)[row]) * scale[name]))
        return [part for part in found if part.amount]

    def _likenesses(self, about: Mapping[int, float], row: int | None = None) -> Iterable[tuple[str, Array]]:
        """The signals of the items named, (N,) each, or (1,) for the item in ``row``."""
        s = self.shelves
        if not about:
            return
        rows = np.fromiter(about, dtype=np.int64)
        strength = np.fromiter(about.values(), dtype=np.float32)

        def at(table: Any) -> Any:  # not sliced where all is wanted: that would copy a sparse table
            return table if row is None else table[row : row + 1]

        yield "likeness", at(s.vectors) @ (strength @ s.vectors[rows])
        for name, table in (("keywords", s.keywords), ("same genres", s.genre_table), ("people", s.people)):
            yield name, at(table) @ np.asarray(table[rows].T @ strength)
        same = at(s.franchise)[:, None] == s.franchise[rows][None, :]
        yield "franchise", (same & (s.franchise[rows] >= 0)[None, :]).astype(np.float32) @ strength
        yield "same years", -np.abs(at(s.years)[:, None] - s.years[rows][None, :]) @ strength / 10
        source, target = s.relation
        yield "relation", at(target) @ (strength @ source[rows])
        yield "together", at(self.lessons.together) @ _dense(rows, strength, len(s.catalogue))

    def _stands_for(self, text: str) -> Array:
        """How the words of a text shift each of the catalogue's genres, (G,)."""
        out = np.zeros(len(self._genres), dtype=np.float32)
        total = sum(self.lessons.stands[w] for w in dict.fromkeys(words_of(text)) if w in self.lessons.stands)
        for name, shift in zip(self.lessons.genres, np.broadcast_to(total, len(self.lessons.genres)), strict=True):
            if name in self._genres:
                out[self._genres[name]] = shift
        return out


def _kind(clause: Clause) -> str:
    kinds = {facet.kind for facet in clause.facets}
    return "person" if kinds & PEOPLE else "genre" if "genre" in kinds else "theme"


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Array = (vectors / np.maximum(length, 1e-9)).astype(np.float32)
    return unit


def _filled(values: npt.NDArray[np.float64]) -> Array:
    """Numbers (N,) with the mean of those known where one is missing."""
    some = values[~np.isnan(values)]
    filled: Array = np.where(np.isnan(values), some.mean() if len(some) else 0.0, values).astype(np.float32)
    return filled


def _dense(rows: npt.NDArray[np.int64], values: Array, n: int) -> Array:
    out = np.zeros(n, dtype=np.float32)
    out[rows] = values
    return out


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
    facets = [value for kind in ("genre", "keyword", "director", "cast") for value in item.facets.get(kind, ())]
    return " ".join([*item.facets.get("genre", ()), item.overview, *facets])


def restored(catalogue: Catalogue, artefact: Artefact, encode: Callable[[Sequence[str]], Array]) -> TalkModel | None:
    """The model that an artefact holds, if conversations taught it anything. Raises ``ModelError`` when its lessons
    are those of another version."""
    if "talk" not in artefact.config:
        return None
    taught = {n.removeprefix("talk."): t for n, t in artefact.tensors.items() if n.startswith("talk.")}
    try:
        lessons = lessons_from_tensors(taught, artefact.config["talk"])
    except (KeyError, ValueError) as error:
        raise ModelError("The model's lessons from conversations are of another version; train it anew.") from error
    return TalkModel(shelves_of(catalogue, artefact), lessons, encode)


def shelves_of(catalogue: Catalogue, artefact: Artefact) -> Shelves:
    """A catalogue's tables with the vectors and the relation of an artefact; without ratings nothing is related."""
    nothing = torch.zeros(len(catalogue), 1)
    names = ("relation.source", "relation.target")
    source, target = (artefact.tensors.get(name, nothing).float().numpy() for name in names)
    return Shelves(catalogue, artefact.tensors["vectors"].numpy(), (source, target))


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
    pairs = sparse.triu(lessons.together).tocoo()
    words = sorted(lessons.stands)
    tensors: dict[str, npt.NDArray[Any]] = {
        "heard": lessons.heard,
        "expected": lessons.expected,
        "head": lessons.head.astype(np.float16),
        "together.rows": np.stack([pairs.row, pairs.col]).astype(np.int32),
        "together.values": pairs.data.astype(np.float16),
        "stands": np.stack([lessons.stands[w] for w in words]).astype(np.float16),
        "weights": lessons.weights,
        "trust": lessons.trust,
        "spread": lessons.spread,
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
    row, column = arrays["together.rows"]
    half = sparse.csr_matrix((arrays["together.values"].astype(np.float32), (row, column)), shape=(n, n))
    return Lessons(
        heard=arrays["heard"],
        expected=arrays["expected"],
        head=arrays["head"].astype(np.float32),
        together=(half + half.T).tocsr(),
        worth=dict(zip(config["words"], config["worth"], strict=True)),
        genres=tuple(config["genres"]),
        now=config["now"],
        stands=dict(zip(config["words"], arrays["stands"].astype(np.float32), strict=True)),
        weights=arrays["weights"],
        trust=arrays["trust"],
        spread=arrays["spread"],
    )
