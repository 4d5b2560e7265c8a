"""Transitions of over-allocations, money used above an allocation: propose, agree, refuse, withdraw.

It takes two people, and stays within the percentage that the round states. Without one, a round uses no more than its
allocation.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import transaction

from grants import audit, money
from grants.models import OverAllocation, Round, User
from grants.refusal import Refused
from grants.rounds import proposals, rounds
from grants.totals import total_of
from grants.years import Profile


def may_be_agreed(round: Round) -> Decimal:
    """Return what may still be agreed above the allocation of a round, in pounds, by the percentage that it states."""
    most = (round.allocation * round.over_allocation_percent / 100).quantize(money.PENNY, ROUND_DOWN)
    return max(most - agreed(round), money.ZERO)


def agreed(round: Round) -> Decimal:
    """Return what a round may use above its allocation, because it was agreed, in pounds."""
    return total_of(round.over_allocations.filter(state=OverAllocation.State.AGREED))


@transaction.atomic
def propose_over_allocation(
    *, round: Round, amount: Decimal, reason: str, by: User, at: datetime, profile: Profile = ()
) -> OverAllocation:
    """Propose to use an amount in pounds above the allocation; `profile` divides it by the slots of the round.

    Nothing may be used yet. Raises Refused where it is more than the round's percentage leaves.
    """
    round = rounds.lock(round)
    proposals.must_be_complete(amount, reason)
    _must_be_within(round, amount)
    made = OverAllocation.objects.create(
        round=round,
        reference=proposals.new_reference(OverAllocation, "OVR"),
        amount=amount,
        profile=rounds.stored_profile(round, amount, profile),
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=at,
    )
    _record("propose over-allocation", made, by, at, made.reason)
    return made


@transaction.atomic
def agree_over_allocation(*, over_allocation: OverAllocation, by: User, at: datetime) -> None:
    """Agree that the round may use the amount above its allocation, as the second person.

    Raises Refused if `by` or the person they act for proposed it, if it already has an answer, while a submitted paper
    rests on the round, and where the percentage of the round leaves less now.
    """
    over_allocation = proposals.locked(OverAllocation.objects.all(), over_allocation, "agree over-allocation")
    proposals.must_be_a_second_person(over_allocation, "agree over-allocation", "propose over-allocation", by, at)
    rounds.must_be_free(over_allocation.round)
    _must_be_within(over_allocation.round, over_allocation.amount)
    _answer(over_allocation, "agree over-allocation", "", by, at)


@transaction.atomic
def refuse_over_allocation(*, over_allocation: OverAllocation, reason: str, by: User, at: datetime) -> None:
    """Refuse an over-allocation that somebody else proposed. It is kept with the reason."""
    over_allocation = proposals.locked(OverAllocation.objects.all(), over_allocation, "refuse over-allocation")
    proposals.must_not_be_own(over_allocation, by)
    _answer(over_allocation, "refuse over-allocation", reason, by, at)


@transaction.atomic
def withdraw_over_allocation(*, over_allocation: OverAllocation, reason: str, by: User, at: datetime) -> None:
    """Withdraw an over-allocation that `by` proposed. It is kept with the reason."""
    over_allocation = proposals.locked(OverAllocation.objects.all(), over_allocation, "withdraw over-allocation")
    proposals.must_be_own(over_allocation, by)
    _answer(over_allocation, "withdraw over-allocation", reason, by, at)


def _must_be_within(round: Round, amount: Decimal) -> None:
    left = may_be_agreed(round)
    if not round.over_allocation_percent:
        raise Refused("This round states no percentage by which it may be over-allocated", field="amount")
    if amount > left:
        raise Refused(
            f"This round may be over-allocated by {money.per_cent(round.over_allocation_percent)}. "
            f"Enter no more than the {money.pounds(left)} that is left of it",
            field="amount",
        )


def _answer(over_allocation: OverAllocation, verb: str, answer: str, by: User, at: datetime) -> None:
    proposals.answer(over_allocation, verb, answer, by, at)
    _record(verb, over_allocation, by, at, answer or over_allocation.reason)


def _record(action: str, over_allocation: OverAllocation, by: User, at: datetime, reason: str) -> None:
    round = over_allocation.round
    facts: dict[str, Any] = {
        "amount": over_allocation.amount,
        "allocation": round.allocation,
        "within": money.per_cent(round.over_allocation_percent),
        **({"years": over_allocation.profile} if over_allocation.profile else {}),
    }
    audit.record(action, over_allocation, round=round, by=by, at=at, because=reason.strip(), facts=facts)
