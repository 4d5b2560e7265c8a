"""What needs somebody comes first on the chair's pages, and nothing hurries anybody after the close."""

import pytest
from django.test import Client
from django.urls import reverse

from bids.models import Assignment, Bid, Panel, Practice
from bids.panel import assignments, interests, practice, reading
from grants.models import Round, User
from grants.roles import Role
from tests.factories import NOW, close, marks, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db

HURRY = ("minutes left", "Score the next bid", "Score bids", "unanswered", "To score", "Declare first", "to submit")


def get(user: User, name: str, *args: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=args)).content.decode()


def assign(bid: Bid, member: User, chair: User) -> Assignment:
    return assignments.assign(bid=bid, member=member, by=chair, at=NOW)


@pytest.fixture
def short(round: Round, chair: User) -> list[Bid]:
    """Bids with two, one and no scorers of two, one of whose two has an interest, and one that was taken back."""
    Panel.objects.filter(round=round).update(wanted=2)
    bids = [make_bid(round) for _ in range(5)]
    one, other = (person(Role.MEMBER, round=round, name=name) for name in ("Ann", "Bob"))
    for bid, members in zip(bids, ((one, other), (one,), (), (one, other), (one,)), strict=True):
        for member in members:
            assign(bid, member, chair)
    interests.declare_interest(bid=bids[3], conflicted=True, nature="A cousin", by=other, at=NOW)
    assignments.withdraw_assignment(assignment=bids[4].assignments.get(member=one), reason="Too many", by=chair, at=NOW)
    return bids


def test_bids_that_lack_most_scorers_come_first(round: Round, chair: User, short: list[Bid]) -> None:
    ordered = list(reading.by_need(Bid.objects.filter(round=round), 2))
    assert [(bid.reference, bid.scorers) for bid in ordered] == [
        (short[at].reference, scorers) for at, scorers in ((2, 0), (4, 0), (1, 1), (3, 1), (0, 2))
    ]
    page = get(chair, "bids:panel", round.reference)
    places = [page.index(f"{short[at].source_reference} {short[at].title}") for at in (2, 4, 1, 3, 0)]
    assert places == sorted(places)
    assert "2 bids have nobody yet. 2 bids have too few scorers." in page
    assert "4 to do" in get(chair, "grants:home").split("Assign bids to members")[1].split("</li>")[0]


def test_members_with_most_to_score_come_first(round: Round, chair: User, short: list[Bid]) -> None:
    third = person(Role.MEMBER, round=round, name="Aaron")
    rows = [(row.member.name, row.waiting) for row in reading.members(round)]
    assert rows == [("Ann", 3), ("Bob", 1), (third.name, 0)]


def test_a_plan_shows_first_what_it_leaves_short_and_keeps_what_its_page_showed(
    round: Round, chair: User, short: list[Bid]
) -> None:
    plan = assignments.plan_assignments(round=round, wanted=2, by=chair, at=NOW)
    planned = reading.planned(plan)
    # Nobody but Bob may still score the fifth bid, which was taken back from Ann, and nobody else the fourth.
    order = [bid.reference for bid in reading.by_need(Bid.objects.filter(round=round), 2, planned)]
    assert order == [short[at].reference for at in (4, 3, 2, 1, 0)]
    client = Client()
    client.force_login(chair)
    address = reverse("bids:assignment_plan", args=[plan.reference])
    pairs = sorted(f"{reference}:{username}" for reference, username in plan.pairs)
    # Another chair assigns meanwhile. The page that comes back is about the two bids that it showed.
    shown = {"bids": f"{short[2].reference} {short[4].reference}", "version": "1"}
    kept = [pair for pair in pairs if pair.startswith(short[2].reference)]
    assert client.post(address, {**shown, "pairs": kept}).status_code == 302
    plan.refresh_from_db()
    left = [pair for pair in pairs if not pair.startswith(short[4].reference)]
    assert sorted(f"{reference}:{username}" for reference, username in plan.pairs) == left
    assignments.apply_plan(plan=plan, by=chair, at=NOW)
    plan.refresh_from_db()
    grid = reading.plan_grid(plan, [short[2]])
    assert (grid.rows[0].had, grid.rows[0].ticked) == (2, 0)
    assert {member.name: load for member, load in grid.members} == {"Ann": 4, "Bob": 4}


def test_work_of_others_is_no_task_of_the_chair(round: Round, chair: User, ready: Bid, member: User) -> None:
    home = get(chair, "grants:home")
    assert "You have no tasks in this round" in home
    assert "Members have 1 scorecard to submit" in home
    set_up = practice.keep_practice(
        round=round, title="An invented bid", bidder="Nobody", amount=1, case="A case.", by=chair, at=NOW
    )
    assert "1 member has the practice bid to score" in get(chair, "grants:home")
    practice.score_practice(practice=set_up, marks=marks(), by=member, at=NOW)
    home = get(chair, "grants:home")
    assert "Compare the practice bid" in home and "You have no tasks" not in home
    Practice.objects.update(compared_at=NOW)


def test_nothing_hurries_a_member_after_the_close(
    round: Round, chair: User, member: User, ready: Bid, bid: Bid
) -> None:
    unanswered, scored = make_bid(round), make_bid(round)
    assign(unanswered, member, chair)
    scorecard(scored, member)
    before = get(member, "bids:scoring", round.reference)
    assert "To score" in before and "Declare first" in before and "minutes left" in before
    close(round)
    pages = [
        get(member, "grants:home"),
        get(member, "bids:scoring", round.reference),
        get(member, "bids:score", ready.reference),
        get(member, "bids:my_marks", round.reference),
        get(chair, "bids:panel", round.reference),
        get(chair, "grants:home"),
    ]
    for page in pages:
        assert not [words for words in HURRY if words in page]
