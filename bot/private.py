"""Folders and files that hold what people said: only this account may read those that we make. What is there already
keeps its permissions: an operator may have widened them on purpose."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO


def make_folder(path: Path) -> None:
    """Make a folder, and those it lies in, unless it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def make_file(path: Path) -> None:
    """Make an empty file, unless it is there."""
    if not path.exists():
        path.touch(mode=0o600)


def write_file(path: Path) -> IO[str]:
    """A file to write text to, emptied if it was there."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline="")
