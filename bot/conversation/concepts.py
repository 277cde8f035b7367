"""Genres, moods, themes, languages and countries: words -> facets that the catalogue really has."""

from __future__ import annotations

import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.conversation.domain import FILMS, Domain
from bot.conversation.lexicon import Concept, Lexicon, Region, Words
from bot.conversation.spelling import Spelling
from bot.conversation.tokens import Hit, Phrases, Token, norms, squash
from recsys.catalogue import PEOPLE, Catalogue, Facet
from recsys.taste import Clause, Range

_ADJECTIVES = re.compile(r"(?:y|ic|al|ing|ed|ous|ive|ent|ful)$")
_MORE = frozenset(("more",))
_NOT = frozenset(("not", "isnt", "arent", "wasnt", "werent"))
THEMES = 1000
"""So many themes a catalogue has at most that are a vocabulary of its own."""
LONG_NAME = 5
"""Words of a facet's name from which on nobody says it."""
KNOWN = frozenset(("genre", "keyword", "certificate", "language", "country", *PEOPLE))
"""Kinds of facets that we have words for; a catalogue may bring along others."""
_LESS = frozenset(("less", "too", "fewer"))


@dataclass(frozen=True, slots=True)
class Sense:
    """What one concept's words come to in this catalogue: clauses when wanted, one clause when refused."""

    name: str
    label: str
    wanted: tuple[Clause, ...]
    unwanted: Clause
    refused: tuple[Clause, ...] = ()
    wish: str = ""
    sure: bool = True
    adjective: bool = False
    flipped: bool = False
    years: Range | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """A sense named by ``tokens[i:j]``. ``flipped``: wanting it refuses its facets ("foreign": not English)."""

    i: int
    j: int
    sense: Sense
    adjective: bool
    by_name: bool = False
    """Whether the words name a genre ("comedy") rather than describe a film ("funny")."""

    @property
    def label(self) -> str:
        """How the person would recognise it."""
        return self.sense.label

    @property
    def wanted(self) -> tuple[Clause, ...]:
        """A clause for each thing wanted."""
        return self.sense.wanted

    @property
    def refused(self) -> tuple[Clause, ...]:
        """What wanting it rules out."""
        return self.sense.refused

    @property
    def wish(self) -> str:
        """Words for the encoder."""
        return self.sense.wish

    @property
    def years(self) -> Range | None:
        """When films of the kind were made, where it is a style of its time."""
        return self.sense.years

    @property
    def sure(self) -> bool:
        """Whether the word alone says enough."""
        return self.sense.sure

    @property
    def flipped(self) -> bool:
        """Whether polarity turns round."""
        return self.sense.flipped

    def clause(self, polarity: int) -> Clause:
        """The one clause for a wish (the first) or a refusal."""
        return self.sense.unwanted if polarity < 0 else self.sense.wanted[0]


class Concepts:
    """The lexicon's concepts resolved against a catalogue: facets that it lacks are dropped."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon, domain: Domain = FILMS) -> None:
        """``domain``: unless it is films, whose genres and themes the lexicon has, the catalogue's own count, too."""
        self._values: dict[str, dict[str, list[str]]] = {}
        for kind in ("genre", "keyword", "certificate", "language", "country", "director"):
            found = {value for item in catalogue.items for value in item.facets.get(kind, ())}
            folded: dict[str, list[str]] = defaultdict(list)
            for value in sorted(found):
                folded[value.casefold()].append(value)
            self._values[kind] = dict(folded)
        self._all, self._codes = lexicon.concepts, lexicon.language_codes
        self._catalogue, self._told_of = catalogue, frozenset(lexicon.theme)
        self._moods = {n: c.label or n for n, c in lexicon.mood.items()} | {n: c.mood for n, c in lexicon.genre.items()}
        self._senses = {name: self._sense(name, concept, name in lexicon.genre) for name, concept in self._all.items()}
        entries = [(w, self._senses[name]) for name, concept in self._all.items() for w in concept.words]
        # The most telling table wins where two concepts share a word.
        entries.sort(key=lambda entry: -len(entry[0].split()))
        entries += [(w, self._language(name, lexicon)) for name, words in lexicon.languages.items() for w in words]
        entries += [
            (w, self._country(name, lexicon)) for name, words in lexicon.countries.items() for w in _from(words)
        ]
        entries += [(w, self._region(name, region)) for name, region in lexicon.regions.items() for w in region.words]
        english = self._language("English", lexicon)
        foreign = Sense("English", "English", english.wanted, english.unwanted, flipped=True)
        entries += [(w, foreign) for w in lexicon.foreign.words]
        told = {squash(words) for words, sense in entries if any(clause.facets for clause in sense.wanted)}
        empty = {*lexicon.noise.words, *lexicon.fillers.words, *lexicon.negators.words, *lexicon.grammar.film_nouns}
        empty.update(word for era in lexicon.eras.values() for word in era.words if word not in self._values["genre"])
        called = [(words, sense) for name, sense in _own(catalogue, domain) for words in domain.said(name)]
        own = [(w, s) for w, s in called if squash(w) not in told and w not in empty]
        named = {words for words, _ in own}
        # "something easy" is no mood where the catalogue calls things easy
        entries = [(w, s) for w, s in entries if squash(w) in told or " " not in w or w.split()[-1] not in named]
        self._phrases: Phrases[Sense] = Phrases([*own, *entries])
        self._themes: dict[str, list[Facet]] = defaultdict(list)
        for facet in {facet for _, sense in own for facet in sense.unwanted.facets if facet.kind != "genre"}:
            for word in norms(facet.value):
                self._themes[word].append(facet)
        self._names = Phrases((w, True) for concept in lexicon.genre.values() for w in concept.names)
        single = {word for c in lexicon.genre.values() for word in map(squash, c.words) if word.isalpha()}
        self._spelling = Spelling(dict.fromkeys(sorted(word for word in single if len(word) >= 5), 0.5))
        self._more = Phrases((w, self._senses[name]) for name, concept in self._all.items() for w in concept.more)
        self._most = Phrases(
            (f"{w.removesuffix('er')}est", self._senses[name])
            for name, concept in self._all.items()
            for w in concept.more
            if w.endswith("er")
        )
        self._epithets = frozenset(lexicon.grammar.epithets)
        self._vocabulary = set(lexicon.common) | {word for phrase, _ in entries for word in norms(phrase)}
        self._vocabulary.update(word for value in self._values["keyword"] for word in norms(value))
        for item in catalogue.items:
            self._vocabulary.update(norms(item.title))

    def known(self, token: Token, *, inflected: bool = True) -> bool:
        """Whether a word, or what it may be ``inflected`` from, is a word at all, as far as the lexicon and the
        catalogue can tell."""
        norm = token.bare
        stems = (norm.removesuffix("s"), norm.removesuffix("ing"), norm.removesuffix("ed")) if inflected else ()
        return len(norm) > 1 and any(n in self._vocabulary for n in (norm, *stems))

    def find(self, tokens: Sequence[Token], taken: Sequence[bool]) -> list[Meaning]:
        """Concepts in reading order, none over a taken word. A genre is also found where its name is misspelt."""
        tokens = [token if taken[n] else self._spelt(token) for n, token in enumerate(tokens)]
        return [
            Meaning(
                hit.i,
                hit.j,
                hit.value,
                hit.value.adjective and hit.j - hit.i == 1 and bool(_adjectival(tokens[hit.i].norm)),
                self._names.get(tokens[hit.i : hit.j]) is not None,
            )
            for hit in self._found(tokens, taken)
        ]

    def _found(self, tokens: Sequence[Token], taken: Sequence[bool]) -> list[Hit[Sense]]:
        """The phrases of a message; those who watch along may be told of by more than who they are: "with my elderly
        mother", "for my 80 year old grandmother"."""
        hits = self._phrases.find(tokens, taken)
        told = [n for n, token in enumerate(tokens) if not self._epithet(tokens, n)]
        if len(told) == len(tokens):
            return hits
        bare = self._phrases.find([tokens[n] for n in told], [taken[n] for n in told] if taken else ())
        whom = [Hit(told[h.i], told[h.j - 1] + 1, h.value) for h in bare if h.value.wanted and h.value.wanted[0].whom]
        kept = [h for h in hits if not any(w.i < h.j and h.i < w.j for w in whom)]
        return sorted([*kept, *whom], key=lambda hit: hit.i)

    def _epithet(self, tokens: Sequence[Token], n: int) -> bool:
        """Whether a word says more of whom "my" or "our" before it names."""
        first = next((k for k in range(n, -1, -1) if tokens[k].norm in ("my", "our")), n)
        return first < n and all(t.norm in self._epithets or t.norm.isdigit() for t in tokens[first + 1 : n + 1])

    def beside(self, meanings: Sequence[Meaning], name: str, run: range) -> list[Meaning]:
        """The meanings with a concept that a run of words stands for, if none of them is that already."""
        sense = self._senses[name]
        told = any(meaning.sense is sense for meaning in meanings)
        own = [] if told else [Meaning(run.start, run.stop, sense, adjective=False)]
        return sorted([*meanings, *own], key=lambda meaning: meaning.i)

    def of_a_genre(self, meaning: Meaning, tokens: Sequence[Token]) -> bool:
        """Whether a kind of a genre is named by it: "dark comedy", "political thriller"."""
        last = tokens[meaning.j - 1 : meaning.j]
        return meaning.j - meaning.i > 1 and self._names.get(last) is not None

    def theme(self, words: str) -> Clause:
        """What tells of a theme that words name, in the singular or plural: those of the catalogue's themes, with its
        own that hold a word ("no dice" refuses "dice rolling"), and texts with the words."""
        forms = _forms(words)
        own = (facet for word in forms for facet in sorted(self._themes.get(word, ())))
        return Clause(words, tuple(dict.fromkeys((*self._facets("keyword", forms), *own))), words=forms)

    def told(self, veto: Clause) -> bool:
        """Whether some text says what is refused."""
        return any(len(self._catalogue.rows_saying(words)) for words in veto.words)

    def misspelt(self, token: Token) -> bool:
        """Whether a word is no word but one slip away from a genre's name."""
        return self._spelt(token) != token

    def _spelt(self, token: Token) -> Token:
        """The word with the genre's name in place of what is no word but one slip away from it."""
        if len(token.norm) < 4 or self.known(token):
            return token
        meant = next((word for word, distance in self._spelling.meant(token.norm) if distance == 1), token.norm)
        return replace(token, norm=meant, bare=meant)

    def comparative(self, tokens: Sequence[Token]) -> tuple[int, Meaning] | None:
        """ "darker", "more action", "not funny enough" -> +1; "less violent", "too slow" -> -1; and of what."""
        if more := self._more.find(tokens):
            return 1, Meaning(more[0].i, more[0].j, more[0].value, True)
        for hit in self._phrases.find(tokens):
            opens = tokens[hit.i].norm == "too"  # "too artsy" is a phrase of its own
            before = {t.norm for t in tokens[max(0, hit.i - 1) : hit.i + opens]}
            lacking = [t.norm for t in tokens[hit.j : hit.j + 1]] == ["enough"]
            if lacking and _NOT & {t.norm for t in tokens[: hit.i]}:
                return 1, Meaning(hit.i, hit.j, hit.value, True)
            if {"no", "not", "nothing", "never", "isnt", "wasnt"} & {t.norm for t in tokens[: hit.i]}:
                return None
            if before & (_MORE | _LESS):
                direction = 1 if before & _MORE else -1
                return direction, Meaning(hit.i, hit.j, hit.value, True)
        return None

    def superlative(self, tokens: Sequence[Token]) -> Meaning | None:
        """What "the scariest" and "the most violent" are about."""
        for hit in self._most.find(tokens):
            return Meaning(hit.i, hit.j, hit.value, True)
        for hit in self._phrases.find(tokens):
            if hit.i and tokens[hit.i - 1].norm in ("most", "least"):
                return Meaning(hit.i, hit.j, hit.value, True)
        return None

    def _facets(self, kind: str, patterns: Iterable[str]) -> Iterable[Facet]:
        values = self._values[kind]
        for pattern in patterns:
            folded = pattern.casefold()
            if "*" in folded:
                match = re.compile(fnmatch.translate(folded)).match
                for value in sorted(v for v in values if match(v)):
                    yield from (Facet(kind, v) for v in values[value])
            else:
                yield from (Facet(kind, v) for v in values.get(folded, ()))

    def _clause(
        self, label: str, genres: Words, keywords: Words, certificates: Words = (), directors: Words = ()
    ) -> Clause:
        found = (
            *self._facets("genre", genres),
            *self._facets("keyword", keywords),
            *self._facets("certificate", certificates),
            *self._facets("director", directors),
        )
        return Clause(label, tuple(dict.fromkeys(found)))

    def _sense(self, name: str, concept: Concept, genre: bool) -> Sense:
        label = concept.label or name
        keywords = () if genre and concept.genres and self._has(concept) else concept.keywords
        own = self._clause(label, concept.genres, keywords, concept.certificates, concept.directors)
        implied = [self._all[other] for other in concept.implies]
        whom = label if concept.company else ""
        mood = self._moods.get(name, "")
        if genre and mood and not own.facets:  # no comedies here: what is asked for is the mood
            own = replace(own, label=mood)
        own = replace(own, mood=mood, whom=whom)
        spoken = self._spoken(concept)
        wanted = [own] if own.facets or not (implied or spoken) else []
        for other, entry in zip(concept.implies, implied, strict=True):
            implied_clause = self._clause(entry.label or other, entry.genres, ())
            wanted.append(replace(implied_clause, mood=self._moods.get(other, "")))
        wanted += spoken
        unwanted = self._veto(concept, name, genre=genre)
        if not unwanted.facets and wanted:
            unwanted = replace(unwanted, facets=wanted[-1 if spoken else 0].facets)
        implied_vetoes = (self._veto(self._all[other], other) for other in concept.refuses)
        # the mood itself tells
        refused = tuple(replace(clause, mood="", whom=whom) for clause in implied_vetoes if clause.facets)
        years = Range("year", *concept.years, "{}-{}".format(*concept.years)) if concept.years else None
        sure = genre or concept.company or bool(spoken or years)
        unwanted = replace(unwanted, whom=whom)
        return Sense(
            name, label, tuple(wanted), unwanted, refused, concept.wish, sure=sure, adjective=True, years=years
        )

    def _spoken(self, concept: Concept) -> list[Clause]:
        """That films are in the language of their style, or one of its languages."""
        names = concept.languages
        facets = [f for name in names for f in self._facets("language", (name, *self._codes.get(name, ())))]
        return [Clause(" or ".join(names), tuple(dict.fromkeys(facets)))] if facets else []

    def _veto(self, concept: Concept, name: str, genre: bool = False) -> Clause:
        """What a refusal rules out: what the words name, and what goes with it unless that is wanted."""
        label = concept.label or name
        keywords = () if genre and self._has(concept) else concept.keywords
        own = self._clause(label, concept.genres, keywords, concept.certificates, concept.directors).facets
        further = self._clause(label, concept.veto_genres, concept.veto_keywords, (), concept.veto_directors)
        beyond = tuple(f for f in further.facets if f not in own)
        mood = "" if genre else self._moods.get(name, "")
        spoken = name in self._told_of and not concept.certificates
        words = (*concept.words, *_forms(label.casefold())) if spoken else ()
        return Clause(label, (*own, *beyond), beyond, mood, words=tuple(dict.fromkeys(words)))

    def _has(self, concept: Concept) -> bool:
        return any(g.casefold() in self._values["genre"] for g in concept.genres)

    def _language(self, name: str, lexicon: Lexicon) -> Sense:
        found = tuple(self._facets("language", (name, *lexicon.language_codes.get(name, ()))))
        if not found:
            found = tuple(self._facets("keyword", (name,)))
        clause = Clause(name, found)
        return Sense(name, name, (clause,), clause, wish="" if found else f"{name} film")

    def _country(self, name: str, lexicon: Lexicon) -> Sense:
        found = tuple(self._facets("country", (name, *lexicon.country_names.get(name, ()))))
        if not found:
            found = tuple(self._facets("keyword", (name,)))
        clause = Clause(name, found)
        return Sense(name, name, (clause,), clause, wish="" if found else f"film from {name}", sure=False)

    def _region(self, name: str, region: Region) -> Sense:
        found = (*self._facets("language", region.languages), *self._facets("country", region.countries))
        clause = Clause(name, found)
        return Sense(name, name, (clause,), clause, wish="" if found else f"{name} film")


def own_kinds(catalogue: Catalogue) -> list[str]:
    """The kinds of facets that a catalogue brings along and that we have no word for: "cuisine", "mechanics"."""
    return sorted({facet.kind for facet in catalogue.facets()} - KNOWN)


def questions_of(kind: str) -> list[str]:
    """What asks for a facet by its kind: "what cuisine", "which ingredients", "who is the host"."""
    name = kind.replace("_", " ")
    who = [f"who {name}s", f"who is the {name}", f"whos the {name}", f"who are the {name}s"]
    return who + [
        f"{ask} {name}{s}" for s in ("", "s") for ask in ("what", "which", "what is the", "whats the", "what are the")
    ]


def _own(catalogue: Catalogue, domain: Domain) -> list[tuple[str, Sense]]:
    """What the catalogue itself calls things, in the singular and plural: the facets of kinds of its own and, unless
    they are those of films, its genres and, where they are few and so a vocabulary rather than anybody's tags, its
    themes."""
    kinds = {*own_kinds(catalogue), *(() if domain.films else ("genre",))}
    if not domain.films and len(catalogue.values("keyword")) <= THEMES:
        kinds.add("keyword")
    facets: dict[str, list[Facet]] = defaultdict(list)
    for facet in sorted(catalogue.facets()):
        if facet.kind in kinds and facet.value.isprintable() and len(norms(facet.value)) in range(1, LONG_NAME):
            facets[facet.value.casefold()].append(facet)
    found = []
    for name, same in facets.items():
        plain = name in (facet.value for facet in same) or all(facet.kind in ("genre", "keyword") for facet in same)
        label = name if plain else same[0].value
        if " " in name and domain.names(name.split()[-1]):  # "card games" take no noun
            label = f"{name}s"
        clause = Clause(label, tuple(same))
        sense = Sense(name, label, (clause,), clause)
        stem = name.removesuffix("s")
        found += [
            (words, sense) for words in (name, stem, f"{stem}s") if words.casefold() == name or words not in facets
        ]
    return found


def _from(words: Words) -> list[str]:
    """Words for a country, and "film of Spain" beside "from Spain"."""
    named = [word.removeprefix("from ") for word in words if word.startswith("from ")]
    return [*words, *(f"{noun} of {name}" for name in named for noun in ("film", "films", "movie", "movies"))]


def _forms(noun: str) -> tuple[str, ...]:
    """A noun, its singular and its plural."""
    stem = noun.removesuffix("s")
    return tuple(dict.fromkeys((noun, stem, f"{stem}s")))


def _adjectival(norm: str) -> bool:
    """Whether a word can describe ("scary", "dark") rather than name ("horror", "zombies")."""
    if squash(norm) in (
        "comedy",
        "fantasy",
        "mystery",
        "spy",
        "documentary",
        "musical",
        "crime",
        "robbery",
        "biography",
        "witch",
        "dance",
    ):
        return False
    return bool(_ADJECTIVES.search(norm)) or norm in (
        "dark",
        "sad",
        "light",
        "fun",
        "slow",
        "fast",
        "weird",
        "epic",
        "grim",
        "violent",
        "sweet",
        "intense",
        "complex",
        "violence",
        "tense",
        "strange",
        "absurd",
        "goofy",
        "heavy",
        "happy",
        "graphic",
        "beautiful",
        "suspense",
        "stupid",
        "dumb",
        "daft",
    )
