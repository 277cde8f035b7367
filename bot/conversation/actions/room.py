"""What every action uses: the store, the engine, one language, buttons and cards."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.actions.moment import Moment
from bot.conversation.evidence import Evidence
from bot.conversation.press import Press, Verb
from bot.conversation.reply import Button, Card, Reason, ToExplain
from bot.conversation.wording import Wording
from bot.store.repository import Store
from bot.texts import Texts
from recsys.catalogue import Catalogue, Item
from recsys.engine import Engine


class Room:
    """A group of actions in one language."""

    def __init__(self, store: Store, engine: Engine, texts: Texts) -> None:
        self._store = store
        self._engine = engine
        self._catalogue: Catalogue = engine.catalogue
        self._texts = texts
        self._wording = Wording(texts, engine.catalogue)

    def _press(self, moment: Moment, verb: Verb, slot: int = 0) -> str:
        return str(Press(verb, moment.turn_id, slot))

    def buttons(self, moment: Moment, *verbs: Verb) -> tuple[Button, ...]:
        """Buttons of the whole message."""
        return self._item_buttons(moment, 0, verbs)

    def _item_buttons(self, moment: Moment, slot: int, verbs: tuple[Verb, ...]) -> tuple[Button, ...]:
        return tuple(Button(self._texts(f"button_{v}"), self._press(moment, v, slot)) for v in verbs)

    def _forget_buttons(self, moment: Moment, evidence: Sequence[Evidence]) -> tuple[Button, ...]:
        """A button for each, to take it back; the draft's ``keys`` must be theirs, in this order."""
        return tuple(
            Button(self._texts("button_forget", what=e.name), self._press(moment, Verb.FORGET, n))
            for n, e in enumerate(evidence, 1)
        )

    def _plain_card(self, moment: Moment, slot: int, item: Item, verbs: tuple[Verb, ...]) -> Card:
        asked = {facet for clause in moment.dialogue.wanted for facet in clause.facets}
        facets, buttons = self._wording.card_facets(item, asked), self._item_buttons(moment, slot, verbs)
        title = self._wording.title(item)
        return Card(slot, item.id, title, item.year, facets, buttons=buttons, external=item.external)

    def _named(self, item_id: str) -> str:
        """A title on a button."""
        item = self._catalogue[item_id]
        return f"{self._wording.title(item)} ({item.year})" if item.year else self._wording.title(item)

    def _to_explain(self, moment: Moment, item: Item, reasons: tuple[Reason, ...]) -> ToExplain:
        spoken = self._wording.spoken(reasons, moment.taste, moment.dialogue)
        template = self._wording.template(item, reasons)
        return ToExplain(moment.memory.user.id, item.id, spoken, template, self._texts.language)


def seed(identifier: str) -> int:
    """A number that stays the same for the same person or turn."""
    return int.from_bytes(identifier.encode()[-6:], "big")
