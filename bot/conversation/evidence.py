"""What the recommendations of a person rest on, one readable line for each thing they said, so that each can be
taken back by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.conversation.state import Dialogue, clause_from_json
from bot.conversation.statements import Kind
from bot.conversation.taste import ACCEPTED, taste_of
from bot.store.records import Event
from bot.texts import Texts
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
    events: Iterable[Event], dialogue: Dialogue, texts: Texts, catalogue: Catalogue
) -> Mapping[str, Evidence]:
    """By key, all that counts of a person: what lasts, oldest first, then what they want tonight."""
    events = tuple(events)
    rows: dict[str, list[str]] = {}
    for event in events:
        if key := _key_of(event):
            rows.setdefault(key, []).append(event.id)
    found: dict[str, Evidence] = {}
    for evidence in (*_lasting(events, texts, catalogue), *_tonight(dialogue, texts, catalogue)):
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


def _lasting(events: Sequence[Event], texts: Texts, catalogue: Catalogue) -> Iterator[Evidence]:
    taste = taste_of(events)
    for item_id, weight in taste.items.items():
        if item_id in catalogue:
            kind = "liked" if weight > ACCEPTED else "taken" if weight > 0 else "seen" if not weight else "disliked"
            yield _item(catalogue[item_id], texts, kind)
    vetoes = {veto.label for veto in taste.vetoes}
    for clause in (clause_from_json(e.payload["clause"]) for e in events if "clause" in e.payload):
        if clause.label in vetoes:
            yield _clause(clause, texts, "never")
        elif any(taste.facets.get(facet) for facet in clause.facets):
            yield _clause(clause, texts, "taste")


def _tonight(dialogue: Dialogue, texts: Texts, catalogue: Catalogue) -> Iterator[Evidence]:
    yield from (_item(catalogue[i], texts, "like") for i in dialogue.like if i in catalogue)
    yield from (_clause(c, texts, "wanted") for c in dialogue.wanted)
    yield from (_range(r, texts, "wanted") for r in dialogue.ranges)
    for mood in dialogue.moods:
        name = f"\u201c{mood}\u201d"
        yield Evidence(f"wish:{mood}", name, texts("evidence_wanted", what=name), frozenset(("wish",)))
    yield from (_clause(c, texts, "unwanted") for c in dialogue.unwanted)
    yield from (_range(r, texts, "unwanted") for r in dialogue.outside)


def _item(item: Item, texts: Texts, kind: str) -> Evidence:
    return Evidence(f"item:{item.id}", item.title, texts(f"evidence_{kind}", what=item.title), frozenset((item.id,)))


def _clause(clause: Clause, texts: Texts, kind: str) -> Evidence:
    sources = frozenset((clause.label, *(facet.value for facet in clause.facets)))
    return Evidence(f"facet:{clause.label}", clause.label, texts(f"evidence_{kind}", what=clause.label), sources)


def _range(limit: Range, texts: Texts, kind: str) -> Evidence:
    line = texts(f"evidence_{kind}", what=limit.label)
    return Evidence(f"range:{limit.label}", limit.label, line, frozenset((limit.label,)))
