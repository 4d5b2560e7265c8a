"""Transitions of match funding, other money of a project beside its grant. No other module writes it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from approvals.models import Award, MatchFunding
from approvals.routing.awards import locked, record
from approvals.routing.commitments import must_not_be_in_flight
from grants import states
from grants.models import User, new_references
from grants.refusal import Refused


@transaction.atomic
def keep_match_funding(*, award: Award, source: str, amount: Decimal, by: User, at: datetime) -> MatchFunding:
    """Record money in pounds that somebody else gives for the project of a grant. It takes nothing of the allocation.

    Raises Refused while a submitted paper rests on the round, and for an amount that is not above £0.
    """
    award = locked(award, None)
    must_not_be_in_flight(award.round)
    if amount <= 0:
        raise Refused("Amount must be more than £0", field="amount")
    taken = MatchFunding.objects.values_list("reference", flat=True)
    made = MatchFunding.objects.create(
        award=award,
        reference=new_references("MAT", 1, taken)[0],
        source=source.strip(),
        amount=amount,
        recorded_by=by,
        recorded_at=at,
    )
    record("keep match funding", award, by, at, "", {"source": made.source, "other money": amount})
    return made


@transaction.atomic
def withdraw_match_funding(*, match_funding: MatchFunding, reason: str, by: User, at: datetime) -> None:
    """Say that the project of a grant does not have this money. It is kept with the reason."""
    award = locked(match_funding.award, None)
    must_not_be_in_flight(award.round)
    match_funding = MatchFunding.objects.select_for_update(of=("self",)).get(pk=match_funding.pk)
    states.move(match_funding, "withdraw match funding")
    match_funding.save(update_fields=["state"])
    facts = {"source": match_funding.source, "other money": match_funding.amount}
    record("withdraw match funding", award, by, at, reason, facts)
