"""What a round covers: its bids by area, theme and priority, in figures, and as a map in squares where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet, Sum

from bids.models import Bid, Tag
from grants import money
from grants.bodies import Areas
from grants.models import Round

# A square of the map and the room around it, in units of the picture.
SIDE, GAP = 64, 4
SHADES = 4


@dataclass(frozen=True, slots=True)
class Part:
    """An area or a tag: its bids, how many of them are above the funding line, and what those ask for in pounds."""

    label: str
    bids: int
    above: int
    asked: Decimal


@dataclass(frozen=True, slots=True)
class Tile:
    """An area as a square: its place, its short name, its bids above the line, and its shade from 0 to 4."""

    part: Part
    short: str
    x: int
    y: int
    shade: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of a round's bids. A bid for several areas or tags counts fully in each."""

    areas: list[Part]
    tags: list[tuple[str, list[Part]]]
    # Empty where the body has no map.
    tiles: list[Tile]
    width: int = 0
    height: int = 0

    @property
    def uncovered(self) -> list[str]:
        """The areas that no bid above the line covers."""
        return [part.label for part in self.areas if not part.above]


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
            shade = -(-part.above * SHADES // most) if most else 0
            tiles.append(Tile(part, area.short, area.column * (SIDE + GAP), area.row * (SIDE + GAP), shade))
    # The last tile of a row or column has its gap as well.
    width = max((tile.x + SIDE + GAP for tile in tiles), default=0)
    height = max((tile.y + SIDE + GAP for tile in tiles), default=0)
    return Coverage(parts, tags, tiles, width, height)
