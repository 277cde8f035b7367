"""The Telegram process: connect, serve until SIGTERM or Ctrl+C, finish what runs."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import NamedTuple

from telegram import Bot, BotCommandScope, BotCommandScopeAllGroupChats
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.channels.telegram.counters import Counters
from bot.channels.telegram.intake import Intake, Poller
from bot.channels.telegram.outbox import AT_A_TIME, Sender
from bot.channels.telegram.pace import Limits, Timing
from bot.channels.telegram.post import Post
from bot.channels.telegram.trouble import Trouble
from bot.channels.telegram.turns import Turns
from bot.channels.telegram.underway import Underway
from bot.channels.telegram.webhook import Webhook
from bot.conversation.service import Conversations
from bot.settings import Settings
from bot.store.repository import Store
from bot.texts import Language
from recsys.errors import ConfigError, StoreError

SPARE = 4
"""Connections for what is no message: "typing", answered presses, texts that grow."""
READY = "Usher is on Telegram as @{name}. Stop it with Ctrl+C."


class Menu(NamedTuple):
    """The commands that are shown in a kind of chat (None: in any) to those who speak a language (None: any other)."""

    scope: BotCommandScope | None
    language: str | None
    commands: Mapping[str, str]


async def run_telegram(
    settings: Settings,
    store: Store,
    conversations: Conversations,
    *,
    commands: Mapping[str, Mapping[str, str]],
    group_commands: Mapping[str, Mapping[str, str]],
    texts: Mapping[Language, Mapping[str, str]],
    announce: Callable[[str], None],
    timing: Timing | None = None,
) -> None:
    """Serve Telegram until SIGTERM or SIGINT; running turns are finished, the rest stays in the database.

    Args:
        settings: Those that begin with ``telegram_`` are read, and ``usher_home``, where the messages under way are
            noted. With a webhook's URL updates come by webhook, else
            by polling.
        store: Inbox and outbox.
        conversations: Answers what people do.
        commands: The menu by language: name without slash -> description. Whose language we don't speak sees the
            default one.
        group_commands: The same for groups.
        texts: By language: ``only_text`` answers what isn't text, ``groups`` is said once in a group that adds us,
            ``trouble`` answers an update that can't be handled.
        announce: Shows a line to the operator.
        timing: Rates and waits; the default suits the real Telegram.

    Raises:
        ChannelError: Telegram refuses the token or the webhook's URL.
        ConfigError: There is no token, or the webhook can't listen.
    """
    if settings.telegram_bot_token is None:
        raise ConfigError("Set TELEGRAM_BOT_TOKEN (from @BotFather) in the environment or .env.")
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # the library's coming behaviour; the old one warns
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)  # below that they log URLs, which hold the token
    timing = timing or Timing(per_second=settings.telegram_per_second)
    polling = HTTPXRequest(connection_pool_size=1, connect_timeout=timing.request, pool_timeout=timing.request)
    bot = Bot(
        settings.telegram_bot_token.get_secret_value(),
        base_url=settings.telegram_base_url,
        request=HTTPXRequest(
            connection_pool_size=AT_A_TIME + SPARE,  # each idle one costs the others time
            read_timeout=timing.request,
            connect_timeout=timing.request,
            pool_timeout=timing.request,
        ),
        get_updates_request=polling,
    )
    trouble = Trouble(announce, timing)
    limits = Limits(timing)
    counters = Counters()
    underway = Underway(settings.usher_home / f"underway-{_bot_id(bot)}")
    sender = Sender(Post(bot, store, conversations.export), store, limits, timing, counters, underway)
    turns = Turns(bot, store, conversations, texts, limits, timing, counters, sent=sender.wake)
    intake = Intake(store, turns.arrived)
    source = (
        Webhook(bot, settings, store, intake, trouble)
        if settings.telegram_webhook_url
        else Poller(bot, polling, intake, trouble, timing)
    )

    menus = [
        Menu(scope, None if language == settings.default_language else language, menu)
        for scope, by_language in ((None, commands), (BotCommandScopeAllGroupChats(), group_commands))
        for language, menu in by_language.items()
    ]

    async def serve() -> None:
        await _connect(bot, source, menus, trouble)
        announce(READY.format(name=bot.username))
        await _resume(turns, trouble)
        await source.run()

    with _stop_signals() as stop:
        sending = asyncio.create_task(sender.run())
        serving = asyncio.create_task(serve())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({serving, sending, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            deadline = monotonic() + timing.stop
            failed = [task for task in (serving, sending) if task.done()]
            await _end(serving, stopped)
            await source.close()
            await turns.finish(timing.stop)
            sender.close()
            await asyncio.wait({sending}, timeout=max(0.0, deadline - monotonic()))
            await _end(sending)
            await sender.abandon()
            underway.close()
            await bot.shutdown()
        for task in failed:
            task.result()


def _bot_id(bot: Bot) -> str:
    """A token begins with it; one that does not is refused by Telegram in a moment."""
    return "".join(filter(str.isdecimal, bot.token.partition(":")[0]))


async def _connect(bot: Bot, source: Poller | Webhook, menus: Sequence[Menu], trouble: Trouble) -> None:
    while True:
        try:
            await bot.initialize()
            await source.open()
            for menu in menus:
                await bot.set_my_commands(list(menu.commands.items()), menu.scope, menu.language)
        except TelegramError as error:
            await trouble.wait(error)
        else:
            trouble.over()
            return


async def _resume(turns: Turns, trouble: Trouble) -> None:
    while True:
        try:
            await turns.resume()
        except StoreError as error:
            await trouble.wait(error)
        else:
            return


async def _end(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set. A second signal ends the process at once."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)

    def asked() -> None:
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, asked)
    try:
        yield stop
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
