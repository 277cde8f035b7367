"""The judgements of a message ("was great", "bored me"), and which of them is about a mention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.conversation.clauses import Clauses
from bot.conversation.cues import Cues, FoundCue
from bot.conversation.stance_words import OPINIONS, Cue, Verdict
from bot.conversation.tokens import Hit

_OF_OTHERS = frozenset(("reviews", "review", "ratings", "rating", "score", "scores", "press"))
_ASKING = frozenset(("is", "was", "are", "what", "how", "do", "does", "have", "can", "any", "something"))


class Judgement(NamedTuple):
    """A predicate at ``tokens[i:j]``: ``hedged`` ("pretty good"), or ``tentative``, on looks alone ("looks good")."""

    i: int
    j: int
    verdict: Verdict
    hedged: bool
    tentative: bool = False


class Judgements:
    """The judgements of one message, in reading order."""

    def __init__(self, clauses: Clauses, cues: Cues) -> None:
        self._in, self._cues = clauses, cues
        self._tokens, self._words = clauses.tokens, clauses.words
        hits = self._words.verdicts.find(self._tokens, clauses.mentioned)
        predicates = [found for hit in hits if (found := self._read(hit)) is not None]
        verbs = [found for cue in cues.found if (found := self._felt(cue)) is not None]
        self.found: Sequence[Judgement] = sorted([*predicates, *verbs])

    # -- the scan ---------------------------------------------------------------------------------------------

    def _read(self, hit: Hit[Verdict]) -> Judgement | None:
        """What a predicate says, negations and doubts counted, unless it asks or wishes."""
        first = self._tokens[hit.i].norm
        negator = self._in.negator(hit.i)
        wishes = negator is not None and first == "too" and self._tokens[negator].norm == "nothing"
        if self._asked_in(hit.i) or wishes:  # "nothing too dark"
            return None
        turned = (negator is not None and first != "not") != self._doubted(hit.i)
        verdict = _other(hit.value) if turned else hit.value
        near = self._tokens[max(0, hit.i - 3) : hit.j]
        hedged = bool(self._words.hedges.find(near)) or (turned and verdict is Verdict.GOOD)
        seems = any(t.norm in self._words.grammar.seeming for t in near)
        seems = seems or any(t.norm in _OF_OTHERS for t in self._tokens[hit.j : hit.j + 1])  # "terrible reviews"
        return Judgement(hit.i, hit.j, verdict, hedged, seems)

    def _felt(self, cue: FoundCue) -> Judgement | None:
        """ "Hated it": a cue of taste with a pronoun for what it judges."""
        taken = cue.j < len(self._tokens) and not self._in.mentioned[cue.j]
        if cue.kind not in OPINIONS or not taken or self._tokens[cue.j].norm not in self._words.grammar.objects:
            return None
        return Judgement(cue.i, cue.j + 1, Verdict.GOOD if cue.kind is Cue.LIKE else Verdict.BAD, False)

    def _asked_in(self, i: int) -> bool:
        """ "It's so long, is it worth it": whether the phrase of a verdict asks for it."""
        start = self._in.phrase_of(i).start
        opening = self._in.norms(range(start, start + 2))
        return opening[:1] in (["is"], ["was"], ["are"]) and opening[-1] in self._words.grammar.pronouns

    def _doubted(self, i: int) -> bool:
        """ "I don't think Heat is any good": whether what is judged at ``i`` is denied before the mention."""
        clause = self._in.clause
        first = next((n for n in range(i) if self._in.mentioned[n] and clause[n] == clause[i]), 0)
        return any(
            self._tokens[n].norm in self._words.negators and self._tokens[n + 1].norm in self._words.thinking
            for n in range(max(0, first - 4), first - 1)
            if clause[n] == clause[i]
        )

    # -- what a judgement is about ----------------------------------------------------------------------------

    def about(self, j: int) -> Judgement | None:
        """The predicate about a mention that ends at ``j``."""
        judgement = next((found for found in self.found if found.i >= j), None)
        if judgement is None:
            return None
        if self._in.sentence[judgement.i] != self._in.sentence[j - 1]:
            return judgement if self._opens_next(judgement, j) else None
        refers = self._refers(judgement, j)
        if (self._in.clause[judgement.i] != self._in.clause[j - 1] and not refers) or self._of_another(judgement, j):
            return None
        linked = refers or self._linked(judgement, j)
        return judgement if linked and (refers or not self._cued(judgement, j)) else None

    def _of_another(self, judgement: Judgement, j: int) -> bool:
        """Whether something else is named in between, and not in one list with the mention."""
        mentioned = self._in.mentioned
        others = [n for n in range(j, judgement.i) if mentioned[n] and (n == j or not mentioned[n - 1])]
        links = self._words.grammar.links
        return any(
            self._tokens[n].norm not in links and not mentioned[n] for n in range(j, others[-1] + 1 if others else j)
        )

    def _linked(self, judgement: Judgement, j: int) -> bool:
        """ "Heat was great", "a great film": whether a verb or a pronoun leads from a mention to its judgement, or
        hardly anything parts them."""
        leading = {*self._words.copulas, *self._words.grammar.pronouns}
        near = self._in.phrase[judgement.i] == self._in.phrase[j - 1] and judgement.i - j <= 2
        return near or judgement.i == j or any(self._tokens[n].norm in leading for n in range(j, judgement.i))

    def _cued(self, judgement: Judgement, j: int) -> bool:
        """Whether a cue in between starts to speak of something else."""
        return any(
            j <= cue.i != judgement.i and cue.j <= judgement.i and cue.kind not in (Cue.HINT, Cue.AVOID)
            for cue in self._cues.found
        )

    def _refers(self, judgement: Judgement, j: int) -> bool:
        """Whether a pronoun or predicate such as "hated it" carries a judgement back past a contrast."""
        window = self._tokens[max(j, judgement.i - 4) : judgement.j]
        elliptic = any(
            self._tokens[n].norm in self._words.contrast and self._tokens[n + 1].norm in self._words.copulas
            for n in range(j, judgement.i)
        )
        others = any(self._in.mentioned[j : judgement.i])
        return not others and (elliptic or any(t.norm in self._words.grammar.pronouns for t in window))

    def _opens_next(self, judgement: Judgement, j: int) -> bool:
        """Whether the next sentence opens with a pronoun or a judgement, and so still speaks of the mention."""
        sentence = self._in.sentence
        if sentence[judgement.i] != sentence[j - 1] + 1:
            return False
        opening = next(n for n in range(j, len(self._tokens)) if sentence[n] == sentence[judgement.i])
        asks = self._tokens[opening].norm in _ASKING
        head = {t.norm for t in self._tokens[opening : opening + 3]}
        speaks = head & {*self._words.grammar.pronouns, *self._words.grammar.seeming}
        others = any(self._in.mentioned[j : judgement.j])
        return bool(speaks) and not (others or asks) and judgement.i - opening <= 7

    # -- what kind of judgement it is -------------------------------------------------------------------------

    def takes_object(self, judged: Judgement) -> bool:
        """Whether a judgement is a verb with a pronoun for what it judges: "hate them"."""
        return judged.j - judged.i > 1 and self._tokens[judged.j - 1].norm in self._words.grammar.objects

    def is_verb_of(self, judged: Judgement, j: int) -> bool:
        """Whether a judgement is the verb of what it stands right behind: "superhero movies bore me"."""
        between = {t.norm for t in self._tokens[j : judged.i]}
        verb = self._tokens[judged.j - 1].norm == "me" or self._tokens[judged.i].norm == "never"
        return verb and judged.j - judged.i > 1 and between <= set(self._words.grammar.film_nouns)

    def is_predicate_of(self, judged: Judgement, j: int) -> bool:
        """ "He's great": whether a judgement follows a mention in its phrase by a copula, no relative clause's."""
        between = self._tokens[j - 1 : judged.i]
        copula = any(t.norm in self._words.copulas for t in between)
        relative = any(t.norm in ("that", "which") for t in between[1:])
        return self._in.phrase[judged.i] == self._in.phrase[j - 1] and copula and not relative


def _other(verdict: Verdict) -> Verdict:
    return Verdict.BAD if verdict is Verdict.GOOD else Verdict.GOOD
