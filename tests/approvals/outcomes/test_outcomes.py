"""Outcomes in one sitting: lines start from the round's facts, are checked together, and recorded all or none."""

from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals.scenarios import scenarios
from bids.meetings import meetings
from bids.models import Bid, PanelOutcome
from bids.panel import closing
from bids.panel.closing import Agreed
from bids.ranking import standings
from bids.scoring import Answer, Gate
from grants.models import AuditEvent, Round, User
from grants.refusal import Incomplete, Refused
from grants.roles import Role
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
STANDARD = "The bid passed every gate, and the money for grants covers it."


@pytest.fixture
def round() -> Round:
    """£900,000 for grants: two bids within it, one below the line, one that fails a gate and one that is split."""
    round = factories.open_round()
    for score, amount, passes in ((4, 500_000, True), (3, 400_000, True), (2, 300_000, True), (4, 10_000, False)):
        bid = factories.bid(round, amount=D(amount))
        factories.scorecard(bid, factories.person(Role.MEMBER, round=round), score=score, passed=passes)
    split = factories.bid(round, amount=D(20_000))
    for passes in (True, False):
        factories.scorecard(split, factories.person(Role.MEMBER, round=round), passed=passes)
    factories.close(round)
    return round


@pytest.fixture
def chair(round: Round) -> User:
    return factories.person(Role.CHAIR, round=round)


def page(round: Round, **query: str) -> str:
    return reverse("approvals:outcomes", args=[round.reference], query=query or None)


def lines(client: Client, round: Round, **query: str) -> dict[str, dict[str, Any]]:
    """What the lines of the page hold, by the bidder's reference."""
    sheet = client.get(page(round, **query)).context["sheet"]
    return {
        line.row.bid.source_reference: {name: line[name].value() for name in line.fields} | {"row": line.row}
        for line in sheet.lines
    }


def fields(client: Client, round: Round, **changed: dict[str, str]) -> dict[str, str]:
    """The fields of the page as they stand, with changes by the bidder's reference (`B_001`)."""
    sent = {}
    for source, line in lines(client, round).items():
        own = line | changed.get(source.replace("-", "_"), {})
        reference = own.pop("row").bid.reference
        sent |= {f"{reference}-{name}": value for name, value in own.items()}
    return sent


def as_shown(sheet: Any) -> dict[str, Any]:
    """The fields of the page as a browser sends them back."""
    return {f"{line.prefix}-{name}": line[name].value() for line in sheet.lines for name in line.fields}


def test_lines_start_from_gates_and_money(client: Client, round: Round, chair: User) -> None:
    client.force_login(chair)
    shown = lines(client, round)
    assert {source: line["verdict"] for source, line in shown.items()} == {
        "B-001": "recommend",
        "B-002": "recommend",
        "B-003": "reject",
        "B-004": "reject",
        "B-005": "",
    }
    assert shown["B-001"]["reason"] == STANDARD
    assert shown["B-004"]["reason"].startswith("The bid did not pass this test: ")
    assert shown["B-005"]["reason"] == ""
    for line in shown.values():
        assert not set("0123456789") & set(line["reason"]), "a reason that can be published says no mark and no place"


def test_a_proposed_scenario_comes_before_the_line(client: Client, round: Round, chair: User) -> None:
    scenario = scenarios.add_scenario(round=round, name="Smaller", by=chair, at=NOW)
    scenario = scenarios.draw_line(scenario=scenario, places=1, seen=scenario.version, by=chair, at=NOW)
    scenarios.propose_scenario(scenario=scenario, reason="More for next year", seen=scenario.version, by=chair, at=NOW)
    client.force_login(chair)
    shown = lines(client, round)
    assert (shown["B-001"]["verdict"], shown["B-002"]["verdict"]) == ("recommend", "reject")


def test_the_words_of_a_meeting_are_the_reason(client: Client, round: Round, chair: User) -> None:
    split = Bid.objects.get(round=round, source_reference="B-005")
    meeting = meetings.plan_meeting(round=round, held_on=NOW.date(), quorum=1, left=D(900_000), by=chair, at=NOW)
    scorers = list(User.objects.filter(scorecards__bid=split))
    meetings.open_meeting(meeting=meeting, present=scorers, seen=None, by=chair, at=NOW)
    item = meeting.items.get(bid=split)
    gates = [number for number, gate in standings.own_result(split).gates.items() if gate is Gate.SPLIT]
    agreed = {number: Answer(passed=True) for number in gates}
    meetings.discuss_bid(
        item=item, agreed=agreed, left=[], reason="It does prevent crime.", seen=item.version, by=chair, at=NOW
    )
    client.force_login(chair)
    line = lines(client, round)["B-005"]
    assert line["reason"] == "It does prevent crime."
    assert line["row"].suggestion.source.startswith("From the meeting")


def test_all_are_checked_with_totals_and_then_recorded_with_an_event_each(
    client: Client, round: Round, chair: User
) -> None:
    client.force_login(chair)
    sent = fields(client, round, B_003={"verdict": "redirect", "destination": "The Board", "reason": "It is theirs."})
    before = AuditEvent.objects.count()
    checked = client.post(page(round), sent | {"then": "check"}).content.decode()
    assert "Check 4 outcomes</h1>" in checked
    assert "2 bids, asking for £900,000" in checked
    assert "Redirect to The Board" in checked
    assert not PanelOutcome.objects.filter(bid__round=round).exists()
    assert AuditEvent.objects.count() == before
    done = client.post(page(round), sent | {"then": "record"}, follow=True).content.decode()
    assert "You recorded 4 outcomes" in done
    recorded = dict(PanelOutcome.objects.filter(bid__round=round).values_list("bid__source_reference", "verdict"))
    assert recorded == {"B-001": "recommend", "B-002": "recommend", "B-003": "redirect", "B-004": "reject"}
    events = AuditEvent.objects.filter(round=round, action="record outcome")
    assert sorted(events.values_list("actor__username", flat=True)) == [chair.username] * 4
    assert len(set(events.values_list("bid", flat=True))) == 4
    assert set(lines(client, round)) == {"B-005"}
    assert set(lines(client, round, show="all")) == {"B-001", "B-002", "B-003", "B-004", "B-005"}


def test_more_than_is_left_is_said_before_it_is_recorded(client: Client, round: Round, chair: User) -> None:
    client.force_login(chair)
    sent = fields(client, round, B_003={"verdict": "recommend", "reason": "We want it."})
    shown = client.post(page(round), sent | {"then": "check"}).content.decode()
    assert "The recommended grants ask for £300,000 more than is left." in shown


@pytest.mark.parametrize(
    ("source", "change", "message"),
    [
        ("B_004", {"verdict": "recommend"}, "B-004: the bid fails a gate, so it cannot be recommended"),
        ("B_005", {"verdict": "recommend", "reason": "So"}, "B-005: members are split on a gate"),
        ("B_001", {"reason": ""}, "Enter the reason for B-001"),
        ("B_001", {"verdict": "redirect"}, "Enter where B-001 is redirected to"),
        ("B_001", {"version": "9"}, "B-001: Somebody changed"),
    ],
)
def test_one_wrong_line_records_nothing_and_keeps_everything(
    client: Client, round: Round, chair: User, source: str, change: dict[str, str], message: str
) -> None:
    client.force_login(chair)
    sent = fields(client, round, **{"B_002": {"reason": "My own words."}, source: change})
    shown = client.post(page(round), sent | {"then": "record"}).content.decode()
    assert message in shown
    assert "My own words." in shown
    assert "There is a problem" in shown
    assert not PanelOutcome.objects.filter(bid__round=round).exists()
    assert not AuditEvent.objects.filter(round=round, action="record outcome").exists()


def test_a_line_that_somebody_changed_applies_to_the_bid_as_it_is_once_it_was_shown(
    client: Client, round: Round, chair: User
) -> None:
    client.force_login(chair)
    sent = fields(client, round)
    bid = Bid.objects.get(round=round, source_reference="B-001")
    closing.record_outcome(bid=bid, verdict="reject", reason="No.", by=chair, at=NOW)
    shown = client.post(page(round, show="all"), sent | {"then": "record"})
    assert "B-001: Somebody changed" in shown.content.decode()
    again = as_shown(shown.context["sheet"])
    client.post(page(round, show="all"), again | {"then": "record"})
    assert PanelOutcome.objects.get(bid=bid).verdict == "recommend"


def test_the_same_words_fill_the_lines_of_their_group_and_save_nothing(
    client: Client, round: Round, chair: User
) -> None:
    client.force_login(chair)
    sent = fields(client, round, B_001={"reason": "Typed by hand."})
    words = {"then": "fill", "all-group": "not_funded", "all-words": "There were better bids."}
    sheet = client.post(page(round), sent | words).context["sheet"]
    reasons = {line.row.bid.source_reference: line["reason"].value() for line in sheet.lines}
    assert reasons["B-003"] == "There were better bids."
    assert reasons["B-001"] == "Typed by hand."
    assert reasons["B-004"].startswith("The bid did not pass")
    assert not PanelOutcome.objects.filter(bid__round=round).exists()
    empty = client.post(page(round), sent | words | {"all-words": ""})
    assert "Enter reason that can be published" in empty.content.decode()


def test_going_back_from_the_check_keeps_what_was_typed(client: Client, round: Round, chair: User) -> None:
    client.force_login(chair)
    sent = fields(client, round, B_001={"reason": "Typed by hand."})
    shown = client.post(page(round), sent | {"then": "change"}).context["sheet"]
    assert "Typed by hand." in [line["reason"].value() for line in shown.lines]


def test_an_answer_that_is_as_before_is_not_recorded_again(client: Client, round: Round, chair: User) -> None:
    client.force_login(chair)
    client.post(page(round), fields(client, round) | {"then": "record"})
    again = as_shown(client.get(page(round, show="all")).context["sheet"])
    shown = client.post(page(round, show="all"), again | {"then": "record"}).content.decode()
    assert "Choose an outcome for at least one bid, or change one" in shown
    assert AuditEvent.objects.filter(round=round, action="record outcome").count() == 4


def test_a_bid_in_which_the_chair_has_an_interest_is_not_on_the_page_and_refused(round: Round, chair: User) -> None:
    bid = Bid.objects.get(round=round, source_reference="B-001")
    bid.interests.filter(member=chair).update(conflicted=True, nature="A sister")
    client = Client()
    client.force_login(chair)
    assert "B-001" not in lines(client, round)
    other = Bid.objects.get(round=round, source_reference="B-002")
    agreed = [Agreed(bid, "recommend", "Good"), Agreed(other, "recommend", "Good")]
    with pytest.raises(Incomplete) as refused:
        closing.record_outcomes(round=round, agreed=agreed, by=chair, at=NOW)
    assert [place for place, _ in refused.value.missing] == [f"{bid.reference}-verdict"]
    assert not PanelOutcome.objects.filter(bid__round=round).exists()


def test_nothing_is_recorded_while_scoring_is_open(client: Client) -> None:
    round = factories.open_round()
    chair = factories.person(Role.CHAIR, round=round)
    bid = factories.bid(round)
    client.force_login(chair)
    shown = client.get(page(round))
    assert "The marks are not open yet" in shown.content.decode()
    assert not shown.context["sheet"].lines
    with pytest.raises(Refused, match="Close scoring"):
        closing.record_outcomes(round=round, agreed=[Agreed(bid, "reject", "No")], by=chair, at=NOW)


def test_the_call_takes_as_many_queries_for_four_bids_as_for_one(round: Round, chair: User) -> None:
    bids = list(Bid.objects.filter(round=round).exclude(source_reference="B-005"))
    counts = []
    for some in (bids[:1], bids[1:]):
        agreed = [Agreed(bid, "reject", "No money") for bid in some]
        with CaptureQueriesContext(connection) as captured:
            closing.record_outcomes(round=round, agreed=agreed, by=chair, at=NOW)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_after_one_outcome_the_next_open_bid_follows(client: Client, round: Round, chair: User) -> None:
    client.force_login(chair)
    first, second = Bid.objects.filter(round=round).order_by("source_reference")[:2]
    address = reverse("bids:record_outcome", args=[first.reference])
    sent = {"verdict": "recommend", "reason": "Good", "version": first.version}
    assert client.post(address, sent | {"then": "next"})["Location"] == reverse(
        "bids:record_outcome", args=[second.reference]
    )
    first.refresh_from_db()
    again = client.post(address, sent | {"reason": "Better", "version": first.version})
    assert again["Location"] == reverse("bids:ranking", args=[round.reference])
