"""``usher catalogue``: the items that can be recommended."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.stages import Home
from bot.terminal import announce, current_settings, progress_bars

catalogue_app = typer.Typer(help="The items that can be recommended.", no_args_is_help=True)


@catalogue_app.command("build")
def catalogue_build() -> None:
    """Fetch the default movie data and join it into a catalogue."""
    from bot.stages import WAITING, build_catalogue, changing

    home = Home(current_settings().usher_home)
    with changing(home, lambda: announce(WAITING)), progress_bars() as progress:
        built = build_catalogue(home, progress)
    announce(f"{len(built):,} items. Next: `usher index build`.")


@catalogue_app.command("import")
def catalogue_import(
    file: Annotated[Path, typer.Argument(help="CSV, JSON lines or Parquet, .xz and .gz too; see docs/data.md.")],
    ratings: Annotated[
        Path | None, typer.Option(help="Who rated what: columns user, item (its id) and rating (up to 5).")
    ] = None,
) -> None:
    """Replace the catalogue, and the ratings, with your own. What people like is learned from conversations as well."""
    from bot.stages import WAITING, changing, import_catalogue

    home = Home(current_settings().usher_home)
    with changing(home, lambda: announce(WAITING)):
        read = import_catalogue(home, file, ratings)
    if columns := read.columns():
        announce(f"Read as {columns}.")
    if ratings:
        from recsys.train import LIKED, read_ratings

        liked = read_ratings(home.ratings, read).likes()
        announce(f"{liked.nnz:,} likes of them by {liked.shape[0]:,} people (ratings of {LIKED} and more).")
    announce(f"{len(read):,} items imported. Next: `usher index build`.")


@catalogue_app.command("export")
def catalogue_export(out: Annotated[Path, typer.Option(help="The file to write: one JSON object a line.")]) -> None:
    """Write every item of the catalogue to a file."""
    from recsys.catalogue import Catalogue

    loaded = Catalogue.load(Home(current_settings().usher_home).items)
    loaded.export_jsonl(out)
    announce(f"{len(loaded):,} items written to {out}.")


@catalogue_app.command("add")
def catalogue_add(
    file: Annotated[Path, typer.Argument(help="Items as for `import`; those with a known id replace the old ones.")],
) -> None:
    """Add items, or new facts of known ones, at once and without fitting anything: a bot that runs takes them up."""
    from bot.learning import add_items
    from bot.stages import WAITING, changing, encoder_of

    settings = current_settings()
    home = Home(settings.usher_home)
    with changing(home, lambda: announce(WAITING)):
        count, artefact = add_items(home, file, encoder_of(settings))
    announce(f"{count:,} items added; version {artefact.version} has a place for each.")
