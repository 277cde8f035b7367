"""Model versions: each artefact in a folder of its own, and one of them current."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from recsys.artefact import Artefact
from recsys.errors import ModelError
from recsys.files import replacing

KEPT: Final = 5
"""Versions kept, to roll back to; older ones are removed when a new one comes."""
_CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Version:
    """One version as the registry lists it. ``catalogue`` and ``encoder``: what it was built for; ``people``: how many
    taught it, at the time ``fitted``, which is before it was ``made`` when items were added since."""

    name: str
    made: datetime
    fitted: datetime
    metrics: Mapping[str, float]
    people: int
    catalogue: str
    encoder: str
    current: bool

    @property
    def quality(self) -> float | None:
        """Mean NDCG@10 over the numbers of known likes it was measured at; None when nothing was measured."""
        return quality(self.metrics)


def quality(metrics: Mapping[str, float]) -> float | None:
    """See ``Version.quality``."""
    values = [value for name, value in metrics.items() if name.startswith("ndcg@10")]
    return sum(values) / len(values) if values else None


class Registry:
    """A folder with a folder a version, and a file that names the current one. Readers find the old version or the new
    one, whatever happens in between."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if (folder / "manifest.json").exists():
            self._adopt()

    def current(self) -> str | None:
        """The name of the version that is to be served; None before the first."""
        try:
            return (self._folder / _CURRENT).read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(
                f"{self._folder / _CURRENT} can't be read; `usher index promote VERSION` writes it anew."
            ) from error

    def load(self) -> Artefact:
        """The current version, verified. Raises ``ModelError`` when there is none or it is damaged."""
        name = self.current()
        if name is None:
            raise ModelError("The recommendation index is not built yet; run `usher setup`.")
        return Artefact.load(self._folder / name)

    def add(self, artefact: Artefact, *, promote: bool = True) -> None:
        """Keep an artefact as a version, and serve it from now on unless told otherwise."""
        artefact.save(self._folder / artefact.version)
        if promote:
            self._point_to(artefact.version)
        for old in [v for v in self.versions() if not v.current and v.name != artefact.version][KEPT - 1 :]:
            shutil.rmtree(self._folder / old.name, ignore_errors=True)

    def promote(self, name: str, catalogue: str, encoder: str) -> None:
        """Serve another version from now on. Raises ``ModelError`` when it is not there, damaged, or was made for
        another ``catalogue`` or ``encoder``; then the current one stays."""
        if name not in {version.name for version in self.versions()}:
            raise ModelError(f"There is no version {name!r}; `usher index list` shows those there are.")
        artefact = Artefact.load(self._folder / name)
        if (artefact.config["catalogue"], artefact.config["encoder"]) != (catalogue, encoder):
            raise ModelError(f"Version {name} was made for another catalogue or encoder; run `usher index build`.")
        self._point_to(name)

    def versions(self) -> list[Version]:
        """Every version that can be listed, newest first."""
        current = self.current()
        found = []
        for path in self._folder.glob("*/config.json"):
            try:
                config, metrics = (
                    json.loads((path.parent / f"{part}.json").read_text(encoding="utf-8"))
                    for part in ("config", "metrics")
                )
                name, made = path.parent.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)
                fitted = datetime.fromisoformat(config["fitted"]) if "fitted" in config else made
                people, built_for = config.get("people", 0), (config["catalogue"], config["encoder"])
                found.append(Version(name, made, fitted, metrics, people, *built_for, name == current))
            except (OSError, ValueError, KeyError, TypeError):
                continue  # half a version is none; ``load`` says what is wrong with the one that is served
        return sorted(found, key=lambda version: version.made, reverse=True)

    def _point_to(self, name: str) -> None:
        with replacing(self._folder / _CURRENT) as aside:
            aside.write_text(f"{name}\n", encoding="utf-8")

    def _adopt(self) -> None:
        """The one index of an installation that knew no versions becomes its first."""
        aside = self._folder.with_name(f"{self._folder.name}.old")
        self._folder.rename(aside)
        try:
            name = json.loads((aside / "config.json").read_text(encoding="utf-8"))["version"]
        except (OSError, ValueError, KeyError, TypeError):
            shutil.rmtree(aside)
            return
        self._folder.mkdir()
        aside.rename(self._folder / name)
        self._point_to(name)
