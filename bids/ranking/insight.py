"""Statistics of the panel: the severity of each member and the firmness of each place. Advice, never the result.

Severity is measured on shared bids alone: a member's mean on a bid less the mean of the others on it, averaged over the
bids that somebody else scored too. A bid that nobody else scored tells nothing about a member.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bids import scoring
from bids.criteria import HIGHEST, LOWEST, Rule

SEVERITY_IN_WORDS = (
    "Severity compares a member’s mean on each bid with the mean of the other members on the same bid, averaged over "
    "the bids that they share. Below zero, the member marks lower than the others. The picture has a column for each "
    "half point of difference, as high as there are bids, and a line at the average. The adjusted ranking subtracts "
    "each member’s severity from their means and keeps the gates. It is advice and never the result."
)
FIRMNESS_IN_WORDS = (
    "The ranking is worked out from the members’ marks with all members, and again leaving out each member in turn. "
    "The best and the worst place of each bid are shown. A bid that only one member scored keeps its result when that "
    "member is left out."
)

Cards = Mapping[str, scoring.Card]


@dataclass(frozen=True, slots=True)
class Scored:
    """A bid with its submitted scorecards by member; `amount` in pounds."""

    reference: str
    amount: Decimal
    cards: Cards


@dataclass(frozen=True, slots=True)
class Lean:
    """A member's severity: on each shared bid, and on average, the difference of their mean from that of the others."""

    differences: tuple[Fraction, ...]

    @property
    def shared(self) -> int:
        return len(self.differences)

    @property
    def difference(self) -> Fraction:
        return sum(self.differences, Fraction(0)) / len(self.differences)


@dataclass(frozen=True, slots=True)
class Firmness:
    """The best and worst place of a bid, with all members or one left out, and its place adjusted for severity."""

    best: int
    worst: int
    adjusted_mean: Decimal | None
    adjusted_place: int


def severities(bids: Sequence[Scored], rules: Sequence[Rule]) -> dict[str, Lean]:
    """Return the severity of each member, by user name. Members who share no bid are left out."""
    differences: dict[str, list[Fraction]] = {}
    for means in _means(bids, rules).values():
        if len(means) < 2:
            continue
        whole = sum(means.values(), Fraction(0))
        for member, own in means.items():
            differences.setdefault(member, []).append(own - (whole - own) / (len(means) - 1))
    return {member: Lean(tuple(own)) for member, own in differences.items()}


def firmness(bids: Sequence[Scored], rules: Sequence[Rule], leans: Mapping[str, Lean]) -> dict[str, Firmness]:
    """Return the firmness of each bid's place, by reference."""
    whole = {bid.reference: scoring.result(list(bid.cards.values()), rules) for bid in bids}
    members = sorted({member for bid in bids for member in bid.cards})
    # The ranking with all members counts too, as its place can lie outside the range of the others.
    places = [_places(bids, whole), *(_places(bids, whole | _without(member, bids, rules)) for member in members)]
    means = _adjusted(bids, rules, leans)
    adjusted = _ranked(
        scoring.Placed(bid.reference, bid.amount, whole[bid.reference].gate, means[bid.reference]) for bid in bids
    )
    return {
        bid.reference: Firmness(
            min(each[bid.reference] for each in places),
            max(each[bid.reference] for each in places),
            means[bid.reference],
            adjusted[bid.reference],
        )
        for bid in bids
    }


def _means(bids: Sequence[Scored], rules: Sequence[Rule]) -> dict[str, dict[str, Fraction]]:
    scored = [rule for rule in rules if rule.scored]
    return {
        bid.reference: {
            member: scoring.weighted({rule.number: Fraction(card[rule.number].score or 0) for rule in scored}, scored)
            for member, card in bid.cards.items()
        }
        for bid in bids
    }


def _without(member: str, bids: Sequence[Scored], rules: Sequence[Rule]) -> dict[str, scoring.Result]:
    """Return the results that change when a member is left out, by reference."""
    results = {}
    for bid in bids:
        rest = [card for name, card in bid.cards.items() if name != member]
        if rest and len(rest) < len(bid.cards):
            results[bid.reference] = scoring.result(rest, rules)
    return results


def _places(bids: Sequence[Scored], results: Mapping[str, scoring.Result]) -> dict[str, int]:
    return _ranked(
        scoring.Placed(bid.reference, bid.amount, results[bid.reference].gate, results[bid.reference].mean)
        for bid in bids
    )


def _ranked(placed: Iterable[scoring.Placed]) -> dict[str, int]:
    return {each.reference: each.place for each in scoring.rank(list(placed))}


def _adjusted(bids: Sequence[Scored], rules: Sequence[Rule], leans: Mapping[str, Lean]) -> dict[str, Decimal | None]:
    means_by_bid: dict[str, Decimal | None] = {}
    for reference, means in _means(bids, rules).items():
        moved = [_within(mean - (leans[member].difference if member in leans else 0)) for member, mean in means.items()]
        means_by_bid[reference] = scoring.rounded(sum(moved, Fraction(0)) / len(moved)) if moved else None
    return means_by_bid


def _within(mean: Fraction) -> Fraction:
    """Return a mean limited to the scale."""
    return max(Fraction(LOWEST), min(Fraction(HIGHEST), mean))
