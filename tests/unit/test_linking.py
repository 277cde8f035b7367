"""Titles and people in free text, on a small catalogue of real films."""

from __future__ import annotations

from dataclasses import replace
from inspect import isfunction
from itertools import pairwise
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import title_doubts, title_evidence
from bot.conversation.lexicon import load_lexicon
from bot.conversation.linking import Titles
from bot.conversation.people import People
from bot.conversation.spelling import Rarity
from bot.conversation.statements import Kind
from bot.conversation.title_case import Evidence
from bot.conversation.title_doubts import DOUBTS
from bot.conversation.title_evidence import EVIDENCE
from bot.conversation.title_index import TitleIndex
from bot.conversation.tokens import tokenize
from bot.conversation.understand import Understanding
from recsys.catalogue import Catalogue, Item
from tests.support.films import films

RARITY = Rarity(load_lexicon().common)
PEOPLE = People(films(), RARITY)
TITLES = Titles(films(), load_lexicon(), RARITY, PEOPLE)


def titles(text: str) -> list[list[str]]:
    tokens = tokenize(text)
    found = TITLES.find(text, tokens, PEOPLE.find(text, tokens))
    return [[films()[item_id].name for item_id in match.item_ids] for match in found]


def one_each(text: str) -> list[str]:
    return [names[0] for names in titles(text) if len(names) == 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("usual suspects", ["The Usual Suspects (1995)"]),
        ("THE USUAL SUSPECTS!", ["The Usual Suspects (1995)"]),
        ("spiderman", ["Spider-Man (2002)"]),
        ("Spider man was fun", ["Spider-Man (2002)"]),
        ("wall-e", ["WALL·E (2008)"]),
        ("amelie", ["Amélie (2001)"]),
        ("godfather 2", ["The Godfather: Part II (1974)"]),
        ("the godfather part two", ["The Godfather: Part II (1974)"]),
        ("rocky 2", ["Rocky II (1979)"]),
        ("star wars 5", ["Star Wars: Episode V - The Empire Strikes Back (1980)"]),
        ("the empire strikes back", ["Star Wars: Episode V - The Empire Strikes Back (1980)"]),
        ("return of the king", ["The Lord of the Rings: The Return of the King (2003)"]),
        ("endgame", ["Avengers: Endgame (2019)"]),
        ("eternal sunshine", ["Eternal Sunshine of the Spotless Mind (2004)"]),
        ("Shawshank", ["The Shawshank Redemption (1994)"]),
        ("when harry met sally", ["When Harry Met Sally... (1989)"]),
        ("singing? I saw Singin in the Rain", ["Singin' in the Rain (1952)"]),
        ("have you seen Airplane?", ["Airplane! (1980)"]),
        ("mad max fury road", ["Mad Max: Fury Road (2015)"]),
        ("the second godfather", ["The Godfather: Part II (1974)"]),
        ("good bad and ugly", ["The Good, the Bad and the Ugly (1966)"]),
    ],
)
def test_a_title_is_found_however_it_is_written(text: str, expected: list[str]) -> None:
    assert one_each(text) == expected


@pytest.mark.parametrize("text", ["hated cats", "watched cats but hated it", "I saw Cats yesterday and hated it"])
def test_a_known_film_called_like_a_theme_is_meant_by_who_watched_it(text: str) -> None:
    cats = Item("cats", "Cats", year=2019, facets={"genre": ("Musical",)}, numbers={"popularity": 5000})
    (said,) = Understanding(Catalogue([*films().items, cats]), load_lexicon()).read(text).statements
    assert (said.target, said.seen) == ("cats", True)


@pytest.mark.parametrize(
    "text", ["I hate cats", "no cats please", "a film with cats", "I loved cats and dogs on screen"]
)
def test_a_theme_is_no_title_to_who_speaks_of_it(text: str) -> None:
    cats = Item("cats", "Cats", year=2019, facets={"genre": ("Musical",)}, numbers={"popularity": 5000})
    reading = Understanding(Catalogue([*films().items, cats]), load_lexicon()).read(text)
    assert not reading.choices
    assert all(s.target is None for s in reading.statements)


@pytest.mark.parametrize("text", ["a time to kill is one of my favourites", "the firm is one of my favourites"])
def test_a_title_of_everyday_words_is_found_where_it_is_praised(text: str) -> None:
    known = [
        Item("kill", "A Time to Kill", year=1996, numbers={"popularity": 2000}),
        Item("firm", "The Firm", year=1993, numbers={"popularity": 2000}),
    ]
    reading = Understanding(Catalogue([*films().items, *known]), load_lexicon()).read(text)
    assert [s.polarity for s in reading.statements if s.target in ("kill", "firm")] == [1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the insyder", "The Insider (1999)"),
        ("shawshenk redemtion", "The Shawshank Redemption (1994)"),
        ("frozzen", "Frozen (2013)"),
        ("inglorious basterds", "Inglourious Basterds (2009)"),
        ("napolean dynamite", "Napoleon Dynamite (2004)"),
        ("the dark night", "The Dark Knight (2008)"),
        ("shutter iland", "Shutter Island (2010)"),
        ("loved interstelar", "Interstellar (2014)"),
        ("casablanka", "Casablanca (1942)"),
    ],
)
def test_a_misspelt_title_is_found(text: str, expected: str) -> None:
    assert one_each(text) == [expected]


def test_a_doubtful_spelling_needs_company() -> None:
    assert one_each("I loved Hete and the insyder") == ["Heat (1995)", "The Insider (1999)"]
    assert titles("the hete is unbearable today") == []


@pytest.mark.parametrize(
    ("franchise", "first"),
    [
        ("star wars", "Star Wars: Episode IV - A New Hope (1977)"),
        ("harry potter", "Harry Potter and the Philosopher's Stone (2001)"),
        ("lord of the rings", "The Lord of the Rings: The Fellowship of the Ring (2001)"),
        ("kill bill", "Kill Bill: Vol. 1 (2003)"),
    ],
)
def test_a_series_means_its_first_film(franchise: str, first: str) -> None:
    assert one_each(f"I love {franchise}") == [first]


def test_several_titles_in_a_list() -> None:
    assert one_each("Heat, Alien, Jaws and Fargo") == [
        "Heat (1995)",
        "Alien (1979)",
        "Jaws (1975)",
        "Fargo (1996)",
    ]
    assert one_each("I have seen Up, Her and drive") == ["Up (2009)", "Her (2013)", "Drive (2011)"]


def test_years_and_ages_settle_remakes() -> None:
    assert one_each("The Thing (1982)") == ["The Thing (1982)"]
    assert one_each("the thing, the 2011 one") == ["The Thing (2011)"]
    assert one_each("the 2019 Aladdin") == ["Aladdin (2019)"]
    assert one_each("the original Aladdin") == ["Aladdin (1992)"]
    assert one_each("the new Aladdin") == ["Aladdin (2019)"]
    assert one_each("Aladdin with Will Smith") == ["Aladdin (2019)"]


def test_equal_claims_are_left_open() -> None:
    assert titles("I loved Aladdin") == [["Aladdin (1992)", "Aladdin (2019)"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I liked it", []),
        ("it was funny", []),
        ('I liked "It"', ["It (2017)"]),
        ("It (2017) scared me", ["It (2017)"]),
        ("have you seen IT?", ["It (2017)"]),
        ("I told her about us", []),
        ("we saw Her and then went home", ["Her (2013)"]),
        ("up for anything", []),
        ("what's up", []),
        ("we watched Up with the kids", ["Up (2009)"]),
        ("I watched up yesterday", ["Up (2009)"]),
        ("the heat is killing me", []),
        ("loved heat", ["Heat (1995)"]),
        ("a big fan of big explosions", []),
        ("saw Big on TV", ["Big (1988)"]),
        ("I drive to work", []),
        ("Drive was a great movie", ["Drive (2011)"]),
        ("no signs of life", []),
        ("we saw Signs", ["Signs (2002)"]),
        ("going home", []),
        ("once in a while", []),
        ("Once (2007)", ["Once (2007)"]),
        ("something funny for people like me", []),
        ("I saw Funny People", ["Funny People (2009)"]),
        ("the game was on", []),
        ("have you watched The Game?", ["The Game (1997)"]),
        ("I should get out more often", []),
        ("Get Out was brilliant", ["Get Out (2017)"]),
        ("a car crash on the way", []),
        ("we loved Crash", ["Crash (2004)"]),
        ("home alone", ["Home Alone (1990)"]),
        ("not alien to me", []),
        ("I like horror and action", []),
        ("It's so good", []),
        ("I saw the last one, It was awesome", []),
        ("I loved the new It", ["It (2017)"]),
        ("Happy New Year! Merry Christmas", []),
        ("movies like The Game and The Thing", ["The Game (1997)", "The Thing (1982)"]),
        ("hmmm", []),
        ("he escaped and snitched", []),
        ("I like movies about World War II", []),
        ("what about big", ["Big (1988)"]),
        ("did you see jaws yet", ["Jaws (1975)"]),
    ],
)
def test_common_words_are_titles_only_with_evidence(text: str, expected: list[str]) -> None:
    assert one_each(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stanley Kubrick", ["Stanley Kubrick"]),
        ("kubrick's films", ["Stanley Kubrick"]),
        ("quentin tarantino", ["Quentin Tarantino"]),
        ("Tarentino", ["Quentin Tarantino"]),
        ("Di Caprio", ["Leonardo DiCaprio"]),
        ("leonardo decaprio", ["Leonardo DiCaprio"]),
        ("Robert DeNiro and Al Pacino", ["Robert De Niro", "Al Pacino"]),
        ("robert downey jr", ["Robert Downey Jr."]),
        ("samuel jackson", ["Samuel L. Jackson"]),
        ("the Coen brothers", ["Coen brothers"]),
        ("bong joon ho", ["Bong Joon-ho"]),
        ("Scorcese", ["Martin Scorsese"]),
        ("Tom", []),
        ("my friend Scott and his brother Tony", []),
        ("James is nice", []),
        ("I love Jim Carey", ["Jim Carrey"]),
        ("Liam Neisen", ["Liam Neeson"]),
        ("Russel Crowe? I love him", ["Russell Crowe"]),
        ("the first one. I'll watch it", []),
        ("a zombie movie", []),
        ("a slow drama with Al Pachino", ["Al Pacino"]),
        ("a slow drama with Bob Pachino", []),
    ],
)
def test_people_are_found_but_never_by_a_shared_first_name(text: str, expected: list[str]) -> None:
    assert [person.name for person in PEOPLE.find(text, tokenize(text))] == expected


@pytest.mark.parametrize("title", ["Frida (2002)", "Erin Brockovich (2000)", "Amadeus (1984)"])
def test_a_title_with_its_year_is_no_person(title: str) -> None:
    people = [Item("p", "Some Film", facets={"cast": ("Frida Kahlo", "Erin Brockovich", "Amadeus Smith")})]
    catalogue = Catalogue([*people, Item("t", title[:-7], year=int(title[-5:-1]))])
    reading = Understanding(catalogue, load_lexicon()).read(f"I liked {title}")
    assert [n.item_ids for n in reading.named] == [("t",)]


def test_the_number_of_an_episode_may_be_said_too() -> None:
    catalogue = Catalogue([Item("t", "Star Wars: The Last Jedi", year=2017), Item("o", "Star Wars", year=1977)])
    reading = Understanding(catalogue, load_lexicon()).read("Star Wars: Episode VIII – The Last Jedi (2017)")
    assert [n.item_ids for n in reading.named] == [("t",)]


def test_the_head_of_an_unknown_title_needs_its_year() -> None:
    films = [Item("r", "The Raid: Redemption", year=2011), Item("o", "Raid", year=2018)]
    understanding = Understanding(Catalogue(films), load_lexicon())
    named = [
        understanding.read(text).named[0].item_ids for text in ("I liked The Raid (2011)", "I liked The Raid (2018)")
    ]
    assert named == [("r",), ("o",)]


@pytest.mark.parametrize("said", ["Ford vs Ferrari", "ford v ferrari", "Ford versus Ferrari"])
def test_against_is_written_in_three_ways(said: str) -> None:
    reading = Understanding(Catalogue([Item("f", "Ford v Ferrari", year=2019)]), load_lexicon()).read(f"I loved {said}")
    assert [n.item_ids for n in reading.named] == [("f",)]


def test_fame_does_not_depend_on_the_scale_of_the_counts() -> None:
    scaled = Catalogue(
        replace(i, numbers={**i.numbers, "popularity": i.numbers["popularity"] ** 2}) for i in films().items
    )
    index = TitleIndex(scaled, RARITY)
    assert index.popularity == TITLES.index.popularity


def test_a_person_keeps_both_trades() -> None:
    (person,) = PEOPLE.find("Clint Eastwood", tokenize("Clint Eastwood"))
    assert {facet.kind for facet in person.facets} == {"director", "cast"}


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_places_are_inside_the_text_and_never_overlap(text: str) -> None:
    tokens = tokenize(text)
    people = PEOPLE.find(text, tokens)
    found = TITLES.find(text, tokens, people)
    assert all(0 <= m.start < m.end <= len(text) and 0 <= m.confidence <= 1 for m in (*found, *people))
    assert all(a.end <= b.start or a.j <= b.i for a, b in pairwise(found))


def test_a_first_name_means_the_star_who_has_it_almost_alone() -> None:
    known = [
        Item("a", "Flight", 2012, facets={"cast": ("Denzel Washington",)}, numbers={"popularity": 900.0}),
        Item("b", "Abduction", 2011, facets={"cast": ("Denzel Whitaker",)}, numbers={"popularity": 2.0}),
        *(Item(f"x{n}", f"Film {n}", facets={"cast": (f"Nobody Known{n}",)}) for n in range(60)),
    ]
    understanding = Understanding(Catalogue(known), load_lexicon())
    (said,) = (s for s in understanding.read("something with Denzel").statements if s.kind is Kind.FACET)
    assert said.value == "Denzel Washington"
    for words in ("Hi, I'm Denzel", "my name is Denzel"):
        assert not [s for s in understanding.read(words).statements if s.kind is Kind.FACET]


def test_a_surname_alone_means_the_director_of_that_name() -> None:
    known = [
        *(Item(f"b{n}", f"Persona {n}", facets={"director": ("Ingmar Bergman",)}) for n in range(9)),
        Item("i", "Notorious", facets={"cast": ("Ingrid Bergman",)}, numbers={"popularity": 11.0}),
        Item("t", "Stalker", facets={"director": ("Genndy Tartakovsky",)}, numbers={"popularity": 900.0}),
        Item("a", "Mirror", facets={"director": ("Andrei Tarkovsky",)}),
        Item("s", "Cape Fear", facets={"cast": ("Shelley Berman",)}, numbers={"popularity": 900.0}),
        *(Item(f"x{n}", f"Film {n}", facets={"cast": (f"Nobody Known{n}",)}) for n in range(60)),
    ]
    understanding = Understanding(Catalogue(known), load_lexicon())
    said = understanding.read("something like late Bergman").statements
    assert [s.value for s in said if s.kind is Kind.FACET] == ["Ingmar Bergman"]
    said = understanding.read("something by Tarkovsky").statements  # a slip of nobody's name
    assert "Genndy Tartakovsky" not in {s.value for s in said}


def test_a_first_name_may_be_short_for_another() -> None:
    known = Catalogue([Item("h", "Harvey", facets={"cast": ("James Stewart",)}), Item("n", "No")])
    said = Understanding(known, load_lexicon()).read("something with Jimmy Stewart").statements
    assert [s.value for s in said if s.kind is Kind.FACET] == ["James Stewart"]


def test_no_is_nobodys_first_name() -> None:
    known = Catalogue(
        [
            Item("v", "Vertigo", facets={"director": ("Alfred Hitchcock",)}, numbers={"popularity": 900.0}),
            Item("h", "Hitchcock", 2012, numbers={"popularity": 90.0}),
            *(Item(f"x{n}", f"Film {n}", facets={"cast": (f"Nobody No{n}", "Somebody No")}) for n in range(60)),
        ]
    )
    said = Understanding(known, load_lexicon()).read("No Hitchcock").statements
    assert [(s.value, s.polarity) for s in said] == [("Alfred Hitchcock", -1)]


@pytest.mark.parametrize("text", ["nolan movies", "something by nolan", "nolan but not batman"])
def test_a_star_is_named_in_lower_case_where_only_a_name_stands(text: str) -> None:
    films_of = [
        Item(f"n{n}", f"Film {n}", facets={"director": ("Christopher Nolan",)}, numbers={"popularity": 900.0})
        for n in range(5)
    ]
    known = Catalogue([*films_of, *(Item(f"x{n}", f"Other {n}", facets={"cast": (f"No One{n}",)}) for n in range(60))])
    said = Understanding(known, load_lexicon()).read(text).statements
    assert [s.value for s in said if s.kind is Kind.FACET] == ["Christopher Nolan"]


def test_with_a_film_its_whole_series_is_refused() -> None:
    known = [
        Item("b", "Batman", 1989, numbers={"popularity": 900.0}),
        Item("r", "Batman Returns", 1992, numbers={"popularity": 500.0}),
        Item("k", "The Dark Knight", 2008, facets={"keyword": ("batman",)}),
        Item("g", "Big", 1988, numbers={"popularity": 900.0}),
        Item("f", "Big Fish", 2003, numbers={"popularity": 500.0}),
        *(Item(f"x{n}", f"Film {n}") for n in range(20)),
    ]
    understanding = Understanding(Catalogue(known), load_lexicon())

    def refused(text: str) -> set[str | None]:
        return {s.target for s in understanding.read(text).statements if s.kind is Kind.ITEM and s.polarity < 0}

    assert refused("superheroes but not batman") == {"b", "r", "k"}
    assert refused('superheroes but not "Big"') == {"g"}


def test_a_word_that_nobody_uses_names_its_film_when_something_is_said_of_it() -> None:
    lesser = Item("t", "Timecop", 1994)
    greater = [Item(f"x{n}", f"Number {n}", numbers={"popularity": 9000.0}) for n in range(400)]
    understanding = Understanding(Catalogue([*greater, lesser]), load_lexicon())
    (said,) = understanding.read("timecop was amazing").statements
    assert (said.target, said.polarity) == ("t", 1)
    assert not understanding.read("dinner was great").named


@pytest.mark.parametrize("text", ["we loved Moana", "we loved Anora", "we loved Black Panther", "we loved Bird Box"])
def test_a_title_that_the_catalogue_lacks_is_not_taken_for_another(text: str) -> None:
    others = [Item(title, title) for title in ("Moon", "Agora", "Panther", "Bird", "The Box")]
    found = Understanding(Catalogue([*films().items, *others]), load_lexicon()).read(text).statements
    assert [s.value for s in found] == [text.removeprefix("we loved ")]
    assert [s.kind for s in found] == [Kind.UNKNOWN]


@pytest.mark.parametrize(("text", "title"), [("I loved Past Lives", "Past Lives"), ("I hated Lady Bird", "Lady Bird")])
def test_an_unknown_title_of_everyday_words_is_told_by_its_capitals(text: str, title: str) -> None:
    found = Understanding(films(), load_lexicon()).read(text).statements
    assert [(s.kind, s.value) for s in found] == [(Kind.UNKNOWN, title)]


def test_a_misspelt_genre_is_nobody_with_an_initial() -> None:
    directed = [Item(f"m{n}", f"Film {n}", facets={"director": ("George T. Miller",)}) for n in range(6)]
    said = Understanding(Catalogue([*films().items, *directed]), load_lexicon()).read("a triller please").statements
    assert [s.value for s in said] == ["thriller"]


@pytest.mark.parametrize(("module", "heard"), [(title_evidence, EVIDENCE), (title_doubts, DOUBTS)])
def test_every_piece_of_evidence_is_heard_once(module: ModuleType, heard: tuple[Evidence, ...]) -> None:
    written = {
        name for name, value in vars(module).items() if isfunction(value) and value.__module__ == module.__name__
    }
    assert sorted(piece.__name__ for piece in heard) == sorted(name for name in written if not name.startswith("_"))
