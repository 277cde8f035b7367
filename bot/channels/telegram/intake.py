"""Telegram -> inbox: an update is committed before Telegram may forget it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest

from bot.channels.telegram.codec import CHANNEL, UPDATES, chat_of, update_id
from bot.channels.telegram.pace import Timing
from bot.channels.telegram.trouble import Trouble
from bot.store.repository import Store
from recsys.errors import StoreError

log = structlog.get_logger(__name__)


class Intake:
    """Stores what arrives, by whatever way; ``arrived`` is then called with it."""

    def __init__(self, store: Store, arrived: Callable[[Sequence[dict[str, Any]]], None]) -> None:
        self._store = store
        self._arrived = arrived

    async def take(self, updates: Sequence[Any]) -> int | None:
        """Commit updates in the order of their numbers; returns the highest, or None when none has any.

        Once it has returned, they may be acknowledged. Raises ``StoreError`` when they may not.
        """
        numbered = [(number, chat_of(u), u) for u in updates if (number := update_id(u)) is not None]
        if len(numbered) < len(updates):
            log.error("updates without a usable number ignored")
        if not numbered:
            return None
        numbered.sort(key=lambda update: update[0])
        try:
            await self._store.receive(CHANNEL, numbered)
        except StoreError:
            raise
        except Exception:  # one of them is JSON that no database takes, say NaN: the others are not to suffer
            for one in numbered:
                await self._take_alone(one)
        self._arrived([update for _, _, update in numbered])
        return numbered[-1][0]

    async def _take_alone(self, update: tuple[int, str, Any]) -> None:
        try:
            await self._store.receive(CHANNEL, [update])
        except StoreError:
            raise
        except Exception as error:
            log.error("update ignored: it can't be stored", update=update[0], error=type(error).__name__)


class Poller:
    """Long-polls for updates.

    The library's own poller is not used: it acknowledges updates before they are safe, and chokes on a batch
    that holds one malformed update.
    """

    def __init__(self, bot: Bot, request: BaseRequest, intake: Intake, trouble: Trouble, timing: Timing) -> None:
        self._bot = bot
        self._request = request
        self._intake = intake
        self._trouble = trouble
        self._timing = timing

    async def open(self) -> None:
        """Make sure that Telegram lets us poll: with a webhook set it refuses."""
        await self._bot.delete_webhook()

    async def run(self) -> None:
        """Poll until cancelled; raises ``ChannelError`` when Telegram refuses the token."""
        # No offset at first, nor after an empty answer: update ids may restart lower after a quiet week, and
        # the inbox ignores what it already has.
        offset: int | None = None
        while True:
            try:
                latest = await self._intake.take(await self._poll(offset))
            except (TelegramError, StoreError) as error:
                await self._trouble.wait(error)
                continue
            self._trouble.over()
            offset = None if latest is None else latest + 1

    async def close(self) -> None:
        """Nothing is left open."""

    async def _poll(self, offset: int | None) -> list[Any]:
        query: dict[str, Any] = {"timeout": int(self._timing.poll), "allowed_updates": json.dumps(UPDATES)}
        if offset is not None:
            query["offset"] = offset
        # Plain JSON, since Bot.get_updates raises on a batch with one malformed update.
        answer = await self._request.post(
            f"{self._bot.base_url}/getUpdates?{urlencode(query)}",
            read_timeout=self._timing.poll + self._timing.request,
        )
        return answer if isinstance(answer, list) else []
