"""The playground in a real browser. Run with ``make browser``; needs Debian's Chromium."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.installation import install

SIZES = {"desktop": {"width": 1280, "height": 860}, "phone": {"width": 390, "height": 800}}
CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of a playground on a small catalogue."""
    home = install(tmp_path_factory.mktemp("playground"))
    settings = {**os.environ, "USHER_HOME": str(home), "LLM": "off", "DATABASE_URL": "", "TELEGRAM_BOT_TOKEN": ""}
    command = [sys.executable, "-m", "bot", "playground", "--port", "0"]
    with subprocess.Popen(command, env=settings, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        lines = iter(process.stderr.readline, "")
        yield next(found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        process.terminate()
        assert process.wait(20) == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The page at one width; whatever it logs or fails to load fails the test."""
    opened = browser.new_page(viewport=SIZES[request.param])  # type: ignore[arg-type]
    trouble: list[str] = []
    opened.on(
        "console", lambda message: trouble.append(message.text) if "pictures.example" not in message.text else None
    )
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.route("**/*.jpg", lambda route: route.fulfill(status=200, content_type="image/svg+xml", body=PICTURE))
    opened.goto(address)
    yield opened
    shots = Path(os.environ.get("SCREENSHOTS", ""))
    if os.environ.get("SCREENSHOTS"):
        opened.screenshot(path=shots / f"{request.node.name}.png")
    wide = opened.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, "the page scrolls sideways"
    assert trouble == []
    opened.close()


PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="300"><rect width="200" height="300"/></svg>'


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()


def test_a_chat_with_its_buttons_ticks_and_pictures(page: Page) -> None:
    say(page, "a crime film by Michael Mann")
    card = page.locator("#messages li", has_text="Heat (1995)").last
    expect(card.locator("img")).to_be_visible(timeout=20_000)
    card.locator(".keys button").first.click()
    expect(page.get_by_role("status")).to_contain_text("Heat", timeout=10_000)
    card.get_by_role("button", name="react").click()
    card.locator(".picker button", has_text="👎").click()
    expect(card.locator(".keys button", has_text="✅ Not for me")).to_be_visible(timeout=10_000)
    expect(card.locator(".react .on")).to_have_text("👎")


def test_the_menu_and_a_file(page: Page) -> None:
    page.get_by_role("button", name="Commands").click()
    page.locator("#menu button", has_text="/export").click()
    link = page.get_by_role("link", name=re.compile("usher-export.json")).last
    expect(link).to_be_visible(timeout=10_000)
    with page.expect_download() as download:
        link.click()
    assert '"users"' in Path(download.value.path()).read_text(encoding="utf-8")


def test_a_group_joins_and_gets_films(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Film night")).click()
    say(page, "/together")
    asked = page.locator("#messages li", has_text="Who's watching?").last
    expect(asked).to_be_visible(timeout=10_000)
    page.get_by_label("Write as").select_option("Bob")
    asked = page.locator("#messages li", has_text="Who's watching?").last
    asked.get_by_role("button", name="Join in").click()
    expect(page.locator("#messages li", has_text="Ann and Bob").last).to_be_visible(timeout=10_000)
    asked.get_by_role("button", name="Recommend something").click()
    expect(page.locator("#messages li", has_text="For Ann and Bob:").last).to_be_visible(timeout=10_000)


def test_films_are_found_inline_and_opened_by_their_link(page: Page) -> None:
    page.get_by_role("textbox", name="Message").fill("@usher_test_bot Notting Hill")
    page.get_by_role("button", name=re.compile("Notting Hill")).click(timeout=10_000)
    page.get_by_role("link", name="More in Usher").last.click()
    expect(page.locator("#messages li", has_text="Somebody thought you might enjoy this").last).to_be_visible(
        timeout=10_000
    )


def test_other_sites_can_do_nothing_here(page: Page, address: str) -> None:
    refused = page.request.post(f"{address}/do", headers={"Content-Type": "text/plain"}, data='{"do": "say"}')
    assert refused.status == 415
    rebound = page.request.get(f"{address}/state", headers={"Host": "evil.example"})
    assert rebound.status == 400
