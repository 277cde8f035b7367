"""How films are talked about in explanations."""

from recsys.facts import Facts, Style


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _kin(**families: str) -> dict[str, frozenset[str]]:
    return {name.replace("_", " "): _words(words) for name, words in families.items()}


MOVIE_STYLE = Style(
    noun="film",
    words=_words("film films movie movies picture screen watch watching viewing cinema"),
    kinds={"genre": 3, "director": 2, "cast": 3, "keyword": 4, "language": 1},
    units={"runtime": "minutes"},
    prompted={"genre": "Genre", "director": "Director", "cast": "Cast", "keyword": "Themes"},
    roles={
        "director": _words("by from directed direction director directors directing directs"),
        "cast": _words("with starring stars star starred cast actor actors actress featuring"),
    },
    kin=_kin(
        action="packed exciting thrilling",
        adventure="adventurous exciting thrilling",
        animation="animated",
        children="kids child",
        comedy="funny comic comedic laugh laughs humor humour humorous",
        crime="criminal criminals crimes",
        drama="dramatic",
        family="families kids children",
        fantasy="fantastical magical",
        history="historical past",
        horror="scary frightening chilling",
        music="musical songs",
        musical="music songs",
        mystery="mysterious mysteries",
        romance="romantic love",
        science_fiction="sci-fi scifi sci fi futuristic",
        sci_fi="science fiction futuristic",
        thriller="thrilling tense suspense suspenseful tension thrills",
        war="wartime wars",
        western="west",
    ),
    examples=(
        (
            Facts(
                "Heat",
                1995,
                {
                    "genre": ("Crime", "Thriller"),
                    "director": ("Michael Mann",),
                    "cast": ("Al Pacino", "Robert De Niro"),
                    "keyword": ("bank robbery", "obsession"),
                },
                ("you loved The Insider", "you asked for something from the 90s"),
            ),
            "You loved The Insider and asked for something from the 90s, so try Heat, a tense crime thriller by "
            "Michael Mann. Al Pacino and Robert De Niro star.",
        ),
        (
            Facts(
                "Amélie",
                2001,
                {
                    "genre": ("Comedy", "Romance"),
                    "director": ("Jean-Pierre Jeunet",),
                    "cast": ("Audrey Tautou", "Mathieu Kassovitz"),
                    "keyword": ("shyness", "paris"),
                },
                ("people who liked The Grand Budapest Hotel also liked it",),
            ),
            "People who liked The Grand Budapest Hotel also liked Amélie, a romantic comedy about shyness in Paris, "
            "with Audrey Tautou.",
        ),
        (
            Facts(
                "Moon",
                2009,
                {
                    "genre": ("Science Fiction", "Drama"),
                    "director": ("Duncan Jones",),
                    "cast": ("Sam Rockwell", "Kevin Spacey"),
                    "keyword": ("isolation", "astronaut"),
                },
                ("it is close in tone to Gravity",),
            ),
            "Moon is close in tone to Gravity: a 2009 science fiction drama about isolation, by Duncan Jones, with "
            "Sam Rockwell.",
        ),
    ),
)
