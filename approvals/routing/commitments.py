"""What a round's allocation is committed to, and what may not change while a paper rests on it."""

from __future__ import annotations

from decimal import Decimal

from approvals.models import Award, Decision, PaperItem, SingleTenderAction
from grants import money
from grants.models import Round
from grants.refusal import Refused
from grants.totals import total_of


def committed(round: Round) -> Decimal:
    """Return what the lines, contracts, other items and live grants of a round take from its allocation, in pounds."""
    return round.allocation - left_for_grants(round=round) + granted(round)


def granted(round: Round) -> Decimal:
    """Return the sum of the live grants of a round, in pounds. Refused grants are left out."""
    return total_of(Award.objects.live().exclude(state=Award.State.REFUSED).filter(round=round))


def must_fit(round: Round, amount: Decimal, *, instead_of: Decimal = money.ZERO) -> None:
    """Refuse an amount that is more than what is left of the allocation. The round must be locked."""
    left = round.allocation - committed(round) + instead_of
    if amount > left:
        raise Refused(
            f"{money.pounds(amount)} is more than the {money.pounds(left)} left of the allocation", field="amount"
        )


def guard(*, round: Round, lines: Decimal | None) -> None:
    """Refuse a change to a round that a submitted paper rests on, or that leaves too little for contracts and grants.

    `lines` is the new sum of the budget lines in pounds, or None where it stays. Called through `rounds.must_be_free`.
    """
    must_not_be_in_flight(round)
    if lines is None:
        return
    promised = committed(round) - total_of(round.lines.all())
    if lines + promised > round.allocation:
        left, over = money.pounds(round.allocation - promised), money.pounds(lines + promised - round.allocation)
        raise Refused(
            f"Only {left} is left for budget lines. This would exceed it by {over}",
            field="amount",
        )


def in_flight(round: Round) -> Decision | None:
    """Return the paper of a round that is with the office or decided, or None."""
    return Decision.objects.filter(round=round, state__in=Decision.IN_FLIGHT).first()


def must_not_be_in_flight(round: Round) -> None:
    """Refuse a change while a paper that rests on these facts is with the office or decided."""
    if flying := in_flight(round):
        office = round.body.offices.office
        raise Refused(f"{flying.reference} is submitted and rests on this. Ask the {office} to return it first.")


def left_for_grants(*, round: Round) -> Decimal:
    """Return what is left of the allocation for grants after lines, contracts and other items, in pounds."""
    contracts = SingleTenderAction.objects.live().filter(round=round)
    items = PaperItem.objects.taking().filter(decision__round=round)
    return round.allocation - total_of(round.lines.all()) - total_of(contracts) - total_of(items)
