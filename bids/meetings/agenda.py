"""Which bids a meeting should talk about, and why: split gates, wide spreads, few scorecards, places near the line.

Pure rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bids.scoring import Gate, n_of
from grants.counting import counted

# From here on members differ by more than a point and a half of the four.
WIDE = Decimal("1.50")
# How many places above and below the funding line are near it.
NEAR = 3

RULE_IN_WORDS = (
    f"The agenda lists bids with a split gate first, then bids whose members’ means are {WIDE} or more apart, widest "
    f"first, then bids with fewer scorecards than wanted, then bids within {NEAR} places of the funding line."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A bid as the ranking shows it: its reference, position, gate, spread, and how far it is from the line.

    Its result rests on `cards` scorecards of the number `wanted`.
    """

    reference: str
    position: int
    gate: Gate
    spread: Decimal | None
    from_line: int | None
    cards: int
    wanted: int


@dataclass(frozen=True, slots=True)
class Item:
    """A bid for the agenda, and why it is on it."""

    reference: str
    why: str


def draw_up(bids: Sequence[Seen]) -> list[Item]:
    """The agenda in the order in which it is discussed: by need, then by position."""
    needed = [(bid, _why(bid)) for bid in bids]
    on_it = [(bid, why) for bid, why in needed if why]
    on_it.sort(key=lambda pair: (*_need(pair[0]), pair[0].position))
    return [Item(bid.reference, why) for bid, why in on_it]


def _why(bid: Seen) -> str:
    reasons = []
    if bid.gate is Gate.SPLIT:
        reasons.append("members are split on a gate")
    if bid.spread is not None and bid.spread >= WIDE:
        reasons.append(f"the members’ means are {bid.spread} apart")
    if bid.cards < bid.wanted:
        reasons.append(f"only {n_of(bid.cards, bid.wanted)} scorecards")
    if bid.gate is not Gate.FAILED and bid.from_line is not None and -NEAR < bid.from_line <= NEAR:
        side = "above" if bid.from_line <= 0 else "below"
        places = abs(bid.from_line) + (bid.from_line <= 0)
        reasons.append(f"{counted(places, 'place')} {side} the line")
    return ", ".join(reasons)


def _need(bid: Seen) -> tuple[int, Decimal]:
    if bid.gate is Gate.SPLIT:
        return 0, Decimal(0)
    if bid.spread is not None and bid.spread >= WIDE:
        return 1, -bid.spread
    if bid.cards < bid.wanted:
        return 2, Decimal(bid.cards - bid.wanted)
    return 3, Decimal(0)
