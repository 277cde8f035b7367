"""Run a channel on a set-up installation."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import TextIOWrapper

from bot.channels.console import Console
from bot.settings import Settings
from bot.stages import Announce, set_up
from bot.wiring import application
from recsys.progress import Progress

ProgressBars = Callable[[], AbstractContextManager[Progress]]

COMMANDS = ("start", "recommend", "profile", "watchlist", "history", "undo", "reset", "language", "help")


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
        async with application(settings, *parts) as app:
            console = Console(app.conversations, person)
            await (console.serve_json() if json else console.chat())

    asyncio.run(talk())


def serve_telegram(settings: Settings, announce: Announce, bars: ProgressBars) -> None:
    """Serve Telegram until SIGTERM or Ctrl+C."""
    from bot.channels.telegram.run import run_telegram

    with bars() as progress:
        parts = set_up(settings, announce, progress)

    async def serve() -> None:
        async with application(settings, *parts) as app:
            texts = app.texts[settings.default_language]
            await run_telegram(
                settings,
                app.store,
                app.conversations,
                commands={name: texts(f"command_{name}") for name in COMMANDS},
                texts={key: texts(key) for key in ("only_text", "groups", "trouble")},
                announce=announce,
            )

    asyncio.run(serve())
