"""Titles as sources write them, and the keys under which two spellings of one title meet."""

import re
import unicodedata
from functools import cache

_ARTICLES = (
    "The|A|An|Le|La|Les|L'|Un|Une|El|Los|Las|Una|Il|Lo|Gli|I|Der|Die|Das|Ein|Eine|De|Den|Det|Het|En|O|Os|As|Um|Uma"
)
_INVERTED = re.compile(rf"^(?P<title>.+), (?P<article>{_ARTICLES})$")
_BRACKETED = re.compile(r"^(?P<title>.*\S)\s*\((?P<other>[^()]+)\)$")
_AKA = re.compile(r"^(?:a\.?\s?k\.?\s?a\.?)\s+", re.IGNORECASE)
_UNDECOMPOSED = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_SILENT = re.compile(r"['’‘ʼ`´ʻ]")
_NUMERALS = {
    word: str(number)
    for number, words in enumerate(
        (
            "one",
            "two ii",
            "three iii",
            "four iv",
            "five v",
            "six vi",
            "seven vii",
            "eight viii",
            "nine ix",
            "ten x",
            "eleven xi",
            "twelve xii",
            "thirteen xiii",
        ),
        start=1,
    )
    for word in words.split()
}


def upright(title: str) -> str:
    """Moves an inverted article to the front: "Usual Suspects, The" -> "The Usual Suspects"."""
    match = _INVERTED.match(title)
    if not match:
        return title
    article = match["article"]
    return article + ("" if article.endswith("'") else " ") + match["title"]


def split_aliases(title: str) -> tuple[str, tuple[str, ...]]:
    """Takes the other titles out of the trailing brackets.

    "Seven (a.k.a. Se7en)" -> ("Seven", ("Se7en",)); "Boot, Das (Boat, The)" -> ("Das Boot", ("The Boat",)).
    """
    others: list[str] = []
    rest = title.strip()
    while match := _BRACKETED.match(rest):
        others.insert(0, upright(_AKA.sub("", match["other"]).strip()))
        rest = match["title"]
    return upright(rest), tuple(others)


def fold(text: str) -> str:
    """Lower case without accents: "Amélie" -> "amelie", "Alien³" -> "alien3"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_UNDECOMPOSED))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@cache
def title_key(title: str) -> str:
    """One key for the spellings of a title: no case, accents, punctuation, spaces or leading English article;
    "&" is "and", numerals are digits. "WALL·E" and "WALL-E" meet, so do "Rocky II" and "Rocky 2"."""
    words = re.sub(r"[\W_]+", " ", _SILENT.sub("", fold(title.replace("&", " and ")))).split()
    if len(words) > 1 and words[0] in ("the", "a", "an"):
        words = words[1:]
    return "".join(_NUMERALS.get(word, word) for word in words) or title.strip().casefold()


@cache
def name_key(name: str) -> str:
    """One key for the spellings of a person's name: "Tone Lōc" and "Tone-Loc" meet, so do "Ernest R. Dickerson" and
    "Ernest Dickerson"."""
    words = re.sub(r"[\W_]+", " ", fold(name)).split()
    return "".join(word for word in words if len(word) > 1) or "".join(words)
