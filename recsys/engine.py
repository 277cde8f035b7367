"""From queries to ranked items with the exact contribution of every signal to every score.

``score(u, i) = sum_s w_s(u) * s(u, i)`` over the signals

- ``asked``: how many of tonight's wishes in so many words (genres, people, decades) the item meets
- ``mood``: how well its genres and themes fit the moods wanted, and not those unwanted
- ``wish``: the free-text wish against the item's text, by the sentence encoder and by its rare words
- ``facets``: how many of the people, genres and themes that the person likes it has
- ``likeness``: the item's text against the texts of what the person likes and dislikes; where something like an item is
  wanted, the facets that the two share too
- ``relation``: what people who liked the same items, or passed over the same ones, also liked
- ``prior``: known and liked by many
- ``interplay``: what all that was said means together, where conversations taught it
- ``luck``: chance, for those who ask for a surprise

Stated constraints are masks, never similarities.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recsys.artefact import Artefact
from recsys.belief import Belief
from recsys.candidates import Mask, candidates
from recsys.catalogue import PEOPLE, Catalogue, Facet, Item
from recsys.elicit import CARD, telling
from recsys.encoder import PACKAGED, Encoder
from recsys.errors import ConfigError, ModelError
from recsys.group import consensus, utilities
from recsys.index import diversify, series, top_k
from recsys.models.als import FoldIn
from recsys.models.bilinear import Bilinear
from recsys.models.blend import Kernel, padded
from recsys.models.content import fit_content
from recsys.models.facets import SharedFacets
from recsys.models.fusion import STATED, Fusion
from recsys.moods import Moods
from recsys.stated import Stated
from recsys.talk import Part, restored
from recsys.taste import Query, Talk, Taste, Wish
from recsys.upsert import extended

SIGNALS = (*STATED, "likeness", "relation", "prior", "interplay", "luck")
RATED = ("prior", "likeness", "relation")
"""The signals that ratings taught."""
LIKE_WEIGHT = 2.0
"""An item named in the wish ("like Alien") counts as much as two liked ones."""
RESEMBLANCE = 2.0
"""What it counts, in points, that a text and what is recorded are those of an item that others should be like. Ratings
tell what people who like it watch next, which is what everybody watches; who asks for something like it wants its
kind."""
TELLING = {"genre": 1.0, "keyword": 1.0, **dict.fromkeys(PEOPLE, 0.5)}
"""Kinds of facets that make items alike, and what each counts beside the text."""
SEQUEL = 3.0
"""Likeness that parts of one series have on top of that of their texts when a list is put together."""
DISLIKE_WEIGHT = 0.5
"""A dislike says less about what a person wants than a like does."""
QUALITY = 0.7
"""What being known and well rated counts at least beside a wish in free text, to those of whom little is known: the
encoder finds a wish's words in the texts of obscure films as easily, and ratings, of which the weights were learned,
know of no wishes."""
SOME_QUALITY = 0.2
"""The same beside other wishes: these only narrow the choice, and what is liked should lead within it."""
LESS_QUALITY = 10
"""Likes after which ``QUALITY`` is halved."""
MOST_QUALITY = 0.7
"""What it counts at most beside a wish in free text, which would be lost among what everybody knows."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A recommended item. ``contributions`` sum to ``score``; the ``parts`` of a signal sum to its contribution."""

    item_id: str
    score: float
    contributions: Mapping[str, float]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The answer to one query, best first. ``relaxed`` names the wishes that had to give way, if any."""

    picks: tuple[Pick, ...]
    model_version: str
    relaxed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedPick:
    """An item for several people: its score is the mean of ``average`` and ``least`` of ``served``, which says how well
    it serves each query's person, from 0 to 1 (see ``recsys.group``)."""

    item_id: str
    score: float
    served: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SharedRecommendation:
    """The answer to several people's queries, best first. ``relaxed`` as in ``Recommendation``."""

    picks: tuple[SharedPick, ...]
    model_version: str
    relaxed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """``pool``: items considered for diversity; ``trade_off``: what similarity to a better pick costs, in points."""

    pool: int = 60
    trade_off: float = 2.0


class Engine:
    """Scores the whole catalogue for a batch of queries on one device. Safe to call from several threads.

    What is as long as the catalogue lives on the device; where people are, the list that is left and its reasons are
    few numbers, and stay on the CPU.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        artefact: Artefact,
        encoder: Encoder,
        device: torch.device,
        config: EngineConfig | None = None,
        moods: Moods = MappingProxyType({}),
    ) -> None:
        if artefact.vocabulary != tuple(item.id for item in catalogue.items):
            raise ModelError("The recommendation index is of another catalogue; run `usher index build`.")
        self.catalogue = catalogue
        self._artefact = artefact
        self._moods = moods
        self.version = artefact.version
        self.device = device
        self._config = config or EngineConfig()
        self._encoder = encoder
        taught = {n: tensor for n, tensor in artefact.tensors.items() if not n.startswith("talk.")}
        tensors = {name: tensor.float() for name, tensor in taught.items()}
        self._likeness = fit_content(tensors["vectors"])
        self._contents = self._likeness.target.to(device)
        self._stated = Stated(catalogue, tensors["vectors"].to(device), encoder, moods)
        self._shared_facets = SharedFacets(catalogue, TELLING)
        rest = {name: _kernel(name, tensors) for name in artefact.config["kernels"] if name != "likeness"}
        self._kernels: dict[str, Kernel] = {"likeness": self._likeness, **rest}
        # One table for all that ratings taught: one product reads it faster than one for each kernel.
        self._related = [name for name in self._kernels if _signal(name) == "relation"]
        if self._related:
            targets = [self._kernels[name].target for name in self._related]
            joined = torch.cat(targets, dim=1)
            for name, end in zip(self._related, accumulate(t.shape[1] for t in targets), strict=True):
                kernel = self._kernels[name]
                kernel.target = joined[:, end - kernel.target.shape[1] : end]
            self._targets = joined.to(device)
        self._prior = tensors["prior"].to(device)
        self._known = tensors["known"]
        factors = tensors.get("belief.items")
        self._belief = Belief(self._known, self._guessed() if factors is None else factors)
        self._fusion = Fusion(artefact.tensors["fusion.scale"])
        fused = {n.removeprefix("fusion."): t for n, t in artefact.tensors.items() if n.startswith("fusion.")}
        fused.setdefault("shift", self._fusion.shift)  # an index of before questions told anything
        fused["scale"] = self._fusion.scale  # in an older index it is the same for all counts
        self._fusion.load_state_dict(fused)
        self._talk = restored(catalogue, artefact, encoder.encode)

    def with_items(self, items: Sequence[Item]) -> Engine:
        """An engine that knows these items too, or their new facts, within a second; this one stays as it is. An item
        with text gets a place in every signal."""
        catalogue, artefact = extended(self.catalogue, self._artefact, self._encoder, items)
        return Engine(catalogue, artefact, self._encoder, self.device, self._config, self._moods)

    @torch.inference_mode()
    def recommend(self, queries: Sequence[Query]) -> list[Recommendation]:
        """The best items for each query, as one batch on the device."""
        masks, relaxed = zip(*(candidates(self.catalogue, q) for q in queries), strict=True)
        mask = np.stack(masks)
        allowed = torch.from_numpy(mask).to(self.device)
        weights = self._weights(queries)
        points, said = self._points(queries, weights, mask)
        scores = torch.stack([points[s] for s in SIGNALS]).sum(dim=0)
        pool = max(self._config.pool, max(q.k for q in queries))
        values, rows = top_k(scores, allowed, pool)
        at = rows.to(self.device)
        parts = torch.stack([points[s].gather(1, at) for s in SIGNALS], dim=2).cpu()
        out = []
        for b, query in enumerate(queries):
            valid = rows[b][torch.isfinite(values[b])]
            chosen = diversify(values[b][: len(valid)], self._nearness(valid), query.k, self._config.trade_off)
            shares = {name: float(share[b]) for name, share in weights.items()}
            picks = self._explain(query, valid[chosen], shares, parts[b, chosen], said.get(b, 1.0))
            out.append(Recommendation(picks, self.version, relaxed[b]))
        return out

    @torch.inference_mode()
    def recommend_together(self, queries: Sequence[Query]) -> SharedRecommendation:
        """The items that serve the people of several queries best; the first query's wish is that of all.

        What anybody vetoes, reacted to or excludes is out for everybody.
        """
        reactions = {item_id: weight for query in queries for item_id, weight in query.taste.items.items()}
        vetoes = tuple(veto for query in queries for veto in query.taste.vetoes)
        everybody = replace(
            queries[0],
            taste=Taste(reactions, vetoes=vetoes),
            exclude=frozenset().union(*(query.exclude for query in queries)),
        )
        mask, relaxed = candidates(self.catalogue, everybody)
        allowed = torch.from_numpy(mask).to(self.device)
        shared = [replace(query, wish=queries[0].wish) for query in queries]
        points, _ = self._points(shared, self._weights(shared), np.tile(mask, (len(shared), 1)))
        served = utilities(torch.stack([points[s] for s in SIGNALS]).sum(dim=0), allowed)
        totals = consensus(served)
        values, rows = top_k(totals.unsqueeze(0), allowed.unsqueeze(0), self._config.pool)
        valid = rows[0][torch.isfinite(values[0])]
        if not len(valid):
            return SharedRecommendation((), self.version, relaxed)
        best = values[0][: len(valid)]
        # The trade-off is in points, of which the scores of a pool spread over about one.
        spread = best.std(correction=0).clamp_min(1e-6)
        chosen = diversify(best / spread, self._nearness(valid), queries[0].k, self._config.trade_off)
        each = served[:, valid[chosen].to(self.device)].T.tolist()
        picks = tuple(
            SharedPick(self.catalogue.items[row].id, score, tuple(shares))
            for row, score, shares in zip(valid[chosen].tolist(), best[chosen].tolist(), each, strict=True)
        )
        return SharedRecommendation(picks, self.version, relaxed)

    @torch.inference_mode()
    def scores(self, queries: Sequence[Query]) -> npt.NDArray[np.float32]:
        """The score of every item for each query, (B, N), -inf for what the person named, reacted to or excluded.

        For rankings of whole candidate lists: wishes and vetoes, which are masks in ``recommend``, only count in the
        scores here.
        """
        points, _ = self._points(queries, self._weights(queries))
        total = torch.stack([points[s] for s in SIGNALS]).sum(dim=0)
        for b, query in enumerate(queries):
            gone = [*query.exclude, *query.wish.like, *query.taste.items, *query.talk.named]
            total[b, [self.catalogue.row(i) for i in gone if i in self.catalogue]] = -torch.inf
        return total.cpu().numpy()

    @torch.inference_mode()
    def rated(self, queries: Sequence[Query]) -> npt.NDArray[np.float32]:
        """The part of the scores (B, N) that ratings taught."""
        bare = [replace(query, talk=Talk(), wish=Wish(like=query.wish.like)) for query in queries]
        taught = self._taught(bare, self._weights(bare))
        return torch.stack(list(taught.values())).sum(dim=0).cpu().numpy()

    @property
    def multilingual(self) -> bool:
        """Whether wishes may be in other languages than English: the default encoder reads no other."""
        return self._encoder.name != PACKAGED

    @torch.inference_mode()
    def telling(
        self, taste: Taste | None = None, exclude: Collection[str] = (), seed: int = 0, *, k: int = CARD
    ) -> list[str]:
        """Ids of ``k`` items that this person may well know and whose opinions would tell most about them. What they
        reacted to and ``exclude`` is not asked; other seeds, other items."""
        taste = Taste() if taste is None else taste
        items = {i: taste.items.get(i, 0.0) for i in (*taste.items, *sorted(taste.passed)) if i in self.catalogue}
        rows = torch.tensor([self.catalogue.row(i) for i in items], dtype=torch.int64)
        likes = torch.tensor([float(w > 0) for w in items.values()])
        gone = torch.tensor([self.catalogue.row(i) for i in exclude if i in self.catalogue], dtype=torch.int64)
        noise = 0.3 * torch.randn(len(self.catalogue), generator=torch.Generator().manual_seed(seed))
        asked = telling(self._belief, rows, likes, k, asked=gone, noise=noise)
        return [self.catalogue.items[row].id for row in asked]

    def _guessed(self) -> Tensor:
        """Factors (N, d) of a belief that no ratings taught: who likes an item likes what resembles it."""
        return self._likeness.target * (self._known * (1 - self._known)).sqrt().unsqueeze(1)

    @torch.inference_mode()
    def neighbours(self, item_id: str, k: int) -> dict[str, list[tuple[str, float]]]:
        """The ``k`` items nearest to one by text (``"likeness"``) and by ratings (``"relation"``), with points."""
        query = Query(Taste({item_id: 1.0}))
        points, _ = self._points([query], self._weights([query]))
        found = {}
        for signal in ("likeness", "relation"):
            scores = points[signal][0].clone()
            scores[self.catalogue.row(item_id)] = -torch.inf
            values, rows = torch.topk(scores, min(k, len(scores) - 1))
            pairs = zip(rows.tolist(), values.tolist(), strict=True)
            found[signal] = [(self.catalogue.items[row].id, value) for row, value in pairs if value > 0]
        return found

    def _nearness(self, rows: Tensor) -> Tensor:
        """How alike items are, (P, P), as a list counts it: those of one series more than their texts say, since one of
        each is enough."""
        vectors = self._likeness.target[rows]
        stems = [series(self.catalogue.items[row].title) for row in rows.tolist()]
        same = [[a == b for b in stems] for a in stems]
        sequels = SEQUEL * torch.tensor(same, dtype=torch.float32).reshape(len(stems), len(stems))
        return (vectors @ vectors.T).clamp_min(0) + sequels

    # -- scores ----------------------------------------------------------------------------------------------

    def _reactions(self, query: Query) -> dict[int, float]:
        """Row -> weight of everything the query says about items; the weights' magnitudes sum to 1."""
        weights: dict[int, float] = {}
        for item_id, weight in query.taste.items.items():
            if weight and item_id in self.catalogue:
                weights[self.catalogue.row(item_id)] = weight if weight > 0 else weight * DISLIKE_WEIGHT
        for item_id in query.wish.like:
            if item_id in self.catalogue:
                row = self.catalogue.row(item_id)
                weights[row] = max(weights.get(row, 0.0), 0.0) + LIKE_WEIGHT
        total = sum(abs(w) for w in weights.values())
        return {row: w / total for row, w in weights.items()}

    def _answers(self, query: Query) -> dict[int, float]:
        """The same with what they passed over below zero: what the belief reads, to which only the sign counts."""
        passed = sorted(self.catalogue.row(i) for i in query.taste.passed if i in self.catalogue)
        return dict.fromkeys(passed, -1.0) | self._reactions(query)

    def _models(self, query: Query) -> dict[int, float]:
        """Row -> weight of the items that something like is wanted; the weights sum to 1. Besides those asked for these
        are the items that the person has said since that they like, while nothing else says of which kind it should be:
        "something new" only narrows that."""
        if self._talk and query.talk:  # that model has weighed likeness itself
            return {}
        named, asked = query.talk.named, query.wish.like
        since = max((n for n, i in enumerate(named, 1) if i in asked), default=0)
        liked = [i for i in named[since:] if query.taste.items.get(i, 0.0) > 0]
        of_a_kind = query.wish.text or query.wish.wanted or query.wish.hoped
        ids = (*asked, *liked) if asked or not of_a_kind else ()
        rows = dict.fromkeys(self.catalogue.row(i) for i in ids if i in self.catalogue)
        return dict.fromkeys(rows, 1 / max(1, len(rows)))

    def _weights(self, queries: Sequence[Query]) -> dict[str, Tensor]:
        """Signal or kernel -> weight for each query, (B,)."""
        counts = torch.tensor([float(_evidence(q)) for q in queries])
        passed = torch.tensor([float(len(q.taste.passed)) for q in queries])
        with torch.inference_mode():
            learned = self._fusion(counts, passed)
        for b, query in enumerate(queries):
            if not (self._talk and query.talk):  # that model has weighed wishes against ratings itself
                learned[b, 0] = _quality(query, float(learned[b, 0]))
        stated = {s: torch.full((len(queries),), w) for s, w in STATED.items()}
        luck = torch.tensor([q.surprise for q in queries])
        return stated | {s: learned[:, n] for n, s in enumerate(("prior", *self._kernels))} | {"luck": luck}

    def _points(
        self, queries: Sequence[Query], shares: Mapping[str, Tensor], allowed: Mask | None = None
    ) -> tuple[dict[str, Tensor], dict[int, float]]:
        """Signal -> what it adds to each score, (B, N); and for queries with talk what the ratings' part counts.

        ``allowed`` (B, N): what can be recommended; without it, everything.
        """
        n = len(self.catalogue)
        read = [bool(self._talk and query.talk) for query in queries]
        signals = {name: signal.to(self.device) for name, signal in self._stated.signals(queries, read).items()}
        signals["luck"] = torch.stack([_luck(q, n) for q in queries]).to(self.device)
        points = {s: shares[s].to(self.device).unsqueeze(1) * signal for s, signal in signals.items()}
        points["interplay"] = torch.zeros((len(queries), n), device=self.device)
        points |= self._taught(queries, shares)
        models = [self._models(query) for query in queries]
        if any(models):
            rows, weights = _padded(models)
            contents = self._likeness.people(rows, weights).to(self.device) @ self._contents.T
            points["likeness"] += RESEMBLANCE * (contents + self._shared_facets(rows, weights).to(self.device))
        return points, self._add_talk(queries, points, allowed)

    def _taught(self, queries: Sequence[Query], shares: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The signals whose weights ratings taught, in points (B, N)."""
        empty = torch.zeros((len(queries), len(self.catalogue)), device=self.device)
        prior = shares["prior"].to(self.device).unsqueeze(1) * self._prior
        points = {"prior": prior, "likeness": empty, "relation": empty.clone()}
        reactions, answers = ([read(q) for q in queries] for read in (self._reactions, self._answers))
        if any(reactions):
            liking = shares["likeness"].unsqueeze(1) * self._likeness.people(*_padded(reactions))
            points["likeness"] += liking.to(self.device) @ self._contents.T
        if self._related and any(answers):
            read = {False: _padded(reactions), True: _padded(answers)}
            people = [
                shares[name].unsqueeze(1) * kernel.people(*read[isinstance(kernel, Belief)])
                for name, kernel in self._kernels.items()
                if name in self._related
            ]
            points["relation"] += torch.cat(people, dim=1).to(self.device) @ self._targets.T
        return points

    def _add_talk(self, queries: Sequence[Query], points: dict[str, Tensor], allowed: Mask | None) -> dict[int, float]:
        """Where something was said, what conversations taught takes the place of the stated weights."""
        said = [b for b, query in enumerate(queries) if query.talk]
        if self._talk is None or not said:
            return {}
        rated = torch.stack([points[signal][said] for signal in RATED]).sum(dim=0).cpu().numpy()
        open_to = np.ones_like(rated, dtype=np.bool_) if allowed is None else allowed[said]
        added, trust = self._talk.points([queries[b] for b in said], rated, open_to)
        for signal in points:
            if signal != "luck":
                factor = trust if signal in RATED else np.zeros_like(trust)
                points[signal][said] *= torch.from_numpy(factor).to(self.device).unsqueeze(1)
        for signal, amount in added.items():
            points[signal][said] += torch.from_numpy(amount).to(self.device)
        return dict(zip(said, trust.tolist(), strict=True))

    # -- contributions ---------------------------------------------------------------------------------------

    def _explain(
        self, query: Query, rows: Tensor, weights: Mapping[str, float], points: Tensor, trust: float
    ) -> tuple[Pick, ...]:
        """The picks at ``rows`` (K,), whose signals added ``points`` (K, S), with everything that added to them."""
        talked = self._talk if query.talk else None
        reactions, answers = self._reactions(query), self._answers(query)
        by_item = defaultdict[tuple[str, int], npt.NDArray[np.float32]](lambda: np.zeros(len(rows), dtype=np.float32))
        for name, kernel in self._kernels.items():
            known = answers if isinstance(kernel, Belief) else reactions
            if known:
                items, strength = (part[0] for part in _padded([known]))
                amounts = kernel.shares(items, strength, rows) * weights[name] * trust
                for j, amount in zip(known, amounts.numpy(), strict=True):
                    by_item[_signal(name), j] += amount
        models = self._models(query)
        if models:
            items, strength = (part[0] for part in _padded([models]))
            for alike in (self._likeness, self._shared_facets):
                amounts = RESEMBLANCE * alike.shares(items, strength, rows)
                for j, amount in zip(models, amounts.numpy(), strict=True):
                    by_item["likeness", j] += amount
        said = talked.parts(query, rows.tolist()) if talked else []
        told = [(name, self.catalogue.items[j].id, amounts.tolist()) for (name, j), amounts in by_item.items()]
        picks = []
        for k, (row, added) in enumerate(zip(rows.tolist(), points.tolist(), strict=True)):
            parts = [Part(name, item_id, amounts[k]) for name, item_id, amounts in told]
            parts += said[k] if talked else self._stated.parts(query, row, weights)
            contributions = dict(zip(SIGNALS, added, strict=True))
            parts += [Part(s, s, contributions[s]) for s in ("wish", "prior", "interplay", "luck") if contributions[s]]
            if not self._known[row]:  # nobody is known to like it: its place in the relation was read off its text
                contributions["likeness"] += contributions["relation"]
                contributions["relation"] = 0.0
                parts = [p._replace(signal="likeness") if p.signal == "relation" else p for p in parts]
            picks.append(Pick(self.catalogue.items[row].id, sum(added), contributions, _summed(parts)))
        return tuple(picks)


def _padded(known: Sequence[Mapping[int, float]]) -> tuple[Tensor, Tensor]:
    """Rows (B, H) and weights (B, H), padded with weight 0."""
    rows, weights = padded([np.fromiter(one, dtype=np.int64, count=len(one)) for one in known])
    for b, one in enumerate(known):
        weights[b, : len(one)] = torch.tensor(list(one.values()))
    return rows, weights


def _summed(parts: Sequence[Part]) -> tuple[Part, ...]:
    """One part for each signal and source."""
    total: dict[tuple[str, str | Facet], float] = {}
    for signal, source, amount in parts:
        total[signal, source] = total.get((signal, source), 0.0) + amount
    return tuple(Part(signal, source, amount) for (signal, source), amount in total.items())


def pick_device(name: str) -> torch.device:
    """``auto``: CUDA where there is one, else the CPU. Raises ``ConfigError`` for a device that is not there."""
    if name == "cuda" and not torch.cuda.is_available():
        raise ConfigError("DEVICE=cuda, but PyTorch finds no CUDA GPU here; set DEVICE=auto.")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def _luck(query: Query, n: int) -> Tensor:
    """Standard normal noise (N,), the same for the same seed on every device; zero when nobody asked for luck."""
    if not query.surprise:
        return torch.zeros(n)
    return torch.randn(n, generator=torch.Generator().manual_seed(query.seed))


def _kernel(name: str, tensors: Mapping[str, Tensor]) -> Kernel:
    if name == "belief":
        return Belief(tensors["known"], tensors["belief.items"])
    if f"{name}.items" in tensors:
        return FoldIn(tensors[f"{name}.items"])
    return Bilinear(tensors[f"{name}.source"], tensors[f"{name}.target"])


def _signal(kernel: str) -> str:
    """What a kernel is to people: the likeness of texts, or the one relation that all the others see in ratings."""
    return kernel if kernel == "likeness" else "relation"


def _evidence(query: Query) -> int:
    """How many likes a query knows of: what was merely seen, or disliked, does not say what else they would like."""
    return sum(weight > 0 for weight in query.taste.items.values()) + len(query.wish.like)


def _quality(query: Query, weight: float) -> float:
    """The prior's weight for a query, given the one that ratings taught."""
    wish = query.wish
    if not (wish.text or wish.wanted or wish.hoped or wish.ranges):
        return weight
    least = (QUALITY if query.wish.text else SOME_QUALITY) / (1 + _evidence(query) / LESS_QUALITY)
    return max(min(weight, MOST_QUALITY) if query.wish.text else weight, least)
