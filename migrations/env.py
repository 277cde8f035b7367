"""Runs migrations on the connection that ``bot.store.migrate`` hands over, or, for a developer's ``alembic
revision --autogenerate``, on the database of the settings."""

from __future__ import annotations

import asyncio
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from bot.settings import load_settings
from bot.store.database import connected, create_engine, for_writing
from bot.store.tables import Base


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | bool:
    """Write our column types as the plain ones under them: a revision must not change when the code does."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run(connection: sa.Connection) -> None:
    """Run inside the connection's transaction; whoever opened it commits."""

    def is_of_this_database(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        return not (kind == "index" and name == "ix_turns_text" and connection.dialect.name != "sqlite")

    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=render_item,
        include_object=is_of_this_database,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_on_settings() -> None:
    """Connect to the configured database and run there."""
    engine = create_engine(load_settings().database, foreign_keys=False)
    async with connected(for_writing(engine)) as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run_on_settings())
else:
    run(given)
