"""A catalogue and its artefact with items added or replaced: at once, without fitting anything anew."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from recsys.artefact import Artefact
from recsys.catalogue import Catalogue, Item
from recsys.models.prior import fit_prior
from recsys.models.unrated import text_map


def carried(old: Artefact, new: Artefact) -> Artefact:
    """``new`` with what conversations taught ``old``: ratings fitted anew say nothing about that."""
    if "talk" not in old.config or old.vocabulary != new.vocabulary:
        return new
    tensors = {name: tensor for name, tensor in old.tensors.items() if name.startswith("talk.")}
    kept = {name: old.config[name] for name in ("talk", "recommended", "keys") if name in old.config}
    version = hashlib.sha256(f"{new.version} {old.version}".encode()).hexdigest()[:12]
    config = {**new.config, **kept, "version": version}
    return replace(new, config=config, tensors={**new.tensors, **tensors})


class Texts(Protocol):
    """What encodes texts: unit vectors (n, d)."""

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]: ...


def extended(
    catalogue: Catalogue, artefact: Artefact, encoder: Texts, items: Sequence[Item]
) -> tuple[Catalogue, Artefact]:
    """Both with ``items`` in them, those with a known id in place of the old ones, the others at the end.

    A new item's text gives it a vector, and the vector a predicted place in every kernel: the map from texts to places
    is the ridge regression that unrated items had at fitting, over the items that people know. A replaced item keeps
    the places that ratings gave it; one that nobody rated gets those of its new text.
    """
    rows = {item.id: row for row, item in enumerate(catalogue.items)}
    merged = list(catalogue.items)
    for item in items:
        if item.id in rows:
            merged[rows[item.id]] = item
        else:
            rows[item.id] = len(merged)
            merged.append(item)
    grown = Catalogue(merged)
    at = torch.tensor([rows[item.id] for item in items])
    fresh = torch.from_numpy(encoder.encode([item.text() for item in items]))
    old = artefact.tensors
    count, rated = len(catalogue), old.get("rated", old["known"])  # an index of before knew likes alone
    taught = torch.nonzero(rated > 0).ravel()
    vectors = _put(old["vectors"], at, fresh, len(grown))
    tensors = {
        **old,
        "vectors": vectors,
        "prior": fit_prior(grown),
        **{name: _put(old[name], at[:0], old[name][:0], len(grown)) for name in ("known", "rated") if name in old},
    }
    unrated = ~torch.isin(at, taught)
    for name, tensor in old.items():
        if name.partition(".")[2] in ("source", "target", "items"):
            observed = tensor[taught].float()
            places = fresh[unrated] @ text_map(observed, rated[taught], old["vectors"][taught])
            tensors[name] = _put(tensor, at[unrated], places.to(tensor.dtype), len(grown))
    if "talk.expected" in old:
        new = at[at >= count]
        expected = old["talk.expected"][_alike(grown, new, count)].mean(dim=1)
        tensors["talk.expected"] = _put(old["talk.expected"], new, expected, len(grown))
        heard = expected - functional.softplus(expected)  # never: see ``talk_training.fit_lessons``
        tensors["talk.heard"] = _put(old["talk.heard"], new, heard, len(grown))
    version = hashlib.sha256(f"{artefact.version} {grown.version}".encode()).hexdigest()[:12]
    config = {**artefact.config, "catalogue": grown.version, "version": version}
    vocabulary = tuple(item.id for item in merged)
    return grown, replace(artefact, config=config, tensors=tensors, vocabulary=vocabulary)


def _alike(catalogue: Catalogue, new: Tensor, count: int, k: int = 30) -> Tensor:
    """Of the first ``count`` items the ``k`` that are as well known and as old as each new one, (n, k)."""
    popularity = np.log1p(np.nan_to_num(catalogue.number("popularity")))
    years = catalogue.number("year")
    place = np.stack([popularity, np.where(np.isnan(years), np.nanmean(years), years) / 10], axis=1)
    apart = torch.cdist(torch.from_numpy(place[new.numpy()]), torch.from_numpy(place[:count]), p=1)
    return apart.topk(min(k, count), largest=False).indices


def _put(tensor: Tensor, rows: Tensor, values: Tensor, n: int) -> Tensor:
    """``tensor`` with ``n`` rows, zeros where there were none, and ``values`` in ``rows``."""
    out = torch.cat([tensor, tensor.new_zeros(n - len(tensor), *tensor.shape[1:])])
    out[rows] = values
    return out
