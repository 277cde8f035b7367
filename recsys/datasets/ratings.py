"""MovieLens ratings: from the pickle that ships them to films and ratings as plain columns."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from recsys.datasets import unpickle
from recsys.errors import DataError


@dataclass(frozen=True, slots=True)
class RatedFilm:
    """A film as MovieLens lists it. ``count`` people rated it, ``mean`` stars (0.5 to 5) on average."""

    id: int
    title: str
    year: int
    genres: tuple[str, ...]
    count: int
    mean: float


def read_movielens(source: Path) -> pa.Table:
    """The MovieLens table: movieId, title, year, genres, userId, rating, timestamp; a row a rating.

    The pickle is untrusted: it is read in a child process that knows nothing but data frames (see
    ``unpickle``). Raises ``DataError`` when it is anything else.
    """
    with TemporaryDirectory(prefix="usher-") as folder:
        target = Path(folder) / "ratings.parquet"
        command = [sys.executable, "-I", unpickle.__file__, str(source), str(target)]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)  # noqa: S603
        except subprocess.CalledProcessError as error:
            reason = (error.stderr.strip().splitlines() or ["the reader was stopped"])[-1]
            raise DataError(f"{source} is no MovieLens data frame ({reason}): delete it and fetch it again.") from error
        except subprocess.TimeoutExpired as error:
            raise DataError(f"{source} took too long to read: delete it and fetch it again.") from error
        with pq.ParquetFile(target) as file:
            return file.read()


def rated_films(table: pa.Table) -> list[RatedFilm]:
    """Each film of the table once, in order of its id, without those that have no title or year."""
    grouped = table.group_by(["movieId", "title", "year", "genres"], use_threads=False).aggregate(
        [("rating", "count"), ("rating", "mean")]
    )
    films = [
        RatedFilm(
            row["movieId"],
            row["title"],
            int(row["year"]),
            tuple(row["genres"].split("|")),
            row["rating_count"],
            row["rating_mean"],
        )
        for row in grouped.to_pylist()
        if row["title"] and row["year"]
    ]
    return sorted(films, key=lambda film: film.id)
