"""What answers say about a person: a Gaussian belief over all items at once, and the questions that narrow it most."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

RANK: Final = 64
NOISE: Final = 0.1
"""The variance of an answer that taste does not explain."""


class Belief:
    """Probabilistic PCA (Tipping and Bishop 1999) of who likes what: ``x = mean + factors z + noise`` with a person's
    unknown ``z ~ N(0, I)`` and x 1 for what they like, 0 for all else.

    ``mean`` (N,) is the share of people who like each item, ``factors`` (N, r). An answer, "not seen" included,
    narrows z in closed form, so what is believed of every item moves with it.
    """

    def __init__(self, mean: Tensor, factors: Tensor, noise: float = NOISE) -> None:
        self.mean = mean
        self.factors = factors
        self._noise = noise
        self._spread = factors.T @ factors

    def posterior(self, rows: Tensor, answers: Tensor) -> tuple[Tensor, Tensor]:
        """The mean (r,) and covariance (r, r) of z after ``answers`` (H,) about ``rows`` (H,)."""
        asked = self.factors[rows]
        eye = torch.eye(self.factors.shape[1], device=asked.device)
        covariance = torch.linalg.inv(eye + asked.T @ asked / self._noise)
        return covariance @ (asked.T @ (answers - self.mean[rows])) / self._noise, covariance

    def chance(self, rows: Tensor, answers: Tensor) -> Tensor:
        """What is then believed of every item, (N,)."""
        return self.mean + self.factors @ self.posterior(rows, answers)[0]

    def gains(self, rows: Tensor, covariance: Tensor) -> Tensor:
        """By how much an answer about each of ``rows`` (C,) lessens the variance of all items together: the gain that
        A-optimal design maximises, exact for a Gaussian whatever is answered."""
        seen = self.factors[rows] @ covariance
        told = torch.einsum("cr,rs,cs->c", seen, self._spread, seen)
        gain: Tensor = told / (self._noise + (seen * self.factors[rows]).sum(dim=1))
        return gain

    def narrowed(self, row: int, covariance: Tensor) -> Tensor:
        """The covariance (r, r) once the item is asked about, whatever the answer."""
        seen = covariance @ self.factors[row]
        return covariance - torch.outer(seen, seen) / (self._noise + self.factors[row] @ seen)


def fit_belief(likes: sparse.csr_matrix[np.float32], *, rank: int = RANK, noise: float = NOISE) -> Belief:
    """The belief that people (U, N) teach."""
    x = likes.astype(np.float64)
    x.data[:] = 1.0
    mean = np.asarray(x.mean(axis=0)).ravel()
    # The centred table is never made: its Gram matrix is U x U.
    to_mean = np.asarray(x @ mean)
    shared: Any = x @ x.T
    gram = shared.toarray() - to_mean[:, None] - to_mean[None, :] + mean @ mean
    values, basis = np.linalg.eigh(gram)
    some = np.argsort(values)[::-1][: min(rank, len(values) - 1)]
    some = some[values[some] > 1e-9]
    left = basis[:, some]
    factors = (np.asarray(x.T @ left) - np.outer(mean, left.sum(axis=0))) / np.sqrt(x.shape[0])
    return Belief(torch.from_numpy(mean).float(), torch.from_numpy(factors).float(), noise)
