"""The grants of a round as the pages of routes and approvals list them: a page of rows, and the sum of each group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from approvals.models import Approval, Award
from approvals.routing.commitments import RoundSums
from grants.bodies import Offices
from grants.models import Round
from grants.money import NOTHING, Tally
from grants.totals import tallies_by, tally_of

REFUSED = "refused"
_OPEN_WARNING = ~Q(warning="") & Q(warning_cleared="")
# What a lead has to act on comes first: grants without a route, then those under delegation.
_ORDER = ("", Award.Route.DELEGATED, Award.Route.DMPC, REFUSED)


@dataclass(frozen=True, slots=True)
class Group:
    """The grants of one route, or the refused ones: how many there are in all with their sum, and those on this page.

    `key` names the sum, as in the reconciliation.
    """

    key: str
    name: str
    tally: Tally
    rows: list[Award]


def listed(round: Round) -> QuerySet[Award]:
    """Return the live grants of a round by group; in each, those with an open warning come first."""
    place = Case(
        When(state=Award.State.REFUSED, then=Value(_ORDER.index(REFUSED))),
        *(When(route=route, then=Value(number)) for number, route in enumerate(_ORDER) if route != REFUSED),
        output_field=IntegerField(),
    )
    warned = Case(When(_OPEN_WARNING, then=Value(0)), default=Value(1), output_field=IntegerField())
    grants = Award.objects.live().for_routes().filter(round=round).annotate(place=place, warned=warned)
    return grants.order_by("place", "warned", "bid__source_reference")


def warned(round: Round) -> int:
    """Return the number of grants whose routing warning nobody has cleared."""
    return Award.objects.live().filter(_OPEN_WARNING, round=round).count()


def groups(rows: Iterable[Award], sums: RoundSums, offices: Offices) -> list[Group]:
    """Return every group that has grants, and the two routes in any case, with the rows of one page of `listed`."""
    by_key = {key: list(own) for key, own in groupby(rows, _group)}
    names = {
        "": ("route-none", "Not routed", sums.unrouted),
        Award.Route.DELEGATED: ("route-delegated", "Delegated", sums.by_route.get(Award.Route.DELEGATED, NOTHING)),
        Award.Route.DMPC: (
            "route-dmpc",
            f"To the {offices.decider_short}",
            sums.by_route.get(Award.Route.DMPC, NOTHING),
        ),
        REFUSED: ("refused", "Refused", sums.refused),
    }
    made = [Group(*names[key], by_key.get(key, [])) for key in _ORDER]
    return [group for group in made if group.tally.count or group.key in ("route-delegated", "route-dmpc")]


def _group(award: Award) -> str:
    return REFUSED if award.state == Award.State.REFUSED else award.route


def waiting(round: Round) -> QuerySet[Award]:
    """Return the grants of a round that wait for delegated approval."""
    live = Award.objects.live().for_routes().filter(round=round)
    return live.filter(route=Award.Route.DELEGATED, state=Award.State.ROUTED)


def approvals_of(round: Round) -> QuerySet[Approval]:
    """Return the approvals given under delegation in a round, the newest first, with those that became invalid."""
    approvals = Approval.objects.filter(award__round=round, level=Award.Route.DELEGATED)
    fetched = approvals.select_related("award__bid__recipient", "approved_by")
    return fetched.order_by("-approved_at", "-pk")


def tallies(round: Round) -> dict[str, Tally]:
    """Return the grants that wait for delegated approval, those that have it, and the approvals that became invalid."""
    by_state = tallies_by(Award.objects.live().filter(round=round, route=Award.Route.DELEGATED), "state")
    return {
        "waiting": by_state.get((Award.State.ROUTED,), NOTHING),
        "approved": by_state.get((Award.State.APPROVED,), NOTHING),
        "invalid": tally_of(approvals_of(round).exclude(invalid_at=None)),
    }
