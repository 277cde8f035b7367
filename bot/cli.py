"""The command line. Commands only translate: options in, one call, errors as one line."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.admin import admin
from bot.commands.catalogue import catalogue_app
from bot.commands.evaluate import evaluate_app
from bot.commands.index import index_app
from bot.commands.simulate import simulate_app
from bot.commands.train import train_app
from bot.stages import Home
from bot.terminal import announce, current_settings, progress_bars
from recsys.errors import UsherError

app = typer.Typer(
    name="usher",
    help="A conversational recommender: tell it what you feel like, in your own words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="The text generator that phrases explanations.", no_args_is_help=True)
app.command()(admin)
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(index_app, name="index")
app.add_typer(models_app, name="models")
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(simulate_app, name="simulate")
app.add_typer(train_app, name="train")

CONNECT = "To talk on Telegram instead: get a token from @BotFather and set TELEGRAM_BOT_TOKEN in .env."


def main() -> None:
    """The console script. An expected error is one line and exit code 1; Ctrl+C is no error."""
    code = _exit_code()
    if any(thread.daemon for thread in threading.enumerate()):
        # One may be inside a library, loading a model or reading the terminal: Python, ending, would abort over it.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _exit_code() -> int:
    try:
        app(standalone_mode=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except UsherError as error:
        announce(str(error))
        return 1
    except OSError as error:  # a full disk, a folder that can't be written
        where = f" ({error.filename})" if error.filename else ""
        announce(f"{error.strerror or error}{where}: mend that and run it again; what is finished is kept.")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


@app.command()
def setup() -> None:
    """Fetch the default data, build the catalogue and the index, migrate the database. Run again at any time."""
    from bot.stages import set_up

    with progress_bars() as progress:
        catalogue, artefact, _ = set_up(current_settings(), announce, progress)
    announce(f"Ready: {len(catalogue):,} items, model {artefact.version}.")


@app.command()
def run() -> None:
    """Set up what is missing, then talk: on Telegram when TELEGRAM_BOT_TOKEN is set, else in this terminal."""
    from bot.serve import serve_telegram, serve_terminal

    settings = current_settings()
    if settings.telegram_bot_token is None:
        announce(CONNECT)
        serve_terminal(settings, announce, progress_bars)
    else:
        serve_telegram(settings, announce, progress_bars)


@app.command()
def chat(
    json: Annotated[bool, typer.Option("--json", help="One JSON object out for each line in, for programs.")] = False,
    user: Annotated[str, typer.Option(help="Who is talking: each name is a person of its own.")] = "me",
) -> None:
    """Talk in this terminal. Lines come from standard input; its end ends the program."""
    from bot.serve import serve_terminal

    serve_terminal(current_settings(), announce, progress_bars, person=user, json=json)


@app.command()
def playground(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the page is served; 0: any free port.")] = 8088,
) -> None:
    """Try the Telegram bot without Telegram: a web page on this machine, with people to play and a group."""
    from bot.serve import serve_playground

    serve_playground(current_settings(), announce, progress_bars, port=port)


@app.command()
def migrate() -> None:
    """Bring the database's tables up to date."""
    from bot.store.migrate import upgrade

    settings = current_settings()
    Home(settings.usher_home).make()
    asyncio.run(upgrade(settings.database))
    announce("The database is up to date.")


@app.command()
def backup(
    out: Annotated[Path | None, typer.Option(help="The file to write; else a new one in USHER_HOME/backups.")] = None,
) -> None:
    """Copy the SQLite database as it is at this moment, also while a bot runs. PostgreSQL has pg_dump."""
    from bot.store.backup import back_up

    settings = current_settings()
    out = out or Home(settings.usher_home).backups / f"usher-{datetime.now():%Y%m%d-%H%M%S}.db"
    back_up(settings.database, out)
    announce(f"The database is in {out}.")


@app.command()
def learn() -> None:
    """Fit the models anew with what people have said and done here; a version that is worse is kept, not served."""
    from bot.learning import JUDGES, learn
    from bot.stages import WAITING, changing, encoder_of, everybody
    from recsys.catalogue import Catalogue

    settings = current_settings()
    home = Home(settings.usher_home)
    with changing(home, lambda: announce(WAITING)), progress_bars() as progress:
        people = asyncio.run(everybody(settings.database))
        learned = learn(home, Catalogue.load(home.items), encoder_of(settings), people, announce, progress)
    announce(f"Version {learned.artefact.version}, taught by {learned.people:,} people of this installation too.")
    if learned.before is not None and learned.after is not None:
        announce(f"NDCG@10 on people held out: {learned.before:.4f} before, {learned.after:.4f} now.")
    else:
        announce(f"Served unjudged: that takes {JUDGES} people held out from it and from the version before it.")
    if not learned.promoted:
        announce(
            f"That is worse: the old one stays. `usher index promote {learned.artefact.version}` serves it anyway."
        )


@models_app.command("fetch")
def models_fetch() -> None:
    """Download the default text generator (1.1 GB). Goes on where it was interrupted."""
    from bot.stages import fetch_generator

    with progress_bars() as progress:
        path = fetch_generator(Home(current_settings().usher_home), progress)
    announce(f"The text generator is in {path}.")
