"""What commands share: lines and progress bars for the operator, and the settings they run with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bot import logs
from bot.settings import Settings, load_settings

terminal = Terminal(stderr=True, highlight=False)
"""Everything but the conversation goes to standard error, so that piped output holds the conversation alone."""


def announce(line: str) -> None:
    """A line to the operator."""
    terminal.print(line, markup=False, soft_wrap=True)


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int | None], None]]:
    """Bars on a terminal; a plain line at the start and end of each task elsewhere."""
    share = TextColumn("{task.percentage:>3.0f}%")
    columns = (TextColumn("{task.description}"), BarColumn(), share, TimeElapsedColumn())
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}
        finished: set[str] = set()

        def show(task: str, done: int, total: int | None, /) -> None:
            if task not in tasks:
                tasks[task] = bars.add_task(task, total=total)
                if not terminal.is_terminal:
                    announce(f"{task} ...")
            bars.update(tasks[task], completed=done, total=total)
            if done == total and task not in finished and not terminal.is_terminal:
                announce(f"{task}: done")
                finished.add(task)

        yield show


def current_settings() -> Settings:
    """The settings, and logging as they say."""
    loaded = load_settings()
    logs.configure(loaded.log_level, loaded.secrets)
    return loaded
