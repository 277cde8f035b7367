"""How films are talked about in explanations."""

from recsys.facts import Facts, Style


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _kin(**families: str) -> dict[str, frozenset[str]]:
    return {name.replace("_", " "): _words(words) for name, words in families.items()}


def _example(facts: str, words: str, *reasons: str) -> tuple[Facts, str]:
    """``facts``: "Title (year): genres; director; cast; themes"."""
    name, _, rest = facts.partition("): ")
    title, _, year = name.rpartition(" (")
    fields = dict(zip(("genre", "director", "cast", "keyword"), rest.split("; "), strict=True))
    return Facts(title, int(year), {kind: tuple(v.split(", ")) for kind, v in fields.items()}, reasons), words


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
            *(
                f"{pair} relationship"
                for pair in (
                    "brother brother",
                    "brother sister",
                    "father daughter",
                    "father son",
                    "male female",
                    "mother daughter",
                    "mother son",
                    "parents kids",
                    "sister sister",
                    "lesbian",
                    "gay",
                )
            ),
            "family relationships",
            "relation",
            "man-woman relation",
        )
    ),
    units={"runtime": "{:.0f} minutes", "rating": "{:.1f} out of 10"},
    prompted={"genre": "Genre", "keyword": "Themes", "cast": "Cast", "director": "Director"},
    openings=("the reason", "the film"),
    roles={
        "director": _words("by from directed direction director directors directing directs"),
        "cast": _words("with starring stars star starred cast actor actors actress featuring"),
    },
    subjects=frozenset(("keyword",)),
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
        romance="romantic",
        science_fiction="sci-fi scifi sci fi futuristic",
        sci_fi="science fiction futuristic",
        thriller="thrilling tense suspense suspenseful tension thrills",
        war="wartime wars",
        western="west",
    ),
    examples=(
        _example(
            "Big Fish (2003): Adventure, Drama; Tim Burton; Ewan McGregor, Albert Finney; circus, family secrets",
            "You liked The Princess Bride, and so did others who like Big Fish: an adventure about a circus and family "
            "secrets, by Tim Burton, with Ewan McGregor.",
            "you liked The Princess Bride, and people who like this film did too",
        ),
        _example(
            "Coco (2017): Animation, Family, Adventure; Lee Unkrich; Gael Garcia Bernal, Benjamin Bratt; music, family",
            "Coco should be a treat for you: you liked Inside Out, and so did others who like this one, an animated "
            "adventure about music and family.",
            "you liked Inside Out, and people who like this film did too",
        ),
        _example(
            "Arrival (2016): Science Fiction, Drama; Denis Villeneuve; Amy Adams, Jeremy Renner; linguist, alien",
            "Since you liked Contact, here is a story close to it: Arrival, about a linguist and an alien, with Amy "
            "Adams and Jeremy Renner.",
            "its story is close to Contact, which you liked",
        ),
        _example(
            "Cast Away (2000): Adventure, Drama; Robert Zemeckis; Tom Hanks, Helen Hunt; survival, island",
            "Cast Away fits your wish for a story about loneliness: Tom Hanks stars in an adventure about survival on "
            "an island, by Robert Zemeckis.",
            'its story fits your wish for "a story about loneliness"',
        ),
        _example(
            "Good Will Hunting (1997): Drama; Gus Van Sant; Robin Williams, Matt Damon; mathematics, friendship",
            "You asked for Robin Williams and the 1990s: here he is with Matt Damon in Good Will Hunting, a drama "
            "about friendship and mathematics.",
            "you asked for Robin Williams and the 1990s",
        ),
        _example(
            "Paterson (2016): Comedy, Drama; Jim Jarmusch; Adam Driver, Golshifteh Farahani; poetry, bus driver",
            "Paterson is a surprise that could suit you: people who saw it rate it 7.3 out of 10, and Adam Driver "
            "stars in a comedy about poetry and a bus driver.",
            "you asked for a surprise",
            "people who saw it rate it 7.3 out of 10",
        ),
        _example(
            "Whiplash (2014): Drama, Music; Damien Chazelle; Miles Teller, J.K. Simmons; jazz, ambition",
            "You asked for something like Black Swan, and people who like Whiplash like it too: a music drama about "
            "jazz and ambition, with J.K. Simmons.",
            "you asked for something like Black Swan, and people who like this film like it too",
        ),
        _example(
            "Zodiac (2007): Crime, Thriller; David Fincher; Jake Gyllenhaal, Mark Ruffalo; newspaper, serial killer",
            "Zodiac should suit you: you asked for something like Spotlight, and people who like this one like it "
            "too, a crime thriller about a newspaper and a serial killer.",
            "you asked for something like Spotlight, and people who like this film like it too",
        ),
        _example(
            "Fargo (1996): Crime, Comedy; Joel Coen, Ethan Coen; Frances McDormand, William H. Macy; ransom, snow",
            "Fargo should be a treat for you: its story is close to A Simple Plan, and you asked for something like "
            "that. Frances McDormand and William H. Macy star in a crime comedy about a ransom.",
            "its story is close to A Simple Plan, and you asked for something like that",
        ),
        _example(
            "Broken Flowers (2005): Comedy, Drama; Jim Jarmusch; Bill Murray, Jeffrey Wright; road trip, letter",
            "Broken Flowers has Bill Murray and is from the 2000s, as you asked: a comedy about a road trip and a "
            "letter, by Jim Jarmusch.",
            "you asked for Bill Murray and the 2000s",
        ),
        _example(
            "Notting Hill (1999): Romance, Comedy; Roger Michell; Julia Roberts, Hugh Grant; love, fame",
            "Notting Hill is the romance from the 1990s you asked for: Julia Roberts and Hugh Grant star in a comedy "
            "about love and fame.",
            "you asked for a romance and the 1990s",
        ),
    ),
)
