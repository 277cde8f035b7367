"""Are these words true? A strict, deterministic check of generated words against facts.

The words may use names and numbers of the facts, content words of the facts, and a small connective vocabulary;
the person's own wishes only where the words say that they are wishes; claims about people only where a reason makes
them. So an invented plot, a second title or a wrong year is caught without understanding it. A true sentence in
other words is refused too: templates are there for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from recsys.facts import LINK, Facts, Style
from recsys.words import (
    OTHERS,
    SECOND_PERSON,
    SPEAKERS,
    Name,
    Source,
    Token,
    fold,
    positions,
    same,
    stem,
    tokenise,
    vocabulary,
    whole_names,
)

MAX_WORDS = 60
MAX_CHARACTERS = 450
_LEAK = 6  # words in a row that nobody shares with instructions by chance


class Fault(StrEnum):
    """What is wrong with words, in the order it is looked for."""

    LENGTH = "length"
    LINK = "link"
    MARKUP = "markup"
    UNFINISHED = "unfinished"
    LEAK = "leak"  # repeats the instructions
    NAME = "name"  # a title, person or place that no fact names
    NUMBER = "number"
    WORD = "word"  # a content word that no fact covers: an invented plot, a wrong genre
    SUBJECT = "subject"  # two subjects run together as one that no fact names
    WISH = "wish"  # states the person's wish as a fact of the item
    CLAIM = "claim"  # says of the person, or of others, what no reason says
    ROLE = "role"  # a real name in the wrong role
    NEGATION = "negation"
    EMPTY = "empty"  # does not name the item


@dataclass(frozen=True, slots=True)
class Verdict:
    """``fault`` is None for accepted words; else the first fault, and the words that commit it."""

    fault: Fault | None = None
    words: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the words may be shown."""
        return self.fault is None


CONNECTIVES = vocabulary(
    """a an the this that these those it its it's it'll i i'd i'll i'm i think you you'd you'll you're you've your yours
    he she his her they them their who whose whom which what that's here here's there there's and or but so yet as if
    because since for of in on at by from to into with about around over under between before
    through while when where than then too also
    both well just even still only again along together alongside out up all one ones more most much very quite such
    another other same some any every each kind sort type way thing things something anything someone bit lot touch
    is are was were be been being am has have had having do does did will would could should might may can must let's
    let make makes made making give gives giving bring brings bringing offer offers offering feel feels get gets go
    goes come comes take takes find finds keep keeps fit fits fitting suit suits match matches matching deliver
    delivers feature features featuring combine combines combining blend blends mix mixes pair share shares shared
    explore explores exploring deal deals tell tells try worth seems seem look looks looking promise promises want
    need enjoy enjoys enjoyed love loved loves like liked likes appreciate pick choice option suggestion recommend
    recommended recommendation watch see give right up your perfect great good nice lovely fine ideal natural
    next step safe strong solid wonderful delightful excellent fantastic warm fun enjoyable interesting engaging
    compelling captivating memorable satisfying sure definitely certainly perhaps maybe probably likely really truly
    exactly why how evening tonight night time today runs run lasts title called named set story stories
    tale theme themes subject mood tone side full rich filled heart center centre fan fans hope surprise treat
    people others viewers many else"""
)
_NEGATORS = vocabulary(
    "not no never without nothing none neither nor hardly unlike isn't doesn't don't won't aren't wasn't cannot"
)
_NUMBER_WORDS = vocabulary(
    """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million dozen half twice"""
)
_DECADES = {
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50,
    "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90,
}  # fmt: skip
_UNITS = vocabulary("minute hour year day week month star percent season episode award page part time")
_MODAL = vocabulary("will would can could might may must should if when whether 'll")
_FILLERS = vocabulary(
    "have had 've also already really clearly just both did do said that were are recently so particularly once who"
)
_SUBJECT = vocabulary(
    "it it's this that that's you you'll you'd you're you've people others viewers he she they there here"
)
_FINITE = vocabulary(
    "is was has offers brings will would might could should fits stars shares comes makes feels may delivers"
)

# What is said of a person: each group may be claimed where a reason uses the same group (or a stronger one).
_OPINIONS: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = (
    ("love", vocabulary("love loved adore adored loving favorite favourite"), vocabulary("love")),
    (
        "like",
        vocabulary("like liked enjoy enjoyed appreciate appreciated taste interest fondness passion liking"),
        vocabulary("love like"),
    ),
    ("hate", vocabulary("hate hated dislike disliked"), vocabulary("hate")),
    ("seen", vocabulary("saw seen watched see watch read finished"), vocabulary("seen love like hate")),
    (
        "wish",
        vocabulary(
            "ask asked asking want wanted wanting wish wished request requested looking searching mention mentioned "
            "said told need needed crave craving mood after prefer preferred seeking seek chose picked"
        ),
        vocabulary("wish"),
    ),
)
_GROUP = {word: name for name, words, _ in _OPINIONS for word in words}
_ENOUGH = {name: enough for name, _, enough in _OPINIONS}

_MARKUP = re.compile(r"""[^\w\s.,;:!?'"’‘“”()\-–—…&/%$€£+°]|_|\n\s*[-–•\d]""")
_END = re.compile(r"""[.!?…]["'”’)]*$""")


class Checker:
    """Everything that the facts of one item allow; build once, check often."""

    def __init__(self, facts: Facts, style: Style, instructions: str = "") -> None:
        self._facts = facts
        self._style = style
        self._sources = [Source(facts.title, "title")]
        self._sources += [Source(v, kind) for kind, values in facts.fields.items() for v in values]
        self._reasons = [Source(reason, "reason") for reason in facts.reasons]
        # What a person wished in their own words is near the item's text, no more: it may be named as their wish only.
        quotes = [Source(quote, "reason") for reason in facts.reasons for quote in re.findall('"([^"]+)"', reason)]
        self._wishes = [r for r in self._reasons if r.norms and r.norms[0] in SPEAKERS]
        # The title's words are true in the title alone: "Dark Water" is not dark for that.
        own = [Source(re.sub('"[^"]+"', "", r.text), "reason") for r in self._reasons if r not in self._wishes]
        plain = [*self._sources[1:], *own]
        self._true = {stem(facts_kind) for facts_kind in facts.fields}
        for kind in facts.fields:
            self._true |= {stem(w) for w in style.roles.get(kind, ())}
        for value in (v for values in facts.fields.values() for v in values):
            self._true |= {stem(w) for w in style.kin.get(fold(value).replace("-", " "), ())}
        elsewhere = {s for source in plain if source.kind not in style.subjects for s in source.stems} | self._true
        self._subjects = {s for source in plain for s in source.stems} - elsewhere
        self._together = {pair for source in plain for pair in pairwise(t.stem for t in source.tokens)}
        self._true = elsewhere | self._subjects
        asked = {s for source in self._wishes for s in source.stems}
        self._quoted = {s for source in quotes for s in source.stems} - asked
        self._wished = asked | self._quoted
        self._free = CONNECTIVES | style.words
        self._instructions = [t.norm for t in tokenise(instructions)]

    def check(self, words: str, *, partial: bool = False) -> Verdict:
        """The first fault of ``words``. ``partial`` words are a beginning: only what can't be mended is a fault."""
        tokens = tokenise(words)
        names = self._names(tokens, partial)
        tokens = whole_names(tokens, names)
        looks: Iterable[Iterator[Verdict]] = (
            self._form(words, tokens, partial),
            self._leaks(tokens),
            self._unknown_names(tokens, names),
            self._numbers(tokens, names),
            self._uncovered(tokens, names, partial),
            self._run_together(tokens, names),
        )
        if not partial:
            looks = (
                *looks,
                self._claims(tokens, names),
                self._mixed_reasons(tokens, names),
                self._roles(tokens, names),
                self._negations(tokens),
                self._names_the_item(tokens, names),
            )
        return next((fault for look in looks for fault in look), Verdict())

    def _form(self, words: str, tokens: list[Token], partial: bool) -> Iterator[Verdict]:
        if len(tokens) > MAX_WORDS or len(words) > MAX_CHARACTERS or (len(tokens) < 4 and not partial):
            yield Verdict(Fault.LENGTH, f"{len(tokens)} words")
        bare = words
        for known in self._odd_strings:
            bare = bare.replace(known, " ")
        if link := LINK.search(bare):
            yield Verdict(Fault.LINK, link.group())
        if markup := _MARKUP.search(bare):
            yield Verdict(Fault.MARKUP, markup.group())
        if not partial and not _END.search(words):
            yield Verdict(Fault.UNFINISHED, words[-20:])

    @cached_property
    def _odd_strings(self) -> list[str]:
        """Strings of the facts that would look like links or markup, longest first: ``M*A*S*H`` is a title."""
        sources = [self._facts.title, *(v for values in self._facts.fields.values() for v in values)]
        sources += [word for reason in self._facts.reasons for word in reason.split()]
        return sorted((s for s in sources if _MARKUP.search(s) or LINK.search(s)), key=len, reverse=True)

    def _leaks(self, tokens: list[Token]) -> Iterator[Verdict]:
        secret = {tuple(self._instructions[i : i + _LEAK]) for i in range(len(self._instructions) - _LEAK + 1)}
        for i in range(len(tokens) - _LEAK + 1):
            if tuple(t.norm for t in tokens[i : i + _LEAK]) in secret:
                yield Verdict(Fault.LEAK, " ".join(t.text for t in tokens[i : i + _LEAK]))

    def _names(self, tokens: list[Token], partial: bool) -> list[Name]:
        """Known names, leftmost longest first."""
        found = []
        at = 0
        sources = [*self._sources, *self._reasons]
        while at < len(tokens):
            token = tokens[at]
            size = 0
            if token.capital and not (
                token.first and self._ordinary(token) and not self._starts_name(tokens, at, partial)
            ):
                size = max(source.match(tokens, at, partial) for source in sources)
            if size:
                kinds = frozenset(s.kind for s in sources if s.match(tokens, at, partial) == size)
                found.append(Name(at, at + size, kinds))
            at += max(size, 1)
        return found

    def _starts_name(self, tokens: list[Token], at: int, partial: bool) -> bool:
        """Whether an ordinary word that starts a sentence is the first of a longer known name, or the title."""
        sizes = [source.match(tokens, at, partial) for source in (*self._sources, *self._reasons)]
        return max(sizes) > 1 or sizes[0] > 0

    def _ordinary(self, token: Token) -> bool:
        return token.norm in self._free or token.norm in _NEGATORS

    def _unknown_names(self, tokens: list[Token], names: list[Name]) -> Iterator[Verdict]:
        inside = positions(names)
        for i, token in enumerate(tokens):
            if not token.capital or i in inside or token.norm in ("i", "i'd", "i'll", "i'm"):
                continue
            # The first word of a sentence has its capital for grammar's sake; _uncovered looks at it.
            if not token.first or not (self._ordinary(token) or self._covered(token)):
                yield Verdict(Fault.NAME, token.text)

    def _numbers(self, tokens: list[Token], names: list[Name]) -> Iterator[Verdict]:
        inside = positions(names)
        known: dict[str, set[str]] = {}
        for source in (*self._sources, *self._reasons):
            for token, after in zip(source.tokens, [*source.tokens[1:], None], strict=True):
                known.setdefault(token.norm, set()).add(after.stem if after else "")
        if year := self._facts.year:
            decade = year // 10 * 10
            for form in (str(year), f"{decade}s", f"{decade % 100:02}s"):
                known.setdefault(form, set())
            known |= {word: set() for word, tens in _DECADES.items() if tens == decade % 100}
        for i, token in enumerate(tokens):
            if i in inside:
                continue
            if token.text[0].isdigit() or token.norm in _NUMBER_WORDS or token.norm in _DECADES:
                unit = tokens[i + 1].stem if i + 1 < len(tokens) and tokens[i + 1].joined else ""
                if token.norm not in known or (unit in {stem(u) for u in _UNITS} and unit not in known[token.norm]):
                    yield Verdict(Fault.NUMBER, f"{token.text} {unit}".strip())

    def _covered(self, token: Token) -> bool:
        return token.stem in self._true or token.stem in self._wished

    def _uncovered(self, tokens: list[Token], names: list[Name], partial: bool) -> Iterator[Verdict]:
        inside = positions(names)
        for i, token in enumerate(tokens):
            if i in inside or token.text[0].isdigit() or token.norm in _DECADES or self._ordinary(token):
                continue
            if token.stem in self._true or token.norm in _NUMBER_WORDS:
                continue
            if token.stem not in self._wished:
                yield Verdict(Fault.WORD, token.text)
            elif partial:
                continue
            elif not (self._follows_wish(tokens, i) if token.stem in self._quoted else self._attributed(tokens, i)):
                yield Verdict(Fault.WISH, token.text)

    def _run_together(self, tokens: list[Token], names: list[Name]) -> Iterator[Verdict]:
        """A story about a dream and a kidnapping is not about a "dream kidnapping"."""
        inside = positions(names)
        for i, (one, other) in enumerate(pairwise(tokens)):
            pair = (one.stem, other.stem)
            content = self._subjects.issuperset(pair) and not (self._ordinary(one) or self._ordinary(other))
            if other.joined and content and pair not in self._together and inside.isdisjoint((i, i + 1)):
                yield Verdict(Fault.SUBJECT, f"{one.text} {other.text}")

    def _follows_wish(self, tokens: list[Token], at: int) -> bool:
        """Whether a word belongs to what is named after "you asked for", "your wish for"..., commas included."""
        while at >= 0 and (tokens[at].stem in self._wished or self._ordinary(tokens[at])):
            if _GROUP.get(tokens[at].norm) == "wish":
                return True
            at -= 1
        return at >= 0 and _GROUP.get(tokens[at].norm) == "wish"

    def _attributed(self, tokens: list[Token], at: int) -> bool:
        """Whether the clause of a word says that somebody wished, liked or said it."""
        start, stop = self._clause(tokens, at)
        norms = [t.norm for t in tokens[start:stop]]
        return not SPEAKERS.isdisjoint(norms) and any(n in _GROUP for n in norms)

    def _clause(self, tokens: list[Token], at: int) -> tuple[int, int]:
        """The clause around a token: between punctuation marks, and conjunctions that open a new subject."""
        start = at
        while start > 0 and tokens[start - 1].clause == tokens[at].clause and not self._opens_clause(tokens, start):
            start -= 1
        stop = at + 1
        while stop < len(tokens) and tokens[stop].clause == tokens[at].clause and not self._opens_clause(tokens, stop):
            stop += 1
        return start, stop

    def _opens_clause(self, tokens: list[Token], at: int) -> bool:
        norm = tokens[at].norm
        if norm in ("so", "because", "since", "while"):
            return True
        if norm not in ("and", "but", "as", "which") or at + 1 >= len(tokens):
            return False
        if tokens[at + 1].norm in _SUBJECT:
            return True
        following = at + 1
        while following < len(tokens) and tokens[following].capital:
            following += 1
        return at + 1 < following < len(tokens) and tokens[following].norm in _FINITE

    def _claims(self, tokens: list[Token], names: list[Name]) -> Iterator[Verdict]:
        for i, token in enumerate(tokens):
            if token.norm not in SPEAKERS or (i > 0 and tokens[i - 1].norm in _MODAL):
                continue
            _, stop = self._clause(tokens, i)
            for verb in self._verbs(tokens, i, stop):
                if self._bolted_on(tokens, i, verb, stop) or not self._backed(tokens, names, token, verb, stop):
                    yield Verdict(Fault.CLAIM, " ".join(t.text for t in tokens[i:stop]))

    def _bolted_on(self, tokens: list[Token], speaker: int, verb: int, stop: int) -> bool:
        """Whether a claim with an object of its own follows a noun: "is a comedy you like Judd Apatow"."""
        noun = speaker > 0 and tokens[speaker].joined and self._telling(tokens[speaker - 1])
        return noun and any(self._telling(token) for token in tokens[verb + 1 : stop])

    def _mixed_reasons(self, tokens: list[Token], names: list[Name]) -> Iterator[Verdict]:
        """Names of two reasons in one clause: "close in tone to" the one is not "close in tone to" the other."""
        sources: dict[int, set[str]] = {}
        for name in names:
            if name.kinds != {"reason"}:
                continue
            words = tokens[name.start : name.stop]
            holders = {r.text for r in self._reasons if r.match(words, 0, False) == len(words)}
            start, stop = self._clause(tokens, name.start)
            sources[start] = sources.get(start, holders) & holders
            if not sources[start]:
                yield Verdict(Fault.CLAIM, " ".join(t.text for t in tokens[start:stop]))

    def _verbs(self, tokens: list[Token], speaker: int, stop: int) -> Iterator[int]:
        """Where a clause claims an opinion or a wish of its speaker; "you'll love" and "you may like" do not."""
        at = speaker + 1
        while at < stop and tokens[at].norm in _FILLERS:
            at += 1
        if at < stop and tokens[at].norm in _GROUP:
            yield at
            yield from (a + 1 for a in range(at + 1, stop) if _next_verb(tokens, a, stop))
        elif tokens[speaker].norm in ("you're", "your"):
            yield from (a for a in range(at, min(at + 3, stop)) if tokens[a].norm in _GROUP)

    def _backed(
        self,
        tokens: list[Token],
        names: list[Name],
        speaker: Token,
        verb: int,
        stop: int,
    ) -> bool:
        """Whether one reason makes the claim: same speaker, same or stronger opinion, every name and word of it."""
        group = _GROUP[tokens[verb].norm]
        others = speaker.norm in OTHERS
        tail = range(verb + 1, next((a for a in range(verb + 1, stop) if _ends_claim(tokens, a, stop)), stop))
        named = positions(names)
        said = [a for a in tail if self._telling(tokens[a]) or a in named]
        if not said and group == "wish" and (head := self._head(tokens, verb)):  # "is the comedy you asked for"
            return any(head <= reason.stems for reason in self._evidence(group, others))
        said_of_item = bool(tail) and tokens[verb + 1].norm in ("it", "this")
        for reason in self._evidence(group, others):
            title = self._sources[0]
            if said_of_item and not others and not title.stems <= reason.stems:
                continue
            if all(tokens[a].stem in reason.stems or (others and tokens[a].stem in title.stems) for a in said):
                return True
        return False

    def _head(self, tokens: list[Token], verb: int) -> set[str]:
        """Stems of the words that a clause ending with ``verb`` is about: all since the verb before it, and for
        "..., as you asked" all of the clause before but the title."""
        clause, as_said = tokens[verb].clause, verb > 1 and tokens[verb - 2].norm == "as"
        found: set[str] = set()
        for at in range(verb - 1, -1, -1):
            if tokens[at].clause < clause - as_said or (tokens[at].norm in _FINITE and not as_said):
                break
            if self._telling(tokens[at]):
                found.add(tokens[at].stem)
        return found - self._sources[0].stems if as_said else found

    def _telling(self, token: Token) -> bool:
        """Whether a word carries content: not connective, not an opinion verb, not a name of the item's kind."""
        return not self._ordinary(token) and token.norm not in _GROUP and token.norm not in OTHERS

    def _evidence(self, group: str, others: bool) -> Iterator[Source]:
        speakers = OTHERS if others else SECOND_PERSON
        for reason in self._reasons:
            groups = {_GROUP[n] for n in reason.norms if n in _GROUP}
            if speakers.intersection(reason.norms) and groups & _ENOUGH[group]:
                yield reason

    def _roles(self, tokens: list[Token], names: list[Name]) -> Iterator[Verdict]:
        roles = self._style.roles
        inside = positions(names)
        skipped = vocabulary("and the by from of actor actors")
        for start, stop, kinds in names:
            mine = kinds & roles.keys()
            if not mine:
                continue
            before, weak = start - 1, ""
            while before >= 0 and not tokens[before + 1].first and (before in inside or tokens[before].norm in skipped):
                if before not in inside and tokens[before].norm in ("by", "from"):
                    weak = tokens[before].norm
                before -= 1
            said = tokens[before].norm if before >= 0 and not tokens[before + 1].first else ""
            claimed = {kind for kind, words in roles.items() if said in words} or {
                kind for kind, words in roles.items() if weak in words
            }
            after = tokens[stop].norm if stop < len(tokens) else ""
            if after not in ("by", "from", "with"):
                claimed |= {kind for kind, words in roles.items() if after in words}
            # Nobody knows that the item is about its makers, or theirs: "the biography of Brian Howe".
            theirs = start > 0 and tokens[start - 1].norm == "of" and not self._attributed(tokens, start)
            topic = theirs or (said == "about" and mine == kinds)
            if topic or (claimed and not claimed & mine):
                yield Verdict(Fault.ROLE, " ".join(t.text for t in tokens[max(before, 0) : stop]))

    def _negations(self, tokens: list[Token]) -> Iterator[Verdict]:
        refused = {s for source in self._wishes for s in _refused(source.tokens)}
        for i, token in enumerate(tokens):
            if token.norm in _NEGATORS and not any(t.stem in refused for t in tokens[i + 1 : i + 6]):
                yield Verdict(Fault.NEGATION, " ".join(t.text for t in tokens[i : i + 4]))
        denied = _refused(tokens)
        for token in tokens:
            if token.stem in refused - self._true - denied and self._telling(token):
                yield Verdict(Fault.NEGATION, token.text)

    def tells(self, words: str) -> bool:
        """Whether words tell a reason or a fact, and not only that the item suits."""
        tokens = tokenise(words)
        names = self._names(tokens, partial=False)
        titles = positions(name for name in names if "title" in name.kinds)
        covered = any(self._telling(t) and self._covered(t) for n, t in enumerate(tokens) if n not in titles)
        return covered or any("title" not in name.kinds for name in names)

    def _names_the_item(self, tokens: list[Token], names: list[Name]) -> Iterator[Verdict]:
        title = self._sources[0].norms
        whole = any(
            all(map(same, title, (t.norm for t in tokens[i : i + len(title)])))
            for i in range(len(tokens) - len(title) + 1)
        )
        if not whole and not any("title" in name.kinds for name in names):
            yield Verdict(Fault.EMPTY, " ".join(t.text for t in tokens[:8]))


def _next_verb(tokens: Sequence[Token], at: int, stop: int) -> bool:
    """Whether a second claim of the same speaker opens here: "you loved Heat *and* asked for something old"."""
    return at + 1 < stop and tokens[at].norm in ("and", "also", "but") and tokens[at + 1].norm in _GROUP


def _ends_claim(tokens: Sequence[Token], at: int, stop: int) -> bool:
    """Whether what a claim is about ends here: "your love of Heat *makes* this one ..."."""
    return _next_verb(tokens, at, stop) or tokens[at].norm in _FINITE


def _refused(tokens: Sequence[Token]) -> set[str]:
    """Stems of the words that a text refuses: within five words after "not", "nothing", "anything but"."""
    refused: set[str] = set()
    for i, token in enumerate(tokens):
        anything_but = token.norm == "but" and i > 0 and tokens[i - 1].norm in ("anything", "everything")
        if token.norm in _NEGATORS or anything_but:
            refused |= {t.stem for t in tokens[i + 1 : i + 6] if t.clause == token.clause and t.norm not in CONNECTIVES}
    return refused
