"""What every request passes before anything else, and what every answer carries."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.admin.access import Pace
from bot.store.admin import AdminUnit
from bot.store.records import Audited
from bot.store.repository import Store
from bot.web import number
from recsys.errors import StoreError

log = structlog.get_logger(__name__)

MOST_BYTES = 256 * 1024
"""A request's body: forms are small."""
STRANGERS = 30
"""Refusals of people unknown that go into the audit log within a minute; of one address at one door a single one."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Turns away what comes too often, from elsewhere or too large. Every refusal is in the log; in the audit log are
    those of members, and of strangers as many as can't fill it."""

    def __init__(
        self, app: ASGIApp, store: Store, hosts: Sequence[str], address: str, requests: Pace, sign_ins: Pace
    ) -> None:
        """``address`` is how browsers reach us: what comes by its name came by its scheme, whatever a proxy says."""
        self._app = app
        self._store = store
        self._address = urlsplit(address)
        self._hosts = frozenset((*hosts, self._address.hostname or ""))
        self._requests = requests
        self._sign_ins = sign_ins
        self._strangers = Pace(STRANGERS, 60)
        self._tries = Pace(1, 60)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        status = 500
        location = ""

        async def answer(message: Message) -> None:
            nonlocal status, location
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                location = headers.get("location", "")
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/admin/static"):
                    headers["cache-control"] = "no-store"
            await send(message)

        if self._address.scheme == "https" and _host(scope) == self._address.hostname:
            scope["scheme"] = "https"  # cookies and links are made by it
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, answer)
        else:
            await self._app(scope, _limited(receive), answer)
        if status in (400, 401, 403, 413, 421, 429) or urlsplit(location).path.endswith("/admin/login"):
            await self._note(scope, status)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        address = _address(scope)
        unsafe = scope["method"] not in SAFE
        if _host(scope) not in self._hosts:
            return PlainTextResponse("This host is not served here; set ADMIN_URL.", 421)
        if not self._requests.allows(address):
            return PlainTextResponse("Too many requests; wait a minute.", 429)
        if unsafe and scope["path"].startswith(("/admin/login", "/admin/link")) and not self._sign_ins.allows(address):
            return PlainTextResponse("Too many attempts to sign in; wait five minutes.", 429)
        origin = headers.get("origin")
        if unsafe and origin and _split(origin).netloc != headers.get("host", ""):
            return PlainTextResponse("Requests from other sites are refused.", 403)
        length = number(headers.get("content-length", "0"))
        if length is None or length > MOST_BYTES:
            return PlainTextResponse("The request is too large.", 413)
        return None

    async def _note(self, scope: Scope, status: int) -> None:
        member = scope["state"].get("admin_user")
        who = member.who if member else ""
        door, address = door_of(scope["path"]), _address(scope)
        log.warning("refused", who=who, door=door, method=scope["method"], status=status, address=address)
        if status == 429 or not (who or self._is_news(address, door)):
            return
        entry = Audited(who=who, what="refused", target=door, detail=f"{scope['method']} {status}", address=address)
        try:
            async with self._store.unit_as(AdminUnit) as unit:
                await unit.audit(entry)
                await unit.commit()
        except StoreError as error:
            log.error("refusal not stored", error=str(error))

    def _is_news(self, address: str, door: str) -> bool:
        return self._tries.allows(f"{address} {door}") and self._strangers.allows("")


def door_of(path: str) -> str:
    """A path without the token of a sign-in link."""
    return "/admin/link/..." if path.startswith("/admin/link/") else path[:200]


def _address(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else ""


def _host(scope: Scope) -> str:
    """The name by which we were reached, without the port."""
    return _split(f"//{Headers(scope=scope).get('host', '')}").hostname or ""


def _split(address: str) -> SplitResult:
    """The parts of an address that somebody sent; empty ones when it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _limited(receive: Receive) -> Receive:
    """Bodies without a stated length are counted as they come, and end where they get too long."""
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        return {"type": "http.disconnect"} if read > MOST_BYTES else message

    return limited
