"""A condition is met with evidence, can be undone, and bars payment where it says so."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from approvals.decisions import writing
from approvals.models import Award, Condition, Decision
from approvals.outputs import published
from approvals.paper import settled
from approvals.routing import approving, conditions
from grants.models import AuditEvent, User
from grants.refusal import Refused
from tests.approvals import steps
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant(decision: Decision) -> Award:
    """A delegated grant of the demo, approved and not paid, with its condition."""
    waits = Q(route="delegated", state="approved", payments=None)
    return Award.objects.for_routes().filter(waits, round=decision.round).exclude(conditions=None)[0]


@pytest.fixture
def condition(grant: Award) -> Condition:
    (made,) = conditions.set_conditions(
        [grant.approvals.get()], [conditions.Wanted("A signed lease", True)], verb="approve award"
    )
    return made


def pay(grant: Award, by: User) -> None:
    details = approving.PaymentDetails(amount=Decimal(1), paid_on=NOW.date(), impact_assessed=True)
    approving.record_payment(award=grant, details=details, by=by, at=NOW)


def meet(condition: Condition, by: User) -> None:
    conditions.meet_condition(condition=condition, evidence="The lease", met_on=NOW.date(), by=by, at=NOW)


def test_each_line_is_a_condition() -> None:
    assert conditions.wanted("One\n\n Two ", "Three") == [
        conditions.Wanted("One", True),
        conditions.Wanted("Two", True),
        conditions.Wanted("Three"),
    ]


def test_a_condition_before_payment_bars_it_until_somebody_else_records_that_it_is_met(
    grant: Award, condition: Condition, grace: User
) -> None:
    kit = User.objects.get(username="kit.lane")
    with pytest.raises(Refused, match="Nothing is paid until this condition is met: “A signed lease”"):
        pay(grant, kit)
    meet(condition, kit)
    with pytest.raises(Refused, match="so somebody else records the payment"):
        pay(grant, kit)
    conditions.undo_condition(condition=condition, reason="The wrong lease", by=grace, at=NOW)
    with pytest.raises(Refused, match="Nothing is paid"):
        pay(grant, kit)
    meet(condition, grace)
    pay(grant, kit)
    assert grant.payments.count() == 1
    events = AuditEvent.objects.filter(action__in=["meet condition", "undo condition"]).order_by("number")
    assert [each.action for each in events] == ["meet condition", "undo condition", "meet condition"]
    assert events[1].before["evidence"] == "The lease"


def test_a_condition_is_not_met_in_the_future_nor_twice(condition: Condition, grace: User) -> None:
    tomorrow = NOW.date() + timedelta(days=1)
    with pytest.raises(Refused, match="today or in the past"):
        conditions.meet_condition(condition=condition, evidence="x", met_on=tomorrow, by=grace, at=NOW)
    meet(condition, grace)
    with pytest.raises(Refused):
        meet(condition, grace)


def test_the_pages_of_a_grant_show_its_conditions(
    client: Client, grant: Award, condition: Condition, grace: User
) -> None:
    kit = User.objects.get(username="kit.lane")
    client.force_login(kit)
    for name in ("award", "record_payment"):
        page = client.get(reverse(f"approvals:{name}", args=[grant.reference])).content.decode()
        assert "A signed lease" in page and "To be met" in page and "Before payment" in page
    address = reverse("approvals:meet_condition", args=[condition.reference])
    day = {"met_on_0": "1", "met_on_1": "2", "met_on_2": "2019"}
    sent = client.post(address, {"version": 1, "evidence": "The lease", **day}, follow=True).content.decode()
    assert "The lease" in sent and "1 February 2019" in sent


def test_the_page_of_a_bid_shows_its_conditions_with_their_state(
    client: Client, condition: Condition, grace: User
) -> None:
    client.force_login(grace)
    address = reverse("bids:bid", args=[condition.award.bid.reference])
    assert "Before payment: A signed lease (to be met)." in client.get(address).content.decode()
    meet(condition, grace)
    assert "Before payment: A signed lease (met on 20 November 2026)." in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("printed", "met", "shown"),
    [
        ("A lease", [("A lease", "A lease (met on 3 May 2026).")], "A lease (met on 3 May 2026)"),
        ("A lease. A plan.", [("A plan.", "A plan (met on 3 May 2026).")], "A lease. A plan (met on 3 May 2026)."),
        ("A lease of land. A lease.", [("A lease", "A lease (met)")], "A lease of land. A lease (met)."),
        ("A lease", [("A plan", "A plan (met)")], "A lease"),
        ("A lease", [], "A lease"),
    ],
)
def test_published_conditions_say_which_are_met(printed: str, met: list[tuple[str, str]], shown: str) -> None:
    grant = settled.Grant(*[""] * 12, printed, *[""] * 9)  # type: ignore[arg-type]  # only its conditions matter
    assert settled.with_met(grant, met).conditions == shown


def test_a_condition_that_is_met_after_publication_is_met_in_the_public_register(
    decision: Decision, robin: User, mo: User, grace: User
) -> None:
    steps.decide(decision, robin)
    steps.sign(decision, robin)
    writing.publish_decision(decision=decision, by=mo, at=steps.LATER)
    condition = Condition.objects.filter(
        award__round=decision.round, state="open", award__state="approved", award__route="delegated"
    )[0]
    meet(condition, grace)
    (conditions_shown,) = [
        grant.conditions for grant in published.grants() if grant.reference == condition.award.reference
    ]
    assert "(met on 20 November 2026)" in conditions_shown
