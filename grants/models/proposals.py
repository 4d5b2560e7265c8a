"""What one person proposes about the money of a round and another answers: the fields, and what the database holds."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from grants.models.users import User


class Proposal(models.Model):
    """Money that one person proposes to move or to use, and that another person takes, refuses or leaves.

    A subclass adds what the money is of, and gives its `Meta` the two constraints and the triggers
    of this module. `grants.rounds.proposals` has the steps that all transitions of proposals share.
    """

    reference = models.CharField(max_length=12, unique=True, editable=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.TextField(max_length=4000)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField("why it was refused or withdrawn", max_length=4000, blank=True)
    # Each subclass defines these two again, with its own name for the rows of a round and its own word for an answer.
    round = models.ForeignKey("grants.Round", models.PROTECT)
    state = models.CharField(max_length=10, choices=[("proposed", "Waiting for a second person")], default="proposed")

    class Meta:
        abstract = True


def answered_by_a_second_person(name: str, *, taken: str) -> models.CheckConstraint:
    """Return the constraint that nobody answers their own proposal but by withdrawing it.

    `taken` is the state of a proposal that the second person agreed to.
    """
    answered = Q(state__in=[taken, "refused"], answered_by__isnull=False, answered_at__isnull=False)
    return models.CheckConstraint(
        condition=Q(state="proposed", answered_by=None, answered_at=None)
        | Q(state="withdrawn", answered_by=F("proposed_by"), answered_at__isnull=False)
        | (answered & ~Q(answered_by=F("proposed_by"))),
        name=name,
    )


def stays_as_proposed(*terms: str, taken: str) -> list[pgtrigger.Trigger]:
    """Return the triggers of a proposal: never deleted, never changed in its terms, and answered once.

    `terms` are all fields that are written when it is proposed. A test compares the states with the table
    `TRANSITIONS`, which `Meta` cannot read.
    """
    return [
        pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        pgtrigger.ReadOnly(name="stays_as_proposed", fields=list(terms)),
        pgtrigger.FSM(
            name="answered_once",
            field="state",
            transitions=[("proposed", taken), ("proposed", "refused"), ("proposed", "withdrawn")],
        ),
    ]
