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

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import select

from bot import logs
from bot.channels.telegram.pace import Limits, Rate, Timing
from bot.channels.telegram.run import run_telegram
from bot.conversation.reply import Button, Card, Explanation, Reply, ToExplain
from bot.conversation.service import Incoming
from bot.settings import Settings
from bot.store import tables
from bot.store.migrate import upgrade
from bot.store.repository import Store
from recsys.errors import ChannelError, StoreError
from tests.support.botapi import TOKEN, BotApi, Fault

ANN, BOB = 7, 8
TEXTS = {"only_text": "Words only.", "groups": "One to one.", "trouble": "Something went wrong."}
QUICK = Timing(
    poll=1, request=1, per_second=1000, chat_per_second=1000, press=0.3, typing=0.2, retry=0.02, retry_most=0.1
)


@dataclass
class Talk:
    """Plays the conversation: answers by ``rule`` and stores what the real one would."""

    store: Store
    rule: Callable[[Incoming], Awaitable[Reply]]
    heard: list[Incoming] = field(default_factory=list)
    explained: Callable[[Reply], Awaitable[Explanation | None]] | None = None

    async def turn(self, incoming: Incoming, *, deliver: Callable[[Reply], Sequence[Any]]) -> Reply:
        self.heard.append(incoming)
        await self.store.user(incoming.channel, incoming.external_id, incoming.name)
        reply = await self.rule(incoming)
        assert incoming.inbox_id is not None
        async with self.store.unit() as unit:
            for payload in deliver(reply):
                await unit.enqueue(incoming.channel, incoming.chat_id, payload)
            await unit.inbox_done(incoming.inbox_id)
            await unit.commit()
        return reply

    async def explain(self, reply: Reply, on_partial: object = None) -> Explanation | None:
        return await self.explained(reply) if self.explained else None


async def echo(incoming: Incoming) -> Reply:
    return Reply(turn_id="T", text=f"You said {incoming.text or incoming.press}")


@dataclass
class World:
    """One bot, its server, its database and its conversation."""

    api: BotApi
    store: Store
    talk: Talk
    announced: list[str] = field(default_factory=list)

    def run(self, timing: Timing = QUICK, token: str = TOKEN) -> asyncio.Task[None]:
        settings = Settings(telegram_bot_token=token, telegram_base_url=self.api.base_url, _env_file=None)
        return asyncio.create_task(
            run_telegram(
                settings,
                self.store,
                self.talk,  # type: ignore[arg-type]
                commands={"start": "start over", "help": "how to talk to me"},
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
            yield World(api, store, Talk(store, echo))
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
    async with world.running():
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


async def test_what_is_not_text_and_groups_get_a_kind_word(world: World) -> None:
    group = {"id": -5, "type": "supergroup", "title": "Film club"}
    added = {
        "chat": group,
        "from": {"id": ANN},
        "old_chat_member": {"status": "left"},
        "new_chat_member": {"status": "member"},
    }
    async with world.running():
        await world.api.queue({"my_chat_member": added})
        await world.api.queue({"message": {"chat": group, "from": {"id": ANN}, "text": "hi all"}})
        await world.api.say(ANN, None, sticker={"file_id": "x"})
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["Words only."])
        await world.api.wait_for(lambda: world.api.texts(-5) == ["One to one."])
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: "You said hello" in world.api.texts(ANN))
    assert len(world.api.seen(-5)) == 1
    assert [i.text for i in world.talk.heard] == ["hello"]


async def test_the_explanation_follows_the_list_and_delays_nobody(world: World) -> None:
    go_on = asyncio.Event()

    async def rule(incoming: Incoming) -> Reply:
        card = Card(1, "heat", "Heat", 1995, (), "Because.", 1.0)
        cards = (card,) if incoming.text == "films" else ()
        task = ToExplain("heat", ("you like heists",), "films", "It has heists.") if cards else None
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


async def test_a_message_without_an_answer_is_repeated_once_at_most(world: World) -> None:
    world.api.fail("sendMessage", *[Fault(hang=True, heard=True)] * 3)
    async with world.running(request=0.2):
        await world.api.say(ANN, "hello")
        await world.api.say(ANN, "bye")
        await world.api.wait_for(lambda: world.api.texts(ANN)[-1:] == ["You said bye"])
        await world.api.wait_for(lambda: len(world.api.requests("sendMessage")) == 4)
    assert Counter(world.api.texts(ANN)) == {"You said hello": 2, "You said bye": 2}


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
    assert len(world.api.refusals) == 1


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


async def test_a_poison_message_is_set_aside_after_five_tries(world: World) -> None:
    async def rule(incoming: Incoming) -> Reply:
        if incoming.text == "poison":
            raise RuntimeError("boom")
        return await echo(incoming)

    world.talk.rule = rule
    async with world.running():
        await world.api.say(ANN, "poison")
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: len(world.api.texts(ANN)) == 2)
    assert Counter(i.text for i in world.talk.heard) == {"poison": 5, "hello": 1}
    assert world.api.texts(ANN) == ["Something went wrong.", "You said hello"]


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
