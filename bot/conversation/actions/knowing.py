"""What we know of a person, as they may see it."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.room import Room, paged
from bot.conversation.press import Verb
from bot.conversation.reply import Button
from bot.conversation.statements import Intent

SAVED_SHOWN = 5
"""Items of a watchlist shown at once, the latest first."""
SAVED_BUTTONS = (Verb.LIKE, Verb.SEEN, Verb.UNSAVE)


class Knowing(Room):
    """Profile, watchlist, history."""

    async def profile(self, moment: Moment) -> Draft:
        """What lasts and what is wanted tonight; the button below turns the page."""
        turned = moment.decision.cause is not None and moment.decision.cause.value == Intent.PAGE
        page = moment.before.page + 1 if turned else 0
        return self._profile(moment, moment.dialogue, self._known(moment, moment.dialogue), page=page)

    async def watchlist(self, moment: Moment) -> Draft:
        """A page of what they saved; the button below shows the next, and after the last the first."""
        every = tuple(i for i in reversed(moment.memory.saved) if i in self._catalogue)
        if not every:
            return Draft(moment.dialogue, self._texts("watchlist_empty"))
        asked = moment.press.slot if moment.press and moment.press.verb is Verb.SAVED else 0
        shown, page, pages = paged(every, SAVED_SHOWN, asked)
        saved = tuple(shown)
        items = [self._catalogue[i] for i in saved]
        cards = tuple(self._plain_card(moment, slot, item, SAVED_BUTTONS) for slot, item in enumerate(items, 1))
        after = replace(moment.dialogue, shown=saved, shown_in=moment.turn_id)
        text = self._texts("watchlist")
        turn: tuple[Button, ...] = ()
        if pages > 1:
            first = page * SAVED_SHOWN
            text = self._texts("watchlist_page", first=first + 1, last=first + len(saved), count=len(every))
            turn = (Button(self._texts("button_saved"), self._press(moment, Verb.SAVED, (page + 1) % pages)),)
        return Draft(after, text, cards, shown=saved, purpose="watchlist", buttons=turn)

    async def history(self, moment: Moment) -> Draft:
        shown = [self._wording.film(self._catalogue[i]) for i in moment.memory.shown[:12] if i in self._catalogue]
        text = self._texts("history", what=self._texts("comma").join(shown)) if shown else self._texts("history_empty")
        return Draft(moment.dialogue, text)
