"""Transitions of the practice bid: set it up, score it, compare. No real bid is scored until the comparison."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bids.models import Criterion, Practice, PracticeCard, Scorecard
from bids.panel.members import members_of, open_panel
from bids.panel.scorecards import Judgement, missing_answers
from grants import audit
from grants.models import Round, User
from grants.refusal import Incomplete, Refused, must_be_current


@transaction.atomic
def keep_practice(
    *, round: Round, title: str, bidder: str, amount: Decimal, case: str, by: User, at: datetime
) -> Practice:
    """Set up the invented bid that every member scores before the real ones. It never counts.

    `amount` is in pounds. Raises Refused if anybody has begun to score a real bid or has scored the practice bid.
    """
    round = open_panel(round).round
    if Scorecard.objects.filter(bid__round=round).exists():
        raise Refused("Members have started to score. It is too late for a practice bid.")
    if PracticeCard.objects.filter(practice__round=round).exists():
        raise Refused("Members have scored the practice bid, so it can no longer change.")
    values = {"title": title, "bidder": bidder, "amount": amount, "case": case}
    practice, _ = Practice.objects.update_or_create(round=round, defaults=values)
    audit.record("keep practice", practice, round=round, by=by, at=at, facts={"title": title, "amount": amount})
    return practice


@transaction.atomic
def score_practice(*, practice: Practice, marks: Mapping[int, Judgement], by: User, at: datetime) -> PracticeCard:
    """Submit the scorecard of `by` on the practice bid, once.

    Raises Incomplete with every answer that is missing. Raises Refused if the panel has compared its marks, or if the
    person has scored the practice bid already.
    """
    open_panel(practice.round)
    practice = Practice.objects.select_for_update(of=("self",)).select_related("round").get(pk=practice.pk)
    if practice.compared_at:
        raise Refused("The panel has already compared its marks")
    if practice.cards.filter(member=by).exists():
        raise Refused("You have already scored the practice bid")
    missing = missing_answers(Criterion.objects.filter(round=practice.round), marks)
    if missing:
        raise Incomplete(missing)
    answers = {
        str(number): {"passed": judgement.passed, "score": judgement.score, "reason": judgement.reason}
        for number, judgement in marks.items()
    }
    card = PracticeCard.objects.create(practice=practice, member=by, answers=answers, submitted_at=at)
    audit.record("score practice", card, round=practice.round, by=by, at=at)
    return card


def waiting_for(practice: Practice) -> list[User]:
    """Return the members who have not scored the practice bid."""
    done = set(practice.cards.values_list("member_id", flat=True))
    return [member for member in members_of(practice.round) if member.pk not in done]


@transaction.atomic
def compare_practice(*, practice: Practice, reason: str, seen: int, by: User, at: datetime) -> Practice:
    """Show every member all marks on the practice bid, and open the scoring of the real bids.

    The trail names the members who have not scored it. Raises Refused if nobody has scored it yet, or if the marks
    have been compared already.
    """
    round = open_panel(practice.round).round
    practice = Practice.objects.select_for_update(of=("self",)).select_related("round").get(pk=practice.pk)
    must_be_current(practice, seen)
    if practice.compared_at:
        raise Refused("The panel has already compared its marks")
    if not practice.cards.exists():
        raise Refused("Nobody has scored the practice bid yet")
    practice.compared_at = at
    practice.version += 1
    practice.save(update_fields=["compared_at", "version"])
    facts = {"without a card": [member.name for member in waiting_for(practice)]}
    audit.record("compare practice", practice, round=round, by=by, at=at, because=reason, facts=facts)
    return practice
