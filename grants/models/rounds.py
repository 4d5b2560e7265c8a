"""Rounds with the body that awards their money, their budget lines, and virements between the lines."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from grants import body_folder, money, references, years
from grants.bodies import Body, body_of
from grants.models.profiles import profile_field, profile_sums_to
from grants.models.proposals import Proposal, answered_by_a_second_person, stays_as_proposed
from grants.states import Transition, Transitions
from grants.years import Profile, Slot

UNALLOCATED = "What no line holds"


def own_body() -> Body:
    """The body that this deployment serves, as its folder describes it now."""
    return body_folder.read(settings.BODY_FOLDER)


class BodyVersionManager(models.Manager["BodyVersion"]):
    def keep(self, body: Body) -> BodyVersion:
        """The stored version of a body, stored now where no round has used it."""
        return self.get_or_create(digest=body.digest, defaults={"name": body.name, "data": body.data})[0]


class BodyVersion(models.Model):
    """A body as a round found it, named by its digest: another version of its folder is another row."""

    digest = models.CharField(max_length=64, primary_key=True, editable=False)
    name = models.CharField(max_length=120)
    data = models.JSONField()

    objects = BodyVersionManager()

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.name}, {self.digest[:8]}"


@lru_cache(maxsize=64)
def _body_by_digest(digest: str) -> Body:
    """The body with a digest. It never changes, so it is read once while the process runs."""
    own = own_body()
    return own if own.digest == digest else body_of(BodyVersion.objects.get(pk=digest).data)


class Round(models.Model):
    """One allocation, the bids against it and the decision that closes it.

    `financial_year` is its first year. `profile` divides the allocation where it has several years, or tells capital
    from revenue; each amount of the round is then divided by the same slots. `own_budget` is the part of the allocation
    that no grantor gives, as it was stated, or None where it is whatever income leaves.
    """

    class Key(models.TextChoices):
        FAMILY = "family", "project family"
        RECIPIENT = "recipient", "recipient organisation"

    GRACE_DAYS = 28

    reference = models.SlugField(max_length=40, unique=True, help_text="Used in addresses, such as grants-2026-27.")
    title = models.CharField(max_length=120)
    financial_year = models.CharField(max_length=7, help_text="Such as 2019/20.")
    allocation = models.DecimalField(max_digits=14, decimal_places=2)
    profile = profile_field()
    own_budget = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    over_allocation_percent = models.DecimalField(
        "may be over-allocated by, in per cent", max_digits=5, decimal_places=2, default=Decimal(0)
    )
    purpose = models.CharField(max_length=300, blank=True)
    opens_on = models.DateField()
    closes_on = models.DateField("bids close on")
    scoring_closes_on = models.DateField(null=True, blank=True)
    grace_days = models.PositiveSmallIntegerField(
        default=GRACE_DAYS, help_text="Days after closing in which a bid that came in on time can still be entered."
    )
    routing_key = models.CharField(
        max_length=10, choices=Key, default=Key.FAMILY, help_text="What the limit is compared with."
    )
    scored = models.BooleanField("scored by a panel", default=True)
    body_version = models.ForeignKey(BodyVersion, models.PROTECT, related_name="rounds", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-opens_on", "reference"]
        constraints = [
            models.CheckConstraint(condition=Q(reference__regex=references.ROUND), name="round_has_a_reference"),
            models.CheckConstraint(
                condition=Q(financial_year__regex=references.FINANCIAL_YEAR), name="round_has_a_financial_year"
            ),
            models.CheckConstraint(condition=Q(allocation__gt=0), name="round_allocation_above_zero"),
            models.CheckConstraint(
                condition=Q(own_budget=None) | Q(own_budget__gte=0, own_budget__lte=F("allocation")),
                name="round_own_budget_within_its_allocation",
            ),
            models.CheckConstraint(
                condition=Q(over_allocation_percent__gte=0, over_allocation_percent__lte=100),
                name="round_over_allocated_by_a_percentage",
            ),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="round_closes_after_it_opens"),
            profile_sums_to("allocation", "round_years_sum_to_its_allocation"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def body(self) -> Body:
        """The body that awards its grants, as it was when the round opened."""
        return _body_by_digest(self.body_version_id)

    @property
    def last_entry_on(self) -> date:
        """The last day on which a bid that came in on time can be entered."""
        return self.closes_on + timedelta(days=self.grace_days)

    @property
    def ends_on(self) -> date:
        """The last day of the last financial year."""
        return years.last_day(self.slots[-1].year)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The years of its money, in their order; each twice where capital and revenue are told apart."""
        return tuple(slot for slot, _ in years.read(self.profile)) or (years.Slot(self.financial_year),)

    @property
    def years(self) -> Profile:
        """The allocation by its slots; empty for a round of one year, whose slot is the whole."""
        return years.read(self.profile)

    def divided(self, profile: list[list[str]], amount: Decimal) -> Profile:
        """Return the stored profile of an amount of this round; without one, all of it is in the usual slot."""
        return years.read(profile) or ((years.usual(self.slots), amount),)


class BudgetLine(models.Model):
    """Money of a round that goes to something other than a grant or a contract."""

    class Kind(models.TextChoices):
        STAFFING = "staffing", "Staffing"
        INTERNAL = "internal", "Internal projects"
        OTHER = "other", "Other"

    round = models.ForeignKey(Round, models.PROTECT, related_name="lines")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    label = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    profile = profile_field()
    note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="line_amount_not_below_zero"),
            profile_sums_to("amount", "line_years_sum_to_its_amount"),
            models.UniqueConstraint(fields=["round", "label"], name="line_label_once_a_round"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def years(self) -> Profile:
        """Its amount by the slots of its round."""
        return self.round.divided(self.profile, self.amount)


class Virement(Proposal):
    """Money moved between two lines of a round, or between a line and unallocated money. It takes two people.

    An empty `source` takes it from unallocated money, and an empty `target` returns it there.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waiting for a second person"
        CONFIRMED = "confirmed", "Confirmed"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Transitions] = {
        "propose virement": Transition((), State.PROPOSED),
        "confirm virement": Transition((State.PROPOSED,), State.CONFIRMED),
        "refuse virement": Transition((State.PROPOSED,), State.REFUSED),
        "withdraw virement": Transition((State.PROPOSED,), State.WITHDRAWN),
    }

    round = models.ForeignKey(Round, models.PROTECT, related_name="virements")
    source = models.ForeignKey(BudgetLine, models.PROTECT, null=True, related_name="virements_out")
    target = models.ForeignKey(BudgetLine, models.PROTECT, null=True, related_name="virements_in")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="virement_amount_above_zero"),
            models.CheckConstraint(condition=~Q(reason=""), name="virement_has_its_reason"),
            # Two empty ends are no virement; with one empty end, the other is a line.
            models.CheckConstraint(
                condition=Q(source__isnull=False, target=None)
                | Q(source=None, target__isnull=False)
                | (Q(source__isnull=False, target__isnull=False) & ~Q(source=F("target"))),
                name="virement_between_two_places",
            ),
            answered_by_a_second_person("virement_answered_by_a_second_person", taken="confirmed"),
        ]
        triggers = stays_as_proposed(
            "round",
            "reference",
            "source",
            "target",
            "amount",
            "reason",
            "proposed_by",
            "proposed_at",
            taken="confirmed",
        )

    def __str__(self) -> str:
        return f"{self.reference}: {money.pounds(self.amount)} from {self.source_label} to {self.target_label}"

    @property
    def source_label(self) -> str:
        return self.source.label if self.source else UNALLOCATED

    @property
    def target_label(self) -> str:
        return self.target.label if self.target else UNALLOCATED
