"""What a query says in so many words, as signals: facets, limits, moods and a wish in free text.

Their weights are stated (``recsys.models.fusion.STATED``): ratings hold no wishes to learn them from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recsys.catalogue import Catalogue, Facet
from recsys.encoder import Encoder
from recsys.lexical import Lexical, stems_of
from recsys.moods import MoodFits, Moods
from recsys.talk import Part
from recsys.taste import Clause, Query, Range, Wish, meets

CLOSEST = 3.0
"""The z-score towards which fitting a wish runs: beyond it, that one text fits better than another says little, and
what everybody knows would be lost among films that name it in their titles."""
WORDS = 2.5
"""The z-score that a text gains with all the rare words of a wish in somebody's own words. The encoder takes a game for
chess and brokers for journalists."""
SURMISE = 0.8
"""The same for moods of which genres and themes tell more than the encoder does, which reads "fun" into Star Trek."""
UNWANTED = 0.7
"""What a mood that is not wanted counts beside one that is wanted: not all items that it suits are meant."""
LASTING = 0.3
"""What a mood that is liked, or disliked, for good counts beside one that is wanted tonight."""
WISH_SPREAD = 0.1
"""The usual standard deviation of the cosine between a wish and item texts (MiniLM): makes it a z-score."""


class Stated:
    """Scores what was said against a catalogue of N items. ``vectors`` (N, d): of their texts, on the device that the
    encoder's are compared on."""

    def __init__(self, catalogue: Catalogue, vectors: Tensor, encoder: Encoder, moods: Moods) -> None:
        self._catalogue, self._encoder = catalogue, encoder
        self._vectors, self._centre = vectors, vectors.mean(dim=0)
        self._lexical = Lexical([item.text() for item in catalogue.items], read=stems_of)
        self._fits = MoodFits(catalogue, moods)

    def signals(self, queries: Sequence[Query], read: Sequence[bool]) -> dict[str, Tensor]:
        """Each signal by name, (B, N). ``read``: whose free text a model of talk reads itself."""
        shape = (len(queries), len(self._catalogue))
        asked, moods, facets = (np.zeros(shape, dtype=np.float32) for _ in range(3))
        for b, query in enumerate(queries):
            for wish in self._asked(query.wish):
                asked[b] += meets(self._catalogue, wish)
            for mood, weight in self._felt(query):
                moods[b] += weight * self._suits(mood, weight, query.wish)
            for facet, weight in query.taste.facets.items():
                facets[b, self._catalogue.rows_with(facet)] += weight
        texts = [Wish() if said else query.wish for query, said in zip(queries, read, strict=True)]
        arrays = {"asked": asked, "mood": moods, "facets": facets}
        return {"wish": self._wish(texts), **{name: torch.from_numpy(array) for name, array in arrays.items()}}

    def parts(self, query: Query, row: int, weights: Mapping[str, float]) -> list[Part]:
        """What each thing said added to the score of the item at ``row``, the free text apart."""
        facets = [
            Part("facets", facet, weight * weights["facets"])
            for facet, weight in query.taste.facets.items()
            if row in self._catalogue.rows_with(facet)
        ]
        asked = [
            Part("asked", wish.label, weights["asked"])
            for wish in self._asked(query.wish)
            if meets(self._catalogue, wish)[row]
        ]
        moods = [
            Part("mood", mood.label, weight * float(self._suits(mood, weight, query.wish)[row]) * weights["mood"])
            for mood, weight in self._felt(query)
        ]
        return [*facets, *asked, *(part for part in moods if part.amount)]

    def _wish(self, wishes: Sequence[Wish]) -> Tensor:
        """Free-text wishes against item texts, (B, N), as a z-score; zero where there is no text."""
        scores = torch.zeros((len(wishes), len(self._catalogue)), device=self._vectors.device)
        spoken = [b for b, wish in enumerate(wishes) if wish.text]
        if spoken:
            vectors = torch.from_numpy(self._encoder.encode([wishes[b].text for b in spoken])).to(scores.device)
            fit = (vectors @ self._vectors.T - (vectors @ self._centre).unsqueeze(1)) / WISH_SPREAD
            most = torch.tensor([[self._most(wishes[b])] for b in spoken], device=scores.device)
            own = np.stack([self._lexical.coverage("" if wishes[b].vague else wishes[b].text) for b in spoken])
            scores[spoken] = most * torch.tanh(fit / most) + WORDS * torch.from_numpy(own).to(scores.device)
        return scores

    def _most(self, wish: Wish) -> float:
        """The z-score towards which the encoder's fit of a wish runs."""
        felt = any(self._fits.knows(clause) for clause in (*wish.wanted, *wish.hoped))
        return SURMISE if wish.vague and felt else CLOSEST

    def _asked(self, wish: Wish) -> tuple[Clause | Range, ...]:
        """Everything that was asked for in so many words, whether it excludes or not. Themes that tell of a mood are
        part of what is known of it: they are noted for so few items that alone they say little."""
        hoped = (clause for clause in wish.hoped if not self._fits.knows(clause))
        return (*wish.wanted, *hoped, *wish.ranges)

    def _felt(self, query: Query) -> list[tuple[Clause, float]]:
        """The moods that a query speaks of, and what fitting each of them counts."""
        refused = [c for c in query.wish.unwanted if isinstance(c, Clause) and self._fits.knows(c)]
        refused = [c for c in refused if all(facet.kind != "genre" for facet in c.facets)]  # the mask says enough
        said = [(clause, 1.0) for clause in (*query.wish.wanted, *query.wish.hoped)]
        said += [(clause, -UNWANTED) for clause in refused]
        tonight = {clause.mood for clause, _ in said}
        lasting = [(c, LASTING) for c in query.taste.moods] + [(c, -LASTING) for c in query.taste.vetoes]
        said += [(clause, weight) for clause, weight in lasting if clause.mood not in tonight]
        return [(clause, weight) for clause, weight in said if self._fits.knows(clause)]

    def _suits(self, mood: Clause, weight: float, wish: Wish) -> npt.NDArray[np.float32]:
        """How well each item (N,) fits a mood. Of an unwanted one only what fits it tells: "nothing dark" asks for no
        opposite."""
        fit = self._fits.fit(mood, _outright(wish))
        return fit if weight > 0 else fit.clip(min=0)


def _outright(wish: Wish) -> frozenset[Facet]:
    """The facets that whatever may be shown has for sure: those of a wish that takes no other."""
    return frozenset(clause.facets[0] for clause in wish.wanted if len(clause.facets) == 1)
