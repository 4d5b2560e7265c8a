"""Transitions of virements, money moved between budget lines: propose, confirm, refuse, withdraw.

It takes two people: the one who confirms is not the one who proposed. A virement between two lines leaves the sum of
the lines unchanged. One from or to unallocated money changes it, and must leave room for contracts and grants.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from grants import audit, money
from grants.models import UNALLOCATED, BudgetLine, Round, User, Virement
from grants.refusal import Refused
from grants.rounds import proposals, rounds
from grants.totals import total_of


@transaction.atomic
def propose_virement(
    *,
    round: Round,
    source: BudgetLine | None,
    target: BudgetLine | None,
    amount: Decimal,
    reason: str,
    by: User,
    at: datetime,
) -> Virement:
    """Propose to move an amount in pounds from one line to another. No money moves yet.

    `source` or `target` is None for money that no line holds. Raises Refused if both are the same, if a line belongs
    to another round, or if the source holds less than the amount.
    """
    round = rounds.lock(round)
    if source == target:
        raise Refused("Choose two different lines", field="target")
    proposals.must_be_complete(amount, reason)
    lines = _locked_lines(round, source, target)
    _must_hold(round, lines, source, amount)
    made = Virement.objects.create(
        round=round,
        reference=proposals.new_reference(Virement, "VIR"),
        source=source,
        target=target,
        amount=amount,
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=at,
    )
    audit.record("propose virement", made, round=round, by=by, at=at, because=made.reason, facts=_facts(made))
    return made


@transaction.atomic
def confirm_virement(*, virement: Virement, by: User, at: datetime) -> None:
    """Move the money, as the second person.

    Raises Refused if `by` or the person they act for proposed it, if it already has an answer, while a submitted paper
    rests on the lines, if the source now holds less, or if the lines would take money that contracts and grants need.
    """
    virement = _locked(virement, "confirm virement")
    proposals.must_be_a_second_person(virement, "confirm virement", "propose virement", by, at)
    round, amount = virement.round, virement.amount
    lines = _locked_lines(round, virement.source, virement.target)
    _must_hold(round, lines, virement.source, amount)
    moved = (amount if virement.target else money.ZERO) - (amount if virement.source else money.ZERO)
    rounds.must_be_free(round, lines=total_of(round.lines.all()) + moved)
    before, after = {}, {}
    for line, change in ((virement.source, -amount), (virement.target, amount)):
        if line:
            line = lines[line.pk]
            before[line.label] = line.amount
            line.amount += change
            line.version += 1
            line.save(update_fields=["amount", "version"])
            after[line.label] = line.amount
    proposals.answer(virement, "confirm virement", "", by, at)
    facts = _facts(virement) | {"lines": after}
    because = virement.reason
    audit.record("confirm virement", virement, round=round, by=by, at=at, because=because, before=before, facts=facts)


@transaction.atomic
def refuse_virement(*, virement: Virement, reason: str, by: User, at: datetime) -> None:
    """Refuse a virement that somebody else proposed. It is kept with the reason."""
    virement = _locked(virement, "refuse virement")
    proposals.must_not_be_own(virement, by)
    proposals.answer(virement, "refuse virement", reason, by, at)
    _record("refuse virement", virement, by, at, reason)


@transaction.atomic
def withdraw_virement(*, virement: Virement, reason: str, by: User, at: datetime) -> None:
    """Withdraw a virement that `by` proposed. It is kept with the reason."""
    virement = _locked(virement, "withdraw virement")
    proposals.must_be_own(virement, by)
    proposals.answer(virement, "withdraw virement", reason, by, at)
    _record("withdraw virement", virement, by, at, reason)


def _locked(virement: Virement, verb: str) -> Virement:
    return proposals.locked(Virement.objects.select_related("source", "target"), virement, verb)


def _locked_lines(round: Round, *lines: BudgetLine | None) -> dict[int, BudgetLine]:
    wanted = [line.pk for line in lines if line]
    rows = round.lines.select_for_update(of=("self",)).order_by("pk").filter(pk__in=wanted)
    locked = {line.pk: line for line in rows}
    if len(locked) != len(wanted):
        raise Refused("Choose two lines of this round")
    return locked


def _must_hold(round: Round, lines: dict[int, BudgetLine], source: BudgetLine | None, amount: Decimal) -> None:
    """Raise Refused if the source holds less than the amount. Unallocated money is the allocation less all lines."""
    holds = lines[source.pk].amount if source else round.allocation - total_of(round.lines.all())
    if amount > holds:
        place = source.label if source else UNALLOCATED
        raise Refused(f"{place} holds {money.pounds(holds)}. Enter that amount or less", field="amount")


def _facts(virement: Virement) -> dict[str, Any]:
    return {"from": virement.source_label, "to": virement.target_label, "amount": virement.amount}


def _record(action: str, virement: Virement, by: User, at: datetime, reason: str) -> None:
    facts = _facts(virement)
    audit.record(action, virement, round=virement.round, by=by, at=at, because=reason.strip(), facts=facts)
