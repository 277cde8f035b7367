"""A GGUF model in llama.cpp, in a helper process."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx

from recsys.errors import GenerationError, ModelError
from recsys.llm.generator import Prompt, within
from recsys.llm.openai import BrokenOffError, chat

CACHED = {"cache_prompt": True}
"""What the constant beginning of all prompts is kept by."""


@dataclass(frozen=True, slots=True)
class _Helper:
    """A running helper process and the connection to it."""

    process: Process
    http: httpx.AsyncClient

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    async def aclose(self) -> None:
        await self.http.aclose()
        await _end(self.process)


class LlamaCpp:
    """A GGUF model in llama.cpp, in a helper process (``docs/decisions/0002-generator-process.md`` says why).

    ``threads``: None leaves the number to llama.cpp. ``context``: tokens of prompt and reply together.
    ``prefix``: the messages that all prompts start with; they are read at load, so that replies start sooner.
    A helper that dies is started again by the next call.
    """

    def __init__(self, path: Path, *, threads: int | None = None, context: int = 2048, prefix: Prompt = ()) -> None:
        self.path = path
        self.threads = threads
        self.context = context
        self.prefix = prefix
        self._starting: asyncio.Task[_Helper] | None = None

    @classmethod
    async def load(cls, path: Path, *, threads: int | None = None, context: int = 2048, prefix: Prompt = ()) -> Self:
        """Start the helper and load the model; raises ``ModelError`` when the file is missing or corrupt."""
        generator = cls(path, threads=threads, context=context, prefix=prefix)
        try:
            await generator._helper()
        except BaseException:
            await generator.aclose()
            raise
        return generator

    @property
    def name(self) -> str:
        """The model file's name without its ending."""
        return self.path.stem

    def stream(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> AsyncGenerator[str, None]:
        """See ``TextGenerator.stream``."""
        return within(self._pieces(prompt, max_tokens), deadline)

    async def aclose(self) -> None:
        """End the helper process."""
        starting, self._starting = self._starting, None
        if starting is None:
            return
        starting.cancel()
        outcome = (await asyncio.gather(starting, return_exceptions=True))[0]
        if isinstance(outcome, _Helper):
            await outcome.aclose()

    async def _pieces(self, prompt: Prompt, max_tokens: int) -> AsyncGenerator[str, None]:
        try:
            helper = await self._helper()
        except ModelError as error:
            raise GenerationError(str(error)) from error
        try:
            async with aclosing(chat(helper.http, prompt, max_tokens, **CACHED)) as pieces:
                async for piece in pieces:
                    yield piece
        except BrokenOffError:
            if self._starting is not None and self._starting.done() and self._starting.result() is helper:
                await self.aclose()
            raise

    async def _helper(self) -> _Helper:
        # Shielded: a call whose deadline passes must not undo a load that the next call can use.
        if self._starting is not None and self._starting.done() and not _is_alive(self._starting):
            await self.aclose()
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        return await asyncio.shield(self._starting)

    async def _start(self) -> _Helper:
        _require_gguf(self.path)
        key = secrets.token_urlsafe(32)
        order = {
            "path": str(self.path.resolve()),
            "threads": self.threads or -1,
            "context": self.context,
            "key": key,
        }
        script = Path(__file__).with_name("llama_server.py")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # the script's folder must not shadow other modules
            str(script),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,  # Ctrl-C is the parent's to handle
        )
        try:
            url = await _handshake(process, order, self.path)
            http = httpx.AsyncClient(
                base_url=f"{url}/v1",
                headers={"Authorization": f"Bearer {key}"},
                timeout=httpx.Timeout(5.0, read=None),  # ``within`` holds the deadline
                limits=httpx.Limits(max_keepalive_connections=0),  # llama.cpp drops kept connections at will
                trust_env=False,
            )
            helper = _Helper(process, http)
            if self.prefix:
                async with aclosing(chat(http, self.prefix, 1, **CACHED)) as pieces:
                    async for _ in pieces:
                        pass
        except BaseException:
            await _end(process)
            raise
        return helper


async def _handshake(process: Process, order: dict[str, object], path: Path) -> str:
    """Hand the order over and wait for the address; raises ``ModelError`` when the model does not load."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(json.dumps(order).encode() + b"\n")
        await process.stdin.drain()
        reply = json.loads(await process.stdout.readline())
    except (OSError, ValueError):  # it died, silently
        reply = {}
    if "url" not in reply:
        reason = reply.get("error", "the helper process died")
        raise ModelError(f"The model {path} does not load ({reason}); delete the file and fetch it again.")
    return str(reply["url"])


async def _end(process: Process, patience: float = 5.0) -> None:
    """Let the helper leave by closing its input; kill it when it does not."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        async with asyncio.timeout(patience):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _is_alive(started: asyncio.Task[_Helper]) -> bool:
    return not started.cancelled() and started.exception() is None and started.result().alive


def _require_gguf(path: Path) -> None:
    """Raise ``ModelError`` unless the file starts as GGUF files do; llama.cpp itself checks the rest."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError:
        raise ModelError(f"The model {path} can't be read; fetch it or set LLM_MODEL to a GGUF file.") from None
    if magic != b"GGUF":
        raise ModelError(f"{path} is not a GGUF model; delete the file and fetch it again.")
