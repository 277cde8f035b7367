"""Peers that recommend from the items named in a dialogue, or from its words alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import nn

from recsys.catalogue import Catalogue
from recsys.evaluation.baselines import Fit, fit_popularity
from recsys.lexical import Lexical
from recsys.models.als import fit_als
from recsys.models.item_item import fit_ease, fit_knn
from recsys.taste import Query

LEAST: Final = 5
"""Items with fewer likes teach the peers nothing: their tables would not fit the memory otherwise."""
MODELS: Final[Mapping[str, Fit]] = {"popularity": fit_popularity, "ease": fit_ease, "als": fit_als, "knn": fit_knn}
Scores = npt.NDArray[np.float32]


class Fitted:
    """The peers over one catalogue of N items."""

    def __init__(self, catalogue: Catalogue, models: Mapping[str, nn.Module], rows: npt.NDArray[np.int64]) -> None:
        self._catalogue, self._models, self._rows = catalogue, models, rows
        self._place = {int(row): n for n, row in enumerate(rows)}
        self._lexical = Lexical([item.text() for item in catalogue.items])
        self.names = (*models, "bm25")

    def scores(self, query: Query) -> dict[str, Scores]:
        """Model -> the score (N,) of every item; popularity stands in where nothing is known."""
        said = (*(i for i, w in query.taste.items.items() if w >= 0), *query.wish.like, *query.talk.named)
        rows = (self._catalogue.row(i) for i in dict.fromkeys(said) if i in self._catalogue)
        known = [self._place[row] for row in rows if row in self._place]
        out: dict[str, Scores] = {}
        at = torch.tensor([known or [0]])
        weights = torch.full(at.shape, 1.0 if known else 0.0)
        with torch.inference_mode():
            for name, model in self._models.items():
                used = model if known else self._models["popularity"]
                out[name] = np.full(len(self._catalogue), -np.inf, dtype=np.float32)
                out[name][self._rows] = used(at, weights)[0].numpy()
        return {**out, "bm25": self._lexical.scores(query.talk.words)}


@dataclass(frozen=True, slots=True)
class Baselines:
    """``likes`` (U, M) of the items ``ids``: what the peers learn from."""

    likes: sparse.csr_matrix[np.float32]
    ids: tuple[str, ...]

    def over(self, catalogue: Catalogue) -> Fitted:
        """The peers, fitted on what enough people like."""
        enough = np.flatnonzero(self.likes.getnnz(axis=0) >= LEAST)
        rows = np.array([catalogue.row(self.ids[n]) for n in enough], dtype=np.int64)
        table = self.likes[:, enough].sign().tocsr()
        models = {name: fit(table).eval() for name, fit in MODELS.items()} if len(enough) else {}
        return Fitted(catalogue, models, rows)
