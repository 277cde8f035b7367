"""A small Telegram in memory: one bot, any number of people and groups, and what they do.

People act through the methods of ``Telegram`` (``say``, ``press``, ``react``, ...); what the bot hears of it waits as
updates.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from bot.playground.markup import TEXT_UNITS, Keyboard, entities, keyboard, worded

BOT = {"id": 123456, "is_bot": True, "first_name": "Usher", "username": "usher_test_bot"}
REACTIONS = ("👍", "👎", "❤", "🔥", "🥰", "👏", "😁", "🤔", "🤯", "😱", "😢", "🎉", "🤩", "🤮", "💩", "🙏", "👀", "😴")
"""Some of the emoji that Telegram lets people react with."""
SUPERGROUPS = -1_000_000_000_000
"""Ids from here downwards are those of supergroups."""


@dataclass
class Message:
    """A message on a chat's screen. ``by`` is the person who wrote it; 0 is the bot. ``html`` is as the bot sent it or
    edited it last, ``clean`` is that fit for a browser, ``first`` as it was sent."""

    chat: int
    id: int
    html: str
    text: str
    keyboard: Keyboard = field(default_factory=list)
    silent: bool = False
    at: float = 0.0
    by: int = 0
    clean: str = ""
    photo: str = ""
    document: str = ""
    content: bytes = b""
    first: str = ""
    edits: int = 0
    reactions: dict[int, str] = field(default_factory=dict)

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.keyboard for button in row]


class Telegram:
    """Its chats as people see them. What the bot sent is in ``messages``, what people wrote in ``written``."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.written: list[Message] = []
        self.menus: dict[tuple[str, str], list[dict[str, str]]] = {}
        """The commands menu by scope ("default", "all_group_chats", ...) and language ("" is any)."""
        self.drafts: dict[int, str] = {}
        self.typing: dict[int, float] = {}
        self.version = 0
        """Grows with everything that happens."""
        self._updates: list[dict[str, Any]] = []
        self._next_update = 1000
        self._counters: Counter[int] = Counter()
        self._open_queries: set[str] = set()
        self._open_inline: set[str] = set()
        self._known: set[int] = set()
        self._blocked: set[int] = set()
        self._groups: dict[int, dict[str, Any]] = {}
        self._moved: dict[int, int] = {}
        self._names: dict[int, str] = {}
        self._languages: dict[int, str] = {}
        self._changed = asyncio.Condition()
        self._closed = asyncio.Event()

    @property
    def commands(self) -> list[dict[str, str]]:
        """The menu that everybody sees who has no other."""
        return self.menus.get(("default", ""), [])

    def menu(self, chat: int, language: str = "") -> list[dict[str, str]]:
        """The menu that is shown in a chat: its kind's before the default, the language's before any."""
        scopes = ("all_group_chats" if chat in self._groups else "all_private_chats", "default")
        found = (self.menus.get((scope, lang)) for scope in scopes for lang in dict.fromkeys((language, "")))
        return next(filter(None, found), [])

    def name(self, person: int, name: str, language: str = "en") -> None:
        """Say what a person is called, and which language their app speaks."""
        self._names[person], self._languages[person] = name, language

    async def say(self, chat: int, text: str | None, *, update_id: int | None = None, **more: Any) -> dict[str, Any]:
        """A person writes in their private chat; returns the update. ``text=None`` sends something else."""
        return await self.write(chat, chat, text, update_id=update_id, **more)

    async def write(
        self, chat: int, person: int, text: str | None, *, update_id: int | None = None, **more: Any
    ) -> dict[str, Any]:
        """A person writes in a chat."""
        words: dict[str, Any] = {} if text is None else {"text": text}
        if text and (marked := entities(text)):
            words["entities"] = marked
        number = {} if update_id is None else {"update_id": update_id}
        shown = Message(chat, self._number(chat), "", text or "…", by=person, at=monotonic())
        self.written.append(shown)
        message = self._shown(chat, shown.id) | {"from": self.person(person)} | words | more
        return await self.queue({"message": message} | number)

    async def press(self, chat: int, button: str, *, on: str = "", by: int | None = None) -> str:
        """A person presses the newest button with this label or data, on a message that contains ``on``.

        Returns the query's id. A button that isn't there is pressed by its data, as on a message long gone.
        """
        shown = (m for m in reversed(self.messages) if m.chat == chat and on in m.text)
        found = (
            (m.id, b["callback_data"])
            for m in shown
            for row in m.keyboard
            for b in row
            if "callback_data" in b and button in (b["text"], b["callback_data"])
        )
        message, data = next(found, (1, button))
        query = f"query-{self._next_update}"
        self._open_queries.add(query)
        person = self.person(chat if by is None else by)
        press = {"id": query, "from": person, "chat_instance": "1", "data": data}
        await self.queue({"callback_query": press | {"message": self._shown(chat, message)}})
        return query

    async def react(self, chat: int, message: int, emoji: str, *, by: int | None = None) -> None:
        """A person puts an emoji on one of the bot's messages, in place of the one before; ``""`` takes it off."""
        person = chat if by is None else by
        shown = next(m for m in self.messages if (m.chat, m.id) == (chat, message))
        before = shown.reactions.pop(person, "")
        if emoji:
            shown.reactions[person] = emoji
        change = {
            "chat": self._chat(chat),
            "message_id": message,
            "user": self.person(person),
            "date": 1_700_000_000,
            "old_reaction": [{"type": "emoji", "emoji": e} for e in (before,) if e],
            "new_reaction": [{"type": "emoji", "emoji": e} for e in (emoji,) if e],
        }
        await self.queue({"message_reaction": change})

    async def ask(self, person: int, query: str) -> str:
        """A person types ``@bot query`` in some chat; returns the query's id."""
        number = f"inline-{self._next_update}"
        self._open_inline.add(number)
        await self.queue({"inline_query": {"id": number, "from": self.person(person), "query": query, "offset": ""}})
        return number

    async def share(self, chat: int, person: int, result: Mapping[str, Any]) -> Message:
        """A person sends a result of an inline query to a chat."""
        content = result["input_message_content"]
        text, clean = worded({"text": content["message_text"], **content}, "text", TEXT_UNITS)
        rows = keyboard(json.dumps(result.get("reply_markup") or {}))
        message = Message(chat, self._number(chat), "", text, rows, by=person, clean=clean, at=monotonic())
        self.written.append(message)
        await self._tell()
        return message

    async def found(self, chat: int, title: str, adder: int) -> None:
        """A person founds a group and adds the bot."""
        self._groups[chat] = self._group(chat) | {"title": title}
        change = {"chat": self._groups[chat], "from": self.person(adder), "date": 1_700_000_000}
        was, now = ({"user": BOT, "status": status} for status in ("left", "member"))
        await self.queue({"my_chat_member": change | {"old_chat_member": was, "new_chat_member": now}})

    async def migrate(self, old: int, new: int) -> None:
        """A group becomes a supergroup, and the bot is told."""
        self.move(old, new)
        for chat, told in ((old, {"migrate_to_chat_id": new}), (new, {"migrate_from_chat_id": old})):
            await self.queue({"message": self._shown(chat, self._number(chat)) | told})

    def move(self, old: int, new: int) -> None:
        """A group has another id: the old one is refused from now on."""
        self._groups[new] = self._group(new) | {"title": self._groups[old]["title"]}
        self._moved[old] = new
        self._known.add(new)

    def block(self, chat: int) -> None:
        """A person blocks the bot."""
        self._blocked.add(chat)

    def unblock(self, chat: int) -> None:
        """They think better of it."""
        self._blocked.discard(chat)

    async def queue(self, update: dict[str, Any]) -> dict[str, Any]:
        """Any update, malformed ones too; one that has an ``update_id`` keeps it."""
        numbered = {"update_id": self._next_update, **update}
        self._next_update += 1
        for body in numbered.values():
            for holder in (body, body.get("message")) if isinstance(body, dict) else ():
                chat = holder.get("chat") if isinstance(holder, dict) else None
                if isinstance(chat, dict) and type(chat.get("id")) is int:
                    self._known.add(chat["id"])
        self._updates.append(numbered)
        await self._tell()
        return numbered

    @property
    def pending(self) -> list[dict[str, Any]]:
        """Updates that the bot has not acknowledged."""
        return self._updates

    @property
    def next_update(self) -> int:
        """The id of the next update that somebody causes."""
        return self._next_update

    def know(self, chat: int) -> None:
        """Let the bot write to a person who has written to it by other ways than ``say``."""
        self._known.add(chat)

    def seen(self, chat: int) -> list[Message]:
        """The bot's messages in one chat."""
        return [message for message in self.messages if message.chat == chat]

    def texts(self, chat: int) -> list[str]:
        """What the bot said in one chat, without markup."""
        return [message.text for message in self.seen(chat)]

    async def changed(self, since: int, within: float) -> None:
        """Wait until something happened after version ``since``, but no longer than ``within`` seconds."""
        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: self.version > since or self._closed.is_set())
        except TimeoutError:
            return

    def person(self, number: int) -> dict[str, Any]:
        """A person as Telegram describes them."""
        name, language = self._names.get(number, f"Person {number}"), self._languages.get(number, "en")
        return {"id": number, "is_bot": False, "first_name": name, "language_code": language}

    def _chat(self, chat: int) -> dict[str, Any]:
        return self.person(chat) | {"type": "private"} if chat > 0 else self._groups.get(chat, self._group(chat))

    def _group(self, chat: int) -> dict[str, Any]:
        return {"id": chat, "type": "supergroup" if chat <= SUPERGROUPS else "group", "title": f"Group {-chat}"}

    def _number(self, chat: int) -> int:
        """The next message's id: a supergroup has its own counter, all other chats share one of the bot's."""
        counter = chat if chat <= SUPERGROUPS else 0
        self._counters[counter] += 1
        return self._counters[counter]

    def _shown(self, chat: int, message: int) -> dict[str, Any]:
        return {"message_id": message, "date": 1_700_000_000, "chat": self._chat(chat)}

    async def _tell(self) -> None:
        async with self._changed:
            self.version += 1
            self._changed.notify_all()
