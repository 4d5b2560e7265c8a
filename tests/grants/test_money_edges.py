"""Amounts at the edges: leading zeros, three decimals, negative sums."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grants import money


def test_three_decimals_after_a_right_comma_are_named_as_such() -> None:
    with pytest.raises(money.NotMoney, match="no more than two decimal places"):
        money.parse("£1,200.505")


@pytest.mark.parametrize("text", ["0,123", "00,120", "012,345"])
def test_a_group_that_begins_with_0_is_refused(text: str) -> None:
    with pytest.raises(money.NotMoney):
        money.parse(text)


def test_prose_writes_a_negative_sum_as_the_tables_do() -> None:
    assert money.in_prose(Decimal("-754005")) == "−£0.75m"


@given(
    st.decimals(min_value=-1000000, max_value=-1, places=2),
    st.lists(st.integers(1, 9).map(Decimal), min_size=1, max_size=9),
)
def test_shares_of_a_negative_sum_add_up_to_it_or_are_refused(amount: Decimal, weights: list[Decimal]) -> None:
    try:
        parts = money.share(amount, weights)
    except ValueError:
        return
    assert sum(parts) == amount
