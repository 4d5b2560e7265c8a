"""The grants of a round as the pages of routes and approvals list them: a page of rows, and the sum of each group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from approvals.models import Approval, Award, DelegationRule
from approvals.routing.commitments import RoundSums
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


def _deciders(round: Round) -> list[str]:
    """Return who decides at each level of the newest confirmed limit for grants, if several decide; or nothing."""
    confirmed = DelegationRule.objects.filter(round=round, kind=DelegationRule.Kind.GRANT).exclude(confirmed_by=None)
    rule = confirmed.order_by("-valid_from", "-id").first()
    return rule.deciders if rule and rule.further else []


def listed(round: Round) -> QuerySet[Award]:
    """Return the live grants of a round by group; in each, those with an open warning come first."""
    place = Case(
        When(state=Award.State.REFUSED, then=Value(_ORDER.index(REFUSED))),
        *(When(route=route, then=Value(number)) for number, route in enumerate(_ORDER) if route != REFUSED),
        output_field=IntegerField(),
    )
    levels = _deciders(round)
    level = Case(
        *(When(routed_as__decider=who, then=Value(number)) for number, who in enumerate(levels)),
        default=Value(len(levels)),
        output_field=IntegerField(),
    )
    warned = Case(When(_OPEN_WARNING, then=Value(0)), default=Value(1), output_field=IntegerField())
    grants = Award.objects.live().for_routes().filter(round=round).annotate(place=place, level=level, warned=warned)
    return grants.order_by("place", "level", "warned", "bid__source_reference")


def warned(round: Round) -> int:
    """Return the number of grants whose routing warning nobody has cleared."""
    return Award.objects.live().filter(_OPEN_WARNING, round=round).count()


def groups(rows: Iterable[Award], sums: RoundSums, round: Round) -> list[Group]:
    """Return every group that has grants, and each route in any case, with the rows of one page of `listed`.

    Where several levels decide, each of them is a route of its own.
    """
    levels = _deciders(round)
    by_key: dict[tuple[str, str], list[Award]] = {}
    for award in rows:
        by_key.setdefault(_group(award, levels), []).append(award)
    delegated = sums.by_route.get(Award.Route.DELEGATED, NOTHING)
    made = [
        Group("route-none", "Not routed", sums.unrouted, by_key.get(("", ""), [])),
        Group("route-delegated", "Delegated", delegated, by_key.get((Award.Route.DELEGATED, ""), [])),
        *(
            Group(key, f"To the {who}", tally, by_key.get((Award.Route.DMPC, own), []))
            for key, who, own, tally in _decided(sums, round, levels)
        ),
        Group(REFUSED, "Refused", sums.refused, by_key.get((REFUSED, ""), [])),
    ]
    return [group for group in made if group.tally.count or group.key not in ("route-none", REFUSED)]


def _decided(sums: RoundSums, round: Round, levels: Sequence[str]) -> Iterator[tuple[str, str, str, Tally]]:
    """Yield each group for decision: the key of its sum, who decides, how its grants say so, and its tally."""
    usual = round.body.offices.decider_short
    if not levels:
        yield "route-dmpc", usual, "", sums.by_route.get(Award.Route.DMPC, NOTHING)
        return
    decided = Award.objects.live().exclude(state=Award.State.REFUSED).filter(round=round, route=Award.Route.DMPC)
    tallies = {who or "": tally for (who,), tally in tallies_by(decided, "routed_as__decider").items()}
    # Grants that an earlier limit routed can be for somebody whom the newest one does not name.
    for number, who in enumerate([*levels, *sorted(tallies.keys() - set(levels))]):
        yield f"route-dmpc-{number}", who or usual, who, tallies.get(who, NOTHING)


def _group(award: Award, levels: Sequence[str]) -> tuple[str, str]:
    """Return the route of a grant with who decides it, empty where the scheme has two levels."""
    if award.state == Award.State.REFUSED:
        return REFUSED, ""
    return award.route, award.routed_as.get("decider", "") if levels and award.route == Award.Route.DMPC else ""


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
