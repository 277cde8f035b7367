"""The sentences, clauses and phrases of a message, and what a negation in one of them reaches."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.conversation.stance_words import StanceWords
from bot.conversation.tokens import Token

_FULL_STOP = re.compile(r"[.!?;\n…]|--|\s[-–—]\s|[\U0001F300-\U0001FAFF]")
_COMMA = re.compile(r"[,/()\[\]:–—]")
_JOINING = frozenset(("and", "or", "nor", "plus", "because"))
_ALL = frozenset(("anything", "everything", "nothing", "all"))
_NEGATED = 6
"""Words over which a negation reaches."""


class Clauses:
    """The words of a message, numbered by ``sentence``, ``clause`` (a contrast starts one) and ``phrase`` (a comma or
    "and" starts one).

    ``mentioned`` marks the words of titles and people, which are no cues, ``joined`` those that go on with the name of
    the word before, and ``pointed`` words such as "the second".
    """

    def __init__(
        self,
        words: StanceWords,
        text: str,
        tokens: Sequence[Token],
        mentioned: Sequence[bool],
        joined: Sequence[bool],
        pointed: Sequence[bool],
    ) -> None:
        self.words, self.tokens = words, tokens
        self.mentioned, self.joined, self.pointed = mentioned, joined, pointed
        self.sentence = [0] * len(tokens)
        self.clause = [0] * len(tokens)
        self.phrase = [0] * len(tokens)
        sentence = clause = phrase = 0
        for n in range(1, len(tokens)):
            gap = text[tokens[n - 1].end : tokens[n].start]
            if self._starts_sentence(n, gap):
                sentence, clause, phrase = sentence + 1, clause + 1, phrase + 1
            elif not mentioned[n] and self.contrasts(n):
                clause, phrase = clause + 1, phrase + 1
            elif self._starts_phrase(n, gap):
                phrase += 1
            self.sentence[n], self.clause[n], self.phrase[n] = sentence, clause, phrase

    def _starts_sentence(self, n: int, gap: str) -> bool:
        """Whether a full stop parts two words: none does in "J. Edgar", "7.5" and "Dr. Strangelove"."""
        before = self.tokens[n - 1].norm
        initial = len(before) == 1 and (before.isalpha() or gap == ".")
        short = gap.startswith(".") and (initial or before in self.words.grammar.abbreviations)
        return not self.joined[n] and not short and bool(_FULL_STOP.search(gap))

    def _starts_phrase(self, n: int, gap: str) -> bool:
        joins = self.tokens[n].norm in _JOINING and not self.mentioned[n]
        return not self.joined[n] and (joins or bool(_COMMA.search(gap)))

    def contrasts(self, n: int) -> bool:
        """Whether a word starts a clause that says something else: "but", though not "anything but horror"."""
        norm, before = self.tokens[n].norm, self.tokens[n - 1].norm
        if norm not in self.words.contrast or norm == "except":
            return False
        if norm == "yet":
            return n + 1 < len(self.tokens) and before not in ("seen", "not", "watched")
        return norm != "but" or before not in _ALL

    def negator(self, i: int) -> int | None:
        """Where the negator that turns the word at ``i`` round stands, if one does."""
        for n in range(i - 1, max(-1, i - 1 - _NEGATED), -1):
            if self.clause[n] != self.clause[i]:
                return None
            norm = self.tokens[n].norm
            if norm in self.words.negators and not self.mentioned[n]:
                alone = norm == "no" and (n == 0 or self.phrase[n] != self.phrase[n + 1])
                refuses = norm == "not" and n == 0  # "not that one, I fell asleep"
                return None if (alone or refuses) and self.phrase[n] != self.phrase[i] else n
            if norm not in self.words.between or self.mentioned[n]:
                return None
        return None

    def phrase_of(self, i: int) -> range:
        """The words of the phrase in which the one at ``i`` stands."""
        start = next(n for n in range(len(self.tokens)) if self.phrase[n] == self.phrase[i])
        stop = next((n for n in range(i, len(self.tokens)) if self.phrase[n] != self.phrase[i]), len(self.tokens))
        return range(start, stop)

    def norms(self, run: range) -> list[str]:
        """The folded words of a run."""
        return [t.norm for t in self.tokens[run.start : run.stop]]
