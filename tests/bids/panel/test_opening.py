"""A member owns their marks until scoring closes, sees no others' before the marks are open, and changes none after."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from approvals.review import reviewing
from bids.meetings import meetings
from bids.models import Assignment, Bid, Interest, Panel, Scorecard, Standing
from bids.panel import assignments, closing, interests, opening, scorecards
from bids.panel.members import Stage, marks_open, scoring_closed, stage_of
from grants.models import AuditEvent, RoleHolding, Round, User
from grants.people import people
from grants.refusal import Incomplete, Refused, Stale
from grants.roles import Role
from tests.bids.panel.cards import SHOWN, card_of, change, close_it, events, open_it, page_of, reopen_card, standing
from tests.factories import NOW, marks, person

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


# Changing what was submitted


def test_a_submitted_scorecard_is_changed_by_its_member_with_one_event_of_before_and_after(
    scored: Bid, member: User
) -> None:
    card = change(scored, member, score=3, at=NOW + SECOND)
    assert (card.state, card.version, card.submitted_at, card.saved_at) == ("submitted", 2, NOW, NOW + SECOND)
    assert {mark.score for mark in card.marks.exclude(score=None)} == {3}
    (event,) = events(scored.round, "change scorecard")
    assert event.before == {"marks": {str(n): {"passed": True if n == 6 else None, "score": 1} for n in (4, 5, 6)}}
    assert event.facts == {"marks": {str(n): {"passed": True if n == 6 else None, "score": 3} for n in (4, 5, 6)}}
    assert len(events(scored.round, "save draft", "submit scorecard")) == 4


def test_a_scorecard_sent_again_without_a_change_is_left_as_it_is(scored: Bid, member: User) -> None:
    assert change(scored, member, score=1).submitted_at == NOW
    assert events(scored.round, "change scorecard") == []


def test_a_change_is_complete_or_it_is_not_made(scored: Bid, member: User) -> None:
    judgements = {number: each for number, each in marks(score=4).items() if number != 5}
    with pytest.raises(Incomplete):
        scorecards.submit_scorecard(bid=scored, marks=judgements, seen=1, by=member, at=NOW)
    with pytest.raises(Refused, match="Submit your changes to it"):
        scorecards.save_draft(bid=scored, marks=marks(score=4), seen=1, by=member, at=NOW)
    assert {mark.score for mark in card_of(scored, member).marks.exclude(score=None)} == {1}


def test_a_change_from_an_outdated_page_is_refused(scored: Bid, member: User) -> None:
    change(scored, member, score=3)
    with pytest.raises(Stale):
        scorecards.submit_scorecard(bid=scored, marks=marks(score=0), seen=1, by=member, at=NOW)


def test_nobody_changes_the_scorecard_of_another(scored: Bid, member: User, round: Round) -> None:
    stranger = person(Role.MEMBER, round=round)
    with pytest.raises(Refused, match="no longer assigned"):
        scorecards.submit_scorecard(bid=scored, marks=marks(score=0), seen=0, by=stranger, at=NOW)


def test_after_the_day_of_scoring_a_submitted_scorecard_no_longer_changes(scored: Bid, member: User) -> None:
    Round.objects.filter(pk=scored.round_id).update(scoring_closes_on=NOW.date())
    change(scored, member, score=3)
    with pytest.raises(Refused, match="Scoring closed on"):
        change(scored, member, score=4, at=NOW + timedelta(days=1))
    assert "Submit changes" not in page_of(member, scored, "bids:score")


# The close, and the opening of the marks


def test_a_second_before_the_close_at_it_and_after_it(scored: Bid, member: User, other: User, chair: User) -> None:
    """Promise 17: no instant at which somebody sees another's marks and can still change their own."""
    change(scored, member, score=2, at=NOW - SECOND)
    assert SHOWN not in page_of(member, scored)
    close_it(scored, chair, NOW)
    for at in (NOW - SECOND, NOW, NOW + SECOND):
        with pytest.raises(Refused, match="Scoring has closed"):
            change(scored, member, score=3, at=at)
        assert SHOWN not in page_of(member, scored)
    open_it(scored, chair, NOW)
    assert SHOWN in page_of(member, scored)
    for at in (NOW - SECOND, NOW, NOW + SECOND):
        with pytest.raises(Refused, match="Scoring has closed"):
            change(scored, member, score=3, at=at)
    assert standing(scored) == Decimal("3.00")


@pytest.mark.parametrize("role", [Role.CHAIR, Role.LEAD, Role.AUDITOR])
def test_nobody_sees_marks_or_results_between_the_close_and_the_opening(
    scored: Bid, role: Role, chair: User, round: Round
) -> None:
    close_it(scored, chair)
    reader = person(role, round=round)
    if role is Role.CHAIR:
        interests.declare_interest(bid=scored, conflicted=False, by=reader, at=NOW)
    client = Client()
    client.force_login(reader)
    assert SHOWN not in page_of(reader, scored)
    for name in ("ranking", "insight", "coverage"):
        page = client.get(reverse(f"bids:{name}", args=[round.reference])).content.decode()
        assert scored.title not in page
        assert "<svg" not in page.partition("<main")[2]
    client.post(reverse("bids:export_scores", args=[round.reference]), {"kind": "csv"})
    assert events(round, "export scores") == []
    open_it(scored, chair)
    assert SHOWN in page_of(reader, scored)


def test_before_the_marks_are_open_nothing_is_recorded_that_rests_on_them(scored: Bid, chair: User) -> None:
    close_it(scored, chair)
    with pytest.raises(Refused, match="open the marks"):
        closing.record_outcome(bid=scored, verdict="reject", reason="So", by=chair, at=NOW)
    with pytest.raises(Refused, match="open the marks"):
        meetings.plan_meeting(round=scored.round, held_on=NOW.date(), quorum=1, left=Decimal(0), by=chair, at=NOW)
    assert not Standing.objects.filter(round=scored.round).exists()


def moments_of(bid: Bid) -> set[Any]:
    return set(Scorecard.objects.filter(bid=bid).values_list("marks_opened_at", flat=True))


def test_the_moment_is_kept_with_the_panel_and_with_each_scorecard(scored: Bid, chair: User) -> None:
    assert stage_of(scored.round) is Stage.SCORING
    close_it(scored, chair)
    assert (scoring_closed(scored.round), marks_open(scored.round)) == (True, False)
    assert moments_of(scored) == {None}
    open_it(scored, chair, NOW + SECOND)
    assert Panel.objects.get(round=scored.round).opened_at == NOW + SECOND
    assert moments_of(scored) == {NOW + SECOND}
    assert len(events(scored.round, "open marks")) == 1
    with pytest.raises(Refused, match="already open"):
        open_it(scored, chair)


def test_marks_do_not_open_while_scoring_is_open(scored: Bid, chair: User) -> None:
    with pytest.raises(Refused, match="still open"):
        open_it(scored, chair)
    with pytest.raises(IntegrityError, match="marks_open_after_the_close"), transaction.atomic():
        Panel.objects.filter(round=scored.round).update(opened_at=NOW)


def test_looking_at_pages_opens_nothing_and_writes_no_event(scored: Bid, chair: User, round: Round) -> None:
    close_it(scored, chair)
    client, before = Client(), AuditEvent.objects.count()
    client.force_login(chair)
    for name in ("open_marks", "reopen_scoring", "ranking", "panel", "close_scoring"):
        assert client.get(reverse(f"bids:{name}", args=[round.reference])).status_code == 200
    assert (AuditEvent.objects.count(), Panel.objects.get(round=round).opened_at) == (before, None)


def test_the_chair_closes_and_opens_on_two_pages(scored: Bid, chair: User, round: Round) -> None:
    client = Client()
    client.force_login(chair)
    closed = client.post(reverse("bids:close_scoring", args=[round.reference]), {"reason": "Time is up"})
    assert closed["Location"] == reverse("bids:open_marks", args=[round.reference])
    version = Panel.objects.get(round=round).version
    opened = client.post(closed["Location"], {"version": version})
    assert opened["Location"] == reverse("bids:ranking", args=[round.reference])
    assert scored.title in client.get(opened["Location"]).content.decode()


# Reopening scoring


def test_scoring_is_reopened_while_nobody_has_seen_anothers_marks(scored: Bid, member: User, chair: User) -> None:
    close_it(scored, chair)
    opening.reopen_scoring(round=scored.round, reason="Closed a day early", by=chair, at=NOW)
    assert change(scored, member, score=3).state == "submitted"
    (event,) = events(scored.round, "reopen scoring")
    assert event.because == "Closed a day early"
    close_it(scored, chair)
    open_it(scored, chair)
    assert standing(scored) == Decimal("3.50")


def test_scoring_is_not_reopened_once_the_marks_are_open(scored: Bid, member: User, chair: User) -> None:
    with pytest.raises(Refused, match="still open"):
        opening.reopen_scoring(round=scored.round, reason="Early", by=chair, at=NOW)
    close_it(scored, chair)
    open_it(scored, chair)
    with pytest.raises(Refused, match="The marks are open"):
        opening.reopen_scoring(round=scored.round, reason="Early", by=chair, at=NOW)
    assert Panel.objects.get(round=scored.round).closed_at == NOW


def test_an_outdated_page_neither_opens_nor_reopens(scored: Bid, chair: User) -> None:
    close_it(scored, chair)
    for transition, more in ((opening.open_marks, {}), (opening.reopen_scoring, {"reason": "Early"})):
        with pytest.raises(Stale):
            transition(round=scored.round, seen=1, by=chair, at=NOW, **more)


# No way leads back to a scorecard that changes


def waive(bid: Bid, member: User, chair: User) -> None:
    with transaction.atomic():
        interests.declare_interest(bid=bid, conflicted=True, nature="A friend", by=member, at=NOW)
    interest = Interest.objects.get(bid=bid, member=member)
    with pytest.raises(Refused):
        interests.waive_interest(interest=interest, reason="Long ago", by=chair, at=NOW)


def _refused(call: Callable[[], Any]) -> None:
    with pytest.raises(Refused), transaction.atomic():
        call()


def take_back(bid: Bid, member: User, chair: User) -> None:
    held = Assignment.objects.get(bid=bid, member=member)
    _refused(lambda: assignments.withdraw_assignment(assignment=held, reason="Anew", by=chair, at=NOW))
    _refused(lambda: assignments.decline_assignment(assignment=held, reason="Anew", by=member, at=NOW))


def reassign(bid: Bid, member: User, chair: User) -> None:
    _refused(lambda: assignments.assign(bid=bid, member=member, by=chair, at=NOW))
    Assignment.objects.filter(bid=bid, member=member).update(withdrawn_at=NOW)
    _refused(lambda: assignments.assign(bid=bid, member=member, by=chair, at=NOW))


def return_bid(bid: Bid, member: User, chair: User) -> None:
    lead = person(Role.LEAD, round=bid.round)
    closing.record_outcome(bid=bid, verdict="recommend", reason="So", by=chair, at=NOW)
    reviewing.return_bid(bid=Bid.objects.get(pk=bid.pk), reason="Look again", by=lead, at=NOW)


def give_the_role_anew(bid: Bid, member: User, chair: User) -> None:
    RoleHolding.objects.filter(user=member).update(ended_at=NOW)
    admin = person(Role.ADMINISTRATOR)
    people.give_role(person=member, role=Role.MEMBER, round=bid.round, reason="Back", by=admin, at=NOW)


def meet(bid: Bid, member: User, chair: User) -> None:
    meeting = meetings.plan_meeting(round=bid.round, held_on=NOW.date(), quorum=1, left=Decimal(0), by=chair, at=NOW)
    if not meeting.items.filter(bid=bid).exists():
        meetings.put_on_agenda(meeting=meeting, bid=bid, reason="Novel", by=chair, at=NOW)
    meetings.open_meeting(meeting=meeting, present=[member], seen=None, by=chair, at=NOW)
    interests.declare_interest(bid=bid, conflicted=False, by=member, at=NOW)


def reopen_everything(bid: Bid, member: User, chair: User) -> None:
    _refused(lambda: opening.reopen_scoring(round=bid.round, reason="Anew", by=chair, at=NOW))


def reopen_an_interest_declared_after(bid: Bid, member: User, chair: User) -> None:
    interests.declare_interest(bid=bid, conflicted=True, nature="A friend", by=member, at=NOW)
    _refused(lambda: reopen_card(bid, member, chair))


WAYS: dict[str, Callable[[Bid, User, User], None]] = {
    "an interest declared and waived": waive,
    "an interest declared, and the card reopened": reopen_an_interest_declared_after,
    "an assignment withdrawn or declined": take_back,
    "a bid assigned anew": reassign,
    "a bid returned by the leadership": return_bid,
    "a role given anew": give_the_role_anew,
    "a meeting": meet,
    "scoring reopened": reopen_everything,
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_back_to_a_scorecard_that_changes(scored: Bid, member: User, chair: User, way: str) -> None:
    """Seen before there was this rule: submit, read the others' marks, declare, be waived, submit zeros."""
    close_it(scored, chair)
    open_it(scored, chair)
    assert SHOWN in page_of(member, scored)
    WAYS[way](scored, member, chair)
    before = {mark.pk: mark.score for mark in card_of(scored, member).marks.all()}
    for save in (scorecards.save_draft, scorecards.submit_scorecard):
        with pytest.raises(Refused), transaction.atomic():
            fresh = Bid.objects.get(pk=scored.pk)
            save(bid=fresh, marks=marks(score=0), seen=card_of(scored, member).version, by=member, at=NOW)
    assert {mark.pk: mark.score for mark in card_of(scored, member).marks.all()} == before
    assert card_of(scored, member).state in ("submitted", "withdrawn")


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_the_database_takes_no_submitted_scorecard_back_to_a_draft(scored: Bid, member: User, state: str) -> None:
    card = card_of(scored, member)
    with pytest.raises(DatabaseError), transaction.atomic():
        Scorecard.objects.filter(pk=card.pk).update(state="draft")
    Scorecard.objects.filter(pk=card.pk).update(state="reopened")
    with pytest.raises(DatabaseError), transaction.atomic():
        Scorecard.objects.filter(pk=card.pk).update(state="draft")
    assert state


def test_a_scorecard_whose_member_saw_the_others_before_the_close_stays_as_it_is(
    scored: Bid, member: User, chair: User
) -> None:
    """As a database of an earlier release holds it: others' marks opened when one's own were submitted."""
    Scorecard.objects.filter(bid=scored, member=member).update(marks_opened_at=NOW)
    with pytest.raises(Refused, match="you could see the other marks on this bid"):
        change(scored, member, score=4)
    interests.declare_interest(bid=scored, conflicted=True, nature="A friend", by=member, at=NOW)
    with pytest.raises(Refused, match="could already see the other marks"):
        interests.waive_interest(interest=Interest.objects.get(bid=scored, member=member), reason="x", by=chair, at=NOW)
