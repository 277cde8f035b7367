"""The store's door: one ``Store`` a process, which hands out read and write transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Self, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store import records
from bot.store.database import (
    OUT_OF_DATE,
    connected,
    create_engine,
    for_reading,
    for_writing,
    sqlite_path,
    translated,
)
from bot.store.migrate import is_current
from bot.store.reading import Reading
from bot.store.unit import Unit
from recsys.errors import StoreError

SomeReading = TypeVar("SomeReading", bound=Reading)
SomeUnit = TypeVar("SomeUnit", bound=Unit)


class Store:
    """SQLite or PostgreSQL behind plain records.

    Everything here may raise ``StoreError``, whose text is fit for an operator and holds neither data nor
    the URL. Hold no transaction while a model runs: read, think, then write.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._for_reading = for_reading(engine)
        self._for_writing = for_writing(engine)

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect, and make sure that the tables are up to date and can be written.

        Raises ``ConfigError`` for a URL that we can't use and ``StoreError`` otherwise.
        """
        store = cls(create_engine(url))
        try:
            await store._verify()
        except BaseException:
            await store.close()
            raise
        return store

    async def _verify(self) -> None:
        path = sqlite_path(self.engine.url)
        if path and not await asyncio.to_thread(path.exists):  # connecting would leave an empty file behind
            raise StoreError("There is no database yet; run `usher migrate`.")
        async with connected(self._for_writing) as connection:
            with translated():
                if not await connection.run_sync(is_current):
                    raise StoreError(OUT_OF_DATE)
                # Tells a read-only database; never committed.
                await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        """A read transaction: all its answers are of one moment, and it never waits for writers."""
        async with self.reading_as(Reading) as reading:
            yield reading

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        """A write transaction: leaving it without ``await unit.commit()`` rolls it back."""
        async with self.unit_as(Unit) as unit:
            yield unit

    @asynccontextmanager
    async def reading_as(self, kind: type[SomeReading]) -> AsyncIterator[SomeReading]:
        """A read transaction that answers the questions of ``kind``."""
        async with connected(self._for_reading) as connection:
            yield kind(connection)

    @asynccontextmanager
    async def unit_as(self, kind: type[SomeUnit]) -> AsyncIterator[SomeUnit]:
        """A write transaction that can change what ``kind`` can."""
        async with connected(self._for_writing) as connection:
            yield kind(connection)

    async def user(self, channel: str, external_id: str, name: str = "", language: str | None = None) -> records.User:
        """The person who just wrote, made known if new; ``language`` is stored for new ones only.

        A changed name is stored, and a person who had blocked us no longer counts as blocked.
        """
        async with self.reading() as reading:
            known = await reading.user_called(channel, external_id)
        if known is not None and known.blocked_at is None and name in ("", known.name):
            return known
        new = records.User(channel=channel, external_id=external_id, name=name, language=language)
        async with self.unit() as unit:
            user = await unit.greet(new)
            await unit.commit()
        return user

    async def receive(self, channel: str, updates: Iterable[tuple[int, str, records.Json]]) -> int:
        """Store updates (id, chat, payload) in their order and commit; returns how many were new.

        Once it has returned, the updates may be acknowledged: none can be lost.
        """
        async with self.unit() as unit:
            new = await unit.receive(channel, updates)
            await unit.commit()
        return new
