"""What is wanted and refused: facets, numbers, and the words left for the encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bot.conversation.concepts import Meaning
from bot.conversation.message import Message
from bot.conversation.people import PersonMatch
from bot.conversation.ranges import SMALL_NUMBERS, RangeMatch, than
from bot.conversation.stance import OPINIONS, Cue, Stance, Verdict
from bot.conversation.statements import Intent, Kind
from bot.conversation.tokens import ARTICLES, squash
from bot.texts import is_chinese
from recsys.catalogue import MAKERS, PEOPLE, Facet
from recsys.taste import Clause, Range

_COMPARED = {
    "older": ("year", True),
    "newer": ("year", False),
    "shorter": ("runtime", True),
    "longer": ("runtime", False),
}
"""What a comparative measures, and whether less of it is wanted."""


COMPANY = "company"
"""For whose sake something is refused tonight that "they" don't like."""


FILMS = frozenset(("movie", "movies", "film", "films", "story", "stories"))
FRAME = 5
"""Words within which a message says that it is about films."""
MADE = (["directed"], ["made"], ["film"], ["films"], ["movie"], ["movies"])
"""Before "by" and a name they speak of who directs: "films by Clint Eastwood" are not those that he plays in."""
ABOUT = frozenset(("about", "on"))
SPEAKER = frozenset(("i", "im", "ive", "my", "we", "our", "weve"))
THINGS = frozenset(("something", "anything"))
LISTED, MANY = 3, 30
"""Films of a list, and how many more than those somebody may ask for."""
REFUSING = frozenset(("no", "without"))
DETERMINERS = frozenset((*ARTICLES, "any", "more", "of", "those", "these", "with", "too", "much", "many"))
THINGLIKE = ("s", "ity", "ing", "ness", "ence")
"""How words end that name what a film may hold: "no understand" refuses nothing."""
REFUSED = 2
"""Words of what is refused: a sentence says something else."""
RARE = 3
"""Words, besides those that only ask, in a phrase that says by a rare one what kind of film is wanted."""
ONE = frozenset(("actor", "actress", "lead", "star"))
LEADS = 3
"""Of those who play in a film so many are meant by "more with her": which of them, the words don't tell."""
HEDGED = 0.5
"""An opinion that weighs less puts up with something rather than likes it."""
MILD = 0.5
"""How much a refusal of too much weighs: "not too scary"."""


class Wishes:
    """Reads the wishes and lasting tastes of a message."""

    def __init__(self, message: Message) -> None:
        self._m = message
        self._refused: list[tuple[int, int]] = []
        self._wanted: list[Meaning] = []
        self._tastes: set[int] = set()
        self._ranges: list[RangeMatch] = []
        self._spans: list[tuple[int, int]] = []
        self._for_company = False

    def read(self) -> None:
        """Note facets, numbers and the words for the encoder."""
        self._find_ranges()
        self._facets()
        self._note_ranges()
        self._measured()
        self._count()
        self._choose_year()
        self._meet_halfway()
        self._wish()
        self._most()
        self._refuse()

    def _facets(self) -> None:
        for person in self._m.people:
            if not self._m.done[person.i]:
                self._note_person(person)
        self._note_makers()
        alone = {n for hit in self._m.words.alone.find(self._m.tokens) for n in range(hit.i, hit.j)}
        for meaning in self._m.meanings:
            if self._m.done[meaning.i] or meaning.i in alone or not self._telling(meaning):
                continue
            described = self._m.describes_item(meaning)
            if not described or any(
                t.norm in self._m.words.grammar.film_nouns for t in self._m.tokens[meaning.j : meaning.j + 1]
            ):
                self._note_meaning(meaning, described)

    def _attitude(self, i: int, j: int) -> tuple[int, bool, Stance]:
        """Polarity and whether it lasts, for a facet at ``tokens[i:j]``."""
        stance = self._m.scopes.about(i, j, close=True)
        if self._m.inverted(i):
            return 0, False, stance
        tonight = any(
            self._m.tokens[n].norm in ("tonight", "today") and self._m.scopes.clause[n] == self._m.scopes.clause[i]
            for n in range(len(self._m.tokens))
        )
        if stance.verdict is not None and stance.referred:  # "my wife loves westerns but I hate them"
            return (1 if stance.verdict is Verdict.GOOD else -1), True, stance
        if stance.cue in OPINIONS:
            return OPINIONS[stance.cue], not (tonight or self._m.of_company(i, stance)), stance
        if stance.cue is Cue.AVOID:
            return -1, False, stance
        if stance.cue is Cue.SEEN and self._m.every(i):
            return -1, False, stance  # "we've seen all the Disney ones"
        if stance.cue in (Cue.SEEN, Cue.UNSEEN):
            sentence = self._m.sentence(i)
            return int(self._m.asks_for_suggestions(sentence)), False, stance
        if stance.verdict is not None and stance.cue is None:
            mildly = stance.weight < HEDGED and self._m.tokens[self._m.sentence(i).start].norm in ARTICLES
            return (1 if stance.verdict is Verdict.GOOD else -1), not mildly, stance  # "a comedy that's not too silly"
        return 1, False, stance

    def _note_person(self, person: PersonMatch) -> None:
        polarity, lasting, stance = self._attitude(person.i, person.j)
        before = [t.norm for t in self._m.tokens[max(0, person.i - 2) : person.i]]
        after = [t.norm for t in self._m.tokens[person.j : person.j + 1]]
        facets = person.facets
        made_by = before[-1:] == ["by"] and before[-2:-1] in MADE
        if made_by or before[-1:] == ["director"] or after == ["directed"]:
            only: Sequence[str] = MAKERS
        elif (
            before[-1:] in (["starring"], ["actor"], ["actress"])
            or before[-2:] in (["stars"],)
            or (before[-1:] == ["with"] and self._acts(facets))
        ):
            only = ("cast",)
        else:
            only = PEOPLE
        facets = tuple(f for f in facets if f.kind in only) or facets
        self._m.say(
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

    def _acts(self, facets: Sequence[Facet]) -> bool:
        """Whether somebody acts more than they direct: "with Sean Penn" has him in it."""
        films = {f: len(self._m.words.catalogue.rows_with(f)) for f in facets}
        acted = sum(n for f, n in films.items() if f.kind == "cast")
        return acted > 1.5 * (sum(films.values()) - acted)

    def _note_makers(self) -> None:
        """ "By the director of Heat", "what else did he make?": who directed it; "more with her": its leads."""
        for title in self._m.titles:
            before = [t.norm for t in self._m.tokens[max(0, title.i - 3) : title.i]]
            if self._m.done[title.i] or not (before[-2:] == ["director", "of"] or before == ["same", "director", "as"]):
                continue
            self._want_people(self._m.words.catalogue[title.item_ids[0]].makers, title.start, title.end)
        if self._m.people or any(s.value == Intent.WHOM for s in self._m.out):
            return  # named, or to be asked for
        spoken_of = self._m.context.people if len(self._m.context.people) == 1 else ()
        words, tokens, named = self._m.words, self._m.tokens, self._m.named
        asked = [(hit.i, hit.j, False) for hit in words.maker.find(tokens, named)]
        asked += [(hit.i, hit.j, True) for hit in words.players.find(tokens, named)]
        for i, j, plays in asked or words.references.same(tokens, named):
            kinds: Sequence[str] = ("cast",) if plays else MAKERS
            found = [facet for who in spoken_of for facet in who.facets if facet.kind in kinds]
            in_view = [words.catalogue[item_id] for item_id in self._m.focus()]
            found = found or [person for item in in_view for person in item.people(kinds)]
            lead = plays and tokens[j - 1].norm in ONE  # "that actor"
            self._want_people(found[: 1 if lead else LEADS], *self._m.span(range(i, j)))
            phrase = self._m.scopes.phrase
            self._tastes.update(phrase[n] for n in range(i, j) if found)  # the words say nothing more

    def _want_people(self, people: Sequence[Facet], start: int, end: int) -> None:
        if not people:
            return
        clause = Clause(", ".join(person.value for person in people), tuple(people))
        self._m.say(Kind.FACET, clause.label, start, end, polarity=1, clause=clause, confidence=0.9)

    def _meet_halfway(self) -> None:
        """ "She likes comedies, I like action": what somebody else likes is wanted tonight, and so is what I like."""
        mine = [s for s in self._m.out if s.kind is Kind.FACET and s.lasting and s.polarity > 0]
        if self._for_company:
            self._m.out += [replace(s, lasting=False) for s in mine]

    def _remember(self, i: int, j: int, polarity: int, lasting: bool, stance: Stance) -> None:
        if polarity < 0:
            self._refused.append((stance.start, self._m.tokens[j - 1].end))
        if lasting or polarity == 0:
            self._tastes.add(self._m.scopes.phrase[i])

    def _telling(self, meaning: Meaning) -> bool:
        """Whether a mood or theme word stands where it must be meant; genres always are."""
        if meaning.sure:
            return True
        if meaning.i and self._m.tokens[meaning.i - 1].norm in ("my", "our"):  # "my dog died"
            return False
        if self._m.scopes.about(meaning.i, meaning.j).cue is not None:
            return True
        phrase = next(run for run in self._m.runs(self._m.scopes.phrase) if meaning.i in run)
        if meaning.i in self._subject(phrase):
            return True
        near = self._m.tokens[meaning.j : meaning.j + 2]
        follows = any(m.i == meaning.j or m.j == meaning.i for m in self._m.meanings)
        own = {n for m in self._m.meanings for n in range(m.i, m.j)}
        own |= {n for person in self._m.people for n in range(person.i, person.j)}
        own |= {n for n, t in enumerate(self._m.tokens) if any(r.start <= t.start < r.end for r in self._ranges)}
        own |= {n for n in range(len(self._m.tokens)) if self._m.words.titles.a_place(self._m.tokens, n)}
        return (
            any(t.norm in self._m.words.grammar.film_nouns for t in near)
            or follows
            or all(n in own or self._m.tokens[n].norm in self._m.words.noise for n in phrase)
        )

    def _note_meaning(self, meaning: Meaning, described: bool) -> None:
        polarity, lasting, stance = self._attitude(meaning.i, meaning.j)
        if described:  # "it's a scary movie" tells of a film, not of a wish
            polarity, lasting = 0, False
        whom = meaning.clause(polarity).whom and not (polarity < 0 and self._of_films(meaning))
        lasting = lasting and not whom  # who watches, watches tonight
        theirs = self._m.of_company(meaning.i, stance)
        mild = polarity > 0 and stance.weight < HEDGED
        if mild and all(facet.kind == "language" for facet in meaning.clause(polarity).facets):
            lasting = False  # "English is fine"
        if theirs and polarity:  # "she's into sci-fi apparently": no words of a wish
            self._tastes.add(self._m.scopes.phrase[meaning.i])
        if meaning.flipped and polarity > 0 and (lasting or mild):  # "I love foreign films" rules nothing out
            self._remember(meaning.i, meaning.j, 0, lasting, stance)
            return
        if meaning.flipped and polarity:
            polarity = -polarity
        wanted = {s.value for s in self._m.out if s.kind is Kind.FACET and s.polarity > 0}
        if polarity < 0 and meaning.label in wanted and self._m.tokens[meaning.i - 1].norm == "too":
            return  # "scary, but not too scary"
        clauses = (meaning.clause(-1),) if polarity < 0 else meaning.wanted
        self._for_company = self._for_company or (theirs and polarity > 0)
        if polarity < 0 and theirs:
            clauses = tuple(replace(clause, whom=clause.whom or COMPANY) for clause in clauses)
        elif polarity < 0 and self._of_films(meaning):
            clauses = tuple(replace(clause, whom="") for clause in clauses)
        start, end = self._m.span(range(meaning.i, meaning.j))
        too = polarity < 0 and self._m.tokens[meaning.i - 1].norm == "too" and meaning.i > 0
        weight = stance.weight if lasting else MILD if too else 1.0
        for clause in clauses:
            if clause.facets or clause.mood:
                said = {"polarity": polarity, "lasting": lasting, "clause": clause, "weight": weight}
                self._m.say(Kind.FACET, clause.label, start, end, **said)
        if polarity > 0:
            for clause in meaning.refused:
                self._m.say(Kind.FACET, clause.label, start, end, polarity=-1, clause=clause, confidence=0.9)
            if not lasting:
                self._wanted.append(meaning)
        self._remember(meaning.i, meaning.j, 1 if meaning.flipped else polarity, lasting, stance)

    def _of_films(self, meaning: Meaning) -> bool:
        """ "No family films" refuses films, where "no kids" says who doesn't watch."""
        return any(t.norm in self._m.words.grammar.film_nouns for t in self._m.tokens[meaning.i : meaning.j + 1])

    def _find_ranges(self) -> None:
        taken = [d or n for d, n in zip(self._m.done, self._m.named, strict=True)]
        for title in self._m.titles:  # a stated year belongs to its title
            for n, token in enumerate(self._m.tokens):
                taken[n] = taken[n] or (title.start <= token.start < title.end)
        for pointer in self._m.pointers:
            taken[pointer.i : pointer.j] = [True] * (pointer.j - pointer.i)
        meant = [m.i for m in self._m.meanings]
        found = self._m.words.ranges.find(self._m.head, self._m.tokens, taken, meant)
        self._ranges = [limit for limit in found if limit.start >= self._m.offset]

    def _note_ranges(self) -> None:
        for found in self._ranges:
            i = next((n for n, t in enumerate(self._m.tokens) if t.end > found.start), 0)
            j = max((n + 1 for n, t in enumerate(self._m.tokens) if t.start < found.end), default=i + 1)
            polarity, lasting, stance = self._attitude(i, j)
            bounded = found.range.low is None or found.range.high is None
            begun = next((n for n, t in enumerate(self._m.tokens) if t.start >= stance.start), i)
            apart = self._m.scopes.phrase[begun] != self._m.scopes.phrase[i]  # "no horror, under two hours"
            polarity = 1 if bounded and polarity < 0 and (apart or stance.start >= found.start - 2) else polarity
            self._m.say(
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

    def _measured(self) -> None:
        """ "Like Heat but shorter": shorter than Heat."""
        models = [
            s.target
            for s in self._m.out
            if (s.kind is Kind.ITEM and s.value == "like" and s.polarity > 0) or s.value == Intent.LIKE_THIS
        ]
        for n, token in enumerate(self._m.tokens):
            name, below = _COMPARED.get(token.norm, ("", False))
            values = [v for i in models if i and name and (v := self._m.words.catalogue[i].number(name)) is not None]
            if not values or self._m.done[n]:
                continue
            low, high = (None, min(values) - 1) if below else (max(values) + 1, None)
            bound = Range(name, low, high, than(token.norm, name, min(values) if below else max(values)))
            self._m.say(Kind.RANGE, bound.label, token.start, token.end, polarity=1, range=bound, confidence=0.8)

    def _count(self) -> None:
        """ "Give me five films", "ten good comedies": more at once than a list holds."""
        tokens, nouns = self._m.tokens, {*self._m.words.grammar.film_nouns, *self._m.words.grammar.proposals}
        names = {m.i for m in self._m.meanings if m.by_name}
        for n, token in enumerate(tokens[:-1]):
            number = int(token.norm) if token.norm.isdigit() else SMALL_NUMBERS.get(token.norm, 0)
            near = next(
                (k for k in range(n + 1, min(n + 4, len(tokens))) if tokens[k].norm in nouns or k in names), None
            )
            told = self._m.scopes.within(range(n, n + 1)) & {Cue.SEEN, Cue.UNSEEN, Cue.LIKE, Cue.DISLIKE, Cue.AVOID}
            if not 0 < number <= MANY or not near or self._m.done[n] or self._m.named[n] or told:
                continue
            if number > LISTED:
                self._m.say(Kind.INTENT, Intent.MANY, token.start, tokens[near].end, confidence=0.8)
            if number > LISTED or near == n + 1:  # "three films about ..." are about no three
                self._spans.append((token.start, token.end))
                return

    def _choose_year(self) -> None:
        """ "The 1982 one" answers which film was meant, or corrects the one in view."""
        if self._m.context.asked != "choice":
            self._correct_year()
            return
        for token in self._m.tokens:
            for item_id in self._m.context.shown:
                if token.norm == str(self._m.words.years.get(item_id)):
                    self._m.out = [s for s in self._m.out if s.kind is not Kind.RANGE]
                    self._m.say(Kind.ITEM, "choice", token.start, token.end, target=item_id)

    def _correct_year(self) -> None:
        """ "No, the 1982 one": the namesake of the film in view."""
        focus = self._m.focus()
        if not focus or self._m.titles:
            return
        item = self._m.words.catalogue[focus[0]]
        for n, token in enumerate(self._m.tokens[:-1]):
            noun = self._m.tokens[n + 1].norm in ("one", "version", "original", "remake")
            if not (noun and token.norm.isdigit() and len(token.norm) == 4 and int(token.norm) != item.year):
                continue
            row = self._m.words.titles.index.namesake(item.title, int(token.norm))
            if row is not None:
                self._m.out = [s for s in self._m.out if s.kind is not Kind.RANGE and s.value != Intent.NO]
                target = self._m.words.catalogue.items[row].id
                self._m.say(Kind.ITEM, "mention", token.start, token.end, target=target, confidence=0.9)

    def _wish(self) -> None:
        kept: list[list[int]] = []
        dropped = False
        for run in self._m.runs(self._m.scopes.phrase):
            if self._m.done[run.start] or not self._requested(run):
                dropped = True
                continue
            words = [n for n in self._from_request(run) if not self._removed(n)]
            dropped = dropped or len(words) < len(run)
            kept.append(words)
        words = [n for run in kept for n in run]
        own = {n for m in self._m.meanings for n in range(m.i, m.j)} | {
            n for p in self._m.people for n in range(p.i, p.j)
        }
        filler = {n for run in kept for n in self._filler(run)}
        content = [
            n
            for n in words
            if self._m.tokens[n].norm not in self._m.words.noise
            and n not in own
            and n not in filler
            and not self._m.tokens[n].norm.isdigit()
        ]
        meanings = [m for m in self._wanted if m.wish or m.label]
        if content and self._describes(content, words):
            adds = self._m.tokens[words[0]].norm in self._m.words.refining  # "but set in Paris"
            text = self._joined(kept) if dropped or filler or adds else self._m.head[self._m.offset :].strip()
            text = text[:300].strip()
            if text:
                start, end = self._m.tokens[words[0]].start, self._m.tokens[words[-1]].end
                self._m.say(Kind.WISH, text, start, end, polarity=1, confidence=0.7 if self._wanted else 0.6)
                return
        if any(m.wish for m in meanings):
            parts = dict.fromkeys(m.wish or m.label for m in meanings)
            start = min(self._m.tokens[m.i].start for m in meanings)
            end = max(self._m.tokens[m.j - 1].end for m in meanings)
            label = Clause(", ".join(dict.fromkeys(m.label for m in meanings)), ())
            self._m.say(Kind.WISH, ", ".join(parts), start, end, polarity=1, clause=label, confidence=0.9)

    def _most(self) -> None:
        """ "The weirdest thing you've got", where nothing else is said: something weird."""
        most = self._m.words.concepts.superlative(self._m.tokens)
        if most and not (self._m.out or self._m.choices or self._m.done[most.i]):
            start, end = self._m.span(range(most.i, most.j))
            clause = most.clause(1)
            if clause.facets or clause.mood:
                self._m.say(Kind.FACET, clause.label, start, end, polarity=1, clause=clause)
            if most.wish:
                label = Clause(most.label, ())
                self._m.say(Kind.WISH, most.wish, start, end, polarity=1, clause=label, confidence=0.8)

    def _refuse(self) -> None:
        """ "No guns", "nothing with clowns": what no concept names is left out where the catalogue knows it as a theme,
        and told to be past telling where it does not."""
        read = [(s.start, s.end) for s in self._m.out]
        for run in self._m.runs(self._m.scopes.phrase):
            words = self._refused_words(run)
            if not words or any(self._m.done[n] or self._m.named[n] for n in run):
                continue
            start, end = self._m.span(words)
            if any(start < e and s < end for s, e in read):
                continue
            what = " ".join(self._m.tokens[n].norm for n in words)
            if themes := self._m.words.concepts.theme(what):
                self._m.say(Kind.FACET, what, start, end, polarity=-1, clause=Clause(what, themes), confidence=0.8)
            elif self._m.tokens[words[-1]].norm.endswith(THINGLIKE) and self._m.words.concepts.known(
                self._m.tokens[words[-1]]
            ):
                self._m.say(Kind.WISH, what, start, end, polarity=-1, confidence=0.6)

    def _refused_words(self, run: range) -> range:
        """What a phrase refuses in few words of its own; none where it says something else."""
        said = [self._m.tokens[n].norm for n in run]
        held = (
            k for k in range(len(run) - 1) if said[k] in ("with", "about")
        )  # "don't want anything with death in it"
        refused = [k for k in held if self._m.scopes.about(run[k + 1], run[k + 1] + 1).cue is Cue.AVOID]
        no = next((k for k, word in enumerate(said) if word in REFUSING), refused[0] if refused else None)
        if no is None or self._m.words.idle(self._m.tokens[run[no] : run.stop]):
            return range(0)
        small = self._m.words.noise | self._m.words.leading
        kinds = {n for m in self._m.meanings for n in range(m.i, m.j)}
        if not all(n in kinds or self._m.tokens[n].norm in small for n in run[:no]):  # "a writer with no ideas"
            return range(0)
        first, last = run[no] + 1, run.stop
        while first < last and self._m.tokens[first].norm in DETERMINERS:
            first += 1
        while last > first and self._m.tokens[last - 1].norm in self._m.words.noise:
            last -= 1
        return range(first, last) if 0 < last - first <= REFUSED else range(0)

    def _requested(self, run: range) -> bool:
        """Whether a phrase belongs to this evening's request: no taste, no veto, no film they speak of or ask about."""
        sentence = self._m.sentence(run.start)
        opening = [self._m.tokens[n].norm for n in sentence[:2]]
        first, *then = [t for t in (self._m.tokens[n].norm for n in sentence) if t not in self._m.words.refining] or [
            ""
        ]
        if first in THINGS and then[:1] and then[0] in self._m.words.grammar.events:  # "something came up"
            return False
        if opening[0] == "so" and opening[1:] and opening[1] in self._m.words.grammar.question_words:  # "so does mum"
            return False
        if opening[0] in ("is", "are", "was", "were", "does", "did") and opening[1:] != ["there"]:
            return False
        if self._m.scopes.phrase[run.start] in self._tastes or self._m.inverted(run.stop - 1):
            return False
        start, end = self._m.span(run)
        if any(start < e and s < end for s, e in self._refused) or self._tells(run) or self._recalls(run):
            return False
        if self._m.scopes.within(run) & {Cue.AVOID, Cue.DISLIKE, Cue.SEEN, Cue.UNSEEN}:
            return False
        items = [s for s in self._m.out if s.kind is Kind.ITEM and start <= s.start < end]
        if items and Cue.LIKE in self._m.scopes.within(run):  # "my kids loved Frozen"
            return False
        return all(s.value == "like" and s.polarity > 0 for s in items) and not any(
            start <= c.start < end for c in self._m.choices
        )

    def _from_request(self, run: range) -> range:
        """A phrase from where it asks: "I don't watch much so something easy" asks for something easy."""
        if subject := self._subject(run):
            return subject
        if self._m.tokens[run.start].norm in self._m.words.grammar.selves:
            for n in run[3:]:
                if self._m.tokens[n].norm in ("something", "anything"):
                    return range(n, run.stop)
        return run

    def _subject(self, run: range) -> range:
        """ "I'm writing an essay on satire, any films?": what a phrase is about, where a bare request follows."""
        after = [s for s in self._m.out if s.value == Intent.RECOMMEND and s.start > self._m.tokens[run.stop - 1].start]
        about = next((n + 1 for n in run if self._m.tokens[n].norm in ABOUT), run.stop) if after else run.stop
        return range(about, run.stop)

    def _tells(self, run: range) -> bool:
        """ "Something light, my head hurts": whether a phrase tells of the speaker, beside a wish that is known."""
        small = {*self._m.words.refining, "because", "so", "tonight", "today"}
        begun = next((n for n in run if self._m.tokens[n].norm not in small), run.start)
        goes_on = begun > run.start and self._m.tokens[self._m.sentence(run.start).start].norm in SPEAKER
        opens = self._m.tokens[begun].norm in self._m.words.grammar.selves or goes_on
        return bool(self._wanted) and opens and not (self._m.scopes.asks(range(begun, run.stop)) or self._subject(run))

    def _recalls(self, run: range) -> bool:
        """ "I also liked qwx": whether a phrase tells how the speaker found a film, known or not."""
        titles = self._m.words.titles
        words = [self._m.tokens[n].norm for n in run]
        told = next((n for n, word in enumerate(words) if word in titles.watched), None)
        return told is not None and all(w in titles.speaking or w in self._m.words.leading for w in words[:told])

    def _removed(self, n: int) -> bool:
        token = self._m.tokens[n]
        unknown = any(n in run for run in self._m.unknown)
        return (
            unknown or any(t.i <= n < t.j for t in self._m.titles) or any(s <= token.start < e for s, e in self._spans)
        )

    def _filler(self, run: Sequence[int]) -> set[int]:
        """The words of a phrase that ask, or tell of the day, and describe nothing: "on second thought"."""
        hits = self._m.words.cut.find([self._m.tokens[n] for n in run])
        return {run[n] for hit in hits for n in range(hit.i, hit.j)}

    def _joined(self, kept: Sequence[Sequence[int]]) -> str:
        """The kept words without filler, phrases set apart by commas."""
        parts = []
        for run in kept:
            cut = self._filler(run)
            tokens = [self._m.tokens[n] for n in run if n not in cut]
            words = [self._m.head[t.start : t.end] for t in tokens]
            dangling = self._m.words.lexicon.noise.dangling
            while words and squash(words[0]) in dangling and squash(words[0]) != "about":
                words = words[1:]
            while words and squash(words[-1]) in dangling:
                words = words[:-1]
            if words:
                parts.append(" ".join(words))
        return ", ".join(parts)

    def _tells_of_films(self) -> bool:
        """ "Movies set in Paris", "a film where everybody lies", "set in space"."""
        said = [t.norm for t in self._m.tokens[: FRAME + 1]]
        told = any(noun in FILMS and then in ("set", "where") for noun, then in pairwise(said))
        return told or said[:2] == ["set", "in"]

    def _characterised(self, content: Sequence[int], words: Sequence[int]) -> bool:
        """ "Something really dreamlike", "a wistful film": a rare word says what kind of thing, whatever it means."""
        tokens, n, grammar = self._m.tokens, content[-1], self._m.words.grammar
        if len(content) > RARE or self._m.words.titles.rarity.common(tokens[n].norm):
            return False
        before = next((t.norm for t in tokens[:n][::-1] if t.norm not in grammar.adverbs), "")
        told = tokens[words[0]].norm in {*grammar.pronouns, *grammar.question_words}  # "it was a mesmerizing film"
        noun = any(t.norm in grammar.film_nouns for t in tokens[n + 1 : n + 2])
        return before in THINGS or (noun and not told)

    def _describes(self, content: Sequence[int], words: Sequence[int]) -> bool:
        """Whether the words left describe a film rather than make conversation."""
        known = [n for n in content if self._m.words.concepts.known(self._m.tokens[n])]
        told = any(self._subject(run) for run in self._m.runs(self._m.scopes.phrase))
        if self._wanted or told or self._tells_of_films() or self._characterised(content, words):
            return True
        foreign = [n for n in content if is_chinese(self._m.tokens[n].norm)]  # words that the glossary lacks
        if len(known) + len(foreign) < max(1, len(content) / 2):
            return False
        opening = self._m.tokens[words[0]].norm
        asking = (Cue.WANT, Cue.INTEND, Cue.HINT, Cue.RESEMBLE)
        wants = any(self._m.scopes.about(n, n + 1).cue in asking for n in (*known, *foreign))
        if wants or self._m.context.asked == "wish":
            return True
        if any(s.kind in (Kind.ITEM, Kind.CRITIQUE, Kind.QUESTION) for s in self._m.out) or self._m.choices:
            return False
        asks = opening in self._m.words.grammar.question_words or "?" in self._m.head
        return (
            len(known) >= 2
            and opening not in self._m.words.grammar.speakers
            and not asks
            and not any(s.kind is Kind.INTENT for s in self._m.out)
            and not self._m.scopes.judges(range(words[0], words[-1] + 1))
        )
