"""Transitions of the panel's meeting: plan, open, discuss, close. They are the only writers of meetings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from bids import scoring
from bids.meetings import agenda
from bids.models import AgreedMark, Bid, Criterion, Discussion, Interest, Meeting, Panel, Standing
from bids.panel import closing
from bids.panel.closing import Agreed
from bids.panel.members import members_of, must_be_clear
from bids.ranking import standings
from grants import audit, states
from grants.counting import counted
from grants.models import Round, User, new_references
from grants.refusal import Incomplete, Refused, must_be_current
from grants.rounds import rounds


@transaction.atomic
def plan_meeting(*, round: Round, held_on: date, quorum: int, left: Decimal, by: User, at: datetime) -> Meeting:
    """Plan a meeting of the panel with the agenda that the ranking calls for. It is secret until it is opened.

    `left` is the money left for grants, in pounds, which places the funding line. Raises Refused before the
    marks are open, while another meeting is not closed, or if the panel has fewer members than the quorum.
    """
    round = rounds.lock(round)
    if not Panel.objects.filter(round=round).exclude(opened_at=None).exists():
        raise Refused("Close scoring and open the marks before you plan the meeting")
    if Meeting.objects.filter(round=round, closed_at=None).exists():
        raise Refused("Another meeting is not closed yet. Close it first")
    members = len(members_of(round))
    if quorum > members:
        raise Refused(f"The panel has {counted(members, 'member')}. Enter a quorum of that or fewer", field="quorum")
    taken = Meeting.objects.values_list("reference", flat=True)
    meeting = Meeting.objects.create(
        round=round, reference=new_references("MEET", 1, taken)[0], held_on=held_on, quorum=quorum, planned_by=by
    )
    items = agenda.draw_up(seen(round, left))
    bids = {bid.reference: bid for bid in Bid.objects.filter(round=round)}
    Discussion.objects.bulk_create(
        Discussion(meeting=meeting, bid=bids[item.reference], number=number, why=item.why)
        for number, item in enumerate(items, start=1)
    )
    facts = {"held on": held_on, "quorum": quorum, "bids": len(items)}
    audit.record("plan meeting", meeting, round=round, by=by, at=at, facts=facts)
    return meeting


def seen(round: Round, left: Decimal) -> list[agenda.Seen]:
    """Return the bids without an outcome, with the facts that the agenda is drawn from. `left` is in pounds."""
    rows = Standing.objects.filter(round=round).select_related("bid").order_by("position")
    funded = [row.pk for row in rows if row.running is not None]
    held = sum(1 for row in rows if row.running is not None and row.running <= left)
    places = {pk: index - held + 1 for index, pk in enumerate(funded)}
    wanted = Panel.objects.get(round=round).wanted
    return [
        agenda.Seen(
            reference=row.bid.reference,
            position=row.position,
            gate=scoring.Gate(row.gate),
            spread=row.spread,
            from_line=places.get(row.pk),
            cards=row.cards,
            wanted=wanted,
        )
        for row in rows
        if row.bid.state == Bid.State.ELIGIBLE
    ]


def _locked(meeting: Meeting, verb: str, seen: int | None, *, first: str = "Open the meeting first") -> Meeting:
    """Return the meeting, locked after its round.

    Raises Stale where it changed after version `seen`. Raises Refused where its state does not allow the verb: with
    the sentence `first` before it is opened.
    """
    rounds.lock(meeting.round)
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("round").get(pk=meeting.pk)
    must_be_current(meeting, seen)
    closed = meeting.state == Meeting.State.CLOSED
    states.must_allow(meeting, verb, "The meeting is closed. Its minutes can no longer change." if closed else first)
    return meeting


@transaction.atomic
def put_on_agenda(*, meeting: Meeting, bid: Bid, reason: str, by: User, at: datetime) -> Discussion:
    """Add a bid to the end of a meeting's agenda, with the reason. Raises Refused if it is on the agenda already."""
    meeting = _locked(meeting, "put on agenda", None)
    must_be_clear(bid, by)
    if meeting.items.filter(bid=bid).exists():
        raise Refused("This bid is already on the agenda", field="bid")
    last = meeting.items.order_by("-number").first()
    item = Discussion.objects.create(meeting=meeting, bid=bid, number=last.number + 1 if last else 1, why=reason[:200])
    audit.record_under_bid("put on agenda", meeting, bid, round=meeting.round, by=by, at=at, because=reason)
    return item


@transaction.atomic
def open_meeting(*, meeting: Meeting, present: Collection[User], seen: int | None, by: User, at: datetime) -> Meeting:
    """Open a meeting with the people present, or record again who is present. Members then see the agenda.

    Raises Refused if fewer people than the quorum are present, or if one of them is not a member of the panel.
    """
    meeting = _locked(meeting, "open meeting", seen)
    members = {member.pk for member in members_of(meeting.round)}
    if {person.pk for person in present} - members:
        raise Refused("Choose only members of the panel as present", field="present")
    if len(present) < meeting.quorum:
        raise Refused(
            f"Only {counted(len(present), 'member is', 'members are')} present, below the quorum of {meeting.quorum}",
            field="present",
        )
    meeting.present.set(present)
    meeting.opened_at = meeting.opened_at or at
    meeting.version += 1
    meeting.save(update_fields=["opened_at", "version"])
    facts = {"present": sorted(person.name for person in present)}
    audit.record("open meeting", meeting, round=meeting.round, by=by, at=at, facts=facts)
    return meeting


@transaction.atomic
def call_item(*, item: Discussion, by: User, at: datetime) -> Meeting:
    """Put an item of the agenda before the meeting, which members then follow. Raises Refused unless it is open."""
    meeting = _locked(item.meeting, "call item", None)
    must_be_clear(item.bid, by)
    if meeting.called == item.number:
        return meeting
    meeting.called = item.number
    meeting.save(update_fields=["called"])
    audit.record_under_bid("call item", meeting, item.bid, round=meeting.round, by=by, at=at, because="")
    return meeting


@transaction.atomic
def discuss_and_decide(*, outcome: Agreed | None, by: User, at: datetime, **discussion: Any) -> Discussion:
    """Record what the meeting agreed on a bid as `discuss_bid` does, and its outcome with it where there is one.

    Raises what either of them raises, and records neither then.
    """
    item = discuss_bid(**discussion, by=by, at=at)
    if outcome:
        closing.record_outcome(
            bid=item.bid,
            verdict=outcome.verdict,
            reason=outcome.reason,
            destination=outcome.destination,
            by=by,
            at=at,
        )
    return item


@transaction.atomic
def discuss_bid(
    *,
    item: Discussion,
    agreed: Mapping[int, scoring.Answer],
    left: Collection[User],
    reason: str,
    seen: int,
    by: User,
    at: datetime,
) -> Discussion:
    """Record what the meeting agreed on a bid. The members' own marks stay as they are.

    `agreed` holds an answer by criterion number, for each split gate that the meeting settled and each mark that it
    agreed. `left` are the people who left the room; anybody who declared an interest in the bid, or did not declare,
    counts as having left. Raises Refused if the meeting is not open, if too few people stay for the quorum, if a gate
    that is not split has an answer, or if the bid is no longer with the panel. Raises Incomplete with each split gate
    that has no answer.
    """
    meeting = _locked(item.meeting, "discuss bid", None)
    bid = Bid.objects.select_for_update().get(pk=item.bid_id)
    bid.round = meeting.round
    label = bid.get_state_display().lower()
    states.must_allow(bid, "discuss bid", f"This bid is {label}. The meeting can no longer change its result.")
    item = Discussion.objects.select_for_update(of=("self",)).get(pk=item.pk)
    must_be_current(item, seen)
    must_be_clear(bid, by)
    gone = {person.pk for person in left} | {person.pk for person in must_leave(meeting, bid)}
    stay = [person for person in meeting.present.all() if person.pk not in gone]
    if len(stay) < meeting.quorum:
        few = counted(len(stay), "member stays", "members stay")
        raise Refused(f"Only {few} for this bid, below the quorum of {meeting.quorum}", field="left")
    own = standings.own_result(bid)
    _must_answer_the_split(own, agreed)
    _replace_agreed_marks(item, meeting.round, agreed)
    item.left.set([person for person in meeting.present.all() if person.pk in gone])
    bid.version += 1
    bid.save(update_fields=["version"])
    standings.refresh(meeting.round, bids=[bid])
    now = standings.result_of(bid)
    item.reason, item.recorded_by, item.recorded_at = reason, by, at
    item.members_mean, item.mean, item.gate, item.cards = own.mean, now.mean, now.gate, now.cards
    item.version += 1
    item.save()
    audit.record(
        "discuss bid",
        item,
        round=meeting.round,
        by=by,
        at=at,
        because=reason,
        before={"result": str(own.mean), "gate": own.gate},
        facts={
            "result": str(now.mean),
            "gate": now.gate,
            "agreed": {str(number): {"passed": a.passed, "score": a.score} for number, a in agreed.items()},
            "left": sorted(person.name for person in item.left.all()),
        },
    )
    return item


def _replace_agreed_marks(item: Discussion, round: Round, agreed: Mapping[int, scoring.Answer]) -> None:
    criteria = {criterion.number: criterion for criterion in Criterion.objects.filter(round=round)}
    item.agreed.all().delete()
    AgreedMark.objects.bulk_create(
        AgreedMark(discussion=item, criterion=criteria[number], passed=answer.passed, score=answer.score)
        for number, answer in agreed.items()
        if answer != scoring.Answer()
    )


def _must_answer_the_split(own: scoring.Result, agreed: Mapping[int, scoring.Answer]) -> None:
    missing = []
    for number, gate in own.gates.items():
        passed = agreed.get(number, scoring.Answer()).passed
        if gate is scoring.Gate.SPLIT and passed is None:
            missing.append((f"passed_{number}", f"Members are split on gate {number}: say whether the bid passes"))
        if gate is not scoring.Gate.SPLIT and passed is not None:
            raise Refused(f"Members agree on gate {number}. Leave it unanswered", field=f"passed_{number}")
    if missing:
        raise Incomplete(missing)


def must_leave(meeting: Meeting, bid: Bid) -> list[User]:
    """Return the people present who may not discuss a bid: they have an interest in it, or did not declare."""
    free = Interest.objects.clearing().filter(bid=bid)
    return list(meeting.present.exclude(interests__in=free))


@transaction.atomic
def close_meeting(*, meeting: Meeting, seen: int | None, by: User, at: datetime) -> Meeting:
    """Close a meeting, after which its minutes no longer change.

    Raises Refused while a bid on its agenda that has no outcome has a split gate.
    """
    meeting = _locked(meeting, "close meeting", seen, first="Open the meeting before you close it")
    waiting = meeting.items.filter(bid__state=Bid.State.ELIGIBLE, bid__standing__gate=scoring.Gate.SPLIT)
    split = waiting.values_list("bid__source_reference", flat=True)
    if split:
        raise Refused(f"Members are still split on a gate of {', '.join(split)}. Settle it first")
    meeting.closed_at, meeting.called = at, None
    meeting.version += 1
    meeting.save(update_fields=["closed_at", "called", "version"])
    facts = {"discussed": meeting.items.exclude(recorded_at=None).count(), "bids": meeting.items.count()}
    audit.record("close meeting", meeting, round=meeting.round, by=by, at=at, facts=facts)
    return meeting
