"""Updates and messages that were given up: look at them, try them again."""

from __future__ import annotations

import json
from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin import route

from bot.admin.desk import Page, audited, done
from bot.roles import Role
from bot.store.admin import AdminReading, AdminUnit
from bot.store.records import Json
from bot.web import number


class DeadLetters(Page):
    """Both queues' dead rows."""

    menu_label = "Dead letters"
    icon = "fa-solid fa-envelope-circle-check"
    path = "/dead"
    route_name = "dead"
    needs: ClassVar[Role] = Role.OWNER

    @route("")
    async def index(self, request: Request) -> Response:
        async with self.desk.store.reading_as(AdminReading) as reading:
            queues = {"inbox": await reading.dead_incoming(), "outbox": await reading.dead_outgoing()}
        await self.audit(request, "viewed dead letters")
        return self.render(request, "dead.html", queues=queues, pretty=pretty)

    @route("/{queue}/{number}/retry", methods=["POST"])
    async def retry(self, request: Request) -> Response:
        queue, row = request.path_params["queue"], number(request.path_params["number"])
        if row is None:
            raise HTTPException(404, "There is no such row.")
        async with self.desk.store.unit_as(AdminUnit) as unit:
            revive = unit.retry_incoming if queue == "inbox" else unit.retry_outgoing
            found = await revive(row)
            await unit.audit(audited(request, "retried", f"{queue}/{row}"))
            await unit.commit()
        if not found:
            return done(request, "This row is not dead any more.", "/dead", good=False)
        return done(request, "It is open again: the bot takes it up with its chat's next update.", "/dead")


def pretty(payload: Json) -> str:
    """What a queue's row holds, to read."""
    return json.dumps(payload, ensure_ascii=False, indent=1)
