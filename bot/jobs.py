"""What happens in the background while people chat: models change hands, people's reactions teach new ones, evenings
end, and the queues forget."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.background import background, surviving
from bot.conversation.service import EVENING
from bot.stages import Home
from bot.store.records import utcnow
from bot.store.repository import Store
from bot.store.unit import IDS_HOLD, Unit
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.registry import Registry

LOOK: Final = 2.0
"""Seconds between looks at which version is to be served: a file of a few bytes."""
CONSIDER: Final = 600.0
"""Seconds between looks at whether it is time to learn, or an evening is over."""
DAILY: Final = 86400.0
KINDNESS: Final = 15
"""How much learning yields to chatting (nice)."""

log = structlog.get_logger(__name__)

Renew = Callable[[Catalogue, Artefact], Awaitable[None]]


async def follow_registry(home: Home, served: str, renew: Renew) -> None:
    """Take up every version that is promoted after ``served``, until cancelled. What can't be loaded is logged, and the
    one that is served stays."""
    tried = served
    while True:
        with surviving("model not renewed; the old one stays"):
            current = await asyncio.to_thread(_current, home)
            if current not in (None, tried):
                tried = current
                catalogue, artefact = await asyncio.to_thread(_load, home)
                await renew(catalogue, artefact)
                log.info("model renewed", version=artefact.version)
        await asyncio.sleep(LOOK)


async def learn_regularly(home: Home, store: Store, hours: float) -> None:
    """Run ``usher learn`` in a process of its own whenever the models were last fitted more than ``hours`` ago and
    somebody has reacted to something since, until cancelled."""
    while True:
        with surviving("learning waits"):
            fitted = await asyncio.to_thread(_last_fitted, home)
            async with store.reading() as reading:
                heard = await reading.last_heard()
            if fitted and heard and heard > fitted and utcnow() - fitted > timedelta(hours=hours):
                await _learn()
                await asyncio.sleep(3600 * hours)  # whatever came of it: a failure must not run in circles
        await asyncio.sleep(CONSIDER)


async def end_evenings(store: Store) -> None:
    """Forget what groups felt like watching once their evenings are over, until cancelled."""
    while True:
        with surviving("groups' evenings are not over yet"):
            async with store.unit() as unit:
                await unit.end_evenings(utcnow() - EVENING)
                await unit.commit()
        await asyncio.sleep(CONSIDER)


async def empty_queues(store: Store) -> None:
    """Once a day, take out of the queues what was handled and sent so long ago that nothing asks for it, until
    cancelled."""
    while True:
        with surviving("the queues keep what was said"):
            before = utcnow() - IDS_HOLD
            for empty in (Unit.empty_done, Unit.empty_sent):
                after: int | None = 0
                while after is not None:
                    async with store.unit() as unit:
                        after = await empty(unit, before, after)
                        await unit.commit()
        await asyncio.sleep(DAILY)


@asynccontextmanager
async def learning(home: Home, store: Store, hours: float) -> AsyncIterator[None]:
    """``learn_regularly`` for as long as the block runs; 0 hours: never."""
    async with background(learn_regularly(home, store, hours)) if hours else nullcontext():
        yield


async def _learn() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "learn",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        os.setpriority(os.PRIO_PROCESS, process.pid, KINDNESS)
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    if process.returncode == 0:
        log.info("learned")
    else:
        log.error("learning failed", error=said.decode("utf-8", "replace").strip().rpartition("\n")[2])


def _current(home: Home) -> str | None:
    return Registry(home.index).current()


def _load(home: Home) -> tuple[Catalogue, Artefact]:
    return Catalogue.load(home.items), Registry(home.index).load()


def _last_fitted(home: Home) -> datetime | None:
    return max((version.fitted for version in Registry(home.index).versions()), default=None)
