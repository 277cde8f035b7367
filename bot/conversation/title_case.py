"""The case for a title: one candidate in its message, and what can be seen of it there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from bot.conversation.people import PersonMatch
from bot.conversation.ranges import marks
from bot.conversation.title_index import SMALL, Candidate, TitleIndex
from bot.conversation.title_words import TitleWords
from bot.conversation.tokens import ARTICLES, Token, capitals_tell
from recsys.catalogue import Facet

ACCEPT = 10.4
"""What a title must be worth; the weights of the evidence were set with it on real conversations."""
NEAR = 40
"""Characters looked at on each side."""

_YEAR_AFTER = re.compile(
    r"[\s,'\"”’]{0,3}(?:[\(\[]\s*((?:18|19|20)\d\d)\s*[\)\]]|(?:from )?((?:19|20)\d\d)\b(?!['’]?s)"
    r"|(?:the |that )?((?:19|20)\d\d) (?:one|version|film|movie|original|remake)\b)",
    re.IGNORECASE,
)
_YEAR_BEFORE = re.compile(
    r"\b((?:19|20)\d\d)(?: (?:movie|film|version of|remake of|one))?(?: the)?[\s\"“'‘]*$", re.IGNORECASE
)
OPENING, _CLOSING = frozenset("\"“‘'«*_"), frozenset("\"”’'»*_")
_BOUNDARY = re.compile(r"\s*(?:$|[^\w\s'’])|[\"”]")
_MARKED = re.compile(r"[ :,\-–—=(]*(?:gets? )?(?:only |just )?(?:an? )?(?:solid |strong |weak )?", re.IGNORECASE)
"""What may stand between a title and its mark."""
_CONJUNCTIONS = frozenset(("and", "or", "but", "because", "too", "which"))
_SENTENCE = re.compile(r"[.!?;:\n…]")


class Weight(NamedTuple):
    """What a piece of evidence adds to a case. ``solid`` evidence is what even the commonest word is accepted on."""

    worth: float
    solid: bool = False


class Utterance:
    """A message in which titles are looked for, and the cases accepted so far."""

    def __init__(
        self,
        words: TitleWords,
        index: TitleIndex,
        text: str,
        tokens: Sequence[Token],
        people: Sequence[PersonMatch],
        expected: bool,
    ) -> None:
        self.words, self.index, self.text, self.tokens = words, index, text, tokens
        self.expected = expected
        """Whether it answers a question about films, so that less evidence is needed."""
        self.people = {person.name for person in people}
        self.taken = [any(p.i <= n < p.j for p in people) for n in range(len(tokens))]
        """The words of people's names."""
        self.cased = capitals_tell(tokens)
        self.phrases = [(hit.i, hit.j) for hit in words.phrases.find(tokens)]
        self.marks = marks(text)
        self.unknown: Sequence[tuple[int, int]] = ()
        """Where titles stand that the catalogue lacks."""
        self.accepted: list[Case] = []

    def gap(self, n: int) -> str:
        """The text before a word, up to the word before it."""
        return self.text[self.tokens[n - 1].end : self.tokens[n].start] if n else ""

    def parted(self, n: int) -> bool:
        """Whether a sentence ends before a word."""
        return bool(_SENTENCE.search(self.gap(n)))

    def sentence(self, i: int, j: int) -> range:
        """The words of the sentences in which ``tokens[i:j]`` stands."""
        while i and not self.parted(i):
            i -= 1
        while j < len(self.tokens) and not self.parted(j):
            j += 1
        return range(i, j)


class Case:
    """The case for one candidate: what can be seen of it, and the ``worth`` of the evidence heard so far."""

    def __init__(self, of: Candidate, said: Utterance) -> None:
        self.of, self.said, self.words = of, said, said.words
        self.worth, self.solid = 0.0, False
        self.first, self.last = said.tokens[of.i], said.tokens[of.j - 1]
        self.before = said.text[max(0, self.first.start - NEAR) : self.first.start]
        self.after = said.text[self.last.end : self.last.end + NEAR]
        self.quoted = self.before[-1:] in OPENING and self.after[:1] in _CLOSING
        self.rows, self.end = of.rows, self.last.end
        self.year: int | None = None
        """The year that is stated beside it."""
        self.off: int | None = None
        """By how many years that misses every item of the name: "Heat (2001)"."""
        self._read_year()
        self.prior = max(said.index.popularity[row] for row in self.rows)
        """How well known it is, 0..1."""

    def weigh(self, weight: Weight) -> None:
        """Take in a piece of evidence."""
        self.worth += weight.worth
        self.solid = self.solid or weight.solid

    def _read_year(self) -> None:
        """ "Heat (1995)", "the 1995 Heat": keep to the items of a year that is stated."""
        stated, ahead = _YEAR_AFTER.match(self.after), _YEAR_BEFORE.search(self.before)
        told = next(group for group in stated.groups() if group) if stated else ahead.group(1) if ahead else None
        if told is None:
            return
        year = int(told)
        missed = {row: abs((self.said.index.items[row].year or 0) - year) for row in self.rows}
        close = tuple(r for r, off in missed.items() if off <= 1) or tuple(r for r, off in missed.items() if off <= 2)
        if close:
            self.rows, self.year = close, year
        elif stated and stated.group(1):
            self.year, self.off = year, min(missed.values())
        if stated and self.year is not None:
            self.end += stated.end()

    # -- the words themselves ---------------------------------------------------------------------------------

    @property
    def dated(self) -> bool:
        """Whether its year is stated."""
        return self.year is not None and self.off is None

    @property
    def certain(self) -> bool:
        """Whether its year or quotation marks make it a title."""
        return self.dated or self.quoted

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """Its words."""
        return self.said.tokens[self.of.i : self.of.j]

    @cached_property
    def key(self) -> str:
        """Its words run together."""
        return "".join(t.norm for t in self.tokens)

    @cached_property
    def content(self) -> list[Token]:
        """Its words but the small ones."""
        return [t for t in self.tokens if t.norm not in SMALL and t.norm != "i"]

    @cached_property
    def capitals(self) -> int:
        """How many of them have a capital."""
        return sum(t.capital for t in self.content)

    @cached_property
    def capital(self) -> bool:
        """Whether all of them have a capital, in a message whose capitals tell something."""
        return self.said.cased and self.capitals > 0 and all(t.capital or t.norm.isdigit() for t in self.content)

    @cached_property
    def inside(self) -> bool:
        """Whether it has capitals where only a name has them."""
        shouted = len(self.first.norm) > 1 and self.said.text[self.first.start : self.first.end].isupper()
        return self.capital and (not self.opens or self.capitals > 1 or shouted or self.capital_article)

    @cached_property
    def marked(self) -> bool:
        """Whether a mark for it follows: "heat: 8/10", "give heat a 9"."""
        end, text = self.last.end, self.said.text
        return any(end <= mark.start and _MARKED.fullmatch(text[end : mark.start]) for mark in self.said.marks)

    @property
    def whole(self) -> bool:
        """Whether it is a whole title, spelt as it is."""
        return self.of.penalty == 0 and self.of.exact

    # -- what stands before -----------------------------------------------------------------------------------

    @cached_property
    def opens(self) -> bool:
        """Whether a sentence opens with it."""
        return self.of.i == 0 or self.said.parted(self.of.i)

    @cached_property
    def own_article(self) -> bool:
        """Whether the article before it is its own."""
        articles = self.said.index.articles
        return self.of.i > 0 and any(articles[row] == self.previous for row in self.of.rows)

    @cached_property
    def capital_article(self) -> bool:
        """Whether its own article stands before it with a capital that no sentence gives it: "and The Ring"."""
        i = self.of.i - 1
        if i < 1 or not self.said.tokens[i].capital or self.said.tokens[i].norm not in ARTICLES:
            return False
        return not self.said.parted(i) and not self.said.gap(self.of.i).strip() and self.own_article

    @cached_property
    def previous(self) -> str:
        """The word before it."""
        return self.said.tokens[self.of.i - 1].norm if self.of.i else ""

    @cached_property
    def _lead(self) -> tuple[str, str, bool]:
        """The last word and the last two before it, its article and versions aside ("saw the first Frozen"), and
        whether it is called a film: "the movie Heat"."""
        tokens, i = self.said.tokens, self.of.i
        if i and tokens[i - 1].norm in ARTICLES:
            i -= 1
        if not i or self.said.parted(self.of.i):
            return "", "", False
        film = False
        while i > 1 and tokens[i - 1].norm in self.words.versions and not self.said.gap(i - 1).strip():
            i -= 1
            film = film or (tokens[i].norm in ("movie", "film") and tokens[i - 1].norm in ("the", "called"))
            i -= i > 1 and tokens[i - 1].norm in ARTICLES
        return tokens[i - 1].norm, "".join(t.norm for t in tokens[max(0, i - 2) : i]), film

    @cached_property
    def lead(self) -> str:
        """The word that may say that a title follows."""
        return self._lead[0]

    @cached_property
    def credible(self) -> bool:
        """Whether it may be a title where one should follow."""
        return self.capital or self.prior > 0.4

    @cached_property
    def announced(self) -> bool:
        """Whether the words before it say that a title follows: "watched heat", "the movie heat"."""
        last, two, film = self._lead
        return film or last in self.words.firm or two in self.words.firm

    @cached_property
    def told(self) -> bool:
        """Whether it is announced, and credible where "movie" alone announces it."""
        return self.announced and (self.credible or not self._lead[2])

    @cached_property
    def likened(self) -> bool:
        """Whether "like" or "not" stands before it."""
        return self.lead == "like" or self.lead in self.words.refusing

    # -- what stands behind -----------------------------------------------------------------------------------

    @cached_property
    def following(self) -> Sequence[Token]:
        """The words behind it but adverbs: "Heat really is"."""
        following = self.said.tokens[self.of.j : self.of.j + 8]
        while following and following[0].norm in self.words.adverbs:
            following = following[1:]
        return following

    @cached_property
    def spoken_of(self) -> bool:
        """Whether what follows is said of something: "is", "was great"."""
        return self.words.after.starting(self.following) is not None

    @cached_property
    def boundary(self) -> bool:
        """Whether it ends where a name may end."""
        joined = bool(self.following) and self.following[0].norm in _CONJUNCTIONS
        return self.spoken_of or self.ends or joined

    @cached_property
    def ends(self) -> bool:
        """Whether a mark or the message ends behind it."""
        return bool(_BOUNDARY.match(self.after))

    @cached_property
    def leads(self) -> bool:
        """Whether a sentence opens with it, its own article aside."""
        return self.opens or (self.of.i == 1 and self.own_article)

    def praised(self, following: Sequence[Token]) -> bool:
        """Whether what follows is said of films alone: "is one of my favourites"."""
        verb = next((n for n, t in enumerate(following) if t.norm not in self.words.copulas), len(following))
        return any(verb and self.words.praise.starting(following[n:]) for n in range(1, verb + 1))

    # -- the company it keeps ---------------------------------------------------------------------------------

    @cached_property
    def people(self) -> set[str]:
        """Who made the items that it may mean, or plays in them."""
        return {name for row in self.rows for name in self.said.index.people(row)}

    @cached_property
    def makers(self) -> set[Facet]:
        """Who made them."""
        return {maker for row in self.rows for maker in self.said.index.items[row].makers}

    def apart(self, other: Case) -> bool:
        """Whether two cases share no words."""
        return other.of.i >= self.of.j or other.of.j <= self.of.i


Evidence = Callable[[Case], Weight | None]
"""What looks at a case and says what it adds, or nothing."""
