"""What every action uses: the store, the engine, one language, buttons and cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from bot.conversation.actions.moment import Draft, Moment
from bot.conversation.answers import Answers
from bot.conversation.echo import Echo
from bot.conversation.evidence import Evidence, evidence_of
from bot.conversation.press import Press, Verb
from bot.conversation.reasoning import Reasoning
from bot.conversation.reply import Button, Card, Mark, Reason, ToExplain
from bot.conversation.sharing import payload_of
from bot.conversation.state import Dialogue
from bot.conversation.statements import Intent
from bot.conversation.taste import taste_of
from bot.conversation.wording import Wording
from bot.store.records import StoredRecommendation
from bot.store.repository import Store
from bot.texts import Texts
from recsys.catalogue import Catalogue, Item
from recsys.engine import Engine

OPINIONS = (Verb.LIKE, Verb.DISLIKE, Verb.SEEN)
MARKED_BUTTONS = {
    "list": (*OPINIONS, Verb.SAVE, Verb.MORE, Verb.WHY),
    "shared": (*OPINIONS, Verb.SAVE, Verb.MORE),
    "answer": (*OPINIONS, Verb.SAVE, Verb.MORE),
    "watchlist": (Verb.LIKE, Verb.SEEN, Verb.SAVE),
}
"""The buttons of an item after somebody reacted to it, by what it was shown for."""
Thing = TypeVar("Thing")

LINES_A_PAGE = 8
"""Lines of a profile that are offered at a time to be taken away."""


class Room:
    """A group of actions in one language."""

    def __init__(self, store: Store, engine: Engine, texts: Texts) -> None:
        self._store = store
        self._engine = engine
        self._catalogue: Catalogue = engine.catalogue
        self._texts = texts
        self._wording = Wording(texts, engine.catalogue)
        self._reasoning = Reasoning(self._wording)
        self._echo = Echo(self._wording)
        self._answers = Answers(self._wording)

    def saved(self, moment: Moment, item_id: str) -> str:
        """That what they named to be saved, else the item, is on the watchlist."""
        named = moment.targets(Intent.SAVE, item_id)
        return self._texts("noted_saves" if len(named) > 1 else "noted_save", title=self._wording.titles(named))

    def _press(self, moment: Moment, verb: Verb, slot: int = 0) -> str:
        return str(Press(verb, moment.turn_id, slot))

    def buttons(self, moment: Moment, *verbs: Verb) -> tuple[Button, ...]:
        """Buttons of the whole message."""
        return self._item_buttons(moment, 0, verbs)

    def _item_buttons(self, moment: Moment, slot: int, verbs: tuple[Verb, ...]) -> tuple[Button, ...]:
        return tuple(Button(self._texts(f"button_{v}"), self._press(moment, v, slot)) for v in verbs)

    def _marked(self, moment: Moment, row: StoredRecommendation) -> Mark:
        """A shown item's buttons as they are now: what was said of it is ticked, and pressing that takes it back."""
        opinion, saved = moment.opinion(row.item_id), moment.saved(row.item_id)
        buttons = []
        for verb in MARKED_BUTTONS.get(row.purpose, ()):
            said = saved if verb is Verb.SAVE else verb == opinion
            undoes = Verb.UNSAVE if verb is Verb.SAVE else Verb.CLEAR
            label = self._texts(f"button_{verb}_on" if said else f"button_{verb}")
            buttons.append(Button(label, str(Press(undoes if said else verb, row.turn_id, row.slot))))
        return Mark(row.turn_id, row.slot, tuple(buttons))

    def _share(self, item: Item) -> Button:
        """The button that passes an item on."""
        return Button(self._texts("button_share"), "", payload_of(item.id))

    def _forget_buttons(self, moment: Moment, evidence: Sequence[Evidence]) -> tuple[Button, ...]:
        """A button for each, to take it back; the draft's ``keys`` must be theirs, in this order."""
        return tuple(
            Button(self._texts("button_forget", what=e.name), self._press(moment, Verb.FORGET, n))
            for n, e in enumerate(evidence, 1)
        )

    def _known(self, moment: Moment, dialogue: Dialogue) -> list[Evidence]:
        """All that counts, what lasts first."""
        return list(evidence_of(moment.memory.events, dialogue, self._wording, self._catalogue).values())

    def _tonight(self, dialogue: Dialogue) -> tuple[Evidence, ...]:
        """This evening's wish, one thing each."""
        return tuple(evidence_of((), dialogue, self._wording, self._catalogue).values())

    def _profile(
        self,
        moment: Moment,
        dialogue: Dialogue,
        known: Sequence[Evidence],
        *,
        said: str = "",
        page: int = 0,
        forgotten: Evidence | None = None,
    ) -> Draft:
        """All that is known, what lasts and tonight's wish apart, with a page of buttons that take a line away."""
        lines, page, pages = paged(known, LINES_A_PAGE, page)
        gone = forgotten.events if forgotten else ()
        taste = taste_of(e for e in moment.memory.events if e.id not in gone)
        text = self._wording.profile(taste, moment.memory.saved, [e.plain for e in self._tonight(dialogue)])
        buttons = tuple(
            Button(self._texts("button_remove", what=e.line), self._press(moment, Verb.FORGET, n))
            for n, e in enumerate(lines, 1)
        )
        return Draft(
            replace(dialogue, asked="profile", page=page),
            "\n\n".join(filter(None, [said, text])),
            question=self._texts("profile_tidy") if lines else None,
            buttons=buttons + (self.buttons(moment, Verb.PAGE) if pages > 1 else ()),
            keys=tuple(e.key for e in lines),
            notice=said or None,
            forgotten=forgotten,
        )

    def _plain_card(self, moment: Moment, slot: int, item: Item, verbs: tuple[Verb, ...]) -> Card:
        asked = {facet for clause in moment.dialogue.wanted for facet in clause.facets}
        facets, buttons = self._wording.card_facets(item, asked), self._item_buttons(moment, slot, verbs)
        title = self._wording.title(item)
        plot = self._wording.plot(item)
        return Card(slot, item.id, title, item.year, facets, buttons=buttons, external=item.external, plot=plot)

    def _named(self, item_id: str) -> str:
        """A title on a button."""
        item = self._catalogue[item_id]
        return f"{self._wording.title(item)} ({item.year})" if item.year else self._wording.title(item)

    def _to_explain(self, moment: Moment, item: Item, reasons: tuple[Reason, ...]) -> ToExplain:
        if moment.dialogue.wish.vague and any(reason.signal == "mood" for reason in reasons):
            reasons = tuple(reason for reason in reasons if reason.signal != "wish")  # that is the same mood again
        spoken = self._reasoning.spoken(reasons, moment.taste, moment.dialogue)
        template = self._reasoning.template(item, reasons)
        return ToExplain(moment.memory.user.id, item.id, spoken, template, self._texts.language)


def paged(things: Sequence[Thing], size: int, page: int) -> tuple[Sequence[Thing], int, int]:
    """A page of things, its number from 0, and how many pages there are; after the last comes the first."""
    pages = max(1, -(-len(things) // size))
    page %= pages
    return things[page * size : (page + 1) * size], page, pages


def bar(filled: int, width: int) -> str:
    """A share as a picture in letters."""
    return "▓" * filled + "░" * (width - filled)


def seed(identifier: str) -> int:
    """A number that stays the same for the same person or turn."""
    return int.from_bytes(identifier.encode()[-6:], "big")
