"""The words that tell titles from the rest of a message."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from bot.conversation.lexicon import Lexicon
from bot.conversation.tokens import ARTICLES, Phrases, Token, norms, squash
from recsys.catalogue import Catalogue


def _squashed(words: Sequence[str]) -> Set[str]:
    return frozenset(map(squash, words))


def _phrases(words: Sequence[str]) -> Phrases[bool]:
    return Phrases((phrase, True) for phrase in words)


@dataclass(frozen=True, slots=True)
class TitleWords:
    """What the lexicon and the catalogue's themes say of words before, in and behind a title."""

    # before it
    firm: Set[str]
    """A title follows: "watched", "called"."""
    telling: Set[str]
    """Enough for a misspelt title to follow."""
    weak: Set[str]
    """A title may follow."""
    watched: Set[str]
    versions: Set[str]
    """Between such a word and a title: "saw the first Frozen"."""
    refusing: Set[str]
    speaking: Set[str]
    """Who and how, before a verb: "I", "never"."""
    film_nouns: Set[str]
    parts: dict[str, int]
    """Ordinals: "the second Godfather"."""
    # in it
    pronouns: Set[str]
    not_titles: Set[str]
    proper: Set[str]
    given_names: Set[str]
    themes: Set[str]
    """Genres, moods, languages and places."""
    things: Set[str]
    """Themes in the plural: "aliens"."""
    settings: Set[str]
    """The first words of themes, as places have them."""
    phrases: Phrases[bool]
    """Themes and parts of the world of several words."""
    slots: Set[str]
    """What stands for an item without naming it: "one", "second"."""
    # behind and around it
    after: Phrases[bool]
    praise: Phrases[bool]
    adverbs: Set[str]
    copulas: Set[str]
    comparatives: Set[str]
    fillers: Set[str]
    polite: Set[str]
    frames: Set[tuple[str, str]]
    """What stands before and behind the title of a question: "what is heat about"."""

    @classmethod
    def of(cls, catalogue: Catalogue, lexicon: Lexicon, given_names: Set[str]) -> TitleWords:
        """The words of a lexicon, with the themes of a catalogue and the first names of its people."""
        cues, grammar, concepts = lexicon.title_cues, lexicon.grammar, lexicon.concepts.values()
        regions = [region.words for region in lexicon.regions.values()]
        kinds = [(*concept.words, *concept.more) for concept in concepts]
        places = (*lexicon.languages.values(), *lexicon.countries.values(), *regions)
        telling = _squashed(cues.telling)
        parts = {squash(w): n for n, words in lexicon.ordinals.items() for w in words if w.isalpha()}
        frames = [frame.partition("*") for frame in lexicon.questions.frames]
        return cls(
            firm=_squashed(cues.firm),
            telling=telling,
            weak=telling | _squashed(cues.weak),
            watched=frozenset(cues.watched),
            versions=frozenset(cues.versions),
            refusing=frozenset(("no", "not", "without", *grammar.exceptions)),
            speaking=frozenset((*grammar.subjects, *grammar.adverbs, "ive", "weve")),
            film_nouns=frozenset(grammar.film_nouns),
            parts=parts,
            pronouns=frozenset(cues.pronouns),
            not_titles=_squashed(cues.not_titles),
            proper=_squashed(cues.proper),
            given_names=given_names,
            themes=_squashed([word for words in (*kinds, *places) for word in words]),
            things=frozenset(f"{squash(theme.removesuffix('s'))}s" for theme in catalogue.values("keyword")),
            settings=frozenset("".join(norms(theme)[:n]) for theme in catalogue.values("keyword") for n in (1, 2)),
            phrases=_phrases([w for words in (*kinds, *regions) for w in words if len(norms(w)) > 1]),
            slots=frozenset((*grammar.film_nouns, *grammar.slot_nouns, *parts)),
            after=_phrases(cues.after),
            praise=_phrases(cues.praise),
            adverbs=frozenset(grammar.adverbs),
            copulas=frozenset(lexicon.negators.copulas),
            comparatives=_squashed([word for concept in concepts for word in concept.more if " " not in word]),
            fillers=_squashed((*lexicon.fillers.words, *cues.alone)) | ARTICLES,
            polite=_squashed((*lexicon.interjections.words, "and", "but", "usher")),
            frames=frozenset((squash(before), squash(after)) for before, _, after in frames),
        )

    def a_place(self, tokens: Sequence[Token], n: int) -> bool:
        """Whether a word is of the name of a place behind "in", as themes have them: "in London", "in New York"."""
        runs = ((start, start + length) for length in (1, 2) for start in range(max(n - length + 1, 1), n + 1))
        return any(
            tokens[start - 1].norm == "in" and "".join(t.norm for t in tokens[start:stop]) in self.settings
            for start, stop in runs
            if stop <= len(tokens)
        )
