"""A list of items: what to search for, what to say above it, the cards."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.room import Room, seed
from bot.conversation.press import Verb
from bot.conversation.reply import Card, ToExplain
from bot.conversation.statements import Intent, Kind
from recsys.engine import Recommendation
from recsys.explain import causes
from recsys.taste import Query

LIST_LENGTH = 3
SURPRISE = 1.5
"""How much luck a surprise holds, in points: about what one strong reason weighs."""
REMEMBERED = 60
"""Items shown this evening that are not shown again as long as anything else fits."""

CARD_BUTTONS = (Verb.LIKE, Verb.DISLIKE, Verb.SEEN, Verb.SAVE, Verb.MORE, Verb.WHY)


class Recommending(Room):
    """Lists."""

    async def recommend(self, moment: Moment) -> Draft:
        intents = {s.value for s in moment.reading.statements if s.kind is Kind.INTENT}
        surprise = Intent.SURPRISE in intents
        query, result = await self._search(moment, surprise=surprise)
        heard = self._wording.acknowledge(moment.reading)
        state = moment.dialogue
        if not result.picks:
            return Draft(state, "\n".join(filter(None, [heard, self._texts("list_none")])))
        cards, explain = self._cards(moment, query, result)
        relaxed = self._relaxed(query, result)
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
            self.buttons(moment, Verb.NEXT, Verb.SURPRISE),
            shown,
            explain=explain,
            relaxed=result.relaxed,
        )

    async def _search(self, moment: Moment, *, surprise: bool) -> tuple[Query, Recommendation]:
        """New items while any fit; those shown earlier tonight come back before a wish has to give way."""
        query = query_of(moment, surprise=surprise)
        result = await self._run(query)
        if result.picks and not result.relaxed:
            return query, result
        again = replace(query, exclude=frozenset({*moment.before.shown, *moment.memory.saved}))
        second = await self._run(again)
        better = second.picks and (not result.picks or len(second.relaxed) < len(result.relaxed))
        return (again, second) if better else (query, result)

    async def _run(self, query: Query) -> Recommendation:
        return (await asyncio.to_thread(self._engine.recommend, [query]))[0]

    def _relaxed(self, query: Query, result: Recommendation) -> str:
        gave_way = self._wording.labels(result.relaxed, query.wish)
        return self._texts("list_relaxed", what=self._texts.join(gave_way)) if gave_way else ""

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


def query_of(moment: Moment, *, surprise: bool = False, k: int = LIST_LENGTH) -> Query:
    """What the engine is asked at a moment: nothing that was shown tonight or saved."""
    state = moment.dialogue
    return Query(
        moment.taste,
        state.wish,
        frozenset({*state.past, *state.named, *moment.before.shown, *moment.memory.saved}),
        k,
        SURPRISE if surprise else 0.0,
        seed(moment.turn_id),
        state.talk,
    )
