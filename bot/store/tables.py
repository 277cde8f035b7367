"""The schema. Change it together with a new revision in ``migrations/``; a test compares the two.

    users ─┬─ conversations ── turns ─┬─ statements
           │                          ├─ recommendations
           └─ feedback                └─ explanations        inbox   outbox

Everything about a person hangs off ``users`` by cascades. ``inbox`` and ``outbox`` are queues by chat. What reviewers
say of a conversation (``marks``, ``corrections``) hangs off it; ``admin_sessions``, ``admin_links``, ``audit`` and
``exports`` are about those who review.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from bot.store.records import ID_LENGTH

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """``value`` as built-in JSON types without what a database can't hold: NUL, which PostgreSQL refuses, and
    lone surrogates, which UTF-8 can't encode."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, Mapping):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [storable(item) for item in value]
    return value


class Clean(TypeDecorator[str]):
    """A string of any length unless one is given."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return storable(value)  # type: ignore[no-any-return]


class CleanJson(TypeDecorator[Any]):
    """JSON; comes back as dicts and lists, keys in the order in which they were written."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return storable(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, in UTC when it comes back; SQLite itself knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Every table; the naming convention lets migrations name what they change on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads it off the class)
        str: Clean(),
        int: Integer(),
        float: Float(),
        bool: Boolean(),
        datetime: UtcDateTime(),
    }


def _id() -> Mapped[str]:
    return mapped_column(Clean(ID_LENGTH), primary_key=True)


def _json() -> Mapped[Any]:
    return mapped_column(CleanJson())


def _user_id() -> Mapped[str]:
    return mapped_column(Clean(ID_LENGTH), ForeignKey("users.id", ondelete="CASCADE"))


def _turn_id() -> Mapped[str]:
    return mapped_column(Clean(ID_LENGTH), ForeignKey("turns.id", ondelete="CASCADE"))


def _turn_id_if_kept() -> Mapped[str | None]:
    return mapped_column(Clean(ID_LENGTH), ForeignKey("turns.id", ondelete="SET NULL"), index=True)


def _queue_id() -> Mapped[int]:
    """Counted by the database, not made from the clock: a queue keeps its order whatever the clock does."""
    return mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)


class User(Base):
    """See ``records.User``."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: Mapped[str] = _id()
    channel: Mapped[str]
    external_id: Mapped[str]
    name: Mapped[str]
    language: Mapped[str | None]
    language_chosen: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    blocked_at: Mapped[datetime | None]


class Conversation(Base):
    """See ``records.Conversation``."""

    __tablename__ = "conversations"
    __table_args__ = (Index(None, "user_id", "id"),)

    id: Mapped[str] = _id()
    user_id: Mapped[str] = _user_id()
    chat_id: Mapped[str] = mapped_column(index=True)
    started_at: Mapped[datetime]
    last_at: Mapped[datetime]
    state: Mapped[Any] = _json()


class Turn(Base):
    """See ``records.Turn``."""

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number"),
        Index(None, "user_id", "id"),
        # Counting and filtering read this alone: the rows themselves hold whole replies.
        Index("ix_turns_review", "id", "conversation_id", "user_id", "action", "model_version"),
        Index("ix_turns_text", "conversation_id", "text").ddl_if(dialect="sqlite"),
    )

    id: Mapped[str] = _id()
    conversation_id: Mapped[str] = mapped_column(Clean(ID_LENGTH), ForeignKey("conversations.id", ondelete="CASCADE"))
    user_id: Mapped[str] = _user_id()
    number: Mapped[int]
    text: Mapped[str]
    press: Mapped[str | None]
    action: Mapped[str]
    why: Mapped[str]
    reply: Mapped[Any] = _json()
    model_version: Mapped[str]
    ms: Mapped[Any] = _json()
    created_at: Mapped[datetime]


class Statement(Base):
    """See ``records.StoredStatement``."""

    __tablename__ = "statements"
    __table_args__ = (
        Index(None, "user_id", "id"),
        Index(None, "turn_id"),
        Index("ix_statements_review", "confidence", "turn_id", "user_id"),
    )

    id: Mapped[str] = _id()
    turn_id: Mapped[str] = _turn_id()
    user_id: Mapped[str] = _user_id()
    kind: Mapped[str]
    value: Mapped[str]
    polarity: Mapped[int]
    target: Mapped[str | None]
    payload: Mapped[Any] = _json()
    start: Mapped[int]
    end: Mapped[int]
    confidence: Mapped[float]
    lasting: Mapped[bool]
    seen: Mapped[bool]
    weight: Mapped[float]
    created_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]


class Recommendation(Base):
    """See ``records.StoredRecommendation``."""

    __tablename__ = "recommendations"
    __table_args__ = (
        UniqueConstraint("turn_id", "slot"),
        Index(None, "user_id", "id"),
        Index("ix_recommendations_review", "turn_id", "purpose", "model_version", "user_id"),
    )

    id: Mapped[str] = _id()
    turn_id: Mapped[str] = _turn_id()
    user_id: Mapped[str] = _user_id()
    slot: Mapped[int]
    item_id: Mapped[str]
    purpose: Mapped[str]
    score: Mapped[float]
    contributions: Mapped[Any] = _json()
    reasons: Mapped[Any] = _json()
    model_version: Mapped[str]
    created_at: Mapped[datetime]


class Feedback(Base):
    """See ``records.Feedback``. It outlives the turns that it came from."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("key"), Index(None, "user_id", "id"))

    id: Mapped[str] = _id()
    user_id: Mapped[str] = _user_id()
    item_id: Mapped[str]
    kind: Mapped[str]
    source: Mapped[str]
    turn_id: Mapped[str | None] = _turn_id_if_kept()
    made_in: Mapped[str | None] = _turn_id_if_kept()
    key: Mapped[str]
    created_at: Mapped[datetime]
    retracted_at: Mapped[datetime | None]


class Explanation(Base):
    """See ``records.StoredExplanation``."""

    __tablename__ = "explanations"
    __table_args__ = (Index(None, "turn_id"),)

    id: Mapped[str] = _id()
    turn_id: Mapped[str] = _turn_id()
    item_id: Mapped[str]
    text: Mapped[str]
    made_by: Mapped[str]
    verdict: Mapped[str]
    ms: Mapped[float]
    created_at: Mapped[datetime]


_INBOX_OPEN = text("done_at IS NULL AND dead_at IS NULL")
_OUTBOX_OPEN = text("sent_at IS NULL AND dead_at IS NULL")
_IS_DEAD = text("dead_at IS NOT NULL")


class Inbox(Base):
    """See ``records.Incoming``. Open until done or, after too many failures, dead."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "update_id"),
        Index(
            "ix_inbox_open",
            "channel",
            "chat_id",
            "id",
            sqlite_where=_INBOX_OPEN,
            postgresql_where=_INBOX_OPEN,
        ),
        Index("ix_inbox_dead", "dead_at", sqlite_where=_IS_DEAD, postgresql_where=_IS_DEAD),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = _queue_id()
    channel: Mapped[str]
    update_id: Mapped[int] = mapped_column(BigInteger())
    chat_id: Mapped[str]
    payload: Mapped[Any] = _json()
    received_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]


class Outbox(Base):
    """See ``records.Outgoing``. Open until sent or, when it can never be sent, dead."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "channel",
            "chat_id",
            "id",
            sqlite_where=_OUTBOX_OPEN,
            postgresql_where=_OUTBOX_OPEN,
        ),
        Index(None, "channel", "chat_id", "message_id"),
        Index("ix_outbox_dead", "dead_at", sqlite_where=_IS_DEAD, postgresql_where=_IS_DEAD),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = _queue_id()
    channel: Mapped[str]
    chat_id: Mapped[str]
    turn_id: Mapped[str | None] = mapped_column(
        Clean(ID_LENGTH), ForeignKey("turns.id", ondelete="CASCADE"), index=True
    )
    payload: Mapped[Any] = _json()
    created_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    message_id: Mapped[str | None]
    dead_at: Mapped[datetime | None]


class Mark(Base):
    """See ``records.Mark``."""

    __tablename__ = "marks"
    __table_args__ = (Index(None, "conversation_id", "id"), Index(None, "kind", "value"))

    id: Mapped[str] = _id()
    conversation_id: Mapped[str] = mapped_column(Clean(ID_LENGTH), ForeignKey("conversations.id", ondelete="CASCADE"))
    turn_id: Mapped[str | None] = mapped_column(
        Clean(ID_LENGTH), ForeignKey("turns.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    value: Mapped[str]
    made_by: Mapped[str]
    created_at: Mapped[datetime]


class Correction(Base):
    """See ``records.Correction``."""

    __tablename__ = "corrections"

    id: Mapped[str] = _id()
    turn_id: Mapped[str] = mapped_column(Clean(ID_LENGTH), ForeignKey("turns.id", ondelete="CASCADE"), index=True)
    statements: Mapped[Any] = _json()
    note: Mapped[str]
    made_by: Mapped[str]
    created_at: Mapped[datetime]


class AdminSession(Base):
    """See ``records.AdminSession``. ``id`` is a keyed hash of the cookie, never the cookie."""

    __tablename__ = "admin_sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str]
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AdminLink(Base):
    """A sign-in link that was handed out; ``id`` is a keyed hash of its token. It works once, until ``expires_at``."""

    __tablename__ = "admin_links"

    id: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Audit(Base):
    """See ``records.Audited``. It outlives whom and what it is about, and so holds no texts."""

    __tablename__ = "audit"

    id: Mapped[str] = _id()
    who: Mapped[str]
    what: Mapped[str] = mapped_column(index=True)
    target: Mapped[str]
    detail: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime]


class Export(Base):
    """See ``records.Export``."""

    __tablename__ = "exports"

    id: Mapped[str] = _id()
    kind: Mapped[str]
    format: Mapped[str]
    filters: Mapped[Any] = _json()
    made_by: Mapped[str]
    created_at: Mapped[datetime]
    done: Mapped[int]
    total: Mapped[int]
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]
