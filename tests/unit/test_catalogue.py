"""Catalogues on disk: saved and loaded, exported and imported."""

import gzip
import json
import lzma
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys.catalogue import Catalogue, Facet, Item
from recsys.catalogue_io import clean, read_items
from recsys.errors import DataError

HEAT = Item(
    id="tt0113277",
    title="Heat",
    year=1995,
    overview="A thief and a detective, one city.",
    facets={"genre": ("Action", "Crime"), "cast": ("Al Pacino", "Robert De Niro"), "language": ("English", "Spanish")},
    numbers={"runtime": 170.0, "popularity": 104.5},
    external={"imdb_id": "tt0113277"},
    aliases=("Feuer, Heat & <b>",),
    sources={"title": "wikidata", "genre": "tmdb+movielens"},
)
PLAIN = Item(id="x", title="Ａlien")


def test_a_saved_catalogue_loads_as_it_was(tmp_path: Path) -> None:
    saved = Catalogue([HEAT, PLAIN])
    saved.save(tmp_path / "deep" / "items.parquet")

    loaded = Catalogue.load(tmp_path / "deep" / "items.parquet")

    assert loaded.items == (HEAT, PLAIN)
    assert loaded.version == saved.version
    assert loaded["tt0113277"].sources["genre"] == "tmdb+movielens"
    assert loaded.rows_with(Facet("cast", "Robert De Niro")).tolist() == [0]


def test_an_empty_catalogue_is_one_too(tmp_path: Path) -> None:
    Catalogue([]).save(tmp_path / "items.parquet")
    assert len(Catalogue.load(tmp_path / "items.parquet")) == 0


texts = st.text(st.characters(exclude_categories=["Cs"]))
items = st.builds(
    Item,
    id=texts,
    title=texts,
    year=st.none() | st.integers(-4000, 2200),
    overview=texts,
    facets=st.dictionaries(texts, st.lists(texts, min_size=1, max_size=3).map(tuple), max_size=3),
    numbers=st.dictionaries(texts, st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    external=st.dictionaries(texts, texts, max_size=2),
    aliases=st.lists(texts, max_size=2).map(tuple),
    sources=st.dictionaries(texts, texts, max_size=2),
)


@given(st.lists(items, max_size=4, unique_by=lambda item: item.id))
def test_nothing_of_any_item_is_lost(tmp_path_factory: pytest.TempPathFactory, several: list[Item]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.parquet"
    catalogue = Catalogue(several)
    catalogue.save(path)
    loaded = Catalogue.load(path)
    assert loaded.items == catalogue.items
    assert loaded.version == catalogue.version


def test_the_version_tells_catalogues_apart() -> None:
    assert Catalogue([HEAT, PLAIN]).version != Catalogue([PLAIN, HEAT]).version
    assert Catalogue([PLAIN]).version != Catalogue([Item(id="x", title="Alien")]).version
    assert Catalogue([PLAIN]).version == Catalogue([Item(id="x", title="Ａlien", facets={"genre": ()})]).version


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "items.parquet"
    Catalogue([HEAT]).save(path)

    with pytest.raises(UnicodeEncodeError):
        Catalogue([Item(id="y", title="half a character: \ud83d")]).save(path)

    assert Catalogue.load(path).items == (HEAT,)
    assert [p.name for p in tmp_path.iterdir()] == ["items.parquet"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"items.parquet can't be written \(.+\): make room or choose another folder"):
        Catalogue([HEAT]).save(tmp_path / "file" / "items.parquet")


def test_a_missing_catalogue_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"does not exist: run `usher catalogue build`"):
        Catalogue.load(tmp_path / "items.parquet")


@pytest.mark.parametrize("position", [60, -200, -1])
def test_damage_is_found(tmp_path: Path, position: int) -> None:
    path = tmp_path / "items.parquet"
    Catalogue([HEAT, PLAIN]).save(path)
    content = bytearray(path.read_bytes())
    content[position] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"is damaged: run `usher catalogue build`"):
        Catalogue.load(path)


@pytest.mark.parametrize("length", [0, 7, 500])
def test_a_file_that_was_cut_is_damaged(tmp_path: Path, length: int) -> None:
    path = tmp_path / "items.parquet"
    Catalogue([HEAT]).save(path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DataError, match="damaged"):
        Catalogue.load(path)


def test_another_parquet_file_is_no_catalogue(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1]}), tmp_path / "items.parquet")
    with pytest.raises(DataError, match="damaged"):
        Catalogue.load(tmp_path / "items.parquet")


def test_the_export_has_one_object_a_line(tmp_path: Path) -> None:
    Catalogue([HEAT, PLAIN]).export_jsonl(tmp_path / "items.jsonl")

    first, second = map(json.loads, (tmp_path / "items.jsonl").read_text(encoding="utf-8").splitlines())

    assert first == {
        "id": "tt0113277",
        "title": "Heat",
        "year": 1995,
        "genres": ["Action", "Crime"],
        "director": [],
        "cast": ["Al Pacino", "Robert De Niro"],
        "runtime": 170,
        "language": "English",
        "keywords": [],
        "overview": "A thief and a detective, one city.",
        "imdb_id": "tt0113277",
        "tmdb_id": None,
        "languages": ["English", "Spanish"],
        "aliases": ["Feuer, Heat & <b>"],
        "popularity": 104.5,
    }
    assert list(second) == list(first)[:-3]
    assert (second["year"], second["overview"], second["genres"]) == (None, None, [])


def test_what_was_exported_can_be_imported(tmp_path: Path) -> None:
    Catalogue([HEAT, PLAIN]).export_jsonl(tmp_path / "items.jsonl")

    heat, plain = read_items(tmp_path / "items.jsonl").items

    assert (heat.id, heat.title, heat.year, heat.overview) == (HEAT.id, HEAT.title, HEAT.year, HEAT.overview)
    assert heat.facets == HEAT.facets
    assert heat.numbers == HEAT.numbers
    assert heat.external == HEAT.external
    assert heat.sources["genre"] == "items.jsonl"
    assert (plain.id, plain.year, plain.facets, plain.overview) == ("x", None, {}, "")


def test_what_a_catalogue_has_of_its_own_survives_the_export(tmp_path: Path) -> None:
    own = {"author": ("Liu Cixin",), "language": ("Chinese", "English"), "shelf": ("A 3",)}
    numbers = {"pages": 400.0, "rating": 8.1, "popularity": 12.0}
    book = Item("b1", "The Three-Body Problem", 2008, "", own, numbers, {"isbn_id": "978"}, ("San Ti",))
    Catalogue([book]).export_jsonl(tmp_path / "items.jsonl")

    again = read_items(tmp_path / "items.jsonl").items[0]

    assert (again.facets, again.numbers, again.external) == (own, numbers, book.external)
    assert again.aliases == ("San Ti",)


def test_semicolons_part_cells_where_no_comma_does(tmp_path: Path) -> None:
    items = read_items(put(tmp_path / "books.csv", "title;author;text\nDune;Frank Herbert;Spice, and sand\n")).items

    assert [(i.title, i.facets["author"], i.overview) for i in items] == [
        ("Dune", ("Frank Herbert",), "Spice, and sand")
    ]


CSV = """\ufeffTitle,Year,Genres,Tags,Description,Pages,Publisher,Goodreads ID
Dune,1965,Science Fiction|Adventure,"[""desert"", ""politics""]","Spice,
and sand",412,Chilton,44767458
The Iliad,-750,,, ,704,Unknown|Many,
"""


def put(path: Path, text: str) -> Path:
    content = text.encode()
    packers: dict[str, Any] = {".gz": gzip.compress, ".xz": lzma.compress}
    path.write_bytes(packers.get(path.suffix, bytes)(content))
    return path


@pytest.mark.parametrize("name", ["books.csv", "books.csv.xz", "books.CSV.gz"])
def test_books_from_csv(tmp_path: Path, name: str) -> None:
    dune, iliad = read_items(put(tmp_path / name, CSV)).items

    assert (dune.id, dune.title, dune.year, dune.overview) == ("dune-1965", "Dune", 1965, "Spice, and sand")
    assert dune.facets == {
        "genre": ("Science Fiction", "Adventure"),
        "keyword": ("desert", "politics"),
        "publisher": ("Chilton",),
    }
    assert dune.numbers == {"pages": 412.0}
    assert dune.external == {"goodreads_id": "44767458"}
    assert (iliad.id, iliad.year) == ("the-iliad--750", -750)
    assert iliad.facets == {"publisher": ("Unknown", "Many")}


def test_parquet_with_lists_and_missing_values(tmp_path: Path) -> None:
    table = {
        "title": ["Alien", "Up"],
        "year": pa.array([1979.0, None]),
        "cast": [["Sigourney Weaver"], None],
        "genres": ['[{"id": 27, "name": "Horror"}]', "Animation"],
        "colour": ["1", "blue"],
    }
    pq.write_table(pa.table(table), tmp_path / "films.parquet")

    alien, up = read_items(tmp_path / "films.parquet").items

    assert (alien.id, alien.year) == ("alien-1979", 1979)
    assert alien.facets == {"cast": ("Sigourney Weaver",), "genre": ("Horror",), "colour": ("1",)}
    assert (up.id, up.year, up.facets) == ("up", None, {"genre": ("Animation",), "colour": ("blue",)})


def test_ids_are_made_for_any_script_and_length(tmp_path: Path) -> None:
    rows = [{"title": title} for title in ("千と千尋の神隠し", "!!!", "x" * 500, "x" * 501)]
    path = put(tmp_path / "items.jsonl", "\n".join(map(json.dumps, rows)))

    ids = [item.id for item in read_items(path).items]

    assert ids[0] == "千と千尋の神隠し"
    assert len(set(ids)) == 4
    assert all(0 < len(item_id) <= 64 for item_id in ids)


def test_two_films_of_one_title_and_year_are_two_items(tmp_path: Path) -> None:
    rows = [{"title": "Emma", "year": 1996, "director": d} for d in ("Douglas McGrath", "Diarmuid Lawrence")]
    path = put(tmp_path / "items.jsonl", "\n".join(map(json.dumps, rows)))

    assert [item.id for item in read_items(path).items] == ["emma-1996", "emma-1996-2"]


def test_the_names_that_tmdb_gives_its_columns(tmp_path: Path) -> None:
    row = {"title": "Heat", "popularity": 17.9, "vote_count": 4000, "vote_average": 7.8, "alt_titles": ["Fuego"]}
    (item,) = read_items(put(tmp_path / "items.jsonl", json.dumps(row))).items

    assert item.numbers == {"popularity": 4000.0, "rating": 7.8}
    assert item.aliases == ("Fuego",)


def test_text_from_outside_is_cleaned(tmp_path: Path) -> None:
    row = '{"title": "  A\\u0000li\\u202een\\n\\ud83d ", "overview": "Cafe\\u0301"}'
    (item,) = read_items(put(tmp_path / "items.jsonl", row)).items
    assert (item.title, item.overview) == ("Alien", "Café")
    Catalogue([item]).save(tmp_path / "items.parquet")


@given(st.text())
def test_clean_text_is_one_line_that_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == clean(cleaned)
    assert len(cleaned.splitlines()) <= 1
    cleaned.encode()


def test_the_first_three_bad_rows_are_named(tmp_path: Path) -> None:
    rows = "title,year,id\nHeat,1995,a\n,1996,b\nUp,soon,c\nAlien,1979,a\nM,9999,d\nIt,1,2,3\n"

    with pytest.raises(DataError) as caught:
        read_items(put(tmp_path / "films.csv", rows))

    assert str(caught.value) == (
        f"Nothing of {tmp_path / 'films.csv'} was imported: line 3 has no title: fill the column `title`; "
        "line 4 has 'soon' as year: write a year such as 1995; "
        "line 5 has the id 'a' of line 2: give each its own (and 2 more)."
    )


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.jsonl", '{"title": "Up"}\n["Heat"]\n', "line 2 is no JSON object"),
        ("a.jsonl", '{"title": "Up"}\n{"title": "He', "line 2 is no JSON object"),
        ("a.jsonl", '{"title": ["Up"]}', "line 1 has a list or an object where text belongs"),
        ("a.jsonl", '{"title": "Up", "runtime": "long"}', "'long' as runtime: write a number"),
        ("a.jsonl", json.dumps({"title": "Up", "id": "i" * 65}), "more than 64 characters"),
        ("a.csv", 'title,year\n"Up,2009\n', "line 2 has 1 cells where the header has 2: check its quotes"),
        ("a.csv", "title\nUp\n\nUp\n", "line 4 has the id 'up' of line 2"),
        ("a.csv", "name,author\nUp,Me\n", "has no column `title`: name one so. It has author, name."),
        ("a.csv", "title,year\n,2009\nUp,2009\n", "line 2 has no title: fill"),
        ("a.csv", "title,pages,Pages\nUp,1,2\n", "two columns are called `pages`"),
        ("a.csv", "title,rating\nUp,85\n", "line 2 has the rating 85: ratings go from 0 to 10"),
        ("a.csv", f"title,text\nUp,{'x' * 1_100_000}\n", "a cell is longer than 1,048,576 characters"),
        ("a.csv", "title\n", "has no items"),
        ("a.csv", "", "has no items"),
        ("a.csv.gz", None, "can't be read"),
        ("a.parquet", "not Parquet", "can't be read"),
        ("a.xlsx", "", "neither CSV nor JSONL nor Parquet"),
        ("a", "", "neither CSV nor JSONL nor Parquet"),
    ],
)
def test_files_that_cannot_be_imported(tmp_path: Path, name: str, content: str | None, complaint: str) -> None:
    path = tmp_path / name
    if content is None:
        path.write_bytes(b"no gzip")
    else:
        put(path, content)
    with pytest.raises(DataError) as caught:
        read_items(path)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)


def test_other_encodings_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("title\nAmélie\n".encode("latin-1"))
    with pytest.raises(DataError, match="save it as UTF-8"):
        read_items(tmp_path / "a.csv")
    with pytest.raises(DataError, match="can't be read"):
        read_items(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("cell", "kept"),
    [("https://pictures.example/heat.jpg", True), ("javascript:alert(1)", False), ("heat.jpg", False), ("", False)],
)
@pytest.mark.parametrize("column", ["image", "poster", "poster_url"])
def test_a_picture_is_an_address_on_the_web_or_none(tmp_path: Path, column: str, cell: str, kept: bool) -> None:
    (heat,) = read_items(put(tmp_path / "films.csv", f"title,{column}\nHeat,{cell}\n")).items
    assert heat.external == ({"image": cell} if kept else {})


def test_what_texts_say_is_found_by_its_words() -> None:
    told = ("The ghost of a king.", "Ghosts, haunted houses!", "A ghostwriter.", "A haunted-house ride", "Nothing.")
    catalogue = Catalogue([Item(str(n), f"Film {n}", overview=text) for n, text in enumerate(told)])
    assert catalogue.rows_saying("ghost").tolist() == [0]
    assert catalogue.rows_saying("ghosts").tolist() == [1]
    assert catalogue.rows_saying("haunted house").tolist() == [3]
    assert catalogue.rows_saying("film").tolist() == [0, 1, 2, 3, 4]
    assert catalogue.rows_saying("zombie").tolist() == []
