"""What each source says of each film, in one shape and one vocabulary."""

from __future__ import annotations

import csv
import html
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from recsys.catalogue_io import clean
from recsys.datasets.ratings import RatedFilm
from recsys.datasets.titles import split_aliases
from recsys.datasets.vocabulary import (
    CERTIFICATES,
    COUNTRIES,
    GENRES,
    LANGUAGE_CODES,
    LANGUAGES,
    unify,
)
from recsys.errors import DataError

MAX_FIELD = 1 << 20
SHORTEST = 5
"""Minutes; a shorter running time is a slip in the source (Wikidata gives "Machuca" one minute)."""


@dataclass(frozen=True, slots=True)
class Record:
    """A film as one source describes it. ``score`` runs from 0 to 10 and stands on ``votes`` votes;
    ``reviews`` counts critics."""

    source: str
    id: str
    title: str
    year: int
    aliases: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    certificate: str = ""
    runtime: float | None = None
    overview: str = ""
    score: float | None = None
    votes: int = 0
    critics: float | None = None
    metacritic: float | None = None
    reviews: int = 0


def plausible(title: str | None, year: int | None) -> bool:
    """Whether a film has a title and a year in which films are made."""
    return bool(title and title.strip()) and year is not None and 1874 <= year <= 2030


def wikidata(path: Path) -> list[Record]:
    """The films of ``movies.db`` in order of their imdb id, each id once."""
    query = """
        SELECT imdbID, Title, Year, omdb.Rating AS certificate, Runtime, Genre, Director, "Cast" AS actors,
               Metacritic, Language, Country, tomatoes.Rating AS critics, Reviews
        FROM omdb JOIN tomatoes USING (ID) ORDER BY imdbID, Year
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            rows = database.execute(query).fetchall()
    except sqlite3.Error as error:
        raise DataError(f"{path} is no film database: delete it and run `usher catalogue build`.") from error
    records: dict[str, Record] = {}
    for row in rows:
        if row["imdbID"] in records or not plausible(row["Title"], row["Year"]):
            continue
        records[row["imdbID"]] = Record(
            source="wikidata",
            id=row["imdbID"],
            title=clean(row["Title"]),
            year=row["Year"],
            genres=unify(_names(row["Genre"]), GENRES),
            directors=_names(row["Director"]),
            cast=_names(row["actors"]),
            languages=_specific(unify(_names(row["Language"]), LANGUAGES)),
            countries=unify(_names(row["Country"]), COUNTRIES),
            certificate=CERTIFICATES.get(row["certificate"], row["certificate"] or ""),
            runtime=_minutes(row["Runtime"]),
            critics=row["critics"],
            metacritic=row["Metacritic"],
            reviews=row["Reviews"] or 0,
        )
    return _main_language_first(list(records.values()))


def _main_language_first(records: list[Record]) -> list[Record]:
    """Wikidata lists languages by the alphabet; the more usual in a film's countries the likelier the main one."""
    films = Counter(country for record in records for country in record.countries)
    usual = Counter((country, spoken) for r in records for country in r.countries for spoken in r.languages)

    def rank(record: Record, language: str) -> tuple[float, str]:
        shares = (usual[country, language] / films[country] for country in record.countries)
        return -sum(shares), language

    return [replace(r, languages=tuple(sorted(r.languages, key=partial(rank, r)))) for r in records]


def tmdb(films: Path, credits: Path) -> list[Record]:  # noqa: A002
    """The films of TMDB 5000 in order of their number."""
    people = {row["movie_id"]: row for row in _rows(credits)}
    records = []
    for row in _rows(films):
        year = int(row["release_date"][:4]) if row["release_date"] else None
        if not plausible(row["title"], year):
            continue
        crew = json.loads(people[row["id"]]["crew"]) if row["id"] in people else []
        cast = json.loads(people[row["id"]]["cast"]) if row["id"] in people else []
        original = clean(row["original_title"])
        votes = int(row["vote_count"] or 0)
        records.append(
            Record(
                source="tmdb",
                id=row["id"],
                title=clean(row["title"]),
                year=year or 0,
                aliases=(original,) if original else (),
                genres=unify(_listed(row["genres"]), GENRES),
                directors=_unique(member["name"] for member in crew if member["job"] == "Director"),
                cast=_unique(member["name"] for member in sorted(cast, key=lambda member: member["order"])),
                keywords=_unique(_listed(row["keywords"])),
                languages=unify([row["original_language"]], LANGUAGE_CODES),
                countries=unify(_listed(row["production_countries"]), COUNTRIES),
                runtime=_minutes(float(row["runtime"] or 0)),
                overview=_prose(row["overview"]),
                score=float(row["vote_average"]) if votes else None,
                votes=votes,
            )
        )
    return sorted(records, key=lambda record: int(record.id))


def movielens(films: Iterable[RatedFilm]) -> list[Record]:
    """The films that MovieLens users rated, in order of their number; half stars count up to 10."""
    records = []
    for film in films:
        if plausible(film.title, film.year):
            title, aliases = split_aliases(clean(film.title))
            records.append(
                Record(
                    source="movielens",
                    id=str(film.id),
                    title=title,
                    year=film.year,
                    aliases=aliases,
                    genres=unify(film.genres, GENRES),
                    score=film.mean * 2,
                    votes=film.count,
                )
            )
    return records


def _rows(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(MAX_FIELD)
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _listed(cell: str) -> list[str]:
    entries: list[dict[str, Any]] = json.loads(cell)
    return [entry["name"] for entry in entries]


def _names(cell: str | None) -> tuple[str, ...]:
    return _unique(re.split(r", (?!(?:Jr|Sr)\.)", cell or ""))


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for text in names if (name := clean(text))))


def _specific(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Without "Chinese" where the source also says which Chinese."""
    named = {"Mandarin", "Cantonese", "Hokkien"} & set(languages)
    return tuple(language for language in languages if language != "Chinese" or not named)


def _minutes(runtime: float | None) -> float | None:
    return float(runtime) if runtime and runtime >= SHORTEST else None


def _prose(text: str) -> str:
    text = clean(re.sub(r"<[^>]{1,200}>", " ", html.unescape(text)))
    return "" if text.casefold().startswith("no overview") else text
