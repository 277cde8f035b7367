"""Outbox payloads -> calls of the Bot API.

    {"text", "keyboard", "silent"}            a message; with "photo" (an address) or
                                              "picture" (base64 PNG) its text is the caption
    {"text", "export": user id}               all that is stored about a person, as a file
    {"edit": {"turn", "slot"}, "text"?, ...}  what a turn sent for a slot, shown anew
    {"replace": message id, "text", ...}      a message that was streamed, in its final form

"slot" on a message says which of the turn's cards it shows (0: none), and "last" that nothing of it is to be kept.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.channels.telegram.codec import CHANNEL
from bot.store.repository import Store

EXPORT_NAME = "usher-export.json"
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Post:
    """Sends one payload at a time, or asks whether it was sent. Raises what the library raises."""

    def __init__(self, bot: Bot, store: Store, export: Callable[[str], Awaitable[str]]) -> None:
        """``export`` gives all that is stored about a person: read when it is sent, so that it is never stored."""
        self._bot = bot
        self._store = store
        self._export = export

    async def __call__(self, chat_id: str, payload: Mapping[str, Any]) -> str | None:
        """Returns the id of the message that was sent or changed; None when there was nothing to change."""
        if "edit" in payload:
            async with self._store.reading() as reading:
                found = await reading.sent_for(CHANNEL, chat_id, payload["edit"]["turn"], payload["edit"]["slot"])
            return await self._edit(chat_id, found, payload) if found else None
        if "replace" in payload:
            return await self._edit(chat_id, payload["replace"], payload)
        if "export" in payload:
            content = InputFile((await self._export(payload["export"])).encode(), EXPORT_NAME)
            sent = await self._bot.send_document(chat_id, content, caption=payload["text"], parse_mode=ParseMode.HTML)
            return str(sent.message_id)
        return await self._send(chat_id, payload)

    async def shows(self, chat_id: str, message_id: int, payload: Mapping[str, Any]) -> bool:
        """Whether a message of ours with this id is there; if it is, it shows the payload afterwards.

        Telegram does not tell what a message says. But an edit that changes nothing is refused as such, and refused
        is one of a message that is not there, is somebody else's or is of another kind.
        """
        how: dict[str, Any] = {
            "chat_id": chat_id,
            "message_id": message_id,
            "parse_mode": ParseMode.HTML,
            "reply_markup": _markup(payload.get("keyboard", ())),
        }
        try:
            if payload.keys() & {"picture", "photo", "export"}:
                try:
                    await self._bot.edit_message_caption(caption=payload["text"], **how)
                    return True
                except BadRequest as error:
                    if "photo" not in payload or "no caption" not in str(error):
                        raise
            await self._bot.edit_message_text(payload["text"], link_preview_options=_NO_PREVIEW, **how)
        except BadRequest as error:
            return _unmodified(error)
        return True

    async def _send(self, chat_id: str, payload: Mapping[str, Any]) -> str:
        common: dict[str, Any] = {
            "parse_mode": ParseMode.HTML,
            "reply_markup": _markup(payload["keyboard"]),
            "disable_notification": payload["silent"],
        }
        if payload.get("picture"):
            sent = await self._bot.send_photo(chat_id, b64decode(payload["picture"]), payload["text"], **common)
            return str(sent.message_id)
        if payload.get("photo"):
            try:
                sent = await self._bot.send_photo(chat_id, payload["photo"], payload["text"], **common)
            except BadRequest:  # Telegram can't fetch the picture, or it is none: the words matter more
                pass
            else:
                return str(sent.message_id)
        sent = await self._bot.send_message(chat_id, payload["text"], link_preview_options=_NO_PREVIEW, **common)
        return str(sent.message_id)

    async def _edit(self, chat_id: str, message_id: str, payload: Mapping[str, Any]) -> str:
        where: dict[str, Any] = {"chat_id": chat_id, "message_id": int(message_id)}
        markup = _markup(payload["keyboard"])
        try:
            if payload.get("text") is None:
                await self._bot.edit_message_reply_markup(**where, reply_markup=markup)
            else:
                how: dict[str, Any] = {"parse_mode": ParseMode.HTML, "link_preview_options": _NO_PREVIEW}
                await self._bot.edit_message_text(payload["text"], **where, **how, reply_markup=markup)
        except BadRequest as error:
            if not _unmodified(error):
                raise
        return message_id


def changes(payload: Mapping[str, Any]) -> bool:
    """Whether a payload changes what was sent before, which may be done twice, and sends nothing."""
    return bool(payload.keys() & {"edit", "replace"})


def _unmodified(error: BadRequest) -> bool:
    return "not modified" in str(error)


def _markup(keyboard: Sequence[Sequence[Sequence[str]]]) -> InlineKeyboardMarkup | None:
    """Rows of [label, press]; what is no press but an address opens it."""
    rows = [[_button(label, target) for label, target in row] for row in keyboard]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(label: str, target: str) -> InlineKeyboardButton:
    if target.startswith("https://"):
        return InlineKeyboardButton(label, url=target)
    return InlineKeyboardButton(label, callback_data=target)
