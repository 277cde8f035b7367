"""The filters of the conversation list: from a query or a stored form, and back into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from bot.admin.desk import day, flag
from bot.admin.door import PATH
from bot.store.review import OUTCOMES, Filters

_TICKS = ("unsure", "dead_end", "rejected", "flagged")
_WORDS = ("text", "user", "language", "model", "action", "tag")


def filters_from(query: Mapping[str, str], *, names: bool) -> Filters:
    """What a query asks for; what makes no sense is left out. ``names``: people may be looked for by name."""
    outcome = query.get("outcome", "")
    return Filters(
        **{name: query.get(name, "").strip()[:200] for name in _WORDS},  # type: ignore[arg-type]
        **{name: flag(query.get(name)) for name in _TICKS},  # type: ignore[arg-type]
        since=day(query.get("since")),
        until=day(query.get("until")),
        outcome=outcome if outcome in OUTCOMES else "",
        names=names,
    )


def as_query(filters: Filters) -> dict[str, str]:
    """The fields that are set, as they stand in a query."""
    found: dict[str, str] = {}
    for field in fields(filters):
        value: Any = getattr(filters, field.name)
        if field.name != "names" and value:
            found[field.name] = "1" if value is True else str(value)
    return found


def link(**query: str | date) -> str:
    """The conversation list, filtered."""
    return f"{PATH}/conversations?{urlencode({name: str(value) for name, value in query.items()})}"


def described(filters: Filters) -> str:
    """The filters in a few words, for the audit log: which, not what was looked for."""
    return ", ".join(name for name, value in asdict(filters).items() if value and name != "names")
