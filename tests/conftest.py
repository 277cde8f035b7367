"""Fixtures that several levels of tests share."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import hypothesis
import pytest

from bot.settings import Settings
from bot.stages import set_up
from bot.wiring import WARMING
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder

ROOT = Path(__file__).parents[1]

# How long an example takes says how busy the machine is, and nothing of the code.
hypothesis.settings.register_profile("usher", deadline=None)
hypothesis.settings.load_profile("usher")


def pytest_sessionfinish() -> None:
    """Wait for encoders that are still being loaded: Python would abort over them."""
    for thread in threading.enumerate():
        if thread.name == WARMING:
            thread.join(60)


@pytest.fixture(scope="session")
def home() -> Path:
    """The real installation's folder, as `make test` has set it up; its database is never touched."""
    return Path(os.environ.get("USHER_HOME", ROOT / ".usher")).resolve()


@pytest.fixture(scope="session")
def parts(home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalogue, Artefact, Encoder]:
    """The default catalogue, the index and the encoder. Built here, in minutes, when `usher setup` was not run."""
    database = f"sqlite:///{tmp_path_factory.mktemp('unused') / 'usher.db'}"
    settings = Settings(usher_home=home, database_url=database, llm="off", _env_file=None)  # type: ignore[call-arg]
    return set_up(settings, print)
