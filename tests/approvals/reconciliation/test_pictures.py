"""The charts of the allocation and the bids: each bar begins where the one before it ended."""

from dataclasses import replace

from hypothesis import given

from approvals.reconciliation.facts import Position
from approvals.reconciliation.pictures import falling, funnel
from approvals.reconciliation.sums import reconcile
from tests.approvals.positions import GOOD, D, positions


def test_the_allocation_falls_step_by_step_to_the_underspend() -> None:
    picture = falling(GOOD, reconcile(GOOD))
    assert [(bar.label, bar.written) for bar in picture.bars] == [
        ("Allocation", "£200,000"),
        ("Posts", "−£30,000"),
        ("Internal", "−£10,000"),
        ("Events", "−£40,000"),
        ("Grants needing a decision", "−£60,000"),
        ("Grants under delegation", "−£40,001"),
        ("Underspend", "£19,999"),
    ]
    assert [(bar.x, bar.width) for bar in picture.bars[:4]] == [
        (D("0.00"), D("100.00")),
        (D("85.00"), D("15.00")),
        (D("80.00"), D("5.00")),
        (D("60.00"), D("20.00")),
    ]
    assert picture.description.startswith("£200,000 less posts −£30,000")
    assert picture.height == 7 * 52


def test_more_than_the_allocation_hangs_left_of_the_start() -> None:
    over = replace(GOOD, allocation=D(150000))
    last = falling(over, reconcile(over)).bars[-1]
    assert (last.label, last.written, last.kind, last.x) == ("More than the allocation", "−£30,001", "over", D(0))


def test_the_bids_split_into_the_rejected_and_where_the_others_went() -> None:
    picture = funnel(reconcile(GOOD))
    assert [(bar.label, bar.written) for bar in picture.bars] == [
        ("Bids received", "5"),
        ("Rejected", "1"),
        ("Not rejected", "4"),
        ("Led inside the force, no grant", "1"),
        ("Grants needing a decision", "1"),
        ("Grants under delegation", "2"),
    ]
    assert [bar.x for bar in picture.bars] == [D(0), D(80), D(0), D(60), D(40), D(0)]


@given(positions())
def test_no_bar_leaves_the_picture(position: Position) -> None:
    reconciled = reconcile(position)
    for picture in (falling(position, reconciled), funnel(reconciled)):
        for bar in picture.bars:
            assert bar.x >= 0 and bar.width >= 0 and bar.x + bar.width <= D("100.02")
