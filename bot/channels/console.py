"""The terminal as a channel: a chat for people, and one JSON object a line for programs."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import textwrap
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

import structlog
from rich.console import Console as RichConsole
from rich.live import Live
from rich.text import Text

from bot.conversation.press import Verb, parse_press
from bot.conversation.reply import Button, Card, Explanation, Reply
from bot.conversation.service import Conversations, Incoming
from bot.logs import places
from bot.private import write_file
from recsys.errors import UsherError

log = structlog.get_logger(__name__)

CHANNEL = "console"
WIDTH = 96
HINT = 'Type what you feel like, or e.g. "like 2", "why 1", "save 3". Ctrl+D ends.'
FAILED = "Something went wrong. Say it in other words; what failed, and where, is on standard error: please report it."
EXPORT = Path("usher-export.json")
CARD_VERBS = (Verb.LIKE, Verb.DISLIKE, Verb.SEEN, Verb.SAVE, Verb.UNSAVE, Verb.MORE, Verb.WHY)


@dataclass(frozen=True, slots=True)
class Console:
    """One person at a terminal, or a program behind a pipe, reading lines from ``source``."""

    conversations: Conversations
    person: str = "me"
    source: TextIO = sys.stdin
    out: TextIO = sys.stdout
    hint: str = HINT

    async def chat(self) -> None:
        """Talk until the input ends. Typed letters and words such as ``like 2`` press the buttons on screen."""
        person_types = self.source.isatty()
        last = listed = None
        self._say(self.hint)
        async for line in self._lines("\nyou> " if person_types else ""):
            if not line:
                continue
            if not person_types:
                self._say(f"\nyou> {line}")
            line = _typed_letters(line, last)
            press = _typed_press(line, last, listed)
            try:
                last = await self.conversations.turn(self._incoming(None if press else line, press))
                listed = last if last.cards else listed
                self._show(last)
                await self._keep(last)
                explanation = await self._explained(last)
            except Exception as error:  # the chat outlives what nobody foresaw
                self._say(f"\n{_told(error)}")
                continue
            if explanation is not None and explanation.adds:
                self._say("\n" + _wrapped(explanation.text))

    async def _explained(self, reply: Reply) -> Explanation | None:
        """The explanation; on a terminal its words show as they come, and make way for what is said in the end."""
        if not self.out.isatty():
            return await self.conversations.explain(reply)
        screen = RichConsole(file=self.out, width=WIDTH, highlight=False)
        with Live(console=screen, transient=True, auto_refresh=False) as live:

            async def show(words: str) -> None:
                live.update(Text(f"\n{_wrapped(words)} …"), refresh=True)

            return await self.conversations.explain(reply, show)

    async def serve_json(self) -> None:
        """One line in (plain text, ``{"text": ...}`` or ``{"press": ...}``), exactly one JSON line out."""
        async for line in self._lines(""):
            try:
                text, press = _parse(line)
                reply = await self.conversations.turn(self._incoming(text, press))
                explanation = await self.conversations.explain(reply)
                answer = as_json(reply, explanation)
                if reply.export is not None:
                    answer["export"] = json.loads(await self.conversations.export(reply.export))
            except Exception as error:  # exactly one line, whatever happens
                answer = {"error": _told(error)}
            self._say(json.dumps(answer, ensure_ascii=False))

    async def _keep(self, reply: Reply) -> None:
        """Write the file that a reply brings along, beside where they are."""
        if reply.export is None:
            return
        kept = await self.conversations.export(reply.export)
        try:
            await asyncio.to_thread(_write, kept)
        except OSError as error:
            self._say(f"It can't be written here ({error.strerror}): go where you may write, and try again.")
        else:
            self._say(f"It is in {EXPORT}.")

    def _incoming(self, text: str | None, press: str | None) -> Incoming:
        return Incoming(CHANNEL, self.person, self.person, f"{CHANNEL}:{uuid4()}", text, press)

    async def _lines(self, prompt: str) -> AsyncIterator[str]:
        while True:
            line = await _in_thread(lambda: self._read(prompt))
            if not line:
                return
            yield line.rstrip("\r\n")

    def _read(self, prompt: str) -> str:
        if not prompt:
            return self.source.readline()
        try:
            return input(prompt) + "\n"
        except EOFError:
            self._say("")
            return ""

    def _say(self, text: str) -> None:
        print(text, file=self.out, flush=True)

    def _show(self, reply: Reply) -> None:
        parts = [_wrapped(reply.text or reply.notice or "")]
        parts += [_card(card) for card in reply.cards]
        parts.append(_wrapped(reply.question or ""))
        parts.append(_buttons(reply.buttons))
        self._say("\n" + "\n".join(part for part in parts if part))


async def _in_thread(read: Callable[[], str]) -> str:
    """Wait for a line. A daemon thread, not the loop's executor: that one would hold up the end after Ctrl+C."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def work() -> None:
        result = read()
        loop.call_soon_threadsafe(line.set_result, result)

    threading.Thread(target=work, daemon=True).start()
    return await line


def _write(kept: str) -> None:
    with write_file(EXPORT) as file:
        file.write(kept)


def _told(error: Exception) -> str:
    """What to say of an error; one that nobody foresaw may quote the person, so only where it happened is logged."""
    if isinstance(error, UsherError):
        return str(error)
    log.error("turn failed", error=type(error).__name__, where=places(error))
    return FAILED


def as_json(reply: Reply, explanation: Explanation | None) -> dict[str, Any]:
    """A reply as documented in ``docs/chat-json.md``."""
    answer: dict[str, Any] = {
        "text": reply.text or reply.notice or "",
        "items": [_item_json(card) for card in reply.cards],
        "question": reply.question,
        "buttons": _buttons_json(reply.buttons),
        "understood": [{"kind": u.kind, "value": u.value, "polarity": u.polarity} for u in reply.understood],
        "explanation": {"text": explanation.text, "by": explanation.by} if explanation else None,
        "ms": _ms_json(reply.ms, explanation),
    }
    return answer


def _ms_json(ms: Mapping[str, float], explanation: Explanation | None) -> dict[str, float]:
    explain = round(explanation.ms, 2) if explanation else 0.0
    steps = {"understand": ms["understand"], "recommend": ms["recommend"], "explain": explain}
    return steps | {"total": round(ms["total"] + explain, 2)}


def _item_json(card: Card) -> dict[str, Any]:
    return {
        "id": card.item_id,
        "title": card.title,
        "year": card.year,
        "imdb_id": card.external.get("imdb_id"),
        "tmdb_id": card.external.get("tmdb_id"),
        "score": round(card.score, 4),
        "reasons": [{"signal": r.signal, "share": round(r.share, 4), "text": r.text} for r in card.reasons],
        "buttons": _buttons_json(card.buttons),
    }


def _buttons_json(buttons: tuple[Button, ...]) -> list[dict[str, str]]:
    return [{"label": b.label, "press": b.press} for b in _presses(buttons)]


def _parse(line: str) -> tuple[str | None, str | None]:
    """A line of a program. JSON that is not one of the two documented objects is plain text."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return line, None
    if isinstance(data, dict) and isinstance(data.get("press"), str):
        return None, data["press"]
    if isinstance(data, dict) and isinstance(data.get("text"), str):
        return data["text"], None
    return line, None


def _typed_letters(line: str, last: Reply | None) -> str:
    """ "a and c" under a question about films names the first and the third."""
    letters = re.findall(r"\b[a-z]\b", line.lower())
    if len(letters) < 2 or re.sub(r"\b(?:[a-z]|and)\b|[\s,&+]", "", line.lower()):
        return line
    buttons = dict(zip("abcdefghijklmnopqrstuvwxyz", _presses(last.buttons) if last else (), strict=False))
    pressed = [parse_press(buttons[letter].press) for letter in letters if letter in buttons]
    films = [str(press.slot) for press in pressed if press and press.verb is Verb.LOVED]
    return " and ".join(films) if len(films) == len(letters) else line


def _typed_press(line: str, last: Reply | None, listed: Reply | None) -> str | None:
    """``a`` presses the first button under the latest reply, ``like 2`` the second card of the latest list."""
    typed = line.strip().lower()
    buttons = _presses(last.buttons) if last else ()
    letters = "abcdefghijklmnopqrstuvwxyz"[: len(buttons)]
    if len(typed) == 1 and typed in letters:
        return buttons[letters.index(typed)].press
    match = re.fullmatch(r"([a-z]+) (\d)", typed)
    if not match or match[1] not in CARD_VERBS:
        return None
    for card in listed.cards if listed else ():
        for button in card.buttons:
            press = parse_press(button.press)
            if press and press.slot == int(match[2]) and press.verb == match[1]:
                return button.press
    return None


def _card(card: Card) -> str:
    year = f" ({card.year})" if card.year else ""
    facts = " · ".join(card.facets)
    lines = [f"  {card.slot}. {card.title}{year}" + (f"   {facts}" if facts else "")]
    for sentence in filter(None, (card.plot, card.reason)):
        lines.append(textwrap.fill(sentence, WIDTH, initial_indent=" " * 5, subsequent_indent=" " * 5))
    return "\n".join(lines)


def _buttons(buttons: tuple[Button, ...]) -> str:
    return "   ".join(f"[{chr(ord('a') + n)}] {button.label}" for n, button in enumerate(_presses(buttons)))


def _presses(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
    """The buttons that can be pressed here: a terminal passes nothing on."""
    return tuple(button for button in buttons if button.press)


def _wrapped(text: str) -> str:
    return "\n".join(
        textwrap.fill(line, WIDTH, subsequent_indent="  " * line.startswith("•")) for line in text.split("\n")
    )
