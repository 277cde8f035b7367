"""The whole conversation over the small catalogue of films: real understanding, policy, engine and database, with an
encoder and a relation that are known by construction. Quick enough to walk through hundreds of turns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
from sqlalchemy import update

from bot.conversation.domain import Domain
from bot.conversation.explaining import Explainer
from bot.conversation.lexicon import load_lexicon
from bot.conversation.reply import Button, Card, Reply
from bot.conversation.service import Conversations, Incoming
from bot.conversation.understand import Understanding
from bot.store import tables
from bot.store.migrate import upgrade
from bot.store.records import Turn, utcnow
from bot.store.repository import Store
from bot.texts import LANGUAGES, Texts
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue, Item
from recsys.engine import Engine, pick_device
from recsys.llm import Budget
from recsys.models.fusion import KNOTS
from recsys.models.prior import fit_prior
from tests.support.films import films

GENRES = sorted({genre for item in films().items for genre in item.facets["genre"]})
MOODS = {"dark": "Crime", "feel-good": "Family", "mind-bending": "Science Fiction"}
"""Words that point along a genre's axis too, so that moods mean something to the encoder."""


class GenreEncoder:
    """One axis a genre: texts are alike as far as they name the same genres."""

    name = "genres"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        vectors = np.full((len(texts), len(GENRES)), 0.05, dtype=np.float32)
        for row, text in enumerate(texts):
            named = [genre for word, genre in MOODS.items() if word in text.casefold()]
            for axis, genre in enumerate(GENRES):
                vectors[row, axis] += genre.casefold() in text.casefold() or genre in named
        unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def films_engine(catalogue: Catalogue) -> Engine:
    """An engine in which those who like a film like what shares its genres."""
    encoder = GenreEncoder()
    vectors = torch.from_numpy(encoder.encode([item.text() for item in catalogue.items]))
    prior = fit_prior(catalogue)
    artefact = Artefact(
        config={"version": "test", "encoder": encoder.name, "catalogue": catalogue.version, "kernels": ["likeness"]},
        tensors={
            "vectors": vectors,
            "known": torch.sigmoid(prior),
            "prior": prior,
            "fusion.free": torch.zeros(len(KNOTS), 2),
            "fusion.scale": torch.ones(2),
            "fusion.knots": torch.log1p(torch.tensor(KNOTS, dtype=torch.float32)),
        },
        vocabulary=tuple(item.id for item in catalogue.items),
        metrics={},
    )
    return Engine(catalogue, artefact, encoder, pick_device("cpu"))


@dataclass
class Person:
    """Somebody who talks to the bot and presses its buttons."""

    conversations: Conversations
    store: Store
    name: str = "ann"
    catalogue: Catalogue = field(default_factory=films)
    said: int = 0
    group: str | None = None
    """The group that they are talking in; None in their private chat."""

    def within(self, group: str) -> Person:
        """The same person in a group."""
        return replace(self, group=group)

    async def say(self, *texts: str) -> Reply:
        """Say one thing after the other; the reply to the last."""
        for text in texts:
            reply = await self._turn(text=text)
        return reply

    async def press(self, press: str) -> Reply:
        return await self._turn(press=press)

    async def tap(self, reply: Reply | Card, label: str) -> Reply:
        """Press the one button of a reply or card whose label holds these words."""
        (button,) = [b for b in reply.buttons if label.casefold() in b.label.casefold()]
        return await self.press(button.press)

    async def sleep(self) -> None:
        """Let the evening end."""
        async with self.store.engine.begin() as connection:
            await connection.execute(update(tables.Conversation).values(last_at=utcnow() - timedelta(hours=20)))

    async def turns(self) -> tuple[Turn, ...]:
        """Their stored turns, the latest first."""
        user = await self.store.user("test", self.name)
        async with self.store.reading() as reading:
            return await reading.history(user.id, 1000)

    def items(self, reply: Reply) -> list[Item]:
        return [self.catalogue[card.item_id] for card in reply.cards]

    async def _turn(self, text: str | None = None, press: str | None = None) -> Reply:
        self.said += 1
        chat = self.group or self.name
        key = f"{self.name}:{chat}:{self.said}"
        incoming = Incoming("test", self.name, chat, key, text, press, self.name, group=self.group)
        return await self.conversations.turn(incoming)


def buttons(reply: Reply) -> list[Button]:
    """Every button of a reply that presses something, the cards' too."""
    every = [*(b for card in reply.cards for b in card.buttons), *reply.buttons]
    return [button for button in every if not button.shares]


@asynccontextmanager
async def films_chat(
    folder: Path, catalogue: Catalogue | None = None, own: Path | None = None
) -> AsyncIterator[tuple[Conversations, Store]]:
    """The conversation about the small catalogue, or another, with a database of its own in ``folder``; ``own`` is the
    folder of an operator's strings."""
    catalogue = catalogue or films()
    texts = {language: Texts.load(language, own or folder) for language in LANGUAGES}
    url = f"sqlite+aiosqlite:///{folder / 'usher.db'}"
    await upgrade(url)
    store = await Store.open(url)
    try:
        understanding = Understanding(catalogue, load_lexicon(), domain=Domain(texts["en"]))
        explainer = Explainer(store, catalogue, lambda: None, Budget(1000))
        yield Conversations(store, understanding, films_engine(catalogue), texts, explainer), store
    finally:
        await store.close()
