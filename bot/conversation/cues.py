"""The cues of a message ("I love", "no", "seen", "like"), and which of them governs a mention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.conversation.clauses import Clauses
from bot.conversation.ranges import SMALL_NUMBERS
from bot.conversation.stance_words import OPINIONS, Cue
from bot.conversation.tokens import Hit

_TURNED = {
    Cue.LIKE: Cue.DISLIKE,
    Cue.DISLIKE: Cue.LIKE,
    Cue.WANT: Cue.AVOID,
    Cue.INTEND: Cue.AVOID,
    Cue.HINT: Cue.AVOID,
    Cue.AVOID: Cue.AVOID,
    Cue.SEEN: Cue.UNSEEN,
    Cue.UNSEEN: Cue.UNSEEN,
    Cue.RESEMBLE: Cue.AVOID,
}

_WHEN = ("last", "week", "night", "weekend", "month", "year", "yesterday", "together", "ages", "ago", "other", "day")
_COUNTED = ("it", "2", "3", "4", "5")
_AGAIN = ("twice", "once", "already", "before", "too", "though", "recently", "times", "many", "really", "a", "the")
_OFTEN = frozenset((*_WHEN, *_AGAIN, *_COUNTED))
"""What may close a phrase behind its verb: "Heat I saw last week"."""
REACH = 3
"""Words before the verb that closes a phrase: "the third we have it seen"."""
_KNOWN = frozenset(("all", "both", "them", "these", "those"))
_JOINING = frozenset(("or", "nor", "and"))
_POLITE = frozenset(("please", "thanks", "tonight"))
_SPEAKERS = frozenset(("i", "ive", "we", "weve"))


class FoundCue(NamedTuple):
    """A cue at ``tokens[i:j]``; a negator before it has ``turned`` it round."""

    i: int
    j: int
    kind: Cue
    turned: bool


class Cues:
    """The cues of one message, in reading order."""

    def __init__(self, clauses: Clauses) -> None:
        self._in, self._tokens, self._words = clauses, clauses.tokens, clauses.words
        self.found = self._find()

    # -- the scan ---------------------------------------------------------------------------------------------

    def _find(self) -> Sequence[FoundCue]:
        hits = self._words.cues.find(self._tokens, self._in.mentioned)
        hits = [hit for hit in hits if not self._words.correcting.starting(self._tokens[hit.i :])]  # "no wait, the 90s"
        read = [self._read(hit) for hit in hits if not (self._bounds(hit) or self._knows_nothing(hit))]
        found = [self._not_seen(cue, before) for before, cue in zip([None, *read], read, strict=False)]
        # A bare negation that turns a verb round is part of that verb's cue.
        turned = {cue.i for cue in found if cue.turned}
        return [c for c in found if c.turned or c.kind is not Cue.AVOID or c.i not in turned]

    def _read(self, hit: Hit[Cue]) -> FoundCue:
        kind = hit.value
        if self._tokens[hit.i].norm == "like" and hit.j == hit.i + 1:
            kind = Cue.LIKE if self._is_verb(hit.i) else Cue.RESEMBLE
        negator = None if kind is Cue.AVOID else self._in.negator(hit.i)
        if negator is None:
            return FoundCue(hit.i, hit.j, kind, False)
        return FoundCue(negator, hit.j, _TURNED[kind], True)

    def _bounds(self, hit: Hit[Cue]) -> bool:
        """ "Less than two hours": whether words of comparison set a limit rather than say how the speaker stands."""
        than = (n + 1 for n in (hit.j - 1, hit.j) if n < len(self._tokens) and self._tokens[n].norm == "than")
        end = next(than, None)
        after = self._behind(end) if end else ""
        return after[:1].isdigit() or after in SMALL_NUMBERS

    def _knows_nothing(self, hit: Hit[Cue]) -> bool:
        """ "I know": whether it isn't films that are known, as in "I know Heat already" and "I know all of those"."""
        if self._tokens[hit.j - 1].norm != "know":
            return False
        already = "already" in self._in.norms(self._in.phrase_of(hit.i))
        speaks = self._tokens[hit.i].norm in ("i", "we")
        return speaks and not already and self._behind(hit.j) not in _KNOWN

    def _behind(self, n: int) -> str:
        """The word at ``n``, if there is one and no name has it."""
        return self._tokens[n].norm if n < len(self._tokens) and not self._in.mentioned[n] else ""

    def _not_seen(self, cue: FoundCue, before: FoundCue | None) -> FoundCue:
        """ "Saw X but not Y" has not seen Y, and does not refuse it."""
        bare = cue.kind is Cue.AVOID and cue.j == cue.i + 1 and self._tokens[cue.i].norm == "not"
        contrasted = bare and cue.i > 0 and self._tokens[cue.i - 1].norm in self._words.contrast
        sentence = self._in.sentence
        seen = before is not None and before.kind is Cue.SEEN and sentence[before.i] == sentence[cue.i]
        return cue._replace(kind=Cue.UNSEEN) if contrasted and seen else cue

    def _is_verb(self, n: int) -> bool:
        """Whether a "like" is what somebody does: "I like", not "films like"."""
        grammar = self._words.grammar
        if n == 0:  # "like all of those", but "like The Matrix"
            named = any(self._in.mentioned[1:2])
            return len(self._tokens) > 1 and not named and self._tokens[1].norm in {*grammar.objects, "the", "all"}
        before = self._tokens[n - 1].norm
        if before == "not":  # "I do not like X", but "X, not like Y"
            return n > 1 and self._tokens[n - 2].norm in ("do", "does", "did", "would", "really")
        return before in grammar.subjects and self._in.sentence[n - 1] == self._in.sentence[n]

    # -- what a cue governs -----------------------------------------------------------------------------------

    def governing(self, i: int) -> FoundCue | None:
        """The cue before ``tokens[i]`` that governs it, in its clause and its phrase or reaching over a comma."""
        cue = self.outer(i)
        phrase = self._in.phrase
        if cue is None or phrase[cue.j - 1] == phrase[i]:
            return cue
        bridge = {self._tokens[n].norm for n in range(cue.j, i) if phrase[n] == phrase[i]}
        if cue.kind in (Cue.AVOID, Cue.HINT) and not bridge <= set(self._words.grammar.links):
            return None  # past a comma a refusal reaches over a bare list only: "no horror, musicals or war films"
        if cue.kind is Cue.AVOID and not self._lists_on(cue, i):
            return None
        if cue.kind in OPINIONS and self._asks_anew(i):
            return None
        return None if cue.kind is Cue.SEEN and self._tells_story(i) else cue

    def _lists_on(self, cue: FoundCue, i: int) -> bool:
        """Whether what stands behind a comma is one more of a list that a cue governs, "no horror, musicals or war
        films", rather than what is wanted after all: "not too long, funny", "no zombies or vampires, 90s action"."""
        phrase, sentence = self._in.phrase, self._in.sentence
        first, here = self._in.phrase_of(cue.j - 1).stop, self._in.phrase_of(i)
        before = self._in.norms(range(cue.j, here.start))  # an "or" has closed the list
        rest = [n for n in range(first, len(self._tokens)) if sentence[n] == sentence[i]]
        several = len({phrase[n] for n in rest if self._tokens[n].norm not in _POLITE}) > 1
        plural = self._tokens[here.stop - 1].norm.endswith("s")
        joined = any(self._tokens[n].norm in _JOINING for n in rest if n >= here.start)
        return _JOINING.isdisjoint(before) and (several or plural or joined or self._in.mentioned[i])

    def outer(self, i: int) -> FoundCue | None:
        """The last cue before ``tokens[i]`` in its clause; a hint gives way to another one in its phrase."""
        clause, phrase = self._in.clause, self._in.phrase
        best: FoundCue | None = None
        for cue in self.found:
            if cue.j > i:
                break
            if clause[i] not in (clause[cue.i], clause[cue.j - 1]):
                continue
            if best is None or cue.kind is not Cue.HINT or phrase[cue.i] != phrase[best.j - 1]:
                best = cue
        return best

    def _asks_anew(self, i: int) -> bool:
        """Whether a phrase after a comma is a request of its own: "I hate gore, a quiet film please"."""
        phrase = self._in.norms(self._in.phrase_of(i))
        return phrase[0] in ("a", "an") and bool(set(phrase) & set(self._words.grammar.film_nouns))

    def _tells_story(self, i: int) -> bool:
        """ "A film I saw years ago, a guy lives in a TV show": whether a phrase says what a film is about."""
        phrase = self._in.phrase_of(i)
        opens = self._tokens[phrase.start].norm in ("a", "an", "about", "where")
        return opens and len(phrase) > 3 and not any(self._in.mentioned[n] for n in phrase)

    def closing(self, j: int) -> FoundCue | None:
        """ "The first one I didn't care for": the cue that closes a phrase from ``tokens[j]`` on, behind what it
        governs."""
        if j >= len(self._tokens) or self._tokens[j].norm not in _SPEAKERS:
            return None
        close = end = self._in.phrase_of(j).stop
        while close > j + 1 and self._tokens[close - 1].norm in _OFTEN:
            close -= 1
        near = (cue for cue in self.found if j <= cue.i <= j + REACH and cue.j in (close, end))
        return next((cue for cue in near if cue.kind in (*OPINIONS, Cue.SEEN, Cue.UNSEEN)), None)

    def says_like(self, cue: FoundCue) -> bool:
        """ "Nothing like", "not like": whether a refusal is of what is alike."""
        return cue.kind is Cue.AVOID and cue.j - cue.i <= 3 and self._tokens[cue.j - 1].norm == "like"
