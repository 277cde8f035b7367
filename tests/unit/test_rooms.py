"""A private chat and a group are two rooms: what is said in one shows in the other only where it should."""

from __future__ import annotations

import asyncio
import json
import threading
from uuid import uuid4

import pytest
from sqlalchemy import select

from bot.conversation.actions import Actions
from bot.conversation.service import EVENING
from bot.conversation.statements import Context, Reading
from bot.conversation.understand import Understanding
from bot.store.records import utcnow
from bot.store.tables import Base
from bot.texts import Texts
from recsys.errors import DataError
from tests.support.chat import Person, films_engine
from tests.support.films import films

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def club(ann: Person) -> Person:
    """Ann in a group."""
    return ann.within(f"club {uuid4()}")


class TestOpinions:
    @pytest.mark.parametrize("opinion", ["I hated Titanic", "I loved Titanic", "I've seen Titanic", "save Titanic"])
    async def test_a_group_is_not_told_what_one_of_them_said_of_a_film(
        self, ann: Person, club: Person, opinion: str
    ) -> None:
        bob = Person(ann.conversations, ann.store, f"bob {uuid4()}").within(str(club.group))
        await ann.say(opinion)
        to_ann, to_bob = [await person.say("Titanic") for person in (club, bob)]
        assert (to_ann.text, to_ann.question) == (to_bob.text, to_bob.question)
        assert [b.label for b in to_ann.buttons] == [b.label for b in to_bob.buttons]


class TestUndo:
    @pytest.mark.parametrize("heard", ["something funny", "I hated Heat"])
    async def test_what_is_said_in_a_group_is_not_in_the_way_of_a_private_undo(
        self, ann: Person, club: Person, heard: str
    ) -> None:
        await ann.say("I loved Alien")
        await club.say(heard)
        assert "I loved Alien" in (await ann.say("undo")).text
        assert "Alien" not in (await ann.say("/profile")).text
        assert (await ann.say("undo")).text == Texts()("undo_nothing")

    async def test_what_is_pressed_in_a_group_is_not_in_the_way_of_a_private_undo(
        self, ann: Person, club: Person
    ) -> None:
        await ann.say("I loved Alien")
        listed = await club.say("recommend something")
        await club.tap(listed.cards[0], "Like")
        assert "I loved Alien" in (await ann.say("undo")).text


class TestWords:
    async def kept(self, club: Person, *words: str) -> set[str]:
        """The tables that hold any of these words."""
        async with club.store.engine.connect() as connection:
            rows = {t.name: (await connection.execute(select(t))).mappings() for t in Base.metadata.sorted_tables}
        told = {name: json.dumps(list(map(dict, found)), default=str) for name, found in rows.items()}
        return {name for name, found in told.items() if any(word in found for word in words)}

    async def evening_over(self, club: Person) -> None:
        await club.sleep()
        async with club.store.unit() as unit:
            await unit.end_evenings(utcnow() - EVENING)
            await unit.commit()

    async def test_what_a_group_feels_like_is_kept_until_its_evening_is_over(self, club: Person) -> None:
        words = ("lighthouse", "Gertrude")
        await club.say("something about lonely lighthouse keepers and my aunt Gertrude", "older")
        assert await self.kept(club, *words) == {"conversations"}
        await self.evening_over(club)
        assert not await self.kept(club, *words)
        assert (await club.say("recommend something")).cards

    async def test_a_private_evening_is_kept_for_who_reviews_it(self, ann: Person, club: Person) -> None:
        await ann.say("something about lonely lighthouse keepers")
        await self.evening_over(club)
        assert await self.kept(ann, "lighthouse") >= {"conversations", "turns", "statements"}

    async def test_an_opinion_given_in_a_group_is_the_speakers(self, ann: Person, club: Person) -> None:
        await club.say("I hated Titanic")
        await self.evening_over(club)
        assert "Titanic" in (await ann.say("/profile")).text


class TestLanguage:
    @pytest.mark.parametrize("asked", ["/language", "speak English", "说英文"])
    async def test_a_group_may_ask_for_a_language(self, club: Person, asked: str) -> None:
        reply = await club.say(asked)
        assert "English" in f"{reply.text} {[b.label for b in reply.buttons]}"

    async def test_who_presses_a_language_in_a_group_is_spoken_to_in_it(self, ann: Person, club: Person) -> None:
        bob = Person(ann.conversations, ann.store, f"bob {uuid4()}")
        choice = await club.say("/language")
        assert (await bob.within(str(club.group)).tap(choice, "中文")).text == Texts("zh")("language_now")
        assert (await bob.say("/privacy")).text == Texts("zh")("privacy")
        assert (await ann.say("/privacy")).text == Texts("en")("privacy")


class TestWaiting:
    @pytest.fixture
    def answered(self, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
        """Set by the test when somebody else was answered; until then "endless" is being read."""
        answered, read = threading.Event(), Understanding.read

        def slowly(self: Understanding, text: str, context: Context = Context()) -> Reading:  # noqa: B008 (frozen)
            assert text != "endless" or answered.wait(30), "nobody was answered meanwhile"
            return read(self, text, context)

        monkeypatch.setattr(Understanding, "read", slowly)
        return answered

    async def test_what_takes_long_to_understand_holds_nobody_else_up(
        self, ann: Person, club: Person, answered: threading.Event
    ) -> None:
        slow = asyncio.create_task(ann.say("endless"))
        await club.say("a comedy")
        answered.set()
        assert (await slow).text

    async def test_neither_does_what_is_typed_inline(
        self, ann: Person, club: Person, answered: threading.Event
    ) -> None:
        slow = asyncio.create_task(ann.conversations.suggest("test", ann.name, "endless"))
        await club.say("a comedy")
        answered.set()
        assert await slow


async def test_an_action_that_nothing_answers_is_noticed_at_the_start(ann: Person) -> None:
    class Mute(Texts):
        def __contains__(self, key: str) -> bool:
            return key != "bye" and super().__contains__(key)

    with pytest.raises(DataError, match="bye"):
        Actions(ann.store, films_engine(films()), Mute())
