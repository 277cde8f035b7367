"""Opening a conversation and asking: who we are, which films, which mood, which of several titles."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.actions.room import Room, seed
from bot.conversation.press import Verb
from bot.conversation.reply import Button
from bot.conversation.statements import Choice, Intent
from bot.conversation.taste import untold
from bot.conversation.wording import liked_items
from bot.store.repository import Store
from bot.texts import LANGUAGES, Language, Texts
from recsys.engine import Engine

PEOPLE_ASKED = 4


class Asking(Room):
    """Every question that we put to a person of our own accord, and small talk."""

    def __init__(self, store: Store, engine: Engine, texts: Texts, languages: Mapping[Language, str]) -> None:
        """``languages``: those that can be chosen, by their names."""
        super().__init__(store, engine, texts)
        self._languages = languages

    async def welcome(self, moment: Moment) -> Draft:
        asked = await self.ask(moment)
        small = any(s.value == Intent.SMALLTALK for s in moment.reading.statements)  # a hard day wants no cheer
        return replace(asked, text=self._texts("welcome_heard" if small else "welcome"))

    async def greet(self, moment: Moment) -> Draft:
        """By what we know: the film that they took, or kept, comes first."""
        hello = self._texts("greet_again", moment.number)
        buttons = self.buttons(moment, Verb.RECOMMEND, Verb.SURPRISE)
        before = moment.dialogue
        liked = [i for i in liked_items(moment.taste) if i in self._catalogue][-2:]
        if before.past:  # still the same evening
            now = self._texts("greet_now", moment.number)
            spirit = self._texts("greet_spirit", liked=self._wording.titles(liked)) if liked else ""
            return Draft(before, now, question=spirit or self._texts("thanks_more"), buttons=buttons)
        if taken := self._untold(moment, "accept"):
            later = Button(self._texts("button_later"), self._press(moment, Verb.NONE))
            after = replace(before, asked="watched", focus=taken, shown=(taken,), shown_in=moment.turn_id)
            return Draft(
                after,
                hello,
                question=self._texts("greet_taken", title=self._wording.titled(self._catalogue[taken])),
                buttons=(*self._item_buttons(moment, 1, (Verb.LIKE, Verb.DISLIKE)), later),
                shown=(taken,),
                purpose="question",
            )
        if saved := self._untold(moment, "save"):
            after = replace(before, asked="tonight", focus=saved)
            ask = self._texts("greet_saved", title=self._wording.titled(self._catalogue[saved]))
            return Draft(after, hello, question=ask, buttons=buttons)
        after = replace(before, asked="wish", focus=liked[-1] if liked else None)
        ask = self._texts("greet_taste", liked=self._wording.titles(liked)) if liked else self._texts("greet_open")
        return Draft(after, hello, question=ask, buttons=buttons)

    def _untold(self, moment: Moment, kind: str) -> str | None:
        """The latest item that they took, or saved and still keep, and have not judged since."""
        kept = moment.memory.saved if kind == "save" else None
        known = [e for e in moment.memory.events if e.item_id and e.item_id in self._catalogue]
        events = [e for e in known if kept is None or e.item_id in kept]
        return untold(events, moment.taste, kind)

    async def ask(self, moment: Moment) -> Draft:
        """Films first, since an opinion tells most; then moods, for those who know none of them."""
        state = moment.dialogue
        surprise = self.buttons(moment, Verb.SURPRISE)
        if state.asked == "opinion":
            moods = tuple(self._wording.moods())
            after = replace(state, asked="wish", options=moods, questions=state.questions + 1)
            buttons = tuple(Button(m, self._press(moment, Verb.SAY, n)) for n, m in enumerate(moods, 1))
            return Draft(after, question=self._texts("ask_mood"), buttons=buttons + surprise)
        luck = seed(moment.memory.user.id)
        films = await asyncio.to_thread(self._engine.telling, moment.taste, state.past, luck)
        after = replace(
            state, asked="opinion", questions=state.questions + 1, shown=tuple(films), shown_in=moment.turn_id
        )
        buttons = tuple(
            Button(self._named(film), self._press(moment, Verb.LOVED, n)) for n, film in enumerate(films, 1)
        )
        return Draft(
            after,
            question=self._texts("ask_films", state.questions),
            buttons=buttons + self.buttons(moment, Verb.NONE) + surprise,
            shown=tuple(films),
            purpose="question",
        )

    async def choose(self, moment: Moment) -> Draft:
        choice = moment.reading.choices[0]
        after = replace(
            moment.dialogue,
            asked="choice",
            shown=choice.item_ids,
            shown_in=moment.turn_id,
            pending=_pending(choice),
            pending_in=moment.turn_id,
        )
        buttons = tuple(
            Button(self._named(i), self._press(moment, Verb.MEANT, n)) for n, i in enumerate(choice.item_ids, 1)
        )
        return Draft(
            after,
            self._echo.acknowledge(moment.reading),
            question=self._texts("which", text=choice.text),
            buttons=(*buttons, *self.buttons(moment, Verb.NONE)),
            shown=choice.item_ids,
            purpose="question",
        )

    async def whom(self, moment: Moment) -> Draft:
        """Who "he" or "she" is: of those told of, else those of the film meant or in view. A name says again what was
        said."""
        state, cause = moment.dialogue, moment.decision.cause
        film = cause.target if cause else None
        names = [] if film else [clause.label for clause in state.people]
        if film:  # "the actor in the first one"
            names = [person.value for person in self._catalogue[film].people(("cast",))]
        elif not names and state.focus:
            item = self._catalogue[state.focus]
            names = [*dict.fromkeys(person.value for person in (*item.makers, *item.people(("cast",))))]
        names = names[:PEOPLE_ASKED]
        text, (start, end) = moment.reading.text, (cause.start, cause.end) if cause else (0, 0)
        after = replace(state, options=tuple(f"{text[:start]}{name}{text[end:]}" for name in names))
        labels = self._wording.names(names)
        buttons = tuple(Button(label, self._press(moment, Verb.SAY, n)) for n, label in enumerate(labels, 1))
        return Draft(after, question=self._texts("whom"), buttons=buttons)

    async def language(self, moment: Moment) -> Draft:
        """Go on in the language that was asked for, which is this one by now; else ask which."""
        if moment.decision.cause and moment.decision.cause.target:
            buttons = self.buttons(moment, Verb.RECOMMEND, Verb.SURPRISE)
            now = self._texts("language_now")
            return Draft(moment.dialogue, now, question=self._texts("greet_open"), buttons=buttons)
        names = [self._languages[language] for language in LANGUAGES]
        choices = tuple(Button(name, self._press(moment, Verb.SPEAK, n)) for n, name in enumerate(names, 1))
        foreign = any(s.value == Intent.FOREIGN for s in moment.reading.statements)
        told = self._texts("language_none", languages=self._texts.join(names)) if foreign else ""
        after = replace(moment.dialogue, asked="language")
        return Draft(after, told, question=self._texts("language_which"), buttons=choices)

    async def thanks(self, moment: Moment) -> Draft:
        text = self._texts("thanks", moment.number)
        return Draft(moment.dialogue, text, question=self._texts("thanks_more"))

    async def cinema(self, moment: Moment) -> Draft:
        """What is on in cinemas no catalogue tells; up to which year it goes, it does."""
        buttons = self.buttons(moment, Verb.RECOMMEND, Verb.SURPRISE)
        return Draft(moment.dialogue, self._texts("cinema", year=self._wording.newest), buttons=buttons)

    async def chat(self, moment: Moment) -> Draft:
        if unknown := self._echo.unknown(moment.reading):
            return Draft(
                moment.dialogue,
                unknown,
                question=self._texts("unknown_ask"),
                buttons=self.buttons(moment, Verb.SURPRISE),
            )
        lost = any(s.confidence < 0.5 for s in moment.reading.statements)
        small = any(s.value == Intent.SMALLTALK for s in moment.reading.statements)
        key = "empty" if not moment.reading.text.strip() else "chat_lost" if lost else "chat_small" if small else "chat"
        example = {"kind": self._wording.an_example_of_kind, "title": self._wording.an_example}
        text = self._texts(key, moment.number, **(example if key == "chat_lost" else {}))
        return Draft(moment.dialogue, text, buttons=self.buttons(moment, Verb.SURPRISE))


def _pending(choice: Choice) -> dict[str, Any]:
    """What the settled title will be said to be: liked or not, to be resembled, or just mentioned."""
    value = "opinion" if choice.lasting else "like" if choice.polarity > 0 else "mention"
    return {"value": value, "polarity": choice.polarity, "lasting": choice.lasting, "seen": choice.seen}
