"""Facts into words: cards, reasons, what was understood, what is known of a person. Plain text, no markup."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from bot.conversation.reply import Reason, Understood
from bot.conversation.statements import Intent, Kind, Reading, Statement
from bot.conversation.taste import ACCEPTED
from bot.texts import Texts
from recsys.catalogue import Catalogue, Facet, Item
from recsys.explain import Cause
from recsys.taste import Clause, Query, Range, Taste

CLOSE = 0.6
"""A second liked item is named beside the first when it added at least this share of what the first did."""
TELLING = 0.08
"""A reason about the person with a smaller share than this is true, but not why the item was picked."""
WELL_RATED = 7
"""Out of ten: from here on the rating is a reason."""
LISTED = 12
"""Items named in a line of the profile or history."""

IMPERSONAL = ("asked", "prior", "luck")
"""Signals that say less about the match than the others do, in this order."""

PEOPLE = ("director", "cast")

MEASURES = {
    "shortest": ("runtime", False),
    "longest": ("runtime", True),
    "oldest": ("year", False),
    "newest": ("year", True),
    "best": ("rating", True),
    "known": ("popularity", True),
}
"""What "which is the ...?" is answered by, and whether the highest is meant."""


class Wording:
    """The words of one language over one catalogue."""

    def __init__(self, texts: Texts, catalogue: Catalogue) -> None:
        self.texts = texts
        self._catalogue = catalogue

    # -- items -----------------------------------------------------------------------------------------------

    def titles(self, item_ids: Iterable[str]) -> str:
        """ "Heat, Alien and Up"."""
        return self.texts.join([self._catalogue[i].title for i in item_ids if i in self._catalogue])

    def card_facets(self, item: Item, asked: Collection[Facet] = ()) -> tuple[str, ...]:
        """Two or three things that tell at a glance what an item is; genres that were ``asked`` for come first."""
        genres = ", ".join(sorted(item.facets.get("genre", ()), key=lambda g: Facet("genre", g) not in asked)[:2])
        director = ", ".join(item.facets.get("director", ())[:2])
        runtime = item.number("runtime")
        length = self.texts("fact_runtime", value=int(runtime)) if runtime else ""
        return tuple(fact for fact in (genres, director, length) if fact)

    def about(self, item: Item) -> str:
        """One line of facts; the title alone when nothing else is known."""
        genres = ", ".join(item.facets.get("genre", ())[:3])
        runtime = item.number("runtime")
        facts = [
            (key, value)
            for key, value in (
                ("fact_genre", genres),
                ("fact_director", self.texts.join(item.facets.get("director", ())[:2])),
                ("fact_cast", self.texts.join(item.facets.get("cast", ())[:3])),
                ("fact_runtime", f"{runtime:.0f}" if runtime else ""),
            )
            if value
        ]
        if not facts:
            return f"{item.name}."
        return self.texts("about", title=item.name, facts=", ".join(self.texts(k, value=v) for k, v in facts))

    # -- reasons ---------------------------------------------------------------------------------------------

    def reasons(self, item: Item, causes: Sequence[Cause], query: Query) -> tuple[Reason, ...]:
        """Words for each cause, in the causes' order; each completes "because ..."."""
        return tuple(Reason(c.signal, c.share, self._reason(item, c, query), _sources(c)) for c in causes)

    def card_reason(self, reasons: Sequence[Reason], given: Collection[str]) -> str:
        """The one reason on a card: the most telling, but not one of those ``given`` on the cards above it if there
        is another about this person that carries weight. Empty without reasons."""
        ranked = telling(reasons)
        personal = [r for r in ranked if r.share >= TELLING and r.signal not in IMPERSONAL]
        fresh = [r for r in personal if r.text not in given]
        others = [r for r in ranked if r.share >= TELLING and r.text not in given]
        return (fresh or others or ranked)[0].text if ranked else ""

    def template(self, item: Item, reasons: Sequence[Reason]) -> str:
        """A whole explanation without a language model: what the item is, and the two most telling reasons."""
        why = self.texts.join([r.text for r in telling(reasons)[:2]])
        genres = [genre.lower() for genre in item.facets.get("genre", ())[:2]]
        director = self.texts.join(item.facets.get("director", ())[:2])
        if not genres:
            return self.texts("template_plain", title=item.name, reasons=why)
        what = _with_article(self.texts("genre_film", genres=self.texts.join(genres)))
        by = self.texts("by_director", director=director) if director else ""
        return self.texts("template", title=item.name, what=f"{what}{by}", reasons=why)

    def _reason(self, item: Item, cause: Cause, query: Query) -> str:
        if cause.signal in ("relation", "likeness"):
            return self._kinship(cause, query)
        if cause.signal == "facets":
            liked_facets = dict.fromkeys(p.source.value for p in cause.evidence if isinstance(p.source, Facet))
            return self.texts("why_facet_taste", value=self.texts.join(list(liked_facets)[:2]))
        if cause.signal == "asked":
            return self.texts("why_asked", what=self.texts.join([str(p.source) for p in cause.evidence]))
        if cause.signal == "wish":
            wish = query.wish.label or query.wish.text
            return self.texts("why_wish", what=wish) if wish else self.texts("why_said")
        if cause.signal == "luck":
            return self.texts("why_luck")
        rating = item.number("rating")
        if rating is None or rating < WELL_RATED:
            return self.texts("why_prior_known")
        return self.texts("why_prior", rating=f"{rating:.1f}")

    def _kinship(self, cause: Cause, query: Query) -> str:
        """Near what they like; else, since two negatives make a positive, far from what they don't."""
        near = {*query.wish.like, *(i for i, weight in query.taste.items.items() if weight > 0)}
        liked = [p for p in cause.evidence if p.source in near]
        if not liked:
            return self.texts("why_unlike", items=self.titles(str(p.source) for p in cause.evidence[:1]))
        strong = [p for p in liked[:2] if p.amount >= CLOSE * liked[0].amount]
        return self.texts(f"why_{cause.signal}", items=self.titles(str(p.source) for p in strong))

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

    def acknowledge(self, heard: Reading, implied: Iterable[Range] = ()) -> str:
        """ "Got it: ..." about what a message said of taste and wishes; empty when it said nothing of the kind.
        ``implied``: limits that follow from it ("older")."""
        wished = {(s.start, s.end) for s in heard.statements if s.polarity > 0}
        said = [s for s in heard.statements if s.polarity >= 0 or s.confidence == 1 or (s.start, s.end) not in wished]
        items = [s for s in said if s.kind is Kind.ITEM and s.target and s.target in self._catalogue]
        opinions = [s for s in items if s.lasts]
        facets = [s for s in said if s.clause and s.kind in (Kind.FACET, Kind.CRITIQUE)]
        ranges = [s for s in said if s.range]
        limits = [s.range.label for s in ranges if s.range and s.polarity >= 0]
        outside = [s.range.label for s in ranges if s.range and s.polarity < 0]
        limits += [r.label for r in implied if r.label not in limits]
        wanted = [*_labels(facets, 1, lasting=False), *_in_own_words(heard, facets), *limits]
        like = [s for s in items if s.value == "like" and s.polarity > 0]
        like += [s for s in said if s.value == Intent.LIKE_THIS and s.target and s.target in self._catalogue]
        groups = (
            ("got_liked", self.texts.join([self._name(s) for s in opinions if s.polarity > 0])),
            ("got_disliked", self.texts.join([self._name(s) for s in opinions if s.polarity < 0])),
            ("got_seen", self.texts.join([self._name(s) for s in opinions if not s.polarity])),
            ("got_like", self.texts.join([self._name(s) for s in like])),
            ("got_taste", self.texts.join(_labels(facets, 1, lasting=True))),
            ("got_wanted", ", ".join(wanted)),
            ("got_veto", self.texts.join(_labels(facets, -1, lasting=True), "or")),
            ("got_unwanted", self.texts.join(_labels(facets, -1, lasting=False), "or")),
            ("got_outside", self.texts.join(outside, "or")),
        )
        parts = [self.texts(key, what=what) for key, what in groups if what]
        return self.texts("got", what="; ".join(parts)) if parts else ""

    def _name(self, said: Statement) -> str:
        return self._catalogue[said.target or ""].name

    # -- what is known ---------------------------------------------------------------------------------------

    def profile(self, taste: Taste, saved: Sequence[str], tonight: Sequence[str]) -> str:
        """All that is known of a person, what lasts and this evening's wish apart."""
        liked = liked_items(taste)
        disliked = [i for i, weight in taste.items.items() if weight < 0]
        only_seen = [i for i, weight in taste.items.items() if not weight]
        likes = [*self._names(liked), *dict.fromkeys(f.value for f, weight in taste.facets.items() if weight > 0)]
        lines = (
            ("profile_likes", likes),
            ("profile_dislikes", self._names(disliked)),
            ("profile_never", [c.label for c in taste.vetoes]),
            ("profile_seen", self._names(only_seen)),
            ("profile_saved", self._names(saved)),
        )
        known = [f"• {self.texts(key, what=', '.join(what))}" for key, what in lines if what]
        if not known and not tonight:
            return self.texts("profile_empty")
        lasting = [self.texts("profile"), *known] if known else [self.texts("profile_nothing")]
        wish = [self.texts("profile_tonight"), *(f"• {line}" for line in tonight)]
        return "\n".join([*lasting, "", *(wish if tonight else [self.texts("profile_open")])])

    def _names(self, item_ids: Sequence[str]) -> list[str]:
        names = [self._catalogue[i].name for i in item_ids if i in self._catalogue]
        return [*names[:LISTED], "…"] if len(names) > LISTED else names

    # -- answers ---------------------------------------------------------------------------------------------

    def answer(self, asked: Statement, item: Item) -> str:
        """A question about an item, answered from the catalogue only."""
        if asked.clause is not None:
            return self._whether(asked.clause, item)
        field = asked.value
        number = item.number(field)
        values = item.facets.get(field, ())
        if field == "overview":
            value = item.overview
        elif number is not None:
            value = f"{number:.1f}" if field == "rating" else f"{number:.0f}"
        else:
            value = self.texts.join(values[:8])
        if field == "overview" and not value:
            return f"{self.about(item)} {self.texts('answer_no_overview')}"
        known = value and f"answer_{field}" in self.texts
        return self.texts(f"answer_{field}" if known else "answer_unknown", title=item.name, value=value)

    def compared(self, asked: Statement, items: Sequence[Item]) -> tuple[Item | None, str]:
        """The answer to "which is the shortest?" and the like, and the item that it names; or all items in a line
        each, where that can't be told or they are to be compared."""
        if asked.clause is not None:
            found = [i for i in items if any(f.value in i.facets.get(f.kind, ()) for f in asked.clause.facets)]
            if len(found) == 1:
                return found[0], self.texts("most_only", title=found[0].name, what=asked.clause.label)
            key = "most_all" if found else "most_none"
            return None, self.texts(key, titles=self.texts.join([i.title for i in found]), what=asked.clause.label)
        name, highest = MEASURES.get(asked.value, ("", False))
        measured = [(value, item) for item in items if name and (value := item.number(name)) is not None]
        if measured:
            value, item = (max if highest else min)(measured, key=lambda pair: pair[0])
            shown = f"{value:.1f}" if name == "rating" else f"{value:.0f}"
            return item, self.texts(f"most_{asked.value}", title=item.title, value=shown)
        return None, "\n".join(self._in_a_line(item) for item in items)

    def _in_a_line(self, item: Item) -> str:
        rating = item.number("rating")
        rated = self.texts("fact_rating", value=f"{rating:.1f}") if rating is not None else ""
        return f"• {self.about(item).removesuffix('.')}{rated}."

    def _whether(self, clause: Clause, item: Item) -> str:
        """Whether an item is what a clause says. Silence of the catalogue is told apart from a no."""
        kinds = {facet.kind for facet in clause.facets}
        has = [f.value for f in clause.facets if f.value in item.facets.get(f.kind, ())]
        known = any(item.facets.get(kind) for kind in kinds)
        key = "yes" if has else "no" if known else "unknown"
        described = self.texts.join([value.lower() for value in has or item.facets.get("genre", ())[:3]])
        return self.texts(f"whether_{key}", title=item.name, what=clause.label, value=described)


def _sources(cause: Cause) -> tuple[str, ...]:
    return tuple(p.source.value if isinstance(p.source, Facet) else p.source for p in cause.evidence)


def liked_items(taste: Taste) -> list[str]:
    """Items that somebody said they like; having saved one is less than that."""
    return [item_id for item_id, weight in taste.items.items() if weight > ACCEPTED]


def _labels(facets: Iterable[Statement], polarity: int, *, lasting: bool) -> list[str]:
    return [s.clause.label for s in facets if s.clause and s.polarity == polarity and s.lasting == lasting]


def _in_own_words(heard: Reading, facets: Sequence[Statement]) -> list[str]:
    """Free-text wishes as they were said, where no facet says them already."""
    wishes = [s for s in heard.statements if s.kind is Kind.WISH and s.polarity > 0]
    spoken = [w for w in wishes if not any(f.start <= w.start and w.end <= f.end for f in facets)]
    return [f"\u201c{heard.text[w.start : w.end].strip() or w.value}\u201d" for w in spoken]


def telling(reasons: Sequence[Reason]) -> list[Reason]:
    """Reasons in the order a person cares: what is about them first, if it carries weight, and what holds for
    everybody last. Within that, strongest first."""

    def rank(reason: Reason) -> tuple[bool, int]:
        return reason.share < TELLING, IMPERSONAL.index(reason.signal) + 1 if reason.signal in IMPERSONAL else 0

    return sorted(reasons, key=rank)


def _facet_kind(said: Statement) -> str:
    kinds = {f.kind for f in said.clause.facets} if said.clause else set()
    if kinds & set(PEOPLE):
        return "person"
    return next(iter(kinds)) if len(kinds) == 1 else "theme"


def _with_article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
