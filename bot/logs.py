"""Logs: one line an event on standard error, of allowed fields only, so that no message text or secret gets in."""

from __future__ import annotations

import logging
import sys

import structlog

FIELDS = frozenset(
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
    ]
)


def configure(level: str) -> None:
    """Set up structlog and the libraries' loggers. HTTP clients never log below WARNING: their lines hold tokens."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _allowed,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    for name in ("httpx", "httpcore", "telegram", "aiosqlite", "sentence_transformers", "transformers"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _allowed(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    return {name: value for name, value in event.items() if name in FIELDS}
