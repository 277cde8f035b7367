"""The words that tell how a speaker stands to what is named beside them."""

from __future__ import annotations

from enum import StrEnum

from bot.conversation.lexicon import Lexicon
from bot.conversation.tokens import Phrases, squash


class Cue(StrEnum):
    """How the speaker stands to what a cue governs."""

    LIKE = "like"
    DISLIKE = "dislike"
    WANT = "want"
    INTEND = "intend"
    HINT = "hint"
    AVOID = "avoid"
    SEEN = "seen"
    UNSEEN = "unseen"
    RESEMBLE = "resemble"


class Verdict(StrEnum):
    """What a predicate says of what was named before it."""

    GOOD = "good"
    BAD = "bad"


OPINIONS = {Cue.LIKE: 1, Cue.DISLIKE: -1}
"""The polarity of a cue that tells a taste."""


class StanceWords:
    """The cues, predicates and negators of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        cues, negators = lexicon.cues, lexicon.negators
        self.cues = Phrases(
            (words, kind)
            for kind, group in (
                (Cue.UNSEEN, cues.unseen),
                (Cue.AVOID, cues.avoid),
                (Cue.DISLIKE, cues.dislike),
                (Cue.INTEND, (*cues.intend, *(f"{will} {act}" for will in cues.will for act in cues.act))),
                (Cue.WANT, cues.want),
                (Cue.LIKE, cues.like),
                (Cue.SEEN, cues.seen),
                (Cue.HINT, cues.hint),
                (Cue.RESEMBLE, cues.resemble),
            )
            for words in group
        )
        self.verdicts = Phrases(
            (words, verdict)
            for verdict, group in ((Verdict.BAD, lexicon.predicates.bad), (Verdict.GOOD, lexicon.predicates.good))
            for words in group
        )
        self.grammar = lexicon.grammar
        self.negators, self.between = frozenset(negators.words), frozenset(negators.between)
        self.contrast, self.copulas = frozenset(negators.contrast), frozenset(negators.copulas)
        self.denials = Phrases((words, True) for words in negators.denials)
        self.ruling_out = Phrases((words, True) for words in negators.ruling_out)
        self.correcting = Phrases((words, True) for words in negators.correcting)
        self.thinking = frozenset(negators.thinking)
        self.intense = frozenset(map(squash, negators.intensifiers))
        self.hedges = Phrases((words, True) for words in negators.hedges)
