"""What can be changed in the store within one write transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    case,
    cast,
    delete,
    insert,
    inspect,
    literal,
    not_,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.conversation.statements import Kind
from bot.store import tables
from bot.store.database import translated
from bot.store.reading import INBOX_OPEN, TABLES, Reading, inline_queue
from bot.store.records import (
    Conversation,
    Event,
    Feedback,
    Json,
    StoredExplanation,
    StoredRecommendation,
    StoredStatement,
    Turn,
    User,
    utcnow,
)
from recsys.errors import StoreError

MAX_TRIES = 5
"""An update that failed so often is dead: kept for a human to look at, and out of the way."""

IDS_HOLD = timedelta(days=3)
"""For so long an update's id means that very update: Telegram repeats it for a day at most, and starts its ids anew
only after a week of silence."""

EMPTIED_AT_ONCE = 200
"""Rows of a queue that one transaction empties: others wait to write meanwhile."""

WITHDRAWN = "withdrawn: somebody was erased who may be in it"
"""The error of an export that nobody may fetch any more."""


class Unit(Reading):
    """All or nothing, from ``Store.unit``: what is not committed is rolled back."""

    async def commit(self) -> None:
        """Make it last. What follows in the same unit is a transaction of its own."""
        with translated():
            await self._connection.commit()

    async def greet(self, user: User) -> User:
        """Store a person who just wrote, or return the one known by the same ``external_id``: with the new
        name, if there is one, and no longer blocked."""
        new = self._insert(tables.User).values(_values(user))
        name = case((new.excluded.name == "", tables.User.name), else_=new.excluded.name)
        columns = (getattr(tables.User, field.name) for field in fields(User))
        stored = await self._execute(
            new.on_conflict_do_update(
                index_elements=["channel", "external_id"], set_={"name": name, "blocked_at": None}
            ).returning(*columns)
        )
        return User(**stored.mappings().one())

    async def block_user(self, user_id: str) -> None:
        """They blocked us: nothing can be sent to them until they write again."""
        await self._execute(update(tables.User).where(tables.User.id == user_id).values(blocked_at=utcnow()))

    async def move_chat(self, channel: str, old: str, new: str) -> None:
        """A group goes on under another id, with its conversation and its queues. Messages sent before can't be edited
        from there. A second time nothing happens; a group that was answered under both ids keeps the newer's wish."""
        here = tables.User.channel == channel
        if await self.user_called(channel, new) is None:
            await self._execute(update(tables.User).where(here, tables.User.external_id == old).values(external_id=new))
        people = select(tables.User.id).where(here)
        its = and_(tables.Conversation.chat_id == old, tables.Conversation.user_id.in_(people))
        await self._execute(update(tables.Conversation).where(its).values(chat_id=new))
        for table, more in ((tables.Inbox, {}), (tables.Outbox, {"message_id": None})):
            queued = and_(table.channel == channel, table.chat_id == old)
            await self._execute(update(table).where(queued).values(chat_id=new, **more))

    async def set_language(self, user_id: str, language: str | None, *, chosen: bool) -> None:
        """Store the language that a person chose, or else writes in; None goes back to what their channel says."""
        values = {"language": language, "language_chosen": chosen}
        await self._execute(update(tables.User).where(tables.User.id == user_id).values(values))

    async def start_conversation(self, conversation: Conversation) -> None:
        """Store a new conversation; it is now its user's latest."""
        await self._add([conversation])

    async def save_state(self, conversation_id: str, state: Json, at: datetime) -> None:
        """Replace a conversation's state; it was last active ``at``."""
        await self._execute(
            update(tables.Conversation).where(tables.Conversation.id == conversation_id).values(state=state, last_at=at)
        )

    async def end_evenings(self, before: datetime) -> None:
        """Empty the states of groups, which are those that name a company, last active before this moment."""
        company = tables.Conversation.state["company"].as_string()
        over = and_(tables.Conversation.last_at < before, company.is_not(None), company != "[]")
        await self._execute(update(tables.Conversation).where(over).values(state={}))

    async def add_turn(self, turn: Turn) -> None:
        """Store a turn; before the statements, recommendations and feedback that refer to it."""
        await self._add([turn])

    async def add_statements(self, statements: Sequence[StoredStatement]) -> None:
        """Store what a turn said."""
        await self._add(statements)

    async def add_recommendations(self, recommendations: Sequence[StoredRecommendation]) -> None:
        """Store what a turn showed, one a slot."""
        await self._add(recommendations)

    async def add_explanation(self, explanation: StoredExplanation) -> None:
        """Store the words about an item that were shown."""
        await self._add([explanation])

    async def add_feedback(self, feedback: Feedback) -> bool:
        """Store a reaction; False, and no change, when its key is stored already."""
        return await self._add_new([_values(feedback)], tables.Feedback, "key") == 1

    async def forget(self, user_id: str, turn_id: str, key: str, ids: Collection[str]) -> None:
        """Take back a person's single statements and reactions by id. The turn keeps that as a statement of its own:
        to retract the turn brings them back."""
        kept = StoredStatement(
            turn_id=turn_id, user_id=user_id, kind=Kind.FORGET, value=key, payload={"ids": list(ids)}
        )
        await self._add([kept])
        await self._set_retracted(user_id, ids, utcnow())

    async def _set_retracted(self, user_id: str, ids: Collection[str], at: datetime | None) -> None:
        for table in (tables.Statement, tables.Feedback):
            mine = and_(table.user_id == user_id, table.id.in_(ids))
            await self._execute(update(table).where(mine).values(retracted_at=at))

    async def retract(self, user_id: str, turn_id: str) -> tuple[Event, ...]:
        """Take back what a person said and gave in a turn, and return it; empty when nothing is left. What they took
        back in that turn counts again."""
        said = and_(tables.Statement.user_id == user_id, tables.Statement.turn_id == turn_id)
        given = and_(tables.Feedback.user_id == user_id, tables.Feedback.made_in == turn_id)
        events = await self._events(said, given)
        for event in events:
            if event.kind == Kind.FORGET:
                await self._set_retracted(user_id, event.payload["ids"], None)
        at = utcnow()
        for table, where in ((tables.Statement, said), (tables.Feedback, given)):
            await self._execute(update(table).where(where, table.retracted_at.is_(None)).values(retracted_at=at))
        return events

    async def forget_user(self, user_id: str, inbox_id: int | None = None) -> None:
        """Delete everything about a person, in the queues too, with the update that asks for this, if one does.

        Other open updates in their own chats stay and start afresh; what they typed inline waits for no answer. A chat
        with others keeps its updates. Exports that were not finished before the person came are withdrawn.
        """
        user = await self.user(user_id)
        if user is None:
            return
        chats = await self._own_chats(user)
        received = and_(tables.Inbox.channel == user.channel, tables.Inbox.chat_id.in_(chats))
        over = or_(not_(INBOX_OPEN), tables.Inbox.chat_id == inline_queue(user.external_id))
        await self._execute(delete(tables.Inbox).where(or_(and_(received, over), tables.Inbox.id == inbox_id)))
        await self._execute(
            delete(tables.Outbox).where(tables.Outbox.channel == user.channel, tables.Outbox.chat_id.in_(chats))
        )
        may_hold_them = or_(tables.Export.finished_at.is_(None), tables.Export.finished_at >= user.created_at)
        await self._execute(update(tables.Export).where(may_hold_them).values(error=WITHDRAWN))
        await self._execute(delete(tables.User).where(tables.User.id == user_id))

    async def receive(self, channel: str, updates: Iterable[tuple[int, str, Json]]) -> int:
        """Store updates (id, chat, payload) in their order; returns how many were new."""
        updates = list(updates)
        # Ids that start anew may come to where they were before; what long is settled is another update then.
        settled = and_(not_(INBOX_OPEN), tables.Inbox.received_at < utcnow() - IDS_HOLD)
        ids = [update_id for update_id, _, _ in updates]
        await self._execute(
            delete(tables.Inbox).where(tables.Inbox.channel == channel, tables.Inbox.update_id.in_(ids), settled)
        )
        rows = [
            {
                "channel": channel,
                "update_id": update_id,
                "chat_id": chat_id,
                "payload": payload,
                "received_at": utcnow(),
            }
            for update_id, chat_id, payload in updates
        ]
        return await self._add_new(rows, tables.Inbox, "channel", "update_id")

    async def inbox_done(self, inbox_id: int) -> None:
        """An update was handled: commit this with what it brought about.

        Raises ``StoreError`` when it was handled already: whoever did it first has its effects, nobody else.
        """
        this = tables.Inbox.id == inbox_id
        done = await self._execute(update(tables.Inbox).where(this, INBOX_OPEN).values(done_at=utcnow()))
        if not done.rowcount and (await self._execute(select(tables.Inbox.id).where(this))).first():
            raise StoreError("This update was handled already; nothing was changed.")

    async def inbox_gone(self, inbox_id: int) -> None:
        """An update was handled, and nothing of it is to be kept."""
        await self._execute(delete(tables.Inbox).where(tables.Inbox.id == inbox_id))

    async def inbox_emptied(self, inbox_id: int) -> None:
        """What an update said is not to be kept, nor an error that quotes it; its number is, so that it has effect
        once."""
        await self._execute(update(tables.Inbox).where(tables.Inbox.id == inbox_id).values(payload={}, error=None))

    async def inbox_failed(self, inbox_id: int, error: str) -> bool:
        """Count a failure; True when it was the last that we allow, and the update is now dead."""
        attempts = tables.Inbox.attempts + 1
        dead_at = case((attempts >= MAX_TRIES, literal(utcnow(), tables.UtcDateTime())), else_=null())
        failed = await self._execute(
            update(tables.Inbox)
            .where(tables.Inbox.id == inbox_id)
            .values(attempts=attempts, error=error, dead_at=dead_at)
            .returning(tables.Inbox.dead_at)
        )
        return failed.scalar() is not None

    async def enqueue(
        self,
        channel: str,
        chat_id: str,
        *payloads: Json,
        turn_id: str | None = None,
        not_before: datetime | None = None,
    ) -> list[int]:
        """Queue messages in their order behind the chat's others; returns their ids."""
        if not payloads:
            return []
        now = utcnow()
        same = {
            "channel": channel,
            "chat_id": chat_id,
            "turn_id": turn_id,
            "not_before": not_before,
            "created_at": now,
        }
        rows = [{**same, "payload": payload} for payload in payloads]
        statement = insert(tables.Outbox).returning(tables.Outbox.id, sort_by_parameter_order=True)
        return list((await self._execute(statement, rows)).scalars())

    async def outbox_sent(self, outbox_id: int, message_id: str | None = None) -> None:
        """A message was sent; ``message_id`` is what the channel calls it."""
        await self._end(outbox_id, sent_at=utcnow(), message_id=message_id)

    async def outbox_gone(self, outbox_id: int) -> None:
        """A message was sent, and nothing of it is to be kept."""
        await self._execute(delete(tables.Outbox).where(tables.Outbox.id == outbox_id))

    async def outbox_emptied(self, outbox_id: int, payload: Json) -> None:
        """What a message said is not to be kept; ``payload`` is what finds it again."""
        await self._end(outbox_id, payload=payload, error=None)

    async def empty_done(self, before: datetime, after: int) -> int | None:
        """Take what they said out of the next updates behind id ``after`` that were handled before a moment, and errors
        that quote it: turns keep it where it is needed. Returns the last one's id; None when that was all."""
        return await self._empty(tables.Inbox, tables.Inbox.done_at < before, after)

    async def empty_sent(self, before: datetime, after: int) -> int | None:
        """The same of messages that were sent. Which card a message shows stays: it can still be pressed."""
        return await self._empty(tables.Outbox, tables.Outbox.sent_at < before, after)

    async def _empty(
        self, queue: type[tables.Inbox] | type[tables.Outbox], settled: ColumnElement[bool], after: int
    ) -> int | None:
        said = cast(queue.payload, String)
        full = and_(said != "{}", or_(not_(said.like('{"slot": %')), said.like("%,%")))  # more than a slot
        rows = await self._execute(
            select(queue.id, queue.payload)
            .where(queue.id > after, settled, full)
            .order_by(queue.id)
            .limit(EMPTIED_AT_ONCE)
        )
        found = [(row["id"], row["payload"]) for row in rows.mappings()]
        for row_id, payload in found:
            left = {"slot": payload["slot"]} if "slot" in payload else {}
            await self._execute(update(queue).where(queue.id == row_id).values(payload=left, error=None))
        return found[-1][0] if found else None

    async def outbox_retry(self, outbox_id: int, not_before: datetime, error: str) -> None:
        """A message could not be sent now; it and its chat's later ones wait until ``not_before``."""
        await self._end(outbox_id, attempts=tables.Outbox.attempts + 1, not_before=not_before, error=error)

    async def outbox_dead(self, outbox_id: int, error: str) -> None:
        """A message can never be sent; the next of its chat may go."""
        await self._end(outbox_id, attempts=tables.Outbox.attempts + 1, dead_at=utcnow(), error=error)

    async def _end(self, outbox_id: int, **values: Any) -> None:
        await self._execute(update(tables.Outbox).where(tables.Outbox.id == outbox_id).values(values))

    async def _add(self, records: Sequence[Any]) -> None:
        if records:
            await self._execute(insert(TABLES[type(records[0])]), [_values(r) for r in records])

    async def _add_new(self, rows: Sequence[Mapping[str, Any]], table: type[tables.Base], *unique: str) -> int:
        """Insert the rows whose ``unique`` columns are new, whoever else writes; returns how many."""
        if not rows:
            return 0
        new = self._insert(table).on_conflict_do_nothing(index_elements=unique)
        statement = new.returning(inspect(table).local_table.columns["id"])
        return len((await self._execute(statement, rows)).all())

    def _insert(self, table: type[tables.Base]) -> postgresql.Insert | sqlite.Insert:
        """Both databases speak of conflicts in the same words, through two classes."""
        on_postgresql = self._connection.dialect.name == "postgresql"
        return postgresql.insert(table) if on_postgresql else sqlite.insert(table)


def _values(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}
