"""Transitions that enter a direct award and change it before the leadership reviews it.

Its grant is agreed, routed and decided like any other: see `approvals/review`. Its recipients are named in
`approvals/recipients`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from bids.intake import intake
from bids.intake.content import LISTS, PEOPLE, TEXTS
from bids.models import Bid
from grants import audit, states
from grants.models import Round, User, new_references
from grants.refusal import Refused, must_be_current

# How the recipients are described while nobody is named.
DESCRIBED = ("described_as", "most_recipients", "named_by")
_OWN = (*DESCRIBED, "direct_reason")


@transaction.atomic
def enter_direct_award(*, round: Round, draft: dict[str, Any], by: User, at: datetime) -> Bid:
    """Enter a direct award and return its row. `draft` is the cleaned data of `DirectForm`.

    Raises Refused if its reference is taken, or if it is open which organisation is meant.
    """
    round = intake.lock(round)
    intake.must_be_new(round, draft["your_reference"])
    taken = Bid.rows.values_list("reference", flat=True)
    row = Bid(
        round=round,
        reference=new_references("DIR", 1, taken)[0],
        source_reference=draft["your_reference"],
        received_at=at,
        state=Bid.State.ENTERED,
        version=0,
    )
    _save(row, draft)
    audit.record("enter direct award", row, round=round, by=by, at=at, because=row.direct_reason, facts=_content(row))
    return row


@transaction.atomic
def change_direct_award(*, row: Bid, draft: dict[str, Any], seen: int, reason: str, by: User, at: datetime) -> Bid:
    """Correct a direct award that waits for review. The trail records every changed field.

    Raises Stale if it changed meanwhile, and Refused once it was reviewed.
    """
    round = intake.lock(row.round)
    row = Bid.rows.select_for_update(of=("self",)).select_related("recipient").get(pk=row.pk)
    row.round = round
    must_be_current(row, seen)
    states.must_allow(row, "enter direct award: change", "It was reviewed, so it can no longer change here.")
    if draft["your_reference"] != row.source_reference:
        raise Refused("Enter the reference that it was entered with", field="your_reference")
    before = _content(row)
    _save(row, draft)
    after = _content(row)
    # What was empty before or is now is not among what the trail keeps.
    changed = [name for name in before | after if after.get(name) != before.get(name)]
    audit.record(
        "enter direct award",
        row,
        round=round,
        by=by,
        at=at,
        because=reason,
        before={name: before[name] for name in changed if name in before},
        facts={name: after[name] for name in changed if name in after},
    )
    return row


def _save(row: Bid, draft: dict[str, Any]) -> None:
    """Give a row the content of cleaned data, with its organisation where one is named, and save it with its tags."""
    place = intake.placed_again(row, draft)
    # What only a bid has stays empty: its case, costs, contact and evaluation.
    blank: dict[str, Any] = {**dict.fromkeys((*TEXTS, *PEOPLE), ""), "future_cost": False, "costs": []}
    intake.fill(row, blank | draft | {"led_by": Bid.Led.DIRECT}, place)
    for name in _OWN:
        setattr(row, name, draft[name])
    row.version += 1
    row.save()
    row.tags.set([tag for name in LISTS for tag in draft[name]])


def _content(row: Bid) -> dict[str, Any]:
    """Return what the trail keeps of a direct award: what it says, and nothing of what only a bid has."""
    content = intake.content_of(row) | {name: getattr(row, name) for name in _OWN}
    return {name: value for name, value in content.items() if value not in ("", None)}
