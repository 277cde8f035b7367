"""The catalogue: items, what is known of each, and what is near it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin import route

from bot.admin.desk import Page
from recsys.catalogue import Item

SHOWN = 50
NEIGHBOURS = 10


class Items(Page):
    """Search by title, id or facet."""

    menu_label = "Catalogue"
    icon = "fa-solid fa-film"
    path = "/catalogue"
    route_name = "catalogue"

    @route("")
    async def index(self, request: Request) -> Response:
        text = request.query_params.get("q", "").strip()[:200]
        catalogue = self.desk.conversations.engine.catalogue
        found = await asyncio.to_thread(matching, catalogue.items, text)
        return self.render(request, "catalogue.html", q=text, items=found[:SHOWN], count=len(found), all=len(catalogue))

    @route("/{item_id:path}", name="catalogue-item")
    async def one(self, request: Request) -> Response:
        engine = self.desk.conversations.engine
        item_id = request.path_params["item_id"]
        if item_id not in engine.catalogue:
            raise HTTPException(404, "The catalogue has no item of this id.")
        neighbours = await asyncio.to_thread(engine.neighbours, item_id, NEIGHBOURS)
        item = engine.catalogue[item_id]
        return self.render(request, "item.html", title=item.name, shown=item, neighbours=neighbours)


def matching(items: Sequence[Item], text: str) -> list[Item]:
    """Items whose id, title, alias or a facet contains every word of ``text``; titles that start with it first."""
    words = text.casefold().split()
    found = [item for item in items if not words or all(word in _words_about(item) for word in words)]
    whole = text.casefold()
    return sorted(found, key=lambda i: (not i.title.casefold().startswith(whole), i.title)) if words else found


def _words_about(item: Item) -> str:
    facets = (value for values in item.facets.values() for value in values)
    return "\n".join((item.id, item.name, *item.aliases, *facets)).casefold()
