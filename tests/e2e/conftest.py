"""The installation that the end-to-end tests of channels share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.installation import install


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``USHER_HOME`` with a catalogue of fifteen films."""
    return install(tmp_path_factory.mktemp("usher"))
