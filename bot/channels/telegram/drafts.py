"""Words on screen while they come: a draft in the chat that the finished message replaces."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from zlib import crc32

from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.pace import Limits
from bot.channels.telegram.render import TEXT_UNITS, clip

PERIOD = 1.0
"""Seconds between two states of a draft: Telegram allows one message a second in a chat."""


class DraftStream:
    """Shows growing text as a draft, as plain text; the latest state wins. Only private chats have drafts: elsewhere,
    and after any refusal, nothing is shown, and the finished message says it all."""

    def __init__(self, bot: Bot, chat_id: str, key: str, limits: Limits, period: float = PERIOD) -> None:
        self._bot = bot
        self._chat_id = chat_id
        self._draft_id = crc32(key.encode()) or 1
        self._limits = limits
        self._period = period
        self._latest = asyncio.Queue[str](maxsize=1)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._chat_id.isdigit():  # groups have negative ids
            self._task = asyncio.create_task(self._show())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def show(self, text: str) -> None:
        """Make this the draft's text soon; never waits."""
        if self._latest.full():
            self._latest.get_nowait()
        self._latest.put_nowait(text)

    async def _show(self) -> None:
        with suppress(TelegramError):
            while True:
                text = clip(await self._latest.get(), TEXT_UNITS)
                if not self._limits.held:
                    await self._bot.send_message_draft(int(self._chat_id), self._draft_id, text)
                await asyncio.sleep(self._period)
