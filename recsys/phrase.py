"""From facts to checked words: a model phrases, the checker decides, a template stands in."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal
from zlib import crc32

from recsys.check import Checker, Verdict
from recsys.errors import GenerationError
from recsys.facts import Facts, Style
from recsys.llm import Message, Prompt, TextGenerator
from recsys.words import ABBREVIATED

MAX_TOKENS = 90
_MARGIN = 0.05
"""Seconds by which the generator's deadline precedes ours, so that a circuit breaker sees it fail."""
_VALUE_LENGTH = 80
_WORDS_KEPT = 7
"""Fewer words than this are no explanation."""
_PAUSE = re.compile(r"(?<=[\w\"”)])(?:[.!?](?=\s)|,(?=\s)|\s[–—-](?=\s)|[;:](?=\s))")
_ARTICLE = re.compile(r"\b([Aa])(?= (?:action|adventure|anim))")
"""A slip of small models: "a adventure"."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f<>|\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")

OnPartial = Callable[[str], Awaitable[None]]


class Outcome(StrEnum):
    """What became of the wish to have a model phrase something."""

    ACCEPTED = "accepted"
    SHORTENED = "shortened"  # accepted without its end, which was wrong
    REPHRASED = "rephrased"  # accepted at the second try, whole or shortened
    REFUSED = "refused"  # by the checker, twice
    FAILED = "failed"  # the model was late, broke off, or is resting after failures
    UNASKED = "unasked"  # there is no model, not for this language, or not for now


_BY_MODEL = (Outcome.ACCEPTED, Outcome.SHORTENED, Outcome.REPHRASED)


@dataclass(frozen=True, slots=True)
class Phrased:
    """Words to show. ``verdict`` is about the model's last words; None when it said nothing in time."""

    text: str
    outcome: Outcome
    verdict: Verdict | None = None

    @property
    def by(self) -> Literal["llm", "template"]:
        """Whose words they are."""
        return "llm" if self.outcome in _BY_MODEL else "template"

    def __str__(self) -> str:
        """The outcome as it is stored: ``accepted``, ``refused name: Ronin``, ``failed``."""
        if self.verdict is None or self.verdict.accepted:
            return str(self.outcome)
        return f"{self.outcome} {self.verdict.fault}: {self.verdict.words}"


def prefix(style: Style) -> Prompt:
    """What every prompt of a style starts with: instructions and examples, always the same, so backends cache it."""
    messages = [Message("system", instructions(style))]
    for facts, words in style.examples:
        messages += [Message("user", _data(facts, style)), Message("assistant", words)]
    return tuple(messages)


def instructions(style: Style) -> str:
    """The system prompt of a style."""
    return (
        f"You are a friend who tells a person why a {style.noun} suits them, in one or two short, warm sentences.\n"
        f"Name the {style.noun}, say why it is for them, and tell one or two facts. Use only what the message lists: "
        f"no plot, no other {style.noun}, no other names, nothing you remember.\n"
        "Plain words, no lists, no markup. At most 30 words."
    )


def prompt_for(facts: Facts, style: Style) -> Prompt:
    """The prompt for one item. The person's own words stay out: reasons hold what was understood of them."""
    return (*prefix(style), Message("user", _data(facts, style)))


async def phrase(
    facts: Facts,
    style: Style,
    generator: TextGenerator,
    *,
    fallback: str,
    deadline: float,
    on_partial: OnPartial | None = None,
) -> Phrased:
    """Words for ``facts`` within ``deadline`` seconds: the model's when they pass the check, else ``fallback``.

    Of words that fail, the beginning is kept if it is true and whole by itself; else they are asked for once more, of
    fewer facts. ``on_partial`` receives growing beginnings, each free
    of unknown names, numbers and content words; the result replaces what it showed. Generator trouble raises nothing.
    """
    if facts.language != style.language:
        return Phrased(fallback, Outcome.UNASKED)
    checker = Checker(facts, style, instructions(style))
    verdict: Verdict | None = None
    end = asyncio.get_running_loop().time() + deadline
    try:
        async with asyncio.timeout_at(end):
            for told in (facts, _fewer(facts)):
                left = end - asyncio.get_running_loop().time() - _MARGIN
                text, verdict = await _attempt(prompt_for(told, style), checker, generator, left, on_partial)
                first = told is facts
                if verdict.accepted:
                    return Phrased(text, Outcome.ACCEPTED if first else Outcome.REPHRASED, verdict)
                if kept := _kept(text, checker):
                    return Phrased(kept, Outcome.SHORTENED if first else Outcome.REPHRASED)
    except (GenerationError, TimeoutError):
        return Phrased(fallback, Outcome.FAILED, verdict)
    return Phrased(fallback, Outcome.REFUSED, verdict)


async def _attempt(
    prompt: Prompt, checker: Checker, generator: TextGenerator, deadline: float, on_partial: OnPartial | None
) -> tuple[str, Verdict]:
    """One reply and its verdict; stops reading at the first fault that more words can't mend."""
    text = ""
    shown = ""
    async with aclosing(generator.stream(prompt, max_tokens=MAX_TOKENS, deadline=deadline)) as pieces:
        async for piece in pieces:
            text += piece
            beginning = _settled(text)
            if beginning == shown:
                continue
            verdict = checker.check(beginning, partial=True)
            if not verdict.accepted:
                return beginning, verdict
            shown = beginning
            if on_partial is not None:
                await on_partial(beginning)
    words = _tidy(text)
    return words, checker.check(words)


def _kept(text: str, checker: Checker) -> str | None:
    """The longest beginning of words, up to the end of a sentence or clause, that is true and whole by itself."""
    for pause in reversed(list(_PAUSE.finditer(text))):
        beginning = text[: pause.start()] + "."
        whole = beginning.count('"') % 2 == 0 and beginning.count("(") == beginning.count(")")
        whole &= ABBREVIATED.search(text[: pause.start()]) is None
        long = len(beginning.split()) >= _WORDS_KEPT
        if long and whole and checker.tells(beginning) and checker.check(beginning).accepted:
            return beginning
    return None


def _fewer(facts: Facts) -> Facts:
    """The best reason and one value of each kind: what a model failed to phrase, with less to get wrong. Each kind
    stays: what is missing is what a small model makes up."""
    fields = {kind: values[:1] for kind, values in facts.fields.items()}
    return replace(facts, fields=fields, reasons=facts.reasons[:1])


def _data(facts: Facts, style: Style) -> str:
    """The facts as labelled lines; every value is data, cleaned of what a chat template could take for control.

    The last line says how to begin, so that explanations differ; it depends on the facts alone.
    """
    year = f" ({facts.year})" if facts.year else ""
    lines = [f"{style.noun.capitalize()}: {_clean(facts.title)}{year}"]
    for kind, label in style.prompted.items():
        if values := facts.fields.get(kind, ())[:2]:
            lines.append(f"{label}: {', '.join(map(_clean, values))}")
    lines.append("Why: " + "; ".join(map(_clean, facts.reasons)))
    lines.append(f"Begin with {style.openings[crc32(facts.title.encode()) % len(style.openings)]}.")
    return "\n".join(lines)


def _clean(value: str) -> str:
    return " ".join(_UNSAFE.sub(" ", value).split())[:_VALUE_LENGTH]


def _tidy(text: str) -> str:
    return _ARTICLE.sub(r"\1n", " ".join(text.split()).strip('"“”'))


def _settled(text: str) -> str:
    """The beginning of a stream that more pieces can't change: its whole words."""
    return _tidy(text).rpartition(" ")[0]
