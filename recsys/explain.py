"""Why an item was picked: computed from the exact contributions, never invented."""

from __future__ import annotations

from dataclasses import dataclass

from recsys.engine import Pick
from recsys.talk import Part


@dataclass(frozen=True, slots=True)
class Cause:
    """A signal that spoke for the item: its share of all that did (0..1), and its evidence, strongest first."""

    signal: str
    share: float
    evidence: tuple[Part, ...]


def causes(pick: Pick) -> tuple[Cause, ...]:
    """The signals with a positive contribution, strongest first; their shares sum to 1.

    What spoke against the item is left out: a reason says why it was picked in spite of that.
    """
    positive = {s: amount for s, amount in pick.contributions.items() if amount > 0}
    total = sum(positive.values())
    found = []
    for signal, amount in sorted(positive.items(), key=lambda pair: -pair[1]):
        parts = sorted((p for p in pick.parts if p.signal == signal and p.amount > 0), key=lambda p: -p.amount)
        if parts:
            found.append(Cause(signal, amount / total, tuple(parts)))
    return tuple(found)
