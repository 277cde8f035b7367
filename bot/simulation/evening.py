"""One person's evening with the bot: they open, react, get what they want or give up; and a record of all of it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from bot.conversation.press import Verb, parse_press
from bot.conversation.reply import Button, Card, Reply
from bot.conversation.service import Conversations, Incoming
from bot.simulation.language import Language
from bot.simulation.people import (
    DISLIKED,
    LIKED,
    VETOES,
    Kind,
    Limit,
    Person,
    broken,
    drawn_limits,
    fitting,
)
from recsys.catalogue import Catalogue, Item

CHANNEL: Final = "simulation"
MOST_TURNS: Final = 40
"""However patient, nobody goes on for longer."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong: ``kind``, what was said before, what the bot did, and who can replay it."""

    kind: str
    person: str
    said: str
    what: str


@dataclass(slots=True)
class Record:
    """What came of one evening. ``accepted``: the number of the accepted film among all that were recommended, from 1,
    and ``accepted_list`` that of its list; ``accepted_turn`` the turn that it was shown in."""

    person: str
    turns: int = 0
    lists: int = 0
    shown: list[str] = field(default_factory=list)
    accepted: int | None = None
    accepted_list: int | None = None
    accepted_turn: int | None = None
    problems: list[Problem] = field(default_factory=list)
    relaxed: int = 0
    blank: int = 0
    ms: list[float] = field(default_factory=list)


class Evening:
    """Plays one person. All their luck comes from ``rng``: the same seed, the same person, whatever the bot says."""

    def __init__(self, person: Person, conversations: Conversations, catalogue: Catalogue, rng: Random) -> None:
        self._person = person
        self._bot = conversations
        self._catalogue = catalogue
        self._rng = rng
        self._language = Language(person.temper, rng)
        self._limits: list[Limit] = []
        self._before: list[Limit] = []
        self._told: set[str] = set()
        self._said = ""
        self._record = Record(person.name)
        self._target = self._new_target()

    async def play(self) -> Record:
        """The whole evening."""
        reply = await self._open()
        patience = self._person.temper.patience
        while patience > 0 and self._record.turns < MOST_TURNS:
            if found := self._found(reply):
                await self._accept(reply, found)
                return self._record
            patience -= bool(reply.cards)
            reply = await (self._to_list(reply) if reply.cards else self._to_rest(reply))
        await self._say("give_up")
        return self._record

    # -- opening ---------------------------------------------------------------------------------------------

    def _new_target(self) -> Item:
        """Something that they would love tonight, and limits that it keeps to; vetoes stay for the evening."""
        vetoes = [limit for limit in self._limits if limit.kind in VETOES]
        left = fitting((i for i in self._person.wanted if i not in self._told), vetoes, self._catalogue)
        target = self._catalogue[self._rng.choice(left or self._person.wanted)]
        fresh = drawn_limits(target, self._rng, self._language.genres)
        self._wish = [*(f for f in fresh if f not in vetoes)]
        return target

    async def _open(self) -> Reply:
        favourites = self._some_favourites()
        hates = [i for i, rating in self._person.seen.items() if rating <= DISLIKED]
        liked = self._titles(favourites)
        kind = self._rng.choices(
            ("hello", "open", "wish", "opinions", "opinions_wish", "opinions_mixed"), (2, 1, 3, 2, 3, 1)
        )[0]
        if kind == "opinions_mixed" and not hates:
            kind = "opinions"
        if kind in ("hello", "open"):
            return await self._say(kind)
        if kind == "wish":
            return await self._wished(self._language.say(kind, wish=self._language.wish(self._wish)))
        if kind == "opinions":
            return await self._opinion(kind, favourites, liked=liked)
        if kind == "opinions_mixed":
            hated = self._rng.choice(sorted(hates))
            return await self._opinion(kind, [*favourites, hated], liked=liked, disliked=self._titles([hated]))
        self._told |= set(favourites)
        wish = self._language.wish(self._wish)
        return await self._wished(self._language.say(kind, liked=liked, wish=wish))

    def _some_favourites(self) -> list[str]:
        """One to three of the films that they love, among the best known of those first thought of."""
        left = [i for i in self._person.favourites if i not in self._told]
        return self._rng.sample(left, min(len(left), self._rng.randint(1, 3))) if left else []

    # -- reacting --------------------------------------------------------------------------------------------

    async def _to_list(self, reply: Reply) -> Reply:
        for card in reply.cards:
            rating = self._person.seen.get(card.item_id)
            if rating is not None and card.item_id not in self._told and self._rng.random() < 0.6:
                return await self._seen(reply, card, rating)
        moves: list[tuple[float, Callable[[Reply], Awaitable[Reply]]]] = [
            (3.0, self._more),
            (2.0, self._refine),
            (1.0, self._compare),
            (1.5, self._volunteer),
            (0.5, self._dislike),
            (0.5, self._by_example),
            (0.8, self._refuse),
            (0.5, self._similar),
            (0.5, self._question),
            (0.3, self._why),
            (0.15, self._command),
            (0.15, self._small_talk),
            (10 * self._person.temper.fickle, self._change),
        ]
        move = self._rng.choices([m for _, m in moves], [w for w, _ in moves])[0]
        return await move(reply)

    async def _to_rest(self, reply: Reply) -> Reply:
        """Questions, answers, notices: whatever is no list."""
        verbs: dict[Verb, list[Button]] = {}
        for button in reply.buttons:
            if press := parse_press(button.press):
                verbs.setdefault(press.verb, []).append(button)
        if Verb.LOVED in verbs:
            return await self._asked_films(reply, verbs)
        if Verb.MEANT in verbs:
            return await self._press(self._rng.choice(verbs[Verb.MEANT]))
        if Verb.SAY in verbs and self._rng.random() < 0.3:
            self._limits = [limit for limit in self._limits if limit.kind in VETOES]
            return await self._press(self._rng.choice(verbs[Verb.SAY]))
        if Verb.NEXT in verbs and self._rng.random() < 0.5:
            return await self._press(verbs[Verb.NEXT][0])
        if self._limits and self._rng.random() < 0.5:
            return await self._say("more")
        return await self._wished(self._language.say("wish", plain=True, wish=self._language.wish(self._wish)))

    async def _asked_films(self, reply: Reply, verbs: dict[Verb, list[Button]]) -> Reply:
        named = {item.name: item.id for item in map(self._catalogue.__getitem__, self._person.seen)}
        loved = [b for b in verbs[Verb.LOVED] if self._person.seen.get(named.get(b.label, ""), 0.0) >= LIKED]
        if loved and self._rng.random() < 0.8:
            button = self._rng.choice(loved)
            self._told.add(named[button.label])
            return await self._press(button)
        if self._rng.random() < 0.4:
            return await self._wished(self._language.say("wish", wish=self._language.wish(self._wish)))
        if (favourites := self._some_favourites()) and self._rng.random() < 0.4:
            return await self._opinion("loved", favourites, liked=self._titles(favourites))
        self._record.blank += 1
        return await (self._press(verbs[Verb.NONE][0]) if Verb.NONE in verbs else self._say("unknown"))

    async def _seen(self, reply: Reply, card: Card, rating: float) -> Reply:
        self._told.add(card.item_id)
        verb = Verb.LIKE if rating >= LIKED else Verb.DISLIKE if rating <= DISLIKED else Verb.SEEN
        if self._presses():
            await self._press_card(card, verb)
            return await self._more(reply)
        key = {Verb.LIKE: "seen_liked", Verb.DISLIKE: "seen_disliked", Verb.SEEN: "seen"}[verb]
        return await self._said_of(key, card)

    async def _more(self, reply: Reply) -> Reply:
        buttons = [b for b in reply.buttons if (press := parse_press(b.press)) and press.verb is Verb.NEXT]
        if buttons and self._presses():
            return await self._press(buttons[0])
        return await self._say("more")

    async def _refine(self, reply: Reply) -> Reply:
        """One more thing that they know of what they want."""
        kinds = {limit.kind for limit in self._limits}
        fresh = [limit for limit in self._wish if limit not in self._limits]
        fresh += [f for f in drawn_limits(self._target, self._rng, self._language.genres) if f.kind not in kinds]
        if not fresh:
            return await self._more(reply)
        limit = fresh[0]
        if limit.kind is Kind.GENRE and limit.kind not in kinds and not self._limits:
            return await self._change(reply)
        self._add(limit)
        return await self._say("refine", limit=self._language.limit(limit).replace(", ", " "))

    async def _compare(self, reply: Reply) -> Reply:
        """ "Older", where what they want is older than all that was shown; likewise newer, shorter and longer."""
        items = [self._catalogue[card.item_id] for card in reply.cards]
        for older, newer, name in ((Kind.OLDER, Kind.NEWER, "year"), (Kind.SHORTER, Kind.LONGER, "runtime")):
            values = [int(v) for item in items if (v := item.number(name)) is not None]
            own = self._target.number(name)
            if own is None or not values or any(limit.kind in (older, newer) for limit in self._limits):
                continue
            if own < min(values) or own > max(values):
                kind = older if own < min(values) else newer
                same = (Kind.DECADE, older, newer) if name == "year" else (Kind.RUNTIME, older, newer)
                self._limits = [limit for limit in self._limits if limit.kind not in same]
                self._add(Limit(kind, min(values) if kind is older else max(values)))
                return await self._say(str(kind))
        return await self._more(reply)

    async def _volunteer(self, reply: Reply) -> Reply:
        favourites = self._some_favourites()[:1]
        if not favourites:
            return await self._more(reply)
        return await self._opinion("liked_title", favourites, liked=self._titles(favourites))

    async def _dislike(self, reply: Reply) -> Reply:
        hates = [i for i, rating in self._person.seen.items() if rating <= DISLIKED and i not in self._told]
        if not hates:
            return await self._more(reply)
        hated = [self._rng.choice(sorted(hates))]
        return await self._opinion("disliked_title", hated, disliked=self._titles(hated))

    async def _by_example(self, reply: Reply) -> Reply:
        """A new wish, by example: earlier ones lapse, vetoes don't."""
        favourites = self._some_favourites()[:1]
        if not favourites:
            return await self._more(reply)
        self._limits = [limit for limit in self._limits if limit.kind in VETOES]
        return await self._opinion("by_example", favourites, liked=self._titles(favourites))

    async def _refuse(self, reply: Reply) -> Reply:
        card = self._rng.choice(reply.cards)
        self._told.add(card.item_id)
        if self._presses():
            await self._press_card(card, Verb.DISLIKE)
            return await self._more(reply)
        return await self._said_of("refuse", card)

    async def _similar(self, reply: Reply) -> Reply:
        card = self._rng.choice(reply.cards)
        self._told.add(card.item_id)
        self._limits = [limit for limit in self._limits if limit.kind in VETOES]
        if self._presses():
            return await self._press_card(card, Verb.MORE)
        return await self._said_of("similar", card)

    async def _question(self, reply: Reply) -> Reply:
        return await self._said_of("question", self._rng.choice(reply.cards))

    async def _why(self, reply: Reply) -> Reply:
        card = self._rng.choice(reply.cards)
        return await (self._press_card(card, Verb.WHY) if self._presses() else self._said_of("why", card))

    async def _command(self, reply: Reply) -> Reply:
        return await self._say("commands")

    async def _small_talk(self, reply: Reply) -> Reply:
        return await self._say("chat")

    async def _change(self, reply: Reply) -> Reply:
        self._target = self._new_target()
        return await self._wished(self._language.say("change", wish=self._language.wish(self._wish)))

    # -- the end ---------------------------------------------------------------------------------------------

    def _found(self, reply: Reply) -> Card | None:
        """A card of the list with something that they would love tonight."""
        for card in reply.cards:
            item = self._catalogue[card.item_id]
            if card.reason and self._person.hidden.get(item.id, 0.0) >= LIKED and not broken(self._limits, item):
                return card
        return None

    async def _accept(self, reply: Reply, card: Card) -> None:
        before = len(self._record.shown) - len(reply.cards)
        self._record.accepted = before + reply.cards.index(card) + 1
        self._record.accepted_list = self._record.lists
        self._record.accepted_turn = self._record.turns
        if self._rng.random() < 0.3:
            await self._question(reply)
        if self._presses():
            await self._press_card(card, Verb.SAVE)
        else:
            await self._said_of("accept", card)
        await self._say("bye")

    # -- what they do ----------------------------------------------------------------------------------------

    def _presses(self) -> bool:
        return self._rng.random() < self._person.temper.presses

    def _titles(self, ids: Sequence[str]) -> str:
        return self._language.titles([self._catalogue[i] for i in ids])

    def _add(self, limit: Limit) -> None:
        self._limits = [*self._limits, limit]

    async def _wished(self, text: str) -> Reply:
        """The whole wish, which takes the place of the one before."""
        self._limits = [*dict.fromkeys((*(f for f in self._limits if f.kind in VETOES), *self._wish))]
        return await self._turn(text=text)

    async def _opinion(self, key: str, ids: Sequence[str], **values: str) -> Reply:
        self._told |= set(ids)
        return await self._say(key, **values)

    async def _said_of(self, key: str, card: Card) -> Reply:
        return await self._say(key, slot=self._language.slot(card.slot))

    async def _say(self, key: str, **values: str) -> Reply:
        text = self._language.say(key, **values)
        return await self._turn(text=text, closing=key in ("bye", "give_up"))

    async def _press_card(self, card: Card, verb: Verb) -> Reply:
        wanted = [b for b in card.buttons if (press := parse_press(b.press)) and press.verb is verb]
        return await self._press(wanted[0])

    async def _press(self, button: Button) -> Reply:
        return await self._turn(press=button.press, said=f"[{button.label}]")

    async def _turn(
        self, text: str | None = None, press: str | None = None, said: str = "", closing: bool = False
    ) -> Reply:
        self._record.turns += 1
        self._said = said or text or ""
        name = self._person.name
        incoming = Incoming(CHANNEL, name, name, f"{name}:{self._record.turns}", text, press, name=name)
        started = time.perf_counter()
        reply = await self._bot.turn(incoming)
        self._record.ms.append(1000 * (time.perf_counter() - started))
        if not (closing or reply.cards or reply.question or reply.buttons):
            self._problem("dead end", reply.text or reply.notice or "(nothing)")
        if reply.cards and reply.cards[0].reason:
            self._check_list(reply)
        return reply

    def _check_list(self, reply: Reply) -> None:
        self._record.lists += 1
        items = [self._catalogue[card.item_id] for card in reply.cards]
        wrong = list(dict.fromkeys(limit for item in items for limit in broken(self._limits, item)))
        given_up = [limit for limit in wrong if limit.kind not in VETOES][: len(reply.relaxed)]
        self._record.relaxed += bool(reply.relaxed)
        self._limits = [limit for limit in self._limits if limit not in given_up]
        for item in items:
            for limit in broken(self._limits, item):
                self._problem("broken limit", f"{item.name} breaks {limit.kind} {limit.value}".strip())
            if item.id in self._record.shown:
                self._problem("repeated", item.name)
            elif item.id in self._told:
                self._problem("told already", item.name)
        self._record.shown += [item.id for item in items]

    def _problem(self, kind: str, what: str) -> None:
        self._record.problems.append(Problem(kind, self._person.name, self._said, what))
