"""Signing in and staying signed in. Nothing here knows the web: tokens in, identities out."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from bot.roles import Role
from bot.settings import Settings
from bot.store.admin import AdminReading, AdminUnit
from bot.store.records import AdminSession, Audited, utcnow
from bot.store.repository import Store
from recsys.errors import ConfigError

LINK_LASTS = timedelta(minutes=5)
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
_TOUCH = timedelta(minutes=1)
"""How exactly the last use of a session is known: every request would be a write."""
BY_PASSWORD = "password"  # noqa: S105  (the name of a way in)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody signed in: ``who`` is "channel/id" or "password"."""

    who: str
    role: Role
    session_id: str


class Access:
    """Who may come in. Roles are read from the settings at every request: who is taken off the list is out."""

    def __init__(self, settings: Settings, store: Store) -> None:
        """Raises ``ConfigError`` without a secret, or when nobody could ever sign in."""
        if settings.admin_secret is None:
            raise ConfigError(
                "The review app needs ADMIN_SECRET, 32 random characters: `openssl rand -hex 32` makes some."
            )
        if not settings.staff and settings.admin_password is None:
            raise ConfigError("Nobody could sign in to the review app: set ADMIN_IDS or ADMIN_PASSWORD.")
        self.secret = settings.admin_secret.get_secret_value()
        self._password = settings.admin_password
        self._staff: Mapping[str, Role] = settings.staff
        self._address = settings.admin_address
        self._store = store

    @property
    def by_password(self) -> bool:
        """Whether there is a password at all."""
        return self._password is not None

    def role_of(self, who: str) -> Role | None:
        """What somebody may do; None: nothing."""
        if who == BY_PASSWORD:
            return Role.OWNER if self._password is not None else None
        return self._staff.get(who)

    async def link_for(self, who: str) -> str:
        """A new sign-in link for a member of the staff: it works once, for five minutes."""
        token = secrets.token_urlsafe(32)
        async with self._store.unit_as(AdminUnit) as unit:
            await unit.add_link(self._hash("link", token), who, utcnow() + LINK_LASTS)
            await unit.audit(Audited(who=who, what="link made"))
            await unit.commit()
        return f"{self._address}/admin/link/{token}"

    async def enter_by_link(self, token: str, address: str) -> str | None:
        """Use a link up; the new session's cookie, or None when the link is no good."""
        async with self._store.unit_as(AdminUnit) as unit:
            who = await unit.use_link(self._hash("link", token))
            if who is None or self.role_of(who) is None:
                return None
            cookie = await self._start(unit, who, address)
            await unit.commit()
        return cookie

    async def enter_by_password(self, password: str, address: str) -> str | None:
        """The new session's cookie, or None when the password is wrong."""
        if self._password is None or not hmac.compare_digest(
            self._hash("password", password), self._hash("password", self._password.get_secret_value())
        ):
            return None
        async with self._store.unit_as(AdminUnit) as unit:
            cookie = await self._start(unit, BY_PASSWORD, address)
            await unit.commit()
        return cookie

    async def _start(self, unit: AdminUnit, who: str, address: str) -> str:
        cookie = secrets.token_urlsafe(32)
        await unit.start_session(AdminSession(id=self._hash("session", cookie), who=who))
        await unit.audit(Audited(who=who, what="signed in", address=address))
        return cookie

    async def member(self, cookie: str) -> Member | None:
        """Who a cookie belongs to; None when its session is unknown, ended, idle for too long or too old."""
        session_id = self._hash("session", cookie)
        async with self._store.reading_as(AdminReading) as reading:
            session = await reading.session(session_id)
        now = utcnow()
        if session is None or now - session.last_at > IDLE or now - session.created_at > ABSOLUTE:
            return None
        role = self.role_of(session.who)
        if role is None:
            return None
        if now - session.last_at > _TOUCH:
            async with self._store.unit_as(AdminUnit) as unit:
                await unit.touch_session(session_id)
                await unit.commit()
        return Member(session.who, role, session_id)

    async def leave(self, member: Member) -> None:
        """End a session."""
        async with self._store.unit_as(AdminUnit) as unit:
            await unit.end_session(member.session_id)
            await unit.audit(Audited(who=member.who, what="signed out"))
            await unit.commit()

    def _hash(self, purpose: str, token: str) -> str:
        return hmac.new(self.secret.encode(), f"{purpose}:{token}".encode(), hashlib.sha256).hexdigest()


class Pace:
    """At most ``limit`` events of one key within ``seconds``; of the least active of many keys nothing is kept."""

    def __init__(self, limit: int, seconds: float, keys: int = 10_000) -> None:
        self._limit = limit
        self._seconds = seconds
        self._keys = keys
        self._seen: dict[str, deque[float]] = {}

    def allows(self, key: str) -> bool:
        """Count an event; False when it is one too many."""
        now = monotonic()
        if len(self._seen) > self._keys:
            self._seen = {k: times for k, times in self._seen.items() if times and now - times[-1] < self._seconds}
        times = self._seen.setdefault(key, deque())
        while times and now - times[0] >= self._seconds:
            times.popleft()
        if len(times) >= self._limit:
            return False
        times.append(now)
        return True
