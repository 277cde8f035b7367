"""Replies as data. A channel renders them; nothing here knows a channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Button:
    """A choice. ``press`` is what a channel hands back when it is pressed: at most 64 bytes of ASCII. With ``shares``
    it presses nothing: it passes on a link that opens ``/start shares`` at whoever receives it, where a channel can."""

    label: str
    press: str
    shares: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item was picked: the signal, its true share of the positive score (0..1), and the words for it.
    ``sources`` are the ids of the items, the facets' values and the labels of the wishes behind it, strongest first.
    ``faint``: it only says that the item comes closer than most."""

    signal: str
    share: float
    text: str
    sources: tuple[str, ...] = ()
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One shown item. ``slot`` is its number within the turn, from 1: what "the second one" refers to. ``plot`` and
    ``reason`` are one sentence each; the reason is empty, and the score 0, where nothing was recommended (a
    watchlist)."""

    slot: int
    item_id: str
    title: str
    year: int | None
    facets: tuple[str, ...]
    reason: str = ""
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()
    contributions: Mapping[str, float] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    external: Mapping[str, str] = field(default_factory=dict)
    plot: str = ""

    @property
    def poster(self) -> str:
        """The address of its picture; empty without one."""
        return self.external.get("image", "")


@dataclass(frozen=True, slots=True)
class Mark:
    """How a message shown before looks now: the one with a turn's card in ``slot``, or that turn's last one (slot 0).
    ``text`` replaces its words, ``None`` leaves them."""

    turn_id: str
    slot: int
    buttons: tuple[Button, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """One thing that was understood, as it is shown back: polarity 1 wanted, -1 unwanted, 0 neither."""

    kind: str
    value: str
    polarity: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Checked words about one item. ``by`` is ``"llm"`` or ``"template"``; ``ms`` is how long they took; ``outcome``
    says what became of the model's words, as it is stored."""

    item_id: str
    text: str
    by: str
    ms: float = 0.0
    outcome: str = ""

    @property
    def adds(self) -> bool:
        """Whether it says more than the reply did: a template only repeats the reasons that are on the card."""
        return self.by == "llm"


@dataclass(frozen=True, slots=True)
class ToExplain:
    """What an explanation is to be about: for whom (a user's id), the item, the true reasons, and the template
    that stands in when no model phrases it."""

    person: str
    item_id: str
    reasons: tuple[str, ...]
    template: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says in one turn: text, then cards, then a question; ``buttons`` belong to the whole message."""

    turn_id: str
    text: str
    cards: tuple[Card, ...] = ()
    question: str | None = None
    buttons: tuple[Button, ...] = ()
    understood: tuple[Understood, ...] = ()
    notice: str | None = None
    """A short acknowledgement of a button press (Telegram's callback answer); the text may then be empty."""
    explain: ToExplain | None = None
    """What an explanation after this reply should be about."""
    marks: tuple[Mark, ...] = ()
    """What changed on messages shown before."""
    export: str | None = None
    """Whose data to send along as a file: an id for ``Conversations.export``."""
    relaxed: tuple[str, ...] = ()
    """The wishes that this list had to let go of, as the text says."""
    ms: Mapping[str, float] = field(default_factory=dict)
    picture: bytes | None = None
    """A PNG that goes with the text, where the channel shows pictures."""
