"""References to figures in prose, and the sources of figures from elsewhere."""

import re

import pytest

from approvals.prose.figures import Piece, UnknownFigure, fill, masked, references
from tests.approvals.prose.pcd681_figures import FIGURES

LINKS = {"appendix 1": "appendix-1", "table 3": "table-3"}


def text(prose: str) -> str:
    return "".join(piece.text for piece in fill(prose, FIGURES, LINKS))


@pytest.mark.parametrize(
    ("prose", "filled"),
    [
        ("{allocation}", "£4.78m"),
        ("{grants}", "£1.44m"),
        ("{contracts}", "£0.4m"),
        ("{grants and contracts together}", "£1.84m"),
        ("{grants and contracts together|m1}", "£1.8m"),
        ("{grants above}", "£0.95m"),
        ("{grants below}", "£0.49m"),
        ("{london blues|k}", "£151k"),
        ("{mutual gain}", "£30k"),
        ("{contracts|exact}", "£400,000"),
        ("{with pence|exact}", "£1,234.50"),
        ("{bids received}", "83"),
        ("{ Allocation }", "£4.78m"),
        ("Of {bids received} bids, {grants}.", "Of 83 bids, £1.44m."),
        ("See {appendix 1} and {table 3}.", "See Appendix 1 and Table 3."),
        ("Nothing to fill", "Nothing to fill"),
        ("", ""),
    ],
)
def test_a_reference_becomes_its_figure(prose: str, filled: str) -> None:
    assert text(prose) == filled


def test_a_filled_figure_keeps_its_exact_sum_and_its_source() -> None:
    assert fill("Of {grants}.", FIGURES) == [
        Piece("Of "),
        Piece("£1.44m", figure="grants", exact="£1,438,598", source="Sum of 39 grants"),
        Piece("."),
    ]


def test_a_link_leads_to_its_part() -> None:
    assert fill("{appendix 1}", FIGURES, LINKS) == [Piece("Appendix 1", link="appendix-1")]


@pytest.mark.parametrize(
    ("prose", "message"),
    [
        ("{nothing}", "no figure or part called “nothing”"),
        ("{grant}", "no figure or part called “grant”"),
        ("{appendix 2}", "no figure or part called “appendix 2”"),
        ("{grants|pounds}", "“pounds” is not a way to write a figure"),
        ("{grants} and {Old Total}", "no figure or part called “Old Total”"),
        ("{with pence|m}", "“{with pence|m}” reads as £0m. Write {with pence|exact}"),
    ],
)
def test_an_unknown_reference_is_refused_by_name(prose: str, message: str) -> None:
    with pytest.raises(UnknownFigure, match=re.escape(message)):
        text(prose)


def test_a_link_without_links_is_refused() -> None:
    with pytest.raises(UnknownFigure, match="appendix 1"):
        fill("{appendix 1}", FIGURES)


def test_each_way_to_write_a_figure_is_listed_once_without_those_that_read_as_nought() -> None:
    assert FIGURES["grants"].ways() == [
        ("{grants}", "£1.44m"),
        ("{grants|exact}", "£1,438,598"),
        ("{grants|m1}", "£1.4m"),
        ("{grants|k}", "£1,439k"),
    ]
    assert FIGURES["mutual gain"].ways() == [
        ("{mutual gain}", "£30k"),
        ("{mutual gain|exact}", "£30,000"),
        ("{mutual gain|m}", "£0.03m"),
    ]
    assert FIGURES["bids received"].ways() == [("{bids received}", "83")]
    for figure in FIGURES.values():
        for reference, written in figure.ways():
            assert text(reference) == written


def test_masked_prose_keeps_its_length() -> None:
    prose = "Of {grants} and {mutual gain|k}."
    assert len(masked(prose)) == len(prose)
    assert [(name, prose[start:end]) for name, start, end in references(prose)] == [
        ("grants", "{grants}"),
        ("mutual gain", "{mutual gain|k}"),
    ]
