"""Sentences that say one thing as a whole: intents, critiques of the last list, questions about an item."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bot.conversation.message import Message
from bot.conversation.ranges import RangeMatch
from bot.conversation.references import Pointing
from bot.conversation.statements import COMPARED, Critique, Intent, Kind
from bot.conversation.tokens import Hit
from recsys.taste import Clause

_OPEN = frozenset((Intent.SURPRISE, Intent.RECOMMEND, Intent.MORE))
"""Intents that may bring a wish along: "surprise me with something from the 70s"."""
_ALWAYS = frozenset((Critique.OTHER, Critique.DIFFERENT, Critique.LESSER_KNOWN, Critique.BETTER_KNOWN))
"""Critiques that mean something before anything was shown."""
MEASURES = {
    "older": Critique.OLDER,
    "newer": Critique.NEWER,
    "shorter": Critique.SHORTER,
    "longer": Critique.LONGER,
}
_MEASURED = {"old": "year", "new": "year", "recent": "year", "long": "runtime", "short": "runtime"}
"""What "is it old?" asks for."""
_PREDICATE = frozenset(
    ("it", "that", "this", "one", "very", "really", "too", "so", "pretty", "quite", "a", "film", "movie")
)
_SECONDING = frozenset(
    ["my", "our", "his", "her", "the", "and", "whole", "too", "also", "as", "well", "did", "does", "do", "it", "that"]
)
_JOINING = frozenset(["wants", "want", "to", "watch", "join", "us", "is", "are", "joining"])
_SEQUELS = frozenset(("sequel", "sequels", "prequel", "prequels"))
INQUIRING = ("who", "whos", "how", "when", "whats")
"""Words that open a question whatever follows."""
ASKING = ("is", "was", "are", "does")
_PRAISE = ("perfect", "awesome", "excellent", "lovely", "brilliant", "wonderful")
_NO = ("no", "nah", "nope")
_TURNING = frozenset(("show", "give", "now", "find", "what", "i", "can", "recommend", "suggest", "lets", "something"))
_TARGETED = frozenset((Intent.WHY, Intent.SAVE, Intent.ACCEPT, Intent.LIKE_THIS))


class Sentences:
    """Reads the sentences of a message that need no finer look, and marks their words as done."""

    def __init__(self, message: Message) -> None:
        self._m = message

    def read(self) -> None:
        """Note what whole sentences say, then whole phrases."""
        for run in self._m.runs(self._m.scopes.sentence):
            if self._command_like(run):
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
                self._m.done[run.start : run.stop] = [self._comparative(run[1:])] * len(run)
        for run in self._m.runs(self._m.scopes.clause):
            self._asked_at_its_end(run)

    def _asked_at_its_end(self, clause: range) -> None:
        """ "The second sounds nice, but is it sad?": a question that takes up what came before it."""
        if clause.start and self._m.tokens[clause.start].norm in self._m.words.lexicon.negators.contrast:
            asked = clause[1:]
        else:
            asked = next((run for run in self._m.runs(self._m.scopes.phrase) if run[-1] == clause[-1]), clause)
        inside = asked.start > 0 and len(asked) > 2 and not any(self._m.done[n] for n in asked)
        opening = [self._m.tokens[n].norm for n in asked[:2]]
        whether = inside and opening[0] in ASKING and opening[1] in self._m.words.grammar.pronouns
        takes_up = whether or (inside and opening[0] in INQUIRING and self._m.asks(asked))
        if takes_up and self._question(asked):
            self._m.done[asked.start : asked.stop] = [True] * len(asked)

    def _command_like(self, run: range, part: bool = False) -> bool:
        """Whether the words ask for something to happen, and note what."""
        tokens = self._m.tokens[run.start : run.stop]
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
        return self._note_intent(run) or (not part and self._question(run)) or self._comparative(run)

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
        tokens = self._m.tokens[run.start : run.stop]
        hits = self._m.words.speech.find(tokens)
        rest = [t for n, t in enumerate(tokens) if hits and not hits[0].i <= n < hits[0].j]
        if not hits or any(t.norm not in self._m.words.fillers | self._m.words.noise for t in rest):
            return False
        self._m.say(Kind.INTENT, Intent.LANGUAGE, *self._m.span(run), target=hits[0].value)
        return True

    def _note_whole(self, said: Intent | Critique, run: range) -> bool:
        start, end = self._m.span(run)
        if self._m.context.asked == "opinion" and any(
            r.i in run and r.how is not Pointing.FOCUS for r in self._m.pointers
        ):
            return False  # "none", "all of them": an answer
        if isinstance(said, Critique):
            measured = said in MEASURES.values()  # "too long" is told by the clock
            about_focus = not measured and self._m.focus() and self._m.scopes.about_end(run.stop).verdict
            if about_focus or (not self._m.context.shown and said not in _ALWAYS):
                return False
            self._m.say(
                Kind.CRITIQUE, said, start, end, polarity=-1 if said in (Critique.OTHER, Critique.DIFFERENT) else 0
            )
            return True
        targets: Sequence[str | None] = (None,)
        if said in _TARGETED:
            every = any(self._m.tokens[n].norm in ("all", "both", "them") for n in run)
            liked = tuple(t.item_ids[0] for t in self._m.titles if t.j <= run.start)
            named = liked if said is Intent.LIKE_THIS else ()  # "I loved Heat and Alien, something like that"
            targets = tuple(self._m.context.shown) if every else named or self._m.focus() or (None,)
        for target in targets:
            self._m.say(Kind.INTENT, said, start, end, target=target)
        return True

    def _note_intent(self, run: range) -> bool:
        tokens = self._m.tokens[run.start : run.stop]
        opening = self._m.words.starts.starting(tokens)
        aside = {*self._m.words.interjections, "and", "but", "also", *_PRAISE}
        while not opening and len(tokens) > 1 and tokens[0].norm in aside:
            tokens = tokens[1:]
            opening = self._m.words.starts.starting(tokens)
        parts = self._m.words.parts.find(tokens)
        intent = opening.value if opening else parts[0].value if parts else None
        if intent is None or (intent is Intent.LIKE_THIS and any(t.norm == "but" for t in tokens)):
            return False  # "more like the second but funnier": both halves count
        turn = next((n for n in run[1:-1] if self._turns(n)), None)
        if intent is Intent.SAVE and turn:  # "save 2 and show me a comedy"
            saved, further = range(run.start, turn), range(turn + 1, run.stop)
            self._m.done[saved.start : saved.stop] = [self._note_intent(saved)] * len(saved)
            self._m.done[turn : run.stop] = [self._comparative(further)] * (1 + len(further))
            return False
        start, end = self._m.span(run)
        if intent not in _TARGETED:
            self._m.say(Kind.INTENT, intent, start, end, confidence=0.9)
            said = opening or parts[0]
            return not (intent in _OPEN and self._goes_on(run, said.j + len(run) - len(tokens)))
        targets = self._m.targets(run)
        if opening and opening.j == 1 and not targets:
            return False
        rest = len(tokens) - (opening.j if opening else 0)
        if not targets and opening and rest > 4 and intent is not Intent.WHY:
            return False
        takes = bool(targets) or intent is not Intent.ACCEPT or tokens[-1].norm in ("one", "ones")
        if not takes and opening and self._goes_on(run, opening.j + len(run) - len(tokens)):
            return False  # "I'll go for a western" takes nothing
        if not targets:
            targets = self._m.focus()
        if not targets and not (self._m.context.shown or intent is Intent.WHY):
            return False
        both = len(targets) > 2 and any(t.norm == "both" for t in tokens)  # of three, which two?
        for target in (None,) if both else targets or (None,):
            self._m.say(Kind.INTENT, intent, start, end, target=target, confidence=0.9)
        return True

    def _turns(self, n: int) -> bool:
        """Whether a word leads over to another request."""
        return self._m.tokens[n].norm in ("and", "then") and self._m.tokens[n + 1].norm in _TURNING

    def _goes_on(self, run: range, said: int) -> bool:
        """Whether wishes follow the first ``said`` words of a sentence; those words are done with."""
        rest = range(run.start + said, run.stop)
        if not rest:
            return False
        start, end = self._m.span(rest)
        limits = self._m.words.ranges.find(self._m.head, self._m.tokens, self._m.named, [m.i for m in self._m.meanings])
        wishes = any(m.i in rest for m in self._m.meanings) or any(start <= limit.start < end for limit in limits)
        self._m.done[run.start : rest.start] = [wishes] * said
        return wishes or any(self._m.named[n] for n in rest)

    def _question(self, run: range) -> bool:
        aside = {*self._m.words.interjections, "and", "but", "also"}
        while len(run) > 1 and self._m.tokens[run.start].norm in aside:  # "ok, which is best?"
            run = run[1:]
        tokens = self._m.tokens[run.start : run.stop]
        if any(unknown.start in run for unknown in self._m.unknown):
            return False  # "who directed Saltburn?" asks nothing of the film in view
        asks = self._m.asks(run) or tokens[0].norm in self._m.words.grammar.question_words
        targets = self._m.targets(run)[:1] or self._m.focus()
        start, end = self._m.span(run)
        inside = [n for n in range(len(tokens)) if not self._m.named[run.start + n]]
        hits = self._m.words.questions.find(tokens, [n not in inside for n in range(len(tokens))])
        if self._compared(run, hits):
            return True
        hits = [hit for hit in hits if hit.value not in COMPARED]
        pointing = {r.how for r in self._m.pointers if r.i in run}
        group = Pointing.GROUP in pointing and Pointing.ORDINAL not in pointing  # but "the first of these"
        every = self._m.targets(run)
        if hits and group and len(every) > 1 and asks:  # "how long are these?"
            for item_id in every:
                self._m.say(Kind.QUESTION, "compare", start, end, target=item_id)
            return True
        bridged = self._bridged(run)
        if hits or bridged:
            field = bridged or hits[0].value
            informal = hits and hits[0].i <= 1 and len(run) <= 9
            target_named = bool(self._m.targets(run)) or (field == "where" and informal)
            if (asks or informal) and (targets or target_named or (asks and hits and hits[0].i <= 3 and len(run) <= 7)):
                if field == "sequels" and not targets and len(self._m.context.shown) > 1:
                    self._m.say(Kind.INTENT, Intent.WHICH, start, end, confidence=0.7)
                    return True
                others = [hit.value for hit in hits]  # "how long is it and who's in it?"
                for asked in dict.fromkeys((field, *others)):
                    for target in targets or (None,):
                        self._m.say(Kind.QUESTION, asked, start, end, target=target)
                return True
        who = self._somebody(run) if tokens[0].norm in ("is", "was") else None
        if who and len(every) > 1:  # "is she in any of these?"
            for target in every:
                self._m.say(Kind.QUESTION, "most", start, end, target=target, clause=who)
            return True
        if who and targets:  # "is he in the second one?"
            self._m.say(Kind.QUESTION, "facet", start, end, target=targets[0], clause=who)
            return True
        if who and len(self._m.context.shown) > 1 and self._m.words.references.loose(tokens):
            self._m.say(Kind.INTENT, Intent.WHICH, start, end, confidence=0.7)
            return True
        about = self._m.words.about.starting(tokens) or (
            tokens[0].norm in ("is", "was", "does", "how") and bool(self._m.targets(run))
        )
        if about and not targets and asks and len(self._m.context.shown) > 1 and self._m.words.references.loose(tokens):
            self._m.say(Kind.INTENT, Intent.WHICH, start, end, confidence=0.7)
            return True
        if about and targets and (asks or self._m.asks(run)):
            if limit := next((r for r in self._stated(run) if r.range.name in ("year", "runtime", "rating")), None):
                self._m.say(Kind.QUESTION, limit.range.name, start, end, target=targets[0])  # "is it from the 90s?"
                return True
            compared = self._m.words.concepts.comparative(tokens)  # "is Heat scarier than Alien?"
            for meaning in (*self._m.meanings, *([compared[1]] if compared else ())):
                if (meaning.i in run or meaning not in self._m.meanings) and meaning.wanted:
                    clause = Clause(meaning.label, meaning.wanted[0].facets)
                    self._m.say(Kind.QUESTION, "facet", start, end, target=targets[0], clause=clause)
                    return True
        return False

    def _somebody(self, run: range) -> Clause | None:
        """The person of whom a question asks whether they are in a film, by name or as "he" or "she"."""
        if "in" not in [self._m.tokens[n].norm for n in run]:
            return None
        named = [Clause(p.name, p.facets) for p in self._m.people if p.i in run]
        told = self._m.tokens[run.start + 1].norm in ("he", "she") and len(self._m.context.people) == 1
        return named[0] if named else self._m.context.people[0] if told else None

    def _compared(self, run: range, hits: Sequence[Hit[str]]) -> bool:
        """ "Which is the shortest?", "which one is the scariest?", "compare the first and the second"."""
        tokens = self._m.tokens[run.start : run.stop]
        start, end = self._m.span(run)
        asks = tokens[0].norm in ("which", "whats", "what", "who", "so") or self._m.asks(run) or len(run) <= 3
        asks = asks or any(r.i in run and r.how is Pointing.GROUP for r in self._m.pointers)  # "the oldest of those"
        field = next((hit.value for hit in hits if hit.value in COMPARED), None)
        most = self._m.words.concepts.superlative(tokens)
        shown = len(self._m.context.shown) > 1 or len(self._m.targets(run)) > 1
        shown = shown and not any(t.norm == "ever" for t in tokens)  # "the scariest movie ever" is none of these
        versus = tokens[0].norm in ("is", "are", "was") and any(t.norm == "than" for t in tokens)
        if versus and len(self._m.targets(run)) > 1:  # "is the first scarier than Alien?"
            field = "compare"
        if not shown or len(run) > 12 or not (field == "compare" or (asks and (field or most))):
            return False
        for target in self._m.targets(run) or (None,):
            clause = most.clause(1) if most and not field else None
            self._m.say(Kind.QUESTION, field or "most", start, end, target=target, clause=clause)
        return True

    def _bridged(self, run: range) -> str | None:
        """A question that its title interrupts: "what is Heat about", "when did Heat come out"."""
        pointed = {n for r in self._m.pointers if r.how is Pointing.ORDINAL for n in range(r.i, r.j)}
        said = [self._m.tokens[n].norm for n in run if not self._m.named[n] and n not in pointed]
        if not any(t.i in run for t in self._m.titles) and not any(r.i in run for r in self._m.pointers):
            return None
        if said[:1] in (["is"], ["was"]) and said[1:] in (
            ["good"],
            ["any", "good"],
            ["worth", "it"],
            ["worth", "watching"],
        ):
            return "rating"
        plain = [word for word in said if word not in _PREDICATE]
        if len(plain) == 2 and plain[0] in ("is", "was") and plain[1] in _MEASURED:
            return _MEASURED[plain[1]]
        if said[:1] in (["what"], ["whats"]) and said[-1:] in (["about"], ["like"]):
            return "overview"
        if said[:1] in (["is"], ["are"], ["does"], ["did"]) and (
            _SEQUELS & set(said) or said[-2:] == ["a", "series"]
        ):  # "does Heat have a sequel?"
            return "sequels"
        if said[:2] in (["when", "did"], ["when", "was"], ["when", "does"]):
            return "year"
        if said[:2] == ["how", "long"]:
            return "runtime"
        if (said[:1] == ["who"] and "directed" in said) or said[:2] == ["who", "made"]:
            return "director"
        return None

    def _measures(self, run: range) -> bool:
        """Whether the words say in what the last list was too little or too much, and note it: "shorter and newer"."""
        refused = len(run) == 2 and self._m.tokens[run.start].norm == "no"  # "no, older" without its comma
        limits = ("than", "not") if refused else ("than", "no", "not")
        said = [self._m.tokens[n].norm for n in run]
        found = [MEASURES[norm] for norm in said if norm in MEASURES]
        if not found or any(norm in limits for norm in said):
            return False
        start, end = self._m.span(run)
        if refused:
            self._m.say(Kind.INTENT, Intent.NO, start, end)
        for critique in found:
            self._m.say(Kind.CRITIQUE, critique, start, end)
        return True

    def _comparative(self, run: range) -> bool:
        """ "darker", "less violent", "too slow", "darker and slower": about the last list when there is one."""
        ands = [n for n in run if self._m.tokens[n].norm == "and"]
        parts = [range(i + 1, j) for i, j in pairwise((run.start - 1, *ands, run.stop)) if j > i + 1]
        if len(parts) > 1 and all(self._comparable(part) for part in parts):
            return all([self._compare(part) for part in parts])  # noqa: C419 (each is to be noted)
        return self._compare(run)

    def _comparable(self, run: range) -> bool:
        return self._m.words.concepts.comparative(self._m.tokens[run.start : run.stop]) is not None

    def _stated(self, run: range) -> list[RangeMatch]:
        """The years and lengths that a run of words speaks of."""
        nouns = [m.i for m in self._m.meanings]
        found = self._m.words.ranges.find(self._m.head, self._m.tokens, self._m.named, nouns)
        start, end = self._m.span(run)
        return [limit for limit in found if start <= limit.start and limit.end <= end]

    def _limits(self, run: range) -> bool:
        """Whether a year or a length is asked for in so many words."""
        relative = [t for t in self._m.tokens if t.norm in ("older", "newer", "shorter", "longer")]
        return any(not any(r.start <= t.start < r.end for t in relative) for r in self._stated(run))

    def _compare(self, run: range) -> bool:
        if self._limits(run):
            return False  # "slower, under two hours" says more than "slower"
        said = self._m.words.concepts.comparative(self._m.tokens[run.start : run.stop])
        shown = bool(self._m.context.shown or self._m.context.focus)
        content = [n for n in run if self._m.tokens[n].norm not in self._m.words.noise]
        start, end = self._m.span(run)
        measured = any(self._m.named[n] for n in run) or any(
            r.i in run and r.how is Pointing.ORDINAL for r in self._m.pointers
        )
        ends = [t.j for t in self._m.titles] + [r.j for r in self._m.pointers]
        measured = measured or run.start in ends  # "like the second but older"
        measures = shown and len(run) <= 6 and not measured and self._measures(run)
        if said is None or len(run) > 7 or len(content) > 3 + (self._m.tokens[run.stop - 1].norm == "enough"):
            return measures
        direction, meaning = said
        own = [n for n in run if self._m.scopes.phrase[n] == self._m.scopes.phrase[run.start + meaning.i]]
        others = [n for n in run if n not in own]
        rest = [self._m.tokens[n] for n in others]
        if self._m.words.concepts.comparative(rest) or any(
            self._m.named[n] or any(n == m.i for m in self._m.meanings) for n in others
        ):
            return False  # "funnier, from China" wants more than "funnier"
        if direction < 0 and any(self._m.tokens[n].norm in ("was", "were") for n in own):
            return measures
        plain = any(r.i in run and r.how is Pointing.ORDINAL for r in self._m.pointers) or any(
            t.i in run for t in self._m.titles
        )
        if plain or not meaning.wanted:
            return measures
        clause = meaning.clause(direction)
        if shown:
            value = Critique.MORE_OF if direction > 0 else Critique.LESS_OF
            self._m.say(Kind.CRITIQUE, value, start, end, polarity=direction, clause=clause)
        elif clause.facets or clause.mood:
            self._m.say(Kind.FACET, clause.label, start, end, polarity=direction, clause=clause)
        if direction > 0 and meaning.wish:
            label = Clause(meaning.label, ())
            self._m.say(Kind.WISH, meaning.wish, start, end, polarity=1, clause=label, confidence=0.8)
        return True
