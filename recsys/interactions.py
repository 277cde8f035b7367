"""Who rated what, and how: one reader for every file of ratings, and the tables that models learn from."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv
from scipy import sparse

from recsys.catalogue import Catalogue
from recsys.errors import DataError
from recsys.files import OPENERS

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "user": ("user", "user_id", "userid"),
    "item": ("item", "item_id", "itemid", "movieid", "movie_id"),
    "rating": ("rating",),
    "timestamp": ("timestamp",),
}
"""The names that each column goes by, in lower case and without RecBole's type ("user_id:token")."""
NAMES: Final = ("ratings.csv", "ratings.csv.xz", "ratings.csv.gz", "ratings.parquet")
"""What a folder of ratings may call them."""
BEST: Final = 5
"""The best rating that somebody can give."""
_DELIMITERS: Final = {".inter": "\t", ".csv": ",", ".tsv": "\t"}


@dataclass(frozen=True, slots=True)
class Interactions:
    """Ratings as codes: row n says that ``users[user[n]]`` gave ``items[item[n]]`` the rating ``rating[n]``.

    ``users`` and ``items`` are ids in ascending order, as numbers where all of them are numbers. ``user`` and ``item``
    (R,) int64, ``rating`` (R,) float32, ``timestamp`` (R,) float64 in seconds, NaN where unknown. Every pair occurs
    once, rows run by user, then item.
    """

    users: tuple[str, ...]
    items: tuple[str, ...]
    user: Codes
    item: Codes
    rating: Floats
    timestamp: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.user)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The ratings of a RecBole ``.inter`` file, a ``.csv`` or ``.tsv`` with a header, a ``.parquet`` file, or a
        MovieLens folder; ``.xz`` and ``.gz`` are unpacked on the way.

        Of several ratings by one user for one item the last one counts. Raises ``DataError`` for a file that is
        missing, damaged, empty, or lacks a column.
        """
        table = _table(path)
        names = {name.lower().split(":")[0]: name for name in table.column_names}
        columns: dict[str, Any] = {}
        for column, aliases in COLUMNS.items():
            found = next((names[a] for a in aliases if a in names), None)
            if found is None and column != "timestamp":
                raise DataError(f"{path} has no column for the {column}: name one `{aliases[0]}`.")
            columns[column] = None if found is None else table[found]
        if not len(table):
            raise DataError(f"{path} holds no ratings: give it one row a rating.")
        try:
            rating = pc.cast(columns["rating"], pa.float32()).to_numpy()
            missing = columns["timestamp"] is None
            when = np.full(len(table), np.nan) if missing else pc.cast(columns["timestamp"], pa.float64()).to_numpy()
        except (pa.ArrowException, ValueError) as error:
            raise DataError(f"{path} has a rating or timestamp that is no number ({error}): mend that row.") from error
        if columns["user"].null_count or columns["item"].null_count or not np.isfinite(rating).all():
            raise DataError(f"{path} has a row without a user, item or rating: fill it or take it out.")
        users, user = _codes(columns["user"])
        items, item = _codes(columns["item"])
        order = np.lexsort((np.arange(len(user)), when, item, user))
        user, item, rating, when = user[order], item[order], rating[order], when[order]
        last = np.append((np.diff(user) != 0) | (np.diff(item) != 0), True)
        return cls(users, items, user[last], item[last], rating[last], when[last])

    def where(self, kept: npt.NDArray[np.bool_], least: int = 1) -> Self:
        """The rows ``kept`` (R,) of users who keep at least ``least``. Users without a row are gone, items stay."""
        counts = np.bincount(self.user[kept], minlength=len(self.users))
        kept = kept & (counts >= least)[self.user]
        present, user = np.unique(self.user[kept], return_inverse=True)
        users = tuple(self.users[u] for u in present)
        return type(self)(users, self.items, user, self.item[kept], self.rating[kept], self.timestamp[kept])

    def of(self, users: Sequence[str]) -> Self:
        """All rows of some users who have any."""
        return self.where(np.isin(self.users, list(users))[self.user])

    def relabelled(self, rows: Mapping[str, int], items: Sequence[str]) -> Self:
        """The same ratings over other items: ``rows`` maps the ids of now to positions in ``items``. Ratings of items
        that it lacks are left out."""
        place = np.array([rows.get(i, -1) for i in self.items], dtype=np.int64)
        kept = self.where(place[self.item] >= 0)
        codes = place[kept.item]
        order = np.lexsort((codes, kept.user))
        return type(self)(
            kept.users, tuple(items), kept.user[order], codes[order], kept.rating[order], kept.timestamp[order]
        )

    def matrix(self, values: npt.NDArray[np.floating] | None = None) -> sparse.csr_matrix[np.float32]:
        """Users by items (U, N) float32, sorted; ``values`` (R,) or ones."""
        ones = np.ones(len(self), dtype=np.float32) if values is None else values.astype(np.float32)
        return sparse.csr_matrix((ones, (self.user, self.item)), shape=(len(self.users), len(self.items)))


@dataclass(frozen=True, slots=True)
class Table:
    """What models learn from: ``strength`` (U, N) float32, 0 to 1, of all that people rated. From ``liked`` on it is a
    like, and everybody has one.

    Likes are what is to be found and what makes an item popular. How items go together is learned from all of it: what
    somebody took and liked less still tells what is taken together.
    """

    strength: sparse.csr_matrix[np.float32]
    liked: float

    @classmethod
    def of(cls, strength: sparse.csr_matrix[np.float32], liked: float) -> Table:
        """The table without those who like nothing."""
        table = cls(strength, liked)
        return table.people(table.liking())

    def __len__(self) -> int:
        return int(self.strength.shape[0])

    def people(self, rows: Codes) -> Table:
        """Some of the people, in that order."""
        return Table(self.strength[rows], self.liked)

    def where(self, kept: sparse.csr_matrix[np.float32] | Floats) -> Table:
        """Without the cells, or items, where ``kept`` (U, N) or (N,) is zero."""
        strength = sparse.csr_matrix(self.strength.multiply(kept))
        strength.eliminate_zeros()
        return Table(strength, self.liked)

    def liking(self) -> Codes:
        """Who likes anything, as rows in their order."""
        return np.flatnonzero(self.likes().getnnz(axis=1))

    def beside(self, other: Table) -> Table:
        """The people of both, these first."""
        return Table(sparse.vstack((self.strength, other.strength), format="csr"), self.liked)

    def likes(self) -> sparse.csr_matrix[np.float32]:
        """1 for each like, (U, N)."""
        likes = self.strength.copy()
        likes.data = (likes.data >= np.float32(self.liked)).astype(np.float32)
        likes.eliminate_zeros()
        return likes


def sample(x: sparse.csr_matrix[np.float32], most: int, seed: int) -> sparse.csr_matrix[np.float64]:
    """At most so many people (rows) of ``x`` (U, N), of those who have anything, in their order."""
    some = np.flatnonzero(np.diff(x.indptr))
    if len(some) > most:
        some = np.sort(np.random.default_rng(seed).choice(some, most, replace=False))
    return x[some].astype(np.float64)


def of_five(path: Path) -> Interactions:
    """The ratings of a file whose best is five; raises ``DataError`` for others."""
    data = Interactions.read(path)
    if (best := float(data.rating.max())) > BEST:
        raise DataError(f"{path} has the rating {best:g}: ratings of people go up to {BEST}.")
    return data


def rows_on(data: Interactions, catalogue: Catalogue) -> dict[str, int]:
    """Rated id -> the catalogue's row, by its own ids or MovieLens', IMDb's or TMDB's, whichever link most ratings:
    numbers of two systems must not be mixed. Raises ``DataError`` when nothing links."""
    spaces = [{item.id: n for n, item in enumerate(catalogue.items)}]
    for name in ("movielens_id", "imdb_id", "tmdb_id"):
        spaces.append({i.external[name]: n for n, i in enumerate(catalogue.items) if name in i.external})
    counts = np.bincount(data.item, minlength=len(data.items))
    found = [{i: space[i] for i in data.items if i in space} for space in spaces]
    best = max(found, key=lambda rows: sum(int(n) for i, n in zip(data.items, counts, strict=True) if i in rows))
    if not best:
        raise DataError("No rated item is in the catalogue: give one whose ids are those of the ratings.")
    return best


def on_catalogue(data: Interactions, catalogue: Catalogue) -> Interactions:
    """The ratings over a catalogue's rows, linked as ``rows_on`` says; those of other items are left out."""
    return data.relabelled(rows_on(data, catalogue), [item.id for item in catalogue.items])


def _table(path: Path) -> pa.Table:
    if path.is_dir():
        found = next((path / name for name in NAMES if (path / name).exists()), None)
        if found is None:
            raise DataError(f"The folder {path} has no ratings: put a ratings.csv there.")
        path = found
    *rest, last = [suffix.lower() for suffix in path.suffixes] or [""]
    packed = last in OPENERS
    kind = (rest[-1] if rest else "") if packed else last
    if kind != ".parquet" and kind not in _DELIMITERS:
        raise DataError(f"{path} is no file of ratings: give it the ending .inter, .csv, .tsv or .parquet.")
    text = csv.ConvertOptions(column_types=dict.fromkeys(_spellings("user", "item"), pa.string()))
    try:
        with OPENERS[last](path) if packed else path.open("rb") as file:
            if kind == ".parquet":
                return pq.read_table(pa.BufferReader(file.read()))
            return csv.read_csv(file, parse_options=csv.ParseOptions(delimiter=_DELIMITERS[kind]), convert_options=text)
    except (OSError, EOFError, lzma.LZMAError, zlib.error, pa.ArrowException) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise DataError(f"The ratings {path} can't be read ({reason}): check the file.") from error


def _spellings(*columns: str) -> list[str]:
    """How files write these columns, so that ids are read as text: 007 is not 7."""
    plain = [alias for column in columns for alias in COLUMNS[column]]
    camel = ["userId", "movieId", "itemId"]
    return [*plain, *camel, *(f"{name}:token" for name in plain)]


def _codes(column: pa.ChunkedArray) -> tuple[tuple[str, ...], Codes]:
    """Distinct ids in order, and each row's position among them."""
    encoded = pc.cast(column, pa.string()).combine_chunks().dictionary_encode()
    ids = encoded.dictionary.to_pylist()
    try:
        order = sorted(range(len(ids)), key=lambda n: int(ids[n]))
    except ValueError:
        order = sorted(range(len(ids)), key=lambda n: ids[n])
    place = np.empty(len(ids), dtype=np.int64)
    place[order] = np.arange(len(ids))
    return tuple(ids[n] for n in order), place[encoded.indices.to_numpy()]
