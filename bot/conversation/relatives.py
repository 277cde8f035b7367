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


def plain(text: str, tokens: Sequence[Token]) -> list[Token]:
    """The words with "but not" or "but without" for the opening of each relative clause that refuses how a film is or
    what it holds; what it doesn't do is told as it stands: "a dog that doesn't die". A question that opens with a
    negation asks as well without it."""
    out: list[Token] = []
    n = 0
    if len(tokens) > 3 and tokens[0].norm in _ASKING and tokens[1].norm in ("there", "you"):
        asked = _ASKING[tokens[0].norm]
        tokens = [replace(tokens[0], norm=asked, bare=asked), *tokens[1:]]
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
