"""What a button says when it is pressed: ``1.<verb>.<turn>.<slot>``, ASCII, well under Telegram's 64 bytes.

The item itself is looked up by turn and slot, so that a forged press can only name what this person was shown.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

VERSION = "1"


class Verb(StrEnum):
    """What pressing means."""

    LIKE = "like"
    DISLIKE = "dislike"
    SEEN = "seen"
    SAVE = "save"
    UNSAVE = "unsave"
    MORE = "more"  # like this item
    WHY = "why"
    LOVED = "loved"  # an answer to "which of these did you love?"
    MEANT = "meant"  # an answer to "which one do you mean?"
    SAY = "say"  # as if the text of option number `slot` was typed
    FORGET = "forget"  # what key number `slot` of its turn names counts no longer
    PAGE = "page"  # the next lines of the profile
    SAVED = "saved"  # page number `slot` of the watchlist, from 0
    NEXT = "next"  # another list
    SURPRISE = "surprise"
    NONE = "none"
    RECOMMEND = "recommend"
    CLEAR = "clear"  # take an opinion of this item back
    ERASE = "erase"  # yes, forget me
    KEEP = "keep"  # no, do not
    JOIN = "join"  # those who watch together
    SPEAK = "speak"  # language number `slot`
    STALE = "stale"  # never sent: what an unknown or outdated press is taken for


class Press(NamedTuple):
    """A pressed button: of which turn's message, and which of its slots (0: of the whole message)."""

    verb: Verb
    turn_id: str
    slot: int = 0

    def __str__(self) -> str:
        return f"{VERSION}.{self.verb}.{self.turn_id}.{self.slot}"


def parse_press(data: str) -> Press | None:
    """The press behind callback data; ``None`` for anything that we did not write."""
    match = re.fullmatch(rf"{VERSION}\.([a-z]+)\.([0-9A-Z]{{13}})\.(\d{{1,3}})", data)
    if not match or match[1] not in set(Verb):
        return None
    return Press(Verb(match[1]), match[2], int(match[3]))
