"""Other things than films: what an operator calls them, and what their catalogue counts and names itself."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.conversation.actions.recommending import standing
from bot.conversation.answers import Answers
from bot.conversation.counts import FILMS, counts_of, length_of
from bot.conversation.domain import Domain
from bot.conversation.lexicon import load_lexicon
from bot.conversation.reply import Reason
from bot.conversation.statements import Context, Kind, Statement
from bot.conversation.understand import Understanding
from bot.conversation.wording import Wording, refusal
from bot.evaluation.explanations import People
from bot.stages import Home, import_catalogue
from bot.texts import Texts
from recsys.catalogue import Catalogue, Facet, Item
from recsys.errors import DataError
from recsys.taste import Clause, Range, Wish, meets
from recsys.train import read_ratings
from tests.support.chat import Person, buttons, films_chat
from tests.support.films import films


def a_book(title: str, author: str, pages: int, genres: str, tags: str, year: int) -> Item:
    facets = {"author": (author,), "genre": tuple(genres.split("|")), "keyword": tuple(tags.split("|"))}
    return Item(title, title, year, f"{title} is a book.", facets, {"pages": float(pages)})


BOOKS = Catalogue(
    [
        a_book("Dune", "Frank Herbert", 612, "Science Fiction", "desert|politics", 1965),
        a_book("Emma", "Jane Austen", 474, "Romance|Classic", "matchmaking", 1815),
        a_book("Dracula", "Bram Stoker", 418, "Horror|Classic", "vampires", 1897),
        a_book("The Stranger", "Albert Camus", 123, "Literary|Classic", "trial", 1942),
        a_book("It", "Stephen King", 1138, "Horror", "clown", 1986),
        a_book("Good Omens", "Terry Pratchett", 416, "Fantasy|Humour", "angels", 1990),
    ]
)


def a_game(title: str, least: int, most: int, minutes: int, genre: str, mechanics: str) -> Item:
    facets = {"genre": (genre,), "mechanics": tuple(mechanics.split("|")), "designer": ("Ann Maker",)}
    numbers = {"min_players": float(least), "max_players": float(most), "runtime": float(minutes), "complexity": 2.5}
    return Item(title, title, 2010, "", facets, numbers)


GAMES = Catalogue(
    [
        a_game("Catan", 3, 4, 90, "Strategy", "dice rolling|trading"),
        a_game("Patchwork", 2, 2, 30, "Abstract", "tile placement"),
        a_game("Codenames", 4, 8, 15, "Party", "deduction"),
        a_game("Coup", 2, 6, 15, "Card Game", "bluffing|deduction"),
    ]
)


def a_dish(title: str, minutes: int, servings: int, kind: str, cuisine: str, ingredients: str, diet: str) -> Item:
    facets = {"genre": (kind,), "cuisine": (cuisine,), "ingredients": tuple(ingredients.split("|"))}
    facets |= {"diet": tuple(filter(None, diet.split("|"))), "difficulty": ("easy" if minutes < 60 else "hard",)}
    return Item(title, title, None, "", facets, {"runtime": float(minutes), "servings": float(servings)})


DISHES = Catalogue(
    [
        a_dish("Carbonara", 25, 4, "Pasta", "Italian", "eggs|bacon", ""),
        a_dish("Hummus", 15, 6, "Dip", "Middle Eastern", "chickpeas|lemon", "vegan"),
        a_dish("Pad Thai", 30, 2, "Noodles", "Thai", "eggs|peanuts", ""),
        a_dish("Ramen", 240, 4, "Soup", "Japanese", "pork|eggs", ""),
        a_dish("Tiramisu", 40, 8, "Dessert", "Italian", "eggs|coffee", "vegetarian"),
    ]
)


def own(tmp_path: Path, **words: str | list[str]) -> Texts:
    lines = (f"{key} = {said!r}".replace("'", '"') for key, said in words.items())
    (tmp_path / "en.toml").write_text("\n".join(lines), encoding="utf-8")
    return Texts.load("en", tmp_path)


BOOK = {"item": "book", "items": "books", "watch": "read", "watching": "reading", "saw": "read", "seen": "read"}
GAME = {"item": "board game", "items": "board games", "watch": "play", "watching": "playing", "saw": "played"}
DISH = {"item": "recipe", "items": "recipes", "watch": "cook", "watching": "cooking", "saw": "cooked"}


@pytest.fixture
def books(tmp_path: Path) -> tuple[Understanding, Texts]:
    texts = own(tmp_path, **BOOK, also_called=["novel", "novels"])
    return Understanding(BOOKS, load_lexicon(), domain=Domain(texts)), texts


@pytest.fixture
def games(tmp_path: Path) -> Understanding:
    return Understanding(GAMES, load_lexicon(), domain=Domain(own(tmp_path, **GAME, seen="played")))


@pytest.fixture
def dishes(tmp_path: Path) -> Understanding:
    texts = own(tmp_path, **DISH, seen="cooked", also_called=["dish", "dishes"])
    return Understanding(DISHES, load_lexicon(), domain=Domain(texts))


def said(understanding: Understanding, text: str, context: Context = Context()) -> list[str]:  # noqa: B008
    def brief(s: Statement) -> str:
        sign = {1: "+", -1: "-", 0: "~"}[s.polarity]
        if s.range:
            low, high = ("" if end is None else f"{end:g}" for end in (s.range.low, s.range.high))
            return f"{sign}{s.range.name} {low}..{high}"
        return f"{sign}{s.target or s.value}" + (" seen" if s.seen else "") + (" lasting" if s.lasting else "")

    kinds = (Kind.WISH,)
    return [brief(s) for s in understanding.read(text, context).statements if s.kind not in kinds]


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("something under 250 pages", ["+pages ..250"]),
        ("a book of at most 200 pages", ["+pages ..200"]),
        ("nothing over 400 pages", ["-pages 400.."]),
        ("a 300-page novel", ["+pages 270..330"]),
        ("between 200 and 300 pages", ["+pages 200..300"]),
        ("1,000 pages or more", ["+pages 1000.."]),
        ("I have read Dune", ["~Dune seen"]),
        ("I read Dune last year", ["~Dune seen"]),
        ("I read Emma", ["~Emma seen"]),
        ("a horror novel", ["+horror"]),
        ("a classic from the 19th century", ["+classic", "+year 1800..1899"]),
        ("nothing with vampires", ["-vampires"]),
        ("no science fiction", ["-sci-fi"]),
        ("I don't read horror", ["-horror lasting"]),
        ("a long horror novel", ["+pages 577.5..", "+horror"]),
    ],
)
def test_books(books: tuple[Understanding, Texts], text: str, understood: list[str]) -> None:
    assert said(books[0], text) == understood


@pytest.mark.parametrize("text", ["what should I listen to?", "I want to listen to something"])
def test_a_verb_may_have_two_words(tmp_path: Path, text: str) -> None:
    texts = own(
        tmp_path, item="show", items="shows", watch="listen to", watching="listening to", saw="heard", seen="heard"
    )
    assert said(Understanding(BOOKS, load_lexicon(), domain=Domain(texts)), text) == ["~recommend"]


@pytest.mark.parametrize("text", ["what should I read tonight?", "something to read", "I'd like to read something"])
def test_what_is_to_be_read_has_not_been_read(books: tuple[Understanding, Texts], text: str) -> None:
    assert said(books[0], text) == ["~recommend"]


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("a game for 2 players", ["+min_players 2..2"]),
        ("party games for 8 people", ["+party", "+min_players 8..8"]),
        ("for up to six players", ["+min_players 6..6"]),
        ("for at least five players", ["+min_players 5.."]),
        ("2-4 players", ["+min_players 2..4"]),
        ("under half an hour", ["+runtime ..29"]),
        ("nothing with bluffing", ["-bluffing"]),
        ("no dice", ["-dice"]),
        ("no dice games", ["-dice"]),
        ("I've played Catan", ["~Catan seen"]),
        ("no card games", ["-card games"]),
        ("a card game", ["+card games"]),
    ],
)
def test_board_games(games: Understanding, text: str, understood: list[str]) -> None:
    assert said(games, text) == understood


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("something vegan in half an hour", ["+vegan", "+runtime ..30"]),
        ("a dish in 20 minutes", ["+runtime ..20"]),
        ("for six people", ["+servings 6.."]),
        ("no eggs", ["-eggs"]),
        ("no egg please", ["-eggs"]),
        ("I'm allergic to peanuts", ["-peanuts lasting"]),
        ("Italian recipes", ["+Italian"]),
        ("I don't eat pork", ["-pork lasting"]),
        ("something easy", ["+easy"]),
        ("not Italian", ["-Italian"]),
        ("desserts", ["+dessert"]),
        ("something with chickpeas or bacon", ["+chickpeas or bacon"]),
        ("Thai or Italian", ["+Thai or Italian"]),
        ("chickpeas and lemon", ["+chickpeas", "+lemon"]),
        ("I cooked Carbonara, it was delicious", ["+Carbonara seen lasting"]),
        ("I made Ramen and it was bland", ["-Ramen seen lasting"]),
        ("a dessert with coffee", ["+dessert", "+coffee"]),
    ],
)
def test_recipes(dishes: Understanding, text: str, understood: list[str]) -> None:
    assert said(dishes, text) == understood


@pytest.mark.parametrize("text", ["I fell asleep in 20 minutes", "no dice", "for six people", "I read the book"])
def test_of_films_none_of_this_is_meant(text: str) -> None:
    understanding = Understanding(films(), load_lexicon())
    assert not [s for s in understanding.read(text).statements if s.range or s.kind is Kind.FACET or s.seen]


def test_items_that_reach_up_to_a_number_meet_what_lies_between() -> None:
    two, five = (meets(GAMES, Range("min_players", n, n, "", "max_players")).tolist() for n in (2, 5))
    assert two == [False, True, False, True]
    assert five == [False, False, True, True]
    assert meets(GAMES, Range("min_players", 7, None, "", "max_players")).tolist() == [False, False, True, False]


def test_counts_are_whole_and_called_in_the_plural() -> None:
    assert [(c.name, c.what, c.upto) for c in counts_of(GAMES)] == [("min_players", "player", "max_players")]
    assert [c.name for c in counts_of(BOOKS)] == ["pages"]
    assert counts_of(films()) == ()


def test_what_is_short_depends_on_the_catalogue() -> None:
    assert length_of(films()) is FILMS
    assert (length_of(BOOKS).name, length_of(BOOKS).brief) == ("pages", False)
    assert length_of(DISHES).short < 30
    assert length_of(DISHES).brief


def test_cards_and_answers_tell_what_the_catalogue_counts_and_names(books: tuple[Understanding, Texts]) -> None:
    wording = Wording(books[1], BOOKS)
    assert wording.card_facets(BOOKS["Dune"])[-1] == "612 pages"
    assert wording.about(BOOKS["Dune"]) == "Dune (1965): Science Fiction, by Frank Herbert, 612 pages."
    games = Wording(Texts(), GAMES)
    assert [games.card_facets(game)[-1] for game in GAMES.items[:2]] == ["3-4 players", "2 players"]

    def answer(wording: Wording, field: str, item: Item) -> str:
        return Answers(wording).answer(Statement(Kind.QUESTION, field), item)

    assert answer(wording, "pages", BOOKS["Emma"]) == "Emma (1815): 474 pages."
    assert answer(wording, "runtime", BOOKS["Emma"]) == "Emma (1815): 474 pages."
    assert answer(games, "min_players", GAMES["Catan"]) == "Catan (2010): 3-4 players."
    assert answer(games, "mechanics", GAMES["Catan"]) == "Catan (2010): mechanics: dice rolling, trading."
    assert answer(games, "creator", GAMES["Catan"]) == "Catan (2010) is by Ann Maker."


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("how many players does it need?", "min_players"),
        ("how many players is it for?", "min_players"),
        ("what mechanics does it have?", "mechanics"),
        ("who designed it?", "designer"),
        ("who's it by?", "director"),
        ("is it for 3 players?", "min_players"),
        ("players?", "min_players"),
        ("the mechanics?", "mechanics"),
        ("how long is it?", "runtime"),
    ],
)
def test_questions_about_what_only_this_catalogue_has(games: Understanding, text: str, field: str) -> None:
    found = games.read(text, Context(shown=("Catan",), focus="Catan")).statements
    assert [(s.kind, s.value, s.target) for s in found] == [(Kind.QUESTION, field, "Catan")]


def test_every_string_speaks_of_what_is_recommended(tmp_path: Path) -> None:
    texts = own(tmp_path, **BOOK, shelf="reading list", story="plot", someone="an author")
    assert "feel like reading" in texts("welcome")
    assert "a book you loved, an author, a decade" in texts("welcome")
    assert texts("got_unwanted", what="horror") == "no horror books"
    assert texts("watchlist_empty").startswith('Your reading list is empty. Tap "Save" on a book')
    assert texts("button_seen") == "👁 Read"
    assert texts("why_likeness", items="Dune") == "its plot is close to Dune"
    assert texts("genre_film", genres="horror") == "a horror book"
    assert texts("noted_seen", title="Dune") == "Noted: you've read Dune. I won't suggest it again."
    (tmp_path / "en.toml").write_text('item = "episode"\nnudge = ["Heard {a_noun} of these {nouns}?"]', "utf-8")
    assert Texts.load("en", tmp_path)("nudge") == "Heard an episode of these films?"


def test_genres_and_refusals_are_told_as_what_they_are(books: tuple[Understanding, Texts]) -> None:
    assert Wording(books[1], BOOKS).with_article("classic") == "classic books"
    assert Wording(Texts(), films()).with_article("thriller") == "a thriller"
    assert refusal(Clause("eggs", (Facet("ingredients", "eggs"),))) == "things"
    assert refusal(Clause("card games", (Facet("genre", "Card Game"),))) == "things"
    assert refusal(Clause("Tom Hanks", (Facet("cast", "Tom Hanks"),))) == "unwanted"


def test_what_sounds_good_is_what_the_catalogue_has(books: tuple[Understanding, Texts], tmp_path: Path) -> None:
    wording = Wording(books[1], BOOKS)
    assert wording.moods() == ["classic books", "horror books", "fantasy books", "humour books", "literary books"]
    assert (wording.an_example_of_kind, wording.an_example) == ("classic books", "Dune")
    assert Wording(Texts(), films()).moods() == Texts().options("moods")
    texts = own(tmp_path, **BOOK, moods=["a slow burner"])
    assert Wording(texts, BOOKS).moods() == ["a slow burner"]


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("I don't watch horror", ["-horror lasting"]),
        ("we don't usually watch westerns", ["-western lasting"]),
        ("I don't watch much so something easy", ["+light"]),
        ("why don't we watch a comedy?", ["+comedy"]),
        ("I don't watch TV, give me a western", ["+western"]),
    ],
)
def test_what_somebody_does_not_watch_is_not_wanted(text: str, understood: list[str]) -> None:
    assert said(Understanding(films(), load_lexicon()), text) == understood


@pytest.mark.asyncio
async def test_a_conversation_about_books_never_speaks_of_films(tmp_path: Path) -> None:
    own(tmp_path, **BOOK, shelf="reading list", someone="an author", language_name="Plain English")
    said = [
        *(
            "hi",
            "none of these",
            "asdf qwer",
            "",
            "something under 450 pages",
            "why?",
            "no horror",
            "more like the first",
        ),
        *("save the first", "/watchlist", "/profile", "who wrote it?", "how long is it?", "shorter", "surprise me"),
        *("I've read Dune", "anything by Jane Austen?", "compare them", "thanks", "/help", "/history", "bye"),
    ]
    async with films_chat(tmp_path, BOOKS) as running:
        bob = Person(*running, name="bob", catalogue=BOOKS)
        replies = [await bob.say(text) for text in said]
        languages = await bob.say("/language")

    told = [words for reply in replies[:-3] for words in (reply.text, reply.question or "")]  # /help has examples
    told += [words for reply in replies for card in reply.cards for words in (card.reason, *card.facets)]
    told += [button.label for reply in replies for button in buttons(reply)]
    assert not [reply for reply in told if re.search(r"\b(films?|movies?|watch\w*|directed|actor)\b", reply)]
    assert [button.label for button in languages.buttons][:2] == ["Plain English", "中文"]


@pytest.mark.asyncio
async def test_for_how_many_it_is_outlasts_a_wish(tmp_path: Path) -> None:
    own(tmp_path, **DISH, seen="cooked", also_called=["dish"])
    async with films_chat(tmp_path, DISHES) as running:
        eve = Person(*running, name="eve", catalogue=DISHES)
        reply = await eve.say("a dip for six people", "a dessert")

    assert [item.title for item in eve.items(reply)] == ["Tiramisu"]
    assert "six people" in reply.text


@pytest.mark.parametrize(("text", "understood"), [("something sweet", "+sweet"), ("nothing too sweet", "-sweet")])
def test_a_catalogues_own_word_means_what_it_means_there(tmp_path: Path, text: str, understood: str) -> None:
    cakes = Catalogue([replace(item, facets={**item.facets, "taste": ("sweet",)}) for item in DISHES.items])
    texts = own(tmp_path, **DISH, seen="cooked")
    (statement,) = Understanding(cakes, load_lexicon(), domain=Domain(texts)).read(text).statements
    assert statement.clause is not None and statement.clause.facets == (Facet("taste", "sweet"),)
    assert (statement.polarity > 0) == understood.startswith("+")


def test_what_gave_way_is_no_reason() -> None:
    reasons = (Reason("asked", 0.5, "a", ("over 500 pages",)), Reason("mood", 0.3, "b", ("for the kids",)))
    reasons += (Reason("wish", 0.2, "c"),)
    kids = Wish(text="for children", label="for the kids", vague=True)

    assert standing(reasons, kids, ()) == reasons
    assert [(r.signal, r.share) for r in standing(reasons, kids, ("for the kids",))] == [("asked", 1.0)]
    own_words = replace(kids, text="clowns", label="clowns", vague=False)
    assert [r.signal for r in standing(reasons, own_words, ("for the kids",))] == ["asked", "wish"]


def test_made_up_people_ask_for_what_the_catalogue_has(tmp_path: Path) -> None:
    people = People(DISHES, 0, own(tmp_path, **DISH, seen="cooked"))
    said = {people.message() for _ in range(300)}

    assert not [text for text in said if re.search(r"films?\b|watch|Tom Hanks|Spielberg|0s|people stuck", text)]
    assert [text for text in said if "recipe" in text]
    assert [text for text in said if "what should I cook?" in text]
    assert [text for text in said if "under two hours" in text]
    of_films = People(films(), 0, Texts())
    assert any("film" in of_films.message() for _ in range(100))


def test_ratings_come_with_the_items(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    items, ratings = tmp_path / "items.csv", tmp_path / "ratings.csv"
    items.write_text("id,title\nd,Dune\ne,Emma\n", encoding="utf-8")
    ratings.write_text("user,item,rating\nann,d,5\nann,e,2\nbob,d,4\nbob,x,5\n", encoding="utf-8")

    books = import_catalogue(home, items, ratings)
    rated = read_ratings(home.ratings, books)
    np.testing.assert_allclose(rated.strength.toarray(), [[1.0, 0.4], [0.8, 0.0]])
    assert rated.likes().toarray().tolist() == [[1.0, 0.0], [1.0, 0.0]]

    ratings.write_text("user,item,rating\nann,d,9\n", encoding="utf-8")
    items.write_text("id,title\nx,Other\n", encoding="utf-8")
    with pytest.raises(DataError, match="has the rating 9: ratings of people go up to 5"):
        import_catalogue(home, items, ratings)
    assert Catalogue.load(home.items).items == books.items  # nothing was changed

    assert len(read_ratings(home.ratings, import_catalogue(home, items))) == 0
