"""Two hundred people chat at the same time with one ``usher run``, over HTTP, without the language model.

Run with ``python -m benchmarks.load`` on a quiet machine after ``usher setup``; ``--people`` and ``--pause`` change the
load. Each person says something, waits for the answer, thinks for ``pause`` seconds on average, and goes on. Prints the
seconds from each message to its first answer, and checks that every message was answered, in order. The Bot API server
and all the people run on the same cores as the bot.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil

from benchmarks.turns import MESSAGES
from tests.support.botapi import TOKEN, BotApi

PATIENCE = 120.0
ANSWERS = """SELECT chat_id, text, (SELECT min(sent_at) FROM outbox WHERE turn_id = turns.id) FROM turns
JOIN conversations ON conversations.id = conversation_id ORDER BY turns.id"""
OPEN = """SELECT (SELECT count(*) FROM inbox WHERE done_at IS NULL AND dead_at IS NULL)
+ (SELECT count(*) FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL)"""


class People:
    """Everybody who chats."""

    def __init__(self, api: BotApi, pause: float, messages: int) -> None:
        self._api = api
        self._pause = pause
        self._messages = messages
        self._answered: dict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self.said: dict[int, list[tuple[str, float]]] = defaultdict(list)
        """What each person said and when, in seconds since 1970."""

    async def watch(self) -> None:
        """Tell each person when something new is on their screen."""
        seen = 0
        while True:
            for message in self._api.messages[seen:]:
                self._answered[message.chat].set()
            seen = len(self._api.messages)
            await asyncio.sleep(0.005)

    async def chat(self, person: int) -> None:
        """One person's evening."""
        chance = random.Random(person)
        await asyncio.sleep(chance.uniform(0, self._pause))
        for number in range(self._messages):
            text = MESSAGES[(person + number) % len(MESSAGES)]
            self._answered[person].clear()
            self.said[person].append((text, time.time()))
            await self._api.say(person, text)
            async with asyncio.timeout(PATIENCE):
                await self._answered[person].wait()
            await asyncio.sleep(chance.uniform(0.5, 1.5) * self._pause)


async def measure(people: int, pause: float, messages: int, folder: Path) -> None:
    """Run the bot and the people, and print."""
    database = folder / "load.db"
    async with BotApi() as api:
        ours = {
            "DATABASE_URL": f"sqlite:///{database}", "LLM": "off", "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_BASE_URL": api.base_url, "TELEGRAM_PER_SECOND": "1000",
        }  # fmt: skip
        bot = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=os.environ | ours)
        await api.wait_for(lambda: api.requests("getUpdates"), PATIENCE)
        started = _seconds(bot.pid)
        crowd = People(api, pause, messages)
        watching = asyncio.create_task(crowd.watch())
        await asyncio.gather(*(crowd.chat(1000 + n) for n in range(people)))
        await _settled(database)
        watching.cancel()
        spent = 1000 * (_seconds(bot.pid) - started) / (people * messages)
        bot.send_signal(signal.SIGTERM)
        code = await bot.wait()
    answered = defaultdict(list)
    with sqlite3.connect(database) as connection:
        for chat, text, answer in connection.execute(ANSWERS):
            answered[int(chat)].append((text, datetime.fromisoformat(answer).replace(tzinfo=UTC).timestamp()))
    in_order = sum([t for t, _ in answered[p]] == [t for t, _ in said] for p, said in crowd.said.items())
    # The first message of each person is left out: the very first ones wait for the encoder.
    waits = [1000 * (b[1] - a[1]) for p, said in crowd.said.items() for a, b in list(zip(said, answered[p]))[1:]]  # noqa: B905
    p50, p95, most = np.percentile(waits, (50, 95, 100))
    print(f"{people} people, {pause:.0f} s between an answer and the next message, {len(waits)} messages measured")
    print(f"first answer: p50 {p50:.0f} ms, p95 {p95:.0f} ms, slowest {most:.0f} ms")
    print(f"everything answered, in order, in {in_order} of {people} chats; exit code {code}")
    print(f"the bot used {spent:.0f} ms of processor time a message")


def _seconds(pid: int) -> float:
    """Processor time that a process has used."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


async def _settled(database: Path) -> None:
    """Wait until all is handled and sent."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with sqlite3.connect(database) as connection:
                if not connection.execute(OPEN).fetchone()[0]:
                    return
            await asyncio.sleep(0.5)


def main() -> None:
    """Measure with the command line's numbers."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--people", type=int, default=200)
    options.add_argument("--pause", type=float, default=10.0, help="seconds between an answer and the next message")
    options.add_argument("--messages", type=int, default=6, help="that each person says")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(chosen.people, chosen.pause, chosen.messages, Path(folder)))


if __name__ == "__main__":
    main()
