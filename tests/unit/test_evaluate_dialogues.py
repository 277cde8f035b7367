"""``usher train dialogue`` and ``usher evaluate dialogues`` on dialogues whose ranks are known by construction."""

from __future__ import annotations

import fcntl
import json
import lzma
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bot.commands.train import train_dialogue
from bot.conversation.lexicon import load_lexicon
from bot.conversation.understand import Understanding
from bot.evaluation import dialogues
from bot.evaluation.dialogues import Film
from recsys.errors import DataError
from recsys.interactions import Interactions
from tests.support.films import films
from tests.unit.test_engine import AxisEncoder

HEIST = ("Heat", "The Usual Suspects", "Reservoir Dogs", "Casino")
SPACE = ("Alien", "Aliens", "Interstellar", "Blade Runner")


def lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(map(json.dumps, rows)))
    return path


def turn(n: int, said: list[tuple[str, str]], seen: list[str], targets: list[str]) -> dict[str, Any]:
    messages = [{"role": role, "text": text} for role, text in said]
    return {
        "id": f"t{n}",
        "dialogue": str(n),
        "recommender": n % 7,
        "messages": messages,
        "seen": seen,
        "targets": targets,
    }


def film(title: str) -> Film:
    item = next(i for i in films().items if i.title == title)
    return Film(title, title, item.year, {})


def examples() -> list[dict[str, Any]]:
    made = []
    for n in range(40):
        kind = HEIST if n % 2 else SPACE
        named, target = kind[n // 2 % 4], kind[(n // 2 + 1) % 4]
        made.append(turn(n, [("assistant", "Hi!"), ("user", f"I loved {named}")], [named], [target]))
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("dialogues")
    ratings = ["userId,movieId,rating,timestamp"]
    ids = {item.title: item.id for item in films().items}
    for user in range(40):
        for title in (HEIST if user % 2 else SPACE)[:3]:
            ratings.append(f"{user},{ids[title]},5.0,{user}")
    (home / "ratings.csv").write_text("\n".join(ratings))
    turns = dialogues.read_turns(lines(home / "turns.jsonl.xz", examples()))
    known = [film(title) for title in (*HEIST, *SPACE)]
    data = Interactions.read(home / "ratings.csv")
    dialogues.train(films(), [data], turns, known, AxisEncoder(), home / "model", 2018.0)  # type: ignore[arg-type]
    return home


def evaluated(folder: Path, rows: list[dict[str, Any]], candidates: list[Film]) -> tuple[dict[str, Any], list[Any]]:
    model = dialogues.load(folder / "model", AxisEncoder(), "cpu")  # type: ignore[arg-type]
    said = dialogues.read_turns(lines(folder / "held.jsonl.xz", rows))
    return dialogues.evaluate(model, said, candidates)


def test_what_goes_with_the_film_named_ranks_first(folder: Path) -> None:
    said = [("user", "I really loved Alien (1979)")]
    report, rows = evaluated(folder, [turn(1, said, ["Alien"], ["Aliens"])], [film(t) for t in (*HEIST, *SPACE)])
    assert report["n"] == 1
    assert rows[0]["usher"] == 1
    assert report["metrics"]["recall@1"] == 1
    assert report["slices"]["recommended in training"]["n"] == 1
    assert {"popularity", "ease", "als", "knn", "bm25"} == set(report["baselines"])
    assert set(report["ms_per_turn"]) == {"p50", "p95"}


def test_films_seen_leave_the_ranking_and_missing_targets_are_misses(folder: Path) -> None:
    said = [("user", "something with a heist")]
    rows = [turn(1, said, ["Heat", "Casino", "Reservoir Dogs"], ["The Usual Suspects", "No Such Film"])]
    report, found = evaluated(folder, rows, [film(t) for t in HEIST])
    assert found[0]["usher"] == 1  # the only one left
    assert found[1]["usher"] == np.inf
    assert report["metrics"]["recall@50"] == 0.5


def test_turns_in_which_nothing_is_recommended_are_told(folder: Path) -> None:
    with pytest.raises(DataError, match="each needs targets"):
        evaluated(folder, [turn(1, [("user", "space")], [], [])], [film(t) for t in SPACE])


def test_candidates_that_the_catalogue_lacks_are_added_by_title_and_year(folder: Path) -> None:
    candidates = [*(film(t) for t in SPACE), Film("x", "Paddington", 2014, {})]
    report, found = evaluated(folder, [turn(1, [("user", "space")], [], ["x"])], candidates)
    assert np.isfinite(found[0]["usher"])
    assert report["slices"]["unlinked"]["n"] == 1
    assert report["slices"]["0 mentioned"]["n"] == 1


def test_a_film_of_two_keys_is_ranked_once_under_the_usual_one(folder: Path) -> None:
    twin = Film("twin", "Aliens", 1986, {})
    said = [("user", "I really loved Alien (1979)")]
    _, found = evaluated(folder, [turn(1, said, ["Alien"], ["Aliens", "twin"])], [twin, *(film(t) for t in SPACE)])
    assert found[0]["usher"] == 1
    assert found[1]["usher"] >= 3  # after all others that are left


def test_keys_are_found_in_the_turns_where_no_dialogues_name_them() -> None:
    rows = [
        turn(n, [("user", f"I saw {t} (1995)" if t == "Heat" else f"I saw {t}")], [t.upper()], ["?"])
        for n, t in enumerate((*HEIST, *SPACE))
    ]
    turns = [dialogues._turn(row) for row in rows]
    found = dialogues.guessed(turns, Understanding(films(), load_lexicon()))
    assert found["HEAT"] == next(i.id for i in films().items if i.title == "Heat")
    assert len(set(found.values())) == len(found)


def test_each_message_is_read_once_and_in_order() -> None:
    catalogue = films()
    said = [("user", "I loved Heat"), ("assistant", "Have you seen Casino?"), ("user", "yes, hated it")]
    turns = [dialogues._turn(turn(1, said[:n], [], ["Alien"])) for n in (3, 1, 2)]
    found = {n: q for n, q, _ in dialogues.queries(turns, Understanding(catalogue, load_lexicon()), catalogue)}
    heat, casino = (next(i.id for i in catalogue.items if i.title == t) for t in ("Heat", "Casino"))
    assert found[1].talk.named == (heat,)
    assert found[2].talk.named == (heat, casino)
    assert found[0].taste.items[casino] < 0
    assert found[0].talk.transcript == "I loved Heat Have you seen Casino? yes, hated it"


@pytest.mark.parametrize("content", ["[]", '{"id": 1}', "no json"])
def test_another_file_is_refused_in_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "turns.jsonl"
    path.write_text(content)
    with pytest.raises(DataError, match="has no turns"):
        dialogues.read_turns(path)
    with pytest.raises(DataError):
        dialogues.read_candidates(tmp_path / "missing.json")


def test_two_at_once_do_not_write_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []

    def train(*args: object) -> SimpleNamespace:
        with (tmp_path / "out" / "changing").open("w") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return SimpleNamespace(version="not held")
        held.append(args[5])
        return SimpleNamespace(version="v")

    monkeypatch.setattr("bot.commands.train.encoder_of", lambda settings: None)
    monkeypatch.setattr("bot.evaluation.dialogues.train", train)
    monkeypatch.setattr("bot.evaluation.dialogues.read_turns", lambda path: [])
    monkeypatch.setattr("recsys.catalogue_io.read_items", lambda path: None)
    monkeypatch.setattr("recsys.interactions.Interactions.read", lambda path: None)
    train_dialogue(tmp_path / "c.csv", [tmp_path / "r.csv"], tmp_path / "t.jsonl", tmp_path / "out")

    assert held == [tmp_path / "out"]
