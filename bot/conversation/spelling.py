"""How rare a word is, and which known word a misspelt one was meant to be."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

NUMBER_RARITY = 4.5
NAMELIKE = 8.5
"""The rarity of an everyday word from which on it is rather a name: "cruise", "nolan"."""


class Rarity:
    """The rarity of words, the log of their rank: about 1 for "the", 7 for "heat", 9.5 for a word that few use."""

    def __init__(self, ranks: Mapping[str, int]) -> None:
        self._ranks = ranks
        self._rarest = math.log(len(ranks) + 1000)

    def __call__(self, norm: str) -> float:
        """The rarity of a folded word."""
        if norm.isdigit():
            return NUMBER_RARITY
        rank = self._ranks.get(norm)
        return self._rarest if rank is None else math.log(rank + 1)

    def common(self, norm: str) -> bool:
        """Whether it is an everyday word."""
        return norm in self._ranks

    def inflected(self, norm: str) -> bool:
        """Whether it is an everyday word or a form of one."""
        stems = (norm, norm.removesuffix("s"), norm.removesuffix("ing"), norm.removesuffix("ed"))
        return any(
            stem in self._ranks or (stem != norm and stem[-2:-1] == stem[-1:] and stem[:-1] in self._ranks)
            for stem in stems
        )


def undouble(key: str) -> str:
    """Doubled letters once: "frozzen" and "frozen" agree."""
    return re.sub(r"(.)\1+", r"\1", key)


def skeleton(word: str) -> str:
    """The consonants as they sound: "insyder" and "insider" agree."""
    sounds = word.replace("ph", "f").replace("ck", "k").replace("c", "k").replace("z", "s").replace("q", "k")
    return undouble(re.sub(r"(?<!^)[aeiouyhw]", "", sounds))


class Spelling:
    """Known words with a weight (0..1) each, the likelier the word the higher."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._shelves: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in weights:
            if len(word) >= 3:
                self._shelves[word[0], len(word)].append(word)
        self.meant = lru_cache(4096)(self._meant)

    def _meant(self, word: str) -> tuple[tuple[str, int], ...]:
        """Up to five words that may have been meant, likeliest first, with their edit distance."""
        if len(word) < 4 or not word.isalpha():
            return ()
        reach = 1 if len(word) < 6 else 2
        found: list[tuple[float, str, int]] = []
        for length in range(len(word) - reach, len(word) + reach + 1):
            shelf = self._shelves.get((word[0], length), ())
            for other, distance, _ in process.extract(word, shelf, scorer=OSA.distance, score_cutoff=2, limit=None):
                alike = skeleton(word) == skeleton(other)
                # Short words may be two edits off when they sound alike.
                if distance and (distance <= reach or alike):
                    found.append((distance - alike - self._weights[other], other, int(distance)))
        return tuple((other, distance) for _, other, distance in sorted(found)[:5])
