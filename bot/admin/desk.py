"""What every page of the review app works with, and what a page is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin import CustomView
from starlette_admin.flash import flash, get_flashed_messages

from bot.admin.door import PATH, may, member_of
from bot.admin.exporting import Exporter
from bot.conversation.service import Conversations
from bot.roles import Role
from bot.settings import Settings
from bot.store.admin import AdminUnit
from bot.store.records import Audited, User
from bot.store.repository import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """The running application, as reviewers see it."""

    settings: Settings
    store: Store
    conversations: Conversations
    exporter: Exporter

    def title(self, item_id: str | None) -> str:
        """An item's name, or its id when the catalogue has it no more."""
        catalogue = self.conversations.engine.catalogue
        return catalogue[item_id].name if item_id and item_id in catalogue else item_id or ""


class Page(CustomView):
    """A room of the review app. ``needs`` is the least role that may open any of its doors."""

    needs: ClassVar[Role] = Role.VIEWER

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def is_accessible(self, request: Request) -> bool:
        return may(request, self.needs)

    def is_active(self, request: Request) -> bool:
        path = request.scope["path"].removeprefix(request.scope["root_path"])
        return bool(path == self.path or (self.path != "/" and path.startswith(f"{self.path}/")))

    def render(self, request: Request, template: str, status: int = 200, **context: Any) -> Response:
        """A page of the app."""
        if self.templates is None:
            raise RuntimeError("a page must be added to the app before it is used")
        member = member_of(request)
        context |= {
            "title": context.get("title", self.menu_label),
            "flashed_messages": get_flashed_messages(request),
            "role": member.role,
            "Role": Role,
            "name_of": lambda user: name_of(user, masked=member.role < Role.REVIEWER),
            "item": self.desk.title,
        }
        return self.templates.TemplateResponse(request, template, context, status_code=status)

    async def audit(self, request: Request, what: str, target: str = "", detail: str = "") -> None:
        """Write down what the person who made the request did."""
        async with self.desk.store.unit_as(AdminUnit) as unit:
            await unit.audit(audited(request, what, target, detail))
            await unit.commit()


def audited(request: Request, what: str, target: str = "", detail: str = "") -> Audited:
    """An entry of the audit log about a request."""
    address = request.client.host if request.client else ""
    return Audited(who=member_of(request).who, what=what, target=target, detail=detail, address=address)


def require(request: Request, role: Role) -> None:
    """Refuse (403) who is less than ``role``."""
    if not may(request, role):
        raise HTTPException(403, f"This needs the role {role.name.lower()}.")


def done(request: Request, message: str, to: str, *, good: bool = True) -> Response:
    """Back to a page of the app, with a line that says what happened."""
    flash(request, message, "success" if good else "error")
    return RedirectResponse(f"{PATH}{to}", 303)


def name_of(user: User, *, masked: bool) -> str:
    """A person as reviewers call them: by a part of our own id where names are masked."""
    if masked:
        return f"person {user.id[-5:]}"
    return f"{user.name or user.external_id} ({user.channel})"


async def form_of(request: Request) -> Mapping[str, str]:
    """The posted fields."""
    return {name: str(value) for name, value in (await request.form()).items()}


def day(text: str | None) -> date | None:
    """A date from a query or form; None when it is none, or none of our time."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 1970 < found.year < 3000 else None


def flag(text: str | None) -> bool:
    """A ticked box."""
    return text in ("1", "on", "true")
