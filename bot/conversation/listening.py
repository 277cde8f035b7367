"""A dialogue between two people, followed message by message: what each message may refer back to.

In a chat of its own the bot knows what it showed and asked; here the other side's words have to tell. So that what the
seeker says ("loved it", "the second one") is read as it would be in a chat.
"""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.state import Dialogue
from bot.conversation.statements import Context, Kind, NamedKind, Reading
from bot.conversation.taste import event_of, taste_of
from bot.conversation.understand import Understanding
from bot.store.records import Event
from recsys.catalogue import Catalogue
from recsys.taste import Query


class Listener:
    """Follows one dialogue. ``context`` is what the seeker's next message may refer back to."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding
        self._suggesting = False
        self._proposed = False
        self.context = Context()

    def assistant(self, text: str) -> Reading:
        """Read a message of the one who recommends: the titles that it names are what was shown."""
        reading = self._understanding.read(text)
        named = tuple(dict.fromkeys(n.item_ids[0] for n in reading.named if n.kind is NamedKind.TITLE))
        shown, focus = self.context.shown, self.context.focus
        if named:
            before = tuple(i for i in shown if i not in named) if self._suggesting else ()
            compared = {s.target for s in reading.statements if s.kind is Kind.ITEM and s.value == "like"}
            shown, focus = (*before, *named), ([i for i in named if i not in compared] or named)[-1]
        asked = "opinion" if self._understanding.asks_taste(text) else None
        self._suggesting = self._suggesting or bool(named)
        self._proposed = bool(shown)
        self.context = Context(shown, focus, asked)
        return reading

    def user(self, text: str) -> Reading:
        """Read a message of the seeker."""
        if self._proposed and self._understanding.answers(text):  # "Yes, ..." speaks of what was proposed
            self.context = Context(self.context.shown, self.context.shown[-1], self.context.asked)
        reading = self._understanding.read(text, self.context)
        spoken_of = [s.target for s in reading.statements if s.kind is Kind.ITEM and s.target]
        focus = spoken_of[-1] if spoken_of else self.context.focus
        self._suggesting = False
        self.context = Context(self.context.shown, focus, self.context.asked)
        return reading


class Overheard:
    """A dialogue between two people as the query that a chat would make of it at any point: the seeker's messages go
    through the same reading, state and taste as those of a person who chats."""

    def __init__(self, understanding: Understanding, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._listener = Listener(understanding)
        self._dialogue = Dialogue()
        self._events: list[Event] = []

    def hear(self, role: str, text: str) -> None:
        """The next message; ``role`` is "user" for the seeker."""
        if role != "user":
            self._dialogue = self._dialogue.overheard(self._listener.assistant(text))
            return
        reading = self._listener.user(text)
        dialogue = replace(self._dialogue, shown=tuple(self._listener.context.shown))
        self._dialogue = dialogue.heard(reading.statements, self._catalogue).noted(reading)
        self._events += [event_of(s) for s in reading.statements if s.lasts]

    def query(self) -> Query:
        """What the engine is asked for now."""
        return Query(taste_of(self._events), self._dialogue.wish, talk=self._dialogue.talk)
