"""The doors of the review app: the sign-in page, the link from the chat, the way out, and the check on each request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates
from starlette_admin.auth import AdminUser, BaseAuthProvider
from starlette_admin.helpers import safe_redirect_url

from bot.admin.access import ABSOLUTE, Access, Member
from bot.roles import Role

COOKIE = "usher_admin"
PATH = "/admin"
HOME = f"{PATH}/"


@dataclass
class SignedIn(AdminUser):
    """The admin framework's idea of a ``Member``."""

    member: Member | None = None

    @property
    def who(self) -> str:
        """See ``Member``."""
        return self.member.who if self.member else ""


def member_of(request: Request) -> Member:
    """Whoever made the request; only behind the doors."""
    signed_in: SignedIn = request.state.admin_user
    if signed_in.member is None:
        raise RuntimeError("a view was reached without signing in")
    return signed_in.member


def may(request: Request, role: Role) -> bool:
    """Whether the request comes from somebody of at least this role."""
    return not request.state.is_anonymous and member_of(request).role >= role


class Doors(BaseAuthProvider):
    """Sessions by cookie, begun by a link or the password."""

    public: ClassVar[tuple[str, ...]] = ("link",)

    def __init__(self, access: Access) -> None:
        super().__init__(allow_routes=self.public)
        self._access = access

    async def authenticate(self, request: Request) -> SignedIn | None:
        cookie = request.cookies.get(COOKIE)
        if not cookie or request.scope["path"].startswith(f"{PATH}/static/"):
            return None
        member = await self._access.member(cookie)
        return SignedIn(username=f"{member.who} ({member.role.name.lower()})", member=member) if member else None

    def get_routes(self, templates: Jinja2Templates) -> list[Route]:
        def page(request: Request, error: str = "", **context: object) -> Response:
            context |= {"error": error, "by_password": self._access.by_password, "next": _next(request)}
            return templates.TemplateResponse(request, "sign_in.html", context, status_code=403 if error else 200)

        async def login(request: Request) -> Response:
            if not request.state.is_anonymous:
                return RedirectResponse(_next(request), 303)
            if request.method != "POST":
                return page(request)
            form = await request.form()
            cookie = await self._access.enter_by_password(str(form.get("password") or ""), _address(request))
            return self._entered(request, cookie) if cookie else page(request, "This password is wrong.")

        async def link(request: Request) -> Response:
            """A visit shows a button and uses nothing up: previews and scanners visit links."""
            if request.method != "POST":
                return page(request, by_link=True)
            cookie = await self._access.enter_by_link(request.path_params["token"], _address(request))
            if cookie:
                return self._entered(request, cookie)
            return page(request, "This link was used before or has expired. Send /admin to the bot for a new one.")

        async def logout(request: Request) -> Response:
            if not request.state.is_anonymous:
                await self._access.leave(member_of(request))
            response = RedirectResponse(f"{PATH}/login", 303)
            response.delete_cookie(COOKIE, path=PATH)
            return response

        return [
            Route("/login", login, methods=["GET", "POST"], name="login"),
            Route("/link/{token}", link, methods=["GET", "POST"], name="link"),
            Route("/logout", logout, methods=["POST"], name="logout"),
        ]

    def _entered(self, request: Request, cookie: str) -> Response:
        """A session begins with a cookie of its own: one that was there before is worth nothing."""
        response = RedirectResponse(_next(request), 303)
        response.set_cookie(
            COOKIE,
            cookie,
            max_age=int(ABSOLUTE.total_seconds()),
            path=PATH,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response


def _next(request: Request) -> str:
    return safe_redirect_url(request.query_params.get("next") or HOME, request, HOME)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
