"""The audit trail: one row for each event, which the database never changes or deletes."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Lower

from grants.models.rounds import Round
from grants.models.users import User


class AuditEvent(models.Model):
    """One change of state: who, in which role, what, when and why. Written by `audit.record` alone.

    The events of a round form a chain: each holds the hash of the one before it, so that an edited, removed or
    inserted event shows. Events about no round (people, reference data) form a chain of their own.
    """

    round = models.ForeignKey(Round, models.PROTECT, null=True, related_name="events")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=150)
    actor_role = models.CharField(max_length=20)
    acting_for = models.CharField("for whom a deputy acted", max_length=150, blank=True)
    principal = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    bid = models.CharField(max_length=12, blank=True)
    because = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["round", "number"]
        indexes = [models.Index(fields=["bid", "number"]), models.Index(Lower("action"), name="event_by_action")]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], nulls_distinct=False, name="event_number_once_a_chain")
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="never_emptied",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'The trail is never emptied';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.actor_name} {self.action}"
