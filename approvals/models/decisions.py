"""The decision paper as it is kept: its text, its packs, queries, items and the signed record."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from approvals.enums import Area
from grants import references, states
from grants.models import Round, User
from grants.models.profiles import profile_field, profile_sums_to
from grants.states import Transition, Transitions


class Decision(models.Model):
    """A decision paper about one round, from draft to publication."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "With the office"
        RETURNED = "returned", "Returned"
        READY = "ready", "Waiting for decision"
        DECIDED = "decided", "Decided, not signed"
        SIGNED = "signed", "Signed"
        PUBLISHED = "published", "Published"

    # Submitted and not signed: the register behind the paper must not change, and the office may return it.
    IN_FLIGHT = (State.SUBMITTED, State.READY, State.DECIDED)
    _WITH_WRITERS = (State.DRAFT, State.RETURNED)

    TRANSITIONS: ClassVar[Transitions] = {
        "prepare decision": Transition((), State.DRAFT),
        "write section": Transition(_WITH_WRITERS),
        "spell text": Transition(_WITH_WRITERS),
        "ask item": Transition(_WITH_WRITERS),
        "withdraw item": Transition(_WITH_WRITERS),
        "write part 2": Transition(_WITH_WRITERS),
        **dict.fromkeys((area.action for area in Area), Transition(_WITH_WRITERS)),
        "submit pack": Transition(_WITH_WRITERS, State.SUBMITTED),
        "query pack": Transition((State.SUBMITTED,)),
        "return pack": Transition(IN_FLIGHT, State.RETURNED),
        "put forward pack": Transition((State.SUBMITTED,), State.READY),
        # Answers can be given again until the signature.
        "decide items": Transition((State.READY, State.DECIDED), State.DECIDED),
        # Each joint signer but the last.
        "add signature": Transition((State.DECIDED,)),
        "sign decision": Transition((State.DECIDED,), State.SIGNED),
        "defer publication": Transition((State.SIGNED,)),
        "publish decision": Transition((State.SIGNED,), State.PUBLISHED),
    }

    round = models.ForeignKey(Round, models.PROTECT, related_name="decisions")
    reference = models.CharField(max_length=references.LONGEST_DECISION, unique=True)
    title = models.CharField(max_length=200)
    decision_by = models.CharField(max_length=150)
    # What is printed instead of a text that cannot be: see `approvals.paper.spellings`.
    spellings = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    opened_at = models.DateTimeField()
    interests = models.TextField("interests declared by the decider", blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # What the minutes of a committee say, empty where none decides: see `approvals.decisions.deciders.Minutes`.
    minutes = models.JSONField(default=dict, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    amends = models.ForeignKey("self", models.PROTECT, null=True, related_name="amended_by")
    deferred_until = models.DateField("publication deferred until", null=True)
    deferral_reason = models.TextField("why publication is deferred", max_length=1000, blank=True)
    # What a paper does with the deferral of the decision that it amends: see `approvals.decisions.deferral`.
    deferral_choice = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            # Addresses, file names and the feed are made of it.
            models.CheckConstraint(condition=Q(reference__regex=references.DECISION), name="decision_has_a_reference"),
            models.CheckConstraint(
                condition=Q(signed_by=None) | Q(signed_by=F("decided_by")), name="decision_signed_by_its_decider"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(signed_at__isnull=False), name="decision_published_after_signature"
            ),
            models.CheckConstraint(
                condition=Q(deferred_until=None, deferral_reason="")
                | (Q(deferred_until__isnull=False, signed_at__isnull=False) & ~Q(deferral_reason="")),
                name="deferral_says_until_when_and_why",
            ),
            models.CheckConstraint(condition=Q(amends=None) | ~Q(amends=F("id")), name="decision_amends_another"),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def is_deferred(self) -> bool:
        """Whether it is signed and its publication waits for a day."""
        return self.state == self.State.SIGNED and self.deferred_until is not None

    @property
    def is_editable(self) -> bool:
        """Return whether the paper is with its writers, who may then change its text."""
        return states.allows(self, "write section")


class DecisionSection(models.Model):
    """The prose of one section of a paper, with references to figures. Its numbering is generated."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="sections")
    key = models.CharField(max_length=30)
    text = models.TextField(blank=True, max_length=20_000)
    # Where the figures come from that the register does not hold: see `approvals.prose.elsewhere.Source`.
    figure_sources = models.JSONField(default=list, blank=True)
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


class SignOff(models.Model):
    """An adviser's answer for their area of a paper, with what they were shown. The newest of an area counts."""

    class Answer(models.TextChoices):
        SIGNED = "signed", "Sign it off"
        OBJECTED = "objected", "Do not sign it off"

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="sign_offs")
    area = models.CharField(max_length=10, choices=[(area.value, area.label) for area in Area])
    answer = models.CharField(max_length=10, choices=Answer)
    comment = models.TextField(max_length=2000, blank=True)
    seen = models.JSONField(help_text="Each thing that they answer for, by its name, with what it said.")
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(answer="objected", comment=""), name="objection_says_what"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"the answer of {self.get_area_display().lower()} on {self.decision.reference}"

    @property
    def reference(self) -> str:
        return f"{self.decision.reference} {self.area}"


class SectionDraft(models.Model):
    """Unsaved text of one person in a section. Only they see it, and it is deleted once they save.

    `seen` is the version of the section that they began from.
    """

    section = models.ForeignKey(DecisionSection, models.PROTECT, related_name="drafts")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    seen = models.PositiveIntegerField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["section", "person"], name="one_draft_a_person")]

    def __str__(self) -> str:
        return f"a draft of {self.section}"

    @property
    def token(self) -> str:
        """Return the token that a page sends back to show that it has seen this draft."""
        return self.kept_at.isoformat()


class PartTwo(models.Model):
    """The part of a paper that is exempt from publication. It is stored separately and in none of its renders."""

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
    """A question of the office about a pack, and its answer. Both are kept."""

    pack = models.ForeignKey(Pack, models.PROTECT, related_name="queries")
    number = models.PositiveIntegerField()
    about = models.CharField("what it is about", max_length=200)
    anchor = models.CharField("where that stands in the paper", max_length=60, blank=True)
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


class DecisionItemQuerySet(models.QuerySet["DecisionItem"]):
    def signed(self) -> DecisionItemQuerySet:
        """Keep the items of packs that were signed, whose answers are final."""
        return self.filter(pack__records__isnull=False)


class DecisionItem(models.Model):
    """One thing that the paper asks to approve, accept, agree, delegate or note, and what was decided about it."""

    class Verb(models.TextChoices):
        APPROVE = "approve", "Approve"
        ACCEPT = "accept", "Accept"
        AGREE = "agree", "Agree"
        DELEGATE = "delegate", "Delegate"
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
    label = models.TextField()
    # Empty where what is asked has no amount, such as to delegate a power.
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    award = models.ForeignKey("approvals.Award", models.PROTECT, null=True, related_name="items")
    contract = models.ForeignKey("approvals.SingleTenderAction", models.PROTECT, null=True, related_name="items")
    paper_item = models.ForeignKey("approvals.PaperItem", models.PROTECT, null=True, related_name="items")
    answer = models.CharField(max_length=10, choices=Answer, blank=True)
    # New conditions, one on each line: those that bar payment until they are met, and all others.
    before_payment = models.TextField("conditions before payment", max_length=2000, blank=True)
    conditions = models.TextField(max_length=2000, blank=True)
    reason = models.TextField(max_length=2000, blank=True)
    # What this decision does with each term of the earlier ones: see `approvals.decisions.standing`.
    choices_on_terms = models.JSONField(default=list, blank=True)

    objects = DecisionItemQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "number"], name="item_number_once_a_pack"),
            models.CheckConstraint(
                condition=Q(verb="note", answer__in=["", "noted"]) | (~Q(verb="note") & ~Q(answer="noted")),
                name="item_answer_fits_its_verb",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.number}. {self.label}"


class Signature(models.Model):
    """The signature of one of several people who decide together. It is void once the answers are given anew."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="signatures")
    pack = models.ForeignKey(Pack, models.PROTECT, related_name="signatures")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    acting_for = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    interests = models.TextField(max_length=2000)
    signed_at = models.DateTimeField()
    void_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "person"], condition=Q(void_at=None), name="signed_once_a_pack"),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"the signature of {self.person} under {self.decision.reference}"


class AmendedGrant(models.Model):
    """The new amount that a paper asks for a grant of the amended decision. It applies once the paper is signed.

    `profile` divides it by the slots of its round; where it is empty, the years of the grant are fitted to the amount.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="changes")
    award = models.ForeignKey("approvals.Award", models.PROTECT, related_name="changes")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    profile = profile_field()
    reason = models.TextField(max_length=2000)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "award"], name="grant_amended_once_a_paper"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="amended_amount_above_zero"),
            profile_sums_to("amount", "amended_years_sum_to_its_amount"),
        ]

    def __str__(self) -> str:
        return f"the change of {self.award} in {self.decision.reference}"


class DecisionRecord(models.Model):
    """A signed decision, frozen together with the pack that it was decided on."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="record")
    pack = models.ForeignKey(Pack, models.PROTECT, related_name="records")
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
