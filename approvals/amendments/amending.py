"""Transitions of an amendment: a new decision changes a grant that an earlier one decided. The only writer of it.

What an earlier decision approved stands, with its approval and its payments, until the new one is signed. Until then
the change is a row of the new paper alone, which is computed as though it were made.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from approvals.amendments import reasons
from approvals.enums import Level
from approvals.models import AmendedGrant, Award, Decision, DecisionItem, DelegationRule, Recommendation
from approvals.reconciliation.sums import Discrepancy
from approvals.routing import approving, awards, commitments, profiles
from approvals.routing.facts import RouteFacts
from grants import money, states, years
from grants.days import day_of
from grants.models import User
from grants.refusal import Refused
from grants.years import Profile


def amendable(decision: Decision) -> list[Award]:
    """Return the grants that the amended decision settled, whether it approved, refused or deferred them."""
    old = decision.amends
    if old is None or old.signed_at is None:
        return []
    signed = DecisionItem.objects.signed().exclude(award=None)
    # A grant that a later decision changed is amended through that decision. Two can be signed at one instant,
    # so the order is taken from their records.
    later = signed.filter(pack__records__pk__gt=old.record.pk)
    settled = Award.objects.for_routes().live().filter(pk__in=signed.filter(decision=old).values("award"))
    return list(settled.exclude(pk__in=later.values("award")))


@transaction.atomic
def amend_grant(
    *, decision: Decision, award: Award, amount: Decimal, reason: str, by: User, at: datetime, profile: Profile = ()
) -> AmendedGrant:
    """Ask in this paper for another amount, in pounds, of a grant that the earlier decision settled.

    `profile` divides it by the slots of the round. Where it is empty, the years of the grant are fitted to the amount.

    It replaces what this paper asked of that grant before. Raises Refused where the paper amends nothing or is
    submitted, where the grant is not one of those, and where the amount is more than the bid, more than the
    allocation holds, less than what is paid, or would send up a grant that this paper does not change.
    """
    award = awards.locked(award, None)
    decision = _editable(decision)
    commitments.must_not_be_in_flight(award.round)
    if award not in amendable(decision):
        raise Refused("The earlier decision did not decide this grant", field="award")
    awards.must_have_no_interest("amend grant", [award.bid], award.round, by, at, others="changes its grant")
    divided = profiles.divided(award, amount, profile)
    if amount == award.amount and dict(divided) == dict(award.years):
        refusal = f"The grant is already {money.pounds(amount)}. Enter a different amount"
        states.must_allow(award, "amend grant: same amount", refusal, field="amount")
    if amount > award.bid.amount:
        raise Refused(
            f"Amount must be no more than the {money.pounds(award.bid.amount)} that the bid asks for", field="amount"
        )
    least, why = approving.least_of(award)
    if amount < least:
        raise Refused(f"Enter at least {money.pounds(least)}, which {why}", field="amount")
    _must_fit(decision, award, amount)
    _must_leave_other_routes(decision, award, amount, at)
    kept, _ = AmendedGrant.objects.update_or_create(
        decision=decision,
        award=award,
        defaults={
            "amount": amount,
            "profile": years.written(divided) if award.round.profile else [],
            "reason": reason.strip(),
            "proposed_by": by,
            "proposed_at": at,
        },
    )
    facts = {"decision": decision.reference, "was": award.amount, "amount": amount}
    facts |= {"years": years.written(divided)} if award.round.profile else {}
    awards.record("amend grant", award, by, at, reason, facts)
    return kept


def _must_fit(decision: Decision, award: Award, amount: Decimal) -> None:
    """Refuse an amount that the allocation cannot hold together with the other changes of this paper."""
    others = decision.changes.exclude(award=award).select_related("award")
    freed = sum((_taken(kept.award) - kept.amount for kept in others), _taken(award))
    commitments.must_fit(award.round, amount, instead_of=freed)


def _taken(award: Award) -> Decimal:
    """Return what a grant takes of the allocation now, in pounds."""
    return money.ZERO if award.state == Award.State.REFUSED else award.amount


def _must_leave_other_routes(decision: Decision, award: Award, amount: Decimal, at: datetime) -> None:
    day = day_of(at)
    amounts = {kept.award.reference: kept.amount for kept in decision.changes.select_related("award")}
    decider = award.round.body.offices.decider_short
    now = awards.routes_now(award.round, day)
    then = awards.routes_now(award.round, day, amounts | {award.reference: amount})
    for other in Award.objects.live().filter(round=award.round, route=Award.Route.DELEGATED).select_related("bid"):
        if then[other.reference].level.height > now[other.reference].level.height:
            raise Refused(
                f"With {money.pounds(amount)} the delegated grant for {other.bid.title} would need the {decider}. "
                "Its group is no longer below the limit.",
                field="amount",
            )


@transaction.atomic
def leave_grant(*, decision: Decision, award: Award, reason: str, by: User, at: datetime) -> None:
    """Take a change out of the paper again: the grant stays as the earlier decision left it."""
    award = awards.locked(award, None)
    decision = _editable(decision)
    kept = AmendedGrant.objects.filter(decision=decision, award=award).first()
    if kept is None:
        raise Refused("This paper does not change that grant")
    facts = {"decision": decision.reference, "amount": kept.amount, "stays": award.amount}
    kept.delete()
    awards.record("amend grant", award, by, at, reason, facts)


def _editable(decision: Decision) -> Decision:
    decision = Decision.objects.select_for_update(of=("self",)).select_related("amends", "round").get(pk=decision.pk)
    if decision.amends is None:
        raise Refused("This paper amends no earlier decision")
    if not decision.is_editable:
        raise Refused(f"{decision.reference} is submitted. Its text can change only when the office returns it.")
    return decision


def problems(decision: Decision) -> list[Discrepancy]:
    """Return each change of this paper to a grant that a later decision has changed since."""
    if decision.amends_id is None:
        return []
    free = {award.pk for award in amendable(decision)}
    return [
        Discrepancy(
            "amendment",
            f"A later decision changed {kept.award.bid.title}. Withdraw the change and amend that decision instead.",
            kept.amount,
            kept.award.reference,
        )
        for kept in decision.changes.select_related("award__bid")
        if kept.award_id not in free
    ]


def as_amended(decision: Decision, grants: Sequence[Award], day: date) -> list[Award]:
    """Return the grants of a round as they will be once this paper is signed. Nothing is saved.

    For a paper that is signed already, they are returned as they are now.

    `grants` are those of `position.grants_of`. A changed one has its new amount, waits for a decision, and has
    what it was before under `was`, in pounds, and its state under `was_state`.
    """
    asks = bool(decision.amends_id) and decision.signed_at is None
    changes = {kept.award_id: kept for kept in decision.changes.select_related("award")} if asks else {}
    facts = _facts(decision, changes.values(), day) if changes else {}
    earlier_by_award = _earlier_reasons(changes) if changes else {}
    for award in grants:
        kept = changes.get(award.pk)
        vars(award)["was"] = award.amount if kept else None
        vars(award)["was_state"] = award.state if kept else ""
        if kept is None:
            continue
        states.move(award, "amend grant: in the paper")
        profiles.amend(award, kept.amount, kept.profile)
        award.route = Award.Route.DMPC
        award.sentence, award.warning, award.routed_as = _sentence(decision), "", facts[award.reference]
        vars(award)["valid"], vars(award)["earlier"] = [], earlier_by_award.get(award.pk, [])
        vars(award.bid)["agreed"] = [Recommendation(amount=kept.amount)]
    return list(grants)


def _earlier_reasons(awards: Collection[int]) -> dict[int, list[dict[str, str]]]:
    """Return the reasons of earlier decisions that stand of these grants as a paper prints them, by primary key."""
    return {
        award: [
            {
                "decision": reason.decision,
                "signed_on": reason.signed_on.isoformat(),
                "answer": reason.label,
                "answer_value": reason.answer,
                "reason": reason.text,
                "text": reason.printed,
            }
            for reason in standing
        ]
        for award, standing in reasons.standing_of(awards).items()
    }


def apply(decision: Decision, award: Award, by: User, at: datetime) -> None:
    """Apply the change of a signed paper to a locked grant. Only signing calls it, before it writes the approval."""
    kept = decision.changes.get(award=award)
    least, why = approving.least_of(award)
    if kept.amount < least:
        raise Refused(f"{money.pounds(least)} of {award.bid.title} {why} by now. The pack must be returned.")
    awards.invalidate(award, f"{decision.reference} changed it to {money.pounds(kept.amount)}", by, at)
    Recommendation.objects.create(
        bid=award.bid,
        answer=Recommendation.Answer.AGREE,
        amount=kept.amount,
        reason=kept.reason,
        made_by=kept.proposed_by,
        made_at=kept.proposed_at,
    )
    pack = decision.packs.order_by("pk").last()
    left = DecisionItem.objects.filter(
        pack=pack, answer__in=(DecisionItem.Answer.REFUSED, DecisionItem.Answer.DEFERRED)
    )
    # An item of a contract has no grant, and NOT IN a set with a null would exclude every change.
    changes = decision.changes.exclude(award__in=left.exclude(award=None).values("award")).select_related("award")
    award.routed_as = _facts(decision, changes, day_of(at))[award.reference]
    profiles.amend(award, kept.amount, kept.profile)
    award.route, award.sentence = Award.Route.DMPC, _sentence(decision)


def _facts(decision: Decision, changes: Collection[AmendedGrant], day: date) -> dict[str, dict[str, Any]]:
    """Return the route facts of each changed grant, by its reference, with all changes of the paper applied."""
    round = decision.round
    rule, _ = awards.limit_on(round, DelegationRule.Kind.GRANT, day)
    now = awards.routes_now(round, day, {kept.award.reference: kept.amount for kept in changes})
    facts = {kept.award.reference: RouteFacts.of(now[kept.award.reference], rule.reference) for kept in changes}
    # Whoever decided a grant decides its change, whatever the sum.
    sentence = _sentence(decision)
    return {
        reference: replace(each, level=Level.DMPC, sentence=sentence, warning="").stored()
        for reference, each in facts.items()
    }


def _sentence(decision: Decision) -> str:
    assert decision.amends
    decider = decision.round.body.offices.decider_short
    return f"Decided by the {decider} in {decision.amends.reference}, which only a new decision can change"


def printed(decision: Decision) -> dict[str, str]:
    """Return the amended decision as the paper prints it: reference, title, day and hash; empty if there is none.

    Where its publication is deferred, the day until which and the reason are added.
    """
    old = decision.amends
    if old is None or old.signed_at is None:
        return {}
    deferred = {}
    if old.is_deferred and old.deferred_until:
        deferred = {"deferred_until": old.deferred_until.isoformat(), "deferral_reason": old.deferral_reason}
    return {
        "reference": old.reference,
        "title": old.title,
        "signed_on": day_of(old.signed_at).isoformat(),
        "sha256": old.record.sha256,
        **deferred,
    }


def must_be_amendable(old: Decision, round_id: int) -> None:
    """Refuse to amend a decision of another round, or one that is not signed."""
    if old.round_id != round_id or old.signed_at is None:
        raise Refused("Only a signed decision of this round can be amended", field="amends")
