"""What reviewers ask about conversations, and what they say of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select

from bot.store import tables
from bot.store.admin import PAGE, AdminUnit
from bot.store.reading import RECENTLY_SHOWN, Reading, saved_of
from bot.store.records import (
    Conversation,
    Correction,
    Feedback,
    Mark,
    Memory,
    StoredExplanation,
    StoredRecommendation,
    StoredStatement,
    Turn,
    User,
    first_id,
)
from recsys.phrase import Outcome

UNSURE = 0.5
"""Below this confidence a statement counts as a guess."""
TAKEN = ("accept", "save")
"""Feedback that says: this is the one."""
LOST = ("chat", "stale")
"""Actions of turns in which nothing was understood or could be placed."""
OUTCOMES = ("accepted", "reacted", "listed", "talked")
"""The best that a conversation came to: an item taken, a reaction to one, a list, words."""
TURNS_SHOWN = 40
"""Turns on one page of a replay."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which conversations to look at. Empty fields let everything through; ``until`` is the last day, in UTC.

    ``text``: words that one message must all contain. ``user``: an id of ours, or part of a name or external id.
    """

    text: str = ""
    user: str = ""
    since: date | None = None
    until: date | None = None
    outcome: str = ""
    language: str = ""
    model: str = ""
    action: str = ""
    tag: str = ""
    unsure: bool = False
    dead_end: bool = False
    rejected: bool = False
    flagged: bool = False
    names: bool = True
    """Whether ``user`` may be looked for by name."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of the list."""

    conversation: Conversation
    user: User
    turns: int
    first: str
    outcome: str
    models: tuple[str, ...]
    unsure: bool
    dead_end: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """Everything stored about one turn."""

    turn: Turn
    statements: tuple[StoredStatement, ...] = ()
    shown: tuple[StoredRecommendation, ...] = ()
    explanations: tuple[StoredExplanation, ...] = ()
    made: tuple[Feedback, ...] = ()
    """Feedback given in this turn."""
    received: tuple[Feedback, ...] = ()
    """Feedback about what this turn showed, whenever it came."""
    corrections: tuple[Correction, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Replay:
    """A conversation with a page of its turns; ``following`` is the first turn behind the page."""

    conversation: Conversation
    user: User
    turns: tuple[Replayed, ...]
    total: int
    marks: tuple[Mark, ...] = field(default=())
    following: Turn | None = None


def span(since: date | None, until: date | None) -> tuple[str, str]:
    """The ids made from the start of one day to the end of another, UTC: from the first up to before the second."""
    low = first_id(_midnight(since)) if since else ""
    high = first_id(_midnight(until) + timedelta(days=1)) if until else "Z" * 13
    return low, high


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def words_of(text: str) -> list[str]:
    """The words of a search, and its quoted phrases whole."""
    parts = text.split('"')
    phrases = [p.strip() for p in parts[1::2]]
    return [w for w in (*phrases, *" ".join(parts[::2]).split()) if w][:10]


class ReviewReading(Reading):
    """Questions about everyone's conversations."""

    async def conversations(self, filters: Filters, before: str | None = None) -> tuple[Summary, ...]:
        """A page of conversations, newest first: those that began before one of them, if one is given."""
        query = self._matching(filters, select(tables.Conversation.id))
        if before:
            query = query.where(tables.Conversation.id < before)
        rows = (await self._execute(query.order_by(tables.Conversation.id.desc()).limit(PAGE))).all()
        return await self._summaries([row[0] for row in rows])

    async def count(self, filters: Filters) -> int:
        """How many conversations pass."""
        query = self._matching(filters, select(func.count()).select_from(tables.Conversation))
        return (await self._execute(query)).scalar_one()  # type: ignore[no-any-return]

    async def replay(self, conversation_id: str, after: int = 0) -> Replay | None:
        """A conversation with its turns after a number; None when there is none of this id."""
        conversation = await self._first(Conversation, tables.Conversation.id == conversation_id)
        user = await self.user(conversation.user_id) if conversation else None
        if conversation is None or user is None:
            return None
        mine = tables.Turn.conversation_id == conversation_id
        turns = await self._all(
            Turn, mine, tables.Turn.number > after, order_by=tables.Turn.number, limit=TURNS_SHOWN + 1
        )
        shown = turns[:TURNS_SHOWN]
        total = (await self._execute(select(func.count()).where(mine))).scalar_one()
        marks = await self._all(Mark, tables.Mark.conversation_id == conversation_id, order_by=tables.Mark.id)
        following = turns[TURNS_SHOWN] if len(turns) > TURNS_SHOWN else None
        return Replay(conversation, user, await self._replayed(shown, marks), total, marks, following)

    async def conversation_of(self, some_id: str) -> str | None:
        """The conversation of an id: of itself, of one of its turns, or the latest of a user."""
        for query in (
            select(tables.Conversation.id).where(tables.Conversation.id == some_id),
            select(tables.Turn.conversation_id).where(tables.Turn.id == some_id),
            select(func.max(tables.Conversation.id)).where(tables.Conversation.user_id == some_id),
        ):
            if found := (await self._execute(query)).scalar():
                return str(found)
        return None

    async def turn_of_anyone(self, turn_id: str) -> Turn | None:
        """A turn, whoever's."""
        return await self._first(Turn, tables.Turn.id == turn_id)

    async def shown_by(self, turn_id: str) -> tuple[StoredRecommendation, ...]:
        """What a turn showed, by slot."""
        where = tables.Recommendation.turn_id == turn_id
        return await self._all(StoredRecommendation, where, order_by=tables.Recommendation.slot)

    async def statements_of(self, turn_id: str) -> tuple[StoredStatement, ...]:
        """What a turn said, in the order of its words."""
        where = tables.Statement.turn_id == turn_id
        return await self._all(StoredStatement, where, order_by=(tables.Statement.start, tables.Statement.id))

    async def memory_before(self, turn: Turn) -> Memory | None:
        """What was known of the person when a turn began."""
        user = await self.user(turn.user_id)
        conversation = await self._first(Conversation, tables.Conversation.id == turn.conversation_id)
        if user is None or conversation is None:
            return None
        last = await self._first(
            Turn,
            tables.Turn.conversation_id == turn.conversation_id,
            tables.Turn.number < turn.number,
            order_by=tables.Turn.number.desc(),
        )
        events = await self._events_before(turn)
        shown = (
            select(tables.Recommendation.item_id)
            .where(
                tables.Recommendation.user_id == turn.user_id,
                tables.Recommendation.purpose == "list",
                tables.Recommendation.turn_id < turn.id,
            )
            .order_by(tables.Recommendation.id.desc())
            .limit(RECENTLY_SHOWN)
        )
        return Memory(
            user=user,
            conversation=replace(conversation, state=turn.reply.get("before", {}), last_at=turn.created_at),
            last_turn=last,
            events=events,
            saved=saved_of(events),
            shown=tuple(dict.fromkeys((await self._execute(shown)).scalars())),
        )

    async def _events_before(self, turn: Turn) -> tuple[Any, ...]:
        statement, feedback = tables.Statement, tables.Feedback
        said = await self._all(
            StoredStatement,
            statement.user_id == turn.user_id,
            statement.lasting.is_(True),
            statement.turn_id < turn.id,
            or_(statement.retracted_at.is_(None), statement.retracted_at > turn.created_at),
        )
        given = await self._all(
            Feedback,
            feedback.user_id == turn.user_id,
            or_(feedback.made_in < turn.id, and_(feedback.made_in.is_(None), feedback.id < turn.id)),
            or_(feedback.retracted_at.is_(None), feedback.retracted_at > turn.created_at),
        )
        return self.in_order(said, given)

    async def users(self, text: str = "", before: str | None = None) -> Sequence[tuple[User, int]]:
        """A page of people and how many turns each had, newest first; ``text`` is part of a name or id."""
        where: list[ColumnElement[bool]] = [_called(text)] if text else []
        if before:
            where.append(tables.User.id < before)
        users = await self._all(User, *where, order_by=tables.User.id.desc(), limit=PAGE)
        counts = (
            select(tables.Turn.user_id, func.count())
            .where(tables.Turn.user_id.in_([u.id for u in users]))
            .group_by(tables.Turn.user_id)
        )
        turns = {row[0]: row[1] for row in await self._execute(counts)}
        return [(user, turns.get(user.id, 0)) for user in users]

    async def tags(self) -> tuple[str, ...]:
        """Every tag in use."""
        query = select(tables.Mark.value).where(tables.Mark.kind == "tag").distinct().order_by(tables.Mark.value)
        return tuple((await self._execute(query)).scalars())

    async def models(self) -> tuple[str, ...]:
        """Every model that answered, the latest first."""
        query = (
            select(tables.Turn.model_version)
            .group_by(tables.Turn.model_version)
            .order_by(func.max(tables.Turn.id).desc())
        )
        return tuple((await self._execute(query)).scalars())

    async def languages(self) -> tuple[str, ...]:
        """Every language that people have."""
        query = select(tables.User.language).where(tables.User.language.is_not(None)).distinct()
        return tuple(sorted((await self._execute(query)).scalars()))

    def _matching(self, filters: Filters, query: Select[Any]) -> Select[Any]:
        conversation, turn = tables.Conversation, tables.Turn
        low, high = span(filters.since, filters.until)
        where: list[ColumnElement[bool]] = []
        if filters.since or filters.until:
            where += [conversation.id >= low, conversation.id < high]
        if words := words_of(filters.text):
            where.append(_has_turn(*(turn.text.ilike(_pattern(word), escape="\\") for word in words)))
        if filters.user:
            who = tables.User.id == filters.user
            found = select(tables.User.id).where(or_(who, _called(filters.user)) if filters.names else who)
            where.append(conversation.user_id.in_(found))
        if filters.language:
            speakers = select(tables.User.id).where(tables.User.language == filters.language)
            where.append(conversation.user_id.in_(speakers))
        if filters.model:
            where.append(_has_turn(turn.model_version == filters.model))
        if filters.action:
            where.append(_has_turn(turn.action == filters.action))
        if filters.unsure:
            unsure = select(tables.Statement.turn_id).where(tables.Statement.confidence < UNSURE)
            where.append(_has_turn(turn.id.in_(unsure)))
        if filters.dead_end:
            where.append(_has_turn(_dead_end()))
        if filters.rejected:
            where.append(_has_turn(turn.id.in_(select(tables.Explanation.turn_id).where(rejected()))))
        if filters.flagged:
            where.append(_has_mark(tables.Mark.kind == "flag"))
        if filters.tag:
            where.append(_has_mark(tables.Mark.kind == "tag", tables.Mark.value == filters.tag))
        if filters.outcome:
            where.append(_outcome(filters.outcome))
        return query.where(*where)

    async def _summaries(self, ids: Sequence[str]) -> tuple[Summary, ...]:
        conversations = await self._all(
            Conversation, tables.Conversation.id.in_(ids), order_by=tables.Conversation.id.desc()
        )
        users = {u.id: u for u in await self._all(User, tables.User.id.in_({c.user_id for c in conversations}))}
        turn = tables.Turn
        first: dict[str, str] = {}
        models: defaultdict[str, dict[str, None]] = defaultdict(dict)
        counts: defaultdict[str, int] = defaultdict(int)
        columns = select(turn.id, turn.conversation_id, turn.number, turn.text, turn.action, turn.model_version)
        of_turn: dict[str, str] = {}
        lost: set[str] = set()
        listed: set[str] = set()
        for row in await self._execute(columns.where(turn.conversation_id.in_(ids)).order_by(turn.id)):
            turn_id, conversation_id, _, text, action, model = row
            of_turn[turn_id] = conversation_id
            counts[conversation_id] += 1
            models[conversation_id][model] = None
            if text and conversation_id not in first:
                first[conversation_id] = text
            if action in LOST:
                lost.add(conversation_id)
            if action == "recommend":
                listed.add(conversation_id)
        unsure = await self._conversations_with(
            select(tables.Statement.turn_id).where(
                tables.Statement.turn_id.in_(of_turn), tables.Statement.confidence < UNSURE
            ),
            of_turn,
        )
        reacted: defaultdict[str, set[str]] = defaultdict(set)
        given = select(tables.Feedback.made_in, tables.Feedback.kind).where(
            tables.Feedback.made_in.in_(of_turn), tables.Feedback.retracted_at.is_(None)
        )
        for made_in, kind in await self._execute(given):
            reacted[of_turn[made_in]].add(kind)
        marks: defaultdict[str, list[Mark]] = defaultdict(list)
        for mark in await self._all(Mark, tables.Mark.conversation_id.in_(ids), order_by=tables.Mark.id):
            marks[mark.conversation_id].append(mark)
        return tuple(
            Summary(
                conversation=c,
                user=users[c.user_id],
                turns=counts[c.id],
                first=first.get(c.id, ""),
                outcome=_best(reacted[c.id], c.id in listed),
                models=tuple(models[c.id]),
                unsure=c.id in unsure,
                dead_end=c.id in lost,
                marks=tuple(marks[c.id]),
            )
            for c in conversations
        )

    async def _conversations_with(self, turns: Select[Any], of_turn: Mapping[str, str]) -> set[str]:
        return {of_turn[turn_id] for turn_id in (await self._execute(turns)).scalars()}

    async def _replayed(self, turns: Sequence[Turn], marks: Sequence[Mark]) -> tuple[Replayed, ...]:
        ids = [turn.id for turn in turns]
        statements = await self._by_turn(
            StoredStatement, tables.Statement.turn_id, ids, (tables.Statement.start, tables.Statement.id)
        )
        shown = await self._by_turn(
            StoredRecommendation, tables.Recommendation.turn_id, ids, tables.Recommendation.slot
        )
        explanations = await self._by_turn(StoredExplanation, tables.Explanation.turn_id, ids, tables.Explanation.id)
        made = await self._by_turn(Feedback, tables.Feedback.made_in, ids, tables.Feedback.id, key="made_in")
        received = await self._by_turn(Feedback, tables.Feedback.turn_id, ids, tables.Feedback.id)
        corrections = await self._by_turn(Correction, tables.Correction.turn_id, ids, tables.Correction.id)
        return tuple(
            Replayed(
                turn,
                statements[turn.id],
                shown[turn.id],
                explanations[turn.id],
                made[turn.id],
                received[turn.id],
                corrections[turn.id],
                tuple(m for m in marks if m.turn_id == turn.id),
            )
            for turn in turns
        )

    async def _by_turn(
        self, record: type[Any], column: Any, ids: Collection[str], order_by: Any, *, key: str = "turn_id"
    ) -> defaultdict[str, tuple[Any, ...]]:
        found: defaultdict[str, tuple[Any, ...]] = defaultdict(tuple)
        for row in await self._all(record, column.in_(ids), order_by=order_by):
            found[getattr(row, key)] += (row,)
        return found


class ReviewUnit(ReviewReading, AdminUnit):
    """What reviewers say."""

    async def add_mark(self, mark: Mark) -> bool:
        """Store a flag, tag or note; False when its conversation is gone, or the same flag or tag is there already."""
        if await self._first(Conversation, tables.Conversation.id == mark.conversation_id) is None:
            return False
        if mark.kind != "note":
            same = [getattr(tables.Mark, n) == getattr(mark, n) for n in ("conversation_id", "kind", "value")]
            same.append(tables.Mark.turn_id.is_(None) if mark.turn_id is None else tables.Mark.turn_id == mark.turn_id)
            if await self._first(Mark, *same) is not None:
                return False
        await self._add([mark])
        return True

    async def remove_mark(self, conversation_id: str, mark_id: str) -> bool:
        """Take a flag, tag or note away; False when there is none."""
        gone = await self._execute(
            delete(tables.Mark)
            .where(tables.Mark.id == mark_id, tables.Mark.conversation_id == conversation_id)
            .returning(tables.Mark.id)
        )
        return gone.scalar() is not None

    async def add_correction(self, correction: Correction) -> None:
        """Store what a turn should have been understood as."""
        await self._add([correction])


def rejected() -> ColumnElement[bool]:
    """An explanation whose words by the model failed the check, so that a template stood in."""
    return tables.Explanation.verdict.startswith(Outcome.REFUSED)


def _has_turn(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return tables.Conversation.id.in_(select(tables.Turn.conversation_id).where(*where))


def _has_mark(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return tables.Conversation.id.in_(select(tables.Mark.conversation_id).where(*where))


def _dead_end() -> ColumnElement[bool]:
    """Nothing understood, or nothing left to recommend."""
    shown = exists().where(tables.Recommendation.turn_id == tables.Turn.id)
    return or_(tables.Turn.action.in_(LOST), and_(tables.Turn.action == "recommend", ~shown))


def _gave(*kinds: str) -> ColumnElement[bool]:
    given = (
        select(tables.Turn.conversation_id)
        .join(tables.Feedback, tables.Feedback.made_in == tables.Turn.id)
        .where(tables.Feedback.retracted_at.is_(None))
    )
    return tables.Conversation.id.in_(given.where(tables.Feedback.kind.in_(kinds)) if kinds else given)


def _outcome(name: str) -> ColumnElement[bool]:
    listed = _has_turn(tables.Turn.action == "recommend")
    return {
        "accepted": _gave(*TAKEN),
        "reacted": and_(_gave(), ~_gave(*TAKEN)),
        "listed": and_(listed, ~_gave()),
        "talked": and_(~listed, ~_gave()),
    }[name]


def _best(kinds: Collection[str], listed: bool) -> str:
    if set(kinds) & set(TAKEN):
        return "accepted"
    return "reacted" if kinds else "listed" if listed else "talked"


def _called(text: str) -> ColumnElement[bool]:
    return or_(
        tables.User.id == text,
        tables.User.external_id == text,
        tables.User.name.ilike(_pattern(text), escape="\\"),
    )


def _pattern(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
