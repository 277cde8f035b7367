"""A message and what it may refer back to -> everything that was said, as typed statements with their evidence.

Deterministic: catalogue linking, a lexicon and the scope of each cue; no model, no I/O. What the values mean:

- ITEM ``"opinion"`` (polarity, lasting), ``"mention"`` (polarity 0, or wanted/refused tonight), ``"like"`` (resemble
  it tonight), ``"choice"`` (the answer when ``Context.asked`` is ``"choice"``).
- FACET the label, RANGE its label, WISH the words for the encoder, INTENT/CRITIQUE their enum's value.
- ALLOW what may be (1) or need not be (-1): a label, or of ``range``'s quantity "older", "newer", "shorter", "longer"
  or "any", or "any" of the kind of facet that ``clause`` is called.
- QUESTION the field asked for; ``"facet"`` asks whether the target meets ``clause`` ("is it scary?").
"""

from __future__ import annotations

from dataclasses import replace
from itertools import dropwhile, pairwise
from typing import TypeVar

from bot.conversation.domain import FILMS, Domain
from bot.conversation.gist import Gist
from bot.conversation.gloss import Glossary, Glossed
from bot.conversation.inquiries import Inquiries
from bot.conversation.lexicon import Lexicon
from bot.conversation.message import MAX_CHARACTERS, Message
from bot.conversation.opinions import Opinions
from bot.conversation.own_words import SPEAKER
from bot.conversation.permissions import Permissions
from bot.conversation.references import Pointing
from bot.conversation.sentences import Sentences
from bot.conversation.state import names_people
from bot.conversation.statements import Choice, Context, Intent, Kind, Named, NamedKind, Reading, Statement
from bot.conversation.tokens import tokenize
from bot.conversation.tongues import Tongues
from bot.conversation.vocabulary import Words
from bot.conversation.wishes import Wishes
from bot.texts import is_chinese
from recsys.catalogue import Catalogue
from recsys.taste import Clause

NARROWED = 0.8
"""How sure it is that "anything about dogs?" narrows what was asked for: enough to do so, and to tell."""
Part = TypeVar("Part", Statement, Choice, Named)

UNHEARD = 0.1
"""The confidence in small talk of which not a word is known."""
_TAKES_BACK = (Intent.FORGET, Intent.DISREGARD)
_WISHES = (Kind.FACET, Kind.RANGE, Kind.WISH, Kind.CRITIQUE)


class Understanding:
    """Reads messages against one catalogue. Building costs about two seconds per 20,000 items."""

    def __init__(
        self, catalogue: Catalogue, lexicon: Lexicon, gist: Gist | None = None, domain: Domain = FILMS
    ) -> None:
        """``gist``: for what the lexicon does not read; without it that is small talk. ``domain``: what the items are
        called."""
        self._gist = gist
        self._words = Words(catalogue, lexicon, domain)
        self._glossary = Glossary(catalogue)
        self._tongues = Tongues(lexicon)

    def read(self, text: str, context: Context = Context()) -> Reading:  # noqa: B008 (frozen)
        """Understand one message. Only its first 2,000 characters and 200 words are read; it never raises."""
        if not is_chinese(text):
            reading = self._read(text, context)
            lost = all(s.value == Intent.CHAT or (s.kind is Kind.WISH and not s.clause) for s in reading.statements)
            if lost and not reading.choices and self._tongues.foreign(text, tokenize(text[:MAX_CHARACTERS])):
                return replace(reading, statements=(Statement(Kind.INTENT, Intent.FOREIGN, end=len(text)),))
            return self._small(self._gist.read(reading) if self._gist else reading)
        glossed = self._glossary.gloss(text[:MAX_CHARACTERS])
        return _placed(self._read(glossed.text, context), glossed, text)

    def _read(self, text: str, context: Context) -> Reading:
        """A message, or both halves of one that takes something back and wishes for something else."""
        cut = self._turn(text)
        if cut:
            back, on = self._read_all(text[:cut], context), self._read_all(text[cut:], context)
            if any(s.value in _TAKES_BACK for s in back.statements) and any(s.kind in _WISHES for s in on.statements):
                said = (replace(s, start=s.start + cut, end=s.end + cut) for s in on.statements)
                named = (replace(n, start=n.start + cut, end=n.end + cut) for n in on.named)
                return Reading(text, (*back.statements, *said), back.choices, (*back.named, *named))
        return self._read_all(text, context)

    def _turn(self, text: str) -> int:
        """Where "scratch the horror, make it a comedy" turns; 0 for what takes nothing back."""
        tokens = tokenize(text[:MAX_CHARACTERS])
        opened = tuple(dropwhile(lambda token: token.norm in self._words.leading, tokens))
        if not self._words.forgetting.starting(opened):
            return 0
        for last, token in pairwise(opened):
            led = last.norm in ("and", "then") or not {*text[last.end : token.start]}.isdisjoint(",.;:!?")
            if led and token.norm in self._words.grammar.turning:
                return token.start
        return 0

    def _read_all(self, text: str, context: Context) -> Reading:
        words = self._words
        message = Message(words, text, context)
        opinions = Opinions(message)
        if message.tokens:
            Permissions(message).read()
            Inquiries(message).read()
            Sentences(message).read()
            opinions.read()
            Wishes(message).read()
            first = message.tokens[0]
            opened = tuple(dropwhile(lambda token: token.norm in words.leading, message.tokens))
            takes_back = words.forgetting.starting(opened)
            unsaves = any(s.value == Intent.UNSAVE for s in message.out)  # "remove the first from my list"
            if takes_back and not unsaves and not message.points_back(opened[takes_back.j :]):
                message.say(Kind.INTENT, takes_back.value, opened[0].start, message.tokens[-1].end)
            for run in message.alone():
                message.say(Kind.INTENT, Intent.ALONE, *message.span(run))
            changes = words.changing.find(message.tokens, message.named)
            wanted = [s for s in message.out if s.polarity > 0 and not s.lasting]
            anything = any(s.value in (Intent.SURPRISE, Intent.RECOMMEND) for s in message.out)
            if changes and (anything or any(s.kind in (Kind.FACET, Kind.WISH) for s in wanted)):
                message.say(Kind.INTENT, Intent.CHANGE, *message.span(range(changes[0].i, changes[0].j)))
            remakes = words.remaking.starting(opened) and not changes
            if remakes and any(s.kind is Kind.FACET for s in wanted):
                message.say(Kind.INTENT, Intent.REMAKE, first.start, first.end)
            wishes = (Kind.FACET, Kind.RANGE, Kind.WISH)
            asked = any(s.kind in wishes and not s.lasting for s in message.out)
            whom = any(s.clause and s.clause.whom and s.start <= first.start for s in message.out)  # "with my kids"
            adds = first.norm in words.refining or message.tokens[-1].norm in words.adding  # "with a twist, too"
            narrows = words.narrowing.starting(message.tokens) and not any(names_people(s.clause) for s in message.out)
            if (adds or narrows) and asked and not whom:
                surely = 1.0 if adds else NARROWED
                message.say(Kind.INTENT, Intent.REFINE, first.start, first.end, confidence=surely)
            Inquiries(message).rest()
        opinions.read_emoji()
        _settle(message)
        statements = sorted(message.out, key=lambda s: (s.start, s.end))
        return Reading(text, tuple(statements), tuple(message.choices), _named(message))

    def _small(self, reading: Reading) -> Reading:
        """ "I don't remember that one": who tells of something is heard, whatever it is."""
        lost = [s for s in reading.statements if s.value == Intent.CHAT and UNHEARD < s.confidence < 1]
        if not lost or len(reading.statements) > 1:
            return reading
        aside = {*self._words.interjections, *self._words.fillers, "no", "sorry"} - SPEAKER
        said = (t.norm for t in tokenize(reading.text[:MAX_CHARACTERS]))
        if next((norm for norm in said if norm not in aside), "") not in SPEAKER:
            return reading
        return replace(reading, statements=(replace(lost[0], value=str(Intent.SMALLTALK)),))

    def answers(self, text: str) -> bool:
        """Whether a message opens with yes or no."""
        opening = self._words.whole.get(tokenize(text[:MAX_CHARACTERS])[:1])
        return opening in (Intent.YES, Intent.NO)

    def asks_taste(self, text: str) -> bool:
        """Whether a message of the other side asks what one likes, so that an answer names what is liked."""
        return any(hit.value for hit in self._words.taste.find(tokenize(text[:MAX_CHARACTERS])))


def _placed(reading: Reading, glossed: Glossed, text: str) -> Reading:
    """A reading of glossed words with its evidence where it stands in the message."""

    def place(part: Part) -> Part:
        wished = isinstance(part, Statement) and part.kind is Kind.WISH
        start, end = (glossed.core if wished else glossed.source)(part.start, part.end)
        if isinstance(part, Statement) and part.kind is Kind.UNKNOWN:  # as it was written, not as it was read
            part = replace(part, value=text[start:end].strip('《》"“”'))
        if isinstance(part, Statement) and wished:
            part = replace(part, said=text[start:end].strip())
        return replace(part, start=start, end=end)

    return Reading(
        text,
        tuple(sorted(map(place, reading.statements), key=lambda s: (s.start, s.end))),
        tuple(map(place, reading.choices)),
        tuple(map(place, reading.named)),
        reading,
    )


def _named(message: Message) -> tuple[Named, ...]:
    """The titles, people and genres of a message in reading order."""
    titles = [
        Named(NamedKind.TITLE, message.head[t.start : t.end], t.start, t.end, t.item_ids, confidence=t.confidence)
        for t in message.titles
    ]
    people = [
        Named(NamedKind.PERSON, p.name, p.start, p.end, clause=Clause(p.name, p.facets), confidence=p.confidence)
        for p in message.people
    ]
    genres = [
        Named(NamedKind.GENRE, meaning.sense.name, *message.span(range(meaning.i, meaning.j)), clause=meaning.wanted[0])
        for meaning in message.meanings
        if meaning.by_name
    ]
    return tuple(sorted([*titles, *people, *genres], key=lambda named: (named.start, named.end)))


def _aim(message: Message, intent: Intent) -> None:
    """ "Perfect, the first one then", "the second. I take it": what is taken is the one film on show that the message
    points at."""
    pointing = [(r.i, r.j) for r in message.pointers if r.how is not Pointing.FOCUS] + [
        (t.i, t.j) for t in message.titles
    ]
    spans = [message.span(range(i, j)) for i, j in pointing]
    said = [s for s in message.out if s.value == intent]
    outright = [s for s in said if any(s.start <= start and end <= s.end for start, end in spans)]
    aimless = [s for s in said if s not in outright] if outright else [s for s in said if not s.target]
    aimed = any(s.target for s in outright or said)
    pointed = [s for s in message.out if s.kind is Kind.ITEM and s.value == "mention" and not s.seen]
    pointed = [s for s in pointed if s.polarity >= 0 and s.target in message.context.shown]
    if aimed:
        message.out = [s for s in message.out if s not in aimless]
    elif aimless and len(pointed) == 1:
        message.out = [s for s in message.out if s not in (*aimless, pointed[0])]
        message.out.append(replace(aimless[0], target=pointed[0].target))


def _settle(message: Message) -> None:
    """One opinion per item, no small talk beside substance, and never nothing."""
    best: dict[str, Statement] = {}
    for s in message.out:
        if s.kind is Kind.ITEM and s.target:
            held = best.get(s.target)
            if held is None or (abs(s.polarity), s.seen, s.confidence) > (
                abs(held.polarity),
                held.seen,
                held.confidence,
            ):
                best[s.target] = s
    message.out = [s for s in message.out if s.kind is not Kind.ITEM or best.get(s.target or "") is s]
    for intent in (Intent.ACCEPT, Intent.SAVE, Intent.UNSAVE):
        _aim(message, intent)
    seen = {s.target for s in message.out if s.kind is Kind.ITEM and s.seen}  # "looks good, but I've seen it"
    message.out = [s for s in message.out if not (s.value == Intent.ACCEPT and s.target in seen)]
    distinct: dict[object, Statement] = {}
    for s in message.out:
        distinct.setdefault((s.kind, s.value, s.polarity, s.target, s.clause, s.range, s.lasting), s)
    message.out = list(distinct.values())
    closing = (Intent.BYE, Intent.THANKS, Intent.CHAT, Intent.SMALLTALK, Intent.YES, Intent.NO)
    last = max((s.start for s in message.out if s.value not in closing), default=-1)
    message.out = [s for s in message.out if s.value != Intent.BYE or s.start > last]  # "that's it! anything like it?"
    substance = [s for s in message.out if not (s.kind is Kind.INTENT and s.value == Intent.CHAT)]
    if substance or message.choices:
        message.out = substance
        return
    meant = message.closing()
    message.out = [] if meant else message.out
    if not message.out:
        start = min((t.start for t in message.tokens), default=0)
        end = max((t.end for t in message.tokens), default=0)
        if message.points_nowhere():
            sure = 1.0 if message.says_both() else 0.7
            message.say(Kind.INTENT, Intent.WHICH, start, end, confidence=sure)
            return
        if meant:
            message.say(Kind.INTENT, meant, start, end, confidence=0.7)
            return
        if message.asks_for_anything():
            message.say(Kind.INTENT, Intent.RECOMMEND, start, end, confidence=0.7)
            return
        known = any(message.words.concepts.known(t) for t in message.tokens)
        message.say(Kind.INTENT, Intent.CHAT, start, end, confidence=0.4 if known else UNHEARD)
