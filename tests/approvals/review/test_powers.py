"""The legal power of a grant: one of those that the body of its round has, chosen at review and changed there."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import Award
from approvals.review import reviewing
from approvals.routing import approving, awards
from bids.models import Bid
from grants.models import AuditEvent, Round, User
from grants.refusal import Refused
from grants.roles import Role
from tests.bodies import VALE
from tests.factories import NOW, bid, open_round, outcome, person

pytestmark = pytest.mark.django_db
USUAL, SECOND, THIRD = (
    "PRSRA 2011 Schedule 3 paragraph 7; ASBCPA 2014 section 143",
    "PRSRA 2011 section 9",
    "ASBCPA 2014 section 143",
)


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def ready(round: Round) -> Bid:
    """A bid of £20,000 that the panel recommends."""
    made = bid(round, amount=Decimal(20000))
    outcome(made)
    return made


def review(this_bid: Bid, by: User, power: str = "") -> Award:
    reviewing.review(bid=this_bid, amount=this_bid.amount, power=power, by=by, at=NOW)
    return Award.objects.get(bid=this_bid)


def test_a_body_without_further_powers_has_its_usual_one() -> None:
    assert VALE.powers == (VALE.legal_power,)


def test_a_grant_is_made_under_the_power_that_a_lead_chose(ready: Bid, lead: User) -> None:
    assert review(ready, lead, SECOND).legal_power == SECOND
    assert AuditEvent.objects.get(action="review bid", bid=ready.reference).facts["legal power"] == SECOND


def test_without_a_choice_a_new_grant_has_the_usual_power_and_an_old_one_keeps_its_own(ready: Bid, lead: User) -> None:
    assert review(ready, lead).legal_power == USUAL
    review(ready, lead, THIRD)
    assert review(ready, lead).legal_power == THIRD


def test_a_power_that_the_round_does_not_have_is_refused(ready: Bid, lead: User) -> None:
    with pytest.raises(Refused, match="one of the legal powers of this round") as refused:
        review(ready, lead, "Invented Act 1999")
    assert refused.value.field == "legal_power"
    assert not Award.objects.filter(bid=ready).exists()


def test_another_power_makes_the_approval_invalid(ready: Bid, lead: User, round: Round) -> None:
    grant = review(ready, lead)
    awards.route_awards(round=round, by=lead, at=NOW)
    [approval] = approving.approve_awards(
        awards=[grant], reason="Below the limit", by=person(Role.LEAD, round=round), at=NOW
    )
    changed = review(ready, lead, SECOND)
    approval.refresh_from_db()
    assert (changed.state, changed.route) == (Award.State.AGREED, "")
    assert approval.invalid_because == f"The legal power changed to {SECOND}"
    event = AuditEvent.objects.filter(action="review bid", bid=ready.reference).order_by("pk").last()
    assert event is not None
    assert (event.before["legal power"], event.facts["legal power"]) == (USUAL, SECOND)


def test_the_page_of_review_asks_for_the_power_of_an_external_bid_alone(ready: Bid, lead: User, client: Client) -> None:
    client.force_login(lead)
    address = reverse("approvals:review_bid", args=[ready.reference])
    page = client.get(address).content.decode()
    assert all(power in page for power in (USUAL, SECOND, THIRD))
    assert f'value="{USUAL}" checked' in " ".join(page.split())
    inside = bid(ready.round, led_by="internal")
    outcome(inside)
    assert SECOND not in client.get(reverse("approvals:review_bid", args=[inside.reference])).content.decode()
    sent = {"version": ready.version, "answer": "agree", "amount": "20,000", "legal_power": SECOND}
    client.post(address, sent)
    assert Award.objects.get(bid=ready).legal_power == SECOND
    assert (
        SECOND in client.get(reverse("approvals:award", args=[Award.objects.get(bid=ready).reference])).content.decode()
    )
