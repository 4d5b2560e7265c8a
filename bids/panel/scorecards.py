"""Transitions of scorecards: save a draft, submit it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from bids.models import Assignment, Bid, Criterion, Interest, Mark, Panel, Practice, Scorecard
from grants import audit, states
from grants.days import day_of
from grants.models import User
from grants.refusal import Incomplete, Refused, must_be_current


@dataclass(frozen=True, slots=True)
class Judgement:
    """A member's judgement on one criterion: gate, mark and reason. A draft may leave any of them empty."""

    passed: bool | None = None
    score: int | None = None
    reason: str = ""


@transaction.atomic
def save_draft(*, bid: Bid, marks: Mapping[int, Judgement], seen: int, by: User, at: datetime) -> Scorecard:
    """Save an unfinished scorecard. `seen` is the version that the page showed, 0 if there was none yet.

    Raises Refused if the person may not, or may no longer, score this bid, and Stale if another page saved meanwhile.
    """
    return _save(bid, marks, seen, by, at)


@transaction.atomic
def submit_scorecard(*, bid: Bid, marks: Mapping[int, Judgement], seen: int, by: User, at: datetime) -> Scorecard:
    """Save a scorecard and submit it for good. Raises Incomplete with every answer that is missing.

    Raises Refused after the day on which scoring closes, and Refused and Stale as `save_draft` does.
    """
    card = _save(bid, marks, seen, by, at)
    closes_on = card.bid.round.scoring_closes_on
    if closes_on and day_of(at) > closes_on:
        raise Refused(f"Scoring closed on {closes_on:%-d %B %Y}. Ask the chair for more time, and save your draft")
    missing = missing_answers(Criterion.objects.filter(round=card.bid.round), marks)
    if missing:
        raise Incomplete(missing)
    states.move(card, "submit scorecard")
    card.submitted_at = at
    card.save(update_fields=["state", "submitted_at"])
    audit.record(
        "submit scorecard",
        card,
        round=card.bid.round,
        by=by,
        at=at,
        facts={"marks": _facts(marks)},
    )
    return card


def missing_answers(criteria: Iterable[Criterion], marks: Mapping[int, Judgement]) -> list[tuple[str, str]]:
    """Return the answers that a scorecard lacks before it can be submitted, each as its form field and a message."""
    missing = []
    for criterion in criteria:
        judgement = marks.get(criterion.number, Judgement())
        if criterion.gate and judgement.passed is None:
            missing.append((f"passed_{criterion.number}", f"{criterion}: say whether the bid passes"))
        if criterion.scored and judgement.score is None:
            missing.append((f"score_{criterion.number}", f"{criterion}: give a mark"))
        if not judgement.reason.strip():
            missing.append((f"reason_{criterion.number}", f"{criterion}: give your reason"))
    return missing


def _save(bid: Bid, marks: Mapping[int, Judgement], seen: int, by: User, at: datetime) -> Scorecard:
    # Every save of a round waits here for the save before it and for a chair who closes scoring, so that even two
    # first saves of one scorecard come in order. It costs nothing: the trail lets only one through at a time anyway.
    panel = Panel.objects.select_for_update(of=("self",), no_key=True).select_related("round").get(round=bid.round_id)
    if panel.closed_at:
        raise Refused("Scoring has closed. Your text is below but was not saved.")
    bid = Bid.objects.select_related("round").get(pk=bid.pk)
    if not Assignment.objects.filter(bid=bid, member=by, withdrawn_at=None).exists():
        raise Refused("This bid is no longer assigned to you")
    if Practice.objects.filter(round=bid.round_id, compared_at=None).exists():
        raise Refused("Score the practice bid first. Scoring opens once the panel has compared its marks on it.")
    if not Interest.objects.clearing().filter(bid=bid, member=by).exists():
        raise Refused("Declare first whether you have an interest in this bid")
    card = Scorecard.objects.select_for_update().filter(bid=bid, member=by).first()
    if card is None:
        card = Scorecard(bid=bid, member=by, saved_at=at, version=0)
    must_be_current(card, seen)
    states.must_allow(card, "save draft", "You have submitted this scorecard. It can no longer change.")
    card.bid, card.saved_at = bid, at
    card.version += 1
    card.save()
    criteria = {criterion.number: criterion for criterion in bid.round.criteria.all()}
    before = {mark.criterion.number: mark for mark in card.marks.select_related("criterion")}
    changed: dict[int, Judgement] = {}
    written: list[Mark] = []
    for number, judgement in marks.items():
        old = before.get(number)
        if Judgement(old.passed, old.score, old.reason) == judgement if old else judgement == Judgement():
            continue
        changed[number] = judgement
        written.append(
            Mark(
                scorecard=card,
                criterion=criteria[number],
                passed=judgement.passed,
                score=judgement.score,
                reason=judgement.reason,
            )
        )
    if changed:
        Mark.objects.bulk_create(
            written,
            update_conflicts=True,
            unique_fields=["scorecard", "criterion"],
            update_fields=["passed", "score", "reason"],
        )
        audit.record(
            "save draft",
            card,
            round=bid.round,
            by=by,
            at=at,
            before={"marks": _facts({n: Judgement(before[n].passed, before[n].score) for n in changed if n in before})},
            facts={"marks": _facts(changed)},
        )
    return card


def _facts(marks: Mapping[int, Judgement]) -> dict[str, Any]:
    # The trail holds gates and marks alone. Reasons may quote the bid, so they stay with the scorecard.
    return {str(number): {"passed": judgement.passed, "score": judgement.score} for number, judgement in marks.items()}
