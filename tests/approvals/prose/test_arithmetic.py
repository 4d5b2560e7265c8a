"""Calculations in prose are worked out, to the rounding as written, whatever the sums are."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.prose import arithmetic
from approvals.prose.amounts import amounts
from approvals.prose.checking import Known, check
from approvals.prose.figures import Figure
from approvals.prose.matches import Standing
from grants import money

TRUE = [
    "£30,000 + £50,000 = £80,000.",
    "£30,000 and £50,000 make up £80,000.",
    "£30,000, £20,000 and £50,000 together come to £100,000.",
    "We pay £30,000 in 2023/24 and £50,000 in 2024/25, £80,000 in all.",
    "We pay £30,000 in 2023/24 and £50,000 in 2024/25 (£80,000 in total).",
    "It is £30,000 and £50,000, a total of £80,000.",
    "£80,000 is £30,000 plus £50,000.",
    "£80,000 less £50,000 is £30,000.",
    "The grant rises from £30,000 by £50,000 to £80,000.",
    "The grant is cut by £50,000, from £80,000 to £30,000.",
    "Of £80,000, £30,000 is for staff and £50,000 for vehicles.",
    "£0.95m and £0.49m make up £1.44m.",
    "£0.95m and £0.49m make up £1.4m.",
]
FALSE = [
    "£30,000 + £50,000 = £90,000.",
    "£30,000 and £50,000 make up £80,001.",
    "£30,000, £20,000 and £50,000 together come to £110,000.",
    "We pay £30,000 in 2023/24 and £50,000 in 2024/25, £85,000 in all.",
    "It is £30,000 and £50,000, a total of £81,000.",
    "£80,000 is £30,000 plus £40,000.",
    "£80,000 less £50,000 is £20,000.",
    "The grant rises from £80,000 by £50,000 to £30,000.",
    "The grant is cut from £80,000 by £50,000 to £40,000.",
    "Of £80,000, £30,000 is for staff and £40,000 for vehicles.",
    "£0.95m and £0.49m make up £1.54m.",
]


def truths(prose: str) -> list[Decimal | None]:
    return [result.truth for result in arithmetic.results(prose, amounts(prose))]


@pytest.mark.parametrize("prose", TRUE)
def test_a_true_calculation_is_found_and_holds(prose: str) -> None:
    assert truths(prose) == [None]


@pytest.mark.parametrize("prose", FALSE)
def test_a_false_calculation_is_found(prose: str) -> None:
    (truth,) = truths(prose)
    assert truth is not None


@pytest.mark.parametrize(
    "prose",
    [
        "£30,000 and £50,000 were paid, and £90,000 is left.",
        "The limit is £50,000 and the grants of £30,000 and £60,000 stand on either side.",
        "£30,000 and £50,000. £90,000 in all goes elsewhere.",
        "The grants range from £30,000 to £80,000, £50,000 on average.",
    ],
)
def test_sums_that_are_not_added_up_are_left_alone(prose: str) -> None:
    assert truths(prose) == []


def test_no_source_excuses_wrong_arithmetic_and_a_right_sum_of_figures_needs_none() -> None:
    figures = {"a": Figure("a", "", amount=Decimal(30000)), "b": Figure("b", "", amount=Decimal(50000))}
    wrong, right = "£30,000 and £50,000 make up £90,000.", "£30,000 and £50,000 make up £80,000."
    external = {(prose.casefold(), sum_): "A letter" for prose in (wrong, right) for sum_ in ("£90,000", "£80,000")}
    match = check(wrong, Known(figures, external))[-1]
    assert match.standing is Standing.UNMATCHED
    assert match.message == "is not what comes of £30,000 and £50,000, which is £80,000"
    assert check(right, Known(figures))[-1].message == "is what comes of £30,000 and £50,000"


@given(st.lists(st.integers(1000, 10**8), min_size=2, max_size=5), st.data())
def test_a_sum_holds_and_with_one_digit_changed_it_does_not(parts: list[int], data: st.DataObject) -> None:
    typed = [money.pounds(Decimal(part)) for part in parts]
    whole = money.pounds(Decimal(sum(parts)))
    assert truths(f"{', '.join(typed[:-1])} and {typed[-1]} make up {whole}.") == [None]
    place = data.draw(st.sampled_from([at for at, letter in enumerate(whole) if letter.isdigit()]))
    digit = data.draw(st.sampled_from([each for each in "123456789" if each != whole[place]]))
    changed = whole[:place] + digit + whole[place + 1 :]
    assert truths(f"{', '.join(typed[:-1])} and {typed[-1]} make up {changed}.") == [Decimal(sum(parts))]


@pytest.mark.parametrize(
    "prose",
    [
        "Of £80,000, £30,000 is for staff and £40,000 for vehicles; £10,000 is left.",
        "£400,000 of £1,250,000 is income, so that £850,000 has to come from elsewhere.",
        "The bids of £50,000 would have fitted into the £60,000, with £10,000 to spare.",
    ],
)
def test_what_two_or_more_sums_leave_is_worked_out(prose: str) -> None:
    assert truths(prose) == [None]
