"""The ratings protocols: who is held out, what is known, what is to be found, and what comes out."""

import numpy as np
import pytest
import torch

from recsys.catalogue import Catalogue, Item
from recsys.errors import DataError
from recsys.evaluation import splits
from recsys.evaluation.baselines import Constant, fit_popularity
from recsys.evaluation.ratings import Protocol, contestants, evaluate, extras_of, new_items
from recsys.interactions import Interactions, Table, on_catalogue
from recsys.simulate import onboarding
from tests.support.films import films

GROUPS, SIZE, USERS = 2, 18, 50


@pytest.fixture(scope="module")
def data() -> Interactions:
    """Fifty people, each of one kind, who rated nearly all items of their kind 5 and few of the others 1."""
    rng = np.random.default_rng(5)
    own = np.eye(GROUPS, dtype=np.bool_)[np.arange(USERS) % GROUPS].repeat(SIZE, axis=1)
    rated = np.where(own, rng.random(own.shape) < 0.95, rng.random(own.shape) < 0.15)
    user, item = np.nonzero(rated)
    return Interactions(
        tuple(str(u + 1) for u in range(USERS)),
        tuple(str(i) for i in range(GROUPS * SIZE)),
        user,
        item,
        np.where(own[user, item], 5.0, 1.0).astype(np.float32),
        rng.random(len(user)),
    )


class TestSplits:
    def test_nobody_teaches_and_is_tested_and_everybody_is_tested_once(self, data: Interactions) -> None:
        tested = []
        for fold in splits.strong(data):
            tested += [case.user for case in fold.cases]
            assert not set(fold.train.tolist()) & {case.user for case in fold.cases}
        assert sorted(tested) == list(range(USERS))

    def test_a_fifth_of_each_persons_items_is_hidden(self, data: Interactions) -> None:
        for case in next(splits.strong(data)).cases:
            items = data.item[data.user == case.user]
            assert sorted([*case.known, *case.targets]) == items.tolist()
            assert len(case.targets) == max(1, round(0.2 * len(items)))

    def test_newcomers_show_more_and_more_and_the_targets_stay(self, data: Interactions) -> None:
        by_k = next(splits.cold(data))
        for k, fold in by_k.items():
            for case, most in zip(fold.cases, by_k[10].cases, strict=True):
                assert case.known.tolist() == most.known[:k].tolist()
                assert case.masked.tolist() == most.known.tolist()
                assert case.targets.tolist() == most.targets.tolist()

    def test_the_order_of_a_person_depends_on_their_id_alone(self, data: Interactions) -> None:
        fewer = data.where(data.user % 2 == 1)
        assert fewer.users[4] == data.users[9]
        assert splits.shuffled(fewer, 4)[0].tolist() == splits.shuffled(data, 9)[0].tolist()

    def test_the_latest_item_is_left_out(self, data: Interactions) -> None:
        (fold,) = splits.leave_last_out(data)
        for case in fold.cases:
            mine = data.user == case.user
            assert case.targets.tolist() == [data.item[mine][data.timestamp[mine].argmax()]]


class TestEvaluate:
    def test_who_knows_the_answer_is_perfect_and_popularity_is_not(self, data: Interactions) -> None:
        class Oracle(torch.nn.Module):
            """Knows that people like items of the kind that they liked."""

            def forward(self, rows: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
                kinds = torch.zeros(len(rows), GROUPS).scatter_add_(1, rows // SIZE, weights)
                return kinds.repeat_interleave(SIZE, dim=1)

        models = {
            "popularity": lambda table: fit_popularity(table.likes()),
            "oracle": lambda _: Oracle(),
        }
        report = evaluate(data, "strong", models, likes=True)
        assert report["people"] == USERS
        assert report["oracle"]["recall@20"] == pytest.approx(1.0)
        assert report["popularity"]["ndcg@10"] < report["oracle"]["ndcg@10"]
        assert report["popularity"]["gap_ndcg@10"][1] > 0
        low, high = report["oracle"]["ci95"]["ndcg@10"]
        assert low <= report["oracle"]["ndcg@10"] <= high

    def test_targets_are_hidden_from_training_when_everybody_teaches(self, data: Interactions) -> None:
        seen = []

        def spy(table: Table) -> Constant:
            seen.append(table.strength.nnz)
            return Constant(torch.zeros(GROUPS * SIZE))

        evaluate(data, "leave-last-out", {"spy": spy})
        assert seen == [len(data) - USERS]
        # what they liked less may come after their last like, and tell of it
        evaluate(data, "leave-last-out", {"spy": spy}, likes=True)
        assert seen[1] == int((data.rating == 5).sum()) - USERS

    def test_what_others_liked_less_is_there_to_learn_from_and_peers_see_likes_alone(self, data: Interactions) -> None:
        tables: list[Table] = []

        def spy(table: Table) -> Constant:
            tables.append(table)
            return Constant(torch.zeros(GROUPS * SIZE))

        evaluate(data, "strong", {"spy": spy}, likes=True)
        liked = int((data.rating == 5).sum())
        assert sum(table.likes().nnz for table in tables) == (splits.FOLDS - 1) * liked
        assert sum(table.strength.nnz for table in tables) == (splits.FOLDS - 1) * len(data)

    def test_cold_start_is_reported_by_k(self, data: Interactions) -> None:
        report = evaluate(data, "cold", {"ease": contestants()["ease"]})
        assert list(report["ease"]) == ["0", "1", "2", "3", "5", "10"]
        assert report["ease"]["10"]["ndcg@10"] > report["ease"]["0"]["ndcg@10"] + 0.1

    @pytest.mark.parametrize(
        ("protocol", "users", "items"),
        [
            ("cold", USERS, 3),
            ("leave-last-out", USERS, 1),
            ("strong", 2, GROUPS * SIZE),
            ("cold", 2, GROUPS * SIZE),
            ("leave-last-out", 2, GROUPS * SIZE),
        ],
    )
    def test_too_few_ratings_are_an_error(self, data: Interactions, protocol: Protocol, users: int, items: int) -> None:
        few = data.where((data.user < users) & (data.item < items))
        with pytest.raises(DataError, match="take a larger file"):
            evaluate(few, protocol, {name: contestants()[name] for name in ("als", "usher")})
        with pytest.raises(DataError, match="take a larger file"):
            onboarding(few)

    def test_items_nobody_rated_are_found_by_their_texts(self, data: Interactions) -> None:
        noise = torch.rand(GROUPS * SIZE, GROUPS, generator=torch.Generator().manual_seed(1))
        kinds = torch.eye(GROUPS).repeat_interleave(SIZE, dim=0)
        vectors = torch.nn.functional.normalize(kinds + 0.05 * noise, dim=1)
        report = new_items(data, vectors)
        assert report["usher"]["mrr@10"] > report["random"]["mrr@10"] + 0.1

    def test_a_catalogue_adds_diversity_and_calibration(self, data: Interactions) -> None:
        kinds = ("Comedy", "Horror")
        items = [Item(i, i, facets={"genre": (kinds[int(i) // SIZE],)}) for i in data.items]
        extras = extras_of(data, Catalogue(items), np.eye(GROUPS, dtype=np.float32).repeat(SIZE, axis=0))
        places = torch.arange(GROUPS * SIZE)
        order = {"comedies first": -places, "in turn": -(places % SIZE * GROUPS + places // SIZE)}
        models = {name: (lambda _, s=scores: Constant(s.float())) for name, scores in order.items()}
        report = evaluate(data, "strong", models, likes=True, extras=extras)
        # those who like horror are shown ten comedies, or five of each
        assert report["comedies first"]["diversity"] < report["in turn"]["diversity"] - 0.05
        assert report["comedies first"]["calibration"] > report["in turn"]["calibration"] + 0.1

    def test_with_texts_their_words_compete_too(self, data: Interactions) -> None:
        kinds = ("A laugh in Paris.", "A scream in the woods.")
        items = [
            Item(f"film {n}", "A", overview=kinds[n // SIZE], external={"movielens_id": str(n)}) for n in range(36)
        ]
        extras = extras_of(data, Catalogue(items), np.ones((GROUPS * SIZE, 2), dtype=np.float32))
        rivals = {name: fit for name, fit in contestants(extras).items() if name in ("popularity", "bm25 of texts")}
        report = evaluate(data, "strong", rivals, likes=True, extras=extras)
        assert report["bm25 of texts"]["ndcg@10"] > 0.9 > report["popularity"]["ndcg@10"]

    def test_numbers_of_two_systems_are_not_mixed(self, data: Interactions) -> None:
        items = [Item(f"film {n}", "A", external={"movielens_id": str(n), "tmdb_id": str(n + 20)}) for n in range(20)]
        linked = on_catalogue(data, Catalogue(items))  # 20 to 35 are no film's MovieLens id, but some film's at TMDB
        assert len(linked) == int((data.item < 20).sum())

    def test_ratings_link_to_a_catalogue_by_other_ids_or_not_at_all(self, data: Interactions) -> None:
        with pytest.raises(DataError, match="No rated item"):
            on_catalogue(data, films())


def test_questions_make_the_list_better_and_ours_hit_what_is_known(data: Interactions) -> None:
    report = onboarding(data, likes=True, questions=3)
    ours, random = report["usher"], report["random"]
    assert ours["answers"][-1] > ours["nothing"][-1] + 0.1
    assert ours["unseen"] <= random["unseen"] + 0.05
    assert len(ours["ndcg@10"]) == 4
