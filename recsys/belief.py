"""What answers say about a person: a Gaussian belief over all items at once, and the questions that narrow it most."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn

RANK: Final = 64
NOISE: Final = 0.1
"""The variance of an answer that taste does not explain."""


class Belief(nn.Module):
    """Probabilistic PCA (Tipping and Bishop 1999) of who likes what: ``x = mean + factors z + noise`` with a person's
    unknown ``z ~ N(0, I)`` and x 1 for what they like, 0 for all else.

    ``mean`` (N,) is the share of people who like each item, ``factors`` (N, r). An answer, "not seen" included,
    narrows z in closed form, so what is believed of every item moves with it. As a signal it is what is believed beyond
    the mean: only whether a weight is above or below zero counts, and each answer's share is exact, since the
    posterior mean is linear in the answers.
    """

    mean: Tensor
    factors: Tensor
    target: Tensor

    def __init__(self, mean: Tensor, factors: Tensor, noise: float = NOISE) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("factors", factors)
        self.register_buffer("target", factors)
        self._noise = noise
        self._spread = factors.T @ factors

    def towards(self, items: Tensor) -> Belief:
        """The same as it speaks for ``items`` (M,) alone: scores (B, M)."""
        other = Belief(self.mean, self.factors, self._noise)
        other.target = self.target[items]
        return other

    def tensors(self) -> dict[str, Tensor]:
        """What an artefact keeps besides the mean."""
        return {"items": self.factors}

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """``rows`` (B, H) int64 and ``weights`` (B, H) float32, padded with weight 0 -> scores (B, N)."""
        return self.people(rows, weights) @ self.target.T

    def people(self, rows: Tensor, weights: Tensor) -> Tensor:
        """The mean of z, (B, r): scores are products with ``target``."""
        left, right = self._equations(rows, weights)
        people: Tensor = torch.linalg.solve(left, right.sum(dim=1))
        return people

    def shares(self, rows: Tensor, weights: Tensor, items: Tensor) -> Tensor:
        """``rows`` (H,), ``weights`` (H,), ``items`` (K,) -> (H, K): what each answer adds to each score."""
        left, right = self._equations(rows.unsqueeze(0), weights.unsqueeze(0))
        added: Tensor = torch.linalg.solve(left[0], right[0].T).T @ self.target[items].T
        return added

    def _equations(self, rows: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Normal equations (B, r, r) of the posterior mean and each answer's part (B, H, r) in their right side."""
        asked = self.factors[rows] * (weights != 0).unsqueeze(2)
        eye = torch.eye(asked.shape[2], device=asked.device)
        surprise = (weights > 0).float() - self.mean[rows]
        return self._noise * eye + torch.einsum("bhr,bhs->brs", asked, asked), surprise.unsqueeze(2) * asked

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
