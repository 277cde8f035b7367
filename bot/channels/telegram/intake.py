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


class Poller:
    """Long-polls for updates and stores them.

    The library's own poller is not used: it acknowledges updates before they are safe, and chokes on a batch
    that holds one malformed update. ``arrived`` is called with each batch once it is stored.
    """

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        store: Store,
        arrived: Callable[[Sequence[dict[str, Any]]], None],
        trouble: Trouble,
        timing: Timing,
    ) -> None:
        self._bot = bot
        self._request = request
        self._store = store
        self._arrived = arrived
        self._trouble = trouble
        self._timing = timing

    async def run(self) -> None:
        """Poll until cancelled; raises ``ChannelError`` when Telegram refuses the token."""
        # No offset at first, nor after an empty answer: update ids may restart lower after a quiet week, and
        # the inbox ignores what it already has.
        offset: int | None = None
        while True:
            try:
                updates = await self._poll(offset)
                numbered = [(number, chat_of(u), u) for u in updates if (number := update_id(u)) is not None]
                if len(numbered) < len(updates):
                    log.error("updates without a usable number ignored")
                if numbered:
                    await self._store.receive(CHANNEL, numbered)
            except (TelegramError, StoreError) as error:
                await self._trouble.wait(error)
                continue
            self._trouble.over()
            self._arrived([update for _, _, update in numbered])
            offset = max((number for number, _, _ in numbered), default=-1) + 1 or None

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
