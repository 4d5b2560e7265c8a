"""The column that divides an amount by financial year, and the constraint that makes its parts sum to the amount."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q


def profile_field() -> Any:
    """Return the field of a profile, written by `years.store`; empty where the whole is in the round's usual slot."""
    return models.JSONField(default=list, blank=True, editable=False)


def profile_sums_to(amount: str, name: str) -> models.CheckConstraint:
    """Return the constraint that the profile of a row is empty or sums to its field `amount`, to the penny."""
    parts = models.Func(
        F("profile"), function="years_total", output_field=models.DecimalField(max_digits=16, decimal_places=2)
    )
    return models.CheckConstraint(condition=Q(profile=[]) | Q(**{amount: parts}), name=name)
