"""Reasons, marks of payments before approval, and a deferral stand until a decision changes or lifts them by name."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.utils import InternalError
from django.test import Client
from django.urls import reverse

from approvals.amendments import reasons
from approvals.decisions import deciding, writing
from approvals.decisions.deciding import Answer, Particulars
from approvals.decisions.deferral import OnDeferral
from approvals.models import Award, Decision, Pack, Payment
from approvals.outputs import published, word
from approvals.paper import settled
from approvals.reconciliation import position
from grants.models import User
from grants.refusal import Incomplete, Refused
from tests.approvals.amendments.steps import change, submit
from tests.approvals.renders import html_text, pdf_text, word_text
from tests.approvals.steps import LATER, answers, decide, open_paper, sign
from tests.factories import NOW
from tests.stages import stage

pytestmark = pytest.mark.usefixtures("files_made_once", "staged")

GIVEN, UNTIL = "The need is shown.", date(2027, 3, 1)


@stage
def signed(decision: Decision, robin: User) -> Decision:
    """A decision that approved each grant, one of them for a reason of its own, and is not published."""
    number = writing.current_pack(decision).items.get(amount=Decimal(70000)).number
    decide(decision, robin, **{f"item_{number}": Answer("approved", reason=GIVEN)})
    sign(decision, robin)
    return Decision.objects.select_related("round").get(pk=decision.pk)


@pytest.fixture
def early(grant: Award) -> Payment:
    """A payment under the grant from before it was approved."""
    return Payment.objects.create(
        award=grant,
        reference="PAY-EARLY",
        amount=Decimal(1000),
        paid_on=NOW.date() - timedelta(days=90),
        retrospective=True,
        reason="The rent was due",
        recorded_by=User.objects.get(username="kit.lane"),
        recorded_at=NOW,
    )


def reason_of(grant: Award) -> reasons.Reason:
    (standing,) = reasons.standing_of([grant.pk])[grant.pk]
    return standing


def choose(paper: Decision, robin: User, reference: str, choice: str, text: str = "", reason: str = "") -> None:
    own = {reference: {"choice": choice, "text": text}}
    decide(paper, robin, item_1=Answer("approved", reason=reason, choices=own))
    sign(paper, robin)


def public(grant: Award, mo: User) -> settled.Grant:
    """Publish all that is signed, and return the grant as it is public then."""
    for each in Decision.objects.filter(state=Decision.State.SIGNED).order_by("signed_at", "pk"):
        writing.publish_decision(decision=each, by=mo, at=LATER)
    return {each.reference: each for each in published.grants()}[grant.reference]


def every_form(frozen: Pack) -> list[str]:
    return [
        " ".join(text.split())
        for text in (html_text(frozen.html), pdf_text(bytes(frozen.pdf)), word_text(word.of_pack(frozen)))
    ]


def test_a_reason_that_is_lifted_is_public_no_more(
    paper: Decision, submitted: Pack, grant: Award, mo: User, robin: User
) -> None:
    assert all(f"PCD-681, approved: {GIVEN}" in text for text in every_form(submitted))
    choose(paper, robin, reason_of(grant).reference, "lift", reason="A new need")
    grant_now = public(grant, mo)
    assert GIVEN not in grant_now.reason
    assert grant_now.reason.endswith("A new need")
    assert [each.text for each in reasons.standing_of([grant.pk])[grant.pk]] == ["A new need"]
    record = Decision.objects.get(pk=paper.pk).record
    for text in (html_text(record.html), pdf_text(bytes(record.pdf)), word_text(word.of_record(record))):
        assert f"Lifted the reason: “{GIVEN}”." in " ".join(text.split())


@pytest.mark.usefixtures("submitted")
def test_a_reason_that_is_changed_stands_as_it_was_changed(
    paper: Decision, signed: Decision, grant: Award, grace: User, mo: User, robin: User
) -> None:
    before = reason_of(grant)
    choose(paper, robin, before.reference, "change", "The need has grown.")
    after = reason_of(grant)
    assert (after.reference, after.decision, after.text) == (before.reference, "PCD-700", "The need has grown.")
    assert public(grant, mo).reason.endswith("The need has grown.")
    # A third paper prints what stands by then.
    second = Decision.objects.get(pk=paper.pk)
    third = open_paper(signed.round, "PCD-701", grace, text="One grant changes.", amends=second)
    change(third, grant, grace, Decimal(60000))
    frozen = submit(third, grace, mo)
    assert all("PCD-700, approved: The need has grown." in text for text in every_form(frozen))
    assert all(GIVEN not in text for text in every_form(frozen))


@pytest.mark.parametrize("answer", ["refused", "deferred"])
@pytest.mark.usefixtures("submitted")
def test_a_change_that_is_not_approved_lifts_no_reason(
    paper: Decision, grant: Award, mo: User, robin: User, answer: str
) -> None:
    reference = reason_of(grant).reference
    with pytest.raises(Incomplete, match="a reason is changed or lifted only by an approval"):
        decide(paper, robin, item_1=Answer(answer, reason="No", choices={reference: {"choice": "lift"}}))
    decide(paper, robin, item_1=Answer(answer, reason="No"))
    sign(paper, robin)
    assert GIVEN in [each.text for each in reasons.standing_of([grant.pk])[grant.pk] if each.is_granted]
    assert GIVEN in public(grant, mo).reason


def test_the_mark_of_a_payment_before_approval_is_kept_or_lifted_by_name(
    paper: Decision, grant: Award, early: Payment, grace: User, mo: User, robin: User
) -> None:
    frozen = submit(paper, grace, mo)
    assert all("The rent was due" in text for text in every_form(frozen))
    before = position.reconcile(paper.round, NOW.date()).retrospective
    with pytest.raises(Incomplete, match="choose what happens to the mark as paid before approval “£1,000 on"):
        decide(paper, robin, item_1=Answer("approved", choices={early.reference: {"choice": "change", "text": "x"}}))
    choose(paper, robin, early.reference, "lift")
    early.refresh_from_db()
    assert (early.lifted_in, early.retrospective, early.is_early) == (paper, True, False)
    after = position.reconcile(paper.round, NOW.date()).retrospective
    assert (after.count, after.total) == (before.count - 1, before.total - 1000)
    with pytest.raises(InternalError, match="Cannot update rows"), transaction.atomic():
        Payment.objects.filter(pk=early.pk).update(lifted_in=None)
    with pytest.raises(InternalError, match="Cannot update rows"), transaction.atomic():
        Payment.objects.exclude(pk=early.pk).update(retrospective=True, reason="x")


def test_the_mark_stands_where_it_is_kept(
    paper: Decision, grant: Award, early: Payment, grace: User, mo: User, robin: User
) -> None:
    submit(paper, grace, mo)
    decide(paper, robin)
    sign(paper, robin)
    early.refresh_from_db()
    assert early.is_early
    page = client_of(User.objects.get(username="kit.lane"), "approvals:award", grant.reference)
    assert "Paid before approval" in page and "lifted that mark" not in page


def client_of(user: User, name: str, *args: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=args)).content.decode()


# The deferral of publication


@stage
def deferred(signed: Decision, mo: User) -> Decision:
    writing.defer_publication(decision=signed, until=UNTIL, reason="A trial is running", by=mo, at=LATER)
    signed.refresh_from_db()
    return signed


@stage
def deferred_and_submitted(deferred: Decision, paper: Decision, grace: User, mo: User) -> Pack:
    """The paper, submitted after the decision that it amends was deferred."""
    return submit(paper, grace, mo)


def with_deferral(paper: Decision, robin: User, on_deferral: OnDeferral | None) -> None:
    deciding.decide_items(
        decision=paper,
        answers=answers(paper),
        interests="None",
        particulars=Particulars(on_deferral=on_deferral),
        by=robin,
        at=LATER,
    )


def deferral_of(decision: Decision) -> tuple[date | None, str]:
    decision.refresh_from_db()
    return decision.deferred_until, decision.deferral_reason


def test_a_deferral_is_printed_and_holds_for_the_amendment(
    deferred: Decision, paper: Decision, deferred_and_submitted: Pack, mo: User, robin: User
) -> None:
    printed = "Its publication is deferred until 1 March 2027: A trial is running"
    assert all(printed in text for text in every_form(deferred_and_submitted))
    for missing in (None, OnDeferral("")):
        with pytest.raises(Incomplete, match="Choose what happens to the deferral of PCD-681"):
            with_deferral(paper, robin, missing)
    with_deferral(paper, robin, OnDeferral("keep"))
    sign(paper, robin)
    assert deferral_of(paper) == deferral_of(deferred) == (UNTIL, "A trial is running")
    assert [each.reference for each in published.deferred()] == ["PCD-681", "PCD-700"]
    with pytest.raises(Refused, match="PCD-681 was signed earlier and has not been published"):
        writing.publish_decision(decision=paper, by=mo, at=LATER)


@pytest.mark.parametrize(
    ("on_deferral", "after", "words"),
    [
        (OnDeferral("lift"), (None, ""), "Lifted: the deferral of publication of PCD-681"),
        (
            OnDeferral("change", date(2027, 4, 1), "The trial goes on"),
            (date(2027, 4, 1), "The trial goes on"),
            "Changed: the deferral of publication of PCD-681, now until 1 April 2027: The trial goes on",
        ),
    ],
    ids=["lift", "change"],
)
@pytest.mark.usefixtures("deferred_and_submitted")
def test_a_deferral_is_lifted_or_changed_by_name(
    deferred: Decision,
    paper: Decision,
    robin: User,
    on_deferral: OnDeferral,
    after: tuple[date | None, str],
    words: str,
) -> None:
    with_deferral(paper, robin, on_deferral)
    assert words in client_of(robin, "approvals:sign_decision", "PCD-700")
    sign(paper, robin)
    assert deferral_of(paper) == deferral_of(deferred) == after
    record = Decision.objects.get(pk=paper.pk).record
    for text in (html_text(record.html), pdf_text(bytes(record.pdf)), word_text(word.of_record(record))):
        assert words in " ".join(text.split())


@pytest.mark.parametrize(
    ("on_deferral", "field"),
    [
        (OnDeferral("change", None, "Why"), "deferral_until"),
        (OnDeferral("change", LATER.date(), "Why"), "deferral_until"),
        (OnDeferral("change", date(2027, 4, 1)), "deferral_reason"),
        (OnDeferral("keep", date(2027, 4, 1)), "deferral_reason"),
    ],
)
@pytest.mark.usefixtures("deferred_and_submitted")
def test_a_changed_deferral_has_a_day_to_come_and_a_reason(
    deferred: Decision, paper: Decision, robin: User, on_deferral: OnDeferral, field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        with_deferral(paper, robin, on_deferral)
    assert [each for each, _ in refused.value.missing] == [field]


@pytest.mark.usefixtures("deferred_and_submitted")
def test_the_page_asks_about_the_deferral(deferred: Decision, paper: Decision, robin: User, client: Client) -> None:
    client.force_login(robin)
    address = reverse("approvals:decide_items", args=["PCD-700"])
    page = client.get(address).content.decode()
    assert "Publication of PCD-681 is deferred until 1 March 2027: A trial is running" in page
    version = Decision.objects.get(pk=paper.pk).version
    data = {"answer_1": "approved", "choice_1_0": "keep", "interests": "None", "version": version}
    data |= {"deferral": "change", "deferral_until_0": "1", "deferral_until_1": "4", "deferral_until_2": "2027"}
    wrong = client.post(address, data).content.decode()
    assert "Enter the reason why publication is deferred" in wrong
    sent = client.post(address, data | {"deferral_reason": "It goes on"}, follow=True).content.decode()
    assert "now until 1 April 2027: It goes on" in sent
    again = client.get(address).content.decode()
    assert 'value="2027"' in again and "It goes on" in again
