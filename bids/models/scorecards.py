"""How bids are scored: criteria, the panel, assignments, interests, scorecards and marks."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from bids import criteria, scoring
from grants.days import day_of
from grants.models import Round, User
from grants.states import Transition, Transitions


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
    passes = models.CharField(max_length=200, blank=True)
    fails = models.CharField(max_length=200, blank=True)

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
        return criteria.Rule(
            self.number,
            self.label,
            self.question,
            self.gate,
            self.scored,
            self.weight,
            points,
            self.passes,
            self.fails,
        )


class Panel(models.Model):
    """The panel of a round: how many scorers each bid wants, whether scoring has closed, and whether marks are open.

    Nobody sees the marks of others before `opened_at`. From then on scoring does not reopen.
    """

    round = models.OneToOneField(Round, models.PROTECT, related_name="panel")
    wanted = models.PositiveSmallIntegerField(default=3)
    closed_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    # The last day of scoring that members were reminded of. An extended one is another day.
    reminded_of = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(closed_at__isnull=False), name="marks_open_after_the_close"
            )
        ]

    def __str__(self) -> str:
        return f"the panel of {self.round}"

    @property
    def shows_marks(self) -> bool:
        """Whether the marks and results may be seen, as this row was read. A round without scores hides none."""
        return self.opened_at is not None or not self.round.scored

    @property
    def reference(self) -> str:
        return self.round.reference


class Assignment(models.Model):
    """A member's task to score a bid. It is kept when withdrawn or declined, because the trail refers to it."""

    bid = models.ForeignKey("bids.Bid", models.PROTECT, related_name="assignments")
    member = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    assigned_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    declined_because = models.TextField(max_length=1000, blank=True)
    # The chair took it back from this member, and not together with a plan that was undone.
    taken_back = models.BooleanField(default=False)
    # Why the chair asked somebody whose unit or body is connected with the bid.
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
    """Return the condition for a declaration that opens the bid. `through` is the path to it, such as `interests__`."""
    return Q(**{f"{through}conflicted": False}) | Q(**{f"{through}waived_at__isnull": False})


class InterestQuerySet(models.QuerySet["Interest"]):
    def barring(self) -> InterestQuerySet:
        """Return the interests that keep their member from the bid: those that no chair has waived."""
        return self.filter(conflicted=True, waived_at=None)

    def clearing(self) -> InterestQuerySet:
        """Return the declarations that open the bid to their member: of no interest, or of a waived one."""
        return self.filter(is_clear())


class Interest(models.Model):
    """A member's declaration about one bid. Without one, the bid does not open to them."""

    bid = models.ForeignKey("bids.Bid", models.PROTECT, related_name="interests")
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
    """One member's judgement of one bid. `version` increases with each save.

    From `marks_opened_at` its member can see the marks of others on the bid, so that it no longer changes unless the
    chair reopens it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        REOPENED = "reopened", "Reopened"
        WITHDRAWN = "withdrawn", "Withdrawn"

    # A reopened scorecard counts as it is until its member submits it again.
    COUNTED = (State.SUBMITTED, State.REOPENED)

    TRANSITIONS: ClassVar[Transitions] = {
        "save draft": Transition((State.DRAFT,), State.DRAFT),
        "submit scorecard": Transition((State.DRAFT,), State.SUBMITTED),
        # A member changes what they submitted until scoring closes, and after that what the chair reopened.
        "change scorecard": Transition(COUNTED, State.SUBMITTED),
        "reopen scorecard": Transition((State.SUBMITTED,), State.REOPENED),
        "end reopening": Transition((State.REOPENED,), State.SUBMITTED),
        # A member who declares an interest loses their scorecard; one that is waived gives it back to submit again.
        "declare interest": Transition((State.DRAFT, *COUNTED), State.WITHDRAWN),
        "waive interest": Transition((State.WITHDRAWN,), State.DRAFT),
    }

    bid = models.ForeignKey("bids.Bid", models.PROTECT, related_name="scorecards")
    member = models.ForeignKey(User, models.PROTECT, related_name="scorecards")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.TextField(blank=True)
    marks_opened_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bid", "member"], name="one_scorecard_a_bid_and_member"),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "reopened"]) | Q(submitted_at__isnull=False),
                name="submitted_scorecard_has_its_time",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            # `Meta` cannot read TRANSITIONS of the class around it, so a test compares the two.
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[
                    ("draft", "submitted"),
                    ("draft", "withdrawn"),
                    ("submitted", "reopened"),
                    ("reopened", "submitted"),
                    ("submitted", "withdrawn"),
                    ("reopened", "withdrawn"),
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
        """Return the marks by criterion number. Prefetch `marks__criterion` first."""
        return {mark.criterion.number: scoring.Answer(mark.passed, mark.score) for mark in self.marks.all()}


class ReopeningQuerySet(models.QuerySet["Reopening"]):
    def texts_by_bid(self, bids: Iterable[str]) -> dict[str, list[str]]:
        """Return the text of each reopening on some bids by the bid's reference, in one query."""
        rows = self.filter(scorecard__bid__reference__in=list(bids)).select_related(
            "scorecard__member", "scorecard__bid"
        )
        texts: dict[str, list[str]] = {}
        for each in rows:
            texts.setdefault(each.reference, []).append(each.text)
        return texts


class Reopening(models.Model):
    """Why a chair let a member change a final scorecard. It is shown beside the marks from then on."""

    scorecard = models.ForeignKey(Scorecard, models.PROTECT, related_name="reopenings")
    reason = models.TextField(max_length=1000)
    reopened_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField()

    objects = ReopeningQuerySet.as_manager()

    class Meta:
        ordering = ["reopened_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="reopening_has_its_reason")]
        triggers = [
            pgtrigger.Protect(name="kept_as_written", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"the reopening of {self.scorecard}"

    @property
    def reference(self) -> str:
        return self.scorecard.bid.reference

    @property
    def text(self) -> str:
        """Ella Frost’s scorecard was reopened on 3 June 2026: she had read the wrong file."""
        day = f"{day_of(self.reopened_at):%-d %B %Y}"
        return f"{self.scorecard.member.name}’s scorecard was reopened on {day}: {self.reason}"


class Mark(models.Model):
    """A member's judgement of a bid on one criterion. A missing mark is NULL, never 0."""

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
