"""PCD 681 with one fact after another broken: the paper is refused with a message that names the broken fact.

Where the database itself refuses to hold the broken fact, its refusal is the test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction

from approvals.decisions import writing
from approvals.models import (
    Approval,
    Award,
    Decision,
    DecisionSection,
    DelegationRule,
    Payment,
    Recommendation,
    SingleTenderAction,
)
from bids.models import Bid, CostLine, PanelOutcome
from grants.models import BudgetLine, Organisation, Round, User
from tests.approvals.steps import LATER, state
from tests.factories import NOW

pytestmark = pytest.mark.django_db

D = Decimal
BIG, SMALL, WARNED = "CPIE-051", "CPIE-001", "CPIE-006"


@dataclass(frozen=True)
class Broken:
    """How a fact is broken, the check that reports it, and the words and amount (pounds) of that report.

    `amount` is None where it follows from figures that the demo invents.
    """

    by: Callable[[Decision], Any]
    check: str
    message: str
    amount: Decimal | None = None
    # Other checks that the same fact breaks.
    also: frozenset[str] = frozenset()


def award(reference: str) -> Any:
    return Award.objects.filter(bid__source_reference=reference, round__reference="cpie-2019-20")


def bid(reference: str) -> Any:
    return Bid.objects.filter(source_reference=reference, round__reference="cpie-2019-20")


def contract() -> Any:
    return SingleTenderAction.objects.filter(round__reference="cpie-2019-20")


def section(key: str, text: str) -> Any:
    return DecisionSection.objects.filter(decision__reference="PCD-681", key=key).update(text=text)


def round_() -> Any:
    return Round.objects.filter(reference="cpie-2019-20")


def line(label: str) -> Any:
    return BudgetLine.objects.filter(round__reference="cpie-2019-20", label=label)


def inside() -> Bid:
    return Bid.objects.filter(round__reference="cpie-2019-20", led_by="internal", state=Bid.State.AGREED)[0]


def drop(table: str, constraint: str) -> None:
    """Drop a constraint of a table until the test ends, as if the database had been tampered with."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def no_recipient(decision: Decision) -> None:
    drop("bids_bid", "bid_recipient_fits_its_origin")
    bid(SMALL).update(recipient=None)


def no_reason_for_early(decision: Decision) -> None:
    early = Payment.objects.filter(retrospective=True)[0]
    drop("approvals_payment", "early_payment_says_why")
    with pgtrigger.ignore("approvals.Payment:stays_as_recorded"):
        Payment.objects.filter(pk=early.pk).update(reason="")


def agreed_another(decision: Decision) -> None:
    with pgtrigger.ignore("approvals.Recommendation:append_only"):
        Recommendation.objects.filter(bid__source_reference=BIG).update(amount=D("240228.99"))


def internal_over(decision: Decision) -> None:
    with pgtrigger.ignore("approvals.Recommendation:append_only"):
        Recommendation.objects.filter(bid=inside()).update(amount=D(288696))


def paid_too_much(decision: Decision) -> None:
    early = Payment.objects.filter(retrospective=True).order_by("amount")[0]
    with pgtrigger.ignore("approvals.Payment:stays_as_recorded"):
        Payment.objects.filter(pk=early.pk).update(amount=early.award.amount + D("0.01"))


def living_wage_open(decision: Decision) -> None:
    bid(BIG).update(employs_staff=True, london_living_wage=None)


def family_grows(decision: Decision) -> None:
    """Move a delegated grant into a family above the limit without routing it again."""
    bid(SMALL).update(family=decision.round.families.get(name="Sharan Project"))


def redirected_to_nowhere(decision: Decision) -> None:
    drop("bids_paneloutcome", "redirect_has_its_destination")
    redirected = PanelOutcome.objects.filter(bid__round=decision.round, bid__state=Bid.State.REDIRECTED)
    redirected.update(destination="")


BROKEN: dict[str, Broken] = {
    "a line larger than the rest": Broken(
        lambda decision: line("Staffing posts").update(amount=D("2654707.01")),
        "allocation",
        "£0.01 more than the allocation of £4,782,000",
        D("0.01"),
    ),
    "an allocation a pound too small": Broken(
        lambda decision: round_().update(allocation=D(4027994)),
        "allocation",
        "£1 more than the allocation of £4,027,994",
        D(1),
        frozenset({"prose"}),
    ),
    "a grant changed by a penny": Broken(
        lambda decision: award(BIG).update(amount=D("240229.01")),
        "agreed amount",
        "is £240,229.01, but the leadership agreed £240,229.",
        D("0.01"),
    ),
    "another amount agreed": Broken(
        agreed_another, "agreed amount", "is £240,229, but the leadership agreed £240,228.99.", D("0.01")
    ),
    "another amount approved": Broken(
        lambda decision: Approval.objects.filter(award__bid__source_reference=SMALL).update(amount=D(1)),
        "approved amount",
        "but £1 was approved.",
    ),
    "an approval that became invalid": Broken(
        lambda decision: Approval.objects.filter(award__bid__source_reference=SMALL).update(
            invalid_at=NOW, invalid_because="x"
        ),
        "approval",
        "is delegated but not approved.",
    ),
    "a grant that is not routed": Broken(
        lambda decision: award(BIG).update(route="", state="agreed"),
        "route",
        "is not routed yet.",
        D(240229),
        frozenset({"outcome"}),
    ),
    "a grant that was routed too low": Broken(
        lambda decision: award(BIG).update(route="delegated"),
        "route",
        "was routed for delegated approval, but its group is no longer below the limit.",
        D(240229),
        frozenset({"approval"}),
    ),
    "a group that has grown over the limit": Broken(
        family_grows, "route", "was routed for delegated approval, but its group is no longer below the limit."
    ),
    "an approval of too low a level": Broken(
        lambda decision: award(SMALL).update(route="dmpc"),
        "approval level",
        "needs a decision but was approved under delegation.",
        None,
        # The text says that every grant for the Deputy Mayor is at or above the limit.
        frozenset({"prose"}),
    ),
    "a warning that is open again": Broken(
        lambda decision: award(WARNED).update(warning_cleared=""),
        "warning",
        "has a routing warning that nobody cleared.",
    ),
    "a bid without an outcome": Broken(
        lambda decision: bid("CPIE-002").update(state="eligible"), "outcome", "CPIE-002 has no outcome yet."
    ),
    "a bid with two outcomes": Broken(
        lambda decision: bid(SMALL).update(state="rejected"),
        "outcome",
        "CPIE-001 has 2 outcomes: rejected and delegated.",
    ),
    "costs that do not sum": Broken(
        lambda decision: CostLine.objects.filter(bid__source_reference=SMALL, label="Artists").update(amount=D(4701)),
        "costs",
        "The costs of CPIE-001 sum to £9,601, but it asks for £9,600.",
        D(1),
    ),
    "a redirect without a destination": Broken(
        redirected_to_nowhere,
        "destination",
        "is redirected but has no destination.",
        D(620000),
    ),
    "a contract whose years do not sum": Broken(
        lambda decision: contract().update(profile=[["2019/20", "200000.00"], ["2020/21", "199999.99"]]),
        "profile",
        "sum to £399,999.99, but its value is £400,000.",
        D("0.01"),
    ),
    "a delegated contract that nobody approved": Broken(
        lambda decision: contract().update(route="delegated", approved_by=None),
        "contract",
        "lacks the approval of a second lead.",
        D(400000),
    ),
    "a contract without its proposal": Broken(
        lambda decision: contract().update(proposal=""), "contract", "lacks its proposal.", D(400000)
    ),
    "an early payment without its reason": Broken(
        no_reason_for_early, "early payment", "was paid before approval, but no reason is recorded."
    ),
    "more paid than the grant": Broken(paid_too_much, "paid", "£0.01 more than its amount.", D("0.01")),
    "a grant without a recipient": Broken(no_recipient, "recipient", "has no recipient outside the force."),
    "a grant without a legal power": Broken(
        lambda decision: award(BIG).update(legal_power=""), "legal power", "has no legal power recorded.", D(240229)
    ),
    "the living wage not confirmed": Broken(
        living_wage_open, "living wage", "pays staff, but the living wage is not confirmed.", D(240229)
    ),
    "internal bids over their line": Broken(
        internal_over, "internal bids", "but the budget lines that pay for them hold £288,695."
    ),
    "no limit in force": Broken(
        lambda decision: DelegationRule.objects.filter(round=decision.round, kind="grant").update(
            confirmed_by=None, confirmed_at=None
        ),
        "limit",
        "No confirmed limit for grants is in force today.",
        D(0),
        frozenset({"figure", "prose"}),
    ),
    "a typed figure that matches no figure of the paper": Broken(
        lambda decision: section("data", "It is £5.79m."),
        "prose",
        "“Data protection and privacy” says £5.79m, which matches no figure in this paper.",
        D(5790000),
    ),
    "a figure from elsewhere without its source": Broken(
        lambda decision: DecisionSection.objects.update(figure_sources=[]), "prose", "says £84m"
    ),
    "an empty section": Broken(
        lambda decision: section("equality", " \n "), "section", "“Equality comments” is empty.", D(0)
    ),
    "a figure that does not exist": Broken(
        lambda decision: section("legal", "It is {old total}."),
        "figure",
        "“Legal comments”: There is no figure or part called “old total”.",
        D(0),
    ),
    "a part that does not exist": Broken(
        lambda decision: section("legal", "See {appendix 7}."),
        "figure",
        "“Legal comments”: There is no figure or part called “appendix 7”.",
        D(0),
    ),
}


def test_the_unbroken_paper_is_submitted(returned: Decision, grace: User) -> None:
    frozen = writing.submit_pack(decision=returned, by=grace, at=LATER)
    assert (frozen.version, state(returned)) == (2, "submitted")


def test_at_least_twelve_facts_are_broken() -> None:
    assert len(BROKEN) >= 12


@pytest.mark.parametrize("broken", BROKEN)
def test_a_paper_with_a_broken_fact_is_refused_by_name(returned: Decision, grace: User, broken: str) -> None:
    fact = BROKEN[broken]
    fact.by(returned)
    with pytest.raises(writing.NotReconciled) as refused:
        writing.submit_pack(decision=returned, by=grace, at=LATER)
    of_check = [problem for problem in refused.value.problems if problem.check == fact.check]
    named = [problem for problem in of_check if fact.message in problem.message]
    assert named, [problem.message for problem in refused.value.problems]
    assert named[0].reference
    assert fact.amount is None or named[0].amount == fact.amount
    # No other check fails, but advisers have to sign off again what the fact changed.
    assert {problem.check for problem in refused.value.problems} <= {fact.check, "sign-off"} | fact.also
    assert (state(returned), returned.packs.count()) == ("returned", 1)


IMPOSSIBLE: dict[str, tuple[Callable[[], Any], str]] = {
    "a line below zero": (lambda: line("Staffing posts").update(amount=D("-0.01")), "line_amount_not_below_zero"),
    "an allocation of nothing": (lambda: round_().update(allocation=D(0)), "round_allocation_above_zero"),
    "a grant of nothing": (lambda: award(BIG).update(amount=D(0)), "award_amount_above_zero"),
    "a grant that is approved and not routed": (lambda: award(BIG).update(route=""), "award_routed"),
    "an external bid without a recipient": (
        lambda: bid(SMALL).update(recipient=None),
        "bid_recipient_fits_its_origin",
    ),
    "an internal bid with a recipient": (
        lambda: Bid.objects.filter(pk=inside().pk).update(recipient=Organisation.objects.all()[0]),
        "bid_recipient_fits_its_origin",
    ),
    "a redirect to nowhere": (
        lambda: PanelOutcome.objects.filter(verdict="redirect").update(destination=""),
        "redirect_has_its_destination",
    ),
    "an early payment without a reason": (
        lambda: Payment.objects.filter(retrospective=True).update(reason=""),
        "Cannot update",
    ),
    "an agreement that is changed": (
        lambda: Recommendation.objects.filter(bid__source_reference=BIG).update(amount=D(1)),
        "Cannot update",
    ),
    "a second valid approval": (
        lambda: Approval.objects.create(
            award=award(SMALL).get(),
            reference="APP-TWICE",
            level="delegated",
            amount=D(1),
            reason="x",
            facts={},
            approved_by=User.objects.all()[0],
            approved_at=NOW,
        ),
        "one_valid_approval_an_award",
    ),
    "an invalid approval that does not say why": (
        lambda: Approval.objects.filter(award__bid__source_reference=SMALL).update(invalid_at=NOW),
        "invalid_approval_says_why",
    ),
    "a contract of nothing": (lambda: contract().update(amount=D(0)), "contract_amount_above_zero"),
    "a contract whose ground has no evidence": (
        lambda: contract().update(evidence=""),
        "contract_ground_has_its_evidence",
    ),
    "a limit of nothing": (lambda: DelegationRule.objects.update(limit=D(0)), "rule_limit_above_zero"),
    "a grant that is deleted": (lambda: award(BIG).delete(), "Cannot delete|referenced"),
}


@pytest.mark.parametrize("broken", IMPOSSIBLE)
def test_the_database_refuses_an_impossible_fact(broken: str) -> None:
    change, constraint = IMPOSSIBLE[broken]
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        change()
