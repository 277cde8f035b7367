"""Usher installed from a wheel, away from its repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def run(*command: str, folder: Path, **settings: str) -> str:
    """A command's words on standard error; it must succeed."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "DATABASE_URL")}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env={**kept, **settings}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_wheel_holds_what_a_new_database_takes(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "installed"
    for name in ("bot", "recsys", "migrations"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    offline = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check")
    run("-m", "pip", "install", *offline, "--target", str(target), str(source), folder=tmp_path)
    shutil.rmtree(source)
    assert sorted(path.name for path in target.iterdir() if path.suffix != ".dist-info") == ["bin", "bot", "recsys"]

    code = "import bot; print(bot.__file__, file=__import__('sys').stderr); from bot.cli import main; main()"
    told = run("-c", code, "migrate", folder=tmp_path, PYTHONPATH=str(target), USHER_HOME=str(tmp_path / "home"))
    assert told.startswith(str(target))
    assert "up to date" in told
    assert (tmp_path / "home" / "usher.db").exists()
