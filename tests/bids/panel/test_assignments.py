"""The chair gives out bids: a plan that is made, changed, applied and taken back; declining; knowledge; chasing."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from bids.models import Assignment, AssignmentPlan, Bid, Interest, Knowledge, Panel, Scorecard, Tag
from bids.panel import assignments, chasing, interests, scorecards
from grants.models import AuditEvent, Mail, RoleHolding, Round, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from tests.factories import NOW, OrganisationFactory, marks, open_round, person, scorecard
from tests.factories import bid as make_bid

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
ADDRESS = "https://grants.example/rounds/round-1/scoring/"


@pytest.fixture
def members(round: Round) -> list[User]:
    return [person(Role.MEMBER, round=round, unit="East Area") for _ in range(3)]


@pytest.fixture
def bids(round: Round) -> list[Bid]:
    return [make_bid(round) for _ in range(3)]


@pytest.fixture
def plan(round: Round, chair: User, members: list[User], bids: list[Bid]) -> AssignmentPlan:
    """Two scorers for each of three bids, from three members."""
    return assignments.plan_assignments(round=round, wanted=2, by=chair, at=NOW)


def asked(bid: Bid) -> set[str]:
    return set(bid.assignments.filter(withdrawn_at=None).values_list("member__username", flat=True))


def pairs_of(plan: AssignmentPlan) -> set[tuple[str, str]]:
    plan.refresh_from_db()
    return {(reference, username) for reference, username in plan.pairs}


def last(action: str) -> AuditEvent:
    event = AuditEvent.objects.filter(action=action).order_by("pk").last()
    assert event is not None
    return event


# The plan


def test_a_plan_assigns_nothing_until_it_is_applied(plan: AssignmentPlan, bids: list[Bid], chair: User) -> None:
    assert len(pairs_of(plan)) == 6
    assert not Assignment.objects.filter(bid__in=bids).exists()
    assert last("plan assignments").facts == {"wanted": 2, "assignments": 6}
    assert assignments.apply_plan(plan=plan, by=chair, at=LATER, seen=1) == 6
    assert {(bid.reference, name) for bid in bids for name in asked(bid)} == pairs_of(plan)
    assert last("apply plan").facts == {"assignments": 6}
    assert last("assign bid").facts["plan"] == plan.reference
    assert Panel.objects.get(round=plan.round).wanted == 2


def test_a_plan_is_changed_applied_and_taken_back(
    plan: AssignmentPlan, bids: list[Bid], members: list[User], chair: User
) -> None:
    first = bids[0].reference
    others = {pair for pair in pairs_of(plan) if pair[0] != first}
    chosen = [(first, member.username) for member in members]
    changed = assignments.change_plan(plan=plan, bids=[first], pairs=chosen, seen=1, by=chair, at=NOW)
    assert (changed.version, pairs_of(plan)) == (2, others | set(chosen))
    assert last("change plan").facts == {"bids": [first], "assignments": 7}
    assert assignments.apply_plan(plan=changed, seen=2, by=chair, at=LATER) == 7
    assert asked(bids[0]) == {member.username for member in members}
    assert assignments.undo_plan(plan=plan, reason="Wrong round", by=chair, at=LATER) == 7
    assert not any(asked(bid) for bid in bids)
    event = last("undo plan")
    assert (event.because, event.facts) == ("Wrong round", {"taken back": 7})
    assert AuditEvent.objects.filter(round=plan.round, action="withdraw assignment").count() == 7


def test_a_bid_can_be_left_without_any_member_in_a_plan(plan: AssignmentPlan, bids: list[Bid], chair: User) -> None:
    assignments.change_plan(plan=plan, bids=[bids[0].reference], pairs=[], seen=1, by=chair, at=NOW)
    assert {reference for reference, _ in pairs_of(plan)} == {bids[1].reference, bids[2].reference}


def test_a_pair_sent_twice_is_kept_once(plan: AssignmentPlan, bids: list[Bid], chair: User) -> None:
    pair = next(iter(pairs_of(plan)))
    changed = assignments.change_plan(plan=plan, bids=[pair[0]], pairs=[pair, pair], seen=1, by=chair, at=NOW)
    assert len(changed.pairs) == len(pairs_of(plan)) == 5
    assert assignments.apply_plan(plan=changed, by=chair, at=LATER) == 5


def barred(what: str, bid: Bid, member: User, chair: User) -> None:
    """Something by which the member may no longer be proposed for the bid."""
    if what == "interest":
        Interest.objects.create(bid=bid, member=member, conflicted=True, nature="A sister", declared_at=NOW)
    elif what == "role ended":
        RoleHolding.objects.filter(user=member).update(ended_at=NOW)
    elif what == "left":
        User.objects.filter(pk=member.pk).update(is_active=False)
    elif what == "unit":
        User.objects.filter(pk=member.pk).update(unit=bid.sponsoring_unit)
    elif what == "body":
        assert bid.recipient is not None
        assignments.keep_knowledge(
            round=bid.round, member=member, themes=[], boroughs=[], organisations=[bid.recipient], by=chair, at=NOW
        )
    else:
        assignments.assign(bid=bid, member=member, by=chair, at=NOW)
        own = Assignment.objects.get(bid=bid, member=member)
        if what == "declined":
            assignments.decline_assignment(assignment=own, reason="No time", by=member, at=NOW)


BARS = ["interest", "role ended", "left", "unit", "body", "declined", "has it"]


@pytest.mark.parametrize("what", BARS)
def test_applying_a_plan_checks_again_who_may_have_each_bid(
    plan: AssignmentPlan, members: list[User], bids: list[Bid], chair: User, what: str
) -> None:
    reference, username = sorted(pairs_of(plan))[0]
    bid, member = Bid.objects.get(reference=reference), User.objects.get(username=username)
    left_out = {pair for pair in pairs_of(plan) if pair == (reference, username)}
    if what in ("role ended", "left", "unit"):
        left_out = {pair for pair in pairs_of(plan) if pair[1] == username}
    barred(what, bid, member, chair)
    assert assignments.apply_plan(plan=plan, by=chair, at=LATER) == 6 - len(left_out)
    made = Assignment.objects.filter(assigned_at=LATER).values_list("bid__reference", "member__username")
    assert set(made) == pairs_of(plan) - left_out


def test_a_bid_that_left_the_panel_meanwhile_is_passed_over(plan: AssignmentPlan, bids: list[Bid], chair: User) -> None:
    Bid.objects.filter(pk=bids[0].pk).update(state=Bid.State.INELIGIBLE)
    assert assignments.apply_plan(plan=plan, by=chair, at=LATER) == 4
    assert not asked(bids[0])


@pytest.mark.parametrize("what", BARS)
def test_a_plan_is_not_changed_to_a_member_who_may_not_have_the_bid(
    plan: AssignmentPlan, members: list[User], bids: list[Bid], chair: User, what: str
) -> None:
    before = pairs_of(plan)
    barred(what, bids[0], members[0], chair)
    pair = (bids[0].reference, members[0].username)
    with pytest.raises(Refused, match="Make a new plan"):
        assignments.change_plan(plan=plan, bids=[pair[0]], pairs=[pair], seen=1, by=chair, at=NOW)
    assert (pairs_of(plan), plan.version) == (before, 1)


def test_a_plan_is_not_changed_beyond_the_bids_of_the_page(
    plan: AssignmentPlan, members: list[User], bids: list[Bid], chair: User
) -> None:
    other = (bids[1].reference, members[0].username)
    with pytest.raises(Refused, match="have changed"):
        assignments.change_plan(plan=plan, bids=[bids[0].reference], pairs=[other], seen=1, by=chair, at=NOW)


def test_an_outdated_page_changes_and_applies_nothing_of_a_plan(
    plan: AssignmentPlan, bids: list[Bid], chair: User
) -> None:
    assignments.change_plan(plan=plan, bids=[bids[0].reference], pairs=[], seen=1, by=chair, at=NOW)
    before = pairs_of(plan)
    with pytest.raises(Stale):
        assignments.change_plan(plan=plan, bids=[bids[1].reference], pairs=[], seen=1, by=chair, at=NOW)
    with pytest.raises(Stale):
        assignments.apply_plan(plan=plan, seen=1, by=chair, at=LATER)
    assert pairs_of(plan) == before
    assert not Assignment.objects.filter(bid__in=bids).exists()


def test_a_plan_is_applied_once_and_taken_back_once(plan: AssignmentPlan, bids: list[Bid], chair: User) -> None:
    with pytest.raises(Refused, match="This plan has no assignments to withdraw"):
        assignments.undo_plan(plan=plan, reason="Too soon", by=chair, at=NOW)
    assignments.apply_plan(plan=plan, by=chair, at=LATER)
    with pytest.raises(Refused, match="This plan has already been applied"):
        assignments.apply_plan(plan=plan, by=chair, at=LATER)
    with pytest.raises(Refused, match="This plan has already been applied"):
        assignments.change_plan(plan=plan, bids=[bids[0].reference], pairs=[], seen=2, by=chair, at=NOW)
    assignments.undo_plan(plan=plan, reason="Wrong", by=chair, at=LATER)
    with pytest.raises(Refused, match="This plan has no assignments to withdraw"):
        assignments.undo_plan(plan=plan, reason="Again", by=chair, at=LATER)


def begin(how: str, bid: Bid, member: User) -> None:
    interests.declare_interest(
        bid=bid, conflicted=how == "an interest", nature="A friend" if how == "an interest" else "", by=member, at=LATER
    )
    if how == "a draft":
        scorecards.save_draft(bid=bid, marks=marks(), seen=0, by=member, at=LATER)
    if how == "a submitted card":
        scorecards.submit_scorecard(bid=bid, marks=marks(), seen=0, by=member, at=LATER)


@pytest.mark.parametrize("how", ["an answer", "an interest", "a draft", "a submitted card"])
def test_taking_back_a_plan_leaves_bids_that_somebody_has_begun(
    plan: AssignmentPlan, bids: list[Bid], chair: User, how: str
) -> None:
    assignments.apply_plan(plan=plan, by=chair, at=LATER)
    begun = Assignment.objects.filter(bid=bids[0])[0]
    begin(how, bids[0], begun.member)
    assert assignments.undo_plan(plan=plan, reason="Wrong", by=chair, at=LATER) == 5
    assert set(Assignment.objects.filter(withdrawn_at=None)) & set(Assignment.objects.filter(bid__in=bids)) == {begun}


def test_the_page_says_what_is_taken_back_and_lists_what_stays(
    plan: AssignmentPlan, bids: list[Bid], chair: User
) -> None:
    assignments.apply_plan(plan=plan, by=chair, at=NOW)
    begun = Assignment.objects.filter(bid__in=bids).select_related("bid__recipient", "member")[0]
    interests.declare_interest(bid=begun.bid, conflicted=False, by=begun.member, at=NOW)
    client = Client()
    client.force_login(chair)
    page = client.get(reverse("bids:undo_plan", args=[plan.reference])).content.decode()
    assert "5 assignments that nobody has started are withdrawn" in page
    assert "1 assignment stays." in page
    assert f"{begun.bid.source_reference} of {begun.bid.bidder}: {begun.member.name}" in page


def test_taking_back_a_plan_leaves_what_was_assigned_by_hand(
    plan: AssignmentPlan, bids: list[Bid], members: list[User], chair: User
) -> None:
    free = next(member for member in members if (bids[0].reference, member.username) not in pairs_of(plan))
    assignments.assign(bid=bids[0], member=free, by=chair, at=NOW)
    assignments.apply_plan(plan=plan, by=chair, at=LATER)
    assignments.undo_plan(plan=plan, reason="Wrong", by=chair, at=LATER)
    assert asked(bids[0]) == {free.username}


# Declining


def test_declining_frees_the_bid_and_bars_the_member_from_being_proposed_again(
    ready: Bid, member: User, chair: User
) -> None:
    own = ready.assignments.get()
    assignments.decline_assignment(assignment=own, reason="I am on leave", by=member, at=LATER)
    own.refresh_from_db()
    assert (own.withdrawn_at, own.declined_because) == (LATER, "I am on leave")
    assert last("decline assignment").because == "I am on leave"
    plan = assignments.plan_assignments(round=ready.round, wanted=1, by=chair, at=NOW)
    assert plan.pairs == []
    other = person(Role.MEMBER, round=ready.round, unit="East Area")
    plan = assignments.plan_assignments(round=ready.round, wanted=1, by=chair, at=NOW)
    assert pairs_of(plan) == {(ready.reference, other.username)}


def test_the_chair_may_ask_one_who_declined_again_by_hand(ready: Bid, member: User, chair: User) -> None:
    assignments.decline_assignment(assignment=ready.assignments.get(), reason="On leave", by=member, at=NOW)
    again = assignments.assign(bid=ready, member=member, by=chair, at=LATER)
    assert (again.withdrawn_at, again.declined_because) == (None, "")


def test_a_bid_that_was_taken_back_is_not_proposed_to_the_same_member_again(
    plan: AssignmentPlan, bids: list[Bid], members: list[User], chair: User
) -> None:
    assignments.apply_plan(plan=plan, by=chair, at=NOW)
    taken = Assignment.objects.filter(bid=bids[0], withdrawn_at=None).select_related("bid__round", "member").first()
    assert taken is not None
    assignments.withdraw_assignment(assignment=taken, reason="On leave", by=chair, at=NOW)
    again = assignments.plan_assignments(round=plan.round, wanted=3, by=chair, at=NOW)
    pair = (bids[0].reference, taken.member.username)
    assert pair not in pairs_of(again)
    assert len(pairs_of(again)) == 3
    # The chair can still ask them, in the plan or by hand, which ends it.
    assignments.change_plan(plan=again, bids=[bids[0].reference], pairs=[pair], seen=1, by=chair, at=NOW)
    assignments.assign(bid=bids[0], member=taken.member, by=chair, at=NOW)
    taken.refresh_from_db()
    assert not taken.taken_back


def test_what_an_undone_plan_took_back_can_be_proposed_again(
    plan: AssignmentPlan, members: list[User], chair: User
) -> None:
    assignments.apply_plan(plan=plan, by=chair, at=LATER)
    before = pairs_of(plan)
    assignments.undo_plan(plan=plan, reason="Wrong number", by=chair, at=LATER)
    assert pairs_of(assignments.plan_assignments(round=plan.round, wanted=2, by=chair, at=LATER)) == before


def test_nobody_declines_for_another_or_after_submitting(ready: Bid, member: User) -> None:
    own = ready.assignments.get()
    other = person(Role.MEMBER, round=ready.round)
    with pytest.raises(Refused, match="not assigned to you"):
        assignments.decline_assignment(assignment=own, reason="For her", by=other, at=NOW)
    scorecards.submit_scorecard(bid=ready, marks=marks(), seen=0, by=member, at=NOW)
    with pytest.raises(Refused, match="The scorecard on this bid has been submitted"):
        assignments.decline_assignment(assignment=own, reason="Too late", by=member, at=NOW)
    assert asked(ready) == {member.username}


def test_the_database_requires_a_declined_assignment_to_be_withdrawn(ready: Bid) -> None:
    with pytest.raises(IntegrityError, match="declined_is_withdrawn"), transaction.atomic():
        ready.assignments.update(declined_because="No time")


# Knowledge, and asking a connected member all the same


def test_recording_what_a_member_knows_replaces_the_earlier_record(round: Round, member: User, chair: User) -> None:
    body = OrganisationFactory()
    themes = Tag.objects.filter(round=round, kind="theme")
    for chosen, codes in ((list(themes), ["E09000033", "E09000007"]), (list(themes[:1]), ["E09000005"])):
        assignments.keep_knowledge(
            round=round, member=member, themes=chosen, boroughs=codes, organisations=[body], by=chair, at=NOW
        )
    kept = Knowledge.objects.get(round=round, member=member)
    assert [tag.code for tag in kept.themes.all()] == ["violence"]
    assert kept.boroughs == ["E09000005"]
    assert last("keep knowledge").facts == {
        "themes": ["violence"],
        "boroughs": ["E09000005"],
        "organisations": [body.name],
    }


def test_nothing_is_recorded_about_a_person_who_is_not_on_the_panel(round: Round, chair: User) -> None:
    other = person(Role.MEMBER, round=open_round())
    with pytest.raises(Refused, match="not a member of this panel"):
        assignments.keep_knowledge(
            round=round, member=other, themes=[], boroughs=[], organisations=[], by=chair, at=NOW
        )
    assert not Knowledge.objects.filter(round=round).exists()


def test_a_plan_uses_the_recorded_knowledge(round: Round, bid: Bid, chair: User) -> None:
    people = [person(Role.MEMBER, round=round, unit="East Area") for _ in range(3)]
    theme = Tag.objects.get(round=round, code="violence")
    assignments.keep_knowledge(
        round=round, member=people[2], themes=[theme], boroughs=[], organisations=[], by=chair, at=NOW
    )
    plan = assignments.plan_assignments(round=round, wanted=1, by=chair, at=NOW)
    assert pairs_of(plan) == {(bid.reference, people[2].username)}


@pytest.mark.parametrize("how", ["unit", "body"])
def test_a_connected_member_is_assigned_only_with_a_reason_in_the_trail(
    bid: Bid, member: User, chair: User, how: str
) -> None:
    barred(how, bid, member, chair)
    for despite in ("", "   "):
        with pytest.raises(Refused, match="Give a reason for asking them") as refused:
            assignments.assign(bid=bid, member=member, despite=despite, by=chair, at=NOW)
        assert refused.value.field == "despite"
    assert not asked(bid)
    made = assignments.assign(bid=bid, member=member, despite=" Nobody else knows it ", by=chair, at=NOW)
    assert made.despite == last("assign bid").because == "Nobody else knows it"


def test_a_reason_without_a_connection_is_not_kept(bid: Bid, member: User, chair: User) -> None:
    assert assignments.assign(bid=bid, member=member, despite="In case", by=chair, at=NOW).despite == ""


def behind(round: Round, chair: User, count: int) -> User:
    """A member with this many bids still to score, and one scored."""
    member = person(Role.MEMBER, round=round, unit="East Area", name="Ada Obi", email="ada@police.example")
    for number in range(count):
        made = make_bid(round, title=f"Secret title {number}", source_reference=f"SECRET-{number}")
        assignments.assign(bid=made, member=member, by=chair, at=NOW)
    scorecard(make_bid(round), member)
    return member


# Who may, and until when

CALLS: dict[str, Callable[[AssignmentPlan, Bid, User, User], Any]] = {
    "plan": lambda plan, bid, member, by: assignments.plan_assignments(round=plan.round, wanted=1, by=by, at=NOW),
    "change": lambda plan, bid, member, by: assignments.change_plan(
        plan=plan, bids=[bid.reference], pairs=[], seen=1, by=by, at=NOW
    ),
    "apply": lambda plan, bid, member, by: assignments.apply_plan(plan=plan, by=by, at=NOW),
    "know": lambda plan, bid, member, by: assignments.keep_knowledge(
        round=plan.round, member=member, themes=[], boroughs=[], organisations=[], by=by, at=NOW
    ),
    "chase": lambda plan, bid, member, by: chasing.chase(
        round=plan.round, members=[member], address=ADDRESS, by=by, at=NOW
    ),
}


@pytest.mark.parametrize("what", CALLS)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CHAIR])
def test_only_a_chair_plans_changes_applies_and_chases(round: Round, chair: User, role: Role, what: str) -> None:
    member = behind(round, chair, 1)
    plan = assignments.plan_assignments(round=round, wanted=1, by=chair, at=NOW)
    made = make_bid(round)
    before = (Assignment.objects.count(), AssignmentPlan.objects.count(), Mail.objects.count())
    with pytest.raises(NotEntitled):
        CALLS[what](plan, made, member, person(role, round=round))
    assert (Assignment.objects.count(), AssignmentPlan.objects.count(), Mail.objects.count()) == before
    assert not Knowledge.objects.filter(round=round).exists()
    assert not pairs_of(plan) and plan.version == 1


def test_the_chair_of_another_round_takes_nothing_back(plan: AssignmentPlan, bids: list[Bid], chair: User) -> None:
    assignments.apply_plan(plan=plan, by=chair, at=LATER)
    with pytest.raises(NotEntitled):
        assignments.undo_plan(plan=plan, reason="Mine", by=person(Role.CHAIR, round=open_round()), at=LATER)
    assert Counter(len(asked(bid)) for bid in bids) == {2: 3}


@pytest.mark.parametrize("what", [name for name in CALLS if name != "know"])
def test_after_scoring_closed_nothing_is_planned_or_chased(
    plan: AssignmentPlan, bids: list[Bid], members: list[User], chair: User, what: str
) -> None:
    Panel.objects.filter(round=plan.round).update(closed_at=NOW, opened_at=NOW)
    with pytest.raises(Refused, match="Scoring has closed"):
        CALLS[what](plan, bids[0], members[0], chair)
    assert not Scorecard.objects.filter(bid__in=bids).exists()
