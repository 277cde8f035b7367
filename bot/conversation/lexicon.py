"""The lexicon of a language: what its words mean to the bot, loaded from ``bot/texts`` and validated."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.conversation.statements import Critique, Intent
from bot.conversation.tokens import norms
from bot.texts import Language
from recsys.errors import DataError

Words = tuple[str, ...]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Concept(_Table):
    """A genre, mood or theme; the head of the lexicon file says what each field means."""

    words: Words
    names: Words = ()
    label: str = ""
    more: Words = ()
    genres: Words = ()
    certificates: Words = ()
    keywords: Words = ()
    veto_genres: Words = ()
    veto_keywords: Words = ()
    veto_directors: Words = ()
    wish: str = ""
    mood: str = ""
    implies: Words = ()
    refuses: Words = ()
    languages: Words = ()
    directors: Words = ()
    years: tuple[int, int] | None = None
    company: bool = False


class Region(_Table):
    """Words for a part of the world, and what tells its films: languages that are spoken there alone, countries."""

    words: Words
    languages: Words = ()
    countries: Words = ()


class Era(_Table):
    """Words for a span of years; a negative bound counts back from the catalogue's newest year."""

    words: Words
    low: int | None = None
    high: int | None = None


class Standing(_Table):
    """Words for how well known or liked a film is: a quantity, between the values of which these shares lie below.
    ``told``: False where that only stands in for what no catalogue tells, like prizes."""

    words: Words
    label: str
    quantity: str
    least: float | None = None
    most: float | None = None
    told: bool = True


class Cues(_Table):
    """Words that set the polarity of what follows them."""

    like: Words
    dislike: Words
    want: Words
    intend: Words
    will: Words
    act: Words
    hint: Words
    avoid: Words
    seen: Words
    unseen: Words
    resemble: Words


class Predicates(_Table):
    """Words that judge what was named before them."""

    good: Words
    bad: Words


class Negators(_Table):
    """Words that turn round what follows, and the grammar around them."""

    words: Words
    between: Words
    contrast: Words
    copulas: Words
    idle: Words
    correcting: Words
    ruling_out: Words
    denials: Words
    thinking: Words
    intensifiers: Words
    hedges: Words


class TitleCues(_Table):
    """What makes a common word a title."""

    firm: Words
    telling: Words
    weak: Words
    pronouns: Words
    after: Words
    alone: Words
    praise: Words
    watched: Words
    versions: Words
    not_titles: Words
    untitled: Words
    studios: Words
    proper: Words


class IntentWords(_Table):
    """How an intent is said."""

    whole: Words = ()
    starts: Words = ()
    part: Words = ()
    command: Words = ()


class CritiqueWords(_Table):
    """How a critique of the last list is said."""

    whole: Words


class Questions(_Table):
    """How a question about an item is said, by the field it asks for, and openings of questions. ``nouns``: what asks
    alone, but for words ``aside``, ``brief``: what does with a question mark; ``several``: what says that all of a list
    are meant; ``frames``: whole questions that take nothing but a title in the place of their "*"."""

    fields: Mapping[str, Words]
    nouns: Mapping[str, Words]
    brief: Mapping[str, Words]
    several: Words
    aside: Words
    about: Words
    frames: Words
    inverted: Words
    asking: Words
    taste: Words
    offers: Words


class Feedback(_Table):
    """Emoji that judge."""

    liked: Words
    disliked: Words


class Noise(_Table):
    """What never belongs in the words for the encoder. Words that are nothing else ask for ``anything`` where one of
    those is among them, and none of ``told``."""

    words: Words
    cut: Words
    dangling: Words
    anything: Words
    told: Words


class References(_Table):
    """Words for shown items; ``maker``: for who made the one in view, ``players``: for who is in it, ``makers`` and
    ``stars``: what they are called behind "the same", ``anybody``: what stands before "with her". ``before`` and
    ``behind`` a number that is a slot; ``counted``: what numbers are of, ``measuring``: what they measure."""

    maker: Words
    players: Words
    makers: Words
    stars: Words
    anybody: Words
    last: Words
    all: Words
    others: Words
    none: Words
    this: Words
    only: Words
    around: Words
    before: Words
    behind: Words
    counted: Words
    measuring: Words


class WordList(_Table):
    """A plain list of words."""

    words: Words


class Closing(_Table):
    """Words that tell how a message is meant of which nothing else is read."""

    bye: Words
    thanks: Words


class OtherTongues(_Table):
    """Small words and greetings of languages that we don't speak."""

    words: Words
    greetings: Words


class Refining(_Table):
    """Words that add to the wish so far: at the beginning of a message, and at its end."""

    words: Words
    closing: Words


class Forgetting(_Table):
    """Openings that take one thing back; the ``outright`` ones a wish of tonight, too."""

    words: Words
    outright: Words


class Permissions(_Table):
    """How it is said what may be and what need not be; the lexicon file says what each list is for."""

    fine: Words
    too: Words
    mind: Words
    may: Words
    free: Words
    every: Words
    needless: Words
    unneeded: Mapping[str, Words]
    sides: Mapping[str, Words]
    whatever: Mapping[str, Words]


class Grammar(_Table):
    """Small words by their part in a sentence; the lexicon file says what each is for."""

    subjects: Words
    pronouns: Words
    seeming: Words
    exceptions: Words
    objects: Words
    links: Words
    abbreviations: Words
    events: Words
    question_words: Words
    speakers: Words
    selves: Words
    film_nouns: Words
    slot_nouns: Words
    slot_closers: Words
    adverbs: Words
    meanwhile: Words = ()
    name_cues: Words = ()
    long_ago: Words
    other_matters: Words
    proposals: Words
    agreeing: Words = ()
    taking: Words = ()
    beside_taking: Words = ()
    retaking: Words = ()
    company: Words = ()
    turning: Words

    epithets: Words = ()
    offscreen: Words = ()
    uncredited: Words = ()


class Speech(_Table):
    """How it is said which language to speak; ``name`` is what may follow /language."""

    whole: Words
    name: Words


class Lexicon(_Table):
    """Everything a language file says. ``common`` ranks everyday words from 1, the most common."""

    genre: Mapping[str, Concept]
    mood: Mapping[str, Concept]
    theme: Mapping[str, Concept]
    languages: Mapping[str, Words]
    language_codes: Mapping[str, Words]
    countries: Mapping[str, Words]
    country_names: Mapping[str, Words]
    regions: Mapping[str, Region]
    foreign: WordList
    decades: Mapping[int, Words]
    eras: Mapping[str, Era]
    standings: Mapping[str, Standing]
    cues: Cues
    predicates: Predicates
    negators: Negators
    title_cues: TitleCues
    slang: Mapping[str, str]
    emoji: Mapping[str, Words]
    nicknames: Mapping[str, str]
    fillers: WordList
    interjections: WordList
    refining: Refining
    narrowing: WordList
    intents: Mapping[Intent, IntentWords]
    speech: Mapping[Language, Speech]
    critiques: Mapping[Critique, CritiqueWords]
    questions: Questions
    ordinals: Mapping[int, Words]
    references: References
    feedback: Feedback
    noise: Noise
    changing: WordList
    remaking: WordList
    alone: WordList
    forgetting: Forgetting
    closing: Closing
    tongues: OtherTongues
    permissions: Permissions
    grammar: Grammar
    common: Mapping[str, int] = Field(repr=False)

    @property
    def concepts(self) -> dict[str, Concept]:
        """Genres, moods and themes by name."""
        return {**self.genre, **self.mood, **self.theme}

    @property
    def vocabulary(self) -> set[str]:
        """Every word of the concepts, folded."""
        return {norm for c in self.concepts.values() for words in (*c.words, *c.more) for norm in norms(words)}

    @field_validator("decades")
    @classmethod
    def _whole_decades(cls, decades: Mapping[int, Words]) -> Mapping[int, Words]:
        if any(year % 10 for year in decades):
            raise ValueError("a decade must end in 0")
        return decades

    @model_validator(mode="after")
    def _names_exist(self) -> Lexicon:
        concepts = self.concepts
        for name, concept in concepts.items():
            unknown = [n for n in (*concept.implies, *concept.refuses) if n not in concepts]
            unspoken = [n for n in concept.languages if n not in self.languages]
            if unspoken:
                raise ValueError(f"{name} has the language {unspoken[0]!r}, which has no words")
            unsaid = [n for n in concept.names if n not in concept.words]
            if unsaid:
                raise ValueError(f"{name} has the name {unsaid[0]!r}, which is none of its words")
            if unknown:
                raise ValueError(f"{name} names {unknown[0]!r}, which is no concept")
        return self


@cache
def load_lexicon(language: Literal["en"] = "en") -> Lexicon:
    """The lexicon of a language; raises ``DataError`` naming the first entry that is wrong."""
    texts = resources.files("bot.texts")
    try:
        data = tomllib.loads(texts.joinpath(f"lexicon.{language}.toml").read_text("utf-8"))
        common = tomllib.loads(texts.joinpath(f"words.{language}.toml").read_text("utf-8"))["words"].split()
        return parse_lexicon(data, common)
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"The lexicon for {language!r} can't be read: {error}.") from error


def parse_lexicon(data: Mapping[str, object], common: list[str]) -> Lexicon:
    """A lexicon from its tables and the common words in order; raises ``DataError`` for a malformed entry."""
    try:
        return Lexicon.model_validate({**data, "common": {word: n for n, word in enumerate(common, 1)}})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "file"
        raise DataError(f"Mend the lexicon's {place}: {first['msg']}.") from error
