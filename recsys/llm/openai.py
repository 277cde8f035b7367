"""Any server that speaks OpenAI's protocol for chats: vLLM, llama.cpp, Ollama, a hosted model."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import httpx

from recsys.errors import GenerationError
from recsys.llm.generator import TEMPERATURE, Prompt, within


class BrokenOffError(GenerationError):
    """The connection to the server is gone, and perhaps the server."""


class OpenAI:
    """A model behind a URL that ends before ``/chat/completions``, such as ``http://localhost:8000/v1``.

    ``model`` is what the server calls it; ``key`` is sent as a bearer token and nowhere else. Servers keep the
    constant beginning of prompts by themselves (vLLM: automatic prefix caching).
    """

    def __init__(self, url: str, model: str, key: str = "") -> None:
        self._model = model
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = httpx.Timeout(5.0, read=None)  # ``within`` holds the deadline
        self._http = httpx.AsyncClient(base_url=url, headers=headers, timeout=timeout)

    @property
    def name(self) -> str:
        """What the server calls the model."""
        return self._model

    def stream(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> AsyncGenerator[str, None]:
        """See ``TextGenerator.stream``."""
        return within(self._pieces(prompt, max_tokens), deadline)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _pieces(self, prompt: Prompt, max_tokens: int) -> AsyncGenerator[str, None]:
        async with aclosing(chat(self._http, prompt, max_tokens, model=self._model)) as pieces:
            async for piece in pieces:
                yield piece


async def chat(http: httpx.AsyncClient, prompt: Prompt, max_tokens: int, **more: Any) -> AsyncGenerator[str, None]:
    """Stream one reply; closing drops the connection, which cancels the work. ``more`` goes into the body."""
    body = {
        "messages": [message._asdict() for message in prompt],
        "max_tokens": max_tokens,
        "temperature": TEMPERATURE,
        "stream": True,
        **more,
    }
    finished = False
    try:
        async with http.stream("POST", "chat/completions", json=body) as response:
            if response.status_code != httpx.codes.OK:
                raise GenerationError(_refusal(response.status_code))
            async for line in response.aiter_lines():
                field, _, data = line.partition(":")
                if field != "data" or data.strip() == "[DONE]":
                    continue
                choices = json.loads(data)["choices"]
                if not choices:  # a report of usage
                    continue
                choice = choices[0]
                finished = finished or choice.get("finish_reason") is not None
                if piece := choice["delta"].get("content"):
                    yield piece
    except httpx.TransportError as error:
        raise BrokenOffError(f"The text generator broke off with {type(error).__name__}; try again.") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise GenerationError("The text generator sent something unreadable; try again.") from error
    if not finished:
        raise GenerationError("The text generator was cut off; try again.")


def _refusal(status: int) -> str:
    what = {
        401: "check LLM_API_KEY",
        403: "check LLM_API_KEY",
        404: "check LLM_URL and LLM_MODEL",
        400: "shorten the prompt",
    }
    return f"The text generator refused with status {status}; {what.get(status, 'try again')}."
