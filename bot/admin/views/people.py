"""People: what is stored about each, and, when they ask for it, a copy or the end of it."""

from __future__ import annotations

import asyncio
import json
from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin import route

from bot.admin.desk import Page, audited, done, form_of, require
from bot.conversation.taste import taste_of
from bot.roles import Role
from bot.store.admin import PAGE, AdminUnit
from bot.store.records import User
from bot.store.review import Filters, ReviewReading


class People(Page):
    """Only those who may see names come in."""

    menu_label = "People"
    icon = "fa-solid fa-users"
    path = "/people"
    route_name = "people"
    needs: ClassVar[Role] = Role.REVIEWER

    @route("")
    async def index(self, request: Request) -> Response:
        text = request.query_params.get("q", "").strip()[:200]
        async with self.desk.store.reading_as(ReviewReading) as reading:
            people = await reading.users(text, request.query_params.get("before"))
        older = people[-1][0].id if len(people) == PAGE else None
        return self.render(request, "people.html", people=people, q=text, older=older)

    @route("/{user_id}", name="person")
    async def one(self, request: Request) -> Response:
        user_id = request.path_params["user_id"]
        async with self.desk.store.reading_as(ReviewReading) as reading:
            memory = await reading.memory(user_id)
            if memory is None:
                raise HTTPException(404, "There is nobody of this id; they may have been erased.")
            talks = await reading.conversations(Filters(user=user_id))
        await self.audit(request, "viewed person", user_id)
        taste = taste_of(memory.events)
        return self.render(
            request, "person.html", person=memory.user, memory=memory, taste=taste, talks=talks, title="Person"
        )

    @route("/{user_id}/export", methods=["POST"])
    async def export(self, request: Request) -> Response:
        """Everything stored about one person, as one JSON file: what they may ask for."""
        require(request, Role.EXPORTER)
        user_id = request.path_params["user_id"]
        async with self.desk.store.reading_as(ReviewReading) as reading:
            stored = await reading.export_user(user_id)
        if not stored:
            raise HTTPException(404, "There is nobody of this id.")
        await self.audit(request, "exported person", user_id)
        content = await asyncio.to_thread(json.dumps, stored, ensure_ascii=False, indent=1)
        headers = {"content-disposition": f'attachment; filename="person-{user_id}.json"'}
        return Response(content, media_type="application/json", headers=headers)

    @route("/{user_id}/erase", methods=["POST"])
    async def erase(self, request: Request) -> Response:
        """For good. The form repeats the id, so that no stray click erases anybody."""
        require(request, Role.OWNER)
        user_id = request.path_params["user_id"]
        if (await form_of(request)).get("confirm", "").strip() != user_id:
            return done(request, "Nothing was erased: type the id to confirm.", f"/people/{user_id}", good=False)
        async with self.desk.store.unit_as(AdminUnit) as unit:
            user: User | None = await unit.user(user_id)
            await unit.forget_user(user_id)
            await unit.audit(audited(request, "erased person", user_id))
            await unit.commit()
        return done(request, "Everything about them is gone." if user else "There was nobody of this id.", "/people")
