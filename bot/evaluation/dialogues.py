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

from bot.conversation.lexicon import load_lexicon
from bot.conversation.listening import Overheard
from bot.conversation.understand import Understanding
from bot.evaluation.films import Films, opened
from bot.stages import Home
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue, Item
from recsys.encoder import Encoder
from recsys.engine import Engine, pick_device
from recsys.errors import DataError, ModelError
from recsys.evaluation.dialogues import Baselines, Contest, report
from recsys.interactions import Interactions
from recsys.progress import Progress, silent
from recsys.registry import Registry
from recsys.talk_training import Turn as Example
from recsys.talk_training import taught
from recsys.taste import Query
from recsys.train import fit_index, joined, read_ratings, save_ratings

IDS: Final = ("imdb_id", "tmdb_id", "movielens_id")


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
    model: Trained,
    turns: Sequence[Turn],
    films: Sequence[Film],
    year: int | None = None,
    progress: Progress = silent,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The protocol's figures as JSON, and a row for each target. ``year``: of the dialogues, candidates of later ones
    come last. Raises ``DataError`` when there is no target."""
    known, new = linked(films, model.engine.catalogue)
    engine = model.engine.with_items(new) if new else model.engine
    understanding = Understanding(engine.catalogue, load_lexicon())
    again = _doubles(films, known, model.keys)
    last = [film.key in again or (year is not None and (film.year or 0) > year) for film in films]
    contest = Contest(engine, [known[film.key] for film in films], last, model.baselines)
    place = {film.key: n for n, film in enumerate(films)}
    added = {item.id for item in new}
    found: list[dict[str, Any]] = []
    times: list[float] = []
    for done, (n, query, reading) in enumerate(queries(turns, understanding, engine.catalogue)):
        turn = turns[n]
        ranks, seconds = contest.ranks(
            query, [place[key] for key in turn.seen if key in place], [place.get(key) for key in turn.targets]
        )
        times.append(1000 * (reading + seconds))
        for target, by_model in zip(turn.targets, ranks, strict=True):
            item_id = known.get(target, "")
            about = {"id": turn.id, "dialogue": turn.dialogue, "target": target, "mentioned": len(set(turn.seen))}
            unlinked = not item_id or item_id in added
            found.append({**about, "new": item_id not in model.recommended, "unlinked": unlinked, **by_model})
        if done % 20 == 0 or done + 1 == len(turns):
            progress("Ranking turns", done + 1, len(turns))
    if not found:
        raise DataError("Nothing is recommended in any of these turns: each needs targets.")
    return report(found, contest.names, times), found


def _doubles(films: Sequence[Film], known: Mapping[str, str], uses: Mapping[str, int]) -> set[str]:
    """Keys of films that another key stands for as well and more often did in training: nobody recommends a film twice
    in one list. ReDial has several keys for some films."""
    main: dict[str, Film] = {}
    for film in films:
        held = main.setdefault(known[film.key], film)
        if uses.get(film.key, 0) > uses.get(held.key, 0):
            main[known[film.key]] = film
    return {film.key for film in films if main[known[film.key]] is not film}


def with_films(catalogue: Catalogue, films: Sequence[Film]) -> tuple[Catalogue, dict[str, str]]:
    """The catalogue with the films that it lacks, by title and year, and key -> item id."""
    known, new = linked(films, catalogue)
    return Catalogue((*catalogue.items, *new)), known


def examples(
    turns: Sequence[Turn], known: Mapping[str, str], catalogue: Catalogue, progress: Progress = silent
) -> list[Example]:
    """What the engine learns from: queries, and what was recommended next. Raises ``DataError`` when nothing that was
    recommended is known."""
    understanding = Understanding(catalogue, load_lexicon())
    dialogues = sorted({t.dialogue for t in turns}, key=_in_time)
    when = {dialogue: n for n, dialogue in enumerate(dialogues)}
    made: dict[int, Example] = {}
    for done, (n, query, _) in enumerate(queries(turns, understanding, catalogue)):
        turn = turns[n]
        targets = tuple(catalogue.row(known[key]) for key in turn.targets if key in known)
        if targets:
            made[n] = Example(query, targets, turn.dialogue, turn.group, when[turn.dialogue])
        if done % 100 == 0 or done + 1 == len(turns):
            progress("Reading dialogues", done + 1, len(turns))
    if not made:
        raise DataError("No recommended film is in the catalogue: give the dialogues' films by --dialogues.")
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
    """Everything that recommending from dialogues needs, in the folder ``out``, laid out as an installation's home:
    items, ratings, and the engine's model. Who sets USHER_HOME to it chats with that model.

    ``films``: what the keys of the turns stand for; without any they are guessed from the titles said. ``now``: the
    year of the dialogues, as 2018.3.
    """
    if films:
        catalogue, known = with_films(catalogue, films)
    else:
        known = guessed(turns, Understanding(catalogue, load_lexicon()))
    home = Home(out)
    catalogue.save(home.items)
    rated = joined(ratings, catalogue)
    save_ratings(rated, catalogue, home.ratings)
    artefact = fit_index(catalogue, rated, encoder, home.cache, progress)
    artefact = taught(catalogue, artefact, examples(turns, known, catalogue, progress), encoder, now, progress)
    uses = Counter(key for turn in _latest(turns) for key in (*turn.seen, *turn.targets))
    artefact = replace(artefact, config={**artefact.config, "keys": dict(uses)})
    Registry(home.index).add(artefact)
    return artefact


@dataclass(frozen=True, slots=True)
class Trained:
    """What ``train`` wrote: the engine, its peers' data, the ids that the training dialogues recommended, and how often
    they used each film's key."""

    engine: Engine
    baselines: Baselines
    recommended: frozenset[str]
    keys: Mapping[str, int]


def load(folder: Path, encoder: Encoder, device: str = "auto") -> Trained:
    """The model in a folder; raises ``ModelError`` when it is missing or damaged."""
    home = Home(folder)
    if not home.items.exists():
        raise ModelError(f"{folder} holds no model: make one by `usher train dialogue --out {folder}`.")
    catalogue = Catalogue.load(home.items)
    artefact = Registry(home.index).load()
    engine = Engine(catalogue, artefact, encoder, pick_device(device))
    baselines = Baselines(read_ratings(home.ratings, catalogue).likes(), tuple(item.id for item in catalogue.items))
    recommended = frozenset(artefact.config.get("recommended", ()))
    return Trained(engine, baselines, recommended, artefact.config.get("keys", {}))


def _in_time(dialogue: str) -> tuple[int, str]:
    """ReDial numbers its dialogues in the order in which they took place."""
    return (int(dialogue), "") if dialogue.isdigit() else (0, dialogue)
