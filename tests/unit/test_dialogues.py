"""Whole dialogues on a catalogue known by heart: what people say in a row is understood together."""

from __future__ import annotations

import json
import random
import re
from io import StringIO
from uuid import uuid4

import pytest
import pytest_asyncio

from bot.channels.console import Console
from bot.conversation.press import parse_press
from bot.conversation.reply import Reply
from bot.conversation.service import Conversations
from bot.conversation.taste import taste_of
from bot.store.repository import Store
from bot.texts import Texts
from recsys.elicit import CARD
from tests.support.chat import Person, buttons

pytestmark = pytest.mark.asyncio(loop_scope="module")


def genres(person: Person, reply: Reply) -> list[set[str]]:
    return [set(item.facets["genre"]) for item in person.items(reply)]


class TestCritiques:
    async def test_older_keeps_the_rest_of_the_wish(self, ann: Person) -> None:
        first = await ann.say("a science fiction film from the 2000s", "remove comedy")
        older = await ann.say("no, older")
        newest = min(item.year or 0 for item in ann.items(first))
        assert older.cards
        assert all((item.year or 0) < newest for item in ann.items(older))
        assert all("Science Fiction" in g and "Comedy" not in g for g in genres(ann, older))
        assert f"older than {newest}" in older.text

    async def test_a_stated_decade_beats_a_mere_older(self, ann: Person) -> None:
        reply = await ann.say("a drama", "older, like 70s or 80s")
        assert all(1970 <= (item.year or 0) <= 1989 for item in ann.items(reply))

    async def test_better_and_lesser_known(self, ann: Person) -> None:
        first = await ann.say("a drama")
        lesser = await ann.say("something less known")
        votes = [item.numbers["popularity"] for item in ann.items(first)]
        assert all(item.numbers["popularity"] < min(votes) for item in ann.items(lesser))
        better = await ann.say("these are too obscure")
        assert min(i.numbers["popularity"] for i in ann.items(better)) > max(
            i.numbers["popularity"] for i in ann.items(lesser)
        )

    async def test_a_list_refused_is_not_passed_over_in_silence(self, ann: Person) -> None:
        first = await ann.say("a drama")
        again = await ann.say("I don't like this")
        assert "Got it" not in again.text
        assert any(words in again.text for words in ("not those", "instead", "Then maybe"))
        assert not {c.item_id for c in first.cards} & {c.item_id for c in again.cards}

    async def test_quality_counts_beside_a_mood(self, ann: Person) -> None:
        """Fitting a mood a little better does not bring up what nobody knows."""
        reply = await ann.say("I loved Alien", "something mind-bending")
        assert all(item.numbers["popularity"] >= 1000 for item in ann.items(reply))


class TestWishes:
    async def test_something_like_that_means_the_films_just_named(self, ann: Person) -> None:
        reply = await ann.say("funny sci-fi from the 90s", "I loved Inception and The Matrix, something like that")
        assert "in the spirit of Inception (2010)" in reply.text
        # Both are science fiction, and so are to be their likes; neither is a comedy of the nineties.
        assert all("Science Fiction" in g for g in genres(ann, reply))
        assert not all("Comedy" in g for g in genres(ann, reply))

    async def test_who_watches_stays_whatever_they_watch(self, ann: Person) -> None:
        reply = await ann.say("I need a film for tonight with my kids, they're 5 and 7", "something funny")
        assert reply.cards
        assert all({"Family", "Comedy"} <= g for g in genres(ann, reply))

    async def test_company_is_shown_as_part_of_the_wish_and_leaves_with_what_it_ruled_out(self, ann: Person) -> None:
        assert "for you and your parents" in (await ann.say("a drama with my parents")).text
        assert "still for you and your parents" in (await ann.say("a thriller")).text
        told = (await ann.say("/profile")).text
        assert told.count("•") == 2  # the thriller, and the parents with all that is refused for their sake
        assert "for you and your parents, no gory" in told
        alone = await ann.say("just for me")
        assert alone.cards
        assert alone.text == "Just for you, then:"
        told = (await ann.say("/profile")).text
        assert "parents" not in told
        assert "gory" not in told

    async def test_what_is_asked_for_is_not_ruled_out_for_the_sake_of_the_company(self, ann: Person) -> None:
        reply = await ann.say("something scary for my kids")
        assert "horror, for the kids" in reply.text
        assert "no horror" not in (await ann.say("/profile")).text

    async def test_no_family_films_is_followed(self, ann: Person) -> None:
        reply = await ann.say("an animated film, no family films")
        assert reply.cards
        assert not any("Family" in found for found in genres(ann, reply))

    async def test_no_family_films_for_the_kids_is_not_passed_over_in_silence(self, ann: Person) -> None:
        reply = await ann.say("something for my kids", "no family films")
        assert "Nearly everything I know for the kids is listed as family" in reply.text
        assert "no family films" not in reply.text
        assert all("Family" in found for found in genres(ann, reply))

    @pytest.mark.parametrize("said", ["Not too scary", "less scary"])
    async def test_too_much_of_a_genre_is_not_the_genre(self, ann: Person, said: str) -> None:
        reply = await ann.say("a horror film", said)
        assert "nothing too scary" in reply.text
        assert all("Horror" in found for found in genres(ann, reply))
        assert "• nothing too scary" in (await ann.say("/profile")).text
        assert "nothing too scary" not in (await ann.say("scarier", "/profile")).text

    async def test_who_asks_for_five_films_hears_of_three(self, ann: Person) -> None:
        reply = await ann.say("give me five comedies")
        assert len(reply.cards) == 3
        assert "I show three at a time" in reply.text

    async def test_what_cannot_be_left_out_is_told(self, ann: Person) -> None:
        reply = await ann.say("a drama", "no needles")
        assert "My catalogue doesn't mark films for needles" in reply.text
        assert reply.cards

    async def test_a_refused_length_comes_from_nowhere(self, ann: Person) -> None:
        assert "nothing longer than 2 hours" in (await ann.say("a drama", "no films longer than 2 hours")).text
        assert "nothing longer than 2 hours" in (await ann.say("/profile")).text

    async def test_a_family_film_is_called_one(self, ann: Person) -> None:
        assert "looking for family films" in (await ann.say("looking for family")).text

    async def test_what_is_asked_for_tonight_is_not_ruled_out_by_what_was_said_for_good(self, ann: Person) -> None:
        reply = await ann.say("I hate horror", "something scary")
        assert "had to give way" not in reply.text
        assert all("Horror" in found for found in genres(ann, reply))
        reply = await ann.say("a drama")
        assert not any("Horror" in found for found in genres(ann, reply))

    async def test_films_refused_together_are_all_named(self, ann: Person) -> None:
        listed = await ann.say("a thriller")
        told = (await ann.say("the first two look boring")).text
        assert all(card.title in told for card in listed.cards[:2])
        assert told.startswith("Got it: not ")

    async def test_what_is_refused_is_said_as_people_say_it(self, ann: Person) -> None:
        told = (await ann.say("no horror, nothing from the 90s, nothing from france")).text
        assert "no horror films; nothing from France or the 1990s" in told
        assert "nothing old" in (await ann.say("nothing old")).text
        told = (await ann.say("a thriller")).text
        assert "still no horror films; still nothing old; still nothing from France or the 1990s" in told
        assert "looking for something from the United States" in (await ann.say("something american")).text

    async def test_what_only_descriptions_tell_is_left_out_with_a_word_of_caution(self, ann: Person) -> None:
        assert "Of sharks I know only what descriptions tell" in (await ann.say("no sharks please")).text
        assert "descriptions tell" not in (await ann.say("a thriller")).text  # once is enough
        assert "descriptions tell" not in (await ann.say("no horror films, nothing sad")).text

    async def test_what_is_asked_of_the_last_list_narrows_it_and_is_told(self, ann: Person) -> None:
        told = (await ann.say("a thriller from the 90s", "anything about a heist?")).text
        assert "still thriller, the 1990s" in told
        assert "still" not in (await ann.say("also scary")).text

    async def test_never_mind_ends_the_wish(self, ann: Person) -> None:
        await ann.say("a thriller from the 90s", "never mind, surprise me")
        assert "thriller" not in (await ann.say("/profile")).text

    async def test_what_somebody_made_is_asked_for_as_a_whole(self, ann: Person) -> None:
        reply = await ann.say("a comedy", "what did Michael Mann make?")
        assert "comedy" not in reply.text
        assert reply.cards

    async def test_two_questions_at_once_are_answered(self, ann: Person) -> None:
        told = (await ann.say("how long is Heat and who directed it?")).text
        assert "runs 170 minutes" in told
        assert "was directed by Michael Mann" in told

    async def test_what_the_catalogue_does_not_tell_is_said(self, ann: Person) -> None:
        assert "doesn't say that about Heat" in (await ann.say("did Heat win any oscars?")).text

    async def test_services_are_unknown_to_the_catalogue(self, ann: Person) -> None:
        assert "not services" in (await ann.say("I only have netflix and prime")).text
        assert "comedy" in (await ann.say("a comedy on netflix")).text

    async def test_whether_somebody_is_in_a_film(self, ann: Person) -> None:
        assert (await ann.say("is Al Pacino in Heat?")).text.startswith("Yes, Al Pacino had a part in Heat")
        assert "Not as far as my catalogue says" in (await ann.say("is he in Alien?")).text
        assert len((await ann.say("a science fiction film")).cards) > 1
        told = (await ann.say("is Marilyn Monroe in any of these?")).text
        assert "Marilyn Monroe is in none of these" in told

    async def test_ok_opens_a_question_and_judges_nothing(self, ann: Person) -> None:
        told = (await ann.say("how long is Heat?", "ok whats next", "/profile")).text
        assert "You like" not in told

    async def test_a_taste_beside_a_mere_limit_leads_the_list(self, ann: Person) -> None:
        reply = await ann.say("I love westerns, under three hours")
        assert "Western" in set().union(*genres(ann, reply))

    async def test_he_is_whoever_the_answer_told_of(self, ann: Person) -> None:
        told = (await ann.say("who directed Heat?", "I love him", "/profile")).text
        assert "You like: Michael Mann" in told

    async def test_of_several_whom_an_answer_told_of_one_is_asked_for(self, ann: Person) -> None:
        asked = await ann.say("who is in Heat?", "I love him")
        assert [b.label for b in asked.buttons][:1] == ["Al Pacino"]
        assert "you like Al Pacino" in (await ann.press(asked.buttons[0].press)).text

    async def test_what_somebody_else_loves_steers_the_evening_only(self, ann: Person) -> None:
        reply = await ann.say("she loves Heat")
        assert "in the spirit of Heat (1995)" in reply.text
        assert "You like" not in (await ann.say("/profile")).text

    async def test_a_person_whom_nobody_here_knows_is_said_to_be_unknown(self, ann: Person) -> None:
        assert "I don't know “zendaya”" in (await ann.say("whats good with zendaya")).text

    async def test_what_one_rules_out_oneself_stays_when_the_company_leaves(self, ann: Person) -> None:
        await ann.say("a drama, nothing gory", "something for my kids", "something for me alone")
        told = (await ann.say("/profile")).text
        assert "no gory films" in told
        assert "kids" not in told

    @pytest.mark.parametrize(
        ("first", "then", "left"),
        [
            ("something for adults", "something for the kids", "for grown-ups"),
            ("something for the kids", "something for adults", "for the kids"),
            ("something for the kids", "no kids", "for the kids"),
        ],
    )
    async def test_company_that_rules_out_other_company_takes_its_place(
        self, ann: Person, first: str, then: str, left: str
    ) -> None:
        assert left in (await ann.say(first, "/profile")).text
        told = (await ann.say(then, "/profile")).text
        assert left not in told
        assert "horror" not in told or "for the kids" in told

    async def test_goodbye_ends_the_wish(self, ann: Person) -> None:
        told = await ann.say("a drama with my kids, nothing from the 90s", "bye", "/profile")
        assert "Tonight is a blank page" in told.text or "I don't know anything" in told.text

    async def test_a_veto_that_outlives_its_wish_is_said(self, ann: Person) -> None:
        reply = await ann.say("a thriller, nothing gory", "actually no, a romance")
        assert "looking for romance; still no gory films" in reply.text
        assert "still" not in (await ann.say("also a comedy")).text

    async def test_older_than_a_list_ends_with_the_next_wish(self, ann: Person) -> None:
        await ann.say("surprise me")
        older = await ann.say("older")
        assert "older than" in older.text
        told = (await ann.say("movies like The Conjuring", "/profile")).text
        assert "older than" not in told
        assert "The Conjuring" in told

    async def test_forget_that_and_another_wish_ends_the_one_before(self, ann: Person) -> None:
        await ann.say("a drama from the 90s")
        told = (await ann.say("forget that. something from the 80s", "/profile")).text
        assert "drama" not in told
        assert "the 1980s" in told

    async def test_company_adds_to_the_wish(self, ann: Person) -> None:
        await ann.say("a comedy from the 90s", "with my parents")
        told = (await ann.say("/profile")).text
        assert all(what in told for what in ("comedy", "the 1990s", "for you and your parents"))

    async def test_a_person_beside_the_genre_asked_for_before_is_told_so(self, ann: Person) -> None:
        reply = await ann.say("a comedy", "something with Tom Hanks")
        assert "Tom Hanks; still comedy" in reply.text

    @pytest.mark.parametrize("text", ["no wait, something with Tom Hanks", "let's do something with Tom Hanks instead"])
    async def test_a_change_of_mind_ends_the_wish_before(self, ann: Person, text: str) -> None:
        await ann.say("a comedy from the 90s, nothing gory", text)
        told = (await ann.say("/profile")).text
        assert "Tom Hanks" in told
        assert "comedy" not in told
        assert "1990s" not in told
        assert "no gory films" in told

    async def test_to_forget_what_is_not_wanted_wants_nothing(self, ann: Person) -> None:
        reply = await ann.say("a drama", "forget Tom Hanks")
        assert "nothing to forget" in reply.text
        assert "Tom Hanks" not in (await ann.say("/profile")).text

    async def test_another_language_takes_the_place_of_the_first(self, ann: Person) -> None:
        await ann.say("a drama", "make it French", "actually English is fine")
        told = (await ann.say("/profile")).text
        assert "English" in told
        assert "French" not in told

    async def test_a_question_to_us_about_a_genre_asks_for_none(self, ann: Person) -> None:
        await ann.say("a drama")
        assert not (await ann.say("do you like comedies?")).cards

    async def test_never_mind_and_goodbye_takes_nothing_back(self, ann: Person) -> None:
        await ann.say("I loved Heat")
        assert "Taken back" not in (await ann.say("never mind, bye")).text
        assert "Heat" in (await ann.say("/profile")).text

    async def test_a_complaint_is_heard(self, ann: Person) -> None:
        await ann.say("a drama")
        assert "Sorry" in (await ann.say("you're useless")).text

    async def test_not_gory_leaves_horror_to_who_asks_for_it(self, ann: Person) -> None:
        reply = await ann.say("something really scary, but not gory")
        assert reply.cards
        assert all("Horror" in g for g in genres(ann, reply))
        assert not any({"gore", "torture"} & set(item.facets["keyword"]) for item in ann.items(reply))
        other = await ann.say("a thriller, not gory")
        assert not any("Horror" in g for g in genres(ann, other))

    async def test_a_taste_just_told_comes_first(self, ann: Person) -> None:
        assert all("Horror" in g for g in genres(ann, await ann.say("I love horror films")))

    async def test_the_tastes_of_company_are_tonights(self, ann: Person) -> None:
        await ann.say("a drama", "my parents don't like violence")
        profile = (await ann.say("/profile")).text
        assert "Never" not in profile
        assert "no violent" in profile

    async def test_them_after_a_genre_is_the_genre(self, ann: Person) -> None:
        listed = await ann.say("a drama")
        await ann.say("my dad loves westerns, but my mom hates them")
        profile = (await ann.say("/profile")).text
        assert not any(card.title in profile for card in listed.cards)

    async def test_liking_foreign_films_rules_nothing_out(self, ann: Person) -> None:
        await ann.say("I love foreign films", "subtitles are fine")
        assert "Never" not in (await ann.say("/profile")).text

    async def test_not_this_film_but_that_one(self, ann: Person) -> None:
        assert (await ann.say("not Heat but Casino")).text.startswith("Casino (1995)")


class TestPointing:
    async def test_ok_the_first_one_takes_it_even_after_why(self, ann: Person) -> None:
        listed = await ann.say("a thriller from the 90s")
        await ann.say("why?")
        taken = await ann.say("ok the first one")
        assert f"Enjoy {listed.cards[0].title}" in taken.text

    async def test_a_bare_pointer_at_a_suggestion_does_not_ask_whether_they_liked_it(self, ann: Person) -> None:
        listed = await ann.say("a thriller from the 90s")
        about = await ann.say("no wait, the third")
        assert about.text.startswith(listed.cards[2].title)
        assert "watchlist" in (about.question or "")
        assert "on your watchlist" in (await ann.say("yes")).text

    async def test_yes_and_no_answer_the_question_about_a_film(self, ann: Person) -> None:
        assert "Did you like it?" in ((await ann.say("Heat")).question or "")
        assert "you liked Heat" in (await ann.say("yes")).text
        await ann.say("Casino")
        assert "you didn't like Casino" in (await ann.say("no")).text

    async def test_what_is_known_is_not_asked(self, ann: Person) -> None:
        about = await ann.say("I loved Heat", "Heat")
        assert "Did you like it?" not in (about.question or "")

    async def test_it_among_several_is_asked_about(self, ann: Person) -> None:
        listed = await ann.say("a drama")
        assert "Which one" in (await ann.say("seen it")).text
        assert f"you've seen {listed.cards[1].title}" in (await ann.say("I've seen the second")).text

    async def test_an_old_question_which_title_is_a_mention_once_something_else_is_asked(self, ann: Person) -> None:
        which = await ann.say("I liked Aladdin")
        await ann.say("recommend a comedy", "I'll take it")
        assert (await ann.tap(which, "1992")).question == Texts()("about_ask")
        assert "Aladdin" not in (await ann.say("/profile")).text

    async def test_the_answers_to_two_questions_are_not_mixed_up(self, ann: Person) -> None:
        hated, loved = await ann.say("I hated Aladdin"), await ann.say("I loved Aladdin")
        assert (await ann.tap(hated, "1992")).question == Texts()("about_ask")
        assert "you liked Aladdin (2019)" in (await ann.tap(loved, "2019")).text

    async def test_a_question_which_title_outlives_an_answer_about_another_film(self, ann: Person) -> None:
        which = await ann.say("I hated Aladdin")
        await ann.say("who directed Heat?")
        assert "you didn't like Aladdin (1992)" in (await ann.tap(which, "1992")).text

    async def test_which_is_the_most_so(self, ann: Person) -> None:
        listed = await ann.say("a drama")
        lengths = {item.numbers["runtime"]: item.title for item in ann.items(listed)}
        shortest = await ann.say("which one is the shortest?")
        assert lengths[min(lengths)] in shortest.text
        assert f"{min(lengths):.0f} minutes" in shortest.text
        assert "runs" in (await ann.say("how long is it?")).text

    async def test_which_is_the_most_of_a_genre(self, ann: Person) -> None:
        listed = await ann.say("a drama or a horror film")
        scary = [item.title for item in ann.items(listed) if "Horror" in item.facets["genre"]]
        answer = await ann.say("which of these is the scariest?")
        assert all(title in answer.text for title in scary) if scary else "none of these" in answer.text

    async def test_films_side_by_side(self, ann: Person) -> None:
        listed = await ann.say("a drama")
        compared = await ann.say("compare the first and the second")
        assert listed.cards[0].title in compared.text
        assert listed.cards[1].title in compared.text
        assert listed.cards[2].title not in compared.text

    async def test_why_of_an_older_list_is_still_known(self, ann: Person) -> None:
        first = await ann.say("a thriller from the 90s")
        await ann.say("more")
        why = await ann.tap(first.cards[0], "why")
        assert first.cards[0].title in why.text
        assert "%" in why.text


class TestEvenings:
    async def test_a_film_that_was_taken_is_asked_after(self, ann: Person) -> None:
        listed = await ann.say("a thriller from the 90s")
        await ann.say("I'll take the second one")
        await ann.sleep()
        hello = await ann.say("hi")
        assert f"Last time you went for {listed.cards[1].title}" in (hello.question or "")
        await ann.tap(hello, "like")
        assert f"You like: {listed.cards[1].title}" in (await ann.say("/profile")).text
        await ann.sleep()
        assert "Last time" not in ((await ann.say("hi")).question or "")

    async def test_a_film_that_was_saved_is_offered(self, ann: Person) -> None:
        listed = await ann.say("a thriller from the 90s")
        await ann.say("save the first")
        await ann.sleep()
        assert listed.cards[0].title in ((await ann.say("hello")).question or "")
        assert f"Enjoy {listed.cards[0].title}" in (await ann.say("yes")).text

    async def test_a_long_watchlist_has_pages(self, ann: Person) -> None:
        saved: list[str] = []
        for wish in ("a thriller", "a comedy"):
            listed = await ann.say(wish)
            for place in ("first", "second", "third"):
                await ann.say(f"save the {place}")
            saved += [card.item_id for card in listed.cards]
        first = await ann.say("/watchlist")
        second = await ann.tap(first, "others")
        pages = [[card.item_id for card in page.cards] for page in (first, second)]
        assert pages == [saved[:0:-1], saved[:1]]
        assert "6 to 6 of 6" in second.text
        assert [card.item_id for card in (await ann.tap(second, "others")).cards] == pages[0]
        await ann.tap(second.cards[0], "remove")
        assert not (await ann.say("/watchlist")).buttons

    async def test_the_taste_stays_and_tonight_is_blank(self, ann: Person) -> None:
        await ann.say("I loved Heat, nothing gory tonight, something from the 90s")
        await ann.sleep()
        hello = await ann.say("hi")
        assert "Heat" in (hello.question or "")
        assert "blank page" in (hello.question or "")
        profile = (await ann.say("/profile")).text
        assert "Heat" in profile
        assert "gory" not in profile
        assert "1990s" not in profile

    @pytest.mark.parametrize("opening", [[], ["hi"], ["recommend something"]])
    async def test_undo_brings_back_no_wish_of_another_evening(self, ann: Person, opening: list[str]) -> None:
        await ann.say("a horror film from the 80s", "I loved Heat")
        await ann.sleep()
        undone = await ann.say(*opening, "undo")
        assert undone.text == "Taken back: “I loved Heat”."

    async def test_a_second_hello_of_an_evening_is_no_new_welcome(self, ann: Person) -> None:
        await ann.say("hi", "a drama")
        again = await ann.say("hello?")
        assert "again" not in again.text
        assert "blank page" not in (again.question or "")

    async def test_more_in_that_spirit_is_what_was_just_spoken_of(self, ann: Person) -> None:
        await ann.say("I loved Alien")
        await ann.sleep()
        await ann.say("hi")
        assert "in the spirit of Alien" in (await ann.say("more in that spirit")).text


class TestPassedOver:
    """What a question named and its answer left out is kept, and can be taken back like anything else."""

    LINE = "you passed over"

    async def passed(self, person: Person) -> frozenset[str]:
        user = await person.store.user("test", person.name)
        async with person.store.reading() as reading:
            memory = await reading.memory(user.id)
        assert memory
        return taste_of(memory.events).passed

    @pytest_asyncio.fixture(loop_scope="module")
    async def welcome(self, ann: Person) -> Reply:
        return await ann.say("hi")

    async def test_none_of_these_is_an_answer(self, ann: Person, welcome: Reply) -> None:
        await ann.tap(welcome, "none of these")
        assert len(await self.passed(ann)) == CARD
        assert "Asked about, but not among your favourites" in (await ann.say("/profile")).text

    async def test_so_is_to_say_so_in_words(self, ann: Person, welcome: Reply) -> None:
        await ann.say("I don't know any of them")
        assert len(await self.passed(ann)) == CARD

    async def test_the_one_that_is_loved_leaves_out_the_others_until_it_is_said_of_them(
        self, ann: Person, welcome: Reply
    ) -> None:
        await ann.press(welcome.buttons[0].press)
        assert len(await self.passed(ann)) == CARD - 1
        await ann.press(welcome.buttons[1].press)
        assert len(await self.passed(ann)) == CARD - 2

    async def test_letters_in_a_terminal_name_several(self, ann: Person) -> None:
        screen = StringIO()
        await Console(ann.conversations, source=StringIO("hi\na and c\n/profile\n"), out=screen).chat()
        shown = screen.getvalue()
        first, second, third = re.findall(r"\[[abc]\] ([^\n\[]+?) {2,}", shown)[:3]
        told = " ".join(shown.rpartition("/profile")[2].split())  # lines may break within a title
        assert first in told and third in told and f"liked {second}" not in told

    async def test_not_to_know_what_to_watch_answers_nothing(self, ann: Person, welcome: Reply) -> None:
        await ann.say("no idea what to watch")
        assert not await self.passed(ann)

    async def test_to_ask_for_something_else_answers_nothing(self, ann: Person, welcome: Reply) -> None:
        await ann.say("a western please", "no idea")
        assert not await self.passed(ann)

    async def test_a_press_on_an_old_card_answers_nothing(self, ann: Person, welcome: Reply) -> None:
        await ann.say("/reset")
        await ann.tap(welcome, "none of these")
        assert not await self.passed(ann)

    async def test_undo_takes_it_back(self, ann: Person, welcome: Reply) -> None:
        await ann.tap(welcome, "none of these")
        await ann.say("undo")
        assert not await self.passed(ann)

    async def test_it_goes_away_by_a_tap_on_its_line_and_comes_back_by_undo(self, ann: Person, welcome: Reply) -> None:
        await ann.tap(welcome, "none of these")
        profile = await ann.tap(await ann.say("/profile"), self.LINE)
        assert not await self.passed(ann)
        assert not any(self.LINE in button.label for button in profile.buttons)
        await ann.say("undo")
        assert len(await self.passed(ann)) == CARD

    async def test_it_is_exported(self, ann: Person, welcome: Reply) -> None:
        await ann.tap(welcome, "none of these")
        user = await ann.store.user("test", ann.name)
        exported = json.loads(await ann.conversations.export(user.id))
        assert sum(row["value"] == "passed" for row in exported["statements"]) == CARD


class TestProfile:
    @pytest_asyncio.fixture(loop_scope="module")
    async def known(self, ann: Person) -> Person:
        await ann.say("I loved Heat and Alien, I hate musicals", "a comedy from the 90s, no horror")
        return ann

    async def test_it_has_two_parts(self, known: Person) -> None:
        text = (await known.say("/profile")).text
        lasting, tonight = text.split("\n\n")
        assert "Heat (1995), Alien (1979)" in lasting
        assert "Never: musical" in lasting
        assert "1990s" not in lasting
        assert all(line in tonight for line in ("• comedy", "• the 1990s", "• no horror films"))
        assert "Heat" not in tonight

    async def test_every_line_is_removed_by_one_tap(self, known: Person) -> None:
        profile = await known.say("/profile")
        for line in ("you liked Heat", "you liked Alien", "never musical", "the 1990s", "comedy", "no horror"):
            profile = await known.tap(profile, line)
            assert not any(line in button.label for button in profile.buttons)
        assert "don't know anything" in profile.text

    async def test_a_removed_line_counts_no_more_and_undo_brings_it_back(self, known: Person) -> None:
        await known.tap(await known.say("/profile"), "the 1990s")
        reply = await known.say("more")
        assert any(not 1990 <= (item.year or 0) <= 1999 for item in known.items(reply))
        undone = await known.say("undo")
        assert "the 1990s" in undone.text
        assert all(1990 <= (item.year or 0) <= 1999 for item in known.items(await known.say("more")))

    async def test_words_remove_lines_too(self, known: Person) -> None:
        await known.say("forget that I like Heat", "remove the 90s", "stop using musicals")
        text = (await known.say("/profile")).text
        assert not any(gone in text for gone in ("Heat", "1990s", "musical"))
        assert "Alien" in text

    async def test_a_wish_that_is_forgotten_is_no_veto(self, ann: Person) -> None:
        await ann.say("a comedy from the 90s")
        reply = await ann.say("actually forget the comedy thing")
        assert all(1990 <= (item.year or 0) <= 1999 for item in ann.items(await ann.say("more")))
        assert "comedy" not in (await ann.say("/profile")).text
        assert "comedy" in reply.text

    async def test_what_is_wanted_instead_of_what_is_taken_back_is_looked_for(self, ann: Person) -> None:
        await ann.say("a horror film from the 90s")
        reply = await ann.say("actually scratch the horror, make it a comedy")
        assert all("Comedy" in g for g in genres(ann, reply)) and ann.items(reply)
        assert "horror" not in (await ann.say("/profile")).text

    async def test_to_forget_what_is_not_known_teaches_nothing(self, known: Person) -> None:
        assert "nothing to forget" in (await known.say("forget that I love Casablanca")).text
        assert "Casablanca" not in (await known.say("/profile")).text

    async def test_tonight_does_not_overwrite_a_lifetime(self, ann: Person) -> None:
        await ann.say("I always love westerns")
        reply = await ann.say("not in the mood for westerns tonight")
        assert not any("Western" in g for g in genres(ann, reply))
        lasting, tonight = (await ann.say("/profile")).text.split("\n\n")
        assert "Western" in lasting
        assert "no western" in tonight

    async def test_many_lines_come_in_pages(self, ann: Person) -> None:
        await ann.say("I loved Heat, Alien, Jaws, Rocky, Titanic, Gladiator", "I loved Casino, Psycho, Memento, Se7en")
        first = await ann.say("/profile")
        second = await ann.tap(first, "more lines")
        lines = [{b.label for b in page.buttons if "✖" in b.label} for page in (first, second)]
        assert len(lines[0] | lines[1]) == 10
        assert not lines[0] & lines[1]
        assert len(lines[0]) == 8


class TestReasons:
    async def test_a_list_is_stored_with_what_it_was_based_on(self, ann: Person) -> None:
        reply = await ann.say("a science fiction film from the 80s, no horror")
        turn = (await ann.turns())[0]
        assert turn.reply["wish"] == ["sci-fi", "the 1980s", "no horror films"]
        catalogue = ann.catalogue.items
        horror = sum("Horror" in item.facets["genre"] for item in catalogue)
        others = sum("Science Fiction" not in item.facets["genre"] for item in catalogue)
        assert turn.reply["masked"]["sci-fi"] == others
        assert turn.reply["masked"]["not horror"] == horror
        assert 0 < turn.reply["confidence"] <= 1
        assert turn.reply["relaxed"] == []
        assert "+sci-fi" in turn.why and "-horror" in turn.why
        assert reply.cards

    async def test_what_gave_way_is_stored(self, ann: Person) -> None:
        await ann.say("a western musical from the 40s")
        assert (await ann.turns())[0].reply["relaxed"]

    async def test_a_question_is_stored_with_what_was_known(self, ann: Person) -> None:
        await ann.say("recommend me something", "idk", "idk")
        listed, again, asked = (await ann.turns())[:3]
        assert "worth more than a guess" in asked.why and "0 wishes" in asked.why
        assert "1 of at most 2" in again.why
        assert "2 of at most 2" in listed.why


DEPTH = 40
OPENINGS = (
    "hi",
    "something funny",
    "I loved Heat and Alien",
    "a drama from the 90s, nothing gory",
    "/profile",
    "The Thing",
)
WORDS = ("more", "why?", "undo", "/profile", "/watchlist", "ok", "older", "something else", "I don't know", "hi")


@pytest.mark.parametrize("seed", range(6))
async def test_no_button_is_a_dead_end(ann: Person, seed: int) -> None:
    """Walks through replies by pressing buttons in any order, those of old messages too, now and then saying something:
    every press is answered by something to read and something to go on with."""
    luck = random.Random(seed)
    seen = buttons(await ann.say(OPENINGS[seed]))
    for _ in range(DEPTH):
        if not seen or luck.random() < 0.2:
            reply = await ann.say(luck.choice(WORDS))
        else:
            recent = luck.random() < 0.7
            button = luck.choice(seen[-12:] if recent else seen)
            reply = await ann.press(button.press)
            assert reply.text or reply.notice or reply.cards or reply.question, button
            assert "old message" not in reply.text, button
        assert len({card.item_id for card in reply.cards}) == len(reply.cards)
        for button in buttons(reply):
            assert button.label
            assert parse_press(button.press) is not None
        seen += buttons(reply)
    assert (await ann.say("surprise me")).cards


async def test_every_button_of_the_first_replies_is_answered(chat: tuple[Conversations, Store]) -> None:
    """All of them, each on a person of its own, and all buttons of what follows."""
    for opening in ("hi", "a thriller", "The Thing"):
        first = Person(*chat, name=f"first {uuid4()}")
        for n in range(len(buttons(await first.say(opening)))):
            person = Person(*chat, name=f"walker {uuid4()}")
            answer = await person.press(buttons(await person.say(opening))[n].press)
            assert answer.text or answer.notice or answer.question
            for button in buttons(answer):
                after = await person.press(button.press)
                assert after.text or after.notice or after.question
                assert "old message" not in after.text


async def test_a_new_wish_keeps_the_time_there_is_and_tells_what_it_lets_go_of(ann: Person) -> None:
    told = (await ann.say("a comedy from the 90s under two hours", "actually a horror film")).text
    assert "looking for horror; still under two hours; no longer the 1990s" in told
    assert "no longer" not in (await ann.say("a thriller from the 70s", "forget that, a drama")).text
    assert "no longer Tom Hanks" in (await ann.say("a comedy with Tom Hanks", "a horror film")).text
    assert "no longer" not in (await ann.say("a comedy with Tom Hanks", "a drama with Al Pacino")).text


async def test_and_a_title_goes_on_with_the_opinion_before_it(ann: Person) -> None:
    assert "you liked Alien (1979)" in (await ann.say("I loved Gladiator", "and Alien too")).text
    assert "you didn't like Jaws (1975)" in (await ann.say("I hated Big", "Jaws too")).text
    assert "you liked" not in (await ann.say("something funny", "and Heat?")).text
    assert "in the spirit of Alien (1979)" in (await ann.say("my son loves Gladiator", "and Alien too")).text


async def test_an_actor_in_a_film_is_asked_for_by_name(ann: Person) -> None:
    asked = await ann.say("a crime drama with Al Pacino from the 90s", "I love the actor in Heat")
    assert [b.label for b in asked.buttons] == ["Al Pacino", "Robert De Niro", "Val Kilmer"]
    assert "you like Robert De Niro" in (await ann.press(asked.buttons[1].press)).text


async def test_either_is_enough_and_another_person_takes_the_place_of_one(ann: Person) -> None:
    reply = await ann.say("a horror or a western")
    assert "looking for horror or western" in reply.text
    assert all(g & {"Horror", "Western"} for g in genres(ann, reply))
    told = (await ann.say("something by Ridley Scott or Michael Mann", "what about Tarantino?")).text
    assert "looking for Quentin Tarantino" in told
    assert "Scott" not in told


async def test_a_list_that_is_called_lame_is_replaced_and_no_film_of_it_judged(ann: Person) -> None:
    await ann.say("a drama", "nope, these are lame")
    assert "You don't like" not in (await ann.say("/profile")).text


async def test_company_that_a_film_leaves_cold_is_minded(ann: Person) -> None:
    first = await ann.say("a comedy", "he says the first one looks stupid")
    assert "not " in first.text
    assert first.cards


async def test_what_the_kids_list_was_too_long_for_goes_with_them(ann: Person) -> None:
    await ann.say("something for my kids", "shorter", "the kids are asleep, something clever")
    assert "shorter" not in (await ann.say("/profile")).text


async def test_subtitles_that_company_hates_stay_away(ann: Person) -> None:
    told = (await ann.say("a thriller", "my wife hates subtitles", "a comedy instead")).text
    assert "still films in English" in told


async def test_what_gave_way_is_told_once(ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.conversation.actions.recommending.FITS", 99)
    assert "give way: sharks" in (await ann.say("a comedy about sharks")).text
    assert "give way" not in (await ann.say("from the 90s")).text


async def test_who_opens_with_their_day_is_heard(ann: Person) -> None:
    first = await ann.say("so did my brother")
    assert first.text.startswith("I hear you")
    assert first.question


async def test_to_save_one_and_wish_for_another_does_both(ann: Person) -> None:
    first = await ann.say("a thriller from the 90s")
    reply = await ann.say("save the second one, and now a comedy please")
    saved = first.cards[1]
    assert reply.text.startswith(f"{saved.title} is on your watchlist.")
    assert reply.cards and "comedy" in reply.text
    assert [card.item_id for card in (await ann.say("/watchlist")).cards] == [saved.item_id]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("an asian thriller", "thriller, Asian films"),
        ("something latin american", "looking for Latin American films"),
        ("a comedy, no asian films", "no Asian films"),
    ],
)
async def test_a_part_of_the_world_is_where_films_come_from(ann: Person, said: str, told: str) -> None:
    assert told in (await ann.say(said)).text


async def test_what_others_like_as_well_is_wanted_tonight(ann: Person) -> None:
    assert "in the spirit of Heat" in (await ann.say("I loved Heat", "so did my brother")).text
    assert "in the spirit" not in (await ann.say("I hated Alien", "so did my brother")).text


class TestStyles:
    async def test_adjectives_and_genres_are_refused_apart(self, ann: Person) -> None:
        told = (await ann.say("nothing dark and no animation", "a comedy")).text
        assert "still no animation films; still nothing dark" in told

    async def test_a_style_is_its_language_its_years_and_its_genre_and_told_by_its_name(self, ann: Person) -> None:
        told = (await ann.say("French New Wave")).text
        assert "looking for French New Wave (1958-1973)" in told
        assert "looking for dark comedy." in (await ann.say("a dark comedy")).text

    async def test_a_decade_in_the_same_words_takes_the_place_of_the_styles_own(self, ann: Person) -> None:
        assert "spaghetti western (Italian), the 1990s" in (await ann.say("a spaghetti western from the 90s")).text

    async def test_the_years_of_a_style_go_with_it(self, ann: Person) -> None:
        told = (await ann.say("spaghetti westerns", "something in English", "/profile")).text
        assert "1962-1978" not in told

    async def test_a_language_is_told_as_one(self, ann: Person) -> None:
        assert "looking for films in French" in (await ann.say("something French")).text
        told = (await ann.say("a Korean horror from the 50s")).text
        assert "films in Korean" in told
        assert "horror and Korean" not in told
