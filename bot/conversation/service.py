"""The one conversation behind every channel: a message or a press in, a reply out, everything stored."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.conversation import meaning
from bot.conversation.actions import Actions, Draft, Moment
from bot.conversation.echo import Echo
from bot.conversation.evidence import evidence_of, forgotten, key_for
from bot.conversation.explaining import Explainer
from bot.conversation.gate import Gate
from bot.conversation.policy import PLAIN, decide
from bot.conversation.press import Press, Verb, parse_press
from bot.conversation.reply import Explanation, Reply
from bot.conversation.sharing import Links
from bot.conversation.state import Dialogue
from bot.conversation.statements import Context, Intent, Kind, NamedKind, Reading, Statement
from bot.conversation.suggestions import Suggestion, Suggestions
from bot.conversation.taste import event_of, taste_of, untold
from bot.conversation.understand import Understanding
from bot.conversation.wording import Wording
from bot.store.reading import Reading as Reader
from bot.store.records import (
    Conversation,
    Memory,
    StoredRecommendation,
    Turn,
    User,
    new_id,
    utcnow,
)
from bot.store.repository import Store
from bot.texts import LANGUAGE_NAMES, LANGUAGES, Language, Texts, is_chinese, spoken, writes_chinese
from recsys.engine import Engine
from recsys.phrase import OnPartial

EVENING = timedelta(hours=4)
"""A longer silence ends the evening: its wish is forgotten, the taste stays."""
A_WORD_OR_TWO = 2
COMPANY = 12
"""People of a group whose tastes count at once: those who joined or spoke last."""

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
    group: str | None = None
    """The title of the group that it was said in; None in a private chat."""


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

    def __init__(
        self,
        store: Store,
        understanding: Understanding,
        engine: Engine,
        texts: Texts,
        languages: Mapping[Language, str],
    ) -> None:
        self.wording = Wording(texts, engine.catalogue)
        self.echo = Echo(self.wording)
        self.actions = Actions(store, engine, texts, languages)
        self.suggestions = Suggestions(understanding, engine, texts)


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
        self._texts = texts
        self._language = language
        self._back_room = back_room
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._gate = Gate()
        self._adopt(understanding, engine, explainer)

    def _adopt(self, understanding: Understanding, engine: Engine, explainer: Explainer) -> None:
        self._understanding = understanding
        self._engine = engine
        self._catalogue = engine.catalogue
        names = {**LANGUAGE_NAMES, **{code: own("language_name") for code, own in self._texts.items()}}
        self._voices = {
            code: Voice(self._store, understanding, engine, own, names) for code, own in self._texts.items()
        }
        self._links = Links(engine.catalogue)
        self.explainer = explainer

    async def renew(self, understanding: Understanding, engine: Engine, explainer: Explainer) -> None:
        """Another model from the next turn on; turns that have begun end with the one they began with."""
        async with self._gate.alone():
            self._adopt(understanding, engine, explainer)

    @property
    def engine(self) -> Engine:
        """What recommends at present."""
        return self._engine

    async def turn(self, incoming: Incoming, *, deliver: Deliver = lambda _: ()) -> Reply:
        """Understand, decide, answer, and store all of it with the messages that ``deliver`` makes of the reply, in
        one transaction. Raises ``StoreError`` when that fails: then nothing has happened."""
        if incoming.text is not None:
            incoming = replace(incoming, text=_storable(incoming.text))
        private = incoming.group is None
        if self._back_room is not None and private and (reply := await self._back_room(incoming)) is not None:
            await self._deliver_apart(incoming, deliver(reply))
            return reply
        talker = incoming.external_id if private else incoming.chat_id
        lock = self._locks.setdefault(f"{incoming.channel}:{talker}", asyncio.Lock())
        async with lock, self._gate.inside():
            return await self._turn(incoming, deliver)

    async def _deliver_apart(self, incoming: Incoming, outbox: Sequence[Mapping[str, Any]]) -> None:
        """Messages that answer an update but belong to no turn."""
        async with self._store.unit() as unit:
            await unit.enqueue(incoming.channel, incoming.chat_id, *outbox)
            if incoming.inbox_id is not None:
                await unit.inbox_done(incoming.inbox_id)
            await unit.commit()

    async def explain(self, reply: Reply, on_partial: OnPartial | None = None) -> Explanation | None:
        """The explanation that a reply calls for, in checked words; see ``Explainer.explain``."""
        return await self.explainer.explain(reply, on_partial)

    async def suggest(
        self, channel: str, external_id: str, text: str, language: str | None = None
    ) -> tuple[Suggestion, ...]:
        """Items to pass on for a few words; ``language`` is their channel's. Nothing is stored."""
        async with self._store.reading() as reading:
            user = await reading.user_called(channel, external_id)
            memory = await reading.memory(user.id) if user else None
        words = _storable(text)
        voice = self._voices[self._spoken(memory, language, Reading(words))]
        return await voice.suggestions.find(words, memory)

    async def language(self, channel: str, external_id: str, channels: str | None = None) -> Language:
        """What to speak to somebody who said nothing that can be read; ``channels`` is their channel's language."""
        async with self._store.reading() as reading:
            user = await reading.user_called(channel, external_id)
        return spoken(user.language if user else None) or spoken(channels) or self._language

    async def export(self, user_id: str) -> str:
        """All that is stored about a person, as JSON text."""
        async with self._store.reading() as reading:
            return json.dumps(await reading.export_user(user_id), ensure_ascii=False, indent=2)

    async def _turn(self, incoming: Incoming, deliver: Deliver) -> Reply:
        clock = Clock()
        press = parse_press(incoming.press) if incoming.press is not None else None
        user = await self._store.user(incoming.channel, incoming.external_id, incoming.name)
        host = await self._host(incoming) or user
        async with self._store.reading() as reading:
            memory = await reading.memory(user.id)
            hosted = memory if host is user else await reading.memory(host.id)
            pressed, pressed_in = await _behind(reading, host.id, press)
        if memory is None or hosted is None:  # erased between the two lines above
            return await self._turn(incoming, deliver)
        current = hosted.conversation if hosted.conversation and not _is_over(hosted.conversation) else None
        memory = replace(memory, conversation=current, last_turn=hosted.last_turn)
        clock.lap("remember")
        before = Dialogue.from_json(current.state, self._catalogue) if current else self._evening(incoming, memory)
        said = (incoming.text, incoming.press, pressed, pressed_in)
        moment = await asyncio.to_thread(self._understood, memory, before, *said)
        if host is not user:
            moment = await self._in_company(moment)
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
            understood=voice.echo.understood(moment.reading.statements),
            notice=draft.notice,
            explain=draft.explain,
            marks=draft.marks,
            export=user.id if draft.export else None,
            relaxed=draft.relaxed,
            ms=clock.ms,
        )
        await self._commit(incoming, host, moment, draft, reply, deliver(reply), language)
        log.info("turn", turn=moment.turn_id, action=moment.decision.action, **clock.ms)
        return reply

    def _evening(self, incoming: Incoming, memory: Memory) -> Dialogue:
        """The state in which an evening begins: "it was great" is about the film that they took the last time."""
        events = [e for e in memory.events if e.item_id and e.item_id in self._catalogue]
        taken = None if incoming.group else untold(events, taste_of(events), "accept")
        return Dialogue(focus=taken)

    def _spoken(self, memory: Memory | None, channels: str | None, heard: Reading) -> Language:
        """The language to answer in: asked for now, chosen before, written in, the channel's, or the default."""
        user = memory.user if memory else None
        chosen = user.language if user and user.language_chosen else None
        written = _written(heard, user.language if user else None)
        codes = (_asked(heard), chosen, written, channels)
        return next((language for code in codes if (language := spoken(code))), self._language)

    async def rethink(self, memory: Memory, turn: Turn, pressed: StoredRecommendation | None) -> tuple[Moment, Draft]:
        """What the present code and model would answer to a turn of the past, for reviewers. Nothing is stored.

        ``memory`` is what was known then, ``pressed`` what the pressed button was about.
        """
        before = Dialogue.from_json(turn.reply.get("before", {}), self._catalogue)
        moment = await asyncio.to_thread(self._understood, memory, before, turn.text, turn.press, pressed)
        return moment, await self._voices[self._spoken(memory, None, moment.reading)].actions.act(moment)

    async def _host(self, incoming: Incoming) -> User | None:
        """A group, which has its conversation as a person has one, but no taste of its own."""
        if incoming.group is None:
            return None
        return await self._store.user(incoming.channel, incoming.chat_id, incoming.group)

    async def _in_company(self, moment: Moment) -> Moment:
        """A group's moment: its conversation keeps what is wished for, not what was said, and the speaker is in."""
        company = tuple(dict.fromkeys((*moment.before.company, moment.memory.user.id)))[-COMPANY:]
        async with self._store.reading() as reading:
            known = {user_id: await reading.memory(user_id) for user_id in company}
        members = tuple(member for member in known.values() if member)
        silent = replace(moment.dialogue, transcript="", words="", company=company)
        return replace(moment, dialogue=silent, company=members)

    def _understood(
        self,
        memory: Memory,
        before: Dialogue,
        text: str | None,
        pressed_data: str | None,
        pressed: StoredRecommendation | None,
        pressed_in: Turn | None = None,
    ) -> Moment:
        """Runs in a thread: a message of thousands of misspelt words must hold nobody up."""
        press = parse_press(pressed_data) if pressed_data is not None else None
        if pressed_data is None:
            heard, verb = self._heard(text or "", Context(before.shown, before.focus, before.asked, before.people))
        elif press is not None and press.verb is Verb.FORGET:
            heard, verb = meaning.forgetting(pressed_in, press.slot)
        else:
            heard, verb = self._pressed(press, pressed, before)
        settled, before = self._forgets(meaning.settled(heard, before), memory, before)
        old = press is not None and press.turn_id != before.shown_in
        passed = () if old else meaning.passed(settled, before, verb)
        moment = self._moment(memory, before, settled, verb, passed)
        return replace(moment, pressed=pressed, press=press)

    def _heard(self, text: str, context: Context) -> tuple[Reading, Verb | None]:
        """A message as statements, or as the press that it stands for."""
        if item_id := self._links.opened(text):
            return Reading(text, (Statement(Kind.INTENT, Intent.SHARED, target=item_id),)), None
        heard = self._understanding.read(text, context)
        intents = {s.value for s in heard.statements if s.kind is Kind.INTENT}
        if context.asked == "forget_me" and intents & {Intent.YES, Intent.NO}:
            return Reading(text), Verb.ERASE if Intent.YES in intents else Verb.KEEP
        return heard, None

    def _pressed(
        self, press: Press | None, pressed: StoredRecommendation | None, dialogue: Dialogue
    ) -> tuple[Reading, Verb]:
        """A press as the statement that it stands for."""
        if press is None:
            return Reading(""), Verb.STALE
        if press.verb in PLAIN:
            return Reading(""), press.verb
        if press.verb is Verb.SAY:
            known = 0 < press.slot <= len(dialogue.options)
            said = dialogue.options[press.slot - 1] if known else ""
            return (self._understanding.read(said, Context()), press.verb) if known else (Reading(""), Verb.STALE)
        if press.verb is Verb.SPEAK:
            codes = dict(enumerate(LANGUAGES, 1))
            asked = Statement(Kind.INTENT, Intent.LANGUAGE, target=codes.get(press.slot))
            return Reading("", (asked,)), press.verb
        item_id = pressed.item_id if pressed and pressed.item_id in self._catalogue else None
        statement = meaning.statement_of(press, item_id, dialogue)
        return (Reading("", (statement,)), press.verb) if statement else (Reading(""), Verb.STALE)

    def _forgets(self, heard: Reading, memory: Memory, dialogue: Dialogue) -> tuple[Reading, Dialogue]:
        """ "Forget that I like Heat" names one thing that is known; what isn't known is not to be learned either. Who
        takes back what is wanted tonight and says what is wanted instead has said but the latter."""
        asked = next((s for s in heard.statements if s.value in (Intent.FORGET, Intent.DISREGARD)), None)
        if asked is None:
            return heard, dialogue
        said = [s for s in heard.statements if s is not asked]
        back = [s for s in said if s.start < asked.end]
        instead = tuple(s for s in said if s.start >= asked.end)
        known = evidence_of(memory.events, dialogue, self._voices[self._language].wording, self._catalogue)
        key = key_for(back, known, dialogue, tonight=asked.value == Intent.DISREGARD)
        if instead and (key is None or not known[key].events):
            return replace(heard, statements=instead), forgotten(dialogue, key) if key else dialogue
        idle = back and all(
            s.kind in (Kind.FACET, Kind.RANGE) and s.polarity > 0 for s in back
        )  # "forget Tom Hanks", who isn't wanted
        if key is None and not any(s.lasts for s in back) and not idle:
            return replace(heard, statements=tuple(said)) if said else heard, dialogue
        return replace(heard, statements=(Statement(Kind.FORGET, key or ""),)), dialogue

    def _moment(
        self,
        memory: Memory,
        before: Dialogue,
        heard: Reading,
        verb: Verb | None,
        passed: tuple[Statement, ...] = (),
    ) -> Moment:
        dialogue = before.heard(heard.statements, self._catalogue).noted(heard)
        if before.asked in ("forget_me", "language"):  # only the very next answer counts
            dialogue = replace(dialogue, asked=None)
        lasting = (s for s in (*heard.statements, *passed) if s.lasts)
        taste = taste_of([*memory.events, *map(event_of, lasting)])
        decision = decide(heard, dialogue, verb, knows_taste=bool(taste), newcomer=memory.last_turn is None)
        return Moment(new_id(), memory.turns + 1, memory, before, dialogue, taste, heard, decision, passed=passed)

    async def _commit(
        self,
        incoming: Incoming,
        host: User,
        moment: Moment,
        draft: Draft,
        reply: Reply,
        outbox: Sequence[Mapping[str, Any]],
        language: Language,
    ) -> None:
        """Turn, statements, shown items, feedback, state, language and outgoing messages: one transaction."""
        user_id = moment.memory.user.id
        if draft.erases:
            await self._erase(incoming, user_id, outbox)
            return
        current = moment.memory.conversation
        fresh = current is None
        conversation = current or Conversation(user_id=host.id, chat_id=incoming.chat_id)
        async with self._store.unit() as unit:
            if fresh:
                await unit.start_conversation(conversation)
            turn = Turn(
                id=moment.turn_id,
                conversation_id=conversation.id,
                user_id=host.id,
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
                    **draft.basis,
                    "keys": draft.keys,
                    "forgotten": draft.forgotten and draft.forgotten.name,
                },
                model_version=self._engine.version,
                ms=reply.ms,
            )
            await unit.add_turn(_wordless(turn) if moment.company else turn)
            for feedback in meaning.feedback(incoming.key, moment):
                await unit.add_feedback(feedback)
            told = (*meaning.told(incoming.press, moment), *moment.passed)
            await unit.add_statements([meaning.stored(s, moment) for s in told])
            await unit.add_recommendations(self._recommendations(host, moment, draft))
            asked = spoken(_asked(moment.reading)) is not None
            channels = spoken(incoming.language) or self._language
            if asked or language != (spoken(moment.memory.user.language) or channels):
                own = language if asked or language != channels else None
                await unit.set_language(user_id, own, chosen=asked)
            if draft.forgotten:
                await unit.forget(user_id, moment.turn_id, draft.forgotten.key, draft.forgotten.events)
            if draft.undone:
                await unit.retract(user_id, draft.undone)
            await unit.save_state(conversation.id, draft.dialogue.to_json(), utcnow())
            await unit.enqueue(incoming.channel, incoming.chat_id, *outbox, turn_id=moment.turn_id)
            if incoming.inbox_id is not None:
                await unit.inbox_done(incoming.inbox_id)
                if moment.company:
                    await unit.inbox_emptied(incoming.inbox_id)
            await unit.commit()

    async def _erase(self, incoming: Incoming, user_id: str, outbox: Sequence[Mapping[str, Any]]) -> None:
        """Nothing stays, not even this turn; the goodbye goes too, once it is sent."""
        async with self._store.unit() as unit:
            await unit.forget_user(user_id, incoming.inbox_id)
            last = [{**payload, "last": True} for payload in outbox]
            await unit.enqueue(incoming.channel, incoming.chat_id, *last)
            await unit.commit()

    def _recommendations(self, host: User, moment: Moment, draft: Draft) -> list[StoredRecommendation]:
        cards = {card.slot: card for card in draft.cards}
        rows = []
        for slot, item_id in enumerate(draft.shown, 1):
            card = cards.get(slot)
            rows.append(
                StoredRecommendation(
                    turn_id=moment.turn_id,
                    user_id=host.id,
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


def _wordless(turn: Turn) -> Turn:
    """A group's turn as it is kept: what was shown, and nothing that tells what was said."""
    return replace(turn, text="", why="", reply={"items": turn.reply["items"]})


def _asked(heard: Reading) -> str | None:
    """The language that a message asks for."""
    return next((s.target for s in heard.statements if s.kind is Kind.INTENT and s.value == Intent.LANGUAGE), None)


def _written(heard: Reading, before: str | None) -> str | None:
    """The language that somebody writes in, who wrote in ``before``; None: none that we can tell by its characters.

    Who only names a film, presses a button or says a word or two that ask for nothing ("ok", "undo") goes on as before.
    """
    titles = [named for named in heard.named if named.kind is NamedKind.TITLE]
    own = "".join(c for n, c in enumerate(heard.text) if not any(title.start <= n < title.end for title in titles))
    if writes_chinese(own):
        return "zh"
    is_command = heard.text.startswith("/")
    is_small = len(own.split()) <= A_WORD_OR_TWO and all(
        s.kind in (Kind.INTENT, Kind.CRITIQUE) for s in heard.statements
    )
    is_other = bool(heard.statements) and any(map(str.isalpha, own)) and not is_chinese(heard.text)
    return None if is_other and not (is_command or is_small) else before


def _is_over(conversation: Conversation) -> bool:
    return utcnow() - conversation.last_at > EVENING


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
