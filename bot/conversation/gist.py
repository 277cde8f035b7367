"""What a message comes to that no rule reads: the kind of its nearest examples, by the sentence encoder.

It decides only where the rules found nothing, or words alone: small talk, praise, "any ideas?", "recommend me a book".
A nearest-neighbour classifier (Cover and Hart 1967) over sentence embeddings needs no training and a few examples.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from importlib import resources
from typing import Final

import numpy as np

from bot.conversation.statements import Critique, Intent, Kind, Reading, Statement
from recsys.encoder import Encoder, Vectors
from recsys.errors import DataError, ModelError

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
    "offtopic": (Kind.INTENT, Intent.CHAT, 0),
    "smalltalk": (Kind.INTENT, Intent.SMALLTALK, 0),
}
NEAREST: Final = 2
"""How many examples of a kind speak for it."""
CLEAR: Final = 0.04
"""How much nearer, in cosine, the kind must be than every other."""
SURE: Final = 0.16
"""How much nearer than others a message must be that the rules made something of."""
VAGUE: Final = 0.14
"""How much farther a wish may be: there is no end of what films can be about."""
LONGEST: Final = 120
"""Letters: who writes more says more than one thing."""


class Gist:
    """Examples by kind. The first message that needs them waits until they are encoded."""

    def __init__(self, encoder: Encoder, examples: Mapping[str, Sequence[str]]) -> None:
        self._encoder = encoder
        self._texts = [text for said in examples.values() for text in said]
        self._kinds = np.array([kind for kind, said in examples.items() for _ in said])

    def load(self) -> None:
        """Encode the examples now. Raises ``ModelError`` when the encoder can't be read."""
        _ = self._known

    @cached_property
    def _known(self) -> tuple[Vectors, float]:
        """The examples' vectors, and how near a message must be: nearer to its kind than half of the examples are to
        another kind, since encoders differ in what cosine "near" is."""
        vectors = self._encoder.encode(self._texts)
        alike = vectors @ vectors.T
        alike[self._kinds[:, None] == self._kinds[None, :]] = -1.0
        return vectors, float(np.median(alike.max(axis=1)))

    def read(self, reading: Reading) -> Reading:
        """The reading, or what its words come to where that says more. Without an encoder it is the reading."""
        if not 0 < len(reading.text.strip()) <= LONGEST or not _open(reading):
            return reading
        try:
            vectors, bar = self._known
        except ModelError:  # whoever needs vectors will say so
            return reading
        near = vectors @ self._encoder.encode([reading.text])[0]
        kinds = {kind: float(np.sort(near[self._kinds == kind])[-NEAREST:].mean()) for kind in np.unique(self._kinds)}
        (best, score), (_, second) = sorted(kinds.items(), key=lambda kind: -kind[1])[:2]
        lost = all(s.value == Intent.CHAT and s.confidence < 1 for s in reading.statements)
        bar += SURE if not lost else -VAGUE if best == WISH else 0.0
        if score < bar or score - second < CLEAR or (best == WISH and not lost):
            return reading
        own = (Kind.WISH, reading.text.strip(" .!?"), 1)
        kind, value, polarity = own if best == WISH else KINDS[best]
        said = Statement(kind, value, polarity, 0, len(reading.text), confidence=max(score, 0.5))
        return replace(reading, statements=(said,))


def _open(reading: Reading) -> bool:
    """Whether the rules found no more than words, or a title that somebody may have meant by a word."""
    said = reading.statements
    return not reading.choices and all(
        (s.kind is Kind.INTENT and s.value in (Intent.CHAT, Intent.WHICH))
        or (s.kind is Kind.WISH and not (s.clause and s.clause.facets))
        or (len(said) == 1 and s.kind is Kind.ITEM and s.value == "mention" and not (s.polarity or s.seen))
        for s in said
    )


def load_examples() -> Mapping[str, Sequence[str]]:
    """The English examples; raises ``DataError`` for a kind that means nothing here."""
    found = tomllib.loads(resources.files("bot.texts").joinpath("gist.en.toml").read_text("utf-8"))
    if unknown := found.keys() - KINDS.keys() - {WISH}:
        raise DataError(f"Kinds of examples in gist.en.toml that mean nothing: {', '.join(sorted(unknown))}.")
    return found
