"""On the real model: contributions are the score, and each is what its signal's input adds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
import torch

from recsys.artefact import Artefact
from recsys.catalogue import Catalogue, Facet
from recsys.datasets.movie_style import MOVIE_STYLE
from recsys.encoder import Encoder
from recsys.engine import SIGNALS, Engine, Pick
from recsys.explain import causes
from recsys.taste import Clause, Query, Range, Taste, Wish

pytestmark = pytest.mark.slow

Parts = tuple[Catalogue, Artefact, Encoder]
PEOPLE = 340
BATCH = 34
STORIES = ("people stuck in space", "a heist that goes wrong", "loneliness in a big city", "")
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def engine(parts: Parts) -> Engine:
    return Engine(*parts, CPU, None, MOVIE_STYLE.moods)


@pytest.fixture(scope="module")
def asked(parts: Parts) -> list[Query]:
    """People who like some films and facets, dislike one, and wish for something or nothing."""
    catalogue = parts[0]
    rng = random.Random(5)
    known = sorted(catalogue.items, key=lambda item: -(item.number("popularity") or 0.0))[:1000]
    genres = [Facet("genre", genre) for genre in catalogue.values("genre")]
    queries = []
    for n in range(PEOPLE):
        liked = rng.sample(known, rng.randrange(5))
        items = {item.id: 1.0 for item in liked} | ({rng.choice(known).id: -1.0} if n % 3 == 0 else {})
        taste = Taste(items, {rng.choice(genres): 1.0} if n % 2 else {})
        genre = rng.choice(genres)
        wish = Wish(
            text=STORIES[n % 4],
            wanted=(Clause(genre.value.lower(), (genre,)),) if n % 5 else (),
            hoped=() if n % 5 else (Clause("light", (), mood="light"),),
            unwanted=() if n % 10 else (Clause("sappy", (), mood="sappy"),),
            ranges=(Range("year", 1985, None, "newer"),) if n % 7 == 0 else (),
            like=(rng.choice(known).id,) if n % 6 == 0 else (),
        )
        queries.append(Query(taste, wish, k=3, surprise=1.0 if n % 4 == 0 else 0.0, seed=n))
    return queries


def recommended(engine: Engine, queries: Sequence[Query]) -> Iterator[tuple[Query, Pick]]:
    for start in range(0, len(queries), BATCH):
        batch = queries[start : start + BATCH]
        for query, result in zip(batch, engine.recommend(batch), strict=True):
            yield from ((query, pick) for pick in result.picks)


def test_contributions_and_their_parts_sum_to_the_score_on_a_thousand_recommendations(
    engine: Engine, asked: list[Query]
) -> None:
    found = list(recommended(engine, asked))
    assert len(found) >= 1000
    for _, pick in found:
        assert sum(pick.contributions.values()) == pytest.approx(pick.score, abs=1e-4)
        for signal, amount in pick.contributions.items():
            parts = sum(part.amount for part in pick.parts if part.signal == signal)
            assert parts == pytest.approx(amount, abs=1e-4)
        told = causes(pick)
        assert not told or sum(cause.share for cause in told) == pytest.approx(1.0, abs=1e-4)
    spoken = {signal for _, pick in found for signal, amount in pick.contributions.items() if amount}
    assert spoken == set(SIGNALS) - {"interplay"}  # conversations teach that one, and this model has heard none


REMOVALS: dict[str, Callable[[Query], Query]] = {
    "wish": lambda q: replace(q, wish=replace(q.wish, text="")),
    "asked": lambda q: replace(q, wish=replace(q.wish, wanted=(), ranges=())),
    "mood": lambda q: replace(q, wish=replace(q.wish, hoped=(), unwanted=())),
    "facets": lambda q: replace(q, taste=replace(q.taste, facets={})),
    "luck": lambda q: replace(q, surprise=0.0),
}


@pytest.mark.parametrize("signal", REMOVALS)
def test_without_what_was_said_the_score_is_less_by_that_signals_contribution(
    engine: Engine, asked: list[Query], parts: Parts, signal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the weights held: a wish has a say in how much fame counts, too."""
    queries = asked[: 3 * BATCH]
    with torch.inference_mode():
        weights = engine._weights(queries)
    with monkeypatch.context() as held:
        held.setattr(engine, "_weights", lambda _: weights)
        without = engine.scores([REMOVALS[signal](query) for query in queries])
    rows = {id(query): n for n, query in enumerate(queries)}
    moved = 0
    for query, pick in recommended(engine, queries):
        rest = float(without[rows[id(query)], parts[0].row(pick.item_id)])
        assert pick.score - rest == pytest.approx(pick.contributions[signal], abs=1e-4)
        moved += abs(pick.contributions[signal]) > 0.01
    assert moved > 10


@pytest.mark.parametrize("signal", ["prior", "relation"])
def test_without_what_ratings_taught_the_score_is_less_by_that_signals_contribution(
    engine: Engine, asked: list[Query], parts: Parts, signal: str
) -> None:
    catalogue, artefact, encoder = parts
    kept = ("likeness", "fusion", "talk") if signal == "relation" else ()
    silenced = {
        name: torch.zeros_like(tensor)
        for name, tensor in artefact.tensors.items()
        if (name == "prior" if signal == "prior" else "." in name and not name.startswith(kept))
    }
    silent = replace(artefact, tensors={**artefact.tensors, **silenced})
    deaf = Engine(catalogue, silent, encoder, CPU, None, MOVIE_STYLE.moods)
    queries = asked[: 3 * BATCH]
    without = deaf.scores(queries)
    rows = {id(query): n for n, query in enumerate(queries)}
    moved = 0
    for query, pick in recommended(engine, queries):
        if signal == "relation" and not pick.contributions["relation"]:
            continue  # read off the item's text, and told as likeness
        rest = float(without[rows[id(query)], catalogue.row(pick.item_id)])
        assert pick.score - rest == pytest.approx(pick.contributions[signal], abs=1e-4)
        moved += 1
    assert moved > 10
