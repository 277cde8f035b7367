"""How long exports stay: a week, and no longer than the people in them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest

from bot.admin.exporting import Exporter
from bot.background import background
from bot.store.admin import AdminReading, AdminUnit
from bot.store.records import Conversation, Export, Turn, User, utcnow
from bot.store.repository import Store
from bot.store.review import Filters
from recsys.errors import StoreError

pytest_plugins = ("tests.support.databases",)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = await Store.open(database_url)
    yield store
    await store.close()


@pytest.fixture
def exporter(store: Store, tmp_path: Path) -> Exporter:
    return Exporter(store, tmp_path / "exports")


async def talked(store: Store, text: str) -> User:
    """Somebody who said something."""
    user = await store.user("telegram", text)
    conversation = Conversation(user_id=user.id, chat_id=text)
    turn = Turn(conversation_id=conversation.id, user_id=user.id, number=1, text=text)
    async with store.unit() as unit:
        await unit.start_conversation(conversation)
        await unit.add_turn(turn)
        await unit.commit()
    return user


async def exported(store: Store, exporter: Exporter) -> Export:
    """All turns, written to a file."""
    export = Export(kind="turns", format="jsonl", made_by="me")
    async with store.unit_as(AdminUnit) as unit:
        await unit.add_export(export)
        await unit.commit()
    exporter.start(export, Filters())
    await asyncio.gather(*exporter._running.values())
    return export


async def erase(store: Store, user: User) -> None:
    async with store.unit() as unit:
        await unit.forget_user(user.id)
        await unit.commit()


async def error_of(store: Store, export: Export) -> str | None:
    async with store.reading_as(AdminReading) as reading:
        stored = await reading.export(export.id)
    assert stored is not None
    return stored.error


def gone(path: Path) -> None:
    end = monotonic() + 30
    while path.exists():
        assert monotonic() < end, "it is still there"
        sleep(0.01)


async def test_a_week_old_file_goes_though_nobody_exports_again(store: Store, exporter: Exporter) -> None:
    await talked(store, "ann")
    old, new = [exporter.file(await exported(store, exporter)) for _ in range(2)]
    week_ago = (utcnow() - timedelta(days=7, minutes=1)).timestamp()
    os.utime(old, (week_ago, week_ago))
    async with background(exporter.keep_tidy()):
        await asyncio.to_thread(gone, old)
    assert new.exists()


async def test_who_is_erased_is_in_no_export_any_more(store: Store, exporter: Exporter) -> None:
    await talked(store, "ann")
    before = await exported(store, exporter)
    bob = await talked(store, "bob")
    with_bob = await exported(store, exporter)
    await erase(store, bob)
    assert await error_of(store, with_bob) == "withdrawn: somebody was erased who may be in it"
    assert await error_of(store, before) is None
    async with background(exporter.keep_tidy()):
        await asyncio.to_thread(gone, exporter.file(with_bob))
    assert exporter.file(before).exists()


async def test_who_is_erased_while_an_export_is_written_is_in_none_when_it_ends(
    store: Store, exporter: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await talked(store, "ann")
    rows = exporter._rows

    async def rows_then_erased(export: Export, filters: Filters) -> None:
        await rows(export, filters)
        await erase(store, ann)

    monkeypatch.setattr(exporter, "_rows", rows_then_erased)
    export = await exported(store, exporter)
    assert str(await error_of(store, export)).startswith("withdrawn")
    async with background(exporter.keep_tidy()):
        await asyncio.to_thread(gone, exporter.file(export))


@pytest.mark.parametrize("trouble", [StoreError("away"), KeyError("unforeseen")], ids=["database", "unforeseen"])
async def test_no_trouble_ends_the_tidying(
    store: Store, exporter: Exporter, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr("bot.admin.exporting.TIDY", 0.01)
    file = exporter.file(await exported(store, exporter))
    os.utime(file, (0, 0))
    reading_as, away = store.reading_as, [trouble]

    def sometimes(kind: type[AdminReading]) -> AbstractAsyncContextManager[AdminReading]:
        if away:
            raise away.pop()
        return reading_as(kind)

    monkeypatch.setattr(store, "reading_as", sometimes)
    async with background(exporter.keep_tidy()):
        await asyncio.to_thread(gone, file)
