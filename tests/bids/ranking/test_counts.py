"""No number without its n: how many scorecards each result rests on, wherever the result is shown."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bids.meetings import meetings, minutes
from bids.models import Bid, Discussion, Meeting, Panel
from bids.panel import closing, matrix
from bids.ranking import ranking
from grants.models import Round, User
from grants.refusal import Refused
from grants.roles import Role
from tests.factories import NOW, close, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(round: Round) -> Round:
    Panel.objects.filter(round=round).update(wanted=2)
    round.refresh_from_db()
    return round


@pytest.fixture
def bids(round: Round) -> list[Bid]:
    """A bid with one scorecard of the two that are wanted, and one with both. Scoring is open."""
    made = [make_bid(round, title=title) for title in ("Thin", "Whole")]
    for bid, scores in zip(made, ([4], [3, 1]), strict=True):
        for score in scores:
            scorecard(bid, person(Role.MEMBER, round=round), score=score)
    return made


@pytest.fixture
def client(chair: User) -> Client:
    made = Client()
    made.force_login(chair)
    return made


def text_of(client: Client, name: str, *args: Any) -> str:
    page = client.get(reverse(f"bids:{name}", args=args)).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_ranking_says_n_marks_bids_with_few_and_counts_them(round: Round, bids: list[Bid], client: Client) -> None:
    close(round)
    page = client.get(reverse("bids:ranking", args=[round.reference]))
    rows = {row.title: row for row in page.context["rows"]}
    assert [(rows[title].n, rows[title].is_thin, rows[title].spread) for title in ("Thin", "Whole")] == [
        ("1 of 2", True, "–"),
        ("2 of 2", False, "2.00"),
    ]
    assert page.context["thin"] == 1
    assert "1 bid has fewer scorecards than the 2 wanted." in text_of(client, "ranking", round.reference)


def test_where_every_bid_has_its_scorecards_nothing_is_said_of_few(round: Round, client: Client) -> None:
    bid = make_bid(round)
    for _ in range(3):
        scorecard(bid, person(Role.MEMBER, round=round))
    close(round)
    page = client.get(reverse("bids:ranking", args=[round.reference]))
    assert (page.context["thin"], [row.n for row in page.context["rows"]]) == (0, ["3 of 2"])
    assert not any(row.is_thin for row in page.context["rows"])
    assert ranking.counts(round, 4) == {"unsettled": 0, "thin": 1}


def test_advice_outcome_and_export_say_n_too(round: Round, bids: list[Bid], chair: User, client: Client) -> None:
    close(round)
    insight = client.get(reverse("bids:insight", args=[round.reference]))
    assert {row.bid.split(maxsplit=1)[1]: row.n for row in insight.context["rows"]} == {
        "Thin": "1 of 2",
        "Whole": "2 of 2",
    }
    outcome = text_of(client, "record_outcome", bids[0].reference)
    assert "Result 4.00 from 1 of 2 scorecards, spread –" in outcome
    assert "This result rests on 1 of 2 scorecards." in outcome
    assert "This result rests on" not in text_of(client, "record_outcome", bids[1].reference)
    header, *rows = matrix.rows(round, ranking.visible(round, chair))
    place = header.index("Scorecards")
    assert header[place + 1] == "Scorecards wanted"
    assert sorted((row[place], row[place + 1]) for row in rows) == [(1, 2), (2, 2), (2, 2)]


def planned(round: Round, chair: User) -> Meeting:
    return meetings.plan_meeting(round=round, held_on=NOW.date(), quorum=1, left=Decimal(0), by=chair, at=NOW)


def test_bids_with_few_scorecards_are_on_the_agenda_and_the_minutes_keep_n(
    round: Round, bids: list[Bid], chair: User, client: Client
) -> None:
    close(round)
    meeting = planned(round, chair)
    item = meeting.items.get(bid=bids[0])
    assert "only 1 of 2 scorecards" in item.why
    present = person(Role.MEMBER, round=round)
    meeting = meetings.open_meeting(meeting=meeting, present=[present], seen=None, by=chair, at=NOW)
    present.interests.create(bid=bids[0], conflicted=False, declared_at=NOW)
    assert "1 of 2" in text_of(client, "meeting", meeting.reference)
    assert "from 1 of 2 scorecards" in text_of(client, "discuss_bid", meeting.reference, bids[0].reference)
    meetings.discuss_bid(item=item, agreed={}, left=[], reason="Enough", seen=item.version, by=chair, at=NOW)
    assert Discussion.objects.get(pk=item.pk).cards == 1
    assert "Result 4.00 from 1 scorecard" in text_of(client, "minutes", meeting.reference)
    assert minutes.pdf(minutes.of(Meeting.objects.get(pk=meeting.pk), chair)).startswith(b"%PDF")


# Closing


def test_the_page_lists_bids_by_what_they_have_and_names_what_bars_closing_before_a_reason_is_typed(
    round: Round, bids: list[Bid], chair: User, client: Client
) -> None:
    late = person(Role.MEMBER, round=round, name="Late Lee")
    scorecard(bids[0], late, submit=False)
    bare = make_bid(round, title="Bare")
    address = reverse("bids:close_scoring", args=[round.reference])
    page = client.get(address)
    assert [(row.bid, row.submitted) for row in page.context["rows"]] == [(bare, 0), (bids[0], 1)]
    text = text_of(client, "close_scoring", round.reference)
    assert f"Scoring cannot close yet. 1 bid has no submitted scorecard: {bare.source_reference}." in text
    assert "Late Lee: draft" in text
    assert "Reason" not in text
    scorecard(bare, person(Role.MEMBER, round=round))
    ready = text_of(client, "close_scoring", round.reference)
    assert "Scoring cannot close yet" not in ready
    assert "2 bids with fewer than 2 scorecards" in ready
    assert "1 scorecard is still missing. If you close, it never counts" in ready
    assert "Once the marks are open, you cannot." in ready
    assert "Reason" in ready


def test_what_bars_closing_is_what_the_page_names(round: Round, bids: list[Bid], chair: User) -> None:
    assert not closing.unscored(round)
    bare = [make_bid(round) for _ in range(2)]
    assert list(closing.unscored(round)) == bare
    with pytest.raises(Refused, match=f"{bare[0].source_reference}, {bare[1].source_reference}"):
        closing.close_scoring(round=round, reason="Done", by=chair, at=NOW)


def test_where_nothing_is_missing_the_page_says_so(round: Round, client: Client) -> None:
    bid = make_bid(round)
    for _ in range(2):
        scorecard(bid, person(Role.MEMBER, round=round))
    assert "Every bid has the 2 scorecards that you wanted." in text_of(client, "close_scoring", round.reference)
