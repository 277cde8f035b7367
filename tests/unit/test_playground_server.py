"""What the playground lets other web pages do: nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot import serve
from bot.playground.page import Page
from bot.settings import Settings
from bot.store.migrate import check
from recsys.progress import silent
from tests.support.botapi import TOKEN, BotApi

FOREIGN = {"Origin": "http://evil.example"}


@pytest_asyncio.fixture
async def api() -> AsyncIterator[BotApi]:
    page = Page()
    page.api = BotApi(routes=page.routes)
    async with page.api:
        await page.populate()
        yield page.api


async def answer(api: BotApi, path: str, **headers: str) -> int:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{api.url}{path}", headers=headers)).status_code


@pytest.mark.parametrize("path", ["/", "/state", f"/bot{TOKEN}/getMe"])
async def test_a_name_that_leads_to_this_machine_is_not_served(api: BotApi, path: str) -> None:
    assert await answer(api, path) == 200
    assert await answer(api, path, Host="evil.example") == 400


@pytest.mark.parametrize("since", ["²", "9" * 5000, "x", ""])
async def test_a_version_that_is_none_gets_the_whole_page(api: BotApi, since: str) -> None:
    assert await answer(api, f"/state?since={since}") == 200


@pytest.mark.parametrize(
    "deed", ["", "{", "[" * 100_000, "[]", "{}", '{"do": "x"}', '{"do": "say", "chat": Infinity, "by": 1, "text": "x"}']
)
async def test_what_is_no_deed_is_refused(api: BotApi, deed: str) -> None:
    async with httpx.AsyncClient() as client:
        done = await client.post(f"{api.url}/do", content=deed, headers={"Content-Type": "application/json"})
    assert done.status_code == 400


@pytest.mark.parametrize("path", ["/state", f"/bot{TOKEN}/getMe"])
async def test_pages_of_other_sites_are_refused(api: BotApi, path: str) -> None:
    assert await answer(api, path, Origin=api.url) == 200
    assert await answer(api, path, **FOREIGN) == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:x@evil.example", "[", ""])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_updates_are_sent_nowhere_but_to_this_machine(api: BotApi, scheme: str, host: str) -> None:
    async with httpx.AsyncClient() as client:
        called = await client.get(f"{api.base_url}{TOKEN}/setWebhook", params={"url": f"{scheme}://{host}/"})
    assert called.status_code == 400
    assert not api.webhook


def test_each_run_has_a_token_of_its_own_and_who_plays_there_teaches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[str] = []
    learned_from: list[str] = []

    @asynccontextmanager
    async def application(settings: Settings, *_: object) -> AsyncIterator[Settings]:
        yield settings

    def set_up(settings: Settings, *_: object) -> tuple[()]:
        learned_from.append(settings.database)
        return ()

    async def on_telegram(settings: Any, _: object) -> None:
        await check(settings.database)
        assert settings.database.endswith("/playground.db")
        used.append(settings.telegram_bot_token.get_secret_value())
        async with httpx.AsyncClient() as client:
            for token, status in ((used[-1], 200), (TOKEN, 401)):
                assert (await client.get(f"{settings.telegram_base_url}{token}/getMe")).status_code == status

    monkeypatch.setattr(serve, "set_up", set_up)
    monkeypatch.setattr(serve, "application", application)
    monkeypatch.setattr(serve, "on_telegram", on_telegram)
    for _ in range(2):
        settings = Settings(usher_home=tmp_path, _env_file=None)  # type: ignore[call-arg]
        serve.serve_playground(settings, lambda _: None, lambda: nullcontext(silent), port=0)
    assert len(set(used)) == 2
    assert learned_from == [f"sqlite+aiosqlite:///{tmp_path / 'usher.db'}"] * 2
