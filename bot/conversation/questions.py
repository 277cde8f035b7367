"""Questions about items: what they are like, who is in them, which of several is the most so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation.message import Message
from bot.conversation.references import Pointing
from bot.conversation.statements import COMPARED, Intent, Kind
from bot.conversation.tokens import Hit, Token
from recsys.taste import Clause

_INQUIRING = ("who", "whos", "how", "when", "whats")
"""Words that open a question whatever follows."""
_WHETHER = ("is", "was", "are", "does")
_ANYTHING = frozenset(("anything", "something", "one", "ones", "others", "another"))
_ANY = frozenset(("any", "a", "an"))
_GOOD = (["good"], ["any", "good"], ["worth", "it"], ["worth", "watching"])
_MEASURED = {"old": "year", "new": "year", "recent": "year", "long": "runtime", "short": "runtime"}
"""What "is it old?" asks for."""
_PREDICATE = frozenset(
    ("it", "that", "this", "one", "very", "really", "too", "so", "pretty", "quite", "a", "film", "movie")
)
_PLAYS = frozenset(("in", "with", "starring"))
"""Between a film and who may be in it: "is Tom Hanks in it?", "is the first one with her?"."""
_SEQUELS = frozenset(("sequel", "sequels", "prequel", "prequels"))
_OPENED = {
    ("when", "did"): "year",
    ("when", "was"): "year",
    ("when", "does"): "year",
    ("how", "long"): "runtime",
    ("who", "made"): "director",
}
"""What a question that opens so asks for."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A run of words that may ask: ``targets`` are the item it asks about, ``every`` all that it points at or names,
    ``hits`` the fields it speaks of; ``asks`` when it has a question mark or opens with a question's word."""

    run: range
    tokens: Sequence[Token]
    asks: bool
    every: tuple[str, ...]
    targets: tuple[str, ...]
    hits: Sequence[Hit[str]]


class Questions:
    """Reads the questions of a message."""

    def __init__(self, message: Message) -> None:
        self._m = message

    def read(self, run: range, spoken_of: tuple[str, ...] = ()) -> bool:
        """Whether the words ask about items, and note what; ``spoken_of`` is what they take up."""
        aside = {*self._m.words.interjections, "and", "but", "also"}
        while len(run) > 1 and self._m.tokens[run.start].norm in aside:  # "ok, which is best?"
            run = run[1:]
        if any(unknown.start in run for unknown in self._m.unknown):
            return False  # "who directed Saltburn?" asks nothing of the film in view
        hits = self._m.words.questions.find(self._m.tokens[run.start : run.stop], self._m.named[run.start : run.stop])
        if self._compared(run, hits):
            return True
        tokens, every = self._m.tokens[run.start : run.stop], self._m.targets(run)
        asked = _Question(
            run,
            tokens,
            self._m.asks(run) or tokens[0].norm in self._m.words.grammar.question_words,
            every,
            every[:1] or spoken_of or self._m.focus(),
            [hit for hit in hits if hit.value not in COMPARED],
        )
        kinds = (self._of_each, self._field, self._appears, self._whether, self._in_a_word)
        return not self._sought(asked) and any(kind(asked) for kind in kinds)

    def take_up(self, clause: range) -> None:
        """ "The second sounds nice, but is it sad?": note a question at the end of a clause that takes up what came
        before it."""
        if clause.start and self._m.tokens[clause.start].norm in self._m.words.lexicon.negators.contrast:
            run = clause[1:]
        else:
            run = next((run for run in self._m.runs(self._m.scopes.phrase) if run[-1] == clause[-1]), clause)
        if run.start == 0 or len(run) <= 2 or any(self._m.done[n] for n in run):
            return
        first, second = (self._m.tokens[n].norm for n in run[:2])
        whether = first in _WHETHER and (second in self._m.words.grammar.pronouns or second == "there")
        before = self._m.targets(range(run.start))
        spoken_of = before if len(before) == 1 else ()
        if (whether or (first in _INQUIRING and self._m.asks(run))) and self.read(run, spoken_of):
            self._m.done[run.start : run.stop] = [True] * len(run)

    # -- the kinds of questions -------------------------------------------------------------------------------

    def _of_each(self, asked: _Question) -> bool:
        """ "How long are these?"."""
        pointing = {r.how for r in self._m.pointers if r.i in asked.run}
        group = Pointing.GROUP in pointing and Pointing.ORDINAL not in pointing  # but "the first of these"
        if not (asked.hits and group and len(asked.every) > 1 and asked.asks):
            return False
        self._ask(asked, "compare", asked.every)
        return True

    def _field(self, asked: _Question) -> bool:
        """ "How long is it and who's in it?"."""
        bridged, hits = self._bridged(asked.run), asked.hits
        if not (hits or bridged):
            return False
        field = bridged or hits[0].value
        informal = bool(hits) and hits[0].i <= 1 and len(asked.run) <= 9
        brief = asked.asks and bool(hits) and hits[0].i <= 3 and len(asked.run) <= 7
        about = asked.targets or (field == "where" and informal) or brief
        if not (asked.asks or informal) or not about:
            return False
        if field == "sequels" and not asked.targets and len(self._m.context.shown) > 1:
            return self._which(asked, field)
        for each in dict.fromkeys((field, *(hit.value for hit in hits))):
            self._ask(asked, each, asked.targets or (None,))
        return True

    def _appears(self, asked: _Question) -> bool:
        """ "Is he in the second one?", "is she in any of these?"."""
        who = self._somebody(asked.run) if asked.tokens[0].norm in ("is", "was") else None
        if who is None:
            return False
        if len(asked.every) > 1:
            self._ask(asked, "most", asked.every, who)
        elif asked.targets:
            self._ask(asked, "facet", asked.targets, who)
        else:
            return self._unclear(asked) and self._which(asked, "facet", who)
        return True

    def _whether(self, asked: _Question) -> bool:
        """ "Is it from the 90s?", "is Heat scarier than Alien?", "is it scary?"."""
        opens = asked.tokens[0].norm in ("is", "was", "does", "how") and bool(asked.every)
        if not asked.asks or not (opens or self._m.words.about.starting(asked.tokens)):
            return False
        if not asked.targets and not self._unclear(asked):
            return False
        if limit := next(iter(self._m.stated(asked.run)), None):
            return self._ask_or_which(asked, limit.range.name)
        compared = self._m.words.concepts.comparative(asked.tokens)
        meanings = [m for m in self._m.meanings if m.i in asked.run] + ([compared[1]] if compared else [])
        meaning = next((m for m in meanings if m.wanted), None)
        if meaning is None:
            return not asked.targets and self._which(asked)
        if meaning.flipped:  # "does it have subtitles?"
            return self._ask_or_which(asked, "language")
        return self._ask_or_which(asked, "facet", Clause(meaning.label, meaning.wanted[0].facets))

    def _sought(self, asked: _Question) -> bool:
        """ "Is there anything with Tom Hanks?", "is there a good western?": wishes; "is there anything scary in it?" is
        none."""
        pointed = asked.every or any(r.i in asked.run for r in self._m.pointers)
        if pointed or len(asked.tokens) < 3 or asked.tokens[1].norm != "there":
            return False
        kinds = {m.i for m in self._m.meanings if m.by_name}.intersection(asked.run[3:5])
        what = asked.tokens[2].norm
        return what in _ANYTHING or (what in _ANY and bool(kinds))

    def _in_a_word(self, asked: _Question) -> bool:
        """ "Director?", "the plot?", "long?", and of how an item is: "scary?", "any violence in it?"."""
        if not (self._m.asks(asked.run) or len(asked.run) == len(self._m.tokens)):
            return False
        pointers = {n for r in self._m.pointers for n in range(r.i, r.j)}
        aside = self._m.words.questions_aside
        run = [n for n in asked.run if n not in pointers and self._m.tokens[n].norm not in aside]
        tokens = [self._m.tokens[n] for n in run]
        field = self._m.words.question_nouns.get(tokens)
        if field and asked.targets:
            self._ask(asked, field, asked.targets)
            return True
        if not asked.targets or not self._m.asks(asked.run):
            return bool(field and len(self._m.context.shown) > 1) and self._which(asked, field)
        if quality := self._m.words.question_adjectives.get(tokens):
            self._ask(asked, quality, asked.targets)
            return True
        pointed = not pointers.isdisjoint(asked.run)
        meant = next((m for m in self._m.meanings if m.wanted and set(range(m.i, m.j)) == {*run}), None)
        if meant is None or not (pointed or (meant.wanted[0].mood and not meant.by_name)):
            return False  # "any comedies?" asks for some
        self._ask(asked, "facet", asked.targets, Clause(meant.label, meant.wanted[0].facets))
        return True

    def _somebody(self, run: range) -> Clause | None:
        """The person of whom a question asks whether they are in a film, by name or as "he" or "she"."""
        if _PLAYS.isdisjoint(self._m.tokens[n].norm for n in run):
            return None
        named = [Clause(p.name, p.facets) for p in self._m.people if p.i in run]
        told = self._m.tokens[run.start + 1].norm in ("he", "she") and len(self._m.context.people) == 1
        return named[0] if named else self._m.context.people[0] if told else None

    def _compared(self, run: range, hits: Sequence[Hit[str]]) -> bool:
        """ "Which is the shortest?", "which one is the scariest?", "compare the first and the second"."""
        tokens = self._m.tokens[run.start : run.stop]
        start, end = self._m.span(run)
        asks = tokens[0].norm in ("which", "whats", "what", "who", "so") or self._m.asks(run) or len(run) <= 3
        asks = asks or any(r.i in run and r.how is Pointing.GROUP for r in self._m.pointers)  # "the oldest of those"
        field = next((hit.value for hit in hits if hit.value in COMPARED), None)
        most = self._m.words.concepts.superlative(tokens)
        shown = len(self._m.context.shown) > 1 or len(self._m.targets(run)) > 1
        said = [t.norm for t in tokens]
        shown = shown and not (
            "ever" in said or {"you", "have"} <= {*said}
        )  # "the scariest movie ever" is none of these
        versus = tokens[0].norm in ("is", "are", "was") and any(t.norm == "than" for t in tokens)
        if versus and len(self._m.targets(run)) > 1:  # "is the first scarier than Alien?"
            field = "compare"
        if not shown or len(run) > 12 or not (field == "compare" or (asks and (field or most))):
            return False
        for target in self._m.targets(run) or (None,):
            clause = most.clause(1) if most and not field else None
            self._m.say(Kind.QUESTION, field or "most", start, end, target=target, clause=clause)
        return True

    def _bridged(self, run: range) -> str | None:
        """A question that its title interrupts: "what is Heat about", "when did Heat come out"."""
        if not any(t.i in run for t in self._m.titles) and not any(r.i in run for r in self._m.pointers):
            return None
        pointed = {n for r in self._m.pointers if r.how is Pointing.ORDINAL for n in range(r.i, r.j)}
        said = [self._m.tokens[n].norm for n in run if not self._m.named[n] and n not in pointed]
        first, last = said[:1], said[-1:]
        if first in (["is"], ["was"]) and said[1:] in _GOOD:
            return "rating"
        plain = [word for word in said if word not in _PREDICATE]
        if len(plain) == 2 and plain[0] in ("is", "was") and plain[1] in _MEASURED:
            return _MEASURED[plain[1]]
        if first in (["what"], ["whats"]) and last in (["about"], ["like"]):
            return "overview"
        if first in (["is"], ["are"], ["does"], ["did"]) and (_SEQUELS & set(said) or said[-2:] == ["a", "series"]):
            return "sequels"  # "does Heat have a sequel?"
        if first == ["who"] and "directed" in said:
            return "director"
        return _OPENED.get((said[0], said[1])) if len(said) > 1 else None

    # -- what they say ----------------------------------------------------------------------------------------

    def _ask(self, asked: _Question, field: str, targets: Sequence[str | None], clause: Clause | None = None) -> None:
        start, end = self._m.span(asked.run)
        for target in targets:
            self._m.say(Kind.QUESTION, field, start, end, target=target, clause=clause)

    def _unclear(self, asked: _Question) -> bool:
        """Whether "it" may be any of several items."""
        return len(self._m.context.shown) > 1 and self._m.words.references.loose(asked.tokens)

    def _ask_or_which(self, asked: _Question, field: str, clause: Clause | None = None) -> bool:
        """Note a question about its targets; without any, that it is to be asked which item is meant."""
        if not asked.targets:
            return self._which(asked, field, clause)
        self._ask(asked, field, asked.targets, clause)
        return True

    def _which(self, asked: _Question, field: str | None = None, clause: Clause | None = None) -> bool:
        """Note that it is to be asked which item is meant, and what the question was: "plot?", "the second"."""
        if field:
            self._ask(asked, field, (None,), clause)
        self._m.say(Kind.INTENT, Intent.WHICH, *self._m.span(asked.run), confidence=0.7)
        return True
