"""What conversations teach, on conversations whose lesson is known by construction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from scipy import sparse

from bot.conversation.reasoning import Reasoning
from bot.conversation.wording import Wording
from bot.texts import Texts
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue, Facet
from recsys.engine import SIGNALS, Engine
from recsys.errors import ModelError
from recsys.explain import causes
from recsys.lexical import Lexical, stems_of
from recsys.talk import PLACE, Lessons, Shelves, TalkModel, named, shelves_of, with_lessons
from recsys.talk_training import Turn, fit_talk
from recsys.taste import Clause, Query, Talk, Taste, Wish
from tests.unit.test_engine import GENRES, AxisEncoder, artefact, catalogue

SAID = {"Comedy": "make me laugh", "Horror": "give me the creeps", "Western": "cowboys please", "Musical": "singing"}


def turns(items: Catalogue, n: int = 120) -> list[Turn]:
    """People who say a genre's words are recommended a film of it, one of its first three; film 0 most of all."""
    rng = np.random.default_rng(1)
    encoder = AxisEncoder()
    made = []
    for k in range(n):
        place = k % 4
        words = f"hello {SAID[GENRES[place]]} tonight"
        target = int(rng.integers(3)) * 4 + place
        vector = encoder.encode([words])[0]
        query = Query(talk=Talk(words, words, ("i39",) if k % 3 else ()))
        made.append(Turn(query, (target,), f"d{k}", f"person {k % 10}", k, vector))
    return made


def taught(items: Catalogue) -> Artefact:
    base = artefact(items)
    shelves = shelves_of(items, base)
    learned = turns(items)
    nothing = [np.zeros(len(items), dtype=np.float32)] * len(learned)
    return with_lessons(base, fit_talk(shelves, learned, nothing, now=2000.0))


@pytest.fixture(scope="module")
def engine() -> Engine:
    items = catalogue()
    return Engine(items, taught(items), AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]


def best(engine: Engine, query: Query, k: int = 3) -> list[str]:
    order = np.argsort(-engine.scores([query])[0], kind="stable")
    return [engine.catalogue.items[row].facets["genre"][0] for row in order[:k]]


@pytest.mark.parametrize("genre", GENRES)
def test_words_come_to_stand_for_what_was_recommended_after_them(engine: Engine, genre: str) -> None:
    said = f"hi, {SAID[genre]}"  # no word of it is in any item's text
    assert best(engine, Query(talk=Talk(said, said))) == [genre] * 3


def test_what_was_named_or_reacted_to_is_not_recommended_again(engine: Engine) -> None:
    query = Query(Taste({"i1": -1.0}), talk=Talk("cowboys", "cowboys", ("i2",)))
    scores = engine.scores([query])[0]
    assert np.isneginf(scores[[1, 2]]).all()
    assert np.isfinite(np.delete(scores, [1, 2])).all()


def test_a_score_is_the_sum_of_its_contributions_and_those_of_their_parts(engine: Engine) -> None:
    query = Query(
        Taste({"i5": 1.0, "i9": 0.5}, {Facet("director", "Director 2"): 1.0}),
        Wish("horror", (Clause("horror", (Facet("genre", "Horror"),)),), like=("i13",)),
        k=5,
        talk=Talk("give me the creeps like Film 13", "give me the creeps", ("i13",)),
    )
    for pick in engine.recommend([query])[0].picks:
        assert sum(pick.contributions.values()) == pytest.approx(pick.score, abs=1e-4)
        for signal in SIGNALS:
            parts = sum(part.amount for part in pick.parts if part.signal == signal)
            assert parts == pytest.approx(pick.contributions[signal], abs=1e-4)
        assert pick.contributions["interplay"]


def test_without_talk_the_engine_scores_as_if_conversations_had_taught_nothing(engine: Engine) -> None:
    items = engine.catalogue
    plain = Engine(items, artefact(items), AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]
    query = Query(Taste({"i5": 1.0}), Wish("horror"))
    assert engine.scores([query]) == pytest.approx(plain.scores([query]), abs=1e-6)


def test_a_batch_scores_as_its_queries_alone(engine: Engine) -> None:
    queries = [Query(talk=Talk("cowboys", "cowboys")), Query(), Query(Taste({"i1": 1.0}), talk=Talk("a", "a", ("i3",)))]
    together = engine.scores(queries)
    alone = np.concatenate([engine.scores([q]) for q in queries])
    assert together == pytest.approx(alone, abs=1e-5)


def test_a_reason_from_talk_alone_says_so(engine: Engine) -> None:
    query = Query(talk=Talk("give me the creeps", "give me the creeps"))
    pick = engine.recommend([query])[0].picks[0]
    reasons = Reasoning(Wording(Texts(), engine.catalogue)).reasons(engine.catalogue[pick.item_id], causes(pick), query)
    assert "it fits what you told me" in [r.text for r in reasons if r.signal == "wish"]


def test_lessons_survive_the_artefact_and_others_are_refused(engine: Engine) -> None:
    items = catalogue()
    found = taught(items)
    again = Engine(items, found, AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]
    query = Query(talk=Talk("singing", "singing"))
    assert again.scores([query]) == pytest.approx(engine.scores([query]))
    talk = {**found.config["talk"], "signals": ["heard"]}
    with pytest.raises(ModelError, match="train it anew"):
        Engine(items, replace(found, config={**found.config, "talk": talk}), AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]


def test_a_new_item_takes_part(engine: Engine) -> None:
    item = replace(engine.catalogue["i0"], id="new", title="Brand New")
    grown = engine.with_items([item])
    scores = grown.scores([Query(talk=Talk("make me laugh", "make me laugh"))])[0]
    assert np.isfinite(scores[-1])
    assert scores[-1] > scores[37]  # a comedy before a horror film, neither ever recommended


def test_the_latest_item_named_counts_most_and_refused_ones_do_not() -> None:
    query = Query(Taste({"i1": 1.0, "i2": -1.0}), talk=Talk("", "", ("i3", "i2", "i4")))
    weights = named(query, catalogue())
    assert list(weights) == [4, 3, 1]
    assert list(weights.values()) == pytest.approx([4 / 7, 2 / 7, 1 / 7])


def test_coverage_is_of_the_rare_words_that_a_text_holds() -> None:
    texts = ["A journalist learns chess", "Chess players", *(f"A player of number {n}" for n in range(60))]
    lexical = Lexical(texts, read=stems_of)
    both, one, *none = lexical.coverage("about journalists who play chess").tolist()
    assert 0.9 < both <= 1 and 0.3 < one < 0.7
    assert not any(none)  # nearly every text has a player, which tells nothing
    assert not lexical.coverage("").any()


def test_words_of_a_request_find_the_items_that_hold_them() -> None:
    lexical = Lexical(["A heist in Los Angeles", "Café romance", "heist heist comedy"])
    assert int(np.argmax(lexical.scores("the CAFE"))) == 1
    assert int(np.argmax(lexical.scores("heist"))) == 2
    assert not lexical.scores("zebra").any()
    assert not lexical.scores("heist", {"heist": 0.0}).any()


def untaught(shelves: Shelves, weights: dict[str, float] | None = None, **known: Any) -> Lessons:
    """Lessons of no conversation at all but for what is ``known``, with the ``weights`` of some signals."""
    n, d, wide = len(shelves.catalogue), shelves.depth, shelves.places.shape[1]
    nothing, nowhere = np.zeros(n, dtype=np.float32), np.zeros((0, d), dtype=np.float32)
    made = Lessons(
        heard=nothing,
        expected=nothing,
        head=np.ones((d, wide), dtype=np.float32),
        onward=np.ones((wide, wide), dtype=np.float32),
        requests=nowhere,
        answers=sparse.csr_matrix((0, n), dtype=np.float32),
        both=sparse.csr_matrix((n, n), dtype=np.float32),
        worth={},
        genres=(),
        stands={},
        now=2000.0,
    )
    for name, weight in (weights or {}).items():
        made.weights[0, PLACE[name]] = weight
    return replace(made, **known)


def points(shelves: Shelves, lessons: Lessons, query: Query) -> np.ndarray:
    """What talk adds to the score of each item."""
    every = np.ones((1, len(shelves.catalogue)), dtype=np.bool_)
    added, _ = TalkModel(shelves, lessons, AxisEncoder().encode).points([query], 0 * every.astype(np.float32), every)
    return sum(values[0] for values in added.values())  # type: ignore[return-value]


def test_lessons_without_weights_add_nothing() -> None:
    shelves = shelves_of(catalogue(), artefact(catalogue()))
    assert not points(shelves, untaught(shelves), Query(talk=Talk("a western", "a western"))).any()


def test_what_was_recommended_after_a_transcript_like_this_counts() -> None:
    shelves = shelves_of(catalogue(), artefact(catalogue()))
    said = AxisEncoder().encode(["some horror", "a western"]) - shelves.centre
    given = sparse.csr_matrix(([1.0, 1.0], ([0, 1], [7, 20])), shape=(2, len(shelves.catalogue)), dtype=np.float32)
    requests = said / np.linalg.norm(said, axis=1, keepdims=True)
    lessons = untaught(shelves, {"similar": 1.0}, requests=requests, answers=given)
    assert int(np.argmax(points(shelves, lessons, Query(talk=Talk("a western", "a western"))))) == 20
    assert int(np.argmax(points(shelves, lessons, Query(talk=Talk("some horror", "some horror"))))) == 7


def test_a_companion_counts_more_than_what_everybody_names() -> None:
    shelves = shelves_of(catalogue(), artefact(catalogue()))
    both = np.diag(np.where(np.arange(len(shelves.catalogue)) == 2, 90.0, 3.0))
    both[1, 2] = both[2, 1] = both[1, 3] = both[3, 1] = 2  # 1 goes with 2, which goes with all, and with 3
    lessons = untaught(shelves, {"lift, all": 1.0}, both=sparse.csr_matrix(both.astype(np.float32)))
    found = points(shelves, lessons, Query(talk=Talk("", "", ("i1",))))
    assert found[3] > found[2] > 0
    assert not np.delete(found, [2, 3]).any()
