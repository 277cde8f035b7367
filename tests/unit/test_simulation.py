"""Simulated people: what they say is what they mean, and what goes wrong is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.conversation.lexicon import load_lexicon
from bot.conversation.reply import Button, Card, Reply
from bot.conversation.service import Incoming
from bot.conversation.statements import Context
from bot.conversation.understand import Understanding
from bot.simulation.evening import Evening, Record
from bot.simulation.language import Language
from bot.simulation.people import Kind, Limit, Person, Temper, broken, drawn_limits, drawn_person, fitting
from bot.simulation.report import summary
from bot.simulation.scripts import read_scripts
from recsys.errors import DataError
from recsys.heldout import hold_out
from tests.support.films import film, films
from tests.unit.test_engine import AxisEncoder, catalogue

CALM = Temper(patience=4, typos=0.0, lower=False, slang=False, presses=0.0, fickle=0.0)
HASTY = Temper(patience=2, typos=0.1, lower=True, slang=True, presses=0.8, fickle=0.2)
ALIEN, HEAT = film("Alien (1979)"), film("Heat (1995)")
TURN = "0" * 13


class Bot:
    """Answers every message with the next of some replies, the last one for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.heard: list[str] = []

    async def turn(self, incoming: Incoming) -> Reply:
        self.heard.append(incoming.text or incoming.press or "")
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def listed(*names: str, relaxed: tuple[str, ...] = ()) -> Reply:
    verbs = ("like", "dislike", "seen", "save", "more", "why")
    cards = [
        Card(
            n,
            film(name),
            name,
            None,
            (),
            "Because.",
            buttons=tuple(Button(verb, f"1.{verb}.{TURN}.{n}") for verb in verbs),
        )
        for n, name in enumerate(names, 1)
    ]
    return Reply(TURN, "Here:", tuple(cards), "Like one?", relaxed=relaxed)


async def evening(
    bot: Bot, seed: int = 0, temper: Temper = CALM, seen: Sequence[str] = (HEAT,), hidden: Sequence[str] = (ALIEN,)
) -> Record:
    person = Person("ann", dict.fromkeys(seen, 5.0), dict.fromkeys(hidden, 5.0), temper)
    service: Any = bot
    return await Evening(person, service, films(), Random(seed)).play()


async def seeds(make: Callable[[], Bot], **options: Any) -> list[Record]:
    return [await evening(make(), seed, **options) for seed in range(12)]


def kinds(records: Sequence[Record]) -> set[str]:
    return {p.kind for r in records for p in r.problems}


class TestEvening:
    async def test_what_they_would_love_is_accepted_where_it_was_shown(self) -> None:
        lists = (listed("Up (2009)", "Big (1988)", "Saw (2004)"), listed("Her (2013)", "Alien (1979)"))
        for record in await seeds(lambda: Bot(*lists, Reply(TURN, "Enjoy!", question="And?"))):
            if record.lists == 2 and not record.relaxed and record.accepted:
                assert (record.accepted, record.accepted_list) == (5, 2)
        assert any(r.accepted == 5 for r in await seeds(lambda: Bot(*lists, lists[1])))

    async def test_they_give_up_when_their_patience_is_over(self) -> None:
        for record in await seeds(lambda: Bot(listed("Up (2009)")), temper=HASTY):
            assert record.accepted is None
            assert record.turns <= 41

    async def test_a_reply_that_leads_nowhere_is_a_dead_end(self) -> None:
        assert kinds([await evening(Bot(Reply(TURN, "Hm.")))]) == {"dead end"}

    async def test_saying_goodbye_needs_no_way_on(self) -> None:
        replies = (listed("Alien (1979)"), *[Reply(TURN, "Well.", question="?")] * 2, Reply(TURN, "Bye."))
        records = await seeds(lambda: Bot(*replies))
        assert max(r.turns for r in records) == 4  # one of them asked a question, so that "Bye." was the last reply
        assert "dead end" not in kinds(records)

    async def test_a_film_shown_again_is_counted(self) -> None:
        assert "repeated" in kinds(await seeds(lambda: Bot(listed("Up (2009)"))))

    async def test_a_broken_limit_is_counted_unless_the_bot_said_so(self) -> None:
        silent = await seeds(lambda: Bot(listed("Casablanca (1942)")))
        assert "broken limit" in kinds(silent)
        told = ("horror", "the 1970s", "under two hours", "Sigourney Weaver")
        frank = await seeds(lambda: Bot(listed("Casablanca (1942)", relaxed=told)))
        assert "broken limit" not in kinds(frank)
        assert any(r.relaxed for r in frank)

    async def test_vetoes_never_give_way(self) -> None:
        person = Person("ann", {HEAT: 5.0}, {ALIEN: 5.0}, CALM)
        service: Any = Bot(listed("Saw (2004)", relaxed=("gory",)))
        veto = Evening(person, service, films(), Random(0))
        veto._limits = [Limit(Kind.NO_GORE)]
        await veto._turn("more")
        assert [p.what for p in veto._record.problems] == ["Saw (2004) breaks no gore"]

    async def test_the_same_seed_is_the_same_evening(self) -> None:
        first, second = Bot(listed("Up (2009)")), Bot(listed("Up (2009)"))
        await evening(first, 7, HASTY)
        await evening(second, 7, HASTY)
        assert first.heard == second.heard


class TestPeople:
    @pytest.mark.parametrize(
        ("limit", "kept"),
        [
            (Limit(Kind.GENRE, "Horror"), True),
            (Limit(Kind.NO_GENRE, "Horror"), False),
            (Limit(Kind.PERSON, "Sigourney Wéaver"), True),  # as another record spells her
            (Limit(Kind.PERSON, "Tom Hanks"), False),
            (Limit(Kind.DECADE, 1970), True),
            (Limit(Kind.DECADE, 1980), False),
            (Limit(Kind.RUNTIME, 120), True),
            (Limit(Kind.RUNTIME, 100), False),
            (Limit(Kind.OLDER, 1979), False),
            (Limit(Kind.NEWER, 1978), True),
            (Limit(Kind.SHORTER, 117), False),
            (Limit(Kind.LONGER, 116), True),
            (Limit(Kind.PERSON, "Sigourney Weaver"), True),
            (Limit(Kind.DIRECTOR, "James Cameron"), False),
            (Limit(Kind.NO_GORE), False),
        ],
    )
    def test_limits_are_read_off_the_film(self, limit: Limit, kept: bool) -> None:
        assert limit.allows(films()[ALIEN]) is kept
        assert bool(broken([limit], films()[ALIEN])) is not kept
        assert fitting([ALIEN], [limit], films()) == ([ALIEN] if kept else [])

    def test_what_somebody_asks_for_fits_what_they_would_love(self) -> None:
        genres = Language(CALM, Random(0)).genres
        for item in films().items:
            assert not broken(drawn_limits(item, Random(item.id), genres), item)

    def test_what_everybody_knows_has_rather_been_seen(self) -> None:
        ratings = {item.id: 4.0 for item in films().items}
        famous = {item.id for item in films().items[::2]}
        fame = dict.fromkeys(famous, 400)
        people = [drawn_person(str(n), ratings, fame, Random(n)) for n in range(10)]
        assert all(set(p.seen) | set(p.hidden) == set(ratings) and not set(p.seen) & set(p.hidden) for p in people)
        assert all(len(famous & set(p.seen)) > 0.7 * len(p.seen) for p in people)


class TestLanguage:
    understanding = Understanding(films(), load_lexicon())

    @pytest.mark.parametrize("genre", Language(CALM, Random(0)).genres)
    def test_every_genre_is_understood_when_wished_for_and_when_ruled_out(self, genre: str) -> None:
        if genre not in films().values("genre"):
            return
        for seed in range(4):
            language = Language(CALM, Random(seed))
            for limit, polarity in ((Limit(Kind.GENRE, genre), 1), (Limit(Kind.NO_GENRE, genre), -1)):
                text = language.say("wish", wish=language.wish([limit]))
                said = self.understanding.read(text, Context()).statements
                facets = [(s.clause, s.polarity) for s in said if s.clause]
                assert any(p == polarity and genre in {f.value for f in c.facets} for c, p in facets), text

    @pytest.mark.parametrize(
        ("limit", "low", "high"),
        [
            (Limit(Kind.DECADE, 1990), 1990, 1999),
            (Limit(Kind.DECADE, 2010), 2010, 2019),
            (Limit(Kind.RUNTIME, 120), None, 119),
            (Limit(Kind.RUNTIME, 150), None, 150),
        ],
    )
    def test_years_and_lengths_are_understood(self, limit: Limit, low: int | None, high: int) -> None:
        for seed in range(6):
            language = Language(CALM, Random(seed))
            text = language.say("refine", limit=language.limit(limit))
            (found,) = [s.range for s in self.understanding.read(text, Context()).statements if s.range]
            most = high - 1 if high == 150 and "max" not in text else high  # "under 150 minutes"
            assert (found.low, found.high) == (low, most), text

    @pytest.mark.parametrize("word", ["fatasy", "thirller", "horrorr", "weatern", "comdey"])
    def test_a_misspelt_genre_is_understood(self, word: str) -> None:
        (said,) = [s for s in self.understanding.read(f"a good {word} please", Context()).statements if s.clause]
        assert said.polarity == 1

    def test_noise_keeps_commands_and_first_letters(self) -> None:
        language = Language(HASTY, Random(3))
        assert {language.say("commands") for _ in range(20)} <= {"/profile", "/watchlist", "/history", "/help"}
        noisy = {language.say("liked_title", liked="Casablanca") for _ in range(60)}
        assert any("casablanca" not in text for text in noisy)
        assert all(any(w.startswith("c") for w in text.split()) for text in noisy)


def test_the_figures_count_evenings() -> None:
    lucky = Record("ann", turns=3, lists=1, accepted=2, accepted_list=1, accepted_turn=1, ms=[10.0, 20.0])
    late = Record("bob", turns=9, lists=4, accepted=11, accepted_list=4, accepted_turn=8, ms=[30.0])
    never = Record("cat", turns=5, lists=4, ms=[40.0])
    report = summary([lucky, late, never, never])
    assert report["success"] == 0.5
    assert report["success_within"][1] == 0.0
    assert report["success_within"][5] == 0.25
    assert report["success_within"][12] == 0.5
    assert report["success_within_lists"][3] == 0.25
    assert report["turns_to_acceptance"] == {"mean": 4.5, "median": 4.5}
    assert report["problems"]["dead end"]["count"] == 0


def test_scripts_that_are_none_are_refused(tmp_path: Any) -> None:
    assert len(read_scripts()) == 10
    path = tmp_path / "scripts.toml"
    path.write_text("[[conversation]]\ntitle = 'No lines'\n")
    with pytest.raises(DataError, match="no file of conversations"):
        read_scripts(path)


def test_a_damaged_model_of_those_not_held_out_is_made_anew(tmp_path: Path) -> None:
    ratings = tmp_path / "ratings.csv"
    rows = [f"{user},i{(user + n) % 40},{5 - n % 2}" for user in range(60) for n in range(16)]
    ratings.write_text("\n".join(["userId,movieId,rating", *rows]))

    def version() -> str:
        given = (ratings, catalogue(), AxisEncoder(), tmp_path / "cache", tmp_path / "simulation")
        return hold_out(*given).artefact.version  # type: ignore[arg-type]

    first = version()
    (model,) = (tmp_path / "simulation").glob("*/model.safetensors")
    model.write_bytes(b"nonsense")
    assert version() == first
    assert model.read_bytes() != b"nonsense"


def test_without_ratings_nobody_is_made_up(tmp_path: Path) -> None:
    """As after `usher catalogue import`: to build the default catalogue there would be no good advice."""
    given = (tmp_path / "ratings.parquet", catalogue(), AxisEncoder(), tmp_path / "cache", tmp_path / "simulation")
    with pytest.raises(DataError, match="no ratings"):
        hold_out(*given)  # type: ignore[arg-type]
