"""Money carried over from one financial year to the next: by two people, never more than is left, and shown by year."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from django.test import Client
from django.urls import reverse

from approvals.carrying import carrying
from approvals.models import Award, CarryOver, Decision, SingleTenderAction
from approvals.reconciliation import position, sums, year_parts
from approvals.reconciliation.facts import Income
from approvals.routing import approving, awards
from approvals.routing.approving import PaymentDetails
from grants import money
from grants.access import holdings
from grants.models import AuditEvent, Round, User
from grants.refusal import Refused
from grants.roles import Role
from grants.tasks import waiting
from grants.years import Slot
from tests import factories
from tests.approvals.reconciliation.test_years import TWO
from tests.factories import NOW, person

pytestmark = pytest.mark.django_db
D = Decimal
FIRST, SECOND = TWO
# In the second year of the round.
LATER = NOW + timedelta(days=200)


@pytest.fixture
def round() -> Round:
    """£400,000 in 2026/27 and £600,000 in 2027/28, of which a line has £100,000 in the first year."""
    return factories.open_round(profile=[["2026/27", "400000.00"], ["2027/28", "600000.00"]])


@pytest.fixture
def kit(round: Round) -> User:
    return person(Role.FINANCE, round=round, name="Kit")


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def grant(round: Round, lead: User) -> Award:
    """£30,000 in the first year and £10,000 in the second, routed for delegated approval."""
    made = factories.award(round, amount=D(40000))
    made.profile = [["2026/27", "30000.00"], ["2027/28", "10000.00"]]
    made.save()
    awards.route_awards(round=round, by=lead, at=NOW)
    return Award.objects.select_related("round", "bid").get(pk=made.pk)


def propose(round: Round, by: User, **facts: Any) -> CarryOver:
    values = {"source": FIRST, "amount": D("1000.25"), "reason": "Late start.", "at": NOW}
    return carrying.propose_carry_over(round=round, by=by, **{**values, **facts})


def carry(round: Round, by: User, confirmer: User, **facts: Any) -> CarryOver:
    made = propose(round, by, **facts)
    carrying.confirm_carry_over(carry_over=made, by=confirmer, at=facts.get("at", NOW))
    made.refresh_from_db()
    round.refresh_from_db()
    return made


def by_year(round: Round, name: str) -> list[Decimal]:
    return [getattr(each, name) for each in sums.slots_of(position.position(round, NOW.date()))]


def test_a_proposal_moves_nothing_and_a_second_person_moves_the_money(
    round: Round, kit: User, lead: User, grant: Award
) -> None:
    made = propose(round, kit, of=grant)
    grant.refresh_from_db()
    assert grant.profile[0] == ["2026/27", "30000.00"]
    with pytest.raises(Refused, match=r"You proposed this\. Ask somebody else to confirm it\."):
        carrying.confirm_carry_over(carry_over=made, by=kit, at=NOW)
    carrying.confirm_carry_over(carry_over=made, by=lead, at=NOW)
    grant.refresh_from_db()
    round.refresh_from_db()
    assert grant.profile == [["2026/27", "28999.75"], ["2027/28", "11000.25"]]
    assert round.profile == [["2026/27", "398999.75"], ["2027/28", "601000.25"]]
    assert (grant.amount, grant.state, round.allocation) == (D(40000), "routed", D(1000000))
    events = AuditEvent.objects.filter(subject=made.reference).order_by("pk")
    assert [each.action for each in events] == ["propose carry-over", "confirm carry-over"]
    assert (events[1].facts["from"], events[1].facts["to"]) == ("2026/27", "2027/28")
    with pytest.raises(Refused, match="was already answered: confirmed"):
        carrying.confirm_carry_over(carry_over=made, by=lead, at=NOW)


def test_a_line_and_what_nothing_holds_are_carried_over_too(round: Round, kit: User, lead: User) -> None:
    line = round.lines.get()
    carry(round, kit, lead, of=line, amount=D(100000))
    line.refresh_from_db()
    assert line.profile == [["2027/28", "100000.00"]]
    carry(round, kit, lead, amount=D(300000))
    round.refresh_from_db()
    assert round.profile == [["2026/27", "0.00"], ["2027/28", "1000000.00"]]
    assert by_year(round, "underspend") == [D(0), D(900000)]


PARTS = [["2026/27", "30000.00"], ["2027/28", "20000.00"]]


@pytest.fixture
def contract(round: Round, lead: User) -> SingleTenderAction:
    """£30,000 in the first year and £20,000 in the second."""
    made = factories.contract(round, lead, "50000")
    made.profile, made.charged_to = PARTS, ""
    made.save()
    return made


def test_a_contract_is_carried_over_and_its_value_route_and_approval_stay(
    round: Round, kit: User, lead: User, contract: SingleTenderAction
) -> None:
    before = [(each.expenditure, each.underspend) for each in sums.slots_of(position.position(round, NOW.date()))]
    discrepancies = position.reconcile(round, NOW.date()).discrepancies
    made = carry(round, kit, lead, of=contract, amount=D(10000))
    route, state = contract.route, contract.state
    contract.refresh_from_db()
    assert contract.profile == [["2026/27", "20000.00"], ["2027/28", "30000.00"]]
    assert (contract.amount, contract.route, contract.state) == (D(50000), route, state)
    after = [(each.expenditure, each.underspend) for each in sums.slots_of(position.position(round, NOW.date()))]
    assert after == [(before[0][0] - 10000, before[0][1]), (before[1][0] + 10000, before[1][1])]
    assert made.label == contract.title
    carried = position.position(round, NOW.date()).carried
    assert [(each.label, each.amount) for each in carried] == [(contract.title, D(10000))]
    event = AuditEvent.objects.get(subject=made.reference, action="confirm carry-over")
    assert event.facts["contract"] == contract.reference
    # All of what is left in the first year.
    carry(round, kit, lead, of=contract, amount=D(20000))
    contract.refresh_from_db()
    assert contract.profile == [["2027/28", "50000.00"]]
    assert position.reconcile(round, NOW.date()).discrepancies == discrepancies


def test_a_contract_that_is_charged_to_one_year_is_carried_over_whole(
    round: Round, kit: User, lead: User, contract: SingleTenderAction
) -> None:
    SingleTenderAction.objects.filter(pk=contract.pk).update(charged_to="2026/27")
    with pytest.raises(Refused, match=r"is charged to 2026/27 as a whole\. Carry over all of its £50,000, or nothing"):
        propose(round, kit, of=contract, amount=D(10000))
    carry(round, kit, lead, of=contract, amount=D(50000))
    contract.refresh_from_db()
    assert (contract.charged_to, contract.profile) == ("2027/28", PARTS)


def test_a_contract_holds_no_more_than_its_part_and_a_refused_one_nothing(
    round: Round, kit: User, contract: SingleTenderAction
) -> None:
    with pytest.raises(Refused, match=r"has £30,000 left in 2026/27\. Enter that amount or less"):
        propose(round, kit, of=contract, amount=D("30000.01"))
    SingleTenderAction.objects.filter(pk=contract.pk).update(state="refused")
    with pytest.raises(Refused, match="Choose a contract of this round that is not refused"):
        propose(round, kit, of=contract)


def test_the_page_offers_contracts(round: Round, kit: User, contract: SingleTenderAction, client: Client) -> None:
    client.force_login(kit)
    address = reverse("approvals:propose_carry_over", args=[round.reference])
    assert f"{contract.title}, £50,000" in client.get(address).content.decode()
    data = {"of": contract.reference, "source": "2026/27", "amount": "5,000", "reason": "It starts late"}
    assert client.post(address, data).status_code == 302
    made = CarryOver.objects.get(contract=contract)
    assert (made.amount, made.award, made.line) == (D(5000), None, None)
    assert contract.title in client.get(reverse("approvals:carry_over", args=[made.reference])).content.decode()


def test_no_more_is_carried_over_than_is_left_in_the_year(round: Round, kit: User, lead: User, grant: Award) -> None:
    details = PaymentDetails(amount=D(29000), paid_on=date(2026, 11, 1), reason="Urgent")
    approving.record_payment(award=grant, details=details, by=kit, at=NOW)
    with pytest.raises(Refused, match=r"has £1,000 left in 2026/27\. Enter that amount or less") as refused:
        propose(round, kit, of=grant)
    assert refused.value.field == "amount"
    propose(round, kit, of=grant, amount=D(1000))
    with pytest.raises(Refused, match="What no line holds has £270,000 left in 2026/27"):
        propose(round, kit, amount=D("270000.01"))
    with pytest.raises(Refused, match="This round ends with 2027/28"):
        propose(round, kit, source=SECOND)
    with pytest.raises(Refused, match="2030/31 is no part of this round"):
        propose(round, kit, source=Slot("2030/31"))


def test_the_money_must_still_be_there_when_it_is_confirmed(round: Round, kit: User, lead: User) -> None:
    first = propose(round, kit, of=round.lines.get(), amount=D(60000))
    second = propose(round, kit, of=round.lines.get(), amount=D(60000))
    carrying.confirm_carry_over(carry_over=first, by=lead, at=NOW)
    with pytest.raises(Refused, match="has £40,000 left in 2026/27"):
        carrying.confirm_carry_over(carry_over=second, by=lead, at=NOW)
    Decision.objects.create(
        round=round, reference="PCD-1", title="x", decision_by="x", opened_at=NOW, state="submitted"
    )
    third = propose(round, kit, of=round.lines.get(), amount=D(1))
    with pytest.raises(Refused, match="PCD-1 is submitted and rests on this"):
        carrying.confirm_carry_over(carry_over=third, by=lead, at=NOW)


def test_a_grant_whose_year_is_over_is_approved_only_after_a_carry_over(round: Round, kit: User, grant: Award) -> None:
    approver = person(Role.LEAD, round=round)
    over = "£30,000 of it is in 2026/27, which is over. Propose a carry-over to the next year."
    with pytest.raises(Refused, match=over):
        approving.approve_awards(awards=[grant], reason="Good", by=approver, at=LATER)
    carry(round, kit, person(Role.LEAD, round=round), of=grant, amount=D(30000), at=LATER)
    [approval] = approving.approve_awards(awards=[grant], reason="Good", by=approver, at=LATER)
    assert approval.amount == D(40000)


def test_what_is_carried_over_has_its_row_by_year_and_the_round_still_adds_up(
    round: Round, kit: User, lead: User, grant: Award
) -> None:
    made = carry(round, kit, lead, of=grant, amount=D(5000))
    propose(round, kit, amount=D(7))  # Not confirmed, so that it counts nowhere.
    figures = position.position(round, NOW.date())
    reconciled = sums.reconcile(figures)
    assert {each.check for each in reconciled.discrepancies} == {"approval"}
    assert by_year(round, "carried") == [D(-5000), D(5000)]
    assert by_year(round, "own_budget") == [D(400000), D(600000)]
    assert by_year(round, "allocation") == [D(395000), D(605000)]
    rows = {row.part.key: row for row in year_parts.table_3(figures, year_parts.splits(figures))}
    assert [cell.total for cell in rows["carried"].by_slot] == [D(-5000), D(5000)]
    assert rows["carried"].part.total == 0
    assert [row.reference for row in rows["carried"].part.rows] == [made.reference]
    assert [cell.total for cell in rows["own-budget"].by_slot] == [D(400000), D(600000)]


def test_income_stays_in_the_year_that_it_was_given_for(round: Round, kit: User, lead: User, grant: Award) -> None:
    carry(round, kit, lead, of=grant, amount=D(5000))
    figures = position.position(round, NOW.date())
    income = Income(
        "INC-1",
        "Home Office",
        "HO/1",
        D(1000000),
        accepted_in="x",
        years=tuple(zip(TWO, (D(400000), D(600000)), strict=True)),
    )
    reconciled = sums.reconcile(replace(figures, income=(income,), own_budget=money.ZERO))
    assert not [each for each in reconciled.discrepancies if each.check == "sources"]
    assert [each.own_budget for each in reconciled.years] == [D(0), D(0)]


def test_the_database_holds_what_a_carry_over_must_be(round: Round, kit: User, lead: User) -> None:
    made = propose(round, kit)
    answered = {"answered_by": kit, "answered_at": NOW}
    for wrong in ({"state": "confirmed", **answered}, {"state": "withdrawn"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CarryOver.objects.filter(pk=made.pk).update(**wrong)
    for fixed in ({"amount": D(1)}, {"target": "2028/29"}, {"reason": "Another"}):
        with pytest.raises(InternalError), transaction.atomic():
            CarryOver.objects.filter(pk=made.pk).update(**fixed)
    with pytest.raises(InternalError), transaction.atomic():
        made.delete()


def test_the_pages_propose_confirm_refuse_and_withdraw(
    client: Client, round: Round, kit: User, lead: User, grant: Award
) -> None:
    client.force_login(kit)
    page = reverse("approvals:propose_carry_over", args=[round.reference])
    data = {"of": grant.reference, "source": "2026/27", "amount": "30,000.01", "reason": "Late start."}
    wrong = client.post(page, data).content.decode()
    assert "left in 2026/27. Enter that amount or less" in wrong
    assert 'value="30,000.01"' in wrong
    shown = client.post(page, data | {"amount": "500"}, follow=True).content.decode()
    assert f"£500 of {grant.bid.title} from 2026/27 to 2027/28" in shown
    made = CarryOver.objects.get()
    [task] = [task for each in waiting(lead, holdings(lead)) for task in each.tasks if "carry-overs" in task.text]
    assert task.count == 1
    client.force_login(lead)
    client.post(reverse("approvals:confirm_carry_over", args=[made.reference]), {"version": 1})
    made.refresh_from_db()
    assert made.state == "confirmed"
    for state, by in (("refused", lead), ("withdrawn", kit)):
        verb = {"refused": "refuse", "withdrawn": "withdraw"}[state]
        other = propose(round, kit, amount=D(1))
        client.force_login(by)
        client.post(reverse(f"approvals:{verb}_carry_over", args=[other.reference]), {"reason": "Not now"})
        other.refresh_from_db()
        assert (other.state, other.answer) == (state, "Not now")
    listed = client.get(reverse("approvals:carry_overs", args=[round.reference])).content.decode()
    assert listed.count("CAR-") >= 3
    reconciliation = client.get(reverse("approvals:reconciliation", args=[round.reference])).content.decode()
    assert "Carried over" in reconciliation
