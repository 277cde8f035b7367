"""What is wanted as one of several: "a horror or a thriller", "something by Ozu or Mizoguchi", "French or Italian"."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from bot.conversation.concepts import KNOWN
from bot.conversation.message import Message
from bot.conversation.state import OR, names_genre, names_origin, names_people
from bot.conversation.statements import Kind, Statement
from bot.conversation.tokens import ARTICLES
from recsys.taste import Clause


def merge(message: Message) -> None:
    """Make one wish of genres, people, origins or what else is of one kind with nothing but an "or" between them."""
    wanted = [s for s in message.out if s.kind is Kind.FACET and s.polarity > 0 and not s.lasting and s.clause]
    wanted.sort(key=lambda s: s.start)
    chains: list[list[Statement]] = []
    for said in wanted:
        if chains and _joined(message, chains[-1][-1], said):
            chains[-1].append(said)
        else:
            chains.append([said])
    for chain in chains:
        if len(chain) > 1:
            place = message.out.index(chain[0])
            message.out = [s for s in message.out if s not in chain]
            message.out.insert(place, reduce(_either, chain))


def _joined(message: Message, one: Statement, other: Statement) -> bool:
    """Whether two wishes of a kind are alternatives."""
    between = [t.norm for t in message.tokens if one.end <= t.start and t.end <= other.start]
    small = {*ARTICLES, *message.words.grammar.film_nouns, "by", "with", "maybe", "even"}
    told = "or" in between and all(norm in small or norm == "or" for norm in between)
    first, second = ({f.kind for f in s.clause.facets} if s.clause else set() for s in (one, other))
    alike = bool((first & second) - KNOWN)  # "tofu or chickpeas": a kind of the catalogue's own
    return told and (
        alike or any(of(one.clause) and of(other.clause) for of in (names_genre, names_people, names_origin))
    )


def _either(one: Statement, other: Statement) -> Statement:
    parts = [s.clause for s in (one, other) if s.clause]
    label = OR.join(part.label for part in parts)
    facets = tuple(dict.fromkeys(facet for part in parts for facet in part.facets))
    confidence = min(one.confidence, other.confidence)
    return replace(one, value=label, end=other.end, clause=Clause(label, facets), confidence=confidence)
