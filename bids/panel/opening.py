"""Transitions after the close: open the marks, reopen all of scoring before that, reopen one scorecard after it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bids.models import Bid, Panel, Reopening, Scorecard
from bids.panel.blindness import sees_every_mark
from bids.panel.members import must_be_clear
from bids.ranking import standings
from grants import audit, states
from grants.access import holdings
from grants.models import Round, User
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds


@transaction.atomic
def open_marks(*, round: Round, by: User, at: datetime, seen: int | None = None) -> Panel:
    """Show the marks to everybody who may see them, and work out the results. From here scoring does not reopen.

    The moment is kept with the panel and with each scorecard. Raises Refused while scoring is open, and if the marks
    are open already.
    """
    panel = _closed_panel(round)
    must_be_current(panel, seen)
    if panel.opened_at:
        raise Refused("The marks are already open")
    panel.opened_at = at
    panel.version += 1
    panel.save(update_fields=["opened_at", "version"])
    Scorecard.objects.filter(bid__round=round, marks_opened_at=None).update(marks_opened_at=at)
    standings.refresh(panel.round)
    standings.take_advice(panel.round)
    audit.record("open marks", panel, round=panel.round, by=by, at=at)
    return panel


@transaction.atomic
def reopen_scoring(*, round: Round, reason: str, by: User, at: datetime, seen: int | None = None) -> Panel:
    """Let members score and change their scorecards again after a close. Nobody has seen another's marks yet.

    Raises Refused while scoring is open, and once the marks are open.
    """
    panel = _closed_panel(round)
    must_be_current(panel, seen)
    if panel.opened_at:
        raise Refused("The marks are open, so scoring cannot be reopened. You can reopen one scorecard.")
    closed_at, panel.closed_at = panel.closed_at, None
    panel.version += 1
    panel.save(update_fields=["closed_at", "version"])
    audit.record(
        "reopen scoring", panel, round=panel.round, by=by, at=at, because=reason, before={"closed at": closed_at}
    )
    return panel


@transaction.atomic
def reopen_scorecard(*, card: Scorecard, reason: str, by: User, at: datetime, seen: int | None = None) -> Scorecard:
    """Let a member change one submitted scorecard although it is final. The reason is shown beside its marks for good.

    The marks count as they are until the member submits them again. `seen` is the version of the bid that the page
    showed. Raises Refused for the chair's own scorecard, for one that its member can still change themselves, for one
    on a bid that has an outcome, and for a member who sees every mark in another role.
    """
    card, panel = _locked(card, by, seen)
    bid = card.bid
    if card.member == by:
        raise Refused("You cannot reopen your own scorecard. Ask another chair.")
    if panel.closed_at is None and card.marks_opened_at is None:
        raise Refused("Scoring is open, so the member can change this scorecard themselves")
    label = bid.get_state_display().lower()
    states.must_allow(bid, "reopen scorecard", f"This bid is {label}. Its scorecards can no longer change.")
    states.must_allow(card, "reopen scorecard", f"This scorecard is {card.get_state_display().lower()}")
    if sees_every_mark(holdings(card.member).in_round(bid.round_id)):
        raise Refused(f"{card.member.name} sees every mark in another role, so this scorecard cannot be reopened")
    states.move(card, "reopen scorecard")
    card.save(update_fields=["state"])
    Reopening.objects.create(scorecard=card, reason=reason, reopened_by=by, reopened_at=at)
    facts = {"member": card.member.username}
    audit.record("reopen scorecard", card, round=bid.round, by=by, at=at, because=reason, facts=facts)
    return card


@transaction.atomic
def end_reopening(*, card: Scorecard, reason: str, by: User, at: datetime, seen: int | None = None) -> Scorecard:
    """Make a reopened scorecard final as it is, where its member does not submit it again.

    The reason for reopening it stays beside its marks. Raises Refused for a scorecard that is not reopened.
    """
    card, _ = _locked(card, by, seen)
    states.must_allow(card, "end reopening", "This scorecard is not reopened")
    states.move(card, "end reopening")
    card.save(update_fields=["state"])
    facts = {"member": card.member.username}
    audit.record("end reopening", card, round=card.bid.round, by=by, at=at, because=reason, facts=facts)
    return card


def _closed_panel(round: Round) -> Panel:
    """Return the panel, locked after its round. Raises Refused while scoring is open."""
    panel = _panel(round)
    if panel.closed_at is None:
        raise Refused("Scoring is still open. Close it first.")
    return panel


def _panel(round: Round) -> Panel:
    round = rounds.lock(round)
    panel = Panel.objects.select_for_update().get(round=round)
    panel.round = round
    return panel


def _locked(card: Scorecard, chair: User, seen: int | None) -> tuple[Scorecard, Panel]:
    """Return a scorecard and its panel, locked after their round and bid. Raises Refused if the chair is not clear."""
    panel = _panel(card.bid.round)
    bid = Bid.objects.select_for_update().get(pk=card.bid_id)
    must_be_current(bid, seen)
    bid.round = panel.round
    must_be_clear(bid, chair)
    card = Scorecard.objects.select_for_update(of=("self",)).select_related("member").get(pk=card.pk)
    card.bid = bid
    return card, panel
