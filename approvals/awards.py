"""Transitions of grants: review, route, clear, escalate. The only writers of those.

Locks are taken in one order: round, bid, award, trail. Every function here locks the round first, so that no two of
them ever compute a sum of the same round at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.timezone import localtime

from approvals import routing, rules
from approvals.models import (
    Award,
    Decision,
    DecisionItem,
    DelegationRule,
    Recommendation,
    SingleTenderAction,
)
from bids import standings
from bids.models import Bid, Interest
from grants import audit, money, rounds
from grants.models import BudgetLine, Round, User, new_references
from grants.refusal import Refused, must_be_current

ZERO = Decimal("0.00")


def committed(round: Round) -> Decimal:
    """What lines, contracts and live grants of a round take from its allocation, in pounds."""
    lines = round.lines.aggregate(total=Sum("amount"))["total"] or ZERO
    contracts = SingleTenderAction.objects.live().filter(round=round).aggregate(total=Sum("amount"))["total"] or ZERO
    grants = Award.objects.live().exclude(state=Award.State.REFUSED).filter(round=round)
    return lines + contracts + (grants.aggregate(total=Sum("amount"))["total"] or ZERO)


def must_fit(round: Round, amount: Decimal, *, instead_of: Decimal = ZERO) -> None:
    """Refuse an amount that the allocation does not hold any more. The round must be locked."""
    left = round.allocation - committed(round) + instead_of
    if amount > left:
        raise Refused(
            f"{money.pounds(amount)} is more than the {money.pounds(left)} left of the allocation", field="amount"
        )


def guard(*, round: Round, lines: Decimal | None) -> None:
    """What awards, contracts and papers ask of a change below them; called through `rounds.must_be_free`."""
    must_not_be_in_flight(round)
    if lines is None:
        return
    now = round.lines.aggregate(total=Sum("amount"))["total"] or ZERO
    promised = committed(round) - now
    if lines + promised > round.allocation:
        left, over = money.pounds(round.allocation - promised), money.pounds(lines + promised - round.allocation)
        raise Refused(
            f"Contracts and grants leave {left} of the allocation for the budget lines, and this is {over} more",
            field="amount",
        )


def in_flight(round: Round) -> Decision | None:
    """The paper of a round that is with the DMPC's office or decided; None where there is none."""
    return Decision.objects.filter(round=round, state__in=Decision.IN_FLIGHT).first()


def must_not_be_in_flight(round: Round) -> None:
    """Refuse a change while a paper that rests on these facts is with the DMPC's office or decided."""
    if flying := in_flight(round):
        raise Refused(f"{flying.reference} is submitted and rests on this. Ask the DMPC’s office to return it first.")


# Leadership review


def reviewable(round: Round) -> list[str]:
    """The states from which the leadership agrees a bid: without a panel, eligible ones as well."""
    return [Bid.State.RECOMMENDED] if round.scored else [Bid.State.RECOMMENDED, Bid.State.ELIGIBLE]


@transaction.atomic
def review(
    *, bid: Bid, amount: Decimal, by: User, at: datetime, reason: str = "", seen: int | None = None
) -> Recommendation:
    """Agree a bid that the panel recommended, for an amount in pounds up to what it asks for.

    An external bid becomes an award that waits for its route; an internal one is carried by the line for internal
    projects. On a bid that is agreed already this changes the amount: approvals become invalid and it is routed
    again. Raises Refused where the panel did not recommend it, the amount does not fit, or a change has no reason.
    """
    round = rounds.lock(bid.round)
    must_not_be_in_flight(round)
    bid = Bid.objects.select_for_update(of=("self",)).select_related("recipient", "family").get(pk=bid.pk)
    bid.round = round
    must_be_current(bid, seen)
    if bid.state not in (*reviewable(round), Bid.State.AGREED):
        raise Refused(f"{bid.source_reference} is not recommended by the panel")
    must_have_no_interest("review bid", [bid], round, by, at, others="reviews it")
    if amount > bid.amount:
        raise Refused(f"The bid asks for {money.pounds(bid.amount)}. A grant is never more", field="amount")
    if amount != bid.amount and not reason.strip():
        raise Refused("Say why the amount is not what the bid asks for", field="reason")
    award = Award.objects.select_for_update().filter(bid=bid).first()
    before: dict[str, Any] = {"amount": award.amount} if award else {}
    line = None
    if bid.is_external:
        _agree_award(award, bid, amount, by, at)
    else:
        line = _internal_line(round, bid, amount)
    recommendation = Recommendation.objects.create(
        bid=bid,
        answer=Recommendation.Answer.AGREE,
        amount=amount,
        reason=reason.strip(),
        line=line,
        made_by=by,
        made_at=at,
    )
    bid.state = Bid.State.AGREED
    bid.version += 1
    bid.save(update_fields=["state", "version"])
    facts = {"asked": bid.amount, "amount": amount}
    audit.record(
        "review bid", bid, round=round, bid=bid.reference, by=by, at=at, because=reason, before=before, facts=facts
    )
    route_again(round, by, at, because=f"The amount of {bid.source_reference} was agreed")
    return recommendation


def _agree_award(award: Award | None, bid: Bid, amount: Decimal, by: User, at: datetime) -> None:
    if award is None:
        must_fit(bid.round, amount)
        taken = Award.objects.values_list("reference", flat=True)
        Award.objects.create(round=bid.round, bid=bid, reference=new_references("AWD", 1, taken)[0], amount=amount)
        return
    if award.items.signed().filter(answer__in=("approved", "conditions")).exists():
        raise Refused("The Deputy Mayor has decided this grant. Only a new decision changes it.")
    paid = award.payments.aggregate(total=Sum("amount"))["total"] or ZERO
    if amount < paid:
        raise Refused(f"{money.pounds(paid)} was paid already", field="amount")
    if award.state == Award.State.REFUSED:
        raise Refused("The Deputy Mayor refused this grant. Only a new decision changes it.")
    withdrawn = award.state == Award.State.WITHDRAWN
    must_fit(bid.round, amount, instead_of=ZERO if withdrawn else award.amount)
    if withdrawn or award.amount != amount:
        invalidate(award, f"The amount changed to {money.pounds(amount)}", by, at)
        award.amount, award.state, award.route = amount, Award.State.AGREED, ""
        award.version += 1
        award.save()


def _internal_line(round: Round, bid: Bid, amount: Decimal) -> BudgetLine:
    line = round.lines.filter(kind=BudgetLine.Kind.INTERNAL).first()
    if line is None:
        raise Refused("The round has no budget line for internal projects. Finance adds one first.")
    carried = ZERO
    for other in Bid.objects.filter(round=round, led_by=Bid.Led.INTERNAL, state=Bid.State.AGREED).exclude(pk=bid.pk):
        latest = other.recommendations.last()
        carried += latest.amount if latest and latest.amount else ZERO
    if carried + amount > line.amount:
        raise Refused(
            f"{line.label} holds {money.pounds(line.amount)}, and {money.pounds(carried)} of it is taken",
            field="amount",
        )
    return line


@transaction.atomic
def agree(*, bids: Sequence[Bid], by: User, at: datetime) -> list[Recommendation]:
    """Agree several bids for what they ask, all of them or none."""
    return [review(bid=bid, amount=bid.amount, by=by, at=at) for bid in sorted(bids, key=lambda bid: bid.pk)]


@transaction.atomic
def return_bid(*, bid: Bid, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Send a bid back to the panel, which records its outcome anew. A grant agreed for it is withdrawn."""
    round = rounds.lock(bid.round)
    must_not_be_in_flight(round)
    bid = Bid.objects.select_for_update().get(pk=bid.pk)
    bid.round = round
    must_be_current(bid, seen)
    judged = (Bid.State.RECOMMENDED, Bid.State.AGREED, Bid.State.REJECTED, Bid.State.REDIRECTED)
    if bid.state not in judged:
        raise Refused("The panel has no outcome on this bid yet")
    award = Award.objects.select_for_update().filter(bid=bid).first()
    if award and award.payments.exists():
        raise Refused("Money was paid for this bid. It can no longer go back to the panel.")
    if award and award.items.signed().exists():
        raise Refused("The Deputy Mayor has decided this grant. Only a new decision changes it.")
    if award and award.state != Award.State.WITHDRAWN:
        invalidate(award, "The bid was sent back to the panel", by, at)
        award.state = Award.State.WITHDRAWN
        award.version += 1
        award.save()
    Recommendation.objects.create(bid=bid, answer=Recommendation.Answer.RETURN, reason=reason, made_by=by, made_at=at)
    bid.state = Bid.State.ELIGIBLE
    bid.version += 1
    bid.save(update_fields=["state", "version"])
    standings.put_in_order(round)
    audit.record("return bid", bid, round=round, bid=bid.reference, by=by, at=at, because=reason)
    route_again(round, by, at, because=f"{bid.source_reference} went back to the panel")


# Routing


def decided() -> Q:
    """The grants that the Deputy Mayor approved or refused: only a new decision changes them."""
    return Q(state=Award.State.REFUSED) | Q(state=Award.State.APPROVED, route=Award.Route.DMPC)


@transaction.atomic
def route_awards(*, round: Round, by: User, at: datetime) -> int:
    """Route every grant that is agreed and not routed, and again those whose group changed. Gives how many."""
    round = rounds.lock(round)
    must_not_be_in_flight(round)
    return _route(round, by, at, only_routed=False)


def route_again(round: Round, by: User, at: datetime, *, because: str, action: str = "route awards") -> None:
    if Award.objects.live().filter(round=round).exclude(route="").exists():
        _route(round, by, at, only_routed=True, because=because, action=action)


def limit_on(round: Round, kind: str, day: date) -> tuple[DelegationRule, routing.Limit]:
    """The limit in force on a day. Raises Refused where no confirmed rule covers it."""
    rule = rules.rule_on(round, kind, day)
    if rule is None:
        raise Refused(
            f"No confirmed rule for {DelegationRule.Kind(kind).label.lower()} is in force on {day:%-d %B %Y}."
        )
    return rule, rule.as_limit()


def routes_now(round: Round, day: date, amounts: Mapping[str, Decimal] | None = None) -> dict[str, routing.Route]:
    """The route of each live grant of a round by the facts and the limit of a day, by reference.

    `amounts`, in pounds by reference, stand in place of what grants have: for a paper that asks to change them.
    """
    _, limit = limit_on(round, DelegationRule.Kind.GRANT, day)
    awards = list(Award.objects.live().for_routes().filter(round=round))
    instead = amounts or {}
    claims = [replace(award.claim(), amount=instead.get(award.reference, award.amount)) for award in awards]
    key = routing.Key(round.routing_key)
    deferred = _deferred_in(round)
    return {
        award.reference: routing.route(
            claim, claims, limit, key, escalated=award.escalated, deferred=deferred.get(award.pk, "")
        )
        for award, claim in zip(awards, claims, strict=True)
    }


def _deferred_in(round: Round) -> dict[int, str]:
    """The decision that deferred a grant last, by the grant's primary key."""
    items = DecisionItem.objects.signed().filter(answer=DecisionItem.Answer.DEFERRED, award__round=round)
    return dict(items.order_by("pk").values_list("award_id", "decision__reference"))


def _route(
    round: Round, by: User, at: datetime, *, only_routed: bool, because: str = "", action: str = "route awards"
) -> int:
    today = localtime(at).date()
    rule, _ = limit_on(round, DelegationRule.Kind.GRANT, today)
    found = routes_now(round, today)
    changed = 0
    awards = Award.objects.select_for_update(of=("self",)).for_routes().live().filter(round=round)
    for award in awards.exclude(decided()):
        route = found[award.reference]
        facts = route_facts(route, rule)
        if (award.route and not _differs(award, facts)) or (only_routed and not award.route):
            _warn_of(award, route, by, at, because, action)
            continue
        invalidate(award, because or "Its route changed", by, at)
        before = {"route": award.route, "sentence": award.sentence}
        if award.warning != route.warning:
            award.warning_cleared = ""
        award.route, award.sentence, award.warning = route.level, route.sentence, route.warning
        award.routed_as, award.routed_at, award.state = facts, at, Award.State.ROUTED
        award.version += 1
        award.save()
        record(action, award, by, at, because, facts, before)
        changed += 1
    return changed


def _warn_of(award: Award, route: routing.Route, by: User, at: datetime, because: str, action: str) -> None:
    """Keep the first warning of the other key beside an approval that stands, so that a lead can answer it."""
    if award.state != Award.State.APPROVED or award.warning or not route.warning:
        return
    award.warning = route.warning
    award.version += 1
    award.save(update_fields=["warning", "version"])
    record(action, award, by, at, because, {"warning": route.warning})


def route_facts(route: routing.Route, rule: DelegationRule) -> dict[str, Any]:
    """What was true when a grant was routed, to be kept with its approval."""
    said: dict[str, Any] = audit.plain(
        {
            "rule": rule.reference,
            "limit": route.limit.amount,
            "citation": route.limit.citation,
            "level": route.level.value,
            "sentence": route.sentence,
            "warning": route.warning,
            "binding": asdict(route.binding),
            "other": asdict(route.other),
            "deferred": route.deferred,
        }
    )
    return said


def _differs(award: Award, new: dict[str, Any]) -> bool:
    # An approval rests on the amount, the group and the level, not on which rule of the same effect is in force.
    names = ["level", "binding"] if award.state == Award.State.APPROVED else ["rule", "level", "binding", "warning"]
    return any(award.routed_as.get(name) != new[name] for name in names)


def invalidate(award: Award, because: str, by: User, at: datetime) -> None:
    """Keep the valid approval of a locked grant, marked as invalid. For the transitions that change a grant alone."""
    for approval in award.approvals.select_for_update().filter(invalid_at=None):
        approval.invalid_at, approval.invalid_because = at, because
        approval.save(update_fields=["invalid_at", "invalid_because"])
        facts = {"approval": approval.reference, "amount": approval.amount}
        record("invalidate approval", award, by, at, because, facts)


@transaction.atomic
def clear_warning(*, award: Award, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Say in writing why the higher route of the other key does not apply. The warning stays on record."""
    award = locked(award, seen)
    if award.state in (Award.State.WITHDRAWN, Award.State.REFUSED) or not award.warning_open:
        raise Refused("This grant has no open warning")
    must_have_no_interest("clear warning", [award.bid], award.round, by, at, others="clears it")
    award.warning_cleared = reason
    award.version += 1
    award.save(update_fields=["warning_cleared", "version"])
    record("clear warning", award, by, at, reason, {"warning": award.warning})


@transaction.atomic
def escalate_award(*, award: Award, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Send a grant to the Deputy Mayor although its group is below the limit. There is no way to send one down."""
    award = locked(award, seen)
    must_not_be_in_flight(award.round)
    if award.route != Award.Route.DELEGATED:
        raise Refused("Only a grant that is routed for delegated approval can be sent up")
    if award.state != Award.State.ROUTED:
        raise Refused(f"This grant is {award.get_state_display().lower()}, so it is not sent up")
    award.escalated = reason
    award.save(update_fields=["escalated"])
    record("escalate award", award, by, at, reason, {"from": award.route})
    _route(award.round, by, at, only_routed=True, because="A lead sent it up")


def must_have_no_interest(
    action: str, bids: Collection[Bid], round: Round, by: User, at: datetime, *, others: str, field: str | None = None
) -> None:
    """Refuse an action on bids in which a person, or for whom they act, declared an interest while it was scored.

    `others` is what somebody else does instead, as the message ends.
    """
    people = audit.acting_as(action, by, round, at)
    found = Interest.objects.barring().filter(bid__in=bids, member__in=people).select_related("bid", "member").first()
    if found:
        who = "You" if found.member == by else f"{found.member.name}, for whom you act,"
        raise Refused(f"{who} declared an interest in {found.bid.title}, so somebody else {others}.", field=field)


def locked(award: Award, seen: int | None) -> Award:
    """The award with its bid, locked after its round. Raises Stale where it is not the version that was seen."""
    round = rounds.lock(award.round)
    award = Award.objects.select_for_update(of=("self",)).for_routes().get(pk=award.pk)
    award.round = round
    must_be_current(award, seen)
    return award


def record(
    action: str,
    award: Award,
    by: User,
    at: datetime,
    because: str,
    facts: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> None:
    """Write the event of a grant, beside its bid, where the trail of the bid finds it."""
    audit.record(
        action,
        award,
        round=award.round,
        bid=award.bid.reference,
        by=by,
        at=at,
        because=because,
        before=before,
        facts=facts,
    )
