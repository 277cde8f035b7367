"""Files that appear complete or not at all."""

import bz2
import fcntl
import gzip
import hashlib
import lzma
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Final

from recsys.errors import DataError

OPENERS: Final[Mapping[str, Callable[..., Any]]] = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}
"""What opens a packed file, by its ending."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write aside; on success it is flushed to disk and takes the place of ``path`` in one step.

    On an error the old file stays as it was and what was written aside is removed. Raises ``DataError`` when the
    folder can't be written or is full.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as handle:
            aside = Path(handle.name)
        try:
            aside.chmod(0o644)
            yield aside
            put_in_place(aside, path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise DataError(
            f"{path} can't be written ({reason}): make room or choose another folder, then try again."
        ) from error


def put_in_place(aside: Path, path: Path) -> None:
    """Flushes ``aside`` to the disk and renames it to ``path``, replacing what is there."""
    _flush(aside)
    aside.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def take_turn(lock: IO[str], waiting: Callable[[], object]) -> None:
    """Hold an open file's lock until it is closed, one process at a time; ``waiting`` is called before another one is
    waited for, and may raise instead."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting()
        fcntl.flock(lock, fcntl.LOCK_EX)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
