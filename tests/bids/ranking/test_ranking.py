"""The pictures of the ranking: each member is a dot that can be seen, an outlier a ring, a lean a set of columns."""

import re
from decimal import Decimal

import pytest

from bids.ranking import pictures

_DOT = re.compile(r'<circle cx="(\d+)" cy="(-?\d+)" r="3"( class="app-dots__outlier")?>')


def dots(*means: str, outlying: frozenset[int] = frozenset()) -> list[tuple[int, int, bool]]:
    drawn = pictures.picture([Decimal(mean) for mean in means], None, set(outlying))
    return [(int(x), int(y), bool(ring)) for x, y, ring in _DOT.findall(drawn)]


@pytest.mark.parametrize(
    "means",
    [["3.00"] * 2, ["3.00"] * 3, ["3.00", "3.11", "3.22"], ["0.00", "0.00", "4.00", "4.00"], ["2.00"] * 6],
)
def test_no_dot_covers_another_and_each_lies_within_the_picture(means: list[str]) -> None:
    positions = dots(*means)
    assert len(positions) == len(means)
    assert len({(x, y) for x, y, _ in positions}) == len(means)
    assert all(3 <= x <= 107 and 3 <= y <= 17 for x, y, _ in positions)


def test_dots_that_do_not_touch_are_on_the_line() -> None:
    assert dots("0.00", "2.00", "4.00") == [(5, 10, False), (55, 10, False), (105, 10, False)]


def test_an_outlier_is_a_ring() -> None:
    assert dots("1.00", "3.00", "3.00", outlying=frozenset({0}))[0] == (30, 10, True)


def test_the_picture_is_also_described_in_words() -> None:
    drawn = pictures.picture([Decimal("3.00"), Decimal("2.67")], Decimal("2.84"), set())
    assert 'aria-label="Means of the members: 3.00, 2.67"' in drawn
    assert 'class="app-dots__result" d="M76 2V18"' in drawn


_COLUMN = re.compile(r'<rect x="(\d+)" y="(\d+)" width="16" height="(\d+)">')


def columns(*differences: str, mean: str = "0") -> dict[int, int]:
    """The height of each column of a member's differences by its half point, from -4 to 4."""
    drawn = pictures.differences([Decimal(each) for each in differences], Decimal(mean))
    return {int(x) // pictures.COLUMN - pictures.HALVES: int(height) for x, _, height in _COLUMN.findall(drawn)}


def test_differences_are_counted_by_half_points_around_nought() -> None:
    assert columns("0.24", "-0.24", "0.25", "-0.25", "-0.74") == {-1: 30, 0: 30, 1: 15}
    assert columns("3.10", "-4.00", "2.00") == {-4: 15, 4: 30}
    assert columns() == {}


@pytest.mark.parametrize(("mean", "across"), [("0", 90), ("-0.50", 70), ("1.25", 140), ("4.00", 180), ("-4.00", 0)])
def test_the_mean_of_the_differences_is_a_line_within_the_picture(mean: str, across: int) -> None:
    assert f'class="app-lean__mean" d="M{across} 0' in pictures.differences([], Decimal(mean))
