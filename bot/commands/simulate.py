"""``usher simulate ...``: made-up people talk to the models, so that real ones are asked only what is worth it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.commands.evaluate import Out, Ratings, write
from bot.terminal import announce, current_settings, progress_bars

simulate_app = typer.Typer(help="Simulated people: what a conversation is worth.", no_args_is_help=True)


@simulate_app.callback()
def group() -> None:
    """Keeps the name of the group's only command in its place."""


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
