"""Over-allocations: what a round may use above its allocation, because somebody agreed to it."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from grants import money
from grants.models.profiles import profile_field, profile_sums_to
from grants.models.rounds import Round
from grants.models.users import User
from grants.states import Transition, Transitions
from grants.years import Profile


class OverAllocation(models.Model):
    """Money above the allocation of a round, within its `over_allocation_percent`. It takes two people.

    A round is over-allocated on purpose where some of its grants usually fall through.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waiting for a second person"
        AGREED = "agreed", "Agreed"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Transitions] = {
        "propose over-allocation": Transition((), State.PROPOSED),
        "agree over-allocation": Transition((State.PROPOSED,), State.AGREED),
        "refuse over-allocation": Transition((State.PROPOSED,), State.REFUSED),
        "withdraw over-allocation": Transition((State.PROPOSED,), State.WITHDRAWN),
    }

    round = models.ForeignKey(Round, models.PROTECT, related_name="over_allocations")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    profile = profile_field()
    reason = models.TextField(max_length=4000)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField("why it was refused or withdrawn", max_length=4000, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="over_allocation_above_zero"),
            profile_sums_to("amount", "over_allocation_years_sum_to_its_amount"),
            models.CheckConstraint(condition=~Q(reason=""), name="over_allocation_has_its_reason"),
            models.CheckConstraint(
                condition=Q(state="proposed", answered_by=None, answered_at=None)
                | Q(state="withdrawn", answered_by=F("proposed_by"), answered_at__isnull=False)
                | (
                    Q(state__in=["agreed", "refused"], answered_by__isnull=False, answered_at__isnull=False)
                    & ~Q(answered_by=F("proposed_by"))
                ),
                name="over_allocation_answered_by_a_second_person",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="stays_as_proposed",
                fields=["round", "reference", "amount", "profile", "reason", "proposed_by", "proposed_at"],
            ),
            # `Meta` cannot read TRANSITIONS of the class around it, so a test compares the two.
            pgtrigger.FSM(
                name="answered_once",
                field="state",
                transitions=[("proposed", "agreed"), ("proposed", "refused"), ("proposed", "withdrawn")],
            ),
        ]

    def __str__(self) -> str:
        return f"{money.pounds(self.amount)} above the allocation"

    @property
    def years(self) -> Profile:
        """Its amount by the slots of its round."""
        return self.round.divided(self.profile, self.amount)
