"""Vectors by content hash: what was encoded once survives interruptions and damage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import recsys.encoder
from recsys.encoder import Encoder, VectorCache
from recsys.errors import ModelError

TEXTS = [f"{'long ' * (n % 7)}text {n}" for n in range(25)]


class LengthEncoder(Encoder):
    """Each text's vector is its length; it counts what it had to encode."""

    def __init__(self) -> None:
        super().__init__("length")
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recsys.encoder, "CHUNK", 10)


def test_vectors_come_in_the_order_of_the_texts(tmp_path: Path) -> None:
    vectors = VectorCache(tmp_path).encode(LengthEncoder(), TEXTS)
    assert vectors[:, 0].tolist() == [len(text) for text in TEXTS]


def test_an_interruption_costs_one_chunk_at_most(tmp_path: Path) -> None:
    first, second = LengthEncoder(), LengthEncoder()

    def stop_in_the_second_chunk(_task: str, done: int, _total: int | None) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        VectorCache(tmp_path).encode(first, TEXTS, stop_in_the_second_chunk)
    VectorCache(tmp_path).encode(second, TEXTS)
    assert sorted(first.encoded + second.encoded) == sorted(TEXTS)
    assert sorted(first.encoded) == sorted(TEXTS[:10])


def test_only_what_is_new_is_encoded(tmp_path: Path) -> None:
    encoder = LengthEncoder()
    VectorCache(tmp_path).encode(encoder, TEXTS)
    encoder.encoded.clear()
    VectorCache(tmp_path).encode(encoder, ["a new item", *TEXTS])
    assert encoder.encoded == ["a new item"]


def test_a_damaged_chunk_is_encoded_again(tmp_path: Path) -> None:
    VectorCache(tmp_path).encode(LengthEncoder(), TEXTS)
    damaged = sorted(tmp_path.glob("*.safetensors"))[0]
    damaged.write_bytes(damaged.read_bytes()[:20])
    vectors = VectorCache(tmp_path).encode(LengthEncoder(), TEXTS)
    assert vectors[:, 0].tolist() == [len(text) for text in TEXTS]


def test_another_encoder_shares_nothing(tmp_path: Path) -> None:
    VectorCache(tmp_path).encode(LengthEncoder(), TEXTS)
    other = LengthEncoder()
    other.name = "other"
    VectorCache(tmp_path).encode(other, TEXTS)
    assert len(other.encoded) == len(TEXTS)


def test_an_unreadable_model_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="ENCODER_MODEL"):
        Encoder(str(tmp_path)).encode(["hi"])
