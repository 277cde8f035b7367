"""Numbers over all conversations: what the dashboard, the alerts and the monitoring show."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import sqrt
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, distinct, exists, func, select

from bot.store import tables
from bot.store.reading import INBOX_OPEN, OUTBOX_OPEN, Reading
from bot.store.records import first_id, utcnow
from bot.store.review import TAKEN, rejected, span

SAMPLE = 3000
"""Turns whose steps are timed: the latest of the range."""
LIKED = ("like", *TAKEN)
MOST_BUCKETS = 62


@dataclass(frozen=True, slots=True)
class Bucket:
    """A day, or several when the range is long: ``since`` to ``until``, both included."""

    since: date
    until: date
    conversations: int
    users: int
    turns: int


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``total``, with Wilson's 95 % interval."""

    hits: int
    total: int

    @property
    def share(self) -> float | None:
        """0..1; None of nothing."""
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound, 0..1 (Wilson 1927)."""
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.96, self.total, self.hits / self.total
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True)
class ModelFeedback:
    """How people took what one model showed."""

    version: str
    shown: int
    kinds: Mapping[str, int]

    @property
    def liked(self) -> Rate:
        """Items liked, taken or saved, of those shown."""
        return Rate(min(self.shown, sum(self.kinds.get(k, 0) for k in LIKED)), self.shown)


@dataclass(frozen=True, slots=True)
class Health:
    """How the queues and the last minutes are. ``lag``: seconds that the oldest open update has waited."""

    inbox: int
    lag: float
    outbox: int
    dead_incoming: int
    dead_outgoing: int
    failing: int
    turns: int
    p95: float | None
    explained: int
    by_template: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything on the dashboard, of one range of days."""

    buckets: tuple[Bucket, ...]
    conversations: int
    users: int
    turns: int
    accepted: Rate
    clicked: Rate
    to_acceptance: Mapping[int, int]
    funnel: Mapping[str, int]
    latency: Mapping[str, Mapping[int, float]]
    timed: int
    explanations: Mapping[str, int]
    confidence: Mapping[int, int]
    actions: Mapping[str, int]
    feedback: Mapping[str, int]
    models: tuple[ModelFeedback, ...]


def buckets_of(since: date, until: date) -> list[tuple[date, date]]:
    """The range cut into at most ``MOST_BUCKETS`` equal stretches of whole days."""
    days = (until - since).days + 1
    size = -(-days // MOST_BUCKETS)
    starts = [since + timedelta(days=n) for n in range(0, days, size)]
    return [(start, min(until, start + timedelta(days=size - 1))) for start in starts]


def percentiles(values: Sequence[float], *at: int) -> dict[int, float]:
    """The nearest-rank percentiles of some values; empty of none."""
    ranked = sorted(values)
    return {p: ranked[min(len(ranked) - 1, len(ranked) * p // 100)] for p in at} if ranked else {}


class Dashboard(Reading):
    """Counts over ranges of ids, which are ranges of time, that indexes alone can answer."""

    async def numbers(self, since: date, until: date) -> Numbers:
        """The dashboard of the days from ``since`` to ``until``, UTC."""
        low, high = span(since, until)
        turn, feedback = tables.Turn, tables.Feedback
        turns = [turn.id >= low, turn.id < high]
        people, talks = func.count(distinct(turn.user_id)), func.count(distinct(turn.conversation_id))
        total = (await self._execute(select(func.count(), people, talks).where(*turns))).one()
        actions = await self._counts(select(turn.action, func.count()).where(*turns).group_by(turn.action))
        listed = await self._scalar(
            select(func.count(distinct(turn.conversation_id))).where(*turns, turn.action == "recommend")
        )
        given = [feedback.id >= low, feedback.id < high, feedback.retracted_at.is_(None)]
        first = (
            select(func.min(turn.number).label("number"))
            .join(feedback, feedback.made_in == turn.id)
            .where(*given, feedback.kind.in_(TAKEN))
            .group_by(turn.conversation_id)
        )
        to_acceptance = Counter(min(10, n) for n in (await self._execute(first)).scalars())
        models = await self._models(low, high)
        clicked = await self._scalar(
            select(func.count(distinct(feedback.turn_id + feedback.item_id))).where(
                *given, feedback.turn_id.is_not(None)
            )
        )
        latency, timed = await self._latency(turns)
        return Numbers(
            buckets=await self._buckets(since, until),
            conversations=total[2],
            users=total[1],
            turns=total[0],
            accepted=Rate(min(listed, sum(to_acceptance.values())), listed),
            clicked=Rate(min(clicked, sum(m.shown for m in models)), sum(m.shown for m in models)),
            to_acceptance=dict(sorted(to_acceptance.items())),
            funnel=await self._funnel(low, high),
            latency=latency,
            timed=timed,
            explanations=await self._explanations(low, high),
            confidence=await self._confidence(low, high),
            actions=actions,
            feedback=await self._counts(select(feedback.kind, func.count()).where(*given).group_by(feedback.kind)),
            models=models,
        )

    async def models(self, since: date, until: date) -> tuple[ModelFeedback, ...]:
        """How people took what each model showed."""
        return await self._models(*span(since, until))

    async def health(self, minutes: int = 10) -> Health:
        """The queues now, and the turns and explanations of the last ``minutes``."""
        inbox, outbox, explanation = tables.Inbox, tables.Outbox, tables.Explanation
        recent = first_id(utcnow() - timedelta(minutes=minutes))
        waiting, oldest, failing = (
            await self._execute(
                select(func.count(), func.min(inbox.received_at), func.count().filter(inbox.attempts > 0)).where(
                    INBOX_OPEN
                )
            )
        ).one()
        latency, timed = await self._latency([tables.Turn.id >= recent])
        explained = await self._execute(
            select(func.count(), func.count().filter(explanation.made_by == "template")).where(explanation.id >= recent)
        )
        shown, by_template = explained.one()
        return Health(
            inbox=waiting,
            lag=(utcnow() - oldest).total_seconds() if oldest else 0.0,
            outbox=await self._scalar(select(func.count()).where(OUTBOX_OPEN)),
            dead_incoming=await self._scalar(select(func.count()).where(inbox.dead_at.is_not(None))),
            dead_outgoing=await self._scalar(select(func.count()).where(outbox.dead_at.is_not(None))),
            failing=failing,
            turns=timed,
            p95=latency.get("total", {}).get(95),
            explained=shown,
            by_template=by_template,
        )

    async def totals(self) -> Mapping[str, Mapping[str, int]]:
        """Counts since the beginning, by what each is labelled with: for monitoring."""
        turn, feedback, explanation = tables.Turn, tables.Feedback, tables.Explanation
        return {
            "turns": await self._counts(select(turn.action, func.count()).group_by(turn.action)),
            "feedback": await self._counts(select(feedback.kind, func.count()).group_by(feedback.kind)),
            "explanations": await self._counts(select(explanation.made_by, func.count()).group_by(explanation.made_by)),
            "users": {"": await self._scalar(select(func.count()).select_from(tables.User))},
            "conversations": {"": await self._scalar(select(func.count()).select_from(tables.Conversation))},
        }

    async def latest_errors(self, limit: int) -> Sequence[tuple[str, str, int, datetime]]:
        """The latest failures: queue, error, attempts, when; those given up and those still tried."""
        found: list[tuple[str, str, int, datetime]] = []
        for name, queue, at in (
            ("inbox", tables.Inbox, tables.Inbox.received_at),
            ("outbox", tables.Outbox, tables.Outbox.created_at),
        ):
            open_ = INBOX_OPEN if name == "inbox" else OUTBOX_OPEN
            for where in (queue.dead_at.is_not(None), open_):
                rows = await self._execute(
                    select(queue.error, queue.attempts, at)
                    .where(where, queue.error.is_not(None))
                    .order_by(queue.id.desc())
                    .limit(limit)
                )
                found += [(name, error, attempts, moment) for error, attempts, moment in rows]
        return sorted(found, key=lambda row: row[3], reverse=True)[:limit]

    async def _buckets(self, since: date, until: date) -> tuple[Bucket, ...]:
        turn = tables.Turn
        found = []
        for first, last in buckets_of(since, until):
            low, high = span(first, last)
            row = await self._execute(
                select(
                    func.count(distinct(turn.conversation_id)), func.count(distinct(turn.user_id)), func.count()
                ).where(turn.id >= low, turn.id < high)
            )
            found.append(Bucket(first, last, *row.one()))
        return tuple(found)

    async def _funnel(self, low: str, high: str) -> dict[str, int]:
        user, feedback = tables.User, tables.Feedback
        new = [user.id >= low, user.id < high]
        given = exists().where(feedback.user_id == user.id)
        steps: dict[str, ColumnElement[bool] | None] = {
            "started": None,
            "said something": exists().where(tables.Statement.user_id == user.id),
            "got a list": exists().where(tables.Turn.user_id == user.id, tables.Turn.action == "recommend"),
            "reacted": given,
            "accepted": given.where(feedback.kind.in_(TAKEN)),
        }
        found = {}
        for name, condition in steps.items():
            where = new if condition is None else [*new, condition]
            found[name] = await self._scalar(select(func.count()).select_from(user).where(*where))
        return found

    async def _latency(self, turns: Sequence[ColumnElement[bool]]) -> tuple[dict[str, dict[int, float]], int]:
        timed = select(tables.Turn.ms).where(*turns).order_by(tables.Turn.id.desc()).limit(SAMPLE)
        steps: dict[str, list[float]] = {}
        count = 0
        for ms in (await self._execute(timed)).scalars():
            count += 1
            for step, value in (ms if isinstance(ms, dict) else json.loads(ms)).items():
                steps.setdefault(step, []).append(float(value))
        return {step: percentiles(values, 50, 95, 99) for step, values in steps.items()}, count

    async def _explanations(self, low: str, high: str) -> dict[str, int]:
        explanation = tables.Explanation
        total, by_llm, turned_down = (
            await self._execute(
                select(
                    func.count(),
                    func.count().filter(explanation.made_by == "llm"),
                    func.count().filter(rejected()),
                ).where(explanation.id >= low, explanation.id < high)
            )
        ).one()
        return {
            "model's words": by_llm,
            "template": total - by_llm - turned_down,
            "model's words rejected": turned_down,
        }

    async def _confidence(self, low: str, high: str) -> dict[int, int]:
        statement = tables.Statement
        tenth = cast(statement.confidence * 10, Integer) if self._on_sqlite else func.floor(statement.confidence * 10)
        rows = await self._execute(
            select(tenth, func.count()).where(statement.turn_id >= low, statement.turn_id < high).group_by(tenth)
        )
        found: Counter[int] = Counter()
        for bucket, count in rows:
            found[min(9, int(bucket))] += count
        return {n: found[n] for n in range(10)}

    async def _models(self, low: str, high: str) -> tuple[ModelFeedback, ...]:
        shown, feedback, turn = tables.Recommendation, tables.Feedback, tables.Turn
        given = [feedback.id >= low, feedback.id < high, feedback.retracted_at.is_(None)]
        counts = await self._counts(
            select(shown.model_version, func.count())
            .where(shown.turn_id >= low, shown.turn_id < high, shown.purpose == "list")
            .group_by(shown.model_version)
        )
        kinds: dict[str, dict[str, int]] = {}
        rows = await self._execute(
            select(turn.model_version, feedback.kind, func.count())
            .join(feedback, feedback.turn_id == turn.id)
            .where(*given, turn.action == "recommend")
            .group_by(turn.model_version, feedback.kind)
        )
        for version, kind, count in rows:
            kinds.setdefault(version, {})[kind] = count
        return tuple(ModelFeedback(version, count, kinds.get(version, {})) for version, count in counts.items())

    async def _counts(self, query: Any) -> dict[str, int]:
        rows = [(str(name), int(count)) for name, count in await self._execute(query)]
        return dict(sorted(rows, key=lambda row: -row[1]))

    async def _scalar(self, query: Any) -> int:
        return int((await self._execute(query)).scalar_one())

    @property
    def _on_sqlite(self) -> bool:
        return self._connection.dialect.name == "sqlite"


def default_range() -> tuple[date, date]:
    """The last thirty days, today included."""
    today = datetime.now(UTC).date()
    return today - timedelta(days=29), today
