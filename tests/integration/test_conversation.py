"""The conversation service on the real catalogue, models and a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from bot.conversation.reply import Reply
from bot.conversation.service import Conversations, Incoming
from bot.settings import Settings
from bot.store.migrate import upgrade
from bot.wiring import Application, application
from recsys.artefact import Artefact
from recsys.catalogue import Catalogue, Item
from recsys.encoder import Encoder

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

Parts = tuple[Catalogue, Artefact, Encoder]


@dataclass
class Person:
    """Somebody who talks to the bot and presses its buttons."""

    conversations: Conversations
    catalogue: Catalogue
    name: str = "ann"
    said: int = 0

    async def say(self, text: str) -> Reply:
        self.said += 1
        return await self.conversations.turn(Incoming("test", self.name, self.name, f"{self.name}:{self.said}", text))

    async def press(self, press: str, key: str | None = None) -> Reply:
        self.said += 1
        key = key or f"{self.name}:{self.said}"
        return await self.conversations.turn(Incoming("test", self.name, self.name, key, press=press))

    async def tap(self, reply: Reply, label: str, card: int | None = None) -> Reply:
        buttons = reply.cards[card].buttons if card is not None else reply.buttons
        (button,) = [b for b in buttons if label.lower() in b.label.lower()]
        return await self.press(button.press)

    def items(self, reply: Reply) -> list[Item]:
        return [self.catalogue[c.item_id] for c in reply.cards]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(home: Path, tmp_path_factory: pytest.TempPathFactory, parts: Parts) -> AsyncIterator[Application]:
    url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'usher.db'}"
    settings = Settings(usher_home=home, database_url=url, llm="off", _env_file=None)  # type: ignore[call-arg]
    await upgrade(settings.database)
    async with application(settings, *parts) as running:
        yield running


@pytest.fixture
def ann(app: Application, parts: Parts) -> Person:
    return Person(app.conversations, parts[0], f"ann {uuid4()}")


@pytest.fixture
def bob(app: Application, parts: Parts) -> Person:
    return Person(app.conversations, parts[0], f"bob {uuid4()}")


def understood(reply: Reply) -> set[tuple[str, int]]:
    return {(u.value, u.polarity) for u in reply.understood}


@pytest.mark.parametrize(
    "message",
    [
        "I loved Heat and The Insider, nothing gory, no musicals, something from the 90s",
        "i loved Hete and the insyder, nothing gory, no musicals, something from the 90s",
    ],
)
async def test_a_message_with_likes_vetoes_and_a_decade(ann: Person, message: str) -> None:
    reply = await ann.say(message)
    assert {("Heat (1995)", 1), ("The Insider (1999)", 1), ("the 1990s", 1)} <= understood(reply)
    assert {value for value, polarity in understood(reply) if polarity < 0} == {"gory", "musical"}
    items = ann.items(reply)
    assert len(items) == 3
    assert all(1990 <= (i.year or 0) <= 1999 for i in items)
    assert not {g for i in items for g in i.facets["genre"]} & {"Horror", "Musical", "Music"}
    assert not {i.title for i in items} & {"Heat", "The Insider"}
    assert all({"Crime", "Thriller", "Drama"} & set(i.facets["genre"]) for i in items)


async def test_every_reason_is_true(ann: Person) -> None:
    reply = await ann.say("I loved Heat and The Insider, something from the 90s")
    for card in reply.cards:
        assert sum(card.contributions.values()) == pytest.approx(card.score, abs=1e-3)
        assert sum(r.share for r in card.reasons) == pytest.approx(1.0, abs=1e-3)
        item = ann.catalogue[card.item_id]
        for reason in card.reasons:
            if reason.signal in ("relation", "likeness"):
                assert "Heat" in reason.text or "The Insider" in reason.text
            if reason.signal == "prior" and "out of 10" in reason.text:
                assert f"{item.numbers['rating']:.1f}" in reason.text


class TestNewcomer:
    async def test_hi_is_welcomed_with_one_question_and_a_tap_gives_a_list(self, ann: Person) -> None:
        welcome = await ann.say("hi")
        assert welcome.question
        assert not welcome.cards
        listed = await ann.press(welcome.buttons[0].press)
        assert len(listed.cards) == 3

    async def test_who_knows_no_film_is_asked_for_a_mood_and_then_gets_a_list(self, ann: Person) -> None:
        welcome = await ann.say("hello")
        moods = await ann.tap(welcome, "none")
        assert moods.question
        listed = await ann.press(moods.buttons[0].press)
        assert len(listed.cards) == 3
        assert all("Comedy" in i.facets["genre"] for i in ann.items(listed))

    async def test_who_answers_nothing_gets_a_list_anyway(self, ann: Person) -> None:
        await ann.say("hi")
        await ann.say("I don't know")
        assert len((await ann.say("no idea")).cards) == 3

    async def test_a_first_message_with_a_wish_is_answered_with_films(self, ann: Person) -> None:
        assert len((await ann.say("funny sci-fi movie from the 90s")).cards) == 3

    async def test_surprise_me(self, ann: Person) -> None:
        assert len((await ann.say("surprise me")).cards) == 3


class TestFeedback:
    @pytest.fixture
    async def listed(self, ann: Person) -> Reply:
        return await ann.say("a thriller from the 90s")

    async def test_a_like_moves_the_next_list(self, ann: Person, bob: Person) -> None:
        first, same = await ann.say("a good drama"), await bob.say("a good drama")
        assert [c.item_id for c in same.cards] == [c.item_id for c in first.cards]
        await ann.press(first.cards[0].buttons[0].press)
        moved, unmoved = await ann.say("more"), await bob.say("more")
        assert [c.item_id for c in moved.cards] != [c.item_id for c in unmoved.cards]
        assert any(first.cards[0].title in r.text for c in moved.cards for r in c.reasons)

    @pytest.mark.parametrize("label", ["Not for me", "Seen", "Save"])
    async def test_what_was_dealt_with_is_not_shown_again(self, ann: Person, listed: Reply, label: str) -> None:
        await ann.tap(listed, label, 1)
        await ann.say("reset")
        for _ in range(4):
            again = await ann.say("a thriller from the 90s")
            assert listed.cards[1].item_id not in {c.item_id for c in again.cards}

    async def test_a_press_delivered_twice_counts_once(self, ann: Person, listed: Reply, app: Application) -> None:
        press = listed.cards[0].buttons[0].press
        key = f"press {uuid4()}"
        await ann.press(press, key)
        await ann.press(press, key)
        user = await app.store.user("test", ann.name)
        async with app.store.reading() as reading:
            export = await reading.export_user(user.id)
        assert [f["kind"] for f in export["feedback"]] == ["like"]

    async def test_words_work_like_buttons(self, ann: Person, listed: Reply) -> None:
        await ann.say("I loved the first one, I've seen the second")
        profile = (await ann.say("/profile")).text
        assert f"You like: {listed.cards[0].title}" in profile
        assert f"You've seen: {listed.cards[1].title}" in profile

    async def test_more_like_this_and_why(self, ann: Person, listed: Reply) -> None:
        why = await ann.tap(listed, "why", 2)
        assert listed.cards[2].title in why.text
        assert "%" in why.text
        similar = await ann.tap(listed, "more like this", 2)
        assert len(similar.cards) == 3
        assert any(listed.cards[2].title in r.text for c in similar.cards for r in c.reasons)

    async def test_save_and_watchlist(self, ann: Person, listed: Reply) -> None:
        await ann.tap(listed, "save", 0)
        shown = await ann.say("/watchlist")
        assert [c.item_id for c in shown.cards] == [listed.cards[0].item_id]
        await ann.tap(shown, "remove", 0)
        assert not (await ann.say("/watchlist")).cards

    async def test_undo_takes_back_words_and_presses(self, ann: Person, listed: Reply) -> None:
        await ann.press(listed.cards[0].buttons[0].press)
        await ann.say("undo")
        assert listed.cards[0].title not in (await ann.say("/profile")).text
        await ann.say("no comedies")
        await ann.say("undo")
        assert "comed" not in (await ann.say("/profile")).text.lower()

    async def test_a_stranger_can_not_press_it(self, bob: Person, listed: Reply) -> None:
        assert "old message" in (await bob.press(listed.cards[0].buttons[0].press)).text
        assert "don't know anything" in (await bob.say("/profile")).text

    @pytest.mark.parametrize("press", ["", "1.like.0000000000000.1", "garbage", "1.say.0000000000000.1", "\0"])
    async def test_a_forged_press_is_told_so(self, ann: Person, press: str) -> None:
        assert "old message" in (await ann.press(press)).text


async def test_people_are_remembered_after_a_restart(ann: Person, app: Application, parts: Parts) -> None:
    await ann.say("I loved Alien. No musicals ever, I hate them")
    async with application(app.settings, *parts) as again:
        ann = Person(again.conversations, parts[0], ann.name, said=100)
        profile = (await ann.say("/profile")).text
        assert "Alien (1979)" in profile
        assert "musical" in profile.lower()
        hello = await ann.say("hi")
        assert "Alien" in (hello.question or "")


async def test_a_film_refused_for_tonight_is_no_lasting_dislike(ann: Person) -> None:
    listed = await ann.say("a thriller")
    refused = listed.cards[1]
    await ann.say("who is in the second?")
    reply = await ann.say("not that one")
    assert refused.title in reply.text
    assert refused.item_id not in [card.item_id for card in reply.cards]
    assert "You don't like" not in (await ann.say("/profile")).text
    await ann.say("I hated the first one")
    assert "You don't like" in (await ann.say("/profile")).text


async def test_nothing_repeats_over_a_long_evening(ann: Person) -> None:
    seen: list[str] = []
    reply = await ann.say("crime films")
    for _ in range(8):
        seen += [c.item_id for c in reply.cards]
        reply = await ann.say("more")
    assert len(seen) == len(set(seen)) == 24


async def test_something_completely_different_is_and_says_so(ann: Person) -> None:
    await ann.say("a funny horror film from the 90s, nothing with Bill Murray")
    reply = await ann.say("something completely different")
    assert "completely different" in reply.text
    assert "horror" in reply.text
    shown = ann.items(reply) + ann.items(await ann.say("more"))
    assert len(shown) == 6
    for item in shown:
        assert not {"Horror", "Comedy"} & set(item.facets["genre"])
        assert "Bill Murray" not in item.facets.get("cast", ())
    assert any(item.year not in range(1990, 2000) for item in shown)


async def test_impossible_wishes_give_way_and_say_which(ann: Person) -> None:
    reply = await ann.say("a western musical horror comedy from the 1920s under 60 minutes in Korean")
    assert reply.cards
    assert "had to give way" in reply.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?",
        "🎬🍿",
        "\0\0",
        "\ud800",
        "a lonely \ud800 robot",
        "\u202eevil",
        "<b>x</b> *y* [z](http://a.b)",
        "a" * 10_000,
        "é" * 5_000,
    ],
    ids=[
        "empty",
        "space",
        "mark",
        "emoji",
        "nul",
        "surrogate",
        "surrogate inside",
        "bidi",
        "markup",
        "noise",
        "accents",
    ],
)
async def test_any_text_gets_a_reply(ann: Person, text: str) -> None:
    first = await ann.say(text)
    assert first.text or first.question
    assert len((await ann.say("a comedy")).cards) == 3


async def test_people_talk_at_the_same_time_and_each_in_order(ann: Person) -> None:
    people = [Person(ann.conversations, ann.catalogue, f"p{n} {uuid4()}") for n in range(8)]

    async def talk(person: Person) -> list[Reply]:
        return [await person.say(t) for t in ("I love horror films", "something from the 80s", "more", "/profile")]

    for replies in await asyncio.gather(*map(talk, people)):
        assert "horror" in replies[-1].text.lower()
        assert len(replies[1].cards) == 3


async def test_an_update_is_committed_with_its_reply(app: Application) -> None:
    await app.store.receive("queue", [(1, "ann", {"text": "hi"})])
    async with app.store.reading() as reading:
        row = await reading.next_inbox("queue")
    assert row is not None
    incoming = Incoming("queue", "ann", "ann", "queue:1", "hi", inbox_id=row.id)
    reply = await app.conversations.turn(incoming, deliver=lambda r: [{"text": r.text}])
    async with app.store.reading() as reading:
        assert await reading.next_inbox("queue") is None
        (out,) = await reading.outbox_due("queue", row.received_at)
    assert out.payload == {"text": reply.text}
    assert out.turn_id == reply.turn_id


async def test_a_choice_pressed_when_none_is_open_is_a_mere_mention(ann: Person) -> None:
    welcome = await ann.say("hi")
    answer = await ann.press(welcome.buttons[0].press.replace(".loved.", ".meant."))
    assert answer.question
    assert "don't know anything" in (await ann.say("/profile")).text


async def test_a_ready_answer_is_taken_back_like_words(ann: Person) -> None:
    moods = await ann.tap(await ann.say("hello"), "none")
    await ann.press(moods.buttons[0].press)
    assert moods.buttons[0].label in (await ann.say("undo")).text
    assert "Tonight is a blank page." in (await ann.say("/profile")).text


async def test_one_statement_is_taken_back_by_a_press_and_back_again_by_undo(ann: Person) -> None:
    await ann.say("I loved Heat and Toy Story, nothing gory")
    profile = await ann.say("/profile")
    assert "Heat" in profile.text and "Toy Story" in profile.text
    why = await ann.say("why the first?")
    after = await ann.tap(why, "stop using Heat")
    assert after.notice is not None and "Heat" in after.notice
    profile = await ann.say("/profile")
    assert "Heat" not in profile.text and "Toy Story" in profile.text and "gory" in profile.text
    again = await ann.say("recommend something")
    assert not any("Heat" in reason.text for card in again.cards for reason in card.reasons)
    undone = await ann.say("undo")
    assert "Heat" in undone.text
    profile = await ann.say("/profile")
    assert "Heat" in profile.text


async def test_a_wish_of_tonight_is_taken_back_by_a_press(ann: Person) -> None:
    first = await ann.say("a thriller from the 90s")
    assert all(1990 <= (item.year or 0) <= 1999 for item in ann.items(first))
    why = await ann.say("why the first?")
    await ann.tap(why, "stop using the 1990s")
    after = await ann.say("more")
    assert not any(understood.value == "the 1990s" for understood in after.understood)
    assert "1990s" not in (await ann.say("/profile")).text
    await ann.say("undo")
    assert "1990s" in (await ann.say("/profile")).text


async def test_a_forget_button_of_somebody_else_or_of_nothing_is_stale(ann: Person, bob: Person) -> None:
    await ann.say("I loved Heat")
    why = await ann.say("why the first?")
    (button,) = [b for b in why.buttons if "Heat" in b.label]
    assert "old message" in (await bob.press(button.press)).text
    assert "old message" in (await ann.press(button.press[:-1] + "9")).text
    assert "Heat" in (await ann.say("/profile")).text
    await ann.press(button.press)
    assert (await ann.press(button.press)).notice == "I had already stopped using that."


@pytest.mark.parametrize(("said", "done"), [("sounds good", "Enjoy"), ("save it", "watchlist")])
async def test_which_of_several_is_asked_before_it_is_done(ann: Person, said: str, done: str) -> None:
    listed = await ann.say("a funny film")
    asked = await ann.say(said)
    assert asked.text.startswith("Which one")
    told = await ann.say("the second")
    assert done in told.text
    assert listed.cards[1].title in told.text


async def test_thanks_for_a_list_takes_no_film(ann: Person) -> None:
    await ann.say("a funny film")
    assert "welcome" in (await ann.say("sounds great, thanks")).text


async def test_a_card_says_how_the_story_begins(ann: Person) -> None:
    listed = await ann.say("Alien")
    listed = await ann.say("more like that")
    told = [(card, item) for card, item in zip(listed.cards, ann.items(listed), strict=True) if item.overview]
    assert told
    for card, item in told:
        assert 0 < len(card.plot) <= 150
        assert item.overview.startswith(card.plot.removesuffix("…")[:40])


async def test_praise_and_small_talk_change_no_list_and_are_answered_as_such(ann: Person) -> None:
    await ann.say("a film about chess")
    for said, answer in (("you're pretty good at this", "welcome"), ("what a long day at work", "film")):
        reply = await ann.say(said)
        assert not reply.cards
        assert answer in reply.text
    assert "chess" in (await ann.say("/profile")).text


async def test_a_genre_that_is_refused_sends_no_child_to_bed(ann: Person) -> None:
    await ann.say("a movie for my kids")
    listed = ann.items(await ann.say("not animated"))
    assert listed
    for item in listed:
        genres = set(item.facets["genre"])
        assert "Family" in genres
        assert not genres & {"Animation", "Horror"}
