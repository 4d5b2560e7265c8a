"""Shares in a text, on the counts and sums of PCD 681: right, wrong, and of something that the paper does not count."""

from decimal import Decimal

import pytest

from approvals.prose.checking import Known, check
from approvals.prose.figures import Figure
from approvals.prose.matches import Kind, Match, Standing

KNOWN = Known(
    {
        figure.name: figure
        for figure in (
            Figure("allocation", "", amount=Decimal(4782000)),
            Figure("expenditure", "", amount=Decimal(4027995)),
            Figure("underspend", "", amount=Decimal(754005)),
            Figure("grants", "", amount=Decimal(1438598)),
            Figure("grants above the threshold", "", amount=Decimal(947234)),
            Figure("bids received", "", count=83, thing="bids"),
            Figure("bids rejected", "", count=30, thing="bids"),
            Figure("bids given a grant", "", count=39, thing="bids"),
            Figure("number of grants", "", count=39, thing="grants"),
            Figure("number of grants above the threshold", "", count=11, thing="grants"),
        )
    },
    external={("last year 12% of bids were from schools.", "12% of bids"): "The round of 2018/19"},
)


def shares(prose: str) -> list[Match]:
    return [match for match in check(prose, KNOWN) if match.kind is Kind.SHARE]


@pytest.mark.parametrize(
    ("prose", "message"),
    [
        ("36% of bids were rejected.", "is bids rejected, 30, of 83: 36.1%."),
        ("36.1 per cent of the 83 bids were rejected.", "is bids rejected, 30, of 83: 36.1%."),
        ("A grant went to 47% of all bids.", "is bids given a grant, 39, of 83: 47.0%."),
        ("Nearly half of the bids received a grant.", "is bids given a grant, 39, of 83: 47.0%."),
        ("About 35% of bids were rejected.", "is bids rejected, 30, of 83: 36.1%."),
        ("Expenditure is 84% of the allocation.", "is expenditure, £4,027,995, of £4,782,000: 84.2%."),
        ("The underspend is 15.8% of our allocation.", "is underspend, £754,005, of £4,782,000: 15.8%."),
        ("28% of the grants need the Deputy Mayor.", "is number of grants above the threshold, 11, of 39: 28.2%."),
        (
            "Two thirds of the grants need the Deputy Mayor",
            "is grants above the threshold, £947,234, of £1,438,598: 65.8%.",
        ),
    ],
)
def test_a_share_is_matched_with_the_figure_that_makes_it(prose: str, message: str) -> None:
    (match,) = shares(prose)
    assert (match.standing, match.message) == (Standing.MATCHED, message)


@pytest.mark.parametrize(
    ("prose", "message"),
    [
        ("47% of bids were rejected.", "is not the share of bids rejected, 30 of 83, which is 36.1%"),
        ("Half of the bids were unsuccessful.", "is not the share of bids rejected, 30 of 83, which is 36.1%"),
        ("36.2% of bids were rejected.", "is not the share of bids rejected, 30 of 83, which is 36.1%"),
        (
            "The underspend, £754,005, is 10% of the allocation.",
            "is not the share of underspend, £754,005 of £4,782,000, which is 15.8%",
        ),
        ("The grants use 90% of the allocation.", "matches the share of no figure in this paper"),
        ("20% of the bids were from schools.", "matches the share of no figure in this paper"),
    ],
)
def test_a_share_that_no_figure_makes_is_unmatched(prose: str, message: str) -> None:
    (match,) = shares(prose)
    assert (match.standing, match.message) == (Standing.UNMATCHED, message)


def test_a_share_from_elsewhere_gives_its_source() -> None:
    (match,) = shares("Last year 12% of bids were from schools.")
    assert (match.standing, match.message) == (Standing.EXTERNAL, "The round of 2018/19")


@pytest.mark.parametrize(
    "prose", ["60% of young people feel safe", "a quarter of their time", "100% of the recipients"]
)
def test_a_share_of_something_that_the_paper_does_not_count_is_ignored(prose: str) -> None:
    assert shares(f"{prose}.") == []
