"""A member's own marks: side by side, sorted and filtered, beside each scale, and on paper."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from bids.models import Bid
from bids.panel import assignments, interests, own, scorecards
from bids.panel.scorecards import Judgement
from bids.ranking import standings
from grants.models import Round, User
from grants.roles import Role
from tests.factories import NOW, marks, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(member: User) -> Client:
    made = Client()
    made.force_login(member)
    return made


@pytest.fixture
def marked(round: Round, member: User) -> list[Bid]:
    """Three bids that the member marked with 1, 4 and 2, and one of which a part is a draft."""
    bids = [make_bid(round) for _ in range(4)]
    for bid, score in zip(bids, (1, 4, 2), strict=False):
        scorecard(bid, member, score=score)
    scorecard(bids[3], member, submit=False)
    part = {**dict.fromkeys(range(1, 8), Judgement()), 4: Judgement(None, 0, "So far")}
    scorecards.save_draft(bid=bids[3], marks=part, seen=1, by=member, at=NOW)
    return bids


def shown(member: User, round: Round, **chosen: str) -> list[tuple[str, Decimal | None]]:
    rules = standings.rules_of(round)
    return [(row.bid.reference, row.mean) for row in own.rows(member, round, rules, **chosen)]


def test_each_bid_has_its_marks_and_the_mean_of_a_complete_one(round: Round, member: User, marked: list[Bid]) -> None:
    means = [Decimal("1.00"), Decimal("4.00"), Decimal("2.00"), None]
    assert shown(member, round) == [(bid.reference, mean) for bid, mean in zip(marked, means, strict=True)]
    rows = own.rows(member, round, standings.rules_of(round))
    assert [answer.score for answer in rows[3].answers] == [None, None, None, 0, None, None, None]
    assert [answer.passed for answer in rows[0].answers] == [True, True, True, None, None, True, True]


def test_the_mean_is_weighted_as_the_ranking_is(round: Round, member: User) -> None:
    round.criteria.filter(number=4).update(weight=Decimal(3))
    bid = make_bid(round)
    scorecard(bid, member, score=1)
    changed = {**marks(score=1), 4: Judgement(None, 4, "Good")}
    scorecards.submit_scorecard(bid=bid, marks=changed, seen=1, by=member, at=NOW)
    assert shown(member, round) == [(bid.reference, standings.result_of(bid).mean)]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", [0, 1, 2, 3]),
        ("mean", [1, 2, 0, 3]),
        ("-mean", [0, 2, 1, 3]),
        ("4", [1, 2, 0, 3]),
        ("-4", [3, 0, 2, 1]),
        ("1", [0, 1, 2, 3]),
        ("x", [0, 1, 2, 3]),
    ],
)
def test_rows_are_sorted_by_the_mean_or_by_a_mark(
    round: Round, member: User, marked: list[Bid], sort: str, order: list[int]
) -> None:
    assert [reference for reference, _ in shown(member, round, sort=sort)] == [marked[at].reference for at in order]


def test_rows_are_filtered_by_what_became_of_the_scorecard(
    round: Round, member: User, marked: list[Bid], client: Client
) -> None:
    assert len(shown(member, round, state="submitted")) == 3
    assert [reference for reference, _ in shown(member, round, state="draft")] == [marked[3].reference]
    assert shown(member, round, state="none") == []
    page = client.get(reverse("bids:my_marks", args=[round.reference]), {"state": "draft", "sort": "-mean"})
    assert [row.bid for row in page.context["page"]] == [marked[3]]
    wrong = client.get(reverse("bids:my_marks", args=[round.reference]), {"state": "nothing", "sort": "99"})
    assert len(wrong.context["page"].object_list) == 4


def test_the_mean_of_each_criterion_is_of_the_rows_shown(round: Round, member: User, marked: list[Bid]) -> None:
    rules = standings.rules_of(round)
    own_rows = own.rows(member, round, rules, state="submitted")
    assert own.means(own_rows, rules)[3:6] == [(Decimal("2.33"), 3)] * 3
    assert own.means(own_rows, rules)[0] == (None, 0)
    assert own.means([], rules) == [(None, 0)] * 7


def test_nobody_sees_the_marks_of_another_or_a_bid_in_which_they_have_an_interest(
    round: Round, member: User, marked: list[Bid], client: Client
) -> None:
    other = person(Role.MEMBER, round=round)
    scorecard(marked[0], other, score=3)
    interests.declare_interest(bid=marked[1], conflicted=True, nature="A friend", by=member, at=NOW)
    for name in ("my_marks", "my_scorecards"):
        page = client.get(reverse(f"bids:{name}", args=[round.reference])).content.decode()
        assert marked[0].title in page
        assert marked[1].title not in page
        assert other.name not in page
    assert shown(member, round)[0] == (marked[0].reference, Decimal("1.00"))
    assert marked[1].source_reference not in str(own.latest(member, marked[0]))


def test_beside_each_scale_stand_the_own_last_marks_on_that_criterion(
    round: Round, member: User, marked: list[Bid], client: Client
) -> None:
    assert own.latest(member, marked[3])[4] == [
        (bid.source_reference, mark) for bid, mark in _newest(marked, (1, 4, 2))
    ]
    page = client.get(reverse("bids:score", args=[marked[3].reference])).content.decode()
    assert page.count("Your last marks here:") == 3
    # Its own mark is in its field, and is not one of the last.
    own_page = client.get(reverse("bids:score", args=[marked[0].reference])).content.decode()
    assert f"on {marked[0].source_reference}" not in own_page


def _newest(bids: list[Bid], scores: tuple[int, ...]) -> list[tuple[Bid, int]]:
    return list(reversed(list(zip(bids, scores, strict=False))))


def test_of_many_bids_the_last_five_stand_beside_a_scale(round: Round, member: User) -> None:
    bids = [make_bid(round) for _ in range(7)]
    for bid in bids:
        scorecard(bid, member)
    references = [reference for reference, _ in own.latest(member, bids[0])[5]]
    assert references == [bid.source_reference for bid in reversed(bids[2:])]


def test_all_scorecards_are_on_one_page_to_print(round: Round, member: User, marked: list[Bid], client: Client) -> None:
    unscored = make_bid(round)
    scorecard(unscored, person(Role.MEMBER, round=round))
    page = client.get(reverse("bids:my_scorecards", args=[round.reference])).content.decode()
    for bid in marked:
        assert f"{bid.source_reference} {bid.title}" in page
        assert f"My scorecard on {bid.source_reference}" in page
    assert page.count("4. Proven experience") == 4
    assert "So far" in page
    assert page.count("The case") == 4
    assert unscored.title not in page


def test_what_a_member_wrote_stays_open_to_them_when_the_bid_is_taken_back(
    round: Round, member: User, chair: User, marked: list[Bid], client: Client
) -> None:
    kept = reverse("bids:kept_scorecards", args=[round.reference])
    scoring = reverse("bids:scoring", args=[round.reference])
    taken = marked[3]
    assert "So far" not in client.get(kept).content.decode()
    assert kept not in client.get(scoring).content.decode()
    assignments.withdraw_assignment(
        assignment=taken.assignments.get(member=member), reason="Too many bids", by=chair, at=NOW
    )
    page = client.get(kept).content.decode()
    assert "So far" in page and taken.source_reference in page
    # Neither the bid itself nor any other scorecard.
    assert taken.title not in page and marked[0].source_reference not in page
    assert kept in client.get(scoring).content.decode()
    stranger = Client()
    stranger.force_login(person(Role.MEMBER, round=round))
    assert "So far" not in stranger.get(kept).content.decode()
