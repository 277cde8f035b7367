"""What one person may cost: tokens within the last hour."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from recsys.llm.generator import Prompt, TextGenerator

HOUR = 3600.0
LETTERS = 4
"""Letters of a token, as a rule."""


class Budget:
    """Counts tokens by person over a sliding hour. ``per_hour`` 0 sets no limit."""

    def __init__(self, per_hour: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_hour = per_hour
        self._clock = clock
        self._spent: defaultdict[str, deque[tuple[float, int]]] = defaultdict(deque)

    def left(self, person: str) -> bool:
        """Whether a person may have more; what began within the budget may end beyond it."""
        spent = self._spent[person]
        while spent and spent[0][0] <= self._clock() - HOUR:
            spent.popleft()
        used = sum(tokens for _, tokens in spent)
        if not spent:
            del self._spent[person]
        return not self._per_hour or used < self._per_hour

    def spend(self, person: str, tokens: int) -> None:
        """Note that a person cost so many tokens now."""
        if self._per_hour:
            self._spent[person].append((self._clock(), tokens))


class Metered:
    """A generator on one person's budget: counts the pieces of replies, and of prompts their last message, since what
    comes before it is kept."""

    def __init__(self, generator: TextGenerator, budget: Budget, person: str) -> None:
        self._generator = generator
        self._budget = budget
        self._person = person

    @property
    def name(self) -> str:
        """The inner generator's name."""
        return self._generator.name

    async def stream(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> AsyncGenerator[str, None]:
        """See ``TextGenerator.stream``."""
        tokens = len(prompt[-1].content) // LETTERS
        try:
            async with aclosing(self._generator.stream(prompt, max_tokens=max_tokens, deadline=deadline)) as pieces:
                async for piece in pieces:
                    tokens += 1
                    yield piece
        finally:
            self._budget.spend(self._person, tokens)

    async def aclose(self) -> None:
        """The inner generator is not ours to close."""
