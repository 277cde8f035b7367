"""The review app's small parts: roles, pace, evidence, corrections, cells, alerts, logs."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from bot import logs
from bot.admin.access import Access, Pace
from bot.admin.alerts import Alerts
from bot.admin.charts import contributions, picture
from bot.admin.exporting import encoded
from bot.admin.views.conversations import corrected, pieces_of
from bot.roles import Role, parse_staff
from bot.settings import Settings, load_settings
from bot.store.dashboard import Health
from bot.store.records import StoredStatement
from bot.store.repository import Store
from bot.texts import Texts
from recsys.errors import ConfigError, StoreError

pytest_plugins = ("tests.support.databases",)

SECRET = "s" * 32


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[call-arg, arg-type]


class TestStaff:
    def test_ids_are_telegrams_and_roles_the_least_unless_told(self) -> None:
        assert parse_staff("1, 2:owner,console/me:exporter") == {
            "telegram/1": Role.VIEWER,
            "telegram/2": Role.OWNER,
            "console/me": Role.EXPORTER,
        }
        assert parse_staff("") == {}

    @pytest.mark.parametrize("ids", ["1:boss", "1:", "a b", "1;2", "/1:owner", "1:owner:owner"])
    def test_a_mistake_stops_the_start_and_is_not_quoted(self, monkeypatch: pytest.MonkeyPatch, ids: str) -> None:
        monkeypatch.setenv("ADMIN_IDS", f"99999:owner,{ids}")
        with pytest.raises(ConfigError, match=r"ADMIN_IDS: .*entry 2 must be") as caught:
            load_settings()
        assert "99999" not in str(caught.value)

    @pytest.mark.parametrize(
        ("given", "missing"),
        [
            ({}, "ADMIN_SECRET"),
            ({"admin_ids": "1:owner"}, "ADMIN_SECRET"),
            ({"admin_secret": SECRET}, "ADMIN_IDS or ADMIN_PASSWORD"),
        ],
    )
    def test_it_does_not_start_without_a_secret_or_without_anybody(
        self, given: dict[str, object], missing: str
    ) -> None:
        with pytest.raises(ConfigError, match=missing):
            Access(settings(**given), None)  # type: ignore[arg-type]

    @pytest.mark.parametrize("name", ["ADMIN_SECRET", "ADMIN_PASSWORD"])
    def test_short_secrets_are_refused(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setenv(name, "hunter2")
        with pytest.raises(ConfigError, match=f"{name}: .*characters") as caught:
            load_settings()
        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize("url", ["review.example.org", "ftp://review.example.org", "https://", "http://["])
    def test_an_address_that_no_browser_reaches_is_refused(self, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
        monkeypatch.setenv("ADMIN_URL", url)
        with pytest.raises(ConfigError, match="ADMIN_URL"):
            load_settings()


class TestPace:
    def test_each_key_has_its_own_limit(self) -> None:
        pace = Pace(2, 60)
        assert [pace.allows("a"), pace.allows("a"), pace.allows("a"), pace.allows("b")] == [True, True, False, True]

    def test_time_makes_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = 0.0
        monkeypatch.setattr("bot.admin.access.monotonic", lambda: now)
        pace = Pace(1, 60)
        assert pace.allows("a")
        now = 59.0
        assert not pace.allows("a")
        now = 60.0
        assert pace.allows("a")

    def test_many_keys_are_forgotten_once_they_are_old(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = 0.0
        monkeypatch.setattr("bot.admin.access.monotonic", lambda: now)
        pace = Pace(1, 60, keys=10)
        for n in range(11):
            pace.allows(str(n))
        now = 100.0
        pace.allows("new")
        assert set(pace._seen) == {"new"}


def said(start: int, end: int, **more: object) -> StoredStatement:
    given = {"kind": "facet", "value": "gory", "polarity": -1} | more
    return StoredStatement(turn_id="t", user_id="u", start=start, end=end, **given)  # type: ignore[arg-type]


class TestEvidence:
    def test_a_message_is_cut_at_its_evidence_and_nothing_is_lost(self) -> None:
        text = "nothing gory from the 90s"
        pieces = pieces_of(text, [said(8, 12), said(8, 25, kind="range", polarity=1)])
        assert "".join(p.text for p in pieces) == text
        assert [(p.text, p.statements) for p in pieces if p.statements] == [("gory", (1, 2)), (" from the 90s", (2,))]

    @pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 99), (-3, 2), (7, 3)])
    def test_spans_that_make_no_sense_hide_no_text(self, start: int, end: int) -> None:
        assert "".join(p.text for p in pieces_of("hello you", [said(start, end)])) == "hello you"


class TestCorrections:
    def test_kept_changed_dropped_and_added(self) -> None:
        stated = [said(8, 12), said(0, 0, kind="wish")]
        form = {"keep0": "1", "polarity0": "1", "kind0": "item", "words0": "HEAT", "target0": "heat-1995", "new0": "-1"}
        assert corrected("nothing gory, not Heat", stated, form) == [
            {"kind": "facet", "value": "gory", "polarity": 1, "target": None, "start": 8, "end": 12},
            {"kind": "item", "value": "", "polarity": -1, "target": "heat-1995", "start": 18, "end": 22},
        ]

    @pytest.mark.parametrize(
        "form", [{"words0": "abc"}, {"kind0": "spell", "value0": "x"}, {"kind0": "wish", "words0": "z"}]
    )
    def test_what_makes_no_sense_is_said(self, form: dict[str, str]) -> None:
        assert isinstance(corrected("abc", [], form), str)


class TestCells:
    @pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", '=HYPERLINK("http://x")'])
    def test_nothing_that_a_person_wrote_is_a_formula(self, cell: str) -> None:
        table = encoded([{"id": "1", "text": cell}], "csv", header=False)
        written = table.split(",", 1)[1].lstrip('"')
        assert written.startswith("'")

    def test_numbers_stay_numbers(self) -> None:
        assert encoded([{"score": -1.5}], "csv", header=False) == "-1.5\r\n"

    def test_json_lines_hold_the_text_as_it_was(self) -> None:
        assert encoded([{"text": "=1\n喜"}], "jsonl", header=False) == '{"text": "=1\\n喜"}\n'


class TestCharts:
    def test_bars_show_both_sides_and_escape_names(self) -> None:
        chart = contributions({"relation": 2.0, "prior": -1.0, "asked": 0.0}, 2.0)
        assert "relation +2.00" in chart
        assert "prior -1.00" in chart
        assert "asked" not in chart

    def test_the_picture_is_a_png(self) -> None:
        assert picture([("1 May", 3, 2), ("2 May", 0, 0)], ("a", "b")).startswith(b"\x89PNG")


def health(**given: float) -> Health:
    calm = dict.fromkeys(Health.__dataclass_fields__, 0) | {"p95": None}
    return Health(**{**calm, **given})  # type: ignore[arg-type]


class TestAlerts:
    def alerts(self, tmp_path: Path, store: Store | None = None, ids: str = "1:owner,2:viewer") -> Alerts:
        given = settings(usher_home=tmp_path, admin_ids=ids)
        return Alerts(given, store, Texts(), lambda text: [{"text": text}])  # type: ignore[arg-type]

    def test_each_trouble_has_its_threshold(self, tmp_path: Path) -> None:
        alerts = self.alerts(tmp_path)
        assert alerts.troubles(health(lag=59, failing=4, explained=9, by_template=9, dead_incoming=3), 1e9) == {}
        found = alerts.troubles(health(lag=61, failing=5, explained=10, by_template=6, dead_incoming=4), 1e8)
        assert set(found) == {"lag", "dead", "failing", "fallback", "disk"}
        assert "1 more" in found["dead"]

    async def test_owners_are_told_once_an_hour(self, database_url: str, tmp_path: Path) -> None:
        store = await Store.open(database_url)
        alerts = self.alerts(tmp_path, store)
        assert await alerts.look() == []
        await store.receive("telegram", [(1, "7", {})])
        async with store.unit() as unit:
            for _ in range(5):
                await unit.inbox_failed(1, "x")
            await unit.commit()
        assert len(await alerts.look()) == 1
        assert await alerts.look() == []
        async with store.reading() as reading:
            due = await reading.outbox_due("telegram", datetime.now(UTC))
        assert [row.chat_id for row in due] == ["1"]
        await store.close()

    async def test_a_look_that_fails_is_not_the_last(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        looks = asyncio.Queue[None]()

        async def look(self: Alerts) -> list[str]:
            looks.put_nowait(None)
            raise FileNotFoundError

        monkeypatch.setattr(Alerts, "look", look)
        monkeypatch.setattr("bot.admin.alerts.EVERY", 0.01)
        running = asyncio.create_task(self.alerts(tmp_path).run())
        for _ in range(2):
            await asyncio.wait_for(looks.get(), 30)
        running.cancel()


class TestLogs:
    SECRETS = (
        *(f"planted secret number {n}!" for n in range(12)),
        "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
        "password with spaces",
        "p@ss/w0rd",
        "k" * 64,
        "the words of a message",
        "another message, quoted by an error",
        "q=what somebody searched for",
        "Zq8Jr0Wn4Xb7Td2Lk5Pm9Vc1Hs6Gf3Ya",
    )

    def test_twenty_planted_secrets_are_in_no_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        """As values of allowed and other fields, as library lines with arguments, in URLs, and in tracebacks."""
        assert len(self.SECRETS) == 20
        known, told = self.SECRETS[:16], self.SECRETS[16:]
        before = structlog.get_config(), logging.root.handlers[:]
        logging.root.handlers = []
        try:
            logs.configure("INFO", known)
            log = structlog.get_logger()
            for secret in known:
                log.info("turn", error=f"refused {secret}", who=secret, action=secret)
                logging.getLogger("library").info("got %s", secret)
                logging.getLogger("httpx").info("GET https://api/bot%s/getMe", secret)
                try:
                    raise StoreError(f"connecting with {secret}")
                except StoreError:
                    logging.getLogger("library").exception("failed")
            for secret in told:
                log.info("turn", text=secret, payload={"text": secret}, exc_info=True)
                logging.getLogger("starlette_admin.auth").warning("redirecting /admin?%s", secret)
                logging.getLogger("uvicorn.access").info("GET /admin/link/%s", secret)
                logging.getLogger("any").warning("/admin/link/%s", "Zq8Jr0Wn4Xb7Td2Lk5Pm9Vc1Hs6Gf3Ya")
                logging.getLogger("any").warning("postgresql://usher:Zq8Jr0Wn4Xb7Td2Lk5Pm9Vc1Hs6Gf3Ya@host/x")
                try:
                    raise ValueError(secret)
                except ValueError:
                    logging.getLogger("asyncio").exception("never retrieved")
            lines = capsys.readouterr().err
        finally:
            structlog.configure(**before[0])
            logging.root.handlers = before[1]
        assert lines.count("\n") > 80
        assert "ValueError" in lines
        assert [secret for secret in self.SECRETS if secret in lines] == []

    def test_the_settings_know_their_secrets(self) -> None:
        found = settings(
            telegram_bot_token="1:token",
            admin_secret=SECRET,
            admin_password="correct horse",
            database_url="postgresql://usher:dbpass@host/usher",
        ).secrets
        assert set(found) == {"1:token", SECRET, "correct horse", "dbpass"}

    @pytest.mark.parametrize(("url", "password"), [("pa[ss", "pa[ss"), ("pa]ss", "pa]ss"), ("p%40ss", "p@ss")])
    def test_whatever_password_the_database_takes_is_known(self, url: str, password: str) -> None:
        assert settings(database_url=f"postgresql://usher:{url}@host/usher").secrets == (password,)

    def test_a_database_that_we_cannot_use_is_said_without_its_url(self) -> None:
        with pytest.raises(ConfigError, match="DATABASE_URL must start with") as caught:
            _ = settings(database_url="mysql://usher:hunter2@host/usher").secrets
        assert "hunter2" not in str(caught.value)
