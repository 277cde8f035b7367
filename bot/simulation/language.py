"""How simulated people put it: templates, and the noise of real keyboards."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from random import Random
from typing import Any, Final

from bot.simulation.people import TWO_HOURS, Kind, Limit, Temper
from recsys.catalogue import Item

WORD: Final = re.compile(r"[a-z]{5,}", re.IGNORECASE)


class Language:
    """One person's way of writing; draws from ``rng``."""

    def __init__(self, temper: Temper, rng: Random, lines: dict[str, Any] | None = None) -> None:
        self._temper = temper
        self._rng = rng
        self._lines = lines or load()

    @property
    def genres(self) -> Sequence[str]:
        """The genres that people have words for."""
        return list(self._lines["genres"])

    def say(self, key: str, *, plain: bool = False, **values: str) -> str:
        """One of the lines of a key. ``plain``: without noise, as somebody writes who was not understood."""
        line = str(self._rng.choice(self._lines[key])).format(**values)
        return line if plain or line.startswith("/") else self._noisy(line)

    def slot(self, number: int) -> str:
        """ "second" for 2."""
        return str(self._lines["slots"][number - 1])

    def wish(self, limits: Sequence[Limit]) -> str:
        """Limits as what somebody is looking for: "a comedy from the 90s, nothing gory"."""
        genre = next((limit for limit in limits if limit.kind is Kind.GENRE), None)
        head = self._lines["genres"][genre.value]["wish"] if genre else self._lines["anything"]
        return str(self._rng.choice(head)) + "".join(self.limit(limit) for limit in limits if limit is not genre)

    def limit(self, limit: Limit) -> str:
        """One limit, to be put behind something: " from the 90s"."""
        value = limit.value
        if limit.kind is Kind.GENRE:
            return f" {self._rng.choice(self._lines['genres'][value]['wish'])}"
        if limit.kind is Kind.NO_GENRE:
            return self._fill("no_genre", plural=self._lines["genres"][value]["plural"])
        if limit.kind is Kind.DECADE:
            # "the 20s" may be of either century
            short = str(value)[2:] if isinstance(value, int) and 1930 <= value < 2000 else str(value)
            return self._fill("decade", short=short, long=str(value))
        if limit.kind is Kind.RUNTIME:
            return self._fill("two_hours" if value == TWO_HOURS else "runtime", minutes=str(value))
        return self._fill(str(limit.kind).replace(" ", "_"), person=str(value))

    def titles(self, items: Sequence[Item]) -> str:
        """ "Heat", "Heat and Alien"."""
        return " and ".join(item.title for item in items)

    def _fill(self, key: str, **values: str) -> str:
        return str(self._rng.choice(self._lines[key])).format(**values)

    def _noisy(self, text: str) -> str:
        rng, temper = self._rng, self._temper
        if temper.slang:
            for proper, slang in self._lines["slang"].items():
                text = re.sub(rf"\b{re.escape(proper)}\b", slang, text)
        text = WORD.sub(lambda m: self._mistyped(m[0]) if rng.random() < temper.typos else m[0], text)
        text = text.lower() if temper.lower else text
        text = text.rstrip("?!.") if rng.random() < 0.3 else text
        return f"{text} {rng.choice(self._lines['emoji'])}" if rng.random() < 0.04 else text

    def _mistyped(self, word: str) -> str:
        """Two letters swapped, one left out, or one doubled; never the first."""
        n = self._rng.randrange(1, len(word) - 1)
        return self._rng.choice(
            (word[:n] + word[n + 1] + word[n] + word[n + 2 :], word[:n] + word[n + 1 :], word[:n] + word[n] + word[n:])
        )


def load() -> dict[str, Any]:
    """The lines that come with the package."""
    return tomllib.loads((files(__package__ or "") / "lines.en.toml").read_text(encoding="utf-8"))
