"""Replies -> Telegram messages. Whatever people, catalogues or models wrote goes through ``html.escape``."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import ceil
from typing import Any

from bot.conversation.press import Verb, parse_press
from bot.conversation.reply import Button, Card, Explanation, Mark, Reply

TEXT_UNITS = 4096
"""Telegram's limit for one message, in UTF-16 units of the text without its markup."""
NOTICE_UNITS = 200
"""Telegram's limit for the short text that answers a button press."""
ABOUT_ONE = frozenset({Verb.LIKE, Verb.DISLIKE, Verb.SEEN, Verb.SAVE})
ROW_BUTTONS = 3
ROW_LETTERS = 35
"""A phone shows about this many letters in one row of equally wide buttons."""

_SENTENCE = re.compile(r"[.!?…]['\")\]]*\s+|\n+")


def messages(
    reply: Reply, *, notice_shown: bool = True, link: Callable[[str], str] = str, compact: bool = False
) -> list[dict[str, Any]]:
    """A reply's messages in order: text, each card with its buttons, the question with its own.

    Args:
        reply: What to say. Its buttons go below the last message, after a card's own if that is a card.
        notice_shown: Whether the notice went out as the answer to a button press; if not, and the reply says
            nothing else, it becomes a message.
        link: A code to share -> the address that opens it.
        compact: All in one message, as groups have it: there, messages are few and everybody's.

    Returns:
        Outbox payloads as in ``post``. Only the first makes the phone ring.
    """
    text = reply.text
    if not (text or reply.cards or reply.question or notice_shown):
        text = reply.notice or ""
    changes = [_change(mark, link) for mark in reply.marks]
    found = _one_message(reply, text) if compact else _several_messages(reply, text)
    if found:
        found[-1]["keyboard"] += rows(reply.buttons, link)
        found[-1].setdefault("slot", _slot(reply.buttons))
    if reply.picture and found:
        found[0]["picture"] = b64encode(reply.picture).decode()
    for later in found[1:]:
        later["silent"] = True
    if found and reply.export:
        found[0] = {"text": found[0]["text"], "export": reply.export}
    return changes + found


def _several_messages(reply: Reply, text: str) -> list[dict[str, Any]]:
    found = [_message(escape(part)) for part in split(text)]
    found += [_message(_card(card), card.buttons) | _picture(card) | {"slot": card.slot} for card in reply.cards]
    return found + [_message(escape(part)) for part in split(reply.question or "")]


def _one_message(reply: Reply, text: str) -> list[dict[str, Any]]:
    """Cards' buttons are a row each: their signs, and the card's number."""
    cards = [_card(card, compact=True) for card in reply.cards]
    parts = [escape(clip(text, 1200)), *cards, escape(clip(reply.question or "", 500))]
    if not any(parts):
        return []
    keyboard = [[[f"{b.label.split()[0]} {c.slot}", b.press] for b in c.buttons] for c in reply.cards]
    return [_message("\n\n".join(filter(None, parts))) | {"keyboard": keyboard}]


def _change(mark: Mark, link: Callable[[str], str]) -> dict[str, Any]:
    text = None if mark.text is None else escape(clip(mark.text, TEXT_UNITS))
    keyboard = rows(mark.buttons, link)
    return {"edit": {"turn": mark.turn_id, "slot": mark.slot}, "text": text, "keyboard": keyboard}


def _slot(buttons: Sequence[Button]) -> int:
    """Which of its turn's items a message is about, if its buttons are about one."""
    press = parse_press(buttons[0].press) if buttons else None
    return press.slot if press and press.verb in ABOUT_ONE else 0


def _picture(card: Card) -> dict[str, Any]:
    return {"photo": card.poster} if card.poster else {}


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


def rows(buttons: Sequence[Button], link: Callable[[str], str] = str) -> list[list[list[str]]]:
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
    return [[[b.label, link(b.shares) if b.shares else b.press] for b in row] for row in found]


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


def _card(card: Card, compact: bool = False) -> str:
    lines = [f"{card.slot}. {_title(card)}"]
    if card.facets:
        lines.append(f"<i>{escape(clip(' · '.join(card.facets), 300))}</i>")
    if card.plot and not compact:
        lines.append(escape(clip(card.plot, 160)))
    if card.reason:
        lines.append(escape(clip(card.reason, 240 if card.poster else 1000)))  # a caption holds 1,024 units
    return "\n".join(lines)


def _title(card: Card) -> str:
    year = f" ({card.year})" if card.year else ""
    return f"<b>{escape(clip(card.title, 300))}</b>{year}"


def _message(text: str, buttons: Sequence[Button] = ()) -> dict[str, Any]:
    return {"text": text, "keyboard": rows(buttons), "silent": False}
