"""Explanations behind the list: facts to words, checked, stored with what became of them."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.conversation.reply import Explanation, Reply, ToExplain
from bot.store.records import StoredExplanation
from bot.store.repository import Store
from recsys.catalogue import Catalogue, Facet
from recsys.datasets.movie_style import MOVIE_STYLE
from recsys.facts import Facts, Style
from recsys.llm import Budget, Metered, TextGenerator
from recsys.phrase import OnPartial, Outcome, Phrased, phrase

DEADLINE = 8.0
"""Seconds that a generated explanation may take before the template stands in."""
RARE = 12
"""Themes of fewer items than this are often slips of whoever noted them, and say little about the item."""


class Explainer:
    """Explains replies. ``generator`` gives the text generator once there is one: explanations are
    templates until then, when its words take longer than ``deadline`` seconds, and to who has used up a ``budget``."""

    def __init__(
        self,
        store: Store,
        catalogue: Catalogue,
        generator: Callable[[], TextGenerator | None],
        budget: Budget,
        deadline: float = DEADLINE,
        style: Style = MOVIE_STYLE,
    ) -> None:
        self._style = style
        self._budget = budget
        self._deadline = deadline
        self._store = store
        self._catalogue = catalogue
        themes = catalogue.values("keyword")
        self._rare = frozenset(Facet("keyword", theme) for theme, n in themes.items() if n < RARE)
        self._generator = generator

    def facts(self, task: ToExplain) -> Facts:
        """All that may be said."""
        item = self._catalogue[task.item_id]
        return Facts.about(item, self._style, self._rare, reasons=task.reasons, language=task.language)

    async def explain(self, reply: Reply, on_partial: OnPartial | None = None) -> Explanation | None:
        """Phrase and check the explanation that a reply calls for; the template without a model, or when it fails. None
        when none is called for, or the catalogue was replaced since by one without the item."""
        task = reply.explain
        if task is None or task.item_id not in self._catalogue:
            return None
        started = time.perf_counter()
        phrased = await self._phrased(task, on_partial)
        ms = 1000 * (time.perf_counter() - started)
        stored = StoredExplanation(
            turn_id=reply.turn_id,
            item_id=task.item_id,
            text=phrased.text,
            made_by=phrased.by,
            verdict=str(phrased),
            ms=ms,
        )
        async with self._store.unit() as unit:
            await unit.add_explanation(stored)
            await unit.commit()
        return Explanation(task.item_id, phrased.text, phrased.by, ms, str(phrased))

    async def _phrased(self, task: ToExplain, on_partial: OnPartial | None) -> Phrased:
        generator = self._generator()
        if generator is None or not self._budget.left(task.person):
            return Phrased(task.template, Outcome.UNASKED)
        return await phrase(
            self.facts(task),
            self._style,
            Metered(generator, self._budget, task.person),
            fallback=task.template,
            deadline=self._deadline,
            on_partial=on_partial,
        )
