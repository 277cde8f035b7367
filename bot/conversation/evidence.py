"""What the recommendations of a person rest on, one readable line for each thing they said, so that each can be
taken back by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.conversation.state import Dialogue, clause_from_json
from bot.conversation.statements import Kind
from bot.conversation.taste import ACCEPTED, taste_of
from bot.conversation.wording import Wording
from bot.store.records import Event
from recsys.catalogue import Catalogue, Item
from recsys.taste import Clause, Range


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that counts. ``key`` names it (``item:ID``, ``facet:LABEL``, ``range:LABEL``, ``wish:TEXT``), ``name``
    is short enough for a button, ``line`` is a clause ("you liked Heat"), ``sources`` is what reasons call it,
    ``events`` are the ids of the rows that say it: empty for what is only wanted tonight."""

    key: str
    name: str
    line: str
    sources: frozenset[str]
    events: tuple[str, ...] = ()


def evidence_of(
    events: Iterable[Event], dialogue: Dialogue, catalogue: Catalogue, wording: Wording
) -> Mapping[str, Evidence]:
    """By key, all that counts of a person, in ``wording``'s language: what lasts, oldest first, then what they want
    tonight."""
    events = tuple(events)
    rows: dict[str, list[str]] = {}
    for event in events:
        if key := _key_of(event):
            rows.setdefault(key, []).append(event.id)
    found: dict[str, Evidence] = {}
    for evidence in (*_lasting(events, catalogue, wording), *_tonight(dialogue, catalogue, wording)):
        found.setdefault(evidence.key, replace(evidence, events=tuple(rows.get(evidence.key, ()))))
    return found


def forgotten(dialogue: Dialogue, key: str) -> Dialogue:
    """A dialogue that no longer wants what ``key`` names."""
    kind, _, name = key.partition(":")
    if kind == "item":
        return dialogue.without_item(name)
    return dialogue.without_wish(kind, name)


def _key_of(event: Event) -> str | None:
    if event.item_id is not None:
        return f"item:{event.item_id}"
    if event.kind == Kind.FACET and "clause" in event.payload:
        return f"facet:{event.payload['clause']['label']}"
    return None


def _lasting(events: Sequence[Event], catalogue: Catalogue, wording: Wording) -> Iterator[Evidence]:
    taste = taste_of(events)
    for item_id, weight in taste.items.items():
        if item_id in catalogue:
            kind = "liked" if weight > ACCEPTED else "taken" if weight > 0 else "seen" if not weight else "disliked"
            yield _item(catalogue[item_id], wording, kind)
    vetoes = {veto.label for veto in taste.vetoes}
    for clause in (clause_from_json(e.payload["clause"]) for e in events if "clause" in e.payload):
        if clause.label in vetoes:
            yield _clause(clause, wording, "never")
        elif any(taste.facets.get(facet) for facet in clause.facets):
            yield _clause(clause, wording, "taste")


def _tonight(dialogue: Dialogue, catalogue: Catalogue, wording: Wording) -> Iterator[Evidence]:
    yield from (_item(catalogue[i], wording, "like") for i in dialogue.like if i in catalogue)
    yield from (_clause(c, wording, "wanted") for c in dialogue.wanted)
    yield from (_range(r, wording, "wanted") for r in dialogue.ranges)
    for mood in dialogue.moods:
        name = wording.texts("quoted", what=mood)
        yield Evidence(f"wish:{mood}", name, wording.texts("evidence_wanted", what=name), frozenset(("wish",)))
    yield from (_clause(c, wording, "unwanted") for c in dialogue.unwanted)
    yield from (_range(r, wording, "unwanted") for r in dialogue.outside)


def _item(item: Item, wording: Wording, kind: str) -> Evidence:
    line = wording.texts(f"evidence_{kind}", what=wording.titled(item))
    return Evidence(f"item:{item.id}", wording.title(item), line, frozenset((item.id,)))


def _clause(clause: Clause, wording: Wording, kind: str) -> Evidence:
    name = wording.label(clause)
    sources = frozenset((clause.label, *(facet.value for facet in clause.facets)))
    return Evidence(f"facet:{clause.label}", name, wording.texts(f"evidence_{kind}", what=name), sources)


def _range(limit: Range, wording: Wording, kind: str) -> Evidence:
    name = wording.label(limit)
    line = wording.texts(f"evidence_{kind}", what=name)
    return Evidence(f"range:{limit.label}", name, line, frozenset((limit.label,)))
