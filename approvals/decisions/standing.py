"""What a decision does with what stands of earlier ones about a grant: each stands unless it is lifted by name.

That is each condition, each reason for which it was approved, and each payment that is marked as made before approval.
A choice is kept with the item, as a mapping: the kind of what it is about with its reference, `choice`, one of
`CHOICES`, `text`, what replaces it where it is changed, and `was`, what it said (of conditions their rows say that).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from approvals.amendments import reasons
from approvals.amendments.reasons import GRANTED
from approvals.models import Approval, Award, Condition, Decision, DecisionItem, Payment
from approvals.routing import approving, conditions
from approvals.routing.conditions import Wanted
from grants import money

KEEP, CHANGE, LIFT = "keep", "change", "lift"
CHOICES = ((KEEP, "Keep it"), (CHANGE, "Change it"), (LIFT, "Lift it"))
PAST = {KEEP: "Kept", CHANGE: "Changed", LIFT: "Lifted"}

Choice = Mapping[str, str]


class Kind(StrEnum):
    """What can stand of an earlier decision; its value is the key of the choice about it."""

    CONDITION = "condition"
    REASON = reasons.KIND
    PAYMENT = "payment"

    @property
    def noun(self) -> str:
        return "mark as paid before approval" if self is Kind.PAYMENT else str(self)

    @property
    def choices(self) -> Sequence[tuple[str, str]]:
        """What can be done with it: a mark says nothing that could be changed."""
        return [each for each in CHOICES if self is not Kind.PAYMENT or each[0] != CHANGE]


@dataclass(frozen=True, slots=True)
class Term:
    """Something that stands of an earlier decision: `text` is what it says, `printed` how a page shows it."""

    kind: Kind
    reference: str
    text: str
    printed: str


def of_items(items: Sequence[DecisionItem]) -> dict[int, list[Term]]:
    """Return what stands of the grant that each item asks for, by the number of the item, in three queries."""
    awards = [item.award_id for item in items if item.award_id]
    by_award: dict[int, list[Term]] = defaultdict(list)
    for award, standing in conditions.standing_of(awards).items():
        by_award[award] += [
            Term(Kind.CONDITION, each.reference, each.text, conditions.printed(each)) for each in standing
        ]
    for award, earlier in reasons.standing_of(awards).items():
        granted = [each for each in earlier if each.is_granted]
        by_award[award] += [Term(Kind.REASON, each.reference, each.text, each.printed) for each in granted]
    for payment in _marked(awards):
        paid = f"{money.pounds(payment.amount)} on {payment.paid_on.day} {payment.paid_on:%B %Y}"
        printed = f"{paid}, paid before approval: {payment.reason}"
        by_award[payment.award_id].append(Term(Kind.PAYMENT, payment.reference, paid, printed))
    return {item.number: by_award.get(item.award_id, []) if item.award_id else [] for item in items}


def _marked(awards: Collection[int]) -> QuerySet[Payment]:
    """Return the payments of grants that are marked as made before approval, where an approval followed them."""
    marked = Payment.objects.filter(award__in=awards, retrospective=True, lifted_in=None)
    return marked.filter(award__in=Approval.objects.filter(award__in=awards).values("award")).order_by("pk")


def faults(number: int, answer: str, choices: Mapping[str, Choice], standing: Sequence[Term]) -> list[tuple[str, str]]:
    """Return what is missing or wrong in the choices of an item, each with its field.

    `choices` are by the reference of what they are about. An item that is not approved changes nothing.
    """
    errors = []
    for place, term in enumerate(standing):
        choice = choices.get(term.reference, {})
        made, text = choice.get("choice", ""), choice.get("text", "").strip()
        field, of_text = f"choice_{number}_{place}", f"text_{number}_{place}"
        if answer not in GRANTED:
            if made in (CHANGE, LIFT):
                errors.append((field, f"Item {number}: a {term.kind.noun} is changed or lifted only by an approval"))
        elif made not in dict(term.kind.choices):
            errors.append((field, f"Item {number}: choose what happens to the {term.kind.noun} “{term.text}”"))
        elif made == CHANGE and not text:
            errors.append((of_text, f"Item {number}: enter the changed {term.kind.noun}"))
        elif made != CHANGE and text:
            errors.append((of_text, f"Item {number}: delete the changed {term.kind.noun}, or choose “Change it”"))
    return errors


def kept(answer: str, choices: Mapping[str, Choice], standing: Sequence[Term]) -> list[dict[str, str]]:
    """Return the choices as they are stored with an item: none where it is not approved."""
    if answer not in GRANTED:
        return []
    return [
        {
            str(term.kind): term.reference,
            "choice": choices[term.reference]["choice"],
            "text": choices[term.reference].get("text", "").strip(),
            **({} if term.kind is Kind.CONDITION else {"was": term.text}),
        }
        for term in standing
    ]


def of_choice(choice: Choice) -> tuple[Kind, str]:
    """Return what a stored choice is about: its kind and its reference."""
    return next((kind, choice[kind]) for kind in Kind if kind in choice)


def choice_by_reference(item: DecisionItem) -> dict[str, Choice]:
    """Return the stored choices of an item, by the reference of what they are about."""
    return {of_choice(choice)[1]: choice for choice in item.choices_on_terms}


def is_as_answered(item: DecisionItem, standing: Sequence[Term]) -> bool:
    """Return whether the choices of an item are still about what stands now."""
    return [of_choice(each) for each in item.choices_on_terms] == [(each.kind, each.reference) for each in standing]


def settle(item: DecisionItem, approval: Approval, decision: Decision, at: datetime) -> None:
    """Lift, change and add the conditions of a grant that a signed item approves, and lift marks of its payments.

    What it does with reasons is read from its choices: see `reasons`.
    """
    award: Award = approval.award
    standing = {each.reference: each for each in award.conditions.standing().select_for_update()}
    lifted_marks = []
    for choice in item.choices_on_terms:
        kind, reference = of_choice(choice)
        if kind is Kind.PAYMENT and choice["choice"] == LIFT:
            lifted_marks.append(reference)
        elif kind is Kind.CONDITION and choice["choice"] == CHANGE:
            condition = standing[reference]
            new = Wanted(choice["text"], condition.before_payment)
            (made,) = conditions.set_conditions([approval], [new], verb="sign decision")
            conditions.end(condition, "sign decision: change", decision, at, made)
        elif kind is Kind.CONDITION and choice["choice"] == LIFT:
            conditions.end(standing[reference], "sign decision: lift", decision, at)
    asked_for = conditions.wanted(item.before_payment, item.conditions)
    conditions.set_conditions([approval], asked_for, verb="sign decision")
    approving.lift_marks(award, lifted_marks, decision)


def printed(items: Sequence[DecisionItem], kinds: Collection[Kind] = tuple(Kind)) -> dict[int, str]:
    """Return the conditions of answered items as a record prints them, by the number of the item, in one query.

    First come those that an item sets, then what it does with what stands of these `kinds`.
    """
    choices = [of_choice(choice) for item in items for choice in item.choices_on_terms]
    references = [reference for kind, reference in choices if kind is Kind.CONDITION]
    earlier = Condition.objects.filter(reference__in=references) if references else ()
    texts = {each.reference: Wanted(each.text, each.before_payment).printed() for each in earlier}
    return {
        item.number: conditions.joined(
            [
                *(each.printed() for each in conditions.wanted(item.before_payment, item.conditions)),
                *_choices_in_words(item, texts, kinds),
            ]
        )
        for item in items
    }


def _choices_in_words(item: DecisionItem, conditions: Mapping[str, str], kinds: Collection[Kind]) -> Iterator[str]:
    """Yield what an item does with what stands; `conditions` are their texts by reference."""
    for choice in item.choices_on_terms:
        kind, reference = of_choice(choice)
        if kind in kinds:
            what = "" if kind is Kind.CONDITION else f" the {kind.noun}"
            to = f" to “{choice['text']}”" if choice["choice"] == CHANGE else ""
            yield f"{PAST[choice['choice']]}{what}: “{conditions.get(reference) or choice['was']}”{to}."


def in_record(item: DecisionItem, after: Sequence[Term]) -> dict[str, Any]:
    """Return what the record adds for an item with earlier conditions or reasons, which others have had no field for.

    `after` is what stands once the decision is signed.
    """
    if not item.choices_on_terms:
        return {}
    return {
        "conditions_after": conditions.joined(each.printed for each in after if each.kind is Kind.CONDITION),
        "changes_conditions": any(each["choice"] != KEEP for each in item.choices_on_terms),
        **_reasons_after(item),
    }


def _reasons_after(item: DecisionItem) -> dict[str, str]:
    """Return the reasons that stand after an item, in its record, where any stood before it."""
    choices = [choice for choice in item.choices_on_terms if of_choice(choice)[0] is Kind.REASON]
    texts = [choice["text"] if choice["choice"] == CHANGE else choice["was"] for choice in choices if _stands(choice)]
    return {"reasons_after": " ".join(filter(None, (*texts, item.reason)))} if choices else {}


def _stands(choice: Choice) -> bool:
    return choice["choice"] != LIFT
