"""A generator behind a URL, on a real local server: words, faults, and that none of them holds anything up."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from recsys.errors import GenerationError
from recsys.llm import Guarded, Message, OpenAI
from tests.support.chat_server import REPLY, chat_server

PROMPT = (Message("system", "You are kind."), Message("user", "Why Heat?"))
FAULTS = ["slow", "hanging", "late", "empty", "cut", "garbage", "500", "401"]


async def read(generator: OpenAI | Guarded, deadline: float = 5.0) -> list[str]:
    return [piece async for piece in generator.stream(PROMPT, max_tokens=40, deadline=deadline)]


async def test_words_stream_and_the_key_goes_in_the_header_alone() -> None:
    async with chat_server() as server:
        generator = OpenAI(server.url, "some-model", "secret")
        pieces = await read(generator)
        await generator.aclose()
    assert "".join(pieces) == REPLY and len(pieces) > 5
    ((body, authorization),) = server.requests
    assert authorization == "Bearer secret" and "secret" not in str(body)
    assert body["model"] == "some-model" and body["max_tokens"] == 40
    assert [m["role"] for m in body["messages"]] == ["system", "user"]


async def test_a_server_may_leave_out_the_space_before_what_it_sends() -> None:
    async with chat_server(fault="dense") as server:
        generator = OpenAI(server.url, "some-model")
        assert "".join(await read(generator)) == REPLY
        await generator.aclose()


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_is_a_generation_error_by_the_deadline(fault: str) -> None:
    async with chat_server(fault=fault) as server:
        generator = OpenAI(server.url, "some-model")
        start = asyncio.get_running_loop().time()
        with pytest.raises(GenerationError):
            await read(generator, deadline=0.5)
        assert asyncio.get_running_loop().time() - start < 1.5
        await generator.aclose()


async def test_nobody_there_is_a_generation_error() -> None:
    generator = OpenAI("http://127.0.0.1:9/v1", "some-model")
    with pytest.raises(GenerationError, match="broke off"):
        await read(generator)
    await generator.aclose()


async def test_closing_the_stream_hangs_up() -> None:
    async with chat_server(fault="slow") as server:
        generator = OpenAI(server.url, "some-model")
        async with aclosing(generator.stream(PROMPT, max_tokens=40, deadline=5)) as stream:
            await anext(stream)
        await asyncio.wait_for(server.broken_off.wait(), 5)
        await generator.aclose()


async def test_a_dead_server_is_left_alone_after_five_failures_until_it_is_back() -> None:
    now = 0.0
    async with chat_server(fault="500") as server:
        generator = Guarded(OpenAI(server.url, "some-model"), cool_off=60, clock=lambda: now)
        for _ in range(9):
            with pytest.raises(GenerationError):
                await read(generator)
        assert len(server.requests) == 5
        server.fault = ""
        now = 61.0
        assert "".join(await read(generator)) == REPLY
        await generator.aclose()
