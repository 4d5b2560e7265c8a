"""What a round's allocation is committed to, and what may not change while a paper rests on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from approvals.models import Award, Decision, PaperItem, SingleTenderAction
from bids.models import Bid
from grants import money, years
from grants.models import BudgetLine, Income, OverAllocation, Round
from grants.money import NOTHING, Tally
from grants.refusal import Refused
from grants.totals import tallies_by, tallies_of_kinds
from grants.years import Slot

_AWAITING = (Award.State.ROUTED, Award.State.DEFERRED)


@dataclass(frozen=True, slots=True)
class SlotSums:
    """What one financial year of a round holds for grants, and what is left of it, in pounds."""

    slot: Slot
    for_grants: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class RoundSums:
    """What takes from the allocation of a round, in pounds, as every page of the round prints it.

    Refused contracts and grants take nothing and are in no sum but `refused`. `items` are the other items of papers
    that take money. `income` is what grantors give of the allocation. `by_route` holds the grants by their route, those
    without one under the empty text. `by_slot` is empty for a round of one year.
    """

    allocation: Decimal
    lines: Decimal
    contracts: Tally
    items: Tally
    by_route: Mapping[str, Tally]
    approved: Tally
    asked: Tally
    refused: Tally
    income: Tally = NOTHING
    over_agreed: Tally = NOTHING
    # The grants that nobody bid for.
    direct: Tally = NOTHING
    by_slot: Sequence[SlotSums] = ()

    @property
    def own_budget(self) -> Decimal:
        """What no grantor gives of the allocation."""
        return self.allocation - self.income.total

    @property
    def grants(self) -> Tally:
        return sum(self.by_route.values(), NOTHING)

    @property
    def unrouted(self) -> Tally:
        return self.by_route.get("", NOTHING)

    @property
    def unapproved(self) -> Tally:
        """The grants that nobody has approved yet, whether or not they await a decision."""
        return Tally(self.grants.count - self.approved.count, self.grants.total - self.approved.total)

    @property
    def for_grants(self) -> Decimal:
        """What lines, contracts and other items leave of the allocation."""
        return self.allocation - self.besides_grants

    @property
    def for_bids(self) -> Decimal:
        """What direct awards leave of the money for grants, which a panel can recommend bids for."""
        return self.for_grants - self.direct.total

    @property
    def besides_grants(self) -> Decimal:
        """What lines, contracts and other items take of the allocation."""
        return self.lines + self.contracts.total + self.items.total

    @property
    def expenditure(self) -> Decimal:
        return self.besides_grants + self.grants.total

    @property
    def room(self) -> Decimal:
        """What may still be used: what is left of the allocation, and what was agreed above it."""
        return self.left + self.over_agreed.total

    @property
    def left(self) -> Decimal:
        """What is left of the allocation after lines, contracts and grants: the underspend of a paper."""
        return self.allocation - self.expenditure


def sums_of(rounds: Collection[Round]) -> dict[int, RoundSums]:
    """Return the sums of each round by its primary key, in two queries for any number of rounds."""
    agreed = OverAllocation.objects.filter(round__in=rounds, state=OverAllocation.State.AGREED)
    besides = tallies_of_kinds(
        {
            "lines": (BudgetLine.objects.filter(round__in=rounds), "round"),
            "contracts": (SingleTenderAction.objects.live().filter(round__in=rounds), "round"),
            "items": (PaperItem.objects.taking().filter(decision__round__in=rounds), "decision__round"),
            "income": (Income.objects.in_force().filter(round__in=rounds), "round"),
            "over_agreed": (agreed, "round"),
        }
    )
    grants: dict[int, dict[tuple[str, str, str], Tally]] = {}
    live = Award.objects.live().filter(round__in=rounds)
    for (pk, *key), tally in tallies_by(live, "round", "route", "state", "bid__led_by").items():
        route, state, led_by = key
        grants.setdefault(pk, {})[route, state, led_by] = tally
    return {
        round.pk: _sums(
            round,
            {kind: tallies.get(round.pk, NOTHING) for kind, tallies in besides.items()},
            grants.get(round.pk, {}),
        )
        for round in rounds
    }


def of_round(*, round: Round) -> RoundSums:
    """Return the sums of one round, for pages of the apps below, with those of each year where it has several."""
    return replace(sums_of([round])[round.pk], by_slot=_by_slot(round))


def _by_slot(round: Round) -> list[SlotSums]:
    """Return the sums of each slot of a round, in four queries; none for a round of one year."""
    if not round.profile:
        return []
    contracts = SingleTenderAction.objects.live().filter(round=round)
    items = PaperItem.objects.taking().filter(decision__round=round).values_list("amount", flat=True)
    besides = [round.divided(*each) for each in round.lines.values_list("profile", "amount")]
    besides += [contract.charged_years(round.slots) for contract in contracts]
    besides += [round.divided([], amount) for amount in items if amount is not None]
    live = Award.objects.live().exclude(state=Award.State.REFUSED).filter(round=round)
    grants = [round.divided(*each) for each in live.values_list("profile", "amount")]
    held, granted = years.added(besides), years.added(grants)
    sums = []
    for slot, part in round.years:
        for_grants = part - held.get(slot, money.ZERO)
        sums.append(SlotSums(slot, for_grants, for_grants - granted.get(slot, money.ZERO)))
    return sums


def _sums(round: Round, besides: Mapping[str, Tally], grants: Mapping[tuple[str, str, str], Tally]) -> RoundSums:
    by_route: dict[str, Tally] = {}
    by_state: dict[str, Tally] = {}
    asked = direct = NOTHING
    for (route, state, led_by), tally in grants.items():
        by_state[state] = by_state.get(state, NOTHING) + tally
        if state != Award.State.REFUSED:
            by_route[route] = by_route.get(route, NOTHING) + tally
            direct += tally if led_by == Bid.Led.DIRECT else NOTHING
        if route == Award.Route.DMPC and state in _AWAITING:
            asked += tally
    return RoundSums(
        allocation=round.allocation,
        lines=besides["lines"].total,
        contracts=besides["contracts"],
        items=besides["items"],
        by_route=by_route,
        approved=by_state.get(Award.State.APPROVED, NOTHING),
        asked=asked,
        refused=by_state.get(Award.State.REFUSED, NOTHING),
        income=besides["income"],
        over_agreed=besides["over_agreed"],
        direct=direct,
    )


def excess(round: Round) -> Decimal:
    """Return by how much a round is over its allocation and what was agreed above it, in pounds; £0 where it is not."""
    return max(-of_round(round=round).room, money.ZERO)


def committed(round: Round) -> Decimal:
    """Return what the lines, contracts, other items and live grants of a round take from its allocation, in pounds."""
    return of_round(round=round).expenditure


def must_fit(round: Round, amount: Decimal, *, instead_of: Decimal = money.ZERO) -> None:
    """Refuse an amount that is more than what is left of the allocation. The round must be locked."""
    sums = of_round(round=round)
    room = sums.room + instead_of
    if amount > room:
        above = " and of what was agreed above it" if sums.over_agreed.count else ""
        raise Refused(
            f"{money.pounds(amount)} is more than the {money.pounds(room)} left of the allocation{above}",
            field="amount",
        )


def guard(*, round: Round, lines: Decimal | None) -> None:
    """Refuse a change to a round that a submitted paper rests on, or that leaves too little for contracts and grants.

    `lines` is the new sum of the budget lines in pounds, or None where it stays. Called through `rounds.must_be_free`.
    """
    must_not_be_in_flight(round)
    if lines is None:
        return
    sums = of_round(round=round)
    room = sums.room + sums.lines
    if lines > room:
        left, over = money.pounds(room), money.pounds(lines - room)
        raise Refused(
            f"Only {left} is left for budget lines. This would exceed it by {over}",
            field="amount",
        )


def in_flight(round: Round) -> Decision | None:
    """Return the paper of a round that is with the office or decided, or None."""
    return Decision.objects.filter(round=round, state__in=Decision.IN_FLIGHT).first()


def must_not_be_in_flight(round: Round) -> None:
    """Refuse a change while a paper that rests on these facts is with the office or decided."""
    if flying := in_flight(round):
        office = round.body.offices.office
        raise Refused(f"{flying.reference} is submitted and rests on this. Ask the {office} to return it first.")
