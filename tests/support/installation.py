"""A small installation of its own, built by the commands that an operator would use."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

from tests.support.botapi import TOKEN

POSTER = "https://pictures.example/heat.jpg"
FILMS = [
    ("Heat", 1995, "Crime|Thriller", "Michael Mann", "A detective hunts a crew of bank robbers through Los Angeles."),
    ("Collateral", 2004, "Crime|Thriller", "Michael Mann", "A taxi driver is forced to drive a hitman overnight."),
    ("Ronin", 1998, "Action|Thriller", "John Frankenheimer", "Mercenaries chase a mysterious briefcase."),
    ("The Insider", 1999, "Drama|Thriller", "Michael Mann", "A chemist blows the whistle on big tobacco."),
    ("Alien", 1979, "Horror|Science Fiction", "Ridley Scott", "A creature stalks the crew of a spaceship."),
    ("Blade Runner", 1982, "Science Fiction", "Ridley Scott", "A policeman hunts androids in the rain."),
    ("Airplane!", 1980, "Comedy", "Jim Abrahams", "A nervous pilot must land a plane full of sick passengers."),
    ("Groundhog Day", 1993, "Comedy|Romance", "Harold Ramis", "A weatherman lives the same day again and again."),
    ("Some Like It Hot", 1959, "Comedy", "Billy Wilder", "Two musicians hide from gangsters in a women's band."),
    ("Notting Hill", 1999, "Comedy|Romance", "Roger Michell", "A bookseller falls in love with a film star."),
    ("Spirited Away", 2001, "Animation|Fantasy", "Hayao Miyazaki", "A girl works in a bathhouse for spirits."),
    ("Ratatouille", 2007, "Animation|Comedy", "Brad Bird", "A rat becomes a chef in Paris."),
    ("Unforgiven", 1992, "Western", "Clint Eastwood", "An old gunslinger takes one last job."),
    ("Rear Window", 1954, "Mystery|Thriller", "Alfred Hitchcock", "A man with a broken leg suspects a neighbour."),
    ("<b>Tags & Sons</b>", 1996, "Comedy", "A. <i>N. Onymous", "A printer's family loves angle brackets."),
]


def usher(home: Path, *arguments: str) -> None:
    """Run one command there."""
    subprocess.run([sys.executable, "-m", "bot", *arguments], env=environment(home), check=True, timeout=300)


def environment(home: Path, base_url: str = "") -> dict[str, str]:
    """The settings of that installation, on the Telegram at ``base_url``."""
    ours = {"USHER_HOME": str(home), "LLM": "off", "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_BASE_URL": base_url}
    return {**os.environ, "DATABASE_URL": "", **ours}


def install(root: Path) -> Path:
    """Import ``FILMS``, the first of them with a poster, and index them; returns ``USHER_HOME``."""
    films = root / "films.csv"
    with films.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["title", "year", "genres", "director", "overview", "poster"])
        table.writerows((*film, POSTER if not n else "") for n, film in enumerate(FILMS))
    usher(root / "home", "catalogue", "import", str(films))
    usher(root / "home", "index", "build")
    return root / "home"
