"""Sums and counts that the database works out. For amounts in memory there are `money.total` and `money.Tally`."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from grants import money
from grants.money import Tally


def total_of(rows: QuerySet[Any]) -> Decimal:
    """Return the sum of `amount` over the rows, in pounds; £0.00 if there are none."""
    return tally_of(rows).total


def tally_of(rows: QuerySet[Any]) -> Tally:
    """Return the number of rows with the sum of their `amount`, in pounds."""
    tally = rows.aggregate(count=Count("pk"), total=Sum("amount"))
    return Tally(tally["count"], money.ZERO if tally["total"] is None else tally["total"])


def tallies_by(rows: QuerySet[Any], *names: str) -> dict[tuple[Any, ...], Tally]:
    """Return the tally of the rows for each combination of the values of these fields, in one query."""
    grouped = rows.order_by().values_list(*names).annotate(Count("pk"), Sum("amount"))
    return {tuple(values): Tally(count, total) for *values, count, total in grouped}


def counts_by(rows: QuerySet[Any], *names: str) -> dict[Any, int]:
    """Return the number of rows for each value of a field, or combination of values of several, in one query."""
    grouped = rows.order_by().values_list(*names).annotate(Count("pk"))
    return {values[0] if len(names) == 1 else tuple(values): count for *values, count in grouped}
