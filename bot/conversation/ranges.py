"""Years, decades, lengths and marks out of ten in free text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.conversation.counts import FILMS, PAGES, Count, Length
from bot.conversation.lexicon import Lexicon
from bot.conversation.spelling import Spelling
from bot.conversation.tokens import Phrases, Token, fold, norms
from recsys.catalogue import Catalogue
from recsys.taste import Range

_YEAR = r"((?:18[89]|19\d|20[0-3])\d)\b(?!\s*(?:min|people|dollars))"
_NOT = (
    r"(?:not|no|nothing|none|isn['’]?t|don['’]?t want(?: anything)?)\s+"
    r"(?:any|anything|too|be|made|from|movies?|films?)?\s*"
)
_PART = r"(?:(early|mid|late)[\s-]*)?"
_DECADE = re.compile(rf"(?:\b{_PART}(?:the\s+)?(?<!\d)['’]?((?:19|20)?\d0)\s?['’]?s\b)", re.IGNORECASE)
_JOIN = re.compile(
    r"^\s*(?:and|or|to|through|till|until|/|-|–|&|,)(?:\s*(?:or|and))?\s*(?:the|early|mid|late|from)?\s*$",
    re.IGNORECASE,
)
_SPAN = re.compile(rf"\b(?:from|between|in)?\s*{_YEAR}\s*(?:to|and|-|–|through|until|till)\s*{_YEAR}", re.IGNORECASE)
_NOT_OLDER = re.compile(
    rf"\b{_NOT}(?:older|earlier|before|made before|prior)\s*(?:th[ae]n|to)?\D{{0,12}}?{_YEAR}", re.IGNORECASE
)
_NOT_NEWER = re.compile(
    rf"\b{_NOT}(?:newer|later|after|made after|past)\s*(?:th[ae]n)?\D{{0,12}}?{_YEAR}", re.IGNORECASE
)
_BEFORE = re.compile(
    rf"\b(?:before|pre|prior to|(?:older|earlier|no later) th[ae]n|up to|until)[\s-]+(?:the year )?{_YEAR}(?!s)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\b(?:after|since|post|newer th[ae]n|later th[ae]n|past)[\s-]+(?:the year )?{_YEAR}(?!s)"
    rf"|\bfrom {_YEAR} (?:on|onwards?|and (?:up|later|newer)|or (?:later|newer))",
    re.IGNORECASE,
)
RECENT = re.compile(
    r"\b(?:last|past)\s+(?:(\d{1,2}|couple(?: of)?|few|two|three|five|ten|twenty)\s+(years?|decades?)|decade)\b",
    re.IGNORECASE,
)
_LAST_YEAR = re.compile(r"\b(?:from|of)\s+(?:last|this)\s+year\b", re.IGNORECASE)
_CENTURY = re.compile(
    r"\b(?:from|of|made in|released in|written in|in)\s+(?:the (?:last|20th|twentieth) century"
    r"|(?:the )?(?P<nth>\d{1,2})(?:th|st|nd|rd)[ -]century"
    r"|(?:the )?(?P<named>fifteenth|sixteenth|seventeenth|eighteenth|nineteenth)[ -]century"
    r"|(?P<now>(?:this|the (?:21st|twenty[ -]first|current)) century|the (?:new )?millennium))\b",
    re.IGNORECASE,
)
_EXACT = re.compile(rf"\b(?:from|in|of|released in|made in|year)\s+{_YEAR}(?!['’]?s)", re.IGNORECASE)
_A_YEAR = re.compile(r"(?:19|20)\d\d")
_SOON = 20
"""Years after the newest film of the catalogue from which on a number is no year."""
_YEAR_FILM = re.compile(rf"\ban?\s+{_YEAR}\s+(?:movie|film|flick|release)s?\b", re.IGNORECASE)
_BORN = re.compile(rf"\bborn in {_YEAR}\W+(?:\w+\W+){{0,4}}?{_NOT}older th[ae]n (?:me|i|myself)\b", re.IGNORECASE)
_BIRTH = re.compile(rf"\byear (?:that |when )?(?:i|he|she|we|they) w(?:as|ere) born\W+(?:in )?{_YEAR}", re.IGNORECASE)
_SET = re.compile(r"\bset (?:back )?(?:in|during) (?:the )?(?:early |mid |late )?(?:year )?$", re.IGNORECASE)
"""What stands before the years of a story: "set in the 1920s" asks for no film of these years."""
_BEFORE_DECADE = re.compile(
    rf"(?P<not>\b{_NOT})?\b(?P<word>(?P<within>up to|until|till)|before|pre|prior to|(?:older|earlier) th[ae]n)"
    r"[\s-]+(?:the\s+)?$",
    re.IGNORECASE,
)
_AFTER_DECADE = re.compile(
    rf"(?P<not>\b{_NOT})?\b(?P<word>(?P<within>since)|after|post|past|newer th[ae]n|later th[ae]n)[\s-]+(?:the\s+)?$",
    re.IGNORECASE,
)
_OR_LATER = re.compile(r"\s*(?:onwards?\b|(?:and|or)\s+(?:up|later|newer|onwards?)\b(?!\s+th[ae]n))", re.IGNORECASE)
_OR_EARLIER = re.compile(r"\s*(?:and|or)\s+(?:earlier|older|before)\b(?!\s+th[ae]n)", re.IGNORECASE)
_ONLY_YEAR = re.compile(rf"^\W*{_YEAR}\W*$")
SMALL_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "couple": 2,
    "couple of": 2,
    "three": 3,
    "four": 4,
    "few": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "ten": 10,
    "twenty": 20,
}
_LENGTH = (
    r"(?<![\w.,])(?:(?P<h>\d(?:[.,]\d)?(?=\s*-?\s*h)|(?:an?|one|two|three|four)(?=[\s-]+h[or]))\s*-?\s*(?:hours?|hrs?|h)\b"
    r"(?:\s*(?:and\s+)?(?:(?P<half>a half)|(?P<hm>\d{1,2})\s*-?\s*(?:m|min|mins|minutes?)?\b))?"
    r"|(?P<h2>\d)h(?P<hm2>\d{2})(?:m|min)?\b|(?P<half2>one and a half|two and a half) hours?"
    r"|(?P<half1>(?:a )?half an? hour|half-hour|(?:a )?quarter of an hour|three quarters of an hour)\b"
    r"|(?P<m>\d{2,3})\s*-?\s*(?:m|min|mins|minutes?)\b)"
)
_AT_MOST = (
    r"(?:under|below|at most|not exceeding|max(?:imum)?(?: of)?|(?:no|not) (?:longer|more) th[ae]n|up to"
    r"|(?:less|shorter|fewer) th[ae]n|within|not over|not above|<=?)"
)
_AT_LEAST = r"(?:over|more th[ae]n|at least|longer th[ae]n|above|min(?:imum)?(?: of)?|no shorter th[ae]n|>=?)"
_RUNTIME = re.compile(
    rf"(?P<op>\b{_AT_MOST}|\b{_AT_LEAST}|<=?|>=?|\babout|\baround|\bin)?\s*(?:about |around )?{_LENGTH}"
    r"(?P<or>\s*(?:or (?:less|under|shorter)|max(?:imum)?|tops|at most)|\s*(?:or (?:more|longer)|\+))?",
    re.IGNORECASE,
)
_HAVING = re.compile(
    r"(?:\b(?:have|has|had|only|there is|there are)|['’]ve|\bgot|\btheres|['’]s)"
    r"(?:\s+(?:got|only|just|about|maybe|around|exactly|time for))*\s+$",
    re.IGNORECASE,
)
"""What stands before the time that there is: "we only have two hours"."""
_LASTING = re.compile(r"\bfor\s+(?:about |around |almost |over |more than )?$", re.IGNORECASE)
_FOR_A_TIME = re.compile(r"\b(?:something|anything|movies?|films?|one|flick|enough|time|room)\b", re.IGNORECASE)
"""Before "for two hours": a length that is wished for, where "I slept for two hours" tells of none."""
_MOST = re.compile(rf"{_AT_MOST}|<=?|.*(?:less|under|shorter|max|tops|at most)", re.IGNORECASE)
_LEAST = re.compile(rf"{_AT_LEAST}|>=?|.*(?:more|longer|\+)", re.IGNORECASE)
_BEYOND = re.compile(r"(?:under|below|<|over|above|>|(?:less|shorter|fewer|more|longer) th[ae]n)$", re.IGNORECASE)
"""Limits that lie outside of what they allow: what is under 90 minutes lasts 89 at most."""
_LENGTHS = re.compile(
    r"\b(?:between|from)?\s*(\d{2,3})\s*(?:min(?:ute)?s?)?\s*(?:and|to|-|–)\s*(\d{2,3})\s*-?\s*(?:min(?:ute)?s?)\b",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\b(?:(?:something|anything|a|nice and|fairly|pretty|quite|really|keep it|rather|make it|but|and)\s+"
    r"short(?:ish)?\b"
    r"(?!\s*(?:story|stories|film festival|list))|short\s+(?:movie|film|one)s?\b"
    r"|(?:not|nothing|(?:is|are)n['’]?t)\s+(?:too\s+|so\s+|very\s+)?long\b|not? too long\b)",
    re.IGNORECASE,
)
_LONG = re.compile(
    r"\b(?:something\s+(?:really\s+|nice and\s+)?long\b|three[- ]hour epic"
    r"|(?<!how )(?<!so )long\s+(?:(?!(?:is|was|are|were|does|do|did|the|a)\b)\w+\s+){0,2}(?:movie|film|one)s?\b)",
    re.IGNORECASE,
)
_NOT_OLD = re.compile(
    r"(?<!m )(?<!we )\b(?:not|nothing|isn['’]?t)\s+(?:too|so|very|that|all that)\s+old\b(?!\s+for)", re.IGNORECASE
)
_MARK = re.compile(
    r"(?<![\d/])(\d{1,2}(?:\.\d)?)\s*(?:/|out of)\s*(10|5|100)\b(?!/)|\b([1-5])\s*stars?\b"
    r"|\b(?:give (?:it|that|this|that one|this one)|rate (?:it|that|this)) (?:an? )?(?:solid )?"
    r"(\d{1,2}(?:\.\d)?)(?![\d/]|\s*(?:/|out of|stars?))|((?:[★⭐]\ufe0f?){2,5})",
    re.IGNORECASE,
)
_GIVES = re.compile(r"\b(?:(?:give|giving)(?! me\b| us\b)|gave|rate|rated|deserves?)\b", re.IGNORECASE)
_CLOSES = r"(?=\s*(?:$|[.,;!?)\n]|(?:and|but|or|from me|from us|at best|at most|for)\b))"
_GIVEN = re.compile(rf"\ban? (?:solid |strong |weak )?(\d{{1,2}}(?:\.\d)?){_CLOSES}", re.IGNORECASE)
_GETS = re.compile(
    r"\bgets? (?:only |just )?an? (?:solid |strong |weak )?(\d{1,2}(?:\.\d)?) from (?:me|us)\b", re.IGNORECASE
)
_SET_APART = re.compile(rf"(?<=\w)(?:\s*:\s*|\s*\(|\s+[-–]\s+)(\d{{1,2}}(?:\.\d)?)\)?{_CLOSES}")
_BARE = re.compile(r"(?<=[^\W\d]) (1|[5-9](?:\.\d)?|10)(?=\s*(?:,|;|\n|$))")
"""Not 2 to 4, which are parts of films rather than marks: "Rocky 3"."""
_SEVERAL = 2
"""Marks set apart alike, "Heat: 8, Alien: 9", from which on they are known to be marks."""
_RATED = re.compile(
    r"\b(?:rated|rating|ratings|imdb|score)\s*(?:of\s+|is\s+)?"
    r"(?:over|above|at least|higher th[ae]n|more th[ae]n|>=?)\s*(\d(?:\.\d)?)\b",
    re.IGNORECASE,
)
THIS_CENTURY = 21
ABOUT, EXACT = 15, 2
"""Minutes by which a film may be longer or shorter than one of "two hours", or of "exactly" as long."""
AGED = 25
"""Years: what is older than this is old for who wants "nothing too old"."""
_LIMIT_WORDS = (
    *("under", "below", "over", "above", "within", "about", "around", "than", "less", "more", "fewer", "least", "most"),
    *("shorter", "longer", "older", "newer", "earlier", "later", "before", "after", "since", "until", "between"),
    *("hour", "hours", "minute", "minutes", "mins", "years", "decade", "decades", "maximum", "minimum"),
)
"""What limits are made of: few enough words to be known when they are misspelt."""
_MEANT = frozenset((*_LIMIT_WORDS, "film", "films"))
"""What the rules read as it is meant, however it is spelt: a book to those who recommend books is a film to them."""
_LIKE_THEM = ("never",)
"""What is misspelt like one of them: "neever mind"."""
_WISHING = frozenset(("something", "anything", "nothing", "more", "prefer", "only", "some", "very", "pretty", "really"))
"""Words before an era that is wished for, or not: "something old"."""
_TOLD = frozenset(("is", "are", "was", "were", "its", "thats", "so", "too", "very", "not", "no", "isnt"))
"""Words before a standing that is no wish: "Heat is underrated"."""
_PLAYERS = frozenset(("actor", "actors", "actress", "actresses", "director", "directors", "performance"))
"""Words behind a prize that is not the film's."""
_NEAR = 3
"""Words between a misspelt limit word and the number that tells what it is, at most."""
_BRIEF = 4
"""Words of a message in which a limit word needs no number: "shotrer please"."""


@dataclass(frozen=True, slots=True)
class RangeMatch:
    """A constraint stated at ``text[start:end]``; ``told`` is False where it stands in for what no catalogue tells."""

    range: Range
    start: int
    end: int
    confidence: float = 1.0
    told: bool = True


@dataclass(frozen=True, slots=True)
class MarkMatch:
    """A mark at ``text[start:end]``, as a share of the best (0..1)."""

    share: float
    start: int
    end: int


def marks(text: str) -> list[MarkMatch]:
    """Marks such as "8/10", "7 out of 10", "4 stars" and "★★★★", those of "I give Heat a 9", and in a list of films
    with marks the bare ones: "Heat 9/10, Collateral 8"."""
    found = []
    for match in _MARK.finditer(text):
        of_ten, of_five = match[4], match[3] or (match[5] and len(match[5].replace("\ufe0f", "")))
        given, best = (match[1], match[2]) if match[1] else (of_five, "5") if of_five else (of_ten, "10")
        share = float(given) / float(best)
        if share <= 1:
            found.append(MarkMatch(share, match.start(), match.end()))
    apart = list(_SET_APART.finditer(text))
    told = bool(found)
    looks = [*_GETS.finditer(text)]
    looks += [m for gives in [_GIVES.search(text)] if gives for m in _GIVEN.finditer(text, gives.end())]
    looks += (
        _GIVEN.finditer(text, 0, 1 + len("a 10 for")) if re.match(r"an? \d{1,2} for\b", text, re.IGNORECASE) else []
    )
    looks += apart if told or len(apart) >= _SEVERAL else []
    looks += _BARE.finditer(text) if told or looks else []
    for match in looks:
        clear = all(match.end(1) <= mark.start or mark.end <= match.start(1) for mark in found)
        if clear and float(match[1]) <= 10:
            found.append(MarkMatch(float(match[1]) / 10, match.start(1), match.end(1)))
    return sorted(found, key=lambda mark: mark.start)


def than(comparative: str, name: str, value: float) -> str:
    """ "older than 1995", "shorter than 120 minutes"."""
    unit = {"runtime": " minutes", PAGES: " pages"}.get(name, "")
    return f"{comparative} than {value:.0f}{unit}"


class Ranges:
    """Finds numeric constraints; ``newest`` is the catalogue's last year, which "recent" counts from."""

    def __init__(
        self,
        lexicon: Lexicon,
        catalogue: Catalogue,
        newest: int,
        counts: Sequence[Count] = (),
        length: Length = FILMS,
    ) -> None:
        """``counts``: what the catalogue counts besides minutes; ``length``: what is short or long in it."""
        self._catalogue, self._newest, self.length = catalogue, newest, length
        asked = {norm for words in lexicon.questions.fields.values() for phrase in words for norm in norms(phrase)}
        self._known = frozenset(lexicon.common) | lexicon.vocabulary | asked | frozenset(_LIMIT_WORDS)
        self._spelling = Spelling(dict.fromkeys((*_LIMIT_WORDS, *_LIKE_THEM), 0.5))
        self._decades = Phrases((w, year) for year, words in lexicon.decades.items() for w in words)
        self._eras = Phrases((w, era) for era in lexicon.eras.values() for w in era.words)
        self._standings = Phrases((w, standing) for standing in lexicon.standings.values() for w in standing.words)
        self._loose = {
            "movie",
            "movies",
            "film",
            "films",
            "flick",
            "flicks",
            "one",
            "ones",
            "stuff",
            "releases",
            "classic",
            "classics",
        }
        self._rules: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Range | None]], ...] = (
            *(rule for count in counts for rule in count.rules()),
            (_SPAN, self._span),
            (_BORN, lambda m: Range("year", low=float(m[1]), label=f"{m[1]} or later")),
            (_BIRTH, lambda m: Range("year", float(m[1]), float(m[1]), m[1])),
            (_NOT_OLDER, lambda m: Range("year", low=float(m[1]), label=f"{m[1]} or later")),
            (_NOT_NEWER, lambda m: Range("year", high=float(m[1]), label=f"{m[1]} or earlier")),
            (_BEFORE, lambda m: Range("year", high=float(m[1]) - 1, label=f"before {m[1]}")),
            (
                _AFTER,
                lambda m: Range(
                    "year",
                    low=float(m[1] or m[2]) + (1 if m[1] and "since" not in m[0].lower() else 0),
                    label=_said(m[0]),
                ),
            ),
            (RECENT, self._last_years),
            (_LAST_YEAR, lambda m: Range("year", low=self._newest - 1, label=f"{self._newest - 1} or later")),
            (_CENTURY, self._century),
            (_EXACT, lambda m: Range("year", float(m[1]), float(m[1]), m[1])),
            (_YEAR_FILM, lambda m: Range("year", float(m[1]), float(m[1]), m[1])),
            (_ONLY_YEAR, lambda m: Range("year", float(m[1]), float(m[1]), m[1])),
            (_RATED, lambda m: Range("rating", low=float(m[1]), label=f"rated {m[1]} or more")),
            (_LENGTHS, self._lengths),
            (_RUNTIME, self._runtime),
            (
                _SHORT,
                lambda m: Range(
                    length.name,
                    high=length.not_long if "long" in m[0].lower() else length.short,
                    label="not too long" if "long" in m[0].lower() else "short",
                ),
            ),
            (_LONG, lambda m: Range(length.name, low=length.long, label="long")),
            (_NOT_OLD, lambda m: Range("year", low=float(newest - AGED), label="not too old")),
        )

    def spelt(self, tokens: Sequence[Token], taken: Sequence[bool]) -> list[Token]:
        """The tokens with limit words as they were meant, near a number or in a brief message; neither a known
        word nor a ``taken`` one is ever meant to be another."""
        numbers = [n for n, t in enumerate(tokens) if not taken[n] and (t.norm[0].isdigit() or t.norm in SMALL_NUMBERS)]
        spelt = []
        for n, token in enumerate(tokens):
            told = len(tokens) <= _BRIEF or any(abs(n - m) <= _NEAR for m in numbers)
            odd = not taken[n] and token.norm not in self._known
            meant = [word for word, _ in self._spelling.meant(token.norm)] if told and odd else []
            word = next((word for word in meant if word in _LIKE_THEM), meant[0] if meant else "")
            spelt.append(replace(token, norm=word, bare=word) if word else token)
        return spelt

    def find(
        self, text: str, tokens: Sequence[Token], taken: Sequence[bool], nouns: Sequence[int] = ()
    ) -> list[RangeMatch]:
        """Constraints in reading order, where limit words are what the tokens say that they mean; ``nouns`` are
        positions of genre words, which "old" may stand before."""
        text, tokens, spans = _as_meant(text, tokens)
        found = self._find(text, tokens, taken, nouns)
        return [replace(f, start=spans[f.start][0], end=spans[f.end - 1][1]) for f in found]

    def _find(
        self, text: str, tokens: Sequence[Token], taken: Sequence[bool], nouns: Sequence[int]
    ) -> list[RangeMatch]:
        covered = [(tokens[n].start, tokens[n].end) for n in range(len(tokens)) if taken[n]]
        found = self._decade_spans(text, tokens, taken)
        for pattern, build in self._rules:
            for match in pattern.finditer(text):
                start = match.start() + len(match[0]) - len(match[0].lstrip())
                if any(start < e and s < match.end() for s, e in [*covered, *((f.start, f.end) for f in found)]):
                    continue
                if pattern is _EXACT and _SET.search(text, 0, match.start(1)):
                    continue
                if built := build(match):
                    found.append(RangeMatch(built, start, match.end()))
        if not any(f.range.name == "year" for f in found):
            found += self._dated(tokens, taken, nouns) or self._era(tokens, taken, nouns)
        found += self._standing(tokens, taken)
        return sorted(found, key=lambda f: f.start)

    def _dated(self, tokens: Sequence[Token], taken: Sequence[bool], nouns: Sequence[int]) -> list[RangeMatch]:
        """ "Any good 2015 movies", "2012 comedies", "a scary 2014 film": a year before what is wanted."""
        for n, (token, after) in enumerate(pairwise(tokens)):
            if taken[n] or not _A_YEAR.fullmatch(token.norm) or int(token.norm) > self._newest + _SOON:
                continue
            some = any(t.norm in ("a", "an") for t in tokens[max(0, n - 2) : n])
            film = after.norm in self._loose and not taken[n + 1]
            if n + 1 in nouns or (film and (some or after.norm.endswith("s"))):
                year = float(token.norm)
                return [RangeMatch(Range("year", year, year, token.norm), token.start, token.end)]
        return []

    def _decade_spans(self, text: str, tokens: Sequence[Token], taken: Sequence[bool]) -> list[RangeMatch]:
        spans: list[tuple[int, int, int, int]] = []
        for match in _DECADE.finditer(text):
            if any(taken[n] and t.start < match.end() and match.start() < t.end for n, t in enumerate(tokens)):
                continue
            if _SET.search(text, 0, match.start()):
                continue
            year = int(match[2])
            year += 0 if year > 100 else 1900 if year >= 20 else 2000
            part = (match[1] or "").lower()
            low = year + {"mid": 3, "late": 6}.get(part, 0)
            spans.append((low, year + {"early": 3, "mid": 6}.get(part, 9), match.start(), match.end()))
        for hit in self._decades.find(tokens, taken):
            spans.append((hit.value, hit.value + 9, tokens[hit.i].start, tokens[hit.j - 1].end))
        spans.sort(key=lambda s: s[2])
        merged: list[tuple[int, int, int, int]] = []
        for low, high, start, end in spans:
            if merged and _JOIN.match(text[merged[-1][3] : start]):
                last = merged.pop()
                low, high, start = min(low, last[0]), max(high, last[1]), last[2]
            merged.append((low, high, start, end))
        return [_around(text, *span) for span in merged]

    @staticmethod
    def _span(match: re.Match[str]) -> Range:
        low, high = sorted((float(match[1]), float(match[2])))
        return Range("year", low, high, f"{low:.0f}-{high:.0f}")

    def _last_years(self, match: re.Match[str]) -> Range:
        word = (match[1] or "one").lower()
        unit = (match[2] or "decade").lower()
        count = int(word) if word.isdigit() else SMALL_NUMBERS[word]
        years = count * (10 if unit.startswith("decade") else 1)
        return Range("year", low=self._newest - years, label=f"the {match[0].lower()}")

    @staticmethod
    def _century(match: re.Match[str]) -> Range:
        if match["now"] or match["nth"] == str(THIS_CENTURY):
            return Range("year", low=2000, label="2000 or later")
        names = ("fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth")
        nth = int(match["nth"] or 0) or (15 + names.index(match["named"].lower()) if match["named"] else 0)
        if nth and nth < THIS_CENTURY - 1:
            return Range("year", 100 * (nth - 1), 100 * nth - 1, f"the {nth}th century")
        return Range("year", high=1999, label="before 2000")

    def _lengths(self, match: re.Match[str]) -> Range | None:
        low, high = sorted((float(match[1]), float(match[2])))
        return Range("runtime", low, high, _said(match[0])) if low >= self.length.shortest else None

    def _runtime(self, match: re.Match[str]) -> Range | None:
        hours = match["h"] or match["h2"]
        if match["m"]:
            minutes = float(match["m"])
        elif match["half1"]:
            said = match["half1"].lower()
            minutes = 45.0 if said.startswith("three") else 15.0 if "quarter" in said else 30.0
        elif match["half2"]:
            minutes = 90.0 if match["half2"].lower().startswith("one") else 150.0
        elif hours:
            number = SMALL_NUMBERS.get(hours.lower())
            minutes = 60.0 * (number if number is not None else float(hours.replace(",", ".")))
            minutes += 30.0 if match["half"] else float(match["hm"] or match["hm2"] or 0)
        else:
            return None
        within = (match["op"] or "").lower() == "in"  # "in half an hour" a meal is cooked, and nobody falls for a film
        bound = ("within" if self.length.brief else "") if within else (match["op"] or "") + (match["or"] or "")
        if not (5 if bound else self.length.shortest) <= minutes <= 600:
            return None  # "the first 10 minutes" are no length
        label, beyond = _said(match[0]), 1 if _BEYOND.match(bound) else 0
        before = match.string[: match.start() + len(match[0]) - len(match[0].lstrip())]
        if not bound and _LASTING.search(before) and not _FOR_A_TIME.search(re.split(r"[.,;!?\n]", before)[-1]):
            return None
        if not bound and _HAVING.search(before):
            return Range("runtime", high=minutes, label=f"at most {label}")
        if within and bound:
            label = f"under{label.removeprefix('in')}"
        if _MOST.match(bound):
            return Range("runtime", high=minutes - beyond, label=label)
        if _LEAST.match(bound):
            return Range("runtime", low=minutes + beyond, label=label)
        about = EXACT if re.search(r"\bexactly\s*$", match.string[: match.start()], re.IGNORECASE) else ABOUT
        return Range("runtime", minutes - about, minutes + about, label)

    def _era(self, tokens: Sequence[Token], taken: Sequence[bool], nouns: Sequence[int]) -> list[RangeMatch]:
        for hit in self._eras.find(tokens, taken):
            following = set(range(hit.j, min(hit.j + 2, len(tokens))))
            before = tokens[hit.i - 1].norm if hit.i else ""
            film = any(tokens[n].norm in self._loose and not taken[n] for n in following) or bool(
                following & set(nouns)
            )
            unlike = before == "like" and hit.i > 1 and tokens[hit.i - 2].norm in ("not", "nothing")
            wished = before in _WISHING or unlike  # "not like old school"
            sole = sum(t.norm not in ("a", "an", "the", "please") for t in tokens) <= 1
            aged = before in ("year", "years", "month", "months")
            refused = hit.i > 1 and tokens[hit.i - 2].norm in ("not", "no", "without")  # "not the new ones"
            those = ("one",) if refused else ("one", "ones")
            known = before == "the" and any(tokens[n].norm in those for n in following)  # "the new one"
            if (film and before not in ("this", "that", "another", "just") and not (aged or known)) or wished or sole:
                era = hit.value
                low = None if era.low is None else era.low + self._newest if era.low < 0 else era.low
                label = " ".join(t.norm for t in tokens[hit.i : hit.j])
                where = Range("year", low, era.high, label)
                return [RangeMatch(where, tokens[hit.i].start, tokens[hit.j - 1].end, 0.8)]
        return []

    def ranks(self, tokens: Sequence[Token]) -> bool:
        """Whether words speak of how well known or liked a film is, which a catalogue tells: "are they acclaimed?"."""
        return any(hit.value.told for hit in self._standings.find(tokens))

    def _standing(self, tokens: Sequence[Token], taken: Sequence[bool]) -> list[RangeMatch]:
        """ "Underrated thrillers", "a hidden gem from the 80s", "a best picture winner"; who says that a film is one,
        or that it has an oscar winning actor, asks for none."""
        for hit in self._standings.find(tokens, taken):
            before = {token.norm for token in tokens[max(0, hit.i - 2) : hit.i]}
            after = tokens[hit.j].norm if hit.j < len(tokens) else ""
            standing = hit.value
            low, high = (
                None if share is None else self._catalogue.quantile(standing.quantity, share)
                for share in (standing.least, standing.most)
            )
            if before & _TOLD or after in _PLAYERS or (low, high) == (None, None):
                continue
            limit = Range(standing.quantity, low, high, standing.label)
            return [RangeMatch(limit, tokens[hit.i].start, tokens[hit.j - 1].end, 0.8, standing.told)]
        return []


def _said(words: str) -> str:
    """A limit as a label, in the words that it was put in: "longer than 2 hours"."""
    return re.sub(r"\bthen\b", "than", words.strip().lower())


def _around(text: str, low: int, high: int, start: int, end: int) -> RangeMatch:
    """Decades at ``text[start:end]``, or what lies before or after them if the words around say so."""
    name = f"the {low}s" if high == low + 9 and low % 10 == 0 else f"{low}-{high}"
    if before := _BEFORE_DECADE.search(text, 0, start):
        if before["not"]:  # "nothing before the 90s"
            return RangeMatch(Range("year", low=low, label=f"{low} or later"), before.start(), end)
        limit = Range("year", high=high if before["within"] else low - 1, label=_said(f"{before['word']} the {low}s"))
        return RangeMatch(limit, before.start(), end)
    if after := _AFTER_DECADE.search(text, 0, start):
        if after["not"]:
            return RangeMatch(Range("year", high=high, label=f"{high} or earlier"), after.start(), end)
        limit = Range("year", low=low if after["within"] else high + 1, label=_said(f"{after['word']} the {low}s"))
        return RangeMatch(limit, after.start(), end)
    if later := _OR_LATER.match(text, end):
        return RangeMatch(Range("year", low=low, label=f"{low} or later"), start, later.end())
    if earlier := _OR_EARLIER.match(text, end):
        return RangeMatch(Range("year", high=high, label=f"{high} or earlier"), start, earlier.end())
    return RangeMatch(Range("year", low, high, name), start, end)


def _as_meant(text: str, tokens: Sequence[Token]) -> tuple[str, list[Token], list[tuple[int, int]]]:
    """The text with limit words as the tokens spell them, the tokens with their places in it, and the span of the
    text given that each of its characters stands for."""
    said, moved = "", []
    spans: list[tuple[int, int]] = []
    end = 0
    for token in tokens:
        spans += [(n, n + 1) for n in range(end, token.start)]
        word = text[token.start : token.end]
        misspelt = token.norm in _MEANT and fold(word) != token.norm
        meant = token.norm if misspelt else word
        said += text[end : token.start] + meant
        whole = [(token.start, token.end)] * len(meant)
        spans += whole if misspelt else [(n, n + 1) for n in range(token.start, token.end)]
        moved.append(replace(token, start=len(said) - len(meant), end=len(said)))
        end = token.end
    spans += [(n, n + 1) for n in range(end, len(text))]
    return said + text[end:], moved, spans
