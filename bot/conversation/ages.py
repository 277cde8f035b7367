"""How old those are who watch along: "they're 4 and 9", "ages 6 to 8", "a 5yo"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.conversation.tokens import Token

CHILD, TEENAGER = 12, 17
"""The ages up to which somebody is a child, or a teenager."""

_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = rf"(?:1?\d|{'|'.join(_WORDS)})"
_NUMBERS = rf"{_NUMBER}(?:\s*(?:,|-|–|and|&|or|to)\s*{_NUMBER})*"
_UNIT = r"(?!\s*(?:min|hour|hr|h\b|of\b|out\b|/|%|star|time|film|movie|more|point|\d|\.\d|year(?!s? old)))"
_CHILDREN = (
    r"(?:kids?|children|twins|boys?|girls?|sons?|daughters?|nephews?|nieces?|brothers?|sisters?|cousins?|grand\w+"
    r"|little ones)"
)
_AGES = re.compile(
    rf"\b(?:they(?:['’]?re| are)|s?he(?:['’]?s| is)|{_CHILDREN} (?:who )?(?:are|is)|turn(?:ed|ing|s)|aged?|ages)"
    rf"\s+(?:only |just |about |almost )?({_NUMBERS})\b{_UNIT}"
    rf"|\b(?:my|our|her|his) {_CHILDREN}\s*[,(]?\s*({_NUMBERS})\b{_UNIT}"
    rf"|\bi(?:['’]?m| am) (?=[5-9]\b|1[0-2]\b)({_NUMBER})\b{_UNIT}"
    rf"|\b({_NUMBERS})[\s-]?(?:yo|y/o|yrs?[\s-]olds?|years?[\s-]olds?)(?: {_CHILDREN})?\b",
    re.IGNORECASE,
)
_OLD = re.compile(_NUMBER, re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:about|story of|follows|where) (?:an?|the|two|some) (?:\w+ )?$", re.IGNORECASE)
"""What stands before the age of somebody in a story: "about a 9 year old"."""


def children(text: str, tokens: Sequence[Token]) -> list[range]:
    """The words that tell the ages of people of whom the youngest is a child."""
    return _aged(text, tokens, range(CHILD + 1))


def teenagers(text: str, tokens: Sequence[Token]) -> list[range]:
    """The words that tell the ages of people of whom the youngest is a teenager."""
    return _aged(text, tokens, range(CHILD + 1, TEENAGER + 1))


def _aged(text: str, tokens: Sequence[Token], youngest: range) -> list[range]:
    found = []
    for match in _AGES.finditer(text):
        if _ABOUT.search(text, 0, match.start()):
            continue
        told = _OLD.findall(next(filter(None, match.groups())))
        ages = [int(age) if age.isdigit() else _WORDS.index(age.lower()) + 2 for age in told]
        inside = [n for n, token in enumerate(tokens) if match.start() <= token.start and token.end <= match.end()]
        if inside and min(ages) in youngest:
            found.append(range(inside[0], inside[-1] + 1))
    return found
