"""Who judges a new version, and when it is served."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot import learning
from bot.learning import JUDGES, Learned, learn
from bot.stages import Home
from recsys.registry import Registry
from recsys.train import hear
from tests.support.films import films
from tests.unit.test_registry import version


def judges(people: int) -> set[str]:
    """Who of so many people judges."""
    item = films().items[0].id
    names = [f"person {n}" for n in range(people)]
    heard = hear({name: {item: 1.0} for name in reversed(names)}, films())
    assert len(heard.table) == people
    return {sorted(names)[row] for row in heard.judges.tolist()}


def test_the_same_people_judge_whoever_else_comes() -> None:
    few, more = judges(400), judges(401)
    assert 20 < len(few) < 60
    assert few <= more


def test_people_who_like_nothing_neither_teach_nor_judge() -> None:
    item = films().items[0].id
    heard = hear({"a": {item: -1.0}, "b": {"no such film": 1.0}, "c": {item: 2.0}}, films())
    assert heard.table.strength.toarray()[:, 0].tolist() == [1.0]


def test_what_was_seen_and_liked_less_teaches_but_is_no_like() -> None:
    liked, fair, seen, hated = (item.id for item in films().items[:4])
    table = hear({"a": {liked: 0.7, fair: 0.4, seen: 0.0, hated: -1.0}}, films()).table
    assert table.strength.toarray()[0, :4].tolist() == pytest.approx([0.85, 0.7, 0.5, 0.0])
    assert table.likes().toarray()[0, :4].tolist() == [1.0, 1.0, 0.0, 0.0]


class Encoder:
    name = "minilm"


@pytest.mark.parametrize(
    ("people", "quality", "promoted"), [(JUDGES, 0.3, False), (JUDGES, 0.6, True), (JUDGES - 1, 0.3, True)]
)
def test_a_worse_version_is_kept_from_being_served_where_enough_people_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: int, quality: float, promoted: bool
) -> None:
    home, catalogue = Home(tmp_path), films()
    catalogue.save(home.items)

    def judged(name: str, quality: float) -> Learned:
        artefact = version(name, catalogue.version, quality)
        artefact = replace(artefact, config={**artefact.config, "judges": people, "heard": 3})
        monkeypatch.setattr(learning, "fitted", lambda *_: artefact)
        return learn(home, catalogue, Encoder(), {}, print)  # type: ignore[arg-type]

    assert judged("one", 0.5).promoted
    learned = judged("two", quality)
    assert learned.promoted is promoted
    assert Registry(home.index).current() == ("two" if promoted else "one")
    assert (learned.before, learned.after) == ((0.5, quality) if people == JUDGES else (None, None))
