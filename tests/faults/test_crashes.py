"""The bot is killed, stopped, told everything twice, and given a wrong clock; nothing is lost or counted twice."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.faults.world import FACTS, FILMS, PATIENCE, Rows, World, line
from tests.faults.zygote import STEPS

pytest_plugins = ("tests.support.databases",)
pytestmark = pytest.mark.asyncio(loop_scope="session")

Report = Callable[[str, str], None]


async def act(world: World, chat: int, chance: random.Random) -> str | None:
    """A person writes, or presses a button under a film; returns the key of the feedback that a press must leave."""
    buttons = world.reactions(chat)
    if not buttons or chance.random() < 0.5:
        await world.say(chat, line(chance))
        return None
    _, data = chance.choice(buttons[:12])
    number = world.api.next_update
    await world.api.press(chat, data)
    world.sent.add(number)
    return f"telegram:update:{number}:"


async def test_f1_kill_at_random(world: World, full: bool, report: Report) -> None:
    chance = random.Random(1)
    kills, updates, people = (100, 20, 40) if full else (4, 10, 6)
    chats = range(100, 100 + people)
    presses: list[str] = []
    for chat in chats:
        await world.say(chat, "/start")
    for _ in range(kills):
        async with world.running() as bot:
            sent = len(world.api.messages)
            for _ in range(updates):
                if key := await act(world, chance.choice(chats), chance):
                    presses.append(key)
                await asyncio.sleep(chance.uniform(0, 0.03))
            progress = sent + chance.randint(1, updates)
            with suppress(AssertionError):  # all is said: killed while idle
                await world.until(lambda: len(world.api.messages) >= progress, 5.0)  # noqa: B023
            assert await bot.stop(signal.SIGKILL) == -signal.SIGKILL
    async with world.running():
        rows = await world.settled()
    repeats = world.check(rows, kills)
    given = Counter(":".join(row["key"].split(":")[:3]) + ":" for row in rows.feedback if row["source"] == "button")
    assert given == Counter(presses)
    report(
        "F1 kill -9 at random",
        f"{kills} kills, {len(world.sent)} updates: 0 lost, {len(presses)} presses left {len(presses)} feedback rows, "
        f"{world.found()} of {len(world.api.messages)} messages had arrived unnoted, {repeats} came twice",
    )


@pytest.mark.parametrize("step", STEPS)
async def test_f2_kill_at_each_step(world: World, full: bool, report: Report, step: str) -> None:
    kills = 10 if full else 1
    await world.say(1, "/start")
    for number in range(kills):
        nth = 1 if step in ("arrived", "stored") else 2 - number % 2  # all that waits arrives in one go
        await world.say(1, "I loved Heat")
        await world.say(1, "a comedy")
        async with world.running((step, nth)) as bot:
            assert await asyncio.wait_for(asyncio.shield(bot.ended), PATIENCE) == -signal.SIGKILL
            await world.say(1, "I loved Alien")
    async with world.running():
        rows = await world.settled()
    repeats = world.check(rows, kills)
    found = world.found()
    assert found or step != "posted"  # at other steps an earlier answer may be on its way
    report(
        f"F2 kill at the step “{step}”",
        f"{kills} kills, 0 lost, {found} messages had arrived unnoted, {repeats} came twice",
    )


async def test_f3_told_again_and_shuffled(world: World, full: bool, report: Report) -> None:
    chance = random.Random(3)
    people, lines = (20, 25) if full else (4, 8)
    chats = range(100, 100 + people)
    said = [(chat, line(chance, FACTS)) for _ in range(lines) for chat in chats]
    said += [(chat, "/profile") for chat in chats]
    clean = [await world.say(chat, text) for chat, text in said]
    async with world.running():
        expected = state(await world.settled(), 0)
    again = [_for_others(update) for update in clean]
    deliveries = 0
    for start in range(0, len(again), 40):
        # Telegram tells no later update before an earlier one of the same chat, except within one answer.
        batch = [u for u in again[start : start + 40] for _ in range(chance.randint(1, 5))]
        batch += chance.sample(again[:start], min(start, 10))
        chance.shuffle(batch)
        deliveries += len(batch)
        world.api.batches.append(batch)
        world.sent.update(u["update_id"] for u in batch)
    for chat in range(1100, 1100 + people):
        world.api.know(chat)
    async with world.running():
        await world.until(lambda: not world.api.batches)
        rows = await world.settled()
    world.check(rows)
    assert state(rows, 1000) == expected
    profiles = [[world.api.texts(chat + more)[-2] for chat in chats] for more in (0, 1000)]
    assert profiles[0] == profiles[1]
    report("F3 each update 1-5 times, shuffled", f"{len(again)} updates, {deliveries} deliveries: same final state")


def _for_others(update: dict[str, Any]) -> dict[str, Any]:
    """The same words from another person, later."""
    message = update["message"]
    chat, person = ({**message[who], "id": message[who]["id"] + 1000} for who in ("chat", "from"))
    return {"update_id": update["update_id"] + 100_000, "message": {**message, "chat": chat, "from": person}}


def state(rows: Rows, offset: int) -> dict[int, Any]:
    """What each person whose chat is ``offset`` and some hundreds said and is known to like, without ids of rows."""
    found = {}
    for conversation in rows.conversations:
        chat = int(conversation["chat_id"]) - offset
        if 0 < chat < 1000:
            user = conversation["user_id"]
            turns = [r for r in rows.turns if r["user_id"] == user]
            said = [r for r in rows.statements if r["user_id"] == user]
            given = [r for r in rows.feedback if r["user_id"] == user]
            found[chat] = (
                [(t["number"], t["text"]) for t in turns],
                [(s["kind"], s["value"], s["polarity"], s["target"], s["retracted_at"] is None) for s in said],
                [(f["item_id"], f["kind"], f["source"], f["retracted_at"] is None) for f in given],
            )
    return found


async def test_f13_sigterm_under_load(world: World, full: bool, report: Report) -> None:
    chance = random.Random(13)
    stops, slowest = (20 if full else 2), 0.0
    loop = asyncio.get_running_loop()
    for _ in range(stops):
        async with world.running() as bot:
            for _ in range(40):
                await world.say(chance.randrange(100, 120), line(chance))
            heard = len(world.api.messages)
            await world.until(lambda: len(world.api.messages) > heard)  # noqa: B023
            began = loop.time()
            assert await bot.stop(signal.SIGTERM) == 0
            slowest = max(slowest, loop.time() - began)
    async with world.running():
        rows = await world.settled()
    assert world.check(rows) == 0
    assert slowest <= 10
    report("F13 SIGTERM under load", f"{stops} stops: exit code 0, slowest {slowest:.1f} s, 0 lost, 0 repeated")


async def test_f16_clock_jumps(world: World, full: bool, report: Report) -> None:
    jumps = ("86400", "-86400", "3600", "-31536000", "0", "315360000", "-600")
    films = [film for film, *_ in FILMS[: len(jumps)]]
    async with world.running() as bot:
        for number, (jump, film) in enumerate(zip(jumps, films, strict=True)):
            world.tell("clock", jump)
            await world.say(1, f"I loved {film}")
            await world.settled()
            if full or number == 3:
                assert await bot.stop(signal.SIGTERM) == 0
                bot = await world.start()
        world.tell("clock", "-1000000")
        await world.say(1, "undo")
        await world.say(1, "/profile")
        rows = await world.settled()
        world.check(rows)
        loved = [row["target"] for row in rows.statements if row["polarity"] > 0 and row["retracted_at"] is None]
        assert len(loved) == len(films) - 1  # undo took back the latest, not the one with the latest time
        profile = world.api.texts(1)[-2]
        assert films[-1] not in profile
        assert films[0] in profile
        await bot.stop()
    report("F16 clock jumps", f"{len(jumps)} jumps of up to ten years either way: order, undo and replies as ever")
