"""Words that point at what was shown: "the second one", "the first two", "it", "all of them"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import dropwhile

from bot.conversation.lexicon import Lexicon
from bot.conversation.statements import Context
from bot.conversation.tokens import ARTICLES, Hit, Phrases, Token, squash

_ALL = frozenset(("these", "those", "them"))
_CHOOSING = frozenset(("save", "like", "why", "pick", "take", "add"))
_GOING_ON = frozenset(("", "and", "then", "please", "instead", "too", "but"))
_RANGING = frozenset(("of", "or", "more", "to", "out", "and", "too"))
"""Words by which a number goes on: "is 2 of them sad?"."""
_LASTING = frozenset(("it", "they", "film", "movie", "does"))
"""Before a "last" that tells of time: "how long does it last?"."""
_TIMES = frozenset(("year", "years", "month", "months", "week", "weeks", "day", "days", "decades"))
_SORTS = (["sort"], ["kind"], ["type"], ["stuff"], ["genre"], ["style"], ["era"], ["vibe"])
_OBJECTS = frozenset(("him", "her", "his", "he", "she"))
"""Not everybody who says "I like she" was born to the language."""
_ASKING = frozenset(("is", "was", "does"))
_FURTHER = frozenset(("else", "other", "others", "more", "another", "same"))
_ROLE_IN = frozenset(("in", "of", "from", "behind"))
ONE = frozenset(("actor", "actress", "lead", "star"))
"""Words for one of a cast."""
_THAT = frozenset(("that", "this", "those", "these"))
_SUBJECTS = frozenset(("he", "she", "hes", "shes"))


class Pointing(StrEnum):
    """How a reference points."""

    ORDINAL = "ordinal"  # by its number in the list
    GROUP = "group"  # all, both, the others
    NONE = "none"  # none of them
    FOCUS = "focus"  # it, this one


@dataclass(frozen=True, slots=True)
class Reference:
    """Words ``tokens[i:j]`` that point at shown items."""

    i: int
    j: int
    how: Pointing
    item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """Words ``tokens[i:j]`` for somebody by a film of theirs: "the actor in the first one". ``one``: of the cast, which
    is many, a single one is meant."""

    i: int
    j: int
    item_id: str
    plays: bool
    one: bool


class References:
    """The pointing words of a lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._ordinals = {squash(w): n for n, words in lexicon.ordinals.items() for w in words}
        self._grammar = lexicon.grammar
        words = lexicon.references
        self._groups = Phrases(
            (phrase, how)
            for how, group in (
                ("none", words.none),
                ("others", words.others),
                ("all", words.all),
                ("focus", words.this),
            )
            for phrase in group
        )
        cues, self._asking = (*lexicon.cues.like, *lexicon.cues.dislike), {*self._grammar.film_nouns, *words.anybody}
        self._felt = Phrases((phrase, True) for phrase in cues)
        self._judged = Phrases((phrase, True) for phrase in (*lexicon.predicates.good, *lexicon.predicates.bad))
        self._copulas = set(lexicon.negators.copulas)
        self._called = {squash(w): how for how in ("makers", "stars") for w in getattr(words, how)}
        self._last = {squash(w) for w in words.last}
        self._before_numbers = Phrases((phrase, True) for phrase in words.before)
        self._behind_numbers, self._measuring = set(words.behind), set(words.measuring)
        self._counted = {*words.counted, *_TIMES}
        self._around_numbers = {*words.around, *map(squash, (*lexicon.fillers.words, *lexicon.interjections.words))}

    def loose(self, tokens: Sequence[Token]) -> bool:
        """Whether words hold an "it" or "this one"."""
        return any(hit.value == "focus" for hit in self._groups.find(tokens))

    def other(self, tokens: Sequence[Token]) -> bool:
        """Whether words hold "the other one"."""
        return any(hit.value == "others" and tokens[hit.j - 1].norm == "one" for hit in self._groups.find(tokens))

    def felt(self, tokens: Sequence[Token], taken: Sequence[bool]) -> list[int]:
        """Where "him" or "her" is somebody whom the speaker likes or not: "I love him", "she's annoying"."""
        felt = {hit.j for hit in self._felt.find(tokens, taken)}
        found = []
        for n, token in enumerate(tokens):
            rest = tokens[n + 1 :]
            film = [t.norm for t in rest[:2]] in (["in", "it"], ["in", "that"], ["in", "this"])  # "love her in it"
            whose = not rest or token.norm in ("him", "he", "she") or rest[0].norm in self._grammar.film_nouns
            whose = whose or (token.norm == "her" and rest[0].norm in {*self._grammar.slot_closers, *self._copulas})
            if token.norm in _OBJECTS and n in felt and whose and not film:
                found.append(n)
            elif token.norm in _SUBJECTS and (token.norm in self._copulas or self._is(rest)):
                rest = [*dropwhile(lambda t: t.norm in self._copulas, rest)]
                found += [n] if self._judged.starting(rest) else []
        return [n for n in found if not taken[n]]

    def _is(self, rest: Sequence[Token]) -> bool:
        return bool(rest) and rest[0].norm in ("is", "was", "isnt", "wasnt")

    def told_of_somebody(self, tokens: Sequence[Token]) -> bool:
        """ "The Rock is a good actor": whether words only tell what somebody is, and ask for nothing."""
        said = [t.norm for t in tokens]
        turn = next((n for n, norm in enumerate(said) if norm in ("is", "was", "isnt", "wasnt")), len(said))
        who = turn > 0 and self._asking.isdisjoint(said[:turn])
        return who and len(said) > turn + 2 and said[-1] in self._called and not ARTICLES.isdisjoint(said[turn:])

    def wanted(self, tokens: Sequence[Token], taken: Sequence[bool]) -> list[int]:
        """Where "him" or "her" is somebody whose films are asked for: "more with her", "something by him"."""
        return [
            n
            for n, token in enumerate(tokens)
            if token.norm in ("him", "her")
            and n > 1
            and tokens[n - 1].norm in ("with", "by", "from", "of")
            and tokens[n - 2 - (n > 2 and tokens[n - 2].norm == "else")].norm in self._asking
            and not taken[n]
        ]

    def same(self, tokens: Sequence[Token], taken: Sequence[bool]) -> list[tuple[int, int, bool]]:
        """Where further films of those are asked for who made, or (True) play in, the one in view: "anything else by
        that director", "from the same people"."""
        said = {t.norm for t in tokens}
        found = []
        for n, token in enumerate(tokens):
            how = self._called.get(token.bare) or self._called.get(token.norm)
            before = tokens[n - 1].norm if n else ""
            further = before in {"the", "same", *_THAT} and bool(said & _FURTHER)
            asked = before in _THAT and bool(said & self._asking) and tokens[n - 2].norm in ("by", "from", "with", "of")
            if how and not taken[n] and (further or asked):
                found.append((n - 1, n + 1, how == "stars"))
        return found

    def roles(self, tokens: Sequence[Token], films: Iterable[tuple[int, int, Sequence[str]]]) -> list[Role]:
        """Those who are spoken of by what they did in one of some ``films``: "the director of Heat"."""
        found = []
        for i, j, item_ids in films:
            n = i - 2 - (i > 0 and tokens[i - 1].norm == "the")  # a title's own article
            how = self._called.get(tokens[n].norm) if n >= 0 and tokens[n + 1].norm in _ROLE_IN else None
            if how and len(item_ids) == 1:
                start = n - (n > 0 and tokens[n - 1].norm in {"the", *_THAT})
                found.append(Role(start, j, item_ids[0], how == "stars", tokens[n].norm in ONE))
        return found

    @staticmethod
    def focus(context: Context) -> tuple[str, ...]:
        """What "it" means: the item in focus, or the only one shown."""
        if context.focus:
            return (context.focus,)
        return (context.shown[0],) if len(context.shown) == 1 else ()

    def find(self, text: str, tokens: Sequence[Token], context: Context, taken: Sequence[bool]) -> list[Reference]:
        """References in reading order; none when nothing was shown."""
        shown = tuple(context.shown)
        found: list[Reference] = []
        if not shown and not context.focus:
            return found
        used = list(taken)
        if shown:
            for i in range(len(tokens)):
                if not used[i] and (reference := self._ordinal(text, tokens, i, shown)):
                    found.append(reference)
                    used[reference.i : reference.j] = [True] * (reference.j - reference.i)
        for hit in self._groups.find(tokens, used):
            if hit.value == "focus" and [t.norm for t in tokens[hit.j : hit.j + 1]] in _SORTS:
                continue  # "that sort of thing"
            if hit.value == "all" and self._means_no_list(tokens, hit):
                continue
            gap = text[tokens[hit.j - 1].end : tokens[hit.j].start] if hit.j < len(tokens) else "."
            if tokens[hit.j - 1].norm == "any" and not gap.strip():
                continue  # "have you seen any good ones?"
            if hit.value == "others" and {t.norm for t in tokens[hit.j : hit.j + 1]} & {*_TIMES, "night", "evening"}:
                continue  # "the other day"
            if hit.value == "focus":
                before = [r.item_ids for r in found if r.how is Pointing.ORDINAL and r.i < hit.i]
                ids, how = self.focus(context) or (before[-1] if before else ()), Pointing.FOCUS
            elif hit.value == "none":
                ids, how = shown, Pointing.NONE
            else:
                pointed = {i for r in found if r.how is Pointing.ORDINAL for i in r.item_ids}
                excepted = self._excepted(tokens, hit.j, found)
                left_out = pointed if hit.value == "others" else excepted
                ids = tuple(i for i in shown if i not in left_out)
                how = Pointing.GROUP
                single = hit.value == "others" and tokens[hit.j - 1].norm in ("one", "other")
                if single and context.focus in shown and len(shown) == 2 and not pointed:  # of two
                    ids, how = tuple(i for i in shown if i != context.focus), Pointing.ORDINAL
            if ids:
                found.append(Reference(hit.i, hit.j, how, ids))
        return sorted(found, key=lambda r: r.i)

    def _excepted(self, tokens: Sequence[Token], stop: int, found: Sequence[Reference]) -> set[str]:
        """ "All of them are great except 2": what is left out of all."""
        turns = [n for n in range(stop, len(tokens)) if tokens[n].norm in self._grammar.exceptions]
        turns = [stop] if [t.norm for t in tokens[stop : stop + 1]] == ["but"] else turns  # "all but the third"
        return {i for r in found if turns and r.how is Pointing.ORDINAL and r.i > turns[0] for i in r.item_ids}

    def _means_no_list(self, tokens: Sequence[Token], hit: Hit[str]) -> bool:
        """ "After all", "I hate all movies", "I like everything", "everything by Kurosawa": whether "all" points at
        nothing."""
        after = [t.norm for t in tokens[hit.j : hit.j + 1]]
        before = [t.norm for t in tokens[max(0, hit.i - 2) : hit.i]]
        if after == ["time"] or before[-1:] == ["most"] or before == ["most", "of"]:
            return True  # "my all time favourite"; "I like most of these" doesn't say which
        everything = tokens[hit.i].norm == "everything" and (
            after in (["by"], ["from"], ["with"], ["about"])
            or any(liked.j == hit.i for liked in self._felt.find(tokens))
        )
        bare = tokens[hit.i].norm == "all" and hit.j == hit.i + 1
        aside = bare and (after == ["at"] or before[-1:] in (["at"], ["after"], ["above"], ["of"]))  # "best of all"
        return everything or aside or (bare and bool(after) and after[0] in ("movies", "films"))

    def _ordinal(self, text: str, tokens: Sequence[Token], i: int, shown: tuple[str, ...]) -> Reference | None:
        norm = tokens[i].norm
        following = tokens[i + 1].norm if i + 1 < len(tokens) else ""
        start, end = (i - 1 if i and tokens[i - 1].norm == "the" else i), i + 1
        if norm in ("first", "last") and following in self._ordinals and self._ordinals[following] > 1:
            count = self._ordinals[following]
            if i + 2 < len(tokens) and tokens[i + 2].norm in _TIMES:
                return None
            ids = shown[:count] if norm == "first" else shown[-count:]
            end += 2 if i + 2 < len(tokens) and tokens[i + 2].norm in self._grammar.slot_nouns else 1
            return Reference(start, end, Pointing.ORDINAL, ids)
        if norm == "number" and following in self._ordinals:
            number, end = self._ordinals[following], i + 2
        elif norm in self._last and not (
            i and tokens[i - 1].norm in _LASTING and following not in self._grammar.slot_nouns
        ):
            number = len(shown)
        elif norm in self._ordinals and (
            norm != "middle" or (len(shown) == 3 and following in self._grammar.slot_nouns)
        ):
            number = self._ordinals[norm]
        else:
            return None
        bare = norm.isdigit() or norm in ("one", "two", "three", "four", "five")
        if bare and not self._bare_number(text, tokens, i, len(shown)):
            return None
        closed = (
            following in self._grammar.slot_nouns
            or following in self._grammar.slot_closers
            or following in self._ordinals
            or not following
            or (following == "of" and i + 2 < len(tokens) and tokens[i + 2].norm in _ALL)
            or (i > 1 and start < i and tokens[i - 2].norm in _ASKING and not tokens[i + 1].capital)
        )
        punctuated = (
            bool(following) and text[tokens[end - 1].end : tokens[end].start].strip() != ""
            if end < len(tokens)
            else True
        )
        if not bare and norm != "number" and not (closed or punctuated):
            return None
        if not 1 <= number <= len(shown):
            return None
        aside = i == 0 and not bare and len(tokens) > end + 1 and text[tokens[0].end : tokens[1].start].strip() != ""
        if aside and tokens[1].norm not in self._ordinals.keys() | {"and", "it", "that"}:
            return None  # "first, a question"
        end += end < len(tokens) and tokens[end].norm in self._grammar.slot_nouns
        return Reference(start, end, Pointing.ORDINAL, (shown[number - 1],))

    def _bare_number(self, text: str, tokens: Sequence[Token], i: int, count: int) -> bool:
        """ "2" alone, "#2", "save 2", "1 and 3", "more info on 3", "2 sounds fun": a number that can only be a slot, as
        against "2 hours max", "something for 2"."""
        if text[max(0, tokens[i].start - 1) : tokens[i].start] == "#":
            return True
        if not tokens[i].norm.isdigit():
            return len(tokens) <= 2 and tokens[0].norm not in ("that", "this", "which") and i == len(tokens) - 1
        before = tokens[i - 1].norm if i else ""
        after = tokens[i + 1].norm if i + 1 < len(tokens) else ""
        if after in self._counted or not set("/%+=").isdisjoint(text):
            return False
        if before in _CHOOSING and after in _GOING_ON:  # "save 2 and show me a comedy", "more like 2"
            return True
        closed = not after or bool(text[tokens[i].end : tokens[i + 1].start].strip())
        asks = before in _ASKING and (i == 1 or tokens[0].norm in self._grammar.question_words)
        led = i == 0 or any(hit.j == i for hit in self._before_numbers.find(tokens[:i]))
        if (asks and (closed or after not in _RANGING)) or (led and (after in self._behind_numbers or (closed and i))):
            return True
        others = [t.norm for t in tokens if not t.norm.isdigit()]
        plain = all(t.norm in self._ordinals and int(t.norm) <= count for t in tokens if t.norm.isdigit())
        if not plain or {"more", "than", "stars"} & set(others):
            return False
        return (len(others) <= 2 and before not in self._measuring) or set(others) <= self._around_numbers
