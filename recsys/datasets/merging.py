"""One item out of the records of one film: who is believed about what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Final, NamedTuple

from recsys.catalogue import Item
from recsys.datasets.joining import Film
from recsys.datasets.sources import Record
from recsys.datasets.titles import name_key, title_key

MAX_CAST: Final = 15
VOTES_A_RATING: Final = 20
"""How many votes on TMDB count as much as one MovieLens rating: a film that many know has about this many more."""
DOUBT: Final = 20.0
"""How many votes the average film weighs against a film's own: few votes move a rating little."""

ADDABLE: Final[Mapping[str, frozenset[str]]] = {
    "tmdb": frozenset({"Biography", "Film-Noir", "Musical", "Sport"}),
    "movielens": frozenset({"Biography", "Music", "Sport"}),
}
"""Genres that a source has no word for, and that Wikidata can be believed about. (It calls "Heat" of 1995 History.)"""

EXTERNAL: Final = {"wikidata": "imdb_id", "tmdb": "tmdb_id", "movielens": "movielens_id"}


class _Opinion(NamedTuple):
    """What audiences or critics think of a film: whose it is, who reports it, 0 to 10, and its weight in ratings."""

    whose: str
    source: str
    score: float
    weight: float


def merge(films: Iterable[Film]) -> list[Item]:
    """The films as items, best known first (popularity, then critics' reviews, then id)."""
    films = list(films)
    scores: dict[str, list[float]] = defaultdict(list)
    for film in films:
        for opinion in _opinions(film):
            scores[opinion.whose].append(opinion.score)
    means = {whose: fmean(scores[whose]) for whose in sorted(scores)}
    reviews = {_id(film): sum(record.reviews for record in film) for film in films}
    fame = _fame(films)
    items = [_item(film, means, fame) for film in films]
    return sorted(items, key=lambda item: (-item.numbers["popularity"], -reviews[item.id], item.id))


def _item(film: Film, means: Mapping[str, float], fame: Mapping[str, float]) -> Item:
    by = {record.source: record for record in film}
    believed = [by[source] for source in ("tmdb", "wikidata", "movielens") if source in by]
    title = believed[0]
    year, dated = _year(believed)
    overview, told = next(((r.overview, r.source) for r in believed if r.overview), ("", ""))
    runtime, timed = next(((r.runtime, r.source) for r in believed if r.runtime), (None, ""))
    aliases = _aliases(title.title, believed)
    facets = {kind: stated for kind, stated in _facets(by, believed, fame).items() if stated[0]}
    opinions = _opinions(film)
    rating = _rating(opinions, means) if opinions else None
    numbers = {"popularity": _popularity(by), "runtime": runtime, "rating": rating}
    sources = {
        "title": title.source,
        "year": dated,
        "overview": told,
        "aliases": "+".join(record.source for record in believed) if aliases else "",
        "popularity": "+".join(source for source in ("movielens", "tmdb") if source in by),
        "runtime": timed,
        "rating": "+".join(dict.fromkeys(opinion.source for opinion in opinions)),
        **{kind: source for kind, (_, source) in facets.items()},
    }
    return Item(
        id=_id(film),
        title=title.title,
        year=year,
        overview=overview,
        facets={kind: values for kind, (values, _) in facets.items()},
        numbers={name: value for name, value in numbers.items() if value is not None},
        external={name: by[source].id for source, name in EXTERNAL.items() if source in by},
        aliases=aliases,
        sources={field: source for field, source in sources.items() if source},
    )


def _facets(
    by: Mapping[str, Record], believed: Sequence[Record], fame: Mapping[str, float]
) -> dict[str, tuple[tuple[str, ...], str]]:
    """The values of each facet kind, and who stated them."""
    return {
        "genre": _genres(by),
        "director": _first((record.directors, record.source) for record in believed),
        "cast": _cast(by, fame),
        "keyword": _first((record.keywords, record.source) for record in believed),
        "language": _language(believed),
        "country": _first((record.countries, record.source) for record in believed),
        "certificate": _first(((r.certificate,) if r.certificate else (), r.source) for r in believed),
    }


def _id(film: Film) -> str:
    by = {record.source: record.id for record in film}
    if "wikidata" in by:
        return by["wikidata"]
    return f"tmdb:{by['tmdb']}" if "tmdb" in by else f"ml:{by['movielens']}"


def _year(believed: Sequence[Record]) -> tuple[int, str]:
    """The year that most sources give; the first in the order of belief when they all differ."""
    counts = Counter(record.year for record in believed)
    year = max(counts, key=lambda year: counts[year])
    return year, "+".join(record.source for record in believed if record.year == year)


def _aliases(title: str, believed: Sequence[Record]) -> tuple[str, ...]:
    """The other titles, without those that differ from the main one by an article or punctuation only."""
    others = {title_key(t): t for record in reversed(believed) for t in (*record.aliases, record.title)}
    return tuple(other for key, other in sorted(others.items()) if key != title_key(title))


def _genres(by: Mapping[str, Record]) -> tuple[tuple[str, ...], str]:
    """TMDB's and MovieLens' genres. Wikidata, which tags too much, adds what those two have no word for."""
    tagged = by["wikidata"].genres if "wikidata" in by else ()
    stated = [by[source] for source in ("tmdb", "movielens") if source in by and by[source].genres]
    if not stated:
        return tagged, "wikidata"
    genres = dict.fromkeys(genre for record in stated for genre in record.genres)
    addable = frozenset.intersection(*(ADDABLE[record.source] for record in stated))
    added = [genre for genre in tagged if genre in addable and genre not in genres]
    names = [record.source for record in stated] + (["wikidata"] if added else [])
    return (*genres, *added), "+".join(names)


def _cast(by: Mapping[str, Record], fame: Mapping[str, float]) -> tuple[tuple[str, ...], str]:
    """TMDB's cast in order of billing, then whom Wikidata adds, best known first: its own order is the alphabet's."""
    billed = by["tmdb"].cast if "tmdb" in by else ()
    others = by["wikidata"].cast if "wikidata" in by else ()
    people = {name_key(name): name for name in reversed(billed)}
    added = [name for name in others if name_key(name) not in people]
    added.sort(key=lambda name: (-fame[name_key(name)], name))
    cast = (*reversed(people.values()), *added)[:MAX_CAST]
    return cast, "+".join(["tmdb"] * bool(billed) + ["wikidata"] * (len(cast) > len(people)))


def _fame(films: Iterable[Film]) -> Mapping[str, float]:
    """How well known each actor is: the popularity of their films, halved with each name billed before theirs.

    Only the first ten count. A cast listed by the alphabet says little: all its names count as if they stood eleventh.
    """
    fame: dict[str, float] = defaultdict(float)
    for film in films:
        by = {record.source: record for record in film}
        known = 1 + _popularity(by)
        billed = by["tmdb"].cast if "tmdb" in by else ()
        others = by["wikidata"].cast if "wikidata" in by else ()
        for place, name in enumerate(billed[:10]):
            fame[name_key(name)] += known / 2**place
        if not billed:
            for name in others:
                fame[name_key(name)] += known / 2**10
    return fame


def _language(believed: Sequence[Record]) -> tuple[tuple[str, ...], str]:
    """The main language alone: who asks for a French film does not mean one with a French phrase in it."""
    return _first((record.languages[:1], record.source) for record in believed)


def _first(answers: Iterable[tuple[tuple[str, ...], str]]) -> tuple[tuple[str, ...], str]:
    return next(((values, source) for values, source in answers if values), ((), ""))


def _popularity(by: Mapping[str, Record]) -> float:
    """How many know the film, counted in MovieLens ratings; 0 when neither it nor TMDB lists the film."""
    rated = by["movielens"].votes if "movielens" in by else 0
    voted = by["tmdb"].votes if "tmdb" in by else 0
    return rated + voted / VOTES_A_RATING


def _opinions(film: Film) -> list[_Opinion]:
    opinions = []
    for record in film:
        if record.score is not None:
            weight = record.votes if record.source == "movielens" else record.votes / VOTES_A_RATING
            opinions.append(_Opinion(record.source, record.source, record.score, weight))
        if record.critics is not None:
            opinions.append(_Opinion("critics", record.source, record.critics, record.reviews / 10))
        if record.metacritic is not None:
            opinions.append(_Opinion("metacritic", record.source, record.metacritic / 10, 10))
    return opinions


def _rating(opinions: Sequence[_Opinion], means: Mapping[str, float]) -> float:
    """A weighted mean from 0 to 10, drawn towards the average film. Some score higher than others, so each counts by
    its distance from its own mean, on the scale of the means' mean."""
    votes = sum(opinion.weight for opinion in opinions)
    distance = sum(opinion.weight * (opinion.score - means[opinion.whose]) for opinion in opinions)
    return round(min(10.0, max(0.0, fmean(means.values()) + distance / (votes + DOUBT))), 2)
