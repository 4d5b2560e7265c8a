"""The form of a direct award: the rules of a bid, without what only a bid has."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from bids.direct import entering
from bids.intake.forms import AddBidForm, visible
from bids.models import Bid
from grants.forms import DayField, Radios, text_area
from grants.formulas import no_formula
from grants.layout import Reveal, Section
from grants.names import plain_name

NAMED, DESCRIBED = "named", "described"
_NEEDED = {
    NAMED: {"recipient": "the recipient organisation"},
    DESCRIBED: {"described_as": "who the recipients will be", "most_recipients": "how many recipients at most"},
}
_OF_NAMED = ("recipient", "register", "register_number")


class DirectForm(AddBidForm):
    """A direct award: who receives it, how much, what it is for, and why no bids were invited.

    The recipient is an organisation, or a class of bodies of which at most so many are named later.
    """

    pieces = (
        Section("The award", "your_reference", "title", "direct_reason"),
        Section(
            "Who receives it",
            Reveal("receives", {NAMED: list(_OF_NAMED), DESCRIBED: list(entering.DESCRIBED)}),
            "sponsoring_unit",
        ),
        Section("The money", "amount"),
        Section("What it is for", "summary", "boroughs", "themes", "priorities", "objectives"),
        Section("When it runs", "starts_on", "ends_on"),
        Section("Staff and personal data", Reveal("employs_staff", {"yes": ["london_living_wage"]}), "personal_data"),
    )

    # What only a bid has. Django takes a field of a parent out where it is None, which its types do not know.
    led_by = contact = contact_email = costs = beneficiaries = None  # type: ignore[assignment]  # taken out
    outputs = outcomes = evaluation_plan = track_record = None
    future_cost = future_cost_note = None  # type: ignore[assignment]  # taken out

    direct_reason = text_area(
        "Why no bids were invited",
        rows=3,
        longest=2000,
        hint="It is published with the award.",
        validators=[no_formula],
    )
    receives = forms.ChoiceField(
        label="Is the recipient known?",
        choices=[(NAMED, "Yes: one organisation"), (DESCRIBED, "No: they are named later")],
        widget=Radios,
    )
    described_as = forms.CharField(
        label="Who the recipients will be",
        max_length=120,
        required=False,
        validators=[visible, no_formula],
        help_text="Such as “local authorities in the region”. The number is printed before it.",
    )
    most_recipients = forms.IntegerField(
        label="How many recipients at most",
        required=False,
        min_value=1,
        max_value=9999,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-4"}),
    )
    named_by = DayField(label="To be named by", called="The day by which they are named", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["your_reference"].help_text = "The number that your unit gave it."
        self.fields["amount"].label = "Amount"
        self.fields["recipient"].help_text = "The organisation to be paid."
        self.fields["summary"].label = "Purpose"
        self.fields["summary"].error_messages["required"] = "Enter the purpose"
        # What stands under an answer is needed with that answer, so that none of it is called optional.
        for answer, names in _NEEDED.items():
            for name, asked in names.items():
                self.fields[name].required = not self.is_bound or self.data.get("receives") == answer
                self.fields[name].error_messages["required"] = f"Enter {asked}"

    def clean_described_as(self) -> str:
        text = " ".join(str(self.cleaned_data["described_as"]).split())
        if text and not plain_name(text):
            raise forms.ValidationError("Enter who the recipients will be in words")
        if re.match(r"(?i)(up to\b|at most\b|\d)", text):
            raise forms.ValidationError("Leave out the number. It is printed before these words")
        return text

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("named_by") and data.get("ends_on") and data["named_by"] > data["ends_on"]:
            self.add_error("named_by", "The day by which they are named must not be after the end date")
        return data

    def _check_recipient(self, data: dict[str, Any]) -> None:
        # The rules of the name and number of an organisation ask who leads the bid.
        named = data.get("receives") == NAMED
        data["led_by"] = Bid.Led.EXTERNAL if named else ""
        super()._check_recipient(data)
        if not data.get("receives"):
            return
        for name in entering.DESCRIBED if named else ("recipient", "register_number"):
            if data.get(name):
                self.add_error(name, "Leave this empty, or change whether the recipient is known")


class ChangeDirectForm(DirectForm):
    """A direct award that waits for review: its reference stays, and the reason for the change is recorded."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = text_area("Reason for the change", rows=2)

    def __init__(self, *args: Any, row: Bid, **kwargs: Any) -> None:
        super().__init__(*args, round=row.round, **kwargs)
        self.kept = row
