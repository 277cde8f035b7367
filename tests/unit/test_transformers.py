"""The transformers backend on a tiny random model that is made here."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers.decoders import ByteLevel
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

from recsys.errors import GenerationError, ModelError
from recsys.llm import Message, Transformers

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PREFIX = (Message("system", "You are a kind storyteller."),)
STORY = (*PREFIX, Message("user", "Tell me a story about the sea."))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A byte-level tokenizer and two random layers, saved as models are."""
    path = tmp_path_factory.mktemp("model")
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer = Tokenizer(models.BPE({letter: n for n, letter in enumerate(sorted(alphabet))}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        additional_special_tokens=["<|im_start|>"],
        chat_template=TEMPLATE,
    )
    fast.save_pretrained(path)
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(fast), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=4096,
        bos_token_id=None, eos_token_id=fast.eos_token_id,
    )  # fmt: skip
    Qwen2ForCausalLM(config).save_pretrained(path)
    return path


async def read(generator: Transformers, max_tokens: int = 24, deadline: float = 60.0) -> str:
    return "".join([p async for p in generator.stream(STORY, max_tokens=max_tokens, deadline=deadline)])


async def test_words_are_the_same_whether_the_prefix_is_read_at_load_or_with_the_prompt(folder: Path) -> None:
    fresh = await Transformers.load(str(folder), temperature=0)
    cached = await Transformers.load(str(folder), prefix=PREFIX, temperature=0)
    first = await read(fresh)
    assert first
    assert [await read(cached), await read(cached)] == [first, first]  # a call leaves the cache as it was


async def test_closing_the_stream_frees_the_model_for_the_next_call(folder: Path) -> None:
    generator = await Transformers.load(str(folder))
    async with aclosing(generator.stream(STORY, max_tokens=3000, deadline=60)) as stream:
        await anext(stream)
    assert await asyncio.wait_for(read(generator, max_tokens=4), 20)


async def test_a_late_reply_is_an_error_at_the_deadline(folder: Path) -> None:
    generator = await Transformers.load(str(folder))
    with pytest.raises(GenerationError, match="too slow"):
        await read(generator, max_tokens=3000, deadline=0.05)
    assert await read(generator)


async def test_trouble_in_the_model_is_a_generation_error(folder: Path) -> None:
    generator = await Transformers.load(str(folder))
    with pytest.raises(GenerationError, match="failed with"):
        await read(generator, max_tokens=-1)
    assert await read(generator)


async def test_a_folder_without_a_model_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="set LLM_MODEL"):
        await Transformers.load(str(tmp_path))
