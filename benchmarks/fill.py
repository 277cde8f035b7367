"""A database full of conversations, in records shaped as the service writes them: for measuring the review app."""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.settings import load_settings
from bot.stages import Home
from bot.store.migrate import upgrade
from bot.store.records import (
    Conversation,
    Feedback,
    StoredExplanation,
    StoredRecommendation,
    StoredStatement,
    Turn,
    User,
    first_id,
    utcnow,
)
from bot.store.repository import Store
from bot.store.unit import Unit
from recsys.catalogue import Catalogue

SAID = (
    ("something funny from the 90s under two hours", (("facet", "comedy", 16, 21), ("range", "1990s", 29, 32))),
    ("I loved {title}, nothing gory please", (("item", "opinion", 2, 7), ("facet", "gory", 0, 0))),
    (
        "a slow thriller with a twist at the end, not too long",
        (("facet", "thriller", 7, 15), ("wish", "twist", 23, 28)),
    ),
    ("older, and in black and white if there is one", (("critique", "older", 0, 5),)),
    ("who directed the second one?", (("question", "director", 4, 12),)),
    ("hmm what about aliens and lighthouses", (("wish", "aliens and lighthouses", 15, 37),)),
    ("ok I'll take it", (("intent", "accept", 8, 12),)),
    ("more", (("intent", "more", 0, 4),)),
)
SIGNALS = ("asked", "wish", "facets", "likeness", "relation", "prior")
KINDS = ("users", "talks", "turns", "said", "shown", "liked", "why")
ACTIONS = {"accept": "note", "director": "answer", "older": "recommend"}


class Ids:
    """Ids of a past moment, each later than the one before."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self._used: set[str] = set()

    def at(self, moment: datetime) -> str:
        """A new id that sorts by the moment."""
        while True:
            found = first_id(moment)[:-3] + "".join(self._draw.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=3))
            if found not in self._used:
                self._used.add(found)
                return found


async def fill(url: str, items: Sequence[str], turns: int, days: int = 60, seed: int = 0) -> None:
    """Add ``turns`` turns of conversations over the last ``days``; the same seed, the same conversations."""
    await upgrade(url)
    store = await Store.open(url)
    draw = random.Random(seed)
    ids = Ids(draw)
    start = utcnow() - timedelta(days=days)
    made = 0
    people: list[User] = []
    try:
        while made < turns:
            rows: dict[str, list[Any]] = {
                name: [] for name in ("users", "talks", "turns", "said", "shown", "liked", "why")
            }
            while made < turns and len(rows["turns"]) < 2000:
                moment = start + timedelta(days=days) * (made / turns) + timedelta(seconds=draw.random())
                if not people or draw.random() < 0.3:
                    number = len(people)
                    user = User(
                        id=ids.at(moment),
                        channel="telegram",
                        external_id=str(10_000_000 + seed * 1_000_000 + number),
                        name=f"Person {number}",
                        language=draw.choice(("en", "en", "zh", "de", None)),
                        created_at=moment,
                    )
                    people.append(user)
                    rows["users"].append(user)
                else:
                    user = draw.choice(people)
                made += _conversation(rows, draw, ids, user, moment, items)
            async with store.unit() as unit:
                await _write(unit, rows)
                await unit.commit()
            print(f"\r{made:,} turns", end="", flush=True)
    finally:
        await store.close()
    print()


async def _write(unit: Unit, rows: dict[str, list[Any]]) -> None:
    for name in KINDS:
        await unit._add(rows[name])


def _conversation(
    rows: dict[str, list[Any]], draw: random.Random, ids: Ids, user: User, moment: datetime, items: Sequence[str]
) -> int:
    talk = Conversation(
        id=ids.at(moment), user_id=user.id, chat_id=user.external_id, started_at=moment, last_at=moment, state={}
    )
    rows["talks"].append(talk)
    version = "20261001-aaaaaaaa" if draw.random() < 0.5 else "20261101-bbbbbbbb"
    count = draw.randint(1, 12)
    listed: Turn | None = None
    shown: list[str] = []
    for number in range(1, count + 1):
        moment += timedelta(seconds=draw.uniform(5, 60))
        text, statements = draw.choice(SAID)
        value = statements[0][1]
        action = ACTIONS.get(value, "chat" if draw.random() < 0.05 else "recommend")
        before = {
            "wanted": [{"label": "comedy", "facets": [["genre", "Comedy"]]}],
            "unwanted": [{"label": "gory", "facets": [["keyword", "gore"], ["keyword", "blood"]]}],
            "ranges": [{"name": "year", "low": 1990, "high": 1999, "label": "the 1990s"}],
            "shown": shown,
            "shown_in": listed.id if listed else None,
            "past": draw.sample(items, min(len(items), 12)),
            "transcript": " ".join(t for t, _ in SAID[: number % 8]),
        }
        turn = Turn(
            id=ids.at(moment),
            conversation_id=talk.id,
            user_id=user.id,
            number=number,
            text=text.format(title="Heat"),
            action=action,
            why="new wishes or opinions change the list",
            reply={
                "text": "Got it: looking for comedy. Here's what I'd put on:",
                "items": shown,
                "question": "Like one of them? Or tell me what's missing.",
                "notice": None,
                "before": before,
            },
            model_version=version,
            ms={
                "remember": 2.1,
                "understand": draw.uniform(3, 9),
                "recommend": draw.uniform(10, 40),
                "total": draw.uniform(20, 60),
            },
            created_at=moment,
        )
        rows["turns"].append(turn)
        for kind, stated, low, high in statements:
            rows["said"].append(
                StoredStatement(
                    id=ids.at(moment),
                    turn_id=turn.id,
                    user_id=user.id,
                    kind=kind,
                    value=stated,
                    polarity=-1 if stated == "gory" else 1,
                    start=low,
                    end=high,
                    confidence=draw.choice((1.0, 0.95, 0.9, 0.8, 0.7, 0.45)),
                    lasting=kind == "item",
                    target=draw.choice(items) if kind == "item" else None,
                    created_at=moment,
                )
            )
        if action == "recommend":
            listed, shown = turn, draw.sample(items, 3)
            for slot, item in enumerate(shown, 1):
                points = {s: draw.uniform(-0.2, 2.0) for s in SIGNALS}
                rows["shown"].append(
                    StoredRecommendation(
                        id=ids.at(moment),
                        turn_id=turn.id,
                        user_id=user.id,
                        slot=slot,
                        item_id=item,
                        score=sum(points.values()),
                        contributions=points,
                        reasons=({"signal": "relation", "share": 0.6, "text": "people who liked Heat also like it"},),
                        model_version=version,
                        created_at=moment,
                    )
                )
            rejected = draw.random() < 0.1
            rows["why"].append(
                StoredExplanation(
                    id=ids.at(moment),
                    turn_id=turn.id,
                    item_id=shown[0],
                    text="It is a comedy, and people who liked Heat also like it.",
                    made_by="template" if rejected or draw.random() < 0.3 else "llm",
                    verdict="Verdict(fault=unknown name, words='Rome')" if rejected else "",
                    ms=draw.uniform(100, 4000),
                    created_at=moment,
                )
            )
        if listed and shown and (value == "accept" or draw.random() < 0.25):
            kind = "accept" if value == "accept" else draw.choice(("like", "like", "dislike", "seen", "save"))
            rows["liked"].append(
                Feedback(
                    id=ids.at(moment),
                    user_id=user.id,
                    item_id=draw.choice(shown),
                    kind=kind,
                    source="button",
                    key=f"bench:{turn.id}",
                    turn_id=listed.id,
                    made_in=turn.id,
                    created_at=moment,
                )
            )
    return count


def main() -> None:
    """Fill the database of the settings."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=60)
    options = parser.parse_args()
    settings = load_settings()
    items = [item.id for item in Catalogue.load(Home(settings.usher_home).items).items]
    asyncio.run(fill(settings.database, items, options.turns, options.days))


if __name__ == "__main__":
    main()
