"""Groups: who watches, films for all of them, and nothing about any of them that the others should not see."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.recommending import LIST_LENGTH, SURPRISE
from bot.conversation.actions.room import Room, bar, seed
from bot.conversation.press import Press, Verb
from bot.conversation.reply import Button, Card, Mark
from bot.conversation.statements import Intent, Kind
from bot.conversation.taste import taste_of
from bot.store.records import Memory
from recsys.engine import SharedPick, SharedRecommendation
from recsys.group import MISERY
from recsys.taste import Query

GROUP_BUTTONS = (Verb.LIKE, Verb.DISLIKE, Verb.SEEN, Verb.SAVE)
"""What anybody may press: it goes into their own profile, and only they are told."""
BAR = 5


class Together(Room):
    """Everything that is said in a group. Reasons stay away: they would tell one's taste to the others."""

    async def hello(self, moment: Moment) -> Draft:
        return Draft(moment.dialogue, self._texts("group_hello"), buttons=self._joining(moment.turn_id))

    async def open(self, moment: Moment) -> Draft:
        """Who is in? Whoever asks is."""
        return Draft(moment.dialogue, self._joined(moment), buttons=self._joining(moment.turn_id))

    async def join(self, moment: Moment) -> Draft:
        """One more; the message that asked says so from now on."""
        press = moment.press
        marks = (Mark(press.turn_id, 0, self._joining(press.turn_id), self._joined(moment)),) if press else ()
        return Draft(moment.dialogue, notice=self._texts("together_in"), marks=marks)

    async def recommend(self, moment: Moment) -> Draft:
        """What serves everybody who is in; see ``recsys.group`` for what is fair."""
        state = moment.dialogue
        result = await self._search(moment, {*state.past, *state.refused, *moment.before.shown})
        if not result.picks or result.relaxed:  # those shown earlier come back before a wish has to give way
            again = await self._search(moment, {*state.refused, *moment.before.shown})
            result = again if again.picks and not again.relaxed else result
        heard = self._echo.acknowledge(moment.reading)
        if not result.picks:
            return Draft(state, "\n".join(filter(None, [heard, self._texts("list_none")])))
        gave_way = self._wording.labels(result.relaxed, state.wish)
        relaxed = self._texts("list_relaxed", what=self._texts.join(gave_way)) if gave_way else ""
        cards = tuple(self._card(moment, slot, pick) for slot, pick in enumerate(result.picks, 1))
        shown = tuple(card.item_id for card in cards)
        after = state.without(result.relaxed).listed(shown, moment.turn_id)
        return Draft(
            after,
            "\n".join(filter(None, [heard, relaxed, self._texts("together_list", who=self._names(moment))])),
            cards,
            self._texts("together_rule"),
            self.buttons(moment, Verb.NEXT, Verb.JOIN),
            shown,
            relaxed=tuple(gave_way),
        )

    async def _search(self, moment: Moment, gone: Collection[str]) -> SharedRecommendation:
        intents = {s.value for s in moment.reading.statements if s.kind is Kind.INTENT}
        luck = SURPRISE if Intent.SURPRISE in intents else 0.0
        wish, number = moment.dialogue.wish, seed(moment.turn_id)
        queries = [
            Query(taste_of(member.events), wish, frozenset(gone), LIST_LENGTH, luck, number)
            for member in moment.company
        ]
        return await asyncio.to_thread(self._engine.recommend_together, queries)

    async def explain(self, moment: Moment) -> Draft:
        return Draft(moment.dialogue, self._texts("together_why"))

    async def alone(self, moment: Moment) -> Draft:
        return Draft(moment.dialogue, self._texts("groups_only"))

    async def private(self, moment: Moment) -> Draft:
        return Draft(moment.dialogue, self._texts("private_only"))

    def _joining(self, turn_id: str) -> tuple[Button, ...]:
        """Buttons for everybody."""
        verbs = (Verb.JOIN, Verb.RECOMMEND)
        return tuple(Button(self._texts(f"button_{verb}"), str(Press(verb, turn_id))) for verb in verbs)

    def _joined(self, moment: Moment) -> str:
        return self._texts("together", who=self._names(moment))

    def _names(self, moment: Moment) -> str:
        return self._texts.join([self._name(member) for member in moment.company])

    def _name(self, member: Memory) -> str:
        return member.user.name[:30] or self._texts("somebody")

    def _card(self, moment: Moment, slot: int, pick: SharedPick) -> Card:
        card = self._plain_card(moment, slot, self._catalogue[pick.item_id], GROUP_BUTTONS)
        served = zip(moment.company, pick.served, strict=True)
        lines = [
            self._texts(
                "together_served", who=self._name(member), bar=bar(round(share * BAR), BAR), share=round(100 * share)
            )
            for member, share in served
        ]
        least = MISERY * min(pick.served)
        parts = {"average": pick.score - least, "least": least}
        return replace(card, reason="\n".join(lines), score=pick.score, contributions=parts)
