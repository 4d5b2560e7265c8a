"""What a round would come to if some of what is asked for were refused. Pure rules; nothing is stored.

What is refused takes nothing from the allocation. The routes of what is left stay as they were recorded: they were true
when they were made, and refusing one grant never lowers the route of another.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from approvals.reconciliation.sums import Outcome, Position, Reconciliation, reconcile
from grants import money


@dataclass(frozen=True, slots=True)
class Item:
    """A grant or contract that is asked for, in pounds, and what of it was paid already."""

    reference: str
    label: str
    amount: Decimal
    paid: Decimal = money.ZERO


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure as it is and as it would be: pounds as Decimal, counts as int."""

    label: str
    now: Decimal | int
    then: Decimal | int

    @property
    def difference(self) -> Decimal | int:
        return self.then - self.now


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The figures beside each other, and what had been paid under what would be refused, in pounds."""

    refused: Sequence[Item]
    measures: Sequence[Measure]
    paid: Decimal


def items(position: Position) -> list[Item]:
    """What is asked for and not decided: grants to the Deputy Mayor, then contracts."""
    grants = [Item(each.reference, each.label, each.amount, each.paid) for each in position.grants if each.asked]
    return grants + [Item(each.reference, each.label, each.amount) for each in position.contracts if each.asked]


def without(position: Position, refused: Collection[str]) -> Position:
    """The position as it would be with these grants and contracts refused; their bids end as refused."""
    bids = {grant.bid for grant in position.grants if grant.reference in refused}
    return replace(
        position,
        grants=[grant for grant in position.grants if grant.reference not in refused],
        contracts=[contract for contract in position.contracts if contract.reference not in refused],
        bids=[replace(bid, outcomes=(Outcome.REFUSED,)) if bid.reference in bids else bid for bid in position.bids],
    )


def refuse(position: Position, chosen: Collection[str]) -> WhatIf:
    """The round with the chosen items refused. What is not asked for cannot be refused, and is left out."""
    refused = [item for item in items(position) if item.reference in chosen]
    then = reconcile(without(position, {item.reference for item in refused}))
    return WhatIf(refused, _beside(reconcile(position), then), money.total([item.paid for item in refused]))


def _beside(now: Reconciliation, then: Reconciliation) -> list[Measure]:
    return [
        Measure("Total expenditure", now.expenditure, then.expenditure),
        Measure("Underspend", now.underspend, then.underspend),
        Measure("Grants to third parties", now.grants.count, then.grants.count),
        Measure("Grants to third parties, £", now.grants.total, then.grants.total),
        Measure("For the Deputy Mayor", now.dmpc.count, then.dmpc.count),
        Measure("For the Deputy Mayor, £", now.dmpc.total, then.dmpc.total),
        Measure("Approved under delegation", now.delegated.count, then.delegated.count),
        Measure("Approved under delegation, £", now.delegated.total, then.delegated.total),
        Measure("Contracts", now.contracts.count, then.contracts.count),
        Measure("Contracts, £", now.contracts.total, then.contracts.total),
        Measure(
            "Bids refused by the Deputy Mayor", now.funnel[Outcome.REFUSED].count, then.funnel[Outcome.REFUSED].count
        ),
    ]
