"""Transitions of scorecards: save a draft, submit it, change what was submitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from bids.models import Assignment, Bid, Criterion, Interest, Mark, Panel, Practice, Scorecard
from bids.panel.blindness import sees_every_mark
from bids.ranking import standings
from grants import audit, states
from grants.access import holdings
from grants.days import day_of
from grants.models import User
from grants.refusal import Incomplete, Refused, must_be_current
from grants.rounds import rounds


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
    card = _locked(bid, seen, by, at)
    states.must_allow(card, "save draft", "You have submitted this scorecard. Submit your changes to it.")
    _save_draft(card, marks, by, at)
    return card


@transaction.atomic
def submit_scorecard(*, bid: Bid, marks: Mapping[int, Judgement], seen: int, by: User, at: datetime) -> Scorecard:
    """Save a scorecard and submit it, or change one that is submitted. It counts from here on.

    Its member can change it until scoring closes, and one that the chair reopened once after that. Raises Incomplete
    with every answer that is missing. Raises Refused after the day on which scoring closes, and Refused and Stale as
    `save_draft` does.
    """
    if bid.round.panel.closed_at:
        # A reopened scorecard changes a result, under the lock of the round that comes first.
        rounds.lock(bid.round)
    card = _locked(bid, seen, by, at)
    closes_on = card.bid.round.scoring_closes_on
    if card.state != Scorecard.State.REOPENED and closes_on and day_of(at) > closes_on:
        raise Refused(f"Scoring closed on {closes_on:%-d %B %Y}. Ask the chair for more time, and save your draft")
    missing = missing_answers(Criterion.objects.filter(round=card.bid.round), marks)
    if missing:
        raise Incomplete(missing)
    if states.allows(card, "change scorecard"):
        return _change(card, marks, by, at)
    _save_draft(card, marks, by, at)
    states.move(card, "submit scorecard")
    card.submitted_at = at
    card.save(update_fields=["state", "submitted_at"])
    facts = {"marks": _facts(marks)}
    audit.record("submit scorecard", card, round=card.bid.round, by=by, at=at, facts=facts)
    return card


def why_final(*, state: str, marks_opened_at: datetime | None, closed: bool, closes_on: date | None, on: date) -> str:
    """Return why a member can no longer change their scorecard in this state, in a sentence; empty if they can.

    A draft can be saved after the day `closes_on`, though not submitted.
    """
    if state == Scorecard.State.REOPENED:
        return ""
    if closed:
        return "Scoring has closed."
    if marks_opened_at:
        return f"From {day_of(marks_opened_at):%-d %B %Y} you could see the other marks on this bid."
    if state == Scorecard.State.SUBMITTED and closes_on and on > closes_on:
        return f"Scoring closed on {closes_on:%-d %B %Y}. Ask the chair for more time to change it."
    return ""


def missing_answers(criteria: Iterable[Criterion], marks: Mapping[int, Judgement]) -> list[tuple[str, str]]:
    """Return what a scorecard lacks before it can be submitted, in the order of its page.

    For each incomplete criterion: the first form field that is missing, and a message that names all of them.
    """
    missing = []
    for criterion in sorted(criteria, key=lambda each: each.rule.on_scorecard):
        judgement = marks.get(criterion.number, Judgement())
        lacks = {
            "passed": criterion.gate and judgement.passed is None,
            "score": criterion.scored and judgement.score is None,
            "reason": not judgement.reason.strip(),
        }
        kinds = [kind for kind, is_missing in lacks.items() if is_missing]
        if kinds:
            missing.append((f"{kinds[0]}_{criterion.number}", f"{criterion}: {_in_words(kinds)}"))
    return missing


def _in_words(kinds: Sequence[str]) -> str:
    """Return what to do about the missing parts of a judgement, such as "give a mark and your reason"."""
    to_give = [words for kind, words in (("score", "a mark"), ("reason", "your reason")) if kind in kinds]
    to_do = ["say whether the bid passes"] if "passed" in kinds else []
    return " and ".join([*to_do, *([f"give {' and '.join(to_give)}"] if to_give else [])])


def _locked(bid: Bid, seen: int, by: User, at: datetime) -> Scorecard:
    """Return the scorecard of `by` on a bid, locked after the panel, or a new one that is not saved yet.

    Raises Refused if the person may not, or may no longer, change it, and Stale if another page saved meanwhile.
    """
    # Every save of a round waits here for the save before it and for a chair who closes scoring, so that even two
    # first saves of one scorecard come in order. It costs nothing: the trail lets only one through at a time anyway.
    panel = Panel.objects.select_for_update(of=("self",), no_key=True).select_related("round").get(round=bid.round_id)
    bid = Bid.objects.select_related("round").get(pk=bid.pk)
    card = Scorecard.objects.select_for_update().filter(bid=bid, member=by).first()
    if card is None:
        card = Scorecard(bid=bid, member=by, saved_at=at, version=0)
    final = why_final(
        state=card.state,
        marks_opened_at=card.marks_opened_at,
        closed=panel.closed_at is not None,
        closes_on=bid.round.scoring_closes_on,
        on=day_of(at),
    )
    if final:
        raise Refused(f"{final} Your text is below but was not saved.")
    if not Assignment.objects.filter(bid=bid, member=by, withdrawn_at=None).exists():
        raise Refused("This bid is no longer assigned to you")
    if Practice.objects.filter(round=bid.round_id, compared_at=None).exists():
        raise Refused("Score the practice bid first. Scoring opens once the panel has compared its marks on it.")
    if not Interest.objects.clearing().filter(bid=bid, member=by).exists():
        raise Refused("Declare first whether you have an interest in this bid")
    if card.state == Scorecard.State.REOPENED and sees_every_mark(holdings(by).in_round(bid.round_id)):
        raise Refused("You see every mark in another role, so you can no longer change this scorecard")
    must_be_current(card, seen)
    card.bid = bid
    return card


def _save_draft(card: Scorecard, marks: Mapping[int, Judgement], by: User, at: datetime) -> None:
    changes = _write(card, marks, at)
    if changes:
        audit.record("save draft", card, round=card.bid.round, by=by, at=at, **changes)


def _change(card: Scorecard, marks: Mapping[int, Judgement], by: User, at: datetime) -> Scorecard:
    """Replace the marks of a submitted scorecard and, where results are worked out already, the result of its bid."""
    was_reopened = card.state == Scorecard.State.REOPENED
    changes = _write(card, marks, at)
    if not changes and not was_reopened:
        return card
    states.move(card, "change scorecard")
    card.save(update_fields=["state"])
    round = card.bid.round
    if was_reopened and Panel.objects.filter(round=round, opened_at__isnull=False).exists():
        # A page of the chair that shows the marks of before is out of date.
        Bid.objects.filter(pk=card.bid_id).update(version=F("version") + 1)
        standings.refresh(round, bids=[card.bid])
        standings.take_advice(round)
    audit.record("change scorecard", card, round=round, by=by, at=at, **changes)
    return card


def _write(card: Scorecard, marks: Mapping[int, Judgement], at: datetime) -> dict[str, Any]:
    """Save a scorecard with the marks that changed, and return `before` and `facts` of its event, empty if none did."""
    card.saved_at = at
    card.version += 1
    card.save()
    criteria = {criterion.number: criterion for criterion in card.bid.round.criteria.all()}
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
    if not changed:
        return {}
    Mark.objects.bulk_create(
        written,
        update_conflicts=True,
        unique_fields=["scorecard", "criterion"],
        update_fields=["passed", "score", "reason"],
    )
    old_marks = {
        number: Judgement(before[number].passed, before[number].score) for number in changed if number in before
    }
    return {"before": {"marks": _facts(old_marks)}, "facts": {"marks": _facts(changed)}}


def _facts(marks: Mapping[int, Judgement]) -> dict[str, Any]:
    # The trail holds gates and marks alone. Reasons may quote the bid, so they stay with the scorecard.
    return {str(number): {"passed": judgement.passed, "score": judgement.score} for number, judgement in marks.items()}
