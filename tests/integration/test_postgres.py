"""What only a server can do to us: be away, refuse us, forbid writing, die and come back."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.store.repository import Store
from recsys.errors import StoreError
from tests.support.postgres import Postgres, binaries

pytest_plugins = ("tests.support.databases",)


async def test_a_server_that_is_away_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="can't be reached") as away:
        await Store.open(f"postgresql+asyncpg://usher:hunter2@/usher?host={tmp_path}")
    assert "hunter2" not in f"{away.value} {away.value.__cause__}"


class TestServer:
    """These need a server, and are there only where its programs are."""

    __test__ = binaries() is not None

    @pytest.fixture
    def name(self, postgres: Postgres) -> str:
        name = f"test_{secrets.token_hex(6)}"
        postgres.create(name, template=postgres.migrated)
        return name

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            (lambda server, name: server.url(name, password="hunter2"), "user or password"),
            (lambda server, name: server.url("hunter2"), "can't be reached"),
        ],
        ids=["wrong password", "no such database"],
    )
    async def test_a_refusal_is_told_without_the_password(
        self, postgres: Postgres, name: str, url: Callable[[Postgres, str], str], words: str
    ) -> None:
        with pytest.raises(StoreError, match=words) as refused:
            await Store.open(url(postgres, name))
        assert "hunter2" not in str(refused.value)
        assert postgres.password not in f"{refused.value} {refused.value.__cause__}"

    async def test_a_read_only_database_is_told_at_start(self, postgres: Postgres, name: str) -> None:
        postgres.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        with pytest.raises(StoreError, match="read-only"):
            await Store.open(postgres.url(name))

    async def test_a_server_that_dies_loses_nothing_and_is_found_again(self, postgres: Postgres, name: str) -> None:
        store = await Store.open(postgres.url(name))
        user = await store.user("telegram", "7")
        async with store.unit() as unit:
            await unit.enqueue("telegram", "7", {"committed": False})
            postgres.stop()
            with pytest.raises(StoreError, match="can't be reached"):
                await unit.commit()
        with pytest.raises(StoreError, match="can't be reached"):
            await store.receive("telegram", [(1, "7", {})])
        postgres.start()
        assert await store.user("telegram", "7") == user
        assert await store.receive("telegram", [(1, "7", {})]) == 1
        async with store.reading() as reading:
            assert await reading.outbox_due("telegram", user.created_at) == ()
        await store.close()

    async def test_a_unit_left_when_the_server_is_gone_ends_quietly(self, postgres: Postgres, name: str) -> None:
        store = await Store.open(postgres.url(name))
        async with store.unit() as unit:
            await unit.enqueue("telegram", "7", {})
            postgres.stop()
        postgres.start()
        async with store.reading() as reading:
            assert await reading.chats_waiting("telegram") == ()
        await store.close()
