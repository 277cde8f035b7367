"""Titles in free text, typos included.

A candidate is worth the rarity of its words plus the evidence around it (a year, quotes, capitals, a verb such as
"watched", a list of other titles, popularity); common words therefore need evidence and rare ones none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation.lexicon import Lexicon
from bot.conversation.people import People, PersonMatch
from bot.conversation.ranges import RECENT, SMALL_NUMBERS, marks
from bot.conversation.spelling import Rarity
from bot.conversation.title_index import DATED, PART, SMALL, Candidate, TitleIndex
from bot.conversation.tokens import ARTICLES, Phrases, Token, capitals_tell, norms, squash, tokenize
from recsys.catalogue import PEOPLE, Catalogue

ACCEPT = 10.4
"""What a title must be worth; the other weights were set with it on real conversations."""
PARTS = frozenset(("2", "3", "4", "5", "6", "7", "8", "9", "ii", "iii", "iv"))
"""How the parts of a series are numbered."""
SLIP = 10
"""Years by which people are wrong about a film; farther off they speak of another one of its name."""
OBSCURE = 0.45
"""Films less popular than this (0..1) are seldom misspelt: what looks like it is rather another title."""
UNUSED = 9.3
"""The rarity of a word that hardly anybody uses but in a name."""
BRIEF = 6
"""Words of a message that says no more than how something was."""
EQUAL_CLAIM = 0.75
"""Two films of one title are ambiguous when the lesser has this share of the other's popularity."""

_YEAR_AFTER = re.compile(
    r"[\s,'\"”’]{0,3}(?:[\(\[]\s*((?:18|19|20)\d\d)\s*[\)\]]|(?:from )?((?:19|20)\d\d)\b(?!['’]?s)"
    r"|(?:the |that )?((?:19|20)\d\d) (?:one|version|film|movie|original|remake)\b)",
    re.IGNORECASE,
)
_YEAR_BEFORE = re.compile(
    r"\b((?:19|20)\d\d)(?: (?:movie|film|version of|remake of|one))?(?: the)?[\s\"“'‘]*$", re.IGNORECASE
)
_AGE_BEFORE = re.compile(
    r"\b(new|newer|newest|latest|recent|original|old|older|first)(?: the)?[\s\"“'‘]*$", re.IGNORECASE
)
_AGE_AFTER = re.compile(r"[\s,]*\(?(?:the )?(new|newer|original|old|older)(?: one| version|\))", re.IGNORECASE)
_NEWEST = frozenset(("new", "newer", "newest", "latest", "recent"))
_OPENING, _CLOSING = frozenset("\"“‘'«*_"), frozenset("\"”’'»*_")
_SEPARATOR = re.compile(
    r"[\s,;/&\n\"“”'‘’*_\-]*(?:(?:and|or|then|also)[\s,\"“‘'*]+)?(?:the |a |an )?[\"“‘'*_]*$", re.IGNORECASE
)
_BOUNDARY = re.compile(r"\s*(?:$|[^\w\s'’])|[\"”]")
_QUOTED_REST = re.compile(r"[ :\-–]{1,3}([^\"“”«»\n.!?,]{1,40})[\"”»]")
_EMOJI = re.compile(r"\s*[\U0001F300-\U0001FAFF\u2764\u2b50]")
_BEFORE_MARK = " :,-–—=("
_CONJUNCTIONS = frozenset(("and", "or", "but", "because", "too", "which"))
_SENTENCE = re.compile(r"[.!?;:\n…]")
_UNITS = frozenset(("hour", "hours", "minutes", "days", "weeks", "years"))
_ROUNDS = 4
"""How far along a list one sure title carries."""
_NEAR = 40
"""Characters looked at on each side."""


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """A title at ``text[start:end]`` (``tokens[i:j]``): the item ids it may mean, likeliest first; more than one
    only when they have an equal claim. ``score`` is its worth."""

    item_ids: tuple[str, ...]
    start: int
    end: int
    i: int
    j: int
    score: float

    @property
    def confidence(self) -> float:
        """0.5 at the threshold, towards 1 with evidence."""
        return round(1 - 0.5 * math.exp((ACCEPT - self.score) / 5), 3)


@dataclass(slots=True)
class _Case:
    """The case for one candidate. ``solid`` is evidence that even the commonest word needs."""

    of: Candidate
    rows: tuple[int, ...]
    worth: float
    end: int
    year: int | None = None
    solid: bool = False
    dated: bool = False
    quoted: bool = False
    opens: bool = False
    capital: bool = False
    told: bool = False
    likened: bool = False
    """A verb such as "watched", or "like" or "not", stands before."""
    inside: bool = False
    """Capitals where only a name has them."""

    def add(self, worth: float, solid: bool = False) -> None:
        self.worth += worth
        self.solid = self.solid or solid


class Titles:
    """Finds a catalogue's titles."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon, rarity: Rarity, people: People) -> None:
        concepts = lexicon.concepts.values()
        self.index = TitleIndex(catalogue, rarity, people.names() | lexicon.vocabulary)
        self.given_names = people.given_names
        self.rarity = rarity
        cues = lexicon.title_cues
        self.firm, self.telling = set(map(squash, cues.firm)), set(map(squash, cues.telling))
        self.weak = self.telling | set(map(squash, cues.weak))
        self.refusing = {"no", "not", "without", *lexicon.grammar.exceptions}
        self.after = Phrases((words, True) for words in cues.after)
        self.praise = Phrases((words, True) for words in cues.praise)
        self.watched = set(cues.watched)
        self.speaking = {*lexicon.grammar.subjects, *lexicon.grammar.adverbs, "ive", "weve"}
        self.pronouns, self.not_titles = set(cues.pronouns), set(map(squash, cues.not_titles))
        self.proper = set(map(squash, cues.proper))
        self.adverbs, self.film_nouns = set(lexicon.grammar.adverbs), set(lexicon.grammar.film_nouns)
        self.parts = {squash(w): n for n, words in lexicon.ordinals.items() for w in words if w.isalpha()}
        self.versions, self.copulas = set(cues.versions), set(lexicon.negators.copulas)
        self.fillers = set(map(squash, (*lexicon.fillers.words, *cues.alone))) | ARTICLES
        self.themes = {squash(w) for c in concepts for w in (*c.words, *c.more)}
        regions = [region.words for region in lexicon.regions.values()]
        places = (*lexicon.languages.values(), *lexicon.countries.values(), *regions)
        self.themes |= {squash(w) for words in places for w in words}
        self.settings = {"".join(norms(theme)[:n]) for theme in catalogue.values("keyword") for n in (1, 2)}
        said = [*((*c.words, *c.more) for c in concepts), *regions]
        phrases = [w for words in said for w in words if len(norms(w)) > 1]
        self.phrases = Phrases((words, True) for words in phrases)
        parted = [frame.partition("*") for frame in lexicon.questions.frames]
        self.frames = {(squash(before), squash(after)) for before, _, after in parted}
        self.comparatives = {squash(w) for c in concepts for w in c.more if " " not in w}
        self.polite = set(map(squash, (*lexicon.interjections.words, "and", "but", "usher")))
        self.slots = {*lexicon.grammar.film_nouns, *lexicon.grammar.slot_nouns, *self.parts}

    def a_place(self, tokens: Sequence[Token], n: int) -> bool:
        """Whether a word is of the name of a place behind "in", as themes have them: "in London", "in New York"."""
        runs = ((start, start + length) for length in (1, 2) for start in range(max(n - length + 1, 1), n + 1))
        return any(
            tokens[start - 1].norm == "in" and "".join(t.norm for t in tokens[start:stop]) in self.settings
            for start, stop in runs
            if stop <= len(tokens)
        )

    def find(
        self, text: str, tokens: Sequence[Token], people: Sequence[PersonMatch] = (), expected: bool = False
    ) -> list[TitleMatch]:
        """Titles in reading order; ``people`` named beside them settle remakes and keep their own words.

        ``expected`` says that the message answers a question about films, so less evidence is needed.
        """
        return _Court(self, text, tokens, people, expected).verdicts()


class _Court:
    """Judges the candidates of one message."""

    def __init__(
        self, words: Titles, text: str, tokens: Sequence[Token], people: Sequence[PersonMatch], expected: bool
    ) -> None:
        self._w, self._index, self._text, self._tokens = words, words.index, text, tokens
        self._expected = expected
        self._named = {person.name for person in people}
        self._taken = [any(p.i <= n < p.j for p in people) for n in range(len(tokens))]
        self._cased = capitals_tell(tokens)
        self._phrases = [(hit.i, hit.j) for hit in words.phrases.find(tokens)]
        self._marks = [mark.start for mark in marks(text)]
        self._accepted: list[_Case] = []

    def verdicts(self) -> list[TitleMatch]:
        """The best readings; more than one round, since a title beside another one is likelier."""
        candidates = list(self._index.candidates(self._tokens))
        self._settle(candidates)
        covered = [taken or any(c.of.i <= n < c.of.j for c in self._accepted) for n, taken in enumerate(self._taken)]
        if corrected := list(self._index.corrected(self._tokens, covered)):
            self._settle(candidates + corrected)
        return sorted((self._match(case) for case in self._accepted), key=lambda match: match.start)

    def _settle(self, candidates: Sequence[Candidate]) -> None:
        for _ in range(_ROUNDS):
            before = [case.of for case in self._accepted]
            self._accepted = self._choose(candidates)
            if [case.of for case in self._accepted] == before:
                return

    def _choose(self, candidates: Sequence[Candidate]) -> list[_Case]:
        """The best cases that don't overlap, given those accepted so far."""
        cases = [case for c in candidates if self._stands(case := self._weigh(c))]
        cases = [case for case in cases if case.dated or not all(self._taken[case.of.i : case.of.j])]
        chosen: list[_Case] = []
        for case in sorted(cases, key=self._standing, reverse=True):
            if all(case.of.j <= other.of.i or case.of.i >= other.of.j for other in chosen):
                chosen.append(case)
        return chosen

    def _standing(self, case: _Case) -> float:
        """What decides between overlapping cases: worth, length and how well the film is known."""
        return case.worth + 2.0 * (case.of.j - case.of.i) + 5.0 * self._prior(case)

    # -- evidence ---------------------------------------------------------------------------------------------

    def _weigh(self, of: Candidate) -> _Case:
        first, last = self._tokens[of.i], self._tokens[of.j - 1]
        case = _Case(of, of.rows, of.rarity - of.penalty, last.end)
        before = self._text[max(0, first.start - _NEAR) : first.start]
        after = self._text[last.end : last.end + _NEAR]
        self._year(case, before, after)
        case.quoted = before[-1:] in _OPENING and after[:1] in _CLOSING if before and after else False
        if case.quoted:
            case.add(6, solid=True)
        case.opens = of.i == 0 or bool(_SENTENCE.search(self._gap(of.i)))
        self._capitals(case)
        self._words_before(case)
        self._words_after(case, after)
        self._company(case)
        self._framed(case)
        self._doubts(case)
        return case

    def _gap(self, n: int) -> str:
        """The text before a word, up to the word before it."""
        return self._text[self._tokens[n - 1].end : self._tokens[n].start] if n else ""

    def _content(self, of: Candidate) -> list[Token]:
        return [t for t in self._tokens[of.i : of.j] if t.norm not in SMALL and t.norm != "i"]

    def _year(self, case: _Case, before: str, after: str) -> None:
        stated, ahead = _YEAR_AFTER.match(after), _YEAR_BEFORE.search(before)
        if stated:
            year = int(next(group for group in stated.groups() if group))
        elif ahead:
            year = int(ahead.group(1))
        else:
            return
        years = {row: abs((self._index.items[row].year or 0) - year) for row in case.rows}
        close = tuple(r for r, off in years.items() if off <= 1) or tuple(r for r, off in years.items() if off <= 2)
        if close:
            case.rows, case.year, case.dated = close, year, True
            case.add(8, solid=True)
        elif stated and stated.group(1):
            case.year = year
            # another film of that name, or a slip: only rare words survive it
            case.add(-1.5 if min(years.values()) <= SLIP else -math.inf)
        if stated and case.year is not None:
            case.end += stated.end()

    def _capitals(self, case: _Case) -> None:
        content = self._content(case.of)
        capitals = sum(t.capital for t in content)
        case.capital = self._cased and capitals > 0 and all(t.capital or t.norm.isdigit() for t in content)
        if case.capital:
            first = self._tokens[case.of.i]
            shouted = len(first.norm) > 1 and self._text[first.start : first.end].isupper()
            article = self._capital_article(case.of)
            case.inside = not case.opens or capitals > 1 or shouted or article
            case.add(4 if case.inside else 1)
            if article:
                case.add(2, solid=True)
            if case.inside and self._named_pronoun(case.of) and self._prior(case) > 0.75:
                case.add(5, solid=True)
        elif self._cased and not case.quoted and len(content) == 1 and not content[0].norm.isdigit():
            case.add(-1.5)
        elif self._cased and not case.quoted and capitals == 0 and self._prior(case) < 0.6:
            case.add(-2)

    def _named_pronoun(self, of: Candidate) -> bool:
        """Whether a capital tells a title from a pronoun: "the new It", but neither ", It was" nor "in the US"."""
        if of.j > of.i + 1 or self._tokens[of.i].norm not in self._w.pronouns or self._gap(of.i).strip():
            return False
        told = self._tokens[of.i - 1].norm in self._w.firm | self._w.weak | self._w.versions
        verb = of.j < len(self._tokens) and self._tokens[of.j].norm in self._w.copulas
        return (told or not verb) and self._text[self._tokens[of.i].start : self._tokens[of.i].end] != "US"

    def _capital_article(self, of: Candidate) -> bool:
        """Whether a title's own article stands before it with a capital that no sentence gives it: "and The Ring"."""
        i = of.i - 1
        if i < 1 or not self._tokens[i].capital or self._tokens[i].norm not in ARTICLES:
            return False
        if _SENTENCE.search(self._gap(i)) or self._gap(of.i).strip():
            return False
        return self._own_article(of)

    def _own_article(self, of: Candidate) -> bool:
        """Whether the article before a title is its own."""
        return any(self._index.articles[row] == self._tokens[of.i - 1].norm for row in of.rows if of.i)

    def _praised(self, following: Sequence[Token]) -> bool:
        """Whether what follows is said of films alone: "is one of my favourites"."""
        verb = next((n for n, t in enumerate(following) if t.norm not in self._w.copulas), len(following))
        return any(verb and self._w.praise.starting(following[n:]) for n in range(1, verb + 1))

    def _words_before(self, case: _Case) -> None:
        i = case.of.i
        if i and self._tokens[i - 1].norm in ARTICLES:
            i -= 1
            indefinite = self._tokens[i].norm != "the" and not case.capital and not case.quoted
            if indefinite and not any(
                norms(self._index.items[row].title)[0] == self._tokens[i].norm for row in case.rows
            ):
                case.add(-3)  # "a getaway"
        if not i or _SENTENCE.search(self._gap(case.of.i)):
            return
        film = False
        while i > 1 and self._tokens[i - 1].norm in self._w.versions and not self._gap(i - 1).strip():
            i -= 1  # "saw the first Frozen"
            film = film or (self._tokens[i].norm in ("movie", "film") and self._tokens[i - 1].norm in ("the", "called"))
            i -= i > 1 and self._tokens[i - 1].norm in ARTICLES
        last = self._tokens[i - 1].norm
        if film or last in self._w.firm or "".join(t.norm for t in self._tokens[max(0, i - 2) : i]) in self._w.firm:
            credible = case.capital or self._prior(case) > 0.4
            if credible or not film:
                case.told = True
                case.add(3, solid=credible)
        elif last in self._w.weak:
            case.add(1, solid=not case.of.exact and last in self._w.telling)
        case.likened = last == "like" or last in self._w.refusing

    def _words_after(self, case: _Case, after: str) -> None:
        following = self._tokens[case.of.j : case.of.j + 8]
        while following and following[0].norm in self._w.adverbs:  # "Heat really is"
            following = following[1:]
        spoken_of = self._w.after.starting(following) is not None
        boundary = spoken_of or bool(_BOUNDARY.match(after)) or (bool(following) and following[0].norm in _CONJUNCTIONS)
        if not (case.capital or case.quoted or case.year):
            case.add(1.5 if boundary else -2.0)
        if case.opens and case.capital and spoken_of and case.of.rarity >= 6.5:
            case.add(2, solid=True)
        if _EMOJI.match(after):
            case.add(2, solid=True)
        end = self._tokens[case.of.j - 1].end
        if any(end <= start and not self._text[end:start].strip(_BEFORE_MARK) for start in self._marks):
            case.add(4, solid=True)  # "heat: 8/10"
        leads = case.opens or (case.of.i == 1 and self._own_article(case.of))
        if leads and self._praised(following):
            case.add(3, solid=self._prior(case) > 0.4)
        known = not self._cased and self._prior(case) > 0.68 and case.of.rarity >= 6.5
        refused = case.likened and spoken_of and self._prior(case) > 0.5  # "not platoon, I've seen it"
        if refused or (known and ((leads and spoken_of) or (case.likened and boundary))):
            case.add(1.5, solid=True)
        content = self._content(case.of)
        rare = len(content) == 1 and case.of.exact and case.of.rarity >= UNUSED
        if rare and not known and leads and spoken_of and len(self._tokens) <= BRIEF:
            case.add(3, solid=True)  # "timecop was amazing"
        clear = boundary or len(content) > 1 or case.worth >= ACCEPT + 3
        popular = boundary and len(content) > 1 and self._prior(case) > 0.68
        case.add(0, solid=(case.inside and clear) or popular)

    def _company(self, case: _Case) -> None:
        """Other titles and people of the message, the film's popularity, and a message that is nothing else."""
        of = case.of
        if any(self._beside(of, other) for other in self._accepted):
            case.add(3, solid=True)
        rest = (t.norm for n, t in enumerate(self._tokens) if not of.i <= n < of.j)
        if all(norm in self._w.fillers for norm in rest):
            known = self._prior(case) > 0.5 or of.j - of.i == len(self._tokens)
            case.add(5 if self._expected else 4, solid=known and (of.exact or self._prior(case) > 0.6))
        elif self._expected:
            case.add(1)
        case.add(2.6 * self._prior(case))
        if not of.exact:
            if of.j - of.i == 1 and len(self._tokens[of.i].bare) < 5:
                case.add(-3)
            case.add(1.5 * self._prior(case) - (1.2 if self._prior(case) >= OBSCURE else 6.0))
            if any(self._akin(case, other) for other in self._accepted if other.of.i >= of.j or other.of.j <= of.i):
                case.add(3)
        if any(self._named & self._people_of(row) for row in case.rows):
            case.add(3)

    def _framed(self, case: _Case) -> None:
        """A question that takes but a title: "what is heat about", "is it scarier than alien?", "was X in it"."""
        of, known = case.of, case.of.exact and self._prior(case) > 0.4
        if not known or self._tokens[of.i].norm in self._w.slots:
            return
        start, end = of.i - (of.i > 0 and self._tokens[of.i - 1].norm in ARTICLES), of.j
        while start and not _SENTENCE.search(self._gap(start)):
            start -= 1
        while end < len(self._tokens) and not _SENTENCE.search(self._gap(end)):
            end += 1
        opening = [t.norm for t in self._tokens[start : of.i]]
        if opening and opening[-1] in ARTICLES:
            opening.pop()
        while opening and opening[0] in self._w.polite:
            opening.pop(0)
        closing = [t.norm for t in self._tokens[of.j : end]]
        while closing and closing[-1] in ("please", "usher", *PARTS):  # "do you have paddington 2?"
            closing.pop()
        compared = opening[:1] in (["is"], ["was"]) and (
            (len(opening) == 1 and closing[:1] and closing[0] in self._w.comparatives)
            or (opening[-1] == "than" and not closing)
        )
        acted = (
            opening[:1] in (["is"], ["was"]) and opening[-1] == "in" and not closing and any(self._taken[start : of.i])
        )
        if compared or acted or ("".join(opening), "".join(closing)) in self._w.frames:
            case.add(6, solid=True)

    def _doubts(self, case: _Case) -> None:
        """What speaks against: everyday phrases, genre words, a longer name or compound around it."""
        of, tokens = case.of, self._tokens
        key = "".join(t.norm for t in tokens[of.i : of.j])
        certain = case.dated or case.quoted
        if key in self._w.proper and not certain:
            case.add(-12)
        elif key in self._w.not_titles and not certain:
            named = case.inside and of.exact and of.penalty < PART and self._prior(case) > 0.7
            case.add(0 if named and self._capital_article(of) else -2 if named else -4 if case.told else -8)
        said = of.i > 0 and tokens[of.i - 1].norm in self._w.speaking
        aside = of.i > 0 and of.j == len(tokens) and not case.told and self._prior(case) < 0.6
        tells = aside and tokens[of.i].norm in self._w.speaking  # "and I can't sleep"
        if (tells or (key in self._w.watched and said)) and not (case.capital or certain):  # "I saw "
            case.add(-math.inf)
        if self._quoted_with_more(case):
            case.add(-math.inf)
        if not (certain or case.capital) and RECENT.match(self._text, tokens[of.i].start):
            case.add(-math.inf)  # "from the last five years"
        if of.i and key in _UNITS and (tokens[of.i - 1].norm.isdigit() or tokens[of.i - 1].norm in SMALL_NUMBERS):
            case.add(-math.inf)  # "under two hours"
        told = self._was_watched(case) or self._extolled(case)
        if re.sub(r"(?:movie|film)s?$", "", key) in self._w.themes and not (certain or told):
            case.add(-4 if case.capital and not case.opens and of.penalty < PART else -12)
        kinds = all(t.norm in self._w.themes or t.norm in ARTICLES for t in tokens[of.i : of.j])
        if kinds and self._prior(case) < 0.6 and not (certain or told or case.capital):
            case.add(-math.inf)  # "an american romance"
        before = [t.norm for t in tokens[max(0, of.i - 2) : of.i]]
        asks = case.told or len(before) < 2 or before[0] in self._w.copulas or before[0] in self._w.telling
        if self._w.a_place(tokens, of.i) and not (asks or certain) and self._prior(case) < 0.8:
            case.add(-6)  # "zombies in London" have a place, not a film
        if before[1:] == ["about"] and before[0] in self._w.film_nouns and not (certain or case.capital):
            case.add(-math.inf)  # "movies about hackers"
        named = case.capital and not case.opens
        within = [(i, j) for i, j in self._phrases if i <= of.i and of.j <= j and of.j - of.i < j - i]
        if not certain and any(not (named and i == of.i) for i, _ in within):
            case.add(-8)  # "World War II" names no "War II"
        if not (certain or case.capital) and any(i < of.i < j < of.j for i, j in self._phrases):
            case.add(-8)  # "latin american romance" is no "American Romance"
        if of.j - of.i == 1 and key in self._w.given_names and not (certain or case.told):
            case.add(-4.5)
        if key.isdigit() and not certain and self._prior(case) < 0.7:
            case.add(-6)
        if key in self._w.pronouns and not (case.inside or certain):
            case.add(-math.inf)
        brief = of.j - of.i < 3 and self._cased
        if brief and not case.opens and tokens[of.i - 1].capital and not self._gap(of.i).strip(" -"):
            starts = of.i == 1 or bool(_SENTENCE.search(self._gap(of.i - 1)))
            if not self._w.rarity.common(tokens[of.i - 1].norm):
                case.add(-4)
            elif not starts and tokens[of.i - 1].norm not in ("i", "im"):
                cued = tokens[of.i - 1].norm in self._w.firm | self._w.weak
                case.add(-2 if cued or of.j > of.i + 1 else -4)  # "Black Panther" is no "Panther"
        if brief and of.j < len(tokens) and tokens[of.j].capital and self._gap(of.j) in (" ", "-"):
            joined = tokens[of.j].norm in ("and", "with", "i", "im", "or", "but")
            alone = of.j == of.i + 1 and self._prior(case) < 0.6  # "Bird Box" is no "Bird"
            case.add(0 if joined else -6 if alone else -4)
        if "-" in (self._gap(of.i), self._gap(of.j) if of.j < len(tokens) else ""):
            case.add(-3)

    def _quoted_with_more(self, case: _Case) -> bool:
        """Whether a quotation opens with these words and goes on with capitals: "Dune: Part Two" is not "Dune"."""
        first, last = self._tokens[case.of.i], self._tokens[case.of.j - 1]
        if self._text[max(0, first.start - 1) : first.start] not in _OPENING or not case.capital:
            return False
        rest = _QUOTED_REST.match(self._text, last.end)
        words = tokenize(rest[1]) if rest else []
        return bool(words) and all(t.capital or t.norm.isdigit() or t.norm in SMALL for t in words)

    def _was_watched(self, case: _Case) -> bool:
        """ "Hated Cats": whether a well-known title, and nothing more, follows a verb that films take."""
        i, j = case.of.i, case.of.j
        alone = j == len(self._tokens) or bool(_BOUNDARY.match(self._text, self._tokens[j - 1].end))
        alone = alone or self._tokens[j].norm == "but" or self._w.after.starting(self._tokens[j : j + 3]) is not None
        told = i > 0 and self._tokens[i - 1].norm in self._w.watched and not self._gap(i).strip()
        return told and alone and case.of.exact and case.of.penalty == 0 and self._prior(case) > 0.6

    def _extolled(self, case: _Case) -> bool:
        """ "Kids is one of my favourites": one, where a theme would be many."""
        of, known = case.of, self._prior(case) > 0.5 and case.of.exact and case.of.penalty == 0
        following = self._tokens[of.j : of.j + 8]
        one = bool(following) and following[0].norm in ("is", "was")
        return known and case.opens and one and case.of.j - case.of.i == 1 and self._praised(following)

    def _stands(self, case: _Case) -> bool:
        """Whether a case is good enough: common words need solid evidence too."""
        content = self._content(case.of)
        rarest = max((self._w.rarity(t.bare) for t in content), default=0.0)
        if len(content) <= 1:
            common = rarest < 9.3 or not case.of.exact or self._prior(case) < 0.6
        else:
            common = rarest < 8.2 and case.of.rarity < 13
        common = common or (case.of.penalty >= PART and rarest < 9)
        return case.worth >= ACCEPT and (case.dated or case.of.penalty < DATED) and (case.solid or not common)

    def _prior(self, case: _Case) -> float:
        return max(self._index.popularity[row] for row in case.rows)

    def _people_of(self, row: int) -> set[str]:
        facets = self._index.items[row].facets
        return {name for kind in PEOPLE for name in facets.get(kind, ())}

    def _akin(self, case: _Case, other: _Case) -> bool:
        """Whether the items of two cases share who made them."""
        ours = {maker for row in case.rows for maker in self._index.items[row].makers}
        return any(maker in ours for row in other.rows for maker in self._index.items[row].makers)

    def _beside(self, of: Candidate, other: _Case) -> bool:
        """Whether only a list's punctuation parts a candidate from an accepted title."""
        if other.of.i >= of.j:
            gap = self._text[self._tokens[of.j - 1].end : self._tokens[other.of.i].start]
        elif other.of.j <= of.i:
            gap = self._text[other.end : self._tokens[of.i].start]
        else:
            return False
        return bool(gap.strip()) and bool(_SEPARATOR.match(gap))

    # -- verdict ----------------------------------------------------------------------------------------------

    def _match(self, case: _Case) -> TitleMatch:
        tokens, i, j = self._tokens, case.of.i, case.of.j
        if i and tokens[i - 1].norm == self._index.articles[case.rows[0]] and not self._gap(i).strip():
            i -= 1
        while j < len(tokens) and tokens[j].start < case.end:
            j += 1
        ids = tuple(self._index.items[row].id for row in self._sequel(case) or self._meant(case))
        return TitleMatch(ids, tokens[i].start, case.end, i, j, case.worth)

    def _sequel(self, case: _Case) -> list[int]:
        """The part that an ordinal names: "the second Godfather"."""
        i = case.of.i
        part = self._w.parts.get(self._tokens[i - 1].norm, 0) if i and not self._gap(i).strip() else 0
        if part < 2 or case.year is not None:
            return []
        said = [t.norm for t in self._tokens[i : case.of.j]]
        return sorted(self._index.sequels(said, part), key=lambda row: -self._index.votes[row])[:1]

    def _meant(self, case: _Case) -> list[int]:
        """The likeliest row, or all of equal claim."""
        items, votes = self._index.items, self._index.votes
        article = case.of.i > 0 and self._tokens[case.of.i - 1].norm in ARTICLES

        def claim(row: int) -> float:
            bonus = 10.0 if self._named & self._people_of(row) else 1.0
            bonus *= 1.0 if bool(self._index.articles[row]) == article else 0.5  # "Heat" is rather Heat than The Heat
            return (votes[row] + 1) * bonus * (3.0 if case.year is not None and items[row].year == case.year else 1.0)

        def year(row: int) -> int:
            return items[row].year or 9999

        rows = sorted(case.rows, key=lambda row: (-claim(row), -year(row)))
        if len(rows) == 1:
            return rows
        if case.of.penalty >= PART:  # the first of the series, if people know it
            return [min((row for row in rows if votes[row] >= 0.3 * votes[rows[0]]), key=year)]
        start, end = self._tokens[case.of.i].start, self._tokens[case.of.j - 1].end
        age = _AGE_BEFORE.search(self._text[max(0, start - _NEAR) : start]) or _AGE_AFTER.match(self._text, end)
        if age:
            known = [row for row in rows if self._index.popularity[row] >= 0.4] or rows
            return [max(known, key=year) if age.group(1).lower() in _NEWEST else min(known, key=year)]
        rivals = [row for row in rows if claim(row) >= EQUAL_CLAIM * claim(rows[0])]
        well_known = self._index.popularity[rows[1]] > 0.55
        return rivals[:4] if well_known and len({year(row) for row in rivals}) == len(rivals) else rows[:1]
