"""``usher evaluate understanding`` on dialogues whose right figures are known by construction."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.conversation.lexicon import load_lexicon
from bot.conversation.understand import Understanding
from bot.evaluation.understanding import (
    Dialogue,
    Film,
    evaluate_mentions,
    evaluate_polarity,
    evaluate_titles,
    read_inspired,
    read_redial,
)
from recsys.errors import DataError
from tests.support.films import films

UNDERSTANDING = Understanding(films(), load_lexicon())
COLUMNS = (
    "dialog_id",
    "speaker",
    "text",
    "movies",
    "genres",
    "people_names",
    "movie_dict",
    "actor_dict",
    "director_dict",
)


def inspired(path: Path, *rows: tuple[str, str, str, str, str]) -> Path:
    """A file of (speaker, text, movies, genres, people) rows."""
    lines = ["\t".join(COLUMNS)]
    for speaker, text, movies, genres, people in rows:
        lines.append(
            "\t".join(("d1", speaker, text, movies, genres, people, "{'Jaws (1975)': 0, 'Big (1988): 1}", "{}", "{}"))
        )
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def film(title: str, year: int, liked: int) -> Film:
    return Film(title, year, {}, liked)


def test_mentions_are_counted_as_they_are_marked(tmp_path: Path) -> None:
    path = inspired(
        tmp_path / "inspired.tsv.xz",
        (
            "SEEKER",
            "I love comedy and QUOTATION_MARKHeatQUOTATION_MARK with Al Pacino",
            "Heat (1995)",
            "comedy",
            "Al Pacino",
        ),
        ("RECOMMENDER", "Have you seen Star Wars?", "Star Wars (1977)", "", ""),  # the catalogue has a longer title
        ("SEEKER", "Greetings, I have seen Jaws", "Greetings (1968)", "", ""),  # two defects
    )
    report = evaluate_mentions(UNDERSTANDING, films(), read_inspired(path))
    assert report.metrics == {"f1_titles": pytest.approx(4 / 6), "f1_genres": 1.0, "f1_people": 1.0}
    assert report.n == {"titles": 3, "genres": 1, "people": 1, "utterances": 3}
    assert report.details["titles"]["defects_treated"]["f1"] == 1.0
    assert [line.split("\t")[:4] for line in report.errors] == [
        ["titles", "missed", "greetings", "defect"],
        ["titles", "extra", "jaws", "defect"],
    ]


def test_describing_words_name_no_genre(tmp_path: Path) -> None:
    path = inspired(tmp_path / "i.tsv.xz", ("SEEKER", "It was funny. I like superhero films", "", "action", ""))
    report = evaluate_mentions(UNDERSTANDING, films(), read_inspired(path))
    assert report.details["genres"]["strict"] == {"f1": 1, "precision": 1, "recall": 1, "annotated": 1, "found": 1}


def test_polarity_with_and_without_its_default() -> None:
    messages = (
        ("assistant", "Have you seen Heat (1995)?"),
        ("user", "I loved it"),
        ("assistant", "How about Alien (1979)?"),
        ("user", "Not my type"),
        ("assistant", "And Jaws (1975)?"),
        ("user", "Who is in it?"),
    )
    told = (
        film("Heat", 1995, 1),
        film("Alien", 1979, 0),
        film("Jaws", 1975, 1),
        film("Big", 1988, 0),
        film("Up", 2009, 2),
    )
    report = evaluate_polarity(UNDERSTANDING, films(), [Dialogue("d", messages, told)])
    assert report.metrics == {"polarity": 0.75}  # Heat, Alien, and Jaws by default
    assert report.n == {"polarity": 4, "polarity_liked": 2, "polarity_disliked": 2}
    details = report.details["polarity"]
    assert (details["undecided_as_wrong"], details["coverage"], details["of_decided"]) == (0.5, 0.5, 1.0)
    assert (details["default_alone"], details["recall_disliked"]) == (0.5, 0.5)
    assert [line.split("\t")[1:3] for line in report.errors] == [["liked", "undecided"], ["disliked", "undecided"]]


def test_titles_are_looked_for_without_their_years() -> None:
    marked = {0: (("thing", 2011), ("heat", 1995)), 1: (("nosuchfilm", 1999),)}
    messages = (("user", "I saw The Thing (2011) and Heat (1995)"), ("assistant", "Have you seen No Such Film (1999)?"))
    report = evaluate_titles(UNDERSTANDING, films(), [Dialogue("d", messages, (), marked)])
    assert report.metrics == {}
    figures = report.details["titles_without_years"]
    assert figures["as_written"] == {"f1": 1, "precision": 1, "recall": 1, "annotated": 2, "found": 2}
    assert figures["lower_case"]["annotated"] == 2


def test_a_change_of_mind_counts() -> None:
    messages = (("user", "I liked Heat"), ("user", "Heat was boring actually"))
    report = evaluate_polarity(UNDERSTANDING, films(), [Dialogue("d", messages, (film("Heat", 1995, 0),))])
    assert report.metrics["polarity"] == 1.0


@pytest.mark.parametrize("read", [read_inspired, read_redial])
def test_another_file_is_named(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "other.txt").write_text("what\nis this", encoding="utf-8")
    with pytest.raises(DataError, match=r"other\.txt is no"):
        read(tmp_path / "other.txt")
    with pytest.raises(DataError, match=r"none\.tsv can't be read"):
        read(tmp_path / "none.tsv")


def test_the_command_writes_figures_and_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USHER_HOME", str(tmp_path / "home"))
    films().export_jsonl(tmp_path / "films.jsonl")
    told = {"title": "Heat", "year": 1995, "liked": 1}
    dialogue = {"id": 1, "messages": [{"role": "user", "text": "I loved Heat"}], "mentions": [told]}
    (tmp_path / "redial.jsonl").write_text(json.dumps(dialogue) + "\n", encoding="utf-8")
    path = inspired(tmp_path / "i.tsv.xz", ("SEEKER", "Heat, Alien and Jaws", "Heat (1995)", "", ""))
    said = ["--inspired", path, "--redial", tmp_path / "redial.jsonl", "--catalogue", tmp_path / "films.jsonl"]
    written = ["--out", tmp_path / "out.json", "--errors", tmp_path / "errors.txt"]
    result = CliRunner().invoke(app, ["evaluate", "understanding", *map(str, (*said, *written))])
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "out.json").read_text())
    assert set(report["metrics"]) == {"f1_titles", "f1_genres", "f1_people", "polarity"}
    assert report["metrics"]["f1_titles"] == 0.5
    assert report["metrics"]["polarity"] == 1.0
    assert len((tmp_path / "errors.txt").read_text().splitlines()) == 2
