"""The review app on its port: by itself, or beside a channel in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import socket
from typing import Final

import uvicorn

from bot.admin.app import create_app
from bot.admin.desk import Desk
from bot.admin.exporting import Exporter, overtaken
from bot.stages import Home
from bot.wiring import Application
from recsys.errors import ConfigError

READY: Final = "Review conversations on {address}/admin/ ."


class _Server(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


class _Beside(_Server):
    """A server that leaves signals to whom it is beside."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _server(app: Application, kind: type[_Server]) -> AsyncIterator[_Server]:
    settings = app.settings
    exporter = Exporter(app.store, Home(settings.usher_home).exports)
    web = create_app(settings, Desk(settings, app.store, app.conversations, exporter))
    await overtaken(app.store, exporter)
    config = uvicorn.Config(
        web,
        host=settings.admin_host,
        port=settings.admin_port,
        access_log=False,  # its lines hold what was searched for, and tokens of links
        log_config=None,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    try:
        yield kind(config)
    finally:
        await exporter.aclose()


async def serve_until_stopped(app: Application, announce: Callable[[str], None]) -> None:
    """Serve until a signal. Raises ``ConfigError`` when the port can't be had."""
    async with _server(app, _Server) as server:
        serving = await _listening(server, app, announce)
        await serving


@asynccontextmanager
async def served(app: Application, announce: Callable[[str], None]) -> AsyncIterator[None]:
    """Serve while the block runs. Raises ``ConfigError`` when the port can't be had."""
    async with _server(app, _Beside) as server:
        serving = await _listening(server, app, announce)
        try:
            yield
        finally:
            server.should_exit = True
            await serving


async def _run(server: _Server, port: int) -> None:
    try:
        await server.serve()
    except SystemExit:  # how uvicorn says that it can't listen
        raise ConfigError(f"The review app can't listen on port {port}; set ADMIN_PORT to a free one.") from None


async def _listening(server: _Server, app: Application, announce: Callable[[str], None]) -> asyncio.Task[None]:
    serving = asyncio.create_task(_run(server, app.settings.admin_port))
    listens = asyncio.create_task(server.listens.wait())
    await asyncio.wait({serving, listens}, return_when=asyncio.FIRST_COMPLETED)
    listens.cancel()
    if serving.done():
        serving.result()
    announce(READY.format(address=app.settings.admin_address))
    return serving
