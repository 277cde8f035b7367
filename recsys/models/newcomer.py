"""The relation between items as newcomers need it: learned for people of whom only a few items are known."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor

from recsys.interactions import sample
from recsys.models.bilinear import Bilinear

L2: Final = 20.0
TILT: Final = 0.5
MOST: Final = 0.8
"""Of nobody more than this share of the items counts as known: something has to be left to find."""
PEOPLE: Final = 4000
"""The system is solved on the side of people; of more of them a sample teaches."""


def fit_newcomer(
    x: sparse.csr_matrix[np.float32],
    known: int,
    *,
    l2: float = L2,
    tilt: float = TILT,
    rank: int | None = None,
    seed: int = 0,
) -> Bilinear:
    """Ridge regression from ``known`` random items of a person to all the others, in closed form.

    ``x`` (U, N): strengths, zero for what is not known. EASE (Steck 2019) learns to predict an item from all the others
    a person has; with few known its weights are wrong, since they were never meant to stand alone. Here the expectation
    runs over all subsets m of k items: ``min_B sum_u w_u E|x_u - m - m B|^2 + l2 |B|^2``. Its moments are exact, with n
    the person's items: P(j known) = k/n, P(i, j known) = k(k-1)/(n(n-1)), P(j known, i not) = k(n-k)/(n(n-1)). EDLAE's
    dropout (Steck 2020) has the same form with one rate for all, which leaves of a busy person hundreds and of others
    nothing. ``w_u = n^(1-tilt) / k``: with ``tilt`` 0 a person counts as much as the items they have.

    ``A = X'DX + diag(a)`` is inverted by Woodbury, U x U; the solution has rank U off the diagonal, and its best
    ``rank`` directions are kept. Known items are never recommended, so the diagonal is left as it comes.
    """
    y = sample(x, PEOPLE, seed)
    n = y.getnnz(axis=1).astype(np.float64)
    k = np.minimum(known, np.maximum(MOST * n, 1.0))
    weight = n**-tilt / np.mean(n**-tilt)
    pairs = np.maximum(n - 1, 1.0)
    both, other = weight * (k - 1) / pairs, weight * (n - k) / pairs
    item = np.asarray(y.power(2).T @ np.column_stack([weight, both, other]))
    ridge = item[:, 0] - item[:, 1] + l2
    scaled = (y @ sparse.diags(1 / ridge)).tocsr()
    gram = np.asarray((scaled @ y.T).todense())
    root = np.sqrt(both)
    inner = np.linalg.inv(np.eye(len(n)) + root[:, None] * gram * root)
    inner = root[:, None] * inner * root
    # A^-1 X' = R^-1 X' (I - J G) with R = diag(ridge), and B = A^-1 (X'OX - diag(c)).
    # So B = S T' with S = R^-1 X' and T = C S J + X'L, which is never made: U columns would be far too many.
    s = scaled.T.tocsr()
    cs, ys = (sparse.diags(item[:, 2]) @ s).tocsr(), y.T.tocsr()
    left = other[:, None] * (np.eye(len(n)) - inner @ gram).T
    if rank is None or rank >= len(n):
        return Bilinear(_tensor(s.toarray()), _tensor(cs @ inner + ys @ left))
    # The best directions from U x U matrices alone: S'S and T'T, then an SVD of the product of their roots.
    mixed = inner @ _dense(cs.T @ ys) @ left
    of_target = inner @ _dense(cs.T @ cs) @ inner + mixed + mixed.T + left.T @ _dense(ys.T @ ys) @ left
    (root_s, back_s), (root_t, back_t) = _root(_dense(s.T @ s)), _root(of_target)
    u, size, v = np.linalg.svd(root_s.T @ root_t)
    half = np.sqrt(size[:rank])
    to_source, to_target = back_s @ u[:, :rank] * half, back_t @ v[:rank].T * half
    return Bilinear(_tensor(s @ to_source), _tensor(cs @ (inner @ to_target) + ys @ (left @ to_target)))


def _root(square: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """``R`` with ``R R' = square`` (M'M of some tall M), and ``R'^-1``, by which M becomes orthonormal."""
    values, basis = np.linalg.eigh((square + square.T) / 2)
    some = values > values[-1] * 1e-10
    root = np.sqrt(values[some])
    return basis[:, some] * root, basis[:, some] / root


def _dense(matrix: sparse.spmatrix[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(matrix.todense(), dtype=np.float64)


def _tensor(array: npt.NDArray[np.float64]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))
