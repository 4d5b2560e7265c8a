"""A direct award is entered, corrected and reviewed without a bid, and no part of the panel's work counts it."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from approvals.families import workbench
from approvals.models import Award
from approvals.reconciliation import position
from approvals.review import reviewing
from approvals.routing import awards, commitments
from bids.direct import entering
from bids.intake import checking, intake
from bids.models import Bid
from bids.ranking import standings
from grants.days import day_of
from grants.models import AuditEvent, Organisation, Round, User
from grants.refusal import Refused
from grants.roles import Role
from tests import factories
from tests.factories import NOW, person

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def round() -> Round:
    return factories.open_round(scored=False)


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


def typed(**changed: Any) -> dict[str, Any]:
    """What a lead types into the form of a direct award."""
    return {
        "your_reference": "P-1",
        "title": "Robbery response",
        "direct_reason": "The grantor named who may receive it.",
        "receives": "described",
        "recipient": "",
        "register": "",
        "register_number": "",
        "described_as": "local councils",
        "most_recipients": "15",
        "named_by_0": "31",
        "named_by_1": "1",
        "named_by_2": "2027",
        "sponsoring_unit": "Central West",
        "amount": "90,000",
        "summary": "Patrols where robberies are most frequent.",
        "boroughs": ["E09000033"],
        "themes": ["violence"],
        "priorities": ["children"],
        "starts_on_0": "1",
        "starts_on_1": "12",
        "starts_on_2": "2026",
        "ends_on_0": "31",
        "ends_on_1": "3",
        "ends_on_2": "2027",
        "employs_staff": "no",
        "personal_data": "no",
        **changed,
    }


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_lead_enters_a_direct_award_on_its_page(round: Round, lead: User) -> None:
    client = signed_in(lead)
    response = client.post(reverse("bids:enter_direct_award", args=[round.reference]), typed())
    assert response.status_code == 302, response.content.decode()
    row = Bid.rows.get(round=round)
    assert (row.state, row.led_by, row.recipient, row.direct_reason) == (
        "entered",
        "direct",
        None,
        "The grantor named who may receive it.",
    )
    assert row.recipient_name == "Up to 15 local councils, to be named by 31 January 2027"
    page = client.get(reverse("bids:direct_award", args=[row.reference])).content.decode()
    assert row.recipient_name in page and "£90,000" in page
    event = AuditEvent.objects.get(action="enter direct award", bid=row.reference)
    assert event.facts["described_as"] == "local councils" and event.facts["most_recipients"] == 15


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"receives": ""}, "receives", "Select"),
        ({"described_as": ""}, "described_as", "Enter who the recipients will be"),
        ({"described_as": "up to 15 councils"}, "described_as", "Leave out the number"),
        ({"described_as": "…"}, "described_as", "in words"),
        ({"most_recipients": ""}, "most_recipients", "Enter how many recipients at most"),
        ({"most_recipients": "0"}, "most_recipients", "greater than or equal to 1"),
        ({"recipient": "Lambeth"}, "recipient", "Leave this empty"),
        ({"receives": "named"}, "described_as", "Leave this empty"),
        ({"receives": "named", "described_as": "", "most_recipients": ""}, "recipient", "Enter the recipient"),
        ({"direct_reason": " "}, "direct_reason", "Enter why no bids were invited"),
        ({"named_by_2": "2028"}, "named_by", "must not be after the end date"),
        ({"amount": "0"}, "amount", "more than £0"),
    ],
)
def test_bad_input_is_refused_at_its_field(
    round: Round, lead: User, changed: dict[str, str], field: str, message: str
) -> None:
    response = signed_in(lead).post(reverse("bids:enter_direct_award", args=[round.reference]), typed(**changed))
    assert response.status_code == 200
    assert any(message in each for each in response.context["form"].errors[field])
    assert not Bid.rows.filter(round=round).exists()


def test_a_described_recipient_is_held_by_the_database(round: Round) -> None:
    row, own = factories.direct(round), factories.bid(round)
    body = factories.OrganisationFactory()
    for pk, values in (
        (row.pk, {"described_as": ""}),
        (row.pk, {"most_recipients": None}),
        (row.pk, {"most_recipients": 0}),
        (row.pk, {"recipient": body}),
        (row.pk, {"state": "eligible"}),
        (row.pk, {"direct_reason": ""}),
        (own.pk, {"recipient": None}),
        (own.pk, {"described_as": "local councils", "most_recipients": 3, "recipient": None}),
        (own.pk, {"state": "entered"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Bid.rows.filter(pk=pk).update(**values)


def test_a_direct_award_is_corrected_before_its_review_and_not_after(round: Round, lead: User) -> None:
    row = factories.direct(round, lead)
    draft = {
        "your_reference": row.source_reference,
        "described_as": "schools",
        "most_recipients": 2,
        "named_by": None,
        "direct_reason": "They are known.",
        **dict.fromkeys(("recipient", "register_number"), ""),
        "register": Organisation.Register.NOT_STATED,
        "themes": [],
        "priorities": [],
        "objectives": [],
        **{
            name: getattr(row, name)
            for name in ("title", "sponsoring_unit", "summary", "boroughs", "starts_on", "ends_on", "personal_data")
        },
        "amount": D("80000.00"),
        # Both were empty before.
        "employs_staff": True,
        "london_living_wage": True,
        "illustrative": "",
    }
    entering.change_direct_award(row=row, draft=draft, seen=row.version, reason="A slip", by=lead, at=NOW)
    event = AuditEvent.objects.filter(action="enter direct award", bid=row.reference).latest("number")
    assert (event.because, event.before["amount"], event.facts["amount"]) == ("A slip", "90000.00", "80000.00")
    with pytest.raises(Refused):
        entering.change_direct_award(row=row, draft=draft, seen=row.version, reason="A slip", by=lead, at=NOW)
    row = Bid.rows.get(pk=row.pk)
    reviewing.review(bid=row, amount=row.amount, by=lead, at=NOW)
    with pytest.raises(Refused, match="It was reviewed"):
        entering.change_direct_award(row=row, draft=draft, seen=row.version + 1, reason="Late", by=lead, at=NOW)


def test_no_part_of_the_panels_work_counts_a_direct_award(round: Round, lead: User) -> None:
    own = factories.bid(round)
    row = factories.direct(round, lead)
    reviewing.review(bid=row, amount=row.amount, by=lead, at=NOW)
    assert list(Bid.objects.filter(round=round)) == [own] == list(round.bids.all())
    assert set(Bid.rows.filter(round=round)) == {own, row}
    standings.refresh(round)
    assert not standings.Standing.objects.filter(bid=row).exists()
    assert not Bid.objects.visible_to(lead).filter(pk=row.pk).exists()
    stands = position.position(round, day_of(NOW))
    assert [bid.reference for bid in stands.bids] == [own.source_reference]
    assert [(grant.bid, grant.direct) for grant in stands.grants] == [(row.source_reference, True)]
    bench = workbench.Workbench(round, lead, NOW)
    assert not bench.suggestions and row.source_reference in bench.bids
    client = signed_in(lead)
    for name in ("bids:bids", "bids:ranking", "bids:eligibility"):
        response = client.get(reverse(name, args=[round.reference]))
        assert row.title not in response.content.decode()
    assert client.get(reverse("bids:bid", args=[row.reference])).status_code == 404


def test_what_is_for_bids_is_less_by_the_direct_awards(round: Round, lead: User) -> None:
    row = factories.direct(round, lead)
    before = commitments.of_round(round=round)
    reviewing.review(bid=row, amount=row.amount, by=lead, at=NOW)
    after = commitments.of_round(round=round)
    assert before.for_bids == before.for_grants == after.for_grants
    assert (after.direct.count, after.for_bids) == (1, after.for_grants - D("90000.00"))


def test_a_reference_is_taken_by_a_direct_award_too(round: Round, lead: User) -> None:
    row = factories.direct(round, lead, your_reference="P-1")
    with pytest.raises(Refused, match="same reference"):
        intake.must_be_new(round, "p 1")
    with pytest.raises(Refused, match="already imported"):
        factories.direct(round, lead, your_reference="P-1")
    assert checking.settle(round, [], {}).rows == [] and row.source_reference == "P-1"


def test_a_direct_award_is_reviewed_routed_and_withdrawn_like_any_grant(round: Round, lead: User) -> None:
    row = factories.direct(round, lead)
    client = signed_in(lead)
    page = client.get(reverse("approvals:review", args=[round.reference])).content.decode()
    assert row.title in page and "A direct award: The grantor named who may receive it." in page
    assert "<strong>0 bids</strong>" in page and "<strong>1 direct award</strong> of <strong>£90,000</strong>" in page
    assert "Review direct awards" in client.get("/").content.decode()
    address = reverse("approvals:review_bid", args=[row.reference])
    assert "Send back to the panel" not in client.get(address).content.decode()
    response = client.post(address, {"version": row.version, "answer": "agree", "amount": "90,000", "reason": ""})
    assert response.status_code == 302, response.content.decode()
    awards.route_awards(round=round, by=lead, at=NOW)
    award = Award.objects.get(bid=row)
    assert (award.route, award.state) == ("dmpc", "routed")
    row = Bid.rows.get(pk=row.pk)
    response = client.post(
        reverse("approvals:withdraw_direct_award", args=[row.reference]), {"version": row.version, "reason": "Not now"}
    )
    assert response.status_code == 302
    assert (Bid.rows.get(pk=row.pk).state, Award.objects.get(bid=row).state) == ("withdrawn", "withdrawn")
    assert commitments.of_round(round=round).grants.count == 0
    with pytest.raises(Refused, match="withdrawn"):
        reviewing.review(bid=row, amount=row.amount, by=lead, at=NOW)


def test_somebody_with_an_interest_in_its_organisation_does_not_review_a_direct_award(round: Round) -> None:
    other = factories.bid(round)
    chair = person(Role.CHAIR, Role.LEAD, round=round)
    assert other.recipient
    row = factories.direct(round, recipient=other.recipient.name)
    assert row.recipient == other.recipient
    other.interests.filter(member=chair).update(conflicted=True, nature="A friend")
    with pytest.raises(Refused, match="declared an interest"):
        reviewing.review(bid=row, amount=row.amount, by=chair, at=NOW)
