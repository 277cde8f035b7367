"""How fast we may talk to Telegram, and how long we wait for it."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from telegram.error import RetryAfter

from bot.channels.telegram.codec import is_group


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, unless said otherwise; the defaults suit Telegram: about 30 messages/s, 1/s a chat, 20/min a group."""

    poll: float = 25.0
    request: float = 10.0
    per_second: float = 28.0
    chat_per_second: float = 1.0
    chat_burst: int = 6
    """Messages a chat may get at once: Telegram tolerates a short burst, and a list reads best in one go."""
    group_per_minute: int = 20
    """A group's burst included."""
    turns: int = 16
    """Turns that may run at the same time, over all chats."""
    press: float = 1.0
    """A button press is answered by then, with or without the turn's notice."""
    typing: float = 0.4
    """A turn that takes longer shows "typing"."""
    stream: float = 1.0
    """Between two looks at a text that is being written."""
    retry: float = 0.5
    retry_most: float = 4.0
    """However long Telegram or the database was away, people are served soon after it is back."""
    stop: float = 8.0

    def backoff(self, failures: int) -> float:
        """How long to wait after the nth failure in a row: doubling, bounded, spread by a quarter."""
        longest = min(self.retry_most, self.retry * 2.0 ** min(failures - 1, 20))
        return longest * random.uniform(0.75, 1.0)


class Rate:
    """At most ``burst`` at once and ``per_second`` on average (the generic cell rate algorithm)."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._gap = 1.0 / per_second
        self._slack = (burst - 1) * self._gap
        self._due = 0.0

    def reserve(self, now: float) -> float:
        """Take the next place; returns the seconds to wait for it."""
        wait = max(0.0, self._due - self._slack - now)
        self._due = max(self._due, now) + self._gap
        return wait

    def idle(self, now: float) -> bool:
        """Whether it has forgotten all that was sent."""
        return self._due <= now


class Limits:
    """The turnstile before every message: one chat's rate, everyone's rate, and Telegram's own "wait"."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._everyone = Rate(timing.per_second, max(1, int(timing.per_second)))
        self._chats: dict[str, Rate] = {}
        self._held_until = 0.0

    @property
    def held(self) -> bool:
        """Whether Telegram told us to wait."""
        return monotonic() < self._held_until

    def hold(self, seconds: float) -> None:
        """Let nothing through for so long."""
        self._held_until = max(self._held_until, monotonic() + seconds)

    async def turn(self, chat_id: str) -> None:
        """Wait until a message to this chat may go."""
        await asyncio.sleep(self.rate_of(chat_id).reserve(monotonic()))
        await self.passage()

    async def passage(self) -> None:
        """Wait until a request that sends nothing may go."""
        while True:
            await self.released()
            await asyncio.sleep(self._everyone.reserve(monotonic()))
            if not self.held:
                return

    async def released(self) -> None:
        """Wait for as long as Telegram told us to."""
        while self.held:  # noqa: ASYNC110 - it may be prolonged meanwhile
            await asyncio.sleep(self._held_until - monotonic())

    def rate_of(self, chat_id: str) -> Rate:
        """How fast a chat may be written to."""
        if len(self._chats) > 10_000:
            now = monotonic()
            self._chats = {chat: rate for chat, rate in self._chats.items() if not rate.idle(now)}
        if chat_id not in self._chats:
            rate, burst = self._timing.chat_per_second, self._timing.chat_burst
            if is_group(chat_id):
                rate = min(rate, (self._timing.group_per_minute - burst) / 60)
            self._chats[chat_id] = Rate(rate, burst)
        return self._chats[chat_id]


def forced_wait(error: RetryAfter) -> float:
    """The seconds that Telegram tells us to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
