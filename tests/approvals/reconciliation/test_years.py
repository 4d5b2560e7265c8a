"""A round of several years reconciles in each of them and in all."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from approvals.reconciliation import checks, parts, year_parts
from approvals.reconciliation.facts import Grant, Position
from approvals.reconciliation.sums import reconcile
from grants import money, years
from grants.years import Profile, Slot
from tests.approvals.positions import GOOD, positions

D = Decimal
TWO = (Slot("2026/27"), Slot("2027/28"))
FIGURES = ("allocation", "expenditure", "underspend", "grants", "dmpc", "delegated", "lines", "contracts", "items")


def divided(amount: Decimal, weight: int) -> Profile:
    return tuple(zip(TWO, money.share(amount, [D(weight), D(100 - weight)]), strict=True))


def in_two_years(position: Position, weights: list[int]) -> Position:
    """The position with every amount divided between two years, by weights in per cent, each used in turn."""

    def of(number: int, amount: Decimal) -> Profile:
        return divided(amount, weights[number % len(weights)])

    return replace(
        position,
        years=of(0, position.allocation),
        lines=[replace(each, years=of(i, each.amount)) for i, each in enumerate(position.lines, 1)],
        contracts=[replace(each, years=of(i, each.amount)) for i, each in enumerate(position.contracts, 2)],
        grants=[replace(each, years=of(i, each.amount)) for i, each in enumerate(position.grants, 3)],
    )


two_years = st.builds(in_two_years, positions(), st.lists(st.integers(0, 100), min_size=1, max_size=5))


@given(two_years)
def test_the_years_of_every_figure_sum_to_the_whole(position: Position) -> None:
    reconciled = reconcile(position)
    assert [each.slot for each in reconciled.years] == list(TWO)
    whole = {
        "allocation": reconciled.allocation,
        "expenditure": reconciled.expenditure,
        "underspend": reconciled.underspend,
        "grants": reconciled.grants.total,
        "dmpc": reconciled.dmpc.total,
        "delegated": reconciled.delegated.total,
        "lines": money.total([line.amount for line in position.lines]),
        "contracts": reconciled.contracts.total,
        "items": money.ZERO,
    }
    assert {name: money.total([getattr(each, name) for each in reconciled.years]) for name in FIGURES} == whole


@given(two_years)
def test_the_cells_of_each_row_of_table_3_sum_to_it(position: Position) -> None:
    splits = year_parts.splits(position)
    for row in year_parts.table_3(position, splits):
        assert money.total([cell.total for cell in row.by_slot]) == row.part.total
        assert all(parts.everything(splits)[cell.key] == cell for cell in row.by_slot)


@given(two_years)
def test_the_parts_of_a_year_sum_to_its_allocation(position: Position) -> None:
    splits = year_parts.splits(position)
    for each in reconcile(position).years:
        split = splits[f"allocation-in-{each.slot.key}"]
        assert split.whole.total == each.allocation == money.total([part.total for part in split.parts])


@given(positions())
def test_a_round_of_one_year_has_no_figures_by_year(position: Position) -> None:
    reconciled = reconcile(position)
    assert reconciled.years == ()
    assert "years" not in reconciled.as_json()
    assert not {"year", "years", "paid in year"} & {check.name for check in checks.checks(position, reconciled)}


def test_a_year_that_is_over_is_a_discrepancy_although_the_whole_is_not() -> None:
    position = in_two_years(GOOD, [50])
    grant = position.grants[0]
    allocation = ((TWO[0], D(1)), (TWO[1], position.allocation - D(1)))
    reconciled = reconcile(replace(position, years=allocation))
    assert reconciled.underspend >= 0
    over = [each for each in reconciled.discrepancies if each.check == "year"]
    assert len(over) == 1
    assert over[0].amount == reconciled.years[0].expenditure - D(1)
    assert "In 2026/27" in over[0].message
    assert "more than the £1 of that year" in over[0].message
    assert years.total(grant.years) == grant.amount


def test_what_is_charged_to_a_year_that_the_round_lacks_is_over() -> None:
    stray = Slot("2030/31")
    position = in_two_years(GOOD, [50])
    lines = [replace(line, years=((stray, line.amount),)) for line in position.lines]
    reconciled = reconcile(replace(position, lines=lines))
    assert reconciled.years[-1].slot == stray
    assert money.total([each.expenditure for each in reconciled.years]) == reconciled.expenditure
    assert any("more than the £0 of that year" in each.message for each in reconciled.discrepancies)


def test_a_profile_that_does_not_sum_to_its_amount_is_a_discrepancy() -> None:
    position = in_two_years(GOOD, [50])
    first: Grant = position.grants[0]
    wrong = replace(first, years=((TWO[0], first.amount - D("0.01")),))
    broken = [e for e in reconcile(replace(position, grants=[wrong])).discrepancies if e.check == "years"]
    assert [(each.amount, each.reference) for each in broken] == [(D("0.01"), first.reference)]


def test_a_year_paid_more_than_its_part_is_a_discrepancy_of_the_grant() -> None:
    position = in_two_years(GOOD, [50])
    grant = next(each for each in position.grants if each.payments)
    year = years.year_of(grant.payments[0].paid_on)
    assert year == TWO[0].year
    late = replace(grant, years=((TWO[1], grant.amount),))
    broken = [e for e in reconcile(replace(position, grants=[late])).discrepancies if e.check == "paid in year"]
    paid = money.total([each.amount for each in grant.payments])
    assert [(each.amount, each.reference) for each in broken] == [(paid, grant.reference)]
