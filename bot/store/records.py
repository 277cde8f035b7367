"""What crosses the store's border: plain frozen records, never an ORM instance."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 17
ID_LENGTH = 13
"""Base-32 digits that hold 48 bits of milliseconds and 17 of randomness."""

_last_id = 0
_id_lock = threading.Lock()


def new_id() -> str:
    """A sortable id of 13 Crockford base-32 digits: later ids are greater within a process, even when the
    clock steps back."""
    global _last_id
    with _id_lock:
        drawn = (time.time_ns() // 1_000_000) << _RANDOM_BITS | random.getrandbits(_RANDOM_BITS)
        _last_id = number = max(drawn, _last_id + 1)
    return _encoded(number)


def first_id(moment: datetime) -> str:
    """The least id that can have been made at ``moment``: ids in a range of time are those between two of these."""
    number = max(0, int(moment.timestamp() * 1000)) << _RANDOM_BITS
    return _encoded(number)


def _encoded(number: int) -> str:
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(5 * (ID_LENGTH - 1), -1, -5))


def ids_follow(latest: str) -> None:
    """Let all new ids be greater than one of an earlier process, whose clock may have been ahead of ours."""
    global _last_id
    number = 0
    for digit in latest:
        number = number << 5 | _CROCKFORD.index(digit)
    with _id_lock:
        _last_id = max(_last_id, number)


def utcnow() -> datetime:
    """The present moment, aware, in UTC: what every stored time defaults to."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person; ``external_id`` is what their channel calls them. ``language``: what they asked to be spoken to in, if
    ``language_chosen``, else what they last wrote in, where it is not their channel's."""

    id: str = field(default_factory=new_id)
    channel: str
    external_id: str
    name: str = ""
    language: str | None = None
    language_chosen: bool = False
    created_at: datetime = field(default_factory=utcnow)
    blocked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One stretch of dialogue. ``state`` is this evening's wish and what was asked, opaque to the store."""

    id: str = field(default_factory=new_id)
    user_id: str
    chat_id: str
    started_at: datetime = field(default_factory=utcnow)
    last_at: datetime = field(default_factory=utcnow)
    state: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A message or press and the answer to it. ``number`` counts from 1 within the conversation; ``action``
    and ``why`` are the policy's decision and its reason; ``ms`` holds milliseconds by step."""

    id: str = field(default_factory=new_id)
    conversation_id: str
    user_id: str
    number: int
    text: str = ""
    press: str | None = None
    action: str = ""
    why: str = ""
    reply: Json = field(default_factory=dict)
    model_version: str = ""
    ms: Json = field(default_factory=dict)
    created_at: datetime = field(default_factory=utcnow)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStatement:
    """A statement of a turn: ``payload`` holds its clause or range, ``start:end`` is its span in the text."""

    id: str = field(default_factory=new_id)
    turn_id: str
    user_id: str
    kind: str
    value: str = ""
    polarity: int = 0
    target: str | None = None
    payload: Json = field(default_factory=dict)
    start: int = 0
    end: int = 0
    confidence: float = 1.0
    lasting: bool = False
    seen: bool = False
    weight: float = 1.0
    created_at: datetime = field(default_factory=utcnow)
    retracted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecommendation:
    """An item that a turn showed in ``slot`` (from 1) and why. ``purpose`` is ``"list"``, ``"question"``, ``"shared"``,
    ``"watchlist"`` or ``"answer"``; only a list counts as recommended."""

    id: str = field(default_factory=new_id)
    turn_id: str
    user_id: str
    slot: int
    item_id: str
    purpose: str = "list"
    score: float = 0.0
    contributions: Json = field(default_factory=dict)
    reasons: tuple[Json, ...] = ()
    model_version: str = ""
    created_at: datetime = field(default_factory=utcnow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A reaction to an item: ``kind`` is "like", "dislike", "seen", "save", "unsave", "accept"
    or "clear" (no opinion any more).

    ``key`` makes it idempotent: one key is stored once, for good, so it must name the press or sentence (an
    update's id, say), not the button, which may be pressed anew after an undo. ``source`` is "button" or
    "text". ``turn_id`` is the turn that showed the item, ``made_in`` the turn in which the reaction was
    given; both must be stored before.
    """

    id: str = field(default_factory=new_id)
    user_id: str
    item_id: str
    kind: str
    source: str
    key: str
    turn_id: str | None = None
    made_in: str | None = None
    created_at: datetime = field(default_factory=utcnow)
    retracted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredExplanation:
    """The words about an item that were shown, who made them ("llm" or "template"), the check's verdict."""

    id: str = field(default_factory=new_id)
    turn_id: str
    item_id: str
    text: str
    made_by: str
    verdict: str = ""
    ms: float = 0.0
    created_at: datetime = field(default_factory=utcnow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing known of a person: ``source`` is "statement" or "feedback", ``id`` that row's.

    ``item_id`` is the statement's target or the feedback's item. Feedback has polarity 1 for "like", -1 for
    "dislike", 0 otherwise, weight 1, and ``seen`` for the kind "seen".
    """

    source: str
    id: str
    turn_id: str | None
    item_id: str | None
    kind: str
    value: str
    polarity: int
    weight: float
    seen: bool
    payload: Json
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that a turn needs to know of a person.

    ``events`` are lasting statements and feedback, not retracted, oldest first; ``saved`` is the watchlist,
    oldest first; ``shown`` holds the distinct items of recent lists, newest first. ``conversation`` is the
    latest and ``last_turn`` its last.
    """

    user: User
    conversation: Conversation | None
    last_turn: Turn | None
    events: tuple[Event, ...]
    saved: tuple[str, ...]
    shown: tuple[str, ...]

    @property
    def turns(self) -> int:
        """How many turns the conversation has."""
        return self.last_turn.number if self.last_turn else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An update as received. Rows of a chat are handled in the order of their ids."""

    id: int
    channel: str
    update_id: int
    chat_id: str
    payload: Json
    received_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to send. Messages of a chat go out in the order of their ids."""

    id: int
    channel: str
    chat_id: str
    turn_id: str | None
    payload: Json
    created_at: datetime
    not_before: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a reviewer said of a conversation or one of its turns: ``kind`` is "flag" (``value``: why), "tag" or
    "note"."""

    id: str = field(default_factory=new_id)
    conversation_id: str
    turn_id: str | None = None
    kind: str
    value: str
    made_by: str
    created_at: datetime = field(default_factory=utcnow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a turn's message should have been understood as: training data for the next learning run. Each statement is
    ``{"kind", "value", "polarity", "target", "start", "end"}``; the latest correction of a turn counts."""

    id: str = field(default_factory=new_id)
    turn_id: str
    statements: tuple[Json, ...]
    note: str = ""
    made_by: str
    created_at: datetime = field(default_factory=utcnow)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminSession:
    """A signed-in admin: ``who`` is "channel/id" or "password"."""

    id: str
    who: str
    created_at: datetime = field(default_factory=utcnow)
    last_at: datetime = field(default_factory=utcnow)
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One thing that was done, or refused, in the review app: ``what`` is a verb, ``target`` an id or a path."""

    id: str = field(default_factory=new_id)
    who: str
    what: str
    target: str = ""
    detail: str = ""
    address: str = ""
    created_at: datetime = field(default_factory=utcnow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file that is or was written in the background: ``kind`` names the rows, ``format`` is "csv" or "jsonl"."""

    id: str = field(default_factory=new_id)
    kind: str
    format: str
    filters: Json = field(default_factory=dict)
    made_by: str
    created_at: datetime = field(default_factory=utcnow)
    done: int = 0
    total: int = 0
    finished_at: datetime | None = None
    error: str | None = None
