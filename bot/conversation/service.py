"""The one conversation behind every channel: a message or a press in, a reply out, everything stored."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.conversation.actions import Actions, Draft, Moment, reaction
from bot.conversation.explaining import Explainer
from bot.conversation.policy import decide
from bot.conversation.press import Press, Verb, parse_press
from bot.conversation.reply import Explanation, Reply
from bot.conversation.state import Dialogue
from bot.conversation.statements import Context, Intent, Kind, Reading, Statement
from bot.conversation.taste import event_of, payload_of, taste_of
from bot.conversation.understand import Understanding
from bot.conversation.wording import Wording
from bot.store.reading import Reading as Reader
from bot.store.records import (
    Conversation,
    Feedback,
    Memory,
    StoredRecommendation,
    StoredStatement,
    Turn,
    new_id,
    utcnow,
)
from bot.store.repository import Store
from bot.texts import LANGUAGES, Language, Texts, spoken, writes_chinese
from recsys.engine import Engine
from recsys.phrase import OnPartial

EVENING = timedelta(hours=4)
"""A longer silence ends the evening: its wish is forgotten, the taste stays."""

Deliver = Callable[[Reply], Sequence[Mapping[str, Any]]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that a person did, from any channel. ``key`` names it for good: the same key has effect once."""

    channel: str
    external_id: str
    chat_id: str
    key: str
    text: str | None = None
    press: str | None = None
    name: str = ""
    language: str | None = None
    inbox_id: int | None = None


BackRoom = Callable[[Incoming], Awaitable[Reply | None]]


class Clock:
    """Milliseconds by step."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self.ms: dict[str, float] = {}

    def lap(self, step: str) -> None:
        """The step that ends now."""
        now = time.perf_counter()
        self.ms[step] = round(1000 * (now - self._last), 2)
        self.ms["total"] = round(1000 * (now - self._start), 2)
        self._last = now


class Voice:
    """What is said in one language."""

    def __init__(self, store: Store, engine: Engine, texts: Texts) -> None:
        self.wording = Wording(texts, engine.catalogue)
        self.actions = Actions(store, engine, texts)


class Conversations:
    """The use cases: ``turn`` and ``explain``. Turns of one person run one after the other."""

    def __init__(
        self,
        store: Store,
        understanding: Understanding,
        engine: Engine,
        texts: Mapping[Language, Texts],
        explainer: Explainer,
        language: Language = "en",
        back_room: BackRoom | None = None,
    ) -> None:
        """``language`` is spoken to people of whom no other is known. ``back_room`` answers what is no part of the
        conversation, and None to what is."""
        self._store = store
        self._understanding = understanding
        self._engine = engine
        self._catalogue = engine.catalogue
        self._voices = {code: Voice(store, engine, own) for code, own in texts.items()}
        self._language = language
        self._back_room = back_room
        self.explainer = explainer
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def engine(self) -> Engine:
        """What recommends at present."""
        return self._engine

    async def turn(self, incoming: Incoming, *, deliver: Deliver = lambda _: ()) -> Reply:
        """Understand, decide, answer, and store all of it with the messages that ``deliver`` makes of the reply, in
        one transaction. Raises ``StoreError`` when that fails: then nothing has happened."""
        if incoming.text is not None:
            incoming = replace(incoming, text=_storable(incoming.text))
        if self._back_room is not None and (reply := await self._back_room(incoming)) is not None:
            await self._deliver_apart(incoming, deliver(reply))
            return reply
        lock = self._locks.setdefault(f"{incoming.channel}:{incoming.external_id}", asyncio.Lock())
        async with lock:
            return await self._turn(incoming, deliver)

    async def _deliver_apart(self, incoming: Incoming, outbox: Sequence[Mapping[str, Any]]) -> None:
        """Messages that answer an update but belong to no turn."""
        async with self._store.unit() as unit:
            for payload in outbox:
                await unit.enqueue(incoming.channel, incoming.chat_id, payload)
            if incoming.inbox_id is not None:
                await unit.inbox_done(incoming.inbox_id)
            await unit.commit()

    async def explain(self, reply: Reply, on_partial: OnPartial | None = None) -> Explanation | None:
        """The explanation that a reply calls for, in checked words; see ``Explainer.explain``."""
        return await self.explainer.explain(reply, on_partial)

    async def _turn(self, incoming: Incoming, deliver: Deliver) -> Reply:
        clock = Clock()
        press = parse_press(incoming.press) if incoming.press is not None else None
        user = await self._store.user(incoming.channel, incoming.external_id, incoming.name)
        async with self._store.reading() as reading:
            memory = await reading.memory(user.id)
            pressed, pressed_in = await _behind(reading, user.id, press)
        if memory is None:  # erased between the two lines above
            return await self._turn(incoming, deliver)
        clock.lap("remember")
        before = _state(memory)
        moment = self._understood(memory, before, incoming.text, incoming.press, pressed, pressed_in)
        language = self._spoken(memory, incoming.language, moment.reading)
        voice = self._voices[language]
        clock.lap("understand")
        draft = await voice.actions.act(moment)
        clock.lap("recommend")
        reply = Reply(
            turn_id=moment.turn_id,
            text=draft.text,
            cards=draft.cards,
            question=draft.question,
            buttons=draft.buttons,
            understood=voice.wording.understood(moment.reading.statements),
            notice=draft.notice,
            explain=draft.explain,
            relaxed=draft.relaxed,
            ms=clock.ms,
        )
        await self._commit(incoming, moment, draft, reply, pressed, deliver(reply), language)
        log.info("turn", turn=moment.turn_id, action=moment.decision.action, **clock.ms)
        return reply

    def _spoken(self, memory: Memory, channels: str | None, heard: Reading) -> Language:
        """The language to answer in: asked for now, chosen before, written in, the channel's, or the default."""
        asked = next((s.target for s in heard.statements if s.kind is Kind.INTENT and s.value == Intent.LANGUAGE), None)
        written: Language | None = "zh" if writes_chinese(heard.text) else None
        return spoken(asked or memory.user.language) or written or spoken(channels) or self._language

    async def rethink(self, memory: Memory, turn: Turn, pressed: StoredRecommendation | None) -> tuple[Moment, Draft]:
        """What the present code and model would answer to a turn of the past, for reviewers. Nothing is stored.

        ``memory`` is what was known then, ``pressed`` what the pressed button was about.
        """
        before = Dialogue.from_json(turn.reply.get("before", {}))
        moment = self._understood(memory, before, turn.text, turn.press, pressed)
        return moment, await self._voices[self._spoken(memory, None, moment.reading)].actions.act(moment)

    def _understood(
        self,
        memory: Memory,
        before: Dialogue,
        text: str | None,
        pressed_data: str | None,
        pressed: StoredRecommendation | None,
        pressed_in: Turn | None = None,
    ) -> Moment:
        press = parse_press(pressed_data) if pressed_data is not None else None
        if pressed_data is None:
            context = Context(before.shown, before.focus, before.asked)
            heard, verb = self._understanding.read(text or "", context), None
        elif press is not None and press.verb is Verb.FORGET:
            heard, verb = _forgetting(pressed_in, press.slot)
        else:
            heard, verb = self._pressed(press, pressed, before)
        return self._moment(memory, before, _settled(heard, before), verb)

    def _pressed(
        self, press: Press | None, pressed: StoredRecommendation | None, dialogue: Dialogue
    ) -> tuple[Reading, Verb]:
        """A press as the statement that it stands for."""
        if press is None:
            return Reading(""), Verb.STALE
        if press.verb is Verb.SAY:
            known = 0 < press.slot <= len(dialogue.options)
            said = dialogue.options[press.slot - 1] if known else ""
            return (self._understanding.read(said, Context()), press.verb) if known else (Reading(""), Verb.STALE)
        if press.verb is Verb.SPEAK:
            codes = dict(enumerate(LANGUAGES, 1))
            asked = Statement(Kind.INTENT, Intent.LANGUAGE, target=codes.get(press.slot))
            return Reading("", (asked,)), press.verb
        item_id = pressed.item_id if pressed and pressed.item_id in self._catalogue else None
        statement = _statement_of(press.verb, item_id, dialogue)
        return (Reading("", (statement,)), press.verb) if statement else (Reading(""), Verb.STALE)

    def _moment(self, memory: Memory, before: Dialogue, heard: Reading, verb: Verb | None) -> Moment:
        dialogue = before.heard(heard.statements, self._catalogue).noted(heard)
        taste = taste_of([*memory.events, *(event_of(s) for s in heard.statements if s.lasts)])
        decision = decide(heard, dialogue, verb, knows_taste=bool(taste), newcomer=memory.last_turn is None)
        return Moment(new_id(), memory.turns + 1, memory, before, dialogue, taste, heard, decision)

    async def _commit(
        self,
        incoming: Incoming,
        moment: Moment,
        draft: Draft,
        reply: Reply,
        pressed: StoredRecommendation | None,
        outbox: Sequence[Mapping[str, Any]],
        language: Language,
    ) -> None:
        """Turn, statements, shown items, feedback, state, language and outgoing messages: one transaction."""
        user_id = moment.memory.user.id
        current = moment.memory.conversation
        fresh = current is None or _is_over(current)
        conversation = Conversation(user_id=user_id, chat_id=incoming.chat_id) if fresh or current is None else current
        async with self._store.unit() as unit:
            if fresh:
                await unit.start_conversation(conversation)
            await unit.add_turn(
                Turn(
                    id=moment.turn_id,
                    conversation_id=conversation.id,
                    user_id=user_id,
                    number=1 if fresh else moment.number,
                    text=moment.reading.text,
                    press=incoming.press,
                    action=moment.decision.action,
                    why=moment.decision.why,
                    reply={
                        "text": reply.text,
                        "items": draft.shown,
                        "question": reply.question,
                        "notice": reply.notice,
                        "before": moment.before.to_json(),
                        "keys": draft.keys,
                        "forgotten": draft.forgotten and draft.forgotten.name,
                    },
                    model_version=self._engine.version,
                    ms=reply.ms,
                )
            )
            for feedback in _feedback(incoming, moment, pressed):
                await unit.add_feedback(feedback)
            if incoming.press is None or moment.reading.text:
                await unit.add_statements([_stored(s, moment) for s in moment.reading.statements])
            await unit.add_recommendations(self._recommendations(moment, draft))
            if language != (spoken(moment.memory.user.language or incoming.language) or self._language):
                await unit.set_language(user_id, language)
            if draft.forgotten:
                await unit.forget(user_id, moment.turn_id, draft.forgotten.key, draft.forgotten.events)
            if draft.undone:
                await unit.retract(user_id, draft.undone)
            await unit.save_state(conversation.id, draft.dialogue.to_json(), utcnow())
            for payload in outbox:
                await unit.enqueue(incoming.channel, incoming.chat_id, payload, turn_id=moment.turn_id)
            if incoming.inbox_id is not None:
                await unit.inbox_done(incoming.inbox_id)
            await unit.commit()

    def _recommendations(self, moment: Moment, draft: Draft) -> list[StoredRecommendation]:
        cards = {card.slot: card for card in draft.cards}
        rows = []
        for slot, item_id in enumerate(draft.shown, 1):
            card = cards.get(slot)
            rows.append(
                StoredRecommendation(
                    turn_id=moment.turn_id,
                    user_id=moment.memory.user.id,
                    slot=slot,
                    item_id=item_id,
                    purpose=draft.purpose,
                    score=card.score if card else 0.0,
                    contributions=card.contributions if card else {},
                    reasons=tuple(asdict(r) for r in card.reasons) if card else (),
                    model_version=self._engine.version,
                )
            )
        return rows


def _storable(text: str) -> str:
    """Text without what neither an encoder nor a database takes: NUL and halves of surrogate pairs."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def _is_over(conversation: Conversation) -> bool:
    return utcnow() - conversation.last_at > EVENING


def _state(memory: Memory) -> Dialogue:
    conversation = memory.conversation
    if conversation is None or _is_over(conversation):
        return Dialogue()
    return Dialogue.from_json(conversation.state)


def _settled(heard: Reading, dialogue: Dialogue) -> Reading:
    """Words that settle which title was meant say of it what was said when it was ambiguous."""
    statements = tuple(
        replace(s, **dialogue.pending) if s.kind is Kind.ITEM and s.value == "choice" else s for s in heard.statements
    )
    return replace(heard, statements=statements)


async def _behind(
    reading: Reader, user_id: str, press: Press | None
) -> tuple[StoredRecommendation | None, Turn | None]:
    """What a pressed button is about: the item of its slot, or for a key that is to be forgotten the turn that kept
    it."""
    if press is None or not press.slot:
        return None, None
    if press.verb is Verb.FORGET:
        return None, await reading.turn(user_id, press.turn_id)
    return await reading.shown(user_id, press.turn_id, press.slot), None


def _forgetting(turn: Turn | None, slot: int) -> tuple[Reading, Verb]:
    """What pressing "forget" says: the key that the button's turn kept for its slot."""
    keys = turn.reply.get("keys", ()) if turn else ()
    if not 0 < slot <= len(keys):
        return Reading(""), Verb.STALE
    return Reading("", (Statement(Kind.FORGET, keys[slot - 1]),)), Verb.FORGET


def _statement_of(verb: Verb, item_id: str | None, dialogue: Dialogue) -> Statement | None:
    """What pressing a button says; ``None`` when it is about an item that we can't place."""
    whole = {
        Verb.NEXT: Intent.MORE,
        Verb.SURPRISE: Intent.SURPRISE,
        Verb.NONE: Intent.SKIP,
        Verb.RECOMMEND: Intent.RECOMMEND,
    }
    if verb in whole:
        return Statement(Kind.INTENT, whole[verb])
    if item_id is None:
        return None
    about = {Verb.SAVE: Intent.SAVE, Verb.UNSAVE: Intent.UNSAVE, Verb.WHY: Intent.WHY}
    if verb in about:
        return Statement(Kind.INTENT, about[verb], target=item_id)
    if verb is Verb.MORE:
        return Statement(Kind.ITEM, "like", 1, target=item_id)
    if verb is Verb.MEANT:
        said = {"value": "mention"} | dict(dialogue.pending)  # pressed again after it was settled: a mere mention
        return Statement(Kind.ITEM, target=item_id, **said)
    polarity = {Verb.LIKE: 1, Verb.LOVED: 1, Verb.DISLIKE: -1}.get(verb, 0)
    return Statement(Kind.ITEM, "opinion", polarity, target=item_id, lasting=True, seen=True)


def _feedback(incoming: Incoming, moment: Moment, pressed: StoredRecommendation | None) -> list[Feedback]:
    """Reactions to items: every press about one, and words about those just shown."""
    found = []
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
                key=f"{incoming.key}:{item_id}:{kind}",
                turn_id=pressed.turn_id if pressed else moment.before.shown_in if shown else None,
                made_in=moment.turn_id,
            )
        )
    return found


def _stored(said: Statement, moment: Moment) -> StoredStatement:
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
