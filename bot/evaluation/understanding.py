"""How well messages are understood: INSPIRED's annotated mentions, ReDial's labelled opinions.

INSPIRED (Hayati et al., EMNLP 2020) marks the titles, genres and people of each utterance of both speakers, ReDial
(Li et al., NeurIPS 2018) whether the seeker liked each movie of a dialogue. docs/evaluation.md says how the defects of
both are treated.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bot.conversation.listening import Listener
from bot.conversation.statements import Intent, Kind, Named, NamedKind, Reading
from bot.conversation.title_index import number
from bot.conversation.tokens import ARTICLES, squash, tokenize
from bot.conversation.understand import Understanding
from bot.evaluation.films import Films, opened, title_key
from recsys.catalogue import Catalogue, Item
from recsys.errors import DataError

GENRES: Final[Mapping[str, str]] = {
    "action": "action",
    "adventure": "adventure",
    "animation": "animation",
    "comedy": "comedy",
    "crime": "crime",
    "documentary": "documentary",
    "drama": "drama",
    "fantasy": "fantasy",
    "history": "history",
    "horror": "horror",
    "musical": "musical",
    "mystery": "mystery",
    "romance": "romance",
    "romcom": "comedy",
    "scifi": "sci-fi",
    "superhero": "action",
    "thriller": "thriller",
    "western": "western",
}
"""The lexicon's genres in INSPIRED's terms: it has no others, and marks superhero films as action and a romantic
comedy as comedy."""

_YEAR = re.compile(r"\s*\((\d*)\)\s*$")
_STATED = re.compile(r"\s*\((?:18|19|20)\d\d\)")
_NUMBERED = re.compile(r"""['"](.+?)['"]?: \d+""")
"""An entry of INSPIRED's dictionaries, some of which lack a quotation mark."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One annotated utterance. ``titles`` are keys with their year; ``known`` is all that the dialogue's annotation
    names, titles and people."""

    dialogue: str
    role: str
    text: str
    titles: tuple[tuple[str, int | None], ...]
    genres: tuple[str, ...]
    people: tuple[str, ...]
    known: frozenset[str]


@dataclass(frozen=True, slots=True)
class Film:
    """What a dialogue's seeker said of one film in the end: ``liked`` is 1, 0 or 2 (did not say)."""

    title: str
    year: int | None
    ids: Mapping[str, str]
    liked: int


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Messages as (role, text), the films that were judged, and the titles (key, year) marked in each message."""

    id: str
    messages: tuple[tuple[str, str], ...]
    films: tuple[Film, ...]
    marked: Mapping[int, tuple[tuple[str, int | None], ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Count:
    """Hits, misses and false alarms of one kind of mention."""

    hits: int = 0
    missed: int = 0
    extra: int = 0

    @property
    def f1(self) -> float:
        total = 2 * self.hits + self.missed + self.extra
        return 2 * self.hits / total if total else 0.0

    def report(self) -> dict[str, float]:
        return {
            "f1": self.f1,
            "precision": self.hits / (self.hits + self.extra) if self.hits + self.extra else 0.0,
            "recall": self.hits / (self.hits + self.missed) if self.hits + self.missed else 0.0,
            "annotated": self.hits + self.missed,
            "found": self.hits + self.extra,
        }


@dataclass(slots=True)
class Report:
    """The figures, how many cases each rests on, what else is worth knowing, and every error as a line."""

    metrics: dict[str, float] = field(default_factory=dict)
    n: dict[str, int] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def __add__(self, other: Report) -> Report:
        return Report(
            self.metrics | other.metrics,
            self.n | other.n,
            self.details | other.details,
            self.errors + other.errors,
        )

    def as_json(self) -> dict[str, Any]:
        return {"metrics": self.metrics, "n": self.n, "details": self.details}


# -- reading ----------------------------------------------------------------------------------------------------------


def read_inspired(path: Path) -> list[Utterance]:
    """INSPIRED's ``.tsv`` (unquoted; dictionaries as Python literals); raises ``DataError`` for another file."""
    with opened(path) as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    try:
        return [_utterance(row) for row in rows]
    except (KeyError, AttributeError) as error:
        raise DataError(
            f"{path} is no INSPIRED file ({error!r}): give its .tsv with movies, genres, people."
        ) from error


def _utterance(row: Mapping[str, str]) -> Utterance:
    known = [key for name in ("movie_dict", "actor_dict", "director_dict") for key in _NUMBERED.findall(row[name])]
    return Utterance(
        dialogue=row["dialog_id"],
        role="user" if row["speaker"] == "SEEKER" else "assistant",
        text=row["text"].replace("QUOTATION_MARK", '"'),
        titles=tuple(map(_reference, _listed(row["movies"]))),
        genres=_listed(row["genres"]),
        people=tuple(dict.fromkeys(map(squash, _listed(row["people_names"])))),
        known=frozenset(_reference(name)[0] for name in known),
    )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(str.strip, cell.split(";")))))


def _reference(marked: str) -> tuple[str, int | None]:
    """The key and the year of a title as it is marked."""
    year = _YEAR.search(marked)
    return title_key(_YEAR.sub("", marked)), int(year[1]) if year and year[1] else None


def read_redial(path: Path) -> list[Dialogue]:
    """ReDial dialogues, one JSON object a line; raises ``DataError`` for another file."""
    with opened(path) as file:
        try:
            return [_dialogue(json.loads(line)) for line in file if line.strip()]
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path} is no dialogue file ({error!r}): one JSON object a line is needed.") from error


def _dialogue(data: Mapping[str, Any]) -> Dialogue:
    films: dict[tuple[str, int | None], Film] = {}
    marked: dict[int, tuple[tuple[str, int | None], ...]] = {}
    for m in data["mentions"]:
        if m.get("message") is not None:
            marked[m["message"]] = (*marked.get(m["message"], ()), (title_key(m["title"]), m["year"]))
        if m["liked"] is not None:
            ids = {name: str(m[name]) for name in ("imdb_id", "tmdb_id", "movielens_id") if m.get(name) is not None}
            films.setdefault((m["title"], m["year"]), Film(m["title"], m["year"], ids, int(m["liked"])))
    messages = tuple((m["role"], m["text"]) for m in data["messages"])
    return Dialogue(str(data["id"]), messages, tuple(films.values()), marked)


# -- mentions ---------------------------------------------------------------------------------------------------------


def evaluate_mentions(understanding: Understanding, catalogue: Catalogue, utterances: Sequence[Utterance]) -> Report:
    """Micro F1 of the titles, genres and people that are named in each utterance, of both speakers.

    A title counts by its words (articles, case, punctuation and the way of writing numbers aside), a person by the
    name in the text or in the catalogue. The figures are against the annotation as it is; ``details`` holds them a
    second time with its defects treated, and for the seekers alone.
    """
    judge = _Judge(catalogue)
    strict: dict[str, Count] = defaultdict(Count)
    treated: dict[str, Count] = defaultdict(Count)
    seeker: dict[str, Count] = defaultdict(Count)
    report = Report()
    for said, reading in _heard(understanding, utterances):
        for kind, wanted, found in judge.cases(said, reading):
            missed, extra = _unmatched(wanted, found)
            counts = [strict[kind], *([seeker[kind]] if said.role == "user" else [])]
            for count in counts:
                count.hits += len(wanted) - len(missed)
                count.missed += len(missed)
                count.extra += len(extra)
            excused = [m for m in missed if kind == "titles" and judge.unmeant(m, said.text)]
            unmarked = [e for e in extra if judge.unmarked(e, said)]
            treated[kind].hits += len(wanted) - len(missed) + len(unmarked)
            treated[kind].missed += len(missed) - len(excused)
            treated[kind].extra += len(extra) - len(unmarked)
            lines = [("missed", names, names in excused) for names in missed]
            lines += [("extra", names, names in unmarked) for names in extra]
            report.errors += [
                "\t".join((kind, what, min(sorted(names), key=len), "defect" if defect else "", said.text))
                for what, names, defect in lines
            ]
    for kind in ("titles", "genres", "people"):
        report.metrics[f"f1_{kind}"] = strict[kind].f1
        report.n[kind] = strict[kind].hits + strict[kind].missed
        report.details[kind] = {
            "strict": strict[kind].report(),
            "defects_treated": treated[kind].report(),
            "seekers": seeker[kind].report(),
        }
    report.n["utterances"] = len(utterances)
    return report


def _heard(understanding: Understanding, utterances: Iterable[Utterance]) -> Iterator[tuple[Utterance, Reading]]:
    listener, dialogue = Listener(understanding), ""
    for said in utterances:
        if said.dialogue != dialogue:
            listener, dialogue = Listener(understanding), said.dialogue
        yield said, listener.user(said.text) if said.role == "user" else listener.assistant(said.text)


Names = frozenset[str]
"""The keys of one thing, any of which will do."""


def _unmatched(wanted: Iterable[Names], found: Iterable[Names]) -> tuple[list[Names], list[Names]]:
    """What was wanted and not found, and what was found and not wanted."""
    left, missed = list(found), []
    for names in wanted:
        hit = next((other for other in left if names & other), None)
        if hit is None:
            missed.append(names)
        else:
            left.remove(hit)
    return missed, left


class _Judge:
    """Names of the annotation and of the catalogue, made comparable. A thing found has several names."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._names = {item.id: self._known_as(item) for item in catalogue.items}
        self._all = frozenset().union(*self._names.values())

    @staticmethod
    def _known_as(item: Item) -> frozenset[str]:
        """Title and aliases; the title before a colon only with its year ("Star Wars (1977)")."""
        head = re.split(r": | - ", item.title)[0]
        dated = {f"{title_key(head)} {item.year + off}" for off in (-1, 0, 1)} if item.year and head else set()
        return frozenset({title_key(name) for name in (item.title, *item.aliases)} | dated)

    def cases(self, said: Utterance, reading: Reading) -> list[tuple[str, list[Names], list[Names]]]:
        """For each kind: what is marked and what was found, once each."""
        found = self.found(reading, said.text)
        return [
            ("titles", self.titles(said.titles), found[NamedKind.TITLE]),
            ("genres", [frozenset((genre,)) for genre in said.genres], found[NamedKind.GENRE]),
            ("people", [frozenset((person,)) for person in said.people], found[NamedKind.PERSON]),
        ]

    @staticmethod
    def titles(marked: Iterable[tuple[str, int | None]]) -> list[Names]:
        """Marked titles, once each."""
        return list(dict.fromkeys(frozenset((key, f"{key} {year}")) for key, year in marked))

    def found(self, reading: Reading, text: str) -> Mapping[NamedKind, list[Names]]:
        """What was found, once each, by kind."""
        found: dict[NamedKind, list[Names]] = defaultdict(list)
        for named in reading.named:
            names = self._of(named, text)
            if names and not any(names & other for other in found[named.kind]):
                found[named.kind].append(names)
        return found

    def knows(self, names: Names) -> bool:
        """Whether the catalogue has a title."""
        return not self._all.isdisjoint(names)

    def _of(self, named: Named, text: str) -> Names:
        if named.kind is NamedKind.TITLE:
            return frozenset().union(*(self._names[i] for i in named.item_ids))
        if named.kind is NamedKind.PERSON:
            return frozenset((squash(named.value), squash(re.sub(r"['’]s$", "", text[named.start : named.end]))))
        return frozenset((GENRES[named.value],)) if named.value in GENRES else frozenset()

    def unmeant(self, names: Names, text: str) -> bool:
        """Whether a marked title can't be found: the catalogue lacks it, or its words don't stand in the text."""
        return not self.knows(names) or min(names, key=lambda name: (len(name), name)) not in title_key(text)

    def unmarked(self, names: Names, said: Utterance) -> bool:
        """Whether something not marked here is named all the same: the dialogue's annotation knows it, or it stands
        there in full, in two words or more with capitals."""
        if not said.known.isdisjoint(names):
            return True
        tokens = [t for t in tokenize(said.text) if t.norm not in ARTICLES]
        for i in range(len(tokens)):
            run = ""
            for j in range(i, min(i + 8, len(tokens))):
                run += number(tokens[j].norm)
                if run in names and j > i and tokens[i].capital and tokens[j].capital:
                    return True
        return False


def evaluate_titles(understanding: Understanding, catalogue: Catalogue, dialogues: Sequence[Dialogue]) -> Report:
    """The titles of ReDial's messages once their years are cut out, as written and in lower case.

    ReDial's people picked titles from a list that added the year, so these marks are nearly complete and right. Titles
    that the catalogue lacks are left out. Only ``details`` is filled.
    """
    judge = _Judge(catalogue)
    report = Report()
    for name, form in (("as_written", str), ("lower_case", str.lower)):
        count = Count()
        for dialogue in dialogues:
            for position, titles in dialogue.marked.items():
                text = form(_STATED.sub("", dialogue.messages[position][1]))
                wanted = [names for names in judge.titles(titles) if judge.knows(names)]
                missed, extra = _unmatched(wanted, judge.found(understanding.read(text), text)[NamedKind.TITLE])
                count.hits += len(wanted) - len(missed)
                count.missed += len(missed)
                count.extra += len(extra)
        report.details.setdefault("titles_without_years", {})[name] = count.report()
    return report


# -- polarity ---------------------------------------------------------------------------------------------------------


def evaluate_polarity(understanding: Understanding, catalogue: Catalogue, dialogues: Sequence[Dialogue]) -> Report:
    """Whether each film that the seeker said they liked, or not, is understood as liked, or not, from the dialogue.

    One case a film and dialogue, read as a chat with its running context. The labels come from a form that the seekers
    filled in afterwards, so that for many films no message says anything. The headline has a default: a film that is
    neither praised nor refused counts as liked. ``details`` holds what that default is worth alone, and the figures
    without it.
    """
    find = Films(catalogue)
    report = Report()
    outcomes: Counter[tuple[int, int]] = Counter()
    for dialogue in dialogues:
        taste = tastes(understanding, dialogue)
        for film in dialogue.films:
            if film.liked not in (0, 1):
                continue
            decided = [taste[i] for i in find.ids(film.title, film.year, film.ids) if taste.get(i)]
            polarity = decided[0] if decided else 0
            outcomes[film.liked, polarity] += 1
            if polarity != (1 if film.liked else -1):
                what = {1: "liked", 0: "undecided", -1: "disliked"}[polarity]
                label = "liked" if film.liked else "disliked"
                report.errors.append(f"polarity\t{label}\t{what}\t{dialogue.id}\t{film.title} ({film.year})")
    right = outcomes[1, 1] + outcomes[0, -1]
    total, undecided = sum(outcomes.values()), outcomes[1, 0] + outcomes[0, 0]
    liked, disliked = (sum(outcomes[label, p] for p in (1, 0, -1)) for label in (1, 0))
    recalls = [
        right_of / of if of else 0.0 for right_of, of in ((liked - outcomes[1, -1], liked), (outcomes[0, -1], disliked))
    ]
    report.metrics["polarity"] = (right + outcomes[1, 0]) / total if total else 0.0
    report.n |= {"polarity": total, "polarity_liked": liked, "polarity_disliked": disliked}
    report.details["polarity"] = {
        "default_alone": liked / total if total else 0.0,
        "balanced": sum(recalls) / 2,
        "undecided_as_wrong": right / total if total else 0.0,
        "coverage": 1 - undecided / total if total else 0.0,
        "of_decided": right / (total - undecided) if total > undecided else 0.0,
        "recall_disliked": recalls[1],
        "precision_disliked": outcomes[0, -1] / max(1, outcomes[0, -1] + outcomes[1, -1]),
    }
    return report


def tastes(understanding: Understanding, dialogue: Dialogue) -> dict[str, int]:
    """Item id -> 1 or -1: the last that the seeker said of it; an opinion outranks a wish for tonight."""
    listener = Listener(understanding)
    said: dict[str, tuple[bool, int]] = {}
    for role, text in dialogue.messages:
        if role != "user":
            listener.assistant(text)
            continue
        for s in listener.user(text).statements:
            taken = s.kind is Kind.INTENT and s.value in (Intent.ACCEPT, Intent.SAVE, Intent.LIKE_THIS)
            polarity = 1 if taken else s.polarity if s.kind is Kind.ITEM else 0
            if s.target and polarity and (s.lasting or not said.get(s.target, (False, 0))[0]):
                said[s.target] = s.lasting, polarity
    return {item_id: polarity for item_id, (_, polarity) in said.items()}
