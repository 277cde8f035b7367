"""What we know of a person, as they may see it."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.room import Room
from bot.conversation.press import Verb

SAVED_SHOWN = 10
"""Items of a watchlist shown at once, the latest first."""

SAVED_BUTTONS = (Verb.LIKE, Verb.SEEN, Verb.UNSAVE)


class Knowing(Room):
    """Profile, watchlist, history."""

    async def profile(self, moment: Moment) -> Draft:
        text = self._wording.profile(moment.taste, moment.memory.saved, moment.dialogue)
        return Draft(moment.dialogue, text)

    async def watchlist(self, moment: Moment) -> Draft:
        saved = tuple(i for i in reversed(moment.memory.saved) if i in self._catalogue)[:SAVED_SHOWN]
        if not saved:
            return Draft(moment.dialogue, self._texts("watchlist_empty"))
        items = [self._catalogue[i] for i in saved]
        cards = tuple(self._plain_card(moment, slot, item, SAVED_BUTTONS) for slot, item in enumerate(items, 1))
        after = replace(moment.dialogue, shown=saved, shown_in=moment.turn_id)
        return Draft(after, self._texts("watchlist"), cards, shown=saved, purpose="watchlist")

    async def history(self, moment: Moment) -> Draft:
        shown = [self._wording.film(self._catalogue[i]) for i in moment.memory.shown[:12] if i in self._catalogue]
        text = self._texts("history", what=self._texts("comma").join(shown)) if shown else self._texts("history_empty")
        return Draft(moment.dialogue, text)
