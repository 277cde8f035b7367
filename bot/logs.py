"""Logs: one line an event on standard error, of allowed fields only, so that no message text or secret gets in."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

import structlog

from recsys.errors import UsherError

FIELDS: Final = frozenset(
    [
        "event",
        "level",
        "timestamp",
        "turn",
        "action",
        "remember",
        "understand",
        "recommend",
        "total",
        "chat",
        "update",
        "attempts",
        "error",
        "where",
        "who",
        "door",
        "method",
        "status",
        "address",
        "version",
    ]
)
QUIET: Final = {
    "httpx": logging.WARNING,  # below that their lines hold tokens
    "httpcore": logging.WARNING,
    "telegram": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "sentence_transformers": logging.WARNING,
    "transformers": logging.WARNING,
    "matplotlib": logging.WARNING,
    "uvicorn": logging.WARNING,
    "starlette_admin": logging.ERROR,  # its warnings hold whole URLs, and so what was searched for
}
PLACES: Final = 4
"""How many of an error's innermost places are told."""
_HIDDEN: Final = "[hidden]"
_TOKENS: Final = re.compile(
    r"\b\d{6,}:[A-Za-z0-9_-]{30,}|(?<=/link/)[A-Za-z0-9_-]{20,}|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"
)
"""What looks like a bot's token, a sign-in link's, or a name and password in a URL."""


class Redactor:
    """Takes secrets out of text: those it was told, and what looks like one."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        known = sorted({s for s in secrets if len(s) > 3}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """The text with every secret hidden."""
        shown = self._known.sub(_HIDDEN, text) if self._known else text
        return _TOKENS.sub(_HIDDEN, shown)

    def values(self, _logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        """A structlog processor: the allowed fields, without secrets."""
        return {
            name: self(value) if isinstance(value, str) else value for name, value in event.items() if name in FIELDS
        }


def places(error: BaseException) -> str:
    """Where an error was raised, and from where that was called: files and lines, none of its words or values."""
    frames = traceback.walk_tb(error.__traceback__)
    told = [f"{'/'.join(Path(frame.f_code.co_filename).parts[-2:])}:{line}" for frame, line in frames]
    return " < ".join(reversed(told[-PLACES:]))


class Plain(logging.Formatter):
    """Lines of libraries, without secrets. Exceptions show where, not what they say: that may quote a person. Ours say
    nothing that must not be read."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        kind, error, where = ei
        lines = traceback.format_tb(where)
        said = f": {error}" if isinstance(error, UsherError) else ""
        return "".join([*lines, f"{kind.__name__ if kind else 'no error'}{said}"])


def configure(level: str, secrets: Sequence[str] = ()) -> None:
    """Set up structlog and the libraries' loggers; ``secrets`` never appear in any line."""
    redact = Redactor(secrets)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            redact.values,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # the stream as it is when a line is written
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Plain(redact))
    logging.basicConfig(level=level, handlers=[handler])
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level)))
