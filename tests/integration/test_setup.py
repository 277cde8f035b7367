"""The stages of setting up, on a small imported catalogue and the real encoder: idempotent, and damage is mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import Settings
from bot.stages import Home, import_catalogue, ready_catalogue, ready_index, set_up
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder
from recsys.errors import DataError
from tests.support.films import films


@pytest.fixture
def own(tmp_path: Path) -> Home:
    """An installation with its operator's own catalogue."""
    file = tmp_path / "films.jsonl"
    films().export_jsonl(file)
    home = Home(tmp_path / "home")
    import_catalogue(home, file)
    return home


class Operator:
    """Who reads the announcements."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __call__(self, line: str) -> None:
        self.told.append(line)


def test_an_index_is_built_once_and_again_only_for_a_reason(own: Home) -> None:
    operator, encoder = Operator(), Encoder()
    catalogue = ready_catalogue(own, operator)
    built = ready_index(own, catalogue, encoder, dict, operator)
    stamp = next(own.index.glob("*/model.safetensors")).stat().st_mtime_ns
    assert ready_index(own, catalogue, encoder, dict, operator).version == built.version
    assert next(own.index.glob("*/model.safetensors")).stat().st_mtime_ns == stamp
    assert operator.told == []

    other = Catalogue(catalogue.items[:-5])
    assert len(ready_index(own, other, encoder, dict, operator).vocabulary) == len(other)
    assert "built again" in operator.told[-1]


def test_a_damaged_index_is_built_again(own: Home) -> None:
    operator, encoder = Operator(), Encoder()
    catalogue = ready_catalogue(own, operator)
    built = ready_index(own, catalogue, encoder, dict, operator)
    tensors = next(own.index.glob("*/model.safetensors"))
    tensors.write_bytes(tensors.read_bytes()[:-100])
    assert ready_index(own, catalogue, encoder, dict, operator).version == built.version
    assert "damaged" in operator.told[-1]


def test_a_damaged_catalogue_of_ones_own_is_never_replaced(own: Home) -> None:
    own.items.write_bytes(own.items.read_bytes()[:-100])
    with pytest.raises(DataError, match="import it again"):
        ready_catalogue(own, print)


def test_where_a_new_installation_comes_to_be_is_said_before_it_takes_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USHER_HOME", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    operator = Operator()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.stages.build_catalogue", interrupted)
    with pytest.raises(KeyboardInterrupt):
        set_up(Settings(_env_file=None), operator)  # type: ignore[call-arg]
    (told,) = operator.told
    assert str(tmp_path / ".usher") in told
    assert "USHER_HOME" in told


def test_an_installation_that_is_there_says_nothing(own: Home) -> None:
    operator, settings = Operator(), Settings(usher_home=own.root, _env_file=None)  # type: ignore[call-arg]
    set_up(settings, print)
    set_up(settings, operator)
    assert operator.told == []
