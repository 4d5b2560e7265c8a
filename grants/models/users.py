"""The people who sign in, and the letters to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models

from grants.roles import Role

USERNAME = RegexValidator(r"^[a-z0-9][a-z0-9.-]*$", "User name must be small letters, figures, dots and hyphens")


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
    # How often all sessions of this person were ended at once.
    sessions_ended = models.PositiveIntegerField(default=0, editable=False)

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

    # A session holds this hash, and ends when it no longer matches.
    def get_session_auth_hash(self) -> str:
        return self._of_these_sessions(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return map(self._of_these_sessions, super().get_session_auth_fallback_hash())

    def _of_these_sessions(self, own: str) -> str:
        return f"{own}{self.sessions_ended or ''}"

    @property
    def is_staff(self) -> bool:
        return self.holdings.filter(role=Role.ADMINISTRATOR, ended_at=None, through=None).exists()

    # The admin site asks these; its own ModelAdmin classes give the answer.
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


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
