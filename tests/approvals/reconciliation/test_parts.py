"""Every number with its rows, and the rule that the parts of a whole sum to it."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from approvals.enums import Level
from approvals.reconciliation import parts
from approvals.reconciliation.facts import Outcome, Position
from approvals.reconciliation.sums import reconcile
from grants.years import year_of
from tests.approvals.positions import BIG, GOOD, OTHER, SMALL, D, positions


@given(positions())
def test_the_parts_of_every_whole_sum_to_it_to_the_penny(position: Position) -> None:
    for split in parts.splits(position).values():
        if split.overlaps:
            continue
        assert sum((part.total for part in split.parts), D(0)) == split.whole.total, split.name
        assert sum((part.total for part in split.shown), D(0)) == split.whole.total, split.name


@given(positions())
def test_each_row_of_a_whole_belongs_to_exactly_one_part(position: Position) -> None:
    splits_by_name = parts.splits(position)
    for name in (*(dimension.name for dimension in parts.DIMENSIONS if not dimension.overlaps), "outcome", "charged"):
        split = splits_by_name[name]
        assert sorted(row.reference for part in split.parts for row in part.rows) == sorted(
            row.reference for row in split.whole.rows
        ), name


@given(positions())
def test_the_numbers_are_those_of_the_reconciliation(position: Position) -> None:
    parts_by_key, reconciled = parts.everything(parts.splits(position)), reconcile(position)
    assert parts_by_key["allocation"].total == reconciled.allocation
    assert parts_by_key["expenditure"].total == reconciled.expenditure
    assert parts_by_key["underspend"].total == reconciled.underspend
    assert parts_by_key["contracts"].total == reconciled.contracts.total
    assert (parts_by_key["grants"].count, parts_by_key["grants"].total) == (
        reconciled.grants.count,
        reconciled.grants.total,
    )
    for level, part in ((Level.DMPC, reconciled.dmpc), (Level.DELEGATED, reconciled.delegated)):
        opened = parts_by_key.get(f"route-{level}")
        assert (opened.count, opened.total) if opened else (part.count, part.total) == (0, 0)
    for outcome in Outcome:
        opened = parts_by_key.get(f"outcome-{outcome}")
        tallied = reconciled.funnel[outcome]
        assert ((opened.count, opened.total) if opened else (0, 0)) == (tallied.count, tallied.total)
    assert parts_by_key["internal-agreed"].total == reconciled.internal_bids.total


@given(positions())
def test_every_part_has_an_address_of_its_own(position: Position) -> None:
    labels: dict[str, str] = {}
    for split in parts.splits(position).values():
        for part in split.parts:
            assert re.fullmatch(r"[-a-zA-Z0-9_]+", part.key)
            assert labels.setdefault(part.key, part.label) == part.label


@given(positions())
def test_an_overlapping_part_counts_each_of_its_grants_whole(position: Position) -> None:
    amounts = {grant.reference: grant.amount for grant in position.grants}
    for split in parts.splits(position).values():
        if not split.overlaps:
            continue
        met = {row.reference for part in split.parts for row in part.rows}
        assert met == set(amounts)
        for part in split.parts:
            assert all(row.amount == amounts[row.reference] for row in part.rows)


def part(key: str, position: Position = GOOD) -> parts.Part:
    return parts.everything(parts.splits(position))[key]


def test_a_grant_is_a_row_of_each_part_it_belongs_to() -> None:
    for grant in GOOD.grants:
        for dimension, (key, label) in parts.places(grant):
            opened = part(key)
            assert opened.label == label
            assert grant.reference in {row.reference for row in opened.rows}, dimension.name


def test_themes_priorities_and_boroughs_overlap() -> None:
    splits = parts.splits(GOOD)
    assert [split.name for split in splits.values() if split.overlaps] == ["theme", "priority", "borough"]
    assert [(each.label, each.count, each.total) for each in splits["theme"].parts] == [
        ("Less violence", 3, D(100001)),
        ("More confidence", 1, D(60000)),
    ]
    assert splits["theme"].whole.total == D(100001)
    assert [each.label for each in splits["borough"].parts] == ["Greenwich", "Westminster", "None stated"]


def test_a_recipient_of_several_grants_is_one_part() -> None:
    split = parts.splits(GOOD)["recipient"]
    assert [(each.label, each.count, each.total) for each in split.parts] == [
        ("Mutual Aid", 2, D("80000.50")),
        ("Somebody Else", 1, D("20000.50")),
    ]


def test_names_that_look_alike_have_addresses_of_their_own() -> None:
    position = replace(GOOD, grants=(replace(BIG, recipient="A & B"), replace(SMALL, recipient="A B")))
    assert len({each.key for each in parts.splits(position)["recipient"].parts}) == 2


def test_of_many_recipients_the_rest_is_one_part_with_all_its_grants() -> None:
    grants = [replace(OTHER, reference=f"AWD-{i}", recipient=f"Body {i:02}", amount=D(100 - i)) for i in range(20)]
    split = parts.splits(replace(GOOD, grants=grants))["recipient"]
    *first, rest = split.shown
    assert (len(first), rest.label, rest.count) == (parts.SHOWN, "8 more", 8)
    assert rest.total == sum(D(100 - i) for i in range(12, 20))
    assert rest.rows[0].note == "Body 12"
    assert part(rest.key, replace(GOOD, grants=grants)).total == rest.total


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2019, 3, 31), "2018/19"),
        (date(2019, 4, 1), "2019/20"),
        (date(2020, 3, 31), "2019/20"),
        (date(1999, 12, 31), "1999/00"),
    ],
)
def test_a_financial_year_runs_from_april_to_march(day: date, year: str) -> None:
    assert year_of(day) == year


def test_a_grant_over_the_end_of_the_year_has_a_period_of_two() -> None:
    assert [each.label for each in parts.splits(GOOD)["period"].parts] == ["2026/27", "2026/27 to 2027/28"]


def test_a_contract_is_charged_to_one_year_and_runs_in_two() -> None:
    splits = parts.splits(GOOD)
    assert [(each.label, each.total) for each in splits["charged"].parts] == [("Charged to 2026/27", D(40000))]
    assert [(each.label, each.total) for each in splits["profile"].parts] == [
        ("Run in 2026/27", D(15000)),
        ("Run in 2027/28", D(25000)),
    ]


def test_payments_are_split_against_the_grants() -> None:
    splits = parts.splits(GOOD)
    assert [(each.label, each.total) for each in splits["paid"].parts] == [
        ("Paid", D("21000.50")),
        ("Left to pay", D("79000.50")),
    ]
    early = part("retrospective")
    assert [(row.reference, row.amount, row.note) for row in early.rows] == [
        ("AWD-1", D(1000), "PAY-1, paid on 3 May 2026, before approval")
    ]
    assert [(each.label, each.count) for each in splits["payment"].parts] == [
        ("Paid in part", 1),
        ("Nothing paid yet", 1),
        ("Paid in full", 1),
    ]


def test_the_underspend_is_the_allocation_less_each_row() -> None:
    rows = part("underspend").rows
    assert rows[0].amount == GOOD.allocation
    assert all(row.amount < 0 for row in rows[1:])
    assert len(rows) == 1 + len(GOOD.lines) + len(GOOD.contracts) + len(GOOD.grants)


def test_table_3_reads_from_the_allocation_to_the_underspend() -> None:
    rows = [(kind, each.label, each.total) for kind, each in parts.table_3(parts.splits(GOOD))]
    assert rows == [
        ("total", "Total allocated", D(200000)),
        ("line", "Posts", D(30000)),
        ("line", "Internal", D(10000)),
        ("line", "Digital Centre: Events", D(40000)),
        ("line", "Grants to third parties", D(100001)),
        ("part", "Grants needing a decision", D(60000)),
        ("part", "Grants approved under delegation", D(40001)),
        ("total", "Total expenditure", D(180001)),
        ("total", "Underspend", D(19999)),
    ]


def test_a_bid_without_exactly_one_outcome_is_in_a_part_of_its_own() -> None:
    bids = list(GOOD.bids)
    bids[4] = replace(bids[4], outcomes=(Outcome.REJECTED, Outcome.DELEGATED))
    opened = part("outcome-several", replace(GOOD, bids=bids))
    assert [(row.reference, row.amount) for row in opened.rows] == [("BID-5", Decimal(7000))]
