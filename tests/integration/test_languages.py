"""Who is spoken to in which language, on the real catalogue, models and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from bot.conversation.reply import Reply
from bot.conversation.service import Incoming
from bot.settings import Settings
from bot.store.migrate import upgrade
from bot.texts import is_chinese
from bot.wiring import Application, application
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


class Person:
    """Somebody whose channel may know their language."""

    def __init__(self, app: Application, language: str | None = None) -> None:
        self.app, self.language, self.id = app, language, str(uuid4())

    async def _turn(self, text: str | None, press: str | None = None) -> Reply:
        incoming = Incoming("test", self.id, self.id, str(uuid4()), text, press, language=self.language)
        return await self.app.conversations.turn(incoming)

    async def say(self, text: str) -> Reply:
        return await self._turn(text)

    async def tap(self, reply: Reply, label: str) -> Reply:
        (button,) = [b for b in reply.buttons if label in b.label]
        return await self._turn(None, button.press)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(
    home: Path, tmp_path_factory: pytest.TempPathFactory, parts: tuple[Catalogue, Artefact, Encoder]
) -> AsyncIterator[Application]:
    url = f"sqlite:///{tmp_path_factory.mktemp('languages') / 'usher.db'}"
    settings = Settings(usher_home=home, database_url=url, llm="off", _env_file=None)  # type: ignore[call-arg]
    await upgrade(settings.database)
    async with application(settings, *parts) as running:
        yield running


@pytest.mark.parametrize(("code", "chinese"), [("zh-hans", True), ("en-GB", False), ("fr", False), (None, False)])
async def test_the_channel_says_which_language_a_newcomer_speaks(
    app: Application, code: str | None, chinese: bool
) -> None:
    welcome = await Person(app, code).say("hi")
    assert is_chinese(welcome.text) is is_chinese(welcome.question or "") is chinese


@pytest.mark.parametrize(
    "words", ["说中文", "speak Chinese", "can you speak chinese please", "/language zh", "/language 中文"]
)
async def test_words_switch_the_language_and_it_stays(app: Application, words: str) -> None:
    person = Person(app, "en")
    assert is_chinese((await person.say(words)).text)
    assert is_chinese((await person.say("something funny")).text)
    assert not is_chinese((await person.say("用英文")).text)
    assert not is_chinese((await person.say("something funny")).text)


async def test_buttons_switch_the_language(app: Application) -> None:
    person = Person(app)
    which = await person.say("/language")
    assert [b.label for b in which.buttons] == ["English", "中文"]
    chosen = await person.tap(which, "中文")
    assert is_chinese(chosen.text)
    listed = await person.tap(chosen, "推荐几部")
    assert is_chinese(listed.question or "") and listed.buttons[-1].label == "给我惊喜"
    assert not is_chinese((await person.tap(which, "English")).text)


async def test_who_writes_chinese_is_answered_in_chinese_from_then_on(app: Application) -> None:
    person = Person(app)
    assert not is_chinese((await person.say("hi")).text)
    assert is_chinese((await person.say("你好")).text)
    assert is_chinese((await person.say("Heat")).text)


async def test_who_only_names_a_film_is_answered_as_before(app: Application) -> None:
    person = Person(app)
    assert not is_chinese((await person.say("盗梦空间")).text)
    listed = await person.say("《盗梦空间》")
    assert not is_chinese(listed.text)
    assert not is_chinese((await person.say("I loved it, something from the 90s")).text)


async def test_who_writes_in_other_letters_again_is_answered_in_their_channels_language(app: Application) -> None:
    person = Person(app)
    assert is_chinese((await person.say("想看喜剧")).text)
    assert is_chinese((await person.say("/watchlist")).text)
    assert not is_chinese((await person.say("something funny, under two hours")).text)
    assert not is_chinese((await person.say("Heat")).text)
    chinese = Person(app, "zh")
    assert is_chinese((await chinese.say("something funny, under two hours")).text)


async def test_who_asked_for_chinese_keeps_it_whatever_they_write(app: Application) -> None:
    person = Person(app)
    await person.say("speak Chinese")
    assert is_chinese((await person.say("something funny, under two hours")).text)


async def test_who_chose_english_keeps_it_whatever_they_write(app: Application) -> None:
    person = Person(app, "zh")
    await person.say("speak English")
    assert not is_chinese((await person.say("你好")).text)


async def test_a_card_in_chinese_has_chinese_facts_reasons_and_buttons(app: Application) -> None:
    listed = await Person(app, "zh").say("I loved Heat, something from the 90s, no horror")
    assert "Heat》（1995）" in listed.text and "1990年代" in listed.text and "恐怖" in listed.text
    for card in listed.cards:
        assert is_chinese(card.reason) and is_chinese(card.facets[0])
        assert all(is_chinese(button.label) for button in card.buttons)
    assert listed.explain and is_chinese(listed.explain.template)


async def test_wanting_a_film_in_chinese_does_not_switch(app: Application) -> None:
    listed = await Person(app).say("something in Chinese please")
    assert not is_chinese(listed.text)
    assert all("Chinese" in {u.value for u in listed.understood} for _ in listed.cards) and listed.cards
