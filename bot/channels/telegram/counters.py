"""Which number a message may have that Telegram took from us without our hearing of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WINDOW = 20
"""How many numbers are looked at: those of other chats' messages that we have not heard of yet are among them."""
_LATELY = 1000
_GREATEST = 2**31 - 1
_SUPERGROUPS = -1_000_000_000_000


class Counters:
    """How far Telegram's counters of messages have come, as far as we were told.

    All private chats and small groups count on one counter of the bot's own, what people write included; a supergroup
    has a counter to itself. https://docs.pyrogram.org/topics/message-identifiers
    """

    def __init__(self) -> None:
        self._latest: dict[str, int] = {}
        self._seen: dict[tuple[str, int], None] = {}

    def saw(self, chat_id: str, number: int) -> None:
        """Somebody's message in this chat has this number."""
        if 0 < number <= _GREATEST:
            counter = _counter(chat_id)
            self._latest[counter] = max(number, self._latest.get(counter, 0))
            self._seen[counter, number] = None
            if len(self._seen) > _LATELY:
                del self._seen[next(iter(self._seen))]

    def heard(self, update: Mapping[str, Any]) -> None:
        """An update came, which may bring a message. A press names a message as well: that one is ours, and perhaps the
        very one that we look for."""
        message = update.get("message")
        chat = message.get("chat") if isinstance(message, dict) else None
        if isinstance(message, dict) and isinstance(chat, dict):
            number, chat_id = message.get("message_id"), chat.get("id")
            if type(number) is int and type(chat_id) is int:
                self.saw(str(chat_id), number)

    def latest(self, chat_id: str) -> int:
        """The greatest number that we know of on this chat's counter; 0 when we know none."""
        return self._latest.get(_counter(chat_id), 0)

    def unknown(self, chat_id: str, since: int) -> list[int]:
        """The first numbers after ``since`` of which we don't know whose they are."""
        counter, found = _counter(chat_id), list[int]()
        number = since
        while len(found) < WINDOW:
            number += 1
            if (counter, number) not in self._seen:
                found.append(number)
        return found


def _counter(chat_id: str) -> str:
    """A supergroup's id tells that it is one: it begins with -100 and ten digits follow."""
    return chat_id if chat_id.startswith("-") and int(chat_id) <= _SUPERGROUPS else ""
