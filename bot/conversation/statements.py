"""What a message says, as data: the vocabulary between understanding, policy and storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from recsys.taste import Clause, Range


class Kind(StrEnum):
    """What a statement is about."""

    ITEM = "item"  # a title of the catalogue; target holds its id
    FACET = "facet"  # genre, person, keyword, mood, language...: clause holds the facets that count
    RANGE = "range"  # years, decades, runtime: range holds it
    WISH = "wish"  # free text that the encoder reads
    CRITIQUE = "critique"  # about the last list: value is a Critique
    QUESTION = "question"  # about an item: value names the field ("director", "runtime", ...), target the item
    INTENT = "intent"  # value is an Intent
    UNKNOWN = "unknown"  # a title that the catalogue lacks, as it was written
    ALLOW = (
        "allow"  # what may be (1) or need not be (-1): clause or range says what; value is "older", "any" or a label
    )
    FORGET = "forget"  # something said before counts no longer: value is its key, as in ``evidence``


class Intent(StrEnum):
    """What the person wants to happen next."""

    GREET = "greet"
    RECOMMEND = "recommend"
    REFINE = "refine"  # "also", "and", "but": adds to the wish instead of replacing it
    MANY = "many"  # more films at once than a list holds
    MORE = "more"  # another list, same wish
    SURPRISE = "surprise"
    SKIP = "skip"  # does not know, does not want to answer
    WHY = "why"  # target holds the item when one is named
    LIKE_THIS = "like_this"  # more like target
    SAVE = "save"
    UNSAVE = "unsave"
    ACCEPT = "accept"  # takes target, or the last list's first
    UNDO = "undo"
    RESET = "reset"
    PROFILE = "profile"
    PAGE = "page"  # the next page of the profile
    FORGET = "forget"  # one thing that was said: "remove the 90s"
    DISREGARD = "disregard"  # the same of what is wanted tonight, too: "forget the Korean thing"
    WATCHLIST = "watchlist"
    HISTORY = "history"
    PRIVACY = "privacy"  # what is kept, and why
    EXPORT = "export"  # all that is kept, as a file
    FORGET_ME = "forget_me"  # erase all that is kept
    CLEAR = "clear"  # no opinion of target any more
    SHARED = "shared"  # opened a link to target
    TOGETHER = "together"  # films for everybody in a group
    LANGUAGE = "language"  # target holds the code of the language to speak, None: they ask which there are
    FOREIGN = "foreign"  # said something in a language that nobody here reads
    HELP = "help"
    IDENTITY = "identity"  # who or what we are
    JOKE = "joke"
    CINEMA = "cinema"  # what is on in cinemas
    THANKS = "thanks"
    BYE = "bye"
    CHANGE = "change"  # what is wanted takes the place of what was
    REMAKE = "remake"  # the genre or mood wanted takes the place of the one before; the rest of the wish stays
    COMPLAIN = "complain"  # about us
    ALONE = "alone"  # nobody else watches any more
    YES = "yes"
    NO = "no"
    WHICH = "which"  # speaks of "it" while several items are in view
    WHOM = "whom"  # speaks of "him" or "her", and nobody or several were named
    SECONDED = "seconded"  # somebody else thinks so, too, of what was last judged
    SMALLTALK = "smalltalk"  # about their day
    CHAT = "chat"  # off-topic, or nothing that we understand


PASSED = "passed"
"""The value of a statement about an item that was asked about with others, and was not among those they named."""


class Critique(StrEnum):
    """What was wrong with the last list."""

    OTHER = "other"  # "something else", "I don't like these"
    DIFFERENT = "different"  # "something completely different": tonight's wish is over
    OLDER = "older"
    NEWER = "newer"
    SHORTER = "shorter"
    LONGER = "longer"
    LESSER_KNOWN = "lesser_known"
    BETTER_KNOWN = "better_known"
    MORE_OF = "more_of"  # clause or text says of what ("funnier", "darker")
    LESS_OF = "less_of"


COMPARED = frozenset(("shortest", "longest", "oldest", "newest", "best", "known", "compare", "most", "those"))
"""Questions about several items at once: which is the most so (``"most"``: of ``clause``), how they compare, and of
which it is true at all (``"those"``: what ``clause`` or ``range`` says; with neither, what no catalogue tells)."""

UNSAID = "unsaid"
"""The value of a question about an item that no field answers."""

EXTREMES = {
    "shortest": ("runtime", False),
    "longest": ("runtime", True),
    "oldest": ("year", False),
    "newest": ("year", True),
    "best": ("rating", True),
    "known": ("popularity", True),
}
"""The number by which one of several items is the most so, and whether the highest is meant."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said, with the words that say it (``start:end`` in the message) and how sure we are (0..1).

    ``polarity``: 1 liked or wanted, -1 disliked or unwanted, 0 neither. ``lasting`` tells a lifetime's taste
    ("I love Heat") from this evening's wish ("something funny tonight"). ``seen`` is True when an item was
    watched, whatever they thought of it. ``weight`` is the strength of the opinion (0..1). ``said``: the person's own
    words, where ``value`` has them in another language.
    """

    kind: Kind
    value: str
    polarity: int = 0
    start: int = 0
    end: int = 0
    confidence: float = 1.0
    target: str | None = None
    clause: Clause | None = None
    range: Range | None = None
    lasting: bool = False
    seen: bool = False
    weight: float = 1.0
    said: str = ""

    @property
    def lasts(self) -> bool:
        """Whether it belongs to a lifetime's taste: having seen an item does, whatever they thought of it."""
        return self.lasting or self.seen

    @property
    def bare(self) -> bool:
        """Whether it names an item and says nothing of it."""
        return self.kind is Kind.ITEM and self.value == "mention" and not (self.polarity or self.seen)


@dataclass(frozen=True, slots=True)
class Choice:
    """Two or more readings of the same words: the policy asks which was meant."""

    text: str
    item_ids: tuple[str, ...]
    start: int
    end: int
    polarity: int = 0
    lasting: bool = False
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What a message may refer back to: the last list in order of slots, the item in focus, the open question."""

    shown: Sequence[str] = ()
    focus: str | None = None
    asked: str | None = None
    """The kind of open question: ``"opinion"`` (of ``shown``: what they think of these films), ``"wish"`` (what
    they feel like), ``"choice"`` (which of ``shown`` was meant), ``"language"`` (which one to speak), or None; and
    ``"taken"`` when ``focus`` was just taken for tonight."""
    people: Sequence[Clause] = ()
    """Those who were named or told of last: "him", "her"."""


class NamedKind(StrEnum):
    """What a message can name outright."""

    TITLE = "title"  # item_ids are the items it may mean, likeliest first
    PERSON = "person"  # clause holds the facets that carry the name
    GENRE = "genre"  # value is the lexicon's concept


@dataclass(frozen=True, slots=True)
class Named:
    """Something that ``text[start:end]`` names, whatever is said of it; unlike a statement it is never pointed at."""

    kind: NamedKind
    value: str
    start: int
    end: int
    item_ids: tuple[str, ...] = ()
    clause: Clause | None = None
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything understood in one message, in the order it was said, and everything that it names. ``english``: the
    same, of the English words that a message in another language was read in."""

    text: str
    statements: tuple[Statement, ...] = ()
    choices: tuple[Choice, ...] = ()
    named: tuple[Named, ...] = ()
    english: Reading | None = None
