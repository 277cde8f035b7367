"""Run a channel on a set-up installation."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.background import background
from bot.channels.console import Console
from bot.jobs import empty_queues, learning
from bot.settings import Settings
from bot.stages import Announce, Home, set_up
from bot.store.migrate import upgrade
from bot.wiring import Application, application
from recsys.errors import ConfigError
from recsys.progress import Progress

if TYPE_CHECKING:
    from bot.channels.telegram.pace import Timing

ProgressBars = Callable[[], AbstractContextManager[Progress]]

COMMANDS = (
    "start",
    "recommend",
    "profile",
    "watchlist",
    "history",
    "undo",
    "reset",
    "language",
    "privacy",
    "export",
    "forget",
    "help",
)
GROUP_COMMANDS = ("together", "recommend", "reset", "privacy", "help")


def serve_terminal(
    settings: Settings, announce: Announce, bars: ProgressBars, *, person: str = "me", json: bool = False
) -> None:
    """Talk in the terminal until the input ends."""
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, TextIOWrapper):  # whatever bytes come in, and whatever has to go out: no crash
            stream.reconfigure(encoding="utf-8", errors="replace")
    with bars() as progress:
        parts = set_up(settings, announce, progress)

    async def talk() -> None:
        async with application(settings, *parts) as app, beside(app, announce):
            console = Console(app.conversations, person)
            await (console.serve_json() if json else console.chat())

    asyncio.run(talk())


def serve_telegram(settings: Settings, announce: Announce, bars: ProgressBars) -> None:
    """Serve Telegram until SIGTERM or Ctrl+C."""
    from bot.admin.alerts import alerting
    from bot.channels.telegram import render

    with bars() as progress:
        parts = set_up(settings, announce, progress)

    async def serve() -> None:
        async with (
            application(settings, *parts) as app,
            beside(app, announce),
            alerting(settings, app.store, app.texts[settings.default_language], render.plain),
            learning(Home(settings.usher_home), app.store, settings.learn_every),
            background(empty_queues(app.store)),
        ):
            await on_telegram(app, announce)

    asyncio.run(serve())


def serve_admin(settings: Settings, announce: Announce, bars: ProgressBars) -> None:
    """Serve the review app by itself until SIGTERM or Ctrl+C."""
    from bot.admin.access import verify
    from bot.admin.serving import serve_until_stopped

    verify(settings)
    with bars() as progress:
        parts = set_up(settings, announce, progress)

    async def serve() -> None:
        async with application(settings.model_copy(update={"llm": "off"}), *parts) as app:
            await serve_until_stopped(app, announce)

    asyncio.run(serve())


def serve_playground(settings: Settings, announce: Announce, bars: ProgressBars, *, port: int) -> None:
    """Serve a Telegram of our own on this machine, with a page to chat on, until SIGTERM or Ctrl+C. What people say
    there is kept in a database of its own, ``playground.db`` in ``USHER_HOME``."""
    from bot.playground.page import Page
    from bot.playground.server import BotApi
    from bot.playground.telegram import BOT

    token = f"{BOT['id']}:{secrets.token_urlsafe(32)}"  # other pages in the same browser can't guess it
    database = f"sqlite:///{settings.usher_home.resolve() / 'playground.db'}"
    ours = {"telegram_bot_token": SecretStr(token), "telegram_webhook_url": "", "database_url": database}
    with bars() as progress:
        parts = set_up(settings, announce, progress)  # who plays teaches nothing, should the index be built here
    settings = settings.model_copy(update=ours)
    asyncio.run(upgrade(settings.database))

    async def serve() -> None:
        page = Page()
        page.api = BotApi(token, port=port, routes=page.routes)
        try:
            await page.api.start()
        except OSError as error:
            raise ConfigError(f"Can't listen on port {port}; choose another with --port.") from error
        await page.populate()
        announce(f"Open {page.api.url} in a browser. Stop it with Ctrl+C.")
        try:
            local = settings.model_copy(update={"telegram_base_url": page.api.base_url})
            async with application(local, *parts) as app:
                await on_telegram(app, announce)
        finally:
            await page.api.stop()

    asyncio.run(serve())


@asynccontextmanager
async def beside(app: Application, announce: Announce) -> AsyncIterator[None]:
    """The review app for as long as a channel is served, when ADMIN=on."""
    if app.settings.admin == "off":
        yield
        return
    from bot.admin.serving import served

    async with served(app, announce):
        yield


async def on_telegram(app: Application, announce: Announce, timing: Timing | None = None) -> None:
    """Serve Telegram with an application, until cancelled or SIGTERM."""
    from bot.channels.telegram.run import run_telegram

    await run_telegram(
        app.settings,
        app.store,
        app.conversations,
        commands={code: {name: own(f"command_{name}") for name in COMMANDS} for code, own in app.texts.items()},
        group_commands={
            code: {name: own(f"command_{name}") for name in GROUP_COMMANDS} for code, own in app.texts.items()
        },
        texts={code: {key: own(key) for key in ("only_text", "groups", "trouble")} for code, own in app.texts.items()},
        announce=announce,
        timing=timing,
    )
