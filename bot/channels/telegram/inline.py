"""Inline mode: ``@bot cosy heist`` in any chat gives films to pass on."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import urlencode

import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels.telegram.codec import CHANNEL, Asked
from bot.channels.telegram.render import clip
from bot.conversation.service import Conversations
from bot.conversation.suggestions import Suggestion

log = structlog.get_logger(__name__)

CACHED = 30
"""Seconds that Telegram may show the same answer to the same person."""


def address(bot: Bot, code: str) -> str:
    """The address that opens the bot at what a code names."""
    return f"https://t.me/{bot.username}?start={code}"


def link_of(bot: Bot) -> Callable[[str], str]:
    """Makes of a code the address that lets somebody pass it on: it opens their list of chats."""
    return lambda code: f"https://t.me/share/url?{urlencode({'url': address(bot, code)})}"


async def answer_inline(bot: Bot, conversations: Conversations, asked: Asked) -> None:
    """Answer a query. One that is out of date by now, since they typed on, is no error."""
    found = await conversations.suggest(CHANNEL, asked.external_id, asked.text, asked.language)
    try:
        results = [_result(bot, suggestion) for suggestion in found]
        await bot.answer_inline_query(asked.query_id, results, cache_time=CACHED, is_personal=True)
    except TelegramError as error:
        log.info("inline query not answered", error=str(error))


def _result(bot: Bot, found: Suggestion) -> InlineQueryResultArticle:
    lines = [f"<b>{escape(clip(found.name, 300))}</b>"]
    lines += [f"<i>{escape(clip(found.facts, 300))}</i>"] if found.facts else []
    lines += [escape(clip(found.overview, 600))] if found.overview else []
    return InlineQueryResultArticle(
        found.code,
        clip(found.name, 100),
        InputTextMessageContent(
            "\n".join(lines), parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
        ),
        InlineKeyboardMarkup([[InlineKeyboardButton(found.opens, url=address(bot, found.code))]]),
        description=clip(found.facts, 200) or None,
        thumbnail_url=found.poster or None,
    )
