"""Why an item was picked, and what the catalogue knows of it."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.room import Room
from bot.conversation.press import Verb
from bot.conversation.reply import Reason
from bot.conversation.statements import Kind

BAR = 10

ABOUT_BUTTONS = (Verb.LIKE, Verb.DISLIKE, Verb.SEEN, Verb.MORE)
WANTED_BUTTONS = (Verb.SAVE, Verb.SEEN, Verb.MORE)


class Explaining(Room):
    """Answers about one item."""

    async def explain(self, moment: Moment) -> Draft:
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
            "\n".join([self._texts("why_title", title=self._wording.film(item)), *lines]),
            buttons=(*self._item_buttons(moment, 1, ABOUT_BUTTONS), self._share(item)),
            shown=(item_id,),
            purpose="answer",
            explain=self._to_explain(moment, item, reasons),
        )

    async def answer(self, moment: Moment) -> Draft:
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
            buttons=(
                *self._item_buttons(moment, 1, WANTED_BUTTONS if wanted else ABOUT_BUTTONS),
                self._share(item),
            ),
            shown=(item_id,),
            purpose="answer",
        )


def _bar(share: float) -> str:
    filled = max(1, round(share * BAR))
    return "▓" * filled + "░" * (BAR - filled)
