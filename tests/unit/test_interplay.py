"""The second look: what signals mean together, on data whose answer is known by construction."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from recsys.interplay import LIKELIEST, features_of, fit_interplay

TURNS, ITEMS, PARTS = 300, 20, 5


def turns(seed: int) -> tuple[Tensor, Tensor]:
    """Signals (Q, 2, K) of which each is as often high as low, and the target (Q, K): the one item where both are."""
    generator = torch.Generator().manual_seed(seed)
    first, second = (torch.rand(TURNS, ITEMS, generator=generator) > 0.5 for _ in range(2))
    alike = first & second
    right = torch.randint(ITEMS, (TURNS,), generator=generator)
    first, second = (torch.where(alike, False, signal) for signal in (first, second))
    first[torch.arange(TURNS), right] = second[torch.arange(TURNS), right] = True
    target = torch.nn.functional.one_hot(right, ITEMS).float()
    lonely = (first.float() + second.float()) * (1 - target)  # the sum is taken away: only both together tell
    signals = torch.stack([first.float(), second.float(), -lonely - 2 * target], dim=1)
    return signals, target


def described(signals: Tensor) -> Tensor:
    nothing = torch.zeros(len(signals), ITEMS)
    return features_of(signals, nothing, nothing, torch.ones(len(signals), 1))


def test_what_no_weighted_sum_can_say_is_learned_and_holds_for_others() -> None:
    signals, target = turns(1)
    assert float(signals.sum(dim=1).abs().max()) == 0  # the sum knows nothing
    nothing, ones = torch.zeros(TURNS, ITEMS), torch.ones(TURNS, ITEMS)
    model = fit_interplay(described(signals), nothing, target, ones, torch.arange(TURNS) % PARTS, seed=3)
    others, right = turns(2)
    found = model.corrections(described(others)).argmax(dim=1)
    assert float((found == right.argmax(dim=1)).float().mean()) > 0.95


def test_a_turn_without_a_likely_target_teaches_nothing() -> None:
    signals, _ = turns(1)
    nothing, ones = torch.zeros(TURNS, ITEMS), torch.ones(TURNS, ITEMS)
    model = fit_interplay(described(signals), nothing, nothing, ones, torch.arange(TURNS) % PARTS, seed=3)
    assert not model.corrections(described(signals)).any()


def test_corrections_take_no_side() -> None:
    signals, target = turns(1)
    nothing, ones = torch.zeros(TURNS, ITEMS), torch.ones(TURNS, ITEMS)
    model = fit_interplay(described(signals), nothing, target, ones, torch.arange(TURNS) % PARTS, seed=3)
    assert model.corrections(described(signals)).mean(dim=1).numpy() == pytest.approx(0, abs=1e-5)
    assert LIKELIEST > ITEMS
