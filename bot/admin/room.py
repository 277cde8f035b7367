"""The chat's back room: what admins may ask the bot itself."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from bot.admin.access import Access
from bot.admin.charts import picture
from bot.conversation.reply import Reply
from bot.conversation.service import Incoming
from bot.roles import Role
from bot.settings import Settings
from bot.store.admin import AdminUnit
from bot.store.dashboard import Dashboard, Rate
from bot.store.records import Audited, new_id
from bot.store.repository import Store
from bot.store.review import Replayed, ReviewReading
from bot.texts import Texts
from recsys.engine import Engine
from recsys.errors import ConfigError

log = structlog.get_logger(__name__)

DAYS: Final = 30
ERRORS: Final = 8
LONGEST: Final = 240
"""Characters of an error: enough for its kind and where it happened."""
TURNS: Final = 12
"""Turns of a replay in the chat; the web app shows them all."""
NEEDED: Final[Mapping[str, Role]] = {
    "/admin": Role.VIEWER,
    "/status": Role.VIEWER,
    "/metrics": Role.VIEWER,
    "/replay": Role.REVIEWER,
    "/errors": Role.OWNER,
}


class BackRoom:
    """Answers ``/admin``, ``/status``, ``/metrics``, ``/replay ID`` and ``/errors`` to those on the list, in their own
    chats. To everyone else these are words like any others, and the attempt is written down."""

    def __init__(self, settings: Settings, store: Store, texts: Texts, engine: Callable[[], Engine]) -> None:
        """``engine`` gives what recommends at present."""
        self._settings = settings
        self._store = store
        self._texts = texts
        self._engine = engine
        self._commands: Mapping[str, Callable[[str, str], Awaitable[Reply]]] = {
            "/admin": self._link,
            "/status": self._status,
            "/metrics": self._metrics,
            "/replay": self._replay,
            "/errors": self._errors,
        }

    async def answer(self, incoming: Incoming) -> Reply | None:
        """The reply to an admin's command; None when it is none, or not theirs to give."""
        command, _, argument = (incoming.text or "").strip().partition(" ")
        who = f"{incoming.channel}/{incoming.external_id}"
        if command not in NEEDED or not self._settings.staff:
            return None
        role = self._settings.staff.get(who)
        if role is None or role < NEEDED[command] or incoming.chat_id != incoming.external_id:
            log.warning("refused", who=who, door=command)
            await self._audit(Audited(who=who, what="refused", target=command, detail="chat"))
            return None
        await self._audit(Audited(who=who, what=f"asked {command}", target=argument[:40]))
        return await self._commands[command](who, argument.strip())

    async def _audit(self, entry: Audited) -> None:
        async with self._store.unit_as(AdminUnit) as unit:
            await unit.audit(entry)
            await unit.commit()

    async def _link(self, who: str, _: str) -> Reply:
        try:
            link = await Access(self._settings, self._store).link_for(who)
        except ConfigError as error:
            return _said(str(error))
        return _said(self._texts("admin_link", link=link))

    async def _status(self, _: str, __: str) -> Reply:
        async with self._store.reading_as(Dashboard) as reading:
            health = await reading.health()
        free = shutil.disk_usage(self._settings.usher_home).free
        return _said(
            self._texts(
                "admin_status",
                model=self._engine().version,
                inbox=health.inbox,
                lag=round(health.lag),
                outbox=health.outbox,
                dead=health.dead_incoming + health.dead_outgoing,
                turns=health.turns,
                p95="–" if health.p95 is None else round(health.p95),
                templates=health.by_template,
                explained=health.explained,
                disk=f"{free / 1e9:.1f}",
            )
        )

    async def _metrics(self, _: str, __: str) -> Reply:
        today = datetime.now(UTC).date()
        async with self._store.reading_as(Dashboard) as reading:
            numbers = await reading.numbers(today - timedelta(days=DAYS - 1), today)
        text = self._texts(
            "admin_metrics",
            days=DAYS,
            conversations=f"{numbers.conversations:,}",
            users=f"{numbers.users:,}",
            turns=f"{numbers.turns:,}",
            accepted=_share(numbers.accepted),
            clicked=_share(numbers.clicked),
        )
        days = [(f"{b.since:%d %b}", b.conversations, b.users) for b in numbers.buckets]
        image = await asyncio.to_thread(picture, days, ("conversations", "people"))
        return Reply(new_id(), text, picture=image)

    async def _replay(self, _: str, some_id: str) -> Reply:
        async with self._store.reading_as(ReviewReading) as reading:
            conversation_id = await reading.conversation_of(some_id) if some_id.isalnum() else None
            replay = await reading.replay(conversation_id) if conversation_id else None
        if replay is None:
            return _said(self._texts("admin_replay_none"))
        lines = [line for replayed in replay.turns[:TURNS] for line in self._lines(replayed)]
        link = f"{self._settings.admin_address}/admin/conversations/{replay.conversation.id}"
        return _said(
            "\n".join(
                [*lines, self._texts("admin_replay", shown=min(TURNS, replay.total), total=replay.total, link=link)]
            )
        )

    def _lines(self, replayed: Replayed) -> list[str]:
        turn, catalogue = replayed.turn, self._engine().catalogue
        items = ", ".join(catalogue[s.item_id].name for s in replayed.shown if s.item_id in catalogue)
        answer = f"   {turn.action}: {turn.why}" + (f" [{items}]" if items else "")
        return [f"{turn.number}. {turn.text[:200] or turn.press or ''}", answer]

    async def _errors(self, _: str, __: str) -> Reply:
        async with self._store.reading_as(Dashboard) as reading:
            errors = await reading.latest_errors(ERRORS)
        lines = [f"{at:%d %b %H:%M} {queue}, {tries}×: {error[:LONGEST]}" for queue, error, tries, at in errors]
        return _said("\n".join(lines) or self._texts("admin_errors_none"))


def _said(text: str) -> Reply:
    return Reply(new_id(), text)


def _share(rate: Rate) -> str:
    return "–" if rate.share is None else f"{rate.share:.0%}"
