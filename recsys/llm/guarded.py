"""A circuit breaker to put around any text generator."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from recsys.errors import GenerationError
from recsys.llm.generator import Prompt, TextGenerator, within


class Guarded:
    """A circuit breaker around any generator; itself a generator.

    After ``failures`` in a row it refuses at once for ``cool_off`` seconds, then lets one call through: its
    success closes the circuit, its failure opens it again. Whatever a backend raises leaves here as
    ``GenerationError``.
    """

    def __init__(
        self,
        generator: TextGenerator,
        *,
        failures: int = 5,
        cool_off: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._generator = generator
        self._allowed = failures
        self._cool_off = cool_off
        self._clock = clock
        self._failures = 0
        self._retry_at = 0.0

    @property
    def name(self) -> str:
        """The inner generator's name."""
        return self._generator.name

    @property
    def open(self) -> bool:
        """Whether a call would be refused now."""
        return self._failures >= self._allowed and self._clock() < self._retry_at

    async def stream(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> AsyncGenerator[str, None]:
        """See ``TextGenerator.stream``; the deadline holds even if the inner generator ignores it."""
        if self.open:
            raise GenerationError("The text generator keeps failing; check that its model loads.")
        if self._failures >= self._allowed:
            self._retry_at = self._clock() + self._cool_off  # one probe: others are refused until it ends
        words = False
        pieces = within(self._generator.stream(prompt, max_tokens=max_tokens, deadline=deadline), deadline)
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    words = True
                    yield piece
        except GeneratorExit:
            # The reader had enough. Words came, so it works; without any we have learnt nothing.
            self._failures = 0 if words else self._failures
            raise
        except Exception as error:
            self._failures += 1
            self._retry_at = self._clock() + self._cool_off
            if isinstance(error, GenerationError):
                raise
            raise GenerationError(f"The text generator failed with {type(error).__name__}.") from error
        self._failures = 0

    async def aclose(self) -> None:
        """Close the inner generator."""
        await self._generator.aclose()
