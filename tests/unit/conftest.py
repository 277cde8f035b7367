"""A chat about the small catalogue, and somebody who talks in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from bot.conversation.service import Conversations
from bot.store.repository import Store
from tests.support.chat import Person, films_chat


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chat(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Conversations, Store]]:
    async with films_chat(tmp_path_factory.mktemp("chat")) as running:
        yield running


@pytest.fixture
def ann(chat: tuple[Conversations, Store]) -> Person:
    return Person(*chat, name=f"ann {uuid4()}")
