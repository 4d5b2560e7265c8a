"""What the pages of bids and of the panel read: each in a fixed number of queries, whatever the number of rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, Max, Q

from bids import panel, scoring
from bids.blindness import Part, Phase, may_see
from bids.models import Assignment, Bid, Criterion, Interest, Mark, Scorecard
from grants.access import holdings
from grants.models import Round, User


@dataclass(frozen=True, slots=True)
class ToScore:
    """One bid on a member's list: its scorecard's state, or that it is locked by an interest."""

    bid: Bid
    state: str
    conflicted: bool | None


def list_of(member: User, round: Round) -> list[ToScore]:
    """A member's bids, in the order in which they are scored. The title is shown once they declared no interest."""
    assignments = Assignment.objects.filter(bid__round=round, member=member, withdrawn_at=None)
    bids = Bid.objects.filter(assignments__in=assignments).select_related("recipient").order_by("source_reference")
    states = dict(Scorecard.objects.filter(member=member, bid__round=round).values_list("bid_id", "state"))
    conflicts = dict(Interest.objects.filter(member=member, bid__round=round).values_list("bid_id", "conflicted"))
    return [ToScore(bid, states.get(bid.pk, ""), conflicts.get(bid.pk)) for bid in bids]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a member is with a round."""

    open: list[ToScore]
    submitted: int
    total: int
    undeclared: int

    @property
    def minutes(self) -> int:
        """About how long the rest takes, at four minutes a bid."""
        return 4 * len(self.open)

    def next_after(self, bid: Bid | None = None) -> Bid | None:
        """The next bid to score: the first open one after this, else the first."""
        later = [row.bid for row in self.open if bid and row.bid.source_reference > bid.source_reference]
        others = [row.bid for row in self.open if bid is None or row.bid.pk != bid.pk]
        return later[0] if later else (others[0] if others else None)


def progress(member: User, round: Round) -> Progress:
    rows = list_of(member, round)
    free = [row for row in rows if row.conflicted is False]
    done = [row for row in free if row.state == Scorecard.State.SUBMITTED]
    waiting = [row for row in free if row.state != Scorecard.State.SUBMITTED and row.bid.state == Bid.State.ELIGIBLE]
    return Progress(waiting, len(done), len(free), sum(1 for row in rows if row.conflicted is None))


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member on the chair's page."""

    member: User
    assigned: int
    drafts: int
    submitted: int
    conflicts: int
    undeclared: int
    last_saved: datetime | None


def members(round: Round) -> list[MemberRow]:
    """Each member with how far they are."""
    assigned = Counter(
        Assignment.objects.filter(bid__round=round, withdrawn_at=None).values_list("member_id", flat=True)
    )
    cards = {
        row["member"]: row
        for row in Scorecard.objects.filter(bid__round=round)
        .values("member")
        .annotate(
            drafts=Count("pk", filter=Q(state="draft")),
            submitted=Count("pk", filter=Q(state="submitted")),
            last=Max("saved_at"),
        )
    }
    interests = {
        row["member"]: row
        for row in Interest.objects.filter(bid__round=round)
        .values("member")
        .annotate(all=Count("pk"), conflicts=Count("pk", filter=Q(conflicted=True)))
    }
    empty: dict[str, Any] = {"drafts": 0, "submitted": 0, "last": None}
    return [
        MemberRow(
            member,
            assigned[member.pk],
            cards.get(member.pk, empty)["drafts"],
            cards.get(member.pk, empty)["submitted"],
            interests.get(member.pk, {"conflicts": 0})["conflicts"],
            max(assigned[member.pk] - interests.get(member.pk, {"all": 0})["all"], 0),
            cards.get(member.pk, empty)["last"],
        )
        for member in panel.members_of(round)
    ]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A bid in the ranking, with the running sum down to it; None where it takes nothing from what is left."""

    placed: scoring.Placed
    bid: Bid
    running: Decimal | None
    dots: list[int]
    line_below: bool = False


def ranking(round: Round, left: Decimal, user: User) -> list[Ranked]:
    """The bids of a round in order; the funding line is drawn under the last one that `left` (pounds) still holds.

    The sum runs over what a grant can go to: bids from outside the force that pass their gates and were not rejected
    or redirected. Internal bids are carried by a budget line that `left` no longer holds.
    """
    visible = Bid.objects.visible_to(user, "see ranking").filter(round=round)
    bids = list(
        visible.exclude(state__in=(Bid.State.RECEIVED, Bid.State.INELIGIBLE)).select_related("recipient", "outcome")
    )
    found = panel.results(bids)
    by_reference = {bid.source_reference: bid for bid in bids}
    placed = scoring.rank([scoring.Placed(bid.source_reference, bid.amount, found[bid.pk]) for bid in bids])
    rows: list[Ranked] = []
    running, drawn, last = Decimal("0.00"), False, None
    for each in placed:
        bid = by_reference[each.reference]
        counts = (
            bid.is_external
            and each.result.gate is not scoring.Gate.FAILED
            and bid.state not in (Bid.State.REJECTED, Bid.State.REDIRECTED)
        )
        if counts and running + bid.amount > left and last is not None and not drawn:
            rows[last] = replace(rows[last], line_below=True)
            drawn = True
        running += bid.amount if counts else Decimal("0.00")
        dots = [int(mean * 25) for mean in each.result.card_means]
        rows.append(Ranked(each, bid, running if counts else None, dots))
        last = len(rows) - 1 if counts else last
    if last is not None and not drawn:
        rows[last] = replace(rows[last], line_below=True)
    return rows


def marks_of(bid: Bid) -> list[Scorecard]:
    """The scorecards of a bid that count, with their marks, for the chair's comparison."""
    return list(
        Scorecard.objects.filter(bid=bid, state=Scorecard.State.SUBMITTED)
        .select_related("member")
        .prefetch_related("marks__criterion")
        .order_by("member__name")
    )


def by_criterion(round: Round, cards: list[Scorecard]) -> list[tuple[Criterion, list[tuple[User, Mark | None]]]]:
    """The marks of several members beside each other, criterion by criterion."""
    rows = []
    for criterion in Criterion.objects.filter(round=round):
        marks = [
            (card.member, next((mark for mark in card.marks.all() if mark.criterion_id == criterion.pk), None))
            for card in cards
        ]
        rows.append((criterion, marks))
    return rows


def parts_seen(user: User, bid: Bid, *, own_submitted: bool) -> set[Part]:
    """Which parts of a bid's scoring this person may see now."""
    phase = Phase.CLOSED if panel.scoring_closed(bid.round) else Phase.SCORING
    roles = holdings(user).in_round(bid.round_id)
    return {part for part in Part if may_see(part, roles, phase, own_submitted=own_submitted)}


@dataclass(frozen=True, slots=True)
class ScorerRow:
    """A bid on the chair's page: who scores it, and how far each is."""

    bid: Bid
    scorers: list[tuple[User, str]]

    @property
    def submitted(self) -> int:
        return sum(1 for _, state in self.scorers if state == Scorecard.State.SUBMITTED)


def with_scorers(page: Page[Bid]) -> list[ScorerRow]:
    """A page of bids with their scorers. The state of each scorecard is shown to the chair, its marks are not."""
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
