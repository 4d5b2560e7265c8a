"""What people decided about bids and organisations that look alike."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from grants.models import Round, User


class Dismissal(models.Model):
    """A person's decision that bids that look alike are separate projects, or organisations separate bodies.

    `members` holds the bids' own references, or the organisations' primary keys. `key` identifies the set.
    """

    class Kind(models.TextChoices):
        BIDS = "bids", "Bids"
        BODIES = "bodies", "Organisations"

    round = models.ForeignKey(Round, models.PROTECT, related_name="dismissals")
    kind = models.CharField(max_length=6, choices=Kind)
    key = models.SlugField(max_length=16)
    members = ArrayField(models.CharField(max_length=40))
    label = models.CharField(max_length=300)
    reason = models.TextField(max_length=4000)
    dismissed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    dismissed_at = models.DateTimeField()

    class Meta:
        ordering = ["-dismissed_at", "id"]
        constraints = [models.UniqueConstraint(fields=["round", "kind", "key"], name="likeness_dismissed_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def reference(self) -> str:
        return self.key


class ProjectFamily(models.Model):
    """Bids that a person confirmed to be lots of one project. The limit is compared with their sum."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="families")
    name = models.CharField(max_length=120)

    class Meta:
        verbose_name_plural = "project families"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["round", "name"], name="family_name_once_a_round")]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        return self.name
