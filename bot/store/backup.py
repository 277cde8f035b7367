"""A copy of the database as it is at one moment, whoever writes meanwhile."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.database import parse, sqlite_path, translated
from bot.store.sqlite import BUSY
from recsys.errors import ConfigError, StoreError
from recsys.files import replacing


def back_up(url: str, out: Path) -> None:
    """Write an SQLite database's copy to a file that others can't read; a file that is there is replaced in one step.

    Raises ``ConfigError`` for a database that is no such file, and ``StoreError`` for one that can't be read.
    """
    path = sqlite_path(parse(url))
    if path is None:
        raise ConfigError("This copies SQLite alone; for PostgreSQL use pg_dump.")
    if not path.exists():
        raise StoreError("There is no database yet; run `usher migrate`.")
    if out.resolve() == path.resolve():
        raise ConfigError("That is the database itself: choose another file with --out.")
    with replacing(out) as aside:
        aside.chmod(0o600)
        with (
            translated(),
            closing(sqlite3.connect(path, timeout=BUSY)) as database,
            closing(sqlite3.connect(aside)) as copy,
        ):
            database.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, complete without a log beside it
