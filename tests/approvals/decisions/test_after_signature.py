"""A signed decision cannot be changed from below, and a later paper covers only what is still undecided."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from approvals.contracts import contracts
from approvals.decisions import writing
from approvals.decisions.deciding import Answer
from approvals.families import grouping
from approvals.models import Approval, Award, Decision, SingleTenderAction
from approvals.paper import figures, recommendations, sources
from approvals.paper import pack as packs
from approvals.reconciliation import position
from approvals.review import reviewing
from approvals.routing import approving, awards, commitments, limits
from bids.models import Bid
from grants.models import User
from grants.refusal import Refused
from grants.roles import Role
from tests import factories
from tests.approvals.steps import LATER, decide, open_paper, sign, sign_off
from tests.factories import NOW, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]


def _asked(decision: Decision, at: datetime) -> list[dict[str, Any]]:
    basis = sources.sources(decision, at.date())
    return recommendations.recommendations(basis, figures.known_of(basis))


def valid(decision: Decision) -> int:
    return Approval.objects.filter(award__round=decision.round, invalid_at=None).count()


@pytest.fixture
def signed(decision: Decision, robin: User) -> Decision:
    """A signed decision with the fifth item deferred and the contract refused."""
    contract = writing.current_pack(decision).items.exclude(contract=None).get()
    special = {
        "item_5": Answer("deferred", reason="Not yet"),
        f"item_{contract.number}": Answer("refused", reason="No"),
    }
    decide(decision, robin, **special)
    sign(decision, robin)
    return Decision.objects.select_related("round").get(pk=decision.pk)


def test_a_later_paper_asks_only_for_what_is_left_and_can_be_signed(
    signed: Decision, grace: User, mo: User, robin: User
) -> None:
    later = open_paper(signed.round, "PCD-682", grace, title="What is left", text="The one grant that was deferred.")
    sign_off(later)
    frozen = writing.submit_pack(decision=later, by=grace, at=NOW)
    assert [item.label for item in frozen.items.all()] == [signed.items.get(number=5).label]
    assert [each["verb"] for each in packs.read(frozen)["recommendations"]] == ["approve"]
    writing.put_forward(decision=later, by=mo, at=NOW)
    decide(later, robin)
    sign(later, robin)
    assert Award.objects.filter(round=signed.round, route="dmpc", state="approved").count() == 11


def test_a_refused_contract_takes_nothing_from_the_allocation(signed: Decision) -> None:
    contract = SingleTenderAction.objects.get(round=signed.round)
    assert contract.state == "refused"
    assert commitments.committed(signed.round) == Decimal("3627995.00")


def test_a_deferred_contract_is_in_the_next_paper(decision: Decision, grace: User, robin: User) -> None:
    contract = writing.current_pack(decision).items.exclude(contract=None).get()
    decide(decision, robin, **{f"item_{contract.number}": Answer("deferred", reason="Not yet")})
    sign(decision, robin)
    later = open_paper(decision.round, "PCD-682", grace, title="The contract")
    assert [each["verb"] for each in _asked(later, NOW)] == ["approve"]
    assert [each.title for each in sources.sources(later, NOW.date()).contracts_asked()] == [contract.label]


def test_a_decided_grant_is_not_regrouped(signed: Decision, grace: User) -> None:
    before = valid(signed)
    bid = Bid.objects.get(source_reference="CPIE-003")
    with pytest.raises(Refused, match="Only a new decision changes it"):
        grouping.group_bids(round=signed.round, name="Blues", bids=[bid], reason="Alike", by=grace, at=NOW)
    assert valid(signed) == before == 28 + 10


def test_a_new_rule_with_the_same_effect_keeps_every_approval_valid(signed: Decision, grace: User) -> None:
    before = valid(signed)
    proposed = limits.propose_rule(
        round=signed.round,
        terms=limits.RuleTerms(
            kind="grant",
            limit=Decimal("50000.00"),
            below="CPIE lead",
            at_or_above="Deputy Mayor",
            citation="Scheme 4.8, new edition",
            valid_from=NOW.date(),
        ),
        by=User.objects.get(username="iris.jonas"),
        at=NOW,
    )
    limits.confirm_rule(rule=proposed, verified=True, reason="Read", by=grace, at=NOW)
    awards.route_awards(round=signed.round, by=grace, at=NOW)
    assert valid(signed) == before


def test_a_refused_grant_is_not_revived_by_a_lead() -> None:
    round = factories.open_round()
    lead = person(Role.LEAD, round=round)
    grant = factories.award(round)
    awards.route_awards(round=round, by=lead, at=NOW)
    Award.objects.filter(pk=grant.pk).update(state="refused")
    with pytest.raises(Refused, match="refused this grant"):
        reviewing.review(bid=grant.bid, amount=Decimal(10000), reason="Less", by=lead, at=NOW)


def test_a_person_who_regroups_a_grant_cannot_approve_it() -> None:
    round = factories.open_round()
    lead, other = person(Role.LEAD, round=round), person(Role.LEAD, round=round)
    lots = [factories.award(round, amount=Decimal(40000)) for _ in range(2)]
    grouping.group_bids(round=round, name="One", bids=[lot.bid for lot in lots], reason="Lots", by=other, at=NOW)
    awards.route_awards(round=round, by=other, at=NOW)
    assert {lot.route for lot in Award.objects.filter(round=round)} == {"dmpc"}
    grouping.group_bids(round=round, name="", bids=[lots[0].bid], reason="Apart", by=lead, at=NOW)
    for lot in Award.objects.filter(round=round):
        assert lot.route == "delegated"
        with pytest.raises(Refused, match="You changed its project family"):
            approving.approve_awards(awards=[lot], reason="Below", by=lead, at=NOW)


def test_no_early_payment_while_the_paper_awaits_a_decision(decision: Decision) -> None:
    grant = Award.objects.get(bid__source_reference="CPIE-038")
    finance = User.objects.get(username="kit.lane")
    with pytest.raises(Refused, match="is submitted and rests on this"):
        approving.record_payment(
            award=grant,
            details=approving.PaymentDetails(amount=Decimal(100), paid_on=NOW.date(), reason="In haste"),
            by=finance,
            at=NOW,
        )


def test_a_contract_below_its_limit_needs_a_second_lead_and_splitting_it_does_not_help() -> None:
    round = factories.open_round()
    lead, other = person(Role.LEAD, round=round), person(Role.LEAD, round=round)
    body = factories.OrganisationFactory()
    first = factories.contract(round, lead, "60000", title="First", supplier=body)
    assert first.route == "delegated"
    with pytest.raises(Refused, match="You recorded this contract"):
        contracts.approve_single_tender_action(contract=first, reason="Fine", by=lead, at=NOW)
    approved = contracts.approve_single_tender_action(contract=first, reason="Fine", by=other, at=NOW)
    assert (approved.state, approved.approved_by) == ("approved", other)
    second = factories.contract(round, lead, "70000", title="Second", supplier=body)
    assert second.route == "dmpc"
    with pytest.raises(Refused, match="has a contract of this name"):
        factories.contract(round, lead, "1", title="Second", supplier=body)


def test_a_deferred_grant_that_becomes_small_is_still_the_deputy_mayors(signed: Decision, grace: User) -> None:
    deferred = Award.objects.get(round=signed.round, state="deferred")
    reviewing.review(bid=deferred.bid, amount=Decimal(9000), reason="Less", by=grace, at=LATER)
    awards.route_awards(round=signed.round, by=grace, at=LATER)
    again = Award.objects.get(pk=deferred.pk)
    assert (again.amount, again.route, again.state) == (Decimal("9000.00"), "dmpc", "routed")
    assert again.sentence == "It was deferred in PCD-681, and so is for decision"
    later = open_paper(signed.round, "PCD-682", grace, title="What is left", at=LATER)
    [asked] = _asked(later, LATER)
    assert "below £50,000 and deferred before" in asked["text"]
    assert position.reconcile(signed.round, LATER.date()).balances


def test_a_grant_above_an_earlier_limit_is_not_described_as_referred_by_a_lead(signed: Decision, grace: User) -> None:
    proposed = limits.propose_rule(
        round=signed.round,
        terms=limits.RuleTerms(
            kind="grant",
            limit=Decimal(900000),
            below="CPIE lead",
            at_or_above="Deputy Mayor",
            citation="Scheme 4.8, new edition",
            valid_from=LATER.date(),
        ),
        by=User.objects.get(username="iris.jonas"),
        at=NOW,
    )
    limits.confirm_rule(rule=proposed, verified=True, reason="Read", by=grace, at=NOW)
    later = open_paper(signed.round, "PCD-682", grace, title="What is left", at=LATER)
    [asked] = _asked(later, LATER)
    assert "below £900,000 and routed by an earlier limit" in asked["text"]


def test_a_payment_before_approval_that_comes_to_light_after_the_signature_is_reported_once(
    signed: Decision, grace: User, mo: User, robin: User
) -> None:
    approved = Award.objects.filter(round=signed.round, state="approved", route="dmpc", payments=None)
    grant = approved.order_by("-amount")[0]
    approving.record_payment(
        award=grant,
        details=approving.PaymentDetails(
            amount=Decimal(10000), paid_on=date(2019, 5, 1), reason="In haste", impact_assessed=True
        ),
        by=User.objects.get(username="kit.lane"),
        at=LATER,
    )
    title = grant.bid.title

    def reported(reference: str) -> list[str]:
        later = open_paper(signed.round, reference, grace, title="Left", text="What is left.", at=LATER)
        sign_off(later)
        frozen = writing.submit_pack(decision=later, by=grace, at=LATER)
        writing.put_forward(decision=later, by=mo, at=LATER)
        decide(later, robin)
        sign(later, robin)
        return [each["text"] for each in packs.read(frozen)["recommendations"] if title in each["text"]]

    [once] = reported("PCD-682")
    assert once == f"that 1 grant, {title} (£10,000), was paid before approval, £10,000 in all"
    with pytest.raises(writing.NotReconciled, match="There is nothing to decide"):
        reported("PCD-683")
