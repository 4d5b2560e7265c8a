"""Over-allocations: what a round may use above its allocation, because somebody agreed to it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from grants import money
from grants.models.profiles import profile_field, profile_sums_to
from grants.models.proposals import Proposal, answered_by_a_second_person, stays_as_proposed
from grants.models.rounds import Round
from grants.states import Transition, Transitions
from grants.years import Profile


class OverAllocation(Proposal):
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
    profile = profile_field()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="over_allocation_above_zero"),
            profile_sums_to("amount", "over_allocation_years_sum_to_its_amount"),
            models.CheckConstraint(condition=~Q(reason=""), name="over_allocation_has_its_reason"),
            answered_by_a_second_person("over_allocation_answered_by_a_second_person", taken="agreed"),
        ]
        triggers = stays_as_proposed(
            "round", "reference", "amount", "profile", "reason", "proposed_by", "proposed_at", taken="agreed"
        )

    def __str__(self) -> str:
        return f"{money.pounds(self.amount)} above the allocation"

    @property
    def years(self) -> Profile:
        """Its amount by the slots of its round."""
        return self.round.divided(self.profile, self.amount)
