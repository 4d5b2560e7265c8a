"""What a decision does with the conditions of an earlier approval: each stands unless it is lifted or changed by name.

A choice is kept with the item, as a mapping: `condition` is its reference, `choice` one of `CHOICES`, and `text` what
replaces it where it is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from approvals.models import Approval, Award, Condition, Decision, DecisionItem
from approvals.routing import conditions
from approvals.routing.conditions import Wanted

KEEP, CHANGE, LIFT = "keep", "change", "lift"
CHOICES = ((KEEP, "Keep it"), (CHANGE, "Change it"), (LIFT, "Lift it"))
_PAST = {KEEP: "Kept", CHANGE: "Changed", LIFT: "Lifted"}

Choice = Mapping[str, str]
GRANTED = (DecisionItem.Answer.APPROVED, DecisionItem.Answer.CONDITIONS)


def of_items(items: Sequence[DecisionItem]) -> dict[int, list[Condition]]:
    """Return the conditions that stand of the grant that each item asks for, by the number of the item."""
    by_award = conditions.standing_of([item.award_id for item in items if item.award_id])
    return {item.number: by_award.get(item.award_id, []) if item.award_id else [] for item in items}


def faults(
    number: int, answer: str, choices: Mapping[str, Choice], standing: Sequence[Condition]
) -> list[tuple[str, str]]:
    """Return what is missing or wrong in the choices on the conditions of an item, each with its field.

    `choices` are by the reference of the condition. An item that is not approved changes nothing.
    """
    errors = []
    for place, condition in enumerate(standing):
        choice = choices.get(condition.reference, {})
        made, text = choice.get("choice", ""), choice.get("text", "").strip()
        field = f"choice_{number}_{place}"
        if answer not in GRANTED:
            if made in (CHANGE, LIFT):
                errors.append((field, f"Item {number}: a condition is changed or lifted only by an approval"))
        elif made not in _PAST:
            errors.append((field, f"Item {number}: choose what happens to the condition “{condition.text}”"))
        elif made == CHANGE and not text:
            errors.append((f"text_{number}_{place}", f"Item {number}: enter the changed condition"))
        elif made != CHANGE and text:
            errors.append(
                (f"text_{number}_{place}", f"Item {number}: delete the changed condition, or choose “Change it”")
            )
    return errors


def kept(answer: str, choices: Mapping[str, Choice], standing: Sequence[Condition]) -> list[dict[str, str]]:
    """Return the choices as they are stored with an item: none where it is not approved."""
    if answer not in GRANTED:
        return []
    return [
        {
            "condition": condition.reference,
            "choice": choices[condition.reference]["choice"],
            "text": choices[condition.reference].get("text", "").strip(),
        }
        for condition in standing
    ]


def is_as_answered(item: DecisionItem, standing: Sequence[Condition]) -> bool:
    """Return whether the choices of an item are still about the conditions that stand now."""
    return [each["condition"] for each in item.choices_on_terms] == [each.reference for each in standing]


def settle(item: DecisionItem, approval: Approval, decision: Decision, at: datetime) -> None:
    """Lift, change and add the conditions of a grant that a signed item approves."""
    award: Award = approval.award
    standing = {each.reference: each for each in award.conditions.standing().select_for_update()}
    for choice in item.choices_on_terms:
        condition = standing[choice["condition"]]
        if choice["choice"] == CHANGE:
            new = Wanted(choice["text"], condition.before_payment)
            (made,) = conditions.set_conditions([approval], [new], verb="sign decision")
            conditions.end(condition, "sign decision: change", decision, at, made)
        elif choice["choice"] == LIFT:
            conditions.end(condition, "sign decision: lift", decision, at)
    asked_for = conditions.wanted(item.before_payment, item.conditions)
    conditions.set_conditions([approval], asked_for, verb="sign decision")


def printed(items: Sequence[DecisionItem]) -> dict[int, str]:
    """Return the conditions of answered items as a record prints them, by the number of the item, in one query.

    First come those that an item sets, then what it does with the earlier ones.
    """
    references = [each["condition"] for item in items for each in item.choices_on_terms]
    earlier = Condition.objects.filter(reference__in=references) if references else ()
    by_reference = {each.reference: each for each in earlier}
    return {
        item.number: conditions.joined(
            [
                *(each.printed() for each in conditions.wanted(item.before_payment, item.conditions)),
                *_choices_in_words(item, by_reference),
            ]
        )
        for item in items
    }


def _choices_in_words(item: DecisionItem, by_reference: Mapping[str, Condition]) -> Iterator[str]:
    for choice in item.choices_on_terms:
        condition = by_reference[choice["condition"]]
        text = Wanted(condition.text, condition.before_payment).printed()
        to = f" to “{choice['text']}”" if choice["choice"] == CHANGE else ""
        yield f"{_PAST[choice['choice']]}: “{text}”{to}."


def in_record(item: DecisionItem, after: Sequence[Condition]) -> dict[str, Any]:
    """Return what the record adds for an item with earlier conditions, which other items have had no field for.

    `after` are the conditions that stand once the decision is signed.
    """
    if not item.choices_on_terms:
        return {}
    return {
        "conditions_after": conditions.joined(map(conditions.printed, after)),
        "changes_conditions": any(each["choice"] != KEEP for each in item.choices_on_terms),
    }
