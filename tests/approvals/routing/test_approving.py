"""Delegated approval, limits set by two people, and payments."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from approvals.models import Approval, Award, DelegationRule, Payment
from approvals.reconciliation import position
from approvals.review import reviewing
from approvals.routing import approving, awards, limits
from bids.models import Interest
from grants.models import Round, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from tests.factories import NOW, OrganisationFactory, award, open_round, outcome, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round, name="Lena Lead")


@pytest.fixture
def finance(round: Round) -> User:
    return person(Role.FINANCE, round=round)


def routed(round: Round, lead: User, **kwargs: Any) -> Award:
    grant = award(round, **kwargs)
    awards.route_awards(round=round, by=lead, at=NOW)
    return Award.objects.for_routes().get(pk=grant.pk)


def approve(*grants: Award, by: User, **kwargs: Any) -> list[Approval]:
    return approving.approve_awards(awards=grants, reason="Below the limit", by=by, at=NOW, **kwargs)


def state(grant: Award) -> str:
    return Award.objects.get(pk=grant.pk).state


def test_a_grant_below_the_limit_is_approved_with_its_conditions(round: Round, lead: User) -> None:
    grant = routed(round, lead)
    (made,) = approve(grant, by=lead, conditions="A signed agreement")
    assert (made.level, made.amount, made.conditions, made.approved_by) == (
        "delegated",
        Decimal(20000),
        "A signed agreement",
        lead,
    )
    assert made.facts == grant.routed_as
    assert state(grant) == "approved"


@pytest.mark.parametrize(("amount", "allowed"), [("49999.99", True), ("50000.00", False), ("50000.01", False)])
def test_no_lead_approves_at_or_above_the_limit(round: Round, lead: User, amount: str, allowed: bool) -> None:
    grant = routed(round, lead, amount=Decimal(amount))
    if allowed:
        assert approve(grant, by=lead)
        return
    with pytest.raises(Refused, match="not waiting for delegated approval"):
        approve(grant, by=lead)
    assert not grant.approvals.exists()


def test_an_open_warning_is_cleared_before_approval(round: Round, lead: User) -> None:
    body = OrganisationFactory()
    award(round, recipient=body, amount=Decimal(189500))
    grant = routed(round, lead, recipient=body, amount=Decimal(30000))
    with pytest.raises(Refused, match="warning must be cleared first"):
        approve(grant, by=lead)
    awards.clear_warning(award=grant, reason="Unlike projects", by=lead, at=NOW)
    with pytest.raises(Refused, match="cleared its warning, so somebody else approves it"):
        approve(grant, by=lead)
    assert approve(grant, by=person(Role.LEAD, round=round))


def test_a_second_approval_is_refused_with_who_approved_and_when(round: Round, lead: User) -> None:
    grant = routed(round, lead)
    approve(grant, by=lead)
    with pytest.raises(Refused, match="already approved by Lena Lead on 20 November 2026 at 10:00"):
        approve(grant, by=person(Role.LEAD, round=round))
    assert grant.approvals.count() == 1


def test_an_approval_of_another_version_is_refused(round: Round, lead: User) -> None:
    grant = routed(round, lead)
    with pytest.raises(Stale):
        approve(grant, by=lead, seen={grant.reference: grant.version - 1})
    assert approve(grant, by=lead, seen={grant.reference: grant.version})


def test_several_are_approved_together_or_not_at_all(round: Round, lead: User) -> None:
    small, big = award(round), routed(round, lead, amount=Decimal(60000))
    with pytest.raises(Refused, match=big.bid.source_reference):
        approve(Award.objects.get(pk=small.pk), big, by=lead)
    assert state(small) == "routed"
    assert not Approval.objects.filter(award__round=round).exists()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_only_a_lead_approves(round: Round, lead: User, role: Role) -> None:
    grant = routed(round, lead)
    with pytest.raises(NotEntitled):
        approve(grant, by=person(role, round=round))
    assert state(grant) == "routed"


def test_whoever_recommended_the_amount_does_not_approve_it(round: Round, lead: User) -> None:
    grant = routed(round, lead, by=lead)
    with pytest.raises(Refused, match="You recommended an amount for it"):
        approve(grant, by=lead)
    assert approve(grant, by=person(Role.LEAD, round=round))


def test_whoever_recorded_the_outcome_does_not_approve_it(round: Round, lead: User) -> None:
    both = person(Role.LEAD, Role.CHAIR, round=round)
    bid = make_bid(round)
    outcome(bid, by=both)
    reviewing.review(bid=bid, amount=bid.amount, by=lead, at=NOW)
    awards.route_awards(round=round, by=lead, at=NOW)
    made = Award.objects.get(bid=bid)
    with pytest.raises(Refused, match="You recorded the panel’s outcome"):
        approve(made, by=both)
    assert state(made) == "routed"


@pytest.mark.parametrize("withdrawn", [False, True])
def test_whoever_scored_it_does_not_approve_it(round: Round, lead: User, withdrawn: bool) -> None:
    both = person(Role.LEAD, Role.MEMBER, round=round)
    bid = make_bid(round)
    card = scorecard(bid, both)
    if withdrawn:
        type(card).objects.filter(pk=card.pk).update(state="withdrawn")
    outcome(bid)
    reviewing.review(bid=bid, amount=bid.amount, by=lead, at=NOW)
    awards.route_awards(round=round, by=lead, at=NOW)
    with pytest.raises(Refused, match="You scored it"):
        approve(Award.objects.get(bid=bid), by=both)


def test_whoever_declared_an_interest_does_not_approve_it(round: Round, lead: User) -> None:
    grant = routed(round, lead)
    friend = person(Role.LEAD, Role.MEMBER, round=round)
    Interest.objects.create(bid=grant.bid, member=friend, conflicted=True, nature="A friend", declared_at=NOW)
    with pytest.raises(Refused, match="You declared an interest"):
        approve(grant, by=friend)


def test_a_grant_for_staff_is_not_approved_without_a_confirmed_living_wage(round: Round, lead: User) -> None:
    for wage in (None, False):
        grant = routed(round, lead, employs_staff=True, london_living_wage=wage)
        with pytest.raises(Refused, match="London Living Wage is not confirmed"):
            approve(grant, by=lead)
    assert approve(routed(round, lead, employs_staff=True, london_living_wage=True), by=lead)


def test_nothing_is_approved_in_a_round_that_is_over_its_allocation(round: Round, lead: User) -> None:
    grant = routed(round, lead)
    Round.objects.filter(pk=round.pk).update(allocation=Decimal("119999.99"))
    with pytest.raises(Refused, match="over its allocation"):
        approve(grant, by=lead)


# Limits


def propose(round: Round, by: User, **kwargs: Any) -> DelegationRule:
    facts: dict[str, Any] = {
        "kind": "grant",
        "limit": Decimal(15000),
        "below": "CPIE lead",
        "at_or_above": "Deputy Mayor",
        "citation": "Scheme 4.8 of 2027",
        "valid_from": date(2026, 11, 10),
        **kwargs,
    }
    return limits.propose_rule(round=round, terms=limits.RuleTerms(**facts), by=by, at=NOW)


def test_a_limit_applies_once_a_second_person_confirms_it(round: Round, lead: User) -> None:
    rule = propose(round, person(Role.ADMINISTRATOR, round=round))
    assert limits.rule_on(round, "grant", NOW.date()) != rule
    limits.confirm_rule(rule=rule, verified=True, reason="Read it", by=lead, at=NOW)
    assert limits.rule_on(round, "grant", NOW.date()) == rule
    with pytest.raises(Refused, match="confirmed already"):
        limits.confirm_rule(rule=rule, verified=True, reason="Again", by=lead, at=NOW)


def test_whoever_proposed_a_limit_does_not_confirm_it(round: Round) -> None:
    both = person(Role.ADMINISTRATOR, Role.LEAD, round=round)
    rule = propose(round, both)
    with pytest.raises(Refused, match="You proposed this rule"):
        limits.confirm_rule(rule=rule, verified=True, reason="Mine", by=both, at=NOW)
    with pytest.raises(IntegrityError, match="rule_set_by_two_people"), transaction.atomic():
        DelegationRule.objects.filter(pk=rule.pk).update(confirmed_by=both, confirmed_at=NOW)


def test_a_grant_is_not_approved_after_the_limit_fell_below_it(round: Round, lead: User) -> None:
    grant = routed(round, lead)
    rule = propose(round, person(Role.ADMINISTRATOR, round=round))
    limits.confirm_rule(rule=rule, verified=True, reason="Read it", by=lead, at=NOW)
    with pytest.raises(Refused, match="it is now for the Deputy Mayor to decide"):
        approve(grant, by=lead)
    assert state(grant) == "routed"


@pytest.mark.parametrize(
    ("day", "limit"),
    [
        (date(2026, 10, 31), None),
        (date(2026, 11, 1), 50000),
        (date(2026, 11, 9), 50000),
        (date(2026, 11, 10), 15000),
        (date(2026, 11, 30), 15000),
        (date(2026, 12, 1), 50000),
    ],
)
def test_the_limit_of_a_day_is_the_newest_confirmed_one_in_force(
    round: Round, lead: User, day: date, limit: int | None
) -> None:
    rule = propose(round, person(Role.ADMINISTRATOR, round=round), valid_to=date(2026, 11, 30))
    limits.confirm_rule(rule=rule, verified=False, reason="Read it", by=lead, at=NOW)
    rule_in_force = limits.rule_on(round, "grant", day)
    assert (rule_in_force.limit if rule_in_force else None) == limit


def test_a_limit_does_not_end_before_it_begins(round: Round) -> None:
    with pytest.raises(Refused) as refused:
        propose(round, person(Role.ADMINISTRATOR, round=round), valid_to=date(2026, 11, 9))
    assert refused.value.field == "valid_to"


# Payments


def pay(grant: Award, by: User, amount: str = "5000", days: int = 0, reason: str = "") -> Payment:
    return approving.record_payment(
        award=grant,
        details=approving.PaymentDetails(amount=Decimal(amount), paid_on=NOW.date() + timedelta(days), reason=reason),
        by=by,
        at=NOW,
    )


def test_money_paid_after_approval_is_not_retrospective(round: Round, lead: User, finance: User) -> None:
    grant = routed(round, lead)
    approve(grant, by=lead)
    paid = pay(grant, finance, reason="Not needed")
    assert (paid.retrospective, paid.reason) == (False, "")


@pytest.mark.parametrize("approved", [False, True], ids=["never approved", "approved later"])
def test_money_paid_before_approval_is_flagged_and_needs_its_reason(
    round: Round, lead: User, finance: User, approved: bool
) -> None:
    grant = routed(round, lead)
    if approved:
        approve(grant, by=lead)
    with pytest.raises(Refused, match=r"^Enter why it was paid before approval$") as refused:
        pay(grant, finance, days=-1, reason="  ")
    assert refused.value.field == "reason"
    paid = pay(grant, finance, days=-1, reason="Agreed locally")
    assert (paid.retrospective, paid.reason) == (True, "Agreed locally")


def test_no_second_payment_until_it_is_approved(round: Round, lead: User, finance: User) -> None:
    grant = routed(round, lead)
    pay(grant, finance, days=-1, reason="Agreed locally")
    with pytest.raises(Refused, match="No further payment until the grant is approved"):
        pay(grant, finance, reason="More of it")
    assert grant.payments.count() == 1
    approve(grant, by=lead)
    assert pay(grant, finance).retrospective is False


def test_no_further_payment_on_an_approval_that_became_invalid(round: Round, lead: User, finance: User) -> None:
    grant = routed(round, lead)
    approve(grant, by=lead)
    pay(grant, finance)
    reviewing.review(bid=grant.bid, amount=Decimal(10000), reason="Less", by=lead, at=NOW)
    with pytest.raises(Refused, match="No further payment"):
        pay(grant, finance, amount="100", reason="More")


@pytest.mark.parametrize(("second", "fits"), [("15000.00", True), ("15000.01", False)])
def test_payments_never_exceed_the_grant_by_a_penny(
    round: Round, lead: User, finance: User, second: str, fits: bool
) -> None:
    grant = routed(round, lead)
    approve(grant, by=lead)
    pay(grant, finance)
    if fits:
        assert pay(grant, finance, second).amount == Decimal(second)
        return
    with pytest.raises(Refused, match="£15,000 left to pay"):
        pay(grant, finance, second)


def test_a_payment_in_the_future_is_refused(round: Round, lead: User, finance: User) -> None:
    grant = routed(round, lead)
    with pytest.raises(Refused) as refused:
        pay(grant, finance, days=1, reason="x")
    assert refused.value.field == "paid_on"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FINANCE])
def test_only_finance_records_a_payment(round: Round, lead: User, role: Role) -> None:
    grant = routed(round, lead)
    with pytest.raises(NotEntitled):
        pay(grant, person(role, round=round), reason="x")
    assert not grant.payments.exists()


def test_a_payment_never_changes(round: Round, lead: User, finance: User) -> None:
    paid = pay(routed(round, lead), finance, reason="Agreed locally")
    with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
        Payment.objects.filter(pk=paid.pk).update(retrospective=False)
    with pytest.raises(DatabaseError, match="Cannot delete rows"), transaction.atomic():
        Payment.objects.filter(pk=paid.pk).delete()


def test_whoever_recommended_an_earlier_amount_does_not_approve_it_either(round: Round, lead: User) -> None:
    grant = routed(round, lead, by=lead)
    second = person(Role.LEAD, round=round)
    reviewing.review(bid=grant.bid, amount=grant.amount - 1, reason="A penny less", by=second, at=NOW)
    awards.route_awards(round=round, by=second, at=NOW)
    for person_ in (lead, second):
        with pytest.raises(Refused, match="You recommended an amount for it"):
            approve(Award.objects.get(pk=grant.pk), by=person_)


def test_a_payment_under_a_valid_approval_can_be_recorded_after_it_ended(
    round: Round, lead: User, finance: User
) -> None:
    grant = routed(round, lead, amount=Decimal(30000))
    approve(grant, by=lead)
    paid_on = NOW.date()
    approving.record_payment(
        award=grant,
        details=approving.PaymentDetails(amount=Decimal(5000), paid_on=paid_on),
        by=finance,
        at=NOW + timedelta(days=1),
    )
    grant.refresh_from_db()
    reviewing.review(bid=grant.bid, amount=Decimal(20000), reason="Less", by=lead, at=NOW + timedelta(days=2))
    late = approving.record_payment(
        award=grant,
        details=approving.PaymentDetails(amount=Decimal(5000), paid_on=paid_on),
        by=finance,
        at=NOW + timedelta(days=3),
    )
    assert not late.retrospective


def test_a_first_warning_is_recorded_on_an_approved_grant_and_can_be_cleared(round: Round, lead: User) -> None:
    body = OrganisationFactory()
    first = routed(round, lead, recipient=body, amount=Decimal(30000))
    approve(first, by=lead)
    routed(round, lead, recipient=body, amount=Decimal(25000))
    first.refresh_from_db()
    assert (first.state, bool(first.warning), first.warning_cleared) == ("approved", True, "")
    assert first.approvals.filter(invalid_at=None).exists()
    awards.clear_warning(award=first, reason="Two projects", by=lead, at=NOW)
    messages = [problem.message for problem in position.reconcile(round, NOW.date()).discrepancies]
    assert not any(first.reference in message and "warning" in message for message in messages)


def test_a_withdrawn_grant_can_neither_be_sent_up_nor_have_its_warning_cleared(round: Round, lead: User) -> None:
    grant = routed(round, lead, amount=Decimal(30000))
    reviewing.return_bid(bid=grant.bid, reason="Again", by=lead, at=NOW)
    for act in (awards.escalate_award, awards.clear_warning):
        with pytest.raises(Refused):
            act(award=grant, reason="Up", by=lead, at=NOW)
    grant.refresh_from_db()
    assert (grant.escalated, grant.warning_cleared) == ("", "")
