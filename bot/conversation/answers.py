"""Questions about items, answered from the catalogue only."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.counts import PAGES, measured_by
from bot.conversation.statements import EXTREMES, Kind, Statement
from bot.conversation.wording import Wording
from bot.texts import is_chinese
from recsys.catalogue import MAKERS, PEOPLE, Facet, Item
from recsys.index import series
from recsys.taste import Clause

NAMED_PEOPLE = {**dict.fromkeys(MAKERS, 2), "cast": 8}
"""How many of them an answer names at most."""

LEADS = 3
"""Of those who play in a film so many tell that another is of its series."""
PARTS_TOLD = 8
"""Films of a series that an answer names at most."""

BLACK_AND_WHITE = "black and white"
"""The theme of films without colours."""
_TOLD = {"keyword", "certificate", "language", "country", *PEOPLE}
"""Kinds whose values don't tell what an item is instead."""
BROAD = ("creator", "designer")
"""Makers who are also asked for by what other makers do: who "created" a game designed it."""


class Answers:
    """The answers in one language."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._texts = wording.texts
        self._catalogue = wording.catalogue

    def answer(self, asked: Statement, item: Item) -> str:
        """A question about an item, answered from the catalogue only."""
        if asked.clause is not None:
            return self._whether(asked.clause, item)
        field = asked.value
        if field == "colour":
            return self._in_colour(item)
        if field == "where":  # no catalogue tells
            return self._texts("answer_where", title=self._wording.film(item))
        if field == "sequels":
            parts = self._texts.join([self._wording.film(part) for part in self._parts(item)])
            return self._texts(
                "answer_sequels" if parts else "answer_no_sequels", title=self._wording.film(item), value=parts
            )
        if item.makers and (
            field == "director" or (field in MAKERS and item.makers[0].kind in BROAD)
        ):  # "who made it?"
            field = item.makers[0].kind
        if field == "runtime" and item.number(field) is None and self._counted(item, PAGES):  # "how long is it?"
            field = PAGES
        if told := self._counted(item, field) or self._own(item, field):
            return self._texts("answer_own", title=self._wording.film(item), value=told)
        number = item.number(field)
        values = item.facets.get(field, ())
        if field == "overview":
            value = item.overview
        elif number is not None:
            value = f"{number:.1f}" if field == "rating" else f"{number:.0f}"
        else:
            value = self._texts.join(self._wording.names(values[:8]))
        if field == "overview" and not value:
            return self._texts("sentences").join([self._wording.about(item), self._texts("answer_no_overview")])
        key = self._wording.made("answer", item) if field in MAKERS else f"answer_{field}"
        if field == "overview" and (self._texts.language == "zh") != is_chinese(value):
            key = "answer_overview_foreign"
        known = value and key in self._texts
        return self._texts(key if known else "answer_unknown", title=self._wording.film(item), value=value)

    def _counted(self, item: Item, field: str) -> str:
        """A count of the catalogue's own: "304 pages"."""
        return next(iter(self._wording.counts(item, [c for c in self._wording.counted if c.name == field])), "")

    def _own(self, item: Item, field: str) -> str:
        """A facet of a kind of the catalogue's own: "ingredients: eggs, flour"."""
        values = item.facets.get(field, ()) if f"answer_{field}" not in self._texts and field not in MAKERS else ()
        said = self._texts("comma").join(self._wording.names(values))
        return self._texts("own_kind", kind=field.replace("_", " "), value=said) if said else ""

    def _parts(self, item: Item) -> list[Item]:
        """The others of its series, by their year: of its title with a number or a subtitle, or with another ending
        and one of its leads."""
        stem, title = series(item.title), _unarticled(item)
        leads, spoken = set(item.facets.get("cast", ())[:LEADS]), set(item.facets.get("language", ()))
        found = []
        for other in self._catalogue.items:
            said, base = _unarticled(other), series(other.title)
            named = stem in (base, f"{base}s") or said == f"{stem}s" or said.startswith(f"{stem} ")
            shared = not leads.isdisjoint(other.facets.get("cast", ()))
            languages = other.facets.get("language", ())
            foreign = bool(spoken and languages) and spoken.isdisjoint(languages)  # another film of that name
            if said != title and ((base == stem and not foreign) or (named and shared)):
                found.append(other)
        return sorted(found, key=lambda part: part.year or 0)[:PARTS_TOLD]

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
        if asked.value == "those":
            return self._of_which(asked, items)
        if asked.clause is not None:
            what = self._wording.label(asked.clause)
            found = [item for item in items if item.has_any(asked.clause.facets)]
            if all(facet.kind in PEOPLE for facet in asked.clause.facets):
                films = self._texts.join([self._wording.film(i) for i in found])
                key = "most_with" if found else "most_without"
                return next(iter(found), None), self._texts(key, titles=films, what=what)
            if len(found) == 1:
                return found[0], self._texts("most_only", title=self._wording.film(found[0]), what=what)
            key = "most_all" if found else "most_none"
            return None, self._texts(key, titles=self._wording.titles(i.id for i in found), what=what)
        name, highest = EXTREMES.get(asked.value, ("", False))
        name = measured_by(name, items)
        measured = [(value, item) for item in items if name and (value := item.number(name)) is not None]
        if measured:
            value, item = (max if highest else min)(measured, key=lambda pair: pair[0])
            shown = f"{value:.1f}" if name == "rating" else f"{value:.0f}"
            if name == PAGES:
                most = self._texts(
                    f"most_{asked.value}_own", title=self._wording.titled(item), value=self._counted(item, name)
                )
                return item, most
            return item, self._texts(f"most_{asked.value}", title=self._wording.titled(item), value=shown)
        return None, "\n".join(self._in_a_line(item) for item in items)

    def _of_which(self, asked: Statement, items: Sequence[Item]) -> tuple[Item | None, str]:
        """Of which items it is true what was asked."""
        if asked.clause is None and asked.range is None:
            return None, self._texts("those_unknown")
        found = [item for item in items if self._is_so(asked, item)]
        key = "those_all" if len(found) == len(items) else "those_some" if found else "those_none"
        titles = self._wording.titles(item.id for item in found)
        return (found[0] if len(found) == 1 else None), self._texts(key, titles=titles)

    @staticmethod
    def _is_so(asked: Statement, item: Item) -> bool:
        if asked.range is None:
            return item.has_any(asked.clause.facets if asked.clause else ())
        value, low, high = item.number(asked.range.name), asked.range.low, asked.range.high
        return value is not None and (low is None or low <= value) and (high is None or value <= high)

    def _in_colour(self, item: Item) -> str:
        """Only of films in black and white does a catalogue tell."""
        grey = any(value.casefold() == BLACK_AND_WHITE for value in item.facets.get("keyword", ()))
        return self._texts("answer_grey" if grey else "answer_colour", title=self._wording.film(item))

    def _in_a_line(self, item: Item) -> str:
        rating = item.number("rating")
        rated = self._texts("fact_rating", value=f"{rating:.1f}") if rating is not None else ""
        return f"• {self._wording.about(item)} {rated}".strip()

    def _whether(self, clause: Clause, item: Item) -> str:
        """Whether an item is what a clause says. Silence of the catalogue is told apart from a no."""
        kinds = {facet.kind for facet in clause.facets}
        has = [f.value for f in clause.facets if f.value in item.facets.get(f.kind, ())]
        known = any(item.facets.get(kind) for kind in kinds)
        key = "yes" if has else "no" if known else "unknown"
        title, what = self._wording.film(item), self._wording.label(clause)
        if kinds & set(PEOPLE) and key != "unknown":
            told = self._texts.join(self._wording.names(item.facets.get("cast", ())[:8]))
            return self._texts(f"whether_in_{key}", title=title, what=what, value=told)
        origin = next((kind for kind in ("language", "country") if kinds == {kind}), "")
        if origin:
            told = self._texts.join(self._wording.names(item.facets.get(origin, ())[:8]))
            key = f"answer_{origin}" if told else "answer_unknown"
            answer = self._texts(key, title=title, value=told)
            return answer if has or not told else self._texts("whether_other", answer=answer)
        listed = [value for kind in sorted(kinds - _TOLD) for value in item.facets.get(kind, ())]
        names = self._wording.names(has or listed[:3] or item.facets.get("genre", ())[:3])
        described = self._texts.join([value.lower() for value in names])
        return self._texts(f"whether_{key}", title=title, what=what, value=described)


def _unarticled(item: Item) -> str:
    return item.title.casefold().removeprefix("the ")
