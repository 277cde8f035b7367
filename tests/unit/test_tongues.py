"""Who writes in a language that nobody here reads is told so, and asked which one to speak."""

from __future__ import annotations

import pytest

from bot.conversation.lexicon import load_lexicon
from bot.conversation.statements import Intent
from bot.conversation.understand import Understanding
from tests.support.chat import Person
from tests.support.films import films

UNDERSTANDING = Understanding(films(), load_lexicon())


def foreign(text: str) -> bool:
    return [s.value for s in UNDERSTANDING.read(text).statements] == [Intent.FOREIGN]


@pytest.mark.parametrize(
    "text",
    [
        "hola",
        "bonjour",
        "guten Abend",
        "quiero ver algo divertido",
        "Ich möchte einen lustigen Film",
        "je cherche un film d'horreur",
        "vorrei un film divertente",
        "eu quero um filme de terror",
        "bir korku filmi istiyorum",
        "Привет, посоветуй фильм",
        "こんにちは",
        "안녕하세요",
    ],
)
def test_other_languages_are_told(text: str) -> None:
    assert foreign(text)


@pytest.mark.parametrize(
    "text",
    [
        "hi",
        "ciao",
        "La La Land",
        "el camino",
        "café society",
        "something like La vita è bella",
        "a film by Almodóvar",
        "Amélie",
        "idk tbh ngl lowkey",
        "asdfghjkl",
        "Zürich",
        "??",
        "👍",
        "来一部喜剧",
    ],
)
def test_names_titles_slang_and_slips_are_no_other_language(text: str) -> None:
    assert not foreign(text)


@pytest.mark.asyncio(loop_scope="module")
class TestDialogue:
    async def test_they_are_told_what_is_read_here_and_a_name_answers(self, ann: Person) -> None:
        reply = await ann.say("quiero ver algo divertido")
        assert "English and 中文" in reply.text
        assert [button.label for button in reply.buttons] == ["English", "中文"]
        assert (await ann.say("english please")).text == "English it is."

    async def test_only_the_very_next_message_answers(self, ann: Person) -> None:
        await ann.say("/language", "a comedy")
        assert "films in English" in (await ann.say("in english")).text
