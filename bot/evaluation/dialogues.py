"""Recommending from dialogues: learn from them, and rank what was recommended next.

Protocol (He et al., CIKM 2023): a row for each turn and film recommended in it. The system sees the dialogue up to then
and ranks the candidates; films mentioned before (``seen``) are taken out of the ranking; a film that the catalogue
lacks may be added by its title and year.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from bot.conversation.lexicon import load_lexicon
from bot.conversation.listening import Overheard
from bot.conversation.understand import Understanding
from bot.evaluation.films import Films, opened
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue, Item
from recsys.encoder import Encoder
from recsys.engine import Engine, pick_device
from recsys.errors import DataError
from recsys.evaluation import metrics
from recsys.evaluation.dialogue_baselines import Baselines
from recsys.evaluation.ratings import on_catalogue
from recsys.interactions import Interactions
from recsys.progress import Progress, silent
from recsys.talk import shelves_of, with_lessons
from recsys.talk_training import Turn as Example
from recsys.talk_training import fit_talk
from recsys.taste import Query
from recsys.train import build_index, liked, read_likes, save_likes

IDS: Final = ("imdb_id", "tmdb_id", "movielens_id")
CUTS: Final = (1, 5, 10, 20, 50)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn in which somebody recommended. ``seen`` and ``targets`` are keys of films."""

    id: str
    dialogue: str
    group: str
    messages: tuple[tuple[str, str], ...]
    seen: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Film:
    """A film by its key in the turns."""

    key: str
    title: str
    year: int | None
    ids: Mapping[str, str]


def read_turns(path: Path) -> list[Turn]:
    """Turns, one JSON object a line; raises ``DataError`` for another file."""
    with opened(path) as file:
        try:
            return [_turn(json.loads(line)) for line in file if line.strip()]
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{path} has no turns ({error!r}): each line needs id, dialogue, messages, seen, targets."
            ) from error


def _turn(data: Mapping[str, Any]) -> Turn:
    messages = tuple((str(m["role"]), str(m["text"])) for m in data["messages"])
    group = str(data.get("recommender", f"dialogue {data['dialogue']}"))
    seen, targets = (tuple(map(str, data[name])) for name in ("seen", "targets"))
    return Turn(str(data["id"]), str(data["dialogue"]), group, messages, seen, targets)


def read_candidates(path: Path) -> list[Film]:
    """A JSON array of films with key, title, year and ids; raises ``DataError`` for another file."""
    with opened(path) as file:
        try:
            return [_film(entry) for entry in json.load(file)]
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path} has no candidates ({error!r}): an array of key, title, year is needed.") from error


def read_films(path: Path) -> list[Film]:
    """The films with a key that whole dialogues (one JSON object a line) mention, each once."""
    films: dict[str, Film] = {}
    with opened(path) as file:
        try:
            for line in file:
                for mention in json.loads(line)["mentions"] if line.strip() else ():
                    if mention["key"] is not None:
                        films.setdefault(str(mention["key"]), _film(mention))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"{path} has no dialogues ({error!r}): each line needs messages and mentions.") from error
    return list(films.values())


def _film(data: Mapping[str, Any]) -> Film:
    ids = {name: str(data[name]) for name in IDS if data.get(name) is not None}
    year = int(data["year"]) if data["year"] is not None else None
    return Film(str(data["key"]), str(data["title"]), year, ids)


def linked(films: Sequence[Film], catalogue: Catalogue) -> tuple[dict[str, str], list[Item]]:
    """Key -> item id, and the items to add for films that the catalogue lacks."""
    find = Films(catalogue)
    known: dict[str, str] = {}
    new: dict[str, Item] = {}
    for film in films:
        ids = find.ids(film.title, film.year, film.ids)
        near = [i for i in ids if _agree(film, catalogue[i])]
        if near:
            known[film.key] = near[0]
        else:
            item = Item(f"film-{film.key}", film.title, film.year, external=film.ids)
            known[film.key] = new.setdefault(item.id, item).id
    return known, list(new.values())


def _agree(film: Film, item: Item) -> bool:
    """Whether an item found is the film: by an id, or by a year at most one apart (or unknown)."""
    if any(item.external.get(name) == value for name, value in film.ids.items()):
        return True
    return film.year is None or item.year is None or abs(film.year - item.year) <= 1


def guessed(turns: Sequence[Turn], understanding: Understanding) -> dict[str, str]:
    """Key -> item id from the turns alone: the title that goes with a key among the films ``seen``, wherever it is."""
    together: dict[str, Counter[str]] = defaultdict(Counter)
    times: Counter[str] = Counter()
    for turn in _latest(turns):
        named = {n.item_ids[0] for _, text in turn.messages for n in understanding.read(text).named if n.item_ids}
        times.update(named)
        for key in turn.seen:
            together[key].update(named)
    found = {}
    for key, counts in together.items():
        if counts:
            item_id, n = max(counts.items(), key=lambda pair: pair[1] / (times[pair[0]] + 1))
            if 2 * n > times[item_id]:
                found[key] = item_id
    return found


def _latest(turns: Iterable[Turn]) -> list[Turn]:
    """The last turn of each dialogue, which holds all messages of those before."""
    last: dict[str, Turn] = {}
    for turn in turns:
        if turn.dialogue not in last or len(turn.messages) >= len(last[turn.dialogue].messages):
            last[turn.dialogue] = turn
    return list(last.values())


def queries(
    turns: Sequence[Turn], understanding: Understanding, catalogue: Catalogue
) -> Iterator[tuple[int, Query, float]]:
    """Position, query and seconds of reading for each turn, dialogue by dialogue: every message is read once, as it
    comes in."""
    order = sorted(range(len(turns)), key=lambda n: (turns[n].dialogue, len(turns[n].messages)))
    for _, group in groupby(order, key=lambda n: turns[n].dialogue):
        heard: tuple[tuple[str, str], ...] = ()
        listener = Overheard(understanding, catalogue)
        for n in group:
            messages = turns[n].messages
            if messages[: len(heard)] != heard:
                heard, listener = (), Overheard(understanding, catalogue)
            started = time.perf_counter()
            for role, text in messages[len(heard) :]:
                listener.hear(role, text)
            heard = messages
            query = listener.query()
            yield n, query, time.perf_counter() - started


def evaluate(
    engine: Engine,
    turns: Sequence[Turn],
    films: Sequence[Film],
    baselines: Baselines,
    recommended: frozenset[str] = frozenset(),
    year: int | None = None,
    progress: Progress = silent,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The protocol's figures as JSON, and a row for each target. ``recommended``: ids that training dialogues
    recommended; ``year``: of the dialogues, candidates of later ones come last."""
    known, new = linked(films, engine.catalogue)
    engine = engine.with_items(new) if new else engine
    understanding = Understanding(engine.catalogue, load_lexicon())
    rows = np.array([engine.catalogue.row(known[film.key]) for film in films])
    later = np.array([year is not None and (film.year or 0) > year for film in films])
    place = {film.key: n for n, film in enumerate(films)}
    fitted = baselines.over(engine.catalogue)
    added = {item.id for item in new}
    found: list[dict[str, Any]] = []
    times: list[float] = []
    next(iter(queries(turns[:1], understanding, engine.catalogue)), None)  # what loads at first use is loaded
    engine.scores([Query()])
    for done, (n, query, reading) in enumerate(queries(turns, understanding, engine.catalogue)):
        turn = turns[n]
        started = time.perf_counter()
        scores = engine.scores([query])[0][rows]
        times.append(1000 * (reading + time.perf_counter() - started))
        ranked = {"usher": scores, **{name: s[rows] for name, s in fitted.scores(query).items()}}
        gone = [place[key] for key in turn.seen if key in place]
        for values in ranked.values():
            values[later] = -np.inf
        for target in turn.targets:
            ranks = {name: _rank(s, gone, place.get(target)) for name, s in ranked.items()}
            item_id = known.get(target, "")
            found.append(
                {
                    "id": turn.id,
                    "dialogue": turn.dialogue,
                    "target": target,
                    "mentioned": len(set(turn.seen)),
                    "new": item_id not in recommended,
                    "unlinked": not item_id or item_id in added,
                    **ranks,
                }
            )
        if done % 20 == 0 or done + 1 == len(turns):
            progress("Ranking turns", done + 1, len(turns))
    return _report(found, ("usher", *fitted.names), times), found


def _rank(scores: npt.NDArray[np.float32], gone: Sequence[int], at: int | None) -> float:
    """The place of a target among the candidates; of equal scores half are taken to be ahead."""
    if at is None:
        return float("inf")
    left = np.ones(len(scores), dtype=np.bool_)
    left[gone] = False
    ahead = int((left & (scores > scores[at])).sum())
    level = int((left & (scores == scores[at])).sum()) - int(left[at])
    return 1.0 + ahead + level / 2


def _report(found: Sequence[Mapping[str, Any]], names: Sequence[str], times: Sequence[float]) -> dict[str, Any]:
    groups = [row["dialogue"] for row in found]
    slices = {
        "recommended in training": [not row["new"] and not row["unlinked"] for row in found],
        "never recommended in training": [row["new"] and not row["unlinked"] for row in found],
        "unlinked": [row["unlinked"] for row in found],
        "0 mentioned": [row["mentioned"] == 0 for row in found],
        "1 mentioned": [row["mentioned"] == 1 for row in found],
        "2-3 mentioned": [2 <= row["mentioned"] <= 3 for row in found],
        "4+ mentioned": [row["mentioned"] >= 4 for row in found],
    }
    ranks = {name: np.array([row[name] for row in found]) for name in names}
    ours = _metrics(ranks["usher"])
    return {
        "protocol": "dialogues: new targets, mentioned films removed (He et al. 2023)",
        "n": len(found),
        "metrics": {name: float(values.mean()) for name, values in ours.items()},
        "ci95": {name: list(metrics.confidence(values, groups)[1:]) for name, values in ours.items()},
        "slices": {
            name: {"n": int(sum(some)), **_means(ranks["usher"][np.array(some)])}
            for name, some in slices.items()
            if any(some)
        },
        "baselines": {name: _means(ranks[name]) for name in names if name != "usher"},
        "ms_per_turn": {f"p{p}": round(float(np.percentile(times, p)), 2) for p in (50, 95)},
    }


def _means(ranks: npt.NDArray[np.float64]) -> dict[str, float]:
    return {name: float(values.mean()) for name, values in _metrics(ranks).items()}


def _metrics(ranks: npt.NDArray[np.float64]) -> dict[str, metrics.Values]:
    values = {f"recall@{k}": metrics.rank_recall(ranks, k) for k in CUTS}
    return values | {"ndcg@10": metrics.rank_ndcg(ranks, 10), "mrr@10": metrics.rank_reciprocal(ranks, 10)}


def with_films(catalogue: Catalogue, films: Sequence[Film]) -> tuple[Catalogue, dict[str, str]]:
    """The catalogue with the films that it lacks, by title and year, and key -> item id."""
    known, new = linked(films, catalogue)
    return Catalogue((*catalogue.items, *new)), known


def examples(
    turns: Sequence[Turn],
    known: Mapping[str, str],
    catalogue: Catalogue,
    encoder: Encoder,
    progress: Progress = silent,
) -> list[Example]:
    """What the engine learns from: queries, what was recommended, and the transcripts' vectors."""
    understanding = Understanding(catalogue, load_lexicon())
    dialogues = sorted({t.dialogue for t in turns}, key=_in_time)
    when = {dialogue: n for n, dialogue in enumerate(dialogues)}
    made: dict[int, Example] = {}
    for done, (n, query, _) in enumerate(queries(turns, understanding, catalogue)):
        turn = turns[n]
        targets = tuple(catalogue.row(known[key]) for key in turn.targets if key in known)
        if targets:
            nothing = np.empty(0, dtype=np.float32)
            made[n] = Example(query, targets, turn.dialogue, turn.group, when[turn.dialogue], nothing)
        if done % 100 == 0 or done + 1 == len(turns):
            progress("Reading dialogues", done + 1, len(turns))
    if not made:
        raise DataError("No recommended film is in the catalogue: give the dialogues' films by --dialogues.")
    order = sorted(made, key=lambda n: len(made[n].query.talk.transcript))
    for start in range(0, len(order), 256):
        progress("Encoding dialogues", start, len(order))
        some = order[start : start + 256]
        vectors = encoder.encode([made[n].query.talk.transcript for n in some])
        for n, vector in zip(some, vectors, strict=True):
            made[n] = replace(made[n], vector=vector)
    progress("Encoding dialogues", len(order), len(order))
    return [made[n] for n in sorted(made)]


def train(
    catalogue: Catalogue,
    ratings: Sequence[Interactions],
    turns: Sequence[Turn],
    films: Sequence[Film],
    encoder: Encoder,
    out: Path,
    now: float,
    progress: Progress = silent,
) -> Artefact:
    """Everything that recommending from dialogues needs, in the folder ``out``: items, likes, and the engine's model.

    ``films``: what the keys of the turns stand for; without any they are guessed from the titles said. ``now``: the
    year of the dialogues, as 2018.3.
    """
    if films:
        catalogue, known = with_films(catalogue, films)
    else:
        known = guessed(turns, Understanding(catalogue, load_lexicon()))
    catalogue.save(out / "items.parquet")
    likes = sparse.vstack([liked(on_catalogue(data, catalogue)) for data in ratings], format="csr")
    save_likes(likes, catalogue, out / "ratings.parquet")
    artefact = build_index(catalogue, likes, encoder, out / "cache", out / "index", progress)
    engine = Engine(catalogue, artefact, encoder, pick_device("cpu"))
    learned = examples(turns, known, catalogue, encoder, progress)
    rated = [
        scores for n in range(0, len(learned), 64) for scores in engine.rated([e.query for e in learned[n : n + 64]])
    ]
    lessons = fit_talk(shelves_of(catalogue, artefact), learned, rated, now, progress)
    artefact = with_lessons(artefact, lessons)
    recommended = sorted({catalogue.items[row].id for e in learned for row in e.targets})
    artefact = replace(artefact, config={**artefact.config, "recommended": recommended, "now": now})
    artefact.save(out / "index")
    return artefact


def load(folder: Path, encoder: Encoder, device: str = "auto") -> tuple[Engine, Baselines, frozenset[str]]:
    """What ``train`` wrote: the engine, its peers' data, and what the training dialogues recommended."""
    catalogue = Catalogue.load(folder / "items.parquet")
    artefact = Artefact.load(folder / "index")
    engine = Engine(catalogue, artefact, encoder, pick_device(device))
    likes = read_likes(folder / "ratings.parquet", catalogue)
    ids = tuple(item.id for item in catalogue.items)
    return engine, Baselines(likes, ids), frozenset(artefact.config.get("recommended", ()))


def _in_time(dialogue: str) -> tuple[int, str]:
    """ReDial numbers its dialogues in the order in which they took place."""
    return (int(dialogue), "") if dialogue.isdigit() else (0, dialogue)
