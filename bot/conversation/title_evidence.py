"""What speaks for a title: a year, quotes, capitals, the words around it, other titles, popularity, questions.

Each piece of evidence looks at one case and says what it adds, or nothing; ``EVIDENCE`` is the order in which they are
heard.
"""

from __future__ import annotations

import math
import re

from bot.conversation.title_case import ACCEPT, Case, Evidence, Weight
from bot.conversation.title_index import PARTS
from bot.conversation.tokens import ARTICLES

SLIP = 10
"""Years by which people are wrong about a film; farther off they speak of another one of its name."""
OBSCURE = 0.45
"""Films less popular than this (0..1) are seldom misspelt: what looks like it is rather another title."""
UNUSED = 9.3
"""The rarity of a word that hardly anybody uses but in a name."""
BRIEF = 6
"""Words of a message that says no more than how something was."""

_EMOJI = re.compile(r"\s*[\U0001F300-\U0001FAFF\u2764\u2b50]")
_INDEFINITE = ARTICLES - {"the"}
_SEPARATOR = re.compile(
    r"[\s,;/&\n\"“”'‘’*_\-]*(?:(?:and|or|then|also)[\s,\"“‘'*]+)?(?:the |a |an )?[\"“‘'*_]*$", re.IGNORECASE
)

# -- the title as it is written -----------------------------------------------------------------------------------


def year(case: Case) -> Weight | None:
    """ "Heat (1995)"; only rare words survive the year of another film of that name, or a slip."""
    if case.dated:
        return Weight(8, solid=True)
    if case.off is not None:
        return Weight(-1.5 if case.off <= SLIP else -math.inf)
    return None


def quotation(case: Case) -> Weight | None:
    """ "I saw 'Heat' yesterday"."""
    return Weight(6, solid=True) if case.quoted else None


def capitals(case: Case) -> Weight | None:
    """ "I saw Heat yesterday", but "Heat is on" says little; small letters beside capitals speak against."""
    if case.capital:
        return Weight(4 if case.inside else 1)
    if not case.said.cased or case.quoted:
        return None
    if len(case.content) == 1 and not case.content[0].norm.isdigit():
        return Weight(-1.5)
    return Weight(-2) if case.capitals == 0 and case.prior < 0.6 else None


def capital_article(case: Case) -> Weight | None:
    """ "I saw The Ring"."""
    return Weight(2, solid=True) if case.capital and case.capital_article else None


def named_pronoun(case: Case) -> Weight | None:
    """ "The new It", but neither ", It was" nor "in the US"."""
    if not case.inside or case.prior <= 0.75:
        return None
    words, tokens, of = case.words, case.said.tokens, case.of
    if of.j > of.i + 1 or case.first.norm not in words.pronouns or case.said.gap(of.i).strip():
        return None
    told = case.previous in words.firm | words.weak | words.versions
    verb = of.j < len(tokens) and tokens[of.j].norm in words.copulas
    shouted = case.said.text[case.first.start : case.first.end] == "US"
    return Weight(5, solid=True) if (told or not verb) and not shouted else None


# -- the words before it ------------------------------------------------------------------------------------------


def indefinite(case: Case) -> Weight | None:
    """ "A getaway" is no "The Getaway"."""
    if case.previous not in _INDEFINITE or case.capital or case.quoted:
        return None
    own = any(case.said.index.articles[row] == case.previous for row in case.rows)
    return None if own else Weight(-3)


def announcement(case: Case) -> Weight | None:
    """ "Watched heat", "the movie heat", "called heat"; "in" and "with" say less."""
    if case.told:
        return Weight(3, solid=case.credible)
    if not case.announced and case.lead in case.words.weak:
        return Weight(1, solid=not case.of.exact and case.lead in case.words.telling)
    return None


# -- the words behind it ------------------------------------------------------------------------------------------


def boundary(case: Case) -> Weight | None:
    """ "heat, alien" and "heat is great", where "heat wave" goes on."""
    if case.capital or case.quoted or case.year or case.marked:
        return None
    return Weight(1.5 if case.boundary else -2.0)


def subject(case: Case) -> Weight | None:
    """ "Heat was great" with its capital."""
    spoken_of = case.opens and case.capital and case.spoken_of
    return Weight(2, solid=True) if spoken_of and case.of.rarity >= 6.5 else None


def emoji(case: Case) -> Weight | None:
    """ "heat ❤"."""
    return Weight(2, solid=True) if _EMOJI.match(case.after) else None


def mark(case: Case) -> Weight | None:
    """ "heat: 8/10"."""
    return Weight(4, solid=True) if case.marked else None


def praise(case: Case) -> Weight | None:
    """ "heat is one of my favourites"."""
    return Weight(3, solid=case.prior > 0.4) if case.leads and case.praised(case.following) else None


def _known(case: Case) -> bool:
    """Whether small letters name a film that everybody knows."""
    return not case.said.cased and case.prior > 0.68 and case.of.rarity >= 6.5


def known_subject(case: Case) -> Weight | None:
    """ "platoon was great", "something like platoon", "not platoon, I've seen it"."""
    refused = case.likened and case.spoken_of and case.prior > 0.5
    spoken_of = (case.leads and case.spoken_of) or (case.likened and case.boundary)
    return Weight(1.5, solid=True) if refused or (_known(case) and spoken_of) else None


def rare_subject(case: Case) -> Weight | None:
    """ "timecop was amazing"."""
    rare = len(case.content) == 1 and case.of.exact and case.of.rarity >= UNUSED
    brief = case.leads and case.spoken_of and len(case.said.tokens) <= BRIEF
    return Weight(3, solid=True) if rare and brief and not _known(case) else None


def clear_name(case: Case) -> Weight | None:
    """ "I saw Heat and", "the godfather, please": a name that ends where it should is solid, if worth no more for it.
    What was heard so far counts."""
    several = len(case.content) > 1
    clear = case.boundary or several or case.worth >= ACCEPT + 3
    popular = case.boundary and several and case.prior > 0.68
    return Weight(0, solid=(case.inside and clear) or popular)


# -- the company it keeps -----------------------------------------------------------------------------------------


def _beside(case: Case, other: Case) -> bool:
    """Whether only a list's punctuation parts a case from an accepted one."""
    if not case.apart(other):
        return False
    text, before = case.said.text, other.of.j <= case.of.i
    gap = text[other.end : case.first.start] if before else text[case.last.end : other.first.start]
    return bool(gap.strip()) and bool(_SEPARATOR.match(gap))


def _beside_unknown(case: Case) -> bool:
    """ "Knives Out and clue": whether only a list's punctuation parts a case from a title that the catalogue lacks."""
    text = case.said.text
    gaps = [text[end : case.first.start] for _, end in case.said.unknown if end < case.first.start]
    gaps += [text[case.last.end : start] for start, _ in case.said.unknown if case.last.end < start]
    return any(gap.strip() and _SEPARATOR.match(gap) for gap in gaps)


def listed(case: Case) -> Weight | None:
    """ "Alien, heat and Speed": another title in one list with it."""
    if any(_beside(case, other) for other in case.said.accepted):
        return Weight(3, solid=True)
    return Weight(3, solid=True) if case.whole and case.prior > 0.4 and _beside_unknown(case) else None


def alone(case: Case) -> Weight | None:
    """ "heat please": the message says nothing else."""
    rest = (t.norm for n, t in enumerate(case.said.tokens) if not case.of.i <= n < case.of.j)
    if all(norm in case.words.fillers for norm in rest):
        known = case.prior > 0.5 or case.of.j - case.of.i == len(case.said.tokens)
        return Weight(5 if case.said.expected else 4, solid=known and (case.of.exact or case.prior > 0.6))
    return Weight(1) if case.said.expected else None


def popularity(case: Case) -> Weight | None:
    """What many know is rather meant."""
    return Weight(2.6 * case.prior)


def short_slip(case: Case) -> Weight | None:
    """ "heet": a short word is easily another one."""
    short = case.of.j - case.of.i == 1 and len(case.first.bare) < 5
    return Weight(-3) if short and not case.of.exact else None


def slip(case: Case) -> Weight | None:
    """ "the godfahter": what people know is what they misspell."""
    return None if case.of.exact else Weight(1.5 * case.prior - (1.2 if case.prior >= OBSCURE else 6.0))


def akin(case: Case) -> Weight | None:
    """ "Alien and galdiator": a misspelt title beside another one by the same makers."""
    others = (other for other in case.said.accepted if case.apart(other))
    return Weight(3) if not case.of.exact and any(case.makers & other.makers for other in others) else None


def people(case: Case) -> Weight | None:
    """ "heat with Al Pacino"."""
    return Weight(3) if case.said.people & case.people else None


# -- the question it stands in ------------------------------------------------------------------------------------


def frame(case: Case) -> Weight | None:
    """A question that takes but a title: "what is heat about", "is it scarier than alien?", "was X in it"."""
    if not (case.of.exact and case.prior > 0.4) or case.first.norm in case.words.slots:
        return None
    start = case.of.i - (case.previous in ARTICLES)
    run = case.said.sentence(start, case.of.j)
    opening = _opening(case, run)
    closing = [t.norm for t in case.said.tokens[case.of.j : run.stop]]
    while closing and closing[-1] in ("please", "usher", *PARTS):  # "do you have paddington 2?"
        closing.pop()
    whether = opening[:1] in (["is"], ["was"])
    comparative = len(opening) == 1 and closing[:1] and closing[0] in case.words.comparatives
    compared = whether and (comparative or (opening[-1] == "than" and not closing))
    somebody = any(case.said.taken[run.start : case.of.i])
    acted = whether and opening[-1] == "in" and not closing and somebody
    framed = ("".join(opening), "".join(closing)) in case.words.frames
    return Weight(6, solid=True) if compared or acted or framed else None


def _opening(case: Case, run: range) -> list[str]:
    """What a sentence says before a title, the article before it and politeness aside."""
    opening = [t.norm for t in case.said.tokens[run.start : case.of.i]]
    if opening and opening[-1] in ARTICLES:
        opening.pop()
    while opening and opening[0] in case.words.polite:
        opening.pop(0)
    return opening


EVIDENCE: tuple[Evidence, ...] = (
    year,
    quotation,
    capitals,
    capital_article,
    named_pronoun,
    indefinite,
    announcement,
    boundary,
    subject,
    emoji,
    mark,
    praise,
    known_subject,
    rare_subject,
    clear_name,
    listed,
    alone,
    popularity,
    short_slip,
    slip,
    akin,
    people,
    frame,
)
"""In the order in which they are heard: ``clear_name`` counts on what came before it."""
