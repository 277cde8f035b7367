"""`usher evaluate explanations` on the real catalogue and engine, with a generator whose words are known."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator

import pytest
import torch

from bot.evaluation import explanations
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder
from recsys.engine import Engine
from recsys.llm import Prompt

pytestmark = pytest.mark.slow


class Parrot:
    """Says the film's name and genre, which is true, and every third time something else, which is not."""

    name = "parrot"

    def __init__(self) -> None:
        self.calls = 0

    async def stream(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> AsyncGenerator[str, None]:
        self.calls += 1
        lines = dict(line.split(": ", 1) for line in prompt[-1].content.splitlines() if ": " in line)
        title, genre = lines["Film"].rsplit(" (", 1)[0], lines["Genre"].split(",")[0].lower()
        lie = self.calls % 3 == 0
        for word in (
            "Gandalf is in it, and he saves them all." if lie else f"For tonight, {genre}: {title} could suit you."
        ).split(" "):
            yield f"{word} "

    async def aclose(self) -> None:
        pass


async def test_the_report_counts_what_people_would_have_seen(parts: tuple[Catalogue, Artefact, Encoder]) -> None:
    engine = Engine(*parts, torch.device("cpu"))
    report = await explanations.evaluate(engine, parts[2], Parrot(), n=9, seed=3, deadline=5.0)
    assert report["n"] == 9 and report["model"] == "parrot"
    metrics = report["metrics"]
    assert metrics["phrased_by_llm"] + metrics["template"] == pytest.approx(1.0)
    assert metrics["phrased_by_llm"] > 0.5
    assert metrics["tokens_per_s"] > 0 and 0 < metrics["first_words_s_p95"] <= metrics["whole_s_p95"]
    assert set(report["outcomes"]) <= {"accepted", "rephrased", "shortened", "refused name", "refused wish"}
    assert not any("Gandalf" in sample["text"] for sample in report["samples"])
    assert any("Gandalf" in words for sample in report["samples"] for words in sample["tried"])
    for sample in report["samples"]:
        assert sample["facts"]["title"] in explanations.printed(sample)
    json.dumps(report)
