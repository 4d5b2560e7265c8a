"""A chair declares for every bid of the round, and cannot open one before that or if they have an interest."""

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from bids.meetings import meetings
from bids.models import Assignment, Bid, Discussion, Export, Interest, Meeting, Panel, PanelOutcome
from bids.panel import assignments, closing, interests, matrix, members
from grants.models import AuditEvent, Round, User
from grants.refusal import Refused
from grants.roles import Role
from tests.factories import NOW, close, open_round, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db

NATURE = "I was its treasurer"
SECRET = "Secret Orchard Club"


@pytest.fixture
def deputy(round: Round) -> User:
    return person(Role.CHAIR, round=round)


@pytest.fixture
def open_bid(round: Round) -> Bid:
    return make_bid(round, title="The other project")


@pytest.fixture
def shut(round: Round, chair: User, open_bid: Bid) -> Bid:
    """A bid in which the chair, and not the deputy, has an interest; two members have scored it and the other."""
    shut = make_bid(round, title=SECRET)
    for _ in range(2):
        member = person(Role.MEMBER, round=round)
        scorecard(shut, member)
        scorecard(open_bid, member)
    declare(shut, chair)
    return shut


@pytest.fixture
def meeting(round: Round, shut: Bid, open_bid: Bid, deputy: User) -> Iterator[Meeting]:
    close(round)
    held = {"held_on": date(2026, 12, 1), "quorum": 1, "left": Decimal(500_000)}
    planned = meetings.plan_meeting(round=round, **held, by=deputy, at=NOW)
    for each in (shut, open_bid):
        if not planned.items.filter(bid=each).exists():
            meetings.put_on_agenda(meeting=planned, bid=each, reason="To be talked of", by=deputy, at=NOW)
    present = members.members_of(round)
    yield meetings.open_meeting(meeting=planned, present=present, seen=planned.version, by=deputy, at=NOW)


def declare(bid: Bid, by: User, nature: str = NATURE) -> Interest:
    return interests.declare_interest(bid=bid, conflicted=bool(nature), nature=nature, by=by, at=NOW)


def unanswered(bid: Bid, chair: User) -> None:
    Interest.objects.filter(bid=bid, member=chair).delete()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, name: str, *args: str) -> Any:
    return signed_in(user).get(reverse(f"bids:{name}", args=args))


# The page


def test_a_chair_is_asked_for_every_bid_of_the_round_and_answers_in_one_page(
    round: Round, chair: User, bid: Bid, open_bid: Bid
) -> None:
    unanswered(bid, chair)
    unanswered(open_bid, chair)
    client, address = signed_in(chair), reverse("bids:interests", args=[round.reference])
    home = client.get(reverse("grants:home")).content.decode()
    assert "Declare your interests" in home
    asked = client.get(address)
    assert [row.bid for row, _ in asked.context["pairs"]] == [bid, open_bid]
    # The bidders are shown, and nothing else of the bids.
    assert bid.bidder in asked.content.decode()
    assert bid.title not in asked.content.decode()

    fields = {f"{bid.reference}-conflicted": "yes", f"{bid.reference}-nature": NATURE, "rest": "on"}
    done = client.post(address, fields)
    assert done.status_code == 302 and done["Location"] == reverse("bids:panel", args=[round.reference])
    assert dict(Interest.objects.filter(member=chair).values_list("bid", "conflicted")) == {
        bid.pk: True,
        open_bid.pk: False,
    }
    assert AuditEvent.objects.filter(action="declare interest", actor=chair).count() == 2
    assert "Declare your interests" not in client.get(reverse("grants:home")).content.decode()


def test_the_one_tick_for_the_rest_is_never_ticked_beforehand_and_changes_no_answer(
    round: Round, chair: User, bid: Bid, open_bid: Bid
) -> None:
    declare(bid, chair)
    unanswered(open_bid, chair)
    unanswered(make_bid(round), chair)
    client, address = signed_in(chair), reverse("bids:interests", args=[round.reference])
    drawn = client.get(address).content.decode()
    tick = drawn.split('name="rest"')[1].split(">")[0]
    assert "checked" not in tick
    client.post(address, {})
    assert Interest.objects.filter(member=chair).count() == 1
    client.post(address, {"rest": "on"})
    assert Interest.objects.filter(member=chair, conflicted=True).get().bid == bid
    assert Interest.objects.filter(member=chair, conflicted=False).count() == 2


# What stays shut


@pytest.mark.parametrize("why", ["an interest", "no answer"])
def test_no_page_shows_a_chair_a_bid_that_they_are_not_clear_of(
    round: Round, chair: User, deputy: User, shut: Bid, meeting: Meeting, why: str
) -> None:
    if why == "no answer":
        unanswered(shut, chair)
    lists = {
        "bids": [round.reference],
        "panel": [round.reference],
        "ranking": [round.reference],
        "insight": [round.reference],
        "meeting": [meeting.reference],
        "minutes": [meeting.reference],
        "close_meeting": [meeting.reference],
    }
    for name, args in lists.items():
        # There is something to see.
        # That page names bids by their reference alone.
        words = shut.source_reference if name == "close_meeting" else SECRET
        assert words in page(deputy, name, *args).content.decode(), name
        assert words not in page(chair, name, *args).content.decode(), name
    for name, args in {
        "bid": [shut.reference],
        "record_outcome": [shut.reference],
        "discuss_bid": [meeting.reference, shut.reference],
    }.items():
        assert page(deputy, name, *args).status_code == 200, name
        assert page(chair, name, *args).status_code == 404, name


def test_while_scoring_a_chair_sees_nothing_of_such_a_bid_either(
    round: Round, chair: User, deputy: User, shut: Bid, open_bid: Bid
) -> None:
    late = person(Role.MEMBER, round=round, name="Late Member")
    assignments.assign(bid=shut, member=late, by=deputy, at=NOW)
    declare(shut, late, "A cousin runs it")
    another = person(Role.MEMBER, round=round)
    assignments.assign(bid=shut, member=another, by=deputy, at=NOW)
    plan = assignments.plan_assignments(round=round, wanted=2, by=deputy, at=NOW)
    Panel.objects.filter(round=round).update(wanted=9)
    for name, args, words in (
        ("panel", [round.reference], SECRET),
        ("assign_bid", [round.reference], shut.bidder),
        ("assignment_plan", [plan.reference], shut.source_reference),
        ("declared_interests", [round.reference], "A cousin runs it"),
        ("close_scoring", [round.reference], shut.title),
        ("close_scoring", [round.reference], shut.source_reference),
    ):
        assert words in page(deputy, name, *args).content.decode(), name
        assert words not in page(chair, name, *args).content.decode(), name
    for name in ("waive_interest", "withdraw_assignment"):
        assert page(deputy, name, shut.reference, late.username).status_code == 200, name
        assert page(chair, name, shut.reference, late.username).status_code == 404, name


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_export_of_a_chair_holds_no_mark_of_a_bid_with_their_interest(
    round: Round, chair: User, deputy: User, shut: Bid, open_bid: Bid, kind: str
) -> None:
    close(round)

    def fetched(by: User) -> str:
        made: Export = matrix.ask_for_scores(round=round, kind=kind, by=by, at=NOW)
        Export.objects.filter(pk=made.pk).update(asked_at="2100-01-01T00:00Z")
        answer = page(by, "scores_file", made.reference)
        body = b"".join(answer) if answer.streaming else answer.content
        if kind == "csv":
            return body.decode()
        book = openpyxl.load_workbook(io.BytesIO(body))
        return "\n".join(str(row) for sheet in book for row in sheet.iter_rows(values_only=True))

    # Two scorecards, and in the workbook the line of the ranking as well.
    times = 3 if kind == "xlsx" else 2
    assert fetched(deputy).count(SECRET) == times
    assert SECRET not in fetched(chair)
    assert fetched(chair).count(open_bid.title) == times


# What a chair may not decide


@pytest.mark.parametrize("why", ["an interest", "no answer"])
def test_a_chair_decides_nothing_about_such_a_bid(
    round: Round, chair: User, deputy: User, bid: Bid, member: User, why: str
) -> None:
    assignments.assign(bid=bid, member=member, by=deputy, at=NOW)
    declare(bid, member, "A cousin runs it")
    another = person(Role.MEMBER, round=round)
    plan = assignments.plan_assignments(round=round, wanted=2, by=deputy, at=NOW)
    pairs = [(reference, username) for reference, username in plan.pairs]
    if why == "no answer":
        unanswered(bid, chair)
    else:
        declare(bid, chair)
    refusal = {"no answer": "Declare first", "an interest": "Ask another chair"}[why]
    with pytest.raises(Refused, match=refusal):
        assignments.assign(bid=bid, member=another, by=chair, at=NOW)
    with pytest.raises(Refused, match=refusal):
        assignments.withdraw_assignment(
            assignment=Assignment.objects.get(bid=bid, member=member), reason="Mine", by=chair, at=NOW
        )
    with pytest.raises(Refused, match=refusal):
        interest = Interest.objects.get(bid=bid, member=member)
        interests.waive_interest(interest=interest, reason="Mine", by=chair, at=NOW)
    with pytest.raises(
        Refused, match="You have an interest in a bid on this page, or have not answered the declaration"
    ):
        assignments.change_plan(plan=plan, bids=[bid.reference], pairs=pairs, seen=1, by=chair, at=NOW)
    close(round)
    with pytest.raises(Refused, match=refusal):
        closing.record_outcome(bid=bid, verdict="reject", reason="Mine", by=chair, at=NOW)
    held = {"held_on": date(2026, 12, 1), "quorum": 1, "left": Decimal(0)}
    planned = meetings.plan_meeting(round=round, **held, by=deputy, at=NOW)
    Discussion.objects.filter(meeting=planned).delete()
    with pytest.raises(Refused, match=refusal):
        meetings.put_on_agenda(meeting=planned, bid=bid, reason="Mine", by=chair, at=NOW)


def test_a_plan_shares_out_such_a_bid_by_its_rule_alone(round: Round, chair: User, shut: Bid, open_bid: Bid) -> None:
    for _ in range(3):
        person(Role.MEMBER, round=round)
    plan = assignments.plan_assignments(round=round, wanted=3, by=chair, at=NOW)
    assert shut.reference in {reference for reference, _ in plan.pairs}
    changed = assignments.change_plan(plan=plan, bids=[open_bid.reference], pairs=[], seen=1, by=chair, at=NOW)
    assert {reference for reference, _ in changed.pairs} == {shut.reference}
    assert assignments.apply_plan(plan=changed, by=chair, at=NOW) == 1


# Later


def test_an_outcome_goes_back_if_its_recorder_declares_an_interest_later(
    round: Round, chair: User, deputy: User, bid: Bid, member: User
) -> None:
    scorecard(bid, member)
    close(round)
    closing.record_outcome(bid=bid, verdict="recommend", reason="Good", by=chair, at=NOW)
    declare(bid, deputy)
    bid.refresh_from_db()
    assert bid.state == Bid.State.RECOMMENDED
    declare(bid, chair)
    bid.refresh_from_db()
    assert bid.state == Bid.State.ELIGIBLE
    third = person(Role.CHAIR, round=round)
    closing.record_outcome(bid=bid, verdict="reject", reason="Weak", by=third, at=NOW)
    assert PanelOutcome.objects.get(bid=bid).recorded_by == third


def test_a_chair_who_comes_late_answers_after_scoring_has_closed(round: Round, bid: Bid, member: User) -> None:
    scorecard(bid, member)
    close(round)
    late = person(Role.CHAIR, round=round)
    unanswered(bid, late)
    assert bid.title not in page(late, "ranking", round.reference).content.decode()
    declare(bid, late, "")
    assert bid.title in page(late, "ranking", round.reference).content.decode()


def test_another_chair_waives_a_chairs_interest_and_nobody_their_own(
    round: Round, chair: User, deputy: User, bid: Bid
) -> None:
    interest = declare(bid, chair)
    with pytest.raises(Refused, match="You cannot waive your own interest"):
        interests.waive_interest(interest=interest, reason="It is nothing", by=chair, at=NOW)
    interests.waive_interest(interest=interest, reason="She left it years ago", by=deputy, at=NOW)
    assert Bid.objects.visible_to(User.objects.get(pk=chair.pk), "see ranking").filter(pk=bid.pk).exists()
    with pytest.raises(Refused, match="You declared an interest in this bid and cannot take it back"):
        declare(bid, chair, "")


def test_a_chair_of_another_round_cannot_declare_here(round: Round, bid: Bid) -> None:
    stranger = person(Role.CHAIR, round=open_round())
    with pytest.raises(Refused, match="not assigned to you"):
        declare(bid, stranger, "")
