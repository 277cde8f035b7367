"""Sentences that say one thing as a whole: intents, critiques of the last list, questions about an item."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.comparatives import MEASURES, Comparatives
from bot.conversation.message import Message
from bot.conversation.questions import Questions
from bot.conversation.references import Pointing
from bot.conversation.statements import Critique, Intent, Kind
from bot.conversation.tokens import Hit, Token

_OPEN = frozenset((Intent.SURPRISE, Intent.RECOMMEND, Intent.MORE))
"""Intents that may bring a wish along: "surprise me with something from the 70s"."""
_ALWAYS = frozenset((Critique.OTHER, Critique.DIFFERENT, Critique.LESSER_KNOWN, Critique.BETTER_KNOWN))
"""Critiques that mean something before anything was shown."""
_SECONDING = frozenset(
    ["my", "our", "his", "her", "the", "and", "whole", "too", "also", "as", "well", "did", "does", "do", "it", "that"]
)
_JOINING = frozenset(["wants", "want", "to", "watch", "join", "us", "is", "are", "joining"])
_PRAISE = ("perfect", "awesome", "excellent", "lovely", "brilliant", "wonderful")
_NO = ("no", "nah", "nope")
_CONJUNCTIONS = ("and", "then")
_TARGETED = frozenset((Intent.WHY, Intent.SAVE, Intent.UNSAVE, Intent.ACCEPT, Intent.LIKE_THIS))


class Sentences:
    """Reads the sentences of a message that need no finer look, and marks their words as done."""

    def __init__(self, message: Message) -> None:
        self._m = message
        self._questions, self._comparatives = Questions(message), Comparatives(message)

    def read(self) -> None:
        """Note what whole sentences say, then whole phrases."""
        for run in self._m.runs(self._m.scopes.sentence):
            if not all(self._m.done[n] for n in run) and self._command_like(run):
                self._m.done[run.start : run.stop] = [True] * len(run)
        for run in self._m.runs(self._m.scopes.phrase):
            if (
                not self._m.done[run.start]
                and not any(self._m.named[n] for n in run)
                and len(run) < len(self._m.tokens)
                and self._command_like(run, part=True)
            ):
                self._m.done[run.start : run.stop] = [True] * len(run)
            elif len(run) > 2 and any(s.value == Intent.SAVE for s in self._m.out) and self._turns(run.start):
                self._lead_over(run)
        for run in self._m.runs(self._m.scopes.clause):
            self._questions.take_up(run)

    def _command_like(self, run: range, part: bool = False) -> bool:
        """Whether the words ask for something to happen, and note what."""
        tokens = self._words(run)
        if self._speaks(run):
            return True
        if self._seconds(run):
            joins = any(self._m.tokens[n].norm in _JOINING for n in run)
            self._m.say(Kind.INTENT, Intent.SMALLTALK if joins else Intent.SECONDED, *self._m.span(run))
            return True
        if not any(self._m.named[n] for n in run) or len(run) == len(self._m.tokens):
            said = self._m.whole_of(tokens)
            if said is None and len(tokens) > 1 and tokens[0].norm in _NO and tokens[1].norm == "too":
                critique = self._m.whole_of(tokens[1:])
                said = critique if isinstance(critique, Critique) else None
            if said is not None and self._note_whole(said, run):
                return True
        return self._note_intent(run) or (not part and self._questions.read(run)) or self._comparatives.read(run)

    def _seconds(self, run: range) -> bool:
        """ "So did my brother", "my wife too", "my sister wants to watch too": nothing but somebody else."""
        said = [self._m.tokens[n].norm for n in run]
        while said and said[0] in self._m.words.interjections.difference({"so"}) | {"and"}:
            said = said[1:]
        company = set(self._m.words.grammar.company)
        so = said[:1] == ["so"] and said[1:2] in (["did"], ["does"], ["do"])
        told = company.intersection(said[2 * so :]) and (so or {"too", "also", "well"} & {*said})
        kinds = any(m.i in run for m in self._m.meanings)  # "my kids too" says who watches
        return bool(told) and not kinds and {*said[2 * so :]} <= company | _SECONDING | _JOINING

    def _speaks(self, run: range) -> bool:
        """Whether the words say which language to speak, and nothing else."""
        tokens = self._words(run)
        asked = self._m.context.asked == "language"  # then a mere name says it, too
        hits = self._m.words.speech.find(tokens) or (self._m.words.languages.find(tokens) if asked else [])
        rest = [t for n, t in enumerate(tokens) if hits and not hits[0].i <= n < hits[0].j]
        if not hits or any(t.norm not in self._m.words.fillers | self._m.words.noise for t in rest):
            return False
        self._m.say(Kind.INTENT, Intent.LANGUAGE, *self._m.span(run), target=hits[0].value)
        return True

    def _note_whole(self, said: Intent | Critique, run: range) -> bool:
        """Note what a run of words says as a whole: "something else", "that one"."""
        pointing = any(r.i in run and r.how is not Pointing.FOCUS for r in self._m.pointers)
        if self._m.context.asked == "opinion" and pointing:
            return False  # "none", "all of them": an answer
        start, end = self._m.span(run)
        if isinstance(said, Critique):
            measured = said in MEASURES.values()  # "too long" is told by the clock
            about_focus = not measured and self._m.focus() and self._m.scopes.about_end(run.stop).verdict
            if about_focus or (not self._m.context.shown and said not in _ALWAYS):
                return False
            polarity = -1 if said in (Critique.OTHER, Critique.DIFFERENT) else 0
            self._m.say(Kind.CRITIQUE, said, start, end, polarity=polarity)
            return True
        for target in self._taken(run, said) if said in _TARGETED else (None,):
            self._m.say(Kind.INTENT, said, start, end, target=target)
        return True

    def _taken(self, run: range, said: Intent) -> Sequence[str | None]:
        """What an intent is about when its words name nothing: "both", "that one"."""
        if any(self._m.tokens[n].norm in ("all", "both", "them") for n in run):
            return self._m.context.shown
        liked = tuple(t.item_ids[0] for t in self._m.titles if t.j <= run.start)
        named = liked if said is Intent.LIKE_THIS else ()  # "I loved Heat and Alien, something like that"
        pointed = said is Intent.SAVE and any(r.i < run.start for r in self._m.pointers)  # "2 sounds good, save it"
        return named or (self._m.targets(run) if pointed else ()) or self._m.focus() or (None,)

    def _note_intent(self, run: range) -> bool:
        """ "Save the second", "surprise me with something from the 70s": whether the opening or a part of the words
        gives an intent away, and note it."""
        told = run
        aside = {*self._m.words.interjections, "and", "but", "also", *_PRAISE}
        while not (opening := self._m.words.starts.starting(self._words(told))) and len(told) > 1:
            if self._m.tokens[told.start].norm not in aside:
                break
            told = told[1:]
        said = opening or next(iter(self._m.words.parts.find(self._words(told))), None)
        if said is None or (said.value is Intent.LIKE_THIS and any(t.norm == "but" for t in self._words(told))):
            return False  # "more like the second but funnier": both halves count
        turn = next((n for n in run[1:-1] if self._turns(n)), None)
        if said.value is Intent.SAVE and turn:  # "save 2 and show me a comedy"
            saved = range(run.start, turn)
            self._m.done[saved.start : saved.stop] = [self._note_intent(saved)] * len(saved)
            self._lead_over(range(turn, run.stop))
            return False
        if said.value in _TARGETED:
            return self._note_targeted(run, told, said.value, opening)
        thanked = next(part for part in self._m.runs(self._m.scopes.phrase) if run.start in part)
        if said.value is Intent.THANKS and thanked.stop < run.stop:  # "thanks a lot, take care": goes on
            self._m.say(Kind.INTENT, said.value, *self._m.span(thanked), confidence=0.9)
            self._m.done[thanked.start : thanked.stop] = [True] * len(thanked)
            return False
        self._m.say(Kind.INTENT, said.value, *self._m.span(run), confidence=0.9)
        return not (said.value in _OPEN and self._goes_on(run, told.start + said.j))

    def _note_targeted(self, run: range, told: range, intent: Intent, opening: Hit[Intent] | None) -> bool:
        """Note an intent with the items that it is about, unless it is about none."""
        targets = self._m.targets(run)
        if opening and not targets and self._takes_nothing(run, told, opening):
            return False
        targets = targets or self._m.focus()
        if not targets and not (self._m.context.shown or intent is Intent.WHY):
            return False
        both = len(targets) > 2 and any(t.norm == "both" for t in self._words(told))  # of three, which two?
        for target in (None,) if both else targets or (None,):
            self._m.say(Kind.INTENT, intent, *self._m.span(run), target=target, confidence=0.9)
        return True

    def _takes_nothing(self, run: range, told: range, opening: Hit[Intent]) -> bool:
        """ "I'll go for a western": whether the words behind an opening name something other than an item."""
        rest = len(told) - opening.j
        if opening.j == 1 or (rest > 4 and opening.value is not Intent.WHY):
            return True
        one = self._m.tokens[told.stop - 1].norm in ("one", "ones")
        return opening.value is Intent.ACCEPT and not one and self._goes_on(run, told.start + opening.j)

    def _words(self, run: range) -> Sequence[Token]:
        return self._m.tokens[run.start : run.stop]

    def _lead_over(self, run: range) -> None:
        """ "And something funnier": read a critique behind the word that leads over to it."""
        self._m.done[run.start : run.stop] = [self._comparatives.read(run[1:])] * len(run)

    def _turns(self, n: int) -> bool:
        """Whether a word leads over to another request."""
        return self._m.tokens[n].norm in _CONJUNCTIONS and self._m.tokens[n + 1].norm in self._m.words.grammar.turning

    def _goes_on(self, run: range, begun: int) -> bool:
        """Whether wishes follow in a sentence from the word at ``begun`` on; those before it are done with."""
        rest = range(begun, run.stop)
        if not rest:
            return False
        start, end = self._m.span(rest)
        limits = any(start <= limit.start < end for limit in self._m.limits())
        wishes = limits or any(m.i in rest for m in self._m.meanings)
        self._m.done[run.start : begun] = [wishes] * (begun - run.start)
        return wishes or any(self._m.named[n] for n in rest)
