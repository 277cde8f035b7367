"""An item that somebody passed on."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.recommending import CARD_BUTTONS
from bot.conversation.actions.room import Room
from bot.conversation.press import Verb

SHARED_BUTTONS = tuple(verb for verb in CARD_BUTTONS if verb is not Verb.WHY)


class Sharing(Room):
    """Opens links to items."""

    async def shared(self, moment: Moment) -> Draft:
        """The item's card, for newcomers after a hello. Nobody is told who sent it, or why it was picked for them."""
        item = self._catalogue[moment.target() or ""]
        hello = self._texts("welcome") if moment.memory.last_turn is None else ""
        card = self._plain_card(moment, 1, item, SHARED_BUTTONS)
        return Draft(
            replace(moment.dialogue, shown=(item.id,), shown_in=moment.turn_id, focus=item.id),
            "\n".join(filter(None, [hello, self._texts("shared")])),
            (card,),
            self._texts("shared_ask"),
            self.buttons(moment, Verb.RECOMMEND, Verb.SURPRISE),
            (item.id,),
            "shared",
        )
