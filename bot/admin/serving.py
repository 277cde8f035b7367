"""The review app on its port: by itself, or beside a channel in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import uvicorn

from bot.admin.app import create_app
from bot.admin.desk import Desk
from bot.admin.exporting import Exporter, overtaken
from bot.background import background
from bot.stages import Home
from bot.web import Server
from bot.wiring import Application
from recsys.errors import ConfigError

READY: Final = "Review conversations on {address}/admin/ ."


@asynccontextmanager
async def _server(app: Application, *, alone: bool) -> AsyncIterator[Server]:
    settings = app.settings
    exporter = Exporter(app.store, Home(settings.usher_home).exports)
    web = create_app(settings, Desk(settings, app.store, app.conversations, exporter))
    await overtaken(app.store, exporter)
    await asyncio.to_thread(app.conversations.engine.catalogue.facets)  # made once; else the first replay would wait
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
        async with background(exporter.keep_tidy()):
            yield Server(config, takes_signals=alone)
    finally:
        await exporter.aclose()


async def serve_until_stopped(app: Application, announce: Callable[[str], None]) -> None:
    """Serve until a signal. Raises ``ConfigError`` when the port can't be had."""
    async with _server(app, alone=True) as server:
        serving = await _listening(server, app, announce)
        await serving


@asynccontextmanager
async def served(app: Application, announce: Callable[[str], None]) -> AsyncIterator[None]:
    """Serve while the block runs. Raises ``ConfigError`` when the port can't be had."""
    async with _server(app, alone=False) as server:
        serving = await _listening(server, app, announce)
        try:
            yield
        finally:
            server.should_exit = True
            await serving


async def _run(server: Server, port: int) -> None:
    try:
        await server.serve()
    except SystemExit:  # how uvicorn says that it can't listen
        raise ConfigError(f"The review app can't listen on port {port}; set ADMIN_PORT to a free one.") from None


async def _listening(server: Server, app: Application, announce: Callable[[str], None]) -> asyncio.Task[None]:
    serving = asyncio.create_task(_run(server, app.settings.admin_port))
    listens = asyncio.create_task(server.listening.wait())
    await asyncio.wait({serving, listens}, return_when=asyncio.FIRST_COMPLETED)
    listens.cancel()
    if serving.done():
        serving.result()
    announce(READY.format(address=app.settings.admin_address))
    return serving
