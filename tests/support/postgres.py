"""A real PostgreSQL server of our own, where its programs are installed."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
import tempfile
from functools import cached_property
from pathlib import Path

from bot.store.migrate import upgrade

_DEBIAN = "/usr/lib/postgresql"


def binaries() -> Path | None:
    """The folder with PostgreSQL's programs, the newest where there are several; None where there is none."""
    found = shutil.which("initdb")
    folders = sorted(Path(_DEBIAN).glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    return Path(found).resolve().parent if found else next(iter(folders), None)


class Postgres:
    """A server on a Unix socket in a temporary folder, with a superuser ``usher`` who has a password."""

    def __init__(self) -> None:
        folder = binaries()
        if folder is None:
            raise LookupError("PostgreSQL's programs are not installed here")
        self._bin = folder
        self._folder = Path(tempfile.mkdtemp(prefix="usher-pg-"))
        self._data = self._folder / "data"
        self.password = secrets.token_hex(8)
        password_file = self._folder / "password"
        password_file.write_text(self.password)
        if os.geteuid() == 0:  # the server refuses to run as root
            for path in (self._folder, password_file):
                shutil.chown(path, "postgres", "postgres")
        self._run(
            "initdb", "--no-sync", "--username=usher", "--auth=scram-sha-256", "--encoding=UTF8",
            "--locale=C.UTF-8", f"--pwfile={password_file}", str(self._data),
        )  # fmt: skip
        self.start()

    def url(self, database: str, password: str | None = None) -> str:
        return f"postgresql+asyncpg://usher:{password or self.password}@/{database}?host={self._folder}"

    def create(self, database: str, template: str = "template0") -> str:
        """Create a database, as a copy of ``template``; returns its URL."""
        self.sql(f"CREATE DATABASE {database} TEMPLATE {template}")
        return self.url(database)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement as the superuser; returns its rows as bare text."""
        return self._run(
            "psql", "-X", "-qtA", "-v", "ON_ERROR_STOP=1", "-h", str(self._folder), "-U", "usher",
            "-d", database, "-c", statement,
        )  # fmt: skip

    @cached_property
    def migrated(self) -> str:
        """The name of a migrated database to copy."""
        asyncio.run(upgrade(self.create("migrated")))
        return "migrated"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = f"-k {self._folder} -c listen_addresses='' -c fsync=off"
        self._run("pg_ctl", "start", "-w", "-D", str(self._data), "-o", options, "-l", str(self._data / "log"))

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server: ``"immediate"`` is as abrupt as a power cut."""
        self._run("pg_ctl", "stop", "-w", "-m", mode, "-D", str(self._data))

    def remove(self) -> None:
        """Stop for good and delete all."""
        self.stop()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> str:
        account = {"user": "postgres", "group": "postgres", "extra_groups": []}
        done = subprocess.run(
            [self._bin / program, *arguments],
            cwd=self._folder,
            env=os.environ | {"PGPASSWORD": self.password},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **(account if os.geteuid() == 0 else {}),
        )
        assert done.returncode == 0, done.stdout
        return done.stdout.strip()
