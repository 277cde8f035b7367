"""What is wanted and refused: facets and numbers, before the words that are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation import alternatives
from bot.conversation.concepts import Meaning
from bot.conversation.counts import LENGTH
from bot.conversation.message import Message
from bot.conversation.own_words import Noted, OwnWords
from bot.conversation.people import PersonMatch
from bot.conversation.ranges import SMALL_NUMBERS, RangeMatch, than
from bot.conversation.references import ONE, Role
from bot.conversation.stance import Stance
from bot.conversation.stance_words import OPINIONS, Cue, Verdict
from bot.conversation.state import names_genre, names_origin
from bot.conversation.statements import Intent, Kind
from bot.conversation.tokens import ARTICLES, Hit
from recsys.catalogue import MAKERS, PEOPLE, Facet
from recsys.taste import Clause, Range

_COMPARED = {
    "older": ("year", True),
    "newer": ("year", False),
    "shorter": (LENGTH, True),
    "longer": (LENGTH, False),
}
"""What a comparative measures, and whether less of it is wanted."""

REFERRED = 4
"""Words behind what is named in which somebody else is told of who "can't stand them"."""
COMPANY = "company"
"""For whose sake something is refused tonight that "they" don't like."""

MADE = (["directed"], ["made"], ["film"], ["films"], ["movie"], ["movies"])
"""Before "by" and a name they speak of who directs: "films by Clint Eastwood" are not those that he plays in."""
MAKER = ("guy", "guys", "man", "woman", "person", "people", "director", "one", "someone", "lady", "team")
LISTED, MANY = 3, 30
"""Films of a list, and how many more than those somebody may ask for."""
LEADS = 3
"""Of those who play in a film so many are meant by "more with her": which of them, the words don't tell."""
CAREER = {"early": True, "earlier": True, "young": True, "younger": True, "late": False, "later": False}
"""Words for a part of somebody's career, and whether it is the beginning."""
PART, LONG_CAREER = 10, 16
"""Years that the beginning or the end of a career takes, and those of a career that has both."""
HEDGED = 0.5
"""An opinion that weighs less puts up with something rather than likes it."""
TELLING = frozenset(
    (
        "set",
        "showed",
        "told",
        "gave",
        "installed",
        "suggested",
        "recommended",
        "said",
        "says",
        "sent",
        "coming",
        "visiting",
    )
)
"""What somebody does of whom that is all that is told: "my grandson set this up" has him watch nothing."""
SETTLED = frozenset(("must", "it", "needed", "required", "wanted", "preferred", "in", "welcome", "possible", "okay"))
"""What a genre is told to be that is wanted: "comedy it is", "horror is preferred"."""
WOULD = frozenset(("would", "could"))
PREFERRING = frozenset(("prefer", "prefers", "preferred", "preferring"))
MILD = 0.5
"""How much a refusal of too much weighs: "not too scary"."""


class Wishes:
    """Reads the wishes and lasting tastes of a message."""

    def __init__(self, message: Message) -> None:
        self._m = message
        self._noted = Noted()
        self._own_words = OwnWords(message, self._noted)
        self._ranges: list[RangeMatch] = []
        self._for_company = False

    def read(self) -> None:
        """Note facets and numbers, then the wish in the person's own words."""
        self._find_ranges()
        self._facets()
        alternatives.merge(self._m)
        self._note_ranges()
        self._measured()
        self._count()
        self._choose_year()
        self._meet_halfway()
        self._own_words.read()

    def _facets(self) -> None:
        for person in self._m.people:
            if not self._m.done[person.i]:
                self._note_person(person)
                self._note_career(person)
        self._note_makers()
        alone = {n for run in self._m.alone() for n in run}
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
        if stance.cue is Cue.AVOID and self._asked_for(i, stance):
            return 1, False, stance
        if self._m.inverted(i):
            return 0, False, stance
        if self._m.scopes.ruled_out(j):
            return -1, False, stance
        tonight = any(
            self._m.tokens[n].norm in ("tonight", "today") and self._m.scopes.clause[n] == self._m.scopes.clause[i]
            for n in range(len(self._m.tokens))
        )
        if stance.verdict is not None and stance.referred:  # "my wife loves westerns but I hate them"
            after = {t.norm for t in self._m.tokens[j : j + REFERRED]}
            theirs = "i" not in after and not after.isdisjoint(set(self._m.words.grammar.company) - {"they"})
            return (1 if stance.verdict is Verdict.GOOD else -1), not theirs, stance
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
            mildly = mildly or any(t.norm in WOULD for t in self._m.tokens[j : j + 2])  # "would be nice"
            return (1 if stance.verdict is Verdict.GOOD else -1), not mildly, stance  # "a comedy that's not too silly"
        return 1, False, stance

    def _asked_for(self, i: int, stance: Stance) -> bool:
        """ "No musicals, for the kids": whether a phrase of its own says for whom, whatever was refused before it."""
        tokens, phrase = self._m.tokens, self._m.scopes.phrase
        begun = next((n for n, t in enumerate(tokens) if t.start >= stance.start), i)
        opens = i == 0 or phrase[i - 1] != phrase[i]
        return opens and phrase[begun] != phrase[i] and tokens[i].norm == "for"

    def _note_person(self, person: PersonMatch) -> None:
        polarity, lasting, stance = self._attitude(person.i, person.j)
        before = [t.norm for t in self._m.tokens[max(0, person.i - 2) : person.i]]
        after = [t.norm for t in self._m.tokens[person.j : person.j + 1]]
        facets = person.facets
        made_by = before[-1:] == ["by"] and before[-2:-1] in MADE
        apart = next((hit for hit in self._m.words.parted.find(self._m.tokens) if hit.i >= person.j), None)
        if apart is not None:  # "by Clint Eastwood, but not starring him"
            only: Sequence[str] = [kind for kind in PEOPLE if (kind == "cast") != (apart.value == "cast")]
            self._part(person, apart)
        elif made_by or before[-1:] == ["director"] or after == ["directed"]:
            only = MAKERS
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

    def _part(self, person: PersonMatch, hit: Hit[str]) -> None:
        """Refuse somebody as a player, or as a director, who is wanted as the other."""
        facets = tuple(f for f in person.facets if (f.kind == "cast") == (hit.value == "cast"))
        label = f"with {person.name} in it" if hit.value == "cast" else f"directed by {person.name}"
        if facets:
            start, end = self._m.span(range(hit.i, hit.j))
            self._m.say(Kind.FACET, label, start, end, polarity=-1, clause=Clause(label, facets))
            self._noted.measured.append((start, end))

    def _note_career(self, person: PersonMatch) -> None:
        """ "Early Spielberg", "late Kubrick": the first or the last years of a career that is long enough to have
        them."""
        before = self._m.tokens[person.i - 1].norm if person.i else ""
        if before not in CAREER or any(limit.range.name == "year" for limit in self._ranges):
            return
        catalogue = self._m.words.catalogue
        rows = max((catalogue.rows_with(facet) for facet in person.facets), key=len)
        years = sorted(year for row in rows.tolist() if (year := catalogue.items[row].year))
        if not years or years[-1] - years[0] < LONG_CAREER:
            return
        first, last = max(years[0] + PART, years[:LISTED][-1]), min(years[-1] - PART, years[-LISTED:][0])
        low, high = (years[0], first) if CAREER[before] else (last, years[-1])
        limit = Range("year", low, high, f"{low}-{high}")
        start = self._m.tokens[person.i - 1].start
        self._m.say(Kind.RANGE, limit.label, start, person.start - 1, polarity=1, range=limit, confidence=0.8)

    def _acts(self, facets: Sequence[Facet]) -> bool:
        """Whether somebody acts more than they direct: "with Sean Penn" has him in it."""
        films = {f: len(self._m.words.catalogue.rows_with(f)) for f in facets}
        acted = sum(n for f, n in films.items() if f.kind == "cast")
        return acted > 1.5 * (sum(films.values()) - acted)

    def _note_makers(self) -> None:
        """ "By the same director as Heat", "by the guy who made it": who directed it; "more with her": its leads."""
        for role in self._m.roles:
            self._note_role(role)
        for title in self._m.titles:
            before = [t.norm for t in self._m.tokens[max(0, title.i - 3) : title.i]]
            made = before[-2:] in (["who", "made"], ["who", "directed"]) and before[0] in MAKER
            if not self._m.done[title.i] and (made or before == ["same", "director", "as"]):
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
            self._noted.tastes.update(phrase[n] for n in range(i, j) if found)  # the words say nothing more

    def _note_role(self, role: Role) -> None:
        """ "I love the director of Heat"; which of a cast "the actor in it" is has to be asked."""
        item = self._m.words.catalogue[role.item_id]
        people = item.people(("cast",)) if role.plays else item.makers
        polarity, lasting, stance = self._attitude(role.i, role.j)
        if self._m.done[role.i] or not polarity:
            return
        start, end = self._m.span(range(role.i, role.j))
        if role.one and len(people) > 1:
            self._m.say(Kind.INTENT, Intent.WHOM, start, end, target=role.item_id, confidence=0.7)
        else:
            self._want_people(people[:LEADS], start, end, polarity, lasting)
        self._remember(role.i, role.j, polarity, lasting, stance)
        self._noted.tastes.add(self._m.scopes.phrase[role.i])

    def _want_people(
        self, people: Sequence[Facet], start: int, end: int, polarity: int = 1, lasting: bool = False
    ) -> None:
        if not people:
            return
        clause = Clause(", ".join(person.value for person in people), tuple(people))
        said = {"polarity": polarity, "lasting": lasting, "clause": clause, "confidence": 0.9}
        self._m.say(Kind.FACET, clause.label, start, end, **said)

    def _meet_halfway(self) -> None:
        """ "She likes comedies, I like action": what somebody else likes is wanted tonight, and so is what I like."""
        mine = [s for s in self._m.out if s.kind is Kind.FACET and s.lasting and s.polarity > 0]
        if self._for_company:
            self._m.out += [replace(s, lasting=False) for s in mine]

    def _remember(self, i: int, j: int, polarity: int, lasting: bool, stance: Stance) -> None:
        if polarity < 0:
            self._noted.refused.append((stance.start, self._m.tokens[j - 1].end))
        if lasting or polarity == 0:
            self._noted.tastes.add(self._m.scopes.phrase[i])

    def _telling(self, meaning: Meaning) -> bool:
        """Whether a mood or theme word stands where it must be meant; genres always are."""
        after = [t.norm for t in self._m.tokens[meaning.j : meaning.j + 1]]
        if meaning.clause(1).whom and ((after and after[0] in TELLING) or self._in_story(meaning)):
            return False
        if meaning.sure or self._m.words.concepts.of_a_genre(meaning, self._m.tokens):
            return True
        before = self._m.tokens[meaning.i - 1].norm if meaning.i else ""
        if before in ("my", "our"):  # "my dog died"
            return False
        if before in ("im", "am", "come", "live") and self._m.tokens[meaning.i].norm in ("from", "in"):
            return False  # "I'm from Germany"
        if self._m.scopes.about(meaning.i, meaning.j).cue is not None:
            return True
        phrase = next(run for run in self._m.runs(self._m.scopes.phrase) if meaning.i in run)
        if meaning.i in self._own_words.subject(phrase):
            return True
        near = self._m.tokens[meaning.j : meaning.j + 2]
        follows = any(m.i == meaning.j or m.j == meaning.i for m in self._m.meanings)
        own = self._m.spoken_for()
        own |= {n for n, t in enumerate(self._m.tokens) if any(r.start <= t.start < r.end for r in self._ranges)}
        own |= {n for n in range(len(self._m.tokens)) if self._m.words.titles.words.a_place(self._m.tokens, n)}
        return (
            any(t.norm in self._m.words.grammar.film_nouns for t in near)
            or follows
            or all(n in own or self._m.tokens[n].norm in self._m.words.noise for n in phrase)
        )

    def _in_story(self, meaning: Meaning) -> bool:
        """ "Dead children", "missing kids": whether those who might watch are told of as if in a film."""
        words, n = self._m.words, meaning.i - 1
        if meaning.j - meaning.i > 1 or n < 0 or meaning.by_name:
            return False
        before = self._m.tokens[n].norm
        small = {*words.noise, *words.leading, *ARTICLES, *words.negators, *words.grammar.adverbs, *words.grammar.links}
        small |= {*words.grammar.company, *words.grammar.epithets}
        kinds = {k for m in self._m.meanings for k in range(m.i, m.j)}
        return before not in small and n not in kinds and not before.isdigit() and before not in SMALL_NUMBERS

    def _note_meaning(self, meaning: Meaning, described: bool) -> None:
        polarity, lasting, stance = self._attitude(meaning.i, meaning.j)
        own_no = self._m.tokens[meaning.i].norm in self._m.words.negators  # "my eyes are not so good so no subtitles"
        if own_no and stance.cue is Cue.AVOID:
            polarity = 1
        if (
            described or self._outweighed(meaning) or self._remarked(meaning, stance)
        ):  # "it's a scary movie" tells of a film, not of a wish
            polarity, lasting = 0, False
        whom = meaning.clause(polarity).whom and not (polarity < 0 and self._of_films(meaning))
        lasting = lasting and not whom  # who watches, watches tonight
        if whom and polarity < 0 and self._left_out_for(meaning, stance):
            polarity = 1
        theirs = self._m.of_company(meaning.i, stance)
        mild = polarity > 0 and stance.weight < HEDGED
        if mild and all(facet.kind == "language" for facet in meaning.clause(polarity).facets):
            lasting = False  # "English is fine"
        if theirs and polarity:  # "she's into sci-fi apparently": no words of a wish
            self._noted.tastes.add(self._m.scopes.phrase[meaning.i])
        if meaning.flipped and polarity > 0 and (lasting or mild):  # "I love foreign films" rules nothing out
            self._remember(meaning.i, meaning.j, 0, lasting, stance)
            return
        if (meaning.flipped or self._turned(meaning)) and polarity:
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
        elif meaning.flipped and theirs:  # "she hates subtitles": whatever they watch
            clauses = tuple(replace(clause, whom=COMPANY) for clause in clauses)
        start, end = self._m.span(range(meaning.i, meaning.j))
        if polarity > 0 and self._would_be_nice(meaning, stance) and not names_genre(meaning.clause(1)):
            self._m.say(Kind.INTENT, Intent.REFINE, start, end)
        too = polarity < 0 and self._m.tokens[meaning.i - 1].norm == "too" and meaning.i > 0
        weight = stance.weight if lasting else MILD if too else 1.0
        for clause in clauses:
            if clause.facets or clause.mood or (polarity < 0 and self._m.words.concepts.told(clause)):
                said = {"polarity": polarity, "lasting": lasting, "clause": clause, "weight": weight}
                self._m.say(Kind.FACET, clause.label, start, end, **said)
            elif polarity < 0:  # a theme that this catalogue doesn't know of any film
                self._m.say(Kind.WISH, clause.label, start, end, polarity=-1, confidence=0.6)
        if polarity > 0:
            for clause in meaning.refused:
                self._m.say(Kind.FACET, clause.label, start, end, polarity=-1, clause=clause, confidence=0.9)
            if not lasting:
                self._noted.wanted.append(meaning)
                if meaning.years and not any(limit.range.name == "year" for limit in self._ranges):
                    limit = {"polarity": 1, "range": meaning.years, "confidence": 0.9}
                    self._m.say(Kind.RANGE, meaning.years.label, start, end, **limit)
        self._remember(meaning.i, meaning.j, 1 if meaning.flipped else polarity, lasting, stance)

    def _remarked(self, meaning: Meaning, stance: Stance) -> bool:
        """ "Noir is dead", "westerns are dying": whether a word tells of a genre what judges and wants nothing."""
        run = self._m.sentence(meaning.i)
        before = [self._m.tokens[n].norm for n in range(run.start, meaning.i)]
        after = [self._m.tokens[n].norm for n in range(meaning.j, run.stop)]
        told = [norm for norm in after[1:] if norm not in self._m.words.grammar.adverbs]
        is_ = after[:1] in (["is"], ["are"]) and len(told) == 1 and told[0] not in self._m.words.noise
        plain = stance.cue is None and stance.verdict is None and set(before) <= self._m.words.leading | ARTICLES
        return meaning.by_name and is_ and plain and not self._m.asks(run) and told[0] not in SETTLED

    def _would_be_nice(self, meaning: Meaning, stance: Stance) -> bool:
        """ "Based on a true story would be cool": whether something is wished for besides."""
        after = [t.norm for t in self._m.tokens[meaning.j : meaning.j + 2]]
        return stance.verdict is Verdict.GOOD and bool(WOULD.intersection(after))

    def _outweighed(self, meaning: Meaning) -> bool:
        """ "I prefer dramas to comedies", "horror over comedy": whether something else is preferred to it."""
        clause = self._m.scopes.clause
        begun = next((n for n in range(meaning.i) if clause[n] == clause[meaning.i]), meaning.i)
        said = [t.norm for t in self._m.tokens[begun : meaning.i]]
        prefers = next((n for n, norm in enumerate(said) if norm in PREFERRING), None)
        turn = next((n for n in reversed(range(len(said))) if said[n] in ("to", "over", "than")), 0)
        spoken = self._m.spoken_for() | {n for t in self._m.titles for n in range(t.i, t.j)}
        return prefers is not None and any(begun + prefers < n < begun + turn for n in spoken)

    def _left_out_for(self, meaning: Meaning, stance: Stance) -> bool:
        """ "No animation for my 5 year old": whether something else is refused, and this says for whom."""
        tokens = self._m.tokens
        other = any(
            stance.start <= tokens[m.i].start and m.j <= meaning.i for m in self._m.meanings if m is not meaning
        )
        return other and "for" in [t.norm for t in tokens[max(0, meaning.i - 2) : meaning.i + 1]]

    def _turned(self, meaning: Meaning) -> bool:
        """ "Non-American horror": whether an origin is named to be left out."""
        return names_origin(meaning.wanted[0]) and [t.norm for t in self._m.tokens[: meaning.i]][-1:] == ["non"]

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
            self._noted.measured.append((found.start, found.end))
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
            name = self._m.words.ranges.length.name if name == LENGTH else name
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
        inside = {n for m in self._m.meanings for n in range(m.i, m.j)}  # "PG-13 horror"
        for n, token in enumerate(tokens[:-1]):
            if n in inside:
                continue
            number = int(token.norm) if token.norm.isdecimal() else SMALL_NUMBERS.get(token.norm, 0)
            near = next(
                (k for k in range(n + 1, min(n + 4, len(tokens))) if tokens[k].norm in nouns or k in names), None
            )
            told = self._m.scopes.within(range(n, n + 1)) & {Cue.SEEN, Cue.UNSEEN, Cue.LIKE, Cue.DISLIKE, Cue.AVOID}
            if not 0 < number <= MANY or not near or self._m.done[n] or self._m.named[n] or told:
                continue
            if number > LISTED:
                self._m.say(Kind.INTENT, Intent.MANY, token.start, tokens[near].end, confidence=0.8)
            if number > LISTED or near == n + 1:  # "three films about ..." are about no three
                self._noted.measured.append((token.start, token.end))
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
            if not (noun and token.norm.isdecimal() and len(token.norm) == 4 and int(token.norm) != item.year):
                continue
            row = self._m.words.titles.index.namesake(item.title, int(token.norm))
            if row is not None:
                self._m.out = [s for s in self._m.out if s.kind is not Kind.RANGE and s.value != Intent.NO]
                target = self._m.words.catalogue.items[row].id
                self._m.say(Kind.ITEM, "mention", token.start, token.end, target=target, confidence=0.9)
