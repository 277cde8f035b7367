"""Likeness in what is recorded of items: the genres, themes and people that they share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from scipy import sparse
from torch import Tensor

from recsys.catalogue import Catalogue


class SharedFacets:
    """``score(u, i) = sum_j w_uj * sum_kind c_kind * cos(facets_kind(j), facets_kind(i))``, with TF-IDF weights.

    Within a kind a rare facet shared says more than a common one (Spärck Jones 1972), and each kind counts ``c_kind``,
    however many facets of it an item has. Being a sum over the items j, each score splits exactly into what each of
    them added.
    """

    def __init__(self, catalogue: Catalogue, kinds: Mapping[str, float]) -> None:
        n = len(catalogue)
        blocks = []
        for kind, count in kinds.items():
            rows = [catalogue.rows_with(facet) for facet in catalogue.facets() if facet.kind == kind]
            if not rows:
                continue
            weight = np.concatenate([np.full(len(r), np.log1p(n / len(r)), dtype=np.float32) for r in rows])
            column = np.repeat(np.arange(len(rows)), [len(r) for r in rows])
            block = sparse.csr_matrix((weight, (np.concatenate(rows), column)), shape=(n, len(rows)))
            length = np.sqrt(np.asarray(block.multiply(block).sum(axis=1)).ravel())
            blocks.append(sparse.diags((count**0.5 / np.maximum(length, 1e-9)).astype(np.float32)) @ block)
        self._items = (
            sparse.hstack(blocks, format="csr") if blocks else sparse.csr_matrix(np.zeros((n, 1), dtype=np.float32))
        )
        self._by_facet = self._items.T.tocsr()

    def __call__(self, rows: Tensor, weights: Tensor) -> Tensor:
        """``rows`` (B, H) int64 and ``weights`` (B, H) float32, padded with weight 0 -> scores (B, N)."""
        people = np.repeat(np.arange(len(rows)), rows.shape[1])
        known = (weights.cpu().numpy().ravel(), (people, rows.cpu().numpy().ravel()))
        given = sparse.csr_matrix(known, shape=(len(rows), self._items.shape[0]))
        given.eliminate_zeros()
        return torch.from_numpy(((given @ self._items) @ self._by_facet).toarray()).to(rows.device)

    def shares(self, rows: Tensor, weights: Tensor, items: Tensor) -> Tensor:
        """``rows`` (H,), ``weights`` (H,), ``items`` (K,) -> (H, K): what each item known adds to each score."""
        shared = (self._items[rows.cpu().numpy()] @ self._items[items.cpu().numpy()].T).toarray()
        return weights.unsqueeze(1) * torch.from_numpy(shared).to(rows.device)
