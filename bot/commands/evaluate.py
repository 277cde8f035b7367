"""``usher evaluate ...``: how good the models are, by protocols that others can repeat."""

from __future__ import annotations

import asyncio
import csv
import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.settings import Settings
from bot.terminal import announce, current_settings, progress_bars
from recsys.errors import DataError

if TYPE_CHECKING:
    from recsys.catalogue import Catalogue
    from recsys.progress import Progress

evaluate_app = typer.Typer(help="How good the recommendations are, beside their peers.", no_args_is_help=True)

COLUMNS = ("ndcg@10", "recall@20", "ndcg@100", "hr@10", "mrr@10", "novelty", "coverage", "diversity", "calibration")


class RatingsProtocol(StrEnum):
    STRONG = "strong"
    COLD = "cold"
    LEAVE_LAST_OUT = "leave-last-out"
    NEW_ITEMS = "new-items"


Ratings = Annotated[Path, typer.Option(help="RecBole .inter, MovieLens ratings.csv or its folder; .xz and .gz too.")]
Out = Annotated[Path | None, typer.Option(help="Write the figures to this file as JSON.")]


@evaluate_app.command("ratings")
def evaluate_ratings(
    ratings: Ratings,
    protocol: Annotated[RatingsProtocol, typer.Option(help="Who is held out, and what is known of them.")],
    likes: Annotated[bool, typer.Option("--likes", help="Only ratings of 4 and more count, as positives.")] = False,
    catalogue: Annotated[
        Path | None,
        typer.Option(help="The rated items with their texts: adds BM25, diversity, calibration; new-items needs one."),
    ] = None,
    out: Out = None,
) -> None:
    """Recommend to people whose ratings no model has seen: Usher's model and its peers, in one run."""
    from recsys.evaluation import ratings as protocols
    from recsys.interactions import Interactions, on_catalogue

    settings = current_settings()
    data = Interactions.read(ratings)
    with progress_bars() as progress:
        if protocol is RatingsProtocol.NEW_ITEMS:
            items, vectors = encoded(settings, catalogue, progress)
            report = protocols.new_items(on_catalogue(data, items), vectors, progress=progress)
        else:
            extras = None
            if catalogue is not None:
                items, vectors = encoded(settings, catalogue, progress)
                extras = protocols.extras_of(data, items, vectors.numpy())
            report = protocols.evaluate(
                data,
                protocols.PROTOCOLS[protocol.value],
                protocols.contestants(extras),
                likes=likes,
                extras=extras,
                progress=progress,
            )
    announce(f"{report['people']:,} people, protocol {protocol.value}.")
    show(report, by_k=protocol is RatingsProtocol.COLD)
    write(report, out)


@evaluate_app.command("dialogues")
def evaluate_dialogues(
    model: Annotated[Path, typer.Option(help="The folder that `usher train dialogue` wrote.")],
    turns: Annotated[Path, typer.Option(help="Turns in which somebody recommended, as JSON lines; .xz and .gz too.")],
    candidates: Annotated[Path, typer.Option(help="The films to rank, a JSON array with key, title, year and ids.")],
    now: Annotated[
        datetime | None,
        typer.Option(help="Not later than this: what came out since is no candidate.", formats=["%Y-%m-%d"]),
    ] = None,
    out: Out = None,
    rows: Annotated[Path | None, typer.Option(help="Write each target's ranks to this file as CSV.")] = None,
) -> None:
    """Rank what people recommended next in dialogues, by the understanding and the engine that chats have."""
    from bot.evaluation import dialogues as protocol
    from bot.stages import encoder_of
    from recsys.files import replacing

    settings = current_settings()
    encoder = encoder_of(settings)
    said = protocol.read_turns(turns)
    films = protocol.read_candidates(candidates)
    with progress_bars() as progress:
        trained = protocol.load(model, encoder, settings.device)
        year = now.year if now else None
        report, found = protocol.evaluate(trained, said, films, year, progress)
    announce(f"{report['n']:,} targets of {len(said):,} turns, {len(films):,} candidates.")
    table = Table()
    for column in ("", "n", *report["metrics"]):
        table.add_column(column, justify="right" if column else "left")
    sections = (
        {"usher": report["metrics"]},
        {f"  {name}": values for name, values in report["slices"].items()},
        report["baselines"],
    )
    for section in sections:
        for name, values in section.items():
            figures = (f"{values[metric]:.3f}" for metric in report["metrics"])
            table.add_row(name, str(values.get("n", report["n"])), *figures)
        table.add_section()
    Console(width=140).print(table)
    announce(f"A turn took {report['ms_per_turn']['p50']} ms (median), {report['ms_per_turn']['p95']} ms (p95).")
    write(report, out)
    if rows is not None and found:
        with replacing(rows) as aside, aside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, found[0].keys())
            writer.writeheader()
            writer.writerows(found)


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


@evaluate_app.command("explanations")
def evaluate_explanations(
    n: Annotated[int, typer.Option(min=1, help="How many explanations.")] = 200,
    seed: Annotated[int, typer.Option(help="Other seeds, other people.")] = 0,
    deadline: Annotated[float, typer.Option(help="Seconds for each; more than people wait tells what is said.")] = 8.0,
    show: Annotated[int, typer.Option(help="Samples printed for a person to read.")] = 30,
    out: Out = None,
) -> None:
    """Explain recommendations to simulated people with the text generator: how often its words hold, and how soon."""
    from bot.evaluation import explanations as protocol
    from bot.stages import set_up
    from bot.wiring import explained

    settings = current_settings()
    with progress_bars() as progress:
        report = asyncio.run(explained(settings, set_up(settings, announce, progress), n, seed, deadline, progress))
    for sample in report["samples"][:show]:
        print(protocol.printed(sample, report["item"]) + "\n")
    for what, count in sorted(report["outcomes"].items(), key=lambda pair: -pair[1]):
        announce(f"{count:5} {what}")
    table = Table()
    for column in ("figure", "value"):
        table.add_column(column)
    for name, value in report["metrics"].items():
        table.add_row(name, f"{value:.3f}")
    Console(width=100).print(table)
    write(report, out)


def encoded(settings: Settings, file: Path | None, progress: Progress) -> tuple[Catalogue, Any]:
    """The catalogue of a file, or the installation's own, and the vectors (N, d) of its texts."""
    from bot.stages import Home, encoder_of
    from recsys.catalogue import Catalogue
    from recsys.catalogue_io import read_items
    from recsys.train import encode

    home = Home(settings.usher_home)
    items = read_items(file) if file else Catalogue.load(home.items)
    return items, encode(items, encoder_of(settings), home.cache, progress)


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
