"""The review app in a real browser. Run with ``make browser``; needs Debian's Chromium."""

from __future__ import annotations

import asyncio
import csv
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bot.admin import app as app_module
from bot.admin.access import Access
from bot.admin.serving import served
from bot.conversation.service import Incoming
from bot.settings import Settings
from bot.stages import Home
from bot.store.migrate import upgrade
from bot.wiring import application
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue
from recsys.encoder import Encoder
from recsys.registry import Registry

SAID = ("hi", "I loved Heat and The Insider, nothing gory, from the 90s", "why the first?", "I liked the first one",
        "ok I'll take the second one")  # fmt: skip
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@dataclass
class Running:
    """The app on a port, and the loop that it runs in."""

    settings: Settings
    loop: asyncio.AbstractEventLoop
    access: Access
    url: str

    def link(self, number: str) -> str:
        """A fresh sign-in link, as the chat would give it."""
        return asyncio.run_coroutine_threadsafe(self.access.link_for(f"telegram/{number}"), self.loop).result(30)


@pytest.fixture(scope="session")
def running(
    tmp_path_factory: pytest.TempPathFactory, parts: tuple[Catalogue, Artefact, Encoder], unused_port: int
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("browser")
    settings = Settings(
        usher_home=folder,
        database_url=f"sqlite:///{folder / 'usher.db'}",
        llm="off",
        admin_secret="s" * 40,
        admin_password="correct horse battery staple",
        admin_ids="1:viewer,4:owner",
        admin_port=unused_port,
        _env_file=None,
    )  # type: ignore[call-arg]
    app_module.SIGN_INS = 1000  # every test signs in
    registry = Registry(Home(folder).index)
    parts[0].save(Home(folder).items)
    registry.add(parts[1])
    registry.add(replace(parts[1], config={**parts[1].config, "version": "candidate"}), promote=False)
    ready, stop = threading.Event(), asyncio.Event()
    found: list[Running] = []

    async def serve() -> None:
        await upgrade(settings.database)
        async with application(settings, *parts) as app, served(app, print):
            for n, text in enumerate(SAID):
                reply = await app.conversations.turn(Incoming("telegram", "7", "7", f"7:{n}", text, name="Ada"))
                await app.conversations.explain(reply)
            access = Access(settings, app.store)
            found.append(Running(settings, asyncio.get_running_loop(), access, settings.admin_address))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(120)
    yield found[0]
    found[0].loop.call_soon_threadsafe(stop.set)
    thread.join(30)


@pytest.fixture(scope="session")
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def chromium(running: Running) -> Iterator[Browser]:
    """After the app: Playwright keeps this thread's event loop to itself."""
    path = shutil.which("chromium")
    assert path, "install Debian's chromium: apt install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, chromium: Browser, running: Running) -> Iterator[Page]:
    """Signed in as an owner by a link, on each size of screen; whatever the browser complains about fails the test."""
    context: BrowserContext = chromium.new_context(viewport=SIZES[request.param], base_url=running.url)
    complaints: list[str] = []
    page = context.new_page()
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(running.link("4"))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    yield page
    assert complaints == []
    context.close()


def fits(page: Page) -> bool:
    """Whether nothing sticks out to the right."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def replay(page: Page) -> None:
    page.goto("/admin/conversations?text=insider")
    page.locator(".u-talk").first.click()
    expect(page.locator("article")).to_have_count(len(SAID))


def test_signing_in_by_password_and_out_again(chromium: Browser, running: Running) -> None:
    context = chromium.new_context(base_url=running.url)
    page = context.new_page()
    page.goto("/admin/conversations")
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("This password is wrong.")).to_be_visible()
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Conversations")).to_be_visible()
    page.get_by_label("Open user menu").last.click()
    page.get_by_role("button", name="Logout").last.click()
    page.goto("/admin/")
    expect(page.get_by_label("Password")).to_be_visible()
    context.close()


def test_a_used_link_says_so(chromium: Browser, running: Running) -> None:
    link = running.link("4")
    for said in ("Dashboard", "used before or has expired"):
        context = chromium.new_context()
        page = context.new_page()
        page.goto(link)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text(said).first).to_be_visible()
        context.close()


def test_every_page_fits_its_screen(page: Page) -> None:
    for path in ("", "conversations", "catalogue?q=heat", "people", "models", "exports", "dead", "audit"):
        page.goto(f"/admin/{path}")
        assert fits(page), path
    replay(page)
    assert fits(page)


def test_the_menu_leads_everywhere(page: Page) -> None:
    toggle = page.get_by_label("Toggle navigation").first
    if toggle.is_visible():
        toggle.click()
    page.get_by_role("link", name="Catalogue").click()
    expect(page.get_by_role("heading", name=re.compile("Catalogue"))).to_be_visible()


def test_searching(page: Page) -> None:
    page.goto("/admin/conversations")
    page.get_by_label("Search messages").fill("nothing gory")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".u-talk")).to_have_count(1)
    page.get_by_label("Search messages").fill("zebra crossing")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("No conversation passes these filters.")).to_be_visible()


def test_a_replay_shows_bars_of_some_width(page: Page) -> None:
    replay(page)
    expect(page.locator("mark.u-evidence").first).to_be_visible()
    widths = page.locator(".u-stack").evaluate_all(
        "all => all.map(one => one.querySelector('rect').getBoundingClientRect().width)"
    )
    assert len(widths) >= 3
    assert min(widths) > 5
    expect(page.get_by_text("Ruled out").first).to_be_visible()


def test_flagging_tagging_and_finding_it(page: Page) -> None:
    replay(page)
    form = page.locator("form[action$='/mark']").first
    form.get_by_label("Kind of mark").select_option("flag")
    form.get_by_label("Text of the mark").fill("look at this")
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_text("The conversation is flagged.")).to_be_visible()
    page.goto("/admin/conversations?flagged=1")
    expect(page.locator(".u-talk")).to_have_count(1)
    page.locator(".u-talk").first.click()
    page.get_by_role("button", name="remove").first.click()
    expect(page.get_by_text("Removed.")).to_be_visible()


def test_correcting(page: Page) -> None:
    replay(page)
    turn = page.locator("article").nth(1)
    turn.locator("summary", has_text="Correct").click()
    turn.locator("input[name=keep0]").uncheck()
    turn.get_by_role("button", name="Store correction").click()
    expect(page.get_by_text("The correction is stored as training data.")).to_be_visible()
    expect(page.locator("article").nth(1).get_by_text("Corrected").first).to_be_visible()


def test_running_a_turn_again(page: Page) -> None:
    replay(page)
    page.locator("article").nth(1).get_by_role("link", name="Run again").click()
    expect(page.get_by_role("heading", name="Then")).to_be_visible()
    expect(page.get_by_role("heading", name="What a list would be chosen from now")).to_be_visible()
    assert page.locator(".u-stack").count() == 3 + 3 + 10
    assert fits(page)


def test_exporting(page: Page, tmp_path: Path) -> None:
    page.goto("/admin/exports")
    page.get_by_role("button", name="Export").click()
    link = page.get_by_role("link", name=re.compile("Download")).first
    link.wait_for()
    with page.expect_download() as download:
        link.click()
    file = tmp_path / "turns.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert [row["text"] for row in csv.DictReader(lines)] == list(SAID)


def test_promoting_and_rolling_back(page: Page, running: Running) -> None:
    registry = Registry(Home(running.settings.usher_home).index)
    first = registry.current()
    page.goto("/admin/models")
    page.locator("form[action*='/candidate/promote'] button").click()
    expect(page.get_by_text("Version candidate is the one to serve.")).to_be_visible()
    assert registry.current() == "candidate"
    page.locator(f"form[action*='/{first}/promote'] button").click()
    expect(page.get_by_text(f"Version {first} is the one to serve.")).to_be_visible()
    assert registry.current() == first


def test_the_dashboard_leads_to_conversations(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name=re.compile("^Acceptance")).click()
    expect(page.locator(".u-talk")).to_have_count(1)


def test_a_viewer_sees_no_names_and_no_tools(chromium: Browser, running: Running) -> None:
    context = chromium.new_context(base_url=running.url)
    page = context.new_page()
    page.goto(running.link("1"))
    page.get_by_role("button", name="Sign in").click()
    replay(page)
    assert "Ada" not in page.content()
    expect(page.get_by_role("link", name="Run again")).to_have_count(0)
    expect(page.get_by_role("link", name="People")).to_have_count(0)
    context.close()
