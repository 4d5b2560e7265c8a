"""Money that a grantor gives towards the allocation of a round, and an uplift of such money."""

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


class IncomeQuerySet(models.QuerySet["Income"]):
    def in_force(self) -> IncomeQuerySet:
        """Leave out the income that was refused or withdrawn."""
        return self.filter(state__in=(Income.State.OFFERED, Income.State.ACCEPTED))


class Income(models.Model):
    """Money of a grantor for a round, under an agreement. It is a part of the allocation, and never more than it.

    A decision accepts it: `accepted_in` is the reference of that decision. An uplift names the income that it raises,
    and, unlike that one, raises the allocation of the round as well.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "Waiting for a decision"
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Transitions] = {
        "keep income: new": Transition((), State.OFFERED),
        "keep income: accepted earlier": Transition((), State.ACCEPTED),
        "keep income: change": Transition((State.OFFERED,)),
        "withdraw income": Transition((State.OFFERED,), State.WITHDRAWN),
        "accept income": Transition((State.OFFERED,), State.ACCEPTED),
        "refuse income": Transition((State.OFFERED,), State.REFUSED),
    }

    round = models.ForeignKey(Round, models.PROTECT, related_name="income")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    grantor = models.CharField(max_length=150)
    agreement = models.CharField("reference of the agreement", max_length=150)
    agreed_on = models.DateField("day of the agreement")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    profile = profile_field()
    conditions = models.TextField(max_length=4000, blank=True)
    uplifts = models.ForeignKey("self", models.PROTECT, null=True, related_name="uplifted_by")
    state = models.CharField(max_length=10, choices=State, default=State.OFFERED)
    accepted_in = models.CharField("decision that accepted it", max_length=40, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = IncomeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="income_amount_above_zero"),
            profile_sums_to("amount", "income_years_sum_to_its_amount"),
            models.CheckConstraint(
                condition=Q(state="accepted") & ~Q(accepted_in="") | ~Q(state="accepted") & Q(accepted_in=""),
                name="income_is_accepted_in_a_decision",
            ),
            models.CheckConstraint(condition=~Q(uplifts=F("id")), name="income_uplifts_another"),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            # `Meta` cannot read TRANSITIONS of the class around it, so a test compares the two.
            pgtrigger.FSM(
                name="decided_once",
                field="state",
                transitions=[("offered", "accepted"), ("offered", "refused"), ("offered", "withdrawn")],
            ),
        ]

    def __str__(self) -> str:
        return f"{money.pounds(self.amount)} from {self.grantor}"

    @property
    def years(self) -> Profile:
        """Its amount by the slots of its round."""
        return self.round.divided(self.profile, self.amount)

    @property
    def is_in_force(self) -> bool:
        return self.state in (self.State.OFFERED, self.State.ACCEPTED)
