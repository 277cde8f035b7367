"""The review app put together: pages behind doors behind a guard, and what monitoring asks."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette_admin.base import BaseAdmin

from bot.admin.access import Access, Pace
from bot.admin.desk import Desk
from bot.admin.door import PATH, Doors
from bot.admin.guard import Guard
from bot.admin.monitoring import Monitoring
from bot.admin.views.audit import AuditLog
from bot.admin.views.catalogue import Items
from bot.admin.views.conversations import ConversationList
from bot.admin.views.dashboard import DashboardPage
from bot.admin.views.dead import DeadLetters
from bot.admin.views.exports import Exports
from bot.admin.views.models import Models
from bot.admin.views.people import People
from bot.settings import Settings

HERE = Path(__file__).parent
REQUESTS_A_MINUTE = 600
SIGN_INS = 10
"""Attempts within five minutes, by address."""


def create_app(settings: Settings, desk: Desk) -> Starlette:
    """The web app. Raises ``ConfigError`` when it has no secret, or when nobody could sign in."""
    access = Access(settings, desk.store)
    admin = BaseAdmin(
        title="Usher",
        base_url=PATH,
        templates_dir=str(HERE / "templates"),
        static_dir=str(HERE / "static"),
        index_view=DashboardPage(desk),
        auth_provider=Doors(access),
        secret_key=access.secret,
        timezone_config=None,
    )
    for page in (ConversationList, Items, People, Models, Exports, DeadLetters, AuditLog):
        admin.add_view(page(desk))
    monitoring = Monitoring(desk)
    app = Starlette(
        routes=[
            Route("/", lambda _: RedirectResponse(f"{PATH}/"), name="root"),
            Route("/metrics", monitoring.metrics),
            Route("/healthz", monitoring.healthz),
            Route("/readyz", monitoring.readyz),
        ],
        middleware=[
            Middleware(
                Guard,
                store=desk.store,
                hosts=("127.0.0.1", "localhost", "::1", settings.admin_host),
                address=settings.admin_address,
                requests=Pace(REQUESTS_A_MINUTE, 60),
                sign_ins=Pace(SIGN_INS, 300),
            )
        ],
    )
    admin.mount_to(app)
    return app
