"""People in free text: by full name, by a well-known surname, or with a slip of the pen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from rapidfuzz import fuzz

from bot.conversation.spelling import NAMELIKE, Rarity, Spelling, skeleton
from bot.conversation.tokens import ARTICLES, Token, capitals_tell, norms
from recsys.catalogue import MAKERS, PEOPLE, Catalogue, Facet

_LOOKED_INTO = 6
"""Misspelt names that are looked into per message: the search is the dearest step."""
_SHORTENED = 85
"""How alike a first name and its short form count: Nick, Nicolas."""
_SOUNDS_ALIKE = 6
"""What it adds when first names are the same and surnames sound alike."""
_COMMON_NAME = 8
"""People who share a first name when it is a common one."""
_ALIKE, _FIRST_ALIKE = 84, 72
"""How alike (0..100) a whole name and its first name must be to count as misspelt."""

_SMALL_WORD = 4.5
"""The rarity up to which a word is one that any sentence may hold."""
_MANY_FILMS = 5
"""Films from which on a director may be called by the surname."""
_OWN_OEUVRE = 3.0
"""How much more of films and fame a director so called must have than all others of the surname."""
_BESIDE_STARS = 0.2
"""How well known a director so called must be, beside whoever is best known of that surname."""

OWN_NAME = 8.0
"""How much better known than all others of a first name together somebody is whom it means alone: "Denzel"."""


@dataclass(frozen=True, slots=True)
class PersonMatch:
    """A person at ``text[start:end]``: their name as the catalogue has it and the facets that carry it."""

    name: str
    facets: tuple[Facet, ...]
    start: int
    end: int
    i: int
    j: int
    confidence: float = 1.0


class People:
    """Who made or plays in the items of a catalogue; the more popular their items, the better known they are."""

    def __init__(
        self,
        catalogue: Catalogue,
        rarity: Rarity,
        words: Container[str] = (),
        cues: Container[str] = (),
        nouns: Container[str] = (),
        nicknames: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """``words`` mean something else: alone they name nobody ("zombie"). Behind ``cues``, and before ``nouns``,
        everyday words in lower case can name a star ("with will smith", "nolan movies"). ``nicknames``: what first
        names are short for."""
        self._rarity, self._cues, self._nouns, self._nicknames = rarity, cues, nouns, nicknames
        self._fame: dict[str, float] = defaultdict(float)
        self._made: dict[str, list[float]] = defaultdict(list)
        self._together: dict[str, dict[str, None]] = defaultdict(dict)
        self._troupes: dict[str, dict[str, None]] = defaultdict(dict)
        self._kinds: dict[str, set[str]] = defaultdict(set)
        for item in catalogue.items:
            weight = max(item.number("popularity") or 0.0, 0.0) + 1
            for kind in PEOPLE:
                for name in item.facets.get(kind, ()):
                    self._fame[name] += weight
                    self._kinds[name].add(kind)
            for maker in item.makers:
                self._made[maker.value].append(weight)
            self._note_siblings([maker.value for maker in item.makers], self._together)
            self._note_siblings(item.facets.get("cast", ()), self._troupes)
        self._names: dict[str, str] = {}
        self._spellings: dict[str, list[str]] = defaultdict(list)
        self._by_surname: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._first_names: dict[str, int] = defaultdict(int)
        self._by_first_name: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._fame, key=self._fame.__getitem__, reverse=True):
            self._add(name)
        ranked = sorted(self._fame.values(), reverse=True)
        famous = ranked[len(ranked) // 8] if ranked else 0.0
        self._stars = ranked[len(ranked) // 40] if ranked else 0.0
        self._alone = {name: who for name, who in self._known_alone(famous).items() if name not in words}
        ease = {s: min(1.0, self._fame[people[0][1]] / (famous * 10 + 1)) for s, people in self._by_surname.items()}
        self._spelling = Spelling(ease)
        self._given_names = {name for name, count in self._first_names.items() if count >= _COMMON_NAME}

    @staticmethod
    def _note_siblings(people: Sequence[str], families: dict[str, dict[str, None]]) -> None:
        """Note those who made an item together, or play in it, and share a surname: "the Coens"."""
        surnames = [name.rpartition(" ")[2] for name in people]
        for name, surname in zip(people, surnames, strict=True):
            if surnames.count(surname) > 1 and (said := norms(surname)):
                families[said[-1]][name] = None

    def _add(self, name: str) -> None:
        said = norms(name)
        if not said:
            return
        self._names.setdefault("".join(said), name)
        self._spellings["".join(said)].append(name)
        plain = [n for n in said if n not in ("jr", "sr")]
        if len(plain) < 2:
            return
        middle = [n for n in plain[1:-1] if len(n) > 1]
        for key in ("".join(plain), "".join((plain[0], *middle, plain[-1]))):
            self._names.setdefault(key, name)
        for surname in dict.fromkeys(("".join((*middle, plain[-1])), plain[-1])):  # "triller" is no "T. Miller"
            self._by_surname[surname].append((plain[0], name))
        self._first_names[plain[0]] += 1
        self._by_first_name[plain[0]].append(name)

    def names(self) -> set[str]:
        """First names and surnames, folded, that more than one person has or a well-known one."""
        return {name for name, count in self._first_names.items() if count > 1} | set(self._by_surname)

    @property
    def given_names(self) -> set[str]:
        """First names, folded, that many people have."""
        return self._given_names

    def _known_alone(self, famous: float) -> dict[str, str]:
        """Surnames and first names that one famous person has almost to themselves."""
        alone = {}
        for surname, people in self._by_surname.items():
            best, *others = (self._fame[name] for _, name in people)
            dominant = best >= famous and best >= 1.5 * sum(others)
            given = self._first_names[surname]
            if dominant and len(surname) > 3 and given < (8 if self._rarity(surname) > NAMELIKE else 1):
                alone[surname] = people[0][1]
            elif director := self._auteur(surname):
                alone[surname] = director
        for first, (star, *namesakes) in self._by_first_name.items():
            own = self._fame[star] >= max(self._stars, OWN_NAME * sum(self._fame[name] for name in namesakes))
            if own and len(first) >= 5 and not self._rarity.common(first):
                alone.setdefault(first, star)
        return alone

    def _auteur(self, surname: str) -> str | None:
        """The director whom a surname means that players share: "Bergman", "Lynch"."""
        names = [name for _, name in self._by_surname[surname]]
        oeuvres = {n: sum(self._made[n]) * len(self._made[n]) for n in names if n in self._made}
        directors = sorted(oeuvres, key=oeuvres.__getitem__, reverse=True)
        namelike = self._rarity(surname) > NAMELIKE and self._first_names[surname] < _COMMON_NAME
        if not directors or not namelike or (len(surname) < 4 and self._rarity.common(surname)):
            return None
        best, *others = directors
        films = self._made[best]
        known = len(films) >= _MANY_FILMS and sum(films) >= _BESIDE_STARS * self._fame[names[0]]
        return best if known and oeuvres[best] >= _OWN_OEUVRE * sum(oeuvres[n] for n in others) else None

    def find(self, text: str, tokens: Sequence[Token]) -> list[PersonMatch]:
        """People in reading order; never by a first name that others share."""
        search = _Search(text, tokens)
        for width in (4, 3, 2):
            for i in range(len(tokens) - width + 1):
                if search.free(i, width) and (name := self._full_name(text, tokens, i, width)):
                    search.take(self._person(name, tokens, i, i + width), width)
        self._misspelt(search)
        for i in range(len(tokens)):
            if search.free(i, 1) and (siblings := self._siblings(tokens, i)):
                search.take(siblings, siblings.j - siblings.i)
            for width in (2, 1) if not _introduces(tokens[:i]) else ():
                if search.free(i, width) and (name := self._surname(text, tokens, i, width)):
                    search.take(self._person(name, tokens, i, i + width, 0.85), width)
        return sorted(search.found, key=lambda person: person.i)

    def _misspelt(self, search: _Search) -> None:
        tokens, tried = search.tokens, 0
        for i in range(len(tokens) - 1):
            pair = tokens[i : i + 2]
            odd = any(not self._rarity.common(t.bare) and len(t.bare) > 3 for t in pair) or self._like_a_name(pair)
            if tried >= _LOOKED_INTO or not odd or not search.free(i, 2) or _breaks(search.text, *pair):
                continue
            tried += 1
            near = [(*self._near_name(tokens[i : i + width]), width) for width in (2, 3) if search.joined(i, width)]
            alike, _, name, width = max(near, default=(0.0, 0.0, "", 0))
            if alike >= _ALIKE:
                search.take(self._person(name, tokens, i, i + width, 0.8), width)

    def _like_a_name(self, pair: Sequence[Token]) -> bool:
        """Whether two words look like a first name and a surname, however common both are."""
        return pair[0].norm in self._first_names and all(t.capital for t in pair)

    def _person(self, name: str, tokens: Sequence[Token], i: int, j: int, confidence: float = 1.0) -> PersonMatch:
        spelt = self._spellings["".join(norms(name))]  # with and without accents
        facets = tuple(Facet(kind, n) for kind in PEOPLE for n in spelt if kind in self._kinds[n])
        return PersonMatch(name, facets, tokens[i].start, tokens[j - 1].end, i, j, confidence)

    def _siblings(self, tokens: Sequence[Token], i: int) -> PersonMatch | None:
        """Of "the Coen brothers": every director of that surname; of "the Coens" those who made something together."""
        surname = tokens[i].norm.removesuffix("s")
        if i and tokens[i - 1].norm == "the" and surname != tokens[i].norm and surname in self._together:
            facets = tuple(Facet(kind, n) for n in self._together[surname] for kind in MAKERS if kind in self._kinds[n])
            label = next(iter(self._together[surname])).split()[-1] + "s"
            return PersonMatch(f"the {label}", facets, tokens[i - 1].start, tokens[i].end, i - 1, i + 1, 0.9)
        if i + 1 >= len(tokens) or tokens[i + 1].norm not in ("brothers", "bros", "sisters"):
            return None
        if self._rarity.common(tokens[i].norm) and not tokens[i].capital:
            return None
        surname = tokens[i].norm
        makers = [name for _, name in self._by_surname.get(surname, ()) if self._kinds[name] & {*MAKERS}]
        # "the Marx brothers" play together, whoever of that name directed something once
        names = makers if surname in self._together or surname not in self._troupes else [*self._troupes[surname]]
        if not names:
            return None
        label = f"{names[0].split()[-1]} {tokens[i + 1].norm}"
        kinds = MAKERS if names is makers else PEOPLE
        facets = tuple(Facet(kind, name) for name in names for kind in kinds if kind in self._kinds[name])
        return PersonMatch(label, facets, tokens[i].start, tokens[i + 1].end, i, i + 2, 0.9)

    def _is_first_name(self, token: Token) -> bool:
        """Whether a word before a surname makes it another person's; small words ("or", "the") don't."""
        rarity = self._rarity(token.norm)
        told = token.capital and rarity > _SMALL_WORD  # "No Hitchcock" is nobody's name
        named = token.norm in self._first_names and (told or rarity > 6.5)
        return named or (token.capital and not self._rarity.common(token.norm))

    def _full_name(self, text: str, tokens: Sequence[Token], i: int, width: int) -> str | None:
        window = tokens[i : i + width]
        said = [t.norm for t in window[:-1]]
        if len(window) == 4 and said[1] == "the" and window[0].capital and window[3].capital:
            said = said[:1]  # Dwayne "The Rock" Johnson
        surname = window[-1].bare
        whole = [self._nicknames.get(said[0], said[0]), *said[1:]] if said else []
        name = self._names.get("".join(said) + surname) or self._names.get("".join(whole) + surname)
        if name is None or any(_breaks(text, left, right) for left, right in pairwise(window)):
            return None
        told = all(t.capital for t in window) or sum(self._rarity(t.bare) for t in window) > 12
        cued = i > 0 and tokens[i - 1].norm in self._cues and not any(t.capital for t in window)
        return name if told or (cued and self._fame[name] >= self._stars) else None

    def _near_name(self, window: Sequence[Token]) -> tuple[float, float, str]:
        """The likeliest name that was meant: how alike it is (0..100), its fame, and the name."""
        first, surname = window[0].bare, "".join(t.bare for t in window[1:])
        best = (0.0, 0.0, "")
        brief = len(surname) == 3
        if (
            (len(surname) < 4 and not (brief and surname in self._by_surname))
            or len(first) < 2
            or (first not in self._first_names and self._rarity.common(first))
        ):
            return best
        candidates = [surname] if surname in self._by_surname else []
        if not brief and (not self._rarity.common(surname) or self._like_a_name(window) or first in self._given_names):
            candidates += [word for word, _ in self._spelling.meant(surname)]
        for meant in candidates:
            for first_name, name in self._by_surname[meant][:40]:
                near = fuzz.ratio(first, first_name)
                if len(first) < 3 and first != first_name:  # two letters say nothing unless they are the name
                    continue
                if meant == surname and first[:3] == first_name[:3] and not brief:
                    near = max(near, _SHORTENED)
                alike = (near + fuzz.ratio(surname, meant) * 1.5) / 2.5
                alike += (
                    _SOUNDS_ALIKE if near == 100 and meant != surname and skeleton(meant) == skeleton(surname) else 0
                )
                if near >= (_SHORTENED if brief else _FIRST_ALIKE) and first[0] == first_name[0]:
                    best = max(best, (alike, self._fame[name], name))
        return best

    def _surname(self, text: str, tokens: Sequence[Token], i: int, width: int) -> str | None:
        window = tokens[i : i + width]
        key = "".join(t.norm for t in window[:-1]) + window[-1].bare
        rare = not self._rarity.common(key)
        if width > 1 and (_breaks(text, *window) or all(self._rarity.common(t.norm) for t in window)):
            return None  # "one. I'll" is no O'Neill
        name = self._alone.get(key)
        meant = window[0].capital or not capitals_tell(tokens)
        odd = rare and key not in self._by_surname and not self._rarity.inflected(key)
        if name is None and width == 1 and odd and meant and len(key) >= 7:
            reach = 2 if len(key) > 8 else 1
            near = [word for word, distance in self._spelling.meant(key) if word in self._alone and distance <= reach]
            name = self._alone[near[0]] if near else None
        if name is None:
            return None
        before = tokens[i - 1] if i and not _breaks(text, tokens[i - 1], window[0]) else None
        if before and self._is_first_name(before):
            return None  # somebody else of that surname
        behind = tokens[i + width] if i + width < len(tokens) else None
        if behind and behind.capital and key in self._first_names and behind.bare in self._by_surname:
            return None  # "Abraham Lincoln" is no F. Murray Abraham
        if rare:
            return name
        if capitals_tell(tokens):
            told = window[0].capital and before is not None and before.norm not in ARTICLES
        elif len(tokens) == width:
            told = self._rarity(key) > NAMELIKE
        else:
            after = tokens[i + width].norm if i + width < len(tokens) else ""
            told = self._rarity(key) > NAMELIKE and (
                (before is not None and before.norm in self._cues) or after in self._nouns
            )
        return name if told and self._fame[name] >= self._stars else None


class _Search:
    """What has been found in one message, and which words are spoken for."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text, self.tokens = text, tokens
        self.found: list[PersonMatch] = []
        self._used = [False] * len(tokens)

    def free(self, i: int, width: int) -> bool:
        return i + width <= len(self.tokens) and not any(self._used[i : i + width])

    def joined(self, i: int, width: int) -> bool:
        """Whether ``width`` free words from ``i`` on stand together with no punctuation between."""
        window = self.tokens[i : i + width]
        return self.free(i, width) and not any(_breaks(self.text, a, b) for a, b in pairwise(window))

    def take(self, person: PersonMatch, width: int) -> None:
        self.found.append(person)
        self._used[person.i : person.i + width] = [True] * width


def _introduces(before: Sequence[Token]) -> bool:
    """ "Hi, I'm Lukas", "my name is Denzel"."""
    said = [token.norm for token in before[-2:]]
    return said[-1:] == ["im"] or said in (["i", "am"], ["name", "is"], ["names", "is"])


def _breaks(text: str, left: Token, right: Token) -> bool:
    """Whether punctuation other than a name's own full stop or hyphen stands between two words."""
    gap = text[left.end : right.start].strip()
    return bool(gap) and not (gap == "-" or (gap == "." and len(left.norm) <= 2))
