"""Another domain: books, imported and talked about, in words that their operator chose."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

BOOKS = """title,year,author,genre,description
And Then There Were None,1939,Agatha Christie,mystery,Ten strangers are invited to an island and die one by one.
Murder on the Orient Express,1934,Agatha Christie,mystery,A detective on a snowbound train seeks a passenger who killed.
Good Omens,1990,Terry Pratchett|Neil Gaiman,fantasy|comedy,An angel and a demon try to stop the apocalypse.
Small Gods,1992,Terry Pratchett,fantasy|comedy,A great god is trapped in a tortoise with a single believer.
The Hitchhiker's Guide to the Galaxy,1979,Douglas Adams,science fiction|comedy,Earth is demolished; a man travels space.
Dune,1965,Frank Herbert,science fiction|adventure,A noble family takes over a desert planet and its precious spice.
The Martian,2011,Andy Weir,science fiction|adventure,An astronaut stranded on Mars must survive by his wits.
Dracula,1897,Bram Stoker,horror,A vampire count moves from Transylvania to England.
"""
WORDS = """item = "book"
bye = ["Enjoy the book!"]
nudge = ["Read any of these?"]
"""


@pytest.fixture
def bookshop(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation that knows these books."""
    home = tmp_path / "home"
    (home / "texts").mkdir(parents=True)
    (home / "texts" / "en.toml").write_text(WORDS, encoding="utf-8")
    (tmp_path / "books.csv").write_text(BOOKS, encoding="utf-8")
    environment = {**os.environ, "USHER_HOME": str(home), "LLM": "off", "TELEGRAM_BOT_TOKEN": "", "DATABASE_URL": ""}
    environment["PYTHONPATH"] = str(ROOT)
    done = usher(environment, tmp_path, "catalogue", "import", str(tmp_path / "books.csv"))
    assert done.returncode == 0, done.stderr
    return environment


def usher(environment: dict[str, str], cwd: Path, *arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, env=environment, cwd=cwd, input=lines, capture_output=True, text=True, timeout=240)


def test_books_are_found_by_who_wrote_them(bookshop: dict[str, str], tmp_path: Path) -> None:
    said = ["anything by Agatha Christie?", "who wrote the second one?", "something funny", "Good Omens", "bye", "hi"]
    done = usher(bookshop, tmp_path, "chat", lines="\n".join(said) + "\n")
    assert done.returncode == 0, done.stderr
    christie, wrote, funny, omens, bye, _ = (" ".join(r.split()) for r in done.stdout.split("\nyou> ")[1:])
    assert "looking for Agatha Christie" in christie
    assert "And Then There Were None" in christie
    assert "Murder on the Orient Express" in christie
    assert "Dracula" not in christie
    assert "is by Agatha Christie." in wrote
    assert "· Terry Pratchett" in funny
    assert "Read any of these?" in funny
    assert "by Terry Pratchett and Neil Gaiman" in omens
    assert "Enjoy the book" in bye
    assert "irected" not in done.stdout


def test_words_that_fit_no_string_of_ours_stop_the_start(bookshop: dict[str, str], tmp_path: Path) -> None:
    (Path(bookshop["USHER_HOME"]) / "texts" / "zh.toml").write_text('got = "{who}"\nhallo = "x"\n', encoding="utf-8")
    done = usher(bookshop, tmp_path, "chat", lines="hi\n")
    assert done.returncode == 1
    assert (
        done.stderr.strip()
        .splitlines()[-1]
        .endswith("zh.toml needs mending: 'got' can't hold who; its placeholders: what; there is no string 'hallo'.")
    )
