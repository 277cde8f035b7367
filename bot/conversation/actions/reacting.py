"""Reactions noted, and things taken back."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.room import Room
from bot.conversation.evidence import evidence_of, forgotten
from bot.conversation.press import Verb
from bot.conversation.state import Dialogue
from bot.conversation.statements import Intent, Kind, Statement
from bot.store.records import Turn


class Reacting(Room):
    """What follows from a reaction."""

    async def note(self, moment: Moment) -> Draft:
        item_id, cause = moment.target(), moment.decision.cause
        if item_id is None or cause is None or item_id not in self._catalogue:
            return Draft(moment.dialogue, self._texts("noted_which"))
        text = self._texts(f"noted_{reaction(cause)}", title=self._wording.titled(self._catalogue[item_id]))
        buttons = self.buttons(moment, Verb.NEXT)
        after = replace(moment.dialogue, focus=item_id)
        if moment.reading.text:
            return Draft(after, text, buttons=buttons)
        return Draft(after, buttons=buttons, notice=text)

    async def forget(self, moment: Moment) -> Draft:
        """One thing that was said counts no longer; what else was said in its turn stays."""
        key = moment.decision.cause.value if moment.decision.cause else ""
        known = evidence_of(moment.memory.events, moment.before, self._catalogue, self._wording)
        if key not in known:
            return Draft(moment.dialogue, notice=self._texts("forgotten_before"))
        return Draft(
            forgotten(moment.dialogue, key),
            self._texts("forgotten_undo", what=known[key].name),
            buttons=self.buttons(moment, Verb.NEXT),
            notice=self._texts("forgotten", what=known[key].name),
            forgotten=known[key],
        )

    async def undo(self, moment: Moment) -> Draft:
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
        return Draft(after, self._taken_back(turn), buttons=self.buttons(moment, Verb.RECOMMEND), undone=turn.id)

    def _taken_back(self, turn: Turn) -> str:
        if name := turn.reply.get("forgotten"):
            return self._texts("undo_forgotten", what=name)
        what = turn.text.strip() or turn.reply.get("notice") or ""
        return self._texts("undo", what=self._texts("quoted", what=what[:80])) if what else self._texts("undo_dialogue")

    async def reset(self, moment: Moment) -> Draft:
        return Draft(Dialogue(asked="wish"), self._texts("reset"), buttons=self.buttons(moment, Verb.SURPRISE))


def reaction(said: Statement) -> str:
    """The name of a reaction to an item, as texts and feedback know it; empty when it is none."""
    if said.kind is Kind.INTENT and said.value in (Intent.SAVE, Intent.UNSAVE, Intent.ACCEPT):
        return said.value
    if said.kind is Kind.ITEM and said.value != "like":
        return "like" if said.polarity > 0 else "dislike" if said.polarity < 0 else "seen" if said.seen else ""
    return ""
