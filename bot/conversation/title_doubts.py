"""What speaks against a title: everyday phrases, genre words, a longer name or compound around it.

Each doubt looks at one case and says what it takes away, or nothing; ``DOUBTS`` are heard after the evidence.
"""

from __future__ import annotations

import math
import re

from bot.conversation.ranges import RECENT, SMALL_NUMBERS
from bot.conversation.title_case import OPENING, Case, Evidence, Weight
from bot.conversation.title_index import PART, SMALL
from bot.conversation.tokens import ARTICLES, tokenize

RULED_OUT = Weight(-math.inf)

_THINGS = frozenset(("something", "anything"))
_UNITS = frozenset(("hour", "hours", "minutes", "days", "weeks", "years"))
_QUOTED_REST = re.compile(r"[ :\-–]{1,3}([^\"“”«»\n.!?,]{1,40})[\"”»]")


# -- what the words say as such -----------------------------------------------------------------------------------


def everyday(case: Case) -> Weight | None:
    """ "On Friday", "based on a true story": what is hardly ever a title, or seldom."""
    if case.certain:
        return None
    if case.key in case.words.proper:
        return Weight(-12)
    if case.key not in case.words.not_titles:
        return None
    named = case.inside and case.of.exact and case.of.penalty < PART and case.prior > 0.7
    if named:
        return None if case.capital_article else Weight(-2)
    return Weight(-4 if case.told else -8)


def verb(case: Case) -> Weight | None:
    """ "I saw", "and I can't sleep": what the speaker does, not a film."""
    if case.capital or case.certain:
        return None
    said = case.previous in case.words.speaking
    aside = case.of.i > 0 and case.of.j == len(case.said.tokens) and not case.told and case.prior < 0.6
    tells = aside and case.first.norm in case.words.speaking
    return RULED_OUT if tells or (case.key in case.words.watched and said) else None


def quoted_with_more(case: Case) -> Weight | None:
    """ "'Dune: Part Two'" is not "Dune": a quotation opens with it and goes on with capitals."""
    start = case.first.start
    if case.said.text[max(0, start - 1) : start] not in OPENING or not case.capital:
        return None
    rest = _QUOTED_REST.match(case.said.text, case.last.end)
    words = tokenize(rest[1]) if rest else []
    on = bool(words) and all(t.capital or t.norm.isdigit() or t.norm in SMALL for t in words)
    return RULED_OUT if on else None


def span_of_years(case: Case) -> Weight | None:
    """ "From the last five years"."""
    plain = not (case.certain or case.capital)
    return RULED_OUT if plain and RECENT.match(case.said.text, case.first.start) else None


def length(case: Case) -> Weight | None:
    """ "Under two hours"."""
    counted = case.previous.isdigit() or case.previous in SMALL_NUMBERS
    return RULED_OUT if case.key in _UNITS and counted else None


def number(case: Case) -> Weight | None:
    """ "2012"."""
    told = case.certain or case.marked  # "300 8/10"
    return Weight(-6) if case.key.isdigit() and not told and case.prior < 0.7 else None


def within_a_mark(case: Case) -> Weight | None:
    """ "2012 3/10" speaks of no film of 2012 that is called "Three"."""
    within = any(mark.start <= case.first.start < mark.end for mark in case.said.marks)
    return RULED_OUT if within and not case.quoted else None


def asked_meaning(case: Case) -> Weight | None:
    """ "What means 'heist'?": a word that is asked about, whatever marks stand around it."""
    run = [t.norm for t in case.said.tokens]
    asks = run[0] in ("what", "whats") and not {"mean", "means", "meaning"}.isdisjoint(run)
    return RULED_OUT if asks and not case.inside else None


def pronoun(case: Case) -> Weight | None:
    """ "It", "us"."""
    rated = case.marked and any(case.apart(other) and other.marked for other in case.said.accepted)
    return RULED_OUT if case.key in case.words.pronouns and not (case.inside or case.certain or rated) else None


def given_name(case: Case) -> Weight | None:
    """ "Carol"."""
    name = case.of.j - case.of.i == 1 and case.key in case.words.given_names
    return Weight(-4.5) if name and not (case.certain or case.told) else None


# -- themes and places --------------------------------------------------------------------------------------------


def _seen_or_extolled(case: Case) -> bool:
    """ "Hated Cats", "Kids is one of my favourites": whether a theme is spoken of as one film is."""
    return case.whole and (_was_watched(case) or _extolled(case))


def _was_watched(case: Case) -> bool:
    """ "Hated Cats": whether a well-known title, and nothing more, follows a verb that films take."""
    j, tokens = case.of.j, case.said.tokens
    alone = j == len(tokens) or case.ends or tokens[j].norm == "but"
    alone = alone or case.words.after.starting(tokens[j : j + 3]) is not None
    told = case.previous in case.words.watched and not case.said.gap(case.of.i).strip()
    return told and alone and case.prior > 0.6


def _extolled(case: Case) -> bool:
    """ "Kids is one of my favourites": one, where a theme would be many."""
    following = case.said.tokens[case.of.j : case.of.j + 8]
    one = bool(following) and following[0].norm in ("is", "was")
    single = case.opens and one and case.of.j - case.of.i == 1
    return case.prior > 0.5 and single and case.praised(following)


def theme(case: Case) -> Weight | None:
    """ "I love war movies"."""
    kind = re.sub(r"(?:movie|film)s?$", "", case.key) in case.words.themes
    if not kind or case.certain or _seen_or_extolled(case):
        return None
    return Weight(-4 if case.capital and not case.opens and case.of.penalty < PART else -12)


def themes(case: Case) -> Weight | None:
    """ "An american romance"."""
    kinds = all(t.norm in case.words.themes or t.norm in ARTICLES for t in case.tokens)
    if not kinds or case.prior >= 0.6 or case.certain or case.capital:
        return None
    return None if _seen_or_extolled(case) else RULED_OUT


def refused_theme(case: Case) -> Weight | None:
    """ "Without aliens", "no clowns": things that are not to be in it, whatever films are called."""
    refused = case.previous in ("no", "without") and not (case.capital or case.certain)
    return RULED_OUT if refused and case.key in case.words.things else None


def place(case: Case) -> Weight | None:
    """ "Zombies in London" have a place, not a film."""
    words = case.words
    before = [t.norm for t in case.said.tokens[max(0, case.of.i - 2) : case.of.i]]
    asks = case.told or len(before) < 2 or before[0] in words.copulas or before[0] in words.telling
    if asks or case.certain or case.prior >= 0.8:
        return None
    return Weight(-6) if words.a_place(case.said.tokens, case.of.i) else None


def subject_matter(case: Case) -> Weight | None:
    """ "Movies about hackers", "something about the titanic"; whom a longer title names is the subject in capitals as
    well: "a movie about Abraham Lincoln", "something with Elephants". Several films are about no title at all: "films
    about Steve Jobs"."""
    before = [t.norm for t in case.said.tokens[max(0, case.of.i - 3) : case.of.i] if t.norm not in ARTICLES][-2:]
    told = len(before) > 1 and (before[0] in case.words.film_nouns or before[0] in _THINGS)
    about, part = before[-1:] == ["about"], case.of.penalty >= PART and before[-1:] == ["with"]
    named = case.capital and case.of.penalty < PART and not (told and before[0].endswith("s"))
    return RULED_OUT if told and (about or part) and not (case.certain or named) else None


# -- longer names around it ---------------------------------------------------------------------------------------


def within_a_theme(case: Case) -> Weight | None:
    """ "World War II" names no "War II"."""
    of, named = case.of, case.capital and not case.opens
    within = [(i, j) for i, j in case.said.phrases if i <= of.i and of.j <= j and of.j - of.i < j - i]
    return Weight(-8) if not case.certain and any(not (named and i == of.i) for i, _ in within) else None


def across_a_theme(case: Case) -> Weight | None:
    """ "Latin american romance" is no "American Romance"."""
    across = any(i < case.of.i < j < case.of.j for i, j in case.said.phrases)
    return Weight(-8) if across and not (case.certain or case.capital) else None


def name_before(case: Case) -> Weight | None:
    """ "Black Panther" is no "Panther"."""
    i, said, words = case.of.i, case.said, case.words
    if case.opens or not _brief(case) or not said.tokens[i - 1].capital or said.gap(i).strip(" -"):
        return None
    if not said.index.rarity.common(case.previous):
        return Weight(-4)
    if i == 1 or said.parted(i - 1) or case.previous in ("i", "im"):
        return None
    cued = case.previous in words.firm | words.weak
    return Weight(-2 if cued or case.of.j > i + 1 else -4)


def name_behind(case: Case) -> Weight | None:
    """ "Bird Box" is no "Bird"."""
    j, tokens = case.of.j, case.said.tokens
    if not _brief(case) or j == len(tokens) or not tokens[j].capital or case.said.gap(j) not in (" ", "-"):
        return None
    if tokens[j].norm in ("and", "with", "i", "im", "or", "but"):
        return None
    return Weight(-6 if j == case.of.i + 1 and case.prior < 0.6 else -4)


def _brief(case: Case) -> bool:
    """Whether it is so short that capitals beside it may be of one name with it."""
    return case.of.j - case.of.i < 3 and case.said.cased


def compound(case: Case) -> Weight | None:
    """ "Heat-resistant"."""
    behind = case.said.gap(case.of.j) if case.of.j < len(case.said.tokens) else ""
    return Weight(-3) if "-" in (case.said.gap(case.of.i), behind) else None


DOUBTS: tuple[Evidence, ...] = (
    everyday,
    verb,
    quoted_with_more,
    span_of_years,
    length,
    theme,
    themes,
    refused_theme,
    place,
    subject_matter,
    within_a_theme,
    across_a_theme,
    given_name,
    number,
    within_a_mark,
    asked_meaning,
    pronoun,
    name_before,
    name_behind,
    compound,
)
