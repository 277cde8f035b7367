"""What a message comes to that no rule reads: the kind of its nearest examples, by the sentence encoder.

It decides only where the rules found nothing, or words alone: small talk, praise, "any ideas?", "recommend me a book".
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from typing import Final

from bot.conversation.statements import Critique, Intent, Kind, Reading, Statement
from bot.conversation.tokens import EXCLAIMED, norms
from bot.texts import is_chinese
from recsys.encoder import Encoder
from recsys.errors import DataError, ModelError
from recsys.nearest import Nearest

WISH: Final = "wish"
"""The kind of examples that are wishes in words of one's own."""
KINDS: Final[Mapping[str, tuple[Kind, str, int]]] = {
    "recommend": (Kind.INTENT, Intent.RECOMMEND, 0),
    "popular": (Kind.INTENT, Intent.MORE, 0),
    "thanks": (Kind.INTENT, Intent.THANKS, 0),
    "complain": (Kind.INTENT, Intent.COMPLAIN, 0),
    "other": (Kind.CRITIQUE, Critique.OTHER, -1),
    "skip": (Kind.INTENT, Intent.SKIP, 0),
    "help": (Kind.INTENT, Intent.HELP, 0),
    "identity": (Kind.INTENT, Intent.IDENTITY, 0),
    "joke": (Kind.INTENT, Intent.JOKE, 0),
    "cinema": (Kind.INTENT, Intent.CINEMA, 0),
    "offtopic": (Kind.INTENT, Intent.CHAT, 0),
    "smalltalk": (Kind.INTENT, Intent.SMALLTALK, 0),
}
LISTS: Final = frozenset(("recommend", "popular", "other"))
"""Kinds that come to a list: which of them it is need not be clear."""
CLEAR: Final = 0.04
"""How much nearer, in cosine, the kind must be than every other."""
SURE: Final = 0.1
"""How much nearer than others a message must be that the rules made something of."""
VAGUE: Final = 0.14
"""How much farther a wish may be: there is no end of what films can be about."""
_SPOKEN_OF: Final = frozenset(
    ["these", "those", "thats", "nah", "nope", "you", "youre", "your", "u", "ur", "thanks", "thank", "sorry"]
)
"""Words of an answer to us: what holds them describes no film."""
_SPEAKING: Final = frozenset(
    ["i", "im", "ive", "id", "ill", "we", "weve", "my", "it", "its", "that", "thats", "this", "he", "she", "they"]
)
"""Words with which people open who tell of something, and describe no film."""
LONGEST: Final = 120
"""Letters: who writes more says more than one thing."""


class Gist:
    """What the nearest examples say of a message that the rules left open. The first that needs them waits for them."""

    def __init__(self, encoder: Encoder, examples: Mapping[str, Sequence[str]]) -> None:
        self._examples = Nearest(encoder, examples)

    def load(self) -> None:
        """Be ready. Raises ``ModelError`` when the encoder can't be read."""
        self._examples.load()

    def read(self, reading: Reading) -> Reading:
        """The reading, or what its words come to where that says more. Without an encoder it is the reading."""
        words = norms(reading.text)
        telling_words = any(len(word) > 2 or is_chinese(word) for word in words)  # "hm" says nothing
        if not telling_words or len(reading.text.strip()) > LONGEST or not _open(reading):
            return reading
        try:
            (best, score), *others = self._examples.near(reading.text).items()
            bar = self._examples.apart
        except ModelError:  # whoever needs vectors will say so
            return reading
        lost = all(s.value == Intent.CHAT and s.confidence < 1 for s in reading.statements)
        bar += SURE if not lost else -VAGUE if best == WISH else 0.0
        telling = not lost or any(letter.isdigit() for letter in reading.text)  # a number is a limit
        said = [word for word in words if not EXCLAIMED.fullmatch(word)]
        chatting = not said or said[0] in _SPEAKING or not _SPOKEN_OF.isdisjoint(said)
        unread = best == WISH and (telling or chatting)
        second = next(near for kind, near in others if not {best, kind} <= LISTS)
        if score < bar or score - second < CLEAR or unread:
            return reading
        own = (Kind.WISH, reading.text.strip(" .!?"), 1)
        kind, value, polarity = own if best == WISH else KINDS[best]
        found = Statement(kind, value, polarity, 0, len(reading.text), confidence=max(score, 0.5))
        return replace(reading, statements=(found,))


def _open(reading: Reading) -> bool:
    """Whether the rules found no more than words, or a title that somebody may have meant by a word."""
    said = reading.statements
    return not reading.choices and all(
        (s.kind is Kind.INTENT and (s.value == Intent.CHAT or (s.value == Intent.WHICH and s.confidence < 1)))
        or (s.kind is Kind.WISH and s.polarity > 0 and not (s.clause and s.clause.facets))
        or (len(said) == 1 and s.bare)
        for s in said
    )


def load_examples() -> Mapping[str, Sequence[str]]:
    """The English examples; raises ``DataError`` for a kind that means nothing here."""
    found = tomllib.loads(resources.files("bot.texts").joinpath("gist.en.toml").read_text("utf-8"))
    if unknown := found.keys() - KINDS.keys() - {WISH}:
        raise DataError(f"Kinds of examples in gist.en.toml that mean nothing: {', '.join(sorted(unknown))}.")
    return found
