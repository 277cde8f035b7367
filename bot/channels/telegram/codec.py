"""Telegram updates as they arrive (plain JSON) -> what they mean to us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.conversation.service import Incoming

CHANNEL = "telegram"
UPDATES = ("message", "callback_query", "my_chat_member")
"""The kinds of update that we ask Telegram for."""

_COMMAND = re.compile(r"(/\w+)(?:@\w+)?")
_PRESENT = frozenset({"member", "administrator", "creator"})


@dataclass(frozen=True, slots=True)
class Notice:
    """A fixed answer: ``text`` is its key among the channel's texts."""

    chat_id: str
    text: Literal["only_text", "groups"]


@dataclass(frozen=True, slots=True)
class Blocked:
    """The person closed the chat; writing to them is refused from now on."""

    external_id: str


def update_id(update: Any) -> int | None:
    """The update's number; None when it has none that we could store (64 bits)."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int and 0 <= number < 2**63 else None


def chat_of(update: Mapping[str, Any]) -> str:
    """The chat whose queue an update belongs in; ``""`` when it can't be told."""
    for kind in UPDATES:
        body = update.get(kind)
        if isinstance(body, dict):
            message = body.get("message") if kind == "callback_query" else body
            for holder, name in ((message, "chat"), (body, "from")):
                owner = holder.get(name) if isinstance(holder, dict) else None
                if isinstance(owner, dict) and type(owner.get("id")) is int:
                    return str(owner["id"])
    return ""


def query_of(update: Mapping[str, Any]) -> str | None:
    """The id of a button press, which must be answered, or None when the update isn't one."""
    query = update.get("callback_query")
    return str(query["id"]) if isinstance(query, dict) and query.get("id") else None


def decode(update: Mapping[str, Any], inbox_id: int) -> Incoming | Notice | Blocked | None:
    """What an update means; None when there is nothing to do. Raises on a malformed one."""
    if "callback_query" in update:
        query = update["callback_query"]
        if query.get("message") and not _private(query["message"]["chat"]):
            return None
        return _incoming(update, inbox_id, query["from"], press=str(query.get("data") or ""))
    if "message" in update:
        message = update["message"]
        if not _private(message["chat"]):
            return None
        if "text" not in message:
            return Notice(_chat(message), "only_text")
        return _incoming(update, inbox_id, message["from"], text=_command(message["text"]))
    if "my_chat_member" in update:
        change = update["my_chat_member"]
        before, after = (change[name]["status"] in _PRESENT for name in ("old_chat_member", "new_chat_member"))
        if _private(change["chat"]):
            return None if after else Blocked(_chat(change))
        return Notice(_chat(change), "groups") if after and not before else None
    return None


def _private(chat: Mapping[str, Any]) -> bool:
    return bool(chat["type"] == "private")


def _chat(body: Mapping[str, Any]) -> str:
    return str(int(body["chat"]["id"]))  # we could write to nothing else


def _command(text: str) -> str:
    """``/start@UsherBot payload`` -> ``/start``; ``/like@UsherBot Heat`` -> ``/like Heat``."""
    command = _COMMAND.match(text)
    if not command:
        return text
    return command[1] if command[1] == "/start" else command[1] + text[command.end() :]


def _incoming(
    update: Mapping[str, Any],
    inbox_id: int,
    person: Mapping[str, Any],
    *,
    text: str | None = None,
    press: str | None = None,
) -> Incoming:
    return Incoming(
        channel=CHANNEL,
        external_id=str(person["id"]),
        chat_id=chat_of(update),
        key=f"{CHANNEL}:update:{update['update_id']}",
        text=text,
        press=press,
        name=str(person.get("first_name") or ""),
        language=person.get("language_code"),
        inbox_id=inbox_id,
    )
