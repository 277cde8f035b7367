"""What is worth recommending to anyone: known by many and liked by those who know it."""

from __future__ import annotations

import numpy as np
import torch
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


def _standard(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return (values - values.mean()) / max(float(values.std()), 1e-9) if len(values) else values
