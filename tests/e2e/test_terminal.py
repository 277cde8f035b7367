"""The real program in a terminal: piped conversations, programs, restarts, and everything that can be wrong."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(home: Path, tmp_path: Path, parts: object) -> dict[str, str]:
    """The real installation with a database of its own, away from the repository's .env."""
    ours = {
        "USHER_HOME": str(home),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'usher.db'}",
        "LLM": "off",
        "TELEGRAM_BOT_TOKEN": "",
        "PYTHONPATH": str(ROOT),
    }
    return {**os.environ, **ours}


def usher(environment: dict[str, str], cwd: Path, *arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, env=environment, cwd=cwd, input=lines, capture_output=True, text=True, timeout=240)


def asked(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_newcomer_pipes_a_conversation_through_run(environment: dict[str, str], tmp_path: Path) -> None:
    lines = ["hi", "I loved Heat and The Insider", "like 1", "why 2", "more", "who directed the first one?", "bye"]
    done = usher(environment, tmp_path, "run", lines="\n".join(lines) + "\n")
    assert done.returncode == 0, done.stderr
    assert "TELEGRAM_BOT_TOKEN" in done.stderr
    replies = done.stdout.split("\nyou> ")[1:]
    assert [reply.splitlines()[0] for reply in replies] == lines
    assert all(len("\n".join(reply.splitlines()[1:]).strip()) > 10 for reply in replies)
    assert "Because" in replies[1]
    assert "Noted: you like" in replies[2]
    assert "%" in replies[3]
    assert "directed by" in replies[5]
    assert "Traceback" not in done.stdout + done.stderr


def test_a_program_talks_in_json_and_is_remembered(environment: dict[str, str], tmp_path: Path) -> None:
    first = asked(usher(environment, tmp_path, "chat", "--json", "--user", "p", lines='{"text": "I loved Alien"}\n'))
    assert len(first) == 1
    reply = first[0]
    assert set(reply) == {"text", "items", "question", "buttons", "understood", "explanation", "ms"}
    assert {"kind": "item", "value": "Alien (1979)", "polarity": 1} in reply["understood"]
    assert len(reply["items"]) == 3
    for item in reply["items"]:
        assert set(item) == {"id", "title", "year", "imdb_id", "tmdb_id", "score", "reasons", "buttons"}
        assert sum(reason["share"] for reason in item["reasons"]) == pytest.approx(1, abs=0.01)
    assert reply["explanation"]["by"] == "template"
    assert reply["items"][0]["title"] in reply["explanation"]["text"]
    assert set(reply["ms"]) == {"understand", "recommend", "explain", "total"}

    like = reply["items"][0]["buttons"][0]["press"]
    lines = f'{json.dumps({"press": like})}\n\n/profile\n{{"text": 5}}\n'
    second = asked(usher(environment, tmp_path, "chat", "--json", "--user", "p", lines=lines))
    assert len(second) == 4
    assert reply["items"][0]["title"] in second[0]["text"]
    assert "empty" in second[1]["text"]
    assert "Alien (1979)" in second[2]["text"]
    assert reply["items"][0]["title"] in second[2]["text"]
    other = asked(usher(environment, tmp_path, "chat", "--json", "--user", "q", lines="/profile\n"))
    assert "Alien" not in other[0]["text"]


def test_ctrl_c_ends_a_chat_at_once(environment: dict[str, str], tmp_path: Path) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execve(sys.executable, [sys.executable, "-m", "bot", "run"], environment)
    shown = b""
    while b"you> " not in shown:
        assert select.select([terminal], [], [], 120)[0], shown
        shown += os.read(terminal, 65536)
    os.write(terminal, b"\x03")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 130


def test_noise_gets_exactly_one_line_each(environment: dict[str, str], tmp_path: Path) -> None:
    lines = ["x" * 10_000, "�￾", "{", "[1]", '{"press": "1.like.nope"}', "🎬" * 3000, "<script>", "null"]
    replies = asked(usher(environment, tmp_path, "chat", "--json", lines="\n".join(lines) + "\n"))
    assert len(replies) == len(lines)
    assert all(reply["text"] or reply["question"] for reply in replies)


def test_bytes_that_are_no_text_stop_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    lines = b'\xff\xfe\x00 hi\n{"text": "\\ud800 lonely surrogate"}\na comedy\n'
    command = [sys.executable, "-m", "bot", "chat", "--json"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, input=lines, capture_output=True, timeout=240)
    assert done.returncode == 0, done.stderr
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(replies) == 3
    assert len(replies[2]["items"]) == 3


def test_the_catalogue_is_exported_line_by_line(environment: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "films.jsonl"
    assert usher(environment, tmp_path, "catalogue", "export", "--out", str(out)).returncode == 0
    items = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(items) > 19_000
    keys = [
        "id",
        "title",
        "year",
        "genres",
        "director",
        "cast",
        "runtime",
        "language",
        "keywords",
        "overview",
        "imdb_id",
        "tmdb_id",
    ]
    assert all(list(item)[: len(keys)] == keys for item in items)  # what else it has comes after
    heat = next(item for item in items if item["imdb_id"] == "tt0113277")
    assert (heat["title"], heat["year"], heat["director"]) == ("Heat", 1995, ["Michael Mann"])


class TestBadInput:
    """One short line on standard error that says what to do, exit code 1, no traceback, no secret."""

    def fails(self, environment: dict[str, str], cwd: Path, *arguments: str, **changed: str) -> str:
        done = usher({**environment, **changed}, cwd, *arguments, lines="hi\n")
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        line = done.stderr.strip().splitlines()[-1]
        assert len(line) < 300
        return line

    def test_an_unreachable_database(self, environment: dict[str, str], tmp_path: Path) -> None:
        url = "postgresql://usher:hunter2@127.0.0.1:9/usher"
        line = self.fails(environment, tmp_path, "chat", DATABASE_URL=url)
        assert "DATABASE_URL" in line
        assert "hunter2" not in line

    def test_a_database_that_is_none(self, environment: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "usher.db").write_bytes(b"not a database at all" * 100)
        self.fails(environment, tmp_path, "chat")
        assert (tmp_path / "usher.db").read_bytes().startswith(b"not a database")

    @pytest.mark.parametrize(
        ("name", "value"),
        [("TELEGRAM_BASE_URL", "ftp://x"), ("LLM", "maybe"), ("DEVICE", "tpu"), ("LOG_LEVEL", "LOUD")],
    )
    def test_a_bad_setting(self, environment: dict[str, str], tmp_path: Path, name: str, value: str) -> None:
        line = self.fails(environment, tmp_path, "chat", **{name: value})
        assert name in line

    def test_a_missing_encoder(self, environment: dict[str, str], tmp_path: Path) -> None:
        line = self.fails(environment, tmp_path, "index", "build", ENCODER_MODEL=str(tmp_path / "none"))
        assert "ENCODER_MODEL" in line

    def test_a_catalogue_that_is_none(self, environment: dict[str, str], tmp_path: Path) -> None:
        bad = tmp_path / "bad.csv"
        bad.write_text("name,year\nHeat,1995\n", encoding="utf-8")
        line = self.fails(environment, tmp_path, "catalogue", "import", str(bad), USHER_HOME=str(tmp_path / "home"))
        assert "title" in line

    def test_no_home_to_write_to(self, environment: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        self.fails(environment, tmp_path, "setup", USHER_HOME=str(tmp_path / "file"))
