"""What reviewers can ask of the store, on conversations whose answers are known, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from bot.store.admin import AdminReading, AdminUnit
from bot.store.dashboard import Dashboard, Rate, buckets_of
from bot.store.records import (
    AdminSession,
    Conversation,
    Correction,
    Feedback,
    Mark,
    StoredExplanation,
    StoredRecommendation,
    StoredStatement,
    Turn,
    User,
    first_id,
    utcnow,
)
from bot.store.repository import Store
from bot.store.review import Filters, ReviewReading, ReviewUnit
from bot.store.takeout import KINDS, Takeout

pytest_plugins = ("tests.support.databases",)

MAY = date(2026, 5, 10)


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = await Store.open(database_url)
    yield store
    await store.close()


@dataclass
class Talk:
    """A conversation of one person, and its turns."""

    user: User
    id: str
    turns: list[Turn]


class Scribe:
    """Writes conversations of chosen days, with ids to match."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.made = 0

    def _id(self, day: date) -> str:
        self.made += 1
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(seconds=self.made)
        return first_id(moment)

    async def talk(
        self,
        *texts: str,
        day: date = MAY,
        name: str = "Ada",
        language: str = "en",
        model: str = "m1",
        actions: tuple[str, ...] = (),
        lists: bool = True,
    ) -> Talk:
        user = User(id=self._id(day), channel="telegram", external_id=f"x{self.made}", name=name, language=language)
        conversation = Conversation(id=self._id(day), user_id=user.id, chat_id=user.external_id)
        actions = actions or ("recommend",) * len(texts)
        turns = [
            Turn(
                id=self._id(day),
                conversation_id=conversation.id,
                user_id=user.id,
                number=n,
                text=text,
                action=action,
                model_version=model,
                ms={"understand": 2.0, "total": 10.0 * n},
            )
            for n, (text, action) in enumerate(zip(texts, actions, strict=True), 1)
        ]
        shown = [
            StoredRecommendation(
                id=self._id(day), turn_id=t.id, user_id=user.id, slot=1, item_id="f1", model_version=model
            )
            for t in turns
            if lists and t.action == "recommend"
        ]
        async with self.store.unit() as unit:
            await unit._add([user])
            await unit.start_conversation(conversation)
            for turn in turns:
                await unit.add_turn(turn)
            await unit.add_recommendations(shown)
            await unit.commit()
        return Talk(user, conversation.id, turns)

    async def add(self, *rows: object) -> None:
        async with self.store.unit() as unit:
            for row in rows:
                await unit._add([row])
            await unit.commit()

    def feedback(self, talk: Talk, kind: str, turn: int = 0, shown_in: int = 0, day: date = MAY) -> Feedback:
        made_in = talk.turns[turn]
        row = self._id(day)
        return Feedback(
            id=row,
            user_id=talk.user.id,
            item_id="f1",
            kind=kind,
            source="button",
            key=row,
            turn_id=talk.turns[shown_in].id,
            made_in=made_in.id,
        )


@pytest.fixture
def scribe(store: Store) -> Scribe:
    return Scribe(store)


async def found(store: Store, **filters: object) -> list[str]:
    asked = Filters(**filters)  # type: ignore[arg-type]
    async with store.reading_as(ReviewReading) as reading:
        page = await reading.conversations(asked)
        assert await reading.count(asked) == len(page)
    return [summary.conversation.id for summary in page]


class TestSearch:
    async def test_every_word_must_be_in_one_message_in_any_case(self, store: Store, scribe: Scribe) -> None:
        both = await scribe.talk("Something FUNNY about aliens", "older")
        await scribe.talk("something funny", "with aliens")
        assert await found(store, text="aliens funny") == [both.id]
        assert await found(store, text='"funny about"') == [both.id]
        assert await found(store, text='"about funny"') == []

    @pytest.mark.parametrize("text", ["100%", "a_b", "back\\slash", "喜剧", "it's"])
    async def test_letters_stand_for_themselves(self, store: Store, scribe: Scribe, text: str) -> None:
        await scribe.talk("100 acb backslash its 喜欢")
        hit = await scribe.talk(f"I said {text} here")
        assert await found(store, text=text) == [hit.id]

    async def test_by_person_name_and_id(self, store: Store, scribe: Scribe) -> None:
        ada = await scribe.talk("hi", name="Ada Lovelace")
        await scribe.talk("hi", name="Bob")
        for user in ("lovelace", ada.user.id, ada.user.external_id):
            assert await found(store, user=user) == [ada.id]
        assert await found(store, user="lovelace", names=False) == []
        assert await found(store, user=ada.user.id, names=False) == [ada.id]

    async def test_days_are_whole_and_the_last_one_counts(self, store: Store, scribe: Scribe) -> None:
        first = await scribe.talk("a", day=MAY)
        second = await scribe.talk("b", day=MAY + timedelta(days=1))
        assert await found(store, since=MAY, until=MAY) == [first.id]
        assert await found(store, since=MAY + timedelta(days=1)) == [second.id]
        assert await found(store, until=MAY + timedelta(days=1)) == [second.id, first.id]

    async def test_by_language_model_and_action(self, store: Store, scribe: Scribe) -> None:
        await scribe.talk("a")
        other = await scribe.talk("b", language="zh", model="m2", actions=("explain",))
        for filters in ({"language": "zh"}, {"model": "m2"}, {"action": "explain"}):
            assert await found(store, **filters) == [other.id]

    async def test_outcomes_exclude_each_other(self, store: Store, scribe: Scribe) -> None:
        talked = await scribe.talk("hi", actions=("welcome",))
        listed = await scribe.talk("a")
        reacted = await scribe.talk("a", "b")
        accepted = await scribe.talk("a", "b")
        undone = await scribe.talk("a")
        taken_back = Feedback(
            id="0", user_id=undone.user.id, item_id="f", kind="accept", source="text", key="0",
            made_in=undone.turns[0].id, retracted_at=utcnow(),
        )  # fmt: skip
        await scribe.add(
            scribe.feedback(reacted, "like", 1),
            scribe.feedback(accepted, "like", 1),
            scribe.feedback(accepted, "save", 1),
            taken_back,
        )
        assert await found(store, outcome="talked") == [talked.id]
        assert set(await found(store, outcome="listed")) == {listed.id, undone.id}
        assert await found(store, outcome="reacted") == [reacted.id]
        assert await found(store, outcome="accepted") == [accepted.id]
        async with store.reading_as(ReviewReading) as reading:
            page = await reading.conversations(Filters())
        outcomes = {s.conversation.id: s.outcome for s in page}
        assert outcomes == {
            talked.id: "talked",
            listed.id: "listed",
            undone.id: "listed",
            reacted.id: "reacted",
            accepted.id: "accepted",
        }

    async def test_what_went_wrong(self, store: Store, scribe: Scribe) -> None:
        await scribe.talk("all is well")
        unsure, lost, empty, refused = [await scribe.talk(t, lists=t != "empty") for t in ("u", "l", "empty", "r")]
        chat = await scribe.talk("x", actions=("chat",))
        (turn,) = unsure.turns
        await scribe.add(
            StoredStatement(turn_id=turn.id, user_id=unsure.user.id, kind="wish", confidence=0.4),
            StoredExplanation(turn_id=refused.turns[0].id, item_id="f1", text="t", made_by="template", verdict="V(x)"),
            StoredExplanation(turn_id=lost.turns[0].id, item_id="f1", text="t", made_by="template"),
        )
        assert await found(store, unsure=True) == [unsure.id]
        assert await found(store, dead_end=True) == [chat.id, empty.id]
        assert await found(store, rejected=True) == [refused.id]

    async def test_pages_follow_each_other_without_gap(
        self, store: Store, scribe: Scribe, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.store.review.PAGE", 2)
        talks = [await scribe.talk(f"t{n}") for n in range(5)]
        seen: list[str] = []
        async with store.reading_as(ReviewReading) as reading:
            while page := await reading.conversations(Filters(), seen[-1] if seen else None):
                seen += [s.conversation.id for s in page]
        assert seen == [t.id for t in reversed(talks)]


class TestReplay:
    async def test_everything_of_a_turn_is_with_it(self, store: Store, scribe: Scribe) -> None:
        talk = await scribe.talk("a", "b")
        first, second = talk.turns
        await scribe.add(
            StoredStatement(turn_id=first.id, user_id=talk.user.id, kind="wish", start=0, end=1),
            StoredExplanation(turn_id=first.id, item_id="f1", text="because", made_by="llm"),
            scribe.feedback(talk, "like", turn=1, shown_in=0),
        )
        async with store.reading_as(ReviewReading) as reading:
            replay = await reading.replay(talk.id)
            assert replay is not None
            rest = await reading.replay(talk.id, after=1)
            assert await reading.replay("nothing") is None
            for some_id in (talk.id, second.id, talk.user.id):
                assert await reading.conversation_of(some_id) == talk.id
        shown, answered = replay.turns
        assert [s.kind for s in shown.statements] == ["wish"]
        assert [e.text for e in shown.explanations] == ["because"]
        assert [f.kind for f in shown.received] == ["like"]
        assert [f.kind for f in answered.made] == ["like"]
        assert (shown.made, answered.received) == ((), ())
        assert rest is not None
        assert [r.turn.id for r in rest.turns] == [second.id]
        assert rest.total == 2

    async def test_memory_is_what_was_known_then(self, store: Store, scribe: Scribe) -> None:
        talk = await scribe.talk("a", "b", "c")
        first, second, third = talk.turns

        def said(turn: Turn, value: str, retracted: datetime | None = None) -> StoredStatement:
            return StoredStatement(
                turn_id=turn.id, user_id=talk.user.id, kind="facet", value=value, lasting=True, retracted_at=retracted
            )

        later, sooner = utcnow() + timedelta(days=1), utcnow() - timedelta(days=1)
        await scribe.add(
            said(first, "then"), said(first, "undone since", later), said(first, "undone before", sooner),
            said(second, "now"), said(third, "afterwards"), scribe.feedback(talk, "save", turn=0),
        )  # fmt: skip
        async with store.reading_as(ReviewReading) as reading:
            memory = await reading.memory_before(second)
        assert memory is not None
        assert {e.value for e in memory.events if e.source == "statement"} == {"then", "undone since"}
        assert memory.saved == ("f1",)
        assert memory.last_turn == first
        assert memory.shown == ("f1",)


class TestMarks:
    async def test_flags_and_tags_are_there_once_and_can_be_found_and_removed(
        self, store: Store, scribe: Scribe
    ) -> None:
        await scribe.talk("a")
        talk = await scribe.talk("b")
        flag = Mark(conversation_id=talk.id, kind="flag", value="", made_by="me")
        tag = Mark(conversation_id=talk.id, turn_id=talk.turns[0].id, kind="tag", value="odd", made_by="me")
        async with store.unit_as(ReviewUnit) as unit:
            assert await unit.add_mark(flag)
            assert await unit.add_mark(tag)
            assert not await unit.add_mark(Mark(conversation_id=talk.id, kind="flag", value="", made_by="you"))
            assert not await unit.add_mark(Mark(conversation_id="gone", kind="note", value="x", made_by="me"))
            await unit.commit()
        assert await found(store, flagged=True) == [talk.id]
        assert await found(store, tag="odd") == [talk.id]
        async with store.unit_as(ReviewUnit) as unit:
            assert await unit.tags() == ("odd",)
            assert not await unit.remove_mark("another", flag.id)
            assert await unit.remove_mark(talk.id, flag.id)
            await unit.commit()
        assert await found(store, flagged=True) == []


class TestDashboard:
    async def test_numbers_of_a_range(self, store: Store, scribe: Scribe) -> None:
        talked = await scribe.talk("hi", actions=("welcome",))
        accepted = await scribe.talk("a", "b", "c")
        await scribe.talk("a", model="m2")
        await scribe.talk("long ago", day=MAY - timedelta(days=40))
        await scribe.add(
            scribe.feedback(accepted, "like", turn=1),
            scribe.feedback(accepted, "accept", turn=2),
            StoredStatement(turn_id=talked.turns[0].id, user_id=talked.user.id, kind="intent", confidence=0.42),
        )
        async with store.reading_as(Dashboard) as reading:
            numbers = await reading.numbers(MAY - timedelta(days=1), MAY)
        assert (numbers.conversations, numbers.users, numbers.turns) == (3, 3, 5)
        assert [(b.since, b.conversations) for b in numbers.buckets] == [(MAY - timedelta(days=1), 0), (MAY, 3)]
        assert (numbers.accepted.hits, numbers.accepted.total) == (1, 2)
        assert numbers.to_acceptance == {3: 1}
        assert (numbers.clicked.hits, numbers.clicked.total) == (1, 4)
        assert numbers.funnel == {"started": 3, "said something": 1, "got a list": 2, "reacted": 1, "accepted": 1}
        assert numbers.latency["total"][50] == 10.0
        assert numbers.latency["total"][99] == 30.0
        assert {n: c for n, c in numbers.confidence.items() if c} == {4: 1}
        assert numbers.actions == {"recommend": 4, "welcome": 1}
        assert {m.version: (m.shown, m.liked.hits) for m in numbers.models} == {"m1": (3, 2), "m2": (1, 0)}

    async def test_an_empty_database_has_numbers_too(self, store: Store) -> None:
        async with store.reading_as(Dashboard) as reading:
            numbers = await reading.numbers(MAY, MAY)
            health = await reading.health()
        assert numbers.accepted.share is None
        assert (health.inbox, health.lag, health.p95) == (0, 0.0, None)

    async def test_the_queues_show_what_waits_and_what_died(self, store: Store) -> None:
        await store.receive("telegram", [(1, "7", {}), (2, "7", {}), (3, "8", {})])
        async with store.unit_as(AdminUnit) as unit:
            for _ in range(5):
                await unit.inbox_failed(1, "ValueError: bad")
            await unit.inbox_failed(2, "once")
            await unit.commit()
        async with store.reading_as(Dashboard) as reading:
            health = await reading.health()
            errors = await reading.latest_errors(5)
        assert (health.inbox, health.failing, health.dead_incoming) == (2, 1, 1)
        assert health.lag > 0
        assert {(queue, error, attempts) for queue, error, attempts, _ in errors} == {
            ("inbox", "ValueError: bad", 5),
            ("inbox", "once", 1),
        }
        async with store.unit_as(AdminUnit) as unit:
            (dead,) = await unit.dead_incoming()
            assert dead.error == "ValueError: bad"
            assert await unit.retry_incoming(dead.id)
            assert not await unit.retry_incoming(dead.id)
            await unit.commit()
        async with store.reading() as reading:
            again = await reading.next_inbox("telegram", "7")
        assert again is not None
        assert (again.update_id, again.attempts) == (1, 0)

    def test_a_long_range_is_cut_into_few_whole_stretches(self) -> None:
        found = buckets_of(date(2025, 1, 1), date(2025, 12, 31))
        assert len(found) <= 62
        assert found[0][0] == date(2025, 1, 1)
        assert found[-1][1] == date(2025, 12, 31)
        assert all(b[0] - a[1] == timedelta(days=1) for a, b in pairwise(found))

    def test_the_interval_is_wilsons(self) -> None:
        low, high = Rate(10, 100).interval  # Wilson's for 10 of 100 at 95 %: 5.5 % to 17.4 %
        assert (round(low, 3), round(high, 3)) == (0.055, 0.174)


class TestAdmins:
    async def test_a_link_works_once_even_for_two_at_the_same_time(self, store: Store) -> None:
        async with store.unit_as(AdminUnit) as unit:
            await unit.add_link("hash", "telegram/1", utcnow() + timedelta(minutes=5))
            await unit.commit()

        async def use() -> str | None:
            async with store.unit_as(AdminUnit) as unit:
                who = await unit.use_link("hash")
                await unit.commit()
            return who

        assert sorted(map(str, await asyncio.gather(use(), use()))) == ["None", "telegram/1"]

    async def test_an_expired_link_is_no_good(self, store: Store) -> None:
        async with store.unit_as(AdminUnit) as unit:
            await unit.add_link("hash", "telegram/1", utcnow() - timedelta(seconds=1))
            assert await unit.use_link("hash") is None

    async def test_an_ended_session_is_none(self, store: Store) -> None:
        async with store.unit_as(AdminUnit) as unit:
            await unit.start_session(AdminSession(id="s", who="telegram/1"))
            await unit.commit()
        async with store.unit_as(AdminUnit) as unit:
            assert await unit.session("s") is not None
            await unit.end_session("s")
            await unit.commit()
        async with store.reading_as(AdminReading) as reading:
            assert await reading.session("s") is None


class TestTakeout:
    @pytest.mark.parametrize("kind", KINDS)
    async def test_every_kind_of_row_comes_once_across_pages(
        self, store: Store, scribe: Scribe, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        monkeypatch.setattr("bot.store.takeout.ROWS", 2)
        wanted = [await scribe.talk("a", name="Ada Secret") for _ in range(3)]
        other = await scribe.talk("b", language="zh")
        for talk in (*wanted, other):
            turn = talk.turns[0]
            await scribe.add(
                StoredStatement(turn_id=turn.id, user_id=talk.user.id, kind="wish"),
                Correction(turn_id=turn.id, statements=({"kind": "wish"},), made_by="me"),
                scribe.feedback(talk, "like"),
            )
        seen: list[str] = []
        async with store.reading_as(Takeout) as reading:
            assert await reading.count_of(kind, Filters(language="en")) == 3
            assert await reading.count_of(kind, Filters()) == 4
            while rows := await reading.page(kind, Filters(language="en"), seen[-1] if seen else ""):
                seen += [row["id"] for row in rows]
                assert "Ada Secret" not in str(rows)
        assert len(seen) == len(set(seen)) == 3
