"""Items and the catalogue that holds them: ids outside, rows inside, mapped here and nowhere else."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from recsys.errors import DataError
from recsys.files import replacing

Rows = npt.NDArray[np.int64]

FACET_COLUMNS: Final = {"genres": "genre", "director": "director", "cast": "cast", "keywords": "keyword"}
"""The list columns of the JSONL export and the facet kind that each one holds."""


REMEMBERED: Final = 1000
"""Words looked for in all texts whose rows are kept."""
MAKERS: Final = ("director", "author", "artist", "designer", "creator")
"""Kinds of facets that say who made an item: what they are called for films, books, music and anything else."""
PEOPLE: Final = (*MAKERS, "cast")
"""Kinds of facets whose values are people."""


class Facet(NamedTuple):
    """One searchable property of an item, such as ``Facet("genre", "Crime")``."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Item:
    """Anything that can be recommended.

    ``facets`` maps a kind ("genre", "director", "cast", "keyword", "language", ...) to its values in display
    form; ``numbers`` holds quantities by name ("runtime" in minutes); ``external`` holds the ids that other
    systems use ("imdb_id", "tmdb_id", "movielens_id"); ``sources`` names the origin of each field.
    """

    id: str
    title: str
    year: int | None = None
    overview: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    external: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The title with its year, as people write it."""
        return f"{self.title} ({self.year})" if self.year else self.title

    @property
    def makers(self) -> tuple[Facet, ...]:
        """Who made it, by the first of ``MAKERS`` that it has."""
        return self.people(MAKERS)

    def people(self, kinds: Sequence[str]) -> tuple[Facet, ...]:
        """Its people by the first of these kinds that it has any of."""
        kind = next((kind for kind in kinds if self.facets.get(kind)), "")
        return tuple(Facet(kind, name) for name in self.facets.get(kind, ()))

    def has_any(self, facets: Iterable[Facet]) -> bool:
        """Whether it has one of some facets."""
        return any(facet.value in self.facets.get(facet.kind, ()) for facet in facets)

    def number(self, name: str) -> float | None:
        """A quantity by name; ``"year"`` counts as one."""
        return self.year if name == "year" else self.numbers.get(name)

    def text(self) -> str:
        """What the encoder reads: most telling first, since encoders cut long texts at the end."""
        genres = ", ".join(self.facets.get("genre", ()))
        keywords = ", ".join(self.facets.get("keyword", ())[:12])
        makers = ", ".join(maker.value for maker in self.makers[:2])
        made = "Directed by" if "director" in self.facets else "By"
        cast = ", ".join(self.facets.get("cast", ())[:4])
        parts = [
            self.name + ".",
            f"{genres}." if genres else "",
            self.overview,
            f"Themes: {keywords}." if keywords else "",
            f"{made} {makers}." if makers else "",
            f"With {cast}." if cast else "",
        ]
        return " ".join(p for p in parts if p)


class Catalogue:
    """An ordered, immutable set of items. A row is an item's position; ids are unique."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items: tuple[Item, ...] = tuple(items)
        self._rows = {item.id: row for row, item in enumerate(self.items)}
        self._numbers: dict[str, npt.NDArray[np.float64]] = {}
        self._saying: dict[str, Rows] = {}
        if len(self._rows) != len(self.items):
            raise DataError("The catalogue has two items with one id; ids must be unique.")

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, item_id: str) -> bool:
        return item_id in self._rows

    def __getitem__(self, item_id: str) -> Item:
        return self.items[self._rows[item_id]]

    def row(self, item_id: str) -> int:
        """The row of an id; raises ``KeyError`` when the catalogue lacks it."""
        return self._rows[item_id]

    @cached_property
    def _facet_rows(self) -> dict[Facet, Rows]:
        rows: dict[Facet, list[int]] = {}
        for row, item in enumerate(self.items):
            for kind, values in item.facets.items():
                for value in dict.fromkeys(values):
                    rows.setdefault(Facet(kind, value), []).append(row)
        return {facet: np.asarray(r, dtype=np.int64) for facet, r in rows.items()}

    def rows_with(self, facet: Facet) -> Rows:
        """Sorted rows of the items that carry a facet; empty when none does."""
        return self._facet_rows.get(facet, np.empty(0, dtype=np.int64))

    @cached_property
    def _told(self) -> tuple[str, list[int]]:
        """What the items' titles and descriptions say, as one text in lower case, and where each item's begins."""
        texts = [f"\n{item.title}. {item.overview} ".casefold().replace("-", " ") for item in self.items]
        return "".join(texts), [0, *accumulate(map(len, texts))]

    def rows_saying(self, words: str) -> Rows:
        """Sorted rows of the items whose title or description has these words, in lower case, as they stand."""
        rows = self._saying.get(words)
        if rows is None:
            text, starts = self._told
            found, at = set(), text.find(words)
            while words and at >= 0:
                end = at + len(words)
                if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
                    found.add(bisect_right(starts, at) - 1)
                at = text.find(words, end)
            rows = np.array(sorted(found), dtype=np.int64)
            if len(self._saying) >= REMEMBERED:  # people may refuse anything
                self._saying.clear()
            self._saying[words] = rows
        return rows

    def facets(self) -> Iterable[Facet]:
        """Every facet that some item carries."""
        return self._facet_rows.keys()

    def values(self, kind: str) -> dict[str, int]:
        """Every value of a facet kind and how many items carry it."""
        return {f.value: len(rows) for f, rows in self._facet_rows.items() if f.kind == kind}

    def number(self, name: str) -> npt.NDArray[np.float64]:
        """A quantity for every row, shape (N,); NaN where unknown. Not to be written to: it is made once."""
        if name not in self._numbers:
            values = (item.number(name) for item in self.items)
            self._numbers[name] = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
        return self._numbers[name]

    def columns(self) -> str:
        """What the items have: "numbers pages (69), runtime (12); facets author (69), genre (69)"; in brackets how many
        have it."""
        kinds = Counter(kind for item in self.items for kind in item.facets)
        names = Counter(name for item in self.items for name in item.numbers)
        told = (
            f"{what} " + ", ".join(f"{name} ({count:,})" for name, count in sorted(found.items()))
            for what, found in (("numbers", names), ("facets", kinds))
            if found
        )
        return "; ".join(told)

    def quantile(self, name: str, share: float) -> float | None:
        """The value of a quantity below which this share of the items is; None when it is known of none."""
        values = self.number(name)
        known = values[~np.isnan(values)]
        return float(np.quantile(known, share)) if len(known) else None

    @cached_property
    def version(self) -> str:
        """A short hash of every item in order: two catalogues with one version are the same."""
        digest = hashlib.sha256()
        for item in self.items:
            facets = {kind: values for kind, values in item.facets.items() if values}
            numbers = {name: float(value) for name, value in item.numbers.items()}
            fields: list[Any] = [item.id, item.title, item.year, item.overview, facets, numbers]
            fields += [dict(item.external), item.aliases, dict(item.sources)]
            digest.update(json.dumps(fields, sort_keys=True).encode() + b"\n")
        return digest.hexdigest()[:16]

    def save(self, path: Path) -> None:
        """Writes one Parquet file (zstd) in place of ``path``, complete or not at all.

        Columns: ``id``, ``title``, ``year``, ``overview``, ``aliases`` and one column a name for ``facet.*``
        (lists), ``number.*``, ``external.*`` and ``source.*``. The same items give the same bytes.
        """
        with replacing(path) as aside:
            pq.write_table(_table(self.items), aside, compression="zstd", write_page_checksum=True)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads what ``save`` wrote; raises ``DataError`` when the file is missing or damaged."""
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                return cls(_items(file.read()))
        except (OSError, pa.ArrowException, KeyError) as error:
            state = "is damaged" if path.exists() else "does not exist"
            mend = "run `usher catalogue build`, or import your own again"
            raise DataError(f"The catalogue {path} {state}: {mend}.") from error

    def export_jsonl(self, path: Path) -> None:
        """Writes one JSON object a line: id, title, year, genres, director, cast, runtime, language, keywords,
        overview, imdb_id and tmdb_id, where what is unknown is ``null`` (a list: empty); then what else
        the item has, each under its own name."""
        with replacing(path) as aside, aside.open("w", encoding="utf-8") as file:
            for item in self.items:
                file.write(json.dumps(_exported(item), ensure_ascii=False) + "\n")


def _exported(item: Item) -> dict[str, Any]:
    lists = {column: list(item.facets.get(kind, ())) for column, kind in FACET_COLUMNS.items()}
    runtime = item.numbers.get("runtime")
    languages = list(item.facets.get("language", ()))
    several = languages if len(languages) > 1 else []
    told = {*FACET_COLUMNS.values(), "language"}
    facets = {kind: list(values) for kind, values in item.facets.items() if kind not in told}
    rest = {"languages": several, "aliases": list(item.aliases), **facets, **item.numbers, **item.external}
    return {
        "id": item.id,
        "title": item.title,
        "year": item.year,
        "genres": lists["genres"],
        "director": lists["director"],
        "cast": lists["cast"],
        "runtime": int(runtime) if runtime is not None and runtime.is_integer() else runtime,
        "language": next(iter(languages), None),
        "keywords": lists["keywords"],
        "overview": item.overview or None,
        "imdb_id": item.external.get("imdb_id"),
        "tmdb_id": item.external.get("tmdb_id"),
    } | {name: value for name, value in rest.items() if value and name != "runtime"}


def _table(items: tuple[Item, ...]) -> pa.Table:
    columns = {
        "id": pa.array([item.id for item in items], pa.string()),
        "title": pa.array([item.title for item in items], pa.string()),
        "year": pa.array([item.year for item in items], pa.int32()),
        "overview": pa.array([item.overview for item in items], pa.string()),
        "aliases": pa.array([item.aliases for item in items], pa.list_(pa.string())),
    }
    groups: dict[str, tuple[list[Mapping[str, Any]], pa.DataType]] = {
        "facet": ([item.facets for item in items], pa.list_(pa.string())),
        "number": ([item.numbers for item in items], pa.float64()),
        "external": ([item.external for item in items], pa.string()),
        "source": ([item.sources for item in items], pa.string()),
    }
    for group, (mappings, kind) in groups.items():
        for name in sorted({name for mapping in mappings for name in mapping}):
            columns[f"{group}.{name}"] = pa.array([mapping.get(name) for mapping in mappings], kind)
    return pa.table(columns)


def _items(table: pa.Table) -> list[Item]:
    mappings: dict[str, list[dict[str, Any]]] = {
        group: [{} for _ in range(len(table))] for group in ("facet", "number", "external", "source")
    }
    for column in table.column_names:
        group, _, name = column.partition(".")
        if group not in mappings:
            continue
        values = _lists(table[column]) if group == "facet" else table[column].to_pylist()
        for mapping, value in zip(mappings[group], values, strict=True):
            if value is not None and value != ():
                mapping[name] = value
    rows = zip(
        table["id"].to_pylist(),
        table["title"].to_pylist(),
        table["year"].to_pylist(),
        table["overview"].to_pylist(),
        mappings["facet"],
        mappings["number"],
        mappings["external"],
        _lists(table["aliases"]),
        mappings["source"],
        strict=True,
    )
    return [Item(*row) for row in rows]


def _lists(column: pa.ChunkedArray) -> list[tuple[str, ...]]:
    """A column of string lists as tuples, without a scalar object for each string: ten times faster."""
    array = column.combine_chunks()
    values = array.values.to_numpy(zero_copy_only=False).tolist()
    return [tuple(values[start:end]) for start, end in pairwise(array.offsets.to_pylist())]
