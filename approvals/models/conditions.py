"""The conditions of a grant: what its recipient has to do or show, one row each."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from approvals.models.awards import Approval, Award
from approvals.models.decisions import Decision
from grants.models import User
from grants.states import Transition, Transitions


class ConditionQuerySet(models.QuerySet["Condition"]):
    def standing(self) -> ConditionQuerySet:
        """Leave out those that a decision lifted or replaced."""
        return self.filter(state__in=(Condition.State.OPEN, Condition.State.MET))


class Condition(models.Model):
    """A condition of a grant, with what shows that it is met. It stands until a decision lifts or replaces it."""

    class State(models.TextChoices):
        OPEN = "open", "To be met"
        MET = "met", "Met"
        LIFTED = "lifted", "Lifted"
        REPLACED = "replaced", "Replaced"

    _STANDING = (State.OPEN, State.MET)

    TRANSITIONS: ClassVar[Transitions] = {
        "approve award: set condition": Transition((), State.OPEN),
        "sign decision: set condition": Transition((), State.OPEN),
        "meet condition": Transition((State.OPEN,), State.MET),
        "undo condition": Transition((State.MET,), State.OPEN),
        "sign decision: lift": Transition(_STANDING, State.LIFTED),
        "sign decision: change": Transition(_STANDING, State.REPLACED),
    }

    award = models.ForeignKey(Award, models.PROTECT, related_name="conditions")
    approval = models.ForeignKey(Approval, models.PROTECT, related_name="condition_rows")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    text = models.TextField(max_length=2000)
    before_payment = models.BooleanField("has to be met before payment", default=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    evidence = models.TextField("what shows that it is met", max_length=2000, blank=True)
    met_on = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    ended_in = models.ForeignKey(Decision, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    replaced_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = ConditionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="condition_says_what"),
            models.CheckConstraint(
                condition=(
                    (
                        Q(evidence="", met_on=None, recorded_by=None, recorded_at=None)
                        | (
                            ~Q(evidence="")
                            & Q(met_on__isnull=False, recorded_by__isnull=False, recorded_at__isnull=False)
                        )
                    )
                    & (~Q(state="met") | ~Q(evidence=""))
                    & (~Q(state="open") | Q(evidence=""))
                ),
                name="met_condition_has_its_evidence",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "met"], ended_in=None, ended_at=None)
                | Q(state__in=["lifted", "replaced"], ended_in__isnull=False, ended_at__isnull=False),
                name="condition_ended_by_a_decision",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"the condition “{self.text}”"

    @property
    def is_open(self) -> bool:
        """Whether it still has to be met."""
        return self.state == self.State.OPEN
