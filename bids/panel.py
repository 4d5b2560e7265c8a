"""Transitions of scoring: save, submit, close, record the outcome. The only writers of those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bids import scoring, standings
from bids.models import Assignment, Bid, Criterion, Interest, Mark, Panel, PanelOutcome, Practice, Scorecard
from grants import audit, rounds
from grants.models import Round, User
from grants.refusal import Incomplete, Refused, must_be_current
from grants.roles import Role


def members_of(round: Round) -> list[User]:
    """The panel members of a round, by name."""
    holding = {"holdings__role": Role.MEMBER, "holdings__ended_at": None}
    people = User.objects.filter(is_active=True, **holding, holdings__round=round)
    return list((people | User.objects.filter(is_active=True, **holding, holdings__round=None)).distinct())


def is_chair(round: Round, user: User) -> bool:
    """Whether somebody chairs the panel of a round now."""
    held = user.holdings.filter(role=Role.CHAIR, ended_at=None)
    return held.filter(Q(round=round) | Q(round=None)).exists()


def must_be_clear(bid: Bid, chair: User) -> None:
    """Raises Refused where a chair has an interest in a bid that they decide about, or has not answered for it.

    Who is no chair may not decide about it in any case: the trail refuses them.
    """
    said = Interest.objects.filter(bid=bid, member=chair).first()
    if said is None and is_chair(bid.round, chair):
        raise Refused("Declare first whether you have an interest in this bid")
    if said and said.conflicted and said.waived_at is None:
        raise Refused("You declared an interest in this bid, so another chair does this")


def progress_of_members(round: Round) -> dict[int, int]:
    """How many bids each member still has to score, by primary key; those with none are left out."""
    return dict(
        incomplete_of(round)
        .order_by()
        .values_list("member")
        .annotate(waiting=Count("pk"))
        .values_list("member", "waiting")
    )


def scoring_closed(round: Round) -> bool:
    """Whether no scorecard changes any more, so that results may be seen; always so in a round without scores."""
    return not round.scored or Panel.objects.filter(round=round).exclude(closed_at=None).exists()


def open_panel(round: Round) -> Panel:
    """The panel, locked with its round. Raises Refused where scoring has closed."""
    round = rounds.lock(round)
    panel = Panel.objects.select_for_update().get(round=round)
    panel.round = round
    if panel.closed_at:
        raise Refused("Scoring has closed. Nothing about it can change any more.")
    return panel


# Scoring


@dataclass(frozen=True, slots=True)
class Given:
    """What a member puts down for one criterion; any part may still be empty in a draft."""

    passed: bool | None = None
    score: int | None = None
    reason: str = ""


@transaction.atomic
def save_draft(*, bid: Bid, marks: Mapping[int, Given], seen: int, by: User, at: datetime) -> Scorecard:
    """Keep a scorecard as far as it is. `seen` is the version on the page, 0 where there was none yet.

    Raises Refused where the person may not score this bid (any more), Stale where another page saved meanwhile.
    """
    return _save(bid, marks, seen, by, at)


@transaction.atomic
def submit_scorecard(*, bid: Bid, marks: Mapping[int, Given], seen: int, by: User, at: datetime) -> Scorecard:
    """Save a scorecard and submit it, once. Raises Incomplete, naming every answer that is missing."""
    card = _save(bid, marks, seen, by, at)
    missing = missing_answers(Criterion.objects.filter(round=card.bid.round), marks)
    if missing:
        raise Incomplete(missing)
    card.state, card.submitted_at = Scorecard.State.SUBMITTED, at
    card.save(update_fields=["state", "submitted_at"])
    audit.record(
        "submit scorecard",
        card,
        round=card.bid.round,
        bid=card.bid.reference,
        by=by,
        at=at,
        facts={"marks": _facts(marks)},
    )
    return card


def missing_answers(criteria: Iterable[Criterion], marks: Mapping[int, Given]) -> list[tuple[str, str]]:
    """What a scorecard still lacks before it can be submitted: each field with its sentence."""
    found = []
    for criterion in criteria:
        given = marks.get(criterion.number, Given())
        if criterion.gate and given.passed is None:
            found.append((f"passed_{criterion.number}", f"{criterion}: say whether the bid passes"))
        if criterion.scored and given.score is None:
            found.append((f"score_{criterion.number}", f"{criterion}: give a mark"))
        if not given.reason.strip():
            found.append((f"reason_{criterion.number}", f"{criterion}: give your reason"))
    return found


def _save(bid: Bid, marks: Mapping[int, Given], seen: int, by: User, at: datetime) -> Scorecard:
    # Each save of a round waits here for the one before and for the chair who closes, so that even two first saves
    # of one scorecard meet in order; the chain of the trail would let only one through at a time anyway.
    panel = Panel.objects.select_for_update(of=("self",), no_key=True).select_related("round").get(round=bid.round_id)
    if panel.closed_at:
        raise Refused("Scoring has closed. What you typed is below, and was not saved.")
    bid = Bid.objects.select_related("round").get(pk=bid.pk)
    if not Assignment.objects.filter(bid=bid, member=by, withdrawn_at=None).exists():
        raise Refused("This bid is not assigned to you any more")
    if Practice.objects.filter(round=bid.round_id, compared_at=None).exists():
        raise Refused("Scoring opens once the panel has compared its marks on the practice bid. Score that one first.")
    if not Interest.objects.clearing().filter(bid=bid, member=by).exists():
        raise Refused("Declare first whether you have an interest in this bid")
    card = Scorecard.objects.select_for_update().filter(bid=bid, member=by).first()
    if card is None:
        card = Scorecard(bid=bid, member=by, saved_at=at, version=0)
    must_be_current(card, seen)
    if card.state != Scorecard.State.DRAFT:
        raise Refused("This scorecard is submitted. It can no longer change.")
    card.bid, card.saved_at = bid, at
    card.version += 1
    card.save()
    criteria = {criterion.number: criterion for criterion in bid.round.criteria.all()}
    before = {mark.criterion.number: mark for mark in card.marks.select_related("criterion")}
    changed: dict[int, Given] = {}
    written: list[Mark] = []
    for number, given in marks.items():
        old = before.get(number)
        if Given(old.passed, old.score, old.reason) == given if old else given == Given():
            continue
        changed[number] = given
        written.append(
            Mark(
                scorecard=card,
                criterion=criteria[number],
                passed=given.passed,
                score=given.score,
                reason=given.reason,
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
            bid=bid.reference,
            by=by,
            at=at,
            before={"marks": _facts({n: Given(before[n].passed, before[n].score) for n in changed if n in before})},
            facts={"marks": _facts(changed)},
        )
    return card


def _facts(marks: Mapping[int, Given]) -> dict[str, Any]:
    # The trail holds what was marked; the reasons, which quote the bid, stay with the scorecard.
    return {str(number): {"passed": given.passed, "score": given.score} for number, given in marks.items()}


# Closing, and what the panel agreed


def incomplete_of(round: Round) -> QuerySet[Assignment]:
    """The assignments without a submitted scorecard, conflicts left out, as a query."""
    return (
        Assignment.objects.filter(bid__round=round, bid__state=Bid.State.ELIGIBLE, withdrawn_at=None)
        .alias(
            done=_exists(Scorecard, state=Scorecard.State.SUBMITTED),
            conflict=_exists(Interest, conflicted=True, waived_at=None),
        )
        .filter(done=False, conflict=False)
    )


def incomplete(round: Round) -> list[Assignment]:
    """The same with bid and member, by member; for the chair before closing."""
    found = incomplete_of(round).select_related("bid", "member")
    return list(found.order_by("member__name", "bid__source_reference"))


def _exists(model: Any, **conditions: Any) -> Any:
    return Exists(model.objects.filter(bid=OuterRef("bid"), member=OuterRef("member"), **conditions))


@transaction.atomic
def close_scoring(*, round: Round, by: User, at: datetime, reason: str, seen: int | None = None) -> Panel:
    """Close scoring: from now on no scorecard changes, and the chair sees the results.

    Raises Refused where a bid has no submitted scorecard at all.
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

    Raises Refused where scoring is open, where a bid with a failed gate or a split one that no meeting has settled is
    recommended (no mark buys a gate back), where the leadership has agreed the bid already, or where the recorder has
    an interest in it, has not said that they have none, or alone scored it.
    """
    round = rounds.lock(bid.round)
    panel = Panel.objects.select_for_update().get(round=round)
    if round.scored and not panel.closed_at:
        raise Refused("Close scoring before you record outcomes.")
    rounds.must_be_free(round)
    bid = Bid.objects.select_for_update().get(pk=bid.pk)
    bid.round = round
    must_be_current(bid, seen)
    open_states = (Bid.State.ELIGIBLE, Bid.State.RECOMMENDED, Bid.State.REJECTED, Bid.State.REDIRECTED)
    if bid.state not in open_states:
        raise Refused(f"This bid is {bid.get_state_display().lower()}. Its outcome can no longer change.")
    if verdict == PanelOutcome.Verdict.REDIRECT and not destination.strip():
        raise Refused("Enter where the bid is redirected to", field="destination")
    if verdict != PanelOutcome.Verdict.REDIRECT and destination.strip():
        raise Refused("Only a redirected bid has a destination", field="destination")
    gate = standings.result_of(bid).gate if round.scored else scoring.Gate.PASSED
    if verdict == PanelOutcome.Verdict.RECOMMEND:
        if gate is scoring.Gate.FAILED:
            raise Refused("The bid fails a gate, so it cannot be recommended", field="verdict")
        if gate is scoring.Gate.OPEN:
            raise Refused("No complete scorecard judges this bid, so it cannot be recommended", field="verdict")
        if gate is scoring.Gate.SPLIT:
            raise Refused("Members are split on a gate. The panel’s meeting settles it first", field="verdict")
    _must_be_apart(bid, by)
    outcome = PanelOutcome.objects.select_for_update().filter(bid=bid).first()
    before = {"verdict": outcome.verdict, "reason": outcome.reason} if outcome else {}
    if outcome is None:
        outcome = PanelOutcome(bid=bid, version=0)
    outcome.verdict, outcome.destination, outcome.reason = verdict, destination.strip(), reason
    outcome.internal_reason, outcome.recorded_by, outcome.recorded_at = internal_reason, by, at
    outcome.version += 1
    outcome.save()
    bid.state = {
        PanelOutcome.Verdict.RECOMMEND: Bid.State.RECOMMENDED,
        PanelOutcome.Verdict.REJECT: Bid.State.REJECTED,
        PanelOutcome.Verdict.REDIRECT: Bid.State.REDIRECTED,
    }[PanelOutcome.Verdict(verdict)]
    bid.version += 1
    bid.save(update_fields=["state", "version"])
    standings.put_in_order(round)
    audit.record(
        "record outcome",
        bid,
        round=round,
        bid=bid.reference,
        by=by,
        at=at,
        because=reason,
        before=before,
        facts={"verdict": verdict, "destination": destination.strip(), "gates": gate},
    )
    return outcome


def _must_be_apart(bid: Bid, recorder: User) -> None:
    must_be_clear(bid, recorder)
    scorers = set(Scorecard.objects.filter(bid=bid, state=Scorecard.State.SUBMITTED).values_list("member", flat=True))
    if scorers == {recorder.pk}:
        raise Refused("You alone scored this bid, so somebody else records its outcome.")
