"""Inbox -> turns: each chat in order, chats side by side; a failing update is retried, then set aside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels.telegram import render
from bot.channels.telegram.codec import (
    CHANNEL,
    Asked,
    Blocked,
    Me,
    Moved,
    Notice,
    Reacted,
    chat_of,
    decode,
    is_group,
    query_of,
)
from bot.channels.telegram.counters import Counters
from bot.channels.telegram.inline import answer_inline, link_of
from bot.channels.telegram.outbox import mark_blocked
from bot.channels.telegram.pace import Limits, Timing
from bot.channels.telegram.presses import Presses
from bot.channels.telegram.stream import Stream
from bot.conversation.press import Press
from bot.conversation.reply import Explanation, Reply, ToExplain
from bot.conversation.service import Conversations, Incoming
from bot.logs import places
from bot.store.records import Incoming as Row
from bot.store.repository import Store
from bot.texts import Language
from recsys.errors import StoreError

log = structlog.get_logger(__name__)

_TYPING_LASTS = 4.5


class Turns:
    """Runs the turns; ``sent`` is called when the outbox has something new."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        conversations: Conversations,
        texts: Mapping[Language, Mapping[str, str]],
        limits: Limits,
        timing: Timing,
        counters: Counters,
        sent: Callable[[], None],
    ) -> None:
        self._bot = bot
        self._store = store
        self._conversations = conversations
        self._texts = texts
        self._limits = limits
        self._timing = timing
        self._counters = counters
        self._sent = sent
        self._presses = Presses(bot, timing)
        self._room = asyncio.Semaphore(timing.turns)
        self._chats: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._explaining: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()

    async def resume(self) -> None:
        """Take up what an earlier process left in the inbox."""
        async with self._store.reading() as reading:
            waiting = await reading.chats_waiting(CHANNEL)
        for chat_id in waiting:
            self.wake(chat_id)

    def arrived(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Take up a batch that has just been stored."""
        for update in updates:
            self._counters.heard(update)
            if query := query_of(update):
                self._presses.arrived(query)
            self.wake(chat_of(update))

    def wake(self, chat_id: str) -> None:
        """Take up this chat's inbox."""
        if chat_id in self._chats:
            self._again.add(chat_id)
        else:
            self._chats[chat_id] = asyncio.create_task(self._chat(chat_id))

    async def finish(self, seconds: float) -> None:
        """Start no more turns; wait for those that run, then break off what is left: the inbox keeps it."""
        self._stopping.set()
        if self._chats:
            await asyncio.wait(self._chats.values(), timeout=seconds)
        tasks = [*self._chats.values(), *self._explaining.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._presses.finish()

    async def _chat(self, chat_id: str) -> None:
        failures = 0
        try:
            while not self._stopping.is_set():
                self._again.discard(chat_id)
                try:
                    wait = await self._next(chat_id)
                    failures = 0
                except StoreError as error:
                    # The database's fault, not the update's: no try is counted.
                    failures += 1
                    wait = self._timing.backoff(failures)
                    log.warning("turn waits for the database", error=str(error))
                if wait is None and chat_id not in self._again:
                    return
                if wait:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), wait)
        finally:
            del self._chats[chat_id]

    async def _next(self, chat_id: str) -> float | None:
        """Handle the chat's next row; returns the seconds to wait after it, or None when there is none."""
        async with self._room:
            async with self._store.reading() as reading:
                row, *more = await reading.inbox_of(CHANNEL, chat_id, 2) or (None,)
            if row is None or self._stopping.is_set():
                return None
            try:
                await self._handle(row)
            except StoreError:
                raise
            except Exception as error:
                kind, where = type(error).__name__, places(error)
                tries = row.attempts + 1
                # Its text may quote what the person wrote: not for the log.
                log.error("update failed", update=row.update_id, attempts=tries, error=kind, where=where)
                await self._failed(row, f"{kind} at {where}: {error}")
                return self._timing.backoff(tries)
            return 0.0 if more else None

    async def _failed(self, row: Row, error: str) -> None:
        async with self._store.unit() as unit:
            dead = await unit.inbox_failed(row.id, error)
            if dead and row.chat_id.removeprefix("-").isdigit():  # an inline query has no chat to be told in
                spoken = await self._conversations.language(CHANNEL, row.chat_id)
                await unit.enqueue(CHANNEL, row.chat_id, *render.plain(self._texts[spoken]["trouble"]))
            await unit.commit()
        self._sent()

    async def _handle(self, row: Row) -> None:
        query = query_of(row.payload)
        notice: str | None = None
        try:
            meaning = decode(row.payload, row.id, Me(self._bot.id, self._bot.username))
            if isinstance(meaning, Reacted):
                meaning = await self._pressed(meaning)
            if isinstance(meaning, Incoming):
                notice = await self._turn(meaning, query)
            elif isinstance(meaning, Asked):
                await self._asked(meaning, row)
            else:
                await self._note(meaning, row)
        finally:
            if query and row.attempts == 0:
                self._presses.answer(query, notice)

    async def _pressed(self, reacted: Reacted) -> Incoming | None:
        """The press that an emoji on a card amounts to; None when the message shows no card."""
        async with self._store.reading() as reading:
            shown = await reading.shown_in(CHANNEL, reacted.incoming.chat_id, reacted.message_id)
        return replace(reacted.incoming, press=str(Press(reacted.verb, *shown))) if shown else None

    async def _asked(self, asked: Asked, row: Row) -> None:
        """Answer what somebody types inline; nothing of it is kept."""
        await answer_inline(self._bot, self._conversations, asked)
        async with self._store.unit() as unit:
            await unit.inbox_gone(row.id)
            await unit.commit()

    async def _note(self, meaning: Notice | Blocked | Moved | None, row: Row) -> None:
        """Deal with what is no turn."""
        words = ""
        if isinstance(meaning, Notice):
            spoken = await self._conversations.language(CHANNEL, meaning.external_id, meaning.language)
            words = self._texts[spoken][meaning.text]
        async with self._store.unit() as unit:
            if isinstance(meaning, Notice):
                await unit.enqueue(CHANNEL, meaning.chat_id, *render.plain(words))
            elif isinstance(meaning, Blocked):
                await mark_blocked(unit, meaning.external_id)
            elif isinstance(meaning, Moved):
                await unit.move_chat(CHANNEL, meaning.old, meaning.new)
            await unit.inbox_done(row.id)
            if is_group(row.chat_id):
                await unit.inbox_emptied(row.id)
            await unit.commit()
        if isinstance(meaning, Moved):
            self.wake(meaning.new)
        self._sent()

    async def _turn(self, incoming: Incoming, query: str | None) -> str | None:
        """Run a turn; returns what its button press is to be answered with."""
        notice: str | None = None

        def deliver(reply: Reply) -> list[dict[str, Any]]:
            nonlocal notice
            if query and reply.notice and self._presses.claim(query):
                notice = reply.notice
            # An emoji on a card is answered by the card, which shows it.
            shown = notice is not None or reply.notice is None or (query is None and bool(reply.marks))
            compact = is_group(incoming.chat_id)  # where a notice is nobody else's business
            shown = shown or compact
            return render.messages(reply, notice_shown=shown, link=link_of(self._bot), compact=compact)

        async with self._typing(incoming.chat_id):
            reply = await self._conversations.turn(incoming, deliver=deliver)
        self._sent()
        if reply.explain is not None and not self._stopping.is_set():
            self._explain(reply, reply.explain, incoming.chat_id)
        return notice

    def _explain(self, reply: Reply, what: ToExplain, chat_id: str) -> None:
        """Explain in the background; it replaces an explanation that this chat still waits for."""
        if older := self._explaining.get(chat_id):
            older.cancel()
        task = asyncio.create_task(self._explanation(reply, what, chat_id))
        self._explaining[chat_id] = task
        task.add_done_callback(lambda done: self._explained(chat_id, done))

    def _explained(self, chat_id: str, task: asyncio.Task[None]) -> None:
        if self._explaining.get(chat_id) is task:
            del self._explaining[chat_id]
        if not task.cancelled() and (error := task.exception()):
            log.error("explanation failed", error=type(error).__name__, where=places(error))

    async def _explanation(self, reply: Reply, what: ToExplain, chat_id: str) -> None:
        posted = partial(self._counters.saw, chat_id)
        stream = Stream(self._bot, chat_id, self._limits, self._timing, lambda: self._waits(chat_id), posted)
        words: Explanation | None = None
        try:
            async with self._typing(chat_id):
                words = await self._conversations.explain(reply, stream.grow)
        finally:
            await stream.end()
            if words is None and stream.message_id is not None:  # broken off: half a sentence would stay
                words = Explanation(what.item_id, what.template, "template")
            if words and (words.adds or stream.shown):
                payloads = render.explanation(reply, words)
                if stream.message_id is not None:
                    payloads[0]["replace"] = str(stream.message_id)
                async with self._store.unit() as unit:
                    await unit.enqueue(CHANNEL, chat_id, *payloads)
                    await unit.commit()
                self._sent()

    async def _waits(self, chat_id: str) -> bool:
        async with self._store.reading() as reading:
            return await reading.outbox_waits(CHANNEL, chat_id)

    @asynccontextmanager
    async def _typing(self, chat_id: str) -> AsyncIterator[None]:
        """Show "typing" for as long as this takes, unless it is quick."""
        task = asyncio.create_task(self._type(chat_id))
        try:
            yield
        finally:
            task.cancel()

    async def _type(self, chat_id: str) -> None:
        await asyncio.sleep(self._timing.typing)
        while True:
            if not self._limits.held:
                with suppress(TelegramError):
                    await self._bot.send_chat_action(chat_id, ChatAction.TYPING)
            await asyncio.sleep(_TYPING_LASTS)
