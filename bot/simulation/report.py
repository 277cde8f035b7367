"""The figures that simulated evenings come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from statistics import fmean, median, quantiles
from typing import Any, Final

from bot.simulation.evening import Record

WITHIN: Final = (1, 2, 3, 4, 5, 6, 9, 12, 15)
"""Numbers of recommended films, one after the other as they were shown."""
WITHIN_LISTS: Final = (1, 2, 3, 5)
PROBLEMS: Final = ("dead end", "broken limit", "repeated", "told already")
EXAMPLES: Final = 25


def summary(records: Sequence[Record]) -> dict[str, Any]:
    """Success by films and lists shown, turns until it, problems (how many, in how many evenings), latency in ms."""
    took = [turn for r in records if (turn := r.accepted_turn) is not None]
    ms = sorted(value for r in records for value in r.ms)
    problems = [p for r in records for p in r.problems]
    return {
        "users": len(records),
        "turns": sum(r.turns for r in records),
        "lists": sum(r.lists for r in records),
        "success": share(records, lambda r: r.accepted is not None),
        "success_within": {k: share(records, lambda r, k=k: within(r.accepted, k)) for k in WITHIN},
        "success_within_lists": {k: share(records, lambda r, k=k: within(r.accepted_list, k)) for k in WITHIN_LISTS},
        "turns_to_acceptance": {"mean": fmean(took), "median": median(took)} if took else {},
        "relaxed_lists": sum(r.relaxed for r in records),
        "problems": {
            kind: {
                "count": sum(p.kind == kind for p in problems),
                "evenings": sum(any(p.kind == kind for p in r.problems) for r in records),
                "examples": [asdict(p) for p in problems if p.kind == kind][:EXAMPLES],
            }
            for kind in PROBLEMS
        },
        "ms": {"p50": median(ms), "p95": quantiles(ms, n=20)[-1]} if len(ms) > 1 else {},
    }


def within(number: int | None, most: int) -> bool:
    """Whether it came, and not later than ``most``."""
    return number is not None and number <= most


def share(records: Sequence[Record], holds: Callable[[Record], bool]) -> float:
    """The share of evenings of which something holds."""
    return fmean(map(holds, records)) if records else 0.0
