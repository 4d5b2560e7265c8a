"""Pounds and pence: what is read, what is refused, how it is printed, rounded and shared."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants import money

amounts = st.decimals(min_value=0, max_value=money.LARGEST, places=2)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0.00"),
        ("7", "7.00"),
        ("1200", "1200.00"),
        ("1,200", "1200.00"),
        ("£1,200", "1200.00"),
        ("£ 1,200", "1200.00"),
        ("£\u00a01,200", "1200.00"),
        ("  1,200.50  ", "1200.50"),
        ("1200.5", "1200.50"),
        ("0.01", "0.01"),
        ("49,999.99", "49999.99"),
        ("147600", "147600.00"),
        ("4,782,000", "4782000.00"),
        ("999,999,999,999.99", "999999999999.99"),
    ],
)
def test_an_amount_is_read_as_it_is_typed(text: str, amount: str) -> None:
    parsed = money.parse(text)
    assert parsed == Decimal(amount)
    assert parsed.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Enter an amount"),
        ("   ", "Enter an amount"),
        ("£1000,000", "comma in the wrong place"),
        ("1000,000", "comma in the wrong place"),
        ("1.200,50", "comma in the wrong place"),
        ("1,2", "comma in the wrong place"),
        ("1,200,5", "comma in the wrong place"),
        (",200", "comma in the wrong place"),
        ("1,,200", "comma in the wrong place"),
        ("12,34,567", "comma in the wrong place"),
        ("1200,50", "comma in the wrong place"),
        ("-5", "£0 or more"),
        ("£-5", "not an amount"),
        ("−5", "£0 or more"),
        ("(500)", "£0 or more"),
        ("1.234", "no more than two decimal places"),
        ("1.200.50", "not an amount"),
        ("1e6", "not an amount"),
        ("NaN", "not an amount"),
        ("Infinity", "not an amount"),
        ("50k", "not an amount"),
        ("£1.4m", "not an amount"),
        ("$100", "not an amount"),
        ("100 pounds", "not an amount"),
        ("1 200", "not an amount"),
        (".50", "not an amount"),
        ("1200.", "not an amount"),
        ("££5", "not an amount"),
        ("=1+1", "not an amount"),
        ("1000000000000", "too large"),
    ],
)
def test_an_ambiguous_amount_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(money.NotMoney, match=message):
        money.parse(text)


@given(amounts)
def test_a_printed_amount_is_read_back_to_the_penny(amount: Decimal) -> None:
    assert money.parse(money.pounds(amount)) == amount
    assert Decimal(money.text(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "printed"),
    [
        ("0", "£0"),
        ("0.01", "£0.01"),
        ("147600", "£147,600"),
        ("147600.50", "£147,600.50"),
        ("4782000.00", "£4,782,000"),
        ("-754005", "−£754,005"),
    ],
)
def test_pounds_are_printed_with_pence_only_where_there_are_any(amount: str, printed: str) -> None:
    assert money.pounds(Decimal(amount)) == printed


@pytest.mark.parametrize(
    ("amount", "unit", "prose"),
    [
        ("4782000", "", "£4.78m"),
        ("1438598", "", "£1.44m"),
        ("400000", "", "£0.4m"),
        ("1838598", "", "£1.84m"),
        ("1838598", "m1", "£1.8m"),
        ("947234", "", "£0.95m"),
        ("491364", "", "£0.49m"),
        ("151361", "", "£151k"),
        ("30000", "", "£30k"),
        ("181361", "", "£181k"),
        ("84000000", "", "£84m"),
        ("10000000", "m", "£10m"),
        ("125000", "m", "£0.13m"),
        ("1250000", "m1", "£1.3m"),
        ("500", "", "£1k"),
        ("499.99", "", "£0k"),
        ("249999.99", "", "£250k"),
        ("250000", "", "£0.25m"),
    ],
)
def test_prose_rounds_the_exact_sum_half_up(amount: str, unit: str, prose: str) -> None:
    assert money.in_prose(Decimal(amount), unit) == prose


@pytest.mark.parametrize("value", [0.1, 1.0, float("nan")])
def test_money_is_never_a_float(value: float) -> None:
    with pytest.raises(ValueError, match="never a float"):
        money.exact(value)


@pytest.mark.parametrize("value", ["0.001", "49999.995", "-1.005"])
def test_money_never_holds_part_of_a_penny(value: str) -> None:
    with pytest.raises(ValueError, match="part of a penny"):
        money.exact(Decimal(value))


def test_the_text_for_a_machine_always_has_two_decimals() -> None:
    assert [money.text(Decimal(value)) for value in ("5", "5.5", "1234567")] == ["5.00", "5.50", "1234567.00"]


def test_the_total_of_no_amounts_is_0() -> None:
    assert money.text(money.total([])) == "0.00"


@given(st.lists(amounts, max_size=30))
def test_a_total_does_not_depend_on_the_order(parts: list[Decimal]) -> None:
    assert money.total(parts) == money.total(parts[::-1]) == money.total(sorted(parts))


weights = st.lists(st.decimals(min_value=0, max_value=1000, places=2), min_size=1, max_size=12).filter(any)


@given(amounts, weights)
def test_shares_always_sum_to_the_whole(amount: Decimal, weights: list[Decimal]) -> None:
    parts = money.share(amount, weights)
    assert sum(parts) == amount
    assert len(parts) == len(weights)
    assert all(part == money.exact(part) for part in parts)


@given(amounts, weights)
def test_no_share_is_a_penny_or_more_from_its_exact_part(amount: Decimal, weights: list[Decimal]) -> None:
    whole = sum(weights)
    for part, weight in zip(money.share(amount, weights), weights, strict=True):
        assert abs(part - amount * weight / whole) < money.PENNY
        assert part >= 0


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("100", "1 1 1", "33.34 33.33 33.33"),
        ("0.02", "1 1 1", "0.01 0.01 0.00"),
        ("148544", "1 1 1 1", "37136 37136 37136 37136"),
        ("10", "2 1", "6.67 3.33"),
        ("5", "0 1", "0 5"),
    ],
)
def test_pennies_left_over_go_to_the_largest_remainder_the_earlier_first(amount: str, weights: str, parts: str) -> None:
    shared = money.share(Decimal(amount), [Decimal(weight) for weight in weights.split()])
    assert shared == [Decimal(part) for part in parts.split()]


@pytest.mark.parametrize("weights", [[], [Decimal(0)], [Decimal(2), Decimal(-1)]])
def test_shares_need_a_weight_above_zero_and_none_below(weights: list[Decimal]) -> None:
    with pytest.raises(ValueError, match="weights"):
        money.share(Decimal(1), weights)
