"""Transitions of grants: route, clear a warning, escalate.

Locks are taken in one order: round, bid, award, trail. Every function here locks the round first, so that no two of
them ever compute a sum of the same round at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from approvals import enums
from approvals.models import Approval, Award, DecisionItem, DelegationRule, NamedRecipient
from approvals.routing import limits, routes
from approvals.routing.commitments import must_not_be_in_flight
from approvals.routing.facts import RouteFacts
from bids.models import Bid, Interest
from grants import audit, money, states
from grants.days import day_of
from grants.models import Round, User
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds


def decided() -> Q:
    """Return the filter of grants that a decision approved or refused, which only a new decision changes."""
    return Q(state=Award.State.REFUSED) | Q(state=Award.State.APPROVED, route=Award.Route.DMPC)


@transaction.atomic
def route_awards(*, round: Round, by: User, at: datetime) -> int:
    """Route the agreed grants, and again those whose group changed. Return the number of grants routed."""
    round = rounds.lock(round)
    must_not_be_in_flight(round)
    return _route(round, by, at, only_routed=False)


def route_again(round: Round, by: User, at: datetime, *, because: str, action: str = "route awards") -> None:
    """Route again the grants of a round that are routed, after a change. The round must be locked.

    `because` and `action` are what the trail records of each grant whose route changes.
    """
    if Award.objects.live().filter(round=round).exclude(route="").exists():
        _route(round, by, at, only_routed=True, because=because, action=action)


def limit_on(round: Round, kind: str, day: date) -> tuple[DelegationRule, routes.Limit]:
    """Return the limit in force on a day. Raises Refused where no confirmed rule covers it."""
    rule = limits.rule_on(round, kind, day)
    if rule is None:
        raise Refused(
            f"No confirmed rule for {DelegationRule.Kind(kind).label.lower()} is in force on {day:%-d %B %Y}."
        )
    further = tuple(routes.Step(money.exact(each["from"]), each["who"], each["citation"]) for each in rule.further)
    return rule, routes.Limit(rule.limit, rule.below, rule.at_or_above, rule.citation, rule.valid_from, further)


def routes_now(round: Round, day: date, amounts: Mapping[str, Decimal] | None = None) -> dict[str, routes.Route]:
    """Return the route of each live grant of a round by the facts and the limit of a day, by reference.

    `amounts`, in pounds by reference, replace those of the grants, for a paper that asks to change them.
    """
    live_awards = Award.objects.live().for_claims().defer("routed_as").filter(round=round)
    return routes_of(round, day, list(live_awards), amounts)


def routes_of(
    round: Round, day: date, live_awards: Sequence[Award], amounts: Mapping[str, Decimal] | None = None
) -> dict[str, routes.Route]:
    """Return what `routes_now` returns, from the live grants of the round that the caller has read already."""
    _, limit = limit_on(round, DelegationRule.Kind.GRANT, day)
    instead = amounts or {}
    shares = shares_in(round) if any(award.bid.described_as for award in live_awards) else {}
    claims = routes.Claims(
        replace(claim, amount=instead.get(claim.reference, claim.amount), shares=shares.get(award.pk, ()))
        for award, claim in zip(live_awards, map(claim_of, live_awards), strict=True)
    )
    key = enums.Key(round.routing_key)
    deferred = _deferred_in(round)
    return {
        award.reference: routes.route(
            claim, claims, limit, key, escalated=award.escalated, deferred=deferred.get(award.pk, "")
        )
        for award, claim in zip(live_awards, claims, strict=True)
    }


def claim_of(award: Award) -> routes.Claim:
    """Return what routing compares of a grant. Fetch its bid, family and recipient first."""
    bid = award.bid
    family = bid.family.name if bid.family else ""
    recipient, payee = (bid.recipient.name, bid.recipient.identity) if bid.recipient else ("", "")
    return routes.Claim(award.reference, award.amount, family, recipient, payee)


def shares_in(round: Round) -> dict[int, tuple[routes.Share, ...]]:
    """Return what the named recipients of the grants of a round get, by the grant's primary key."""
    named = NamedRecipient.objects.filter(award__round=round, state=NamedRecipient.State.NAMED)
    shares: dict[int, tuple[routes.Share, ...]] = {}
    for each in named.select_related("organisation"):
        share = routes.Share(each.organisation.name, each.organisation.identity, each.amount)
        shares[each.award_id] = (*shares.get(each.award_id, ()), share)
    return shares


def compared_sum(award: Award) -> Decimal:
    """Return the sum that was compared with the limit when a grant was routed, in pounds."""
    total = RouteFacts.compared(award.routed_as)
    return award.amount if total is None else total


def _deferred_in(round: Round) -> dict[int, str]:
    """Return the reference of the decision that last deferred each grant, by the grant's primary key."""
    items = DecisionItem.objects.signed().filter(answer=DecisionItem.Answer.DEFERRED, award__round=round)
    return dict(items.order_by("pk").values_list("award_id", "decision__reference"))


def _route(
    round: Round, by: User, at: datetime, *, only_routed: bool, because: str = "", action: str = "route awards"
) -> int:
    today = day_of(at)
    rule, _ = limit_on(round, DelegationRule.Kind.GRANT, today)
    awards = list(Award.objects.select_for_update(of=("self",)).for_claims().live().filter(round=round))
    routes_by_award = routes_of(round, today, awards)
    facts_by_award = {
        award: RouteFacts.of(routes_by_award[award.reference], rule.reference)
        for award in awards
        if not award.is_decided
    }
    routed = [award for award, facts in facts_by_award.items() if _has_to_be_routed(award, facts, only_routed)]
    invalid = _invalidated(routed, because or "Its route changed", at)
    changed: list[Award] = []
    entries: list[audit.Entry] = []
    for award, facts in facts_by_award.items():
        if award in invalid:
            entries += [*invalid[award], _routed(award, facts, at, because, action)]
        elif _has_first_warning(award, facts):
            award.warning = facts.warning
            entries.append(audit.Entry(action, award, {"warning": award.warning}, because=because))
        else:
            continue
        award.version += 1
        changed.append(award)
    save_all(changed, _ROUTED_FIELDS)
    audit.record_all(entries, round=round, by=by, at=at)
    return len(routed)


# What routing writes of a grant.
_ROUTED_FIELDS = (
    "state", "route", "sentence", "warning", "warning_cleared", "routed_as", "routed_at", "version"
)  # fmt: skip


def _has_to_be_routed(award: Award, facts: RouteFacts, only_routed: bool) -> bool:
    if not award.route:
        return not only_routed
    return _differs(award, facts)


def _routed(award: Award, facts: RouteFacts, at: datetime, because: str, action: str) -> audit.Entry:
    """Set the route of a locked grant, for the caller to save, and return the event that records it."""
    before = {"route": award.route, "sentence": award.sentence}
    if award.warning != facts.warning:
        award.warning_cleared = ""
    award.route, award.sentence, award.warning = facts.level, facts.sentence, facts.warning
    award.routed_as, award.routed_at = facts.stored(), at
    states.move(award, "route awards")
    return audit.Entry(action, award, award.routed_as, before, because)


def _has_first_warning(award: Award, facts: RouteFacts) -> bool:
    """Whether an approved grant has a warning of the other key for the first time, which a lead has to answer."""
    return states.allows(award, "route awards: warn") and not award.warning and bool(facts.warning)


def _differs(award: Award, new: RouteFacts) -> bool:
    old = RouteFacts.read(award.routed_as)
    if old is None:
        return True
    same_route = (old.level, old.decider, old.binding) == (new.level, new.decider, new.binding)
    # An approval rests on the amount, the group and the level, not on which rule of the same effect is in force.
    if award.state == Award.State.APPROVED:
        return not same_route
    return not same_route or (old.rule, old.warning) != (new.rule, new.warning)


def invalidate(award: Award, because: str, by: User, at: datetime) -> None:
    """Mark the valid approval of a locked grant as invalid. Only for transitions that change a grant."""
    audit.record_all(_invalidated([award], because, at)[award], round=award.round, by=by, at=at)


def _invalidated(awards: Collection[Award], because: str, at: datetime) -> dict[Award, list[audit.Entry]]:
    """Mark the valid approvals of locked grants as invalid, and return the events that record it, by grant."""
    valid = list(Approval.objects.select_for_update().filter(award__in=awards, invalid_at=None))
    Approval.objects.filter(pk__in=[approval.pk for approval in valid]).update(invalid_at=at, invalid_because=because)
    entries: dict[Award, list[audit.Entry]] = {award: [] for award in awards}
    by_pk = {award.pk: award for award in awards}
    for approval in valid:
        award = by_pk[approval.award_id]
        facts = {"approval": approval.reference, "amount": approval.amount}
        entries[award].append(audit.Entry("invalidate approval", award, facts, because=because))
    return entries


@transaction.atomic
def clear_warning(*, award: Award, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Record why the higher route of the other key does not apply. The warning stays on record."""
    award = locked(award, seen)
    if not states.allows(award, "clear warning") or not award.warning_open:
        raise Refused("This grant has no open warning")
    must_have_no_interest("clear warning", [award.bid], award.round, by, at, others="clears it")
    award.warning_cleared = reason
    award.version += 1
    award.save(update_fields=["warning_cleared", "version"])
    record("clear warning", award, by, at, reason, {"warning": award.warning})


@transaction.atomic
def escalate_award(*, award: Award, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Send a grant up for decision although its group is below the limit. There is no way to send one down."""
    award = locked(award, seen)
    must_not_be_in_flight(award.round)
    if award.route != Award.Route.DELEGATED:
        raise Refused("Only a grant that is routed for delegated approval can be sent up")
    refusal = f"This grant is {award.get_state_display().lower()}, so it cannot be sent up"
    states.must_allow(award, "escalate award", refusal)
    award.escalated = reason
    award.save(update_fields=["escalated"])
    record("escalate award", award, by, at, reason, {"from": award.route})
    _route(award.round, by, at, only_routed=True, because="A lead sent it up")


def must_have_no_interest(
    action: str, bids: Collection[Bid], round: Round, by: User, at: datetime, *, others: str, field: str | None = None
) -> None:
    """Refuse an action on bids in which the user, or the person they act for, declared an interest.

    `others` ends the message with what somebody else does instead, such as "reviews it".
    """
    # Nobody declares an interest in a direct award, but one in a bid of the same organisation is one in the award.
    paid = [bid.recipient_id for bid in bids if bid.is_direct and bid.recipient_id]
    concerned = Q(bid__in=bids) | Q(bid__round=round, bid__recipient__in=paid)
    must_not_be_concerned(action, concerned, round, by, at, others=others, field=field)


def must_not_be_concerned(
    action: str, concerned: Q, round: Round, by: User, at: datetime, *, others: str, field: str | None = None
) -> None:
    """Refuse an action as `must_have_no_interest` does, on the bids whose interests `concerned` keeps."""
    people = audit.acting_as(action, by, round, at)
    interests = Interest.objects.barring().filter(concerned, member__in=people)
    if interest := interests.select_related("bid", "member").first():
        who = "You" if interest.member == by else f"{interest.member.name}, for whom you act,"
        raise Refused(f"{who} declared an interest in {interest.bid.title}, so somebody else {others}.", field=field)


def locked(award: Award, seen: int | None) -> Award:
    """Lock the round and then the award, and return it with its bid. Raises Stale where it is not version `seen`."""
    round = rounds.lock(award.round)
    award = Award.objects.select_for_update(of=("self",)).for_routes().get(pk=award.pk)
    award.round = round
    must_be_current(award, seen)
    return award


def locked_all(awards: Sequence[Award], seen: Mapping[str, int]) -> list[Award]:
    """Lock the round of several grants and then the grants, and return them with their bids in the order of their keys.

    `seen` holds the version of each on the page, by reference. Raises Stale where one is at another version, and
    Refused where they are of several rounds.
    """
    round = rounds.lock(awards[0].round)
    keys = {award.pk for award in awards}
    rows = Award.objects.select_for_update(of=("self",)).for_claims().filter(round=round, pk__in=keys)
    locked_awards = list(rows.order_by("pk"))
    if len(locked_awards) != len(keys):
        raise Refused("These grants are not of one round")
    for award in locked_awards:
        award.round = round
        must_be_current(award, seen.get(award.reference))
    return locked_awards


def save_all(awards: Sequence[Award], fields: Sequence[str]) -> None:
    """Save these fields of locked grants, a thousand of them in a statement. Only for transitions."""
    # An insertion that always meets its row: an UPDATE with a CASE for each row and field takes much longer.
    Award.objects.bulk_create(
        awards, update_conflicts=True, unique_fields=["pk"], update_fields=fields, batch_size=1000
    )


def record(
    action: str,
    award: Award,
    by: User,
    at: datetime,
    because: str,
    facts: dict[str, Any],
    before: dict[str, Any] | None = None,
) -> None:
    """Record an event of a grant under its bid, so that the trail of the bid shows it."""
    audit.record(
        action,
        award,
        round=award.round,
        by=by,
        at=at,
        because=because,
        before=before,
        facts=facts,
    )
