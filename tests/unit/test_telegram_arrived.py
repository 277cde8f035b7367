"""Messages that may have arrived: a sender that was killed in the middle, and the one after it, over HTTP."""

from __future__ import annotations

import asyncio
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.channels.telegram.counters import WINDOW, Counters
from bot.channels.telegram.outbox import AT_A_TIME, Sender
from bot.channels.telegram.pace import Limits, Timing
from bot.channels.telegram.post import Post
from bot.channels.telegram.underway import PLACES, Underway
from bot.store import tables
from bot.store.migrate import upgrade
from bot.store.records import Conversation, Outgoing, Turn
from bot.store.repository import Store
from tests.support.botapi import TOKEN, BotApi, Fault

ANN, BOB, CLUB = 7, 8, -1_000_000_000_005
QUICK = Timing(per_second=1000, chat_per_second=1000, group_per_minute=60_000, retry=0.02, retry_most=0.1)
KEYBOARD = [[["👍", "1.like.0000000000LST"]]]


def message(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "keyboard": [], "silent": False, **more}


@dataclass
class Desk:
    """The sender's surroundings, which outlive it."""

    api: BotApi
    store: Store
    folder: Path

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Sender]:
        """One life of the sender; in the end it is killed: nothing is noted any more."""
        bot = Bot(TOKEN, base_url=self.api.base_url, request=HTTPXRequest(connection_pool_size=2 * AT_A_TIME))
        async with bot:
            underway = Underway(self.folder / "underway")
            post = Post(bot, self.store, self.export)
            sender = Sender(post, self.store, Limits(QUICK), QUICK, Counters(), underway)
            running = asyncio.create_task(sender.run())
            try:
                yield sender
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await sender.abandon()
                underway.close()

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """A request to the Bot API past the sender."""
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{self.api.base_url}{TOKEN}/{method}", data=params)
        return dict(answer.json())

    async def export(self, user_id: str) -> str:
        return f"all about {user_id}"

    async def say(self, chat: int, text: str = "hello") -> None:
        """A person writes, and the bot has it."""
        update = await self.api.say(chat, text)
        await self.store.receive("telegram", [(update["update_id"], str(chat), update)])

    async def enqueue(self, chat: int, *payloads: dict[str, Any], turn_id: str | None = None) -> None:
        async with self.store.unit() as unit:
            await unit.enqueue("telegram", str(chat), *payloads, turn_id=turn_id)
            await unit.commit()

    async def die_sending(self, *, heard: bool = True, method: str = "sendMessage", times: int = 1) -> None:
        """A life that ends when Telegram has, or has not, taken what waits, and before that is noted."""
        before = len(self.api.requests(method))
        self.api.fail(method, *[Fault(hang=True, heard=heard)] * times)
        async with self.sending():
            await self.api.wait_for(lambda: len(self.api.requests(method)) == before + times)
            await asyncio.sleep(0.1)

    async def live(self) -> list[Any]:
        """A life in which everything is sent; returns the outbox."""
        async with self.sending(), asyncio.timeout(20):
            while any(not (row.sent_at or row.dead_at) for row in await self.rows()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return await self.rows()

    async def rows(self) -> list[Any]:
        async with self.store.engine.connect() as connection:
            return list((await connection.execute(select(tables.Outbox).order_by(tables.Outbox.id))).all())

    async def turn(self) -> str:
        """A turn of Ann's."""
        user = await self.store.user("telegram", str(ANN))
        conversation = Conversation(user_id=user.id, chat_id=str(ANN))
        turn = Turn(id="0000000000LST", conversation_id=conversation.id, user_id=user.id, number=1)
        async with self.store.unit() as unit:
            await unit.start_conversation(conversation)
            await unit.add_turn(turn)
            await unit.commit()
        return turn.id


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("arrived") / "empty.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest_asyncio.fixture
async def desk(empty_database: Path, tmp_path: Path) -> AsyncIterator[Desk]:
    path = shutil.copy(empty_database, tmp_path / "usher.db")
    store = await Store.open(f"sqlite+aiosqlite:///{path}")
    try:
        async with BotApi() as api:
            yield Desk(api, store, tmp_path)
    finally:
        await store.close()


PICTURE = b64encode(b"PNG").decode()


@pytest.mark.parametrize(
    ("payload", "method"),
    [
        (message("<b>Heat</b> &amp; co.", keyboard=KEYBOARD), "sendMessage"),
        (message("A group's bars", picture=PICTURE, keyboard=KEYBOARD), "sendPhoto"),
        (message("<b>Heat</b>", photo="https://example.com/heat.jpg"), "sendPhoto"),
        ({"text": "All that I know", "export": "me"}, "sendDocument"),
    ],
)
async def test_what_arrived_before_a_kill_is_not_repeated(desk: Desk, payload: dict[str, Any], method: str) -> None:
    await desk.say(ANN)
    await desk.enqueue(ANN, payload, message("and then"))
    await desk.die_sending(method=method)
    first, second = await desk.live()
    assert desk.api.texts(ANN)[1:] == ["and then"]
    assert [first.message_id, second.message_id] == [str(m.id) for m in desk.api.seen(ANN)]
    assert [m.edits for m in desk.api.seen(ANN)] == [0, 0]  # nobody sees that we asked


async def test_a_card_whose_picture_telegram_could_not_fetch_is_not_repeated_either(desk: Desk) -> None:
    await desk.say(ANN)
    await desk.enqueue(ANN, message("<b>Heat</b>", photo="https://example.com/gone.jpg"))
    desk.api.fail("sendPhoto", Fault(status=400, description="Bad Request: wrong type of the web page content"))
    await desk.die_sending()
    await desk.live()
    assert desk.api.texts(ANN) == ["Heat"]


async def test_the_buttons_of_what_arrived_before_a_kill_work(desk: Desk) -> None:
    await desk.say(ANN)
    turn = await desk.turn()
    await desk.enqueue(ANN, message("1. Heat", keyboard=KEYBOARD, slot=1), turn_id=turn)
    await desk.die_sending()
    await desk.live()
    (shown,) = desk.api.seen(ANN)
    async with desk.store.reading() as reading:
        assert await reading.shown_in("telegram", str(ANN), str(shown.id)) == (turn, 1)
    ticked = [[["✅ 👍", "1.like.0000000000LST"]]]
    await desk.enqueue(ANN, {"edit": {"turn": turn, "slot": 1}, "text": None, "keyboard": ticked}, turn_id=turn)
    await desk.live()
    assert shown.labels == ["✅ 👍"]


async def test_a_farewell_that_arrived_is_not_repeated_and_leaves_no_trace(desk: Desk) -> None:
    await desk.say(ANN)
    await desk.enqueue(ANN, message("All is erased.", last=True))
    await desk.die_sending()
    assert await desk.live() == []
    assert desk.api.texts(ANN) == ["All is erased."]


async def test_what_did_not_arrive_before_a_kill_is_sent_once(desk: Desk) -> None:
    await desk.say(ANN)
    await desk.enqueue(ANN, message("one"), message("two"))
    await desk.die_sending(heard=False)
    await desk.live()
    assert desk.api.texts(ANN) == ["one", "two"]


async def test_all_that_was_under_way_is_found_in_every_chat(desk: Desk) -> None:
    chats = range(100, 100 + AT_A_TIME)
    for chat in chats:
        await desk.say(chat)
        await desk.enqueue(chat, message("the same to everybody"), message("and more"))
    await desk.die_sending(times=AT_A_TIME)
    await desk.live()
    assert [desk.api.texts(chat) for chat in chats] == [["the same to everybody", "and more"]] * AT_A_TIME


async def test_a_supergroup_counts_for_itself(desk: Desk) -> None:
    await desk.api.found(CLUB, "Film club", ANN)
    for number in range(3):
        await desk.say(ANN, f"to move the other counter {number}")
    update = await desk.api.write(CLUB, ANN, "/recommend")
    await desk.store.receive("telegram", [(update["update_id"], str(CLUB), update)])
    await desk.enqueue(CLUB, message("For everybody"))
    await desk.die_sending()
    await desk.live()
    assert desk.api.texts(CLUB) == ["For everybody"]


async def test_nobody_elses_message_and_none_of_ours_is_overwritten_by_the_question(desk: Desk) -> None:
    await desk.say(ANN)
    await desk.enqueue(ANN, message("one"))
    await desk.die_sending(heard=False)
    # Between the last number that we knew and now: people's messages, and ours to others.
    await desk.say(ANN, "are you there?")
    await desk.say(BOB)
    await desk.enqueue(BOB, message("to Bob"))
    async with desk.store.unit() as unit:  # to Ann, sent by a life whose file is lost
        sent = await desk.ask("sendMessage", chat_id=ANN, text="sent by another hand")
        (row,) = await unit.enqueue("telegram", str(ANN), message("sent by another hand"))
        await unit.outbox_sent(row, str(sent["result"]["message_id"]))
        await unit.commit()
    await desk.live()
    assert desk.api.texts(ANN) == ["sent by another hand", "one"]
    assert desk.api.texts(BOB) == ["to Bob"]
    assert [m.text for m in desk.api.written] == ["hello", "are you there?", "hello"]
    assert not [m for m in desk.api.messages if m.edits]


async def test_a_message_beyond_the_window_comes_twice_rather_than_never(desk: Desk) -> None:
    await desk.say(ANN)
    for number in range(WINDOW + 1):
        await desk.api.say(BOB, f"not heard of yet {number}")
    await desk.enqueue(ANN, message("one"), message("two"))
    await desk.die_sending()
    await desk.live()
    assert desk.api.texts(ANN) == ["one", "one", "two"]


async def test_numbers_that_are_known_do_not_use_up_the_window(desk: Desk) -> None:
    await desk.say(ANN)
    await desk.enqueue(ANN, message("one"))
    unheard = [await desk.api.say(BOB, f"{number}") for number in range(WINDOW + 1)]
    await desk.die_sending()
    await desk.store.receive("telegram", [(update["update_id"], str(BOB), update) for update in unheard])
    await desk.live()
    assert desk.api.texts(ANN) == ["one"]


async def test_the_question_waits_when_telegram_says_so_and_survives_failures(desk: Desk) -> None:
    await desk.say(ANN)
    await desk.enqueue(ANN, message("one"))
    await desk.die_sending()
    desk.api.fail("editMessageText", Fault(status=429, retry_after=1), Fault(status=502), Fault(drop=True))
    await desk.live()
    assert desk.api.texts(ANN) == ["one"]
    ((begin, end),) = desk.api.forced_waits
    assert not [call for call in desk.api.calls if begin + 0.25 < call.at < end]


async def test_a_second_kill_while_asking_repeats_nothing_either(desk: Desk) -> None:
    await desk.say(ANN)
    await desk.enqueue(ANN, message("one"))
    await desk.die_sending()
    await desk.die_sending(method="editMessageText", heard=False)
    await desk.live()
    assert desk.api.texts(ANN) == ["one"]


async def test_what_was_not_there_and_is_sent_again_is_looked_for_where_it_must_be_now(desk: Desk) -> None:
    await desk.say(ANN)
    await desk.enqueue(ANN, message("one"), message("two"))
    await desk.die_sending(heard=False)
    for _ in range(WINDOW):
        await desk.api.say(BOB, "not heard of")
    await desk.say(BOB)
    await desk.die_sending()
    await desk.live()
    assert desk.api.texts(ANN) == ["one", "two"]


async def test_where_nothing_can_be_noted_a_message_comes_twice_rather_than_never(desk: Desk) -> None:
    (desk.folder / "underway").mkdir()
    await desk.say(ANN)
    await desk.enqueue(ANN, message("one"), message("two"))
    await desk.die_sending()
    await desk.live()
    assert desk.api.texts(ANN) == ["one", "one", "two"]


async def test_the_local_server_numbers_and_refuses_as_telegram_does(desk: Desk) -> None:
    await desk.api.found(CLUB, "Film club", ANN)
    desk.api.know(BOB)
    await desk.say(ANN)
    sent = [
        await desk.ask("sendMessage", chat_id=chat, text="<b>x</b>", parse_mode="HTML") for chat in (ANN, BOB, CLUB)
    ]
    assert [one["result"]["message_id"] for one in sent] == [2, 3, 1]
    photo = await desk.ask("sendPhoto", chat_id=ANN, photo="https://example.com/x.jpg", caption="x")

    async def edited(number: int, method: str = "editMessageText", **params: Any) -> str:
        answer = await desk.ask(method, chat_id=ANN, message_id=number, **params)
        return str(answer.get("description", "edited")).removeprefix("Bad Request: ").partition(":")[0]

    assert await edited(1, text="y") == "message can't be edited"
    assert await edited(3, text="y") == "message to edit not found"
    assert await edited(2, "editMessageCaption", caption="x") == "there is no caption in the message to edit"
    assert await edited(photo["result"]["message_id"], text="x") == "there is no text in the message to edit"
    assert await edited(photo["result"]["message_id"], "editMessageCaption", caption="x") == "message is not modified"
    assert await edited(2, text="<strong>x</strong>", parse_mode="HTML") == "message is not modified"
    assert await edited(2, text="x") == "edited"  # other entities
    assert (
        await edited(2, text="x", reply_markup='{"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}')
        == "edited"
    )
    assert await edited(2, text="x") == "edited"  # without the buttons
    assert await edited(2, text="x") == "message is not modified"


def row(number: int, second: int = 0) -> Outgoing:
    moment = datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)
    return Outgoing(
        id=number,
        channel="telegram",
        chat_id="7",
        turn_id=None,
        payload={},
        created_at=moment,
        not_before=None,
        attempts=0,
    )


def test_what_is_under_way_outlives_the_process_until_it_is_settled(tmp_path: Path) -> None:
    first = Underway(tmp_path / "home" / "underway")
    for number in range(3):
        first.sets_out(row(number), 100 + number)
    first.settled(row(1))
    first.sets_out(row(2), 999)  # once more
    second = Underway(tmp_path / "home" / "underway")
    assert [second.since(row(number)) for number in range(3)] == [100, 0, 999]
    assert second.since(row(2, second=1)) == 0  # of another database


def test_the_longest_under_way_is_forgotten_when_there_is_no_place(tmp_path: Path) -> None:
    underway = Underway(tmp_path / "underway")
    for number in range(PLACES + 1):
        underway.sets_out(row(number), 1)
    assert [row(number) in underway for number in (0, 1, PLACES)] == [False, True, True]
    assert (tmp_path / "underway").stat().st_size == 16 * PLACES
