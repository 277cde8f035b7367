"""Which reason leads a card."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation.answers import Answers
from bot.conversation.echo import Echo
from bot.conversation.lexicon import load_lexicon
from bot.conversation.reasoning import Reasoning
from bot.conversation.reply import Reason
from bot.conversation.statements import Kind, Statement
from bot.conversation.understand import Understanding
from bot.conversation.wording import Wording
from bot.texts import Texts
from recsys.catalogue import Catalogue, Facet, Item
from recsys.explain import Cause
from recsys.talk import Part
from recsys.taste import Query, Taste, Wish
from tests.support.films import film, films

WORDING = Wording(Texts("en"), films())
REASONING = Reasoning(WORDING)


def led_by(*shares: tuple[str, float], given: tuple[str, ...] = (), **rest_on: tuple[str, ...]) -> str:
    """The signal whose reason is on the card, given the shares by signal, and what signals rest on."""
    reasons = [Reason(signal, share, signal, rest_on.get(signal, ())) for signal, share in shares]
    return REASONING.card_reason(reasons, given)


@pytest.mark.parametrize(
    ("shares", "lead"),
    [
        ((("prior", 0.65), ("asked", 0.15), ("mood", 0.09)), "prior"),  # what was asked for hardly counts
        ((("prior", 0.56), ("facets", 0.39)), "facets"),  # what is about them counts much, too
        ((("likeness", 0.45), ("relation", 0.35), ("prior", 0.2)), "likeness"),
        ((("relation", 0.5), ("asked", 0.4)), "relation"),
        ((("prior", 1.0),), "prior"),
    ],
)
def test_the_strongest_reason_leads(shares: tuple[tuple[str, float], ...], lead: str) -> None:
    assert led_by(*shares) == lead


@pytest.mark.parametrize(
    ("shares", "lead"),
    [
        ((("likeness", 0.5), ("prior", 0.3), ("relation", 0.15)), "relation"),
        ((("likeness", 0.5), ("prior", 0.3), ("relation", 0.05)), "prior"),
        (
            (("likeness", 0.8), ("prior", 0.12), ("relation", 0.08)),
            "likeness",
        ),  # said again: the others count next to nothing
    ],
)
def test_what_the_card_above_said_gives_way_to_what_counts_beside_it(
    shares: tuple[tuple[str, float], ...], lead: str
) -> None:
    assert led_by(*shares, given=("likeness",)) == lead


def test_what_holds_for_the_whole_list_is_told_only_where_nothing_else_is() -> None:
    assert led_by(("asked", 0.7), ("prior", 0.2), ("relation", 0.1)) == "relation"  # a third of the rest
    assert led_by(("asked", 0.6), ("prior", 0.35), ("relation", 0.05)) == "prior"
    assert led_by(("asked", 0.95), ("relation", 0.05)) == "asked"
    shares = (("asked", 0.6), ("mood", 0.25), ("prior", 0.15))
    assert led_by(*shares, asked=("romance", "comedy"), mood=("romance",)) == "prior"
    assert led_by(*shares, asked=("romance", "comedy"), mood=("dark",)) == "mood"


def test_without_reasons_a_card_says_none() -> None:
    assert led_by() == ""


@pytest.mark.parametrize(
    ("description", "plot"),
    [
        (
            "Batman raises the stakes in his war on all crime. With the help of Lt. Jim Gordon he sets out. More.",
            "Batman raises the stakes in his war on all crime. With the help of Lt. Jim Gordon he sets out.",
        ),
        (
            "A thief is offered one last job by a stranger who knows his name. He takes it.",
            "A thief is offered one last job by a stranger who knows his name.",
        ),
        (
            "When Dr. Jones is kidnapped, his son sets out to find him. It is far.",
            "When Dr. Jones is kidnapped, his son sets out to find him.",
        ),
        ("Two cops, one city, no rules", "Two cops, one city, no rules"),
        ("A line\nbroken in two.", "A line broken in two."),
        ("", ""),
        (
            "Ralph tries to convince his parents and Santa that a Red Ryder B.B. gun is the gift. They say no.",
            "Ralph tries to convince his parents and Santa that a Red Ryder B.B. gun is the gift.",
        ),
    ],
)
def test_a_plot_is_how_the_description_begins(description: str, plot: str) -> None:
    assert WORDING.plot(Item("x", "X", overview=description)) == plot


def test_a_long_plot_is_cut_between_words() -> None:
    plot = WORDING.plot(Item("x", "X", overview="A hero " + "walks on " * 100))
    assert len(plot) <= 150
    assert plot.endswith(("walks…", "on…"))


def test_a_plot_is_told_in_its_own_language_only() -> None:
    item = Item("x", "X", overview="A thief is offered one last job by a stranger who knows his name.")
    assert Wording(Texts("zh"), films()).plot(item) == ""
    chinese = replace(item, overview="一个小偷接到最后一单。")
    assert Wording(Texts("zh"), films()).plot(chinese) == "一个小偷接到最后一单。"
    assert WORDING.plot(chinese) == ""


def test_who_both_directs_and_plays_is_named_once() -> None:
    both = [Part("facets", Facet(kind, "Clint Eastwood"), 0.5) for kind in ("director", "cast")]
    cause = Cause("facets", 1.0, tuple(both))
    (reason,) = REASONING.reasons(Item("x", "X"), [cause], Query(Taste(), Wish()))
    assert reason.text == "you like Clint Eastwood"


def test_a_short_title_that_hardly_anybody_means_is_told_to_be_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.conversation.wording.WELL_KNOWN", len(films()) - 1)
    known = [*films().items, Item("bird", "The Bird", 1951, "A bird.", {"genre": ("Drama",)}, {"popularity": 1.0})]
    wording = Wording(Texts("en"), Catalogue(known))
    reading = Understanding(Catalogue(known), load_lexicon()).read("something like The Bird and Heat")
    assert "The only The Bird I know is from 1951" in Echo(wording).acknowledge(reading)
    reading = Understanding(Catalogue(known), load_lexicon()).read("something like Heat")
    assert "only" not in Echo(wording).acknowledge(reading)


def test_that_a_text_comes_closer_than_most_is_told_after_what_counts_more() -> None:
    faint = Reason("wish", 0.4, "its description comes closer to a heist than most", faint=True)
    rated = Reason("prior", 0.6, "people who saw it rate it 8.2 out of 10")
    assert REASONING.card_reason([faint, rated], []) == rated.text
    assert REASONING.card_reason([replace(faint, faint=False), rated], []) == faint.text


@pytest.mark.parametrize(
    ("wish", "text", "told"),
    [
        ("about bees", "A girl wins a spelling bee.", 'its description speaks of "bees"'),
        ("about bees", "Honey is made in a hive.", "its description comes closer to “bees” than most"),
        ("a tennis film", "Two players meet at a tennis club.", 'its description speaks of "a tennis film"'),
        ("about the eastern front", "A soldier on the Eastern Front.", 'its description speaks of "the eastern front"'),
        (
            "about the eastern front",
            "A secret kept by East Europeans: Eastern Promises.",
            "its description comes closer to “the eastern front” than most",
        ),
        ("set in the 1920s", "A flapper in the 1920s.", 'its description speaks of "set in the 1920s"'),
        ("set in the 1920s", "A flapper.", "its description comes closer to “set in the 1920s” than most"),
        (
            "based on a Jane Austen novel",
            "A crook and his friend Jane. Themes: based on novel.",
            "its description comes closer to “based on a Jane Austen novel” than most",
        ),
    ],
)
def test_where_a_text_has_the_words_of_a_wish_no_more_is_said(wish: str, text: str, told: str) -> None:
    """A film of spelling bees is none about bees, and one with half the words of a wish is none that fits it."""
    query = Query(Taste(), Wish(wish, label=wish))
    cause = Cause("wish", 1.0, (Part("wish", "wish", 5.0),))
    (reason,) = REASONING.reasons(Item("x", "X", 1920, overview=text), [cause], query)
    assert reason.text == told


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("The Godfather (1972)", ["The Godfather: Part II (1974)"]),
        ("Kill Bill: Vol. 2 (2004)", ["Kill Bill: Vol. 1 (2003)"]),
        ("Alien (1979)", ["Aliens (1986)"]),
        ("Aliens (1986)", ["Alien (1979)"]),
        ("Heat (1995)", []),
    ],
)
def test_the_other_parts_of_a_series_are_told(name: str, parts: list[str]) -> None:
    answer = Answers(WORDING).answer(Statement(Kind.QUESTION, "sequels"), films()[film(name)])
    told = [item.name for item in films().items if item.name in answer and item.name != name]
    assert told == parts


def test_of_several_wishes_all_must_be_named_to_be_met() -> None:
    """A letter from the Pacific fits no wish for the eastern front, though World War II goes on there."""
    wish = Wish("World War II, about the eastern front", label="World War II, about the eastern front")
    cause = Cause("wish", 1.0, (Part("wish", "wish", 5.0),))
    far = Item("x", "X", overview="Soldiers write home in World War II.")
    near = Item("y", "Y", overview="Soldiers on the eastern front in World War II.")
    (one,), (other,) = (REASONING.reasons(item, [cause], Query(Taste(), wish)) for item in (far, near))
    assert one.text == "its description comes closer to World War II and the eastern front than most"
    assert other.text == "its description fits your wish for World War II and the eastern front"
