"""Words on screen while they come: live in the terminal, as a draft on Telegram."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest

from bot.channels.console import Console
from bot.channels.telegram.drafts import DraftStream
from bot.channels.telegram.pace import Limits, Timing
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


def stream(bot: FakeBot, chat_id: str = "7", period: float = 30.0) -> DraftStream:
    fake: Any = bot
    telegram: Bot = fake
    return DraftStream(telegram, chat_id, "turn", Limits(Timing()), period)


async def test_a_draft_is_plain_text_and_no_faster_than_its_period_while_the_latest_wins() -> None:
    bot = FakeBot()
    async with stream(bot, period=0.05) as draft:
        await draft.show(PARTS[0])
        await bot.sent.wait()
        bot.sent.clear()
        for part in PARTS[1:]:
            await draft.show(part)
        assert len(bot.drafts) == 1
        await bot.sent.wait()
    assert [text for _, _, text in bot.drafts] == [PARTS[0], PARTS[2]]
    assert {chat for chat, _, _ in bot.drafts} == {7} and len({draft for _, draft, _ in bot.drafts}) == 1


async def test_groups_and_refusals_show_no_draft_and_hold_nothing_up() -> None:
    group, refused = FakeBot(), FakeBot(BadRequest("no drafts here"))
    async with stream(group, "-100"), stream(refused, period=0.0) as draft:
        await draft.show(PARTS[0])
        await refused.sent.wait()
        await draft.show(PARTS[1])
        await asyncio.sleep(0)
    assert group.drafts == [] and len(refused.drafts) == 1
