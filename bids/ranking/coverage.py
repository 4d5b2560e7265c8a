"""What a round covers: its bids by borough, theme and priority, in figures and as a map of London in squares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, F, Func, Q, QuerySet, Sum

from bids import areas
from bids.models import Bid, Tag
from grants import money
from grants.models import Round

# A square of the map and the room around it, in units of the picture.
SIDE, GAP = 64, 4
SHADES = 4


@dataclass(frozen=True, slots=True)
class Part:
    """A borough or a tag: its bids, how many of them are above the funding line, and what those ask for in pounds."""

    label: str
    bids: int
    above: int
    asked: Decimal


@dataclass(frozen=True, slots=True)
class Tile:
    """A borough as a square: where it stands, its short name, its bids above the line, and its shade from 0 to 4."""

    part: Part
    short: str
    x: int
    y: int
    shade: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the bids of a round cover. A bid for several boroughs or tags counts in each, and is never divided."""

    tiles: list[Tile]
    width: int
    height: int
    tags: list[tuple[str, list[Part]]]

    @property
    def uncovered(self) -> list[str]:
        """The boroughs that no bid above the line covers."""
        return [tile.part.label for tile in self.tiles if not tile.part.above]


def of(round: Round, bids: QuerySet[Bid], after: int) -> Coverage:
    """The coverage of some bids of a round; those up to the position `after` are above the line. Two queries."""
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
    return drawn(by_borough, kinds)


def _part(label: str, row: Mapping[str, Any] | None) -> Part:
    if row is None:
        return Part(label, 0, 0, money.ZERO)
    return Part(label, row["all"], row["above"], row["asked"] or money.ZERO)


def drawn(rows: Mapping[str, Mapping[str, Any]], tags: list[tuple[str, list[Part]]]) -> Coverage:
    """The map and the tables of counts by borough code. The shade is the share of the most covered borough's bids."""
    most = max((row["above"] for row in rows.values()), default=0)
    tiles = []
    for each in areas.BOROUGHS:
        part = _part(each.name, rows.get(each.code))
        shade = -(-part.above * SHADES // most) if most else 0
        across, down = each.column * (SIDE + GAP), each.row * (SIDE + GAP)
        tiles.append(Tile(part, each.short, across, down, shade))
    width = (max(each.column for each in areas.BOROUGHS) + 1) * (SIDE + GAP)
    height = (max(each.row for each in areas.BOROUGHS) + 1) * (SIDE + GAP)
    return Coverage(tiles, width, height, tags)
