"""The members of a panel, the work that each still has, and whether scoring is open."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bids.models import Assignment, Bid, Interest, Panel, Scorecard
from grants.models import Round, User
from grants.refusal import Refused
from grants.roles import Role
from grants.rounds import rounds


def members_of(round: Round) -> list[User]:
    """Return the panel members of a round, ordered by name."""
    holding = {"holdings__role": Role.MEMBER, "holdings__ended_at": None}
    people = User.objects.filter(is_active=True, **holding, holdings__round=round)
    return list((people | User.objects.filter(is_active=True, **holding, holdings__round=None)).distinct())


def members_query(round: Round) -> QuerySet[User]:
    """Return the members of a panel as a query, for the choices of a form."""
    return User.objects.filter(pk__in=[member.pk for member in members_of(round)])


def is_chair(round: Round, user: User) -> bool:
    """Return whether the user chairs the panel of a round now."""
    held = user.holdings.filter(role=Role.CHAIR, ended_at=None)
    return held.filter(Q(round=round) | Q(round=None)).exists()


def must_be_clear(bid: Bid, chair: User) -> None:
    """Raise Refused if a chair who decides about a bid has an interest in it, or has not declared.

    It need not refuse anybody else, because the trail lets only chairs decide.
    """
    for why in why_not_clear(bid.round, [bid.pk], chair).values():
        raise Refused(why)


def why_not_clear(round: Round, bids: Sequence[int], chair: User) -> dict[int, str]:
    """Return why somebody may decide none of these bids of a round, by primary key. Bids that they may are left out."""
    interests = {interest.bid_id: interest for interest in Interest.objects.filter(bid__in=bids, member=chair)}
    undeclared = [bid for bid in bids if bid not in interests]
    why = {}
    if undeclared and is_chair(round, chair):
        why = dict.fromkeys(undeclared, "Declare first whether you have an interest in this bid")
    barred = (bid for bid, each in interests.items() if each.conflicted and each.waived_at is None)
    return why | dict.fromkeys(barred, "You declared an interest in this bid. Ask another chair to do this")


def progress_of_members(round: Round) -> dict[int, int]:
    """Return the number of bids that each member still has to score, by primary key. Members with none are left out."""
    return dict(
        incomplete_of(round)
        .order_by()
        .values_list("member")
        .annotate(waiting=Count("pk"))
        .values_list("member", "waiting")
    )


class Stage(IntEnum):
    """How far the scoring of a round is. A round without scores is at the last stage from the start."""

    SCORING = 0
    # No scorecard changes, and nobody sees another's marks.
    CLOSED = 1
    # The marks and results are open to those who may see them.
    OPEN = 2


def stage_of(round: Round) -> Stage:
    """Return how far the scoring of a round is."""
    return stages_of([round])[round.pk]


def stages_of(rounds: Sequence[Round]) -> dict[int, Stage]:
    """Return how far the scoring of each round is by its primary key, in at most one query."""
    stages = {round.pk: Stage.SCORING if round.scored else Stage.OPEN for round in rounds}
    scored = [round.pk for round in rounds if round.scored]
    closed = Panel.objects.filter(round__in=scored).exclude(closed_at=None)
    for pk, opened_at in closed.values_list("round", "opened_at"):
        stages[pk] = Stage.OPEN if opened_at else Stage.CLOSED
    return stages


def scoring_closed(round: Round) -> bool:
    """Return whether scorecards can no longer change."""
    return stage_of(round) >= Stage.CLOSED


def marks_open(round: Round) -> bool:
    """Return whether the marks and results may be seen."""
    return stage_of(round) is Stage.OPEN


def open_panel(round: Round) -> Panel:
    """Return the panel, locked after its round. Raises Refused if scoring has closed."""
    round = rounds.lock(round)
    panel = Panel.objects.select_for_update().get(round=round)
    panel.round = round
    if panel.closed_at:
        raise Refused("Scoring has closed, so this can no longer change.")
    return panel


def incomplete_of(round: Round) -> QuerySet[Assignment]:
    """Return the assignments without a submitted scorecard as a query. Those with a conflict are left out."""
    return (
        Assignment.objects.filter(bid__round=round, bid__state=Bid.State.ELIGIBLE, withdrawn_at=None)
        .alias(
            done=_exists(Scorecard, state__in=Scorecard.COUNTED),
            conflict=_exists(Interest, conflicted=True, waived_at=None),
        )
        .filter(done=False, conflict=False)
    )


def incomplete(round: Round) -> list[Assignment]:
    """Return the assignments of `incomplete_of` with their bid and member, ordered by member."""
    assignments = incomplete_of(round).select_related("bid", "member")
    return list(assignments.order_by("member__name", "bid__source_reference"))


def _exists(model: Any, **conditions: Any) -> Any:
    return Exists(model.objects.filter(bid=OuterRef("bid"), member=OuterRef("member"), **conditions))
