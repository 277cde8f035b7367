"""``usher index``: vectors and models, and the versions of them."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from bot.stages import Home
from bot.terminal import announce, current_settings, progress_bars, terminal

index_app = typer.Typer(help="The recommendation index: vectors and models.", no_args_is_help=True)


@index_app.command("build")
def index_build() -> None:
    """Encode the catalogue, fit the models as `usher learn` does, and serve the result whatever it is worth."""
    from bot.stages import WAITING, build_index, changing, encoder_of, everybody
    from bot.store.migrate import upgrade
    from recsys.catalogue import Catalogue

    settings = current_settings()
    home = Home(settings.usher_home)
    with changing(home, lambda: announce(WAITING)), progress_bars() as progress:
        asyncio.run(upgrade(settings.database))
        people = asyncio.run(everybody(settings.database))
        artefact = build_index(home, Catalogue.load(home.items), encoder_of(settings), people, announce, progress)
    announce(f"Model {artefact.version} is ready, taught by {artefact.config['heard']:,} people of this installation.")
    for name, value in artefact.metrics.items():
        announce(f"  {name}: {value:.3f}")


@index_app.command("list")
def index_list() -> None:
    """The versions there are, newest first."""
    from recsys.registry import Registry

    table = Table("version", "made", "people", "NDCG@10", "")
    for version in Registry(Home(current_settings().usher_home).index).versions():
        quality = "" if version.quality is None else f"{version.quality:.4f}"
        served = "served" if version.current else ""
        table.add_row(version.name, f"{version.made:%Y-%m-%d %H:%M}", f"{version.people:,}", quality, served)
    terminal.print(table)


@index_app.command("promote")
def index_promote(version: Annotated[str, typer.Argument(help="A version that `usher index list` shows.")]) -> None:
    """Serve another version: also the way back to an old one. A bot that runs takes it up."""
    from bot.stages import WAITING, changing, encoder_of, promote

    settings = current_settings()
    home = Home(settings.usher_home)
    with changing(home, lambda: announce(WAITING)):
        promote(home, version, encoder_of(settings))
    announce(f"Version {version} is served from now on.")
