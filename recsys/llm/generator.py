"""What a text generator is, whatever runs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Literal, NamedTuple, Protocol

from recsys.errors import GenerationError

TEMPERATURE = 0.3
"""Low: explanations shall stay with their facts."""


class Message(NamedTuple):
    """One chat message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


Prompt = tuple[Message, ...]


class TextGenerator(Protocol):
    """Turns a prompt into words, a few characters at a time."""

    @property
    def name(self) -> str:
        """What operators call the model."""
        ...

    def stream(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> AsyncGenerator[str, None]:
        """Yield the reply in pieces, at least one.

        ``deadline`` is in seconds from the first read. Raises ``GenerationError`` when the generator fails,
        hangs, is cut off, answers nothing or is late. Closing the iterator cancels the work and frees the model.
        """
        ...

    async def aclose(self) -> None:
        """Free everything; the generator is not used afterwards."""
        ...


async def within(pieces: AsyncGenerator[str, None], seconds: float) -> AsyncGenerator[str, None]:
    """Pass ``pieces`` on; raises ``GenerationError`` when they are late or there is none. Closes them."""
    end = asyncio.get_running_loop().time() + seconds
    empty = True
    async with aclosing(pieces):
        while True:
            try:
                async with asyncio.timeout_at(end):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                break
            except TimeoutError:
                raise GenerationError("The text generator is too slow; use a smaller model.") from None
            empty = False
            yield piece
    if empty:
        raise GenerationError("The text generator answered nothing; use another model.")
