"""The picture of a row of the ranking: each member is a dot that can be seen, and an outlier is a ring."""

import re
from decimal import Decimal

import pytest

from bids.ranking import ranking

_DOT = re.compile(r'<circle cx="(\d+)" cy="(-?\d+)" r="3"( class="app-dots__outlier")?>')


def dots(*means: str, outlying: frozenset[int] = frozenset()) -> list[tuple[int, int, bool]]:
    drawn = ranking.picture([Decimal(mean) for mean in means], None, set(outlying))
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
    drawn = ranking.picture([Decimal("3.00"), Decimal("2.67")], Decimal("2.84"), set())
    assert 'aria-label="Means of the members: 3.00, 2.67"' in drawn
    assert 'class="app-dots__result" d="M76 2V18"' in drawn
