"""What a writer asks for in a paper beside its grants and contracts: money accepted, fees, delegations and the like."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from approvals.enums import Base, ItemKind
from approvals.models.decisions import Decision
from grants.models import User
from grants.states import Transition, Transitions

_TAKING = [kind.value for kind in ItemKind if kind.rule.takes]


class PaperItemQuerySet(models.QuerySet["PaperItem"]):
    def in_force(self) -> PaperItemQuerySet:
        """Leave out the items that were refused or withdrawn."""
        return self.exclude(state__in=(PaperItem.State.REFUSED, PaperItem.State.WITHDRAWN))

    def open_in(self, decision: Decision) -> PaperItemQuerySet:
        """Keep what a paper asks for: its own open items, and those of its round that a decision deferred."""
        own, deferred = Q(decision=decision, state=PaperItem.State.ASKED), Q(state=PaperItem.State.DEFERRED)
        return self.filter(own | deferred, decision__round=decision.round_id).select_related("decision")

    def taking(self) -> PaperItemQuerySet:
        """Keep the items in force whose amounts are taken from the allocation."""
        return self.in_force().filter(kind__in=_TAKING)


class PaperItem(models.Model):
    """One thing that a writer asks for in a paper, in their own words. `ItemKind.rule` says what each kind holds.

    An item that a decision deferred is asked for again in the next paper of its round. `income` is the money
    of a grantor that it accepts, where that money feeds the allocation.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waiting for a decision"
        AGREED = "agreed", "Decided as asked"
        REFUSED = "refused", "Refused"
        DEFERRED = "deferred", "Deferred"
        WITHDRAWN = "withdrawn", "Withdrawn"

    _OPEN = (State.ASKED, State.DEFERRED)

    TRANSITIONS: ClassVar[Transitions] = {
        "ask item: new": Transition((), State.ASKED),
        "ask item: change": Transition(_OPEN),
        "withdraw item": Transition(_OPEN, State.WITHDRAWN),
        "sign decision: approve": Transition(_OPEN, State.AGREED),
        "sign decision: refuse": Transition(_OPEN, State.REFUSED),
        "sign decision: defer": Transition(_OPEN, State.DEFERRED),
    }

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="paper_items")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    kind = models.CharField(max_length=14, choices=[(kind.value, kind.label) for kind in ItemKind])
    title = models.CharField(max_length=150)
    wording = models.TextField(max_length=2000)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    source = models.CharField("where the amount comes from", max_length=300, blank=True)
    whom = models.CharField("who it is from or to", max_length=150, blank=True)
    until = models.DateField(null=True)
    percent = models.DecimalField("percentage", max_digits=5, decimal_places=2, null=True)
    percent_of = models.CharField(max_length=10, choices=[(base.value, base.label) for base in Base], blank=True)
    income = models.ForeignKey("grants.Income", models.PROTECT, null=True, related_name="asked_in")
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = PaperItemQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gt=0), name="paper_item_amount_above_zero"),
            models.CheckConstraint(
                condition=~Q(kind__in=_TAKING) | Q(amount__isnull=False), name="paper_item_that_takes_has_its_amount"
            ),
            models.CheckConstraint(
                condition=Q(percent=None, percent_of="")
                | Q(percent__gt=0, percent__lte=100, kind=ItemKind.FEE.value) & ~Q(percent_of=""),
                name="paper_item_percentage_is_of_something",
            ),
            models.CheckConstraint(
                condition=Q(income=None) | Q(kind=ItemKind.ACCEPT_MONEY.value, amount__isnull=False),
                name="paper_item_with_income_accepts_money",
            ),
            models.UniqueConstraint(
                fields=["income"],
                condition=Q(state__in=["asked", "deferred", "agreed"]),
                name="income_is_accepted_by_one_item",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.title

    @property
    def item_kind(self) -> ItemKind:
        return ItemKind(self.kind)

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision, so that the next paper asks for it."""
        return self.state in self._OPEN
