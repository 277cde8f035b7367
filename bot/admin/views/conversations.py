"""The list of conversations, the replay of one, and what reviewers say of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette_admin import route

from bot.admin import charts
from bot.admin.desk import Page, audited, done, form_of, require
from bot.admin.door import may
from bot.admin.views.filters import as_query, filters_from
from bot.conversation.actions.recommending import query_of
from bot.conversation.policy import Action
from bot.conversation.press import parse_press
from bot.conversation.state import Dialogue
from bot.conversation.statements import Kind
from bot.conversation.taste import taste_of
from bot.roles import Role
from bot.store.admin import PAGE
from bot.store.records import Correction, Event, Mark, StoredRecommendation, StoredStatement, Turn
from bot.store.review import OUTCOMES, TURNS_SHOWN, UNSURE, Replay, Replayed, ReviewReading, ReviewUnit
from bot.web import number
from recsys.candidates import hidden
from recsys.catalogue import Catalogue
from recsys.taste import Query

CANDIDATES = 10
MARKS = {"flag": "flagged", "tag": "tagged", "note": "noted"}
LONGEST_NOTE = 2000
POLARITIES = {"1": 1, "0": 0, "-1": -1}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message, and the numbers of the statements that it is evidence for."""

    text: str
    statements: tuple[int, ...]
    kind: str = ""
    polarity: int = 0


class ConversationList(Page):
    """Everything about conversations."""

    menu_label = "Conversations"
    icon = "fa-solid fa-comments"
    path = "/conversations"
    route_name = "conversations"

    @route("")
    async def index(self, request: Request) -> Response:
        filters = filters_from(request.query_params, names=may(request, Role.REVIEWER))
        before = request.query_params.get("before")
        async with self.desk.store.reading_as(ReviewReading) as reading:
            found = await reading.conversations(filters, before)
            count = await reading.count(filters)
            choices = {
                "language": await reading.languages(),
                "model": await reading.models(),
                "tag": await reading.tags(),
            }
        query = as_query(filters)
        older = urlencode({**query, "before": found[-1].conversation.id}) if len(found) == PAGE else None
        return self.render(
            request,
            "conversations.html",
            found=found,
            count=count,
            filters=filters,
            query=query,
            older=older,
            newest=before is None,
            choices=choices | {"outcome": OUTCOMES, "action": tuple(Action)},
        )

    @route("/{conversation_id}", name="replay")
    async def replay(self, request: Request) -> Response:
        """An id of a turn or person leads to the conversation as well."""
        conversation_id = request.path_params["conversation_id"]
        after = number(request.query_params.get("after", "")) or 0
        async with self.desk.store.reading_as(ReviewReading) as reading:
            known = await reading.conversation_of(conversation_id) if conversation_id.isalnum() else None
            replay = await reading.replay(known, after) if known else None
            memory = await reading.memory_before(replay.turns[-1].turn) if replay and replay.turns else None
        if replay is None:
            raise HTTPException(404, "There is no such conversation; it may have been erased.")
        if after and not replay.turns:
            raise HTTPException(404, "The conversation has no turns as late as these.")
        await self.audit(request, "viewed conversation", replay.conversation.id)
        engine = self.desk.conversations.engine
        counts = await asyncio.to_thread(ruled_out, engine.catalogue, replay, memory.events if memory else ())
        return self.render(
            request,
            "replay.html",
            title="Replay",
            replay=replay,
            pieces={r.turn.id: pieces_of(r.turn.text, r.statements) for r in replay.turns},
            hidden=counts,
            bars=charts.contributions,
            scale=_scale([s for r in replay.turns for s in r.shown]),
            signals=charts.SIGNALS,
            unsure=UNSURE,
            kinds=tuple(Kind),
            is_whole=is_whole,
            later=replay.turns[-1].turn.number if replay.following else None,
            earlier=max(0, replay.turns[0].turn.number - 1 - TURNS_SHOWN) if after else None,
        )

    @route("/{conversation_id}/mark", methods=["POST"], name="mark")
    async def mark(self, request: Request) -> Response:
        """Flag, tag or note a conversation or one of its turns."""
        require(request, Role.REVIEWER)
        conversation_id = request.path_params["conversation_id"]
        form = await form_of(request)
        kind, value = form.get("kind", ""), form.get("value", "").strip()[:LONGEST_NOTE]
        turn_id = form.get("turn") or None
        if kind not in MARKS or (not value and kind != "flag"):
            return done(request, "Write something first.", _to(conversation_id, turn_id), good=False)
        entry = audited(request, MARKS[kind], turn_id or conversation_id)
        mark = Mark(
            conversation_id=conversation_id,
            turn_id=turn_id,
            kind=kind,
            value=value.lower()[:40] if kind == "tag" else value,
            made_by=entry.who,
        )
        async with self.desk.store.unit_as(ReviewUnit) as unit:
            turn = await unit.turn_of_anyone(turn_id) if turn_id else None
            if turn_id and (turn is None or turn.conversation_id != conversation_id):
                raise HTTPException(404, "This conversation has no such turn.")
            new = await unit.add_mark(mark)
            await unit.audit(entry)
            await unit.commit()
        message = f"The {'turn' if turn_id else 'conversation'} is {MARKS[kind]}." if new else "That was there already."
        return done(request, message, _to(conversation_id, turn_id))

    @route("/{conversation_id}/unmark", methods=["POST"], name="unmark")
    async def unmark(self, request: Request) -> Response:
        """Take a flag, tag or note away."""
        require(request, Role.REVIEWER)
        conversation_id = request.path_params["conversation_id"]
        async with self.desk.store.unit_as(ReviewUnit) as unit:
            gone = await unit.remove_mark(conversation_id, (await form_of(request)).get("mark", ""))
            await unit.audit(audited(request, "removed mark", conversation_id))
            await unit.commit()
        return done(request, "Removed." if gone else "It was gone already.", _to(conversation_id))

    @route("/{conversation_id}/turns/{turn_id}/correct", methods=["POST"], name="correct")
    async def correct(self, request: Request) -> Response:
        """Store what a message should have been understood as; the next learning run may use it."""
        require(request, Role.REVIEWER)
        conversation_id, turn_id = request.path_params["conversation_id"], request.path_params["turn_id"]
        form = await form_of(request)
        async with self.desk.store.reading_as(ReviewReading) as reading:
            turn = await reading.turn_of_anyone(turn_id)
            stated = await reading.statements_of(turn_id)
        if turn is None or turn.conversation_id != conversation_id:
            raise HTTPException(404, "This conversation has no such turn.")
        statements = corrected(turn.text, stated, form)
        if isinstance(statements, str):
            return done(request, statements, _to(conversation_id, turn_id), good=False)
        entry = audited(request, "corrected", turn_id)
        async with self.desk.store.unit_as(ReviewUnit) as unit:
            await unit.add_correction(
                Correction(
                    turn_id=turn_id,
                    statements=tuple(statements),
                    note=form.get("note", "").strip()[:LONGEST_NOTE],
                    made_by=entry.who,
                )
            )
            await unit.audit(entry)
            await unit.commit()
        return done(request, "The correction is stored as training data.", _to(conversation_id, turn_id))

    @route("/{conversation_id}/turns/{turn_id}/again", name="again")
    async def again(self, request: Request) -> Response:
        """A turn as it was and as the present code and model would answer it, side by side."""
        require(request, Role.REVIEWER)
        async with self.desk.store.reading_as(ReviewReading) as reading:
            turn = await reading.turn_of_anyone(request.path_params["turn_id"])
            memory = await reading.memory_before(turn) if turn else None
            if turn is None or memory is None or turn.conversation_id != request.path_params["conversation_id"]:
                raise HTTPException(404, "This conversation has no such turn.")
            if not is_whole(turn):
                raise HTTPException(404, "Of a group's turns too little is kept to run them again.")
            shown = await reading.shown_by(turn.id)
            statements = await reading.statements_of(turn.id)
            pressed = await _pressed(reading, turn)
        await self.audit(request, "ran turn again", turn.id)
        moment, draft = await self.desk.conversations.rethink(memory, turn, pressed)
        engine = self.desk.conversations.engine
        query = query_of(moment, k=CANDIDATES)
        result = (await asyncio.to_thread(engine.recommend, [query]))[0]
        now = moment.reading.statements
        return self.render(
            request,
            "again.html",
            title="Run again",
            turn=turn,
            shown=shown,
            statements=statements,
            moment=moment,
            draft=draft,
            now=now,
            candidates=result,
            hidden=await asyncio.to_thread(hidden, engine.catalogue, query),
            model=engine.version,
            bars=charts.contributions,
            scale=_scale([*shown, *result.picks]),
            signals=charts.SIGNALS,
        )


def is_whole(turn: Turn) -> bool:
    """Whether everything about a turn is kept; of a group's it is not."""
    return "before" in turn.reply


async def _pressed(reading: ReviewReading, turn: Turn) -> StoredRecommendation | None:
    press = parse_press(turn.press) if turn.press else None
    return await reading.shown(turn.user_id, press.turn_id, press.slot) if press and press.slot else None


def _to(conversation_id: str, turn_id: str | None = None) -> str:
    return f"/conversations/{conversation_id}" + (f"#{turn_id}" if turn_id else "")


def _scale(shown: Sequence[Any]) -> float:
    """The points that the longest bar stands for."""
    return max((sum(v for v in s.contributions.values() if v > 0) for s in shown), default=1.0)


def pieces_of(text: str, statements: Sequence[StoredStatement]) -> list[Piece]:
    """A message cut at the edges of its evidence."""
    edges = sorted({0, len(text), *(e for s in statements for e in (s.start, s.end) if 0 <= e <= len(text))})
    pieces = []
    for low, high in pairwise(edges):
        behind = [(n, s) for n, s in enumerate(statements, 1) if s.start <= low and high <= s.end]
        kind, polarity = (behind[0][1].kind, behind[0][1].polarity) if behind else ("", 0)
        pieces.append(Piece(text[low:high], tuple(n for n, _ in behind), kind, polarity))
    return pieces


def ruled_out(catalogue: Catalogue, replay: Replay, events: Sequence[Event]) -> Mapping[str, Mapping[str, int]]:
    """Turn -> what its list could not hold, and how many items each reason hid, in the present catalogue.

    The state after a turn is the one that the next turn began with.
    """
    found = {}
    following = [*(r.turn for r in replay.turns[1:]), replay.following]
    for replayed, then in zip(replay.turns, following, strict=False):
        if replayed.turn.action != Action.RECOMMEND or not is_whole(replayed.turn):
            continue
        after = then.reply.get("before", {}) if then else replay.conversation.state
        found[replayed.turn.id] = hidden(catalogue, _query(replayed, Dialogue.from_json(after, catalogue), events))
    return found


def _query(replayed: Replayed, after: Dialogue, events: Sequence[Event]) -> Query:
    then = [e for e in events if e.turn_id is None or e.turn_id < replayed.turn.id]
    shown = {s.item_id for s in replayed.shown}
    return Query(taste_of(then).tonight(after.wish), after.wish, frozenset(set(after.past) - shown))


def corrected(text: str, stated: Sequence[StoredStatement], form: Mapping[str, str]) -> list[dict[str, Any]] | str:
    """The statements that a correction's form amounts to, or what is wrong with it."""
    found = []
    for n, said in enumerate(stated):
        if form.get(f"keep{n}"):
            polarity = POLARITIES.get(form.get(f"polarity{n}", ""), said.polarity)
            found.append(_statement(said.kind, said.value, polarity, said.target, said.start, said.end))
    for n in range(3):
        kind, value = form.get(f"kind{n}", ""), form.get(f"value{n}", "").strip()[:200]
        words = form.get(f"words{n}", "").strip()
        if not (value or words):
            continue
        if kind not in set(Kind):
            return "Choose what kind of statement it is."
        start = text.casefold().find(words.casefold())
        if start < 0:
            return "The words must be a part of the message."
        polarity = POLARITIES.get(form.get(f"new{n}", ""), 0)
        target = form.get(f"target{n}", "").strip()[:100] or None
        found.append(_statement(kind, value, polarity, target, start, start + len(words)))
    return found


def _statement(kind: str, value: str, polarity: int, target: str | None, start: int, end: int) -> dict[str, Any]:
    return {"kind": str(kind), "value": value, "polarity": polarity, "target": target, "start": start, "end": end}
