"""Moods: what speaks for them counts, rules nothing out, and is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from bot.conversation.lexicon import load_lexicon
from bot.conversation.reasoning import Reasoning
from bot.conversation.state import Dialogue
from bot.conversation.statements import Statement
from bot.conversation.taste import event_of, taste_of
from bot.conversation.understand import Understanding
from bot.conversation.wording import Wording
from bot.texts import Texts
from recsys.catalogue import Catalogue, Facet
from recsys.datasets.movie_style import MOVIE_STYLE
from recsys.engine import SIGNALS, Engine, Pick
from recsys.explain import causes
from recsys.moods import Leaning, MoodFits
from recsys.talk import Part
from recsys.taste import Clause, Query, Taste, Wish
from tests.support.films import films
from tests.unit.test_engine import AxisEncoder, artefact, catalogue, picks

MOODS = {
    "glad": (
        Leaning((Facet("genre", "Comedy"),), 0.8),
        Leaning((Facet("genre", "Musical"),), 0.4),
        Leaning((Facet("genre", "Horror"),), -0.9),
    )
}
GLAD = Clause("cheerful", (), mood="glad")
UNDERSTANDING = Understanding(films(), load_lexicon())


def engine_with(moods: dict[str, tuple[Leaning, ...]]) -> Engine:
    items = catalogue()
    return Engine(items, artefact(items), AxisEncoder(), torch.device("cpu"), None, moods)  # type: ignore[arg-type]


def genres(engine: Engine, query: Query) -> list[str]:
    """Of everything that may be shown, the best first."""
    found = sorted(picks(engine, replace(query, k=40)), key=lambda pick: -pick.score)
    return [engine.catalogue[p.item_id].facets["genre"][0] for p in found]


def said(text: str) -> tuple[Statement, ...]:
    return UNDERSTANDING.read(text).statements


def dialogue(text: str) -> Dialogue:
    return Dialogue().heard(said(text), films())


def test_a_mood_brings_what_speaks_for_it_to_the_front_and_rules_nothing_out() -> None:
    engine = engine_with(MOODS)
    found = genres(engine, Query(wish=Wish(hoped=(GLAD,))))
    assert len(found) == 40
    assert found[0] == "Comedy"
    assert "Horror" not in found[:20]
    assert set(found[-5:]) == {"Horror"}


def test_a_mood_that_is_not_wanted_sends_what_speaks_for_it_to_the_end() -> None:
    engine = engine_with(MOODS)
    found = genres(engine, Query(wish=Wish(unwanted=(GLAD,))))
    assert len(found) == 40
    assert "Comedy" not in found[:10]
    assert set(found[-5:]) == {"Comedy"}


def test_what_is_the_opposite_of_an_unwanted_mood_is_not_asked_for() -> None:
    engine = engine_with(MOODS)
    horror = [p for p in picks(engine, Query(wish=Wish(unwanted=(GLAD,)), k=40)) if int(p.item_id[1:]) % 4 == 1]
    assert horror
    assert all(pick.contributions["mood"] == 0 for pick in horror)


def test_tonights_mood_outweighs_the_taste() -> None:
    engine = engine_with(MOODS)
    horror = Taste({f"i{n}": 1.0 for n in (1, 5, 9)})
    assert set(genres(engine, Query(horror, Wish(hoped=(GLAD,))))[:5]) == {"Comedy"}
    assert set(genres(engine, Query(horror))[:3]) == {"Horror"}


@pytest.mark.parametrize(
    "query",
    [
        Query(Taste({"i0": 1.0}), Wish("a horror night", hoped=(GLAD,), vague=True), k=8),
        Query(
            Taste(vetoes=(GLAD,)),
            Wish("musical", (Clause("comedy or musical", (Facet("genre", "Comedy"), Facet("genre", "Musical"))),)),
            k=8,
        ),
        Query(
            Taste(moods=(GLAD,)), Wish(unwanted=(Clause("grim", (Facet("director", "Director 1"),), mood="glad"),)), k=8
        ),
    ],
)
def test_contributions_still_sum_to_the_score_and_parts_to_their_signal(query: Query) -> None:
    engine = engine_with(MOODS)
    found = picks(engine, query)
    assert any(pick.contributions["mood"] for pick in found)
    for pick in found:
        assert sum(pick.contributions.values()) == pytest.approx(pick.score, abs=1e-4)
        for signal in SIGNALS:
            parts = sum(part.amount for part in pick.parts if part.signal == signal)
            assert parts == pytest.approx(pick.contributions[signal], abs=1e-4)


def test_what_was_asked_for_outright_is_no_evidence_of_a_mood() -> None:
    fits = MoodFits(catalogue(), MOODS)
    plain, asked = fits.fit(GLAD), fits.fit(GLAD, [Facet("genre", "Comedy")])
    assert plain[0] > 0.5
    assert asked[0] == 0
    assert asked[3] == plain[3] > 0


def test_a_catalogue_without_moods_works_as_before() -> None:
    bare = engine_with({})
    wish = Wish("horror", hoped=(GLAD,), vague=True)
    assert set(genres(bare, Query(wish=wish))[:5]) == {"Horror"}
    assert all(pick.contributions["mood"] == 0 for pick in picks(bare, Query(wish=wish)))


def test_moods_go_along_when_an_engine_learns_of_new_items() -> None:
    engine = engine_with(MOODS)
    grown = engine.with_items([engine.catalogue.items[0]])
    found = genres(grown, Query(wish=Wish(hoped=(GLAD,))))
    assert (found[0], found[-1]) == ("Comedy", "Horror")


def test_every_mood_of_the_lexicon_is_known_of_films_and_nothing_else_is() -> None:
    lexicon = load_lexicon()
    moods = {concept.label or name for name, concept in lexicon.mood.items()}
    moods |= {concept.mood for concept in lexicon.genre.values() if concept.mood}
    assert set(MOVIE_STYLE.moods) == moods


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("something light", ["light"], []),
        ("feel-good please", ["feel-good"], []),
        ("something cosy for a rainy sunday", ["cosy"], []),
        ("something thought-provoking", ["thought-provoking"], []),
        ("something less sappy", [], ["sappy"]),
        ("something less sentimental", [], ["sappy"]),
        ("something less corny", [], ["cheesy"]),
        ("nothing cheesy", [], ["cheesy"]),
        ("not too preachy please", [], ["preachy"]),
        ("something smart but not pretentious", ["thought-provoking"], ["pretentious"]),
        ("I want something less predictable", [], ["predictable"]),
        ("something to cry to", ["sad"], []),
        ("I just want to relax, long day", ["light"], []),
        ("something less serious", [], ["serious"]),
        ("不要太煽情的", [], ["sappy"]),
        ("想看轻松一点的", ["light"], []),
        ("别太老套", [], ["predictable"]),
    ],
)
def test_moods_are_understood(text: str, wanted: list[str], unwanted: list[str]) -> None:
    state = dialogue(text)
    assert [c.mood for c in state.wanted] == wanted
    assert [c.mood for c in state.unwanted] == unwanted


def test_a_mood_survives_the_store_and_is_taken_back_by_its_opposite() -> None:
    state = Dialogue.from_json(dialogue("something light").to_json(), films())
    assert [c.mood for c in state.wish.hoped] == ["light"]
    after = state.heard(said("nothing light"), films())
    assert not after.wanted
    assert [c.mood for c in after.unwanted] == ["light"]


def test_a_mood_that_is_loved_for_good_is_a_taste_until_it_is_hated() -> None:
    loved = [event_of(s) for s in said("I love feel-good films") if s.lasting]
    assert [c.mood for c in taste_of(loved).moods] == ["feel-good"]
    hated = [event_of(s) for s in said("I hate feel-good films") if s.lasting]
    taste = taste_of([*loved, *hated])
    assert not taste.moods
    assert [c.mood for c in taste.vetoes] == ["feel-good"]


def told(language: str, text: str, item: str, taste: Taste = Taste()) -> str:  # noqa: B008
    """The reason of the mood signal for an item."""
    items: Catalogue = films()
    query = Query(taste, dialogue(text).wish)
    label = next(c.label for c in (*query.wish.hoped, *query.wish.unwanted, *query.wish.wanted, *taste.moods) if c.mood)
    pick = Pick(item, 1.0, {"mood": 1.0}, (Part("mood", label, 1.0),))
    reasoning = Reasoning(Wording(Texts(language), items))  # type: ignore[arg-type]
    found = next(i for i in items.items if i.name == item)
    return reasoning.reasons(found, causes(pick), query)[0].text


@pytest.mark.parametrize(
    ("language", "text", "item", "reason"),
    [
        (
            "en",
            "something light",
            "Groundhog Day (1993)",
            "you wanted something light, and it is a comedy and romance film",
        ),
        ("zh", "something light", "Groundhog Day (1993)", "你想看轻松的片子，它正好是一部喜剧、爱情片"),
    ],
)
def test_the_reason_says_what_suits_the_mood(language: str, text: str, item: str, reason: str) -> None:
    assert told(language, text, item) == reason
