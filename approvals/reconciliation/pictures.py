"""The charts of a reconciliation: bars in per cent of the width, so that they look alike on a phone and in print.

Both are waterfall charts: the allocation down to its underspend, and the bids by where they went. Each bar begins where
the one before it ended, with its label and figure above it. A table on the same page has the same figures. Pure rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from approvals.reconciliation.facts import Outcome, Position
from approvals.reconciliation.sums import Reconciliation
from grants import money
from grants.counting import counted

# In pixels: the height of a step, the height of its bar, and the top of the bar below its label.
STEP, BAR, TOP = 52, 20, 22
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its label, the figure at its end, and its place and width in per cent.

    `y` is its top in pixels; `edge` is where the next bar begins, in per cent, and None for the last.
    """

    label: str
    written: str
    x: Decimal
    width: Decimal
    kind: str
    y: int
    edge: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: its title, a description in words, and its bars from top to bottom; `height` is in pixels."""

    title: str
    description: str
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        return len(self.bars) * STEP


@dataclass(frozen=True, slots=True)
class _Step:
    label: str
    written: str
    start: Decimal
    end: Decimal
    kind: str


def falling(position: Position, reconciled: Reconciliation) -> Picture:
    """Return the chart of the allocation down to the underspend; a negative underspend lies left of zero."""
    takes = [(line.label, line.amount, "held") for line in reconciled.lines]
    takes += [(contract.label, contract.amount, "held") for contract in position.contracts]
    takes += [(item.label, item.amount, "held") for item in reconciled.items]
    takes += [
        ("Grants needing a decision", reconciled.dmpc.total, "proposed"),
        ("Grants under delegation", reconciled.delegated.total, "approved"),
        ("Grants not routed", reconciled.unrouted.total, "proposed"),
    ]
    steps = [_Step("Allocation", money.pounds(reconciled.allocation), money.ZERO, reconciled.allocation, "free")]
    left = reconciled.allocation
    for label, amount, kind in takes:
        if amount:
            steps.append(_Step(label, f"\u2212{money.pounds(amount)}", left - amount, left, kind))
            left -= amount
    over = reconciled.underspend < 0
    last = "More than the allocation" if over else "Underspend"
    steps.append(
        _Step(
            last,
            money.pounds(reconciled.underspend),
            min(left, money.ZERO),
            max(left, money.ZERO),
            "over" if over else "free",
        )
    )
    deductions = ", ".join(f"{step.label.lower()} {step.written}" for step in steps[1:-1]) or "nothing yet"
    description = (
        f"{money.pounds(reconciled.allocation)} less {deductions}, leaves {money.pounds(reconciled.underspend)}. "
        "The table below gives the same figures."
    )
    return Picture("The allocation, falling to the underspend", description, _drawn(steps))


def funnel(reconciled: Reconciliation) -> Picture:
    """Return the chart of the bids: the rejected and the others, and where the others went."""
    rejected = reconciled.funnel[Outcome.REJECTED].count
    kept = reconciled.received.count - rejected
    all_bids, others = Decimal(reconciled.received.count), Decimal(kept)
    steps = [
        _Step("Bids received", str(reconciled.received.count), money.ZERO, all_bids, "free"),
        _Step("Rejected", str(rejected), others, all_bids, "held"),
        _Step("Not rejected", str(kept), money.ZERO, others, "free"),
    ]
    left = others
    for outcome in (Outcome.INTERNAL, *(each for each in Outcome if each not in (Outcome.REJECTED, Outcome.INTERNAL))):
        count = reconciled.funnel[outcome].count
        if count:
            kind = "approved" if outcome in (Outcome.DMPC, Outcome.DELEGATED) else "proposed"
            steps.append(_Step(outcome.label, str(count), left - count, left, kind))
            left -= count
    went = ", ".join(f"{step.written} {step.label[:1].lower()}{step.label[1:]}" for step in steps[3:]) or "none further"
    description = (
        f"{counted(reconciled.received.count, 'bid')} received: {rejected} rejected, {kept} not rejected. "
        f"Of those not rejected: {went}. "
        "The table below gives the same figures."
    )
    return Picture("What happened to the bids", description, _drawn(steps))


def _drawn(steps: Sequence[_Step]) -> list[Bar]:
    low, high = min(step.start for step in steps), max(step.end for step in steps)
    whole = high - low or Decimal(1)

    def share(value: Decimal) -> Decimal:
        return (value * HUNDRED / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)

    bars = []
    for number, step in enumerate(steps):
        follows = steps[number + 1] if number + 1 < len(steps) else None
        # The line that joins two bars is at the right end of the next one, which falls from there.
        edge = None if follows is None else share(follows.end - low)
        bars.append(
            Bar(
                step.label,
                step.written,
                share(step.start - low),
                share(step.end - step.start),
                step.kind,
                number * STEP + TOP,
                edge,
            )
        )
    return bars
