"""How replies look on a phone: what a strict Bot API server accepts, and what a person then reads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.render import TEXT_UNITS, clip, explanation, messages, rows, split, units
from bot.conversation.reply import Button, Card, Explanation, Reply
from bot.playground.markup import CAPTION_UNITS, parsed

HOSTILE = "<b>&lt; \"Me & You\" </i><a href='tg://user?id=1'>"


def card(slot: int = 1, title: str = "Heat", **more: object) -> Card:
    fields = {"item_id": f"film-{slot}", "year": 1995, "facets": ("Crime", "Michael Mann"), "score": 1.0}
    fields |= {"reason": "Because you liked Collateral."}
    return Card(slot=slot, title=title, **{**fields, **more})  # type: ignore[arg-type]


def test_a_list_reads_as_text_then_cards_then_the_question_with_its_buttons() -> None:
    reply = Reply(
        turn_id="T",
        text="Try one of these:",
        cards=(card(1, buttons=(Button("👍 Like", "like.1"),), plot="A thief & a cop."), card(2, "Alien", year=None)),
        question="Seen any?",
        buttons=(Button("Three more", "next"),),
    )
    intro, first, second, closing = messages(reply)
    assert (intro["text"], intro["keyboard"]) == ("Try one of these:", [])
    assert _plain(first["text"]) == (
        "1. Heat (1995)\nCrime · Michael Mann\nA thief & a cop.\nBecause you liked Collateral."
    )
    assert first["keyboard"] == [[["👍 Like", "like.1"]]]
    assert _plain(second["text"]).startswith("2. Alien\n")
    assert (closing["text"], closing["keyboard"]) == ("Seen any?", [[["Three more", "next"]]])


def test_only_the_first_message_of_a_reply_rings() -> None:
    found = messages(Reply(turn_id="T", text="Here:", cards=(card(1), card(2)), question="Well?"))
    assert [m["silent"] for m in found] == [False, True, True, True]


def test_buttons_without_a_question_go_below_the_last_message_after_its_own() -> None:
    saved = card(buttons=(Button("✖", "unsave"),))
    (message,) = messages(Reply(turn_id="T", text="", cards=(saved,), buttons=(Button("More", "next"),)))
    assert message["keyboard"] == [[["✖", "unsave"]], [["More", "next"]]]


def test_what_people_and_catalogues_write_stays_text() -> None:
    hostile = card(1, HOSTILE, facets=(HOSTILE,))
    reply = Reply(turn_id="T", text=HOSTILE, cards=(hostile,), question=HOSTILE)
    words = Explanation("film-1", f"It is {HOSTILE}.", "llm")
    shown = [_plain(m["text"]) for m in [*messages(reply), *explanation(reply, words)]]
    assert shown[0] == shown[2] == HOSTILE
    assert shown[1].splitlines()[:2] == [f"1. {HOSTILE} (1995)", HOSTILE]
    assert shown[3] == f"{HOSTILE} (1995)\nIt is {HOSTILE}."


def test_a_card_with_endless_fields_still_fits_one_message() -> None:
    endless = card(1, "🎬" * 5000, facets=("<" * 5000,), plot="🎬" * 5000, reason="🎬" * 5000)
    (message,) = messages(Reply(turn_id="T", text="", cards=(endless,)))
    assert units(_plain(message["text"])) <= TEXT_UNITS
    pictured = replace(endless, external={"image": "https://pictures.example/1.jpg"})
    (message,) = messages(Reply(turn_id="T", text="", cards=(pictured,)))
    assert message["photo"]
    assert units(_plain(message["text"])) <= CAPTION_UNITS


@pytest.mark.parametrize("shown", [True, False])
def test_a_notice_becomes_a_message_only_when_nothing_else_was_said(shown: bool) -> None:
    silent = Reply(turn_id="T", text="", notice="Noted: you like Heat & Ronin.")
    assert [_plain(m["text"]) for m in messages(silent, notice_shown=shown)] == (
        [] if shown else ["Noted: you like Heat & Ronin."]
    )
    spoken = Reply(turn_id="T", text="More like it:", notice="Noted.")
    assert [m["text"] for m in messages(spoken, notice_shown=shown)] == ["More like it:"]


def test_long_text_is_cut_between_sentences() -> None:
    sentence = "A film about 😀 and more. "
    parts = list(split(sentence * 400))
    assert len(parts) == 3
    assert all(part.endswith("more.") for part in parts)


def test_text_without_sentences_is_cut_between_words_and_without_words_anywhere() -> None:
    assert list(split("seven letters", 8)) == ["seven", "letters"]
    assert list(split("😀" * 5, 4)) == ["😀😀", "😀😀", "😀"]


@given(st.text(min_size=1), st.integers(2, 40))
def test_parts_fit_and_lose_nothing_but_space(text: str, limit: int) -> None:
    parts = list(split(text, limit))
    assert all(0 < units(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@given(st.text(), st.integers(1, 40))
def test_clipped_text_fits(text: str, limit: int) -> None:
    assert units(clip(text, limit)) <= limit


def test_rows_are_even_and_their_labels_readable() -> None:
    def shape(*labels: str) -> list[list[str]]:
        return [[label for label, _ in row] for row in rows([Button(label, "x") for label in labels])]

    assert shape() == []
    assert shape("A", "B", "C", "D") == [["A", "B"], ["C", "D"]]
    assert shape("A", "B", "C", "D", "E", "F") == [["A", "B", "C"], ["D", "E", "F"]]
    assert shape("a label of nineteen", "another one of those") == [
        ["a label of nineteen"],
        ["another one of those"],
    ]


def _plain(html: str) -> str:
    return parsed(html)[0]
