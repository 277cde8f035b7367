"""The catalogue: items, what is known of each, and what is near it."""

from __future__ import annotations

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin import route

from bot.admin.desk import Desk, Page
from recsys.catalogue import Catalogue, Item

SHOWN = 50
NEIGHBOURS = 10


class Items(Page):
    """Search by title, id or facet."""

    menu_label = "Catalogue"
    icon = "fa-solid fa-film"
    path = "/catalogue"
    route_name = "catalogue"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._words: tuple[Catalogue, list[str]] | None = None

    @route("")
    async def index(self, request: Request) -> Response:
        text = request.query_params.get("q", "").strip()[:200]
        catalogue = self.desk.conversations.engine.catalogue
        found = await asyncio.to_thread(self._matching, catalogue, text)
        return self.render(request, "catalogue.html", q=text, items=found[:SHOWN], count=len(found), all=len(catalogue))

    def _matching(self, catalogue: Catalogue, text: str) -> list[Item]:
        """Items whose id, title, alias or a facet contains every word of ``text``; titles that start with it first."""
        words = text.casefold().split()
        if not words:
            return list(catalogue.items)
        if self._words is None or self._words[0] is not catalogue:
            self._words = catalogue, [_words_about(item) for item in catalogue.items]
        found = [
            item for item, about in zip(catalogue.items, self._words[1], strict=True) if all(w in about for w in words)
        ]
        whole = text.casefold()
        return sorted(found, key=lambda i: (not i.title.casefold().startswith(whole), i.title))

    @route("/{item_id:path}", name="catalogue-item")
    async def one(self, request: Request) -> Response:
        engine = self.desk.conversations.engine
        item_id = request.path_params["item_id"]
        if item_id not in engine.catalogue:
            raise HTTPException(404, "The catalogue has no item of this id.")
        neighbours = await asyncio.to_thread(engine.neighbours, item_id, NEIGHBOURS)
        item = engine.catalogue[item_id]
        return self.render(request, "item.html", title=item.name, shown=item, neighbours=neighbours)


def _words_about(item: Item) -> str:
    facets = (value for values in item.facets.values() for value in values)
    return "\n".join((item.id, item.name, *item.aliases, *facets)).casefold()
