"""The default data set: titles, the join of the three sources, what is believed, and the build as a whole."""

import csv
import json
import lzma
import os
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from recsys.catalogue import Catalogue, Item
from recsys.datasets.joining import join
from recsys.datasets.merging import merge
from recsys.datasets.movies import Sources, build
from recsys.datasets.ratings import read_movielens
from recsys.datasets.sources import Record
from recsys.datasets.titles import name_key, split_aliases, title_key
from recsys.errors import DataError


@pytest.mark.parametrize(
    ("listed", "title", "aliases"),
    [
        ("Usual Suspects, The", "The Usual Suspects", ()),
        ("Seven (a.k.a. Se7en)", "Seven", ("Se7en",)),
        ("Cinema Paradiso (Nuovo cinema Paradiso)", "Cinema Paradiso", ("Nuovo cinema Paradiso",)),
        ("Boot, Das (Boat, The)", "Das Boot", ("The Boat",)),
        ("Atalante, L'", "L'Atalante", ()),
        ("Men in Black III (M.III.B.) (M.I.B.³)", "Men in Black III", ("M.III.B.", "M.I.B.³")),
        ("Good, the Bad and the Ugly, The", "The Good, the Bad and the Ugly", ()),
        ("(500) Days of Summer", "(500) Days of Summer", ()),
        ("Monsters, Inc.", "Monsters, Inc.", ()),
    ],
)
def test_titles_as_movielens_writes_them(listed: str, title: str, aliases: tuple[str, ...]) -> None:
    assert split_aliases(listed) == (title, aliases)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Amélie", "amelie"),
        ("WALL·E", "WALL-E"),
        ("The Matrix", "Matrix"),
        ("Alien³", "Alien 3"),
        ("Rocky II", "Rocky 2"),
        ("Fast & Furious", "Fast and Furious"),
        ("Twelve Monkeys", "12 Monkeys"),
        ("Ocean’s Eleven", "Oceans 11"),
        ("Ghost Busters", "Ghostbusters"),
        ("Rødby", "Rodby"),
    ],
)
def test_spellings_of_one_title_meet(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


def test_keys_keep_other_titles_apart_and_are_never_empty() -> None:
    keys = [
        title_key(title)
        for title in ("It", "Up", "A", "The", "!!!", "千と千尋", "Alien", "Aliens", "Rocky", "Rocky II")
    ]
    assert len(set(keys)) == len(keys)
    assert all(keys)
    assert name_key("Tone Lōc") == name_key("Tone-Loc")
    assert name_key("Ernest R. Dickerson") == name_key("Ernest Dickerson")


def wikidata(title: str, year: int, **more: Any) -> Record:
    return Record("wikidata", f"tt-{title}-{year}", title, year, **more)


def tmdb(title: str, year: int, **more: Any) -> Record:
    return Record("tmdb", f"{title}-{year}", title, year, **more)


def movielens(title: str, year: int, **more: Any) -> Record:
    return Record("movielens", f"{title}-{year}", title, year, **({"votes": 5} | more))


def joined(*records: Record) -> list[set[str]]:
    """The groups that records end in, each record as "w Heat 1995"."""
    films = join(*([r for r in records if r.source == source] for source in ("wikidata", "tmdb", "movielens")))
    assert sorted(r.id for film in films for r in film) == sorted(r.id for r in records)
    return [{f"{r.source[0]} {r.title} {r.year}" for r in film} for film in films]


def test_one_film_in_three_sources() -> None:
    groups = joined(
        wikidata("Seven", 1995, directors=("David Fincher",), cast=tuple("abcdef")),
        tmdb("Se7en", 1995, directors=("David Fincher",), cast=tuple("abcdxy")),
        movielens("Seven", 1995, aliases=("Se7en",)),
    )
    assert groups == [{"w Seven 1995", "t Se7en 1995", "m Seven 1995"}]


def test_films_of_one_title_stay_apart() -> None:
    groups = joined(
        wikidata("Heat", 1972, directors=("Paul Morrissey",)),
        wikidata("Heat", 1987, directors=("Dick Richards",), genres=("Action",)),
        wikidata("Heat", 1995, directors=("Michael Mann",), genres=("Crime",)),
        movielens("Heat", 1995, genres=("Crime",)),
        movielens("Heat", 1986, genres=("Romance",)),
    )
    assert {"w Heat 1995", "m Heat 1995"} in groups
    assert {"w Heat 1987"} in groups and {"m Heat 1986"} in groups


def test_other_people_made_another_film() -> None:
    groups = joined(
        wikidata("The Love Letter", 1999, directors=("Peter Chan",), cast=("Kate Capshaw",), runtime=88.0),
        tmdb("The Love Letter", 1998, directors=("Dan Curtis",), cast=("Campbell Scott",), runtime=98.0),
        wikidata("Frozen", 2013, directors=("Chris Buck",), genres=("Animation",)),
        tmdb("The Frozen", 2012, directors=("Andrew Hyatt",), genres=("Horror",)),
        movielens("Frozen", 2013, genres=("Animation",)),
    )
    assert len(groups) == 4
    assert {"w Frozen 2013", "m Frozen 2013"} in groups


def test_parts_shot_together_are_not_confused() -> None:
    crew: dict[str, Any] = {"directors": ("Quentin Tarantino",), "cast": tuple("abcdefgh")}
    groups = joined(
        wikidata("Kill Bill: Volume 1", 2003, runtime=110.0, **crew),
        wikidata("Kill Bill: Volume 2", 2004, runtime=137.0, **crew),
        tmdb("Kill Bill: Vol. 2", 2004, runtime=136.0, **crew),
        tmdb("Kill Bill: Vol. 1", 2003, runtime=111.0, **crew),
    )
    assert {"w Kill Bill: Volume 1 2003", "t Kill Bill: Vol. 1 2003"} in groups
    assert {"w Kill Bill: Volume 2 2004", "t Kill Bill: Vol. 2 2004"} in groups


@pytest.mark.parametrize(
    ("title", "listed", "same"),
    [
        ("Interview with the Vampire", "Interview with the Vampire: The Vampire Chronicles", True),
        ("Romeo + Juliet", "William Shakespeare's Romeo + Juliet", True),
        ("Birdman", "Birdman: Or", True),
        ("Blue", "Three Colors: Blue", False),
        ("Saw: Part 2", "Saw: Part 3", False),
    ],
)
def test_subtitles_and_possessors(title: str, listed: str, same: bool) -> None:
    groups = joined(wikidata(title, 1994, genres=("Drama",)), movielens(listed, 1994, genres=("Drama",)))
    assert (len(groups) == 1) is same


def test_of_two_listings_the_known_one_is_joined() -> None:
    groups = joined(
        wikidata("Hamlet", 2000, genres=("Drama",)),
        replace(movielens("Hamlet", 2000, genres=("Drama",), votes=1), id="dud", title="hamlet"),
        movielens("Hamlet", 2000, genres=("Drama", "Thriller"), votes=6),
    )
    assert {"w Hamlet 2000", "m Hamlet 2000"} in groups


def merged(*records: Record) -> Item:
    (item,) = merge([records])
    return item


def test_who_is_believed_about_what() -> None:
    item = merged(
        wikidata(
            "Seven", 1995,
            genres=("Horror", "Crime", "Biography"), cast=("Aaron Unknown", "Brad Pitt"), directors=("David Fincher",),
            languages=("English",), countries=("United States",), certificate="R", runtime=126.0, metacritic=65.0,
        ),
        tmdb(
            "Se7en", 1996,
            genres=("Thriller",), cast=("Morgan Freeman", "Brad Pitt"), keywords=("rage",), runtime=127.0,
            overview="Two detectives.", score=8.0, votes=2000,
        ),
        movielens("Seven", 1995, genres=("Mystery", "Thriller"), score=8.2, votes=201),
    )  # fmt: skip
    assert (item.title, item.year, item.aliases, item.overview) == ("Se7en", 1995, ("Seven",), "Two detectives.")
    assert item.facets["genre"] == ("Thriller", "Mystery", "Biography")
    assert item.facets["cast"] == ("Morgan Freeman", "Brad Pitt", "Aaron Unknown")
    assert item.numbers["runtime"] == 127
    assert item.numbers["popularity"] == 201 + 2000 / 20
    assert set(item.external) == {"imdb_id", "tmdb_id", "movielens_id"}
    assert item.sources["genre"] == "tmdb+movielens+wikidata"
    assert item.sources["overview"] == "tmdb"
    assert item.sources["certificate"] == "wikidata"
    assert item.sources["year"] == "wikidata+movielens"


def test_an_alphabetical_cast_is_ordered_by_fame() -> None:
    cast = ("Aaron Unknown", *(f"Extra {n:02}" for n in range(20)), "Robert De Niro")
    items = merge(
        [
            (wikidata("Heat", 1995, cast=cast),),
            (tmdb("Taxi Driver", 1976, cast=("Robert De Niro", "Jodie Foster"), votes=2000),),
        ]
    )
    assert [item.title for item in items] == ["Taxi Driver", "Heat"]
    assert items[1].facets["cast"][:2] == ("Robert De Niro", "Aaron Unknown")
    assert len(items[1].facets["cast"]) == 15


def test_ratings_of_few_are_drawn_to_the_mean() -> None:
    films = [(movielens(f"Film {n}", 2000, score=6.0, votes=100),) for n in range(10)]
    films += [
        (movielens("Loved by one", 2000, score=10.0, votes=1),),
        (movielens("Loved", 2000, score=9.0, votes=300),),
    ]
    rating = {item.title: item.numbers["rating"] for item in merge(films)}
    assert rating["Film 1"] < rating["Loved by one"] < rating["Loved"] <= 10
    assert "rating" not in merged(wikidata("Unseen", 2000)).numbers


def movielens_pickle(path: Path, rows: list[tuple[Any, ...]]) -> Path:
    """A pickle of the shape that pandas gives a data frame, made without pandas."""
    patch = pytest.MonkeyPatch()

    def stand_in(module: str, name: str, value: Any) -> Any:
        value.__module__, value.__qualname__, value.__name__ = module, name, name
        for depth in range(1, module.count(".") + 2):
            parent = ".".join(module.split(".")[:depth])
            if parent not in sys.modules:
                patch.setitem(sys.modules, parent, ModuleType(parent))
        patch.setattr(sys.modules[module], name, value, raising=False)
        return value

    def called(module: str, name: str, *arguments: Any) -> Any:
        function = getattr(sys.modules.get(module), name, None) or stand_in(module, name, lambda: None)
        return type("Call", (), {"__reduce__": lambda self: (function, arguments)})()

    frame = stand_in("pandas.core.frame", "DataFrame", type("DataFrame", (), {}))()
    names = ["rownames", "movieId", "title", "year", "genres", "userId", "rating", "timestamp"]
    columns = dict(zip(names, zip(*((n, *row) for n, row in enumerate(rows, 1)), strict=True), strict=True))

    def block(kinds: list[str], dtype: Any, places: Any) -> Any:
        values = np.array([columns[name] for name in kinds], dtype=dtype)
        return called("pandas._libs.internals", "_unpickle_block", values, places, 2)

    blocks = (
        block(["year", "rating"], np.float64, slice(3, 9, 3)),
        block(["rownames", "movieId", "userId", "timestamp"], np.int64, np.array([0, 1, 5, 7])),
        block(["title", "genres"], object, slice(2, 6, 2)),
    )
    index = stand_in("pandas.core.indexes.base", "Index", type("Index", (), {}))
    axis = called("pandas.core.indexes.base", "_new_Index", index, {"data": np.array(names, dtype=object)})
    frame._mgr = called("pandas.core.internals.managers", "BlockManager", blocks, [axis, None])
    path.write_bytes(lzma.compress(pickle.dumps(frame, protocol=5)))
    patch.undo()
    return path


RATINGS = [
    (6, "Heat", 1995.0, "Action|Crime", 1, 4.0, 20),
    (6, "Heat", 1995.0, "Action|Crime", 2, 5.0, 10),
    (47, "Seven (a.k.a. Se7en)", 1995.0, "Mystery|Thriller", 1, 3.5, 10),
    (50, "Usual Suspects, The", 1995.0, "Crime", 2, 0.5, 30),
    (99, float("nan"), float("nan"), "Comedy", 2, 1.0, 40),
]


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Three small sources in the formats of the real ones."""
    with sqlite3.connect(tmp_path / "movies.db") as database:
        database.execute(
            "CREATE TABLE omdb (ID, imdbID, Title, Year, Rating, Runtime, Genre, Director, Cast, Metacritic, Language,"
            " Country)"
        )
        database.execute("CREATE TABLE tomatoes (ID, Rating, Reviews)")
        database.executemany(
            "INSERT INTO omdb VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (1, "tt1", "Heat", 1995, "R", 170.0, "Crime, History", "Michael Mann", "Al Pacino, Robert Downey, Jr.",
                 76, "Spanish, American English", "United States"),
                (2, "tt2", "Seven", 1995, None, 127.0, "Horror, Sci-Fi", "David Fincher", "a, b, c, d", None,
                 "English", "People's Republic of China"),
                (3, "tt2", "Seven Redux", 2001, "GP", 1.0, "", "", "", None, "", ""),
                (7, "tt7", "Scarface", 1983, None, None, None, None, None, None, "English", "United States"),
                (4, "tt4", "Machuca", 2004, "GP", 1.0, "Drama", "Andrés Wood", "", None, "multiple languages", ""),
                (5, "tt5", " ", 2004, None, None, None, None, None, None, None, None),
                (6, "tt6", "Tomorrow", 2050, None, None, None, None, None, None, None, None),
            ],
        )  # fmt: skip
        database.executemany("INSERT INTO tomatoes VALUES (?, ?, ?)", [(n, 7.0, 30) for n in range(1, 8)])
    database.close()
    films = {
        "id": "807", "title": "Se7en", "original_title": "Se7en", "release_date": "1995-09-22", "runtime": "127.0",
        "genres": '[{"name": "Science Fiction"}, {"name": "TV Movie"}]', "keywords": '[{"name": "rage"}]',
        "original_language": "cn", "production_countries": '[{"name": "United States of America"}]',
        "overview": "A <b>rain</b>\nof  sins &amp; more.", "vote_average": "8.1", "vote_count": "5765",
    }  # fmt: skip
    people = {
        "movie_id": "807",
        "title": "Se7en",
        "cast": json.dumps(
            [{"name": "d", "order": 1}, {"name": "c", "order": 0}, *({"name": n, "order": 2} for n in "ab")]
        ),
        "crew": '[{"job": "Editor", "name": "X"}, {"job": "Director", "name": "David Fincher"}]',
    }
    dateless = films | {"id": "5", "title": "No date", "release_date": ""}
    for name, rows in (("movies.csv", [films, dateless]), ("credits.csv", [people])):
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    ratings = movielens_pickle(tmp_path / "ratings.xz", RATINGS)
    return Sources(tmp_path / "movies.db", tmp_path / "movies.csv", tmp_path / "credits.csv", ratings)


def test_the_build_as_a_whole(sources: Sources, tmp_path: Path) -> None:
    calls: list[tuple[str, int, int | None]] = []
    catalogue = build(sources, tmp_path / "out", lambda *call: calls.append(call))

    assert Catalogue.load(tmp_path / "out" / "items.parquet").items == catalogue.items
    assert [item.name for item in catalogue.items] == [
        "Se7en (1995)",
        "Heat (1995)",
        "The Usual Suspects (1995)",
        "Machuca (2004)",
        "Scarface (1983)",
    ]
    seven, heat, suspects, machuca, _ = catalogue.items
    assert (seven.id, heat.id, suspects.id) == ("tt2", "tt1", "ml:50")
    assert seven.overview == "A rain of sins & more."
    assert seven.facets == {
        "genre": ("Science Fiction", "Mystery", "Thriller"),
        "director": ("David Fincher",),
        "cast": ("c", "d", "a", "b"),
        "keyword": ("rage",),
        "language": ("Cantonese",),
        "country": ("United States",),
    }
    assert heat.facets["genre"] == ("Action", "Crime")
    assert heat.facets["cast"] == ("Al Pacino", "Robert Downey, Jr.")
    assert heat.facets["language"] == ("English",)
    assert machuca.facets["certificate"] == ("PG",)
    assert "runtime" not in machuca.numbers and "language" not in machuca.facets
    assert calls[-1][1] == calls[-1][2]

    ratings = pq.read_table(tmp_path / "out" / "ratings.parquet")
    assert [str(kind) for kind in ratings.schema.types] == ["int32", "string", "float", "int64"]
    assert list(zip(*ratings.to_pydict().values(), strict=True)) == [
        (1, "tt2", 3.5, 10),
        (1, "tt1", 4.0, 20),
        (2, "tt1", 5.0, 10),
        (2, "ml:50", 0.5, 30),
    ]
    report = json.loads((tmp_path / "out" / "build.json").read_text())
    assert report["films"] == 5
    assert (report["ratings"], report["ratings_dropped"], report["ratings_joined"]) == (4, 1, 0.6)


def test_two_builds_are_the_same_bytes(sources: Sources, tmp_path: Path) -> None:
    paths = [str(getattr(sources, name)) for name in ("wikidata", "films", "credits", "ratings")]
    code = (
        "import sys; from pathlib import Path; from recsys.datasets.movies import *;"
        "build(Sources(*map(Path, sys.argv[2:])), Path(sys.argv[1]))"
    )
    for seed in "12":
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / seed), *paths],
            check=True,
            cwd=Path(__file__).parents[2],
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
    for name in ("items.parquet", "ratings.parquet", "build.json"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


class _Call:
    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize("function", [os.system, eval, getattr])
def test_a_pickle_cannot_call_anything(tmp_path: Path, function: Callable[..., Any]) -> None:
    marker = tmp_path / "run"
    arguments = {
        os.system: (f"touch {marker}",),
        eval: (f"open({str(marker)!r}, 'w')",),
        getattr: (marker, "touch"),
    }[function]
    (tmp_path / "evil.xz").write_bytes(lzma.compress(pickle.dumps(_Call(function, *arguments))))

    with pytest.raises(DataError, match=rf"it asks for \w+\.{function.__name__}.*: delete it and fetch it again"):
        read_movielens(tmp_path / "evil.xz")

    assert not marker.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"not xz", lzma.compress(b"not a pickle"), lzma.compress(pickle.dumps([1])), lzma.compress(bytes(70 << 20))],
    ids=["empty", "no xz", "no pickle", "no frame", "bomb"],
)
def test_anything_but_a_frame_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ratings.xz").write_bytes(content)
    with pytest.raises(DataError, match="is no MovieLens data frame") as caught:
        read_movielens(tmp_path / "ratings.xz")
    assert len(str(caught.value).splitlines()) == 1


def test_a_database_that_is_none(sources: Sources, tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database" * 1000)
    with pytest.raises(DataError, match="is no film database"):
        build(replace(sources, wikidata=tmp_path / "broken.db"), tmp_path / "out")
    assert not (tmp_path / "out" / "items.parquet").exists()
