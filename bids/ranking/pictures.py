"""The small pictures of the ranking and its advice, as SVG. Each says in words what it shows.

Numbers alone go into them, so that there is nothing to escape.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

# How many units of the picture a point of the scale takes, and where the scale begins.
POINT, MARGIN = 25, 5
# How wide a dot is, and the height of the line that it stands on.
DOT, MIDDLE = 6, 10
# How far the columns of differences go in half points of the scale. What lies further out counts in the outer ones.
HALVES = 4
# The width of such a column, and the height of the highest.
COLUMN, HIGHEST = 20, 30
_RING = ' class="app-dots__outlier"'


def _across(mean: Decimal) -> int:
    return MARGIN + int(mean * POINT)


def picture(means: Sequence[Decimal], result: Decimal | None, outlying: set[int]) -> SafeString:
    """Return a picture with a dot for each member on the scale from 0 to 4. Outliers are rings, a bar is the result."""
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="3"{_RING if number in outlying else ""}></circle>'
        for number, (x, y) in enumerate(_apart([_across(mean) for mean in means]))
    )
    bar = "" if result is None else f'<path class="app-dots__result" d="M{_across(result)} 2V18"></path>'
    spoken = ", ".join(map(str, means)) or "none"
    return SafeString(
        '<svg class="app-dots" viewBox="0 0 110 20" width="110" height="20" role="img" '
        f'aria-label="Means of the members: {spoken}"><path d="M5 10H105"></path>{bar}{dots}</svg>'
    )


def _apart(along: list[int]) -> list[tuple[int, int]]:
    """Return the coordinates of the dots. Dots that would overlap are stacked around the middle."""
    columns: dict[int, list[int]] = {}
    for number, x in enumerate(along):
        columns.setdefault(next((at for at in columns if abs(at - x) < DOT), x), []).append(number)
    places = [(0, 0)] * len(along)
    for numbers in columns.values():
        step = min(DOT, 14 // max(len(numbers) - 1, 1))
        for row, number in enumerate(numbers):
            places[number] = (along[number], MIDDLE + step * row - step * (len(numbers) - 1) // 2)
    return places


def between(best: int, worst: int, place: int, last: int) -> SafeString:
    """Return a bar from the best to the worst place, with a dot at the bid's place."""
    x = [4 + 192 * (each - 1) // max(last - 1, 1) for each in (best, worst, place)]
    return format_html(
        '<svg class="app-dots" viewBox="0 0 200 20" width="200" height="20" aria-hidden="true" focusable="false">'
        '<path d="M4 10H196"></path><path class="app-dots__range" d="M{} 10H{}"></path>'
        '<circle cx="{}" cy="10" r="4"></circle></svg>',
        x[0],
        x[1],
        x[2],
    )


def differences(each: Sequence[Decimal], mean: Decimal) -> SafeString:
    """Return a picture of how often a member marks by how much lower or higher than the others, with their mean.

    There is a column for each half point of difference, the middle one around nought.
    """
    counts = [0] * (2 * HALVES + 1)
    for difference in each:
        counts[HALVES + _halves(difference)] += 1
    most = max(counts)
    columns = [(COLUMN * number + 2, -(-HIGHEST * count // most)) for number, count in enumerate(counts) if count]
    bars = "".join(
        f'<rect x="{x}" y="{HIGHEST + 4 - height}" width="{COLUMN - 4}" height="{height}"></rect>'
        for x, height in columns
    )
    middle, edge = COLUMN * HALVES + COLUMN // 2, HIGHEST + 4
    across = middle + max(-middle, min(middle, int(mean * 2 * COLUMN)))
    labels = "".join(
        f'<text x="{middle + 2 * COLUMN * number}" y="{edge + 14}">{points}</text>'
        for number, points in zip((-2, -1, 0, 1, 2), ("\u22122", "\u22121", "0", "+1", "+2"), strict=True)
    )
    width, height = 2 * middle + 24, edge + 18
    return SafeString(
        f'<svg class="app-lean" viewBox="-12 0 {width} {height}" width="{width}" height="{height}" '
        f'aria-hidden="true" focusable="false">{bars}<path d="M0 {edge}H{2 * middle}M{middle} 0V{edge}"></path>'
        f'<path class="app-lean__mean" d="M{across} 0V{edge}"></path>{labels}</svg>'
    )


def _halves(difference: Decimal) -> int:
    """Return the number of half points that a difference is nearest to, within the picture."""
    nearest = int((abs(difference) * 2).to_integral_value(ROUND_HALF_UP))
    return min(nearest, HALVES) * (-1 if difference < 0 else 1)
