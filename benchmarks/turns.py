"""A chat turn's latency without the language model, and what share of it is a plain torch matmul + top-k.

Run with ``make bench``. Prints p50 and p95 in milliseconds of whole turns through the real service and database, then
the engine's batch time as a ratio to the bare ``vectors @ query`` and ``torch.topk`` over the same catalogue.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from bot import logs
from bot.conversation.service import Incoming
from bot.settings import Settings
from bot.stages import set_up
from bot.wiring import application
from recsys.engine import Engine, pick_device
from recsys.taste import Query, Taste, Wish

MESSAGES = (
    "something funny from the 90s",
    "I loved Heat and The Insider",
    "more",
    "nothing gory, under two hours",
    "lonely astronaut drifting away from earth",
    "with Tom Hanks",
    "older",
    "something like Alien but funnier",
)
ROUNDS = 10


def main() -> None:
    """Measure and print."""
    logs.configure("WARNING")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{Path(folder) / 'bench.db'}", llm="off")
        catalogue, artefact, encoder = set_up(settings, print)
        encoder.load()
        ms = asyncio.run(_turns(settings, catalogue, artefact, encoder))
    print(f"turn: p50 {np.percentile(ms, 50):.1f} ms, p95 {np.percentile(ms, 95):.1f} ms, {len(ms)} turns")
    engine = Engine(catalogue, artefact, encoder, pick_device(settings.device))
    vectors = artefact.tensors["vectors"]
    query = vectors[:1].clone()
    ours = _best(lambda: engine.recommend([Query(Taste({catalogue.items[0].id: 1.0}), Wish())]))
    bare = _best(lambda: torch.topk(query @ vectors.T, 10))
    print(f"engine: {ours:.2f} ms a query, {ours / bare:.1f} x matmul + topk ({bare:.2f} ms), {len(catalogue)} items")


async def _turns(settings: Settings, *parts: object) -> list[float]:
    times = []
    async with application(settings, *parts) as app:  # type: ignore[arg-type]
        for round_ in range(ROUNDS):
            for n, message in enumerate(MESSAGES):
                started = time.perf_counter()
                await app.conversations.turn(Incoming("bench", f"p{round_}", f"p{round_}", f"{round_}:{n}", message))
                times.append(1000 * (time.perf_counter() - started))
    return times[len(MESSAGES) :]


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(50):
        started = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - started))
    return min(times)


if __name__ == "__main__":
    main()
