"""Sums of money that the database adds up. For amounts in memory there is `money.total`."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from grants import money


def total_of(rows: QuerySet[Any]) -> Decimal:
    """Return the sum of `amount` over the rows, in pounds; £0.00 if there are none."""
    total: Decimal | None = rows.aggregate(total=Sum("amount"))["total"]
    return money.ZERO if total is None else total
