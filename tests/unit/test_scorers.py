"""Every scorer behind the one interface, and the loop that teaches those that learn by gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from typer.testing import CliRunner

from bot.cli import app
from recsys import scorers
from recsys.encoder import Encoder, Vectors
from recsys.errors import DataError, ModelError
from recsys.evaluation.baselines import BASELINES
from recsys.interactions import Interactions
from recsys.models.content import fit_content
from recsys.models.graph_filter import fit_graph_filter
from recsys.models.losses import LOSSES
from recsys.scorers import DEFAULTS, Taught
from recsys.training import Training, validate

SIZE = 15
ITEMS = 2 * SIZE
PEOPLE = 120


def ratings() -> Interactions:
    """Two kinds of people: each knows 60 % of the items of their kind, in an order of their own, and no other."""
    rng = np.random.default_rng(4)
    known = rng.random((PEOPLE, 2, SIZE)) < 0.6
    known &= np.eye(2, dtype=np.bool_)[np.arange(PEOPLE) % 2][:, :, np.newaxis]
    user, item = np.nonzero(known.reshape(PEOPLE, ITEMS))
    names = tuple(str(n) for n in range(PEOPLE)), tuple(str(n) for n in range(ITEMS))
    return Interactions(*names, user, item, np.full(len(user), 5.0, dtype=np.float32), rng.random(len(user)))


def texts(n: int = ITEMS) -> Tensor:
    """Items of one kind read alike, more or less; what comes after the first ``ITEMS`` is of the first kind."""
    generator = torch.Generator().manual_seed(1)
    noise = 0.1 * torch.randn(n, 8, generator=generator)
    noise[:, 0] += torch.where((torch.arange(n) // SIZE) == 1, -1.0, 1.0)
    return nn.functional.normalize(noise, dim=1)


QUICK = {"epochs": 12, "batch": 16, "rate": 1e-2, "patience": 4}


def taught(name: str, **changes: object) -> Taught:
    design, training = DEFAULTS["sequence" if name == "transformer" else name]  # type: ignore[index]
    design = replace(design, width=16, network="transformer" if name == "transformer" else "gru")
    return scorers.fit(design, replace(training, **(QUICK | changes)), ratings(), texts(), cpu=True)


GRADIENT = ("mlp", "sequence", "transformer", "graph")
FITS: dict[str, Callable[[], nn.Module]] = {
    **{name: lambda name=name: BASELINES[name](ratings().matrix()) for name in BASELINES if name != "popularity"},
    "content": lambda: fit_content(texts()),
    "graph filter": lambda: fit_graph_filter(ratings().matrix(), texts(), rank=2),
    **{name: lambda name=name: taught(name).scorer for name in GRADIENT},
}


@pytest.fixture(scope="module")
def built() -> dict[str, nn.Module]:
    return {}


@pytest.fixture(params=FITS)
def scorer(request: pytest.FixtureRequest, built: dict[str, nn.Module]) -> nn.Module:
    if request.param not in built:
        built[request.param] = FITS[request.param]().eval()
    return built[request.param]


class TestEveryScorer:
    """``forward(rows (B, H), weights (B, H)) -> (B, N)``, whatever is behind it."""

    @pytest.mark.parametrize("kind", [0, 1])
    def test_it_finds_the_rest_of_what_a_newcomer_likes(self, scorer: nn.Module, kind: int) -> None:
        known = kind * SIZE + torch.arange(3)
        scores = scorer(known.unsqueeze(0), torch.ones(1, 3))[0].detach()
        scores[known] = -torch.inf
        assert set((scores.topk(SIZE - 3).indices // SIZE).tolist()) == {kind}

    def test_scores_are_finite_numbers_of_the_same_kind_for_every_item(self, scorer: nn.Module) -> None:
        scores = scorer(torch.tensor([[1, 2], [20, 4]]), torch.tensor([[1.0, -0.5], [1.0, 1.0]]))
        assert scores.shape == (2, ITEMS)
        assert scores.dtype == torch.float32
        assert torch.isfinite(scores).all()

    def test_padding_counts_nothing_wherever_it_is(self, scorer: nn.Module) -> None:
        alone = scorer(torch.tensor([[3, 7]]), torch.ones(1, 2))
        after = scorer(torch.tensor([[3, 7, 0, 21]]), torch.tensor([[1.0, 1.0, 0.0, 0.0]]))
        before = scorer(torch.tensor([[21, 3, 0, 7]]), torch.tensor([[0.0, 1.0, 0.0, 1.0]]))
        torch.testing.assert_close(after, alone, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(before, alone, atol=1e-4, rtol=1e-4)

    def test_a_batch_equals_its_rows(self, scorer: nn.Module) -> None:
        rows, weights = torch.tensor([[1, 2, 8], [20, 4, 0], [0, 0, 0]]), torch.ones(3, 3).tril(1).flip(0)
        weights[2] = 0.0
        batch = scorer(rows, weights)
        for n in range(3):
            torch.testing.assert_close(
                batch[n : n + 1], scorer(rows[n : n + 1], weights[n : n + 1]), atol=1e-4, rtol=1e-4
            )

    def test_nothing_known_is_no_error(self, scorer: nn.Module) -> None:
        scores = scorer(torch.zeros(2, 1, dtype=torch.int64), torch.zeros(2, 1))
        assert scores.shape == (2, ITEMS)
        assert torch.isfinite(scores).all()


class TestTaughtScorers:
    @pytest.mark.parametrize("name", GRADIENT)
    def test_double_precision_gives_the_same_scores(self, name: str, built: dict[str, nn.Module]) -> None:
        scorer = built.get(name) or FITS[name]()
        rows, weights = torch.tensor([[1, 2, 20]]), torch.tensor([[1.0, 1.0, -1.0]])
        single = scorer(rows, weights)
        double = scorer.double()(rows, weights.double())
        scorer.float()
        assert double.dtype == torch.float64
        torch.testing.assert_close(double.float(), single, atol=1e-4, rtol=1e-4)

    @pytest.mark.parametrize("name", GRADIENT)
    def test_an_item_known_by_its_text_alone_is_found_by_those_who_like_its_kind(self, name: str) -> None:
        design, training = DEFAULTS["sequence" if name == "transformer" else name]  # type: ignore[index]
        design = replace(design, width=16, network="transformer" if name == "transformer" else "gru")
        known = ratings()
        wider = replace(known, items=(*known.items, "new"))
        result = scorers.fit(design, replace(training, **QUICK), wider, texts(ITEMS + 1), cpu=True)
        assert result.vocabulary[-1] == "new"
        first, second = (
            result.scorer(kind * SIZE + torch.arange(4).unsqueeze(0), torch.ones(1, 4))[0].detach() for kind in (0, 1)
        )
        assert first[-1] > first[SIZE:ITEMS].max()
        assert second[-1] < second[SIZE:ITEMS].min()

    def test_a_sequence_taught_in_time_knows_which_way_people_go(self) -> None:
        """Half of them walk round a ring of 12 items this way, half the other way, each from a start of their own."""
        way = np.where(np.arange(96) % 8 < 4, 1, -1)
        item = ((np.arange(96)[:, np.newaxis] + np.outer(way, np.arange(6))) % 12).ravel()
        user, time = np.repeat(np.arange(96), 6), np.tile(np.arange(6.0), 96)
        order = np.lexsort((item, user))
        names = tuple(map(str, range(96))), tuple(map(str, range(12)))
        ratings = np.full(len(user), 5.0, dtype=np.float32)
        walks = Interactions(*names, user, item[order], ratings, time[order])
        design, training = DEFAULTS["sequence"]
        result = scorers.fit(
            replace(design, examples="next", width=16), replace(training, **QUICK | {"epochs": 30}), walks, cpu=True
        )
        for start in range(12):
            forth = (start + torch.arange(3)) % 12
            ahead, behind = (start + 3) % 12, (start - 1) % 12
            scores = result.scorer(torch.stack([forth, forth.flip(0)]), torch.ones(2, 3))
            assert scores[0, ahead] > scores[0, behind]
            assert scores[1, ahead] < scores[1, behind]

    @pytest.mark.parametrize("name", GRADIENT)
    def test_what_was_saved_is_what_is_loaded(self, name: str, tmp_path: Path) -> None:
        result = taught(name, epochs=1)
        result.artefact().save(tmp_path / "model")
        scorer, artefact = scorers.load(tmp_path / "model")
        rows, weights = torch.tensor([[1, 2, 20]]), torch.ones(1, 3)
        assert torch.equal(scorer(rows, weights), result.scorer(rows, weights))
        assert artefact.vocabulary == result.vocabulary
        assert artefact.metrics["validation ndcg@10"] == result.course.measured[0]["ndcg@10"]

    def test_a_damaged_artefact_is_refused(self, tmp_path: Path) -> None:
        taught("graph", epochs=1).artefact().save(tmp_path / "model")
        tensors = tmp_path / "model" / "model.safetensors"
        tensors.write_bytes(tensors.read_bytes()[:-1] + b"x")
        with pytest.raises(ModelError, match="usher train"):
            scorers.load(tmp_path / "model")


class Interrupted(Exception):
    """What a test raises in the middle of training."""


class TestTraining:
    @pytest.mark.parametrize("loss", LOSSES)
    def test_every_loss_teaches(self, loss: str) -> None:
        scores = taught("graph", loss=loss).scorer(torch.tensor([[0, 1, 2]]), torch.ones(1, 3))[0].detach()
        assert scores[3:SIZE].min() > scores[SIZE:].max()

    @pytest.mark.parametrize("name", GRADIENT)
    def test_the_same_seed_gives_the_same_model_and_another_seed_another(self, name: str) -> None:
        first, again, other = (taught(name, epochs=2, seed=seed).artefact().version for seed in (1, 1, 2))
        assert first == again != other

    @pytest.mark.parametrize("name", ["sequence", "graph"])
    def test_after_an_interruption_it_goes_on_to_the_same_result(self, name: str, tmp_path: Path) -> None:
        training = replace(DEFAULTS[name][1], epochs=5, batch=16, saved=0.0)  # type: ignore[index]
        design = replace(DEFAULTS[name][0], width=16)  # type: ignore[index]
        lines: list[str] = []

        def interrupt(task: str, done: int, total: int | None, /) -> None:
            if done == 3:
                raise Interrupted

        whole = scorers.fit(design, training, ratings(), texts(), cpu=True)
        with pytest.raises(Interrupted):
            scorers.fit(design, training, ratings(), texts(), cpu=True, folder=tmp_path, progress=interrupt)
        resumed = scorers.fit(design, training, ratings(), texts(), cpu=True, folder=tmp_path, announce=lines.append)
        assert "Going on after epoch 3." in lines
        assert resumed.artefact().version == whole.artefact().version
        assert resumed.course.losses == whole.course.losses
        assert not (tmp_path / "checkpoint").exists()

    def test_the_best_epoch_is_what_stays(self) -> None:
        result = taught("graph", rate=0.5, epochs=30, patience=3)
        course = result.course
        assert len(course.measured) == course.best + 1 + 3 < 30
        known = ratings()
        held = scorers.split(known, result.config["training"]["seed"])[1]
        now = validate(result.scorer, [scorers.held_out(known, int(user)) for user in held])
        assert now == course.measured[course.best]

    @pytest.mark.parametrize("name", ["model.safetensors", "optimizer.bin", "course.json", "manifest.json"])
    def test_a_damaged_checkpoint_says_what_to_do(self, name: str, tmp_path: Path) -> None:
        self._interrupted(tmp_path)
        path = tmp_path / "checkpoint" / name
        path.write_bytes(path.read_bytes()[:-3] + b"???")
        with pytest.raises(ModelError, match=r"is damaged .* remove that folder"):
            scorers.fit(*self._settings(), ratings(), texts(), cpu=True, folder=tmp_path)

    def test_a_checkpoint_of_other_settings_is_not_gone_on_from(self, tmp_path: Path) -> None:
        self._interrupted(tmp_path)
        design, training = self._settings()
        lines: list[str] = []
        changed = replace(training, loss="pairwise")
        scorers.fit(design, changed, ratings(), texts(), cpu=True, folder=tmp_path, announce=lines.append)
        assert any("starting anew" in line for line in lines)

    def test_too_few_people_are_a_clear_error(self) -> None:
        known = ratings()
        with pytest.raises(DataError, match="too few people"):
            scorers.fit(*self._settings(), known.where(known.user == 0), texts(), cpu=True)

    @staticmethod
    def _settings() -> tuple[scorers.Design, Training]:
        design, training = DEFAULTS["graph"]
        return replace(design, width=8), replace(training, epochs=3, saved=0.0)

    def _interrupted(self, folder: Path) -> None:
        def interrupt(task: str, done: int, total: int | None, /) -> None:
            if done == 2:
                raise Interrupted

        with pytest.raises(Interrupted):
            scorers.fit(*self._settings(), ratings(), texts(), cpu=True, folder=folder, progress=interrupt)


class Reader(Encoder):
    """Stands in for the sentence encoder: texts that begin with "A" point one way, others the opposite way."""

    def encode(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        return np.array([[1.0, 0.0] if text.startswith("A") else [0.0, 1.0] for text in texts], dtype=np.float32)


class TestFiles:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        known = ratings()
        lines = [f"{u},{i},5,{t}" for u, i, t in zip(known.user, known.item, known.timestamp, strict=True)]
        (tmp_path / "ratings.csv").write_text("\n".join(["userId,movieId,rating,timestamp", *lines]))
        return tmp_path / "ratings.csv"

    def test_the_command_trains_prints_and_writes(
        self, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DEVICE", "cpu")
        monkeypatch.setenv("USHER_HOME", str(tmp_path / "home"))
        out = tmp_path / "model"
        command = ["train", "graph", "--ratings", str(file), "--out", str(out), "--epochs", "2", "--loss", "log"]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        assert "validation ndcg@10: 0." in result.stderr
        scorer, artefact = scorers.load(out)
        assert artefact.config["training"]["loss"] == "log"
        assert scorer(torch.tensor([[0]]), torch.ones(1, 1)).shape == (1, ITEMS)

    def test_without_tensorboard_it_says_so_and_trains(
        self, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("recsys.training.is_tensorboard_available", lambda: False)
        lines: list[str] = []
        design, training = DEFAULTS["graph"]
        artefact = scorers.fit_files(
            design,
            replace(training, epochs=1),
            file,
            None,
            tmp_path / "model",
            encoder=Reader(),
            cache=tmp_path / "cache",
            cpu=True,
            announce=lines.append,
        )
        assert artefact is not None
        assert any("TensorBoard is not installed" in line for line in lines)

    def test_a_catalogue_gives_texts_and_its_unrated_items_a_place(self, file: Path, tmp_path: Path) -> None:
        catalogue = tmp_path / "items.csv"
        rows = [f"film-{n},{'AB'[n // SIZE]} film,{n}" for n in range(ITEMS)] + ["extra,A new one,999"]
        catalogue.write_text("\n".join(["id,title,movielens_id", *rows]))
        design, training = DEFAULTS["graph"]
        artefact = scorers.fit_files(
            design,
            replace(training, **QUICK),
            file,
            catalogue,
            tmp_path / "model",
            encoder=Reader(),
            cache=tmp_path / "cache",
            cpu=True,
        )
        assert artefact is not None
        assert artefact.vocabulary[0] == "film-0"
        assert artefact.vocabulary[-1] == "extra"
        scores = scorers.load(tmp_path / "model")[0](torch.tensor([[0, 1]]), torch.ones(1, 2))[0]
        assert scores[-1] > scores[SIZE:ITEMS].max()

    def test_ratings_of_other_items_are_a_clear_error(self, file: Path, tmp_path: Path) -> None:
        catalogue = tmp_path / "items.csv"
        catalogue.write_text("id,title\nsomething,Else\n")
        with pytest.raises(DataError, match="No rated item is in the catalogue"):
            scorers.fit_files(
                *DEFAULTS["graph"], file, catalogue, tmp_path / "m", encoder=Reader(), cache=tmp_path / "c", cpu=True
            )
