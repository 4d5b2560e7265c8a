"""Carry-overs: money of a grant, a contract, a line or of nothing yet, moved from one financial year to the next."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from approvals.models.awards import Award, SingleTenderAction
from grants import money, years
from grants.models import UNALLOCATED, BudgetLine, Round
from grants.models.proposals import Proposal, answered_by_a_second_person, stays_as_proposed
from grants.states import Transition, Transitions
from grants.years import Profile, Slot


class CarryOver(Proposal):
    """Money that is used in the next financial year instead of this one. It takes two people.

    It is money of `award`, `line` or `contract`; with none of them, money that nothing holds. The allocation moves with
    it, and its sum stays. `source` and `target` are slots of the round, such as `2023/24 capital`.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waiting for a second person"
        CONFIRMED = "confirmed", "Confirmed"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Transitions] = {
        "propose carry-over": Transition((), State.PROPOSED),
        "confirm carry-over": Transition((State.PROPOSED,), State.CONFIRMED),
        "refuse carry-over": Transition((State.PROPOSED,), State.REFUSED),
        "withdraw carry-over": Transition((State.PROPOSED,), State.WITHDRAWN),
    }

    round = models.ForeignKey(Round, models.PROTECT, related_name="carry_overs")
    award = models.ForeignKey(Award, models.PROTECT, null=True, related_name="carry_overs")
    line = models.ForeignKey(BudgetLine, models.PROTECT, null=True, related_name="carry_overs")
    contract = models.ForeignKey(SingleTenderAction, models.PROTECT, null=True, related_name="carry_overs")
    source = models.CharField(max_length=16)
    target = models.CharField(max_length=16)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="carry_over_amount_above_zero"),
            models.CheckConstraint(condition=~Q(reason=""), name="carry_over_has_its_reason"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="carry_over_between_two_years"),
            models.CheckConstraint(
                condition=Q(award=None, line=None) | Q(award=None, contract=None) | Q(line=None, contract=None),
                name="carry_over_of_one_thing",
            ),
            answered_by_a_second_person("carry_over_answered_by_a_second_person", taken="confirmed"),
        ]
        triggers = stays_as_proposed(
            "round",
            "reference",
            "award",
            "line",
            "contract",
            "source",
            "target",
            "amount",
            "reason",
            "proposed_by",
            "proposed_at",
            taken="confirmed",
        )

    def __str__(self) -> str:
        return f"{money.pounds(self.amount)} of {self.label} from {self.source} to {self.target}"

    @property
    def label(self) -> str:
        """What the money is of, in words."""
        if self.award:
            return self.award.bid.title
        if self.contract:
            return self.contract.title
        return self.line.label if self.line else UNALLOCATED[0].lower() + UNALLOCATED[1:]

    @property
    def slots(self) -> tuple[Slot, Slot]:
        """The slot that it leaves and the slot that it goes to."""
        return years.slot_of(self.source), years.slot_of(self.target)

    @property
    def years(self) -> Profile:
        """What it adds to each slot, in pounds: less in the one, more in the other."""
        source, target = self.slots
        return ((source, -self.amount), (target, self.amount))
