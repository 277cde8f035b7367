"""One reader for every file of ratings."""

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recsys.errors import DataError
from recsys.interactions import Interactions

ROWS = [("10", "7", 3.0, 5), ("2", "7", 4.0, 6), ("2", "31", 1.5, 9), ("10", "4", 5.0, 8)]


def text(header: str, delimiter: str) -> bytes:
    lines = [header, *(delimiter.join(map(str, row)) for row in ROWS)]
    return ("\n".join(lines) + "\n").encode()


INTER = text("user_id:token\titem_id:token\trating:float\ttimestamp:float", "\t")
MOVIELENS = text("userId,movieId,rating,timestamp", ",")


def parquet(path: Path) -> None:
    columns = list(zip(*ROWS, strict=True))
    table = {"user": [int(u) for u in columns[0]], "item": columns[1], "rating": columns[2], "timestamp": columns[3]}
    pq.write_table(pa.table({name: pa.array(list(c)) for name, c in table.items()}), path)


WRITERS: dict[str, Callable[[Path], object]] = {
    "r.inter": lambda path: path.write_bytes(INTER),
    "r.inter.xz": lambda path: path.write_bytes(lzma.compress(INTER)),
    "ratings.csv": lambda path: path.write_bytes(MOVIELENS),
    "ratings.csv.gz": lambda path: path.write_bytes(gzip.compress(MOVIELENS)),
    "ratings.csv.xz": lambda path: path.write_bytes(lzma.compress(MOVIELENS)),
    "r.parquet": parquet,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_says_the_same(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name)
    data = Interactions.read(tmp_path / name)
    assert (data.users, data.items) == (("2", "10"), ("4", "7", "31"))
    said = [(data.users[u], data.items[i], r, t) for u, i, r, t in zip(*columns(data), strict=True)]
    assert said == sorted(ROWS, key=lambda row: (int(row[0]), int(row[1])))


def columns(data: Interactions) -> tuple[list[int], list[int], list[float], list[float]]:
    return data.user.tolist(), data.item.tolist(), data.rating.tolist(), data.timestamp.tolist()


def test_a_folder_is_read_by_what_is_in_it(tmp_path: Path) -> None:
    WRITERS["ratings.csv.xz"](tmp_path / "ratings.csv.xz")
    assert len(Interactions.read(tmp_path)) == len(ROWS)


def test_ids_stay_text_and_files_need_no_times(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("user,item,rating\n01,a,5\n1,b,3\n")
    data = Interactions.read(tmp_path / "r.csv")
    assert set(data.users) == {"01", "1"}
    assert np.isnan(data.timestamp).all()


def test_the_last_rating_of_a_pair_counts(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("user,item,rating,timestamp\n1,9,5,20\n1,9,2,30\n1,9,4,10\n")
    assert Interactions.read(tmp_path / "r.csv").rating.tolist() == [2.0]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("r.csv", b"", "can't be read"),
        ("r.csv", b"user,item,rating\n", "no ratings"),
        ("r.csv", b"user,rating\n1,2\n", "no column for the item"),
        ("r.csv", b"user,item,rating\n1,2,good\n", "no number"),
        ("r.csv", b"user,item,rating\n1,2,\n1,3,4\n", "without a user, item or rating"),
        ("r.csv", b"user,item,rating\n1,2,nan\n1,3,inf\n", "without a user, item or rating"),
        ("r.csv.xz", b"not xz at all", "can't be read"),
        ("r.csv.gz", gzip.compress(MOVIELENS)[:30], "can't be read"),
        ("r.parquet", b"PAR1 and no more", "can't be read"),
        ("r.txt", b"user,item,rating\n", "no file of ratings"),
    ],
)
def test_a_bad_file_says_what_is_wrong(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=says):
        Interactions.read(tmp_path / name)


def test_a_missing_file_and_an_empty_folder_say_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="can't be read"):
        Interactions.read(tmp_path / "none.csv")
    with pytest.raises(DataError, match="has no ratings"):
        Interactions.read(tmp_path)


def test_people_with_too_few_are_left_out_and_items_keep_their_codes(tmp_path: Path) -> None:
    WRITERS["r.inter"](tmp_path / "r.inter")
    data = Interactions.read(tmp_path / "r.inter")
    kept = data.where(data.rating >= 3, least=2)
    assert (kept.users, kept.items) == (("10",), data.items)
    assert kept.matrix().toarray().tolist() == [[1.0, 1.0, 0.0]]


def test_ratings_move_to_the_rows_of_a_catalogue(tmp_path: Path) -> None:
    WRITERS["r.inter"](tmp_path / "r.inter")
    moved = Interactions.read(tmp_path / "r.inter").relabelled({"7": 0, "4": 1}, ("seven", "four"))
    assert moved.users == ("2", "10")
    assert moved.matrix().toarray().tolist() == [[1.0, 0.0], [1.0, 1.0]]
