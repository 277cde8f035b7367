"""Model versions: what each was measured at, how people took it, which one is served."""

from __future__ import annotations

import asyncio
from typing import Never

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin import route

from bot.admin.desk import Page, done, require
from bot.roles import Role
from bot.stages import Home, changing, encoder_of, promote
from bot.store.dashboard import Dashboard, default_range
from recsys.errors import DataError, ModelError
from recsys.registry import Registry


def _busy() -> Never:
    raise ModelError("The catalogue or the models are being changed: try again in a minute.")


class Models(Page):
    """The registry of this installation."""

    menu_label = "Models"
    icon = "fa-solid fa-cubes"
    path = "/models"
    route_name = "models"

    @property
    def _registry(self) -> Registry:
        return Registry(Home(self.desk.settings.usher_home).index)

    @route("")
    async def index(self, request: Request) -> Response:
        versions = await asyncio.to_thread(self._registry.versions)
        async with self.desk.store.reading_as(Dashboard) as reading:
            feedback = {m.version: m for m in await reading.models(*default_range())}
        running = self.desk.conversations.engine.version
        return self.render(request, "models.html", versions=versions, feedback=feedback, running=running)

    def _promote(self, version: str) -> None:
        home = Home(self.desk.settings.usher_home)
        with changing(home, _busy):
            promote(home, version, encoder_of(self.desk.settings))

    @route("/{version}/promote", methods=["POST"])
    async def promote(self, request: Request) -> Response:
        """Serve a version from now on; going back to an older one is the same."""
        require(request, Role.OWNER)
        version = request.path_params["version"]
        try:
            await asyncio.to_thread(self._promote, version)
        except (DataError, ModelError) as error:
            await self.audit(request, "promotion failed", version)
            return done(request, str(error), "/models", good=False)
        await self.audit(request, "promoted", version)
        return done(request, f"Version {version} is the one to serve.", "/models")
