"""Items, wishes and what is known of a person in words. Plain text, no markup."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from itertools import chain
from textwrap import shorten

from bot.conversation.counts import Count, counts_of, told_of
from bot.conversation.state import OR
from bot.conversation.taste import ACCEPTED
from bot.texts import TITLES, Texts, is_chinese, simplified
from recsys.catalogue import PEOPLE, Catalogue, Facet, Item
from recsys.taste import Clause, Range, Taste, Wish
from recsys.words import ABBREVIATED

LISTED = 12
"""Items named in a line of the profile or history."""
NAMED = 2
"""Items named of a group that counts as one."""

COUNTED = 2
"""Counts told of an item on its card."""
WELL_KNOWN = 2000
"""So many items, the most popular ones, are named by people who say no more than a word."""
NAMES = (*PEOPLE, "genre", "certificate", "language", "country")
"""Kinds of facets whose values are no things, though they end like some: "no Tom Hanks films"."""
SHORT_PLOT, LONG_PLOT = 55, 150
"""Letters of a plot on a card: a sentence that ends sooner says too little ("When Dr."), a longer one is cut."""
_SENTENCE = re.compile(r"""[.!?]["')\]]*(?=\s|$)""")


class Wording:
    """The words of one language over one catalogue."""

    def __init__(self, texts: Texts, catalogue: Catalogue) -> None:
        self.texts = texts
        self.catalogue = catalogue
        self.newest = max((item.year for item in catalogue.items if item.year), default=0)
        """The year that the catalogue goes up to."""

    # -- items -----------------------------------------------------------------------------------------------

    def titles(self, item_ids: Iterable[str]) -> str:
        """ "Heat, Alien and Up"."""
        return self.texts.join([self.titled(self.catalogue[i]) for i in item_ids if i in self.catalogue])

    def title(self, item: Item) -> str:
        """The bare title, after the one that it has in this language, if the catalogue knows it."""
        if self.texts.language == "en" or is_chinese(item.title):
            return item.title
        own = next(chain(filter(is_chinese, item.aliases), TITLES.get(item.name, ())), None)
        return f"{simplified(own)} {item.title}" if own else item.title

    def titled(self, item: Item) -> str:
        """The title as it stands in a sentence."""
        return self.texts("a_title", title=self.title(item))

    def film(self, item: Item) -> str:
        """The title with its year, as it stands in a sentence."""
        return self.texts("a_film", title=self.title(item), year=item.year) if item.year else self.titled(item)

    def some_titles(self, item_ids: Sequence[str]) -> str:
        """ "Heat, Alien and 4 more"."""
        if len(item_ids) <= NAMED + 1:
            return self.titles(item_ids)
        first = self.texts("comma").join(self.titled(self.catalogue[i]) for i in item_ids[:NAMED])
        return self.texts("and_more", titles=first, count=len(item_ids) - NAMED)

    def in_order(self, item_ids: Collection[str]) -> list[str]:
        """Ids of items in the catalogue's order."""
        return sorted((i for i in item_ids if i in self.catalogue), key=self.catalogue.row)

    @cached_property
    def _known(self) -> float:
        """The popularity from which on an item is well known."""
        known = sorted((item.number("popularity") or 0.0 for item in self.catalogue.items), reverse=True)
        return known[WELL_KNOWN] if len(known) > WELL_KNOWN else 0.0

    @cached_property
    def _namesakes(self) -> Counter[str]:
        """How many items have each short title; made when it is first asked for: there are many ``Wording``s."""
        return Counter(_short(item) for item in self.catalogue.items)

    def little_known(self, item: Item) -> bool:
        """Whether an item of one word's title has it alone, and few know it."""
        title, popularity = _short(item), item.number("popularity") or 0.0
        return " " not in title and self._namesakes[title] == 1 and popularity < self._known

    def card_facets(self, item: Item, asked: Collection[Facet] = ()) -> tuple[str, ...]:
        """Two or three things that tell at a glance what an item is; genres that were ``asked`` for come first."""
        comma = self.texts("comma")
        genres = sorted(item.facets.get("genre", ()), key=lambda g: Facet("genre", g) not in asked)[:2]
        makers = comma.join(self.makers(item))
        runtime = item.number("runtime")
        length = self.texts("fact_runtime", value=int(runtime)) if runtime else ""
        facts = (comma.join(self.names(genres)), makers, length, *self.counts(item, self.counted[:COUNTED]))
        return tuple(fact for fact in facts if fact)

    @cached_property
    def counted(self) -> tuple[Count, ...]:
        """What the catalogue counts besides minutes."""
        return counts_of(self.catalogue)

    def counts(self, item: Item, counts: Sequence[Count]) -> list[str]:
        """What some counts of an item come to: "304 pages", "2-4 players"."""
        return told_of(counts, item.number)

    def plot(self, item: Item) -> str:
        """How an item's description begins: a sentence that is worth the name, cut where it runs on. Empty in another
        language than the description's."""
        if (self.texts.language == "zh") != is_chinese(item.overview):
            return ""
        told = item.overview
        ends = (m.end() for m in _SENTENCE.finditer(told, SHORT_PLOT) if not ABBREVIATED.search(told, 0, m.start()))
        return shorten(told[: next(ends, len(told))], LONG_PLOT, placeholder="…")

    def about(self, item: Item) -> str:
        """One line of facts; the title alone when nothing else is known."""
        comma = self.texts("comma")
        genres = comma.join(self.names(item.facets.get("genre", ())[:3]))
        runtime = item.number("runtime")
        facts = [
            (key, value)
            for key, value in (
                ("fact_genre", genres),
                (self.made("fact", item), self.texts.join(self.makers(item))),
                ("fact_cast", self.texts.join(self.names(item.facets.get("cast", ())[:3]))),
                ("fact_runtime", f"{runtime:.0f}" if runtime else ""),
            )
            if value
        ]
        told = [*(self.texts(key, value=value) for key, value in facts), *self.counts(item, self.counted[:COUNTED])]
        if not told:
            return self.texts("about_bare", title=self.film(item))
        return self.texts("about", title=self.film(item), facts=self.texts("pause").join(told))

    def makers(self, item: Item) -> list[str]:
        """Who made an item, two at most."""
        return self.names(maker.value for maker in item.makers[:2])

    def made(self, what: str, item: Item) -> str:
        """The key of the words for who made an item: a film is directed."""
        return f"{what}_director" if "director" in item.facets else f"{what}_maker"

    # -- wishes ----------------------------------------------------------------------------------------------

    def label(self, wish: Clause | Range) -> str:
        """A wish or veto as the person would recognise it."""
        if isinstance(wish, Range):
            return self.texts("some", what=self.limit(wish)) if self.adjectival(wish) else self.limit(wish)
        if mild(wish):
            return self.texts("too_much", what=self.texts.name(wish.mood))
        return self._called(wish.label)

    def _called(self, label: str) -> str:
        """A label as this language calls it, each of several alternatives by its own name."""
        return self.texts.join([self.texts.name(part) for part in label.split(OR)], "or")

    def limit(self, limit: Range) -> str:
        """A limit in words: "the 1990s", "longer than 2 hours"."""
        return self.texts.limit(limit.name, limit.low, limit.high, limit.label)

    def labels(self, labels: Iterable[str], wish: Wish) -> list[str]:
        """The parts of a wish that these labels name, as the person would recognise them."""
        limits = {limit.label: self.label(limit) for limit in wish.ranges}
        spoken = {c.label for c in wish.wanted if all(Facet("language", part) in c.core for part in c.label.split(OR))}
        called = {label: self.texts("in_language", what=self._called(label)) for label in spoken}
        return [limits.get(label) or called.get(label) or self._called(label) for label in labels]

    def names(self, values: Iterable[str]) -> list[str]:
        """Facet values as this language calls them."""
        return [self.texts.name(value) for value in values]

    def adjectival(self, limit: Range) -> bool:
        """Whether a limit is called by an adjective: "recent", as against "the 1990s"."""
        return limit.label in self.texts.options("adjectives")

    def whom(self, mood: str) -> str:
        """What a mood is for, if it is one for an occasion or for company."""
        if mood in self.texts.options("occasions"):
            return self.texts("occasion", what=self.with_article(self.texts.name(mood)))
        return self.texts.name(mood) if mood.startswith("for ") else ""

    def described(self, mood: str) -> bool:
        """Whether a mood is called by an adjective ("light"), as against a noun ("a twist ending")."""
        return mood not in self.texts.options("nouns") and not self.whom(mood)

    @cached_property
    def films(self) -> bool:
        """Whether it is films that are spoken of."""
        return self.texts("item") == Texts(self.texts.language)("item")

    @cached_property
    def _genres(self) -> list[str]:
        """The genres of the catalogue, the most usual first."""
        counted = self.catalogue.values("genre").items()
        return [self.texts.name(genre).lower() for genre, _ in sorted(counted, key=lambda pair: (-pair[1], pair[0]))]

    def moods(self) -> list[str]:
        """What sounds good right now: moods of films, else, unless the operator names some, the most usual genres."""
        moods = self.texts.options("moods")
        ours = moods == Texts(self.texts.language).options("moods")
        return moods if self.films or not ours else [self.with_article(genre) for genre in self._genres[: len(moods)]]

    @cached_property
    def an_example_of_kind(self) -> str:
        """A wish that somebody could have: "a drama"."""
        return self.with_article(self._genres[0]) if self._genres else self.texts("some", what=self.texts.name("funny"))

    @cached_property
    def an_example(self) -> str:
        """A title that many know."""
        known = max(self.catalogue.items, key=lambda item: item.number("popularity") or 0.0, default=None)
        return self.titled(known) if known else ""

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Genres that are told as films of a kind: "family films"; of what is no film, all that take no article: "party
        games"."""
        kinds = set(self.texts.options("kinds"))
        if not self.films:
            genres = {value.casefold() for value in self.catalogue.values("genre")}
            kinds |= genres.difference(self.texts.options("countable"))
        return frozenset(kinds)

    def with_article(self, label: str) -> str:
        """A wish's label with its article, where it takes one: "a thriller", but "horror"."""
        if label in self.kinds:
            return self.texts("some_films", what=label)
        if label not in self.texts.options("countable"):
            return label
        return self.texts("a_noun", turn=int(label[0] in "aeiou"), noun=label)

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

    def _films(self, item_ids: Sequence[str]) -> list[str]:
        names = [self.film(self.catalogue[i]) for i in item_ids if i in self.catalogue]
        return [*names[:LISTED], "…"] if len(names) > LISTED else names


def mild(veto: Clause) -> bool:
    """Whether only too much of a mood is refused: "nothing too scary"."""
    return not veto.facets and bool(veto.mood) and veto.label != veto.mood


def refusal(veto: Clause) -> str:
    """How a refusal is said: "no horror films", "no sharks", "nothing too scary"."""
    kinds = {facet.kind for facet in veto.facets}
    own = bool(kinds.difference(NAMES, ("keyword",)))
    names = {facet.value.casefold() for facet in veto.facets}
    called = " " in veto.label and veto.label.removesuffix("s") in names  # "card games"
    themes = not (veto.mood or veto.whom) and (own or called or kinds.isdisjoint(NAMES))
    apart = veto.label.startswith(("with ", "directed by "))  # "nothing with him in it"
    return "nothing" if mild(veto) or apart else "things" if themes and veto.label.endswith("s") else "unwanted"


def liked_items(taste: Taste) -> list[str]:
    """Items that somebody said they like; having saved one is less than that."""
    return [item_id for item_id, weight in taste.items.items() if weight > ACCEPTED]


def _short(item: Item) -> str:
    """An item's title without case and article."""
    return re.sub(r"^(?:the|an?) ", "", item.title.casefold())
