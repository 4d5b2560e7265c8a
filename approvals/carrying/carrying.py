"""Transitions of carry-overs, money moved from one financial year to the next: propose, confirm, refuse, withdraw.

It takes two people, as a virement does. The allocation moves with what is carried over, so that no year is over its
part because of it, and every sum of the whole round stays.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from approvals.contracts import contracts
from approvals.models import Award, CarryOver, SingleTenderAction
from approvals.reconciliation import position, sums
from approvals.routing import profiles
from grants import audit, money, years
from grants.days import day_of
from grants.models import BudgetLine, Round, User
from grants.refusal import Refused
from grants.rounds import proposals, rounds
from grants.years import Slot


@transaction.atomic
def propose_carry_over(
    *,
    round: Round,
    source: Slot,
    amount: Decimal,
    reason: str,
    by: User,
    at: datetime,
    of: Award | BudgetLine | SingleTenderAction | None = None,
) -> CarryOver:
    """Propose to use an amount in pounds of the slot `source` in the next financial year. No money moves yet.

    `of` is the grant, the budget line or the contract whose money it is, None for money that nothing holds. Raises
    Refused where the round has no next year, and where there is less in `source` that is not paid.
    """
    round = rounds.lock(round)
    target = _next_slot(round, source)
    proposals.must_be_complete(amount, reason)
    made = CarryOver(
        round=round,
        reference=proposals.new_reference(CarryOver, "CAR"),
        award=of if isinstance(of, Award) else None,
        line=of if isinstance(of, BudgetLine) else None,
        contract=of if isinstance(of, SingleTenderAction) else None,
        source=source.label,
        target=target.label,
        amount=amount,
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=at,
    )
    _must_hold(made, at)
    made.save()
    audit.record("propose carry-over", made, round=round, by=by, at=at, because=made.reason, facts=_facts(made))
    return made


@transaction.atomic
def confirm_carry_over(*, carry_over: CarryOver, by: User, at: datetime) -> None:
    """Carry the money over, as the second person.

    Raises Refused if `by` or the person they act for proposed it, if it already has an answer, while a submitted paper
    rests on the round, or if the round has no next year or less is left of it now.
    """
    carry_over = _locked(carry_over, "confirm carry-over")
    proposals.must_be_a_second_person(carry_over, "confirm carry-over", "propose carry-over", by, at)
    round = carry_over.round
    rounds.must_be_free(round)
    _next_slot(round, years.slot_of(carry_over.source))
    _must_hold(carry_over, at)
    before = {"allocation": years.in_words(round.years)}
    rounds.carry_over(round=round, moved=carry_over.years, line=carry_over.line)
    if carry_over.award:
        profiles.carry_over(carry_over.award, carry_over.years)
    if carry_over.contract:
        contracts.carry_over(carry_over.contract, carry_over.years)
    proposals.answer(carry_over, "confirm carry-over", "", by, at)
    facts = _facts(carry_over) | {"allocation": years.in_words(round.years)}
    because = carry_over.reason
    audit.record(
        "confirm carry-over", carry_over, round=round, by=by, at=at, because=because, before=before, facts=facts
    )


@transaction.atomic
def refuse_carry_over(*, carry_over: CarryOver, reason: str, by: User, at: datetime) -> None:
    """Refuse a carry-over that somebody else proposed. It is kept with the reason."""
    carry_over = _locked(carry_over, "refuse carry-over")
    proposals.must_not_be_own(carry_over, by)
    proposals.answer(carry_over, "refuse carry-over", reason, by, at)
    _record("refuse carry-over", carry_over, by, at, reason)


@transaction.atomic
def withdraw_carry_over(*, carry_over: CarryOver, reason: str, by: User, at: datetime) -> None:
    """Withdraw a carry-over that `by` proposed. It is kept with the reason."""
    carry_over = _locked(carry_over, "withdraw carry-over")
    proposals.must_be_own(carry_over, by)
    proposals.answer(carry_over, "withdraw carry-over", reason, by, at)
    _record("withdraw carry-over", carry_over, by, at, reason)


def _next_slot(round: Round, source: Slot) -> Slot:
    """Return the slot of the next financial year. Raises Refused where the round has neither slot."""
    target = years.next_slot(source)
    if source not in round.slots:
        raise Refused(f"{source} is no part of this round", field="source")
    if target not in round.slots:
        raise Refused(f"This round ends with {source.year}, so nothing of it can be carried over", field="source")
    return target


def _locked(carry_over: CarryOver, verb: str) -> CarryOver:
    return proposals.locked(CarryOver.objects.select_related("line", "award__bid", "contract"), carry_over, verb)


def _must_hold(carry_over: CarryOver, at: datetime) -> None:
    """Raise Refused if less than the amount is left in the year that it leaves. Locks whose money it is."""
    round, source = carry_over.round, carry_over.slots[0]
    if carry_over.award:
        award = Award.objects.live().select_for_update(of=("self",)).select_related("bid").get(pk=carry_over.award.pk)
        award.round = round
        if award.round_id != round.pk or award.state == Award.State.REFUSED:
            raise Refused("Choose a grant of this round that is not refused", field="of")
        carry_over.award = award
        holds = profiles.left_in(award, source)
    elif carry_over.line:
        line = BudgetLine.objects.select_for_update(of=("self",)).get(pk=carry_over.line.pk, round=round)
        line.round = round
        carry_over.line = line
        holds = dict(line.years).get(source, money.ZERO)
    elif carry_over.contract:
        carry_over.contract = contracts.locked_to_carry_over(carry_over.contract, round, carry_over.amount)
        holds = dict(carry_over.contract.charged_years(round.slots)).get(source, money.ZERO)
    else:
        slots = sums.slots_of(position.position(round, day_of(at)))
        holds = next(each.underspend for each in slots if each.slot == source)
    if carry_over.amount > holds:
        label = carry_over.label[0].upper() + carry_over.label[1:]
        left = f"{label} has {money.pounds(max(holds, money.ZERO))} left in {source}"
        raise Refused(f"{left}. Enter that amount or less", field="amount")


def _facts(carry_over: CarryOver) -> dict[str, Any]:
    facts = {"of": carry_over.label, "from": carry_over.source, "to": carry_over.target, "amount": carry_over.amount}
    facts |= {"contract": carry_over.contract.reference} if carry_over.contract else {}
    return facts | ({"grant": carry_over.award.reference} if carry_over.award else {})


def _record(action: str, carry_over: CarryOver, by: User, at: datetime, reason: str) -> None:
    facts = _facts(carry_over)
    audit.record(action, carry_over, round=carry_over.round, by=by, at=at, because=reason.strip(), facts=facts)
