"""Transitions of income, money that a grantor gives for a round: record, change, withdraw, accept, refuse.

Income is a part of the allocation. What no income gives is the body's own budget, so the two sum to the allocation in
all and in each year. An uplift adds to an agreement, and raises the allocation with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from grants import audit, money, states, years
from grants.models import Income, Round, User, new_references
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds
from grants.totals import total_of
from grants.years import Profile, Slot


@dataclass(frozen=True)
class IncomeTerms:
    """What is agreed with a grantor: `amount` is in pounds, `profile` divides it by the slots of the round.

    `conditions` are the grantor's. `uplifts` is the income that this one raises, of which it takes the grantor.
    `accepted_in` is the reference of the decision that accepted it before it was recorded here, or empty.
    """

    grantor: str
    agreement: str
    agreed_on: date
    amount: Decimal
    profile: Profile = ()
    conditions: str = ""
    uplifts: Income | None = None
    accepted_in: str = ""


def raised_to(income: Income) -> Decimal:
    """Return what a grantor gives under an agreement in pounds, with the uplifts in force up to this one."""
    if income.uplifts is None:
        return income.amount
    earlier = Income.objects.in_force().filter(uplifts=income.uplifts, pk__lt=income.pk)
    return income.uplifts.amount + total_of(earlier) + income.amount


def by_slot(income: Income) -> list[Decimal]:
    """Return the amount of income in each slot of its round; none for a round of one year."""
    amounts = dict(income.years)
    return [amounts.get(slot, money.ZERO) for slot, _ in income.round.years]


@transaction.atomic
def keep_income(
    *,
    round: Round,
    terms: IncomeTerms,
    by: User,
    at: datetime,
    income: Income | None = None,
    seen: int | None = None,
) -> Income:
    """Record money of a grantor for a round, or change an `income` that waits for a decision.

    Raises Refused if all income would be more than the allocation, in a year or in all, if an uplift is not of income
    of the round, and while a submitted paper rests on the round. Raises Stale if it has changed since.
    """
    round = rounds.lock(round)
    rounds.must_be_free(round)
    before: dict[str, Any] = {}
    if income:
        income = _locked(income)
        must_be_current(income, seen)
        states.must_allow(income, "keep income: change", f"{income} has been decided, so it cannot be changed")
        if (income.uplifts is None) != (terms.uplifts is None):
            raise Refused("Withdraw this and record it anew, because only an uplift raises the allocation")
        before = _facts(income)
    if terms.uplifts:
        terms = replace(terms, grantor=_must_be_uplifted(round, terms.uplifts, income).grantor)
    divided = rounds.stored_profile(round, terms.amount, terms.profile, now=income.years if income else ())
    if terms.uplifts:
        _raise_allocation(round, income, -1)
    elif over := _over(round, terms.amount, round.divided(divided, terms.amount), income):
        raise Refused(over, field="amount")
    if income is None:
        taken = Income.objects.values_list("reference", flat=True)
        income = Income(round=round, reference=new_references("INC", 1, taken)[0], version=0)
        income.state = Income.State.ACCEPTED if terms.accepted_in.strip() else Income.State.OFFERED
        income.accepted_in = terms.accepted_in.strip()
    elif terms.accepted_in.strip():
        raise Refused("Withdraw this and record it anew, as money that was accepted before", field="accepted_in")
    income.round = round
    for name in ("grantor", "agreement", "conditions"):
        setattr(income, name, getattr(terms, name).strip())
    income.agreed_on, income.amount, income.profile = terms.agreed_on, terms.amount, divided
    income.uplifts, income.recorded_by, income.recorded_at = terms.uplifts, by, at
    income.version += 1
    income.save()
    if income.uplifts:
        _raise_allocation(round, income, 1)
        rounds.must_be_free(round, lines=total_of(round.lines.all()))
    facts = _facts(income) | ({"allocation": round.allocation} if income.uplifts else {})
    audit.record("keep income", income, round=round, by=by, at=at, before=before, facts=facts)
    return income


@transaction.atomic
def withdraw_income(*, income: Income, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Withdraw money that no decision has accepted. An uplift lowers the allocation again, if that leaves enough."""
    round = rounds.lock(income.round)
    income = _locked(income)
    income.round = round
    must_be_current(income, seen)
    states.must_allow(income, "withdraw income", f"{income} has been decided, so it cannot be withdrawn")
    if income.uplifts:
        _raise_allocation(round, income, -1)
    rounds.must_be_free(round, lines=total_of(round.lines.all()))
    _answer("withdraw income", income, "", reason, by, at)


def accept(income: Income, *, decision: str, reason: str, by: User, at: datetime) -> None:
    """Accept income, as a decision of this reference does when it is signed. The round must be locked."""
    _answer("accept income", _locked(income), decision, reason, by, at)


def refuse(income: Income, *, reason: str, by: User, at: datetime) -> Round:
    """Refuse income, as a decision does when it is signed, and return the round. An uplift lowers the allocation again.

    The round must be locked. The caller holds that what remains is enough.
    """
    income = _locked(income)
    if income.uplifts:
        _raise_allocation(income.round, income, -1)
    _answer("refuse income", income, "", reason, by, at)
    return income.round


def _locked(income: Income) -> Income:
    rows = Income.objects.select_for_update(of=("self",)).select_related("round", "uplifts")
    return rows.get(pk=income.pk)


def _answer(verb: str, income: Income, decision: str, reason: str, by: User, at: datetime) -> None:
    states.move(income, verb)
    income.accepted_in = decision
    income.version += 1
    income.save(update_fields=["state", "accepted_in", "version"])
    facts = {"grantor": income.grantor, "amount": income.amount, "allocation": income.round.allocation}
    audit.record(verb, income, round=income.round, by=by, at=at, because=reason.strip(), facts=facts)


def _must_be_uplifted(round: Round, raised: Income, income: Income | None) -> Income:
    """Return the income that an uplift raises. Raises Refused where it cannot be raised."""
    first = Income.objects.in_force().filter(round=round, uplifts=None, pk=raised.pk).first()
    if first is None or (income and income.pk == first.pk):
        raise Refused("Choose income of this round that is not an uplift itself", field="uplifts")
    return first


def _over(round: Round, amount: Decimal, profile: Profile, income: Income | None) -> str:
    """Return why all income of a round would be more than its allocation, in all or in a slot; empty where it fits."""
    others = [
        other for other in Income.objects.in_force().filter(round=round) if income is None or other.pk != income.pk
    ]
    left = round.allocation - money.total([other.amount for other in others])
    if amount > left:
        return (
            f"The allocation is {money.pounds(round.allocation)}, and other income gives all but {money.pounds(left)} "
            "of it. Enter no more than that, or record an uplift, which raises the allocation"
        )
    income_by_slot = years.added([*(round.divided(other.profile, other.amount) for other in others), profile])
    for slot, part in round.years:
        if income_by_slot.get(slot, money.ZERO) > part:
            total = money.pounds(income_by_slot[slot])
            return f"In {slot} income would come to {total}, more than the {money.pounds(part)} of it"
    return ""


def _raise_allocation(round: Round, income: Income | None, sign: int) -> None:
    """Add the amount of an uplift to the allocation by its slots, or take it off where `sign` is −1."""
    if income is None:
        return
    round.allocation += sign * income.amount
    if round.profile:
        parts: dict[Slot, Decimal] = dict(round.years)
        for slot, part in round.divided(income.profile, income.amount):
            parts[slot] += sign * part
        round.profile = years.written(list(parts.items()))
    round.version += 1
    round.save(update_fields=["allocation", "profile", "version"])


def _facts(income: Income) -> dict[str, Any]:
    names = ("grantor", "agreement", "agreed_on", "amount", "conditions", "accepted_in")
    facts: dict[str, Any] = {name: getattr(income, name) for name in names}
    return facts | {"years": income.profile, "uplifts": income.uplifts.reference if income.uplifts else ""}
