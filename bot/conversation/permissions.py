"""What may be, and what need not be: "older ones are fine too", "any language", "it doesn't have to be funny"."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.message import Message
from bot.conversation.statements import Kind
from recsys.taste import Clause, Range

ANY = "any"
"""The value of a permission that opens a quantity, or languages and countries, to both sides."""
SIDES = {
    "older": "year",
    "newer": "year",
    "shorter": "runtime",
    "longer": "runtime",
}
"""Which quantity a comparative opens to one side."""
OPEN = {name: Range(name, None, None, ANY) for name in ("year", "runtime")}


class Permissions:
    """Reads the phrases of a message that open a wish rather than narrow it, and marks their words as done."""

    def __init__(self, message: Message) -> None:
        self._m = message
        self._words = message.words.permissions

    def read(self) -> None:
        """Note what each phrase allows."""
        for run in self._m.runs(self._m.scopes.phrase):
            if not any(self._m.named[n] for n in run) and not self._m.asks(run) and self._note(run):
                self._m.done[run.start : run.stop] = [True] * len(run)

    def _note(self, run: range) -> bool:
        tokens = self._m.tokens[run.start : run.stop]
        said = [token.norm for token in tokens]
        start, end = self._m.span(run)
        if needless := self._words.needless.find(tokens):
            return self._released(range(run.start + needless[-1].j, run.stop))
        minded, free = self._words.mind.find(tokens), self._words.free.find(tokens)
        if not (minded or free) and not self._m.words.negators.isdisjoint(said):
            return False
        whatever, side = self._words.whatever.find(tokens), self._words.sides.find(tokens)
        fine = any(self._is_fine(said, hit.i) for hit in (*whatever[:1], *side[:1]))
        alone = bool(whatever) and all(norm in self._m.words.fillers for norm in said[whatever[0].j :])
        if whatever and (fine or free or minded or (alone and said[0] in self._words.every)):
            what = whatever[0].value
            limit = OPEN.get(what)
            clause = None if limit else Clause(what, ())
            self._m.say(Kind.ALLOW, ANY, start, end, polarity=1, range=limit, clause=clause, confidence=0.8)
            return True
        may = any(hit.j > hit.i + 1 for hit in self._words.may.find(tokens))  # "maybe" is one word
        if side and (fine or minded or may):
            name = SIDES[side[0].value]
            self._m.say(Kind.ALLOW, side[0].value, start, end, polarity=1, range=OPEN[name], confidence=0.8)
            return True
        return not self._words.too.isdisjoint(said) and self._also(run)

    def _is_fine(self, said: Sequence[str], i: int) -> bool:
        """Whether what stands at ``i`` is fine: "older ones are fine", "fine if it's older", but no "good old film"."""
        fine = [n for n, norm in enumerate(said) if norm in self._words.fine]
        copulas = self._m.words.lexicon.negators.copulas
        return any((n > i and said[n - 1] in copulas) or (n < i and "if" in said[n + 1 : n + 2]) for n in fine)

    def _released(self, run: range) -> bool:
        """What the words behind "it doesn't have to be" need not be; "not just funny but clever" is to be both."""
        start, end = self._m.span(run) if run else (0, 0)
        sentence = self._m.sentence(run.start) if run else run
        if any(self._m.tokens[n].norm in self._m.words.lexicon.negators.contrast for n in sentence):
            return False
        released = [m for m in self._m.meanings if m.i in run and m.wanted]
        for meaning in released:
            clause = meaning.clause(1)
            self._m.say(Kind.ALLOW, clause.label, start, end, polarity=-1, clause=clause, confidence=0.8)
        side = self._words.unneeded.find(self._m.tokens[run.start : run.stop])
        if side and not released:
            name = SIDES[side[0].value]
            self._m.say(Kind.ALLOW, side[0].value, start, end, polarity=1, range=OPEN[name], confidence=0.8)
        return bool(released or side)

    def _also(self, run: range) -> bool:
        """ "Horror is ok too", "the 90s are fine as well", "a bit of violence is fine"."""
        start, end = self._m.span(run)
        said = [self._m.tokens[n].norm for n in run]
        meanings = [m for m in self._m.meanings if m.i in run and m.wanted and not m.flipped]
        meanings = [m for m in meanings if self._is_fine(said, m.i - run.start)]
        limits = [limit.range for limit in self._m.stated(run)] if self._is_fine(said, 0) else []
        for meaning in meanings:
            clause = meaning.clause(-1)
            self._m.say(Kind.ALLOW, clause.label, start, end, polarity=1, clause=clause, confidence=0.8)
        for limit in limits:
            self._m.say(Kind.ALLOW, limit.label, start, end, polarity=1, range=limit, confidence=0.8)
        return bool(meanings or limits)
