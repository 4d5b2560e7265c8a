"""Limits of delegation, the leadership's recommendations, awards with their approvals and payments, contracts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from bids.models import Bid
from grants import years
from grants.access import holdings
from grants.models import BudgetLine, Organisation, Round, User
from grants.models.profiles import profile_field, profile_sums_to
from grants.states import Transition, Transitions, allows
from grants.years import Profile, Slot


class DelegationRule(models.Model):
    """A dated limit of the scheme of delegation, as data. Proposed by one person, confirmed by another.

    With a limit of nought and nobody below it, nothing is delegated.
    """

    class Kind(models.TextChoices):
        GRANT = "grant", "Grants"
        EXEMPTION = "exemption", "Contract exemptions"
        PROCUREMENT = "procurement", "Procurement threshold"

    round = models.ForeignKey(Round, models.PROTECT, related_name="rules")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    limit = models.DecimalField(max_digits=14, decimal_places=2)
    below = models.CharField("who approves below", max_length=120, blank=True)
    at_or_above = models.CharField("who approves at or above", max_length=120)
    further = models.JSONField(
        "levels above it", default=list, blank=True, help_text="Each with “from”, “who” and “citation”, rising."
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    citation = models.CharField(max_length=120)
    verified = models.BooleanField("citation checked against the scheme", default=False)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["kind", "valid_from"]
        constraints = [
            # Without anybody who approves below, nothing is delegated.
            models.CheckConstraint(
                condition=(Q(limit__gt=0) & ~Q(below="")) | Q(limit=0, below=""), name="rule_limit_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="rule_set_by_two_people"
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} from {self.valid_from:%-d %B %Y}"

    @property
    def deciders(self) -> list[str]:
        """Who decides what is not delegated, from the lowest level on."""
        return [self.at_or_above, *(level["who"] for level in self.further)]


class Recommendation(models.Model):
    """What the leadership agreed about a bid, and why. The newest counts; the older ones stay."""

    class Answer(models.TextChoices):
        AGREE = "agree", "Agree"
        RETURN = "return", "Send back to the panel"

    bid = models.ForeignKey(Bid, models.PROTECT, related_name="recommendations")
    answer = models.CharField(max_length=10, choices=Answer)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    reason = models.TextField(max_length=2000, blank=True)
    line = models.ForeignKey(BudgetLine, models.PROTECT, null=True, related_name="recommendations")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_answer_display()}: {self.bid.reference}"


class AwardQuerySet(models.QuerySet["Award"]):
    def visible_to(self, user: User, action: str = "see award") -> AwardQuerySet:
        """Return the awards of the rounds in which this person may do the action."""
        return self.filter(round__in=holdings(user).rounds(action))

    def for_routes(self) -> AwardQuerySet:
        return self.select_related("bid__recipient", "bid__family", "round").order_by("bid__source_reference")

    def for_claims(self) -> AwardQuerySet:
        """Fetch what routing compares of grants, without the texts of their bids, in the order of the bids."""
        texts = [f"bid__{own.name}" for own in Bid._meta.fields if isinstance(own, models.TextField)]
        return self.select_related("bid__recipient", "bid__family").defer(*texts).order_by("bid__source_reference")

    def unnamed_in(self, round: Round) -> AwardQuerySet:
        """Keep the live grants of a round whose recipients are withheld from publication."""
        return self.live().filter(round=round).exclude(withheld="")

    def live(self) -> AwardQuerySet:
        """Leave out those that were withdrawn when their bid was returned to the panel."""
        return self.exclude(state=Award.State.WITHDRAWN)


class Award(models.Model):
    """A grant to a third party: what the leadership agreed for a bid or direct award, with its route and state."""

    class State(models.TextChoices):
        AGREED = "agreed", "Not routed"
        ROUTED = "routed", "Waiting for approval"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        DEFERRED = "deferred", "Deferred"
        WITHDRAWN = "withdrawn", "Withdrawn"

    _PAYABLE = (State.AGREED, State.ROUTED, State.APPROVED, State.DEFERRED)
    _LIVE = (*_PAYABLE, State.REFUSED)
    _WAITING = (State.ROUTED, State.DEFERRED)

    TRANSITIONS: ClassVar[Transitions] = {
        "review bid: new": Transition((), State.AGREED),
        # A bid that came back from the panel is agreed again with the grant that was withdrawn.
        "review bid: change": Transition((*_PAYABLE, State.WITHDRAWN), State.AGREED),
        # A grant that a decision refused or deferred never goes back to the panel.
        "return bid": Transition((State.AGREED, State.ROUTED, State.APPROVED), State.WITHDRAWN),
        "route awards": Transition(_PAYABLE, State.ROUTED),
        "route awards: warn": Transition((State.APPROVED,)),
        "clear warning": Transition(_PAYABLE),
        "escalate award": Transition((State.ROUTED,)),
        "approve award": Transition((State.ROUTED,), State.APPROVED),
        "identify recipient": Transition(_PAYABLE),
        "withdraw recipient": Transition(_PAYABLE),
        "withhold recipient": Transition(_PAYABLE),
        "name recipient": Transition(_PAYABLE),
        "record payment": Transition(_PAYABLE),
        # Only an approved grant has to change its amount: a refused or deferred one can be asked for unchanged.
        "amend grant: same amount": Transition((State.AGREED, State.ROUTED, State.REFUSED, State.DEFERRED)),
        # The paper shows the grant as it will wait for the new decision. This state is never saved.
        "amend grant: in the paper": Transition(_LIVE, State.ROUTED),
        "sign decision: approve": Transition(_WAITING, State.APPROVED),
        "sign decision: refuse": Transition(_WAITING, State.REFUSED),
        "sign decision: defer": Transition(_WAITING, State.DEFERRED),
        # Where an amendment is refused or deferred, a grant stays as it is unless it was deferred before.
        "sign decision: approve amendment": Transition(_LIVE, State.APPROVED),
        "sign decision: refuse amendment": Transition((State.DEFERRED,), State.REFUSED),
        "sign decision: defer amendment": Transition((State.DEFERRED,), State.DEFERRED),
    }

    class Route(models.TextChoices):
        DELEGATED = "delegated", "Delegated"
        DMPC = "dmpc", "For decision"

    round = models.ForeignKey(Round, models.PROTECT, related_name="awards")
    bid = models.OneToOneField(Bid, models.PROTECT, related_name="award")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    profile = profile_field()
    state = models.CharField(max_length=10, choices=State, default=State.AGREED)
    route = models.CharField(max_length=10, choices=Route, blank=True)
    sentence = models.CharField(max_length=600, blank=True)
    warning = models.CharField(max_length=400, blank=True)
    warning_cleared = models.TextField("why the warning was cleared", max_length=2000, blank=True)
    escalated = models.TextField("why it was sent up", max_length=400, blank=True)
    routed_as = models.JSONField(default=dict, help_text="The rule, limit, groups and sums at the time of routing.")
    routed_at = models.DateTimeField(null=True)
    legal_power = models.CharField(max_length=200)
    # Why the recipient is not published, and what is published in place of the bid's title and summary. All or none.
    withheld = models.CharField("ground for withholding the recipient", max_length=300, blank=True)
    public_title = models.CharField(max_length=150, blank=True)
    public_purpose = models.TextField(max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = AwardQuerySet.as_manager()

    class Meta:
        ordering = ["bid__source_reference"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="award_amount_above_zero"),
            profile_sums_to("amount", "award_years_sum_to_its_amount"),
            models.CheckConstraint(
                condition=Q(withheld="", public_title="", public_purpose="")
                | (~Q(withheld="") & ~Q(public_title="") & ~Q(public_purpose="")),
                name="award_withheld_has_what_is_published",
            ),
            models.CheckConstraint(
                condition=Q(state="agreed") | ~Q(route="") | Q(state="withdrawn"), name="award_routed"
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"the grant for {self.bid.title}"

    @property
    def years(self) -> Profile:
        """Its amount by the slots of its round."""
        return self.round.divided(self.profile, self.amount)

    @property
    def warning_open(self) -> bool:
        return bool(self.warning) and not self.warning_cleared

    @property
    def is_live(self) -> bool:
        """Whether it was not withdrawn when its bid was returned to the panel, as in the filter `live`."""
        return self.state != self.State.WITHDRAWN

    @property
    def is_payable(self) -> bool:
        """Whether payments can be recorded under it: it was neither refused nor withdrawn."""
        return allows(self, "record payment")

    @property
    def is_decided(self) -> bool:
        """Whether a decision approved or refused it: only a new decision changes it."""
        return self.state == self.State.REFUSED or (self.state == self.State.APPROVED and self.route == self.Route.DMPC)


class Approval(models.Model):
    """The approval of a grant: its level, its amount and the facts of its route at that moment."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="approvals")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    level = models.CharField(max_length=10, choices=Award.Route)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    conditions = models.TextField(max_length=2000, blank=True)
    reason = models.TextField(max_length=2000)
    facts = models.JSONField()
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_for = models.CharField("for whom a deputy approved", max_length=150, blank=True)
    approved_at = models.DateTimeField()
    invalid_at = models.DateTimeField(null=True)
    invalid_because = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["award"], condition=Q(invalid_at=None), name="one_valid_approval_an_award"),
            models.CheckConstraint(
                condition=Q(invalid_at=None, invalid_because="")
                | (~Q(invalid_because="") & Q(invalid_at__isnull=False)),
                name="invalid_approval_says_why",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.reference} of {self.award.reference}"


class ContractQuerySet(models.QuerySet["SingleTenderAction"]):
    def live(self) -> ContractQuerySet:
        """Leave out those that were refused, since they take nothing from the allocation."""
        return self.exclude(state=SingleTenderAction.State.REFUSED)


class SingleTenderAction(models.Model):
    """A contract without competition: never a grant. One primary ground with its evidence; others are only noted."""

    class Ground(models.TextChoices):
        TECHNICAL = "reg32-technical", "Only one supplier can, for technical reasons (regulation 32(2)(b)(ii))"
        RIGHTS = "reg32-rights", "Only one supplier may, for exclusive rights (regulation 32(2)(b)(iii))"
        CONTROLLED = "teckal", "The supplier is a body that the buyer controls (Teckal; regulation 12)"
        URGENCY = "reg32-urgency", "Extreme urgency that nobody could foresee (regulation 32(2)(c))"

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waiting for approval"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        DEFERRED = "deferred", "Deferred"

    _OPEN = (State.PROPOSED, State.DEFERRED)

    TRANSITIONS: ClassVar[Transitions] = {
        "keep single tender action: new": Transition((), State.PROPOSED),
        "keep single tender action: change": Transition(_OPEN),
        "approve contract": Transition((State.PROPOSED,), State.APPROVED),
        "sign decision: approve": Transition(_OPEN, State.APPROVED),
        "sign decision: refuse": Transition(_OPEN, State.REFUSED),
        "sign decision: defer": Transition(_OPEN, State.DEFERRED),
    }

    round = models.ForeignKey(Round, models.PROTECT, related_name="single_tender_actions")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    supplier = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    title = models.CharField(max_length=150)
    amount = models.DecimalField("whole-life value", max_digits=14, decimal_places=2)
    profile = models.JSONField(help_text="[[financial year, amount as text], …]")
    charged_to = models.CharField("financial year that it is charged to", max_length=7, blank=True)
    ground = models.CharField("primary ground", max_length=20, choices=Ground)
    evidence = models.TextField(max_length=4000)
    other_grounds = models.TextField("other grounds, noted", max_length=2000, blank=True)
    proposal = models.TextField("proposal (appendix 3)", max_length=8000)
    performance = models.TextField("performance framework (appendix 4)", max_length=8000)
    route = models.CharField(max_length=10, choices=Award.Route)
    sentence = models.CharField(max_length=600)
    # The level that decides it, where the scheme has more than two; empty elsewhere and where it is delegated.
    decider = models.CharField("who decides it", max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = ContractQuerySet.as_manager()

    class Meta:
        ordering = ["reference"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="contract_amount_above_zero"),
            models.CheckConstraint(condition=~Q(evidence=""), name="contract_ground_has_its_evidence"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("recorded_by")), name="contract_approved_by_another"
            ),
            models.UniqueConstraint(fields=["round", "supplier", "title"], name="contract_once_a_round"),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed. A contract that is open and for decision is asked in the next paper."""
        return allows(self, "keep single tender action: change")

    def years(self) -> list[tuple[str, Decimal]]:
        return [(year, Decimal(amount)) for year, amount in self.profile]

    def charged_years(self, slots: Sequence[Slot]) -> Profile:
        """Return what it takes of each slot of its round: all in the year that it is charged to, else by its years."""
        if self.charged_to:
            return ((years.usual(slots, self.charged_to), self.amount),)
        return years.read(self.profile)

    @property
    def charged(self) -> str:
        """The year or the years that it is charged to, in words."""
        return self.charged_to or " and ".join(year for year, _ in self.profile)


class Payment(models.Model):
    """Money paid under an award. `retrospective` is set once, if it was paid before a valid approval.

    That mark stands until a decision lifts it by name, which is then `lifted_in`.
    """

    award = models.ForeignKey(Award, models.PROTECT, related_name="payments")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    paid_on = models.DateField()
    retrospective = models.BooleanField()
    reason = models.TextField("why it was paid before approval", max_length=2000, blank=True)
    illustrative = models.CharField(max_length=300, blank=True)
    impact_assessed = models.BooleanField("data protection impact assessment finished", null=True)
    # To whom it was paid, where the grant names its recipients one by one.
    named = models.ForeignKey("approvals.NamedRecipient", models.PROTECT, null=True, related_name="payments")
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    lifted_in = models.ForeignKey("approvals.Decision", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["paid_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_above_zero"),
            models.CheckConstraint(condition=Q(retrospective=False) | ~Q(reason=""), name="early_payment_says_why"),
            models.CheckConstraint(
                condition=Q(lifted_in=None) | Q(retrospective=True), name="only_an_early_payment_has_a_mark_to_lift"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="stays_as_recorded", exclude=["lifted_in"]),
            pgtrigger.Protect(
                name="lifted_once", operation=pgtrigger.Update, condition=pgtrigger.Q(old__lifted_in__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_early(self) -> bool:
        """Whether it counts as paid before approval: it was, and no decision has lifted that mark since."""
        return self.retrospective and self.lifted_in_id is None
