"""The models, fitted anew with what people here said; and items added to a running installation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.stages import Announce, Home, People, belong_together, fitted, promote, served
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.catalogue_io import read_items
from recsys.encoder import Encoder
from recsys.errors import ModelError
from recsys.progress import Progress, silent
from recsys.registry import Registry, quality
from recsys.upsert import extended

TOLERANCE: Final = 0.005
"""A new version may lose this much mean NDCG@10 on the people held out before it is kept from being served: about the
standard error of that mean."""


JUDGES: Final = 30
"""Fewer people held out than this can't tell a worse version from chance: it is served unjudged."""


@dataclass(frozen=True, slots=True)
class Learned:
    """``people`` taught it here; ``before`` and ``after`` are the mean NDCG@10 of the version that was
    served and of the new one, for people held out from both, None where these are fewer than ``JUDGES``. ``promoted``:
    the new one is served now."""

    artefact: Artefact
    people: int
    before: float | None
    after: float | None
    promoted: bool


def learn(
    home: Home, catalogue: Catalogue, encoder: Encoder, people: People, announce: Announce, progress: Progress = silent
) -> Learned:
    """Fit all that is learned from ratings anew, with the tastes of ``people`` among them, as a new version. It is
    served from now on unless it is worse for people whom neither version has seen."""
    old = served(home, encoder)
    new = fitted(home, catalogue, encoder, people, announce, progress)
    before, after = None, None
    if old is not None and belong_together(catalogue, old, encoder) and min(map(_judges, (old, new))) >= JUDGES:
        before, after = quality(old.metrics), quality(new.metrics)
    promoted = before is None or after is None or after >= before - TOLERANCE
    Registry(home.index).add(new, promote=False)
    if promoted:
        promote(home, new.version, encoder)
    return Learned(new, new.config["heard"], before, after, promoted)


def add_items(home: Home, file: Path, encoder: Encoder) -> tuple[int, Artefact]:
    """The items of a file into the catalogue, those with a known id in place of the old ones, each with its place in
    every signal; nothing is fitted anew. Returns how many, and the new version. Raises ``ModelError`` when the one that
    is served is of another catalogue or encoder."""
    catalogue = Catalogue.load(home.items)
    items = read_items(file).items
    registry = Registry(home.index)
    before = registry.load()
    if not belong_together(catalogue, before, encoder):
        raise ModelError("The catalogue or the encoder has changed: run `usher index build`, then add the items.")
    grown, artefact = extended(catalogue, before, encoder, items)
    registry.add(artefact, promote=False)
    home.report.unlink(missing_ok=True)  # from here on the items are the operator's own
    grown.save(home.items)
    registry.promote(artefact.version, grown.version, encoder.name)
    return len(items), artefact


def _judges(artefact: Artefact) -> int:
    count: int = artefact.config.get("judges", 0)
    return count
