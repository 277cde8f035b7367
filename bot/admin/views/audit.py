"""What was done and refused in the review app."""

from __future__ import annotations

from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin import route

from bot.admin.desk import Page
from bot.roles import Role
from bot.store.admin import PAGE, AdminReading


class AuditLog(Page):
    """Newest first."""

    menu_label = "Audit log"
    icon = "fa-solid fa-shield-halved"
    path = "/audit"
    route_name = "audit"
    needs: ClassVar[Role] = Role.OWNER

    @route("")
    async def index(self, request: Request) -> Response:
        what = request.query_params.get("what", "")
        async with self.desk.store.reading_as(AdminReading) as reading:
            entries = await reading.audited(before=request.query_params.get("before"), what=what or None)
            kinds = await reading.audited_kinds()
        older = entries[-1].id if len(entries) == PAGE else None
        return self.render(request, "audit.html", entries=entries, kinds=kinds, what=what, older=older)
