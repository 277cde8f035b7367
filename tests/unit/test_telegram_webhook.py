"""The webhook against a Bot API server that calls it over HTTP, and a real database."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import structlog

from bot import logs
from bot.channels.telegram.pace import Timing
from bot.channels.telegram.run import run_telegram
from bot.conversation.reply import Reply
from bot.conversation.service import Incoming
from bot.settings import Settings, load_settings
from bot.store.repository import Store
from recsys.errors import ChannelError, ConfigError, StoreError
from tests.support.botapi import TOKEN, BotApi

pytest_plugins = ("tests.support.databases",)

ANN = 7
SECRET = "a-secret-of-27-characters-0"
QUICK = Timing(request=1, per_second=1000, chat_per_second=1000, retry=0.02, retry_most=0.1)


class Echo:
    """Plays the conversation: says back what it heard."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def turn(self, incoming: Incoming, *, deliver: Any) -> Reply:
        reply = Reply(turn_id="T", text=f"You said {incoming.text}")
        assert incoming.inbox_id is not None
        async with self.store.unit() as unit:
            for payload in deliver(reply):
                await unit.enqueue(incoming.channel, incoming.chat_id, payload)
            await unit.inbox_done(incoming.inbox_id)
            await unit.commit()
        return reply

    async def export(self, user_id: str) -> str:
        return f"all about {user_id}"


class World:
    """One bot behind a webhook."""

    def __init__(self, api: BotApi, store: Store, home: Path) -> None:
        self.api = api
        self.store = store
        self.home = home
        self.announced: list[str] = []
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{self.address}/hook"

    def settings(self, **changes: Any) -> Settings:
        ours = {
            "telegram_bot_token": TOKEN,
            "telegram_base_url": self.api.base_url,
            "telegram_webhook_url": self.url,
            "telegram_webhook_secret": SECRET,
            "telegram_webhook_listen": self.address,
            "usher_home": self.home,
        }
        return Settings(**(ours | changes), _env_file=None)

    def run(self, settings: Settings) -> asyncio.Task[None]:
        return asyncio.create_task(
            run_telegram(
                settings,
                self.store,
                Echo(self.store),  # type: ignore[arg-type]
                commands={"en": {"help": "how to talk to me"}},
                group_commands={},
                texts={},
                announce=self.announced.append,
                timing=QUICK,
            )
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = self.run(self.settings())
        try:
            await self.api.wait_for(lambda: self.announced or task.done())
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def post(self, content: bytes, secret: str | None = SECRET) -> int:
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret.encode()}
        async with httpx.AsyncClient() as client:
            return (await client.post(self.url, content=content, headers=headers)).status_code

    async def get(self, path: str) -> tuple[int, str]:
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://{self.address}{path}")
        return answer.status_code, answer.text


@pytest.fixture(autouse=True)
def logging_as_in_production() -> Iterator[None]:
    logs.configure("DEBUG")
    yield
    structlog.reset_defaults()


@pytest_asyncio.fixture
async def world(migrated_file: Path, tmp_path: Path) -> AsyncIterator[World]:
    path = shutil.copy(migrated_file, tmp_path / "usher.db")
    store = await Store.open(f"sqlite+aiosqlite:///{path}")
    try:
        async with BotApi() as api:
            yield World(api, store, tmp_path)
    finally:
        await store.close()


def update(number: int, text: str = "hello") -> bytes:
    message = {"chat": {"id": ANN, "type": "private"}, "from": {"id": ANN, "first_name": "Ann"}, "text": text}
    return json.dumps({"update_id": number, "message": message}).encode()


async def test_telegram_calls_and_each_update_is_answered_once(world: World) -> None:
    async with world.running():
        assert world.api.webhook["secret_token"] == SECRET
        assert "callback_query" in json.loads(world.api.webhook["allowed_updates"])
        said = await world.api.say(ANN, "hello")
        await world.api.queue(said)  # Telegram calls again when our answer got lost
        await world.api.say(ANN, "bye")
        await world.api.wait_for(lambda: len(world.api.texts(ANN)) == 2)
    assert world.api.texts(ANN) == ["You said hello", "You said bye"]
    assert world.api.deliveries == [200, 200, 200]
    assert not world.api.requests("getUpdates")


async def test_polling_takes_over_from_a_webhook(world: World) -> None:
    async with world.running():
        assert world.api.webhook
    task = world.run(world.settings(telegram_webhook_url=""))
    await world.api.polled()
    await world.api.say(ANN, "hello")
    await world.api.wait_for(lambda: world.api.texts(ANN) == ["You said hello"])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert world.api.webhook == {}


@pytest.mark.parametrize("secret", [None, "", SECRET[:-1], SECRET + "0", "ünicode"])
async def test_who_lacks_the_secret_is_turned_away(world: World, secret: str | None) -> None:
    async with world.running():
        assert await world.post(update(1), secret) == 401
        assert await world.post(update(2, "me again")) == 200
        await world.api.queue({"message": {"chat": {"id": ANN, "type": "private"}}})  # known to the server now
        await world.api.wait_for(lambda: world.api.texts(ANN))
    assert world.api.texts(ANN) == ["You said me again"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{not json", 400),
        (b"[" * 100_000, 400),
        (b"9" * 100_000, 400),
        (b"\xff\xfe", 400),
        (b" " * (1 << 20) + b"{}", 413),
        (b"[1, 2]", 200),
        (b'{"update_id": "one"}', 200),
        (b'{"update_id": 5, "message": {"text": NaN}}', 200),
        (b'{"update_id": 6, "message": ' + b"[" * 400 + b"]" * 400 + b"}", 200),
    ],
)
async def test_nonsense_is_refused_or_set_aside_and_stops_nobody(world: World, content: bytes, status: int) -> None:
    async with world.running():
        assert await world.post(content) == status
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["You said hello"])


async def test_an_update_that_can_not_be_stored_is_not_acknowledged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, failures = world.store.receive, iter(range(2))

    async def unlucky(*args: Any) -> int:
        for _ in failures:
            raise StoreError("The database's disk is full; make room, then try again.")
        return await receive(*args)

    monkeypatch.setattr(world.store, "receive", unlucky)
    async with world.running():
        await world.api.say(ANN, "hello")
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["You said hello"])
    assert world.api.deliveries == [503, 503, 200]
    assert world.announced[1:] == [
        "Can't store what people write; check the database and the disk. Trying again.",
        "Working again.",
    ]


async def test_health_tells_whether_the_process_and_the_database_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world.running():
        assert await world.get("/healthz") == (200, "alive")
        assert await world.get("/readyz") == (200, "ready")

        def away() -> None:
            raise StoreError("The database can't be reached; check DATABASE_URL and that the database runs.")

        monkeypatch.setattr(world.store, "reading", away)
        assert (await world.get("/readyz"))[0] == 503
        assert await world.get("/healthz") == (200, "alive")


async def test_a_refused_url_and_a_taken_port_are_clear_errors(world: World) -> None:
    with pytest.raises(ChannelError, match="public https:// address"):
        await world.run(world.settings(telegram_webhook_url="http://usher.example.org/hook"))
    host, port = world.address.split(":")
    with socket.create_server((host, int(port))), pytest.raises(ConfigError, match="TELEGRAM_WEBHOOK_LISTEN"):
        await world.run(world.settings())


async def test_what_comes_while_the_bot_is_away_waits(world: World) -> None:
    async with world.running():
        await world.api.say(ANN, "one")
        await world.api.wait_for(lambda: len(world.api.texts(ANN)) == 1)
    await world.api.say(ANN, "two")
    await world.api.wait_for(lambda: 0 in world.api.deliveries)
    async with world.running():
        await world.api.wait_for(lambda: world.api.texts(ANN) == ["You said one", "You said two"])


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"TELEGRAM_WEBHOOK_URL": "https://u.example"}, "TELEGRAM_WEBHOOK_SECRET"),
        ({"TELEGRAM_WEBHOOK_URL": "https://u.example", "TELEGRAM_WEBHOOK_SECRET": "short"}, "TELEGRAM_WEBHOOK_SECRET"),
        ({"TELEGRAM_WEBHOOK_URL": "u.example", "TELEGRAM_WEBHOOK_SECRET": SECRET}, "TELEGRAM_WEBHOOK_URL"),
        ({"TELEGRAM_WEBHOOK_LISTEN": "8080"}, "TELEGRAM_WEBHOOK_LISTEN"),
        ({"TELEGRAM_WEBHOOK_LISTEN": "127.0.0.1:99999"}, "TELEGRAM_WEBHOOK_LISTEN"),
        ({"TELEGRAM_PER_SECOND": "0"}, "TELEGRAM_PER_SECOND"),
    ],
)
def test_wrong_settings_are_named_without_the_secret(
    changes: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=named) as wrong:
        load_settings()
    assert not any(secret in str(wrong.value) for secret in ("short", SECRET))


def test_an_ipv6_address_is_understood() -> None:
    assert Settings(telegram_webhook_listen="[::1]:8080", _env_file=None).webhook_address == ("::1", 8080)
