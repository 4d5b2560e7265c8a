"""Power over an account that decides: one administrator proposes it, and another confirms it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from grants.models.proposals import Proposed, answered_by_a_second_person, stays_as_proposed
from grants.models.rounds import Round, own_body
from grants.models.users import User
from grants.roles import Role
from grants.states import Transition, Transitions


class PowerProposal(Proposed):
    """A role that decides, or a password link or email address for somebody who holds one. It takes two people.

    Nobody has a part in a proposal about themselves. It can be confirmed from `opens_at` on.
    """

    class Kind(models.TextChoices):
        ROLE = "role", "Give a role"
        LINK = "link", "Make a password link"
        EMAIL = "email", "Change the email address"

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waiting for a second administrator"
        CONFIRMED = "confirmed", "Confirmed"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Transitions] = {
        "propose power": Transition((), State.PROPOSED),
        "confirm power": Transition((State.PROPOSED,), State.CONFIRMED),
        "refuse power": Transition((State.PROPOSED,), State.REFUSED),
        "withdraw power": Transition((State.PROPOSED,), State.WITHDRAWN),
    }

    kind = models.CharField(max_length=10, choices=Kind)
    person = models.ForeignKey(User, models.PROTECT, related_name="power_proposals")
    role = models.CharField(max_length=20, blank=True, choices=[(role.value, role.label) for role in Role])
    round = models.ForeignKey(Round, models.PROTECT, null=True, related_name="+")
    level = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    opens_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="power_has_its_reason"),
            models.CheckConstraint(condition=~Q(person=F("proposed_by")), name="power_not_proposed_for_oneself"),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(person=F("answered_by")), name="power_not_answered_for_oneself"
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(answered_at__gte=F("opens_at")), name="power_not_confirmed_early"
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "role", "round"],
                condition=Q(state="proposed"),
                nulls_distinct=False,
                name="power_proposed_once_at_a_time",
            ),
            answered_by_a_second_person("power_answered_by_a_second_person", taken="confirmed"),
        ]
        triggers = stays_as_proposed(
            "reference",
            "kind",
            "person",
            "role",
            "round",
            "level",
            "email",
            "opens_at",
            "reason",
            "proposed_by",
            "proposed_at",
            taken="confirmed",
        )

    @property
    def title(self) -> str:
        """What the role is called in the body of its round, or in that of this deployment where it is of all rounds."""
        body = self.round.body if self.round else own_body()
        return body.offices.of(Role(self.role))

    def __str__(self) -> str:
        return f"{self.reference}: {self.get_kind_display()}, {self.person}"
