"""Titles in free text, typos included.

A candidate is worth the rarity of its words plus the evidence around it (a year, quotes, capitals, a verb such as
"watched", a list of other titles, popularity); common words therefore need evidence and rare ones none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.conversation.lexicon import Lexicon
from bot.conversation.namesakes import meant
from bot.conversation.people import People, PersonMatch
from bot.conversation.spelling import Rarity
from bot.conversation.title_case import ACCEPT, Case, Utterance
from bot.conversation.title_doubts import DOUBTS
from bot.conversation.title_evidence import EVIDENCE
from bot.conversation.title_index import DATED, PART, Candidate, TitleIndex
from bot.conversation.title_words import TitleWords
from bot.conversation.tokens import Token
from recsys.catalogue import Catalogue

_ROUNDS = 4
"""How far along a list one sure title carries."""


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


class Titles:
    """Finds a catalogue's titles."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon, rarity: Rarity, people: People) -> None:
        self.index = TitleIndex(catalogue, rarity, people.names() | lexicon.vocabulary)
        self.words = TitleWords.of(catalogue, lexicon, people.given_names)

    def find(
        self,
        text: str,
        tokens: Sequence[Token],
        people: Sequence[PersonMatch] = (),
        expected: bool = False,
        unknown: Sequence[tuple[int, int]] = (),
    ) -> list[TitleMatch]:
        """Titles in reading order; ``people`` named beside them settle remakes and keep their own words.

        ``expected`` says that the message answers a question about films, so less evidence is needed. ``unknown``:
        where titles stand that the catalogue lacks.
        """
        said = Utterance(self.words, self.index, text, tokens, people, expected)
        said.unknown = unknown
        return Court(said).verdicts()


class Court:
    """Judges the candidates of one message."""

    def __init__(self, said: Utterance) -> None:
        self._said = said

    def verdicts(self) -> list[TitleMatch]:
        """The best readings; more than one round, since a title beside another one is likelier."""
        said, index = self._said, self._said.index
        cases = self._cases(index.candidates(said.tokens))
        self._settle(cases)
        covered = [taken or any(c.of.i <= n < c.of.j for c in said.accepted) for n, taken in enumerate(said.taken)]
        if corrected := self._cases(index.corrected(said.tokens, covered)):
            self._settle(cases + corrected)
        return sorted((self._match(case) for case in said.accepted), key=lambda match: match.start)

    def _cases(self, candidates: Iterable[Candidate]) -> list[Case]:
        return [Case(candidate, self._said) for candidate in candidates]

    def _settle(self, cases: Sequence[Case]) -> None:
        """Hear the cases until those accepted change no more."""
        for _ in range(_ROUNDS):
            before = self._said.accepted
            self._said.accepted = self._choose(cases)
            if self._said.accepted == before:
                return

    def _choose(self, cases: Sequence[Case]) -> list[Case]:
        """The best cases that don't overlap, given those accepted so far."""
        for case in cases:
            _hear(case)
        standing = [case for case in cases if self._stands(case)]
        chosen: list[Case] = []
        for case in sorted(standing, key=_rank, reverse=True):
            if all(case.apart(other) for other in chosen):
                chosen.append(case)
        return chosen

    def _stands(self, case: Case) -> bool:
        """Whether a case is good enough: common words need solid evidence too, and names of people a year."""
        free = case.dated or not all(self._said.taken[case.of.i : case.of.j])
        whole = case.dated or case.of.penalty < DATED
        return free and whole and case.worth >= ACCEPT and (case.solid or not self._common(case))

    def _common(self, case: Case) -> bool:
        """Whether its words may well be said of something else."""
        rarest = max((self._said.index.rarity(t.bare) for t in case.content), default=0.0)
        if case.of.penalty >= PART and rarest < 9:
            return True
        if len(case.content) > 1:
            return rarest < 8.2 and case.of.rarity < 13
        return rarest < 9.3 or not case.of.exact or case.prior < 0.6

    def _match(self, case: Case) -> TitleMatch:
        """The title with its article and all that states its year, and what it means."""
        said, index, i, j = self._said, self._said.index, case.of.i, case.of.j
        if i and case.previous == index.articles[case.rows[0]] and not said.gap(i).strip():
            i -= 1
        while j < len(said.tokens) and said.tokens[j].start < case.end:
            j += 1
        ids = tuple(index.items[row].id for row in meant(case))
        return TitleMatch(ids, said.tokens[i].start, case.end, i, j, case.worth)


def _hear(case: Case) -> None:
    """Weigh a case anew."""
    case.worth, case.solid = case.of.rarity - case.of.penalty, False
    for evidence in (*EVIDENCE, *DOUBTS):
        if (weight := evidence(case)) is not None:
            case.weigh(weight)


def _rank(case: Case) -> float:
    """What decides between overlapping cases: worth, length and how well the film is known."""
    return case.worth + 2.0 * (case.of.j - case.of.i) + 5.0 * case.prior
