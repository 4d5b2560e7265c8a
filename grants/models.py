"""The allocation and who acts on it: rounds, budget lines, organisations, people, roles and the trail."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from grants import body_folder, money
from grants.bodies import Body, body_of
from grants.names import plain_name
from grants.roles import Role
from grants.states import Transition, Transitions

USERNAME = RegexValidator(r"^[a-z0-9][a-z0-9.-]*$", "User name must be small letters, figures, dots and hyphens")
UNALLOCATED = "What no line holds"
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_references(prefix: str, wanted: int, taken: Iterable[str]) -> list[str]:
    """Return new references such as `BID-7KQ2M`. They are short to read out and do not reveal how many there are."""
    seen = set(taken)
    references: list[str] = []
    while len(references) < wanted:
        reference = f"{prefix}-" + "".join(secrets.choice(_LETTERS) for _ in range(5))
        if reference not in seen:
            seen.add(reference)
            references.append(reference)
    return references


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, username: str, *, name: str, password: str | None = None, unit: str = "", email: str = ""
    ) -> User:
        """Add a person. Without a password nobody can sign in as them until one is set."""
        user = self.model(username=username, name=name, unit=unit, email=email)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in. There is no superuser: only RoleHolding decides what a person may do."""

    username = models.CharField("user name", max_length=80, unique=True, validators=[USERNAME])
    name = models.CharField(max_length=150)
    unit = models.CharField(max_length=80, blank=True)
    email = models.EmailField("email address", blank=True)
    is_active = models.BooleanField(default=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        return self.username

    @property
    def is_staff(self) -> bool:
        return self.holdings.filter(role=Role.ADMINISTRATOR, ended_at=None, through=None).exists()

    # The admin site asks these; its own ModelAdmin classes give the answer.
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


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
    """One allocation for one financial year, the bids against it and the decision that closes it."""

    class Key(models.TextChoices):
        FAMILY = "family", "project family"
        RECIPIENT = "recipient", "recipient organisation"

    reference = models.SlugField(max_length=40, unique=True, help_text="Used in addresses, such as grants-2026-27.")
    title = models.CharField(max_length=120)
    financial_year = models.CharField(max_length=7, help_text="Such as 2019/20.")
    allocation = models.DecimalField(max_digits=14, decimal_places=2)
    purpose = models.CharField(max_length=300, blank=True)
    opens_on = models.DateField()
    closes_on = models.DateField("bids close on")
    scoring_closes_on = models.DateField(null=True, blank=True)
    routing_key = models.CharField(
        max_length=10, choices=Key, default=Key.FAMILY, help_text="What the limit is compared with."
    )
    scored = models.BooleanField("scored by a panel", default=True)
    body_version = models.ForeignKey(BodyVersion, models.PROTECT, related_name="rounds", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-opens_on", "reference"]
        constraints = [
            models.CheckConstraint(condition=Q(allocation__gt=0), name="round_allocation_above_zero"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="round_closes_after_it_opens"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def body(self) -> Body:
        """The body that awards its grants, as it was when the round opened."""
        return _body_by_digest(self.body_version_id)

    @property
    def ends_on(self) -> date:
        """The last day of the financial year."""
        return date(int(self.financial_year[:4]) + 1, 3, 31)


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
    note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="line_amount_not_below_zero"),
            models.UniqueConstraint(fields=["round", "label"], name="line_label_once_a_round"),
        ]

    def __str__(self) -> str:
        return self.label


class Virement(models.Model):
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
    reference = models.CharField(max_length=12, unique=True, editable=False)
    source = models.ForeignKey(BudgetLine, models.PROTECT, null=True, related_name="virements_out")
    target = models.ForeignKey(BudgetLine, models.PROTECT, null=True, related_name="virements_in")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.TextField(max_length=4000)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField("why it was refused or withdrawn", max_length=4000, blank=True)

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
            models.CheckConstraint(
                condition=Q(state="proposed", answered_by=None, answered_at=None)
                | Q(state="withdrawn", answered_by=F("proposed_by"), answered_at__isnull=False)
                | (
                    Q(state__in=["confirmed", "refused"], answered_by__isnull=False, answered_at__isnull=False)
                    & ~Q(answered_by=F("proposed_by"))
                ),
                name="virement_answered_by_a_second_person",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="stays_as_proposed",
                fields=["round", "reference", "source", "target", "amount", "reason", "proposed_by", "proposed_at"],
            ),
            # `Meta` cannot read TRANSITIONS of the class around it, so a test compares the two.
            pgtrigger.FSM(
                name="answered_once",
                field="state",
                transitions=[("proposed", "confirmed"), ("proposed", "refused"), ("proposed", "withdrawn")],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {money.pounds(self.amount)} from {self.source_label} to {self.target_label}"

    @property
    def source_label(self) -> str:
        return self.source.label if self.source else UNALLOCATED

    @property
    def target_label(self) -> str:
        return self.target.label if self.target else UNALLOCATED


class Organisation(models.Model):
    """A body outside the force, identified by its number in a public register, with the names that it uses."""

    class Register(models.TextChoices):
        CHARITY = "charity", "Charity number"
        COMPANY = "company", "Company number"
        AUTHORITY = "local authority", "Local authority code"
        NOT_STATED = "not stated", "Not stated"

    name = models.CharField(max_length=150)
    register = models.CharField(max_length=20, choices=Register, default=Register.NOT_STATED)
    number = models.CharField("register number", max_length=20, blank=True)
    illustrative = models.BooleanField(default=False, help_text="Invented for a demonstration.")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["register", "number"], condition=~Q(number=""), name="organisation_once_a_register_number"
            ),
            models.CheckConstraint(
                condition=Q(register="not stated", number="") | (~Q(register="not stated") & ~Q(number="")),
                name="organisation_number_with_its_register",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Alias(models.Model):
    """Another name of an organisation, as it is compared: `plain_name`. Its own name is one of them."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=150)
    plain = models.CharField(max_length=150, unique=True, editable=False)

    class Meta:
        verbose_name_plural = "aliases"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.plain = plain_name(self.name)
        super().save(*args, **kwargs)


class HoldingQuerySet(models.QuerySet["RoleHolding"]):
    def on(self, day: date) -> HoldingQuerySet:
        """Return the roles that count on a day: not ended, and for a deputy within their dates."""
        own = Q(through=None)
        deputy = Q(through__ended_at=None, through__user__is_active=True, starts_on__lte=day, ends_on__gte=day)
        return self.filter(own | deputy, ended_at=None)


class RoleHolding(models.Model):
    """A person holds a role, in one round or (round empty) in all of them, from one instant to another.

    A deputy holds it `through` the role of somebody else, from one day to another, and names no deputy.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="holdings")
    role = models.CharField(max_length=20, choices=[(role.value, role.label) for role in Role])
    round = models.ForeignKey(Round, models.PROTECT, null=True, blank=True, related_name="holdings")
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    through = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="deputies")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = HoldingQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "round"],
                condition=Q(ended_at=None, through=None),
                nulls_distinct=False,
                name="role_held_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(given_by=None) | ~Q(given_by=F("user")), name="nobody_gives_themselves_a_role"
            ),
            models.CheckConstraint(
                condition=Q(through=None, starts_on=None, ends_on=None)
                | Q(through__isnull=False, starts_on__isnull=False, ends_on__gte=F("starts_on")),
                name="deputy_has_dates",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="no_deputy_of_a_deputy",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__through__isnull=False),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM grants_roleholding WHERE id = NEW.through_id AND through_id IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'A deputy names no deputy';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.title}"

    @property
    def title(self) -> str:
        """What the role is called in the body of its round, or in that of this deployment where it is of all rounds."""
        body = self.round.body if self.round else own_body()
        return body.offices.of(Role(self.role))


class Mail(models.Model):
    """A letter in the outbox, written with the change that it reports and sent after it. It is not confidential."""

    to = models.ForeignKey(User, models.PROTECT, related_name="+")
    message_id = models.CharField(max_length=80, unique=True, editable=False)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "mail"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.subject


class AuditEvent(models.Model):
    """One change of state: who, in which role, what, when and why. Written by `audit.record` alone.

    The events of a round form a chain: each holds the hash of the one before it, so that an edited, removed or
    inserted event shows. Events about no round (people, reference data) form a chain of their own.
    """

    round = models.ForeignKey(Round, models.PROTECT, null=True, related_name="events")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=150)
    actor_role = models.CharField(max_length=20)
    acting_for = models.CharField("for whom a deputy acted", max_length=150, blank=True)
    principal = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    bid = models.CharField(max_length=12, blank=True)
    because = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["round", "number"]
        indexes = [models.Index(fields=["bid", "number"]), models.Index(Lower("action"), name="event_by_action")]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], nulls_distinct=False, name="event_number_once_a_chain")
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="never_emptied",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'The trail is never emptied';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.actor_name} {self.action}"
