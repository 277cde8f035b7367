"""Numbers with plots, each leading to the conversations behind it."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette_admin import route

from bot.admin import charts
from bot.admin.desk import Page, day
from bot.admin.views.filters import link
from bot.store.dashboard import Dashboard, Numbers, default_range

FEW = 30
"""Shown items under which an interval says nothing, and would only stretch the plot."""
STEPS = ("remember", "understand", "recommend", "total")
LONGEST = timedelta(days=3 * 366)


class DashboardPage(Page):
    """The home page."""

    menu_label = "Dashboard"
    icon = "fa-solid fa-chart-line"
    path = "/"
    route_name = "index"

    @route("")
    async def index(self, request: Request) -> Response:
        since, until = _range(request)
        async with self.desk.store.reading_as(Dashboard) as reading:
            numbers = await reading.numbers(since, until)
            health = await reading.health()
        return self.render(
            request,
            "dashboard.html",
            since=since,
            until=until,
            numbers=numbers,
            health=health,
            plots=_plots(numbers),
            steps=STEPS,
            link=lambda **query: link(since=since, until=until, **query),
            meter=charts.meter,
        )


def _range(request: Request) -> tuple[date, date]:
    """The range that is asked for, else the usual one; never backwards, never longer than ``LONGEST``."""
    first, last = default_range()
    until = day(request.query_params.get("until")) or last
    since = day(request.query_params.get("since")) or min(first, until)
    if since > until:
        since, until = until, since
    return max(since, until - LONGEST), until


def _plots(numbers: Numbers) -> dict[str, object]:
    days = [(f"{b.since:%d %b}", b, link(since=b.since, until=b.until)) for b in numbers.buckets]
    since, until = numbers.buckets[0].since, numbers.buckets[-1].until

    def behind(**query: str) -> str:
        return link(since=since, until=until, **query)

    return {
        "conversations": charts.columns([(d, b.conversations, to) for d, b, to in days], "conversations a day"),
        "users": charts.columns([(d, b.users, to) for d, b, to in days], "active people a day"),
        "to_acceptance": charts.columns(
            [
                ("10+" if n == 10 else str(n), numbers.to_acceptance.get(n, 0), behind(outcome="accepted"))
                for n in range(1, 11)
            ],
            "turns to acceptance",
        ),
        "confidence": charts.columns(
            [(f".{n}", count, behind(**({"unsure": "1"} if n < 5 else {}))) for n, count in numbers.confidence.items()],
            "confidence of statements",
        ),
        "models": charts.intervals(
            [(m.version, *_around(m.liked.interval, m.liked.share)) for m in numbers.models if m.shown >= FEW],
            "share of shown items liked, taken or saved, by model version",
        ),
    }


def _around(interval: tuple[float, float], share: float | None) -> tuple[float, float, float]:
    return interval[0], share or 0.0, interval[1]
