"""Forks real ``usher run`` processes that start in a fraction of a second: the imports and the encoder are loaded once.

Reads one JSON request a line from standard input, ``{"env", "log", "quick", "crash", "control"}``, and answers with the
new process's id; when a process ends it prints ``[pid, exit code]``. The forked process runs the real command line;
what is changed in it is named here:

- polls are shorter and rates higher than the real Telegram allows (``PACE``), and with ``quick`` so are the waits
  after failures (``QUICK``);
- ``crash`` is ``[step, n]``: kill -9 by its own hand when a step is reached for the nth time;
- the folder ``control`` may hold ``clock`` (seconds by which the clock is off) and ``pragma`` (run on SQLite before
  each transaction), both read each time.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any

PACE = {"poll": 2, "chat_per_second": 500, "chat_burst": 50}
QUICK = {"press": 0.5, "retry": 0.02, "retry_most": 0.1}
STEPS = ("arrived", "stored", "thought", "written", "committed", "posted", "noted")
"""An update is there; it is stored but not acknowledged; its turn is ready; the transaction holds it; it is committed;
the first message went out; and that is written down."""


def main() -> None:
    """Serve until standard input ends."""
    import bot.channels.telegram.run
    import bot.commands.evaluate
    import bot.serve  # noqa: F401
    from recsys.encoder import Encoder

    model = Encoder().load()
    Encoder.load = lambda _: model  # type: ignore[method-assign]
    children: set[int] = set()
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select([sys.stdin], [], [], 0.02)
        if readable:
            line = sys.stdin.readline()
            if not line:
                break
            pid = os.fork()
            if not pid:
                child(json.loads(line))
            children.add(pid)
            print(pid, flush=True)
        for pid in list(children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                children.discard(pid)
                print(json.dumps([pid, os.waitstatus_to_exitcode(status)]), flush=True)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def child(request: dict[str, Any]) -> None:
    """Become the bot."""
    code = 1
    try:
        os.environ.update(request["env"])
        out = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(out, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv = ["usher", "run"]
        hurry(PACE | QUICK if request["quick"] else PACE)
        if request["crash"]:
            crash_at(*request["crash"])
        obey(Path(request["control"]))
        from bot.cli import main as usher

        usher()
        code = 0
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else int(done.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def hurry(changes: dict[str, float]) -> None:
    """Shorter waits."""
    from bot.channels.telegram import pace, run

    run.Timing = lambda **given: pace.Timing(**given | changes)  # type: ignore[assignment,misc]


def crash_at(step: str, times: int) -> None:
    """Die when a step is reached for the nth time."""
    from telegram import Bot

    from bot.conversation.service import Conversations
    from bot.store.repository import Store
    from bot.store.unit import Unit

    left = times

    def reached(name: str) -> None:
        nonlocal left
        if name == step:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(owner: type, name: str, before: str = "", after: str = "") -> None:
        original = getattr(owner, name)

        async def wrapped(*args: Any, **named: Any) -> Any:
            reached(before)
            result = await original(*args, **named)
            reached(after)
            return result

        setattr(owner, name, wrapped)

    marked: dict[int, str] = {}

    def mark(name: str) -> None:
        original = getattr(Unit, name)

        async def wrapped(self: Unit, *args: Any, **named: Any) -> Any:
            marked[id(self)] = name
            return await original(self, *args, **named)

        setattr(Unit, name, wrapped)

    commit = Unit.commit

    async def committing(self: Unit) -> None:
        kind = marked.pop(id(self), "")
        if kind == "inbox_done":
            reached("written")
        await commit(self)
        reached({"inbox_done": "committed", "outbox_sent": "noted"}.get(kind, ""))

    around(Store, "receive", before="arrived", after="stored")
    around(Conversations, "_commit", before="thought")
    around(Bot, "send_message", after="posted")
    mark("inbox_done")
    mark("outbox_sent")
    Unit.commit = committing  # type: ignore[method-assign]


def obey(control: Path) -> None:
    """Read the clock's error and SQLite's pragma from the control folder."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from bot.store import records

    def told(name: str) -> str:
        try:
            return (control / name).read_text()
        except FileNotFoundError:
            return ""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz or UTC) + timedelta(seconds=float(told("clock") or 0))

    time_ns: Callable[[], int] = records.time.time_ns
    records.datetime = Clock  # type: ignore[misc]
    records.time = SimpleNamespace(  # type: ignore[assignment]
        time_ns=lambda: time_ns() + int(1e9 * float(told("clock") or 0))
    )

    @event.listens_for(Engine, "begin")
    def begin(connection: Any) -> None:
        if connection.dialect.name == "sqlite" and (pragma := told("pragma")):
            connection.exec_driver_sql(f"PRAGMA {pragma}")


if __name__ == "__main__":
    main()
