"""Versions of the models: kept side by side, one of them served, and a way back."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from recsys.artefact import Artefact
from recsys.errors import ModelError
from recsys.registry import KEPT, Registry


def version(name: str, catalogue: str = "films", quality: float = 0.5) -> Artefact:
    config = {"version": name, "catalogue": catalogue, "encoder": "minilm", "people": 7}
    metrics = {"ndcg@10 after 1 likes": quality, "ndcg@10 after 3 likes": quality, "prior ndcg@10 after 1 likes": 0.0}
    return Artefact(config, {"vectors": torch.ones(2, 3)}, ("a", "b"), metrics)


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "index")


def test_the_latest_version_is_served_unless_told_otherwise(registry: Registry) -> None:
    registry.add(version("one"))
    registry.add(version("two"))
    registry.add(version("three", quality=0.25), promote=False)
    assert registry.load().version == "two"
    listed = {v.name: v for v in registry.versions()}
    assert [name for name, v in listed.items() if v.current] == ["two"]
    assert (listed["three"].quality, listed["three"].people) == (0.25, 7)


def test_an_old_version_can_be_served_again(registry: Registry) -> None:
    registry.add(version("one"))
    registry.add(version("two"))
    registry.promote("one", "films", "minilm")
    assert registry.load().version == "one"


@pytest.mark.parametrize(
    ("name", "catalogue", "encoder", "why"),
    [
        ("nine", "films", "minilm", "index list"),
        ("../index/one", "films", "minilm", "index list"),
        ("one", "books", "minilm", "index build"),
        ("one", "films", "e5", "index build"),
    ],
)
def test_what_can_not_be_served_is_refused(
    registry: Registry, name: str, catalogue: str, encoder: str, why: str
) -> None:
    registry.add(version("one"))
    registry.add(version("two"))
    with pytest.raises(ModelError, match=why):
        registry.promote(name, catalogue, encoder)
    assert registry.current() == "two"


def test_a_damaged_version_is_not_promoted(registry: Registry, tmp_path: Path) -> None:
    registry.add(version("one"))
    registry.add(version("two"))
    (tmp_path / "index" / "one" / "model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="damaged"):
        registry.promote("one", "films", "minilm")
    assert registry.load().version == "two"


def test_nothing_built_yet_says_how_to_begin(registry: Registry) -> None:
    assert registry.current() is None
    assert registry.versions() == []
    with pytest.raises(ModelError, match="usher setup"):
        registry.load()


def test_old_versions_make_room_but_never_the_one_that_is_served(registry: Registry, tmp_path: Path) -> None:
    registry.add(version("served"))
    for n in range(KEPT + 3):
        registry.add(version(f"v{n}"), promote=False)
        os.utime(tmp_path / "index" / f"v{n}" / "config.json", (n, n))
    kept = {v.name for v in registry.versions()}
    assert {"served", f"v{KEPT + 2}"} <= kept
    assert "v0" not in kept
    assert len(kept) == KEPT + 1


def test_an_index_from_before_there_were_versions_becomes_the_first(tmp_path: Path) -> None:
    version("one").save(tmp_path / "index")
    assert Registry(tmp_path / "index").load().version == "one"
    assert [v.name for v in Registry(tmp_path / "index").versions()] == ["one"]


def test_the_same_version_built_twice_is_one(registry: Registry) -> None:
    registry.add(version("one"))
    registry.add(replace(version("one"), metrics={}))
    assert [v.name for v in registry.versions()] == ["one"]
