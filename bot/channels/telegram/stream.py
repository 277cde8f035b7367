"""Words that appear as they are written: a draft where the Bot API has drafts, else a message that is edited."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels.telegram.pace import Limits, Timing
from bot.channels.telegram.render import TEXT_UNITS, clip

log = structlog.get_logger(__name__)


class Stream:
    """Shows the beginning of a text, plain, as it grows; ``end`` it before the final text is sent.

    What is shown lags behind: at most one request at a time, and ``Timing.stream`` seconds between two.
    """

    def __init__(
        self,
        bot: Bot,
        chat_id: str,
        limits: Limits,
        timing: Timing,
        busy: Callable[[], Awaitable[bool]],
        posted: Callable[[int], None],
    ) -> None:
        """``busy`` tells whether messages still wait to be sent to this chat: they come first. ``posted`` is told the
        id of the message, if one is sent."""
        self._bot = bot
        self._chat_id = chat_id
        self._limits = limits
        self._busy = busy
        self._posted = posted
        self._pause = timing.stream
        self._draft_id = random.getrandbits(31) | 1
        self._drafts = not chat_id.startswith("-")  # groups have none
        self._text = ""
        self._pump: asyncio.Task[None] | None = None
        self._posting: list[asyncio.Task[None]] = []
        self.shown = False
        """Whether anything was."""
        self.message_id: int | None = None
        """The message to replace by the final text, unless drafts were shown."""

    async def grow(self, text: str) -> None:
        """The text so far."""
        self._text = text
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._show())

    async def end(self) -> None:
        """Show nothing more. A request under way is finished: a message that nobody knows of would stay for good."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, *self._posting, return_exceptions=True)

    async def _show(self) -> None:
        done = ""
        while self._text != done:
            if not self._limits.held and not await self._busy():
                done = self._text
                self._posting = [asyncio.create_task(self._post(clip(done, TEXT_UNITS)))]
                try:
                    await asyncio.shield(self._posting[0])
                except TelegramError as error:
                    log.info("stream broken off", error=str(error))
                    return
            await asyncio.sleep(self._pause)

    async def _post(self, text: str) -> None:
        if self._drafts:
            try:
                await self._bot.send_message_draft(int(self._chat_id), self._draft_id, text)
            except (BadRequest, InvalidToken):  # a Bot API server that knows no drafts says "not found"
                self._drafts = False
            else:
                self.shown = True
                return
        if self.message_id is None:
            await self._limits.turn(self._chat_id)
            self.message_id = (await self._bot.send_message(self._chat_id, text, disable_notification=True)).message_id
            self._posted(self.message_id)
        else:
            await self._bot.edit_message_text(text, chat_id=self._chat_id, message_id=self.message_id)
        self.shown = True
