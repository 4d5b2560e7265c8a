"""What a signed decision settles when it changes a grant that an earlier one decided."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from approvals.amendments import amending
from approvals.decisions import writing
from approvals.decisions.deciding import Answer
from approvals.models import Award, Decision, Pack
from approvals.outputs import published
from approvals.paper import pack as packs
from approvals.paper import settled
from approvals.paper.sources import sources
from approvals.reconciliation import position
from approvals.routing import commitments
from bids.models import CostLine, Interest
from grants.models import AuditEvent, Round, User
from grants.people import deputies
from grants.refusal import Refused
from tests import factories
from tests.approvals.amendments.steps import LESS, change, now, submit
from tests.approvals.steps import LATER, decide, open_paper, sign, sign_off
from tests.factories import NOW, person

pytestmark = pytest.mark.usefixtures("files_made_once", "staged")


def test_a_signed_change_replaces_the_earlier_approval(
    paper: Decision, submitted: Pack, grant: Award, robin: User
) -> None:
    decide(paper, robin)
    sign(paper, robin)
    assert now(grant) == (LESS, "approved", [LESS])
    old = grant.approvals.exclude(invalid_at=None).get()
    assert (old.amount, old.invalid_because) == (Decimal("70000.00"), "PCD-700 changed it to £65,000")
    reconciliation = position.reconcile(paper.round, NOW.date())
    assert (reconciliation.balances, reconciliation.underspend) == (True, Decimal("759005.00"))
    assert "Amends" in submitted.html
    assert "PCD-681 decided on £70,000." in submitted.html


@pytest.mark.usefixtures("submitted")
def test_the_trail_of_the_bid_and_the_facts_of_the_approval_hold_the_new_amount(
    paper: Decision, grant: Award, robin: User
) -> None:
    decide(paper, robin)
    sign(paper, robin)
    event = AuditEvent.objects.filter(bid=grant.bid.reference, action="sign decision").latest("number")
    assert (event.actor_name, event.subject) == ("Robin Vale", grant.reference)
    assert event.before == {"amount": "70000.00", "state": "Approved"}
    assert event.facts == {"decision": "PCD-700", "amount": "65000.00", "state": "Approved"}
    approval = grant.approvals.get(invalid_at=None)
    assert approval.facts["level"] == "dmpc"
    assert approval.facts["binding"]["total"] == approval.facts["other"]["total"] == "65000.00"


def test_a_grant_that_a_later_paper_changed_meanwhile_is_not_changed_by_this_one(
    paper: Decision, signed: Decision, grant: Award, grace: User, mo: User, robin: User
) -> None:
    """Two papers amend one decision; the one that is signed first takes the grant over."""
    other = open_paper(signed.round, "PCD-701", grace, title="Smaller still", text="It becomes smaller.", amends=signed)
    change(other, grant, grace, Decimal("60000.00"))
    submit(paper, grace, mo)
    decide(paper, robin)
    sign(paper, robin)
    sign_off(other)
    with pytest.raises(writing.NotReconciled, match=f"A later decision changed {grant.bid.title}"):
        writing.submit_pack(decision=other, by=grace, at=LATER + timedelta(days=1))
    assert now(grant) == (LESS, "approved", [LESS])
    amending.leave_grant(decision=other, award=grant, reason="Decided anew.", by=grace, at=LATER + timedelta(days=1))
    assert amending.problems(other) == []


@pytest.mark.parametrize("answer", ["refused", "deferred"])
@pytest.mark.usefixtures("submitted")
def test_the_earlier_decision_holds_where_the_change_is_not_approved(
    paper: Decision, grant: Award, robin: User, answer: str
) -> None:
    decide(paper, robin, item_1=Answer(answer, reason="As it was"))
    sign(paper, robin)
    assert now(grant) == (Decimal("70000.00"), "approved", [Decimal("70000.00")])
    assert position.reconcile(paper.round, NOW.date()).balances


def test_the_public_sees_each_grant_once_at_what_was_decided_last(
    paper: Decision, grant: Award, grace: User, mo: User, robin: User
) -> None:
    assert sum(each.amount for each in published.grants()) == Decimal("1438598.00")
    submit(paper, grace, mo)
    decide(paper, robin)
    sign(paper, robin)
    writing.publish_decision(decision=paper, by=mo, at=LATER)
    grants = {each.reference: each for each in published.grants()}
    assert (len(grants), grants[grant.reference].amount) == (39, LESS)
    assert grants[grant.reference].decision == "PCD-700"
    assert sum(each.amount for each in grants.values()) == Decimal("1433598.00")
    old = Client().get(reverse("approvals:published_decision", args=["PCD-681"])).content.decode()
    assert "Amended by" in old and "PCD-700 A smaller grant" in old
    new = Client().get(reverse("approvals:published_decision", args=["PCD-700"])).content.decode()
    assert "It amends" in new


def test_the_frozen_files_of_the_earlier_decision_stay_as_they_are(
    signed: Decision, paper: Decision, grace: User, mo: User, robin: User
) -> None:
    before = (signed.record.sha256, signed.record.html_sha256)
    submit(paper, grace, mo)
    decide(paper, robin)
    sign(paper, robin)
    record = Decision.objects.get(pk=signed.pk).record
    assert (record.sha256, record.html_sha256) == before
    assert packs.checked_html(record)


def test_an_approved_rise_is_refused_where_the_reduction_that_pays_for_it_is_refused(
    signed: Decision, paper: Decision, grant: Award, grace: User, mo: User, robin: User
) -> None:
    """One change frees what another takes; the Deputy Mayor refuses the first and approves the second."""
    more = Award.objects.for_routes().get(round=paper.round, amount=Decimal("189500.00"))
    type(more.bid).objects.filter(pk=more.bid.pk).update(amount=Decimal("194500.00"))
    CostLine.objects.create(bid=more.bid, label="More", amount=Decimal(5000))
    Round.objects.filter(pk=paper.round.pk).update(allocation=commitments.committed(paper.round))
    change(paper, more, grace, Decimal("194500.00"))
    submit(paper, grace, mo)
    rise = next(item for item in writing.current_pack(paper).items.all() if item.award == more)
    special = {f"item_{3 - rise.number}": Answer("refused", reason="As it was")}
    decide(paper, robin, **special)
    with pytest.raises(Refused, match="would exceed the allocation by £5,000"), transaction.atomic():
        sign(paper, robin)
    assert commitments.committed(paper.round) == Round.objects.get(pk=paper.round.pk).allocation


def test_papers_are_published_in_the_order_of_their_signatures(decision: Decision, robin: User, mo: User) -> None:
    decide(decision, robin)
    sign(decision, robin)
    later = Decision.objects.create(
        round=decision.round,
        reference="PCD-700",
        title="x",
        decision_by="x",
        opened_at=NOW,
        state="signed",
        decided_by=robin,
        signed_by=robin,
        signed_at=LATER + timedelta(days=1),
    )
    with pytest.raises(Refused, match="PCD-681 was signed earlier and has not been published"):
        writing.publish_decision(decision=later, by=mo, at=LATER)


def test_a_member_with_an_interest_does_not_decide_as_a_deputy(decision: Decision, robin: User) -> None:
    member = person(username="with.interest")
    item = decision.items.exclude(award=None)[0]
    assert item.award
    Interest.objects.create(bid=item.award.bid, member=member, conflicted=True, nature="A friend", declared_at=NOW)
    deputies.name_deputy(
        holding=robin.holdings.get(round=decision.round),
        person=member,
        starts_on=NOW.date(),
        ends_on=LATER.date(),
        reason="Leave",
        by=robin,
        at=NOW,
    )
    with pytest.raises(Refused, match="declared an interest in"):
        decide(decision, member)


@pytest.mark.usefixtures("submitted")
def test_a_refused_change_is_named_as_a_change_and_recorded_in_the_trail_of_its_bid(
    paper: Decision, grant: Award, robin: User
) -> None:
    decide(paper, robin, item_1=Answer("refused", reason="As it was"))
    sign(paper, robin)
    record = packs.read(Decision.objects.get(pk=paper.pk).record)
    assert settled.after(record) == (
        "After the decision £754,005 of the allocation is left. Where a change was not approved, PCD-681 stands."
    )
    event = AuditEvent.objects.filter(bid=grant.bid.reference, action="sign decision").latest("number")
    assert event.facts == {"decision": "PCD-700", "change": "Refused", "amount": "65000.00"}
    assert event.because == "As it was"


def test_the_facts_of_an_approved_change_hold_the_other_answers_of_the_paper(
    signed: Decision, grace: User, mo: User, robin: User
) -> None:
    lots = list(Award.objects.for_routes().filter(round=signed.round, amount=Decimal(49200)).order_by("pk"))[:2]
    made = open_paper(signed.round, "PCD-702", grace, title="Lots", text="Two lots become smaller.", amends=signed)
    for lot in lots:
        change(made, lot, grace, Decimal(40000))
    submit(made, grace, mo)
    refused = writing.current_pack(made).items.get(award=lots[1])
    decide(made, robin, **{f"item_{refused.number}": Answer("refused", reason="As it was")})
    sign(made, robin)
    facts = lots[0].approvals.get(invalid_at=None).facts
    assert facts["binding"]["total"] == str(Decimal("49200.00") * 2 + Decimal("40000.00"))


def test_a_change_is_signed_where_a_contract_of_the_same_paper_is_refused(
    signed: Decision, grant: Award, grace: User, mo: User, robin: User
) -> None:
    contract = factories.contract(signed.round, grace, "150000", title="A helpline")
    made = open_paper(signed.round, "PCD-700", grace, text="The grant becomes smaller.", amends=signed)
    change(made, grant, grace)
    submit(made, grace, mo)
    item = writing.current_pack(made).items.get(contract=contract)
    decide(made, robin, **{f"item_{item.number}": Answer("refused", reason="Compete it")})
    sign(made, robin)
    grant.refresh_from_db()
    assert (grant.amount, grant.state) == (Decimal(65000), "approved")


@pytest.mark.usefixtures("submitted")
def test_after_a_refused_change_the_paper_is_compared_with_the_grant_as_it_is(
    paper: Decision, grant: Award, robin: User
) -> None:
    item = writing.current_pack(paper).items.get(award=grant)
    decide(paper, robin, **{f"item_{item.number}": Answer("refused", reason="It needs all of it")})
    sign(paper, robin)
    paper = Decision.objects.select_related("round", "amends").get(pk=paper.pk)
    basis = sources(paper, NOW.date())
    assert basis.reconciliation.underspend == position.reconcile(paper.round, NOW.date()).underspend
    assert next(award.amount for award in basis.awards if award.pk == grant.pk) == Decimal(70000)


def test_a_deferred_grant_that_is_refused_later_leaves_no_amount_in_force(
    decision: Decision, grace: User, mo: User, robin: User
) -> None:
    item = writing.current_pack(decision).items.get(amount=Decimal(70000))
    decide(decision, robin, **{f"item_{item.number}": Answer("deferred", reason="Later")})
    sign(decision, robin)
    writing.publish_decision(decision=decision, by=mo, at=LATER)
    old = Decision.objects.select_related("round").get(pk=decision.pk)
    made = open_paper(old.round, "PCD-700", grace, text="The grant becomes smaller.", amends=old)
    assert item.award
    change(made, Award.objects.for_routes().get(pk=item.award.pk), grace)
    submit(made, grace, mo)
    own = writing.current_pack(made).items.get(award=item.award)
    decide(made, robin, **{f"item_{own.number}": Answer("refused", reason="No need")})
    sign(made, robin)
    summary = settled.after(packs.read(Decision.objects.get(pk=made.pk).record))
    assert "What was refused takes nothing of it." in summary
    assert "stands" not in summary
