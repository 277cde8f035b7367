"""The review app over HTTP, on real conversations: what it shows, and whom it keeps out."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from structlog.testing import capture_logs

from bot.admin import access
from bot.admin.access import Access, Pace
from bot.admin.app import create_app
from bot.admin.desk import Desk
from bot.admin.exporting import Exporter
from bot.conversation.reply import Reply
from bot.conversation.service import Incoming
from bot.roles import Role
from bot.settings import Settings
from bot.stages import Home, changing
from bot.store import review, tables
from bot.store.admin import AdminReading, AdminUnit
from bot.store.migrate import upgrade
from bot.store.records import Audited, utcnow
from bot.wiring import Application, application
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder
from recsys.registry import Registry

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

PASSWORD = "correct horse battery staple"
IDS = {"1": "viewer", "2": "reviewer", "3": "exporter", "4": "owner"}
SCRIPT = "<script>alert(1)</script>"


@dataclass
class Site:
    """The app, and browsers for it."""

    settings: Settings
    application: Application
    web: Starlette
    exporter: Exporter
    access: Access

    def browser(self, **options: object) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.web, client=("127.0.0.1", 1))
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8090", **options)  # type: ignore[arg-type]

    async def signed_in(self, role: str) -> httpx.AsyncClient:
        (number,) = [n for n, r in IDS.items() if r == role]
        browser = self.browser()
        link = await self.access.link_for(f"telegram/{number}")
        answer = await post(browser, link.removeprefix("http://127.0.0.1:8090"), {})
        assert answer.status_code == 303, answer.text
        return browser

    async def audited(self, what: str) -> list[Audited]:
        async with self.application.store.reading_as(AdminReading) as reading:
            return list(await reading.audited(what=what))

    async def refusals(self) -> list[Audited]:
        """All of them, oldest first."""
        async with self.application.store.reading_as(AdminReading) as reading:
            return list(await reading._all(Audited, tables.Audit.what == "refused", order_by=tables.Audit.id))

    async def say(self, person: str, *texts: str) -> str:
        """Have somebody say things; returns the conversation's id."""
        for n, text in enumerate(texts):
            incoming = Incoming("telegram", person, person, f"{person}:{n}", text, name=f"Name of {person}")
            reply = await self.application.conversations.turn(incoming)
            await self.application.conversations.explain(reply)
        async with self.application.store.reading() as reading:
            user = await reading.user_called("telegram", person)
            memory = await reading.memory(user.id) if user else None
        assert memory is not None
        assert memory.conversation is not None
        return memory.conversation.id


async def token(browser: httpx.AsyncClient) -> str:
    """A form's token, as a page gives it to this browser."""
    page = await browser.get("/admin/login")
    if page.status_code == 303:
        page = await browser.get("/admin/conversations")
    found = re.search(r'name="csrftoken" value="([^"]+)"', page.text)
    if found:
        return found[1]
    return browser.cookies["starlette_admin_csrftoken"]


async def post(browser: httpx.AsyncClient, path: str, data: dict[str, str]) -> httpx.Response:
    return await browser.post(path, data={"csrftoken": await token(browser), **data})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    home: Path, tmp_path_factory: pytest.TempPathFactory, parts: tuple[Catalogue, Artefact, Encoder]
) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("admin")
    settings = Settings(
        usher_home=folder,
        database_url=f"sqlite:///{folder / 'usher.db'}",
        llm="off",
        admin_secret="s" * 40,
        admin_password=PASSWORD,
        admin_ids=",".join(f"{number}:{role}" for number, role in IDS.items()),
        _env_file=None,
    )  # type: ignore[call-arg]
    await upgrade(settings.database)
    parts[0].save(Home(folder).items)
    Registry(Home(folder).index).add(parts[1])
    async with application(settings, *parts, fixed=True) as app:
        exporter = Exporter(app.store, Home(folder).exports)
        web = create_app(settings, Desk(settings, app.store, app.conversations, exporter))
        yield Site(settings, app, web, exporter, Access(settings, app.store))
        await exporter.aclose()


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test is turned away for what others did; the one about floods counts for itself."""
    monkeypatch.setattr(Pace, "allows", lambda self, key: True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talk(site: Site) -> str:
    """A conversation with everything in it."""
    return await site.say("ada", "I loved Heat, nothing gory, from the 90s", "why the first?", "I liked the first one")


def doors(app: Starlette) -> Iterator[tuple[str, str]]:
    """Every method and path behind the sign-in, with something in place of each parameter."""
    for mount in app.routes:
        if not isinstance(mount, Mount):
            continue
        for route in mount.routes:
            if isinstance(route, Route) and route.name not in ("login", "link"):
                path = re.sub(r"\{[^}:]+:int\}", "1", route.path)
                path = re.sub(r"\{[^}]+\}", "0000000000000", path)
                for method in (route.methods or set()) - {"HEAD"}:
                    yield method, f"/admin{path}"


@contextmanager
def hands() -> Iterator[list[dict[str, object]]]:
    """What the log says meanwhile."""
    with capture_logs() as lines:
        yield lines  # type: ignore[misc]


class TestDoors:
    async def test_nobody_gets_through_any_door_without_signing_in(self, site: Site) -> None:
        found = list(doors(site.web))
        assert len(found) > 30
        async with site.browser() as browser:
            csrf = await token(browser)
            with hands() as lines:
                for method, path in found:
                    answer = await browser.request(method, path, data={"csrftoken": csrf} if method == "POST" else None)
                    assert answer.status_code == 303, (method, path)
                    assert "/admin/login" in answer.headers["location"]
        refused = [line for line in lines if line["event"] == "refused"]
        assert len(refused) == len(found)
        assert {(e.what, e.who) for e in await site.audited("refused")} == {("refused", "")}

    async def test_a_forged_cookie_opens_nothing(self, site: Site) -> None:
        cookies = ["", "x", "null", "telegram/4", "0" * 64, "'; DROP TABLE admin_sessions; --", "é"]
        async with site.browser() as browser:
            for cookie in cookies:
                answer = await browser.get("/admin/", headers={"cookie": f"usher_admin={cookie}".encode()})
                assert answer.status_code == 303, cookie

    async def test_the_hash_in_the_database_is_no_cookie(self, site: Site) -> None:
        browser = await site.signed_in("owner")
        hashed = site.access._hash("session", browser.cookies["usher_admin"])
        async with site.browser(cookies={"usher_admin": hashed}) as thief:
            assert (await thief.get("/admin/")).status_code == 303

    @pytest.mark.parametrize(
        ("role", "path", "allowed"),
        [
            ("viewer", "/admin/", True),
            ("viewer", "/admin/conversations", True),
            ("viewer", "/admin/people", False),
            ("reviewer", "/admin/people", True),
            ("reviewer", "/admin/exports", False),
            ("exporter", "/admin/exports", True),
            ("exporter", "/admin/dead", False),
            ("exporter", "/admin/audit", False),
            ("owner", "/admin/dead", True),
            ("owner", "/admin/audit", True),
        ],
    )
    async def test_each_role_opens_its_own_doors(self, site: Site, role: str, path: str, allowed: bool) -> None:
        browser = await site.signed_in(role)
        answer = await browser.get(path)
        assert answer.status_code == (200 if allowed else 403)
        if not allowed:
            latest = (await site.audited("refused"))[0]
            assert (latest.target, latest.who) == (path, f"telegram/{_number(role)}")

    async def test_a_viewer_changes_nothing_whatever_it_posts(self, site: Site, talk: str) -> None:
        viewer = await site.signed_in("viewer")
        for path in (f"/admin/conversations/{talk}/mark", f"/admin/conversations/{talk}/unmark",
                     "/admin/models/x/promote", "/admin/exports/start", "/admin/dead/inbox/1/retry",
                     f"/admin/people/{talk}/erase", f"/admin/people/{talk}/export"):  # fmt: skip
            answer = await post(viewer, path, {"kind": "flag", "value": "x", "format": "csv", "confirm": talk})
            assert answer.status_code == 403, path

    async def test_a_flood_is_held_up_and_sign_ins_sooner(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()
        web = create_app(
            site.settings, Desk(site.settings, site.application.store, site.application.conversations, site.exporter)
        )
        browser = replace(site, web=web).browser()
        csrf = await token(browser)
        tries = [
            (await browser.post("/admin/login", data={"csrftoken": csrf, "password": f"guess {n}"})).status_code
            for n in range(12)
        ]
        assert tries == [403] * 10 + [429] * 2
        answers = [(await browser.get("/healthz")).status_code for _ in range(620)]
        assert 429 in answers
        assert answers[0] == 200

    async def test_strangers_cannot_fill_the_audit_log(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        viewer = await site.signed_in("viewer")
        monkeypatch.undo()
        desk = Desk(site.settings, site.application.store, site.application.conversations, site.exporter)
        crowd = replace(site, web=create_app(site.settings, desk))
        before = await site.refusals()
        async with crowd.browser() as stranger:
            with hands() as lines:
                for _ in range(20):
                    await stranger.get("/admin/people")
                    await stranger.get("/admin/audit")
            assert len(lines) == 40
            noted = (await site.refusals())[len(before) :]
            assert [entry.target for entry in noted] == ["/admin/people", "/admin/audit"]
            for n in range(100):
                await stranger.get(f"/admin/{n}")
        assert len(await site.refusals()) - len(before) < 40
        async with crowd.browser(cookies=viewer.cookies) as known:
            for _ in range(3):
                await known.get("/admin/people")
        assert [entry.who for entry in (await site.refusals())[-3:]] == ["telegram/1"] * 3


class TestSigningIn:
    async def test_a_link_shows_a_button_and_works_once_by_it(self, site: Site) -> None:
        path = (await site.access.link_for("telegram/4")).removeprefix("http://127.0.0.1:8090")
        async with site.browser() as preview:
            assert "Sign in" in (await preview.get(path)).text  # a preview that uses nothing up
        async with site.browser() as browser:
            assert (await post(browser, path, {})).status_code == 303
            assert (await browser.get("/admin/")).status_code == 200
        async with site.browser() as second:
            answer = await post(second, path, {})
            assert answer.status_code == 403
            assert "used before or has expired" in answer.text
            assert (await second.get("/admin/")).status_code == 303
        latest = (await site.audited("refused"))[1]
        assert latest.target == "/admin/link/..."

    async def test_links_expire_are_not_guessed_and_leave_with_their_owner(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(access, "LINK_LASTS", timedelta(seconds=-1))
        expired = await site.access.link_for("telegram/4")
        monkeypatch.undo()
        monkeypatch.setattr(Pace, "allows", lambda self, key: True)
        stranger = await site.access.link_for("telegram/999")
        for link in (expired, stranger, "http://127.0.0.1:8090/admin/link/" + "A" * 43):
            async with site.browser() as browser:
                answer = await post(browser, link.removeprefix("http://127.0.0.1:8090"), {})
                assert answer.status_code == 403
                assert "usher_admin" not in browser.cookies

    async def test_the_password_and_nothing_else_signs_in(self, site: Site) -> None:
        for guess in ("", "wrong", PASSWORD.upper(), PASSWORD + " "):
            async with site.browser() as browser:
                assert (await post(browser, "/admin/login", {"password": guess})).status_code == 403
        async with site.browser() as browser:
            answer = await post(browser, "/admin/login?next=/admin/models", {"password": PASSWORD})
            assert answer.headers["location"] == "/admin/models"
            assert (await browser.get("/admin/audit")).status_code == 200

    @pytest.mark.parametrize(
        "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
    )
    async def test_nobody_is_sent_elsewhere(self, site: Site, to: str) -> None:
        async with site.browser() as browser:
            csrf = await token(browser)
            answer = await browser.post(
                "/admin/login", params={"next": to}, data={"csrftoken": csrf, "password": PASSWORD}
            )
            assert answer.headers["location"] == "/admin/"

    async def test_a_session_planted_before_is_worth_nothing_after(self, site: Site) -> None:
        planted = "A" * 43
        async with site.browser(cookies={"usher_admin": planted}) as browser:
            answer = await post(browser, "/admin/login", {"password": PASSWORD})
            assert answer.status_code == 303
            cookie = answer.headers["set-cookie"]
            assert planted not in cookie
            assert "HttpOnly" in cookie
            assert "SameSite=strict" in cookie
        async with site.browser(cookies={"usher_admin": planted}) as attacker:
            assert (await attacker.get("/admin/")).status_code == 303

    @pytest.mark.parametrize(
        ("base", "secure"), [("http://review.example.org", True), ("http://127.0.0.1:8090", False)]
    )
    async def test_behind_tls_cookies_are_secure_whatever_the_proxy_says(
        self, site: Site, base: str, secure: bool
    ) -> None:
        settings = site.settings.model_copy(update={"admin_url": "https://review.example.org"})
        web = create_app(
            settings, Desk(settings, site.application.store, site.application.conversations, site.exporter)
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url=base) as browser:
            page = await browser.get("/admin/login")
            csrf = re.search(r'name="csrftoken" value="([^"]+)"', page.text)
            assert csrf
            # What comes over TLS to the proxy comes to us without.
            cookies = {"cookie": page.headers["set-cookie"].partition(";")[0]}
            entered = await browser.post(
                "/admin/login", data={"csrftoken": csrf[1], "password": PASSWORD}, headers=cookies
            )
        assert entered.status_code == 303
        for answer in (page, entered):
            assert ("Secure" in answer.headers["set-cookie"]) is secure

    @pytest.mark.parametrize(("idle", "whole"), [(-1, 3600), (3600, -1)])
    async def test_sessions_end_by_idleness_and_by_age(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, idle: int, whole: int
    ) -> None:
        browser = await site.signed_in("owner")
        assert (await browser.get("/admin/")).status_code == 200
        monkeypatch.setattr(access, "IDLE", timedelta(seconds=idle))
        monkeypatch.setattr(access, "ABSOLUTE", timedelta(seconds=whole))
        assert (await browser.get("/admin/")).status_code == 303

    async def test_signing_out_ends_the_session_on_the_server(self, site: Site) -> None:
        browser = await site.signed_in("owner")
        cookie = browser.cookies["usher_admin"]
        assert (await post(browser, "/admin/logout", {})).status_code == 303
        async with site.browser(cookies={"usher_admin": cookie}) as again:
            assert (await again.get("/admin/")).status_code == 303

    async def test_who_is_taken_off_the_list_is_out_at_once(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        browser = await site.signed_in("owner")
        monkeypatch.setattr(Access, "role_of", lambda self, who: None)
        assert (await browser.get("/admin/")).status_code == 303


class TestForgery:
    @pytest.mark.parametrize("forged", ["", "x", "anothers"])
    async def test_a_post_without_this_browsers_token_does_nothing(self, site: Site, talk: str, forged: str) -> None:
        browser = await site.signed_in("owner")
        if forged == "anothers":
            async with site.browser() as other:
                forged = await token(other)
        before = len(await site.audited("flagged"))
        answer = await browser.post(f"/admin/conversations/{talk}/mark", data={"csrftoken": forged, "kind": "flag"})
        assert answer.status_code == 403
        assert len(await site.audited("flagged")) == before
        assert (await site.audited("refused"))[0].who in ("", "telegram/4")

    async def test_a_post_from_another_site_is_refused_even_with_a_token(self, site: Site, talk: str) -> None:
        browser = await site.signed_in("owner")
        csrf = await token(browser)
        answer = await browser.post(
            f"/admin/conversations/{talk}/mark",
            data={"csrftoken": csrf, "kind": "flag"},
            headers={"origin": "https://evil.example"},
        )
        assert answer.status_code == 403

    async def test_other_hosts_are_not_served(self, site: Site) -> None:
        async with site.browser() as browser:
            assert (await browser.get("/admin/login", headers={"host": "rebound.example"})).status_code == 421

    @pytest.mark.parametrize(
        ("method", "header", "status"),
        [("GET", {"host": "["}, 421), ("POST", {"origin": "http://["}, 403), ("GET", {"host": "127.0.0.1]"}, 421)],
    )
    async def test_addresses_that_are_none_are_refused_and_noted(
        self, site: Site, method: str, header: dict[str, str], status: int
    ) -> None:
        async with site.browser() as browser:
            assert (await browser.request(method, "/admin/login", headers=header)).status_code == status
        assert (await site.audited("refused"))[0].detail == f"{method} {status}"

    async def test_large_bodies_are_refused(self, site: Site) -> None:
        async with site.browser() as browser:
            assert (await browser.post("/admin/login", content=b"x" * 300_000)).status_code == 413

    async def test_every_page_forbids_scripts_frames_and_caches(self, site: Site, talk: str) -> None:
        browser = await site.signed_in("owner")
        for path in (
            "/admin/",
            "/admin/conversations",
            f"/admin/conversations/{talk}",
            "/admin/login",
            "/admin/nothing",
        ):
            answer = await browser.get(path)
            policy = answer.headers["content-security-policy"]
            assert "script-src 'self'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["cache-control"] == "no-store"
            assert not re.search(
                r"<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=\"|//[a-z.]+\.(?:com|me|net)", answer.text
            ), path

    @pytest.mark.parametrize("length", ["\u00b2", "9" * 5000, "-1", "many"])
    async def test_a_length_that_is_none_is_refused(self, site: Site, length: str) -> None:
        async with site.browser() as browser:
            headers = {"content-length": length.encode("latin-1")}
            assert (await browser.post("/admin/login", headers=headers)).status_code == 413  # type: ignore[arg-type]

    async def test_metrics_are_for_this_machine_alone(self, site: Site) -> None:
        far = httpx.ASGITransport(site.web, client=("203.0.113.9", 1))
        async with httpx.AsyncClient(transport=far, base_url="http://127.0.0.1:8090") as browser:
            assert (await browser.get("/metrics")).status_code == 403


class TestReview:
    async def test_a_replay_shows_every_step_of_a_turn(self, site: Site, talk: str) -> None:
        page = _text(await (await site.signed_in("reviewer")).get(f"/admin/conversations/{talk}"))
        for words in (
            "Name of ada", "facet gory unwanted", "range the 1990s", "→ Heat (1995)", ": the list changes",
            "Ruled out", "no gory:", "template", "understand", "Feedback given here", "like",
        ):  # fmt: skip
            assert words in page, words

    async def test_each_page_of_a_replay_shows_what_was_ruled_out_then(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        talk = await site.say("pager", "nothing gory, from the 90s", "something from the 1940s, no westerns")
        reviewer = await site.signed_in("reviewer")
        whole = _ruled_out(await reviewer.get(f"/admin/conversations/{talk}"))
        assert "the 1990s" in whole[0]
        assert "the 1940s" in whole[1]
        monkeypatch.setattr(review, "TURNS_SHOWN", 1)
        pages = [await reviewer.get(f"/admin/conversations/{talk}?after={after}") for after in (0, 1)]
        assert [_ruled_out(page) for page in pages] == [whole[:1], whole[1:]]
        assert ["Later turns" in page.text for page in pages] == [True, False]

    async def test_what_was_asked_for_by_name_is_not_told_as_ruled_out_for_good(self, site: Site) -> None:
        talk = await site.say("moody", "I hate horror", "something scary")
        page = await (await site.signed_in("reviewer")).get(f"/admin/conversations/{talk}")
        *_, asked = _ruled_out(page)
        assert "not horror:" in asked
        assert "no horror:" not in asked

    async def test_of_a_groups_turn_no_more_is_shown_than_is_kept(self, site: Site) -> None:
        said = ("something funny, nothing gory", "older")
        for n, text in enumerate(said):
            incoming = Incoming("telegram", "cyd", "-7", f"-7:{n}", text, name="Cyd", group="Film night")
            await site.application.conversations.turn(incoming)
        async with site.application.store.reading() as reading:
            group = await reading.user_called("telegram", "-7")
            memory = await reading.memory(group.id) if group else None
        assert memory and memory.conversation and memory.last_turn
        path = f"/admin/conversations/{memory.conversation.id}"
        reviewer = await site.signed_in("reviewer")
        page = await reviewer.get(path)
        assert _text(page).count("its words are not kept") == len(said)
        assert "Run again" not in page.text
        assert _ruled_out(page) == []
        again = await reviewer.get(f"{path}/turns/{memory.last_turn.id}/again")
        assert (again.status_code, "too little is kept" in again.text) == (404, True)

    @pytest.mark.parametrize(
        ("after", "status"), [("9999", 404), ("²", 200), ("1e9", 200), ("-1", 200), ("9" * 30, 200), ("9" * 5000, 200)]
    )
    async def test_a_page_that_is_not_there_is_no_crash(self, site: Site, talk: str, after: str, status: int) -> None:
        reviewer = await site.signed_in("reviewer")
        assert (await reviewer.get(f"/admin/conversations/{talk}", params={"after": after})).status_code == status

    async def test_evidence_is_highlighted_in_the_message(self, site: Site, talk: str) -> None:
        page = (await (await site.signed_in("reviewer")).get(f"/admin/conversations/{talk}")).text
        assert re.search(r'<mark class="u-evidence u-kind-item[^>]*>Heat<sup>', page)
        assert re.search(r'<mark class="u-evidence u-kind-facet u-no"[^>]*>gory<sup>', page)
        assert re.search(r'<svg class="u-stack".*?u-relation', page, re.DOTALL)

    async def test_what_people_write_is_text_and_nothing_else(self, site: Site) -> None:
        talk = await site.say("mallory", f"I want {SCRIPT} films")
        for path in (f"/admin/conversations/{talk}", "/admin/conversations", f"/admin/conversations?text={SCRIPT}"):
            page = (await (await site.signed_in("owner")).get(path)).text
            assert SCRIPT not in page
            assert "&lt;script&gt;" in page

    async def test_names_are_masked_for_viewers_everywhere(self, site: Site, talk: str) -> None:
        viewer = await site.signed_in("viewer")
        for path in ("/admin/", "/admin/conversations", f"/admin/conversations/{talk}", "/admin/models"):
            assert "Name of" not in (await viewer.get(path)).text
        assert "No conversation passes" in (await viewer.get("/admin/conversations?user=Name+of+ada")).text
        assert "Name of ada" in (await (await site.signed_in("reviewer")).get("/admin/conversations?user=ada")).text

    async def test_marks_are_added_found_and_removed(self, site: Site, talk: str) -> None:
        reviewer = await site.signed_in("reviewer")
        path = f"/admin/conversations/{talk}"
        for kind, value in (("flag", "rude"), ("tag", "Odd"), ("note", f"see {SCRIPT}")):
            answer = await post(reviewer, f"{path}/mark", {"kind": kind, "value": value})
            assert answer.headers["location"] == path
        page = (await reviewer.get(path)).text
        assert "rude" in page
        assert SCRIPT not in page
        assert talk in (await reviewer.get("/admin/conversations?flagged=1&tag=odd")).text
        mark = re.search(r'name="mark" value="([^"]+)"', page)
        assert mark
        await post(reviewer, f"{path}/unmark", {"mark": mark[1]})
        assert "rude" not in (await reviewer.get(path)).text
        assert {e.what for e in [*await site.audited("tagged"), *await site.audited("removed mark")]} == {
            "tagged",
            "removed mark",
        }

    async def test_a_correction_is_stored_as_training_data(self, site: Site) -> None:
        talk = await site.say("carl", "nothing gory tonight please")
        reviewer = await site.signed_in("reviewer")
        turn = _turn(await reviewer.get(f"/admin/conversations/{talk}"))
        path = f"/admin/conversations/{talk}/turns/{turn}/correct"
        wrong = await post(reviewer, path, {"kind0": "wish", "value0": "calm", "words0": "not said"})
        assert "part of the message" in _text(await reviewer.get(wrong.headers["location"]))
        await post(
            reviewer,
            path,
            {"keep0": "1", "polarity0": "1", "kind0": "wish", "value0": "calm", "words0": "tonight", "new0": "1"},
        )
        page = _text(await reviewer.get(f"/admin/conversations/{talk}"))
        assert "Corrected by telegram/2" in page
        assert "facet gory wanted “gory”; wish calm wanted “tonight”" in page

    async def test_a_turn_runs_again_beside_what_it_was_and_stores_nothing(self, site: Site, talk: str) -> None:
        reviewer = await site.signed_in("reviewer")
        turn = _turn(await reviewer.get(f"/admin/conversations/{talk}"))
        async with site.application.store.unit_as(AdminUnit) as unit:
            before = await unit.history((await unit.user_called("telegram", "ada")).id, 99)  # type: ignore[union-attr]
        page = _text(await reviewer.get(f"/admin/conversations/{talk}/turns/{turn}/again"))
        async with site.application.store.unit_as(AdminUnit) as unit:
            after = await unit.history((await unit.user_called("telegram", "ada")).id, 99)  # type: ignore[union-attr]
        assert before == after
        then, now = page.split(" Now ", 1)
        first = re.search(r"1\. (.+?\(\d{4}\))", then)
        assert first
        assert f"1. {first[1]}" in now  # the same model, the same memory, the same list

    async def test_views_are_written_down(self, site: Site, talk: str) -> None:
        await (await site.signed_in("viewer")).get(f"/admin/conversations/{talk}")
        latest = (await site.audited("viewed conversation"))[0]
        assert (latest.who, latest.target) == ("telegram/1", talk)

    async def test_unknown_things_are_404_and_say_so(self, site: Site, talk: str) -> None:
        owner = await site.signed_in("owner")
        for path in ("/admin/conversations/XYZ", "/admin/catalogue/nothing", "/admin/people/nobody",
                     f"/admin/conversations/{talk}/turns/0000000000000/again", "/admin/exports/x/file",
                     "/admin/conversations/..%2f..%2fetc"):  # fmt: skip
            assert (await owner.get(path)).status_code == 404, path

    @pytest.mark.parametrize(
        "query",
        [
            "since=yesterday",
            "until=2026-99-99",
            "outcome=x",
            "before='",
            "text=%00",
            "since=9999-12-31",
            "since=0001-01-01",
        ],
    )
    @pytest.mark.parametrize("page", ["", "conversations"])
    async def test_nonsense_in_a_query_is_let_go(self, site: Site, query: str, page: str) -> None:
        assert (await (await site.signed_in("owner")).get(f"/admin/{page}?{query}")).status_code == 200


class TestOperations:
    async def test_exports_are_written_in_the_background_and_formulas_are_neutralised(self, site: Site) -> None:
        formulas = ['=cmd|" /C calc"!A1', "+1+1", "-2+3", "@SUM(A1)", "  =1", "\t=1"]
        await site.say("eve", *formulas)
        exporter = await site.signed_in("exporter")
        for form in ("csv", "jsonl"):
            await post(exporter, "/admin/exports/start", {"kind": "turns", "format": form, "user": "eve"})
        while site.exporter._running:
            await asyncio.gather(*site.exporter._running.values())
        page = (await exporter.get("/admin/exports")).text
        links = re.findall(r'href="[^"]*(/admin/exports/\w+/file)"', page)
        as_lines, as_table = [(await exporter.get(link)).text for link in links[:2]]
        rows = list(csv.DictReader(io.StringIO(as_table.removeprefix("\ufeff"))))
        assert [row["text"] for row in rows] == ["'" + text for text in formulas]
        assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row.values() if cell)
        assert [json.loads(line)["text"] for line in as_lines.splitlines()] == formulas
        assert "Name of eve" not in as_table + as_lines
        assert all(path.stat().st_mode & 0o077 == 0 for path in Home(site.settings.usher_home).exports.iterdir())

    async def test_a_person_is_exported_and_erased_on_request(self, site: Site) -> None:
        await site.say("gone", "I loved Alien")
        owner = await site.signed_in("owner")
        listed = await owner.get("/admin/people?q=gone")
        found = re.search(r"/admin/people/([0-9A-Z]{13})", listed.text)
        assert found
        stored = json.loads((await post(owner, f"/admin/people/{found[1]}/export", {})).text)
        assert stored["turns"][0]["text"] == "I loved Alien"
        await post(owner, f"/admin/people/{found[1]}/erase", {"confirm": "someone else"})
        assert (await owner.get(f"/admin/people/{found[1]}")).status_code == 200
        await post(owner, f"/admin/people/{found[1]}/erase", {"confirm": found[1]})
        assert (await owner.get(f"/admin/people/{found[1]}")).status_code == 404
        assert (await site.audited("erased person"))[0].target == found[1]

    async def test_a_version_is_promoted_and_rolled_back(
        self, site: Site, parts: tuple[Catalogue, Artefact, Encoder]
    ) -> None:
        registry = Registry(Home(site.settings.usher_home).index)
        old = parts[1]
        new = replace(old, config={**old.config, "version": "newer"})
        registry.add(new, promote=False)
        owner = await site.signed_in("owner")
        assert "newer" in (await owner.get("/admin/models")).text
        for version in ("newer", old.version):
            await post(owner, f"/admin/models/{version}/promote", {})
            assert registry.current() == version
        with changing(Home(site.settings.usher_home), print):  # as `usher learn` does for half a minute
            await post(owner, "/admin/models/newer/promote", {})
        assert "try again in a minute" in (await owner.get("/admin/models")).text
        answer = await post(owner, "/admin/models/..%2f..%2fx/promote", {})
        assert registry.current() == old.version
        assert answer.status_code in (303, 404)
        assert {e.target for e in await site.audited("promoted")} == {"newer", old.version}

    async def test_dead_letters_are_shown_and_tried_again(self, site: Site) -> None:
        await site.application.store.receive("telegram", [(77, "9", {"message": SCRIPT})])
        async with site.application.store.unit() as unit:
            row = await unit.next_inbox("telegram", "9")
            assert row is not None
            for _ in range(5):
                await unit.inbox_failed(row.id, "KeyError: chat")
            await unit.commit()
        owner = await site.signed_in("owner")
        page = (await owner.get("/admin/dead")).text
        assert "KeyError: chat" in page
        assert SCRIPT not in page
        await post(owner, f"/admin/dead/inbox/{row.id}/retry", {})
        async with site.application.store.reading() as reading:
            again = await reading.next_inbox("telegram", "9")
        assert again is not None
        assert again.attempts == 0

    @pytest.mark.parametrize("row", ["²", "9" * 30, "9" * 5000, "x"])
    async def test_no_row_of_a_queue_is_no_crash(self, site: Site, row: str) -> None:
        owner = await site.signed_in("owner")
        assert (await post(owner, f"/admin/dead/inbox/{row}/retry", {})).status_code == 404

    async def test_the_catalogue_shows_an_item_and_its_neighbours(self, site: Site) -> None:
        viewer = await site.signed_in("viewer")
        found = re.search(
            r'href="[^"]*(/admin/catalogue/[^"?]+)">Heat \(1995\)',
            (await viewer.get("/admin/catalogue?q=heat+mann")).text,
        )
        assert found
        page = _text(await viewer.get(found[1]))
        for words in ("Michael Mann", "Near by text", "Near by ratings"):
            assert words in page
        assert len(re.findall(r"/admin/catalogue/", (await viewer.get(found[1])).text)) > 10

    async def test_the_dashboard_leads_to_the_conversations_behind_each_number(self, site: Site, talk: str) -> None:
        viewer = await site.signed_in("viewer")
        page = (await viewer.get("/admin/")).text
        links = {unescape(link) for link in re.findall(r'href="(/admin/conversations\?[^"]+)"', page)}
        assert len(links) > 15
        for link in links:
            assert (await viewer.get(link)).status_code == 200
        today = utcnow().date()
        assert talk in (await viewer.get(f"/admin/conversations?since={today}&until={today}")).text

    async def test_machines_get_health_and_numbers_without_people(self, site: Site, talk: str) -> None:
        async with site.browser() as browser:
            assert (await browser.get("/healthz")).text == "ok"
            assert (await browser.get("/readyz")).text == "ready"
            metrics = (await browser.get("/metrics")).text
        assert re.search(r'usher_turns_total\{action="recommend"\} [1-9]', metrics)
        assert "usher_inbox_lag_seconds" in metrics
        assert "ada" not in metrics


class TestBackRoom:
    async def ask(self, site: Site, who: str, text: str, chat: str | None = None) -> Reply:
        key = f"room:{who}:{text}:{chat}"
        return await site.application.conversations.turn(Incoming("telegram", who, chat or who, key, text))

    async def test_admin_gives_a_link_that_signs_its_asker_in(self, site: Site) -> None:
        reply = await self.ask(site, "3", "/admin")
        found = re.search(r"http://127.0.0.1:8090(/admin/link/\S+)", reply.text)
        assert found
        async with site.browser() as browser:
            await post(browser, found[1], {})
            assert "telegram/3 (exporter)" in (await browser.get("/admin/")).text

    async def test_status_metrics_and_errors_answer(self, site: Site, talk: str) -> None:
        assert f"Model {site.application.conversations.engine.version}" in (await self.ask(site, "1", "/status")).text
        metrics = await self.ask(site, "1", "/metrics")
        assert "Last 30 days" in metrics.text
        assert metrics.picture is not None
        assert metrics.picture.startswith(b"\x89PNG")
        await site.application.store.receive("telegram", [(78, "10", {})])
        async with site.application.store.unit() as unit:
            row = await unit.next_inbox("telegram", "10")
            assert row is not None
            await unit.inbox_failed(row.id, "ValueError: seen")
            await unit.commit()
        assert "inbox, 1×: ValueError: seen" in (await self.ask(site, "4", "/errors")).text

    async def test_replay_tells_a_conversation_and_where_all_of_it_is(self, site: Site, talk: str) -> None:
        reply = await self.ask(site, "2", f"/replay {talk}")
        assert "1. I loved Heat, nothing gory, from the 90s" in reply.text
        assert f"/admin/conversations/{talk}" in reply.text
        assert "no conversation" in (await self.ask(site, "2", "/replay nothing'")).text

    async def test_what_the_room_says_is_no_part_of_any_conversation(self, site: Site) -> None:
        await self.ask(site, "1", "/status again")
        async with site.application.store.reading() as reading:
            assert await reading.user_called("telegram", "1") is None

    @pytest.mark.parametrize("command", ["/admin", "/status", "/metrics", "/replay x", "/errors"])
    async def test_to_everyone_else_these_are_words_and_the_attempt_is_noted(self, site: Site, command: str) -> None:
        reply = await self.ask(site, "666", command)
        for told in ("/link/", "Model ", "Last 30 days", "Inbox"):
            assert told not in reply.text
        assert reply.picture is None
        latest = (await site.audited("refused"))[0]
        assert (latest.who, latest.target) == ("telegram/666", command.split()[0])

    async def test_a_role_too_low_or_a_chat_with_others_gets_nothing(self, site: Site) -> None:
        assert "×" not in (await self.ask(site, "1", "/errors")).text
        reply = await self.ask(site, "4", "/admin", chat="-100")
        assert "/link/" not in reply.text


def _number(role: str) -> str:
    return next(n for n, r in IDS.items() if r == role)


def _text(answer: httpx.Response) -> str:
    body = re.sub(r"<title>.*?</title>", "", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def _ruled_out(answer: httpx.Response) -> list[str]:
    """The line below each list that says what it could not hold."""
    return re.findall(r"Ruled out.*?</div>", answer.text, re.DOTALL)


def _turn(answer: httpx.Response) -> str:
    found = re.search(r"/turns/([0-9A-Z]{13})/again", answer.text)
    assert found, Role
    return found[1]
