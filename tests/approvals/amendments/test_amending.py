"""What a new decision asks when it changes a grant that an earlier one decided, and what stands until then."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from approvals.amendments import amending
from approvals.decisions import submission, writing
from approvals.decisions.deciding import Answer
from approvals.families import grouping
from approvals.models import Award, Decision, DecisionItem, DecisionRecord, Pack
from approvals.paper import pack as packs
from approvals.reconciliation import position
from approvals.review import reviewing
from approvals.routing import approving, awards
from grants.models import User
from grants.refusal import Refused
from grants.roles import Role
from tests import factories
from tests.approvals.amendments.steps import LESS, change, now, submit
from tests.approvals.steps import LATER, decide, open_paper, sign
from tests.factories import NOW, person

pytestmark = pytest.mark.usefixtures("files_made_once", "staged")


def test_the_earlier_approval_is_valid_and_paid_until_the_change_is_signed(paper: Decision, grant: Award) -> None:
    assert now(grant) == (Decimal("70000.00"), "approved", [Decimal("70000.00")])
    approving.record_payment(
        award=grant,
        details=approving.PaymentDetails(amount=Decimal(60000), paid_on=LATER.date()),
        by=User.objects.get(username="kit.lane"),
        at=LATER,
    )
    assert position.reconcile(paper.round, NOW.date()).underspend == Decimal("754005.00")


def test_the_paper_is_computed_as_if_the_change_were_made(paper: Decision) -> None:
    draft = submission.of(paper, at=NOW)
    assert [problem.check for problem in draft.problems] == ["sign-off"] * 3
    assert draft.paper["figures"]["underspend"]["exact"] == "£759,005"
    assert draft.paper["amends"]["reference"] == "PCD-681"
    [asked] = draft.paper["recommendations"]
    assert asked["text"] == (
        "a change of 1 grant that PCD-681 decided: "
        "“A2 Dominion: safer homes after domestic abuse” from £70,000 to £65,000"
    )
    [entry] = draft.paper["appendix_1"]
    assert (entry["amount"], entry["was"]) == ("65000.00", "70000.00")
    rows = {row["label"]: row["note"] for row in draft.paper["table_3"]}
    assert rows["Grants decided by the Deputy Mayor (11)"] == "1 in this paper, 10 in earlier ones"
    assert rows["Grants approved under delegation (28)"] == "0 in this paper, 28 in earlier ones"


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        (Decimal("70000.01"), "Amount must be no more than the"),
        (Decimal("59999.99"), "has already been paid"),
    ],
)
def test_an_amount_above_the_bid_or_below_the_payments_is_refused(
    paper: Decision, grant: Award, grace: User, amount: Decimal, why: str
) -> None:
    finance = User.objects.get(username="kit.lane")
    approving.record_payment(
        award=grant, details=approving.PaymentDetails(amount=Decimal(60000), paid_on=LATER.date()), by=finance, at=LATER
    )
    with pytest.raises(Refused, match=why) as refused:
        change(paper, grant, grace, amount)
    assert refused.value.field == "amount"
    assert paper.changes.get().amount == LESS


def test_a_grant_that_the_earlier_decision_did_not_decide_is_not_amended(paper: Decision, grace: User) -> None:
    delegated = Award.objects.for_routes().filter(round=paper.round, route="delegated")[0]
    with pytest.raises(Refused, match="did not decide this grant"):
        change(paper, delegated, grace)


def test_a_change_can_be_made_again_and_taken_back_until_it_is_submitted(
    paper: Decision, grant: Award, grace: User, mo: User
) -> None:
    change(paper, grant, grace, Decimal("66000.00"))
    assert [each.amount for each in paper.changes.all()] == [Decimal("66000.00")]
    amending.leave_grant(decision=paper, award=grant, reason="It stays", by=grace, at=NOW)
    assert not paper.changes.exists()
    with pytest.raises(Refused, match="does not change that grant"):
        amending.leave_grant(decision=paper, award=grant, reason="It stays", by=grace, at=NOW)
    change(paper, grant, grace)
    submit(paper, grace, mo)
    with pytest.raises(Refused, match="is submitted"):
        change(paper, grant, grace)


def test_whoever_asks_for_the_change_does_not_decide_it(paper: Decision, grant: Award, grace: User, mo: User) -> None:
    both = person(Role.LEAD, Role.DMPC, round=paper.round)
    change(paper, grant, both)
    submit(paper, grace, mo)
    with pytest.raises(Refused, match="You had a hand in the bids, the money or the paper"):
        decide(paper, both)


def test_only_a_signed_decision_of_the_round_is_amended(returned: Decision, grace: User) -> None:
    with pytest.raises(Refused, match="Only a signed decision") as refused:
        writing.prepare_decision(
            round=returned.round, reference="PCD-700", title="x", decision_by="x", amends=returned, by=grace, at=NOW
        )
    assert refused.value.field == "amends"
    plain = writing.prepare_decision(
        round=returned.round, reference="PCD-701", title="x", decision_by="x", by=grace, at=NOW
    )
    award = Award.objects.for_routes().filter(round=returned.round)[0]
    with pytest.raises(Refused, match="amends no earlier decision"):
        change(plain, award, grace)


def test_a_change_that_would_send_up_a_delegated_grant_is_refused() -> None:
    """One lot was sent up by a lead alone; growing it would bring the sum of its project to the limit."""
    round = factories.open_round()
    lead, robin = person(Role.LEAD, round=round), person(Role.DMPC, round=round)
    up, below = (factories.award(round, amount=Decimal(24000), title=title) for title in ("Sent up", "Stays below"))
    type(up.bid).objects.filter(pk=up.bid.pk).update(amount=Decimal(40000))
    grouping.group_bids(round=round, name="Lots", bids=[up.bid, below.bid], reason="Lots", by=lead, at=NOW)
    awards.route_awards(round=round, by=lead, at=NOW)
    up.refresh_from_db()
    awards.escalate_award(award=up, reason="New to us", by=lead, at=NOW)
    old = Decision.objects.create(
        round=round,
        reference="PCD-1",
        title="x",
        decision_by="x",
        opened_at=NOW,
        decided_by=robin,
        signed_by=robin,
        signed_at=NOW,
    )
    frozen = Pack.objects.create(decision=old, version=1, canonical="{}", pdf=b"", submitted_by=lead, submitted_at=NOW)
    DecisionRecord.objects.create(decision=old, pack=frozen, canonical="{}", pdf=b"", made_at=NOW)
    DecisionItem.objects.create(
        decision=old, pack=frozen, number=1, recommendation=1, verb="approve", label="x", amount=up.amount, award=up
    )
    paper = writing.prepare_decision(
        round=round, reference="PCD-2", title="x", decision_by="x", amends=old, by=lead, at=NOW
    )
    change(paper, up, lead, Decimal("25999.99"))
    with pytest.raises(Refused, match="the delegated grant for Stays below would need the Deputy Mayor"):
        change(paper, up, lead, Decimal("26000.00"))


def test_a_delegated_grant_that_was_reported_is_reported_again_at_its_new_amount(signed: Decision, grace: User) -> None:
    other = User.objects.get(username="henry.ives")
    award = Award.objects.for_routes().filter(round=signed.round, route="delegated", payments=None)[0]
    less = award.amount - 100
    reviewing.review(bid=award.bid, amount=less, reason="A cheaper hall", by=grace, at=NOW)
    award.refresh_from_db()
    awards.route_awards(round=signed.round, by=grace, at=NOW)
    approving.approve_awards(awards=[award], reason="Below", by=other, at=NOW)
    later = writing.prepare_decision(
        round=signed.round, reference="PCD-700", title="x", decision_by="x", by=grace, at=NOW
    )
    new_paper = submission.of(later, at=NOW).paper
    assert [(entry["reference"], entry["amount"]) for entry in new_paper["appendix_2"]] == [
        (award.reference, str(less))
    ]


def test_the_pages_ask_for_a_change_and_take_it_back(paper: Decision, grant: Award, grace: User) -> None:
    client = Client()
    client.force_login(grace)
    page = client.get(reverse("approvals:decision", args=[paper.reference])).content.decode()
    assert "from £70,000 to £65,000" in page
    data = {"award": grant.reference, "amount": "66,500.50", "reason": "More"}
    answer = client.post(reverse("approvals:amend_grant", args=[paper.reference]), data, follow=True)
    assert "PCD-700 asks for £66,500.50" in answer.content.decode()
    leave = reverse("approvals:leave_grant", args=[paper.reference, grant.reference])
    assert "You withdrew the change" in client.post(leave, {"reason": "No"}, follow=True).content.decode()
    assert client.get(leave).status_code == 404
    plain = reverse("approvals:amend_grant", args=["PCD-681"])
    assert client.get(plain).status_code == 404


def test_a_change_to_the_same_amount_is_refused(paper: Decision, grant: Award, grace: User) -> None:
    with pytest.raises(Refused, match="The grant is already £70,000") as refused:
        change(paper, grant, grace, Decimal(70000))
    assert refused.value.field == "amount"


def test_the_paper_says_that_the_earlier_decision_refused_the_grant(
    decision: Decision, grace: User, mo: User, robin: User
) -> None:
    item = writing.current_pack(decision).items.get(amount=Decimal(70000))
    decide(decision, robin, **{f"item_{item.number}": Answer("refused", reason="No")})
    sign(decision, robin)
    made = open_paper(decision.round, "PCD-700", grace, title="After all", amends=Decision.objects.get(pk=decision.pk))
    change(made, item.award, grace)
    new_paper = submission.of(made, at=NOW).paper
    [asked] = new_paper["recommendations"]
    assert asked["text"].endswith("from £70,000 (refused there) to £65,000")
    assert new_paper["appendix_1"][0]["was_how"] == "refused"
    assert new_paper["appendix_1"][0]["was_state"] == "refused"
    assert "PCD-681 refused £70,000." in packs.html(new_paper)
