"""A message and what it may refer back to -> everything that was said, as typed statements with their evidence.

Deterministic: catalogue linking, a lexicon and the scope of each cue; no model, no I/O. What the values mean:

- ITEM ``"opinion"`` (polarity, lasting), ``"mention"`` (polarity 0, or wanted/refused tonight), ``"like"`` (resemble
  it tonight), ``"choice"`` (the answer when ``Context.asked`` is ``"choice"``).
- FACET the label, RANGE its label, WISH the words for the encoder, INTENT/CRITIQUE their enum's value.
- QUESTION the field asked for; ``"facet"`` asks whether the target meets ``clause`` ("is it scary?").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.conversation.concepts import Concepts, Meaning
from bot.conversation.lexicon import Lexicon
from bot.conversation.linking import TitleMatch, Titles
from bot.conversation.people import People, PersonMatch
from bot.conversation.ranges import Ranges, marks
from bot.conversation.references import Pointing, Reference, References
from bot.conversation.spelling import Rarity
from bot.conversation.stance import Cue, Scopes, Stance, Stances, Verdict
from bot.conversation.statements import Choice, Context, Critique, Intent, Kind, Reading, Statement
from bot.conversation.tokens import Phrases, Token, squash, tokenize
from recsys.catalogue import Catalogue
from recsys.taste import Clause

MAX_CHARACTERS = 2000
"""What is read of a message; the rest is ignored."""
MAX_WORDS = 200
"""Words read of a message."""

_COMMAND = re.compile(r"^\s*/([a-z_]+)(?:@\w+)?(?:\s+|$)", re.IGNORECASE)
_TARGETED = frozenset((Intent.WHY, Intent.SAVE, Intent.ACCEPT, Intent.LIKE_THIS))
_OPINIONS = {Cue.LIKE: 1, Cue.DISLIKE: -1}
_EXCEPTED = {
    Cue.LIKE: ("opinion", -1, True, True),
    Cue.DISLIKE: ("opinion", 1, True, True),
    Cue.SEEN: ("mention", 0, False, False),
    Cue.UNSEEN: ("mention", 0, False, True),
}


@dataclass(frozen=True, slots=True)
class _Item:
    """An item named or pointed at by ``tokens[i:j]``."""

    i: int
    j: int
    start: int
    end: int
    item_ids: tuple[str, ...]
    confidence: float
    how: Pointing | None = None
    choice: bool = False


class Understanding:
    """Reads messages against one catalogue. Building costs about two seconds per 20,000 items."""

    def __init__(self, catalogue: Catalogue, lexicon: Lexicon) -> None:
        self._lexicon, self.grammar = lexicon, lexicon.grammar
        rarity = Rarity(lexicon.common)
        self._titles = Titles(catalogue, lexicon, rarity)
        self._people = People(catalogue, rarity)
        self._concepts = Concepts(catalogue, lexicon)
        self._stances = Stances(lexicon)
        self._references = References(lexicon)
        newest = max((item.year for item in catalogue.items if item.year), default=2000)
        self._ranges = Ranges(lexicon, newest)
        self._years = {item.id: item.year for item in catalogue.items}
        self._fillers = set(map(squash, lexicon.fillers.words))
        self._negators = set(lexicon.negators.words)
        self._noise = set(map(squash, lexicon.noise.words))
        self._cut = Phrases((words, True) for words in lexicon.noise.cut)
        intents, critiques = lexicon.intents.items(), lexicon.critiques.items()
        self._whole: Phrases[Intent | Critique] = Phrases(
            [(words, critique) for critique, said in critiques for words in said.whole]
            + [(words, intent) for intent, said in intents for words in said.whole]
        )
        self._starts = Phrases((words, intent) for intent, said in intents for words in said.starts)
        self._parts = Phrases((words, intent) for intent, said in intents for words in said.part)
        self._commands = {word: intent for intent, said in intents for word in said.command}
        questions = lexicon.questions
        self._questions = Phrases((words, field) for field, said in questions.fields.items() for words in said)
        self._about = Phrases((words, True) for words in questions.about)
        self._inverted = Phrases((words, True) for words in questions.inverted)

    def read(self, text: str, context: Context = Context()) -> Reading:  # noqa: B008 (frozen)
        """Understand one message. Only its first 2,000 characters and 200 words are read; it never raises."""
        return _Message(self, text, context).reading()


class _Message:
    """One message being read: what is known of its words so far."""

    def __init__(self, words: Understanding, text: str, context: Context) -> None:
        self._u, self._text, self._context = words, text, context
        self._head = text[:MAX_CHARACTERS]
        self._out: list[Statement] = []
        self._choices: list[Choice] = []
        command = _COMMAND.match(self._head)
        self._offset = command.end() if command else 0
        if command:
            intent = words._commands.get(command[1].lower())
            self._say(Kind.INTENT, intent or Intent.HELP, 0, command.end(), confidence=1.0 if intent else 0.3)
        self._tokens = [t for t in tokenize(self._head) if t.start >= self._offset][:MAX_WORDS]
        self._done = [False] * len(self._tokens)
        """Words whose sentence has been understood as a whole."""

    def _say(self, kind: Kind, value: str, start: int, end: int, **fields: object) -> None:
        self._out.append(replace(Statement(kind, str(value), start=start, end=end), **fields))  # type: ignore[arg-type]

    def reading(self) -> Reading:
        """All statements in the order they were said."""
        if self._tokens:
            self._link()
            self._sentences()
            self._items()
            self._facets()
            self._find_ranges()
            self._choose_year()
            self._marks()
            self._wish()
        self._emoji()
        self._settle()
        statements = sorted(self._out, key=lambda s: (s.start, s.end))
        return Reading(self._text, tuple(statements), tuple(self._choices))

    # -- what is named ----------------------------------------------------------------------------------------

    def _link(self) -> None:
        u, text, tokens = self._u, self._head, self._tokens
        none = [False] * len(tokens)
        asked = self._context.asked in ("opinion", "choice")
        people = u._people.find(text, tokens)
        titles = u._titles.find(text, tokens, people, asked)
        slots = u._references.find(text, tokens, self._context, none)
        self._titles = [
            t
            for t in self._heard(titles)
            if not any(r.how is Pointing.ORDINAL and r.i <= t.i and t.j <= r.j for r in slots)
        ]
        self._people = [p for p in people if not any(t.i <= p.i and p.j <= t.j for t in self._titles)]
        self._named = list(none)
        for i, j in [(t.i, t.j) for t in self._titles] + [(p.i, p.j) for p in self._people]:
            self._named[i:j] = [True] * (j - i)
        self._meanings = u._concepts.find(tokens, self._named)
        masked = list(self._named)
        for meaning in self._meanings:
            if tokens[meaning.i].norm in u._negators:
                masked[meaning.i : meaning.j] = [True] * (meaning.j - meaning.i)
        self._scopes: Scopes = u._stances.of(text, tokens, masked)
        self._pointers = u._references.find(text, tokens, self._context, self._named)

    def _heard(self, titles: Iterable[TitleMatch]) -> list[TitleMatch]:
        """A message that is an intent as a whole names no title, whatever films are called."""
        whole = self._whole_of(self._tokens)
        return [] if whole is not None else list(titles)

    def _whole_of(self, tokens: Sequence[Token]) -> Intent | Critique | None:
        """What a run of words says as a whole, fillers at its ends aside."""
        if not tokens or len(tokens) > 14:
            return None
        if (said := self._u._whole.get(tokens)) is not None:
            return said
        i, j = 0, len(tokens)
        while j - i > 1 and tokens[j - 1].norm in self._u._fillers:
            j -= 1
            if (said := self._u._whole.get(tokens[i:j])) is not None:
                return said
        j = len(tokens)
        while j - i > 1 and tokens[i].norm in self._u._fillers:
            i += 1
            for end in range(len(tokens), i, -1):
                if end < len(tokens) and tokens[end].norm not in self._u._fillers:
                    break
                if (said := self._u._whole.get(tokens[i:end])) is not None:
                    return said
        return None

    # -- sentences that say one thing -------------------------------------------------------------------------

    def _runs(self, marks: Sequence[int]) -> list[range]:
        runs: list[range] = []
        start = 0
        for n in range(1, len(self._tokens) + 1):
            if n == len(self._tokens) or marks[n] != marks[start]:
                runs.append(range(start, n))
                start = n
        return runs

    def _sentences(self) -> None:
        for run in self._runs(self._scopes.sentence):
            if self._command_like(run):
                self._done[run.start : run.stop] = [True] * len(run)
        for run in self._runs(self._scopes.phrase):
            if (
                not self._done[run.start]
                and not any(self._named[n] for n in run)
                and len(run) < len(self._tokens)
                and self._command_like(run, part=True)
            ):
                self._done[run.start : run.stop] = [True] * len(run)

    def _command_like(self, run: range, part: bool = False) -> bool:
        """Whether the words ask for something to happen, and note what."""
        tokens = self._tokens[run.start : run.stop]
        if not any(self._named[n] for n in run) or len(run) == len(self._tokens):
            said = self._whole_of(tokens)
            if said is not None and self._note_whole(said, run):
                return True
        return self._note_intent(run) or (not part and self._question(run)) or self._comparative(run)

    def _note_whole(self, said: Intent | Critique, run: range) -> bool:
        start, end = self._span(run)
        if self._context.asked == "opinion" and any(r.i in run and r.how is not Pointing.FOCUS for r in self._pointers):
            return False  # "none", "all of them": an answer
        if isinstance(said, Critique):
            about_focus = self._u._references.focus(self._context) and self._scopes.about_end(run.stop).verdict
            if about_focus or (not self._context.shown and said is not Critique.OTHER):
                return False
            self._say(Kind.CRITIQUE, said, start, end, polarity=-1 if said is Critique.OTHER else 0)
            return True
        targets: Sequence[str | None] = (None,)
        if said in _TARGETED:
            every = any(self._tokens[n].norm in ("all", "both", "them") for n in run)
            targets = tuple(self._context.shown) if every else self._u._references.focus(self._context) or (None,)
        for target in targets:
            self._say(Kind.INTENT, said, start, end, target=target)
        return True

    def _note_intent(self, run: range) -> bool:
        tokens = self._tokens[run.start : run.stop]
        opening = self._u._starts.starting(tokens)
        parts = self._u._parts.find(tokens)
        intent = opening.value if opening else parts[0].value if parts else None
        if intent is None:
            return False
        start, end = self._span(run)
        if intent not in _TARGETED:
            self._say(Kind.INTENT, intent, start, end, confidence=0.9)
            return True
        targets = self._targets(run)
        if opening and opening.j == 1 and not targets:
            return False
        rest = len(run) - (opening.j if opening else 0)
        if not targets and opening and rest > 4 and intent is not Intent.WHY:
            return False
        if not targets:
            targets = self._u._references.focus(self._context)
        if not targets and not (self._context.shown or intent is Intent.WHY):
            return False
        for target in targets or (None,):
            self._say(Kind.INTENT, intent, start, end, target=target, confidence=0.9)
        return True

    def _targets(self, run: range) -> tuple[str, ...]:
        """Items that a run of words points at or names."""
        pointed = [r for r in self._pointers if r.i in run]
        strong = [r for r in pointed if r.how is not Pointing.FOCUS] or pointed
        ids = [i for r in strong for i in r.item_ids] if strong else []
        return tuple(dict.fromkeys([*(t.item_ids[0] for t in self._titles if t.i in run), *ids]))

    def _question(self, run: range) -> bool:
        tokens = self._tokens[run.start : run.stop]
        asks = self._marked_as_question(run) or tokens[0].norm in self._u.grammar.question_words
        targets = self._targets(run)[:1] or self._u._references.focus(self._context)
        start, end = self._span(run)
        inside = [n for n in range(len(tokens)) if not self._named[run.start + n]]
        hits = self._u._questions.find(tokens, [n not in inside for n in range(len(tokens))])
        bridged = self._bridged(run)
        if hits or bridged:
            field = bridged or hits[0].value
            informal = hits and hits[0].i <= 1 and len(run) <= 9
            target_named = bool(self._targets(run))
            if (asks or informal) and (targets or target_named or (asks and hits and hits[0].i <= 1 and len(run) <= 7)):
                for target in targets or (None,):
                    self._say(Kind.QUESTION, field, start, end, target=target)
                return True
        about = self._u._about.starting(tokens) or (
            tokens[0].norm in ("is", "was", "does") and bool(self._targets(run))
        )
        if about and targets and (asks or self._marked_as_question(run)):
            for meaning in self._meanings:
                if meaning.i in run and meaning.wanted:
                    clause = Clause(meaning.label, meaning.wanted[0].facets)
                    self._say(Kind.QUESTION, "facet", start, end, target=targets[0], clause=clause)
                    return True
        return False

    def _bridged(self, run: range) -> str | None:
        """A question that its title interrupts: "what is Heat about", "when did Heat come out"."""
        said = [self._tokens[n].norm for n in run if not self._named[n]]
        if not any(t.i in run for t in self._titles) and not any(r.i in run for r in self._pointers):
            return None
        if said[:1] in (["what"], ["whats"]) and said[-1:] == ["about"]:
            return "overview"
        if said[:2] in (["when", "did"], ["when", "was"], ["when", "does"]):
            return "year"
        if said[:2] == ["how", "long"]:
            return "runtime"
        if (said[:1] == ["who"] and "directed" in said) or said[:2] == ["who", "made"]:
            return "director"
        return None

    def _marked_as_question(self, run: range) -> bool:
        following = self._tokens[run.stop].start if run.stop < len(self._tokens) else len(self._head)
        return "?" in self._head[self._tokens[run.stop - 1].end : following]

    def _comparative(self, run: range) -> bool:
        """ "darker", "less violent", "too slow", "a bit funnier": about the last list when there is one."""
        said = self._u._concepts.comparative(self._tokens[run.start : run.stop])
        shown = bool(self._context.shown or self._context.focus)
        content = [n for n in run if self._tokens[n].norm not in self._u._noise]
        start, end = self._span(run)
        if shown and len(run) <= 6 and not any(self._named[n] for n in run):
            for norm, critique in (
                ("older", Critique.OLDER),
                ("newer", Critique.NEWER),
                ("shorter", Critique.SHORTER),
                ("longer", Critique.LONGER),
            ):
                if any(self._tokens[n].norm == norm for n in run) and not any(
                    t.norm in ("than", "no", "not") for t in self._tokens[run.start : run.stop]
                ):
                    self._say(Kind.CRITIQUE, critique, start, end)
                    return True
        if said is None or len(run) > 7 or (len(content) > 3):
            return False
        direction, meaning = said
        if direction < 0 and any(self._tokens[n].norm in ("was", "were") for n in run):
            return False
        plain = any(r.i in run and r.how is Pointing.ORDINAL for r in self._pointers) or any(
            t.i in run for t in self._titles
        )
        if plain or not meaning.wanted:
            return False
        clause = meaning.clause(direction)
        if shown:
            value = Critique.MORE_OF if direction > 0 else Critique.LESS_OF
            self._say(Kind.CRITIQUE, value, start, end, polarity=direction, clause=clause)
        elif clause.facets:
            self._say(Kind.FACET, clause.label, start, end, polarity=direction, clause=clause)
        if direction > 0 and meaning.wish:
            self._say(Kind.WISH, meaning.wish, start, end, polarity=1, confidence=0.8)
        return True

    def _span(self, run: range) -> tuple[int, int]:
        return self._tokens[run.start].start, self._tokens[run.stop - 1].end

    # -- items ------------------------------------------------------------------------------------------------

    def _items(self) -> None:
        for item in self._mentions():
            if not self._done[item.i]:
                self._note_item(item)
        self._implied_focus()

    def _mentions(self) -> list[_Item]:
        named = [
            _Item(t.i, t.j, t.start, t.end, t.item_ids, t.confidence, choice=len(t.item_ids) > 1) for t in self._titles
        ]
        pointed = [
            _Item(r.i, r.j, *self._span(range(r.i, r.j)), r.item_ids, 0.9, r.how)
            for r in self._pointers
            if self._speaks_of(r)
        ]
        return sorted([*named, *pointed], key=lambda item: item.i)

    def _speaks_of(self, reference: Reference) -> bool:
        """A loose reference counts only right beside its cue: "loved it", "it was dull"."""
        if reference.how is Pointing.ORDINAL:
            return True
        stance = self._scopes.about(reference.i, reference.j)
        if stance.verdict is not None:
            return True
        if stance.cue not in (Cue.LIKE, Cue.DISLIKE, Cue.SEEN, Cue.UNSEEN, None):
            return False
        if stance.cue is None:
            bare = (
                reference.how in (Pointing.GROUP, Pointing.NONE)
                and len(self._tokens) - (reference.j - reference.i) <= 2
            )
            return self._context.asked == "opinion" and bare
        before = [self._tokens[n].norm for n in range(max(0, reference.i - 3), reference.i)]
        return any(self._tokens[n].start >= stance.start for n in range(max(0, reference.i - 3), reference.i)) and bool(
            before
        )

    def _inverted(self, i: int) -> bool:
        """Whether the sentence of a word asks the listener's opinion."""
        run = next(r for r in self._runs(self._scopes.sentence) if i in r)
        opening = self._u._inverted.find(self._tokens[run.start : run.stop])
        return any(hit.i <= 3 and run.start + hit.i < i and hit.j - hit.i > 1 for hit in opening) and (
            self._marked_as_question(run) or bool(opening and opening[0].i == 0)
        )

    def _note_item(self, item: _Item) -> None:
        stance = self._scopes.about(item.i, item.j)
        asked = self._context.asked
        value, polarity, lasting, seen, weight = "mention", 0, False, False, 1.0
        if self._inverted(item.i):
            pass
        elif item.how is Pointing.NONE:
            value, polarity = "mention", 0
        elif stance.verdict is not None and stance.tentative:
            polarity = 1 if stance.verdict is Verdict.GOOD else -1
        elif stance.verdict is not None and (stance.closer or stance.cue not in _OPINIONS):
            value, lasting = "opinion", True
            polarity = 1 if stance.verdict is Verdict.GOOD else -1
            seen = stance.cue is not Cue.UNSEEN
            weight = stance.weight
            if stance.cue is Cue.UNSEEN:
                value, polarity, lasting = "mention", 0, False
        elif stance.cue in _OPINIONS:
            value, polarity, lasting, weight = "opinion", _OPINIONS[stance.cue], True, stance.weight
            seen = True
        elif stance.cue is Cue.RESEMBLE or (stance.cue is Cue.AVOID and stance.refused and stance.base is not None):
            value, polarity, lasting, seen = self._resemblance(stance)
        elif stance.cue is Cue.AVOID and stance.base in _EXCEPTED:  # "I don't like horror except X"
            value, polarity, lasting, seen = _EXCEPTED[stance.base]
        elif stance.cue is Cue.AVOID:
            polarity = -1
        elif stance.cue is Cue.SEEN:
            seen = True
        elif stance.cue is Cue.UNSEEN:
            pass
        elif asked == "choice":
            value = "choice"
        elif asked == "opinion" and stance.cue in (None, Cue.HINT):
            value, polarity, lasting, seen = "opinion", 1, True, True
        elif stance.cue is Cue.WANT:
            polarity = 1
        elif asked == "wish" and stance.cue in (None, Cue.HINT):
            value, polarity = "like", 1
        if item.how is Pointing.ORDINAL and value == "mention" and not (seen or polarity or stance.cue is Cue.UNSEEN):
            confidence = 0.5
        else:
            confidence = item.confidence
        if item.choice:
            name = self._head[item.start : item.end]
            self._choices.append(Choice(name, item.item_ids, item.start, item.end, polarity, lasting, seen))
            return
        for item_id in item.item_ids:
            self._say(
                Kind.ITEM,
                value,
                item.start,
                item.end,
                polarity=polarity,
                target=item_id,
                lasting=lasting,
                seen=seen,
                weight=weight,
                confidence=confidence,
            )

    @staticmethod
    def _resemblance(stance: Stance) -> tuple[str, int, bool, bool]:
        """What "like X" says: a wish, or a taste when it is governed by one ("I love films like X")."""
        if stance.base in (Cue.DISLIKE,):
            return "opinion", -1, True, True
        if stance.cue is Cue.AVOID or stance.base is Cue.AVOID:
            return "like", -1, False, False
        if stance.base is Cue.LIKE:
            return "opinion", 1, True, True
        return "like", 1, False, False

    def _implied_focus(self) -> None:
        """ "Loved!" or "boring" alone, with one item in view."""
        focus = self._u._references.focus(self._context)
        if not focus or any(s.kind is Kind.ITEM for s in self._out) or len(self._tokens) > 6 or self._choices:
            return
        if all(self._done) or self._meanings_outside_predicates() or self._people:
            return
        stance = self._scopes.about_end()
        polarity = {Verdict.GOOD: 1, Verdict.BAD: -1}.get(stance.verdict) if stance.verdict else None
        if polarity is None and stance.cue in (Cue.LIKE, Cue.DISLIKE):
            polarity = _OPINIONS[stance.cue]
        start, end = self._tokens[0].start, self._tokens[-1].end
        if polarity:
            self._say(
                Kind.ITEM,
                "opinion",
                start,
                end,
                polarity=polarity,
                target=focus[0],
                lasting=True,
                seen=True,
                weight=stance.weight,
                confidence=0.8,
            )
        elif stance.cue in (Cue.SEEN, Cue.UNSEEN):
            self._say(Kind.ITEM, "mention", start, end, target=focus[0], seen=stance.cue is Cue.SEEN, confidence=0.8)
        else:
            return
        self._done = [True] * len(self._tokens)

    def _meanings_outside_predicates(self) -> bool:
        """Whether a genre or mood is named that is no mere praise ("funny" alone is a wish)."""
        return any(not self._done[m.i] and not self._predicate(m) for m in self._meanings)

    # -- facets -----------------------------------------------------------------------------------------------

    def _facets(self) -> None:
        self._refused: list[tuple[int, int]] = []
        self._wanted: list[Meaning] = []
        self._tastes: set[int] = set()
        for person in self._people:
            if not self._done[person.i]:
                self._note_person(person)
        for meaning in self._meanings:
            if self._done[meaning.i] or not self._telling(meaning):
                continue
            described = self._predicate(meaning)
            if not described or any(
                t.norm in self._u.grammar.film_nouns for t in self._tokens[meaning.j : meaning.j + 1]
            ):
                self._note_meaning(meaning, described)

    def _attitude(self, i: int, j: int) -> tuple[int, bool, Stance]:
        """Polarity and whether it lasts, for a facet at ``tokens[i:j]``."""
        stance = self._scopes.about(i, j, close=True)
        if self._inverted(i):
            return 0, False, stance
        tonight = any(
            self._tokens[n].norm in ("tonight", "today") and self._scopes.sentence[n] == self._scopes.sentence[i]
            for n in range(len(self._tokens))
        )
        if stance.cue in _OPINIONS:
            return _OPINIONS[stance.cue], not tonight, stance
        if stance.cue is Cue.AVOID:
            return -1, False, stance
        if stance.cue in (Cue.SEEN, Cue.UNSEEN):
            return 0, False, stance
        if stance.verdict is not None and stance.cue is None:
            return (1 if stance.verdict is Verdict.GOOD else -1), True, stance
        return 1, False, stance

    def _note_person(self, person: PersonMatch) -> None:
        polarity, lasting, stance = self._attitude(person.i, person.j)
        before = [t.norm for t in self._tokens[max(0, person.i - 2) : person.i]]
        after = [t.norm for t in self._tokens[person.j : person.j + 1]]
        facets = person.facets
        only = None
        if before[-2:] == ["directed", "by"] or before[-1:] == ["director"] or after == ["directed"]:
            only = "director"
        elif before[-1:] in (["starring"], ["actor"], ["actress"]) or before[-2:] in (["stars"],):
            only = "cast"
        facets = tuple(f for f in facets if f.kind == only) or facets
        self._say(
            Kind.FACET,
            person.name,
            person.start,
            person.end,
            polarity=polarity,
            lasting=lasting,
            clause=Clause(person.name, facets),
            confidence=person.confidence,
            weight=stance.weight if lasting else 1.0,
        )
        self._remember(person.i, person.j, polarity, lasting, stance)

    def _remember(self, i: int, j: int, polarity: int, lasting: bool, stance: Stance) -> None:
        if polarity < 0:
            self._refused.append((stance.start, self._tokens[j - 1].end))
        if lasting or polarity == 0:
            self._tastes.add(self._scopes.phrase[i])

    def _predicate(self, meaning: Meaning) -> bool:
        """Whether an adjective describes an item ("it was funny") rather than names a wish."""
        if not meaning.adjective:
            return False
        n, copula = meaning.i - 1, False
        while n >= 0 and self._tokens[n].norm in self._u._lexicon.negators.copulas and not self._named[n]:
            norm = self._tokens[n].norm
            if norm == "that":
                break
            copula = copula or norm in (
                "is",
                "was",
                "are",
                "were",
                "its",
                "thats",
                "isnt",
                "wasnt",
                "seemed",
                "seems",
                "looks",
                "looked",
                "sounds",
                "felt",
            )
            if norm in ("its", "thats"):
                return not self._asked_for(n)
            n -= 1
        if n < 0 or not copula:
            return False
        relative = self._tokens[n].norm in ("that", "which") and n > 0
        if relative and self._tokens[n - 1].norm in (*self._u.grammar.film_nouns, "something", "anything"):
            return False
        subject = self._named[n] or self._tokens[n].norm in (
            "it",
            "that",
            "this",
            "they",
            "movie",
            "film",
            "one",
            "he",
            "she",
            "part",
            "which",
            "those",
            "these",
            "ending",
            "cast",
            "plot",
            "all",
            "both",
            "i",
            "we",
        )
        return subject and not self._asked_for(n)

    def _asked_for(self, n: int) -> bool:
        return any(
            t.norm in ("long", "if", "make", "something", "anything", "want", "that")
            for t in self._tokens[max(0, n - 3) : n]
        )

    def _telling(self, meaning: Meaning) -> bool:
        """Whether a mood or theme word stands where it must be meant; genres always are."""
        if meaning.sure:
            return True
        if self._scopes.about(meaning.i, meaning.j).cue is not None:
            return True
        near = self._tokens[meaning.j : meaning.j + 2]
        follows = any(m.i == meaning.j or m.j == meaning.i for m in self._meanings)
        own = {n for m in self._meanings for n in range(m.i, m.j)}
        phrase = [n for n in range(len(self._tokens)) if self._scopes.phrase[n] == self._scopes.phrase[meaning.i]]
        return (
            any(t.norm in self._u.grammar.film_nouns for t in near)
            or follows
            or all(n in own or self._tokens[n].norm in self._u._noise for n in phrase)
        )

    def _note_meaning(self, meaning: Meaning, described: bool) -> None:
        polarity, lasting, stance = self._attitude(meaning.i, meaning.j)
        if described:  # "it's a scary movie" tells of a film, not of a wish
            polarity, lasting = 0, False
        if meaning.flipped and polarity:
            polarity = -polarity
        clauses = (meaning.clause(-1),) if polarity < 0 else meaning.wanted
        start, end = self._span(range(meaning.i, meaning.j))
        for clause in clauses:
            if clause.facets:
                self._say(
                    Kind.FACET,
                    clause.label,
                    start,
                    end,
                    polarity=polarity,
                    lasting=lasting,
                    clause=clause,
                    weight=stance.weight if lasting else 1.0,
                )
        if polarity > 0:
            for clause in meaning.refused:
                self._say(Kind.FACET, clause.label, start, end, polarity=-1, clause=clause, confidence=0.9)
            if not lasting:
                self._wanted.append(meaning)
        self._remember(meaning.i, meaning.j, 1 if meaning.flipped else polarity, lasting, stance)

    # -- numbers ----------------------------------------------------------------------------------------------

    def _find_ranges(self) -> None:
        taken = [d or n for d, n in zip(self._done, self._named, strict=True)]
        for title in self._titles:  # a stated year belongs to its title
            for n, token in enumerate(self._tokens):
                taken[n] = taken[n] or (title.start <= token.start < title.end)
        for pointer in self._pointers:
            taken[pointer.i : pointer.j] = [True] * (pointer.j - pointer.i)
        self._spans: list[tuple[int, int]] = []
        for found in self._u._ranges.find(self._head, self._tokens, taken, [m.i for m in self._meanings]):
            if found.start < self._offset:
                continue
            i = next((n for n, t in enumerate(self._tokens) if t.end > found.start), 0)
            j = max((n + 1 for n, t in enumerate(self._tokens) if t.start < found.end), default=i + 1)
            polarity, lasting, stance = self._attitude(i, j)
            bounded = found.range.low is None or found.range.high is None
            polarity = 1 if bounded and polarity < 0 and stance.start >= found.start - 2 else polarity
            self._say(
                Kind.RANGE,
                found.range.label,
                found.start,
                found.end,
                polarity=polarity or 1,
                lasting=lasting,
                range=found.range,
                confidence=found.confidence,
            )
            self._spans.append((found.start, found.end))
            self._remember(i, j, polarity, lasting, stance)

    def _choose_year(self) -> None:
        """ "The 1982 one" answers which film was meant."""
        if self._context.asked != "choice":
            return
        for token in self._tokens:
            for item_id in self._context.shown:
                if token.norm == str(self._u._years.get(item_id)):
                    self._out = [s for s in self._out if s.kind is not Kind.RANGE]
                    self._say(Kind.ITEM, "choice", token.start, token.end, target=item_id)

    def _marks(self) -> None:
        for mark in marks(self._head):
            polarity = 1 if mark.share >= 0.6 else -1 if mark.share <= 0.45 else 0
            weight = round(min(1.0, abs(mark.share - 0.5) * 2), 2)
            items = [s for s in self._out if s.kind is Kind.ITEM and s.target]
            opinion = {"polarity": polarity, "lasting": True, "seen": True, "weight": weight, "value": "opinion"}
            if items:
                nearest = min(items, key=lambda s: min(abs(s.start - mark.end), abs(mark.start - s.end)))
                self._out[self._out.index(nearest)] = replace(nearest, **opinion)  # type: ignore[arg-type]
            elif focus := self._u._references.focus(self._context):
                self._out = [s for s in self._out if s.kind is not Kind.INTENT]
                self._say(
                    Kind.ITEM,
                    "opinion",
                    mark.start,
                    mark.end,
                    target=focus[0],
                    **{k: v for k, v in opinion.items() if k != "value"},
                )

    def _emoji(self) -> None:
        feedback = self._u._lexicon.feedback
        found = [
            (place, polarity, emoji)
            for polarity, group in ((1, feedback.liked), (-1, feedback.disliked))
            for emoji in group
            if (place := self._head.find(emoji)) >= 0
        ]
        if not found or len(self._tokens) > 3 or any(s.kind in (Kind.ITEM, Kind.CRITIQUE) for s in self._out):
            return
        place, polarity, emoji = min(found)
        end = place + len(emoji)
        targets = self._targets(range(len(self._tokens))) if self._tokens else ()
        targets = targets or self._u._references.focus(self._context)
        for target in targets:
            self._say(Kind.ITEM, "opinion", place, end, polarity=polarity, target=target, lasting=True, seen=True)
        if not targets and not self._out:
            self._say(Kind.INTENT, Intent.YES if polarity > 0 else Intent.NO, place, end, confidence=0.6)

    # -- the words left for the encoder -----------------------------------------------------------------------

    def _wish(self) -> None:
        kept: list[list[int]] = []
        dropped = False
        for run in self._runs(self._scopes.phrase):
            if self._done[run.start] or not self._requested(run):
                dropped = True
                continue
            words = [n for n in run if not self._removed(n)]
            dropped = dropped or len(words) < len(run)
            kept.append(words)
        words = [n for run in kept for n in run]
        own = {n for m in self._meanings for n in range(m.i, m.j)} | {n for p in self._people for n in range(p.i, p.j)}
        content = [
            n
            for n in words
            if self._tokens[n].norm not in self._u._noise and n not in own and not self._tokens[n].norm.isdigit()
        ]
        meanings = [m for m in self._wanted if m.wish or m.label]
        if content and self._describes(content, words):
            filler = self._u._cut.find([self._tokens[n] for n in words])
            text = self._joined(kept) if dropped or filler else self._head[self._offset :].strip()
            text = text[:300].strip()
            if text:
                start, end = self._tokens[words[0]].start, self._tokens[words[-1]].end
                self._say(Kind.WISH, text, start, end, polarity=1, confidence=0.7 if self._wanted else 0.6)
                return
        if any(m.wish for m in meanings):
            parts = dict.fromkeys(m.wish or m.label for m in meanings)
            start = min(self._tokens[m.i].start for m in meanings)
            end = max(self._tokens[m.j - 1].end for m in meanings)
            self._say(Kind.WISH, ", ".join(parts), start, end, polarity=1, confidence=0.9)

    def _requested(self, run: range) -> bool:
        """Whether a phrase belongs to this evening's request: no taste, no veto, no film they speak of."""
        if self._scopes.phrase[run.start] in self._tastes or self._inverted(run.stop - 1):
            return False
        start, end = self._span(run)
        if any(start < e and s < end for s, e in self._refused):
            return False
        if self._scopes.within(run) & {Cue.AVOID, Cue.DISLIKE, Cue.SEEN, Cue.UNSEEN}:
            return False
        items = [s for s in self._out if s.kind is Kind.ITEM and start <= s.start < end]
        return all(s.value == "like" and s.polarity > 0 for s in items) and not any(
            start <= c.start < end for c in self._choices
        )

    def _removed(self, n: int) -> bool:
        token = self._tokens[n]
        return any(t.i <= n < t.j for t in self._titles) or any(s <= token.start < e for s, e in self._spans)

    def _joined(self, kept: Sequence[Sequence[int]]) -> str:
        """The kept words without filler, phrases set apart by commas."""
        parts = []
        for run in kept:
            tokens = [self._tokens[n] for n in run]
            cut = {n for hit in self._u._cut.find(tokens) for n in range(hit.i, hit.j)}
            words = [self._head[t.start : t.end] for n, t in enumerate(tokens) if n not in cut]
            while words and squash(words[0]) in (
                "and",
                "or",
                "but",
                "like",
                "a",
                "the",
                "with",
                "from",
                "of",
                "so",
                "i",
                "to",
            ):
                words = words[1:]
            while words and squash(words[-1]) in (
                "and",
                "or",
                "but",
                "like",
                "a",
                "the",
                "with",
                "from",
                "of",
                "in",
                "to",
                "for",
                "about",
                "similar",
            ):
                words = words[:-1]
            if words:
                parts.append(" ".join(words))
        return ", ".join(parts)

    def _describes(self, content: Sequence[int], words: Sequence[int]) -> bool:
        """Whether the words left describe a film rather than make conversation."""
        known = [n for n in content if self._u._concepts.known(self._tokens[n])]
        if self._wanted:
            return True
        if not known or len(known) * 2 < len(content):
            return False
        opening = self._tokens[words[0]].norm
        wants = any(self._scopes.about(n, n + 1).cue in (Cue.WANT, Cue.HINT, Cue.RESEMBLE) for n in known)
        if wants or self._context.asked == "wish":
            return True
        if any(s.kind in (Kind.ITEM, Kind.CRITIQUE, Kind.QUESTION) for s in self._out) or self._choices:
            return False
        asks = opening in self._u.grammar.question_words or "?" in self._head
        return (
            len(known) >= 2
            and opening not in self._u.grammar.speakers
            and not asks
            and not any(s.kind is Kind.INTENT for s in self._out)
        )

    # -- the whole --------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """One opinion per item, no small talk beside substance, and never nothing."""
        best: dict[str, Statement] = {}
        for s in self._out:
            if s.kind is Kind.ITEM and s.target:
                held = best.get(s.target)
                if held is None or (abs(s.polarity), s.seen, s.confidence) > (
                    abs(held.polarity),
                    held.seen,
                    held.confidence,
                ):
                    best[s.target] = s
        self._out = [s for s in self._out if s.kind is not Kind.ITEM or best.get(s.target or "") is s]
        distinct: dict[object, Statement] = {}
        for s in self._out:
            distinct.setdefault((s.kind, s.value, s.polarity, s.target, s.clause, s.range), s)
        self._out = list(distinct.values())
        substance = [s for s in self._out if not (s.kind is Kind.INTENT and s.value == Intent.CHAT)]
        if substance or self._choices:
            self._out = substance
        elif not self._out:
            start = min((t.start for t in self._tokens), default=0)
            end = max((t.end for t in self._tokens), default=0)
            known = any(self._u._concepts.known(t) for t in self._tokens)
            self._say(Kind.INTENT, Intent.CHAT, start, end, confidence=0.4 if known else 0.1)
