"""Every item-to-item signal, on data whose answer is known by construction, and the blend of them."""

from functools import cache
from itertools import combinations

import numpy as np
import pytest
import torch
from scipy import sparse

from recsys.catalogue import Catalogue, Item
from recsys.evaluation import metrics
from recsys.index import diversify, top_k
from recsys.interactions import Table
from recsys.models import choices
from recsys.models.bilinear import Bilinear
from recsys.models.blend import Blend, padded
from recsys.models.choices import fit_choices
from recsys.models.content import fit_content
from recsys.models.facets import SharedFacets
from recsys.models.fusion import KNOTS, Fusion, fit_fusion
from recsys.models.graph_filter import fit_graph_filter
from recsys.models.newcomer import fit_newcomer
from recsys.models.prior import fit_prior, log_popularity
from recsys.models.unrated import with_text
from recsys.train import fit_blend

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


def group_facets() -> Catalogue:
    """Items of one group share a genre, and two by two a theme."""
    facets = [{"genre": (f"genre {n // SIZE}",), "keyword": ("story", f"theme {n // 2}")} for n in range(ITEMS)]
    return Catalogue([Item(f"i{n}", f"Film {n}", facets=own) for n, own in enumerate(facets)])


class TestItemToItemScorers:
    """One suite for all of them: what is near what was liked ranks first, and the parts make up the whole."""

    @pytest.fixture(params=["content", "facets", "graph filter", "newcomer", "choices"])
    def scorer(self, request: pytest.FixtureRequest) -> Bilinear | SharedFacets:
        if request.param == "content":
            return fit_content(group_vectors())
        if request.param == "facets":
            return SharedFacets(group_facets(), {"genre": 1.0, "keyword": 0.5, "director": 1.0})
        if request.param == "choices":
            return fit_choices(group_likes(), group_vectors())
        if request.param == "newcomer":
            return with_text(fit_newcomer(group_likes(), 2), group_likes(), group_vectors())
        return fit_graph_filter(group_likes(), group_vectors(), rank=GROUPS)

    @pytest.mark.parametrize("liked", range(0, ITEMS, 5))
    def test_items_of_the_liked_group_come_first(self, scorer: Bilinear | SharedFacets, liked: int) -> None:
        scores = scorer(torch.tensor([[liked]]), torch.ones(1, 1))
        scores[0, liked] = -torch.inf
        best = scores[0].topk(SIZE - 1).indices
        assert set((best // SIZE).tolist()) == {liked // SIZE}

    def test_a_dislike_pushes_its_group_last(self, scorer: Bilinear | SharedFacets) -> None:
        scores = scorer(torch.tensor([[0]]), -torch.ones(1, 1))
        assert set((scores[0].topk(SIZE, largest=False).indices // SIZE).tolist()) == {0}

    def test_parts_sum_to_the_score(self, scorer: Bilinear | SharedFacets) -> None:
        rows, weights, items = torch.tensor([1, 9, 17]), torch.tensor([1.0, -0.5, 0.25]), torch.arange(ITEMS)
        shares = scorer.shares(rows, weights, items)
        assert torch.allclose(shares.sum(0), scorer(rows.unsqueeze(0), weights.unsqueeze(0))[0], atol=1e-5)

    def test_a_batch_equals_its_rows_and_padding_counts_nothing(self, scorer: Bilinear | SharedFacets) -> None:
        rows = torch.tensor([[1, 2], [9, 0]])
        weights = torch.tensor([[1.0, 0.5], [1.0, 0.0]])
        batch = scorer(rows, weights)
        assert torch.allclose(batch[1], scorer(torch.tensor([[9]]), torch.ones(1, 1))[0], atol=1e-6)

    def test_nothing_known_scores_nothing(self, scorer: Bilinear | SharedFacets) -> None:
        assert not scorer(torch.zeros(1, 1, dtype=torch.int64), torch.zeros(1, 1)).any()


def test_a_rare_facet_shared_counts_more_than_a_common_one() -> None:
    scores = SharedFacets(group_facets(), {"keyword": 1.0})(torch.tensor([[0]]), torch.ones(1, 1))[0]
    assert scores[1] > 2 * scores[2] > 0


def test_the_graph_filter_lets_the_lowest_frequencies_pass() -> None:
    x = sparse.random(40, ITEMS, 0.3, "csr", dtype=np.float32, random_state=np.random.default_rng(5))
    people, items = (x.toarray().sum(axis=axis, dtype=np.float64) for axis in (1, 0))
    low = np.linalg.svd(x.toarray() / np.sqrt(np.outer(people, items)))[2][:4]
    expected = (low.T @ low) / np.sqrt(items)[:, None] * np.sqrt(items)
    ours = fit_graph_filter(x, rank=4).parts(torch.arange(ITEMS), torch.arange(ITEMS))
    np.testing.assert_allclose(ours.numpy(), expected, atol=1e-5)


def test_an_item_nobody_rated_gets_its_place_from_its_text() -> None:
    likes = group_likes().tolil()
    likes[:, 0] = 0
    model = fit_graph_filter(likes.tocsr(), group_vectors(), rank=GROUPS)
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


class TestFusion:
    def test_popularity_never_gains_weight_as_more_is_known(self) -> None:
        fusion = Fusion(torch.ones(3))
        torch.nn.init.normal_(fusion.free, generator=torch.Generator().manual_seed(5))
        weights = fusion(torch.tensor([0.0, 1.0, 2.0, 4.0, 7.0, 50.0, 1000.0]))
        assert (weights >= 0).all()
        assert (weights[:, 0].diff() <= 0).all()

    def test_between_knots_weights_run_straight_and_beyond_them_they_stay(self) -> None:
        fusion = Fusion(torch.tensor([1.0, 2.0]))
        torch.nn.init.normal_(fusion.free, generator=torch.Generator().manual_seed(6))
        low, middle, high = fusion(torch.expm1(torch.log1p(torch.tensor([5.0, 5.0, 10.0])) + torch.tensor([0, 0.3, 0])))
        share = 0.3 / float(torch.log1p(torch.tensor(10.0)) - torch.log1p(torch.tensor(5.0)))
        assert torch.allclose(middle, low + share * (high - low), atol=1e-5)
        ends = fusion(torch.tensor([float(KNOTS[-1]), 9999.0]))
        assert torch.equal(ends[0], ends[1])

    def test_it_learns_which_signal_tells_the_truth_for_whom(self) -> None:
        generator = torch.Generator().manual_seed(3)
        signals = torch.randn(400, 3, 30, generator=generator)
        counts = torch.tensor([1.0, 20.0]).repeat(200)
        truth = torch.tensor([1, 2]).repeat(200)
        gains = torch.zeros(400, 30)
        best = signals[torch.arange(400), truth].topk(3).indices
        gains.scatter_(1, best, 1.0)
        few, many = fit_fusion(signals, counts, gains)(torch.tensor([1.0, 20.0]))
        assert few[1] > 3 * few[[0, 2]].max()
        assert many[2] > 3 * many[[0, 1]].max()

    def test_questions_teach_a_shift_and_leave_the_rest_as_it_is(self) -> None:
        generator = torch.Generator().manual_seed(3)
        signals = torch.randn(400, 3, 30, generator=generator)
        counts, passed = torch.full((400,), 2.0), torch.tensor([0.0, 6.0]).repeat(200)
        truth = torch.tensor([1, 2]).repeat(200)
        gains = torch.zeros(400, 30).scatter_(1, signals[torch.arange(400), truth].topk(3).indices, 1.0)
        fusion = fit_fusion(signals, counts, gains, passed)
        told, asked, long = fusion(torch.tensor([2.0, 2.0, 2000.0]), torch.tensor([0.0, 6.0, 6.0]))
        assert told[1] > 3 * told[[0, 2]].max()
        assert asked[2] > 3 * asked[[0, 1]].max()
        alone = fit_fusion(signals[::2], counts[::2], gains[::2])
        assert torch.allclose(told, alone(torch.tensor([2.0]))[0], rtol=1e-4)
        assert torch.allclose(long, fusion(torch.tensor([2000.0]))[0], rtol=0.1)  # a card of long ago is forgotten

    def test_no_lesson_lets_answers_blow_a_weight_up(self) -> None:
        fusion = Fusion(torch.ones(2)).requires_grad_(False)
        fusion.shift.copy_(torch.tensor([1e4, -1e4]))
        weights = fusion(torch.ones(1), torch.full((1,), 6.0))
        assert weights.isfinite().all() and (weights > 0).all()

    def test_a_signal_that_flattens_as_more_is_known_keeps_its_weight(self) -> None:
        """Means over known items shrink with their number; noise that does not shrink must not drown them."""
        generator = torch.Generator().manual_seed(3)
        signals = torch.randn(400, 3, 30, generator=generator)
        counts = torch.tensor([1.0, 100.0]).repeat(200)
        gains = torch.zeros(400, 30).scatter_(1, signals[:, 1].topk(3).indices, 1.0)
        signals[:, 1] /= counts.unsqueeze(1)
        weights = fit_fusion(signals, counts, gains)(torch.tensor([1.0, 100.0]))
        assert weights[1, 1] > 30 * weights[0, 1]
        assert weights[1, 1] / 100 > 3 * weights[1, [0, 2]].max()


class TestChoices:
    def test_people_who_teach_nothing_are_served(self) -> None:
        """What somebody of a group takes besides what is known of them comes before all other groups' items."""
        model = fit_choices(group_likes())
        found = model(torch.tensor([[0, 1], [SIZE, SIZE + 3]]), torch.full((2, 2), 0.5))
        assert found[0, 2:SIZE].min() > found[0, SIZE:].max()
        own = torch.arange(SIZE, 2 * SIZE)
        assert found[1, own].min() > found[1, torch.arange(2 * SIZE, ITEMS)].max()

    def test_somebody_who_has_everything_is_no_obstacle(self) -> None:
        likes = sparse.vstack([group_likes(), np.ones((3, ITEMS), dtype=np.float32)], format="csr")
        model = fit_choices(likes)
        assert model.source.isfinite().all() and model.target.isfinite().all()

    def test_the_same_people_teach_the_same(self) -> None:
        first, second = (fit_choices(group_likes()) for _ in range(2))
        assert torch.equal(first.source, second.source) and torch.equal(first.target, second.target)

    def test_an_item_nobody_rated_gets_its_place_from_its_text(self) -> None:
        likes = group_likes().tolil()
        likes[:, 0] = 0
        found = fit_choices(likes.tocsr(), group_vectors())(torch.tensor([[1]]), torch.ones(1, 1))[0]
        assert found[0] > found[SIZE:].max()

    def test_of_many_people_a_sample_teaches_the_same_groups(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(choices, "PEOPLE", 120)
        monkeypatch.setattr(choices, "BATCH", 60)
        found = fit_choices(group_likes())(torch.tensor([[0, 1]]), torch.full((1, 2), 0.5))[0]
        assert found[2:SIZE].min() > found[SIZE:].max()


class TestNewcomer:
    def test_it_is_the_best_prediction_from_random_subsets(self) -> None:
        """Against ridge regression on every subset of two items of every person."""
        rng = np.random.default_rng(7)
        x = (rng.random((15, 8)) < 0.5).astype(np.float64)
        x = x[x.sum(axis=1) >= 3]
        x *= rng.choice([0.2, 0.6, 1.0], x.shape)  # strengths
        a, c = 0.7 * np.eye(x.shape[1]), np.zeros((x.shape[1], x.shape[1]))
        for row in x:
            items = np.flatnonzero(row)
            subsets = list(combinations(items, 2))
            for subset in subsets:
                shown = np.zeros(x.shape[1])
                shown[list(subset)] = row[list(subset)]
                weight = len(items) / 2 / len(subsets)
                a += weight * np.outer(shown, shown)
                c += weight * np.outer(shown, row - shown)
        expected = np.linalg.solve(a, c)
        model = fit_newcomer(sparse.csr_matrix(x.astype(np.float32)), 2, l2=0.7, tilt=0.0)
        ours = (model.source @ model.target.T).numpy()
        off = ~np.eye(x.shape[1], dtype=np.bool_)
        np.testing.assert_allclose(ours[off], expected[off], atol=1e-5)

    def test_few_directions_still_tell_the_groups_apart(self) -> None:
        full, short = (fit_newcomer(group_likes(), 3, rank=rank) for rank in (None, GROUPS))
        rows, weights = torch.tensor([[0, 1]]), torch.ones(1, 2)
        assert short.source.shape == (ITEMS, GROUPS)
        for model in (full, short):
            assert set(model(rows, weights)[0, 2:].topk(SIZE - 2).indices.tolist()) == set(range(SIZE - 2))


def planted(users: int) -> sparse.csr_matrix:
    """Everybody likes half of one group of items; the first item of each group is liked by most of all people."""
    rng = np.random.default_rng(4)
    likes = rng.random((users, GROUPS, SIZE)) < 0.6
    likes &= np.eye(GROUPS, dtype=np.bool_)[np.arange(users) % GROUPS][:, :, np.newaxis]
    likes[:, :, 0] |= rng.random((users, GROUPS)) < 0.7
    return sparse.csr_matrix(likes.reshape(users, ITEMS).astype(np.float32))


@pytest.mark.parametrize("known", [0, 1, 2, 3])
def test_the_blend_is_never_worse_than_popularity(known: int) -> None:
    blend, held = taught(), planted(300)[200:]
    orders = [np.random.default_rng(9).permutation(held[u].indices).astype(np.int64) for u in range(held.shape[0])]
    rows, weights = padded([order[:known] for order in orders])
    allowed = torch.ones(len(orders), ITEMS, dtype=torch.bool).scatter_(1, rows, weights == 0)
    hidden = [order[known:] for order in orders]
    ours, popular = (
        metrics.ndcg(metrics.hits(top_k(scores, allowed, 10)[1], hidden), [len(h) for h in hidden], 10).mean()
        for scores in (blend(rows, weights), blend.prior.expand(len(orders), -1))
    )
    assert ours >= popular - 1e-6 if known == 0 else ours > popular + 0.1


def test_what_people_took_and_did_not_love_still_tells_what_goes_together() -> None:
    """Nobody likes the last item of a group, but those of the group know it."""
    likes = planted(200).toarray().reshape(200, GROUPS, SIZE)
    likes[:, :, -1] = 0
    own = np.eye(GROUPS, dtype=np.bool_)[np.arange(200) % GROUPS]
    known = likes.copy()
    known[:, :, -1] = np.where(own, 0.5, 0)
    last = SIZE * np.arange(GROUPS) + SIZE - 1
    rows, weights = padded([np.array([1, 2, 3])])
    told, untold = (
        fit_blend(Table(sparse.csr_matrix(x.reshape(200, ITEMS)), 1.0), log_popularity)(rows, weights)[0, last]
        for x in (known, likes)
    )
    assert told[0] - told[1:].max() > untold[0] - untold[1:].max() + 0.1
    assert told[0] > told[1:].max()


def test_what_is_passed_over_counts_against_its_kind() -> None:
    blend = taught()
    rows, weights = padded([np.empty(0, dtype=np.int64)] * 2)
    first = torch.arange(6)
    found = blend(rows, weights, torch.stack([first, torch.full((6,), -1)]))
    kinds = (found[0] - found[1]).reshape(GROUPS, SIZE).mean(dim=1)
    assert int(kinds.argmin()) == 0
    assert kinds[0] < 0


@cache
def taught() -> Blend:
    return fit_blend(Table(planted(300)[:200], 1.0), log_popularity)


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
