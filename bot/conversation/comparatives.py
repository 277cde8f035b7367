"""Critiques of the last list by degree: "darker", "less violent", "too slow", "shorter and newer"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bot.conversation.concepts import Meaning
from bot.conversation.message import Message
from bot.conversation.references import Pointing
from bot.conversation.statements import Critique, Intent, Kind
from recsys.taste import Clause

MEASURES = {
    "older": Critique.OLDER,
    "newer": Critique.NEWER,
    "shorter": Critique.SHORTER,
    "longer": Critique.LONGER,
}


class Comparatives:
    """Reads the comparatives of a message."""

    def __init__(self, message: Message) -> None:
        self._m = message

    def read(self, run: range) -> bool:
        """ "darker", "less violent", "too slow", "darker and slower": about the last list when there is one."""
        ands = [n for n in run if self._m.tokens[n].norm == "and"]
        parts = [range(i + 1, j) for i, j in pairwise((run.start - 1, *ands, run.stop)) if j > i + 1]
        if len(parts) > 1 and all(self._comparable(part) for part in parts):
            return all([self._compare(part) for part in parts])  # noqa: C419 (each is to be noted)
        return self._compare(run)

    def _comparable(self, run: range) -> bool:
        return self._m.words.concepts.comparative(self._m.tokens[run.start : run.stop]) is not None

    def _compare(self, run: range) -> bool:
        if self._limits(run):
            return False  # "slower, under two hours" says more than "slower"
        measures = self._measured(run) and self._measures(run)
        said = self._m.words.concepts.comparative(self._m.tokens[run.start : run.stop])
        if said is None or self._long(run):
            return measures
        direction, meaning = said
        phrase = self._m.scopes.phrase
        own = [n for n in run if phrase[n] == phrase[run.start + meaning.i]]
        if self._wants_more([n for n in run if n not in own]):
            return False
        past = direction < 0 and any(self._m.tokens[n].norm in ("was", "were") for n in own)  # "it was too slow"
        plain = self._points(run) or any(t.i in run for t in self._m.titles)
        if past or plain or not meaning.wanted:
            return measures
        self._note(run, direction, meaning)
        return True

    def _limits(self, run: range) -> bool:
        """Whether a year or a length is asked for in so many words."""
        relative = [t for t in self._m.tokens if t.norm in MEASURES]
        return any(not any(r.start <= t.start < r.end for t in relative) for r in self._m.stated(run))

    def _long(self, run: range) -> bool:
        """Whether words say too much to be no more than a comparative."""
        content = [n for n in run if self._m.tokens[n].norm not in self._m.words.noise]
        return len(run) > 7 or len(content) > 3 + (self._m.tokens[run.stop - 1].norm == "enough")

    def _wants_more(self, others: Sequence[int]) -> bool:
        """ "Funnier, from China": whether the words outside a comparative's phrase want something too."""
        if self._m.words.concepts.comparative([self._m.tokens[n] for n in others]):
            return True
        return any(self._m.named[n] or any(n == m.i for m in self._m.meanings) for n in others)

    def _points(self, run: range) -> bool:
        """Whether words point at an item of the last list: "the second"."""
        return any(r.i in run and r.how is Pointing.ORDINAL for r in self._m.pointers)

    def _measured(self, run: range) -> bool:
        """Whether "older" and the like are of the last list, not of an item: "like the second but older"."""
        ends = [t.j for t in self._m.titles] + [r.j for r in self._m.pointers]
        of_one = any(self._m.named[n] for n in run) or self._points(run) or run.start in ends
        return bool(self._m.context.shown or self._m.context.focus) and len(run) <= 6 and not of_one

    def _measures(self, run: range) -> bool:
        """Whether the words say in what the last list was too little or too much, and note it: "shorter and newer"."""
        refused = len(run) == 2 and self._m.tokens[run.start].norm == "no"  # "no, older" without its comma
        limits = ("than", "not") if refused else ("than", "no", "not")
        said = [self._m.tokens[n].norm for n in run]
        found = [MEASURES[norm] for norm in said if norm in MEASURES]
        if not found or any(norm in limits for norm in said):
            return False
        start, end = self._m.span(run)
        if refused:
            self._m.say(Kind.INTENT, Intent.NO, start, end)
        for critique in found:
            self._m.say(Kind.CRITIQUE, critique, start, end)
        return True

    def _note(self, run: range, direction: int, meaning: Meaning) -> None:
        """ "More action": a critique of the last list, or a wish where there is none."""
        start, end = self._m.span(run)
        clause = meaning.clause(direction)
        if self._m.context.shown or self._m.context.focus:
            value = Critique.MORE_OF if direction > 0 else Critique.LESS_OF
            self._m.say(Kind.CRITIQUE, value, start, end, polarity=direction, clause=clause)
        elif clause.facets or clause.mood:
            self._m.say(Kind.FACET, clause.label, start, end, polarity=direction, clause=clause)
        if direction > 0 and meaning.wish:
            label = Clause(meaning.label, ())
            self._m.say(Kind.WISH, meaning.wish, start, end, polarity=1, clause=label, confidence=0.8)
