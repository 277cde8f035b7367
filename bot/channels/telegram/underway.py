"""The messages that are on their way to Telegram, noted where even ``kill -9`` does not erase it."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path
from struct import Struct

import structlog

from bot.store.records import Outgoing

log = structlog.get_logger(__name__)

PLACES = 64
"""More than can be under way: a message that got no answer keeps its place until it is known what became of it."""
_PLACE = Struct("<8sq")
_FREE = _PLACE.pack(b"", 0)


class Underway:
    """What may have arrived without our knowing, each with how far its chat's counter had come when it set out.

    A file of 1 KiB, written in place and never flushed to the disk: a killed process leaves its writes to the system,
    and after a power failure messages come twice. It holds no text, and messages by a hash alone: one of another
    database that has the same number is another. Where the file can't be written, only this process remembers.
    """

    def __init__(self, path: Path) -> None:
        self._since: dict[bytes, int] = {}
        self._places: dict[bytes, int] = {}
        self._free = list(range(PLACES))
        self._file: int | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._recall(os.pread(self._file, PLACES * _PLACE.size, 0))
        except OSError as error:
            self._forget_file(error)

    def close(self) -> None:
        """Let go of the file; what is in it stays."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __contains__(self, row: Outgoing) -> bool:
        return _name(row) in self._since

    def since(self, row: Outgoing) -> int:
        """How far the chat's counter had come when a message last set out; 0: unknown, or it never did."""
        return self._since.get(_name(row), 0)

    def sets_out(self, row: Outgoing, since: int) -> None:
        """A message is about to be sent, perhaps once more: what was sent before was looked for in vain."""
        name = _name(row)
        if name not in self._places:
            if not self._free:
                self._forget(next(iter(self._since)))
            self._places[name] = self._free.pop()
        self._since[name] = since
        self._write(self._places[name], _PLACE.pack(name, since))

    def settled(self, row: Outgoing) -> None:
        """It is known, and noted, what became of a message."""
        if row in self:
            self._forget(_name(row))

    def _forget(self, name: bytes) -> None:
        del self._since[name]
        place = self._places.pop(name)
        self._free.append(place)
        self._write(place, _FREE)

    def _recall(self, content: bytes) -> None:
        for place in range(len(content) // _PLACE.size):
            name, since = _PLACE.unpack_from(content, place * _PLACE.size)
            if any(name) and name not in self._since:
                self._since[name] = since
                self._places[name] = place
                self._free.remove(place)

    def _write(self, place: int, content: bytes) -> None:
        if self._file is not None:
            try:
                os.pwrite(self._file, content, place * _PLACE.size)
            except OSError as error:
                self._forget_file(error)

    def _forget_file(self, error: OSError) -> None:
        log.warning("a crash may repeat messages: what is under way can't be noted", error=error.strerror)
        self.close()


def _name(row: Outgoing) -> bytes:
    return blake2b(f"{row.id} {row.chat_id} {row.created_at.isoformat()}".encode(), digest_size=8).digest()
