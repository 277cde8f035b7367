"""A small Bot API server over real HTTP, strict where Telegram is, for the playground and for tests.

People act through its methods (``say``, ``press``, ``react``, ...), the bot through HTTP, and the next requests of any
method can be made to fail.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
from base64 import b64encode
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Self

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, UploadFile
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.playground.markup import (
    CALLBACK_BYTES,
    CAPTION_UNITS,
    NOTICE_UNITS,
    TEXT_UNITS,
    Refusal,
    keyboard,
    units,
    worded,
)
from bot.playground.telegram import BOT, Message, Telegram
from bot.web import Server

TOKEN = "123456:local-test-token"  # noqa: S105 (it opens nothing but what tests serve)
INLINE_RESULTS = 50
UNMODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


_HERE = re.compile(r"http://127\.0\.0\.1:\d+/.*")
"""Where a webhook may be: what people say leaves this machine for nobody."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request. ``status`` refuses it; ``hang`` and ``drop`` lose the answer; with
    ``heard`` the request is carried out first."""

    status: int = 0
    retry_after: int | None = None
    hang: bool = False
    drop: bool = False
    heard: bool = False
    description: str = "made to fail"


@dataclass(frozen=True)
class Call:
    """A request as it came in, whatever became of it."""

    method: str
    params: Mapping[str, Any]
    at: float


class BotApi(Telegram):
    """Serves one bot; ``async with`` starts and stops it. What the bot sent is in ``messages``, what people wrote in
    ``written``."""

    def __init__(self, token: str = TOKEN, *, port: int = 0, routes: Iterable[BaseRoute] = ()) -> None:
        """``routes`` are served beside the Bot API; ``port`` 0 takes a free one."""
        super().__init__()
        self.token = token
        self.calls: list[Call] = []
        self.answers: dict[str, str] = {}
        """Answered button presses: query id -> the words shown, often none."""
        self.results: dict[str, list[dict[str, Any]]] = {}
        """Answered inline queries: query id -> the results."""
        self.refusals: list[Refusal] = []
        self.batches: deque[list[dict[str, Any]]] = deque()
        """What the next polls get, one batch each, whatever they acknowledge: updates shuffled or told again."""
        self.webhook: dict[str, Any] = {}
        """What ``setWebhook`` was last called with; empty while the bot polls."""
        self.deliveries: list[int] = []
        """How the webhook answered each delivery: the status, 0 for none."""
        self.forced_waits: list[tuple[float, float]] = []
        """From when until when the bot was told to send nothing."""
        self._routes = list(routes)
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._port = port

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on the loopback interface, at the same address as before if it was stopped. Raises ``OSError`` when
        the port is taken."""
        self._closed.clear()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        route = Route("/bot{token}/{method}", self._handle, methods=["GET", "POST"])
        self._server = Server(
            uvicorn.Config(
                Starlette(routes=[route, *self._routes], middleware=_GUARDS),
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=1,
            )
        )
        self._serving = asyncio.create_task(self._server.serve([listener]))
        await self._server.listening.wait()
        self._delivering = asyncio.create_task(self._deliver())

    async def stop(self) -> None:
        """Go away."""
        self._closed.set()
        await self._tell()
        self._delivering.cancel()
        self._server.should_exit = True
        await self._serving

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        return f"{self.url}/bot"

    def requests(self, method: str) -> list[Call]:
        """The requests of one method, failed ones too."""
        return [call for call in self.calls if call.method == method]

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next requests of a method go wrong, one fault each."""
        self._faults[method].extend(faults)

    async def wait_for(self, happened: Callable[[], Any], within: float = 15.0) -> None:
        """Wait until something is so."""
        end = monotonic() + within
        while not happened():
            if monotonic() > end:
                calls = [call for call in self.calls if call.method != "getUpdates"][-20:]
                raise AssertionError(f"not so within {within} s; the last requests: {calls}")
            await asyncio.sleep(0.01)

    async def polled(self) -> None:
        """Wait until the bot listens."""
        before = len(self.requests("getUpdates"))
        await self.wait_for(lambda: len(self.requests("getUpdates")) > before)

    # The server.

    async def _handle(self, request: Request) -> Response:
        method = request.path_params["method"]
        params: dict[str, Any] = dict(request.query_params)
        async with request.form() as form:
            for name, value in form.items():
                params[name] = (value.filename, await value.read()) if isinstance(value, UploadFile) else value
        self.calls.append(Call(method, params, monotonic()))
        await self._tell()
        fault = self._faults[method].popleft() if self._faults[method] else Fault()
        lost = fault.hang or fault.drop
        result = None
        try:
            if request.path_params["token"] != self.token:
                raise Refusal(401, "Unauthorized")
            if fault.status:
                wait = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
                if fault.retry_after is not None:
                    self.forced_waits.append((monotonic(), monotonic() + fault.retry_after))
                raise Refusal(fault.status, fault.description, wait)
            if fault.heard or not lost:
                result = await self._do(method, params)
        except Refusal as refusal:
            self.refusals.append(refusal)
            await self._tell()
            return _refused(refusal)
        await self._tell()
        if fault.hang:
            await self._closed.wait()
        return _Cut() if lost else _json({"ok": True, "result": result})

    async def _do(self, method: str, params: dict[str, Any]) -> Any:
        match method:
            case "getMe":
                return BOT | {"supports_inline_queries": True}
            case "getUpdates":
                return await self._get_updates(params)
            case "sendMessage" | "sendPhoto" | "sendDocument":
                return self._send(method, params)
            case "sendMessageDraft":
                self.drafts[self._open_chat(params, private=True)] = worded(params, "text", TEXT_UNITS)[0]
            case "editMessageText" | "editMessageReplyMarkup" | "editMessageCaption":
                return self._edit(params)
            case "answerCallbackQuery":
                self._answer(params)
            case "answerInlineQuery":
                self._answer_inline(params)
            case "setMyCommands":
                scope = json.loads(params.get("scope", "{}")).get("type", "default")
                self.menus[scope, params.get("language_code", "")] = json.loads(params["commands"])
            case "sendChatAction":
                self.typing[self._open_chat(params)] = monotonic()
            case "setWebhook":
                if not _HERE.fullmatch(params["url"]):
                    raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
                self.webhook = params
            case "deleteWebhook":
                self.webhook = {}
            case _:
                raise Refusal(404, "Not Found: method not found")
        return True

    async def _get_updates(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        if self.batches:
            return self.batches.popleft()
        if "offset" in params:
            self._updates = [u for u in self._updates if u.get("update_id", 0) >= int(params["offset"])]
        try:
            async with asyncio.timeout(float(params.get("timeout", 0))), self._changed:
                await self._changed.wait_for(lambda: self._updates or self._closed.is_set())
        except TimeoutError:
            return []
        return self._updates[: int(params.get("limit", 100))]

    async def _deliver(self) -> None:
        """Call the webhook with one update after the other, each until it is taken."""
        async with httpx.AsyncClient(timeout=5) as client:
            while True:
                async with self._changed:
                    await self._changed.wait_for(lambda: self.webhook and self._updates)
                secret = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
                body = json.dumps(self._updates[0])
                try:
                    status = (await client.post(self.webhook["url"], content=body, headers=secret)).status_code
                except httpx.HTTPError:
                    status = 0
                self.deliveries.append(status)
                if status == 200:
                    self._updates.pop(0)
                else:
                    await asyncio.sleep(0.05)

    def _open_chat(self, params: Mapping[str, Any], *, private: bool = False) -> int:
        if not str(params["chat_id"]).lstrip("-").isdecimal():
            raise Refusal(400, "Bad Request: chat not found")
        chat = int(params["chat_id"])
        if chat in self._blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat in self._moved:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, words, {"migrate_to_chat_id": self._moved[chat]})
        if chat not in self._known:
            raise Refusal(400, "Bad Request: chat not found")
        if private and chat < 0:
            raise Refusal(400, "Bad Request: TEXTDRAFT_PEER_INVALID")
        return chat

    def _send(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        chat = self._open_chat(params)
        words, limit = ("text", TEXT_UNITS) if method == "sendMessage" else ("caption", CAPTION_UNITS)
        text, clean = worded(params, words, limit)
        photo, document = params.get("photo", ""), params.get("document", ("", b""))
        if isinstance(photo, tuple):
            photo = f"data:image/png;base64,{b64encode(photo[1]).decode()}"
        elif method == "sendPhoto" and not str(photo).startswith(("http://", "https://")):
            raise Refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")
        if method == "sendDocument" and not (isinstance(document, tuple) and document[1]):
            raise Refusal(400, "Bad Request: file must be non-empty")
        message = Message(
            chat,
            self._number(chat),
            str(params.get(words, "")),
            text,
            keyboard(params.get("reply_markup")),
            params.get("disable_notification") == "true",
            monotonic(),
            clean=clean,
            photo=photo,
            document=document[0],
            content=document[1],
            first=str(params.get(words, "")),
        )
        self.messages.append(message)
        self.drafts.pop(chat, None)
        self.typing.pop(chat, None)
        return self._shown(chat, message.id) | {"text": text}

    def _edit(self, params: Mapping[str, Any]) -> dict[str, Any]:
        where = int(params["chat_id"]), int(params["message_id"])
        message = next((m for m in (*self.messages, *self.written) if (m.chat, m.id) == where), None)
        if message is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        if message.by:
            raise Refusal(400, "Bad Request: message can't be edited")
        words = next((name for name in ("text", "caption") if name in params), None)
        if words and (words == "caption") != bool(message.photo or message.document):
            raise Refusal(400, f"Bad Request: there is no {words} in the message to edit")
        text, clean = message.text, message.clean
        if words:
            text, clean = worded(params, words, TEXT_UNITS if words == "text" else CAPTION_UNITS)
        rows = keyboard(params.get("reply_markup"))
        if (text, clean, rows) == (message.text, message.clean, message.keyboard):
            raise Refusal(400, UNMODIFIED)
        message.html = str(params[words]) if words else message.html
        message.text, message.clean, message.keyboard = text, clean, rows
        message.edits += 1
        return self._shown(*where) | {"text": text}

    def _answer(self, params: Mapping[str, Any]) -> None:
        query, words = params["callback_query_id"], params.get("text", "")
        if query not in self._open_queries:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if units(words) > NOTICE_UNITS:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        self._open_queries.discard(query)
        self.answers[query] = words

    def _answer_inline(self, params: Mapping[str, Any]) -> None:
        query = params["inline_query_id"]
        if query not in self._open_inline:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        results = json.loads(params["results"])
        ids = [result["id"] for result in results]
        if len(results) > INLINE_RESULTS or len(set(ids)) < len(ids):
            raise Refusal(400, "Bad Request: RESULT_ID_DUPLICATE" if len(results) <= INLINE_RESULTS else "too much")
        for result in results:
            if not 1 <= len(result["id"].encode()) <= CALLBACK_BYTES:
                raise Refusal(400, "Bad Request: RESULT_ID_INVALID")
            content = result["input_message_content"]
            worded({"text": content["message_text"], **content}, "text", TEXT_UNITS)
            keyboard(json.dumps(result.get("reply_markup") or {}))
        self._open_inline.discard(query)
        self.results[query] = results


def _refused(refusal: Refusal) -> Response:
    body: dict[str, Any] = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return _json(body, refusal.status)


def _json(body: object, status: int = 200) -> Response:
    # As ASCII: half a surrogate pair, which UTF-8 can't hold, is something that people may send.
    return Response(json.dumps(body), status, media_type="application/json")


class _OwnOrigin:
    """Refuses what pages of other sites ask for: they can't read the answer, but it would have had its effect."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        own = f"http://{headers.get('host')}"
        refused = PlainTextResponse("Requests from other sites are refused.", 403)
        await (self._app if headers.get("origin", own) == own else refused)(scope, receive, send)


_GUARDS = [
    # Nor by a name of its own that resolves to this machine.
    Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"]),
    Middleware(_OwnOrigin),
]


class _Cut(Response):
    """Breaks off in the middle of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
