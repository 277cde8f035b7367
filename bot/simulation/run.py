"""From settings to simulated evenings: who is held out, which bot they meet, where it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

from bot.settings import Settings
from bot.simulation.evening import Evening, Record
from bot.simulation.people import Person, drawn_person
from bot.simulation.report import summary
from bot.stages import Announce, Home, encoder_of, ready_catalogue
from bot.store.migrate import upgrade
from bot.wiring import application
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder
from recsys.engine import Engine
from recsys.heldout import ChartsEngine, HeldOut, PopularEngine, hold_out
from recsys.progress import Progress, silent

BOTS: Final[dict[str, type[Engine]]] = {"usher": Engine, "popularity": PopularEngine, "charts": ChartsEngine}
"""All of them understand, ask and answer alike. ``popularity`` lists what most people like among what keeps to
tonight's limits; ``charts`` does so without heeding them."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Everything that evenings need: the people, what they talk about, and what the models may know of it."""

    catalogue: Catalogue
    encoder: Encoder
    artefact: Artefact
    people: tuple[Person, ...]


def cast(settings: Settings, users: int, seed: int, announce: Announce, progress: Progress = silent) -> Cast:
    """``users`` people, drawn from those held out of what the models learned; where there are more users than those,
    each comes again on another evening, in another mood."""
    home = Home(settings.usher_home)
    catalogue = ready_catalogue(home, announce, progress)
    encoder = encoder_of(settings)
    held = hold_out(home.ratings, catalogue, encoder, home.cache, home.root / "simulation", progress)
    return Cast(catalogue, encoder, held.artefact, crowd(held, users, seed))


def crowd(held: HeldOut, users: int, seed: int) -> tuple[Person, ...]:
    """The people of ``cast``."""
    order = Random(seed).sample(held.people, len(held.people))
    return tuple(
        drawn_person(f"sim-{seed}-{n}", order[n % len(order)], held.fame, Random(f"{seed}:{n}:person"))
        for n in range(users)
    )


async def evenings(
    settings: Settings, parts: Cast, engine: type[Engine], seed: int, at_once: int = 1, progress: Progress = silent
) -> list[Record]:
    """Every person's evening with the bot on this engine, ``at_once`` of them at the same time."""
    await upgrade(settings.database)
    people, gate, done = list(enumerate(parts.people)), asyncio.Semaphore(at_once), 0
    async with application(settings, parts.catalogue, parts.artefact, parts.encoder, engine, fixed=True) as app:

        async def one(n: int, person: Person) -> Record:
            nonlocal done
            async with gate:
                evening = Evening(person, app.conversations, parts.catalogue, Random(f"{seed}:{n}:evening"))
                record = await evening.play()
            done += 1
            progress("Talking", done, len(people))
            return record

        return list(await asyncio.gather(*(one(n, person) for n, person in people)))


def compare(
    settings: Settings, parts: Cast, seed: int, bots: Sequence[str], progress: Progress = silent
) -> dict[str, Any]:
    """The same people with each bot, each in a database of its own that is gone afterwards."""
    report: dict[str, Any] = {"seed": seed, "model": parts.artefact.version}
    for name in bots:
        with TemporaryDirectory() as folder:
            own = settings.model_copy(update={"llm": "off", "database_url": f"sqlite:///{Path(folder) / 'usher.db'}"})
            report[name] = summary(asyncio.run(evenings(own, parts, BOTS[name], seed, progress=_named(name, progress))))
    return report


def fill(
    settings: Settings, parts: Cast, seed: int, database: str, at_once: int, progress: Progress = silent
) -> dict[str, Any]:
    """The evenings with the product alone, kept in ``database``."""
    own = settings.model_copy(update={"llm": "off", "database_url": database})
    records = asyncio.run(evenings(own, parts, Engine, seed, at_once, progress))
    return {"seed": seed, "model": parts.artefact.version, "usher": summary(records)}


def _named(bot: str, progress: Progress) -> Progress:
    return lambda task, done, total: progress(f"{task} to {bot}", done, total)
