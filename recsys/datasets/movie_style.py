"""How films are talked about in explanations."""

from recsys.facts import Facts, Style


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _kin(**families: str) -> dict[str, frozenset[str]]:
    return {name.replace("_", " "): _words(words) for name, words in families.items()}


MOVIE_STYLE = Style(
    noun="film",
    words=_words("film films movie movies picture screen watch watching viewing cinema"),
    kinds={"genre": 6, "director": 3, "cast": 6, "keyword": 8, "language": 2},
    unsaid=frozenset(
        (
            "sex",
            "nudity",
            "female nudity",
            "male nudity",
            "rape",
            "gay",
            "prostitute",
            "torture",
            "suicide",
            "suicide attempt",
            "cancer",
            "black people",
            "woman director",
            "independent film",
            "duringcreditsstinger",
            "aftercreditsstinger",
            "sequel",
            "3d",
            "imax",
            "based on novel",
            "based on comic book",
            "flashback",
            "dying and death",
            "wife husband relationship",
            "love of one's life",
            "loss of lover",
            "single",
            "relationship",
        )
    ),
    units={"runtime": "{:.0f} minutes", "rating": "{:.1f} out of 10"},
    prompted={"genre": "Genre", "director": "Director", "cast": "Cast", "keyword": "Themes"},
    openings={"a theme": "keyword", "the reason": "", "the film": ""},
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
                ("you liked The Insider, and people who like this film did too",),
            ),
            "You liked The Insider, so Heat should be right up your alley: a tense crime thriller about obsession, by "
            "Michael Mann, with Al Pacino.",
        ),
        (
            Facts(
                "Up",
                2009,
                {
                    "genre": ("Comedy", "Animation"),
                    "director": ("Pete Docter",),
                    "cast": ("Ed Asner", "Jordan Nagai"),
                    "keyword": ("balloon", "friendship"),
                },
                ("you asked for a comedy and under two hours", "its story is close to Paddington, which you liked"),
            ),
            "Friendship and a balloon are at the heart of Up, the comedy under two hours you asked for. Its story is "
            "close to Paddington, which you liked.",
        ),
        (
            Facts(
                "Interstellar",
                2014,
                {
                    "genre": ("Science Fiction", "Drama"),
                    "director": ("Christopher Nolan",),
                    "cast": ("Matthew McConaughey", "Anne Hathaway"),
                    "keyword": ("astronaut", "time travel"),
                },
                ('its story fits your wish for "lost in space"',),
            ),
            "Interstellar fits your wish for lost in space: Matthew McConaughey stars in a science fiction drama about "
            "an astronaut and time travel.",
        ),
    ),
)
