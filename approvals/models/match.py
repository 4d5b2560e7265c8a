"""Match funding: other money that a project with a grant has, beside the allocation of its round."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from approvals.models.awards import Award
from grants import money
from grants.models import User
from grants.states import Transition, Transitions


class MatchFunding(models.Model):
    """Money of somebody else for the project of a grant, in pounds. It stands beside the grant and takes nothing."""

    class State(models.TextChoices):
        STATED = "stated", "Stated"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Transitions] = {
        "keep match funding": Transition((), State.STATED),
        "withdraw match funding": Transition((State.STATED,), State.WITHDRAWN),
    }

    award = models.ForeignKey(Award, models.PROTECT, related_name="match_funding")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    source = models.CharField("who gives it", max_length=150)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    state = models.CharField(max_length=10, choices=State, default=State.STATED)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="match_funding_above_zero")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="stays_as_stated",
                fields=["award", "reference", "source", "amount", "recorded_by", "recorded_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"{money.pounds(self.amount)} from {self.source}"
