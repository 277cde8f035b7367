"""``usher simulate ...``: made-up people talk to the models, so that real ones are asked only what is worth it."""

from __future__ import annotations

from collections.abc import Callable
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


@simulate_app.command("onboarding")
def simulate_onboarding(
    ratings: Ratings,
    likes: Annotated[bool, typer.Option("--likes", help="Find what is liked, not all that is rated.")] = False,
    films: Annotated[int, typer.Option(min=1, help="How many items one question names.")] = 1,
    out: Out = None,
) -> None:
    """Ask newcomers with hidden ratings what they know and like, and see how good the list is after each question."""
    from recsys.interactions import Interactions
    from recsys.simulate import onboarding

    current_settings()
    data = Interactions.read(ratings)
    with progress_bars() as progress:
        report = onboarding(data, likes=likes, films=films, progress=progress)
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

    def add(label: str, figure: Callable[[dict[str, Any]], Any]) -> None:
        table.add_row(label, *(str(figure(row)) for row in bots.values()))

    add("turns", lambda row: f"{row['turns']:,}")
    add("found something", lambda row: f"{row['success']:.1%}")
    for k in next(iter(bots.values()))["success_within"]:
        add(f"  within {k} films", lambda row, k=k: f"{row['success_within'][k]:.1%}")
    for k in next(iter(bots.values()))["success_within_lists"]:
        add(f"  within {k} lists", lambda row, k=k: f"{row['success_within_lists'][k]:.1%}")
    add("turns until then, mean", lambda row: f"{row['turns_to_acceptance'].get('mean', 0):.1f}")
    for kind in next(iter(bots.values()))["problems"]:
        add(f"{kind}s", lambda row, kind=kind: row["problems"][kind]["count"])
    for share in ("p50", "p95"):
        add(f"ms a turn, {share}", lambda row, share=share: f"{row['ms'].get(share, 0):.0f}")
    Console(width=140).print(table)
