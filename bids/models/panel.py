"""The models of the panel other than scorecards: knowledge, plans, practice, results, meetings, outcomes, exports."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from bids import criteria, scoring
from grants.models import Organisation, Round, User
from grants.states import Transition, Transitions

GATES = [(gate.value, gate.value) for gate in scoring.Gate]


class Knowledge(models.Model):
    """The subjects that a member knows and the bodies that they belong to, on which assignment plans rest."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="knowledge")
    member = models.ForeignKey(User, models.PROTECT, related_name="knowledge")
    themes = models.ManyToManyField("bids.Tag", blank=True, related_name="+")
    boroughs = ArrayField(models.CharField(max_length=9), default=list, blank=True)
    organisations = models.ManyToManyField(Organisation, blank=True, related_name="+")

    class Meta:
        verbose_name_plural = "knowledge"
        constraints = [models.UniqueConstraint(fields=["round", "member"], name="knowledge_once_a_member")]

    def __str__(self) -> str:
        return f"what {self.member.name} knows"

    @property
    def reference(self) -> str:
        return self.member.username


class AssignmentPlan(models.Model):
    """A proposal of who scores what, which the chair can change, apply and undo."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="plans")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    wanted = models.PositiveSmallIntegerField()
    # Pairs of a bid's reference and a member's user name, in the order in which they were proposed.
    pairs = models.JSONField(default=list)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"the plan {self.reference}"


class Practice(models.Model):
    """An invented bid for practice. It is not a Bid, so that it can never be counted, ranked or paid."""

    round = models.OneToOneField(Round, models.PROTECT, related_name="practice")
    title = models.CharField(max_length=150)
    bidder = models.CharField(max_length=150)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    case = models.TextField(max_length=8000)
    compared_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "practice bid"
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="practice_amount_above_zero")]

    def __str__(self) -> str:
        return self.title

    @property
    def reference(self) -> str:
        return self.round.reference


class PracticeCard(models.Model):
    """One member's scorecard on the practice bid. `answers`: by criterion number, passed, score and reason."""

    practice = models.ForeignKey(Practice, models.PROTECT, related_name="cards")
    member = models.ForeignKey(User, models.PROTECT, related_name="practice_cards")
    answers = models.JSONField(default=dict)
    submitted_at = models.DateTimeField()

    class Meta:
        verbose_name = "practice scorecard"
        constraints = [models.UniqueConstraint(fields=["practice", "member"], name="one_practice_card_a_member")]

    def __str__(self) -> str:
        return f"the practice scorecard of {self.member.name}"

    @property
    def reference(self) -> str:
        return self.practice.round.reference


class Standing(models.Model):
    """A bid's stored result and place, which `standings` computes from its scorecards.

    `mean` is the result that counts, with what a meeting agreed. `panel_mean` is from the members' marks alone.
    """

    bid = models.OneToOneField("bids.Bid", models.CASCADE, related_name="standing")
    round = models.ForeignKey(Round, models.CASCADE, related_name="standings")
    cards = models.PositiveSmallIntegerField(default=0)
    gate = models.CharField(max_length=12, choices=GATES, default=scoring.Gate.OPEN)
    mean = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    panel_mean = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    spread = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    card_means = ArrayField(models.DecimalField(max_digits=4, decimal_places=2), default=list)
    moderated = models.BooleanField(default=False)
    place = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    running = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    # Advice, computed when scoring closes: the range of places if one member is left out, and without severity.
    best_place = models.PositiveIntegerField(default=0)
    worst_place = models.PositiveIntegerField(default=0)
    adjusted_mean = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    adjusted_place = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["round", "position"]
        indexes = [
            models.Index(fields=["round", "position"], name="standing_by_position"),
            models.Index(fields=["round", "running"], name="standing_by_running"),
        ]

    def __str__(self) -> str:
        return f"the place of {self.bid.reference}"


class Severity(models.Model):
    """The difference of a member's means from those of the others on shared bids. Below zero is severe.

    `difference` is the average of `differences`, which has one for each shared bid.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="severities")
    member = models.ForeignKey(User, models.CASCADE, related_name="+")
    shared = models.PositiveIntegerField()
    difference = models.DecimalField(max_digits=4, decimal_places=2)
    # Empty where it was worked out before each of them was kept.
    differences = ArrayField(models.DecimalField(max_digits=4, decimal_places=2), default=list)

    class Meta:
        verbose_name_plural = "severities"
        ordering = ["difference", "member"]
        constraints = [models.UniqueConstraint(fields=["round", "member"], name="severity_once_a_member")]

    def __str__(self) -> str:
        return f"the severity of {self.member.name}"


class Meeting(models.Model):
    """A meeting of the panel about the bids of its agenda. Nobody but the chair sees it before it is opened."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    TRANSITIONS: ClassVar[Transitions] = {
        "plan meeting": Transition((), State.PLANNED),
        "put on agenda": Transition((State.PLANNED, State.OPEN)),
        # Opening an open meeting records again who is present.
        "open meeting": Transition((State.PLANNED, State.OPEN), State.OPEN),
        "call item": Transition((State.OPEN,)),
        "discuss bid": Transition((State.OPEN,)),
        "close meeting": Transition((State.OPEN,), State.CLOSED),
    }

    round = models.ForeignKey(Round, models.PROTECT, related_name="meetings")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    held_on = models.DateField()
    quorum = models.PositiveSmallIntegerField()
    present = models.ManyToManyField(User, blank=True, related_name="+")
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # The number of the item under discussion, which members follow.
    called = models.PositiveSmallIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(quorum__gte=1), name="meeting_quorum_at_least_one"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(opened_at__lte=F("closed_at")), name="meeting_opened_before_closed"
            ),
            models.UniqueConstraint(fields=["round"], condition=Q(closed_at=None), name="one_meeting_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"the meeting {self.reference}"

    @property
    def state(self) -> Meeting.State:
        """The state, which follows from its two instants: a transition sets one of them and nothing else."""
        if self.closed_at:
            return self.State.CLOSED
        return self.State.OPEN if self.opened_at else self.State.PLANNED


class DiscussionQuerySet(models.QuerySet["Discussion"]):
    def of_open_meetings(self) -> DiscussionQuerySet:
        """Return the items of open meetings. Before a meeting opens, only its chair sees the agenda."""
        return self.filter(meeting__opened_at__isnull=False, meeting__closed_at=None)


class Discussion(models.Model):
    """An item of a meeting's agenda: one bid, why it is on the agenda, who left for it and what was agreed."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items")
    bid = models.ForeignKey("bids.Bid", models.PROTECT, related_name="discussions")
    number = models.PositiveSmallIntegerField()
    why = models.CharField(max_length=200)
    left = models.ManyToManyField(User, blank=True, related_name="+")
    reason = models.TextField(max_length=4000, blank=True)
    # The result at the time, which the minutes keep whatever happens to the bid later.
    members_mean = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    mean = models.DecimalField(max_digits=4, decimal_places=2, null=True)
    gate = models.CharField(max_length=12, choices=GATES, blank=True)
    cards = models.PositiveSmallIntegerField(null=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = DiscussionQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "bid"], name="bid_once_on_an_agenda"),
            models.UniqueConstraint(fields=["meeting", "number"], name="number_once_on_an_agenda"),
            models.CheckConstraint(
                condition=Q(recorded_at=None) | (~Q(reason="") & Q(recorded_by__isnull=False)),
                name="discussion_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"the discussion of {self.bid.reference}"

    @property
    def reference(self) -> str:
        return self.bid.reference


class AgreedMark(models.Model):
    """A mark or gate that the meeting agreed on one criterion of a bid. The members' own marks stay as they are."""

    discussion = models.ForeignKey(Discussion, models.PROTECT, related_name="agreed")
    criterion = models.ForeignKey("bids.Criterion", models.PROTECT, related_name="+")
    passed = models.BooleanField(null=True)
    score = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["criterion__number"]
        constraints = [
            models.UniqueConstraint(fields=["discussion", "criterion"], name="one_agreed_mark_a_criterion"),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__range=(criteria.LOWEST, criteria.HIGHEST)),
                name="agreed_mark_on_the_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.label} agreed on {self.discussion.bid.reference}"


class PanelOutcome(models.Model):
    """What the panel agreed about a bid, recorded by its chair."""

    class Verdict(models.TextChoices):
        RECOMMEND = "recommend", "Recommend"
        REJECT = "reject", "Reject"
        REDIRECT = "redirect", "Redirect"

    bid = models.OneToOneField("bids.Bid", models.PROTECT, related_name="outcome")
    verdict = models.CharField(max_length=10, choices=Verdict)
    destination = models.CharField(max_length=150, blank=True)
    reason = models.TextField("reason that can be published", max_length=2000)
    internal_reason = models.TextField(max_length=2000, blank=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(verdict="redirect") & ~Q(destination="")) | (~Q(verdict="redirect") & Q(destination="")),
                name="redirect_has_its_destination",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="outcome_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"the outcome of {self.bid.reference}"


class Export(models.Model):
    """An export that a person asked for. Its content is read when that person downloads it."""

    class Kind(models.TextChoices):
        XLSX = "xlsx", "Excel workbook"
        CSV = "csv", "CSV"

    round = models.ForeignKey(Round, models.PROTECT, related_name="exports")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    kind = models.CharField(max_length=4, choices=Kind)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"the export {self.reference}"
