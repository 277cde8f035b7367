"""A local server that speaks OpenAI's protocol for chats, with faults on demand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

REPLY = "You loved The Insider, so try Heat, a tense crime thriller by Michael Mann with Al Pacino."


@dataclass
class ChatServer:
    """Answers with ``reply``, or with the ``fault``: "slow", "hanging", "500", "401", "empty", "cut", "garbage",
    "late" (words, then silence). ``requests`` holds bodies and the headers' authorization; ``broken_off`` is set by
    a reply whose reader went away."""

    reply: str = REPLY
    fault: str = ""
    url: str = ""
    requests: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    broken_off: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((await request.json(), request.headers.get("Authorization", "")))
        if self.fault.isdigit():
            return web.Response(status=int(self.fault), text="no")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        try:
            await response.prepare(request)
            await self._stream(response)
        except (ConnectionError, asyncio.CancelledError):
            self.broken_off.set()
            raise
        return response

    async def _stream(self, response: web.StreamResponse) -> None:
        if self.fault == "hanging":
            await asyncio.Event().wait()
        if self.fault == "garbage":
            await response.write(b"data: <html>\xff\xfe\n\n")
            return
        words = self.reply.split(" ") if self.fault != "empty" else []
        for n, word in enumerate(words):
            if self.fault == "slow":
                await asyncio.sleep(0.1)
            if self.fault in ("cut", "late") and n == 4:
                if self.fault == "late":
                    await asyncio.Event().wait()
                return
            await self._send(response, {"content": f"{word} " if n + 1 < len(words) else word}, None)
        await self._send(response, {}, "stop")
        await response.write(b'data: {"choices": [], "usage": {"total_tokens": 9}}\n\ndata: [DONE]\n\n')

    async def _send(self, response: web.StreamResponse, delta: dict[str, str], finish: str | None) -> None:
        chunk = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        await response.write(f"data: {json.dumps(chunk)}\n\n".encode())


@asynccontextmanager
async def chat_server(**options: Any) -> AsyncIterator[ChatServer]:
    """A running server; ``url`` is what ``LLM_URL`` would be."""
    server = ChatServer(**options)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()
