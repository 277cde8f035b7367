"""What an action works with, and what it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.conversation.evidence import Evidence
from bot.conversation.policy import Decision
from bot.conversation.press import Press
from bot.conversation.reply import Button, Card, Mark, ToExplain
from bot.conversation.state import Dialogue
from bot.conversation.statements import Intent, Reading, Statement
from bot.conversation.taste import event_of
from bot.store.records import Memory, StoredRecommendation
from recsys.taste import Taste


@dataclass(frozen=True, slots=True)
class Moment:
    """Everything a turn works with. ``dialogue`` and ``taste`` include what was just said; ``before`` does not.
    ``pressed`` is the shown item whose button was pressed. ``memory`` has no conversation when an evening begins; in a
    group it is the speaker's, with the group's conversation, and ``company`` are those who watch. In a private chat
    there is no company. ``passed``: the items of the question just answered that the answer leaves out."""

    turn_id: str
    number: int
    memory: Memory
    before: Dialogue
    dialogue: Dialogue
    taste: Taste
    reading: Reading
    decision: Decision
    pressed: StoredRecommendation | None = None
    press: Press | None = None
    company: tuple[Memory, ...] = ()
    passed: tuple[Statement, ...] = ()

    def target(self) -> str | None:
        """The item that the decision is about: named, else in focus, else the first one shown."""
        cause = self.decision.cause
        named = cause.target if cause else None
        return named or self.dialogue.focus or next(iter(self.before.shown), None)

    def targets(self, intent: Intent, item_id: str) -> tuple[str, ...]:
        """The items that they named for an intent, if several, else the one item."""
        named = tuple(s.target for s in self.reading.statements if s.value == intent and s.target)
        return named if len(named) > 1 else (item_id,)

    def opinion(self, item_id: str) -> str:
        """What they last said of an item: "like", "dislike", "seen" or nothing."""
        opinion = ""
        for event in (*self.memory.events, *map(event_of, self.reading.statements)):
            if event.item_id != item_id:
                continue
            if event.polarity and (event.source == "feedback" or event.value == "opinion"):
                opinion = "like" if event.polarity > 0 else "dislike"
            elif event.seen:
                opinion = opinion or "seen"
            elif Intent.CLEAR in (event.kind, event.value):
                opinion = ""
        return opinion

    def saved(self, item_id: str) -> bool:
        """Whether an item is on their watchlist now."""
        said = {s.value for s in self.reading.statements if s.target == item_id}
        return Intent.SAVE in said or (item_id in self.memory.saved and Intent.UNSAVE not in said)


@dataclass(frozen=True, slots=True)
class Draft:
    """What to say, the state after it, and what was shown, slot by slot. ``undone``: the turn to take back; ``keys``:
    what its "forget" buttons name, slot by slot; ``forgotten``: the one thing that counts no longer; ``export``: the
    person's data go along; ``erases``: all about them goes, this turn included; ``basis``: what a list was based on,
    for reviewers."""

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
    marks: tuple[Mark, ...] = ()
    export: bool = False
    erases: bool = False
    basis: Mapping[str, Any] = field(default_factory=dict)
    relaxed: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    forgotten: Evidence | None = None
