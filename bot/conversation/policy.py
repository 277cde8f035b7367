"""What to do next: ask, recommend, explain, answer or confirm. Every decision carries its reason for reviewers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.conversation.press import Verb
from bot.conversation.state import Dialogue
from bot.conversation.statements import Intent, Kind, Reading, Statement

QUESTIONS_IN_A_ROW = 2


class Action(StrEnum):
    """What a turn does. The service has one method for each."""

    WELCOME = "welcome"  # a newcomer: who we are, and the first question
    GREET = "greet"  # somebody we know
    ASK = "ask"
    CHOOSE = "choose"  # which of several titles was meant
    RECOMMEND = "recommend"
    EXPLAIN = "explain"
    ANSWER = "answer"
    NOTE = "note"  # acknowledge a reaction to one item
    STALE = "stale"  # a button that we can't place any more
    UNDO = "undo"
    FORGET = "forget"  # one thing that was said counts no longer
    RESET = "reset"
    PROFILE = "profile"
    WATCHLIST = "watchlist"
    HISTORY = "history"
    LANGUAGE = "language"
    HELP = "help"
    THANKS = "thanks"
    BYE = "bye"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Decision:
    """The action, why it was taken, and the statement that led to it, if one did."""

    action: Action
    why: str
    cause: Statement | None = None


DIRECT = {
    Intent.UNDO: Action.UNDO,
    Intent.RESET: Action.RESET,
    Intent.PROFILE: Action.PROFILE,
    Intent.WATCHLIST: Action.WATCHLIST,
    Intent.HISTORY: Action.HISTORY,
    Intent.LANGUAGE: Action.LANGUAGE,
    Intent.HELP: Action.HELP,
}
"""Commands: said outright, so they win over everything else in the message."""

REACTIONS = frozenset({Verb.LIKE, Verb.DISLIKE, Verb.SEEN, Verb.SAVE, Verb.UNSAVE})
"""Presses that are acknowledged without a new list: people often press several in a row."""

CLOSING = {Intent.BYE: Action.BYE, Intent.THANKS: Action.THANKS}


def decide(
    reading: Reading, dialogue: Dialogue, verb: Verb | None = None, *, knows_taste: bool, newcomer: bool
) -> Decision:
    """One decision for a message or press. ``dialogue`` is the state after it; ``verb``: what a press means;
    ``knows_taste``: any lasting taste is known; ``newcomer``: this is their first turn."""
    if verb is Verb.STALE:
        return Decision(Action.STALE, "a press that refers to nothing we showed this person")
    if verb is Verb.FORGET:
        return Decision(Action.FORGET, "pressed forget: the next list does without it", reading.statements[0])
    if verb in REACTIONS:
        return Decision(Action.NOTE, f"pressed {verb}: the next list uses it", reading.statements[0])
    intents = {Intent(s.value): s for s in reading.statements if s.kind is Kind.INTENT}
    if any(s.kind is not Kind.INTENT for s in reading.statements):
        intents.pop(Intent.UNDO, None)  # "forget that, a western": what is said instead is what counts
    for intent, action in DIRECT.items():
        if intent in intents:
            return Decision(action, f"asked for {intent}", intents[intent])
    for statement in reading.statements:
        if statement.kind is Kind.QUESTION:
            return Decision(Action.ANSWER, f"a question about {statement.value}", statement)
    if Intent.WHY in intents:
        return Decision(Action.EXPLAIN, "asked why", intents[Intent.WHY])
    if reading.choices:
        return Decision(Action.CHOOSE, f"{reading.choices[0].text!r} has several readings")
    for intent in (Intent.ACCEPT, Intent.SAVE):
        if intent in intents:
            return Decision(Action.NOTE, f"{intent} of a shown item", intents[intent])
    return _preferences(reading, intents, dialogue, knows_taste=knows_taste, newcomer=newcomer)


def _preferences(
    reading: Reading, intents: dict[Intent, Statement], dialogue: Dialogue, *, knows_taste: bool, newcomer: bool
) -> Decision:
    if Intent.SURPRISE in intents:
        return Decision(Action.RECOMMEND, "asked for a surprise", intents[Intent.SURPRISE])
    said = [s for s in reading.statements if s.kind is not Kind.INTENT]
    knows_none = said and all(s.kind is Kind.ITEM and not s.polarity and not s.seen for s in said)
    declines = not said and (Intent.SKIP in intents or Intent.NO in intents)
    if declines or (knows_none and dialogue.asked == "opinion"):
        return _unanswered(dialogue)
    if Intent.MORE in intents or Intent.LIKE_THIS in intents:
        return Decision(Action.RECOMMEND, "asked for more")
    opinions = [s for s in said if s.kind is Kind.ITEM and s.polarity]
    wanted = [s for s in opinions if s.polarity > 0 and not s.lasting and s.value == "mention"]
    if any(s.kind is not Kind.ITEM or s.value == "like" for s in said) or len(wanted) < len(opinions):
        return Decision(Action.RECOMMEND, "new wishes or opinions change the list")
    if any(s.seen for s in said):
        return Decision(Action.RECOMMEND, "what was seen makes room for something else")
    if said:
        return Decision(Action.ANSWER, "a title without an opinion: what it is, and whether they liked it", said[0])
    for intent, action in CLOSING.items():
        if intent in intents:
            return Decision(action, f"said {intent}", intents[intent])
    if Intent.RECOMMEND in intents or Intent.YES in intents:
        if not knows_taste and not dialogue.wish and not dialogue.questions:
            return Decision(Action.ASK, "nothing is known yet: one question is worth more than a guess")
        return Decision(Action.RECOMMEND, "asked for a recommendation")
    if newcomer:
        return Decision(Action.WELCOME, "the first turn, and nothing to go by yet")
    if Intent.GREET in intents:
        return Decision(Action.GREET, "a greeting from somebody we know")
    return Decision(Action.CHAT, "nothing about items in it")


def _unanswered(dialogue: Dialogue) -> Decision:
    if dialogue.asked in ("opinion", "wish") and dialogue.questions < QUESTIONS_IN_A_ROW:
        return Decision(Action.ASK, "no answer to the question: another kind may suit better")
    return Decision(Action.RECOMMEND, "no answer to the question: a list says more than a third one")
