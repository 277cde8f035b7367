"""Explanations behind the list: whatever the generator does, checked words or the template, and the outcome stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.conversation.explaining import Explainer
from bot.conversation.reply import Reply, ToExplain
from bot.store.migrate import upgrade
from bot.store.records import Conversation, Turn
from bot.store.repository import Store
from recsys.llm import Budget, Guarded, OpenAI, TextGenerator
from tests.support.chat_server import REPLY, chat_server
from tests.support.films import film, films
from tests.support.generator import FakeGenerator, words

TEMPLATE = "Heat is a crime film by Michael Mann. I picked it because you loved The Insider."


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'usher.db'}"
    await upgrade(url)
    store = await Store.open(url)
    yield store
    await store.close()


async def asked(store: Store, person: str = "ann") -> Reply:
    """The reply of a turn that showed Heat, with the explanation still to come."""
    user = await store.user("test", person)
    conversation = Conversation(user_id=user.id, chat_id=person)
    turn = Turn(conversation_id=conversation.id, user_id=user.id, number=1)
    async with store.unit() as unit:
        await unit.start_conversation(conversation)
        await unit.add_turn(turn)
        await unit.commit()
    task = ToExplain(user.id, film("Heat (1995)"), ("you loved The Insider",), TEMPLATE)
    return Reply(turn.id, "Try these:", explain=task)


def explainer(store: Store, generator: TextGenerator | None, budget: int = 0, deadline: float = 0.5) -> Explainer:
    return Explainer(store, films(), lambda: generator, Budget(budget), deadline)


async def stored(store: Store, reply: Reply) -> list[tuple[str, str]]:
    assert reply.explain is not None
    async with store.reading() as reading:
        everything = await reading.export_user(reply.explain.person)
    return [(row["made_by"], row["verdict"]) for row in everything["explanations"]]


async def test_checked_words_are_shown_and_stored_with_their_outcome(store: Store) -> None:
    async with chat_server() as server:
        generator = Guarded(OpenAI(server.url, "some-model"))
        reply = await asked(store)
        explanation = await explainer(store, generator, deadline=5).explain(reply)
        await generator.aclose()
    assert explanation is not None and (explanation.text, explanation.by) == (REPLY, "llm")
    assert await stored(store, reply) == [("llm", "accepted")]


@pytest.mark.parametrize("fault", ["slow", "hanging", "late", "empty", "cut", "garbage", "500"])
async def test_whatever_fails_the_template_is_there_by_the_deadline(store: Store, fault: str) -> None:
    async with chat_server(fault=fault) as server:
        generator = Guarded(OpenAI(server.url, "some-model"))
        reply = await asked(store)
        start = asyncio.get_running_loop().time()
        explanation = await explainer(store, generator).explain(reply)
        assert asyncio.get_running_loop().time() - start < 1.5
        await generator.aclose()
    assert explanation is not None and (explanation.text, explanation.by) == (TEMPLATE, "template")
    assert await stored(store, reply) == [("template", "failed")]


async def test_a_generator_that_stays_dead_is_asked_five_times_and_templates_come_at_once(store: Store) -> None:
    async with chat_server(fault="500") as server:
        generator = Guarded(OpenAI(server.url, "some-model"))
        reply = await asked(store)
        texts = [await explainer(store, generator).explain(reply) for _ in range(8)]
        await generator.aclose()
    assert len(server.requests) == 5
    assert [t and t.text for t in texts] == [TEMPLATE] * 8


async def test_what_the_checker_refused_is_stored_with_the_reason(store: Store) -> None:
    generator = FakeGenerator([words("Ronin is better tonight."), words("Watch Ronin instead.")])
    reply = await asked(store)
    explanation = await explainer(store, generator).explain(reply)
    assert explanation is not None and explanation.text == TEMPLATE
    assert await stored(store, reply) == [("template", "refused name: Ronin")]


async def test_who_has_used_up_their_hour_gets_templates_and_nobody_else_does(store: Store) -> None:
    generator = FakeGenerator([words(REPLY) for _ in range(3)])
    explaining = explainer(store, generator, budget=30, deadline=5)
    ann, bob = await asked(store, "ann"), await asked(store, "bob")
    made = [await explaining.explain(reply) for reply in (ann, ann, bob)]
    assert [m and m.by for m in made] == ["llm", "template", "llm"]
    assert await stored(store, ann) == [("llm", "accepted"), ("template", "unasked")]


def test_a_budget_is_of_the_last_hour() -> None:
    now = 0.0
    budget = Budget(100, clock=lambda: now)
    budget.spend("ann", 60)
    now = 1800.0
    budget.spend("ann", 60)
    assert not budget.left("ann") and budget.left("bob")
    now = 3601.0
    assert budget.left("ann")


async def test_without_a_generator_the_template_explains(store: Store) -> None:
    reply = await asked(store)
    explanation = await explainer(store, None).explain(reply)
    assert explanation is not None and explanation.text == TEMPLATE
    assert await explainer(store, None).explain(replace(reply, explain=None)) is None
