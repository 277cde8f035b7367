"""What each decision turns into: one method per action, from a moment of the conversation to a draft of the reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.conversation.policy import Action, Decision
from bot.conversation.press import Press, Verb
from bot.conversation.reply import Button, Card, Reason, ToExplain
from bot.conversation.state import Dialogue
from bot.conversation.statements import Choice, Intent, Kind, Reading, Statement
from bot.conversation.wording import Wording, liked_items, telling
from bot.store.records import Memory
from bot.store.repository import Store
from bot.texts import Texts
from recsys.catalogue import Catalogue, Item
from recsys.engine import Engine, Recommendation
from recsys.explain import causes
from recsys.taste import Query, Taste

LIST_LENGTH = 3
FILMS_ASKED = 6
SURPRISE = 1.5
"""How much luck a surprise holds, in points: about what one strong reason weighs."""
SAVED_SHOWN = 10
"""Items of a watchlist shown at once, the latest first."""
BAR = 10
REMEMBERED = 60
"""Items shown this evening that are not shown again as long as anything else fits."""

CARD_BUTTONS = (Verb.LIKE, Verb.DISLIKE, Verb.SEEN, Verb.SAVE, Verb.MORE, Verb.WHY)
ABOUT_BUTTONS = (Verb.LIKE, Verb.DISLIKE, Verb.SEEN, Verb.MORE)
WANTED_BUTTONS = (Verb.SAVE, Verb.SEEN, Verb.MORE)
SAVED_BUTTONS = (Verb.LIKE, Verb.SEEN, Verb.UNSAVE)


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
    """What to say, the state after it, and what was shown, slot by slot. ``undone``: the turn to take back."""

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


class Actions:
    """The bot's abilities. ``act`` picks the one that a decision names."""

    def __init__(self, store: Store, engine: Engine, texts: Texts) -> None:
        self._store = store
        self._engine = engine
        self._catalogue: Catalogue = engine.catalogue
        self._texts = texts
        self._wording = Wording(texts, engine.catalogue)
        self._methods: Mapping[Action, Callable[[Moment], Awaitable[Draft]]] = {
            Action.WELCOME: self._welcome,
            Action.GREET: self._greet,
            Action.ASK: self._ask,
            Action.CHOOSE: self._choose,
            Action.RECOMMEND: self._recommend,
            Action.EXPLAIN: self._explain,
            Action.ANSWER: self._answer,
            Action.NOTE: self._note,
            Action.UNDO: self._undo,
            Action.RESET: self._reset,
            Action.PROFILE: self._profile,
            Action.WATCHLIST: self._watchlist,
            Action.HISTORY: self._history,
            Action.THANKS: self._thanks,
            Action.CHAT: self._chat,
        }

    async def act(self, moment: Moment) -> Draft:
        """The draft of the reply. Actions without a method of their own say the text of their name."""
        action = moment.decision.action
        if method := self._methods.get(action):
            return await method(moment)
        return Draft(moment.dialogue, self._texts(action, moment.number))

    # -- opening ---------------------------------------------------------------------------------------------

    async def _welcome(self, moment: Moment) -> Draft:
        asked = await self._ask(moment)
        return replace(asked, text=self._texts("welcome"))

    async def _greet(self, moment: Moment) -> Draft:
        hello = self._texts("greet_again", moment.number)
        liked = liked_items(moment.taste)
        ask = self._texts("greet_taste", liked=self._wording.titles(liked[-2:])) if liked else self._texts("greet_open")
        buttons = self._buttons(moment, Verb.RECOMMEND, Verb.SURPRISE)
        return Draft(replace(moment.dialogue, asked="wish"), hello, question=ask, buttons=buttons)

    async def _ask(self, moment: Moment) -> Draft:
        """Films first, since an opinion tells most; then moods, for those who know none of them."""
        state = moment.dialogue
        surprise = self._buttons(moment, Verb.SURPRISE)
        if state.asked == "opinion":
            moods = tuple(self._texts.options("moods"))
            after = replace(state, asked="wish", options=moods, questions=state.questions + 1)
            buttons = tuple(Button(m, self._press(moment, Verb.SAY, n)) for n, m in enumerate(moods, 1))
            return Draft(after, question=self._texts("ask_mood"), buttons=buttons + surprise)
        seed = _seed(moment.memory.user.id)
        films = await asyncio.to_thread(self._engine.telling, FILMS_ASKED, moment.taste, state.past, seed)
        after = replace(
            state, asked="opinion", questions=state.questions + 1, shown=tuple(films), shown_in=moment.turn_id
        )
        buttons = tuple(
            Button(self._catalogue[film].name, self._press(moment, Verb.LOVED, n)) for n, film in enumerate(films, 1)
        )
        return Draft(
            after,
            question=self._texts("ask_films", state.questions),
            buttons=buttons + self._buttons(moment, Verb.NONE) + surprise,
            shown=tuple(films),
            purpose="question",
        )

    async def _choose(self, moment: Moment) -> Draft:
        choice = moment.reading.choices[0]
        after = replace(
            moment.dialogue,
            asked="choice",
            shown=choice.item_ids,
            shown_in=moment.turn_id,
            pending=_pending(choice),
        )
        buttons = tuple(
            Button(self._catalogue[i].name, self._press(moment, Verb.MEANT, n))
            for n, i in enumerate(choice.item_ids, 1)
        )
        return Draft(
            after,
            self._wording.acknowledge(moment.reading),
            question=self._texts("which", text=choice.text),
            buttons=(*buttons, *self._buttons(moment, Verb.NONE)),
            shown=choice.item_ids,
            purpose="question",
        )

    # -- recommending ----------------------------------------------------------------------------------------

    async def _recommend(self, moment: Moment) -> Draft:
        intents = {s.value for s in moment.reading.statements if s.kind is Kind.INTENT}
        surprise = Intent.SURPRISE in intents
        query, result = await self._search(moment, surprise=surprise)
        heard = self._wording.acknowledge(moment.reading)
        state = moment.dialogue
        if not result.picks:
            return Draft(state, "\n".join(filter(None, [heard, self._texts("list_none")])))
        cards, explain = self._cards(moment, query, result)
        relaxed = self._texts("list_relaxed", what=self._texts.join(result.relaxed)) if result.relaxed else ""
        intro = self._intro(moment, len(cards), surprise=surprise)
        shown = tuple(card.item_id for card in cards)
        return Draft(
            replace(
                state.without(result.relaxed),
                shown=shown,
                shown_in=moment.turn_id,
                past=(*state.past, *shown)[-REMEMBERED:],
                focus=None,
                asked=None,
                questions=0,
                pending={},
            ),
            "\n".join(filter(None, [heard, relaxed, intro])),
            cards,
            self._texts("nudge", moment.number),
            self._buttons(moment, Verb.NEXT, Verb.SURPRISE),
            shown,
            explain=explain,
        )

    async def _search(self, moment: Moment, *, surprise: bool) -> tuple[Query, Recommendation]:
        """New items while any fit; those shown earlier tonight come back before a wish has to give way."""
        state = moment.dialogue
        query = Query(
            moment.taste,
            state.wish,
            frozenset({*state.past, *moment.before.shown, *moment.memory.saved}),
            LIST_LENGTH,
            SURPRISE if surprise else 0.0,
            _seed(moment.turn_id),
            state.talk,
        )
        result = await self._run(query)
        if result.picks and not result.relaxed:
            return query, result
        again = replace(query, exclude=frozenset({*moment.before.shown, *moment.memory.saved}))
        second = await self._run(again)
        better = second.picks and (not result.picks or len(second.relaxed) < len(result.relaxed))
        return (again, second) if better else (query, result)

    async def _run(self, query: Query) -> Recommendation:
        return (await asyncio.to_thread(self._engine.recommend, [query]))[0]

    def _intro(self, moment: Moment, n: int, *, surprise: bool) -> str:
        if surprise:
            return self._texts("list_surprise", moment.number)
        if n < LIST_LENGTH:
            return self._texts("list_one" if n == 1 else "list_two")
        guess = not moment.taste and not moment.dialogue.wish
        return self._texts("list_guess" if guess else "list", moment.number)

    def _cards(self, moment: Moment, query: Query, result: Recommendation) -> tuple[tuple[Card, ...], ToExplain]:
        cards: list[Card] = []
        given: list[str] = []
        for slot, pick in enumerate(result.picks, 1):
            item = self._catalogue[pick.item_id]
            reasons = self._wording.reasons(item, causes(pick), query)
            given.append(self._wording.card_reason(reasons, given))
            cards.append(
                replace(
                    self._plain_card(moment, slot, item, CARD_BUTTONS),
                    reason=self._texts("because", reason=given[-1]),
                    score=pick.score,
                    reasons=reasons,
                    contributions=pick.contributions,
                )
            )
        first = cards[0]
        return tuple(cards), self._to_explain(moment, self._catalogue[first.item_id], first.reasons)

    def _plain_card(self, moment: Moment, slot: int, item: Item, verbs: tuple[Verb, ...]) -> Card:
        asked = {facet for clause in moment.dialogue.wanted for facet in clause.facets}
        facets, buttons = self._wording.card_facets(item, asked), self._item_buttons(moment, slot, verbs)
        return Card(slot, item.id, item.title, item.year, facets, buttons=buttons, external=item.external)

    def _to_explain(self, moment: Moment, item: Item, reasons: tuple[Reason, ...]) -> ToExplain:
        words = moment.reading.text
        best = tuple(reason.text for reason in telling(reasons)[:2])
        return ToExplain(item.id, best, words, self._wording.template(item, reasons))

    # -- explaining and answering ----------------------------------------------------------------------------

    async def _explain(self, moment: Moment) -> Draft:
        cause = moment.decision.cause
        item_id = (cause.target if cause else None) or moment.dialogue.focus or next(iter(moment.before.shown), None)
        stored = None
        if item_id in moment.before.shown and moment.before.shown_in:
            async with self._store.reading() as reading:
                slot = moment.before.shown.index(item_id) + 1
                stored = await reading.shown(moment.memory.user.id, moment.before.shown_in, slot)
        if item_id is None or stored is None or not stored.reasons:
            return Draft(moment.dialogue, self._texts("why_nothing"))
        item = self._catalogue[item_id]
        reasons = tuple(Reason(**r) for r in stored.reasons)
        lines = [self._texts("why_line", bar=_bar(r.share), share=round(100 * r.share), reason=r.text) for r in reasons]
        return Draft(
            replace(moment.dialogue, focus=item_id),
            "\n".join([self._texts("why_title", title=item.name), *lines]),
            buttons=self._item_buttons(moment, 1, ABOUT_BUTTONS),
            shown=(item_id,),
            purpose="answer",
            explain=self._to_explain(moment, item, reasons),
        )

    async def _answer(self, moment: Moment) -> Draft:
        item_id, cause = moment.target(), moment.decision.cause
        if item_id is None or cause is None or item_id not in self._catalogue:
            return Draft(moment.dialogue, self._texts("answer_which"))
        item = self._catalogue[item_id]
        after = replace(moment.dialogue, focus=item_id)
        if cause.kind is Kind.QUESTION:
            return Draft(after, self._wording.answer(cause, item))
        wanted = cause.polarity > 0
        return Draft(
            after,
            self._wording.about(item),
            question=self._texts("about_wanted" if wanted else "about_ask"),
            buttons=self._item_buttons(moment, 1, WANTED_BUTTONS if wanted else ABOUT_BUTTONS),
            shown=(item_id,),
            purpose="answer",
        )

    # -- reactions -------------------------------------------------------------------------------------------

    async def _note(self, moment: Moment) -> Draft:
        item_id, cause = moment.target(), moment.decision.cause
        if item_id is None or cause is None or item_id not in self._catalogue:
            return Draft(moment.dialogue, self._texts("noted_which"))
        text = self._texts(f"noted_{reaction(cause)}", title=self._catalogue[item_id].title)
        buttons = self._buttons(moment, Verb.NEXT)
        after = replace(moment.dialogue, focus=item_id)
        if moment.reading.text:
            return Draft(after, text, buttons=buttons)
        return Draft(after, buttons=buttons, notice=text)

    async def _undo(self, moment: Moment) -> Draft:
        """Take back what the latest turn that said anything said, and put the wish back to what it was."""
        user_id = moment.memory.user.id
        async with self._store.reading() as reading:
            turn_id = await reading.last_retractable_turn(user_id)
            turn = await reading.turn(user_id, turn_id) if turn_id else None
        if turn is None:
            return Draft(moment.before, self._texts("undo_nothing"))
        then = Dialogue.from_json(turn.reply["before"])
        now = moment.before
        after = replace(then, shown=now.shown, shown_in=now.shown_in, past=now.past, questions=0)
        what = turn.text.strip() or turn.reply.get("notice") or ""
        text = self._texts("undo", what=f"\u201c{what[:80]}\u201d") if what else self._texts("undo_dialogue")
        return Draft(after, text, buttons=self._buttons(moment, Verb.RECOMMEND), undone=turn.id)

    async def _reset(self, moment: Moment) -> Draft:
        return Draft(Dialogue(asked="wish"), self._texts("reset"), buttons=self._buttons(moment, Verb.SURPRISE))

    # -- what is known ---------------------------------------------------------------------------------------

    async def _profile(self, moment: Moment) -> Draft:
        text = self._wording.profile(moment.taste, moment.memory.saved, moment.dialogue)
        return Draft(moment.dialogue, text)

    async def _watchlist(self, moment: Moment) -> Draft:
        saved = tuple(i for i in reversed(moment.memory.saved) if i in self._catalogue)[:SAVED_SHOWN]
        if not saved:
            return Draft(moment.dialogue, self._texts("watchlist_empty"))
        items = [self._catalogue[i] for i in saved]
        cards = tuple(self._plain_card(moment, slot, item, SAVED_BUTTONS) for slot, item in enumerate(items, 1))
        after = replace(moment.dialogue, shown=saved, shown_in=moment.turn_id)
        return Draft(after, self._texts("watchlist"), cards, shown=saved, purpose="watchlist")

    async def _history(self, moment: Moment) -> Draft:
        shown = [self._catalogue[i].name for i in moment.memory.shown[:12] if i in self._catalogue]
        text = self._texts("history", what=", ".join(shown)) if shown else self._texts("history_empty")
        return Draft(moment.dialogue, text)

    # -- small talk ------------------------------------------------------------------------------------------

    async def _thanks(self, moment: Moment) -> Draft:
        text = self._texts("thanks", moment.number)
        return Draft(moment.dialogue, text, question=self._texts("thanks_more"))

    async def _chat(self, moment: Moment) -> Draft:
        lost = any(s.confidence < 0.5 for s in moment.reading.statements)
        key = "empty" if not moment.reading.text.strip() else "chat_lost" if lost else "chat"
        return Draft(moment.dialogue, self._texts(key, moment.number), buttons=self._buttons(moment, Verb.SURPRISE))

    # -- buttons ---------------------------------------------------------------------------------------------

    def _press(self, moment: Moment, verb: Verb, slot: int = 0) -> str:
        return str(Press(verb, moment.turn_id, slot))

    def _buttons(self, moment: Moment, *verbs: Verb) -> tuple[Button, ...]:
        """Buttons of the whole message."""
        return self._item_buttons(moment, 0, verbs)

    def _item_buttons(self, moment: Moment, slot: int, verbs: tuple[Verb, ...]) -> tuple[Button, ...]:
        return tuple(Button(self._texts(f"button_{v}"), self._press(moment, v, slot)) for v in verbs)


def reaction(said: Statement) -> str:
    """The name of a reaction to an item, as texts and feedback know it; empty when it is none."""
    if said.kind is Kind.INTENT and said.value in (Intent.SAVE, Intent.UNSAVE, Intent.ACCEPT):
        return said.value
    if said.kind is Kind.ITEM and said.value != "like":
        return "like" if said.polarity > 0 else "dislike" if said.polarity < 0 else "seen" if said.seen else ""
    return ""


def _pending(choice: Choice) -> dict[str, Any]:
    """What the settled title will be said to be: liked or not, to be resembled, or just mentioned."""
    value = "opinion" if choice.lasting else "like" if choice.polarity > 0 else "mention"
    return {"value": value, "polarity": choice.polarity, "lasting": choice.lasting, "seen": choice.seen}


def _bar(share: float) -> str:
    filled = max(1, round(share * BAR))
    return "▓" * filled + "░" * (BAR - filled)


def _seed(identifier: str) -> int:
    return int.from_bytes(identifier.encode()[-6:], "big")
