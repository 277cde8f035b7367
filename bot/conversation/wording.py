"""Facts into words: cards, reasons, what was understood, what is known of a person. Plain text, no markup."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from textwrap import shorten
from zlib import crc32

from bot.conversation.reply import Reason, Understood
from bot.conversation.state import Dialogue
from bot.conversation.statements import Intent, Kind, Reading, Statement
from bot.conversation.taste import ACCEPTED
from bot.texts import TITLES, Texts, is_chinese
from recsys.catalogue import MAKERS, PEOPLE, Catalogue, Facet, Item
from recsys.datasets.movie_style import MOVIE_STYLE
from recsys.explain import Cause
from recsys.facts import LONGEST_QUOTE, tellable
from recsys.talk import Part
from recsys.taste import Clause, Query, Range, Taste, Wish

CLOSE = 0.6
"""A second liked item is named beside the first when it added at least this share of what the first did."""
TELLING = 0.08
"""A reason about the person with a smaller share than this is true, but not why the item was picked."""
WELL_RATED = 7
"""Out of ten: from here on the rating is a reason."""
OWN = 0.8
"""From this confidence on a free-text wish consists of the lexicon's words for moods and themes."""
TYPICAL = 0.2
"""From this weight on a genre is told that speaks for a mood."""
FEW, MANY = 5, 9
"""Words of a wish that are quoted back: of one that says nothing but what was understood of it, and of others. A
whole sentence is not."""
SPOKEN = 3
"""Reasons in a whole explanation."""
LISTED = 12
"""Items named in a line of the profile or history."""

FITS, FITS_THEME = 3.2, 2.4
"""Points from which on a text is said to fit a wish in free words, or a theme: two standard deviations above the
catalogue's mean."""

SHARED = (*((kind, 1, 2) for kind in PEOPLE), ("genre", 2, 2))
"""What makes items alike in words: a kind of facet, how many values they have to share, and how many are told."""
KNOWN_FOR = 6
"""People beyond these are hardly what an item is known for."""
NAMED = 2
"""Items named of a group that counts as one."""

GENERAL = ("interplay", "prior", "luck")
"""Signals that say nothing of the person."""
SUBSTANTIAL = 0.2
"""From this share on what is about the person is told before what holds for everybody, even if that counts more."""
BESIDE = 0.25
"""A reason about the person stands in for one that was just given from this part of the largest share on."""

NAMED_PEOPLE = {**dict.fromkeys(MAKERS, 2), "cast": 8}
"""How many of them an answer names at most."""

MEASURES = {
    "shortest": ("runtime", False),
    "longest": ("runtime", True),
    "oldest": ("year", False),
    "newest": ("year", True),
    "best": ("rating", True),
    "known": ("popularity", True),
}
"""What "which is the ...?" is answered by, and whether the highest is meant."""

SHORT_PLOT, LONG_PLOT = 55, 150
"""Letters of a plot on a card: a sentence that ends sooner says too little ("When Dr."), a longer one is cut."""
_SENTENCE = re.compile(r"""[.!?]["')\]]*(?=\s|$)""")


class Wording:
    """The words of one language over one catalogue."""

    def __init__(self, texts: Texts, catalogue: Catalogue) -> None:
        self.texts = texts
        self._catalogue = catalogue

    # -- items -----------------------------------------------------------------------------------------------

    def titles(self, item_ids: Iterable[str]) -> str:
        """ "Heat, Alien and Up"."""
        return self.texts.join([self.titled(self._catalogue[i]) for i in item_ids if i in self._catalogue])

    def title(self, item: Item) -> str:
        """The bare title, after the one that it has in this language, if the catalogue knows it."""
        if self.texts.language == "en" or is_chinese(item.title):
            return item.title
        own = next(chain(filter(is_chinese, item.aliases), TITLES.get(item.name, ())), None)
        return f"{own} {item.title}" if own else item.title

    def titled(self, item: Item) -> str:
        """The title as it stands in a sentence."""
        return self.texts("a_title", title=self.title(item))

    def film(self, item: Item) -> str:
        """The title with its year, as it stands in a sentence."""
        return self.texts("a_film", title=self.title(item), year=item.year) if item.year else self.titled(item)

    def label(self, wish: Clause | Range) -> str:
        """A wish or veto as the person would recognise it."""
        if isinstance(wish, Range):
            called = self.texts.limit(wish.name, wish.low, wish.high, wish.label)
            return self.texts("some", what=called) if self.adjectival(wish) else called
        if mild(wish):
            return self.texts("too_much", what=self.texts.name(wish.mood))
        return self.texts.name(wish.label)

    def adjectival(self, limit: Range) -> bool:
        """Whether a limit is called by an adjective: "recent", as against "the 1990s"."""
        return limit.label in self.texts.options("adjectives")

    def labels(self, labels: Iterable[str], wish: Wish) -> list[str]:
        """The parts of a wish that these labels name, as the person would recognise them."""
        limits = {limit.label: self.label(limit) for limit in wish.ranges}
        return [limits.get(label) or self.texts.name(label) for label in labels]

    def names(self, values: Iterable[str]) -> list[str]:
        """Facet values as this language calls them."""
        return [self.texts.name(value) for value in values]

    def card_facets(self, item: Item, asked: Collection[Facet] = ()) -> tuple[str, ...]:
        """Two or three things that tell at a glance what an item is; genres that were ``asked`` for come first."""
        comma = self.texts("comma")
        genres = sorted(item.facets.get("genre", ()), key=lambda g: Facet("genre", g) not in asked)[:2]
        makers = comma.join(self._makers(item))
        runtime = item.number("runtime")
        length = self.texts("fact_runtime", value=int(runtime)) if runtime else ""
        return tuple(fact for fact in (comma.join(self.names(genres)), makers, length) if fact)

    def _makers(self, item: Item) -> list[str]:
        return self.names(maker.value for maker in item.makers[:2])

    def _made(self, what: str, item: Item) -> str:
        """The key of the words for who made an item: a film is directed."""
        return f"{what}_director" if "director" in item.facets else f"{what}_maker"

    def plot(self, item: Item) -> str:
        """How an item's description begins: a sentence that is worth the name, cut where it runs on. Empty in another
        language than the description's."""
        if (self.texts.language == "zh") != is_chinese(item.overview):
            return ""
        first = _SENTENCE.search(item.overview, SHORT_PLOT)
        return shorten(item.overview[: first.end()] if first else item.overview, LONG_PLOT, placeholder="…")

    def about(self, item: Item) -> str:
        """One line of facts; the title alone when nothing else is known."""
        comma = self.texts("comma")
        genres = comma.join(self.names(item.facets.get("genre", ())[:3]))
        runtime = item.number("runtime")
        facts = [
            (key, value)
            for key, value in (
                ("fact_genre", genres),
                (self._made("fact", item), self.texts.join(self._makers(item))),
                ("fact_cast", self.texts.join(self.names(item.facets.get("cast", ())[:3]))),
                ("fact_runtime", f"{runtime:.0f}" if runtime else ""),
            )
            if value
        ]
        if not facts:
            return self.texts("about_bare", title=self.film(item))
        told = self.texts("pause").join(self.texts(key, value=value) for key, value in facts)
        return self.texts("about", title=self.film(item), facts=told)

    # -- reasons ---------------------------------------------------------------------------------------------

    def reasons(self, item: Item, causes: Sequence[Cause], query: Query) -> tuple[Reason, ...]:
        """Words for each cause, in the causes' order; each completes "because ..."."""
        return tuple(Reason(c.signal, c.share, self._reason(item, c, query), _sources(c, query)) for c in causes)

    def card_reason(self, reasons: Sequence[Reason], given: Sequence[str]) -> str:
        """The one reason on a card: of those that set it apart the one that leads, but in place of one of those
        ``given`` on the cards above it another about this person that counts something beside it, or one that counts
        nearly as much; any other, before a list says the same three times. Empty without reasons."""
        ranked = telling(self._apart(reasons))
        most = max((r.share for r in ranked), default=0.0)
        fresh = [r for r in ranked if r.text not in given and r.share >= TELLING]
        mine = [r for r in fresh if r.signal not in GENERAL and r.share >= BESIDE * most]
        general = [r for r in fresh if r.signal in GENERAL and r.share >= most / 2]
        lead = [r for r in ranked[:1] if r in fresh]
        other = [r for r in fresh if ranked and given.count(ranked[0].text) > 1]
        return (lead or mine or general or other or ranked)[0].text if ranked else ""

    def _apart(self, reasons: Sequence[Reason]) -> Sequence[Reason]:
        """The reasons that say what others on the list lack, with their shares among themselves; all if there is none.
        What was asked for holds for the whole list, and the reply has just repeated it; that many know it is little."""
        asked = {source for r in reasons if r.signal == "asked" for source in r.sources}
        known = self.texts("why_prior_known")
        apart = [
            r
            for r in reasons
            if r.share >= TELLING
            and r.signal != "asked"
            and r.text != known
            and not (r.signal == "mood" and asked.issuperset(r.sources))
        ]
        total = sum(r.share for r in apart)
        return [replace(r, share=r.share / total) for r in apart] or reasons

    def spoken(self, reasons: Sequence[Reason], taste: Taste, dialogue: Dialogue) -> tuple[str, ...]:
        """What a whole explanation is made of: two or three of the most telling reasons as clauses about what the
        person said or did. What holds for everybody is left to those without other reasons, and one title is named
        once."""
        words: dict[str, str] = {}
        for reason in _weighty(reasons)[:SPOKEN]:
            mine = self._mine(reason, taste, dialogue)
            if not mine:
                words[reason.text] = reason.text
            elif told := [i for i in mine if i not in words]:
                words |= dict.fromkeys(mine, "") | {told[0]: self._kin(reason, told, dialogue)}
        return tuple(filter(None, words.values()))

    def _mine(self, reason: Reason, taste: Taste, dialogue: Dialogue) -> list[str]:
        """The titles behind a kinship that the person named tonight, else those liked before; none for others."""
        if reason.signal not in ("relation", "likeness"):
            return []
        known = [i for i in reason.sources if i in self._catalogue]
        tonight = [i for i in known if i in dialogue.like]
        return tonight or [i for i in known if taste.items.get(i, 0) > ACCEPTED]

    def _kin(self, reason: Reason, item_ids: Sequence[str], dialogue: Dialogue) -> str:
        how = "like" if item_ids[0] in dialogue.like else "liked"
        return self.texts(f"spoken_{reason.signal}_{how}", item=self.titles(item_ids))

    def template(self, item: Item, reasons: Sequence[Reason]) -> str:
        """A whole explanation without a language model: what the item is, and one or two of the most telling reasons;
        the second must not be about the same title."""
        if not reasons:
            return self.about(item)
        first, *others = _weighty(reasons)
        second = [r.text for r in others if not r.sources or not set(r.sources) <= set(first.sources)][:1]
        if self.texts("comma").strip() in first.text:  # two clauses already
            second = []
        why = self.texts.join([first.text, *second], "because")
        variant = crc32(item.id.encode())
        genres = item.facets.get("genre", ())[:2]
        makers = self.texts.join(self._makers(item))
        if not genres:
            return self.texts("template_plain", title=self.film(item), reasons=why)
        what = self._genre_film(genres)
        by = self.texts(self._made("by", item), makers=makers) if makers else ""
        return self.texts("template", variant, title=self.film(item), what=f"{what}{by}", reasons=why)

    def _genre_film(self, genres: Sequence[str]) -> str:
        """An item by its genres, with its article: "a crime and thriller film"."""
        names = [genre.lower() for genre in self.names(genres)]
        return self.texts("genre_film", turn=int(names[0][0] in "aeiou"), genres=self.texts.join(names))

    def _reason(self, item: Item, cause: Cause, query: Query) -> str:
        if cause.signal in ("relation", "likeness"):
            return self._kinship(item, cause, query)
        if cause.signal == "facets":
            liked = [p.source for p in cause.evidence if isinstance(p.source, Facet)]
            told = zip(liked, self.names(f.value for f in liked), strict=True)
            names = dict.fromkeys(n if f.kind in PEOPLE else n.lower() for f, n in told)  # who directs and plays, once
            return self.texts("why_facet_taste", value=self.texts.join([*names][:2]))
        if cause.signal == "asked":
            return self.texts("why_asked", what=self._asked([str(p.source) for p in cause.evidence], query.wish))
        if cause.signal == "mood":
            return self._felt(item, cause, query)
        if cause.signal == "wish":
            return self._fits(query.wish, cause.evidence[0].amount)
        if cause.signal in ("interplay", "luck"):
            return self.texts(f"why_{cause.signal}")
        rating = item.number("rating")
        if rating is None or rating < WELL_RATED:
            return self.texts("why_prior_known")
        return self.texts("why_prior", rating=f"{rating:.1f}")

    def _asked(self, labels: Sequence[str], wish: Wish) -> str:
        """Parts of a wish after "you asked for", those who watch along last: "animation for the kids"."""
        whom = [self.texts.name(label) for label in labels if self._whom(label)]
        what = self.texts.join([self._a(n) for n in self.labels((la for la in labels if not self._whom(la)), wish)])
        if not whom:
            return what
        company = self.texts.join(whom)
        return self.texts("mood_for", what=what, whom=company) if what else self.texts("some", what=company)

    def _a(self, label: str) -> str:
        """A wish's label with its article, where it takes one: "a thriller", but "horror"."""
        if label in self.texts.options("kinds"):
            return self.texts("some_films", what=label)
        if label not in self.texts.options("countable"):
            return label
        return self.texts("a_noun", turn=int(label[0] in "aeiou"), noun=label)

    def _fits(self, wish: Wish, points: float) -> str:
        """Moods are named as this language names them, unless they are asked for by name as well; words of the
        person's own are quoted if they can be. A text that adds few ``points`` fits better than most, and no more is
        claimed of it."""
        if wish.vague:
            stated = {clause.label for clause in (*wish.wanted, *wish.hoped) if clause.mood != clause.label}
            moods = [label for label in wish.label.split(", ") if label not in stated]
            whom = [self._whom(label) for label in moods if self._whom(label)]
            what = self.texts.join(self.names(label for label in moods if self._described(label)))
            told = self.texts("mood_for", what=what, whom=self.texts.join(whom)) if what and whom else what
            if told or whom:
                return self.texts("why_mood", what=told or self.texts.join(whom))
            labels = wish.label.split(", ")
            company = [self._whom(label) for label in labels if self._whom(label)]
            named = [self._a(self.texts.name(label)) for label in labels if not self._whom(label)]
            if not named:
                return self.texts("why_mood_fits", what=self.texts.join(company))
            return self.texts("why_wish_for" if points >= FITS_THEME else "why_nearest", what=self.texts.join(named))
        if not wish.text:  # the talk alone
            return self.texts("why_said")
        if self.texts.language != "en" or not tellable(wish.text, LONGEST_QUOTE):
            return self.texts("why_described" if points >= FITS else "why_described_nearest")
        felt = {clause.label for clause in (*wish.wanted, *wish.hoped) if clause.mood == clause.label}
        things = [label for label in wish.label.split(", ") if label not in felt and not self._whom(label)]
        if len(things) != 1:  # of several some may be no words of theirs
            key = "why_wish_for" if points >= FITS else "why_nearest"
            said = "why_described" if points >= FITS else "why_described_nearest"
            return self.texts(key, what=self.texts.join(things)) if things else self.texts(said)
        label = things[0].removeprefix("about ")
        if points >= FITS:
            return self.texts("why_wish", what=label)
        return self.texts("why_nearest", what=self.texts("quoted", what=label))

    def _felt(self, item: Item, cause: Cause, query: Query) -> str:
        """What of an item suits the moods that are wanted, else those that are liked for good."""
        named = {str(part.source) for part in cause.evidence}
        wish = query.wish
        wanted = [c for c in (*wish.wanted, *wish.hoped) if c.mood and c.label in named]
        if not wanted:
            liked = [c.mood for c in query.taste.moods if c.label in named]
            kinds = [self.texts("some_films", what=mood) for mood in self.names(liked)]
            return self.texts("why_facet_taste", value=self.texts.join(kinds))
        moods = list(dict.fromkeys(clause.mood for clause in wanted))
        told = [mood for mood in moods if self._whom(mood)] or [mood for mood in moods if self._described(mood)]
        if not told:
            return self.texts("why_asked", what=self.texts.join([self._a(self.texts.name(mood)) for mood in moods]))
        whom = self.texts.join([self._whom(mood) for mood in told if self._whom(mood)])
        what = self.texts.join(self.names(told))
        genres = [genre.lower() for genre in self.names(_typical(item, told))]
        if not genres:
            return self.texts("why_mood_fits", what=whom or what)
        film = self.texts("genre_film", turn=int(genres[0][0] in "aeiou"), genres=self.texts.join(genres))
        return self.texts("why_mood_whom" if whom else "why_mood_film", what=what, whom=whom, film=film)

    def _whom(self, mood: str) -> str:
        """What a mood is for, if it is one for an occasion or for company."""
        if mood in self.texts.options("occasions"):
            return self.texts("occasion", what=self._a(self.texts.name(mood)))
        return self.texts.name(mood) if mood.startswith("for ") else ""

    def _described(self, mood: str) -> bool:
        """Whether a mood is called by an adjective ("light"), as against a noun ("a twist ending")."""
        return mood not in self.texts.options("nouns") and not self._whom(mood)

    def _kinship(self, item: Item, cause: Cause, query: Query) -> str:
        """Near what they like; else, since two negatives make a positive, far from what they don't, or passed over."""
        near = {*query.wish.like, *(i for i, weight in query.taste.items.items() if weight > 0)}
        liked = [p for p in cause.evidence if p.source in near]
        if not liked:
            strongest = str(cause.evidence[0].source)
            how = "passed" if strongest in query.taste.passed else "unlike"
            return self.texts(f"why_{how}", items=self.titles([strongest]))
        strong = [str(p.source) for p in _strong(liked)]
        shared = self._shared([item, *map(self._catalogue.__getitem__, strong)]) if cause.signal == "likeness" else None
        if shared is None:
            return self.texts(f"why_{cause.signal}", items=self.titles(strong))
        kind, values = shared
        what = self._genre_film(values) if kind == "genre" else self.texts.join(self.names(values))
        key = "maker" if kind in MAKERS and kind != "director" else kind
        return self.texts(f"why_same_{key}", items=self.titles(strong), what=what)

    def _shared(self, items: Sequence[Item]) -> tuple[str, list[str]] | None:
        """The makers that all of some items have in common, else at least two genres, by their kind."""
        for kind, least, most in SHARED:
            values = items[0].facets.get(kind, ())
            common = [v for v in values if all(v in other.facets.get(kind, ())[:KNOWN_FOR] for other in items)]
            if len(common) >= least:
                return kind, common[:most]
        return None

    # -- what was understood ---------------------------------------------------------------------------------

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
    ) -> str:
        """ "Got it: ..." about what a message said of taste and wishes; empty when it said nothing of the kind.
        ``implied``: limits that follow from it ("older"); ``still`` and ``still_not``: what holds besides."""
        wished = {(s.start, s.end) for s in heard.statements if s.polarity > 0}
        said = [s for s in heard.statements if s.polarity >= 0 or s.confidence == 1 or (s.start, s.end) not in wished]
        items = [s for s in said if s.kind is Kind.ITEM and s.target and s.target in self._catalogue]
        opinions = [s for s in items if s.lasts]
        facets = [s for s in said if s.clause and s.kind in (Kind.FACET, Kind.CRITIQUE)]
        ranges = [s for s in said if s.range]
        limits = [self.label(s.range) for s in ranges if s.range and s.polarity >= 0]
        no = [s.clause or s.range for s in (*facets, *ranges) if s.polarity < 0 and not s.lasting]
        said_limits = {s.range for s in ranges}
        limits += [self.label(r) for r in implied if r not in said_limits]
        moods = [s for s in facets if s.clause and s.clause.mood == s.clause.label and self._described(s.clause.mood)]
        adjectives = self._said(moods, 1, lasting=False)
        some = [self.texts("some", what=self.texts.join(adjectives))] if adjectives else []
        things = [s for s in facets if s not in moods]
        wanted = [*self._said(things, 1, lasting=False), *some, *self._in_own_words(heard, facets), *limits]
        films = [self.texts("some_films", what=mood) for mood in self._said(moods, 1, lasting=True)]
        like = [s for s in items if s.value == "like" and s.polarity > 0]
        like += [s for s in said if s.value == Intent.LIKE_THIS and s.target and s.target in self._catalogue]
        groups = (
            ("got_liked", self.texts.join([self._name(s) for s in opinions if s.polarity > 0])),
            ("got_disliked", self.texts.join([self._name(s) for s in opinions if s.polarity < 0])),
            ("got_seen", self.texts.join([self._name(s) for s in opinions if not s.polarity])),
            ("got_like", self.texts.join([self._name(s) for s in like])),
            ("got_taste", self.texts.join([*self._said(things, 1, lasting=True), *films])),
            ("got_wanted", self._looked_for(wanted)),
            ("got_veto", self.texts.join(self._said(facets, -1, lasting=True), "or")),
            *self._ruled_out("got", no),
            ("got_refused", self.texts.join(self._refused(items), "or")),
            (
                "got_still",
                self.texts("comma").join(sorted(map(self._held, still), key=lambda what: bool(self._whom(what)))),
            ),
            *self._ruled_out("got_still", still_not),
        )
        parts = [self.texts(key, what=what) for key, what in groups if what]
        got = self.texts("got", what=self.texts("semicolon").join(parts)) if parts else ""
        return self.texts("sentences").join(filter(None, [got, self.unknown(heard), self._unheeded(heard)]))

    def _held(self, wish: Clause | Range) -> str:
        """A wish that holds besides: "the 1990s", "something dark"."""
        mood = isinstance(wish, Clause) and wish.mood == wish.label and self._described(wish.mood)
        return self.texts("some", what=self.label(wish)) if mood else self._wanted(wish)

    def _wanted(self, wish: Clause | Range) -> str:
        """What is wanted, as it stands in a sentence: "comedy", "something from Germany"."""
        label = self.label(wish)
        if label in self.texts.options("kinds"):
            return self.texts("some_films", what=label)
        return self.texts("from_place", what=self._place(wish)) if self._place(wish) else label

    def _place(self, wish: Clause | Range) -> str:
        """The country that a wish or veto is about; empty when it is about something else."""
        if isinstance(wish, Range) or not wish.facets or any(facet.kind != "country" for facet in wish.facets):
            return ""
        name = self.label(wish)
        return self.texts("the_place", what=name) if name in self.texts.options("places_with_the") else name

    def _ruled_out(self, how: str, vetoes: Iterable[Clause | Range | None]) -> list[tuple[str, str]]:
        """What is refused, by the way it is said: "no war films", "nothing old", "nothing from Germany", "not for the
        kids"; ``how``: the beginning of the texts' names."""
        said: dict[str, list[str]] = {"unwanted": [], "things": [], "nothing": [], "outside": [], "alone": []}
        for veto in vetoes:
            if isinstance(veto, Range):
                adjective = self.adjectival(veto) or veto.name != "year"  # "nothing longer than 2 hours"
                said["nothing" if adjective else "outside"].append(veto.label if adjective else self.label(veto))
            elif veto is not None:
                place, leaves = self._place(veto), self._whom(veto.label) and veto.whom == veto.label
                kind = "outside" if place else "alone" if leaves else refusal(veto)
                said[kind].append(place or self.label(veto))
        return [(f"{how}_{key}", self.texts.join(list(dict.fromkeys(what)), "or")) for key, what in said.items()]

    def unknown(self, heard: Reading) -> str:
        """That the catalogue lacks what was named."""
        titles = [self.texts("quoted", what=s.value) for s in heard.statements if s.kind is Kind.UNKNOWN]
        return self.texts("unknown_title", what=self.texts.join(titles, "or")) if titles else ""

    def _unheeded(self, heard: Reading) -> str:
        """What was refused and can't be told of a film."""
        refused = [s.value for s in heard.statements if s.kind is Kind.WISH and s.polarity < 0]
        return self.texts("unheeded", what=self.texts.join(refused, "or")) if refused else ""

    def _looked_for(self, wanted: Sequence[str]) -> str:
        """Who it is for comes last: "comedy, for a date night"."""
        whom = {what: self._whom(what) for what in wanted if self._whom(what)}
        what = [what for what in wanted if what not in whom]
        if whom and not what:
            return self.texts("some", what=self.texts("comma").join(whom.values()))
        return self.texts("comma").join([*what, *whom.values()])

    def _name(self, said: Statement) -> str:
        return self.film(self._catalogue[said.target or ""])

    def _refused(self, items: Sequence[Statement]) -> list[str]:
        """The films refused for tonight; of a series that one title stands for, that title without its year."""
        spoken: dict[int, list[Item]] = {}
        for s in items:
            if s.value == "mention" and s.polarity < 0 and not s.lasts and s.target:
                spoken.setdefault(s.start, []).append(self._catalogue[s.target])
        names = []
        for first, *others in spoken.values():
            heads = others and first.title.casefold() in others[0].title.casefold()
            names += [self.titled(first)] if heads else [self.film(item) for item in (first, *others)]
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
            words = heard.text[wish.start : wish.end].strip() if is_chinese(heard.text) else wish.value
            if len(wish.value.split()) <= (FEW if beside else MANY):
                quotes.append(self.texts("quoted", what=words))
            elif not beside:
                quotes.append(self.texts("described"))
        return quotes

    # -- what is known ---------------------------------------------------------------------------------------

    def profile(self, taste: Taste, saved: Sequence[str], tonight: Sequence[str]) -> str:
        """All that is known of a person, what lasts and this evening's wish apart."""
        liked = liked_items(taste)
        disliked = [i for i, weight in taste.items.items() if weight < 0]
        only_seen = [i for i, weight in taste.items.items() if not weight]
        facets = dict.fromkeys(f.value for f, weight in taste.facets.items() if weight > 0)
        moods = dict.fromkeys(mood.label for mood in taste.moods if not mood.facets)
        lines = (
            ("profile_likes", [*self._films(liked), *self.names([*facets, *moods])]),
            ("profile_dislikes", self._films(disliked)),
            ("profile_never", [self.label(c) for c in taste.vetoes]),
            ("profile_seen", self._films(only_seen)),
            ("profile_passed", self._films(self.in_order(taste.passed))),
            ("profile_saved", self._films(saved)),
        )
        comma = self.texts("comma")
        known = [f"• {self.texts(key, what=comma.join(what))}" for key, what in lines if what]
        if not known and not tonight:
            return self.texts("profile_empty")
        lasting = [self.texts("profile"), *known] if known else [self.texts("profile_nothing")]
        wish = [self.texts("profile_tonight"), *(f"• {line}" for line in tonight)]
        return "\n".join([*lasting, "", *(wish if tonight else [self.texts("profile_open")])])

    def some_titles(self, item_ids: Sequence[str]) -> str:
        """ "Heat, Alien and 4 more"."""
        if len(item_ids) <= NAMED + 1:
            return self.titles(item_ids)
        first = self.texts("comma").join(self.titled(self._catalogue[i]) for i in item_ids[:NAMED])
        return self.texts("and_more", titles=first, count=len(item_ids) - NAMED)

    def in_order(self, item_ids: Collection[str]) -> list[str]:
        """Ids of items in the catalogue's order."""
        return sorted((i for i in item_ids if i in self._catalogue), key=self._catalogue.row)

    def _films(self, item_ids: Sequence[str]) -> list[str]:
        names = [self.film(self._catalogue[i]) for i in item_ids if i in self._catalogue]
        return [*names[:LISTED], "…"] if len(names) > LISTED else names

    # -- answers ---------------------------------------------------------------------------------------------

    def answer(self, asked: Statement, item: Item) -> str:
        """A question about an item, answered from the catalogue only."""
        if asked.clause is not None:
            return self._whether(asked.clause, item)
        field = asked.value
        if field == "where":  # no catalogue tells
            return self.texts("answer_where", title=self.film(item))
        if field == "director" and item.makers:  # "who made it?"
            field = item.makers[0].kind
        number = item.number(field)
        values = item.facets.get(field, ())
        if field == "overview":
            value = item.overview
        elif number is not None:
            value = f"{number:.1f}" if field == "rating" else f"{number:.0f}"
        else:
            value = self.texts.join(self.names(values[:8]))
        if field == "overview" and not value:
            return f"{self.about(item)} {self.texts('answer_no_overview')}"
        key = self._made("answer", item) if field in MAKERS else f"answer_{field}"
        known = value and key in self.texts
        return self.texts(key if known else "answer_unknown", title=self.film(item), value=value)

    def told(self, asked: Statement, item: Item) -> tuple[Clause, ...]:
        """The people whom an answer about an item names."""
        kinds: Sequence[str] = PEOPLE
        if asked.kind is Kind.QUESTION:
            kinds = MAKERS if asked.value in MAKERS else [kind for kind in PEOPLE if kind == asked.value]
        names = dict.fromkeys(name for kind in kinds for name in item.facets.get(kind, ())[: NAMED_PEOPLE[kind]])
        facets = {name: [Facet(kind, name) for kind in PEOPLE] for name in names}
        rows = self._catalogue.rows_with
        return tuple(Clause(name, tuple(f for f in own if len(rows(f)))) for name, own in facets.items())

    def compared(self, asked: Statement, items: Sequence[Item]) -> tuple[Item | None, str]:
        """The answer to "which is the shortest?" and the like, and the item that it names; or all items in a line
        each, where that can't be told or they are to be compared."""
        if asked.clause is not None:
            found = [i for i in items if any(f.value in i.facets.get(f.kind, ()) for f in asked.clause.facets)]
            if all(facet.kind in PEOPLE for facet in asked.clause.facets):
                films = self.texts.join([self.film(i) for i in found])
                key = "most_with" if found else "most_without"
                return next(iter(found), None), self.texts(key, titles=films, what=self.label(asked.clause))
            if len(found) == 1:
                return found[0], self.texts("most_only", title=self.film(found[0]), what=self.label(asked.clause))
            key = "most_all" if found else "most_none"
            return None, self.texts(key, titles=self.titles(i.id for i in found), what=self.label(asked.clause))
        name, highest = MEASURES.get(asked.value, ("", False))
        measured = [(value, item) for item in items if name and (value := item.number(name)) is not None]
        if measured:
            value, item = (max if highest else min)(measured, key=lambda pair: pair[0])
            shown = f"{value:.1f}" if name == "rating" else f"{value:.0f}"
            return item, self.texts(f"most_{asked.value}", title=self.titled(item), value=shown)
        return None, "\n".join(self._in_a_line(item) for item in items)

    def _in_a_line(self, item: Item) -> str:
        rating = item.number("rating")
        rated = self.texts("fact_rating", value=f"{rating:.1f}") if rating is not None else ""
        return f"• {self.about(item)} {rated}".strip()

    def _whether(self, clause: Clause, item: Item) -> str:
        """Whether an item is what a clause says. Silence of the catalogue is told apart from a no."""
        kinds = {facet.kind for facet in clause.facets}
        has = [f.value for f in clause.facets if f.value in item.facets.get(f.kind, ())]
        known = any(item.facets.get(kind) for kind in kinds)
        key = "yes" if has else "no" if known else "unknown"
        if kinds & set(PEOPLE) and key != "unknown":
            told = self.texts.join(self.names(item.facets.get("cast", ())[:8]))
            return self.texts(f"whether_in_{key}", title=self.film(item), what=self.label(clause), value=told)
        described = self.texts.join([value.lower() for value in self.names(has or item.facets.get("genre", ())[:3])])
        return self.texts(f"whether_{key}", title=self.film(item), what=self.label(clause), value=described)


def _weighty(reasons: Sequence[Reason]) -> list[Reason]:
    """The reasons that carry weight, most telling first, at least one of those given; what holds for everybody only if
    it leads."""
    ranked = telling(reasons)
    leads = bool(ranked) and ranked[0].signal in GENERAL
    return [r for r in ranked if r.share >= TELLING and (leads or r.signal not in GENERAL)] or ranked[:1]


def _sources(cause: Cause, query: Query) -> tuple[str, ...]:
    """What a reason rests on; of items those that its words name."""
    evidence: Sequence[Part] = cause.evidence
    if cause.signal in ("relation", "likeness"):
        near = {*query.wish.like, *(i for i, weight in query.taste.items.items() if weight > 0)}
        liked = [p for p in evidence if p.source in near]
        evidence = _strong(liked) if liked else evidence[:1]
    return tuple(p.source.value if isinstance(p.source, Facet) else p.source for p in evidence)


def _typical(item: Item, moods: Collection[str]) -> list[str]:
    """The genres of an item that speak most for some moods, two at most."""
    leanings = [(lean.weight, f.value) for m in moods for lean in MOVIE_STYLE.moods.get(m, ()) for f in lean.facets]
    weights = {value: weight for weight, value in sorted(leanings) if weight >= TYPICAL}
    return sorted((g for g in item.facets.get("genre", ()) if g in weights), key=lambda g: -weights[g])[:2]


def _strong(liked: Sequence[Part]) -> list[Part]:
    """One or two liked items that account for most of a kinship."""
    return [p for p in liked[:2] if p.amount >= CLOSE * liked[0].amount]


def mild(veto: Clause) -> bool:
    """Whether only too much of a mood is refused: "nothing too scary"."""
    return not veto.facets and bool(veto.mood) and veto.label != veto.mood


def refusal(veto: Clause) -> str:
    """How a refusal is said: "no horror films", "no sharks", "nothing too scary"."""
    themes = not (veto.mood or veto.whom) and all(facet.kind == "keyword" for facet in veto.facets)
    return "nothing" if mild(veto) else "things" if themes and veto.label.endswith("s") else "unwanted"


def liked_items(taste: Taste) -> list[str]:
    """Items that somebody said they like; having saved one is less than that."""
    return [item_id for item_id, weight in taste.items.items() if weight > ACCEPTED]


def _says(facet: Statement, wish: Statement) -> bool:
    """Whether a wish is only a facet's words for the encoder: all of it, or a concept's own words."""
    inside = wish.start <= facet.start and facet.end <= wish.end
    return (facet.start <= wish.start and wish.end <= facet.end) or (inside and wish.confidence >= OWN)


def telling(reasons: Sequence[Reason]) -> list[Reason]:
    """Reasons by their shares; but those about the person that have a substantial one go before what holds for
    everybody."""

    def rank(reason: Reason) -> tuple[bool, float]:
        return reason.signal in GENERAL or reason.share < SUBSTANTIAL, -reason.share

    return sorted(reasons, key=rank)


def _facet_kind(said: Statement) -> str:
    kinds = {f.kind for f in said.clause.facets} if said.clause else set()
    if kinds & set(PEOPLE):
        return "person"
    return next(iter(kinds)) if len(kinds) == 1 else "theme"
