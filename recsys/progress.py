"""How long work tells its caller where it is, without knowing who listens (a terminal bar, a log, a test)."""

from typing import Protocol


class Progress(Protocol):
    """Called as work goes on: ``progress("Downloading movies.db", 1_000, 8_000)``.

    ``task`` names the work for a person and stays the same until that work is done. ``done`` never falls
    within a task and equals ``total`` at its end; ``total`` is ``None`` while the size is unknown. The unit
    is the task's own (bytes, films, texts): show the ratio, not the numbers.
    """

    def __call__(self, task: str, done: int, total: int | None, /) -> None: ...


def silent(task: str, done: int, total: int | None, /) -> None:
    """A listener that ignores everything."""
