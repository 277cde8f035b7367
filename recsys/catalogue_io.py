"""Import of items from CSV, JSON Lines or Parquet, plain or compressed; text from outside is cleaned here."""

from __future__ import annotations

import csv
import hashlib
import json
import lzma
import math
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from recsys.catalogue import FACET_COLUMNS, MAKERS, Catalogue, Item
from recsys.errors import DataError
from recsys.files import OPENERS

KINDS: Final[Mapping[str, str]] = FACET_COLUMNS | {
    "genre": "genre",
    **{name: kind for kind in MAKERS for name in (kind, f"{kind}s")},
    "keyword": "keyword",
    "tags": "keyword",
    "language": "language",
    "languages": "language",
    "country": "country",
    "countries": "country",
}
"""Columns that hold a facet, whatever their cells look like, and its kind."""

SPELLED: Final = {
    "alt_titles": "aliases",
    "vote_count": "popularity",
    "vote_average": "rating",
    "minutes": "runtime",
}
"""What other catalogues (TMDB's) call a column of ours. Where a file has both, theirs wins: TMDB's own ``popularity``
is the week's traffic, not a count."""

PROSE: Final = ("overview", "description", "text")
IMAGES: Final = ("image", "poster", "poster_url")
"""Columns that hold the address of an item's picture."""
NUMBERS: Final = frozenset({"runtime", "popularity", "rating"})
MAX_CELL: Final = 1 << 20
MAX_ID: Final = 64
BEST: Final = 10
SHOWN: Final = 3
COLUMNS_SHOWN: Final = 12
YEARS: Final = range(-5000, 2201)
"""Books and paintings are older than films."""

Row: TypeAlias = tuple[str, dict[str, Any]]
"""Where a row stands ("line 4") and its cells by column."""

Opener: TypeAlias = Callable[..., Any]
"""Opens the file at hand with the mode and encoding it is given, unpacking it on the way."""

_BROKEN: Final = "\0broken"
"""Stands for a row's cells when they can't be told apart; the cell says why."""
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
_TURNING: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


class _Problem(Exception):
    """What is wrong with one row and how to mend it."""


def clean(text: str) -> str:
    """Text from outside in one line: NFC, single spaces, and no control characters, halves of surrogate pairs or
    marks that turn the direction of what follows."""
    if not text.isprintable():
        text = "".join(" " if c.isspace() else c for c in text if c.isspace() or not _is_unwanted(c))
    return " ".join(unicodedata.normalize("NFC", text).split())


def _is_unwanted(character: str) -> bool:
    return unicodedata.category(character) in _UNPRINTABLE or unicodedata.bidirectional(character) in _TURNING


def read_items(path: Path) -> Catalogue:
    """The items of a ``.csv``, ``.tsv``, ``.jsonl`` or ``.parquet`` file, also compressed (``.gz``, ``.xz``, ``.bz2``).

    A column ``title`` is needed. ``id`` is made from title and year where it is missing; ``overview`` may be called
    ``description`` or ``text``. Cells that hold several values are JSON arrays or separated by ``|``: genres,
    director, cast, keywords, tags, language, country and aliases. Columns that end in ``_id`` are other systems'
    ids; of the rest, those with numbers only become numbers and all others facets of their own name.

    Raises ``DataError`` that names the first rows to mend; nothing is imported then.
    """
    try:
        rows = [(place, {name: cell for name, cell in row.items() if _filled(cell)}) for place, row in _rows(path)]
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8: save it as UTF-8 and import it again.") from error
    except FileNotFoundError as error:
        raise DataError(f"{path} can't be read: there is no such file.") from error
    except (EOFError, lzma.LZMAError, zlib.error, pa.ArrowException, csv.Error, OSError) as error:
        raise DataError(f"{path} can't be read ({error}): check the file and import it again.") from error
    if not rows:
        raise DataError(f"{path} has no items: give it one row an item and a column `title`.")
    named = {name for _, row in rows for name in row} - {_BROKEN}
    if named and "title" not in named:
        has = ", ".join(sorted(named)[:COLUMNS_SHOWN])
        raise DataError(f"{path} has no column `title`: name one so. It has {has}.")
    numeric = _numeric({name for _, row in rows for name in row}, rows)
    items: dict[str, tuple[str, Item]] = {}
    problems: list[str] = []
    for place, row in rows:
        try:
            given = bool(row.get("id"))
            item = _item(row, numeric, path.name)
            if item.id in items:
                if given or item == items[item.id][1]:
                    raise _Problem(f"has the id {item.id!r} of {items[item.id][0]}: give each its own")
                item = replace(item, id=_next_free(item.id, items))
            items[item.id] = place, item
        except _Problem as problem:
            problems.append(f"{place} {problem}")
    if problems:
        more = f" (and {len(problems) - SHOWN} more)" if len(problems) > SHOWN else ""
        raise DataError(f"Nothing of {path} was imported: {'; '.join(problems[:SHOWN])}{more}.")
    return Catalogue(item for _, item in items.values())


def _rows(path: Path) -> Iterator[Row]:
    *rest, last = [suffix.lower() for suffix in path.suffixes] or [""]
    packed = last in OPENERS
    kind = (rest[-1] if rest else "") if packed else last
    if kind not in _READERS:
        raise DataError(f"{path} is neither CSV nor JSONL nor Parquet: give it the ending .csv, .jsonl or .parquet.")
    for place, row in _READERS[kind](partial(OPENERS[last] if packed else open, path)):
        named = {_column(name): cell for name, cell in row.items()}
        for theirs, ours in SPELLED.items():
            if _filled(named.get(theirs)):
                named[ours] = named.pop(theirs)
        yield place, named


def _read_csv(opened: Opener, delimiter: str = ",") -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL)
    with opened("rt", encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        header = next(reader, [])
        if len(header) == 1 and ";" in header[0]:  # as spreadsheets of half of Europe write it
            file.seek(0)
            reader = csv.reader(file, delimiter=";")
            header = next(reader, [])
        twice = [name for name, n in Counter(map(_column, header)).items() if n > 1]
        if twice:
            raise csv.Error(f"two columns are called `{twice[0]}`")
        line = reader.line_num + 1
        for cells in _whole(reader):
            if len(cells) == len(header):
                yield f"line {line}", dict(zip(header, cells, strict=True))
            elif cells:
                problem = f"has {len(cells)} cells where the header has {len(header)}: check its quotes"
                yield f"line {line}", {_BROKEN: problem}
            line = reader.line_num + 1


def _whole(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows; a cell that is too long, for which a missing quote is to blame as a rule, says so."""
    try:
        yield from reader
    except csv.Error as error:
        if "field limit" not in str(error):
            raise
        raise csv.Error(f"a cell is longer than {MAX_CELL:,} characters; is a quote missing?") from error


def _read_jsonl(opened: Opener) -> Iterator[Row]:
    with opened("rt", encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                row = None
            known = isinstance(row, dict)
            yield f"line {number}", row if known else {_BROKEN: 'is no JSON object: write {"title": ...}'}


def _read_parquet(opened: Opener) -> Iterator[Row]:
    number = 0
    with opened("rb") as file, pq.ParquetFile(file) as table:
        for batch in table.iter_batches():
            for row in batch.to_pylist():
                number += 1
                yield f"row {number}", row


_READERS: Final[Mapping[str, Callable[[Opener], Iterator[Row]]]] = {
    ".csv": _read_csv,
    ".tsv": partial(_read_csv, delimiter="\t"),
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".parquet": _read_parquet,
}


def _column(name: str) -> str:
    return name.strip().lower().replace(" ", "_")


def _filled(cell: Any) -> bool:
    return not (cell is None or cell in ("", [], {}) or (isinstance(cell, float) and math.isnan(cell)))


def _numeric(names: Iterable[str], rows: list[Row]) -> set[str]:
    """The columns whose every cell is a number, of those whose name doesn't say what they hold."""
    free = {name for name in names if name not in KINDS and not name.endswith("_id")}
    return {name for name in free if all(_number(row[name]) is not None for _, row in rows if name in row)} | NUMBERS


def _item(row: dict[str, Any], numeric: set[str], origin: str) -> Item:
    if _BROKEN in row:
        raise _Problem(row[_BROKEN])
    title = clean(_text(row.pop("title", "")))
    if not title:
        raise _Problem("has no title: fill the column `title`")
    year = _year(row.pop("year", None))
    given = clean(_text(row.pop("id", "")))
    if len(given) > MAX_ID:
        raise _Problem(f"has an id of more than {MAX_ID} characters: shorten it")
    overview = [clean(_text(row.pop(name, ""))) for name in PROSE]
    aliases = tuple(_values(row.pop("aliases", ())))
    facets: dict[str, tuple[str, ...]] = {}
    numbers: dict[str, float] = {}
    external: dict[str, str] = {}
    for name, cell in row.items():
        if name in numeric:
            number = _number(cell)
            if number is None:
                raise _Problem(f"has {clean(_text(cell))[:30]!r} as {name}: write a number")
            if name == "rating" and not 0 <= number <= BEST:
                raise _Problem(f"has the rating {number:g}: ratings go from 0 to {BEST}")
            numbers[name] = number
        elif name.endswith("_id"):
            external[name] = clean(_text(cell))
        elif name in IMAGES:
            if (address := clean(_text(cell))).startswith(("http://", "https://")):
                external.setdefault("image", address)
        else:
            kind = KINDS.get(name, name)
            facets[kind] = tuple(dict.fromkeys((*facets.get(kind, ()), *_values(cell))))
    item = Item(
        id=given or _made_id(title, year),
        title=title,
        year=year,
        overview=next(filter(None, overview), ""),
        facets={kind: values for kind, values in facets.items() if values},
        numbers=numbers,
        external=external,
        aliases=aliases,
    )
    known = ["title", *(name for name in ("year", "overview", "aliases") if getattr(item, name))]
    return replace(item, sources=dict.fromkeys([*known, *item.facets, *numbers], origin))


def _made_id(title: str, year: int | None) -> str:
    """A readable id ("heat-1995"); a hash ends those that would be too long or empty."""
    words = re.sub(r"\W+", "-", unicodedata.normalize("NFKC", title).casefold()).strip("-")
    made = "-".join(filter(None, (words, str(year) if year is not None else "")))
    if words and len(made) <= MAX_ID:
        return made
    return f"{made[:40]}-{hashlib.sha256(f'{title}{year}'.encode()).hexdigest()[:12]}".strip("-")


def _next_free(made: str, taken: Container[str]) -> str:
    """Two films may share title and year: the second one's made id gets a number."""
    return next(free for n in count(2) if (free := f"{made[: MAX_ID - 4]}-{n}") not in taken)


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dict | list):
        raise _Problem("has a list or an object where text belongs: write text")
    return str(cell)


def _values(cell: Any) -> list[str]:
    """The values of a cell: a list (of texts or of objects with a name), a JSON array, or text separated by ``|``."""
    if isinstance(cell, str):
        try:
            parsed = json.loads(cell) if cell.lstrip().startswith("[") else None
        except (ValueError, RecursionError):
            parsed = None
        cell = parsed if isinstance(parsed, list) else cell.split("|")
    cells = cell if isinstance(cell, list | tuple) else [cell]
    texts = (_text(value.get("name", value) if isinstance(value, dict) else value) for value in cells if _filled(value))
    return list(dict.fromkeys(text for value in texts if (text := clean(value))))


def _number(cell: Any) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        number = float(cell)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _year(cell: Any) -> int | None:
    """A year, also out of a date ("1995-12-15")."""
    if cell is None:
        return None
    text = clean(_text(cell))
    match = re.match(r"^(-?\d{1,4})(?:\.0+|-\d{1,2}-\d{1,2}.*)?$", text)
    if not match or int(match[1]) not in YEARS:
        raise _Problem(f"has {text[:30]!r} as year: write a year such as 1995")
    return int(match[1])
