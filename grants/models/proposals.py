"""What one person proposes and another answers, most of it about money: the fields, and what the database holds."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q

from grants.models.users import User


class Proposed(models.Model):
    """Something that one person proposes, and that another person takes or refuses, or that the first withdraws.

    A subclass gives its `Meta` the constraint and the triggers of this module, and defines `state` again with its own
    word for a proposal that was taken.
    """

    reference = models.CharField(max_length=12, unique=True, editable=False)
    reason = models.TextField(max_length=4000)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField("why it was refused or withdrawn", max_length=4000, blank=True)
    state = models.CharField(max_length=10, choices=[("proposed", "Waiting for a second person")], default="proposed")

    class Meta:
        abstract = True


class Proposal(Proposed):
    """Money of a round that one person proposes to move or to use.

    A subclass adds what the money is of. `grants.rounds.proposals` has the steps that all transitions of these share.
    """

    amount = models.DecimalField(max_digits=14, decimal_places=2)
    # Each subclass defines it again, with its own name for the rows of a round.
    round = models.ForeignKey("grants.Round", models.PROTECT)

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
