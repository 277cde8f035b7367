"""Likeness of item texts: the encoder's vectors with what all items have in common taken out."""

from __future__ import annotations

import torch
from torch import Tensor

from recsys.models.bilinear import Bilinear


def fit_content(vectors: Tensor) -> Bilinear:
    """``vectors`` (N, d) unit -> cosine after centring.

    Sentence encoders put all texts of one domain into a narrow cone (Ethayarajh 2019); without the mean direction
    the cosine tells items apart instead of saying that all of them are films.
    """
    centred = vectors - vectors.mean(dim=0, keepdim=True)
    return Bilinear(torch.nn.functional.normalize(centred, dim=1))
