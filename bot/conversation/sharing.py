"""Links to items: a short code for each, the same wherever a catalogue holds it, that tells nothing of anybody."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cached_property

from recsys.catalogue import Catalogue

_LENGTH = 10
"""Base-32 digits, 50 bits: among a million items two share a code with a chance of 1 in 2,000."""
_OPENED = re.compile(rf"/start rec_([a-z2-7]{{{_LENGTH}}})\s*")


def payload_of(item_id: str) -> str:
    """What follows ``/start`` in a link to an item: at most 64 of ``A-Z a-z 0-9 _ -``."""
    digest = hashlib.sha256(item_id.encode()).digest()
    return f"rec_{base64.b32encode(digest)[:_LENGTH].decode().lower()}"


class Links:
    """Finds the items behind links."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def opened(self, text: str | None) -> str | None:
        """The id of the item whose link somebody opened; None when a message is no such thing."""
        found = _OPENED.fullmatch(text or "")
        return self._items.get(f"rec_{found[1]}") if found else None

    @cached_property
    def _items(self) -> dict[str, str]:
        return {payload_of(item.id): item.id for item in self._catalogue.items}
