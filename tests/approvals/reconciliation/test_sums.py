"""Does it add up: a round that does, and each fact of it broken in turn."""

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.enums import Level
from approvals.reconciliation.sums import BidEntry, Contract, Grant, Line, Outcome, Position, reconcile

D = Decimal
BIG = Grant("AWD-1", "B-1", "Big", D(60000), D(60000), Level.DMPC, Level.DMPC)
SMALL = Grant(
    "AWD-2",
    "B-2",
    "Small",
    D("20000.50"),
    D("20000.50"),
    Level.DELEGATED,
    Level.DELEGATED,
    approved=D("20000.50"),
    approved_level=Level.DELEGATED,
)
EARLY = replace(SMALL, reference="AWD-3", bid="B-3", label="Early", paid=D(5000), paid_early=D(5000), early_reason="x")
CONTRACT = Contract("STA-1", "Events", D(40000), (("2026/27", D(15000)), ("2027/28", D(25000))))
BIDS = (
    BidEntry("B-1", D(60000), (Outcome.DMPC,), D(60000), D(60000)),
    BidEntry("B-2", D("20000.50"), (Outcome.DELEGATED,), D("20000.50"), D("20000.50")),
    BidEntry("B-3", D("20000.50"), (Outcome.DELEGATED,), D("20000.50"), D("20000.50")),
    BidEntry("B-4", D(9000), (Outcome.INTERNAL,), D(9000), D(8000)),
    BidEntry("B-5", D(7000), (Outcome.REJECTED,), D(7000)),
    BidEntry("B-6", D(6000), (Outcome.REDIRECTED,), D(6000), destination="The Board"),
)
GOOD = Position(
    "round-1",
    D(200000),
    (Line("LINE-1", "Posts", D(30000)), Line("LINE-2", "Internal", D(10000), holds_internal=True)),
    (CONTRACT,),
    (BIG, SMALL, EARLY),
    BIDS,
)


def test_a_round_that_adds_up_says_so() -> None:
    found = reconcile(GOOD)
    assert found.balances
    assert found.discrepancies == ()
    assert (found.dmpc.count, found.dmpc.total) == (1, D(60000))
    assert (found.delegated.count, found.delegated.total) == (2, D(40001))
    assert (found.grants.count, found.grants.total) == (3, D(100001))
    assert (found.contracts.count, found.contracts.total) == (1, D(40000))
    assert (found.expenditure, found.underspend) == (D(180001), D(19999))
    assert (found.retrospective.count, found.retrospective.total) == (1, D(5000))
    assert (found.received.count, found.internal_bids.total) == (6, D(8000))
    assert {outcome: part.count for outcome, part in found.funnel.items() if part.count} == {
        Outcome.REJECTED: 1,
        Outcome.INTERNAL: 1,
        Outcome.DMPC: 1,
        Outcome.DELEGATED: 2,
        Outcome.REDIRECTED: 1,
    }


def grant(which: int, **change: Any) -> Position:
    grants = list(GOOD.grants)
    grants[which] = replace(grants[which], **change)
    return replace(GOOD, grants=tuple(grants))


def bid(which: int, **change: Any) -> Position:
    bids = list(GOOD.bids)
    bids[which] = replace(bids[which], **change)
    return replace(GOOD, bids=tuple(bids))


def contract(**change: Any) -> Position:
    return replace(GOOD, contracts=(replace(CONTRACT, **change),))


BROKEN: dict[str, tuple[Position, str, str, str, str]] = {
    "over the allocation": (
        replace(GOOD, allocation=D(180000)),
        "allocation",
        "1.00",
        "round-1",
        "£1 more than the allocation",
    ),
    "no outcome": (bid(4, outcomes=()), "outcome", "7000.00", "B-5", "no outcome yet"),
    "open": (bid(4, outcomes=(Outcome.OPEN,)), "outcome", "7000.00", "B-5", "no outcome yet"),
    "two outcomes": (
        bid(4, outcomes=(Outcome.REJECTED, Outcome.DELEGATED)),
        "outcome",
        "7000.00",
        "B-5",
        "2 outcomes: rejected and delegated",
    ),
    "costs a penny over": (bid(4, costs=D("7000.01")), "costs", "0.01", "B-5", "sum to £7,000.01"),
    "costs a penny under": (bid(4, costs=D("6999.99")), "costs", "0.01", "B-5", "sum to £6,999.99"),
    "redirected to nowhere": (bid(5, destination=""), "destination", "6000.00", "B-6", "redirected to nowhere"),
    "not what was agreed": (grant(0, agreed=D("60000.01")), "agreed amount", "0.01", "AWD-1", "agreed £60,000.01"),
    "not routed": (grant(0, route=None, route_now=None), "route", "60000.00", "AWD-1", "not routed yet"),
    "no longer below the limit": (
        grant(1, route_now=Level.DMPC),
        "route",
        "20000.50",
        "AWD-2",
        "no longer below the limit",
    ),
    "an open warning": (grant(1, warning_open=True), "warning", "20000.50", "AWD-2", "nobody cleared"),
    "another amount approved": (
        grant(1, approved=D("19000.50")),
        "approved amount",
        "1000.00",
        "AWD-2",
        "£19,000.50 was approved",
    ),
    "not approved": (
        grant(1, approved=None, approved_level=None),
        "approval",
        "20000.50",
        "AWD-2",
        "delegated and not approved",
    ),
    "approved at too low a level": (
        grant(0, approved=D(60000), approved_level=Level.DELEGATED),
        "approval level",
        "60000.00",
        "AWD-1",
        "needs the Deputy Mayor",
    ),
    "paid more than it is": (grant(1, paid=D("20000.51")), "paid", "0.01", "AWD-2", "more than it is"),
    "paid early without a reason": (
        grant(2, early_reason=""),
        "early payment",
        "5000.00",
        "AWD-3",
        "no reason is recorded",
    ),
    "no recipient": (grant(1, recipient=""), "recipient", "20000.50", "AWD-2", "no recipient"),
    "no legal power": (grant(1, legal_power=""), "legal power", "20000.50", "AWD-2", "no legal power"),
    "living wage open": (grant(1, living_wage_open=True), "living wage", "20000.50", "AWD-2", "London Living Wage"),
    "years that do not sum": (
        contract(profile=(("2026/27", D(15000)), ("2027/28", D(24000)))),
        "profile",
        "1000.00",
        "STA-1",
        "sum to £39,000",
    ),
    "a contract without evidence": (
        contract(lacking=("evidence for its primary ground",)),
        "contract",
        "40000.00",
        "STA-1",
        "lacks evidence",
    ),
    "internal bids beyond their line": (
        bid(3, agreed=D("10000.01")),
        "internal bids",
        "0.01",
        "round-1",
        "come to £10,000.01",
    ),
    "a grant of no bid": (grant(1, bid="B-99"), "bid", "20000.50", "AWD-2", "belongs to no bid"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_each_fact_that_is_broken_is_named_with_its_amount_and_reference(broken: str) -> None:
    position, check, amount, reference, said = BROKEN[broken]
    found = reconcile(position)
    assert not found.balances
    assert [(each.check, each.amount, each.reference) for each in found.discrepancies] == [
        (check, D(amount), reference)
    ]
    assert said in found.discrepancies[0].message


def test_every_broken_fact_is_named_and_not_only_the_first() -> None:
    position = replace(
        GOOD,
        allocation=D(1000),
        bids=(replace(BIDS[0], costs=D(1)), *BIDS[1:]),
        contracts=(replace(CONTRACT, profile=()),),
        grants=(BIG, replace(SMALL, approved=None, approved_level=None), EARLY),
    )
    assert {each.check for each in reconcile(position).discrepancies} == {"allocation", "costs", "profile", "approval"}


def test_the_whole_allocation_may_be_spent_to_the_penny() -> None:
    found = reconcile(replace(GOOD, allocation=D(180001)))
    assert (found.balances, found.underspend) == (True, D(0))


def test_a_bid_with_two_outcomes_is_in_no_row_of_the_funnel() -> None:
    found = reconcile(BROKEN["two outcomes"][0])
    assert sum(part.count for part in found.funnel.values()) == 5
    assert found.received.count == 6


def test_grants_and_contracts_are_never_one_sum() -> None:
    without = reconcile(replace(GOOD, contracts=()))
    assert without.grants == reconcile(GOOD).grants
    assert without.expenditure == reconcile(GOOD).expenditure - D(40000)


@given(st.randoms(use_true_random=False))
def test_the_order_of_bids_grants_and_lines_changes_no_figure(shuffler: random.Random) -> None:
    def mixed(rows: Any) -> Any:
        turned = list(rows)
        shuffler.shuffle(turned)
        return tuple(turned)

    turned = Position(
        GOOD.reference, GOOD.allocation, mixed(GOOD.lines), GOOD.contracts, mixed(GOOD.grants), mixed(GOOD.bids)
    )
    one, other = reconcile(GOOD).as_json(), reconcile(turned).as_json()
    one.pop("lines"), other.pop("lines")
    assert one == other


amounts = st.decimals(min_value="0.01", max_value=10**7, places=2)


@given(amounts, st.lists(amounts, max_size=5), st.lists(st.tuples(amounts, st.sampled_from([*Level, None]))))
def test_allocation_is_always_lines_and_contracts_and_grants_and_underspend(
    allocation: Decimal, lines: list[Decimal], grants: list[tuple[Decimal, Level | None]]
) -> None:
    position = Position(
        "r",
        allocation,
        [Line(f"L{i}", f"Line {i}", amount) for i, amount in enumerate(lines)],
        [CONTRACT],
        [Grant(f"A{i}", f"B{i}", "G", amount, amount, route, route) for i, (amount, route) in enumerate(grants)],
        [],
    )
    found = reconcile(position)
    by_route = found.dmpc.total + found.delegated.total + found.unrouted.total
    assert found.grants.total == by_route
    assert sum(lines) + found.contracts.total + by_route + found.underspend == allocation
    assert (found.underspend < 0) == ("allocation" in {each.check for each in found.discrepancies})


def test_as_json_holds_amounts_as_text_with_two_decimals() -> None:
    found = reconcile(BROKEN["costs a penny over"][0]).as_json()
    assert (found["allocation"], found["underspend"]) == ("200000.00", "19999.00")
    assert found["balances"] is False
    assert found["discrepancies"] == [
        {
            "check": "costs",
            "message": "The costs of B-5 sum to £7,000.01, and it asks for £7,000.",
            "amount": "0.01",
            "reference": "B-5",
        }
    ]
