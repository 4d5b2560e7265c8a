"""Queries for the pages of bids and of the panel. Each uses a fixed number, whatever the number of rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page
from django.db import connection
from django.db.models import Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from bids.models import Assignment, AssignmentPlan, Bid, Criterion, Discussion, Interest, Mark, Scorecard, Tag
from bids.panel import assignments
from bids.panel import members as members_of_panel
from bids.panel.assigning import Scorer, ToAssign
from bids.panel.assigning import connection as connection_of
from bids.panel.blindness import Part, Phase, may_see
from grants.access import holdings
from grants.models import Round, User
from grants.roles import Role


@dataclass(frozen=True, slots=True)
class ToScore:
    """One bid on a member's list: the state of their scorecard, and their interest, None if not declared."""

    bid: Bid
    state: str
    conflicted: bool | None
    nature: str = ""


def assigned_to(member: User, round: Round) -> QuerySet[Bid]:
    """Return a member's bids, in the order in which they are scored."""
    own = Assignment.objects.filter(bid__round=round, member=member, withdrawn_at=None)
    return Bid.objects.filter(pk__in=own.values("bid")).select_related("recipient").order_by("source_reference")


def to_answer_for(member: User, round: Round) -> QuerySet[Bid]:
    """Return the bids on which a person must declare their interests.

    For a chair these are all bids of the round; for a member, those assigned to them or on an open meeting's agenda.
    """
    if Role.CHAIR in holdings(member).in_round(round.pk):
        return Bid.objects.filter(round=round).select_related("recipient").order_by("source_reference")
    own = Assignment.objects.filter(bid__round=round, member=member, withdrawn_at=None).values("bid")
    discussed = Discussion.objects.of_open_meetings().filter(meeting__round=round).values("bid")
    bids = Bid.objects.filter(Q(pk__in=own) | Q(pk__in=discussed)).select_related("recipient")
    return bids.order_by("source_reference")


def rows_of(member: User, bids: Iterable[Bid]) -> list[ToScore]:
    """Return the rows of a member's list, in two queries. The page shows a title once the interest is cleared."""
    shown = list(bids)
    states = dict(Scorecard.objects.filter(member=member, bid__in=shown).values_list("bid_id", "state"))
    interests = {each.bid_id: each for each in Interest.objects.filter(member=member, bid__in=shown)}
    return [_row(bid, states.get(bid.pk, ""), interests.get(bid.pk)) for bid in shown]


def _row(bid: Bid, state: str, interest: Interest | None) -> ToScore:
    if interest is None:
        return ToScore(bid, state, None)
    return ToScore(bid, state, interest.conflicted and interest.waived_at is None, interest.nature)


@dataclass(frozen=True, slots=True)
class Progress:
    """A member's progress in a round: the numbers of open, submitted, scorable (`total`) and undeclared bids.

    `next` is the reference of the bid to score next, empty if none is open.
    """

    open: int
    submitted: int
    total: int
    undeclared: int
    next: str

    @property
    def minutes(self) -> int:
        """The estimated minutes for the open bids, at four minutes each."""
        return 4 * self.open


# Written as SQL because the scorecard page asks for it at each save, and composing the query takes longer than running
# it. `clear` repeats Interest.objects.clearing(); a test compares the two.
_PROGRESS = """
SELECT count(*) FILTER (WHERE clear AND waits),
       count(*) FILTER (WHERE clear AND counts),
       count(*) FILTER (WHERE clear),
       count(*) FILTER (WHERE undeclared),
       (array_agg(reference ORDER BY source_reference <= %(after)s, source_reference)
           FILTER (WHERE clear AND waits AND source_reference <> %(after)s))[1]
FROM (
    SELECT bid.reference, bid.source_reference, interest.id IS NULL AS undeclared,
           NOT interest.conflicted OR interest.waived_at IS NOT NULL AS clear,
           coalesce(card.state IN ('submitted', 'reopened'), false) AS counts,
           bid.state = 'eligible' AND coalesce(card.state NOT IN ('submitted', 'reopened'), true) AS waits
    FROM bids_assignment assignment
    JOIN bids_bid bid ON bid.id = assignment.bid_id
    LEFT JOIN bids_interest interest ON interest.bid_id = bid.id AND interest.member_id = assignment.member_id
    LEFT JOIN bids_scorecard card ON card.bid_id = bid.id AND card.member_id = assignment.member_id
    WHERE assignment.member_id = %(member)s AND assignment.withdrawn_at IS NULL AND bid.round_id = %(round)s
) own
"""


def progress(member: User, round: Round, after: Bid | None = None) -> Progress:
    """Return a member's progress, in one query. The next bid is the first open one after `after`, else the first."""
    here = after.source_reference if after else ""
    with connection.cursor() as cursor:
        cursor.execute(_PROGRESS, {"member": member.pk, "round": round.pk, "after": here})
        waiting, submitted, total, undeclared, following = cursor.fetchone()
    return Progress(waiting, submitted, total, undeclared, following or "")


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member on the chair's page, with the counts of their assignments, scorecards and interests."""

    member: User
    assigned: int
    accepted: int
    declined: int
    drafts: int
    submitted: int
    conflicts: int
    undeclared: int
    waiting: int
    last_saved: datetime | None


def members(round: Round) -> list[MemberRow]:
    """Return a row for each member with their progress, those with most bids still to score first.

    It takes a fixed number of queries.
    """
    current = Q(withdrawn_at=None)
    assigned = _by_member(
        Assignment.objects.filter(bid__round=round),
        assigned=Count("pk", filter=current),
        accepted=Count("pk", filter=current & Q(accepted_at__isnull=False)),
        declined=Count("pk", filter=~Q(declined_because="")),
        undeclared=Count("pk", filter=current & ~Q(Exists(_same_pair(Interest.objects.all())))),
    )
    cards = _by_member(
        Scorecard.objects.filter(bid__round=round),
        drafts=Count("pk", filter=Q(state=Scorecard.State.DRAFT)),
        submitted=Count("pk", filter=Q(state__in=Scorecard.COUNTED)),
        last_saved=Max("saved_at"),
    )
    interests = _by_member(Interest.objects.barring().filter(bid__round=round), conflicts=Count("pk"))
    waiting = members_of_panel.progress_of_members(round)
    names = ("assigned", "accepted", "declined", "undeclared", "drafts", "submitted", "conflicts")
    rows = []
    for member in members_of_panel.members_of(round):
        counts: dict[str, Any] = dict.fromkeys(names, 0) | {"last_saved": None, "waiting": waiting.get(member.pk, 0)}
        for part in (assigned, cards, interests):
            counts |= part.get(member.pk, {})
        rows.append(MemberRow(member, **counts))
    return sorted(rows, key=lambda row: -row.waiting)


def _by_member(rows: QuerySet[Any], **counts: Any) -> dict[int, dict[str, Any]]:
    by_member = {}
    for row in rows.order_by().values("member").annotate(**counts):
        by_member[row.pop("member")] = row
    return by_member


def _same_pair(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(bid=OuterRef("bid"), member=OuterRef("member"))


def marks_of(bid: Bid) -> list[Scorecard]:
    """Return the submitted scorecards of a bid with their marks and why any was reopened, for a comparison."""
    return list(
        Scorecard.objects.filter(bid=bid, state__in=Scorecard.COUNTED)
        .select_related("member")
        .prefetch_related("marks__criterion", "reopenings__reopened_by", "reopenings__scorecard__member")
        .order_by("member__name")
    )


def by_criterion(round: Round, cards: list[Scorecard]) -> list[tuple[Criterion, list[tuple[User, Mark | None]]]]:
    """Return each criterion with the mark of each member on it, None if there is none."""
    rows = []
    for criterion in Criterion.objects.filter(round=round):
        marks = [
            (card.member, next((mark for mark in card.marks.all() if mark.criterion_id == criterion.pk), None))
            for card in cards
        ]
        rows.append((criterion, marks))
    return rows


def aims_of(bid: Bid) -> list[tuple[str, list[tuple[Tag, bool]]]]:
    """Return the themes, priorities and objectives of a bid's round by kind, each with whether the bid names it."""
    named = Exists(Bid.tags.through.objects.filter(bid=bid, tag=OuterRef("pk")))
    aims: dict[str, list[tuple[Tag, bool]]] = {kind: [] for kind in Tag.Kind.values}
    for tag in Tag.objects.filter(round=bid.round_id).annotate(is_named=named):
        aims[tag.kind].append((tag, tag.is_named))
    return [(label, aims[kind]) for kind, label in Tag.Kind.choices if aims[kind]]


def parts_seen(user: User, bid: Bid, *, own_submitted: bool) -> set[Part]:
    """Return the parts of a bid's scoring that this person may see now."""
    phase = Phase.OPEN if members_of_panel.marks_open(bid.round) else Phase.BLIND
    roles = holdings(user).in_round(bid.round_id)
    return {part for part in Part if may_see(part, roles, phase, own_submitted=own_submitted)}


def open_to(chair: User, round: Round, rows: list[Assignment]) -> list[Assignment]:
    """Return the assignments on bids that no interest hides from the chair."""
    visible = Bid.objects.visible_to(chair, "run panel").filter(round=round)
    keys = set(visible.values_list("pk", flat=True))
    return [each for each in rows if each.bid_id in keys]


@dataclass(frozen=True, slots=True)
class ScorerRow:
    """A bid on the chair's page, with each scorer and the state of their scorecard."""

    bid: Bid
    scorers: list[tuple[User, str]]

    @property
    def submitted(self) -> int:
        return sum(1 for _, state in self.scorers if state in Scorecard.COUNTED)

    @property
    def missing(self) -> list[tuple[User, str]]:
        return [(member, state) for member, state in self.scorers if state not in Scorecard.COUNTED]


def with_scorers(page: Page[Bid]) -> list[ScorerRow]:
    """Return a page of bids with their scorers. The chair sees the state of each scorecard, but not its marks."""
    shown = list(page.object_list)
    assigned = Assignment.objects.filter(bid__in=shown, withdrawn_at=None).select_related("member").order_by("pk")
    by_pair = {
        (bid, member): state
        for bid, member, state in Scorecard.objects.filter(bid__in=shown).values_list("bid_id", "member_id", "state")
    }
    scorers: dict[int, list[tuple[User, str]]] = {bid.pk: [] for bid in shown}
    for assignment in assigned:
        state = by_pair.get((assignment.bid_id, assignment.member_id), "")
        scorers[assignment.bid_id].append((assignment.member, state))
    return [ScorerRow(bid, scorers[bid.pk]) for bid in shown]


def by_need(bids: QuerySet[Bid], wanted: int, planned: Mapping[str, int] | None = None) -> QuerySet[Bid]:
    """Return the bids with their number of scorers as `scorers`, those that lack most of `wanted` first.

    `planned` are further scorers that a plan proposes, by reference. Among bids that lack as many, those with more of
    them come first. A member who declared an interest is no scorer.
    """
    by_number: dict[int, list[str]] = {}
    for reference, number in (planned or {}).items():
        by_number.setdefault(number, []).append(reference)
    whens = [When(reference__in=references, then=Value(number)) for number, references in by_number.items()]
    # The subquery joins nothing, so that it counts each scorer once whatever else the query joins.
    current = Assignment.objects.filter(bid=OuterRef("pk"), withdrawn_at=None)
    barred = Interest.objects.barring().filter(bid=OuterRef("bid"), member=OuterRef("member"))
    scorers = current.exclude(Exists(barred)).order_by().values("bid").annotate(number=Count("pk")).values("number")
    counted = bids.annotate(
        scorers=Coalesce(Subquery(scorers, output_field=IntegerField()), 0),
        planned=Case(*whens, default=Value(0), output_field=IntegerField()),
    )
    enough = Least(F("scorers") + F("planned"), Value(wanted))
    return counted.order_by(enough, "-planned", "source_reference")


def by_scorers_missing(bids: QuerySet[Bid], wanted: int) -> dict[str, int]:
    """Return how many of the bids have no scorer (`nobody`), and how many have some but fewer than `wanted`."""
    few = Q(scorers__gt=0, scorers__lt=wanted)
    return by_need(bids, wanted).aggregate(nobody=Count("pk", filter=Q(scorers=0)), few=Count("pk", filter=few))


def short_of(bids: QuerySet[Bid], wanted: int) -> QuerySet[Bid]:
    """Return those bids that have fewer submitted scorecards than `wanted`, those with the fewest first."""
    counted = Count("scorecards", filter=Q(scorecards__state__in=Scorecard.COUNTED))
    return bids.annotate(counted=counted).filter(counted__lt=wanted).order_by("counted", "source_reference")


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A bid in a plan. Each cell is a member: value of the box, name, why they cannot have the bid, and if ticked."""

    bid: Bid
    cells: list[tuple[str, str, str, bool]]
    had: int
    ticked: int


@dataclass(frozen=True, slots=True)
class PlanGrid:
    """A page of a plan: the members with their load under the plan, and the bids."""

    members: list[tuple[User, int]]
    rows: list[PlanRow]
    allowed: list[str]

    @property
    def references(self) -> list[str]:
        return [row.bid.reference for row in self.rows]


def planned(plan: AssignmentPlan) -> dict[str, int]:
    """Return how many further scorers a plan proposes for each bid, by reference. A plan that was applied has none."""
    return {} if plan.applied_at else dict(Counter(reference for reference, _ in plan.pairs))


def plan_grid(plan: AssignmentPlan, shown: Sequence[Bid]) -> PlanGrid:
    """Return bids of an assignment plan as a grid of bids and members, in a fixed number of queries."""
    scorers = assignments.scorers(plan.round)
    by_name = {member.username: member for member in members_of_panel.members_of(plan.round)}
    # What was applied is in the members' bids already.
    load = Counter(username for _, username in plan.pairs if plan.applied_at is None)
    ticked = {(reference, username) for reference, username in plan.pairs}
    rows, allowed = [], []
    by_reference = {row.reference: row for row in assignments.to_assign(plan.round, shown)}
    for bid in shown:
        row, cells = by_reference[bid.reference], []
        for scorer in scorers:
            pair = f"{bid.reference}:{scorer.username}"
            why = why_not(row, scorer)
            if not why:
                allowed.append(pair)
            cells.append((pair, by_name[scorer.username].name, why, (bid.reference, scorer.username) in ticked))
        rows.append(PlanRow(bid, cells, len(row.had), sum(1 for cell in cells if cell[3] and not cell[2])))
    loads = [(by_name[each.username], each.load + load[each.username]) for each in scorers]
    return PlanGrid(loads, rows, allowed)


def why_not(bid: ToAssign, scorer: Scorer) -> str:
    """Return why a member cannot be chosen for a bid, in a few words; empty if they can."""
    if scorer.username in bid.had:
        return "Has it"
    if scorer.username in bid.barred:
        return "Interest or declined"
    reason = connection_of(bid, scorer)
    return f"{reason[:1].upper()}{reason[1:]}"
