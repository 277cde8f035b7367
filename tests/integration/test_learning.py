"""Learning from what people said, and items added to a running installation, with the real encoder."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bot.learning import add_items, learn
from bot.stages import Home, build_index, everybody, import_catalogue, ready_index
from bot.store.migrate import upgrade
from bot.store.records import Conversation, Feedback, Turn, new_id
from bot.store.repository import Store
from recsys.catalogue import Catalogue, Item
from recsys.encoder import Encoder
from recsys.engine import Engine
from recsys.errors import DataError, ModelError
from recsys.registry import Registry
from recsys.taste import Query, Taste, Wish
from tests.conftest import ROOT
from tests.support.films import films

PEOPLE = 40


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An installation with a small catalogue, of which nobody has rated anything."""
    file = tmp_path / "films.jsonl"
    unrated = (replace(item, numbers={"runtime": item.numbers["runtime"]}) for item in films().items)
    Catalogue(unrated).export_jsonl(file)
    home = Home(tmp_path / "home")
    ready_index(home, import_catalogue(home, file), Encoder(), dict, print)
    return home


async def said(store: Store, person: int, liked: list[str], disliked: list[str]) -> None:
    user = await store.user("telegram", str(person))
    conversation = Conversation(user_id=user.id, chat_id=str(person))
    turn = Turn(conversation_id=conversation.id, user_id=user.id, number=1)
    async with store.unit() as unit:
        await unit.start_conversation(conversation)
        await unit.add_turn(turn)
        for kind, items in (("like", liked), ("dislike", disliked)):
            for item in items:
                await unit.add_feedback(
                    Feedback(user_id=user.id, item_id=item, kind=kind, source="button", key=new_id(), made_in=turn.id)
                )
        await unit.commit()


def best(home: Home, query: Query) -> list[str]:
    engine = Engine(Catalogue.load(home.items), Registry(home.index).load(), Encoder(), torch.device("cpu"))
    return [pick.item_id for pick in engine.recommend([query])[0].picks]


async def test_what_people_like_here_teaches_the_next_version(home: Home, tmp_path: Path) -> None:
    """Two kinds of people, whose films have nothing in common but their people."""
    catalogue = Catalogue.load(home.items)
    ids = [item.id for item in catalogue.items]
    first, second = ids[0:16:2], ids[1:17:2]
    database = f"sqlite+aiosqlite:///{tmp_path / 'usher.db'}"
    await upgrade(database)
    store = await Store.open(database)
    for person in range(PEOPLE):
        mine, other = (first, second) if person % 2 else (second, first)
        await said(store, person, [i for n, i in enumerate(mine) if (n + person) % 4], other[:2])
    await store.close()
    before = Registry(home.index).current()
    query = Query(Taste({first[0]: 1.0}), k=4)
    assert len(set(best(home, query)) & set(first)) < 3

    people = await everybody(database)
    learned = learn(home, catalogue, Encoder(), people, print)

    assert (learned.people, learned.promoted) == (PEOPLE, True)
    assert (learned.before, learned.after) == (None, None)  # four people held out could not tell
    assert Registry(home.index).current() == learned.artefact.version != before
    assert len(set(best(home, query)) & set(first)) >= 3

    # Built anew, by the operator or by a start that finds it damaged, it still knows them.
    (home.index / learned.artefact.version / "model.safetensors").write_bytes(b"nonsense")
    built = ready_index(home, catalogue, Encoder(), lambda: people, print)
    assert built.version == learned.artefact.version


def test_what_conversations_taught_stays_when_the_index_is_built_anew(home: Home) -> None:
    catalogue, registry, told = Catalogue.load(home.items), Registry(home.index), []
    plain = registry.load()
    lesson = torch.rand(len(catalogue))
    config = {**plain.config, "version": "talked", "talk": {"signals": 3}, "recommended": ["heat"]}
    registry.add(replace(plain, config=config, tensors={**plain.tensors, "talk.expected": lesson}))

    built = build_index(home, catalogue, Encoder(), {}, told.append)
    assert (built.config["talk"], built.config["recommended"]) == ({"signals": 3}, ["heat"])
    assert torch.equal(registry.load().tensors["talk.expected"], lesson)
    assert told == []

    other = Catalogue(catalogue.items[:-1])
    assert "talk" not in build_index(home, other, Encoder(), {}, told.append).config
    assert "usher train dialogue" in told[-1]


SLOW = """
import sys, time
from pathlib import Path
from bot.cli import main
from recsys import train

fit = train.fit_index

def slow(*given, **more):
    artefact = fit(*given, **more)
    Path("fitted").touch()
    while not Path("go on").exists():
        time.sleep(0.01)
    return artefact

train.fit_index = slow
sys.argv = ["usher", "learn"]
main()
"""


def test_items_that_are_added_while_it_learns_are_no_loss_for_either(home: Home, tmp_path: Path) -> None:
    """Two real processes. Whoever comes second waits, or one would serve a model of the other's old catalogue."""
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{home.root.resolve() / 'usher.db'}"))
    new = Item("new", "Copper Canyon Standoff", 2026, "A western.", {"genre": ("Western",)}, {"rating": 7.5})
    Catalogue([new]).export_jsonl(tmp_path / "new.jsonl")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "USHER_HOME": str(home.root), "DATABASE_URL": ""}

    def started(*command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *command], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
        )

    with started("-c", SLOW) as learning:
        while not (tmp_path / "fitted").exists():
            assert learning.poll() is None
            time.sleep(0.01)
        with started("-m", "bot", "catalogue", "add", "new.jsonl") as adding:
            assert adding.stderr is not None
            assert "waiting" in adding.stderr.readline()
            (tmp_path / "go on").touch()
            assert learning.wait(60) == adding.wait(60) == 0

    catalogue = Catalogue.load(home.items)
    assert "new" in catalogue
    assert Registry(home.index).load().config["catalogue"] == catalogue.version


def test_an_item_added_is_found_at_once(home: Home, tmp_path: Path) -> None:
    new = Item("new", "Copper Canyon Standoff", 2026, "A western.", {"genre": ("Western",)}, {"rating": 7.5})
    Catalogue([new]).export_jsonl(tmp_path / "new.jsonl")
    before = Registry(home.index).load()
    count, artefact = add_items(home, tmp_path / "new.jsonl", Encoder())
    assert count == 1
    assert artefact.vocabulary == (*before.vocabulary, "new")
    assert best(home, Query(wish=Wish("a western standoff"), k=1)) == ["new"]
    # The next start finds everything in order and builds nothing.
    told: list[str] = []
    assert ready_index(home, Catalogue.load(home.items), Encoder(), dict, told.append).version == artefact.version
    assert told == []


def test_a_file_that_can_not_be_read_changes_nothing(home: Home, tmp_path: Path) -> None:
    before = home.items.read_bytes(), Registry(home.index).current()
    (tmp_path / "new.jsonl").write_text('{"year": 1999}\n')
    with pytest.raises(DataError, match="title"):
        add_items(home, tmp_path / "new.jsonl", Encoder())
    assert (home.items.read_bytes(), Registry(home.index).current()) == before


def test_items_are_not_added_to_the_model_of_another_catalogue(home: Home, tmp_path: Path) -> None:
    """Imported, and no index built yet: the vectors that are there are of other items."""
    Catalogue([Item("new", "Copper Canyon Standoff", 2026)]).export_jsonl(tmp_path / "new.jsonl")
    Catalogue(films().items[:-1]).export_jsonl(tmp_path / "others.jsonl")
    import_catalogue(home, tmp_path / "others.jsonl")
    before = home.items.read_bytes(), Registry(home.index).current()
    with pytest.raises(ModelError, match="usher index build"):
        add_items(home, tmp_path / "new.jsonl", Encoder())
    assert (home.items.read_bytes(), Registry(home.index).current()) == before
