"""Telegram's webhook: updates come to us over HTTP, behind a proxy that speaks TLS."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import BadRequest

from bot.channels.telegram.codec import CHANNEL, UPDATES
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.trouble import Trouble
from bot.settings import Settings
from bot.store.repository import Store
from bot.web import Server
from recsys.errors import ChannelError, ConfigError, StoreError

log = structlog.get_logger(__name__)

HEADER = "X-Telegram-Bot-Api-Secret-Token"
BODY_BYTES = 1 << 20
"""The longest body that is read; Telegram's own updates are far below."""
REFUSED_URL = "Telegram refuses TELEGRAM_WEBHOOK_URL; it must be a public https:// address: mend it."

_REQUESTS = 100
"""Requests that may be open at the same time; Telegram itself opens up to 40."""
_GOODBYE = 2
"""Seconds that a stopping process gives requests under way."""


class Webhook:
    """Takes updates over HTTP and answers 200 only once they are stored.

    Beside the path of ``TELEGRAM_WEBHOOK_URL`` it serves ``/healthz`` (the process is alive) and ``/readyz``
    (the database answers), both without a secret: they tell nothing else.
    """

    def __init__(self, bot: Bot, settings: Settings, store: Store, intake: Intake, trouble: Trouble) -> None:
        secret = settings.telegram_webhook_secret
        assert secret is not None  # the settings are validated together
        self._bot = bot
        self._url = settings.telegram_webhook_url
        self._secret = secret.get_secret_value()
        self._address = settings.webhook_address
        self._store = store
        self._intake = intake
        self._trouble = trouble
        self._server = Server(
            uvicorn.Config(
                self._app(),
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                proxy_headers=False,
                server_header=False,
                limit_concurrency=_REQUESTS,
                timeout_graceful_shutdown=_GOODBYE,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen, then tell Telegram where; raises ``ConfigError`` or ``ChannelError`` when that is refused."""
        if self._serving is None:
            self._serving = asyncio.create_task(self._server.serve([self._listen()]))
        try:
            await self._bot.set_webhook(self._url, secret_token=self._secret, allowed_updates=UPDATES)
        except BadRequest as error:
            log.error("webhook refused", error=str(error))
            raise ChannelError(REFUSED_URL) from None

    async def run(self) -> None:
        """Serve until cancelled."""
        assert self._serving is not None
        await asyncio.shield(self._serving)

    async def close(self) -> None:
        """Finish the requests under way. Telegram keeps what comes later until we are back."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving

    def _listen(self) -> socket.socket:
        host, port = self._address
        try:
            return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        except OSError as error:
            raise ConfigError(
                f"TELEGRAM_WEBHOOK_LISTEN={host}:{port} can't be used ({error.strerror}); name another."
            ) from error

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/healthz", _alive, methods=["GET"]),
                Route("/readyz", self._ready, methods=["GET"]),
                Route(urlsplit(self._url).path or "/", self._receive, methods=["POST"]),
            ]
        )

    async def _ready(self, _: Request) -> Response:
        try:
            async with self._store.reading() as reading:
                await reading.next_inbox(CHANNEL)
        except StoreError as error:
            return PlainTextResponse(str(error), 503)
        return PlainTextResponse("ready")

    async def _receive(self, request: Request) -> Response:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            log.warning("webhook called without the secret")
            return Response(status_code=401)
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response(status_code=413)
        try:
            update: Any = json.loads(body)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        try:
            await self._intake.take([update])
        except StoreError as error:
            self._trouble.tell(error)
            return Response(status_code=503)  # Telegram tries again
        self._trouble.over()
        return Response()


async def _alive(_: Request) -> Response:
    return PlainTextResponse("alive")


async def _body(request: Request) -> bytes | None:
    """The body; None when it is longer than we read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            return None
    return bytes(body)
