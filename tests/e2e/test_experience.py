"""What people meet on Telegram: the real bot on a small catalogue, over real HTTP."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import select

from bot.channels.telegram.pace import Timing
from bot.conversation.press import parse_press
from bot.playground.server import UNMODIFIED
from bot.serve import COMMANDS, GROUP_COMMANDS, on_telegram
from bot.settings import Settings
from bot.stages import set_up
from bot.store import tables
from bot.wiring import Application, application
from tests.support.botapi import TOKEN, BotApi, Message
from tests.support.installation import FILMS, POSTER

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

QUICK = Timing(poll=2, per_second=1000, chat_per_second=1000, typing=5)
CLUB = -77
newcomers = count(1000)


@dataclass
class Bot:
    """The running bot, and people who talk to it."""

    api: BotApi
    app: Application
    announced: list[str] = field(default_factory=list)

    async def said(self, chat: int, text: str, by: int | None = None) -> list[Message]:
        """What the bot answers to a message."""
        before = len(self.api.seen(chat))
        await self.api.write(chat, by or chat, text)
        await self.settled()
        return self.api.seen(chat)[before:]

    async def pressed(self, chat: int, button: str, on: str = "", by: int | None = None) -> str:
        """The words that answer a press."""
        query = await self.api.press(chat, button, on=on, by=by)
        await self.api.wait_for(lambda: query in self.api.answers)
        await self.settled()
        return self.api.answers[query]

    async def settled(self) -> None:
        """Wait until everything that people did is handled and answered."""
        await self.api.wait_for(lambda: not self.api.pending)
        waiting = (
            select(tables.Inbox.id).where(tables.Inbox.done_at.is_(None), tables.Inbox.dead_at.is_(None)),
            select(tables.Outbox.id).where(tables.Outbox.sent_at.is_(None), tables.Outbox.dead_at.is_(None)),
        )
        async with asyncio.timeout(20):
            while True:
                async with self.app.store.engine.connect() as connection:
                    if not any([(await connection.execute(which)).all() for which in waiting]):
                        return
                await asyncio.sleep(0.01)

    async def lost(self) -> list[str | None]:
        """Why messages and updates were given up."""
        async with self.app.store.engine.connect() as connection:
            dead = [select(t.error).where(t.dead_at.is_not(None)) for t in (tables.Inbox, tables.Outbox)]
            return [error for which in dead for error in (await connection.execute(which)).scalars()]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    database = f"sqlite:///{tmp_path_factory.mktemp('experience') / 'usher.db'}"
    settings = Settings(usher_home=small_home, database_url=database, llm="off", _env_file=None)  # type: ignore[call-arg]
    parts = await asyncio.to_thread(set_up, settings, print)
    async with BotApi() as api:
        told = {"telegram_bot_token": SecretStr(TOKEN), "telegram_base_url": api.base_url}
        async with application(settings.model_copy(update=told), *parts) as app:
            running = Bot(api, app)
            task = asyncio.create_task(on_telegram(app, running.announced.append, QUICK))
            await api.polled()
            yield running
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
def ann(bot: Bot) -> int:
    number = next(newcomers)
    bot.api.name(number, "Ann")
    return number


@pytest.fixture
def bob(bot: Bot) -> int:
    number = next(newcomers)
    bot.api.name(number, "Bob")
    return number


@pytest.fixture
def club(bot: Bot) -> int:
    return -next(newcomers)


def titles(messages: list[Message]) -> list[str]:
    """The films on cards, in order."""
    known = [str(title) for title, *_ in FILMS]
    return [title for m in messages for line in m.text.splitlines() for title in known if f". {title} (" in line]


async def test_a_card_shows_what_was_said_of_it_and_a_second_press_takes_it_back(bot: Bot, ann: int) -> None:
    shown = await bot.said(ann, "a comedy")
    first = next(m for m in shown if "👍 Like" in m.labels)
    title = titles([first])[0]
    assert await bot.pressed(ann, "👍 Like", on=title) == f"Noted: you like {title}. The next list will lean that way."
    assert first.labels[:4] == ["✅ Liked", "👎 Not for me", "👁 Seen", "🔖 Save"]
    await bot.pressed(ann, "🔖 Save", on=title)
    assert first.labels[:4] == ["✅ Liked", "👎 Not for me", "👁 Seen", "✅ Saved"]
    assert title in (await bot.said(ann, "/profile"))[0].text
    await bot.pressed(ann, "👎 Not for me", on=title)
    assert first.labels[:3] == ["👍 Like", "✅ Not for me", "👁 Seen"]
    await bot.pressed(ann, "✅ Not for me", on=title)
    await bot.pressed(ann, "✅ Saved", on=title)
    assert first.labels[:4] == ["👍 Like", "👎 Not for me", "👁 Seen", "🔖 Save"]
    assert title not in (await bot.said(ann, "/profile"))[0].text


async def test_words_about_a_shown_film_tick_its_card_too(bot: Bot, ann: int) -> None:
    shown = [m for m in await bot.said(ann, "a comedy") if "👍 Like" in m.labels]
    await bot.said(ann, "save the second one")
    assert "✅ Saved" in shown[1].labels
    assert "✅ Saved" not in shown[0].labels


async def test_an_emoji_on_a_card_counts_and_taking_it_off_takes_it_back(bot: Bot, ann: int) -> None:
    shown = next(m for m in await bot.said(ann, "a comedy") if "👍 Like" in m.labels)
    await bot.api.react(ann, shown.id, "❤")
    await bot.settled()
    assert "✅ Liked" in shown.labels
    assert titles([shown])[0] in (await bot.said(ann, "/profile"))[0].text
    await bot.api.react(ann, shown.id, "")
    await bot.settled()
    assert "👍 Like" in shown.labels


async def test_a_film_with_a_picture_shows_it(bot: Bot, ann: int) -> None:
    shown = await bot.said(ann, "a crime film by Michael Mann")
    heat = next(m for m in shown if titles([m]) == ["Heat"])
    assert heat.photo == POSTER
    assert await bot.pressed(ann, "👁 Seen", on="Heat")
    assert "✅ Seen" in heat.labels


async def test_a_film_found_inline_opens_for_whoever_gets_it(bot: Bot, ann: int, bob: int) -> None:
    query = await bot.api.ask(ann, "Groundhog Day")
    await bot.api.wait_for(lambda: query in bot.api.results)
    result = bot.api.results[query][0]
    assert result["title"] == "Groundhog Day (1993)"
    link = result["reply_markup"]["inline_keyboard"][0][0]["url"]
    assert link.startswith("https://t.me/usher_test_bot?start=rec_")
    opened = await bot.said(bob, f"/start {link.partition('=')[2]}")
    assert opened[0].text.startswith("Hi, I'm Usher.")
    assert titles(opened) == ["Groundhog Day"]
    await bot.pressed(bob, "👍 Like", on="Groundhog Day")
    assert "✅ Liked" in opened[1].labels
    assert (await bot.said(bob, "/start rec_zzzzzzzzzz"))[0].text  # of another catalogue: a greeting


async def test_the_reasons_for_a_film_can_be_passed_on_without_telling_whose_they_are(bot: Bot, ann: int) -> None:
    shown = await bot.said(ann, "I loved Heat. Something tense")
    await bot.pressed(ann, "❓ Why", on=titles(shown)[0])
    (share,) = [b for row in bot.api.seen(ann)[-1].keyboard for b in row if "url" in b]
    assert share["text"] == "↗ Share"
    assert share["url"].startswith("https://t.me/share/url?url=https%3A%2F%2Ft.me%2Fusher_test_bot%3Fstart%3Drec_")
    assert "Heat" not in share["url"]


async def test_all_that_is_kept_comes_as_a_file_and_goes_for_good(bot: Bot, ann: int) -> None:
    await bot.said(ann, "I loved Heat and hated Alien")
    assert "/forget" in (await bot.said(ann, "/privacy"))[0].text
    document = (await bot.said(ann, "/export"))[0]
    kept = json.loads(document.content)
    assert kept["users"][0]["external_id"] == str(ann)
    assert kept["turns"][0]["text"] == "I loved Heat and hated Alien"
    assert {s["value"] for s in kept["statements"]} >= {"opinion"}

    asked = await bot.said(ann, "/forget")
    assert asked[-1].labels == ["Yes, erase everything", "No, keep it"]
    await bot.pressed(ann, "No, keep it")
    assert "Heat" in (await bot.said(ann, "/profile"))[0].text
    await bot.said(ann, "/forget")
    await bot.said(ann, "a comedy")
    await bot.said(ann, "yes")  # of the list, not of that question
    assert "Heat" in (await bot.said(ann, "/profile"))[0].text
    await bot.said(ann, "forget me")
    gone = await bot.said(ann, "yes")
    assert gone[-1].text.startswith("Done: everything about you is erased.")
    async with bot.app.store.engine.connect() as connection:
        assert (await connection.execute(select(tables.User).where(tables.User.external_id == str(ann)))).all() == []
        for queue in (tables.Inbox, tables.Outbox):
            assert (await connection.execute(select(queue).where(queue.chat_id == str(ann)))).all() == []
    assert "don't know anything" in (await bot.said(ann, "/profile"))[0].text


async def test_a_group_gets_films_for_those_who_joined_and_nothing_of_what_each_likes(
    bot: Bot, ann: int, bob: int, club: int
) -> None:
    await bot.said(ann, "I loved Heat and Ronin, never horror")
    await bot.said(bob, "I loved Notting Hill and Airplane!")
    await bot.api.found(club, "Film night", ann)
    await bot.settled()
    assert "/together" in bot.api.texts(club)[0]
    (asked,) = await bot.said(club, "/together", by=ann)
    assert "In: Ann." in asked.text
    assert await bot.pressed(club, "🙋 Join in", by=bob) == "You're in!"
    assert "In: Ann and Bob." in asked.text
    await bot.pressed(club, "Recommend something", by=bob)
    listed = bot.api.seen(club)[-1]
    shown = titles([listed])
    assert len(shown) == 3
    assert not set(shown) & {"Heat", "Ronin", "Notting Hill", "Airplane!", "Alien"}  # known to one, or refused by one
    assert listed.text.count("Ann ▓") + listed.text.count("Ann ░") == 3
    assert listed.text.count("Bob ▓") + listed.text.count("Bob ░") == 3
    said = "\n".join(bot.api.texts(club))
    assert not any(title in said for title in ("Heat", "Ronin", "Notting Hill", "Airplane!"))

    assert (await bot.pressed(club, "👍 1", by=bob)).startswith("Noted: you like")
    assert shown[0] in (await bot.said(bob, "/profile"))[0].text
    assert shown[0] not in (await bot.said(ann, "/profile"))[0].text
    for secret in ("/profile", "/watchlist", "/history", "/export", "/forget", "/undo"):
        (answer,) = await bot.said(club, f"{secret}@usher_test_bot", by=bob)
        assert answer.text == "That's between the two of us: ask me in our private chat."
        assert answer.document == ""
    assert "half your average" in (await bot.said(club, "@usher_test_bot why?", by=ann))[0].text
    more = await bot.said(club, "@usher_test_bot three more", by=ann)
    assert not set(titles(more)) & set(shown)


async def test_a_wish_in_a_group_is_everybodys(bot: Bot, ann: int, bob: int, club: int) -> None:
    await bot.api.found(club, "Film night", ann)
    first = await bot.said(club, "@usher_test_bot a comedy", by=ann)
    assert set(titles(first)) <= {str(t) for t, _, genres, *_ in FILMS if "Comedy" in genres}
    second = await bot.said(club, "@usher_test_bot older", by=bob)
    assert "In: " not in second[0].text and "Ann and Bob" in second[0].text


async def test_the_wish_of_a_private_chat_stays_there(bot: Bot, ann: int, club: int) -> None:
    await bot.said(ann, "a western")
    await bot.api.found(club, "Film night", ann)
    listed = await bot.said(club, "@usher_test_bot recommend something", by=ann)
    assert "western" not in listed[-1].text.lower().split("1.")[0]


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_of_the_menu_is_answered(bot: Bot, ann: int, command: str) -> None:
    assert command in {entry["command"] for entry in bot.api.menu(ann)}
    assert await bot.said(ann, f"/{command}")


async def test_what_is_for_groups_says_so_in_a_private_chat(bot: Bot, ann: int) -> None:
    assert "add me to one" in (await bot.said(ann, "/together"))[0].text


@pytest.mark.parametrize("command", GROUP_COMMANDS)
async def test_every_command_of_a_groups_menu_is_answered(bot: Bot, ann: int, club: int, command: str) -> None:
    await bot.api.found(club, "Film night", ann)
    assert command in {entry["command"] for entry in bot.api.menu(club)}
    assert await bot.said(club, f"/{command}", by=ann)


OPENINGS = (
    "/start",
    "I don't know",
    "I loved Heat and hated Alien, nothing gory",
    "a comedy",
    "surprise me",
    "Collateral",
    "why?",
    "save the first",
    "/watchlist",
    "/profile",
    "undo",
    "/history",
    "/privacy",
    "/export",
    "thanks",
    "/reset",
    "/help",
    "asdf qwer",
    "/forget",
)


@pytest.mark.parametrize("where", ["private", "group"])
async def test_every_button_of_every_message_answers(bot: Bot, ann: int, club: int, where: str) -> None:
    """Walks the matrix: after each thing said, each button of each message, and of the messages that these bring.

    A kind of button (what it means, on what it stands) is pressed twice at most, or the walk would never end.
    """
    if where == "group":
        await bot.api.found(club, "Film night", ann)
    chat, opening = (ann, "{}") if where == "private" else (club, "@usher_test_bot {}")
    refused = len(bot.api.refusals)
    pressed: Counter[tuple[str, ...]] = Counter()
    for text in OPENINGS:
        said = await bot.said(chat, opening.format(text) if text[0] != "/" else text, by=ann)
        assert said, f"no answer to {text!r}"
        fresh = list(said)
        while fresh:
            message = fresh.pop(0)
            edits = message.edits
            kind = message.text.split()[0] if "Like" not in " ".join(message.labels) else "card"
            for button in [b for row in message.keyboard for b in row if "callback_data" in b]:
                press = parse_press(button["callback_data"])
                assert press is not None
                key = (press.verb, kind)
                if press.verb == "erase" or pressed[key] == 2:
                    continue
                pressed[key] += 1
                before = len(bot.api.seen(chat)), sum(m.edits for m in bot.api.seen(chat))
                words = await bot.pressed(chat, button["callback_data"], on=message.text, by=ann)
                after = len(bot.api.seen(chat)), sum(m.edits for m in bot.api.seen(chat))
                assert words or after != before, f"{button['text']!r} on {message.text!r} does nothing"
                fresh += bot.api.seen(chat)[before[0] :]
            if message.edits > edits:  # it has other buttons by now
                fresh.append(message)
    await bot.pressed(chat, "Yes, erase everything" if where == "private" else "1.erase.0000000000000.0", by=ann)
    assert {verb for verb, _ in pressed} >= (
        {"like", "dislike", "seen", "save", "unsave", "more", "why", "next", "surprise", "clear", "loved", "keep"}
        if where == "private"
        else {"like", "dislike", "seen", "save", "next", "join", "recommend"}
    )
    assert {r.description for r in bot.api.refusals[refused:]} <= {UNMODIFIED}
    assert await bot.lost() == []
