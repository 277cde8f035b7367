"""What presses, answers and silences mean, as statements; and which of all that was said is stored, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.conversation.actions import Moment, reaction
from bot.conversation.press import Press, Verb
from bot.conversation.state import Dialogue, clause_from_json, names_genre
from bot.conversation.statements import PASSED, Critique, Intent, Kind, Reading, Statement
from bot.conversation.taste import payload_of
from bot.conversation.tokens import norms
from bot.store.records import Feedback, StoredStatement, Turn
from recsys.taste import Clause

_ANSWERS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("keep", Intent.YES): {"value": Intent.SAVE},
    ("tonight", Intent.YES): {"value": Intent.ACCEPT},
    ("liked", Intent.YES): {"kind": Kind.ITEM, "value": "opinion", "polarity": 1, "lasting": True, "seen": True},
    ("liked", Intent.NO): {"kind": Kind.ITEM, "value": "opinion", "polarity": -1, "lasting": True, "seen": True},
}
"""What a bare yes or no means, by the question that is open."""

_OPENING, _CLOSING = ("and", "also", "plus", "same", "ditto"), ("too", "also", "either", "well")


def settled(heard: Reading, dialogue: Dialogue) -> Reading:
    """Words that settle which title was meant say of it what was said when it was ambiguous, those that settle which
    item was meant do with it what was to be done, "and Troy too" goes on with the opinion before it, "I meant Heat" has
    that resembled instead, and a mere yes or no says what we asked of the film in view."""
    statements = tuple(
        replace(s, **dialogue.pending) if s.kind is Kind.ITEM and s.value == "choice" else s for s in heard.statements
    )
    if dialogue.opined and statements and all(s.bare for s in statements) and _goes_on(heard.text):
        statements = tuple(replace(s, **dialogue.opined) for s in statements)
    if dialogue.like and len(statements) == 1 and statements[0].bare and _corrects(heard.text):
        statements = (replace(statements[0], value="like", polarity=1),)
    if dialogue.opined.get("polarity", 0) > 0 and dialogue.named:  # "something similar" to what was just praised
        model = dialogue.named[-1]
        aimless = [s for s in statements if s.value == Intent.LIKE_THIS and not s.target]
        statements = tuple(replace(s, target=model) if s in aimless else s for s in statements)
    statements = _seconded(statements, dialogue)
    if dialogue.asked == "which" and heard.text and len(statements) == 1 and statements[0].bare:
        kind, value = Kind(dialogue.pending["kind"]), dialogue.pending["value"]
        asked = dialogue.pending.get("clause")
        clause = clause_from_json(asked) if asked else None
        statements = (replace(statements[0], kind=kind, value=value, clause=clause),)
    if dialogue.focus and len(statements) == 1 and statements[0].kind is Kind.INTENT:
        meant = _ANSWERS.get((dialogue.asked or "", statements[0].value))
        statements = (replace(statements[0], target=dialogue.focus, **meant),) if meant else statements
    return replace(heard, statements=tuple(_milder(s, dialogue) for s in statements))


def _seconded(statements: tuple[Statement, ...], dialogue: Dialogue) -> tuple[Statement, ...]:
    """ "So did my brother": what both like is to be resembled tonight; beside the opinion itself it adds nothing."""
    alone = all(s.value == Intent.SECONDED for s in statements)
    liked = dialogue.named[-1:] if dialogue.opined.get("polarity", 0) > 0 else ()
    if alone and liked:
        return tuple(replace(s, kind=Kind.ITEM, value="like", polarity=1, target=liked[0]) for s in statements)
    if alone:
        return tuple(replace(s, value=Intent.SMALLTALK) for s in statements)
    return tuple(s for s in statements if s.value != Intent.SECONDED)


def _goes_on(text: str) -> bool:
    """ "And Troy too": whether words say of what they name what was said before."""
    words = norms(text)
    return bool(words) and (words[0] in _OPENING or words[-1] in _CLOSING)


def _corrects(text: str) -> bool:
    """ "Sorry, I meant Interstellar": whether what is named takes the place of what was named before."""
    return " i meant " in f" {' '.join(norms(text)[:5])} "


def _milder(said: Statement, dialogue: Dialogue) -> Statement:
    """ "Not too scary" of horror that was asked for still wants horror: what is refused is too much of its mood."""
    held = next((c for c in dialogue.wanted if said.clause and c.label == said.clause.label), None)
    mild = said.kind is Kind.FACET and said.polarity < 0 and said.weight < 1 and not said.lasting
    if not (mild or said.value == Critique.LESS_OF) or not (held and held.mood and names_genre(held)):
        return said
    return replace(said, clause=Clause(f"too {held.mood}", (), mood=held.mood))


def forgetting(turn: Turn | None, slot: int) -> tuple[Reading, Verb]:
    """What pressing "forget" says: the key that the button's turn kept for its slot."""
    keys = turn.reply.get("keys", ()) if turn else ()
    if not 0 < slot <= len(keys):
        return Reading(""), Verb.STALE
    return Reading("", (Statement(Kind.FORGET, keys[slot - 1]),)), Verb.FORGET


def statement_of(press: Press, item_id: str | None, dialogue: Dialogue) -> Statement | None:
    """What pressing a button says; ``None`` when it is about an item that we can't place."""
    verb = press.verb
    whole = {
        Verb.NEXT: Intent.MORE,
        Verb.PAGE: Intent.PAGE,
        Verb.SAVED: Intent.WATCHLIST,
        Verb.SURPRISE: Intent.SURPRISE,
        Verb.NONE: Intent.SKIP,
        Verb.RECOMMEND: Intent.RECOMMEND,
    }
    if verb in whole:
        return Statement(Kind.INTENT, whole[verb])
    if item_id is None:
        return None
    about = {Verb.SAVE: Intent.SAVE, Verb.UNSAVE: Intent.UNSAVE, Verb.WHY: Intent.WHY, Verb.CLEAR: Intent.CLEAR}
    if verb in about:
        return Statement(Kind.INTENT, about[verb], target=item_id, lasting=verb is Verb.CLEAR)
    if verb is Verb.MORE:
        return Statement(Kind.ITEM, "like", 1, target=item_id)
    if verb is Verb.MEANT:
        waits = dialogue.pending if press.turn_id == dialogue.pending_in else {}
        said = {"value": "mention"} | dict(waits)  # pressed again, or of an older question: a mere mention
        return Statement(Kind.ITEM, target=item_id, **said)
    polarity = {Verb.LIKE: 1, Verb.LOVED: 1, Verb.DISLIKE: -1}.get(verb, 0)
    return Statement(Kind.ITEM, "opinion", polarity, target=item_id, lasting=True, seen=True)


def passed(heard: Reading, before: Dialogue, verb: Verb | None) -> tuple[Statement, ...]:
    """What an answer to "which of these did you love?" leaves unsaid: the others are not among what they love. "None of
    these" is an answer as well; not to know what to watch, or to go on about something else, is none."""
    if before.asked != "opinion":
        return ()
    judged = {s.target for s in heard.statements if s.polarity or s.seen}
    loved = any(s.target in before.shown and s.polarity > 0 for s in heard.statements)
    declined = bool(heard.statements) and all(s.value == Intent.NO for s in heard.statements)
    none = declined or verb is Verb.NONE or not set(before.shown).difference(s.target for s in heard.statements)
    others = [i for i in before.shown if i not in judged] if loved or none else []
    return tuple(Statement(Kind.ITEM, PASSED, target=i, lasting=True) for i in others)


def feedback(key: str, moment: Moment) -> list[Feedback]:
    """Reactions to items: every press about one, and words about those just shown. ``key`` names the update."""
    found, pressed = [], moment.pressed
    for said in moment.reading.statements:
        kind = reaction(said)
        item_id = said.target or (moment.target() if said is moment.decision.cause else None)
        shown = item_id in moment.before.shown
        if not kind or item_id is None or not (pressed or shown or said.kind is Kind.INTENT):
            continue
        found.append(
            Feedback(
                user_id=moment.memory.user.id,
                item_id=item_id,
                kind=kind,
                source="button" if pressed else "text",
                key=f"{key}:{item_id}:{kind}",
                turn_id=pressed.turn_id if pressed else moment.before.shown_in if shown else None,
                made_in=moment.turn_id,
            )
        )
    return found


def told(press: str | None, moment: Moment) -> list[Statement]:
    """The statements to store: reactions by button are feedback already, and what they want next is no statement. Of
    what is said in a group those that tell the speaker's taste."""
    said = [s for s in moment.reading.statements if s.kind is not Kind.FORGET]  # the store keeps that itself
    if moment.company:
        said = [s for s in said if s.lasts]
    if press is None or moment.reading.text:
        return said
    return [s for s in said if s.kind is not Kind.INTENT and not reaction(s)]


def stored(said: Statement, moment: Moment) -> StoredStatement:
    """A statement as a row of its turn."""
    return StoredStatement(
        turn_id=moment.turn_id,
        user_id=moment.memory.user.id,
        kind=said.kind,
        value=said.value,
        polarity=said.polarity,
        target=said.target,
        payload=payload_of(said),
        start=said.start,
        end=said.end,
        confidence=said.confidence,
        lasting=said.lasts,
        seen=said.seen,
        weight=said.weight,
    )
