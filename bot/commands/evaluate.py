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
from recsys.errors import DataError

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
        report = protocols.evaluate(data, protocol.value, protocols.peers(), likes=likes, progress=progress)
    announce(f"{report['people']:,} people, protocol {protocol.value}.")
    show(report, by_k=protocol is RatingsProtocol.COLD)
    write(report, out)


@evaluate_app.command("understanding")
def evaluate_understanding(
    inspired: Annotated[Path | None, typer.Option(help="INSPIRED's annotated .tsv; .xz and .gz too.")] = None,
    redial: Annotated[Path | None, typer.Option(help="ReDial's dialogues as JSON lines; .xz and .gz too.")] = None,
    catalogue: Annotated[Path | None, typer.Option(help="Items to find titles in, instead of the built ones.")] = None,
    out: Out = None,
    errors: Annotated[Path | None, typer.Option(help="Write every error to this file, one a line.")] = None,
) -> None:
    """Read real people's messages: which titles, people and genres are found, and who is thought to like what."""
    from bot.conversation.lexicon import load_lexicon
    from bot.conversation.understand import Understanding
    from bot.evaluation import understanding as protocol
    from bot.stages import Home, ready_catalogue
    from recsys.catalogue_io import read_items
    from recsys.files import replacing

    settings = current_settings()
    if inspired is None and redial is None:
        raise DataError("Nothing to evaluate on: give --inspired FILE, --redial FILE or both.")
    utterances = protocol.read_inspired(inspired) if inspired else []
    dialogues = protocol.read_redial(redial) if redial else []
    items = read_items(catalogue) if catalogue else ready_catalogue(Home(settings.usher_home), announce)
    reader = Understanding(items, load_lexicon())
    report = protocol.Report()
    if utterances:
        report += protocol.evaluate_mentions(reader, items, utterances)
    if dialogues:
        report += protocol.evaluate_polarity(reader, items, dialogues)
        report += protocol.evaluate_titles(reader, items, dialogues)
    table = Table()
    for column in ("figure", "value", "cases"):
        table.add_column(column)
    for name, value in report.metrics.items():
        table.add_row(name, f"{value:.3f}", str(report.n[name.removeprefix("f1_")]))
    Console(width=100).print(table)
    write(report.as_json(), out)
    if errors is not None:
        with replacing(errors) as aside:
            aside.write_text("".join(f"{line}\n" for line in report.errors), encoding="utf-8")


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
