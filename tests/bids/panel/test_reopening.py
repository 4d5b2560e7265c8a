"""One scorecard is reopened once the marks are open: with a reason that stays, and for its member alone."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from bids.meetings import meetings
from bids.models import Bid, Interest, Reopening
from bids.panel import closing, opening
from grants.models import RoleHolding, Round, User
from grants.refusal import NotEntitled, Refused
from grants.roles import Role
from tests.bids.panel.cards import SHOWN, card_of, change, close_it, events, open_it, page_of, reopen_card, standing
from tests.factories import NOW, close, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db


def test_a_reopened_scorecard_counts_as_it_is_until_it_is_submitted_once_more(
    opened: Bid, member: User, chair: User
) -> None:
    assert reopen_card(opened, member, chair).state == "reopened"
    assert standing(opened) == Decimal("2.50")
    version = Bid.objects.get(pk=opened.pk).version
    assert change(opened, member, score=3).state == "submitted"
    assert standing(opened) == Decimal("3.50")
    assert Bid.objects.get(pk=opened.pk).version == version + 1
    (event,) = events(opened.round, "change scorecard")
    assert event.before["marks"]["4"]["score"] == 1
    with pytest.raises(Refused, match="Scoring has closed"):
        change(opened, member, score=4)


def test_while_it_is_reopened_its_member_sees_no_other_marks(
    opened: Bid, member: User, other: User, chair: User
) -> None:
    meeting = meetings.plan_meeting(round=opened.round, held_on=NOW.date(), quorum=1, left=Decimal(0), by=chair, at=NOW)
    if not meeting.items.filter(bid=opened).exists():
        meetings.put_on_agenda(meeting=meeting, bid=opened, reason="Novel", by=chair, at=NOW)
    meetings.open_meeting(meeting=meeting, present=[member], seen=None, by=chair, at=NOW)
    client = Client()
    client.force_login(member)
    item = reverse("bids:discuss_bid", args=[meeting.reference, opened.reference])
    minutes = reverse("bids:minutes", args=[meeting.reference])
    assert client.get(item).status_code == 200
    assert opened.title in client.get(minutes).content.decode()
    reopen_card(opened, member, chair)
    assert SHOWN not in page_of(member, opened)
    assert client.get(item).status_code == 404
    assert opened.title not in client.get(minutes).content.decode()
    assert SHOWN in page_of(other, opened)
    change(opened, member, score=3)
    assert SHOWN in page_of(member, opened)
    assert client.get(item).status_code == 200


def test_the_reason_stands_beside_the_marks_ever_after(opened: Bid, member: User, chair: User, round: Round) -> None:
    reopen_card(opened, member, chair)
    change(opened, member, score=3)
    text = Reopening.objects.get().text
    assert text.startswith(member.name) and text.endswith(": Read the wrong file")
    meeting = meetings.plan_meeting(round=round, held_on=NOW.date(), quorum=1, left=Decimal(0), by=chair, at=NOW)
    if not meeting.items.filter(bid=opened).exists():
        meetings.put_on_agenda(meeting=meeting, bid=opened, reason="Novel", by=chair, at=NOW)
    meetings.open_meeting(meeting=meeting, present=[member], seen=None, by=chair, at=NOW)
    client = Client()
    client.force_login(chair)
    addresses = [
        reverse("bids:bid", args=[opened.reference]),
        reverse("bids:record_outcome", args=[opened.reference]),
        reverse("bids:ranking", args=[round.reference]),
        reverse("bids:discuss_bid", args=[meeting.reference, opened.reference]),
        reverse("bids:minutes", args=[meeting.reference]),
    ]
    for address in addresses:
        assert text in client.get(address).content.decode(), address
    file = client.post(reverse("bids:export_scores", args=[round.reference]), {"kind": "csv"})
    table = b"".join(client.get(file["Location"])).decode()
    assert table.count("Read the wrong file") == 1
    assert "Reopened" in table.splitlines()[0]


def test_a_reason_is_kept_as_it_was_written(opened: Bid, member: User, chair: User) -> None:
    reopen_card(opened, member, chair)
    for change_it in (lambda: Reopening.objects.update(reason="x"), lambda: Reopening.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change_it()


def test_the_chair_ends_a_reopening_and_the_marks_stay(opened: Bid, member: User, chair: User) -> None:
    reopen_card(opened, member, chair)
    with pytest.raises(Refused, match="is reopened"):
        closing.record_outcome(bid=opened, verdict="reject", reason="So", by=chair, at=NOW)
    opening.end_reopening(card=card_of(opened, member), reason="On leave", by=chair, at=NOW)
    with pytest.raises(Refused, match="Scoring has closed"):
        change(opened, member, score=4)
    with pytest.raises(Refused, match="not reopened"):
        opening.end_reopening(card=card_of(opened, member), reason="Again", by=chair, at=NOW)
    closing.record_outcome(bid=opened, verdict="reject", reason="So", by=chair, at=NOW)
    assert standing(opened) == Decimal("2.50")
    assert Reopening.objects.count() == 1


def test_who_sees_every_mark_in_another_role_changes_no_reopened_scorecard(
    scored: Bid, chair: User, round: Round
) -> None:
    both = person(Role.MEMBER, Role.LEAD, round=round)
    scorecard(scored, both)
    close(round)
    with pytest.raises(Refused, match="sees every mark in another role"):
        reopen_card(scored, both, chair)
    held = RoleHolding.objects.get(user=both, role=Role.LEAD)
    RoleHolding.objects.filter(pk=held.pk).update(ended_at=NOW)
    reopen_card(scored, both, chair)
    RoleHolding.objects.filter(pk=held.pk).update(ended_at=None)
    with pytest.raises(Refused, match="You see every mark in another role"):
        change(scored, User.objects.get(pk=both.pk), score=0)


def test_a_scorecard_is_reopened_by_a_chair_who_may_and_only_where_it_is_final(
    scored: Bid, member: User, other: User, chair: User, round: Round
) -> None:
    with pytest.raises(Refused, match="can change this scorecard themselves"):
        reopen_card(scored, member, chair)
    close_it(scored, chair)
    for role in Role:
        if role is not Role.CHAIR:
            with pytest.raises(NotEntitled):
                reopen_card(scored, member, person(role, round=round))
    undeclared = person(Role.CHAIR, round=round)
    Interest.objects.filter(member=undeclared).delete()
    with pytest.raises(Refused, match="Declare first"):
        reopen_card(scored, member, undeclared)
    reopen_card(scored, member, chair)
    with pytest.raises(Refused, match="This scorecard is reopened"):
        reopen_card(scored, member, chair)
    open_it(scored, chair)
    assert SHOWN not in page_of(member, scored)
    change(scored, member, score=2)
    closing.record_outcome(bid=Bid.objects.get(pk=scored.pk), verdict="reject", reason="So", by=chair, at=NOW)
    with pytest.raises(Refused, match="This bid is rejected"):
        reopen_card(scored, other, chair)


def test_a_chair_who_scores_does_not_reopen_their_own(round: Round, bid: Bid, member: User, chair: User) -> None:
    both = person(Role.CHAIR, Role.MEMBER, round=round)
    scorecard(bid, both)
    close(round)
    with pytest.raises(Refused, match="your own scorecard"):
        reopen_card(bid, both, both)


def test_a_reopened_scorecard_is_a_task_of_its_member_and_its_page_says_why(
    opened: Bid, member: User, chair: User
) -> None:
    client, manager = Client(), Client()
    client.force_login(member)
    manager.force_login(chair)
    page = reverse("bids:reopen_scorecard", args=[opened.reference, member.username])
    assert manager.get(page).status_code == 200
    version = Bid.objects.get(pk=opened.pk).version
    assert manager.post(page, {"version": version, "reason": "Read the wrong file"}).status_code == 302
    assert f"Submit your scorecard on {opened.source_reference} again" in client.get("/").content.decode()
    score = client.get(reverse("bids:score", args=[opened.reference])).content.decode()
    assert "Read the wrong file" in score
    assert "Submit changes" in score
    ending = reverse("bids:end_reopening", args=[opened.reference, member.username])
    assert manager.post(ending, {"version": version, "reason": "On leave"}).status_code == 302
    assert "Submit changes" not in client.get(reverse("bids:score", args=[opened.reference])).content.decode()


def test_a_bid_without_a_scorecard_of_that_person_has_nothing_to_reopen(round: Round, opened: Bid, chair: User) -> None:
    unscored = make_bid(round)
    client = Client()
    client.force_login(chair)
    address = reverse("bids:reopen_scorecard", args=[unscored.reference, chair.username])
    assert client.get(address).status_code == 404
