"""The models, fitted anew with what people here said; and items added to a running installation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.conversation.taste import taste_of
from bot.stages import Home
from bot.store.records import Event
from bot.store.repository import Store
from recsys import train
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.catalogue_io import read_items
from recsys.encoder import Encoder
from recsys.errors import ModelError
from recsys.progress import Progress, silent
from recsys.registry import Registry, quality
from recsys.upsert import carried, extended

TOLERANCE: Final = 0.005
"""A new version may lose this much mean NDCG@10 on the people held out before it is kept from being served: about the
standard error of that mean."""


@dataclass(frozen=True, slots=True)
class Learned:
    """``people`` taught it here; ``before`` and ``after`` are the mean NDCG@10 of the version that was served and of
    the new one on the same held-out people, None where there are none. ``promoted``: the new one is served now."""

    artefact: Artefact
    people: int
    before: float | None
    after: float | None
    promoted: bool


async def everybody(database: str) -> Mapping[str, tuple[Event, ...]]:
    """What each person of a database said and did that lasts."""
    store = await Store.open(database)
    try:
        async with store.reading() as reading:
            return await reading.everybodys_events()
    finally:
        await store.close()


def learn(
    home: Home,
    catalogue: Catalogue,
    encoder: Encoder,
    people: Iterable[Iterable[Event]],
    progress: Progress = silent,
) -> Learned:
    """Fit all that is learned from ratings anew, with the tastes of ``people`` among them, as a new version. It is
    served from now on unless it is worse for people whom neither version has seen."""
    registry = Registry(home.index)
    served = _served(registry, catalogue, encoder)
    heard = train.likes_from([taste_of(events).items for events in people], catalogue)
    likes = train.read_likes(home.ratings, catalogue)
    artefact = train.fit_index(catalogue, likes, encoder, home.cache, progress, heard=heard)
    if served is not None:
        artefact = carried(served, artefact)
    before, after = (None if a is None else quality(a.metrics) for a in (served, artefact))
    promoted = before is None or after is None or after >= before - TOLERANCE
    registry.add(artefact, promote=promoted)
    return Learned(artefact, heard.shape[0], before, after, promoted)


def add_items(home: Home, file: Path, encoder: Encoder) -> tuple[int, Artefact]:
    """The items of a file into the catalogue, those with a known id in place of the old ones, each with its place in
    every signal; nothing is fitted anew. Returns how many, and the new version."""
    catalogue = Catalogue.load(home.items)
    items = read_items(file).items
    registry = Registry(home.index)
    grown, artefact = extended(catalogue, registry.load(), encoder, items)
    registry.add(artefact, promote=False)
    home.report.unlink(missing_ok=True)  # from here on the items are the operator's own
    grown.save(home.items)
    registry.promote(artefact.version, grown.version, encoder.name)
    return len(items), artefact


def _served(registry: Registry, catalogue: Catalogue, encoder: Encoder) -> Artefact | None:
    """The version that is served, if it is whole and of this catalogue and encoder."""
    try:
        artefact = registry.load()
    except ModelError:
        return None
    fits = (artefact.config["catalogue"], artefact.config["encoder"]) == (catalogue.version, encoder.name)
    return artefact if fits else None
