"""Tastes that spread over the graph of people and items."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from recsys.models.scorer import ItemVectors, Scorer


class GraphScorer(Scorer):
    """LightGCN (He et al. 2020): vectors are averaged over neighbours, layer after layer, without weights or
    activations in between, and the layers are summed up with equal shares.

    Only items have vectors of their own. A person's are what their items send along, which is the same computation
    for those in the graph and for a newcomer, who is thereby folded in exactly.
    ``edges`` (2, E) int64: person and item, of ``people`` persons.
    """

    edges: Tensor

    def __init__(self, items: ItemVectors, edges: Tensor, people: int, *, layers: int = 3) -> None:
        super().__init__()
        self.items = items
        self.people = people
        self.layers = layers
        self.register_buffer("edges", edges)
        self.scale = nn.Parameter(torch.ones(()))

    def table(self) -> tuple[Tensor, Tensor]:
        """Items as neighbours of a person, and as what is ranked: the layers that reach each of them."""
        vectors = self.items()
        degree = self.degree(len(vectors))
        person, item = self.edges
        per_person = torch.bincount(person, minlength=self.people).clamp_min(1).to(vectors)
        share = per_person[person].rsqrt() * degree[item].rsqrt()
        graph = torch.sparse_coo_tensor(
            self.edges, share, (self.people, len(vectors)), check_invariants=False, is_coalesced=True
        )
        layer, known, ranked = vectors, vectors, vectors
        for n in range(2, self.layers + 1, 2):
            # Two layers on: from the items to people and back. Odd layers hold people, even ones items.
            layer = torch.sparse.mm(graph.t(), torch.sparse.mm(graph, layer))
            ranked = ranked + layer
            known = known + layer if n < self.layers else known
        return known * degree.rsqrt().unsqueeze(1), ranked

    def degree(self, n: int) -> Tensor:
        """How many people know each of ``n`` items, at least 1: (N,)."""
        return torch.bincount(self.edges[1], minlength=n).clamp_min(1).to(self.items.own)

    def states(self, known: Tensor, rows: Tensor, weights: Tensor) -> Tensor:
        """One state a person: (B, 1, w)."""
        total = torch.einsum("bh,bhw->bw", weights, known[rows])
        share = weights.abs().sum(dim=1, keepdim=True).clamp_min(1.0).rsqrt()
        return (self.scale * share * total).unsqueeze(1)
