"""The Telegram channel against a Bot API server over HTTP and a real database; only the conversation is played."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import structlog
from sqlalchemy import select
from telegram import Bot
from telegram.error import NetworkError

from bot import logs
from bot.channels.telegram import outbox
from bot.channels.telegram.outbox import SENDINGS
from bot.channels.telegram.pace import Limits, Rate, Timing
from bot.channels.telegram.run import run_telegram
from bot.conversation.reply import Button, Card, Explanation, Mark, Reply, ToExplain
from bot.conversation.service import Incoming
from bot.conversation.suggestions import Suggestion
from bot.settings import Settings
from bot.store import tables
from bot.store.dashboard import Dashboard
from bot.store.migrate import upgrade
from bot.store.records import Conversation, Turn
from bot.store.repository import Store
from bot.texts import Language, spoken
from recsys.errors import ChannelError, StoreError
from recsys.phrase import OnPartial
from tests.support.botapi import TOKEN, BotApi, Fault

ANN, BOB, CLUB = 7, 8, -5
LISTED, PRESSED = "0000000000LST", "0000000000PRS"
TEXTS = {
    "en": {"only_text": "Words only.", "groups": "One to one.", "trouble": "Something went wrong."},
    "zh": {"only_text": "只看文字。", "groups": "一对一。", "trouble": "出错了。"},
}
QUICK = Timing(
    poll=1,
    request=1,
    per_second=1000,
    chat_per_second=1000,
    group_per_minute=60_000,
    press=10,
    typing=0.2,
    stream=0.02,
    retry=0.02,
    retry_most=0.1,
)


@dataclass
class Talk:
    """Plays the conversation: answers by ``rule`` and stores what the real one would."""

    store: Store
    rule: Callable[[Incoming], Awaitable[Reply]]
    heard: list[Incoming] = field(default_factory=list)
    explained: Callable[[Reply], Awaitable[Explanation | None]] | None = None
    beginning: str = ""
    """What is already said of an explanation while it is made."""

    async def turn(self, incoming: Incoming, *, deliver: Callable[[Reply], Sequence[Any]]) -> Reply:
        self.heard.append(incoming)
        user = await self.store.user(incoming.channel, incoming.external_id, incoming.name)
        reply = await self.rule(incoming)
        assert incoming.inbox_id is not None
        async with self.store.unit() as unit:
            known = reply.turn_id in (LISTED, PRESSED)
            if known and await unit.turn(user.id, reply.turn_id) is None:
                conversation = Conversation(user_id=user.id, chat_id=incoming.chat_id)
                await unit.start_conversation(conversation)
                turn = Turn(id=reply.turn_id, conversation_id=conversation.id, user_id=user.id, number=1)
                await unit.add_turn(turn)
            for payload in deliver(reply):
                turn_id = reply.turn_id if known else None
                await unit.enqueue(incoming.channel, incoming.chat_id, payload, turn_id=turn_id)
            await unit.inbox_done(incoming.inbox_id)
            await unit.commit()
        return reply

    async def explain(self, reply: Reply, on_partial: OnPartial | None = None) -> Explanation | None:
        if self.beginning and on_partial:
            await on_partial(self.beginning)
        return await self.explained(reply) if self.explained else None

    async def language(self, channel: str, external_id: str, channels: str | None = None) -> Language:
        return spoken(channels) or "en"

    async def export(self, user_id: str) -> str:
        return f"all about {user_id}"

    async def suggest(self, channel: str, external_id: str, text: str, language: str | None) -> tuple[Suggestion, ...]:
        return tuple(Suggestion(f"rec_{n}", f"{text} <{n}>", "Crime", "A plot.", "", "More") for n in range(2))


async def echo(incoming: Incoming) -> Reply:
    return Reply(turn_id="T", text=f"You said {incoming.text or incoming.press}")


@dataclass
class World:
    """One bot, its server, its database and its conversation."""

    api: BotApi
    store: Store
    talk: Talk
    home: Path
    announced: list[str] = field(default_factory=list)

    def run(self, timing: Timing = QUICK, token: str = TOKEN) -> asyncio.Task[None]:
        settings = Settings(
            telegram_bot_token=token, telegram_base_url=self.api.base_url, usher_home=self.home, _env_file=None
        )
        return asyncio.create_task(
            run_telegram(
                settings,
                self.store,
                self.talk,  # type: ignore[arg-type]
                commands={"en": {"start": "start over", "help": "how to talk to me"}, "zh": {"start": "重新开始"}},
                group_commands={"en": {"together": "films for all"}},
                texts=TEXTS,
                announce=self.announced.append,
                timing=timing,
            )
        )

    @asynccontextmanager
    async def running(self, **changes: float) -> AsyncIterator[asyncio.Task[None]]:
        task = self.run(replace(QUICK, **changes))
        try:
            await self.api.polled()
            yield task
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def waiting(self) -> tuple[str, ...]:
        async with self.store.reading() as reading:
            return await reading.chats_waiting("telegram")

    async def settled(self) -> None:
        """Wait until everything that arrived is handled and everything to send is sent."""
        open_in = select(tables.Inbox.id).where(tables.Inbox.done_at.is_(None), tables.Inbox.dead_at.is_(None))
        open_out = select(tables.Outbox.id).where(tables.Outbox.sent_at.is_(None), tables.Outbox.dead_at.is_(None))
        async with asyncio.timeout(15):
            while True:
                async with self.store.engine.connect() as connection:
                    waiting = [(await connection.execute(which)).all() for which in (open_in, open_out)]
                if not any(waiting):
                    return
                await asyncio.sleep(0.01)

    async def outbox(self) -> list[tables.Outbox]:
        async with self.store.engine.connect() as connection:
            rows = await connection.execute(select(tables.Outbox).order_by(tables.Outbox.id))
            return list(rows.all())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("telegram") / "empty.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(autouse=True)
def logging_as_in_production() -> Iterator[None]:
    logs.configure("DEBUG")
    yield
    structlog.reset_defaults()


@pytest_asyncio.fixture
async def world(empty_database: Path, tmp_path: Path) -> AsyncIterator[World]:
    path = shutil.copy(empty_database, tmp_path / "usher.db")
    store = await Store.open(f"sqlite+aiosqlite:///{path}")
    try:
        async with BotApi() as api:
            yield World(api, store, Talk(store, echo), tmp_path)
    finally:
        await store.close()


# -- a conversation ----------------------------------------------------------------------------------------------


async def test_a_message_is_answered(world: World) -> None:
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["You said hello"])
    heard = world.talk.heard[0]
    assert (heard.external_id, heard.chat_id, heard.name, heard.language) == ("7", "7", "Person 7", "en")
    assert world.announced == ["Usher is on Telegram as @usher_test_bot. Stop it with Ctrl+C."]
    assert [c["command"] for c in world.api.commands] == ["start", "help"]
    assert world.api.menu(ANN, "zh") == [{"command": "start", "description": "重新开始"}]
    assert world.api.menu(ANN, "fr") == world.api.commands


async def test_commands_arrive_as_text_without_the_bots_name_or_a_start_payload(world: World) -> None:
    async with world.running():
        for text in ("/start campaign_1", "/watchlist@usher_test_bot", "/undo", "/recommend@other drama", "a/b"):
            await world.api.say(ANN, text)
        await world.api.wait_for(lambda: len(world.talk.heard) == 5)
    assert [i.text for i in world.talk.heard] == ["/start", "/watchlist", "/undo", "/recommend drama", "a/b"]


async def test_a_button_comes_back_and_its_notice_answers_the_press(world: World) -> None:
    async def rule(incoming: Incoming) -> Reply:
        if incoming.press:
            return Reply(turn_id="U", text="", notice=f"Noted: {incoming.press}")
        cards = tuple(
            Card(n, f"film-{n}", title, 1995, ("Crime",), "Because.", 1.0, buttons=(Button("👍", f"like.{n}"),))
            for n, title in ((1, "Heat"), (2, "Ronin"))
        )
        return Reply(turn_id="T", text="Two films:", cards=cards, question="Well?")

    world.talk.rule = rule
    async with world.running():
        await world.api.say(ANN, "a crime film")
        await world.api.wait_for(lambda: "Well?" in world.api.texts(ANN))
        query = await world.api.press(ANN, "👍", on="Heat")
        await world.api.wait_for(lambda: world.api.answers.get(query) == "Noted: like.1")
    assert [text.splitlines()[0] for text in world.api.texts(ANN)] == [
        "Two films:",
        "1. Heat (1995)",
        "2. Ronin (1995)",
        "Well?",
    ]


async def test_a_picture_comes_with_the_text_as_its_caption(world: World) -> None:
    async def chart(incoming: Incoming) -> Reply:
        return Reply(turn_id="T", text="Last 30 days", picture=b"\x89PNG and so on")

    world.talk.rule = chart
    async with world.running():
        await world.api.say(ANN, "/metrics")
        await world.api.wait_for(lambda: world.api.seen(ANN))
    (message,) = world.api.seen(ANN)
    assert message.text == "Last 30 days"
    assert message.photo.startswith("data:image/png")
    assert len(world.api.requests("sendPhoto")) == 1


async def test_a_slow_press_is_answered_in_time_and_its_notice_follows_as_a_message(world: World) -> None:
    go_on = asyncio.Event()

    async def rule(incoming: Incoming) -> Reply:
        await go_on.wait()
        return Reply(turn_id="T", text="", notice="Noted.")

    world.talk.rule = rule
    async with world.running(press=0.3):
        query = await world.api.press(ANN, "old-button")
        await world.api.wait_for(lambda: query in world.api.answers)
        assert world.api.answers[query] == ""
        go_on.set()
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["Noted."])
    assert world.api.refusals == []


async def test_a_press_whose_turn_fails_is_answered_all_the_same(world: World) -> None:
    async def rule(incoming: Incoming) -> Reply:
        raise LookupError("no such turn")

    world.talk.rule = rule
    async with world.running():
        query = await world.api.press(ANN, "forged")
        await world.api.wait_for(lambda: query in world.api.answers)


async def test_what_is_not_text_gets_a_kind_word(world: World) -> None:
    async with world.running():
        await world.api.say(ANN, None, sticker={"file_id": "x"})
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["Words only."])
        chinese = world.api.person(BOB) | {"language_code": "zh-hans"}
        await world.api.say(BOB, None, photo=[], **{"from": chinese})
        await world.api.wait_for(lambda: world.api.texts(BOB) == ["只看文字。"])
    assert world.talk.heard == []


async def test_in_a_group_it_says_hello_once_and_hears_only_what_is_said_to_it(world: World) -> None:
    me, other = {"id": 123456, "is_bot": True}, {"id": 99, "is_bot": False}
    async with world.running():
        await world.api.found(CLUB, "Film club", ANN)
        await world.api.wait_for(lambda: world.api.texts(CLUB) == ["One to one."])
        for text in ("hi all", "@usher_test_bot_2 hi", "/recommend@another_bot", "mail me@usher_test_bot.example"):
            await world.api.write(CLUB, ANN, text)
        await world.api.write(CLUB, ANN, "nice one", reply_to_message={"message_id": 1, "from": other})
        await world.api.write(CLUB, ANN, None, sticker={"file_id": "x"})
        await world.api.write(CLUB, ANN, "hello from a robot", **{"from": me | {"id": 5}})
        await world.api.write(CLUB, ANN, "@Usher_Test_Bot, a comedy")
        await world.api.write(CLUB, BOB, "/together@usher_test_bot")
        await world.api.write(CLUB, BOB, "older", reply_to_message={"message_id": 10_000, "from": me})
        await world.api.press(CLUB, "join", by=ANN)
        await world.api.wait_for(lambda: len(world.talk.heard) == 4)
    said = [(i.external_id, i.chat_id, i.text or i.press, i.group) for i in world.talk.heard]
    assert said == [
        ("7", "-5", "a comedy", "Film club"),
        ("8", "-5", "/together", "Film club"),
        ("8", "-5", "older", "Film club"),
        ("7", "-5", "join", "Film club"),
    ]
    assert [c["command"] for c in world.api.menu(CLUB)] == ["together"]
    assert [c["command"] for c in world.api.menu(ANN)] == ["start", "help"]


async def test_what_a_group_said_and_was_answered_is_not_kept(world: World) -> None:
    async with world.running():
        await world.api.found(CLUB, "Film club", ANN)
        await world.api.write(CLUB, ANN, "our secret plan")
        await world.api.wait_for(lambda: world.api.texts(CLUB))
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: world.api.texts(ANN))
        await world.settled()
    async with world.store.engine.connect() as connection:
        rows = (await connection.execute(select(tables.Inbox.chat_id, tables.Inbox.payload))).all()
    assert [payload for chat, payload in rows if chat == str(CLUB)] == [{}, {}]
    sent = {row.chat_id: row.payload for row in await world.outbox()}
    assert sent[str(CLUB)].keys() <= {"slot"}
    assert sent[str(ANN)]["text"] == "You said hello"


@pytest.mark.parametrize("told", [True, False])
async def test_a_group_that_becomes_a_supergroup_keeps_its_conversation(world: World, told: bool) -> None:
    """Whether Telegram says so in an update or in answer to what we send."""
    club, later = CLUB, CLUB * 1000
    async with world.running():
        await world.api.found(club, "Film club", ANN)
        await world.api.wait_for(lambda: world.api.texts(club) == ["One to one."])
        await world.api.write(club, ANN, "/recommend")
        await world.api.wait_for(lambda: len(world.api.texts(club)) == 2)
        before = await world.store.user("telegram", str(club), "Film club")
        if told:
            await world.api.migrate(club, later)
        else:
            world.api.move(club, later)
            await world.api.write(club, ANN, "/more")
            await world.api.wait_for(lambda: world.api.texts(later) == ["You said /more"])
        await world.api.write(later, ANN, "/older")
        await world.api.wait_for(lambda: "You said /older" in world.api.texts(later))
        await world.settled()
    async with world.store.reading() as reading:
        assert await reading.user_called("telegram", str(club)) is None
        assert await reading.user_called("telegram", str(later)) == replace(before, external_id=str(later))
    assert not [row for row in await world.outbox() if row.dead_at or row.chat_id == str(club)]


async def test_three_films_are_one_message_in_a_group(world: World) -> None:
    world.talk.rule = lists
    async with world.running():
        await world.api.found(CLUB, "Film club", ANN)
        await world.api.write(CLUB, ANN, "/recommend")
        await world.api.wait_for(lambda: len(world.api.seen(CLUB)) == 2)
    message = world.api.seen(CLUB)[1]
    assert message.text.startswith("Two films:\n\n1. Heat (1995)\nCrime\nBecause.\n\n2. Ronin (1995)")
    assert message.labels == ["👍 1", "🔖 1", "👍 2", "🔖 2", "Three more"]


async def lists(incoming: Incoming) -> Reply:
    """Two cards; a press of "like" ticks it."""
    if incoming.press:
        turn, slot = incoming.press.split(".")[2:]
        mark = Mark(turn, int(slot), (Button("✅ Liked", f"1.clear.{turn}.{slot}"),))
        return Reply(turn_id=PRESSED, text="", notice=f"Noted: {incoming.press}", marks=(mark,))
    cards = tuple(
        Card(
            n,
            f"film-{n}",
            title,
            1995,
            ("Crime",),
            "Because.",
            buttons=(Button("👍 Like", f"1.like.{LISTED}.{n}"), Button("🔖 Save", f"1.save.{LISTED}.{n}")),
            external={"image": f"https://pictures.example/{n}.jpg"} if incoming.text == "with pictures" else {},
        )
        for n, title in ((1, "Heat"), (2, "Ronin"))
    )
    return Reply(turn_id=LISTED, text="Two films:", cards=cards, buttons=(Button("Three more", f"1.next.{LISTED}.0"),))


async def test_a_pressed_card_shows_its_state(world: World) -> None:
    world.talk.rule = lists
    async with world.running():
        await world.api.say(ANN, "a crime film")
        await world.api.wait_for(lambda: len(world.api.seen(ANN)) == 3)
        await world.api.press(ANN, "👍 Like", on="Ronin")
        await world.api.wait_for(lambda: world.api.seen(ANN)[2].labels == ["✅ Liked"])
        await world.api.press(ANN, f"1.like.{LISTED}.2")  # an old button: there is nothing to change any more
        await world.api.wait_for(lambda: len(world.talk.heard) == 3)
        await world.api.say(ANN, "and on")
        await world.api.wait_for(lambda: len(world.api.seen(ANN)) == 6)
    assert world.api.seen(ANN)[1].labels == ["👍 Like", "🔖 Save"]
    assert [row.dead_at for row in await world.outbox()] == [None] * 8


@pytest.mark.parametrize(
    ("emoji", "press"), [("👍", "like"), ("❤", "like"), ("👎", "dislike"), ("😴", "dislike"), ("👀", None)]
)
async def test_an_emoji_on_a_card_is_an_opinion(world: World, emoji: str, press: str | None) -> None:
    world.talk.rule = lists
    async with world.running():
        await world.api.say(ANN, "a crime film")
        await world.api.wait_for(lambda: len(world.api.seen(ANN)) == 3)
        await world.settled()
        text, first, _ = world.api.seen(ANN)
        await world.api.react(ANN, text.id, emoji)
        await world.api.react(ANN, first.id, emoji)
        await world.api.react(ANN, first.id, "")
        await world.api.wait_for(lambda: len(world.talk.heard) == (3 if press else 2))
        await world.settled()
    given = [i.press for i in world.talk.heard[1:]]
    assert given == [f"1.{verb}.{LISTED}.1" for verb in (press, "clear") if verb]
    assert len(world.api.seen(ANN)) == 3  # the card itself answers


async def test_pictures_come_with_their_cards_and_a_broken_one_costs_no_words(world: World) -> None:
    world.talk.rule = lists
    async with world.running():
        broken = Fault(status=400, description="Bad Request: failed to get HTTP URL content")
        world.api.fail("sendPhoto", broken)
        await world.api.say(ANN, "with pictures")
        await world.api.wait_for(lambda: len(world.api.seen(ANN)) == 3)
        await world.api.press(ANN, "👍 Like", on="Ronin")
        await world.api.wait_for(lambda: world.api.seen(ANN)[2].labels == ["✅ Liked"])
    _, first, second, *_ = world.api.seen(ANN)
    assert (first.photo, second.photo) == ("", "https://pictures.example/2.jpg")
    assert "Heat" in first.text and "Ronin" in second.text


async def test_what_is_kept_comes_as_a_file_that_is_kept_nowhere(world: World) -> None:
    async def rule(incoming: Incoming) -> Reply:
        return Reply(turn_id="T", text="Here it is.", export="ann's id")

    world.talk.rule = rule
    async with world.running():
        await world.api.say(ANN, "/export")
        await world.api.wait_for(lambda: world.api.seen(ANN))
    (message,) = world.api.seen(ANN)
    assert (message.text, message.document) == ("Here it is.", "usher-export.json")
    assert message.content == b"all about ann's id"
    assert "all about" not in str([row.payload for row in await world.outbox()])


async def test_typing_the_bots_name_anywhere_finds_films_and_leaves_no_trace(world: World) -> None:
    async with world.running():
        query = await world.api.ask(ANN, "cosy heist")
        await world.api.wait_for(lambda: query in world.api.results)
        await world.settled()
    first, second = world.api.results[query]
    assert (first["id"], first["title"], second["title"]) == ("rec_0", "cosy heist <0>", "cosy heist <1>")
    assert first["input_message_content"]["message_text"].startswith("<b>cosy heist &lt;0&gt;</b>")
    assert first["reply_markup"]["inline_keyboard"] == [
        [{"text": "More", "url": "https://t.me/usher_test_bot?start=rec_0"}]
    ]
    async with world.store.engine.connect() as connection:
        assert (await connection.execute(select(tables.Inbox))).all() == []


async def test_a_link_to_a_film_keeps_its_payload_and_others_do_not(world: World) -> None:
    async with world.running():
        for text in ("/start rec_abcdefghij", "/start@usher_test_bot rec_abcdefghij", "/start rec_a b", "/start <b>"):
            await world.api.say(ANN, text)
        await world.api.wait_for(lambda: len(world.talk.heard) == 4)
    assert [i.text for i in world.talk.heard] == ["/start rec_abcdefghij"] * 2 + ["/start"] * 2


async def test_an_explanation_grows_as_a_draft_and_then_is_a_message(world: World) -> None:
    go_on = explains(world)
    async with world.running():
        await world.api.say(ANN, "films")
        await world.api.wait_for(lambda: world.api.drafts.get(ANN) == "You <like")
        go_on.set()
        await world.api.wait_for(lambda: len(world.api.seen(ANN)) == 3)
    assert world.api.seen(ANN)[2].text == "Heat (1995)\nYou <like> heists."
    assert world.api.drafts == {}


async def test_where_there_are_no_drafts_a_message_is_edited_as_the_explanation_grows(world: World) -> None:
    go_on = explains(world)
    async with world.running():
        world.api.fail("sendMessageDraft", Fault(status=404, description="Not Found"))
        await world.api.say(ANN, "films")
        await world.api.wait_for(lambda: world.api.texts(ANN)[2:] == ["You <like"])
        go_on.set()
        await world.api.wait_for(lambda: world.api.texts(ANN)[2:] == ["Heat (1995)\nYou <like> heists."])


async def test_what_was_shown_of_an_explanation_that_failed_the_check_is_replaced(world: World) -> None:
    go_on = explains(world, by="template")
    async with world.running():
        await world.api.say(ANN, "films")
        await world.api.wait_for(lambda: world.api.drafts.get(ANN))
        go_on.set()
        await world.api.wait_for(lambda: len(world.api.seen(ANN)) == 3)


@pytest.mark.parametrize("ends", [True, False])
async def test_what_was_shown_of_an_explanation_that_is_broken_off_becomes_a_whole_one(
    world: World, ends: bool
) -> None:
    """By the end of the process, or by the next explanation."""
    explains(world)
    async with world.running() as running:
        world.api.fail("sendMessageDraft", *[Fault(status=404, description="Not Found")] * 2)
        await world.api.say(ANN, "films")
        await world.api.wait_for(lambda: world.api.texts(ANN)[2:] == ["You <like"])
        if ends:
            os.kill(os.getpid(), signal.SIGTERM)
            await running
        else:
            await world.api.say(ANN, "films")
        await world.api.wait_for(lambda: world.api.texts(ANN)[2] == "Heat (1995)\nIt has heists.")
        await world.settled()


def explains(world: World, by: str = "llm") -> asyncio.Event:
    """Let the conversation explain a film in two steps; the event allows the second."""
    go_on = asyncio.Event()

    async def rule(incoming: Incoming) -> Reply:
        card = Card(1, "heat", "Heat", 1995, (), "Because.", 1.0)
        return Reply("T", "Films:", (card,), explain=ToExplain("ann", "heat", ("you like heists",), "It has heists."))

    async def explained(reply: Reply) -> Explanation:
        await go_on.wait()
        return Explanation("heat", "You <like> heists.", by)

    world.talk.rule, world.talk.explained, world.talk.beginning = rule, explained, "You <like"
    return go_on


async def test_the_explanation_follows_the_list_and_delays_nobody(world: World) -> None:
    go_on = asyncio.Event()

    async def rule(incoming: Incoming) -> Reply:
        card = Card(1, "heat", "Heat", 1995, (), "Because.", 1.0)
        cards = (card,) if incoming.text == "films" else ()
        task = ToExplain("ann", "heat", ("you like heists",), "It has heists.") if cards else None
        return Reply(turn_id="T", text=incoming.text or "", cards=cards, explain=task)

    async def explained(reply: Reply) -> Explanation:
        await go_on.wait()
        return Explanation("heat", "You like <heists>.", "llm")

    world.talk.rule, world.talk.explained = rule, explained
    async with world.running():
        await world.api.say(ANN, "films")
        await world.api.say(ANN, "thanks")
        await world.api.say(BOB, "hello")
        await world.api.wait_for(lambda: len(world.api.seen(ANN)) == 3 and world.api.texts(BOB) == ["hello"])
        go_on.set()
        await world.api.wait_for(lambda: world.api.texts(ANN)[-1] == "Heat (1995)\nYou like <heists>.")


async def test_typing_is_shown_while_a_turn_takes_long(world: World) -> None:
    async def rule(incoming: Incoming) -> Reply:
        if incoming.text == "slow":
            await world.api.wait_for(lambda: world.api.requests("sendChatAction"))
        return await echo(incoming)

    world.talk.rule = rule
    async with world.running():
        await world.api.say(ANN, "slow")
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["You said slow"])
    assert [c.params["action"] for c in world.api.requests("sendChatAction")] == ["typing"]


async def test_hostile_and_endless_text_arrives_as_it_was_written(world: World) -> None:
    said = "<script>alert('&amp;')</script> " + "A sentence with 😀 & <b>. " * 400

    async def rule(incoming: Incoming) -> Reply:
        return Reply(turn_id="T", text=incoming.text or "", question="<i>ok</b>?")

    world.talk.rule = rule
    async with world.running():
        await world.api.say(ANN, said)
        await world.api.wait_for(lambda: "<i>ok</b>?" in world.api.texts(ANN))
    *parts, _ = world.api.texts(ANN)
    assert len(parts) == 3
    assert " ".join(parts) == said.strip()
    assert world.api.refusals == []


# -- order -------------------------------------------------------------------------------------------------------


async def test_a_chat_is_answered_in_order_one_turn_at_a_time(world: World) -> None:
    at_work = 0

    async def rule(incoming: Incoming) -> Reply:
        nonlocal at_work
        at_work += 1
        assert at_work == 1
        await asyncio.sleep(0)
        at_work -= 1
        return await echo(incoming)

    world.talk.rule = rule
    async with world.running():
        for number in range(25):
            await world.api.say(ANN, str(number))
        await world.api.wait_for(lambda: len(world.api.texts(ANN)) == 25)
    assert world.api.texts(ANN) == [f"You said {number}" for number in range(25)]


async def test_a_slow_turn_holds_up_nobody_else(world: World) -> None:
    go_on = asyncio.Event()

    async def rule(incoming: Incoming) -> Reply:
        if incoming.chat_id == str(ANN):
            await go_on.wait()
        return await echo(incoming)

    world.talk.rule = rule
    async with world.running():
        await world.api.say(ANN, "slow")
        await world.api.say(BOB, "quick")
        await world.api.wait_for(lambda: world.api.texts(BOB))
        assert world.api.texts(ANN) == []
        go_on.set()
        await world.api.wait_for(lambda: world.api.texts(ANN))


async def test_updates_delivered_again_are_answered_once(world: World) -> None:
    async with world.running():
        update = await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: world.api.texts(ANN))
        await world.api.queue(update)
    async with world.running():
        await world.api.queue(update)
        await world.api.say(ANN, "bye")
        await world.api.wait_for(lambda: "You said bye" in world.api.texts(ANN))
    assert world.api.texts(ANN) == ["You said hello", "You said bye"]


async def test_update_ids_may_start_anew_at_a_lower_number(world: World) -> None:
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: world.api.texts(ANN))
        for _ in range(2):  # the batch is acknowledged, then a quiet poll follows
            await world.api.polled()
        await world.api.say(ANN, "again", update_id=3)
        await world.api.wait_for(lambda: len(world.api.texts(ANN)) == 2)


# -- faults ------------------------------------------------------------------------------------------------------


async def test_nothing_is_sent_while_telegram_says_wait(world: World) -> None:
    async def rule(incoming: Incoming) -> Reply:
        return Reply(turn_id="T", text="one", question="two")

    world.talk.rule = rule
    world.api.fail("sendMessage", Fault(status=429, retry_after=1))
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: world.api.refusals)
        await world.api.say(BOB, "hello")
        await world.api.wait_for(lambda: len(world.api.messages) == 4)
    refused, *later = world.api.requests("sendMessage")
    assert min(call.at for call in later) - refused.at >= 1.0
    assert world.api.texts(ANN) == world.api.texts(BOB) == ["one", "two"]


async def test_server_errors_and_cut_lines_lose_and_repeat_nothing(world: World) -> None:
    async def rule(incoming: Incoming) -> Reply:
        return Reply(turn_id="T", text="one", question="two")

    world.talk.rule = rule
    world.api.fail("sendMessage", Fault(status=502), Fault(status=500), Fault(drop=True), Fault(status=503))
    world.api.fail("getUpdates", Fault(status=502), Fault(drop=True))
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: len(world.api.texts(ANN)) == 2)
    assert world.api.texts(ANN) == ["one", "two"]


async def test_a_message_without_an_answer_is_not_repeated(world: World) -> None:
    world.api.fail("sendMessage", Fault(hang=True, heard=True), Fault(drop=True, heard=True))
    async with world.running(request=0.2):
        await world.api.say(ANN, "hello")
        await world.api.say(ANN, "bye")
        await world.api.wait_for(lambda: world.api.texts(ANN)[-1:] == ["You said bye"])
        await world.settled()
    assert world.api.texts(ANN) == ["You said hello", "You said bye"]
    assert [row.message_id for row in await world.outbox()] == [str(m.id) for m in world.api.seen(ANN)]


async def test_a_message_that_never_arrives_is_set_aside_and_the_next_one_goes(world: World) -> None:
    world.api.fail("sendMessage", *[Fault(drop=True)] * SENDINGS)
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.say(ANN, "bye")
        await world.api.wait_for(lambda: world.api.texts(ANN))
        await world.settled()
    assert world.api.texts(ANN) == ["You said bye"]
    dead, _ = await world.outbox()
    assert dead.error == "sent 3 times without an answer; may have arrived"


async def is_blocked(world: World, person: int) -> bool:
    async with world.store.reading() as reading:
        user = await reading.user_called("telegram", str(person))
    return user is not None and user.blocked_at is not None


async def test_who_blocked_us_is_left_alone_until_they_write_again(world: World) -> None:
    async def rule(incoming: Incoming) -> Reply:
        return Reply(turn_id="T", text="one", question="two")

    world.talk.rule = rule
    world.api.block(ANN)
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.say(BOB, "hello")
        await world.api.wait_for(lambda: len(world.api.texts(BOB)) == 2 and world.api.refusals)
        async with asyncio.timeout(10):
            while not await is_blocked(world, ANN):  # noqa: ASYNC110  (the database can't call us back)
                await asyncio.sleep(0.01)
        world.api.unblock(ANN)
        await world.api.say(ANN, "/start")
        await world.api.wait_for(lambda: len(world.api.texts(ANN)) == 2)
    assert len([c for c in world.api.requests("sendMessage") if c.params["chat_id"] == str(ANN)]) == 3


async def test_a_refused_message_is_set_aside_and_the_next_one_goes(world: World) -> None:
    async def rule(incoming: Incoming) -> Reply:
        return Reply(turn_id="T", text="Pick:", buttons=(Button("too long", "x" * 65),), question="")

    world.talk.rule = rule
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: world.api.refusals)
        world.talk.rule = echo
        await world.api.say(ANN, "again")
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["You said again"])
    dead, sent = await world.outbox()
    assert dead.dead_at is not None
    assert dead.error == "Button_data_invalid"
    assert sent.sent_at is not None


@pytest.mark.parametrize(
    "fault",
    [
        [Fault(status=413, description="Request Entity Too Large")],
        [Fault(status=500, description="Internal Server Error")] * 5,
    ],
)
async def test_a_message_that_is_refused_for_good_blocks_nobody_for_good(
    world: World, fault: list[Fault], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "REFUSALS", 5)
    world.api.fail("sendMessage", *fault)
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.say(ANN, "bye")
        await world.api.wait_for(lambda: world.api.texts(ANN))
        await world.settled()
    assert world.api.texts(ANN) == ["You said bye"]
    dead, _ = await world.outbox()
    assert dead.error == fault[0].description


async def test_a_network_that_is_down_costs_no_message_however_long(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, send = 0, Bot.send_message

    async def cut(*args: Any, **kwargs: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries > 12:
            return await send(*args, **kwargs)
        raise NetworkError("away") from httpx.ConnectError("away")

    monkeypatch.setattr(outbox, "REFUSALS", 5)
    monkeypatch.setattr(Bot, "send_message", cut)
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["You said hello"])


@pytest.mark.parametrize("chat", [ANN, CLUB])
async def test_a_poison_message_is_set_aside_after_five_tries(world: World, chat: int) -> None:
    async def rule(incoming: Incoming) -> Reply:
        if incoming.text == "/poison":
            raise RuntimeError("boom")
        return await echo(incoming)

    world.talk.rule = rule
    async with world.running():
        await world.api.say(chat, "/poison", by=ANN)
        await world.api.say(chat, "/hello", by=ANN)
        await world.api.wait_for(lambda: len(world.api.texts(chat)) == 2)
    assert Counter(i.text for i in world.talk.heard) == {"/poison": 5, "/hello": 1}
    assert world.api.texts(chat) == ["Something went wrong.", "You said /hello"]


async def test_a_failing_turn_says_where_and_not_what_in_the_log(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    async def rule(incoming: Incoming) -> Reply:
        return {}[incoming.text]  # type: ignore[index]

    world.talk.rule = rule
    async with world.running():
        await world.api.say(ANN, "my secret wish")
        await world.api.wait_for(lambda: world.api.texts(ANN))
    said = capfd.readouterr().err
    here = f"unit/test_telegram_channel.py:{rule.__code__.co_firstlineno + 1} < "
    assert "error=KeyError" in said
    assert f'where="{here}' in said
    assert "my secret wish" not in said
    async with world.store.reading_as(Dashboard) as reading:
        ((_, stored, _, _),) = await reading.latest_errors(1)
    assert stored.startswith(f"KeyError at {here}")


async def test_so_does_a_message_that_can_not_be_sent(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    async with world.store.unit() as unit:
        await unit.enqueue("telegram", str(ANN), {"replace": "my secret wish", "text": "", "keyboard": []})
        await unit.commit()
    async with world.running():
        await world.settled()
    said = capfd.readouterr().err
    assert "ValueError at telegram/post.py:" in said
    assert "my secret wish" not in said
    (dead,) = await world.outbox()
    assert str(dead.error).startswith("ValueError at telegram/post.py:")


async def test_malformed_updates_stop_nobody(world: World) -> None:
    private = {"id": ANN, "type": "private"}
    malformed: list[dict[str, Any]] = [
        {"message": None},
        {"message": {"chat": ANN}},
        {"message": {"chat": private, "text": "no sender"}},
        {"callback_query": {"data": "no id"}},
        {"callback_query": [1]},
        {"my_chat_member": {"chat": {"id": 2**70, "type": "private"}}},
        {"update_id": 2**70, "message": {}},
        {"update_id": "one"},
        {"brand_new_kind": {"a": 1}},
        {"message": {"chat": private, "from": {"id": ANN}, "text": "\0\ud800hello"}},
    ]
    async with world.running():
        for update in malformed:
            await world.api.queue(update)
        await world.api.say(BOB, "hello")
        await world.api.wait_for(lambda: world.api.texts(BOB) == ["You said hello"])
        await world.api.wait_for(lambda: world.api.texts(ANN)[-1:] == ["You said hello"])
        async with asyncio.timeout(10):
            while await world.waiting():  # noqa: ASYNC110  (the database can't call us back)
                await asyncio.sleep(0.01)


async def test_a_database_that_fails_costs_no_message(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    receive, failures = world.store.receive, iter(range(2))

    async def unlucky(*args: Any) -> int:
        for _ in failures:
            raise StoreError("The database's disk is full; make room, then try again.")
        return await receive(*args)

    monkeypatch.setattr(world.store, "receive", unlucky)
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["You said hello"])
    assert world.announced[1:] == [
        "Can't store what people write; check the database and the disk. Trying again.",
        "Working again.",
    ]


# -- start and stop ----------------------------------------------------------------------------------------------


async def test_a_wrong_token_ends_with_what_to_do(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ChannelError) as refused:
        await world.run(token="123456:wrong")
    assert str(refused.value) == "Telegram refused the token; check TELEGRAM_BOT_TOKEN (from @BotFather)."
    assert "123456:wrong" not in caplog.text


async def test_the_token_is_never_logged(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    world.api.fail(
        "sendMessage", Fault(status=500), Fault(drop=True), Fault(status=400), Fault(status=429, retry_after=1)
    )
    world.api.fail("getUpdates", Fault(status=409), Fault(status=500), Fault(drop=True))
    with caplog.at_level(logging.DEBUG):
        async with world.running():
            await world.api.say(ANN, "hello")
            await world.api.wait_for(lambda: len(world.api.refusals) >= 3)
    assert TOKEN not in caplog.text + "".join(capfd.readouterr())


async def test_a_second_poller_is_announced_and_outlived(world: World) -> None:
    world.api.fail("getUpdates", Fault(status=409), Fault(status=409))
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: world.api.texts(ANN))
    assert world.announced[1:] == [
        "Another program is polling with this bot's token; stop it. Trying again.",
        "Working again.",
    ]


async def test_a_network_that_is_down_at_the_start_is_announced_once_and_waited_for(world: World) -> None:
    await world.api.stop()
    task = world.run()
    await world.api.wait_for(lambda: world.announced)
    await world.api.start()
    await world.api.polled()
    await world.api.say(ANN, "hello")
    await world.api.wait_for(lambda: world.api.texts(ANN))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert world.announced == [
        "Can't reach Telegram; check the network and TELEGRAM_BASE_URL. Trying again.",
        "Working again.",
        "Usher is on Telegram as @usher_test_bot. Stop it with Ctrl+C.",
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_running_turns_finish_and_keeps_the_rest(world: World, number: int) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def rule(incoming: Incoming) -> Reply:
        begun.set()
        await go_on.wait()
        return await echo(incoming)

    world.talk.rule = rule
    task = world.run()
    await world.api.polled()
    await world.api.say(ANN, "first")
    await world.api.say(ANN, "second")
    await begun.wait()
    await world.api.polled()  # both are stored by now
    os.kill(os.getpid(), number)
    await asyncio.sleep(0)
    go_on.set()
    async with asyncio.timeout(5):
        await task
    assert world.api.texts(ANN) == ["You said first"]
    async with world.running():
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["You said first", "You said second"])


async def test_a_turn_that_hangs_does_not_keep_the_process(world: World) -> None:
    begun = asyncio.Event()

    async def rule(incoming: Incoming) -> Reply:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    world.talk.rule = rule
    task = world.run(replace(QUICK, stop=0.2))
    await world.api.polled()
    await world.api.say(ANN, "hello")
    await begun.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(5):
        await task
    world.talk.rule = echo
    async with world.running():
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["You said hello"])


# -- pace --------------------------------------------------------------------------------------------------------


def test_a_rate_lets_a_burst_through_then_keeps_its_pace() -> None:
    rate = Rate(per_second=2.0, burst=3)
    assert [rate.reserve(100.0) for _ in range(5)] == [0.0, 0.0, 0.0, 0.5, 1.0]
    assert not rate.idle(101.0)
    assert rate.idle(102.5)
    assert rate.reserve(200.0) == 0.0


async def test_a_group_gets_no_more_a_minute_than_telegram_allows() -> None:
    timing = Timing()
    group, person = Limits(timing).rate_of(str(CLUB)), Limits(timing).rate_of(str(ANN))
    assert sum(1 for _ in range(100) if group.reserve(0.0) <= 60.0) <= 21
    assert sum(1 for _ in range(100) if person.reserve(0.0) <= 60.0) > 60


async def test_a_chat_gets_its_burst_at_once_and_then_one_message_a_beat() -> None:
    limits = Limits(replace(QUICK, chat_per_second=20.0, chat_burst=2))
    clock = asyncio.get_running_loop().time
    passed = []
    for _ in range(4):
        await limits.turn("7")
        passed.append(clock())
    gaps = [after - before for before, after in pairwise(passed)]
    assert gaps[0] < 0.04
    assert min(gaps[1:]) > 0.04
