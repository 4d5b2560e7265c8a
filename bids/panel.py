"""Transitions of the panel: assign, declare interests, score, close, record the outcome. The only writers of those."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from bids import scoring
from bids.models import Assignment, Bid, Criterion, Interest, Mark, Panel, PanelOutcome, Scorecard
from grants import audit, rounds
from grants.models import Round, User
from grants.refusal import Incomplete, Refused, must_be_current
from grants.roles import Role


def members_of(round: Round) -> list[User]:
    """The panel members of a round, by name."""
    holding = {"holdings__role": Role.MEMBER, "holdings__ended_at": None}
    people = User.objects.filter(is_active=True, **holding, holdings__round=round)
    return list((people | User.objects.filter(is_active=True, **holding, holdings__round=None)).distinct())


def scoring_closed(round: Round) -> bool:
    """Whether no scorecard changes any more, so that results may be seen; always so in a round without scores."""
    return not round.scored or Panel.objects.filter(round=round).exclude(closed_at=None).exists()


# Assigning


@transaction.atomic
def assign(*, bid: Bid, member: User, by: User, at: datetime) -> Assignment:
    """Ask a member to score a bid.

    Raises Refused where the bid is not with the panel, scoring has closed, the person is no member, has the bid
    already or has declared an interest in it.
    """
    panel = _open_panel(bid.round)
    bid = Bid.objects.select_for_update().get(pk=bid.pk)
    if member not in members_of(panel.round):
        raise Refused(f"{member.name} is not a member of this panel", field="member")
    if Assignment.objects.filter(bid=bid, member=member, withdrawn_at=None).exists():
        raise Refused(f"{member.name} has this bid already", field="member")
    if Interest.objects.filter(bid=bid, member=member, conflicted=True).exists():
        raise Refused(f"{member.name} declared an interest in this bid", field="member")
    return _assign(bid, member, by, at)


def _assign(bid: Bid, member: User, by: User, at: datetime) -> Assignment:
    if bid.state != Bid.State.ELIGIBLE:
        raise Refused(f"{bid.source_reference} is not with the panel", field="bid")
    assignment, _ = Assignment.objects.update_or_create(
        bid=bid, member=member, defaults={"assigned_at": at, "withdrawn_at": None}
    )
    facts = {"member": member.username}
    audit.record("assign bid", assignment, round=bid.round, bid=bid.reference, by=by, at=at, facts=facts)
    return assignment


@transaction.atomic
def assign_evenly(*, round: Round, wanted: int, by: User, at: datetime) -> int:
    """Bring every bid with the panel up to `wanted` scorers, the least loaded member first.

    Members of the unit that sponsors a bid come last for it; those who declared an interest never get it. Gives how
    many assignments were added. Raises Refused where there are too few members.
    """
    panel = _open_panel(round)
    members = members_of(panel.round)
    if len(members) < wanted:
        raise Refused(f"The panel has {len(members)} members, fewer than {wanted}", field="wanted")
    current = list(Assignment.objects.filter(bid__round=round, withdrawn_at=None).values_list("bid_id", "member_id"))
    load = Counter(member for _, member in current)
    had = set(current)
    barred = set(Interest.objects.filter(bid__round=round, conflicted=True).values_list("bid_id", "member_id"))
    added = 0
    bids = Bid.objects.select_for_update().filter(round=round, state=Bid.State.ELIGIBLE).order_by("source_reference")
    for bid in bids.select_related("round"):
        free = [m for m in members if (bid.pk, m.pk) not in had and (bid.pk, m.pk) not in barred]
        free.sort(key=lambda m: (m.unit == bid.sponsoring_unit, load[m.pk], m.username))
        missing = wanted - sum(1 for held, _ in had if held == bid.pk)
        for member in free[: max(missing, 0)]:
            _assign(bid, member, by, at)
            load[member.pk] += 1
            added += 1
    panel.wanted = wanted
    panel.version += 1
    panel.save(update_fields=["wanted", "version"])
    return added


@transaction.atomic
def withdraw_assignment(*, assignment: Assignment, reason: str, by: User, at: datetime) -> None:
    """Take a bid back from a member who has not submitted a scorecard on it. Their draft is kept, and not counted."""
    _open_panel(assignment.bid.round)
    assignment = Assignment.objects.select_for_update().select_related("bid__round").get(pk=assignment.pk)
    if assignment.withdrawn_at:
        raise Refused("This assignment was withdrawn already")
    bid = assignment.bid
    if Scorecard.objects.filter(bid=bid, member=assignment.member, state=Scorecard.State.SUBMITTED).exists():
        raise Refused("The scorecard on this bid is submitted. It stays.")
    assignment.withdrawn_at = at
    assignment.save(update_fields=["withdrawn_at"])
    facts = {"member": assignment.member.username}
    audit.record(
        "withdraw assignment",
        assignment,
        round=bid.round,
        bid=bid.reference,
        by=by,
        at=at,
        because=reason,
        facts=facts,
    )


def _open_panel(round: Round) -> Panel:
    """The panel, locked with its round. Raises Refused where scoring has closed."""
    round = rounds.lock(round)
    panel = Panel.objects.select_for_update().get(round=round)
    panel.round = round
    if panel.closed_at:
        raise Refused("Scoring has closed. Nothing about it can change any more.")
    return panel


# Interests


@transaction.atomic
def declare_interest(*, bid: Bid, conflicted: bool, by: User, at: datetime, nature: str = "") -> Interest:
    """Answer the declaration of interest on one assigned bid.

    A later interest withdraws one's scorecard, which is kept and no longer counts. Raises Refused where the bid is
    not one's own to score, where a conflict is to be lifted by the conflicted person, or where its nature is missing.
    """
    _open_panel(bid.round)
    bid = Bid.objects.select_for_update().select_related("round").get(pk=bid.pk)
    if not Assignment.objects.filter(bid=bid, member=by, withdrawn_at=None).exists():
        raise Refused("This bid is not assigned to you")
    if conflicted and not nature.strip():
        raise Refused("Say what your interest is", field="nature")
    before = Interest.objects.filter(bid=bid, member=by).first()
    if before and before.conflicted and not conflicted:
        raise Refused("You declared an interest in this bid, and it stands. The chair gives the bid to somebody else.")
    interest, _ = Interest.objects.update_or_create(
        bid=bid, member=by, defaults={"conflicted": conflicted, "nature": nature.strip(), "declared_at": at}
    )
    withdrawn = 0
    if conflicted:
        cards = Scorecard.objects.filter(bid=bid, member=by).exclude(state=Scorecard.State.WITHDRAWN)
        why = f"Interest declared: {nature.strip()}"
        withdrawn = cards.update(state=Scorecard.State.WITHDRAWN, withdrawn_because=why)
    facts = {"conflicted": conflicted, "nature": nature.strip(), "scorecards withdrawn": withdrawn}
    audit.record("declare interest", interest, round=bid.round, bid=bid.reference, by=by, at=at, facts=facts)
    return interest


@transaction.atomic
def declare_interests(*, answers: Sequence[tuple[Bid, bool, str]], by: User, at: datetime) -> list[Interest]:
    """Answer several declarations at once, each a bid, whether there is an interest, and its nature; all or none."""
    return [
        declare_interest(bid=bid, conflicted=conflicted, nature=nature, by=by, at=at)
        for bid, conflicted, nature in answers
    ]


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
    missing = _missing(Criterion.objects.filter(round=card.bid.round), marks)
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


def _missing(criteria: Iterable[Criterion], marks: Mapping[int, Given]) -> list[tuple[str, str]]:
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
    if not Interest.objects.filter(bid=bid, member=by, conflicted=False).exists():
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


def incomplete(round: Round) -> list[Assignment]:
    """The assignments without a submitted scorecard, conflicts left out; for the chair before closing."""
    return list(
        Assignment.objects.filter(bid__round=round, withdrawn_at=None)
        .exclude(bid__in=Bid.objects.exclude(state=Bid.State.ELIGIBLE))
        .alias(
            done=_exists(Scorecard, state=Scorecard.State.SUBMITTED),
            conflict=_exists(Interest, conflicted=True),
        )
        .filter(done=False, conflict=False)
        .select_related("bid", "member")
        .order_by("member__name", "bid__source_reference")
    )


def _exists(model: Any, **conditions: Any) -> Any:
    return Exists(model.objects.filter(bid=OuterRef("bid"), member=OuterRef("member"), **conditions))


@transaction.atomic
def close_scoring(*, round: Round, by: User, at: datetime, reason: str, seen: int | None = None) -> Panel:
    """Close scoring: from now on no scorecard changes, and the chair sees the results.

    Raises Refused where a bid has no submitted scorecard at all.
    """
    panel = _open_panel(round)
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
    audit.record(
        "close scoring", panel, round=panel.round, by=by, at=at, because=reason, facts={"without scorecard": missing}
    )
    return panel


def results(bids: Sequence[Bid]) -> dict[int, scoring.Result]:
    """The result of each bid from its submitted scorecards, by primary key, in two queries for any number of bids."""
    by_bid: dict[int, list[dict[int, scoring.Answer]]] = {bid.pk: [] for bid in bids}
    cards = Scorecard.objects.filter(bid__in=list(by_bid), state=Scorecard.State.SUBMITTED).order_by("member__name")
    for card in cards.prefetch_related("marks__criterion"):
        by_bid[card.bid_id].append(card.answers())
    rules = [criterion.rule for criterion in Criterion.objects.filter(round__in={bid.round_id for bid in bids})]
    return {pk: scoring.result(found, rules) for pk, found in by_bid.items()}


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
    gates_settled: bool | None = None,
    seen: int | None = None,
) -> PanelOutcome:
    """Record what the panel agreed about a bid, with the reason that can be published.

    `gates_settled` is the panel's answer on gates that members were split on. Raises Refused where scoring is open,
    where a bid with a failed gate or an unsettled split one is recommended (no mark buys a gate back), where the
    leadership has agreed the bid already, or where the recorder has an interest in it or alone scored it.
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
    gate = results([bid])[bid.pk].gate if round.scored else scoring.Gate.PASSED
    if verdict == PanelOutcome.Verdict.RECOMMEND:
        if gate is scoring.Gate.FAILED:
            raise Refused("The bid fails a gate, so it cannot be recommended", field="verdict")
        if gate is scoring.Gate.OPEN:
            raise Refused("No complete scorecard judges this bid, so it cannot be recommended", field="verdict")
        if gate is scoring.Gate.SPLIT and gates_settled is not True:
            raise Refused("Members were split on a gate. Say first whether the bid passes it", field="gates_settled")
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
    audit.record(
        "record outcome",
        bid,
        round=round,
        bid=bid.reference,
        by=by,
        at=at,
        because=reason,
        before=before,
        facts={"verdict": verdict, "destination": destination.strip(), "gates": gate, "split settled": gates_settled},
    )
    return outcome


def _must_be_apart(bid: Bid, recorder: User) -> None:
    if Interest.objects.filter(bid=bid, member=recorder, conflicted=True).exists():
        raise Refused("You declared an interest in this bid, so somebody else records its outcome.")
    scorers = set(Scorecard.objects.filter(bid=bid, state=Scorecard.State.SUBMITTED).values_list("member", flat=True))
    if scorers == {recorder.pk}:
        raise Refused("You alone scored this bid, so somebody else records its outcome.")
