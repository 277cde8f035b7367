"""Exports, written in the background to files that only this account can read."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from starlette_admin.export.helpers import escape_formula

from bot.background import surviving
from bot.private import make_folder, write_file
from bot.store.admin import AdminReading, AdminUnit
from bot.store.records import Export, utcnow
from bot.store.repository import Store
from bot.store.review import Filters
from bot.store.takeout import KINDS, Takeout
from recsys.errors import StoreError

log = structlog.get_logger(__name__)

FORMATS = ("csv", "jsonl")
KEPT = timedelta(days=7)
TIDY = 60.0
"""Seconds between looks at which files are to go."""
AT_ONCE = 2
"""Exports that run side by side: they share the database with the conversations."""


class Exporter:
    """Starts exports and knows their files, which go after a week or when somebody is erased who may be in them."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._running: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)

    def file(self, export: Export) -> Path:
        """Where an export's rows are, whether they still are or not."""
        return self._folder / f"{export.kind}-{export.id}.{export.format}"

    def runs(self, export: Export) -> bool:
        """Whether it is being written by this process."""
        return export.id in self._running

    def start(self, export: Export, filters: Filters) -> None:
        """Write an export that is stored already."""
        task = asyncio.create_task(self._write(export, filters))
        self._running[export.id] = task
        task.add_done_callback(lambda _: self._running.pop(export.id, None))

    async def aclose(self) -> None:
        """Break off what runs; its row says so."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _write(self, export: Export, filters: Filters) -> None:
        error = "broken off"
        try:
            async with self._room:
                await self._rows(export, filters)
            error = ""
        except (OSError, StoreError) as failure:
            error = (
                str(failure) if isinstance(failure, StoreError) else (failure.strerror or "the file can't be written")
            )
            log.error("export failed", error=type(failure).__name__)
        finally:
            if error:
                self.file(export).unlink(missing_ok=True)
            await asyncio.shield(self._end(export, error or None))

    async def _end(self, export: Export, error: str | None) -> None:
        async with self._store.unit_as(AdminUnit) as unit:
            await unit.end_export(export.id, error)
            await unit.commit()

    async def _rows(self, export: Export, filters: Filters) -> None:
        """Page by page, each in a read of its own: a long export holds nothing up."""
        async with self._store.reading_as(Takeout) as reading:
            total = await reading.count_of(export.kind, filters)
        written, after = 0, ""
        make_folder(self._folder)
        with write_file(self.file(export)) as file:
            header = True
            while True:
                async with self._store.reading_as(Takeout) as reading:
                    rows = await reading.page(export.kind, filters, after)
                if not rows:
                    break
                await asyncio.to_thread(file.write, encoded(rows, export.format, header=header))
                header, after = False, str(rows[-1]["id"])
                written += len(rows)
                async with self._store.unit_as(AdminUnit) as unit:
                    await unit.export_went_on(export.id, written, max(total, written))
                    await unit.commit()

    async def keep_tidy(self) -> None:
        """Remove the files whose time is over, until cancelled."""
        while True:
            with surviving("exports not tidied"):
                oldest = utcnow() - KEPT
                async with self._store.reading_as(AdminReading) as reading:
                    failed = await reading.failed_exports(oldest)
                await asyncio.to_thread(self._tidy, oldest, {self.file(export) for export in failed})
            await asyncio.sleep(TIDY)

    def _tidy(self, oldest: datetime, failed: Collection[Path]) -> None:
        for path in self._folder.glob("*-*.*"):
            if path.suffix[1:] in FORMATS and (path in failed or path.stat().st_mtime < oldest.timestamp()):
                path.unlink(missing_ok=True)


def encoded(rows: Sequence[Mapping[str, Any]], form: str, *, header: bool) -> str:
    """Rows as text. CSV cells that a spreadsheet would take for a formula begin with an apostrophe."""
    if form == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False, default=_plain) + "\n" for row in rows)
    out = io.StringIO()
    writer = csv.writer(out)
    if header:
        out.write("\ufeff")  # tells spreadsheets that it is UTF-8
        writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list, tuple)):
        value = json.dumps(value, ensure_ascii=False, default=_plain)
    elif isinstance(value, datetime):
        value = value.isoformat()
    return escape_formula(value) if isinstance(value, str) else value


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


async def overtaken(store: Store, exporter: Exporter) -> None:
    """Exports that an earlier process left unfinished say so."""
    async with store.reading_as(AdminReading) as reading:
        left = [e for e in await reading.exports() if e.finished_at is None and not exporter.runs(e)]
    async with store.unit_as(AdminUnit) as unit:
        for export in left:
            await unit.end_export(export.id, "broken off")
        await unit.commit()


__all__ = ["FORMATS", "KINDS", "Exporter", "encoded", "overtaken"]
