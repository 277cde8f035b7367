"""What is worth recommending to anyone: known by many and liked by those who know it."""

from __future__ import annotations

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from recsys.catalogue import Catalogue


def fit_prior(catalogue: Catalogue) -> Tensor:
    """A standardised score (N,) from ``numbers["popularity"]`` (a count) and ``numbers["rating"]`` (0..10).

    The logarithm because interest falls off as a power of the rank; unknown ratings take the mean.
    """
    popularity = np.log1p(np.nan_to_num(catalogue.number("popularity")))
    rating = catalogue.number("rating")
    known = rating[~np.isnan(rating)]
    rating = np.where(np.isnan(rating), known.mean() if len(known) else 0.0, rating)
    return torch.from_numpy((_standard(popularity) + 0.5 * _standard(rating)).astype(np.float32))


def log_popularity(likes: sparse.csr_matrix[np.float32]) -> Tensor:
    """The same from ratings alone: the logarithm of how many people know each item of ``likes`` (U, N), as (N,)."""
    return torch.log1p(torch.from_numpy(likes.getnnz(axis=0).astype(np.float32)))


def _standard(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return (values - values.mean()) / max(float(values.std()), 1e-9) if len(values) else values
