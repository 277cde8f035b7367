"""What to do next: ask, recommend, explain, answer or confirm. Every decision carries its reason for reviewers.

In this order: a press or command is done as it was said; a question is answered; what can't be told apart is asked
about; a reaction is noted; a wish or an opinion makes a new list; and when nobody said what they want, one question is
worth more than a guess, but a list is worth more than a third question in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    PRIVACY = "privacy"
    EXPORT = "export"
    FORGET_ME = "forget_me"  # ask whether they mean it
    ERASE = "erase"  # they do
    KEPT = "kept"  # they do not
    SHARED = "shared"  # an item that somebody sent them
    TOGETHER = "together"  # who watches?
    JOIN = "join"
    LANGUAGE = "language"
    HELP = "help"
    IDENTITY = "identity"
    JOKE = "joke"
    CINEMA = "cinema"
    THANKS = "thanks"
    BYE = "bye"
    SORRY = "sorry"
    WHICH = "which_one"  # which of the items in view "it" is
    WHOM = "whom"  # who "he" or "she" is
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
    Intent.PAGE: Action.PROFILE,
    Intent.WATCHLIST: Action.WATCHLIST,
    Intent.HISTORY: Action.HISTORY,
    Intent.PRIVACY: Action.PRIVACY,
    Intent.EXPORT: Action.EXPORT,
    Intent.FORGET_ME: Action.FORGET_ME,
    Intent.SHARED: Action.SHARED,
    Intent.TOGETHER: Action.TOGETHER,
    Intent.LANGUAGE: Action.LANGUAGE,
    Intent.FOREIGN: Action.LANGUAGE,
    Intent.HELP: Action.HELP,
}
"""Commands: said outright, so they win over everything else in the message."""

REACTIONS = frozenset({Verb.LIKE, Verb.DISLIKE, Verb.SEEN, Verb.SAVE, Verb.UNSAVE, Verb.CLEAR})
"""Presses that are acknowledged without a new list: people often press several in a row."""

PLAIN = {Verb.ERASE: Action.ERASE, Verb.KEEP: Action.KEPT, Verb.JOIN: Action.JOIN}
"""Presses that are about nothing that was shown."""

CLOSING = {
    Intent.BYE: Action.BYE,
    Intent.THANKS: Action.THANKS,
    Intent.COMPLAIN: Action.SORRY,
    Intent.IDENTITY: Action.IDENTITY,
    Intent.JOKE: Action.JOKE,
    Intent.CINEMA: Action.CINEMA,
}


def decide(
    reading: Reading, dialogue: Dialogue, verb: Verb | None = None, *, knows_taste: bool, newcomer: bool
) -> Decision:
    """One decision for a message or press. ``dialogue`` is the state after it; ``verb``: what a press means;
    ``knows_taste``: any lasting taste is known; ``newcomer``: this is their first turn."""
    if verb is Verb.STALE:
        return Decision(Action.STALE, "a press that refers to nothing we showed this person")
    if verb in PLAIN:
        return Decision(PLAIN[verb], f"pressed {verb}")
    for statement in reading.statements:
        if statement.kind is Kind.FORGET:
            return Decision(Action.FORGET, f"to forget {statement.value!r}: the next list does without it", statement)
    if verb in REACTIONS:
        return Decision(Action.NOTE, f"pressed {verb}: acknowledged, and used by the next list", reading.statements[0])
    intents = {Intent(s.value): s for s in reading.statements if s.kind is Kind.INTENT}
    if Intent.BYE in intents or any(s.kind is not Kind.INTENT for s in reading.statements):
        intents.pop(Intent.UNDO, None)  # "forget that, a western": what is said instead is what counts
    for intent, action in DIRECT.items():
        if intent in intents:
            return Decision(action, f"asked for {intent}", intents[intent])
    for statement in reading.statements:
        if statement.kind is Kind.QUESTION and Intent.WHICH in intents and not statement.target:
            return Decision(Action.WHICH, f"asked for {_what(statement)} of one of several in view", statement)
        if statement.kind is Kind.QUESTION:
            return Decision(Action.ANSWER, f"asked for {_what(statement)}: answered from the catalogue", statement)
    if Intent.WHY in intents:
        return Decision(Action.EXPLAIN, "asked why", intents[Intent.WHY])
    if reading.choices:
        return Decision(Action.CHOOSE, _several(reading))
    if Intent.SAVE in intents:
        intents.pop(Intent.ACCEPT, None)  # "the second sounds good, save it": not for tonight
    for intent in (Intent.ACCEPT, Intent.UNSAVE, Intent.SAVE):
        if intent in intents and not (intents[intent].target or dialogue.focus) and len(dialogue.shown) > 1:
            if Intent.THANKS in intents and intent is Intent.ACCEPT:
                return Decision(Action.THANKS, "praises a list, with thanks", intents[Intent.THANKS])
            return Decision(Action.WHICH, f"{intent} of one item while several are in view", intents[intent])
        if intent is Intent.SAVE and intent in intents and any(map(_wishes, reading.statements)):
            return Decision(Action.RECOMMEND, "saves an item in view, and wishes for something else", intents[intent])
        if intent in intents:
            return Decision(Action.NOTE, f"{intent} of an item in view: confirmed", intents[intent])
    return _preferences(reading, intents, dialogue, knows_taste=knows_taste, newcomer=newcomer)


def _preferences(
    reading: Reading, intents: dict[Intent, Statement], dialogue: Dialogue, *, knows_taste: bool, newcomer: bool
) -> Decision:
    if Intent.SURPRISE in intents:
        return Decision(Action.RECOMMEND, "asked for a surprise", intents[Intent.SURPRISE])
    said = [s for s in reading.statements if s.kind not in (Kind.INTENT, Kind.UNKNOWN) and not _mere_topic(s)]
    knows_none = said and all(s.kind is Kind.ITEM and not s.polarity and not s.seen for s in said)
    idle = len(said) > 1 and all(s.bare for s in said)  # "I don't know, they all look the same"
    declines = (idle or not said) and (Intent.SKIP in intents or Intent.NO in intents)
    if declines or (knows_none and dialogue.asked == "opinion"):
        return _unanswered(dialogue)
    if Intent.MORE in intents or Intent.LIKE_THIS in intents:
        return Decision(Action.RECOMMEND, f"asked for more; {_state(dialogue)}")
    neutral = [s for s in said if s.bare]
    if neutral and all(s in neutral or (s.kind is Kind.ITEM and s.polarity < 0 and not s.lasts) for s in said):
        return Decision(Action.ANSWER, "a title without an opinion: what it is, and whether they liked it", neutral[0])
    opinions = [s for s in said if s.kind is Kind.ITEM and s.polarity]
    wanted = [s for s in opinions if s.polarity > 0 and not s.lasting and s.value == "mention"]
    if any(s.kind is not Kind.ITEM or s.value == "like" for s in said) or len(wanted) < len(opinions):
        return Decision(Action.RECOMMEND, f"{_said(said)}: the list changes; {_state(dialogue)}")
    if any(s.seen for s in said):
        return Decision(Action.RECOMMEND, f"{_said(said)}: makes room for something else")
    if len(wanted) > 1 and {s.target for s in wanted} <= set(dialogue.shown):
        return Decision(Action.WHICH, "praises several that are in view: which of them is for tonight", wanted[0])
    if said:
        return Decision(Action.ANSWER, "a title without an opinion: what it is, and whether they liked it", said[0])
    if unknown := next((s for s in reading.statements if s.kind is Kind.UNKNOWN), None):
        return Decision(Action.CHAT, "names nothing but what the catalogue lacks: says so", unknown)
    for intent, action in CLOSING.items():
        if intent in intents:
            return Decision(action, f"said {intent}", intents[intent])
    if Intent.ALONE in intents and dialogue.past:
        return Decision(Action.RECOMMEND, f"nobody else watches: the list changes; {_state(dialogue)}")
    if intents.keys() & {Intent.RECOMMEND, Intent.MANY, Intent.YES, Intent.ALONE}:
        if not (knows_taste or dialogue.wish or dialogue.questions or dialogue.past):
            known = f"{_state(dialogue)}, no taste known"
            return Decision(Action.ASK, f"asked for a recommendation; {known}: a question is worth more than a guess")
        taste = "some taste known" if knows_taste else "no taste known"
        return Decision(Action.RECOMMEND, f"asked for a recommendation; {_state(dialogue)}, {taste}")
    if Intent.WHICH in intents:
        return Decision(Action.WHICH, "speaks of one item while several are in view", intents[Intent.WHICH])
    if Intent.WHOM in intents:
        return Decision(Action.WHOM, "speaks of a person who may be any of several", intents[Intent.WHOM])
    if newcomer:
        return Decision(Action.WELCOME, "the first turn, and nothing to go by yet")
    if Intent.GREET in intents:
        return Decision(Action.GREET, "a greeting from somebody we know")
    return Decision(Action.CHAT, "nothing about items in it")


def _wishes(said: Statement) -> bool:
    """Whether something, or more or less of something, is wanted for this evening."""
    wish = said.kind in (Kind.FACET, Kind.RANGE, Kind.WISH) and said.polarity > 0 and not said.lasting
    return wish or said.kind is Kind.CRITIQUE


def _mere_topic(said: Statement) -> bool:
    """ "Do you like comedies?" wants none."""
    return said.kind is Kind.FACET and not said.polarity


def _unanswered(dialogue: Dialogue) -> Decision:
    asked = f"{dialogue.questions} of at most {QUESTIONS_IN_A_ROW} questions in a row asked"
    if dialogue.asked in ("opinion", "wish") and dialogue.questions < QUESTIONS_IN_A_ROW:
        return Decision(Action.ASK, f"no answer about their {dialogue.asked}, {asked}: another kind may suit better")
    return Decision(Action.RECOMMEND, f"no answer, {asked}: a list tells more than another question")


def _state(dialogue: Dialogue) -> str:
    """How much of tonight a decision had to go by."""
    wish = dialogue.wish
    wishes = sum(map(len, (wish.wanted, wish.hoped, wish.ranges, wish.unwanted, wish.like, dialogue.moods)))
    return f"{wishes} wishes tonight, {len(dialogue.past)} items shown, {dialogue.questions} questions asked"


def _said(said: Sequence[Statement]) -> str:
    """What a message said, in short: "+comedy, -horror, +opinion"."""
    return ", ".join(f"{'-' if s.polarity < 0 else '+' if s.polarity else ''}{_what(s)}" for s in said)


def _what(said: Statement) -> str:
    if said.clause:
        return said.clause.label
    if said.range:
        return said.range.label
    return "seen" if said.kind is Kind.ITEM and said.seen and not said.polarity else said.value


def _several(reading: Reading) -> str:
    choice = reading.choices[0]
    return f"{choice.text!r} may be any of {len(choice.item_ids)} titles: a tap is surer than a guess"
