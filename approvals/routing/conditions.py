"""Transitions of the conditions of grants, and what else reads of them. No other module writes a condition.

An approval sets conditions, and they stand until a decision lifts or replaces them by name, whatever happens to the
amount. Somebody records that one is met, with what shows it. One that has to be met before payment bars payment
until then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from approvals.models import Approval, Award, Condition, Decision
from approvals.routing.awards import locked, record
from grants import states
from grants.days import day_of
from grants.models import User, new_references
from grants.refusal import Refused, must_be_current

BEFORE_PAYMENT = "Before payment"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A condition that somebody asks for: its text, and whether it has to be met before payment."""

    text: str
    before_payment: bool = False

    def printed(self) -> str:
        return f"{BEFORE_PAYMENT}: {self.text}" if self.before_payment else self.text


def wanted(before_payment: str, others: str) -> list[Wanted]:
    """Return the conditions of two texts with one on each line; the first holds those that bar payment."""
    return [
        Wanted(line.strip(), barring)
        for text, barring in ((before_payment, True), (others, False))
        for line in text.splitlines()
        if line.strip()
    ]


def joined(texts: Iterable[str]) -> str:
    """Return conditions as one text for the appendices, the record and the registers: a single one stays as typed."""
    each = list(texts)
    return (
        each[0] if len(each) == 1 else " ".join(text if text.endswith((".", "?", "!")) else f"{text}." for text in each)
    )


def printed(condition: Condition) -> str:
    """Return a condition as a paper prints it, with the day on which it was met."""
    text = Wanted(condition.text, condition.before_payment).printed()
    if condition.state != Condition.State.MET or condition.met_on is None:
        return text
    return f"{text.rstrip('.')} (met on {condition.met_on.day} {condition.met_on:%B %Y})."


def with_state(condition: Condition) -> str:
    """Return a condition that stands as a page of today shows it: met on a day, or still to be met."""
    text = printed(condition)
    return text if condition.state == Condition.State.MET else f"{text.rstrip('.')} (to be met)."


def set_conditions(approvals: Sequence[Approval], asked_for: Sequence[Wanted], *, verb: str) -> list[Condition]:
    """Write the same conditions for each new approval, one row each. Only for transitions that decide."""
    taken = Condition.objects.values_list("reference", flat=True) if asked_for else ()
    references = iter(new_references("CON", len(approvals) * len(asked_for), taken))
    state = Condition.TRANSITIONS[f"{verb}: set condition"].target or Condition.State.OPEN
    return Condition.objects.bulk_create(
        Condition(
            award=approval.award,
            approval=approval,
            reference=next(references),
            text=each.text,
            before_payment=each.before_payment,
            state=state,
        )
        for approval in approvals
        for each in asked_for
    )


def end(condition: Condition, verb: str, decision: Decision, at: datetime, by: Condition | None = None) -> None:
    """Lift a locked condition, or replace it by another. Only signing calls it."""
    states.move(condition, verb)
    condition.ended_in, condition.ended_at, condition.replaced_by = decision, at, by
    condition.version += 1
    condition.save(update_fields=["state", "ended_in", "ended_at", "replaced_by", "version"])


@transaction.atomic
def meet_condition(
    *, condition: Condition, evidence: str, met_on: date, by: User, at: datetime, seen: int | None = None
) -> None:
    """Record that a condition is met, with what shows it and on which day. Raises Refused for a day in the future."""
    award, condition = _locked(condition, seen)
    if met_on > day_of(at):
        raise Refused("The day must be today or in the past", field="met_on")
    states.move(condition, "meet condition")
    condition.evidence, condition.met_on = evidence.strip(), met_on
    condition.recorded_by, condition.recorded_at = by, at
    _save(condition)
    record("meet condition", award, by, at, evidence.strip(), _facts(condition) | {"met_on": met_on})


@transaction.atomic
def undo_condition(*, condition: Condition, reason: str, by: User, at: datetime, seen: int | None = None) -> None:
    """Record that a condition is not met after all. What was recorded stays in the trail."""
    award, condition = _locked(condition, seen)
    states.must_allow(condition, "undo condition", "This condition is not recorded as met")
    before = {
        "evidence": condition.evidence,
        "met_on": condition.met_on,
        "by": condition.recorded_by.username if condition.recorded_by else "",
    }
    states.move(condition, "undo condition")
    condition.evidence, condition.met_on, condition.recorded_by, condition.recorded_at = "", None, None, None
    _save(condition)
    record("undo condition", award, by, at, reason, _facts(condition), before)


def _locked(condition: Condition, seen: int | None) -> tuple[Award, Condition]:
    award = locked(condition.award, None)
    condition = Condition.objects.select_for_update(of=("self",)).select_related("recorded_by").get(pk=condition.pk)
    must_be_current(condition, seen)
    return award, condition


def _save(condition: Condition) -> None:
    condition.version += 1
    condition.save(update_fields=["state", "evidence", "met_on", "recorded_by", "recorded_at", "version"])


def _facts(condition: Condition) -> dict[str, Any]:
    return {
        "condition": condition.reference,
        "text": condition.text,
        "before payment": condition.before_payment,
        "state": condition.get_state_display(),
    }


# Payments


def must_be_met(award: Award, paid_on: date, by: User) -> None:
    """Refuse a payment of a day on which a condition barred it, or by the person who recorded that it was met."""
    barring = award.conditions.filter(before_payment=True).select_related("approval", "recorded_by")
    for condition in barring:
        ended_before = condition.ended_at is not None and day_of(condition.ended_at) <= paid_on
        if day_of(condition.approval.approved_at) > paid_on or ended_before:
            continue
        if condition.met_on is None:
            raise Refused(
                f"Nothing is paid until this condition is met: “{condition.text}” Record first that it is met."
            )
        if condition.met_on > paid_on:
            met_on = f"{condition.met_on.day} {condition.met_on:%B %Y}"
            raise Refused(f"The condition “{condition.text}” was met only on {met_on}", field="paid_on")
        if condition.recorded_by == by:
            raise Refused(
                f"You recorded that the condition “{condition.text}” is met, so somebody else records the payment."
            )


# Reading


def standing_of(awards: Collection[int]) -> Mapping[int, list[Condition]]:
    """Return the conditions that stand of grants, by the primary key of the grant, in one query."""
    by_award: dict[int, list[Condition]] = defaultdict(list)
    for condition in Condition.objects.standing().filter(award__in=awards).select_related("recorded_by"):
        by_award[condition.award_id].append(condition)
    return by_award


def met_of(references: Collection[str]) -> Mapping[str, list[tuple[str, str]]]:
    """Return the conditions that are met of grants, by the reference of the grant, in one query.

    Each is as a paper printed it when it was set, and as it is printed now.
    """
    by_award: dict[str, list[tuple[str, str]]] = defaultdict(list)
    met = Condition.objects.filter(award__reference__in=references, state=Condition.State.MET)
    for condition in met.select_related("award"):
        was_printed = Wanted(condition.text, condition.before_payment).printed()
        by_award[condition.award.reference].append((was_printed, printed(condition)))
    return by_award
