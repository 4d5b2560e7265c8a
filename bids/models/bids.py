"""Bids with their costs, tags and spreadsheets."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.urls import reverse

from bids.models.families import ProjectFamily
from bids.models.scorecards import Assignment, Interest, is_clear
from bids.sheets.cleaning import Row, row_of
from grants import money
from grants.access import Holdings, holdings
from grants.models import Organisation, Round, User
from grants.roles import ACTIONS, Role
from grants.states import Transition, Transitions


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


# A row whose recipient is an organisation or nobody has no description of recipients.
_UNDESCRIBED = Q(described_as="", most_recipients=None, named_by=None)


class BidQuerySet(models.QuerySet["Bid"]):
    def visible_to(self, user: User, action: str = "see bids") -> BidQuerySet:
        """Return the bids that this person may open for this action.

        Somebody who is only a panel member sees the bids assigned to them. Everybody who judges a bid, as a member
        who is assigned to it or as a chair of its round, sees it only once they declared no interest or their interest
        was waived, whatever other roles they hold: a missing declaration counts as a conflict.
        """
        held = holdings(user)
        roles = set(ACTIONS[action].roles)
        as_member = self._in_rounds(held, {Role.MEMBER})
        if roles == {Role.MEMBER}:
            # A bid has at most one assignment and one interest for each member, so the joins double no row.
            own = self.filter(as_member, assignments__member=user, assignments__withdrawn_at=None)
            return own.filter(is_clear("interests__"), interests__member=user)
        interests = Interest.objects.filter(bid=models.OuterRef("pk"), member=user)
        assigned = models.Exists(Assignment.objects.filter(bid=models.OuterRef("pk"), member=user, withdrawn_at=None))
        declared = models.Exists(interests.clearing())
        whole: Any = self._in_rounds(held, roles - {Role.MEMBER})
        # An interest hides the bid whatever other roles the person holds now.
        unbarred = self.exclude(models.Exists(interests.barring()))
        # No panel judges a direct award.
        judges = (as_member & assigned) | (self._in_rounds(held, {Role.CHAIR}) & ~Q(led_by=Bid.Led.DIRECT))
        if Role.MEMBER in roles:
            whole |= as_member & assigned
        return unbarred.filter(whole & (~judges | declared))

    def _in_rounds(self, held: Holdings, roles: set[Role]) -> Q:
        """The bids of the rounds in which one of the roles is held now."""
        if held.everywhere & roles:
            return ~Q(pk=None)
        return Q(round_id__in=[pk for pk, own in held.by_round.items() if own & roles])

    def for_list(self) -> BidQuerySet:
        """Fetch everything that a row of the list of bids shows."""
        return self.select_related("recipient", "family", "round").prefetch_related("tags")

    def counted(self) -> dict[str, Any]:
        """Return the number of bids and the sum that they ask for, in pounds."""
        totals = self.aggregate(count=Count("pk"), asked=Sum("amount"))
        return {"count": totals["count"], "asked": totals["asked"] or money.ZERO}


class BidManager(models.Manager.from_queryset(BidQuerySet)):  # type: ignore[misc]  # made by a call
    """The bids of a round, without the rows that nobody bid for: see `Bid`."""

    def get_queryset(self) -> BidQuerySet:
        queryset: BidQuerySet = super().get_queryset()
        return queryset.exclude(led_by=Bid.Led.DIRECT)


class Bid(models.Model):
    """A request for money in a round: by an organisation outside the force, or by a unit inside it.

    `led_by` is the origin of a row. A direct award is a row that nobody bid for, such as a line of a programme: it has
    no case, costs, marks or outcome, and its recipients may be described until they are named. `Bid.objects` and every
    related manager leave these rows out, so that no panel, ranking, funnel or likeness counts one. `Bid.rows` has all.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        ELIGIBLE = "eligible", "With the panel"
        INELIGIBLE = "ineligible", "Not eligible"
        RECOMMENDED = "recommended", "Recommended"
        REJECTED = "rejected", "Rejected"
        REDIRECTED = "redirected", "Redirected"
        AGREED = "agreed", "Agreed"
        # A direct award alone is in these two, or agreed.
        ENTERED = "entered", "Waiting for review"
        WITHDRAWN = "withdrawn", "Withdrawn"

    # The states of what was bid for.
    STATES = [(each.value, each.label) for each in State if each.value not in ("entered", "withdrawn")]
    UNSUCCESSFUL = (State.REJECTED, State.REDIRECTED)
    _JUDGED = (State.RECOMMENDED, *UNSUCCESSFUL)
    _WITH_PANEL = (State.ELIGIBLE, *_JUDGED)

    TRANSITIONS: ClassVar[Transitions] = {
        "take in bid": Transition((), State.RECEIVED),
        "change bid": Transition((State.RECEIVED, State.ELIGIBLE)),
        "check eligibility: eligible": Transition((State.RECEIVED,), State.ELIGIBLE),
        "check eligibility: not eligible": Transition((State.RECEIVED,), State.INELIGIBLE),
        "assign bid": Transition((State.ELIGIBLE,)),
        "discuss bid": Transition((State.ELIGIBLE,)),
        "reopen scorecard": Transition((State.ELIGIBLE,)),
        "record outcome: recommend": Transition(_WITH_PANEL, State.RECOMMENDED),
        "record outcome: reject": Transition(_WITH_PANEL, State.REJECTED),
        "record outcome: redirect": Transition(_WITH_PANEL, State.REDIRECTED),
        # An interest declared late gives an outcome that rests on it back to the panel.
        "declare interest": Transition(_JUDGED, State.ELIGIBLE),
        "review bid": Transition((State.RECOMMENDED, State.AGREED), State.AGREED),
        "review bid: without a panel": Transition((State.ELIGIBLE, State.RECOMMENDED, State.AGREED), State.AGREED),
        "return bid": Transition((*_JUDGED, State.AGREED), State.ELIGIBLE),
        "enter direct award: new": Transition((), State.ENTERED),
        "enter direct award: change": Transition((State.ENTERED,)),
        "withdraw direct award": Transition((State.ENTERED, State.AGREED), State.WITHDRAWN),
        "review bid: direct award": Transition((State.ENTERED, State.AGREED), State.AGREED),
    }

    class Led(models.TextChoices):
        EXTERNAL = "external", "An organisation outside the force"
        INTERNAL = "internal", "A unit of the force"
        DIRECT = "direct", "Nobody: a direct award"

    # Who can lead a bid.
    LEADING = [(each.value, each.label) for each in (Led.EXTERNAL, Led.INTERNAL)]

    round = models.ForeignKey(Round, models.PROTECT, related_name="bids")
    reference = models.CharField(max_length=12, unique=True, editable=False)
    source_reference = models.CharField("your reference", max_length=40)
    title = models.CharField(max_length=150)
    led_by = models.CharField(max_length=10, choices=Led)
    recipient = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="bids")
    # How the bidder named the recipient, with the number in its one spelling. Bids of before have no number here.
    recipient_as_written = models.CharField(max_length=150, blank=True)
    register_as_written = models.CharField(max_length=30, blank=True)
    number_as_written = models.CharField(max_length=20, blank=True)
    # Who will receive a direct award whose recipients are not named yet: a class of bodies, how many of them at most,
    # and the day by which they are to be named, if one was set.
    described_as = models.CharField("who the recipients will be", max_length=120, blank=True)
    most_recipients = models.PositiveSmallIntegerField("how many recipients at most", null=True, blank=True)
    named_by = models.DateField("to be named by", null=True, blank=True)
    direct_reason = models.TextField("why no bids were invited", max_length=2000, blank=True)
    sponsoring_unit = models.CharField(max_length=80)
    # Personal data of the bidder's contact, shown only to people who group or audit bids.
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
    # The day on which a bid came in that was entered later, and why it was; empty for a bid entered in time.
    received_on = models.DateField(null=True, blank=True)
    late_reason = models.TextField(max_length=1000, blank=True)
    intake_digest = models.CharField(max_length=64, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = BidManager()
    rows = BidQuerySet.as_manager()

    class Meta:
        ordering = ["round", "source_reference"]
        indexes = [models.Index(fields=["round", "state"])]
        constraints = [
            models.UniqueConstraint(fields=["round", "source_reference"], name="bid_source_reference_once_a_round"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bid_amount_above_zero"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="bid_ends_after_it_starts"),
            models.CheckConstraint(
                condition=(Q(led_by="external", recipient__isnull=False) & _UNDESCRIBED)
                | (Q(led_by="internal", recipient__isnull=True) & _UNDESCRIBED)
                | (Q(led_by="direct", recipient__isnull=False) & _UNDESCRIBED)
                # A CHECK lets pass what compares with nothing, so that there is a number is held too.
                | (
                    Q(led_by="direct", recipient=None, most_recipients__isnull=False, most_recipients__gt=0)
                    & ~Q(described_as="")
                ),
                name="bid_recipient_fits_its_origin",
            ),
            models.CheckConstraint(
                condition=Q(led_by="direct", state__in=["entered", "agreed", "withdrawn"])
                | (~Q(led_by="direct") & ~Q(state__in=["entered", "withdrawn"])),
                name="bid_state_fits_its_origin",
            ),
            models.CheckConstraint(
                condition=(Q(led_by="direct") & ~Q(direct_reason="")) | (~Q(led_by="direct") & Q(direct_reason="")),
                name="direct_award_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("bids:direct_award" if self.is_direct else "bids:bid", args=[self.reference])

    @property
    def bid(self) -> Bid:
        """Itself, since the trail asks each subject for its bid."""
        return self

    @property
    def borough_names(self) -> str:
        return self.round.body.areas.names(self.boroughs)

    @property
    def bidder(self) -> str:
        """The name of the recipient as in `recipient_name`, or of the unit for an internal bid."""
        return self.recipient_name or self.sponsoring_unit

    @property
    def recipient_name(self) -> str:
        """The name of the recipient, how it is described while it is not named, or nothing for an internal bid."""
        return self.recipient.name if self.recipient else self.described

    @property
    def described(self) -> str:
        """How the recipients of a direct award are described, like “Up to 15 local authorities”; nothing elsewhere."""
        if not self.described_as:
            return ""
        many = f"up to {self.most_recipients} " if self.most_recipients != 1 else ""
        by = f", to be named by {self.named_by:%-d %B %Y}" if self.named_by else ""
        text = f"{many}{self.described_as}{by}"
        return text[0].upper() + text[1:]

    @property
    def is_external(self) -> bool:
        return self.led_by == self.Led.EXTERNAL

    @property
    def is_direct(self) -> bool:
        return self.led_by == self.Led.DIRECT

    @property
    def gets_grant(self) -> bool:
        """Whether a grant is made of it once it is agreed. A budget line pays for what a unit of the force leads."""
        return self.led_by != self.Led.INTERNAL


class CostLine(models.Model):
    """A part of the cost of a bid. The lines of a bid add up to its amount."""

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
    # All that the file holds, as `bids.sheets.book` has it; nothing where only its rows were kept.
    book = models.JSONField(null=True)
    # The text file itself, where its letters can be read in another encoding; nothing where they cannot.
    content = models.BinaryField(null=True)
    # What was settled about it, as `bids.sheets.mapping` has it; nothing as long as that is open.
    answers = models.JSONField(null=True)
    # The rows that come in. Those of an earlier release are pairs of column and text in the order of the columns.
    rows = models.JSONField()
    # The rows that stay out, and the sentences on the file, as they are shown with the rows.
    left_out = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    taken_in_at = models.DateTimeField(null=True)
    # Which organisation is meant, by the key of the question.
    recipients = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.file_name

    def read(self) -> list[Row]:
        """Return the rows that come in, each with the cells of the file."""
        return [row_of(row) for row in self.rows]


class ColumnMapping(models.Model):
    """Which column holds which field in files of the same headings, as a lead last settled it in a round."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="column_mappings")
    # The digest of the headings, as `bids.sheets.mapping` makes it.
    headings = models.CharField(max_length=64)
    columns = models.JSONField()
    defaults = models.JSONField(default=dict)
    month_first = models.BooleanField(default=False)
    # The encoding that somebody chose by hand; empty where it was left as it was detected.
    encoding = models.CharField(max_length=20, blank=True)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "headings"], name="column_mapping_once_a_round")]

    def __str__(self) -> str:
        return f"{self.round}, {len(self.columns)} columns"
