"""Items for a few words typed in passing: nothing is asked, said back or stored."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.conversation.sharing import payload_of
from bot.conversation.state import Dialogue
from bot.conversation.taste import event_of, taste_of
from bot.conversation.understand import Understanding
from bot.conversation.wording import Wording
from bot.store.records import Memory
from bot.texts import Texts
from recsys.engine import Engine
from recsys.taste import Query

FOUND = 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An item to pass on. ``opens`` is the label of a button that leads to it by ``code``; nothing here tells of the
    taste of whoever looked for it."""

    code: str
    name: str
    facts: str
    overview: str
    poster: str
    opens: str


class Suggestions:
    """Looks items up for one language."""

    def __init__(self, understanding: Understanding, engine: Engine, texts: Texts) -> None:
        self._understanding = understanding
        self._engine = engine
        self._catalogue = engine.catalogue
        self._texts = texts
        self._wording = Wording(texts, engine.catalogue)

    async def find(self, text: str, memory: Memory | None) -> tuple[Suggestion, ...]:
        """What fits the words and, so far as it is known, the person. A title that they name comes first."""
        heard = await asyncio.to_thread(self._understanding.read, text)
        state = Dialogue().heard(heard.statements, self._catalogue)
        named = tuple(dict.fromkeys(i for n in heard.named for i in n.item_ids[:1]))
        taste = taste_of([*(memory.events if memory else ()), *(event_of(s) for s in heard.statements if s.lasts)])
        query = Query(taste, state.wish, frozenset(named), FOUND)
        result = (await asyncio.to_thread(self._engine.recommend, [query]))[0]
        found = (*named, *(pick.item_id for pick in result.picks))[:FOUND]
        return tuple(self._suggestion(item_id) for item_id in found)

    def _suggestion(self, item_id: str) -> Suggestion:
        item = self._catalogue[item_id]
        facts = " · ".join(self._wording.card_facets(item))
        poster, opens = item.external.get("image", ""), self._texts("shared_open")
        return Suggestion(payload_of(item.id), self._wording.film(item), facts, item.overview, poster, opens)
