"""What people write, and what must be understood: on a small catalogue of real films."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.lexicon import load_lexicon, parse_lexicon
from bot.conversation.listening import Listener
from bot.conversation.statements import Context, Critique, Intent, Kind, NamedKind, Reading, Statement
from bot.conversation.understand import Understanding
from recsys.catalogue import Catalogue, Facet, Item
from recsys.errors import DataError
from tests.support.films import film, films

UNDERSTANDING = Understanding(films(), load_lexicon())
HEAT, ALIEN, AMADEUS = film("Heat (1995)"), film("Alien (1979)"), film("Amadeus (1984)")
SHOWN = (HEAT, ALIEN, AMADEUS)
LISTED = Context(shown=SHOWN)
FOCUSED = Context(shown=SHOWN, focus=ALIEN)
ASKED = Context(shown=SHOWN, asked="opinion")


def read(text: str, context: Context = Context()) -> Reading:  # noqa: B008
    return UNDERSTANDING.read(text, context)


def brief(statement: Statement) -> str:
    """One line for a statement: kind, value, polarity, and what else matters for it."""
    s = statement
    sign = {1: "+", -1: "-", 0: "~"}[s.polarity]
    lasting = " lasting" if s.lasting else ""
    seen = " seen" if s.seen else ""
    if s.kind is Kind.ITEM and s.target:
        return f"{sign}{films()[s.target].name} {s.value}{lasting}{seen}"
    if s.kind is Kind.FACET:
        return f"{sign}{s.value}{lasting}"
    if s.kind is Kind.RANGE and s.range:
        low = "" if s.range.low is None else f"{s.range.low:g}"
        high = "" if s.range.high is None else f"{s.range.high:g}"
        return f"{sign}{s.range.name} {low}..{high}{lasting}"
    if s.kind is Kind.WISH:
        return f"wish: {s.value}"
    target = f" {films()[s.target].title}" if s.target else ""
    clause = f" {s.clause.label}" if s.clause else ""
    return f"{s.kind.value}: {s.value}{clause}{target}"


def briefs(text: str, context: Context = Context(), wishes: bool = False) -> list[str]:  # noqa: B008
    return [brief(s) for s in read(text, context).statements if wishes or s.kind is not Kind.WISH]


ITEMS: list[tuple[str, list[str]]] = [
    ("I loved Heat", ["+Heat (1995) opinion lasting seen"]),
    ("loved Heat but Alien was boring", ["+Heat (1995) opinion lasting seen", "-Alien (1979) opinion lasting seen"]),
    ("I watched Jaws last night", ["~Jaws (1975) mention seen"]),
    ("Jaws", ["~Jaws (1975) mention"]),
    ("never seen The Godfather", ["~The Godfather (1972) mention"]),
    ("I haven't seen Fargo yet", ["~Fargo (1996) mention"]),
    ("didn't like Inception", ["-Inception (2010) opinion lasting seen"]),
    ("I couldn't stand Titanic", ["-Titanic (1997) opinion lasting seen"]),
    ("Amadeus wasn't bad", ["+Amadeus (1984) opinion lasting seen"]),
    ("Fargo wasn't good", ["-Fargo (1996) opinion lasting seen"]),
    ("Whiplash blew me away", ["+Whiplash (2014) opinion lasting seen"]),
    ("Jaws is overrated", ["-Jaws (1975) opinion lasting seen"]),
    ("I saw Gladiator and it was awesome", ["+Gladiator (2000) opinion lasting seen"]),
    ("I saw Gladiator. It was terrible.", ["-Gladiator (2000) opinion lasting seen"]),
    ("saw Gladiator but didn't care for it", ["-Gladiator (2000) opinion lasting seen"]),
    ("I fell asleep during Interstellar", ["-Interstellar (2014) opinion lasting seen"]),
    ("Memento and The Prestige were great",
     ["+Memento (2000) opinion lasting seen", "+The Prestige (2006) opinion lasting seen"]),
    ("loved Memento, hated Zodiac", ["+Memento (2000) opinion lasting seen", "-Zodiac (2007) opinion lasting seen"]),
    ("I've never seen Psycho but I love Vertigo", ["~Psycho (1960) mention", "+Vertigo (1958) opinion lasting seen"]),
    ("something like Alien", ["+Alien (1979) like"]),
    ("movies similar to Blade Runner please", ["+Blade Runner (1982) like"]),
    ("I don't like films like Saw", ["-Saw (2004) opinion lasting seen"]),
    ("I like movies like Groundhog Day", ["+Groundhog Day (1993) opinion lasting seen"]),
    ("like Zombieland but not like Saw", ["+Zombieland (2009) like", "-Saw (2004) like"]),
    ("I don't want to watch Titanic again", ["-Titanic (1997) mention"]),
    ("Have you seen Jaws?", ["~Jaws (1975) mention"]),
    ("What did you think of Casablanca?", ["~Casablanca (1942) mention"]),
    ("Forrest Gump is my favorite movie ever", ["+Forrest Gump (1994) opinion lasting seen"]),
    ("my favourite films are Goodfellas and Casino",
     ["+Goodfellas (1990) opinion lasting seen", "+Casino (1995) opinion lasting seen"]),
    ("8/10 for Heat", ["+Heat (1995) opinion lasting seen"]),
    ("Zodiac: 3/10", ["-Zodiac (2007) opinion lasting seen"]),
    ("heat 8/10", ["+Heat (1995) opinion lasting seen"]),
    ("Alien: ★★★★", ["+Alien (1979) opinion lasting seen"]),
    ("8/10 for Jaws, 2/10 for Heat",
     ["+Jaws (1975) opinion lasting seen", "-Heat (1995) opinion lasting seen"]),
    ("Heat was all right", ["+Heat (1995) opinion lasting seen"]),
    ("heat is one of my favourites", ["+Heat (1995) opinion lasting seen"]),
    ("the insider is one of my favorites", ["+The Insider (1999) opinion lasting seen"]),
    ("my favourite is heat", ["+Heat (1995) opinion lasting seen"]),
    ("more in the direction of heat", ["+Heat (1995) like"]),
    ("didn't like heat at all", ["-Heat (1995) opinion lasting seen"]),
    ("not as good as The Matrix", ["~The Matrix (1999) mention seen"]),
    ("like Alien but funnier", ["+Alien (1979) like", "+comedy"]),
    ("something like Alien but less scary", ["+Alien (1979) like", "-horror"]),
    ("less violent than Heat", ["-violent", "~Heat (1995) mention seen"]),
    ("Heat but with more humor", ["+Heat (1995) like", "+comedy"]),
    ("a movie as funny as Groundhog Day", ["+comedy", "+Groundhog Day (1993) like"]),
    ("similar to Inception but shorter", ["+Inception (2010) like", "+runtime ..147"]),
    ("like Heat but shorter and newer", ["+Heat (1995) like", "+runtime ..169", "+year 1996.."]),
    ("smth like heat", ["+Heat (1995) like"]),
    ("I saw Heat but not Jaws", ["~Heat (1995) mention seen", "~Jaws (1975) mention"]),
    ("I want to see Heat", ["+Heat (1995) mention"]),
    ("I'll have to check out Alien", ["+Alien (1979) mention"]),
    ("I haven't seen Jaws in years", ["~Jaws (1975) mention seen"]),
    ("never saw Jaws but it looks great", ["+Jaws (1975) mention"]),
    ("Jaws doesn't sound very good", ["-Jaws (1975) mention"]),
    ("Heat \N{THUMBS UP SIGN} Alien \N{THUMBS DOWN SIGN}",
     ["+Heat (1995) opinion lasting seen", "-Alien (1979) opinion lasting seen"]),
    ("I've seen Heat and Alien, both are great",
     ["+Heat (1995) opinion lasting seen", "+Alien (1979) opinion lasting seen"]),
    ("loved Heat, Alien was meh, never saw Amadeus",
     ["+Heat (1995) opinion lasting seen", "-Alien (1979) opinion lasting seen", "~Amadeus (1984) mention"]),
    ("I don't like Tom Hanks but I loved Forrest Gump",
     ["-Tom Hanks lasting", "+Forrest Gump (1994) opinion lasting seen"]),
]  # fmt: skip

FACETS: list[tuple[str, list[str]]] = [
    ("something funny tonight", ["+comedy"]),
    ("comedies", ["+comedy"]),
    ("a rom-com", ["+romance", "+comedy"]),
    ("I hate romcoms", ["-romcom lasting"]),
    ("sci fi or fantasy", ["+sci-fi or fantasy"]),
    ("I love heist films and spy movies", ["+heist lasting", "+spies lasting"]),
    ("I hate musicals", ["-musical lasting"]),
    ("no horror tonight", ["-horror"]),
    ("anything but horror", ["-horror"]),
    ("nothing but comedies", ["+comedy"]),
    ("not too violent", ["-violent"]),
    ("nothing gory, no musicals", ["-gory", "-musical"]),
    ("no horror, musicals or westerns", ["-horror", "-musical", "-western"]),
    ("no horror, just a good comedy", ["-horror", "+comedy"]),
    ("I don't like westerns", ["-western lasting"]),
    ("I'm not into superhero movies", ["-superhero lasting"]),
    ("tired of superhero movies", ["-superhero lasting"]),
    ("I used to love westerns", ["+western lasting"]),
    ("I don't mind horror", ["+horror"]),
    ("horror is great", ["+horror lasting"]),
    ("nothing with zombies please", ["-zombies"]),
    ("no more superhero films", ["-superhero"]),
    ("a thriller without torture", ["+thriller", "-gory"]),
    ("Do you like horror?", ["~horror"]),
    ("do you have any comedies?", ["+comedy"]),
    ("Have you seen any good dramas?", ["+drama"]),
    ("do you know of any romance movies", ["+romance"]),
    ("are there any good westerns?", ["+western"]),
    ("a slow burn with a twist ending", ["+slow-burn", "+twist ending"]),
    ("based on a true story", ["+true story"]),
    ("Christmas movie", ["+Christmas"]),
    ("dark comedy", ["+dark comedy", "+comedy"]),
    ("film noir", ["+noir"]),
    ("anime", ["+anime"]),
    ("whodunit", ["+mystery", "+whodunit"]),
    ("the zombie ones", ["+zombies"]),
    ("marvel", ["+Marvel"]),
    ("not a fan of Tom Cruise", ["-Tom Cruise lasting"]),
    ("big fan of Tom Hanks", ["+Tom Hanks lasting"]),
    ("a drama shorter than 140 minutes starring Tom Hanks", ["+drama", "+Tom Hanks", "+runtime ..139"]),
    ("a thriller less than two hours long with Tom Hanks", ["+thriller", "+Tom Hanks", "+runtime ..119"]),
    ("something with Sigourney Weaver", ["+Sigourney Weaver"]),
    ("Kubrick films", ["+Stanley Kubrick"]),
    ("no Adam Sandler please", ["-Adam Sandler"]),
    ("French film", ["+French"]),
    ("something in Korean", ["+Korean"]),
    ("no subtitles please", ["+English"]),
    ("a foreign film", ["-English"]),
    ("british comedy", ["+United Kingdom", "+comedy"]),
    ("not french", ["-French"]),
    ("less violent please", ["-violent"]),
    ("funnier", ["+comedy"]),
    ("remove comedy", ["intent: forget", "-comedy"]),
    ("actually forget the comedy thing", ["intent: disregard", "-comedy"]),
    ("a good war movie that isn't too gory", ["+war", "-gory"]),
    ("actually no, make it a comedy", ["+comedy"]),
    ("forget about comedies", ["intent: disregard", "-comedy"]),
    ("I don't want a comedy anymore", ["-comedy"]),
    ("no wait, I love horror", ["+horror lasting"]),
    ("my wife loves romcoms but I hate them", ["-romcom lasting"]),
    ("I love action but tonight something calm", ["+action lasting", "+light"]),
    ("I usually like horror, but tonight I want a comedy", ["+horror lasting", "+comedy"]),
    ("wanna watch sth scary but not gory", ["+horror", "-gory"]),
    ("foreign but not french", ["-English", "-French"]),
    ("i luv tarantino flicks", ["+Quentin Tarantino lasting"]),
    ("a cartoon, not anime", ["+animation", "-anime"]),
    ("something to watch on date night", ["+date night"]),
    ("anything by the director of Heat", ["+Michael Mann"]),
    ("neither horror nor war", ["-horror", "-war"]),
]

RANGES: list[tuple[str, list[str]]] = [
    ("something from the 90s", ["+year 1990..1999"]),
    ("nineties", ["+year 1990..1999"]),
    ("the 1980s", ["+year 1980..1989"]),
    ("80's", ["+year 1980..1989"]),
    ("80s or 90s", ["+year 1980..1999"]),
    ("early 2000s", ["+year 2000..2003"]),
    ("late 70s", ["+year 1976..1979"]),
    ("before 1980", ["+year ..1979"]),
    ("after 2010", ["+year 2011.."]),
    ("since 2010", ["+year 2010.."]),
    ("from 1995 to 1999", ["+year 1995..1999"]),
    ("between 1960 and 1970", ["+year 1960..1970"]),
    ("not older than me: 1990", ["+year 1990.."]),
    ("nothing older than 1990", ["+year 1990.."]),
    ("from 1994", ["+year 1994..1994"]),
    ("recent thriller", ["+year 2013..", "+thriller"]),
    ("an old classic", ["+year ..1980"]),
    ("under two hours", ["+runtime ..119"]),
    ("less than 90 min", ["+runtime ..89"]),
    ("at most 1h40", ["+runtime ..100"]),
    ("no longer than an hour and a half", ["+runtime ..90"]),
    ("over 2 hours", ["+runtime 121.."]),
    ("100 minutes or less", ["+runtime ..100"]),
    ("up to 100 minutes", ["+runtime ..100"]),
    ("two hours or more", ["+runtime 120.."]),
    ("nothing over two hours", ["-runtime 121.."]),
    ("a short film", ["+runtime ..95"]),
    ("nothing too long", ["+runtime ..120"]),
    ("rated above 7", ["+rating 7.."]),
    ("I love 80s movies", ["+year 1980..1989 lasting"]),
    ("not from the 90s", ["-year 1990..1999"]),
    ("I was born in 1985, nothing older than me", ["+year 1985.."]),
    ("Ah, a comedy of 2h30", ["+comedy", "+runtime 135..165"]),
    ("Yeah, something funny from last year on", ["intent: yes", "+comedy", "+year 2018.."]),
    ("an hour, no more than one hour", ["+runtime 45..75", "+runtime ..60"]),
    ("a 1999 movie", ["+year 1999..1999"]),
    ("from the last decade", ["+year 2009.."]),
    ("surprise me with something from the 70s", ["intent: surprise", "+year 1970..1979"]),
    ("a good comedy unedr 2 hours", ["+comedy", "+runtime ..119"]),
    ("a thriller less than two hors long", ["+thriller", "+runtime ..119"]),
    ("shotrer then 90 mintues", ["+runtime ..89"]),
    ("a western longer then two hours", ["+western", "+runtime 121.."]),
    ("something bfore 1990", ["+year ..1989"]),
    ("a drama afetr 2000", ["+drama", "+year 2001.."]),
    ("something before the 90s", ["+year ..1989"]),
    ("a comedy from after the eighties", ["+comedy", "+year 1990.."]),
    ("nothing before the 80s", ["+year 1980.."]),
    ("nothing newer than the 80s", ["+year ..1989"]),
    ("90s or later", ["+year 1990.."]),
    ("since the 90s", ["+year 1990.."]),
    (
        "I'm a fan of Fargo and I'm loking for a romance from the 1990s",
        ["+Fargo (1996) opinion lasting seen", "+romance", "+year 1990..1999"],
    ),
    ("on second thought, a horrr movie from the 2000s", ["+horror", "+year 2000..2009", "intent: change"]),
    ("forget that. a western", ["+western", "intent: undo"]),
    ("u're funny", ["intent: chat"]),
    ("something for adults", ["+for grown-ups", "-family"]),
    ("a thriller just for me", ["+thriller", "intent: alone"]),
    ("a drama, the kids are asleep", ["+drama", "intent: alone"]),
    ("smth funny 4 tonite", ["+comedy"]),
    ("we feel like a drma", ["+drama"]),
    ("i lvoed heat", ["+Heat (1995) opinion lasting seen"]),
    (
        "i luv shaun of teh dead n zombieland",
        ["+Shaun of the Dead (2004) opinion lasting seen", "+Zombieland (2009) opinion lasting seen"],
    ),
    ("something that isn't stupid for once", ["+thought-provoking"]),
    ("English is fine", ["+English"]),
    ("not hollywood", ["-United States"]),
    ("a drama with jodi fostr", ["+drama", "+Jodie Foster"]),
]

INTENTS: list[tuple[str, Intent]] = [
    ("hi", Intent.GREET), ("Hello there!", Intent.GREET), ("good evening", Intent.GREET),
    ("what should I watch?", Intent.RECOMMEND), ("recommend me something", Intent.RECOMMEND),
    ("more", Intent.MORE), ("three more", Intent.MORE), ("show me more please", Intent.MORE),
    ("surprise me", Intent.SURPRISE), ("dealer's choice", Intent.SURPRISE),
    ("i dont really know what i want", Intent.SKIP), ("no idea what to watch", Intent.SKIP),
    ("not sure what i'm in the mood for", Intent.SKIP), ("we can't decide", Intent.SKIP),
    ("idk", Intent.SKIP), ("I don't know", Intent.SKIP), ("skip", Intent.SKIP), ("whatever", Intent.SKIP),
    ("why?", Intent.WHY), ("undo", Intent.UNDO), ("never mind", Intent.UNDO),
    ("start over", Intent.RESET), ("reset", Intent.RESET),
    ("show my watchlist", Intent.WATCHLIST), ("/watchlist", Intent.WATCHLIST),
    ("/start", Intent.RECOMMEND), ("/help@SomeBot", Intent.HELP), ("/undo", Intent.UNDO), ("/frobnicate", Intent.HELP),
    ("what do you know about me?", Intent.PROFILE), ("my history", Intent.HISTORY), ("what can you do?", Intent.HELP),
    ("thanks!", Intent.THANKS), ("thank you so much", Intent.THANKS), ("bye", Intent.BYE), ("good night", Intent.BYE),
    ("you're useless", Intent.COMPLAIN), ("this isn't working", Intent.COMPLAIN),
    ("any suggestions for a film?", Intent.RECOMMEND), ("what's the best film ever?", Intent.MORE),
    ("yes", Intent.YES), ("yeah sure", Intent.YES), ("no", Intent.NO), ("nah", Intent.NO),
    ("lol", Intent.SMALLTALK), ("I'm bored", Intent.CHAT), ("asdkjh qweoiu", Intent.CHAT),
    ("you suck", Intent.COMPLAIN),
    ("are you a real person?", Intent.IDENTITY), ("who made you?", Intent.IDENTITY), ("tell me a joke", Intent.JOKE),
    ("what's new in cinemas?", Intent.CINEMA), ("what's playing?", Intent.CINEMA),
    ("thanks that was great", Intent.THANKS),
    ("my dog is sick", Intent.SMALLTALK), ("👍", Intent.YES), ("👎", Intent.NO),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [*ITEMS, *FACETS, *RANGES])
def test_what_is_said(text: str, expected: list[str]) -> None:
    assert sorted(briefs(text)) == sorted(expected)


@pytest.mark.parametrize(("text", "intent"), INTENTS)
def test_intents(text: str, intent: Intent) -> None:
    assert [(s.kind, s.value) for s in read(text).statements] == [(Kind.INTENT, intent)]


IN_CONTEXT: list[tuple[Context, str, list[str]]] = [
    (LISTED, "why the second one", ["intent: why Alien"]),
    (LISTED, "more like the first", ["intent: like_this Heat"]),
    (LISTED, "save the third", ["intent: save Amadeus"]),
    (LISTED, "save 1 and 3", ["intent: save Heat", "intent: save Amadeus"]),
    (LISTED, "add Heat to my watchlist", ["intent: save Heat"]),
    (LISTED, "I'll take the second one", ["intent: accept Alien"]),
    (LISTED, "ok I'll take the second one", ["intent: accept Alien"]),
    (LISTED, "I've seen the first one, it was boring", ["-Heat (1995) opinion lasting seen"]),
    (LISTED, "something slower, under two hours", ["critique: more_of slow-burn", "+runtime ..119"]),
    (LISTED, "darker and slower", ["critique: more_of dark", "critique: more_of slow-burn"]),
    (LISTED, "also with Tom Hanks", ["intent: refine", "+Tom Hanks"]),
    (LISTED, "I've seen the first two", ["~Heat (1995) mention seen", "~Alien (1979) mention seen"]),
    (LISTED, "hated the last one", ["-Amadeus (1984) opinion lasting seen"]),
    (LISTED, "the second one looks good", ["intent: accept Alien"]),
    (LISTED, "loved the first, haven't seen the others",
     ["+Heat (1995) opinion lasting seen", "~Alien (1979) mention", "~Amadeus (1984) mention"]),
    (LISTED, "something else", ["critique: other"]),
    (LISTED, "I don't like these", ["critique: other"]),
    (LISTED, "something completely different", ["critique: different"]),
    (LISTED, "ok, let's try something completely different", ["critique: different"]),
    (LISTED, "odler please", ["critique: older"]),
    (LISTED, "older", ["critique: older"]),
    (LISTED, "something shorter, and newer", ["critique: shorter", "critique: newer"]),
    (LISTED, "funnier and newer", ["critique: newer", "critique: more_of comedy"]),
    (LISTED, "something for friday night", ["intent: recommend"]),
    (LISTED, "i saw a movie last night", ["intent: smalltalk"]),
    (LISTED, "we had fun", ["intent: thanks"]),
    (LISTED, "ugh these are all old", ["critique: newer"]),
    (LISTED, "too old", ["critique: newer"]),
    (LISTED, "newer please", ["critique: newer"]),
    (LISTED, "too long", ["critique: shorter"]),
    (LISTED, "a bit longer", ["critique: longer"]),
    (LISTED, "darker", ["critique: more_of dark"]),
    (LISTED, "funnier please", ["critique: more_of comedy"]),
    (LISTED, "more action", ["critique: more_of action"]),
    (LISTED, "less violent", ["critique: less_of violent"]),
    (LISTED, "too scary", ["critique: less_of horror"]),
    (LISTED, "who directed the first one?", ["question: director Heat"]),
    (LISTED, "is the second one scary?", ["question: facet horror Alien"]),
    (LISTED, "not those, something from the 70s", ["critique: other", "+year 1970..1979"]),
    (LISTED, "the second one but with a happier ending", ["+Alien (1979) like", "critique: more_of feel-good"]),
    (LISTED, "the first one but funnier", ["+Heat (1995) like", "critique: more_of comedy"]),
    (LISTED, "like the second but older", ["+Alien (1979) like", "+year ..1978"]),
    (LISTED, "none of these appeal to me", ["critique: other"]),
    (LISTED, "seen 1 and 2, hated 3",
     ["~Heat (1995) mention seen", "~Alien (1979) mention seen", "-Amadeus (1984) opinion lasting seen"]),
    (LISTED, "the first one, I've seen it", ["~Heat (1995) mention seen"]),
    (LISTED, "not that one, the first", ["~Heat (1995) mention"]),
    (LISTED, "show me three more", ["intent: more"]),
    (FOCUSED, "i'd give it a 7", ["+Alien (1979) opinion lasting seen"]),
    (FOCUSED, "two thumbs up", ["+Alien (1979) opinion lasting seen"]),
    (FOCUSED, "Yes. A great movie!", ["intent: yes", "+Alien (1979) opinion lasting seen"]),
    (FOCUSED, "Yeah I like Denzel", ["unknown: Denzel"]),
    (FOCUSED, "great", ["intent: chat"]),
    (FOCUSED, "Have a great day!", ["intent: bye"]),
    (FOCUSED, "that was a good suggestion", ["+Alien (1979) mention"]),
    (FOCUSED, "I will definitely watch that one", ["+Alien (1979) mention"]),
    (FOCUSED, "haven't seen it in years", ["~Alien (1979) mention seen"]),
    (FOCUSED, "I haven't seen it but it looks interesting", ["+Alien (1979) mention"]),
    (FOCUSED, "No. I don't like westerns", ["-western lasting"]),
    (FOCUSED, "seen it", ["~Alien (1979) mention seen"]),
    (FOCUSED, "never seen it", ["~Alien (1979) mention"]),
    (FOCUSED, "loved it!", ["+Alien (1979) opinion lasting seen"]),
    (FOCUSED, "it was boring", ["-Alien (1979) opinion lasting seen"]),
    (FOCUSED, "boring", ["-Alien (1979) opinion lasting seen"]),
    (FOCUSED, "not my thing", ["-Alien (1979) opinion lasting seen"]),
    (FOCUSED, "10/10", ["+Alien (1979) opinion lasting seen"]),
    (FOCUSED, "👎", ["-Alien (1979) opinion lasting seen"]),
    (FOCUSED, "❤️", ["+Alien (1979) opinion lasting seen"]),
    (FOCUSED, "save it", ["intent: save Alien"]),
    (FOCUSED, "more like this", ["intent: like_this Alien"]),
    (FOCUSED, "is it good for my kids?", ["question: certificate Alien"]),
    (FOCUSED, "who's in it?", ["question: cast Alien"]),
    (FOCUSED, "how long is it?", ["question: runtime Alien"]),
    (FOCUSED, "what is it about?", ["question: overview Alien"]),
    (FOCUSED, "when did it come out?", ["question: year Alien"]),
    (FOCUSED, "what language is it in?", ["question: language Alien"]),
    (FOCUSED, "is it on netflix?", ["question: where Alien"]),
    (FOCUSED, "where can I watch it", ["question: where Alien"]),
    (FOCUSED, "is it scary?", ["question: facet horror Alien"]),
    (ASKED, "all of them", ["+Heat (1995) opinion lasting seen", "+Alien (1979) opinion lasting seen",
                            "+Amadeus (1984) opinion lasting seen"]),
    (ASKED, "none", ["~Heat (1995) mention", "~Alien (1979) mention", "~Amadeus (1984) mention"]),
    (ASKED, "didn't like any of these", ["-Heat (1995) opinion lasting seen", "-Alien (1979) opinion lasting seen",
                                         "-Amadeus (1984) opinion lasting seen"]),
    (ASKED, "only Heat", ["+Heat (1995) opinion lasting seen"]),
    (ASKED, "Alien and Amadeus", ["+Alien (1979) opinion lasting seen", "+Amadeus (1984) opinion lasting seen"]),
    (ASKED, "the first and third", ["+Heat (1995) opinion lasting seen", "+Amadeus (1984) opinion lasting seen"]),
    (ASKED, "haven't seen any of them", ["~Heat (1995) mention", "~Alien (1979) mention", "~Amadeus (1984) mention"]),
    (ASKED, "I liked the second, the third was dull",
     ["+Alien (1979) opinion lasting seen", "-Amadeus (1984) opinion lasting seen"]),
    (Context(asked="wish"), "Heat", ["+Heat (1995) like"]),
    (Context(shown=(film("The Thing (1982)"), film("The Thing (2011)")), asked="choice"), "the 1982 one",
     ["~The Thing (1982) choice"]),
    (Context(focus=film("The Thing (2011)")), "no, the 1982 one", ["~The Thing (1982) mention"]),
    (Context(focus=film("The Thing (2011)")), "I meant the 1982 version", ["~The Thing (1982) mention"]),
    (Context(shown=(film("The Thing (1982)"), film("The Thing (2011)")), asked="choice"), "the second",
     ["~The Thing (2011) choice"]),
]  # fmt: skip


@pytest.mark.parametrize(("context", "text", "expected"), IN_CONTEXT)
def test_what_is_said_of_what_was_shown(context: Context, text: str, expected: list[str]) -> None:
    assert sorted(briefs(text, context)) == sorted(expected)


def test_the_message_of_the_blueprint() -> None:
    said = briefs("I loved Hete and the insyder, nothing gory, no musicals, something from the 90s", wishes=True)
    assert said == [
        "+Heat (1995) opinion lasting seen",
        "+The Insider (1999) opinion lasting seen",
        "-gory",
        "-musical",
        "+year 1990..1999",
    ]


def test_several_things_at_once() -> None:
    text = "Hi! I'm in the mood for a funny heist movie from the 2000s, under two hours, nothing gory. Thanks"
    assert briefs(text) == [
        "intent: greet", "+comedy", "+heist", "+year 2000..2009", "+runtime ..119", "-gory", "intent: thanks",
    ]  # fmt: skip


def test_a_reading_names_all_titles_people_and_genres_whatever_is_said_of_them() -> None:
    reading = read("Who directed Heat? I'd like a comedy with Al Pacino, nothing scary")
    assert [(n.kind, n.value) for n in reading.named] == [
        ("title", "Heat"),
        ("genre", "comedy"),
        ("person", "Al Pacino"),
    ]
    assert reading.named[0].item_ids == (HEAT,)


def test_a_dialogue_is_followed_like_a_chat() -> None:
    listener = Listener(UNDERSTANDING)
    listener.user("I want a thriller")
    listener.assistant("Have you seen Heat (1995) or Alien (1979)?")
    assert listener.context.shown == (HEAT, ALIEN)
    said = listener.user("loved the first. never saw the other one").statements
    assert [brief(s) for s in said] == ["+Heat (1995) opinion lasting seen", "~Alien (1979) mention"]
    listener.assistant("What about Amadeus (1984)?")
    listener.user("I prefer Jaws")
    assert [brief(s) for s in listener.user("Yes, a great movie!").statements][1:] == [
        "+Amadeus (1984) opinion lasting seen"
    ]


@pytest.mark.parametrize(
    ("question", "answer", "expected"),
    [
        ("What movies do you like?", "Heat", "+Heat (1995) opinion lasting seen"),
        ("What would you like to see?", "Heat", "~Heat (1995) mention"),
    ],
)
def test_an_example_of_taste_is_liked(question: str, answer: str, expected: str) -> None:
    listener = Listener(UNDERSTANDING)
    listener.assistant(question)
    assert [brief(s) for s in listener.user(answer).statements] == [expected]


def test_every_statement_shows_its_evidence() -> None:
    text = "I loved Hete, nothing gory, something from the 90s"
    assert [text[s.start : s.end] for s in read(text).statements] == ["Hete", "gory", "the 90s"]


def test_a_refused_mood_rules_out_what_it_stands_for() -> None:
    (gory,) = read("nothing gory").statements
    assert gory.clause is not None
    assert {Facet("genre", "Horror"), Facet("keyword", "gore"), Facet("keyword", "torture")} <= set(gory.clause.facets)


def test_clauses_hold_only_facets_of_the_catalogue() -> None:
    for text, _ in FACETS:
        for s in read(text).statements:
            for facet in s.clause.facets if s.clause else ():
                assert len(films().rows_with(facet)) > 0


def test_kid_friendly_wants_and_refuses() -> None:
    signs = {s.value: s.polarity for s in read("something kid friendly").statements if s.kind is Kind.FACET}
    assert signs["for the kids"] == 1
    assert signs["gory"] == signs["violent"] == signs["horror"] == -1


@pytest.mark.parametrize(
    ("text", "kind"), [("directed by Clint Eastwood", "director"), ("starring Clint Eastwood", "cast")]
)
def test_a_trade_that_is_said_counts_alone(text: str, kind: str) -> None:
    (said,) = read(text).statements
    assert said.clause is not None
    assert said.clause.facets == (Facet(kind, "Clint Eastwood"),)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("lonely astronaut drifting away from earth", "lonely astronaut drifting away from earth"),
        ("can you recommend me a film about a chess prodigy", "about a chess prodigy"),
        ("I loved Heat, give me something about lonely detectives in the rain", "about lonely detectives in the rain"),
        ("feel-good film", "feel-good, cheerful, heartwarming"),
        ("something mind-bending, nothing gory", "mind-bending, reality is not what it seems"),
        ("something light, my head hurts", "light and fun"),
        ("something light, I had a long day", "light and fun"),
        ("the acting was amazing", None),
        ("a summer of love is one of my favourites", None),
        ("a comedy", None),
        ("I hate musicals", None),
        ("not depressing", None),
        ("on second thought, some action from the 90s under 2 hours", None),
        ("i also liked qwx", None),
        ("Alien", None),
        ("hello", None),
    ],
)
def test_the_words_for_the_encoder(text: str, wish: str | None) -> None:
    wishes = [s.value for s in read(text).statements if s.kind is Kind.WISH]
    assert wishes == ([] if wish is None else [wish])


@pytest.mark.parametrize("veto", ["no zombies", "nothing gory", "without ghosts", "I hate vampires", "not too violent"])
def test_a_refused_theme_never_enters_the_wish(veto: str) -> None:
    theme = veto.split()[-1]
    for text in (f"a quiet film about fishermen, {veto}", f"{veto}, a quiet film about fishermen"):
        (wish,) = (s.value for s in read(text).statements if s.kind is Kind.WISH and s.polarity > 0)
        assert theme not in wish
        assert "fishermen" in wish


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("a comedy unedr 2 hours, pleaes", 9, 22),
        ("bfore 1990", 0, 10),
        ("two hors at most", 0, 16),
    ],
)
def test_the_evidence_of_a_misspelt_limit_is_where_it_was_written(text: str, start: int, end: int) -> None:
    (limit,) = (s for s in read(text).statements if s.range)
    assert (limit.start, limit.end) == (start, end)


@pytest.mark.parametrize(
    "text", ["I have two tan dogs", "those hard 90s", "a film with 3 elder sisters", "which is the shortest?"]
)
def test_an_everyday_word_is_no_misspelt_limit(text: str) -> None:
    assert all(s.range is None or (s.range.name == "year" and s.range.high == 1999) for s in read(text).statements)


def test_the_words_of_a_limit_are_no_names() -> None:
    """Nor are misspelt ones: "shroter" is no Shroyer, and "two hours" no film of that name."""
    items = [
        Item("t", "The Hours", year=2002, numbers={"popularity": 900.0}),
        Item("d", "Devil's Run", facets={"cast": ("Sonny Shroyer",), "genre": ("Adventure",)}),
    ]
    understanding = Understanding(Catalogue(items), load_lexicon())
    for text in ("an adventure shroter than 150 minutes", "an adventure under two hours 🙂"):
        said = understanding.read(text)
        assert [s.kind for s in said.statements] == [Kind.FACET, Kind.RANGE], text
        assert [n.kind for n in said.named] == [NamedKind.GENRE], text


def test_a_name_is_met_with_and_without_its_accents() -> None:
    items = [
        Item("a", "A", facets={"cast": ("Ingeborga Dapkunaite",)}),
        Item("b", "B", facets={"cast": ("Ingeborga Dapkūnaitė",)}),
    ]
    (said,) = Understanding(Catalogue(items), load_lexicon()).read("films with ingeborga dapkūnaitė").statements
    assert said.clause is not None
    assert {facet.value for facet in said.clause.facets} == {"Ingeborga Dapkunaite", "Ingeborga Dapkūnaitė"}


def test_with_an_actor_has_them_in_it_even_where_they_direct() -> None:
    items = [Item(f"{n}", f"Film {n}", facets={"cast": ("Sean Penn",)}) for n in range(3)]
    items.append(Item("d", "The Pledge", facets={"director": ("Sean Penn",)}))
    understanding = Understanding(Catalogue(items), load_lexicon())
    for text, kinds in (
        ("something with Sean Penn", {"cast"}),
        ("something staring Sean Penn", {"cast"}),
        ("something by Sean Penn", {"cast", "director"}),
    ):
        (said,) = understanding.read(text).statements
        assert said.clause is not None
        assert {facet.kind for facet in said.clause.facets} == kinds, text


def test_a_brief_surname_may_follow_a_misspelt_first_name() -> None:
    item = Item("a", "The Crying Game", facets={"cast": ("Stephen Rea",)})
    (said,) = Understanding(Catalogue([item]), load_lexicon()).read("something with stepphen rea").statements
    assert said.value == "Stephen Rea"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("whats heat about", "question: overview Heat"),
        ("what is up about?", "question: overview Up"),
        ("who directed big", "question: director Big"),
        ("is drive any good", "question: rating Drive"),
        ("ok how long is the thing", "question: runtime The Thing"),
        ("what is it about", "question: overview"),
        ("what is the movie about", "intent: which"),
        ("who directed the tihrd one", "question: director Amadeus"),
        ("do you like comedies?", "~comedy"),
    ],
)
def test_a_question_that_takes_nothing_but_a_title_has_one(text: str, expected: str) -> None:
    assert briefs(text, LISTED) == [expected]


def test_no_and_a_comparative_refuse_the_list_with_or_without_a_comma() -> None:
    for text in ("no, newer", "no newer"):
        assert sorted(briefs(text, LISTED)) == ["critique: newer", "intent: no"], text


def test_an_emoji_beside_goodbye_judges_no_film() -> None:
    assert briefs("thanks, bye 👍", FOCUSED) == ["intent: bye"]
    assert briefs("👍", FOCUSED) == ["+Alien (1979) opinion lasting seen"]


def test_a_good_movie_with_a_limit_is_a_wish_and_no_verdict() -> None:
    assert briefs("a good movie less than two hours long", FOCUSED) == ["+runtime ..119"]


def test_two_films_may_be_compared_by_name() -> None:
    assert briefs("is heat scarier than alien?") == ["question: compare Heat", "question: compare Alien"]


def test_what_else_somebody_made_asks_for_the_films_of_who_directed_the_one_in_view() -> None:
    assert briefs("what else did he make?", FOCUSED) == ["intent: change", "+Ridley Scott"]


def test_two_films_of_equal_claim_are_a_choice() -> None:
    reading = read("I loved Aladdin")
    (choice,) = reading.choices
    assert choice.item_ids == (film("Aladdin (1992)"), film("Aladdin (2019)"))
    assert (choice.polarity, choice.lasting, choice.seen) == (1, True, True)
    assert reading.statements == ()


def test_a_mark_sets_the_weight() -> None:
    weights = [read(text).statements[0].weight for text in ("10/10 for Heat", "7/10 for Heat", "1/10 for Heat")]
    assert weights[0] == 1.0 > weights[1] < weights[2]


def test_a_command_may_bring_a_request() -> None:
    assert briefs("/recommend something funny") == ["intent: recommend", "+comedy"]


def test_gibberish_is_small_talk_with_little_confidence() -> None:
    (said,) = read("asdkjh qweoiu zxcvb").statements
    assert (said.value, said.confidence < 0.2) == (Intent.CHAT, True)


ODD = [
    *("", " ", "\n\t", "!!!", "?", "…", "/", "/ /", "'" * 50, "<b>hi</b>", "&amp;"),
    *("\ud800", "\x00", "😀😀", "🎬🍿", "\u200b\u200d", "\u202eevil\u202c", "أريد فيلما مضحكا"),
    *("I" * 5000, "x" * 100_000, "a b " * 25_000, "Heat, " * 20_000),
]


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("context", [Context(), FOCUSED, ASKED])
def test_nothing_odd_breaks_it(text: str, context: Context) -> None:
    reading = read(text, context)
    assert reading.text == text
    assert reading.statements or reading.choices


def test_invisible_characters_hide_nothing() -> None:
    assert briefs("I loved Gla\u200bdiator") == ["+Gladiator (2000) opinion lasting seen"]


VOCABULARY = """I loved hated Heat Alien it the first second one no not nothing but horror funny 90s under two hours
Tarantino seen haven't like films , . ? ! and or 8/10 is scary more less darker save why Aladdin (1982) 👍 /start"""
WORDS = st.sampled_from(VOCABULARY.split())
MESSAGES = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=30).map(" ".join))
CONTEXTS = st.builds(
    Context,
    shown=st.lists(st.sampled_from(SHOWN), unique=True, max_size=3).map(tuple),
    focus=st.sampled_from([None, *SHOWN]),
    asked=st.sampled_from([None, "opinion", "wish", "choice"]),
)


def in_place(text: str, spans: Sequence[tuple[int, int]]) -> bool:
    return all(0 <= start <= end <= len(text) for start, end in spans)


@settings(max_examples=400, deadline=None)
@given(MESSAGES, CONTEXTS)
def test_any_message_is_read_alike_twice_and_points_into_the_text(text: str, context: Context) -> None:
    reading = read(text, context)
    assert reading == read(text, context)
    assert in_place(text, [(s.start, s.end) for s in (*reading.statements, *reading.choices)])
    for s in reading.statements:
        assert s.polarity in (-1, 0, 1)
        assert 0 <= s.confidence <= 1
        assert 0 <= s.weight <= 1
        assert s.target is None or s.target in films()
        assert s.kind is not Kind.CRITIQUE or Critique(s.value)
        assert s.kind is not Kind.INTENT or Intent(s.value)


def test_a_malformed_lexicon_names_its_fault() -> None:
    whole = load_lexicon().model_dump(exclude={"common"})
    with pytest.raises(DataError, match=r"genre\.comedy\.words"):
        parse_lexicon({**whole, "genre": {"comedy": {"words": 5}}}, ["the"])
    with pytest.raises(DataError, match="no concept"):
        parse_lexicon({**whole, "genre": {"comedy": {"words": ["funny"], "implies": ["laughter"]}}}, ["the"])


@pytest.mark.parametrize(
    ("text", "unknown", "also"),
    [
        ("more like foobar but funny", ["foobar"], ["+comedy"]),
        ("something like saltburn but less dark", ["saltburn"], ["critique: less_of dark"]),
        ("i liked FooBar the movie", ["FooBar"], []),
        ("I loved Saltburn and Heat", ["Saltburn"], ["+Heat (1995) opinion lasting seen"]),
        ("I loved Inception (1966), something funny", ["Inception (1966)"], ["+comedy"]),
        ("i loved saltburn", ["saltburn"], []),
        ("What is Saltburn about?", ["Saltburn"], []),
        ("whats saltburn about", ["saltburn"], []),
        ('my favorite film is "Past Lives"', ["Past Lives"], []),
        ('Have you seen "Jaws: The Reckoning"?', ["Jaws: The Reckoning"], []),
        ("I watched Breaking Bad, looking for a thriller", ["Breaking Bad"], ["+thriller"]),
        ("who directed Oppenheimer?", ["Oppenheimer"], []),
        ("we loved lady bird", ["lady bird"], []),
        ("i watched knives out yesterday and loved it", ["knives out"], []),
        ("watched tenet last week, something funny now", ["tenet"], ["+comedy"]),
        ("have you heard of the menu?", ["the menu"], []),
        ("smth like hereditary", ["hereditary"], []),
    ],
)
def test_a_title_that_the_catalogue_lacks_is_told_and_nothing_else_is_read_into_it(
    text: str, unknown: list[str], also: list[str]
) -> None:
    found = read(text, FOCUSED).statements
    assert [s.value for s in found if s.kind is Kind.UNKNOWN] == unknown
    assert [brief(s) for s in found if s.kind is not Kind.UNKNOWN] == also


@pytest.mark.parametrize(
    "text",
    [
        "I love you",
        "I loved the ending",
        "something like a warm hug but funny",
        "more like this but funny",
        "more like it but darker",
        "I like Korean dramas and Christmas movies",
        "I love Sundays with my dad",
        "i liked evrything about it",
        'he said "I would rather not" so no',
        'I like "funny" movies',
        "I loved Heat so much",
        "i really enjoyed it thanks",
        "I want to see something with Al Pacino",
        "yes I like Thrillers",
        "do you like pizza?",
        "I like movies with strong women",
        "i loved the second act",
        "i watched netflix yesterday",
        "we watched the sunset together",
        "i loved talking to you",
        "i like long walks",
        "something like last time",
        "something like friends",
        "liked gladiator more than the rest",
    ],
)
def test_other_words_are_no_unknown_titles(text: str) -> None:
    assert not [s.value for s in read(text, FOCUSED).statements if s.kind is Kind.UNKNOWN]


@pytest.mark.parametrize("text", ["the third looks good", "ok the third", "the third one sounds great"])
def test_a_listed_film_that_looks_good_is_taken_and_is_no_lasting_opinion(text: str) -> None:
    (said,) = read(text, LISTED).statements
    assert (said.value, said.target, said.lasts) == (Intent.ACCEPT, AMADEUS, False)


def test_a_misspelt_critique_is_no_misspelt_title() -> None:
    assert briefs("shotrer please", LISTED) == ["critique: shorter"]


@pytest.mark.parametrize("text", ["2000s with leonardo dicaprio", "2000s with tom hanks", "2000s with Tom Hanks"])
def test_a_star_needs_no_capitals(text: str) -> None:
    found = read(text).statements
    assert [s.kind for s in found] == [Kind.RANGE, Kind.FACET]


def test_a_phrase_about_the_speaker_is_no_part_of_the_wish() -> None:
    (wish,) = [
        s.value
        for s in read("i dont watch many movies so something about space pirates").statements
        if s.kind is Kind.WISH
    ]
    assert "watch many" not in wish


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("dinosaurs with Jeff Goldblum", "+Jeff Goldblum"),
        ("dinosaurs from the 90s", "+year 1990..1999"),
        ("dinosaurs under two hours", "+runtime ..119"),
        ("dinosaurs by Steven Spielberg", "+Steven Spielberg"),
    ],
)
def test_a_theme_beside_a_name_or_limit_is_wanted_as_well(text: str, rest: str) -> None:
    assert sorted(briefs(text)) == sorted(["+dinosaurs", rest])


@pytest.mark.parametrize("text", ["zombies in Paris", "romance in Los Angeles", "set in Las Vegas", "a heist in Paris"])
def test_a_place_behind_in_is_no_film(text: str) -> None:
    paris = Understanding(
        Catalogue([*films().items, Item("p", "Paris", 2008), Item("k", "Plot", facets={"keyword": ("paris",)})]),
        load_lexicon(),
    )
    found = paris.read(text).statements
    assert not [s for s in found if s.kind is Kind.ITEM]
    assert [s.value for s in found if s.kind is Kind.WISH] == [text]


@pytest.mark.parametrize(
    "text", ["something dreamlike", "anything really noirish", "a wistful film", "do you have something mesmerising?"]
)
def test_a_rare_word_says_what_kind_of_film_is_wanted(text: str) -> None:
    (wish,) = read(text).statements
    assert wish.kind is Kind.WISH
    assert wish.value.split()[-1] in text


@pytest.mark.parametrize("text", ["it was a mesmerising film", "I saw something dreadful yesterday", "something cool"])
def test_a_rare_word_about_what_was_seen_is_no_wish(text: str) -> None:
    assert not [s for s in read(text).statements if s.kind is Kind.WISH]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hmm no, let's do a tense thriller instead", "+thriller"),
        ("I'll go for a western", "+western"),
        ("I'll watch something funny", "+comedy"),
        ("going with a horror movie", "+horror"),
    ],
)
def test_who_will_watch_a_kind_of_film_takes_none_of_the_list(text: str, wanted: str) -> None:
    said = briefs(text, LISTED)
    assert wanted in said
    assert "intent: accept" not in said


@pytest.mark.parametrize("text", ["didn't like Jaws at all", "I did not enjoy Jaws, at all"])
def test_at_all_means_nothing_of_the_list(text: str) -> None:
    assert [s.target for s in read(text, LISTED).statements] == [film("Jaws (1975)")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Heat I know already", ["~Heat (1995) mention seen"]),
        ("I know Heat already", ["~Heat (1995) mention seen"]),
        ("I already know Heat", ["~Heat (1995) mention seen"]),
        ("I know what I want: a comedy", ["+comedy"]),
    ],
)
def test_a_film_that_is_known_already_was_seen(text: str, said: list[str]) -> None:
    assert briefs(text, LISTED, wishes=True) == said


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("the oldest of those", "oldest"),
        ("give me the newest of these", "newest"),
        ("the shortest of them?", "shortest"),
    ],
)
def test_the_most_of_a_list_is_asked_for(text: str, field: str) -> None:
    assert [(s.kind, s.value, s.target) for s in read(text, LISTED).statements] == [
        (Kind.QUESTION, field, item) for item in SHOWN
    ]


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("anything from this century?", "+year 2000.."),
        ("a film from the 21st century", "+year 2000.."),
        ("something made in the last century", "+year ..1999"),
    ],
)
def test_a_century_is_a_range(text: str, limit: str) -> None:
    assert briefs(text, LISTED, wishes=True) == [limit]


@pytest.mark.parametrize("text", ["stupid for my brain", "something dumb", "brainless fun", "stupid fun"])
def test_stupid_fun_is_silly(text: str) -> None:
    assert briefs(text) == ["+silly"]


def test_stupid_may_be_a_verdict() -> None:
    assert briefs("that was stupid", FOCUSED) == ["-Alien (1979) opinion lasting seen"]


@pytest.mark.parametrize(
    "text",
    ["not Don't Look Up, that was lame", "not Saltburn, it was dull", "nah, not Saltburn", "no, not Saltburn please"],
)
def test_an_unknown_film_may_be_refused_and_no_other_is_judged(text: str) -> None:
    found = read(text, FOCUSED).statements
    assert [s.kind for s in found if s.value != Intent.NO] == [Kind.UNKNOWN]


@pytest.mark.parametrize(
    "text",
    ["cool save it", "nice, save that for later", "put that on the list", "great, add it to my watchlist", "add that"],
)
def test_the_film_in_view_is_saved(text: str) -> None:
    assert [(s.value, s.target) for s in read(text, FOCUSED).statements] == [(Intent.SAVE, ALIEN)]


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("what else did that director do", "Ridley Scott"),
        ("other films by that director", "Ridley Scott"),
        ("anything else from the same people", "Ridley Scott"),
        ("that director's other films", "Ridley Scott"),
        ("other films by that actress", "Sigourney Weaver"),
        ("what other movies has the lead been in?", "Sigourney Weaver"),
        ("anything else with the same actors", "Sigourney Weaver, Tom Skerritt"),
    ],
)
def test_other_films_of_the_same_people(text: str, whom: str) -> None:
    assert [b for b in briefs(text, FOCUSED, wishes=True) if b != "intent: change"] == [f"+{whom}"]


@pytest.mark.parametrize(
    "text", ["I liked the cast, something funny", "who is that director?", "people say the cast is great"]
)
def test_people_who_are_spoken_of_are_not_asked_for(text: str) -> None:
    assert not [
        s for s in read(text, FOCUSED).statements if s.clause and any(f.kind == "cast" for f in s.clause.facets)
    ]


def test_what_each_of_two_wants_counts() -> None:
    assert briefs("she wants a musical, I want something with swords", wishes=True) == ["+musical", "wish: swords"]


def test_no_r_rated_is_no_nor() -> None:
    catalogue = Catalogue([*films().items, Item("r", "Rough", facets={"certificate": ("R",)})])
    found = Understanding(catalogue, load_lexicon()).read("no r-rated films").statements
    assert [(s.value, s.polarity) for s in found] == [("R-rated", -1)]


@pytest.mark.parametrize(
    ("text", "field"),
    [("is the second one old?", "year"), ("was the second one very long?", "runtime"), ("is it a recent film", "year")],
)
def test_an_adjective_of_age_or_length_asks_for_the_number(text: str, field: str) -> None:
    assert [(s.kind, s.value, s.target) for s in read(text, FOCUSED).statements] == [(Kind.QUESTION, field, ALIEN)]


@pytest.mark.parametrize("text", ["first, a question: do you know French films?", "first, I hate musicals"])
def test_first_may_open_what_is_said(text: str) -> None:
    assert not [s for s in read(text, LISTED).statements if s.target]


@pytest.mark.parametrize("text", ["the first, it looks good", "first and third, please"])
def test_first_may_be_the_first_film(text: str) -> None:
    assert [s for s in read(text, LISTED).statements if s.target]


@pytest.mark.parametrize(
    "text", ["something happened to me today", "something came up", "something is wrong with my tv"]
)
def test_what_tells_of_the_day_is_no_wish(text: str) -> None:
    assert [s.value for s in read(text, LISTED).statements] == [Intent.CHAT]


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("I have to write an essay on media satire for class, any films?", "media satire"),
        ("I've been reading about dinosaurs, any good movies?", "dinosaurs"),
    ],
)
def test_a_bare_request_asks_for_what_was_told_about(text: str, wish: str) -> None:
    said = read(text).statements
    assert [s.value for s in said if s.kind is Kind.WISH] == [wish]
    assert Intent.RECOMMEND in [s.value for s in said]


@pytest.mark.parametrize(
    "text", ["give me five films", "can you recommend me ten movies", "six more suggestions please"]
)
def test_more_films_than_a_list_holds_are_asked_for(text: str) -> None:
    assert [s.value for s in read(text).statements] == [Intent.MANY]


@pytest.mark.parametrize("text", ["I've seen five films by Nolan", "movies for 5 year olds", "12 Angry Men", "3 films"])
def test_other_numbers_ask_for_no_more_films(text: str) -> None:
    assert Intent.MANY not in [s.value for s in read(text).statements]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no sharks please", ["-sharks"]),
        ("no beach please", ["-beach"]),
        ("a comedy, no motels", ["+comedy", "-motels"]),
        ("nothing with hotels", ["-hotels"]),
        ("without any guns", ["intent: refine", "-guns"]),
        ("without any phones", ["intent: refine", "wish: phones"]),
        ("a comedy with no sharks", ["+comedy", "-sharks"]),
        ("no rush", ["intent: chat"]),
        ("no spoilers please", ["intent: chat"]),
    ],
)
def test_a_refused_thing_is_left_out_where_the_catalogue_knows_it(text: str, said: list[str]) -> None:
    assert [b for b in briefs(text, wishes=True) if not b.startswith("wish: comedy")] == said
    assert all(s.polarity < 0 for s in read(text).statements if s.kind is Kind.WISH)


@pytest.mark.parametrize(
    "text", ["the dog doesn't die", "but the dog shouldn't die", "something where the dog survives", "no animals die"]
)
def test_a_dog_that_lives_is_no_wish_for_one_that_dies(text: str) -> None:
    catalogue = Catalogue([*films().items, Item("d", "Dog", facets={"keyword": ("dog", "death of dog")})])
    found = Understanding(catalogue, load_lexicon()).read(text).statements
    assert [(s.value, s.polarity) for s in found if s.value != Intent.REFINE] == [("dying dogs", -1)]


@pytest.mark.parametrize(
    "text",
    [
        "a comedy where the dog doesn't die",
        "comedy, and the dog survives",
        "something funny, but the dog shouldn't die",
    ],
)
def test_no_text_is_looked_for_that_tells_of_a_dog_that_lives(text: str) -> None:
    catalogue = Catalogue([*films().items, Item("d", "Dog", facets={"keyword": ("dog", "death of dog")})])
    found = Understanding(catalogue, load_lexicon()).read(text).statements
    assert ("dying dogs", -1) in {(s.value, s.polarity) for s in found}
    wishes = [s for s in found if s.kind is Kind.WISH]
    assert not any("dog" in f"{s.value} {s.clause}" for s in wishes)


@pytest.mark.parametrize(("text", "weight"), [("not too scary", 0.5), ("nothing scary", 1.0)])
def test_too_much_of_something_is_refused_mildly(text: str, weight: float) -> None:
    (said,) = read(text).statements
    assert (said.value, said.polarity, said.weight) == ("horror", -1, weight)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The second one sounds nice but is it sad?", "sad"),
        ("I'm not sure. The second looks good, is it scary?", "horror"),
        ("loved the second, is it violent?", "violent"),
    ],
)
def test_a_question_at_the_end_wishes_for_nothing(text: str, label: str) -> None:
    found = read(text, LISTED).statements
    assert [(s.target, s.clause and s.clause.label) for s in found if s.kind is Kind.QUESTION] == [(ALIEN, label)]
    assert not [s for s in found if s.kind in (Kind.FACET, Kind.WISH)]


def test_what_somebody_tells_of_their_life_is_no_description_of_a_film() -> None:
    text = "My husband passed away last month and tonight is my first evening alone. Something gentle please."
    assert [s.value for s in read(text).statements if s.kind is Kind.WISH] == ["cosy, warm and comforting"]
    assert "+dogs" not in briefs("my dog just died")


@pytest.mark.parametrize("text", ["I don't want anything with hotels in it", "nothing about hotels please"])
def test_what_a_film_shall_not_hold_is_left_out(text: str) -> None:
    assert briefs(text, wishes=True) == ["-hotels"]


def test_company_that_has_seen_a_film_often_does_not_make_it_liked() -> None:
    assert briefs("they've all seen Frozen a hundred times so please not that") == ["-Frozen (2013) mention"]


def test_a_question_after_great_judges_no_film() -> None:
    found = read("Great, and for us grown-ups afterwards? something clever", FOCUSED).statements
    assert not [s for s in found if s.target]
    assert "for grown-ups" in [s.value for s in found]


def test_a_refused_title_that_is_an_everyday_theme_stands_for_itself() -> None:
    catalogue = Catalogue([Item("s", "Stalker", 1979), Item("o", "Obsessed", facets={"keyword": ("stalker",)})])
    found = Understanding(catalogue, load_lexicon()).read("something slow but not Stalker").statements
    assert [s.target for s in found if s.target] == ["s"]


def test_broken_english_refuses_no_verb() -> None:
    assert [s.value for s in read("No understand.", LISTED).statements] == [Intent.CHAT]


def test_a_film_told_of_at_length_is_asked_for_where_several_are_in_view() -> None:
    assert [s.value for s in read("We saw that one at the cinema, loved it", LISTED).statements] == [Intent.WHICH]


@pytest.mark.parametrize(
    "text", ["Gladiator we saw last week", "gladiator I watched the other day", "Gladiator I've seen twice"]
)
def test_a_film_named_before_its_verb_was_seen(text: str) -> None:
    assert briefs(text, LISTED, wishes=True) == ["~Gladiator (2000) mention seen"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("How long are these?", "compare"),
        ("who directed these?", "compare"),
        ("Which of these would you recommend?", "best"),
    ],
)
def test_a_question_about_all_is_answered_for_all(text: str, field: str) -> None:
    assert [(s.value, s.target) for s in read(text, LISTED).statements] == [(field, item) for item in SHOWN]


@pytest.mark.parametrize("text", ["I don't get why you picked the second", "but why the second one?"])
def test_why_may_stand_inside(text: str) -> None:
    assert [(s.value, s.target) for s in read(text, LISTED).statements] == [(Intent.WHY, ALIEN)]


def test_an_idea_is_no_theme() -> None:
    found = read("My therapist told me to watch something uplifting. Do you have any idea?").statements
    assert [s.value for s in found if s.kind is Kind.WISH] == ["uplifting, hopeful and inspiring"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("He hates subtitles and I hate superheroes", ["+English", "-superhero lasting"]),
        ("subtitles are fine", ["allow: any language"]),
        ("he's more into action", ["+action"]),
        ("I like the sound of the second", ["+Alien (1979) mention"]),
        ("the middle one maybe", ["~Alien (1979) mention"]),
        ("add both to my list", ["intent: save"]),
        ("idk something chill", ["+light", "wish: light and fun"]),
        ("I need three films for a school project about dinosaurs", ["+dinosaurs", "wish: dinosaurs"]),
    ],
)
def test_what_people_say_in_passing(text: str, said: list[str]) -> None:
    assert sorted(briefs(text, LISTED, wishes=True)) == sorted(said)


def test_a_wish_that_adds_is_told_without_its_but() -> None:
    assert [s.value for s in read("but with a submarine chase", LISTED).statements if s.kind is Kind.WISH] == [
        "submarine chase"
    ]


@pytest.mark.parametrize("text", ["Alien sounds perfect. Thanks", "yes Alien", "ok Alien it is then"])
def test_a_film_of_the_list_is_taken_by_its_name(text: str) -> None:
    taken = [s.target for s in read(text, LISTED).statements if s.value == Intent.ACCEPT]
    assert taken == [ALIEN]


@pytest.mark.parametrize("text", ["Alien looks great but not tonight", "Jaws sounds perfect", "Alien sounds boring"])
def test_praise_that_takes_nothing(text: str) -> None:
    assert Intent.ACCEPT not in [s.value for s in read(text, LISTED).statements]


def test_one_of_a_list_is_asked_about_alone() -> None:
    assert briefs("how long is the last of those?", LISTED) == ["question: runtime Amadeus"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("does the dog die in 2?", ["question: unsaid Alien"]),
        ("who's in 3", ["question: cast Amadeus"]),
        ("is 2 any good", ["question: rating Alien"]),
        ("when was 1 made", ["question: year Heat"]),
        ("more info on 3", ["question: overview Amadeus"]),
        ("my vote is 2", ["intent: accept Alien"]),
        ("i'm sold on 3", ["intent: accept Amadeus"]),
        ("hm ok let's give 1 a go", ["+Heat (1995) mention"]),
        ("2 please", ["intent: accept Alien"]),
    ],
)
def test_a_number_among_words_is_a_slot(text: str, said: list[str]) -> None:
    assert briefs(text, LISTED) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("under 2 hours", ["+runtime ..119"]),
        ("2 hours max", ["+runtime ..120"]),
        ("maybe 2 hours", ["+runtime 105..135"]),
        ("give me 2 comedies", ["+comedy"]),
    ],
)
def test_a_number_that_counts_something_is_no_slot(text: str, said: list[str]) -> None:
    assert briefs(text, LISTED) == said


@pytest.mark.parametrize(
    "text", ["something for 2", "with 2 friends", "top 3", "it is 2 am", "my son is 3", "we are 2"]
)
def test_who_watches_and_when_is_no_slot(text: str) -> None:
    assert not [s for s in read(text, LISTED).statements if s.target in SHOWN]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("director?", "director"),
        ("and the plot?", "overview"),
        ("cast", "cast"),
        ("rating?", "rating"),
        ("trailer?", "unsaid"),
        ("does anyone die?", "unsaid"),
        ("how does it end", "unsaid"),
        ("worth it?", "rating"),
        ("scary?", "facet"),
        ("any violence?", "facet"),
        ("much gore in it?", "facet"),
        ("any romance in it?", "facet"),
    ],
)
def test_a_word_or_two_ask_about_the_item_in_view(text: str, field: str) -> None:
    assert [(s.kind, s.value, s.target) for s in read(text, FOCUSED).statements] == [(Kind.QUESTION, field, ALIEN)]


@pytest.mark.parametrize("text", ["any comedies?", "comedies?", "something scary?", "any good ones with violence?"])
def test_a_brief_request_is_no_question_about_the_item_in_view(text: str) -> None:
    assert {s.kind for s in read(text, FOCUSED).statements} <= {Kind.FACET, Kind.WISH}


def test_a_word_that_asks_of_several_asks_back_which() -> None:
    assert briefs("plot?", LISTED) == ["question: overview", "intent: which"]


def test_asking_for_the_bots_favourite_likes_none() -> None:
    assert {s.value for s in read("what's your favourite of these", LISTED).statements} == {"best"}


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("actually scratch the horror, make it a comedy", "comedy"),
        ("drop the comedy, show me westerns", "western"),
        ("forget the 90s and give me something newer", "newer"),
    ],
)
def test_what_is_wanted_instead_is_told_from_what_is_taken_back(text: str, instead: str) -> None:
    statements = read(text, LISTED).statements
    back = next(s for s in statements if s.value in (Intent.FORGET, Intent.DISREGARD))
    after = [s.value for s in statements if s.start >= back.end]
    assert [value for value in after if value != Intent.REMAKE] == [instead]


def test_two_things_taken_back_are_no_wish() -> None:
    statements = read("forget horror, comedy", LISTED).statements
    back = next(s for s in statements if s.value == Intent.DISREGARD)
    assert all(s.start < back.end for s in statements)


FIGHT_CLUB = film("Fight Club (1999)")
MIXED = Context(shown=(HEAT, AMADEUS, FIGHT_CLUB))
QUESTIONED = Context(shown=(HEAT, AMADEUS, FIGHT_CLUB), asked="opinion")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("save the Al Pacino one", ["intent: save Heat"]),
        ("I'll take the one with Brad Pitt", ["intent: accept Fight Club"]),
        ("who directed the 1984 one", ["question: director Amadeus"]),
        ("let's go with the longest", ["intent: accept Heat"]),
        ("take the oldest one", ["intent: accept Amadeus"]),
        ("not the one by Milos Forman", ["-Amadeus (1984) mention"]),
        ("something like the Fincher one but shorter", ["+Fight Club (1999) like", "+runtime ..shorter"]),
    ],
)
def test_an_item_on_show_is_named_by_what_it_is(text: str, said: list[str]) -> None:
    assert [b.split(" ..")[0] for b in briefs(text, MIXED, wishes=True)] == [b.split(" ..")[0] for b in said]


@pytest.mark.parametrize("text", ["the one with Tom Hanks", "the 2005 one", "the french one"])
def test_what_none_on_show_is_points_at_none(text: str) -> None:
    assert not [s for s in read(text, MIXED).statements if s.target]


@pytest.mark.parametrize(
    ("text", "liked"),
    [
        ("all of them are great except 2", {HEAT, FIGHT_CLUB}),
        ("everything but the third", set()),
        ("all but 3", {HEAT, AMADEUS}),
        ("Heat is my all time favourite", {HEAT}),
        ("I like most of these", set()),
    ],
)
def test_what_is_said_of_all_leaves_out_the_exceptions(text: str, liked: set[str]) -> None:
    assert {s.target for s in read(text, QUESTIONED).statements if s.polarity > 0 and s.kind is Kind.ITEM} == liked


@pytest.mark.parametrize("text", ["haven't seen any", "don't know any, sorry"])
def test_none_of_them_may_be_said_with_any(text: str) -> None:
    assert {s.target for s in read(text, QUESTIONED).statements if not s.polarity} == set(QUESTIONED.shown)


@pytest.mark.parametrize("text", ["have you seen any good movies lately", "watched lots of films this week"])
def test_any_films_are_no_unknown_title(text: str) -> None:
    assert Kind.UNKNOWN not in {s.kind for s in read(text).statements}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("take care bye !", Intent.BYE),
        ("Anyways goodbye!", Intent.BYE),
        ("hey ill talk to you later", Intent.BYE),
        ("You also have a great evening.", Intent.BYE),
        ("great!, I appreciate the help", Intent.THANKS),
        ("thank so much for ur help", Intent.THANKS),
        ("Thanks friend.", Intent.THANKS),
    ],
)
def test_thanks_and_goodbyes_in_passing_are_heard(text: str, meant: Intent) -> None:
    assert [s.value for s in read(text).statements] == [meant]


@pytest.mark.parametrize(
    "text", ["actually, i'd rather have a good movie 👍", "a heartbreaking goodbye", "thank god, films"]
)
def test_a_request_is_no_goodbye(text: str) -> None:
    assert not {Intent.BYE, Intent.THANKS} & {s.value for s in read(text, LISTED).statements}


@pytest.mark.parametrize(
    "text",
    [
        "oh ok we read the book",
        "I haven't kept up much with the series",
        "oh gosh, you read my mind :) i was just typing about this movie",
        "i only partake because of my love for the comics",
        "that was another film I really liked.",
    ],
)
def test_what_people_tell_is_no_wish(text: str) -> None:
    assert Kind.WISH not in {s.kind for s in read(text, LISTED).statements}


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("any good 2015 movies?", 2015),
        ("1999 movies please", 1999),
        ("2012 comedies", 2012),
        ("a scary 2014 film", 2014),
        ("best 2014 movies", 2014),
    ],
)
def test_a_year_before_what_is_wanted_limits_it(text: str, year: int) -> None:
    assert f"+year {year}..{year}" in briefs(text)


@pytest.mark.parametrize("text", ["1984 movie", "blade runner 2049 movie"])
def test_a_year_that_may_be_a_title_limits_nothing(text: str) -> None:
    assert Kind.RANGE not in {s.kind for s in read(text).statements}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Can you suggest some?", Intent.RECOMMEND),
        ("could you think of a few", Intent.RECOMMEND),
        ("Do you have another recommendation?", Intent.MORE),
        ("One more idea please", Intent.MORE),
        ("I have a BA in film theory", Intent.SMALLTALK),
        ("Hey there I am looking for a great movie for my day off", Intent.RECOMMEND),
        ("can I have a couple of more please", Intent.MORE),
    ],
)
def test_plain_requests_and_what_is_told_in_passing(text: str, meant: Intent) -> None:
    assert [s.value for s in read(text, LISTED).statements] == [meant]


def test_a_refused_theme_is_told_by_descriptions_too() -> None:
    for text, word in (("no ghosts", "ghost"), ("nothing with samurai", "samurai"), ("no hotels please", "hotel")):
        (said,) = [s for s in read(text).statements if s.kind is Kind.FACET]
        assert said.clause is not None and word in said.clause.words
    for text in ("no horror", "nothing sad", "no French films", "no R rated movies", "something with ghosts"):
        assert not any(s.clause and s.clause.words for s in read(text).statements)


def test_no_disney_is_none_of_its_films_whose_makers_work_for_others_too() -> None:
    (refused,) = [s.clause for s in read("no Disney films").statements if s.clause]
    maker = Facet("director", "Roger Allers")
    assert maker in refused.facets and Facet("director", "Pete Docter") in refused.facets
    (wanted, _) = [s.clause for s in read("a Disney film").statements if s.clause and s.kind is Kind.FACET]
    assert maker not in wanted.facets
    pixar = [s.clause for s in read("no Disney, a Pixar film").statements if s.clause and s.polarity > 0]
    kept = refused.without({facet for clause in pixar for facet in clause.facets})
    assert Facet("director", "Pete Docter") not in kept.facets and maker in kept.facets


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("underrated thrillers", ["+popularity ..", "+thriller"]),
        ("an obscure horror from the 70s", ["+horror", "+popularity ..", "+year 1970..1979"]),
        ("any hidden gems with Tom Hanks?", ["+Tom Hanks", "+popularity .."]),
        ("a blockbuster", ["+popularity .."]),
        ("critically acclaimed dramas", ["+drama", "+rating .."]),
        ("best picture winner from the 90s", ["+rating ..", "+year 1990..1999"]),
        ("something that won the Palme d'Or", ["+rating .."]),
    ],
)
def test_how_well_known_or_liked_a_film_is_to_be_is_a_limit(text: str, said: list[str]) -> None:
    found = [b.split(" ")[0] + " .." if "popularity" in b or "rating" in b else b for b in briefs(text)]
    assert sorted(found) == sorted(said)


@pytest.mark.parametrize("text", ["Heat is underrated", "a film with an oscar winning actor", "it's so underrated"])
def test_a_film_that_is_underrated_asks_for_no_such_film(text: str) -> None:
    assert not [s for s in read(text, FOCUSED).statements if s.kind is Kind.RANGE]


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("a movie about a cult", "cults"),
        ("films about the Holocaust", "the Holocaust"),
        ("films about the Roman empire", "ancient Rome"),
        ("a movie about 9/11", "September 11"),
        ("a cult movie", "cult classic"),
        ("a mockumentary", "mockumentary"),
    ],
)
def test_what_is_told_apart_has_a_theme_of_its_own(text: str, theme: str) -> None:
    assert theme in [s.clause.label for s in read(text).statements if s.clause]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("early Spielberg", ["+Steven Spielberg", "+year 1975..1985"]),
        ("late Tarantino", ["+Quentin Tarantino", "+year 1999..2009"]),
        ("early 90s Spielberg", ["+Steven Spielberg", "+year 1990..1993"]),
        ("early Bong Joon-ho", ["+Bong Joon-ho"]),  # one film is no career
        ("Spielberg early in the morning", ["+Steven Spielberg"]),
    ],
)
def test_a_part_of_a_career_is_a_span_of_years(text: str, said: list[str]) -> None:
    assert sorted(briefs(text)) == sorted(said)


@pytest.mark.parametrize(
    ("text", "refused", "kept"),
    [
        ("something directed by Penny Marshall but not starring her", None, "director"),
        ("something directed by Orson Welles but not starring him", "cast", "director"),
        ("by Sylvester Stallone, without him in it", "cast", "director"),
        ("with Sylvester Stallone but not directed by him", "director", "cast"),
    ],
)
def test_who_is_wanted_as_one_thing_may_be_refused_as_another(text: str, refused: str | None, kept: str) -> None:
    said = [s.clause for s in read(text).statements if s.kind is Kind.FACET and s.polarity < 0 and s.clause]
    wanted = [s.clause for s in read(text).statements if s.kind is Kind.FACET and s.polarity > 0 and s.clause]
    assert {facet.kind for clause in said for facet in clause.facets} == ({refused} if refused else set())
    assert {facet.kind for clause in wanted for facet in clause.facets} == {kept}


def test_siblings_may_be_called_by_the_plural_of_their_name() -> None:
    makers = ("Jean-Pierre Dardenne", "Luc Dardenne")
    known = [Item(str(n), f"Film {n}", facets={"director": makers}) for n in range(3)]
    known += [Item("w", "Alone", facets={"director": ("Robin Williams",)})]
    catalogue = Catalogue([*films().items, *known])
    reader = Understanding(catalogue, load_lexicon())

    def people(text: str) -> list[str]:
        return [f.value for s in reader.read(text).statements if s.clause and s.polarity > 0 for f in s.clause.facets]

    assert people("a film by the Dardennes") == [*makers]
    assert people("something like the Dardennes would make") == [*makers]
    assert people("the Williams family") != ["Robin Williams"]


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("a movie to watch with my teenage daughter", "for the teenagers"),
        ("something my 15 year old will like", "for the teenagers"),
        ("with my daughter, she is 14", "for the teenagers"),
        ("something for my 7 and 15 year old", "for the kids"),
        ("something for my elderly mother", "for you and your parents"),
        ("something to watch with my 80 year old grandmother", "for you and your parents"),
    ],
)
def test_who_watches_may_be_told_of_at_length(text: str, whom: str) -> None:
    assert {s.clause.whom for s in read(text).statements if s.clause and s.clause.whom} == {whom}
    assert not [s.value for s in read(text).statements if s.kind is Kind.WISH and "my " in s.value]


@pytest.mark.parametrize(
    "text", ["a film about a 9 year old boy", "a story of a 15 year old girl", "about teenagers", "my old job"]
)
def test_who_is_in_a_story_does_not_watch(text: str) -> None:
    assert not [s for s in read(text).statements if s.clause and s.clause.whom]


def test_nobody_watches_films_for_teenagers_that_are_not_rated_for_them() -> None:
    (clause, *_) = [s.clause for s in read("for my teenage son").statements if s.clause and s.polarity > 0]
    assert all(facet.kind == "certificate" for facet in clause.facets)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("movies about the French revolution", []),
        ("a documentary about Italian cooking", []),
        ("something about the Irish famine", ["+Ireland"]),
        ("a French film about cooking", ["+French"]),
        ("how about a French film", ["+French"]),
        ("what about Korean thrillers", ["+Korean"]),
        ("something about French films", ["+French"]),
    ],
)
def test_what_a_story_is_about_is_not_what_it_is_spoken_in(text: str, origin: list[str]) -> None:
    assert [b for b in briefs(text) if b.lstrip("+") in ("French", "Italian", "Ireland", "Korean")] == origin


@pytest.mark.parametrize("text", ["like The Matrix but funny", "like The Shining, but not so scary", "like The Thing"])
def test_like_the_film_is_a_wish_for_its_kind(text: str) -> None:
    assert [s.value for s in read(text).statements if s.kind is Kind.ITEM] in (["like"], [])
    assert not [s for s in read(text).statements if s.kind is Kind.ITEM and s.lasts]


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("Die Hard meets Home Alone", ["+Die Hard (1988) like", "+Home Alone (1990) like"]),
        ("Jaws meets Inception please", ["+Jaws (1975) like", "+Inception (2010) like"]),
        ("a cross between Heat and Alien", ["+Heat (1995) like", "+Alien (1979) like"]),
        ("a mix of Heat and Alien", ["+Heat (1995) like", "+Alien (1979) like"]),
    ],
)
def test_two_films_crossed_are_both_models(text: str, models: list[str]) -> None:
    assert [b for b in briefs(text) if b.endswith(" like")] == models


@pytest.mark.parametrize("text", ["I've seen Heat and Alien", "Heat and Alien meet my taste"])
def test_two_films_beside_each_other_are_no_models(text: str) -> None:
    assert not [b for b in briefs(text) if b.endswith(" like")]


def test_what_a_film_is_about_is_not_a_longer_title_that_names_it() -> None:
    known = [Item("v", "Abraham Lincoln: Vampire Hunter", 2012), Item("w", "Water for Elephants", 2011)]
    reader = Understanding(Catalogue([*films().items, *known]), load_lexicon())
    for text in ("movies about Abraham Lincoln", "something with elephants", "something about the titanic"):
        said = reader.read(text).statements
        assert not [s for s in said if s.kind is Kind.ITEM or (s.kind is Kind.FACET and s.value.endswith("Abraham"))]
        assert [s for s in said if s.kind is Kind.WISH]
    for text in ("I saw Water for Elephants", "There's Something About Titanic", "is Titanic good?"):
        assert reader.read(text).named


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("between 90 and 100 minutes", ["+runtime 90..100"]),
        ("a thriller, 90 to 120 min", ["+runtime 90..120", "+thriller"]),
        ("exactly 90 minutes", ["+runtime 88..92"]),
        ("90 minutes", ["+runtime 75..105"]),
        ("from the year I was born, 1984", ["+year 1984..1984"]),
        ("comedies from the 1920s", ["+comedy", "+year 1920..1929"]),
        ("comedies set in the 1920s", ["+comedy"]),
        ("a film set in 1969", []),
        ("set in the early 80s", []),
    ],
)
def test_spans_of_minutes_and_years_of_a_story(text: str, said: list[str]) -> None:
    assert sorted(b for b in briefs(text) if not b.startswith("intent")) == sorted(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("non-American horror", ["+horror", "-United States"]),
        ("a non French drama", ["+drama", "-French"]),
        ("no musicals, for the kids", ["+for the kids", "-musical"]),
        ("no musicals or kids movies", ["-family", "-musical"]),
        ("a movie about missing kids", []),
        ("nothing with dead children", []),
        ("something for three kids", ["+for the kids"]),
        ("no kids please", ["-for the kids"]),
    ],
)
def test_what_is_left_out_and_for_whom(text: str, said: list[str]) -> None:
    implied = ("-gory", "-violent", "-sexual", "-R-rated") + (("-horror",) if "horror" not in text else ())
    assert sorted(b for b in briefs(text) if b not in implied and not b.startswith("intent")) == sorted(said)


@pytest.mark.parametrize("text", ["nothing with dead children", "no dead people please"])
def test_what_no_description_tells_is_not_wished_for(text: str) -> None:
    wishes = [s for s in read(text).statements if s.kind is Kind.WISH]
    assert wishes and all(s.polarity < 0 for s in wishes)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("a movie about Muhammad Ali", []),
        ("a documentary about Stanley Kubrick", []),
        ("films adapted from Kubrick", []),
        ("how about Tom Hanks", ["Tom Hanks"]),
        ("something about love by Stanley Kubrick", ["Stanley Kubrick"]),
        ("based on a book, by Stanley Kubrick", ["Stanley Kubrick"]),
    ],
)
def test_who_a_film_tells_of_does_not_make_it(text: str, people: list[str]) -> None:
    found = [s for s in read(text).statements if s.kind is Kind.FACET and s.clause]
    assert [
        s.value for s in found if s.clause and all(f.kind in ("cast", "director") for f in s.clause.facets)
    ] == people


def test_brothers_who_play_together_are_meant_by_their_name() -> None:
    cast = ("Groucho Marx", "Harpo Marx", "Margaret Dumont")
    known = [Item("d", "Duck Soup", facets={"cast": cast}), Item("j", "Journey", facets={"director": ("Karl Marx",)})]
    reader = Understanding(Catalogue([*films().items, *known]), load_lexicon())
    (said,) = [s.clause for s in reader.read("the Marx brothers").statements if s.clause]
    assert {facet.value for facet in said.facets} == {"Groucho Marx", "Harpo Marx"}


@pytest.mark.parametrize("text", ["a dark comedy about death", "a black comedy from the 90s with a murder"])
def test_a_kind_of_a_genre_is_meant_wherever_it_stands(text: str) -> None:
    assert [b for b in briefs(text) if b == "+dark comedy"]


@pytest.mark.parametrize(
    ("text", "narrows"),
    [
        ("anything about sharks?", True),
        ("any with a heist?", True),
        ("anything set in Paris?", True),
        ("something about sharks", False),
        ("anything with Tom Hanks?", False),  # another person takes the place of the one before
        ("anything", False),
    ],
)
def test_some_of_what_was_asked_for_narrows_it(text: str, narrows: bool) -> None:
    assert (Intent.REFINE in [s.value for s in read(text, LISTED).statements]) == narrows


def test_digits_of_any_script_are_read() -> None:
    for text in ("\U00010a40", "\U00010a40 films", "the \u00b2 one", "Heat \u00b2\u00b2\u00b2\u00b2", "\u0663 films"):
        read(text, LISTED)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not too long, not too old, funny", ["+comedy", "+runtime ..120", "+year 1994.."]),
        ("no 80s movies, horror please", ["+horror", "-year 1980..1989"]),
        ("no Al Pacino or Tom Hanks, 90s action", ["+action", "+year 1990..1999", "-Al Pacino", "-Tom Hanks"]),
        ("no romance, comedy", ["+comedy", "-romance"]),
        ("no horror, musicals or war films", ["-horror", "-musical", "-war"]),
        ("no horror, musicals", ["-horror", "-musical"]),
        ("no horror, thriller, drama", ["-drama", "-horror", "-thriller"]),
        ("no Al Pacino, Tom Hanks", ["-Al Pacino", "-Tom Hanks"]),
        ("no animation for my 5 year old", ["+for the kids", "-animation"]),
        ("no films for kids", ["-for the kids"]),
    ],
)
def test_a_refusal_reaches_over_a_list_and_no_further(text: str, said: list[str]) -> None:
    implied = ("-gory", "-violent", "-sexual", "-R-rated") + (("-horror",) if "horror" not in text else ())
    assert sorted(b for b in briefs(text) if b not in implied and not b.startswith("intent")) == sorted(said)


@pytest.mark.parametrize("text", ["I have seen all of them except the second one", "I've seen all but 2"])
def test_the_one_that_was_not_seen_is_left_out(text: str) -> None:
    assert {s.target for s in read(text, LISTED).statements if s.seen} == {HEAT, AMADEUS}
