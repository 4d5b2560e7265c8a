"""The reasons that earlier decisions gave for a grant. Each stands until a later one changes or lifts it by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from approvals.models import DecisionItem
from grants.days import day_of

GRANTED = (DecisionItem.Answer.APPROVED, DecisionItem.Answer.CONDITIONS)
# The key of a choice about a reason, among those that an item keeps: see `approvals.decisions.standing`.
KIND = "reason"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason that a signed decision gave for its answer about a grant.

    `reference` is that of the item that gave it, `decision` that of the decision which gave it or changed it last.
    `answer` is a value of `DecisionItem.Answer`, and `label` is what a reader sees of it.
    """

    reference: str
    decision: str
    signed_on: date
    answer: str
    label: str
    text: str

    @property
    def is_granted(self) -> bool:
        """Whether it was given for an approval."""
        return self.answer in GRANTED

    @property
    def printed(self) -> str:
        return f"{self.decision}, {self.label.lower()}: {self.text}"


def standing_of(awards: Collection[int]) -> dict[int, list[Reason]]:
    """Return the reasons that stand of grants, by the primary key of the grant, in one query.

    Those of a refusal or a deferral are among them: see `Reason.is_granted`.
    """
    items = DecisionItem.objects.signed().filter(award__in=awards).exclude(reason="", choices_on_terms=[])
    by_award: dict[int, dict[str, Reason]] = defaultdict(dict)
    # Two decisions can be signed at one instant, so the order is taken from their records.
    for item in items.select_related("decision").order_by("pack__records__pk", "pk"):
        assert item.award_id
        _apply(item, by_award[item.award_id])
    return {award: list(by_reference.values()) for award, by_reference in by_award.items()}


def _apply(item: DecisionItem, by_reference: dict[str, Reason]) -> None:
    """Change, lift and add reasons as a signed item does."""
    assert item.decision.signed_at
    own = Reason(
        reference=f"{item.decision.reference} item {item.number}",
        decision=item.decision.reference,
        signed_on=day_of(item.decision.signed_at),
        answer=item.answer,
        label=str(item.get_answer_display()),
        text=item.reason,
    )
    for choice in item.choices_on_terms:
        if choice.get(KIND) in by_reference and choice["choice"] == "lift":
            del by_reference[choice[KIND]]
        elif choice.get(KIND) in by_reference and choice["choice"] == "change":
            by_reference[choice[KIND]] = replace(own, reference=choice[KIND], text=choice["text"])
    if own.text:
        by_reference[own.reference] = own
