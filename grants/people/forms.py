"""Forms of signing in, people and roles."""

from __future__ import annotations

from typing import Any

from django import forms

from grants.forms import Form, Radios, ReasonForm, text_area
from grants.models import USERNAME, RoleHolding, Round, User, own_body
from grants.roles import Role


class SignInForm(Form):
    username = forms.CharField(label="User name", widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label="Password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class SetPasswordForm(Form):
    password = forms.CharField(
        label="New password",
        strip=False,
        help_text="At least 12 characters. Not a common password, and without your name or words of this service.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ChangePasswordForm(SetPasswordForm):
    current = forms.CharField(
        label="Current password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["current", "password"]


class PersonForm(Form):
    name = forms.CharField(label="Name", max_length=150)
    username = forms.CharField(label="User name", max_length=80, validators=[USERNAME], help_text="Such as amara.cole.")
    unit = forms.CharField(label="Unit", max_length=80, required=False, help_text="Such as Central West.")
    email = forms.EmailField(
        label="Email address",
        max_length=254,
        required=False,
        help_text="The service sends its emails here, such as reminders from the panel’s chair.",
    )


class EmailForm(Form):
    email = forms.EmailField(label="Email address", max_length=254)


class EmailForReasonForm(EmailForm):
    reason = text_area("Reason", rows=2)


def _roles() -> list[tuple[str, str]]:
    return [(role.value, own_body().offices.of(role)) for role in Role]


class RoleForm(Form):
    role = forms.ChoiceField(label="Role", choices=_roles, widget=Radios)
    round = forms.ModelChoiceField(
        label="Round", queryset=Round.objects.all(), required=False, empty_label="All rounds"
    )
    level = forms.ChoiceField(
        label="Level",
        required=False,
        help_text="Only for a person who decides. They decide the papers of this level and no others.",
    )
    reason = text_area("Reason", rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = own_body().levels
        field = self.fields["level"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Every level"), *((who, who) for who in levels)]
        if len(levels) < 2:
            del self.fields["level"]


class EndRoleForm(ReasonForm):
    holding = forms.ModelChoiceField(label="Role to end", queryset=RoleHolding.objects.none(), widget=Radios)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holding"] = forms.ModelChoiceField(
            label="Role to end", queryset=person.holdings.filter(ended_at=None), widget=Radios, empty_label=None
        )
