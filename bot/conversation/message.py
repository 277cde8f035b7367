"""One message being read: its words, what they name, and what has been understood of them so far."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import dropwhile

from bot.conversation.ages import children, teenagers
from bot.conversation.clauses import Clauses
from bot.conversation.concepts import Meaning
from bot.conversation.described import described, extreme
from bot.conversation.linking import TitleMatch
from bot.conversation.people import PersonMatch
from bot.conversation.ranges import RangeMatch, marks
from bot.conversation.references import Pointing, Reference
from bot.conversation.relatives import plain
from bot.conversation.stance import Scopes, Stance
from bot.conversation.state import names_origin
from bot.conversation.statements import Choice, Context, Critique, Intent, Kind, Statement
from bot.conversation.title_index import PARTS
from bot.conversation.tokens import ARTICLES, Token, norms, squash, tokenize
from bot.conversation.vocabulary import Words

MAX_CHARACTERS = 2000
"""What is read of a message; the rest is ignored."""
MAX_WORDS = 200
"""Words read of a message."""

CHILDREN, TEENS = "kidfriendly", "teens"
WATCHING = {CHILDREN: children, TEENS: teenagers}
"""The concepts that those who watch along stand for, and what tells their ages."""
_WRITTEN = {("based", "on"), ("adapted", "from"), ("adaptation", "of"), ("adaptations", "of"), ("inspired", "by")}
"""What stands before an author."""
SOON = 20
"""Years after the newest film of the catalogue from which on a number behind a title is no year."""

_ARE = frozenset((word, "r") for word in ("these", "those", "they", "you", "we", "what", "who", "how", "where"))
"""Where an "r" is no rating: "these r mid"."""
_AFTER_A_PART = frozenset(("is", "was", "and", "or", "too", "yet", "movie", "film", "because", "with"))

_TOLD = frozenset(("a", "an", "the", "not", "about", "really", "actually", "just", "no", "more", "of", "kind", "sort"))
"""Between a film and what it is told to be."""
_BEFORE_LIKING = ("more", "a", "big", "huge", "all", "both", "only", "mostly", "usually", "generally", "normally")

_HAVING = ("has", "had", "have", "already")

_OF_ANOTHER = frozenset(("loves", "likes", "adores", "enjoys", "prefers", "hates", "dislikes", "detests"))
"""What somebody else than the speaker does."""

_COMMAND = re.compile(r"^\s*/([a-z_]+)(?:@\w+)?(?:\s+|$)", re.IGNORECASE)


class Message:
    """The state of reading: ``tokens`` with what they name, ``done`` for words whose sentence is understood as a
    whole, ``out`` and ``choices`` for what was understood. Only the first 2,000 characters and 200 words count."""

    def __init__(self, words: Words, text: str, context: Context) -> None:
        self.words, self.context = words, context
        self.head = text[:MAX_CHARACTERS]
        self.out: list[Statement] = []
        self.choices: list[Choice] = []
        command = _COMMAND.match(self.head)
        self.offset = command.end() if command else 0
        if command:
            intent, language = words.commands.get(command[1].lower()), None
            if intent is Intent.LANGUAGE:
                language = words.languages.get(tokenize(self.head[command.end() :]))
                self.head = self.head[: command.end()]
            confidence = 1.0 if intent else 0.3
            self.say(Kind.INTENT, intent or Intent.HELP, 0, command.end(), confidence=confidence, target=language)
        slang = words.lexicon.slang
        tokens = [t for t in tokenize(self.head) if t.start >= self.offset][:MAX_WORDS]
        tokens = tokens or self._pictured()[:MAX_WORDS]
        alone = len(tokens) == 1 and len(tokens[0].norm) == 1  # "n" is a "no"
        tokens = [replace(t, norm=slang[t.norm]) if t.norm in slang and not alone else t for t in tokens]
        tokens = [words.drawled(t) for t in tokens]
        before = [""] + [t.norm for t in tokens]
        tokens = [replace(t, norm="are") if (p, t.norm) in _ARE else t for p, t in zip(before, tokens, strict=False)]
        self.tokens = [words.cue(t) for t in plain(self.head, tokens)]
        if context.shown:
            self.tokens = [words.ordinal(t) for t in self.tokens]
        self.done = [False] * len(self.tokens)
        self._link()

    def say(self, kind: Kind, value: str, start: int, end: int, **fields: object) -> None:
        """Note a statement about ``head[start:end]``."""
        self.out.append(replace(Statement(kind, str(value), start=start, end=end), **fields))  # type: ignore[arg-type]

    def focus(self) -> tuple[str, ...]:
        """What "it" means: one item id or none."""
        return self.words.references.focus(self.context)

    def points_nowhere(self) -> bool:
        """Whether a short message speaks of "it" while several items are in view and none of them is in focus, or of
        "the other one" or "both" of them."""
        references = self.words.references
        loose = (
            self.says_both()
            or references.other(self.tokens)
            or (not self.context.focus and references.loose(self.tokens))
        )
        return len(self.context.shown) > 1 and len(self.tokens) <= 9 and loose

    def says_both(self) -> bool:
        """ "Both" of more than two."""
        return [t.norm for t in self.tokens] == ["both"] and len(self.context.shown) > len(("one", "other"))

    def asks_for_anything(self) -> bool:
        """Whether nothing but small words ask for a film: "something for friday night"."""
        said, noise = [t.norm for t in self.tokens], self.words.lexicon.noise
        small = self.words.noise | self.words.fillers
        some, told = (any(squash(word) in said for word in words) for words in (noise.anything, noise.told))
        cut = {n for hit in self.words.cut.find(self.tokens) for n in range(hit.i, hit.j)}
        return some and not told and all(norm in small or n in cut for n, norm in enumerate(said))

    def closing(self) -> Intent | None:
        """What a message comes to that says goodbye or thanks in passing: "anyways goodbye!"; "a heartbreaking
        goodbye" says neither."""
        described = {*ARTICLES, "something", "about"}
        films = not set(self.words.grammar.film_nouns).isdisjoint(t.norm for t in self.tokens)
        if films or not described.isdisjoint(t.norm for t in self.tokens[:3]):
            return None
        said = {hit.value for hit in self.words.closing.find(self.tokens)}
        return next((intent for intent in (Intent.BYE, Intent.THANKS) if intent in said), None)

    def points_back(self, rest: Sequence[Token]) -> bool:
        """Whether words are a mere "that", set apart from what follows: "forget that. A western" takes back no
        western."""
        alone = bool(rest) and rest[0].norm in self.words.grammar.pronouns
        return alone and (len(rest) == 1 or bool(self.head[rest[0].end : rest[1].start].strip()))

    def _pictured(self) -> list[Token]:
        """The words that pictures stand for: "👻" is a wish."""
        found = [
            (place, word, len(picture))
            for word, pictures in self.words.lexicon.emoji.items()
            for picture in pictures
            if (place := self.head.find(picture)) >= 0
        ]
        return [Token(word, word, place, place + length, False) for place, word, length in sorted(found)]

    def _link(self) -> None:
        words, text, tokens = self.words, self.head, self.tokens
        none = [False] * len(tokens)
        asked = self.context.asked in ("opinion", "choice")
        people = [p for p in words.people.find(text, tokens) if not (self._limits_slip(p) or self._spoken_of(p))]
        people = sorted([*people, *self._pronouns(people)], key=lambda person: person.i)
        titles = words.titles.find(text, tokens, people, asked)
        spans = [*((t.i, t.j) for t in titles), *((p.i, p.j) for p in people)]
        taken = [any(i <= n < j for i, j in spans) for n in range(len(tokens))]
        self.tokens = words.domain.heard(tokens, taken)
        tokens = self.tokens = self._spelt_critique(titles)
        watching = {name: aged(text, tokens) for name, aged in WATCHING.items()}
        self.ages = [run for runs in watching.values() for run in runs]
        aged = [any(n in run for run in self.ages) for n in range(len(tokens))]
        slots = words.references.find(text, tokens, self.context, aged)
        titles = [
            t
            for t in self._heard(titles)
            if not any(r.how is Pointing.ORDINAL and r.i <= t.i and t.j <= r.j for r in slots)
        ]
        self.titles = [t for t in titles if not self._goes_on(t)]
        sequels = [range(t.i, t.j + 1) for t in titles if self._goes_on(t)]
        self.people = [p for p in people if not any(t.i <= p.i and p.j <= t.j for t in self.titles)]
        self.named, joined = list(none), list(none)
        for i, j in [(t.i, t.j) for t in self.titles] + [(p.i, p.j) for p in self.people]:
            self.named[i:j] = [True] * (j - i)
            joined[i + 1 : j] = [True] * (j - i - 1)
        self._find_unknown(joined, sequels)
        if self.unknown:
            spans = [self.span(run) for run in self.unknown]
            self._find_beside(words.titles.find(text, tokens, people, asked, spans), joined)
        genres = [words.concepts.misspelt(token) for token in tokens]  # "a horrr movie" is no hour
        tokens = self.tokens = words.ranges.spelt(tokens, [a or b for a, b in zip(self.named, genres, strict=True)])
        self.meanings = words.concepts.find(tokens, self.named)
        self.meanings = [m for m in self.meanings if not self._of_story(m)]
        if watching[TEENS] and not watching[CHILDREN]:  # "for my daughter, she is 14"
            self.meanings = [m for m in self.meanings if m.sense.name != CHILDREN]
        for name, runs in watching.items():  # "they're 4 and 9"
            for run in runs[:1]:
                self.meanings = words.concepts.beside(self.meanings, name, run)
        picked = self._picked()
        masked = list(self.named)
        for meaning in self.meanings:
            if tokens[meaning.i].norm in words.negators or len(tokens[meaning.i].norm) == 1:  # "no r-rated" is no "nor"
                masked[meaning.i : meaning.j] = [True] * (meaning.j - meaning.i)
            elif tokens[meaning.i].norm in ("with", "too"):  # "nothing with subtitles", "not too artsy" turn none round
                masked[meaning.i] = True
        pointed = list(none)
        for slot in (*slots, *picked):
            if slot.how is Pointing.ORDINAL or any(t.norm in ("other", "others") for t in tokens[slot.i : slot.j]):
                pointed[slot.i : slot.j] = [True] * (slot.j - slot.i)
        self.scopes = Scopes(Clauses(words.stances, text, tokens, masked, joined, pointed))
        taken = [a or b for a, b in zip(self.named, aged, strict=True)]
        pointers = words.references.find(text, tokens, self.context, taken)
        bound = [self._bound(r, pointers) for r in pointers if not self._means_unknown(r, pointers)]
        self.pointers = sorted([*bound, *picked], key=lambda reference: reference.i)
        spoken_of = [(t.i, t.j, t.item_ids) for t in self.titles]
        spoken_of += [(r.i, r.j, r.item_ids) for r in self.pointers]
        self.roles = words.references.roles(tokens, spoken_of)

    def _picked(self) -> list[Reference]:
        """Shown items by what they are: "save the Tarantino one". What says so is no wish."""
        shown = [self.words.catalogue[i] for i in self.context.shown if i in self.words.catalogue]
        found = described(self.tokens, self.people, self.meanings, shown)
        opened = [*dropwhile(lambda token: token.norm in self.words.interjections, self.tokens)]
        intent = self.words.starts.starting(opened)
        if intent and intent.value in (Intent.ACCEPT, Intent.SAVE):
            found += extreme(self.words.questions.find(self.tokens, self.named), shown)
        inside = {n for reference in found for n in range(reference.i, reference.j)}
        self.people = [p for p in self.people if p.i not in inside]
        self.meanings = [m for m in self.meanings if m.i not in inside]
        for n in inside:
            self.named[n] = True
        return found

    def _spoken_of(self, person: PersonMatch) -> bool:
        """ "A movie about Muhammad Ali", "adapted from Dickens": whether somebody is who a film tells of, or wrote what
        it is made from, rather than makes it or plays in it. Authors who make films are known by their whole names."""
        before = [t.norm for t in self.tokens[max(0, person.i - 2) : person.i]]
        nouns = {*self.words.grammar.film_nouns, "documentary", "documentaries", "something", "anything", "biopic"}
        if before[-1:] == ["about"]:
            return before[0] in nouns
        return person.confidence < 1 and tuple(before) in _WRITTEN

    def _of_story(self, meaning: Meaning) -> bool:
        """ "About the French revolution": whether a language is that of the story, not of the film. A country may well
        be both: films about the Irish famine are made in Ireland."""
        spoken = all(facet.kind == "language" for facet in meaning.wanted[0].facets)
        if not (spoken and names_origin(meaning.wanted[0])) or meaning.j >= len(self.tokens):
            return False
        tokens, gap = self.tokens, self.head[self.tokens[meaning.j - 1].end : self.tokens[meaning.j].start]
        n = next((k for k in range(meaning.i - 1, -1, -1) if tokens[k].norm not in ARTICLES), -1)
        story = n >= 0 and tokens[n].norm == "about" and (n == 0 or tokens[n - 1].norm not in ("how", "what"))
        goes_on = not gap.strip(" ") and tokens[meaning.j].norm not in {*self.words.grammar.film_nouns, "and", "or"}
        return story and goes_on

    def _goes_on(self, title: TitleMatch) -> bool:
        """ "Paddington 2", "Blade Runner 2049": whether the number of a part follows that the catalogue lacks; "Heat 2
        times" has none."""
        part, after = self.tokens[title.j : title.j + 1], self.tokens[title.j + 1 : title.j + 2]
        if not part or self.head[title.end : part[0].start] != " ":
            return False
        norm = part[0].norm
        if any(mark.start == part[0].start for mark in marks(self.head)):  # "Heat 9/10, The Insider 7"
            return False
        if norm.isdecimal() and len(norm) == len("2049") and int(norm) > self.words.newest + SOON:
            return True
        if norm not in PARTS:
            return False
        told = not after or bool(self.head[part[0].end : after[0].start].strip(" "))
        return (told and self.head[part[0].end : part[0].end + 1] not in ("/", "%")) or (
            bool(after) and after[0].norm in {*self.words.lexicon.negators.contrast, *_AFTER_A_PART}
        )

    def _pronouns(self, people: Sequence[PersonMatch]) -> list[PersonMatch]:
        """Somebody by "him" or "her", if one person was spoken of; else whom they mean is to be asked. Of those whom
        the message names it is one unless it comes before them: "more with her and Tom Hanks"."""
        tokens, references = self.tokens, self.words.references
        none = [False] * len(tokens)
        if people:
            wanted = references.wanted(tokens, none)
            if len(self.context.people) != 1 or not wanted or wanted[0] > people[0].i:
                return []
        felt = [] if people else references.felt(tokens, none)
        if len(self.context.people) == 1:
            (who,) = self.context.people
            called = {norm for norm in norms(who.label) if len(norm) > 2}  # "something else with Clint"
            by_name = {
                n for n, t in enumerate(tokens) if n and t.norm in called and tokens[n - 1].norm in ("with", "by")
            }
            places = sorted({*felt, *references.wanted(tokens, none), *by_name})
            return [
                PersonMatch(who.label, who.facets, tokens[n].start, tokens[n].end, n, n + 1, 0.9) for n in places[:1]
            ]
        spoken_of = felt or (references.wanted(tokens, none) if self.context.people else [])
        if spoken_of and (self.context.people or self.focus()):
            self.say(Kind.INTENT, Intent.WHOM, *self.span(range(spoken_of[0], spoken_of[0] + 1)), confidence=0.7)
        return []

    def _limits_slip(self, person: PersonMatch) -> bool:
        """ "Shroter than 150 minutes": whether a misspelt name of one word is rather a misspelt limit."""
        spelt = self.words.ranges.spelt(self.tokens, [False] * len(self.tokens))
        alone = person.j == person.i + 1 and self.tokens[person.i].bare not in norms(person.name)
        return alone and spelt[person.i] != self.tokens[person.i]

    def _spelt_critique(self, titles: Sequence[TitleMatch]) -> list[Token]:
        """The words, or the critique of the last list that they misspell as a whole: "shotrer please" means no
        "Shooter", which is spelt out as it is."""
        spelt = self.words.ranges.spelt(self.tokens, [False] * len(self.tokens))
        spoken = [self.head[t.start : t.end].casefold() for t in titles]
        exact = any(
            name == self.words.catalogue[t.item_ids[0]].title.casefold() for name, t in zip(spoken, titles, strict=True)
        )
        misspelt = spelt != list(self.tokens) and not exact and bool(self.context.shown)
        return spelt if misspelt and isinstance(self.whole_of(spelt), Critique) else self.tokens

    def _find_unknown(self, joined: list[bool], sequels: Sequence[range]) -> None:
        """Titles that the catalogue lacks, ``sequels`` among them. Nothing else is read into their words."""
        taken = list(self.named)
        for meaning in self.words.concepts.find(self.tokens, self.named):
            taken[meaning.i : meaning.j] = [True] * (meaning.j - meaning.i)
        for pointer in self.words.references.find(self.head, self.tokens, self.context, self.named):
            taken[pointer.i : pointer.j] = [True] * (pointer.j - pointer.i)
        heard = self.whole_of(self.tokens) is None and self.context.asked != "choice"
        for run in sequels:
            taken[run.start : run.stop] = [True] * len(run)
        found = self.words.unknown.find(self.head, self.tokens, taken) if heard else []
        self.unknown = sorted((*sequels, *found), key=lambda run: run.start)
        for run in self.unknown:
            said = [t.norm for t in self.tokens[run.stop : run.stop + 2]]
            stop = run.stop + 2 * (said in (["the", "movie"], ["the", "film"]))  # points at no other film
            self.named[run.start : stop] = [True] * (stop - run.start)
            joined[run.start + 1 : run.stop] = [True] * (len(run) - 1)
            start, end = self.span(run)
            end += self.head[end : end + 1] == ")" and "(" in self.head[start:end]
            self.say(Kind.UNKNOWN, self.head[start:end], start, end)

    def _find_beside(self, titles: Iterable[TitleMatch], joined: list[bool]) -> None:
        """ "We loved knives out and clue": take in titles that are heard beside one that the catalogue lacks."""
        for title in self._heard(titles):
            if not any(self.named[title.i : title.j]):
                self.titles = sorted([*self.titles, title], key=lambda t: t.i)
                self.named[title.i : title.j] = [True] * (title.j - title.i)
                joined[title.i + 1 : title.j] = [True] * (title.j - title.i - 1)

    def _means_unknown(self, reference: Reference, pointers: Sequence[Reference]) -> bool:
        """ "Not Saltburn, that was lame": whether "that" takes up a title that the catalogue lacks."""
        before = [run.start for run in self.unknown if run.start < reference.i]
        known = [t.i for t in self.titles if t.i < reference.i]
        known += [r.i for r in pointers if r.how is Pointing.ORDINAL and r.i < reference.i]
        return reference.how is Pointing.FOCUS and bool(before) and max(known, default=-1) < before[-1]

    def _bound(self, reference: Reference, pointers: Sequence[Reference]) -> Reference:
        """ "It" and "both" mean what the same message named before: "I've seen the first one, it was boring"."""
        named = [(t.i, t.item_ids[:1]) for t in self.titles if t.i < reference.i]
        if reference.how is Pointing.GROUP and self.tokens[reference.i].norm in self.words.grammar.objects:
            both = tuple(dict.fromkeys(i for _, ids in named for i in ids))
            return replace(reference, item_ids=both) if len(both) > 1 else reference
        if reference.how is not Pointing.FOCUS:
            return reference
        pointed = [(r.i, r.item_ids) for r in pointers if r.how is Pointing.ORDINAL and r.i < reference.i]
        return replace(reference, item_ids=max([*named, *pointed])[1]) if named or pointed else reference

    def _heard(self, titles: Iterable[TitleMatch]) -> list[TitleMatch]:
        """A message that is an intent as a whole names no title, whatever films are called."""
        whole = self.whole_of(self.tokens)
        return [] if whole is not None else [t for t in titles if not self._bounds(t)]

    def _bounds(self, title: TitleMatch) -> bool:
        """ "After 2010": a limit, whatever film is called so."""
        after = self.tokens[title.i + 1 : title.i + 2]
        before = self.tokens[title.i - 1].norm if title.i else ""
        if title.j == title.i + 1 and self.tokens[title.i].norm == "one" and before.isdigit():  # "the 1999 one"
            return True
        year = (
            self.tokens[title.i].norm in ("after", "before")
            and bool(after)
            and after[0].norm.isdigit()
            and len(after[0].norm) == len("2010")
        )
        return year and self.head[self.tokens[title.i].end : after[0].start].isspace()

    def whole_of(self, tokens: Sequence[Token]) -> Intent | Critique | None:
        """What a run of words says as a whole, fillers at its ends aside."""
        if not tokens or len(tokens) > 14:
            return None
        if (said := self.words.whole.get(tokens)) is not None:
            return said
        asked = self.words.asking_for.starting(tokens)
        if asked and asked.j < len(tokens) and (said := self.whole_of(tokens[asked.j :])) is not None:
            return said  # "hit me with something obscure"
        agrees = len(tokens) > 1 and tokens[0].norm in {*self.words.grammar.agreeing, *self.words.interjections}
        if agrees and (said := self.whole_of(tokens[1:])) in (Intent.ACCEPT, Intent.SAVE):  # "yes, that one"
            return said
        i, j = 0, len(tokens)
        while j - i > 1 and tokens[j - 1].norm in self.words.fillers:
            j -= 1
            if (said := self.words.whole.get(tokens[i:j])) is not None:
                return said
        j = len(tokens)
        while j - i > 1 and tokens[i].norm in self.words.fillers:
            i += 1
            for end in range(len(tokens), i, -1):
                if end < len(tokens) and tokens[end].norm not in self.words.fillers:
                    break
                if (said := self.words.whole.get(tokens[i:end])) is not None:
                    return said
        return None

    def alone(self) -> list[range]:
        """Words that say that nobody else watches, whatever adverb stands in them: "the kids are finally in bed"."""
        find, aside = self.words.alone.find, {*self.words.grammar.adverbs, *self.words.grammar.meanwhile}
        hits = [range(hit.i, hit.j) for hit in find(self.tokens, self.named)]
        plain = [n for n, t in enumerate(self.tokens) if t.norm not in aside or any(n in run for run in hits)]
        found = find([self.tokens[n] for n in plain], [self.named[n] for n in plain])
        return [range(plain[hit.i], plain[hit.j - 1] + 1) for hit in found]

    def sentence(self, n: int) -> range:
        """The words of the sentence in which the one at ``n`` stands."""
        return next(run for run in self.runs(self.scopes.sentence) if n in run)

    def runs(self, marks: Sequence[int]) -> list[range]:
        """Runs of words with one mark: the sentences, say."""
        runs: list[range] = []
        start = 0
        for n in range(1, len(self.tokens) + 1):
            if n == len(self.tokens) or marks[n] != marks[start]:
                runs.append(range(start, n))
                start = n
        return runs

    def targets(self, run: range) -> tuple[str, ...]:
        """Items that a run of words points at or names."""
        pointed = [r for r in self.pointers if r.i in run]
        ordinals = any(r.how is Pointing.ORDINAL for r in pointed)
        loose = [
            r for r in pointed if ordinals and self.tokens[r.i].norm in ("they", "others")
        ]  # "can they watch the second?"
        strong = [r for r in pointed if r.how is not Pointing.FOCUS and r not in loose] or pointed
        ids = [i for r in strong for i in r.item_ids] if strong else []
        return tuple(dict.fromkeys([*(t.item_ids[0] for t in self.titles if t.i in run), *ids]))

    def limits(self) -> list[RangeMatch]:
        """The years, lengths and ratings that the message speaks of."""
        return self.words.ranges.find(self.head, self.tokens, self.named, [m.i for m in self.meanings])

    def stated(self, run: range) -> list[RangeMatch]:
        """Those that a run of words speaks of."""
        start, end = self.span(run)
        return [limit for limit in self.limits() if start <= limit.start and limit.end <= end]

    def spoken_for(self) -> set[int]:
        """The words that concepts and the names of people account for."""
        spans = [*((m.i, m.j) for m in self.meanings), *((p.i, p.j) for p in self.people)]
        return {n for i, j in spans for n in range(i, j)}

    def inverted(self, i: int) -> bool:
        """Whether the sentence of a word asks the listener's opinion."""
        run = self.sentence(i)
        opening = self.words.inverted.find(self.tokens[run.start : run.stop])
        if self.asks_for_suggestions(run):
            return False
        return any(hit.i <= 3 and run.start + hit.i < i and hit.j - hit.i > 1 for hit in opening) and (
            self.asks(run) or bool(opening and opening[0].i == 0)
        )

    def asks_for_suggestions(self, run: range) -> bool:
        """Whether a run of words opens like "have you seen any good ..."."""
        opening = self.words.inverted.find(self.tokens[run.start : run.stop])
        return bool(opening and self.words.asking.starting(self.tokens[run.start + opening[0].j : run.stop]))

    def asks(self, run: range) -> bool:
        """Whether a run of words ends in a question mark."""
        following = self.tokens[run.stop].start if run.stop < len(self.tokens) else len(self.head)
        return "?" in self.head[self.tokens[run.stop - 1].end : following]

    def _told_of_item(self, meaning: Meaning) -> bool:
        """ "The second one is not about time travel", "Heat is a thriller": whether it is told what a film is that is
        named or pointed at."""
        spans = [(r.i, r.j) for r in self.pointers if r.how is Pointing.ORDINAL] + [(t.i, t.j) for t in self.titles]
        is_ = ("is", "isnt", "was", "wasnt")
        clause = self.scopes.clause
        return any(
            j < meaning.i
            and self.tokens[j].norm in is_
            and clause[j] == clause[meaning.i]
            and all(t.norm in _TOLD for t in self.tokens[j + 1 : meaning.i])
            for _, j in spans
        )

    def describes_item(self, meaning: Meaning) -> bool:
        """Whether an adjective describes an item ("it was funny") or the listener ("you are very gentle") rather than
        names a wish."""
        said = [t.norm for t in self.tokens[: meaning.i] if t.norm not in self.words.grammar.adverbs]
        while said and said[-1] in ("very", "so", "too"):
            said.pop()
        if said[-1:] == ["youre"] or said[-2:] == ["you", "are"]:
            return True
        if self._told_of_item(meaning):
            return True
        if not meaning.adjective:
            return False
        said = [t.norm for t in self.tokens[max(0, meaning.i - 3) : meaning.i]]
        if said[1:] == ["would", "be"] and said[0] in ("that", "it", "this") and not self._asked_for(meaning.i - 3):
            return True  # "nothing romantic, that would be weird"
        n, copula = meaning.i - 1, False
        while n >= 0 and self.tokens[n].norm in self.words.lexicon.negators.copulas and not self.named[n]:
            norm = self.tokens[n].norm
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
        relative = self.tokens[n].norm in ("that", "which") and n > 0
        kind = any(m.j == n for m in self.meanings)  # "comedies that are scary"
        kind = kind and not {"was", "were", *self.words.negators}.intersection(
            t.norm for t in self.tokens[n : meaning.i]
        )
        if relative and (kind or self.tokens[n - 1].norm in (*self.words.grammar.film_nouns, "something", "anything")):
            return False
        subject = self.named[n] or self.tokens[n].norm in (
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
            for t in self.tokens[max(0, n - 3) : n]
        )

    def every(self, i: int) -> bool:
        """Whether all of what the word at ``i`` names are spoken of: "all the Toy Story ones"."""
        before = [t.norm for t in self.tokens[max(0, i - 3) : i]]
        while before and before[-1] in ("the", "of", "those", "by", "from", "with"):
            before.pop()
        return before[-1:] in (["all"], ["every"], ["everything"])

    def of_company(self, i: int, stance: Stance) -> bool:
        """ "They don't like violence": somebody else's taste, to be minded tonight. The word before the cue tells."""
        grammar = self.words.grammar
        said = [t.norm for t in self.tokens[:i] if t.start < stance.start]
        small = self.words.negators | {
            *grammar.adverbs,
            *_BEFORE_LIKING,
            *_HAVING,
        }  # "he's a big fan of", "she has seen"
        cue = next((self.head[t.start : t.end].casefold() for t in self.tokens[: i + 1] if t.start >= stance.start), "")
        if said and said[-1] in ("and", "but") and cue in _OF_ANOTHER:  # "she's 7 and loves horses"
            return True
        while said and said[-1] in small:
            said.pop()
        return bool(said) and said[-1] in grammar.company

    def span(self, run: range) -> tuple[int, int]:
        """Where a run of words starts and ends in the text."""
        return self.tokens[run.start].start, self.tokens[run.stop - 1].end
