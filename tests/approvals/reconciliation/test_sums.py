"""The reconciliation of a round that adds up, and of the same round with each fact broken in turn."""

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.enums import Level
from approvals.reconciliation.facts import BidEntry, Contract, Grant, Line, Outcome, Position
from approvals.reconciliation.sums import reconcile

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


def test_a_round_that_adds_up_balances() -> None:
    reconciled = reconcile(GOOD)
    assert reconciled.balances
    assert reconciled.discrepancies == ()
    assert (reconciled.dmpc.count, reconciled.dmpc.total) == (1, D(60000))
    assert (reconciled.delegated.count, reconciled.delegated.total) == (2, D(40001))
    assert (reconciled.grants.count, reconciled.grants.total) == (3, D(100001))
    assert (reconciled.contracts.count, reconciled.contracts.total) == (1, D(40000))
    assert (reconciled.expenditure, reconciled.underspend) == (D(180001), D(19999))
    assert (reconciled.retrospective.count, reconciled.retrospective.total) == (1, D(5000))
    assert (reconciled.received.count, reconciled.internal_bids.total) == (6, D(8000))
    assert {outcome: part.count for outcome, part in reconciled.funnel.items() if part.count} == {
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
        "Lines, contracts and grants come to £180,001, £1 more than the allocation of £180,000.",
    ),
    "no outcome": (bid(4, outcomes=()), "outcome", "7000.00", "B-5", "B-5 has no outcome yet."),
    "open": (bid(4, outcomes=(Outcome.OPEN,)), "outcome", "7000.00", "B-5", "B-5 has no outcome yet."),
    "two outcomes": (
        bid(4, outcomes=(Outcome.REJECTED, Outcome.DELEGATED)),
        "outcome",
        "7000.00",
        "B-5",
        "B-5 has 2 outcomes: rejected and delegated.",
    ),
    "costs a penny over": (
        bid(4, costs=D("7000.01")),
        "costs",
        "0.01",
        "B-5",
        "The costs of B-5 sum to £7,000.01, but it asks for £7,000.",
    ),
    "costs a penny under": (
        bid(4, costs=D("6999.99")),
        "costs",
        "0.01",
        "B-5",
        "The costs of B-5 sum to £6,999.99, but it asks for £7,000.",
    ),
    "redirected to nowhere": (
        bid(5, destination=""),
        "destination",
        "6000.00",
        "B-6",
        "B-6 is redirected but has no destination.",
    ),
    "not what was agreed": (
        grant(0, agreed=D("60000.01")),
        "agreed amount",
        "0.01",
        "AWD-1",
        "Big (AWD-1) is £60,000, but the leadership agreed £60,000.01.",
    ),
    "not routed": (
        grant(0, route=None, route_now=None),
        "route",
        "60000.00",
        "AWD-1",
        "Big (AWD-1) is not routed yet.",
    ),
    "no longer below the limit": (
        grant(1, route_now=Level.DMPC),
        "route",
        "20000.50",
        "AWD-2",
        "Small (AWD-2) was routed for delegated approval, but its group is no longer below the limit.",
    ),
    "an open warning": (
        grant(1, warning_open=True),
        "warning",
        "20000.50",
        "AWD-2",
        "Small (AWD-2) has a routing warning that nobody cleared.",
    ),
    "another amount approved": (
        grant(1, approved=D("19000.50")),
        "approved amount",
        "1000.00",
        "AWD-2",
        "Small (AWD-2) is £20,000.50, but £19,000.50 was approved.",
    ),
    "not approved": (
        grant(1, approved=None, approved_level=None),
        "approval",
        "20000.50",
        "AWD-2",
        "Small (AWD-2) is delegated but not approved.",
    ),
    "approved at too low a level": (
        grant(0, approved=D(60000), approved_level=Level.DELEGATED),
        "approval level",
        "60000.00",
        "AWD-1",
        "Big (AWD-1) needs a decision but was approved under delegation.",
    ),
    "paid more than it is": (
        grant(1, paid=D("20000.51")),
        "paid",
        "0.01",
        "AWD-2",
        "Small (AWD-2) was paid £20,000.51, £0.01 more than its amount.",
    ),
    "paid early without a reason": (
        grant(2, early_reason=""),
        "early payment",
        "5000.00",
        "AWD-3",
        "Early (AWD-3) was paid before approval, but no reason is recorded.",
    ),
    "no recipient": (
        grant(1, recipient=""),
        "recipient",
        "20000.50",
        "AWD-2",
        "Small (AWD-2) has no recipient outside the force.",
    ),
    "no legal power": (
        grant(1, legal_power=""),
        "legal power",
        "20000.50",
        "AWD-2",
        "Small (AWD-2) has no legal power recorded.",
    ),
    "living wage open": (
        grant(1, living_wage_open=True),
        "living wage",
        "20000.50",
        "AWD-2",
        "Small (AWD-2) pays staff, but the living wage is not confirmed.",
    ),
    "years that do not sum": (
        contract(profile=(("2026/27", D(15000)), ("2027/28", D(24000)))),
        "profile",
        "1000.00",
        "STA-1",
        "The years of Events sum to £39,000, but its value is £40,000.",
    ),
    "a contract without evidence": (
        contract(lacking=("evidence for its primary ground",)),
        "contract",
        "40000.00",
        "STA-1",
        "Events lacks evidence for its primary ground.",
    ),
    "internal bids beyond their line": (
        bid(3, agreed=D("10000.01")),
        "internal bids",
        "0.01",
        "round-1",
        "The internal bids come to £10,000.01, but the budget lines that pay for them hold £10,000.",
    ),
    "a grant of no bid": (
        grant(1, bid="B-99"),
        "bid",
        "20000.50",
        "AWD-2",
        "Small does not belong to a bid in this round.",
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_each_broken_fact_is_one_discrepancy_with_its_amount_and_reference(broken: str) -> None:
    position, check, amount, reference, message = BROKEN[broken]
    reconciled = reconcile(position)
    assert not reconciled.balances
    assert [(each.check, each.amount, each.reference) for each in reconciled.discrepancies] == [
        (check, D(amount), reference)
    ]
    assert reconciled.discrepancies[0].message == message


def test_every_broken_fact_is_listed() -> None:
    position = replace(
        GOOD,
        allocation=D(1000),
        bids=(replace(BIDS[0], costs=D(1)), *BIDS[1:]),
        contracts=(replace(CONTRACT, profile=()),),
        grants=(BIG, replace(SMALL, approved=None, approved_level=None), EARLY),
    )
    assert {each.check for each in reconcile(position).discrepancies} == {"allocation", "costs", "profile", "approval"}


def test_the_whole_allocation_may_be_spent_to_the_penny() -> None:
    reconciled = reconcile(replace(GOOD, allocation=D(180001)))
    assert (reconciled.balances, reconciled.underspend) == (True, D(0))


def test_a_bid_with_two_outcomes_is_in_no_row_of_the_funnel() -> None:
    reconciled = reconcile(BROKEN["two outcomes"][0])
    assert sum(part.count for part in reconciled.funnel.values()) == 5
    assert reconciled.received.count == 6


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
    reconciled = reconcile(position)
    by_route = reconciled.dmpc.total + reconciled.delegated.total + reconciled.unrouted.total
    assert reconciled.grants.total == by_route
    assert sum(lines) + reconciled.contracts.total + by_route + reconciled.underspend == allocation
    assert (reconciled.underspend < 0) == ("allocation" in {each.check for each in reconciled.discrepancies})


def test_as_json_has_amounts_as_text_with_two_decimals() -> None:
    data = reconcile(BROKEN["costs a penny over"][0]).as_json()
    assert (data["allocation"], data["underspend"]) == ("200000.00", "19999.00")
    assert data["balances"] is False
    assert data["discrepancies"] == [
        {
            "check": "costs",
            "message": "The costs of B-5 sum to £7,000.01, but it asks for £7,000.",
            "amount": "0.01",
            "reference": "B-5",
        }
    ]
