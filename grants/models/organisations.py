"""The bodies outside the force that receive money, with the names that they use."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from grants.names import plain_name


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
