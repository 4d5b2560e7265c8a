"""The result of a bid from its scorecards: gates, means, spread, place. Pure rules.

A gate is passed if every scorer passes it, failed if every scorer fails it, and otherwise split until a meeting
settles it. No mark makes up for a failed gate (PCD 681 para 2.5: "must" against "considered").
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from bids.criteria import Rule

RULE_IN_WORDS = (
    "A bid’s result is the weighted mean of its submitted scorecards over the scored criteria, from 0 to 4, rounded "
    "half up to two decimal places. If the panel’s meeting agreed a mark on a criterion, that mark replaces the "
    "members’ mean. A gate on which members are split is settled by the meeting, and the result can change until "
    "then. Bids that pass every gate come first, then bids with a split gate, then bids that fail a gate. Equal "
    "results share a place; among them the smaller request is listed first, then the reference. The scale and the "
    "weights are our own settings for the round."
)


class Gate(StrEnum):
    PASSED = "passed"
    SPLIT = "split"
    FAILED = "failed"
    OPEN = "not judged"


@dataclass(frozen=True, slots=True)
class Answer:
    """One member's mark on one criterion: `passed` for a gate, `score` 0 to 4 for a scored one, else None."""

    passed: bool | None = None
    score: int | None = None

    def complete(self, rule: Rule) -> bool:
        return (not rule.gate or self.passed is not None) and (not rule.scored or self.score is not None)


Card = Mapping[int, Answer]


@dataclass(frozen=True, slots=True)
class Result:
    """The panel's result on a bid. `mean` and `spread` are None until there is a complete scorecard.

    `mean` is the one that counts. `panel_mean` leaves out the marks that a meeting agreed. `spread` is None as well
    where there is only one scorecard.
    """

    cards: int
    gates: Mapping[int, Gate]
    means: Mapping[int, Decimal]
    mean: Decimal | None
    panel_mean: Decimal | None
    spread: Decimal | None
    card_means: tuple[Decimal, ...]
    moderated: bool = False

    @property
    def gate(self) -> Gate:
        """The worst of the gates: failed, then split, then open, then passed."""
        for state in (Gate.FAILED, Gate.SPLIT, Gate.OPEN):
            if state in self.gates.values():
                return state
        return Gate.PASSED


def result(cards: Sequence[Card], rules: Sequence[Rule], agreed: Card | None = None) -> Result:
    """Return the result of a bid from its submitted scorecards. Incomplete ones are left out.

    `agreed` holds what a meeting agreed: it settles split gates, and its marks replace the mean on their criteria.
    Without any complete scorecard it has no effect.
    """
    agreed = agreed or {}
    whole = [card for card in cards if all(card.get(rule.number, Answer()).complete(rule) for rule in rules)]
    scored = [rule for rule in rules if rule.scored]
    # Fractions keep the means exact, so that only the result is rounded.
    card_means = tuple(weighted({rule.number: _score(card, rule) for rule in scored}, scored) for card in whole)
    if not scored:
        card_means = ()
    own = {rule.number: _mean_on(rule, whole) for rule in scored if whole}
    counted = {number: _agreed_score(agreed, number, mean) for number, mean in own.items()}
    return Result(
        cards=len(whole),
        gates={rule.number: _settled(_gate(whole, rule), agreed, rule) for rule in rules if rule.gate},
        means={number: rounded(mean) for number, mean in counted.items()},
        mean=rounded(weighted(counted, scored)) if card_means else None,
        panel_mean=rounded(sum(card_means, Fraction(0)) / len(card_means)) if card_means else None,
        spread=rounded(max(card_means) - min(card_means)) if len(card_means) > 1 else None,
        card_means=tuple(rounded(mean) for mean in card_means),
        moderated=bool(agreed and whole),
    )


def n_of(cards: int, wanted: int) -> str:
    """Return how many scorecards a result rests on beside how many were wanted: 3 of 4."""
    return f"{cards} of {wanted}"


def _mean_on(rule: Rule, cards: Sequence[Card]) -> Fraction:
    return sum((_score(card, rule) for card in cards), Fraction(0)) / len(cards)


def _score(card: Card, rule: Rule) -> Fraction:
    return Fraction(card[rule.number].score or 0)


def _agreed_score(agreed: Card, number: int, mean: Fraction) -> Fraction:
    score = agreed.get(number, Answer()).score
    return mean if score is None else Fraction(score)


def _settled(gate: Gate, agreed: Card, rule: Rule) -> Gate:
    passed = agreed.get(rule.number, Answer()).passed
    if gate is not Gate.SPLIT or passed is None:
        return gate
    return Gate.PASSED if passed else Gate.FAILED


def _gate(cards: Sequence[Card], rule: Rule) -> Gate:
    verdicts = {card[rule.number].passed for card in cards}
    if not verdicts:
        return Gate.OPEN
    if verdicts == {True}:
        return Gate.PASSED
    return Gate.FAILED if verdicts == {False} else Gate.SPLIT


def weighted(marks: Mapping[int, Fraction], scored: Sequence[Rule]) -> Fraction:
    """Return the weighted mean of marks by criterion number, 0 if no criterion is scored."""
    weights = sum((Fraction(rule.weight) for rule in scored), Fraction(0))
    whole = sum((Fraction(rule.weight) * marks[rule.number] for rule in scored), Fraction(0))
    return whole / weights if weights else Fraction(0)


def rounded(value: Fraction) -> Decimal:
    """Return a value rounded half up to two decimals. It must not be below zero."""
    return Decimal(math.floor(value * 100 + Fraction(1, 2))).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Placed:
    """A bid in the ranking. Bids with the same gate state and mean share a place. `amount` is in pounds."""

    reference: str
    amount: Decimal
    gate: Gate
    mean: Decimal | None
    place: int = 0


_ORDER = {Gate.PASSED: 0, Gate.SPLIT: 1, Gate.OPEN: 2, Gate.FAILED: 3}


def rank(bids: Sequence[Placed]) -> list[Placed]:
    """Return the bids in order, each with its place. The order of the input does not matter."""

    def merit(bid: Placed) -> tuple[int, Decimal]:
        return _ORDER[bid.gate], -(bid.mean if bid.mean is not None else Decimal(-1))

    ordered = sorted(bids, key=lambda bid: (merit(bid), bid.amount, bid.reference))
    placed: list[Placed] = []
    for position, bid in enumerate(ordered, start=1):
        shares = placed and merit(placed[-1]) == merit(bid)
        place = placed[-1].place if shares else position
        placed.append(replace(bid, place=place))
    return placed


# The difference from the mean of the others that makes an outlier: one point of the scale.
LOWEST_DIFFERENCE = Decimal("1.00")


def outliers(card_means: Sequence[Decimal]) -> set[int]:
    """Return the indexes of the means that lie a point or more from the mean of the others; none below three means."""
    if len(card_means) < 3:
        return set()
    whole = sum(card_means, Decimal(0))
    return {
        number
        for number, mean in enumerate(card_means)
        if abs(mean - (whole - mean) / (len(card_means) - 1)) >= LOWEST_DIFFERENCE
    }
