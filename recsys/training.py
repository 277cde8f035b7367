"""One training loop for every scorer taught by gradient: on a CPU, a GPU, or many, as ``accelerate`` finds them."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import torch
from accelerate import Accelerator
from accelerate.utils import DataLoaderConfiguration, is_tensorboard_available, set_seed
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from recsys.artefact import damaged_files, seal
from recsys.errors import ModelError
from recsys.evaluation import metrics
from recsys.evaluation.ratings import rank
from recsys.evaluation.splits import Case
from recsys.models.losses import LOSSES
from recsys.models.scorer import Scorer
from recsys.progress import Progress, silent

History: TypeAlias = npt.NDArray[np.int64]
"""The rows that a person reacted to, oldest first."""
Batch: TypeAlias = tuple[Tensor, Tensor, Tensor]
"""Rows known (B, H) int64, their weights (B, H) float32, and rows to be found (B, T) int64, -1 for padding."""
Examples: TypeAlias = Literal["subset", "next", "shuffled"]
Announce: TypeAlias = Callable[[str], None]

MEASURE: Final = "ndcg@10"
"""What decides which epoch was the best."""


@dataclass(frozen=True, slots=True)
class Training:
    """How a scorer is taught. ``negatives``: how many items are drawn for each step where there are more, 0 to
    take all of them always; ``patience``: epochs without a better validation result until the end; ``saved``: seconds
    between checkpoints."""

    loss: str = "softmax"
    epochs: int = 200
    batch: int = 64
    rate: float = 1e-3
    decay: float = 0.0
    negatives: int = 0
    patience: int = 10
    seed: int = 20
    saved: float = 30.0


@dataclass(slots=True)
class Course:
    """How training went: the mean loss and the validation metrics of each epoch so far, and which was the best."""

    losses: list[float] = field(default_factory=list)
    measured: list[dict[str, float]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def best(self) -> int:
        """The first epoch with the highest ``MEASURE``."""
        return int(np.argmax([m[MEASURE] for m in self.measured]))

    def over(self, config: Training) -> bool:
        """Whether nothing more is to be expected."""
        done = len(self.measured)
        return done >= config.epochs or (done > 0 and done - 1 - self.best >= config.patience)


class Objective(nn.Module):
    """A scorer with its loss, as the one module that is trained: gradients of several GPUs meet in its ``forward``."""

    def __init__(self, scorer: Scorer, kind: Examples, config: Training) -> None:
        super().__init__()
        self.scorer = scorer
        self.kind = kind
        self.loss = LOSSES[config.loss]
        self.negatives = config.negatives

    def forward(self, rows: Tensor, weights: Tensor, targets: Tensor) -> Tensor:
        """The mean loss over all items to be found, of a ``Batch``."""
        scorer, wanted = self.scorer, targets.clamp_min(0)
        known, ranked = scorer.table()
        n = len(ranked)
        states = scorer.states(known, rows, weights)
        own = torch.zeros(len(rows), n + 1, dtype=torch.bool, device=rows.device)
        own.scatter_(1, torch.where(targets < 0, n, targets), True)
        own.scatter_(1, torch.where(weights == 0, n, rows), True)
        some = 0 < self.negatives < n
        drawn = torch.randint(n, (self.negatives,), device=rows.device) if some else slice(None, n)
        others, bias, counts = ranked[drawn], scorer.items.bias, ~own[:, drawn]
        valid = targets >= 0
        if self.kind == "subset":
            state = scorer.last(states, weights)
            positive = scorer.match(state, ranked[wanted]) + bias[wanted]
            negative = scorer.match(state, others) + bias[drawn]
            return self.loss(positive, negative, counts)[valid].mean()
        state, found = states[valid], wanted[valid]
        positive = scorer.match(state, ranked[found].unsqueeze(1)) + bias[found].unsqueeze(1)
        negative = scorer.match(state, others) + bias[drawn]
        person = torch.nonzero(valid)[:, 0]
        return self.loss(positive, negative, counts[person]).mean()


def examples(histories: Sequence[History], kind: Examples, length: int) -> Batch:
    """A batch of people, drawn anew whenever they come up.

    ``subset``: a random part of a person's items, from none to all but one, is known and the rest is to be found, so
    that one model learns to serve newcomers and regulars. ``next``: each item is to be found from those before it, in
    a stretch of ``length`` at most; ``shuffled``: the same in an order drawn anew each time, for people of whom it is
    not known what came first.
    """
    known, targets = [], []
    for history in map(torch.from_numpy, histories):
        if kind == "subset":
            order = torch.randperm(len(history))
            cut = int(torch.randint(len(history), ()))
            latest = order[:cut].sort().values[max(0, cut - length) :]
            known.append(history[latest])
            targets.append(history[order[cut:]])
        else:
            history = history[torch.randperm(len(history))] if kind == "shuffled" else history
            start = int(torch.randint(max(1, len(history) - length), ()))
            stretch = history[start : start + length + 1]
            known.append(stretch[:-1])
            # Before a stretch from the middle there are items, so its first one does not follow from nothing.
            targets.append(stretch if start == 0 else torch.cat([stretch.new_full((1,), -1), stretch[1:]]))
    rows = nn.utils.rnn.pad_sequence(known, batch_first=True, padding_value=-1)
    wanted = nn.utils.rnn.pad_sequence(targets, batch_first=True, padding_value=-1)
    return rows.clamp_min(0), (rows >= 0).float(), wanted


def train(
    scorer: Scorer,
    histories: Sequence[History],
    cases: Sequence[Case],
    kind: Examples,
    config: Training,
    *,
    cpu: bool = False,
    folder: Path | None = None,
    fingerprint: str = "",
    progress: Progress = silent,
    announce: Announce = lambda _: None,
) -> Course:
    """Teach ``scorer`` on the people of ``histories`` until the people of ``cases`` are served no better.

    It ends with the parameters of its best epoch. In ``folder`` are the checkpoint, from which the same call goes on
    after an interruption with the same result, and logs for TensorBoard. ``fingerprint`` names settings and data: a
    checkpoint of others is set aside. ``cpu`` leaves a GPU alone. Raises ``ModelError`` for a damaged checkpoint.
    """
    curves = folder is not None and is_tensorboard_available()
    accelerator = Accelerator(
        cpu=cpu,
        log_with="tensorboard" if curves else None,
        project_dir=folder,
        dataloader_config=DataLoaderConfiguration(use_seedable_sampler=True, data_seed=config.seed),
    )
    if not accelerator.is_main_process:
        progress, announce = silent, lambda _: None
    data: Any = DataLoader(
        cast("Dataset[History]", histories),
        batch_size=config.batch,
        shuffle=True,
        collate_fn=partial(examples, kind=kind, length=scorer.length),
    )
    objective = Objective(scorer, kind, config)
    optimiser = torch.optim.AdamW(objective.parameters(), lr=config.rate, weight_decay=config.decay)
    objective, optimiser, data = accelerator.prepare(objective, optimiser, data)
    checkpoint = None if folder is None else Checkpoint(accelerator, folder / "checkpoint", fingerprint)
    course, best = Course(), parameters(scorer)
    if checkpoint is not None:
        if not curves:
            announce("TensorBoard is not installed, so no curves are logged: install it beside Usher for them.")
        accelerator.init_trackers("tensorboard")
        course, best = checkpoint.load(course, best, announce)
    started = saved = time.monotonic()
    before = course.seconds
    while not course.over(config):
        epoch = len(course.losses)
        progress("Training", epoch, config.epochs)
        # Each epoch draws from its own seed: one that begins after an interruption is the one that would have been.
        set_seed(config.seed * 100_003 + epoch, device_specific=True)
        data.set_epoch(epoch)
        loss = _epoch(objective, optimiser, data, accelerator)
        measured = validate(scorer, cases)
        course.losses.append(loss)
        course.measured.append(measured)
        course.seconds = before + time.monotonic() - started
        if course.best == epoch:
            best = parameters(scorer)
            announce(f"epoch {epoch + 1}: loss {loss:.4f}, {MEASURE} {measured[MEASURE]:.4f}, the best so far")
        accelerator.log({"loss": loss, **{f"validation/{k}": v for k, v in measured.items()}}, step=epoch)
        if checkpoint is not None and time.monotonic() - saved >= config.saved:
            checkpoint.save(course, best)
            saved = time.monotonic()
    progress("Training", config.epochs, config.epochs)
    with torch.no_grad():
        for name, parameter in scorer.named_parameters():
            parameter.copy_(best[name])
    accelerator.end_training()
    if checkpoint is not None:
        checkpoint.remove()
    scorer.eval()
    return course


def parameters(scorer: Scorer) -> dict[str, Tensor]:
    """A copy of what training changes."""
    return {name: p.detach().clone() for name, p in scorer.named_parameters()}


def validate(scorer: Scorer, cases: Sequence[Case]) -> dict[str, float]:
    """Mean metrics over people who teach nothing. Every process measures all of them, so all stop together."""
    scorer.eval()
    ranked = rank(scorer, cases)
    hit = metrics.hits(ranked, [case.targets for case in cases])
    totals = np.array([len(case.targets) for case in cases])
    return {
        MEASURE: float(metrics.ndcg(hit, totals, 10).mean()),
        "recall@20": float(metrics.recall(hit, totals, 20).mean()),
        "ndcg@100": float(metrics.ndcg(hit, totals, 100).mean()),
        "hr@10": float(metrics.hit_rate(hit, 10).mean()),
    }


def _epoch(objective: nn.Module, optimiser: Any, data: Any, accelerator: Accelerator) -> float:
    """One pass over everybody; the mean loss."""
    objective.train()
    total = torch.zeros((), device=accelerator.device)
    for batch in data:
        optimiser.zero_grad()
        loss = objective(*batch)
        accelerator.backward(loss)
        accelerator.clip_grad_norm_(objective.parameters(), 5.0)
        optimiser.step()
        total += loss.detach()
    return float(accelerator.reduce(total / len(data), "mean"))


class Checkpoint:
    """Where training stands, in a folder: complete and verified by hashes, or not there."""

    def __init__(self, accelerator: Accelerator, folder: Path, fingerprint: str) -> None:
        self._accelerator = accelerator
        self._folder = folder
        self._fingerprint = fingerprint

    def save(self, course: Course, best: dict[str, Tensor]) -> None:
        """Write aside, then take the place of the checkpoint before."""
        aside = self._folder.with_name(f"{self._folder.name}.part")
        if self._accelerator.is_main_process:
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
        self._accelerator.wait_for_everyone()
        self._accelerator.save_state(str(aside))
        if self._accelerator.is_main_process:
            save_file({name: tensor.contiguous() for name, tensor in best.items()}, aside / "best.safetensors")
            state = {"fingerprint": self._fingerprint, "seconds": course.seconds}
            state |= {"losses": course.losses, "measured": course.measured}
            (aside / "course.json").write_text(json.dumps(state), encoding="utf-8")
            seal(aside)
            shutil.rmtree(self._folder, ignore_errors=True)
            aside.rename(self._folder)
        self._accelerator.wait_for_everyone()

    def load(self, course: Course, best: dict[str, Tensor], announce: Announce) -> tuple[Course, dict[str, Tensor]]:
        """What ``save`` wrote, back in the model and the optimiser; what was given when there is nothing to go on
        from. Raises ``ModelError`` when it is damaged."""
        if not self._folder.exists():
            return course, best
        try:
            if damaged := damaged_files(self._folder):
                raise ValueError(", ".join(damaged))
            state = json.loads((self._folder / "course.json").read_text(encoding="utf-8"))
            if state["fingerprint"] != self._fingerprint:
                announce("The checkpoint there is of other settings or data: starting anew.")
                return course, best
            self._accelerator.load_state(str(self._folder))
            best = load_file(self._folder / "best.safetensors", device=str(self._accelerator.device))
            course = Course(state["losses"], state["measured"], state["seconds"])
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise ModelError(
                f"The checkpoint {self._folder} is damaged ({error}): remove that folder to start anew."
            ) from error
        announce(f"Going on after epoch {len(course.losses)}.")
        return course, best

    def remove(self) -> None:
        """Training is over: there is nothing to go on from."""
        if self._accelerator.is_main_process:
            shutil.rmtree(self._folder, ignore_errors=True)
