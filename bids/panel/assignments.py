"""Transitions of assignments: knowledge, plans, assign, decline, withdraw. They are the only writers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from bids.models import Assignment, AssignmentPlan, Bid, Interest, Knowledge, Scorecard, Tag
from bids.panel.assigning import Scorer, ToAssign, connection, propose
from bids.panel.members import is_chair, members_of, must_be_clear, open_panel
from grants import audit, states
from grants.counting import counted
from grants.models import Organisation, Round, User, new_references
from grants.refusal import Refused, must_be_current
from grants.rounds import rounds


@transaction.atomic
def keep_knowledge(
    *,
    round: Round,
    member: User,
    themes: Collection[Tag],
    boroughs: Sequence[str],
    organisations: Collection[Organisation],
    by: User,
    at: datetime,
) -> Knowledge:
    """Record the subjects that a member knows and the bodies that they belong to, replacing what was recorded.

    Raises Refused for somebody who is not a member of the panel.
    """
    round = rounds.lock(round)
    if member not in members_of(round):
        raise Refused(f"{member.name} is not a member of this panel")
    knowledge, _ = Knowledge.objects.update_or_create(
        round=round, member=member, defaults={"boroughs": sorted(boroughs)}
    )
    knowledge.themes.set(themes)
    knowledge.organisations.set(organisations)
    facts = {
        "themes": sorted(theme.code for theme in themes),
        "boroughs": sorted(boroughs),
        "organisations": sorted(body.name for body in organisations),
    }
    audit.record("keep knowledge", knowledge, round=round, by=by, at=at, facts=facts)
    return knowledge


# Facts for a proposal


def scorers(round: Round) -> list[Scorer]:
    """Return the members of a panel with their knowledge and their number of bids, in three queries."""
    known = {
        each.member_id: each
        for each in Knowledge.objects.filter(round=round).prefetch_related("themes", "organisations")
    }
    held = Assignment.objects.filter(bid__round=round, withdrawn_at=None).values_list("member_id", flat=True)
    load = Counter(held)
    panel = []
    for member in members_of(round):
        own = known.get(member.pk)
        panel.append(
            Scorer(
                username=member.username,
                unit=member.unit,
                themes=frozenset(tag.code for tag in own.themes.all()) if own else frozenset(),
                boroughs=frozenset(own.boroughs) if own else frozenset(),
                organisations=frozenset(body.pk for body in own.organisations.all()) if own else frozenset(),
                load=load[member.pk],
            )
        )
    return panel


def to_assign(round: Round, bids: Sequence[Bid] | None = None) -> list[ToAssign]:
    """Return the bids with the panel as `assigning` reads them, in three queries for any number of bids."""
    rows = Bid.objects.filter(round=round, state=Bid.State.ELIGIBLE).prefetch_related("tags")
    if bids is not None:
        rows = rows.filter(pk__in=[bid.pk for bid in bids])
    keys = list(rows.values_list("pk", flat=True))
    barred: dict[int, set[str]] = {pk: set() for pk in keys}
    had: dict[int, set[str]] = {pk: set() for pk in keys}
    taken_back: dict[int, set[str]] = {pk: set() for pk in keys}
    interests = Interest.objects.barring().filter(bid__in=keys)
    for bid, member in interests.values_list("bid_id", "member__username"):
        barred[bid].add(member)
    columns = ("bid_id", "member__username", "withdrawn_at", "declined_because", "taken_back")
    for bid, member, withdrawn_at, declined, taken in Assignment.objects.filter(bid__in=keys).values_list(*columns):
        if taken:
            taken_back[bid].add(member)
        if declined:
            barred[bid].add(member)
        elif withdrawn_at is None and member not in barred[bid]:
            had[bid].add(member)
    return [
        ToAssign(
            reference=bid.reference,
            sponsoring_unit=bid.sponsoring_unit,
            themes=frozenset(tag.code for tag in bid.tags.all() if tag.kind == Tag.Kind.THEME),
            boroughs=frozenset(bid.boroughs),
            organisation=bid.recipient_id,
            had=frozenset(had[bid.pk]),
            barred=frozenset(barred[bid.pk]),
            taken_back=frozenset(taken_back[bid.pk]),
        )
        for bid in rows.order_by("source_reference")
    ]


# One by one


@transaction.atomic
def assign(*, bid: Bid, member: User, by: User, at: datetime, despite: str = "") -> Assignment:
    """Ask a member to score a bid.

    Raises Refused if scoring has closed or the bid is not with the panel; if the person is not a member, has the bid
    already or has declared an interest in it; if the chair has an interest or has not declared; and if the member's
    unit or body is connected with the bid, unless `despite` says why they are asked all the same.
    """
    panel = open_panel(bid.round)
    bid = Bid.objects.select_for_update().get(pk=bid.pk)
    bid.round = panel.round
    must_be_clear(bid, by)
    if member not in members_of(panel.round):
        raise Refused(f"{member.name} is not a member of this panel", field="member")
    if Assignment.objects.filter(bid=bid, member=member, withdrawn_at=None).exists():
        raise Refused(f"{member.name} already has this bid", field="member")
    if Interest.objects.barring().filter(bid=bid, member=member).exists():
        raise Refused(f"{member.name} declared an interest in this bid", field="member")
    reason = _connection(bid, member)
    if reason and not despite.strip():
        raise Refused(
            f"{member.name} {reason}. Give a reason for asking them, or choose another member", field="despite"
        )
    return _assign(bid, member, by, at, despite.strip() if reason else "")


def _connection(bid: Bid, member: User) -> str:
    rows = to_assign(bid.round, [bid])
    scorer = next(each for each in scorers(bid.round) if each.username == member.username)
    return connection(rows[0], scorer) if rows else ""


def _assign(bid: Bid, member: User, by: User, at: datetime, despite: str = "", plan: str = "") -> Assignment:
    states.must_allow(bid, "assign bid", f"{bid.source_reference} is not with the panel", field="bid")
    anew = {"withdrawn_at": None, "accepted_at": None, "declined_because": "", "taken_back": False}
    values = {"assigned_at": at, "despite": despite, **anew}
    assignment, _ = Assignment.objects.update_or_create(bid=bid, member=member, defaults=values)
    facts = {"member": member.username} | ({"plan": plan} if plan else {})
    audit.record("assign bid", assignment, round=bid.round, by=by, at=at, because=despite, facts=facts)
    return assignment


# By plan


@transaction.atomic
def plan_assignments(*, round: Round, wanted: int, by: User, at: datetime) -> AssignmentPlan:
    """Propose who scores what, so that every bid with the panel has `wanted` scorers. It assigns nothing yet.

    Raises Refused if the panel has fewer members than that.
    """
    panel = open_panel(round)
    members = scorers(panel.round)
    if len(members) < wanted:
        raise Refused(f"The panel has {counted(len(members), 'member')}. Enter that number or fewer", field="wanted")
    pairs = propose(to_assign(panel.round), members, wanted)
    taken = AssignmentPlan.objects.values_list("reference", flat=True)
    plan = AssignmentPlan.objects.create(
        round=panel.round,
        reference=new_references("PLAN", 1, taken)[0],
        wanted=wanted,
        pairs=pairs,
        made_by=by,
        made_at=at,
    )
    facts = {"wanted": wanted, "assignments": len(pairs)}
    audit.record("plan assignments", plan, round=panel.round, by=by, at=at, facts=facts)
    return plan


@transaction.atomic
def change_plan(
    *, plan: AssignmentPlan, bids: Collection[str], pairs: Sequence[tuple[str, str]], seen: int, by: User, at: datetime
) -> AssignmentPlan:
    """Replace a plan's members for some bids, without assigning them yet.

    `bids` are references; `pairs` of a reference and a user name replace all that the plan held for them. Raises
    Refused if a member may not have a bid, if the chair has an interest in a bid or has not declared, or if the plan
    was applied already.
    """
    open_panel(plan.round)
    plan = _open_plan(plan, seen)
    clear = Interest.objects.clearing().filter(bid__round=plan.round, member=by)
    if is_chair(plan.round, by) and set(bids) - set(clear.values_list("bid__reference", flat=True)):
        raise Refused(
            "You have an interest in a bid on this page, or have not answered the declaration. Open the page again"
        )
    members = {scorer.username: scorer for scorer in scorers(plan.round)}
    rows = {row.reference: row for row in to_assign(plan.round)}
    for reference, username in pairs:
        row, scorer = rows.get(reference), members.get(username)
        if row is None or scorer is None or reference not in bids:
            raise Refused("The panel or its bids have changed. Make a new plan")
        if username in row.had | row.barred or connection(row, scorer):
            raise Refused("A member you chose may not score the bid. Make a new plan")
    chosen = [list(pair) for pair in dict.fromkeys(pairs)]
    plan.pairs = [pair for pair in plan.pairs if pair[0] not in bids] + chosen
    plan.version += 1
    plan.save(update_fields=["pairs", "version"])
    facts = {"bids": sorted(bids), "assignments": len(plan.pairs)}
    audit.record("change plan", plan, round=plan.round, by=by, at=at, facts=facts)
    return plan


def _open_plan(plan: AssignmentPlan, seen: int | None) -> AssignmentPlan:
    plan = AssignmentPlan.objects.select_for_update(of=("self",)).select_related("round").get(pk=plan.pk)
    must_be_current(plan, seen)
    if plan.applied_at:
        raise Refused("This plan has already been applied")
    return plan


@transaction.atomic
def apply_plan(*, plan: AssignmentPlan, by: User, at: datetime, seen: int | None = None) -> int:
    """Assign what a plan proposes, and return how many assignments were added.

    It skips a member who has since been assigned the bid, declared an interest in it, turned out to be connected with
    it or left the panel.
    """
    panel = open_panel(plan.round)
    plan = _open_plan(plan, seen)
    plan.round = panel.round
    bids = {bid.reference: bid for bid in Bid.objects.filter(round=plan.round).select_for_update()}
    rows = {row.reference: row for row in to_assign(plan.round)}
    members = {member.username: member for member in members_of(plan.round)}
    known = {scorer.username: scorer for scorer in scorers(plan.round)}
    added = 0
    for reference, username in plan.pairs:
        row = rows.get(reference)
        if row is None or username not in members or username in row.had | row.barred:
            continue
        if connection(row, known[username]):
            continue
        bids[reference].round = plan.round
        _assign(bids[reference], members[username], by, at, plan=plan.reference)
        added += 1
    panel.wanted = plan.wanted
    panel.version += 1
    panel.save(update_fields=["wanted", "version"])
    plan.applied_at = at
    plan.version += 1
    plan.save(update_fields=["applied_at", "version"])
    audit.record("apply plan", plan, round=plan.round, by=by, at=at, facts={"assignments": added})
    return added


@transaction.atomic
def undo_plan(*, plan: AssignmentPlan, reason: str, by: User, at: datetime) -> int:
    """Withdraw the assignments of a plan that nobody has begun, and return how many there were.

    A member has begun once they declared on the bid or saved a scorecard; those assignments stay. Raises Refused for a
    plan that was not applied, or that was undone.
    """
    open_panel(plan.round)
    plan = AssignmentPlan.objects.select_for_update(of=("self",)).select_related("round").get(pk=plan.pk)
    if not plan.applied_at or plan.undone_at:
        raise Refused("This plan has no assignments to withdraw. It was not applied, or was already undone")
    taken, _ = of_plan(plan)
    for assignment in taken:
        assignment.bid.round = plan.round
        _withdraw(assignment, reason, by, at)
    plan.undone_at = at
    plan.save(update_fields=["undone_at"])
    audit.record("undo plan", plan, round=plan.round, by=by, at=at, because=reason, facts={"taken back": len(taken)})
    return len(taken)


def of_plan(plan: AssignmentPlan) -> tuple[list[Assignment], list[Assignment]]:
    """Return a plan's assignments that were not withdrawn, as two lists: not begun, and begun."""
    answered = Interest.objects.filter(bid__round=plan.round).values_list("bid__reference", "member__username")
    begun = Scorecard.objects.filter(bid__round=plan.round).values_list("bid__reference", "member__username")
    untouched = {tuple(pair) for pair in plan.pairs} - set(answered) - set(begun)
    standing: tuple[list[Assignment], list[Assignment]] = ([], [])
    if plan.applied_at is None:
        return standing
    current = Assignment.objects.filter(bid__round=plan.round, withdrawn_at=None, assigned_at=plan.applied_at)
    for assignment in current.select_related("bid__recipient", "member").order_by("bid__source_reference", "pk"):
        pair = (assignment.bid.reference, assignment.member.username)
        if list(pair) in plan.pairs:
            standing[pair not in untouched].append(assignment)
    return standing


# Taking back, and declining


@transaction.atomic
def withdraw_assignment(*, assignment: Assignment, reason: str, by: User, at: datetime) -> None:
    """Take a bid back from a member who has not submitted a scorecard on it. Their draft is kept but does not count.

    No later plan proposes the bid to them; the chair can still assign it by hand.
    """
    must_be_clear(assignment.bid, by)
    assignment = _unsubmitted(assignment)
    assignment.taken_back = True
    _withdraw(assignment, reason, by, at)


def _withdraw(assignment: Assignment, reason: str, by: User, at: datetime) -> None:
    assignment.withdrawn_at = at
    assignment.save(update_fields=["withdrawn_at", "taken_back"])
    bid, facts = assignment.bid, {"member": assignment.member.username}
    audit.record(
        "withdraw assignment",
        assignment,
        round=bid.round,
        by=by,
        at=at,
        because=reason,
        facts=facts,
    )


@transaction.atomic
def decline_assignment(*, assignment: Assignment, reason: str, by: User, at: datetime) -> None:
    """Give a bid back to the chair, with the reason.

    Raises Refused for the bid of another member, and once the scorecard is submitted.
    """
    assignment = _unsubmitted(assignment)
    if assignment.member != by:
        raise Refused("This bid is not assigned to you")
    assignment.withdrawn_at, assignment.declined_because = at, reason
    assignment.save(update_fields=["withdrawn_at", "declined_because"])
    bid = assignment.bid
    audit.record("decline assignment", assignment, round=bid.round, by=by, at=at, because=reason)


def _unsubmitted(assignment: Assignment) -> Assignment:
    open_panel(assignment.bid.round)
    rows = Assignment.objects.select_for_update(of=("self",)).select_related("bid__round", "member")
    assignment = rows.get(pk=assignment.pk)
    if assignment.withdrawn_at:
        raise Refused("This assignment has already been withdrawn")
    cards = Scorecard.objects.filter(bid=assignment.bid, member=assignment.member)
    if cards.filter(state__in=Scorecard.COUNTED).exists():
        raise Refused("The scorecard on this bid has been submitted, so you cannot withdraw the assignment.")
    return assignment
