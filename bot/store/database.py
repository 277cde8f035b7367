"""Engines for SQLite and PostgreSQL, and the one place where their errors become ``StoreError``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event, exc, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.store import sqlite
from recsys.errors import ConfigError, StoreError

_UNREACHABLE = "The database can't be reached; check DATABASE_URL and that the database runs."
_REFUSED = "The database refuses this user or password; check DATABASE_URL."
_READ_ONLY = "The database is read-only; make it writable for this account."
_FULL = "The database's disk is full; make room, then try again."
_BUSY = "The database is busy with another writer; try again."
_DAMAGED = "The database file is damaged; restore a backup."
_CONFLICT = "The database holds no such row any more, or holds it already; nothing was changed."
OUT_OF_DATE = "The database's tables are missing or out of date; run `usher migrate`."
_FAILED = "The database failed; nothing was changed, see the log."

_SENTENCES = {
    # SQLite's error names
    "SQLITE_BUSY": _BUSY,
    "SQLITE_LOCKED": _BUSY,
    "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_FULL": _FULL,
    "SQLITE_CANTOPEN": _UNREACHABLE,
    "SQLITE_IOERR": _UNREACHABLE,
    "SQLITE_CORRUPT": _DAMAGED,
    "SQLITE_NOTADB": _DAMAGED,
    "SQLITE_CONSTRAINT": _CONFLICT,
    # PostgreSQL's SQLSTATE codes and classes
    "08": _UNREACHABLE,
    "23": _CONFLICT,
    "25006": _READ_ONLY,
    "28": _REFUSED,
    "3D000": _UNREACHABLE,
    "40": _BUSY,
    "42P01": OUT_OF_DATE,
    "42703": OUT_OF_DATE,
    "53100": _FULL,
    "53300": _BUSY,
    "55P03": _BUSY,
    "57P0": _UNREACHABLE,
}


def _sentence(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    if str(cause).startswith(("no such table", "no such column")):  # SQLite names these a mere SQLITE_ERROR
        return OUT_OF_DATE
    code = str(getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or "")
    for prefix, sentence in _SENTENCES.items():
        if code.startswith(prefix):
            return sentence
    if isinstance(error, exc.TimeoutError):  # every pooled connection is in use
        return _BUSY
    lost = isinstance(error, OSError) or getattr(error, "connection_invalidated", False)
    return _UNREACHABLE if lost else _FAILED


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the drivers raise into a ``StoreError`` whose text holds neither data nor the URL."""
    try:
        yield
    except (exc.DBAPIError, exc.TimeoutError, sqlite3.Error, OSError) as error:
        raise StoreError(_sentence(error)) from error
    except Exception as error:
        if getattr(error, "sqlstate", None) is None:  # asyncpg's own errors, raw while it connects
            raise
        raise StoreError(_sentence(error)) from error


def parse(url: str) -> URL:
    """``url`` as SQLAlchemy's; raises ``ConfigError`` unless it is one of SQLite or PostgreSQL, async."""
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise ConfigError("DATABASE_URL must start with sqlite:/// or postgresql://; mend it.")
    return parsed


def sqlite_path(url: URL) -> Path | None:
    """The file of an SQLite database, if it is a plain one."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:") or "uri" in url.query:
        return None
    return Path(url.database)


def create_engine(url: str, *, foreign_keys: bool = True) -> AsyncEngine:
    """An engine that begins transactions as we need them; raises ``ConfigError`` for a URL we can't use.

    ``foreign_keys=False`` is for migrations: SQLite alters a table by copying and dropping it, and dropping
    it with foreign keys on would delete what refers to it. PostgreSQL ignores it.
    """
    options: dict[str, Any] = {
        "hide_parameters": True,  # or errors, and so logs, would quote what people said
        "json_serializer": partial(json.dumps, ensure_ascii=False, allow_nan=False),
    }
    if parse(url).drivername == "postgresql+asyncpg":
        # Seconds. The ping spares the first turns after a restart of the database from dead connections.
        options |= {"pool_pre_ping": True, "connect_args": {"timeout": 5, "command_timeout": 60}}
    else:
        options |= {"connect_args": {"async_creator_fn": sqlite.connect}}
    try:
        engine = create_async_engine(url, **options)
    except ModuleNotFoundError:
        raise ConfigError("PostgreSQL needs a driver; install asyncpg beside Usher, as `make` does.") from None
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, foreign_keys)
    return engine


def _prepare_sqlite(engine: AsyncEngine, foreign_keys: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails at once when another wrote meanwhile; an
        # immediate one queues for the lock first.
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


def for_reading(engine: AsyncEngine) -> AsyncEngine:
    """The same pool, with transactions that see one moment and can't write."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def for_writing(engine: AsyncEngine) -> AsyncEngine:
    """The same pool, with transactions that may write."""
    return engine.execution_options(sqlite_begin="IMMEDIATE")


@asynccontextmanager
async def connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection from the pool; what it did without a commit is rolled back at the end."""
    async with AsyncExitStack() as stack:
        with translated():
            connection = await stack.enter_async_context(engine.connect())
        try:
            yield connection
        finally:
            with suppress(exc.DBAPIError, OSError):  # the server is gone, and what we did with it
                await connection.rollback()
