"""Relative clauses that refuse: "a film about war that is not violent" is one "but not violent"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation.tokens import ARTICLES, Token

_PRONOUNS = ("that", "which")
_NOT = ("not", "never")
_IS = frozenset(("is", "are", "will", "does", "do"))
_IS_NOT = frozenset(("isnt", "arent", "aint", "wont", "doesnt", "dont"))
_HOLDS = frozenset(("have", "contain", "involve", "feature", "include", "show", "use"))
"""What a film is not to do with what it is to be without."""
_MAKES = ("make", "be")
_OF_A_VERB = frozenset(("does", "do", "doesnt", "dont", "will", "wont"))
_HEADS = frozenset(
    (*ARTICLES, "some", "any", "one", "films", "movies", "film", "movie", "something", "anything", "love", "want")
)
"""One of these stands before what a relative clause tells of."""
_WHOLE = ("something", "anything")
"""What these are not is the whole wish, and read as such."""
_ASKING = {"isnt": "is", "arent": "are", "dont": "do", "cant": "can", "couldnt": "could", "havent": "have"}
"""What a question that opens so asks without its negation: "isn't there anything funny?"."""
_NO_HEADS = frozenset(("think", "thought", "feel", "hope", "say", "said", "know", "believe", "guess", "so", "like"))
"""Behind these a "that" opens no relative clause: "I think that isn't funny"."""
_REFUSING = frozenset(("not", "no", "never", "dont", "cant", "without", "nothing", "hate", "dislike", "avoid"))


_ALLOWING = {
    **dict.fromkeys(("hate", "hates", "dislike", "detest", "loathe", "despise"), "want"),
    "dont": "do",
    "cant": "can",
    "no": "some",
    "nothing": "something",
    "not": "really",
    "never": "always",
}
"""What a refusal comes to whose relative clause refuses as well: "nothing that isn't funny" is something that is."""
_AGREED = {"isnt": "is", "arent": "are", "doesnt": "does", "dont": "do", "wont": "will", "not": "really"}
_FILMS = frozenset(("films", "film", "movies", "movie", "anything", "something", "nothing", "one", "ones", "stuff"))
_APART = frozenset(("but", "and", "or", "with", "about", "in"))
"""Between the two refusals these say that they are of different things."""
_KNOWING = ("know", "think", "care", "mind")
"""Behind these a "don't" refuses nothing."""


def plain(text: str, tokens: Sequence[Token]) -> list[Token]:
    """The words with "but not" or "but without" for the opening of each relative clause that refuses how a film is or
    what it holds; what it doesn't do is told as it stands: "a dog that doesn't die". A question that opens with a
    negation asks as well without it."""
    out: list[Token] = []
    n = 0
    if len(tokens) > 3 and tokens[0].norm in _ASKING and tokens[1].norm in ("there", "you"):
        asked = _ASKING[tokens[0].norm]
        tokens = [replace(tokens[0], norm=asked, bare=asked), *tokens[1:]]
    tokens = _undoubled(text, tokens)
    while n < len(tokens):
        opening = _opening(tokens, n) if _tells(text, tokens, n) else 0
        rest = tokens[n + opening :]
        holds = len(rest) > 1 and rest[0].norm in _HOLDS
        does = opening and tokens[n + 1].norm in _OF_A_VERB
        whole = opening and tokens[n - 1].norm in _WHOLE
        if not opening or not rest or (whole and not does) or (does and not holds and rest[0].norm not in _MAKES):
            out.append(tokens[n])
            n += 1
            continue
        word, holds = ("without", True) if does and holds else ("not", False)
        negator = rest[0] if holds else tokens[n + opening - 1]
        out += [replace(tokens[n], norm="but", bare="but"), replace(negator, norm=word, bare=word)]
        n += opening + holds
    return out


def _undoubled(text: str, tokens: Sequence[Token]) -> Sequence[Token]:
    """The words without two refusals that undo each other: "I hate films that aren't funny" asks for funny ones,
    "nothing without a plot" for one with a plot."""
    for n, token in enumerate(tokens):
        begun = _refuses(text, tokens, n) if token.norm in (*_AGREED, "without") else None
        if begun is not None:
            said = {begun: _ALLOWING[tokens[begun].norm], n: _AGREED.get(token.norm, token.norm)}
            kept = [replace(t, norm=said[k], bare=said[k]) if k in said else t for k, t in enumerate(tokens)]
            return [t for k, t in enumerate(kept) if k != n or token.norm != "without"]
    return tokens


def _refuses(text: str, tokens: Sequence[Token], n: int) -> int | None:
    """Where what films are refused that the negation at ``n`` tells of, if they are."""
    opens = n - 1 - (tokens[n].norm == "not" and tokens[n - 1].norm in _IS)
    if tokens[n].norm == "without":
        opens = n
    elif opens < 0 or tokens[opens].norm not in _PRONOUNS:
        return None
    for k in reversed(range(opens)):
        if text[tokens[k].end : tokens[k + 1].start].strip() or tokens[k].norm in _APART:
            return None
        if tokens[k].norm in _ALLOWING and tokens[k + 1].norm not in _KNOWING:
            told = {t.norm for t in tokens[k:opens]}
            kinds = tokens[n].norm != "without" and k + 1 < opens  # "comedies that aren't funny"
            return k if kinds or not told.isdisjoint(_FILMS) else None
    return None


def _tells(text: str, tokens: Sequence[Token], n: int) -> bool:
    """Whether a word may open a clause that tells of what stands before it in a wish."""
    before = [t.norm for t in tokens[:n]]
    close = n > 0 and not text[tokens[n - 1].end : tokens[n].start].strip(" ,")
    return close and before[-1] not in _NO_HEADS and bool(_HEADS & {*before}) and not _REFUSING & {*before}


def _opening(tokens: Sequence[Token], n: int) -> int:
    """How many words a relative clause has up to its negation; 0 where none opens at ``n``."""
    said = [t.norm for t in tokens[n : n + 3]]
    if said[0] == "thats" and said[1:2] and said[1] in _NOT:
        return 2
    if said[0] not in _PRONOUNS or len(said) < 2:
        return 0
    if said[1] in _IS_NOT:
        return 2
    return 3 if said[1] in _IS and said[2:] and said[2] in _NOT else 0
