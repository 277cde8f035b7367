"""Metrics on rankings small enough to work out by hand."""

import numpy as np
import pytest

from recsys.evaluation import metrics

LOG3 = np.log2(3)


class TestHits:
    def test_places_that_hold_a_target_are_hits_and_empty_ones_never(self) -> None:
        found = metrics.hits([[4, 2, -1], [1, -1, -1]], [[2, 9], [7]])
        assert found.tolist() == [[False, True, False], [False, False, False]]

    def test_nobody_has_no_hits(self) -> None:
        assert metrics.hits(np.zeros((0, 5), dtype=int), []).shape == (0, 5)


HIT = np.array([[True, False, True], [False, False, False], [False, True, False]])
TOTALS = np.array([2, 4, 1])


def test_ndcg_divides_by_the_best_list_that_there_is() -> None:
    expected = [(1 + 1 / 2) / (1 + 1 / LOG3), 0.0, 1 / LOG3]
    assert metrics.ndcg(HIT, TOTALS, 3) == pytest.approx(expected)
    assert metrics.ndcg(HIT, TOTALS, 1) == pytest.approx([1.0, 0.0, 0.0])


def test_recall_divides_by_what_fits() -> None:
    assert metrics.recall(HIT, np.array([10, 4, 1]), 3) == pytest.approx([2 / 3, 0.0, 1.0])


def test_hit_rate_and_reciprocal_rank_read_the_first_hit() -> None:
    assert metrics.hit_rate(HIT, 1).tolist() == [1.0, 0.0, 0.0]
    assert metrics.reciprocal_rank(HIT, 3).tolist() == [1.0, 0.0, 0.5]


def test_lists_shorter_than_k_are_no_error() -> None:
    assert metrics.ndcg(HIT, TOTALS, 10)[0] == pytest.approx((1 + 1 / 2) / (1 + 1 / LOG3))


def test_ranks_of_one_target_give_the_same_as_hits() -> None:
    ranks = np.array([1.0, 3.0, np.inf, 12.0])
    hit = np.zeros((4, 20), dtype=bool)
    hit[[0, 1, 3], [0, 2, 11]] = True
    ones = np.ones(4, dtype=int)
    for k in (1, 3, 10):
        assert metrics.rank_ndcg(ranks, k) == pytest.approx(metrics.ndcg(hit, ones, k))
        assert metrics.rank_recall(ranks, k) == pytest.approx(metrics.recall(hit, ones, k))
        assert metrics.rank_reciprocal(ranks, k) == pytest.approx(metrics.reciprocal_rank(hit, k))


class TestConfidence:
    def test_the_interval_holds_the_mean_and_narrows_with_data(self) -> None:
        rng = np.random.default_rng(1)
        few, many = (metrics.confidence(rng.normal(0.4, 0.1, n)) for n in (30, 3000))
        assert few.low < few.mean < few.high
        assert many.high - many.low < (few.high - few.low) / 5

    def test_a_steady_small_gain_is_seen_only_when_paired(self) -> None:
        rng = np.random.default_rng(2)
        theirs = rng.random(200)
        ours = theirs + 0.01 + 0.005 * rng.random(200)
        assert metrics.paired(ours, theirs).low > 0
        assert metrics.confidence(ours).low < metrics.confidence(theirs).high

    def test_groups_are_drawn_whole(self) -> None:
        values = np.repeat([0.0, 1.0] * 10, 50)
        alone, together = metrics.confidence(values), metrics.confidence(values, np.repeat(np.arange(20), 50))
        assert together.high - together.low > 3 * (alone.high - alone.low)

    def test_the_same_seed_gives_the_same_bounds(self) -> None:
        values = np.random.default_rng(3).random(50)
        assert metrics.confidence(values) == metrics.confidence(values)


class TestBeyondAccuracy:
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])

    def test_copies_have_no_diversity_and_opposites_all(self) -> None:
        assert metrics.diversity([[0, 1], [0, 2]], self.vectors) == pytest.approx([0.0, 1.0])

    def test_what_half_the_people_know_is_one_bit_of_news(self) -> None:
        assert metrics.novelty([[0, 1], [2, 2]], [50, 25, 0], 100) == pytest.approx([1.5, np.log2(100)])

    def test_a_list_with_the_genres_of_the_history_is_calibrated(self) -> None:
        genres = np.array([[1, 0], [1, 0], [0, 1]])
        values = metrics.calibration([[0, 2], [0, 1], [0, 1]], [[1, 2], [1, 2], []], genres)
        assert values[0] == pytest.approx(0.0)
        assert values[1] > 1
        assert np.isnan(values[2])

    def test_coverage_counts_each_item_once(self) -> None:
        assert metrics.coverage([[0, 1], [0, -1]], 4) == 0.5
