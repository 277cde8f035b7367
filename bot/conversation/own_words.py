"""A wish in words of the person's own: what of a message is left for the encoder, and what its words refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.conversation.concepts import Meaning
from bot.conversation.message import Message
from bot.conversation.references import Pointing
from bot.conversation.stance_words import Cue
from bot.conversation.state import names_origin
from bot.conversation.statements import Intent, Kind
from bot.conversation.tokens import ARTICLES, EXCLAIMED, squash
from bot.texts import is_chinese
from recsys.taste import Clause

FILMS = frozenset(("movie", "movies", "film", "films", "story", "stories"))
FRAME = 5
"""Words within which a message says that it is about films."""
ABOUT = frozenset(("about", "on"))
GREETING = frozenset(("hey", "hi", "hello", "wait", "awesome", "great", "thanks", "thank", "sorry", "again", "anyways"))
"""What people say before they come to the point, besides what the lexicon has."""
SPEAKER = frozenset(("i", "im", "ive", "my", "we", "our", "weve"))
STATES = frozenset(("is", "are", "was", "were", "has", "had", "got"))
"""What tells how those are whom a phrase opens with: "my son is home with a fever"."""
ASKING = {Cue.WANT, Cue.INTEND, Cue.RESEMBLE}
TOLD_OF = frozenset(("he", "she", "they", "it", "hes", "shes", "theyre", "everything", "everyone", "everybody"))
"""Who or what a sentence tells of that opens so: it asks for nothing that is like something."""
THINGS = frozenset(("something", "anything"))
REFUSING = frozenset(("no", "without"))
DETERMINERS = frozenset((*ARTICLES, "any", "more", "of", "those", "these", "with", "too", "much", "many"))
THINGLIKE = ("s", "ty", "ing", "ness", "ence")
"""How words end that name what a film may hold: "no understand" refuses nothing."""
PEOPLE_IN_IT = frozenset(("children", "people", "men", "women"))
"""The same of those whose plural has no ending: "dead children"."""
REFUSED = 2
"""Words of what is refused: a sentence says something else."""
RARE = 3
"""Words, besides those that only ask, in a phrase that says by a rare one what kind of film is wanted."""


@dataclass(slots=True)
class Noted:
    """What facets and numbers tell of the rest of a message."""

    wanted: list[Meaning] = field(default_factory=list)
    """What it wants tonight."""
    refused: list[tuple[int, int]] = field(default_factory=list)
    """Where it refuses something, from the words that refuse on."""
    measured: list[tuple[int, int]] = field(default_factory=list)
    """Where it states a limit or a count."""
    tastes: set[int] = field(default_factory=set)
    """Phrases that tell of a taste, or of others than the speaker, and hold no words of a wish."""


class OwnWords:
    """Reads the words that no facet or number accounts for."""

    def __init__(self, message: Message, noted: Noted) -> None:
        self._m = message
        self._noted = noted

    def read(self) -> None:
        """Note the words for the encoder and what else is refused; facets and numbers are noted already."""
        self._wish()
        self._most()
        self._refuse()

    def subject(self, run: range) -> range:
        """ "I'm writing an essay on satire, any films?": what a phrase is about, where a bare request follows."""
        asked = (Intent.RECOMMEND, Intent.MANY)
        after = [s for s in self._m.out if s.value in asked and s.start > self._m.tokens[run.stop - 1].start]
        about = next((n + 1 for n in run if self._m.tokens[n].norm in ABOUT), run.stop) if after else run.stop
        return range(about, run.stop)

    def _wish(self) -> None:
        """What is left of this evening's request, where it describes a film; else the words of the concepts wanted."""
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
        own = self._m.spoken_for()
        filler = {n for run in kept for n in self._filler(run)}
        content = [
            n
            for n in words
            if self._m.tokens[n].norm not in self._m.words.noise
            and n not in own
            and n not in filler
            and not self._dates(n)
            and (not self._m.tokens[n].norm.isdigit() or self._tells_of_films())
        ]
        # "The dog lives" only refuses: no text tells of it.
        meanings = [m for m in self._noted.wanted if m.wish or any(c.facets or c.mood for c in m.wanted)]
        if content and self._describes(content, words):
            adds = self._m.tokens[words[0]].norm in self._m.words.refining  # "but set in Paris"
            text = self._joined(kept) if dropped or filler or adds else self._m.head[self._m.offset :].strip()
            text = text[:300].strip()
            if text:
                start, end = self._m.tokens[words[0]].start, self._m.tokens[words[-1]].end
                self._m.say(Kind.WISH, text, start, end, polarity=1, confidence=0.7 if self._noted.wanted else 0.6)
                return
        if any(m.wish for m in meanings):
            parts = dict.fromkeys(m.wish or m.label for m in meanings)
            start = min(self._m.tokens[m.i].start for m in meanings)
            end = max(self._m.tokens[m.j - 1].end for m in meanings)
            named = [m.label for m in meanings if m.wish or not names_origin(m.wanted[0])]  # "films in English" is told
            label = Clause(", ".join(dict.fromkeys(named)), ())
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
        refused = False
        for run in self._m.runs(self._m.scopes.phrase):
            words = self._refused_words(run)
            hated = range(0) if words else self._hated(run)
            words = words or hated
            if (
                refused
                and not words
                and 1 < len(run) <= 1 + REFUSED
                and self._m.tokens[run.start].norm in ("or", "nor")
            ):
                words = run[1:]  # "nothing about death or fathers"
            refused = bool(words)
            if not words or any(self._m.done[n] or self._m.named[n] for n in run):
                continue
            start, end = self._m.span(words)
            if any(start < e and s < end for s, e in read):
                continue
            what = " ".join(self._m.tokens[n].norm for n in words)
            theme, thing = self._m.words.concepts.theme(what), self._m.tokens[words[-1]]
            if hated:
                if theme.facets:
                    self._m.say(Kind.FACET, what, start, end, polarity=-1, clause=theme, lasting=True, confidence=0.8)
                continue
            thinglike = thing.norm.endswith(THINGLIKE) or thing.norm in PEOPLE_IN_IT
            thinglike = thinglike and self._m.words.concepts.known(thing)
            if theme.facets or (thinglike and self._m.words.concepts.told(theme)):
                self._m.say(Kind.FACET, what, start, end, polarity=-1, clause=theme, confidence=0.8)
            elif thinglike:
                self._m.say(Kind.WISH, what, start, end, polarity=-1, confidence=0.6)

    def _hated(self, run: range) -> range:
        """ "I hate clowns", "I can't stand spiders": the things, in a word or two, that the speaker never likes."""
        said = [self._m.tokens[n].norm for n in run]
        first = next((n for n in run[1:] if self._m.scopes.closes(n)), run.stop)
        things = range(first, run.stop)
        if not 0 < len(things) <= REFUSED or said[0] not in ("i", "we") or not said[-1].endswith("s"):
            return range(0)
        told = self._m.scopes.about(first, first + 1).cue is Cue.DISLIKE
        return things if told and self._m.tokens[first].norm not in self._m.words.noise else range(0)

    def _refused_words(self, run: range) -> range:
        """What a phrase refuses in few words of its own; none where it says something else."""
        said = [self._m.tokens[n].norm for n in run]
        # "don't want anything with death in it", "don't want to see any couples"
        held = (k for k in range(len(run) - 1) if said[k] in ("with", "about", "any"))
        refused = [k for k in held if self._m.scopes.about(run[k + 1], run[k + 1] + 1).cue is Cue.AVOID]
        no = next((k for k, word in enumerate(said) if word in REFUSING), refused[0] if refused else None)
        if no is None or self._m.words.idle(self._m.tokens[run[no] : run.stop]):
            return range(0)
        small = self._m.words.noise | self._m.words.leading
        kinds = {n for m in self._m.meanings for n in range(m.i, m.j)}
        told = run[:no] if said[no] in REFUSING else ()
        if not all(n in kinds or self._m.tokens[n].norm in small for n in told):  # "a writer with no ideas"
            return range(0)
        if any(r.i in run and r.how is Pointing.ORDINAL for r in self._m.pointers):  # "the second is not about war"
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
        said = [self._m.tokens[n].norm for n in sentence]
        opening = said[:2]
        first, then = [*(w for w in said if w not in self._m.words.refining), "", ""][:2]
        people = {*self._m.words.grammar.company, *self._m.words.grammar.selves, "me", "and", "are"}
        told = [self._m.tokens[n].norm for n in run]
        if any(norm.isdigit() for norm in told) and all(norm.isdigit() or norm in people for norm in told):
            return False  # "grandpa 78, me 35"
        if first in THINGS and then in self._m.words.grammar.events:  # "something came up"
            return False
        if opening[0] == "so" and opening[1:] and opening[1] in self._m.words.grammar.question_words:  # "so does mum"
            return False
        if opening[0] in ("is", "are", "was", "were", "does", "did") and opening[1:] != ["there"]:
            return False
        if self._m.words.references.told_of_somebody(self._m.tokens[run.start : run.stop]):
            return False
        if self._m.scopes.phrase[run.start] in self._noted.tastes or self._m.inverted(run.stop - 1):
            return False
        start, end = self._m.span(run)
        if any(start < e and s < end for s, e in self._noted.refused) or self._tells(run) or self._recalls(run):
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
        if subject := self.subject(run):
            return subject
        selves = self._m.words.grammar.selves
        small = self._m.words.leading.difference(selves)
        opening = next((n for n in run if self._m.tokens[n].norm not in small), run.start)
        if self._m.tokens[opening].norm in selves:
            for n in range(opening + 3, run.stop):
                if self._m.tokens[n].norm in THINGS:
                    return range(n, run.stop)
        return run

    def _tells(self, run: range) -> bool:
        """ "Something light, my head hurts": whether a phrase tells of the speaker, beside a wish that is known."""
        small = {*self._m.words.refining, "because", "so", "tonight", "today"}
        begun = next((n for n in run if self._m.tokens[n].norm not in small), run.start)
        goes_on = begun > run.start and self._m.tokens[self._m.sentence(run.start).start].norm in SPEAKER
        opens = self._m.tokens[begun].norm in self._m.words.grammar.selves or goes_on
        told = range(begun, run.stop)
        known = bool(self._noted.wanted) or any(s.kind in (Kind.ITEM, Kind.FACET, Kind.RANGE) for s in self._m.out)
        others = self._m.tokens[begun].norm in ("my", "our") and bool({self._m.tokens[n].norm for n in told} & STATES)
        asks = bool(self._m.scopes.within(told) & ASKING) if others else self._m.scopes.asks(told)
        return known and opens and not (asks or self.subject(run))

    def _recalls(self, run: range) -> bool:
        """ "I also liked qwx": whether a phrase tells how the speaker found a film, known or not."""
        cues = self._m.words.titles.words
        words = [self._m.tokens[n].norm for n in run]
        told = next((n for n, word in enumerate(words) if word in cues.watched), None)
        return told is not None and all(w in cues.speaking or w in self._m.words.leading for w in words[:told])

    def _dates(self, n: int) -> bool:
        """ "Early Wong Kar-wai": a word that says when in somebody's life a film was made, which nothing tells."""
        named = any(person.i == n + 1 for person in self._m.people)
        return named and self._m.tokens[n].norm in ("early", "earlier", "late", "later", "recent", "classic", "vintage")

    def _removed(self, n: int) -> bool:
        """Whether a word belongs to a title, known or not, to the place of an item on the list, a limit or a count."""
        token = self._m.tokens[n]
        titled = any(n in run for run in self._m.unknown) or any(t.i <= n < t.j for t in self._m.titles)
        pointed = any(r.i <= n < r.j and r.how is Pointing.ORDINAL for r in self._m.pointers)
        return titled or pointed or any(s <= token.start < e for s, e in self._noted.measured)

    def _filler(self, run: Sequence[int]) -> set[int]:
        """The words of a phrase that ask, or tell of the day or who is away, and describe nothing: "you know what"."""
        hits = self._m.words.cut.find([self._m.tokens[n] for n in run])
        away = {n for words in self._m.alone() for n in words}
        return {run[n] for hit in hits for n in range(hit.i, hit.j)} | away.intersection(run)

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
        """ "Movies set in Paris", "a film where everybody lies", "a movie about firefighters", "set in space"."""
        said = [t.norm for t in self._m.tokens[: FRAME + 1]]
        said = said[said[0] in self._m.words.refining :]  # "but set in Vietnam"
        told = any(noun in FILMS and then in ("set", "where", "about") for noun, then in pairwise(said))
        return told or said[:2] == ["set", "in"]

    def _characterised(self, content: Sequence[int], words: Sequence[int]) -> bool:
        """ "Something really dreamlike", "a wistful film": a rare word says what kind of thing, whatever it means."""
        tokens, n, grammar = self._m.tokens, content[-1], self._m.words.grammar
        plural = [t.norm for t in tokens[n + 1 :]] in (["movies"], ["films"])
        if plural and len(content) == 1 and self._m.words.concepts.theme(tokens[n].norm).facets:
            return True  # "wrestling movies", "circus films"
        if len(content) > RARE or self._m.words.rarity.common(tokens[n].norm):
            return False
        before = next((t.norm for t in tokens[:n][::-1] if t.norm not in grammar.adverbs), "")
        told = tokens[words[0]].norm in {*grammar.pronouns, *grammar.question_words}  # "it was a mesmerizing film"
        noun = any(t.norm in grammar.film_nouns for t in tokens[n + 1 : n + 2])
        return before in THINGS or (noun and not told)

    def _opening(self, words: Sequence[int]) -> str:
        """The first of some words, exclamations aside: "oh ok, we read the book"."""
        speakers = {*self._m.words.grammar.speakers}
        aside = (self._m.words.leading | GREETING) - speakers
        said = (self._m.tokens[n].norm for n in words)
        return next((word for word in said if word not in aside and not EXCLAIMED.fullmatch(word)), "")

    def _describes(self, content: Sequence[int], words: Sequence[int]) -> bool:
        """Whether the words left describe a film rather than make conversation."""
        taken = any(s.value == Intent.ACCEPT for s in self._m.out)
        if taken and self._m.tokens[words[0]].norm in self._m.words.grammar.seeming:
            return False  # "the last one sounds like a winner"
        known = [n for n in content if self._m.words.concepts.known(self._m.tokens[n])]
        subject = any(self.subject(run) for run in self._m.runs(self._m.scopes.phrase))
        if self._noted.wanted or subject or self._tells_of_films() or self._characterised(content, words):
            return True
        foreign = [n for n in content if is_chinese(self._m.tokens[n].norm)]  # words that the glossary lacks
        if len(known) + len(foreign) < max(1, len(content) / 2):
            return False
        opening = self._m.tokens[words[0]].norm
        begun = {opening, self._opening(self._m.sentence(words[0])), self._opening(words)}
        speaks = not begun.isdisjoint(self._m.words.grammar.speakers)
        told = not begun.isdisjoint(TOLD_OF)  # "he looks like my ex", "ugh, everything reminds me of him"
        asking = ASKING if speaks else {*ASKING, Cue.HINT}  # "I haven't kept up much" wants nothing
        asking = asking - {Cue.RESEMBLE} if told else asking
        wants = any(self._m.scopes.about(n, n + 1).cue in asking for n in (*known, *foreign))
        if wants or self._m.context.asked == "wish":
            return True
        if any(s.kind in (Kind.ITEM, Kind.CRITIQUE, Kind.QUESTION) for s in self._m.out) or self._m.choices:
            return False
        asks = opening in self._m.words.grammar.question_words or "?" in self._m.head
        return (
            len(known) >= 2
            and not (speaks or told or asks)
            and not any(s.kind is Kind.INTENT for s in self._m.out)
            and self._m.closing() is None
            and not self._m.scopes.judges(range(words[0], words[-1] + 1))
        )
