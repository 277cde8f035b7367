"""A local server that speaks OpenAI's protocol for chats, with faults on demand."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.web import Server

REPLY = "You loved The Insider, so try Heat, a tense crime thriller by Michael Mann with Al Pacino."


@dataclass
class ChatServer:
    """Answers with ``reply``, or with the ``fault``: "slow", "hanging", "500", "401", "empty", "cut", "garbage",
    "late" (words, then silence), "dense" (without the spaces that the protocol leaves to the server: no fault of its).
    ``requests`` holds bodies and the headers' authorization; ``broken_off`` is set by a reply whose reader went away.
    """

    reply: str = REPLY
    fault: str = ""
    url: str = ""
    requests: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    broken_off: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: Request) -> Response:
        self.requests.append((await request.json(), request.headers.get("Authorization", "")))
        if self.fault.isdigit():
            return PlainTextResponse("no", int(self.fault))
        return StreamingResponse(self._noticing(), media_type="text/event-stream")

    async def _noticing(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._stream():
                yield chunk.replace(b"data: ", b"data:") if self.fault == "dense" else chunk
        except (asyncio.CancelledError, GeneratorExit):
            self.broken_off.set()
            raise

    async def _stream(self) -> AsyncIterator[bytes]:
        if self.fault == "hanging":
            await asyncio.Event().wait()
        if self.fault == "garbage":
            yield b"data: <html>\xff\xfe\n\n"
            return
        words = self.reply.split(" ") if self.fault != "empty" else []
        for n, word in enumerate(words):
            if self.fault == "slow":
                await asyncio.sleep(0.1)
            if self.fault in ("cut", "late") and n == 4:
                if self.fault == "late":
                    await asyncio.Event().wait()
                return
            yield _chunk({"content": f"{word} " if n + 1 < len(words) else word})
        yield _chunk({}, "stop")
        yield b'data: {"choices": [], "usage": {"total_tokens": 9}}\n\ndata: [DONE]\n\n'


def _chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
    chunk = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return f"data: {json.dumps(chunk)}\n\n".encode()


@asynccontextmanager
async def chat_server(**options: Any) -> AsyncIterator[ChatServer]:
    """A running server; ``url`` is what ``LLM_URL`` would be."""
    chat = ChatServer(**options)
    app = Starlette(routes=[Route("/v1/chat/completions", chat.answer, methods=["POST"])])
    listener = socket.create_server(("127.0.0.1", 0))
    chat.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    server = Server(
        uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server.serve([listener]))
    await server.listening.wait()
    try:
        yield chat
    finally:
        server.should_exit = True
        await serving
