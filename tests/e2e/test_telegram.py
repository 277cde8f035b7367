"""The real ``usher run`` process on Telegram: it talks, is killed, comes back and remembers."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.botapi import TOKEN, BotApi

pytestmark = pytest.mark.slow

ANN, BOB = 71, 72
START_WITHIN = 120.0
FILMS = [
    ("Heat", 1995, "Crime|Thriller", "Michael Mann", "A detective hunts a crew of bank robbers through Los Angeles."),
    ("Collateral", 2004, "Crime|Thriller", "Michael Mann", "A taxi driver is forced to drive a hitman overnight."),
    ("Ronin", 1998, "Action|Thriller", "John Frankenheimer", "Mercenaries chase a mysterious briefcase."),
    ("The Insider", 1999, "Drama|Thriller", "Michael Mann", "A chemist blows the whistle on big tobacco."),
    ("Alien", 1979, "Horror|Science Fiction", "Ridley Scott", "A creature stalks the crew of a spaceship."),
    ("Blade Runner", 1982, "Science Fiction", "Ridley Scott", "A policeman hunts androids in the rain."),
    ("Airplane!", 1980, "Comedy", "Jim Abrahams", "A nervous pilot must land a plane full of sick passengers."),
    ("Groundhog Day", 1993, "Comedy|Romance", "Harold Ramis", "A weatherman lives the same day again and again."),
    ("Some Like It Hot", 1959, "Comedy", "Billy Wilder", "Two musicians hide from gangsters in a women's band."),
    ("Notting Hill", 1999, "Comedy|Romance", "Roger Michell", "A bookseller falls in love with a film star."),
    ("Spirited Away", 2001, "Animation|Fantasy", "Hayao Miyazaki", "A girl works in a bathhouse for spirits."),
    ("Ratatouille", 2007, "Animation|Comedy", "Brad Bird", "A rat becomes a chef in Paris."),
    ("Unforgiven", 1992, "Western", "Clint Eastwood", "An old gunslinger takes one last job."),
    ("Rear Window", 1954, "Mystery|Thriller", "Alfred Hitchcock", "A man with a broken leg suspects a neighbour."),
    ("<b>Tags & Sons</b>", 1996, "Comedy", "A. <i>N. Onymous", "A printer's family loves angle brackets."),
]


def usher(home: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "bot", *arguments], env=environment(home), check=True, timeout=300)


def environment(home: Path, base_url: str = "") -> dict[str, str]:
    ours = {"USHER_HOME": str(home), "LLM": "off", "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_BASE_URL": base_url}
    return {**os.environ, "DATABASE_URL": "", **ours}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a small catalogue of its own, built by the commands that an operator would use."""
    root = tmp_path_factory.mktemp("usher")
    films = root / "films.csv"
    with films.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["title", "year", "genres", "director", "overview"])
        table.writerows(FILMS)
    usher(root / "home", "catalogue", "import", str(films))
    usher(root / "home", "index", "build")
    return root / "home"


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


async def test_a_person_chats_and_is_remembered_after_a_kill_and_a_restart(home: Path, tmp_path: Path) -> None:
    async with BotApi() as api:
        async with running(home, api, tmp_path / "first.log") as usher_run:
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
        async with running(home, api, tmp_path / "second.log") as usher_run:
            await api.wait_for(lambda: any("Heat" in text and shown in text for text in api.texts(ANN)))
            await api.say(BOB, "<b>bold</b> & <i>daring</i>: something with tags")
            await api.say(BOB, "a comedy")
            await api.wait_for(lambda: cards(api, BOB))
            query = await api.press(BOB, "a button of long ago")
            await api.wait_for(lambda: query in api.answers)
            assert await usher_run.stop(signal.SIGTERM) == 0
            assert TOKEN not in usher_run.said
    assert api.refusals == []


async def test_a_wrong_token_is_one_clear_line(home: Path, tmp_path: Path) -> None:
    async with BotApi(token="123456:another") as api:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            "run",
            env=environment(home, api.base_url),
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
