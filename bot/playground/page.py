"""The playground's web page: what people see of their chats, and what they do there. For the loopback only."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from importlib.resources import files
from time import monotonic
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.playground.server import BotApi
from bot.playground.telegram import BOT, REACTIONS, Message
from bot.web import number

ANN, BOB, GROUP = 101, 102, -1001
PEOPLE = {ANN: "Ann", BOB: "Bob"}
TYPING_LASTS = 5.0
WAIT = 20.0
"""Seconds that a request for news is kept open."""

_FILES = {"": "text/html", "page.js": "text/javascript", "page.css": "text/css"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src https: http: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Page:
    """Serves one ``BotApi`` to a browser; give its ``routes`` to it, then ``api``."""

    api: BotApi

    @property
    def routes(self) -> list[BaseRoute]:
        """The page, its files, its news and its deeds."""
        pages: list[BaseRoute] = [Route(f"/{name}", self._file) for name in _FILES]
        return [
            *pages,
            Route("/state", self._state),
            Route("/file/{message}", self._download),
            Route("/do", self._do, methods=["POST"]),
        ]

    async def populate(self) -> None:
        """Two people, and a group of theirs."""
        for person, name in PEOPLE.items():
            self.api.name(person, name)
        await self.api.found(GROUP, "Film night", ANN)

    async def _file(self, request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        content = (files("bot.playground") / "static" / (name or "page.html")).read_bytes()
        return Response(content, media_type=_FILES[name], headers=_HEADERS)

    async def _state(self, request: Request) -> Response:
        since = number(request.query_params.get("since", ""))
        await self.api.changed(-1 if since is None else since, WAIT)
        return _json(self._snapshot())

    async def _download(self, request: Request) -> Response:
        wanted = number(request.path_params["message"])
        message = next((m for m in self.api.messages if m.id == wanted and m.document), None)
        if message is None:
            raise HTTPException(404)
        name = {"Content-Disposition": f'attachment; filename="{message.document}"'}
        return Response(message.content, media_type="application/octet-stream", headers=_HEADERS | name)

    async def _do(self, request: Request) -> Response:
        # Only pages of our own may send this type without the browser asking us first, and we never agree.
        if request.headers.get("content-type") != "application/json":
            raise HTTPException(415)
        deeds: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            "say": lambda d: self.api.write(int(d["chat"]), int(d["by"]), str(d["text"]), **self._answered(d)),
            "press": self._press,
            "react": lambda d: self.api.react(int(d["chat"]), int(d["message"]), str(d["emoji"]), by=int(d["by"])),
            "ask": lambda d: self.api.ask(int(d["by"]), str(d["query"])),
            "share": self._share,
        }
        try:
            deed = await request.json()
            result = await deeds[deed["do"]](deed)
        except (KeyError, ValueError, TypeError, OverflowError, RecursionError, StopIteration) as error:
            raise HTTPException(400) from error
        return _json(result if isinstance(result, str) else "")

    def _answered(self, deed: dict[str, Any]) -> dict[str, Any]:
        """In a group, what answers one of the bot's messages says so."""
        if not deed.get("answers"):
            return {}
        return {"reply_to_message": {"message_id": int(deed["answers"]), "from": BOT}}

    async def _press(self, deed: dict[str, Any]) -> str:
        data = str(deed["data"])
        on = next((m.text for m in self.api.messages if m.id == int(deed["message"])), "")
        return await self.api.press(int(deed["chat"]), data, on=on, by=int(deed["by"]))

    async def _share(self, deed: dict[str, Any]) -> None:
        found = (r for r in self.api.results[str(deed["query"])] if r["id"] == deed["result"])
        await self.api.share(int(deed["chat"]), int(deed["by"]), next(found))

    def _snapshot(self) -> dict[str, Any]:
        api, now = self.api, monotonic()
        chats = [*PEOPLE.items(), (GROUP, "Film night")]
        return {
            "version": api.version,
            "bot": BOT,
            "people": PEOPLE,
            "reactions": REACTIONS,
            "answers": api.answers,
            "results": api.results,
            "chats": [
                {
                    "id": chat,
                    "name": name,
                    "menu": api.menu(chat),
                    "typing": now - api.typing.get(chat, -TYPING_LASTS) < TYPING_LASTS,
                    "draft": api.drafts.get(chat, ""),
                    "messages": [_shown(m) for m in sorted(_of(api, chat), key=lambda m: m.at)],
                }
                for chat, name in chats
            ],
        }


def _of(api: BotApi, chat: int) -> list[Message]:
    return [m for m in (*api.messages, *api.written) if m.chat == chat]


def _shown(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "by": message.by,
        "text": message.text,
        "html": message.clean,
        "keyboard": message.keyboard,
        "photo": message.photo,
        "document": message.document,
        "edited": message.edits > 0,
        "reactions": list(message.reactions.values()),
    }


def _json(content: object) -> Response:
    return Response(json.dumps(content), media_type="application/json", headers=_HEADERS)
