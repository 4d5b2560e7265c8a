"""What a round would come to if something were refused."""

from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.reconciliation.sums import Outcome, Position, reconcile
from approvals.reconciliation.whatif import items, refuse, without
from tests.approvals.positions import GOOD, D, positions


def measures(*chosen: str) -> dict[str, tuple[object, object, object]]:
    return {row.label: (row.now, row.then, row.difference) for row in refuse(GOOD, chosen).measures}


def test_only_what_is_asked_for_can_be_refused() -> None:
    assert [(item.reference, item.amount, item.paid) for item in items(GOOD)] == [
        ("AWD-1", D(60000), D(1000)),
        ("STA-1", D(40000), D(0)),
    ]
    imagined = refuse(GOOD, {"AWD-2", "AWD-9"})
    assert imagined.refused == []
    assert all(row.now == row.then for row in imagined.measures)


def test_a_refused_grant_leaves_its_money_and_its_bid_is_refused() -> None:
    found = measures("AWD-1")
    assert found["Total expenditure"] == (D(180001), D(120001), D(-60000))
    assert found["Underspend"] == (D(19999), D(79999), D(60000))
    assert found["For the Deputy Mayor"] == (1, 0, -1)
    assert found["Approved under delegation, £"] == (D(40001), D(40001), D(0))
    assert found["Bids refused by the Deputy Mayor"] == (0, 1, 1)
    assert refuse(GOOD, {"AWD-1"}).paid == D(1000)


def test_a_refused_contract_leaves_the_grants_as_they_are() -> None:
    found = measures("STA-1")
    assert found["Contracts, £"] == (D(40000), D(0), D(-40000))
    assert found["Grants to third parties"] == (3, 3, 0)


def test_nothing_of_the_round_itself_changes() -> None:
    before = reconcile(GOOD).as_json()
    then = without(GOOD, {"AWD-1"})
    assert then.bids[0].outcomes == (Outcome.REFUSED,)
    assert GOOD.bids[0].outcomes == (Outcome.DMPC,)
    assert reconcile(GOOD).as_json() == before


@settings(deadline=None)
@given(positions(), st.data())
def test_what_is_refused_is_what_the_underspend_grows_by(position: Position, data: st.DataObject) -> None:
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
