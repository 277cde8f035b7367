"""What people would read: explanations of real recommendations to simulated people, phrased by the real model."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from string import Formatter
from tempfile import TemporaryDirectory
from typing import Any

from bot.conversation.domain import Domain
from bot.conversation.explaining import Explainer
from bot.conversation.lexicon import load_lexicon
from bot.conversation.press import Verb, parse_press
from bot.conversation.reply import Explanation, Reply
from bot.conversation.service import Conversations, Incoming
from bot.conversation.understand import Understanding
from bot.store.migrate import upgrade
from bot.store.repository import Store
from bot.texts import Texts
from recsys.catalogue import Catalogue, Item
from recsys.datasets.movie_style import MOVIE_STYLE
from recsys.encoder import Encoder
from recsys.engine import Engine
from recsys.errors import DataError
from recsys.evaluation.audit import Audit
from recsys.facts import Facts
from recsys.llm import Budget, Prompt, TextGenerator
from recsys.progress import Progress, silent

FAMILIAR = 1500
"""People name films among this many of the best known."""
TRIES = 3
"""People who are tried for each explanation that is wanted: some are asked back instead of given a list."""

SAID: tuple[str, ...] = (
    "I loved {a}",
    "I loved {a} and {b}",
    "I loved {a}, {b} and {c}, what should I {watch}?",
    "something like {a} but {twist}",
    "something like {a}",
    "a {mood} {genre} {noun}",
    "a {genre} from the {decade}s",
    "I loved {a}. Something {mood} tonight, under {time}",
    "I loved {a} but hated {b}, nothing gory",
    "{a_noun} with {actor}",
    "I like {director}, and {a} was great",
    "{story}",
    "I enjoyed {a}. Tonight {story}",
    "I love {genre} {nouns}, surprise me",
    "something {mood} from the {decade}s with {actor}",
)
USUAL = {"genre": "drama", "actor": "Tom Hanks", "director": "Steven Spielberg"}
"""What is asked for where a film has no genre, cast or director."""
ASKS = frozenset((*USUAL, "decade", "time", "story"))
"""Placeholders for what not every catalogue has; the stories are those of films."""
MOODS = ("funny", "tense", "slow and atmospheric", "romantic", "dark", "feel-good", "exciting", "moving", "scary")
TWISTS = ("funnier", "darker", "shorter", "older", "more romantic", "less violent", "newer")
STORIES = (
    "a story about loneliness in a big city",
    "people stuck in space",
    "a heist that goes wrong",
    "a friendship between a child and an animal",
    "robots that learn to feel",
    "a courtroom fight against the odds",
    "growing up in a small town",
    "a family falling apart",
    "a journey through the desert",
    "musicians on the road",
)


@dataclass
class Timed:
    """A generator that keeps count: of each call when the words came, and the words, accepted or not."""

    inner: TextGenerator
    calls: list[list[float]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.inner.name

    async def stream(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> AsyncGenerator[str, None]:
        times: list[float] = []
        self.calls.append(times)
        self.said.append("")
        async with aclosing(self.inner.stream(prompt, max_tokens=max_tokens, deadline=deadline)) as pieces:
            async for piece in pieces:
                times.append(time.perf_counter())
                self.said[-1] += piece
                yield piece

    async def aclose(self) -> None:
        await self.inner.aclose()

    @property
    def tokens_per_s(self) -> float:
        """While words are coming; the time until the first one is the prompt's."""
        spans = [(len(times) - 1, times[-1] - times[0]) for times in self.calls if len(times) > 1]
        seconds = sum(s for _, s in spans)
        return sum(n for n, _ in spans) / seconds if seconds else 0.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One explanation as a person would have seen it. ``first_words_s`` is None when no model words were shown."""

    said: str
    facts: Facts
    explanation: Explanation
    first_words_s: float | None
    tried: tuple[str, ...] = ()


class People:
    """Made-up people who say what real ones say; the same seed, the same people."""

    def __init__(self, catalogue: Catalogue, seed: int, texts: Texts) -> None:
        """``texts`` say what the items are called. What is no film is asked for by what the catalogue has alone."""
        self._rng = random.Random(seed)
        self._nouns = texts.nouns
        self._usual, self._said = USUAL, SAID
        if texts("item") != Texts()("item"):
            maker = next((maker.kind for item in catalogue.items for maker in item.makers), "")
            kinds = {"genre": "genre", "actor": "cast", "director": maker}
            usual = {what: next(iter(catalogue.values(kind)), "") for what, kind in kinds.items()}
            has = {what for what, name in usual.items() if name}
            has |= {what for what, number in (("decade", "year"), ("time", "runtime")) if catalogue.quantile(number, 0)}
            self._usual, self._said = usual, tuple(said for said in SAID if _placeholders(said) & ASKS <= has)
        best = sorted(catalogue.items, key=lambda item: -(item.number("popularity") or 0.0))
        self._familiar = best[:FAMILIAR]
        if len(self._familiar) < 2:
            raise DataError("The catalogue is too small to recommend from; import one with more items.")

    def message(self) -> str:
        """What the next person says."""
        rng = self._rng
        a = rng.choice(self._familiar)
        near = [i for i in rng.sample(self._familiar, min(200, len(self._familiar))) if _kin(a, i)] or self._familiar
        b, c = rng.choice(near), rng.choice(self._familiar)
        values = {
            "a": a.title, "b": b.title, "c": c.title,
            "genre": _value(rng, c, "genre", self._usual["genre"]).lower(),
            "actor": _value(rng, c, "cast", self._usual["actor"]),
            "director": _value(rng, a, a.makers[0].kind if a.makers else "director", self._usual["director"]),
            "decade": rng.choice((1970, 1980, 1990, 2000)),
            "mood": rng.choice(MOODS), "twist": rng.choice(TWISTS), "story": rng.choice(STORIES),
            "time": "two hours", **self._nouns,
        }  # fmt: skip
        return rng.choice(self._said).format(**values)

    def asks_why(self) -> int | None:
        """The slot that the next person presses "why" on; most read what comes by itself."""
        return self._rng.choice((None, None, 1, 2, 3))


async def evaluate(
    engine: Engine,
    encoder: Encoder,
    generator: TextGenerator,
    n: int,
    seed: int,
    deadline: float,
    progress: Progress = silent,
    texts: Texts | None = None,
) -> dict[str, Any]:
    """The report on ``n`` explanations, each of another person's recommendation and due in ``deadline`` seconds.
    ``texts``: an operator's own strings, which say what the items are called."""
    timed, texts = Timed(generator), texts or Texts()
    async with talking(engine, timed, deadline, texts) as conversations:
        found = await samples(conversations, timed, People(engine.catalogue, seed, texts), n, progress)
    lexicon = load_lexicon()
    words: dict[str, set[str]] = {}
    for concept in lexicon.concepts.values():
        for genre in concept.genres:
            words.setdefault(genre, set()).update(concept.words)
    synonyms = {genre: frozenset(said) for genre, said in words.items()}
    audit = Audit(engine.catalogue, lexicon.common, synonyms, encoder.encode)
    return {**report(found, timed, audit), "item": texts("item")}


@asynccontextmanager
async def talking(
    engine: Engine, generator: TextGenerator, deadline: float, texts: Texts
) -> AsyncIterator[Conversations]:
    """The conversations that every channel has, over a database that is thrown away."""
    with TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'usher.db'}"
        await upgrade(url)
        store = await Store.open(url)
        try:
            understanding = Understanding(engine.catalogue, load_lexicon(), domain=Domain(texts))
            style = MOVIE_STYLE.called(texts("item"))
            explainer = Explainer(store, engine.catalogue, lambda: generator, Budget(0), deadline, style=style)
            yield Conversations(store, understanding, engine, {"en": texts}, explainer)
        finally:
            await store.close()


async def samples(
    conversations: Conversations,
    timed: Timed,
    people: People,
    n: int,
    progress: Progress = silent,
) -> list[Sample]:
    """``n`` explanations, each of another person's recommendation."""
    found: list[Sample] = []
    for person in range(n * TRIES):
        if len(found) == n:
            break
        said = people.message()
        reply = await _replied(conversations, str(person), said, people.asks_why())
        if reply.explain is not None:
            earlier = len(timed.said)
            sample = await _sample(conversations, said, reply)
            found.append(replace(sample, tried=tuple(timed.said[earlier:])))
            progress("Explaining", len(found), n)
    return found


async def _replied(conversations: Conversations, person: str, said: str, slot: int | None) -> Reply:
    reply = await conversations.turn(Incoming("evaluation", person, person, f"{person}:1", said))
    presses = [b.press for card in reply.cards if card.slot == slot for b in card.buttons]
    for press in presses:
        if (parsed := parse_press(press)) and parsed.verb is Verb.WHY:
            return await conversations.turn(Incoming("evaluation", person, person, f"{person}:2", press=press))
    return reply


async def _sample(conversations: Conversations, said: str, reply: Reply) -> Sample:
    started = time.perf_counter()
    first: list[float] = []

    async def watch(_: str) -> None:
        first.append(time.perf_counter() - started)

    assert reply.explain is not None
    explanation = await conversations.explain(reply, watch)
    assert explanation is not None
    return Sample(said, conversations.explainer.facts(reply.explain), explanation, first[0] if first else None)


def report(found: Sequence[Sample], timed: Timed, audit: Audit) -> dict[str, Any]:
    """The figures as JSON, the independent audit's among them, and every sample."""
    strange = audit.unsupported([s.explanation.text for s in found], [s.facts for s in found])
    first = [s.first_words_s for s in found if s.first_words_s is not None]
    by_model = [s for s in found if s.explanation.by == "llm"]
    outcomes = Counter(" ".join(s.explanation.outcome.split(":")[0].split()) for s in found)
    metrics = {
        "phrased_by_llm": len(by_model) / len(found),
        "template": 1 - len(by_model) / len(found),
        "unsupported": sum(map(bool, strange)),
        "first_words_s_p95": _p95(first),
        "whole_s_p95": _p95([s.explanation.ms / 1000 for s in found]),
        "tokens_per_s": timed.tokens_per_s,
        "distinct_openings": len({" ".join(s.explanation.text.split()[:3]) for s in found}) / len(found),
    }
    rows = [
        {
            "said": s.said,
            "facts": asdict(s.facts),
            "text": s.explanation.text,
            "by": s.explanation.by,
            "outcome": s.explanation.outcome,
            "tried": s.tried,
            "first_words_s": s.first_words_s,
            "whole_s": s.explanation.ms / 1000,
            "unsupported": said,
        }
        for s, said in zip(found, strange, strict=True)
    ]
    return {"n": len(found), "model": timed.name, "metrics": metrics, "outcomes": dict(outcomes), "samples": rows}


def printed(sample: Mapping[str, Any], item: str = "film") -> str:
    """A sample for a person to read: what was said, the facts of the ``item``, the words."""
    facts = sample["facts"]
    year = f" ({facts['year']})" if facts["year"] else ""
    lines = [f"said: {sample['said']}", f"{item}: {facts['title']}{year}"]
    lines += [f"{kind}: {', '.join(values)}" for kind, values in facts["fields"].items()]
    lines += [f"because {reason}" for reason in facts["reasons"]]
    lines += [f"-> {sample['text']}", f"   [{sample['by']}, {sample['outcome']}]"]
    return "\n".join([*lines, *(f"   unsupported? {what}" for what in sample["unsupported"])])


def _placeholders(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def _kin(a: Item, b: Item) -> bool:
    return bool(set(a.facets.get("genre", ())) & set(b.facets.get("genre", ()))) and a is not b


def _value(rng: random.Random, item: Item, kind: str, otherwise: str) -> str:
    return rng.choice(item.facets.get(kind) or (otherwise,))


def _p95(values: Sequence[float]) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))] if ranked else 0.0
