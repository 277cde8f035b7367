"""Tells owners in the chat when something needs them; each kind of trouble at most once an hour."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from time import monotonic
from typing import Any, Final

import structlog

from bot.background import background, surviving
from bot.roles import Role
from bot.settings import Settings
from bot.store.dashboard import Dashboard, Health
from bot.store.repository import Store
from bot.texts import Texts

log = structlog.get_logger(__name__)

EVERY: Final = 60.0
"""Seconds between two looks."""
AGAIN: Final = 3600.0
"""Seconds for which a kind of trouble is not told again."""
LAG: Final = 60.0
FAILING: Final = 5
FALLBACK: Final = 0.5
"""Share of explanations by template, among at least ``ENOUGH`` of the last minutes."""
ENOUGH: Final = 10
DISK: Final = 500e6

Deliver = Callable[[str], Sequence[Mapping[str, Any]]]


class Alerts:
    """Looks at the installation's health and writes to its owners through the outbox."""

    def __init__(self, settings: Settings, store: Store, texts: Texts, deliver: Deliver) -> None:
        """``deliver`` makes a channel's messages of a text."""
        self._settings = settings
        self._store = store
        self._texts = texts
        self._deliver = deliver
        self._told: dict[str, float] = {}
        self._dead: int | None = None

    @property
    def owners(self) -> tuple[str, ...]:
        """Telegram ids of those who are told."""
        staff = self._settings.staff.items()
        return tuple(w.removeprefix("telegram/") for w, r in staff if r is Role.OWNER and w.startswith("telegram/"))

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            with surviving("alerts wait"):
                await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> list[str]:
        """Look once; returns what was told."""
        async with self._store.reading_as(Dashboard) as reading:
            health = await reading.health()
        free = shutil.disk_usage(self._settings.usher_home).free
        now = monotonic()
        news = []
        for kind, text in self.troubles(health, free).items():
            if now - self._told.get(kind, -AGAIN) >= AGAIN:
                self._told[kind] = now
                news.append(text)
        if news:
            log.warning("alert", error="; ".join(news))
            async with self._store.unit() as unit:
                for owner in self.owners:
                    await unit.enqueue("telegram", owner, *self._deliver("\n".join(news)))
                await unit.commit()
        return news

    def troubles(self, health: Health, free: float) -> dict[str, str]:
        """What is wrong at present, by kind. Dead letters count when they have become more since the last look."""
        dead = health.dead_incoming + health.dead_outgoing
        before, self._dead = self._dead, dead
        found = {
            "lag": health.lag > LAG and self._texts("alert_lag", seconds=round(health.lag), n=health.inbox),
            "dead": before is not None and dead > before and self._texts("alert_dead", n=dead - before),
            "failing": health.failing >= FAILING and self._texts("alert_failing", n=health.failing),
            "fallback": self._settings.llm == "auto"
            and health.explained >= ENOUGH
            and health.by_template / health.explained > FALLBACK
            and self._texts("alert_fallback", n=health.by_template, total=health.explained),
            "disk": free < DISK and self._texts("alert_disk", mb=round(free / 1e6)),
        }
        return {kind: text for kind, text in found.items() if text}


@asynccontextmanager
async def alerting(settings: Settings, store: Store, texts: Texts, deliver: Deliver) -> AsyncIterator[None]:
    """Alerts for as long as the block runs, if there is an owner to tell."""
    alerts = Alerts(settings, store, texts, deliver)
    async with background(alerts.run()) if alerts.owners else nullcontext():
        yield
