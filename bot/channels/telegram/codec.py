"""Telegram updates as they arrive (plain JSON) -> what they mean to us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.conversation.press import Verb
from bot.conversation.service import Incoming
from bot.store.reading import inline_queue

CHANNEL = "telegram"
UPDATES = ("message", "callback_query", "my_chat_member", "message_reaction", "inline_query")
"""The kinds of update that we ask Telegram for."""

_COMMAND = re.compile(r"(/\w+)(?:@(\w+))?")
_OPENS = re.compile(r"/start(?:@\w+)? (rec_\w{1,60})")
_LIKES = frozenset("👍❤🔥🥰👏😁🎉🤩🙏👌😍💯🤣⚡🏆😎🫡🤗💘🍾💋")
_DISLIKES = frozenset("👎🤮💩😴🥱😡🖕🤡💔🤨")
_PRESENT = frozenset({"member", "administrator", "creator"})


@dataclass(frozen=True, slots=True)
class Notice:
    """A fixed answer to what somebody did: ``text`` is its key among the channel's texts, ``language`` their
    messenger's."""

    chat_id: str
    text: Literal["only_text", "groups"]
    external_id: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Blocked:
    """The person closed the chat; writing to them is refused from now on."""

    external_id: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A group became a supergroup, which has another id."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Reacted:
    """An emoji on one of our messages, which says ``verb`` of what it shows; ``incoming`` lacks the press only."""

    message_id: str
    verb: Verb
    incoming: Incoming


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody types ``@bot text`` in some chat."""

    query_id: str
    external_id: str
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Me:
    """The bot, as others address it."""

    id: int
    username: str


def update_id(update: Any) -> int | None:
    """The update's number; None when it has none that we could store (64 bits)."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int and 0 <= number < 2**63 else None


def chat_of(update: Mapping[str, Any]) -> str:
    """The chat whose queue an update belongs in; ``""`` when it can't be told. What somebody types inline waits for
    no chat."""
    if "inline_query" in update:
        return inline_queue(_id_of(update["inline_query"]))
    for kind in UPDATES:
        body = update.get(kind)
        if isinstance(body, dict):
            message = body.get("message") if kind == "callback_query" else body
            for holder, name in ((message, "chat"), (body, "from")):
                owner = holder.get(name) if isinstance(holder, dict) else None
                if isinstance(owner, dict) and type(owner.get("id")) is int:
                    return str(owner["id"])
    return ""


def is_group(chat_id: str) -> bool:
    """Whether a chat has several members: their ids are negative."""
    return chat_id.startswith("-")


def _id_of(query: Any) -> str:
    person = query.get("from") if isinstance(query, dict) else None
    return str(person["id"]) if isinstance(person, dict) and type(person.get("id")) is int else ""


def query_of(update: Mapping[str, Any]) -> str | None:
    """The id of a button press, which must be answered, or None when the update isn't one."""
    query = update.get("callback_query")
    return str(query["id"]) if isinstance(query, dict) and query.get("id") else None


def decode(
    update: Mapping[str, Any], inbox_id: int, me: Me
) -> Incoming | Notice | Blocked | Moved | Reacted | Asked | None:
    """What an update means; None when there is nothing to do. Raises on a malformed one."""
    if "callback_query" in update:
        query = update["callback_query"]
        chat = query["message"]["chat"] if query.get("message") else None
        return _incoming(update, inbox_id, query["from"], chat, press=str(query.get("data") or ""))
    if "message" in update:
        return _message(update, inbox_id, me)
    if "message_reaction" in update:
        return _reaction(update, inbox_id)
    if "inline_query" in update:
        asked = update["inline_query"]
        person = asked["from"]
        return Asked(str(asked["id"]), str(person["id"]), str(asked["query"]), person.get("language_code"))
    if "my_chat_member" in update:
        change = update["my_chat_member"]
        before, after = (change[name]["status"] in _PRESENT for name in ("old_chat_member", "new_chat_member"))
        if _private(change["chat"]):
            return None if after else Blocked(_chat(change))
        return _notice(change, "groups") if after and not before else None
    return None


def _message(update: Mapping[str, Any], inbox_id: int, me: Me) -> Incoming | Notice | Moved | None:
    message = update["message"]
    if "migrate_to_chat_id" in message:
        return Moved(_chat(message), str(int(message["migrate_to_chat_id"])))
    if "migrate_from_chat_id" in message:
        return Moved(str(int(message["migrate_from_chat_id"])), _chat(message))
    if "from" not in message and "text" not in message:  # a channel's post, a title that changed
        return None
    if _private(message["chat"]):
        if "text" not in message:
            return _notice(message, "only_text")
        return _incoming(update, inbox_id, message["from"], text=_command(message["text"], me))
    if "text" not in message or message["from"].get("is_bot"):
        return None
    words = _addressed(message, me)
    return None if words is None else _incoming(update, inbox_id, message["from"], message["chat"], text=words)


def _notice(what: Mapping[str, Any], text: Literal["only_text", "groups"]) -> Notice:
    return Notice(_chat(what), text, str(what["from"]["id"]), what["from"].get("language_code"))


def _addressed(message: Mapping[str, Any], me: Me) -> str | None:
    """What is said to us in a group: a command, an answer to one of our messages, or words that mention us. None when
    it is said to others."""
    text: str = message["text"]
    if command := _COMMAND.match(text):
        return _command(text, me) if (command[2] or me.username).lower() == me.username.lower() else None
    mention = re.compile(rf"(?<!\w)@{re.escape(me.username)}\b", re.IGNORECASE)
    answered = message.get("reply_to_message") or {}
    if not mention.search(text) and answered.get("from", {}).get("id") != me.id:
        return None
    return " ".join(mention.sub(" ", text).split()).lstrip(",:; ")


def _reaction(update: Mapping[str, Any], inbox_id: int) -> Reacted | None:
    change = update["message_reaction"]
    if "user" not in change:  # an anonymous admin
        return None
    emoji = [r.get("emoji", "").rstrip("\ufe0f") for r in change["new_reaction"]]
    verb = Verb.CLEAR if not emoji else None
    for one in emoji:
        verb = Verb.LIKE if one in _LIKES else Verb.DISLIKE if one in _DISLIKES else verb
    incoming = _incoming(update, inbox_id, change["user"], change["chat"])
    return Reacted(str(change["message_id"]), verb, incoming) if verb else None


def _private(chat: Mapping[str, Any]) -> bool:
    return bool(chat["type"] == "private")


def _chat(body: Mapping[str, Any]) -> str:
    return str(int(body["chat"]["id"]))  # we could write to nothing else


def _command(text: str, me: Me) -> str:
    """``/start@UsherBot payload`` -> ``/start``; ``/like@UsherBot Heat`` -> ``/like Heat``. A link's payload stays."""
    command = _COMMAND.match(text)
    if not command:
        return text
    if command[1] == "/start":
        opens = _OPENS.fullmatch(text.strip())
        return f"/start {opens[1]}" if opens else "/start"
    return command[1] + text[command.end() :]


def _incoming(
    update: Mapping[str, Any],
    inbox_id: int,
    person: Mapping[str, Any],
    chat: Mapping[str, Any] | None = None,
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
        group=None if chat is None or _private(chat) else str(chat.get("title") or ""),
    )
