"""Replies -> Telegram messages. Whatever people, catalogues or models wrote goes through ``html.escape``."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from math import ceil
from typing import Any

from bot.conversation.reply import Button, Card, Explanation, Reply

TEXT_UNITS = 4096
"""Telegram's limit for one message, in UTF-16 units of the text without its markup."""
NOTICE_UNITS = 200
"""Telegram's limit for the short text that answers a button press."""
ROW_BUTTONS = 3
ROW_LETTERS = 36
"""A phone shows about this many letters in one row of equally wide buttons."""

_SENTENCE = re.compile(r"[.!?…]['\")\]]*\s+|\n+")


def messages(reply: Reply, *, notice_shown: bool = True) -> list[dict[str, Any]]:
    """A reply's messages in order: text, each card with its buttons, the question with its own.

    Args:
        reply: What to say. Its buttons go below the last message, after a card's own if that is a card.
        notice_shown: Whether the notice went out as the answer to a button press; if not, and the reply says
            nothing else, it becomes a message.

    Returns:
        Outbox payloads ``{"text": html, "keyboard": rows of [label, press], "silent": bool}``, the first with the
        reply's picture as ``"photo"`` (base64 PNG) if it has one. Only the first makes the phone ring.
    """
    text = reply.text
    if not (text or reply.cards or reply.question or notice_shown):
        text = reply.notice or ""
    found = [_message(escape(part)) for part in split(text)]
    found += [_message(_card(card), card.buttons) for card in reply.cards]
    found += [_message(escape(part)) for part in split(reply.question or "")]
    if found:
        found[-1]["keyboard"] += rows(reply.buttons)
    if reply.picture and found:
        found[0]["photo"] = b64encode(reply.picture).decode()
    for later in found[1:]:
        later["silent"] = True
    return found


def explanation(reply: Reply, words: Explanation) -> list[dict[str, Any]]:
    """The message that says more about one of a reply's items, under its title."""
    title = next((_title(card) + "\n" for card in reply.cards if card.item_id == words.item_id), "")
    parts = [escape(part) for part in split(words.text, TEXT_UNITS - units(title))]
    return [{**_message((title if not n else "") + part), "silent": True} for n, part in enumerate(parts)]


def plain(text: str) -> list[dict[str, Any]]:
    """Messages that say a text, and nothing else."""
    return [_message(escape(part)) for part in split(text)]


def units(text: str) -> int:
    """A text's length as Telegram counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, limit: int) -> str:
    """A text of at most ``limit`` units; what is cut off ends in an ellipsis."""
    return text if units(text) <= limit else text[: _prefix(text, limit - 1)].rstrip() + "…"


def split(text: str, limit: int = TEXT_UNITS) -> Iterator[str]:
    """Parts of at most ``limit`` units that are cut between sentences, else between words, else anywhere."""
    rest = text.strip()
    while units(rest) > limit:
        end = _prefix(rest, limit)
        cut = max((m.end() for m in _SENTENCE.finditer(rest, 0, end)), default=0) or rest.rfind(" ", 0, end)
        cut = cut if cut > 0 else end
        yield rest[:cut].rstrip()
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


def rows(buttons: Sequence[Button]) -> list[list[list[str]]]:
    """Buttons in even rows: up to three a row, fewer when their labels are long."""
    row_count = ceil(len(buttons) / ROW_BUTTONS)
    even = ceil(len(buttons) / max(1, row_count))
    found: list[list[Button]] = []
    for button in buttons:
        row = [*found[-1], button] if found else [button]
        fits = len(row) <= even and len(row) * max(units(b.label) for b in row) <= ROW_LETTERS
        if found and fits:
            found[-1] = row
        else:
            found.append([button])
    return [[[button.label, button.press] for button in row] for row in found]


def _prefix(text: str, limit: int) -> int:
    """How many characters fit into ``limit`` units."""
    if len(text) <= limit // 2:
        return len(text)
    used = 0
    for end, letter in enumerate(text):
        used += 2 if ord(letter) > 0xFFFF else 1
        if used > limit:
            return end
    return len(text)


def _card(card: Card) -> str:
    lines = [f"{card.slot}. {_title(card)}"]
    if card.facets:
        lines.append(f"<i>{escape(clip(' · '.join(card.facets), 300))}</i>")
    if card.reason:
        lines.append(escape(clip(card.reason, 1000)))
    return "\n".join(lines)


def _title(card: Card) -> str:
    year = f" ({card.year})" if card.year else ""
    return f"<b>{escape(clip(card.title, 300))}</b>{year}"


def _message(text: str, buttons: Sequence[Button] = ()) -> dict[str, Any]:
    return {"text": text, "keyboard": rows(buttons), "silent": False}
