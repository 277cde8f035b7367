"""Titles and people that are named and that the catalogue lacks. They are found only where the words around them leave
little doubt: in quotes, with capitals or rare words behind "loved" or "something like", in any words behind "watched",
before "the movie" or a year; people by rare words behind "with" or "starring"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from bot.conversation.lexicon import Lexicon
from bot.conversation.spelling import Spelling
from bot.conversation.tokens import ARTICLES, Phrases, Token, capitals_tell, squash
from bot.texts import is_chinese

LONGEST = 6
"""Words of a title that nothing else is known of; what is longer is rather a sentence."""
MOST_WATCHED = 4
"""Words, without an article, of a title that has nothing but a verb of watching to tell it."""
MOST_NAMES = 3
"""Words of a person's name."""
COMMONEST = 20_000
"""Everyday words of which a strange word may be a slip."""

_QUOTED = re.compile(r"[\"“«]\s*([^\"“”«»\n]{2,60}?)\s*[\"”»]")
_ABOUT = re.compile(r"\bwhat(?:['’]?s| is)\s+(\S[^?.,!\n]{1,60}?)\s+about\b", re.IGNORECASE)
_YEAR = re.compile(r"\s*\((?:18|19|20)\d\d\)")
_JOINED = re.compile(r"[ \-:]*")
_THE_FILM = (["the", "movie"], ["the", "film"])
_CALLED = ("called", "named", "titled")
_GOING_ON = frozenset(("so", "really", "which", "that"))
_COPULAS = frozenset(("is", "was"))
_LIKING = frozenset(("hated", "loved", "liked", "enjoyed", "adored", "disliked", "despised", "loathed"))
"""Verbs whose object is less likely a film than that of "watched": "loved the acting"."""
_ALONE = frozenset(("watched", "rewatched", "finished", "of", "about"))
"""The last words of verbs that take a title of one everyday word: "watched parasite"."""
_WHEN = frozenset(
    ("at", "on", "last", "together", "when", "while", "years", "months", "ages", "better", "more", "first")
)
_INDEFINITE = frozenset(("any", "some", "lots", "plenty"))
_SMALL = frozenset(("of", "the", "a", "an", "and", "in", "to", "with", "for", "on", "at", "from", "by"))


class UnknownTitles:
    """Finds them, given what the other readers have found."""

    def __init__(self, lexicon: Lexicon, known: Callable[[Sequence[Token]], bool]) -> None:
        """``known``: whether words are a title of the catalogue."""
        self._known = known
        cues, grammar = lexicon.title_cues, lexicon.grammar
        asked = (words for said in lexicon.questions.fields.values() for words in said if " " in words)
        told = (*cues.firm, *cues.watched, *lexicon.cues.like, *asked)
        self._firm = Phrases((words, True) for words in told if words != "into")
        likened = [words for words in lexicon.cues.resemble if words.split()[-1] in ("like", "to", "of")]
        self._likened = Phrases((words, True) for words in likened)
        self._cast = Phrases((words, True) for words in grammar.name_cues if words not in told)
        self._following = Phrases((words, True) for words in cues.after)
        self._proper = {squash(words) for words in cues.proper}
        self._films = set(grammar.film_nouns)
        self._closing = {
            *lexicon.negators.contrast,
            *lexicon.negators.copulas,
            "and",
            "or",
            "because",
            "too",
            "also",
            "please",
            "with",
        }
        self._plain = {
            *map(squash, (*lexicon.noise.words, *lexicon.fillers.words, *cues.pronouns, *cues.not_titles)),
            *(word for words in grammar.model_dump().values() for phrase in words for word in phrase.split()),
            *lexicon.negators.words,
            *lexicon.negators.between,
        }
        self._studios = Phrases((words, True) for words in cues.studios)
        self._watched = Phrases((words, True) for words in (*cues.watched, "heard of", "heard about"))
        self._speaking = {*grammar.subjects, *grammar.adverbs, *grammar.company, "and", "ive", "weve", "have", "just"}
        self._speaking |= set(map(squash, (*lexicon.fillers.words, *lexicon.interjections.words)))
        ordinals = (word for words in lexicon.ordinals.values() for word in words)
        self._untitled = {*map(squash, (*cues.pronouns, *cues.untitled, *ordinals)), *self._films, *grammar.proposals}
        self._common = lexicon.common
        usual = sorted(lexicon.common, key=lexicon.common.__getitem__)[:COMMONEST]
        self._spelling = Spelling(dict.fromkeys((*usual, *lexicon.vocabulary), 0.5))

    def find(self, text: str, tokens: Sequence[Token], taken: Sequence[bool]) -> list[range]:
        """Runs of words, none over a ``taken`` word, in reading order."""
        found: list[range] = []
        looks = (
            self._quoted(text, tokens),
            self._dated(text, tokens),
            self._told(text, tokens, taken),
            self._refused(text, tokens, taken),
            self._asked(text, tokens),
            self._starring(text, tokens, taken),
            self._seen(text, tokens, taken),
            (range(hit.i, hit.j) for hit in self._studios.find(tokens, taken)),
        )
        for run in chain(*looks):
            free = not any(taken[n] for n in run) and all(set(run).isdisjoint(other) for other in found)
            name = "".join(tokens[n].norm for n in run)
            long = len(name) > 2 or is_chinese(name)
            days = {squash(name), squash(name).removesuffix("s"), *(tokens[n].norm for n in run[:1])}
            if long and free and not (days & self._proper or self._known([tokens[n] for n in run])):
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
        cues = [(hit.j, False) for hit in self._firm.find(tokens)] + [
            (hit.j, True) for hit in self._likened.find(tokens)
        ]
        for cue, likened in cues:
            start = cue + (cue < len(tokens) and tokens[cue].norm in _COPULAS)  # "how long is Saltburn?"
            if start == len(tokens) or not _JOINED.fullmatch(text[tokens[start - 1].end : tokens[start].start]):
                continue
            run = range(start, self._extent(text, tokens, taken, start))
            named = self._capitals(tokens, run) if cased else range(0)
            if not named:
                named = self._words(text, tokens, run, likened=likened)
            if named and self._ends(text, tokens, named.stop):
                yield named

    def _refused(self, text: str, tokens: Sequence[Token], taken: Sequence[bool]) -> Iterator[range]:
        """ "Not Saltburn, that was lame": capitals behind a "not" that opens a phrase."""
        if not capitals_tell(tokens):
            return
        for n, token in enumerate(tokens[:-1]):
            opens = n == 0 or not _JOINED.fullmatch(text[tokens[n - 1].end : token.start])
            if token.norm == "not" and opens and _JOINED.fullmatch(text[token.end : tokens[n + 1].start]):
                run = range(n + 1, self._extent(text, tokens, taken, n + 1))
                named = self._capitals(tokens, run)
                if named and self._ends(text, tokens, named.stop):
                    yield named

    def _asked(self, text: str, tokens: Sequence[Token]) -> Iterator[range]:
        """ "What is Saltburn about?": capitals, or words that nobody uses."""
        for match in _ABOUT.finditer(text):
            run = _within(tokens, *match.span(1))
            if run and (self._capitals(tokens, run) == run or self._words(text, tokens, run, likened=False) == run):
                yield run

    def _starring(self, text: str, tokens: Sequence[Token], taken: Sequence[bool]) -> Iterator[range]:
        """ "What's good with Zendaya?": a name of words that nobody uses otherwise."""
        for hit in self._cast.find(tokens):
            start = end = hit.j
            most = self._extent(text, tokens, taken, start) if start < len(tokens) else start
            while end < min(most, start + MOST_NAMES) and self._a_name(tokens[end].norm):
                end += 1
            held = self._untitled.intersection(tokens[n].norm for n in range(start, end))  # "with popcorn"
            if start < end and not held and self._ends(text, tokens, end):
                yield range(start, end)

    def _seen(self, text: str, tokens: Sequence[Token], taken: Sequence[bool]) -> Iterator[range]:
        """ "We watched knives out yesterday", "loved lady bird": everyday words without capitals where a film is."""
        for hit in self._watched.find(tokens, taken):
            speaker = hit.i == 0 or tokens[hit.i - 1].norm in self._speaking or _apart(text, tokens, hit.i)
            article = hit.j < len(tokens) and tokens[hit.j].norm == "the"
            start = hit.j + article
            if not speaker or start >= len(tokens) or _apart(text, tokens, hit.j):
                continue
            most = self._extent(text, tokens, taken, start)
            end = next((n for n in range(start, most) if tokens[n].norm in _WHEN), most)
            words = [tokens[n].norm for n in range(start, end)]
            verb = tokens[hit.j - 1].norm
            fewest = 2 if verb in _LIKING or not (article or verb in _ALONE) else 1
            if not fewest <= len(words) <= MOST_WATCHED or self._untitled.intersection(words):
                continue
            if words[0] in _INDEFINITE:
                continue  # "have you seen any good movies lately?"
            doing = verb in _LIKING and words[0].endswith("ing")  # "liked talking to you"
            ends = end < most or self._ends(text, tokens, end)
            if ends and not doing:
                yield range(hit.j, end)

    def _extent(self, text: str, tokens: Sequence[Token], taken: Sequence[bool], start: int) -> int:
        """How far a title may go that opens at ``start``: to punctuation, a word that is spoken for, or one that goes
        on with the sentence; "and" may be part of it before a capital."""
        end = start
        while end < len(tokens) and end - start < LONGEST and not taken[end]:
            joined = _JOINED.fullmatch(text[tokens[end - 1].end : tokens[end].start])
            inside = tokens[end].norm in _SMALL and any(t.capital for t in tokens[end + 1 : end + 2])
            if not joined or (tokens[end].norm in self._closing and not inside):
                break
            if end > start and self._following.starting(tokens[end:]):
                break
            end += 1
        return end

    def _words(self, text: str, tokens: Sequence[Token], run: range, *, likened: bool) -> range:
        """The title that a run of words is without the help of capitals: words that nobody uses, or any before "but"
        and "the movie", as long as they are not those of a sentence."""
        film = next((n for n in run[2:] if [t.norm for t in tokens[n - 1 : n + 1]] in _THE_FILM), None)
        run = run if film is None else range(run.start, film - 1)
        words = [tokens[n].norm for n in run]
        if not words or words[0] in ("a", "an") or any(w in self._plain and w not in _SMALL for w in words):
            return range(0)
        compared = likened and any(t.norm == "but" for t in tokens[run.stop : run.stop + 1])
        compared = compared or (likened and self._a_likeness(text, tokens, run))
        called = tokens[run.start - 1].norm in _CALLED
        rare = len(words) <= 2 and all(self._strange(w) for w in words)
        return run if rare or ((compared or called or film is not None) and len(words) <= 3) else range(0)

    def _a_likeness(self, text: str, tokens: Sequence[Token], run: range) -> bool:
        """ "Something like hereditary": whether "like" and few words close a sentence, as titles do."""
        closes = run.stop == len(tokens) or _apart(text, tokens, run.stop)
        held = self._untitled.intersection(tokens[n].norm for n in run)
        before = [t.norm for t in tokens[max(0, run.start - 2) : run.start]]
        likens = before[-1:] == ["like"] and before[0] not in self._speaking  # "do you like pizza?"
        return likens and closes and not held and not tokens[run.start].norm.endswith("ing")

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
        plain = tokens[start].norm in self._plain | {"i"}
        if end == start or not tokens[start].capital or (plain and not self._spelt_out(tokens, range(start, end))):
            return range(0)
        return range(run.start if tokens[run.start].capital else start, end)

    def _spelt_out(self, tokens: Sequence[Token], run: range) -> bool:
        """ "Get Out": whether all of several words have capitals, so that the first may be an everyday one."""
        return len(run) > 1 and all(tokens[n].capital for n in run)

    def _ends(self, text: str, tokens: Sequence[Token], end: int) -> bool:
        """Whether a title may end before ``tokens[end]``."""
        if end == len(tokens) or not _JOINED.fullmatch(text[tokens[end - 1].end : tokens[end].start]):
            return True
        goes_on = self._closing | self._films | ARTICLES | _GOING_ON
        return tokens[end].norm in goes_on or self._following.starting(tokens[end:]) is not None

    def _a_name(self, norm: str) -> bool:
        """Whether a word may be a person's; "with kickboxing", "with skateboarders" are things."""
        return self._strange(norm) and not norm.endswith(("ing", "ed", "s"))

    def _strange(self, norm: str) -> bool:
        """Whether a word is none that people use, nor a slip of one."""
        if len(norm) < 5 or not norm.isalpha() or norm in self._common or norm.removesuffix("s") in self._common:
            return False
        return not any(distance <= 1 + (len(norm) > 8) for _, distance in self._spelling.meant(norm))


def _within(tokens: Sequence[Token], start: int, end: int) -> range:
    inside = [n for n, token in enumerate(tokens) if start <= token.start and token.end <= end]
    return range(inside[0], inside[-1] + 1) if inside else range(0)


def _apart(text: str, tokens: Sequence[Token], n: int) -> bool:
    """Whether punctuation stands before a word."""
    return bool(text[tokens[n - 1].end : tokens[n].start].strip())


def _named(tokens: Sequence[Token], run: range) -> bool:
    """Whether all words that count have capitals."""
    return bool(run) and all(tokens[n].capital or tokens[n].norm in _SMALL or tokens[n].norm.isdigit() for n in run)
