"""Who decided: rules of delegation, recommendations, awards, approvals, contracts, payments, decisions, packs."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q

from approvals import routing
from bids.models import Bid
from grants.access import holdings
from grants.models import BudgetLine, Organisation, Round, User


class DelegationRule(models.Model):
    """A dated limit of the scheme of delegation, as data. Proposed by one person, confirmed by another."""

    class Kind(models.TextChoices):
        GRANT = "grant", "Grants"
        EXEMPTION = "exemption", "Contract exemptions"
        PROCUREMENT = "procurement", "Procurement threshold"

    round = models.ForeignKey(Round, models.PROTECT, related_name="rules")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind)
    limit = models.DecimalField(max_digits=14, decimal_places=2)
    below = models.CharField("who approves below", max_length=120)
    at_or_above = models.CharField("who approves at or above", max_length=120)
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
            models.CheckConstraint(condition=Q(limit__gt=0), name="rule_limit_above_zero"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="rule_set_by_two_people"
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} from {self.valid_from:%-d %B %Y}"

    def as_limit(self) -> routing.Limit:
        return routing.Limit(self.limit, self.below, self.at_or_above, self.citation, self.valid_from)


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
        """The awards of the rounds in which this person may do the action."""
        return self.filter(round__in=holdings(user).rounds(action))

    def for_routes(self) -> AwardQuerySet:
        return self.select_related("bid__recipient", "bid__family", "round").order_by("bid__source_reference")

    def live(self) -> AwardQuerySet:
        """Without those that were taken back when their bid was returned to the panel."""
        return self.exclude(state=Award.State.WITHDRAWN)


class Award(models.Model):
    """A grant to a third party: what the leadership agreed for one external bid, its route and its standing."""

    class State(models.TextChoices):
        AGREED = "agreed", "Not routed"
        ROUTED = "routed", "Waiting for approval"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        DEFERRED = "deferred", "Deferred"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Route(models.TextChoices):
        DELEGATED = "delegated", "CPIE lead, delegated"
        DMPC = "dmpc", "Deputy Mayor"

    round = models.ForeignKey(Round, models.PROTECT, related_name="awards")
    bid = models.OneToOneField(Bid, models.PROTECT, related_name="award")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    state = models.CharField(max_length=10, choices=State, default=State.AGREED)
    route = models.CharField(max_length=10, choices=Route, blank=True)
    sentence = models.CharField(max_length=600, blank=True)
    warning = models.CharField(max_length=400, blank=True)
    warning_cleared = models.TextField("why the warning was cleared", max_length=2000, blank=True)
    escalated = models.TextField("why it was sent up", max_length=400, blank=True)
    routed_as = models.JSONField(default=dict, help_text="The rule, limit, groups and sums at the time of routing.")
    routed_at = models.DateTimeField(null=True)
    legal_power = models.CharField(max_length=200, default="PRSRA 2011 Schedule 3 paragraph 7; ASBCPA 2014 section 143")
    version = models.PositiveIntegerField(default=1)

    objects = AwardQuerySet.as_manager()

    class Meta:
        ordering = ["bid__source_reference"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="award_amount_above_zero"),
            models.CheckConstraint(
                condition=Q(state="agreed") | ~Q(route="") | Q(state="withdrawn"), name="award_routed"
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"the grant for {self.bid.title}"

    @property
    def warning_open(self) -> bool:
        return bool(self.warning) and not self.warning_cleared

    def claim(self) -> routing.Claim:
        """What routing compares; the bid, its family and its recipient must have been fetched."""
        return routing.Claim(
            self.reference,
            self.amount,
            self.bid.family.name if self.bid.family else "",
            self.bid.recipient.name if self.bid.recipient else "",
        )


class Approval(models.Model):
    """A grant was approved, at a level, for an amount, on the facts of its route at that moment."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="approvals")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    level = models.CharField(max_length=10, choices=Award.Route)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    conditions = models.TextField(max_length=2000, blank=True)
    reason = models.TextField(max_length=2000)
    facts = models.JSONField()
    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
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


class SingleTenderAction(models.Model):
    """A contract without competition: never a grant. One primary ground with its evidence; others are only noted."""

    class Ground(models.TextChoices):
        TECHNICAL = "reg32-technical", "Only one supplier can, for technical reasons (regulation 32(2)(b)(ii))"
        RIGHTS = "reg32-rights", "Only one supplier may, for exclusive rights (regulation 32(2)(b)(iii))"
        CONTROLLED = "teckal", "The supplier is a body that the buyer controls (Teckal; regulation 12)"
        URGENCY = "reg32-urgency", "Extreme urgency that nobody could foresee (regulation 32(2)(c))"

    round = models.ForeignKey(Round, models.PROTECT, related_name="single_tender_actions")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    supplier = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    title = models.CharField(max_length=150)
    amount = models.DecimalField("whole-life value", max_digits=14, decimal_places=2)
    profile = models.JSONField(help_text="[[financial year, amount as text], …]")
    charged_to = models.CharField("financial year that it is charged to", max_length=7)
    ground = models.CharField("primary ground", max_length=20, choices=Ground)
    evidence = models.TextField(max_length=4000)
    other_grounds = models.TextField("other grounds, noted", max_length=2000, blank=True)
    proposal = models.TextField("proposal (appendix 3)", max_length=8000)
    performance = models.TextField("performance framework (appendix 4)", max_length=8000)
    route = models.CharField(max_length=10, choices=Award.Route)
    sentence = models.CharField(max_length=600)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["reference"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="contract_amount_above_zero"),
            models.CheckConstraint(condition=~Q(evidence=""), name="contract_ground_has_its_evidence"),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.title

    def years(self) -> list[tuple[str, Decimal]]:
        return [(year, Decimal(amount)) for year, amount in self.profile]


class Payment(models.Model):
    """Money paid under an award. `retrospective` is settled when it is recorded: paid before an approval stood."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="payments")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    paid_on = models.DateField()
    retrospective = models.BooleanField()
    reason = models.TextField("why it was paid before approval", max_length=2000, blank=True)
    illustrative = models.CharField(max_length=300, blank=True)
    impact_assessed = models.BooleanField("data protection impact assessment finished", null=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["paid_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_above_zero"),
            models.CheckConstraint(condition=Q(retrospective=False) | ~Q(reason=""), name="early_payment_says_why"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.reference


class Decision(models.Model):
    """A decision paper of the Deputy Mayor about one round, from draft to publication."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "With the DMPC’s office"
        RETURNED = "returned", "Returned with queries"
        READY = "ready", "Waiting for decision"
        DECIDED = "decided", "Decided, not signed"
        SIGNED = "signed", "Signed"
        PUBLISHED = "published", "Published"

    round = models.ForeignKey(Round, models.PROTECT, related_name="decisions")
    reference = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    decision_by = models.CharField(max_length=150)
    external_figures = models.TextField(
        "figures from elsewhere", blank=True, help_text="One a line: the figure as typed, a colon, its source."
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    opened_at = models.DateTimeField()
    interests = models.TextField("interests declared by the decider", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by=None) | Q(signed_by=F("decided_by")), name="decision_signed_by_its_decider"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(signed_at__isnull=False), name="decision_published_after_signature"
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_editable(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.RETURNED)


class DecisionSection(models.Model):
    """The prose of one section of a paper, with references to figures. Its numbering is generated."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="sections")
    key = models.CharField(max_length=30)
    text = models.TextField(blank=True, max_length=20_000)
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["decision", "key"], name="one_section_a_key")]

    def __str__(self) -> str:
        return f"{self.key} of {self.decision.reference}"

    @property
    def reference(self) -> str:
        return f"{self.decision.reference} {self.key}"


class PartTwo(models.Model):
    """What is exempt from publication. Kept apart from the paper, and in none of its renders."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="part_two")
    text = models.TextField(max_length=20_000)
    exemption = models.CharField("why it is exempt", max_length=300)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"Part 2 of {self.decision.reference}"

    @property
    def reference(self) -> str:
        return self.decision.reference


class Pack(models.Model):
    """A paper as it was submitted: its canonical data, their hash, and what was made from them. It never changes."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="packs")
    version = models.PositiveIntegerField()
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64)
    trail_head = models.CharField(max_length=64)
    html = models.TextField()
    html_sha256 = models.CharField(max_length=64)
    pdf = models.BinaryField()
    pdf_sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["decision", "version"], name="pack_version_once")]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.decision.reference} version {self.version}"

    @property
    def reference(self) -> str:
        return f"{self.decision.reference} v{self.version}"


class Query(models.Model):
    """A question of the DMPC's office about a pack, and its answer. Both are kept."""

    pack = models.ForeignKey(Pack, models.PROTECT, related_name="queries")
    number = models.PositiveIntegerField()
    about = models.CharField("what it is about", max_length=120)
    question = models.TextField(max_length=2000)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(max_length=2000, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "queries"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["pack", "number"], name="query_number_once_a_pack")]

    def __str__(self) -> str:
        return f"Query {self.number} on {self.pack}"

    @property
    def reference(self) -> str:
        return f"{self.pack.reference} query {self.number}"


class DecisionItem(models.Model):
    """One thing that the paper asks to approve, or to note, and what was decided about it."""

    class Verb(models.TextChoices):
        APPROVE = "approve", "Approve"
        NOTE = "note", "Note"

    class Answer(models.TextChoices):
        APPROVED = "approved", "Approved"
        CONDITIONS = "conditions", "Approved with conditions"
        REFUSED = "refused", "Refused"
        DEFERRED = "deferred", "Deferred"
        NOTED = "noted", "Noted"

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="items")
    pack = models.ForeignKey(Pack, models.PROTECT, related_name="items")
    number = models.PositiveIntegerField()
    recommendation = models.PositiveIntegerField()
    verb = models.CharField(max_length=10, choices=Verb)
    label = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    award = models.ForeignKey(Award, models.PROTECT, null=True, related_name="items")
    contract = models.ForeignKey(SingleTenderAction, models.PROTECT, null=True, related_name="items")
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    conditions = models.TextField(max_length=2000, blank=True)
    reason = models.TextField(max_length=2000, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "number"], name="item_number_once_a_pack"),
            models.CheckConstraint(
                condition=Q(verb="note", answer__in=["", "noted"]) | (Q(verb="approve") & ~Q(answer="noted")),
                name="item_answer_fits_its_verb",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.number}. {self.label}"


class DecisionRecord(models.Model):
    """What was decided and signed, frozen beside the pack that it was decided on."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="record")
    pack = models.ForeignKey(Pack, models.PROTECT, related_name="+")
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64)
    html = models.TextField()
    html_sha256 = models.CharField(max_length=64)
    pdf = models.BinaryField()
    pdf_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"the record of {self.decision.reference}"
