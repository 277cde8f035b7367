"""Every way a title may be written, as keys to rows: parts, numerals, articles and small words left out."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from bot.conversation.spelling import Rarity, Spelling, skeleton, undouble
from bot.conversation.tokens import ARTICLES, Token, norms
from recsys.catalogue import PEOPLE, Catalogue

SMALL = ARTICLES | {"of", "and", "in", "to", "on", "part", "chapter", "episode", "vol", "volume"}
"""Words that people leave out of titles."""
_COUNTED = frozenset(("episode",))
PART = 1.5
"""A reading with this penalty or more found only a part of the title."""
PARTS = frozenset(("2", "3", "4", "5", "6", "7", "8", "9", "ii", "iii", "iv"))
"""How the parts of a series are numbered."""
DATED = 4.0
"""A reading with this penalty or more needs the year of the film: "The Raid (2011)" for The Raid: Redemption."""

_LOOKED_INTO = 6
"""Misspelt words that are looked into per message: the search is the dearest step."""
_LONGEST = 12
_UNKNOWN_RANK = 20_000
_SHORT = 6
"""Letters of a word that is another one when two of them change, or one of an obscure title's."""
_KNOWN = 0.55
"""How popular (0..1) a film must be for a part of its title to name it."""
_ALIAS, _LOOSE, _DOUBLED = 0.6, 0.4, 1.0
_HEAD, _TAIL, _TWO_WORDS, _THREE_WORDS, _RARE_WORD = 1.5, 2.0, 2.5, 2.0, 1.5
_NUMBERS = {
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "ten": "10",
    "xi": "11",
    "versus": "vs",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """``tokens[i:j]`` as a name of the items ``rows``; ``penalty`` is what the key or the spelling costs."""

    i: int
    j: int
    rows: tuple[int, ...]
    penalty: float
    rarity: float
    exact: bool


def _fame(votes: Sequence[float]) -> list[float]:
    """How well known each row is, by its rank: counts of votes differ in scale from catalogue to catalogue, but people
    know about as many films. Equals share the lowest rank."""
    ascending = sorted(votes)
    ranks = [len(votes) - bisect_left(ascending, v) if v > 0 else _UNKNOWN_RANK + 1 for v in votes]
    return [
        1 - (min(rank - 1, _UNKNOWN_RANK) / _UNKNOWN_RANK) ** 0.36 if rank < _UNKNOWN_RANK else 0.0 for rank in ranks
    ]


def number(norm: str) -> str:
    """A number word or Roman numeral as digits, "versus" as "vs"; other words as they are."""
    return _NUMBERS.get(norm, norm)


class TitleIndex:
    """The keys of a catalogue's titles and aliases."""

    def __init__(self, catalogue: Catalogue, rarity: Rarity, known: Container[str] = ()) -> None:
        """``known`` are rare words that are no misspelt titles, such as names."""
        self.items = catalogue.items
        self._known = known
        self.votes = [max(item.number("popularity") or 0.0, 0.0) for item in self.items]
        self.popularity = _fame(self.votes)
        """0..1 by rank: 1 for the best known item, 0.5 for the 3,000th, 0 past the 20,000th or without votes."""
        self.articles = [
            first[0] if (first := norms(item.title)[:1]) and first[0] in ARTICLES else "" for item in self.items
        ]
        """The article that a row's title opens with, if it does."""
        self.rarity = rarity
        self._keys: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._longest = 1
        words: dict[str, float] = defaultdict(float)
        holders: dict[str, list[int]] = defaultdict(list)
        for row, item in enumerate(self.items):
            self._add(row, item.title, 0.0, words, holders)
            for alias in item.aliases:
                self._add(row, alias, _ALIAS, words, holders)
        self._add_rare_words(holders)
        self._spelling = Spelling(words)

    def _add(self, row: int, name: str, penalty: float, words: dict[str, float], holders: dict[str, list[int]]) -> None:
        said = norms(name)
        if not said:
            return
        self._longest = max(self._longest, min(len(said), _LONGEST))
        self._key(said, row, penalty)
        for norm in said:
            words[norm] = max(words[norm], self.popularity[row])
            if len(said) > 1 and len(norm) >= 6 and not self.rarity.common(norm) and norm.isalpha():
                holders[norm].append(row)
        parted = [name.partition(mark) for mark in (": ", " - ", " – ") if mark in name]
        if self.popularity[row] <= _KNOWN:
            for head, *_ in parted:
                if found := norms(head):
                    self._key(found, row, penalty + DATED)
            return
        for head, _, tail in parted:
            self._part(norms(head), row, penalty + _HEAD, 9)
            self._part(norms(tail), row, penalty + _TAIL, 9)
        if not parted and len(said) >= 4:
            self._part(said[:2], row, penalty + _TWO_WORDS, 13)
        if len(said) >= 5:
            self._part(said[:3], row, penalty + _THREE_WORDS, 13)

    def _part(self, said: Sequence[str], row: int, penalty: float, rare: float) -> None:
        """A part of a title stands for it when its words are rare enough."""
        if said and sum(map(self.rarity, said)) > rare:
            self._key(said, row, penalty)

    def _key(self, said: Sequence[str], row: int, penalty: float) -> None:
        said = said[1:] if said[0] in ARTICLES and len(said) > 1 else said
        costs = {"".join(said): penalty}
        telling = [number(n) for n in said if n not in SMALL]
        if len(telling) > 1 or len(said) == 1 == len(telling):
            if len(telling) > 1:
                middle = ["vs" if n == "v" else n for n in telling[1:-1]]  # "Ford v Ferrari"
                telling[1:] = [*middle, "5" if telling[-1] == "v" else telling[-1]]
            key = "".join(telling)
            costs.setdefault(key, penalty + _LOOSE)
            if len(short := undouble(key)) >= 6:
                costs.setdefault(short, penalty + _DOUBLED)
        for key, cost in costs.items():
            self._keys[key].append((row, cost))

    def _add_rare_words(self, holders: dict[str, list[int]]) -> None:
        """A word that one popular film has almost to itself names it: "Shawshank"."""
        for norm, rows in holders.items():
            best = max(rows, key=self.votes.__getitem__)
            total = sum(self.votes[row] for row in set(rows))
            if norm not in self._keys and self.popularity[best] > _KNOWN and self.votes[best] > 0.6 * total:
                self._keys[norm].append((best, _RARE_WORD))

    def candidates(self, tokens: Sequence[Token]) -> Iterator[Candidate]:
        """Every run of words that names items, as it is spelt."""
        said, bares = [t.norm for t in tokens], [t.bare for t in tokens]
        for i in range(len(tokens)):
            if said[i] not in ARTICLES or i + 1 == len(tokens):
                yield from self._from(said, bares, i, 0.0)

    def corrected(self, tokens: Sequence[Token], covered: Sequence[bool]) -> Iterator[Candidate]:
        """Runs that name items once an odd word, not yet ``covered``, is spelt as it may have been meant."""
        said, bares = [t.norm for t in tokens], [t.bare for t in tokens]
        odd = [n for n, bare in enumerate(bares) if not covered[n] and self._odd(bare)][:_LOOKED_INTO]
        for n in odd:
            for meant, distance in self._spelling.meant(bares[n]):
                cost = max(1.4 * distance - (skeleton(meant) == skeleton(bares[n])), 0.1)
                trial = [*said[:n], meant, *said[n + 1 :]]
                for other in odd:
                    if other != n and abs(other - n) < 4 and (near := self._spelling.meant(bares[other])):
                        trial[other] = near[0][0]
                for i in range(max(0, n - 6), n + 1):
                    if trial[i] not in ARTICLES:
                        found = (c for c in self._from(trial, trial, i, cost) if c.j > n)
                        yield from (c for c in found if self._likely(c, bares[n], meant, distance))

    def _likely(self, found: Candidate, bare: str, meant: str, distance: int) -> bool:
        """Whether a name of one short word is misspelt, rather than another name: "Moana" is no "Moon", nor is "Anora"
        an "Agora", but "Alein" may well be "Alien", and "Hete" is "Heat" by its sound."""
        if (
            found.j - found.i > 1
            or len(bare) > _SHORT
            or (len(meant) == len(bare) and skeleton(meant) == skeleton(bare))
        ):
            return True
        return distance == 1 and max(self.popularity[row] for row in found.rows) > _KNOWN

    def people(self, row: int) -> set[str]:
        """Who made a row's item or plays in it."""
        facets = self.items[row].facets
        return {name for kind in PEOPLE for name in facets.get(kind, ())}

    def namesake(self, title: str, year: int) -> int | None:
        """The row of the same title and that year."""
        said = norms(title)
        key = "".join(said[1:] if said[0] in ARTICLES and len(said) > 1 else said) if said else ""
        return next((row for row, _ in self._keys.get(key, ()) if self.items[row].year == year), None)

    def holds(self, tokens: Sequence[Token]) -> bool:
        """Whether all the words together, an article before them aside, name an item that people know, as spelt."""
        named = tokens[tokens[0].norm in ARTICLES :]
        found = (c for c in self.candidates(named) if c.i == 0 and c.j == len(named))
        return any(self.popularity[row] > _KNOWN for c in found for row in c.rows)

    def sequels(self, said: Sequence[str], number: int) -> tuple[int, ...]:
        """The rows of a series' numbered part, given the words of its title."""
        key = "".join(n for n in said if n not in SMALL) + str(number)
        found = self._keys.get(key, ())
        best = min((penalty for _, penalty in found), default=0.0)
        return tuple(row for row, penalty in found if penalty == best)

    def _odd(self, word: str) -> bool:
        """Whether a word may be misspelt: no everyday word, name or drawn-out sound ("hmmm")."""
        drawn_out = re.search(r"(.)\1\1", word)
        return not (self.rarity.inflected(word) or word in self._known or drawn_out)

    def _from(self, said: Sequence[str], bares: Sequence[str], i: int, cost: float) -> Iterator[Candidate]:
        for j, plain, telling, unnumbered, rarity in self._windows(said, bares, i):
            rows: dict[int, float] = {}
            short = undouble(telling)
            spellings = (
                (plain, 0.0),
                (telling, _LOOSE),
                (unnumbered if unnumbered != telling else "", _LOOSE),
                (short if len(short) >= 6 else "", _DOUBLED),
            )
            for key, extra in spellings:
                if key and (not extra or key != plain):
                    for row, penalty in self._keys.get(key, ()):
                        rows[row] = min(rows.get(row, 99.0), penalty + extra)
            if j - i > 1 and len(plain) < 7:  # "up on" is not "Upon", "x-men" is "X-Men"
                rows = {row: p for row, p in rows.items() if len(norms(self.items[row].title)) > 1}
            for penalty in sorted(set(rows.values())):
                same = tuple(row for row, p in rows.items() if p == penalty)
                yield Candidate(i, j, same, penalty + cost, rarity, exact=cost == 0.0)

    def _windows(self, said: Sequence[str], bares: Sequence[str], i: int) -> Iterator[tuple[int, str, str, str, float]]:
        """Of the runs from ``i`` on: the end, the key as said, the key without small words, that without the number
        of an episode too, and the rarity."""
        plain = telling = unnumbered = ""
        rarity = 0.0
        opens = said[i] not in SMALL
        for j in range(i, min(i + self._longest + 2, len(said))):
            last, small = said[j], said[j] in SMALL
            rarity += 0.8 if small else self.rarity(last)
            counts = j > i and said[j - 1] in _COUNTED and number(last).isdigit()
            for word in dict.fromkeys((last, bares[j])):
                tail = "" if small else number(word)
                keys = (telling + tail, unnumbered + ("" if counts else tail)) if opens and not small else ("", "")
                yield j + 1, plain + word, *keys, rarity
            plain += last
            telling += "" if small else number(last)
            unnumbered += "" if small or counts else number(last)
