"""The real ``usher run`` process on Telegram: it talks, is killed, comes back and remembers."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.playground.server import UNMODIFIED
from tests.support.botapi import TOKEN, BotApi
from tests.support.installation import FILMS, environment

pytestmark = pytest.mark.slow

ANN, BOB = 71, 72
START_WITHIN = 120.0


class Process:
    """``usher run`` with what it said to its operator."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def said(self) -> str:
        return self._log.read_text(encoding="utf-8")

    async def stop(self, number: int) -> int:
        self._process.send_signal(number)
        async with asyncio.timeout(15):
            return await self._process.wait()


@asynccontextmanager
async def running(home: Path, api: BotApi, log: Path) -> AsyncIterator[Process]:
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env=environment(home, api.base_url), stdout=out, stderr=out
        )
    try:
        polls = len(api.requests("getUpdates"))
        await api.wait_for(
            lambda: len(api.requests("getUpdates")) > polls or process.returncode is not None, START_WITHIN
        )
        started = Process(process, log)
        assert process.returncode is None, started.said
        yield started
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_person_chats_and_is_remembered_after_a_kill_and_a_restart(small_home: Path, tmp_path: Path) -> None:
    async with BotApi() as api:
        async with running(small_home, api, tmp_path / "first.log") as usher_run:
            assert "@usher_test_bot" in usher_run.said
            await api.say(ANN, "/start")
            await api.wait_for(lambda: api.seen(ANN))
            await api.say(ANN, "I loved Heat. Something tense tonight")
            await api.wait_for(lambda: cards(api, ANN))
            shown = cards(api, ANN)[0]
            query = await api.press(ANN, "👍 Like", on=shown)
            await api.wait_for(lambda: shown in api.answers.get(query, "") or shown in api.texts(ANN)[-1])
            assert await usher_run.stop(signal.SIGKILL) == -signal.SIGKILL
        await api.say(ANN, "/profile")
        async with running(small_home, api, tmp_path / "second.log") as usher_run:
            await api.wait_for(lambda: any("Heat" in text and shown in text for text in api.texts(ANN)))
            await api.say(BOB, "<b>bold</b> & <i>daring</i>: something with tags")
            await api.say(BOB, "a comedy")
            await api.wait_for(lambda: cards(api, BOB))
            query = await api.press(BOB, "a button of long ago")
            await api.wait_for(lambda: query in api.answers)
            assert await usher_run.stop(signal.SIGTERM) == 0
            assert TOKEN not in usher_run.said
    # What was under way when it was killed is asked for, which is answered by a refusal.
    asked = {UNMODIFIED, *(f"Bad Request: message {what}" for what in ("to edit not found", "can't be edited"))}
    assert {refusal.description for refusal in api.refusals} <= asked


async def test_a_wrong_token_is_one_clear_line(small_home: Path, tmp_path: Path) -> None:
    async with BotApi(token="123456:another") as api:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            env=environment(small_home, api.base_url),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(START_WITHIN):
            said, _ = await process.communicate()
    assert process.returncode == 1
    assert "Telegram refused the token; check TELEGRAM_BOT_TOKEN (from @BotFather)." in said.decode()
    assert "Traceback" not in said.decode()
    assert TOKEN not in said.decode()


def cards(api: BotApi, chat: int) -> list[str]:
    """Titles on the cards that a person was shown, in order."""
    known = [str(title) for title, *_ in FILMS]
    shown = [message.text for message in api.seen(chat) if "👍 Like" in message.labels]
    return [title for text in shown for title in known if f". {title} (" in text]
