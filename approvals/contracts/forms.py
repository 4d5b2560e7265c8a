"""Forms of single tender actions."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

from django import forms

from approvals.contracts.suppliers import Meaning, NamedSupplier, organisation_of
from approvals.models import SingleTenderAction
from grants import money, references, registers, years
from grants.forms import Form, MoneyField, Radios, VersionedForm, text_area
from grants.formulas import no_formula
from grants.layout import Section
from grants.models import Organisation

_NEW = "new"


def _described(body: Organisation) -> str:
    return f"{body.name}, {body.numbered}" if body.number else body.name


def _wrong_number(register: str, number: str) -> str:
    """Return why a text is no number of a register, or an empty text."""
    try:
        registers.normal(register, number)
    except registers.NotANumber as wrong:
        return str(wrong)
    return ""


class ContractForm(Form):
    """Record a contract that was not competed."""

    pieces = (
        Section("The supplier", "supplier", "supplier_name", "supplier_register", "supplier_number", "same_as"),
        Section("What is bought", "title"),
        Section("The money", "amount", "profile", "charged_to"),
        Section("Why there is no competition", "ground", "evidence", "other_grounds"),
        Section("Appendices", "proposal", "performance"),
    )

    supplier = forms.ModelChoiceField(
        # An organisation that was merged into another has no name left.
        label="Supplier",
        queryset=Organisation.objects.filter(aliases__isnull=False).distinct(),
        empty_label="Choose an organisation",
        required=False,
        help_text="If it is not in the list, enter its name below.",
    )
    supplier_name = forms.CharField(
        label="Name of another supplier", max_length=150, required=False, validators=[no_formula]
    )
    supplier_register = forms.ChoiceField(
        label="Registered as", choices=Organisation.Register.choices, required=False, widget=forms.Select
    )
    supplier_number = forms.CharField(
        label="Register number",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
    )
    same_as = forms.ChoiceField(label="Which organisation is it", required=False, widget=Radios)
    title = forms.CharField(label="What is bought", max_length=150, validators=[no_formula])
    amount = MoneyField(label="Whole-life value")
    profile = text_area(
        "Years",
        rows=2,
        hint="Enter one year on each line, like “2019/20: 200,000”. The amounts must add up to the value.",
    )
    charged_to = forms.RegexField(
        references.FINANCIAL_YEAR,
        strip=True,
        label="Financial year that it is charged to",
        required=False,
        help_text="In a round of several years you can leave this empty: each year is then charged with its part.",
        error_messages={"invalid": "Enter a financial year, like 2026/27"},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    ground = forms.ChoiceField(label="Primary ground", choices=SingleTenderAction.Ground.choices, widget=Radios)
    evidence = text_area("Evidence for the primary ground", validators=[no_formula])
    other_grounds = text_area("Other grounds, noted and not relied on", rows=2, required=False, longest=2000)
    proposal = text_area("Proposal (appendix 3)", rows=6, longest=8000)
    performance = text_area("Performance framework (appendix 4)", rows=6, longest=8000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meaning = Meaning()
        if self.is_bound:
            name, register, number = (
                str(self.data.get(f"supplier_{part}", "")).strip() for part in ("name", "register", "number")
            )
            # A number that is none is named when the form is checked.
            with suppress(registers.NotANumber, ValueError):
                register, number = registers.normal(register, number)
            self.meaning = organisation_of(name, register, number) if name else Meaning()
        choices = [(str(body.pk), _described(body)) for body in self.meaning.candidates]
        if choices and not self.meaning.is_certain:
            choices.append((_NEW, "None of these: add it as a new organisation"))
        field = self.fields["same_as"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if not choices:
            # It is asked only where what was typed may be an organisation that is known.
            field.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        name, number = data.pop("supplier_name", ""), data.pop("supplier_number", "")
        register = data.pop("supplier_register", "") or Organisation.Register.NOT_STATED
        answer = data.pop("same_as", "")
        data["named"] = None
        if name and data.get("supplier"):
            self.add_error("supplier_name", "Choose a supplier from the list or enter a name, not both")
        elif not name and (number or register != Organisation.Register.NOT_STATED):
            self.add_error("supplier_name", "Enter the name of the supplier")
        elif not name and not data.get("supplier") and not {"supplier", "supplier_name"} & self.errors.keys():
            self.add_error("supplier", "Choose a supplier, or enter the name of another one")
        elif name and (register == Organisation.Register.NOT_STATED) != (not number):
            self.add_error("supplier_number", "Enter both the register and the number, or neither")
        elif name and number and (wrong := _wrong_number(register, number)):
            self.add_error("supplier_number", wrong)
        elif name and self.meaning.candidates and not answer and "same_as" not in self.errors:
            self.add_error("same_as", "Select the organisation that you mean")
        elif name:
            same_as = next((body for body in self.meaning.candidates if str(body.pk) == answer), None)
            if number:
                register, number = registers.normal(register, number)
            data["named"] = NamedSupplier(name, register, number, same_as, is_new=answer == _NEW)
        return data

    def clean_profile(self) -> list[tuple[str, Decimal]]:
        try:
            return [(slot.label, amount) for slot, amount in years.typed(self.cleaned_data["profile"])]
        except (years.NotYears, money.NotMoney) as wrong:
            raise forms.ValidationError(str(wrong)) from None


class ChangeContractForm(ContractForm, VersionedForm):
    """Change a contract, with the reason."""

    reason = text_area("Reason for the change", rows=2, longest=2000)
