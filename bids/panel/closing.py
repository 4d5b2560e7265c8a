"""Transitions that end scoring: close it, and record what the panel agreed about a bid."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bids import scoring
from bids.models import Bid, Panel, PanelOutcome, Scorecard
from bids.panel.members import incomplete, must_be_clear, open_panel
from bids.ranking import standings
from grants import audit, states
from grants.models import Round, User
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds


@transaction.atomic
def close_scoring(*, round: Round, by: User, at: datetime, reason: str, seen: int | None = None) -> Panel:
    """Close scoring, after which no scorecard changes and the chair sees the results.

    Raises Refused if a bid has no submitted scorecard.
    """
    panel = open_panel(round)
    must_be_current(panel, seen)
    submitted = Scorecard.objects.filter(bid__round=round, state=Scorecard.State.SUBMITTED).values("bid")
    unscored = Bid.objects.filter(round=round, state=Bid.State.ELIGIBLE).exclude(pk__in=submitted)
    if unscored.exists():
        names = ", ".join(unscored.values_list("source_reference", flat=True)[:10])
        raise Refused(f"These bids have no submitted scorecard: {names}")
    missing = len(incomplete(round))
    panel.closed_at = at
    panel.version += 1
    panel.save(update_fields=["closed_at", "version"])
    standings.refresh(panel.round)
    standings.take_advice(panel.round)
    audit.record(
        "close scoring", panel, round=panel.round, by=by, at=at, because=reason, facts={"without scorecard": missing}
    )
    return panel


@transaction.atomic
def record_outcome(
    *,
    bid: Bid,
    verdict: str,
    reason: str,
    by: User,
    at: datetime,
    destination: str = "",
    internal_reason: str = "",
    seen: int | None = None,
) -> PanelOutcome:
    """Record what the panel agreed about a bid, with the reason that can be published.

    Raises Refused while scoring is open; if a bid is recommended with a failed gate, or with a split one that no
    meeting has settled (no mark makes up for a gate); if the leadership has agreed the bid; and if the recorder has an
    interest in it, has not declared, or is the only member who scored it.
    """
    round = rounds.lock(bid.round)
    panel = Panel.objects.select_for_update().get(round=round)
    if round.scored and not panel.closed_at:
        raise Refused("Close scoring before you record outcomes")
    rounds.must_be_free(round)
    bid = Bid.objects.select_for_update().get(pk=bid.pk)
    bid.round = round
    verb = f"record outcome: {verdict}"
    must_be_current(bid, seen)
    label = bid.get_state_display().lower()
    states.must_allow(bid, verb, f"This bid is {label}. Its outcome can no longer change.")
    if verdict == PanelOutcome.Verdict.REDIRECT and not destination.strip():
        raise Refused("Enter where you redirect the bid to", field="destination")
    if verdict != PanelOutcome.Verdict.REDIRECT and destination.strip():
        raise Refused("Leave the destination empty unless you redirect the bid", field="destination")
    gate = standings.result_of(bid).gate if round.scored else scoring.Gate.PASSED
    if verdict == PanelOutcome.Verdict.RECOMMEND:
        _must_pass(gate)
    _must_be_apart(bid, by)
    outcome = PanelOutcome.objects.select_for_update().filter(bid=bid).first()
    before = {"verdict": outcome.verdict, "reason": outcome.reason} if outcome else {}
    if outcome is None:
        outcome = PanelOutcome(bid=bid, version=0)
    outcome.verdict, outcome.destination, outcome.reason = verdict, destination.strip(), reason
    outcome.internal_reason, outcome.recorded_by, outcome.recorded_at = internal_reason, by, at
    outcome.version += 1
    outcome.save()
    states.move(bid, verb)
    bid.version += 1
    bid.save(update_fields=["state", "version"])
    standings.put_in_order(round)
    audit.record(
        "record outcome",
        bid,
        round=round,
        by=by,
        at=at,
        because=reason,
        before=before,
        facts={"verdict": verdict, "destination": destination.strip(), "gates": gate},
    )
    return outcome


def _must_pass(gate: scoring.Gate) -> None:
    """Raise Refused unless every gate of the bid is passed."""
    if gate is scoring.Gate.FAILED:
        raise Refused("The bid fails a gate, so it cannot be recommended", field="verdict")
    if gate is scoring.Gate.OPEN:
        raise Refused("The bid has no complete scorecard, so it cannot be recommended", field="verdict")
    if gate is scoring.Gate.SPLIT:
        raise Refused("Members are split on a gate. Settle it in a panel meeting first", field="verdict")


def _must_be_apart(bid: Bid, recorder: User) -> None:
    """Raise Refused if the recorder has an interest in the bid, has not declared, or alone scored it."""
    must_be_clear(bid, recorder)
    scorers = set(Scorecard.objects.filter(bid=bid, state=Scorecard.State.SUBMITTED).values_list("member", flat=True))
    if scorers == {recorder.pk}:
        raise Refused("You are the only member who scored this bid. Ask another chair to record its outcome.")
