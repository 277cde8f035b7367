"""The composition root: settings in, a running application out. Everything is put together here and nowhere else."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.admin.room import BackRoom
from bot.background import background
from bot.conversation.domain import Domain
from bot.conversation.explaining import Explainer
from bot.conversation.gist import Gist, load_examples
from bot.conversation.lexicon import load_lexicon
from bot.conversation.service import Conversations
from bot.conversation.understand import Understanding
from bot.jobs import end_evenings, follow_registry
from bot.settings import Settings
from bot.stages import Home, fetch_generator
from bot.store.repository import Store
from bot.texts import LANGUAGES, Language, Texts
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.datasets.movie_style import MOVIE_STYLE
from recsys.encoder import Encoder
from recsys.engine import Engine, EngineConfig, pick_device
from recsys.errors import UsherError
from recsys.facts import Style
from recsys.llm import Budget, Guarded, LlamaCpp, OpenAI, TextGenerator, Transformers
from recsys.phrase import prefix
from recsys.progress import Progress

log = logging.getLogger(__name__)


WARMING = "warming up"
"""The name of the thread that loads the encoder: Python must not end while it is inside a library."""


@dataclass(frozen=True, slots=True)
class Application:
    """What channels need."""

    settings: Settings
    store: Store
    conversations: Conversations
    texts: Mapping[Language, Texts]


@asynccontextmanager
async def application(
    settings: Settings,
    catalogue: Catalogue,
    artefact: Artefact,
    encoder: Encoder,
    kind: type[Engine] = Engine,
    *,
    fixed: bool = False,
) -> AsyncIterator[Application]:
    """The application of a set-up installation, ready to talk. The encoder and the text generator arrive in the
    background: the first message waits for the former, nothing waits for the latter. ``kind``: another engine to
    compare with. ``fixed``: ``artefact`` is served whatever the installation's registry says."""
    home = Home(settings.usher_home)
    texts = {language: Texts.load(language, home.texts) for language in LANGUAGES}
    engine = engine_of(settings, catalogue, artefact, encoder, kind)
    gist = Gist(encoder, load_examples())
    domain = Domain(texts["en"])
    understanding = Understanding(catalogue, load_lexicon(), gist, domain)
    store = await Store.open(settings.database)
    # Last, since it takes the interpreter for seconds: the prompt is there first.
    threading.Thread(target=_warm_up, args=(gist,), name=WARMING, daemon=True).start()
    style = MOVIE_STYLE.called(texts["en"]("item"))
    arrival = GeneratorArrival(settings, style)
    budget = Budget(settings.llm_tokens_per_hour)
    explainer = Explainer(store, catalogue, arrival.generator, budget, style=style)

    async def renew(catalogue: Catalogue, artefact: Artefact) -> None:
        engine = await asyncio.to_thread(engine_of, settings, catalogue, artefact, encoder, kind)
        understanding = await asyncio.to_thread(Understanding, catalogue, load_lexicon(), gist, domain)
        explainer = Explainer(store, catalogue, arrival.generator, budget, style=style)
        await conversations.renew(understanding, engine, explainer)

    try:
        spoken = settings.default_language
        room = BackRoom(settings, store, texts[spoken], lambda: conversations.engine)
        conversations = Conversations(store, understanding, engine, texts, explainer, spoken, room.answer)
        following = nullcontext() if fixed else background(follow_registry(home, artefact.version, renew))
        async with following, background(end_evenings(store)):
            yield Application(settings, store, conversations, texts)
    finally:
        await arrival.aclose()
        await store.close()


def engine_of(
    settings: Settings, catalogue: Catalogue, artefact: Artefact, encoder: Encoder, kind: type[Engine] = Engine
) -> Engine:
    """The engine that the settings ask for."""
    config = EngineConfig(trade_off=settings.diversity)
    return kind(catalogue, artefact, encoder, pick_device(settings.device), config, MOVIE_STYLE.moods)


async def explained(
    settings: Settings,
    parts: tuple[Catalogue, Artefact, Encoder],
    n: int,
    seed: int,
    deadline: float,
    progress: Progress,
) -> dict[str, Any]:
    """The report on ``n`` explanations by the text generator of the settings, which must be here already."""
    from bot.evaluation import explanations

    home = Home(settings.usher_home)
    engine, texts = engine_of(settings, *parts), Texts.load("en", home.texts)
    generator = await load_generator(settings, home.generator, MOVIE_STYLE.called(texts("item")))
    try:
        return await explanations.evaluate(engine, parts[2], generator, n, seed, deadline, progress, texts)
    finally:
        await generator.aclose()


async def load_generator(settings: Settings, default: Path, style: Style = MOVIE_STYLE) -> Guarded:
    """The text generator of the settings behind its circuit breaker; ``default``: the GGUF file where they name none;
    ``style``: what its prompts will be of. Raises ``ModelError`` when it can't be loaded."""
    constant = prefix(style)
    if settings.llm_backend == "openai":
        key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else ""
        return Guarded(OpenAI(settings.llm_url, settings.llm_model, key))
    if settings.llm_backend == "transformers":
        return Guarded(await Transformers.load(settings.llm_model, prefix=constant))
    path = Path(settings.llm_model) if settings.llm_model else default
    return Guarded(await LlamaCpp.load(path, threads=os.cpu_count(), prefix=constant))


class GeneratorArrival:
    """Fetches and loads the text generator while people already chat; ``generator`` gives it once it is there."""

    def __init__(self, settings: Settings, style: Style = MOVIE_STYLE) -> None:
        self._loaded: Guarded | None = None
        self._stopped = threading.Event()
        self._task = asyncio.create_task(self._arrive(settings, style)) if settings.llm_backend != "off" else None

    def generator(self) -> TextGenerator | None:
        """The generator, or ``None`` while it is not there (or never comes: LLM=off, no network, no room)."""
        return self._loaded

    async def aclose(self) -> None:
        """Stop fetching (what has arrived is kept) and unload."""
        self._stopped.set()
        if self._task is not None:
            with suppress(asyncio.CancelledError):
                await self._task
        if self._loaded is not None:
            await self._loaded.aclose()

    async def _arrive(self, settings: Settings, style: Style) -> None:
        try:
            default: Path | None = Home(settings.usher_home).generator
            if settings.llm_backend == "llama.cpp" and not settings.llm_model:
                default = await asyncio.to_thread(self._fetch, Home(settings.usher_home))
            if default is not None:
                self._loaded = await load_generator(settings, default, style)
        except UsherError as error:
            if self._stopped.is_set():
                return  # broken off by us
            log.warning("Explanations stay with templates: %s", error)
        except Exception as error:  # nothing that a library raises may reach those who chat
            log.warning("Explanations stay with templates: %s", type(error).__name__)

    def _fetch(self, home: Home) -> Path | None:
        def unless_stopped(_task: str, _done: int, _total: int | None) -> None:
            if self._stopped.is_set():
                raise _StoppedError

        with suppress(_StoppedError):
            return fetch_generator(home, unless_stopped)
        return None


class _StoppedError(Exception):
    """The application ends while the generator is being fetched."""


def _warm_up(gist: Gist) -> None:
    # A failure shows when the encoder is needed, with its message; here it would be a traceback in the chat.
    with suppress(UsherError):
        gist.load()
