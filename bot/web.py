"""HTTP served from within our own event loop, and what its requests state: webhook, review app, playground."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import uvicorn


class Server(uvicorn.Server):
    """uvicorn that says when it listens (``listening``), and leaves the process's signals to whoever runs it unless it
    ``takes_signals``."""

    def __init__(self, config: uvicorn.Config, *, takes_signals: bool = False) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self._takes_signals = takes_signals

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See ``uvicorn.Server``."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """See ``uvicorn.Server``."""
        with super().capture_signals() if self._takes_signals else nullcontext():
            yield


def number(text: str) -> int | None:
    """A count that a request states; None when it is none, or one that no database holds."""
    return int(text) if text.isdecimal() and len(text) < 10 else None
