"""The reconciliation: allocation = lines + contracts + grants by route + underspend, to the penny. Pure rules.

Every discrepancy is listed with its amount and its reference. A paper with a discrepancy cannot be submitted.
Source: PCD 681, Table 3, and the funnel of para 2.5.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from approvals.enums import Base, Level
from approvals.reconciliation import yearly
from approvals.reconciliation.facts import (
    BidEntry,
    CarryOver,
    Contract,
    Grant,
    Income,
    Item,
    Line,
    Outcome,
    OverAllocation,
    Position,
)
from approvals.reconciliation.yearly import SlotSums
from grants import money, years
from grants.years import Profile


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Something wrong in a round: the check that it breaks, a sentence, the amount in pounds, and the reference."""

    check: str
    message: str
    amount: Decimal
    reference: str


@dataclass(frozen=True, slots=True)
class Sum:
    """How many there are, and their total in pounds."""

    count: int = 0
    total: Decimal = money.ZERO


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The figures of a round and its discrepancies. Amounts are in pounds, with two decimals."""

    reference: str
    allocation: Decimal
    lines: Sequence[Line]
    contracts: Sum
    dmpc: Sum
    delegated: Sum
    unrouted: Sum
    grants: Sum
    expenditure: Decimal
    underspend: Decimal
    funnel: dict[Outcome, Sum]
    received: Sum
    retrospective: Sum
    internal_bids: Sum
    items: Sequence[Item] = ()
    discrepancies: Sequence[Discrepancy] = field(default=())
    years: Sequence[SlotSums] = ()
    income: Sequence[Income] = ()
    carried: Sequence[CarryOver] = ()
    over_agreed: Sequence[OverAllocation] = ()

    @property
    def own_budget(self) -> Decimal:
        """What no income gives of the allocation."""
        return self.allocation - money.total([each.amount for each in self.income])

    @property
    def balances(self) -> bool:
        return not self.discrepancies

    def as_json(self) -> dict[str, Any]:
        """Return the figures as JSON data, amounts as text with two decimals."""

        def pair(part: Sum) -> dict[str, Any]:
            return {"count": part.count, "total": money.text(part.total)}

        bids = {outcome.value: self.funnel[outcome].count for outcome in Outcome}
        # A round of one year has no part by year, so that its older papers keep their data.
        by_year = {"years": [each.as_json() for each in self.years]} if self.years else {}
        return by_year | {
            "reference": self.reference,
            "allocation": money.text(self.allocation),
            "lines": [{"label": line.label, "amount": money.text(line.amount)} for line in self.lines],
            # Left out where there is none, as in every paper from before there were items.
            **({"items": [_item(item) for item in self.items]} if self.items else {}),
            **self._sources(),
            **self._above(),
            "contracts": pair(self.contracts),
            "grants": {
                "dmpc": pair(self.dmpc),
                "delegated": pair(self.delegated),
                # Left out where there is none, as in every paper that could be submitted.
                **({"unrouted": pair(self.unrouted)} if self.unrouted.count else {}),
                **pair(self.grants),
            },
            "expenditure": money.text(self.expenditure),
            "underspend": money.text(self.underspend),
            "bids": {"received": self.received.count, **bids},
            "retrospective": pair(self.retrospective),
            "balances": self.balances,
            "discrepancies": [
                {
                    "check": discrepancy.check,
                    "message": discrepancy.message,
                    "amount": money.text(discrepancy.amount),
                    "reference": discrepancy.reference,
                }
                for discrepancy in self.discrepancies
            ],
        }

    def _sources(self) -> dict[str, Any]:
        """Return where the allocation comes from; nothing where no grantor gives any of it."""
        if not self.income:
            return {}
        sources = [
            {"grantor": each.grantor, "agreement": each.agreement, "amount": money.text(each.amount)}
            for each in self.income
        ]
        return {"income": sources, "own_budget": money.text(self.own_budget)}

    def _above(self) -> dict[str, Any]:
        """Return what was agreed above the allocation; nothing where nothing was."""
        agreed = [
            {"amount": money.text(each.amount), "agreed_by": each.agreed_by, "agreed_on": each.agreed_on.isoformat()}
            for each in self.over_agreed
        ]
        return {"over_agreed": agreed} if agreed else {}


def _item(item: Item) -> dict[str, str]:
    return {"label": item.label, "kind": item.kind, "amount": money.text(item.amount)}


def reconcile(position: Position) -> Reconciliation:
    """Return the figures of a round with everything that is wrong in it."""
    grants = position.grants
    dmpc = _sum(grant.amount for grant in grants if grant.route is Level.DMPC)
    delegated = _sum(grant.amount for grant in grants if grant.route is Level.DELEGATED)
    contracts = _sum(contract.amount for contract in position.contracts)
    all_grants = _sum(grant.amount for grant in grants)
    held = [line.amount for line in position.lines] + [item.amount for item in position.items]
    expenditure = money.total(held) + contracts.total + all_grants.total
    internal = [bid for bid in position.bids if Outcome.INTERNAL in bid.outcomes]
    slots = slots_of(position)
    return Reconciliation(
        reference=position.reference,
        allocation=position.allocation,
        lines=position.lines,
        contracts=contracts,
        dmpc=dmpc,
        delegated=delegated,
        unrouted=_sum(grant.amount for grant in grants if grant.route is None),
        grants=all_grants,
        expenditure=expenditure,
        underspend=position.allocation - expenditure,
        funnel={
            outcome: _sum(bid.amount for bid in position.bids if tuple(bid.outcomes) == (outcome,))
            for outcome in Outcome
        },
        received=_sum(bid.amount for bid in position.bids),
        retrospective=_sum(grant.paid_early for grant in grants if grant.paid_early),
        internal_bids=_sum(bid.agreed or money.ZERO for bid in internal),
        items=position.items,
        discrepancies=(
            *_discrepancies(position, expenditure, internal),
            *_of_sources(position, slots),
            *_of_fees(position),
            *_of_years(position, slots),
        ),
        years=slots,
        income=position.income,
        carried=position.carried,
        over_agreed=position.over_agreed,
    )


def slots_of(position: Position) -> tuple[SlotSums, ...]:
    """Return the figures of each year of a round; none for a round of one year."""
    income, carried = [each.years for each in position.income], [each.years for each in position.carried]
    over_agreed = [each.years for each in position.over_agreed]
    return yearly.by_slot(position.years, _taken(position), income, carried, over_agreed)


def _taken(position: Position) -> dict[str, list[Profile]]:
    """Return the profiles of what takes money of a round, by the kinds of `yearly.TAKERS`."""
    by_route = {Level.DMPC: "dmpc", Level.DELEGATED: "delegated", None: "unrouted"}
    taken: dict[str, list[Profile]] = {taker: [] for taker in yearly.TAKERS}
    taken["lines"] = [line.years for line in position.lines]
    taken["contracts"] = [contract.years for contract in position.contracts]
    taken["items"] = [item.years for item in position.items]
    for grant in position.grants:
        taken[by_route[grant.route]].append(grant.years)
    return taken


def _of_fees(position: Position) -> Iterator[Discrepancy]:
    bases = {
        Base.GRANTS: money.total([grant.amount for grant in position.grants]),
        Base.ALLOCATION: position.allocation,
        Base.INCOME: money.total([each.amount for each in position.income]),
    }
    # A fee that was decided stays as it was, whatever becomes of the sum that it was a percentage of.
    for item in position.items:
        if item.percent is None or item.percent_of is None or not item.asked:
            continue
        amount = money.percentage(item.percent, bases[item.percent_of])
        if amount != item.amount:
            yield Discrepancy(
                "fee",
                f"{item.label} is {money.pounds(item.amount)}, but {money.per_cent(item.percent)} of "
                f"{money.pounds(bases[item.percent_of])} is {money.pounds(amount)}.",
                abs(amount - item.amount),
                item.decision,
            )


def _of_sources(position: Position, slots: Sequence[SlotSums]) -> Iterator[Discrepancy]:
    income = money.total([each.amount for each in position.income])
    own = position.allocation - income
    allocation = f"the allocation of {money.pounds(position.allocation)}"
    if own < 0:
        message = f"Income comes to {money.pounds(income)}, {money.pounds(-own)} more than {allocation}."
        yield Discrepancy("sources", message, -own, position.reference)
    elif position.own_budget is not None and position.own_budget != own:
        gap = position.own_budget - own
        yield Discrepancy(
            "sources",
            f"Income of {money.pounds(income)} and an own budget of {money.pounds(position.own_budget)} come to "
            f"{money.pounds(abs(gap))} {'more' if gap > 0 else 'less'} than {allocation}.",
            abs(gap),
            position.reference,
        )
    for each in slots:
        if each.own_budget < 0:
            yield Discrepancy(
                "sources",
                f"In {each.slot} income comes to {money.pounds(each.income)}, "
                f"{money.pounds(-each.own_budget)} more than the {money.pounds(each.allocation)} of that year.",
                -each.own_budget,
                position.reference,
            )
    for source in position.income:
        if not source.accepted_in and not source.asked:
            message = f"{money.pounds(source.amount)} from {source.grantor} is not accepted, and no paper asks for it."
            yield Discrepancy("income", message, source.amount, source.reference)


def _of_years(position: Position, slots: Sequence[SlotSums]) -> Iterator[Discrepancy]:
    if not slots:
        return
    for sentence, excess in yearly.over(slots):
        yield Discrepancy("year", sentence, excess, position.reference)
    divided: list[Line | Contract | Item | Grant | Income] = [
        *position.income,
        *position.lines,
        *position.contracts,
        *position.items,
        *position.grants,
    ]
    for each in divided:
        gap = years.total(each.years) - each.amount
        if gap:
            yield Discrepancy(
                "years",
                f"The years of {each.label} sum to {money.pounds(each.amount + gap)}, but its amount is "
                f"{money.pounds(each.amount)}.",
                abs(gap),
                each.reference,
            )
    if len({each.slot.year for each in slots}) > 1:
        for grant in position.grants:
            payments = [(years.year_of(payment.paid_on), payment.amount) for payment in grant.payments]
            for sentence, excess in yearly.paid_over(grant.years, payments):
                message = f"{grant.label} ({grant.reference}) {sentence}"
                yield Discrepancy("paid in year", message, excess, grant.reference)


def _sum(amounts: Iterator[Decimal]) -> Sum:
    listed = list(amounts)
    return Sum(len(listed), money.total(listed))


def _discrepancies(position: Position, expenditure: Decimal, internal: Sequence[BidEntry]) -> Iterator[Discrepancy]:
    agreed = money.total([each.amount for each in position.over_agreed])
    over = expenditure - position.allocation - agreed
    if over > 0:
        above = f" and the {money.pounds(agreed)} agreed above it" if agreed else ""
        yield Discrepancy(
            "allocation",
            f"{_taking(position)} come to {money.pounds(expenditure)}, "
            f"{money.pounds(over)} more than the allocation of {money.pounds(position.allocation)}{above}.",
            over,
            position.reference,
        )
    for bid in position.bids:
        yield from _of_bid(bid)
    for grant in position.grants:
        yield from _of_grant(grant)
    for contract in position.contracts:
        yield from _of_contract(contract)
    yield from _of_internal(position, internal)
    known = {bid.reference for bid in position.bids}
    for grant in position.grants:
        if grant.bid not in known and not grant.direct:
            yield Discrepancy(
                "bid", f"{grant.label} does not belong to a bid in this round.", grant.amount, grant.reference
            )


def _taking(position: Position) -> str:
    return "Lines, contracts, grants and other items" if position.items else "Lines, contracts and grants"


def _of_bid(bid: BidEntry) -> Iterator[Discrepancy]:
    if tuple(bid.outcomes) in ((), (Outcome.OPEN,)):
        yield Discrepancy("outcome", f"{bid.reference} has no outcome yet.", bid.amount, bid.reference)
    elif len(bid.outcomes) > 1:
        listed = " and ".join(bid.outcomes)
        yield Discrepancy(
            "outcome", f"{bid.reference} has {len(bid.outcomes)} outcomes: {listed}.", bid.amount, bid.reference
        )
    if bid.costs != bid.amount:
        gap = bid.costs - bid.amount
        yield Discrepancy(
            "costs",
            f"The costs of {bid.reference} sum to {money.pounds(bid.costs)}, "
            f"but it asks for {money.pounds(bid.amount)}.",
            abs(gap),
            bid.reference,
        )
    if Outcome.REDIRECTED in bid.outcomes and not bid.destination:
        yield Discrepancy(
            "destination", f"{bid.reference} is redirected but has no destination.", bid.amount, bid.reference
        )


def _of_grant(grant: Grant) -> Iterator[Discrepancy]:
    def broken(check: str, message: str, amount: Decimal = grant.amount) -> Discrepancy:
        return Discrepancy(check, f"{grant.label} ({grant.reference}) {message}", abs(amount), grant.reference)

    if grant.amount != grant.agreed:
        yield broken(
            "agreed amount",
            f"is {money.pounds(grant.amount)}, but the leadership agreed {money.pounds(grant.agreed)}.",
            grant.amount - grant.agreed,
        )
    if grant.route is None:
        yield broken("route", "is not routed yet.")
    elif grant.route_now is not None and grant.route_now.height > grant.route.height:
        yield broken("route", "was routed for delegated approval, but its group is no longer below the limit.")
    if grant.warning_open:
        yield broken("warning", "has a routing warning that nobody cleared.")
    if grant.approved is not None and grant.approved != grant.amount:
        yield broken(
            "approved amount",
            f"is {money.pounds(grant.amount)}, but {money.pounds(grant.approved)} was approved.",
            grant.amount - grant.approved,
        )
    if grant.route is Level.DELEGATED and grant.approved is None:
        yield broken("approval", "is delegated but not approved.")
    if grant.approved_level is Level.DELEGATED and grant.route is Level.DMPC:
        yield broken("approval level", "needs a decision but was approved under delegation.")
    if grant.paid > grant.amount:
        over = grant.paid - grant.amount
        yield broken("paid", f"was paid {money.pounds(grant.paid)}, {money.pounds(over)} more than its amount.", over)
    if grant.paid_early and not grant.early_reason:
        yield broken("early payment", "was paid before approval, but no reason is recorded.", grant.paid_early)
    if not grant.recipient:
        yield broken("recipient", "has no recipient outside the force.")
    if not grant.legal_power:
        yield broken("legal power", "has no legal power recorded.")
    if grant.living_wage_open:
        yield broken("living wage", "pays staff, but the living wage is not confirmed.")


def _of_contract(contract: Contract) -> Iterator[Discrepancy]:
    profile = money.total([amount for _, amount in contract.profile])
    if profile != contract.amount:
        yield Discrepancy(
            "profile",
            f"The years of {contract.label} sum to {money.pounds(profile)}, but its value is "
            f"{money.pounds(contract.amount)}.",
            abs(profile - contract.amount),
            contract.reference,
        )
    for evidence in contract.lacking:
        yield Discrepancy("contract", f"{contract.label} lacks {evidence}.", contract.amount, contract.reference)


def _of_internal(position: Position, internal: Sequence[BidEntry]) -> Iterator[Discrepancy]:
    asked = money.total([bid.agreed or money.ZERO for bid in internal])
    holding = money.total([line.amount for line in position.lines if line.holds_internal])
    if asked > holding:
        yield Discrepancy(
            "internal bids",
            f"The internal bids come to {money.pounds(asked)}, "
            f"but the budget lines that pay for them hold {money.pounds(holding)}.",
            asked - holding,
            position.reference,
        )
