"""Files that appear complete or not at all."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write aside; on success it is flushed to disk and takes the place of ``path`` in one step.

    On an error the old file stays as it was and what was written aside is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as handle:
        aside = Path(handle.name)
    try:
        aside.chmod(0o644)
        yield aside
        put_in_place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


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


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
