"""``usher train ...``: teach a model on your own data."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.stages import WAITING, Home, changing, encoder_of
from bot.terminal import announce, current_settings, progress_bars

train_app = typer.Typer(help="Teach a model on your own data, on a CPU, a GPU or many.", no_args_is_help=True)


class Loss(StrEnum):
    SQUARED = "squared"
    LOG = "log"
    PAIRWISE = "pairwise"
    SOFTMAX = "softmax"


class Order(StrEnum):
    DRAWN = "drawn"
    TIME = "time"


class Network(StrEnum):
    GRU = "gru"
    TRANSFORMER = "transformer"


Ratings = Annotated[Path, typer.Option(help="RecBole .inter, MovieLens ratings.csv or its folder; .xz and .gz too.")]
Catalogue = Annotated[
    Path | None, typer.Option(help="The items' texts, a file as for `usher catalogue import`: new items get a place.")
]
Out = Annotated[Path, typer.Option(help="The folder to write; beside it, in OUT.training, checkpoint and logs.")]
LossOption = Annotated[Loss | None, typer.Option(help="What it is taught by; without it, what was measured best.")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Most passes over the people; it ends when it gets no better.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same model.")]
Likes = Annotated[bool, typer.Option("--likes", help="Only ratings of 4 and more count, as positives.")]


@train_app.command("mlp")
def train_mlp(
    ratings: Ratings,
    out: Out,
    catalogue: Catalogue = None,
    loss: LossOption = None,
    epochs: Epochs = None,
    seed: Seed = 20,
    likes: Likes = False,
) -> None:
    """A network over a person's items and one more: how likely do they like it?"""
    _train("mlp", ratings, out, catalogue, loss, epochs, seed, likes)


@train_app.command("sequence")
def train_sequence(
    ratings: Ratings,
    out: Out,
    catalogue: Catalogue = None,
    loss: LossOption = None,
    epochs: Epochs = None,
    seed: Seed = 20,
    likes: Likes = False,
    network: Annotated[Network, typer.Option(help="What reads a person's items in order.")] = Network.GRU,
    order: Annotated[
        Order, typer.Option(help="time: what they will like next; drawn: anything else, told in any order.")
    ] = Order.DRAWN,
) -> None:
    """A network that reads a person's items in order: what comes next?"""
    _train("sequence", ratings, out, catalogue, loss, epochs, seed, likes, network, order)


@train_app.command("graph")
def train_graph(
    ratings: Ratings,
    out: Out,
    catalogue: Catalogue = None,
    loss: LossOption = None,
    epochs: Epochs = None,
    seed: Seed = 20,
    likes: Likes = False,
) -> None:
    """LightGCN: tastes spread over the graph of people and items."""
    _train("graph", ratings, out, catalogue, loss, epochs, seed, likes)


@train_app.command("dialogue")
def train_dialogue(
    catalogue: Annotated[Path, typer.Option(help="The items, a file as for `usher catalogue import`.")],
    ratings: Annotated[list[Path], typer.Option(help="MovieLens ratings, .xz and .gz too; may be given twice.")],
    turns: Annotated[Path, typer.Option(help="Turns in which somebody recommended, as JSON lines.")],
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    dialogues: Annotated[Path | None, typer.Option(help="The whole dialogues: they name the films.")] = None,
    now: Annotated[datetime | None, typer.Option(help="When the dialogues took place.", formats=["%Y-%m-%d"])] = None,
) -> None:
    """Learn from conversations: what comes up, how it is asked for, and how much each signal counts."""
    from bot.evaluation import dialogues as protocol
    from recsys.catalogue_io import read_items
    from recsys.interactions import Interactions

    encoder = encoder_of(current_settings())
    read = protocol.read_turns(turns)
    films = protocol.read_films(dialogues) if dialogues else []
    day = now or datetime.now()
    with changing(Home(out), lambda: announce(WAITING)), progress_bars() as progress:
        artefact = protocol.train(
            read_items(catalogue),
            [Interactions.read(file) for file in ratings],
            read,
            films,
            encoder,
            out,
            day.year + day.timetuple().tm_yday / 366,
            progress,
        )
    announce(f"Model {artefact.version}, taught by {len(read):,} turns, is in {out}.")


def _train(
    model: Literal["mlp", "sequence", "graph"],
    ratings: Path,
    out: Path,
    catalogue: Path | None,
    loss: Loss | None,
    epochs: int | None,
    seed: int,
    likes: bool,
    network: Network = Network.GRU,
    order: Order = Order.DRAWN,
) -> None:
    """Options in, one call, figures out."""
    from recsys import scorers

    settings = current_settings()
    design, training = scorers.DEFAULTS[model]
    if model == "sequence":
        design = replace(design, network=network.value, examples="next" if order is Order.TIME else "shuffled")
    training = replace(
        training, seed=seed, epochs=epochs or training.epochs, loss=training.loss if loss is None else loss.value
    )
    encoder = encoder_of(settings)
    with progress_bars() as progress:
        artefact = scorers.fit_files(
            design,
            training,
            ratings,
            catalogue,
            encoder=encoder,
            cache=Home(settings.usher_home).cache,
            likes=likes,
            cpu=settings.device == "cpu",
            out=out,
            progress=progress,
            announce=announce,
        )
    if artefact is None:
        return
    announce(f"Model {artefact.version} is in {out}.")
    for name, value in artefact.metrics.items():
        announce(f"  {name}: {value:,.0f}" if float(value).is_integer() else f"  {name}: {value:.4f}")
