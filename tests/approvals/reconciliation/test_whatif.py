"""The figures of a round if items that await a decision were refused."""

from hypothesis import given
from hypothesis import strategies as st

from approvals.reconciliation.facts import Outcome, Position
from approvals.reconciliation.sums import reconcile
from approvals.reconciliation.whatif import items, refuse, without
from tests.approvals.positions import GOOD, D, positions


def measures(*chosen: str) -> dict[str, tuple[object, object, object]]:
    return {row.label: (row.before, row.after, row.difference) for row in refuse(GOOD, chosen).measures}


def test_only_items_that_await_a_decision_can_be_refused() -> None:
    assert [(item.reference, item.amount, item.paid) for item in items(GOOD)] == [
        ("AWD-1", D(60000), D(1000)),
        ("STA-1", D(40000), D(0)),
    ]
    imagined = refuse(GOOD, {"AWD-2", "AWD-9"})
    assert imagined.refused == []
    assert all(row.before == row.after for row in imagined.measures)


def test_a_refused_grant_frees_its_money_and_its_bid_is_refused() -> None:
    by_label = measures("AWD-1")
    assert by_label["Total expenditure"] == (D(180001), D(120001), D(-60000))
    assert by_label["Underspend"] == (D(19999), D(79999), D(60000))
    assert by_label["Grants needing a decision"] == (1, 0, -1)
    assert by_label["Grants approved under delegation, £"] == (D(40001), D(40001), D(0))
    assert by_label["Bids refused in a decision"] == (0, 1, 1)
    assert refuse(GOOD, {"AWD-1"}).paid == D(1000)


def test_a_refused_contract_leaves_the_grants_as_they_are() -> None:
    by_label = measures("STA-1")
    assert by_label["Contracts, £"] == (D(40000), D(0), D(-40000))
    assert by_label["Grants to third parties"] == (3, 3, 0)


def test_the_position_itself_does_not_change() -> None:
    before = reconcile(GOOD).as_json()
    imagined = without(GOOD, {"AWD-1"})
    assert imagined.bids[0].outcomes == (Outcome.REFUSED,)
    assert GOOD.bids[0].outcomes == (Outcome.DMPC,)
    assert reconcile(GOOD).as_json() == before


@given(positions(), st.data())
def test_the_underspend_grows_by_the_refused_amount(position: Position, data: st.DataObject) -> None:
    asked = items(position)
    chosen = {item.reference for item in asked if data.draw(st.booleans())}
    imagined = refuse(position, chosen)
    refused = sum(
        (each.amount for each in (*position.grants, *position.contracts) if each.asked and each.reference in chosen),
        D(0),
    )
    by_label = {row.label: row for row in imagined.measures}
    assert by_label["Underspend"].difference == refused
    assert by_label["Total expenditure"].difference == -refused
