"""Scenarios of the funding line: what would be funded, in full or in part, and what held in reserve."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bids.models import Bid
from grants.models import Round, User


class Scenario(models.Model):
    """One way to draw the line through a round's ranking. It decides nothing; at most one is proposed at a time."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="scenarios")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    name = models.CharField(max_length=80)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_because = models.TextField(max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "name"], name="scenario_name_once_a_round"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(proposed_at__isnull=False), name="one_proposed_scenario_a_round"
            ),
            models.CheckConstraint(
                condition=Q(proposed_at=None) | (~Q(proposed_because="") & Q(proposed_by__isnull=False)),
                name="proposed_scenario_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ScenarioItem(models.Model):
    """The result of a scenario for one bid; a bid without an item is not funded in it."""

    class Place(models.TextChoices):
        FUND = "fund", "Fund"
        RESERVE = "reserve", "Reserve list"

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="items")
    bid = models.ForeignKey(Bid, models.PROTECT, related_name="+")
    place = models.CharField(max_length=8, choices=Place)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scenario", "bid"], name="bid_once_a_scenario"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="scenario_amount_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.bid.reference} in {self.scenario}"
