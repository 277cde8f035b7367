"""Model artefacts: a folder of config, tensors, vocabulary, metrics and a manifest of hashes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save
from torch import Tensor

from recsys.errors import ModelError
from recsys.files import sha256

FORMAT = 2


@dataclass(frozen=True, slots=True)
class Artefact:
    """``config`` says what was built from what, ``tensors`` hold the model, ``vocabulary`` the item id of each row,
    ``metrics`` what was measured when it was trained."""

    config: Mapping[str, Any]
    tensors: Mapping[str, Tensor]
    vocabulary: tuple[str, ...]
    metrics: Mapping[str, float]

    @property
    def version(self) -> str:
        """Short and stable: what recommendations are logged under."""
        return str(self.config["version"])

    def save(self, folder: Path) -> None:
        """Write aside, then rename: a reader finds the old artefact or the new one, never half of one."""
        aside = folder.with_name(f"{folder.name}.{os.getpid()}.part")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        tensors = {name: tensor.contiguous() for name, tensor in self.tensors.items()}
        (aside / "model.safetensors").write_bytes(save(tensors))
        for name, content in (
            ("config.json", dict(self.config)),
            ("vocabulary.json", self.vocabulary),
            ("metrics.json", dict(self.metrics)),
        ):
            (aside / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
        seal(aside)
        old = folder.with_name(f"{folder.name}.{os.getpid()}.old")
        if folder.exists():
            folder.rename(old)
        aside.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    @classmethod
    def load(cls, folder: Path) -> Artefact:
        """Read and verify; raises ``ModelError`` when a file is missing or its hash is not the manifest's."""
        if not (folder / "manifest.json").exists():
            raise ModelError("The recommendation index is not built yet; run `usher setup`.")
        try:
            if damaged := damaged_files(folder):
                raise ValueError(", ".join(damaged))
            config, vocabulary, metrics = (
                json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
                for name in ("config", "vocabulary", "metrics")
            )
            return cls(config, load_file(folder / "model.safetensors"), tuple(vocabulary), metrics)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"The recommendation index is damaged ({error}); run `usher index build` to make it anew."
            ) from error


def seal(folder: Path) -> None:
    """Writes ``manifest.json``: the hash of every other file in the folder."""
    manifest = {p.name: sha256(p) for p in sorted(folder.iterdir())}
    (folder / "manifest.json").write_text(json.dumps({"format": FORMAT, "sha256": manifest}), encoding="utf-8")


def damaged_files(folder: Path) -> list[str]:
    """Names of files that are not what the manifest says. Raises ``OSError``, ``ValueError``, ``KeyError`` or
    ``TypeError`` when a file or the manifest itself can't be read."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if manifest["format"] != FORMAT:
        return ["manifest.json"]
    return [name for name, sha in manifest["sha256"].items() if sha256(folder / name) != sha]
