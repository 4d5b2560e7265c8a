"""The deferral of publication of a decision that a paper amends: it stands unless the paper's decision lifts it.

What is kept or changed holds for both, since the paper prints what the earlier decision said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from approvals.decisions.standing import CHANGE, CHOICES, KEEP, LIFT, PAST
from approvals.models import Decision
from approvals.routing import withheld
from grants import audit
from grants.models import User


@dataclass(frozen=True, slots=True)
class OnDeferral:
    """What happens to a deferral, one of `CHOICES`, and the new day and reason where it is changed."""

    choice: str = KEEP
    until: date | None = None
    reason: str = ""

    def stored(self) -> dict[str, str]:
        """Return the choice as JSON holds it."""
        until = self.until.isoformat() if self.until else ""
        return {"choice": self.choice, "until": until, "reason": self.reason.strip()}


def of_earlier(decision: Decision) -> Decision | None:
    """Return the decision that a paper amends, if its publication is deferred now."""
    return decision.amends if decision.amends and decision.amends.is_deferred else None


def faults(decision: Decision, wanted: OnDeferral | None, today: date) -> Iterator[tuple[str, str]]:
    """Yield what is missing or wrong in what a decision does with the deferral, each with its field."""
    earlier = of_earlier(decision)
    if earlier is None:
        return
    made = wanted or OnDeferral("")
    if made.choice not in dict(CHOICES):
        yield "deferral", f"Choose what happens to the deferral of {earlier.reference}"
    if made.choice == CHANGE and (made.until is None or made.until <= today):
        yield "deferral_until", "Enter a day in the future until which publication is deferred"
    if made.choice == CHANGE and not made.reason.strip():
        yield "deferral_reason", "Enter the reason why publication is deferred"
    if withheld.names_of(decision.round).in_text(made.reason):
        yield "deferral_reason", "The reason is published. Leave out the names that are withheld"
    if made.choice != CHANGE and (made.until or made.reason.strip()):
        yield "deferral_reason", "Delete the new day and reason, or choose “Change it”"


def chosen(decision: Decision, wanted: OnDeferral | None) -> dict[str, str]:
    """Return the choice as it is stored with a paper; empty where nothing is deferred."""
    return wanted.stored() if wanted and of_earlier(decision) else {}


def settle(decision: Decision, by: User, at: datetime) -> None:
    """Defer a decision that is being signed as the one that it amends, or lift that deferral, as was chosen.

    The caller saves the decision. Nothing happens where the earlier one was published in the meantime.
    """
    earlier, choice = of_earlier(decision), decision.deferral_choice
    if earlier is None or not choice:
        return
    earlier = Decision.objects.select_for_update(of=("self",)).get(pk=earlier.pk)
    before = {"until": earlier.deferred_until, "reason": earlier.deferral_reason}
    if choice["choice"] == LIFT:
        earlier.deferred_until, earlier.deferral_reason = None, ""
    elif choice["choice"] == CHANGE:
        earlier.deferred_until, earlier.deferral_reason = date.fromisoformat(choice["until"]), choice["reason"]
    decision.deferred_until, decision.deferral_reason = earlier.deferred_until, earlier.deferral_reason
    if choice["choice"] != KEEP:
        earlier.version += 1
        earlier.save(update_fields=["deferred_until", "deferral_reason", "version"])
        facts = {"in": decision.reference, "until": earlier.deferred_until}
        audit.record(
            "sign decision",
            earlier,
            round=decision.round,
            by=by,
            at=at,
            because=earlier.deferral_reason,
            before=before,
            facts=facts,
        )


def in_words(decision: Decision) -> str:
    """Return what a paper does with the deferral of the decision that it amends; empty where it does nothing."""
    choice = decision.deferral_choice
    if not choice or decision.amends is None:
        return ""
    what = f"{PAST[choice['choice']]}: the deferral of publication of {decision.amends.reference}"
    if choice["choice"] != CHANGE:
        return what
    until = date.fromisoformat(choice["until"])
    return f"{what}, now until {until.day} {until:%B %Y}: {choice['reason']}"


def in_record(decision: Decision) -> dict[str, Any]:
    """Return what the record adds where the amended decision was deferred."""
    words = in_words(decision)
    return {"deferral": words} if words else {}
