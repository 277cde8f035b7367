"""What is known at this point of a dialogue: this evening's wish, what was shown, what was asked.

A lifetime's taste lives in rows (statements and feedback); this state lives with the conversation and fades with it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.conversation.counts import LENGTH, length_of, of_heads
from bot.conversation.ranges import than
from bot.conversation.statements import Critique, Intent, Kind, NamedKind, Reading, Statement
from bot.texts import without_chinese
from recsys.catalogue import PEOPLE, Catalogue, Facet
from recsys.taste import Clause, Range, Talk, Wish, meets

WELL_KNOWN, LITTLE_KNOWN = 0.95, 0.88
"""The shares of the catalogue that are less known than what counts as well known, and known at most as much as what
counts as lesser known."""
MOODS_KEPT = 3
"""Free-text wishes remembered within an evening; older ones would dilute the newest."""
TRANSCRIPT_KEPT = 500
"""Characters of the talk that are remembered: what the encoder reads, and most of what a turn costs."""
WORDS_KEPT = 600
"""Characters of the person's own words that are remembered."""
SHOWN_KEPT = 60
"""Items shown this evening that are not shown again as long as anything else fits."""
NAMED_KEPT = 20
"""Items named, and facets that a human recommender spoke of, that are remembered."""

OR = " or "
"""What parts the names of alternatives in a label."""
_UPWARDS, _DOWNWARDS = ("newer", "longer"), ("older", "shorter")
"""What opens a quantity to one side alone."""
_OPINION = ("value", "polarity", "lasting", "seen")
"""What an opinion consists of."""
_YEAR = re.compile(r"\((?:18|19|20)\d\d\)")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Immutable: each turn makes a new one.

    ``moods`` are wishes for the encoder, ``called`` what people call them, ``own`` how this person put those that were
    read in another language. ``shown`` holds the last list (or the films
    asked about) in order of slots and ``shown_in`` its turn, ``past`` all of tonight's lists, ``refused`` what is not
    to come tonight at all; ``focus`` is the item talked about; ``asked`` and ``options`` are the open question and its
    ready answers, ``questions`` how many were asked in a row, ``page`` the page of the profile; ``pending`` is the
    opinion that waits for an ambiguous title to be settled, ``pending_in`` the turn that asked. ``measured`` holds the
    labels of limits that a list ("older") or a style was the measure of. ``transcript``, ``words``, ``named`` and
    ``echoed`` are the talk so far. ``company`` holds the ids of those who watch together, in a group; ``people`` are
    those who were named or told of last; ``opined`` is what the last message said of films, if it said the same of all.
    """

    wanted: tuple[Clause, ...] = ()
    unwanted: tuple[Clause, ...] = ()
    ranges: tuple[Range, ...] = ()
    outside: tuple[Range, ...] = ()
    moods: tuple[str, ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    like: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    shown_in: str | None = None
    past: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    focus: str | None = None
    asked: str | None = None
    options: tuple[str, ...] = ()
    questions: int = 0
    page: int = 0
    pending: Mapping[str, Any] = field(default_factory=dict)
    pending_in: str | None = None
    transcript: str = ""
    words: str = ""
    measured: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    echoed: tuple[Clause, ...] = ()
    company: tuple[str, ...] = ()
    people: tuple[Clause, ...] = ()
    opined: Mapping[str, Any] = field(default_factory=dict)

    @property
    def talk(self) -> Talk:
        """What was said, for the signals that conversations taught."""
        return Talk(self.transcript, self.words, self.named, self.echoed)

    def noted(self, heard: Reading) -> Dialogue:
        """This state with the person's words, and the items that they named or pointed at, in the talk: in English, the
        language of the talk that was learned from."""
        heard = heard.english or heard
        spans = [(n.start, n.end) for n in heard.named if n.kind is NamedKind.TITLE]
        words = "".join(c for n, c in enumerate(heard.text) if not any(i <= n < j for i, j in spans))
        pointed = [s.target for s in heard.statements if s.target and s.polarity > 0]
        people = tuple(n.clause for n in heard.named if n.kind is NamedKind.PERSON and n.clause)
        spoken_of = {s.target for s in heard.statements if s.kind is not Kind.QUESTION}
        asked_about = {s.target for s in heard.statements if s.kind is Kind.QUESTION} - spoken_of
        said = [s for s in heard.statements if s.kind is Kind.ITEM and (s.lasts or s.value == "like")]
        opinions = [{name: getattr(s, name) for name in _OPINION} for s in said]
        return replace(
            self._told(heard, pointed, asked_about),
            people=people or self.people,
            opined=opinions[0] if opinions and all(o == opinions[0] for o in opinions) else {},
            words=f"{self.words} {' '.join(_YEAR.sub(' ', words).split())}"[-WORDS_KEPT:].strip(),
        )

    def overheard(self, said: Reading) -> Dialogue:
        """This state with the words of a human recommender in the talk."""
        clauses = [n.clause for n in said.named if n.kind is NamedKind.PERSON and n.clause]
        clauses += [s.clause for s in said.statements if s.kind is Kind.FACET and s.clause and s.polarity > 0]
        echoed = dict.fromkeys((*self.echoed, *clauses))
        return replace(self._told(said, ()), echoed=tuple(echoed)[-NAMED_KEPT:])

    def _told(self, reading: Reading, pointed: Iterable[str], asked_about: Collection[str | None] = ()) -> Dialogue:
        """This state with a message in the talk. What is named isn't suggested: they know it, unless they ask."""
        titles = [n.item_ids[0] for n in reading.named if n.kind is NamedKind.TITLE]
        titles = [i for i in titles if i not in asked_about]
        latest = tuple(dict.fromkeys([*titles, *pointed]))
        named = (*(i for i in self.named if i not in latest), *latest)
        transcript = f"{self.transcript} {' '.join(_YEAR.sub(' ', reading.text).split())}".strip()
        return replace(self, transcript=transcript[-TRANSCRIPT_KEPT:], named=named[-NAMED_KEPT:])

    @property
    def wish(self) -> Wish:
        """What the engine is asked for."""
        hard = tuple(c for c in self.wanted if not _is_theme(c))
        soft = tuple(c for c in self.wanted if _is_theme(c))
        vague = bool(self.moods) and all(mood in self.called for mood in self.moods)
        label = ", ".join(self.called.get(mood, mood) for mood in self.moods)
        vetoes: tuple[Clause | Range, ...] = (*self.unwanted, *self.outside)
        return Wish(", ".join(self.moods), hard, soft, vetoes, self.ranges, self.like, label, vague)

    def heard(self, statements: Iterable[Statement], catalogue: Catalogue) -> Dialogue:
        """This state after a message. Wishes add up until one comes twice: "a thriller" after "from the 90s" narrows,
        "a romantic comedy" after that starts anew, and so does a story described or "something like Alien". Another
        person or country takes the place of the one before. Vetoes stay, and so does the company until they are alone.
        Messages that say they refine ("also", "but", a critique) do not start anew; "forget that" and goodbye end the
        wish so far."""
        statements = tuple(statements)
        said = [s for s in statements if not s.lasting or s.kind is Kind.RANGE]  # no taste holds limits
        adds = any(s.value == Intent.REFINE for s in said)
        resembles = _resembles(statements)
        asked = self.moods or self.like or any(names_genre(c) for c in self.wanted)
        like = [s.target for s in said if s.target and (s.value in ("like", Intent.LIKE_THIS))] if resembles else []
        state = self
        if any(s.value == Intent.REMAKE for s in said) and not _ends_wish(said):
            state = self._remade()
        elif (asked and wishes_anew(statements)) or _ends_wish(said):
            state = self._afresh(like, catalogue)
        if any(s.value in (Intent.BYE, Intent.UNDO) for s in said) and _ends_wish(said):
            state = replace(state, ranges=())
        if resembles:  # older than what was shown when something else was wanted
            state = replace(state, ranges=tuple(r for r in state.ranges if r.label not in state.measured))
        if any(s.value == Intent.BYE for s in said):
            state = replace(state._alone(), unwanted=(), outside=(), refused=())
        if any(s.value == Intent.ALONE for s in said):
            state = state._alone()
        refines = adds or any(s.kind is Kind.CRITIQUE for s in said)
        if any(s.kind is Kind.FACET and s.polarity > 0 and names_origin(s.clause) for s in said) and not refines:
            wanted = tuple(c for c in state.wanted if not names_origin(c))
            ranges = tuple(r for r in state.ranges if r.label not in state.measured)
            state = replace(state, moods=(), wanted=wanted, ranges=ranges)
        if any(s.kind is Kind.FACET and s.polarity > 0 and names_people(s.clause) for s in said) and not refines:
            state = replace(state, wanted=tuple(c for c in state.wanted if not names_people(c)))
        asked_for = {s.clause.label for s in said if s.clause and s.polarity > 0 and not s.clause.whom}
        for statement in said:
            if not _outspoken(statement, asked_for):
                state = state._apply(statement, catalogue, adds=adds)
        return replace(state, measured=(*state.measured, *_of_styles(said)))

    def _afresh(self, like: Sequence[str], catalogue: Catalogue) -> Dialogue:
        """This state for a new wish. Who watches stays, and how much time there is; and where films are named to be
        resembled, so does what all of them meet: "like Alien" after "a horror comedy" is still to be horror."""
        rows = [catalogue.row(i) for i in like]

        def stays(wish: Clause | Range) -> bool:
            company = isinstance(wish, Range) and of_heads(wish)
            time = isinstance(wish, Range) and wish.name == "runtime" and wish.low is None
            return company or time or (bool(rows) and bool(meets(catalogue, wish)[rows].all()))

        wanted = tuple(c for c in self.wanted if c.whom or stays(c))
        ranges = tuple(r for r in self.ranges if stays(r) and r.label not in self.measured)
        return replace(self, wanted=wanted, moods=(), called={}, like=(), ranges=ranges, transcript="", words="")

    def _remade(self) -> Dialogue:
        """ "Make that horror": this state without its genres and moods, which others take the place of."""
        wanted = tuple(c for c in self.wanted if not names_genre(c))
        moods = tuple(m for m in self.moods if m not in self.called)
        return replace(self, wanted=wanted, moods=moods, called={}, transcript="", words="")

    def _alone(self, whom: str | None = None) -> Dialogue:
        """This state without those who watch along, or one of them, and without what is refused for their sake."""
        wanted, unwanted = (
            tuple(c for c in clauses if not c.whom or (whom and c.whom != whom))
            for clauses in (self.wanted, self.unwanted)
        )
        if (wanted, unwanted) == (self.wanted, self.unwanted):
            return self
        gone = {c.label for c in self.wanted if c not in wanted}
        moods = tuple(m for m in self.moods if not gone.intersection(self.called.get(m, "").split(", ")))
        ranges = tuple(r for r in self.ranges if r.label not in self.measured)  # shorter than the films for the kids
        return replace(self, wanted=wanted, unwanted=unwanted, moods=moods, ranges=ranges, transcript="", words="")

    def _apply(self, said: Statement, catalogue: Catalogue, *, adds: bool) -> Dialogue:
        if said.kind is Kind.FACET and not said.polarity:
            return self  # spoken of, neither wanted nor refused
        if said.kind is Kind.FACET and said.clause:
            return self._want(said.clause) if said.polarity > 0 else self._veto(said.clause)
        if said.kind is Kind.RANGE and said.range:
            return self._limit(said.range, said.polarity, adds=adds)
        if said.kind is Kind.WISH and said.polarity >= 0:
            moods = (*(m for m in self.moods if m != said.value), said.value)[-MOODS_KEPT:]
            called = {**self.called, **({said.value: said.clause.label} if said.clause else {})}
            own = {**self.own, **({said.value: said.said} if said.said else {})}
            known = {m: called[m] for m in moods if m in called}
            return replace(self, moods=moods, called=known, own={m: own[m] for m in moods if m in own})
        if said.target and said.value in (Intent.LIKE_THIS, "like"):
            return self._resemble(said.target, said.polarity)
        if said.kind is Kind.ITEM and said.target and said.polarity < 0 and not said.lasting:
            return replace(self, refused=(*(i for i in self.refused if i != said.target), said.target))
        if said.kind is Kind.ITEM and said.target in self.refused and said.polarity > 0:
            return replace(self, refused=tuple(i for i in self.refused if i != said.target))
        if said.kind is Kind.CRITIQUE:
            return self._criticised(said, catalogue)
        if said.kind is Kind.ALLOW:
            return self._allow(said)
        return self

    def _want(self, clause: Clause) -> Dialogue:
        if other := next((c.whom for c in self.unwanted if clause.whom and c.whom and _overlap(c, clause)), ""):
            return self._alone(other)._want(clause)  # the kids take the place of grown-ups
        unwanted = tuple(c for c in self.unwanted if not _overlap(c, clause))
        return replace(self, wanted=(*(c for c in self.wanted if c != clause), clause), unwanted=unwanted)

    def _limit(self, limit: Range, polarity: int, *, adds: bool = False) -> Dialogue:
        """The latest limit of a quantity replaces the one before, unless both together say where it lies: "longer",
        then "under two hours", or it ``adds`` to it: "newer than 1997", then "also from the 90s". Refused ranges add
        up."""
        if polarity < 0:
            return replace(self, outside=(*(r for r in self.outside if r != limit), limit))
        before = next((r for r in self.ranges if r.name == limit.name), None)
        if before and (adds or _face(before, limit)):
            limit = _common(before, limit) or limit
        return replace(self, ranges=(*(r for r in self.ranges if r.name != limit.name), limit))

    def _allow(self, said: Statement) -> Dialogue:
        """ "Older ones are fine too": what stands against it is lifted, and nothing is wanted that was not before."""
        if said.range:
            ranges = (widened(r, said) if r.name == said.range.name else r for r in self.ranges)
            outside = (r for r in self.outside if r.name != said.range.name or not _against(r, said))
            return replace(self, ranges=tuple(r for r in ranges if r), outside=tuple(outside))
        clause = said.clause or Clause("", ())
        if said.polarity < 0:
            return self.without_wish(Kind.FACET, clause.label)
        if not clause.facets:  # any language, any country
            kept = [tuple(c for c in cs if not _is_of(c, clause.label)) for cs in (self.wanted, self.unwanted)]
            return replace(self, wanted=kept[0], unwanted=kept[1])
        return replace(self, unwanted=tuple(c for c in self.unwanted if c.whom or not _overlap(c, clause)))

    def _resemble(self, item_id: str, polarity: int) -> Dialogue:
        others = tuple(i for i in self.like if i != item_id)
        if polarity < 0:  # "not like Avatar", and least of all that
            return replace(self, like=others, refused=(*(i for i in self.refused if i != item_id), item_id))
        return replace(self, like=(*others, item_id))

    def _veto(self, clause: Clause) -> Dialogue:
        # "Not animated" sends no child to bed: whom it is for stays, unless others watch who don't go with them.
        stay = {c.label for c in self.wanted if c.whom and not clause.whom} - {clause.label}
        if spoilt(self, clause):
            return self
        spared = (c if c.label in stay else _spared(c, clause) for c in self.wanted)
        wanted = tuple(c for c in spared if c)
        label = clause.label.casefold()
        moods = tuple(m for m in self.moods if label not in f"{m} {self.called.get(m, '')}".casefold())
        if clause.whom and clause.whom == clause.label:  # "no kids": they don't watch, and may be in it
            return self._alone(clause.label)
        stated = clause.whom and any(c.label == clause.label and not c.whom for c in self.unwanted)
        left = {c.label for c in self.wanted if c.whom and c not in wanted}
        unwanted = (*(c for c in self.unwanted if c.label != clause.label and c.whom not in left), clause)
        return replace(self, unwanted=self.unwanted if stated else unwanted, wanted=wanted, moods=moods)

    def _criticised(self, said: Statement, catalogue: Catalogue) -> Dialogue:
        """ "Older", "shorter"... mean: than what was just shown."""
        if said.value == Critique.DIFFERENT:
            return self._different(catalogue)
        if said.value in (Critique.LESSER_KNOWN, Critique.BETTER_KNOWN):
            return self._known(said.value == Critique.BETTER_KNOWN, catalogue)
        if said.clause and (said.clause.facets or said.clause.mood):
            if said.value == Critique.LESS_OF:
                return self._veto(said.clause)
            milder = tuple(c for c in self.unwanted if c.facets or c.mood != said.clause.mood)  # "too scary" before
            return replace(self, unwanted=milder)._want(said.clause)
        name, older = {
            Critique.OLDER: ("year", True),
            Critique.NEWER: ("year", False),
            Critique.SHORTER: (LENGTH, True),
            Critique.LONGER: (LENGTH, False),
        }.get(Critique(said.value), (None, False))
        name = length_of(catalogue).name if name == LENGTH else name
        values = [v for i in self.shown if name and (v := catalogue[i].number(name)) is not None]
        if not name or not values:
            return self
        low, high = (None, min(values) - 1) if older else (max(values) + 1, None)
        bound = Range(name, low, high, than(said.value, name, min(values) if older else max(values)))
        return replace(self._limit(bound, 1), measured=(*self.measured, bound.label))

    def _different(self, catalogue: Catalogue) -> Dialogue:
        """This state without tonight's wish, and without the genres it was about: those asked for, else those that
        everything on the last list has."""
        state = self._afresh([], catalogue)
        asked = [c for c in self.wanted if names_genre(c)]
        shown = [set(catalogue[i].facets.get("genre", ())) for i in self.shown]
        alike = sorted(set.intersection(*shown)) if shown else []
        for clause in asked or [Clause(value.lower(), (Facet("genre", value),)) for value in alike]:
            state = state if any(_overlap(clause, c) for c in state.wanted) else state._veto(clause)
        return state

    def _known(self, better: bool, catalogue: Catalogue) -> Dialogue:
        """Better or less known than what was just shown."""
        well, little = (catalogue.quantile("popularity", share) for share in (WELL_KNOWN, LITTLE_KNOWN))
        if well is None or little is None:
            return self
        shown = [v for i in self.shown if (v := catalogue[i].number("popularity")) is not None]
        if better:
            return self._limit(Range("popularity", max([well, *(2 * v for v in shown)]), None, "better known"), 1)
        return self._limit(Range("popularity", None, min([little, *(v / 3 for v in shown)]), "lesser known"), 1)

    def listed(self, shown: tuple[str, ...], turn_id: str) -> Dialogue:
        """This state after a list of items: whatever was open before it is settled."""
        past = (*self.past, *shown)[-SHOWN_KEPT:]
        return replace(self, shown=shown, shown_in=turn_id, past=past, focus=None, asked=None, questions=0, pending={})

    def without(self, labels: Collection[str]) -> Dialogue:
        """This state without the wishes of these labels: they had to give way, and the person was told."""
        wanted = tuple(c for c in self.wanted if c.label not in labels)
        company = {c.whom for c in self.wanted if c.whom and c.label in labels}
        moods = tuple(m for m in self.moods if not company or not set(self.called.get(m, "").split(", ")) <= company)
        ranges = tuple(r for r in self.ranges if r.label not in labels)
        return replace(self, wanted=wanted, moods=moods, ranges=ranges)

    def without_item(self, item_id: str) -> Dialogue:
        """This state without an item as something to resemble, and without the talk, which may name it."""
        like, named = (tuple(i for i in ids if i != item_id) for ids in (self.like, self.named))
        if (like, named) == (self.like, self.named):
            return self
        return replace(self, like=like, named=named, transcript="", words="")

    def without_wish(self, kind: str, label: str) -> Dialogue:
        """This state without a wish or a "no" of tonight, and without the talk, which may say it. ``kind`` is that of
        a statement: "facet", "range" or "wish"."""
        state = self
        if kind == Kind.FACET:
            wanted, unwanted = (tuple(c for c in cs if c.label != label) for cs in (self.wanted, self.unwanted))
            moods = tuple(m for m in self.moods if label not in self.called.get(m, "").split(", "))
            unwanted = tuple(c for c in unwanted if c.whom != label)
            state = replace(self, wanted=wanted, unwanted=unwanted, moods=moods)
        elif kind == Kind.RANGE:
            ranges, outside = (tuple(r for r in rs if r.label != label) for rs in (self.ranges, self.outside))
            state = replace(self, ranges=ranges, outside=outside)
        elif kind == Kind.WISH:
            state = replace(self, moods=tuple(m for m in self.moods if m != label))
        return self if state == self else replace(state, transcript="", words="")

    def to_json(self) -> dict[str, Any]:
        """Plain data for the store."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any], catalogue: Catalogue) -> Dialogue:
        """The state that ``to_json`` wrote; fields it does not know are ignored, so that old rows stay readable, and so
        are items that the catalogue lacks by now. A list that lacks one is gone: its slots would name others."""
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        for name in ("wanted", "unwanted", "echoed", "people"):
            known[name] = tuple(clause_from_json(c) for c in known.get(name, ()))
        for name in ("ranges", "outside"):
            known[name] = tuple(Range(**r) for r in known.get(name, ()))
        for name in ("moods", "like", "shown", "past", "refused", "options", "measured", "named", "company"):
            known[name] = tuple(known.get(name, ()))
        for name in ("like", "past", "refused", "named"):
            known[name] = tuple(i for i in known[name] if i in catalogue)
        if not all(i in catalogue for i in known["shown"]):
            known |= {"shown": (), "shown_in": None}
        if known.get("focus", "") not in catalogue:
            known["focus"] = None
        return cls(**known)


def clause_from_json(data: Mapping[str, Any]) -> Clause:
    """A ``Clause`` from its ``asdict`` form after a trip through JSON."""
    facets, beyond = (tuple(Facet(*f) for f in data.get(name, ())) for name in ("facets", "beyond"))
    words = tuple(data.get("words", ()))
    return Clause(data["label"], facets, beyond, data.get("mood", ""), data.get("whom", ""), words)


def spoilt(state: Dialogue, veto: Clause) -> Clause | None:
    """Those who watch along for whom a veto would leave nothing: "no family films" while the kids watch."""
    suits = (c for c in state.wanted if c.whom and c.facets and not veto.whom)
    return next((c for c in suits if c.core <= veto.core), None)


def wishes_anew(statements: Sequence[Statement]) -> bool:
    """Whether a message says what is wanted rather than what to change about it."""
    said = [s for s in statements if not s.lasting]
    asks = any(s.kind is Kind.FACET and s.polarity > 0 and names_genre(s.clause) for s in said)
    company = {s.clause.whom for s in said if s.clause}
    wishes = [s for s in said if s.kind is Kind.WISH and s.polarity > 0 and (not s.said or without_chinese(s.value))]
    words = [s.clause.label.split(", ") if s.clause else [s.value] for s in wishes]
    describes = any(not company.issuperset(labels) for labels in words)
    refines = any(s.value == Intent.REFINE or s.kind is Kind.CRITIQUE for s in said)
    return _resembles(statements) or ((asks or describes) and not refines)


def _resembles(statements: Sequence[Statement]) -> bool:
    """Whether something like an item is wanted."""
    named = {s.target for s in statements if s.lasts}
    return any(
        (s.kind is Kind.ITEM and s.value == "like" and s.polarity > 0)
        or (s.value == Intent.LIKE_THIS and s.target in named)  # "I loved Heat, something like that"
        for s in statements
        if not s.lasting
    )


def _ends_wish(said: Sequence[Statement]) -> bool:
    """ "Forget that. Something from the 80s", "never mind, surprise me" and "Tom Hanks instead" want nothing of what
    was before, and who says goodbye wants no more."""
    wished = {s.kind for s in said if s.polarity > 0 and not names_origin(s.clause)}
    intents = {s.value for s in said if s.kind is Kind.INTENT}
    return (
        Intent.BYE in intents
        or (Intent.UNDO in intents and not wished.isdisjoint((Kind.FACET, Kind.RANGE, Kind.WISH)))
        or (bool(intents & {Intent.UNDO, Intent.CHANGE}) and bool(intents & {Intent.SURPRISE, Intent.RECOMMEND}))
        or (Intent.CHANGE in intents and not wished.isdisjoint((Kind.FACET, Kind.WISH)))
    )


def _of_styles(said: Sequence[Statement]) -> list[str]:
    """The labels of years that only a style stands for: "French New Wave"."""
    named = {(s.start, s.end) for s in said if s.kind is Kind.FACET and s.polarity > 0}
    return [s.range.label for s in said if s.range and s.polarity > 0 and (s.start, s.end) in named]


def _outspoken(said: Statement, asked_for: Collection[str]) -> bool:
    """Whether company rules out what the same message asks for: "something scary for the kids" is to be scary."""
    clause = said.clause
    return clause is not None and said.polarity < 0 and bool(clause.whom) and clause.label in asked_for


def names_genre(clause: Clause | None) -> bool:
    """Whether a clause is about a genre rather than about who watches."""
    return clause is not None and any(f.kind == "genre" for f in clause.facets) and not clause.whom


def given_up(before: Dialogue, now: Dialogue) -> list[Clause | Range]:
    """People, languages, countries and limits that a new wish has taken the place of, unless another of their kind
    has: what nobody can see from the new wish alone."""
    numbers = {limit.name for limit in now.ranges}
    people = any(names_people(c) for c in now.wanted)
    clauses = [c for c in before.wanted if names_origin(c) or (names_people(c) and not people)]
    origin = any(names_origin(c) for c in now.wanted)
    gone: list[Clause | Range] = [c for c in clauses if c not in now.wanted and not (origin and names_origin(c))]
    return [*gone, *(r for r in before.ranges if r.name not in numbers and r.label not in before.measured)]


def widened(limit: Range, said: Statement) -> Range | None:
    """A limit with room for what was allowed besides; None when it limits nothing any more."""
    more = said.range or limit
    if (more.low, more.high) != (None, None):
        low = None if limit.low is None or more.low is None else min(limit.low, more.low)
        high = None if limit.high is None or more.high is None else max(limit.high, more.high)
    else:
        low = None if said.value not in _UPWARDS else limit.low
        high = None if said.value not in _DOWNWARDS else limit.high
    if (low, high) == (limit.low, limit.high):
        return limit
    if low is None and high is None:
        return None
    if limit.name == "runtime":
        label = (
            than("shorter", "runtime", high + 1) if low is None and high else than("longer", "runtime", (low or 1) - 1)
        )
    elif low is None or high is None:
        label = f"{low:.0f} or later" if low is not None else f"{high:.0f} or earlier"
    else:
        label = f"{low:.0f}-{high:.0f}"
    return Range(limit.name, low, high, label)


def _against(refused: Range, said: Statement) -> bool:
    """Whether a refused span is one that was allowed: "nothing old" by "older ones are fine"."""
    more = said.range
    if more and (more.low, more.high) != (None, None):
        return _common(refused, more) is not None
    below, above = refused.low is None, refused.high is None
    return (below and said.value not in _UPWARDS) or (above and said.value not in _DOWNWARDS)


def _is_of(clause: Clause, kind: str) -> bool:
    return bool(clause.facets) and all(facet.kind == kind for facet in clause.facets)


def names_people(clause: Clause | None) -> bool:
    """Whether a clause is about people."""
    return clause is not None and bool(clause.facets) and all(facet.kind in PEOPLE for facet in clause.facets)


def names_origin(clause: Clause | None) -> bool:
    """Whether a clause is about a language or country."""
    return clause is not None and any(f.kind in ("language", "country") for f in clause.facets)


def _is_theme(clause: Clause) -> bool:
    """Themes are recorded for the better known films only, so asking for one must not exclude the others; a mood never
    does."""
    return all(f.kind == "keyword" for f in clause.facets)


def _face(a: Range, b: Range) -> bool:
    """Whether two ranges are open to opposite sides."""
    return (a.low is None) != (a.high is None) and (a.low is None, a.high is None) == (b.high is None, b.low is None)


def _common(before: Range, limit: Range) -> Range | None:
    """What is in both of two ranges of a quantity; None when nothing is."""
    lows, highs = ([v for v in ends if v is not None] for ends in ((before.low, limit.low), (before.high, limit.high)))
    low, high = max(lows, default=None), min(highs, default=None)
    if low is not None and high is not None and low > high:
        return None
    same = next((r for r in (limit, before) if (r.low, r.high) == (low, high)), None)
    return same or Range(limit.name, low, high, f"{before.label}, {limit.label}")


def _spared(wish: Clause, veto: Clause) -> Clause | None:
    """What a veto leaves of a wish: of "horror or comedy" the comedy, of others nothing."""
    if not _overlap(wish, veto):
        return wish
    facets = tuple(f for f in wish.facets if f not in veto.core)
    names = [name for name in wish.label.split(OR) if name != veto.label]
    left = OR in wish.label and bool(facets) and 0 < len(names) < len(wish.label.split(OR))
    return Clause(OR.join(names), facets) if left else None


def _overlap(a: Clause, b: Clause) -> bool:
    return bool(a.core & b.core) or a.label == b.label
