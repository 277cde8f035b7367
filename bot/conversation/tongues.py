"""Whether a message is written in a language that nobody here reads."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from bot.conversation.lexicon import Lexicon
from bot.conversation.tokens import Token

MOST = 0.6
"""The share of words from which on they are not ours."""
FEW = 2
"""So few words may be a title of any language."""
_OURS = ("LATIN", "CJK")


class Tongues:
    """Tells languages without being able to read them: by their small words, and by their letters."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._small, self._greetings = set(lexicon.tongues.words), set(lexicon.tongues.greetings)
        self._known = {*lexicon.common, *lexicon.vocabulary, *lexicon.slang} - self._small

    def foreign(self, text: str, tokens: Sequence[Token]) -> bool:
        """ "Quiero ver algo divertido", "Привет", "hola": but no names, and no slips of the pen."""
        letters = [c for c in text if c.isalpha()]
        strange = sum(not unicodedata.name(c, "").startswith(_OURS) for c in letters)
        if strange > len(letters) / 2:
            return True
        words = {token.norm for token in tokens if token.norm.isalpha()}  # "La La Land" has two
        if words and words <= self._greetings:
            return True
        accented = any(not c.isascii() for c in letters)
        telling = accented or (len(words) > FEW and not words.isdisjoint(self._small))
        return len(words) >= FEW and telling and len(words - self._known) > MOST * len(words)
