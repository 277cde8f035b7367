"""What is said of items: named, pointed at, marked out of ten, or answered with an emoji."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.conversation.linking import TitleMatch
from bot.conversation.message import Message
from bot.conversation.ranges import marks
from bot.conversation.references import Pointing, Reference
from bot.conversation.spelling import NAMELIKE
from bot.conversation.stance import Stance
from bot.conversation.stance_words import OPINIONS, Cue, Verdict
from bot.conversation.statements import Choice, Critique, Intent, Kind
from bot.conversation.tokens import norms
from recsys.catalogue import Facet
from recsys.index import series

_CONSENT = frozenset(("ok", "okay", "alright", "fine"))
"""Words of consent that would judge a film behind it."""
HEARING = frozenset(("heard", "hear", "apparently", "supposedly"))
"""Words behind which a verdict is somebody else's."""
REPORTING = frozenset(
    ("say", "says", "said", "think", "thinks", "thought", "told", "claims", "swears", "reckons", *HEARING)
)
"""Words behind which a verdict is that of whoever stands before them."""
SPEAKERS = frozenset(("i", "id", "ive", "im", "we", "wed", "weve", "you", "youve", "youd"))
WISHING = frozenset(("like", "i", "we", "id", "wed", "want", "wanna", "need", "would", "love"))
"""Who wishes, and how, before a film that the wish is measured by."""
_IT_IS = frozenset(("it", "is"))
_MEETING = (["meets"], ["crossed", "with"], ["mixed", "with"], ["combined", "with"])
_CROSSING = (["cross", "between"], ["mix", "of"], ["mixture", "of"], ["mix", "between"], ["blend", "of"])
"""Words between two films, and before them, that ask for what both have in common."""
_EXCEPTED = {
    Cue.LIKE: ("opinion", -1, True, True),
    Cue.DISLIKE: ("opinion", 1, True, True),
    Cue.SEEN: ("mention", 0, False, False),
    Cue.UNSEEN: ("mention", 0, False, True),
}


@dataclass(frozen=True, slots=True)
class _Item:
    """An item named or pointed at by ``tokens[i:j]``."""

    i: int
    j: int
    start: int
    end: int
    item_ids: tuple[str, ...]
    confidence: float
    how: Pointing | None = None
    choice: bool = False


class Opinions:
    """Reads what a message says of items."""

    def __init__(self, message: Message) -> None:
        self._m = message

    def read(self) -> None:
        """Note what is said of each item."""
        for item in self._mentions():
            if not self._m.done[item.i]:
                self._note_item(item)
        self._implied_focus()
        self._marks()

    def _mentions(self) -> list[_Item]:
        parts = {t.i: self._parts(t) for t in self._m.titles}
        named = [
            _Item(t.i, t.j, t.start, t.end, parts[t.i] or t.item_ids, t.confidence, choice=len(t.item_ids) > 1)
            for t in self._m.titles
        ]
        pointed = [
            _Item(r.i, r.j, *self._m.span(range(r.i, r.j)), r.item_ids, 0.9, r.how)
            for r in self._m.pointers
            if self._speaks_of(r) and not any(parts.get(n) for n in range(r.j, r.j + 2))
        ]
        by_role = [role for role in self._m.roles if not self._m.done[role.i]]  # they speak of its people
        items = [item for item in (*named, *pointed) if not any(role.i <= item.i < role.j for role in by_role)]
        return sorted(items, key=lambda item: item.i)

    def _parts(self, title: TitleMatch) -> tuple[str, ...]:
        """The films of a series, where a title stands for all of them: "all the Toy Story ones"; none elsewhere."""
        if not self._m.every(title.i):
            return ()
        items = self._m.words.catalogue.items
        stem = series(self._m.words.catalogue[title.item_ids[0]].title)
        return tuple(item.id for item in items if stem in item.title.casefold() and series(item.title) == stem)

    def _franchise(self, item: _Item) -> tuple[str, ...]:
        """What a refused title stands for: with "not Batman" go all that are called so or about him. An everyday word
        at the head of other titles is none of its own: "not Big" leaves "Big Fish"."""
        catalogue = self._m.words.catalogue
        stem = series(catalogue[item.item_ids[0]].title)
        rarity = self._m.words.rarity
        words = norms(stem)
        own = len(words) > 1 or any(rarity(norm) >= NAMELIKE for norm in words)
        head = re.compile(rf"(?:the )?{re.escape(stem)}\b")
        called = [i.id for i in catalogue.items if own and head.match(i.title.casefold())]
        theme = Facet("keyword", stem)  # of one film alone it is an everyday word: "Stalker"
        about = [catalogue.items[row].id for row in catalogue.rows_with(theme)] if len(called) > 1 else []
        return tuple(dict.fromkeys((*item.item_ids, *called, *about)))

    def _speaks_of(self, reference: Reference) -> bool:
        """A loose reference counts only right beside its cue: "loved it", "it was dull"."""
        if reference.how is Pointing.ORDINAL:
            return True
        named = self._m.tokens[reference.i].norm == "all" and reference.j - reference.i == 1
        if named and [t.norm for t in self._m.tokens[reference.j : reference.j + 1]] in (["the"], ["those"]):
            return False  # "all the Downton Abbey ones"
        all_there_is = self._m.tokens[reference.i].norm == "everything" and self._m.context.asked == "opinion"
        if all_there_is:  # "everything sucks" judges no film that was asked about
            return False
        kinds = any(m.i > reference.i and self._m.every(m.i) for m in self._m.meanings)  # "all the Disney ones"
        if reference.how is Pointing.GROUP and (kinds or self._means_kinds(reference)):
            return False
        stance = self._m.scopes.about(reference.i, reference.j)
        if stance.verdict is not None:
            return True
        if stance.cue is Cue.AVOID and len(self._m.tokens) <= 3:  # "not that one"
            return reference.how is Pointing.FOCUS
        if stance.cue not in (Cue.LIKE, Cue.DISLIKE, Cue.SEEN, Cue.UNSEEN, Cue.INTEND, None):
            return False
        if stance.cue is None:
            bare = (
                reference.how in (Pointing.GROUP, Pointing.NONE)
                and len(self._m.tokens) - (reference.j - reference.i) <= 2
            )
            return self._m.context.asked == "opinion" and bare
        return any(token.start >= stance.start for token in self._m.tokens[max(0, reference.i - 3) : reference.i])

    def _means_kinds(self, reference: Reference) -> bool:
        """ "My dad loves westerns, but my mom hates them": not the films on show."""
        alone = self._m.tokens[reference.i].norm in self._m.words.grammar.objects
        return alone and any(j <= reference.i for j in [m.j for m in self._m.meanings] + [p.j for p in self._m.people])

    def _agrees(self, item: _Item) -> bool:
        """ "Ok, the first one", "Babe it is": nothing but a pointer or name and words of consent."""
        rest = {t.norm for n, t in enumerate(self._m.tokens) if not item.i <= n < item.j}
        agreeing = set(self._m.words.grammar.agreeing)
        phrase = self._m.scopes.phrase
        closes = {t.norm for t in self._m.tokens[item.j :]} <= agreeing | self._m.words.fillers
        apart = item.i > 0 and closes and phrase[item.i - 1] != phrase[item.i]
        if apart and self._m.scopes.about_end(item.i).verdict is Verdict.GOOD:
            return True  # "that sounds lovely, the third"
        if rest >= _IT_IS:
            return rest - _IT_IS <= agreeing | self._m.words.fillers | self._m.words.interjections
        return bool(rest & agreeing) and rest <= agreeing | self._m.words.fillers | self._m.words.interjections

    def _takes(self, item: _Item) -> bool:
        """ "I think I'll take the first one", "we decided on the second": a sentence of nothing but words that take a
        film."""
        grammar, run = self._m.words.grammar, self._m.sentence(item.i)
        rest = {self._m.tokens[n].norm for n in run if n not in self._pointed() and not item.i <= n < item.j}
        small = {*grammar.taking, *grammar.beside_taking, *grammar.agreeing, *grammar.company}
        takes = any(self._m.tokens[n].norm in grammar.taking for n in range(run.start, item.i))
        return takes and not self._m.asks(run) and rest <= small | self._m.words.fillers | self._m.words.interjections

    def _takes_instead(self, item: _Item) -> bool:
        """ "Wait no, the third", where one was just taken: nothing but a pointer or name, and words that take back."""
        if self._m.context.asked != "taken" or self._m.context.focus in item.item_ids:
            return False
        grammar = self._m.words.grammar
        rest = {self._m.tokens[n].norm for n in self._m.sentence(item.i) if not item.i <= n < item.j}
        small = {*grammar.taking, *grammar.beside_taking, *grammar.agreeing, *grammar.retaking}
        return not rest.isdisjoint(grammar.retaking) and rest <= small | self._m.words.fillers

    def _pointed(self) -> set[int]:
        """The words that point at films of the list."""
        return {n for r in self._m.pointers for n in range(r.i, r.j)}

    def _unseen(self, item: _Item) -> bool:
        """ "I've seen all of them except the second": the one that they have not."""
        begun = self._m.sentence(item.i).start
        before = {t.norm for t in self._m.tokens[max(begun, item.i - 2) : item.i]}
        excepted = item.how is Pointing.ORDINAL and before & {*self._m.words.grammar.exceptions, "but"}
        every = any(r.how is Pointing.GROUP and begun <= r.i < item.i for r in self._m.pointers)
        return bool(excepted) and every and Cue.SEEN in self._m.scopes.within(range(begun, item.i))

    def _note_item(self, item: _Item) -> None:
        stance = self._m.scopes.about(item.i, item.j)
        asked = self._m.context.asked
        if self._rejects_list(item, stance):
            self._m.say(Kind.CRITIQUE, Critique.OTHER, item.start, item.end, polarity=-1)
            return
        value, polarity, lasting, seen, weight = "mention", 0, False, False, 1.0
        if self._m.inverted(item.i) or self._asks_whether(item) or self._unseen(item):
            pass
        elif item.how is Pointing.NONE and stance.cue is Cue.DISLIKE:
            value, polarity, lasting, seen = "opinion", -1, True, True
        elif item.how is Pointing.NONE or self._set_against(item, stance):
            value, polarity = "mention", 0
        elif item.how is None and stance.verdict is Verdict.BAD and self._waved_off(item):
            polarity = -1
        elif stance.cue is Cue.SEEN and self._m.of_company(item.i, stance):
            polarity = -1  # "he's seen it": not tonight
        elif stance.verdict is not None and self._hearsay(item):
            own = self._own_verdict(item)
            if own:
                value, lasting, seen = "opinion", True, True
            polarity = own or int(stance.verdict is Verdict.GOOD)  # worth a look, and nothing that they like
            if not polarity and item.item_ids[0] in self._m.context.shown:
                polarity = -1  # "he says the first one looks stupid": not with him
        elif stance.verdict is not None and (stance.tentative or self._speaks_of_proposal(item)):
            polarity = 1 if stance.verdict is Verdict.GOOD else -1
            if polarity > 0 and self._on_show(item) and not self._asked_of(item):
                self._m.say(Kind.INTENT, Intent.ACCEPT, item.start, item.end, target=item.item_ids[0], confidence=0.8)
                return
        elif stance.verdict is not None and (stance.closer or stance.cue not in OPINIONS):
            value, lasting = "opinion", True
            polarity = 1 if stance.verdict is Verdict.GOOD else -1
            seen = stance.cue is not Cue.UNSEEN or self._long_ago(item)
            weight = stance.weight
            if stance.cue is Cue.UNSEEN and not self._long_ago(item):  # "haven't seen it but it looks good"
                value, lasting = "mention", False
        elif stance.cue is Cue.LIKE and asked not in ("opinion", "choice") and self._fancied(item):
            polarity = 1
            if not self._asked_of(item):
                self._m.say(Kind.INTENT, Intent.ACCEPT, item.start, item.end, target=item.item_ids[0], confidence=0.8)
                return
        elif stance.cue in OPINIONS and self._m.of_company(item.i, stance):
            polarity = OPINIONS[stance.cue]
            value = "like" if polarity > 0 else "mention"
        elif stance.cue in OPINIONS:
            value, polarity, lasting, weight = "opinion", OPINIONS[stance.cue], True, stance.weight
            seen = True
        elif stance.cue is Cue.RESEMBLE or (stance.cue is Cue.AVOID and stance.refused and stance.base is not None):
            value, polarity, lasting, seen = self._resemblance(stance)
        elif stance.cue is Cue.AVOID and stance.base in _EXCEPTED:  # "I don't like horror except X"
            value, polarity, lasting, seen = _EXCEPTED[stance.base]
        elif stance.cue is Cue.AVOID:
            polarity = -1
        elif stance.cue is Cue.SEEN:
            seen = True
        elif stance.cue is Cue.UNSEEN:
            seen = self._long_ago(item)
        elif stance.cue in (None, Cue.HINT, Cue.WANT) and (self._a_vibe(item) or self._crossed(item)):
            value, polarity = "like", 1
        elif asked == "choice":
            value = "choice"
        elif asked == "opinion" and stance.cue in (None, Cue.HINT):
            value, polarity, lasting, seen = "opinion", 1, True, True
        elif stance.cue in (Cue.WANT, Cue.INTEND):
            polarity = 1
        elif asked == "wish" and stance.cue in (None, Cue.HINT):
            value, polarity = "like", 1
        undecided = value == "mention" and not (seen or polarity) and stance.cue in (None, Cue.HINT)
        if undecided and self._corrects(item):
            value, polarity, undecided = "like", 1, False
        opens = stance.cue is Cue.LIKE and self._m.tokens[0].norm == "like"  # "like the second but older"
        opens = opens or (stance.cue is Cue.WANT and value == "mention")  # "I want Heat but with zombies"
        if (undecided or opens) and self._is_model(item):
            value, polarity, lasting, seen, weight = "like", 1, False, False, 1.0
        chosen = value == "mention" and not seen and polarity >= 0 and stance.cue is not Cue.UNSEEN
        chosen = chosen and asked not in ("opinion", "choice") and self._on_show(item)
        taken = chosen and self._takes(item)
        if taken or (chosen and undecided and (self._agrees(item) or self._takes_instead(item))):
            for n in self._m.sentence(item.i) if taken else ():  # the words wish for nothing
                self._m.done[n] = self._m.done[n] or n not in self._pointed()
            self._m.say(Kind.INTENT, Intent.ACCEPT, item.start, item.end, target=item.item_ids[0], confidence=0.8)
            return
        confidence = item.confidence
        if item.how is Pointing.ORDINAL and value == "mention" and not (seen or polarity or stance.cue is Cue.UNSEEN):
            confidence = 0.5
        if item.choice:
            name = self._m.head[item.start : item.end]
            self._m.choices.append(Choice(name, item.item_ids, item.start, item.end, polarity, lasting, seen))
            return
        refused = value == "mention" and polarity < 0 and item.how is None and stance.cue is not Cue.SEEN
        for item_id in self._franchise(item) if refused else item.item_ids:
            self._m.say(
                Kind.ITEM,
                value,
                item.start,
                item.end,
                polarity=polarity,
                target=item_id,
                lasting=lasting,
                seen=seen,
                weight=weight,
                confidence=confidence,
            )

    def _on_show(self, item: _Item) -> bool:
        """Whether one film of the list is meant, by its place or, alone, by its name."""
        named = item.how is None and len(self._m.titles) == 1 and item.item_ids[0] in self._m.context.shown
        return len(item.item_ids) == 1 and (item.how is Pointing.ORDINAL or named)

    def _corrects(self, item: _Item) -> bool:
        """ "Not like Inception, I meant Heat": whether a film takes the place of one that is not to be resembled after
        all."""
        meant = [t.norm for t in self._m.tokens[max(0, item.i - 2) : item.i]] in (["i", "meant"], ["i", "mean"])
        return meant and any(s.value == "like" and s.polarity < 0 for s in self._m.out)

    def _fancied(self, item: _Item) -> bool:
        """ "I like the third", "we could watch the first": a film of the list appeals, where nothing says that it was
        seen."""
        before = [t.norm for t in self._m.tokens[: item.i]]
        told = self._m.scopes.within(range(len(self._m.tokens))) & {Cue.SEEN, Cue.UNSEEN}
        appeals = before[-1:] == ["like"] or before[-2:] in (["could", "watch"], ["can", "watch"])
        looks = item.how is Pointing.ORDINAL and len(item.item_ids) == 1 and appeals
        return looks and before[0] in ("i", "we", *self._m.words.leading) and not told

    def _asked_of(self, item: _Item) -> bool:
        """ "The first looks good, how long is it?", "the first looks good, but not tonight" take nothing yet."""
        rest = {token.norm for token in self._m.tokens[item.j :]}
        if rest & {*self._m.words.lexicon.negators.contrast}:
            return True
        return "?" in self._m.head[item.end :] or self._m.context.asked in ("opinion", "choice")

    def _asks_whether(self, item: _Item) -> bool:
        """ "Was Heat boring?" has no opinion of it."""
        run = self._m.sentence(item.i)
        return self._m.tokens[run.start].norm in ("is", "was", "are", "were", "how") and self._m.asks(run)

    def _rejects_list(self, item: _Item, stance: Stance) -> bool:
        """ "Nope, these are lame" is about a list that they have not seen; "those were lame" judges films."""
        past = {self._m.tokens[n].norm for n in self._m.sentence(item.i)} & {"were", "was", "werent"}
        bad = stance.verdict is Verdict.BAD and stance.cue in (None, Cue.HINT)
        every = item.how is Pointing.GROUP and len(item.item_ids) == len(self._m.context.shown)
        return every and bad and not past and self._m.context.asked is None

    def _hearsay(self, item: _Item) -> bool:
        """ "My friend says Drive is great", "I heard it's good": whether somebody else's verdict is passed on."""
        clause = self._m.scopes.clause
        said = [t.norm for n, t in enumerate(self._m.tokens[: item.i]) if clause[n] == clause[item.i]]
        told = next((n for n in reversed(range(len(said))) if said[n] in REPORTING), None)
        if told is None:
            return False
        before = said[max(0, told - 2) : told]
        return said[told] in HEARING or (bool(before) and SPEAKERS.isdisjoint(before))

    def _own_verdict(self, item: _Item) -> int:
        """ "People say Drive is dull but I loved it": the speaker's own verdict behind a contrast, or none."""
        run = self._m.sentence(item.i)
        contrast = self._m.words.lexicon.negators.contrast
        turn = next((n for n in run if n > item.j and self._m.tokens[n].norm in contrast), None)
        if turn is None or SPEAKERS.isdisjoint(self._m.tokens[n].norm for n in range(turn, run.stop)):
            return 0
        verdict = self._m.scopes.about_end(run.stop, turn).verdict
        return {Verdict.GOOD: 1, Verdict.BAD: -1}.get(verdict, 0) if verdict else 0

    def _waved_off(self, item: _Item) -> bool:
        """ "Not Atonement, too sad": whether a film is refused, and why, rather than judged."""
        before = [t.norm for t in self._m.tokens[: item.i]]
        return before[-1:] == ["not"] and set(before[:-1]) <= {
            *self._m.words.fillers,
            *self._m.words.interjections,
            "no",
        }

    def _set_against(self, item: _Item, stance: Stance) -> bool:
        """ "Not that one, the first": what follows the comma is what they mean instead."""
        between = self._m.head[stance.start : item.start].lower()
        listed = any(word in between.split() for word in ("or", "and", "nor"))
        return item.how is Pointing.ORDINAL and stance.cue is Cue.AVOID and "," in between and not listed

    def _speaks_of_proposal(self, item: _Item) -> bool:
        """ "That was a good suggestion" praises what was proposed, and does not say that they saw it."""
        sentence = self._m.scopes.sentence
        words = {t.norm for n, t in enumerate(self._m.tokens) if sentence[n] == sentence[item.i]}
        return item.how is Pointing.FOCUS and bool(words & set(self._m.words.grammar.proposals))

    def _is_model(self, item: _Item) -> bool:
        """Whether an item is what the wish is measured by: "Heat but funnier", "as funny as Heat"."""
        tokens, concepts = self._m.tokens, self._m.words.concepts
        if item.i > 2 and tokens[item.i - 1].norm == "as" and any(m.j == item.i - 1 for m in self._m.meanings):
            return tokens[item.i - 3].norm == "as"
        small = self._m.words.leading | WISHING
        leads = all(t.norm in small for t in tokens[: item.i])
        if not leads or item.j + 1 >= len(tokens) or tokens[item.j].norm not in ("but", "only", "just"):
            return False
        rest = tokens[item.j + 1 :]
        return len(rest) <= 6 and (
            concepts.comparative(rest) is not None
            or rest[0].norm in ("with", "without", "less", "not", "no")
            or (rest[0].norm in ("older", "newer", "shorter", "longer"))
        )

    def _a_vibe(self, item: _Item) -> bool:
        """ "Bridesmaids kind of vibe": whether a film stands for its kind."""
        after = [t.norm for t in self._m.tokens[item.j : item.j + 3]]
        return after[:1] in (["vibe"], ["vibes"], ["esque"]) or after[:2] in (
            ["kind", "of"],
            ["type", "of"],
            ["sort", "of"],
        )

    def _crossed(self, item: _Item) -> bool:
        """ "Die Hard meets Home Alone", "a cross between Heat and Alien": whether a film stands for what two have in
        common."""
        words = [token.norm for token in self._m.tokens]
        for one, other in pairwise(sorted(self._m.titles, key=lambda title: title.i)):
            between = words[one.j : other.i]
            crossed = between in _MEETING or (between == ["and"] and words[max(0, one.i - 2) : one.i] in _CROSSING)
            if crossed and item.i in (one.i, other.i):
                return True
        return False

    def _long_ago(self, item: _Item) -> bool:
        """ "I haven't seen it in years" has seen it."""
        after = {token.norm for token in self._m.tokens[item.j : item.j + 4]}
        return bool(after & set(self._m.words.grammar.long_ago))

    @staticmethod
    def _resemblance(stance: Stance) -> tuple[str, int, bool, bool]:
        """What "like X" says: a wish, or a taste when it is governed by one ("I love films like X")."""
        if stance.base in (Cue.DISLIKE,):
            return "opinion", -1, True, True
        if stance.cue is Cue.AVOID or stance.base is Cue.AVOID:
            return "like", -1, False, False
        if stance.base is Cue.LIKE:
            return "opinion", 1, True, True
        return "like", 1, False, False

    def _implied_focus(self) -> None:
        """ "Loved!", "boring", "Yes. A great movie" with one item in view: sentences that judge and name nothing."""
        focus = self._m.focus()
        if not focus or self._m.titles or self._m.people or self._m.choices or self._m.unknown:
            return
        for run in self._m.runs(self._m.scopes.sentence):
            if self._judges(run):
                self._note_implied(focus[0], run)

    def _judges(self, run: range) -> bool:
        """Whether a sentence may speak of the item in view without naming or pointing at it."""
        words = {self._m.tokens[n].norm for n in run}
        said = any(
            (s.kind is Kind.ITEM or s.value == Intent.ACCEPT) and self._within(s.start, run) for s in self._m.out
        )
        if (
            said
            or len(run) > 9
            or self._m.asks(run)
            or all(self._m.done[n] for n in run)
            or words & set(self._m.words.grammar.other_matters)
        ):
            return False
        mere = words <= self._m.words.fillers | self._m.words.interjections  # "great!" says no more than "ok"
        start, end = self._m.span(run)
        limits = self._m.words.ranges.find(self._m.head, self._m.tokens, self._m.named)
        if any(start <= limit.start < end for limit in limits):  # "a good movie under two hours"
            return False
        return not mere and not any(
            m.i in run and not self._m.done[m.i] and not self._m.describes_item(m) for m in self._m.meanings
        )

    def _within(self, place: int, run: range) -> bool:
        start, end = self._m.span(run)
        return start <= place < end

    def _note_implied(self, target: str, run: range) -> None:
        opens = self._m.tokens[run.start].norm in _CONSENT and len(run) > 1
        film = opens and self._m.tokens[run.start + 1].norm in self._m.words.grammar.film_nouns
        begun = run.start + (opens and not film)  # "ok whats next" finds nothing ok
        stance = self._m.scopes.about_end(run.stop, begun)
        polarity = {Verdict.GOOD: 1, Verdict.BAD: -1}.get(stance.verdict) if stance.verdict else None
        if polarity is None and stance.cue in OPINIONS and self._m.scopes.closes(run.stop):
            polarity = OPINIONS[stance.cue]
        start, end = self._m.span(run)
        proposal = bool({self._m.tokens[n].norm for n in run} & set(self._m.words.grammar.proposals))
        if polarity and (stance.tentative or proposal or stance.cue is Cue.UNSEEN or self._passed_on(run)):
            self._m.say(Kind.ITEM, "mention", start, end, polarity=polarity, target=target, confidence=0.7)
        elif polarity:
            opinion = {"polarity": polarity, "lasting": True, "seen": True, "weight": stance.weight}
            self._m.say(Kind.ITEM, "opinion", start, end, target=target, confidence=0.8, **opinion)
        elif stance.cue in (Cue.SEEN, Cue.UNSEEN):
            self._m.say(Kind.ITEM, "mention", start, end, target=target, seen=stance.cue is Cue.SEEN, confidence=0.8)
        else:
            return
        self._m.done[run.start : run.stop] = [True] * len(run)

    def _passed_on(self, run: range) -> bool:
        """ "My friends say it's boring", "my husband hated it": whether others speak of the film in view."""
        said = [self._m.tokens[n].norm for n in run]
        others = said[0] in ("my", "our") and said[1:2] and said[1] in self._m.words.grammar.company
        people = said[:1] in (["people"], ["everyone"], ["everybody"], ["critics"])
        return bool(others or people) and SPEAKERS.isdisjoint(said[1:])

    def _marks(self) -> None:
        """Note a mark for what it stands beside, and else for the item in view."""
        since, marked = 0, set()
        for mark in marks(self._m.head):
            if any(t.start <= mark.start < t.end for t in self._m.titles):  # "Ocean's 11"
                continue
            polarity = 1 if mark.share >= 0.6 else -1 if mark.share <= 0.45 else 0
            weight = round(min(1.0, abs(mark.share - 0.5) * 2), 2)
            opinion = {"polarity": polarity, "lasting": True, "seen": True, "weight": weight}
            between = [n for n, t in enumerate(self._m.tokens) if since <= t.start and t.end <= mark.start]
            named = any(title.i in between for title in self._m.titles)  # "8/10 for Fargo, 7/10 for Heat"
            pointed = self._m.targets(range(between[0], between[-1] + 1)) if between and not named else ()
            items = [s for s in self._m.out if s.kind is Kind.ITEM and s.target and s.target not in marked]
            near = [s for s in items if s.target in pointed] if pointed else items
            if self._m.head[mark.end :].startswith((" for ", " to ")):
                near = [s for s in near if s.start > mark.end] or near
            since = mark.end
            if near:
                nearest = min(near, key=lambda s: min(abs(s.start - mark.end), abs(mark.start - s.end)))
                marked.add(nearest.target)
                self._m.out[self._m.out.index(nearest)] = replace(nearest, value="opinion", **opinion)  # type: ignore[arg-type]
            elif target := (*pointed, *self._m.focus()):
                self._m.out = [s for s in self._m.out if s.kind is not Kind.INTENT]
                self._m.say(Kind.ITEM, "opinion", mark.start, mark.end, target=target[0], **opinion)

    def read_emoji(self) -> None:
        """Note an emoji that judges the item in view."""
        feedback = self._m.words.lexicon.feedback
        found = [
            (place, polarity, emoji)
            for polarity, group in ((1, feedback.liked), (-1, feedback.disliked))
            for emoji in group
            if (place := self._m.head.find(emoji)) >= 0
        ]
        if self._m.titles and found:
            self._judge_by_emoji(found)
            return
        if not found or len(self._m.tokens) > 3 or any(s.kind in (Kind.ITEM, Kind.CRITIQUE) for s in self._m.out):
            return
        intents = {s.value for s in self._m.out if s.kind is Kind.INTENT}
        if intents - {Intent.YES, Intent.NO, Intent.CHAT}:  # "thanks, bye 👍"
            return
        place, polarity, emoji = min(found)
        end = place + len(emoji)
        targets = self._m.targets(range(len(self._m.tokens))) if self._m.tokens else ()
        targets = targets or self._m.focus()
        for target in targets:
            self._m.say(Kind.ITEM, "opinion", place, end, polarity=polarity, target=target, lasting=True, seen=True)
        if not targets and not self._m.out:
            self._m.say(Kind.INTENT, Intent.YES if polarity > 0 else Intent.NO, place, end, confidence=0.6)

    def _judge_by_emoji(self, found: Sequence[tuple[int, int, str]]) -> None:
        """ "Heat 👍 Alien 👎": an emoji judges the title before it, or the first when it opens the message."""
        judged = set()
        for place, polarity, _ in sorted(found):
            before = [t for t in self._m.titles if t.end <= place]
            title = before[-1] if before else self._m.titles[0]
            item_id = title.item_ids[0]
            far = len(self._m.head[title.end : place].split()) > 3 if before else self._m.head[:place].strip()
            if far or item_id in judged:
                continue
            judged.add(item_id)
            if not any(s.kind is Kind.ITEM and s.target == item_id and s.polarity for s in self._m.out):
                opinion = {"polarity": polarity, "lasting": True, "seen": True}
                self._m.say(Kind.ITEM, "opinion", title.start, title.end, target=item_id, **opinion)
