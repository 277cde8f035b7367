"""Words of a request against the words of items."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recsys.words import stem

RARE: Final = 3.0
"""The rarity (inverse document frequency) from which on a word tells what a request is about: one text in twenty."""
_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a text, without case and accents."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(text.casefold())


def stems_of(text: str) -> list[str]:
    """The same without inflection, as far as English goes."""
    return [stem(word) for word in words_of(text)]


class Lexical:
    """BM25 (Robertson & Zaragoza 2009) over N item texts; each distinct word of a request counts once. ``read`` takes a
    text apart."""

    def __init__(
        self, texts: Sequence[str], *, k1: float = 1.2, b: float = 0.5, read: Callable[[str], list[str]] = words_of
    ) -> None:
        self._read = read
        self._column: dict[str, int] = {}
        counted = [Counter(read(text)) for text in texts]
        lengths = np.array([sum(c.values()) for c in counted], dtype=np.float64)
        norm = k1 * (1 - b + b * lengths / max(float(lengths.mean()) if len(lengths) else 0.0, 1.0))
        row = np.repeat(np.arange(len(texts)), [len(c) for c in counted])
        column = np.array([self._column.setdefault(w, len(self._column)) for c in counted for w in c], dtype=np.int64)
        times = np.array([n for c in counted for n in c.values()], dtype=np.float64)
        holders = np.bincount(column, minlength=len(self._column))
        rarity = np.log(1 + (len(texts) - holders + 0.5) / (holders + 0.5))
        values = rarity[column] * times * (k1 + 1) / (times + norm[row]) if len(column) else times
        shape = (len(self._column), len(texts))
        self._rarity = rarity
        self._table = sparse.csr_matrix((values.astype(np.float32), (column, row)), shape=shape)

    def scores(self, text: str, weights: Mapping[str, float] | None = None) -> npt.NDArray[np.float32]:
        """The score (N,) of each item; ``weights``: what a word counts, 1 for those it lacks."""
        return self._added({w: 1.0 if weights is None else weights.get(w, 1.0) for w in self._read(text)})

    def coverage(self, text: str) -> npt.NDArray[np.float32]:
        """How much of what is rare in a text each item (N,) holds: from 0, nothing, to 1, all of it that any has."""
        known = {w: float(self._rarity[self._column[w]]) for w in self._read(text) if w in self._column}
        rare = {word: rarity for word, rarity in known.items() if rarity >= RARE}
        found: npt.NDArray[np.float32] = self._added(dict.fromkeys(rare, 1.0)) / np.float32(sum(rare.values()) or 1.0)
        return found.clip(max=1.0)

    def _added(self, counts: Mapping[str, float]) -> npt.NDArray[np.float32]:
        """The sum (N,) of words' scores, each times what it counts."""
        known = {self._column[word]: count for word, count in counts.items() if word in self._column}
        out: npt.NDArray[np.float32] = self._table[list(known)].T @ np.array(list(known.values()), dtype=np.float32)
        return out

    def requests(self, texts: Sequence[str]) -> sparse.csr_matrix[np.float32]:
        """Which known words each text has, (n, V): for ``answers``."""
        known = [[self._column[w] for w in dict.fromkeys(self._read(text)) if w in self._column] for text in texts]
        starts = np.cumsum([0, *(len(columns) for columns in known)])
        columns = np.array([c for some in known for c in some], dtype=np.int64)
        shape = (len(texts), len(self._column))
        return sparse.csr_matrix((np.ones(len(columns), dtype=np.float32), columns, starts), shape=shape)

    def answers(self, requests: sparse.csr_matrix[np.float32]) -> npt.NDArray[np.float32]:
        """The scores (n, N) of every item for weighted words (n, V)."""
        return np.asarray((requests @ self._table).todense())
