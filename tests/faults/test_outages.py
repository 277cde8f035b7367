"""The database, the disk, the network and Telegram fail; what people wrote is kept and answered afterwards."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import groupby

import pytest
from sqlalchemy import make_url

from bot.store.records import Conversation, Feedback, Turn
from bot.store.repository import Store
from tests.faults.world import World, line, messages_of
from tests.support.botapi import Fault
from tests.support.postgres import Postgres

pytest_plugins = ("tests.support.databases",)
pytestmark = pytest.mark.asyncio(loop_scope="session")

Report = Callable[[str, str], None]
UNSTORED = "Can't store what people write; check the database and the disk. Trying again."
BACK = "Working again."


async def test_f4_presses_on_what_is_not_there(world: World, full: bool, report: Report) -> None:
    forged = [
        "1.like.0123456789ABC.1",
        "1.like.ZZZZZZZZZZZZZ.999",
        "1.next.0123456789ABC.0",
        "0",
        "x" * 64,
        "1.like",
        "💥",
    ]
    async with world.running():
        await world.say(1, "/start")
        before = await world.settled()
        presses = [await world.api.press(1, data) for data in forged * (10 if full else 1)]
        edited = {
            "message_id": 1,
            "date": 1,
            "chat": {"id": 1, "type": "private"},
            "from": {"id": 1},
            "text": "I loved Alien",
        }
        await world.api.queue({"edited_message": edited})
        rows = await world.settled()
        await world.until(lambda: all(press in world.api.answers for press in presses))
    world.check(rows)
    assert (rows.feedback, rows.statements) == ([], before.statements)
    assert not [row for row in rows.inbox if row["dead_at"]]
    assert max(map(len, world.api.texts(1)[1:]), default=0) < 300
    report("F4 presses on unknown messages, late edits", f"{len(presses)} presses answered, no effect, no dead letter")


async def test_f5_update_ids_jump(world: World, full: bool, report: Report) -> None:
    chance = random.Random(5)
    jumps = 100 if full else 6
    async with world.running():
        for start in (chance.randrange(1, 2**31) for _ in range(jumps)):
            for number in range(3):
                await world.say(chance.randrange(1, 5), line(chance), update_id=start + number)
            await world.until(lambda: not world.api.pending)  # a lower id is told only when all is acknowledged
        rows = await world.settled()
    world.check(rows)
    assert len(rows.turns) == 3 * jumps
    report("F5 update ids jump", f"{jumps} jumps, {3 * jumps} updates: 0 lost")


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Somebody else holds an SQLite database, say a backup that hangs."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@asynccontextmanager
async def away(world: World, server: Postgres | None) -> AsyncIterator[None]:
    """The database is down: killed without a warning, or locked."""
    if server is None:
        with locked(world.database_url.removeprefix("sqlite+aiosqlite:///")):
            yield
    else:
        await asyncio.to_thread(server.stop, "immediate")
        try:
            yield
        finally:
            await asyncio.to_thread(server.start)


async def test_f6_database_down(world: World, server: Postgres | None, full: bool, report: Report) -> None:
    times, seconds = (5, 10.0) if full else (1, 6.0)
    loop, slowest = asyncio.get_running_loop(), 0.0
    async with world.running() as bot:
        for number in range(times):
            for chat in range(1, 9):
                await world.say(chat, "a comedy")
            heard = {chat: len(world.api.seen(chat)) for chat in range(1, 9)}
            async with away(world, server):
                for chat in range(1, 9):
                    await world.say(chat, "I loved Heat")
                await asyncio.sleep(seconds)
                await world.until(lambda: world.said.count(UNSTORED) == number + 1)  # noqa: B023
            back = loop.time()
            await world.until(lambda: all(len(world.api.seen(chat)) > n for chat, n in heard.items()))  # noqa: B023
            slowest = max(slowest, loop.time() - back)
            rows = await world.settled()
        assert bot.alive
    repeats = world.check(rows, times)
    assert world.said.count(BACK) == times
    assert slowest <= 5 or not full  # a small run shares its machine with other tests
    how = "killed for" if server else "locked for"
    report(
        "F6 database down", f"{times} x {how} {seconds:.0f} s: 0 lost, {repeats} repeated, served {slowest:.1f} s after"
    )


def fill(world: World, server: Postgres | None, full: bool) -> None:
    """No room, or room again, for what people write."""
    if server is None:
        world.tell("pragma", "max_page_count = 1" if full else "max_page_count = 1073741823")
        return
    database = str(make_url(world.database_url).database)
    if full:
        raising = "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE disk_full; END $$"
        server.sql(raising, database)
        for table in ("inbox", "turns", "outbox"):
            server.sql(f"CREATE TRIGGER no_room BEFORE INSERT ON {table} EXECUTE FUNCTION no_room()", database)
    else:
        server.sql("DROP FUNCTION no_room CASCADE", database)


def write_protect(world: World, server: Postgres | None, full: bool) -> None:
    """No writing, or writing again."""
    if server is None:
        world.tell("pragma", f"query_only = {int(full)}")
        return
    database = str(make_url(world.database_url).database)
    server.sql(f"ALTER DATABASE {database} SET default_transaction_read_only = {'on' if full else 'off'}")
    server.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")


@pytest.mark.parametrize("trouble", [fill, write_protect], ids=["disk full", "read-only"])
async def test_f7_no_writing(
    world: World,
    server: Postgres | None,
    full: bool,
    report: Report,
    trouble: Callable[[World, Postgres | None, bool], None],
) -> None:
    long = "A long story: " + "and then they watched another film, " * 100
    async with world.running() as bot:
        await world.say(1, "a comedy")
        await world.settled()
        shown = len(world.api.seen(1))
        trouble(world, server, True)
        for number in range(20):  # some bytes still find room; these don't
            await world.say(1, f"{long} {number}")
        await world.say(2, "a thriller")
        await world.until(lambda: UNSTORED in world.said)
        unacknowledged = len(world.api.pending)
        polls = len(world.api.requests("getUpdates"))
        tries = 20 if full else 2  # of up to four seconds each
        await world.until(lambda: len(world.api.requests("getUpdates")) > polls + tries, within=60 + 4 * tries)
        assert len(world.api.pending) == unacknowledged > 0
        assert len(world.api.seen(1)) == shown
        trouble(world, server, False)
        rows = await world.settled()
        assert bot.alive
    world.check(rows)
    assert len(rows.turns) == 22
    assert BACK in world.said
    assert "Traceback" not in world.said
    name = "disk full" if trouble is fill else "read-only database"
    report(f"F7 {name}", f"{unacknowledged} updates not acknowledged meanwhile, told once, 0 lost")


async def test_f8_many_writers_and_an_export(world: World, full: bool, report: Report) -> None:
    rounds = 100 if full else 8
    stores = [await Store.open(world.database_url) for _ in range(8)]
    first = await stores[0].user("console", "reader")

    async def write(store: Store, number: int) -> None:
        user = await store.user("console", str(number))
        conversation = Conversation(user_id=user.id, chat_id=str(number))
        async with store.unit() as unit:
            await unit.start_conversation(conversation)
            await unit.commit()
        for turn in range(1, rounds + 1):
            async with store.unit() as unit:
                assert await unit.memory(user.id) is not None
                await unit.add_turn(Turn(conversation_id=conversation.id, user_id=user.id, number=turn))
                key = f"{number}:{turn}"
                await unit.add_feedback(Feedback(user_id=user.id, item_id="x", kind="like", source="text", key=key))
                await unit.commit()

    async def export(store: Store) -> None:
        for _ in range(rounds):
            async with store.reading() as reading:
                await reading.export_user(first.id)

    async with world.running():
        for number in range(rounds):
            await world.say(number % 5, "a comedy")
        await asyncio.gather(*(write(store, n) for n, store in enumerate(stores)), *(export(s) for s in stores))
        rows = await world.settled()
    for store in stores:
        await store.close()
    world.check(rows)
    assert len(rows.feedback) == 8 * rounds
    assert UNSTORED not in world.said
    assert "busy" not in world.said
    report(
        "F8 8 writers, exports and the bot", f"{8 * rounds} writes, {8 * rounds} exports, {rounds} updates: 0 “locked”"
    )


async def test_f11_telegram_fails(world: World, full: bool, report: Report) -> None:
    chance = random.Random(11)
    updates, faults, wait = (200, 150, 2) if full else (12, 10, 1)
    # An answer that never comes costs the bot's ten seconds of patience each time: at full size only.
    kinds = [
        Fault(status=429, retry_after=wait),
        Fault(status=502),
        Fault(status=500),
        Fault(hang=True, heard=True),
        Fault(drop=True, heard=True),
    ]
    for fault in (kinds[0], *chance.choices(kinds, [1, 4, 2, int(full), 2], k=faults - 1)):
        world.api.fail("sendMessage", fault, *[Fault()] * chance.randint(0, 3))
    world.api.fail("getUpdates", *chance.choices([Fault(status=502), Fault(drop=True), Fault()], k=faults // 5))
    async with world.running():
        for _ in range(updates):
            await world.say(chance.randrange(1, 9), line(chance))
        rows = await world.settled()
    assert {row["update_id"] for row in rows.inbox if row["done_at"]} == world.sent
    for chat in range(1, 9):
        asked = [row["payload"]["text"] for row in messages_of(rows.outbox) if row["chat_id"] == str(chat)]
        # What was heard but not answered came twice in a row; nothing is missing and nothing is out of order.
        assert [text for text, _ in groupby(m.html for m in world.api.seen(chat))] == [t for t, _ in groupby(asked)]
    forced = world.api.forced_waits
    early = [
        call
        for call in world.api.requests("sendMessage")
        for begin, end in forced
        if begin + 0.25 < call.at < end  # what was on its way already can't be called back
    ]
    assert forced
    assert not early
    report(
        "F11 Telegram answers 429, 5xx or not at all",
        f"{faults} faults, {updates} updates: 0 of {len(rows.outbox)} messages dropped, order kept, none sent in "
        f"{len(forced)} forced waits, {len(world.repeated(rows))} repeated since no answer came",
    )


async def test_f12_network_cut(world: World, full: bool, report: Report) -> None:
    seconds = 60.0 if full else 3.0
    async with world.running() as bot:
        for chat in range(1, 9):
            await world.say(chat, "a comedy")
        await world.until(lambda: world.api.messages)
        await world.api.stop()
        for chat in range(1, 9):
            await world.say(chat, "I loved Heat")
        await asyncio.sleep(seconds)
        await world.api.start()
        rows = await world.settled()
        assert bot.alive
    world.sent.clear()  # checked below: a message under way when the line was cut may come twice
    repeats = world.check(rows, deaths=1)
    assert len(rows.turns) == 16
    assert "Can't reach Telegram" in world.said
    report("F12 network cut", f"{seconds:.0f} s: 16 of 16 updates answered, {repeats} messages repeated")
