"""The store's promises, each kept on SQLite and, where it is installed, on PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import event, func, inspect, select, text

from bot.store import records, tables
from bot.store.backup import back_up
from bot.store.database import create_engine, parse, sqlite_path
from bot.store.migrate import check, upgrade
from bot.store.reading import Reading, inline_queue
from bot.store.records import (
    Conversation,
    Correction,
    Feedback,
    Mark,
    StoredExplanation,
    StoredRecommendation,
    StoredStatement,
    Turn,
    User,
    new_id,
    utcnow,
)
from bot.store.repository import Store
from bot.store.review import ReviewUnit
from bot.store.tables import Base
from bot.store.unit import Unit
from recsys.errors import ConfigError, StoreError

pytest_plugins = ("tests.support.databases",)

ABOUT_STAFF = {"admin_sessions", "admin_links", "audit", "exports"}
"""Tables that hold nothing about the people who talk to the bot."""


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    store = await Store.open(database_url)
    yield store
    await store.close()


async def talk(store: Store, external_id: str = "7", turns: int = 1) -> tuple[User, list[Turn]]:
    """A person with one conversation in their own chat, of so many turns."""
    user = await store.user("telegram", external_id, "Ada")
    conversation = Conversation(user_id=user.id, chat_id=external_id)
    said = [
        Turn(conversation_id=conversation.id, user_id=user.id, number=n, text=f"line {n}") for n in range(1, turns + 1)
    ]
    async with store.unit() as unit:
        await unit.start_conversation(conversation)
        for turn in said:
            await unit.add_turn(turn)
        await unit.commit()
    return user, said


def reaction(user: User, kind: str, item_id: str = "f1", **more: str) -> Feedback:
    return Feedback(**{"user_id": user.id, "item_id": item_id, "kind": kind, "source": "button",
                       "key": new_id(), **more})  # fmt: skip


async def saved(reading: Reading, user: User) -> tuple[str, ...]:
    memory = await reading.memory(user.id)
    return memory.saved if memory else ()


async def give(store: Store, *feedback: Feedback) -> list[bool]:
    async with store.unit() as unit:
        stored = [await unit.add_feedback(f) for f in feedback]
        await unit.commit()
    return stored


async def rows_by_table(store: Store) -> dict[str, int]:
    async with store.engine.connect() as connection:
        return {
            table.name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in Base.metadata.sorted_tables
        }


class TestMigrations:
    async def test_an_empty_database_is_brought_up_to_date_from_anywhere(
        self, empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(StoreError, match="usher migrate"):
            await Store.open(empty_database_url)
        await upgrade(empty_database_url)
        await check(empty_database_url)
        await (await Store.open(empty_database_url)).close()

    async def test_processes_that_upgrade_at_once_take_turns(self, empty_database_url: str) -> None:
        code = "import asyncio, sys; from bot.store.migrate import upgrade; asyncio.run(upgrade(sys.argv[1]))"
        processes = [
            await asyncio.create_subprocess_exec(sys.executable, "-c", code, empty_database_url) for _ in range(2)
        ]
        assert [await process.wait() for process in processes] == [0, 0]
        await check(empty_database_url)

    async def test_an_upgrade_that_breaks_off_leaves_nothing_behind(self, empty_database_url: str) -> None:
        engine = create_engine(empty_database_url)
        if path := sqlite_path(parse(empty_database_url)):
            path.parent.mkdir(parents=True, exist_ok=True)
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE marks (id INTEGER)"))  # in the way of the second migration
        with pytest.raises(StoreError):
            await upgrade(empty_database_url)
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        await engine.dispose()
        assert names == ["marks"]

    async def test_upgrading_again_changes_nothing(self, database_url: str, store: Store) -> None:
        user = await store.user("console", "me")
        await upgrade(database_url)
        assert await store.user("console", "me") == user

    async def test_check_tells_tables_that_differ_from_the_code(self, database_url: str, store: Store) -> None:
        async with store.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE users ADD COLUMN shoe_size INTEGER"))
        with pytest.raises(StoreError, match="usher migrate"):
            await check(database_url)

    async def test_a_database_of_a_newer_version_is_left_alone(self, database_url: str, store: Store) -> None:
        async with store.engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreError, match="newer version"):
            await upgrade(database_url)

    async def test_an_installation_without_migrations_says_so(
        self, empty_database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr("bot.store.migrate.MIGRATIONS", tmp_path / "gone")
        with pytest.raises(StoreError, match="install Usher again"):
            await upgrade(empty_database_url)

    async def test_who_asked_for_a_language_has_chosen_it_since_before_that_was_kept(
        self, empty_database_url: str
    ) -> None:
        await upgrade(empty_database_url)
        store = await Store.open(empty_database_url)
        people = {name: await talk(store, name) for name in ("asked", "wrote")}
        user, (turn,) = people["asked"]
        async with store.unit() as unit:
            asked = StoredStatement(turn_id=turn.id, user_id=user.id, kind="intent", value="language", target="zh")
            await unit.add_statements([asked])
            for user, _ in people.values():
                await unit.set_language(user.id, "zh", chosen=False)
            await unit.commit()
        async with store.engine.begin() as connection:
            await connection.execute(text("ALTER TABLE users DROP COLUMN language_chosen"))
            await connection.execute(text("UPDATE alembic_version SET version_num = '0003_telegram'"))
        await upgrade(empty_database_url)
        found = {name: await store.user("telegram", name) for name in people}
        assert {name: (user.language, user.language_chosen) for name, user in found.items()} == {
            "asked": ("zh", True),
            "wrote": ("zh", False),
        }
        await store.close()

    async def test_a_driver_that_is_missing_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "asyncpg", None)
        with pytest.raises(ConfigError, match="install asyncpg"):
            await check("postgresql+asyncpg://somebody@localhost/usher")

    async def test_opening_leaves_no_empty_file_behind(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="usher migrate"):
            await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'usher.db'}")
        assert not any(await asyncio.to_thread(lambda: list(tmp_path.iterdir())))

    @pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "hunter2", "sqlite:///hunter2.db", ""])
    async def test_a_url_we_cannot_use_is_refused_and_not_quoted(self, url: str) -> None:
        with pytest.raises(ConfigError) as refused:
            await Store.open(url)
        assert "hunter2" not in str(refused.value)


class TestUsers:
    async def test_eight_first_messages_at_once_make_one_person(self, store: Store) -> None:
        users = await asyncio.gather(*(store.user("telegram", "7", "Ada", "de") for _ in range(8)))
        assert len({user.id for user in users}) == 1
        assert (users[0].name, users[0].language, users[0].blocked_at) == ("Ada", "de", None)

    async def test_one_name_on_two_channels_is_two_people(self, store: Store) -> None:
        assert (await store.user("telegram", "7")).id != (await store.user("console", "7")).id

    async def test_who_writes_again_is_unblocked_and_renamed_and_keeps_their_language(self, store: Store) -> None:
        user = await store.user("telegram", "7", "Ada", "de")
        async with store.unit() as unit:
            await unit.block_user(user.id)
            await unit.set_language(user.id, "fr", chosen=True)
            await unit.commit()
        async with store.reading() as reading:
            blocked = await reading.user(user.id)
        assert blocked is not None
        assert blocked.blocked_at is not None
        again = await store.user("telegram", "7", "Ada L.", "de")
        assert (again.id, again.name, again.language, again.blocked_at) == (user.id, "Ada L.", "fr", None)
        assert (await store.user("telegram", "7")).name == "Ada L."

    async def test_a_stranger_has_no_memory(self, store: Store) -> None:
        async with store.reading() as reading:
            assert await reading.memory(new_id()) is None
            assert await reading.export_user(new_id()) == {}


class TestIds:
    async def test_ids_rise_after_a_restart_with_a_clock_that_stepped_back(
        self, store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _, (turn,) = await talk(store)
        monkeypatch.setattr(records, "_last_id", 0)  # a new process
        monkeypatch.setattr("bot.store.records.time.time_ns", lambda: 0)
        assert new_id() < turn.id
        reopened = await Store.open(database_url)
        assert new_id() > turn.id
        await reopened.close()


class TestMemory:
    async def test_holds_all_that_a_turn_needs(self, store: Store) -> None:
        user, (first, second) = await talk(store, turns=2)
        liked = StoredStatement(
            turn_id=first.id, user_id=user.id, kind="item", value="Heat", polarity=1, target="f9",
            lasting=True, seen=True, weight=0.5, payload={"z": 1, "a": [2.5, None]},
        )  # fmt: skip
        tonight = StoredStatement(turn_id=first.id, user_id=user.id, kind="wish", value="funny")
        async with store.unit() as unit:
            await unit.add_statements([liked, tonight])
            await unit.add_recommendations(
                [
                    StoredRecommendation(
                        turn_id=turn.id, user_id=user.id, slot=slot, item_id=f"f{slot}", purpose=purpose
                    )
                    for turn, slot, purpose in (
                        (first, 1, "list"),
                        (first, 2, "list"),
                        (first, 3, "question"),
                        (second, 2, "list"),
                        (second, 4, "list"),
                    )
                ]
            )
            for kind, item in (
                ("dislike", "f2"),
                ("save", "f1"),
                ("save", "f4"),
                ("unsave", "f1"),
                ("seen", "f4"),
            ):
                await unit.add_feedback(reaction(user, kind, item, turn_id=first.id))
            at = utcnow() + timedelta(minutes=5)
            await unit.save_state(first.conversation_id, {"wish": "funny"}, at)
            await unit.commit()

        async with store.reading() as reading:
            memory = await reading.memory(user.id)
            assert memory is not None
            assert memory.saved == ("f4",)
            assert await reading.history(user.id, 1) == (second,)
        assert memory.user == user
        assert memory.conversation is not None
        assert (memory.conversation.state, memory.conversation.last_at) == ({"wish": "funny"}, at)
        assert (memory.last_turn, memory.turns) == (second, 2)
        assert memory.shown == ("f4", "f2", "f1")
        assert [(e.source, e.item_id, e.kind, e.polarity, e.seen) for e in memory.events] == [
            ("statement", "f9", "item", 1, True),
            ("feedback", "f2", "dislike", -1, False),
            ("feedback", "f1", "save", 0, False),
            ("feedback", "f4", "save", 0, False),
            ("feedback", "f1", "unsave", 0, False),
            ("feedback", "f4", "seen", 0, True),
        ]
        event_ = memory.events[0]
        assert (event_.weight, event_.value, list(event_.payload.items())) == (
            0.5, "Heat", [("z", 1), ("a", [2.5, None])],
        )  # fmt: skip

    async def test_a_new_conversation_starts_from_nothing(self, store: Store) -> None:
        user, _ = await talk(store)
        async with store.unit() as unit:
            await unit.start_conversation(Conversation(user_id=user.id, chat_id="7", state={"n": 2}))
            await unit.commit()
        async with store.reading() as reading:
            memory = await reading.memory(user.id)
        assert memory is not None
        assert memory.conversation is not None
        assert (memory.conversation.state, memory.last_turn, memory.turns) == ({"n": 2}, None, 0)

    async def test_what_a_slot_showed_is_told_to_its_person_only(self, store: Store) -> None:
        user, (turn,) = await talk(store)
        other, _ = await talk(store, "8")
        card = StoredRecommendation(
            turn_id=turn.id, user_id=user.id, slot=1, item_id="f1", score=0.25,
            contributions={"relation": 0.2, "content": 0.05}, reasons=[{"signal": "relation"}],
        )  # fmt: skip
        async with store.unit() as unit:
            await unit.add_recommendations([card])
            await unit.commit()
        async with store.reading() as reading:
            assert await reading.shown(user.id, turn.id, 1) == card
            assert await reading.shown(other.id, turn.id, 1) is None
            assert await reading.shown(user.id, turn.id, 2) is None
            assert await reading.shown(user.id, turn.id + "X", 1) is None

    async def test_a_read_transaction_sees_one_moment(self, store: Store) -> None:
        user, _ = await talk(store)
        async with store.reading() as reading:
            before = await saved(reading, user)
            await give(store, reaction(user, "save"))
            assert await saved(reading, user) == before == ()
        async with store.reading() as reading:
            assert await saved(reading, user) == ("f1",)


class TestText:
    async def test_any_text_comes_back_without_what_no_database_can_hold(self, store: Store) -> None:
        user, (turn,) = await talk(store)
        hostile = "a\x00b\ud800c 👩‍👩‍👧 \u202eابجد\u200b '); DROP TABLE users; --"
        clean = hostile.replace("\x00", "").replace("\ud800", "")
        conversation = Conversation(user_id=user.id, chat_id="7\x00", state={hostile: [{"t": (hostile,)}]})
        async with store.unit() as unit:
            await unit.start_conversation(conversation)
            await unit.add_turn(Turn(conversation_id=conversation.id, user_id=user.id, number=1, text=hostile * 1000))
            await unit.commit()
        await store.receive("telegram", [(1, "7", {"text": hostile})])
        async with store.reading() as reading:
            memory = await reading.memory(user.id)
            assert await reading.shown(user.id, f"{turn.id}\x00", 1) is None
            update = await reading.next_inbox("telegram", "7\x00")
        assert memory is not None
        assert memory.conversation is not None
        assert memory.last_turn is not None
        assert memory.conversation.state == {clean: [{"t": [clean]}]}
        assert memory.last_turn.text == clean * 1000
        assert update is not None
        assert update.payload == {"text": clean}

    async def test_times_come_back_in_utc_and_need_a_zone(self, store: Store) -> None:
        user, (turn,) = await talk(store)
        at = datetime(2026, 3, 1, 1, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5)))
        async with store.unit() as unit:
            await unit.save_state(turn.conversation_id, {}, at)
            await unit.commit()
        async with store.reading() as reading:
            memory = await reading.memory(user.id)
        assert memory is not None
        assert memory.conversation is not None
        assert memory.conversation.last_at == at
        assert memory.conversation.last_at.tzinfo is UTC
        async with store.unit() as unit:
            with pytest.raises(Exception, match="time zone"):
                await unit.save_state(turn.conversation_id, {}, datetime(2026, 3, 1))


class TestUnits:
    async def test_leaving_without_commit_changes_nothing(self, store: Store) -> None:
        user, _ = await talk(store)
        before = await rows_by_table(store)
        async with store.unit() as unit:
            await unit.add_feedback(reaction(user, "like"))
            await unit.enqueue("telegram", "7", {})
        with pytest.raises(ZeroDivisionError):
            async with store.unit() as unit:
                await unit.add_feedback(reaction(user, "like"))
                raise ZeroDivisionError
        assert await rows_by_table(store) == before

    async def test_eight_writers_are_never_told_that_the_database_is_locked(self, database_url: str) -> None:
        stores = [await Store.open(database_url) for _ in range(8)]  # one each, as eight processes have
        people = [await talk(store, str(n)) for n, store in enumerate(stores)]

        async def write(store: Store, user: User, turn: Turn) -> None:
            for number in range(2, 12):
                async with store.unit() as unit:
                    memory = await unit.memory(user.id)  # reading first is what locks a deferred transaction
                    assert memory is not None
                    assert memory.turns == number - 1
                    await unit.add_turn(Turn(conversation_id=turn.conversation_id, user_id=user.id, number=number))
                    await unit.add_feedback(reaction(user, "like", f"f{number}", made_in=turn.id))
                    await unit.commit()

        async def export(store: Store, user: User) -> None:
            async with store.reading() as reading:
                await reading.export_user(user.id)

        await asyncio.gather(
            *(write(store, user, turn) for store, (user, (turn,)) in zip(stores, people, strict=True)),
            *(export(stores[0], user) for user, _ in people),
        )
        counts = await rows_by_table(stores[0])
        assert (counts["turns"], counts["feedback"]) == (8 * 11, 8 * 10)
        for store in stores:
            await store.close()

    async def test_a_row_that_refers_to_nothing_is_refused_in_plain_words(self, store: Store) -> None:
        async with store.unit() as unit:
            with pytest.raises(StoreError, match="no such row") as refused:
                await unit.start_conversation(Conversation(user_id=new_id(), chat_id="my secret chat"))
        assert "secret" not in f"{refused.value} {refused.value.__cause__}"


class TestFeedback:
    async def test_one_key_counts_once_however_many_write_it(self, store: Store) -> None:
        user, _ = await talk(store)
        stored = await asyncio.gather(*(give(store, reaction(user, "like", key="press-1")) for _ in range(8)))
        assert sorted(stored) == [[False]] * 7 + [[True]]
        assert await give(store, reaction(user, "dislike", key="press-1")) == [False]
        async with store.reading() as reading:
            memory = await reading.memory(user.id)
        assert memory is not None
        assert [e.kind for e in memory.events] == ["like"]

    async def test_undo_goes_back_turn_by_turn_and_never_beyond_the_person(self, store: Store) -> None:
        user, (first, second, third) = await talk(store, turns=3)
        other, _ = await talk(store, "8")
        async with store.unit() as unit:
            await unit.add_statements(
                [
                    StoredStatement(turn_id=first.id, user_id=user.id, kind="facet", value="horror",
                                    polarity=-1, lasting=True),
                    StoredStatement(turn_id=third.id, user_id=user.id, kind="intent", value="thanks"),
                ]
            )  # fmt: skip
            await unit.add_feedback(reaction(user, "save", "f1", turn_id=first.id, made_in=second.id))
            await unit.commit()

        async def undo() -> list[tuple[str, str]]:
            async with store.unit() as unit:
                turn_id = await unit.last_retractable_turn(user.id)
                assert turn_id is None or await unit.retract(other.id, turn_id) == ()
                taken = await unit.retract(user.id, turn_id) if turn_id else ()
                await unit.commit()
            return [(e.kind, e.item_id or e.value) for e in taken]

        assert await undo() == [("save", "f1")]
        async with store.reading() as reading:
            assert await saved(reading, user) == ()
        assert await undo() == [("facet", "horror")]
        assert await undo() == []
        async with store.reading() as reading:
            memory = await reading.memory(user.id)
        assert memory is not None
        assert memory.events == ()

    async def test_a_single_statement_is_taken_back_and_comes_back_with_the_turn_that_did_so(
        self, store: Store
    ) -> None:
        user, (first, second) = await talk(store, turns=2)
        other, _ = await talk(store, "8")
        heat, horror = (
            StoredStatement(turn_id=first.id, user_id=user.id, kind=kind, value=value, target=target, lasting=True)
            for kind, value, target in (("item", "opinion", "heat"), ("facet", "horror", None))
        )
        liked = reaction(user, "like", "heat", made_in=first.id)

        async def known() -> list[str]:
            async with store.reading() as reading:
                memory = await reading.memory(user.id)
            assert memory is not None
            return [e.item_id or e.value for e in memory.events]

        async with store.unit() as unit:
            await unit.add_statements([heat, horror])
            await unit.add_feedback(liked)
            await unit.forget(other.id, second.id, "item:heat", [heat.id, liked.id])  # not theirs
            await unit.commit()
        assert sorted(await known()) == ["heat", "heat", "horror"]
        async with store.unit() as unit:
            await unit.forget(user.id, second.id, "item:heat", [heat.id, liked.id])
            await unit.commit()
        assert await known() == ["horror"]
        async with store.unit() as unit:
            assert await unit.last_retractable_turn(user.id) == second.id
            await unit.retract(user.id, second.id)
            await unit.commit()
        assert sorted(await known()) == ["heat", "heat", "horror"]
        async with store.reading() as reading:
            assert await reading.last_retractable_turn(user.id) == first.id


class TestPrivacy:
    async def everything(self, store: Store, external_id: str) -> User:
        """A person with a row in every table that is about people."""
        user, (turn,) = await talk(store, external_id)
        typed = {"text": f"typed inline by {external_id}"}
        mine = [(external_id, {"text": f"of {external_id}"}), (inline_queue(external_id), typed)]
        number = 10 * int(external_id)
        await store.receive("telegram", [(number + n, chat, update) for n, (chat, update) in enumerate(mine)])
        async with store.unit_as(ReviewUnit) as unit:
            await unit.add_statements([StoredStatement(turn_id=turn.id, user_id=user.id, kind="wish")])
            await unit.add_recommendations(
                [StoredRecommendation(turn_id=turn.id, user_id=user.id, slot=1, item_id="f1")]
            )
            await unit.add_explanation(StoredExplanation(turn_id=turn.id, item_id="f1", text="why", made_by="llm"))
            await unit.add_feedback(reaction(user, "like", turn_id=turn.id, made_in=turn.id))
            await unit.add_mark(Mark(conversation_id=turn.conversation_id, kind="tag", value="odd", made_by="me"))
            await unit.add_correction(Correction(turn_id=turn.id, statements=(), made_by="me"))
            await unit.enqueue("telegram", external_id, {"text": "hello"})
            await unit.enqueue("telegram", "-100", {"text": "in a group"}, turn_id=turn.id)
            await unit.commit()
        return user

    async def test_forgetting_leaves_no_row_behind_and_touches_no_one_else(self, store: Store) -> None:
        await self.everything(store, "8")
        others = await rows_by_table(store)
        assert {name for name, rows in others.items() if not rows} == ABOUT_STAFF
        user = await self.everything(store, "7")
        async with store.unit() as unit:
            asks = await unit.next_inbox("telegram", "7")
            assert asks is not None
            await unit.forget_user(user.id, asks.id)
            await unit.commit()
        assert await rows_by_table(store) == others

    async def test_forgetting_keeps_updates_that_came_after_the_request(self, store: Store) -> None:
        user, _ = await talk(store, "7")
        await store.receive("telegram", [(1, "7", {"n": 1}), (2, "7", {"n": 2}), (3, "7", {"n": 3})])
        async with store.unit() as unit:
            update = await unit.next_inbox("telegram", "7")
            assert update is not None
            await unit.inbox_done(update.id)
            await unit.commit()
        async with store.unit() as unit:
            asks = await unit.next_inbox("telegram", "7")
            assert asks is not None
            await unit.forget_user(user.id, asks.id)
            await unit.commit()
        async with store.reading() as reading:
            update = await reading.next_inbox("telegram", "7")
        assert update is not None
        assert update.payload == {"n": 3}
        assert (await rows_by_table(store))["inbox"] == 1

    async def test_an_update_that_waits_is_answered_though_an_admin_erased_its_writer(self, store: Store) -> None:
        user, _ = await talk(store, "7")
        await store.receive("telegram", [(1, "7", {"n": 1}), (2, "7", {"n": 2})])
        async with store.unit() as unit:
            await unit.forget_user(user.id)
            await unit.commit()
        async with store.reading() as reading:
            waiting = await reading.inbox_of("telegram", "7", 5)
        assert [update.payload for update in waiting] == [{"n": 1}, {"n": 2}]

    async def test_an_export_holds_everything_as_json_and_nothing_of_others(self, store: Store) -> None:
        user = await self.everything(store, "7")
        await self.everything(store, "8")
        async with store.reading() as reading:
            export = await reading.export_user(user.id)
        counts = {table: len(rows) for table, rows in export.items()}
        assert counts == {t.name: 1 for t in Base.metadata.sorted_tables if t.name not in ABOUT_STAFF} | {
            "inbox": 2,
            "outbox": 2,
        }
        assert "of 7" in json.dumps(export) and "by 7" in json.dumps(export)
        assert "of 8" not in json.dumps(export) and "by 8" not in json.dumps(export)

    async def test_a_group_keeps_what_others_said_in_it(self, store: Store) -> None:
        user = await store.user("telegram", "7")
        other = await store.user("telegram", "8")
        async with store.unit() as unit:
            for member in (user, other):
                await unit.start_conversation(Conversation(user_id=member.id, chat_id="-100"))
            await unit.commit()
        await store.receive("telegram", [(1, "-100", {"from": 8})])
        async with store.unit() as unit:
            assert (await unit.export_user(user.id))["inbox"] == []
            await unit.forget_user(user.id)
            await unit.commit()
        assert (await rows_by_table(store))["inbox"] == 1


class TestInbox:
    async def test_an_update_is_kept_once_and_chats_keep_their_order(self, store: Store) -> None:
        assert await store.receive("telegram", [(900, "a", {}), (901, "b", {}), (902, "a", {})]) == 3
        # Telegram's ids start anew at random after a quiet week, so a later update may have a smaller one.
        assert await store.receive("telegram", [(902, "a", {}), (5, "a", {}), (5, "a", {})]) == 1
        assert await store.receive("telegram", []) == 0
        assert await store.receive("console", [(900, "c", {})]) == 1
        handled = []
        async with store.unit() as unit:
            assert await unit.chats_waiting("telegram") == ("a", "b")
            while update := await unit.next_inbox("telegram", "a"):
                handled.append(update.update_id)
                await unit.inbox_done(update.id)
            assert await unit.chats_waiting("telegram") == ("b",)
            head = await unit.next_inbox("telegram")
            await unit.commit()
        assert handled == [900, 902, 5]
        assert head is not None
        assert head.update_id == 901

    async def test_ids_that_start_anew_where_they_once_were_are_new_updates(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await store.receive("telegram", [(900, "a", {"n": 1}), (901, "a", {"n": 2})])
        async with store.unit() as unit:
            await unit.inbox_done(1)
            await unit.commit()
        assert await store.receive("telegram", [(900, "a", {"n": 1})]) == 0
        weeks_later = utcnow() + timedelta(days=14)
        monkeypatch.setattr("bot.store.unit.utcnow", lambda: weeks_later)
        assert await store.receive("telegram", [(900, "a", {"n": 3}), (901, "a", {"n": 2})]) == 1
        async with store.reading() as reading:
            first = await reading.next_inbox("telegram", "a")
        assert first is not None
        assert first.payload == {"n": 2}  # still open, however old

    async def test_an_update_has_its_effects_once_whoever_handles_it(self, store: Store) -> None:
        await store.receive("telegram", [(900, "a", {})])
        async with store.unit() as first:
            await first.inbox_done(1)
            await first.commit()
        async with store.unit() as second:
            await second.enqueue("telegram", "a", {"said": "twice"})
            with pytest.raises(StoreError, match="handled already"):
                await second.inbox_done(1)
        assert (await rows_by_table(store))["outbox"] == 0

    async def test_an_update_that_fails_five_times_makes_way(self, store: Store) -> None:
        await store.receive("telegram", [(2**62, "a", {"bad": True}), (1, "a", {"bad": False})])
        for attempt in range(1, 6):
            async with store.unit() as unit:
                update = await unit.next_inbox("telegram", "a")
                assert update is not None
                assert (update.update_id, update.attempts) == (2**62, attempt - 1)
                assert await unit.inbox_failed(update.id, "ValueError: bad\x00") is (attempt == 5)
                await unit.commit()
        async with store.reading() as reading:
            update = await reading.next_inbox("telegram", "a")
        assert update is not None
        assert update.payload == {"bad": False}


class TestOutbox:
    async def test_a_chat_gets_its_messages_in_order_and_waits_for_none_but_its_own(self, store: Store) -> None:
        now = utcnow()
        async with store.unit() as unit:
            (first,) = await unit.enqueue("telegram", "a", {"n": 1})
            (second,) = await unit.enqueue("telegram", "a", {"n": 2})
            (other,) = await unit.enqueue("telegram", "b", {"n": 3})
            (later,) = await unit.enqueue("telegram", "c", {"n": 4}, not_before=now + timedelta(seconds=60))
            await unit.commit()

            async def due(at: datetime) -> list[int]:
                return [message.id for message in await unit.outbox_due("telegram", at)]

            assert await due(now) == [first, other]
            await unit.outbox_retry(first, now + timedelta(seconds=3), "429")
            assert await due(now) == [other]
            assert await due(now + timedelta(seconds=3)) == [first, other]
            await unit.outbox_sent(first, "4711")
            await unit.outbox_dead(other, "Forbidden")
            assert await due(now) == [second]
            assert await due(now + timedelta(seconds=60)) == [second, later]
            await unit.commit()

    async def test_a_chats_messages_are_read_up_to_the_first_that_must_wait(self, store: Store) -> None:
        now = utcnow()
        async with store.unit() as unit:
            ids = await unit.enqueue("telegram", "a", *({"n": n} for n in range(4)))
            await unit.enqueue("telegram", "b", {})
            await unit.outbox_sent(ids[0], "1")
            await unit.outbox_retry(ids[2], now + timedelta(seconds=3), "429")
            await unit.commit()
        async with store.reading() as reading:
            assert [row.id for row in await reading.outbox_of("telegram", "a", now)] == [ids[1]]
            later = await reading.outbox_of("telegram", "a", now + timedelta(seconds=3))
        assert [row.id for row in later] == ids[1:]

    async def test_a_clock_that_steps_back_delays_nobody(self, store: Store) -> None:
        now = utcnow()
        async with store.unit() as unit:
            (retried,) = await unit.enqueue("telegram", "a", {"n": 1})
            await unit.outbox_retry(retried, now + timedelta(seconds=30), "busy")
            await unit.enqueue("telegram", "b", {"n": 2}, not_before=now + timedelta(days=1))
            await unit.commit()
        async with store.reading() as reading:
            assert await reading.outbox_due("telegram", now) == ()
            due = await reading.outbox_due("telegram", now - timedelta(hours=1))
        assert [row.payload for row in due] == [{"n": 1}]


class TestEmptying:
    async def test_what_was_settled_long_ago_is_empty_and_still_known(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.store.unit.EMPTIED_AT_ONCE", 2)
        _, (turn,) = await talk(store)
        said = {"message": {"text": "I love Heat"}}
        await store.receive("telegram", [(n, "7", said) for n in range(5)])
        async with store.unit() as unit:
            for row in await unit.inbox_of("telegram", "7", 3):
                await unit.inbox_failed(row.id, "KeyError: 'I love Heat'")  # at first
                await unit.inbox_done(row.id)
            card, last = {"text": "Heat (1995)", "slot": 2}, {"text": "Like one of them?", "slot": 0}
            ids = await unit.enqueue("telegram", "7", card, last, {"picture": "iVBORw0"}, {"n": 4}, turn_id=turn.id)
            for n, outbox_id in enumerate(ids[:3]):
                await unit.outbox_sent(outbox_id, str(90 + n))
            await unit.commit()

        async def emptied(before: datetime) -> tuple[list[object], list[object]]:
            for empty in (Unit.empty_done, Unit.empty_sent):
                after: int | None = 0
                while after is not None:
                    async with store.unit() as unit:
                        after = await empty(unit, before, after)
                        await unit.commit()
            async with store.engine.connect() as connection:
                queues = [
                    (await connection.execute(select(queue.payload).order_by(queue.id))).scalars().all()
                    for queue in (tables.Inbox, tables.Outbox)
                ]
            return list(queues[0]), list(queues[1])

        assert await emptied(utcnow() - timedelta(days=3)) == (
            [said] * 5,
            [card, last, {"picture": "iVBORw0"}, {"n": 4}],
        )
        for _ in range(2):
            incoming, outgoing = await emptied(utcnow() + timedelta(seconds=1))
            assert incoming == [{}] * 3 + [said] * 2
            assert outgoing == [{"slot": 2}, {"slot": 0}, {}, {"n": 4}]
        async with store.engine.connect() as connection:
            errors = await connection.execute(select(tables.Inbox.error).where(tables.Inbox.done_at.is_not(None)))
            assert errors.scalars().all() == [None] * 3
        assert await store.receive("telegram", [(0, "7", said)]) == 0
        async with store.reading() as reading:
            assert await reading.shown_in("telegram", "7", "90") == (turn.id, 2)
            assert await reading.sent_for("telegram", "7", turn.id, 0) == "91"


class TestBackup:
    async def test_a_copy_made_while_others_write_is_whole_and_holds_what_was_committed(
        self, migrated_file: Path, tmp_path: Path
    ) -> None:
        url = f"sqlite+aiosqlite:///{shutil.copy(migrated_file, tmp_path / 'usher.db')}"
        store, out = await Store.open(url), tmp_path / "backups" / "copy.db"
        user, (turn,) = await talk(store)
        goes_on = True

        async def write() -> None:
            n = 0
            while goes_on:
                n += 1
                await store.receive("telegram", [(n, "7", {"text": "x" * 10_000})])

        writing = asyncio.create_task(write())
        for _ in range(2):  # the second takes the first's place
            await asyncio.to_thread(back_up, url, out)
        goes_on = False
        await writing
        await store.close()
        assert [path.name for path in out.parent.iterdir()] == ["copy.db"]
        assert out.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(out)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        restored = await Store.open(f"sqlite+aiosqlite:///{out}")
        async with restored.reading() as reading:
            assert await reading.turn(user.id, turn.id) == turn
        await restored.close()

    async def test_what_can_not_be_copied_is_told(self, migrated_file: Path, tmp_path: Path) -> None:
        path = shutil.copy(migrated_file, tmp_path / "usher.db")
        before = path.read_bytes()
        with pytest.raises(ConfigError, match="pg_dump"):
            back_up("postgresql+asyncpg://somebody@localhost/usher", tmp_path / "copy.db")
        with pytest.raises(ConfigError, match="--out"):
            back_up(f"sqlite+aiosqlite:///{path}", path)
        with pytest.raises(StoreError, match="usher migrate"):
            back_up(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}", tmp_path / "copy.db")
        (tmp_path / "bad.db").write_bytes(b"not a database, but long enough to look like one" * 100)
        with pytest.raises(StoreError, match="damaged"):
            back_up(f"sqlite+aiosqlite:///{tmp_path / 'bad.db'}", tmp_path / "copy.db")
        assert path.read_bytes() == before
        assert not (tmp_path / "copy.db").exists()


class TestFaults:
    async def test_a_full_disk_is_told_loses_nothing_and_passes(self, migrated_file: Path, tmp_path: Path) -> None:
        path = shutil.copy(migrated_file, tmp_path / "usher.db")
        store = await Store.open(f"sqlite+aiosqlite:///{path}")
        user, _ = await talk(store)
        room = 1

        @event.listens_for(store.engine.sync_engine, "checkout")
        def limit(connection: object, *_: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            cursor.execute(f"PRAGMA max_page_count = {room}")
            cursor.close()

        with pytest.raises(StoreError, match="disk is full"):
            await store.receive("telegram", [(1, "7", {"text": "x" * 100_000})])
        async with store.reading() as reading:
            assert await reading.user(user.id) == user
        room = 1_000_000
        assert await store.receive("telegram", [(1, "7", {"text": "x" * 100_000})]) == 1
        await store.close()

    async def test_a_read_only_file_is_told_at_start(self, migrated_file: Path, tmp_path: Path) -> None:
        path = shutil.copy(migrated_file, tmp_path / "usher.db")
        with pytest.raises(StoreError, match="read-only"):
            await Store.open(f"sqlite+aiosqlite:///file:{path}?mode=ro&uri=true")

    async def test_a_file_that_is_no_database_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "usher.db"
        path.write_bytes(b"not a database, but long enough to look like one" * 100)
        with pytest.raises(StoreError, match="damaged"):
            await Store.open(f"sqlite+aiosqlite:///{path}")

    async def test_a_folder_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StoreError, match="can't be reached"):
            await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'file' / 'usher.db'}")


def test_ids_sort_by_time_of_making_even_when_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = records.time.time_ns()
    clock = iter([now, now, now - 3_600_000_000_000, now + 5_000_000, now + 10**20])
    monkeypatch.setattr(records.time, "time_ns", lambda: next(clock))
    monkeypatch.setattr(records, "_last_id", 0)
    ids = [new_id() for _ in range(5)]
    assert ids == sorted(set(ids))
    assert {len(id_) for id_ in ids} == {13}
