"""The engine on a small catalogue: masks, relaxation, contributions, evidence, artefacts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import sparse

from recsys.artefact import Artefact
from recsys.belief import Belief, fit_belief
from recsys.candidates import candidates
from recsys.catalogue import Catalogue, Facet, Item
from recsys.elicit import telling
from recsys.engine import SIGNALS, Engine, Pick, pick_device
from recsys.errors import ConfigError, ModelError
from recsys.explain import causes
from recsys.heldout import ChartsEngine, PopularEngine
from recsys.index import series
from recsys.interactions import Table
from recsys.models.fusion import KNOTS, STATED
from recsys.stated import CLOSEST, WORDS
from recsys.taste import Clause, Query, Range, Talk, Taste, Wish
from recsys.train import LIKE, fit_index

KERNELS = ("likeness", "newcomer-1", "relation", "factors")
GENRES = ("Comedy", "Horror", "Western", "Musical")


class AxisEncoder:
    """Texts that name a genre point along its axis: similarities known by construction."""

    name = "axis"

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        vectors = [[1.0 if genre.lower() in text.lower() else 0.05 for genre in GENRES] for text in texts]
        array = np.asarray(vectors, dtype=np.float32)
        return array / np.linalg.norm(array, axis=1, keepdims=True)


def catalogue() -> Catalogue:
    items = []
    for n in range(40):
        genre = GENRES[n % 4]
        facets = {"genre": (genre,), "director": (f"Director {n // 8}",)}
        numbers = {"runtime": 80.0 + n, "popularity": 100.0 - n, "rating": 7.0}
        items.append(Item(f"i{n}", f"Film {n}", 1960 + n, f"A {genre.lower()}.", facets, numbers))
    return Catalogue(items)


def artefact(of: Catalogue) -> Artefact:
    vectors = torch.from_numpy(AxisEncoder().encode([i.text() for i in of.items]))
    relation = torch.eye(len(of))[:, ::4] * 0.1 + vectors[:, :1] * 0.2
    return Artefact(
        config={"version": "test", "encoder": "axis", "catalogue": of.version, "kernels": list(KERNELS)},
        tensors={
            "vectors": vectors,
            "known": torch.linspace(0.9, 0.1, len(of)),
            "prior": -torch.arange(len(of), dtype=torch.float32) / 40,
            "relation.source": relation,
            "relation.target": relation.clone(),
            "factors.items": relation[:, :5].clone(),
            "newcomer-1.source": vectors * 0.3,
            "newcomer-1.target": vectors.clone(),
            "fusion.free": torch.zeros(len(KNOTS), 1 + len(KERNELS)),
            "fusion.scale": torch.ones(1 + len(KERNELS)),
            "fusion.knots": torch.log1p(torch.tensor(KNOTS, dtype=torch.float32)),
        },
        vocabulary=tuple(i.id for i in of.items),
        metrics={"ndcg@10": 0.5},
    )


@pytest.fixture(scope="module")
def engine() -> Engine:
    items = catalogue()
    return Engine(items, artefact(items), AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]


def picks(engine: Engine, query: Query) -> tuple[Pick, ...]:
    return engine.recommend([query])[0].picks


def clause(genre: str) -> Clause:
    return Clause(genre.lower(), (Facet("genre", genre),))


def genres(engine: Engine, found: Sequence[Pick]) -> set[str]:
    return {engine.catalogue[p.item_id].facets["genre"][0] for p in found}


def test_contributions_sum_to_the_score_and_parts_to_their_signal(engine: Engine) -> None:
    query = Query(
        Taste({"i0": 1.0, "i9": -1.0, "i5": 0.5}, {Facet("genre", "Western"): 1.0}),
        Wish("a horror night", (clause("Horror"),), ranges=(Range("year", 1960, 1999, "old"),), like=("i1",)),
        k=8,
    )
    for pick in picks(engine, query):
        assert set(pick.contributions) == set(SIGNALS)
        assert sum(pick.contributions.values()) == pytest.approx(pick.score, abs=1e-4)
        for signal, amount in pick.contributions.items():
            assert sum(p.amount for p in pick.parts if p.signal == signal) == pytest.approx(amount, abs=1e-4)


def test_removing_what_a_signal_reads_changes_the_score_by_its_contribution(engine: Engine) -> None:
    """But for the prior, which counts more beside a wish."""
    query = Query(Taste({"i0": 1.0}), Wish("a horror night"), k=40)
    with_wish = {p.item_id: p for p in picks(engine, query)}
    without = {p.item_id: p for p in picks(engine, replace(query, wish=Wish()))}
    for item_id, pick in with_wish.items():
        rest = pick.score - pick.contributions["wish"] - pick.contributions["prior"]
        plain = without[item_id].score - without[item_id].contributions["prior"]
        assert rest == pytest.approx(plain, abs=1e-4)


def test_vetoes_and_what_is_known_are_never_shown(engine: Engine) -> None:
    query = Query(
        Taste({"i0": 1.0, "i2": -1.0, "i3": 0.0}, vetoes=(clause("Musical"),)),
        Wish("musical horror", unwanted=(clause("Horror"),)),
        frozenset({"i4", "i6"}),
        k=40,
    )
    found = picks(engine, query)
    assert genres(engine, found) == {"Comedy", "Western"}
    assert not {p.item_id for p in found} & {"i0", "i2", "i3", "i4", "i6"}


def test_a_veto_holds_even_when_nothing_is_left(engine: Engine) -> None:
    everything = Clause("films", tuple(Facet("genre", g) for g in GENRES))
    result = engine.recommend([Query(wish=Wish(unwanted=(everything,), ranges=(Range("year", 1960, label="any"),)))])[0]
    assert result.picks == ()


def test_the_least_important_wish_gives_way(engine: Engine) -> None:
    wish = Wish(wanted=(clause("Comedy"), clause("Horror")), ranges=(Range("year", 1980, 1999, "recent"),))
    result = engine.recommend([Query(wish=wish)])[0]
    assert result.relaxed == ("comedy",)
    assert genres(engine, result.picks) == {"Horror"}
    assert all(1980 <= (engine.catalogue[p.item_id].year or 0) <= 1999 for p in result.picks)


def test_as_few_wishes_as_possible_give_way(engine: Engine) -> None:
    director = Clause("Director 0", (Facet("director", "Director 0"),))
    wish = Wish(wanted=(clause("Comedy"), director, clause("Western")), ranges=(Range("year", 1960, 1967, "early"),))
    assert engine.recommend([Query(wish=wish)])[0].relaxed == ("comedy",)


def test_a_short_list_that_fits_is_better_than_a_long_one_that_does_not(engine: Engine) -> None:
    result = engine.recommend([Query(wish=Wish(wanted=(clause("Comedy"),), ranges=(Range("year", 1960, 1966),)))])[0]
    assert [p.item_id for p in result.picks if p] and len(result.picks) == 2
    assert result.relaxed == ()


def test_hopes_count_but_exclude_nothing(engine: Engine) -> None:
    query = Query(wish=Wish(hoped=(clause("Western"),)), k=40)
    result = engine.recommend([query])[0]
    assert result.relaxed == ()
    assert len(result.picks) == 40
    assert genres(engine, result.picks[:1]) == {"Western"}


def test_unknown_numbers_do_not_meet_a_limit() -> None:
    items = Catalogue([*catalogue().items, Item("i99", "No runtime", 1990, facets={"genre": ("Comedy",)})])
    engine = Engine(items, artefact(items), AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]
    found = picks(engine, Query(wish=Wish(ranges=(Range("runtime", None, 90, "short"),)), k=40))
    assert "i99" not in {p.item_id for p in found}


def test_a_like_moves_the_list_and_taking_it_back_restores_it(engine: Engine) -> None:
    before = picks(engine, Query())
    after = picks(engine, Query(Taste({"i1": 1.0})))
    assert genres(engine, after[:1]) == {"Horror"}
    assert picks(engine, Query(Taste({}))) == before


def test_something_like_an_item_resembles_it_without_being_it(engine: Engine) -> None:
    found = picks(engine, Query(wish=Wish(like=("i2",))))
    assert genres(engine, found[:1]) == {"Western"}
    assert "i2" not in {p.item_id for p in found}


def test_a_batch_gives_each_query_what_it_gets_alone(engine: Engine) -> None:
    queries = [Query(), Query(Taste({"i1": 1.0})), Query(wish=Wish("western")), Query(Taste({"i0": 1.0, "i3": -1.0}))]
    for alone, together in zip([engine.recommend([q])[0] for q in queries], engine.recommend(queries), strict=True):
        assert [p.item_id for p in alone.picks] == [p.item_id for p in together.picks]
        assert [p.score for p in alone.picks] == pytest.approx([p.score for p in together.picks], abs=1e-5)


def test_luck_is_reproducible_and_counted(engine: Engine) -> None:
    lucky = Query(surprise=3.0, seed=7)
    assert picks(engine, lucky) == picks(engine, lucky)
    assert picks(engine, lucky) != picks(engine, replace(lucky, seed=8))
    assert any(p.contributions["luck"] for p in picks(engine, lucky))


def test_causes_are_true_shares_of_what_spoke_for_the_item(engine: Engine) -> None:
    pick = picks(engine, Query(Taste({"i1": 1.0, "i0": -1.0}), Wish("horror", (clause("Horror"),))))[0]
    found = causes(pick)
    assert sum(c.share for c in found) == pytest.approx(1.0)
    assert [c.share for c in found] == sorted((c.share for c in found), reverse=True)
    strongest = {c.signal: c.evidence[0].source for c in found}
    assert strongest["likeness"] == "i1"
    assert strongest["asked"] == "horror"


def test_questions_go_to_well_known_items_of_different_kinds(engine: Engine) -> None:
    asked = engine.telling(seed=1, k=4)
    assert len({engine.catalogue[i].facets["genre"][0] for i in asked}) == 4
    assert not set(asked) & set(engine.telling(exclude=asked, seed=1, k=4))


class TestPassedOver:
    """What people were asked about and did not name is evidence for the belief alone."""

    @pytest.fixture
    def believing(self, engine: Engine) -> Engine:
        index = artefact(engine.catalogue)
        kernels = [*KERNELS, "belief"]
        taught = {
            "belief.items": index.tensors["vectors"] * 0.3,
            "fusion.free": torch.zeros(len(KNOTS), 1 + len(kernels)),
            "fusion.shift": torch.ones(1 + len(kernels)),
            "fusion.scale": torch.ones(1 + len(kernels)),
        }
        config = {**index.config, "kernels": kernels}
        index = replace(index, config=config, tensors={**index.tensors, **taught})
        return Engine(engine.catalogue, index, AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]

    def test_items_like_those_passed_over_come_later(self, believing: Engine) -> None:
        passed = frozenset(f"i{n}" for n in range(0, 24, 4))
        before, after = (believing.scores([Query(Taste(passed=some))])[0] for some in (frozenset[str](), passed))
        moved = after - before
        assert moved[24::4].max() < min(moved[n::4].min() for n in (1, 2, 3))

    def test_they_may_still_be_recommended_but_are_not_asked_about_again(self, believing: Engine) -> None:
        taste = Taste(passed=frozenset(("i0", "i5")))
        assert {"i0", "i5"} <= {p.item_id for p in picks(believing, Query(taste, k=40))}
        assert not {"i0", "i5"} & set(believing.telling(taste, k=38))

    def test_their_parts_belong_to_the_relation(self, believing: Engine) -> None:
        query = Query(Taste({"i1": 1.0}, passed=frozenset(("i0", "i4"))), k=8)
        for pick in picks(believing, query):
            assert sum(pick.contributions.values()) == pytest.approx(pick.score, abs=1e-4)
            parts = {p.source: p.amount for p in pick.parts if p.signal == "relation"}
            assert set(parts) == {"i0", "i1", "i4"}
            assert sum(parts.values()) == pytest.approx(pick.contributions["relation"], abs=1e-4)

    def test_an_index_of_before_goes_without(self, engine: Engine) -> None:
        passed = Query(Taste({"i1": 1.0}, passed=frozenset(("i0", "i4"))))
        assert np.array_equal(engine.scores([passed]), engine.scores([Query(Taste({"i1": 1.0}))]))


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An index as `usher index build` makes it, of people who like one genre each; nobody likes i37."""
    items, rng = catalogue(), np.random.default_rng(4)
    likes = (rng.random((80, 10, 4)) < 0.6) & np.eye(4, dtype=np.bool_)[np.arange(80) % 4][:, None, :]
    strength = likes.reshape(80, 40).astype(np.float32)
    strength[:, 37] *= 0.5
    matrix = sparse.csr_matrix(strength)
    folder = tmp_path_factory.mktemp("index")
    fit_index(items, Table.of(matrix, LIKE), AxisEncoder(), folder / "cache").save(folder / "index")  # type: ignore[arg-type]
    index = Artefact.load(folder / "index")
    return Engine(items, index, AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]


class TestTaughtIndex:
    @pytest.mark.parametrize("size", [1, 4, 12])
    def test_a_catalogue_has_fewer_items_than_there_are_questions(self, tmp_path: Path, size: int) -> None:
        items = Catalogue(catalogue().items[:size])
        likes = sparse.csr_matrix(np.random.default_rng(4).random((40, size)) < 0.6, dtype=np.float32)
        index = fit_index(items, Table.of(likes, LIKE), AxisEncoder(), tmp_path)  # type: ignore[arg-type]
        small = Engine(items, index, AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]
        assert {pick.item_id for pick in picks(small, Query(k=40))} == {item.id for item in items.items}

    def test_what_people_choose_counts_and_reasons_tell_its_share(self, taught: Engine) -> None:
        query = Query(Taste({"i1": 1.0, "i5": 1.0}), k=5)
        found = picks(taught, query)
        assert genres(taught, found) == {"Horror"}
        related = taught._artefact.tensors["choices.target"]
        without = {**taught._artefact.tensors, "choices.target": torch.zeros_like(related)}
        index = replace(taught._artefact, tensors=without)
        deaf = Engine(taught.catalogue, index, AxisEncoder(), taught.device)  # type: ignore[arg-type]
        for pick in found:
            row = taught.catalogue.row(pick.item_id)
            lost = taught.scores([query])[0, row] - deaf.scores([query])[0, row]
            silent = next(p for p in picks(deaf, replace(query, k=38)) if p.item_id == pick.item_id)
            told = pick.contributions["relation"] - silent.contributions["relation"]
            assert lost > 0
            assert told == pytest.approx(lost, abs=1e-4)
            assert {p.source for p in pick.parts if p.signal == "relation"} == {"i1", "i5"}
            assert sum(p.amount for p in pick.parts) == pytest.approx(pick.score, abs=1e-4)

    def test_a_new_item_has_its_place_in_what_people_choose_at_once(self, taught: Engine) -> None:
        grown = taught.with_items([Item("new", "Brand new", 2026, "A western.", {"genre": ("Western",)})])
        kernel = grown._kernels["choices"]
        fan, other = kernel(torch.tensor([[2, 6], [1, 5]]), torch.full((2, 2), 0.5))[:, -1]
        assert fan > other

    def test_whose_text_is_corrected_gets_a_new_place_unless_ratings_gave_it_one(self, taught: Engine) -> None:
        """Added as a western, then said to be a horror film."""
        wrong, right = (Item("new", "New", 2026, f"A {g.lower()}.", {"genre": (g,)}) for g in ("Western", "Horror"))
        corrected, at_once = taught.with_items([wrong]).with_items([right]), taught.with_items([right])
        fan = [Query(Taste({"i1": 1.0, "i5": 1.0}))]
        assert corrected.scores(fan)[0, -1] == pytest.approx(at_once.scores(fan)[0, -1], abs=1e-4)
        for rated in ("i9", "i37"):
            better = taught.with_items([replace(taught.catalogue[rated], overview="A western.")])
            places = [engine._artefact.tensors["choices.target"] for engine in (taught, better)]
            assert torch.equal(*places)


class TestBotsOfTheCharts:
    """What the product is compared with when simulated people talk."""

    def of(self, engine: Engine, kind: type[Engine]) -> Engine:
        return kind(engine.catalogue, engine._artefact, engine._encoder, engine.device)

    @pytest.mark.parametrize("kind", [PopularEngine, ChartsEngine])
    def test_taste_changes_nothing(self, engine: Engine, kind: type[Engine]) -> None:
        charts = self.of(engine, kind)
        seen, unseen = (picks(charts, Query(Taste(taste))) for taste in ({"i1": 1.0}, {"i1": -1.0}))
        assert [p.item_id for p in seen] == [p.item_id for p in unseen]
        assert "i1" not in {p.item_id for p in seen}

    def test_only_one_of_them_heeds_limits(self, engine: Engine) -> None:
        query = Query(Taste(), Wish("horror", (clause("Horror"),)), k=4)
        for kind, heeds in ((PopularEngine, True), (ChartsEngine, False)):
            genres = {engine.catalogue[p.item_id].facets["genre"][0] for p in picks(self.of(engine, kind), query)}
            assert (genres == {"Horror"}) is heeds


class TestTelling:
    """Three kinds of four films; people like all of a kind or none of it."""

    nothing = torch.tensor([], dtype=torch.int64), torch.tensor([])

    @staticmethod
    def belief(*people: int) -> Belief:
        """From how many people like each kind."""
        rows = [kind for kind, count in enumerate(people) for _ in range(count)]
        return fit_belief(sparse.csr_matrix(np.eye(3)[rows].repeat(4, axis=1)))

    def test_no_question_asks_what_another_has_told(self) -> None:
        found = telling(self.belief(10, 10, 10), torch.tensor([0]), torch.tensor([1.0]), 2)
        assert 0 not in {n // 4 for n in found}
        assert len({n // 4 for n in found}) == 2

    def test_what_divides_people_is_asked_about_before_what_few_like(self) -> None:
        first = telling(self.belief(20, 9, 1), *self.nothing, 1)
        assert first[0] // 4 in (0, 1)
        assert telling(self.belief(20, 9, 1), *self.nothing, 12)[-1] // 4 == 2

    def test_one_card_spreads_over_kinds(self) -> None:
        assert {n // 4 for n in telling(self.belief(10, 10, 10), *self.nothing, 3)[:2]} != {0}

    def test_only_what_they_may_like_is_asked_about(self) -> None:
        asked = telling(self.belief(10, 10, 10), torch.tensor([0, 4]), torch.tensor([1.0, 0.0]), 3, candidates=3)
        assert {n // 4 for n in asked} == {0}

    def test_nothing_is_asked_twice(self) -> None:
        belief = self.belief(10, 10, 10)
        asked = telling(belief, torch.tensor([0]), torch.tensor([1.0]), 12, asked=torch.tensor([5, 6]))
        assert sorted(asked) == sorted(set(range(12)) - {0, 5, 6})


class TestBelief:
    likes = sparse.csr_matrix(np.eye(3)[[0] * 10 + [1] * 10 + [2] * 10].repeat(4, axis=1))

    def test_a_like_makes_its_kind_likelier_and_the_others_less_likely(self) -> None:
        chance = fit_belief(self.likes).chance(torch.tensor([0]), torch.tensor([1.0]))
        assert chance[1:4].min() > 0.7
        assert chance[4:].max() < 0.25

    def test_not_having_seen_it_says_something_too(self) -> None:
        chance = fit_belief(self.likes).chance(torch.tensor([0, 1]), torch.tensor([0.0, 0.0]))
        assert chance[3] < 0.2 < chance[5]

    def test_an_answer_lessens_the_variance_by_its_gain(self) -> None:
        belief = fit_belief(self.likes)
        _, before = belief.posterior(*TestTelling.nothing)
        gain = belief.gains(torch.tensor([2]), before)[0]
        after = belief.narrowed(2, before)
        spread = [torch.trace(belief.factors @ c @ belief.factors.T) for c in (before, after)]
        assert spread[0] - spread[1] == pytest.approx(float(gain), rel=1e-3)
        _, exact = belief.posterior(torch.tensor([2]), torch.tensor([1.0]))
        assert torch.allclose(after, exact, atol=1e-4)


class TestArtefact:
    def test_it_comes_back_as_it_was(self, tmp_path: Path) -> None:
        saved = artefact(catalogue())
        saved.save(tmp_path / "index")
        loaded = Artefact.load(tmp_path / "index")
        assert loaded.config == dict(saved.config)
        assert loaded.vocabulary == saved.vocabulary
        assert loaded.metrics == saved.metrics
        assert all(torch.equal(loaded.tensors[n], t) for n, t in saved.tensors.items())
        assert [p.name for p in tmp_path.iterdir()] == ["index"]

    @pytest.mark.parametrize("name", ["model.safetensors", "config.json", "vocabulary.json", "manifest.json"])
    def test_damage_is_noticed_and_says_what_to_do(self, tmp_path: Path, name: str) -> None:
        artefact(catalogue()).save(tmp_path / "index")
        file = tmp_path / "index" / name
        file.write_bytes(file.read_bytes()[:-3] + b"xxx")
        with pytest.raises(ModelError, match="usher index build"):
            Artefact.load(tmp_path / "index")

    def test_a_missing_file_is_damage(self, tmp_path: Path) -> None:
        artefact(catalogue()).save(tmp_path / "index")
        (tmp_path / "index" / "model.safetensors").unlink()
        with pytest.raises(ModelError, match="usher index build"):
            Artefact.load(tmp_path / "index")

    def test_none_there_says_how_to_make_one(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="usher setup"):
            Artefact.load(tmp_path / "index")

    def test_a_manifest_of_another_format_is_refused(self, tmp_path: Path) -> None:
        artefact(catalogue()).save(tmp_path / "index")
        manifest = tmp_path / "index" / "manifest.json"
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 99}))
        with pytest.raises(ModelError, match="usher index build"):
            Artefact.load(tmp_path / "index")

    def test_an_index_of_another_catalogue_is_refused(self) -> None:
        items = catalogue()
        other = Catalogue(items.items[:-1])
        with pytest.raises(ModelError, match="usher index build"):
            Engine(other, artefact(items), AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]


def test_a_gpu_that_is_not_there_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert pick_device("auto").type == "cpu"
    with pytest.raises(ConfigError, match="DEVICE=auto"):
        pick_device("cuda")


class TestNewItems:
    new = Item("new", "Brand new", 2026, "A western.", {"genre": ("Western",)})

    def test_an_item_with_text_is_recommended_to_those_who_like_its_kind(self, engine: Engine) -> None:
        grown = engine.with_items([self.new])
        for kernel in grown._kernels.values():
            assert kernel(torch.tensor([[2]]), torch.ones(1, 1))[0, -1] != 0
        liked = [f"i{n}" for n in range(2, 38, 4)]
        found = picks(grown, Query(Taste(dict.fromkeys(liked, 1.0)), k=20))
        assert "new" in {p.item_id for p in found}
        assert sum(p.amount for p in found[0].parts) == pytest.approx(found[0].score, abs=1e-4)

    def test_the_engine_that_was_asked_stays_as_it_is(self, engine: Engine) -> None:
        before = picks(engine, Query(k=40))
        engine.with_items([self.new])
        assert picks(engine, Query(k=40)) == before

    def test_new_facts_of_a_known_item_take_the_place_of_the_old(self, engine: Engine) -> None:
        grown = engine.with_items([replace(engine.catalogue["i0"], facets={"genre": ("Horror",)})])
        assert len(grown.catalogue) == len(engine.catalogue)
        assert "i0" in {p.item_id for p in picks(grown, Query(wish=Wish(wanted=(clause("Horror"),)), k=40))}


class TestSequels:
    titles = ("Alien", "Aliens of Mars", "Alien 3", "Alien: Covenant", "Other", "Third")

    @pytest.fixture
    def engine(self) -> Engine:
        items = list(catalogue().items)
        for n, title in enumerate(self.titles):
            items[n] = replace(items[n], title=title, facets={"genre": ("Comedy",)}, overview="A comedy.")
        items = Catalogue(items)
        return Engine(items, artefact(items), AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]

    def test_no_list_of_three_sequels(self, engine: Engine) -> None:
        found = picks(engine, Query(wish=Wish(wanted=(clause("Comedy"),)), k=3))
        assert len({p.item_id for p in found} & {"i0", "i2", "i3"}) == 1

    def test_nor_for_who_wants_something_like_one_of_them(self, engine: Engine) -> None:
        found = picks(engine, Query(wish=Wish(like=("i0",)), k=3))
        assert len({p.item_id for p in found} & {"i2", "i3"}) == 1


class TestSomethingLikeIt:
    """ "Something like i20": a comedy of Director 2, which ratings say nothing special of."""

    @staticmethod
    def kinds(engine: Engine, query: Query) -> list[str]:
        return [engine.catalogue[p.item_id].facets["genre"][0] for p in picks(engine, query)]

    def test_is_of_its_kind(self, engine: Engine) -> None:
        asked = Query(wish=Wish(like=("i20",)), k=5)
        assert self.kinds(engine, asked) == ["Comedy"] * 5
        assert picks(engine, asked)[0].item_id == "i16"  # by the same director

    def test_so_is_what_follows_a_film_that_they_just_said_they_like(self, engine: Engine) -> None:
        liked = Taste({"i20": 1.0})
        before = picks(engine, Query(liked, k=1))[0].contributions["likeness"]
        said = picks(engine, Query(liked, k=1, talk=Talk(named=("i20",))))[0]
        assert said.item_id == "i16" and said.contributions["likeness"] > before

    def test_what_they_liked_since_counts_beside_what_they_asked_for(self, engine: Engine) -> None:
        wish, liked = Wish(like=("i20",)), Taste({"i21": 1.0})
        after, before = (Query(liked, wish, talk=Talk(named=n), k=2) for n in (("i20", "i21"), ("i21", "i20")))
        assert self.kinds(engine, before) == ["Comedy"] * 2
        assert "Horror" in self.kinds(engine, after)

    @pytest.mark.parametrize(
        "limit",
        [
            Wish(ranges=(Range("runtime", None, 110.0, "short"),)),
            Wish(ranges=(Range("year", 1970, None, "new"),)),
            Wish(unwanted=(clause("Horror"),)),
        ],
    )
    def test_so_is_what_a_limit_leaves_of_it(self, engine: Engine, limit: Wish) -> None:
        """ "I love Alien and The Thing", "something new"."""
        liked = Taste({"i20": 1.0})
        before = picks(engine, Query(liked, limit, k=1))[0].contributions["likeness"]
        said = picks(engine, Query(liked, limit, k=1, talk=Talk(named=("i20",))))[0]
        assert said.item_id == "i16" and said.contributions["likeness"] > before

    @pytest.mark.parametrize(
        "kind", [Wish(wanted=(clause("Horror"),)), Wish(hoped=(clause("Horror"),)), Wish("a horror night")]
    )
    def test_but_a_wish_for_a_kind_goes_before_it(self, engine: Engine, kind: Wish) -> None:
        for wish in (kind, replace(kind, ranges=(Range("runtime", None, 110.0, "short"),))):
            bare = picks(engine, Query(Taste({"i20": 1.0}), wish))
            assert picks(engine, Query(Taste({"i20": 1.0}), wish, talk=Talk(named=("i20",)))) == bare

    def test_each_named_item_has_its_part(self, engine: Engine) -> None:
        for pick in picks(engine, Query(wish=Wish(like=("i20", "i21")), k=2)):
            of = {part.source: part.amount for part in pick.parts if part.signal == "likeness"}
            assert sum(of.values()) == pytest.approx(pick.contributions["likeness"], abs=1e-4)
            nearer = {"Comedy": "i20", "Horror": "i21"}[engine.catalogue[pick.item_id].facets["genre"][0]]
            assert of[nearer] == max(of.values()) > min(of.values())


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Alien 3", "alien"),
        ("The Godfather Part II", "godfather"),
        ("The Lord of the Rings: The Two Towers", "lord of the rings"),
        ("Harry Potter and the Goblet of Fire", "harry potter"),
        ("Rocky IV", "rocky"),
        ("Heat", "heat"),
        ("2", "2"),
    ],
)
def test_the_parts_of_a_series_share_a_stem(title: str, stem: str) -> None:
    assert series(title) == stem


def test_what_nobody_is_known_to_like_is_not_said_to_be_liked_by_people() -> None:
    items = catalogue()
    made = artefact(items)
    known = made.tensors["known"].clone()
    known[4] = 0.0
    engine = Engine(
        items,
        replace(made, tensors={**made.tensors, "known": known}),
        AxisEncoder(),  # type: ignore[arg-type]
        torch.device("cpu"),
    )
    found = {p.item_id: p for p in picks(engine, Query(Taste({"i0": 1.0}), k=40))}
    assert found["i4"].contributions["relation"] == 0
    assert found["i8"].contributions["relation"] > 0
    for pick in found.values():
        assert sum(pick.contributions.values()) == pytest.approx(pick.score, abs=1e-4)
        for signal in SIGNALS:
            parts = sum(part.amount for part in pick.parts if part.signal == signal)
            assert parts == pytest.approx(pick.contributions[signal], abs=1e-4)
    assert not any(part.signal == "relation" for part in found["i4"].parts)


def test_a_group_gets_what_suits_all_of_it_and_nothing_that_one_of_them_ruled_out(engine: Engine) -> None:
    """Two like comedies and a third horror: horror that two can't stand loses to what serves all."""
    comedy, horror = Clause("comedy", (Facet("genre", "Comedy"),)), Clause("horror", (Facet("genre", "Horror"),))
    ann = Taste({"i0": 1.0}, vetoes=(horror,))
    bob = Taste({"i4": 1.0, "i9": -1.0})
    found = engine.recommend_together([Query(ann, exclude=frozenset({"i8"}), k=4), Query(bob, k=4)])
    shown = [engine.catalogue[pick.item_id] for pick in found.picks]
    assert len(shown) == 4
    assert not {"i0", "i4", "i8", "i9"} & {item.id for item in shown}
    assert not any("Horror" in item.facets["genre"] for item in shown)
    assert "Comedy" in shown[0].facets["genre"]
    for pick in found.picks:
        assert all(0 <= share <= 1 for share in pick.served)
        assert pick.score == pytest.approx((sum(pick.served) / 2 + min(pick.served)) / 2, abs=1e-5)
    wished = engine.recommend_together([Query(ann, Wish(wanted=(comedy,))), Query(bob)])
    assert all("Comedy" in engine.catalogue[pick.item_id].facets["genre"] for pick in wished.picks)


def test_a_group_of_one_gets_their_own_best(engine: Engine) -> None:
    ann = Query(Taste({"i0": 1.0}), k=1)
    (alone,) = engine.recommend_together([ann]).picks
    assert alone.item_id == picks(engine, ann)[0].item_id
    assert alone.served == (1.0,)


def test_a_group_that_knows_everything_gets_nothing(engine: Engine) -> None:
    everything = frozenset(item.id for item in engine.catalogue.items)
    assert engine.recommend_together([Query(exclude=everything), Query()]).picks == ()


def test_quality_counts_beside_a_wish_even_of_those_with_likes() -> None:
    """Ratings taught that what everybody knows counts nothing; a wish that many texts fit makes it count again."""
    items = catalogue()
    taught = artefact(items)
    taught.tensors["fusion.free"][:, 0] = -30.0
    taught_engine = Engine(items, taught, AxisEncoder(), pick_device("cpu"))

    def least_known(wish: Wish) -> float:
        found = picks(taught_engine, Query(Taste({"i0": 1.0}), wish, k=40))
        return next(p.contributions["prior"] for p in found if p.item_id == "i37")

    assert least_known(Wish()) == pytest.approx(0.0, abs=1e-6)
    assert least_known(Wish("a horror night")) < least_known(Wish(wanted=(clause("Horror"),))) < -0.1


def test_fitting_a_wish_counts_up_to_a_point(engine: Engine) -> None:
    found = picks(engine, Query(wish=Wish("horror", vague=True), k=40))
    fits, others = (
        [p.contributions["wish"] for p in found if ("Horror" in engine.catalogue[p.item_id].facets["genre"]) is meant]
        for meant in (True, False)
    )
    assert max(others) < max(fits) < STATED["wish"] * CLOSEST


def test_what_lies_beyond_a_veto_stays_for_who_wants_it(engine: Engine) -> None:
    musical, horror = Facet("genre", "Musical"), Facet("genre", "Horror")
    veto = Clause("loud", (musical, horror), beyond=(horror,))

    def genres(*wanted: Clause) -> set[str]:
        found = picks(engine, Query(wish=Wish(wanted=wanted, unwanted=(veto,)), k=40))
        return {engine.catalogue[p.item_id].facets["genre"][0] for p in found}

    assert genres() == {"Comedy", "Western"}
    assert genres(clause("Horror")) == {"Horror"}


def test_seeing_and_disliking_do_not_count_as_knowing_a_taste(engine: Engine) -> None:
    """Who has seen much and liked nothing is recommended what a newcomer is."""
    seen = {f"i{n}": 0.0 for n in range(20)}
    newcomer = {p.item_id: p.contributions["prior"] for p in picks(engine, Query(k=40))}
    after = {p.item_id: p.contributions["prior"] for p in picks(engine, Query(Taste(seen), k=40))}
    assert after["i30"] == pytest.approx(newcomer["i30"])


def test_the_rare_words_of_a_wish_count_beside_what_the_encoder_makes_of_it() -> None:
    items = list(catalogue().items)
    items[29] = replace(items[29], overview="A horror film of chess.")
    of = Catalogue(items)
    engine = Engine(of, artefact(of), AxisEncoder(), torch.device("cpu"))  # type: ignore[arg-type]
    own, theme = (
        {
            p.item_id: p.contributions["wish"]
            for p in picks(engine, Query(wish=Wish("a western on chess", vague=v), k=40))
        }
        for v in (False, True)
    )
    gained = {item: points - theme[item] for item, points in own.items()}
    assert 0.8 < gained.pop("i29") / (STATED["wish"] * WORDS) <= 1
    assert max(gained.values()) == pytest.approx(0, abs=1e-4)


def test_a_veto_covers_what_texts_say() -> None:
    """Themes are recorded for some items only; the description of others names what is refused."""
    veto = Clause("ghosts", (Facet("keyword", "ghost"),), words=("ghost", "ghosts"))
    told = Item("told", "A Quiet House", overview="He can see ghosts.")
    catalogue = Catalogue([told, Item("other", "A Loud House", overview="He can see a ghostwriter.")])
    mask, _ = candidates(catalogue, Query(wish=Wish(unwanted=(veto,))))
    assert mask.tolist() == [False, True]


def test_a_theme_that_fills_a_list_is_what_the_list_shows() -> None:
    known = [Item(str(n), f"Film {n}", facets={"keyword": ("anthology",) if n < 3 else ("heist",)}) for n in range(6)]
    catalogue = Catalogue(known)

    def shown(clause: Clause, k: int) -> list[str]:
        mask, relaxed = candidates(catalogue, Query(wish=Wish(hoped=(clause,)), k=k))
        assert not relaxed
        return [item.id for item, open_to in zip(catalogue.items, mask.tolist(), strict=True) if open_to]

    anthology = Clause("anthology", (Facet("keyword", "anthology"),))
    assert shown(anthology, 3) == ["0", "1", "2"]
    assert shown(anthology, 4) == ["0", "1", "2", "3", "4", "5"]  # too few: others may fit as well
    assert shown(Clause("sad", anthology.facets, mood="sad"), 3) == ["0", "1", "2", "3", "4", "5"]


def test_a_country_is_where_films_were_made_alone_as_long_as_that_fills_a_list() -> None:
    made = [("Australia",), ("Australia", "United States"), ("Australia",), ("United States",)]
    known = [Item(str(n), f"Film {n}", facets={"country": countries}) for n, countries in enumerate(made)]
    catalogue = Catalogue(known)
    australian = Clause("Australia", (Facet("country", "Australia"),))
    for k, shown in ((2, [True, False, True, False]), (3, [True, True, True, False])):
        mask, _ = candidates(catalogue, Query(wish=Wish(wanted=(australian,)), k=k))
        assert mask.tolist() == shown
    told = Query(wish=Wish("about surfing", wanted=(australian,)), k=2)
    assert candidates(catalogue, told)[0].tolist() == [True, True, True, False]
