"""Who may review conversations, and what each may do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum

_MEMBER = re.compile(r"(?:(?P<channel>[a-z]+)/)?(?P<id>[\w.@+-]+)(?::(?P<role>[a-z]+))?")


class Role(IntEnum):
    """Each may do what those before it may."""

    VIEWER = 1  # reads conversations; people have no names
    REVIEWER = 2  # sees who wrote; flags, tags, notes, corrects, runs a turn again
    EXPORTER = 3  # takes data out
    OWNER = 4  # models, erasing people, dead letters, the audit log


def parse_staff(text: str) -> Mapping[str, Role]:
    """``"123:viewer, telegram/456:owner, console/me"`` -> "channel/id" -> role. Without a channel it is Telegram,
    without a role the least. Raises ``ValueError`` saying what is wrong, without quoting it."""
    staff = {}
    for number, part in enumerate(filter(None, (p.strip() for p in text.split(","))), 1):
        member = _MEMBER.fullmatch(part)
        role = (member["role"] or "viewer").upper() if member else ""
        if member is None or role not in Role.__members__:
            roles = ", ".join(r.name.lower() for r in Role)
            raise ValueError(f"entry {number} must be ID:ROLE or CHANNEL/ID:ROLE, with a role of {roles}")
        staff[f"{member['channel'] or 'telegram'}/{member['id']}"] = Role[role]
    return staff
