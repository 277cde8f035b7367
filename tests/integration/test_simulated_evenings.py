"""Simulated people and written conversations meet the real service."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from bot.settings import Settings
from bot.simulation.people import drawn_person
from bot.simulation.run import Cast, compare, fill
from bot.simulation.scripts import Script, played
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder

pytestmark = pytest.mark.slow

Parts = tuple[Catalogue, Artefact, Encoder]


@pytest.fixture(scope="module")
def settings(home: Path) -> Settings:
    return Settings(usher_home=home, llm="off", _env_file=None)  # type: ignore[call-arg]


@pytest.fixture(scope="module")
def crowd(parts: Parts) -> Cast:
    """Eight people who like well-known films."""
    catalogue, artefact, encoder = parts
    known = sorted(catalogue.items, key=lambda i: -(i.number("popularity") or 0))[:400]
    draw = Random(0)
    ratings = [{i.id: draw.choice((2.0, 4.0, 5.0)) for i in draw.sample(known, 120)} for _ in range(8)]
    people = tuple(drawn_person(f"p{n}", r, {}, Random(n)) for n, r in enumerate(ratings))
    return Cast(catalogue, encoder, artefact, people)


def test_people_get_on_with_the_product_and_the_charts_do_not_heed_them(settings: Settings, crowd: Cast) -> None:
    report = compare(settings, crowd, 1, ("usher", "charts"))
    usher, charts = report["usher"], report["charts"]
    assert usher["problems"]["dead end"]["count"] == usher["problems"]["repeated"]["count"] == 0
    assert usher["problems"]["broken limit"]["count"] < charts["problems"]["broken limit"]["count"]
    assert usher["success"] > 0.3
    assert usher["users"] == 8


def test_a_database_is_filled_with_their_evenings(settings: Settings, crowd: Cast, tmp_path: Path) -> None:
    two = replace(crowd, people=crowd.people[:2])
    report = fill(settings, two, 1, f"sqlite:///{tmp_path / 'many.db'}", at_once=2)
    assert report["usher"]["turns"] > 2
    assert (tmp_path / "many.db").stat().st_size > 100_000


async def test_a_written_conversation_is_played_as_in_the_terminal(settings: Settings, parts: Parts) -> None:
    text = await played([Script("A thriller", ("hi", "a thriller from the 90s", "why 1", "bye"))], settings, *parts)
    assert "## 1. A thriller" in text
    said = [line for line in text.splitlines() if line.startswith("you> ")]
    assert said == ["you> hi", "you> a thriller from the 90s", "you> why 1", "you> bye"]
    assert "%" in text
