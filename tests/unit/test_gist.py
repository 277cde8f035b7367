"""Messages that no rule reads, by the packaged encoder; none of them is among the examples."""

from __future__ import annotations

import pytest

from bot.conversation.gist import Gist, load_examples
from bot.conversation.lexicon import load_lexicon
from bot.conversation.statements import Context, Critique, Intent, Kind
from bot.conversation.understand import Understanding
from recsys.encoder import Encoder
from tests.support.films import film, films

SHOWN = Context(shown=(film("Heat (1995)"), film("Alien (1979)")))


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding(films(), load_lexicon(), Gist(Encoder(), load_examples()))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("what would you watch if you were me", Intent.RECOMMEND),
        ("what should I watch this evening?", Intent.RECOMMEND),
        ("you're pretty good at this", Intent.THANKS),
        ("awesome picks", Intent.THANKS),
        ("no you didn't understand me", Intent.COMPLAIN),
        ("what a terrible list", Critique.OTHER),
        ("can you recommend a good book?", Intent.CHAT),
        ("what's the weather like tomorrow", Intent.CHAT),
        ("are you a computer or a human being?", Intent.IDENTITY),
        ("what is showing in the cinemas this month", Intent.CINEMA),
        ("we're on holiday", Intent.SMALLTALK),
        ("it was a long day at the office", Intent.SMALLTALK),
    ],
)
def test_what_a_message_comes_to(understanding: Understanding, text: str, value: str) -> None:
    assert text not in {example for said in load_examples().values() for example in said}
    (said,) = understanding.read(text, SHOWN).statements
    assert said.value == value
    assert said.confidence >= 0.5  # it was understood


@pytest.mark.parametrize("text", ["witty dialogue", "a heartbreaking goodbye", "a writer with no ideas"])
def test_words_that_describe_a_film_are_a_wish(understanding: Understanding, text: str) -> None:
    (said,) = understanding.read(text).statements
    assert (said.kind, said.value, said.polarity) == (Kind.WISH, text, 1)


@pytest.mark.parametrize(
    "text",
    [
        "a film about books and libraries",
        "something with football",
        "funny sci-fi from the 90s",
        "I loved Heat",
        "the dangers of social media",
        "yes",
        "hmm",
        "asdf qwer",
        "",
        "so " * 200,
    ],
)
def test_what_the_rules_read_stays_and_noise_stays_noise(understanding: Understanding, text: str) -> None:
    assert understanding.read(text, SHOWN) == Understanding(films(), load_lexicon()).read(text, SHOWN)


def test_without_an_encoder_the_rules_go_on_alone(tmp_path: object) -> None:
    lost = Understanding(films(), load_lexicon(), Gist(Encoder(str(tmp_path)), load_examples()))
    assert lost.read("awesome picks") == Understanding(films(), load_lexicon()).read("awesome picks")
