"""Data out: choose, wait, fetch."""

from __future__ import annotations

from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette_admin import route

from bot.admin.desk import Page, audited, done, form_of
from bot.admin.exporting import FORMATS, KINDS
from bot.admin.views.filters import as_query, described, filters_from
from bot.roles import Role
from bot.store.admin import AdminReading, AdminUnit
from bot.store.records import Export


class Exports(Page):
    """Large ones take their time; the page shows how far they are."""

    menu_label = "Exports"
    icon = "fa-solid fa-file-export"
    path = "/exports"
    route_name = "exports"
    needs: ClassVar[Role] = Role.EXPORTER

    @route("")
    async def index(self, request: Request) -> Response:
        async with self.desk.store.reading_as(AdminReading) as reading:
            exports = await reading.exports()
        rows = [(e, self.desk.exporter.runs(e), self.desk.exporter.file(e).exists()) for e in exports]
        filters = filters_from(request.query_params, names=True)
        return self.render(
            request,
            "exports.html",
            rows=rows,
            kinds=KINDS,
            formats=FORMATS,
            query=as_query(filters),
            running=any(runs for _, runs, _ in rows),
        )

    @route("/start", methods=["POST"])
    async def start(self, request: Request) -> Response:
        """Begin an export of the rows behind a filter."""
        form = await form_of(request)
        kind, form_ = form.get("kind", ""), form.get("format", "")
        if kind not in KINDS or form_ not in FORMATS:
            return done(request, "Choose what to export, and how.", "/exports", good=False)
        filters = filters_from(form, names=True)
        entry = audited(request, "exported", kind, described(filters))
        export = Export(kind=kind, format=form_, filters=as_query(filters), made_by=entry.who)
        async with self.desk.store.unit_as(AdminUnit) as unit:
            await unit.add_export(export)
            await unit.audit(entry)
            await unit.commit()
        self.desk.exporter.start(export, filters)
        return done(request, "It is being written.", "/exports")

    @route("/{export_id}/file")
    async def file(self, request: Request) -> Response:
        """A finished export."""
        async with self.desk.store.reading_as(AdminReading) as reading:
            export = await reading.export(request.path_params["export_id"])
        if export is None or export.finished_at is None or export.error or not self.desk.exporter.file(export).exists():
            raise HTTPException(404, "This export is not there; files are kept for a week, unless somebody is erased.")
        await self.audit(request, "downloaded export", export.id)
        path = self.desk.exporter.file(export)
        return FileResponse(path, filename=path.name, media_type="application/octet-stream")
