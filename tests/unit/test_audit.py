"""The second opinion on explanations: it sees what is wrong, and lets true words pass."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import pytest

from bot.conversation.lexicon import load_lexicon
from recsys.datasets.movie_style import MOVIE_STYLE
from recsys.evaluation.audit import Audit
from recsys.facts import Facts
from tests.support.films import film, films


def encode(texts: Sequence[str]) -> np.ndarray:
    """Bags of words."""
    vectors = np.zeros((len(texts), 512), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().replace(",", " ").replace(".", " ").split():
            vectors[row, crc32(word.encode()) % 512] += 1.0
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


AUDIT = Audit(films(), load_lexicon().common, {"Crime": frozenset(("gangster",))}, encode)
HEAT = Facts.about(films()[film("Heat (1995)")], MOVIE_STYLE, reasons=("you liked The Insider",))
ALIEN = Facts.about(films()[film("Alien (1979)")], MOVIE_STYLE, reasons=("you asked for something in space",))
TRUE = "You liked The Insider, so try Heat, a crime thriller by Michael Mann about a bank robbery."
OTHER = "You asked for something in space: Alien is a horror film with Sigourney Weaver."


def found(text: str) -> list[str]:
    return AUDIT.unsupported([text, OTHER], [HEAT, ALIEN])[0]


@pytest.mark.parametrize(
    "text",
    [
        TRUE,
        "Heat is a gangster film from the 1990s.",
        "Heat runs 170 minutes, and Al Pacino's detective is in it.",
        "You'll enjoy Heat, a film about robbing a bank.",
    ],
)
def test_true_words_pass(text: str) -> None:
    assert found(text) == []


def test_the_parts_of_a_hyphenated_name_are_known_words() -> None:
    facts = Facts("Heat", 1995, {"genre": ("Crime",), "cast": ("Joseph Gordon-Levitt",)})
    text = "Heat is a crime film with Joseph Gordon-Levitt"
    assert AUDIT.unsupported([text, OTHER], [facts, ALIEN])[0] == []
    assert "word: gordon-lovett" in AUDIT.unsupported([f"{text} and gordon-lovett", OTHER], [facts, ALIEN])[0]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("You liked Gladiator, so try Heat, a crime thriller.", "name: Gladiator"),
        ("Heat is a crime thriller with Tom Cruise.", "name: Tom Cruise"),
        ("Heat is a crime thriller set in Chicago.", "name: Chicago"),
        ("Heat is a crime thriller of 120 minutes.", "number: 120"),
        ("Heat is a crime thriller from the 1980s.", "number: 1980s"),
        ("Heat is a crime thriller about three robbers.", "number: three"),
        ("Heat is a western with Al Pacino.", "term: western"),
        ("Heat is a crime thriller about a serial killer.", "term: serial killer"),
        ("In Heat a grandmother unravels a bank robbery.", "word: unravels"),
    ],
)
def test_what_the_facts_do_not_say_is_reported(text: str, what: str) -> None:
    assert what in found(text)


def test_names_alone_fit_no_facts_worse_than_others() -> None:
    text = "You liked The Insider, so here is Heat."
    reports = AUDIT.unsupported([text, OTHER], [HEAT, ALIEN])[0]
    assert not [report for report in reports if report.startswith("meaning")]


def test_words_that_fit_other_facts_better_are_reported() -> None:
    assert found(OTHER)[-1].startswith("meaning:")
