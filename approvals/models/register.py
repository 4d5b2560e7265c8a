"""The public register as it is listed and searched."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, QuerySet
from django.db.models.functions import ExtractYear

from approvals.models.decisions import Decision


class RegisterQuerySet(models.QuerySet["RegisterEntry"]):
    def in_register(self) -> RegisterQuerySet:
        """Return the published decisions, the newest signature first."""
        later = Decision.objects.filter(amends=models.OuterRef("decision"), state=Decision.State.PUBLISHED)
        published = self.filter(decision__state=Decision.State.PUBLISHED).select_related("decision__amends")
        return published.order_by("-signed_on", "-pk").annotate(amended=models.Exists(later))

    def years(self) -> QuerySet[RegisterEntry, int]:
        years = self.order_by().annotate(year=ExtractYear("signed_on")).values_list("year", flat=True)
        return years.distinct().order_by("-year")

    def named(self, *fields: str) -> list[str]:
        """Return every name in fields of several names, once, in alphabetical order."""
        of_each = [
            self.order_by()
            .annotate(name=Func(field, function="unnest", output_field=models.TextField()))
            .values_list("name", flat=True)
            for field in fields
        ]
        return list(of_each[0].union(*of_each[1:]).order_by("name"))


class RegisterEntry(models.Model):
    """A decision as the register lists and searches it, made from its frozen data on publication.

    The recipients who are named later are all that changes after that: see `approvals.register.registering`.
    """

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="entry")
    title = models.CharField(max_length=200)
    decision_by = models.CharField(max_length=150)
    signed_on = models.DateField()
    grants = models.PositiveIntegerField()
    grants_total = models.DecimalField(max_digits=14, decimal_places=2)
    contracts = models.PositiveIntegerField()
    contracts_total = models.DecimalField(max_digits=14, decimal_places=2)
    held_back = models.PositiveIntegerField()
    recipients = ArrayField(models.TextField())
    themes = ArrayField(models.TextField())
    text = models.TextField()
    described = ArrayField(models.TextField(), default=list, help_text="Its grants whose recipients are named later.")
    later_recipients = ArrayField(models.TextField(), default=list)
    later_text = models.TextField(blank=True)
    sizes = models.JSONField(default=dict, help_text="Of each file to download, in bytes, by its ending.")

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "register entries"
        ordering = ["-signed_on", "-id"]

    def __str__(self) -> str:
        return f"{self.decision.reference} in the register"
