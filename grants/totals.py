"""Sums and counts that the database works out. For amounts in memory there are `money.total` and `money.Tally`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, QuerySet, Sum, Value

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


def tallies_of_kinds(rows_by_kind: Mapping[str, tuple[QuerySet[Any], str]]) -> dict[str, dict[Any, Tally]]:
    """Return the tallies of several kinds of rows, each for each value of its own field, in one query for all kinds.

    The outer mapping is by the kind and the inner one by the value. Every kind has `amount`.
    """
    parts = [
        rows.order_by()
        .values_list(field)
        .annotate(kind=Value(kind, CharField()), number=Count("pk"), total=Sum("amount"))
        for kind, (rows, field) in rows_by_kind.items()
    ]
    tallies: dict[str, dict[Any, Tally]] = {kind: {} for kind in rows_by_kind}
    for value, kind, number, total in parts[0].union(*parts[1:], all=True):
        tallies[kind][value] = Tally(number, total)
    return tallies


def counts_by(rows: QuerySet[Any], *names: str) -> dict[Any, int]:
    """Return the number of rows for each value of a field, or combination of values of several, in one query."""
    grouped = rows.order_by().values_list(*names).annotate(Count("pk"))
    return {values[0] if len(names) == 1 else tuple(values): count for *values, count in grouped}
