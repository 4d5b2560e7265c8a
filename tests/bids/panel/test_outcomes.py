"""What the panel agreed about a bid, recorded by its chair: no mark buys back a failed gate."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bids.meetings import meetings
from bids.models import Bid, PanelOutcome
from bids.panel import closing
from bids.ranking import standings
from bids.scoring import Answer, Gate
from grants.models import AuditEvent, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from tests.factories import NOW, close, person, scorecard

pytestmark = pytest.mark.django_db


def record(bid: Bid, chair: User, verdict: str = "recommend", **kwargs: Any) -> PanelOutcome:
    return closing.record_outcome(bid=bid, verdict=verdict, reason="Agreed by all", by=chair, at=NOW, **kwargs)


def scored(bid: Bid, *passed: bool) -> Bid:
    for answer in passed:
        scorecard(bid, person(Role.MEMBER, round=bid.round), passed=answer, score=4)
    close(bid.round)
    return bid


def test_no_outcome_is_recorded_while_scoring_is_open(bid: Bid, chair: User) -> None:
    with pytest.raises(Refused, match="Close scoring"):
        record(bid, chair, "reject")
    assert Bid.objects.get(pk=bid.pk).state == "eligible"


def settle(bid: Bid, chair: User, *, passes: bool, gate: int = 1) -> None:
    """A meeting of all who scored the bid, at which the split gate is settled."""
    scorers = list(User.objects.filter(scorecards__bid=bid))
    meeting = meetings.plan_meeting(
        round=bid.round, held_on=NOW.date(), quorum=1, left=Decimal(100_000), by=chair, at=NOW
    )
    meetings.open_meeting(meeting=meeting, present=scorers, seen=None, by=chair, at=NOW)
    item = meeting.items.get(bid=bid)
    split = [number for number, gate in standings.own_result(bid).gates.items() if gate is Gate.SPLIT]
    agreed = {number: Answer(passed=passes) for number in split}
    meetings.discuss_bid(item=item, agreed=agreed, left=[], reason="We talked", seen=item.version, by=chair, at=NOW)


@pytest.mark.parametrize(
    ("passed", "settled", "allowed"),
    [
        ((True, True), None, True),
        ((False, False), None, False),
        ((True, False), None, False),
        ((True, False), False, False),
        ((True, False), True, True),
        ((), None, False),
    ],
    ids=["passed", "failed", "split", "split, fails", "split, passes", "no card"],
)
def test_no_mark_buys_back_a_failed_gate(
    bid: Bid, chair: User, passed: tuple[bool, ...], settled: bool | None, allowed: bool
) -> None:
    scored(bid, *passed)
    if settled is not None:
        settle(bid, chair, passes=settled)
    if allowed:
        record(bid, chair)
        assert Bid.objects.get(pk=bid.pk).state == "recommended"
        return
    with pytest.raises(Refused) as refused:
        record(bid, chair)
    assert refused.value.field == "verdict"
    assert not PanelOutcome.objects.filter(bid=bid).exists()
    assert Bid.objects.get(pk=bid.pk).state == "eligible"


def test_the_trail_records_how_a_split_gate_was_settled(bid: Bid, chair: User) -> None:
    scored(bid, True, False)
    settle(bid, chair, passes=True)
    record(bid, chair)
    event = AuditEvent.objects.get(round=bid.round, action="discuss bid")
    assert event.before["gate"] == Gate.SPLIT.value
    assert event.facts["gate"] == Gate.PASSED.value
    assert AuditEvent.objects.get(round=bid.round, action="record outcome").facts["gates"] == Gate.PASSED.value


@pytest.mark.parametrize(("verdict", "state"), [("reject", "rejected"), ("redirect", "redirected")])
def test_a_bid_that_fails_a_gate_is_rejected_or_redirected(bid: Bid, chair: User, verdict: str, state: str) -> None:
    record(scored(bid, False), chair, verdict, destination="The Board" if verdict == "redirect" else "")
    assert Bid.objects.get(pk=bid.pk).state == state


@pytest.mark.parametrize(
    ("verdict", "destination", "refusal"),
    [
        ("redirect", "", "Enter where"),
        ("redirect", "  ", "Enter where"),
        ("recommend", "The Board", "Leave the destination empty unless you redirect the bid"),
        ("reject", "The Board", "Leave the destination empty unless you redirect the bid"),
    ],
)
def test_a_redirected_bid_and_no_other_has_a_destination(
    bid: Bid, chair: User, verdict: str, destination: str, refusal: str
) -> None:
    scored(bid, True)
    with pytest.raises(Refused, match=refusal) as refused:
        record(bid, chair, verdict, destination=destination)
    assert refused.value.field == "destination"
    assert not PanelOutcome.objects.filter(bid=bid).exists()


@pytest.mark.parametrize(
    ("verdict", "destination", "reason", "constraint"),
    [
        ("redirect", "", "x", "redirect_has_its_destination"),
        ("reject", "The Board", "x", "redirect_has_its_destination"),
        ("reject", "", "", "outcome_has_its_reason"),
    ],
)
def test_the_database_requires_a_reason_and_a_destination(
    bid: Bid, chair: User, verdict: str, destination: str, reason: str, constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PanelOutcome.objects.create(
            bid=bid, verdict=verdict, destination=destination, reason=reason, recorded_by=chair, recorded_at=NOW
        )


def test_an_outcome_can_be_recorded_again_until_the_leadership_agrees(bid: Bid, chair: User) -> None:
    scored(bid, True)
    record(bid, chair, "reject")
    again = record(bid, chair, "recommend")
    assert (again.version, PanelOutcome.objects.filter(bid=bid).count()) == (2, 1)
    event = AuditEvent.objects.filter(round=bid.round, action="record outcome").last()
    assert event is not None
    assert event.before == {"verdict": "reject", "reason": "Agreed by all"}
    Bid.objects.filter(pk=bid.pk).update(state="agreed")
    with pytest.raises(Refused, match="can no longer change"):
        record(bid, chair, "reject")
    assert PanelOutcome.objects.get(bid=bid).verdict == "recommend"


def test_an_outcome_for_another_version_of_the_bid_is_refused(bid: Bid, chair: User) -> None:
    scored(bid, True)
    record(bid, chair, "reject", seen=1)
    with pytest.raises(Stale):
        record(bid, chair, "recommend", seen=1)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CHAIR])
def test_only_the_chair_records_an_outcome(bid: Bid, role: Role) -> None:
    scored(bid, True)
    with pytest.raises(NotEntitled):
        record(bid, person(role, round=bid.round))
    assert not PanelOutcome.objects.filter(bid=bid).exists()
