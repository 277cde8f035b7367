"""Words on screen while they come: live in the terminal, as a draft on Telegram."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import pytest
from telegram import Bot
from telegram.error import NetworkError

from bot.channels.console import Console
from bot.channels.telegram.pace import Limits, Timing
from bot.channels.telegram.stream import Stream
from bot.conversation.reply import Explanation, Reply
from recsys.phrase import OnPartial

PARTS = ("Heat is", "Heat is a crime", "Heat is a crime <thriller>")


class Talker:
    """Answers everything with a list, and explains in three steps."""

    async def turn(self, _: Any) -> Reply:
        return Reply("0123456789ABC", "Try these:")

    async def explain(self, _: Reply, on_partial: OnPartial | None = None) -> Explanation:
        for part in PARTS:
            if on_partial is not None:
                await on_partial(part)
        return Explanation("heat", "Heat is a crime film.", "llm")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("out", "live"), [(Terminal(), True), (StringIO(), False)])
async def test_a_terminal_shows_words_as_they_come_and_in_the_end_what_was_checked(out: StringIO, live: bool) -> None:
    await Console(Talker(), source=StringIO("hello\n"), out=out).chat()  # type: ignore[arg-type]
    shown = out.getvalue()
    assert (PARTS[1] + " …" in shown) == live
    assert shown.index("Try these:") < shown.rindex("Heat is a crime film.")
    assert shown.endswith("\nHeat is a crime film.\n")


@dataclass
class FakeBot:
    error: Exception | None = None
    drafts: list[tuple[int, int, str]] = field(default_factory=list)
    sent: asyncio.Event = field(default_factory=asyncio.Event)

    async def send_message_draft(self, chat_id: int, draft_id: int, text: str) -> bool:
        self.drafts.append((chat_id, draft_id, text))
        self.sent.set()
        if self.error:
            raise self.error
        return True


async def idle() -> bool:
    return False


async def test_a_draft_is_plain_text_and_no_faster_than_its_pause_while_the_latest_wins() -> None:
    bot = FakeBot()
    fake: Any = bot
    telegram: Bot = fake
    stream = Stream(telegram, "7", Limits(Timing()), Timing(stream=0.05), idle, print)
    await stream.grow(PARTS[0])
    await bot.sent.wait()
    bot.sent.clear()
    for part in PARTS[1:]:
        await stream.grow(part)
    assert len(bot.drafts) == 1
    await bot.sent.wait()
    await stream.end()
    assert [text for _, _, text in bot.drafts] == [PARTS[0], PARTS[2]]
    assert {chat for chat, _, _ in bot.drafts} == {7} and len({draft for _, draft, _ in bot.drafts}) == 1
    assert stream.shown and stream.message_id is None


async def test_telegram_away_shows_no_draft_and_holds_nothing_up() -> None:
    bot = FakeBot(NetworkError("away"))
    fake: Any = bot
    stream = Stream(fake, "7", Limits(Timing()), Timing(stream=0), idle, print)
    await stream.grow(PARTS[0])
    await bot.sent.wait()
    await stream.end()
    assert not stream.shown
