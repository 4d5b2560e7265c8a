"""Forms of rounds, budget lines, income and virements."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms

from grants import money, references
from grants.forms import DayField, Form, MoneyField, Radios, VersionedForm, text_area
from grants.formulas import no_formula
from grants.layout import Section
from grants.models import UNALLOCATED, BudgetLine, Income, Round, own_body
from grants.printable import must_print
from grants.year_fields import YearsField, ask_years


def _of_the_body() -> Decimal:
    return own_body().over_allocation_percent


class RoundForm(Form):
    pieces = (
        Section("The round", "reference", "title", "financial_year", "purpose"),
        Section("The money", "allocation", "profile", "own_budget", "over_allocation_percent", "routing_key"),
        Section("The days", "opens_on", "closes_on", "grace_days", "scoring_closes_on"),
        Section("The panel", "scored"),
    )

    reference = forms.RegexField(
        references.ROUND,
        strip=True,
        label="Reference",
        max_length=40,
        help_text="Used in addresses, such as grants-2026-27.",
        error_messages={"invalid": "Enter letters, figures, hyphens and underscores, like grants-2026-27"},
    )
    title = forms.CharField(label="Title", max_length=120)
    financial_year = forms.RegexField(
        references.FINANCIAL_YEAR,
        strip=True,
        label="Financial year",
        help_text="Such as 2026/27. For a round of several years, the first one.",
        error_messages={"invalid": "Financial year must be like 2026/27"},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    allocation = MoneyField(label="Allocation")
    profile = YearsField(
        label="Allocation by year",
        hint="Only for a round of several years, or with capital apart from revenue. One on each line, like "
        "“2026/27: 500,000” or “2026/27 capital: 20,000”. They must add up to the allocation.",
    )
    own_budget = MoneyField(
        label="Own budget",
        required=False,
        above_zero=False,
        help_text="The part of the allocation that no grantor gives. Enter 0 where grantors give all of it. "
        "If you leave this empty, it is whatever income leaves.",
    )
    over_allocation_percent = forms.DecimalField(
        label="May be over-allocated by, in per cent",
        min_value=0,
        max_value=100,
        decimal_places=2,
        initial=_of_the_body,
        help_text="How much more than the allocation two people may agree to use. Enter 0 where it is nothing.",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "decimal"}),
    )
    purpose = text_area("What the money is for", rows=2, required=False, longest=300)
    opens_on = DayField(label="Opens on", called="The opening day")
    closes_on = DayField(label="Bids close on", called="The closing day of bids")
    grace_days = forms.IntegerField(
        label="Days of grace",
        min_value=0,
        max_value=60,
        initial=Round.GRACE_DAYS,
        help_text="How long after closing a bid that came in on time can still be entered, with a reason.",
        widget=forms.NumberInput(attrs={"class": "govuk-input--width-3"}),
    )
    scoring_closes_on = DayField(label="Scoring closes on", called="The closing day of scoring", required=False)
    routing_key = forms.ChoiceField(
        label="The limit is compared with the sum of a",
        choices=Round.Key.choices,
        initial=Round.Key.FAMILY,
        widget=Radios,
        help_text="The other grouping is checked as well, with a warning where it gives a higher route.",
    )
    scored = forms.TypedChoiceField(
        label="Are the bids scored by a panel?",
        choices=[("yes", "Yes"), ("no", "No")],
        initial="yes",
        coerce=lambda answer: answer == "yes",
        widget=Radios,
    )


class ExtendBidsForm(Form):
    closes_on = DayField(label="Bids close on", called="The closing day of bids")
    reason = text_area("Reason", rows=2)


class ExtendScoringForm(Form):
    scoring_closes_on = DayField(label="Scoring closes on", called="The closing day of scoring")
    reason = text_area("Reason", rows=2)


class BudgetLineForm(VersionedForm):
    kind = forms.ChoiceField(label="Kind", choices=BudgetLine.Kind.choices, widget=Radios)
    label = forms.CharField(label="Label", max_length=120)
    amount = MoneyField(label="Amount", above_zero=False)
    profile = YearsField()
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=300,
        help_text="For example, that it holds more than the bids of the round.",
    )
    reason = text_area("Reason", rows=2)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_years(self, round)


class IncomeForm(VersionedForm):
    """What a grantor gives for a round. An uplift adds to income of the round that is no uplift itself."""

    pieces = (
        Section("The grantor", "grantor", "agreement", "agreed_on"),
        Section("The money", "amount", "profile", "uplifts"),
        Section("What was agreed", "conditions", "accepted_in"),
    )

    grantor = forms.CharField(label="Grantor", max_length=150, validators=[must_print, no_formula])
    agreement = forms.CharField(label="Reference of the agreement", max_length=150, validators=[must_print, no_formula])
    agreed_on = DayField(label="Day of the agreement", called="The day of the agreement")
    amount = MoneyField(label="Amount", help_text="Of an uplift, only what it adds.")
    profile = YearsField()
    uplifts = forms.TypedChoiceField(
        label="Is it an uplift?",
        required=False,
        empty_value=None,
        help_text="An uplift adds to earlier money of the same grantor and raises the allocation of the round. "
        "Other income is a part of the allocation as it is.",
    )
    conditions = text_area("Conditions of the grantor", rows=4, required=False, longest=4000, validators=[must_print])
    accepted_in = forms.RegexField(
        references.DECISION,
        strip=True,
        required=False,
        max_length=references.LONGEST_DECISION,
        label="Decision that has accepted it already",
        help_text="Leave this empty if a paper of this round will ask to accept it.",
        error_messages={"invalid": "Enter the reference of a decision, like PCD-681 or 42/2024"},
    )

    def __init__(self, *args: Any, round: Round, income: Income | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_years(self, round)
        raised = Income.objects.in_force().filter(round=round, uplifts=None)
        by_reference = {each.reference: each for each in raised if income is None or each.pk != income.pk}
        field = cast(forms.TypedChoiceField, self.fields["uplifts"])
        field.choices = [("", "No"), *((name, f"Yes, of {each}") for name, each in by_reference.items())]
        field.coerce = by_reference.get


class OverAllocationForm(Form):
    amount = MoneyField(label="Amount above the allocation")
    profile = YearsField()
    reason = text_area("Reason", rows=3)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_years(self, round)


class VirementForm(Form):
    """From where to where, how much and why. Each end gives its line, or None for what no line holds."""

    source = forms.TypedChoiceField(label="From", empty_value=None)
    target = forms.TypedChoiceField(label="To", empty_value=None)
    amount = MoneyField(label="Amount")
    reason = text_area("Reason", rows=3)

    def __init__(self, *args: Any, round: Round, **kwargs: Any) -> None:
        lines = {line.reference: line for line in round.lines.all()}
        places = [(line.reference, f"{line.label}, {money.pounds(line.amount)}") for line in lines.values()]
        choices = [("", ""), *places, ("none", UNALLOCATED)]
        super().__init__(*args, **kwargs)
        for name in ("source", "target"):
            field = cast(forms.TypedChoiceField, self.fields[name])
            field.choices, field.coerce = choices, lines.get
