"""Item-to-item kernels given as a matrix: how much knowing item j speaks for item i."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from torch import Tensor, nn

Matrix: TypeAlias = "sparse.csr_matrix[np.float32]"
Array: TypeAlias = npt.NDArray[np.float64]

NEIGHBOURS: Final = 100


class ItemItem(nn.Module):
    """``score(u, i) = sum_j w_uj * kernel_ji``: the sum over what is known of a person splits exactly.

    ``kernel`` (N, N) float32, dense or sparse (CSR); row j is what item j adds to every other item.
    """

    kernel: Tensor

    def __init__(self, kernel: Tensor) -> None:
        super().__init__()
        self.register_buffer("kernel", kernel)

    def forward(self, rows: Tensor, weights: Tensor) -> Tensor:
        """``rows`` (B, H) int64 and ``weights`` (B, H) float32, padded with weight 0 -> scores (B, N)."""
        users = torch.zeros(len(rows), self.kernel.shape[0], dtype=weights.dtype, device=weights.device)
        users.scatter_add_(1, rows, weights)
        return users @ self.kernel

    def parts(self, rows: Tensor, items: Tensor) -> Tensor:
        """``rows`` (H,), ``items`` (K,) -> (H, K): what each known item of weight 1 adds to each item."""
        if self.kernel.layout is torch.strided:
            return self.kernel[rows][:, items]
        chosen = torch.zeros(len(rows), self.kernel.shape[0], device=rows.device)
        chosen.scatter_(1, rows.unsqueeze(1), 1.0)
        return (chosen @ self.kernel)[:, items]


def fit_knn(x: Matrix, *, neighbours: int = NEIGHBOURS, weighting: str = "tfidf", b: float = 0.8) -> ItemItem:
    """Neighbourhoods of items by cosine over users (Sarwar et al. 2001).

    ``x`` (U, N) non-negative. ``weighting`` of a user's entries: ``tfidf``, so that people who know everything say
    less about each item, or ``bm25``, which also lets an item's many users saturate by ``b`` (Robertson & Zaragoza
    2009); its similarity is the plain product. The best ``neighbours`` of each item stay.
    """
    y = x.tocsr().astype(np.float64)
    lengths = np.asarray(y.sum(axis=1)).ravel()
    idf = np.log(y.shape[1] / np.maximum(lengths, 1))
    user = np.repeat(np.arange(y.shape[0]), np.diff(y.indptr))
    if weighting == "bm25":
        # as implicit does: users are the documents, an item's terms are weighed by how rare it is
        k1 = 100.0
        rarity = np.log(y.shape[0] / (1.0 + y.getnnz(axis=0)))
        norm = (1 - b) + b * lengths / max(float(lengths.mean()), 1e-9)
        y.data = y.data * (k1 + 1) / (k1 * norm[user] + y.data) * rarity[y.indices]
        similar = np.asarray((y.T @ y).todense())
    else:
        y.data *= np.maximum(idf, 0.0)[user]
        y.data /= np.sqrt(np.bincount(y.indices, y.data**2, y.shape[1]))[y.indices].clip(1e-9)
        similar = np.asarray((y.T @ y).todense())
    np.fill_diagonal(similar, 0.0)
    # Row i keeps its best neighbours j; knowing j then speaks for every i that counts j among its own.
    return ItemItem(_dense(_best(similar, neighbours).T))


def fit_rp3beta(x: Matrix, *, alpha: float = 1.0, beta: float = 0.6, neighbours: int = NEIGHBOURS) -> ItemItem:
    """Random walks of three steps from an item over its users to other items, with the popular ones discounted
    (Paudel et al. 2017): ``P_ji^alpha / popularity_i^beta``; the best ``neighbours`` of each item stay."""
    y = sparse.csr_matrix((np.ones(x.nnz), x.indices, x.indptr), shape=x.shape)
    per_user, per_item = (np.maximum(y.getnnz(axis=axis), 1.0) for axis in (1, 0))
    to_items = sparse.diags(per_user**-alpha) @ y
    walk = np.asarray((sparse.diags(per_item**-alpha) @ y.T @ to_items).todense())
    np.fill_diagonal(walk, 0.0)
    walk *= per_item**-beta
    return ItemItem(_dense(_best(walk, neighbours)))


def fit_ease(x: Matrix, *, l2: float = 200.0, dropout: float = 0.0) -> ItemItem:
    """EASE (Steck 2019), a ridge regression of each item on all others in closed form; with ``dropout`` p EDLAE
    (Steck 2020), the same with what a denoising autoencoder's dropout amounts to: ``l2 + p / (1 - p) * diag(X'X)``.
    High p teaches to predict from few known items.
    """
    y = x.astype(np.float64)
    gram = np.asarray((y.T @ y).todense())
    penalty = l2 + dropout / (1 - dropout) * np.diag(gram)
    precision = np.linalg.inv(gram + np.diag(penalty))
    kernel = -precision / np.diag(precision)
    np.fill_diagonal(kernel, 0.0)
    return ItemItem(_dense(kernel))


def _best(matrix: Array, k: int) -> Array:
    """Each row's ``k`` largest entries, zeros elsewhere."""
    if k >= matrix.shape[1]:
        return matrix
    out = np.zeros_like(matrix)
    top = np.argpartition(-matrix, k, axis=1)[:, :k]
    np.put_along_axis(out, top, np.take_along_axis(matrix, top, axis=1), axis=1)
    return out


def _dense(matrix: Array) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(matrix, dtype=np.float32))
