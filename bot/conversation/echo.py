"""What was understood of a message, said back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.conversation.permissions import ANY
from bot.conversation.reply import Understood
from bot.conversation.state import names_origin
from bot.conversation.statements import Intent, Kind, Reading, Statement
from bot.conversation.wording import Wording, refusal
from recsys.catalogue import PEOPLE, Item
from recsys.taste import Clause, Range

OWN = 0.8
"""From this confidence on a free-text wish consists of the lexicon's words for moods and themes."""
FEW, MANY = 5, 9
"""Words of a wish that are quoted back: of one that says nothing but what was understood of it, and of others. A
whole sentence is not."""


class Echo:
    """Says back what was understood, in one language."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._texts = wording.texts
        self._catalogue = wording.catalogue

    def understood(self, statements: Iterable[Statement]) -> tuple[Understood, ...]:
        """Every statement as kind, value and polarity, for programs and reviewers."""
        found = []
        for s in statements:
            if s.kind is Kind.FORGET:  # its key is no word for people
                continue
            if s.kind is Kind.ITEM and s.target and s.target in self._catalogue:
                kind = "item" if s.value == "opinion" else s.value
                found.append(Understood(kind, self._catalogue[s.target].name, s.polarity))
            elif s.kind is Kind.FACET and s.clause:
                found.append(Understood(_facet_kind(s), s.clause.label, s.polarity))
            elif s.kind is Kind.WISH and s.clause:
                found.append(Understood(str(s.kind), s.clause.label, s.polarity))
            elif s.kind is Kind.RANGE and s.range:
                found.append(Understood(s.range.name, s.range.label, s.polarity))
            else:
                found.append(Understood(str(s.kind), s.value, s.polarity))
        return tuple(found)

    def acknowledge(
        self,
        heard: Reading,
        implied: Iterable[Range] = (),
        still: Sequence[Clause | Range] = (),
        still_not: Sequence[Clause | Range] = (),
        gone: Sequence[Clause | Range] = (),
    ) -> str:
        """ "Got it: ..." about what a message said of taste and wishes; empty when it said nothing of the kind.
        ``implied``: limits that follow from it ("older"); ``still`` and ``still_not``: what holds besides,
        ``gone``: what no longer does."""
        said_limits = {s.range for s in heard.statements}
        heard = replace(heard, statements=self._styled(heard.statements))
        wished = {(s.start, s.end) for s in heard.statements if s.polarity > 0}
        said = [s for s in heard.statements if s.polarity >= 0 or s.confidence == 1 or (s.start, s.end) not in wished]
        items = [s for s in said if s.kind is Kind.ITEM and s.target and s.target in self._catalogue]
        opinions = [s for s in items if s.lasts]
        facets = [s for s in said if s.clause and s.kind in (Kind.FACET, Kind.CRITIQUE)]
        ranges = [s for s in said if s.range and s.kind is Kind.RANGE]
        limits = [self._wording.label(s.range) for s in ranges if s.range and s.polarity >= 0]
        no = [s.clause or s.range for s in (*facets, *ranges) if s.polarity < 0 and not s.lasting]
        limits += [self._wording.label(r) for r in implied if r not in said_limits]
        moods = [s for s in facets if s.clause and self._adjective(s.clause)]
        adjectives = self._said(moods, 1, lasting=False)
        some = [self._texts("some", what=self._texts.join(adjectives))] if adjectives else []
        things = sorted((s for s in facets if s not in moods), key=lambda s: names_origin(s.clause))
        wanted = [*self._said(things, 1, lasting=False), *some, *self._in_own_words(heard, facets), *limits]
        films = [self._texts("some_films", what=mood) for mood in self._said(moods, 1, lasting=True)]
        like = [s for s in items if s.value == "like" and s.polarity > 0]
        like += [s for s in said if s.value == Intent.LIKE_THIS and s.target and s.target in self._catalogue]
        held = sorted(map(self._held, still), key=lambda what: bool(self._wording.whom(what)))
        groups = (
            ("got_liked", self._texts.join([self._name(s) for s in opinions if s.polarity > 0])),
            ("got_disliked", self._texts.join([self._name(s) for s in opinions if s.polarity < 0])),
            ("got_seen", self._texts.join([self._name(s) for s in opinions if not s.polarity])),
            ("got_like", self._texts.join(list(dict.fromkeys(map(self._name, like))))),
            ("got_taste", self._texts.films([*self._said(things, 1, lasting=True), *films])),
            ("got_wanted", self._looked_for(wanted)),
            *self._never(facets),
            *self._ruled_out("got", no),
            ("got_refused", self._texts.join(self._refused(items), "or")),
            (
                "got_unlike",
                self._texts.join([self._name(s) for s in items if s.value == "like" and s.polarity < 0], "or"),
            ),
            ("got_open", self._texts.join(self._allowed(said))),
            ("got_released", self._texts.join(self._released(said))),
            ("got_still", self._texts.films(held, listed=self._texts("comma").join(held))),
            *self._ruled_out("got_still", still_not),
            ("got_gone", self._texts.join(list(map(self._held, gone)), "or")),
        )
        parts = [self._texts(key, what=what) for key, what in groups if what]
        got = self._texts("got", what=self._texts("semicolon").join(parts)) if parts else ""
        told = (got, self._only_one(heard), self.unknown(heard), self._unheeded(heard), self._hearsay(heard))
        return self._texts("sentences").join(filter(None, told))

    def _allowed(self, said: Sequence[Statement]) -> list[str]:
        """What may be: "older ones", "any language", "horror"."""
        allowed = [s for s in said if s.kind is Kind.ALLOW and s.polarity > 0]
        told = []
        for s in allowed:
            what = s.clause.label if s.clause and not s.clause.facets else s.range.name if s.range else ""
            if s.value == ANY:
                told.append(self._texts(f"any_{what}"))
            elif s.range and (s.range.low, s.range.high) == (None, None):
                told.append(self._texts(f"open_{s.value}"))
            else:
                told.append(self._held(s.range or s.clause or Clause(s.value, ())))
        return told

    def _released(self, said: Sequence[Statement]) -> list[str]:
        """What need not be: "comedy"."""
        return [self._held(s.clause) for s in said if s.kind is Kind.ALLOW and s.polarity < 0 and s.clause]

    def _styled(self, said: Sequence[Statement]) -> tuple[Statement, ...]:
        """What was said, with all that the name of a style stands for told as one: "Italian neorealism (drama,
        1942-1957)"."""
        told = list(said)
        for wish in (s for s in said if s.kind is Kind.WISH and s.polarity > 0 and s.clause):
            name = wish.clause.label if wish.clause else ""
            parts = [s for s in told if s.polarity > 0 and not s.lasting and (s.start, s.end) == (wish.start, wish.end)]
            others = [p for p in (s.clause or s.range for s in parts if s is not wish) if p and p.label != name]
            if not others:
                continue
            beyond = [self._wording.label(p) for p in others if p.label.casefold() not in name.casefold()]
            called = self._texts.name(name)
            label = self._texts("style", what=called, parts=self._texts("comma").join(beyond)) if beyond else called
            place = next(n for n, s in enumerate(told) if s in parts)
            told = [s for s in told if s not in parts]
            told.insert(place, replace(wish, kind=Kind.FACET, clause=Clause(label, ())))
        return tuple(told)

    def _held(self, wish: Clause | Range) -> str:
        """A wish that holds besides: "the 1990s", "something dark"."""
        mood = isinstance(wish, Clause) and self._adjective(wish)
        return self._texts("some", what=self._wording.label(wish)) if mood else self._wanted(wish)

    def _adjective(self, wish: Clause) -> bool:
        """Whether a wish is a mood that is called by an adjective."""
        return wish.mood == wish.label and self._wording.described(wish.mood)

    def _wanted(self, wish: Clause | Range) -> str:
        """What is wanted, as it stands in a sentence: "comedy", "something from Germany"."""
        label = self._wording.label(wish)
        if label in self._wording.kinds:
            return self._texts("some_films", what=label)
        if isinstance(wish, Clause) and wish.facets and all(facet.kind == "language" for facet in wish.facets):
            return self._texts("in_language", what=label)
        return self._texts("from_place", what=self._place(wish)) if self._place(wish) else label

    def _place(self, wish: Clause | Range) -> str:
        """The country that a wish or veto is about; empty when it is about something else."""
        if isinstance(wish, Range) or not wish.facets or any(facet.kind != "country" for facet in wish.facets):
            return ""
        name = self._wording.label(wish)
        if name in self._wording.kinds:  # "Latin American"
            return ""
        return self._texts("the_place", what=name) if name in self._texts.options("places_with_the") else name

    def _ruled_out(self, how: str, vetoes: Iterable[Clause | Range | None]) -> list[tuple[str, str]]:
        """What is refused, by the way it is said: "no war films", "nothing old", "nothing from Germany", "not for the
        kids"; ``how``: the beginning of the texts' names."""
        said: dict[str, list[str]] = {"unwanted": [], "things": [], "nothing": [], "outside": [], "alone": []}
        told = [veto for veto in vetoes if veto is not None]
        adjectives = [v for v in told if isinstance(v, Clause) and refusal(v) == "unwanted" and self._adjective(v)]
        kinds = [v for v in told if isinstance(v, Clause) and refusal(v) == "unwanted" and v not in adjectives]
        for veto in told:
            if isinstance(veto, Range):
                adjective = self._wording.adjectival(veto) or veto.name != "year"  # "nothing longer than 2 hours"
                what = self._wording.limit(veto) if adjective else self._wording.label(veto)
                said["nothing" if adjective else "outside"].append(what)
            elif veto in adjectives and kinds:  # "nothing dark", not "no dark or animation films"
                said["nothing"].append(self._wording.label(veto))
            else:
                place, leaves = self._place(veto), self._wording.whom(veto.label) and veto.whom == veto.label
                kind = "outside" if place else "alone" if leaves else refusal(veto)
                said[kind].append(place or self._wording.label(veto))
        joins = {"things": self._texts.join, "alone": self._texts.join}
        return [
            (f"{how}_{key}", joins.get(key, self._texts.films)(list(dict.fromkeys(what)), "or"))
            for key, what in said.items()
        ]

    def _never(self, facets: Sequence[Statement]) -> list[tuple[str, str]]:
        """What is refused for good: "never horror films", "never peanuts"."""
        things = [s for s in facets if s.clause and refusal(s.clause) == "things"]
        kinds = [s for s in facets if s not in things]
        return [
            ("got_veto", self._texts.films(self._said(kinds, -1, lasting=True), "or")),
            ("got_veto_things", self._texts.join(self._said(things, -1, lasting=True), "or")),
        ]

    def unknown(self, heard: Reading) -> str:
        """That the catalogue lacks what was named."""
        titles = [self._texts("quoted", what=s.value) for s in heard.statements if s.kind is Kind.UNKNOWN]
        what = self._texts.join(titles, "or")
        return self._texts("unknown_title", what=what, year=self._wording.newest) if titles else ""

    def _only_one(self, heard: Reading) -> str:
        """That the film of a short title is one that hardly anybody means, where no other has it: who says "Parasite"
        may speak of a later one."""
        judged = {s.target for s in heard.statements if s.value in ("like", "opinion") and s.polarity > 0}
        for named in heard.named:
            items = [self._catalogue[i] for i in named.item_ids if i in judged and i in self._catalogue]
            told = heard.text[named.start : named.end]
            if items and self._wording.little_known(items[0]) and str(items[0].year) not in told:
                title = self._wording.titled(items[0])
                return self._texts("only_one", title=title, of=items[0].year or "", year=self._wording.newest)
        return ""

    def _unheeded(self, heard: Reading) -> str:
        """What was refused and can't be told of a film."""
        refused = [s.value for s in heard.statements if s.kind is Kind.WISH and s.polarity < 0]
        return self._texts("unheeded", what=self._texts.join(refused, "or")) if refused else ""

    def _hearsay(self, heard: Reading) -> str:
        """That what was refused shows in a description alone, which may not tell."""
        refused = [s.clause for s in heard.statements if s.kind is Kind.FACET and s.polarity < 0 and s.clause]
        themes = dict.fromkeys(self._wording.label(clause) for clause in refused if clause.words)
        return self._texts("hearsay", what=self._texts.join(list(themes), "or")) if themes else ""

    def _looked_for(self, wanted: Sequence[str]) -> str:
        """Who it is for comes last: "comedy, for a date night"."""
        whom = {what: self._wording.whom(what) for what in wanted if self._wording.whom(what)}
        what = [what for what in wanted if what not in whom]
        if whom and not what:
            return self._texts("some", what=self._texts("comma").join(whom.values()))
        parts = [*what, *whom.values()]
        return self._texts.films(parts, listed=self._texts("comma").join(parts))

    def _name(self, said: Statement) -> str:
        return self._wording.film(self._catalogue[said.target or ""])

    def _refused(self, items: Sequence[Statement]) -> list[str]:
        """The films refused for tonight; of a series that one title stands for, that title without its year."""
        spoken: dict[int, list[Item]] = {}
        for s in items:
            if s.value == "mention" and s.polarity < 0 and not s.lasts and s.target:
                spoken.setdefault(s.start, []).append(self._catalogue[s.target])
        names = []
        for first, *others in spoken.values():
            heads = others and first.title.casefold() in others[0].title.casefold()
            names += [self._wording.titled(first)] if heads else [self._wording.film(item) for item in (first, *others)]
        return names

    def _said(self, facets: Iterable[Statement], polarity: int, *, lasting: bool) -> list[str]:
        return [self._wanted(s.clause) for s in facets if s.clause and s.polarity == polarity and s.lasting == lasting]

    def _in_own_words(self, heard: Reading, facets: Sequence[Statement]) -> list[str]:
        """Free-text wishes, where no facet says them already: the words that count, or that there are many."""
        wishes = [s for s in heard.statements if s.kind is Kind.WISH and s.polarity > 0]
        spoken = [w for w in wishes if not any(_says(f, w) for f in facets)]
        quotes = []
        for wish in spoken:
            beside = any(wish.start <= f.start and f.end <= wish.end for f in facets)
            if beside and wish.said:
                continue  # the facets say what was read of it
            if len(wish.value.split()) <= (FEW if beside else MANY):
                quotes.append(self._texts("quoted", what=wish.said or wish.value))
            elif not beside:
                quotes.append(self._texts("described"))
        return quotes


def _says(facet: Statement, wish: Statement) -> bool:
    """Whether a wish is only a facet's words for the encoder: all of it, or a concept's own words."""
    inside = wish.start <= facet.start and facet.end <= wish.end
    return (facet.start <= wish.start and wish.end <= facet.end) or (inside and wish.confidence >= OWN)


def _facet_kind(said: Statement) -> str:
    kinds = {f.kind for f in said.clause.facets} if said.clause else set()
    if kinds & set(PEOPLE):
        return "person"
    return next(iter(kinds)) if len(kinds) == 1 else "theme"
