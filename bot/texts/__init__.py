"""Every user-facing string, by language, in TOML files beside this module.

``en.toml`` and ``zh.toml`` hold the same keys with the same placeholders. The catalogue and the lexicon speak
English; ``names.zh.toml`` says how their genres, languages, countries, moods and limits are called in Chinese.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]{2}")
_CHINESE_GRAMMAR = re.compile("[我你他她的了吗想要看不没吧呢和跟像给来]|喜欢|推荐|什么|电影")
_KANA = re.compile("[\u3040-\u30ff]")

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""The languages that Usher speaks."""


def spoken(code: str | None) -> Language | None:
    """The language that we speak for a code such as ``"zh-hans"``; None when we don't, or don't know."""
    short = (code or "").lower().replace("_", "-").partition("-")[0]
    return next((language for language in LANGUAGES if language == short), None)


def is_chinese(text: str) -> bool:
    """Whether a text is written in Chinese characters, whatever else is in it, and not in Japanese."""
    return bool(_HAN.search(text)) and not _KANA.search(text)


def writes_chinese(text: str) -> bool:
    """Whether the writer of a message speaks Chinese, rather than names a Chinese title in another language."""
    return is_chinese(text) and bool(_CHINESE_GRAMMAR.search(text) or not _LATIN.search(text))


class Texts:
    """The strings of one language. A key with several variants rotates through them by ``turn``, so that a chat
    does not repeat itself word for word and stays reproducible."""

    def __init__(self, language: Language = "en") -> None:
        self.language = language
        self._strings: Mapping[str, str | list[str]] = _load(f"{language}.toml")
        called = {} if language == "en" else _load(f"names.{language}.toml")
        self._names: Mapping[str, str] = {name.casefold(): own for name, own in called.get("names", {}).items()}
        self._limits: Mapping[str, str] = called.get("limits", {})

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
        """ "A", "A and B", "A, B and C"; ``conjunction`` is "and" or "or"."""
        if len(parts) < 2:
            return "".join(parts)
        return self(f"listed_{conjunction}", most=self("comma").join(parts[:-1]), last=parts[-1])

    def name(self, value: str) -> str:
        """How this language calls a genre, language, country, mood or theme; names of people stay as they are."""
        return self._names.get(value.casefold(), value)

    def limit(self, quantity: str, low: float | None, high: float | None, label: str) -> str:
        """A limit of a quantity ("year", "runtime", "rating"), both ends inclusive, as this language says it."""
        shape = "from" if high is None else "to" if low is None else "span"
        if quantity == "year" and low is not None and high is not None:
            shape = "exactly" if low == high else "decade" if low % 10 == 0 and high == low + 9 else shape
        own = self._limits.get(f"{quantity}_{shape}")
        return own.format(low=_plain(low), high=_plain(high)) if own else label


@cache
def _load(name: str) -> Mapping[str, Any]:
    return tomllib.loads((files(__name__) / name).read_text(encoding="utf-8"))


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:g}"
