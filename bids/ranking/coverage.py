"""What a round covers: its bids by area, theme and priority, in figures, and as a map in squares where there is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet, Sum

from bids.models import Bid, Tag
from grants import money
from grants.bodies import Areas
from grants.models import Round

# A tile of the map and the room around it, in units of the picture.
WIDTH, HEIGHT, GAP = 124, 72, 4
SHADES = 4
# How many characters a line of a tile has room for, how high a line is, and where the first and the last one stand.
LINE, LINE_HEIGHT, FIRST, LAST = 16, 17, 20, HEIGHT - 10


@dataclass(frozen=True, slots=True)
class Part:
    """An area or a tag: its bids, how many of them are above the funding line, and what those ask for in pounds."""

    label: str
    bids: int
    above: int
    asked: Decimal


@dataclass(frozen=True, slots=True)
class Tile:
    """An area as a tile: its place, the lines of its name with the height of each, and its shade from 0 to 4.

    `is_passed_over` says that bids work there and none of them is above the line.
    """

    part: Part
    x: int
    y: int
    lines: list[tuple[int, str]]
    shade: int

    @property
    def is_passed_over(self) -> bool:
        return bool(self.part.bids and not self.part.above)

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2

    @property
    def figure_at(self) -> int:
        return self.y + LAST


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of a round's bids. A bid for several areas or tags counts fully in each."""

    areas: list[Part]
    tags: list[tuple[str, list[Part]]]
    # Empty where the body has no map.
    tiles: list[Tile]
    width: int = 0
    height: int = 0
    # What each shade stands for, from the palest, as far as there are any.
    legend: Sequence[tuple[int, str]] = ()

    @property
    def tile_width(self) -> int:
        return WIDTH

    @property
    def tile_height(self) -> int:
        return HEIGHT

    @property
    def passed_over(self) -> list[str]:
        """The areas in which bids work, none of them above the line."""
        return [part.label for part in self.areas if part.bids and not part.above]

    @property
    def without_a_bid(self) -> list[str]:
        return [part.label for part in self.areas if not part.bids]


def of(round: Round, bids: QuerySet[Bid], after: int) -> Coverage:
    """Return the coverage of some bids of a round, in two queries for boroughs and tags.

    Bids up to the position `after` are above the funding line.
    """
    above = Q(standing__position__lte=after, standing__running__isnull=False)
    counts = {
        "all": Count("pk", distinct=True),
        "above": Count("pk", filter=above, distinct=True),
        "asked": Sum("amount", filter=above),
    }
    ranked = bids.filter(standing__isnull=False)
    borough = Func(F("boroughs"), function="unnest", output_field=CharField())
    tallied = ranked.order_by().annotate(code=borough).values("code").annotate(**counts)
    by_borough = {row["code"]: row for row in tallied}
    by_tag = {row["tags"]: row for row in ranked.order_by().values("tags").annotate(**counts)}
    kinds = [
        (label, [_part(tag.label, by_tag.get(tag.pk)) for tag in Tag.objects.filter(round=round, kind=kind)])
        for kind, label in ((Tag.Kind.THEME, "Themes"), (Tag.Kind.PRIORITY, "Plan priorities"))
    ]
    return drawn(round.body.areas, by_borough, kinds)


def _part(label: str, row: Mapping[str, Any] | None) -> Part:
    if row is None:
        return Part(label, 0, 0, money.ZERO)
    return Part(label, row["all"], row["above"], row["asked"] or money.ZERO)


def drawn(areas: Areas, rows: Mapping[str, Mapping[str, Any]], tags: list[tuple[str, list[Part]]]) -> Coverage:
    """The map and the tables of counts by area code. The shade is the share of the most covered area's bids."""
    most = max((row["above"] for row in rows.values()), default=0)
    parts = [_part(area.name, rows.get(area.code)) for area in areas.each]
    tiles = []
    for area, part in zip(areas.each, parts, strict=True):
        if area.column is not None and area.row is not None:
            x, y = area.column * (WIDTH + GAP), area.row * (HEIGHT + GAP)
            lines = [(y + FIRST + LINE_HEIGHT * number, text) for number, text in enumerate(wrap(area.name, LINE))]
            tiles.append(Tile(part, x, y, lines, _shade(part.above, most)))
    # The last tile of a row or column has its gap as well.
    width = max((tile.x + WIDTH + GAP for tile in tiles), default=0)
    height = max((tile.y + HEIGHT + GAP for tile in tiles), default=0)
    return Coverage(parts, tags, tiles, width, height, _legend(most))


def _shade(above: int, most: int) -> int:
    """Return the shade of a number of bids: its share of the highest, rounded up."""
    return -(-above * SHADES // most) if most else 0


def _legend(most: int) -> list[tuple[int, str]]:
    """Return each shade with the numbers of bids that have it, as text."""
    by_shade: dict[int, list[int]] = {}
    for number in range(1, most + 1):
        by_shade.setdefault(_shade(number, most), []).append(number)
    return [
        (shade, str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}")
        for shade, numbers in by_shade.items()
    ]
