"""The forms by which somebody names their deputy, and ends it."""

from typing import Any

from django import forms

from grants.forms import DayField, Form, ReasonForm, text_area
from grants.models import RoleHolding, User
from grants.people.deputies import DEPUTISED, NEVER


class HoldingField(forms.ModelChoiceField):
    """A role that somebody holds, labelled by its title and its round."""

    def label_from_instance(self, obj: RoleHolding) -> str:
        return f"{obj.title}, {obj.round.title if obj.round else 'all rounds'}"


class DeputyField(forms.ModelChoiceField):
    """A deputy's role, labelled by the person, the title and the last day."""

    def label_from_instance(self, obj: RoleHolding) -> str:
        return f"{obj.user.name}, {obj.title}, until {obj.ends_on:%-d %B %Y}"


class DeputyForm(Form):
    holding = HoldingField(label="Role", queryset=RoleHolding.objects.none(), empty_label="Choose a role")
    person = forms.ModelChoiceField(label="Your deputy", queryset=User.objects.none(), empty_label="Choose a person")
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day")
    reason = text_area("Reason", rows=2)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        holding, person = self.fields["holding"], self.fields["person"]
        assert isinstance(holding, HoldingField) and isinstance(person, forms.ModelChoiceField)
        # A role that is held as a deputy is among them, so that choosing it gives a refusal that explains itself.
        holding.queryset = user.holdings.filter(ended_at=None, role__in=DEPUTISED).select_related("round")
        others = RoleHolding.objects.filter(ended_at=None, role__in=NEVER).values("user")
        person.queryset = User.objects.filter(is_active=True).exclude(pk=user.pk).exclude(pk__in=others)


class EndDeputationForm(ReasonForm):
    deputy = DeputyField(label="Deputy", queryset=RoleHolding.objects.none(), empty_label="Choose a deputy")
    field_order = ["deputy", "reason"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["deputy"]
        assert isinstance(field, DeputyField)
        field.queryset = RoleHolding.objects.filter(through__user=user, ended_at=None).select_related("user", "round")
