"""What a round's allocation is committed to, and what may not change while a paper rests on it."""

from __future__ import annotations

from decimal import Decimal

from approvals.models import (
    Award,
    Decision,
    SingleTenderAction,
)
from grants import money
from grants.models import Round
from grants.refusal import Refused
from grants.totals import total_of


def committed(round: Round) -> Decimal:
    """What lines, contracts and live grants of a round take from its allocation, in pounds."""
    return round.allocation - left_for_grants(round=round) + granted(round)


def granted(round: Round) -> Decimal:
    """What the live grants of a round come to, in pounds; refused ones take nothing."""
    return total_of(Award.objects.live().exclude(state=Award.State.REFUSED).filter(round=round))


def must_fit(round: Round, amount: Decimal, *, instead_of: Decimal = money.ZERO) -> None:
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
    promised = committed(round) - total_of(round.lines.all())
    if lines + promised > round.allocation:
        left, over = money.pounds(round.allocation - promised), money.pounds(lines + promised - round.allocation)
        raise Refused(
            f"Contracts and grants leave {left} of the allocation for the budget lines, and this is {over} more",
            field="amount",
        )


def in_flight(round: Round) -> Decision | None:
    """The paper of a round that is with the office or decided; None where there is none."""
    return Decision.objects.filter(round=round, state__in=Decision.IN_FLIGHT).first()


def must_not_be_in_flight(round: Round) -> None:
    """Refuse a change while a paper that rests on these facts is with the office or decided."""
    if flying := in_flight(round):
        office = round.body.offices.office
        raise Refused(f"{flying.reference} is submitted and rests on this. Ask the {office} to return it first.")


def left_for_grants(*, round: Round) -> Decimal:
    """What of the allocation lines and contracts leave for grants, in pounds."""
    contracts = SingleTenderAction.objects.live().filter(round=round)
    return round.allocation - total_of(round.lines.all()) - total_of(contracts)
