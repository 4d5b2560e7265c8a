"""Forms of meetings."""

from __future__ import annotations

from typing import Any

from django import forms

from bids import scoring
from bids.criteria import Rule
from bids.fields import BidField
from bids.models import Bid, PanelOutcome
from bids.panel.closing import Agreed
from grants.forms import Checkboxes, DayField, Form, Radios, VersionedForm, text_area, yes_no
from grants.formulas import no_formula
from grants.layout import Reveal, Section
from grants.models import User


class PlanMeetingForm(Form):
    held_on = DayField(label="Date of the meeting")
    quorum = forms.IntegerField(
        label="Quorum",
        min_value=1,
        max_value=30,
        help_text="How many members must be present, for the meeting and for each bid.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-2", "inputmode": "numeric"}),
    )


class PresentForm(VersionedForm):
    """Who of the panel is present."""

    present = forms.ModelMultipleChoiceField(
        label="Who is present",
        queryset=User.objects.none(),
        widget=Checkboxes,
        to_field_name="username",
        error_messages={"required": "Select who is present"},
    )

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["present"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = members


class AgendaForm(Form):
    bid = BidField(label="Bid", queryset=Bid.objects.none(), empty_label="Choose a bid", to_field_name="reference")
    reason = text_area("Why it should be discussed", rows=2, longest=200)

    def __init__(self, *args: Any, bids: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["bid"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = bids


def _outcome_fields() -> dict[str, forms.Field]:
    """Return the fields of an outcome that the meeting may agree at once."""
    return {
        "verdict": forms.ChoiceField(
            label="Outcome",
            choices=[("", "Record it later"), *PanelOutcome.Verdict.choices],
            required=False,
            widget=Radios,
        ),
        "destination": forms.CharField(label="Where it is redirected to", max_length=150, required=False),
        "public_reason": text_area(
            "Reason that can be published",
            rows=3,
            required=False,
            longest=2000,
            hint="Needed with an outcome. Leave out marks and places.",
            validators=[no_formula],
        ),
    }


class DiscussForm(VersionedForm):
    """What the meeting agreed on a bid: an answer for each split gate, and a mark where it agreed one."""

    may_be_incomplete = True

    def __init__(self, *args: Any, rules: list[Rule], split: set[int], present: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rules = rules
        for rule in rules:
            if rule.number in split:
                self.fields[f"passed_{rule.number}"] = yes_no(
                    f"{rule.number}. {rule.label}: members are split. Does the bid pass?", required=False
                )
            if rule.scored:
                self.fields[f"score_{rule.number}"] = forms.TypedChoiceField(
                    label=f"{rule.number}. {rule.label}: agreed mark",
                    choices=[
                        ("", "No change: use the members’ mean"),
                        *((value, f"{value}: {label}") for value, label in rule.points),
                    ],
                    coerce=int,
                    empty_value=None,
                    required=False,
                    widget=forms.Select,
                )
        self.fields["left"] = forms.ModelMultipleChoiceField(
            label="Who left the meeting for this bid",
            queryset=present,
            to_field_name="username",
            required=False,
            widget=Checkboxes,
            help_text="Anybody who declared an interest, or did not answer the declaration, counts as having left.",
        )
        self.fields["reason"] = text_area("What was discussed and why this was agreed", rows=5)
        self.fields |= _outcome_fields()
        self.pieces = [
            Section("What is agreed on each criterion", *(name for name in self.fields if name[-1].isdigit())),
            Section("The discussion", "left", "reason"),
            Section("The outcome", Reveal("verdict", {"redirect": ["destination"]}), "public_reason"),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        verdict = data.get("verdict")
        if verdict and "public_reason" not in self.errors and not data.get("public_reason"):
            self.add_error("public_reason", "Enter the reason that can be published")
        if verdict == PanelOutcome.Verdict.REDIRECT and not data.get("destination"):
            self.add_error("destination", "Enter where you redirect the bid to")
        return data

    def outcome(self, bid: Bid) -> Agreed | None:
        """Return the outcome that the meeting agreed, once the form is valid, or None if it is recorded later."""
        data = self.cleaned_data
        if not data["verdict"]:
            return None
        redirected = data["verdict"] == PanelOutcome.Verdict.REDIRECT
        return Agreed(bid, data["verdict"], data["public_reason"], data["destination"] if redirected else "")

    @property
    def agreed(self) -> dict[int, scoring.Answer]:
        data = self.cleaned_data
        answers = {
            rule.number: scoring.Answer(data.get(f"passed_{rule.number}"), data.get(f"score_{rule.number}"))
            for rule in self.rules
        }
        return {number: answer for number, answer in answers.items() if answer != scoring.Answer()}
