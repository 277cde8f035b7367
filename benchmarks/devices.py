"""CPU and CUDA: are the rankings the same, and how long does each take?

``python -m benchmarks.devices [--queries 200] [--out F.json]``

The index of USHER_HOME is read once and scored on both devices, for drawn people who like, dislike and ask for
something (seeded). Two lists are the same when every place holds the same item, or one whose score differs by less
than ``TIES``. Times are the best of some rounds, for one query and for many at once. Ends with status 1 when lists
differ.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bot.settings import load_settings
from bot.stages import Home, encoder_of
from recsys.catalogue import Catalogue, Facet
from recsys.encoder import Encoder, Vectors
from recsys.engine import Engine
from recsys.registry import Registry
from recsys.taste import Clause, Query, Range, Taste, Wish

TIES = 1e-4
"""Scores closer than this count as equal, as a share of the largest score."""
TOP = 10
LAST = -1000.0
"""In place of the score of items that are out of the ranking."""
BATCHES = (1, 8, 64)
ROUNDS = 5
TEXTS = ("", "lonely astronaut far from home", "a heist that goes wrong", "funny and warm, for a rainy day")


def drawn(catalogue: Catalogue, n: int, seed: int = 20) -> list[Query]:
    """People of all kinds: nothing known, a few likes and dislikes, many; with and without a wish."""
    rng = np.random.default_rng(seed)
    known = [item.id for item in catalogue.items[: min(2000, len(catalogue))]]
    genres = sorted({facet for item in catalogue.items[:200] for facet in item.facets.get("genre", ())})
    queries = []
    for k in range(n):
        rated = rng.choice(known, min((0, 1, 3, 10, 40)[k % 5], len(known)), replace=False)
        opinions = {str(item): float(rng.choice((1.0, 1.0, 0.7, -1.0))) for item in rated}
        genre = str(rng.choice(genres)) if genres and k % 3 == 0 else ""
        wanted = (Clause(genre, (Facet("genre", genre),)),) if genre else ()
        ranges = (Range("year", 1990, 1999),) if k % 7 == 0 else ()
        text = TEXTS[k % len(TEXTS)]
        queries.append(Query(Taste(opinions), Wish(text=text, wanted=wanted, ranges=ranges)))
    return queries


def unlike(one: Vectors, other: Vectors) -> bool:
    """Whether the rankings by two devices' scores (N,) differ by more than ties."""
    first, second = (np.argsort(-scores, kind="stable")[:TOP] for scores in (one, other))
    apart = np.abs(one[first] - one[second])
    return bool((apart > TIES * np.abs(one[first]).max()).any())


def compare(engines: dict[str, Engine], queries: Sequence[Query]) -> dict[str, Any]:
    """How many of the lists differ, and the largest difference of a score."""
    differ, most = 0, 0.0
    for start in range(0, len(queries), 16):
        some = queries[start : start + 16]
        cpu, cuda = (engines[name].scores(some) for name in ("cpu", "cuda"))
        cpu, cuda = (np.where(np.isfinite(scores), scores, LAST) for scores in (cpu, cuda))
        most = max(most, float(np.abs(cpu - cuda).max()))
        differ += sum(unlike(one, other) for one, other in zip(cpu, cuda, strict=True))
    return {"lists": len(queries), "differ": differ, "largest_difference": most}


def timed(engine: Engine, queries: Sequence[Query], batch: int) -> float:
    """Milliseconds a query, whole lists with their reasons, ``batch`` queries at once: the best of some rounds."""
    some, best = queries[:batch], float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        engine.recommend(some)
        best = min(best, 1000 * (time.perf_counter() - started) / len(some))
    return best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("PyTorch finds no CUDA GPU here.")
    settings = load_settings()
    home = Home(settings.usher_home)
    catalogue = Catalogue.load(home.items)
    artefact = Registry(home.index).load()
    encoder = encoder_of(settings)
    vectors = {q: encoder.encode([q]) for q in TEXTS}
    engines = {
        name: Engine(catalogue, artefact, _Given(encoder, vectors), torch.device(name)) for name in ("cpu", "cuda")
    }
    queries = drawn(catalogue, options.queries)
    found = {"gpu": torch.cuda.get_device_name(), "items": len(catalogue), **compare(engines, queries)}
    found["ms_per_query"] = {
        name: {str(batch): timed(engine, queries, batch) for batch in BATCHES} for name, engine in engines.items()
    }
    print(json.dumps(found, indent=1))
    if options.out:
        options.out.write_text(json.dumps(found, indent=1), encoding="utf-8")
    sys.exit(1 if found["differ"] else 0)


class _Given(Encoder):
    """Both devices score the same vectors of the wishes: the encoder's own rounding is not what is compared."""

    def __init__(self, encoder: Encoder, vectors: dict[str, Vectors]) -> None:
        super().__init__()
        self.name = encoder.name
        self._vectors = vectors

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors (len(texts), d) of texts that are known."""
        return np.concatenate([self._vectors[text] for text in texts])


if __name__ == "__main__":
    main()
