"""Questions about what is in view that are no fixed phrases: about all of a list ("are any of them in French?"), and
those that no catalogue answers ("does the dog die in it?")."""

from __future__ import annotations

from bot.conversation.message import Message
from bot.conversation.references import Pointing
from bot.conversation.statements import COMPARED, UNSAID, Intent, Kind
from recsys.taste import Clause, Range

_OPENS = 4
"""Words within which a question says that it is about the films of the list."""
_LONGEST = 14
"""Words of a question that the catalogue can't answer."""
_IN_IT = frozenset(
    ("in", "of", "about", "does", "did", "do", "has", "have", "will", "can", "with", "during", "after", "many")
)
"""Words one of which a question about a film holds beside its "it": "is it raining?" has none."""


class Inquiries:
    """Reads such questions."""

    def __init__(self, message: Message) -> None:
        self._m = message

    def read(self) -> None:
        """Note the questions about the films of the list, and mark their words as done."""
        for run in self._m.runs(self._m.scopes.sentence):
            if not any(self._m.done[n] for n in run) and self._of_several(run):
                self._m.done[run.start : run.stop] = [True] * len(run)

    def rest(self) -> None:
        """Note a question about a film in view that nothing was read of: it is told that the catalogue doesn't say."""
        targets = self._m.targets(range(len(self._m.tokens)))
        bare = all(s.bare or s.value == Intent.CHAT for s in self._m.out) and not self._m.choices
        if bare and self._asks_of_several():
            self._m.out = []
            self._m.say(Kind.QUESTION, "those", *self._m.span(range(len(self._m.tokens))), confidence=0.6)
            return
        if not (bare and len(targets) == 1 and self._asks_of_a_film()):
            return
        start, end = self._m.span(range(len(self._m.tokens)))
        self._m.out = []
        self._m.say(Kind.QUESTION, UNSAID, start, end, target=targets[0], confidence=0.6)

    def _of_several(self, run: range) -> bool:
        """ "Is any of them in black and white?", "which of these are under two hours?"."""
        asked = self._beyond_several(run)
        if asked is None or self._most(run):
            return False
        what = self._asked_for(asked)
        untold = asked and any(not limit.told for limit in self._m.stated(asked))  # "win the Palme d'Or?"
        if what is None and not untold:
            return False
        clause, limit = (what, None) if isinstance(what, Clause) else (None, what)
        self._m.say(Kind.QUESTION, "those", *self._m.span(run), clause=clause, range=limit)
        return True

    def _asks_of_several(self) -> bool:
        """ "Which of these won at Cannes?": whether the whole message asks of the films on show what nothing tells."""
        tokens, words = self._m.tokens, self._m.words
        asked = self._beyond_several(range(len(tokens)))
        if asked is None or len(tokens) > _LONGEST:
            return False
        rest = [tokens[n].norm for n in asked]
        speaks = not {*words.grammar.speakers, *words.grammar.selves}.isdisjoint(rest)  # "which of these should I see?"
        if speaks or words.ranges.ranks(tokens):
            return False
        return any(norm not in words.noise | words.fillers for norm in rest)

    def _beyond_several(self, run: range) -> range | None:
        """What a question asks of the films on show, behind "which of these"; None where it is no such question."""
        tokens = self._m.tokens[run.start : run.stop]
        opening = next((hit for hit in self._m.words.several.find(tokens) if hit.i < _OPENS), None)
        if opening is None or len(self._m.context.shown) < 2:
            return None
        asks = self._m.asks(run) or tokens[0].norm in self._m.words.grammar.question_words
        return range(run.start + opening.j, run.stop) if asks else None

    def _most(self, run: range) -> bool:
        """Whether the question is which of them is the most so."""
        tokens = self._m.tokens[run.start : run.stop]
        fields = {hit.value for hit in self._m.words.questions.find(tokens)}
        return bool(fields & COMPARED) or self._m.words.concepts.superlative(tokens) is not None

    def _asked_for(self, run: range) -> Clause | Range | None:
        person = next((p for p in self._m.people if p.i in run), None)
        meaning = next((m for m in self._m.meanings if m.i in run and m.wanted and m.wanted[0].facets), None)
        if person or meaning:
            return Clause(person.name, person.facets) if person else Clause(meaning.label, meaning.wanted[0].facets)  # type: ignore[union-attr]
        if not run:
            return None
        start, end = self._m.span(run)
        found = self._m.words.ranges.find(self._m.head, self._m.tokens, self._m.named)
        return next((m.range for m in found if m.told and start <= m.start and m.end <= end), None)

    def _asks_of_a_film(self) -> bool:
        """Whether the whole message asks something of the one film that it points at or names."""
        tokens, words = self._m.tokens, self._m.words
        said = [token.norm for token in tokens]
        whole = range(len(tokens))
        loose = all(r.how is Pointing.FOCUS for r in self._m.pointers) and not self._m.titles
        opens = (
            _IN_IT - {"has", "have"} if loose else _IN_IT - {"has", "have"} | {"is", "was"}
        )  # "is number 2 a remake"
        asks = said[0] in words.grammar.question_words and (self._m.asks(whole) or said[0] in opens)
        if not asks or len(tokens) > _LONGEST or self._m.inverted(len(tokens) - 1):
            return False
        pointed = {n for r in self._m.pointers for n in range(r.i, r.j)}
        small = words.noise | words.fillers | set(words.grammar.question_words)
        content = [n for n in whole if n not in pointed and not self._m.named[n] and said[n] not in small]
        return bool(content) and not (loose and _IN_IT.isdisjoint(said))
