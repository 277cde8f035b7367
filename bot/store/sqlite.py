"""SQLite connections that cross to their thread once for a statement.

aiosqlite keeps each connection on a thread of its own, and SQLAlchemy crosses to it four times for every statement: to
open a cursor, execute, fetch, and close. Beside a busy event loop each crossing waits for the interpreter's lock, up to
5 ms each way. The statements of this project have few rows, so all four steps are done in one crossing.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

BUSY = 15.0
"""Seconds to wait for other writers: SQLite lets them in in no order, and on a loaded machine the last waits long."""


class Cursor:
    """What SQLAlchemy asks of an aiosqlite cursor; the rows are here as soon as ``execute`` returns."""

    description: Any = None
    rowcount = -1
    lastrowid: int | None = None
    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run a statement and fetch its rows."""
        return await self._run(lambda cursor: cursor.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Run a statement for each of the parameters."""
        return await self._run(lambda cursor: cursor.executemany(sql, parameters))

    async def fetchall(self) -> list[Any]:
        """The rows that nobody has fetched yet."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open any more."""

    async def _run(self, statement: Callable[[sqlite3.Cursor], object]) -> Self:
        def run() -> None:
            cursor = self._connection.raw.cursor()
            try:
                statement(cursor)
                self._rows = cursor.fetchall() if cursor.description else []
                self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
            finally:
                cursor.close()

        await self._connection.on_thread(run)
        return self


class Connection(aiosqlite.Connection):
    """An aiosqlite connection with such cursors."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        """A cursor; making it needs no crossing."""
        return Cursor(self)

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection itself, for use on its thread only."""
        return self._conn

    async def on_thread(self, function: Callable[[], None]) -> None:
        """Run a function on the connection's thread."""
        await self._execute(function)  # type: ignore[no-untyped-call]


def connect(database: str, **options: Any) -> Connection:
    """SQLAlchemy's ``async_creator_fn``: a connection that opens when it is awaited."""
    connection = Connection(partial(_opened, database, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy's own: a forgotten connection must not keep the process alive
    return connection


def _opened(database: str, **options: Any) -> sqlite3.Connection:
    """A connection with a write-ahead log; on its own thread, where it may wait."""
    connection = sqlite3.connect(database, **{"timeout": BUSY} | options)
    deadline = time.monotonic() + BUSY
    while True:  # of two that make the log of a new file at once, SQLite refuses one without waiting
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                connection.close()
                raise
            time.sleep(0.02)
        else:
            return connection
