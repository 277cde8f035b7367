"""Reactions noted, and things taken back."""

from __future__ import annotations

from dataclasses import asdict, replace

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.room import MARKED_BUTTONS, Room
from bot.conversation.evidence import evidence_of, forgotten
from bot.conversation.press import Verb, parse_press
from bot.conversation.reply import Mark
from bot.conversation.state import Dialogue
from bot.conversation.statements import Intent, Kind, Statement
from bot.store.records import Turn


class Reacting(Room):
    """What follows from a reaction."""

    async def note(self, moment: Moment) -> Draft:
        item_id, cause = moment.target(), moment.decision.cause
        if item_id is None or cause is None:
            return Draft(moment.dialogue, self._texts("noted_which"))
        marks = await self._marks(moment)
        named = moment.targets(Intent.ACCEPT, item_id) if cause.value == Intent.ACCEPT else [item_id]
        noted = self._texts(f"noted_{reaction(cause)}", title=self._wording.titles(named))
        text = self.saved(moment, item_id) if cause.value == Intent.SAVE else noted
        buttons = self.buttons(moment, Verb.NEXT)
        taken = "taken" if cause.value == Intent.ACCEPT else None  # "wait no, the third" takes another
        after = replace(moment.dialogue, focus=item_id, asked=taken)
        if moment.reading.text:
            return Draft(after, text, buttons=buttons, marks=marks)
        return Draft(after, buttons=buttons, notice=text, marks=marks)

    async def which(self, moment: Moment) -> Draft:
        """Which of the items in view they mean; what they do with it waits for the answer."""
        cause = moment.decision.cause
        after = moment.dialogue
        if cause and (reaction(cause) or cause.kind is Kind.QUESTION):
            clause = {"clause": asdict(cause.clause)} if cause.clause else {}
            waits = {"kind": str(cause.kind), "value": cause.value, **clause}
            after = replace(after, asked="which", pending=waits, pending_in=moment.turn_id)
        return Draft(after, self._texts("which_one"))

    async def _marks(self, moment: Moment) -> tuple[Mark, ...]:
        """The shown items that were reacted to, as they look now."""
        rows = [moment.pressed]
        shown, turn_id = moment.before.shown, moment.before.shown_in
        if moment.company:  # what one thinks of a film is nothing to show to a group
            return ()
        if moment.pressed is None and turn_id is not None:
            named = {s.target for s in moment.reading.statements if reaction(s)} | {moment.target()}
            async with self._store.reading() as reading:
                owner = moment.memory.user.id
                rows = [await reading.shown(owner, turn_id, n) for n, i in enumerate(shown, 1) if i in named]
        return tuple(self._marked(moment, row) for row in rows if row and row.purpose in MARKED_BUTTONS)

    async def forget(self, moment: Moment) -> Draft:
        """One thing that was said counts no longer; what else was said in its turn stays."""
        key = moment.decision.cause.value if moment.decision.cause else ""
        known = evidence_of(moment.memory.events, moment.before, self._wording, self._catalogue)
        if key not in known:
            text = self._texts("forgotten_unknown" if moment.reading.text else "forgotten_before")
            return Draft(moment.dialogue, text, notice=text, buttons=self.buttons(moment, Verb.NEXT))
        after = forgotten(moment.dialogue, key)
        if moment.before.asked == "profile":  # they are tidying up: what is left, to go on with
            left = [e for e in self._known(moment, after) if e.key != key]
            return self._profile(
                moment,
                after,
                left,
                page=moment.before.page,
                said=self._texts("forgotten_undo", what=known[key].name),
                forgotten=known[key],
            )
        return Draft(
            after,
            self._texts("forgotten_undo", what=known[key].name),
            buttons=self.buttons(moment, Verb.NEXT),
            notice=self._texts("forgotten", what=known[key].name),
            forgotten=known[key],
        )

    async def undo(self, moment: Moment) -> Draft:
        """Take back what the latest turn that said anything said, and put the wish back to what it was, unless that was
        another evening's."""
        user_id = moment.memory.user.id
        async with self._store.reading() as reading:
            turn_id = await reading.last_retractable_turn(user_id)
            turn = await reading.turn(user_id, turn_id) if turn_id else None
        if turn is None:
            return Draft(moment.before, self._texts("undo_nothing"))
        now, tonight = moment.before, moment.memory.conversation
        then = now
        if tonight and tonight.id == turn.conversation_id:
            then = Dialogue.from_json(turn.reply["before"], self._catalogue)
        after = replace(then, shown=now.shown, shown_in=now.shown_in, past=now.past, questions=0)
        parts = [await self._taken_back(turn)]
        if wish := self._tonight(after):
            parts.append(self._texts("undo_wish", what=self._texts("comma").join(e.plain for e in wish)))
        return Draft(
            after, self._texts("sentences").join(parts), buttons=self.buttons(moment, Verb.RECOMMEND), undone=turn.id
        )

    async def _taken_back(self, turn: Turn) -> str:
        """What a turn said, or the button that it pressed."""
        if name := turn.reply.get("forgotten"):
            return self._texts("undo_forgotten", what=name)
        if said := turn.text.strip():
            return self._texts("undo", what=self._texts("quoted", what=said[:80]))
        press = parse_press(turn.press or "")
        pressed = None
        if press and press.slot:
            async with self._store.reading() as reading:
                pressed = await reading.shown(turn.user_id, press.turn_id, press.slot)
        if press is None or pressed is None or pressed.item_id not in self._catalogue:
            return self._texts("undo_dialogue")
        label = self._texts(f"button_{press.verb}") if f"button_{press.verb}" in self._texts else ""
        title = self._wording.titled(self._catalogue[pressed.item_id])
        return self._texts("undo_press" if label else "undo", what=title, label=label)

    async def reset(self, moment: Moment) -> Draft:
        return Draft(
            Dialogue(asked="wish", company=moment.dialogue.company),
            self._texts("reset"),
            buttons=self.buttons(moment, Verb.SURPRISE),
        )


def reaction(said: Statement) -> str:
    """The name of a reaction to an item, as texts and feedback know it; empty when it is none."""
    if said.kind is Kind.INTENT and said.value in (Intent.SAVE, Intent.UNSAVE, Intent.ACCEPT, Intent.CLEAR):
        return said.value
    if said.kind is Kind.ITEM and said.lasts:  # "not that one" is for tonight
        return "like" if said.polarity > 0 else "dislike" if said.polarity < 0 else "seen" if said.seen else ""
    return ""
