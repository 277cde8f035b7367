"""Button presses: Telegram shows a spinner on the button until the press is answered."""

from __future__ import annotations

import asyncio

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.pace import Timing
from bot.channels.telegram.render import NOTICE_UNITS, clip

log = structlog.get_logger(__name__)

_GOODBYE = 1.0
"""Seconds that a stopping process gives its last answers."""


class Presses:
    """Answers each press once: with its turn's notice when the turn is quick, else without words, in time."""

    def __init__(self, bot: Bot, timing: Timing) -> None:
        self._bot = bot
        self._timing = timing
        self._open: dict[str, asyncio.TimerHandle] = {}
        self._late: set[str] = set()
        self._sending: set[asyncio.Task[None]] = set()

    def arrived(self, query: str) -> None:
        """Start the clock of a press."""
        if query not in self._open and query not in self._late:
            loop = asyncio.get_running_loop()
            self._open[query] = loop.call_later(self._timing.press, self._out_of_time, query)

    def claim(self, query: str) -> bool:
        """Whether the answer is still to be given; if so the clock stops and ``answer`` must follow."""
        if query in self._open:
            self._open[query].cancel()
        return query in self._open

    def answer(self, query: str, notice: str | None) -> None:
        """End a press, unless its time ran out. An earlier process may have left it to us."""
        if query in self._open:
            self._open.pop(query).cancel()
        if query in self._late:
            self._late.discard(query)
        else:
            self._send(query, notice)

    async def finish(self) -> None:
        """Give the answers that are due, as far as that is quick."""
        for query in list(self._open):
            self.answer(query, None)
        tasks = list(self._sending)
        if tasks:
            await asyncio.wait(tasks, timeout=_GOODBYE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _out_of_time(self, query: str) -> None:
        del self._open[query]
        self._late.add(query)
        self._send(query, None)

    def _send(self, query: str, notice: str | None) -> None:
        task = asyncio.create_task(self._post(query, notice))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _post(self, query: str, notice: str | None) -> None:
        try:
            await self._bot.answer_callback_query(query, clip(notice, NOTICE_UNITS) if notice else None)
        except TelegramError as error:  # too old, or Telegram is away: the spinner ends by itself
            log.info("press not answered", error=str(error))
