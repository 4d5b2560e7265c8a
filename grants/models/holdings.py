"""Who holds which role, in one round or in all, and for whom a deputy holds one."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q

from grants.models.rounds import Round, own_body
from grants.models.users import User
from grants.roles import Role


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
    # Whose decisions they take, where the scheme of the round has several levels that decide; empty for each of them.
    level = models.CharField("level at which they decide", max_length=120, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # A role that decides has a second person, unless the operator of the system gave it.
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
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
                condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("given_by")) & ~Q(confirmed_by=F("user"))),
                name="role_confirmed_by_a_second_person",
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
