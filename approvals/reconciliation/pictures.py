"""The pictures of a reconciliation: bars in per cent of the width, so that they read alike on a phone and in print.

Both are falls: the allocation to its underspend, and the bids to where they went. Each bar begins where the one before
it ended; its label and figure stand above it. The same figures stand in a table beside it. Pure rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from approvals.reconciliation.sums import Outcome, Position, Reconciliation
from grants import money

# The height of a step in pixels, and where in it the bar stands below its words.
STEP, BAR, TOP = 52, 20, 22
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Bar:
    """A step: its words, what is written at its end, and its place in per cent of the width.

    `y` is its top in pixels, `edge` where the next bar begins, in per cent.
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
    """Bars from top to bottom with what they show in words; `height` in pixels."""

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


def falling(position: Position, found: Reconciliation) -> Picture:
    """The allocation falling step by step to the underspend. Below zero, the last bar lies left of the start."""
    takes = [(line.label, line.amount, "held") for line in found.lines]
    takes += [(contract.label, contract.amount, "held") for contract in position.contracts]
    takes += [
        ("Grants to the Deputy Mayor", found.dmpc.total, "proposed"),
        ("Grants under delegation", found.delegated.total, "approved"),
        ("Grants not routed", found.unrouted.total, "proposed"),
    ]
    steps = [_Step("Allocation", money.pounds(found.allocation), money.ZERO, found.allocation, "free")]
    left = found.allocation
    for label, amount, kind in takes:
        if amount:
            steps.append(_Step(label, f"\u2212{money.pounds(amount)}", left - amount, left, kind))
            left -= amount
    over = found.underspend < 0
    last = "More than the allocation" if over else "Underspend"
    steps.append(
        _Step(
            last,
            money.pounds(found.underspend),
            min(left, money.ZERO),
            max(left, money.ZERO),
            "over" if over else "free",
        )
    )
    said = ", ".join(f"{step.label.lower()} {step.written}" for step in steps[1:-1]) or "nothing yet"
    description = (
        f"{money.pounds(found.allocation)} less {said}, leaves {money.pounds(found.underspend)}. "
        "The table below holds the same figures."
    )
    return Picture("The allocation, falling to the underspend", description, _drawn(steps))


def funnel(found: Reconciliation) -> Picture:
    """The bids, split into the rejected and the others, and the others into where they went."""
    rejected = found.funnel[Outcome.REJECTED].count
    kept = found.received.count - rejected
    all_bids, others = Decimal(found.received.count), Decimal(kept)
    steps = [
        _Step("Bids received", str(found.received.count), money.ZERO, all_bids, "free"),
        _Step("Rejected", str(rejected), others, all_bids, "held"),
        _Step("Not rejected", str(kept), money.ZERO, others, "free"),
    ]
    left = others
    for outcome in (Outcome.INTERNAL, *(each for each in Outcome if each not in (Outcome.REJECTED, Outcome.INTERNAL))):
        count = found.funnel[outcome].count
        if count:
            kind = "approved" if outcome in (Outcome.DMPC, Outcome.DELEGATED) else "proposed"
            steps.append(_Step(outcome.label, str(count), left - count, left, kind))
            left -= count
    went = ", ".join(f"{step.written} {step.label[:1].lower()}{step.label[1:]}" for step in steps[3:]) or "none further"
    description = (
        f"Of {found.received.count} bids {rejected} were rejected and {kept} were not. Of those: {went}. "
        "The table below holds the same figures."
    )
    return Picture("The bids, by where they went", description, _drawn(steps))


def _drawn(steps: Sequence[_Step]) -> list[Bar]:
    low, high = min(step.start for step in steps), max(step.end for step in steps)
    whole = high - low or Decimal(1)

    def share(value: Decimal) -> Decimal:
        return (value * HUNDRED / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)

    bars = []
    for number, step in enumerate(steps):
        follows = steps[number + 1] if number + 1 < len(steps) else None
        # The next bar begins where this one ends: at its right end, or at its left where it hangs from there.
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
