"""The figures of a round if some of the items that await a decision were refused. Pure rules; nothing is stored.

A refused item takes nothing from the allocation. The other routes stay as they were recorded: they were right when they
were made, and refusing one grant never lowers the route of another.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from approvals.reconciliation.facts import Outcome, Position
from approvals.reconciliation.sums import Reconciliation, reconcile
from grants import money


@dataclass(frozen=True, slots=True)
class Item:
    """A grant, contract or other item that awaits a decision: its amount, and the sum paid already, in pounds."""

    reference: str
    label: str
    amount: Decimal
    paid: Decimal = money.ZERO


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure before and after the refusal: pounds as Decimal, counts as int."""

    label: str
    before: Decimal | int
    after: Decimal | int

    @property
    def difference(self) -> Decimal | int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The refused items, each figure before and after, and the sum in pounds paid already under those items."""

    refused: Sequence[Item]
    measures: Sequence[Measure]
    paid: Decimal


def items(position: Position) -> list[Item]:
    """Return the items that await a decision: grants for decision, contracts, then what a paper asks for in words."""
    grants = [Item(each.reference, each.label, each.amount, each.paid) for each in position.grants if each.asked]
    contracts = [Item(each.reference, each.label, each.amount) for each in position.contracts if each.asked]
    return grants + contracts + [Item(each.reference, each.label, each.amount) for each in position.items if each.asked]


def without(position: Position, refused: Collection[str]) -> Position:
    """Return the position without the grants, contracts and items of these references, and with their bids refused."""
    bids = {grant.bid for grant in position.grants if grant.reference in refused}
    return replace(
        position,
        grants=[grant for grant in position.grants if grant.reference not in refused],
        contracts=[contract for contract in position.contracts if contract.reference not in refused],
        items=[item for item in position.items if item.reference not in refused],
        bids=[replace(bid, outcomes=(Outcome.REFUSED,)) if bid.reference in bids else bid for bid in position.bids],
    )


def refuse(position: Position, chosen: Collection[str]) -> WhatIf:
    """Return the effect of refusing the items of these references; others that await no decision are ignored."""
    refused = [item for item in items(position) if item.reference in chosen]
    imagined = reconcile(without(position, {item.reference for item in refused}))
    return WhatIf(refused, _measures(reconcile(position), imagined), money.total([item.paid for item in refused]))


def _measures(current: Reconciliation, imagined: Reconciliation) -> list[Measure]:
    return [
        Measure("Total expenditure", current.expenditure, imagined.expenditure),
        Measure("Underspend", current.underspend, imagined.underspend),
        Measure("Grants to third parties", current.grants.count, imagined.grants.count),
        Measure("Grants to third parties, £", current.grants.total, imagined.grants.total),
        Measure("Grants needing a decision", current.dmpc.count, imagined.dmpc.count),
        Measure("Grants needing a decision, £", current.dmpc.total, imagined.dmpc.total),
        Measure("Grants approved under delegation", current.delegated.count, imagined.delegated.count),
        Measure("Grants approved under delegation, £", current.delegated.total, imagined.delegated.total),
        Measure("Contracts", current.contracts.count, imagined.contracts.count),
        Measure("Contracts, £", current.contracts.total, imagined.contracts.total),
        Measure(
            "Bids refused in a decision",
            current.funnel[Outcome.REFUSED].count,
            imagined.funnel[Outcome.REFUSED].count,
        ),
    ]
