"""The stages of setting up: each one idempotent, safe to interrupt, and a command of its own.

What each leaves behind lies in ``USHER_HOME``::

    downloads/   the default data set's sources, verified by hash
    catalogue/   items.parquet, ratings.parquet
    cache/       vectors by content hash: what was encoded once is never encoded again
    index/       the engine's artefacts, a folder a version
    models/      the text generator
    exports/     what reviewers take out, for a week
    texts/       the operator's own strings in place of ours, if they want any
    backups/     copies of the database
    changing     locked by whoever changes the catalogue or which model is served
    usher.db     the default database
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from bot.conversation.taste import taste_of
from bot.private import make_folder
from bot.settings import Settings
from bot.store.migrate import upgrade
from bot.store.records import Event
from bot.store.repository import Store
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.catalogue_io import read_items
from recsys.encoder import Encoder
from recsys.errors import ConfigError, DataError, ModelError
from recsys.fetch import fetch_joined
from recsys.files import take_turn
from recsys.pins import GENERATOR
from recsys.progress import Progress, silent
from recsys.registry import Registry
from recsys.upsert import carried

Announce = Callable[[str], None]
People: TypeAlias = Mapping[str, tuple[Event, ...]]
"""By id, what each person said and did that lasts."""

WAITING: Final = "Another process changes the catalogue or the models: waiting until it is done."


@dataclass(frozen=True, slots=True)
class Home:
    """The folders and files of one installation."""

    root: Path

    def make(self) -> None:
        """Make the folder unless it is there. Raises ``ConfigError`` when that can't be."""
        try:
            make_folder(self.root)
        except OSError as error:
            why = f"USHER_HOME={self.root} can't be used ({error.strerror}): name another folder."
            raise ConfigError(why) from error

    @property
    def downloads(self) -> Path:
        return self.root / "downloads"

    @property
    def catalogue(self) -> Path:
        return self.root / "catalogue"

    @property
    def items(self) -> Path:
        return self.catalogue / "items.parquet"

    @property
    def report(self) -> Path:
        """What the default catalogue was built from; an imported one has none."""
        return self.catalogue / "build.json"

    @property
    def ratings(self) -> Path:
        return self.catalogue / "ratings.parquet"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def texts(self) -> Path:
        return self.root / "texts"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def generator(self) -> Path:
        return self.models / GENERATOR.name


def encoder_of(settings: Settings) -> Encoder:
    """The sentence encoder that the settings name, not loaded yet. It runs where scoring runs."""
    from recsys.engine import pick_device

    return Encoder(settings.encoder_model, str(pick_device(settings.device)))


def build_catalogue(home: Home, progress: Progress = silent) -> Catalogue:
    """The default movie catalogue, fetched and built anew."""
    from recsys.datasets import movies

    home.make()
    return movies.build(movies.fetch(home.downloads, progress), home.catalogue, progress)


def import_catalogue(home: Home, file: Path, ratings: Path | None = None) -> Catalogue:
    """Items of a file in place of the catalogue, and people's ``ratings`` of them in place of those before, which go
    with the items that they are of."""
    from recsys import train
    from recsys.interactions import of_five

    catalogue = read_items(file)
    rated = train.joined([of_five(ratings)], catalogue) if ratings else None
    home.make()
    home.report.unlink(missing_ok=True)  # first: from here on the items are the operator's own
    home.ratings.unlink(missing_ok=True)
    catalogue.save(home.items)
    if rated is not None:
        train.save_ratings(rated, catalogue, home.ratings)
    return catalogue


def ready_catalogue(home: Home, announce: Announce, progress: Progress = silent) -> Catalogue:
    """The catalogue that is there; the default one is built when there is none or it is damaged.

    Raises ``DataError`` for an imported catalogue that is damaged: only its owner has it again.
    """
    if home.items.exists():
        try:
            return Catalogue.load(home.items)
        except DataError as error:
            if not home.report.exists():
                raise DataError(f"The imported catalogue {home.items} is damaged; import it again.") from error
            announce(f"{error} Doing that now.")
    return build_catalogue(home, progress)


async def everybody(database: str) -> People:
    """What each person of a database said and did that lasts."""
    store = await Store.open(database)
    try:
        async with store.reading() as reading:
            return await reading.everybodys_events()
    finally:
        await store.close()


def served(home: Home, encoder: Encoder) -> Artefact | None:
    """The version that is served, if it is whole and of this encoder."""
    try:
        artefact = Registry(home.index).load()
    except ModelError:
        return None
    return artefact if artefact.config["encoder"] == encoder.name else None


def fitted(
    home: Home, catalogue: Catalogue, encoder: Encoder, people: People, announce: Announce, progress: Progress = silent
) -> Artefact:
    """The models, fitted anew to the ratings and to what people here said and did. What conversations taught the
    version that is served stays, as long as the items are the same."""
    from recsys import train

    heard = train.hear({who: taste_of(events).items for who, events in people.items()}, catalogue)
    ratings = train.read_ratings(home.ratings, catalogue)
    artefact = train.fit_index(catalogue, ratings, encoder, home.cache, progress, heard=heard)
    before = served(home, encoder)
    if before is None:
        return artefact
    artefact = carried(before, artefact)
    if "talk" in before.config and "talk" not in artefact.config:
        announce(
            f"What conversations taught version {before.version} is of other items and left out: "
            "`usher train dialogue` teaches it for these."
        )
    return artefact


def build_index(
    home: Home, catalogue: Catalogue, encoder: Encoder, people: People, announce: Announce, progress: Progress = silent
) -> Artefact:
    """Encode the items, fit the models, and make the result the current version."""
    artefact = fitted(home, catalogue, encoder, people, announce, progress)
    Registry(home.index).add(artefact)
    return artefact


def ready_index(
    home: Home,
    catalogue: Catalogue,
    encoder: Encoder,
    people: Callable[[], People],
    announce: Announce,
    progress: Progress = silent,
) -> Artefact:
    """The index that is there; built when there is none, it is damaged, or it is of another catalogue or encoder.
    ``people`` is asked only then."""
    if home.index.exists():
        try:
            artefact = Registry(home.index).load()
            if belong_together(catalogue, artefact, encoder):
                return artefact
            announce("The catalogue or the encoder has changed: the index is built again.")
        except ModelError as error:
            announce(f"{error} Doing that now.")
    return build_index(home, catalogue, encoder, people(), announce, progress)


def belong_together(catalogue: Catalogue, artefact: Artefact, encoder: Encoder) -> bool:
    """Whether an artefact was made of this catalogue by this encoder."""
    return (artefact.config["catalogue"], artefact.config["encoder"]) == (catalogue.version, encoder.name)


def promote(home: Home, version: str, encoder: Encoder) -> None:
    """Serve another version from now on. Raises ``ModelError`` for one that can't be served."""
    Registry(home.index).promote(version, Catalogue.load(home.items).version, encoder.name)


@contextmanager
def changing(home: Home, waiting: Callable[[], object]) -> Iterator[None]:
    """Held by whoever changes the catalogue or which model is served, from reading the old to serving the new: so the
    two always belong together. ``waiting`` is called before another process is waited for, and may raise instead."""
    home.make()
    with (home.root / "changing").open("w") as lock:
        take_turn(lock, waiting)
        yield


def fetch_generator(home: Home, progress: Progress = silent) -> Path:
    """The default text generator (1.1 GB), downloaded and verified."""
    home.make()
    return fetch_joined(GENERATOR, home.models, progress)


def set_up(settings: Settings, announce: Announce, progress: Progress = silent) -> tuple[Catalogue, Artefact, Encoder]:
    """Everything that a conversation needs, in order. Quick when it is all there."""
    home = Home(settings.usher_home)
    if not (home.items.exists() and home.index.exists()):
        # The default is relative: from another folder than the last time this would be a second installation.
        where = home.root.resolve()
        announce(f"Setting up an installation in {where} (USHER_HOME), in minutes. Not there? Ctrl+C stops it.")
    home.make()
    asyncio.run(upgrade(settings.database))  # first: what is wrong with the database shows at once
    encoder = encoder_of(settings)
    with suppress(DataError, ModelError):  # what is missing or damaged is named and built below
        catalogue, artefact = Catalogue.load(home.items), Registry(home.index).load()
        if belong_together(catalogue, artefact, encoder):
            return catalogue, artefact, encoder
    with changing(home, lambda: announce(WAITING)):
        catalogue = ready_catalogue(home, announce, progress)
        artefact = ready_index(
            home, catalogue, encoder, lambda: asyncio.run(everybody(settings.database)), announce, progress
        )
    return catalogue, artefact, encoder
