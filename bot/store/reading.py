"""What can be asked of the store within one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from itertools import takewhile
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, CursorResult, Executable, and_, func, inspect, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversation.statements import Kind
from bot.store import tables
from bot.store.database import translated
from bot.store.records import (
    AdminSession,
    Audited,
    Conversation,
    Correction,
    Event,
    Export,
    Feedback,
    Incoming,
    Mark,
    Memory,
    Outgoing,
    StoredExplanation,
    StoredRecommendation,
    StoredStatement,
    Turn,
    User,
)

RECENTLY_SHOWN = 500
OUTBOX_BATCH = 50
LONGEST_RETRY = timedelta(minutes=1)
"""No message is put off for longer after a failure. One that seems to be was put off before the clock stepped back."""
_POLARITY = {"like": 1, "dislike": -1}
_NOTHING_TO_RETRACT = (Kind.INTENT, Kind.QUESTION)

TABLES: Mapping[type, type[tables.Base]] = {
    User: tables.User,
    Conversation: tables.Conversation,
    Turn: tables.Turn,
    StoredStatement: tables.Statement,
    StoredRecommendation: tables.Recommendation,
    StoredExplanation: tables.Explanation,
    Feedback: tables.Feedback,
    Incoming: tables.Inbox,
    Outgoing: tables.Outbox,
    Mark: tables.Mark,
    Correction: tables.Correction,
    AdminSession: tables.AdminSession,
    Audited: tables.Audit,
    Export: tables.Export,
}
"""Where each kind of record is kept; its fields are columns of the same names."""

INBOX_OPEN = and_(tables.Inbox.done_at.is_(None), tables.Inbox.dead_at.is_(None))
OUTBOX_OPEN = and_(tables.Outbox.sent_at.is_(None), tables.Outbox.dead_at.is_(None))

Record = TypeVar("Record")


class Reading:
    """One moment of the database, from ``Store.reading``. Every method may raise ``StoreError``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def memory(self, user_id: str) -> Memory | None:
        """All that a turn needs to know of a person; None when there is no such person."""
        user = await self.user(user_id)
        if user is None:
            return None
        conversation = await self._first(
            Conversation, tables.Conversation.user_id == user_id, order_by=tables.Conversation.id.desc()
        )
        last_turn = None
        if conversation is not None:
            last_turn = await self._first(
                Turn, tables.Turn.conversation_id == conversation.id, order_by=tables.Turn.number.desc()
            )
        events = await self._events(
            and_(tables.Statement.user_id == user_id, tables.Statement.lasting),
            tables.Feedback.user_id == user_id,
        )
        shown = (
            select(tables.Recommendation.item_id)
            .where(tables.Recommendation.user_id == user_id, tables.Recommendation.purpose == "list")
            .order_by(tables.Recommendation.id.desc())
            .limit(RECENTLY_SHOWN)
        )
        return Memory(
            user=user,
            conversation=conversation,
            last_turn=last_turn,
            events=events,
            saved=saved_of(events),
            shown=tuple(dict.fromkeys((await self._execute(shown)).scalars())),
        )

    async def everybodys_events(self) -> Mapping[str, tuple[Event, ...]]:
        """By person, what is lasting and not retracted, oldest first: what the models may learn from."""
        found: dict[str, list[Event]] = {}
        said = and_(tables.Statement.retracted_at.is_(None), tables.Statement.lasting)
        for statement in await self._all(StoredStatement, said):
            found.setdefault(statement.user_id, []).append(_said(statement))
        for feedback in await self._all(Feedback, tables.Feedback.retracted_at.is_(None)):
            found.setdefault(feedback.user_id, []).append(_given(feedback))
        return {user: tuple(sorted(events, key=attrgetter("id"))) for user, events in found.items()}

    async def last_heard(self) -> datetime | None:
        """When somebody last said or did something lasting; None when nobody has."""
        said = select(func.max(tables.Statement.created_at)).where(tables.Statement.lasting)
        given = select(func.max(tables.Feedback.created_at))
        moments = [(await self._execute(latest)).scalar() for latest in (said, given)]
        return max((m for m in moments if m is not None), default=None)

    async def user(self, user_id: str) -> User | None:
        """A person by our id."""
        return await self._first(User, tables.User.id == user_id)

    async def user_called(self, channel: str, external_id: str) -> User | None:
        """A person by what their channel calls them."""
        return await self._first(User, tables.User.channel == channel, tables.User.external_id == external_id)

    async def shown(self, user_id: str, turn_id: str, slot: int) -> StoredRecommendation | None:
        """What a turn showed in a slot; None unless it was shown to this very person."""
        return await self._first(
            StoredRecommendation,
            tables.Recommendation.turn_id == turn_id,
            tables.Recommendation.slot == slot,
            tables.Recommendation.user_id == user_id,
        )

    async def turn(self, user_id: str, turn_id: str) -> Turn | None:
        """One of a person's turns."""
        return await self._first(Turn, tables.Turn.id == turn_id, tables.Turn.user_id == user_id)

    async def history(self, user_id: str, limit: int) -> tuple[Turn, ...]:
        """A person's latest turns, newest first."""
        return await self._all(Turn, tables.Turn.user_id == user_id, order_by=tables.Turn.id.desc(), limit=limit)

    async def last_retractable_turn(self, user_id: str) -> str | None:
        """Id of the latest turn of their own that said something which can be taken back and was not yet. A group's
        turns are not theirs."""
        said = select(tables.Statement.turn_id).where(
            tables.Statement.user_id == user_id,
            tables.Statement.retracted_at.is_(None),
            tables.Statement.kind.not_in(_NOTHING_TO_RETRACT),
        )
        given = select(tables.Feedback.made_in).where(
            tables.Feedback.user_id == user_id, tables.Feedback.retracted_at.is_(None)
        )
        turns = tables.Turn.id.in_(union_all(said, given))
        latest: str | None = (
            await self._execute(select(func.max(tables.Turn.id)).where(turns, tables.Turn.user_id == user_id))
        ).scalar()
        return latest

    async def export_user(self, user_id: str) -> dict[str, Any]:
        """Everything stored about a person, as JSON types, by table; empty when there is no such person."""
        user = await self.user(user_id)
        if user is None:
            return {}
        chats = await self._own_chats(user)
        turns = select(tables.Turn.id).where(tables.Turn.user_id == user_id)
        owned: dict[type[tables.Base], ColumnElement[bool]] = {
            tables.User: tables.User.id == user_id,
            tables.Conversation: tables.Conversation.user_id == user_id,
            tables.Turn: tables.Turn.user_id == user_id,
            tables.Statement: tables.Statement.user_id == user_id,
            tables.Recommendation: tables.Recommendation.user_id == user_id,
            tables.Feedback: tables.Feedback.user_id == user_id,
            tables.Explanation: tables.Explanation.turn_id.in_(turns),
            tables.Mark: tables.Mark.conversation_id.in_(
                select(tables.Conversation.id).where(tables.Conversation.user_id == user_id)
            ),
            tables.Correction: tables.Correction.turn_id.in_(turns),
            tables.Inbox: and_(tables.Inbox.channel == user.channel, tables.Inbox.chat_id.in_(chats)),
            tables.Outbox: or_(
                and_(tables.Outbox.channel == user.channel, tables.Outbox.chat_id.in_(chats)),
                tables.Outbox.turn_id.in_(turns),
            ),
        }
        export: dict[str, Any] = {}
        for model, where in owned.items():
            table = inspect(model).local_table
            rows = await self._execute(select(table).where(where).order_by(table.c.id))
            export[model.__tablename__] = [
                {k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()} for row in rows.mappings()
            ]
        return export

    async def next_inbox(self, channel: str, chat_id: str | None = None) -> Incoming | None:
        """The oldest open update of a chat, or of the whole channel."""
        return next(iter(await self.inbox_of(channel, chat_id, 1)), None)

    async def inbox_of(self, channel: str, chat_id: str | None, limit: int) -> tuple[Incoming, ...]:
        """The oldest open updates of a chat, or of the whole channel."""
        where = [tables.Inbox.channel == channel, INBOX_OPEN]
        if chat_id is not None:
            where.append(tables.Inbox.chat_id == chat_id)
        return await self._all(Incoming, *where, order_by=tables.Inbox.id, limit=limit)

    async def chats_waiting(self, channel: str) -> tuple[str, ...]:
        """Chats with open updates, the one that has waited longest first."""
        chats = (
            select(tables.Inbox.chat_id)
            .where(tables.Inbox.channel == channel, INBOX_OPEN)
            .group_by(tables.Inbox.chat_id)
            .order_by(func.min(tables.Inbox.id))
        )
        return tuple((await self._execute(chats)).scalars())

    async def outbox_due(self, channel: str, now: datetime) -> tuple[Outgoing, ...]:
        """The first open message of each chat, where it is due: a chat's later messages wait for it."""
        heads = (
            select(func.min(tables.Outbox.id))
            .where(tables.Outbox.channel == channel, OUTBOX_OPEN)
            .group_by(tables.Outbox.chat_id)
        )
        rows = await self._all(Outgoing, tables.Outbox.id.in_(heads), order_by=tables.Outbox.id)
        return tuple(row for row in rows if _is_due(row, now))

    async def outbox_of(self, channel: str, chat_id: str, now: datetime) -> tuple[Outgoing, ...]:
        """A chat's open messages up to the first that is not due."""
        waiting = await self._all(
            Outgoing,
            tables.Outbox.channel == channel,
            tables.Outbox.chat_id == chat_id,
            OUTBOX_OPEN,
            order_by=tables.Outbox.id,
            limit=OUTBOX_BATCH,
        )
        return tuple(takewhile(lambda row: _is_due(row, now), waiting))

    async def latest_id(self) -> str | None:
        """The greatest id given out so far for what happened; None in an empty store."""
        happened = (tables.Conversation, tables.Turn, tables.Statement, tables.Recommendation, tables.Feedback)
        greatest = union_all(*(select(func.max(table.id).label("id")) for table in happened)).subquery()
        latest: str | None = (await self._execute(select(func.max(greatest.c.id)))).scalar()
        return latest

    async def outbox_waits(self, channel: str, chat_id: str) -> bool:
        """Whether messages to a chat are still to be sent."""
        waiting = select(tables.Outbox.id).where(
            tables.Outbox.channel == channel, tables.Outbox.chat_id == chat_id, OUTBOX_OPEN
        )
        return (await self._execute(waiting.limit(1))).first() is not None

    async def latest_sent(self, channel: str, limit: int) -> tuple[tuple[str, str], ...]:
        """The chats of the latest messages that were sent, and what the channel calls these."""
        sent = (
            select(tables.Outbox.chat_id, tables.Outbox.message_id)
            .where(tables.Outbox.channel == channel, tables.Outbox.message_id.is_not(None))
            .order_by(tables.Outbox.id.desc())
            .limit(limit)
        )
        return tuple((row["chat_id"], row["message_id"]) for row in (await self._execute(sent)).mappings())

    async def latest_heard(self, channel: str, limit: int) -> tuple[Incoming, ...]:
        """The latest updates."""
        return await self._all(Incoming, tables.Inbox.channel == channel, order_by=tables.Inbox.id.desc(), limit=limit)

    async def sent_among(self, channel: str, chat_id: str, message_ids: Iterable[str]) -> frozenset[str]:
        """Those of a chat's messages that we know to have sent."""
        sent = select(tables.Outbox.message_id).where(
            tables.Outbox.channel == channel,
            tables.Outbox.chat_id == chat_id,
            tables.Outbox.message_id.in_(list(message_ids)),
        )
        return frozenset((await self._execute(sent)).scalars())

    async def sent_for(self, channel: str, chat_id: str, turn_id: str, slot: int) -> str | None:
        """What the channel calls the message that shows a turn's card in ``slot``, or with 0 the turn's last."""
        sent = (
            select(tables.Outbox.message_id, tables.Outbox.payload)
            .where(
                tables.Outbox.turn_id == turn_id,
                tables.Outbox.channel == channel,
                tables.Outbox.chat_id == chat_id,
                tables.Outbox.message_id.is_not(None),
            )
            .order_by(tables.Outbox.id.desc())
        )
        rows = (await self._execute(sent)).mappings()
        return next((row["message_id"] for row in rows if row["payload"].get("slot", -1) == slot), None)

    async def shown_in(self, channel: str, chat_id: str, message_id: str) -> tuple[str, int] | None:
        """The turn and slot of the card that a message shows; None when it shows none."""
        sent = select(tables.Outbox.turn_id, tables.Outbox.payload).where(
            tables.Outbox.channel == channel,
            tables.Outbox.chat_id == chat_id,
            tables.Outbox.message_id == message_id,
            tables.Outbox.turn_id.is_not(None),
        )
        for row in (await self._execute(sent)).mappings():
            if slot := row["payload"].get("slot"):
                return row["turn_id"], slot
        return None

    async def _execute(
        self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[*tuple[Any, ...]]:
        with translated():
            return await self._connection.execute(statement, rows)

    async def _all(
        self,
        record: type[Record],
        *where: ColumnElement[bool],
        order_by: Any = None,
        limit: int | None = None,
    ) -> tuple[Record, ...]:
        table = TABLES[record]
        columns = (getattr(table, field.name) for field in fields(record))  # type: ignore[arg-type]
        rows = await self._execute(
            select(*columns)
            .where(*where)
            .order_by(*(order_by if isinstance(order_by, tuple) else (order_by,)))
            .limit(limit)
        )
        return tuple(record(**row) for row in rows.mappings())

    async def _first(self, record: type[Record], *where: ColumnElement[bool], order_by: Any = None) -> Record | None:
        return next(iter(await self._all(record, *where, order_by=order_by, limit=1)), None)

    async def _feedback(self, where: ColumnElement[bool]) -> tuple[Feedback, ...]:
        return await self._all(Feedback, tables.Feedback.retracted_at.is_(None), where, order_by=tables.Feedback.id)

    async def _events(self, said: ColumnElement[bool], given: ColumnElement[bool]) -> tuple[Event, ...]:
        """What was said and given and not retracted. Ids tell the order, even when the clock steps back."""
        statements = await self._all(StoredStatement, tables.Statement.retracted_at.is_(None), said)
        return self.in_order(statements, await self._feedback(given))

    @staticmethod
    def in_order(said: Iterable[StoredStatement], given: Iterable[Feedback]) -> tuple[Event, ...]:
        """Statements and feedback as events, oldest first."""
        return tuple(sorted([*map(_said, said), *map(_given, given)], key=attrgetter("id")))

    async def _own_chats(self, user: User) -> set[str]:
        """Chats that no one else talks in, and what they type inline; the updates and messages there belong to the
        person."""
        chats = {user.external_id, inline_queue(user.external_id)}
        mine = select(tables.Conversation.chat_id).where(tables.Conversation.user_id == user.id)
        chats.update((await self._execute(mine)).scalars())
        others = (
            select(tables.Conversation.chat_id)
            .join(tables.User)
            .where(
                tables.User.id != user.id,
                tables.User.channel == user.channel,
                tables.Conversation.chat_id.in_(chats),
            )
        )
        return chats.difference((await self._execute(others)).scalars())


def inline_queue(external_id: str) -> str:
    """The queue of what a person types inline, in whatever chat: it waits for none of them."""
    return f"inline:{external_id}"


def _is_due(row: Outgoing, now: datetime) -> bool:
    if row.not_before is None or row.not_before <= now:
        return True
    return row.attempts > 0 and row.not_before > now + LONGEST_RETRY


def _said(statement: StoredStatement) -> Event:
    return Event(
        source="statement",
        id=statement.id,
        turn_id=statement.turn_id,
        item_id=statement.target,
        kind=statement.kind,
        value=statement.value,
        polarity=statement.polarity,
        weight=statement.weight,
        seen=statement.seen,
        payload=statement.payload,
        created_at=statement.created_at,
    )


def _given(feedback: Feedback) -> Event:
    return Event(
        source="feedback",
        id=feedback.id,
        turn_id=feedback.turn_id,
        item_id=feedback.item_id,
        kind=feedback.kind,
        value="",
        polarity=_POLARITY.get(feedback.kind, 0),
        weight=1.0,
        seen=feedback.kind == "seen",
        payload={},
        created_at=feedback.created_at,
    )


def saved_of(events: Iterable[Event]) -> tuple[str, ...]:
    """The items on a person's watchlist after these events, oldest first."""
    saved: dict[str, None] = {}
    for event in events:
        if event.source != "feedback" or event.item_id is None:
            continue
        if event.kind == "save":
            saved.setdefault(event.item_id)
        elif event.kind == "unsave":
            saved.pop(event.item_id, None)
    return tuple(saved)
