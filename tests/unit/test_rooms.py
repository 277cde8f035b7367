"""A private chat and a group are two rooms: what is said in one shows in the other only where it should."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from bot.conversation.service import Conversations
from bot.store.repository import Store
from tests.support.chat import Person, films_chat

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chat(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Conversations, Store]]:
    async with films_chat(tmp_path_factory.mktemp("chat")) as running:
        yield running


@pytest.fixture
def ann(chat: tuple[Conversations, Store]) -> Person:
    return Person(*chat, name=f"ann {uuid4()}")


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
