"""Orders in item texts and in what people say do nothing, even to a model that obeys them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.reasoning import Reasoning
from bot.conversation.reply import Reason
from bot.conversation.state import Dialogue
from bot.conversation.wording import Wording
from bot.texts import Texts
from recsys.datasets.movie_style import MOVIE_STYLE
from recsys.explain import Cause
from recsys.facts import Facts
from recsys.phrase import phrase, prompt_for
from recsys.talk import Part
from recsys.taste import Query, Taste, Wish
from tests.support.films import film, films
from tests.support.generator import FakeGenerator, words
from tests.support.injections import INJECTIONS, Injection

HEAT = films()[film("Heat (1995)")]
KINDS = ("keyword", "cast", "director", "genre", "language")


def facts_with(injection: Injection, n: int) -> Facts:
    """What an explanation would be made of: the order is a facet of the item, or the person's wish in free text."""
    item = HEAT
    reasons: tuple[str, ...] = ("you loved The Insider",)
    if injection.place == "item":
        kind = KINDS[n % len(KINDS)]
        item = replace(
            item, overview=injection.text, facets={**item.facets, kind: (injection.text, *item.facets[kind])}
        )
    else:
        query = Query(wish=Wish(text=injection.text))
        reasoning = Reasoning(Wording(Texts(), films()))
        told: tuple[Reason, ...] = reasoning.reasons(item, [Cause("wish", 1.0, (Part("wish", "wish", 1.0),))], query)
        reasons += reasoning.spoken(told, Taste(), Dialogue(moods=(injection.text,)))
    return Facts.about(item, MOVIE_STYLE, reasons=reasons)


@pytest.mark.parametrize("n", range(len(INJECTIONS)))
async def test_an_obeyed_order_is_never_shown(n: int) -> None:
    injection = INJECTIONS[n]
    facts = facts_with(injection, n)
    shown: list[str] = []

    async def show(text: str) -> None:
        shown.append(text)

    generator = FakeGenerator([words(injection.obeyed), words(f"Heat is a crime thriller. {injection.obeyed}")])
    phrased = await phrase(facts, MOVIE_STYLE, generator, fallback="T", deadline=5, on_partial=show)
    alarming = ("http", "evil", "Cats", "PWNED", "idiots", "<b>", "555", "password", "hate", "Oscars", "admin", "bank")
    assert not [word for word in alarming for text in (*shown, phrased.text) if word in text]


@pytest.mark.parametrize("n", range(len(INJECTIONS)))
def test_an_order_does_not_reach_the_prompt_as_one(n: int) -> None:
    injection = INJECTIONS[n]
    data = prompt_for(facts_with(injection, n), MOVIE_STYLE)[-1].content
    assert injection.obeyed not in data and "<|" not in data
    assert "gnore all previous" not in data and "word for word" not in data and "rules have changed" not in data


def test_there_are_a_hundred_half_in_items_and_half_in_what_people_say() -> None:
    assert [sum(i.place == place for i in INJECTIONS) for place in ("item", "user")] == [50, 50]
