"""Every user-facing string, by language, in TOML files beside this module."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files


class Texts:
    """The strings of one language. A key with several variants rotates through them by ``turn``, so that a chat
    does not repeat itself word for word and stays reproducible."""

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self._strings: Mapping[str, str | list[str]] = tomllib.loads(
            (files(__name__) / f"{language}.toml").read_text(encoding="utf-8")
        )

    def __call__(self, key: str, turn: int = 0, **values: object) -> str:
        """The string of a key with its ``{placeholders}`` filled in."""
        found = self._strings[key]
        return (found if isinstance(found, str) else found[turn % len(found)]).format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self._strings

    def options(self, key: str) -> list[str]:
        """All entries of a key that lists choices."""
        found = self._strings[key]
        return [found] if isinstance(found, str) else found

    def join(self, parts: Sequence[str], conjunction: str = "and") -> str:
        """ "A", "A and B", "A, B and C"; ``conjunction`` is the key of the last one's word."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self(conjunction)} {parts[-1]}"
