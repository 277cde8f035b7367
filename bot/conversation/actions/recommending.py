"""A list of items: what to search for, what to say above it, the cards."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.room import Room, seed
from bot.conversation.press import Verb
from bot.conversation.reasoning import FITS
from bot.conversation.reply import Card, Reason, ToExplain
from bot.conversation.state import Dialogue, given_up, spoilt, wishes_anew
from bot.conversation.statements import Critique, Intent, Kind, Statement
from bot.texts import chinese_words, without_chinese
from recsys.engine import Recommendation
from recsys.explain import causes
from recsys.taste import Clause, Query, Range, Taste, Wish, meets

LIST_LENGTH = 3
UNREAD_TOLD = 3
"""Words told at most that could not be read."""
SURPRISE = 1.5
"""How much luck a surprise holds, in points: about what one strong reason weighs."""
JUST_SAID = 5.0
"""How much more a genre or person counts in the list that answers "I love ...", when nothing else is asked for."""

CARD_BUTTONS = (Verb.LIKE, Verb.DISLIKE, Verb.SEEN, Verb.SAVE, Verb.MORE, Verb.WHY)


class Recommending(Room):
    """Lists."""

    async def recommend(self, moment: Moment) -> Draft:
        intents = {s.value for s in moment.reading.statements if s.kind is Kind.INTENT}
        surprise = Intent.SURPRISE in intents
        query, result = await self._search(moment, surprise=surprise)
        state = moment.dialogue
        opened = {s.range.name for s in moment.reading.statements if s.kind is Kind.ALLOW and s.range}
        implied = [r for r in state.ranges if r not in moment.before.ranges and r.name not in opened]
        spoiling = [s for s in moment.reading.statements if s.clause and s.polarity < 0 and spoilt(state, s.clause)]
        told = (s for s in moment.reading.statements if not self._lost(s))
        kept = tuple(s for s in told if s.lasting or s not in spoiling)
        heard = self._echo.acknowledge(
            replace(moment.reading, statements=kept), implied, *_still(moment), _gone(moment)
        )
        item_id, cause = moment.target(), moment.decision.cause
        if item_id and cause and cause.value == Intent.SAVE:
            heard = "\n".join([self.saved(moment, item_id), heard])
        basis = self._basis(moment, query, result)
        if not result.picks:
            return Draft(state, "\n".join(filter(None, [heard, self._texts("list_none")])), basis=basis)
        cards, explain = self._cards(moment, query, result)
        relaxed = self._relaxed(moment, query, result)
        unread = self._unread(moment)
        intro = self._intro(moment, len(cards), surprise=surprise)
        many = self._texts("list_many") if Intent.MANY in intents else ""
        shown = tuple(card.item_id for card in cards)
        return Draft(
            state.without(result.relaxed).listed(shown, moment.turn_id),
            "\n".join(filter(None, [heard, self._spared(state, spoiling), unread, relaxed, many, intro])),
            cards,
            self._texts("nudge", moment.number),
            self.buttons(moment, Verb.NEXT, Verb.SURPRISE),
            shown,
            explain=explain,
            basis=basis,
            relaxed=result.relaxed,
        )

    def _basis(self, moment: Moment, query: Query, result: Recommendation) -> dict[str, Any]:
        """What the list was made from: tonight's wish, what gave way, and how many items each mask rules out."""
        wanted: list[Clause | Range] = [*query.wish.wanted, *query.wish.ranges]
        masked = {w.label: len(self._catalogue) - int(meets(self._catalogue, w).sum()) for w in wanted}
        vetoes: list[Clause | Range] = [*query.wish.unwanted, *query.taste.vetoes]
        for veto in vetoes:
            masked[f"not {veto.label}"] = int(meets(self._catalogue, veto).sum())
        said = [s.confidence for s in moment.reading.statements]
        return {
            "wish": [e.plain for e in self._tonight(moment.dialogue)],
            "relaxed": list(result.relaxed),
            "masked": masked,
            "confidence": min(said, default=1.0),
            "opinions": sum(bool(weight) for weight in query.taste.items.values()),
            "excluded": len(query.exclude),
        }

    async def _search(self, moment: Moment, *, surprise: bool) -> tuple[Query, Recommendation]:
        """New items while any fit; those shown earlier tonight come back before a wish has to give way."""
        query = self._readable(query_of(moment, surprise=surprise))
        result = await self._run(query)
        if result.picks and not result.relaxed:
            return query, result
        state = moment.dialogue
        again = replace(query, exclude=frozenset({*state.refused, *moment.before.shown, *moment.memory.saved}))
        second = await self._run(again)
        better = second.picks and (not result.picks or len(second.relaxed) < len(result.relaxed))
        return (again, second) if better else (query, result)

    async def _run(self, query: Query) -> Recommendation:
        return (await asyncio.to_thread(self._engine.recommend, [query]))[0]

    def _unread(self, moment: Moment) -> str:
        """A word about Chinese descriptions that the encoder can't read; ``_readable`` leaves them out."""
        wishes = [s for s in moment.reading.statements if s.kind is Kind.WISH and s.polarity > 0]
        words = [word for wish in wishes for word in ([wish.said] if self._lost(wish) else chinese_words(wish.value))]
        told = [self._texts("quoted", what=word) for word in words if len(word) > 1][:UNREAD_TOLD]
        return self._texts("unread", what=self._texts.join(told)) if told and not self._engine.multilingual else ""

    def _lost(self, said: Statement) -> bool:
        """Whether nothing of a wish can be read by the encoder."""
        lost = said.kind is Kind.WISH and bool(said.said) and not without_chinese(said.value)
        return lost and not self._engine.multilingual

    def _readable(self, query: Query) -> Query:
        if self._engine.multilingual:
            return query
        return replace(query, wish=replace(query.wish, text=without_chinese(query.wish.text)))

    def _spared(self, state: Dialogue, spoiling: Sequence[Statement]) -> str:
        """That a refusal is not followed which would leave nothing to those who watch along."""
        spared = {
            self._texts("list_spared", whom=self._wording.label(whom), what=self._wording.label(s.clause))
            for s in spoiling
            if s.clause and (whom := spoilt(state, s.clause))
        }
        return " ".join(sorted(spared))

    def _relaxed(self, moment: Moment, query: Query, result: Recommendation) -> str:
        told = {clause.label for clause in moment.before.wanted}  # when it was new
        unmet = [label for label in self._unmet(query, result) if label not in told]
        gave_way = self._wording.labels([*result.relaxed, *unmet], query.wish)
        return self._texts("list_relaxed", what=self._texts.join(gave_way)) if gave_way else ""

    def _unmet(self, query: Query, result: Recommendation) -> list[str]:
        """Themes that are wanted beside something else and that nothing on the list is known to be about."""
        wish = query.wish
        if not (wish.wanted or wish.ranges) or any(p.contributions["wish"] >= FITS for p in result.picks):
            return []
        rows = [self._catalogue.row(pick.item_id) for pick in result.picks]
        return [c.label for c in wish.hoped if not c.mood and not meets(self._catalogue, c)[rows].any()]

    def _intro(self, moment: Moment, n: int, *, surprise: bool) -> str:
        if surprise:
            return self._texts("list_surprise", moment.number)
        if n < LIST_LENGTH:
            return self._texts("list_one" if n == 1 else "list_two")
        if any(s.value == Intent.ALONE for s in moment.reading.statements):
            return self._texts("list_alone")
        if any(s.value == Critique.DIFFERENT for s in moment.reading.statements):
            without = [c.label for c in moment.dialogue.unwanted if c not in moment.before.unwanted]
            what = self._texts.join([self._texts.name(label) for label in without], "or")
            return self._texts("list_different", what=what) if what else self._texts("list_fresh")
        if any(s.value in (Critique.OTHER, Intent.NO) for s in moment.reading.statements):
            return self._texts("list_other", moment.number)
        guess = not moment.taste and not moment.dialogue.wish
        return self._texts("list_guess" if guess else "list", moment.number)

    def _cards(self, moment: Moment, query: Query, result: Recommendation) -> tuple[tuple[Card, ...], ToExplain]:
        cards: list[Card] = []
        given: list[str] = []
        for slot, pick in enumerate(result.picks, 1):
            item = self._catalogue[pick.item_id]
            reasons = standing(self._reasoning.reasons(item, causes(pick), query), query.wish, result.relaxed)
            given.append(self._reasoning.card_reason(reasons, given))
            cards.append(
                replace(
                    self._plain_card(moment, slot, item, CARD_BUTTONS),
                    reason=self._texts("because", reason=given[-1].removesuffix(".")) if given[-1] else "",
                    score=pick.score,
                    reasons=reasons,
                    contributions=pick.contributions,
                )
            )
        first = cards[0]
        return tuple(cards), self._to_explain(moment, self._catalogue[first.item_id], first.reasons)


def standing(reasons: Sequence[Reason], wish: Wish, relaxed: Sequence[str]) -> tuple[Reason, ...]:
    """The reasons without the moods that had to give way, with their shares among themselves: what is not for the kids
    is not shown because it suits them."""

    def gone(reason: Reason) -> bool:
        vague = reason.signal == "wish" and wish.vague
        labels = wish.label.split(", ") if vague else reason.sources if reason.signal == "mood" else ("",)
        return set(labels) <= set(relaxed)

    left = [reason for reason in reasons if not gone(reason)]
    total = sum(reason.share for reason in left)
    if not total or len(left) == len(reasons):
        return tuple(reasons)
    return tuple(replace(reason, share=reason.share / total) for reason in left)


def _still(moment: Moment) -> tuple[list[Clause | Range], list[Clause | Range]]:
    """What holds of the wish before, and of its vetoes, where a message says what is wanted and not that it adds to
    that: none of it in silence."""
    heard = moment.reading.statements
    wants = any(s.kind is Kind.FACET and s.polarity > 0 and not s.lasting for s in heard) or wishes_anew(heard)
    adds = any((s.value == Intent.REFINE and s.confidence == 1) or s.kind is Kind.CRITIQUE for s in heard)
    if not wants or adds:
        return [], []
    said = {s.clause.label if s.clause else s.range.label if s.range else "" for s in moment.reading.statements}
    before, now = moment.before, moment.dialogue
    old: list[Clause | Range] = [*before.wanted, *before.ranges, *before.unwanted, *before.outside]
    wanted: list[Clause | Range] = [*now.wanted, *now.ranges]
    vetoes: list[Clause | Range] = [*(c for c in now.unwanted if not c.whom), *now.outside]
    held = [[wish for wish in wishes if wish in old and wish.label not in said] for wishes in (wanted, vetoes)]
    return held[0], held[1]


def _gone(moment: Moment) -> list[Clause | Range]:
    """What a new wish lets go of, unless they said themselves that the old one is over."""
    heard = moment.reading.statements
    told = (Intent.UNDO, Intent.CHANGE, Intent.BYE, Critique.DIFFERENT)
    anew = wishes_anew(heard) and not any(s.value in told for s in heard)
    return given_up(moment.before, moment.dialogue) if anew else []


def query_of(moment: Moment, *, surprise: bool = False, k: int = LIST_LENGTH) -> Query:
    """What the engine is asked at a moment: nothing that was shown or refused tonight, or saved."""
    state = moment.dialogue
    return Query(
        _emphasised(moment).tonight(state.wish),
        state.wish,
        frozenset({*state.past, *state.refused, *state.named, *moment.before.shown, *moment.memory.saved}),
        k,
        SURPRISE if surprise else 0.0,
        seed(moment.turn_id),
        state.talk,
    )


def _emphasised(moment: Moment) -> Taste:
    """The taste, with what was just said of it in front: "I love horror films" opens an evening with horror."""
    said = [s for s in moment.reading.statements if s.kind is Kind.FACET and s.lasting and s.polarity > 0 and s.clause]
    wish = moment.dialogue.wish
    if wish.text or wish.wanted or wish.hoped or wish.like or not said:  # limits alone say nothing of what is wanted
        return moment.taste
    loved = {facet: JUST_SAID for s in said for facet in (s.clause.facets if s.clause else ())}
    return replace(moment.taste, facets={**moment.taste.facets, **loved})
