"""Why an item was picked, and what the catalogue knows of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.recommending import LIST_LENGTH
from bot.conversation.actions.room import Room, bar
from bot.conversation.evidence import Evidence, evidence_of, forgotten
from bot.conversation.press import Verb
from bot.conversation.reply import Reason
from bot.conversation.statements import COMPARED, Kind, Statement
from bot.conversation.taste import ACCEPTED, taste_of
from recsys.catalogue import Item
from recsys.taste import Query

BAR = 10
BEHIND = 3
"""Things that a person said that are offered to be taken back."""

ABOUT_BUTTONS: tuple[Verb, ...] = (Verb.LIKE, Verb.DISLIKE, Verb.SEEN, Verb.MORE)
KNOWN_BUTTONS: tuple[Verb, ...] = (Verb.MORE,)
WANTED_BUTTONS: tuple[Verb, ...] = (Verb.SAVE, Verb.SEEN, Verb.MORE)


class Explaining(Room):
    """Answers about one item."""

    async def explain(self, moment: Moment) -> Draft:
        cause = moment.decision.cause
        item_id = (cause.target if cause else None) or moment.dialogue.focus or next(iter(moment.before.shown), None)
        stored = moment.pressed
        if stored is None and item_id in moment.before.shown and moment.before.shown_in:
            async with self._store.reading() as reading:
                slot = moment.before.shown.index(item_id) + 1
                stored = await reading.shown(moment.memory.user.id, moment.before.shown_in, slot)
        if item_id is None or stored is None or not stored.reasons:
            return Draft(moment.dialogue, self._texts("why_nothing"))
        item = self._catalogue[item_id]
        reasons = tuple(Reason(**{**r, "sources": tuple(r.get("sources", ()))}) for r in stored.reasons)
        lines = [
            self._texts(
                "why_line", bar=bar(max(1, round(r.share * BAR)), BAR), share=round(100 * r.share), reason=r.text
            )
            for r in reasons
            if round(100 * r.share)
        ]
        behind = self._behind(moment, reasons)
        if behind:
            lines.append(self._texts("why_behind", what=self._texts("semicolon").join(e.line for e in behind)))
            lines.append(await self._what_if(moment, item, behind))
        return Draft(
            replace(moment.dialogue, focus=item_id),
            "\n".join([self._texts("why_title", title=self._wording.film(item)), *filter(None, lines)]),
            buttons=(
                *self._item_buttons(moment, 1, ABOUT_BUTTONS),
                self._share(item),
                *self._forget_buttons(moment, behind),
            ),
            shown=(item_id,),
            purpose="answer",
            explain=self._to_explain(moment, item, reasons),
            keys=tuple(e.key for e in behind),
        )

    def _behind(self, moment: Moment, reasons: Sequence[Reason]) -> tuple[Evidence, ...]:
        """What the person said that the reasons rest on, the weightiest first, as far as it still counts."""
        known = evidence_of(moment.memory.events, moment.dialogue, self._wording, self._catalogue).values()
        found = [e for r in reasons for source in r.sources for e in known if source in e.sources]
        named: dict[str, Evidence] = {}
        for evidence in found:  # a film that is liked and to be resembled tonight is one thing
            named.setdefault(evidence.name, evidence)
        return tuple(named.values())[:BEHIND]

    async def _what_if(self, moment: Moment, item: Item, behind: Sequence[Evidence]) -> str:
        """Which of the things said decides: the first without which another item would be in this one's place."""
        queries = [self._without(moment, evidence, item) for evidence in behind]
        results = await asyncio.to_thread(self._engine.recommend, queries)
        for evidence, result in zip(behind, results, strict=True):
            picked = [pick.item_id for pick in result.picks]
            new = [item_id for item_id in picked if item_id not in moment.before.shown]
            if item.id not in picked and new:
                other = self._wording.film(self._catalogue[new[0]])
                title = self._wording.titled(item)
                return self._texts("why_without", what=evidence.name, title=title, other=other)
        return self._texts("why_anyway", title=self._wording.titled(item))

    def _without(self, moment: Moment, evidence: Evidence, item: Item) -> Query:
        """What would be asked of the engine if one thing had not been said; what was shown may come again."""
        dialogue = forgotten(moment.dialogue, evidence.key)
        events = [e for e in moment.memory.events if e.id not in evidence.events]
        barred = {*moment.before.past, *moment.before.refused, *moment.memory.saved, *evidence.sources}
        gone = barred - {*moment.before.shown, item.id}
        return Query(
            taste_of(events).tonight(dialogue.wish), dialogue.wish, frozenset(gone), LIST_LENGTH, talk=dialogue.talk
        )

    async def answer(self, moment: Moment) -> Draft:
        item_id, cause = moment.target(), moment.decision.cause
        if cause is not None and cause.value in COMPARED:
            return self._compare(moment, cause)
        if cause is not None and cause.value == "where" and not (cause.target or moment.dialogue.focus):
            return Draft(moment.dialogue, self._texts("answer_where_any"))
        if item_id is None or cause is None:
            return Draft(moment.dialogue, self._texts("answer_which"))
        item = self._catalogue[item_id]
        told = self._answers.told(cause, item)
        after = replace(moment.dialogue, focus=item_id, asked=None, people=told or moment.dialogue.people)
        if cause.kind is Kind.QUESTION:
            buttons = self._item_buttons(moment, 1, ABOUT_BUTTONS)
            every = [s for s in moment.reading.statements if s.kind is Kind.QUESTION and s.target == cause.target]
            text = "\n".join(dict.fromkeys(self._answers.answer(question, item) for question in every))
            return Draft(after, text, buttons=buttons, shown=(item_id,), purpose="answer")
        known = {} if moment.company else moment.taste.items  # what one thinks of a film is nothing to tell a group
        opinion = known.get(item_id, 0.0)
        suggested = item_id in moment.before.past and item_id not in known
        if abs(opinion) > ACCEPTED:
            asked, question, verbs = None, "about_liked" if opinion > 0 else "about_disliked", KNOWN_BUTTONS
        elif cause.polarity > 0 or suggested or opinion:
            asked, question, verbs = "keep", "about_wanted", WANTED_BUTTONS
        else:
            asked, question, verbs = "liked", "about_ask", ABOUT_BUTTONS
        return Draft(
            replace(after, asked=asked),
            self._wording.about(item),
            question=self._texts(question),
            buttons=(*self._item_buttons(moment, 1, verbs), self._share(item)),
            shown=(item_id,),
            purpose="answer",
        )

    def _compare(self, moment: Moment, cause: Statement) -> Draft:
        """Which of several is the most so, or all of them side by side."""
        pointed = [s.target for s in moment.reading.statements if s.value == cause.value and s.target]
        items = [self._catalogue[i] for i in pointed or moment.before.shown]
        winner, text = self._answers.compared(cause, items)
        after = replace(moment.dialogue, asked=None, focus=winner.id if winner else moment.dialogue.focus)
        if winner is None:
            ask = self._texts("thanks_more" if cause.value == "those" else "compare_ask")
            return Draft(after, text, question=ask)
        buttons = self._item_buttons(moment, 1, WANTED_BUTTONS)
        return Draft(after, text, buttons=buttons, shown=(winner.id,), purpose="answer")
