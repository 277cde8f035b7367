"""The words of permissions, looked up: what ``permissions`` reads with."""

from __future__ import annotations

from bot.conversation.lexicon import Lexicon
from bot.conversation.tokens import Phrases


class PermissionWords:
    """What says that something may be ("fine", "too", "i dont mind"), need not be, or opens which side of a limit."""

    def __init__(self, lexicon: Lexicon) -> None:
        words = lexicon.permissions
        self.fine, self.too, self.every = set(words.fine), set(words.too), set(words.every)
        self.mind, self.may, self.free, self.needless = (
            Phrases((phrase, True) for phrase in phrases)
            for phrases in (words.mind, words.may, words.free, words.needless)
        )
        self.unneeded = Phrases((phrase, side) for side, phrases in words.unneeded.items() for phrase in phrases)
        self.sides = Phrases((phrase, side) for side, phrases in words.sides.items() for phrase in phrases)
        self.whatever = Phrases((phrase, what) for what, phrases in words.whatever.items() for phrase in phrases)
