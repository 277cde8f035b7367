"""Every scorer of the ratings protocols keeps one contract, and finds a structure that was put there."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import torch
from scipy import sparse
from torch import Tensor, nn

from recsys.belief import fit_belief
from recsys.evaluation.baselines import BASELINES
from recsys.interactions import Table
from recsys.models.als import fit_als
from recsys.models.blend import Kernel
from recsys.models.prior import log_popularity
from recsys.train import fit_blend

GROUPS, SIZE = 3, 10
ITEMS = GROUPS * SIZE
FITS: dict[str, Callable[[sparse.csr_matrix], nn.Module]] = {
    **BASELINES,
    "belief": lambda x: fit_belief(x, rank=3),
    "usher": lambda x: fit_blend(Table(x, 1.0), log_popularity),
}
PERSONAL = [name for name in FITS if name != "popularity"]


@cache
def likes() -> sparse.csr_matrix:
    """People of three kinds, each with about half of the items of their kind."""
    rng = np.random.default_rng(2)
    x = (rng.random((150, GROUPS, SIZE)) < 0.5) & np.eye(GROUPS, dtype=np.bool_)[np.arange(150) % GROUPS][:, :, None]
    return sparse.csr_matrix(x.reshape(150, ITEMS).astype(np.float32))


@cache
def scorer(name: str) -> nn.Module:
    return FITS[name](likes()).eval()


def scores(name: str, *known: list[int], width: int = 0) -> Tensor:
    width = max(width, *(len(k) for k in known))
    rows, weights = torch.zeros(len(known), width, dtype=torch.int64), torch.zeros(len(known), width)
    for n, k in enumerate(known):
        rows[n, : len(k)], weights[n, : len(k)] = torch.tensor(k), 1.0
    model = scorer(name)
    with torch.inference_mode():
        return model(rows, weights)


@pytest.mark.parametrize("name", FITS)
class TestEveryScorer:
    def test_it_scores_every_item_for_everybody(self, name: str) -> None:
        found = scores(name, [1, 2], [11])
        assert found.shape == (2, ITEMS)
        assert torch.isfinite(found).all()

    def test_padding_counts_nothing(self, name: str) -> None:
        assert torch.allclose(scores(name, [4, 7]), scores(name, [4, 7], width=9), atol=1e-5)

    def test_a_batch_gives_everybody_what_they_get_alone(self, name: str) -> None:
        together = scores(name, [4], [12, 15, 19], [25, 29])
        for row, known in enumerate(([4], [12, 15, 19], [25, 29])):
            assert torch.allclose(together[row], scores(name, known)[0], atol=1e-4)

    def test_the_order_of_what_is_known_does_not_matter(self, name: str) -> None:
        assert torch.allclose(scores(name, [3, 8, 1]), scores(name, [1, 3, 8]), atol=1e-4)


@pytest.mark.parametrize("name", PERSONAL)
@pytest.mark.parametrize("known", [[2], [13, 17], [21, 24, 28]])
def test_items_of_the_known_kind_come_first(name: str, known: list[int]) -> None:
    found = scores(name, known)[0].clone()
    found[known] = -torch.inf
    assert {int(i) // SIZE for i in found.topk(SIZE - len(known)).indices} == {known[0] // SIZE}


def test_popularity_is_the_number_of_people() -> None:
    assert torch.equal(scores("popularity", [3])[0], torch.from_numpy(likes().getnnz(axis=0).astype(np.float32)))


@pytest.mark.parametrize("fit", [lambda x: fit_als(x, rank=8), fit_belief])
class TestFoldedIn:
    """Signals that are solved for a person from all that is known of them at once."""

    rows, weights = torch.tensor([1, 5, 22]), torch.tensor([1.0, 0.5, -0.5])

    def test_what_each_item_adds_sums_to_the_score(self, fit: Callable[[sparse.csr_matrix], Kernel]) -> None:
        model = fit(likes())
        parts = model.shares(self.rows, self.weights, torch.arange(ITEMS))
        assert torch.allclose(parts.sum(dim=0), model(self.rows[None], self.weights[None])[0], atol=1e-5)

    def test_for_some_items_alone_they_say_the_same(self, fit: Callable[[sparse.csr_matrix], Kernel]) -> None:
        model, some = fit(likes()), torch.tensor([3, 4, 21])
        everything = model(self.rows[None], self.weights[None])
        assert torch.allclose(model.towards(some)(self.rows[None], self.weights[None]), everything[:, some], atol=1e-5)


class TestFactors:
    def test_folding_in_a_person_finds_their_items_again(self) -> None:
        model = fit_als(likes(), rank=8)
        for user in range(6):
            known = likes()[user].indices
            found = model(torch.from_numpy(known.astype(np.int64))[None], torch.ones(1, len(known)))[0]
            kinds = found.reshape(GROUPS, SIZE).mean(dim=1)
            assert int(kinds.argmax()) == user % GROUPS
