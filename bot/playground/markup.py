"""Telegram's limits and its HTML, refused where Telegram would refuse it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
NOTICE_UNITS = 200
CALLBACK_BYTES = 64
BUTTONS = 100
_TAGS = frozenset(("b", "i", "u", "s", "code", "pre", "a", "blockquote"))
_SAME = {"strong": "b", "em": "i", "ins": "u", "strike": "s", "del": "s"}
_MARKUP = re.compile(r"<(/?)([a-zA-Z-]*)((?:\s[^<>]*)?)>|<")
_LINK = re.compile(r'\s+href="((?:https?|tg)://[^"<>]*)"\s*')
_USERNAME = re.compile(r"(?<!\w)@\w{5,32}")
_COMMAND = re.compile(r"(?<!\S)/\w{1,32}(?:@\w{5,32})?")

Keyboard = list[list[dict[str, str]]]


@dataclass
class Refusal(Exception):
    """An error answer of the Bot API."""

    status: int
    description: str
    parameters: dict[str, int] = field(default_factory=dict)


def units(text: str) -> int:
    """A text's length as Telegram counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parsed(html: str) -> tuple[str, str]:
    """A message's text without its markup, and the markup cleaned for a browser: known tags without attributes other
    than a link's address. What Telegram would not parse is refused."""
    stack: list[str] = []
    text: list[str] = []
    clean: list[str] = []
    end = 0
    for found in _MARKUP.finditer(html):
        words = unescape(html[end : found.start()])
        text.append(words)
        clean.append(escape(words))
        end = found.end()
        closing, name = found[1], (found[2] or "").lower()
        name = _SAME.get(name, name)
        if name not in _TAGS:
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{name}"')
        if closing and (not stack or stack.pop() != name):
            raise Refusal(400, f'Bad Request: can\'t parse entities: Unmatched end tag "{name}"')
        if not closing:
            stack.append(name)
        link = _LINK.fullmatch(found[3] or "") if name == "a" else None
        address = f' href="{escape(unescape(link[1]))}"' if link else ""
        clean.append(f"<{closing}{name}{address}>")
    if stack:
        raise Refusal(400, f"Bad Request: can't parse entities: Can't find end tag for \"{stack[-1]}\"")
    words = unescape(html[end:])
    return "".join([*text, words]), "".join([*clean, escape(words)])


def worded(params: Mapping[str, Any], name: str, limit: int) -> tuple[str, str]:
    """The text of a message or caption, plain and as clean HTML, within its limit of UTF-16 units."""
    given = str(params.get(name, ""))
    text, html = parsed(given) if params.get("parse_mode") == "HTML" else (given, escape(given))
    if name == "text" and not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if units(text) > limit:
        raise Refusal(400, f"Bad Request: {'message' if name == 'text' else 'message caption'} is too long")
    return text, html


def keyboard(markup: str | None) -> Keyboard:
    """The rows of an inline keyboard; each button is ``{"text", "callback_data" | "url"}``."""
    rows: Keyboard = json.loads(markup).get("inline_keyboard", []) if markup else []
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTONS:
        raise Refusal(400, "Bad Request: too many inline keyboard buttons")
    for button in buttons:
        if not button.get("text"):
            raise Refusal(400, "Bad Request: text buttons are unallowed in the inline keyboard")
        if button.keys() == {"text", "url"}:
            if not button["url"].startswith(("http://", "https://", "tg://")):
                raise Refusal(400, "Bad Request: BUTTON_URL_INVALID")
        elif not 1 <= len(button.get("callback_data", "").encode()) <= CALLBACK_BYTES:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows


def entities(text: str) -> list[dict[str, Any]]:
    """The commands and mentions that Telegram would mark in what a person writes."""
    return [
        {"type": kind, "offset": units(text[: found.start()]), "length": units(found[0])}
        for kind, pattern in (("bot_command", _COMMAND), ("mention", _USERNAME))
        for found in pattern.finditer(text)
    ]
