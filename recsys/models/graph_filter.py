"""The relation between items as a smooth signal on the graph of who rated what."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from recsys.interactions import sample
from recsys.models.bilinear import Bilinear
from recsys.models.unrated import with_text

RANK: Final = 64
"""Frequencies that pass."""
PEOPLE: Final = 4000
"""The basis is found on the side of people; of more of them a sample teaches."""
LEAST: Final = 1e-9


def fit_graph_filter(
    x: sparse.csr_matrix[np.float32], vectors: Tensor | None = None, *, rank: int = RANK, seed: int = 0
) -> Bilinear:
    """The ideal low-pass filter of GF-CF (Shen et al. 2021): ``D^-1/2 V V' D^1/2`` with the best ``rank`` singular
    vectors V of ``P^-1/2 X D^-1/2``, where P and D are what people and items sum to.

    ``x`` (U, N): strengths, zero for what is not known; ``vectors`` (N, d): item texts, which place the items that few
    rated. It is what graph networks such as LightGCN compute when nothing is taught, in closed form.
    """
    y = sample(x, PEOPLE, seed)
    people, items = (np.asarray(y.sum(axis=axis)).ravel() for axis in (1, 0))
    root = np.sqrt(items)
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=root > 0)
    normal = (sparse.diags(people**-0.5) @ y @ sparse.diags(inverse)).tocsr()
    gram: sparse.csr_matrix[np.float64] = normal @ normal.T
    values, basis = np.linalg.eigh(gram.toarray())
    kept = np.argsort(values)[::-1][:rank]
    kept = kept[values[kept] > LEAST]
    low = np.asarray(normal.T @ basis[:, kept]) / np.sqrt(values[kept])
    source, target = (torch.from_numpy((side[:, None] * low).astype(np.float32)) for side in (inverse, root))
    kernel = Bilinear(source, target)
    return kernel if vectors is None else with_text(kernel, x, vectors)
