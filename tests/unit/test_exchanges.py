"""What people say back to the bot: they take films, ask, give marks, allow more, change their minds and come back."""

from __future__ import annotations

import pytest

from bot.conversation.lexicon import load_lexicon
from bot.conversation.statements import Context, Intent, Kind
from bot.conversation.understand import Understanding
from recsys.catalogue import Catalogue, Item
from tests.support.chat import Person
from tests.support.films import film, films
from tests.unit.test_understand import briefs

UNDERSTANDING = Understanding(films(), load_lexicon())
HEAT, ALIEN, AMADEUS = film("Heat (1995)"), film("Alien (1979)"), film("Amadeus (1984)")
LISTED = Context(shown=(HEAT, ALIEN, AMADEUS))
FOCUSED = Context(shown=LISTED.shown, focus=ALIEN)


# -- taking a film ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "perfect, the second one then",
        "let us take the second.",
        "I think I'll take the second one",
        "it please me, the second. I take it",
        "we decided on the second",
        "my vote goes to the second",
        "the second it is",
        "let's make it the second",
        "I'd go with the second",
        "we could watch the second",
        "second one, deal",
        "gonna watch the second tonight",
        "let's try Alien",
        "the second, thanks!",
    ],
)
def test_a_film_of_the_list_is_taken_in_many_words(text: str) -> None:
    said = [b for b in briefs(text, LISTED, wishes=True) if b != "intent: thanks"]
    assert said == ["intent: accept Alien"]


@pytest.mark.parametrize(
    "text",
    [
        "shall we watch the second?",
        "I chose the second last week and hated it",
        "not the second",
        "how about the second",
    ],
)
def test_not_every_word_about_a_film_of_the_list_takes_it(text: str) -> None:
    assert not any(b.startswith("intent: accept") for b in briefs(text, LISTED))


TAKEN = Context(shown=LISTED.shown, focus=HEAT, asked="taken")


@pytest.mark.parametrize(
    "text", ["wait no, the second", "actually the second", "sorry, I meant 2", "hmm, the second instead"]
)
def test_another_film_is_taken_in_place_of_the_one_just_taken(text: str) -> None:
    assert briefs(text, TAKEN)[-1] == "intent: accept Alien"
    assert "intent: accept Alien" not in briefs(text, FOCUSED)


@pytest.mark.parametrize("text", ["the second", "wait, is the second scary?", "no the second is boring", "wait, Heat"])
def test_not_every_word_after_a_film_is_taken_takes_another(text: str) -> None:
    assert not any(b.startswith("intent: accept") for b in briefs(text, TAKEN))


async def test_who_takes_another_film_is_wished_joy_of_that(ann: Person) -> None:
    shown = ann.items(await ann.say("recommend something", "a thriller"))
    await ann.say("I'll take the first")
    told = (await ann.say("wait no, the third")).text
    assert f"Enjoy {shown[2].title}" in told or shown[2].title in told.split("!")[0]


@pytest.mark.parametrize("text", ["We'll go with the first and the third", "we take 1 and 3"])
async def test_two_films_are_taken_at_once(ann: Person, text: str) -> None:
    first, _, third = ann.items(await ann.say("recommend something", "a thriller"))
    told = (await ann.say(text)).text
    assert first.title in told and third.title in told


async def test_both_of_three_is_asked_back(ann: Person) -> None:
    reply = await ann.say("recommend something", "a thriller", "both")
    assert "Which one" in reply.text


@pytest.mark.parametrize("said", ["I watched it last night and it was great", "it was great!", "we loved it"])
async def test_the_next_day_it_is_the_film_that_was_taken(ann: Person, said: str) -> None:
    _, second, _ = ann.items(await ann.say("recommend something", "a thriller"))
    await ann.say("we'll take the second", "thanks, bye")
    await ann.sleep()
    assert f"you liked {second.title}" in (await ann.say(said)).text


# -- asking -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("cast?", "cast"),
        ("cast", "cast"),
        ("and the director?", "director"),
        ("long?", "runtime"),
        ("plot", "overview"),
        ("rating", "rating"),
        ("is it in colour?", "colour"),
        ("does anybody die in it?", "unsaid"),
        ("does it get better?", "unsaid"),
        ("what if it isn't good", "rating"),
        ("what if it's boring?", "rating"),
    ],
)
def test_the_film_in_view_is_asked_about(text: str, field: str) -> None:
    assert briefs(text, FOCUSED) == [f"question: {field} Alien"]


@pytest.mark.parametrize("text", ["long", "good", "is it raining?", "are you sure?", "drama"])
def test_not_every_word_asks_about_the_film_in_view(text: str) -> None:
    assert not any(b.startswith("question") for b in briefs(text, FOCUSED))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("which of them are under two hours?", "question: those"),
        ("is any of them in french?", "question: those French"),
        ("which of these has Al Pacino in it?", "question: those Al Pacino"),
        ("are they all in english?", "question: those English"),
        ("which is shortest?", "question: shortest"),
        ("which one has the highest rating?", "question: best"),
        ("which one would you take for a date night", "question: best"),
        ("which one is the scariest?", "question: most horror"),
    ],
)
def test_the_films_of_the_list_are_asked_about(text: str, said: str) -> None:
    assert briefs(text, LISTED, wishes=True) == [said]


@pytest.mark.parametrize("asked", ["plot?", "is there a sequel?", "is it scary?", "is it from the 90s?"])
async def test_a_question_waits_for_the_film_that_it_is_about(ann: Person, asked: str) -> None:
    shown = ann.items(await ann.say("recommend something", "a thriller"))
    assert "Which one" in (await ann.say(asked)).text
    told = await ann.say("the second")
    assert shown[1].title in told.text and not told.question


async def test_a_question_is_forgotten_when_something_else_is_said(ann: Person) -> None:
    await ann.say("recommend something", "a thriller", "plot?", "a drama")
    assert "watchlist" in ((await ann.say("the first")).question or "")


@pytest.mark.parametrize(
    "text", ["which of these won at Cannes?", "which one won the most awards?", "which of these do critics prefer?"]
)
async def test_what_no_catalogue_tells_of_a_list_is_said(ann: Person, text: str) -> None:
    await ann.say("recommend something", "a thriller")
    assert "doesn't tell that of any" in (await ann.say(text)).text


@pytest.mark.parametrize("text", ["which one?", "which of these should I watch?", "have you seen any of them?"])
def test_not_every_word_about_a_list_is_past_telling(text: str) -> None:
    assert "question: those" not in briefs(text, LISTED)


async def test_questions_about_a_list_are_answered(ann: Person) -> None:
    shown = ann.items(await ann.say("recommend something", "a thriller"))
    short = [item.title for item in shown if (item.number("runtime") or 0) <= 130]
    told = (await ann.say("which of them are under 130 minutes?")).text
    assert told.startswith("None" if not short else "All" if len(short) == len(shown) else "Going by")
    assert "French" not in (await ann.say("is the first one in French?")).text
    assert "No. " in (await ann.say("is the first one in French?")).text
    assert "black and white" in (await ann.say("is the second one in colour?")).text
    assert "doesn't say" in (await ann.say("does anybody sing in the second?")).text


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("are you sure?", Intent.WHY),
        ("how do you know that I like that?", Intent.WHY),
        ("why would you suggest that?", Intent.WHY),
        ("did I say that?", Intent.PROFILE),
    ],
)
def test_who_doubts_is_told_the_reasons(text: str, intent: Intent) -> None:
    assert [s.value for s in UNDERSTANDING.read(text, LISTED).statements] == [intent]


def test_what_was_shown_before_is_replaced() -> None:
    assert briefs("you already showed me that", LISTED) == ["critique: other"]


# -- what may be and what need not be -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("older ones are fine too", "older"),
        ("it can be older", "older"),
        ("I don't mind older films", "older"),
        ("it doesn't have to be new", "older"),
        ("a bit longer is ok", "longer"),
        ("newer ones are ok as well", "newer"),
        ("any year is fine", "any"),
        ("length doesn't matter", "any"),
        ("doesn't matter how old it is", "any"),
        ("it's fine if it's in another language", "any language"),
        ("we don't mind subtitles at all", "any language"),
        ("horror is ok too", "horror"),
        ("the 80s are fine too", "the 1980s"),
        ("it doesn't have to be funny", "comedy"),
        ("not necessarily a comedy", "comedy"),
        ("not only American ones", "United States"),
    ],
)
def test_what_is_allowed_asks_for_nothing(text: str, what: str) -> None:
    (said,) = UNDERSTANDING.read(text, LISTED).statements
    told = said.clause.label if said.clause else said.value
    assert (said.kind, told) == (Kind.ALLOW, "language" if what == "any language" else what)


@pytest.mark.parametrize(
    "text",
    [
        "older please",
        "the older the better",
        "horror is fine",
        "not just funny but clever",
        "English is fine",
        "maybe you can show me some new ones",
        "Jaws is a good old movie",
    ],
)
def test_not_everything_that_is_fine_opens_a_wish(text: str) -> None:
    assert all(s.kind is not Kind.ALLOW for s in UNDERSTANDING.read(text, LISTED).statements)


@pytest.mark.parametrize(
    ("wish", "allowed", "left"),
    [
        ("a thriller from the 90s", "older ones are fine too", "thriller, 1999 or earlier"),
        ("a thriller from the 90s", "the 80s are ok too", "thriller, 1980-1999"),
        ("a thriller from the 90s", "the year doesn't matter", "thriller"),
        ("a thriller under two hours", "a bit longer is ok", "thriller"),
        ("a thriller, nothing old", "older ones are fine too", "thriller"),
        ("a french thriller", "another language is fine", "thriller"),
        ("a drama, no horror", "horror is ok too", "drama"),
        ("a thriller from the 90s", "it doesn't have to be a thriller", "the 1990s"),
    ],
)
async def test_what_is_allowed_lifts_what_stands_against_it(ann: Person, wish: str, allowed: str, left: str) -> None:
    await ann.say("hi", wish)
    told = (await ann.say(allowed)).text
    assert told.startswith("Got it: ") and "looking for" not in told
    profile = (await ann.say("/profile")).text
    lines = profile.split("What you want tonight:\n")[-1].split("\n")
    assert ", ".join(line.removeprefix("• ") for line in lines if line.startswith("• ")) == left


async def test_another_wish_takes_the_place_of_the_one_that_is_forgotten(ann: Person) -> None:
    await ann.say("hi", "a drama from the 90s", "forget the 90s, show me the 80s")
    profile = (await ann.say("/profile")).text
    assert "1980s" in profile and "1990s" not in profile and "drama" in profile
    assert "nothing to forget" in (await ann.say("forget the 70s")).text


# -- marks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Heat 9/10, Jaws 8/10, The Insider 7, Titanic 4/10", {"Heat": 1, "Jaws": 1, "The Insider": 1, "Titanic": -1}),
        ("I'd give Jaws a 10 and Zodiac a 9, but Titanic only a 3", {"Jaws": 1, "Zodiac": 1, "Titanic": -1}),
        ("Heat: 8, Alien: 9, Jaws: 3", {"Heat": 1, "Alien": 1, "Jaws": -1}),
        ("Heat (9), Alien (7), Jaws (1)", {"Heat": 1, "Alien": 1, "Jaws": -1}),
        ("Gladiator gets a 9 from me", {"Gladiator": 1}),
        ("a 3 for Gladiator", {"Gladiator": -1}),
    ],
)
def test_marks_are_given_in_many_ways(text: str, said: dict[str, int]) -> None:
    found = [s for s in UNDERSTANDING.read(text).statements if s.kind is Kind.ITEM]
    assert {films()[s.target or ""].title: s.polarity for s in found} == said
    assert all(s.lasting for s in found)


@pytest.mark.parametrize(
    "text", ["give me a 10 minute film", "give me a 90s film", "we have a 4 and a 6 year old", "Rocky 2"]
)
def test_not_every_number_is_a_mark(text: str) -> None:
    assert not any(s.lasting and s.kind is Kind.ITEM for s in UNDERSTANDING.read(text, LISTED).statements)


# -- limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("we only have two hours", ["+runtime ..120"]),
        ("we've got 90 minutes", ["+runtime ..90"]),
        ("something for two hours", ["+runtime 105..135"]),
        ("I get bored when nothing happens for an hour", ["intent: smalltalk"]),
        ("I slept for two hours", ["intent: smalltalk"]),
        ("not the new ones", ["-year 2013.."]),
        ("not the old ones", ["-year ..1980"]),
    ],
)
def test_time_that_there_is_is_a_limit(text: str, said: list[str]) -> None:
    assert briefs(text) == said


# -- wishes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a film about love", ["+romance"]),
        ("something about falling in love", ["+romance"]),
        ("I wouldn't say no to a western", ["+western"]),
        ("I have nothing against a western", ["+western"]),
        ("nothing with subtitles", ["+English"]),
        ("I do mind violence", ["-violent"]),
        ("nothing too explicit", ["-sexual"]),
        ("I prefer comedies to dramas", ["+comedy", "~drama"]),
        ("actually no, make that horror", ["+horror"]),
        ("no, back to comedy", ["+comedy", "intent: no"]),
        ("idk man something funny maybe", ["+comedy"]),
        ("thank you very much, you are very gentle", ["intent: thanks"]),
        ("n", ["intent: no"]),
        ("not like Alien, I meant Heat", ["-Alien (1979) like", "+Heat (1995) like"]),
        ("I've seen everything by Ridley Scott", ["-Ridley Scott"]),
        ("nah thats mid", ["critique: other"]),
    ],
)
def test_wishes_are_heard_as_they_are_meant(text: str, said: list[str]) -> None:
    assert sorted(briefs(text, LISTED, wishes=True)) == sorted(said)


async def test_a_film_that_is_not_to_be_resembled_is_told(ann: Person) -> None:
    reply = await ann.say("hi", "something that is not like Alien")
    assert "nothing like Alien (1979)" in reply.text
    assert ALIEN not in [card.item_id for card in reply.cards]


async def test_who_meant_another_film_gets_its_like(ann: Person) -> None:
    reply = await ann.say("hi", "something like Alien", "sorry, I meant Heat")
    assert "in the spirit of Heat (1995)" in reply.text


def test_a_brother_of_ten_is_a_child() -> None:
    said = UNDERSTANDING.read("her brother is 10 and wants to watch too").statements
    assert "for the kids" in [s.value for s in said]


# -- two refusals, and what is no refusal -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I hate films that aren't funny", {"comedy": 1}),
        ("nothing that isn't funny", {"comedy": 1}),
        ("comedies that are scary", {"comedy": 1, "horror": 1}),
        ("I can't stand comedies that aren't scary", {"comedy": 1, "horror": 1}),
        ("no films without a happy ending", {"feel-good": 1}),
        ("nothing with violence that isn't funny", {"violent": -1}),
        ("I hate horror, a film that isn't sad", {"horror": -1, "sad": -1}),
        ("something that isn't a comedy", {"comedy": -1}),
        ("no wait, horror", {"horror": 1}),
        ("no horror", {"horror": -1}),
        ("my eyes are not so good so no subtitles please", {"English": 1}),
        ("not too artsy", {"pretentious": -1}),
        ("nothing too artsy", {"pretentious": -1}),
    ],
)
def test_what_is_refused_is_what_is_not_wanted(text: str, said: dict[str, int]) -> None:
    read = UNDERSTANDING.read(text).statements
    assert {s.value: s.polarity for s in read if s.kind is Kind.FACET} == said


@pytest.mark.parametrize("text", ["without aliens", "no aliens please"])
def test_things_that_are_refused_are_no_films(text: str) -> None:
    (said,) = [s for s in UNDERSTANDING.read(text).statements if s.kind is not Kind.INTENT]
    assert (said.kind, said.value, said.polarity) == (Kind.FACET, "aliens", -1)


def test_films_that_are_refused_are_films() -> None:
    assert "-Aliens (1986) mention" in briefs("not Aliens")
    assert "-Titanic (1997) mention" in briefs("without Titanic please")


# -- titles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("up 10/10", {"Up": 1}),
        ("I give heat a 9", {"Heat": 1}),
        ("rated heat a 3", {"Heat": -1}),
        ("we loved knives out and heat", {"Heat": 1}),
        ("we loved heat and knives out", {"Heat": 1}),
    ],
)
def test_marks_and_unknown_titles_tell_titles(text: str, said: dict[str, int]) -> None:
    found = [s for s in UNDERSTANDING.read(text).statements if s.kind is Kind.ITEM]
    assert {films()[s.target or ""].title: s.polarity for s in found} == said


def test_a_number_of_a_mark_is_no_title() -> None:
    known = [
        *films().items,
        *(
            Item(f"n{n}", title, year, "", {}, {"popularity": 50.0, "votes": 4000.0})
            for n, (title, year) in enumerate([("Three", 2010), ("2012", 2009), ("Heist", 2001)])
        ),
    ]
    understanding = Understanding(Catalogue(known), load_lexicon())
    (said,) = understanding.read("2012 3/10").statements
    assert (said.target, said.polarity) == ("n1", -1)
    assert all(s.target != "n2" for s in understanding.read("What means 'heist'?").statements)
    assert [s.target for s in understanding.read("I loved 'Heist'").statements] == ["n2"]


# -- what is about something else ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("perfect. the first", ["intent: accept Heat"]),
        (
            "the second looks ok but is there a happy ending",
            ["+Alien (1979) mention", "question: facet feel-good Alien"],
        ),
        ("the second we have it seen", ["~Alien (1979) mention seen"]),
        ("what did I say about horror?", ["intent: profile"]),
        ("give me a real reason", ["intent: why Alien"]),
        ("even less popular", ["critique: lesser_known"]),
        ("based on a true story would be cool", ["+true story", "intent: refine"]),
        ("with a twist too", ["+twist ending", "intent: refine"]),
        ("a comedy would be nice", ["+comedy"]),
        ("what's the newest film you have?", ["intent: cinema"]),
        ("are any of these by women?", ["question: those woman director"]),
    ],
)
def test_what_is_said_in_passing_is_heard(text: str, said: list[str]) -> None:
    assert sorted(briefs(text, FOCUSED)) == sorted(said)


@pytest.mark.parametrize(
    "text",
    ["i hate Tom Hanks now, he looks like my ex", "ugh everything reminds me of him", "Bonjour! Do you speak French?"],
)
def test_what_tells_of_something_else_is_no_wish(text: str) -> None:
    assert all(s.kind is not Kind.WISH for s in UNDERSTANDING.read(text).statements)


def test_what_a_paper_is_about_is_a_wish_beside_a_count() -> None:
    said = UNDERSTANDING.read("I'm writing a paper on unreliable narrators, need 5 films").statements
    assert [s.value for s in said if s.kind is Kind.WISH] == ["unreliable narrators"]


async def test_something_similar_is_like_what_was_just_praised(ann: Person) -> None:
    reply = await ann.say("hi", "I loved Heat", "something similar but no comedy")
    assert "in the spirit of Heat (1995)" in reply.text


async def test_a_wish_that_would_be_nice_adds(ann: Person) -> None:
    await ann.say("hi", "a heist film", "a twist ending would be nice")
    profile = (await ann.say("/profile")).text
    assert "heist" in profile and "twist ending" in profile


# -- more ways of saying it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("let's start with that one", ["intent: accept Alien"]),
        ("We'll have that one then", ["intent: accept Alien"]),
        ("I shall watch it", ["intent: accept Alien"]),
        ("omg yes the first", ["intent: accept Heat"]),
        ("remove the first from my list", ["intent: unsave Heat"]),
        ("take it off my watchlist", ["intent: unsave Alien"]),
        ("the 1984 one", ["~Amadeus (1984) mention"]),
        ("how long does it last, the first one?", ["question: runtime Heat"]),
        ("does she die in the end", ["question: unsaid Alien"]),
        ("wait is it scary", ["question: facet horror Alien"]),
        ("the second one is not about time travel", ["~Alien (1979) mention"]),
        ("Jaws is a thriller", ["~Jaws (1975) mention"]),
        ("my wife has seen Jaws a hundred times", ["-Jaws (1975) mention"]),
        ("I want Heat but with zombies", ["+Heat (1995) like", "+zombies"]),
    ],
)
def test_what_is_said_of_films_in_view(text: str, said: list[str]) -> None:
    assert sorted(briefs(text, FOCUSED)) == sorted(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("in colour please", ["-black and white"]),
        ("I require a horror film not exceeding 130 minutes", ["+horror", "+runtime ..130"]),
        ("theme: time travel", ["+time travel"]),
    ],
)
def test_wishes_in_other_words(text: str, said: list[str]) -> None:
    assert sorted(briefs(text)) == sorted(said)


def test_who_is_nine_is_a_child() -> None:
    assert "for the kids" in [s.value for s in UNDERSTANDING.read("hi im 9").statements]
    assert briefs("I'm 34") == briefs("I'm 10/10 happy") == ["intent: smalltalk"]


def test_everything_is_none_of_the_films_that_were_asked_about() -> None:
    asked = Context(shown=LISTED.shown, asked="opinion")
    assert all(s.kind is not Kind.ITEM for s in UNDERSTANDING.read("everything sucks", asked).statements)
    assert [s.polarity for s in UNDERSTANDING.read("they all suck", asked).statements] == [-1, -1, -1]


async def test_a_film_is_taken_off_the_list_in_words(ann: Person) -> None:
    first, *_ = ann.items(await ann.say("recommend something", "a thriller"))
    await ann.say("save the first")
    assert f"{first.title} is off" in (await ann.say("remove the first from my list")).text
    assert "empty" in (await ann.say("/watchlist")).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yesss that one", ["intent: accept Alien"]),
        ("is it goood", ["question: rating Alien"]),
        ("how many people saw it?", ["question: unsaid Alien"]),
        ("is the first one with Tom Hanks?", ["question: facet Tom Hanks Heat"]),
        ("I don't believe you", ["intent: why Alien"]),
        ("pleeease a comedyyy", ["+comedy"]),
        ("with Tom Hanks", ["+Tom Hanks", "intent: refine"]),
        (
            "Let us take the first. Thank you so much, you have been very helpful.",
            ["intent: accept Heat", "intent: thanks"],
        ),
        ("I'll take the second. How long is it?", ["intent: accept Alien", "question: runtime Alien"]),
        ("scrap that, something new", ["+year 2013..", "intent: undo"]),
        ("maybe", ["intent: skip"]),
        ("that's too new now", ["critique: older"]),
        ("something we both can live with", ["intent: recommend"]),
    ],
)
def test_drawled_and_several_sentences(text: str, said: list[str]) -> None:
    assert sorted(briefs(text, FOCUSED, wishes=True)) == sorted(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("my favorite of all is Jaws", ["+Jaws (1975) opinion lasting seen"]),
        ("does the first have subtitles", ["question: language Heat"]),
        ("do the critics like the third", ["question: rating Amadeus"]),
        ("can I watch it with my grandma", ["question: certificate Alien"]),
        ("how old is the lead actor in the third", ["question: unsaid Amadeus"]),
        ("is the third a remake", ["question: unsaid Amadeus"]),
        ("which do you like best", ["question: best"]),
        ("what have I rated so far", ["intent: profile"]),
        ("we saw the third last week", ["~Amadeus (1984) mention seen"]),
    ],
)
def test_questions_and_opinions_are_told_apart(text: str, said: list[str]) -> None:
    assert sorted(briefs(text, FOCUSED, wishes=True)) == sorted(said)


def test_ages_in_a_list_are_no_wish() -> None:
    said = UNDERSTANDING.read("we are 4: grandpa 78, me 35 and my son 6").statements
    assert "for the kids" in [s.value for s in said]
    assert all(s.clause for s in said if s.kind is Kind.WISH)


@pytest.mark.parametrize("text", ["Noir is dead", "westerns are dying", "comedy is king"])
def test_a_remark_about_a_genre_wants_nothing(text: str) -> None:
    assert all(not s.polarity for s in UNDERSTANDING.read(text).statements)


@pytest.mark.parametrize(
    "text", ["horror is what we want", "comedy it is", "comedy is preferred", "thrillers are great"]
)
def test_not_every_sentence_about_a_genre_is_a_remark(text: str) -> None:
    assert any(s.kind is Kind.FACET and s.polarity > 0 for s in UNDERSTANDING.read(text).statements)


async def test_what_sounds_good_and_is_to_be_saved_is_saved(ann: Person) -> None:
    _, second, _ = ann.items(await ann.say("a thriller"))
    assert second.title in (await ann.say("2 sounds good, save it")).text
    assert ann.items(await ann.say("what's on my list?")) == [second]


@pytest.mark.parametrize(
    "text",
    ["thanks a lot, take care", "thanks a lot, goodnight", "thank you so much, bye", "thanks for the recs, see you"],
)
def test_who_thanks_and_leaves_says_goodbye(text: str) -> None:
    assert briefs(text) == ["intent: thanks", "intent: bye"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thanks a lot, any horror?", "+horror"),
        ("thanks a lot, I'll take the first", "intent: accept Heat"),
        ("thanks so much for the help, we loved Jaws", "+Jaws (1975) opinion lasting seen"),
    ],
)
def test_what_follows_thanks_counts(text: str, said: str) -> None:
    assert briefs(text, LISTED) == ["intent: thanks", said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("horror is out", ["-horror"]),
        ("comedies are off the table tonight", ["-comedy"]),
        ("musicals are a no for us", ["-musical"]),
        ("horror is out, maybe a western", ["-horror", "+western"]),
        ("which comedies are out now?", ["+comedy"]),
        ("what horror is out?", ["+horror"]),
    ],
)
def test_what_is_out_is_not_to_come_tonight(text: str, said: list[str]) -> None:
    assert briefs(text, wishes=True) == said


@pytest.mark.parametrize("text", ["make that a thriller", "ok make it a thriller", "make it a thriller please"])
async def test_another_genre_keeps_the_rest_of_the_wish(ann: Person, text: str) -> None:
    await ann.say("a comedy from the 90s")
    items = ann.items(await ann.say(text))
    assert all("Thriller" in item.facets["genre"] and 1990 <= (item.year or 0) <= 1999 for item in items)
    assert "no longer the 1990s" in (await ann.say("a romantic drama")).text


def test_who_is_only_told_of_is_not_wished_for() -> None:
    for text in ("the rock is a good actor", "Denzel Washington was a great director", "my cousin is an actress"):
        assert all(s.kind is not Kind.WISH for s in UNDERSTANDING.read(text).statements)
    for text in ("a film where the hero is a washed up actor", "something about a man who is an actor"):
        assert any(s.kind is Kind.WISH for s in UNDERSTANDING.read(text).statements)


@pytest.mark.parametrize(
    "text", ["kids are finally in bed, something light", "the kids are already asleep, something light"]
)
def test_who_is_in_bed_does_not_watch(text: str) -> None:
    said = UNDERSTANDING.read(text).statements
    assert [s.value for s in said if s.kind is Kind.FACET] == ["light"]
    assert any(s.value == Intent.ALONE for s in said)
    assert not any("bed" in s.value or "asleep" in s.value for s in said)
    assert all(s.value != Intent.ALONE for s in UNDERSTANDING.read("the kids are both here now").statements)


@pytest.mark.parametrize("text", ["did any of these win the Palme d'Or?", "did any of them win a golden globe?"])
async def test_prizes_are_past_telling(ann: Person, text: str) -> None:
    await ann.say("recommend something", "a thriller")
    assert "doesn't tell that of any" in (await ann.say(text)).text
    assert "doesn't tell" not in (await ann.say("which of these are highly rated?")).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I love the second though", "+Alien (1979) opinion lasting seen"),
        ("the second looks boring tho", "-Alien (1979) mention"),
        ("wats da plot of 2", "question: overview Alien"),
    ],
)
def test_a_film_of_the_list_is_pointed_at_casually(text: str, said: str) -> None:
    assert briefs(text, LISTED) == [said]


@pytest.mark.parametrize("text", ["I hate clowns", "I can't stand clowns", "we don't like clowns"])
def test_things_that_are_hated_are_never_to_come(text: str) -> None:
    clowns = Item("it", "It", 1990, "A clown.", {"genre": ("Horror",), "keyword": ("clown", "evil clown")})
    reader = Understanding(Catalogue([*films().items, clowns]), load_lexicon())
    (said,) = reader.read(text).statements
    assert (said.kind, said.polarity, said.lasting) == (Kind.FACET, -1, True)
    for other in ("I hate Mondays", "I hate my job", "I hate surprises like that"):
        assert all(s.kind is Kind.INTENT for s in reader.read(other).statements)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("is there anything with Al Pacino?", ["Al Pacino"]),
        ("is there one by Michael Mann?", ["Michael Mann"]),
        ("is there a good comedy?", ["comedy"]),
        ("are there any comedies with Al Pacino?", ["comedy", "Al Pacino"]),
    ],
)
def test_is_there_anything_asks_for_films_not_about_the_one_in_focus(text: str, wanted: list[str]) -> None:
    said = UNDERSTANDING.read(text, FOCUSED).statements
    assert [s.value for s in said if s.kind is Kind.FACET] == wanted
    assert not any(s.kind is Kind.QUESTION for s in said)


@pytest.mark.parametrize("text", ["is there anything scary in it?", "is Al Pacino in it?", "is there a sequel?"])
def test_is_there_anything_in_it_asks_about_the_one_in_focus(text: str) -> None:
    (said,) = UNDERSTANDING.read(text, FOCUSED).statements
    assert (said.kind, said.target) == (Kind.QUESTION, ALIEN)
