"""How long each page of the review app takes with 100,000 turns in the database.

Run with ``make bench``, or by itself: ``python -m benchmarks.review --database postgresql://...`` measures on
PostgreSQL. A database that holds enough turns already is taken as it is. Prints the median and the slowest of some
requests in milliseconds, and the CPU time of this process, which SQLite's share is part of and PostgreSQL's is not; the
targets are 1,000 for lists and the dashboard, 300 for a replay.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from sqlalchemy import func, select, text

from benchmarks.fill import fill
from bot import logs
from bot.admin.app import create_app
from bot.admin.desk import Desk
from bot.admin.exporting import Exporter
from bot.settings import Settings
from bot.stages import set_up
from bot.store import tables
from bot.store.dashboard import Dashboard
from bot.wiring import Application, application

TRIES = 7
KEY = "a benchmark's own key is no secret"
PAGES = {
    "dashboard, 30 days": "/admin/",
    "dashboard, everything": "/admin/?since={since}&until={until}",
    "conversations": "/admin/conversations",
    "  text": "/admin/conversations?text=aliens+lighthouses",
    "  text found nowhere": "/admin/conversations?text=nosuchword",
    "  accepted": "/admin/conversations?outcome=accepted",
    "  reacted": "/admin/conversations?outcome=reacted",
    "  listed": "/admin/conversations?outcome=listed",
    "  talked": "/admin/conversations?outcome=talked",
    "  low confidence": "/admin/conversations?unsure=1",
    "  dead end": "/admin/conversations?dead_end=1",
    "  rejected": "/admin/conversations?rejected=1",
    "  five filters": "/admin/conversations?text=more&outcome=accepted&unsure=1&language=zh&model=20261001-aaaaaaaa",
    "  by person": "/admin/conversations?user=Person+12",
    "people": "/admin/people?q=Person+77",
    "catalogue": "/admin/catalogue?q=alien",
    "models": "/admin/models",
    "audit log": "/admin/audit",
    "metrics": "/metrics",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="")
    parser.add_argument("--turns", type=int, default=100_000)
    options = parser.parse_args()
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=options.database or f"sqlite:///{Path(folder) / 'review.db'}",
            llm="off",
            admin_secret=KEY,
            admin_password=KEY,
        )
        parts = set_up(settings, print)
        asyncio.run(_measure(settings, options.turns, *parts))


async def _measure(settings: Settings, turns: int, *parts: Any) -> None:
    async with application(settings, *parts) as app:
        async with app.store.reading_as(Dashboard) as reading:
            there = await reading._scalar(select(func.count()).select_from(tables.Turn))
        if there < turns:
            await fill(settings.database, [item.id for item in parts[0].items], turns - there)
            if app.store.engine.dialect.name == "postgresql":  # which its autovacuum does within a minute or two
                async with app.store.engine.connect() as connection:
                    await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(
                        text("VACUUM ANALYZE")
                    )
        await _ask(app)


async def _ask(app: Application) -> None:
    exporter = Exporter(app.store, Path(tempfile.gettempdir()))
    web = create_app(app.settings, Desk(app.settings, app.store, app.conversations, exporter))
    transport = httpx.ASGITransport(web, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
        token = re.search(r'name="csrftoken" value="([^"]+)"', (await browser.get("/admin/login")).text)
        await browser.post("/admin/login", data={"csrftoken": token[1] if token else "", "password": KEY})
        for name, path in PAGES.items():
            await _time(browser, name, path.format(since="2024-06-01", until="2027-01-01"))
        talks = re.findall(r"/admin/conversations/([0-9A-Z]{13})", (await browser.get("/admin/conversations")).text)
        pages = {talk: (await browser.get(f"/admin/conversations/{talk}")).text for talk in talks[:20]}
        longest = max(pages, key=lambda talk: pages[talk].count("<article"))
        await _time(browser, f"replay of {pages[longest].count('<article')} turns", f"/admin/conversations/{longest}")
        again = re.search(r"/turns/([0-9A-Z]{13})/again", pages[longest])
        await _time(browser, "run again", f"/admin/conversations/{longest}/turns/{again[1] if again else ''}/again")


async def _time(browser: httpx.AsyncClient, name: str, path: str) -> None:
    times, work = [], []
    for _ in range(TRIES):
        started, worked = time.perf_counter(), time.process_time()
        answer = await browser.get(path)
        times.append(1000 * (time.perf_counter() - started))
        work.append(1000 * (time.process_time() - worked))
        answer.raise_for_status()
    print(
        f"{name:24} {median(times):7.0f} ms, slowest {max(times):7.0f} ms, first {times[0]:7.0f} ms; "
        f"CPU {median(work):7.0f} ms"
    )


if __name__ == "__main__":
    main()
