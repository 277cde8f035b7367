"""Rows for exports: of everything that belongs to the conversations that pass a filter, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select, func, select

from bot.store import tables
from bot.store.review import Filters, ReviewReading

ROWS: Final = 2000
"""Rows of one page."""

_TURN = tables.Turn
_COLUMNS: Mapping[str, tuple[Any, Sequence[Any]]] = {
    "turns": (
        tables.Turn,
        [
            _TURN.id,
            _TURN.conversation_id,
            _TURN.user_id,
            _TURN.number,
            _TURN.created_at,
            _TURN.text,
            _TURN.press,
            _TURN.action,
            _TURN.why,
            _TURN.reply,
            _TURN.model_version,
            _TURN.ms,
        ],
    ),
    "statements": (
        tables.Statement,
        [
            tables.Statement.id,
            tables.Statement.turn_id,
            _TURN.text,
            tables.Statement.kind,
            tables.Statement.value,
            tables.Statement.polarity,
            tables.Statement.target,
            tables.Statement.start,
            tables.Statement.end,
            tables.Statement.confidence,
            tables.Statement.retracted_at,
        ],
    ),
    "shown": (
        tables.Recommendation,
        [
            tables.Recommendation.id,
            tables.Recommendation.turn_id,
            tables.Recommendation.user_id,
            tables.Recommendation.slot,
            tables.Recommendation.item_id,
            tables.Recommendation.purpose,
            tables.Recommendation.score,
            tables.Recommendation.contributions,
            tables.Recommendation.model_version,
            tables.Recommendation.created_at,
        ],
    ),
    "feedback": (
        tables.Feedback,
        [
            tables.Feedback.id,
            tables.Feedback.user_id,
            tables.Feedback.item_id,
            tables.Feedback.kind,
            tables.Feedback.source,
            tables.Feedback.turn_id,
            tables.Feedback.made_in,
            tables.Feedback.created_at,
            tables.Feedback.retracted_at,
        ],
    ),
    "corrections": (
        tables.Correction,
        [
            tables.Correction.id,
            tables.Correction.turn_id,
            _TURN.text,
            tables.Correction.statements,
            tables.Correction.note,
            tables.Correction.made_by,
            tables.Correction.created_at,
        ],
    ),
}
KINDS: Final = tuple(_COLUMNS)


class Takeout(ReviewReading):
    """Reads for exports. People appear by our ids alone; names and chat ids stay here."""

    async def count_of(self, kind: str, filters: Filters) -> int:
        """How many rows there are to export."""
        table, _ = _COLUMNS[kind]
        return int((await self._execute(self._of(kind, filters, select(func.count(table.id))))).scalar_one())

    async def page(self, kind: str, filters: Filters, after: str) -> list[dict[str, Any]]:
        """The next rows after an id, oldest first; empty at the end."""
        table, columns = _COLUMNS[kind]
        query = self._of(kind, filters, select(*columns)).where(table.id > after).order_by(table.id).limit(ROWS)
        rows = [dict(row) for row in (await self._execute(query)).mappings()]
        for row in rows:
            if "reply" in row:
                row["reply"] = row["reply"].get("text", "")
        return rows

    def _of(self, kind: str, filters: Filters, query: Select[Any]) -> Select[Any]:
        table, _ = _COLUMNS[kind]
        if table is not _TURN:
            key = table.made_in if table is tables.Feedback else table.turn_id
            query = query.select_from(table).join(_TURN, _TURN.id == key)
        if filters == Filters(names=filters.names):
            return query
        matching = self._matching(filters, select(tables.Conversation.id))
        return query.where(_TURN.conversation_id.in_(matching))
