"""Whatever people send, the bot stays up, answers what can be answered and keeps what can't for a human to look at."""

from __future__ import annotations

import asyncio
import copy
import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.world import World, line

pytest_plugins = ("tests.support.databases",)
pytestmark = pytest.mark.asyncio(loop_scope="session")

Report = Callable[[str, str], None]
HARD = (
    "‮gnihtemos ynnuf‬", "👩‍👩‍👧‍👦" * 50, "z​e​r​o​ width", "مرحبا something funny",
    "a\0comedy\0", "\ud83d half a pair", "half a pair \udc00", "é" * 500, "Z̸̢͝a̷̛l̴͜g̸o̵" * 20, "﷽" * 100,
    "\r\n\t\v\f", "​", "　", "NULL", "'; DROP TABLE turns; --", "${jndi:ldap://x}", "{{7*7}}", "%s%n%d",
    "../../etc/passwd",
)  # fmt: skip
MARKUP = (
    "<b>bold</b> & <i>thin</i>", "<script>alert(1)</script>", "</b></i></a>", "&lt;b&gt; &amp;amp; &#60;",
    "<a href='x'>y</a>", "*bold* _thin_ `code` [link](http://example.org)", "```pre```", "I loved <b>Tags & *Sons*</b>",
    "<<<>>>", "a < b > c & d", "<tg-spoiler>x</tg-spoiler>", "<b", "&", "<", "<!-- comment -->",
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    2**63,
    2**70,
    -(2**70),
    "",
    "text",
    "\0",
    [],
    [[]],
    {},
    {"id": 1},
    "9" * 400,
)


async def answers(world: World, chat: int, text: str | None, **more: Any) -> list[str]:
    """Say something; returns what the bot says to it."""
    before = len(world.api.seen(chat))
    await world.say(chat, text, **more)
    await world.until(lambda: len(world.api.seen(chat)) > before)
    await world.settled()
    return world.api.texts(chat)[before:]


async def test_b1_length(world: World, full: bool, report: Report) -> None:
    lengths = (0, 1, 4095, 4096, 4097, 100_000)
    units = ("a comedy please ", "😀", "I loved Heat. ", "<b>&") if full else ("I loved Heat. ",)
    async with world.running() as bot:
        for unit in units:
            for length in lengths:
                text = (unit * (length // len(unit) + 1))[:length]
                assert await answers(world, 1, text)
        assert "You like" in " ".join(await answers(world, 1, "/profile")) or world.api.texts(1)
        assert bot.alive
        rows = await world.settled()
    world.check(rows)
    assert world.api.refusals == []
    report("B1 length", f"{len(units)} texts x {lengths} characters: all answered")


async def test_b2_characters(world: World, full: bool, report: Report) -> None:
    chance = random.Random(2)
    planes = [(0x20, 0x2FF), (0x300, 0x36F), (0x590, 0x6FF), (0x2000, 0x206F), (0xD800, 0xDFFF), (0x1F300, 0x1FAFF)]
    drawn = ["".join(chr(chance.randint(*chance.choice(planes))) for _ in range(60)) for _ in range(200 if full else 4)]
    async with world.running() as bot:
        for number, text in enumerate((*HARD, *drawn)):
            await world.say(1 + number % 5, text)
        assert await answers(world, 1, "a comedy")
        rows = await world.settled()
        assert bot.alive
    world.check(rows)
    assert world.api.refusals == []
    for row in rows.turns:
        assert "\0" not in row["text"]
        row["text"].encode()  # no half pairs
    report("B2 characters", f"{len(HARD) + len(drawn)} texts: all answered, none refused by Telegram")


async def test_b3_malformed_updates(world: World, full: bool, report: Report) -> None:
    ann = {"id": 1, "type": "private", "first_name": "Ann"}
    malformed: list[dict[str, Any]] = [
        {"message": {"chat": ann, "from": ann, "text": 5}},
        {"message": {"chat": ann, "from": {"id": "x"}, "text": ["a"]}},
        {"message": {"chat": {"id": 2**70, "type": "private"}, "from": {"id": 2**70}, "text": "hi"}},
        {"callback_query": {"id": 7, "from": ann, "data": {"a": 1}, "message": 3}},
        {"message": {}},
        {"message": None},
        {"my_chat_member": []},
        {"poll_answer": {"user": ann}},
    ]
    kinds = ("sticker", "photo", "voice", "document", "location", "dice", "video_note", "contact", "poll", "game")
    async with world.running() as bot:
        assert await answers(world, 1, "/start")
        for update in malformed:
            await world.api.queue(update)
        for chat, kind in enumerate(kinds, 10):
            await world.say(chat, None, **{kind: {"file_id": "x"}})
        assert await answers(world, 2, "a comedy")
        await world.until(lambda: all(world.api.seen(chat) for chat in range(10, 10 + len(kinds))))
        rows = await world.settled()
        assert bot.alive
    dead = [row for row in rows.inbox if row["dead_at"]]
    assert {row["attempts"] for row in dead} == {5}
    assert dead
    assert world.sent <= {row["update_id"] for row in rows.inbox if row["done_at"]}
    report(
        "B3 malformed updates, no text", f"{len(dead)} dead letters after 5 tries, {len(kinds)} kinds answered kindly"
    )


async def test_b4_markup(world: World, full: bool, report: Report) -> None:
    rounds = 20 if full else 1
    async with world.running() as bot:
        for number in range(rounds):
            for text in MARKUP:
                await world.say(1 + number, text)
            await world.say(1 + number, "a comedy", entities=[{"type": "bold", "offset": 0, "length": 9}])
            await world.say(1 + number, "I loved <b>Tags & *Sons*</b>")
            await world.say(1 + number, "/profile")
        rows = await world.settled()
        assert bot.alive
    world.check(rows)
    assert world.api.refusals == []
    tags = {tag for m in world.api.messages for tag in re.findall(r"</?([a-z]+)", m.html)}
    assert tags <= {"b", "i", "a", "u", "s", "code", "pre", "blockquote", "tg"}
    assert any("<b>Tags & *Sons*</b>" in text for text in world.api.texts(1))  # the film's name, as it is
    report("B4 HTML and Markdown", f"{rounds * (len(MARKUP) + 3)} texts and a film with tags: 0 refused, 0 raw tags")


def mutated(update: Any, chance: random.Random) -> Any:
    """An update with a few of its values replaced, dropped or doubled."""
    update = copy.deepcopy(update)
    for _ in range(chance.randint(1, 3)):
        holder = update
        while isinstance(holder, dict) and holder:
            key = chance.choice([*holder])
            if isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.7:
                holder = holder[key]
                continue
            action = chance.random()
            if action < 0.6:
                holder[key] = chance.choice(ODD)
            elif action < 0.8:
                del holder[key]
            else:
                holder[str(chance.choice(ODD))] = holder[key]
            break
    return update


async def test_b6_fuzz(world: World, full: bool, report: Report) -> None:
    chance = random.Random(6)
    count = 10_000 if full else 150
    world.quick = True  # each failing update is tried five times
    person = {"id": 1, "type": "private", "first_name": "Ann", "language_code": "en", "is_bot": False}
    message = {"message_id": 5, "date": 1_700_000_000, "chat": person, "from": person}
    seeds: list[dict[str, Any]] = [
        {"message": message | {"text": "I loved Heat"}},
        {"message": message | {"text": "/profile", "entities": [{"type": "bot_command", "offset": 0, "length": 8}]}},
        {"callback_query": {"id": "1", "from": person, "message": message, "chat_instance": "1", "data": "1.like.X.1"}},
        {"message": message | {"photo": [{"file_id": "x", "width": 1}]}},
        {"edited_message": message | {"text": "no"}},
        {"my_chat_member": {"chat": person, "from": person, "old_chat_member": {"status": "member"},
                            "new_chat_member": {"status": "kicked"}}},
    ]  # fmt: skip
    async with world.running() as bot:
        for number in range(count):
            person["id"] = 10 + number % 100
            await world.api.queue(mutated(chance.choice(seeds), chance))
            if number % 200 == 199:
                await world.until(lambda: len(world.api.pending) < 200)
        rows = await world.settled(900 if full else 120)
        assert bot.alive
        assert await answers(world, 2, "a comedy")
    dead = [row for row in rows.inbox if row["dead_at"]]
    assert {row["attempts"] for row in dead} <= {5}
    assert "Traceback" not in world.said
    report("B6 fuzzed updates", f"{count} updates: {len(dead)} dead letters, the rest handled, the bot never stopped")


async def test_b8_one_person_floods(world: World, full: bool, report: Report) -> None:
    chance = random.Random(8)
    flood, others = (1000, 60) if full else (60, 4)
    loop = asyncio.get_running_loop()

    async def visit(first: int) -> list[float]:
        """Others come one by one; returns the seconds until each is answered."""
        waits = []
        for chat in range(first, first + others):
            began = loop.time()
            await world.say(chat, "a comedy")
            await world.until(lambda: world.api.seen(chat))  # noqa: B023
            waits.append(loop.time() - began)
            await asyncio.sleep(0.02)
        return sorted(waits)

    async def pour() -> None:
        for _ in range(flood):
            await world.say(1, line(chance))
            await asyncio.sleep(0.02)

    async with world.running():
        await visit(1000)
        quiet = await visit(2000)
        pouring = asyncio.create_task(pour())
        await world.until(lambda: len(world.api.seen(1)) > 5)
        busy = await visit(3000)
        heard = len(await asyncio.to_thread(lambda: world.api.seen(1)))
        await pouring
        rows = await world.settled()
        assert heard < len(world.api.seen(1))  # the others were answered in the middle of the flood
    world.check(rows)
    quiet_p95, busy_p95 = (waits[int(0.95 * len(waits))] for waits in (quiet, busy))
    report(
        "B8 one person sends 50 a second",
        f"others' first answer: p95 {1000 * quiet_p95:.0f} ms without, {1000 * busy_p95:.0f} ms with the flood",
    )
