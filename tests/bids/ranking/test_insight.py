"""What the marks say about the panel: how severe each member is, how firm each place. Advice, never the result."""

import random
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction

import pytest

from bids import scoring
from bids.criteria import Rule
from bids.ranking.insight import Firmness, Lean, Scored, firmness, severities
from bids.scoring import Answer
from tests.bodies import CRITERIA

ONE = [Rule(1, "Only", "?", gate=False, scored=True)]
WEIGHTED = [
    Rule(1, "Once", "?", gate=False, scored=True, weight=Decimal(1)),
    Rule(2, "Twice", "?", gate=False, scored=True, weight=Decimal(2)),
]
WITH_GATE = [Rule(1, "Marked", "?", gate=False, scored=True), Rule(2, "Gate", "?", gate=True, scored=False)]


def bid(reference: str, amount: int = 1000, **marks: int) -> Scored:
    """A bid with one mark a member."""
    return Scored(reference, Decimal(amount), {member: {1: Answer(None, mark)} for member, mark in marks.items()})


def gated(reference: str, **marks: tuple[int, bool]) -> Scored:
    """A bid with a mark and an answer to the gate from each member."""
    cards = {member: {1: Answer(None, mark), 2: Answer(passed)} for member, (mark, passed) in marks.items()}
    return Scored(reference, Decimal(1000), cards)


def advised(bids: list[Scored], rules: list[Rule]) -> dict[str, Firmness]:
    return firmness(bids, rules, severities(bids, rules))


def ranges(bids: list[Scored], rules: list[Rule]) -> dict[str, tuple[int, int]]:
    return {reference: (firm.best, firm.worst) for reference, firm in advised(bids, rules).items()}


def places(bids: list[Scored], rules: list[Rule]) -> dict[str, int]:
    results = {each.reference: scoring.result(list(each.cards.values()), rules) for each in bids}
    ranked = scoring.rank(
        [
            scoring.Placed(each.reference, each.amount, results[each.reference].gate, results[each.reference].mean)
            for each in bids
        ]
    )
    return {each.reference: each.place for each in ranked}


# Severity


@pytest.mark.parametrize(
    ("bids", "leans"),
    [
        ([bid("A", ada=4, bea=2)], {"ada": (1, "2"), "bea": (1, "-2")}),
        ([bid("A", ada=3, bea=3)], {"ada": (1, "0"), "bea": (1, "0")}),
        # Ada lies 4 - 3/2 above the others, Bea 3 - 2 above, Cyn 0 - 7/2 below.
        ([bid("A", ada=4, bea=3, cyn=0)], {"ada": (1, "5/2"), "bea": (1, "1"), "cyn": (1, "-7/2")}),
        # Ada: 2 on A and 3 - 3/2 on B, so 7/4. Bea: -2 and 3/2, so -1/4. Cyn: 0 - 3.
        (
            [bid("A", ada=4, bea=2), bid("B", ada=3, bea=3, cyn=0)],
            {"ada": (2, "7/4"), "bea": (2, "-1/4"), "cyn": (1, "-3")},
        ),
        # Thirds stay exact: 1 - 2/3 for each of three, and 0 - 1 for Dot.
        (
            [bid("A", ada=1, bea=1, cyn=1, dot=0)],
            {"ada": (1, "1/3"), "bea": (1, "1/3"), "cyn": (1, "1/3"), "dot": (1, "-1")},
        ),
    ],
    ids=["two", "agreed", "three", "two bids", "thirds"],
)
def test_severity_is_a_members_mean_less_that_of_the_others(
    bids: list[Scored], leans: dict[str, tuple[int, str]]
) -> None:
    measured = {member: (lean.shared, lean.difference) for member, lean in severities(bids, ONE).items()}
    assert measured == {member: (shared, Fraction(difference)) for member, (shared, difference) in leans.items()}


def test_criteria_count_by_their_weight() -> None:
    # Ada: (4 + 2 x 1) / 3 = 2. Bea: (0 + 2 x 1) / 3 = 2/3.
    cards = {"ada": {1: Answer(None, 4), 2: Answer(None, 1)}, "bea": {1: Answer(None, 0), 2: Answer(None, 1)}}
    assert severities([Scored("A", Decimal(1), cards)], WEIGHTED) == {
        "ada": Lean((Fraction(4, 3),)),
        "bea": Lean((Fraction(-4, 3),)),
    }


def test_a_bid_that_nobody_else_scored_says_nothing_about_a_member() -> None:
    shared = bid("A", ada=4, bea=2)
    assert severities([shared, bid("B", ada=0), bid("C", cyn=0), bid("D")], ONE) == severities([shared], ONE)
    assert severities([bid("B", ada=0), bid("C", cyn=4)], ONE) == {}


def test_between_two_members_severity_is_the_same_in_both_directions() -> None:
    dice = random.Random(3)
    for _ in range(100):
        bids = [bid(f"B{number}", ada=dice.randint(0, 4), bea=dice.randint(0, 4)) for number in range(7)]
        leans = severities(bids, ONE)
        assert leans["ada"].difference == -leans["bea"].difference


# The adjusted ranking


def test_the_adjusted_ranking_takes_each_members_severity_from_their_means() -> None:
    # Ada is 7/4 mild, Bea 1/4 and Cyn 3 severe. A: (4 - 7/4 + 2 + 1/4) / 2. B: (3 - 7/4 + 3 + 1/4 + 0 + 3) / 3.
    bids = [bid("A", ada=4, bea=2), bid("B", ada=3, bea=3, cyn=0)]
    advice = advised(bids, ONE)
    assert places(bids, ONE) == {"A": 1, "B": 2}
    assert (advice["A"].adjusted_mean, advice["A"].adjusted_place) == (Decimal("2.25"), 2)
    assert (advice["B"].adjusted_mean, advice["B"].adjusted_place) == (Decimal("2.50"), 1)


@pytest.mark.parametrize(
    ("mark", "lean", "kept"),
    [(0, "2", "0.00"), (1, "1", "0.00"), (4, "-1", "4.00"), (3, "-7/2", "4.00"), (3, "1/3", "2.67"), (2, "0", "2.00")],
)
def test_an_adjusted_mean_stays_on_the_scale(mark: int, lean: str, kept: str) -> None:
    advice = firmness([bid("A", ada=mark)], ONE, {"ada": Lean((Fraction(lean),))})
    assert advice["A"].adjusted_mean == Decimal(kept)


def test_a_member_without_a_known_severity_is_not_adjusted() -> None:
    assert advised([bid("A", ada=3)], ONE)["A"].adjusted_mean == Decimal("3.00")


def test_no_adjustment_buys_back_a_gate() -> None:
    bids = [gated("A", ada=(4, False), bea=(4, False)), gated("B", ada=(0, True), bea=(1, True))]
    advice = advised(bids, WITH_GATE)
    assert (advice["B"].adjusted_place, advice["A"].adjusted_place) == (1, 2)


def test_a_bid_without_a_card_has_no_adjusted_mean() -> None:
    advice = advised([bid("A", ada=1), bid("B")], ONE)
    assert (advice["B"].adjusted_mean, advice["B"].adjusted_place) == (None, 2)


# Firmness


def test_a_place_on_which_all_agree_is_firm() -> None:
    bids = [bid("A", ada=4, bea=4), bid("B", ada=2, bea=3), bid("C", ada=0, bea=1)]
    assert ranges(bids, ONE) == {"A": (1, 1), "B": (2, 2), "C": (3, 3)}


def test_a_place_that_hangs_on_one_member_moves_without_them() -> None:
    # Without Ada B is before A, without Bea A is before B.
    bids = [bid("A", ada=4, bea=1), bid("B", ada=0, bea=2), bid("C", ada=0, bea=0)]
    assert ranges(bids, ONE) == {"A": (1, 2), "B": (1, 2), "C": (2, 3)}


def test_a_place_lies_in_its_range_where_it_is_better_with_all_than_without_any_one() -> None:
    # Without Bea the order is B A C, without Ada C A B; together A leads.
    bids = [bid("A", ada=3, bea=3), bid("B", ada=4, bea=0), bid("C", ada=0, bea=4)]
    assert places(bids, ONE)["A"] == 1
    assert ranges(bids, ONE)["A"] == (1, 2)


def test_leaving_a_member_out_can_change_a_gate() -> None:
    # A is split: without Ada it passes and leads, without Bea it fails and is last.
    bids = [
        gated("A", ada=(4, False), bea=(4, True)),
        gated("B", ada=(3, True), bea=(3, True)),
        gated("C", ada=(0, False), bea=(0, False)),
    ]
    assert places(bids, WITH_GATE) == {"B": 1, "A": 2, "C": 3}
    assert ranges(bids, WITH_GATE) == {"A": (1, 2), "B": (1, 2), "C": (3, 3)}


def test_a_bid_that_only_one_member_scored_keeps_its_result_without_them() -> None:
    bids = [bid("A", ada=4), bid("B", bea=3), bid("C", ada=0, bea=1)]
    assert ranges(bids, ONE) == {"A": (1, 1), "B": (2, 2), "C": (3, 3)}


def test_with_one_member_every_place_is_fixed() -> None:
    assert ranges([bid("A", ada=1), bid("B", ada=4)], ONE) == {"A": (2, 2), "B": (1, 1)}


def test_without_bids_there_is_no_advice() -> None:
    assert advised([], ONE) == {}


def random_round(seed: int) -> list[Scored]:
    dice = random.Random(seed)
    members = ["ada", "bea", "cyn", "dot"]
    return [
        Scored(
            f"B{number}",
            Decimal(dice.randint(1, 90) * 1000),
            {
                member: {
                    rule.number: Answer(
                        dice.random() < 0.9 if rule.gate else None, dice.randint(0, 4) if rule.scored else None
                    )
                    for rule in CRITERIA
                }
                for member in dice.sample(members, dice.randint(0, 4))
            },
        )
        for number in range(dice.randint(1, 9))
    ]


def test_for_any_round_a_place_lies_between_its_best_and_its_worst() -> None:
    moved = 0
    for seed in range(200):
        bids = random_round(seed)
        advice, stands = advised(bids, list(CRITERIA)), places(bids, list(CRITERIA))
        for reference, firm in advice.items():
            assert 1 <= firm.best <= stands[reference] <= firm.worst <= len(bids), (seed, reference)
            assert 1 <= firm.adjusted_place <= len(bids)
            assert firm.adjusted_mean is None or 0 <= firm.adjusted_mean <= 4
            moved += firm.best < firm.worst
    assert moved > 100


def test_advice_changes_no_mark_and_no_result() -> None:
    for seed in range(50):
        bids = random_round(seed)
        kept, stood = deepcopy(bids), places(bids, list(CRITERIA))
        advised(bids, list(CRITERIA))
        assert bids == kept
        assert places(bids, list(CRITERIA)) == stood
