"""Transitions that end scoring: close it, and record what the panel agreed about a bid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from bids import scoring
from bids.models import Bid, Panel, PanelOutcome, Scorecard
from bids.models.bids import BidQuerySet
from bids.panel.members import incomplete, open_panel, why_not_clear
from bids.ranking import standings
from grants import audit, states
from grants.audit import Entry
from grants.counting import counted
from grants.models import Round, User
from grants.refusal import Incomplete, Refused, must_be_current
from grants.rounds import rounds


@transaction.atomic
def close_scoring(*, round: Round, by: User, at: datetime, reason: str, seen: int | None = None) -> Panel:
    """Close scoring, after which no scorecard changes. Nobody sees another's marks before `opening.open_marks`.

    Raises Refused if a bid has no submitted scorecard.
    """
    panel = open_panel(round)
    must_be_current(panel, seen)
    without = unscored(round)
    if without.exists():
        # An interest hides a bid from the chair, also in a refusal.
        names = without.visible_to(by, "run panel").values_list("source_reference", flat=True)[:10]
        named = f": {', '.join(names)}" if names else ""
        raise Refused(f"{counted(without.count(), 'bid has', 'bids have')} no submitted scorecard{named}")
    missing = len(incomplete(round))
    panel.closed_at = at
    panel.version += 1
    panel.save(update_fields=["closed_at", "version"])
    audit.record(
        "close scoring", panel, round=panel.round, by=by, at=at, because=reason, facts={"without scorecard": missing}
    )
    return panel


def unscored(round: Round) -> BidQuerySet:
    """Return the bids with the panel that have no submitted scorecard, by the bidders' references. They bar closing."""
    submitted = Scorecard.objects.filter(bid__round=round, state__in=Scorecard.COUNTED).values("bid")
    bids: BidQuerySet = Bid.objects.filter(round=round, state=Bid.State.ELIGIBLE).exclude(pk__in=submitted)
    return bids.order_by("source_reference")


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the panel agreed about a bid. The reason can be published; the destination is where it is redirected to.

    `seen` is the version of the bid that the page was drawn from, or None where no page was.
    """

    bid: Bid
    verdict: str
    reason: str
    destination: str = ""
    internal_reason: str = ""
    seen: int | None = None


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

    Raises Refused before the marks are open, and while a scorecard on the bid is reopened; if a bid is recommended
    with a failed gate, or with a split one that no meeting has settled (no mark makes up for a gate); if the
    leadership has agreed the bid; and if the recorder has an interest in it, has not declared, or is the only member
    who scored it.
    """
    agreed = Agreed(bid, verdict, reason, destination, internal_reason, seen)
    outcomes, refusals = _record(bid.round, [agreed], by, at)
    for refused in refusals.values():
        raise refused
    return outcomes[0]


@transaction.atomic
def record_outcomes(*, round: Round, agreed: Sequence[Agreed], by: User, at: datetime) -> list[PanelOutcome]:
    """Record what the panel agreed about several bids of a round, about all of them or none.

    Raises Incomplete with the refusal of each bid of which `record_outcome` would refuse it, at the field
    "BID-7-verdict", and Refused where the round does not take outcomes.
    """
    outcomes, refusals = _record(round, agreed, by, at)
    if refusals:
        raise Incomplete(
            [(f"{bid}-{refused.field or 'verdict'}", refused.message) for bid, refused in refusals.items()]
        )
    return outcomes


def _record(
    round: Round, agreed: Sequence[Agreed], by: User, at: datetime
) -> tuple[list[PanelOutcome], dict[str, Refused]]:
    """Write the outcomes and their events in a fixed number of queries; where one is refused, write nothing."""
    round = rounds.lock(round)
    panel = Panel.objects.select_for_update().get(round=round)
    if round.scored and not panel.opened_at:
        raise Refused("Close scoring and open the marks before you record outcomes")
    rounds.must_be_free(round)
    keys = [each.bid.pk for each in agreed]
    bids = {bid.pk: bid for bid in Bid.objects.select_for_update().filter(round=round, pk__in=keys).order_by("pk")}
    agreed = [replace(each, bid=bids[each.bid.pk]) for each in agreed]
    gates = _gates(round, keys)
    apart = _reopened(keys) | _apart(round, keys, by)
    refusals = {}
    for each in agreed:
        try:
            _must_be_right(each, gates[each.bid.pk], apart.get(each.bid.pk, ""))
        except Refused as refused:
            refusals[each.bid.reference] = refused
    if refusals:
        return [], refusals
    before = {outcome.bid_id: outcome for outcome in PanelOutcome.objects.select_for_update().filter(bid__in=keys)}
    outcomes = [_outcome(each, before.get(each.bid.pk), by, at) for each in agreed]
    entries = [
        Entry(
            "record outcome",
            each.bid,
            before={"verdict": was.verdict, "reason": was.reason} if (was := before.get(each.bid.pk)) else {},
            facts={"verdict": each.verdict, "destination": each.destination.strip(), "gates": gates[each.bid.pk]},
            because=each.reason,
        )
        for each in agreed
    ]
    fields = ["verdict", "destination", "reason", "internal_reason", "recorded_by", "recorded_at", "version"]
    PanelOutcome.objects.bulk_create(outcomes, update_conflicts=True, unique_fields=["bid"], update_fields=fields)
    for each in agreed:
        states.move(each.bid, f"record outcome: {each.verdict}")
        each.bid.version += 1
    Bid.objects.bulk_update([each.bid for each in agreed], ["state", "version"])
    standings.put_in_order(round)
    audit.record_all(entries, round=round, by=by, at=at)
    return outcomes, {}


def _outcome(agreed: Agreed, before: PanelOutcome | None, by: User, at: datetime) -> PanelOutcome:
    return PanelOutcome(
        bid=agreed.bid,
        verdict=agreed.verdict,
        destination=agreed.destination.strip(),
        reason=agreed.reason,
        internal_reason=agreed.internal_reason,
        recorded_by=by,
        recorded_at=at,
        version=before.version + 1 if before else 1,
    )


def _gates(round: Round, keys: Sequence[int]) -> Mapping[int, scoring.Gate]:
    """Return the gate of each bid as its marks give it now. A round that is not scored has none to fail."""
    if not round.scored:
        return dict.fromkeys(keys, scoring.Gate.PASSED)
    results = standings.results(keys, standings.rules_of(round))
    return {pk: result.gate for pk, result in results.items()}


def _must_be_right(agreed: Agreed, gate: scoring.Gate, apart: str) -> None:
    """Raise Refused where the outcome of a bid cannot be recorded as it is; `apart` is why not by this person."""
    bid, verdict = agreed.bid, agreed.verdict
    must_be_current(bid, agreed.seen)
    label = bid.get_state_display().lower()
    states.must_allow(bid, f"record outcome: {verdict}", f"This bid is {label}. Its outcome can no longer change.")
    redirected = verdict == PanelOutcome.Verdict.REDIRECT
    if redirected and not agreed.destination.strip():
        raise Refused("Enter where you redirect the bid to", field="destination")
    if not redirected and agreed.destination.strip():
        raise Refused("Leave the destination empty unless you redirect the bid", field="destination")
    if verdict == PanelOutcome.Verdict.RECOMMEND and (why := why_not_recommended(gate)):
        raise Refused(why, field="verdict")
    if apart:
        raise Refused(apart)


def why_not_recommended(gate: str) -> str:
    """Return why a bid with this gate cannot be recommended, empty where it can."""
    return {
        scoring.Gate.FAILED: "The bid fails a gate, so it cannot be recommended",
        scoring.Gate.OPEN: "The bid has no complete scorecard, so it cannot be recommended",
        scoring.Gate.SPLIT: "Members are split on a gate. Settle it in a panel meeting first",
    }.get(scoring.Gate(gate), "")


def _reopened(keys: Sequence[int]) -> dict[int, str]:
    """Return why no outcome is recorded yet, by bid: a member can still change a scorecard that it would rest on."""
    cards = Scorecard.objects.filter(bid__in=keys, state=Scorecard.State.REOPENED).select_related("member")
    return {
        card.bid_id: f"The scorecard of {card.member.name} is reopened. "
        "Wait until it is submitted, or end its reopening."
        for card in cards
    }


def _apart(round: Round, keys: Sequence[int], recorder: User) -> dict[int, str]:
    """Return why the recorder may not judge, by bid: they have an interest, have not declared, or alone scored it."""
    scorers: dict[int, set[int]] = {}
    cards = Scorecard.objects.filter(bid__in=keys, state__in=Scorecard.COUNTED)
    for bid, member in cards.values_list("bid", "member"):
        scorers.setdefault(bid, set()).add(member)
    alone = "You are the only member who scored this bid. Ask another chair to record its outcome."
    own = {bid: alone for bid, members in scorers.items() if members == {recorder.pk}}
    return own | why_not_clear(round, keys, recorder)
