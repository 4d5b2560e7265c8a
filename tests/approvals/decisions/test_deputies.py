"""Deputies act between two days and in their own name, and cannot name deputies themselves."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.contracts import contracts
from approvals.decisions import deciding
from approvals.families import grouping
from approvals.models import Approval, Award, Decision
from approvals.paper import pack as packs
from approvals.review import reviewing
from approvals.routing import approving, awards
from bids.models import Interest
from grants import audit
from grants.access import Holdings
from grants.models import AuditEvent, BudgetLine, RoleHolding, User, Virement
from grants.people import deputies, people
from grants.refusal import NotEntitled, Refused
from grants.roles import Role
from grants.rounds import virement
from tests import factories
from tests.approvals.steps import answers
from tests.conftest import DEMO_PASSWORD
from tests.factories import NOW, person

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 11, 20), date(2026, 11, 27)


def name(holder: User, deputy: User, first: date = FIRST, last: date = LAST) -> RoleHolding:
    holding = holder.holdings.get(ended_at=None, through=None)
    return deputies.name_deputy(
        holding=holding, person=deputy, starts_on=first, ends_on=last, reason="Away", by=holder, at=NOW
    )


@pytest.fixture
def noor() -> User:
    """Somebody at City Hall who does not hold a role."""
    return person(username="noor.khan", name="Noor Khan")


@pytest.fixture
def signs(noor: User) -> User:
    noor.set_password(DEMO_PASSWORD)
    noor.save()
    return noor


def test_a_deputy_decides_and_signs_in_their_own_name(decision: Decision, robin: User, signs: User) -> None:
    holding = robin.holdings.get(round=decision.round)
    deputies.name_deputy(holding=holding, person=signs, starts_on=FIRST, ends_on=LAST, reason="Leave", by=robin, at=NOW)
    deciding.decide_items(decision=decision, answers=answers(decision), interests="None", by=signs, at=NOW)
    deciding.sign_decision(decision=decision, password=DEMO_PASSWORD, by=signs, at=NOW)
    record = Decision.objects.get(pk=decision.pk).record
    contents = packs.read(record)
    assert (contents["signed_by"], contents["deputy_for"]) == ("Noor Khan", "Robin Vale")
    assert "As deputy for" in record.html
    event = AuditEvent.objects.filter(action="sign decision").latest("number")
    assert (event.actor_name, event.actor_role, event.acting_for) == ("Noor Khan", "deputy_mayor", "Robin Vale")
    approval = Approval.objects.filter(award__round=decision.round, level="dmpc").latest("pk")
    assert (approval.approved_by, approval.acting_for) == (signs, "Robin Vale")
    assert audit.verify(decision.round).faults == ()


@pytest.mark.parametrize(
    ("day", "may"), [(FIRST - timedelta(1), False), (FIRST, True), (LAST, True), (LAST + timedelta(1), False)]
)
def test_a_deputy_acts_between_the_days_and_not_outside_them(
    decision: Decision, robin: User, noor: User, day: date, may: bool
) -> None:
    deputies.name_deputy(
        holding=robin.holdings.get(round=decision.round),
        person=noor,
        starts_on=FIRST,
        ends_on=LAST,
        reason="Leave",
        by=robin,
        at=NOW,
    )
    at = datetime(day.year, day.month, day.day, 23, 59, tzinfo=ZoneInfo("Europe/London"))

    def decide() -> None:
        deciding.decide_items(decision=decision, answers=answers(decision), interests="None", by=noor, at=at)

    if may:
        decide()
        return
    with pytest.raises(NotEntitled):
        decide()


def test_a_deputy_names_no_deputy_and_the_database_says_so_too(noor: User) -> None:
    holder, third = person(Role.DMPC), person()
    own = name(holder, noor)
    with pytest.raises(Refused, match=r"You hold this role as a deputy\. A deputy cannot name a deputy"):
        deputies.name_deputy(holding=own, person=third, starts_on=FIRST, ends_on=LAST, reason="x", by=noor, at=NOW)
    with pytest.raises(DatabaseError, match="A deputy names no deputy"), transaction.atomic():
        RoleHolding.objects.create(
            user=third, role=Role.DMPC, through=own, starts_on=FIRST, ends_on=LAST, given_by=noor, given_at=NOW
        )


def test_the_part_ends_with_the_role_it_came_from_and_when_it_is_ended(noor: User) -> None:
    holder, administrator = person(Role.LEAD), person(Role.ADMINISTRATOR)
    deputy = name(holder, noor)
    assert noor.holdings.on(FIRST).exists()
    deputies.end_deputation(deputy=deputy, reason="Back early", by=holder, at=NOW)
    assert not noor.holdings.on(FIRST).exists()
    with pytest.raises(Refused, match="This deputy’s role has already ended"):
        deputies.end_deputation(deputy=deputy, reason="Again", by=holder, at=NOW)
    name(holder, noor)
    people.end_role(holding=holder.holdings.get(), by=administrator, at=NOW, reason="Left")
    assert not noor.holdings.on(FIRST).exists()
    assert not Holdings(noor).may("approve award")


def test_which_people_can_be_named_as_deputies(noor: User) -> None:
    lead, member, other = person(Role.LEAD), person(Role.MEMBER), person(Role.LEAD)
    with pytest.raises(Refused, match="You can only name a deputy for a role that you hold now"):
        name(member, noor)
    with pytest.raises(Refused, match="You can only name a deputy for a role that you hold now"):
        deputies.name_deputy(
            holding=lead.holdings.get(), person=noor, starts_on=FIRST, ends_on=LAST, reason="x", by=other, at=NOW
        )
    for person_, why in (
        (lead, "Choose another person"),
        (person(Role.ADMINISTRATOR), "not an administrator or auditor"),
        (person(Role.AUDITOR), "not an administrator or auditor"),
        (other, "already holds this role"),
        (person(is_active=False), "Choose another person"),
    ):
        with pytest.raises(Refused, match=why) as refused:
            name(lead, person_)
        assert refused.value.field == "person"
    name(lead, noor)
    with pytest.raises(Refused, match="is already your deputy on some of these days"):
        name(lead, noor, LAST, LAST + timedelta(3))
    name(lead, noor, LAST + timedelta(1), LAST + timedelta(3))


@pytest.mark.parametrize(("first", "last"), [(LAST, FIRST), (date(2026, 11, 1), date(2026, 11, 19))])
def test_days_out_of_order_or_past_are_refused(noor: User, first: date, last: date) -> None:
    with pytest.raises(Refused) as refused:
        name(person(Role.LEAD), noor, first, last)
    assert refused.value.field == "ends_on"


def test_a_deputy_approves_nothing_that_their_lead_may_not(noor: User) -> None:
    round = factories.open_round()
    lead, other = person(Role.LEAD, round=round), person(Role.LEAD, round=round)
    own, foreign = factories.award(round, by=lead), factories.award(round, by=other)
    awards.route_awards(round=round, by=other, at=NOW)
    name(lead, noor)
    with pytest.raises(Refused, match="who may not approve it"):
        approving.approve_awards(awards=[Award.objects.get(pk=own.pk)], reason="Fine", by=noor, at=NOW)
    [approval] = approving.approve_awards(awards=[Award.objects.get(pk=foreign.pk)], reason="Fine", by=noor, at=NOW)
    assert (approval.approved_by, approval.acting_for) == (noor, lead.name)
    assert approval.amount == Decimal("20000.00")


def test_a_lead_approves_nothing_that_their_deputy_reviewed_for_them(noor: User) -> None:
    round = factories.open_round()
    lead, other = person(Role.LEAD, round=round), person(Role.LEAD, round=round)
    name(lead, noor)
    bid = factories.bid(round)
    factories.outcome(bid)
    reviewing.review(bid=bid, amount=bid.amount, by=noor, at=NOW)
    awards.route_awards(round=round, by=other, at=NOW)
    grant = Award.objects.get(bid=bid)
    event = AuditEvent.objects.get(action="review bid", bid=grant.bid.reference)
    assert (event.actor, event.principal) == (noor, lead)
    assert {noor.username, lead.username} <= audit.who_did(round, ["review bid"])
    with pytest.raises(Refused, match="Your deputy reviewed or regrouped it for you"):
        approving.approve_awards(awards=[grant], reason="Fine", by=lead, at=NOW)
    [approval] = approving.approve_awards(awards=[grant], reason="Fine", by=other, at=NOW)
    assert (approval.approved_by, approval.acting_for) == (other, "")


def test_an_interest_of_the_lead_bars_their_deputy_from_clearing_a_warning_and_grouping(noor: User) -> None:
    round = factories.open_round()
    lead, other = person(Role.LEAD, round=round), person(Role.LEAD, round=round)
    grant = factories.award(round, by=other)
    Award.objects.filter(pk=grant.pk).update(warning="By recipient it goes up.")
    grant.refresh_from_db()
    Interest.objects.create(bid=grant.bid, member=lead, conflicted=True, nature="A friend", declared_at=NOW)
    name(lead, noor)
    refusal = f"{lead.name}, for whom you act, declared an interest in {grant.bid.title}"
    with pytest.raises(Refused, match=refusal):
        awards.clear_warning(award=grant, reason="Two projects.", by=noor, at=NOW)
    with pytest.raises(Refused, match=refusal):
        grouping.group_bids(round=round, name="Lots", bids=[grant.bid], reason="Lots", by=noor, at=NOW)
    with pytest.raises(Refused, match=refusal):
        grouping.dismiss_likeness(round=round, alike=[grant.bid], reason="Apart", by=noor, at=NOW)
    awards.clear_warning(award=grant, reason="Two projects.", by=other, at=NOW)
    assert Award.objects.get(pk=grant.pk).warning_cleared == "Two projects."


def test_a_contract_is_approved_by_no_deputy_of_its_recorder_and_no_lead_of_its_deputy(noor: User) -> None:
    round = factories.open_round()
    lead, other = person(Role.LEAD, round=round), person(Role.LEAD, round=round)
    name(lead, noor)
    for recorder, refused in ((lead, noor), (noor, lead)):
        contract = factories.contract(round, by=recorder, amount="20000")
        with pytest.raises(Refused, match="recorded this contract"):
            contracts.approve_single_tender_action(contract=contract, reason="Fine", by=refused, at=NOW)
        contracts.approve_single_tender_action(contract=contract, reason="Fine", by=other, at=NOW)
        contract.refresh_from_db()
        assert contract.approved_by == other


def test_money_is_moved_by_no_deputy_of_its_proposer_and_no_lead_of_its_deputy(noor: User) -> None:
    round = factories.open_round()
    lead, other = person(Role.LEAD, round=round), person(Role.LEAD, round=round)
    name(lead, noor)
    line = BudgetLine.objects.get(round=round)
    for proposer, refused in ((lead, noor), (noor, lead)):
        moved = virement.propose_virement(
            round=round, source=line, target=None, amount=Decimal("400.25"), reason="Not needed.", by=proposer, at=NOW
        )
        with pytest.raises(Refused, match=r"proposed this\. Ask somebody else to confirm it"):
            virement.confirm_virement(virement=moved, by=refused, at=NOW)
        virement.confirm_virement(virement=moved, by=other, at=NOW)
        moved.refresh_from_db()
        assert moved.state == Virement.State.CONFIRMED


def test_an_adviser_who_signed_off_a_part_cannot_decide_the_paper(decision: Decision, robin: User) -> None:
    adviser = User.objects.get(username="lena.frey")
    deputies.name_deputy(
        holding=robin.holdings.get(round=decision.round),
        person=adviser,
        starts_on=FIRST,
        ends_on=LAST,
        reason="Leave",
        by=robin,
        at=NOW,
    )
    with pytest.raises(Refused, match="You had a hand in the bids, the money or the paper"):
        deciding.decide_items(decision=decision, answers=answers(decision), interests="None", by=adviser, at=NOW)


def test_the_trail_names_the_principal_and_reveals_an_edited_one(noor: User) -> None:
    round = factories.open_round()
    lead, other = person(Role.LEAD, round=round), person(Role.LEAD, round=round)
    grant = factories.award(round, by=other)
    awards.route_awards(round=round, by=other, at=NOW)
    name(lead, noor)
    approving.approve_awards(awards=[Award.objects.get(pk=grant.pk)], reason="Fine", by=noor, at=NOW)
    event = AuditEvent.objects.filter(round=round).latest("number")
    assert event.acting_for == lead.name
    event.acting_for = ""
    assert audit.digest(event) != event.hash


def test_a_role_held_directly_takes_precedence_over_one_as_a_deputy() -> None:
    round = factories.open_round()
    finance, lead = person(Role.FINANCE, round=round), person(Role.LEAD, round=round)
    name(lead, finance)
    assert audit.acting_for("keep budget line", finance, round, NOW) is None
    assert audit.acting_for("approve award", finance, round, NOW) == lead
    assert audit.acting_for("sign decision", finance, round, NOW) is None


def test_the_pages_name_and_end_a_deputy(noor: User) -> None:
    lead = person(Role.LEAD)
    client = Client()
    client.force_login(lead)
    today = timezone.localdate()
    days = {
        f"{key}_{part}": str(value)
        for key in ("starts_on", "ends_on")
        for part, value in enumerate((today.day, today.month, today.year))
    }
    data = {"holding": str(lead.holdings.get().pk), "person": str(noor.pk), "reason": "Leave", **days}
    answer = client.post(reverse("grants:name_deputy"), data, follow=True)
    assert "Noor Khan is your deputy until" in answer.content.decode()
    own = Client()
    own.force_login(noor)
    assert own.get(reverse("grants:deputies")).status_code == 200
    refused = own.post(
        reverse("grants:name_deputy"), data | {"holding": str(noor.holdings.get().pk), "person": str(lead.pk)}
    )
    assert "You hold this role as a deputy. A deputy cannot name a deputy" in refused.content.decode()
    ended = client.post(
        reverse("grants:end_deputation"), {"deputy": str(noor.holdings.get().pk), "reason": "Back"}, follow=True
    )
    assert "You ended the deputy’s role" in ended.content.decode()
    assert own.get(reverse("grants:deputies")).status_code == 403
