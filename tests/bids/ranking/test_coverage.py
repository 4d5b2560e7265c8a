"""What a round covers: its bids by borough, theme and priority, each counted wherever it works."""

from decimal import Decimal

import pytest

from bids.models import Bid, Tag
from bids.ranking import coverage, ranking
from bids.ranking.coverage import SHADES, Coverage, Part, drawn
from grants.models import Round, User
from tests.bodies import MPS, VALE
from tests.factories import bid as make_bid
from tests.factories import close, scorecard

pytestmark = pytest.mark.django_db

BARNET, CAMDEN, WESTMINSTER = "E09000003", "E09000007", "E09000033"
NOUGHT = Decimal("0.00")


def covered(round: Round, left: int) -> Coverage:
    """The coverage with the funding line drawn at this many pounds."""
    return coverage.of(round, Bid.objects.filter(round=round), ranking.line(round, Decimal(left)).after)


def boroughs_of(coverage_of_bids: Coverage) -> dict[str, tuple[int, int, Decimal]]:
    """The boroughs with any bid: all of them, those above the line, and what these ask for."""
    return {part.label: (part.bids, part.above, part.asked) for part in coverage_of_bids.areas if part.bids}


def tags_of(coverage_of_bids: Coverage, kind: str) -> dict[str, tuple[int, int, Decimal]]:
    return {part.label: (part.bids, part.above, part.asked) for part in dict(coverage_of_bids.tags)[kind] if part.bids}


def tag(round: Round, code: str) -> Tag:
    return Tag.objects.get(round=round, code=code)


@pytest.fixture
def ranked(round: Round, member: User) -> list[Bid]:
    """Three bids of 20,000, 30,000 and 40,000 pounds in this order of merit."""
    bids = [
        make_bid(round, amount=Decimal(20000), boroughs=[CAMDEN, WESTMINSTER]),
        make_bid(round, amount=Decimal(30000), boroughs=[CAMDEN]),
        make_bid(round, amount=Decimal(40000), boroughs=[BARNET, CAMDEN]),
    ]
    bids[0].tags.set([tag(round, "violence"), tag(round, "children"), tag(round, "vawg")])
    bids[1].tags.set([tag(round, "violence"), tag(round, "business"), tag(round, "hate")])
    bids[2].tags.set([tag(round, "engagement"), tag(round, "children")])
    for bid, score in zip(bids, (4, 3, 2), strict=True):
        scorecard(bid, member, score=score)
    close(round)
    return bids


def test_a_bid_for_two_boroughs_counts_in_each_with_its_whole_amount(round: Round, ranked: list[Bid]) -> None:
    assert boroughs_of(covered(round, 90000)) == {
        "Barnet": (1, 1, Decimal("40000.00")),
        "Camden": (3, 3, Decimal("90000.00")),
        "Westminster": (1, 1, Decimal("20000.00")),
    }


@pytest.mark.parametrize(
    ("left", "camden", "barnet"),
    [
        (0, (3, 0, "0.00"), (1, 0, "0.00")),
        (19999, (3, 0, "0.00"), (1, 0, "0.00")),
        (20000, (3, 1, "20000.00"), (1, 0, "0.00")),
        (50000, (3, 2, "50000.00"), (1, 0, "0.00")),
        (90000, (3, 3, "90000.00"), (1, 1, "40000.00")),
    ],
)
def test_only_bids_above_the_funding_line_are_counted_as_above_it(
    round: Round, ranked: list[Bid], left: int, camden: tuple[int, int, str], barnet: tuple[int, int, str]
) -> None:
    by_borough = boroughs_of(covered(round, left))
    assert by_borough["Camden"] == (*camden[:2], Decimal(camden[2]))
    assert by_borough["Barnet"] == (*barnet[:2], Decimal(barnet[2]))


def test_a_bid_counts_in_each_of_its_themes_and_priorities(round: Round, ranked: list[Bid]) -> None:
    round_coverage = covered(round, 50000)
    assert tags_of(round_coverage, "Themes") == {
        tag(round, "violence").label: (2, 2, Decimal("50000.00")),
        tag(round, "engagement").label: (1, 0, NOUGHT),
        tag(round, "business").label: (1, 1, Decimal("30000.00")),
    }
    assert tags_of(round_coverage, "Plan priorities") == {
        tag(round, "children").label: (2, 1, Decimal("20000.00")),
        tag(round, "vawg").label: (1, 1, Decimal("20000.00")),
        tag(round, "hate").label: (1, 1, Decimal("30000.00")),
    }


def test_a_theme_that_no_bid_has_is_shown_with_0(round: Round, ranked: list[Bid]) -> None:
    ranked[1].tags.remove(tag(round, "business"))
    parts = {part.label: part for part in dict(covered(round, 90000).tags)["Themes"]}
    label = tag(round, "business").label
    assert parts[label] == Part(label, 0, 0, NOUGHT)


@pytest.mark.parametrize("state", ["rejected", "redirected"])
def test_a_bid_that_takes_no_money_is_a_bid_but_covers_nothing(round: Round, ranked: list[Bid], state: str) -> None:
    Bid.objects.filter(pk=ranked[2].pk).update(state=state)
    close(round)
    round_coverage = covered(round, 90000)
    assert boroughs_of(round_coverage)["Barnet"] == (1, 0, NOUGHT)
    assert boroughs_of(round_coverage)["Camden"] == (3, 2, Decimal("50000.00"))


def test_boroughs_that_are_passed_over_and_those_without_a_bid_are_named(round: Round, ranked: list[Bid]) -> None:
    worked_in = {"Barnet", "Camden", "Westminster"}
    assert set(covered(round, 0).passed_over) == worked_in
    assert covered(round, 20000).passed_over == ["Barnet"]
    assert covered(round, 90000).passed_over == []
    assert set(covered(round, 0).without_a_bid) == {area.name for area in MPS.areas.each} - worked_in


def test_only_the_bids_that_the_reader_may_see_are_counted(round: Round, ranked: list[Bid]) -> None:
    some = Bid.objects.filter(pk__in=[ranked[0].pk, ranked[1].pk])
    by_borough = boroughs_of(coverage.of(round, some, 3))
    assert by_borough == {"Camden": (2, 2, Decimal("50000.00")), "Westminster": (1, 1, Decimal("20000.00"))}


def test_a_bid_without_a_place_covers_nothing(round: Round, ranked: list[Bid]) -> None:
    make_bid(round, boroughs=[BARNET], state=Bid.State.RECEIVED)
    assert boroughs_of(covered(round, 90000))["Barnet"][0] == 1


def test_a_bid_for_all_of_london_leaves_no_borough_uncovered(round: Round, member: User) -> None:
    scorecard(make_bid(round, boroughs=MPS.areas.read("All 32 boroughs")), member)
    close(round)
    round_coverage = covered(round, 20000)
    assert round_coverage.passed_over == round_coverage.without_a_bid == []
    assert len(boroughs_of(round_coverage)) == 32


# The map


def test_every_borough_has_a_tile_of_its_own_with_its_whole_name() -> None:
    tiles = drawn(MPS.areas, {}, []).tiles
    assert len({(tile.x, tile.y) for tile in tiles}) == 32
    assert [" ".join(text for _, text in tile.lines) for tile in tiles] == [area.name for area in MPS.areas.each]
    assert max(len(text) for tile in tiles for _, text in tile.lines) <= coverage.LINE
    # The last line of a name stands above the figure.
    assert all(tile.lines[-1][0] <= tile.figure_at - coverage.LINE_HEIGHT for tile in tiles)


def test_every_tile_lies_within_the_picture() -> None:
    round_coverage = drawn(MPS.areas, {}, [])
    assert max(tile.x for tile in round_coverage.tiles) + coverage.WIDTH <= round_coverage.width
    assert max(tile.y for tile in round_coverage.tiles) + coverage.HEIGHT <= round_coverage.height
    assert min(tile.x for tile in round_coverage.tiles) == min(tile.y for tile in round_coverage.tiles) == 0


@pytest.mark.parametrize(
    ("most", "legend"),
    [
        (0, []),
        (1, [(4, "1")]),
        (2, [(2, "1"), (4, "2")]),
        (4, [(1, "1"), (2, "2"), (3, "3"), (4, "4")]),
        (7, [(1, "1"), (2, "2 to 3"), (3, "4 to 5"), (4, "6 to 7")]),
    ],
)
def test_the_legend_says_how_many_bids_each_shade_stands_for(most: int, legend: list[tuple[int, str]]) -> None:
    rows = {CAMDEN: {"all": 9, "above": most, "asked": None}}
    assert drawn(MPS.areas, rows, []).legend == legend


def test_a_borough_with_bids_none_of_them_above_the_line_is_told_apart_from_one_without() -> None:
    rows = {CAMDEN: {"all": 2, "above": 0, "asked": None}, BARNET: {"all": 1, "above": 1, "asked": None}}
    tiles = {tile.part.label: tile for tile in drawn(MPS.areas, rows, []).tiles}
    assert [tiles[name].is_passed_over for name in ("Camden", "Barnet", "Bexley")] == [True, False, False]


@pytest.mark.parametrize(
    ("above", "most", "shade"),
    [(0, 0, 0), (0, 8, 0), (1, 8, 1), (2, 8, 1), (3, 8, 2), (4, 8, 2), (5, 8, 3), (8, 8, SHADES), (1, 1, SHADES)],
)
def test_the_shade_is_the_share_of_the_most_covered_borough_and_never_none_for_any(
    above: int, most: int, shade: int
) -> None:
    rows = {
        CAMDEN: {"all": above, "above": above, "asked": None},
        BARNET: {"all": most, "above": most, "asked": None},
    }
    tiles = {tile.part.label: tile for tile in drawn(MPS.areas, rows, []).tiles}
    assert tiles["Camden"].shade == shade
    assert tiles["Barnet"].shade == (SHADES if most else 0)


def test_a_body_without_a_map_shows_only_its_table() -> None:
    in_vale = drawn(VALE.areas, {"X07000002": {"all": 3, "above": 2, "asked": Decimal("50000.01")}}, [])
    assert (in_vale.tiles, in_vale.width, in_vale.height) == ([], 0, 0)
    assert [part.label for part in in_vale.areas] == ["Ashmere", "Brackwater", "Corran Vale", "Dunholt", "Eastry Fen"]
    assert in_vale.areas[1] == Part("Brackwater", 3, 2, Decimal("50000.01"))
    assert in_vale.without_a_bid == ["Ashmere", "Corran Vale", "Dunholt", "Eastry Fen"]
