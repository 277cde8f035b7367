"""Work beside other work, ended with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from bot.logs import places

log = structlog.get_logger(__name__)


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs ``work`` for as long as the block runs, then cancels it and waits until it has ended. Work that dies before
    is logged at once, and its error raised when the block ends."""
    task = asyncio.create_task(work)
    task.add_done_callback(_mourn)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _mourn(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        # Its words may quote a person.
        log.error("background work died", error=type(error).__name__, where=places(error))
