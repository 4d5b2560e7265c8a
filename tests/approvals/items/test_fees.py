"""A fee to an intermediary that is a percentage of a sum of the round: worked out, and held against that sum."""

from decimal import Decimal

import pytest

from approvals.decisions import submission
from approvals.enums import ItemKind
from approvals.models import Decision, PaperItem
from approvals.reconciliation import checks, position, sums
from grants.models import User
from grants.refusal import Incomplete, Refused
from grants.roles import Role
from tests import factories
from tests.approvals.items import steps
from tests.approvals.items.steps import OF_EACH_KIND, ask
from tests.factories import NOW

pytestmark = pytest.mark.django_db
D = Decimal
FEE = OF_EACH_KIND[ItemKind.FEE]


@pytest.fixture
def alone() -> tuple[Decision, User]:
    """The paper of a round of £1,000,000 with one grant of £40,000.33."""
    round = factories.open_round()
    factories.award(round, amount=D("40000.33"))
    lead = factories.person(Role.LEAD, round=round)
    return steps.open_paper(round, "PCD-990", lead), lead


def ask_share(decision: Decision, by: User, percent: str, of: str, **changes: object) -> PaperItem:
    values: dict[str, object] = {"amount": None, "source": "", "percent": D(percent), "percent_of": of}
    return ask(decision, FEE, by, **(values | changes))


@pytest.mark.parametrize(
    ("percent", "of", "amount", "source"),
    [
        ("5", "grants", "2000.02", "5% of all grants"),
        ("2.50", "allocation", "25000.00", "2.5% of the allocation"),
        ("0.01", "grants", "4.00", "0.01% of all grants"),
    ],
)
def test_the_amount_of_a_fee_is_worked_out_to_the_penny(
    alone: tuple[Decision, User], percent: str, of: str, amount: str, source: str
) -> None:
    item = ask_share(*alone, percent, of)
    assert (item.amount, item.source) == (D(amount), source)


def test_a_fee_has_its_row_and_its_part_of_the_allocation(alone: tuple[Decision, User]) -> None:
    item = ask_share(*alone, "5", "grants")
    reconciled = position.reconcile(alone[0].round, NOW.date())
    assert [(each.label, each.amount) for each in reconciled.items] == [(item.title, D("2000.02"))]
    assert reconciled.expenditure == D("100000.00") + D("40000.33") + D("2000.02")


def test_a_fee_whose_sum_has_changed_keeps_the_paper_back(alone: tuple[Decision, User]) -> None:
    decision, lead = alone
    ask_share(decision, lead, "5", "grants")
    factories.award(decision.round, amount=D("1000.00"))
    wrong = "Management fee is £2,000.02, but 5% of £41,000.33 is £2,050.02."
    assert wrong in [problem.message for problem in submission.of(decision, at=NOW).problems]
    figures = position.position(decision.round, NOW.date())
    [check] = [each for each in checks.checks(figures, sums.reconcile(figures)) if each.name == "fee"]
    assert (check.held, check.amount) == (False, D("50.00"))


def test_what_does_not_fit_a_percentage_is_named(alone: tuple[Decision, User]) -> None:
    with pytest.raises(Refused, match=r"5% of all grants is £2,000\.02\. Enter that, or nothing") as refused:
        ask_share(*alone, "5", "grants", amount=D("2000.03"))
    assert refused.value.field == "amount"
    with pytest.raises(Incomplete, match="Select what the percentage is of"):
        ask_share(*alone, "5", "", amount=D(1), source="x")
    with pytest.raises(Incomplete, match="Delete the percentage: “Approve a transfer to another body” has none"):
        ask(alone[0], OF_EACH_KIND[ItemKind.TRANSFER], alone[1], percent=D(5), percent_of="grants")
