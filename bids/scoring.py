"""One bid's result from its scorecards: gates, means, spread, place. Pure rules.

A gate that every scorer passes is passed, that every scorer fails is failed, and any other is split: the chair
settles it. No mark, however high, buys back a failed gate (PCD 681 para 2.5: "must" against "considered").
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from bids.criteria import Rule

RULE_IN_WORDS = (
    "A bid’s result is the weighted mean of its submitted scorecards over the scored criteria, from 0 to 4, to two "
    "decimals, half up. Bids with every gate passed come first, then those with a split gate, then those with a "
    "failed one. Equal results share a place; among them the smaller request is listed first, then the reference. "
    "The scale and the weights are a setting of the round and are ours."
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
    """What the panel made of a bid. `mean` and `spread` are None until a complete scorecard is in."""

    cards: int
    gates: Mapping[int, Gate]
    means: Mapping[int, Decimal]
    mean: Decimal | None
    spread: Decimal | None
    card_means: tuple[Decimal, ...]

    @property
    def gate(self) -> Gate:
        """The worst of the gates: failed, then split, then open, then passed."""
        for state in (Gate.FAILED, Gate.SPLIT, Gate.OPEN):
            if state in self.gates.values():
                return state
        return Gate.PASSED


def result(cards: Sequence[Card], rules: Sequence[Rule]) -> Result:
    """The result of a bid from its submitted scorecards; incomplete ones are left out."""
    whole = [card for card in cards if all(card.get(rule.number, Answer()).complete(rule) for rule in rules)]
    scored = [rule for rule in rules if rule.scored]
    # Fractions, because a sum of rounded means is not the rounded mean of a sum.
    card_means = tuple(_mean(card, scored) for card in whole) if scored else ()
    return Result(
        cards=len(whole),
        gates={rule.number: _gate([card[rule.number] for card in whole]) for rule in rules if rule.gate},
        means={
            rule.number: _round(Fraction(sum(card[rule.number].score or 0 for card in whole), len(whole)))
            for rule in scored
            if whole
        },
        mean=_round(sum(card_means, Fraction(0)) / len(card_means)) if card_means else None,
        spread=_round(max(card_means) - min(card_means)) if card_means else None,
        card_means=tuple(_round(mean) for mean in card_means),
    )


def _gate(answers: Sequence[Answer]) -> Gate:
    said = {answer.passed for answer in answers}
    if not said:
        return Gate.OPEN
    if said == {True}:
        return Gate.PASSED
    return Gate.FAILED if said == {False} else Gate.SPLIT


def _mean(card: Card, scored: Sequence[Rule]) -> Fraction:
    weights = sum((Fraction(rule.weight) for rule in scored), Fraction(0))
    return sum((Fraction(rule.weight) * (card[rule.number].score or 0) for rule in scored), Fraction(0)) / weights


def _round(value: Fraction) -> Decimal:
    """To two decimals, half up; `value` is not below zero."""
    return Decimal(math.floor(value * 100 + Fraction(1, 2))).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Placed:
    """A bid in the ranking; bids with the same gate state and mean share a place."""

    reference: str
    amount: Decimal
    result: Result
    place: int = 0


_ORDER = {Gate.PASSED: 0, Gate.SPLIT: 1, Gate.OPEN: 2, Gate.FAILED: 3}


def rank(bids: Sequence[Placed]) -> list[Placed]:
    """The bids in order, each with its place. The order in which they are given changes nothing."""

    def merit(bid: Placed) -> tuple[int, Decimal]:
        return _ORDER[bid.result.gate], -(bid.result.mean if bid.result.mean is not None else Decimal(-1))

    ordered = sorted(bids, key=lambda bid: (merit(bid), bid.amount, bid.reference))
    placed: list[Placed] = []
    for position, bid in enumerate(ordered, start=1):
        shares = placed and merit(placed[-1]) == merit(bid)
        place = placed[-1].place if shares else position
        placed.append(Placed(bid.reference, bid.amount, bid.result, place))
    return placed
