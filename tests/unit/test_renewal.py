"""The catalogue is replaced while people chat: their evenings go on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.conversation.explaining import Explainer
from bot.conversation.lexicon import load_lexicon
from bot.conversation.reply import Reply
from bot.conversation.understand import Understanding
from recsys.catalogue import Catalogue
from recsys.llm import Budget
from tests.support.chat import Person, films_chat, films_engine
from tests.support.films import film, films


@pytest.fixture
async def ann(tmp_path: Path) -> AsyncIterator[Person]:
    async with films_chat(tmp_path) as running:
        yield Person(*running)


async def replaced(ann: Person, *gone: str) -> None:
    """A catalogue without some films takes the place of the present one."""
    catalogue = Catalogue(item for item in films().items if item.id not in gone)
    explainer = Explainer(ann.store, catalogue, lambda: None, Budget(1000))
    await ann.conversations.renew(Understanding(catalogue, load_lexicon()), films_engine(catalogue), explainer)


def shown(reply: Reply) -> list[str]:
    return [card.item_id for card in reply.cards]


@pytest.mark.parametrize(
    "said",
    [
        "older",
        "something less known",
        "something completely different",
        "is it scary?",
        "who directed it?",
        "what else did he make?",
        "no, the 1982 one",
        "shorter than the first one",
        "which is the scariest?",
        "more like the second one",
        "why?",
        "undo",
    ],
)
@pytest.mark.parametrize("before", ["recommend a comedy", "is Some Like It Hot scary?"])
async def test_a_film_in_view_that_is_gone_stops_nobody(ann: Person, before: str, said: str) -> None:
    listed = await ann.say(before)
    gone = {*shown(listed)[:1], film("Some Like It Hot (1959)")}
    await replaced(ann, *gone)
    reply = await ann.say(said)
    assert reply.text or reply.cards or reply.question
    assert (await ann.say("recommend a comedy")).cards
    assert gone.isdisjoint(shown(reply))


async def test_the_second_one_of_a_list_that_lost_its_first_is_no_other_film(ann: Person) -> None:
    first, second, third = shown(await ann.say("recommend a comedy"))
    await replaced(ann, first)
    await ann.say("I loved the second one")
    profile = (await ann.say("/profile")).text
    assert not any(ann.catalogue[i].title in profile for i in (second, third))


async def test_a_film_that_is_gone_before_it_was_explained_is_not_explained(ann: Person) -> None:
    listed = await ann.say("recommend a comedy")
    await replaced(ann, *shown(listed))
    assert await ann.conversations.explain(listed) is None
