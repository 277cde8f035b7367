"""Titles that are named and that the catalogue lacks. They are found only where the words around them leave little
doubt: in quotes, with capitals or rare words behind "loved" or "something like", before "the movie" or a year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.conversation.lexicon import Lexicon
from bot.conversation.spelling import Spelling
from bot.conversation.tokens import ARTICLES, Phrases, Token, capitals_tell, squash
from bot.texts import is_chinese

LONGEST = 6
"""Words of a title that nothing else is known of; what is longer is rather a sentence."""
COMMONEST = 20_000
"""Everyday words of which a strange word may be a slip."""

_QUOTED = re.compile(r"[\"“«]\s*([^\"“”«»\n]{2,60}?)\s*[\"”»]")
_YEAR = re.compile(r"\s*\((?:18|19|20)\d\d\)")
_JOINED = re.compile(r"[ \-:]*")
_THE_FILM = (["the", "movie"], ["the", "film"])
_SMALL = frozenset(("of", "the", "a", "an", "and", "in", "to", "with", "for", "on", "at", "from", "by"))


class UnknownTitles:
    """Finds them, given what the other readers have found."""

    def __init__(self, lexicon: Lexicon) -> None:
        cues, grammar = lexicon.title_cues, lexicon.grammar
        self._firm = Phrases((words, True) for words in (*cues.firm, *cues.watched, *lexicon.cues.like) if words != "into")
        likened = [words for words in lexicon.cues.resemble if words.split()[-1] in ("like", "to", "of")]
        self._likened = Phrases((words, True) for words in likened)
        self._following = Phrases((words, True) for words in cues.after)
        self._proper = {squash(words) for words in cues.proper}
        self._films = set(grammar.film_nouns)
        self._closing = {*lexicon.negators.contrast, *lexicon.negators.copulas, "and", "or", "because", "too", "also", "please", "with"}
        self._plain = {
            *map(squash, (*lexicon.noise.words, *lexicon.fillers.words, *cues.pronouns, *cues.not_titles)),
            *(word for words in grammar.model_dump().values() for phrase in words for word in phrase.split()),
            *lexicon.negators.words,
            *lexicon.negators.between,
        }
        self._common = lexicon.common
        usual = sorted(lexicon.common, key=lexicon.common.__getitem__)[:COMMONEST]
        self._spelling = Spelling(dict.fromkeys((*usual, *lexicon.vocabulary), 0.5))

    def find(self, text: str, tokens: Sequence[Token], taken: Sequence[bool]) -> list[range]:
        """Runs of words, none over a ``taken`` word, in reading order."""
        found: list[range] = []
        for run in (*self._quoted(text, tokens), *self._dated(text, tokens), *self._told(text, tokens, taken)):
            free = not any(taken[n] for n in run) and all(set(run).isdisjoint(other) for other in found)
            name = "".join(tokens[n].norm for n in run)
            long = len(name) > 2 or is_chinese(name)
            if long and free and squash(name) not in self._proper:
                found.append(run)
        return sorted(found, key=lambda run: run.start)

    def _quoted(self, text: str, tokens: Sequence[Token]) -> Iterator[range]:
        """A short quotation with capitals, or behind words that films follow."""
        for match in _QUOTED.finditer(text):
            run = _within(tokens, *match.span(1))
            told = any(hit.j == run.start for hit in (*self._firm.find(tokens), *self._likened.find(tokens)))
            if 0 < len(run) <= LONGEST and (told or _named(tokens, run) or is_chinese(match[1])):
                yield run

    def _dated(self, text: str, tokens: Sequence[Token]) -> Iterator[range]:
        """ "Saltburn (2023)": capitals before a year in brackets."""
        for match in _YEAR.finditer(text):
            end = next((n + 1 for n in reversed(range(len(tokens))) if tokens[n].end <= match.start()), 0)
            start = end
            while start and end - start < LONGEST and (tokens[start - 1].capital or tokens[start - 1].norm in _SMALL):
                if start < end and not _JOINED.fullmatch(text[tokens[start - 1].end : tokens[start].start]):
                    break
                start -= 1
            while start < end and not tokens[start].capital:
                start += 1
            if start < end and tokens[end - 1].end == match.start():
                yield range(start, end + 1)  # the year, too

    def _told(self, text: str, tokens: Sequence[Token], taken: Sequence[bool]) -> Iterator[range]:
        """What follows "loved" or "something like" as far as a title goes."""
        cased = capitals_tell(tokens)
        cues = [(hit.j, False) for hit in self._firm.find(tokens)] + [(hit.j, True) for hit in self._likened.find(tokens)]
        for start, likened in cues:
            if start < len(tokens) and tokens[start - 1].end <= tokens[start].start:
                yield self._after(text, tokens, taken, start, likened=likened, cased=cased)

    def _after(
        self, text: str, tokens: Sequence[Token], taken: Sequence[bool], start: int, *, likened: bool, cased: bool
    ) -> range:
        none = range(start, start)
        end = start
        while end < len(tokens) and end - start < LONGEST and not taken[end]:
            if end > start and self._following.starting(tokens[end:]):
                break
            gap = text[tokens[end - 1].end : tokens[end].start]
            if not _JOINED.fullmatch(gap) or tokens[end].norm in self._closing - _SMALL:
                break
            if tokens[end].norm in self._closing and not (tokens[end + 1 : end + 2] and tokens[end + 1].capital):
                break
            end += 1
        run = range(start, end)
        if cased and (capital := self._capitals(tokens, run)):
            return capital if self._ends(text, tokens, taken, capital.stop) else none
        film = next((n for n in run[2:] if [t.norm for t in tokens[n - 1 : n + 1]] in _THE_FILM), None)
        if film is not None:
            run = range(start, film - 1)
        words = [tokens[n].norm for n in run]
        if not words or not self._ends(text, tokens, taken, run.stop) or words[0] in ("a", "an"):
            return none
        if any(w in self._plain for w in words if w not in _SMALL) or (likened and tokens[run.stop : run.stop + 1] and not self._breaks(text, tokens, run.stop)):
            return none
        compared = likened and run.stop < len(tokens) and tokens[run.stop].norm == "but"
        called = tokens[start - 1].norm in ("called", "named", "titled")
        rare = len(words) <= 2 and all(self._strange(w) for w in words)
        sure = rare or ((compared or called or film is not None) and len(words) <= 3)
        return run if sure else none

    def _capitals(self, tokens: Sequence[Token], run: range) -> range:
        """The title that a run of words opens with, by its capitals."""
        start = run.start
        if len(run) > 1 and tokens[start].norm in ARTICLES:
            start += 1
        end = start
        for n in range(start, run.stop):
            if tokens[n].capital or tokens[n].norm.isdigit():
                end = n + 1
            elif tokens[n].norm not in _SMALL:
                break
        if end == start or not tokens[start].capital or tokens[start].norm in self._plain | {"i"}:
            return range(0)
        return range(run.start if tokens[run.start].capital else start, end)

    def _ends(self, text: str, tokens: Sequence[Token], taken: Sequence[bool], end: int) -> bool:
        """Whether a title may end before ``tokens[end]``."""
        if end == len(tokens) or not _JOINED.fullmatch(text[tokens[end - 1].end : tokens[end].start]):
            return True
        norm = tokens[end].norm
        if self._following.starting(tokens[end:]):
            return True
        return norm in self._closing or norm in self._films or norm in ARTICLES or norm in ("a", "so", "really", "which", "that")

    def _breaks(self, text: str, tokens: Sequence[Token], end: int) -> bool:
        gap = text[tokens[end - 1].end : tokens[end].start]
        return not _JOINED.fullmatch(gap) or tokens[end].norm in self._closing | self._films | ARTICLES

    def _strange(self, norm: str) -> bool:
        """Whether a word is none that people use, nor a slip of one."""
        if len(norm) < 5 or not norm.isalpha() or norm in self._common or norm.removesuffix("s") in self._common:
            return False
        return not any(distance <= 1 + (len(norm) > 8) for _, distance in self._spelling.meant(norm))


def _within(tokens: Sequence[Token], start: int, end: int) -> range:
    inside = [n for n, token in enumerate(tokens) if start <= token.start and token.end <= end]
    return range(inside[0], inside[-1] + 1) if inside else range(0)


def _named(tokens: Sequence[Token], run: range) -> bool:
    """Whether all words that count have capitals."""
    return bool(run) and all(tokens[n].capital or tokens[n].norm in _SMALL or tokens[n].norm.isdigit() for n in run)
