"""What the words around a mention say of it: liked, disliked, wanted, refused, seen; scoped to its clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bot.conversation.lexicon import Lexicon
from bot.conversation.ranges import SMALL_NUMBERS
from bot.conversation.tokens import Hit, Phrases, Token, squash

_FULL_STOP = re.compile(r"[.!?;\n…]|--|\s[-–—]\s|[\U0001F300-\U0001FAFF]")
_COMMA = re.compile(r"[,/()\[\]:–—]")


class Cue(StrEnum):
    """How the speaker stands to what a cue governs."""

    LIKE = "like"
    DISLIKE = "dislike"
    WANT = "want"
    INTEND = "intend"
    HINT = "hint"
    AVOID = "avoid"
    SEEN = "seen"
    UNSEEN = "unseen"
    RESEMBLE = "resemble"


class Verdict(StrEnum):
    """What a predicate says of what was named before it."""

    GOOD = "good"
    BAD = "bad"


_OF_OTHERS = frozenset(("reviews", "review", "ratings", "rating", "score", "scores", "press"))
_WHEN = ("last", "week", "night", "weekend", "month", "year", "yesterday", "together", "ages", "ago", "other", "day")
_COUNTED = ("it", "2", "3", "4", "5")
_AGAIN = ("twice", "once", "already", "before", "too", "though", "recently", "times", "many", "really", "a", "the")
_OFTEN = frozenset((*_WHEN, *_AGAIN, *_COUNTED))
"""What may close a phrase behind its verb: "Heat I saw last week"."""

OPINIONS = {Cue.LIKE: 1, Cue.DISLIKE: -1}
"""The polarity of a cue that tells a taste."""

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


class _Cue(NamedTuple):
    i: int
    j: int
    kind: Cue
    turned: bool


class _Judgement(NamedTuple):
    i: int
    j: int
    verdict: Verdict
    hedged: bool
    tentative: bool = False


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


class Stances:
    """The cue words of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        cues = lexicon.cues
        self._cues = Phrases(
            (words, kind)
            for kind, group in (
                (Cue.UNSEEN, cues.unseen),
                (Cue.AVOID, cues.avoid),
                (Cue.DISLIKE, cues.dislike),
                (Cue.INTEND, (*cues.intend, *(f"{will} {act}" for will in cues.will for act in cues.act))),
                (Cue.WANT, cues.want),
                (Cue.LIKE, cues.like),
                (Cue.SEEN, cues.seen),
                (Cue.HINT, cues.hint),
                (Cue.RESEMBLE, cues.resemble),
            )
            for words in group
        )
        self._verdicts = Phrases(
            (words, verdict)
            for verdict, group in ((Verdict.BAD, lexicon.predicates.bad), (Verdict.GOOD, lexicon.predicates.good))
            for words in group
        )
        self.grammar = lexicon.grammar
        negators = lexicon.negators
        self._negators, self._between = set(negators.words), set(negators.between)
        self._contrast, self._copulas = set(negators.contrast), set(negators.copulas)
        self._denials = Phrases((words, True) for words in negators.denials)
        self._thinking = set(negators.thinking)
        self._intense = set(map(squash, negators.intensifiers))
        self._hedges = Phrases((words, True) for words in negators.hedges)

    def of(
        self,
        text: str,
        tokens: Sequence[Token],
        mentioned: Sequence[bool],
        joined: Sequence[bool] = (),
        pointed: Sequence[bool] = (),
    ) -> Scopes:
        """The scopes of one message; ``mentioned`` marks the words of titles and people, which are no cues,
        ``joined`` those that go on with the name of the word before, and ``pointed`` words such as "the second"."""
        none = [False] * len(tokens)
        return Scopes(self, text, tokens, mentioned, joined or none, pointed or none)


class Scopes:
    """The clauses, cues and predicates of one message."""

    def __init__(
        self,
        words: Stances,
        text: str,
        tokens: Sequence[Token],
        mentioned: Sequence[bool],
        joined: Sequence[bool],
        pointed: Sequence[bool],
    ) -> None:
        self._words, self._tokens, self._mentioned, self._joined = words, tokens, mentioned, joined
        self._pointed = pointed
        self.sentence = [0] * len(tokens)
        self.clause = [0] * len(tokens)
        self.phrase = [0] * len(tokens)
        self._divide(text)
        self._cues = self._find_cues()
        self._judgements = self._find_judgements()

    def _divide(self, text: str) -> None:
        """Number sentences, clauses (a contrast starts one) and phrases (a comma or "and" starts one)."""
        sentence = clause = phrase = 0
        for n, token in enumerate(self._tokens):
            if n:
                before = self._tokens[n - 1]
                gap = text[before.end : token.start]
                inside = self._joined[n]
                initial = len(before.norm) == 1 and (before.norm.isalpha() or gap == ".")  # "J. Edgar", "7.5"
                short = gap.startswith(".") and (initial or before.norm in self._words.grammar.abbreviations)
                if not inside and not short and _FULL_STOP.search(gap):
                    sentence, clause, phrase = sentence + 1, clause + 1, phrase + 1
                elif not self._mentioned[n] and self._contrasts(n):
                    clause, phrase = clause + 1, phrase + 1
                elif not inside and (
                    _COMMA.search(gap)
                    or (token.norm in ("and", "or", "nor", "plus", "because") and not self._mentioned[n])
                ):
                    phrase += 1
            self.sentence[n], self.clause[n], self.phrase[n] = sentence, clause, phrase

    def _contrasts(self, n: int) -> bool:
        norm, before = self._tokens[n].norm, self._tokens[n - 1].norm
        if norm not in self._words._contrast:
            return False
        if norm == "but" and before in ("anything", "everything", "nothing", "all"):
            return False
        if norm == "yet" and (n + 1 == len(self._tokens) or before in ("seen", "not", "watched")):
            return False
        return norm != "except"

    def _negated(self, i: int) -> int | None:
        """Where the negator that turns the word at ``i`` round stands, if one does."""
        for n in range(i - 1, max(-1, i - 7), -1):
            if self.clause[n] != self.clause[i]:
                return None
            norm = self._tokens[n].norm
            if norm in self._words._negators and not self._mentioned[n]:
                alone = norm == "no" and (n == 0 or self.phrase[n] != self.phrase[n + 1])
                refuses = norm == "not" and n == 0  # "not that one, I fell asleep"
                if (alone or refuses) and self.phrase[n] != self.phrase[i]:
                    return None
                return n
            if norm not in self._words._between or self._mentioned[n]:
                return None
        return None

    def _find_cues(self) -> list[_Cue]:
        found = []
        for hit in self._words._cues.find(self._tokens, self._mentioned):
            kind, start = hit.value, hit.i
            if self._bounds(hit) or (self._tokens[hit.j - 1].norm == "know" and not self._knows(hit)):
                continue
            if self._tokens[start].norm == "like" and hit.j == hit.i + 1:
                kind = Cue.LIKE if self._is_verb(start) else Cue.RESEMBLE
            negator = None if kind is Cue.AVOID else self._negated(start)
            if negator is not None:
                found.append(_Cue(negator, hit.j, _TURNED[kind], True))
            else:
                found.append(_Cue(start, hit.j, kind, False))
        found = [self._not_seen(n, found) for n in range(len(found))]
        # A bare negation that turns a verb round is part of that verb's cue.
        turned = {cue.i for cue in found if cue.turned}
        return [c for c in found if c.turned or c.kind is not Cue.AVOID or c.i not in turned]

    def _bounds(self, hit: Hit[Cue]) -> bool:
        """ "Less than two hours": whether words of comparison set a limit rather than say how the speaker stands."""
        end = next(
            (n + 1 for n in (hit.j - 1, hit.j) if n < len(self._tokens) and self._tokens[n].norm == "than"), None
        )
        after = self._tokens[end].norm if end and end < len(self._tokens) and not self._mentioned[end] else ""
        return after[:1].isdigit() or after in SMALL_NUMBERS

    def _knows(self, hit: Hit[Cue]) -> bool:
        """ "I know Heat already", "I know all of those": whether films are what is known."""
        phrase = [t.norm for n, t in enumerate(self._tokens) if self.phrase[n] == self.phrase[hit.i]]
        after = self._tokens[hit.j].norm if hit.j < len(self._tokens) and not self._mentioned[hit.j] else ""
        group = after in ("all", "both", "them", "these", "those")
        return "already" in phrase or group or self._tokens[hit.i].norm not in ("i", "we")

    def _not_seen(self, n: int, cues: Sequence[_Cue]) -> _Cue:
        """ "Saw X but not Y" has not seen Y, and does not refuse it."""
        cue, before = cues[n], cues[n - 1] if n else None
        bare = cue.kind is Cue.AVOID and cue.j == cue.i + 1 and self._tokens[cue.i].norm == "not"
        contrasted = bare and cue.i > 0 and self._tokens[cue.i - 1].norm in self._words._contrast
        seen = before is not None and before.kind is Cue.SEEN and self.sentence[before.i] == self.sentence[cue.i]
        return cue._replace(kind=Cue.UNSEEN) if contrasted and seen else cue

    def closes(self, stop: int) -> bool:
        """Whether the last word before ``stop`` ends a cue: "really loved"."""
        return any(cue.j == stop for cue in self._cues)

    def _is_verb(self, n: int) -> bool:
        if n == 0:
            return len(self._tokens) > 1 and self._tokens[1].norm in {*self._words.grammar.objects, "the", "all"}
        before = self._tokens[n - 1].norm
        if before == "not":  # "I do not like X", but "X, not like Y"
            return n > 1 and self._tokens[n - 2].norm in ("do", "does", "did", "would", "really")
        return before in self._words.grammar.subjects and self.sentence[n - 1] == self.sentence[n]

    def _find_judgements(self) -> list[_Judgement]:
        found = []
        for hit in self._words._verdicts.find(self._tokens, self._mentioned):
            if self._asked_in(hit.i):
                continue
            hedged = bool(self._words._hedges.find(self._tokens[max(0, hit.i - 3) : hit.j]))
            negator = self._negated(hit.i)
            if negator is not None and self._tokens[hit.i].norm == "too" and self._tokens[negator].norm == "nothing":
                continue  # "nothing too dark" is a wish
            negated = negator is not None and self._tokens[hit.i].norm != "not"
            turned = negated != self._doubted(hit.i)
            verdict = hit.value
            if turned:
                verdict = Verdict.BAD if verdict is Verdict.GOOD else Verdict.GOOD
            seems = any(t.norm in self._words.grammar.seeming for t in self._tokens[max(0, hit.i - 3) : hit.j])
            seems = seems or any(t.norm in _OF_OTHERS for t in self._tokens[hit.j : hit.j + 1])  # "terrible reviews"
            found.append(_Judgement(hit.i, hit.j, verdict, hedged or (turned and verdict is Verdict.GOOD), seems))
        for cue in self._cues:
            after = self._tokens[cue.j : cue.j + 1]
            if (
                cue.kind in (Cue.LIKE, Cue.DISLIKE)
                and after
                and after[0].norm in self._words.grammar.objects
                and not self._mentioned[cue.j]
            ):
                verdict = Verdict.GOOD if cue.kind is Cue.LIKE else Verdict.BAD
                found.append(_Judgement(cue.i, cue.j + 1, verdict, False))
        return sorted(found)

    def _asked_in(self, i: int) -> bool:
        """ "It's so long, is it worth it": whether the phrase of a verdict asks for it."""
        first = next(n for n in range(len(self._tokens)) if self.phrase[n] == self.phrase[i])
        opening = [t.norm for t in self._tokens[first : first + 2]]
        return opening[:1] in (["is"], ["was"], ["are"]) and opening[-1] in self._words.grammar.pronouns

    def _doubted(self, i: int) -> bool:
        """ "I don't think Heat is any good": whether what is judged at ``i`` is denied before the mention."""
        mentions = [n for n in range(i) if self._mentioned[n] and self.clause[n] == self.clause[i]]
        return bool(mentions) and any(
            self._tokens[n].norm in self._words._negators and self._tokens[n + 1].norm in self._words._thinking
            for n in range(max(0, mentions[0] - 4), mentions[0] - 1)
            if self.clause[n] == self.clause[i]
        )

    def _denied(self, i: int) -> bool:
        """ "Everybody loves Heat but I don't": whether the sentence takes back what it says at ``i``."""
        sentence = [n for n in range(i, len(self._tokens)) if self.sentence[n] == self.sentence[i]]
        turns = [n for n in sentence if self._tokens[n].norm in self._words._contrast]
        tail = self._tokens[turns[-1] + 1 : sentence[-1] + 1] if turns else []
        return bool(tail) and self._words._denials.get(tail) is not None

    def about(self, i: int, j: int, close: bool = False) -> Stance:
        """How the speaker stands to what ``tokens[i:j]`` names; ``close`` takes only a verdict by a copula."""
        if i >= len(self._tokens):
            return Stance(None, None, 1.0, 0)
        governing = self._governing(i) or self._following(j)
        base = None
        refused = governing is not None and governing.turned
        if governing and (
            governing.kind is Cue.RESEMBLE
            or self._tokens[governing.i].norm in self._words.grammar.exceptions
            or (governing.turned and self._says_like(governing))
        ):
            outer = self._governing(governing.i, outer=True)
            base = outer.kind if outer else Cue.RESEMBLE if self._says_like(governing) else None
        judged = self._judged(j)
        if judged and governing and self._told_apart(governing, judged, i, j):
            judged = None
        referred = bool(judged and self.clause[judged.i] != self.clause[j - 1] and self._takes_object(judged))
        if (
            close
            and judged
            and not referred
            and not self._is_verb_phrase(judged, j)
            and not (
                self.phrase[judged.i] == self.phrase[j - 1]
                and any(self._tokens[n].norm in self._words._copulas for n in range(j - 1, judged.i))  # "he's great"
                and not any(self._tokens[n].norm in ("that", "which") for n in range(j, judged.i))
            )
        ):
            judged = None
        verdict = judged.verdict if judged else None
        start = self._tokens[governing.i].start if governing else self._tokens[i].start
        cue = governing.kind if governing else None
        return Stance(
            Cue.DISLIKE if cue is Cue.LIKE and self._denied(i) else cue,
            verdict,
            self._weight(i, j, judged),
            start,
            base,
            refused,
            bool(judged and judged.tentative),
            bool(judged and governing and self._closer(judged, governing, j)),
            referred,
        )

    def _told_apart(self, governing: _Cue, judged: _Judgement, i: int, j: int) -> bool:
        """ "Seen the first, the others look boring": whether a judgement is about what its own phrase names."""
        apart = self.phrase[judged.i] != self.phrase[j - 1] and self.phrase[governing.j - 1] == self.phrase[i]
        named = any(
            (self._mentioned[n] or self._pointed[n]) and self.phrase[n] == self.phrase[judged.i]
            for n in range(j, judged.i)
        )
        return governing.kind in (Cue.SEEN, Cue.UNSEEN) and apart and named

    def _closer(self, judged: _Judgement, governing: _Cue, j: int) -> bool:
        """Whether a judgement says more of a mention than its cue: in its own phrase when the cue is in another, or
        the speaker's own after somebody else's: "my kids adore Frozen, I can't stand it"."""
        if self.phrase[judged.i] == self.phrase[j - 1] != self.phrase[governing.j - 1]:
            return True
        speaker = [t.norm for t in self._tokens[max(0, judged.i - 2) : judged.i]]
        others = [t.norm for t in self._tokens[max(0, governing.i - 2) : governing.i]]
        return self._takes_object(judged) and "i" in speaker and bool(others) and "i" not in others

    def _takes_object(self, judged: _Judgement) -> bool:
        """Whether a judgement is a verb with a pronoun for what it judges: "hate them"."""
        return judged.j - judged.i > 1 and self._tokens[judged.j - 1].norm in self._words.grammar.objects

    def _is_verb_phrase(self, judged: _Judgement, j: int) -> bool:
        """Whether a judgement is the verb of what it stands right behind: "superhero movies bore me"."""
        between = {t.norm for t in self._tokens[j : judged.i]}
        verb = self._tokens[judged.j - 1].norm == "me" or self._tokens[judged.i].norm == "never"
        return verb and judged.j - judged.i > 1 and between <= set(self._words.grammar.film_nouns)

    def asks(self, run: range) -> bool:
        """Whether a run of words itself says that something is wanted."""
        asking = (Cue.WANT, Cue.INTEND, Cue.HINT, Cue.RESEMBLE)
        return any(cue.i in run and cue.kind in asking for cue in self._cues)

    def judges(self, run: range) -> bool:
        """Whether a run of words says how something is: "the acting was amazing"."""
        return any(
            judgement.i in run and self._tokens[judgement.i - 1].norm in self._words._copulas
            for judgement in self._judgements
            if judgement.i > run.start
        )

    def about_end(self, stop: int | None = None, start: int = 0) -> Stance:
        """The stance at the end of what was said from ``start`` on, as if something named followed: "haven't seen",
        "boring"."""
        end = len(self._tokens) if stop is None else stop
        last = end - 1
        cues = [c for c in self._cues if start <= c.i and c.j <= end and self.clause[c.i] == self.clause[last]]
        judged = [v for v in self._judgements if start <= v.i and v.j <= end and self.clause[v.i] == self.clause[last]]
        verdict = judged[-1] if judged else None
        cue = cues[-1].kind if cues else None
        tentative = bool(verdict and verdict.tentative)
        said = verdict.verdict if verdict else None
        return Stance(cue, said, self._weight(last, end, verdict), 0, tentative=tentative)

    def _says_like(self, cue: _Cue) -> bool:
        return cue.kind is Cue.AVOID and cue.j - cue.i <= 3 and self._tokens[cue.j - 1].norm == "like"

    def _governing(self, i: int, outer: bool = False) -> _Cue | None:
        best: _Cue | None = None
        for cue in self._cues:
            if cue.j > i:
                break
            if self.clause[cue.i] != self.clause[i] and self.clause[cue.j - 1] != self.clause[i]:
                continue
            if best is not None and cue.kind is Cue.HINT and self.phrase[cue.i] == self.phrase[best.j - 1]:
                continue
            best = cue
        if best is None or outer:
            return best
        if self.phrase[best.j - 1] != self.phrase[i]:
            bridge = [self._tokens[n].norm for n in range(best.j, i) if self.phrase[n] == self.phrase[i]]
            if best.kind in (Cue.AVOID, Cue.HINT) and not set(bridge) <= set(self._words.grammar.links):
                return None  # past a comma a refusal reaches over a bare list only: "no horror, musicals or war films"
            if best.kind in (Cue.LIKE, Cue.DISLIKE) and self._asks_anew(i):
                return None
            if best.kind is Cue.SEEN and self._tells_story(i):
                return None
        return best

    def _asks_anew(self, i: int) -> bool:
        """Whether a phrase after a comma is a request of its own: "I hate gore, a quiet film please"."""
        phrase = [t.norm for n, t in enumerate(self._tokens) if self.phrase[n] == self.phrase[i]]
        return phrase[0] in ("a", "an") and bool(set(phrase) & set(self._words.grammar.film_nouns))

    def _following(self, j: int) -> _Cue | None:
        """ "The first one I didn't care for": the cue that closes a phrase behind what it governs."""
        if j >= len(self._tokens) or self._tokens[j].norm not in ("i", "ive", "we", "weve"):
            return None
        end = next((n for n in range(j, len(self._tokens)) if self.phrase[n] != self.phrase[j]), len(self._tokens))
        close = end
        while close > j + 1 and self._tokens[close - 1].norm in _OFTEN:
            close -= 1
        near = (cue for cue in self._cues if j <= cue.i <= j + 2 and cue.j in (close, end))
        return next((cue for cue in near if cue.kind in (Cue.LIKE, Cue.DISLIKE, Cue.SEEN, Cue.UNSEEN)), None)

    def _tells_story(self, i: int) -> bool:
        """ "A film I saw years ago, a guy lives in a TV show": whether a phrase says what a film is about."""
        phrase = [n for n in range(len(self._tokens)) if self.phrase[n] == self.phrase[i]]
        opens = self._tokens[phrase[0]].norm in ("a", "an", "about", "where") and not self._mentioned[phrase[0]]
        return opens and len(phrase) > 3 and not any(self._mentioned[n] for n in phrase)

    def within(self, run: range) -> set[Cue]:
        """The cues that stand in a run of words or govern its last."""
        kinds = {cue.kind for cue in self._cues if run.start <= cue.i < run.stop}
        governing = self._governing(run.stop - 1)
        return kinds | ({governing.kind} if governing else set())

    def _judged(self, j: int) -> _Judgement | None:
        """The predicate about a mention that ends at ``j``."""
        last = j - 1
        for judgement in self._judgements:
            if judgement.i < j:
                continue
            between = range(j, judgement.i)
            if self.sentence[judgement.i] != self.sentence[last]:
                return self._judged_next(judgement, last)
            if self.clause[judgement.i] != self.clause[last] and not self._refers(last, judgement):
                return None
            others = [n for n in between if self._mentioned[n] and (n == 0 or not self._mentioned[n - 1] or n == j)]
            cues = [
                c
                for c in self._cues
                if c.i >= j
                and c.j <= judgement.i
                and c.i != judgement.i
                and c.kind is not Cue.HINT
                and c.kind is not Cue.AVOID
            ]
            linked = any(
                self._tokens[n].norm in self._words._copulas or self._tokens[n].norm in self._words.grammar.pronouns
                for n in between
            )
            direct = judgement.i == j or (self.phrase[judgement.i] == self.phrase[last] and judgement.i - j <= 2)
            listed = all(
                self._tokens[n].norm in self._words.grammar.links or self._mentioned[n]
                for n in range(j, (others[-1] + 1) if others else j)
            )
            if others and not listed:
                return None
            refers = self._refers(last, judgement)
            return judgement if (linked or direct or refers) and (not cues or refers) else None
        return None

    def _refers(self, last: int, judgement: _Judgement) -> bool:
        """Whether a pronoun or predicate such as "hated it" carries a judgement back past a contrast."""
        window = self._tokens[max(last + 1, judgement.i - 4) : judgement.j]
        others = any(self._mentioned[last + 1 : judgement.i])
        elliptic = any(
            self._tokens[n].norm in self._words._contrast and self._tokens[n + 1].norm in self._words._copulas
            for n in range(last + 1, judgement.i)
        )
        return not others and (elliptic or any(t.norm in self._words.grammar.pronouns for t in window))

    def _judged_next(self, judgement: _Judgement, last: int) -> _Judgement | None:
        """A following sentence that opens with a pronoun or a judgement still speaks of the mention."""
        if self.sentence[judgement.i] != self.sentence[last] + 1:
            return None
        opening = next(n for n in range(last + 1, len(self._tokens)) if self.sentence[n] == self.sentence[judgement.i])
        head = {t.norm for t in self._tokens[opening : opening + 3]}
        asking = self._tokens[opening].norm in (
            "is",
            "was",
            "are",
            "what",
            "how",
            "do",
            "does",
            "have",
            "can",
            "any",
            "something",
        )
        mentions = any(self._mentioned[last + 1 : judgement.j]) or asking
        speaks = head & {*self._words.grammar.pronouns, *self._words.grammar.seeming}
        return judgement if not mentions and speaks and judgement.i - opening <= 7 else None

    def _weight(self, i: int, j: int, judged: _Judgement | None) -> float:
        if judged and judged.hedged:
            return 0.4
        near = [
            t.norm
            for n, t in enumerate(self._tokens)
            if self.clause[n] == self.clause[i] and i - 5 <= n < j + 6 and not self._mentioned[n]
        ]
        return 1.0 if self._words._intense & set(near) else 0.7
