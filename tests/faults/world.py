"""A real bot process, its Bot API server, its database, and what must be true of them in the end."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import random
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from sqlalchemy import inspect, select

from bot.store import tables
from bot.store.repository import Store
from tests.support.botapi import TOKEN, BotApi, Message

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds after which something that was to happen is taken never to happen; a busy machine is slow."""
FILMS = [
    ("Heat", 1995, "Crime|Thriller", "Michael Mann", "A detective hunts a crew of bank robbers."),
    ("Collateral", 2004, "Crime|Thriller", "Michael Mann", "A taxi driver is forced to drive a hitman."),
    ("Ronin", 1998, "Action|Thriller", "John Frankenheimer", "Mercenaries chase a mysterious briefcase."),
    ("The Insider", 1999, "Drama|Thriller", "Michael Mann", "A chemist blows the whistle on big tobacco."),
    ("Alien", 1979, "Horror|Science Fiction", "Ridley Scott", "A creature stalks the crew of a spaceship."),
    ("Blade Runner", 1982, "Science Fiction", "Ridley Scott", "A policeman hunts androids in the rain."),
    ("Airplane!", 1980, "Comedy", "Jim Abrahams", "A nervous pilot must land a plane full of sick people."),
    ("Groundhog Day", 1993, "Comedy|Romance", "Harold Ramis", "A weatherman lives the same day again."),
    ("Some Like It Hot", 1959, "Comedy", "Billy Wilder", "Two musicians hide in a women's band."),
    ("Notting Hill", 1999, "Comedy|Romance", "Roger Michell", "A bookseller falls in love with a film star."),
    ("Spirited Away", 2001, "Animation|Fantasy", "Hayao Miyazaki", "A girl works in a bathhouse for spirits."),
    ("Ratatouille", 2007, "Animation|Comedy", "Brad Bird", "A rat becomes a chef in Paris."),
    ("Unforgiven", 1992, "Western", "Clint Eastwood", "An old gunslinger takes one last job."),
    ("Rear Window", 1954, "Mystery|Thriller", "Alfred Hitchcock", "A man suspects a neighbour."),
    ("<b>Tags & *Sons*</b>", 1996, "Comedy", "A. <i>N. Onymous", "A printer's <script> family loves [brackets](x)."),
]
FACTS = ("I loved {}", "{} was boring", "I have seen {}", "nothing gory", "undo", "/profile", "/watchlist")
"""What means the same whatever list a person has on the screen; lists differ from person to person."""
LISTS = ("something like {}", "a comedy", "a thriller from the 90s", "I loved the first", "save the second", "why?")
REACTIONS = re.compile(r"1\.(like|dislike|seen|save)\.")


class Zygote:
    """The process that forks bots."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._answers: asyncio.Queue[int] = asyncio.Queue()
        self._codes: dict[int, asyncio.Future[int]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls) -> Self:
        """Load everything; takes the seconds that a bot takes."""
        quiet = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.zygote", cwd=ROOT, env=os.environ | quiet,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout
        assert await process.stdout.readline() == b"ready\n"
        return cls(process)

    async def fork(self, **request: Any) -> tuple[int, asyncio.Future[int]]:
        """A new bot: its process id, and its exit code once it has ended."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        pid = await self._answers.get()
        return pid, self._codes.setdefault(pid, asyncio.get_running_loop().create_future())

    async def close(self) -> None:
        """End it and every bot."""
        assert self._process.stdin
        self._process.stdin.close()
        await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout
        while line := await self._process.stdout.readline():
            said = json.loads(line)
            if isinstance(said, int):
                self._answers.put_nowait(said)
            else:
                pid, code = said
                self._codes.setdefault(pid, asyncio.get_running_loop().create_future()).set_result(code)


@dataclass
class Bot:
    """One life of the bot."""

    pid: int
    ended: asyncio.Future[int]

    @property
    def alive(self) -> bool:
        return not self.ended.done()

    async def stop(self, number: int = signal.SIGKILL) -> int:
        """Send it a signal; returns its exit code."""
        if self.alive:
            os.kill(self.pid, number)
        async with asyncio.timeout(PATIENCE):
            return await asyncio.shield(self.ended)


@dataclass
class Rows:
    """What the database holds, by table, oldest first."""

    inbox: list[dict[str, Any]]
    outbox: list[dict[str, Any]]
    turns: list[dict[str, Any]]
    statements: list[dict[str, Any]]
    feedback: list[dict[str, Any]]
    conversations: list[dict[str, Any]]


@dataclass
class World:
    """An installation whose bot can be started, broken and looked into."""

    zygote: Zygote
    api: BotApi
    home: Path
    folder: Path
    database_url: str
    quick: bool
    """Whether the bot's waits after failures are short, or those of production."""
    sent: set[int] = field(default_factory=set)
    """Ids of the updates that people sent and that mean something."""

    def __post_init__(self) -> None:
        self.log.touch()
        self.control.mkdir()

    @property
    def log(self) -> Path:
        return self.folder / "bot.log"

    @property
    def control(self) -> Path:
        return self.folder / "control"

    @property
    def said(self) -> str:
        """What all lives told their operator."""
        return self.log.read_text(encoding="utf-8")

    def tell(self, name: str, value: str) -> None:
        """Set the clock's error or SQLite's pragma, see ``zygote``."""
        aside = self.control / "aside"
        aside.write_text(value)
        aside.rename(self.control / name)

    async def start(self, crash: tuple[str, int] | None = None) -> Bot:
        """Start a bot."""
        env = {
            "USHER_HOME": str(self.home), "DATABASE_URL": self.database_url, "LLM": "off", "LOG_LEVEL": "WARNING",
            "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_BASE_URL": self.api.base_url, "TELEGRAM_PER_SECOND": "1000",
        }  # fmt: skip
        control, log = str(self.control), str(self.log)
        return Bot(*await self.zygote.fork(env=env, log=log, quick=self.quick, crash=crash, control=control))

    @asynccontextmanager
    async def running(self, crash: tuple[str, int] | None = None) -> AsyncIterator[Bot]:
        """A bot that listens; killed at the end."""
        polls = len(self.api.requests("getUpdates"))
        bot = await self.start(crash)
        try:
            await self.until(lambda: len(self.api.requests("getUpdates")) > polls or not bot.alive)
            yield bot
        finally:
            await bot.stop()

    async def until(self, happened: Callable[[], Any], within: float = PATIENCE) -> None:
        """Wait until something is so."""
        await self.api.wait_for(happened, within)

    async def say(self, chat: int, text: str | None, **more: Any) -> dict[str, Any]:
        """A person writes."""
        update = await self.api.say(chat, text, **more)
        self.sent.add(update["update_id"])
        return update

    def reactions(self, chat: int) -> list[tuple[Message, str]]:
        """The buttons under films that a person has on their screen, newest first."""
        return [
            (message, button["callback_data"])
            for message in reversed(self.api.seen(chat))
            for row in message.keyboard
            for button in row
            if REACTIONS.match(button.get("callback_data", ""))
        ]

    async def rows(self) -> Rows:
        """Look into the database."""
        store = await Store.open(self.database_url)
        try:
            async with store.engine.connect() as connection:
                found = {}
                for model in (tables.Inbox, tables.Outbox, tables.Turn, tables.Statement, tables.Feedback,
                              tables.Conversation):  # fmt: skip
                    table = inspect(model).local_table
                    got = await connection.execute(select(table).order_by(table.c.id))
                    found[model.__tablename__] = [dict(row) for row in got.mappings()]
        finally:
            await store.close()
        return Rows(**found)

    async def settled(self, within: float = 4 * PATIENCE) -> Rows:
        """Wait until all that came is dealt with and all that was to be said is said."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while True:
            await self.api.wait_for(lambda: not self.api.pending, within)
            if not (self.api.pending or await self._waiting()):
                rows = await self.rows()
                if self.sent <= {r["update_id"] for r in rows.inbox} and not await self._waiting():
                    return await self.rows()  # what came in between the two questions has been dealt with, too
            if loop.time() > end:
                raise AssertionError(f"waiting: {await self._waiting()}; {self.said[-2000:]}")
            await asyncio.sleep(0.1)

    async def _waiting(self) -> list[str]:
        """Some of the chats in which something waits to be dealt with or to be said."""
        store = await Store.open(self.database_url)
        try:
            async with store.engine.connect() as connection:
                chats: list[str] = []
                for table, done in ((tables.Inbox, tables.Inbox.done_at), (tables.Outbox, tables.Outbox.sent_at)):
                    waits = select(table.chat_id).where(done.is_(None), table.dead_at.is_(None)).distinct().limit(3)
                    chats += await connection.scalars(waits)
                return chats
        finally:
            await store.close()

    def found(self) -> int:
        """How many messages were sent before a crash and recognised after it."""
        return self.said.count("message had arrived")

    def repeated(self, rows: Rows) -> list[Message]:
        """Messages that reached a screen without being the one written down as sent: sent before a crash."""
        noted = {(row["chat_id"], row["message_id"]) for row in rows.outbox}
        return [message for message in self.api.messages if (str(message.chat), str(message.id)) not in noted]

    def check(self, rows: Rows, deaths: int = 0) -> int:
        """Nothing lost, nothing counted twice, order kept in each chat; returns how many messages came twice.

        A death may repeat one message. What is noted as sent is what was sent under that id, and no other message.
        """
        lost = self.sent - {row["update_id"] for row in rows.inbox if row["done_at"]}
        assert not lost, f"{len(lost)} updates lost or dead"
        dropped = [row for row in rows.outbox if not row["sent_at"]]
        assert not dropped, f"{len(dropped)} messages dropped: {dropped[:2]}"
        keys = Counter(row["key"] for row in rows.feedback)
        assert not [key for key, times in keys.items() if times > 1]
        heard = Counter((row["conversation_id"], row["number"]) for row in rows.turns)
        assert not [turn for turn, times in heard.items() if times > 1]
        by_chat: dict[str, list[int]] = {}
        for row in messages_of(rows.outbox):
            by_chat.setdefault(row["chat_id"], []).append(int(row["message_id"]))
        for chat, ids in by_chat.items():
            assert ids == sorted(ids), f"chat {chat} was answered out of order"
        repeats = self.repeated(rows)
        assert len(repeats) <= deaths, f"{len(repeats)} messages came twice in {deaths} crashes"
        texts = {(m.chat, m.first) for m in self.api.messages if m not in repeats}
        assert all((m.chat, m.first) in texts for m in repeats)
        first = {(str(m.chat), str(m.id)): m.first for m in self.api.messages}
        for row in messages_of(rows.outbox):
            known = first[row["chat_id"], row["message_id"]]
            assert row["payload"].get("text", known) == known  # words leave the queue after days, as the clock has them
        return len(repeats)


def messages_of(outbox: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that send a message, and not those that change one sent before."""
    return [row for row in outbox if not {"edit", "replace"} & set(row["payload"])]


def write_films(path: Path) -> None:
    """The catalogue as an operator would import it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["title", "year", "genres", "director", "overview"])
        table.writerows(FILMS)


def line(chance: random.Random, words: Sequence[str] = FACTS + LISTS) -> str:
    """Something to say."""
    return chance.choice(words).format(chance.choice(FILMS[:-1])[0])
