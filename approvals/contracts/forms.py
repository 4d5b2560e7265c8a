"""Forms of single tender actions."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from approvals.models import SingleTenderAction
from grants import money
from grants.forms import Form, MoneyField, Radios, VersionedForm, text_area
from grants.formulas import no_formula
from grants.layout import Section
from grants.models import Organisation


class ContractForm(Form):
    """Record a contract that was not competed."""

    pieces = (
        Section("What is bought", "supplier", "title"),
        Section("The money", "amount", "profile", "charged_to"),
        Section("Why there is no competition", "ground", "evidence", "other_grounds"),
        Section("Appendices", "proposal", "performance"),
    )

    supplier = forms.ModelChoiceField(
        # An organisation that was merged into another has no name left.
        label="Supplier",
        queryset=Organisation.objects.filter(aliases__isnull=False).distinct(),
        empty_label="Choose an organisation",
    )
    title = forms.CharField(label="What is bought", max_length=150, validators=[no_formula])
    amount = MoneyField(label="Whole-life value")
    profile = text_area(
        "Years",
        rows=2,
        hint="Enter one year on each line, like “2019/20: 200,000”. The amounts must add up to the value.",
    )
    charged_to = forms.RegexField(
        r"^20\d\d/\d\d$",
        label="Financial year that it is charged to",
        error_messages={"invalid": "Enter a financial year, like 2026/27"},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    ground = forms.ChoiceField(label="Primary ground", choices=SingleTenderAction.Ground.choices, widget=Radios)
    evidence = text_area("Evidence for the primary ground", validators=[no_formula])
    other_grounds = text_area("Other grounds, noted and not relied on", rows=2, required=False, longest=2000)
    proposal = text_area("Proposal (appendix 3)", rows=6, longest=8000)
    performance = text_area("Performance framework (appendix 4)", rows=6, longest=8000)

    def clean_profile(self) -> list[tuple[str, Decimal]]:
        years = []
        for line in self.cleaned_data["profile"].splitlines():
            if not line.strip():
                continue
            year, colon, amount = line.partition(":")
            try:
                if not colon:
                    raise money.NotMoney(f"Enter a year, a colon and an amount instead of “{line[:40]}”")
                years.append((year.strip(), money.parse(amount)))
            except money.NotMoney as wrong:
                raise forms.ValidationError(str(wrong)) from None
        return years


class ChangeContractForm(ContractForm, VersionedForm):
    """Change a contract, with the reason."""

    reason = text_area("Reason for the change", rows=2, longest=2000)
