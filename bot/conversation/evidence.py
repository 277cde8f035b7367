"""What the recommendations of a person rest on, one readable line for each thing they said, so that each can be
taken back by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.conversation.state import Dialogue, clause_from_json
from bot.conversation.statements import Kind, Statement
from bot.conversation.taste import ACCEPTED, taste_of
from bot.store.records import Event
from bot.texts import Texts
from recsys.catalogue import Catalogue, Item
from recsys.taste import Clause, Range

_LASTING = ("item", "facet")
_TONIGHT = {"want": Kind.FACET, "limit": Kind.RANGE, "wish": Kind.WISH}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that counts. ``key`` names it: ``item:ID`` and ``facet:LABEL`` last; ``like:ID``, ``want:LABEL``,
    ``limit:LABEL`` and ``wish:TEXT`` are tonight's. ``name`` is short enough for a button, ``line`` is a clause ("you
    liked Heat", "tonight: no horror"), ``plain`` the same without "tonight"; ``sources`` is what reasons call it;
    ``events`` are the ids of the rows that say it: empty for what is only wanted tonight."""

    key: str
    name: str
    line: str
    plain: str
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


def key_for(said: Iterable[Statement], known: Mapping[str, Evidence], dialogue: Dialogue) -> str | None:
    """Which of the things known a message means that asks to forget one; ``None`` when it names none of them. A genre
    that is only wanted tonight is not meant: "remove comedy" wants no comedies."""
    for s in said:
        label = s.clause.label if s.clause else s.range.label if s.range else ""
        places = {
            Kind.ITEM: (f"item:{s.target}", f"like:{s.target}"),
            Kind.FACET: (f"facet:{label}", *([f"want:{label}"] * any(c.label == label for c in dialogue.unwanted))),
            Kind.RANGE: (f"limit:{label}",),
        }.get(s.kind, ())
        for key in places:
            if key in known:
                return key
    return None


def forgotten(dialogue: Dialogue, key: str) -> Dialogue:
    """A dialogue that no longer wants what ``key`` names."""
    kind, _, name = key.partition(":")
    if kind in ("item", "like"):
        return dialogue.without_item(name)
    if kind in _TONIGHT:
        return dialogue.without_wish(_TONIGHT[kind], name)
    return dialogue


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
    yield from (_item(catalogue[i], texts, "like", "like") for i in dialogue.like if i in catalogue)
    yield from (_clause(c, texts, "wanted", "want") for c in dialogue.wanted)
    yield from (_range(r, texts, "wanted") for r in dialogue.ranges)
    labels = {c.label for c in dialogue.wanted}
    for mood in dialogue.moods:
        called = dialogue.called.get(mood)
        if called and labels.issuperset(called.split(", ")):
            continue  # a wish for that facet is there already
        own = [texts.name(part) for part in (called or "").split(", ")]
        name = texts("comma").join(own) if called else texts("quoted", what=mood)
        yield _evidence(f"wish:{mood}", name, texts, "wanted", ("wish",))
    yield from (_clause(c, texts, "unwanted", "want") for c in dialogue.unwanted)
    yield from (_range(r, texts, "outside") for r in dialogue.outside)


def _item(item: Item, texts: Texts, kind: str, place: str = "item") -> Evidence:
    return _evidence(f"{place}:{item.id}", item.title, texts, kind, (item.id,))


def _clause(clause: Clause, texts: Texts, kind: str, place: str = "facet") -> Evidence:
    sources = (clause.label, *(facet.value for facet in clause.facets))
    return _evidence(f"{place}:{clause.label}", texts.name(clause.label), texts, kind, sources)


def _range(limit: Range, texts: Texts, kind: str) -> Evidence:
    return _evidence(
        f"limit:{limit.label}", texts.limit(limit.name, limit.low, limit.high, limit.label), texts, kind, (limit.label,)
    )


def _evidence(key: str, name: str, texts: Texts, kind: str, sources: Iterable[str]) -> Evidence:
    plain = texts(f"evidence_{kind}", what=name)
    lasts = key.partition(":")[0] in _LASTING
    return Evidence(key, name, plain if lasts else texts("evidence_tonight", what=plain), plain, frozenset(sources))
