"""Who is on a panel, what each still has to do, and whether scoring is open."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bids.models import Assignment, Bid, Interest, Panel, Scorecard
from grants.models import Round, User
from grants.refusal import Refused
from grants.roles import Role
from grants.rounds import rounds


def members_of(round: Round) -> list[User]:
    """The panel members of a round, by name."""
    holding = {"holdings__role": Role.MEMBER, "holdings__ended_at": None}
    people = User.objects.filter(is_active=True, **holding, holdings__round=round)
    return list((people | User.objects.filter(is_active=True, **holding, holdings__round=None)).distinct())


def members_query(round: Round) -> QuerySet[User]:
    """The members of a panel as a query, for the choices of a form."""
    return User.objects.filter(pk__in=[member.pk for member in members_of(round)])


def is_chair(round: Round, user: User) -> bool:
    """Whether somebody chairs the panel of a round now."""
    held = user.holdings.filter(role=Role.CHAIR, ended_at=None)
    return held.filter(Q(round=round) | Q(round=None)).exists()


def must_be_clear(bid: Bid, chair: User) -> None:
    """Raises Refused where a chair has an interest in a bid that they decide about, or has not answered for it.

    Who is no chair may not decide about it in any case: the trail refuses them.
    """
    interest = Interest.objects.filter(bid=bid, member=chair).first()
    if interest is None and is_chair(bid.round, chair):
        raise Refused("Declare first whether you have an interest in this bid")
    if interest and interest.conflicted and interest.waived_at is None:
        raise Refused("You declared an interest in this bid, so another chair does this")


def progress_of_members(round: Round) -> dict[int, int]:
    """How many bids each member still has to score, by primary key; those with none are left out."""
    return dict(
        incomplete_of(round)
        .order_by()
        .values_list("member")
        .annotate(waiting=Count("pk"))
        .values_list("member", "waiting")
    )


def scoring_closed(round: Round) -> bool:
    """Whether no scorecard changes any more, so that results may be seen; always so in a round without scores."""
    return not round.scored or Panel.objects.filter(round=round).exclude(closed_at=None).exists()


def open_panel(round: Round) -> Panel:
    """The panel, locked with its round. Raises Refused where scoring has closed."""
    round = rounds.lock(round)
    panel = Panel.objects.select_for_update().get(round=round)
    panel.round = round
    if panel.closed_at:
        raise Refused("Scoring has closed. Nothing about it can change any more.")
    return panel


def incomplete_of(round: Round) -> QuerySet[Assignment]:
    """The assignments without a submitted scorecard, conflicts left out, as a query."""
    return (
        Assignment.objects.filter(bid__round=round, bid__state=Bid.State.ELIGIBLE, withdrawn_at=None)
        .alias(
            done=_exists(Scorecard, state=Scorecard.State.SUBMITTED),
            conflict=_exists(Interest, conflicted=True, waived_at=None),
        )
        .filter(done=False, conflict=False)
    )


def incomplete(round: Round) -> list[Assignment]:
    """The same with bid and member, by member; for the chair before closing."""
    assignments = incomplete_of(round).select_related("bid", "member")
    return list(assignments.order_by("member__name", "bid__source_reference"))


def _exists(model: Any, **conditions: Any) -> Any:
    return Exists(model.objects.filter(bid=OuterRef("bid"), member=OuterRef("member"), **conditions))
