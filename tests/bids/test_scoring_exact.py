"""The mean is the exact mean rounded half up, not a mean of rounded means."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bids.criteria import Rule
from bids.scoring import Answer, result

RULES = [
    Rule(number, f"C{number}", "?", gate=False, scored=True, weight=Decimal(weight))
    for number, weight in ((1, 1), (2, 2), (3, 3))
]


def exact_mean(cards: list[tuple[int, ...]], rules: list[Rule]) -> Decimal:
    weights = [Fraction(rule.weight) for rule in rules]
    parts = (sum(weight * score for weight, score in zip(weights, card, strict=True)) / sum(weights) for card in cards)
    hundredths = sum(parts) / len(cards) * 100 + Fraction(1, 2)
    return Decimal(hundredths.numerator // hundredths.denominator).scaleb(-2)


def mean(cards: list[tuple[int, ...]], rules: list[Rule] = RULES) -> Decimal | None:
    return result([{i: Answer(None, score) for i, score in enumerate(card, 1)} for card in cards], rules).mean


def test_a_mean_on_the_half_is_rounded_up_with_weights() -> None:
    # 14/6 + 14/6 + 14/6 + 9/6 over 4 is 2.125 exactly.
    assert mean([(3, 1, 3), (3, 1, 3), (3, 1, 3), (0, 0, 3)]) == Decimal("2.13")


def test_eight_members_with_equal_weights_on_the_half() -> None:
    rules = [Rule(n, f"C{n}", "?", gate=False, scored=True) for n in (1, 2, 3)]
    cards = [(2, 2, 2)] * 5 + [(3, 2, 2)] * 3
    assert mean(cards, rules) == mean(cards[::-1], rules) == Decimal("2.13")


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=12))
def test_the_mean_is_the_exact_mean_half_up(cards: list[tuple[int, ...]]) -> None:
    assert mean(cards) == exact_mean(cards, RULES)
