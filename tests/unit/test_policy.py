"""The dialogue's state and the policy: what a message changes, and what is decided."""

from __future__ import annotations

import json

import pytest

from bot.conversation.policy import Action, decide
from bot.conversation.press import Press, Verb, parse_press
from bot.conversation.state import MOODS_KEPT, Dialogue
from bot.conversation.statements import Choice, Critique, Intent, Kind, Named, NamedKind, Reading, Statement
from bot.conversation.taste import event_of, taste_of
from recsys.catalogue import Catalogue, Facet, Item
from recsys.taste import Clause, Range

CATALOGUE = Catalogue(
    [
        Item("old", "Old", 1975, numbers={"runtime": 100}),
        Item("new", "New", 2005, numbers={"runtime": 140}),
        Item("bare", "Bare"),
    ]
)
COMEDY = Clause("funny", (Facet("genre", "Comedy"),))
HORROR = Clause("horror", (Facet("genre", "Horror"),))
PACINO = Clause("Al Pacino", (Facet("cast", "Al Pacino"),))


def wants(clause: Clause, polarity: int = 1, *, lasting: bool = False) -> Statement:
    return Statement(Kind.FACET, clause.label, polarity, clause=clause, lasting=lasting)


def intent(value: Intent, target: str | None = None) -> Statement:
    return Statement(Kind.INTENT, value, target=target)


def opinion(item_id: str, polarity: int) -> Statement:
    return Statement(Kind.ITEM, "opinion", polarity, target=item_id, lasting=True, seen=True)


def heard(state: Dialogue, *said: Statement) -> Dialogue:
    return state.heard(said, CATALOGUE)


class TestDialogue:
    def test_a_film_that_is_only_asked_about_may_be_suggested(self) -> None:
        named = Named(NamedKind.TITLE, "Old", 0, 3, ("old",))
        asks = Statement(Kind.QUESTION, "rating", target="old")
        assert Dialogue().noted(Reading("Old?", (asks,), (), (named,))).named == ()
        assert Dialogue().noted(Reading("Old", (opinion("old", 1),), (), (named,))).named == ("old",)

    def test_wishes_add_up_until_one_comes_twice(self) -> None:
        nineties = Statement(Kind.RANGE, "year", range=Range("year", 1990, 1999, "1990s"))
        state = heard(heard(Dialogue(), nineties, wants(PACINO, -1)), wants(COMEDY))
        assert state.wanted == (COMEDY,)
        assert state.ranges == (Range("year", 1990, 1999, "1990s"),)
        state = heard(state, wants(HORROR))
        assert state.wanted == (HORROR,)
        assert state.ranges == ()
        assert state.unwanted == (PACINO,)

    def test_a_veto_leaves_the_alternative(self) -> None:
        either = Clause("horror or funny", (*HORROR.facets, *COMEDY.facets))
        state = heard(heard(Dialogue(), wants(either)), wants(HORROR, -1))
        assert (state.wanted, state.unwanted) == ((COMEDY,), (HORROR,))

    def test_describing_a_story_starts_anew(self) -> None:
        state = heard(heard(Dialogue(), wants(COMEDY)), Statement(Kind.WISH, "an astronaut drifts away", 1))
        assert (state.wanted, state.moods) == ((), ("an astronaut drifts away",))

    def test_also_refines(self) -> None:
        state = heard(heard(Dialogue(), wants(COMEDY)), intent(Intent.REFINE), wants(HORROR))
        assert state.wanted == (COMEDY, HORROR)

    def test_people_refine(self) -> None:
        assert heard(heard(Dialogue(), wants(COMEDY)), wants(PACINO)).wanted == (COMEDY, PACINO)

    def test_a_change_of_mind_goes_both_ways(self) -> None:
        vetoed = heard(heard(Dialogue(), wants(COMEDY)), wants(COMEDY, -1))
        assert (vetoed.wanted, vetoed.unwanted) == ((), (COMEDY,))
        wanted = heard(vetoed, wants(COMEDY))
        assert (wanted.wanted, wanted.unwanted) == ((COMEDY,), ())

    def test_one_number_of_a_kind_is_in_force(self) -> None:
        first = Statement(Kind.RANGE, "year", range=Range("year", 1990, 1999))
        second = Statement(Kind.RANGE, "year", range=Range("year", 1980, 1989))
        assert heard(Dialogue(), first, second).ranges == (Range("year", 1980, 1989),)

    @pytest.mark.parametrize(
        ("critique", "expected"),
        [
            (Critique.OLDER, Range("year", None, 1974, "older than 1975")),
            (Critique.NEWER, Range("year", 2006, None, "newer than 2005")),
            (Critique.SHORTER, Range("runtime", None, 99, "shorter than 100 minutes")),
            (Critique.LONGER, Range("runtime", 141, None, "longer than 140 minutes")),
        ],
    )
    def test_older_means_than_what_was_shown(self, critique: Critique, expected: Range) -> None:
        state = Dialogue(shown=("old", "new", "bare"))
        assert heard(state, Statement(Kind.CRITIQUE, critique)).ranges == (expected,)

    def test_older_than_nothing_changes_nothing(self) -> None:
        assert heard(Dialogue(), Statement(Kind.CRITIQUE, Critique.OLDER)).ranges == ()

    def test_a_limit_that_is_added_keeps_the_one_before(self) -> None:
        newer = Statement(Kind.RANGE, "year", 1, range=Range("year", 1998, None, "newer than 1997"))
        nineties = Statement(Kind.RANGE, "year", 1, range=Range("year", 1990, 1999, "the 1990s"))
        seventies = Statement(Kind.RANGE, "year", 1, range=Range("year", 1970, 1979, "the 1970s"))
        state = heard(heard(Dialogue(), newer), intent(Intent.REFINE), nineties)
        assert state.ranges == (Range("year", 1998, 1999, "newer than 1997, the 1990s"),)
        assert heard(state, intent(Intent.REFINE), nineties).ranges[0].low == 1998
        assert heard(state, intent(Intent.REFINE), seventies).ranges == (seventies.range,)
        assert heard(state, nineties).ranges == (nineties.range,)

    def test_completely_different_drops_tonights_wish_and_its_genre(self) -> None:
        nineties = Statement(Kind.RANGE, "year", 1, range=Range("year", 1990, 1999, "the 1990s"))
        gory = Clause("gory", (Facet("keyword", "gore"),))
        state = heard(Dialogue(), wants(COMEDY), nineties, wants(gory, -1), Statement(Kind.WISH, "slow", 1))
        state = heard(state, Statement(Kind.CRITIQUE, Critique.DIFFERENT, -1))
        assert (state.wanted, state.ranges, state.moods) == ((), (), ())
        assert state.unwanted == (gory, COMEDY)
        assert heard(state, wants(COMEDY)).unwanted == (gory,)

    def test_completely_different_from_a_list_is_without_what_its_items_share(self) -> None:
        items = [Item("a", "A", facets={"genre": ("Drama", "War")}), Item("b", "B", facets={"genre": ("Drama",)})]
        said = Statement(Kind.CRITIQUE, Critique.DIFFERENT, -1)
        state = Dialogue(shown=("a", "b")).heard([said], Catalogue(items))
        assert [c.facets for c in state.unwanted] == [(Facet("genre", "Drama"),)]

    def test_moods_fade(self) -> None:
        state = heard(Dialogue(), *(Statement(Kind.WISH, f"mood {n}", 1) for n in range(MOODS_KEPT + 2)))
        assert state.moods == ("mood 2", "mood 3", "mood 4")

    def test_lasting_taste_is_not_tonights_wish(self) -> None:
        assert not heard(Dialogue(), wants(COMEDY, lasting=True), wants(HORROR, -1, lasting=True)).wish

    def test_what_is_merely_spoken_of_is_no_veto(self) -> None:
        assert heard(Dialogue(), wants(COMEDY, 0)) == Dialogue()

    def test_a_film_is_refused_until_it_is_wanted_or_the_evening_ends(self) -> None:
        state = heard(Dialogue(), Statement(Kind.ITEM, "mention", -1, target="old"))
        assert state.refused == ("old",)
        assert heard(state, Statement(Kind.ITEM, "mention", 1, target="old")).refused == ()
        assert heard(state, intent(Intent.BYE)).refused == ()

    def test_it_survives_the_store(self) -> None:
        state = Dialogue(
            wanted=(COMEDY,),
            unwanted=(HORROR,),
            ranges=(Range("year", 1990),),
            moods=("slow",),
            like=("old",),
            shown=("new",),
            shown_in="T",
            past=("new",),
            refused=("bare",),
            focus="new",
            asked="opinion",
            options=("a", "b"),
            questions=1,
            pending={"value": "opinion", "polarity": 1},
        )
        assert Dialogue.from_json(json.loads(json.dumps(state.to_json())), CATALOGUE) == state

    def test_items_that_the_catalogue_lacks_by_now_are_out_of_it(self) -> None:
        ids = ("old", "gone", "new")
        state = Dialogue(like=ids, past=ids, named=ids, shown=ids, shown_in="T", focus="gone", moods=("slow",))
        left = ("old", "new")
        known = Dialogue(like=left, past=left, named=left, moods=("slow",))
        assert Dialogue.from_json(state.to_json(), CATALOGUE) == known

    def test_rows_of_other_versions_stay_readable(self) -> None:
        assert Dialogue.from_json({"moods": ["slow"], "from_the_future": 1}, CATALOGUE) == Dialogue(moods=("slow",))


class TestDecide:
    @pytest.mark.parametrize(
        ("said", "action"),
        [
            ((wants(COMEDY),), Action.RECOMMEND),
            ((opinion("old", 1),), Action.RECOMMEND),
            ((opinion("old", -1), wants(COMEDY)), Action.RECOMMEND),
            ((Statement(Kind.ITEM, "mention", target="old"),), Action.ANSWER),
            ((Statement(Kind.QUESTION, "director", target="old"),), Action.ANSWER),
            ((intent(Intent.WHY),), Action.EXPLAIN),
            ((intent(Intent.SAVE, "old"),), Action.NOTE),
            ((intent(Intent.ACCEPT, "old"),), Action.NOTE),
            ((intent(Intent.MORE),), Action.RECOMMEND),
            ((intent(Intent.SURPRISE),), Action.RECOMMEND),
            ((intent(Intent.UNDO),), Action.UNDO),
            ((intent(Intent.UNDO), wants(COMEDY)), Action.RECOMMEND),  # "forget that, a comedy"
            ((intent(Intent.PROFILE),), Action.PROFILE),
            ((intent(Intent.THANKS),), Action.THANKS),
            ((intent(Intent.BYE),), Action.BYE),
            ((intent(Intent.CHAT),), Action.CHAT),
            ((intent(Intent.GREET),), Action.GREET),
            ((intent(Intent.GREET), wants(COMEDY)), Action.RECOMMEND),
            ((Statement(Kind.CRITIQUE, Critique.OLDER),), Action.RECOMMEND),
        ],
    )
    def test_somebody_we_know(self, said: tuple[Statement, ...], action: Action) -> None:
        decision = decide(Reading("", said), Dialogue(), knows_taste=True, newcomer=False)
        assert decision.action is action
        assert decision.why

    def test_a_newcomer_who_only_greets_is_welcomed_and_asked(self) -> None:
        decision = decide(Reading("hi", (intent(Intent.GREET),)), Dialogue(), knows_taste=False, newcomer=True)
        assert decision.action is Action.WELCOME

    def test_nothing_known_is_worth_one_question(self) -> None:
        said = Reading("", (intent(Intent.RECOMMEND),))
        assert decide(said, Dialogue(), knows_taste=False, newcomer=False).action is Action.ASK
        asked = Dialogue(asked="wish", questions=1)
        assert decide(said, asked, knows_taste=False, newcomer=False).action is Action.RECOMMEND

    def test_never_three_questions_in_a_row(self) -> None:
        skip = Reading("", (intent(Intent.SKIP),))
        first = decide(skip, Dialogue(asked="opinion", questions=1), knows_taste=False, newcomer=False)
        second = decide(skip, Dialogue(asked="wish", questions=2), knows_taste=False, newcomer=False)
        assert (first.action, second.action) == (Action.ASK, Action.RECOMMEND)

    def test_knowing_none_of_the_films_is_no_answer_and_costs_nothing(self) -> None:
        none = Reading("none", (Statement(Kind.ITEM, "mention", target="old"),))
        asked = Dialogue(asked="opinion", questions=1)
        assert decide(none, asked, knows_taste=False, newcomer=False).action is Action.ASK

    def test_no_with_a_wish_is_a_wish(self) -> None:
        said = Reading("", (intent(Intent.NO), Statement(Kind.CRITIQUE, Critique.OLDER)))
        assert decide(said, Dialogue(), knows_taste=True, newcomer=False).action is Action.RECOMMEND

    def test_several_readings_are_asked_about(self) -> None:
        reading = Reading("Heat", (), (Choice("Heat", ("old", "new"), 0, 4),))
        assert decide(reading, Dialogue(), knows_taste=True, newcomer=False).action is Action.CHOOSE

    def test_reactions_by_button_are_acknowledged_without_a_new_list(self) -> None:
        reading = Reading("", (opinion("old", 1),))
        assert decide(reading, Dialogue(), Verb.LIKE, knows_taste=True, newcomer=False).action is Action.NOTE


class TestTaste:
    def test_the_latest_word_counts(self) -> None:
        events = [event_of(opinion("old", 1)), event_of(opinion("old", -1))]
        assert taste_of(events).items == {"old": -1.0}

    def test_a_lasting_dislike_of_a_facet_is_a_veto_until_it_is_liked(self) -> None:
        hates = event_of(wants(HORROR, -1, lasting=True))
        assert taste_of([hates]).vetoes == (HORROR,)
        loves = taste_of([hates, event_of(wants(HORROR, 1, lasting=True))])
        assert loves.vetoes == ()
        assert loves.facets == {HORROR.facets[0]: 1.0}

    def test_seen_without_an_opinion_is_known_and_neutral(self) -> None:
        seen = Statement(Kind.ITEM, "opinion", 0, target="old", lasting=True, seen=True)
        assert taste_of([event_of(seen)]).items == {"old": 0.0}


class TestPress:
    def test_it_comes_back_as_it_was(self) -> None:
        for verb in Verb:
            press = Press(verb, "01ARZ3NDEKTSV", 12)
            assert parse_press(str(press)) == press
            assert len(str(press).encode()) <= 64

    @pytest.mark.parametrize(
        "data",
        ["", "1", "2.like.01ARZ3NDEKTSV.1", "1.hack.01ARZ3NDEKTSV.1", "1.like.short.1", "1.like.01ARZ3NDEKTSV.1;x"],
    )
    def test_anything_else_is_nothing(self, data: str) -> None:
        assert parse_press(data) is None
