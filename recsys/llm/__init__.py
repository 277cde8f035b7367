"""Text generators: one interface, its backends, and a circuit breaker to put around any of them."""

from recsys.llm.budget import Budget, Metered
from recsys.llm.generator import Message, Prompt, TextGenerator, within
from recsys.llm.guarded import Guarded
from recsys.llm.llama import LlamaCpp
from recsys.llm.openai import OpenAI
from recsys.llm.transformers import Transformers

__all__ = [
    "Budget",
    "Guarded",
    "LlamaCpp",
    "Message",
    "Metered",
    "OpenAI",
    "Prompt",
    "TextGenerator",
    "Transformers",
    "within",
]
