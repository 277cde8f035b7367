"""Every item-to-item signal, on data whose answer is known by construction, and the blend of them."""

import numpy as np
import pytest
import torch
from scipy import sparse

from recsys.catalogue import Catalogue, Item
from recsys.index import diversify, top_k
from recsys.models.bilinear import Bilinear
from recsys.models.content import fit_content
from recsys.models.fusion import LEARNED, Fusion, fit_fusion
from recsys.models.prior import fit_prior
from recsys.models.relation import fit_relation

GROUPS = 4
SIZE = 8
ITEMS = GROUPS * SIZE


def group_vectors() -> torch.Tensor:
    """Items of one group point the same way, more or less."""
    generator = torch.Generator().manual_seed(1)
    directions = torch.eye(GROUPS).repeat_interleave(SIZE, dim=0)
    noisy = torch.cat([directions, torch.zeros(ITEMS, 12)], dim=1) + 0.05 * torch.randn(ITEMS, 16, generator=generator)
    return torch.nn.functional.normalize(noisy, dim=1)


def group_likes(users: int = 200) -> sparse.csr_matrix:
    """Every user likes each item of one group with probability 0.6."""
    likes = np.random.default_rng(1).random((users, GROUPS, SIZE)) < 0.6
    likes &= np.eye(GROUPS, dtype=np.bool_)[np.arange(users) % GROUPS][:, :, np.newaxis]
    return sparse.csr_matrix(likes.reshape(users, ITEMS).astype(np.float32))


class TestItemToItemScorers:
    """One suite for all of them: what is near what was liked ranks first, and the parts make up the whole."""

    @pytest.fixture(params=["content", "relation"])
    def scorer(self, request: pytest.FixtureRequest) -> Bilinear:
        if request.param == "content":
            return fit_content(group_vectors())
        return fit_relation(group_likes(), group_vectors(), l2=20.0)

    @pytest.mark.parametrize("liked", range(0, ITEMS, 5))
    def test_items_of_the_liked_group_come_first(self, scorer: Bilinear, liked: int) -> None:
        scores = scorer(torch.tensor([[liked]]), torch.ones(1, 1))
        scores[0, liked] = -torch.inf
        best = scores[0].topk(SIZE - 1).indices
        assert set((best // SIZE).tolist()) == {liked // SIZE}

    def test_a_dislike_pushes_its_group_last(self, scorer: Bilinear) -> None:
        scores = scorer(torch.tensor([[0]]), -torch.ones(1, 1))
        assert set((scores[0].topk(SIZE, largest=False).indices // SIZE).tolist()) == {0}

    def test_parts_sum_to_the_score(self, scorer: Bilinear) -> None:
        rows, weights, items = torch.tensor([1, 9, 17]), torch.tensor([1.0, -0.5, 0.25]), torch.arange(ITEMS)
        parts = scorer.parts(rows, items) * weights.unsqueeze(1)
        assert torch.allclose(parts.sum(0), scorer(rows.unsqueeze(0), weights.unsqueeze(0))[0], atol=1e-5)

    def test_a_batch_equals_its_rows_and_padding_counts_nothing(self, scorer: Bilinear) -> None:
        rows = torch.tensor([[1, 2], [9, 0]])
        weights = torch.tensor([[1.0, 0.5], [1.0, 0.0]])
        batch = scorer(rows, weights)
        assert torch.allclose(batch[1], scorer(torch.tensor([[9]]), torch.ones(1, 1))[0], atol=1e-6)

    def test_nothing_known_scores_nothing(self, scorer: Bilinear) -> None:
        assert not scorer(torch.zeros(1, 1, dtype=torch.int64), torch.zeros(1, 1)).any()


def test_relation_is_ease_at_full_rank() -> None:
    likes = group_likes(20)
    x = likes.toarray().astype(np.float64)
    precision = np.linalg.inv(x.T @ x + 5.0 * np.eye(ITEMS))
    ease = -precision / np.diag(precision)
    np.fill_diagonal(ease, 0)
    model = fit_relation(likes, group_vectors(), l2=5.0, rank=ITEMS, trust=0.0)
    ours = model.parts(torch.arange(ITEMS), torch.arange(ITEMS)).numpy()
    np.fill_diagonal(ours, 0)
    rated = np.asarray(likes.sum(axis=0)).ravel() > 0
    np.testing.assert_allclose(ours[np.ix_(rated, rated)], ease[np.ix_(rated, rated)], atol=1e-5)


def test_an_item_nobody_rated_gets_its_place_from_its_text() -> None:
    likes = group_likes().tolil()
    likes[:, 0] = 0
    model = fit_relation(likes.tocsr(), group_vectors(), l2=1.0)
    scores = model(torch.tensor([[1]]), torch.ones(1, 1))[0]
    assert scores[0] > scores[SIZE:].max()


def test_the_prior_prefers_what_many_know_and_like() -> None:
    items = [
        Item("known", "A", numbers={"popularity": 900, "rating": 8.0}),
        Item("disliked", "B", numbers={"popularity": 900, "rating": 4.0}),
        Item("unknown", "C"),
    ]
    prior = fit_prior(Catalogue(items)).tolist()
    assert prior[0] > prior[1] > prior[2]


def test_the_blend_trusts_likes_more_and_popularity_less_as_it_learns_of_a_person() -> None:
    fusion = Fusion()
    weights = fusion(torch.tensor([0.0, 1.0, 5.0, 50.0]))
    assert (weights >= 0).all()
    assert (weights[:, LEARNED.index("relation")].diff() > 0).all()
    assert (weights[:, LEARNED.index("prior")].diff() < 0).all()


def test_the_blend_learns_which_signal_tells_the_truth() -> None:
    generator = torch.Generator().manual_seed(3)
    signals = torch.randn(60, len(LEARNED), 50, generator=generator)
    truth = LEARNED.index("relation")
    targets = [signals[q, truth].topk(3).indices for q in range(60)]
    fusion, loss = fit_fusion(
        signals, torch.full((60,), 5.0), targets, torch.ones(60, 50, dtype=torch.bool), torch.ones(50)
    )
    weights = fusion(torch.tensor([5.0]))[0]
    assert weights[truth] > 3 * weights[[n for n in range(len(LEARNED)) if n != truth]].max()
    assert loss < float(torch.tensor(50.0).log())


class TestTopK:
    def test_masked_items_never_appear_and_missing_places_are_marked(self) -> None:
        scores = torch.tensor([[5.0, 4.0, 3.0, 2.0]])
        values, rows = top_k(scores, torch.tensor([[False, True, False, True]]), 3)
        assert rows[0, :2].tolist() == [1, 3]
        assert torch.isinf(values[0, 2])

    def test_it_equals_sorting_everything(self) -> None:
        scores = torch.randn(7, 200, generator=torch.Generator().manual_seed(2))
        values, rows = top_k(scores, torch.ones(7, 200, dtype=torch.bool), 10)
        assert torch.equal(values, scores.sort(dim=1, descending=True).values[:, :10])
        assert torch.equal(scores.gather(1, rows), values)

    def test_ties_go_to_the_better_known(self) -> None:
        assert top_k(torch.zeros(1, 9), torch.ones(1, 9, dtype=torch.bool), 3)[1].tolist() == [[0, 1, 2]]

    def test_k_beyond_the_catalogue_is_clipped(self) -> None:
        assert top_k(torch.zeros(1, 2), torch.ones(1, 2, dtype=torch.bool), 5)[1].shape == (1, 2)


class TestDiversify:
    def test_a_near_copy_gives_way(self) -> None:
        relevance = torch.tensor([3.0, 2.9, 2.5])
        similarity = torch.tensor([[1.0, 0.99, 0.1], [0.99, 1.0, 0.1], [0.1, 0.1, 1.0]])
        assert diversify(relevance, similarity, 2, 1.0) == [0, 2]

    def test_without_a_trade_off_the_order_stays(self) -> None:
        assert diversify(torch.tensor([3.0, 2.0, 1.0]), torch.ones(3, 3), 3, 0.0) == [0, 1, 2]
