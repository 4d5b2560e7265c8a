"""The recipients of a direct award that was made before they were known, each named by a person."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from approvals.models.awards import Award
from grants import money
from grants.models import Organisation, User
from grants.states import Transition, Transitions


class NamedRecipient(models.Model):
    """An organisation that receives a part of a grant, in pounds. The grant names at most so many, and its amount."""

    class State(models.TextChoices):
        NAMED = "named", "Named"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Transitions] = {
        "identify recipient": Transition((), State.NAMED),
        "withdraw recipient": Transition((State.NAMED,), State.WITHDRAWN),
    }

    award = models.ForeignKey(Award, models.PROTECT, related_name="named")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.TextField(max_length=2000)
    state = models.CharField(max_length=10, choices=State, default=State.NAMED)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="named_recipient_above_zero"),
            models.UniqueConstraint(
                fields=["award", "organisation"], condition=Q(state="named"), name="recipient_named_once_a_grant"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="stays_as_named", fields=["award", "reference", "amount", "reason", "recorded_by", "recorded_at"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.name}, {money.pounds(self.amount)}"
