"""``usher simulate ...``: made-up people talk to the models, so that real ones are asked only what is worth it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.commands.evaluate import Out, Ratings, write
from bot.terminal import announce, current_settings, progress_bars

simulate_app = typer.Typer(help="Simulated people: what a conversation is worth.", no_args_is_help=True)


@simulate_app.command("users")
def simulate_users(
    users: Annotated[int, typer.Option(min=1, help="How many people talk to it, an evening each.")] = 500,
    seed: Annotated[int, typer.Option(help="Other seeds, other people and moods.")] = 1,
    database: Annotated[
        str | None, typer.Option(help="Keep the evenings in this database, e.g. sqlite:///many.db; no comparison then.")
    ] = None,
    at_once: Annotated[int, typer.Option(min=1, help="With --database: how many talk at the same time.")] = 4,
    out: Out = None,
) -> None:
    """People with hidden ratings talk to the real service until they find something they would love, or give up; the
    same people then talk to bots that go by popularity. What they rated was never taught to the models."""
    from bot.simulation import run

    settings = current_settings()
    with progress_bars() as progress:
        parts = run.cast(settings, users, seed, announce, progress)
        if database is None:
            report = run.compare(settings, parts, seed, list(run.BOTS), progress)
        else:
            report = run.fill(settings, parts, seed, database, at_once, progress)
    _show_users(report)
    write(report, out)


@simulate_app.command("conversations")
def simulate_conversations(
    scripts: Annotated[Path | None, typer.Option(help="A TOML file of other conversations.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write the transcripts to this file; else they are printed.")] = None,
) -> None:
    """Play written conversations to the real service and show what it answers, as Markdown."""
    from bot.simulation.scripts import played, read_scripts
    from bot.stages import set_up
    from recsys.files import replacing

    settings, lines = current_settings(), read_scripts(scripts)
    with progress_bars() as progress:
        parts = set_up(settings, announce, progress)
    text = asyncio.run(played(lines, settings, *parts))
    if out is None:
        print(text)
        return
    with replacing(out) as aside:
        aside.write_text(text, encoding="utf-8")
    announce(f"{len(lines)} conversations are in {out}.")


@simulate_app.command("onboarding")
def simulate_onboarding(
    ratings: Ratings,
    likes: Annotated[bool, typer.Option("--likes", help="Find what is liked, not all that is rated.")] = False,
    films: Annotated[
        int | None, typer.Option(min=1, help="How many items one question names, if not the bot's.")
    ] = None,
    out: Out = None,
) -> None:
    """Ask newcomers with hidden ratings what they know and like, and see how good the list is after each question."""
    from recsys.elicit import CARD
    from recsys.interactions import Interactions
    from recsys.simulate import onboarding

    current_settings()
    data = Interactions.read(ratings)
    with progress_bars() as progress:
        report = onboarding(data, likes=likes, films=films or CARD, progress=progress)
    announce(f"{report['people']:,} people; after ten random ratings {report['random ratings']['ndcg@10']:.3f}.")
    _show(report)
    write(report, out)


def _show(report: dict[str, Any]) -> None:
    rows = {name: row for name, row in report.items() if isinstance(row, dict) and "unseen" in row}
    table = Table(title="NDCG@10 after each question")
    table.add_column("strategy")
    for n in range(len(next(iter(rows.values()))["ndcg@10"])):
        table.add_column(str(n), justify="right")
    for column in ("answers", "ten random", "unseen", "blank"):
        table.add_column(column, justify="right")
    for name, row in rows.items():
        table.add_row(
            name,
            *(
                f"{v:.3f}"
                for v in (*row["ndcg@10"], row["answers"][-1], row["ten random"][-1], row["unseen"], row["blank"])
            ),
        )
    Console(width=140).print(table)


def _show_users(report: dict[str, Any]) -> None:
    bots = {name: row for name, row in report.items() if isinstance(row, dict)}
    table = Table()
    table.add_column("")
    for name in bots:
        table.add_column(name, justify="right")

    def add(label: str, figures: Iterable[object]) -> None:
        table.add_row(label, *map(str, figures))

    rows, first = list(bots.values()), next(iter(bots.values()))
    add("turns", (f"{row['turns']:,}" for row in rows))
    add("found something", (f"{row['success']:.1%}" for row in rows))
    for k in first["success_within"]:
        add(f"  within {k} films", (f"{row['success_within'][k]:.1%}" for row in rows))
    for k in first["success_within_lists"]:
        add(f"  within {k} lists", (f"{row['success_within_lists'][k]:.1%}" for row in rows))
    add("turns until then, mean", (f"{row['turns_to_acceptance'].get('mean', 0):.1f}" for row in rows))
    for kind in first["problems"]:
        add(kind, (row["problems"][kind]["count"] for row in rows))
    for share in ("p50", "p95"):
        add(f"ms a turn, {share}", (f"{row['ms'].get(share, 0):.0f}" for row in rows))
    Console(width=140).print(table)
