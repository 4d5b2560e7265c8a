"""Transitions that approve grants under delegation and record payments. Nothing else writes approvals or payments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localtime

from approvals import enums
from approvals.models import Approval, Award, Decision, DecisionItem, NamedRecipient, Payment, Recommendation
from approvals.routing import conditions as terms
from approvals.routing import duties, profiles
from approvals.routing.awards import locked, locked_all, record, routes_now, save_all
from approvals.routing.commitments import excess, must_not_be_in_flight
from approvals.routing.routes import Route
from bids.models import Interest, PanelOutcome, Scorecard
from grants import audit, money, states
from grants.days import day_of
from grants.models import AuditEvent, User, new_references
from grants.refusal import Refused
from grants.totals import total_of


@transaction.atomic
def approve_awards(
    *,
    awards: Sequence[Award],
    reason: str,
    by: User,
    at: datetime,
    conditions: str = "",
    before_payment: str = "",
    seen: dict[str, int] | None = None,
) -> list[Approval]:
    """Approve grants under delegated authority: all of them or none. `seen` holds the version of each on the page.

    `conditions` has one on each line, and so has `before_payment` of those that have to be met before payment.

    Raises Refused, naming the grant, where it is not below the limit by the rule of today, has an open warning, does
    not fit the allocation, or the approver has handled it before; Stale where it changed meanwhile. The grants are of
    one round.
    """
    if not awards:
        return []
    approvable = locked_all(awards, seen or {})
    grounds = _grounds(approvable, by, at)
    for award in approvable:
        _must_be_approvable(award, grounds)
        states.move(award, "approve award")
        award.version += 1
    save_all(approvable, ["state", "version"])
    asked_for = terms.wanted(before_payment, conditions)
    printed = terms.joined(each.printed() for each in asked_for)
    approvals = new_approvals(approvable, Award.Route.DELEGATED, printed, reason, by, at, grounds.principal)
    terms.set_conditions(approvals, asked_for, verb="approve award")
    entries = [
        audit.Entry(
            "approve award",
            award,
            {"amount": award.amount, "conditions": printed, "approval": approval.reference, "route": award.sentence},
            because=reason,
        )
        for award, approval in zip(approvable, approvals, strict=True)
    ]
    audit.record_all(entries, round=approvable[0].round, by=by, at=at)
    return approvals


def new_approvals(
    awards: Sequence[Award], level: str, conditions: str, reason: str, by: User, at: datetime, principal: User | None
) -> list[Approval]:
    """Write the approvals of locked grants with the facts of their routes. Only for transitions that decide.

    `principal` is the person for whom `by` acts as a deputy, or None.
    """
    references = new_references("APP", len(awards), Approval.objects.values_list("reference", flat=True))
    return Approval.objects.bulk_create(
        Approval(
            award=award,
            reference=reference,
            level=level,
            amount=award.amount,
            conditions=conditions,
            reason=reason,
            facts=award.routed_as,
            approved_by=by,
            acting_for=principal.name if principal else "",
            approved_at=at,
        )
        for award, reference in zip(awards, references, strict=True)
    )


@dataclass(frozen=True)
class _Grounds:
    """What the approvals of one call rest on, read once: the round stays locked, and no approval changes it.

    `routes` are those of today by reference, `hands` who handled each grant by primary key; `principal` is the person
    for whom `by` acts as a deputy, or None. `late` says why a grant has money in a year that is over, by primary key.
    """

    by: User
    principal: User | None
    routes: Mapping[str, Route]
    hands: Mapping[int, duties.Hands]
    over: bool
    late: Mapping[int, str]


def _grounds(awards: Sequence[Award], by: User, at: datetime) -> _Grounds:
    round = awards[0].round
    return _Grounds(
        by=by,
        principal=audit.acting_for("approve award", by, round, at),
        routes=routes_now(round, day_of(at)),
        hands=hands(awards),
        over=bool(excess(round)),
        late=profiles.why_late(awards, day_of(at)),
    )


def _must_be_approvable(award: Award, grounds: _Grounds) -> None:
    def refuse(why: str) -> None:
        raise Refused(f"{award.bid.source_reference} {award.bid.title}: {why}")

    if award.state == Award.State.APPROVED:
        standing = award.approvals.filter(invalid_at=None).select_related("approved_by").first()
        who = f" by {standing.approved_by} on {localtime(standing.approved_at):%-d %B %Y at %H:%M}" if standing else ""
        refuse(f"it was already approved{who}.")
    if not states.allows(award, "approve award") or award.route != Award.Route.DELEGATED:
        refuse("it is not waiting for delegated approval.")
    if award.warning_open:
        refuse("its routing warning must be cleared first.")
    body = award.round.body
    # The limit or the group may have changed since the grant was routed.
    now = grounds.routes[award.reference]
    if now.level is not enums.Level.DELEGATED:
        refuse(f"it is now for the {body.offices.decider_short} to decide. {now.sentence}.")
    if now.warning and now.warning != award.warning:
        refuse(f"it has a new routing warning. {now.warning} Route the grants again and clear the warning first.")
    if award.bid.employs_staff and not award.bid.london_living_wage:
        refuse(f"it pays staff, and the {body.living_wage} is not confirmed.")
    if late := grounds.late.get(award.pk):
        refuse(late)
    had = grounds.hands[award.pk]
    if why_not := duties.why_not_approve(grounds.by.username, had):
        refuse(why_not)
    principal = grounds.principal
    if principal and duties.why_not_approve(principal.username, had):
        refuse(f"you act for {principal.name}, who may not approve it.")
    if grounds.over:
        refuse("the round is over its allocation.")


def hands(awards: Sequence[Award]) -> dict[int, duties.Hands]:
    """Return who has handled each grant, by the grant's primary key, in five queries for any number of grants."""
    by_bid = {award.bid_id: award.pk for award in awards}
    recommended: dict[int, set[str]] = defaultdict(set)
    agreed = Recommendation.objects.filter(bid__in=by_bid, answer=Recommendation.Answer.AGREE)
    for bid, username in agreed.values_list("bid_id", "made_by__username"):
        recommended[bid].add(username)
    outcomes = dict(PanelOutcome.objects.filter(bid__in=by_bid).values_list("bid_id", "recorded_by__username"))
    scored: dict[int, set[str]] = defaultdict(set)
    cards = Scorecard.objects.filter(bid__in=by_bid).exclude(state=Scorecard.State.DRAFT)
    for bid, username in cards.values_list("bid_id", "member__username"):
        scored[bid].add(username)
    conflicted: dict[int, set[str]] = defaultdict(set)
    interests = Interest.objects.barring().filter(bid__in=by_bid)
    for bid, username in interests.values_list("bid_id", "member__username"):
        conflicted[bid].add(username)
    grouped: dict[int, set[str]] = defaultdict(set)
    through: dict[int, set[str]] = defaultdict(set)
    bids = {award.bid.reference: award.bid_id for award in awards}
    handling = AuditEvent.objects.filter(bid__in=bids, action__in=duties.HANDLING)
    for reference, action, username, principal in handling.values_list(
        "bid", "action", "actor__username", "principal__username"
    ):
        if action in duties.REGROUPING:
            grouped[bids[reference]].add(username)
        if principal:
            through[bids[reference]].add(principal)
    return {
        pk: duties.Hands(
            recommended_by=recommended[bid],
            outcome_by=outcomes.get(bid, ""),
            scored_by=scored[bid],
            conflicted=conflicted[bid],
            grouped_by=grouped[bid],
            through_deputies=through[bid],
        )
        for bid, pk in by_bid.items()
    }


@dataclass(frozen=True)
class PaymentDetails:
    """What the person who books a payment enters. `amount` is in pounds; `reason` says why it was paid early.

    `impact_assessed` is None where the question was not answered; `illustrative` says what is made up in a demo.
    """

    amount: Decimal
    paid_on: date
    reason: str = ""
    impact_assessed: bool | None = None
    illustrative: str = ""
    # To whom it was paid, where the grant names its recipients one by one.
    named: NamedRecipient | None = None


@transaction.atomic
def record_payment(
    *, award: Award, details: PaymentDetails, by: User, at: datetime, seen: int | None = None
) -> Payment:
    """Record a payment under a grant.

    A payment made before the grant was validly approved is retrospective: it needs a reason, and no further payment
    is recorded until the grant is approved. Raises Refused where the payment is more than what is left of the grant,
    is dated in the future or after the grant was deferred or refused, where a condition bars it, or where the project
    uses personal data of the public and its impact assessment is not finished.
    """
    award = locked(award, seen)
    _must_be_payable(award, details.paid_on, at)
    terms.must_be_met(award, details.paid_on, by)
    _must_be_to_its_recipient(award, details)
    approvals = [each for each in award.approvals.all() if day_of(each.approved_at) <= details.paid_on]
    _must_fit_the_grant(award, details, approvals)
    retrospective = not any(_was_valid(each, details.paid_on) for each in approvals)
    _must_be_explained(award, details, retrospective)
    payment = Payment.objects.create(
        award=award,
        reference=new_references("PAY", 1, Payment.objects.values_list("reference", flat=True))[0],
        amount=details.amount,
        paid_on=details.paid_on,
        retrospective=retrospective,
        reason=details.reason.strip() if retrospective else "",
        illustrative=details.illustrative,
        impact_assessed=details.impact_assessed,
        named=details.named,
        recorded_by=by,
        recorded_at=at,
    )
    award.version += 1
    award.save(update_fields=["version"])
    facts = {
        "payment": payment.reference,
        "amount": details.amount,
        "paid_on": details.paid_on,
        "retrospective": retrospective,
        **({"named": details.named.reference} if details.named else {}),
    }
    record("record payment", award, by, at, details.reason, facts)
    return payment


def lift_marks(award: Award, payments: Sequence[str], decision: Decision) -> None:
    """Lift the mark as paid before approval of payments under a locked grant, by reference. Only signing calls it."""
    Payment.objects.filter(award=award, reference__in=payments, lifted_in=None).update(lifted_in=decision)


def least_of(award: Award) -> tuple[Decimal, str]:
    """Return the least amount that a grant can come to, in pounds, and in words why."""
    paid = total_of(award.payments.all())
    named = total_of(award.named.filter(state=NamedRecipient.State.NAMED))
    if named > paid:
        return named, "its named recipients receive"
    return paid, "has already been paid"


def _must_be_payable(award: Award, paid_on: date, at: datetime) -> None:
    """Raise Refused where nothing could be paid under the grant on this day, whatever the amount."""
    if paid_on > day_of(at):
        raise Refused("Date of payment must be today or in the past", field="paid_on")
    refusal = f"This grant is {award.get_state_display().lower()}, so no payment can be recorded."
    states.must_allow(award, "record payment", refusal)
    deferred = _deferred_on(award)
    if deferred and paid_on >= deferred:
        raise Refused(
            f"This grant was deferred on {deferred.day} {deferred:%B %Y}. Nothing is paid until it is approved",
            field="paid_on",
        )


def _must_be_to_its_recipient(award: Award, details: PaymentDetails) -> None:
    """Raise Refused where a grant names its recipients, unless one of them is paid no more than it gets."""
    named = details.named
    if not award.bid.described_as:
        return
    if named is None or named.award_id != award.pk or named.state != NamedRecipient.State.NAMED:
        who = award.bid.described
        raise Refused(f"This grant is for: {who}. Name the recipient before you pay, and select it here", field="named")
    left = named.amount - total_of(named.payments.all())
    if details.amount > left:
        raise Refused(f"Enter no more than the {money.pounds(left)} left to pay to this recipient", field="amount")


def _must_fit_the_grant(award: Award, details: PaymentDetails, approvals: Sequence[Approval]) -> None:
    """Raise Refused where a payment is more than what is left, or follows another with no valid approval.

    `approvals` are those given up to the day of the payment.
    """
    earlier = total_of(award.payments.all())
    if earlier + details.amount > award.amount:
        left = money.pounds(award.amount - earlier)
        raise Refused(f"Enter no more than the {left} left to pay", field="amount")
    profiles.must_fit_the_year(award, details.amount, details.paid_on)
    # A payment made under a valid approval is an ordinary one, even if it is recorded after the approval ended.
    ended_later = any(each.invalid_at and day_of(each.invalid_at) > details.paid_on for each in approvals)
    if earlier and not ended_later and not award.approvals.filter(invalid_at=None).exists():
        raise Refused("Money was paid and no approval is valid now. No further payment until the grant is approved.")


def _was_valid(approval: Approval, day: date) -> bool:
    """Return whether an approval given up to a day was still valid on it."""
    # An approval that a later decision replaced counts for the days on which it was valid.
    return approval.invalid_at is None or day_of(approval.invalid_at) >= day


def _must_be_explained(award: Award, details: PaymentDetails, retrospective: bool) -> None:
    """Raise Refused where a retrospective payment has no reason or meets a submitted paper.

    Raises it also where the impact assessment of a project with personal data is not finished.
    """
    if retrospective:
        # A retrospective payment needs its own recommendation, which a submitted paper can no longer take in.
        must_not_be_in_flight(award.round)
    if retrospective and not details.reason.strip():
        raise Refused("Enter why it was paid before approval", field="reason")
    if award.bid.personal_data and not details.impact_assessed:
        raise Refused("Finish the data protection impact assessment before you pay", field="impact_assessed")


def _deferred_on(award: Award) -> date | None:
    """Return the day on which a grant was deferred, or None where it is not deferred now."""
    if award.state != Award.State.DEFERRED:
        return None
    items = DecisionItem.objects.signed().filter(award=award, answer=DecisionItem.Answer.DEFERRED)
    signed = items.aggregate(last=Max("pack__decision__signed_at"))["last"]
    return day_of(signed) if signed else None
