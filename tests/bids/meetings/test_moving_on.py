"""The meeting moves on: who must leave is ticked, an outcome is agreed with the marks, and members follow."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bids.meetings import meetings
from bids.meetings.reading import agreed_before
from bids.models import Bid, Discussion, Interest, Meeting, PanelOutcome
from grants.models import AuditEvent, Round, User
from grants.refusal import NotEntitled, Refused
from grants.roles import Role
from tests.factories import NOW, close, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db


@pytest.fixture
def members(round: Round) -> list[User]:
    return [person(Role.MEMBER, round=round, name=name) for name in ("Ada", "Bea", "Cyn")]


@pytest.fixture
def meeting(round: Round, members: list[User], chair: User) -> Meeting:
    """An open meeting about two bids, on each of which members are split. Everybody is present."""
    for title in ("First", "Second"):
        bid = make_bid(round, title=title)
        for member, passed in zip(members, (True, True, False), strict=True):
            scorecard(bid, member, passed=passed, score=3)
    close(round)
    planned = meetings.plan_meeting(
        round=round, held_on=date(2026, 12, 8), quorum=2, left=Decimal(100_000), by=chair, at=NOW
    )
    return meetings.open_meeting(meeting=planned, present=members, seen=1, by=chair, at=NOW)


def items(meeting: Meeting) -> list[Discussion]:
    return list(meeting.items.order_by("number").select_related("bid", "meeting"))


def page(item: Discussion) -> str:
    return reverse("bids:discuss_bid", args=[item.meeting.reference, item.bid.reference])


def sent(item: Discussion, **more: str) -> dict[str, Any]:
    """What the chair sends of an item: each split gate passes."""
    gates = {f"passed_{number}": "yes" for number in (1, 2, 3, 6, 7)}
    return {**gates, "reason": "It meets them.", "version": item.version, "verdict": "", **more}


def test_who_must_leave_is_ticked_before_the_item_is_discussed(meeting: Meeting, members: list[User]) -> None:
    item = items(meeting)[0]
    Interest.objects.filter(bid=item.bid, member=members[2]).update(conflicted=True, nature="A sister")
    assert agreed_before(item)["left"] == [members[2].username]


def test_marks_and_outcome_are_recorded_at_once_and_the_next_bid_is_before_the_meeting(
    client: Client, meeting: Meeting, chair: User
) -> None:
    first, second = items(meeting)
    client.force_login(chair)
    answers = sent(first, verdict="recommend", public_reason="A sound plan.", then="next")
    response = client.post(page(first), answers)
    assert response["Location"] == page(second)
    outcome = PanelOutcome.objects.get(bid=first.bid)
    assert (outcome.verdict, outcome.reason, outcome.recorded_by) == ("recommend", "A sound plan.", chair)
    meeting.refresh_from_db()
    assert meeting.called == second.number
    events = AuditEvent.objects.filter(round=meeting.round).order_by("pk").values_list("action", "bid")
    assert list(events)[-3:] == [
        ("discuss bid", first.bid.reference),
        ("record outcome", first.bid.reference),
        ("call item", second.bid.reference),
    ]
    assert "The outcome is recorded: recommend" in client.get(page(first)).content.decode()
    last = client.post(page(second), sent(second, then="next"))
    assert last["Location"] == reverse("bids:meeting", args=[meeting.reference])


def test_what_the_chair_types_in_the_meeting_is_a_draft_until_it_is_recorded(
    client: Client, meeting: Meeting, chair: User
) -> None:
    item, _ = items(meeting)
    client.force_login(chair)
    drawn = client.get(page(item)).content.decode()
    ticket = drawn.rpartition('name="typed_by" value="')[2].partition('"')[0]
    typed = sent(item, verdict="reject", reason="The police’s view", public_reason="Not ready", typed_by=ticket)
    assert client.post("/typed/", typed, headers={"X-Autosave": "stay"}).status_code == 200
    again = client.get(page(item)).content.decode()
    assert ">\nThe police’s view</textarea>" in again
    assert ">\nNot ready</textarea>" in again
    assert "data-typed-before-a-change" not in again
    assert client.post(page(item), typed).status_code == 302
    # What the script had still to send comes too late.
    assert client.post("/typed/", typed, headers={"X-Autosave": "stay"}).status_code == 409


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"verdict": "recommend"}, "Enter the reason that can be published"),
        ({"verdict": "redirect", "public_reason": "Theirs"}, "Enter where you redirect the bid to"),
        ({"verdict": "recommend", "public_reason": "Good", "passed_1": "no"}, "The bid fails a gate"),
    ],
)
def test_an_outcome_that_cannot_be_records_neither_marks_nor_outcome(
    client: Client, meeting: Meeting, chair: User, answers: dict[str, str], message: str
) -> None:
    item = items(meeting)[0]
    client.force_login(chair)
    shown = client.post(page(item), sent(item, **answers)).content.decode()
    assert message in shown
    assert "It meets them." in shown
    item.refresh_from_db()
    assert item.recorded_at is None
    assert not PanelOutcome.objects.filter(bid=item.bid).exists()
    assert Bid.objects.get(pk=item.bid_id).state == Bid.State.ELIGIBLE


def test_the_chair_puts_a_bid_before_the_meeting_and_members_follow(
    client: Client, meeting: Meeting, chair: User, members: list[User]
) -> None:
    first, second = items(meeting)
    follow = reverse("bids:follow_meeting", args=[meeting.reference])
    member = Client()
    member.force_login(members[0])
    assert member.get(follow)["Location"] == reverse("bids:meeting", args=[meeting.reference]) + "?follow=yes"
    assert "No bid is under discussion yet" in member.get(follow, follow=True).content.decode()
    client.force_login(chair)
    client.post(page(second), {"then": "call"})
    assert member.get(follow, {"as": "address"}).json() == {"address": f"{page(second)}?follow=yes"}
    followed = member.get(follow, follow=True).content.decode()
    assert "This page follows the meeting" in followed
    assert "Second" in followed
    assert "Under discussion now: Second" in member.get(page(first)).content.decode()
    client.post(page(second), {"then": "call"})
    assert AuditEvent.objects.filter(action="call item").count() == 1


def test_who_left_for_a_bid_learns_that_one_is_discussed_and_not_which(
    client: Client, meeting: Meeting, chair: User, members: list[User]
) -> None:
    item = items(meeting)[0]
    Interest.objects.filter(bid=item.bid, member=members[2]).update(conflicted=True, nature="A sister")
    meetings.call_item(item=item, by=chair, at=NOW)
    client.force_login(members[2])
    shown = client.get(reverse("bids:follow_meeting", args=[meeting.reference]), follow=True).content.decode()
    assert "A bid is under discussion that is not open to you." in shown
    assert item.bid.title not in shown
    assert item.bid.reference not in shown


def test_nobody_but_the_chair_calls_and_only_in_an_open_meeting(
    client: Client, meeting: Meeting, chair: User, members: list[User]
) -> None:
    item = items(meeting)[0]
    with pytest.raises(NotEntitled):
        meetings.call_item(item=item, by=members[0], at=NOW)
    client.force_login(members[0])
    assert client.post(page(item), {"then": "call"}).status_code == 405
    Meeting.objects.filter(pk=meeting.pk).update(closed_at=NOW)
    with pytest.raises(Refused, match="The meeting is closed"):
        meetings.call_item(item=item, by=chair, at=NOW)
    client.force_login(chair)
    assert "The meeting is closed" in client.post(page(item), {"then": "call"}).content.decode()


def test_a_closed_meeting_discusses_nothing(meeting: Meeting, chair: User) -> None:
    item = items(meeting)[0]
    meetings.call_item(item=item, by=chair, at=NOW)
    Bid.objects.filter(round=meeting.round).update(state=Bid.State.REJECTED)
    meetings.close_meeting(meeting=meeting, seen=None, by=chair, at=NOW)
    meeting.refresh_from_db()
    assert meeting.called is None
