"""What is kept of a person: told, handed out, erased."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.room import Room
from bot.conversation.press import Verb


class Privacy(Room):
    """A person's rights over their data."""

    async def privacy(self, moment: Moment) -> Draft:
        return Draft(moment.dialogue, self._texts("privacy"))

    async def export(self, moment: Moment) -> Draft:
        return Draft(moment.dialogue, self._texts("export"), export=True)

    async def forget_me(self, moment: Moment) -> Draft:
        """Ask first: nothing brings it back."""
        buttons = self.buttons(moment, Verb.ERASE, Verb.KEEP)
        after = replace(moment.dialogue, asked="forget_me")
        return Draft(after, self._texts("forget_me"), question=self._texts("forget_me_sure"), buttons=buttons)

    async def erase(self, moment: Moment) -> Draft:
        return Draft(moment.dialogue, self._texts("erased"), erases=True)
