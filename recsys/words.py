"""Words as a checker reads them: tokens, stems, and the names that facts hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple


def vocabulary(words: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(words.split())


SECOND_PERSON = vocabulary("you you've you're you'd your")
OTHERS = vocabulary("people others viewers readers listeners users everyone everybody many audiences critics")
SPEAKERS = SECOND_PERSON | OTHERS
ABBREVIATED = re.compile(r"\b(?:[A-Z]|Capt|Col|Dr|Gen|Inc|Jr|Lt|Mr|Mrs|Ms|Mt|No|Prof|Rev|Sgt|Sr|St|Vs|vs)$")
"""What stands before a full stop that ends no sentence: a title, an initial."""
_JOINERS = vocabulary("of the de la von van der du a an")
_ARTICLES = vocabulary("the a an")

_TOKEN = re.compile(r"\d+(?:s|st|nd|rd|th)?(?![^\W\d_])|[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text and where it stands."""

    text: str
    norm: str  # folded: no case, no accents, straight apostrophes
    stem: str
    capital: bool
    first: bool  # of its sentence
    joined: bool  # only a space, hyphen or full stop of an initial lies between this token and the one before
    clause: int  # number of the stretch between punctuation marks


class Name(NamedTuple):
    """A known name at ``start:stop`` of the tokens; ``kinds`` are those of the facts that hold it."""

    start: int
    stop: int
    kinds: frozenset[str]


def fold(text: str) -> str:
    """Case, accents and typographic apostrophes removed."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def stem(word: str) -> str:
    """A folded English word without its inflection; cheap, and coarse on purpose."""
    word = word.removesuffix("'s").removesuffix("'")
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            if ending != "ly" and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def tokenise(text: str) -> list[Token]:
    """The words of a text in their order."""
    tokens: list[Token] = []
    end, clause = 0, 0
    for match in _TOKEN.finditer(text):
        gap = text[end : match.start()]
        initial = bool(tokens) and len(tokens[-1].text) == 1 and gap.strip() == "."
        ends = bool(re.search(r"[.!?…]", gap)) and not initial
        clause += bool(re.search(r"[.!?…,;:()–—]", gap)) and not initial
        norm = fold(match.group())
        tokens.append(
            Token(
                match.group(),
                norm,
                stem(norm),
                match.group()[0].isupper(),
                not tokens or ends,
                bool(tokens) and (initial or not gap.strip(" -.'’&/")) and not ends,
                clause,
            )
        )
        end = match.end()
    return tokens


class Source:
    """One fact, ready to be searched for names."""

    def __init__(self, text: str, kind: str) -> None:
        self.text = text
        self.kind = kind
        self.tokens = tokenise(text)
        self.norms = [t.norm for t in self.tokens]
        self.stems = {t.stem for t in self.tokens}

    def match(self, words: Sequence[Token], at: int, partial: bool) -> int:
        """Length of the longest whole name of this source that ``words`` hold at ``at``; 0 when there is none.

        ``partial``: a name that runs to the end of ``words`` may be unfinished.
        """
        best = 0
        for start, norm in enumerate(self.norms):
            if not same(norm, words[at].norm) or not self._opens(start):
                continue
            size = 1
            while (
                start + size < len(self.norms)
                and at + size < len(words)
                and same(self.norms[start + size], words[at + size].norm)
            ):
                size += 1
            unfinished = partial and at + size == len(words)
            while size > best and not unfinished and not self._closes(start + size):
                size -= 1
            best = max(best, size)
        return best

    def _opens(self, start: int) -> bool:
        if self.kind == "reason" and not (self._in_name(start) and self.norms[start] not in SPEAKERS):
            return False
        if start == 0 or not self.tokens[start].joined:
            return True
        if self.kind == "title" or self.kind == "reason":
            before = self.norms[start - 1]
            return before in _ARTICLES or not self._in_name(start - 1)
        return self.kind != "year"  # a surname, the last word of a genre

    def _closes(self, stop: int) -> bool:
        ends = stop == len(self.tokens) or not self.tokens[stop].joined
        if self.kind != "reason":
            return ends
        return self._in_name(stop - 1) and (ends or not self._in_name(stop))

    def _in_name(self, at: int) -> bool:
        token = self.tokens[at]
        if token.capital and token.norm != "i":
            return True
        if token.text[0].isdigit():
            return at > 0 and self.tokens[at - 1].capital
        later = self.tokens[at + 1 : at + 3]
        return token.norm in _JOINERS and at > 0 and self.tokens[at - 1].capital and any(t.capital for t in later)


def same(norm: str, word: str) -> bool:
    """Whether a word of a text is one of a fact, perhaps in the genitive."""
    return word in (norm, f"{norm}'s")


def whole_names(tokens: list[Token], names: Iterable[Name]) -> list[Token]:
    """The tokens, with no clause ending inside a name: "Mission: Impossible" is one thing."""
    inner = {i for name in names for i in range(name.start + 1, name.stop)}
    skipped = 0
    whole: list[Token] = []
    for i, token in enumerate(tokens):
        if i in inner:
            skipped += token.clause - tokens[i - 1].clause
        whole.append(replace(token, clause=token.clause - skipped, first=token.first and i not in inner))
    return whole


def positions(names: Iterable[Name]) -> set[int]:
    """Where in a text names stand."""
    return {i for name in names for i in range(name.start, name.stop)}
