"""Forms of organisations: what leaves a record for another one, and another register number."""

from __future__ import annotations

from typing import Any

from django import forms

from approvals.families.bodies import Part
from bids.fields import BidsField
from bids.models import Bid
from grants import registers
from grants.forms import Checkboxes, Form, Radios, text_area
from grants.layout import Reveal, Section
from grants.models import Alias, Organisation, RegisterNumber

REGISTERS = [("", "Select a register"), *[each for each in Organisation.Register.choices if each[0] != "not stated"]]


class NumberForm(Form):
    """A number in a public register, brought into its one spelling."""

    register = forms.ChoiceField(label="Registered as", choices=REGISTERS)
    number = forms.CharField(
        label="Register number", max_length=40, help_text="Spaces and zeros at the front do not matter."
    )
    reason = text_area("Reason", rows=2)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        check_number(self, data)
        return data


def check_number(form: Form, data: dict[str, Any]) -> None:
    """Bring the number of a form into its one spelling, or put what is wrong at its field."""
    if bool(data.get("register")) != bool(data.get("number")):
        form.add_error("number", "Enter both the register and the number, or neither")
    elif data.get("number"):
        try:
            data["register"], data["number"] = registers.normal(data["register"], data["number"])
        except registers.NotANumber as wrong:
            form.add_error("number", str(wrong))


class SeparateForm(Form):
    """What belongs to another organisation, and to which: one that is known, or a new one."""

    pieces = (
        Section("What goes to it", "bids", "names", "numbers"),
        Section(
            "The other organisation",
            Reveal("to", {"known": ["into"], "new": ["name", "register", "number"]}),
        ),
        "reason",
    )
    may_be_incomplete = True

    bids = BidsField(label="Bids", queryset=Bid.rows.none(), widget=Checkboxes, required=False)
    names = forms.ModelMultipleChoiceField(
        label="Names", queryset=Alias.objects.none(), widget=Checkboxes, required=False
    )
    numbers = forms.ModelMultipleChoiceField(
        label="Register numbers", queryset=RegisterNumber.objects.none(), widget=Checkboxes, required=False
    )
    to = forms.ChoiceField(
        label="Which organisation is it?",
        choices=[("new", "A new organisation"), ("known", "An organisation with a record")],
        widget=Radios,
        error_messages={"required": "Select which organisation it is"},
    )
    into = forms.ModelChoiceField(
        label="Organisation", queryset=Organisation.objects.none(), required=False, empty_label="Select an organisation"
    )
    name = forms.CharField(label="Name", max_length=150, required=False)
    register = forms.ChoiceField(label="Registered as", choices=REGISTERS, required=False)
    number = forms.CharField(label="Register number", max_length=40, required=False)
    reason = text_area("Reason", rows=2)

    def __init__(self, *args: Any, body: Organisation, bids: list[Bid], others: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "bids": Bid.rows.filter(pk__in=[bid.pk for bid in bids]).select_related("recipient"),
            "names": body.aliases.exclude(name=body.name),
            "numbers": body.numbers.all(),
            "into": others,
        }
        for name, queryset in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset
        for name in ("bids", "names", "numbers"):
            if not choices[name].exists():
                # Nothing to tick: the question is left out, and nothing leaves.
                self.fields[name].widget = forms.MultipleHiddenInput()
        bids_field = self.fields["bids"]
        assert isinstance(bids_field, BidsField)
        bids_field.to_field_name = "reference"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("to") == "known" and not data.get("into"):
            self.add_error("into", "Select an organisation")
        if data.get("to") == "new":
            if not data.get("name"):
                self.add_error("name", "Enter the name of the other organisation")
            check_number(self, data)
        return data

    @property
    def part(self) -> Part:
        """What leaves, as the transition takes it."""
        data, new = self.cleaned_data, self.cleaned_data["to"] == "new"
        return Part(
            list(data["bids"]),
            list(data["names"]),
            list(data["numbers"]),
            None if new else data["into"],
            *((data["name"], data["register"], data["number"]) if new else ()),
        )
