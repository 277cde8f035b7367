"""Plots as SVG without scripts or inline styles, so that the strictest content policy shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from math import ceil

from markupsafe import Markup

WIDTH, HEIGHT = 360, 130
LEFT, BOTTOM = 30, 16
SIGNALS = ("asked", "mood", "wish", "facets", "likeness", "relation", "prior", "interplay", "luck")


def columns(bars: Sequence[tuple[str, float, str]], name: str, unit: str = "") -> Markup:
    """Columns (label, value, link), each linking to what is behind it; ``name`` says what is plotted."""
    top = _round_up(max((value for _, value, _ in bars), default=0.0))
    room = HEIGHT - BOTTOM - 8
    step = (WIDTH - LEFT) / max(1, len(bars))
    parts = [_axis(top, room, unit)]
    every = max(1, ceil(len(bars) / 8))
    for n, (label, value, link) in enumerate(bars):
        x, height = LEFT + n * step, room * value / top if top else 0.0
        parts.append(
            Markup(
                '<a href="{}"><rect class="u-bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}">'
                "<title>{}: {}</title></rect></a>"
            ).format(link, x + step * 0.1, 8 + room - height, step * 0.8, height, label, _number(value) + unit)
        )
        if n % every == 0:
            parts.append(
                Markup('<text class="u-tick" text-anchor="middle" x="{:.1f}" y="{}">{}</text>').format(
                    x + step / 2, HEIGHT - 4, label
                )
            )
    return _svg(parts, name)


def intervals(rows: Sequence[tuple[str, float, float, float]], name: str) -> Markup:
    """Shares with their intervals (label, low, share, high), all 0..1, as a line and a dot each."""
    most = _round_up(max((high for *_, high in rows), default=0.0) * 100) / 100 or 1.0
    height = 14 + 22 * len(rows)
    parts = []
    for n, (label, low, share, high) in enumerate(rows):
        y = 16 + 22 * n
        x = [110 + (WIDTH - 125) * v / most for v in (low, share, high)]
        parts.append(
            Markup(
                '<text class="u-tick" x="0" y="{}">{}</text>'
                '<line class="u-range" x1="{:.1f}" x2="{:.1f}" y1="{y}" y2="{y}"></line>'
                '<circle class="u-dot" cx="{:.1f}" cy="{y}" r="4"><title>{:.1%} ({:.1%} to {:.1%})</title></circle>'
            ).format(y + 3, label[:20], x[0], x[2], x[1], share, low, high, y=y)
        )
    return Markup('<svg class="u-plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, name, Markup("").join(parts)
    )


def contributions(points: Mapping[str, float], scale: float) -> Markup:
    """One item's score as a stacked bar: what spoke for it to the right, what spoke against it to the left.

    ``scale``: the points that fill one side; the same for all bars of a list, so that they compare.
    """
    scale = scale or 1.0
    against = [(s, points[s]) for s in points if points[s] < 0]
    middle = 25.0 if against else 0.0
    room = 100.0 - middle
    parts = []
    for side, found in ((1, [(s, points[s]) for s in SIGNALS if points.get(s, 0) > 0]), (-1, against)):
        x = middle
        for signal, amount in found:
            width = min(room if side > 0 else middle, room * abs(amount) / scale)
            start = x if side > 0 else x - width
            parts.append(
                Markup(
                    '<rect class="u-signal u-{}" x="{:.2f}%" y="0" width="{:.2f}%" height="14">'
                    "<title>{} {:+.2f}</title></rect>"
                ).format(signal, max(0.0, start), width, signal, amount)
            )
            x = x + width if side > 0 else x - width
    return Markup(
        '<svg class="u-stack" height="14" width="100%" role="img" aria-label="contributions">{}</svg>'
    ).format(Markup("").join(parts))


def meter(share: float) -> Markup:
    """A share (0..1) as a bar of the full width."""
    return Markup(
        '<svg class="u-meter" height="8" width="100%"><rect class="u-rest" width="100%" height="8"></rect>'
        '<rect class="u-bar" width="{:.1f}%" height="8"></rect></svg>'
    ).format(100 * max(0.0, min(1.0, share)))


def _svg(parts: Sequence[Markup], name: str) -> Markup:
    return Markup('<svg class="u-plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, name, Markup("").join(parts)
    )


def _axis(top: float, room: float, unit: str) -> Markup:
    lines = []
    for share in (0.0, 0.5, 1.0):
        y = 8 + room * (1 - share)
        lines.append(
            Markup(
                '<line class="u-grid" x1="{}" x2="{}" y1="{y:.1f}" y2="{y:.1f}"></line>'
                '<text class="u-tick" text-anchor="end" x="{}" y="{:.1f}">{}</text>'
            ).format(LEFT, WIDTH, LEFT - 4, y + 3, _number(top * share) + unit, y=y)
        )
    return Markup("").join(lines)


def _number(value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:.0f}k"
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"


def _round_up(value: float) -> float:
    """The next number that reads well: 1, 2 or 5 times a power of ten."""
    if value <= 0:
        return 1.0
    size = 1.0
    while size < value:
        for factor in (2.0, 2.5, 2.0):
            if size >= value:
                break
            size *= factor
    return size


def picture(days: Sequence[tuple[str, float, float]], names: tuple[str, str]) -> bytes:
    """Two series by day (label, columns, line) as a PNG, for chats."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.2), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    labels, first, second = zip(*days, strict=True)
    places = range(len(labels))
    axes.bar(places, first, color="#9ec1e8", label=names[0])
    axes.plot(places, second, color="#d9480f", marker=".", label=names[1])
    every = max(1, ceil(len(labels) / 6))
    axes.set_xticks(list(places)[::every], labels[::every])
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    out = BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(out, format="png")
    return out.getvalue()
