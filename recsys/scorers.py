"""Scorers taught by gradient, from ratings to an artefact on disk and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import torch
from accelerate import PartialState
from torch import Tensor

from recsys.artefact import Artefact
from recsys.catalogue_io import read_items
from recsys.encoder import Encoder, VectorCache
from recsys.errors import DataError, ModelError
from recsys.evaluation.ratings import LEAST_LIKES, LIKED
from recsys.evaluation.splits import SHARE, Case, shuffled
from recsys.interactions import Codes, Interactions, on_catalogue
from recsys.models.graph import GraphScorer
from recsys.models.mlp import MlpScorer
from recsys.models.scorer import ItemVectors, Scorer
from recsys.models.sequence import Network, SequenceScorer
from recsys.progress import Progress, silent
from recsys.training import Announce, Course, Examples, History, Training, train

Name: TypeAlias = Literal["mlp", "sequence", "graph"]

VALIDATION: Final = 0.1
"""Share of people who teach nothing and decide when training ends."""
MOST: Final = 1000
"""More people than these make validation slower, not better."""


@dataclass(frozen=True, slots=True)
class Design:
    """What is built before it is taught. ``examples``: what it is taught to find, see ``training.examples``;
    ``network`` is for ``sequence`` alone."""

    model: Name
    examples: Examples = "subset"
    width: int = 64
    layers: int = 1
    network: Network = "gru"

    def build(self, n: int, text: Tensor | None, edges: Tensor, people: int) -> Scorer:
        """An untaught model of ``n`` items. ``text`` (n, d) or ``None``; ``edges`` (2, E) of ``people`` persons."""
        items = ItemVectors(n, self.width, text)
        if self.model == "mlp":
            return MlpScorer(items, self.width)
        if self.model == "sequence":
            return SequenceScorer(items, self.width, network=self.network, layers=self.layers)
        return GraphScorer(items, edges, people, layers=self.layers)


DEFAULTS: Final[Mapping[Name, tuple[Design, Training]]] = {
    "mlp": (Design("mlp"), Training(loss="log", rate=3e-3, negatives=256, patience=20)),
    "sequence": (Design("sequence", examples="shuffled"), Training(loss="softmax", rate=3e-3, negatives=2048)),
    "graph": (Design("graph", layers=3), Training(loss="softmax", rate=1e-2, patience=20)),
}
"""Chosen on the validation fold of the ratings protocol; docs/evaluation.md has what else was tried."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A scorer that is ready to rank, the ids of its rows, and how training went."""

    scorer: Scorer
    vocabulary: tuple[str, ...]
    course: Course
    config: Mapping[str, Any]

    def artefact(self) -> Artefact:
        """What ``load`` reads back: everything but the data."""
        tensors = {name: tensor.detach().cpu() for name, tensor in self.scorer.state_dict().items()}
        version = hashlib.sha256(json.dumps(self.config, sort_keys=True).encode())
        for name in sorted(tensors):
            version.update(tensors[name].contiguous().numpy().tobytes())
        course = self.course
        metrics = {f"validation {name}": value for name, value in course.measured[course.best].items()}
        metrics |= {
            "loss": course.losses[course.best],
            "best epoch": course.best + 1,
            "epochs": len(course.losses),
            "seconds": course.seconds,
            "parameters": sum(p.numel() for p in self.scorer.parameters()),
        }
        return Artefact({"version": version.hexdigest()[:12], **self.config}, tensors, self.vocabulary, metrics)


def fit_files(
    design: Design,
    training: Training,
    ratings: Path,
    catalogue: Path | None,
    out: Path,
    *,
    encoder: Encoder,
    cache: Path,
    likes: bool = False,
    cpu: bool = False,
    progress: Progress = silent,
    announce: Announce = lambda _: None,
) -> Artefact | None:
    """``fit`` on files: ratings as ``Interactions.read`` reads them, a catalogue as ``read_items`` does, encoded with
    ``cache``. The artefact goes to ``out``, checkpoint and logs to ``out`` with ``.training`` at its end.

    ``likes``: ratings of 4 and more are positives, of people with at least five; otherwise all are. Of several
    processes that train together the first one writes, and the others return ``None``.
    """
    data = Interactions.read(ratings)
    data = data.where(data.rating >= LIKED, LEAST_LIKES) if likes else data
    text, about = None, {}
    if catalogue is not None:
        items = read_items(catalogue)
        data = on_catalogue(data, items)
        text = torch.from_numpy(VectorCache(cache).encode(encoder, [item.text() for item in items.items], progress))
        about = {"catalogue": items.version, "encoder": encoder.name}
    folder = out.with_name(f"{out.name}.training")
    taught = fit(
        design, training, data, text, about=about, cpu=cpu, folder=folder, progress=progress, announce=announce
    )
    if not PartialState().is_main_process:
        return None
    artefact = taught.artefact()
    artefact.save(out)
    return artefact


def fit(
    design: Design,
    training: Training,
    data: Interactions,
    text: Tensor | None = None,
    *,
    about: Mapping[str, str] | None = None,
    cpu: bool = False,
    folder: Path | None = None,
    progress: Progress = silent,
    announce: Announce = lambda _: None,
) -> Taught:
    """A scorer of the items of ``data``, every one of whose ratings is a positive.

    ``text`` (N, d): what the encoder makes of each of ``data.items``, in their order. Items without a rating then get
    a place, too; without texts they are left out. ``about`` goes into the artefact's config; ``folder`` is for the
    checkpoint and logs. The people on whom training is validated are drawn by the seed. Raises ``DataError`` when
    there are too few of them.
    """
    rated = np.unique(data.item)
    ids = [data.items[i] for i in rated]
    known = data.relabelled({name: n for n, name in enumerate(ids)}, ids)
    teaching, held = split(known, training.seed)
    histories = [history(known, user) for user in teaching]
    cases = [held_out(known, user, design.examples) for user in held]
    config = {
        "kind": "scorer",
        "design": asdict(design),
        "training": asdict(training),
        "text": 0 if text is None else text.shape[1],
        "people": len(teaching),
        "ratings": _digest(data),
        **(about or {}),
    }
    mark = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    mark.update(b"" if text is None else text.numpy().tobytes())
    with torch.random.fork_rng():
        torch.manual_seed(training.seed)
        places = torch.from_numpy(rated)
        scorer = design.build(len(rated), None if text is None else text[places], edges(histories), len(histories))
        course = train(
            scorer,
            histories,
            cases,
            design.examples,
            training,
            cpu=cpu,
            folder=folder,
            fingerprint=mark.hexdigest(),
            progress=progress,
            announce=announce,
        )
    unrated = np.setdiff1d(np.arange(len(data.items)), rated)
    if text is not None and len(unrated):
        scorer.items.add(text[torch.from_numpy(unrated)])
        ids += [data.items[i] for i in unrated]
    return Taught(scorer, tuple(ids), course, config)


def load(folder: Path) -> tuple[Scorer, Artefact]:
    """A scorer that ``fit`` made and ``Taught.artefact().save`` wrote. Raises ``ModelError`` when the folder holds
    none, or a damaged one."""
    try:
        artefact = Artefact.load(folder)
        design = Design(**artefact.config["design"])
        tensors = artefact.tensors
        n, d = len(artefact.vocabulary), artefact.config["text"]
        edge = tensors.get("edges", torch.zeros(2, 0, dtype=torch.int64))
        scorer = design.build(n, torch.zeros(n, d) if d else None, edge, artefact.config["people"])
        scorer.load_state_dict(dict(tensors))
    except (ModelError, KeyError, TypeError, RuntimeError) as error:
        raise ModelError(f"{folder} holds no scorer, or a damaged one: make it anew with `usher train`.") from error
    return scorer.eval(), artefact


def history(data: Interactions, user: int) -> History:
    """A person's rows, oldest first; those without a time by row."""
    start, end = np.searchsorted(data.user, [user, user + 1])
    return data.item[start:end][np.argsort(data.timestamp[start:end], kind="stable")]


def edges(histories: Sequence[History]) -> Tensor:
    """(2, E) int64, sorted: each person's position and one of their rows."""
    people = np.repeat(np.arange(len(histories)), [len(h) for h in histories])
    items = np.concatenate([np.sort(h) for h in histories]) if len(histories) else np.zeros(0, dtype=np.int64)
    return torch.from_numpy(np.stack([people, items]).astype(np.int64))


def in_order(case: Case, data: Interactions) -> Case:
    """The same case with what is known oldest first, for scorers that read in order."""
    past = history(data, case.user)
    return replace(case, known=past[np.isin(past, case.known)])


def held_out(data: Interactions, user: int, kind: Examples = "subset") -> Case:
    """A person to validate on: a fifth of their items is to be found, the latest when what comes next is taught, else
    the last of the order drawn for them."""
    items, ratings = shuffled(data, user)
    if kind == "next":
        items, ratings = history(data, user), np.ones_like(ratings)
    cut = len(items) - max(1, round(SHARE * len(items)))
    return in_order(Case(user, items[:cut], ratings[:cut], items[:cut], items[cut:]), data)


def split(data: Interactions, seed: int) -> tuple[Codes, Codes]:
    """Who teaches, and on whom training is validated: people with something known and something to be found."""
    able = np.flatnonzero(np.bincount(data.user, minlength=len(data.users)) > 1)
    held = np.random.default_rng(seed).permutation(able)[: min(MOST, max(1, round(VALIDATION * len(able))))]
    teaching = np.setdiff1d(np.arange(len(data.users)), held)
    if not len(held) or not len(teaching):
        raise DataError("These ratings are of too few people to train and validate on: take a larger file.")
    return teaching, np.sort(held)


def _digest(data: Interactions) -> str:
    """The same for the same ratings, whatever file they came in."""
    digest = hashlib.sha256(json.dumps([data.users, data.items]).encode())
    for column in (data.user, data.item, data.rating, data.timestamp):
        digest.update(column.tobytes())
    return digest.hexdigest()[:16]
