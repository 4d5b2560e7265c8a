"""Where the allocation of a round comes from: income and own budget sum to it, in all and in each year."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from approvals.reconciliation import checks, parts, year_parts
from approvals.reconciliation.facts import Income, Position
from approvals.reconciliation.sums import reconcile
from grants import money, years
from tests.approvals.positions import GOOD
from tests.approvals.reconciliation.test_years import TWO, divided, in_two_years

D = Decimal
HOME = Income("INC-1", "Home Office", "HO/1", D("120000.01"), accepted_in="PCD-1")
MORE = Income("INC-2", "Home Office", "HO/2", D("30000.00"), uplifts="INC-1", asked=True)
GIVEN = replace(GOOD, income=(HOME, MORE))


@st.composite
def with_income(draw: st.DrawFn) -> Position:
    """A round of two years whose grantors give some of each year, and perhaps all of it."""
    position = in_two_years(GOOD, [draw(st.integers(1, 99))])
    left, income = dict(position.years), []
    for number in range(draw(st.integers(1, 4))):
        profile = []
        for slot in TWO:
            part = D(draw(st.integers(0, int(left[slot] * 100)))) / 100
            left[slot] -= part
            profile.append((slot, part))
        whole = years.total(profile)
        income.append(
            Income(f"INC-{number}", f"Grantor {number}", f"A/{number}", whole, accepted_in="x", years=profile)
        )
    return replace(position, income=income)


@given(with_income())
def test_income_and_own_budget_sum_to_the_allocation_in_all_and_in_each_year(position: Position) -> None:
    reconciled = reconcile(position)
    income = money.total([each.amount for each in position.income])
    assert income + reconciled.own_budget == position.allocation
    for each in reconciled.years:
        assert each.income + each.own_budget == each.allocation
        assert each.own_budget >= 0
    assert money.total([each.own_budget for each in reconciled.years]) == reconciled.own_budget
    assert not [wrong for wrong in reconciled.discrepancies if wrong.check in ("sources", "income")]
    splits = year_parts.splits(position)
    for name in ("sources", *(f"sources-in-{slot.key}" for slot in TWO)):
        assert money.total([part.total for part in splits[name].parts]) == splits[name].whole.total, name
    of_round = parts.everything(splits)
    for row in year_parts.table_3(position, splits):
        assert money.total([cell.total for cell in row.by_slot]) == row.part.total
        assert row.part is of_round[row.part.key]


def wrong(position: Position) -> list[tuple[str, str, Decimal]]:
    return [
        (each.check, each.message, each.amount)
        for each in reconcile(position).discrepancies
        if each.check in ("sources", "income")
    ]


def test_income_above_the_allocation_is_named() -> None:
    more = replace(GIVEN, income=(replace(HOME, amount=D("200000.01")),))
    message = "Income comes to £200,000.01, £0.01 more than the allocation of £200,000."
    assert wrong(more) == [("sources", message, D("0.01"))]


def test_income_above_a_year_is_named_though_the_whole_fits() -> None:
    position = in_two_years(GOOD, [60])
    early = replace(HOME, amount=D(130000), years=((TWO[0], D(130000)), (TWO[1], D(0))))
    assert wrong(replace(position, income=(early,))) == [
        ("sources", "In 2026/27 income comes to £130,000, £10,000 more than the £120,000 of that year.", D(10000))
    ]


def test_an_own_budget_that_was_stated_must_be_what_income_leaves() -> None:
    assert wrong(replace(GIVEN, own_budget=D("49999.99"))) == []
    less = replace(GIVEN, own_budget=D(0))
    message = "Income of £150,000.01 and an own budget of £0 come to £49,999.99 less than the allocation of £200,000."
    assert wrong(less) == [("sources", message, D("49999.99"))]
    names = [check.name for check in checks.checks(less, reconcile(less)) if not check.held]
    assert "sources" in names


def test_income_that_nobody_accepts_is_named() -> None:
    waiting = replace(GIVEN, income=(HOME, replace(MORE, asked=False)))
    message = "£30,000 from Home Office is not accepted, and no paper asks for it."
    assert wrong(waiting) == [("income", message, D(30000))]


def test_a_round_without_income_has_no_row_or_check_of_it() -> None:
    assert "sources" not in parts.splits(GOOD)
    names = {check.name for check in checks.checks(GOOD, reconcile(GOOD))}
    assert not names & {"sources", "income"}
    assert "income" not in reconcile(GOOD).as_json()


def test_years_of_income_that_do_not_sum_are_named() -> None:
    position = in_two_years(GOOD, [50])
    short = replace(HOME, years=divided(D(100000), 50))
    [mistake] = [each for each in reconcile(replace(position, income=(short,))).discrepancies if each.check == "years"]
    assert mistake.message == "The years of Home Office sum to £100,000, but its amount is £120,000.01."
