"""What happens while people chat: another model is taken up, learning begins when there is something to learn, and
evenings end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from bot import jobs, wiring
from bot.background import background
from bot.conversation.gate import Gate
from bot.conversation.service import EVENING
from bot.settings import Settings
from bot.stages import Home
from bot.store import tables
from bot.store.records import Conversation, Feedback, new_id, utcnow
from bot.store.repository import Store
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.registry import Registry
from tests.support.films import films
from tests.unit.test_registry import version

pytest_plugins = ("tests.support.databases",)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    films().save(home.items)
    Registry(home.index).add(version("one"))
    return home


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = await Store.open(database_url)
    yield store
    await store.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LOOK", 0.01)
    monkeypatch.setattr(jobs, "CONSIDER", 0.01)


class TestFollowing:
    async def test_a_version_that_is_promoted_is_taken_up_and_a_damaged_one_is_not(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken: asyncio.Queue[str] = asyncio.Queue()
        looks, look = [], jobs._current

        def counted(home: Home) -> str | None:
            looks.append(home)
            return look(home)

        async def looked_again() -> None:
            """Two more looks: the first may have begun before what is to be seen."""
            enough = len(looks) + 2
            while len(looks) < enough:
                if following.done():
                    following.result()
                await asyncio.sleep(0.01)

        async def renew(catalogue: Catalogue, artefact: Artefact) -> None:
            assert len(catalogue) == len(films())
            await taken.put(artefact.version)

        monkeypatch.setattr(jobs, "_current", counted)
        following = asyncio.create_task(jobs.follow_registry(home, "one", renew))
        await looked_again()
        registry = Registry(home.index)
        registry.add(version("two"), promote=False)
        (home.index / "two" / "model.safetensors").write_bytes(b"nonsense")
        (home.index / "current").write_text("two")
        await looked_again()
        assert taken.empty()
        registry.add(version("three"))
        assert await asyncio.wait_for(taken.get(), 30) == "three"
        following.cancel()

    async def test_a_version_promoted_while_the_engine_was_built_is_taken_up(self, home: Home) -> None:
        taken: asyncio.Queue[str] = asyncio.Queue()

        async def renew(catalogue: Catalogue, artefact: Artefact) -> None:
            await taken.put(artefact.version)

        Registry(home.index).add(version("two"))
        async with background(jobs.follow_registry(home, "one", renew)):
            assert await asyncio.wait_for(taken.get(), 30) == "two"

    async def test_whatever_goes_wrong_with_a_version_the_next_is_taken_up(self, home: Home) -> None:
        tried: asyncio.Queue[str] = asyncio.Queue()

        async def renew(catalogue: Catalogue, artefact: Artefact) -> None:
            await tried.put(artefact.version)
            if artefact.version == "two":
                raise KeyError("relation.target")

        registry = Registry(home.index)
        registry.add(version("two"))
        with structlog.testing.capture_logs() as lines:
            async with background(jobs.follow_registry(home, "one", renew)):
                assert await asyncio.wait_for(tried.get(), 30) == "two"
                registry.add(version("three"))
                assert await asyncio.wait_for(tried.get(), 30) == "three"
        assert [line["error"] for line in lines if line["log_level"] == "error"] == ["KeyError"]


class TestBackground:
    async def test_work_that_died_is_logged_and_lets_the_end_be_clean(self) -> None:
        async def dies() -> None:
            raise OSError("a disk said no, quoting somebody")

        with structlog.testing.capture_logs() as lines:
            async with background(dies()):
                await asyncio.sleep(0.01)
        assert [line["error"] for line in lines] == ["OSError"]


class TestLearning:
    async def test_it_goes_on_when_a_round_fails(
        self, home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = asyncio.Queue[None]()

        def last_fitted(home: Home) -> None:
            looks.put_nowait(None)
            raise PermissionError

        monkeypatch.setattr(jobs, "_last_fitted", last_fitted)
        async with jobs.learning(home, store, hours=1):
            for _ in range(2):
                await asyncio.wait_for(looks.get(), 30)

    @pytest.mark.parametrize("items_added_since", [False, True])
    async def test_it_begins_when_somebody_reacted_since_the_models_were_fitted(
        self, home: Home, store: Store, monkeypatch: pytest.MonkeyPatch, items_added_since: bool
    ) -> None:
        begun = asyncio.Event()

        async def learn() -> None:
            begun.set()

        monkeypatch.setattr(jobs, "_learn", learn)
        os.utime(home.index / "one" / "config.json", (0, 0))
        if items_added_since:
            grown = version("two")
            long_ago = (utcnow() - timedelta(days=2)).isoformat()
            Registry(home.index).add(replace(grown, config={**grown.config, "fitted": long_ago}))
        async with jobs.learning(home, store, hours=1):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(begun.wait(), 0.2)  # nobody has said anything
            user = await store.user("telegram", "7")
            async with store.unit() as unit:
                await unit.add_feedback(
                    Feedback(user_id=user.id, item_id="heat", kind="like", source="button", key=new_id())
                )
                await unit.commit()
            await asyncio.wait_for(begun.wait(), 30)


class TestEvenings:
    async def test_groups_forget_what_they_felt_like_and_nobody_else_does(self, store: Store) -> None:
        over = utcnow() - EVENING - timedelta(minutes=1)
        for name, company, at in (("private", [], over), ("group", ["a"], utcnow()), ("silent group", ["a"], over)):
            user = await store.user("test", name)
            state = {"moods": ["cosy"], "company": company}
            async with store.unit() as unit:
                await unit.start_conversation(Conversation(user_id=user.id, chat_id=name, last_at=at, state=state))
                await unit.commit()

        async def moods() -> dict[str, list[str] | None]:
            async with store.engine.connect() as connection:
                rows = await connection.execute(select(tables.Conversation.chat_id, tables.Conversation.state))
                return {name: state.get("moods") for name, state in rows}

        async with background(jobs.end_evenings(store)), asyncio.timeout(30):
            while (await moods())["silent group"]:  # noqa: ASYNC110 (a database has no events)
                await asyncio.sleep(0.01)
        assert await moods() == {"private": ["cosy"], "group": ["cosy"], "silent group": None}


class TestEmptying:
    async def test_words_leave_the_queues_some_days_after(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        await store.receive("telegram", [(1, "7", {"text": "I love Heat"})])
        async with store.unit() as unit:
            await unit.inbox_done(1)
            await unit.commit()

        async def heard() -> object:
            async with store.reading() as reading:
                return (await reading.latest_heard("telegram", 1))[0].payload

        monkeypatch.setattr(jobs, "DAILY", 0.01)
        async with background(jobs.empty_queues(store)):
            await asyncio.sleep(0.1)
            assert await heard() == {"text": "I love Heat"}
            later = jobs.utcnow() + timedelta(days=4)
            monkeypatch.setattr(jobs, "utcnow", lambda: later)
            for _ in range(3000):
                if await heard() == {}:
                    break
                await asyncio.sleep(0.01)
            assert await heard() == {}


class TestGate:
    async def test_who_wants_to_be_alone_waits_for_those_inside_and_the_next_wait_for_them(self) -> None:
        gate, order, leave = Gate(), [], asyncio.Event()

        async def turn(name: str) -> None:
            async with gate.inside():
                order.append(f"{name} begins")
                await leave.wait()
                order.append(f"{name} ends")

        async def change() -> None:
            async with gate.alone():
                order.append("change")

        first, second = asyncio.create_task(turn("a")), asyncio.create_task(turn("b"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        changing = asyncio.create_task(change())
        await asyncio.sleep(0.01)
        third = asyncio.create_task(turn("c"))
        await asyncio.sleep(0.01)
        assert order == ["a begins", "b begins"]
        leave.set()
        await asyncio.gather(first, second, changing, third)
        assert order[2:] == ["a ends", "b ends", "change", "c begins", "c ends"]


class TestGenerator:
    async def test_one_that_breaks_while_it_loads_is_gone_without_a_fuss(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def load(*_: object) -> None:
            raise ValueError("a library quotes somebody")

        monkeypatch.setattr(wiring, "load_generator", load)
        given = {"usher_home": tmp_path, "llm": "openai", "llm_url": "http://x", "llm_model": "m"}
        arrival = wiring.GeneratorArrival(Settings(_env_file=None, **given))  # type: ignore[call-arg, arg-type]
        await asyncio.sleep(0.01)
        assert arrival.generator() is None
        await arrival.aclose()
        assert caplog.messages == ["Explanations stay with templates: ValueError"]
