"""The review app as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(home: Path, tmp_path: Path, parts: object) -> dict[str, str]:
    """The real installation with a database of its own, away from the repository's .env."""
    ours = {
        "USHER_HOME": str(home),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'usher.db'}",
        "TELEGRAM_BOT_TOKEN": "",
        "ADMIN_SECRET": "a secret of the tests, long enough for it",
        "ADMIN_PASSWORD": "a password of the tests",
        "PYTHONPATH": str(ROOT),
    }
    return {**os.environ, **ours}


def start(environment: dict[str, str], cwd: Path, **changed: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bot", "admin"]
    return subprocess.Popen(command, env={**environment, **changed}, cwd=cwd, stderr=subprocess.PIPE, text=True)


def test_it_serves_until_it_is_told_to_stop(environment: dict[str, str], home: Path, tmp_path: Path) -> None:
    old = home / "exports" / "turns-of-a-test.csv"
    old.parent.mkdir(exist_ok=True)
    old.touch()
    os.utime(old, (0, 0))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = start(environment, tmp_path, ADMIN_PORT=str(port))
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if f"http://127.0.0.1:{port}/admin/" in line:
            break
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        assert answer.read() == b"ready"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/") as answer:
        assert answer.url.startswith(f"http://127.0.0.1:{port}/admin/login")
    deadline = time.monotonic() + 20
    while old.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not old.exists()
    process.send_signal(signal.SIGTERM)
    _, rest = process.communicate(timeout=30)
    assert process.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in "".join(lines) + rest


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ADMIN_SECRET": ""}, "ADMIN_SECRET"),
        ({"ADMIN_PASSWORD": ""}, "ADMIN_IDS or ADMIN_PASSWORD"),
        ({"ADMIN_SECRET": "short"}, "ADMIN_SECRET: Value error, must have 32 characters"),
        ({"ADMIN_IDS": "1:king"}, "ADMIN_IDS"),
    ],
)
def test_what_is_missing_is_said_in_one_line(
    environment: dict[str, str], tmp_path: Path, changed: dict[str, str], told: str
) -> None:
    process = start(environment, tmp_path, **changed)
    _, said = process.communicate(timeout=240)
    assert process.returncode == 1
    assert told in said
    assert len(said.strip().splitlines()) == 1


def test_a_port_in_use_is_said(environment: dict[str, str], tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        process = start(environment, tmp_path, ADMIN_PORT=str(other.getsockname()[1]))
        _, said = process.communicate(timeout=240)
    assert process.returncode == 1
    assert "set ADMIN_PORT to a free one" in said
    assert "Traceback" not in said
