"""Stored events folded into a lasting taste: the latest word about an item or facet counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from bot.conversation.state import clause_from_json
from bot.conversation.statements import PASSED, Kind, Statement
from bot.store.records import Event, utcnow
from recsys.catalogue import Facet
from recsys.taste import Clause, Taste

ACCEPTED = 0.5
"""Taking or saving an item says less than liking it, until they say how it was."""


def taste_of(events: Iterable[Event]) -> Taste:
    """The taste that a person's events (oldest first) amount to."""
    items: dict[str, float] = {}
    liked: dict[Facet, float] = {}
    vetoes: dict[str, Clause] = {}
    passed: set[str] = set()
    moods: dict[str, Clause] = {}
    for event in events:
        if event.item_id is not None and event.value == PASSED:
            passed.add(event.item_id)
        elif event.item_id is not None:
            _item(items, event)
        elif event.kind == Kind.FACET and "clause" in event.payload:
            clause = clause_from_json(event.payload["clause"])
            if event.polarity < 0:
                vetoes[clause.label] = clause
                moods.pop(clause.label, None)
                for facet in clause.core:
                    liked.pop(facet, None)
            else:
                vetoes = {label: v for label, v in vetoes.items() if label != clause.label and not v.core & clause.core}
                moods |= {clause.label: clause} if clause.mood else {}
                liked |= dict.fromkeys(clause.facets, event.weight)
    lasting = tuple(moods.values())
    return Taste(items, liked, tuple(vetoes.values()), lasting, frozenset(i for i in passed if not items.get(i)))


def untold(events: Iterable[Event], taste: Taste, kind: str) -> str | None:
    """The latest item that they took ("accept") or kept ("save") and have not judged since."""
    given = [e.item_id for e in events if e.source == "feedback" and e.kind == kind and e.item_id]
    return next((i for i in reversed(given) if taste.items.get(i) == ACCEPTED), None)


def _item(items: dict[str, float], event: Event) -> None:
    item_id = event.item_id or ""
    if event.polarity:
        items[item_id] = event.polarity * event.weight
    elif event.kind in ("accept", "save"):
        items.setdefault(item_id, ACCEPTED)
    elif event.kind == "unsave" and items.get(item_id) == ACCEPTED:
        del items[item_id]
    elif "clear" in (event.kind, event.value):
        items.pop(item_id, None)
    elif event.seen:
        items.setdefault(item_id, 0.0)


def event_of(said: Statement) -> Event:
    """A statement just made, as the event that it will be once stored."""
    return Event(
        source="statement",
        id="",
        turn_id=None,
        item_id=said.target,
        kind=said.kind,
        value=said.value,
        polarity=said.polarity,
        weight=said.weight,
        seen=said.seen,
        payload=payload_of(said),
        created_at=utcnow(),
    )


def payload_of(said: Statement) -> dict[str, Any]:
    """The structured part of a statement, as JSON."""
    parts = {"clause": said.clause, "range": said.range}
    return {name: asdict(part) for name, part in parts.items() if part is not None}
