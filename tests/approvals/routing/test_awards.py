"""Leadership review, families and routes: what a change leads to, and what is refused."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from approvals.families import grouping
from approvals.models import Approval, Award, DelegationRule, Recommendation
from approvals.review import reviewing
from approvals.routing import approving, awards, commitments, limits
from bids.models import Bid, ProjectFamily
from grants.models import AuditEvent, BudgetLine, Round, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from tests.factories import NOW, OrganisationFactory, award, bid, open_round, outcome, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    """An allocation of £1,000,000 with a line of £100,000 for internal projects."""
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def other_lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


def recommended(round: Round, **kwargs: Any) -> Bid:
    this_bid = bid(round, **kwargs)
    outcome(this_bid)
    return this_bid


def review(this_bid: Bid, by: User, amount: str | None = None, **kwargs: Any) -> Recommendation:
    asked = this_bid.amount if amount is None else Decimal(amount)
    return reviewing.review(bid=this_bid, amount=asked, by=by, at=NOW, **kwargs)


def fresh(grant: Award) -> Award:
    return Award.objects.for_routes().get(pk=grant.pk)


def approved(grant: Award, by: User) -> Approval:
    awards.route_awards(round=grant.round, by=by, at=NOW)
    (made,) = approving.approve_awards(awards=[grant], reason="Below the limit", by=by, at=NOW)
    return made


# Review


def test_an_agreed_external_bid_becomes_a_grant_that_waits_for_its_route(round: Round, lead: User) -> None:
    this_bid = recommended(round)
    review(this_bid, lead)
    made = Award.objects.get(bid=this_bid)
    assert (made.amount, made.state, made.route) == (Decimal(20000), Award.State.AGREED, "")
    assert Bid.objects.get(pk=this_bid.pk).state == "agreed"


@pytest.mark.parametrize(
    ("amount", "reason", "field"),
    [("20000.01", "More", "amount"), ("19999.99", "", "reason"), ("19999.99", "   ", "reason")],
)
def test_a_grant_is_never_more_than_asked_and_less_only_with_a_reason(
    round: Round, lead: User, amount: str, reason: str, field: str
) -> None:
    this_bid = recommended(round)
    with pytest.raises(Refused) as refused:
        review(this_bid, lead, amount, reason=reason)
    assert refused.value.field == field
    assert not Award.objects.filter(bid=this_bid).exists()
    assert not Recommendation.objects.filter(bid=this_bid).exists()


def test_a_smaller_amount_with_its_reason_is_agreed_to_the_penny(round: Round, lead: User) -> None:
    this_bid = recommended(round)
    review(this_bid, lead, "19999.99", reason="One session less")
    assert Award.objects.get(bid=this_bid).amount == Decimal("19999.99")
    event = AuditEvent.objects.get(round=round, action="review bid")
    assert (event.facts, event.because) == ({"asked": "20000.00", "amount": "19999.99"}, "One session less")


@pytest.mark.parametrize("state", ["received", "eligible", "ineligible", "rejected", "redirected"])
def test_only_what_the_panel_recommended_is_agreed(round: Round, lead: User, state: str) -> None:
    with pytest.raises(Refused, match="not recommended by the panel"):
        review(bid(round, state=state), lead)


def test_in_a_round_without_a_panel_the_leadership_agrees_at_once() -> None:
    round = open_round(scored=False)
    review(bid(round), person(Role.LEAD, round=round))
    assert Award.objects.filter(round=round).count() == 1


def test_an_internal_bid_is_charged_to_its_line_and_becomes_no_grant(round: Round, lead: User) -> None:
    this_bid = recommended(round, led_by="internal")
    recommendation = review(this_bid, lead)
    assert recommendation.line == round.lines.get(kind="internal")
    assert not Award.objects.filter(bid=this_bid).exists()
    assert commitments.committed(round) == Decimal(100000)


@pytest.mark.parametrize(("second", "fits"), [("40000.00", True), ("40000.01", False)])
def test_internal_bids_fit_their_line_to_the_penny(round: Round, lead: User, second: str, fits: bool) -> None:
    review(recommended(round, led_by="internal", amount=Decimal(60000)), lead)
    more = recommended(round, led_by="internal", amount=Decimal(second))
    if fits:
        assert review(more, lead).amount == Decimal(second)
        return
    with pytest.raises(Refused, match="£60,000 of it is already taken") as refused:
        review(more, lead)
    assert refused.value.field == "amount"


def test_an_internal_bid_without_a_line_is_refused(round: Round, lead: User) -> None:
    BudgetLine.objects.filter(round=round).delete()
    with pytest.raises(Refused, match="no budget line for internal projects"):
        review(recommended(round, led_by="internal"), lead)


@pytest.mark.parametrize(("amount", "fits"), [("900000.00", True), ("900000.01", False)])
def test_the_allocation_is_never_promised_twice(round: Round, lead: User, amount: str, fits: bool) -> None:
    this_bid = recommended(round, amount=Decimal(amount))
    if fits:
        review(this_bid, lead)
        assert commitments.committed(round) == round.allocation
        with pytest.raises(Refused, match="£0 left"):
            review(recommended(round, amount=Decimal("0.01")), lead)
        return
    with pytest.raises(Refused, match="more than the £900,000 left") as refused:
        review(this_bid, lead)
    assert refused.value.field == "amount"


def test_several_bids_are_agreed_together_or_not_at_all(round: Round, lead: User) -> None:
    bids = [recommended(round, amount=Decimal(500000)) for _ in range(2)]
    with pytest.raises(Refused):
        reviewing.agree(bids=bids, by=lead, at=NOW)
    assert not Award.objects.filter(round=round).exists()
    assert {each.state for each in Bid.objects.filter(round=round)} == {"recommended"}


def test_a_review_of_another_version_is_refused(round: Round, lead: User) -> None:
    this_bid = recommended(round)
    review(this_bid, lead, seen=1)
    with pytest.raises(Stale):
        review(this_bid, lead, "10000", reason="Late", seen=1)
    assert Award.objects.get(bid=this_bid).amount == Decimal(20000)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_only_a_lead_reviews(round: Round, role: Role) -> None:
    this_bid = recommended(round)
    with pytest.raises(NotEntitled):
        review(this_bid, person(role, round=round))
    assert not Award.objects.filter(bid=this_bid).exists()


# Routes


@pytest.mark.parametrize(
    ("amount", "route"),
    [("49999.99", "delegated"), ("50000.00", "dmpc"), ("50000.01", "dmpc")],
)
def test_a_grant_is_routed_by_its_amount_to_the_penny(round: Round, lead: User, amount: str, route: str) -> None:
    grant = award(round, amount=Decimal(amount))
    assert awards.route_awards(round=round, by=lead, at=NOW) == 1
    routed = fresh(grant)
    assert (routed.route, routed.state, routed.routed_at) == (route, "routed", NOW)


def test_an_approval_keeps_the_facts_of_its_route(round: Round, lead: User) -> None:
    family = ProjectFamily.objects.create(round=round, name="Crew")
    body = OrganisationFactory(name="Growers of Crew")
    one = award(round, family=family, recipient=body, amount=Decimal("10000.50"))
    two = award(round, family=family, recipient=body, amount=Decimal(20000))
    approval = approved(one, lead)
    rule = limits.rule_on(round, DelegationRule.Kind.GRANT, NOW.date())
    assert rule is not None
    assert (approval.amount, approval.level, approval.approved_at) == (Decimal("10000.50"), "delegated", NOW)
    facts = approval.facts
    assert (facts["rule"], facts["limit"], facts["citation"]) == (rule.reference, "50000.00", "Scheme 4.8")
    assert (facts["binding"]["key"], facts["binding"]["name"]) == ("family", "Crew")
    assert facts["binding"]["members"] == sorted([one.reference, two.reference])
    assert (facts["binding"]["total"], facts["other"]["total"]) == ("30000.50", "30000.50")


def test_a_new_amount_makes_the_approval_invalid_and_routes_the_grant_again(round: Round, lead: User) -> None:
    grant = award(round, amount=Decimal(30000))
    first = approved(grant, lead)
    reviewing.review(bid=grant.bid, amount=Decimal(25000), reason="Fewer days", by=lead, at=NOW)
    first.refresh_from_db()
    assert (first.invalid_at, first.amount) == (NOW, Decimal(30000))
    assert first.invalid_because == "The amount changed to £25,000"
    assert not grant.approvals.filter(invalid_at=None).exists()
    awards.route_awards(round=round, by=lead, at=NOW)
    again = fresh(grant)
    assert (again.amount, again.state, again.route) == (Decimal(25000), "routed", "delegated")


def test_a_family_that_reaches_the_limit_makes_approvals_invalid_and_goes_up(round: Round, lead: User) -> None:
    lots = [award(round, amount=Decimal(30000)) for _ in range(2)]
    first = approved(lots[0], lead)
    grouping.group_bids(round=round, name="Camp", bids=[lot.bid for lot in lots], reason="Lots", by=lead, at=NOW)
    first.refresh_from_db()
    assert first.invalid_because == "The project families changed"
    assert {(fresh(lot).route, fresh(lot).state) for lot in lots} == {("dmpc", "routed")}
    assert {fresh(lot).sentence for lot in lots} == {"Joins 1 other of Camp: £60,000, not below £50,000. Scheme 4.8"}


def test_separating_a_family_routes_its_grants_again(round: Round, lead: User) -> None:
    lots = [award(round, amount=Decimal(30000)) for _ in range(2)]
    grouping.group_bids(round=round, name="Camp", bids=[lot.bid for lot in lots], reason="Lots", by=lead, at=NOW)
    awards.route_awards(round=round, by=lead, at=NOW)
    assert {fresh(lot).route for lot in lots} == {"dmpc"}
    grouping.group_bids(round=round, name="", bids=[lots[0].bid], reason="Not a lot of it", by=lead, at=NOW)
    assert {fresh(lot).route for lot in lots} == {"delegated"}


def test_a_grant_that_joins_a_group_makes_the_approvals_of_the_others_invalid(round: Round, lead: User) -> None:
    family = ProjectFamily.objects.create(round=round, name="Camp")
    first = approved(award(round, family=family, amount=Decimal(30000)), lead)
    more = recommended(round, family=family, amount=Decimal(30000))
    review(more, lead)
    first.refresh_from_db()
    assert first.invalid_at == NOW
    awards.route_awards(round=round, by=lead, at=NOW)
    assert set(Award.objects.filter(round=round).values_list("route", flat=True)) == {"dmpc"}


def test_a_grant_of_another_project_leaves_approvals_as_they_are(round: Round, lead: User) -> None:
    first = approved(award(round), lead)
    review(recommended(round), lead)
    awards.route_awards(round=round, by=lead, at=NOW)
    first.refresh_from_db()
    assert first.invalid_at is None


def test_routing_twice_changes_nothing(round: Round, lead: User) -> None:
    grant = award(round)
    assert awards.route_awards(round=round, by=lead, at=NOW) == 1
    before = fresh(grant)
    assert awards.route_awards(round=round, by=lead, at=NOW) == 0
    assert fresh(grant).version == before.version


def test_the_round_sets_the_binding_key() -> None:
    body = OrganisationFactory()
    levels = {}
    for key in Round.Key:
        round = open_round(routing_key=key)
        made = [award(round, recipient=body, amount=Decimal(30000)) for _ in range(2)]
        awards.route_awards(round=round, by=person(Role.LEAD, round=round), at=NOW)
        levels[key.value] = {fresh(each).route for each in made}
    assert levels == {"family": {"delegated"}, "recipient": {"dmpc"}}


def test_without_a_confirmed_limit_nothing_is_routed(round: Round, lead: User) -> None:
    grant = award(round)
    DelegationRule.objects.filter(round=round).update(confirmed_by=None, confirmed_at=None)
    with pytest.raises(Refused, match="No confirmed rule for grants is in force on 20 November 2026"):
        awards.route_awards(round=round, by=lead, at=NOW)
    assert fresh(grant).route == ""


# Warnings and escalation


def warned(round: Round, lead: User) -> Award:
    body = OrganisationFactory(name="Mutual Invented")
    small = award(round, recipient=body, amount=Decimal(30000))
    award(round, recipient=body, amount=Decimal(189500))
    awards.route_awards(round=round, by=lead, at=NOW)
    return fresh(small)


def test_a_warning_is_cleared_in_writing_and_stays_on_record(round: Round, lead: User) -> None:
    grant = warned(round, lead)
    assert grant.warning == "With 1 other grant to Mutual Invented it comes to £219,500, not below £50,000."
    assert grant.warning_open
    awards.clear_warning(award=grant, reason="Two unlike projects", by=lead, at=NOW)
    cleared = fresh(grant)
    assert (cleared.warning, cleared.warning_cleared, cleared.warning_open) == (
        grant.warning,
        "Two unlike projects",
        False,
    )
    with pytest.raises(Refused, match="no open warning"):
        awards.clear_warning(award=grant, reason="Again", by=lead, at=NOW)


def test_a_cleared_warning_opens_again_when_its_facts_change(round: Round, lead: User) -> None:
    grant = warned(round, lead)
    awards.clear_warning(award=grant, reason="Two unlike projects", by=lead, at=NOW)
    assert grant.bid.recipient is not None
    review(recommended(round, recipient=grant.bid.recipient, amount=Decimal(1000)), lead)
    again = fresh(grant)
    assert "£220,500" in again.warning
    assert again.warning_open


def test_a_lead_sends_a_grant_up_and_nobody_sends_one_down(round: Round, lead: User) -> None:
    grant = award(round)
    awards.route_awards(round=round, by=lead, at=NOW)
    awards.escalate_award(award=grant, reason="Much talked about", by=lead, at=NOW)
    sent = fresh(grant)
    assert (sent.route, sent.sentence) == ("dmpc", "Sent up by a lead: Much talked about")
    with pytest.raises(Refused, match="Only a grant that is routed for delegated approval"):
        awards.escalate_award(award=grant, reason="Again", by=lead, at=NOW)
    awards.route_awards(round=round, by=lead, at=NOW)
    assert fresh(grant).route == "dmpc"


def test_an_approved_grant_is_not_sent_up(round: Round, lead: User) -> None:
    grant = award(round)
    approved(grant, lead)
    with pytest.raises(Refused, match="This grant is approved, so it cannot be sent up"):
        awards.escalate_award(award=grant, reason="Too late", by=lead, at=NOW)


# Sending back


def test_sending_a_bid_back_withdraws_its_grant_and_ends_its_approval(round: Round, lead: User) -> None:
    grant = award(round)
    first = approved(grant, lead)
    reviewing.return_bid(bid=grant.bid, reason="Look again at gate 7", by=lead, at=NOW)
    first.refresh_from_db()
    assert first.invalid_because == "The bid was sent back to the panel"
    assert fresh(grant).state == "withdrawn"
    assert Bid.objects.get(pk=grant.bid.pk).state == "eligible"
    assert commitments.committed(round) == Decimal(100000)


def test_a_bid_is_not_sent_back_after_a_payment(round: Round, lead: User) -> None:
    grant = award(round)
    approving.record_payment(
        award=grant,
        details=approving.PaymentDetails(amount=Decimal(1), paid_on=NOW.date(), reason="Agreed locally"),
        by=person(Role.FINANCE, round=round),
        at=NOW,
    )
    with pytest.raises(Refused, match="Money was paid"):
        reviewing.return_bid(bid=grant.bid, reason="Look again", by=lead, at=NOW)
    assert fresh(grant).state == "agreed"


def test_a_grant_is_never_reduced_below_what_was_paid(round: Round, lead: User) -> None:
    grant = award(round)
    approving.record_payment(
        award=grant,
        details=approving.PaymentDetails(amount=Decimal(15000), paid_on=NOW.date(), reason="Agreed locally"),
        by=person(Role.FINANCE, round=round),
        at=NOW,
    )
    with pytest.raises(Refused, match="Enter at least £15,000, which has already been paid"):
        reviewing.review(bid=grant.bid, amount=Decimal("14999.99"), reason="Less", by=lead, at=NOW)


CHANGES = {
    "review": lambda grant, by: reviewing.review(bid=grant.bid, amount=Decimal(1), reason="x", by=by, at=NOW),
    "return": lambda grant, by: reviewing.return_bid(bid=grant.bid, reason="x", by=by, at=NOW),
    "group": lambda grant, by: grouping.group_bids(
        round=grant.round, name="X", bids=[grant.bid], reason="x", by=by, at=NOW
    ),
    "route": lambda grant, by: awards.route_awards(round=grant.round, by=by, at=NOW),
    "escalate": lambda grant, by: awards.escalate_award(award=grant, reason="x", by=by, at=NOW),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_submitted_paper_rests_on_does_not_change(change: str) -> None:
    grant = Award.objects.for_routes().get(bid__source_reference="CPIE-001", round__reference="cpie-2019-20")
    with pytest.raises(Refused, match="PCD-681 is submitted and rests on this"):
        CHANGES[change](grant, User.objects.get(username="grace.hall"))
    assert fresh(grant).version == grant.version


@pytest.mark.parametrize("model", [Award, Approval, Recommendation])
def test_awards_approvals_and_recommendations_are_never_deleted(round: Round, lead: User, model: Any) -> None:
    approved(award(round), lead)
    with pytest.raises(DatabaseError, match=r"pgtrigger: Cannot .*delete"), transaction.atomic():
        model.objects.all()._raw_delete(connection.alias)
