"""Malformed references: a brace without a name, or without its end."""

from decimal import Decimal

import pytest

from approvals.prose.figures import Figure, UnknownFigure, fill

FIGURES = {"contracts": Figure("contracts", "Contracts", amount=Decimal(400000))}


@pytest.mark.parametrize("prose", ["{contracts|}", "{}", "{contracts|m 1}", "{contracts"])
def test_a_malformed_reference_is_refused_and_not_printed(prose: str) -> None:
    with pytest.raises(UnknownFigure):
        fill(prose, FIGURES)
