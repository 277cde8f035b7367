"""Years, decades, lengths, marks and ordinals as Chinese writes them, in the English that the reader knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_N = r"(?:\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+)"
_YEAR = r"(?:(?:18|19|20)\d\d|[一二][零〇一二三四五六七八九]{3})"
_SPAN = (
    rf"(?:(?P<hours>{_N})个?(?P<half>半)?(?:小时|钟头)(?:零?(?P<minutes>{_N})分钟?)?"
    rf"|(?P<only>{_N})分钟|(?P<thirty>半)个?小时)"
)
_MOST_BEFORE, _LEAST_BEFORE = "不超过|不到|少于|小于|短于|最多|至多|低于|别超过|不要超过", "超过|至少|大于|长于|不少于"
_MOST_AFTER, _LEAST_AFTER = "以内|以下|之内|内|左右以内", "以上|往上"
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


class Quantity(NamedTuple):
    """English words for what ends at ``end``."""

    words: str
    end: int


class Quantities:
    """Rules tried in order at one place of a text."""

    def __init__(self, rules: Sequence[tuple[str, Callable[[re.Match[str]], str]]]) -> None:
        self._rules = [(re.compile(pattern), words) for pattern, words in rules]

    def match(self, text: str, start: int, end: int) -> Quantity | None:
        """The quantity that starts at ``start``; None when there is none."""
        for pattern, words in self._rules:
            if (found := pattern.match(text, start, end)) and (said := words(found)):
                return Quantity(said, found.end())
        return None


def halfwidth(text: str) -> str:
    """Full-width letters, digits and spaces as ASCII; every character keeps its place."""
    return "".join(chr(ord(c) - 0xFEE0) if "\uff10" <= c <= "\uff5a" else " " if c == "\u3000" else c for c in text)


def number(said: str) -> float:
    """A number in digits of any script or in Chinese: "120", "١٢٠", "两", "九十", "一百二十", "二零一零"."""
    if said[0].isdecimal():
        return float(said)
    if not set(said) & set("十百"):
        return float("".join(str(_DIGITS[c]) for c in said))
    total, digit = 0, 0
    for c in said:
        if c in "十百":
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[c]
    return float(total + digit)


def _year(said: str) -> str:
    return f"{number(said):.0f}"


def _decade(match: re.Match[str]) -> str:
    if match["two"]:  # 八九十年代
        first, second = (10 * _DIGITS[c] for c in match["two"][:2])
        return f"{first}s or {second}s"
    year = number(match["n"])
    return f"{year:.0f}s" if year % 10 == 0 and (year < 100 or year > 1800) else ""


def _length(match: re.Match[str]) -> str:
    if match["only"]:
        minutes = number(match["only"])
    elif match["thirty"]:
        minutes = 30
    else:
        minutes = 60 * number(match["hours"]) + (30 if match["half"] else 0)
        minutes += number(match["minutes"]) if match["minutes"] else 0
    if match["most"] or match["below"]:
        return f"at most {minutes:.0f} minutes"
    return f"at least {minutes:.0f} minutes" if match["least"] or match["above"] else f"{minutes:.0f} minutes"


def _ordinal(match: re.Match[str]) -> str:
    n = number(match["n"])
    return f"the {_ORDINALS[int(n) - 1]} one" if 1 <= n <= len(_ORDINALS) else ""


def _first_few(match: re.Match[str]) -> str:
    n = number(match["n"])
    return (
        f"the {'first' if match['end'] == '前' else 'last'} {('two', 'three', 'four', 'five')[int(n) - 2]}"
        if 2 <= n <= 5
        else ""
    )


QUANTITIES = Quantities(
    (
        (rf"(?:(?:上个?|20|二十)世纪)?(?:(?P<two>[二三四五六七八九]{{2}}十)|(?P<n>{_N}))年代", _decade),
        (
            rf"从?({_YEAR})年?(?:到|至|-|~|—)({_YEAR})年?(?:之间|期间)?",
            lambda m: f"from {_year(m[1])} to {_year(m[2])}",
        ),
        (rf"({_YEAR})年?(?:以后|之后|后)", lambda m: f"since {_year(m[1])}"),
        (rf"({_YEAR})年?(?:以前|之前|前)", lambda m: f"before {_year(m[1])}"),
        (rf"({_YEAR})年?(?:以来|开始|起)", lambda m: f"since {_year(m[1])}"),
        (rf"({_YEAR})年?(?:那部|那个|版的?|那版)", lambda m: f"the {_year(m[1])} one"),
        (rf"({_YEAR})年", lambda m: f"from {_year(m[1])}"),
        (rf"({_N})岁(?:以上|以下|左右|大)?", lambda m: f"{number(m[1]):.0f} year old"),
        (rf"(?:最近|近|过去)({_N})年", lambda m: f"last {number(m[1]):.0f} years"),
        (
            rf"(?:时长|片长|长度)?(?:(?P<most>{_MOST_BEFORE})|(?P<least>{_LEAST_BEFORE}))?{_SPAN}"
            rf"(?:(?P<below>{_MOST_AFTER})|(?P<above>{_LEAST_AFTER}))?",
            _length,
        ),
        (
            rf"(?:评分|豆瓣|打分|IMDb|imdb)?(?:在|高于|超过)?({_N})分(?:以上|往上)",
            lambda m: f"rated over {number(m[1]):g}",
        ),
        (rf"(?!十分)(?:我?(?:打|给|评)(?:它|个)?)?({_N})(?:分(?!钟)|/10)", lambda m: f"{number(m[1]):g}/10"),
        (r"(?:打|给)?满分", lambda _: "10/10"),
        (rf"({_N})颗?星", lambda m: f"{number(m[1]):g} stars"),
        (rf"第(?P<n>{_N})(?:部|个|条|片|套)?", _ordinal),
        (rf"(?P<end>前|后)(?P<n>{_N})(?:部|个|套)", _first_few),
        (r"最后一?(?:部|个)", lambda _: "the last one"),
    )
)
