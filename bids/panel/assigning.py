"""Who should score what: a proposal that shares bids out by knowledge and load. Pure rules; the chair decides.

A member never gets a bid with which their unit or a body of theirs is connected, nor one that they declared an
interest in or declined. Among the others the one who knows most about it comes first, then the one with fewest bids.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

# How far a member may run ahead of the least loaded one because they know a bid's subject.
SLACK = 2


@dataclass(frozen=True, slots=True)
class Scorer:
    """A member as they are proposed: what they know, where they belong, and how many bids they hold already."""

    username: str
    unit: str
    themes: frozenset[str] = frozenset()
    boroughs: frozenset[str] = frozenset()
    organisations: frozenset[int] = frozenset()
    load: int = 0


@dataclass(frozen=True, slots=True)
class ToAssign:
    """A bid as it is shared out. `had` are its scorers, `barred` those who may not have it."""

    reference: str
    sponsoring_unit: str
    themes: frozenset[str] = frozenset()
    boroughs: frozenset[str] = frozenset()
    organisation: int | None = None
    had: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()


def connection(bid: ToAssign, scorer: Scorer) -> str:
    """Why a member looks conflicted on a bid, in words; empty where nothing was found."""
    if bid.organisation is not None and bid.organisation in scorer.organisations:
        return "belongs to the recipient"
    if bid.sponsoring_unit == scorer.unit:
        return f"is of {scorer.unit}, which sponsors the bid"
    return ""


def knows(bid: ToAssign, scorer: Scorer) -> int:
    """How well a member's knowledge fits a bid: two for a shared theme, one for a shared borough."""
    return 2 * bool(bid.themes & scorer.themes) + bool(bid.boroughs & scorer.boroughs)


def propose(bids: Sequence[ToAssign], scorers: Sequence[Scorer], wanted: int) -> list[tuple[str, str]]:
    """Pairs of bid and user name that bring each bid up to `wanted` scorers, as far as there are any.

    The order in which members are given changes nothing. The bids with the fewest free members are served first.
    """
    load = Counter({scorer.username: scorer.load for scorer in scorers})
    free = {bid.reference: [scorer for scorer in scorers if _is_free(bid, scorer)] for bid in bids}
    pairs: list[tuple[str, str]] = []
    for bid in sorted(bids, key=lambda bid: (len(free[bid.reference]), bid.reference)):
        for _ in range(wanted - len(bid.had)):
            scorer = _next(bid, free[bid.reference], load)
            if scorer is None:
                break
            free[bid.reference].remove(scorer)
            load[scorer.username] += 1
            pairs.append((bid.reference, scorer.username))
    return pairs


def _is_free(bid: ToAssign, scorer: Scorer) -> bool:
    return scorer.username not in bid.had | bid.barred and not connection(bid, scorer)


def _next(bid: ToAssign, free: Collection[Scorer], load: Counter[str]) -> Scorer | None:
    if not free:
        return None
    least = min(load[scorer.username] for scorer in free)
    # Knowledge decides among those who are not far ahead, so that nobody drowns in the bids of their subject.
    near = [scorer for scorer in free if load[scorer.username] <= least + SLACK]
    return min(near, key=lambda scorer: (-knows(bid, scorer), load[scorer.username], scorer.username))
