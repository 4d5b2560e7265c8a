"""Figures of PCD 681 that the tests of prose check texts against."""

from decimal import Decimal

from approvals.prose.figures import Figure

FIGURES = {
    figure.name: figure
    for figure in (
        Figure("allocation", "The allocation", amount=Decimal(4782000)),
        Figure("grants", "Sum of 39 grants", amount=Decimal(1438598)),
        Figure("grants and contracts together", "Both", amount=Decimal(1838598)),
        Figure("contracts", "Contracts", amount=Decimal(400000)),
        Figure("grants above", "Sum of 11", amount=Decimal(947234)),
        Figure("grants below", "Sum of 28", amount=Decimal(491364)),
        Figure("london blues", "One grant", amount=Decimal(151361)),
        Figure("mutual gain", "One grant", amount=Decimal(30000)),
        Figure("with pence", "One grant", amount=Decimal("1234.50")),
        Figure("bids received", "All bids", count=83, thing="bids"),
    )
}
