"""What the review app keeps about those who use it: sessions, sign-in links, the audit log, exports."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from bot.store import tables
from bot.store.reading import Reading
from bot.store.records import AdminSession, Audited, Export, Json, utcnow
from bot.store.unit import Unit

PAGE = 50


@dataclass(frozen=True, slots=True)
class Dead:
    """A row of a queue that was given up at ``dead_at``, and why."""

    id: int
    channel: str
    chat_id: str
    payload: Json
    attempts: int
    error: str | None
    dead_at: datetime


class AdminReading(Reading):
    """Questions about those who review, and about what failed."""

    async def session(self, session_id: str) -> AdminSession | None:
        """A session that was not ended; its age is the caller's to judge."""
        return await self._first(
            AdminSession, tables.AdminSession.id == session_id, tables.AdminSession.ended_at.is_(None)
        )

    async def audited(self, *, before: str | None = None, what: str | None = None) -> tuple[Audited, ...]:
        """A page of the audit log, newest first: what came before an entry, of one kind only if one is given."""
        where = [tables.Audit.id < before] if before else []
        if what:
            where.append(tables.Audit.what == what)
        return await self._all(Audited, *where, order_by=tables.Audit.id.desc(), limit=PAGE)

    async def audited_kinds(self) -> tuple[str, ...]:
        """What the audit log holds, by name."""
        kinds = select(tables.Audit.what).distinct().order_by(tables.Audit.what)
        return tuple((await self._execute(kinds)).scalars())

    async def exports(self) -> tuple[Export, ...]:
        """The latest exports, newest first."""
        return await self._all(Export, order_by=tables.Export.id.desc(), limit=PAGE)

    async def failed_exports(self, since: datetime) -> tuple[Export, ...]:
        """Exports begun since then that nobody may fetch: broken off or withdrawn."""
        return await self._all(Export, tables.Export.created_at >= since, tables.Export.error.is_not(None))

    async def export(self, export_id: str) -> Export | None:
        """One export."""
        return await self._first(Export, tables.Export.id == export_id)

    async def dead_incoming(self) -> tuple[Dead, ...]:
        """The latest updates that failed too often, newest first."""
        return await self._dead(tables.Inbox)

    async def dead_outgoing(self) -> tuple[Dead, ...]:
        """The latest messages that can't be sent, newest first."""
        return await self._dead(tables.Outbox)

    async def _dead(self, queue: type[tables.Inbox] | type[tables.Outbox]) -> tuple[Dead, ...]:
        columns = [getattr(queue, field.name) for field in fields(Dead)]
        rows = await self._execute(
            select(*columns).where(queue.dead_at.is_not(None)).order_by(queue.id.desc()).limit(PAGE)
        )
        return tuple(Dead(**row) for row in rows.mappings())


class AdminUnit(AdminReading, Unit):
    """Changes to them."""

    async def add_link(self, link_id: str, who: str, expires_at: datetime) -> None:
        """Store a sign-in link by the hash of its token; links that have long expired go."""
        await self._execute(delete(tables.AdminLink).where(tables.AdminLink.expires_at < utcnow()))
        await self._execute(insert(tables.AdminLink).values(id=link_id, who=who, expires_at=expires_at))

    async def use_link(self, link_id: str) -> str | None:
        """Use a link up, and say whose it is; None when it is unknown, used or expired. Of two at once one succeeds."""
        now = utcnow()
        used = await self._execute(
            update(tables.AdminLink)
            .where(
                tables.AdminLink.id == link_id,
                tables.AdminLink.used_at.is_(None),
                tables.AdminLink.expires_at > now,
            )
            .values(used_at=now)
            .returning(tables.AdminLink.who)
        )
        who: str | None = used.scalar()
        return who

    async def start_session(self, session: AdminSession) -> None:
        """Store a session."""
        await self._add([session])

    async def touch_session(self, session_id: str) -> None:
        """A session was used just now."""
        await self._execute(
            update(tables.AdminSession).where(tables.AdminSession.id == session_id).values(last_at=utcnow())
        )

    async def end_session(self, session_id: str) -> None:
        """A session is over for good."""
        await self._execute(
            update(tables.AdminSession).where(tables.AdminSession.id == session_id).values(ended_at=utcnow())
        )

    async def audit(self, entry: Audited) -> None:
        """Write down what was done or refused."""
        await self._add([entry])

    async def add_export(self, export: Export) -> None:
        """Store an export that begins."""
        await self._add([export])

    async def export_went_on(self, export_id: str, done: int, total: int) -> None:
        """An export has written ``done`` of ``total`` rows."""
        await self._execute(update(tables.Export).where(tables.Export.id == export_id).values(done=done, total=total))

    async def end_export(self, export_id: str, error: str | None = None) -> None:
        """An export is complete, or failed; one that was withdrawn meanwhile stays so."""
        await self._execute(
            update(tables.Export)
            .where(tables.Export.id == export_id)
            .values(finished_at=utcnow(), error=func.coalesce(tables.Export.error, error))
        )

    async def retry_incoming(self, inbox_id: int) -> bool:
        """Open a dead update anew, with all its tries; False when it is not dead."""
        return await self._revive(tables.Inbox, inbox_id)

    async def retry_outgoing(self, outbox_id: int) -> bool:
        """Open a dead message anew, with all its tries; False when it is not dead."""
        return await self._revive(tables.Outbox, outbox_id)

    async def _revive(self, queue: type[tables.Inbox] | type[tables.Outbox], row_id: int) -> bool:
        revived = await self._execute(
            update(queue)
            .where(queue.id == row_id, queue.dead_at.is_not(None))
            .values(dead_at=None, attempts=0)
            .returning(queue.id)
        )
        return revived.scalar() is not None
