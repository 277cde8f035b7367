"""Why an item was picked, in words: all reasons, the one on a card, a whole explanation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from zlib import crc32

from bot.conversation.reply import Reason
from bot.conversation.state import Dialogue
from bot.conversation.taste import ACCEPTED
from bot.conversation.wording import Wording
from recsys.catalogue import MAKERS, PEOPLE, Facet, Item
from recsys.datasets.movie_style import MOVIE_STYLE
from recsys.explain import Cause
from recsys.facts import LONGEST_QUOTE, tellable
from recsys.talk import Part
from recsys.taste import Query, Taste, Wish
from recsys.words import tokenise

CLOSE = 0.6
"""A second liked item is named beside the first when it added at least this share of what the first did."""
TELLING = 0.08
"""A reason about the person with a smaller share than this is true, but not why the item was picked."""
WELL_RATED = 7
"""Out of ten: from here on the rating is a reason."""
TYPICAL = 0.2
"""From this weight on a genre is told that speaks for a mood."""
SPOKEN = 3
"""Reasons in a whole explanation."""

FITS = 2.8
"""Points from which on a text is said to fit a theme or a wish in free words: two standard deviations above the
catalogue's mean, or its very words."""

TELLING_WORD = 4
"""Letters of a word that a wish may be about."""
SHARED = (*((kind, 1, 2) for kind in PEOPLE), ("genre", 2, 2))
"""What makes items alike in words: a kind of facet, how many values they have to share, and how many are told."""
NAMES = (*PEOPLE, "language", "country")
"""Kinds of facets that are called by a name."""
KNOWN_FOR = 6
"""People beyond these are hardly what an item is known for."""

GENERAL = ("interplay", "prior", "luck")
"""Signals that say nothing of the person."""
SUBSTANTIAL = 0.2
"""From this share on what is about the person is told before what holds for everybody, even if that counts more."""
BESIDE = 0.25
"""A reason about the person stands in for one that was just given from this part of the largest share on."""


class Reasoning:
    """What speaks for items, in the words of one language."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._texts = wording.texts
        self._catalogue = wording.catalogue

    def reasons(self, item: Item, causes: Sequence[Cause], query: Query) -> tuple[Reason, ...]:
        """Words for each cause, in the causes' order; each completes "because ..."."""
        return tuple(
            Reason(c.signal, c.share, self._reason(item, c, query), _sources(c, query), _faint(c)) for c in causes
        )

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
        known = self._texts("why_prior_known")
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
        return self._texts(f"spoken_{reason.signal}_{how}", item=self._wording.titles(item_ids))

    def template(self, item: Item, reasons: Sequence[Reason]) -> str:
        """A whole explanation without a language model: what the item is, and one or two of the most telling reasons;
        the second must not be about the same title."""
        if not reasons:
            return self._wording.about(item)
        first, *others = _weighty(reasons)
        second = [r.text for r in others if not r.sources or not set(r.sources) <= set(first.sources)][:1]
        if self._texts("comma").strip() in first.text:  # two clauses already
            second = []
        why = self._texts.join([first.text, *second], "because")
        variant = crc32(item.id.encode())
        genres = item.facets.get("genre", ())[:2]
        makers = self._texts.join(self._wording.makers(item))
        if not genres:
            return self._texts("template_plain", title=self._wording.film(item), reasons=why)
        what = self._genre_film(genres)
        by = self._texts(self._wording.made("by", item), makers=makers) if makers else ""
        return self._texts("template", variant, title=self._wording.film(item), what=f"{what}{by}", reasons=why)

    def _genre_film(self, genres: Sequence[str]) -> str:
        """An item by its genres, with its article: "a crime and thriller film"."""
        names = [genre.lower() for genre in self._wording.names(genres)]
        return self._texts("genre_film", turn=int(names[0][0] in "aeiou"), genres=self._texts.films(names))

    def _reason(self, item: Item, cause: Cause, query: Query) -> str:
        if cause.signal in ("relation", "likeness"):
            return self._kinship(item, cause, query)
        if cause.signal == "facets":
            liked = [p.source for p in cause.evidence if isinstance(p.source, Facet)]
            told = zip(liked, self._wording.names(f.value for f in liked), strict=True)
            called = self._texts.kind
            names = dict.fromkeys(n if f.kind in NAMES else called(n.lower()) for f, n in told)  # who is both, once
            return self._texts("why_facet_taste", value=self._texts.join([*names][:2]))
        if cause.signal == "asked":
            return self._texts("why_asked", what=self._asked([str(p.source) for p in cause.evidence], query.wish))
        if cause.signal == "mood":
            return self._felt(item, cause, query)
        if cause.signal == "wish":
            return self._fits(item, query.wish, cause.evidence[0].amount)
        if cause.signal in ("interplay", "luck"):
            return self._texts(f"why_{cause.signal}")
        rating = item.number("rating")
        if rating is None or rating < WELL_RATED:
            return self._texts("why_prior_known")
        return self._texts("why_prior", rating=f"{rating:.1f}")

    def _asked(self, labels: Sequence[str], wish: Wish) -> str:
        """Parts of a wish after "you asked for", those who watch along last: "animation for the kids"."""
        words = self._wording
        whom = [self._texts.name(label) for label in labels if words.whom(label)]
        things = words.labels((label for label in labels if not words.whom(label)), wish)
        what = self._texts.join([words.with_article(thing) for thing in things])
        company = self._texts.join(whom)
        if whom:
            what = self._texts("mood_for", what=what, whom=company) if what else self._texts("some", what=company)
        return self._texts.films([*whom, *things], listed=what)

    def _fits(self, item: Item, wish: Wish, points: float) -> str:
        """Moods are named as this language names them, unless they are asked for by name as well; words of the
        person's own are quoted if they can be. A text that adds few ``points`` fits better than most, and no more is
        claimed of it, nor of one that lacks words of theirs: Eastern Promises is not about the eastern front."""
        if wish.vague:
            stated = {clause.label for clause in (*wish.wanted, *wish.hoped) if clause.mood != clause.label}
            moods = [label for label in wish.label.split(", ") if label not in stated]
            whom = list(dict.fromkeys(self._wording.whom(label) for label in moods if self._wording.whom(label)))
            what = self._texts.join(self._wording.names(label for label in moods if self._wording.described(label)))
            told = self._texts("mood_for", what=what, whom=self._texts.join(whom)) if what and whom else what
            if told or whom:
                return self._texts("why_mood", what=self._texts.films([told or self._texts.join(whom)]))
            labels = wish.label.split(", ")
            company = [self._wording.whom(label) for label in labels if self._wording.whom(label)]
            things = [self._texts.name(label) for label in labels if not self._wording.whom(label)]
            named = [self._wording.with_article(thing) for thing in things]
            if not named:
                return self._texts("why_mood_fits", what=self._texts.films(company))
            return self._texts("why_wish_for" if points >= FITS else "why_nearest", what=self._texts.films(named))
        if not wish.text:  # the talk alone
            return self._texts("why_said")
        if self._texts.language != "en" or not tellable(wish.text, LONGEST_QUOTE):
            return self._texts("why_described" if points >= FITS else "why_described_nearest")
        felt = {clause.label for clause in (*wish.wanted, *wish.hoped) if clause.mood == clause.label}
        things = [label for label in wish.label.split(", ") if label not in felt and not self._wording.whom(label)]
        framing, things = self._texts.options("framing"), [label.removeprefix("about ") for label in things]
        if len(things) != 1:  # of several some may be no words of theirs
            fits = points >= FITS and all(_names(item, thing, framing) for thing in things)
            key = "why_wish_for" if fits else "why_nearest"
            said = "why_described" if points >= FITS else "why_described_nearest"
            return self._texts(key, what=self._texts.join(things)) if things else self._texts(said)
        (label,) = things
        if points >= FITS and _names(item, label, framing):
            return self._texts("why_named", what=label)
        return self._texts("why_nearest", what=self._texts("quoted", what=label))

    def _felt(self, item: Item, cause: Cause, query: Query) -> str:
        """What of an item suits the moods that are wanted, else those that are liked for good."""
        behind = {str(part.source) for part in cause.evidence}
        wish = query.wish
        wanted = [c for c in (*wish.wanted, *wish.hoped) if c.mood and c.label in behind]
        if not wanted:
            liked = [c.mood for c in query.taste.moods if c.label in behind]
            kinds = [self._texts("some_films", what=mood) for mood in self._wording.names(liked)]
            return self._texts("why_facet_taste", value=self._texts.films(kinds))
        moods = list(dict.fromkeys(clause.mood for clause in wanted))
        words = self._wording
        told = [mood for mood in moods if words.whom(mood)] or [mood for mood in moods if words.described(mood)]
        if not told:
            named = [words.with_article(name) for name in words.names(moods)]
            return self._texts("why_asked", what=self._texts.films(named))
        whom = self._texts.join([words.whom(mood) for mood in told if words.whom(mood)])
        what = self._texts.join(words.names(told))
        genres = _typical(item, told)
        if not genres:
            return self._texts("why_mood_fits", what=self._texts.films([whom or what]))
        film, what = self._genre_film(genres), self._texts.films([what])
        return self._texts("why_mood_whom" if whom else "why_mood_film", what=what, whom=whom, film=film)

    def _kinship(self, item: Item, cause: Cause, query: Query) -> str:
        """Near what they like; else, since two negatives make a positive, far from what they don't, or passed over."""
        near = {*query.wish.like, *(i for i, weight in query.taste.items.items() if weight > 0)}
        liked = [p for p in cause.evidence if p.source in near]
        if not liked:
            strongest = str(cause.evidence[0].source)
            how = "passed" if strongest in query.taste.passed else "unlike"
            return self._texts(f"why_{how}", items=self._wording.titles([strongest]))
        strong = [str(p.source) for p in _strong(liked)]
        shared = self._shared([item, *map(self._catalogue.__getitem__, strong)]) if cause.signal == "likeness" else None
        if shared is None:
            return self._texts(f"why_{cause.signal}", items=self._wording.titles(strong))
        kind, values = shared
        what = self._genre_film(values) if kind == "genre" else self._texts.join(self._wording.names(values))
        key = "maker" if kind in MAKERS and kind != "director" else kind
        return self._texts(f"why_same_{key}", items=self._wording.titles(strong), what=what)

    def _shared(self, items: Sequence[Item]) -> tuple[str, list[str]] | None:
        """The makers that all of some items have in common, else at least two genres, by their kind."""
        for kind, least, most in SHARED:
            values = items[0].facets.get(kind, ())
            common = [v for v in values if all(v in other.facets.get(kind, ())[:KNOWN_FOR] for other in items)]
            if len(common) >= least:
                return kind, common[:most]
        return None


def telling(reasons: Sequence[Reason]) -> list[Reason]:
    """Reasons by their shares; but those about the person that have a substantial one, and are not faint, go before
    what holds for everybody."""

    def rank(reason: Reason) -> tuple[bool, float]:
        return reason.signal in GENERAL or reason.share < SUBSTANTIAL or reason.faint, -reason.share

    return sorted(reasons, key=rank)


def _weighty(reasons: Sequence[Reason]) -> list[Reason]:
    """The reasons that carry weight, most telling first, at least one of those given; what holds for everybody only if
    it leads."""
    ranked = telling(reasons)
    leads = bool(ranked) and ranked[0].signal in GENERAL
    return [r for r in ranked if r.share >= TELLING and (leads or r.signal not in GENERAL)] or ranked[:1]


def _names(item: Item, wish: str, framing: Collection[str]) -> bool:
    """Whether an item's text has the words of a wish: of "bees", which may be spelling bees, no more can be said.
    ``framing``: words that ask for an item of some kind ("a film set in") rather than tell which."""
    words = {t.stem for t in tokenise(wish) if len(t.norm) >= TELLING_WORD and t.norm not in framing}
    text = item.text().replace(f"({item.year})", "", 1)  # "set in the 1920s" is not when it was made
    return bool(words) and words <= {token.stem for token in tokenise(text)}


def _faint(cause: Cause) -> bool:
    """Whether a text fits a wish so little that no more can be said than that it comes closer than most."""
    return cause.signal == "wish" and cause.evidence[0].amount < FITS


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
