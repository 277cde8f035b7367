"""Outbox -> Telegram: each chat in order, chats side by side, nothing lost, no sending in a forced wait.

A message that may have arrived, since the process was killed while it was under way or its answer never came, is looked
for before it is sent again (decision 13).
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import httpx
import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.codec import CHANNEL, is_group
from bot.channels.telegram.counters import Counters
from bot.channels.telegram.pace import Limits, Timing, forced_wait
from bot.channels.telegram.post import Post, changes
from bot.channels.telegram.underway import Underway
from bot.logs import places
from bot.store.reading import LONGEST_RETRY, Reading
from bot.store.records import Outgoing, utcnow
from bot.store.repository import Store
from bot.store.unit import Unit
from recsys.errors import StoreError

log = structlog.get_logger(__name__)

_LOOK_AGAIN = 1.0
"""Seconds after which the outbox is read even though nobody said that something is in it."""
AT_A_TIME = 8
"""Messages under way: those that must be looked for after a crash, so few; with four, what two hundred people were told
lagged."""
SENDINGS = 3
"""Without an answer, and each time in vain looked for: then a message is set aside, so that nobody is flooded."""
REFUSALS = 500
"""Answers that say no in a way that is not the message's fault, as far as we know (5xx): then it is set aside, so that
its chat goes on. That takes half an hour: longer than Telegram is in trouble; a network that is down never answers."""
_LATEST = 200
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Sender:
    """Sends what is due. ``wake`` it when there is something new."""

    def __init__(
        self, post: Post, store: Store, limits: Limits, timing: Timing, counters: Counters, underway: Underway
    ) -> None:
        self._post = post
        self._store = store
        self._limits = limits
        self._timing = timing
        self._counters = counters
        self._underway = underway
        self._recalled = False
        self._news = asyncio.Event()
        self._room = asyncio.Semaphore(AT_A_TIME)
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._unanswered: Counter[int] = Counter()
        self._refused: Counter[int] = Counter()
        self._unwritten: list[tuple[Callable[[Unit], Awaitable[None]], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._closing = False

    def wake(self) -> None:
        """Look into the outbox now."""
        self._news.set()

    async def run(self) -> None:
        """Send until cancelled or, after ``close``, until nothing is due."""
        while True:
            self._news.clear()
            # A chat that is busy now may be through before the query returns its old row: skip it this time.
            busy = set(self._sending)
            try:
                async with self._store.reading() as reading:
                    if not self._recalled:
                        await self._recall(reading)
                    due = await reading.outbox_due(CHANNEL, utcnow())
            except StoreError as error:
                log.warning("outbox unreadable", error=str(error))
                due = ()
            for row in due:
                if row.chat_id not in busy:
                    task = asyncio.create_task(self._chat(row))
                    self._sending[row.chat_id] = task
                    task.add_done_callback(partial(self._sent, row.chat_id))
            if self._closing and not self._sending:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_AGAIN):  # wait_for of Python 3.11 may swallow a cancellation
                    await self._news.wait()

    def close(self) -> None:
        """Let ``run`` return once nothing is due."""
        self._closing = True
        self.wake()

    async def abandon(self) -> None:
        """Break off what is being sent; it stays in the outbox."""
        tasks = [*self._sending.values(), *((self._writing,) if self._writing else ())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _recall(self, reading: Reading) -> None:
        """Learn how far the counters had come in earlier lives."""
        for chat_id, message_id in await reading.latest_sent(CHANNEL, _LATEST):
            self._counters.saw(chat_id, int(message_id))
        for row in await reading.latest_heard(CHANNEL, _LATEST):
            self._counters.heard(row.payload)
        self._recalled = True

    def _sent(self, chat_id: str, _: asyncio.Task[None]) -> None:
        del self._sending[chat_id]
        self.wake()

    async def _chat(self, row: Outgoing) -> None:
        """Send what is due in a chat; ``run`` finds what is queued behind our back."""
        blocked, waiting = await self._waiting(row)
        if blocked:
            await self._give_up(row, "blocked")
            return
        for following in waiting:
            if not await self._send(following):
                return

    async def _waiting(self, row: Outgoing) -> tuple[bool, tuple[Outgoing, ...]]:
        """Whether a chat has blocked us, and what is due in it."""
        try:
            async with self._store.reading() as reading:
                user = await reading.user_called(CHANNEL, row.chat_id)
                waiting = await reading.outbox_of(CHANNEL, row.chat_id, utcnow())
        except StoreError:
            return False, (row,)
        return user is not None and user.blocked_at is not None, waiting

    async def _send(self, row: Outgoing) -> bool:
        """Send one message when it is its turn; returns whether the chat's next may be tried."""
        await self._limits.turn(row.chat_id)
        async with self._room:
            await self._limits.released()  # one of those before may have been told to wait
            return await self._sent_and_noted(row)

    async def _sent_and_noted(self, row: Outgoing) -> bool:
        try:
            message_id = await self._found(row) or await self._posted(row)
        except RetryAfter as error:
            seconds = forced_wait(error) + random.uniform(0.05, 0.5)
            self._limits.hold(seconds)
            await self._retry(row, seconds, error)
        except Forbidden as error:
            await self._settle(lambda unit: mark_blocked(unit, row.chat_id))
            await self._give_up(row, str(error))
        except ChatMigrated as error:
            old, new = row.chat_id, str(error.new_chat_id)
            await self._settle(lambda unit: unit.move_chat(CHANNEL, old, new))
            self._over(row)
        except (BadRequest, _NoAnswer) as error:
            await self._give_up(row, str(error))
        except InvalidToken as error:
            await self._retry(row, self._timing.retry_most, error)
        except (TelegramError, StoreError) as error:  # or what the payload names can't be read now
            self._refused[row.id] += _is_answer(error)
            if _is_too_large(error) or self._refused[row.id] == REFUSALS:
                await self._give_up(row, str(error))
            else:
                await self._retry(row, self._timing.backoff(row.attempts + 1), error)
        except Exception as error:  # a payload that we can't even post would be tried for ever
            # Its words may quote a person.
            await self._give_up(row, f"{type(error).__name__} at {places(error)}")
        else:
            if message_id is not None:
                self._counters.saw(row.chat_id, int(message_id))
            await self._settle(lambda unit: _done(unit, row, message_id))
            self._over(row)
            return True
        return False

    async def _found(self, row: Outgoing) -> str | None:
        """What Telegram calls a message that arrived without our knowing; None when it did not, or we can't tell."""
        since = self._underway.since(row)
        if not since:
            return None
        numbers = self._counters.unknown(row.chat_id, since)
        async with self._store.reading() as reading:
            ours = await reading.sent_among(CHANNEL, row.chat_id, map(str, numbers))
        for number in numbers:
            if str(number) not in ours:
                await self._limits.passage()
                if await self._post.shows(row.chat_id, number, row.payload):
                    log.warning("message had arrived", turn=row.turn_id)
                    return str(number)
        return None

    async def _posted(self, row: Outgoing) -> str | None:
        if self._unanswered[row.id] == SENDINGS:
            raise _NoAnswer(f"sent {SENDINGS} times without an answer; may have arrived")
        new = row not in self._underway
        if not changes(row.payload):
            self._underway.sets_out(row, self._counters.latest(row.chat_id))
        try:
            return await self._post(row.chat_id, row.payload)
        except (TelegramError, StoreError) as error:
            if _may_have_arrived(error):
                self._unanswered[row.id] += 1
            elif new:
                self._underway.settled(row)
            raise

    async def _give_up(self, row: Outgoing, reason: str) -> None:
        log.error("message not sent", turn=row.turn_id, error=reason)
        await self._settle(lambda unit: unit.outbox_dead(row.id, reason))
        self._over(row)

    def _over(self, row: Outgoing) -> None:
        """What became of a message is noted."""
        self._unanswered.pop(row.id, None)
        self._refused.pop(row.id, None)
        self._underway.settled(row)

    async def _retry(self, row: Outgoing, seconds: float, error: TelegramError | StoreError) -> None:
        log.warning("message delayed", turn=row.turn_id, attempts=row.attempts + 1, error=str(error))
        # A longer wait, which only Telegram's own "wait" can be, is kept by the limits.
        later = utcnow() + min(timedelta(seconds=seconds), LONGEST_RETRY)
        await self._settle(lambda unit: unit.outbox_retry(row.id, later, str(error)))
        asyncio.get_running_loop().call_later(seconds, self.wake)

    async def _settle(self, write: Callable[[Unit], Awaitable[None]]) -> None:
        """Note down what became of a message, however long the store takes: else it would go out again."""
        written = asyncio.get_running_loop().create_future()
        self._unwritten.append((write, written))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await asyncio.shield(written)

    async def _write(self) -> None:
        """Commit what waits to be noted, all of it in one transaction, until nothing waits."""
        failures = 0
        while batch := self._unwritten:
            self._unwritten = []
            try:
                async with self._store.unit() as unit:
                    for write, _ in batch:
                        await write(unit)
                    await unit.commit()
            except Exception as error:  # whatever it is, those who wait must not wait for ever
                failures += 1
                self._unwritten = batch + self._unwritten
                known = isinstance(error, StoreError)
                what = str(error) if known else type(error).__name__
                log.warning("outbox not written", error=what, where=places(error))
                await asyncio.sleep(self._timing.backoff(failures))
            else:
                failures = 0
                for _, written in batch:
                    written.set_result(None)


class _NoAnswer(Exception):
    """A message was sent often enough."""


async def _done(unit: Unit, row: Outgoing, message_id: str | None) -> None:
    if row.payload.get("last"):
        await unit.outbox_gone(row.id)
    else:
        await unit.outbox_sent(row.id, message_id)
        if is_group(row.chat_id):
            await unit.outbox_emptied(row.id, {key: row.payload[key] for key in ("slot",) if key in row.payload})


async def mark_blocked(unit: Unit, external_id: str) -> None:
    """A person blocked us, or closed their account."""
    if user := await unit.user_called(CHANNEL, external_id):
        await unit.block_user(user.id)


def _is_answer(error: TelegramError | StoreError) -> bool:
    """Whether Telegram, or what stands before it, answered."""
    return isinstance(error, TelegramError) and isinstance(error.__cause__, TelegramError | None)


def _is_too_large(error: TelegramError | StoreError) -> bool:
    """Whether it is the message's fault (413), which the library takes for the network's."""
    return _is_answer(error) and "too large" in str(error).lower()


def _may_have_arrived(error: TelegramError | StoreError) -> bool:
    """Whether the request left us, so that only the answer may be missing."""
    return isinstance(error.__cause__, httpx.TransportError) and not isinstance(error.__cause__, _NEVER_LEFT)
