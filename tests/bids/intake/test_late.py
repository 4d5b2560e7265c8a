"""Bids that came in on time and are entered later, closing days that are extended, and scorecards after their day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bids.intake import intake, uploads
from bids.intake.content import Late
from bids.models import Assignment, Bid, Interest, Scorecard
from bids.panel import scorecards
from grants.models import AuditEvent, Round, User
from grants.refusal import NotEntitled, Refused
from grants.roles import Role
from grants.rounds import rounds
from tests.bids.intake.test_intake import rows
from tests.bids.intake.test_recipients import posted
from tests.factories import NOW, bid, marks, open_round, person

pytestmark = pytest.mark.django_db
LATE = Late(date(2026, 12, 31), "The email of the bidder lay in another folder")
# The last second of the closing day in London, which is not summer then, and the first one after it.
IN_TIME, AFTER = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2027, 1, 1, 0, 0, tzinfo=UTC)


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


def take_in(round: Round, by: User, at: datetime, late: Late | None = None) -> list[Bid]:
    upload = uploads.keep_rows(round=round, file_name="bids.csv", rows=rows({}), by=by, at=at)
    return intake.take_in_upload(upload=upload, by=by, at=at, late=late)


def test_a_bid_that_came_in_on_time_is_entered_with_its_day_and_reason(round: Round, lead: User) -> None:
    (bid,) = take_in(round, lead, AFTER, LATE)
    bid.refresh_from_db()
    assert (bid.received_on, bid.late_reason) == (LATE.received_on, LATE.reason)
    event = AuditEvent.objects.get(round=round, action="take in bid")
    assert (event.facts["received_on"], event.because) == ("2026-12-31", LATE.reason)


@pytest.mark.parametrize(
    ("at", "late", "message"),
    [
        (AFTER, None, "Enter the day on which it came in"),
        (AFTER, Late(date(2027, 1, 1), "x"), "Extend the time for bids first"),
        (AFTER, Late(date(2026, 10, 31), "x"), "Extend the time for bids first"),
        (AFTER + timedelta(days=Round.GRACE_DAYS), LATE, "takes bids only from 1 November 2026 to 31 December 2026"),
        (datetime(2026, 10, 31, 12, tzinfo=UTC), LATE, "takes bids only from"),
    ],
)
def test_what_did_not_come_in_on_time_is_refused(
    round: Round, lead: User, at: datetime, late: Late | None, message: str
) -> None:
    with pytest.raises(Refused, match=message):
        take_in(round, lead, at, late)
    assert not Bid.objects.filter(round=round).exists()


def test_the_last_day_of_grace_is_one_of_them(round: Round, lead: User) -> None:
    assert take_in(round, lead, AFTER + timedelta(days=Round.GRACE_DAYS - 1), LATE)


def test_the_closing_day_lasts_until_midnight_in_london(round: Round, lead: User) -> None:
    (bid,) = take_in(round, lead, IN_TIME)
    assert bid.received_on is None
    summer = open_round(opens_on=date(2026, 7, 1), closes_on=date(2026, 7, 31))
    own = person(Role.LEAD, round=summer)
    with pytest.raises(Refused):
        take_in(summer, own, datetime(2026, 7, 31, 23, 0, tzinfo=UTC))
    assert take_in(summer, own, datetime(2026, 7, 31, 22, 59, tzinfo=UTC))


def test_an_extended_closing_day_is_an_event_and_moves_scoring_along(round: Round, lead: User) -> None:
    Round.objects.filter(pk=round.pk).update(scoring_closes_on=date(2027, 1, 10))
    rounds.extend_bids(round=round, closes_on=date(2027, 1, 15), reason="Snow", by=lead, at=AFTER)
    round.refresh_from_db()
    assert (round.closes_on, round.scoring_closes_on) == (date(2027, 1, 15), date(2027, 1, 15))
    event = AuditEvent.objects.get(round=round, action="extend bids")
    assert event.before == {"closes_on": "2026-12-31", "scoring_closes_on": "2027-01-10"}
    assert take_in(round, lead, AFTER)[0].received_on is None


@pytest.mark.parametrize(("day", "message"), [(31, "must be after 31 December 2026"), (1, "must be after")])
def test_a_closing_day_is_never_brought_forward(round: Round, lead: User, day: int, message: str) -> None:
    with pytest.raises(Refused, match=message):
        rounds.extend_bids(round=round, closes_on=date(2026, 12, day), reason="x", by=lead, at=NOW)


def test_a_closing_day_that_is_over_cannot_be_chosen(round: Round, lead: User) -> None:
    with pytest.raises(Refused, match="must not be over"):
        rounds.extend_bids(
            round=round, closes_on=date(2027, 1, 2), reason="x", by=lead, at=datetime(2027, 2, 1, tzinfo=UTC)
        )


def test_the_form_asks_when_a_late_bid_came_in(round: Round, lead: User) -> None:
    today = timezone.localdate()
    Round.objects.filter(pk=round.pk).update(opens_on=today - timedelta(days=9), closes_on=today - timedelta(days=2))
    client = Client()
    client.force_login(lead)
    address = reverse("bids:add_bid", args=[round.reference])
    assert "Why it is entered after the closing day" in client.get(address).content.decode()
    refused = client.post(address, posted()).content.decode()
    assert "Enter the day on which it came in" in refused
    came = today - timedelta(days=3)
    late: dict[str, Any] = {"received_on_0": came.day, "received_on_1": came.month, "received_on_2": came.year}
    assert client.post(address, posted(**late, late_reason="Post")).status_code == 302
    assert Bid.objects.get(round=round).received_on == came


def test_a_scorecard_is_refused_after_its_day_and_its_draft_is_not(round: Round) -> None:
    Round.objects.filter(pk=round.pk).update(scoring_closes_on=date(2027, 1, 10))
    round.refresh_from_db()
    own, member = bid(round), person(Role.MEMBER, round=round)
    Assignment.objects.create(bid=own, member=member, assigned_at=NOW)
    Interest.objects.create(bid=own, member=member, conflicted=False, declared_at=NOW)
    late = datetime(2027, 1, 11, 0, 0, tzinfo=UTC)
    card = scorecards.save_draft(bid=own, marks=marks(), seen=0, by=member, at=late)
    with pytest.raises(Refused, match="Scoring closed on 10 January 2027"):
        scorecards.submit_scorecard(bid=own, marks=marks(), seen=card.version, by=member, at=late)
    chair = person(Role.CHAIR, round=round)
    rounds.extend_scoring(round=round, scoring_closes_on=date(2027, 1, 20), reason="Illness", by=chair, at=late)
    assert AuditEvent.objects.get(action="extend scoring").facts == {"scoring_closes_on": "2027-01-20"}
    card = scorecards.submit_scorecard(bid=own, marks=marks(), seen=card.version, by=member, at=late)
    assert card.state == Scorecard.State.SUBMITTED


def test_only_a_lead_extends_bids_and_only_a_chair_scoring(round: Round, lead: User) -> None:
    chair = person(Role.CHAIR, round=round)
    with pytest.raises(NotEntitled):
        rounds.extend_bids(round=round, closes_on=date(2027, 1, 15), reason="x", by=chair, at=AFTER)
    with pytest.raises(NotEntitled):
        rounds.extend_scoring(round=round, scoring_closes_on=date(2027, 1, 15), reason="x", by=lead, at=AFTER)
