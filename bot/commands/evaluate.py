"""``usher evaluate ...``: how good the models are, by protocols that others can repeat."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.terminal import announce, current_settings, progress_bars

evaluate_app = typer.Typer(help="How good the recommendations are, beside their peers.", no_args_is_help=True)

COLUMNS = ("ndcg@10", "recall@20", "ndcg@100", "hr@10", "mrr@10", "novelty", "coverage", "diversity", "calibration")


class RatingsProtocol(StrEnum):
    STRONG = "strong"
    COLD = "cold"
    LEAVE_LAST_OUT = "leave-last-out"


Ratings = Annotated[Path, typer.Option(help="RecBole .inter, MovieLens ratings.csv or its folder; .xz and .gz too.")]
Out = Annotated[Path | None, typer.Option(help="Write the figures to this file as JSON.")]


@evaluate_app.command("ratings")
def evaluate_ratings(
    ratings: Ratings,
    protocol: Annotated[RatingsProtocol, typer.Option(help="Who is held out, and what is known of them.")],
    likes: Annotated[bool, typer.Option("--likes", help="Only ratings of 4 and more count, as positives.")] = False,
    out: Out = None,
) -> None:
    """Recommend to people whose ratings no model has seen: Usher's model and its peers, in one run."""
    from recsys.evaluation import ratings as protocols
    from recsys.interactions import Interactions

    current_settings()
    data = Interactions.read(ratings)
    with progress_bars() as progress:
        report = protocols.evaluate(data, protocol.value, protocols.contestants(), likes=likes, progress=progress)
    announce(f"{report['people']:,} people, protocol {protocol.value}.")
    show(report, by_k=protocol is RatingsProtocol.COLD)
    write(report, out)


def show(report: dict[str, Any], *, by_k: bool = False) -> None:
    """A report as a table on standard output: a model a row; for ``by_k`` NDCG@10 after each number of items."""
    models = {name: row for name, row in report.items() if isinstance(row, dict)}
    first = next(iter(models.values()))
    columns = list(first) if by_k else [c for c in COLUMNS if c in first]
    table = Table(title="NDCG@10 after k known items" if by_k else None)
    table.add_column("model")
    for column in columns:
        table.add_column(column, justify="right")
    for name, row in models.items():
        values = [row[c]["ndcg@10"] if by_k else row.get(c) for c in columns]
        table.add_row(name, *("" if v is None else f"{v:.3f}" for v in values))
    Console(width=140).print(table)


def write(report: dict[str, Any], out: Path | None) -> None:
    """The whole report as JSON, complete or not at all."""
    from recsys.files import replacing

    if out is not None:
        with replacing(out) as aside:
            aside.write_text(json.dumps(report, indent=1), encoding="utf-8")
