"""Work beside other work, ended with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import structlog

from bot.logs import places
from recsys.errors import UsherError

log = structlog.get_logger(__name__)


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs ``work`` for as long as the block runs, then cancels it and waits until it has ended. Work that dies before
    is logged at once, and the block goes on: nobody who chats is the worse for it."""
    task = asyncio.create_task(work)
    task.add_done_callback(_mourn)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


@contextmanager
def surviving(trouble: str) -> Iterator[None]:
    """One round of work that goes round and round: whatever goes wrong in it is logged as ``trouble``, so that the next
    round comes."""
    try:
        yield
    except UsherError as error:
        log.error(trouble, error=str(error))
    except Exception as error:
        log.error(trouble, error=type(error).__name__, where=places(error))  # its words may quote a person


def _mourn(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        # Its words may quote a person.
        log.error("background work died", error=type(error).__name__, where=places(error))
