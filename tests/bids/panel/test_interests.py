"""Interests: one that is declared late takes the card back, and one that the chair waives gives it back as a draft."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from bids.meetings import meetings
from bids.models import Bid, Interest, Meeting, Panel, Scorecard, Standing
from bids.panel import assignments, closing, interests, members, scorecards
from bids.ranking import standings
from bids.scoring import Gate
from grants.models import AuditEvent, Round, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from tests.factories import NOW, close, marks, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db


def declare(bid: Bid, member: User, nature: str = "My sister runs it") -> Interest:
    return interests.declare_interest(bid=bid, conflicted=bool(nature), nature=nature, by=member, at=NOW)


def waive(bid: Bid, member: User, by: User, **seen: int) -> Interest:
    interest = Interest.objects.get(bid=bid, member=member)
    return interests.waive_interest(interest=interest, reason="She left it years ago", by=by, at=NOW, **seen)


def opens_to(bid: Bid, member: User) -> bool:
    """Whether the bid opens to the person for scoring, as the page asks it."""
    return Bid.objects.visible_to(User.objects.get(pk=member.pk), "score bid").filter(pk=bid.pk).exists()


def last(action: str) -> AuditEvent:
    event = AuditEvent.objects.filter(action=action).order_by("pk").last()
    assert event is not None
    return event


def standing(bid: Bid) -> tuple[int, str, Decimal | None]:
    row = Standing.objects.get(bid=bid)
    return row.cards, row.gate, row.mean


# Answering


def test_no_interest_accepts_the_assignment_and_opens_the_bid(bid: Bid, member: User, chair: User) -> None:
    assignments.assign(bid=bid, member=member, by=chair, at=NOW)
    assert not opens_to(bid, member)
    declare(bid, member, "")
    assert opens_to(bid, member)
    assert bid.assignments.get().accepted_at == NOW


def test_declaring_an_interest_does_not_accept_the_bid_and_keeps_it_closed(bid: Bid, member: User, chair: User) -> None:
    assignments.assign(bid=bid, member=member, by=chair, at=NOW)
    declare(bid, member)
    assert not opens_to(bid, member)
    assert bid.assignments.get().accepted_at is None


def on_the_agenda(bid: Bid, chair: User) -> Meeting:
    meeting = meetings.plan_meeting(round=bid.round, held_on=NOW.date(), quorum=1, left=Decimal(0), by=chair, at=NOW)
    if not meeting.items.filter(bid=bid).exists():
        meetings.put_on_agenda(meeting=meeting, bid=bid, reason="Novel", by=chair, at=NOW)
    return meeting


@pytest.mark.parametrize("nature", ["", "My sister runs it"], ids=["none", "one"])
def test_a_member_answers_for_a_bid_of_the_agenda_that_they_were_not_assigned(
    bid: Bid, member: User, chair: User, nature: str
) -> None:
    scorecard(bid, person(Role.MEMBER, round=bid.round))
    close(bid.round)
    with pytest.raises(Refused):
        declare(bid, member, nature)
    meeting = on_the_agenda(bid, chair)
    # Before it opens, a member sees nothing of the agenda and is asked for nothing.
    with pytest.raises(Refused):
        declare(bid, member, nature)
    meetings.open_meeting(meeting=meeting, present=[member], seen=None, by=chair, at=NOW)
    assert declare(bid, member, nature).conflicted == bool(nature)
    if not nature:
        meetings.close_meeting(meeting=meeting, seen=None, by=chair, at=NOW)
        with pytest.raises(Refused, match="Scoring has closed"):
            declare(bid, member, nature)


# After scoring has closed


@pytest.fixture
def scored(bid: Bid, member: User) -> Bid:
    """A bid with two cards, of 1 and of 4 by the member; scoring is closed."""
    scorecard(bid, person(Role.MEMBER, round=bid.round), score=1)
    scorecard(bid, member, score=4)
    close(bid.round)
    return bid


def test_a_late_interest_works_out_the_result_without_the_card(scored: Bid, member: User) -> None:
    assert standing(scored) == (2, Gate.PASSED, Decimal("2.50"))
    declare(scored, member)
    assert standing(scored) == (1, Gate.PASSED, Decimal("1.00"))
    assert Scorecard.objects.get(bid=scored, member=member).state == "withdrawn"
    assert last("declare interest").facts["scorecards withdrawn"] == 1
    assert (Standing.objects.get(bid=scored).best_place, Standing.objects.get(bid=scored).worst_place) == (1, 1)


def test_a_late_interest_of_the_only_scorer_leaves_the_bid_unjudged(bid: Bid, member: User) -> None:
    scorecard(bid, member)
    close(bid.round)
    declare(bid, member)
    assert standing(bid) == (0, Gate.OPEN, None)


@pytest.mark.parametrize("verdict", ["recommend", "reject", "redirect"])
def test_an_outcome_that_rests_on_a_withdrawn_card_goes_back_to_the_panel(
    scored: Bid, member: User, chair: User, verdict: str
) -> None:
    destination = "The Board" if verdict == "redirect" else ""
    closing.record_outcome(bid=scored, verdict=verdict, destination=destination, reason="So", by=chair, at=NOW)
    before = Bid.objects.get(pk=scored.pk)
    declare(scored, member)
    after = Bid.objects.get(pk=scored.pk)
    assert (after.state, after.version) == ("eligible", before.version + 1)
    assert Standing.objects.get(bid=scored).running == scored.amount


def test_a_late_interest_of_one_whose_draft_never_counted_changes_no_outcome(
    bid: Bid, member: User, chair: User
) -> None:
    scorecard(bid, person(Role.MEMBER, round=bid.round), score=3)
    scorecard(bid, member, submit=False, score=0)
    close(bid.round)
    closing.record_outcome(bid=bid, verdict="recommend", reason="So", by=chair, at=NOW)
    before = standing(bid)
    declare(bid, member)
    assert Bid.objects.get(pk=bid.pk).state == "recommended"
    assert Scorecard.objects.get(bid=bid, member=member).state == "withdrawn"
    assert standing(bid) == before


def test_once_the_leadership_agreed_a_late_interest_is_refused(scored: Bid, member: User) -> None:
    Bid.objects.filter(pk=scored.pk).update(state=Bid.State.AGREED)
    with pytest.raises(Refused, match="The leadership has agreed this bid"):
        declare(scored, member)
    assert standing(scored) == (2, Gate.PASSED, Decimal("2.50"))
    assert not Interest.objects.get(bid=scored, member=member).conflicted


def test_after_scoring_closed_nobody_answers_that_they_have_no_interest(scored: Bid, member: User) -> None:
    with pytest.raises(Refused, match="Scoring has closed"):
        declare(scored, member, "")


# Waiving


@pytest.mark.parametrize("submit", [True, False], ids=["submitted", "draft"])
def test_a_waived_interest_opens_the_bid_and_gives_the_card_back_as_a_draft(
    bid: Bid, member: User, chair: User, submit: bool
) -> None:
    scorecard(bid, member, submit=submit, score=4)
    declare(bid, member)
    assert not opens_to(bid, member)
    waived = waive(bid, member, chair)
    assert (waived.waived_by, waived.waived_at, waived.waived_because) == (chair, NOW, "She left it years ago")
    assert opens_to(bid, member)
    card = Scorecard.objects.get(bid=bid, member=member)
    assert (card.state, card.submitted_at, card.withdrawn_because) == ("draft", None, "")
    assert standings.result_of(bid).cards == 0
    scorecards.submit_scorecard(bid=bid, marks=marks(score=2), seen=card.version, by=member, at=NOW)
    assert standings.result_of(bid).mean == Decimal("2.00")
    event = last("waive interest")
    assert (event.actor, event.because) == (chair, "She left it years ago")
    assert event.facts == {"member": member.username, "nature": "My sister runs it", "scorecards given back": 1}


def test_a_new_interest_after_a_waiver_bars_again(bid: Bid, member: User, chair: User) -> None:
    scorecard(bid, member)
    declare(bid, member)
    waive(bid, member, chair)
    again = declare(bid, member, "They offered me a job")
    assert (again.waived_at, again.waived_by, again.waived_because) == (None, None, "")
    assert not opens_to(bid, member)
    assert Scorecard.objects.get(bid=bid, member=member).state == "withdrawn"
    assert waive(bid, member, chair).nature == "They offered me a job"


def test_a_waived_interest_is_not_taken_back_by_its_member(bid: Bid, member: User, chair: User) -> None:
    scorecard(bid, member)
    declare(bid, member)
    waive(bid, member, chair)
    with pytest.raises(Refused, match="You declared an interest"):
        declare(bid, member, "")


def test_a_member_whose_interest_was_waived_is_waited_for_again(bid: Bid, member: User, chair: User) -> None:
    scorecard(bid, member)
    declare(bid, member)
    assert members.incomplete(bid.round) == []
    waive(bid, member, chair)
    assert [each.member for each in members.incomplete(bid.round)] == [member]


def test_nobody_waives_their_own_interest(bid: Bid, round: Round) -> None:
    both = person(Role.CHAIR, Role.MEMBER, round=round, unit="East Area")
    scorecard(bid, both)
    declare(bid, both)
    with pytest.raises(Refused, match="You cannot waive your own interest"):
        waive(bid, both, both)
    with pytest.raises(IntegrityError, match="waived_by_another_with_a_reason"), transaction.atomic():
        Interest.objects.filter(bid=bid).update(waived_by=both, waived_at=NOW, waived_because="I am fine")
    assert not opens_to(bid, both)


def test_the_database_requires_a_reason_and_a_person_for_a_waiver(bid: Bid, member: User, chair: User) -> None:
    scorecard(bid, member)
    declare(bid, member)
    for waiver in ({"waived_by": chair, "waived_because": ""}, {"waived_by": None, "waived_because": "Fine"}):
        with pytest.raises(IntegrityError, match="waived_by_another_with_a_reason"), transaction.atomic():
            Interest.objects.filter(bid=bid).update(waived_at=NOW, **waiver)


def test_no_interest_is_waived_after_scoring_closed(scored: Bid, member: User, chair: User) -> None:
    declare(scored, member)
    with pytest.raises(Refused, match="Scoring has closed"):
        waive(scored, member, chair)
    assert not opens_to(scored, member)


def test_only_an_interest_that_still_bars_can_be_waived(bid: Bid, member: User, chair: User) -> None:
    scorecard(bid, member)
    with pytest.raises(Refused, match="This interest no longer keeps the member from the bid"):
        waive(bid, member, chair)
    declare(bid, member)
    waive(bid, member, chair)
    with pytest.raises(Refused, match="This interest no longer keeps the member from the bid"):
        waive(bid, member, chair)


def test_a_waiver_from_a_page_of_another_version_of_the_bid_is_refused(bid: Bid, member: User, chair: User) -> None:
    scorecard(bid, member)
    declare(bid, member)
    Bid.objects.filter(pk=bid.pk).update(version=3)
    with pytest.raises(Stale):
        waive(bid, member, chair, seen=2)
    assert waive(bid, member, chair, seen=3).waived_at == NOW


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CHAIR])
def test_only_the_chair_waives(bid: Bid, member: User, role: Role) -> None:
    scorecard(bid, member)
    declare(bid, member)
    with pytest.raises(NotEntitled):
        waive(bid, member, person(role, round=bid.round))
    assert Interest.objects.get(bid=bid, member=member).waived_at is None
    assert Scorecard.objects.get(bid=bid, member=member).state == "withdrawn"


def test_a_waiver_of_one_bid_opens_no_other(round: Round, member: User, chair: User) -> None:
    first, second = make_bid(round), make_bid(round)
    for each in (first, second):
        scorecard(each, member)
        declare(each, member)
    waive(first, member, chair)
    assert (opens_to(first, member), opens_to(second, member)) == (True, False)
    assert Panel.objects.get(round=round).closed_at is None
