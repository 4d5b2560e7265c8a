"""Amounts by financial year, and by capital and revenue."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grants import money, years
from grants.years import Slot

D = Decimal
TWO = (Slot("2023/24"), Slot("2024/25"))
SPLIT = tuple(Slot(year, kind) for year in ("2023/24", "2024/25") for kind in (years.CAPITAL, years.REVENUE))
amounts = st.decimals(0, 1_000_000, places=2)
profiles = st.lists(amounts, min_size=1, max_size=4).map(lambda drawn: tuple(zip(SPLIT, drawn, strict=False)))


def test_a_profile_is_read_as_it_is_typed_and_written_back() -> None:
    profile = years.typed("2023/24: 272,664\n\n 2024/25 : £230,328.50 ")
    assert profile == ((TWO[0], D("272664.00")), (TWO[1], D("230328.50")))
    assert years.as_typed(profile) == "2023/24: 272,664\n2024/25: 230,328.50"
    assert years.in_words(profile) == "£272,664 in 2023/24 and £230,328.50 in 2024/25"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2023/24 100", "a colon and an amount instead of “2023/24 100”"),
        ("2023/25: 1", "“2023/25” is not a financial year. Enter it like 2026/27"),
        ("2023/24 both: 1", "Enter capital or revenue after the year instead of “both”"),
        ("2023/24: 1\n2023/24: 2", "Enter 2023/24 only once"),
        ("2023/24: 1.200,50", "comma in the wrong place"),
    ],
)
def test_what_is_no_profile_is_refused_with_the_line(text: str, message: str) -> None:
    with pytest.raises((years.NotYears, money.NotMoney), match=message):
        years.typed(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2024/25: 100", "Begin with 2023/24, the financial year of the round"),
        ("2023/24: 50\n2025/26: 50", "Enter 2024/25 after 2023/24. The years must follow each other"),
        ("2023/24 capital: 50\n2024/25: 50", "Enter capital or revenue after every year, or after none"),
        ("2023/24: 50\n2024/25: 49.99", "Enter years that add up to £100. They add up to £99.99"),
        ("2023/24: 50\n2024/25: 50", ""),
        ("", ""),
    ],
)
def test_the_years_of_a_round_follow_each_other_and_sum_to_its_allocation(text: str, message: str) -> None:
    assert years.why_not_round("2023/24", D(100), years.typed(text)) == message


def test_an_amount_without_a_profile_is_revenue_of_the_first_year() -> None:
    assert years.usual(TWO) == TWO[0]
    assert years.usual(SPLIT) == Slot("2023/24", "revenue")
    assert years.usual(SPLIT, "2024/25") == Slot("2024/25", "revenue")
    assert years.store([(TWO[0], D(5))], TWO) == []


@given(profiles, amounts)
def test_a_resized_profile_sums_to_the_new_amount_and_never_takes_from_an_earlier_year_first(
    profile: years.Profile, amount: Decimal
) -> None:
    resized = years.resized(profile, amount)
    assert years.total(resized) == amount
    assert all(part >= 0 for _, part in resized)
    touched = [i for i, (old, new) in enumerate(zip(profile, resized, strict=True)) if old != new]
    # What follows the first slot that changed is used up, or it is the last slot alone.
    assert (
        all(resized[i][1] == 0 for i in range(touched[0] + 1, len(resized)))
        if touched
        else amount == years.total(profile)
    )


@given(profiles)
def test_a_stored_profile_reads_as_the_same_sum(profile: years.Profile) -> None:
    assume(years.total(profile) > 0)
    stored = years.store(profile, SPLIT)
    assert stored == [] or years.total(years.read(stored)) == years.total(profile)


@given(profiles)
def test_the_sums_by_year_are_the_whole(profile: years.Profile) -> None:
    assert money.total(list(years.by_year(profile).values())) == years.total(profile)
