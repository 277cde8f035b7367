"""Fixtures with real databases, for modules that say ``pytest_plugins = ("tests.support.databases",)``.

``database_url`` is a fresh, migrated database, ``empty_database_url`` one without tables; tests that take either
run once on each kind of database that this machine has.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.migrate import upgrade
from tests.support.postgres import Postgres, binaries

KINDS = ("sqlite", "postgresql") if binaries() else ("sqlite",)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole test run."""
    server = Postgres()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, migrated database."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "usher.db")
        return f"sqlite+aiosqlite:///{path}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.create(f"test_{secrets.token_hex(6)}", template=server.migrated)


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table; for SQLite not even the folder exists."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'new' / 'usher.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.create(f"test_{secrets.token_hex(6)}")
