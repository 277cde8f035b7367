"""What the recommendations of a person rest on, one readable line for each thing they said, so that each can be
taken back by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.conversation.state import Dialogue, clause_from_json
from bot.conversation.statements import PASSED, Kind, Statement
from bot.conversation.taste import ACCEPTED, taste_of
from bot.conversation.wording import Wording, refusal
from bot.store.records import Event
from recsys.catalogue import Catalogue, Item
from recsys.taste import Clause, Range

_LASTING = ("item", "facet", PASSED)
_OF_FILMS = ("wanted", "taste", "never", "unwanted", "nothing", "outside")
"""What is said of films by what they are, not by their names."""
_TONIGHT = {"want": Kind.FACET, "limit": Kind.RANGE, "wish": Kind.WISH}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that counts. ``key`` names it: ``item:ID``, ``facet:LABEL`` and ``passed:`` (all that they passed
    over) last; ``like:ID``, ``want:LABEL``, ``limit:LABEL`` and ``wish:TEXT`` are tonight's. ``name`` is short enough
    for a button, ``line`` is a clause ("you liked Heat", "tonight: no horror"), ``plain`` the same without "tonight";
    ``sources`` is what reasons call it; ``events`` are the ids of the rows that say it: empty for what is only wanted
    tonight."""

    key: str
    name: str
    line: str
    plain: str
    sources: frozenset[str]
    events: tuple[str, ...] = ()


def evidence_of(
    events: Iterable[Event], dialogue: Dialogue, wording: Wording, catalogue: Catalogue
) -> Mapping[str, Evidence]:
    """By key, all that counts of a person, in ``wording``'s language: what lasts, oldest first, then what they want
    tonight."""
    events = tuple(events)
    rows: dict[str, list[str]] = {}
    for event in events:
        if key := _key_of(event):
            rows.setdefault(key, []).append(event.id)
    found: dict[str, Evidence] = {}
    for evidence in (*_lasting(events, wording, catalogue), *_tonight(dialogue, wording, catalogue)):
        found.setdefault(evidence.key, replace(evidence, events=tuple(rows.get(evidence.key, ()))))
    return found


def key_for(
    said: Iterable[Statement], known: Mapping[str, Evidence], dialogue: Dialogue, *, tonight: bool
) -> str | None:
    """Which of the things known a message means that asks to forget one; ``None`` when it names none of them. A genre
    that is only wanted tonight is meant by "forget the comedy", which is ``tonight``; "remove comedy" wants none."""
    for s in said:
        label = s.clause.label if s.clause else s.range.label if s.range else ""
        places = {
            Kind.ITEM: (f"item:{s.target}", f"like:{s.target}"),
            Kind.FACET: (
                f"facet:{label}",
                *([f"want:{label}"] * (tonight or any(c.label == label for c in dialogue.unwanted))),
            ),
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
        return f"{PASSED}:" if event.value == PASSED else f"item:{event.item_id}"
    if event.kind == Kind.FACET and "clause" in event.payload:
        return f"facet:{event.payload['clause']['label']}"
    return None


def _lasting(events: Sequence[Event], wording: Wording, catalogue: Catalogue) -> Iterator[Evidence]:
    taste = taste_of(events)
    for item_id, weight in taste.items.items():
        if item_id in catalogue:
            kind = "liked" if weight > ACCEPTED else "taken" if weight > 0 else "seen" if not weight else "disliked"
            yield _item(catalogue[item_id], wording, kind)
    if passed := wording.in_order(taste.passed):
        told = wording.some_titles(passed)
        yield _evidence(f"{PASSED}:", told, told, wording, PASSED, passed)
    vetoes = {veto.label for veto in taste.vetoes}
    for clause in (clause_from_json(e.payload["clause"]) for e in events if "clause" in e.payload):
        if clause.label in vetoes:
            yield _clause(clause, wording, "never")
        elif clause in taste.moods or any(taste.facets.get(facet) for facet in clause.facets):
            yield _clause(clause, wording, "taste")


def _tonight(dialogue: Dialogue, wording: Wording, catalogue: Catalogue) -> Iterator[Evidence]:
    yield from (_item(catalogue[i], wording, "like", "like") for i in dialogue.like)
    for clause in dialogue.wanted:
        refused = [wording.label(c) for c in dialogue.unwanted if clause.whom and c.whom == clause.label]
        yield _company(clause, refused, wording) if refused else _clause(clause, wording, "wanted", "want")
    yield from (_range(r, wording, "wanted") for r in dialogue.ranges)
    labels = {c.label for c in dialogue.wanted}
    for mood in dialogue.moods:
        called = dialogue.called.get(mood)
        if called and labels.issuperset(called.split(", ")):
            continue  # a wish for that facet is there already
        own = wording.names((called or "").split(", "))
        name = (
            wording.texts("comma").join(own) if called else wording.texts("quoted", what=dialogue.own.get(mood, mood))
        )
        yield _evidence(f"wish:{mood}", name, name, wording, "wanted", ("wish",))
    alone = (c for c in dialogue.unwanted if not c.whom or c.whom not in labels)
    yield from (_clause(c, wording, refusal(c), "want") for c in alone)
    yield from (_range(r, wording, "outside") for r in dialogue.outside)


def _item(item: Item, wording: Wording, kind: str, place: str = "item") -> Evidence:
    return _evidence(f"{place}:{item.id}", wording.title(item), wording.titled(item), wording, kind, (item.id,))


def _clause(clause: Clause, wording: Wording, kind: str, place: str = "facet") -> Evidence:
    sources = (clause.label, *(facet.value for facet in clause.facets))
    name = wording.label(clause)
    return _evidence(f"{place}:{clause.label}", name, name, wording, kind, sources)


def _company(clause: Clause, refused: Sequence[str], wording: Wording) -> Evidence:
    """Who watches along, with what is refused for their sake."""
    whom = _clause(clause, wording, "wanted", "want")
    no = wording.texts("evidence_unwanted", what=wording.texts.films(refused, "or"))
    plain = wording.texts("comma").join([whom.plain, no])
    return replace(whom, plain=plain, line=wording.texts("evidence_tonight", what=plain))


def _range(limit: Range, wording: Wording, kind: str) -> Evidence:
    kind = "nothing" if kind == "outside" and (wording.adjectival(limit) or limit.name != "year") else kind
    name = wording.limit(limit) if kind == "nothing" else wording.label(limit)
    return _evidence(f"limit:{limit.label}", name, name, wording, kind, (limit.label,))


def _evidence(key: str, name: str, told: str, wording: Wording, kind: str, sources: Iterable[str]) -> Evidence:
    """``told``: the name as it stands in a sentence."""
    plain = wording.texts(f"evidence_{kind}", what=wording.texts.films([told]) if kind in _OF_FILMS else told)
    lasts = key.partition(":")[0] in _LASTING
    line = plain if lasts else wording.texts("evidence_tonight", what=plain)
    return Evidence(key, name, line, plain, frozenset(sources))
