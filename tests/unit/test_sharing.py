"""Links to films, what is passed on, and one's own data in the terminal."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import logs
from bot.channels.console import FAILED, Console
from bot.conversation.reply import Button, Reply
from bot.conversation.service import Incoming
from bot.conversation.sharing import Links, payload_of
from bot.conversation.taste import taste_of
from bot.store.records import Event, utcnow
from tests.support.films import film, films


def test_every_film_has_a_link_of_its_own_that_telegram_takes() -> None:
    payloads = {payload_of(item.id) for item in films().items}
    assert len(payloads) == len(films())
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload) for payload in payloads)
    links = Links(films())
    assert [links.opened(f"/start {payload_of(item.id)}") for item in films().items] == [i.id for i in films().items]


@pytest.mark.parametrize(
    "text", [None, "", "/start", "/start rec_", "/start rec_aaaaaaaaaa", "rec_aaaaaaaaaa", "/start x"]
)
def test_what_is_no_link_to_a_film_opens_none(text: str | None) -> None:
    assert Links(films()).opened(text) is None


def test_an_opinion_that_was_taken_back_counts_no_more() -> None:
    heat = film("Heat (1995)")
    assert taste_of([given("like", heat)]).items == {heat: 1.0}
    assert taste_of([given("like", heat), given("clear", heat)]).items == {}
    assert taste_of([given("like", heat), given("clear", heat), given("dislike", heat)]).items == {heat: -1.0}


def given(kind: str, item_id: str) -> Event:
    polarity = {"like": 1, "dislike": -1}.get(kind, 0)
    return Event(
        source="feedback",
        id="F",
        turn_id=None,
        item_id=item_id,
        kind=kind,
        value="",
        polarity=polarity,
        weight=1.0,
        seen=False,
        payload={},
        created_at=utcnow(),
    )


class Keeper:
    """Hands out what it keeps, whatever is said."""

    async def turn(self, _: Any) -> Reply:
        share, forget = Button("Share", "", "rec_x"), Button("Erase", "1.erase.0000000000000.0")
        ms = {"understand": 1.0, "recommend": 1.0, "total": 2.0}
        return Reply("T", "Here it is.", buttons=(share, forget), export="me", ms=ms)

    async def explain(self, *_: Any) -> None:
        return None

    async def export(self, user_id: str) -> str:
        return json.dumps({"users": [user_id]})


async def test_the_terminal_writes_a_file_and_offers_only_what_can_be_pressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    out = StringIO()
    await Console(Keeper(), source=StringIO("/export\n"), out=out).chat()  # type: ignore[arg-type]
    assert json.loads((tmp_path / "usher-export.json").read_text()) == {"users": ["me"]}
    assert (tmp_path / "usher-export.json").stat().st_mode & 0o077 == 0
    assert "It is in usher-export.json." in out.getvalue()
    assert "[a] Erase" in out.getvalue() and "Share" not in out.getvalue()


async def test_programs_get_what_is_kept_in_their_line() -> None:
    out = StringIO()
    await Console(Keeper(), source=StringIO("/export\n"), out=out).serve_json()  # type: ignore[arg-type]
    assert json.loads(out.getvalue())["export"] == {"users": ["me"]}


class Failing(Keeper):
    """Fails at one thing that is said, in a way that nobody foresaw."""

    async def turn(self, incoming: Incoming) -> Reply:
        if incoming.text == "secret":
            raise KeyError(incoming.text)
        return await super().turn(incoming)


async def test_what_nobody_foresaw_ends_no_chat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    logs.configure("WARNING")
    lines, person = StringIO(), StringIO()
    await Console(Failing(), source=StringIO("secret\nhello\n"), out=lines).serve_json()  # type: ignore[arg-type]
    await Console(Failing(), source=StringIO("secret\nhello\n"), out=person).chat()  # type: ignore[arg-type]
    structlog.reset_defaults()
    failed, answered = map(json.loads, lines.getvalue().splitlines())
    assert failed == {"error": FAILED}
    assert answered["text"] == "Here it is."
    assert person.getvalue().index(FAILED) < person.getvalue().index("Here it is.")
    logged = capsys.readouterr().err
    assert logged.count('error=KeyError where="unit/test_sharing.py:') == 2
    assert "secret" not in logged


@pytest.mark.parametrize("line", ["[" * 200_000, '{"text": ' * 200_000])
async def test_json_of_any_depth_is_plain_text(line: str) -> None:
    out = StringIO()
    await Console(Keeper(), source=StringIO(f"{line}\n"), out=out).serve_json()  # type: ignore[arg-type]
    assert json.loads(out.getvalue())["text"] == "Here it is."
