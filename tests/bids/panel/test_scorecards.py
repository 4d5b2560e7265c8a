"""The panel: who is assigned what, what a member may do with it, and what closing makes final."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from bids.models import Assignment, Bid, Interest, Panel, Scorecard
from bids.panel import assignments, closing, interests, scorecards
from bids.panel import members as members_of_panel
from bids.panel.scorecards import Judgement
from bids.ranking import standings
from grants.models import AuditEvent, RoleHolding, Round, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from tests.factories import NOW, marks, open_round, person, scorecard, share_out
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db


def loads(round: Round) -> Counter[User]:
    return Counter(each.member for each in Assignment.objects.filter(bid__round=round, withdrawn_at=None))


# Assigning


@pytest.mark.parametrize(("bids", "members", "wanted"), [(7, 3, 2), (10, 4, 3), (1, 5, 2), (9, 3, 3), (12, 5, 1)])
def test_bids_are_assigned_evenly(round: Round, chair: User, bids: int, members: int, wanted: int) -> None:
    people = [person(Role.MEMBER, round=round, unit="East Area") for _ in range(members)]
    made = [make_bid(round) for _ in range(bids)]
    assert share_out(round=round, wanted=wanted, by=chair, at=NOW) == bids * wanted
    load_by_member = loads(round)
    shares = [load_by_member[each] for each in people]
    assert max(shares) - min(shares) <= 1
    assert {each.pk: each.assignments.count() for each in made} == {each.pk: wanted for each in made}


def test_assigning_evenly_again_adds_nothing(round: Round, chair: User) -> None:
    for _ in range(3):
        person(Role.MEMBER, round=round)
        make_bid(round)
    share_out(round=round, wanted=2, by=chair, at=NOW)
    assert share_out(round=round, wanted=2, by=chair, at=NOW) == 0
    assert share_out(round=round, wanted=3, by=chair, at=NOW) == 3
    assert Panel.objects.get(round=round).wanted == 3


def test_a_member_with_an_interest_never_gets_the_bid(round: Round, chair: User, bid: Bid, member: User) -> None:
    free = [person(Role.MEMBER, round=round) for _ in range(2)]
    Interest.objects.create(bid=bid, member=member, conflicted=True, nature="My sister runs it", declared_at=NOW)
    share_out(round=round, wanted=2, by=chair, at=NOW)
    assert set(loads(round)) == set(free)
    with pytest.raises(Refused, match="declared an interest") as refused:
        assignments.assign(bid=bid, member=member, by=chair, at=NOW)
    assert refused.value.field == "member"


def test_members_of_the_sponsoring_unit_come_last_for_its_bids(round: Round, chair: User) -> None:
    own = person(Role.MEMBER, round=round, unit="Central West")
    others = [person(Role.MEMBER, round=round, unit="East Area") for _ in range(2)]
    for _ in range(4):
        make_bid(round, sponsoring_unit="Central West")
    share_out(round=round, wanted=2, by=chair, at=NOW)
    assert loads(round) == Counter(dict.fromkeys(others, 4))
    assert own not in loads(round)


def test_too_few_members_are_named(round: Round, chair: User, bid: Bid, member: User) -> None:
    with pytest.raises(Refused, match=r"The panel has 1 member\. Enter that number or fewer") as refused:
        share_out(round=round, wanted=2, by=chair, at=NOW)
    assert refused.value.field == "wanted"
    assert not loads(round)


@pytest.mark.parametrize("state", [state for state in dict(Bid.STATES) if state != Bid.State.ELIGIBLE])
def test_only_bids_with_the_panel_are_assigned(round: Round, chair: User, member: User, state: Bid.State) -> None:
    made = make_bid(round, state=state)
    with pytest.raises(Refused, match="not with the panel"):
        assignments.assign(bid=made, member=member, by=chair, at=NOW)
    assert share_out(round=round, wanted=1, by=chair, at=NOW) == 0


def test_a_bid_is_assigned_to_a_member_once(ready: Bid, member: User, chair: User) -> None:
    with pytest.raises(Refused, match="already has this bid"):
        assignments.assign(bid=ready, member=member, by=chair, at=NOW)
    assert ready.assignments.count() == 1


def test_only_members_of_this_panel_are_assigned_bids(bid: Bid, chair: User) -> None:
    for other in (person(Role.LEAD, round=bid.round), person(Role.MEMBER, round=open_round())):
        with pytest.raises(Refused, match="not a member of this panel"):
            assignments.assign(bid=bid, member=other, by=chair, at=NOW)


def test_a_withdrawn_bid_can_be_given_again(ready: Bid, member: User, chair: User) -> None:
    assignment = ready.assignments.get()
    scorecards.save_draft(bid=ready, marks=marks(), seen=0, by=member, at=NOW)
    assignments.withdraw_assignment(assignment=assignment, reason="On leave", by=chair, at=NOW)
    with pytest.raises(Refused, match="This bid is no longer assigned to you"):
        scorecards.save_draft(bid=ready, marks=marks(), seen=1, by=member, at=NOW)
    with pytest.raises(Refused, match="This assignment has already been withdrawn"):
        assignments.withdraw_assignment(assignment=assignment, reason="Again", by=chair, at=NOW)
    assignments.assign(bid=ready, member=member, by=chair, at=NOW)
    assert scorecards.save_draft(bid=ready, marks=marks(), seen=1, by=member, at=NOW).version == 2


def test_a_submitted_card_keeps_its_assignment(ready: Bid, member: User, chair: User) -> None:
    scorecards.submit_scorecard(bid=ready, marks=marks(), seen=0, by=member, at=NOW)
    with pytest.raises(Refused, match="The scorecard on this bid has been submitted"):
        assignments.withdraw_assignment(assignment=ready.assignments.get(), reason="Late", by=chair, at=NOW)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CHAIR])
def test_only_the_chair_runs_the_panel(round: Round, bid: Bid, member: User, role: Role) -> None:
    other = person(role, round=round)
    with pytest.raises(NotEntitled):
        assignments.assign(bid=bid, member=member, by=other, at=NOW)
    scorecard(bid, member)
    with pytest.raises(NotEntitled):
        closing.close_scoring(round=round, reason="Done", by=other, at=NOW)
    assert Panel.objects.get(round=round).closed_at is None


# Declaring


def test_a_member_who_has_not_declared_cannot_score(bid: Bid, member: User, chair: User) -> None:
    assignments.assign(bid=bid, member=member, by=chair, at=NOW)
    for save in (scorecards.save_draft, scorecards.submit_scorecard):
        with pytest.raises(Refused, match="Declare first"):
            save(bid=bid, marks=marks(), seen=0, by=member, at=NOW)
    assert not Scorecard.objects.filter(bid=bid).exists()


def test_a_member_who_is_not_assigned_can_neither_declare_nor_score(bid: Bid, member: User) -> None:
    with pytest.raises(Refused, match="not assigned to you"):
        interests.declare_interest(bid=bid, conflicted=False, by=member, at=NOW)
    with pytest.raises(Refused, match="This bid is no longer assigned to you"):
        scorecards.submit_scorecard(bid=bid, marks=marks(), seen=0, by=member, at=NOW)


@pytest.mark.parametrize("nature", ["", "   "])
def test_an_interest_says_what_it_is(ready: Bid, member: User, nature: str) -> None:
    with pytest.raises(Refused, match="Enter details of your interest") as refused:
        interests.declare_interest(bid=ready, conflicted=True, nature=nature, by=member, at=NOW)
    assert refused.value.field == "nature"
    assert not Interest.objects.get(bid=ready, member=member).conflicted


def test_a_member_who_declared_an_interest_cannot_score_or_take_it_back(ready: Bid, member: User) -> None:
    interests.declare_interest(bid=ready, conflicted=True, nature="I know them", by=member, at=NOW)
    with pytest.raises(Refused):
        scorecards.submit_scorecard(bid=ready, marks=marks(), seen=0, by=member, at=NOW)
    with pytest.raises(Refused, match="You declared an interest"):
        interests.declare_interest(bid=ready, conflicted=False, by=member, at=NOW)
    assert Interest.objects.get(bid=ready, member=member).conflicted


@pytest.mark.parametrize("submit", [True, False], ids=["submitted", "draft"])
def test_a_late_conflict_withdraws_the_card_and_it_no_longer_counts(bid: Bid, member: User, submit: bool) -> None:
    other = person(Role.MEMBER, round=bid.round)
    scorecard(bid, other, score=1)
    scorecard(bid, member, submit=submit, score=4)
    interests.declare_interest(bid=bid, conflicted=True, nature="They offered me a job", by=member, at=NOW)
    card = Scorecard.objects.get(bid=bid, member=member)
    assert (card.state, card.withdrawn_because) == ("withdrawn", "Interest declared: They offered me a job")
    assert card.marks.count() == 7
    result = standings.result_of(bid)
    assert (result.cards, result.mean) == (1, Decimal("1.00"))
    assert member not in {assignment.member for assignment in members_of_panel.incomplete(bid.round)}


def test_several_answers_are_kept_together_or_not_at_all(round: Round, member: User, chair: User) -> None:
    bids = [make_bid(round) for _ in range(3)]
    for each in bids:
        assignments.assign(bid=each, member=member, by=chair, at=NOW)
    with pytest.raises(Refused):
        interests.declare_interests(
            answers=[(bids[0], False, ""), (bids[1], True, "A friend"), (bids[2], True, "")], by=member, at=NOW
        )
    assert not Interest.objects.filter(member=member).exists()
    interests.declare_interests(answers=[(bids[0], False, ""), (bids[1], True, "A friend")], by=member, at=NOW)
    assert dict(Interest.objects.filter(member=member).values_list("bid", "conflicted")) == {
        bids[0].pk: False,
        bids[1].pk: True,
    }


# Scoring


def test_a_draft_may_be_incomplete_and_is_submitted_once(ready: Bid, member: User) -> None:
    part = {4: Judgement(None, 3, "So far"), 1: Judgement(True, None, "")}
    draft = scorecards.save_draft(bid=ready, marks=part, seen=0, by=member, at=NOW)
    assert (draft.state, draft.version, draft.submitted_at) == ("draft", 1, None)
    assert {mark.criterion.number: (mark.passed, mark.score, mark.reason) for mark in draft.marks.all()} == {
        1: (True, None, ""),
        4: (None, 3, "So far"),
    }
    card = scorecards.submit_scorecard(bid=ready, marks=marks(score=4), seen=1, by=member, at=NOW + timedelta(hours=1))
    assert (card.pk, card.state, card.version) == (draft.pk, "submitted", 2)
    with pytest.raises(Refused, match="You have submitted this scorecard"):
        scorecards.save_draft(bid=ready, marks=marks(score=0), seen=2, by=member, at=NOW)
    assert standings.result_of(ready).mean == Decimal("4.00")
    assert Scorecard.objects.filter(bid=ready).count() == 1


@pytest.mark.parametrize(
    ("number", "judgement", "field"),
    [
        (1, Judgement(None, None, "Why"), "passed_1"),
        (1, Judgement(True, None, " "), "reason_1"),
        (4, Judgement(None, None, "Why"), "score_4"),
        (4, Judgement(None, 3, ""), "reason_4"),
        (6, Judgement(None, 3, "Why"), "passed_6"),
        (6, Judgement(True, None, "Why"), "score_6"),
        (7, Judgement(), "passed_7"),
    ],
)
def test_an_incomplete_card_is_not_submitted_and_the_criterion_is_named(
    ready: Bid, member: User, number: int, judgement: Judgement, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        scorecards.submit_scorecard(bid=ready, marks={**marks(), number: judgement}, seen=0, by=member, at=NOW)
    assert refused.value.field == field
    assert not Scorecard.objects.filter(bid=ready).exists()


@pytest.mark.parametrize("seen", [0, 1, 3])
def test_an_outdated_page_saves_nothing(ready: Bid, member: User, seen: int) -> None:
    scorecards.save_draft(bid=ready, marks=marks(score=1), seen=0, by=member, at=NOW)
    scorecards.save_draft(bid=ready, marks=marks(score=2), seen=1, by=member, at=NOW)
    with pytest.raises(Stale, match="Your text is kept below"):
        scorecards.save_draft(bid=ready, marks=marks(score=4), seen=seen, by=member, at=NOW)
    card = Scorecard.objects.get(bid=ready)
    assert card.version == 2
    assert set(card.marks.exclude(score=None).values_list("score", flat=True)) == {2}


def test_the_trail_holds_each_mark_that_changed_and_no_reason(ready: Bid, member: User) -> None:
    scorecards.save_draft(bid=ready, marks=marks(score=1), seen=0, by=member, at=NOW)
    scorecards.save_draft(
        bid=ready, marks={**marks(score=1), 4: Judgement(None, 3, "Secret")}, seen=1, by=member, at=NOW
    )
    event = AuditEvent.objects.filter(bid=ready.reference, action="save draft").last()
    assert event is not None
    assert event.before == {"marks": {"4": {"passed": None, "score": 1}}}
    assert event.facts == {"marks": {"4": {"passed": None, "score": 3}}}


def test_saving_again_without_a_change_adds_no_event(ready: Bid, member: User) -> None:
    scorecards.save_draft(bid=ready, marks=marks(), seen=0, by=member, at=NOW)
    count = AuditEvent.objects.filter(round=ready.round).count()
    scorecards.save_draft(bid=ready, marks=marks(), seen=1, by=member, at=NOW)
    assert AuditEvent.objects.filter(round=ready.round).count() == count


@pytest.mark.parametrize("score", [-1, 5, 40])
def test_a_mark_off_the_scale_is_refused_by_the_database(ready: Bid, member: User, score: int) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        scorecards.save_draft(bid=ready, marks={4: Judgement(None, score, "x")}, seen=0, by=member, at=NOW)
    assert not Scorecard.objects.filter(bid=ready).exists()


def test_a_member_whose_role_ended_saves_nothing(ready: Bid, member: User) -> None:
    RoleHolding.objects.filter(user=member).update(ended_at=NOW)
    with pytest.raises(NotEntitled):
        scorecards.submit_scorecard(bid=ready, marks=marks(), seen=0, by=member, at=NOW)
    assert not Scorecard.objects.filter(bid=ready).exists()


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_a_submitted_card_never_becomes_a_draft_again(bid: Bid, member: User, state: str) -> None:
    card = scorecard(bid, member)
    if state == "withdrawn":
        interests.declare_interest(bid=bid, conflicted=True, nature="A friend", by=member, at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Scorecard.objects.filter(pk=card.pk).update(state="draft" if state == "draft" else "submitted")
    with pytest.raises(DatabaseError), transaction.atomic():
        Scorecard.objects.filter(pk=card.pk).delete()


# Closing


AFTER_CLOSE: dict[str, Callable[[Bid, User, User], Any]] = {
    "assign": lambda bid, member, chair: assignments.assign(bid=bid, member=person(Role.MEMBER), by=chair, at=NOW),
    "assign evenly": lambda bid, member, chair: share_out(round=bid.round, wanted=1, by=chair, at=NOW),
    "withdraw": lambda bid, member, chair: assignments.withdraw_assignment(
        assignment=Assignment.objects.filter(bid=bid)[0], reason="Late", by=chair, at=NOW
    ),
    "declare": lambda bid, member, chair: interests.declare_interest(bid=bid, conflicted=False, by=member, at=NOW),
    "save": lambda bid, member, chair: scorecards.save_draft(bid=bid, marks=marks(), seen=1, by=member, at=NOW),
    "submit": lambda bid, member, chair: scorecards.submit_scorecard(bid=bid, marks=marks(), seen=1, by=member, at=NOW),
    "close": lambda bid, member, chair: closing.close_scoring(round=bid.round, reason="Again", by=chair, at=NOW),
}


@pytest.mark.parametrize("what", AFTER_CLOSE)
def test_nothing_about_scoring_changes_after_it_closed(bid: Bid, member: User, chair: User, what: str) -> None:
    scorecard(bid, person(Role.MEMBER, round=bid.round), score=4)
    scorecard(bid, member, submit=False, score=0)
    closing.close_scoring(round=bid.round, reason="Time is up", by=chair, at=NOW)
    before = standings.result_of(bid)
    with pytest.raises(Refused, match="Scoring has closed"):
        AFTER_CLOSE[what](bid, member, chair)
    assert standings.result_of(bid) == before
    assert Scorecard.objects.get(bid=bid, member=member).state == "draft"


def test_scoring_does_not_close_over_a_bid_without_a_card(round: Round, chair: User, member: User) -> None:
    scored, unscored = make_bid(round), make_bid(round)
    scorecard(scored, member)
    with pytest.raises(Refused, match=f"no submitted scorecard: {unscored.source_reference}"):
        closing.close_scoring(round=round, reason="Done", by=chair, at=NOW)
    assert Panel.objects.get(round=round).closed_at is None


def test_closing_says_how_many_cards_are_missing(bid: Bid, member: User, chair: User) -> None:
    scorecard(bid, person(Role.MEMBER, round=bid.round))
    scorecard(bid, member, submit=False)
    closing.close_scoring(round=bid.round, reason="Time is up", by=chair, at=NOW, seen=1)
    event = AuditEvent.objects.get(round=bid.round, action="close scoring")
    assert (event.because, event.facts) == ("Time is up", {"without scorecard": 1})


def test_a_stale_page_does_not_close_scoring(bid: Bid, member: User, chair: User) -> None:
    scorecard(bid, member)
    Panel.objects.filter(round=bid.round).update(version=2)
    with pytest.raises(Stale):
        closing.close_scoring(round=bid.round, reason="Done", by=chair, at=NOW, seen=1)
