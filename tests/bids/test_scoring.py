"""The results of a panel's scorecards: gates, means, spread and places."""

import random
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bids.criteria import Rule
from bids.scoring import Answer, Card, Gate, Placed, Result, rank, result
from tests.bodies import CRITERIA

YES, NO, OPEN = True, False, None
SCORED = [rule.number for rule in CRITERIA if rule.scored]
GATES = [rule.number for rule in CRITERIA if rule.gate]


def card(*scores: int, failed: Sequence[int] = ()) -> dict[int, Answer]:
    """A complete card: its marks on criteria 4, 5 and 6 (one for all, or three), and the gates that it fails."""
    marks = dict(zip(SCORED, scores if len(scores) == 3 else scores * 3, strict=True))
    return {
        rule.number: Answer(rule.number not in failed if rule.gate else None, marks.get(rule.number))
        for rule in CRITERIA
    }


def judged(*passed: bool) -> list[Card]:
    """Cards that say this about gate 7, one member after another."""
    return [card(2, failed=() if answer else (7,)) for answer in passed]


@pytest.mark.parametrize(
    ("answers", "gate"),
    [
        ((), Gate.OPEN),
        ((YES,), Gate.PASSED),
        ((NO,), Gate.FAILED),
        ((YES, YES, YES), Gate.PASSED),
        ((NO, NO, NO), Gate.FAILED),
        ((YES, NO), Gate.SPLIT),
        ((YES, YES, NO), Gate.SPLIT),
        ((NO, NO, YES), Gate.SPLIT),
    ],
)
def test_a_gate_is_split_unless_all_members_agree(answers: tuple[bool, ...], gate: Gate) -> None:
    assert result(judged(*answers), CRITERIA).gates[7] is gate


@pytest.mark.parametrize(
    ("cards", "worst"),
    [
        ([], Gate.OPEN),
        ([card(4)], Gate.PASSED),
        ([card(4), card(4, failed=[1])], Gate.SPLIT),
        ([card(4, failed=[1])], Gate.FAILED),
        ([card(4, failed=[1, 2]), card(4, failed=[1])], Gate.FAILED),
        ([card(4, failed=[6])], Gate.FAILED),
    ],
)
def test_the_result_of_a_bid_is_that_of_its_worst_gate(cards: list[Card], worst: Gate) -> None:
    assert result(cards, CRITERIA).gate is worst


def test_without_a_complete_scorecard_there_is_no_mean_rather_than_0() -> None:
    bid_result = result([], CRITERIA)
    assert (bid_result.cards, bid_result.mean, bid_result.spread) == (0, None, None)
    assert (bid_result.means, bid_result.card_means) == ({}, ())


def test_a_mark_of_0_is_a_mark() -> None:
    bid_result = result([card(0)], CRITERIA)
    assert (bid_result.cards, bid_result.mean) == (1, Decimal("0.00"))


@pytest.mark.parametrize("number", range(1, 8))
def test_a_card_that_lacks_one_answer_is_left_out_of_everything(number: int) -> None:
    lacking = {**card(0, failed=GATES), number: Answer()}
    whole = card(4)
    assert result([whole, lacking], CRITERIA) == result([whole], CRITERIA)
    missing = {key: answer for key, answer in lacking.items() if key != number}
    assert result([whole, missing], CRITERIA) == result([whole], CRITERIA)


def test_a_gate_that_is_scored_needs_both_answers() -> None:
    assert result([{**card(4), 6: Answer(True, None)}], CRITERIA).cards == 0
    assert result([{**card(4), 6: Answer(None, 4)}], CRITERIA).cards == 0


@pytest.mark.parametrize(
    ("cards", "mean", "spread"),
    [
        ([card(4)], "4.00", None),
        ([card(4, 3, 3)], "3.33", None),
        ([card(4), card(4)], "4.00", "0.00"),
        ([card(4, 4, 3)], "3.67", None),
        ([card(4), card(1)], "2.50", "3.00"),
        ([card(1, 2, 2), card(3)], "2.33", "1.33"),
        ([card(0), card(0), card(0), card(0, 0, 3)], "0.25", "1.00"),
    ],
)
def test_the_result_is_the_mean_of_the_cards_to_two_decimals(cards: list[Card], mean: str, spread: str | None) -> None:
    bid_result = result(cards, CRITERIA)
    assert (bid_result.mean, bid_result.spread) == (Decimal(mean), None if spread is None else Decimal(spread))


def one_scored(weight: str = "1") -> list[Rule]:
    return [Rule(1, "Only", "?", gate=False, scored=True, weight=Decimal(weight))]


@pytest.mark.parametrize(
    ("scores", "mean"),
    [
        ([1, 0, 0, 0, 0, 0, 0, 0], "0.13"),
        ([3, 0, 0, 0, 0, 0, 0, 0], "0.38"),
        ([4, 4, 4, 4, 4, 4, 4, 3], "3.88"),
        ([1, 1, 0], "0.67"),
        ([1, 0, 0], "0.33"),
    ],
)
def test_a_mean_is_rounded_half_up(scores: list[int], mean: str) -> None:
    assert result([{1: Answer(None, score)} for score in scores], one_scored()).mean == Decimal(mean)


def test_weights_count_within_the_scored_criteria() -> None:
    rules = [
        Rule(1, "Heavy", "?", gate=False, scored=True, weight=Decimal(3)),
        Rule(2, "Light", "?", gate=False, scored=True, weight=Decimal(1)),
        Rule(3, "Gate", "?", gate=True, scored=False, weight=Decimal(100)),
    ]
    bid_result = result([{1: Answer(None, 4), 2: Answer(None, 0), 3: Answer(True)}], rules)
    assert bid_result.mean == Decimal("3.00")
    assert bid_result.means == {1: Decimal("4.00"), 2: Decimal("0.00")}


def test_a_round_of_gates_alone_has_results_without_means() -> None:
    rules = [Rule(1, "Gate", "?", gate=True, scored=False)]
    bid_result = result([{1: Answer(True)}, {1: Answer(False)}], rules)
    assert (bid_result.cards, bid_result.mean, bid_result.gate) == (2, None, Gate.SPLIT)


def placed(reference: str, cards: Sequence[Card], amount: str = "1000") -> Placed:
    bid_result = result(cards, CRITERIA)
    return Placed(reference, Decimal(amount), bid_result.gate, bid_result.mean)


def places(bids: Sequence[Placed]) -> list[tuple[int, str]]:
    return [(bid.place, bid.reference) for bid in rank(bids)]


def test_ties_share_a_place_and_the_next_is_counted_on() -> None:
    bids = [placed("A", [card(3)]), placed("B", [card(4)]), placed("C", [card(3)]), placed("D", [card(1)])]
    assert places(bids) == [(1, "B"), (2, "A"), (2, "C"), (4, "D")]


def test_among_equals_the_smaller_request_is_listed_first_and_then_the_reference() -> None:
    bids = [placed("C", [card(3)], "500"), placed("B", [card(3)], "900"), placed("A", [card(3)], "900")]
    assert places(bids) == [(1, "C"), (1, "A"), (1, "B")]


def test_passed_comes_before_split_before_unjudged_before_failed() -> None:
    bids = [
        placed("failed", [card(4, failed=[3])]),
        placed("open", []),
        placed("split", [card(4), card(4, failed=[3])]),
        placed("passed", [card(0)]),
    ]
    assert [bid.reference for bid in rank(bids)] == ["passed", "split", "open", "failed"]


def test_without_bids_the_ranking_is_empty() -> None:
    assert rank([]) == []


cards = st.builds(
    lambda scores, failed: card(*scores, failed=failed),
    st.tuples(*[st.integers(0, 4)] * 3),
    st.lists(st.sampled_from(GATES), max_size=3),
)
bids_of_a_round = st.lists(st.tuples(st.lists(cards, max_size=4), st.integers(1, 5)), min_size=2, max_size=8).map(
    lambda rows: [placed(f"B-{i:02}", each, str(amount)) for i, (each, amount) in enumerate(rows)]
)


@given(bids_of_a_round)
def test_a_failed_gate_is_never_outscored(bids: list[Placed]) -> None:
    place = {bid.reference: bid.place for bid in rank(bids)}
    failed = [bid.reference for bid in bids if bid.gate is Gate.FAILED]
    passed = [bid.reference for bid in bids if bid.gate is Gate.PASSED]
    assert all(place[good] < place[bad] for good in passed for bad in failed)


@given(bids_of_a_round, st.randoms(use_true_random=False))
def test_the_order_of_the_bids_changes_no_place(bids: list[Placed], shuffler: random.Random) -> None:
    mixed = list(bids)
    shuffler.shuffle(mixed)
    assert rank(mixed) == rank(bids)


@given(st.lists(cards, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_members_changes_no_gate(given_cards: list[Card], shuffler: random.Random) -> None:
    mixed = list(given_cards)
    shuffler.shuffle(mixed)
    one, other = result(given_cards, CRITERIA), result(mixed, CRITERIA)
    assert (one.gates, one.means, one.spread) == (other.gates, other.means, other.spread)


@given(bids_of_a_round)
def test_places_begin_at_one_and_count_those_before(bids: list[Placed]) -> None:
    ordered = rank(bids)
    assert ordered[0].place == 1
    for position, bid in enumerate(ordered, start=1):
        before = [other for other in ordered if other.place < bid.place]
        assert bid.place == len(before) + 1 <= position


@given(st.lists(cards, min_size=1, max_size=5))
def test_a_higher_mark_never_lowers_the_mean(given_cards: list[Card]) -> None:
    lower, *others = given_cards
    number = next((number for number in SCORED if (lower[number].score or 0) < 4), None)
    if number is None:
        assert result([lower], CRITERIA).mean == Decimal("4.00")
        return
    score = lower[number].score or 0
    higher = {**lower, number: Answer(lower[number].passed, score + 1)}
    before, after = result([lower, *others], CRITERIA).mean, result([higher, *others], CRITERIA).mean
    assert before is not None
    assert after is not None
    assert before <= after


@given(st.lists(cards, min_size=1, max_size=5))
def test_a_mean_lies_between_its_cards_and_on_the_scale(given_cards: list[Card]) -> None:
    bid_result: Result = result(given_cards, CRITERIA)
    assert bid_result.mean is not None
    assert 0 <= min(bid_result.card_means) <= bid_result.mean <= max(bid_result.card_means) <= 4
