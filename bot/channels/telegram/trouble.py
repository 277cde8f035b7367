"""What the operator is told when Telegram, the network or the disk fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter

from bot.channels.telegram.pace import Timing, forced_wait
from recsys.errors import ChannelError, StoreError

log = structlog.get_logger(__name__)

REFUSED = "Telegram refused the token; check TELEGRAM_BOT_TOKEN (from @BotFather)."
CONFLICT = "Another program is polling with this bot's token; stop it. Trying again."
UNREACHABLE = "Can't reach Telegram; check the network and TELEGRAM_BASE_URL. Trying again."
UNSTORED = "Can't store what people write; check the database and the disk. Trying again."
BACK = "Working again."


class Trouble:
    """Tells the operator once when something starts to fail, and once when it works again."""

    def __init__(self, announce: Callable[[str], None], timing: Timing) -> None:
        self._announce = announce
        self._timing = timing
        self._current = ""
        self._failures = 0

    async def wait(self, error: Exception) -> None:
        """Announce an error and wait before the next try; a refused token raises ``ChannelError``."""
        self.tell(error)
        wait = self._timing.backoff(self._failures)
        await asyncio.sleep(max(wait, forced_wait(error)) if isinstance(error, RetryAfter) else wait)

    def tell(self, error: Exception) -> None:
        """Announce an error, unless that is what the operator was told last; as ``wait`` does."""
        if isinstance(error, InvalidToken):
            raise ChannelError(REFUSED) from None  # the error's text may hold the token
        self._failures += 1
        message = CONFLICT if isinstance(error, Conflict) else UNREACHABLE
        message = UNSTORED if isinstance(error, StoreError) else message
        if message != self._current:
            self._current = message
            self._announce(message)
        log.warning("telegram trouble", attempts=self._failures, error=str(error))

    def over(self) -> None:
        """All is well."""
        self._failures = 0
        if self._current:
            self._current = ""
            self._announce(BACK)
