"""The worlds that are broken here, and the table of what came of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from bot.stages import Home, build_index, import_catalogue
from bot.store.migrate import upgrade
from recsys.encoder import Encoder
from tests.faults.world import World, Zygote, write_films
from tests.support.botapi import BotApi
from tests.support.postgres import Postgres, binaries

FULL = os.environ.get("USHER_FAULTS") == "full"
"""``make faults`` runs every test at full size; ``make test`` runs the same tests small. With any value the table is
printed."""
_LINES: list[tuple[str, str, str]] = []


@pytest.fixture(scope="session")
def full() -> bool:
    return FULL


@pytest.fixture(scope="session")
def faults_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a small catalogue of its own."""
    root = tmp_path_factory.mktemp("faults")
    write_films(root / "films.csv")
    home = Home(root / "home")
    build_index(home, import_catalogue(home, root / "films.csv"), Encoder(), {}, print)
    return home.root


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def zygote() -> AsyncIterator[Zygote]:
    started = await Zygote.start()
    yield started
    await started.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if FULL:  # ten thousand updates, five tries each, take their time
        for item in items:
            item.add_marker(pytest.mark.timeout(1800))


@pytest.fixture(params=("sqlite", "postgresql") if binaries() else ("sqlite",))
def kind(request: pytest.FixtureRequest) -> str:
    """The database's."""
    return str(request.param)


@pytest.fixture
def server(kind: str, request: pytest.FixtureRequest) -> Postgres | None:
    """The PostgreSQL server, where the test runs on one."""
    return request.getfixturevalue("postgres") if kind == "postgresql" else None


@pytest_asyncio.fixture(loop_scope="session")
async def world(
    server: Postgres | None,
    zygote: Zygote,
    faults_home: Path,
    tmp_path: Path,
) -> AsyncIterator[World]:
    url = server.create(f"faults_{secrets.token_hex(6)}") if server else f"sqlite+aiosqlite:///{tmp_path / 'usher.db'}"
    await upgrade(url)
    async with BotApi() as api:
        yield World(zygote, api, faults_home, tmp_path, url, quick=not FULL)


@pytest.fixture
def report(kind: str) -> Callable[[str, str], None]:
    """Note what a fault came to, for the table."""
    return lambda fault, result: _LINES.append((fault, kind, result))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("USHER_FAULTS") and _LINES:
        terminalreporter.section("what was broken, and what came of it")
        terminalreporter.write_line("| fault | database | measured |")
        terminalreporter.write_line("|---|---|---|")
        for fault, kind, result in sorted(_LINES):
            terminalreporter.write_line(f"| {fault} | {kind} | {result} |")
