"""The bodies outside the force that receive money, with the names that they use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q

from grants import registers
from grants.names import plain_name

# A name can grow when it is taken apart into plain letters; what is beyond this makes no difference.
LONGEST_PLAIN = 300


class OrganisationManager(models.Manager["Organisation"]):
    def add(self, name: str, register: str = "", number: str = "", aliases: Iterable[str] = ()) -> Organisation:
        """Store a new organisation with its number, its name and further names, and return it.

        Raises NotANumber where the number is none of the register. Whether it is known is for the caller to ask.
        """
        own: tuple[str, str] = registers.normal(register, number) if number else (Organisation.Register.NOT_STATED, "")
        body = self.create(name=name, register=own[0], number=own[1])
        if number:
            RegisterNumber.objects.create(organisation=body, register=own[0], number=own[1])
        for each in {plain_name(each): each for each in (*aliases, name)}.values():
            Alias.objects.create(organisation=body, name=each)
        return body


class Organisation(models.Model):
    """A body outside the force, with the names that it uses and its numbers in public registers.

    `register` and `number` are those that are published; `numbers` has them too, and any others.
    """

    class Register(models.TextChoices):
        CHARITY = registers.Register.CHARITY, "Charity number"
        SCOTTISH_CHARITY = registers.Register.SCOTTISH_CHARITY, "Scottish charity number"
        NI_CHARITY = registers.Register.NI_CHARITY, "Northern Ireland charity number"
        COMPANY = registers.Register.COMPANY, "Company number"
        MUTUAL = registers.Register.MUTUAL, "Mutual society number"
        AUTHORITY = registers.Register.AUTHORITY, "Local authority code"
        EDUCATION = registers.Register.EDUCATION, "School or provider number"
        NOT_STATED = registers.Register.NOT_STATED, "Not stated"

    name = models.CharField(max_length=150)
    register = models.CharField(max_length=30, choices=Register, default=Register.NOT_STATED)
    number = models.CharField("register number", max_length=20, blank=True)
    illustrative = models.BooleanField(default=False, help_text="Invented for a demonstration.")

    objects = OrganisationManager()

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

    @property
    def numbered(self) -> str:
        """Its number as a sentence names it, like `charity number 1234567`; empty where it has none."""
        return registers.called(self.register, self.number) if self.number else ""

    @property
    def identity(self) -> str:
        """What routing and sums compare: its number or, where it has none, its name as names are compared."""
        return f"{self.register} {self.number}" if self.number else plain_name(self.name)


class RegisterNumber(models.Model):
    """A number of an organisation in a public register, as `registers.normal` spells it."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="numbers")
    register = models.CharField(max_length=30, choices=Organisation.Register)
    number = models.CharField(max_length=20)

    class Meta:
        ordering = ["register", "number"]
        constraints = [models.UniqueConstraint(fields=["register", "number"], name="register_number_once")]

    def __str__(self) -> str:
        return f"{self.get_register_display()} {self.number}"


class Alias(models.Model):
    """A name of an organisation, with its spelling as names are compared. Its own name is one of them.

    Two organisations may have the same name, where their numbers differ.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=150)
    plain = models.CharField(max_length=LONGEST_PLAIN, db_index=True, editable=False)

    class Meta:
        verbose_name_plural = "aliases"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "plain"], name="alias_once_an_organisation")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.plain = plain_name(self.name)[:LONGEST_PLAIN]
        super().save(*args, **kwargs)
