"""What an action works with, and what it makes."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.evidence import Evidence
from bot.conversation.policy import Decision
from bot.conversation.reply import Button, Card, ToExplain
from bot.conversation.state import Dialogue
from bot.conversation.statements import Reading
from bot.store.records import Memory
from recsys.taste import Taste


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything a turn works with. ``dialogue`` and ``taste`` include what was just said; ``before`` does not."""

    turn_id: str
    number: int
    memory: Memory
    before: Dialogue
    dialogue: Dialogue
    taste: Taste
    reading: Reading
    decision: Decision

    def target(self) -> str | None:
        """The item that the decision is about: named, else in focus, else the first one shown."""
        cause = self.decision.cause
        named = cause.target if cause else None
        return named or self.dialogue.focus or next(iter(self.before.shown), None)


@dataclass(frozen=True, slots=True)
class Draft:
    """What to say, the state after it, and what was shown, slot by slot. ``undone``: the turn to take back; ``keys``:
    what its "forget" buttons name, slot by slot; ``forgotten``: the one thing that counts no longer."""

    dialogue: Dialogue
    text: str = ""
    cards: tuple[Card, ...] = ()
    question: str | None = None
    buttons: tuple[Button, ...] = ()
    shown: tuple[str, ...] = ()
    purpose: str = "list"
    notice: str | None = None
    explain: ToExplain | None = None
    undone: str | None = None
    relaxed: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    forgotten: Evidence | None = None
