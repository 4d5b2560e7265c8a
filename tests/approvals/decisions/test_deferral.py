"""Deferred publication of a signed decision: the day, the reason, and what the public sees."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.decisions import writing
from approvals.decisions.deciding import Answer
from approvals.models import Decision
from approvals.routing import approving
from grants.models import User
from grants.refusal import NotEntitled, Refused, Stale
from tests.approvals.steps import LATER, decide, sign, state

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]
UNTIL = date(2027, 3, 1)


@pytest.fixture
def signed(decision: Decision, robin: User) -> Decision:
    decide(decision, robin)
    sign(decision, robin)
    decision.refresh_from_db()
    return decision


def defer(decision: Decision, by: User, until: date = UNTIL, reason: str = "A trial is running") -> None:
    writing.defer_publication(decision=decision, until=until, reason=reason, by=by, at=LATER)


def public(address: str) -> tuple[int, str]:
    answer = Client().get(address)
    return answer.status_code, answer.content.decode()


def test_the_register_shows_only_the_day_and_reason_of_a_deferral(signed: Decision, mo: User) -> None:
    assert "PCD-681" not in public(reverse("approvals:register"))[1]
    defer(signed, mo)
    page = public(reverse("approvals:register"))[1]
    assert "Publication is deferred until 1 March 2027: A trial is running" in page
    assert "947,234" not in page
    for name in ("published_decision", "published_pdf", "published_data", "published_zip"):
        assert public(reverse(f"approvals:{name}", args=["PCD-681"]))[0] == 404
    assert '"grants":[]' in public(reverse("approvals:open_data_json"))[1].replace(" ", "")
    assert "PCD-681" not in public(reverse("approvals:register_feed"))[1]


def test_it_can_be_deferred_again_and_published_on_any_day(signed: Decision, mo: User) -> None:
    defer(signed, mo)
    defer(signed, mo, date(2027, 4, 1), "The trial goes on")
    writing.publish_decision(decision=signed, by=mo, at=LATER)
    assert state(signed) == "published"
    page = public(reverse("approvals:register"))[1]
    assert "deferred until" not in page
    assert "PCD-681" in page


def test_only_a_signed_decision_is_deferred_and_only_to_a_later_day(decision: Decision, robin: User, mo: User) -> None:
    with pytest.raises(Refused, match="Only a signed decision"):
        defer(decision, mo)
    decide(decision, robin)
    sign(decision, robin)
    with pytest.raises(Refused, match="must be in the future") as refused:
        defer(decision, mo, LATER.date())
    assert refused.value.field == "until"


def test_only_the_office_defers_and_a_stale_page_does_not(signed: Decision, grace: User, mo: User) -> None:
    with pytest.raises(NotEntitled):
        defer(signed, grace)
    with pytest.raises(Stale):
        writing.defer_publication(decision=signed, until=UNTIL, reason="x", by=mo, at=LATER, seen=signed.version - 1)


def test_the_database_keeps_a_day_and_a_reason_together(signed: Decision) -> None:
    for change in ({"deferred_until": UNTIL}, {"deferral_reason": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.filter(pk=signed.pk).update(**change)


def test_a_grant_that_was_deferred_is_not_paid_afterwards(decision: Decision, robin: User) -> None:
    item = writing.current_pack(decision).items.get(amount=Decimal(70000))
    decide(decision, robin, **{f"item_{item.number}": Answer("deferred", reason="Later")})
    sign(decision, robin)
    kit = User.objects.get(username="kit.lane")
    day = timezone.localtime(LATER).date()
    assert item.award
    with pytest.raises(Refused, match=r"This grant was deferred on .* Nothing is paid until it is approved"):
        approving.record_payment(
            award=item.award,
            details=approving.PaymentDetails(amount=Decimal(100), paid_on=day, reason="Urgent"),
            by=kit,
            at=LATER,
        )
    # A payment made before the deferral is still recorded.
    early = approving.record_payment(
        award=item.award,
        details=approving.PaymentDetails(amount=Decimal(100), paid_on=day - timedelta(days=30), reason="Urgent"),
        by=kit,
        at=LATER,
    )
    assert early.retrospective
