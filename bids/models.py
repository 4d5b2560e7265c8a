"""What was asked for, and how it scored: bids, families, the panel, interests, scorecards, outcomes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q, Sum

from bids import boroughs, criteria, scoring
from bids.family_models import Dismissal
from bids.panel_models import (
    AgreedMark,
    AssignmentPlan,
    Discussion,
    Export,
    Knowledge,
    Meeting,
    PanelOutcome,
    Practice,
    PracticeCard,
    Severity,
    Standing,
)
from grants.access import Holdings, holdings
from grants.models import Organisation, Round, User
from grants.roles import ACTIONS, Role

__all__ = [
    "AgreedMark",
    "Assignment",
    "AssignmentPlan",
    "Bid",
    "CostLine",
    "Criterion",
    "Discussion",
    "Dismissal",
    "Export",
    "Interest",
    "Knowledge",
    "Mark",
    "Meeting",
    "Panel",
    "PanelOutcome",
    "Practice",
    "PracticeCard",
    "ProjectFamily",
    "Scorecard",
    "Severity",
    "Standing",
    "Tag",
    "Upload",
]


class Tag(models.Model):
    """A theme, plan priority or objective of a round, by which its bids are described."""

    class Kind(models.TextChoices):
        THEME = "theme", "Theme"
        PRIORITY = "priority", "Police and Crime Plan priority"
        OBJECTIVE = "objective", "Objective"

    round = models.ForeignKey(Round, models.CASCADE, related_name="tags")
    kind = models.CharField(max_length=10, choices=Kind)
    code = models.SlugField(max_length=20)
    label = models.CharField(max_length=120)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["round", "kind", "code"], name="tag_code_once_a_kind")]

    def __str__(self) -> str:
        return self.label


class Criterion(models.Model):
    """A criterion of a round, as data; `rule` is what scoring computes with."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="criteria")
    number = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=80)
    question = models.CharField(max_length=300)
    gate = models.BooleanField()
    scored = models.BooleanField()
    weight = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(1))
    points = models.JSONField(default=list, blank=True, help_text="[[0, meaning], … [4, meaning]]")

    class Meta:
        verbose_name_plural = "criteria"
        ordering = ["round", "number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="criterion_number_once_a_round"),
            models.CheckConstraint(condition=Q(gate=True) | Q(scored=True), name="criterion_is_a_gate_or_scored"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="criterion_weight_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.label}"

    @property
    def rule(self) -> criteria.Rule:
        points = tuple((int(value), str(meaning)) for value, meaning in self.points)
        return criteria.Rule(self.number, self.label, self.question, self.gate, self.scored, self.weight, points)


class Panel(models.Model):
    """The panel of a round: how many scorers each bid wants, and whether scoring has closed."""

    round = models.OneToOneField(Round, models.PROTECT, related_name="panel")
    wanted = models.PositiveSmallIntegerField(default=3)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"the panel of {self.round}"

    @property
    def reference(self) -> str:
        return self.round.reference


class ProjectFamily(models.Model):
    """Bids that are lots of one project, so that the limit is compared with their sum. A person confirms it."""

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


class BidQuerySet(models.QuerySet["Bid"]):
    def visible_to(self, user: User, action: str = "see bids") -> BidQuerySet:
        """The bids that this person may open for this action.

        Somebody who is only a panel member sees the bids assigned to them. Who judges a bid, a member whom it is
        assigned to or a chair of its round, sees it only once they declared that they have no interest in it,
        whatever else they are: an unanswered declaration is a conflict.
        """
        held = holdings(user)
        roles = set(ACTIONS[action].roles)
        as_member = self._in_rounds(held, {Role.MEMBER})
        if roles == {Role.MEMBER}:
            # At most one of each stands for a bid and a member, so that the joins double no row.
            own = self.filter(as_member, assignments__member=user, assignments__withdrawn_at=None)
            return own.filter(is_clear("interests__"), interests__member=user)
        interests = Interest.objects.filter(bid=models.OuterRef("pk"), member=user)
        assigned = models.Exists(Assignment.objects.filter(bid=models.OuterRef("pk"), member=user, withdrawn_at=None))
        declared = models.Exists(interests.clearing())
        whole: Any = self._in_rounds(held, roles - {Role.MEMBER})
        # An interest locks the bid for whatever else the person is, or has become since.
        found = self.exclude(models.Exists(interests.barring()))
        judges = (as_member & assigned) | self._in_rounds(held, {Role.CHAIR})
        if Role.MEMBER in roles:
            whole |= as_member & assigned
        return found.filter(whole & (~judges | declared))

    def _in_rounds(self, held: Holdings, roles: set[Role]) -> Q:
        """The bids of the rounds in which one of the roles is held now."""
        if held.everywhere & roles:
            return ~Q(pk=None)
        return Q(round_id__in=[pk for pk, own in held.by_round.items() if own & roles])

    def for_list(self) -> BidQuerySet:
        """All that a row of the list of bids shows."""
        return self.select_related("recipient", "family", "round").prefetch_related("tags")

    def counted(self) -> dict[str, Any]:
        """How many bids there are and what they ask for in all."""
        found = self.aggregate(count=Count("pk"), asked=Sum("amount"))
        return {"count": found["count"], "asked": found["asked"] or Decimal("0.00")}


class Bid(models.Model):
    """A request for money in a round: by an organisation outside the force, or by a unit inside it."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        ELIGIBLE = "eligible", "With the panel"
        INELIGIBLE = "ineligible", "Not eligible"
        RECOMMENDED = "recommended", "Recommended"
        REJECTED = "rejected", "Rejected"
        REDIRECTED = "redirected", "Redirected"
        AGREED = "agreed", "Agreed"

    class Led(models.TextChoices):
        EXTERNAL = "external", "An organisation outside the force"
        INTERNAL = "internal", "A unit of the force"

    UNSUCCESSFUL = (State.REJECTED, State.REDIRECTED)

    round = models.ForeignKey(Round, models.PROTECT, related_name="bids")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    source_reference = models.CharField("your reference", max_length=40)
    title = models.CharField(max_length=150)
    led_by = models.CharField(max_length=10, choices=Led)
    recipient = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="bids")
    recipient_as_written = models.CharField(max_length=150, blank=True)
    sponsoring_unit = models.CharField(max_length=80)
    # Whom the bidder named: personal data, for those who group and audit bids alone.
    contact = models.CharField(max_length=150, blank=True)
    contact_email = models.EmailField(blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    summary = models.TextField(max_length=4000)
    beneficiaries = models.TextField(max_length=2000)
    boroughs = ArrayField(models.CharField(max_length=9))
    tags = models.ManyToManyField(Tag, related_name="bids")
    starts_on = models.DateField()
    ends_on = models.DateField()
    outputs = models.TextField(max_length=4000)
    outcomes = models.TextField(max_length=4000)
    evaluation_plan = models.TextField(max_length=4000)
    track_record = models.TextField(max_length=4000)
    employs_staff = models.BooleanField()
    london_living_wage = models.BooleanField(null=True)
    personal_data = models.BooleanField()
    future_cost = models.BooleanField()
    future_cost_note = models.TextField(max_length=2000, blank=True)
    illustrative = models.CharField(max_length=300, blank=True, help_text="What in this bid is invented, if anything.")
    family = models.ForeignKey(ProjectFamily, models.SET_NULL, null=True, blank=True, related_name="bids")
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField()
    intake_digest = models.CharField(max_length=64, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = BidQuerySet.as_manager()

    class Meta:
        ordering = ["round", "source_reference"]
        indexes = [models.Index(fields=["round", "state"])]
        constraints = [
            models.UniqueConstraint(fields=["round", "source_reference"], name="bid_source_reference_once_a_round"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bid_amount_above_zero"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="bid_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(led_by="external", recipient__isnull=False) | Q(led_by="internal", recipient__isnull=True),
                name="bid_recipient_only_where_external",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def borough_names(self) -> str:
        return boroughs.names(self.boroughs)

    @property
    def bidder(self) -> str:
        """Who asks: the recipient, or the unit for an internal bid."""
        return self.recipient.name if self.recipient else self.sponsoring_unit

    @property
    def is_external(self) -> bool:
        return self.led_by == self.Led.EXTERNAL


class CostLine(models.Model):
    """A part of what a bid asks for. The lines of a bid sum to its amount."""

    bid = models.ForeignKey(Bid, models.CASCADE, related_name="costs")
    label = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="cost_above_zero")]

    def __str__(self) -> str:
        return self.label


class Upload(models.Model):
    """A spreadsheet of bids as it was read, kept between its preview and its confirmation."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="uploads")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    file_name = models.CharField(max_length=150)
    # Each row as pairs of column and text: a mapping would lose the order of the columns, and with it the cells.
    rows = models.JSONField()
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    taken_in_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.file_name

    def read(self) -> list[dict[str, str]]:
        """The rows as they were read, column by column in the order of the sheet."""
        return [dict(row) for row in self.rows]


class Assignment(models.Model):
    """A member is asked to score a bid. One that was withdrawn or declined stays, for its trail to point to."""

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="assignments")
    member = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    assigned_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    declined_because = models.TextField(max_length=1000, blank=True)
    # Why the chair asked somebody whose unit or body is connected with the bid all the same.
    despite = models.TextField(max_length=1000, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["bid", "member"], name="assigned_once"),
            models.CheckConstraint(
                condition=Q(declined_because="") | Q(withdrawn_at__isnull=False), name="declined_is_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bid.reference} to {self.member.name}"

    @property
    def reference(self) -> str:
        return self.bid.reference


def is_clear(through: str = "") -> Q:
    """What makes a declaration one that opens the bid; `through` is the path to it, such as `interests__`."""
    return Q(**{f"{through}conflicted": False}) | Q(**{f"{through}waived_at__isnull": False})


class InterestQuerySet(models.QuerySet["Interest"]):
    def barring(self) -> InterestQuerySet:
        """The declared interests that keep their member from the bid: all that the chair has not waived."""
        return self.filter(conflicted=True, waived_at=None)

    def clearing(self) -> InterestQuerySet:
        """The declarations that open the bid to their member: of no interest, or of one that was waived."""
        return self.filter(is_clear())


class Interest(models.Model):
    """A member's declaration about one bid. Without one, the bid does not open to them."""

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="interests")
    member = models.ForeignKey(User, models.PROTECT, related_name="interests")
    conflicted = models.BooleanField()
    nature = models.TextField(max_length=1000, blank=True)
    declared_at = models.DateTimeField()
    waived_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_because = models.TextField(max_length=1000, blank=True)

    objects = InterestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bid", "member"], name="interest_declared_once"),
            models.CheckConstraint(condition=Q(conflicted=False) | ~Q(nature=""), name="conflict_has_its_nature"),
            models.CheckConstraint(
                condition=Q(waived_at=None)
                | (Q(conflicted=True) & ~Q(waived_because="") & ~Q(waived_by=F("member")) & Q(waived_by__isnull=False)),
                name="waived_by_another_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member.name} on {self.bid.reference}"

    @property
    def reference(self) -> str:
        return self.bid.reference


class Scorecard(models.Model):
    """One member's judgement of one bid. `version` rises with each save."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        WITHDRAWN = "withdrawn", "Withdrawn"

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="scorecards")
    member = models.ForeignKey(User, models.PROTECT, related_name="scorecards")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bid", "member"], name="one_scorecard_a_bid_and_member"),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(submitted_at__isnull=False), name="submitted_scorecard_has_its_time"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[
                    ("draft", "submitted"),
                    ("draft", "withdrawn"),
                    ("submitted", "withdrawn"),
                    # An interest that the chair waives gives the member their card back, to read and submit again.
                    ("withdrawn", "draft"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"the scorecard of {self.member.name} on {self.bid.reference}"

    @property
    def reference(self) -> str:
        return self.bid.reference

    def answers(self) -> dict[int, scoring.Answer]:
        """The marks by criterion number; `marks` with their criterion must have been fetched."""
        return {mark.criterion.number: scoring.Answer(mark.passed, mark.score) for mark in self.marks.all()}


class Mark(models.Model):
    """What a member says of a bid on one criterion. Unmarked is NULL, never 0."""

    scorecard = models.ForeignKey(Scorecard, models.PROTECT, related_name="marks")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="marks")
    passed = models.BooleanField(null=True)
    score = models.PositiveSmallIntegerField(
        null=True, validators=[MinValueValidator(criteria.LOWEST), MaxValueValidator(criteria.HIGHEST)]
    )
    reason = models.TextField(max_length=4000, blank=True)

    class Meta:
        ordering = ["criterion__number"]
        constraints = [
            models.UniqueConstraint(fields=["scorecard", "criterion"], name="one_mark_a_criterion"),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__range=(criteria.LOWEST, criteria.HIGHEST)), name="mark_on_the_scale"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.label} on {self.scorecard.bid.reference}"
