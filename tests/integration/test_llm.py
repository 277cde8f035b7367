"""llama.cpp with a small real model: streams, stops, breaks and comes back, and never takes the caller down."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import httpx
import psutil
import pytest

from recsys.catalogue import Item
from recsys.check import Checker
from recsys.datasets.movie_style import MOVIE_STYLE
from recsys.errors import GenerationError, ModelError
from recsys.facts import Facts
from recsys.llm import LlamaCpp, Message
from recsys.phrase import phrase
from tests.support.generator import smoke_model
from tests.support.injections import INJECTIONS, Injection

SYSTEM = Message("system", "You are a kind storyteller.")
STORY = (SYSTEM, Message("user", "Tell me a long story about the sea."))
PATIENCE = 60.0


@pytest.fixture
async def generator() -> AsyncIterator[LlamaCpp]:
    generator = await LlamaCpp.load(smoke_model(), threads=1, prefix=(SYSTEM,))
    yield generator
    await generator.aclose()


def helper() -> psutil.Process:
    """The one helper process of this test."""
    (process,) = (p for p in psutil.Process().children() if "llama_server.py" in " ".join(p.cmdline()))
    return process


async def read(generator: LlamaCpp, max_tokens: int = 8, deadline: float = PATIENCE) -> list[str]:
    return [piece async for piece in generator.stream(STORY, max_tokens=max_tokens, deadline=deadline)]


async def test_it_streams_words_piece_by_piece_and_leaves_the_loop_free(
    generator: LlamaCpp, capfd: pytest.CaptureFixture[str]
) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.005)

    other = asyncio.create_task(others())
    pieces = await read(generator, max_tokens=8)
    other.cancel()
    assert len(pieces) > 2 and "".join(pieces).strip()
    assert turns > len(pieces)
    assert capfd.readouterr() == ("", "")


async def test_closing_the_stream_frees_the_model_for_the_next_call(generator: LlamaCpp) -> None:
    clock = asyncio.get_running_loop().time
    start = clock()
    pieces = await read(generator, max_tokens=48)
    duration = clock() - start
    async with aclosing(generator.stream(STORY, max_tokens=1500, deadline=PATIENCE)) as stream:
        await anext(stream)
    start = clock()
    await read(generator, max_tokens=1)
    assert len(pieces) > 20 and clock() - start < duration


async def test_a_late_reply_is_an_error_at_the_deadline(generator: LlamaCpp) -> None:
    start = asyncio.get_running_loop().time()
    with pytest.raises(GenerationError, match="too slow"):
        await read(generator, max_tokens=1500, deadline=0.2)
    assert asyncio.get_running_loop().time() - start < 1.0


async def test_a_frozen_helper_is_an_error_at_the_deadline_and_serves_again_when_it_thaws(generator: LlamaCpp) -> None:
    process = helper()
    process.suspend()
    with pytest.raises(GenerationError):
        await read(generator, deadline=0.3)
    process.resume()
    assert await read(generator)


async def test_a_killed_helper_breaks_the_stream_and_the_next_call_starts_another(generator: LlamaCpp) -> None:
    async with aclosing(generator.stream(STORY, max_tokens=1500, deadline=PATIENCE)) as stream:
        await anext(stream)
        os.kill(helper().pid, signal.SIGKILL)
        with pytest.raises(GenerationError, match="again"):
            async for _ in stream:
                pass
    assert await read(generator)


async def test_a_prompt_beyond_the_context_is_refused(generator: LlamaCpp) -> None:
    prompt = (Message("user", "sea " * 4000),)
    with pytest.raises(GenerationError, match="shorten the prompt"):
        async for _ in generator.stream(prompt, max_tokens=8, deadline=PATIENCE):
            pass


@pytest.mark.parametrize("injection", [INJECTIONS[0], INJECTIONS[56]], ids=lambda i: i.place)
async def test_orders_hidden_in_texts_do_nothing_to_a_real_model(generator: LlamaCpp, injection: Injection) -> None:
    item = Item("1", "Heat", 1995, facets={"genre": ("Crime", injection.text), "cast": (injection.text, "Al Pacino")})
    facts = Facts.about(item, MOVIE_STYLE, reasons=("you loved The Insider",))
    phrased = await phrase(facts, MOVIE_STYLE, generator, fallback="T", deadline=20.0)
    assert phrased.text == "T" or Checker(facts, MOVIE_STYLE).check(phrased.text).accepted
    assert injection.obeyed not in phrased.text and "evil" not in phrased.text


async def test_the_port_is_no_open_door(generator: LlamaCpp) -> None:
    (connection,) = (c for c in helper().net_connections() if c.status == psutil.CONN_LISTEN)
    assert connection.laddr.ip == "127.0.0.1"
    async with httpx.AsyncClient(trust_env=False) as stranger:
        body = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
        url = f"http://127.0.0.1:{connection.laddr.port}/v1/chat/completions"
        assert (await stranger.post(url, json=body)).status_code == httpx.codes.UNAUTHORIZED


async def test_closing_ends_the_helper() -> None:
    generator = await LlamaCpp.load(smoke_model(), threads=1)
    process = helper()
    await generator.aclose()
    assert not process.is_running()


@pytest.mark.parametrize("keep", [0, 4, 3_000_000], ids=["empty", "header only", "half downloaded"])
async def test_a_corrupt_file_is_a_model_error_that_says_what_to_do(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "model.gguf"
    with smoke_model().open("rb") as file:
        path.write_bytes(file.read(keep))
    with pytest.raises(ModelError, match="fetch it again"):
        await LlamaCpp.load(path)
    assert not psutil.Process().children()


async def test_a_missing_file_is_a_model_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="fetch it or set LLM_MODEL"):
        await LlamaCpp.load(tmp_path / "model.gguf")
