"""The routes of a round's grants, by which the lists of its bids filter, and which they show."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from approvals.models import Award
from bids.models import Bid
from grants.models import Round

NONE = "none"


class BidRoutes:
    """The routes of the live grants of one round. A bid without a grant, or whose grant is not routed, has none."""

    def __init__(self, *, round: Round) -> None:
        self.live = Award.objects.live().filter(round=round)
        self.names = {
            Award.Route.DELEGATED: "Delegated",
            Award.Route.DMPC: f"To the {round.body.offices.decider_short}",
        }

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [*((str(value), label) for value, label in self.names.items()), (NONE, "No route yet")]

    def of(self, bids: QuerySet[Bid], value: str) -> QuerySet[Bid]:
        """Return those of the bids that are on a route, or that are on none."""
        if value == NONE:
            return bids.filter(~Q(pk__in=self.live.exclude(route="").values("bid")))
        return bids.filter(pk__in=self.live.filter(route=value).values("bid"))

    def labels(self, bids: Sequence[int]) -> dict[int, str]:
        """Return the route of each bid that is on one in words, by primary key, in one query."""
        routed = self.live.filter(bid__in=bids).exclude(route="").values_list("bid", "route")
        return {pk: self.names[Award.Route(route)] for pk, route in routed}
