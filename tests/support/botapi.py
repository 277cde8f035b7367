"""A small Bot API server over real HTTP, strict where Telegram is, and the people who chat through it."""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from time import monotonic
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, web

TOKEN = "123456:local-test-token"
_TAGS = frozenset(("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "a", "blockquote"))
_MARKUP = re.compile(r"<(/?)([a-zA-Z-]*)((?:\s[^<>]*)?)>|<")


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
    params: Mapping[str, str]
    at: float


@dataclass
class Message:
    """A message that a person has on their screen."""

    chat: int
    id: int
    html: str
    text: str
    keyboard: list[list[dict[str, str]]]
    silent: bool
    at: float

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.keyboard for button in row]


@dataclass
class Refusal(Exception):
    """An error answer."""

    status: int
    description: str
    parameters: dict[str, int] = field(default_factory=dict)


class BotApi:
    """Serves one bot; ``async with`` starts and stops it. Everything that the bot sent is in ``messages``."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.calls: list[Call] = []
        self.messages: list[Message] = []
        self.answers: dict[str, str] = {}
        """Answered button presses: query id -> the words shown, often none."""
        self.refusals: list[Refusal] = []
        self.commands: list[dict[str, str]] = []
        self.batches: deque[list[dict[str, Any]]] = deque()
        """What the next polls get, one batch each, whatever they acknowledge: updates shuffled or told again."""
        self.webhook: dict[str, str] = {}
        """What ``setWebhook`` was last called with; empty while the bot polls."""
        self.forced_waits: list[tuple[float, float]] = []
        """From when until when the bot was told to send nothing."""
        self.deliveries: list[int] = []
        """How the webhook answered each delivery: the status, 0 for none."""
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._updates: list[dict[str, Any]] = []
        self._next_update = 1000
        self._open_queries: set[str] = set()
        self._known: set[int] = set()
        self._blocked: set[int] = set()
        self._changed = asyncio.Condition()
        self._closed = asyncio.Event()
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, at the same address as before if it was stopped."""
        self._closed.clear()
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self._delivering = asyncio.create_task(self._deliver())

    async def stop(self) -> None:
        """Go away."""
        self._closed.set()
        await self._tell()
        self._delivering.cancel()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/bot"

    # What people do.

    async def say(self, chat: int, text: str | None, *, update_id: int | None = None, **more: Any) -> dict[str, Any]:
        """A person writes in their private chat; returns the update. ``text=None`` sends something else."""
        words = {} if text is None else {"text": text}
        number = {} if update_id is None else {"update_id": update_id}
        message = self._shown(chat, 1) | {"from": _person(chat)} | words | more
        return await self.queue({"message": message} | number)

    async def press(self, chat: int, button: str, *, on: str = "") -> str:
        """A person presses the newest button with this label or data, on a message that contains ``on``.

        Returns the query's id. A button that isn't there is pressed by its data, as on a message long gone.
        """
        shown = (m for m in reversed(self.messages) if m.chat == chat and on in m.text)
        found = (
            (m.id, b["callback_data"])
            for m in shown
            for row in m.keyboard
            for b in row
            if button in (b["text"], b["callback_data"])
        )
        message, data = next(found, (1, button))
        query = f"query-{self._next_update}"
        self._open_queries.add(query)
        press = {"id": query, "from": _person(chat), "chat_instance": "1", "data": data}
        await self.queue({"callback_query": press | {"message": self._shown(chat, message)}})
        return query

    @property
    def next_update(self) -> int:
        """The id of the next update that somebody causes."""
        return self._next_update

    def know(self, chat: int) -> None:
        """Let the bot write to a person who has written to it by other ways than ``say``."""
        self._known.add(chat)

    @property
    def pending(self) -> list[dict[str, Any]]:
        """Updates that the bot has not acknowledged."""
        return self._updates

    def block(self, chat: int) -> None:
        """A person blocks the bot."""
        self._blocked.add(chat)

    def unblock(self, chat: int) -> None:
        """They think better of it."""
        self._blocked.discard(chat)

    async def queue(self, update: dict[str, Any]) -> dict[str, Any]:
        """Any update, malformed ones too; one that has an ``update_id`` keeps it."""
        numbered = {"update_id": self._next_update, **update}
        self._next_update += 1
        for body in numbered.values():
            for holder in (body, body.get("message")) if isinstance(body, dict) else ():
                chat = holder.get("chat") if isinstance(holder, dict) else None
                if isinstance(chat, dict) and type(chat.get("id")) is int:
                    self._known.add(chat["id"])
        self._updates.append(numbered)
        await self._tell()
        return numbered

    def seen(self, chat: int) -> list[Message]:
        """The bot's messages in one chat."""
        return [message for message in self.messages if message.chat == chat]

    def texts(self, chat: int) -> list[str]:
        """What the bot said in one chat, without markup."""
        return [message.text for message in self.seen(chat)]

    def requests(self, method: str) -> list[Call]:
        """The requests of one method, failed ones too."""
        return [call for call in self.calls if call.method == method]

    # Faults and waiting.

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

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = {**request.query, **{k: str(v) for k, v in (await request.post()).items()}}
        self.calls.append(Call(method, params, monotonic()))
        await self._tell()
        fault = self._faults[method].popleft() if self._faults[method] else Fault()
        try:
            if request.match_info["token"] != self.token:
                raise Refusal(401, "Unauthorized")
            if fault.status:
                wait = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
                if fault.retry_after is not None:
                    self.forced_waits.append((monotonic(), monotonic() + fault.retry_after))
                raise Refusal(fault.status, fault.description, wait)
            if fault.heard or not (fault.hang or fault.drop):
                result = await self._do(method, params)
        except Refusal as refusal:
            self.refusals.append(refusal)
            await self._tell()
            body: dict[str, Any] = {
                "ok": False,
                "error_code": refusal.status,
                "description": refusal.description,
            }
            if refusal.parameters:
                body["parameters"] = refusal.parameters
            return web.json_response(body, status=refusal.status)
        await self._tell()
        if fault.hang:
            await self._closed.wait()
        if (fault.drop or fault.hang) and request.transport:
            request.transport.abort()
        return web.json_response({"ok": True, "result": None if fault.drop or fault.hang else result})

    async def _do(self, method: str, params: dict[str, str]) -> Any:
        match method:
            case "getMe":
                return {"id": 123456, "is_bot": True, "first_name": "Usher", "username": "usher_test_bot"}
            case "getUpdates":
                return await self._get_updates(params)
            case "sendMessage":
                return self._send(params)
            case "editMessageText" | "editMessageReplyMarkup":
                return self._edit(params)
            case "answerCallbackQuery":
                return self._answer(params)
            case "setMyCommands":
                self.commands = json.loads(params["commands"])
                return True
            case "setWebhook":
                if not params["url"].startswith(("https://", "http://127.0.0.1:")):
                    raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
                self.webhook = params
                return True
            case "deleteWebhook":
                self.webhook = {}
                return True
            case "sendChatAction":
                return True
        raise Refusal(404, "Not Found: method not found")

    async def _get_updates(self, params: dict[str, str]) -> list[dict[str, Any]]:
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
        async with ClientSession(timeout=ClientTimeout(5)) as session:
            while True:
                async with self._changed:
                    await self._changed.wait_for(lambda: self.webhook and self._updates)
                secret = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret_token", "")}
                try:
                    async with session.post(self.webhook["url"], json=self._updates[0], headers=secret) as answer:
                        status = answer.status
                except (ClientError, TimeoutError):
                    status = 0
                self.deliveries.append(status)
                if status == 200:
                    self._updates.pop(0)
                else:
                    await asyncio.sleep(0.05)

    def _send(self, params: dict[str, str]) -> dict[str, Any]:
        if not params["chat_id"].lstrip("-").isdecimal():
            raise Refusal(400, "Bad Request: chat not found")
        chat = int(params["chat_id"])
        if chat in self._blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat not in self._known:
            raise Refusal(400, "Bad Request: chat not found")
        keyboard = _keyboard(params.get("reply_markup"))
        text = _text(params)
        silent = params.get("disable_notification") == "true"
        message = Message(chat, 10_000 + len(self.messages), params["text"], text, keyboard, silent, monotonic())
        self.messages.append(message)
        return self._shown(chat, message.id) | {"text": text}

    def _edit(self, params: dict[str, str]) -> dict[str, Any]:
        chat, number = int(params["chat_id"]), int(params["message_id"])
        message = next((m for m in self.seen(chat) if m.id == number), None)
        if message is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        html = params.get("text", message.html)
        keyboard = _keyboard(params.get("reply_markup"))
        if (html, keyboard) == (message.html, message.keyboard):
            raise Refusal(400, "Bad Request: message is not modified")
        message.text = _text(params) if "text" in params else message.text
        message.html, message.keyboard = html, keyboard
        return self._shown(chat, number) | {"text": message.text}

    def _answer(self, params: dict[str, str]) -> bool:
        query, words = params["callback_query_id"], params.get("text", "")
        if query not in self._open_queries:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if _units(words) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        self._open_queries.discard(query)
        self.answers[query] = words
        return True

    def _shown(self, chat: int, message: int) -> dict[str, Any]:
        return {"message_id": message, "date": 1_700_000_000, "chat": _person(chat) | {"type": "private"}}

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _person(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": f"Person {chat}", "language_code": "en"}


def _keyboard(markup: str | None) -> list[list[dict[str, str]]]:
    keyboard: list[list[dict[str, str]]] = json.loads(markup)["inline_keyboard"] if markup else []
    for button in (button for row in keyboard for button in row):
        if not button["text"]:
            raise Refusal(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if not 1 <= len(button["callback_data"].encode()) <= 64:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return keyboard


def _text(params: Mapping[str, str]) -> str:
    text = plain(params["text"]) if params.get("parse_mode") == "HTML" else params["text"]
    if not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if _units(text) > 4096:
        raise Refusal(400, "Bad Request: message is too long")
    return text


def plain(html: str) -> str:
    """A message's text without its markup; what Telegram wouldn't parse is refused."""
    stack: list[str] = []
    for found in _MARKUP.finditer(html):
        closing, name = found[1], (found[2] or "").lower()
        if name not in _TAGS:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{name}"')
        if not closing:
            stack.append(name)
        elif not stack or stack.pop() != name:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unmatched end tag "{name}"')
    if stack:
        raise Refusal(400, f"Bad Request: can't parse entities: Can't find end tag for \"{stack[-1]}\"")
    return unescape(_MARKUP.sub("", html))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
