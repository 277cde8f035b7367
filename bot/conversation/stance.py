"""What the words around a mention say of it: liked, disliked, wanted, refused, seen; scoped to its clause."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.clauses import Clauses
from bot.conversation.cues import Cues, FoundCue
from bot.conversation.judgements import Judgement, Judgements
from bot.conversation.stance_words import Cue, Verdict

_WANTING = (Cue.WANT, Cue.INTEND, Cue.HINT, Cue.RESEMBLE)

_IS = ("is", "are")
_AS_FOR = frozenset(("for", "me", "us", "tonight", "today", "please", "then", "so"))
"""What may stand behind "horror is out"."""


@dataclass(frozen=True, slots=True)
class Stance:
    """How the speaker stands to a mention. ``cue`` is None when nothing governs it; ``base`` is the cue that
    governs a resemblance or an exception ("I don't like films like X": resemble, based on dislike); ``start`` is
    where the cue's words begin; ``tentative`` marks a verdict on looks alone ("sounds good"), ``closer`` one in the
    mention's own phrase when the cue stands in another ("I liked X, Y was dull"), ``referred`` one in a later clause
    that takes it up by a pronoun ("but I hate them")."""

    cue: Cue | None
    verdict: Verdict | None
    weight: float
    start: int
    base: Cue | None = None
    refused: bool = False
    tentative: bool = False
    closer: bool = False
    referred: bool = False


class Scopes:
    """How the speaker of one message stands to what is named in it."""

    def __init__(self, clauses: Clauses) -> None:
        self._in, self._words, self._tokens = clauses, clauses.words, clauses.tokens
        self.sentence, self.clause, self.phrase = clauses.sentence, clauses.clause, clauses.phrase
        """The number of the sentence, clause and phrase of every word."""
        self._cues = Cues(clauses)
        self._judgements = Judgements(clauses, self._cues)

    # -- of a mention -----------------------------------------------------------------------------------------

    def about(self, i: int, j: int, close: bool = False) -> Stance:
        """How the speaker stands to what ``tokens[i:j]`` names; ``close`` takes only a verdict by a copula."""
        if i >= len(self._tokens):
            return Stance(None, None, 1.0, 0)
        governing = self._cues.governing(i) or self._cues.closing(j)
        judged = self._judgements.about(j)
        if judged and governing and self._told_apart(governing, judged, i, j):
            judged = None
        referred = bool(judged and self._refers(judged, j))
        if judged and close and not (referred or self._is_close(judged, j)):
            judged = None
        cue = governing.kind if governing else None
        return Stance(
            Cue.DISLIKE if cue is Cue.LIKE and self._denied(i) else cue,
            judged.verdict if judged else None,
            self._weight(i, j, judged),
            self._tokens[governing.i if governing else i].start,
            self._base(governing) if governing else None,
            refused=bool(governing and governing.turned),
            tentative=bool(judged and judged.tentative),
            closer=bool(judged and governing and self._closer(judged, governing, j)),
            referred=referred,
        )

    def _base(self, cue: FoundCue) -> Cue | None:
        """ "I don't like films like X", "I love all but X": the cue that governs a resemblance or an exception."""
        like = self._cues.says_like(cue)
        excepting = self._tokens[cue.i].norm in self._words.grammar.exceptions
        if not (cue.kind is Cue.RESEMBLE or excepting or (cue.turned and like)):
            return None
        outer = self._cues.outer(cue.i)
        return outer.kind if outer else Cue.RESEMBLE if like else None

    def _refers(self, judged: Judgement, j: int) -> bool:
        """Whether a later clause takes a mention up by a pronoun: "but I hate them"."""
        return self.clause[judged.i] != self.clause[j - 1] and self._judgements.takes_object(judged)

    def _is_close(self, judged: Judgement, j: int) -> bool:
        return self._judgements.is_verb_of(judged, j) or self._judgements.is_predicate_of(judged, j)

    def _told_apart(self, governing: FoundCue, judged: Judgement, i: int, j: int) -> bool:
        """ "Seen the first, the others look boring": whether a judgement is about what its own phrase names."""
        phrase = self.phrase
        apart = phrase[judged.i] != phrase[j - 1] and phrase[governing.j - 1] == phrase[i]
        named = any(
            (self._in.mentioned[n] or self._in.pointed[n]) and phrase[n] == phrase[judged.i] for n in range(j, judged.i)
        )
        return governing.kind in (Cue.SEEN, Cue.UNSEEN) and apart and named

    def _closer(self, judged: Judgement, governing: FoundCue, j: int) -> bool:
        """Whether a judgement says more of a mention than its cue: in its own phrase when the cue is in another, or
        the speaker's own after somebody else's: "my kids adore Frozen, I can't stand it"."""
        if self.phrase[judged.i] == self.phrase[j - 1] != self.phrase[governing.j - 1]:
            return True
        speaker = [t.norm for t in self._tokens[max(0, judged.i - 2) : judged.i]]
        others = [t.norm for t in self._tokens[max(0, governing.i - 2) : governing.i]]
        return self._judgements.takes_object(judged) and "i" in speaker and bool(others) and "i" not in others

    def _denied(self, i: int) -> bool:
        """ "Everybody loves Heat but I don't": whether the sentence takes back what it says at ``i``."""
        sentence = [n for n in range(i, len(self._tokens)) if self.sentence[n] == self.sentence[i]]
        turns = [n for n in sentence if self._tokens[n].norm in self._words.contrast]
        tail = self._tokens[turns[-1] + 1 : sentence[-1] + 1] if turns else []
        return bool(tail) and self._words.denials.get(tail) is not None

    def _weight(self, i: int, j: int, judged: Judgement | None) -> float:
        """How strongly something is said: "pretty good", "loved", "absolutely loved"."""
        if judged and judged.hedged:
            return 0.4
        near = {
            t.norm
            for n, t in enumerate(self._tokens)
            if self.clause[n] == self.clause[i] and i - 5 <= n < j + 6 and not self._in.mentioned[n]
        }
        return 1.0 if self._words.intense & near else 0.7

    def ruled_out(self, j: int) -> bool:
        """ "Horror is out", "comedies are off the table tonight": whether what ends before ``tokens[j]`` is not to come
        tonight; "out now" is in cinemas."""
        phrase = self._in.phrase_of(j - 1)
        rest = self._tokens[j : phrase.stop]
        hit = self._words.ruling_out.starting(rest[1:])
        if not hit or rest[0].norm not in _IS or self._in.norms(phrase)[0] in self._words.grammar.question_words:
            return False
        return all(t.norm in _AS_FOR for t in rest[1 + hit.j :])

    # -- of a run of words ------------------------------------------------------------------------------------

    def about_end(self, stop: int | None = None, start: int = 0) -> Stance:
        """The stance at the end of what was said from ``start`` on, as if something named followed: "haven't seen",
        "boring"."""
        end = len(self._tokens) if stop is None else stop

        def counts(found: FoundCue | Judgement) -> bool:
            return start <= found.i and found.j <= end and self.clause[found.i] == self.clause[end - 1]

        cue = next(filter(counts, reversed(self._cues.found)), None)
        judged = next(filter(counts, reversed(self._judgements.found)), None)
        return Stance(
            cue.kind if cue else None,
            judged.verdict if judged else None,
            self._weight(end - 1, end, judged),
            0,
            tentative=bool(judged and judged.tentative),
        )

    def closes(self, stop: int) -> bool:
        """Whether the last word before ``stop`` ends a cue: "really loved"."""
        return any(cue.j == stop for cue in self._cues.found)

    def asks(self, run: range) -> bool:
        """Whether a run of words itself says that something is wanted."""
        return any(cue.i in run and cue.kind in _WANTING for cue in self._cues.found)

    def judges(self, run: range) -> bool:
        """Whether a run of words says how something is: "the acting was amazing"."""
        return any(
            found.i in run[1:] and self._tokens[found.i - 1].norm in self._words.copulas
            for found in self._judgements.found
        )

    def within(self, run: range) -> set[Cue]:
        """The cues that stand in a run of words or govern its last."""
        kinds = {cue.kind for cue in self._cues.found if cue.i in run}
        governing = self._cues.governing(run.stop - 1)
        return kinds | ({governing.kind} if governing else set())
