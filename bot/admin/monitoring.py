"""What machines ask: is it alive, is it ready, how is it doing."""

from __future__ import annotations

from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.admin.desk import Desk
from bot.store.dashboard import Dashboard, Health
from recsys.errors import StoreError

LABELS = {"turns": "action", "feedback": "kind", "explanations": "made_by"}


class Monitoring:
    """Counts come from the database, so they hold for every process of the installation. Nothing is labelled by
    person."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def healthz(self, _: Request) -> Response:
        """The process answers."""
        return PlainTextResponse("ok")

    async def readyz(self, _: Request) -> Response:
        """The database answers too."""
        try:
            async with self._desk.store.reading_as(Dashboard) as reading:
                await reading.user("")
        except StoreError as error:
            return PlainTextResponse(str(error), 503)
        return PlainTextResponse("ready")

    async def metrics(self, request: Request) -> Response:
        """Prometheus' text format, for this machine alone."""
        if not _is_local(request):
            return PlainTextResponse("Metrics are for this machine alone.", 403)
        try:
            async with self._desk.store.reading_as(Dashboard) as reading:
                health, totals = await reading.health(), await reading.totals()
        except StoreError as error:
            return PlainTextResponse(str(error), 503)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collected([*_counters(totals), *_gauges(health), _model(self._desk)]))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Collected:
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def _counters(totals: object) -> list[Metric]:
    found: list[Metric] = []
    for name, counts in dict(totals).items():  # type: ignore[call-overload]
        label = LABELS.get(name)
        family = CounterMetricFamily(f"usher_{name}", f"{name} since the beginning", labels=[label] if label else [])
        for value, count in counts.items():
            family.add_metric([value] if label else [], count)
        found.append(family)
    return found


def _gauges(health: Health) -> list[Metric]:
    values = {
        "inbox_open": ("updates that wait", health.inbox),
        "inbox_lag_seconds": ("how long the oldest of them has waited", health.lag),
        "inbox_failing": ("open updates that failed at least once", health.failing),
        "inbox_dead": ("updates given up", health.dead_incoming),
        "outbox_open": ("messages that wait", health.outbox),
        "outbox_dead": ("messages given up", health.dead_outgoing),
        "recent_turns": ("turns of the last ten minutes", health.turns),
        "recent_turn_p95_milliseconds": ("their 95th percentile", health.p95 or 0.0),
        "recent_explanations": ("explanations of the last ten minutes", health.explained),
        "recent_explanations_by_template": ("those by template", health.by_template),
    }
    return [GaugeMetricFamily(f"usher_{name}", text, value=value) for name, (text, value) in values.items()]


def _model(desk: Desk) -> Metric:
    family = GaugeMetricFamily("usher_model_info", "the model that recommends", labels=["version"])
    family.add_metric([desk.conversations.engine.version], 1)
    return family


def _is_local(request: Request) -> bool:
    host = request.client.host if request.client else ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
