"""Recommendations for several people, on scores whose answer is known by construction."""

from __future__ import annotations

import pytest
import torch

from recsys.group import consensus, utilities

ALL = torch.ones(5, dtype=torch.bool)


def test_a_members_best_serves_them_fully_and_what_is_below_their_middle_not_at_all() -> None:
    served = utilities(torch.tensor([[10.0, 20.0, 30.0, 40.0, 50.0]]), ALL)
    assert served[0].tolist() == [0.0, 0.0, 0.0, 0.5, 1.0]


def test_the_scale_of_a_members_scores_does_not_matter() -> None:
    loud = torch.tensor([[-800.0, 4.0, 800.0, 16.0, 0.0]])
    assert torch.allclose(utilities(loud, ALL), utilities(loud / 1024 + 3, ALL), atol=1e-5)


def test_who_has_no_preference_decides_nothing() -> None:
    scores = torch.tensor([[1.0, 2.0, 3.0, 4.0, 5.0], [7.0, 7.0, 7.0, 7.0, 7.0]])
    served = utilities(scores, ALL)
    assert served[1].tolist() == [1.0] * 5
    assert consensus(served).argmax() == 4


def test_what_is_not_allowed_neither_counts_nor_scores() -> None:
    allowed = torch.tensor([True, True, True, False, False])
    served = utilities(torch.tensor([[1.0, 2.0, 3.0, 98.0, 97.0]]), allowed)
    assert served[0].tolist() == [0.0, 0.0, 1.0, 0.0, 0.0]
    assert not utilities(torch.ones(2, 5), ~ALL).any()


@pytest.mark.parametrize(
    ("misery", "best"),
    [
        (0.0, 0),  # two love it, one hates it: the majority wins
        (1.0, 1),  # nobody minds it, nobody loves it: the least pleased decides
        (0.5, 2),  # two like it well and the third can live with it
    ],
)
def test_the_blend_lies_between_the_majority_and_a_veto(misery: float, best: int) -> None:
    served = torch.tensor(
        [
            [1.00, 0.52, 0.85, 0.30],
            [1.00, 0.52, 0.85, 0.30],
            [0.10, 0.52, 0.38, 0.30],
        ]
    )
    assert consensus(served, misery).argmax() == best


def test_nobody_gains_when_somebody_is_served_worse() -> None:
    generator = torch.Generator().manual_seed(5)
    served = torch.rand(4, 200, generator=generator)
    worse = served.clone()
    worse[2] -= 0.05
    assert (consensus(worse) < consensus(served)).all()
