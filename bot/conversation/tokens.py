"""Words of a message with their places in it, and exact phrase search over them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

ARTICLES = frozenset(("the", "a", "an"))
EXCLAIMED = re.compile(r"(?:o+h*|a+h+|h+m+|w+o+w+|y+e+s+|ye?ah|n+o+|a+w+|u+h+|gosh|omg|ok|okay|well|right)+")
"""Words that people exclaim before they come to the point, however long they draw them out."""
_INVISIBLE = "\u00ad\u200b-\u200f\u2060\ufeff"
_WORD = re.compile(rf"&|(?:[^\W_]|[{_INVISIBLE}])+(?:['’`´ʼ](?:[^\W_]|[{_INVISIBLE}])+)*")
_FOLDED = re.compile(r"&|[^\W_]+")
_UNSEEN = re.compile(rf"[{_INVISIBLE}]")
_APOSTROPHE = re.compile("['’`´ʼ]")
_CONTRACTIONS = frozenset(
    ("its", "hes", "shes", "thats", "whats", "whos", "lets", "heres", "theres", "wheres", "hows", "whens", "whys")
)
"""Words whose 's is a verb: never a possessive."""
_POSSESSIVE = re.compile("['’`´ʼ]s$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """A word: ``norm`` is folded (case, accents and apostrophes gone), ``bare`` also lacks a possessive 's."""

    norm: str
    bare: str
    start: int
    end: int
    capital: bool


class Hit(NamedTuple, Generic[T]):
    """A phrase found at ``tokens[i:j]``."""

    i: int
    j: int
    value: T


def fold(text: str) -> str:
    """Case, accents, compatibility forms and apostrophes removed."""
    if text.isascii():
        return _APOSTROPHE.sub("", text.lower())
    decomposed = unicodedata.normalize("NFKD", _UNSEEN.sub("", text).casefold())
    return _APOSTROPHE.sub("", "".join(c for c in decomposed if not unicodedata.combining(c)))


def tokenize(text: str) -> list[Token]:
    """The words of a text; everything else, lone surrogates and NUL included, only separates them."""
    tokens = []
    for match in _WORD.finditer(text):
        word = match.group()
        if word == "&":
            tokens.append(Token("and", "and", match.start(), match.end(), False))
        elif norm := fold(word):
            bare = fold(_POSSESSIVE.sub("", word)) if word[-1] in "sS" and norm not in _CONTRACTIONS else norm
            tokens.append(Token(norm, bare, match.start(), match.end(), word[0].isupper()))
    return tokens


def norms(text: str) -> list[str]:
    """The folded words alone: what ``tokenize`` finds, for building indexes quickly."""
    return ["and" if word == "&" else word for word in _FOLDED.findall(fold(text))]


def squash(text: str) -> str:
    """The words run together: ``"Sci-Fi"`` and ``"sci fi"`` are one key."""
    return "".join(norms(text))


class Phrases(Generic[T]):
    """Phrases to values, found in any spelling that differs only by case, accents, hyphens or spaces."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._values: dict[str, T] = {}
        self._openings: set[str] = set()
        self._longest = 1
        for phrase, value in entries:
            words = norms(phrase)
            key = "".join(words)
            self._values.setdefault(key, value)
            self._openings.update(key[:n] for n in range(1, len(key)))
            self._longest = max(self._longest, len(words) + 1)

    def get(self, tokens: Sequence[Token]) -> T | None:
        """The value of all the tokens together."""
        return self._values.get("".join(t.norm for t in tokens))

    def _at(self, tokens: Sequence[Token], i: int) -> Iterator[Hit[T]]:
        key = ""
        for j in range(i, min(i + self._longest, len(tokens))):
            token = tokens[j]
            value = self._values.get(key + token.norm)
            if value is None and token.bare != token.norm:
                value = self._values.get(key + token.bare)
            if value is not None:
                yield Hit(i, j + 1, value)
            key += token.norm
            if key not in self._openings:  # nearly always at the first word: no phrase goes on from here
                return

    def starting(self, tokens: Sequence[Token]) -> Hit[T] | None:
        """The longest phrase that the tokens open with."""
        return max(self._at(tokens, 0), key=lambda hit: hit.j, default=None)

    def find(self, tokens: Sequence[Token], taken: Sequence[bool] = ()) -> list[Hit[T]]:
        """Every longest phrase, left to right, none overlapping another or a taken token."""
        hits: list[Hit[T]] = []
        i = 0
        while i < len(tokens):
            free = [h for h in self._at(tokens, i) if not (taken and any(taken[h.i : h.j]))]
            best = max(free, key=lambda hit: hit.j, default=None)
            if best:
                hits.append(best)
            i = best.j if best else i + 1
        return hits


def capitals_tell(tokens: Sequence[Token]) -> bool:
    """Whether capitals say anything in a message: some words have them, not nearly all."""
    words = [t for t in tokens if t.norm != "i"]
    capitals = sum(t.capital for t in words)
    return capitals > 0 and (len(words) < 5 or capitals <= 0.75 * len(words))
