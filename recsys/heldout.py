"""People whose ratings teach nothing, an engine that has never seen them, and the bot of the charts to compare with."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Final

import numpy as np
import torch

from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder
from recsys.engine import Engine, EngineConfig, Recommendation
from recsys.errors import DataError, ModelError
from recsys.files import sha256
from recsys.interactions import Interactions, on_catalogue
from recsys.moods import Moods
from recsys.progress import Progress, silent
from recsys.taste import Query, Talk, Taste, Wish
from recsys.train import LIKED, fit_index, joined

SHARE: Final = 0.25
LEAST_LIKED: Final = 12
"""Held-out people like at least so many films: some to speak of, some to be found."""
SEED: Final = 4


@dataclass(frozen=True, slots=True)
class HeldOut:
    """``people``: item -> rating (0.5 to 5) of each held-out person; ``artefact`` learned from everybody else, and
    ``fame`` counts how many of those liked each item."""

    people: tuple[dict[str, float], ...]
    artefact: Artefact
    fame: dict[str, int]


def hold_out(
    ratings: Path, catalogue: Catalogue, encoder: Encoder, cache: Path, folder: Path, progress: Progress = silent
) -> HeldOut:
    """A quarter of the people with enough likes held out, and the index of the others' ratings: the one in ``folder``
    when it is of this catalogue, encoder and file of ratings, else built and kept there. Raises ``DataError`` without
    ratings or enough people."""
    if not ratings.exists():  # imported
        raise DataError("This catalogue has no ratings, of which people are made: use the default one's USHER_HOME.")
    data = on_catalogue(Interactions.read(ratings), catalogue)
    liked = np.bincount(data.user[data.rating >= LIKED], minlength=len(data.users))
    able = np.random.default_rng(SEED).permutation(np.flatnonzero(liked >= LEAST_LIKED))
    held = np.sort(able[: int(SHARE * len(able))])
    if not len(held):
        raise DataError("Too few people with ratings to hold some out: use the default catalogue's USHER_HOME.")
    teachers = data.where(~np.isin(data.user, held))
    place = folder / sha256(ratings)[:12]
    artefact = None
    with suppress(ModelError):  # none yet, or a damaged one
        artefact = Artefact.load(place)
    of = (catalogue.version, encoder.name)
    if artefact is None or (artefact.config["catalogue"], artefact.config["encoder"]) != of:
        artefact = fit_index(catalogue, joined([teachers], catalogue), encoder, cache, progress)
        artefact.save(place)
    counts = np.bincount(teachers.item[teachers.rating >= LIKED], minlength=len(catalogue))
    people = [_ratings(data, catalogue, int(user)) for user in held]
    return HeldOut(tuple(people), artefact, {catalogue.items[n].id: int(counts[n]) for n in np.flatnonzero(counts)})


def _ratings(data: Interactions, catalogue: Catalogue, user: int) -> dict[str, float]:
    start, end = np.searchsorted(data.user, [user, user + 1])
    rows, stars = data.item[start:end].tolist(), data.rating[start:end].tolist()
    return {catalogue.items[row].id: rating for row, rating in zip(rows, stars, strict=True)}


class PopularEngine(Engine):
    """A bot of the charts: the films that most people like, the same for everybody, with what was asked for in so many
    words as a mask, as in the product."""

    listens: ClassVar[bool] = True
    """Whether it heeds tonight's limits."""

    def __init__(
        self,
        catalogue: Catalogue,
        artefact: Artefact,
        encoder: Encoder,
        device: torch.device,
        config: EngineConfig | None = None,
        moods: Moods = MappingProxyType({}),
    ) -> None:
        super().__init__(catalogue, artefact, encoder, device, config)  # moods or not, the charts are the same
        self._prior = torch.log1p(1e4 * self._known)

    def recommend(self, queries: Sequence[Query]) -> list[Recommendation]:
        """The best known items that fit."""
        return super().recommend([self._impersonal(query) for query in queries])

    def _impersonal(self, query: Query) -> Query:
        wish = query.wish
        gone = frozenset({*query.exclude, *query.taste.items, *wish.like})
        heard = Wish(wanted=wish.wanted, unwanted=wish.unwanted, ranges=wish.ranges) if self.listens else Wish()
        vetoes = query.taste.vetoes if self.listens else ()
        return replace(query, taste=Taste(vetoes=vetoes), wish=heard, exclude=gone, surprise=0.0, talk=Talk())


class ChartsEngine(PopularEngine):
    """The charts, whatever anybody says."""

    listens = False
