"""Money above an allocation: within the percentage of the round, by two people, and refused without them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from django.test import Client
from django.urls import reverse

from approvals.models import Decision
from approvals.reconciliation import checks, position, sums
from approvals.reconciliation.facts import OverAllocation as Agreed
from approvals.routing import commitments
from grants.bodies import body_of
from grants.models import AuditEvent, OverAllocation, Round, User, own_body
from grants.refusal import Refused
from grants.roles import Role
from grants.rounds import over_allocation, rounds
from tests import factories
from tests.approvals.positions import GOOD
from tests.factories import NOW, open_round, person

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def round() -> Round:
    """£1,000,000 of which £100,000 is a line's, and 5% above it may be agreed."""
    return open_round(over_allocation_percent=D("5.00"))


@pytest.fixture
def kit(round: Round) -> User:
    return person(Role.FINANCE, round=round, name="Kit")


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round, name="Lea")


def propose(round: Round, by: User, amount: str = "20000.00") -> OverAllocation:
    return over_allocation.propose_over_allocation(
        round=round, amount=D(amount), reason="Some grants fall through.", by=by, at=NOW
    )


def agree(round: Round, by: User, second: User, amount: str = "20000.00") -> OverAllocation:
    made = propose(round, by, amount)
    over_allocation.agree_over_allocation(over_allocation=made, by=second, at=NOW)
    made.refresh_from_db()
    return made


def test_without_an_agreement_nothing_fits_above_the_allocation(round: Round, kit: User, lead: User) -> None:
    propose(round, kit)
    with pytest.raises(Refused, match=r"£900,000\.01 is more than the £900,000 left of the allocation$"):
        commitments.must_fit(round, D("900000.01"))
    agree(round, kit, lead)
    commitments.must_fit(round, D("920000.00"))
    left = "£920,000.01 is more than the £920,000 left of the allocation and of what was agreed above it"
    with pytest.raises(Refused, match=left):
        commitments.must_fit(round, D("920000.01"))


def test_the_percentage_of_the_round_bounds_all_that_is_agreed(round: Round, kit: User, lead: User) -> None:
    with pytest.raises(Refused, match=r"by 5%\. Enter no more than the £50,000 that is left of it") as refused:
        propose(round, kit, "50000.01")
    assert refused.value.field == "amount"
    second = propose(round, kit, "30000.01")
    agree(round, kit, lead)
    with pytest.raises(Refused, match="no more than the £30,000 that is left"):
        over_allocation.agree_over_allocation(over_allocation=second, by=lead, at=NOW)
    agree(round, kit, lead, "30000.00")
    assert over_allocation.may_be_agreed(round) == 0
    with pytest.raises(Refused, match="states no percentage"):
        propose(open_round(), kit)


def test_it_takes_a_second_person_whom_the_trail_and_the_papers_name(round: Round, kit: User, lead: User) -> None:
    made = propose(round, kit)
    with pytest.raises(Refused, match=r"You proposed this\. Ask somebody else to agree it\."):
        over_allocation.agree_over_allocation(over_allocation=made, by=kit, at=NOW)
    over_allocation.agree_over_allocation(over_allocation=made, by=lead, at=NOW)
    events = AuditEvent.objects.filter(subject=made.reference).order_by("pk")
    assert [each.action for each in events] == ["propose over-allocation", "agree over-allocation"]
    assert events[1].facts["within"] == "5%"
    [stated] = position.position(round, NOW.date()).over_agreed
    assert str(stated) == "£20,000 above the allocation, agreed by Lea on 20 November 2026"
    with pytest.raises(Refused, match="was already answered: agreed"):
        over_allocation.refuse_over_allocation(over_allocation=made, reason="No", by=lead, at=NOW)


def test_a_submitted_paper_keeps_it_back(round: Round, kit: User, lead: User) -> None:
    made = propose(round, kit)
    paper = {"reference": "PCD-1", "title": "x", "decision_by": "x", "opened_at": NOW, "state": "submitted"}
    Decision.objects.create(round=round, **paper)
    with pytest.raises(Refused, match="PCD-1 is submitted and rests on this"):
        over_allocation.agree_over_allocation(over_allocation=made, by=lead, at=NOW)


def test_the_round_reconciles_up_to_what_was_agreed_and_no_further() -> None:
    over = replace(GOOD, allocation=D(150000))
    excess = sums.reconcile(over).expenditure - D(150000)
    assert "allocation" in {each.check for each in sums.reconcile(over).discrepancies}
    agreed = Agreed("OVR-1", excess, "Lea", NOW.date())
    held = replace(over, over_agreed=[agreed])
    assert "allocation" not in {each.check for each in sums.reconcile(held).discrepancies}
    assert sums.reconcile(held).underspend == -excess
    assert checks.checks(held, sums.reconcile(held))[0].sentence.endswith("agreed by Lea on 20 November 2026")
    less = replace(held, over_agreed=[replace(agreed, amount=excess - D("0.01"))])
    [wrong] = [each for each in sums.reconcile(less).discrepancies if each.check == "allocation"]
    assert wrong.amount == D("0.01")


def test_a_year_is_held_against_what_was_agreed_for_it(kit: User, lead: User) -> None:
    round = open_round(over_allocation_percent=D(5), profile=[["2026/27", "100000.00"], ["2027/28", "900000.00"]])
    by, second = person(Role.FINANCE, round=round), person(Role.LEAD, round=round)
    content = rounds.LineContent(kind="other", label="Vans", amount=D("20000.00"))
    rounds.keep_budget_line(round=round, content=content, reason="Needed", by=by, at=NOW)
    year = [each for each in sums.reconcile(position.position(round, NOW.date())).discrepancies if each.check == "year"]
    assert [each.amount for each in year] == [D(20000)]
    agree(round, by, second)
    reconciled = sums.reconcile(position.position(round, NOW.date()))
    assert not [each for each in reconciled.discrepancies if each.check == "year"]


def test_the_database_holds_what_an_over_allocation_must_be(round: Round, kit: User) -> None:
    made = propose(round, kit)
    for wrong in ({"state": "agreed", "answered_by": kit, "answered_at": NOW}, {"state": "withdrawn"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OverAllocation.objects.filter(pk=made.pk).update(**wrong)
    with pytest.raises(InternalError), transaction.atomic():
        OverAllocation.objects.filter(pk=made.pk).update(amount=D(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(over_allocation_percent=D("100.01"))


def test_the_pages_propose_agree_refuse_and_withdraw(client: Client, round: Round, kit: User, lead: User) -> None:
    client.force_login(kit)
    page = reverse("grants:propose_over_allocation", args=[round.reference])
    wrong = client.post(page, {"amount": "50,000.01", "reason": "Some fall through."}).content.decode()
    assert "Enter no more than the £50,000 that is left of it" in wrong
    assert 'value="50,000.01"' in wrong
    shown = client.post(page, {"amount": "20,000", "reason": "Some fall through."}, follow=True).content.decode()
    assert "£20,000 above the allocation" in shown
    made = OverAllocation.objects.get()
    client.force_login(lead)
    client.post(reverse("grants:agree_over_allocation", args=[made.reference]), {"version": 1})
    made.refresh_from_db()
    assert (made.state, made.answered_by) == ("agreed", lead)
    for verb, by, state in (("refuse", lead, "refused"), ("withdraw", kit, "withdrawn")):
        other = propose(round, kit, "1.00")
        client.force_login(by)
        client.post(reverse(f"grants:{verb}_over_allocation", args=[other.reference]), {"reason": "No"})
        other.refresh_from_db()
        assert (other.state, other.answer) == (state, "No")
    listed = client.get(reverse("grants:over_allocations", args=[round.reference])).content.decode()
    assert "£30,000" in listed


def test_a_delegated_grant_above_the_allocation_is_approved_once_it_is_agreed(
    round: Round, kit: User, lead: User
) -> None:
    factories.award(round, amount=D(905000))
    assert commitments.excess(round) == D(5000)
    agree(round, kit, lead, "4999.99")
    assert commitments.excess(round) == D("0.01")
    agree(round, kit, lead, "0.01")
    assert commitments.excess(round) == 0


@pytest.mark.parametrize(("stated", "kept"), [(None, "2.50"), (D("0"), "0.00"), (D("7.50"), "7.50")])
def test_a_round_has_the_percentage_of_its_body_unless_it_states_its_own(stated: Decimal | None, kept: str) -> None:
    body = body_of({**own_body().data, "over_allocation_percent": "2.50"})
    made = rounds.open_round(
        terms=rounds.RoundTerms(
            reference="percent",
            title="Percent",
            financial_year="2026/27",
            allocation=D(1000),
            opens_on=NOW.date(),
            closes_on=NOW.date(),
            over_allocation_percent=stated,
        ),
        body=body,
        by=person(Role.ADMINISTRATOR),
        at=NOW,
    )
    made.refresh_from_db()
    assert (made.over_allocation_percent, made.body.over_allocation_percent) == (D(kept), D("2.50"))
