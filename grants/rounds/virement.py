"""Transitions of virements, money moved between budget lines: propose, confirm, refuse, withdraw.

Two people move it: who confirms is not who proposed. A virement between two lines leaves what the lines come to as it
is; one from or to what no line holds changes it, and must fit in the allocation beside contracts and grants.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from grants import audit, money, states
from grants.models import UNALLOCATED, BudgetLine, Round, User, Virement, new_references
from grants.refusal import Refused
from grants.rounds import rounds


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
    """Propose to move an amount in pounds from one line to another; None is what no line holds. Nothing moves yet.

    Raises Refused where both ends are the same, a line is of another round, or the source does not hold so much.
    """
    round = rounds.lock(round)
    if source == target:
        raise Refused("Choose two different places", field="target")
    if amount <= 0:
        raise Refused("Amount must be more than £0", field="amount")
    if not reason.strip():
        raise Refused("Enter the reason", field="reason")
    lines = _locked_lines(round, source, target)
    _must_hold(round, lines, source, amount)
    taken = Virement.objects.values_list("reference", flat=True)
    made = Virement.objects.create(
        round=round,
        reference=new_references("VIR", 1, taken)[0],
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

    Raises Refused for the one who proposed it, for one that has its answer, while a submitted paper rests on the lines,
    where the source no longer holds so much, and where lines would take what contracts and grants need.
    """
    virement = _locked(virement, "confirm virement")
    if virement.proposed_by_id == by.pk:
        raise Refused("You proposed this, so somebody else confirms it.")
    people = audit.acting_as("confirm virement", by, virement.round, at)
    if audit.had_a_hand("propose virement", virement, virement.round, people):
        raise Refused("Your deputy, or whom you act for, proposed this, so somebody else confirms it.")
    round, amount = virement.round, virement.amount
    lines = _locked_lines(round, virement.source, virement.target)
    _must_hold(round, lines, virement.source, amount)
    moved = (amount if virement.target else money.ZERO) - (amount if virement.source else money.ZERO)
    rounds.must_be_free(round, lines=_sum(round) + moved)
    before, after = {}, {}
    for line, change in ((virement.source, -amount), (virement.target, amount)):
        if line:
            line = lines[line.pk]
            before[line.label] = line.amount
            line.amount += change
            line.version += 1
            line.save(update_fields=["amount", "version"])
            after[line.label] = line.amount
    _answer(virement, "confirm virement", "", by, at)
    facts = _facts(virement) | {"lines": after}
    because = virement.reason
    audit.record("confirm virement", virement, round=round, by=by, at=at, because=because, before=before, facts=facts)


@transaction.atomic
def refuse_virement(*, virement: Virement, reason: str, by: User, at: datetime) -> None:
    """Say no to a virement that somebody else proposed. It stays, with the reason."""
    virement = _locked(virement, "refuse virement")
    if virement.proposed_by_id == by.pk:
        raise Refused("You proposed this. Take it back instead.")
    _answer(virement, "refuse virement", reason, by, at)
    _record("refuse virement", virement, by, at, reason)


@transaction.atomic
def withdraw_virement(*, virement: Virement, reason: str, by: User, at: datetime) -> None:
    """Take back what one has proposed oneself. It stays, with the reason."""
    virement = _locked(virement, "withdraw virement")
    if virement.proposed_by_id != by.pk:
        raise Refused(f"{virement.proposed_by.name} proposed this. Refuse it instead.")
    _answer(virement, "withdraw virement", reason, by, at)
    _record("withdraw virement", virement, by, at, reason)


def _locked(virement: Virement, verb: str) -> Virement:
    """Return the virement, locked after its round. Raises Refused where it already has an answer."""
    round = rounds.lock(virement.round)
    rows = Virement.objects.select_for_update(of=("self",)).select_related("source", "target", "proposed_by")
    virement = rows.get(pk=virement.pk)
    virement.round = round
    answer = virement.get_state_display().lower()
    states.must_allow(virement, verb, f"{virement.reference} already has an answer: {answer}.")
    return virement


def _locked_lines(round: Round, *lines: BudgetLine | None) -> dict[int, BudgetLine]:
    wanted = [line.pk for line in lines if line]
    rows = round.lines.select_for_update(of=("self",)).order_by("pk").filter(pk__in=wanted)
    locked = {line.pk: line for line in rows}
    if len(locked) != len(wanted):
        raise Refused("Both lines must be of this round")
    return locked


def _must_hold(round: Round, lines: dict[int, BudgetLine], source: BudgetLine | None, amount: Decimal) -> None:
    """Refuse more than the source holds. What no line holds is, here, the allocation less all lines."""
    holds = lines[source.pk].amount if source else round.allocation - _sum(round)
    if amount > holds:
        place = source.label if source else UNALLOCATED
        raise Refused(f"{place} comes to {money.pounds(holds)}, less than {money.pounds(amount)}", field="amount")


def _sum(round: Round) -> Decimal:
    return sum(round.lines.values_list("amount", flat=True), money.ZERO)


def _answer(virement: Virement, verb: str, answer: str, by: User, at: datetime) -> None:
    states.move(virement, verb)
    virement.answer, virement.answered_by, virement.answered_at = answer.strip(), by, at
    virement.save(update_fields=["state", "answer", "answered_by", "answered_at"])


def _facts(virement: Virement) -> dict[str, Any]:
    return {"from": virement.source_label, "to": virement.target_label, "amount": virement.amount}


def _record(action: str, virement: Virement, by: User, at: datetime, reason: str) -> None:
    facts = _facts(virement)
    audit.record(action, virement, round=virement.round, by=by, at=at, because=reason.strip(), facts=facts)
