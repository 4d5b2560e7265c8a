"""The proposal of who scores what, by knowledge and load. Pure rules: the chair decides.

A member never gets a bid connected with their unit or body, nor one that they declined or declared an interest in, nor
one that the chair took back from them.
Of the others, the member who knows most about the bid comes first, then the one with the fewest bids.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

# How many more bids than the least loaded member somebody may get because they know the subject.
SLACK = 2


@dataclass(frozen=True, slots=True)
class Scorer:
    """A member of the panel: what they know, where they belong, and how many bids they have (`load`)."""

    username: str
    unit: str
    themes: frozenset[str] = frozenset()
    boroughs: frozenset[str] = frozenset()
    organisations: frozenset[int] = frozenset()
    load: int = 0


@dataclass(frozen=True, slots=True)
class ToAssign:
    """A bid to assign. `had` are the user names of its scorers, `barred` those of members who may not have it.

    The chair took it back from those in `taken_back`, so it is not proposed to them again.
    """

    reference: str
    sponsoring_unit: str
    themes: frozenset[str] = frozenset()
    boroughs: frozenset[str] = frozenset()
    organisation: int | None = None
    had: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    taken_back: frozenset[str] = frozenset()


def connection(bid: ToAssign, scorer: Scorer) -> str:
    """Return why a member looks conflicted on a bid, as a phrase to follow their name; empty if they do not."""
    if bid.organisation is not None and bid.organisation in scorer.organisations:
        return "belongs to the recipient"
    if bid.sponsoring_unit == scorer.unit:
        return f"is of {scorer.unit}, which sponsors the bid"
    return ""


def knows(bid: ToAssign, scorer: Scorer) -> int:
    """Return how well a member's knowledge fits a bid: 2 for a shared theme, plus 1 for a shared borough."""
    return 2 * bool(bid.themes & scorer.themes) + bool(bid.boroughs & scorer.boroughs)


def propose(bids: Sequence[ToAssign], scorers: Sequence[Scorer], wanted: int) -> list[tuple[str, str]]:
    """Return pairs of a bid's reference and a user name that bring each bid up to `wanted` scorers, if possible.

    The bids with the fewest free members come first. The order of `scorers` does not change the result.
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
    return scorer.username not in bid.had | bid.barred | bid.taken_back and not connection(bid, scorer)


def _next(bid: ToAssign, free: Collection[Scorer], load: Counter[str]) -> Scorer | None:
    if not free:
        return None
    least = min(load[scorer.username] for scorer in free)
    # Knowledge decides only among members with few bids, so that nobody gets all bids of their subject.
    near = [scorer for scorer in free if load[scorer.username] <= least + SLACK]
    return min(near, key=lambda scorer: (-knows(bid, scorer), load[scorer.username], scorer.username))
