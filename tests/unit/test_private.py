"""What people said is for the account that runs Usher alone, unless its operator widened that."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.stages import Home
from bot.store.migrate import upgrade
from recsys.errors import ConfigError


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def test_a_new_home_and_its_database_are_for_this_account_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "new" / "home")
    home.make()
    database = home.root / "usher.db"
    await upgrade(f"sqlite+aiosqlite:///{database}")
    assert mode(home.root) == 0o700
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE t (n)")
        connection.commit()
        files = {path.name: mode(path) for path in home.root.iterdir()}
    connection.close()
    assert files == dict.fromkeys(("usher.db", "usher.db-shm", "usher.db-wal"), 0o600)


async def test_what_an_operator_widened_stays_wide(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir(mode=0o755)
    database = home.root / "usher.db"
    database.touch(mode=0o644)
    home.make()
    await upgrade(f"sqlite+aiosqlite:///{database}")
    assert (mode(home.root), mode(database)) == (0o755, 0o644)


def test_a_home_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="USHER_HOME"):
        Home(tmp_path / "file" / "home").make()
