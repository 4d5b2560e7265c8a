"""The attempts to enter a password, from which the brake on guessing is worked out."""

from __future__ import annotations

from django.db import models

from grants.models.users import User


class SignInAttempt(models.Model):
    """One password entered: whose, from where, and whether it was right. Rows are deleted after 90 days.

    A row is written before the password is checked, so that guesses sent at once all count. `name` is a digest of the
    user name, because people enter passwords in that field by mistake.
    """

    class Place(models.TextChoices):
        SIGN_IN = "sign_in", "to sign in"
        SIGNATURE = "signature", "to sign a decision"
        ACCOUNT = "account", "to change a password"

    class Result(models.TextChoices):
        PENDING = "pending", "not checked yet"
        WRONG = "wrong", "wrong"
        RIGHT = "right", "right"

    person = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=64)
    address = models.GenericIPAddressField(null=True)
    place = models.CharField(max_length=20, choices=Place)
    at = models.DateTimeField(db_index=True)
    result = models.CharField(max_length=10, choices=Result, default=Result.PENDING)

    class Meta:
        indexes = [
            models.Index(fields=["name", "-at"], name="attempt_by_name"),
            models.Index(fields=["address", "-at"], name="attempt_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.get_place_display()}: {self.get_result_display()}"
