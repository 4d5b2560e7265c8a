"""Review by the leadership, families, and routes: what follows from a change, and what is refused."""

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
    """£1,000,000, of which £100,000 are a line for internal projects."""
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def other_lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


def recommended(round: Round, **kwargs: Any) -> Bid:
    found = bid(round, **kwargs)
    outcome(found)
    return found


def review(found: Bid, by: User, amount: str | None = None, **kwargs: Any) -> Recommendation:
    asked = found.amount if amount is None else Decimal(amount)
    return reviewing.review(bid=found, amount=asked, by=by, at=NOW, **kwargs)


def fresh(found: Award) -> Award:
    return Award.objects.for_routes().get(pk=found.pk)


def approved(found: Award, by: User) -> Approval:
    awards.route_awards(round=found.round, by=by, at=NOW)
    (made,) = approving.approve_awards(awards=[found], reason="Below the limit", by=by, at=NOW)
    return made


# Review


def test_an_agreed_external_bid_becomes_a_grant_that_waits_for_its_route(round: Round, lead: User) -> None:
    found = recommended(round)
    review(found, lead)
    made = Award.objects.get(bid=found)
    assert (made.amount, made.state, made.route) == (Decimal(20000), Award.State.AGREED, "")
    assert Bid.objects.get(pk=found.pk).state == "agreed"


@pytest.mark.parametrize(
    ("amount", "reason", "field"),
    [("20000.01", "More", "amount"), ("19999.99", "", "reason"), ("19999.99", "   ", "reason")],
)
def test_a_grant_is_never_more_than_asked_and_less_only_with_a_reason(
    round: Round, lead: User, amount: str, reason: str, field: str
) -> None:
    found = recommended(round)
    with pytest.raises(Refused) as refused:
        review(found, lead, amount, reason=reason)
    assert refused.value.field == field
    assert not Award.objects.filter(bid=found).exists()
    assert not Recommendation.objects.filter(bid=found).exists()


def test_a_smaller_amount_with_its_reason_is_agreed_to_the_penny(round: Round, lead: User) -> None:
    found = recommended(round)
    review(found, lead, "19999.99", reason="One session less")
    assert Award.objects.get(bid=found).amount == Decimal("19999.99")
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


def test_an_internal_bid_goes_to_the_line_and_is_no_grant(round: Round, lead: User) -> None:
    found = recommended(round, led_by="internal")
    recommendation = review(found, lead)
    assert recommendation.line == round.lines.get(kind="internal")
    assert not Award.objects.filter(bid=found).exists()
    assert commitments.committed(round) == Decimal(100000)


@pytest.mark.parametrize(("second", "fits"), [("40000.00", True), ("40000.01", False)])
def test_internal_bids_fit_their_line_to_the_penny(round: Round, lead: User, second: str, fits: bool) -> None:
    review(recommended(round, led_by="internal", amount=Decimal(60000)), lead)
    more = recommended(round, led_by="internal", amount=Decimal(second))
    if fits:
        assert review(more, lead).amount == Decimal(second)
        return
    with pytest.raises(Refused, match="£60,000 of it is taken") as refused:
        review(more, lead)
    assert refused.value.field == "amount"


def test_an_internal_bid_without_a_line_is_refused(round: Round, lead: User) -> None:
    BudgetLine.objects.filter(round=round).delete()
    with pytest.raises(Refused, match="no budget line for internal projects"):
        review(recommended(round, led_by="internal"), lead)


@pytest.mark.parametrize(("amount", "fits"), [("900000.00", True), ("900000.01", False)])
def test_the_allocation_is_never_given_away_twice(round: Round, lead: User, amount: str, fits: bool) -> None:
    found = recommended(round, amount=Decimal(amount))
    if fits:
        review(found, lead)
        assert commitments.committed(round) == round.allocation
        with pytest.raises(Refused, match="£0 left"):
            review(recommended(round, amount=Decimal("0.01")), lead)
        return
    with pytest.raises(Refused, match="more than the £900,000 left") as refused:
        review(found, lead)
    assert refused.value.field == "amount"


def test_several_bids_are_agreed_together_or_not_at_all(round: Round, lead: User) -> None:
    bids = [recommended(round, amount=Decimal(500000)) for _ in range(2)]
    with pytest.raises(Refused):
        reviewing.agree(bids=bids, by=lead, at=NOW)
    assert not Award.objects.filter(round=round).exists()
    assert {each.state for each in Bid.objects.filter(round=round)} == {"recommended"}


def test_a_review_of_another_version_is_refused(round: Round, lead: User) -> None:
    found = recommended(round)
    review(found, lead, seen=1)
    with pytest.raises(Stale):
        review(found, lead, "10000", reason="Late", seen=1)
    assert Award.objects.get(bid=found).amount == Decimal(20000)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_only_a_lead_reviews(round: Round, role: Role) -> None:
    found = recommended(round)
    with pytest.raises(NotEntitled):
        review(found, person(role, round=round))
    assert not Award.objects.filter(bid=found).exists()


# Routes


@pytest.mark.parametrize(
    ("amount", "route"),
    [("49999.99", "delegated"), ("50000.00", "dmpc"), ("50000.01", "dmpc")],
)
def test_a_grant_is_routed_by_its_amount_to_the_penny(round: Round, lead: User, amount: str, route: str) -> None:
    found = award(round, amount=Decimal(amount))
    assert awards.route_awards(round=round, by=lead, at=NOW) == 1
    routed = fresh(found)
    assert (routed.route, routed.state, routed.routed_at) == (route, "routed", NOW)


def test_what_was_true_when_it_was_routed_is_kept_with_the_approval(round: Round, lead: User) -> None:
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


def test_a_new_amount_makes_the_approval_invalid_keeps_it_and_routes_again(round: Round, lead: User) -> None:
    found = award(round, amount=Decimal(30000))
    first = approved(found, lead)
    reviewing.review(bid=found.bid, amount=Decimal(25000), reason="Fewer days", by=lead, at=NOW)
    first.refresh_from_db()
    assert (first.invalid_at, first.amount) == (NOW, Decimal(30000))
    assert first.invalid_because == "The amount changed to £25,000"
    assert not found.approvals.filter(invalid_at=None).exists()
    awards.route_awards(round=round, by=lead, at=NOW)
    again = fresh(found)
    assert (again.amount, again.state, again.route) == (Decimal(25000), "routed", "delegated")


def test_a_family_that_reaches_the_limit_takes_the_approval_away_and_sends_all_up(round: Round, lead: User) -> None:
    lots = [award(round, amount=Decimal(30000)) for _ in range(2)]
    first = approved(lots[0], lead)
    grouping.group_bids(round=round, name="Camp", bids=[lot.bid for lot in lots], reason="Lots", by=lead, at=NOW)
    first.refresh_from_db()
    assert first.invalid_because == "The project families changed"
    assert {(fresh(lot).route, fresh(lot).state) for lot in lots} == {("dmpc", "routed")}
    assert {fresh(lot).sentence for lot in lots} == {"Joins 1 other of Camp: £60,000, not below £50,000. Scheme 4.8"}


def test_taking_a_family_apart_routes_again(round: Round, lead: User) -> None:
    lots = [award(round, amount=Decimal(30000)) for _ in range(2)]
    grouping.group_bids(round=round, name="Camp", bids=[lot.bid for lot in lots], reason="Lots", by=lead, at=NOW)
    awards.route_awards(round=round, by=lead, at=NOW)
    assert {fresh(lot).route for lot in lots} == {"dmpc"}
    grouping.group_bids(round=round, name="", bids=[lots[0].bid], reason="Not a lot of it", by=lead, at=NOW)
    assert {fresh(lot).route for lot in lots} == {"delegated"}


def test_a_grant_that_joins_a_group_takes_the_approvals_of_the_others_away(round: Round, lead: User) -> None:
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
    found = award(round)
    assert awards.route_awards(round=round, by=lead, at=NOW) == 1
    before = fresh(found)
    assert awards.route_awards(round=round, by=lead, at=NOW) == 0
    assert fresh(found).version == before.version


def test_the_round_says_which_key_binds() -> None:
    body = OrganisationFactory()
    levels = {}
    for key in Round.Key:
        round = open_round(routing_key=key)
        made = [award(round, recipient=body, amount=Decimal(30000)) for _ in range(2)]
        awards.route_awards(round=round, by=person(Role.LEAD, round=round), at=NOW)
        levels[key.value] = {fresh(each).route for each in made}
    assert levels == {"family": {"delegated"}, "recipient": {"dmpc"}}


def test_without_a_confirmed_limit_nothing_is_routed(round: Round, lead: User) -> None:
    found = award(round)
    DelegationRule.objects.filter(round=round).update(confirmed_by=None, confirmed_at=None)
    with pytest.raises(Refused, match="No confirmed rule for grants is in force on 20 November 2026"):
        awards.route_awards(round=round, by=lead, at=NOW)
    assert fresh(found).route == ""


# Warnings and escalation


def warned(round: Round, lead: User) -> Award:
    body = OrganisationFactory(name="Mutual Invented")
    small = award(round, recipient=body, amount=Decimal(30000))
    award(round, recipient=body, amount=Decimal(189500))
    awards.route_awards(round=round, by=lead, at=NOW)
    return fresh(small)


def test_a_warning_is_cleared_in_writing_and_stays_on_record(round: Round, lead: User) -> None:
    found = warned(round, lead)
    assert found.warning == "With 1 other grant to Mutual Invented it comes to £219,500, not below £50,000."
    assert found.warning_open
    awards.clear_warning(award=found, reason="Two unlike projects", by=lead, at=NOW)
    cleared = fresh(found)
    assert (cleared.warning, cleared.warning_cleared, cleared.warning_open) == (
        found.warning,
        "Two unlike projects",
        False,
    )
    with pytest.raises(Refused, match="no open warning"):
        awards.clear_warning(award=found, reason="Again", by=lead, at=NOW)


def test_a_cleared_warning_opens_again_when_its_facts_change(round: Round, lead: User) -> None:
    found = warned(round, lead)
    awards.clear_warning(award=found, reason="Two unlike projects", by=lead, at=NOW)
    assert found.bid.recipient is not None
    review(recommended(round, recipient=found.bid.recipient, amount=Decimal(1000)), lead)
    again = fresh(found)
    assert "£220,500" in again.warning
    assert again.warning_open


def test_a_lead_sends_a_grant_up_and_nobody_sends_one_down(round: Round, lead: User) -> None:
    found = award(round)
    awards.route_awards(round=round, by=lead, at=NOW)
    awards.escalate_award(award=found, reason="Much talked about", by=lead, at=NOW)
    sent = fresh(found)
    assert (sent.route, sent.sentence) == ("dmpc", "Sent up by a lead: Much talked about")
    with pytest.raises(Refused, match="Only a grant that is routed for delegated approval"):
        awards.escalate_award(award=found, reason="Again", by=lead, at=NOW)
    awards.route_awards(round=round, by=lead, at=NOW)
    assert fresh(found).route == "dmpc"


def test_an_approved_grant_is_not_sent_up(round: Round, lead: User) -> None:
    found = award(round)
    approved(found, lead)
    with pytest.raises(Refused, match="This grant is approved, so it is not sent up"):
        awards.escalate_award(award=found, reason="Too late", by=lead, at=NOW)


# Sending back


def test_a_bid_sent_back_takes_its_grant_and_approval_with_it(round: Round, lead: User) -> None:
    found = award(round)
    first = approved(found, lead)
    reviewing.return_bid(bid=found.bid, reason="Look again at gate 7", by=lead, at=NOW)
    first.refresh_from_db()
    assert first.invalid_because == "The bid was sent back to the panel"
    assert fresh(found).state == "withdrawn"
    assert Bid.objects.get(pk=found.bid.pk).state == "eligible"
    assert commitments.committed(round) == Decimal(100000)


def test_a_bid_that_was_paid_for_does_not_go_back(round: Round, lead: User) -> None:
    found = award(round)
    approving.record_payment(
        award=found,
        amount=Decimal(1),
        paid_on=NOW.date(),
        reason="Agreed locally",
        by=person(Role.FINANCE, round=round),
        at=NOW,
    )
    with pytest.raises(Refused, match="Money was paid"):
        reviewing.return_bid(bid=found.bid, reason="Look again", by=lead, at=NOW)
    assert fresh(found).state == "agreed"


def test_a_grant_never_sinks_below_what_was_paid(round: Round, lead: User) -> None:
    found = award(round)
    approving.record_payment(
        award=found,
        amount=Decimal(15000),
        paid_on=NOW.date(),
        reason="Agreed locally",
        by=person(Role.FINANCE, round=round),
        at=NOW,
    )
    with pytest.raises(Refused, match="£15,000 was paid already"):
        reviewing.review(bid=found.bid, amount=Decimal("14999.99"), reason="Less", by=lead, at=NOW)


CHANGES = {
    "review": lambda found, by: reviewing.review(bid=found.bid, amount=Decimal(1), reason="x", by=by, at=NOW),
    "return": lambda found, by: reviewing.return_bid(bid=found.bid, reason="x", by=by, at=NOW),
    "group": lambda found, by: grouping.group_bids(
        round=found.round, name="X", bids=[found.bid], reason="x", by=by, at=NOW
    ),
    "route": lambda found, by: awards.route_awards(round=found.round, by=by, at=NOW),
    "escalate": lambda found, by: awards.escalate_award(award=found, reason="x", by=by, at=NOW),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_submitted_paper_rests_on_does_not_change_under_it(change: str) -> None:
    found = Award.objects.for_routes().get(bid__source_reference="CPIE-001", round__reference="cpie-2019-20")
    with pytest.raises(Refused, match="PCD-681 is submitted and rests on this"):
        CHANGES[change](found, User.objects.get(username="grace.hall"))
    assert fresh(found).version == found.version


@pytest.mark.parametrize("model", [Award, Approval, Recommendation])
def test_awards_approvals_and_recommendations_are_never_deleted(round: Round, lead: User, model: Any) -> None:
    approved(award(round), lead)
    with pytest.raises(DatabaseError, match=r"pgtrigger: Cannot .*delete"), transaction.atomic():
        model.objects.all()._raw_delete(connection.alias)
