"""The effect of a scenario: sums to the penny, grants by route, and boroughs and themes covered."""

from datetime import date
from decimal import Decimal

import pytest

from approvals.enums import Key
from approvals.routing.routes import Limit
from approvals.scenarios.funding import Choice, Place, effect
from grants.money import Tally

LIMIT = Limit(Decimal(50_000), "CPIE lead", "Deputy Mayor", "Scheme 4.8", date(2019, 4, 1))
LEFT = Decimal("200000.00")


def choice(
    reference: str, asked: str, place: Place = Place.FUND, amount: str = "", family: str = "", recipient: str = ""
) -> Choice:
    return Choice(
        reference=reference,
        asked=Decimal(asked),
        place=place,
        amount=Decimal(amount or asked),
        family=family,
        recipient=recipient or f"Body of {reference}",
        boroughs=("E09000033",),
        themes=("Violence",),
    )


def test_bids_funded_in_full_in_part_and_in_reserve_are_counted() -> None:
    scenario_effect = effect(
        [
            choice("A", "30000.00"),
            choice("B", "40000.00", amount="25000.01"),
            choice("C", "15000.00", Place.RESERVE),
            choice("D", "99000.00", Place.NONE),
        ],
        left=LEFT,
        limit=LIMIT,
        key=Key.FAMILY,
    )
    assert scenario_effect.funded == Tally(2, Decimal("55000.01"))
    assert scenario_effect.part == 1
    assert scenario_effect.reserve == Tally(1, Decimal("15000.00"))
    assert scenario_effect.spare == Decimal("144999.99")
    assert scenario_effect.boroughs == {"E09000033": 2}
    assert scenario_effect.themes == {"Violence": 2}


@pytest.mark.parametrize(("amount", "dmpc", "delegated"), [("49999.99", 0, 1), ("50000.00", 1, 0), ("50000.01", 1, 0)])
def test_an_amount_at_the_limit_goes_to_the_deputy_mayor(amount: str, dmpc: int, delegated: int) -> None:
    scenario_effect = effect([choice("A", amount)], left=LEFT, limit=LIMIT, key=Key.FAMILY)
    assert (scenario_effect.dmpc.count, scenario_effect.delegated.count) == (dmpc, delegated)


def test_a_family_is_compared_by_its_sum_and_part_funding_may_bring_it_below() -> None:
    lots = [choice("A", "30000.00", family="Camp"), choice("B", "30000.00", family="Camp")]
    assert effect(lots, left=LEFT, limit=LIMIT, key=Key.FAMILY).dmpc == Tally(2, Decimal("60000.00"))
    less = [lots[0], choice("B", "30000.00", amount="19999.99", family="Camp")]
    assert effect(less, left=LEFT, limit=LIMIT, key=Key.FAMILY).delegated == Tally(2, Decimal("49999.99"))


def test_a_bid_that_is_not_funded_raises_no_route() -> None:
    lots = [choice("A", "30000.00", family="Camp"), choice("B", "30000.00", Place.RESERVE, family="Camp")]
    assert effect(lots, left=LEFT, limit=LIMIT, key=Key.FAMILY).delegated == Tally(1, Decimal("30000.00"))


def test_the_other_key_warns() -> None:
    grants = [choice("A", "30000.00", recipient="One body"), choice("B", "30000.00", recipient="One body")]
    assert effect(grants, left=LEFT, limit=LIMIT, key=Key.FAMILY).warned == 2
    assert effect(grants, left=LEFT, limit=LIMIT, key=Key.RECIPIENT).dmpc.count == 2


def test_a_scenario_that_takes_too_much_has_a_negative_spare() -> None:
    scenario_effect = effect([choice("A", "200000.01")], left=LEFT, limit=LIMIT, key=Key.FAMILY)
    assert scenario_effect.spare == Decimal("-0.01")


def test_nothing_chosen_leaves_everything() -> None:
    scenario_effect = effect([], left=LEFT, limit=LIMIT, key=Key.FAMILY)
    assert (scenario_effect.funded, scenario_effect.spare, scenario_effect.boroughs) == (
        Tally(0, Decimal("0.00")),
        LEFT,
        {},
    )
