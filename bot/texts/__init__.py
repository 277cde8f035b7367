"""Every user-facing string, by language, in TOML files beside this module.

``en.toml`` and ``zh.toml`` hold the same keys with the same placeholders. The catalogue and the lexicon speak
English; ``names.zh.toml`` says how their genres, languages, countries, moods and limits are called in Chinese.
An operator's own strings, in files of the same form, take the place of ours; nine of them (``NOUNS``) are the words
for what is recommended, which all others are made with: who recommends books says "read".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any, Literal, Self, TypeAlias, get_args

from recsys.errors import ConfigError

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_LATIN = re.compile("[A-Za-z]{2}")
_CHINESE_GRAMMAR = re.compile("[我你他她的了吗想要看不没吧呢和跟像给来]|喜欢|推荐|什么|电影")
_SMALL = frozenset(("about", "movie", "movies", "with", "like", "and", "a", "more", "very"))
_KANA = re.compile("[\u3040-\u30ff]")

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
"""The languages that Usher speaks."""


Strings: TypeAlias = Mapping[str, str | list[str]]

NOUNS: Mapping[str, str] = {
    "noun": "item",
    "nouns": "items",
    "watch": "watch",
    "watching": "watching",
    "saw": "saw",
    "seen": "seen",
    "shelf": "shelf",
    "story": "story",
    "someone": "someone",
}
"""Placeholders that any string may hold, and the keys of the words that fill them."""


def _load(name: str) -> Mapping[str, Any]:
    return tomllib.loads((files(__name__) / name).read_text(encoding="utf-8"))


TITLES: Mapping[str, list[str]] = _load("titles.zh.toml")
"""Chinese titles of well-known items by their names ("Heat (1995)"), the usual one first."""


PEOPLE: Mapping[str, list[str]] = _load("names.zh.toml")["people"]
"""What well-known people are called in Chinese, by the names that the catalogue has."""


_TRADITIONAL = _load("traditional.zh.toml")
_SIMPLIFIED = {ord(pair[0]): pair[1] for pair in _TRADITIONAL["characters"].split()}
_CANTONESE: Mapping[str, str] = _TRADITIONAL["cantonese"]
_CANTONESE_WORDS = re.compile("|".join(sorted(_CANTONESE, key=len, reverse=True)))


def simplified(text: str) -> str:
    """A text with the simplified characters in place of the traditional ones that our words need, and the words of
    Mandarin in place of some of Cantonese; as long as before."""
    return _CANTONESE_WORDS.sub(lambda word: _CANTONESE[word[0]], text.translate(_SIMPLIFIED))


def spoken(code: str | None) -> Language | None:
    """The language that we speak for a code such as ``"zh-hans"``; None when we don't, or don't know."""
    short = (code or "").lower().replace("_", "-").partition("-")[0]
    return next((language for language in LANGUAGES if language == short), None)


def is_chinese(text: str) -> bool:
    """Whether a text is written in Chinese characters, whatever else is in it, and not in Japanese."""
    return bool(_HAN.search(text)) and not _KANA.search(text)


def chinese_words(text: str) -> list[str]:
    """The runs of Chinese characters in a text."""
    return _HAN.findall(text)


def without_chinese(text: str) -> str:
    """The parts of a text between commas that say something in other letters, without their Chinese characters."""
    parts = [" ".join(_HAN.sub(" ", part).split()) if is_chinese(part) else part for part in text.split(", ")]
    return ", ".join(part for part in parts if set(part.split()) - _SMALL)


def writes_chinese(text: str) -> bool:
    """Whether the writer of a message speaks Chinese, rather than names a Chinese title in another language."""
    return is_chinese(text) and bool(_CHINESE_GRAMMAR.search(simplified(text)) or not _LATIN.search(text))


class Texts:
    """The strings of one language. A key with several variants rotates through them by ``turn``, so that a chat
    does not repeat itself word for word and stays reproducible."""

    def __init__(self, language: Language = "en", own: Strings | None = None) -> None:
        """``own`` strings take the place of ours of the same key."""
        self.language = language
        self._strings: Strings = {**_load(f"{language}.toml"), **(own or {})}
        words = {placeholder: str(self._strings[key]) for placeholder, key in NOUNS.items()}
        article = self._strings["a_noun"]
        a_noun = article if isinstance(article, str) else article[words["noun"][0].lower() in "aeiou"]
        self.nouns = {**words, "a_noun": a_noun.format(noun=words["noun"]), "Seen": words["seen"].capitalize()}
        """What is recommended, and what people do with it, by the placeholders that any string may hold."""
        called = {} if language == "en" else _load(f"names.{language}.toml")
        people = {name: own[0] for name, own in PEOPLE.items()} if called else {}
        self._names = {name.casefold(): own for name, own in {**people, **called.get("names", {})}.items()}
        self._limits: Mapping[str, str] = called.get("limits", {})
        self._kinds, self._places = (frozenset(called.get("films", {}).get(what, ())) for what in ("kinds", "places"))

    @classmethod
    def load(cls, language: Language, folder: Path) -> Self:
        """The strings of a language with those of ``folder/LANGUAGE.toml``, if there is one, in place of ours. Raises
        ``ConfigError`` for a file that can't be read, keys that we lack and placeholders that a string can't have."""
        path = folder / f"{language}.toml"
        try:
            own = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls(language)
        except (OSError, ValueError) as error:
            raise ConfigError(f"{path} can't be read as TOML in UTF-8: {error}.") from error
        ours = cls(language)._strings
        problems = [problem for key, said in own.items() if (problem := _problem(key, said, ours.get(key)))]
        if problems:
            raise ConfigError(f"{path} needs mending: {'; '.join(problems)}.")
        return cls(language, own)

    def __call__(self, key: str, turn: int = 0, **values: object) -> str:
        """The string of a key with its ``{placeholders}`` filled in."""
        found = self._strings[key]
        return (found if isinstance(found, str) else found[turn % len(found)]).format(**{**self.nouns, **values})

    def __contains__(self, key: str) -> bool:
        return key in self._strings

    def options(self, key: str) -> list[str]:
        """All entries of a key that lists choices."""
        found = self._strings[key]
        return [found] if isinstance(found, str) else found

    def join(self, parts: Sequence[str], conjunction: str = "and") -> str:
        """ "A", "A and B", "A, B and C"; ``conjunction`` is "and", "or" or, between reasons, "because"."""
        if len(parts) < 2:
            return "".join(parts)
        return self(f"listed_{conjunction}", most=self("comma").join(parts[:-1]), last=parts[-1])

    def name(self, value: str) -> str:
        """How this language calls a genre, language, country, mood, theme or well-known person; else the value."""
        return str(self._names.get(value.casefold(), value))

    def kind(self, name: str) -> str:
        """A genre or country as films are called after it, where this language has a word for that: "喜剧片"."""
        bare = name in self._kinds | self._places and not name.endswith(("片", "电影"))
        return self("kind", what=name) if bare else name

    def films(self, parts: Sequence[str], conjunction: Literal["and", "or"] = "and", listed: str = "") -> str:
        """Films by parts of a wish in a phrase, "1992年以后的法国喜剧片", or by what is refused: "恐怖片或血腥的片子".
        A language without such a phrase has them ``listed``, or joined."""
        if not self._kinds or not parts:
            return listed or self.join(parts, conjunction)
        kinds, places = ([part for part in parts if part in known] for known in (self._kinds, self._places))
        rest = [part for part in parts if part not in self._kinds | self._places]
        if conjunction == "or":
            described = [self("films_of", what=self.join(rest, "or"))] if rest else []
            return self.join([*map(self.kind, (*kinds, *places)), *described], "or")
        comma = self("comma")
        last = (kinds or places or [""])[-1]
        called = comma.join(places) + comma.join(kinds).removesuffix(last if kinds else "")
        called = (called if kinds else called.removesuffix(last)) + self.kind(last)
        if not rest:
            return called
        return self("films_described" if called else "films_of", what=comma.join(rest), films=called)

    def limit(self, quantity: str, low: float | None, high: float | None, label: str) -> str:
        """A limit of a quantity ("year", "runtime", "rating"), both ends inclusive, as this language says it."""
        shape = "from" if high is None else "to" if low is None else "span"
        if quantity == "year" and low is not None and high is not None:
            shape = "exactly" if low == high else "decade" if low % 10 == 0 and high == low + 9 else shape
        own = self._limits.get(f"{quantity}_{shape}")
        end = None if high is None else high + 1  # "before 1980" says the year after the last one
        return own.format(low=_plain(low), high=_plain(high), end=_plain(end)) if own else label


_EVERYWHERE = {*NOUNS, "a_noun", "Seen"}


LANGUAGE_NAMES: Mapping[Language, str] = {language: Texts(language)("language_name") for language in LANGUAGES}
"""What each language is called in itself, unless an operator calls it otherwise."""


def _problem(key: str, said: object, ours: str | list[str] | None) -> str | None:
    """What keeps an operator's string from taking the place of ours."""
    if ours is None:
        return f"there is no string {key!r}"
    given = said if isinstance(said, list) else [said]
    variants = [variant for variant in given if isinstance(variant, str) and variant]
    if isinstance(ours, str) == isinstance(said, list) or not variants or len(variants) < len(given):
        return f"{key!r} must be {'a string' if isinstance(ours, str) else 'a list of strings'}, and not empty"
    allowed = _placeholders(ours) - _EVERYWHERE
    for variant in variants:
        try:
            unknown = _placeholders(variant) - allowed - _EVERYWHERE
        except ValueError:
            return f"{key!r} has a brace too many; write {{{{ for one"
        if unknown:
            known = ", ".join(sorted(allowed)) or "none"
            return f"{key!r} can't hold {', '.join(sorted(unknown))}; its placeholders: {known}"
    return None


def _placeholders(found: str | list[str]) -> set[str]:
    variants = [found] if isinstance(found, str) else found
    return {name for variant in variants for _, name, _, _ in Formatter().parse(variant) if name is not None}


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:g}"
