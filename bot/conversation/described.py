"""Shown items by what they are: "the Tarantino one", "the one with Tom Hanks", "the 1994 film", "take the longest"."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bot.conversation.concepts import Meaning
from bot.conversation.counts import measured_by
from bot.conversation.people import PersonMatch
from bot.conversation.references import Pointing, Reference
from bot.conversation.statements import EXTREMES
from bot.conversation.tokens import Hit, Token
from recsys.catalogue import Facet, Item

_ONE = frozenset(("one", "movie", "film"))
_WITH = frozenset(("with", "by", "from", "of", "starring", "about", "in"))
_YEARS = range(1870, 2100)


def described(
    tokens: Sequence[Token], people: Sequence[PersonMatch], meanings: Sequence[Meaning], shown: Sequence[Item]
) -> list[Reference]:
    """The references of which exactly one of the ``shown`` items is what they say; what fits none or several of them
    is a wish."""
    if len(shown) < 2:
        return []
    told: list[tuple[int, int, Collection[Facet] | int]] = [(p.i, p.j, p.facets) for p in people]
    told += [(m.i, m.j, m.wanted[0].facets) for m in meanings if m.wanted]
    told += [(n, n + 1, int(t.norm)) for n, t in enumerate(tokens) if t.norm.isdecimal() and int(t.norm) in _YEARS]
    found = []
    for i, j, what in told:
        for start, stop in _around(tokens, i, j):
            fitting = [item.id for item in shown if _is(item, what)]
            if len(fitting) == 1:
                found.append(Reference(start, stop, Pointing.ORDINAL, (fitting[0],)))
    return found


def extreme(hits: Sequence[Hit[str]], shown: Sequence[Item]) -> list[Reference]:
    """ "The longest", "the best rated": the one of the ``shown`` items that is the most so."""
    found = []
    for hit in hits:
        name, highest = EXTREMES.get(hit.value, ("", False))
        name = measured_by(name, shown)
        known = [item for item in shown if name and item.number(name) is not None]
        if len(known) == len(shown) > 1:
            most = (max if highest else min)(known, key=lambda item: item.number(name) or 0.0)
            found.append(Reference(hit.i, hit.j, Pointing.ORDINAL, (most.id,)))
    return found


def _around(tokens: Sequence[Token], i: int, j: int) -> Iterator[tuple[int, int]]:
    """The whole of "the ... one" or "the one with ..." around what ``tokens[i:j]`` say; nothing where it is neither."""
    before = [t.norm for t in tokens[max(0, i - 3) : i]]
    if before[-1:] == ["the"] and j < len(tokens) and tokens[j].norm in _ONE:
        yield i - 1, j + 1
    elif len(before) == 3 and before[0] == "the" and before[1] in _ONE and before[2] in _WITH:
        yield i - 3, j


def _is(item: Item, what: Collection[Facet] | int) -> bool:
    if isinstance(what, int):
        return item.year == what
    return item.has_any(what)
