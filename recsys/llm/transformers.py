"""A causal language model in Hugging Face transformers: bfloat16 on the GPUs that accelerate finds, else the CPU."""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import AsyncGenerator
from typing import Any, Self

import torch
from torch import Tensor

from recsys.errors import GenerationError, ModelError
from recsys.llm.generator import TEMPERATURE, Prompt, within


class Transformers:
    """One model in this process, one reply at a time. ``load`` makes it.

    The keys and values of ``prefix``, which all prompts start with, are computed at load and copied for each call.
    """

    def __init__(self, name: str, model: Any, tokenizer: Any, prefix: Prompt, temperature: float) -> None:
        self._name = name
        self._model = model
        self._tokenizer = tokenizer
        self._temperature = temperature
        self._busy = asyncio.Lock()
        self._prefix = torch.empty(0)
        self._cache: Any = None
        if prefix:
            self._prefix, self._cache = self._read(prefix)

    @classmethod
    async def load(cls, model: str, *, prefix: Prompt = (), temperature: float = TEMPERATURE) -> Self:
        """Load a folder or a hub name; raises ``ModelError`` when it can't be. ``temperature`` 0 is greedy."""

        def work() -> tuple[Any, Any]:
            from transformers import AutoModelForCausalLM, AutoTokenizer
            from transformers.utils import logging

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            dtype = torch.bfloat16 if torch.cuda.is_available() else torch.float32
            loaded = AutoModelForCausalLM.from_pretrained(model, dtype=dtype, device_map="auto")
            return loaded, AutoTokenizer.from_pretrained(model)

        try:
            loaded, tokenizer = await asyncio.to_thread(work)
            return await asyncio.to_thread(cls, model, loaded, tokenizer, prefix, temperature)
        except Exception as error:  # safetensors, JSON, hub, CUDA and OS errors share no base class
            reason = type(error).__name__
            raise ModelError(f"The model {model} does not load ({reason}); set LLM_MODEL to a causal model.") from error

    @property
    def name(self) -> str:
        """The folder or hub name."""
        return self._name

    def stream(self, prompt: Prompt, *, max_tokens: int, deadline: float) -> AsyncGenerator[str, None]:
        """See ``TextGenerator.stream``."""
        return within(self._pieces(prompt, max_tokens), deadline)

    async def aclose(self) -> None:
        """Nothing lives outside this process; what is still generated ends with its stream."""

    async def _pieces(self, prompt: Prompt, max_tokens: int) -> AsyncGenerator[str, None]:
        from transformers import AsyncTextIteratorStreamer

        await self._busy.acquire()
        stopped = threading.Event()
        streamer = AsyncTextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        work = asyncio.ensure_future(asyncio.to_thread(self._generate, prompt, max_tokens, streamer, stopped))
        work.add_done_callback(self._free)  # not before: a step that was begun can't be broken off
        try:
            async for piece in streamer:
                if piece:
                    yield piece
        finally:
            stopped.set()
        await asyncio.wait({work})
        if error := work.exception():
            reason = type(error).__name__
            raise GenerationError(f"The text generator failed with {reason}; use a smaller model.") from error

    def _free(self, work: asyncio.Future[None]) -> None:
        self._busy.release()
        if not work.cancelled():
            work.exception()  # seen, whoever still reads the stream

    @torch.inference_mode()
    def _generate(self, prompt: Prompt, max_tokens: int, streamer: Any, stopped: threading.Event) -> None:
        def stop(ids: Tensor, _scores: Any, **_: Any) -> Tensor:
            return torch.full((len(ids),), stopped.is_set(), dtype=torch.bool, device=ids.device)

        try:
            ids = self._ids(prompt, answer=True)
            known = len(self._prefix)
            cached = self._cache is not None and torch.equal(ids[0, :known], self._prefix)
            sampling = (
                {"do_sample": True, "temperature": self._temperature} if self._temperature else {"do_sample": False}
            )
            self._model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                past_key_values=copy.deepcopy(self._cache) if cached else None,
                max_new_tokens=max_tokens,
                pad_token_id=self._tokenizer.eos_token_id,
                streamer=streamer,
                stopping_criteria=[stop],
                **sampling,
            )
        except BaseException:
            streamer.on_finalized_text("", stream_end=True)
            raise

    @torch.inference_mode()
    def _read(self, prefix: Prompt) -> tuple[Tensor, Any]:
        from transformers import DynamicCache

        ids = self._ids(prefix, answer=False)
        cache = self._model(ids, past_key_values=DynamicCache(config=self._model.config), use_cache=True)
        return ids[0], cache.past_key_values

    def _ids(self, prompt: Prompt, *, answer: bool) -> Tensor:
        """Token ids (1, T) of a prompt; ``answer``: with the opening of the reply."""
        messages = [message._asdict() for message in prompt]
        text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=answer)
        tokens = self._tokenizer(text, return_tensors="pt", add_special_tokens=False)
        return tokens["input_ids"].to(self._model.device)  # type: ignore[no-any-return]
