"""The agenda of a meeting: split gates first, then wide spreads, few scorecards, and places near the funding line."""

import random
from decimal import Decimal

import pytest

from bids.meetings.agenda import NEAR, RULE_IN_WORDS, WIDE, Seen, draw_up
from bids.scoring import Gate


def seen(
    position: int,
    gate: Gate = Gate.PASSED,
    spread: str | None = "0.00",
    from_line: int | None = None,
    *,
    cards: int = 3,
) -> Seen:
    return Seen(f"B{position}", position, gate, Decimal(spread) if spread else None, from_line, cards, wanted=3)


@pytest.mark.parametrize(
    ("gate", "why"),
    [
        (Gate.PASSED, None),
        (Gate.FAILED, None),
        (Gate.OPEN, None),
        (Gate.SPLIT, "members are split on a gate"),
    ],
)
def test_a_split_gate_is_on_the_agenda(gate: Gate, why: str | None) -> None:
    assert [item.why for item in draw_up([seen(1, gate)])] == ([why] if why else [])


@pytest.mark.parametrize(
    ("spread", "why"),
    [
        (None, None),
        ("0.00", None),
        ("1.49", None),
        ("1.50", "the members’ means are 1.50 apart"),
        ("4.00", "the members’ means are 4.00 apart"),
    ],
)
def test_means_a_point_and_a_half_apart_are_on_the_agenda(spread: str | None, why: str | None) -> None:
    assert [item.why for item in draw_up([seen(1, spread=spread)])] == ([why] if why else [])


@pytest.mark.parametrize(
    ("from_line", "why"),
    [
        (None, None),
        (-9, None),
        (-3, None),
        (-2, "3 places above the line"),
        (-1, "2 places above the line"),
        (0, "1 place above the line"),
        (1, "1 place below the line"),
        (2, "2 places below the line"),
        (3, "3 places below the line"),
        (4, None),
        (40, None),
    ],
)
def test_three_places_above_the_line_and_three_below_are_on_the_agenda(from_line: int | None, why: str | None) -> None:
    assert [item.why for item in draw_up([seen(1, from_line=from_line)])] == ([why] if why else [])


@pytest.mark.parametrize(
    ("cards", "why"),
    [(0, "only 0 of 3 scorecards"), (1, "only 1 of 3 scorecards"), (2, "only 2 of 3 scorecards"), (3, None), (4, None)],
)
def test_fewer_scorecards_than_wanted_are_on_the_agenda(cards: int, why: str | None) -> None:
    assert [item.why for item in draw_up([seen(1, cards=cards)])] == ([why] if why else [])


def test_a_bid_that_fails_a_gate_is_not_near_any_line() -> None:
    assert draw_up([seen(1, Gate.FAILED, from_line=1)]) == []


def test_all_the_reasons_of_a_bid_are_named_together() -> None:
    (item,) = draw_up([seen(1, Gate.SPLIT, "2.33", 0)])
    assert item.why == "members are split on a gate, the members’ means are 2.33 apart, 1 place above the line"


def test_the_agenda_is_ordered_by_need_and_then_by_position() -> None:
    bids = [
        seen(1, from_line=1),
        seen(2, from_line=0),
        seen(3, spread="1.50"),
        seen(4, spread="3.00"),
        seen(5, spread="1.50"),
        seen(6, Gate.SPLIT),
        seen(7, Gate.SPLIT, "4.00"),
        seen(8),
        seen(9, cards=2, from_line=1),
        seen(10, cards=1),
    ]
    assert [item.reference for item in draw_up(bids)] == ["B6", "B7", "B4", "B3", "B5", "B10", "B9", "B1", "B2"]


def test_the_order_of_the_bids_changes_nothing() -> None:
    dice = random.Random(7)
    for _ in range(100):
        bids = [
            seen(position, dice.choice(list(Gate)), dice.choice([None, "0.50", "1.50", "2.00"]), dice.randint(-5, 5))
            for position in range(1, 12)
        ]
        assert draw_up(dice.sample(bids, len(bids))) == draw_up(bids)


def test_without_bids_the_agenda_is_empty() -> None:
    assert draw_up([]) == []


def test_the_rule_on_the_page_names_its_figures() -> None:
    assert f"{WIDE} or more apart" in RULE_IN_WORDS
    assert f"within {NEAR} places" in RULE_IN_WORDS
