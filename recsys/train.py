"""Fit the engine's artefact: vectors, relation, prior, and the weights that blend them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import torch
from scipy import sparse
from torch import Tensor

from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder, VectorCache
from recsys.errors import DataError
from recsys.index import top_k
from recsys.models.bilinear import Bilinear
from recsys.models.content import fit_content
from recsys.models.fusion import LEARNED, Fusion, fit_fusion
from recsys.models.prior import fit_prior
from recsys.models.relation import fit_relation
from recsys.progress import Progress, silent

Likes = sparse.csr_matrix

LIKED = 3.5
"""Ratings (of 5) from here on count as likes."""
HELD_OUT = 0.2
"""Share of people on whom the blend is fitted and measured: never those who taught the relation model."""
KNOWN = (0, 1, 2, 3, 5, 10, 20)
"""How many of a held-out person's likes the blend gets to see."""
STRATIFIED = 0.5
"""Exponent of an item's popularity that discounts it as a target (Steck 2011): people are seen liking what everybody
sees, so fitting all likes alike would teach the blend to recommend blockbusters to those who named a favourite."""
SEED = 20


def read_likes(path: Path, catalogue: Catalogue) -> Likes:
    """Users by items (U, N) float32 of likes, strength 0.5 ... 1, from a Parquet file with columns user, item,
    rating. Items that the catalogue lacks are left out; no file means no likes."""
    if not path.exists():
        return sparse.csr_matrix(np.zeros((0, len(catalogue)), dtype=np.float32))
    try:
        table = pq.read_table(path, columns=["user", "item", "rating"])
    except (OSError, ValueError, KeyError) as error:
        raise DataError("The ratings can't be read; run `usher catalogue build`.") from error
    users, items = table["user"].to_numpy(), table["item"].to_pylist()
    strength = table["rating"].to_numpy() / 5
    keep = np.array([i in catalogue for i in items], dtype=np.bool_) & (strength * 5 >= LIKED)
    rows = np.array([catalogue.row(i) for i, k in zip(items, keep, strict=True) if k], dtype=np.int64)
    _, user = np.unique(users[keep], return_inverse=True)
    shape = (int(user.max()) + 1 if len(user) else 0, len(catalogue))
    return sparse.csr_matrix((strength[keep].astype(np.float32), (user, rows)), shape=shape)


def build_index(
    catalogue: Catalogue, likes: Likes, encoder: Encoder, cache: Path, out: Path, progress: Progress = silent
) -> Artefact:
    """Encode, fit, measure, save. A catalogue without ratings gets an engine without relation: zero vectors."""
    texts = [item.text() for item in catalogue.items]
    vectors = torch.from_numpy(VectorCache(cache).encode(encoder, texts, progress))
    prior = fit_prior(catalogue)
    if likes.nnz:
        progress("Fitting the relation model", 0, 2)
        fusion, scale, metrics = _fit_blend(likes, vectors, prior)
        progress("Fitting the relation model", 1, 2)
        relation = fit_relation(likes, vectors)
        progress("Fitting the relation model", 2, 2)
        source, target = relation.source, relation.target
    else:
        fusion, scale, metrics = Fusion(), dict.fromkeys(LEARNED, 1.0), {}
        source, target = torch.zeros(len(catalogue), 1), torch.zeros(len(catalogue), 1)
    tensors = {
        "vectors": vectors,
        "prior": prior,
        "relation.source": source,
        "relation.target": target,
        "fusion.base": fusion.base.detach(),
        "fusion.growth": fusion.growth.detach(),
    }
    version = hashlib.sha256(catalogue.version.encode())
    for tensor in tensors.values():
        version.update(tensor.numpy().tobytes())
    artefact = Artefact(
        config={
            "version": version.hexdigest()[:12],
            "encoder": encoder.name,
            "catalogue": catalogue.version,
            "scale": [scale[s] for s in LEARNED],
            "seed": SEED,
        },
        tensors=tensors,
        vocabulary=tuple(item.id for item in catalogue.items),
        metrics=metrics,
    )
    artefact.save(out)
    return artefact


def _fit_blend(likes: Likes, vectors: Tensor, prior: Tensor) -> tuple[Fusion, dict[str, float], dict[str, float]]:
    """Fit the blend on one half of the held-out people, measure NDCG@10 on the other half."""
    rng = np.random.default_rng(SEED)
    order = rng.permutation(likes.shape[0])
    held = order[: max(2, int(HELD_OUT * likes.shape[0]))]
    relation = fit_relation(likes[np.sort(order[len(held) :])], vectors)
    kernels = {"likeness": fit_content(vectors), "relation": relation}
    popularity = torch.from_numpy(likes.getnnz(axis=0).astype(np.float32))
    rated = torch.nonzero(popularity).ravel()
    importance = popularity[rated] ** -STRATIFIED
    queries = []
    for user in held:
        rows = rng.permutation(likes[user].indices)
        for count in KNOWN:
            if len(rows) >= count + 5:
                queries.append((int(user), rows[:count], torch.from_numpy(rows[count:].astype(np.int64))))
    # Only rated items compete: nobody could have been seen liking the others.
    place = torch.full((likes.shape[1],), -1).index_copy(0, rated, torch.arange(len(rated)))
    signals = torch.stack([_signals(known, kernels, prior)[:, rated] for _, known, _ in queries])
    scale = {s: max(float(signals[:, n].std()), 1e-9) for n, s in enumerate(LEARNED)}
    signals /= torch.tensor([scale[s] for s in LEARNED]).view(1, -1, 1)
    counts = torch.tensor([float(len(known)) for _, known, _ in queries])
    allowed = torch.ones(len(queries), len(rated), dtype=torch.bool)
    for q, (_, known, _) in enumerate(queries):
        allowed[q, place[torch.from_numpy(known.astype(np.int64))]] = False
    targets = [place[liked] for _, _, liked in queries]
    dev = np.isin([u for u, _, _ in queries], held[: len(held) // 2])
    train, test = (torch.from_numpy(np.flatnonzero(m)) for m in (~dev, dev))
    fusion, loss = fit_fusion(
        signals[train], counts[train], [targets[q] for q in train.tolist()], allowed[train], importance
    )
    with torch.inference_mode():
        scores = torch.einsum("qs,qsn->qn", fusion(counts), signals)
        popular = top_k(signals[:, LEARNED.index("prior")], allowed, 10)[1]
        blended = top_k(scores, allowed, 10)[1]
    metrics = {"loss": loss}
    for count in KNOWN:
        some = [q for q in test.tolist() if int(counts[q]) == count]
        for name, ranked in (("", blended), ("prior ", popular)):
            if some:
                values = [_ndcg(ranked[q], targets[q]) for q in some]
                metrics[f"{name}ndcg@10 after {count} likes"] = float(np.mean(values))
    return fusion, scale, metrics


def _signals(known: npt.NDArray[np.int32], kernels: dict[str, Bilinear], prior: Tensor) -> Tensor:
    """The learned signals (S, N) of a person with these likes, as the engine computes them, before scaling."""
    rows = torch.from_numpy(known.astype(np.int64)).unsqueeze(0)
    weights = torch.full(rows.shape, 1 / max(len(known), 1))
    by_name = {name: kernel(rows, weights)[0] for name, kernel in kernels.items()} | {"prior": prior}
    return torch.stack([by_name[s] for s in LEARNED])


def _ndcg(ranked: Tensor, targets: Tensor) -> float:
    """Binary NDCG at len(ranked) (Järvelin & Kekäläinen 2002)."""
    gains = torch.isin(ranked, targets).float()
    discount = 1 / torch.log2(torch.arange(len(ranked)) + 2.0)
    return float((gains * discount).sum() / discount[: min(len(targets), len(ranked))].sum())
