"""Figures in prose that are easily overlooked: no leading nought, nothing at all, a brace without a name."""

from decimal import Decimal

import pytest

from approvals.figures import Figure, Standing, UnknownFigure, fill, match

FIGURES = {"contracts": Figure("contracts", "Contracts", amount=Decimal(400000))}


@pytest.mark.parametrize("typed", ["£.4m", "£.45m"])
def test_a_figure_without_its_leading_nought_is_seen(typed: str) -> None:
    assert len(match(typed, FIGURES)) == 1


@pytest.mark.parametrize("typed", ["£0m", "£0k"])
def test_nought_stands_for_no_sum(typed: str) -> None:
    small = {"small": Figure("small", "A sum", amount=Decimal(499))}
    assert [each.standing for each in match(typed, FIGURES | small)] == [Standing.UNMATCHED]


@pytest.mark.parametrize("prose", ["{contracts|}", "{}", "{contracts|m 1}", "{contracts"])
def test_a_malformed_reference_is_refused_and_not_printed(prose: str) -> None:
    with pytest.raises(UnknownFigure):
        fill(prose, FIGURES)
